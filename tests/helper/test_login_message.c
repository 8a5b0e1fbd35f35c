/* Sign-in method `message`, and the choice between methods: what the person sees and gets. */
#include <string.h>
#include <unistd.h>

#include "helper/courier.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

START_TEST(the_code_that_came_lets_in) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    host_delivered("lisi");
    host_answer(host, _i == 0 ? host_digits : " \t");
    if (_i == 1) {
        host_result(host, "denied", "code_invalid");
        host = host_begin("lisi");
        host_answer(host, host_digits);
    }
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "message");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USERID), "lisi");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USER), "lisi");
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 1);
    /* once */
    host = host_begin("lisi");
    host_answer(host, host_digits);
    host_result(host, "denied", "code_invalid");
}
END_TEST

START_TEST(the_prompt_does_not_wait_for_wecom) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = host_begin("lisi");
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
    (void)close(host); /* and the sending goes on without the host */
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    host_delivered("lisi");
    host = host_begin("lisi");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 1);
}
END_TEST

/* sshd's password method and PostgreSQL answer before they ask. */
START_TEST(a_host_that_answers_at_once_is_let_in_with_the_second_attempt) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", "hunter2");
    host_result(host, "denied", "code_invalid");
    host_delivered("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", host_digits);
    host_result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 1);
}
END_TEST

START_TEST(a_code_is_good_for_its_origin_only) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    host_delivered("lisi");
    (void)close(host);
    host = host_begin_from("lisi", NULL, "10.0.0.6", host_digits);
    host_result(host, "denied", "code_invalid");
    host = host_begin_from("lisi", NULL, "10.0.0.5", host_digits);
    host_result(host, "granted", NULL);
}
END_TEST

START_TEST(three_wrong_ones_end_the_code_whoever_typed_them) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    host_delivered("lisi");
    host_answer(host, host_wrong());
    host_result(host, "denied", "code_invalid");
    host_denied("lisi", host_wrong(), "code_invalid");
    host = host_begin("lisi");
    host_answer(host, host_wrong());
    host_result(host, "too_many", "too_many_tries");
    host = host_begin("lisi"); /* another one is sent */
    host_answer(host, host_digits);
    host_delivered("lisi");
    host_result(host, "denied", "code_invalid");
}
END_TEST

/* The same prompts, rounds and reasons, and nothing is sent. */
START_TEST(whoever_may_not_sign_in_sees_no_difference) {
    static const char *const users[] = {"stranger", "zhaoliu", "root", "UPPER", "li si"};
    int host;

    host_start("[service sshd]\nmethods = message code\nlang = en\ndeny = user:zhaoliu\n");
    for (int i = 0; i < 2; i++)
        host_denied(users[_i], "123456", "code_invalid");
    host = host_begin(users[_i]);
    host_answer(host, "123456");
    host_result(host, "too_many", "too_many_tries");
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
}
END_TEST

static const struct {
    const char *member, *sending;
} failures[] = {
    {"{\"errcode\":60111}", NULL},
    {"{\"userid\":\"lisi\",\"status\":2}", NULL},
    {NULL, "{\"errcode\":81013,\"errmsg\":\"x\"}"},
    {NULL, "{\"errcode\":0,\"errmsg\":\"ok\",\"invaliduser\":\"lisi\"}"},
    {NULL, "{\"errcode\":60020,\"errmsg\":\"not allow, from ip: 10.1.1.1\"}"},
};

/* The person sees what everybody sees; the log has the reason; the next login sends anew. */
START_TEST(what_could_not_be_sent_is_sent_the_next_time) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = host_begin("lisi");
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200,
                failures[_i].member != NULL ? failures[_i].member : ACTIVE("lisi"));
    if (failures[_i].sending != NULL) {
        inner_helper_token(host_inner, SEND);
        fake_answer(host_inner->sender, SEND, 200, failures[_i].sending);
    }
    support_run(host_inner->served->base);
    host_answer(host, "123456");
    host_result(host, "denied", "code_invalid");
    if (failures[_i].sending == NULL) {
        ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
        ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
        return;
    }
    host = host_begin("lisi");
    host_delivered("lisi");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
}
END_TEST

/* The code was sent to a member who is none any more when he types it. */
START_TEST(a_code_alone_lets_nobody_in) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    host_delivered("lisi");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host_answer(host, host_digits);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, "{\"userid\":\"lisi\",\"status\":2}");
    host_result(host, "denied", "disabled");
}
END_TEST

static const struct {
    const char *member, *verdict, *reason;
} doubts[] = {
    {NULL, "unavailable", "wecom_unreachable"},
    {"{\"errcode\":60020,\"errmsg\":\"x\"}", "unavailable", "config_ip"},
    {"{\"errcode\":60111,\"errmsg\":\"x\"}", "denied", "not_visible"},
    {"{\"userid\":\"wangwu\",\"status\":1}", "unavailable", "internal"},
    {"{\"userid\":\"lisi\"}", "unavailable", "internal"},
};

/* The right code, and no word of WeCom's that he is a member. */
START_TEST(without_wecom_s_word_the_right_code_lets_nobody_in) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    host_delivered("lisi");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host_answer(host, host_digits);
    inner_helper_token(host_inner, USER_GET);
    for (int i = 0; i < 2; i++) { /* a lost answer is asked for once more */
        if (doubts[_i].member != NULL || fake_waiting(host_inner->sender, USER_GET) == 0)
            break;
        fake_fail(host_inner->sender, USER_GET, HTTP_NO_NAME, "no such host");
    }
    if (doubts[_i].member != NULL)
        fake_answer(host_inner->sender, USER_GET, 200, doubts[_i].member);
    host_result(host, doubts[_i].verdict, doubts[_i].reason);
}
END_TEST

/* Somebody whom the store does not let in, with an account of his own. */
START_TEST(whoever_is_switched_off_gets_no_message) {
    int admin;

    host_start(SSHD);
    host_has_account("lisi");
    admin = served_dial(host_inner->served, "admin.sock");
    served_say(admin, WIRE_ADMIN, WIRE_F_COMMAND, "accounts.disable", WIRE_F_JSON,
               "{\"user\":\"lisi\"}", WIRE_FIELD_COUNT);
    while (served_receive(host_inner->served, admin, host_m) && host_m->verb != WIRE_RESULT)
        ;
    ck_assert_str_eq(wire_get(host_m, WIRE_F_VERDICT), "granted");
    (void)close(admin);
    host_denied("lisi", "123456", "code_invalid");
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
}
END_TEST

START_TEST(a_linked_local_user_gets_his_code) {
    int host;

    host_start(SSHD);
    host = host_begin_from("dev", "ww1/lisi", "10.0.0.5", NULL);
    host_asked(host, "Six-digit code");
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    host_delivered("lisi");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USER), "dev");
}
END_TEST

START_TEST(a_name_that_only_the_directory_knows_gets_one_on_the_next_try) {
    int host;

    host_start(SSHD);
    host = host_begin("wangwu");
    inner_helper_token(host_inner, USER_GET); /* looked up in the background */
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("wangwu"));
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 0);
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
    host_answer(host, "123456");
    host_result(host, "denied", "code_invalid");
    host = host_begin("wangwu");
    host_delivered("wangwu");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
}
END_TEST

/* ---- the choice ---- */

START_TEST(a_word_leads_to_another_method_and_back) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    host = host_begin("lisi");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "type: code"));
    host_delivered("lisi");
    host_answer(host, "code");
    host_asked(host, "WeCom sign-in code");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "type: message"));
    host_answer(host, " Message ");
    host_asked(host, "Six-digit code");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 1);
}
END_TEST

/* Typed where another method asks, or there before anything is asked. */
START_TEST(an_answer_goes_to_the_method_that_it_fits) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    if (_i == 0) {
        host = host_begin("lisi");
        host_answer(host, "  " HOST_CODE "xyz \r\n");
    } else {
        host = host_begin_from("lisi", NULL, "10.0.0.5", HOST_CODE "xyz");
    }
    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, "{\"userid\":\"lisi\"}");
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "code");
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), _i == 0);
}
END_TEST

START_TEST(a_service_without_code_sends_no_token_to_wecom) {
    int host;

    host_start("[service sshd]\nmethods = message\nlang = en\n");
    host = host_begin_from("lisi", NULL, "10.0.0.5", HOST_CODE "xyz");
    host_result(host, "denied", "code_invalid");
    host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    host_asked(host, "Six-digit code");
    ck_assert_ptr_null(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "another way"));
    host_answer(host, "code");
    host_result(host, "denied", "code_invalid");
    ck_assert_uint_eq(fake_begun(host_inner->sender, GETUSERINFO), 0);
}
END_TEST

START_TEST(a_word_changes_the_language) {
    int host;

    host_start(SSHD);
    host = host_begin("lisi");
    host_answer(host, "zh");
    host_asked(host, "六位登录码");
    host_answer(host, "EN");
    host_asked(host, "Six-digit code");
    host_answer(host, "x");
    host_result(host, "denied", "code_invalid");
}
END_TEST

START_TEST(a_person_who_only_changes_his_mind_is_sent_away) {
    int host;

    host_start(SSHD);
    host = host_begin("lisi");
    for (int i = 0; i < 5; i++) {
        host_answer(host, "code");
        host_asked(host, "WeCom sign-in code");
        host_answer(host, "message");
        host_asked(host, "Six-digit code");
    }
    host_answer(host, "code");
    host_asked(host, "WeCom sign-in code");
    host_answer(host, "message");
    host_result(host, "too_many", "too_many_tries");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_message");
    TCase *t = tcase_create("login_message");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, host_end);
    tcase_add_loop_test(t, the_code_that_came_lets_in, 0, 2);
    tcase_add_test(t, the_prompt_does_not_wait_for_wecom);
    tcase_add_test(t, a_host_that_answers_at_once_is_let_in_with_the_second_attempt);
    tcase_add_test(t, a_code_is_good_for_its_origin_only);
    tcase_add_test(t, three_wrong_ones_end_the_code_whoever_typed_them);
    tcase_add_loop_test(t, whoever_may_not_sign_in_sees_no_difference, 0, 5);
    tcase_add_loop_test(t, what_could_not_be_sent_is_sent_the_next_time, 0,
                        SUPPORT_COUNT(failures));
    tcase_add_test(t, a_code_alone_lets_nobody_in);
    tcase_add_loop_test(t, without_wecom_s_word_the_right_code_lets_nobody_in, 0,
                        SUPPORT_COUNT(doubts));
    tcase_add_test(t, whoever_is_switched_off_gets_no_message);
    tcase_add_test(t, a_linked_local_user_gets_his_code);
    tcase_add_test(t, a_name_that_only_the_directory_knows_gets_one_on_the_next_try);
    tcase_add_test(t, a_word_leads_to_another_method_and_back);
    tcase_add_loop_test(t, an_answer_goes_to_the_method_that_it_fits, 0, 2);
    tcase_add_test(t, a_service_without_code_sends_no_token_to_wecom);
    tcase_add_test(t, a_word_changes_the_language);
    tcase_add_test(t, a_person_who_only_changes_his_mind_is_sent_away);
    suite_add_tcase(s, t);
    return s;
}
