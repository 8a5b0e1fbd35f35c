/* What the administrator may do to accounts. */
#include "helper/accounts_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_accounts.h"

static struct test_store *t;
static struct accounts_admin admin;

/* What the last operation left. */
static struct store_account account, other;
static struct refusal refusal;
static struct accounts_change change;
static bool changed;

static void setup(void) {
    t = test_store_new("group.ops = department:2\n");
    admin = (struct accounts_admin){.accounts = t->accounts, .config = t->config};
}

static void teardown(void) {
    test_store_free(t);
}

/* One operation in a transaction of its own. */
struct job {
    enum { FIND, ALIAS, OFF, ON, ADD, RENAME, READMIT, REPLACE } what;
    const char *word, *name;
    struct members_answer said;
};

static enum wecom_error run(void *arg, struct store_tx *tx) {
    const struct job *job = arg;
    enum wecom_error err = WECOM_OK;

    refusal = (struct refusal){0};
    changed = false;
    if (job->what != ADD)
        err = accounts_admin_find(&admin, tx, job->word, &account, &refusal);
    if (err != WECOM_OK || refusal.text != NULL)
        return err;
    switch (job->what) {
    case FIND:
        return WECOM_OK;
    case ALIAS:
        return accounts_admin_alias(&admin, tx, &account, job->name, &changed, &refusal);
    case OFF:
    case ON:
        return accounts_admin_switch(&admin, tx, &account, job->what == OFF, &changed);
    case ADD:
        return accounts_admin_add(&admin, tx, &job->said.member, &account, &change, &refusal);
    case RENAME:
        return accounts_admin_rename(&admin, tx, &account, &job->said.member, &other, &refusal);
    case READMIT:
        return accounts_admin_readmit(&admin, tx, &account, &job->said, &refusal);
    case REPLACE:
        return accounts_admin_replace(&admin, tx, &account, &job->said, &other, &refusal);
    }
    return WECOM_E_FORMAT;
}

/* Why it was refused, "" when it was done. */
static const char *do_job(struct job job) {
    ck_assert_int_eq(store_run(t->store, job.what == FIND ? STORE_READ : STORE_WRITE, run, &job),
                     WECOM_OK);
    return refusal.text != NULL ? refusal_why(&refusal) : "";
}
#define DO(what_, word_, ...) do_job((struct job){.what = what_, .word = word_, __VA_ARGS__})

static struct members_answer active(const char *userid) {
    return (struct members_answer){.state = MEMBERS_ACTIVE, .member = test_member(userid)};
}

static struct members_answer gone(int errcode) {
    return (struct members_answer){
        .state = MEMBERS_NOT_VISIBLE,
        .failure = {.reason = WECOM_REASON_NOT_VISIBLE, .errcode = errcode}};
}

/* A host account of that userid. */
static struct store_account make(const char *userid) {
    ck_assert_str_eq(DO(ADD, NULL, .said = active(userid)), "");
    return account;
}

static void first_login(const char *userid) {
    struct store_account a;
    struct job job = {.what = FIND, .word = userid};

    ck_assert_str_eq(do_job(job), "");
    a = account;
    a.first_login_s = 999999;
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, ({
                                   enum wecom_error update(void *arg, struct store_tx *tx) {
                                       return store_update(tx, arg);
                                   }
                                   update;
                               }),
                               &a),
                     WECOM_OK);
}

static int64_t changes(void) {
    int64_t count = 0;

    ck_assert_int_eq(store_run(t->store, STORE_READ, ({
                                   enum wecom_error read(void *arg, struct store_tx *tx) {
                                       return store_changes(tx, arg);
                                   }
                                   read;
                               }),
                               &count),
                     WECOM_OK);
    return count;
}

/* ---- Which ----------------------------------------------------------------------------------- */

START_TEST(an_account_is_found_by_each_of_its_names) {
    struct store_account a = make("ZhangSan");
    char uid[16], prefixed[64];

    (void)snprintf(uid, sizeof uid, "%u", a.uid);
    for (int i = 0; i < 9; i++) {
        const char *const words[] = {
            "zhangsan",           "ZHANGSAN", a.id,           uid,
            "login:zhangsan",     prefixed,   "ww1/zhangsan", "userid:zhangSAN",
            "userid:ww1/ZhangSan"};

        (void)snprintf(prefixed, sizeof prefixed, "id:%s", a.id);
        ck_assert_msg(DO(FIND, words[i])[0] == '\0', "%s", words[i]);
        ck_assert_str_eq(account.id, a.id);
    }
    (void)snprintf(prefixed, sizeof prefixed, "uid:%s", uid);
    ck_assert_str_eq(DO(FIND, prefixed), "");
}
END_TEST

static const char *const nobody[] = {"",
                                     "x",
                                     "zhangsa",
                                     "zhangsan ",
                                     "login:ZhangSan",
                                     "login:",
                                     "uid:zhangsan",
                                     "uid:0",
                                     "id:zhangsan",
                                     "uid:1",
                                     "userid:x",
                                     "ww2/zhangsan",
                                     "/zhangsan",
                                     "ww1/",
                                     "uid:-1",
                                     "uid:+5",
                                     "4294967296",
                                     "4294967295",
                                     "99999999999999",
                                     "root",
                                     "id:"};

START_TEST(whoever_is_not_there_is_refused_by_name) {
    make("ZhangSan");
    ck_assert_str_eq(DO(FIND, nobody[_i]), "unknown_account");
    ck_assert_str_eq(refusal.words[0], nobody[_i]);
}
END_TEST

START_TEST(a_word_that_names_two_is_refused) {
    struct store_account a = make("lisi"), b = make("wangwu");

    ck_assert_str_eq(DO(ALIAS, "lisi", .name = "li"), "");
    ck_assert_str_eq(DO(ALIAS, "wangwu", .name = "lisi"), "name_taken");
    make("li"); /* its userid is the other one's login name */
    ck_assert_str_eq(DO(FIND, "li"), "ambiguous");
    ck_assert_str_eq(DO(FIND, "login:li"), "");
    ck_assert_str_eq(account.id, a.id);
    ck_assert_str_eq(DO(FIND, "userid:li"), "");
    ck_assert_str_ne(account.id, a.id);
    ck_assert_str_ne(a.id, b.id);
}
END_TEST

START_TEST(a_number_of_a_group_is_no_account) {
    uint32_t gid = 0;
    char word[16];

    ck_assert_int_eq(store_run(t->store, STORE_WRITE, ({
                                   enum wecom_error give(void *arg, struct store_tx *tx) {
                                       return accounts_group(&admin.accounts, tx, "ops", arg);
                                   }
                                   give;
                               }),
                               &gid),
                     WECOM_OK);
    (void)snprintf(word, sizeof word, "%u", gid);
    ck_assert_str_eq(DO(FIND, word), "unknown_account");
}
END_TEST

/* ---- Names ----------------------------------------------------------------------------------- */

static const struct {
    const char *name, *why;
} names[] = {
    {"", "name_form"},
    {"Zhang", "name_form"},
    {"1zhang", "name_form"},
    {"-zhang", "name_form"},
    {"zh ang", "name_form"},
    {"zh:ang", "name_form"},
    {"zh\nang", "name_form"},
    {"a123456789012345678901234567890123", "name_form"},
    {"张", "name_form"},
    {"root", "name_local"},
    {"local", "name_local"},
    {"localgroup", "name_local"},
    {"sudo", "name_local"},
    {"docker", "name_local"},
    {"ops", "name_group"},
    {"wangwu", "name_taken"},
    {"zhang", ""},
    {"_z.h-9", ""},
    {"a1234567890123456789012345678901", ""},
};

START_TEST(a_login_name_follows_the_rules) {
    int64_t before;

    make("zhangsan");
    make("wangwu");
    before = changes();
    ck_assert_str_eq(DO(ALIAS, "zhangsan", .name = names[_i].name), names[_i].why);
    ck_assert_int_eq(changes() - before, names[_i].why[0] == '\0');
    ck_assert_str_eq(DO(FIND, "userid:zhangsan"), "");
    ck_assert_str_eq(account.login, names[_i].why[0] == '\0' ? names[_i].name : "zhangsan");
}
END_TEST

START_TEST(a_former_name_is_nobody_elses_and_can_be_taken_back) {
    make("zhangsan");
    make("wangwu");
    ck_assert_str_eq(DO(ALIAS, "zhangsan", .name = "zs"), "");
    ck_assert(changed);
    ck_assert_str_eq(DO(ALIAS, "zs", .name = "zs"), "");
    ck_assert(!changed);
    ck_assert_str_eq(DO(ALIAS, "wangwu", .name = "zhangsan"), "name_taken");
    ck_assert_str_eq(refusal.words[1], "zhangsan");
    ck_assert_str_eq(DO(ALIAS, "zs", .name = "zhangsan"), "");
    ck_assert_str_eq(DO(ALIAS, "wangwu", .name = "zs"), "name_taken");
    ck_assert_str_eq(DO(FIND, "login:zhangsan"), "");
}
END_TEST

START_TEST(an_account_that_had_no_name_gets_one) {
    make("a@b");
    ck_assert_str_eq(account.login, "");
    ck_assert_str_eq(accounts_admin_no_login(&account), "malformed");
    ck_assert_str_eq(DO(ALIAS, "a@b", .name = "ab"), "");
    ck_assert_str_eq(account.login, "ab");
    ck_assert_int_eq(account.no_login, STORE_LOGIN_FINE);
    ck_assert_str_eq(accounts_admin_no_login(&account), "");
}
END_TEST

START_TEST(an_identity_gets_no_login_name) {
    struct answer_member m = test_member("webonly");
    struct accounts_change made;

    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_IDENTITY, ACCOUNTS_ASKED, &account, &made), WECOM_OK);
    ck_assert_str_eq(DO(ALIAS, "webonly", .name = "web"), "no_host");
    ck_assert_str_eq(DO(ADD, NULL, .said = active("webonly")), "");
    ck_assert(account.host && account.uid != 0 && !change.made && change.changed);
    ck_assert_str_eq(DO(ALIAS, "webonly", .name = "web"), "");
}
END_TEST

/* ---- Off, on, made --------------------------------------------------------------------------- */

START_TEST(switching_off_is_counted_once) {
    int64_t before;

    make("zhangsan");
    before = changes();
    ck_assert_str_eq(DO(OFF, "zhangsan"), "");
    ck_assert(changed && account.switched_off);
    ck_assert_str_eq(accounts_admin_word(&account), "switched_off");
    ck_assert_int_eq(accounts_reason(&admin.accounts, &account), WECOM_REASON_DISABLED);
    ck_assert_str_eq(DO(OFF, "zhangsan"), "");
    ck_assert(!changed);
    ck_assert_int_eq(changes(), before + 1);
    ck_assert_str_eq(DO(ON, "zhangsan"), "");
    ck_assert(changed && !account.switched_off);
    ck_assert_int_eq(account.changed_s, admin.accounts.now_s);
    ck_assert_int_eq(changes(), before + 2);
}
END_TEST

START_TEST(who_was_added_stays_added) {
    struct store_account a = make("zhangsan");

    ck_assert(a.added && a.host && a.uid != 0);
    ck_assert_str_eq(a.login, "zhangsan");
    ck_assert_str_eq(DO(ADD, NULL, .said = active("ZhangSan")), "");
    ck_assert(!change.made);
    ck_assert_str_eq(account.id, a.id);
    ck_assert_str_eq(account.userid, "ZhangSan");
}
END_TEST

static const struct {
    enum members_state state;
    const char *why;
} states[] = {
    {MEMBERS_ACTIVE, ""},
    {MEMBERS_DISABLED, ""},
    {MEMBERS_NOT_ACTIVATED, ""},
    {MEMBERS_LEFT, "member_left"},
    {MEMBERS_NOT_VISIBLE, "not_visible"},
    {MEMBERS_UNKNOWN, "wecom"},
};

START_TEST(a_member_is_whom_wecom_shows) {
    struct members_answer said = {.state = states[_i].state,
                                  .failure = {.cure = "cure_ip", .ip = "203.0.113.7"}};

    refusal = (struct refusal){0};
    ck_assert_int_eq(accounts_admin_is_member(&said, "x", &refusal), states[_i].why[0] == '\0');
    ck_assert_str_eq(refusal.text != NULL ? refusal_why(&refusal) : "", states[_i].why);
    if (states[_i].state == MEMBERS_UNKNOWN)
        ck_assert_str_eq(refusal.cure, "cure_ip");
}
END_TEST

START_TEST(without_a_free_number_nobody_is_made) {
    struct job job = {.what = ADD, .said = active("zhangsan")};

    t->config->accounts.uid_range[0] = t->config->accounts.uid_range[1] = 1900000007; /* local's */
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run, &job), WECOM_E_TOO_LONG);
    ck_assert_str_eq(DO(FIND, "zhangsan"), "unknown_account");
}
END_TEST

/* ---- Another userid -------------------------------------------------------------------------- */

START_TEST(a_new_userid_keeps_everything_else) {
    struct store_account a = make("wangwu"), before;
    struct accounts_change lost;

    ck_assert_int_eq(test_gone(t, "wangwu", STORE_DELETED, &before, &lost), WECOM_OK);
    ck_assert_str_eq(DO(RENAME, "wangwu", .said = active("WangWu2")), "");
    ck_assert_str_eq(account.id, a.id);
    ck_assert_str_eq(account.userid, "WangWu2");
    ck_assert_str_eq(account.login, "wangwu");
    ck_assert_uint_eq(account.uid, a.uid);
    ck_assert_int_eq(account.state, STORE_ACTIVE);
    ck_assert(!account.held && account.withdrawn_s == 0);
    ck_assert_str_eq(other.id, "");
    ck_assert_str_eq(DO(FIND, "userid:wangwu"), "unknown_account");
    /* WeCom may give the former userid to another person, who is another account */
    make("wangwu");
    ck_assert_str_ne(account.id, a.id);
    ck_assert_uint_ne(account.uid, a.uid);
    ck_assert_str_eq(account.login, "");
}
END_TEST

START_TEST(an_unused_account_gets_out_of_the_way) {
    struct store_account a = make("wangwu"), b = make("wangwu2");

    ck_assert_str_eq(DO(RENAME, "wangwu", .said = active("wangwu2")), "");
    ck_assert_str_eq(account.id, a.id);
    ck_assert_str_eq(other.id, b.id);
    ck_assert_int_eq(strncmp(other.userid, "former.", 7), 0);
    ck_assert_str_eq(other.userid + 7, b.id);
    ck_assert_int_eq(other.state, STORE_DELETED);
    ck_assert_str_eq(other.login, "wangwu2");
    ck_assert_uint_eq(other.uid, b.uid);
    ck_assert_int_eq(other.withdrawn_s, admin.accounts.now_s);
    ck_assert_str_eq(DO(ALIAS, "userid:wangwu2", .name = "wangwu2"), "name_taken");
    /* not even WeCom can bring it back by making a member of that name */
    ck_assert_str_eq(DO(ADD, NULL, .said = active(other.userid)), "held");
}
END_TEST

START_TEST(a_used_account_stays) {
    int64_t before;

    make("wangwu");
    make("wangwu2");
    first_login("wangwu2");
    before = changes();
    ck_assert_str_eq(DO(RENAME, "wangwu", .said = active("wangwu2")), "rename_used");
    ck_assert_int_eq(changes(), before);
    ck_assert_str_eq(DO(FIND, "userid:wangwu"), "");
    ck_assert_str_eq(DO(FIND, "userid:wangwu2"), "");
}
END_TEST

START_TEST(the_same_userid_is_no_other) {
    make("wangwu");
    ck_assert_str_eq(DO(RENAME, "wangwu", .said = active("WANGWU")), "same_userid");
}
END_TEST

START_TEST(a_new_userid_brings_a_name_where_there_was_none) {
    make("a@b");
    ck_assert_str_eq(DO(RENAME, "a@b", .said = active("ab")), "");
    ck_assert_str_eq(account.login, "ab");
}
END_TEST

/* ---- Coming back ----------------------------------------------------------------------------- */

static void delete (const char *userid) {
    struct accounts_change lost;

    ck_assert_int_eq(test_gone(t, userid, STORE_DELETED, &account, &lost), WECOM_OK);
}

START_TEST(who_was_deleted_and_is_back_is_held_until_readmitted) {
    struct store_account a = make("wangwu");

    delete ("wangwu");
    ck_assert_str_eq(DO(ADD, NULL, .said = active("wangwu")), "held");
    ck_assert_str_eq(DO(READMIT, "wangwu", .said = active("wangwu")), "");
    ck_assert_str_eq(account.id, a.id);
    ck_assert(!account.held && account.state == STORE_ACTIVE);
    ck_assert_int_eq(accounts_reason(&admin.accounts, &account), WECOM_REASON_NONE);
}
END_TEST

START_TEST(a_deletion_that_is_not_noticed_yet_is_noticed_by_asking) {
    make("wangwu");
    delete ("wangwu");
    /* the store says "deleted", WeCom says "active" just now */
    ck_assert_str_eq(DO(READMIT, "wangwu", .said = active("wangwu")), "");
    ck_assert(!account.held && account.state == STORE_ACTIVE);
}
END_TEST

START_TEST(who_is_held_can_be_readmitted_while_wecom_is_down) {
    struct accounts_change seen;
    struct answer_member m = test_member("wangwu");

    make("wangwu");
    delete ("wangwu");
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_CONFIRM, ACCOUNTS_ASKED, &account, &seen), WECOM_OK);
    ck_assert(account.held);
    ck_assert_str_eq(DO(READMIT, "wangwu", .said = {.state = MEMBERS_UNKNOWN}), "");
    ck_assert(!account.held);
}
END_TEST

static const struct {
    bool deleted;
    enum members_state state;
    int errcode;
    const char *why;
} not_held[] = {
    {false, MEMBERS_ACTIVE, 0, "not_held"},
    {false, MEMBERS_UNKNOWN, 0, "not_held"},
    {false, MEMBERS_NOT_VISIBLE, 60011, "not_held"},
    {false, MEMBERS_NOT_VISIBLE, 60111, "still_gone"},
    {true, MEMBERS_NOT_VISIBLE, 60111, "still_gone"},
    {true, MEMBERS_UNKNOWN, 0, "wecom"},
};

START_TEST(who_is_not_held_is_not_readmitted) {
    struct members_answer said =
        not_held[_i].state == MEMBERS_NOT_VISIBLE ? gone(not_held[_i].errcode)
        : not_held[_i].state == MEMBERS_ACTIVE    ? active("wangwu")
                                                  : (struct members_answer){0};
    struct store_account a = make("wangwu");

    if (not_held[_i].deleted)
        delete ("wangwu");
    ck_assert_str_eq(DO(READMIT, "wangwu", .said = said), not_held[_i].why);
    ck_assert_str_eq(DO(REPLACE, "wangwu", .said = said), not_held[_i].why);
    ck_assert_str_eq(DO(FIND, "userid:wangwu"), "");
    ck_assert_str_eq(account.id, a.id);
}
END_TEST

START_TEST(another_person_gets_another_account) {
    struct store_account a = make("wangwu");

    delete ("wangwu");
    ck_assert_str_eq(DO(REPLACE, "wangwu", .said = active("wangwu")), "");
    ck_assert_str_eq(account.id, a.id);
    ck_assert_int_eq(strncmp(account.userid, "former.", 7), 0);
    ck_assert_str_eq(account.login, "wangwu");
    ck_assert_str_eq(other.userid, "wangwu");
    ck_assert_str_ne(other.id, a.id);
    ck_assert_uint_ne(other.uid, a.uid);
    ck_assert_uint_ne(other.uid, 0);
    ck_assert_str_eq(other.login, "");
    ck_assert_str_eq(accounts_admin_no_login(&other), "taken");
    ck_assert(!other.held && other.state == STORE_ACTIVE && other.first_login_s == 0);
    ck_assert_str_eq(DO(FIND, "userid:wangwu"), "");
    ck_assert_str_eq(account.id, other.id);
    ck_assert_str_eq(DO(REPLACE, "userid:wangwu", .said = active("wangwu")), "not_held");
}
END_TEST

START_TEST(an_identity_is_replaced_by_an_identity) {
    struct answer_member m = test_member("web");
    struct members_answer asleep = {.state = MEMBERS_NOT_ACTIVATED, .member = m};
    struct accounts_change made;

    asleep.member.status = 4;
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_IDENTITY, ACCOUNTS_ASKED, &account, &made), WECOM_OK);
    delete ("web");
    ck_assert_str_eq(DO(REPLACE, "web", .said = asleep), "not_active");
    ck_assert_str_eq(DO(REPLACE, "web", .said = active("web")), "");
    ck_assert(!other.host && other.uid == 0);
    ck_assert_str_eq(other.userid, "web");
}
END_TEST

START_TEST(accounts_of_other_companies_are_not_for_the_directory) {
    struct store_account a = {.state = STORE_ACTIVE};

    store_new_id(a.id);
    (void)snprintf(a.corp, sizeof a.corp, "ww2");
    (void)snprintf(a.userid, sizeof a.userid, "far");
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, ({
                                   enum wecom_error insert(void *arg, struct store_tx *tx) {
                                       return store_insert(tx, arg);
                                   }
                                   insert;
                               }),
                               &a),
                     WECOM_OK);
    ck_assert_str_eq(DO(FIND, "far"), "unknown_account");
    ck_assert_str_eq(DO(FIND, "ww2/far"), "");
    ck_assert_str_eq(DO(RENAME, "ww2/far", .said = active("x")), "other_company");
    ck_assert_str_eq(DO(READMIT, "ww2/far", .said = active("far")), "other_company");
    ck_assert_str_eq(DO(REPLACE, "ww2/far", .said = active("far")), "other_company");
    ck_assert_str_eq(DO(OFF, "ww2/far"), "");
    ck_assert(account.switched_off);
}
END_TEST

/* ---- Words ----------------------------------------------------------------------------------- */

START_TEST(every_state_has_a_word_that_sets_it) {
    for (int i = 1; i < ACCOUNTS_ADMIN_WORDS; i++) {
        struct store_account a = {0};

        ck_assert(accounts_admin_set_word(&a, accounts_admin_words[i]));
        ck_assert_str_eq(accounts_admin_word(&a), accounts_admin_words[i]);
    }
    ck_assert(!accounts_admin_set_word(&account, "unknown"));
    ck_assert(!accounts_admin_set_word(&account, ""));
    ck_assert(!accounts_admin_set_word(&account, "Active"));
    account = (struct store_account){.state = (enum store_state)77};
    ck_assert_str_eq(accounts_admin_word(&account), "unknown");
    account = (struct store_account){
        .state = STORE_LEFT, .held = true, .switched_off = true, .host = true};
    ck_assert_str_eq(accounts_admin_word(&account), "switched_off");
    account.switched_off = false;
    ck_assert_str_eq(accounts_admin_word(&account), "held");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("accounts_admin");
    TCase *tc = tcase_create("accounts_admin");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, an_account_is_found_by_each_of_its_names);
    tcase_add_loop_test(tc, whoever_is_not_there_is_refused_by_name, 0, SUPPORT_COUNT(nobody));
    tcase_add_test(tc, a_word_that_names_two_is_refused);
    tcase_add_test(tc, a_number_of_a_group_is_no_account);
    tcase_add_loop_test(tc, a_login_name_follows_the_rules, 0, SUPPORT_COUNT(names));
    tcase_add_test(tc, a_former_name_is_nobody_elses_and_can_be_taken_back);
    tcase_add_test(tc, an_account_that_had_no_name_gets_one);
    tcase_add_test(tc, an_identity_gets_no_login_name);
    tcase_add_test(tc, switching_off_is_counted_once);
    tcase_add_test(tc, who_was_added_stays_added);
    tcase_add_loop_test(tc, a_member_is_whom_wecom_shows, 0, SUPPORT_COUNT(states));
    tcase_add_test(tc, without_a_free_number_nobody_is_made);
    tcase_add_test(tc, a_new_userid_keeps_everything_else);
    tcase_add_test(tc, an_unused_account_gets_out_of_the_way);
    tcase_add_test(tc, a_used_account_stays);
    tcase_add_test(tc, the_same_userid_is_no_other);
    tcase_add_test(tc, a_new_userid_brings_a_name_where_there_was_none);
    tcase_add_test(tc, who_was_deleted_and_is_back_is_held_until_readmitted);
    tcase_add_test(tc, a_deletion_that_is_not_noticed_yet_is_noticed_by_asking);
    tcase_add_test(tc, who_is_held_can_be_readmitted_while_wecom_is_down);
    tcase_add_loop_test(tc, who_is_not_held_is_not_readmitted, 0, SUPPORT_COUNT(not_held));
    tcase_add_test(tc, another_person_gets_another_account);
    tcase_add_test(tc, an_identity_is_replaced_by_an_identity);
    tcase_add_test(tc, accounts_of_other_companies_are_not_for_the_directory);
    tcase_add_test(tc, every_state_has_a_word_that_sets_it);
    suite_add_tcase(s, tc);
    return s;
}
