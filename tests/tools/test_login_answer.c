/* What a PAM exchange came to, with a real PAM handle. */
#include "tools/login_answer.h"

#include "tests/tools/support.h"

static const struct login_request request = {.service = "svc"};
static struct login_conv conv;
static pam_handle_t *pamh;
static char dir[64];

static void set_up(void) {
    static struct pam_conv conversation = {login_conv, &conv};

    conv = (struct login_conv){0};
    make_dir(dir);
    write_file(dir, "svc", 0644, "auth required pam_deny.so\n");
    ck_assert_int_eq(pam_start_confdir("svc", "zhangsan", &conversation, dir, &pamh), PAM_SUCCESS);
}

static void tear_down(void) {
    (void)pam_end(pamh, PAM_SUCCESS);
    remove_dir(dir);
}

static void put(const char *pair) {
    ck_assert_int_eq(pam_putenv(pamh, pair), PAM_SUCCESS);
}

static const char *string(json_t *answer, const char *key) {
    const char *value = json_string_value(json_object_get(answer, key));

    return value != NULL ? value : "";
}

START_TEST(a_grant_tells_the_user_and_only_the_names_for_hosts) {
    json_t *answer = NULL, *env;

    put("WECOM_USERID=ZhangSan");
    put("WECOM_NAME=张三");
    put("WECOM_MOBILE=");
    put("WECOM_REASON=");
    put("WECOM_APP=main");
    put("WECOM_NAMES=x");
    put("LD_PRELOAD=x");
    ck_assert_int_eq(login_answer_granted(pamh, &request, true, &answer), LOGIN_EXIT_DONE);
    ck_assert(json_is_true(json_object_get(answer, "ok")));
    ck_assert_str_eq(string(answer, "user"), "zhangsan");
    env = json_object_get(answer, "env");
    ck_assert_uint_eq(json_object_size(env), 3);
    ck_assert_str_eq(string(env, "WECOM_USERID"), "ZhangSan");
    ck_assert_str_eq(string(env, "WECOM_NAME"), "张三");
    ck_assert_ptr_nonnull(json_object_get(env, "WECOM_MOBILE"));
    ck_assert_uint_eq(json_object_size(answer), 3);
    json_decref(answer);
}
END_TEST

START_TEST(all_names_for_hosts_are_passed_on) {
    static const char *const names[] = {"WECOM_ACCOUNT", "WECOM_USERID",      "WECOM_NAME",
                                        "WECOM_MOBILE",  "WECOM_EMAIL",       "WECOM_DEPARTMENTS",
                                        "WECOM_METHOD",  "WECOM_FIRST_LOGIN", "WECOM_MOBILE_TAKEN"};
    json_t *answer = NULL;

    for (size_t i = 0; i < COUNT(names); i++) {
        char pair[64];

        (void)snprintf(pair, sizeof pair, "%s=v%zu", names[i], i);
        put(pair);
    }
    ck_assert_int_eq(login_answer_granted(pamh, &request, true, &answer), LOGIN_EXIT_DONE);
    for (size_t i = 0; i < COUNT(names); i++) {
        char value[8];

        (void)snprintf(value, sizeof value, "v%zu", i);
        ck_assert_str_eq(string(json_object_get(answer, "env"), names[i]), value);
    }
    json_decref(answer);
}
END_TEST

START_TEST(a_value_that_is_no_utf8_is_cleaned) {
    json_t *answer = NULL;

    put("WECOM_NAME=a\xFF"
        "b");
    ck_assert_int_eq(login_answer_granted(pamh, &request, true, &answer), LOGIN_EXIT_DONE);
    ck_assert_str_eq(string(json_object_get(answer, "env"), "WECOM_NAME"), "ab");
    json_decref(answer);
}
END_TEST

START_TEST(an_account_answer_has_no_environment) {
    json_t *answer = NULL;

    put("WECOM_USERID=ZhangSan");
    ck_assert_int_eq(login_answer_granted(pamh, &request, false, &answer), LOGIN_EXIT_DONE);
    ck_assert_uint_eq(json_object_size(answer), 2);
    ck_assert_str_eq(string(answer, "user"), "zhangsan");
    json_decref(answer);
}
END_TEST

static const char *const nobody[] = {NULL, "", "\xFF"};

START_TEST(a_grant_for_nobody_is_none) {
    json_t *answer = NULL;

    ck_assert_int_eq(pam_set_item(pamh, PAM_USER, nobody[_i]), PAM_SUCCESS);
    ck_assert_int_eq(login_answer_granted(pamh, &request, true, &answer), LOGIN_EXIT_TROUBLE);
    ck_assert(json_is_false(json_object_get(answer, "ok")));
    ck_assert_str_eq(string(answer, "reason"), "internal");
    assert_has(string(answer, "message"), "/etc/pam.d/svc");
    json_decref(answer);
}
END_TEST

static const struct {
    int code;
    const char *left, *pam, *reason;
    int status;
} refusals[] = {
    {PAM_AUTH_ERR, "code_invalid", "PAM_AUTH_ERR", "code_invalid", LOGIN_EXIT_DONE},
    {PAM_AUTH_ERR, "", "PAM_AUTH_ERR", "internal", LOGIN_EXIT_DONE},
    {PAM_AUTH_ERR, "nonesuch", "PAM_AUTH_ERR", "internal", LOGIN_EXIT_DONE},
    {PAM_AUTH_ERR, "config_ip", "PAM_AUTH_ERR", "config_ip", LOGIN_EXIT_DONE},
    {PAM_AUTHINFO_UNAVAIL, "", "PAM_AUTHINFO_UNAVAIL", "helper_down", LOGIN_EXIT_DONE},
    {PAM_AUTHINFO_UNAVAIL, "wecom_busy", "PAM_AUTHINFO_UNAVAIL", "wecom_busy", LOGIN_EXIT_DONE},
    {PAM_USER_UNKNOWN, "", "PAM_USER_UNKNOWN", "not_visible", LOGIN_EXIT_DONE},
    {PAM_ACCT_EXPIRED, "disabled", "PAM_ACCT_EXPIRED", "disabled", LOGIN_EXIT_DONE},
    {PAM_SERVICE_ERR, "", "PAM_SERVICE_ERR", "internal", LOGIN_EXIT_TROUBLE},
    {PAM_SYSTEM_ERR, "internal", "PAM_SYSTEM_ERR", "internal", LOGIN_EXIT_DONE},
    {PAM_MODULE_UNKNOWN, "", "PAM_MODULE_UNKNOWN", "internal", LOGIN_EXIT_TROUBLE},
};

START_TEST(a_refusal_tells_the_module_s_reason_or_one_derived) {
    json_t *answer = NULL;
    char pair[64];

    (void)snprintf(pair, sizeof pair, "WECOM_REASON=%s", refusals[_i].left);
    put(pair);
    ck_assert_int_eq(login_answer_refused(pamh, &request, refusals[_i].code, &conv, &answer),
                     refusals[_i].status);
    ck_assert(json_is_false(json_object_get(answer, "ok")));
    ck_assert_str_eq(string(answer, "pam"), refusals[_i].pam);
    ck_assert_str_eq(string(answer, "reason"), refusals[_i].reason);
    ck_assert_str_ne(string(answer, "message"), "");
    assert_lacks(string(answer, "message"), "{");
    ck_assert_uint_eq(json_object_size(answer), 4);
    json_decref(answer);
}
END_TEST

START_TEST(the_message_is_what_the_modules_said_cleaned) {
    json_t *answer = NULL;

    (void)snprintf(conv.said, sizeof conv.said, "a\033[31mb\xE2\x80\xAE\nc\xFF");
    ck_assert_int_eq(login_answer_refused(pamh, &request, PAM_AUTH_ERR, &conv, &answer),
                     LOGIN_EXIT_DONE);
    ck_assert_str_eq(string(answer, "message"), "a[31mb\nc");
    json_decref(answer);
}
END_TEST

START_TEST(a_question_that_was_not_answered_is_explained) {
    json_t *answer = NULL;

    conv.asked_more = true;
    ck_assert_int_eq(login_answer_refused(pamh, &request, PAM_CONV_ERR, &conv, &answer),
                     LOGIN_EXIT_DONE);
    ck_assert_str_eq(string(answer, "reason"), "cancelled");
    assert_has(string(answer, "message"), "methods=code");
    json_decref(answer);
    conv.asked_name = true;
    ck_assert_int_eq(login_answer_refused(pamh, &request, PAM_CONV_ERR, &conv, &answer),
                     LOGIN_EXIT_TROUBLE);
    ck_assert_str_eq(string(answer, "reason"), "internal");
    assert_has(string(answer, "message"), "--user");
    json_decref(answer);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_answer");
    TCase *tc = new_case(s, "answers", 20);

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_grant_tells_the_user_and_only_the_names_for_hosts);
    tcase_add_test(tc, all_names_for_hosts_are_passed_on);
    tcase_add_test(tc, a_value_that_is_no_utf8_is_cleaned);
    tcase_add_test(tc, an_account_answer_has_no_environment);
    tcase_add_loop_test(tc, a_grant_for_nobody_is_none, 0, COUNT(nobody));
    tcase_add_loop_test(tc, a_refusal_tells_the_module_s_reason_or_one_derived, 0, COUNT(refusals));
    tcase_add_test(tc, the_message_is_what_the_modules_said_cleaned);
    tcase_add_test(tc, a_question_that_was_not_answered_is_explained);
    return s;
}
