/* The end of a call: what the person reads and what the log says. */
#include "pam_wecom/finish.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

enum { ERR = 3, WARNING = 4, NOTICE = 5, DEBUG = 7 };

START_TEST(the_message_of_a_refusal_is_an_error_message) {
    struct host h = {0};

    helper_play(RESULT("result\nverdict=denied\nmessage=Not you.%0ASorry.\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.shown_count, 1);
    ck_assert_str_eq(host_shown(&h, PAM_ERROR_MSG), "Not you.\nSorry.");
    host_close(&h);
}
END_TEST

START_TEST(the_message_of_a_grant_is_information) {
    struct host h = {0};

    helper_play(RESULT(GRANTED "message=Welcome.\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(h.shown_count, 1);
    ck_assert_str_eq(host_shown(&h, PAM_TEXT_INFO), "Welcome.");
    host_close(&h);
}
END_TEST

START_TEST(the_message_of_a_grant_that_is_refused_is_not_shown) {
    struct host h = {0};

    helper_play(RESULT("result\nverdict=granted\nuser=root\nuserid=Z\ncorp=w\nmessage=Welcome.\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.calls, 0);
    host_close(&h);
}
END_TEST

START_TEST(no_message_is_no_call_of_the_conversation) {
    static const char *const results[] = {"result\nverdict=denied\n",
                                          "result\nverdict=denied\nmessage=\n",
                                          "result\nverdict=denied\nmessage=\xE2\x80\x8B\n"};
    struct host h = {0};

    helper_play(RESULT(results[_i]));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.calls, 0);
    host_close(&h);
}
END_TEST

START_TEST(the_account_phase_speaks_only_when_it_refuses) {
    struct host h = {0};

    helper_play(ACCOUNT("result\nverdict=granted\naccount=valid\nmessage=Hello.\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS);
    ck_assert_int_eq(h.calls, 0);
    helper_stop();
    helper_play(ACCOUNT("result\nverdict=denied\naccount=expired\nmessage=You left.\n"));
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_account(&h), PAM_ACCT_EXPIRED);
    ck_assert_str_eq(host_shown(&h, PAM_ERROR_MSG), "You left.");
    host_close(&h);
}
END_TEST

START_TEST(without_a_verdict_the_person_reads_so_in_both_languages_with_the_id) {
    static const struct step scripts[][4] = {
        {{HEAR, "begin", 0}, READY, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, READY},
        {{HEAR, "begin", 0}, READY, {SAY, "nonsense\n", 0}},
    };
    struct host h = {0};
    const char *text, *english;

    helper_play(scripts[_i]);
    host_open(&h, "web", "zhangsan", "timeout=1");
    ck_assert_int_ne(host_auth(&h), PAM_SUCCESS);
    text = host_shown(&h, PAM_ERROR_MSG);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(h.calls, 1);
    english = strchr(text, '\n');
    ck_assert_ptr_nonnull(english);
    ck_assert_ptr_nonnull(strstr(text, "\xE7\xBC\x96\xE5\x8F\xB7 tst-1"));
    ck_assert_int_lt((int)(strstr(text, "\xE7\xBC\x96\xE5\x8F\xB7") - text), (int)(english - text));
    ck_assert_ptr_nonnull(strstr(english, "ID tst-1"));
    host_close(&h);
}
END_TEST

START_TEST(quiet_and_silent_hosts_read_nothing) {
    struct host h = {.flags = _i == 0 ? 0 : PAM_SILENT};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY));
    host_open(&h, "web", "zhangsan", _i == 0 ? "quiet" : "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(h.calls, 0);
    host_close(&h);
}
END_TEST

START_TEST(a_login_is_one_notice_with_the_helpers_id) {
    helper_play(RESULT("result\nverdict=denied\nreason=not_allowed\nmessage=Not you.\n"));
    ck_assert_int_eq(login("zhangsan", ""), PAM_AUTH_ERR);
    ck_assert_int_eq(log_count(NOTICE), 1);
    ck_assert_int_eq(log_count(ERR) + log_count(WARNING) + log_count(DEBUG), 0);
    ck_assert(log_has(NOTICE, "pam_wecom(web:auth): denied user='zhangsan' id='tst-1' "
                              "reason='not_allowed'"));
    helper_stop();
    log_forget();
    helper_play(RESULT(GRANTED));
    ck_assert_int_eq(login("zhangsan", ""), PAM_SUCCESS);
    ck_assert_int_eq(log_count(NOTICE), 1);
    ck_assert(log_has(NOTICE, "granted user='zhangsan' id='tst-1'"));
}
END_TEST

START_TEST(a_name_that_nobody_knows_is_not_logged) {
    helper_play(RESULT("result\nverdict=unknown_user\n"));
    ck_assert_int_eq(login("hunter2", "debug"), PAM_USER_UNKNOWN);
    ck_assert(log_has(NOTICE, "user unknown"));
    ck_assert(!log_has(-1, "hunter2"));
}
END_TEST

START_TEST(a_name_cannot_forge_a_log_line) {
    helper_play(RESULT("result\nverdict=denied\n"));
    ck_assert_int_eq(login("a' id='b\\", ""), PAM_AUTH_ERR);
    ck_assert(log_has(NOTICE, "user='a\\x27 id=\\x27b\\x5c' id='tst-1'"));
}
END_TEST

START_TEST(debug_adds_what_is_nobodys_news) {
    ck_assert_int_eq(login("root", ""), PAM_USER_UNKNOWN);
    ck_assert_int_eq(log_count(DEBUG), 0);
    ck_assert_int_eq(login("root", "debug"), PAM_USER_UNKNOWN);
    ck_assert_int_eq(log_count(DEBUG), 1);
    ck_assert(log_has(DEBUG, "local user, not ours user='root'"));
}
END_TEST

START_TEST(an_absent_helper_is_one_warning_with_its_socket) {
    ck_assert_int_eq(login("zhangsan", ""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(log_count(WARNING), 1);
    ck_assert(log_has(WARNING, place.socket));
    ck_assert(log_has(WARNING, "error='closed'"));
}
END_TEST

START_TEST(an_error_of_the_system_is_named) {
    place_write(place.socket, "", 0);
    ck_assert_int_eq(login("zhangsan", "socket=/dev/null/sock"), PAM_AUTHINFO_UNAVAIL);
    ck_assert(log_has(WARNING, "error='Not a directory'"));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/finish");
    TCase *tc = place_case("finish");

    tcase_add_test(tc, the_message_of_a_refusal_is_an_error_message);
    tcase_add_test(tc, the_message_of_a_grant_is_information);
    tcase_add_test(tc, the_message_of_a_grant_that_is_refused_is_not_shown);
    tcase_add_loop_test(tc, no_message_is_no_call_of_the_conversation, 0, 3);
    tcase_add_test(tc, the_account_phase_speaks_only_when_it_refuses);
    tcase_add_loop_test(tc, without_a_verdict_the_person_reads_so_in_both_languages_with_the_id, 0,
                        3);
    tcase_add_loop_test(tc, quiet_and_silent_hosts_read_nothing, 0, 2);
    tcase_add_test(tc, a_login_is_one_notice_with_the_helpers_id);
    tcase_add_test(tc, a_name_that_nobody_knows_is_not_logged);
    tcase_add_test(tc, a_name_cannot_forge_a_log_line);
    tcase_add_test(tc, debug_adds_what_is_nobodys_news);
    tcase_add_test(tc, an_absent_helper_is_one_warning_with_its_socket);
    tcase_add_test(tc, an_error_of_the_system_is_named);
    suite_add_tcase(s, tc);
    return s;
}
