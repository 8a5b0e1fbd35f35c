/* Tests of the simulator: access tokens. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int gettoken_errcode(const char *query, const char *from) {
    char path[300];
    struct reply reply;
    int errcode = 0;

    snprintf(path, sizeof(path), "/cgi-bin/gettoken?%s", query);
    reply = ask(&(struct ask){.path = path, .from = from});
    ck_assert_int_eq(reply.result, CURLE_OK);
    errcode = errcode_of(json_incref(reply.json));
    reply_free(&reply);
    return errcode;
}

START_TEST(a_missing_secret_is_noticed_before_the_company_is_looked_at) {
    ck_assert_int_eq(gettoken_errcode("corpid=wrong", NULL), 41004);
    ck_assert_int_eq(gettoken_errcode("", NULL), 41004);
    ck_assert_int_eq(gettoken_errcode("corpsecret=x", NULL), 41002);
    ck_assert_int_eq(gettoken_errcode("corpid=ww0000000000000000&corpsecret=x", NULL), 40013);
    ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=x", NULL), 40001);
    ck_assert(sim_option(sim, "{\"wrong_secret\":40091}"));
    ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=x", NULL), 40091);
    ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=" LINUX_SECRET, NULL), 0);
}
END_TEST

START_TEST(a_token_looks_like_a_real_one_and_is_repeated_while_it_lives) {
    char *first = strdup(token(LINUX_APP));
    json_t *answer = call(CONTACTS, "tag/list");

    json_decref(answer);
    ck_assert_uint_eq(strlen(first), 214);
    ck_assert_uint_eq(strspn(first, URLSAFE), 214);
    ck_assert_str_eq(token(LINUX_APP), first);
    ck_assert_str_ne(token(DATA_APP), first);
    ck_assert(sim_advance(sim, 7199));
    ck_assert_str_eq(token(LINUX_APP), first);
    ck_assert(sim_advance(sim, 1));
    ck_assert_str_ne(token(LINUX_APP), first);
    free(first);
}
END_TEST

START_TEST(the_repeating_of_tokens_can_be_switched_off) {
    char *first = strdup(token(LINUX_APP));

    ck_assert(sim_option(sim, "{\"same_token\":false}"));
    ck_assert_str_ne(token(LINUX_APP), first);
    free(first);
}
END_TEST

START_TEST(a_token_is_taken_from_the_query_only) {
    char body[300];
    char header[300];
    struct reply reply;

    snprintf(body, sizeof(body), "{\"access_token\":\"%s\"}", token(CONTACTS));
    snprintf(header, sizeof(header), "Authorization: Bearer %s", token(CONTACTS));
    reply = ask(&(struct ask){.path = "/cgi-bin/user/list_id", .body = body, .header = header});
    ck_assert_int_eq(json_integer_value(json_object_get(reply.json, "errcode")), 41001);
    ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "dept_user")), 0);
    ck_assert(json_is_array(json_object_get(reply.json, "dept_user")));
    reply_free(&reply);
}
END_TEST

START_TEST(a_strange_token_is_40014_and_an_old_one_42001) {
    struct reply reply = ask(&(struct ask){.path = "/cgi-bin/user/get?userid=lisi&access_token=x"});

    ck_assert_int_eq(errcode_of(json_incref(reply.json)), 40014);
    ck_assert_str_eq(text_of(reply.json, "errmsg"), "invalid access_token");
    reply_free(&reply);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert(sim_advance(sim, 7200));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 42001);
}
END_TEST

START_TEST(tokens_can_be_made_to_expire_or_to_vanish) {
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    json_decref(sim_post(sim, "/token", "{\"agent_id\":1000002,\"action\":\"expire\"}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 42001);
    token(LINUX_APP);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    json_decref(sim_post(sim, "/token", "{\"agent_id\":1000002,\"action\":\"kill\"}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 40014);
}
END_TEST

START_TEST(tokens_may_die_earlier_than_they_said) {
    json_t *answer = NULL;

    ck_assert(sim_option(sim, "{\"token_life_s\":60}"));
    answer = call(LINUX_APP, "gettoken?corpid=" CORP "&corpsecret=" LINUX_SECRET);
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "expires_in")), 7200);
    json_decref(answer);
    ck_assert(sim_advance(sim, 61));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 42001);
}
END_TEST

START_TEST(gettoken_may_answer_without_errcode_or_with_an_empty_errmsg) {
    struct ask what = {.path = "/cgi-bin/gettoken?corpid=" CORP "&corpsecret=" LINUX_SECRET};
    struct reply reply;

    ck_assert(sim_option(sim, "{\"gettoken_answer\":\"no_errcode\"}"));
    reply = ask(&what);
    ck_assert_ptr_null(json_object_get(reply.json, "errcode"));
    ck_assert_ptr_null(json_object_get(reply.json, "errmsg"));
    ck_assert_ptr_nonnull(text_of(reply.json, "access_token"));
    reply_free(&reply);
    ck_assert(sim_option(sim, "{\"gettoken_answer\":\"empty_errmsg\"}"));
    reply = ask(&what);
    ck_assert_str_eq(text_of(reply.json, "errmsg"), "");
    reply_free(&reply);
    ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=x", NULL), 40001);
}
END_TEST

START_TEST(many_wrong_secrets_block_that_address_for_an_hour) {
    const char *good = "corpid=" CORP "&corpsecret=" LINUX_SECRET;

    ck_assert(sim_option(sim, "{\"wrong_secrets_per_hour\":3}"));
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=x", NULL), 40001);
    ck_assert_int_eq(gettoken_errcode(good, NULL), 45009);
    ck_assert_int_eq(gettoken_errcode(good, "127.0.0.2"), 0);
    ck_assert(sim_advance(sim, 3599));
    ck_assert_int_eq(gettoken_errcode(good, NULL), 45009);
    ck_assert(sim_advance(sim, 2));
    ck_assert_int_eq(gettoken_errcode(good, NULL), 0);
}
END_TEST

START_TEST(a_closed_application_gets_no_token_and_no_answers) {
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 0);
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"closed\":true}", LINUX_APP));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=lisi"), 50003);
    ck_assert_int_eq(gettoken_errcode("corpid=" CORP "&corpsecret=" LINUX_SECRET, NULL), 40001);
}
END_TEST

Suite *suite_tokens(void) {
    Suite *suite = suite_create("tokens");
    TCase *tcase = tcase_create("tokens");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, a_missing_secret_is_noticed_before_the_company_is_looked_at);
    tcase_add_test(tcase, a_token_looks_like_a_real_one_and_is_repeated_while_it_lives);
    tcase_add_test(tcase, the_repeating_of_tokens_can_be_switched_off);
    tcase_add_test(tcase, a_token_is_taken_from_the_query_only);
    tcase_add_test(tcase, a_strange_token_is_40014_and_an_old_one_42001);
    tcase_add_test(tcase, tokens_can_be_made_to_expire_or_to_vanish);
    tcase_add_test(tcase, tokens_may_die_earlier_than_they_said);
    tcase_add_test(tcase, gettoken_may_answer_without_errcode_or_with_an_empty_errmsg);
    tcase_add_test(tcase, many_wrong_secrets_block_that_address_for_an_hour);
    tcase_add_test(tcase, a_closed_application_gets_no_token_and_no_answers);
    suite_add_tcase(suite, tcase);
    return suite;
}
