/* Tests of the simulator: the control port. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Status and error text of a control request as plain HTTP. */
static long control_status(const char *method, const char *path, const char *body,
                           char error[300]) {
    CURL *curl = curl_easy_init();
    char *url = NULL;
    FILE *taken = tmpfile();
    char text[2000] = "";
    long status = 0;
    json_t *json = NULL;

    ck_assert_int_ge(asprintf(&url, "%s%s", sim_control_url(sim), path), 0);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, taken);
    if (body != NULL)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    rewind(taken);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, taken), 0);
    json = json_loads(text, 0, NULL);
    ck_assert_msg(json != NULL, "no JSON: %s", text);
    snprintf(error, 300, "%s", text_of(json, "error") == NULL ? "" : text_of(json, "error"));
    json_decref(json);
    fclose(taken);
    curl_easy_cleanup(curl);
    free(url);
    return status;
}

START_TEST(bad_orders_are_refused_with_a_reason) {
    static const struct {
        const char *method, *path, *body, *says;
        long status;
    } rows[] = {
        {"POST", "/mint", "{", "line 1", 400},
        {"POST", "/mint", "[]", "one JSON object", 400},
        {"POST", "/mint", "{}", "mint.agent_id: is missing", 400},
        {"POST", "/mint", "{\"agent_id\":1000002}", "either userid", 400},
        {"POST", "/mint", "{\"agent_id\":7,\"userid\":\"lisi\"}", "no such application", 400},
        {"POST", "/mint", "{\"agent_id\":1000002,\"userid\":\"nobody\"}", "no such member", 400},
        {"POST", "/mint", "{\"agent_id\":1000002,\"userid\":\"lisi\",\"x\":1}",
         "mint.x: is not a known key", 400},
        {"POST", "/mint",
         "{\"agent_id\":1000002,\"userid\":\"lisi\",\"via\":\"qr\",\"ticket\":true}", "never", 400},
        {"POST", "/mint", "{\"agent_id\":\"1\"}", "whole number", 400},
        {"POST", "/fault", "{\"kind\":\"earthquake\"}", "earthquake", 400},
        {"POST", "/fault", "{\"kind\":\"errcode\"}", "needs this key", 400},
        {"POST", "/fault", "{\"kind\":\"hang\",\"times\":-1}", "out of range", 400},
        {"POST", "/option", "{\"hint\":\"loud\"}", "option.hint", 400},
        {"POST", "/option", "{\"same_token\":1}", "true or false", 400},
        {"POST", "/option", "{\"wrong_secret\":1}", "one of its numbers", 400},
        {"POST", "/option", "{\"volume\":1}", "not a known option", 400},
        {"POST", "/clock", "{\"advance_s\":-1}", "out of range", 400},
        {"POST", "/token", "{\"agent_id\":1000002,\"action\":\"eat\"}", "expire", 400},
        {"POST", "/certificate", "{\"kind\":\"blue\"}", "self_signed", 400},
        {"POST", "/member", "{\"userid\":\"new\"}", "member.name: is missing", 400},
        {"POST", "/member", "{\"userid\":\".x\",\"name\":\"x\"}", "no sign first", 400},
        {"POST", "/member", "{\"userid\":\"n\",\"name\":\"x\",\"department\":[99]}",
         "no such department", 400},
        {"DELETE", "/member?userid=nobody", NULL, "no such member", 400},
        {"POST", "/department", "{\"id\":9,\"name\":\"x\",\"parentid\":77}", "no such department",
         400},
        {"POST", "/department", "{\"id\":2,\"parentid\":3}", "ring", 400},
        {"POST", "/app", "{\"agent_id\":1000002,\"kind\":\"toy\"}", "app.kind", 400},
        {"POST", "/app", "{\"agent_id\":1000002,\"visible\":{\"x\":[]}}", "app.visible.x", 400},
        {"POST", "/phone", "{\"userid\":\"nobody\"}", "no such member", 400},
        {"POST", "/scan", "{\"key\":\"x\",\"phone\":\"x\",\"action\":\"allow\"}", "no page waits",
         400},
        {"GET", "/requests?last=x", NULL, "a number", 400},
        {"GET", "/nothing", NULL, "no such path", 404},
        {"GET", "/mint", NULL, "other methods", 405},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char error[300];
        long status = control_status(rows[i].method, rows[i].path, rows[i].body, error);
        ck_assert_msg(status == rows[i].status, "%s %s %s: %ld", rows[i].method, rows[i].path,
                      rows[i].body, status);
        ck_assert_msg(strstr(error, rows[i].says) != NULL, "%s %s: %s", rows[i].path, rows[i].body,
                      error);
    }
}
END_TEST

START_TEST(a_refused_option_changes_nothing) {
    char error[300];
    json_t *options = NULL;

    control_status("POST", "/option", "{\"same_token\":false,\"volume\":1}", error);
    options = sim_get(sim, "/option");
    ck_assert(json_is_true(json_object_get(options, "same_token")));
    ck_assert_str_eq(text_of(options, "hint"), "full");
    ck_assert_int_eq(json_integer_value(json_object_get(options, "calls_per_min")), 10000);
    json_decref(options);
}
END_TEST

START_TEST(a_refused_change_of_people_or_applications_changes_nothing) {
    json_t *answer = NULL;

    ck_assert(!sim_member(sim, "{\"userid\":\"lisi\",\"status\":2,\"department\":[99]}"));
    ck_assert(!sim_member(sim, "{\"userid\":\"lisi\",\"status\":2,\"name\":1}"));
    answer = call(LINUX_APP, "user/get?userid=lisi");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "status")), 1);
    json_decref(answer);
    ck_assert(!sim_app(sim, "{\"agent_id\":1000002,\"closed\":true,\"kind\":\"toy\"}"));
    ck_assert(!sim_app(sim, "{\"agent_id\":1000002,\"closed\":true,\"visible\":{\"tags\":\"x\"}}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
}
END_TEST

START_TEST(counts_are_by_path_and_can_be_reset) {
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/user/get"), 2);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/gettoken"), 1);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/tag/get"), 0);
    ck_assert_int_eq(sim_count(sim, "connections"), 3);
    ck_assert(sim_counts_reset(sim));
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/user/get"), 0);
}
END_TEST

START_TEST(recent_requests_show_no_secret) {
    char *code = sim_mint(sim, LINUX_APP, "lisi");
    json_t *answer = NULL;
    json_t *list = NULL;
    json_t *last = NULL;
    char *text = NULL;

    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 40029);
    answer = sim_get(sim, "/requests?last=2");
    list = json_object_get(answer, "requests");
    last = json_array_get(list, 1);
    text = json_dumps(answer, 0);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_str_eq(text_of(last, "path"), "/cgi-bin/auth/getuserinfo");
    ck_assert_int_eq(json_integer_value(json_object_get(last, "errcode")), 40029);
    ck_assert_ptr_null(strstr(text, code));
    ck_assert_ptr_null(strstr(text, token(LINUX_APP)));
    ck_assert_str_eq(text_of(json_object_get(last, "query"), "code"),
                     text_of(json_object_get(json_array_get(list, 0), "query"), "code"));
    free(text);
    free(code);
    json_decref(answer);
}
END_TEST

START_TEST(people_can_come_change_and_go) {
    json_t *answer = NULL;

    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=newcomer"), 60111);
    ck_assert(sim_member(sim, "{\"userid\":\"newcomer\",\"name\":\"新人\",\"department\":[2]}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=newcomer"), 0);
    ck_assert(sim_member(sim, "{\"userid\":\"NEWCOMER\",\"status\":2}"));
    answer = call(LINUX_APP, "user/get?userid=newcomer");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "status")), 2);
    ck_assert_str_eq(text_of(answer, "name"), "新人");
    json_decref(answer);
    json_decref(sim_delete(sim, "/member?userid=newcomer"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=newcomer"), 60111);
}
END_TEST

START_TEST(departments_tags_and_applications_can_change) {
    json_t *answer = NULL;

    ck_assert_ptr_null(sim_post(sim, "/department", "{\"id\":2,\"parentid\":3}")); /* a ring */
    answer = call(LINUX_APP, "department/get?id=2");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(answer, "department"), "parentid")), 1);
    json_decref(answer);
    json_decref(sim_post(sim, "/department", "{\"id\":9,\"name\":\"新部门\",\"parentid\":2}"));
    ck_assert(sim_member(sim, "{\"userid\":\"outsider\",\"department\":[9]}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=outsider"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=zhaoliu"), 0);
    json_decref(sim_post(sim, "/tag", "{\"id\":7,\"users\":[]}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=zhaoliu"), 60011);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=sunqi"), 0);
    ck_assert(sim_app(sim, "{\"agent_id\":1000002,\"visible\":{\"users\":[\"zhaoliu\"]}}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=sunqi"), 60011);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=zhaoliu"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=zhangsan"), 0);
}
END_TEST

START_TEST(many_codes_can_be_made_at_once) {
    json_t *answer =
        sim_post(sim, "/mint", "{\"agent_id\":1000002,\"userid\":\"lisi\",\"count\":50}");
    json_t *codes = json_object_get(answer, "codes");

    ck_assert_uint_eq(json_array_size(codes), 50);
    for (size_t i = 0; i < 50; i++)
        ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s",
                                      json_string_value(json_array_get(codes, i))),
                         0);
    json_decref(answer);
}
END_TEST

Suite *suite_control(void) {
    Suite *suite = suite_create("control");
    TCase *tcase = tcase_create("control");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, bad_orders_are_refused_with_a_reason);
    tcase_add_test(tcase, a_refused_option_changes_nothing);
    tcase_add_test(tcase, a_refused_change_of_people_or_applications_changes_nothing);
    tcase_add_test(tcase, counts_are_by_path_and_can_be_reset);
    tcase_add_test(tcase, recent_requests_show_no_secret);
    tcase_add_test(tcase, people_can_come_change_and_go);
    tcase_add_test(tcase, departments_tags_and_applications_can_change);
    tcase_add_test(tcase, many_codes_can_be_made_at_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
