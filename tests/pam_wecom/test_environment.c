/* The PAM environment: known names only, and only after success. */
#include "pam_wecom/environment.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

#define ENV                                                                                    \
    "env.WECOM_ACCOUNT=acc-1\nenv.WECOM_USERID=ZhangSan\nenv.WECOM_NAME="                      \
    "\xE5\xBC\xA0\xE4\xB8\x89\n"                                                               \
    "env.WECOM_MOBILE=13800000000\nenv.WECOM_EMAIL=z@example.com\nenv.WECOM_DEPARTMENTS=1 2\n" \
    "env.WECOM_METHOD=code\nenv.WECOM_FIRST_LOGIN=yes\nenv.WECOM_MOBILE_TAKEN=yes\n"

static int env_count(struct host *h) {
    char **list = pam_getenvlist(h->pamh);
    int count = 0;

    for (int i = 0; list[i] != NULL; i++) {
        count++;
        free(list[i]);
    }
    free(list);
    return count;
}

START_TEST(success_puts_what_the_helper_exports) {
    struct host h = {0};

    helper_play(RESULT(GRANTED ENV));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_ACCOUNT"), "acc-1");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_USERID"), "ZhangSan");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_NAME"), "\xE5\xBC\xA0\xE4\xB8\x89");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_MOBILE"), "13800000000");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_EMAIL"), "z@example.com");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_DEPARTMENTS"), "1 2");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_METHOD"), "code");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_FIRST_LOGIN"), "yes");
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_MOBILE_TAKEN"), "yes");
    ck_assert_int_eq(env_count(&h), 9);
    host_close(&h);
}
END_TEST

START_TEST(without_success_nothing_is_put) {
    static const char *const results[] = {
        "result\nverdict=denied\n" ENV,
        "result\nverdict=granted\nuser=lisi\nuserid=L\ncorp=w\n" ENV,
        GRANTED ENV "env.PATH=/tmp\n",
        GRANTED ENV "env.LD_PRELOAD=/tmp/x.so\n",
        GRANTED ENV "env.WECOM_REASON=x\n",
        GRANTED ENV "env.WECOM_APP=x\n",
    };
    struct host h = {0};

    helper_play(RESULT(results[_i]));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(env_count(&h), 0);
    host_close(&h);
}
END_TEST

START_TEST(values_are_one_clean_line) {
    struct host h = {0};

    helper_play(RESULT(GRANTED "env.WECOM_NAME=a\xE2\x80\xAE"
                               "b\xC2\x9B"
                               "c\xE2\x80\xA8=d\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_NAME"), "abc=d");
    host_close(&h);
}
END_TEST

START_TEST(nothing_of_an_earlier_login_stays) {
    static const char *const results[] = {GRANTED, "result\nverdict=denied\n"};
    struct host h = {0};

    helper_play(RESULT(GRANTED ENV));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(pam_putenv(h.pamh, "PATH=/bin"), PAM_SUCCESS);
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    helper_stop();
    helper_play(RESULT(results[_i]));
    (void)host_auth(&h);
    ck_assert_int_eq(env_count(&h), 1);
    ck_assert_str_eq(pam_getenv(h.pamh, "PATH"), "/bin");
    host_close(&h);
}
END_TEST

START_TEST(the_reason_is_put_only_where_the_host_asked_for_it) {
    struct host h = {0};

    helper_play(RESULT("result\nverdict=denied\nreason=disabled\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(env_count(&h), 0);
    ck_assert_int_eq(pam_putenv(h.pamh, "WECOM_REASON="), PAM_SUCCESS);
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "disabled");
    helper_stop();
    helper_play(RESULT(GRANTED));
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "");
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/environment");
    TCase *tc = place_case("environment");

    tcase_add_test(tc, success_puts_what_the_helper_exports);
    tcase_add_loop_test(tc, without_success_nothing_is_put, 0, 6);
    tcase_add_test(tc, values_are_one_clean_line);
    tcase_add_loop_test(tc, nothing_of_an_earlier_login_stays, 0, 2);
    tcase_add_test(tc, the_reason_is_put_only_where_the_host_asked_for_it);
    suite_add_tcase(s, tc);
    return s;
}
