/* The program wecom-login but for PAM: command line, standard input, questions to a played helper.
 */
#include "tests/tools/support.h"

#define CODE "0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE"

/* -- the command line ----------------------------------------------------------------------- */

static const struct {
    const char *argv[10];
    const char *text;
} wrong_usage[] = {
    {{NULL}, "--service is missing"},
    {{"--info", NULL}, "--service is missing"},
    {{"--service", NULL}, "--service needs a value"},
    {{"--service", "", NULL}, "the value of --service is not allowed"},
    {{"--service", "../../etc/passwd", NULL}, "the value of --service is not allowed"},
    {{"--service", "-x", NULL}, "the value of --service is not allowed"},
    {{"--service", ".x", NULL}, "the value of --service is not allowed"},
    {{"--service", "a b", NULL}, "the value of --service is not allowed"},
    {{"--service", "a", "--app", "b/c", NULL}, "the value of --app is not allowed"},
    {{"--service", "a", "--app", "b\nc", NULL}, "the value of --app is not allowed"},
    {{"--service", "a", "--rhost", "x y", NULL}, "the value of --rhost is not allowed"},
    {{"--service", "a", "--user", "", NULL}, "the value of --user is not allowed"},
    {{"--service", "a", "--user", "x\ny", NULL}, "the value of --user is not allowed"},
    {{"--service", "a", "--socket", "x", NULL}, "the value of --socket is not allowed"},
    {{"--service", "a", "--service", "a", NULL}, "--service is given twice"},
    {{"--service", "a", "--account", NULL}, "--user is missing"},
    {{"--service", "a", "--info", "--check", NULL}, "--check does not go with --info"},
    {{"--service", "a", "--info", "--user", "x", NULL}, "--user does not go with --info"},
    {{"--service", "a", "--check", "--rhost", "x", NULL}, "--rhost does not go with --check"},
    {{"--service", "a", "--account", "--user", "x", "--info", NULL},
     "--info does not go with --account"},
    {{"--service", "a", "--set-app", NULL}, "--set-app needs a value"},
    {{"--set-app", "x", NULL}, "--service is missing"},
    {{"--service", "a", "--set-app", ".x", NULL}, "the value of --set-app is not allowed"},
    {{"--service", "a", "--set-app", "geheim/x", NULL}, "the value of --set-app is not allowed"},
    {{"--service", "a", "--set-app", "x", "--app", "y", NULL}, "--app does not go with --set-app"},
    {{"--service", "a", "--set-app", "x", "--user", "y", NULL},
     "--user does not go with --set-app"},
    {{"--service", "a", "--set-app", "x", "--info", NULL}, "--set-app does not go with --info"},
    {{"--service", "a", "--secret", "geheim", NULL}, "unknown option --secret"},
    {{"--service", "a", "--code", "geheim", NULL}, "unknown option --code"},
    {{"--service", "a", "geheim", NULL}, "an argument too many"},
    {{"--service=a", "--app=geheim/x", NULL}, "the value of --app is not allowed"},
    {{"--serv", "a", NULL}, "unknown option --serv"},
};

START_TEST(wrong_usage_is_status_two_and_reads_nothing) {
    const struct run_how how = {.in_stays_open = true}; /* a read would wait for its deadline */
    char *argv[12] = {(char *)(uintptr_t) "wecom-login"};
    struct started s;
    struct run r;

    for (size_t i = 0; wrong_usage[_i].argv[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)wrong_usage[_i].argv[i];
    start_argv(&s, &how, argv);
    finish_run(&s, &r);
    ck_assert_int_eq(r.status, 2);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, wrong_usage[_i].text);
    assert_has(r.err, "用法见 wecom-login --help");
    assert_lacks(r.err, "geheim");
    assert_is_harmless(r.err);
    ck_assert_int_lt(r.took_ms, 8000);
    run_free(&r);
}
END_TEST

START_TEST(help_and_version_are_told) {
    struct run r;

    run_plain(&r, "wecom-login", "--help", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    assert_has(r.out, "usage: wecom-login --service NAME");
    assert_has(r.out, "--account --user NAME");
    assert_has(r.out, "--info");
    assert_has(r.out, "--check");
    assert_has(r.out, "--set-app NAME");
    run_free(&r);
    run_plain(&r, "wecom-login", "--version", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "wecom-login " WECOM_VERSION "\n");
    run_free(&r);
}
END_TEST

/* -- standard input ------------------------------------------------------------------------- */

#define INPUT(text) \
    { (text), sizeof(text) - 1 }

static const struct {
    const char *text;
    size_t len;
} bad_inputs[] = {
    INPUT(""),
    INPUT("\n"),
    INPUT("code"),
    INPUT("[]"),
    INPUT("{}"),
    INPUT("{\"code\":\"" CODE "\",\"code\":\"" CODE "\"}"),
    INPUT("{\"code\":\"" CODE "\",\"user\":\"x\"}"),
    INPUT("{\"code\":\"" CODE "\"}{\"code\":\"" CODE "\"}"),
    INPUT("{\"code\":\"" CODE "\"} x"),
    INPUT("{\"code\":123456}"),
    INPUT("{\"code\":null}"),
    INPUT("{\"code\":[\"" CODE "\"]}"),
    INPUT("{\"code\":\"" CODE "\0\"}"),
    INPUT("{\"code\":\"" CODE "\"}\0"),
    INPUT("{\"code\":\"" CODE "\\u0000\"}"),
    INPUT("{\"code\":\"" CODE),
};

START_TEST(input_that_is_not_one_object_with_a_code_is_refused) {
    const struct run_how how = {.in = bad_inputs[_i].text, .in_len = bad_inputs[_i].len};
    struct run r;

    run_how(&r, &how, "wecom-login", "--service", "nonexistent", "--user", "x", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.err, "");
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), "internal");
    assert_has(run_string(&r, "message"), "exactly one JSON object");
    assert_lacks(r.out, CODE);
    run_free(&r);
}
END_TEST

START_TEST(input_over_64_kib_is_refused) {
    enum { BYTES = 64 * 1024 + 1 };
    char *text = malloc(BYTES);
    struct run_how how = {.in = text, .in_len = BYTES};
    struct run r;

    ck_assert_ptr_nonnull(text);
    memset(text, ' ', BYTES);
    memcpy(text, "{\"code\":\"" CODE "\"}", sizeof "{\"code\":\"" CODE "\"}" - 1);
    run_how(&r, &how, "wecom-login", "--service", "nonexistent", "--user", "x", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(run_string(&r, "reason"), "internal");
    assert_has(run_string(&r, "message"), "more than 65536 bytes");
    run_free(&r);
    free(text);
}
END_TEST

START_TEST(input_without_an_end_is_refused_after_ten_seconds) {
    const struct run_how how = {.in = "{\"code\":\"" CODE "\"}", .in_stays_open = true};
    struct run r;

    run_how(&r, &how, "wecom-login", "--service", "nonexistent", "--user", "x", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(run_string(&r, "reason"), "internal");
    assert_has(run_string(&r, "message"), "within 10 s");
    ck_assert_int_ge(r.took_ms, 9900);
    ck_assert_int_lt(r.took_ms, 20000);
    run_free(&r);
}
END_TEST

START_TEST(what_cannot_be_a_code_is_refused_like_a_wrong_one) {
    char text[700];
    struct run_how how = {.in = text};
    struct run r;

    for (int turn = 0; turn < 3; turn++) {
        (void)snprintf(text, sizeof text, "{\"code\":\"%s\"}", turn == 0 ? "" : "a\\nb");
        if (turn == 2) {
            memset(text, 'a', 600);
            memcpy(text, "{\"code\":\"", 9);
            memcpy(text + 9 + 513, "\"}", 3);
        }
        run_how(&r, &how, "wecom-login", "--service", "nonexistent", "--user", "x", NULL);
        ck_assert_int_eq(r.status, 0);
        ck_assert(!run_ok(&r));
        ck_assert_str_eq(run_string(&r, "pam"), "PAM_AUTH_ERR");
        ck_assert_str_eq(run_string(&r, "reason"), "code_invalid");
        run_free(&r);
    }
}
END_TEST

START_TEST(an_answer_that_nobody_takes_is_an_error) {
    static const struct run_how ways[] = {{.in = "", .out_is_closed = true},
                                          {.in = "", .out_is_full = true}};

    for (size_t i = 0; i < COUNT(ways); i++) {
        struct run r;

        run_how(&r, &ways[i], "wecom-login", "--service", "x", NULL);
        ck_assert_int_eq(r.status, 1);
        assert_has(r.err, "could not be written");
        run_free(&r);
    }
}
END_TEST

/* A value of /proc/PID/status, /proc/PID/limits: what stands in the line after `name`. */
static void assert_line(pid_t pid, const char *file, const char *name, const char *value) {
    char path[64], text[4096];
    const char *line;
    struct stat st;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    ck_assert_int_eq(stat(path, &st), 0);
    line = strstr(read_file(path, text, sizeof text), name);
    ck_assert_msg(line != NULL, "%s has no %s", file, name);
    line += strlen(name);
    line += strspn(line, " \t");
    ck_assert_msg(strncmp(line, value, strlen(value)) == 0, "%s %s: %.20s", file, name, line);
}

START_TEST(no_core_and_no_look_into_the_process) {
    const struct run_how how = {
        .in = "{\"code\":\"" CODE, .in_stays_open = true, .as_nobody = geteuid() == 0};
    char path[64], text[8192];
    struct started s;
    struct stat st;
    struct run r;

    start_how(&s, &how, "wecom-login", "--service", "x", NULL);
    await_input_taken(&s); /* it waits for the rest of it */
    assert_line(s.pid, "limits", "Max core file size", "0 ");
    /* the files of a process that may not be looked into are root's (proc(5)) */
    (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)s.pid);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_uid, 0);
    (void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)s.pid);
    assert_lacks(read_file(path, text, sizeof text), CODE);
    (void)close(s.in);
    s.in = -1;
    finish_run(&s, &r);
    ck_assert_int_eq(r.status, 1);
    run_free(&r);
}
END_TEST

/* -- questions to the helper ---------------------------------------------------------------- */

static void ask(struct run *r, struct helper *h, const struct step *script, const char *question) {
    helper_start(h, script);
    run_plain(r, "wecom-login", "--service", "nocobase", question, "--socket", h->socket, "--app",
              "main", NULL);
}

static void done(struct run *r, struct helper *h) {
    run_free(r);
    helper_stop(h);
}

START_TEST(info_is_the_row_and_ok) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"app\":\"main\",\"corp_id\":\"ww1\",\"agent_id\":1000002,\"company\":\"测试公司\","
            "\"authorize_url\":\"https://a.example/x\",\"sso_url\":\"https://b.example/y\","
            "\"ok\":false}"),
        GRANTED, END};
    struct helper h;
    struct run r;

    ask(&r, &h, script, "--info");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    ck_assert_str_eq(r.out,
                     "{\"ok\":true,\"app\":\"main\",\"corp_id\":\"ww1\",\"agent_id\":1000002,"
                     "\"company\":\"测试公司\",\"authorize_url\":\"https://a.example/x\","
                     "\"sso_url\":\"https://b.example/y\"}\n");
    ck_assert(helper_heard(&h, "info\n"));
    ck_assert(helper_heard(&h, "service=nocobase\n"));
    ck_assert(helper_heard(&h, "app=main\n"));
    ck_assert(helper_heard(&h, "deadline_ms=10000\n"));
    done(&r, &h);
}
END_TEST

/* Good for both questions. */
#define ONE_ROW "{\"app\":\"a\",\"state\":\"ok\"}"

static const struct {
    struct step script[6];
    const char *reason;
    int status;
} no_info[] = {
    {{READ, READY, GRANTED, END}, "internal", 1},
    {{READ, READY, ROW(ONE_ROW), ROW("{\"app\":\"b\"}"), GRANTED, END}, "internal", 1},
    {{READ, READY, ROW("{\"app\":"), GRANTED, END}, "internal", 1},
    {{READ, READY, SEND("garbage"), END}, "internal", 1},
    {{READ, READY, ROW(ONE_ROW), END}, "helper_down", 1},
    {{READ, END}, "helper_down", 1},
    {{READ, HANG, END}, "helper_down", 1},
    {{READ, READY, {STEP_FLOOD, ONE_ROW, 100000}, GRANTED, END}, "internal", 1},
    {{READ, READY, SEND("result\nverdict=denied\nreason=not_allowed\n"), END}, "not_allowed", 0},
    {{READ, READY, SEND("result\nverdict=denied\nreason=nonesuch\n"), END}, "internal", 0},
    {{READ, READY, ROW(ONE_ROW), SEND("result\nverdict=denied\nreason=config_agent\n"), END},
     "config_agent",
     0},
    {{READ, READY, SEND("result\nverdict=unavailable\nreason=wecom_busy\n"), END}, "wecom_busy", 0},
};

START_TEST(a_question_without_a_proper_answer_fails) {
    static const char *const questions[] = {"--info", "--check"};

    for (size_t i = 0; i < COUNT(questions); i++) {
        struct helper h;
        struct run r;

        if (i == 1 && _i < 2)
            continue; /* no row and two rows are answers of a check */
        ask(&r, &h, no_info[_i].script, questions[i]);
        ck_assert_int_eq(r.status, no_info[_i].status);
        ck_assert_str_eq(r.err, "");
        ck_assert(!run_ok(&r));
        ck_assert_str_eq(run_string(&r, "reason"), no_info[_i].reason);
        ck_assert_str_ne(run_string(&r, "message"), "");
        ck_assert_ptr_null(json_object_get(run_json(&r), "app"));
        ck_assert_ptr_null(json_object_get(run_json(&r), "checks"));
        done(&r, &h);
    }
}
END_TEST

START_TEST(the_helper_s_message_is_passed_on_clean) {
    static const struct step script[] = {
        READ, READY,
        SEND("result\nverdict=denied\nreason=not_allowed\nmessage=no\xE2\x80\xAE\xC2\x9B%0Aline\n"),
        END};
    struct helper h;
    struct run r;

    ask(&r, &h, script, "--check");
    ck_assert_str_eq(r.out, "{\"ok\":false,\"reason\":\"not_allowed\",\"message\":\"no\\nline\"}"
                            "\n");
    done(&r, &h);
}
END_TEST

#define CHECK_OK "{\"app\":\"main\",\"item\":\"tls\",\"state\":\"ok\",\"detail\":\"x\"}"
#define CHECK_SKIPPED "{\"app\":\"main\",\"item\":\"agent\",\"state\":\"skipped\",\"detail\":\"\"}"
#define CHECK_FAILED "{\"app\":\"main\",\"item\":\"token\",\"state\":\"failed\",\"detail\":\"y\"}"

START_TEST(without_standard_output_the_answer_does_not_go_to_the_helper) {
    static const struct step script[] = {READ,    READY, ROW("{\"app\":\"main\"}"),
                                         GRANTED, READ,  END};
    const struct run_how how = {.out_is_missing = true};
    struct helper h;
    struct run r;

    helper_start(&h, script);
    run_how(&r, &how, "wecom-login", "--service", "x", "--info", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 0);
    helper_wait(&h);
    ck_assert(helper_heard(&h, "info\n"));
    ck_assert(!helper_heard(&h, "\"ok\""));
    done(&r, &h);
}
END_TEST

static const struct {
    struct step script[6];
    const char *out;
} checks[] = {
    {{READ, READY, ROW(CHECK_OK), ROW(CHECK_SKIPPED), GRANTED, END},
     "{\"ok\":true,\"checks\":[" CHECK_OK "," CHECK_SKIPPED "]}\n"},
    {{READ, READY, ROW(CHECK_FAILED), ROW(CHECK_OK), GRANTED, END},
     "{\"ok\":false,\"checks\":[" CHECK_FAILED "," CHECK_OK "]}\n"},
    {{READ, READY, ROW("{\"state\":\"splendid\"}"), GRANTED, END},
     "{\"ok\":false,\"checks\":[{\"state\":\"splendid\"}]}\n"},
    {{READ, READY, GRANTED, END}, "{\"ok\":false,\"checks\":[]}\n"},
};

START_TEST(check_passes_when_no_row_failed) {
    struct helper h;
    struct run r;

    ask(&r, &h, checks[_i].script, "--check");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, checks[_i].out);
    ck_assert(helper_heard(&h, "app_check\n"));
    ck_assert(helper_heard(&h, "deadline_ms=60000\n"));
    done(&r, &h);
}
END_TEST

/* -- handing keys over ---------------------------------------------------------------------- */

#define KEYS "{\"corp_id\":\"ww1\",\"agent_id\":1000002,\"secret\":\"geheim\",\"company\":\"C\"}"

static void set_app(struct run *r, struct helper *h, const struct step *script, const char *keys) {
    struct run_how how = {.in = keys};

    helper_start(h, script);
    run_how(r, &how, "wecom-login", "--service", "nocobase", "--set-app", "x", "--socket",
            h->socket, NULL);
    ck_assert_str_eq(r->err, "");
    assert_lacks(r->out, "geheim");
    assert_is_harmless(r->out);
}

START_TEST(keys_go_to_the_helper_and_its_answer_comes_back) {
    static const struct step script[] = {READ, READY, GRANTED, END};
    static const struct step note[] = {
        READ, READY,
        SEND("result\nverdict=granted\nreason=config_ip\nmessage=add \xE2\x80\xAE 1.2.3.4\n"), END};
    struct helper h;
    struct run r;

    set_app(&r, &h, script, KEYS);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"app\":\"x\"}\n");
    ck_assert(helper_heard(&h, "app_set\n"));
    ck_assert(helper_heard(&h, "service=nocobase\n"));
    ck_assert(helper_heard(&h, "app=x\n"));
    ck_assert(helper_heard(&h, "corp=ww1\n"));
    ck_assert(helper_heard(&h, "agent_id=1000002\n"));
    ck_assert(helper_heard(&h, "secret=geheim\n"));
    ck_assert(helper_heard(&h, "company=C\n"));
    ck_assert(helper_heard(&h, "deadline_ms=60000\n"));
    done(&r, &h);
    set_app(&r, &h, note, "{\"corp_id\":\"ww1\",\"agent_id\":\"7\",\"secret\":\"geheim\"}");
    ck_assert_str_eq(r.out, "{\"ok\":true,\"app\":\"x\",\"reason\":\"config_ip\","
                            "\"message\":\"add  1.2.3.4\"}\n");
    ck_assert(!helper_heard(&h, "company="));
    done(&r, &h);
}
END_TEST

static const struct {
    struct step script[6];
    const char *reason;
    int status;
} not_set[] = {
    {{READ, READY, SEND("result\nverdict=denied\nreason=config_secret\nmessage=no\n"), END},
     "config_secret",
     0},
    {{READ, READY, SEND("result\nverdict=unavailable\nreason=wecom_unreachable\n"), END},
     "wecom_unreachable",
     0},
    {{READ, READY, SEND("result\nverdict=denied\n"), END}, "internal", 0},
    {{READ, READY, SEND("result\nverdict=splendid\n"), END}, "internal", 0},
    {{READ, READY, ROW(ONE_ROW), GRANTED, END}, "internal", 1},
    {{READ, READY, SEND("garbage"), END}, "internal", 1},
    {{READ, READY, END}, "helper_down", 1},
    {{READ, END}, "helper_down", 1},
};

START_TEST(keys_that_are_not_taken_are_told) {
    struct helper h;
    struct run r;

    set_app(&r, &h, not_set[_i].script, KEYS);
    ck_assert_int_eq(r.status, not_set[_i].status);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), not_set[_i].reason);
    ck_assert_str_ne(run_string(&r, "message"), "");
    ck_assert_ptr_null(json_object_get(run_json(&r), "app"));
    done(&r, &h);
}
END_TEST

static const struct {
    const char *text, *reason, *words;
    int status;
} odd_keys[] = {
    {"", "internal", "exactly one JSON object of the form {\"corp_id\"", 1},
    {"{\"code\":\"geheim\"}", "internal", "exactly one JSON object of the form {\"corp_id\"", 1},
    {"{\"corp_id\":\"w w\",\"agent_id\":1,\"secret\":\"geheim\"}", "config_corp",
     "not a Company ID", 0},
    {"{\"corp_id\":\"ww1\",\"agent_id\":0,\"secret\":\"geheim\"}", "config_agent", "not an AgentId",
     0},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"ge heim\"}", "config_secret", "not a Secret",
     0},
};

START_TEST(what_cannot_be_keys_is_asked_of_nobody) {
    struct run_how how = {.in = odd_keys[_i].text};
    struct run r;

    run_how(&r, &how, "wecom-login", "--service", "nocobase", "--set-app", "x", "--socket",
            "/nonexistent/s", NULL);
    ck_assert_int_eq(r.status, odd_keys[_i].status);
    ck_assert_str_eq(run_string(&r, "reason"), odd_keys[_i].reason);
    assert_has(run_string(&r, "message"), odd_keys[_i].words);
    assert_lacks(r.out, "geheim");
    run_free(&r);
}
END_TEST

START_TEST(without_a_helper_it_is_down) {
    struct run r;

    run_plain(&r, "wecom-login", "--service", "x", "--info", "--socket", "/nonexistent/s", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(run_string(&r, "reason"), "helper_down");
    assert_has(run_string(&r, "message"), "systemctl status wecom-helper");
    run_free(&r);
}
END_TEST

START_TEST(any_user_may_ask_and_is_told_about_the_group) {
    static const struct step script[] = {READ, READY, ROW("{\"app\":\"main\"}"), GRANTED, END};
    struct run_how how = {.as_nobody = geteuid() == 0};
    struct helper h;
    struct run r;

    helper_start(&h, script);
    run_how(&r, &how, "wecom-login", "--service", "x", "--info", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"app\":\"main\"}\n");
    done(&r, &h);
    helper_start(&h, script);
    ck_assert_int_eq(chmod(h.socket, 0), 0);
    run_how(&r, &how, "wecom-login", "--service", "x", "--info", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(run_string(&r, "reason"), "helper_down");
    assert_has(run_string(&r, "message"), "group wecom-pam");
    done(&r, &h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wecom-login");
    TCase *tc = new_case(s, "usage", 60);

    tcase_add_loop_test(tc, wrong_usage_is_status_two_and_reads_nothing, 0, COUNT(wrong_usage));
    tcase_add_test(tc, help_and_version_are_told);
    tc = new_case(s, "input", 120);
    tcase_add_loop_test(tc, input_that_is_not_one_object_with_a_code_is_refused, 0,
                        COUNT(bad_inputs));
    tcase_add_test(tc, input_over_64_kib_is_refused);
    tcase_add_test(tc, input_without_an_end_is_refused_after_ten_seconds);
    tcase_add_test(tc, what_cannot_be_a_code_is_refused_like_a_wrong_one);
    tcase_add_test(tc, an_answer_that_nobody_takes_is_an_error);
    tcase_add_test(tc, no_core_and_no_look_into_the_process);
    tc = new_case(s, "questions", 120);
    tcase_add_test(tc, info_is_the_row_and_ok);
    tcase_add_loop_test(tc, a_question_without_a_proper_answer_fails, 0, COUNT(no_info));
    tcase_add_test(tc, the_helper_s_message_is_passed_on_clean);
    tcase_add_loop_test(tc, check_passes_when_no_row_failed, 0, COUNT(checks));
    tcase_add_test(tc, without_standard_output_the_answer_does_not_go_to_the_helper);
    tcase_add_test(tc, keys_go_to_the_helper_and_its_answer_comes_back);
    tcase_add_loop_test(tc, keys_that_are_not_taken_are_told, 0, COUNT(not_set));
    tcase_add_loop_test(tc, what_cannot_be_keys_is_asked_of_nobody, 0, COUNT(odd_keys));
    tcase_add_test(tc, without_a_helper_it_is_down);
    tcase_add_test(tc, any_user_may_ask_and_is_told_about_the_group);
    return s;
}
