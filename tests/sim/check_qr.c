/* Tests of the simulator: QR and one-click login of a desktop browser. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGIN                                                                               \
    "/wwlogin/sso/login?login_type=CorpApp&appid=" CORP "&agentid=1000002&state=weblogin@x" \
    "&redirect_uri=" BACK

/* Opens a QR page; its key is copied. */
static void open_login(char key[100]) {
    struct reply page = visit(LOGIN, DESKTOP_AGENT, NULL);

    ck_assert_int_eq(page.status, 200);
    snprintf(key, 100, "%s", key_of(page.body, "data-key=\""));
    ck_assert_ptr_nonnull(strstr(page.body, "<code id=\"key\""));
    reply_free(&page);
}

static json_t *poll_login(const char *key) {
    char path[150];
    struct reply reply;
    json_t *json = NULL;

    snprintf(path, sizeof(path), "/wwlogin/sso/poll?key=%s", key);
    reply = visit(path, DESKTOP_AGENT, NULL);
    json = json_incref(reply.json);
    reply_free(&reply);
    return json;
}

static json_t *scan(const char *key, const char *cookie, const char *action) {
    return sim_post_json(sim, "/scan",
                         json_pack("{s:s, s:s, s:s}", "key", key, "phone",
                                   cookie + strlen("sim_phone="), "action", action));
}

START_TEST(a_scan_sends_the_waiting_page_back_with_a_code) {
    char *cookie = phone("{\"userid\":\"lisi\"}");
    char key[100];
    json_t *poll = NULL;
    json_t *answer = NULL;

    open_login(key);
    poll = poll_login(key);
    ck_assert_str_eq(text_of(poll, "status"), "waiting");
    json_decref(poll);
    answer = scan(key, cookie, "allow");
    ck_assert_str_eq(text_of(answer, "result"), "allowed");
    json_decref(answer);
    poll = poll_login(key);
    ck_assert_ptr_nonnull(strstr(text_of(poll, "redirect"), "&state=weblogin%40x"));
    answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code_of(text_of(poll, "redirect")));
    ck_assert_str_eq(text_of(answer, "userid"), "lisi");
    json_decref(answer);
    json_decref(poll);
    ck_assert_ptr_null(scan(key, cookie, "allow")); /* once */
    free(cookie);
}
END_TEST

START_TEST(a_held_poll_is_answered_by_the_scan) {
    char *cookie = phone("{\"userid\":\"lisi\"}");
    CURLM *multi = curl_multi_init();
    CURL *handle = curl_easy_init();
    char key[100];
    char path[150];
    char *url = NULL;
    FILE *taken = tmpfile();
    char body[600] = "";
    int running = 1;

    open_login(key);
    ck_assert(sim_counts_reset(sim));
    snprintf(path, sizeof(path), "/wwlogin/sso/poll?wait=1&key=%s", key);
    ask_prepare(handle, &(struct ask){.path = path}, &url);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, taken);
    curl_multi_add_handle(multi, handle);
    while (sim_count(sim, "/wwlogin/sso/poll") < 1) { /* until it is held */
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    json_decref(scan(key, cookie, "allow"));
    while (running > 0) {
        curl_multi_perform(multi, &running);
        curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    rewind(taken);
    ck_assert_uint_gt(fread(body, 1, sizeof(body) - 1, taken), 0);
    ck_assert_ptr_nonnull(strstr(body, "\"allowed\""));
    fclose(taken);
    curl_multi_remove_handle(multi, handle);
    curl_easy_cleanup(handle);
    curl_multi_cleanup(multi);
    free(url);
    free(cookie);
}
END_TEST

START_TEST(a_refused_scan_calls_back_without_code_or_never) {
    char *cookie = phone("{\"userid\":\"lisi\"}");
    char key[100];
    json_t *poll = NULL;

    open_login(key);
    json_decref(scan(key, cookie, "deny"));
    poll = poll_login(key);
    ck_assert_str_eq(text_of(poll, "redirect"),
                     "https://login.example.com/callback?state=weblogin%40x");
    json_decref(poll);
    ck_assert(sim_option(sim, "{\"qr_deny_calls_back\":false}"));
    open_login(key);
    json_decref(scan(key, cookie, "deny"));
    poll = poll_login(key);
    ck_assert_str_eq(text_of(poll, "status"), "denied");
    ck_assert_ptr_null(json_object_get(poll, "redirect"));
    json_decref(poll);
    free(cookie);
}
END_TEST

START_TEST(qr_pages_know_range_domain_and_age) {
    char *cookie = phone("{\"userid\":\"outsider\"}");
    char key[100];
    json_t *answer = NULL;
    struct reply reply;

    open_login(key);
    answer = scan(key, cookie, "allow");
    ck_assert_str_eq(text_of(answer, "result"), "no_permission");
    json_decref(answer);
    open_login(key);
    ck_assert(sim_advance(sim, 300));
    answer = poll_login(key);
    ck_assert_str_eq(text_of(answer, "status"), "expired");
    json_decref(answer);
    reply = visit("/wwlogin/sso/login?login_type=CorpApp&appid=" CORP
                  "&agentid=1000003&redirect_uri=" BACK,
                  DESKTOP_AGENT, NULL);
    ck_assert_ptr_nonnull(strstr(reply.body, "无法访问该链接"));
    reply_free(&reply);
    reply = visit("/wwlogin/sso/login?login_type=ServiceApp&appid=" CORP
                  "&agentid=1000002&redirect_uri=" BACK,
                  DESKTOP_AGENT, NULL);
    ck_assert_ptr_nonnull(strstr(reply.body, "login_type"));
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(the_login_domain_is_good_for_qr_only) {
    char *cookie = phone("{\"userid\":\"lisi\"}");
    struct reply reply;

    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"oauth_domain\":\"other.example.com\"}", LINUX_APP));
    reply = visit(AUTHORIZE BASE TO_BACK, WECOM_AGENT, cookie);
    ck_assert_ptr_null(reply.location);
    reply_free(&reply);
    reply = visit(LOGIN, DESKTOP_AGENT, NULL);
    ck_assert_ptr_nonnull(strstr(reply.body, "data-key="));
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(one_click_does_without_a_scan) {
    char *cookie = phone("{\"userid\":\"lisi\"}");
    char key[100];
    char body[120];
    struct reply reply;

    open_login(key);
    snprintf(body, sizeof(body), "key=%s", key);
    reply = ask(&(struct ask){.path = "/wwlogin/sso/quick", .body = body, .cookie = cookie});
    ck_assert_int_eq(reply.status, 302);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code_of(reply.location)),
                     0);
    reply_free(&reply);
    free(cookie);
}
END_TEST

Suite *suite_qr(void) {
    Suite *suite = suite_create("qr");
    TCase *tcase = tcase_create("qr");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, a_scan_sends_the_waiting_page_back_with_a_code);
    tcase_add_test(tcase, a_held_poll_is_answered_by_the_scan);
    tcase_add_test(tcase, a_refused_scan_calls_back_without_code_or_never);
    tcase_add_test(tcase, qr_pages_know_range_domain_and_age);
    tcase_add_test(tcase, the_login_domain_is_good_for_qr_only);
    tcase_add_test(tcase, one_click_does_without_a_scan);
    suite_add_tcase(suite, tcase);
    return suite;
}
