/* Names and numbers: what the rules make of people, and who may have what. */
#include "helper/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_accounts.h"

#define LONG_32 "abcdefghijklmnopqrstuvwxyz-12345"
#define LONG_64 "a234567890123456789012345678901234567890123456789012345678901234"

/* What becomes of a userid with username=userid; the table of docs/ACCOUNTS.md. */
static const struct {
    const char *userid, *login; /* "": none, for that reason */
    enum store_no_login why;
} userids[] = {
    {"zhangsan", "zhangsan", 0},
    {"ZhangSan", "zhangsan", 0},
    {"chen.xiao-ming_2", "chen.xiao-ming_2", 0},
    {"1001", "u1001", 0},
    {"13800138000", "u13800138000", 0},
    {"0", "u0", 0},
    {"root", "", STORE_LOGIN_LOCAL},
    {"ROOT", "", STORE_LOGIN_LOCAL},
    {"sudo", "", STORE_LOGIN_LOCAL},
    {"admin", "", STORE_LOGIN_LOCAL},
    {"Wheel", "", STORE_LOGIN_LOCAL},
    {"docker", "", STORE_LOGIN_LOCAL},
    {"local", "", STORE_LOGIN_LOCAL},
    {"localgroup", "", STORE_LOGIN_LOCAL},
    {"LocalGroup", "", STORE_LOGIN_LOCAL},
    {"a@b", "", STORE_LOGIN_MALFORMED},
    {"zhang.san@example.com", "", STORE_LOGIN_MALFORMED},
    {LONG_32, LONG_32, 0},
    {LONG_32 "6", "", STORE_LOGIN_MALFORMED},
    {"12345678901234567890123456789012", "", STORE_LOGIN_MALFORMED}, /* 33 with the prefix */
    {"1234567890123456789012345678901", "u1234567890123456789012345678901", 0},
    {LONG_64, "", STORE_LOGIN_MALFORMED},
    {"a..b", "a..b", 0},
    {"x", "x", 0},
};

START_TEST(a_userid_becomes_a_login_name_or_none_for_a_reason) {
    struct test_store *t = test_store_new("");
    struct answer_member m = test_member(userids[_i].userid);
    struct store_account a;
    struct accounts_change change;

    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert_str_eq(a.login, userids[_i].login);
    ck_assert_int_eq(a.no_login, userids[_i].why);
    ck_assert(a.host && a.uid != 0);
    test_store_free(t);
}
END_TEST

/* No userid (WeCom's rule, page 90195): these never come as far as a name. */
static const char *const no_userids[] = {
    "a:b", "../x", "-rf", "", "\xE5\xBC\xA0\xE4\xB8\x89", "a b", "a/b", "a\nb", LONG_64 "5"};

START_TEST(what_is_no_userid_has_no_account) {
    char text[256];
    json_t *json;
    struct answer_member m;

    (void)snprintf(text, sizeof text, "%s", no_userids[_i]);
    json = json_pack("{s:s, s:i}", "userid", text, "status", 1);
    ck_assert_ptr_nonnull(json);
    ck_assert_int_eq(answer_member(json, &m), WECOM_E_FORMAT);
    ck_assert_str_eq(m.userid, "");
    json_decref(json);
}
END_TEST

static const struct {
    const char *settings, *alias, *email, *login;
    enum store_no_login why;
} sources[] = {
    {"username = alias\n", "ZSan", "", "zsan", 0},
    {"username = alias\n", "", "z@x.example", "", STORE_LOGIN_MISSING},
    {"username = alias\n", "\xE5\xBC\xA0", "", "", STORE_LOGIN_MALFORMED},
    {"username = alias\n", "Zhang San", "", "", STORE_LOGIN_MALFORMED},
    {"username = alias\n", "7of9", "", "u7of9", 0},
    {"username = alias\n", "-x", "", "", STORE_LOGIN_MALFORMED},
    {"username = email_local\n", "zs", "San.Zhang@x.example", "san.zhang", 0},
    {"username = email_local\n", "zs", "", "", STORE_LOGIN_MISSING},
    {"username = email_local\n", "zs", "@x.example", "", STORE_LOGIN_MISSING},
    {"username = email_local\n", "zs", "root@x.example", "", STORE_LOGIN_LOCAL},
    {"username = email_local\n", "zs", "a+b@x.example", "", STORE_LOGIN_MALFORMED},
    {"username = email_local\nname_prefix = wx_\n", "zs", "88@x.example", "wx_88", 0},
};

START_TEST(the_name_comes_from_where_the_rules_say) {
    struct test_store *t = test_store_new(sources[_i].settings);
    struct answer_member m = test_member("zhangsan");
    struct store_account a;
    struct accounts_change change;

    (void)snprintf(m.alias, sizeof m.alias, "%s", sources[_i].alias);
    (void)snprintf(m.email, sizeof m.email, "%s", sources[_i].email);
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    ck_assert_str_eq(a.login, sources[_i].login);
    ck_assert_int_eq(a.no_login, sources[_i].why);
    test_store_free(t);
}
END_TEST

static struct store_account made(struct test_store *t, const struct answer_member *m) {
    struct store_account a = {.uid = 0};
    struct accounts_change change;

    ck_assert_int_eq(test_see(t, m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change), WECOM_OK);
    return a;
}

START_TEST(the_first_owner_keeps_a_name_for_ever) {
    struct test_store *t = test_store_new("username = alias\n");
    struct answer_member first = test_member("a1"), second = test_member("a2");
    struct store_account a, b;
    struct accounts_change change;

    (void)snprintf(first.alias, sizeof first.alias, "zsan");
    (void)snprintf(second.alias, sizeof second.alias, "ZSAN");
    a = made(t, &first);
    b = made(t, &second);
    ck_assert_str_eq(a.login, "zsan");
    ck_assert_str_eq(b.login, "");
    ck_assert_int_eq(b.no_login, STORE_LOGIN_TAKEN);
    /* also when he is gone, and when he calls himself otherwise */
    ck_assert_int_eq(test_gone(t, "a1", STORE_DELETED, &a, &change), WECOM_OK);
    b = made(t, &second);
    ck_assert_str_eq(b.login, "");
    (void)snprintf(first.alias, sizeof first.alias, "other");
    a = made(t, &first);
    ck_assert_str_eq(a.login, "zsan");
    /* a name that nobody had comes with the next word of WeCom */
    (void)snprintf(second.alias, sizeof second.alias, "zsan2");
    b = made(t, &second);
    ck_assert_str_eq(b.login, "zsan2");
    ck_assert_int_eq(b.no_login, STORE_LOGIN_FINE);
    test_store_free(t);
}
END_TEST

START_TEST(a_number_is_the_same_on_every_host_where_nobody_is_in_the_way) {
    struct test_store *t = test_store_new(""), *other = test_store_new("");
    struct answer_member m = test_member("ZhangSan"), lower = test_member("zhangsan");
    struct store_account a = made(t, &m), b;
    struct answer_member first = test_member("somebody");

    (void)made(other, &first);
    b = made(other, &lower);
    ck_assert_uint_eq(a.uid, b.uid);
    ck_assert_uint_ge(a.uid, 1900000000);
    ck_assert_uint_le(a.uid, 1999999999);
    ck_assert_str_ne(a.id, b.id);
    test_store_free(t);
    test_store_free(other);
}
END_TEST

START_TEST(a_number_in_use_is_passed_by) {
    struct test_store *t = test_store_new("uid_range = 1900000000-1900000999\n");
    bool seen[1000] = {false};

    /* 998 of 1000: the numbers of a local user and of a local group are never given */
    for (int i = 0; i < 998; i++) {
        char userid[32];
        struct answer_member m;
        struct store_account a;

        (void)snprintf(userid, sizeof userid, "p%d", i);
        m = test_member(userid);
        a = made(t, &m);
        ck_assert_uint_ge(a.uid, 1900000000);
        ck_assert_uint_lt(a.uid, 1900001000);
        ck_assert_uint_ne(a.uid, 1900000007);
        ck_assert_uint_ne(a.uid, 1900000009);
        ck_assert(!seen[a.uid - 1900000000]);
        seen[a.uid - 1900000000] = true;
    }
    {
        struct answer_member m = test_member("onemore");
        struct store_account a;
        struct accounts_change change;

        ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADMIT, ACCOUNTS_ASKED, &a, &change),
                         WECOM_E_TOO_LONG);
        /* and nothing of it is left: the name can still be given */
        ck_assert_int_eq(test_see(t, &m, ACCOUNTS_CONFIRM, ACCOUNTS_ASKED, &a, &change),
                         WECOM_E_ABSENT);
    }
    test_store_free(t);
}
END_TEST

struct group_job {
    struct test_store *t;
    const char *name;
    uint32_t gid;
};

static enum wecom_error run_group(void *arg, struct store_tx *tx) {
    struct group_job *j = arg;

    return accounts_group(&j->t->accounts, tx, j->name, &j->gid);
}

START_TEST(groups_and_people_share_names_and_numbers) {
    struct test_store *t = test_store_new("");
    struct answer_member ops = test_member("ops"), lisi = test_member("lisi");
    struct group_job job = {.t = t, .name = "ops"};
    struct store_account a;
    uint32_t gid;

    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_group, &job), WECOM_OK);
    gid = job.gid;
    ck_assert_uint_ge(gid, 1900000000);
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_group, &job), WECOM_OK);
    ck_assert_uint_eq(job.gid, gid); /* for ever */
    a = made(t, &ops);
    ck_assert_str_eq(a.login, "");
    ck_assert_int_eq(a.no_login, STORE_LOGIN_TAKEN);
    ck_assert_uint_ne(a.uid, gid);
    (void)made(t, &lisi);
    job.name = "lisi";
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_group, &job), WECOM_E_PEER);
    job.name = "localgroup";
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_group, &job), WECOM_E_PEER);
    job.name = "sudo";
    ck_assert_int_eq(store_run(t->store, STORE_WRITE, run_group, &job), WECOM_E_PEER);
    test_store_free(t);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("naming");
    TCase *t = tcase_create("naming");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_userid_becomes_a_login_name_or_none_for_a_reason, 0,
                        SUPPORT_COUNT(userids));
    tcase_add_loop_test(t, what_is_no_userid_has_no_account, 0, SUPPORT_COUNT(no_userids));
    tcase_add_loop_test(t, the_name_comes_from_where_the_rules_say, 0, SUPPORT_COUNT(sources));
    tcase_add_test(t, the_first_owner_keeps_a_name_for_ever);
    tcase_add_test(t, a_number_is_the_same_on_every_host_where_nobody_is_in_the_way);
    tcase_add_test(t, a_number_in_use_is_passed_by);
    tcase_add_test(t, groups_and_people_share_names_and_numbers);
    suite_add_tcase(s, t);
    return s;
}
