/* The arguments of the module: each one flipped, and everything that must be refused. */
#include "pam_wecom/args.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"
#include "wecom/limits.h"
#include "wecom/paths.h"

static const char *read_one(const char *argument, struct args *args) {
    return args_read(1, &argument, args);
}

START_TEST(without_arguments_everything_has_its_default) {
    struct args args;

    memset(&args, 0xFF, sizeof args);
    ck_assert_ptr_null(args_read(0, NULL, &args));
    ck_assert_str_eq(args.socket, WECOM_LOGIN_SOCKET);
    ck_assert_str_eq(args.links, WECOM_LINKS_FILE);
    ck_assert_str_eq(args.table, WECOM_TABLE_FILE);
    ck_assert_ptr_null(args.prompt);
    ck_assert_int_eq(args.timeout_s, 100);
    ck_assert_int_eq(args.stale_s, 86400);
    ck_assert(!args.identity && !args.use_first_pass && !args.try_first_pass);
    ck_assert(!args.debug && !args.quiet);
}
END_TEST

START_TEST(every_argument_changes_its_own_member_only) {
    struct args args, want;
    size_t i = (size_t)_i;
    static const char *const each[] = {
        "socket=/a", "links=/b",       "table=/c", "prompt=Say: ", "timeout=7",      "stale=600",
        "identity",  "use_first_pass", "debug",    "quiet",        "try_first_pass",
    };

    ck_assert_ptr_null(args_read(0, NULL, &want));
    ck_assert_ptr_null(read_one(each[i], &args));
    switch (i) {
    case 0:
        ck_assert_str_eq(args.socket, "/a");
        want.socket = args.socket;
        break;
    case 1:
        ck_assert_str_eq(args.links, "/b");
        want.links = args.links;
        break;
    case 2:
        ck_assert_str_eq(args.table, "/c");
        want.table = args.table;
        break;
    case 3:
        ck_assert_str_eq(args.prompt, "Say: ");
        want.prompt = args.prompt;
        break;
    case 4:
        want.timeout_s = 7;
        break;
    case 5:
        want.stale_s = 600;
        break;
    case 6:
        want.identity = true;
        break;
    case 7:
        want.use_first_pass = true;
        break;
    case 8:
        want.debug = true;
        break;
    case 9:
        want.quiet = true;
        break;
    default:
        want.try_first_pass = true;
    }
    ck_assert_ptr_eq(args.socket, want.socket);
    ck_assert_ptr_eq(args.links, want.links);
    ck_assert_ptr_eq(args.table, want.table);
    ck_assert_ptr_eq(args.prompt, want.prompt);
    ck_assert_int_eq(args.timeout_s, want.timeout_s);
    ck_assert_int_eq(args.stale_s, want.stale_s);
    ck_assert_int_eq(args.identity, want.identity);
    ck_assert_int_eq(args.use_first_pass, want.use_first_pass);
    ck_assert_int_eq(args.try_first_pass, want.try_first_pass);
    ck_assert_int_eq(args.debug, want.debug);
    ck_assert_int_eq(args.quiet, want.quiet);
}
END_TEST

static const char *const bad[] = {
    "",
    "=",
    "=x",
    "nonsense",
    "nonsense=1",
    "Debug",
    "debug ",
    " debug",
    "debugg",
    "debu",
    "debug=",
    "debug=yes",
    "identity=no",
    "quiet=1",
    "use_first_pass=",
    "try_first_pass=x",
    "use_authtok",
    "no_warn",
    "expose_account",
    "nullok",
    "use_mapped_pass",
    "socket",
    "socket=",
    "socket=run/login.sock",
    "socket=~/x",
    "links",
    "links=",
    "links=links",
    "table=",
    "table=accounts.cdb",
    "timeout",
    "timeout=",
    "timeout=0",
    "timeout=-1",
    "timeout=+1",
    "timeout=601",
    "timeout=1s",
    "timeout= 1",
    "timeout=1 ",
    "timeout=0x10",
    "timeout=1.5",
    "timeout=99999999999999999999999999",
    "timeout=18446744073709551617",
    "stale=",
    "stale=0",
    "stale=1h",
    "stale=31536001",
    "stale=-5",
    "prompt",
    "prompt=",
    "prompt=a\nb",
    "prompt=\x1b[31m",
    ("prompt=a\xE2\x80\xAE"
     "b"),
    "prompt=\xFF",
    "prompt=a\tb",
};

START_TEST(what_is_unknown_or_has_a_bad_value_is_refused) {
    struct args args;

    ck_assert_msg(read_one(bad[_i], &args) == bad[_i], "taken: %s", bad[_i]);
}
END_TEST

START_TEST(the_refused_one_is_told_apart_from_the_good_ones) {
    const char *argv[] = {"debug", "timeout=5", "tmeout=5", "quiet"};
    struct args args;

    ck_assert_str_eq(args_read(4, argv, &args), "tmeout=5");
}
END_TEST

START_TEST(limits_are_the_last_values_taken) {
    struct args args;
    char path[200] = "socket=/", prompt[300] = "prompt=";

    ck_assert_ptr_null(read_one("timeout=1", &args));
    ck_assert_ptr_null(read_one("timeout=600", &args));
    ck_assert_int_eq(args.timeout_s, WECOM_TIMEOUT_MAX_S);
    ck_assert_ptr_null(read_one("timeout=0600", &args));
    ck_assert_ptr_null(read_one("stale=31536000", &args));
    memset(path + 8, 'x', 106); /* 107 bytes and a NUL: sockaddr_un */
    ck_assert_ptr_null(read_one(path, &args));
    path[114] = 'x';
    ck_assert_ptr_nonnull(read_one(path, &args));
    memset(prompt + 7, 'p', 256);
    ck_assert_ptr_null(read_one(prompt, &args));
    prompt[263] = 'p';
    ck_assert_ptr_nonnull(read_one(prompt, &args));
    ck_assert_ptr_null(read_one("prompt=\xE9\xAA\x8C\xE8\xAF\x81\xE7\xA0\x81: ", &args));
}
END_TEST

START_TEST(the_last_of_two_values_counts) {
    const char *argv[] = {"timeout=5", "timeout=6"};
    struct args args;

    ck_assert_ptr_null(args_read(2, argv, &args));
    ck_assert_int_eq(args.timeout_s, 6);
}
END_TEST

/* Through libpam: every call but setcred says so, in one line that has no value in it. */
START_TEST(a_bad_argument_is_a_service_error_and_one_log_line) {
    struct host h = {0};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", "zhangsan", "debug sekret=hunter2");
    ck_assert_int_eq(host_auth(&h), PAM_SERVICE_ERR);
    ck_assert_int_eq(log_count(3), 1);
    ck_assert(log_has(3, "unknown or bad argument argument='sekret'"));
    ck_assert_int_eq(host_account(&h), PAM_SERVICE_ERR);
    ck_assert_int_eq(pam_open_session(h.pamh, 0), PAM_SERVICE_ERR);
    ck_assert_int_eq(pam_close_session(h.pamh, 0), PAM_SERVICE_ERR);
    ck_assert_int_eq(log_count(3), 4);
    ck_assert(!log_has(-1, "hunter2"));
    ck_assert_int_eq(h.calls, 0);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

START_TEST(a_bad_value_is_not_logged_either) {
    ck_assert_int_eq(login("zhangsan", "timeout=hunter2"), PAM_SERVICE_ERR);
    ck_assert(log_has(3, "argument='timeout'"));
    ck_assert(!log_has(-1, "hunter2"));
}
END_TEST

START_TEST(a_prompt_of_several_words_comes_through_libpam) {
    struct host h = {.answers = {"123456"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    host_open(&h, "web", "zhangsan", "[prompt=Code of WeCom: ]");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_str_eq(host_shown(&h, PAM_PROMPT_ECHO_OFF), "Code of WeCom: ");
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/args");
    TCase *tc = place_case("args");

    tcase_add_test(tc, without_arguments_everything_has_its_default);
    tcase_add_loop_test(tc, every_argument_changes_its_own_member_only, 0, 11);
    tcase_add_loop_test(tc, what_is_unknown_or_has_a_bad_value_is_refused, 0,
                        (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tc, the_refused_one_is_told_apart_from_the_good_ones);
    tcase_add_test(tc, limits_are_the_last_values_taken);
    tcase_add_test(tc, the_last_of_two_values_counts);
    tcase_add_test(tc, a_bad_argument_is_a_service_error_and_one_log_line);
    tcase_add_test(tc, a_bad_value_is_not_logged_either);
    tcase_add_test(tc, a_prompt_of_several_words_comes_through_libpam);
    suite_add_tcase(s, tc);
    return s;
}
