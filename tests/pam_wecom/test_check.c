/* A helper that lies gets nobody in. */
#include "pam_wecom/check.h"

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

#define G "result\nverdict=granted\naccount=valid\n"

/* To a login of "zhangsan" where accounts count. */
static const char *const account_lies[] = {
    G "corp=wwcorp1\nuserid=ZhangSan\n",                /* nobody in particular */
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=root\n",     /* root */
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=lisi\n",     /* somebody else */
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=ZhangSan\n", /* not the same bytes */
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=zhangsa\n",
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=zhangsanx\n",
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=\n",
    G "corp=wwcorp1\nuserid=ZhangSan\nuser=zhangsan \n",
    G "corp=wwcorp1\nuser=zhangsan\n", /* no userid */
    G "corp=wwcorp1\nuserid=\nuser=zhangsan\n",
    G "corp=wwcorp1\nuserid=Zhang San\nuser=zhangsan\n",
    G "corp=wwcorp1\nuserid=../root\nuser=zhangsan\n",
    G "corp=wwcorp1\nuserid=-x\nuser=zhangsan\n",
    G "corp=wwcorp1\nuserid=Zhang/San\nuser=zhangsan\n",
    G "corp=wwcorp1\nuserid=\xE5\xBC\xA0\nuser=zhangsan\n",
    G "userid=ZhangSan\nuser=zhangsan\n", /* no company */
    G "corp=ww.corp\nuserid=ZhangSan\nuser=zhangsan\n",
};

START_TEST(a_grant_that_does_not_fit_the_login_is_refused) {
    struct host h = {0};

    helper_play(RESULT(account_lies[_i]));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(log_count(3), 1);
    ck_assert(log_has(3, "helper granted what it may not"));
    ck_assert_str_eq(host_user(&h), "zhangsan");
    host_close(&h);
}
END_TEST

/* To a login with `identity`. */
static const struct {
    const char *user, *result;
    int code;
    const char *user_then;
} identities[] = {
    {NULL, G "corp=wwcorp1\nuserid=ZhangSan\n", PAM_SUCCESS, "ZhangSan"},
    {NULL, G "userid=1001\n", PAM_SUCCESS, "1001"},
    {NULL, G "corp=wwcorp1\nuserid=admin\n", PAM_SUCCESS, "admin"},
    {NULL, G "corp=wwcorp1\nuserid=root\n", PAM_SUCCESS, "root"}, /* no account is meant */
    {NULL, G "corp=wwcorp1\nuserid=a@b\n", PAM_SUCCESS, "a@b"},
    {"ZhangSan", G "corp=wwcorp1\nuserid=ZhangSan\n", PAM_SUCCESS, "ZhangSan"},
    {"zhangsan", G "corp=wwcorp1\nuserid=ZhangSan\n", PAM_SUCCESS, "zhangsan"},
    {"lisi", G "corp=wwcorp1\nuserid=ZhangSan\n", PAM_AUTH_ERR, "lisi"},
    {"zhangsa", G "corp=wwcorp1\nuserid=ZhangSan\n", PAM_AUTH_ERR, "zhangsa"},
    {"zhangsan", G "corp=wwcorp1\nuserid=ZhangSan\nuser=zhangsan\n", PAM_AUTH_ERR, "zhangsan"},
    {NULL, G "corp=wwcorp1\nuserid=ZhangSan\nuser=zhangsan\n", PAM_AUTH_ERR, NULL},
    {NULL, G "corp=wwcorp1\nuserid=ZhangSan\nuser=\n", PAM_AUTH_ERR, NULL},
    {NULL, G "corp=wwcorp1\n", PAM_AUTH_ERR, NULL},
    {NULL, G "corp=wwcorp1\nuserid=\n", PAM_AUTH_ERR, NULL},
    {NULL, G "corp=wwcorp1\nuserid=a b\n", PAM_AUTH_ERR, NULL},
    {NULL, G "corp=ww.corp\nuserid=ZhangSan\n", PAM_AUTH_ERR, NULL},
    {NULL, "result\nverdict=denied\nuserid=ZhangSan\n", PAM_AUTH_ERR, NULL},
};

START_TEST(with_identity_the_userid_is_the_user_unless_the_host_named_one) {
    struct host h = {0};

    helper_play(RESULT(identities[_i].result));
    host_open(&h, "web", identities[_i].user, "identity");
    ck_assert_int_eq(host_auth(&h), identities[_i].code);
    ck_assert_int_eq(h.prompts, 0); /* no name is asked for */
    if (identities[_i].user_then == NULL)
        ck_assert_ptr_null(host_user(&h));
    else
        ck_assert_str_eq(host_user(&h), identities[_i].user_then);
    ck_assert_int_eq(has_name(helper_heard(0), "user"), identities[_i].user != NULL);
    host_close(&h);
}
END_TEST

START_TEST(another_persons_identity_is_a_mismatch) {
    struct host h = {0};

    helper_play(RESULT(GRANTED_IDENTITY));
    host_open(&h, "web", "lisi", "identity");
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "identity_mismatch");
    ck_assert(log_has(3, "helper granted what it may not"));
    host_close(&h);
}
END_TEST

START_TEST(the_user_of_the_host_stays_byte_for_byte) {
    static const char *const users[] = {"zhangsan", "u1001", "Mixed.Case",
                                        "\xE5\xBC\xA0\xE4\xB8\x89"};
    struct host h = {0};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", users[_i], "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(host_user(&h), users[_i]);
    host_close(&h);
}
END_TEST

static void become_lisi(struct host *h) {
    ck_assert_int_eq(pam_set_item(h->pamh, PAM_USER, "lisi"), PAM_SUCCESS);
}

/* A host may change the name in its conversation; whoever was checked was somebody else. */
START_TEST(a_user_changed_during_the_login_is_refused) {
    struct host h = {.answers = {"123456"}, .during = become_lisi};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    host_close(&h);
}
END_TEST

START_TEST(with_identity_a_user_changed_during_the_login_is_refused) {
    struct host h = {.answers = {"123456"}, .during = become_lisi};

    helper_play(
        SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, G "userid=lisi\n", 0}));
    host_open(&h, "web", "zhangsan", "identity");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    host_close(&h);
    host_open(&h, "web", NULL, "identity"); /* named meanwhile, and the same person */
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(host_user(&h), "lisi");
    host_close(&h);
}
END_TEST

START_TEST(with_identity_local_names_mean_nothing) {
    helper_play(RESULT(G "corp=wwcorp1\nuserid=root\n"));
    ck_assert_int_eq(login("root", "identity"), PAM_SUCCESS);
    ck_assert(has_field(helper_heard(0), "identity=yes"));
    ck_assert(!has_name(helper_heard(0), "link"));
}
END_TEST

START_TEST(an_account_answer_about_somebody_else_is_refused) {
    static const struct {
        const char *result;
        int code;
    } cases[] = {
        {G, PAM_SUCCESS},
        {G "userid=ZhangSan\n", PAM_SUCCESS},
        {G "userid=lisi\n", PAM_PERM_DENIED},
        {G "userid=ZhangSan\nuser=zhangsan\n", PAM_PERM_DENIED},
    };
    struct host h = {0};

    helper_play(ACCOUNT(cases[_i].result));
    host_open(&h, "web", "zhangsan", "identity");
    ck_assert_int_eq(host_account(&h), cases[_i].code);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/check");
    TCase *tc = place_case("lies");

    tcase_add_loop_test(tc, a_grant_that_does_not_fit_the_login_is_refused, 0,
                        (int)(sizeof account_lies / sizeof account_lies[0]));
    tcase_add_loop_test(tc, with_identity_the_userid_is_the_user_unless_the_host_named_one, 0,
                        (int)(sizeof identities / sizeof identities[0]));
    tcase_add_test(tc, another_persons_identity_is_a_mismatch);
    tcase_add_loop_test(tc, the_user_of_the_host_stays_byte_for_byte, 0, 4);
    tcase_add_test(tc, a_user_changed_during_the_login_is_refused);
    tcase_add_test(tc, with_identity_a_user_changed_during_the_login_is_refused);
    tcase_add_test(tc, with_identity_local_names_mean_nothing);
    tcase_add_loop_test(tc, an_account_answer_about_somebody_else_is_refused, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}
