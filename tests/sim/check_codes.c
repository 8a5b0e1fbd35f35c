/* Tests of the simulator: OAuth codes and user tickets. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

Suite *suite_codes(void) {
    Suite *suite = suite_create("codes");
    TCase *tcase = tcase_create("codes");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
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
