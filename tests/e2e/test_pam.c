/* Through libpam: pamtester and wecom-login with services of /etc/pam.d (of this test's own name
 * space), and what wecomctl tells the administrator.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

static const char services[] = "[service wecom-web]\n"
                               "methods = code\n"
                               "account = no\n"
                               "export = userid name mobile email departments\n"
                               "[service wecom-host]\n"
                               "methods = code\n"
                               "[service wecom-fall]\n"
                               "methods = code\n"
                               "[service wecom-slow]\n"
                               "methods = code\n"
                               "account = no\n";

#define MODULE "{build}/pam_wecom.so socket={dir}/login.sock links={dir}/links"

static void write_stack(const char *name, const char *control, const char *arguments,
                        const char *last) {
    const char *all = "";
    static const char *const kinds[] = {"auth", "account", "session"};

    for (int i = 0; i < 3; i++)
        all =
            text("%s%s %s " MODULE " %s\n%s%s%s", all, kinds[i], control, arguments,
                 last != NULL ? kinds[i] : "", last != NULL ? last : "", last != NULL ? "\n" : "");
    place_write(text("pam.d/%s", name), all, 0644, 0);
}

static void write_stacks(void) {
    ck_assert_int_eq(mkdir(place_path("pam.d"), 0755), 0);
    write_stack("wecom-web", "required", "identity timeout=10", NULL);
    write_stack("wecom-host", "required", "timeout=10", NULL);
    write_stack("wecom-slow", "required", "identity timeout=3", NULL);
    write_stack("wecom-fall", "[success=done default=ignore]", "timeout=10",
                " required pam_permit.so");
    place_write("pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n", 0644,
                0);
    place_mount("pam.d", "/etc/pam.d");
}

static void begin(const char *helper_lines, const char *app_lines) {
    write_stacks();
    helper_configure(helper_lines, app_lines, services);
    helper_start();
}

/* pamtester with the code as what the person types. NULL operations: just authenticate. */
static struct run pamtester(const char *service, const char *user, const char *code,
                            const char *second, const char *third) {
    struct run r;

    run_environment = run_host_environment();
    r = RUN(code != NULL ? text("%s\n", code) : NULL, "/usr/bin/pamtester", service, user,
            strcmp(second, "account only") == 0 ? "acct_mgmt" : "authenticate(0)",
            strcmp(second, "account only") == 0 ? NULL
            : second[0] != '\0'                 ? second
                                                : NULL,
            third);
    run_environment = NULL;
    return r;
}

static void passes(const struct run *r) {
    ck_assert_msg(r->status == 0, "%d: %s%s\n%s", r->status, r->out, r->err, helper_tail());
}

static void fails(const struct run *r, const char *with) {
    ck_assert_msg(r->status != 0, "%s%s\n%s", r->out, r->err, helper_tail());
    text_has(r->err, with);
}

/* wecom-login: the code goes in as JSON, the answer comes out as JSON. */
static const json_t *login_says(const char *code, int status, const char *const more[]) {
    const char *argv[RUN_MOST] = {place_program("wecom-login")};
    json_t *answer;
    struct run r;
    size_t n = 1;

    for (; more[n - 1] != NULL; n++)
        argv[n] = more[n - 1];
    r = run(code != NULL ? text("{\"code\":\"%s\"}", code) : NULL, 60, argv);
    ck_assert_msg(r.status == status, "status %d: %s%s", r.status, r.out, r.err);
    answer = json_loads(r.out, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json_is_object(answer), "%s", r.out);
    return place_json(answer);
}
#define SIGN_IN(code, ...) login_says((code), 0, (const char *const[]){__VA_ARGS__, NULL})

static const char *value(const json_t *object, const char *key) {
    const char *string = json_string_value(json_object_get(object, key));

    return string != NULL ? string : "";
}

static void is_ok(const json_t *answer, const char *user) {
    ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s",
                  (const char *)place_keep(json_dumps(answer, 0)));
    ck_assert_str_eq(value(answer, "user"), user);
}

static void is_refused(const json_t *answer, const char *pam, const char *reason) {
    ck_assert_msg(
        json_is_false(json_object_get(answer, "ok")) && strcmp(value(answer, "pam"), pam) == 0 &&
            strcmp(value(answer, "reason"), reason) == 0 && value(answer, "message")[0] != '\0',
        "%s", (const char *)place_keep(json_dumps(answer, 0)));
}

/* --- pamtester --- */

START_TEST(a_code_opens_the_whole_stack) {
    struct run r;

    begin(NULL, NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "acct_mgmt", "open_session");
    passes(&r);
    text_has(r.out, "successfully authenticated");
    text_has(r.out, "account management done");
    text_has(r.out, "successfully opened a session");
    text_has(r.err, "企业微信登录码 / WeCom sign-in code: ");
    r = pamtester("wecom-web", "1001", talk_code("1001"), "acct_mgmt", "close_session");
    passes(&r);
}
END_TEST

START_TEST(the_same_code_again_is_refused_in_both_languages) {
    const char *code;
    struct run r;

    begin(NULL, NULL);
    code = talk_code("zhangsan");
    r = pamtester("wecom-host", "zhangsan", code, "", NULL);
    passes(&r);
    r = pamtester("wecom-host", "zhangsan", code, "", NULL);
    fails(&r, "登录码无效");
    text_has(r.err, "This is not a valid WeCom sign-in code");
    text_has(r.err, "Authentication failure");
}
END_TEST

START_TEST(a_strangers_code_is_refused) {
    struct run r;

    begin(NULL, NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("lisi"), "", NULL);
    fails(&r, "does not belong to the user name");
    r = pamtester("wecom-web", "zhangsan", talk_code("lisi"), "", NULL);
    fails(&r, "does not belong to the user name");
    r = pamtester("wecom-host", "outsider", talk_code("outsider"), "", NULL);
    fails(&r, "You are not among the people");
    r = pamtester("wecom-host", "disabled", talk_code("disabled"), "", NULL);
    fails(&r, "disabled or not yet activated");
    r = pamtester("wecom-host", "1001", talk_code("1001"), "", NULL);
    fails(&r, "cannot serve as a login name");
}
END_TEST

START_TEST(a_password_typed_by_mistake_goes_nowhere) {
    struct run r;

    begin("log_level = debug\n", NULL);
    r = pamtester("wecom-host", "zhangsan", "MARKED-password 123", "", NULL);
    fails(&r, "This is not a valid WeCom sign-in code");
    ck_assert_int_eq(count_all(), 0);
    ck_assert_ptr_null(strstr(helper_log(), "MARKED"));
    ck_assert_ptr_null(strstr(r.err, "MARKED"));
}
END_TEST

START_TEST(a_local_name_is_decided_before_the_helper_is_asked) {
    struct run r;

    begin(NULL, NULL);
    for (int i = 0; i < 2; i++) {
        r = pamtester("wecom-host", i == 0 ? "root" : "nobody", talk_code("zhangsan"), "", NULL);
        fails(&r, "User not known to the underlying authentication module");
    }
    ck_assert_int_eq(count_all(), 0);
    ck_assert_ptr_null(strstr(helper_log(), "login"));
}
END_TEST

START_TEST(a_linked_local_name_opens_with_its_userid_and_root_with_none) {
    struct run r;

    place_write("passwd",
                "root:x:0:0:root:/root:/bin/sh\n"
                "nobody:x:65534:65534::/:/bin/false\n"
                "toor:x:0:0::/root:/bin/sh\n"
                "deploy:x:2001:2001::/:/bin/sh\n"
                "lisi:x:2002:2002::/:/bin/sh\n",
                0644, 0);
    place_mount("passwd", "/etc/passwd");
    place_write("links",
                "deploy " CORP "/zhangsan\n"
                "toor " CORP "/zhangsan\n"
                "root " CORP "/zhangsan\n",
                0644, 0);
    begin(NULL, NULL);
    r = pamtester("wecom-host", "deploy", talk_code("zhangsan"), "acct_mgmt", NULL);
    passes(&r);
    r = pamtester("wecom-host", "deploy", talk_code("wangwu"), "", NULL);
    fails(&r, "does not belong to the user name");
    r = pamtester("wecom-host", "lisi", talk_code("lisi"), "", NULL); /* local, and not linked */
    fails(&r, "User not known");
    for (int i = 0; i < 2; i++) {
        r = pamtester("wecom-host", i == 0 ? "root" : "toor", talk_code("zhangsan"), "", NULL);
        fails(&r, "User not known");
    }
}
END_TEST

START_TEST(the_account_check_uses_the_grant_and_asks_nobody) {
    struct run r;
    int before;

    begin("log_level = info\n", NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "acct_mgmt", NULL);
    passes(&r);
    ck_assert_int_eq(count_all(), 3);
    ck_assert_ptr_null(strstr(helper_log(), "account granted"));
    before = count_all();
    r = pamtester("wecom-host", "wangwu", NULL, "account only", NULL);
    passes(&r);
    ck_assert(helper_says(0, "account granted"));
    ck_assert_int_eq(count_all() - before, 1);
    r = pamtester("wecom-host", "disabled", NULL, "account only", NULL);
    fails(&r, "User account has expired");
    r = pamtester("wecom-host", "outsider", NULL, "account only", NULL);
    fails(&r, "Permission denied");
}
END_TEST

START_TEST(without_the_helper_the_next_module_serves) {
    struct run r;

    begin(NULL, NULL);
    helper_stop();
    r = pamtester("wecom-host", "zhangsan", "x", "", NULL);
    fails(&r, "Authentication service cannot retrieve authentication info");
    ck_assert_int_lt((int)r.ms, 2000 * place_slowness());
    ck_assert_ptr_null(strstr(r.err, "WeCom sign-in code"));
    r = pamtester("wecom-fall", "zhangsan", NULL, "acct_mgmt", "open_session");
    passes(&r);
    ck_assert_int_lt((int)r.ms, 3000 * place_slowness());
    r = pamtester("wecom-fall", "root", NULL, "acct_mgmt", "open_session"); /* a local user, too */
    passes(&r);
    helper_start();
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "", NULL);
    passes(&r);
}
END_TEST

START_TEST(a_helper_that_is_stopped_in_its_tracks_is_absent) {
    struct run r;

    begin(NULL, NULL);
    ck_assert_int_eq(kill(place.helper, SIGSTOP), 0);
    r = pamtester("wecom-host", "zhangsan", "x", "", NULL);
    ck_assert_int_eq(kill(place.helper, SIGCONT), 0);
    fails(&r, "Authentication service cannot retrieve authentication info");
    ck_assert_int_lt((int)r.ms, 2500 * place_slowness());
}
END_TEST

START_TEST(a_wecom_that_hangs_is_told_before_the_deadline) {
    struct run r;

    begin(NULL, NULL);
    ck_assert(sim_fault(place.sim, "{\"kind\":\"hang\",\"path\":\"*\",\"times\":0}"));
    r = pamtester("wecom-slow", "zhangsan", talk_code("zhangsan"), "", NULL);
    fails(&r, "WeCom cannot be reached from this machine");
    text_has(r.err, "本机暂时无法连接企业微信");
    text_has(r.err, "Authentication service cannot retrieve authentication info");
    ck_assert_int_lt((int)r.ms, 3500 * place_slowness());
    ck_assert(sim_faults_clear(place.sim));
}
END_TEST

START_TEST(an_unknown_argument_denies_and_asks_nobody) {
    struct run r;

    begin(NULL, NULL);
    write_stack("wecom-web", "required", "identity socks=1", NULL);
    r = pamtester("wecom-web", "zhangsan", talk_code("zhangsan"), "", NULL);
    fails(&r, "Error in service module");
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

/* --- wecom-login --- */

START_TEST(wecom_login_tells_who_it_is) {
    const json_t *a, *env;
    const char *code;

    begin(NULL, NULL);
    code = talk_mint("{\"agent_id\":%d,\"userid\":\"zhangsan\",\"ticket\":true}", AGENT);
    a = SIGN_IN(code, "--service", "wecom-web", "--rhost", "192.0.2.7");
    is_ok(a, "zhangsan");
    env = json_object_get(a, "env");
    ck_assert_str_eq(value(env, "WECOM_USERID"), "zhangsan");
    ck_assert_str_eq(value(env, "WECOM_NAME"), "张三");
    ck_assert_str_eq(value(env, "WECOM_MOBILE"), "13800000001");
    ck_assert_str_eq(value(env, "WECOM_EMAIL"), "zhangsan@example.com");
    ck_assert_str_eq(value(env, "WECOM_DEPARTMENTS"), "2,3");
    ck_assert_str_eq(value(env, "WECOM_METHOD"), "code");
    ck_assert_int_eq((int)json_object_size(env), 6);
    ck_assert(helper_says(0, "rhost='192.0.2.7'"));
    a = SIGN_IN(code, "--service", "wecom-web");
    is_refused(a, "PAM_AUTH_ERR", "code_invalid");
    text_has(value(a, "message"), "登录码无效");
    text_has(value(a, "message"), "This is not a valid WeCom sign-in code");
}
END_TEST

START_TEST(wecom_login_takes_any_userid_as_an_identity) {
    static const char *const userids[] = {"1001", "a@b", "WangFang", "chen.xiao-ming_2",
                                          "a12345678901234567890123456789012345678901234567890123"
                                          "4567890123"};

    begin(NULL, NULL);
    for (size_t i = 0; i < sizeof userids / sizeof userids[0]; i++)
        is_ok(SIGN_IN(talk_code(userids[i]), "--service", "wecom-web"), userids[i]);
}
END_TEST

START_TEST(wecom_login_refuses_a_stranger) {
    begin(NULL, NULL);
    is_refused(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--user", "zhangsan"),
               "PAM_AUTH_ERR", "identity_mismatch");
    is_refused(SIGN_IN(talk_code("outsider"), "--service", "wecom-web"), "PAM_AUTH_ERR",
               "not_visible");
    is_refused(
        SIGN_IN(talk_mint("{\"agent_id\":%d,\"openid\":true}", AGENT), "--service", "wecom-web"),
        "PAM_AUTH_ERR", "not_member");
    is_refused(SIGN_IN("hunter2", "--service", "wecom-web"), "PAM_AUTH_ERR", "code_invalid");
    is_refused(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--app", "other"),
               "PAM_AUTH_ERR", "not_allowed");
    is_ok(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--app", "main"), "lisi");
}
END_TEST

START_TEST(wecom_login_tells_that_the_helper_is_down) {
    const json_t *a;
    int64_t begun;

    begin(NULL, NULL);
    helper_stop();
    begun = now_ms();
    a = SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web");
    ck_assert_int_lt((int)(now_ms() - begun), 2000 * place_slowness());
    is_refused(a, "PAM_AUTHINFO_UNAVAIL", "helper_down");
}
END_TEST

START_TEST(wecom_login_tells_why_wecom_cannot_be_asked) {
    begin(NULL, NULL);
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[\"192.0.2.1\"]}"));
    is_refused(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"), "PAM_AUTHINFO_UNAVAIL",
               "config_ip");
}
END_TEST

START_TEST(wecom_login_asks_whether_somebody_is_still_in) {
    begin(NULL, NULL);
    is_ok(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "zhangsan"), "zhangsan");
    is_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "disabled"),
               "PAM_ACCT_EXPIRED", "disabled");
    is_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "leaver"),
               "PAM_ACCT_EXPIRED", "withdrawn");
    is_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "outsider"),
               "PAM_PERM_DENIED", "not_visible");
    ck_assert(
        sim_fault(place.sim, "{\"kind\":\"errcode\",\"errcode\":45009,\"path\":\"%s\"}", USER_GET));
    is_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "wangwu"),
               "PAM_AUTHINFO_UNAVAIL", "wecom_rate_limited");
}
END_TEST

START_TEST(wecom_login_informs_and_checks) {
    const char *at;
    const json_t *a, *row;
    size_t i;

    begin(NULL, "company = 示例科技\n");
    at = place_path("login.sock");
    a = SIGN_IN(NULL, "--info", "--service", "wecom-web", "--socket", at);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    ck_assert_str_eq(value(a, "app"), "main");
    ck_assert_str_eq(value(a, "corp_id"), CORP);
    ck_assert_str_eq(value(a, "company"), "示例科技");
    ck_assert_int_eq((int)json_integer_value(json_object_get(a, "agent_id")), AGENT);
    ck_assert_str_eq(value(a, "authorize_url"),
                     "https://open.weixin.qq.com/connect/oauth2/authorize");
    ck_assert_str_eq(value(a, "sso_url"), "https://login.work.weixin.qq.com/wwlogin/sso/login");
    a = SIGN_IN(NULL, "--check", "--service", "wecom-web", "--socket", at);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    ck_assert_int_eq((int)json_array_size(json_object_get(a, "checks")), 6);
    json_array_foreach(json_object_get(a, "checks"), i, row) {
        ck_assert_str_eq(value(row, "state"), "ok");
    }
    a = SIGN_IN(NULL, "--info", "--service", "nothing", "--socket", at);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    ck_assert_str_eq(value(a, "reason"), "not_allowed");
    a = SIGN_IN(NULL, "--check", "--service", "nothing", "--socket", at);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    is_ok(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"), "zhangsan");
}
END_TEST

/* --- wecomctl --- */

static struct run ctl(const char *command, const char *form) {
    return RUN(NULL, place_program("wecomctl"), command, "--socket", place_path("admin.sock"),
               form);
}

static const json_t *json_of(const struct run *r) {
    json_t *json = json_loads(r->out, JSON_REJECT_DUPLICATES, NULL);

    ck_assert_msg(json_is_object(json), "%s%s", r->out, r->err);
    return place_json(json);
}

/* The row of `wecomctl check` about this item of the application. */
static const json_t *item(const json_t *answer, const char *name) {
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(answer, "rows"), i, row) {
        if (strcmp(value(row, "item"), name) == 0)
            return row;
    }
    ck_abort_msg("there is no item %s", name);
}

START_TEST(status_tells_what_goes_on) {
    const json_t *a, *row;
    struct run r;
    size_t i;

    begin(NULL, NULL);
    is_ok(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"), "zhangsan");
    is_refused(SIGN_IN(talk_code("outsider"), "--service", "wecom-web"), "PAM_AUTH_ERR",
               "not_visible");
    r = ctl("status", NULL);
    passes(&r);
    text_has(r.out, place_path("wecom.conf"));
    text_has(r.out, "wecom-web");
    text_has(r.out, CORP);
    text_has(r.out, "not_visible");
    r = ctl("status", "--json");
    passes(&r);
    a = json_of(&r);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    json_array_foreach(json_object_get(a, "rows"), i, row) {
        if (strcmp(value(row, "kind"), "helper") == 0) {
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "granted")), 1);
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "denied")), 1);
            ck_assert_str_eq(value(row, "user"), "nobody");
        } else if (strcmp(value(row, "kind"), "app") == 0) {
            ck_assert_int_gt((int)json_integer_value(json_object_get(row, "token_valid_s")), 7000);
            ck_assert_int_eq((int)json_integer_value(json_object_get(row, "requests")), 5);
            ck_assert_str_eq(value(row, "last_error"), "not_visible");
        }
    }
    ck_assert_int_eq((int)i, 6); /* helper, one application, four services */
}
END_TEST

START_TEST(a_set_up_that_is_right_checks_out) {
    static const char *const items[] = {"configuration", "name_resolution", "tls",  "token",
                                        "agent",         "visible_range",   "clock"};
    const json_t *a;
    struct run r;

    begin(NULL, NULL);
    r = ctl("check", NULL);
    passes(&r);
    text_has(r.out, "7 checks: 7 ok, 0 warnings, 0 failed, 0 skipped");
    r = ctl("check", "--json");
    passes(&r);
    a = json_of(&r);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        ck_assert_str_eq(value(item(a, items[i]), "state"), "ok");
}
END_TEST

/* One mistake each: what check says, and what there is to do. */
static const struct {
    const char *secret, *app_lines, *app_order, *certificate; /* of the simulator's */
    const char *item, *words, *skipped;
} mistakes[] = {
    {"wrong-secret", NULL, NULL, NULL, "token", "Compare corp_id and the Secret", "agent"},
    {NULL, NULL, "{\"agent_id\":1000002,\"trusted_ips\":[\"192.0.2.1\"]}", NULL, "agent",
     "Add the address 127.0.0.1 to the trusted IPs", "visible_range"},
    {NULL, NULL, "{\"agent_id\":1000002,\"visible\":{\"departments\":[],\"tags\":[],\"users\":[]}}",
     NULL, "visible_range", "Nobody can sign in", NULL},
    {OTHER_SECRET, NULL, NULL, NULL, "agent", "agent_id and the Secret belong to different",
     "visible_range"},
    {NULL, "api_url = https://wecom.invalid\n", NULL, NULL, "name_resolution", "cannot be resolved",
     "tls"},
    {NULL, "api_url = https://127.0.0.1:1\n", NULL, NULL, "tls", "No connection to api_url",
     "token"},
    {NULL, NULL, NULL, "{\"kind\":\"expired\"}", "tls", "certificate is not valid", "token"},
};

START_TEST(check_names_the_mistake_and_the_cure) {
    const json_t *a;
    struct run r;

    begin(NULL, mistakes[_i].app_lines);
    if (mistakes[_i].secret != NULL) {
        place_write("secret", mistakes[_i].secret, 0600, NOBODY);
        r = ctl("reload", NULL);
        passes(&r);
    }
    if (mistakes[_i].app_order != NULL)
        ck_assert(sim_app(place.sim, "%s", mistakes[_i].app_order));
    if (mistakes[_i].certificate != NULL)
        json_decref(sim_post(place.sim, "/certificate", mistakes[_i].certificate));
    r = ctl("check", "--json");
    ck_assert_int_eq(r.status, 1);
    a = json_of(&r);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    ck_assert_msg(strcmp(value(item(a, mistakes[_i].item), "state"), "failed") == 0, "%s", r.out);
    text_has(value(item(a, mistakes[_i].item), "cure"), mistakes[_i].words);
    ck_assert_str_ne(value(item(a, mistakes[_i].item), "cure_zh"), "");
    if (mistakes[_i].skipped != NULL)
        ck_assert_str_eq(value(item(a, mistakes[_i].skipped), "state"), "skipped");
    r = ctl("check", NULL);
    ck_assert_int_eq(r.status, 1);
    text_has(r.out, mistakes[_i].words);
    text_has(r.out, "1 failed");
    a = login_says(NULL, 0,
                   (const char *const[]){"--check", "--service", "wecom-web", "--socket",
                                         place_path("login.sock"), NULL});
    ck_assert(json_is_false(json_object_get(a, "ok")));
}
END_TEST

START_TEST(reload_says_whether_it_worked) {
    struct run r;

    begin(NULL, NULL);
    r = ctl("reload", NULL);
    passes(&r);
    r = ctl("reload", "--json");
    passes(&r);
    ck_assert(json_is_true(json_object_get(json_of(&r), "ok")));
    place_write("wecom.conf", "[helper]\nuser = nobody\nsocked = /x\n", 0644, 0);
    r = ctl("reload", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert(json_is_false(json_object_get(json_of(&r), "ok")));
    text_has(value(json_of(&r), "message"), "wecom.conf:3: [helper] socked: unknown key");
    r = ctl("reload", NULL);
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "wecom.conf:3: [helper] socked: unknown key");
    r = ctl("status", NULL);
    passes(&r);
    text_has(r.out, "socked: unknown key");
    r = ctl("check", "--json");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(value(item(json_of(&r), "configuration"), "state"), "failed");
}
END_TEST

START_TEST(without_the_helper_wecomctl_says_so) {
    static const char *const commands[] = {"status", "check", "reload"};
    struct run r;

    begin(NULL, NULL);
    helper_stop();
    for (int i = 0; i < 3; i++) {
        r = ctl(commands[i], NULL);
        ck_assert_int_ne(r.status, 0);
        ck_assert_str_ne(r.err, "");
        r = ctl(commands[i], "--json");
        ck_assert_int_ne(r.status, 0);
        ck_assert_str_eq(value(json_of(&r), "reason"), "helper_down");
    }
    r = ctl("version", NULL);
    passes(&r);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e pam");
    TCase *t = place_case("pamtester", 60);

    tcase_add_test(t, a_code_opens_the_whole_stack);
    tcase_add_test(t, the_same_code_again_is_refused_in_both_languages);
    tcase_add_test(t, a_strangers_code_is_refused);
    tcase_add_test(t, a_password_typed_by_mistake_goes_nowhere);
    tcase_add_test(t, a_local_name_is_decided_before_the_helper_is_asked);
    tcase_add_test(t, a_linked_local_name_opens_with_its_userid_and_root_with_none);
    tcase_add_test(t, the_account_check_uses_the_grant_and_asks_nobody);
    tcase_add_test(t, without_the_helper_the_next_module_serves);
    tcase_add_test(t, a_helper_that_is_stopped_in_its_tracks_is_absent);
    tcase_add_test(t, a_wecom_that_hangs_is_told_before_the_deadline);
    tcase_add_test(t, an_unknown_argument_denies_and_asks_nobody);
    suite_add_tcase(s, t);

    t = place_case("wecom-login", 60);
    tcase_add_test(t, wecom_login_tells_who_it_is);
    tcase_add_test(t, wecom_login_takes_any_userid_as_an_identity);
    tcase_add_test(t, wecom_login_refuses_a_stranger);
    tcase_add_test(t, wecom_login_tells_that_the_helper_is_down);
    tcase_add_test(t, wecom_login_tells_why_wecom_cannot_be_asked);
    tcase_add_test(t, wecom_login_asks_whether_somebody_is_still_in);
    tcase_add_test(t, wecom_login_informs_and_checks);
    suite_add_tcase(s, t);

    t = place_case("wecomctl", 60);
    tcase_add_test(t, status_tells_what_goes_on);
    tcase_add_test(t, a_set_up_that_is_right_checks_out);
    tcase_add_loop_test(t, check_names_the_mistake_and_the_cure, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(t, reload_says_whether_it_worked);
    tcase_add_test(t, without_the_helper_wecomctl_says_so);
    suite_add_tcase(s, t);
    return s;
}
