/* pamtester and wecom-login through libpam, with services of /etc/pam.d (of this test's own name
 * space).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

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

static void fails(const struct run *r, const char *with) {
    ck_assert_msg(r->status != 0, "%s%s\n%s", r->out, r->err, helper_tail());
    text_has(r->err, with);
}

START_TEST(a_code_opens_the_whole_stack) {
    struct run r;

    stack_begin(NULL, NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "acct_mgmt", "open_session");
    run_passes(&r);
    text_has(r.out, "successfully authenticated");
    text_has(r.out, "account management done");
    text_has(r.out, "successfully opened a session");
    text_has(r.err, "企业微信登录码 / WeCom sign-in code: ");
    r = pamtester("wecom-web", "1001", talk_code("1001"), "acct_mgmt", "close_session");
    run_passes(&r);
}
END_TEST

START_TEST(the_same_code_again_is_refused_in_both_languages) {
    const char *code;
    struct run r;

    stack_begin(NULL, NULL);
    code = talk_code("zhangsan");
    r = pamtester("wecom-host", "zhangsan", code, "", NULL);
    run_passes(&r);
    r = pamtester("wecom-host", "zhangsan", code, "", NULL);
    fails(&r, "登录码无效");
    text_has(r.err, "This is not a valid WeCom sign-in code");
    text_has(r.err, "Authentication failure");
}
END_TEST

START_TEST(a_strangers_code_is_refused) {
    struct run r;

    stack_begin(NULL, NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("lisi"), "", NULL);
    fails(&r, "does not belong to the user name");
    r = pamtester("wecom-web", "zhangsan", talk_code("lisi"), "", NULL);
    fails(&r, "does not belong to the user name");
    r = pamtester("wecom-host", "outsider", talk_code("outsider"), "", NULL);
    fails(&r, "You are not among the people");
    r = pamtester("wecom-host", "disabled", talk_code("disabled"), "", NULL);
    fails(&r, "disabled or not yet activated");
    r = pamtester("wecom-host", "1001", talk_code("1001"), "", NULL);
    fails(&r, "does not belong to the user name"); /* the account's is u1001 */
    r = pamtester("wecom-host", "a@b", talk_code("a@b"), "", NULL);
    fails(&r, "cannot serve as a login name");
}
END_TEST

START_TEST(a_password_typed_by_mistake_goes_nowhere) {
    struct run r;

    stack_begin("log_level = debug\n", NULL);
    r = pamtester("wecom-host", "zhangsan", "MARKED-password 123", "", NULL);
    fails(&r, "This is not a valid WeCom sign-in code");
    ck_assert_int_eq(count(GETUSERINFO), 0);
    ck_assert_ptr_null(strstr(helper_log(), "MARKED"));
    ck_assert_ptr_null(strstr(r.err, "MARKED"));
}
END_TEST

START_TEST(a_local_name_is_decided_before_the_helper_is_asked) {
    struct run r;

    stack_begin(NULL, NULL);
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
    stack_begin(NULL, NULL);
    r = pamtester("wecom-host", "deploy", talk_code("zhangsan"), "acct_mgmt", NULL);
    run_passes(&r);
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

    stack_begin("log_level = info\n", NULL);
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "acct_mgmt", NULL);
    run_passes(&r);
    ck_assert_int_eq(count_all(), 3);
    ck_assert_ptr_null(strstr(helper_log(), "account granted"));
    before = count_all();
    r = pamtester("wecom-host", "wangwu", NULL, "account only", NULL);
    run_passes(&r);
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

    stack_begin(NULL, NULL);
    helper_stop();
    r = pamtester("wecom-host", "zhangsan", "x", "", NULL);
    fails(&r, "Authentication service cannot retrieve authentication info");
    ck_assert_int_lt((int)r.ms, 2000 * place_slowness());
    ck_assert_ptr_null(strstr(r.err, "WeCom sign-in code"));
    r = pamtester("wecom-fall", "zhangsan", NULL, "acct_mgmt", "open_session");
    run_passes(&r);
    ck_assert_int_lt((int)r.ms, 3000 * place_slowness());
    r = pamtester("wecom-fall", "root", NULL, "acct_mgmt", "open_session"); /* a local user, too */
    run_passes(&r);
    helper_start();
    r = pamtester("wecom-host", "zhangsan", talk_code("zhangsan"), "", NULL);
    run_passes(&r);
}
END_TEST

START_TEST(a_helper_that_is_stopped_in_its_tracks_is_absent) {
    struct run r;

    stack_begin(NULL, NULL);
    ck_assert_int_eq(kill(place.helper, SIGSTOP), 0);
    r = pamtester("wecom-host", "zhangsan", "x", "", NULL);
    ck_assert_int_eq(kill(place.helper, SIGCONT), 0);
    fails(&r, "Authentication service cannot retrieve authentication info");
    ck_assert_int_lt((int)r.ms, 2500 * place_slowness());
}
END_TEST

START_TEST(a_wecom_that_hangs_is_told_before_the_deadline) {
    struct run r;

    stack_begin(NULL, NULL);
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

    stack_begin(NULL, NULL);
    stack_write("wecom-web", "required", "identity socks=1", NULL);
    r = pamtester("wecom-web", "zhangsan", talk_code("zhangsan"), "", NULL);
    fails(&r, "Error in service module");
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(wecom_login_tells_who_it_is) {
    const json_t *a, *env;
    const char *code;

    stack_begin(NULL, NULL);
    code = talk_mint("{\"agent_id\":%d,\"userid\":\"zhangsan\",\"ticket\":true}", AGENT);
    a = SIGN_IN(code, "--service", "wecom-web", "--rhost", "192.0.2.7");
    sign_in_ok(a, "zhangsan");
    env = json_object_get(a, "env");
    ck_assert_str_eq(word_of(env, "WECOM_USERID"), "zhangsan");
    ck_assert_str_eq(word_of(env, "WECOM_NAME"), "张三");
    ck_assert_str_eq(word_of(env, "WECOM_MOBILE"), "13800000001");
    ck_assert_str_eq(word_of(env, "WECOM_EMAIL"), "zhangsan@example.com");
    ck_assert_str_eq(word_of(env, "WECOM_DEPARTMENTS"), "2,3");
    ck_assert_str_eq(word_of(env, "WECOM_METHOD"), "code");
    ck_assert_int_eq((int)json_object_size(env), 6);
    ck_assert(helper_says(0, "rhost='192.0.2.7'"));
    a = SIGN_IN(code, "--service", "wecom-web");
    sign_in_refused(a, "PAM_AUTH_ERR", "code_invalid");
    text_has(word_of(a, "message"), "登录码无效");
    text_has(word_of(a, "message"), "This is not a valid WeCom sign-in code");
}
END_TEST

START_TEST(wecom_login_takes_any_userid_as_an_identity) {
    static const char *const userids[] = {"1001", "a@b", "WangFang", "chen.xiao-ming_2",
                                          "a12345678901234567890123456789012345678901234567890123"
                                          "4567890123"};

    stack_begin(NULL, NULL);
    for (size_t i = 0; i < sizeof userids / sizeof userids[0]; i++)
        sign_in_ok(SIGN_IN(talk_code(userids[i]), "--service", "wecom-web"), userids[i]);
}
END_TEST

START_TEST(wecom_login_refuses_a_stranger) {
    stack_begin(NULL, NULL);
    sign_in_refused(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--user", "zhangsan"),
                    "PAM_AUTH_ERR", "identity_mismatch");
    sign_in_refused(SIGN_IN(talk_code("outsider"), "--service", "wecom-web"), "PAM_AUTH_ERR",
                    "not_visible");
    sign_in_refused(
        SIGN_IN(talk_mint("{\"agent_id\":%d,\"openid\":true}", AGENT), "--service", "wecom-web"),
        "PAM_AUTH_ERR", "not_member");
    sign_in_refused(SIGN_IN("hunter2", "--service", "wecom-web"), "PAM_AUTH_ERR", "code_invalid");
    sign_in_refused(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--app", "other"),
                    "PAM_AUTH_ERR", "not_allowed");
    sign_in_ok(SIGN_IN(talk_code("lisi"), "--service", "wecom-web", "--app", "main"), "lisi");
}
END_TEST

START_TEST(wecom_login_tells_that_the_helper_is_down) {
    const json_t *a;
    int64_t begun;

    stack_begin(NULL, NULL);
    helper_stop();
    begun = now_ms();
    a = SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web");
    ck_assert_int_lt((int)(now_ms() - begun), 2000 * place_slowness());
    sign_in_refused(a, "PAM_AUTHINFO_UNAVAIL", "helper_down");
}
END_TEST

START_TEST(wecom_login_tells_why_wecom_cannot_be_asked) {
    stack_begin(NULL, NULL);
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[\"192.0.2.1\"]}"));
    sign_in_refused(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"),
                    "PAM_AUTHINFO_UNAVAIL", "config_ip");
}
END_TEST

START_TEST(wecom_login_asks_whether_somebody_is_still_in) {
    stack_begin(NULL, NULL);
    sign_in_ok(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "zhangsan"),
               "zhangsan");
    sign_in_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "disabled"),
                    "PAM_ACCT_EXPIRED", "disabled");
    sign_in_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "leaver"),
                    "PAM_ACCT_EXPIRED", "withdrawn");
    sign_in_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "outsider"),
                    "PAM_PERM_DENIED", "not_visible");
    ck_assert(
        sim_fault(place.sim, "{\"kind\":\"errcode\",\"errcode\":45009,\"path\":\"%s\"}", USER_GET));
    sign_in_refused(SIGN_IN(NULL, "--account", "--service", "wecom-web", "--user", "wangwu"),
                    "PAM_AUTHINFO_UNAVAIL", "wecom_rate_limited");
}
END_TEST

START_TEST(wecom_login_informs_and_checks) {
    const char *at;
    const json_t *a, *row;
    size_t i;

    stack_begin(NULL, "company = 示例科技\n");
    at = place_path("login.sock");
    a = SIGN_IN(NULL, "--info", "--service", "wecom-web", "--socket", at);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    ck_assert_str_eq(word_of(a, "app"), "main");
    ck_assert_str_eq(word_of(a, "corp_id"), CORP);
    ck_assert_str_eq(word_of(a, "company"), "示例科技");
    ck_assert_int_eq((int)json_integer_value(json_object_get(a, "agent_id")), AGENT);
    ck_assert_str_eq(word_of(a, "authorize_url"),
                     "https://open.weixin.qq.com/connect/oauth2/authorize");
    ck_assert_str_eq(word_of(a, "sso_url"), "https://login.work.weixin.qq.com/wwlogin/sso/login");
    a = SIGN_IN(NULL, "--check", "--service", "wecom-web", "--socket", at);
    ck_assert(json_is_true(json_object_get(a, "ok")));
    ck_assert_int_eq((int)json_array_size(json_object_get(a, "checks")), 6);
    json_array_foreach(json_object_get(a, "checks"), i, row) {
        ck_assert_str_eq(word_of(row, "state"), "ok");
    }
    a = SIGN_IN(NULL, "--info", "--service", "nothing", "--socket", at);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    ck_assert_str_eq(word_of(a, "reason"), "not_allowed");
    a = SIGN_IN(NULL, "--check", "--service", "nothing", "--socket", at);
    ck_assert(json_is_false(json_object_get(a, "ok")));
    sign_in_ok(SIGN_IN(talk_code("zhangsan"), "--service", "wecom-web"), "zhangsan");
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
    return s;
}
