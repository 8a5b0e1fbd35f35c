/* The program wecomctl, against a played helper. */
#include "tests/tools/support.h"

#define HELPER_ROW                                                                              \
    ROW("{\"kind\":\"helper\",\"version\":\"9.8.7\",\"pid\":123,\"uptime_s\":3725,"             \
        "\"config\":\"/etc/wecom/wecom.conf\",\"user\":\"wecom\",\"waiting\":2,\"granted\":10," \
        "\"denied\":1}")
#define APP_ROW                                                                                    \
    ROW("{\"kind\":\"app\",\"name\":\"main\",\"corp_id\":\"ww0123456789abcdef\","                  \
        "\"agent_id\":1000002,\"token_valid_s\":7000,\"requests\":123,\"last_error\":\"config_"    \
        "ip\","                                                                                    \
        "\"last_error_detail\":\"not allow to access from your ip \\u001b[31mX\\u009bY\\u202eZ\"," \
        "\"last_error_age_s\":12}")
#define SECOND_APP_ROW                                                                        \
    ROW("{\"kind\":\"app\",\"name\":\"测试\",\"corp_id\":\"ww1\",\"agent_id\":7,"           \
        "\"token_valid_s\":-1,\"requests\":0,\"last_error\":\"\",\"last_error_detail\":\"\"," \
        "\"last_error_age_s\":0}")
#define SERVICE_ROW                                                                      \
    ROW("{\"kind\":\"service\",\"name\":\"sshd\",\"app\":\"main\",\"methods\":\"code\"," \
        "\"account\":true,\"callers\":\"root\",\"granted\":9,\"denied\":1}")

/* Runs wecomctl with two more arguments (NULL for none) against `script`. */
static void ctl(struct run *r, struct helper *h, const struct step *script, const char *command,
                const char *more, const char *value) {
    helper_start(h, script);
    if (more == NULL)
        run_plain(r, "wecomctl", command, "--socket", h->socket, NULL);
    else
        run_plain(r, "wecomctl", command, "--socket", h->socket, more, value, NULL);
}

static void done(struct run *r, struct helper *h) {
    run_free(r);
    helper_stop(h);
}

/* -- status --------------------------------------------------------------------------------- */

static const struct step status_script[] = {READ,           READY,       HELPER_ROW, APP_ROW,
                                            SECOND_APP_ROW, SERVICE_ROW, GRANTED,    END};

START_TEST(status_shows_helper_applications_and_services) {
    struct helper h;
    struct run r;

    ctl(&r, &h, status_script, "status", "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    ck_assert_str_eq(r.out, "version         9.8.7\n"
                            "process         123\n"
                            "user            wecom\n"
                            "running for     1h 2m\n"
                            "configuration   /etc/wecom/wecom.conf\n"
                            "waiting logins  2\n"
                            "granted         10\n"
                            "denied          1\n"
                            "\n"
                            "APP   CORP ID             AGENT ID  TOKEN   REQUESTS  LAST ERROR\n"
                            "main  ww0123456789abcdef  1000002   1h 56m  123       config_ip, 12s: "
                            "not allow to access from your ip [31mXYZ\n"
                            "测试  ww1                 7         none    0         -\n"
                            "\n"
                            "SERVICE  APP   METHODS  ACCOUNT  CALLERS  GRANTED  DENIED\n"
                            "sshd     main  code     yes      root     9        1\n");
    ck_assert(helper_heard(&h, "admin\n"));
    ck_assert(helper_heard(&h, "command=status\n"));
    ck_assert(helper_heard(&h, "deadline_ms=10000\n"));
    done(&r, &h);
}
END_TEST

START_TEST(status_speaks_both_languages_by_default) {
    struct helper h;
    struct run r;

    ctl(&r, &h, status_script, "status", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "版本 version");
    assert_has(r.out, "服务     应用  方式     本机账户  调用者   放行     拒绝\n"
                      "SERVICE  APP   METHODS  ACCOUNT   CALLERS  GRANTED  DENIED\n"
                      "sshd     main  code     yes       root     9        1\n");
    assert_is_harmless(r.out);
    done(&r, &h);
    ctl(&r, &h, status_script, "status", "--lang", "zh");
    assert_lacks(r.out, "version");
    assert_has(r.out, "版本");
    done(&r, &h);
}
END_TEST

START_TEST(status_tells_who_handed_an_application_over) {
    static const struct step script[] = {
        READ,
        READY,
        ROW("{\"kind\":\"app\",\"name\":\"frame\",\"service\":\"\",\"corp_id\":\"\","
            "\"agent_id\":null,\"token_valid_s\":-1,\"requests\":0,\"last_error\":\"\"}"),
        ROW("{\"kind\":\"app\",\"name\":\"x\",\"service\":\"nocobase\",\"corp_id\":\"ww1\","
            "\"agent_id\":7,\"token_valid_s\":59,\"requests\":3,\"last_error\":\"\"}"),
        GRANTED,
        END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "status", "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out,
                     "\nAPP    HANDED OVER BY  CORP ID  AGENT ID  TOKEN  REQUESTS  LAST ERROR\n"
                     "frame  -               -        -         none   0         -\n"
                     "x      nocobase        ww1      7         59s    3         -\n");
    done(&r, &h);
    ctl(&r, &h, script, "status", "--lang", "zh");
    assert_has(r.out, "提交者");
    done(&r, &h);
}
END_TEST

START_TEST(status_warns_of_a_reload_that_failed) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"kind\":\"helper\",\"reload_error\":\"wecom.conf:3: \\u001b]0;x\\u0007colour\"}"),
        GRANTED, END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "status", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "\n!! 上一次");
    assert_has(r.out, "\n   The last reload failed");
    assert_has(r.out, "wecom.conf:3: ]0;xcolour");
    assert_is_harmless(r.out);
    done(&r, &h);
}
END_TEST

START_TEST(status_as_json_is_one_object_with_the_rows) {
    struct helper h;
    struct run r;
    json_t *rows;

    ctl(&r, &h, status_script, "status", "--json", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert(run_ok(&r));
    rows = json_object_get(run_json(&r), "rows");
    ck_assert_uint_eq(json_array_size(rows), 4);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(rows, 0), "pid")), 123);
    ck_assert(json_is_true(json_object_get(json_array_get(rows, 3), "account")));
    assert_is_harmless(r.out);
    assert_has(r.out, "测试");
    done(&r, &h);
}
END_TEST

START_TEST(status_of_an_empty_helper_is_empty) {
    static const struct step script[] = {READ, READY, GRANTED, END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "status", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "");
    done(&r, &h);
    ctl(&r, &h, script, "status", "--json", NULL);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"rows\":[]}\n");
    done(&r, &h);
}
END_TEST

/* -- check ---------------------------------------------------------------------------------- */

static const struct step check_script[] = {
    READ,
    READY,
    ROW("{\"app\":\"\",\"item\":\"configuration\",\"state\":\"ok\",\"detail\":\"2 services\"}"),
    ROW("{\"app\":\"main\",\"item\":\"tls\",\"state\":\"warning\",\"detail\":\"slow\"}"),
    ROW("{\"app\":\"main\",\"item\":\"token\",\"state\":\"failed\","
        "\"detail\":\"60020 \\u001b[2J\\u009b2J\\u202e\",\"cure\":\"Enter the IP.\\nThen wait.\","
        "\"cure_zh\":\"填写可信 IP。\\u001b[31m\"}"),
    ROW("{\"app\":\"main\",\"item\":\"agent\",\"state\":\"skipped\",\"detail\":\"\"}"),
    ROW("{\"app\":\"main\",\"item\":\"new_item\",\"state\":\"ok\",\"detail\":\"x\"}"),
    GRANTED,
    END};

START_TEST(check_shows_each_finding_with_its_cure) {
    struct helper h;
    struct run r;

    ctl(&r, &h, check_script, "check", NULL, NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.err, "");
    ck_assert_str_eq(r.out, "OK -            配置 configuration       2 services\n"
                            "!! main         加密连接 TLS             slow\n"
                            "XX main         令牌 token               60020 [2J2J\n"
                            "   填写可信 IP。[31m\n"
                            "   Enter the IP.\n"
                            "   Then wait.\n"
                            "-- main         应用 agent               -\n"
                            "OK main         new_item                 x\n"
                            "\n"
                            "共 5 项检查：正常 2，警告 1，失败 1，跳过 1\n"
                            "5 checks: 2 ok, 1 warnings, 1 failed, 1 skipped\n");
    assert_is_harmless(r.out);
    ck_assert(helper_heard(&h, "command=check\n"));
    ck_assert(helper_heard(&h, "deadline_ms=60000\n"));
    done(&r, &h);
}
END_TEST

START_TEST(check_narrows_to_one_language) {
    struct helper h;
    struct run r;

    ctl(&r, &h, check_script, "check", "--lang", "zh");
    assert_has(r.out, "填写可信 IP。");
    assert_lacks(r.out, "Enter the IP.");
    assert_lacks(r.out, "checks:");
    done(&r, &h);
    ctl(&r, &h, check_script, "check", "--lang", "en");
    assert_lacks(r.out, "填写可信 IP。");
    assert_has(r.out, "Enter the IP.");
    done(&r, &h);
}
END_TEST

START_TEST(a_cure_in_one_language_is_shown_in_any) {
    static const struct step script[] = {
        READ, READY, ROW("{\"app\":\"\",\"item\":\"tls\",\"state\":\"failed\",\"cure\":\"Do.\"}"),
        GRANTED, END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "check", "--lang", "zh");
    assert_has(r.out, "   Do.\n");
    done(&r, &h);
}
END_TEST

START_TEST(colour_is_for_terminals_only) {
    static const struct run_how terminal = {.out_is_terminal = true};
    struct helper h;
    struct run r;

    helper_start(&h, check_script);
    run_how(&r, &terminal, "wecomctl", "check", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.out, "\033[31mXX\033[0m main");
    assert_lacks(r.out, "\033[2J");
    done(&r, &h);
    helper_start(&h, check_script);
    run_how(&r, &terminal, "wecomctl", "check", "--json", "--socket", h.socket, NULL);
    assert_lacks(r.out, "\033");
    done(&r, &h);
}
END_TEST

START_TEST(check_passes_when_nothing_failed) {
    static const struct step script[] = {
        READ,
        READY,
        ROW("{\"app\":\"main\",\"item\":\"tls\",\"state\":\"ok\",\"detail\":\"\"}"),
        ROW("{\"app\":\"main\",\"item\":\"tls\",\"state\":\"warning\",\"detail\":\"\"}"),
        ROW("{\"app\":\"main\",\"item\":\"tls\",\"state\":\"skipped\",\"detail\":\"\"}"),
        GRANTED,
        END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "check", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    done(&r, &h);
    ctl(&r, &h, script, "check", "--json", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert(run_ok(&r));
    ck_assert_uint_eq(json_array_size(json_object_get(run_json(&r), "rows")), 3);
    done(&r, &h);
}
END_TEST

START_TEST(check_as_json_tells_all_findings_also_when_one_failed) {
    struct helper h;
    struct run r;

    ctl(&r, &h, check_script, "check", "--json", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert(!run_ok(&r));
    ck_assert_uint_eq(json_array_size(json_object_get(run_json(&r), "rows")), 5);
    assert_has(run_string(&r, "message"), "1 failed");
    assert_is_harmless(r.out);
    done(&r, &h);
}
END_TEST

static const struct {
    struct step script[5];
    int status;
} not_passed[] = {
    {{READ, READY, GRANTED, END}, 1}, /* nothing checked */
    {{READ, READY, ROW("{\"app\":\"\",\"item\":\"x\",\"state\":\"splendid\"}"), GRANTED, END}, 1},
    {{READ, READY, ROW("{\"app\":\"\",\"item\":\"x\"}"), GRANTED, END}, 3},
    {{READ, READY, ROW("{\"app\":\"\",\"item\":\"x\",\"state\":1}"), GRANTED, END}, 3},
    {{READ, READY, ROW("{\"app\":\"\",\"item\":\"x\",\"state\":\"ok\"}"), END}, 3},
    {{READ, READY, ROW("{\"app\":\"\",\"item\":\"x\",\"state\":\"ok\"}"),
      SEND("result\nverdict=denied\n"), END},
     1},
};

START_TEST(what_is_no_clear_yes_is_no_passed_check) {
    static const char *const forms[] = {NULL, "--json"};

    for (size_t i = 0; i < COUNT(forms); i++) {
        struct helper h;
        struct run r;

        ctl(&r, &h, not_passed[_i].script, "check", forms[i], NULL);
        ck_assert_int_eq(r.status, not_passed[_i].status);
        if (forms[i] != NULL)
            ck_assert(!run_ok(&r));
        done(&r, &h);
    }
}
END_TEST

START_TEST(findings_are_shown_as_they_come) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"app\":\"main\",\"item\":\"tls\",\"state\":\"ok\",\"detail\":\"first\"}"), HANG,
        END};
    char seen[256] = "";
    struct pollfd p;
    struct started s;
    struct helper h;
    struct run r;

    helper_start(&h, script);
    start_how(&s, &(const struct run_how){0}, "wecomctl", "check", "--socket", h.socket, NULL);
    p = (struct pollfd){.fd = s.out, .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, 30000), 1);
    ck_assert_int_gt(read(s.out, seen, sizeof seen - 1), 0);
    assert_has(seen, "first");
    ck_assert_int_eq(kill(h.pid, SIGKILL), 0);
    finish_run(&s, &r);
    ck_assert_int_eq(r.status, 3);
    assert_has(r.err, "hung up");
    done(&r, &h);
}
END_TEST

/* -- reload, version ------------------------------------------------------------------------ */

START_TEST(reload_tells_how_it_went) {
    static const struct step granted[] = {
        READ, READY, SEND("result\nverdict=granted\nmessage=2 services\xE2\x80\xAE\n"), END};
    static const struct step denied[] = {
        READ, READY,
        SEND("result\nverdict=denied\nreason=internal\nmessage=wecom.conf:3: colour\n"), END};
    static const struct step silent[] = {READ, READY, GRANTED, END};
    static const struct step silent_denied[] = {
        READ, READY, SEND("result\nverdict=denied\nreason=not_allowed\n"), END};
    struct helper h;
    struct run r;

    ctl(&r, &h, granted, "reload", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "2 services\n");
    ck_assert(helper_heard(&h, "command=reload\n"));
    done(&r, &h);
    ctl(&r, &h, granted, "reload", "--json", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"rows\":[],\"message\":\"2 services\"}\n");
    done(&r, &h);
    ctl(&r, &h, denied, "reload", NULL, NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.out, "");
    ck_assert_str_eq(r.err, "wecomctl: wecom.conf:3: colour\n");
    done(&r, &h);
    ctl(&r, &h, denied, "reload", "--json", NULL);
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.out, "{\"ok\":false,\"reason\":\"internal\","
                            "\"message\":\"wecom.conf:3: colour\"}\n");
    done(&r, &h);
    ctl(&r, &h, silent, "reload", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    assert_has(r.out, "again");
    assert_has(r.out, "已重新读取");
    done(&r, &h);
    ctl(&r, &h, silent_denied, "reload", NULL, NULL);
    ck_assert_int_eq(r.status, 1);
    assert_has(r.err, "not_allowed");
    done(&r, &h);
}
END_TEST

START_TEST(version_tells_both_versions) {
    struct helper h;
    struct run r;

    ctl(&r, &h, status_script, "version", NULL, NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "wecomctl      " WECOM_VERSION "\nwecom-helper  9.8.7\n");
    done(&r, &h);
    ctl(&r, &h, status_script, "version", "--json", NULL);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"rows\":[{\"kind\":\"wecomctl\",\"version\":"
                            "\"" WECOM_VERSION "\"},{\"kind\":\"helper\",\"version\":\"9.8.7\"}]}"
                            "\n");
    done(&r, &h);
}
END_TEST

START_TEST(version_needs_no_helper) {
    struct run r;

    run_plain(&r, "wecomctl", "version", "--socket", "/nonexistent/x", "--lang", "en", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.out, "wecomctl      " WECOM_VERSION "\nwecom-helper  not reachable\n");
    run_free(&r);
    run_plain(&r, "wecomctl", "version", "--socket", "/nonexistent/x", "--json", NULL);
    ck_assert_str_eq(r.out, "{\"ok\":true,\"rows\":[{\"kind\":\"wecomctl\",\"version\":"
                            "\"" WECOM_VERSION "\"},{\"kind\":\"helper\"}]}\n");
    run_free(&r);
    run_plain(&r, "wecomctl", "--version", NULL);
    ck_assert_str_eq(r.out, "wecomctl " WECOM_VERSION "\n");
    run_free(&r);
}
END_TEST

/* -- a helper that does not answer ---------------------------------------------------------- */

START_TEST(without_a_helper_it_says_what_to_do) {
    static const char *const commands[] = {"status", "check", "reload"};
    struct run r;

    for (size_t i = 0; i < COUNT(commands); i++) {
        run_plain(&r, "wecomctl", commands[i], "--socket", "/nonexistent/admin.sock", NULL);
        ck_assert_int_eq(r.status, 3);
        ck_assert_str_eq(r.out, "");
        assert_has(r.err, "systemctl status wecom-helper");
        assert_has(r.err, "\nwecomctl: No helper answers at /nonexistent/admin.sock");
        assert_has(r.err, "wecomctl: /nonexistent/admin.sock 上没有");
        run_free(&r);
        run_plain(&r, "wecomctl", commands[i], "--socket", "/nonexistent/admin.sock", "--json",
                  NULL);
        ck_assert_int_eq(r.status, 3);
        ck_assert_str_eq(r.err, "");
        ck_assert(!run_ok(&r));
        ck_assert_str_eq(run_string(&r, "reason"), "helper_down");
        run_free(&r);
    }
}
END_TEST

START_TEST(somebody_who_is_not_root_is_told_so) {
    static const struct step script[] = {END};
    struct run_how how = {.as_nobody = geteuid() == 0};
    struct helper h;
    struct run r;

    helper_start(&h, script);
    ck_assert_int_eq(chmod(h.socket, 0), 0);
    run_how(&r, &how, "wecomctl", "status", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 3);
    assert_has(r.err, "Run wecomctl as root");
    assert_has(r.err, "root 身份");
    done(&r, &h);
}
END_TEST

START_TEST(a_helper_of_another_user_is_not_trusted) {
    static const struct step script[] = {READ, READY, GRANTED, END};
    struct run_how how = {.as_nobody = true};
    struct helper h;
    struct run r;

    if (geteuid() != 0)
        return; /* needs a second user */
    helper_start_as(&h, script, true);
    run_plain(&r, "wecomctl", "reload", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 3);
    assert_has(r.err, "not trusted");
    ck_assert(!helper_heard(&h, "reload"));
    done(&r, &h);
    /* root's, on the other hand, is good enough for everybody */
    helper_start(&h, script);
    run_how(&r, &how, "wecomctl", "reload", "--socket", h.socket, NULL);
    ck_assert_int_eq(r.status, 0);
    done(&r, &h);
}
END_TEST

/* Each ends with status 3, in the time of a readiness check. */
static const struct {
    struct step script[6];
    const char *reason, *text;
} broken[] = {
    {{END}, "helper_down", "No helper answers"},
    {{READ, END}, "helper_down", "No helper answers"},
    {{HANG, END}, "helper_down", "No helper answers"},
    {{READ, SEND("\x01\x02\xFF"), END}, "internal", "same version"},
    {{READ, SEND("HTTP/1.1 400 Bad Request\r\n"), END}, "internal", "same version"},
    {{READ, GRANTED, END}, "internal", "same version"},
    {{READ, READY, END}, "helper_down", "hung up"},
    {{READ, READY, SEND("garbage"), END}, "internal", "same version"},
    {{READ, READY, SEND("result\nverdict=granted\nverdict=granted\n"), END},
     "internal",
     "same version"},
    {{READ, READY, ROW("{\"kind\":"), GRANTED, END}, "internal", "same version"},
    {{READ, READY, ROW("[1,2]"), GRANTED, END}, "internal", "same version"},
    {{READ, READY, {STEP_FLOOD, "{\"kind\":\"app\"}", 100000}, GRANTED, END},
     "internal",
     "more than this program takes"},
};

START_TEST(no_complete_answer_is_status_three) {
    struct helper h;
    struct run r;

    ctl(&r, &h, broken[_i].script, "status", "--json", NULL);
    ck_assert_int_eq(r.status, 3);
    ck_assert(!run_ok(&r));
    ck_assert_str_eq(run_string(&r, "reason"), broken[_i].reason);
    assert_has(run_string(&r, "message"), broken[_i].text);
    ck_assert_ptr_null(json_object_get(run_json(&r), "rows"));
    done(&r, &h);
    ctl(&r, &h, broken[_i].script, "status", NULL, NULL);
    ck_assert_int_eq(r.status, 3);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, broken[_i].text);
    done(&r, &h);
}
END_TEST

START_TEST(a_helper_that_says_ready_and_no_more_ends_with_the_deadline) {
    static const struct step script[] = {READ, READY, HANG, END};
    struct helper h;
    struct run r;

    ctl(&r, &h, script, "status", NULL, NULL);
    ck_assert_int_eq(r.status, 3);
    assert_has(r.err, "within 10 s");
    ck_assert_int_ge(r.took_ms, 9900);
    ck_assert_int_lt(r.took_ms, 20000);
    done(&r, &h);
}
END_TEST

START_TEST(output_that_nobody_takes_is_an_error) {
    static const struct run_how ways[] = {{.out_is_closed = true}, {.out_is_full = true}};
    static const char *const forms[] = {"--json", "--lang=en"};

    for (size_t i = 0; i < COUNT(ways) * COUNT(forms); i++) {
        struct helper h;
        struct run r;

        helper_start(&h, status_script);
        run_how(&r, &ways[i % 2], "wecomctl", "status", "--socket", h.socket, forms[i / 2], NULL);
        ck_assert_int_eq(r.status, 1);
        assert_has(r.err, "could not be written");
        done(&r, &h);
    }
}
END_TEST

/* -- the command line ----------------------------------------------------------------------- */

static const struct {
    const char *argv[6];
    const char *text;
} wrong_usage[] = {
    {{NULL}, "a command is missing"},
    {{"--json", NULL}, "a command is missing"},
    {{"frobnicate", NULL}, "unknown command frobnicate"},
    {{"", NULL}, "unknown command"},
    {{"stat\033[31mus", NULL}, "unknown command stat[31mus"},
    {{"STATUS", NULL}, "unknown command STATUS"},
    {{"status", "check", NULL}, "an argument too many"},
    {{"status", "--jso", NULL}, "unknown option --jso"},
    {{"status", "-j", NULL}, "unknown option -j"},
    {{"status", "--json", "--json", NULL}, "--json is given twice"},
    {{"status", "--socket", NULL}, "--socket needs a value"},
    {{"status", "--socket", "relative", NULL}, "an absolute path"},
    {{"status", "--lang", "de", NULL}, "zh, en or both"},
    {{"status", "--json=yes", NULL}, "--json takes no value"},
};

START_TEST(wrong_usage_is_status_two_and_explained_in_both_languages) {
    const char *const *a = wrong_usage[_i].argv;
    struct run r;

    run_plain(&r, "wecomctl", a[0], a[0] ? a[1] : NULL, a[0] && a[1] ? a[2] : NULL,
              a[0] && a[1] && a[2] ? a[3] : NULL, NULL);
    ck_assert_int_eq(r.status, 2);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, wrong_usage[_i].text);
    assert_has(r.err, "用法见 wecomctl --help");
    assert_is_harmless(r.err);
    run_free(&r);
}
END_TEST

START_TEST(help_names_every_command) {
    static const char *const names[] = {"status", "check", "reload", "version"};
    struct run r;

    run_plain(&r, "wecomctl", "--help", NULL);
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    for (size_t i = 0; i < COUNT(names); i++)
        assert_has(r.out, names[i]);
    run_free(&r);
    run_plain(&r, "wecomctl", "--help", "--lang", "en", NULL);
    assert_lacks(r.out, "的");
    run_free(&r);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wecomctl");
    TCase *tc = new_case(s, "status", 60);

    tcase_add_test(tc, status_shows_helper_applications_and_services);
    tcase_add_test(tc, status_speaks_both_languages_by_default);
    tcase_add_test(tc, status_tells_who_handed_an_application_over);
    tcase_add_test(tc, status_warns_of_a_reload_that_failed);
    tcase_add_test(tc, status_as_json_is_one_object_with_the_rows);
    tcase_add_test(tc, status_of_an_empty_helper_is_empty);
    tc = new_case(s, "check", 60);
    tcase_add_test(tc, check_shows_each_finding_with_its_cure);
    tcase_add_test(tc, check_narrows_to_one_language);
    tcase_add_test(tc, a_cure_in_one_language_is_shown_in_any);
    tcase_add_test(tc, colour_is_for_terminals_only);
    tcase_add_test(tc, check_passes_when_nothing_failed);
    tcase_add_test(tc, check_as_json_tells_all_findings_also_when_one_failed);
    tcase_add_loop_test(tc, what_is_no_clear_yes_is_no_passed_check, 0, COUNT(not_passed));
    tcase_add_test(tc, findings_are_shown_as_they_come);
    tc = new_case(s, "reload and version", 60);
    tcase_add_test(tc, reload_tells_how_it_went);
    tcase_add_test(tc, version_tells_both_versions);
    tcase_add_test(tc, version_needs_no_helper);
    tc = new_case(s, "no answer", 120);
    tcase_add_test(tc, without_a_helper_it_says_what_to_do);
    tcase_add_test(tc, somebody_who_is_not_root_is_told_so);
    tcase_add_test(tc, a_helper_of_another_user_is_not_trusted);
    tcase_add_loop_test(tc, no_complete_answer_is_status_three, 0, COUNT(broken));
    tcase_add_test(tc, a_helper_that_says_ready_and_no_more_ends_with_the_deadline);
    tcase_add_test(tc, output_that_nobody_takes_is_an_error);
    tc = new_case(s, "usage", 60);
    tcase_add_loop_test(tc, wrong_usage_is_status_two_and_explained_in_both_languages, 0,
                        COUNT(wrong_usage));
    tcase_add_test(tc, help_names_every_command);
    return s;
}
