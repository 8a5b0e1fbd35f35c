/* Tests of the simulator: authorization inside the client. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(in_the_client_base_scope_comes_back_at_once) {
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply reply = visit(AUTHORIZE BASE TO_BACK, WECOM_AGENT, cookie);
    json_t *answer = NULL;

    ck_assert_int_eq(reply.status, 302);
    ck_assert_int_eq(strncmp(reply.location, "https://login.example.com/callback?code=", 40), 0);
    ck_assert_ptr_nonnull(strstr(reply.location, "&state=abc123"));
    answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code_of(reply.location));
    ck_assert_str_eq(text_of(answer, "userid"), "zhangsan");
    ck_assert_ptr_null(json_object_get(answer, "user_ticket"));
    json_decref(answer);
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(wrong_links_end_on_a_page_without_redirect) {
    static const struct {
        const char *path, *says;
    } rows[] = {
        {"/connect/oauth2/authorize?appid=wwx&response_type=code&agentid=1000002" BASE TO_BACK,
         "appid"},
        {AUTHORIZE BASE, "redirect_uri"},
        {AUTHORIZE BASE "&redirect_uri=https%3A%2F%2Fevil.example%2F", "可信域名"},
        {AUTHORIZE BASE "&redirect_uri=https%3A%2F%2Flogin.example.com%3A443%2F", "可信域名"},
        {AUTHORIZE BASE "&redirect_uri=https%3A%2F%2Fx.login.example.com%2F", "可信域名"},
        {AUTHORIZE BASE "&redirect_uri=https%3A%2F%2Fa%40login.example.com%2F", "可信域名"},
        {AUTHORIZE BASE "&redirect_uri=app%3A%2F%2Flogin.example.com%2F", "可信域名"},
        {AUTHORIZE "&scope=snsapi_userinfo" TO_BACK, "scope"},
        {"/connect/oauth2/authorize?appid=" CORP
         "&response_type=token&agentid=1000002" BASE TO_BACK,
         "response_type"},
        {"/connect/oauth2/authorize?appid=" CORP "&response_type=code&agentid=1000002"
         "&state=a-b" BASE TO_BACK,
         "state"},
        {"/connect/oauth2/authorize?appid=" CORP "&response_type=code&agentid=7" BASE TO_BACK,
         "agentid"},
        {"/connect/oauth2/authorize?appid=" CORP "&response_type=code" PRIVATE TO_BACK, "agentid"},
    };
    char *cookie = phone("{\"userid\":\"zhangsan\"}");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reply reply = visit(rows[i].path, WECOM_AGENT, cookie);
        ck_assert_msg(reply.status == 200 && reply.location == NULL, "%s", rows[i].path);
        ck_assert_msg(strstr(reply.body, rows[i].says) != NULL, "%s: %s", rows[i].path, reply.body);
        reply_free(&reply);
    }
    free(cookie);
}
END_TEST

START_TEST(the_port_is_part_of_the_domain) {
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply reply = visit("/connect/oauth2/authorize?appid=" CORP "&response_type=code&state="
                               "&redirect_uri=http%3A%2F%2Fdata.example.com%3A13000%2Fcb" BASE,
                               WECOM_AGENT, cookie);

    ck_assert_int_eq(reply.status, 302); /* found by its domain, without agentid */
    ck_assert_ptr_nonnull(strstr(reply.location, "&state="));
    ck_assert_int_eq(call_errcode(DATA_APP, "auth/getuserinfo?code=%s", code_of(reply.location)),
                     0);
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(other_browsers_are_asked_to_open_the_client) {
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply reply = visit(AUTHORIZE BASE TO_BACK, DESKTOP_AGENT, cookie);

    ck_assert_ptr_null(reply.location);
    ck_assert_ptr_nonnull(strstr(reply.body, "WeCom client"));
    reply_free(&reply);
    reply = visit(AUTHORIZE BASE TO_BACK, WECHAT_AGENT, cookie);
    ck_assert_str_eq(reply.location, "https://login.example.com/callback?state=abc123");
    reply_free(&reply);
    ck_assert(sim_option(sim, "{\"wechat_calls_back\":false}"));
    reply = visit(AUTHORIZE BASE TO_BACK, WECHAT_AGENT, cookie);
    ck_assert_ptr_null(reply.location);
    reply_free(&reply);
    reply = visit(AUTHORIZE BASE TO_BACK, WECOM_AGENT, "other=1; sim_phone=unknown");
    ck_assert_ptr_nonnull(strstr(reply.body, "sim_phone"));
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(a_query_in_redirect_uri_is_lost_with_the_code_and_a_fragment_moves_it) {
    static const char query[] = AUTHORIZE BASE "&redirect_uri=" BACK "%3Fa%3D1";
    static const char fragment[] = AUTHORIZE BASE "&redirect_uri=" BACK "%23%2Fhome";
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply reply = visit(query, WECOM_AGENT, cookie);

    ck_assert_str_eq(reply.location, "https://login.example.com/callback?state=abc123");
    reply_free(&reply);
    reply = visit(fragment, WECOM_AGENT, cookie);
    ck_assert_int_eq(strncmp(reply.location, "https://login.example.com/callback#/home?code=", 46),
                     0);
    reply_free(&reply);
    ck_assert(sim_option(sim, "{\"keep_redirect_query\":true}"));
    reply = visit(query, WECOM_AGENT, cookie);
    ck_assert_int_eq(strncmp(reply.location, "https://login.example.com/callback?a=1&code=", 44),
                     0);
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(another_active_company_yields_an_openid) {
    char *cookie = phone("{\"userid\":\"zhangsan\",\"company\":null}");
    struct reply reply = visit(AUTHORIZE BASE TO_BACK, WECOM_AGENT, cookie);
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code_of(reply.location));

    ck_assert_ptr_nonnull(text_of(answer, "openid"));
    ck_assert_ptr_null(json_object_get(answer, "userid"));
    json_decref(answer);
    reply_free(&reply);
    free(cookie);
}
END_TEST

static struct reply answer_form(const char *html, const char *fields, const char *cookie) {
    char body[300];

    snprintf(body, sizeof(body), "key=%s&%s", key_of(html, "name=\"key\" value=\""), fields);
    return ask(&(struct ask){.path = "/connect/oauth2/consent",
                             .body = body,
                             .user_agent = WECOM_AGENT,
                             .cookie = cookie});
}

static char *ticket_mobile(const char *code, bool *email) {
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);
    char body[400];
    json_t *detail = NULL;
    char *mobile = NULL;

    ck_assert_ptr_nonnull(text_of(answer, "user_ticket"));
    snprintf(body, sizeof(body), "{\"user_ticket\":\"%s\"}", text_of(answer, "user_ticket"));
    detail = post(LINUX_APP, "auth/getuserdetail", body);
    ck_assert_ptr_null(json_object_get(detail, "address"));
    *email = json_object_get(detail, "email") != NULL;
    mobile = text_of(detail, "mobile") == NULL ? NULL : strdup(text_of(detail, "mobile"));
    json_decref(detail);
    json_decref(answer);
    return mobile;
}

START_TEST(consent_is_asked_once_in_thirty_days) {
    char *cookie = phone("{\"userid\":\"zhangsan\",\"consent\":null}");
    struct reply page = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    struct reply reply;
    bool email = true;
    char *mobile = NULL;

    ck_assert_ptr_null(page.location);
    ck_assert_ptr_nonnull(strstr(page.body, "value=\"mobile\""));
    ck_assert_ptr_null(
        strstr(page.body, "value=\"address\"")); /* not ticked by the administrator */
    reply = answer_form(page.body, "field=mobile&field=address&action=allow", cookie);
    ck_assert_int_eq(reply.status, 302);
    /* What the form did not offer was not granted, whatever the administrator ticks later. */
    ck_assert(
        sim_app(sim, "{\"agent_id\":%d,\"sensitive_fields\":[\"mobile\",\"address\"]}", LINUX_APP));
    mobile = ticket_mobile(code_of(reply.location), &email);
    ck_assert_str_eq(mobile, "13800000001");
    ck_assert(!email);
    free(mobile);
    reply_free(&reply);
    reply = answer_form(page.body, "field=mobile&action=allow", cookie);
    ck_assert_ptr_null(reply.location); /* the form is used up */
    reply_free(&reply);
    reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    ck_assert_int_eq(reply.status, 302); /* remembered */
    reply_free(&reply);
    ck_assert(sim_advance(sim, 30 * 86400));
    reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    ck_assert_int_eq(reply.status, 200);
    reply_free(&reply);
    reply_free(&page);
    free(cookie);
}
END_TEST

START_TEST(refused_consent_comes_back_without_code) {
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply page = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    struct reply reply = answer_form(page.body, "action=deny", cookie);

    ck_assert_str_eq(reply.location, "https://login.example.com/callback?state=abc123");
    reply_free(&reply);
    reply_free(&page);
    free(cookie);
}
END_TEST

START_TEST(consent_given_beforehand_shows_no_form) {
    char *cookie = phone("{\"userid\":\"zhangsan\",\"consent\":{\"mobile\":true,\"email\":false}}");
    struct reply reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    bool email = true;
    char *mobile = NULL;

    ck_assert_int_eq(reply.status, 302);
    mobile = ticket_mobile(code_of(reply.location), &email);
    ck_assert_str_eq(mobile, "13800000001");
    ck_assert(!email);
    free(mobile);
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(consent_can_be_changed_in_the_client) {
    char *cookie = phone("{\"userid\":\"zhangsan\",\"consent\":null}");
    char *later;
    struct reply page = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    struct reply reply = answer_form(page.body, "field=email&action=allow", cookie);
    bool email = false;
    char *mobile = ticket_mobile(code_of(reply.location), &email);

    ck_assert_ptr_null(mobile);
    ck_assert(email);
    reply_free(&reply);
    reply_free(&page);
    ck_assert(sim_advance(sim, 1));
    later = phone("{\"userid\":\"zhangsan\",\"consent\":{\"mobile\":true}}");
    reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, later);
    mobile = ticket_mobile(code_of(reply.location), &email);
    ck_assert_str_eq(mobile, "13800000001");
    ck_assert(!email);
    free(mobile);
    reply_free(&reply);
    free(later);
    free(cookie);
}
END_TEST

START_TEST(privateinfo_outside_the_range_ends_on_a_page) {
    char *cookie = phone("{\"userid\":\"outsider\"}");
    struct reply reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);

    ck_assert_ptr_null(reply.location);
    ck_assert_ptr_nonnull(strstr(reply.body, "可见范围"));
    reply_free(&reply);
    reply = visit(AUTHORIZE BASE TO_BACK, WECOM_AGENT, cookie);
    ck_assert_int_eq(reply.status, 302); /* base does not look at the range */
    reply_free(&reply);
    free(cookie);
}
END_TEST

START_TEST(pages_escape_what_they_show) {
    char *cookie = phone("{\"userid\":\"zhangsan\"}");
    struct reply reply;

    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"name\":\"<script>&'\"}", LINUX_APP));
    reply = visit(AUTHORIZE PRIVATE TO_BACK, WECOM_AGENT, cookie);
    ck_assert_ptr_null(strstr(reply.body, "<script>"));
    ck_assert_ptr_nonnull(strstr(reply.body, "&lt;script&gt;&amp;&#39;"));
    reply_free(&reply);
    free(cookie);
}
END_TEST

Suite *suite_oauth(void) {
    Suite *suite = suite_create("oauth");
    TCase *tcase = tcase_create("oauth");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, in_the_client_base_scope_comes_back_at_once);
    tcase_add_test(tcase, wrong_links_end_on_a_page_without_redirect);
    tcase_add_test(tcase, the_port_is_part_of_the_domain);
    tcase_add_test(tcase, other_browsers_are_asked_to_open_the_client);
    tcase_add_test(tcase, a_query_in_redirect_uri_is_lost_with_the_code_and_a_fragment_moves_it);
    tcase_add_test(tcase, another_active_company_yields_an_openid);
    tcase_add_test(tcase, consent_is_asked_once_in_thirty_days);
    tcase_add_test(tcase, refused_consent_comes_back_without_code);
    tcase_add_test(tcase, consent_given_beforehand_shows_no_form);
    tcase_add_test(tcase, consent_can_be_changed_in_the_client);
    tcase_add_test(tcase, privateinfo_outside_the_range_ends_on_a_page);
    tcase_add_test(tcase, pages_escape_what_they_show);
    suite_add_tcase(suite, tcase);
    return suite;
}
