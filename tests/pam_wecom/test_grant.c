/* A grant answers the account phase of the same handle, for the same user and service, for a while.
 */
#include "pam_wecom/grant.h"

#include <string.h>
#include <time.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

#define GRANT_OF(user, userid, account) \
    "result\nverdict=granted\ncorp=wwcorp1\n" user "userid=" userid "\n" account

static const struct {
    const char *account;
    int code;
} accounts[] = {
    {"account=valid\n", PAM_SUCCESS},
    {"account=expired\n", PAM_ACCT_EXPIRED},
    {"account=denied\n", PAM_PERM_DENIED},
    {"account=unavailable\n", PAM_AUTHINFO_UNAVAIL},
    {"account=unknown\n", PAM_USER_UNKNOWN},
    {"account=fine\n", PAM_PERM_DENIED},
    {"", PAM_PERM_DENIED},
};

START_TEST(the_account_verdict_of_a_fresh_grant_needs_no_second_exchange) {
    char text[256] = "result\nverdict=granted\ncorp=w\nuser=zhangsan\nuserid=Z\nreason=disabled\n";
    struct host h = {0};

    (void)strcat(text, accounts[_i].account);
    helper_play(RESULT(text));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_account(&h), accounts[_i].code);
    ck_assert_int_eq(helper_connections(), 1);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"),
                     accounts[_i].code == PAM_SUCCESS ? "" : "disabled");
    host_close(&h);
}
END_TEST

static void play_a_grant(void) {
    helper_play(RESULT(GRANTED));
}

static void change_user(struct host *h) {
    pam_set_item(h->pamh, PAM_USER, "lisi");
}
static void change_service(struct host *h) {
    pam_set_item(h->pamh, PAM_SERVICE, "web2");
}

START_TEST(a_grant_is_not_for_another_user_or_service) {
    static void (*const changes[])(struct host *) = {change_user, change_service};
    struct host h = {0};

    stack_write("web2", "account required @\n");
    play_a_grant();
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    changes[_i](&h);
    helper_stop();
    helper_play(ACCOUNT("result\nverdict=granted\naccount=denied\n"));
    ck_assert_int_eq(host_account(&h), PAM_PERM_DENIED);
    ck_assert_int_eq(helper_connections(), 1);
    ck_assert(has_field(helper_heard(0), _i == 0 ? "user=lisi" : "service=web2"));
    host_close(&h);
}
END_TEST

START_TEST(a_grant_is_not_for_another_handle) {
    struct host a = {0}, b = {0};

    play_a_grant();
    host_open(&a, "web", "zhangsan", "");
    host_start(&b, "web", "zhangsan");
    ck_assert_int_eq(host_auth(&a), PAM_SUCCESS);
    helper_stop();
    ck_assert_int_eq(host_account(&a), PAM_SUCCESS);
    ck_assert_int_eq(host_account(&b), PAM_AUTHINFO_UNAVAIL);
    host_close(&a);
    host_close(&b);
}
END_TEST

START_TEST(a_grant_of_an_identity_is_not_one_of_an_account) {
    struct host h = {0};

    stack_write("web", "auth required @ identity\naccount required @\n");
    helper_play(RESULT(GRANTED_IDENTITY));
    host_start(&h, "web", NULL);
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    helper_stop();
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    host_close(&h);
}
END_TEST

START_TEST(a_grant_of_an_identity_answers_for_the_user_it_set) {
    struct host h = {0};

    helper_play(RESULT(GRANTED_IDENTITY));
    host_open(&h, "web", _i == 0 ? NULL : "zhangsan", "identity");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS);
    ck_assert_int_eq(helper_connections(), 1);
    host_close(&h);
}
END_TEST

START_TEST(a_failing_authentication_takes_an_older_grant_away) {
    static const char *const results[] = {"result\nverdict=denied\n", "nonsense\n", NULL};
    struct host h = {0};

    play_a_grant();
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    helper_stop();
    if (results[_i] != NULL)
        helper_play(RESULT(results[_i]));
    ck_assert_int_ne(host_auth(&h), PAM_SUCCESS);
    helper_stop();
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL); /* asks again: nobody there */
    host_close(&h);
}
END_TEST

START_TEST(a_refused_grant_is_not_remembered) {
    struct host h = {0};

    helper_play(RESULT(GRANT_OF("user=lisi\n", "Z", "account=valid\n")));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    helper_stop();
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    host_close(&h);
}
END_TEST

START_TEST(an_old_grant_is_asked_again) {
    const struct timespec over = {.tv_sec = 5, .tv_nsec = 200000000};
    struct host h = {0};

    play_a_grant();
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS);
    helper_stop();
    (void)nanosleep(&over, NULL);
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    host_close(&h);
}
END_TEST

START_TEST(a_local_user_is_ignored_even_behind_a_grant) {
    struct host h = {0};

    stack_write("web", "auth required @\n"
                       "account [ignore=1 default=bad] @\n"
                       "account requisite pam_deny.so\n"
                       "account required pam_permit.so\n");
    play_a_grant();
    host_start(&h, "web", "zhangsan");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(pam_set_item(h.pamh, PAM_USER, "root"), PAM_SUCCESS);
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS); /* the jump over the denial */
    ck_assert_int_eq(helper_connections(), 1);
    host_close(&h);
}
END_TEST

START_TEST(the_account_phase_without_a_name_is_a_denial) {
    struct host h = {.answers = {"zhangsan"}};

    helper_play(ACCOUNT("result\nverdict=granted\naccount=valid\n"));
    host_open(&h, "web", NULL, _i == 0 ? "" : "identity");
    ck_assert_int_eq(host_account(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(h.calls, 0);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/grant");
    TCase *tc = place_case("grant");

    tcase_add_loop_test(tc, the_account_verdict_of_a_fresh_grant_needs_no_second_exchange, 0,
                        (int)(sizeof accounts / sizeof accounts[0]));
    tcase_add_loop_test(tc, a_grant_is_not_for_another_user_or_service, 0, 2);
    tcase_add_test(tc, a_grant_is_not_for_another_handle);
    tcase_add_test(tc, a_grant_of_an_identity_is_not_one_of_an_account);
    tcase_add_loop_test(tc, a_grant_of_an_identity_answers_for_the_user_it_set, 0, 2);
    tcase_add_loop_test(tc, a_failing_authentication_takes_an_older_grant_away, 0, 3);
    tcase_add_test(tc, a_refused_grant_is_not_remembered);
    tcase_add_test(tc, an_old_grant_is_asked_again);
    tcase_add_test(tc, a_local_user_is_ignored_even_behind_a_grant);
    tcase_add_loop_test(tc, the_account_phase_without_a_name_is_a_denial, 0, 2);
    suite_add_tcase(s, tc);
    return s;
}
