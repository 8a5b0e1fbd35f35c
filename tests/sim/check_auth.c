/* Tests of the simulator: tokens, codes, user tickets. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URLSAFE "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

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

START_TEST(a_member_code_works_once) {
    char *code = sim_mint(sim, LINUX_APP, "ZHANGSAN");
    json_t *answer = NULL;

    ck_assert_uint_eq(strlen(code), 43);
    ck_assert_uint_eq(strspn(code, URLSAFE), 43);
    answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);
    ck_assert_str_eq(text_of(answer, "userid"), "zhangsan");
    ck_assert_ptr_null(json_object_get(answer, "user_ticket"));
    ck_assert_int_eq(errcode_of(answer), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 40029);
    free(code);
}
END_TEST

START_TEST(a_code_lives_five_minutes) {
    char *young = sim_mint(sim, LINUX_APP, "zhangsan");
    char *old = sim_mint(sim, LINUX_APP, "zhangsan");

    ck_assert(sim_advance(sim, 298));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", young), 0);
    ck_assert(sim_advance(sim, 2));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", old), 40029);
    free(young);
    free(old);
}
END_TEST

START_TEST(used_and_old_codes_can_have_numbers_of_their_own) {
    char *used = sim_mint(sim, LINUX_APP, "zhangsan");
    char *old = sim_mint(sim, LINUX_APP, "zhangsan");

    ck_assert(sim_option(sim, "{\"distinct_codes\":true}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", used), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", used), 42022);
    ck_assert(sim_advance(sim, 300));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", old), 42003);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", "nonsense"), 40029);
    free(used);
    free(old);
}
END_TEST

START_TEST(another_application_cannot_redeem_a_code_and_does_not_use_it_up) {
    char *code = sim_mint(sim, LINUX_APP, "zhangsan");

    ck_assert_int_eq(call_errcode(DATA_APP, "auth/getuserinfo?code=%s", code), 40029);
    ck_assert_int_eq(call_errcode(CONTACTS, "auth/getuserinfo?code=%s", code), 48002);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo"), 41008);
    free(code);
}
END_TEST

START_TEST(a_failed_redemption_can_be_made_to_use_the_code_up) {
    char *code = sim_mint(sim, LINUX_APP, "zhangsan");

    ck_assert(sim_option(sim, "{\"burn_code_on_error\":true}"));
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"trusted_ips\":[]}", LINUX_APP));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 60020);
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"trusted_ips\":[\"127.0.0.1\"]}", LINUX_APP));
    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 40029);
    free(code);
}
END_TEST

START_TEST(a_code_of_another_domain_is_50001) {
    char *code = sim_mint_with(sim,
                               "{\"agent_id\":%d,\"userid\":\"lisi\","
                               "\"domain\":\"login.example.com:443\"}",
                               LINUX_APP);

    ck_assert_int_eq(call_errcode(LINUX_APP, "auth/getuserinfo?code=%s", code), 50001);
    free(code);
}
END_TEST

START_TEST(a_code_names_a_member_outside_the_range_as_well) {
    char *code = sim_mint_with(sim,
                               "{\"agent_id\":%d,\"userid\":\"outsider\","
                               "\"scope\":\"snsapi_privateinfo\"}",
                               LINUX_APP);
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);

    ck_assert_str_eq(text_of(answer, "userid"), "outsider");
    ck_assert_ptr_null(json_object_get(answer, "user_ticket"));
    json_decref(answer);
    free(code);
}
END_TEST

START_TEST(strangers_have_an_openid_and_linked_people_a_slash) {
    char *code = sim_mint_with(sim,
                               "{\"agent_id\":%d,\"openid\":true,"
                               "\"external_userid\":\"wmEXTERNAL\"}",
                               LINUX_APP);
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);

    ck_assert_int_eq(json_integer_value(json_object_get(answer, "errcode")), 0);
    ck_assert_ptr_null(json_object_get(answer, "userid"));
    ck_assert_ptr_nonnull(text_of(answer, "openid"));
    ck_assert_str_eq(text_of(answer, "external_userid"), "wmEXTERNAL");
    json_decref(answer);
    free(code);
    code = sim_mint_with(sim, "{\"agent_id\":%d,\"userid\":\"lisi\",\"linked_corp\":\"wwffff\"}",
                         LINUX_APP);
    answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);
    ck_assert_str_eq(text_of(answer, "userid"), "wwffff/lisi");
    json_decref(answer);
    free(code);
}
END_TEST

START_TEST(the_old_call_spells_its_keys_in_pascal_case) {
    char *code =
        sim_mint_with(sim, "{\"agent_id\":%d,\"userid\":\"lisi\",\"ticket\":true}", LINUX_APP);
    json_t *answer = call(LINUX_APP, "user/getuserinfo?code=%s", code);

    ck_assert_str_eq(text_of(answer, "UserId"), "lisi");
    ck_assert_ptr_nonnull(text_of(answer, "DeviceId"));
    ck_assert_ptr_nonnull(text_of(answer, "user_ticket"));
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "expires_in")), 7200);
    ck_assert_ptr_null(json_object_get(answer, "userid"));
    json_decref(answer);
    free(code);
}
END_TEST

/* A ticket of zhangsan with these mint options; free() it. */
static char *ticket(const char *more) {
    char *code = sim_mint_with(
        sim, "{\"agent_id\":%d,\"userid\":\"zhangsan\",\"scope\":\"snsapi_privateinfo\"%s}",
        LINUX_APP, more);
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);
    char *copy = NULL;

    ck_assert_ptr_nonnull(text_of(answer, "user_ticket"));
    copy = strdup(text_of(answer, "user_ticket"));
    json_decref(answer);
    free(code);
    return copy;
}

static json_t *detail(int64_t agent_id, const char *path, const char *word) {
    char body[400];

    snprintf(body, sizeof(body), "{\"user_ticket\":\"%s\"}", word);
    return post(agent_id, path, body);
}

START_TEST(a_ticket_shows_what_was_ticked_and_granted) {
    char *all = ticket("");
    char *some = ticket(",\"consent\":[\"mobile\",\"address\"]");
    json_t *answer = detail(LINUX_APP, "auth/getuserdetail", all);

    ck_assert_str_eq(text_of(answer, "userid"), "zhangsan");
    ck_assert_str_eq(text_of(answer, "mobile"), "13800000001");
    ck_assert_str_eq(text_of(answer, "gender"), "1");
    ck_assert_str_eq(text_of(answer, "biz_mail"), "zhangsan@corp.example.com");
    ck_assert_ptr_null(json_object_get(answer, "address")); /* not ticked by the administrator */
    ck_assert_ptr_null(json_object_get(answer, "name"));
    json_decref(answer);
    answer = detail(LINUX_APP, "auth/getuserdetail", some);
    ck_assert_str_eq(text_of(answer, "mobile"), "13800000001");
    ck_assert_str_eq(text_of(answer, "gender"), "0");
    ck_assert_ptr_nonnull(text_of(answer, "avatar"));
    ck_assert_ptr_null(json_object_get(answer, "email"));
    json_decref(answer);
    answer = detail(LINUX_APP, "user/getuserdetail", all);
    ck_assert_str_eq(text_of(answer, "name"), "张三");
    json_decref(answer);
    free(all);
    free(some);
}
END_TEST

START_TEST(a_ticket_lives_half_an_hour_and_belongs_to_one_application) {
    char *word = ticket("");

    ck_assert_int_eq(errcode_of(detail(DATA_APP, "auth/getuserdetail", word)), 84015);
    ck_assert_int_eq(errcode_of(detail(LINUX_APP, "auth/getuserdetail", "nonsense")), 84015);
    ck_assert_int_eq(post_errcode(LINUX_APP, "auth/getuserdetail", "{}"), 84090);
    ck_assert(sim_advance(sim, 1799));
    ck_assert_int_eq(errcode_of(detail(LINUX_APP, "auth/getuserdetail", word)), 0);
    ck_assert(sim_advance(sim, 1));
    ck_assert_int_eq(errcode_of(detail(LINUX_APP, "auth/getuserdetail", word)), 84014);
    free(word);
}
END_TEST

START_TEST(a_ticket_shows_nobody_who_left_the_range) {
    char *word = ticket("");

    ck_assert(sim_member(sim, "{\"userid\":\"zhangsan\",\"department\":[6]}"));
    ck_assert_int_eq(errcode_of(detail(LINUX_APP, "auth/getuserdetail", word)), 60011);
    free(word);
}
END_TEST

START_TEST(qr_codes_bring_no_ticket) {
    char *code = sim_mint_with(sim,
                               "{\"agent_id\":%d,\"userid\":\"lisi\",\"via\":\"qr\","
                               "\"scope\":\"snsapi_privateinfo\"}",
                               LINUX_APP);
    json_t *answer = call(LINUX_APP, "auth/getuserinfo?code=%s", code);

    ck_assert_str_eq(text_of(answer, "userid"), "lisi");
    ck_assert_ptr_null(json_object_get(answer, "user_ticket"));
    json_decref(answer);
    free(code);
}
END_TEST

Suite *suite_auth(void) {
    Suite *suite = suite_create("auth");
    TCase *tcase = tcase_create("auth");

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
    tcase_add_test(tcase, a_member_code_works_once);
    tcase_add_test(tcase, a_code_lives_five_minutes);
    tcase_add_test(tcase, used_and_old_codes_can_have_numbers_of_their_own);
    tcase_add_test(tcase, another_application_cannot_redeem_a_code_and_does_not_use_it_up);
    tcase_add_test(tcase, a_failed_redemption_can_be_made_to_use_the_code_up);
    tcase_add_test(tcase, a_code_of_another_domain_is_50001);
    tcase_add_test(tcase, a_code_names_a_member_outside_the_range_as_well);
    tcase_add_test(tcase, strangers_have_an_openid_and_linked_people_a_slash);
    tcase_add_test(tcase, the_old_call_spells_its_keys_in_pascal_case);
    tcase_add_test(tcase, a_ticket_shows_what_was_ticked_and_granted);
    tcase_add_test(tcase, a_ticket_lives_half_an_hour_and_belongs_to_one_application);
    tcase_add_test(tcase, a_ticket_shows_nobody_who_left_the_range);
    tcase_add_test(tcase, qr_codes_bring_no_ticket);
    suite_add_tcase(suite, tcase);
    return suite;
}
