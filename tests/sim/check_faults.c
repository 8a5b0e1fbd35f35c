/* Tests of the simulator: odd requests and faults. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *user_path(const char *userid) {
    static char path[400];

    snprintf(path, sizeof(path), "/cgi-bin/user/get?userid=%s&access_token=%s", userid,
             token(LINUX_APP));
    return path;
}

static int64_t now_ms(void) {
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

START_TEST(errors_show_their_number_in_the_headers) {
    struct reply reply = ask(&(struct ask){.path = "/cgi-bin/user/get?userid=lisi"});

    ck_assert_str_eq(reply.error_code, "41001");
    ck_assert_ptr_nonnull(strstr(reply.error_msg, "access_token missing, hint: ["));
    ck_assert_ptr_nonnull(strstr(reply.error_msg, "query?e=41001"));
    ck_assert_str_eq(reply.error_msg, text_of(reply.json, "errmsg"));
    reply_free(&reply);
}
END_TEST

START_TEST(errcode_stands_now_first_now_last) {
    bool first = false;
    bool last = false;

    for (int i = 0; i < 2; i++) {
        struct reply reply = ask(&(struct ask){.path = "/cgi-bin/user/get?userid=lisi"});
        first = first || strncmp(reply.body, "{\"errcode\"", 10) == 0;
        last = last || strncmp(reply.body, "{\"department\"", 13) == 0;
        reply_free(&reply);
    }
    ck_assert(first && last);
}
END_TEST

START_TEST(the_error_text_can_be_short_or_without_address) {
    json_t *answer = NULL;

    ck_assert(sim_option(sim, "{\"hint\":\"no_ip\"}"));
    answer = call(LINUX_APP, "user/get");
    ck_assert_ptr_null(strstr(text_of(answer, "errmsg"), "from ip"));
    ck_assert_ptr_nonnull(strstr(text_of(answer, "errmsg"), "hint: ["));
    json_decref(answer);
    ck_assert(sim_option(sim, "{\"hint\":\"short\"}"));
    answer = call(LINUX_APP, "user/get");
    ck_assert_str_eq(text_of(answer, "errmsg"), "missing userid");
    json_decref(answer);
}
END_TEST

START_TEST(unknown_paths_are_404_with_nothing_in_them) {
    static const char *const paths[] = {"/", "/cgi-bin/", "/cgi-bin/user/delete", "/cgi-bin/../x"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct reply reply = ask(&(struct ask){.path = paths[i]});
        ck_assert_int_eq(reply.status, 404);
        ck_assert_uint_eq(reply.bytes, 0);
        reply_free(&reply);
    }
}
END_TEST

START_TEST(malformed_json_is_read_as_nothing_with_a_warning) {
    json_t *answer = post(CONTACTS, "user/list_id", "{\"limit\":");

    ck_assert_ptr_nonnull(strstr(text_of(answer, "errmsg"), "Warning: wrong json format"));
    ck_assert_int_eq(errcode_of(answer), 0);
    ck_assert(sim_option(sim, "{\"malformed_json\":40058}"));
    ck_assert_int_eq(post_errcode(CONTACTS, "user/list_id", "{\"limit\":"), 40058);
    ck_assert_int_eq(post_errcode(CONTACTS, "user/list_id", "[]"), 40058);
}
END_TEST

START_TEST(escaped_characters_in_json_are_refused) {
    ck_assert_int_eq(post_errcode(LINUX_APP, "auth/getuserdetail", "{\"x\":\"\\u4e2d\"}"), 40033);
    ck_assert_int_eq(post_errcode(LINUX_APP, "auth/getuserdetail", "{\"x\":\"\\\\u4e2d\"}"), 84090);
    ck_assert_int_eq(post_errcode(LINUX_APP, "auth/getuserdetail", "{\"x\":\"中\"}"), 84090);
}
END_TEST

START_TEST(an_errcode_can_be_ordered_for_the_next_request_of_a_path) {
    ck_assert(sim_fault(sim,
                        "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\",\"errcode\":%d,"
                        "\"errmsg\":\"made up\"}",
                        -1));
    ck_assert_int_eq(call_errcode(LINUX_APP, "department/simplelist"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), -1);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
}
END_TEST

START_TEST(faults_can_wait_and_repeat_until_cleared) {
    static const int expected[] = {0, 0, 45009, 45009, 0};

    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert(sim_fault(sim, "{\"kind\":\"errcode\",\"errcode\":45009,\"skip\":2,\"times\":2}"));
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), expected[i]);
    ck_assert(sim_fault(sim, "{\"kind\":\"errcode\",\"errcode\":45009,\"times\":0}"));
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 45009);
    ck_assert(sim_faults_clear(sim));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
}
END_TEST

START_TEST(every_fault_kind_shows_at_the_client) {
    static const struct {
        const char *order;
        CURLcode result;
        long status;
        const char *body; /* what the body must contain */
        bool json;        /* it can be parsed */
    } rows[] = {
        {"{\"kind\":\"http_status\",\"http_status\":502,\"body\":\"<h1>x</h1>\"}", CURLE_OK, 502,
         "<h1>x</h1>", false},
        {"{\"kind\":\"garbage\"}", CURLE_OK, 200, "<html>", false},
        {"{\"kind\":\"body\",\"body\":\"{}\"}", CURLE_OK, 200, "{}", true},
        {"{\"kind\":\"truncated_json\"}", CURLE_OK, 200, "", false},
        {"{\"kind\":\"no_errcode\"}", CURLE_OK, 200, "\"userid\":\"lisi\"", true},
        {"{\"kind\":\"errcode_string\"}", CURLE_OK, 200, "\"errcode\":\"0\"", true},
        {"{\"kind\":\"huge_bytes\",\"huge_bytes\":5000000}", CURLE_OK, 200, "xxxx", true},
        {"{\"kind\":\"drip\",\"drip_ms\":1}", CURLE_OK, 200, "\"userid\":\"lisi\"", true},
        {"{\"kind\":\"close_mid\"}", CURLE_PARTIAL_FILE, 200, "{", false},
        {"{\"kind\":\"close_before\"}", CURLE_GOT_NOTHING, 0, "", false},
        {"{\"kind\":\"hang\"}", CURLE_OPERATION_TIMEDOUT, 0, "", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *path = user_path("lisi");
        struct reply reply;
        ck_assert(sim_fault(sim, "%s", rows[i].order));
        reply = ask(&(struct ask){
            .path = path, .timeout_ms = rows[i].result == CURLE_OPERATION_TIMEDOUT ? 300 : 20000});
        /* newer versions of curl tell the missing end of TLS and not the missing bytes */
        if (reply.result == CURLE_RECV_ERROR &&
            (rows[i].result == CURLE_PARTIAL_FILE || rows[i].result == CURLE_GOT_NOTHING))
            reply.result = rows[i].result;
        ck_assert_msg(reply.result == rows[i].result, "%s: curl says %d", rows[i].order,
                      (int)reply.result);
        ck_assert_msg(reply.status == rows[i].status, "%s: status %ld", rows[i].order,
                      reply.status);
        ck_assert_msg(strstr(reply.body, rows[i].body) != NULL, "%s: %.100s", rows[i].order,
                      reply.body);
        ck_assert_msg((reply.json != NULL) == rows[i].json, "%s: %.100s", rows[i].order,
                      reply.body);
        reply_free(&reply);
    }
    ck_assert(sim_faults_clear(sim));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
}
END_TEST

START_TEST(answers_can_be_late_alone_and_with_another_fault) {
    char *path = user_path("lisi");
    int64_t start = now_ms();
    struct reply reply;

    ck_assert(sim_fault(sim, "{\"kind\":\"delay_ms\",\"delay_ms\":120}"));
    ck_assert(sim_fault(sim, "{\"kind\":\"http_status\",\"http_status\":503,\"delay_ms\":120}"));
    reply = ask(&(struct ask){.path = path});
    ck_assert_int_ge(now_ms() - start, 120);
    ck_assert_int_eq(reply.status, 200);
    reply_free(&reply);
    reply = ask(&(struct ask){.path = path});
    ck_assert_int_ge(now_ms() - start, 240);
    ck_assert_int_eq(reply.status, 503);
    reply_free(&reply);
}
END_TEST

START_TEST(a_call_broken_off_was_executed_unless_told_otherwise) {
    static const struct {
        const char *order;
        int then; /* errcode of a second redemption */
    } rows[] = {
        {"{\"kind\":\"close_before\",\"path\":\"/cgi-bin/auth/getuserinfo\"}", 40029},
        {"{\"kind\":\"close_mid\",\"path\":\"/cgi-bin/auth/getuserinfo\"}", 40029},
        {"{\"kind\":\"close_before\",\"path\":\"/cgi-bin/auth/getuserinfo\",\"executed\":false}",
         0},
        {"{\"kind\":\"errcode\",\"errcode\":-1,\"path\":\"/cgi-bin/auth/getuserinfo\"}", 0},
        {"{\"kind\":\"errcode\",\"errcode\":-1,\"path\":\"/cgi-bin/auth/getuserinfo\","
         "\"executed\":true}",
         40029},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *code = sim_mint(sim, LINUX_APP, "lisi");
        char path[400];
        struct reply reply;
        snprintf(path, sizeof(path), "/cgi-bin/auth/getuserinfo?code=%s&access_token=%s", code,
                 token(LINUX_APP));
        ck_assert(sim_fault(sim, "%s", rows[i].order));
        reply = ask(&(struct ask){.path = path});
        reply_free(&reply);
        ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), rows[i].then);
        free(code);
    }
}
END_TEST

Suite *suite_faults(void) {
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("faults");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, errors_show_their_number_in_the_headers);
    tcase_add_test(tcase, errcode_stands_now_first_now_last);
    tcase_add_test(tcase, the_error_text_can_be_short_or_without_address);
    tcase_add_test(tcase, unknown_paths_are_404_with_nothing_in_them);
    tcase_add_test(tcase, malformed_json_is_read_as_nothing_with_a_warning);
    tcase_add_test(tcase, escaped_characters_in_json_are_refused);
    tcase_add_test(tcase, an_errcode_can_be_ordered_for_the_next_request_of_a_path);
    tcase_add_test(tcase, faults_can_wait_and_repeat_until_cleared);
    tcase_add_test(tcase, every_fault_kind_shows_at_the_client);
    tcase_add_test(tcase, answers_can_be_late_alone_and_with_another_fault);
    tcase_add_test(tcase, a_call_broken_off_was_executed_unless_told_otherwise);
    suite_add_tcase(suite, tcase);
    return suite;
}
