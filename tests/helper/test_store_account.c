/* Accounts inside a job: what is written comes back, and two accounts share nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static struct store_account one, two, found;

static void open_accounts(void) {
    tx_open();
    account_of(1, &one);
    account_of(2, &two);
    memset(&found, 0x55, sizeof found);
}

START_TEST(every_column_comes_back_by_every_way_of_looking) {
    struct store_account account;

    account_of((unsigned int)_i, &account);
    ck_assert_int_eq(account_add(&tx, &account), WECOM_OK);
    tx_next();
    ck_assert_int_eq(store_find_id(&tx, account.id, &found), WECOM_OK);
    ck_assert(account_same(&account, &found));
    found = (struct store_account){0};
    ck_assert_int_eq(store_find_userid(&tx, CORP, account.userid, &found), WECOM_OK);
    ck_assert(account_same(&account, &found));
    found = (struct store_account){0};
    ck_assert_int_eq(store_find_login(&tx, account.login, &found), WECOM_OK);
    ck_assert(account_same(&account, &found));
    found = (struct store_account){0};
    ck_assert_int_eq(store_next(&tx, "", "", &found), WECOM_OK);
    ck_assert(account_same(&account, &found));
    ck_assert_int_eq(store_find_mobile(&tx, CORP, account.mobile, two.id, &found),
                     account.state == STORE_ACTIVE && _i != 2 ? WECOM_OK : WECOM_E_ABSENT);
}
END_TEST

START_TEST(an_account_of_the_least_and_one_of_the_most_come_back) {
    struct store_account most, least = {.state = STORE_NO_STATE};

    account_of(3, &most);
    memset(most.corp, 'C', sizeof most.corp - 1);
    memset(most.userid, 'U', sizeof most.userid - 1);
    memset(most.login, 'l', sizeof most.login - 1);
    memset(most.name, 'n', sizeof most.name - 1);
    memset(most.alias, 'a', sizeof most.alias - 1);
    memset(most.mobile, '9', sizeof most.mobile - 1);
    memset(most.email, 'e', sizeof most.email - 1);
    most.uid = 4294967294;
    most.no_login = STORE_LOGIN_MISSING;
    most.state = STORE_DELETED;
    most.departments_count = STORE_DEPARTMENTS;
    for (size_t i = 0; i < STORE_DEPARTMENTS; i++)
        most.departments[i] = UINT32_MAX - (uint32_t)i;
    most.confirmed_s = most.mobile_s = most.created_s = most.first_login_s = most.withdrawn_s =
        INT64_MAX;
    memcpy(least.id, two.id, sizeof least.id);
    (void)snprintf(least.corp, sizeof least.corp, "c");
    (void)snprintf(least.userid, sizeof least.userid, "1");
    ck_assert_int_eq(account_add(&tx, &most), WECOM_OK);
    ck_assert_int_eq(account_add(&tx, &least), WECOM_OK);
    tx_next();
    ck_assert_int_eq(store_find_id(&tx, most.id, &found), WECOM_OK);
    ck_assert(account_same(&most, &found));
    ck_assert_int_eq(store_find_id(&tx, least.id, &found), WECOM_OK);
    ck_assert(account_same(&least, &found));
    ck_assert_int_eq(store_find_login(&tx, "", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_mobile(&tx, "c", "", "", &found), WECOM_E_ABSENT);
}
END_TEST

START_TEST(who_is_not_there_is_absent_and_the_output_stays) {
    struct store_account before;

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    memcpy(&before, &found, sizeof before);
    ck_assert_int_eq(store_find_id(&tx, two.id, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_id(&tx, "", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_userid(&tx, CORP, "Person2", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_userid(&tx, CORP, "Person", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_userid(&tx, "wwother", "Person1", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(
        store_find_userid(
            &tx, CORP, "P123456789P123456789P123456789P123456789P123456789P123456789P1234", &found),
        WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_login(&tx, "person2", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_login(&tx, "Person1", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_next(&tx, CORP, "Person1", &found), WECOM_E_ABSENT);
    ck_assert_int_eq(memcmp(&before, &found, sizeof before), 0);
    ck_assert_int_eq(store_update(&tx, &two), WECOM_E_FORMAT); /* its name is nobody's */
    two.login[0] = '\0';
    two.uid = 0;
    ck_assert_int_eq(store_update(&tx, &two), WECOM_E_ABSENT);
    ck_assert_int_eq(tx.failed, SQLITE_OK);
}
END_TEST

START_TEST(the_case_of_a_userid_does_not_count) {
    static const char *const spellings[] = {"Person1", "person1", "PERSON1", "pErSoN1"};

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(store_find_userid(&tx, CORP, spellings[i], &found), WECOM_OK);
        ck_assert_str_eq(found.userid, "Person1");
        ck_assert_int_eq(store_next(&tx, CORP, spellings[i], &found), WECOM_E_ABSENT);
    }
    /* WeCom changed the spelling */
    (void)snprintf(one.userid, sizeof one.userid, "pErSoN1");
    ck_assert_int_eq(store_update(&tx, &one), WECOM_OK);
    ck_assert_int_eq(store_find_userid(&tx, CORP, "PERSON1", &found), WECOM_OK);
    ck_assert_str_eq(found.userid, "pErSoN1");
}
END_TEST

static void same_id(struct store_account *a) {
    memcpy(a->id, one.id, sizeof a->id);
    a->login[0] = '\0';
    a->uid = 0;
}
static void same_userid(struct store_account *a) {
    memcpy(a->userid, one.userid, sizeof a->userid);
}
static void same_userid_in_other_case(struct store_account *a) {
    (void)snprintf(a->userid, sizeof a->userid, "pERSON1");
}
static void same_login(struct store_account *a) {
    memcpy(a->login, one.login, sizeof a->login);
}
static void same_uid(struct store_account *a) {
    a->uid = one.uid;
}

static void (*const clashes[])(struct store_account *a) = {
    same_id, same_userid, same_userid_in_other_case, same_login, same_uid,
};

START_TEST(no_two_accounts_share_what_must_be_one_persons) {
    struct store_account clashing = two;

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, two.login, two.id), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, two.uid, two.id), WECOM_OK);
    clashes[_i](&clashing);
    ck_assert_int_eq(store_insert(&tx, &clashing), WECOM_E_PEER);
    ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
    ck_assert(account_same(&one, &found));
    ck_assert_int_eq(store_insert(&tx, &two), WECOM_OK);
    if (clashes[_i] != same_id) { /* that would be the other one's row */
        ck_assert_int_eq(store_update(&tx, &clashing), WECOM_E_PEER);
        ck_assert_int_eq(store_find_id(&tx, two.id, &found), WECOM_OK);
        ck_assert(account_same(&two, &found));
    }
    ck_assert_int_eq(tx.failed, SQLITE_OK);
    tx_next();
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts"), 2);
}
END_TEST

START_TEST(the_same_userid_of_another_company_is_somebody_else) {
    memcpy(two.userid, one.userid, sizeof two.userid);
    (void)snprintf(two.corp, sizeof two.corp, "wwother");
    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(account_add(&tx, &two), WECOM_OK);
    ck_assert_int_eq(store_find_userid(&tx, "wwother", "person1", &found), WECOM_OK);
    ck_assert_str_eq(found.id, two.id);
}
END_TEST

START_TEST(a_name_or_number_that_was_not_taken_is_refused) {
    ck_assert_int_eq(store_insert(&tx, &one), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_name(&tx, one.login, one.id), WECOM_OK);
    ck_assert_int_eq(store_insert(&tx, &one), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_number(&tx, one.uid, two.id), WECOM_OK);
    ck_assert_int_eq(store_insert(&tx, &one), WECOM_E_PEER);
    one.uid = 0;
    ck_assert_int_eq(store_insert(&tx, &one), WECOM_OK);
    (void)snprintf(one.login, sizeof one.login, "other");
    ck_assert_int_eq(store_update(&tx, &one), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_name(&tx, "other", two.id), WECOM_OK);
    ck_assert_int_eq(store_update(&tx, &one), WECOM_E_PEER);
    (void)snprintf(one.login, sizeof one.login, "third");
    ck_assert_int_eq(store_take_name(&tx, "third", "group third"), WECOM_OK);
    ck_assert_int_eq(store_update(&tx, &one), WECOM_E_PEER);
}
END_TEST

START_TEST(every_column_can_change_and_only_that_row_does) {
    struct store_account changed = one;

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(account_add(&tx, &two), WECOM_OK);
    account_of(4, &changed);
    memcpy(changed.id, one.id, sizeof changed.id);
    if (_i == 0) { /* with what the indexes know; else without */
        ck_assert_int_eq(store_take_name(&tx, changed.login, one.id), WECOM_OK);
        ck_assert_int_eq(store_take_number(&tx, changed.uid, one.id), WECOM_OK);
        (void)snprintf(changed.corp, sizeof changed.corp, "wwother");
    } else {
        memcpy(changed.userid, one.userid, sizeof changed.userid);
        memcpy(changed.login, one.login, sizeof changed.login);
        memcpy(changed.mobile, one.mobile, sizeof changed.mobile);
        changed.uid = one.uid;
    }
    ck_assert_int_eq(store_update(&tx, &changed), WECOM_OK);
    ck_assert_int_eq(store_update(&tx, &changed), WECOM_OK); /* the same once more */
    ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
    ck_assert(account_same(&changed, &found));
    ck_assert_int_eq(store_find_login(&tx, changed.login, &found), WECOM_OK);
    ck_assert_int_eq(store_find_id(&tx, two.id, &found), WECOM_OK);
    ck_assert(account_same(&two, &found));
    if (_i == 0) {
        ck_assert_int_eq(store_find_login(&tx, one.login, &found), WECOM_E_ABSENT);
        ck_assert_int_eq(store_find_userid(&tx, CORP, one.userid, &found), WECOM_E_ABSENT);
    }
}
END_TEST

START_TEST(what_an_account_gives_up_stays_its_own) {
    char owner[STORE_OWNER_BYTES];
    struct store_account other = two;

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(account_add(&tx, &two), WECOM_OK);
    memcpy(other.login, one.login, sizeof other.login);
    other.uid = one.uid;
    one.login[0] = '\0';
    one.no_login = STORE_LOGIN_TAKEN;
    one.uid = 0;
    ck_assert_int_eq(store_update(&tx, &one), WECOM_OK);
    ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
    ck_assert(account_same(&one, &found));
    ck_assert_int_eq(store_name_owner(&tx, "person1", owner, sizeof owner), WECOM_OK);
    ck_assert_str_eq(owner, one.id);
    ck_assert_int_eq(store_take_name(&tx, "person1", two.id), WECOM_E_PEER);
    ck_assert_int_eq(store_take_number(&tx, other.uid, two.id), WECOM_E_PEER);
    ck_assert_int_eq(store_update(&tx, &other), WECOM_E_PEER);
}
END_TEST

/* ---- Rules of a row -------------------------------------------------------------------------- */

#define BREAKS(what, ...)                       \
    static void what(struct store_account *a) { \
        __VA_ARGS__;                            \
    }
BREAKS(no_id, a->id[0] = '\0')
BREAKS(short_id, a->id[25] = '\0')
BREAKS(upper_id, a->id[3] = 'A')
BREAKS(digit_id, a->id[3] = '1')
BREAKS(endless_id, memset(a->id, 'a', sizeof a->id))
BREAKS(no_corp, a->corp[0] = '\0')
BREAKS(odd_corp, a->corp[1] = '/')
BREAKS(endless_corp, memset(a->corp, 'a', sizeof a->corp))
BREAKS(no_userid, a->userid[0] = '\0')
BREAKS(odd_userid, a->userid[1] = ' ')
BREAKS(endless_userid, memset(a->userid, 'a', sizeof a->userid))
BREAKS(upper_login, a->login[0] = 'P')
BREAKS(odd_login, a->login[0] = '-')
BREAKS(endless_login, memset(a->login, 'a', sizeof a->login))
BREAKS(unknown_no_login, a->no_login = (enum store_no_login)(STORE_LOGIN_MISSING + 1))
BREAKS(last_uid, a->uid = UINT32_MAX)
BREAKS(latin_name, memcpy(a->name, "\xE9", 2))
BREAKS(cut_name, memcpy(a->name, "\xE4\xBC", 3))
BREAKS(endless_name, memset(a->name, 'a', sizeof a->name))
BREAKS(latin_alias, memcpy(a->alias, "\xE9", 2))
BREAKS(endless_alias, memset(a->alias, 'a', sizeof a->alias))
BREAKS(unknown_state, a->state = (enum store_state)(STORE_DELETED + 1))
BREAKS(too_many_departments, a->departments_count = STORE_DEPARTMENTS + 1)
BREAKS(latin_mobile, memcpy(a->mobile, "\xE9", 2))
BREAKS(endless_mobile, memset(a->mobile, '1', sizeof a->mobile))
BREAKS(latin_email, memcpy(a->email, "\xE9", 2))
BREAKS(endless_email, memset(a->email, 'a', sizeof a->email))
BREAKS(negative_confirmed, a->confirmed_s = -1)
BREAKS(negative_mobile, a->mobile_s = -1)
BREAKS(negative_created, a->created_s = INT64_MIN)
BREAKS(negative_first_login, a->first_login_s = -1)
BREAKS(negative_withdrawn, a->withdrawn_s = -1)
BREAKS(negative_changed, a->changed_s = -1)

static void (*const breaks[])(struct store_account *a) = {
    no_id,
    short_id,
    upper_id,
    digit_id,
    endless_id,
    no_corp,
    odd_corp,
    endless_corp,
    no_userid,
    odd_userid,
    endless_userid,
    upper_login,
    odd_login,
    endless_login,
    unknown_no_login,
    last_uid,
    latin_name,
    cut_name,
    endless_name,
    latin_alias,
    endless_alias,
    unknown_state,
    latin_mobile,
    endless_mobile,
    too_many_departments,
    latin_email,
    endless_email,
    negative_mobile,
    negative_created,
    negative_confirmed,
    negative_changed,
    negative_first_login,
    negative_withdrawn,
};

START_TEST(an_account_that_breaks_its_rules_is_not_written) {
    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, two.login, two.id), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, two.uid, two.id), WECOM_OK);
    for (int i = 0; i < SUPPORT_COUNT(breaks); i++) {
        struct store_account broken = one;

        breaks[i](&broken);
        ck_assert_msg(store_update(&tx, &broken) == WECOM_E_FORMAT, "update %d", i);
        ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
        ck_assert(account_same(&one, &found));
        broken = two;
        breaks[i](&broken);
        ck_assert_msg(store_insert(&tx, &broken) == WECOM_E_FORMAT, "insert %d", i);
    }
    ck_assert_int_eq(tx.failed, SQLITE_OK);
    tx_next();
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts"), 1);
}
END_TEST

/* What a damaged or edited database may hold although the schema forbids it. */
static const char *const damages[] = {
    "id = 'AAAAAAAAAAAAAAAAAAAAAAAAAA'",
    "id = 'short'",
    "id = 7",
    "corp = ''",
    "corp = 'a b'",
    "corp = x'7777'",
    "userid = 'Person2'", /* not that of its lower-case column */
    "userid = '', userid_lower = ''",
    "userid = 'a' || char(0) || 'b'",
    "userid_lower = 'person2'",
    "userid_lower = 'Person1'",
    "userid_lower = NULL",
    "host = 2",
    "host = 'yes'",
    "host = NULL",
    "host = 1.5",
    "added = -1",
    "switched_off = 2",
    "held = x'01'",
    "login = ''",
    "login = 'Upper'",
    "login = 5",
    "login = 'p23456789p23456789p23456789p23456'",
    "no_login = 5",
    "no_login = -1",
    "uid = 0",
    "uid = -5",
    "uid = 4294967295",
    "uid = 4295067297",
    "uid = 'x'",
    "name = NULL",
    "name = CAST(x'e9' AS TEXT)",
    "name = printf('%300d', 1)",
    "name = 'a' || char(0)",
    "alias = x'07'",
    "alias = printf('%65d', 1)",
    "state = 7",
    "state = -1",
    "state = 4294967297",
    "state = NULL",
    "departments = NULL",
    "departments = ' '",
    "departments = '1 '",
    "departments = ' 1'",
    "departments = '1  2'",
    "departments = '1,2'",
    "departments = '01'",
    "departments = '-1'",
    "departments = '4294967296'",
    "departments = '18446744073709551617'",
    "departments = '1x'",
    "departments = x'37'",
    "departments = replace(printf('%201d', 0), ' ', '1 ')",
    "mobile = NULL",
    "mobile = printf('%32d', 1)",
    "email = CAST(x'ff' AS TEXT)",
    "email = printf('%256d', 1)",
    "confirmed_s = -1",
    "confirmed_s = 1.5",
    "confirmed_s = 'soon'",
    "confirmed_by_sync = 2",
    "mobile_s = -1",
    "created_s = NULL",
    "first_login_s = -9",
    "withdrawn_s = x'00'",
    "changed_s = -1",
};

/* Writes into a copy of the table that has no rules. */
static void damage(const char *set) {
    char sql[1024];

    ck_assert_int_eq(store_db_commit(&db), SQLITE_OK);
    store_db_close(&db);
    if (raw("SELECT count(*) FROM sqlite_master WHERE name = 'undamaged'") == 0)
        (void)raw("CREATE TABLE undamaged AS SELECT * FROM accounts; DROP TRIGGER accounts_stay");
    (void)snprintf(sql, sizeof sql,
                   "DROP TABLE accounts; CREATE TABLE accounts AS SELECT * FROM undamaged;"
                   "UPDATE accounts SET %s",
                   set);
    (void)raw(sql);
}

START_TEST(a_row_that_breaks_its_rules_is_not_believed) {
    char why[256] = "";

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    for (int i = 0; i < SUPPORT_COUNT(damages); i++) {
        bool is_id = strncmp(damages[i], "id ", 3) == 0;
        enum wecom_error error;

        damage(damages[i]);
        ck_assert_msg(store_db_open(&db, state_dir, why, sizeof why), "%s", why);
        tx_again();
        /* looked up by another column than the one that is wrong */
        error =
            is_id ? store_find_login(&tx, "person1", &found) : store_find_id(&tx, one.id, &found);
        ck_assert_msg(error == WECOM_E_FORMAT, "%s: %d", damages[i], error);
        ck_assert_int_eq(((const unsigned char *)&found)[0], 0x55); /* nothing of it is given */
        ck_assert_int_eq(tx.failed, SQLITE_OK);
    }
}
END_TEST

START_TEST(the_copy_without_rules_is_read_where_nothing_is_wrong) {
    char why[256] = "";

    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    damage("host = 1");
    ck_assert_msg(store_db_open(&db, state_dir, why, sizeof why), "%s", why);
    tx_again();
    ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
    ck_assert(account_same(&one, &found));
}
END_TEST

/* ---- All of them, phones, ids ---------------------------------------------------------------- */

START_TEST(going_along_sees_every_account_once_and_in_order) {
    static const struct {
        const char *corp, *userid;
    } people[] = {{"wwb", "zoe"}, {"wwa", "Bob"}, {"wwa", "anna"}, {"wwb", "Anna"},
                  {"WWb", "x"},   {"wwa", "a-1"}, {"wwa", "a.1"},  {"wwa", "anna@b"},
                  {"wwa", "1"},   {"ww", "9"},    {"wwa", "_9"},   {"wwb", "anna2"}};
    char corp[65] = "", userid[65] = "";
    int seen = 0, expected = 0;
    enum wecom_error error;

    for (int i = 0; i < SUPPORT_COUNT(people); i++) {
        struct store_account a;

        account_of((unsigned int)i + 1, &a);
        (void)snprintf(a.corp, sizeof a.corp, "%s", people[i].corp);
        (void)snprintf(a.userid, sizeof a.userid, "%s", people[i].userid);
        error = account_add(&tx, &a);
        ck_assert(error == WECOM_OK || (error == WECOM_E_FORMAT && people[i].userid[0] == '_'));
        expected += error == WECOM_OK;
    }
    while ((error = store_next(&tx, corp, userid, &found)) == WECOM_OK) {
        int order = strcmp(corp, found.corp);

        ck_assert(order < 0 || (order == 0 && strcasecmp(userid, found.userid) < 0));
        (void)snprintf(corp, sizeof corp, "%s", found.corp);
        (void)snprintf(userid, sizeof userid, "%s", found.userid);
        seen++;
    }
    ck_assert_int_eq(error, WECOM_E_ABSENT);
    ck_assert_int_eq(seen, expected);
    ck_assert_int_eq(expected, 11);
    /* from somebody who is not there */
    ck_assert_int_eq(store_next(&tx, "wwa", "ANNA0", &found), WECOM_OK);
    ck_assert_str_eq(found.userid, "anna@b");
}
END_TEST

START_TEST(a_number_is_found_with_others_who_are_active_only) {
    struct store_account three;

    account_of(3, &three);
    one.state = two.state = three.state = STORE_ACTIVE;
    memcpy(two.mobile, one.mobile, sizeof two.mobile);
    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, one.id, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(account_add(&tx, &two), WECOM_OK);
    ck_assert_int_eq(account_add(&tx, &three), WECOM_OK);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, one.id, &found), WECOM_OK);
    ck_assert_str_eq(found.id, two.id);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, two.id, &found), WECOM_OK);
    ck_assert_str_eq(found.id, one.id);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, "", &found), WECOM_OK);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, NULL, &found), WECOM_OK);
    ck_assert_int_eq(store_find_mobile(&tx, "wwother", one.mobile, one.id, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, "+8", one.id, &found), WECOM_E_ABSENT);
    for (int state = STORE_NO_STATE; state <= STORE_DELETED; state++) {
        two.state = (enum store_state)state;
        ck_assert_int_eq(store_update(&tx, &two), WECOM_OK);
        ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, one.id, &found),
                         state == STORE_ACTIVE ? WECOM_OK : WECOM_E_ABSENT);
    }
    two.state = STORE_ACTIVE;
    two.mobile[0] = '\0';
    ck_assert_int_eq(store_update(&tx, &two), WECOM_OK);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, one.mobile, one.id, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_mobile(&tx, CORP, "", one.id, &found), WECOM_E_ABSENT);
}
END_TEST

START_TEST(new_ids_are_26_letters_and_digits_and_never_the_same) {
    enum { MANY = 20000 };
    char(*ids)[STORE_ID_BYTES] = calloc(MANY, sizeof *ids);
    bool letters[26][256] = {{false}};

    ck_assert_ptr_nonnull(ids);
    for (int i = 0; i < MANY; i++) {
        store_new_id(ids[i]);
        ck_assert_uint_eq(strlen(ids[i]), 26);
        ck_assert_uint_eq(strspn(ids[i], "abcdefghijklmnopqrstuvwxyz234567"), 26);
        for (int at = 0; at < 26; at++)
            letters[at][(unsigned char)ids[i][at]] = true;
    }
    qsort(ids, MANY, sizeof *ids, (int (*)(const void *, const void *))strcmp);
    for (int i = 1; i < MANY; i++)
        ck_assert_str_ne(ids[i - 1], ids[i]);
    /* 128 bits: 25 letters of 5 and one of 3, and every one of them moves */
    for (int at = 0; at < 26; at++) {
        int different = 0;

        for (int c = 0; c < 256; c++)
            different += letters[at][c];
        ck_assert_int_eq(different, at < 25 ? 32 : 8);
    }
    free(ids);
}
END_TEST

START_TEST(a_job_that_reads_cannot_write) {
    ck_assert_int_eq(account_add(&tx, &one), WECOM_OK);
    tx.writes = false;
    one.state = STORE_LEFT;
    ck_assert_int_eq(store_update(&tx, &one), WECOM_E_SYSTEM);
    ck_assert_int_eq(tx.failed, SQLITE_READONLY);
    ck_assert_int_eq(store_find_id(&tx, one.id, &found), WECOM_OK);
    ck_assert_int_ne(found.state, STORE_LEFT);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_account");
    TCase *t = tcase_create("accounts");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, open_accounts, tx_close);
    tcase_add_loop_test(t, every_column_comes_back_by_every_way_of_looking, 1, 12);
    tcase_add_test(t, an_account_of_the_least_and_one_of_the_most_come_back);
    tcase_add_test(t, who_is_not_there_is_absent_and_the_output_stays);
    tcase_add_test(t, the_case_of_a_userid_does_not_count);
    tcase_add_loop_test(t, no_two_accounts_share_what_must_be_one_persons, 0,
                        SUPPORT_COUNT(clashes));
    tcase_add_test(t, the_same_userid_of_another_company_is_somebody_else);
    tcase_add_test(t, a_name_or_number_that_was_not_taken_is_refused);
    tcase_add_loop_test(t, every_column_can_change_and_only_that_row_does, 0, 2);
    tcase_add_test(t, what_an_account_gives_up_stays_its_own);
    tcase_add_test(t, an_account_that_breaks_its_rules_is_not_written);
    tcase_add_test(t, a_row_that_breaks_its_rules_is_not_believed);
    tcase_add_test(t, the_copy_without_rules_is_read_where_nothing_is_wrong);
    tcase_add_test(t, going_along_sees_every_account_once_and_in_order);
    tcase_add_test(t, a_number_is_found_with_others_who_are_active_only);
    tcase_add_test(t, new_ids_are_26_letters_and_digits_and_never_the_same);
    tcase_add_test(t, a_job_that_reads_cannot_write);
    suite_add_tcase(s, t);
    return s;
}
