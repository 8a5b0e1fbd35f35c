/* What becomes of an account when WeCom says something of its person. */
#include "helper/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_accounts.h"

static struct test_store *t;
static struct store_account a;
static struct accounts_change change;

static void setup(void) {
    t = test_store_new("");
}

static void teardown(void) {
    test_store_free(t);
}

static enum wecom_error see(const char *userid, int status, enum accounts_how how) {
    struct answer_member m = test_member(userid);

    m.status = status;
    return test_see(t, &m, how, ACCOUNTS_ASKED, &a, &change);
}

static void admit(const char *userid) {
    ck_assert_int_eq(see(userid, 1, ACCOUNTS_ADMIT), WECOM_OK);
}

static enum wecom_reason reason(void) {
    return accounts_reason(&t->accounts, &a);
}

START_TEST(a_member_gets_an_account) {
    struct answer_member m = test_member("LiSi");

    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert(change.made && change.changed && change.due);
    ck_assert_uint_eq(strlen(a.id), STORE_ID_BYTES - 1);
    ck_assert_str_eq(a.corp, "ww1");
    ck_assert_str_eq(a.userid, "LiSi");
    ck_assert_str_eq(a.login, "lisi");
    ck_assert_str_eq(a.name, "Name of LiSi");
    ck_assert(a.host && !a.added && !a.held && !a.switched_off);
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert_uint_eq(a.departments_count, 2);
    ck_assert_int_eq(a.created_s, 1000000);
    ck_assert_int_eq(a.confirmed_s, 1000000);
    ck_assert(!a.confirmed_by_sync);
    ck_assert_int_eq(reason(), WECOM_REASON_NONE);
}
END_TEST

START_TEST(who_may_not_have_one_gets_none) {
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_CONFIRM), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 2, ACCOUNTS_ADMIT), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 4, ACCOUNTS_ADMIT), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 5, ACCOUNTS_ADMIT), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 2, ACCOUNTS_IDENTITY), WECOM_E_ABSENT);
    ck_assert_int_eq(test_gone(t, "lisi", STORE_DELETED, &a, &change), WECOM_E_ABSENT);
}
END_TEST

START_TEST(without_provisioning_only_the_administrator_makes_accounts) {
    test_store_free(t);
    t = test_store_new("provision = no\n");
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_ADMIT), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_CONFIRM), WECOM_E_ABSENT);
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_ADD), WECOM_OK);
    ck_assert(a.added && a.host);
    ck_assert_str_eq(a.login, "lisi");
    ck_assert_int_eq(reason(), WECOM_REASON_NONE);
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_ADMIT), WECOM_OK);
    ck_assert(!change.changed);
    a.added = false; /* of a time when provision=yes */
    ck_assert_int_eq(reason(), WECOM_REASON_NOT_PROVISIONED);
}
END_TEST

START_TEST(an_identity_has_neither_name_nor_number_until_it_becomes_an_account) {
    char id[STORE_ID_BYTES];

    ck_assert_int_eq(see("root", 1, ACCOUNTS_IDENTITY), WECOM_OK);
    ck_assert(!a.host && a.uid == 0);
    ck_assert_str_eq(a.login, "");
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_IDENTITY), WECOM_OK);
    memcpy(id, a.id, sizeof id);
    admit("lisi");
    ck_assert_str_eq(a.id, id);
    ck_assert(a.host && a.uid != 0 && change.changed && !change.made);
    ck_assert_str_eq(a.login, "lisi");
}
END_TEST

static const struct {
    int status;
    bool enabled;
    enum store_state state;
    enum wecom_reason reason;
} statuses[] = {
    {1, true, STORE_ACTIVE, WECOM_REASON_NONE},
    {1, false, STORE_DISABLED, WECOM_REASON_DISABLED},
    {2, true, STORE_DISABLED, WECOM_REASON_DISABLED},
    {3, true, STORE_LEFT, WECOM_REASON_WITHDRAWN},
    {4, true, STORE_NOT_ACTIVATED, WECOM_REASON_DISABLED},
    {5, true, STORE_LEFT, WECOM_REASON_WITHDRAWN},
    {99, true, STORE_LEFT, WECOM_REASON_WITHDRAWN},
    {0, true, STORE_LEFT, WECOM_REASON_WITHDRAWN},
};

START_TEST(only_status_1_is_in_and_whoever_was_out_comes_back_as_he_was) {
    struct answer_member m = test_member("lisi");
    struct store_account before;

    admit("lisi");
    before = a;
    t->accounts.now_s += 10;
    m.status = statuses[_i].status;
    m.enabled = statuses[_i].enabled;
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert_int_eq(a.state, statuses[_i].state);
    ck_assert_int_eq(reason(), statuses[_i].reason);
    ck_assert_int_eq(a.withdrawn_s, statuses[_i].reason == WECOM_REASON_NONE ? 0 : 1000010);
    t->accounts.now_s += 10;
    admit("lisi");
    ck_assert_int_eq(reason(), WECOM_REASON_NONE);
    ck_assert_int_eq(a.withdrawn_s, 0);
    ck_assert_str_eq(a.id, before.id);
    ck_assert_uint_eq(a.uid, before.uid);
    ck_assert_str_eq(a.login, before.login);
}
END_TEST

START_TEST(out_of_range_comes_back_at_once_deleted_is_held) {
    struct store_account before;

    admit("lisi");
    before = a;
    ck_assert_int_eq(test_gone(t, "LISI", STORE_OUT_OF_RANGE, &a, &change), WECOM_OK);
    ck_assert_int_eq(reason(), WECOM_REASON_NOT_VISIBLE);
    admit("lisi");
    ck_assert_int_eq(reason(), WECOM_REASON_NONE);
    ck_assert_int_eq(test_gone(t, "lisi", STORE_DELETED, &a, &change), WECOM_OK);
    ck_assert_int_eq(reason(), WECOM_REASON_WITHDRAWN);
    ck_assert(!a.held);
    /* not to be seen is the weaker word */
    ck_assert_int_eq(test_gone(t, "lisi", STORE_OUT_OF_RANGE, &a, &change), WECOM_OK);
    ck_assert_int_eq(a.state, STORE_DELETED);
    admit("lisi");
    ck_assert(a.held);
    ck_assert_int_eq(reason(), WECOM_REASON_WITHDRAWN);
    ck_assert_str_eq(a.id, before.id);
    ck_assert_uint_eq(a.uid, before.uid);
    /* and stays so, whatever WeCom says next */
    ck_assert_int_eq(see("lisi", 2, ACCOUNTS_ADMIT), WECOM_OK);
    admit("lisi");
    ck_assert(a.held);
    ck_assert_int_eq(test_gone(t, "lisi", STORE_OUT_OF_RANGE, &a, &change), WECOM_OK);
    admit("lisi");
    ck_assert(a.held);
}
END_TEST

START_TEST(a_deleted_identity_is_held_too) {
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_IDENTITY), WECOM_OK);
    ck_assert_int_eq(test_gone(t, "lisi", STORE_DELETED, &a, &change), WECOM_OK);
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_IDENTITY), WECOM_OK);
    ck_assert(a.held);
    /* no name and no number for somebody who may be another person */
    admit("lisi");
    ck_assert(a.held && !a.host && a.uid == 0);
}
END_TEST

START_TEST(what_is_as_it_was_is_not_written) {
    struct answer_member m = test_member("lisi");

    admit("lisi");
    for (int i = 0; i < 2; i++) { /* 150 s is half of refresh= */
        t->accounts.now_s += 75;
        admit("lisi");
        ck_assert(!change.changed && !change.due);
    }
    t->accounts.now_s += 1;
    admit("lisi");
    ck_assert(!change.changed && change.due);
    ck_assert_int_eq(a.confirmed_s, 1000151);
    t->accounts.now_s += 100000;
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_SYNC, &a, &change), WECOM_OK);
    ck_assert(change.changed && a.confirmed_by_sync); /* the first time */
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_SYNC, &a, &change), WECOM_OK);
    ck_assert(!change.changed && !change.due);
    t->accounts.now_s = 5; /* the clock was set back: the old time is none */
    admit("lisi");
    ck_assert(change.due);
    ck_assert_int_eq(a.confirmed_s, 5);
}
END_TEST

static void set_name(struct answer_member *m) {
    (void)snprintf(m->name, sizeof m->name, "Other");
}
static void set_spelling(struct answer_member *m) {
    (void)snprintf(m->userid, sizeof m->userid, "LISI");
}
static void set_alias(struct answer_member *m) {
    (void)snprintf(m->alias, sizeof m->alias, "li");
}
static void set_department(struct answer_member *m) {
    m->departments[1] = 4;
}
static void set_departments_count(struct answer_member *m) {
    m->departments_count = 1;
}
static void set_status(struct answer_member *m) {
    m->status = 2;
}

static void (*const edits[])(struct answer_member *m) = {
    set_name, set_spelling, set_alias, set_department, set_departments_count, set_status};

START_TEST(what_is_different_is_written) {
    struct answer_member m = test_member("lisi");
    struct store_account first;

    admit("lisi");
    first = a;
    edits[_i](&m);
    t->accounts.now_s++;
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_CONFIRM, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert(change.changed && change.due && !change.made);
    ck_assert_int_eq(change.was, STORE_ACTIVE);
    ck_assert_int_eq(a.changed_s, 1000001);
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_CONFIRM, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert(!change.changed);
    ck_assert_str_eq(a.id, first.id);
    ck_assert_str_eq(a.login, "lisi");
    ck_assert_uint_eq(a.uid, first.uid);
}
END_TEST

START_TEST(looking_writes_nothing) {
    t->accounts.looks_only = true;
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_ADMIT), WECOM_OK);
    ck_assert(change.made && change.due);
    ck_assert_int_eq(see("lisi", 1, ACCOUNTS_CONFIRM), WECOM_E_ABSENT);
    t->accounts.looks_only = false;
    admit("lisi");
    t->accounts.looks_only = true;
    ck_assert_int_eq(see("lisi", 5, ACCOUNTS_CONFIRM), WECOM_OK);
    ck_assert(change.changed && change.due);
    ck_assert_int_eq(test_gone(t, "lisi", STORE_DELETED, &a, &change), WECOM_OK);
    ck_assert(change.due);
    t->accounts.looks_only = false;
    admit("lisi");
    ck_assert(!change.changed);
    ck_assert_int_eq(a.state, STORE_ACTIVE);
}
END_TEST

START_TEST(an_account_without_a_name_is_looked_at_without_end_and_written_once) {
    admit("sudo");
    ck_assert_int_eq(a.no_login, STORE_LOGIN_LOCAL);
    t->accounts.looks_only = true;
    admit("sudo");
    ck_assert(!change.due);
    t->accounts.looks_only = false;
    admit("sudo");
    ck_assert(!change.changed);
}
END_TEST

static enum wecom_error run_mobile(void *arg, struct store_tx *tx) {
    (void)arg;
    (void)snprintf(a.mobile, sizeof a.mobile, "13800000000");
    a.mobile_s = 7;
    return store_update(tx, &a);
}

START_TEST(whoever_is_out_has_no_telephone_number) {
    admit("lisi");
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_mobile, NULL), WECOM_OK);
    admit("lisi");
    ck_assert_str_eq(a.mobile, "13800000000");
    if (_i == 0)
        ck_assert_int_eq(see("lisi", 2, ACCOUNTS_CONFIRM), WECOM_OK);
    else
        ck_assert_int_eq(test_gone(t, "lisi", STORE_OUT_OF_RANGE, &a, &change), WECOM_OK);
    ck_assert_str_eq(a.mobile, "");
    ck_assert_int_eq(a.mobile_s, 0);
}
END_TEST

START_TEST(what_the_administrator_switched_off_is_off) {
    admit("lisi");
    a.switched_off = true;
    ck_assert_int_eq(reason(), WECOM_REASON_DISABLED);
    a.state = STORE_DELETED;
    ck_assert_int_eq(reason(), WECOM_REASON_DISABLED);
}
END_TEST

START_TEST(memory_that_was_only_zeroed_lets_nobody_in) {
    a = (struct store_account){.host = false};
    ck_assert_int_ne(reason(), WECOM_REASON_NONE);
    ck_assert_int_eq(accounts_confirmed_s(&a, 0, 1000), 0);
}
END_TEST

static const struct {
    int64_t row, table, now, confirmed;
    bool by_sync;
} ages[] = {
    {100, 0, 200, 100, false},  {100, 150, 200, 100, false}, {100, 150, 200, 150, true},
    {160, 150, 200, 160, true}, {100, 0, 200, 100, true},    {201, 0, 200, 0, false},
    {201, 150, 200, 150, true}, {100, 500, 200, 500, true},  {100, 501, 200, 100, true},
    {0, 0, 200, 0, true},
};

START_TEST(the_last_word_of_wecom_counts_and_the_future_does_not) {
    a = (struct store_account){.confirmed_s = ages[_i].row, .confirmed_by_sync = ages[_i].by_sync};
    ck_assert_int_eq(accounts_confirmed_s(&a, ages[_i].table, ages[_i].now), ages[_i].confirmed);
}
END_TEST

static enum wecom_error run_unconfirmed(void *arg, struct store_tx *tx) {
    return accounts_unconfirmed(tx, &a, *(int64_t *)arg, &change);
}

START_TEST(whom_a_synchronization_could_not_see_keeps_the_time_of_the_last_one) {
    struct answer_member m = test_member("lisi");
    int64_t table = 1000500;

    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_SYNC, &a, &change), WECOM_OK);
    ck_assert_int_eq(a.confirmed_s, 0);
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_unconfirmed, &table), WECOM_OK);
    ck_assert(change.changed && !a.confirmed_by_sync);
    ck_assert_int_eq(a.confirmed_s, 1000500);
    ck_assert_int_eq(accounts_confirmed_s(&a, 2000000, 2000000), 1000500);
    table = 2000000;
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_unconfirmed, &table), WECOM_OK);
    ck_assert(!change.changed);
    ck_assert_int_eq(a.confirmed_s, 1000500);
}
END_TEST

/* ---- A random history --------------------------------------------------------------------------
 */

enum { PEOPLE = 60, STEPS = 1500 };

struct seen {
    char id[STORE_ID_BYTES], login[WECOM_LOGIN_NAME_MAX_BYTES + 1];
    uint32_t uid;
};

static struct seen seen[PEOPLE * 4];
static size_t seen_count;

/* What an account once had it has for ever, and nobody else ever has. */
static void check_history(const struct store_account *now) {
    struct seen *own = NULL;

    for (size_t i = 0; i < seen_count; i++) {
        struct seen *s = &seen[i];

        if (strcmp(s->id, now->id) == 0) {
            own = s;
            ck_assert(s->uid == 0 || s->uid == now->uid);
            ck_assert(s->login[0] == '\0' || strcmp(s->login, now->login) == 0);
        } else {
            ck_assert(now->uid == 0 || s->uid != now->uid);
            ck_assert(now->login[0] == '\0' || strcmp(s->login, now->login) != 0);
        }
    }
    if (own == NULL) {
        ck_assert_uint_lt(seen_count, sizeof seen / sizeof seen[0]);
        own = &seen[seen_count++];
        memcpy(own->id, now->id, sizeof own->id);
    }
    own->uid = now->uid;
    memcpy(own->login, now->login, sizeof own->login);
    ck_assert(!name_is_login("local") || strcmp(now->login, "local") != 0);
    ck_assert(now->uid == 0 || (now->uid != 1900000007 && now->uid != 1900000009));
}

static void random_case(char *text) {
    for (; *text != '\0'; text++) {
        if (*text >= 'a' && *text <= 'z' && random() % 2 == 0)
            *text = (char)(*text - 'a' + 'A');
    }
}

START_TEST(two_accounts_never_share_a_name_or_a_number_in_any_history) {
    static const int statuses_of_life[] = {1, 1, 1, 1, 2, 4, 5};
    static const enum accounts_how hows[] = {ACCOUNTS_ADMIT, ACCOUNTS_ADMIT, ACCOUNTS_CONFIRM,
                                             ACCOUNTS_ADD, ACCOUNTS_IDENTITY};

    test_store_free(t);
    t = test_store_new(_i % 2 == 0 ? "uid_range = 1900000000-1900000999\n"
                                   : "uid_range = 1900000000-1900000999\nusername = alias\n");
    srandom((unsigned int)_i + 1);
    seen_count = 0;
    for (int i = 0; i < STEPS; i++) {
        char userid[32];
        struct answer_member m;
        enum wecom_error err;

        (void)snprintf(userid, sizeof userid, random() % 20 == 0 ? "local" : "%s%ld",
                       random() % 3 == 0 ? "" : "p", random() % PEOPLE);
        random_case(userid);
        t->accounts.now_s += random() % 400;
        if (random() % 4 == 0) {
            err = test_gone(t, userid, random() % 2 == 0 ? STORE_DELETED : STORE_OUT_OF_RANGE, &a,
                            &change);
        } else {
            m = test_member(userid);
            m.status = statuses_of_life[random() % 7];
            (void)snprintf(m.alias, sizeof m.alias, "x%ld", random() % PEOPLE);
            random_case(m.alias);
            err = test_see(t, &m, hows[random() % 5],
                           random() % 2 == 0 ? ACCOUNTS_ASKED : ACCOUNTS_SYNC, &a, &change);
        }
        ck_assert(err == WECOM_OK || err == WECOM_E_ABSENT);
        if (err == WECOM_OK)
            check_history(&a);
    }
    ck_assert_uint_gt(seen_count, PEOPLE);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("accounts");
    TCase *c = tcase_create("accounts");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_set_timeout(c, 300);
    tcase_add_test(c, a_member_gets_an_account);
    tcase_add_test(c, who_may_not_have_one_gets_none);
    tcase_add_test(c, without_provisioning_only_the_administrator_makes_accounts);
    tcase_add_test(c, an_identity_has_neither_name_nor_number_until_it_becomes_an_account);
    tcase_add_loop_test(c, only_status_1_is_in_and_whoever_was_out_comes_back_as_he_was, 0,
                        SUPPORT_COUNT(statuses));
    tcase_add_test(c, out_of_range_comes_back_at_once_deleted_is_held);
    tcase_add_test(c, a_deleted_identity_is_held_too);
    tcase_add_test(c, what_is_as_it_was_is_not_written);
    tcase_add_loop_test(c, what_is_different_is_written, 0, SUPPORT_COUNT(edits));
    tcase_add_test(c, looking_writes_nothing);
    tcase_add_test(c, an_account_without_a_name_is_looked_at_without_end_and_written_once);
    tcase_add_loop_test(c, whoever_is_out_has_no_telephone_number, 0, 2);
    tcase_add_test(c, what_the_administrator_switched_off_is_off);
    tcase_add_test(c, memory_that_was_only_zeroed_lets_nobody_in);
    tcase_add_loop_test(c, the_last_word_of_wecom_counts_and_the_future_does_not, 0,
                        SUPPORT_COUNT(ages));
    tcase_add_test(c, whom_a_synchronization_could_not_see_keeps_the_time_of_the_last_one);
    tcase_add_loop_test(c, two_accounts_never_share_a_name_or_a_number_in_any_history, 0, 4);
    suite_add_tcase(s, c);
    return s;
}
