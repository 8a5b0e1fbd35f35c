/* Names and services: what a call can be about. */
#include "pam_wecom/call.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

static char name_256[257], name_257[258];

static const char *const bad_names[] = {
    "a\nb",
    "a\x1B[31m",
    "\x7F",
    "\x01",
    "a\tb",
    "\xFF",
    "a\xE4\xBC",
    "zhang\xE2\x80\xAEsan",
    "zhang\xE2\x80\x8Bsan",
    ("a\xC2\x9B"
     "b"),
    name_257,
};

static void fill_names(void) {
    memset(name_256, 'n', 256);
    memset(name_257, 'n', 257);
}

START_TEST(a_malformed_name_is_unknown_before_any_socket) {
    struct host h = {0};

    fill_names();
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", bad_names[_i], "");
    ck_assert_int_eq(host_auth(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(host_account(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(pam_open_session(h.pamh, 0), PAM_SUCCESS);
    ck_assert_int_eq(helper_connections(), 0);
    ck_assert(!log_has(-1, bad_names[_i])); /* it may be a mistyped password */
    host_close(&h);
}
END_TEST

START_TEST(the_longest_name_is_still_a_name) {
    fill_names();
    helper_play(RESULT(GRANTED));
    ck_assert_int_eq(login(name_256, ""), PAM_SUCCESS);
}
END_TEST

START_TEST(a_missing_name_is_asked_for_by_pam_itself) {
    struct host h = {.answers = {"zhangsan"}};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", NULL, "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(host_shown(&h, PAM_PROMPT_ECHO_ON), "login:");
    ck_assert(has_field(helper_heard(0), "user=zhangsan"));
    host_close(&h);
}
END_TEST

START_TEST(an_empty_name_is_unknown) {
    struct host h = {.answers = {""}};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", _i == 0 ? NULL : "", ""); /* typed, or set by the host */
    ck_assert_int_eq(host_auth(&h), PAM_USER_UNKNOWN);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

START_TEST(with_identity_a_malformed_name_of_the_host_is_refused) {
    helper_play(RESULT(GRANTED_IDENTITY));
    ck_assert_int_eq(login("a\x1B[31m", "identity"), PAM_USER_UNKNOWN);
    ck_assert_int_eq(helper_connections(), 0);
}
END_TEST

START_TEST(a_service_that_is_no_word_is_a_service_error) {
    static const char *const services[] = {"web server", "web@1", "-web",
                                           ("w\xC3\xA9"
                                            "b")};
    struct host h = {0};

    helper_play(RESULT(GRANTED));
    host_open(&h, services[_i], "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SERVICE_ERR);
    ck_assert(log_has(3, "service name cannot be used"));
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/call");
    TCase *tc = place_case("call");

    tcase_add_loop_test(tc, a_malformed_name_is_unknown_before_any_socket, 0,
                        (int)(sizeof bad_names / sizeof bad_names[0]));
    tcase_add_test(tc, the_longest_name_is_still_a_name);
    tcase_add_test(tc, a_missing_name_is_asked_for_by_pam_itself);
    tcase_add_loop_test(tc, an_empty_name_is_unknown, 0, 2);
    tcase_add_test(tc, with_identity_a_malformed_name_of_the_host_is_refused);
    tcase_add_loop_test(tc, a_service_that_is_no_word_is_a_service_error, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}
