/* What the helper is told, and what it is never told. */
#include "pam_wecom/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"
#include "wecom/limits.h"

#define CODE "Abcdefghijklmnopqrstuvwxyz012345_-Z"

static long deadline_told(const char *message) {
    const char *at = strstr(message, "\ndeadline_ms=");

    ck_assert_ptr_nonnull(at);
    return strtol(at + strlen("\ndeadline_ms="), NULL, 10);
}

START_TEST(a_begin_says_what_the_host_knows) {
    struct host h = {0};
    const char *begin;
    long left_ms;

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "timeout=7");
    pam_set_item(h.pamh, PAM_RHOST, "192.0.2.7");
    pam_set_item(h.pamh, PAM_TTY, "pts/3");
    pam_set_item(h.pamh, PAM_RUSER, "lisi");
    pam_putenv(h.pamh, "WECOM_APP=plant-2");
    pam_putenv(h.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAAC3\nhostbased x\n");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    begin = helper_heard(0);
    ck_assert(has_field(begin, "service=web"));
    ck_assert(has_field(begin, "user=zhangsan"));
    ck_assert(has_field(begin, "identity=no"));
    ck_assert(has_field(begin, "rhost=192.0.2.7"));
    ck_assert(has_field(begin, "tty=pts/3"));
    ck_assert(has_field(begin, "ruser=lisi"));
    ck_assert(has_field(begin, "app=plant-2"));
    ck_assert(has_field(begin, "auth_info=publickey ssh-ed25519 AAAAC3%0Ahostbased x%0A"));
    left_ms = deadline_told(begin);
    ck_assert(left_ms > 6000 && left_ms <= 7000);
    ck_assert(!has_name(begin, "lang") && !has_name(begin, "link") && !has_name(begin, "authtok"));
    host_close(&h);
}
END_TEST

START_TEST(a_bare_begin_has_what_it_must_and_no_more) {
    static const char *const never[] = {"rhost", "tty",       "ruser",   "lang", "app",
                                        "link",  "auth_info", "authtok", "id"};

    helper_play(RESULT(GRANTED));
    ck_assert_int_eq(login("zhangsan", ""), PAM_SUCCESS);
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        ck_assert_msg(!has_name(helper_heard(0), never[i]), "%s", never[i]);
}
END_TEST

static char wide[2000];

START_TEST(what_does_not_fit_is_cut_or_cleaned_and_never_an_error) {
    struct host h = {0};
    const char *begin;
    char want[400];

    memset(wide, 'h', 500);
    memcpy(wide + 254, "\xE4\xBC\x81", 3); /* the cut goes through this character */
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "");
    pam_set_item(h.pamh, PAM_RHOST, wide);
    pam_set_item(h.pamh, PAM_TTY, "pts/\x1B[31m3\n");
    pam_set_item(h.pamh, PAM_RUSER, "\xFF\xFE\x01");
    pam_putenv(h.pamh, "WECOM_APP=../etc/passwd");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    begin = helper_heard(0);
    (void)snprintf(want, sizeof want, "rhost=%.254s", wide);
    ck_assert(has_field(begin, want));
    ck_assert(has_field(begin, "tty=pts/[31m3 "));
    ck_assert(!has_name(begin, "ruser"));
    ck_assert(!has_name(begin, "app"));
    host_close(&h);
}
END_TEST

START_TEST(an_application_that_is_no_word_is_left_out) {
    static const char *const apps[] = {
        "",
        "-x",
        ".x",
        "a b",
        "a/b",
        "\xE4\xBC\x81",
        "a2345678901234567890123456789012345678901234567890123456789012345"};
    struct host h = {0};
    char pair[100];

    (void)snprintf(pair, sizeof pair, "WECOM_APP=%s", apps[_i]);
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(pam_putenv(h.pamh, pair), PAM_SUCCESS);
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert(!has_name(helper_heard(0), "app"));
    host_close(&h);
}
END_TEST

START_TEST(a_list_of_factors_that_does_not_fit_is_left_out_whole) {
    static const char *const lists[] = {"long", "publickey \x1B key\n", "publickey \xFF\n", ""};
    static char pair[6000] = "SSH_AUTH_INFO_0=";
    struct host h = {0};

    if (_i == 0)
        memset(pair + 16, 'k', 4097);
    else
        (void)strcpy(pair + 16, lists[_i]);
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(pam_putenv(h.pamh, pair), PAM_SUCCESS);
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert(!has_name(helper_heard(0), "auth_info"));
    host_close(&h);
}
END_TEST

START_TEST(the_fullest_begin_fits_into_a_packet) {
    static char pair[6000] = "SSH_AUTH_INFO_0=", percents[257];
    struct host h = {0};

    memset(pair + 16, '%', 4096);
    memset(percents, '%', 256);
    helper_play(RESULT(GRANTED));
    host_open(&h, "web", percents, "");
    ck_assert_int_eq(pam_putenv(h.pamh, pair), PAM_SUCCESS);
    pam_set_item(h.pamh, PAM_RHOST, percents);
    pam_set_item(h.pamh, PAM_TTY, percents);
    pam_set_item(h.pamh, PAM_RUSER, percents);
    (void)host_auth(&h);
    ck_assert_int_eq(helper_heard_count(), 1);
    ck_assert(has_name(helper_heard(0), "auth_info"));
    host_close(&h);
}
END_TEST

START_TEST(account_and_session_say_what_their_verbs_take) {
    struct host h = {0};

    helper_play(ACCOUNT("result\nverdict=granted\naccount=valid\n"));
    host_open(&h, "web", "zhangsan", "");
    pam_set_item(h.pamh, PAM_RHOST, "192.0.2.7");
    pam_putenv(h.pamh, "WECOM_APP=plant-2");
    pam_putenv(h.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAAC3\n");
    ck_assert_int_eq(host_account(&h), PAM_SUCCESS);
    ck_assert(has_field(helper_heard(0), "user=zhangsan"));
    ck_assert(has_field(helper_heard(0), "identity=no"));
    ck_assert(has_field(helper_heard(0), "rhost=192.0.2.7"));
    ck_assert(has_field(helper_heard(0), "app=plant-2"));
    ck_assert_int_le(deadline_told(helper_heard(0)), WECOM_ACCOUNT_MS); /* timeout= is 100 s */
    ck_assert(!has_name(helper_heard(0), "auth_info"));
    helper_stop();
    helper_play(SCRIPT({HEAR, "session", 0}, READY));
    ck_assert_int_eq(pam_open_session(h.pamh, 0), PAM_SUCCESS);
    ck_assert(has_field(helper_heard(0), "service=web"));
    ck_assert(has_field(helper_heard(0), "rhost=192.0.2.7"));
    ck_assert(!has_name(helper_heard(0), "app"));
    host_close(&h);
}
END_TEST

/* --- A token that the host passes on. An application may not set PAM_AUTHTOK, a module may: within
 * the conversation of a module that stands before ours (pam_echo), libpam takes it.
 */

static const char *token;

static void pass_token(struct host *h) {
    (void)pam_set_item(h->pamh, PAM_AUTHTOK, token);
    h->during = NULL;
}

static void open_with_token(struct host *h, const char *value, const char *arguments) {
    char stack[400], motd[200];

    (void)snprintf(motd, sizeof motd, "%s/motd", place.dir);
    place_write(motd, "hello\n", 0644);
    (void)snprintf(stack, sizeof stack, "auth optional pam_echo.so file=%s\nauth required @ %s\n",
                   motd, arguments);
    stack_write("web", stack);
    token = value;
    h->during = pass_token;
    host_start(h, "web", "zhangsan");
}

START_TEST(a_code_that_the_host_passes_on_is_sent) {
    static const char *const codes[] = {CODE, "123456", "03-7Q2M-KX5T-9HBN-4VCE"};
    static const char *const arguments[] = {"use_first_pass", "try_first_pass",
                                            "use_first_pass try_first_pass debug"};
    struct host h = {0};
    char want[100];

    helper_play(RESULT(GRANTED));
    open_with_token(&h, codes[_i / 3], arguments[_i % 3]);
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    (void)snprintf(want, sizeof want, "authtok=%s", codes[_i / 3]);
    ck_assert(has_field(helper_heard(0), want));
    ck_assert(!log_has(-1, codes[_i / 3]));
    ck_assert_int_eq(h.prompts, 0);
    host_close(&h);
}
END_TEST

static char too_long[600];
static const char *const passwords[] = {
    "hunter2",
    "correct horse battery staple and more",
    "12345",
    "1234567",
    "12345a",
    "Abcdefghijklmnopqrstuvwxyz01234",     /* 31 */
    "Abcdefghijklmnopqrstuvwxyz012345_-!", /* no byte of a code */
    "\xE5\xAF\x86\xE7\xA0\x81\xE5\xAF\x86\xE7\xA0\x81\xE5\xAF\x86\xE7\xA0\x81\xE5\xAF\x86\xE7\xA0"
    "\x81",
    "",
    too_long,
};

START_TEST(what_may_be_a_password_is_sent_nowhere_and_logged_nowhere) {
    struct host h = {0};

    memset(too_long, 'x', 513);
    helper_play(RESULT(GRANTED));
    open_with_token(&h, passwords[_i], "use_first_pass debug");
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(helper_connections(), 0);
    ck_assert_int_eq(h.prompts, 0);
    ck_assert(passwords[_i][0] == '\0' || !log_has(-1, passwords[_i]));
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "code_invalid");
    host_close(&h);
}
END_TEST

START_TEST(try_first_pass_asks_when_the_token_is_no_code) {
    struct host h = {.answers = {"123456"}};

    memset(too_long, 'x', 513);
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    open_with_token(&h, passwords[_i], "try_first_pass debug");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert(!has_name(helper_heard(0), "authtok"));
    ck_assert_int_eq(h.prompts, 1);
    ck_assert(has_field(helper_heard(1), "text=123456"));
    ck_assert(passwords[_i][0] == '\0' || !log_has(-1, passwords[_i]));
    host_close(&h);
}
END_TEST

START_TEST(without_these_arguments_a_token_is_not_looked_at) {
    struct host h = {0};

    helper_play(RESULT(GRANTED));
    open_with_token(&h, CODE, "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert(!has_name(helper_heard(0), "authtok"));
    host_close(&h);
}
END_TEST

START_TEST(with_use_first_pass_nobody_is_ever_asked) {
    struct host h = {.answers = {"123456"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {STAY, NULL, 0}));
    open_with_token(&h, CODE, "use_first_pass");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.prompts, 0);
    ck_assert(helper_was_left());
    host_close(&h);
}
END_TEST

START_TEST(use_first_pass_without_a_token_touches_no_socket) {
    struct host h = {0};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "use_first_pass");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/request");
    TCase *tc = place_case("request");
    int count = (int)(sizeof passwords / sizeof passwords[0]);

    tcase_add_test(tc, a_begin_says_what_the_host_knows);
    tcase_add_test(tc, a_bare_begin_has_what_it_must_and_no_more);
    tcase_add_test(tc, what_does_not_fit_is_cut_or_cleaned_and_never_an_error);
    tcase_add_loop_test(tc, an_application_that_is_no_word_is_left_out, 0, 7);
    tcase_add_loop_test(tc, a_list_of_factors_that_does_not_fit_is_left_out_whole, 0, 4);
    tcase_add_test(tc, the_fullest_begin_fits_into_a_packet);
    tcase_add_test(tc, account_and_session_say_what_their_verbs_take);
    tcase_add_loop_test(tc, a_code_that_the_host_passes_on_is_sent, 0, 9);
    tcase_add_loop_test(tc, what_may_be_a_password_is_sent_nowhere_and_logged_nowhere, 0, count);
    tcase_add_loop_test(tc, try_first_pass_asks_when_the_token_is_no_code, 0, count);
    tcase_add_test(tc, without_these_arguments_a_token_is_not_looked_at);
    tcase_add_test(tc, with_use_first_pass_nobody_is_ever_asked);
    tcase_add_test(tc, use_first_pass_without_a_token_touches_no_socket);
    suite_add_tcase(s, tc);
    return s;
}
