/* Sign-in method `code`, from the host's first word to the result: the numbered rules at the top of
 * its source.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

#define CODE "AAAAAAgG333qs9EdaPbCAP1VaOrjuNkiAZHTWgaWsZQ"
#define GETTOKEN "/cgi-bin/gettoken?"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo?"
#define DETAIL "/cgi-bin/auth/getuserdetail?"
#define USER_GET "/cgi-bin/user/get?"
#define ZHANGSAN "{\"errcode\":0,\"userid\":\"zhangsan\"}"
#define ZHANGSAN_TICKET "{\"errcode\":0,\"userid\":\"zhangsan\",\"user_ticket\":\"TICKET\"}"
#define ACTIVE \
    "{\"errcode\":0,\"userid\":\"zhangsan\",\"name\":\"Z\",\"department\":[2,3],\"status\":1}"

static struct inner_helper *inner;
static struct wire_message *m;
static int host = -1;

static void setup(void) {
    inner = inner_helper_new("[service sshd]\nmethods = code\n"
                             "[service web]\nmethods = code\naccount = no\n"
                             "export = userid name mobile email departments\n"
                             "[service bare]\nmethods = code\naccount = no\nexport = userid\n");
    m = wire_new(WIRE_NO_VERB);
    host = -1;
}

static void teardown(void) {
    if (host >= 0)
        (void)close(host);
    inner_helper_free(inner);
    wire_free(m);
}

/* A host begins a login and is told "ready". */
static int begin(const char *service, const char *user, const char *link, const char *code) {
    int fd = served_dial(inner->served, "login.sock");

    served_say(fd, WIRE_BEGIN, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_IDENTITY, strcmp(service, "sshd") == 0 ? "no" : "yes", WIRE_F_AUTHTOK, code,
               WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, fd, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    return fd;
}

static void give_token(void) {
    fake_answer(inner->sender, GETTOKEN, 200, "{\"access_token\":\"t\",\"expires_in\":7200}");
}

static void expect_result(int fd, const char *verdict, const char *reason) {
    ck_assert(served_receive(inner->served, fd, m));
    ck_assert_int_eq(m->verb, WIRE_RESULT);
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), verdict);
    if (reason == NULL) {
        ck_assert_ptr_null(wire_get(m, WIRE_F_REASON));
        return;
    }
    ck_assert_msg(wire_get(m, WIRE_F_REASON) != NULL &&
                      strcmp(wire_get(m, WIRE_F_REASON), reason) == 0,
                  "%s instead of %s", wire_get(m, WIRE_F_REASON), reason);
    /* a refusal names nobody, and the person gets a sentence */
    ck_assert_ptr_null(wire_get(m, WIRE_F_USERID));
    ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_USERID));
    ck_assert_ptr_nonnull(wire_get(m, WIRE_F_MESSAGE));
}

/* Nothing has come for the host so far. */
static void expect_silence(int fd) {
    char byte;

    support_run(inner->served->base);
    ck_assert_int_lt(read(fd, &byte, 1), 0);
}

START_TEST(a_code_of_the_named_member_lets_in) {
    host = begin("sshd", "zhangsan", NULL, CODE);
    give_token();
    /* both are asked beside each other; they may be answered in any order */
    (void)fake_await(inner->sender, USER_GET "access_token=t&userid=zhangsan");
    (void)fake_await(inner->sender, GETUSERINFO "access_token=t&code=" CODE);
    if (_i == 0)
        fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN_TICKET);
    if (_i == 1) {
        expect_silence(host);
        fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    }
    expect_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_ACCOUNT_IS), "valid");
    ck_assert_str_eq(wire_get(m, WIRE_F_USER), "zhangsan");
    ck_assert_str_eq(wire_get(m, WIRE_F_USERID), "zhangsan");
    ck_assert_str_eq(wire_get(m, WIRE_F_CORP), "ww1");
    ck_assert_str_eq(wire_get(m, WIRE_F_METHOD), "code");
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_USERID), "zhangsan");
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_NAME), "Z");
    ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_DEPARTMENTS));
    ck_assert(!served_receive(inner->served, host, m));
    ck_assert_uint_eq(fake_begun(inner->sender, USER_GET), 1);
    ck_assert_uint_eq(fake_begun(inner->sender, DETAIL), 0); /* nobody asked for them */
    ck_assert_uint_eq(inner->helper.granted, 1);
    ck_assert_uint_eq(inner->helper.setup->counts[0].granted, 1);
}
END_TEST

START_TEST(an_active_member_alone_lets_nobody_in) {
    host = begin("sshd", "zhangsan", NULL, CODE);
    give_token();
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_silence(host);
    fake_answer(inner->sender, GETUSERINFO, 200, "{\"errcode\":40029,\"errmsg\":\"invalid code\"}");
    expect_result(host, "denied", "code_invalid");
    ck_assert_uint_eq(inner->helper.denied, 1);
}
END_TEST

static const struct {
    const char *user, *link, *redemption, *reason;
} redemptions[] = {
    {"zhangsan", NULL, "{\"errcode\":0,\"userid\":\"lisi\"}", "identity_mismatch"},
    {"zhangsan", NULL, "{\"errcode\":0,\"openid\":\"O\"}", "not_member"},
    {"zhangsan", NULL, "{\"errcode\":0,\"userid\":\"ww2/zhangsan\"}", "wrong_company"},
    {"zhangsan", NULL, "{\"errcode\":0}", "internal"},
    {"zhangsan", NULL, "{\"errcode\":0,\"userid\":\"zhangsan\",\"openid\":\"O\"}", "internal"},
    {"zhangsan", NULL, "{\"errcode\":40029}", "code_invalid"},
    {"zhangsan", NULL, "{\"errcode\":42022}", "code_invalid"},
    {"zhangsan", NULL, "{\"errcode\":50001}", "config_domain"},
    {"zhangsan", NULL, "{\"errcode\":60020}", "config_ip"},
    {"lisi", NULL, ZHANGSAN, "identity_mismatch"},
    {"dev", "ww1/lisi", ZHANGSAN, "identity_mismatch"},
    {"dev", "lisi", ZHANGSAN, "identity_mismatch"},
};

START_TEST(any_other_redemption_lets_nobody_in) {
    bool config = strncmp(redemptions[_i].reason, "config", 6) == 0 ||
                  strcmp(redemptions[_i].reason, "internal") == 0;

    host = begin("sshd", redemptions[_i].user, redemptions[_i].link, CODE);
    give_token();
    fake_answer(inner->sender, GETUSERINFO, 200, redemptions[_i].redemption);
    expect_result(host, config ? "unavailable" : "denied", redemptions[_i].reason);
    support_run(inner->served->base);
    while (fake_waiting(inner->sender, USER_GET) > 0)
        fake_answer(inner->sender, USER_GET, 200, ACTIVE);
}
END_TEST

static const struct {
    const char *user, *redemption, *member, *verdict, *reason;
} members[] = {
    {"zhangsan", ZHANGSAN, "{\"userid\":\"zhangsan\",\"status\":2}", "denied", "disabled"},
    {"zhangsan", ZHANGSAN, "{\"userid\":\"zhangsan\",\"status\":4}", "denied", "disabled"},
    {"zhangsan", ZHANGSAN, "{\"userid\":\"zhangsan\",\"status\":5}", "denied", "withdrawn"},
    {"zhangsan", ZHANGSAN, "{\"userid\":\"zhangsan\",\"status\":1,\"enable\":0}", "denied",
     "disabled"},
    {"zhangsan", ZHANGSAN, "{\"userid\":\"zhangsan\"}", "unavailable", "internal"},
    {"zhangsan", ZHANGSAN, "{\"userid\":\"lisi\",\"status\":1}", "unavailable", "internal"},
    {"zhangsan", ZHANGSAN, "{\"errcode\":60111}", "denied", "not_visible"},
    {"zhangsan", ZHANGSAN, "{\"errcode\":60020}", "unavailable", "config_ip"},
    {"ZhangSan", ZHANGSAN, ACTIVE, "denied", "identity_mismatch"},
};

START_TEST(whoever_is_no_active_member_is_not_let_in) {
    host = begin("sshd", members[_i].user, NULL, CODE);
    give_token();
    fake_answer(inner->sender, GETUSERINFO, 200, members[_i].redemption);
    expect_silence(host);
    fake_answer(inner->sender, USER_GET, 200, members[_i].member);
    expect_result(host, members[_i].verdict, members[_i].reason);
}
END_TEST

START_TEST(one_code_does_not_serve_two_logins) {
    int other;

    host = begin("sshd", "zhangsan", NULL, CODE);
    give_token();
    (void)fake_await(inner->sender, GETUSERINFO);
    other = begin("sshd", "zhangsan", NULL, CODE);
    expect_result(other, "denied", "code_invalid");
    (void)close(other);
    fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_result(host, "granted", NULL);
    other = begin("sshd", "zhangsan", NULL, CODE); /* nor afterwards */
    expect_result(other, "denied", "code_invalid");
    (void)close(other);
    ck_assert_uint_eq(fake_begun(inner->sender, GETUSERINFO), 1);
}
END_TEST

START_TEST(a_code_that_wecom_did_not_judge_may_be_tried_again) {
    int other;

    host = begin("web", NULL, NULL, CODE);
    fake_fail(inner->sender, GETTOKEN, HTTP_NO_NAME, "no name");
    expect_result(host, "unavailable", "wecom_unreachable");
    other = begin("web", NULL, NULL, CODE);
    give_token();
    fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_result(other, "granted", NULL);
    (void)close(other);
}
END_TEST

START_TEST(a_code_whose_redemption_was_cut_off_stays_claimed) {
    int other;

    host = begin("web", NULL, NULL, CODE);
    give_token();
    (void)fake_await(inner->sender, GETUSERINFO);
    (void)close(host);
    host = -1;
    while (inner->helper.waiting > 0)
        ck_assert_int_eq(event_base_loop(inner->served->base, EVLOOP_ONCE), 0);
    ck_assert_uint_eq(fake_waiting(inner->sender, ""), 0);
    other = begin("web", NULL, NULL, CODE);
    expect_result(other, "denied", "code_invalid");
    (void)close(other);
}
END_TEST

static const char *const no_codes[] = {
    "hunter2",
    "123456",
    "",
    "correct horse battery staple, not a code",
    "AAAA" CODE "!",
    CODE " " CODE,
    ("\xE5\xBC\xA0" CODE),
};

START_TEST(what_is_no_code_is_sent_nowhere) {
    host = begin("sshd", "zhangsan", NULL, no_codes[_i]);
    expect_result(host, "denied", "code_invalid");
    support_run(inner->served->base);
    /* whether WeCom knows the name is asked, with nothing of what was typed for a code */
    give_token();
    ck_assert_ptr_nonnull(strstr(fake_await(inner->sender, USER_GET)->url, "userid=zhangsan"));
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 2);
    ck_assert_uint_eq(fake_begun(inner->sender, GETUSERINFO), 0);
}
END_TEST

START_TEST(a_code_may_be_typed_with_blanks_around_it) {
    host = begin("sshd", "zhangsan", NULL, NULL);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_ASK);
    ck_assert_str_eq(wire_get(m, WIRE_F_ECHO), "no");
    ck_assert_uint_eq(inner->helper.waiting, 1);
    served_say(host, WIRE_ANSWER, WIRE_F_TEXT, "  " CODE " \n", WIRE_FIELD_COUNT);
    give_token();
    fake_answer(inner->sender, "code=" CODE, 200, ZHANGSAN);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_result(host, "granted", NULL);
}
END_TEST

START_TEST(what_was_not_asked_may_not_be_answered) {
    host = begin("sshd", "zhangsan", NULL, CODE);
    served_say(host, WIRE_ANSWER, WIRE_F_TEXT, CODE, WIRE_FIELD_COUNT);
    ck_assert(!served_receive(inner->served, host, m));
    ck_assert_uint_eq(inner->helper.waiting, 0);
}
END_TEST

START_TEST(a_person_who_does_not_answer_is_told_so) {
    host = served_dial(inner->served, "login.sock");
    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "a", WIRE_F_IDENTITY, "no",
               WIRE_F_DEADLINE_MS, "100", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_ASK);
    expect_result(host, "denied", "timeout");
}
END_TEST

START_TEST(no_user_is_refused_where_the_service_has_accounts) {
    host = begin("sshd", NULL, NULL, CODE);
    expect_result(host, "denied", "not_allowed");
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 0);
}
END_TEST

START_TEST(a_web_host_learns_who_it_is_and_what_it_may_see) {
    host = begin(_i == 0 ? "web" : "bare", NULL, NULL, CODE);
    give_token();
    fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN_TICKET);
    if (_i == 0) {
        ck_assert_str_eq(fake_await(inner->sender, DETAIL)->body, "{\"user_ticket\":\"TICKET\"}");
        fake_answer(inner->sender, DETAIL, 200,
                    "{\"userid\":\"ZhangSan\",\"mobile\":\"+86 13800000000\","
                    "\"email\":\"z@example.com\"}");
    }
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_result(host, "granted", NULL);
    ck_assert_ptr_null(wire_get(m, WIRE_F_USER));
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_USERID), "zhangsan");
    if (_i == 0) {
        ck_assert_str_eq(wire_get(m, WIRE_F_ENV_MOBILE), "+8613800000000");
        ck_assert_str_eq(wire_get(m, WIRE_F_ENV_EMAIL), "z@example.com");
        ck_assert_str_eq(wire_get(m, WIRE_F_ENV_DEPARTMENTS), "2,3");
    } else {
        ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_MOBILE));
        ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_NAME));
        ck_assert_uint_eq(fake_begun(inner->sender, DETAIL), 0);
    }
}
END_TEST

START_TEST(details_are_a_courtesy_unless_they_are_of_somebody_else) {
    host = begin("web", NULL, NULL, CODE);
    give_token();
    fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN_TICKET);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE);
    expect_silence(host);
    if (_i == 0) {
        fake_answer(inner->sender, DETAIL, 200, "{\"errcode\":84014}");
        expect_result(host, "granted", NULL);
        ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_MOBILE));
    } else {
        fake_answer(inner->sender, DETAIL, 200, "{\"userid\":\"lisi\",\"mobile\":\"13800000000\"}");
        expect_result(host, "unavailable", "internal");
    }
}
END_TEST

START_TEST(a_host_that_hangs_up_leaves_nothing_behind) {
    host = begin("web", NULL, NULL, _i == 0 ? NULL : CODE);
    if (_i >= 2)
        give_token();
    if (_i == 3)
        fake_answer(inner->sender, GETUSERINFO, 200, ZHANGSAN_TICKET);
    (void)close(host);
    host = -1;
    while (inner->helper.waiting > 0)
        ck_assert_int_eq(event_base_loop(inner->served->base, EVLOOP_ONCE), 0);
    ck_assert_uint_eq(server_peers(inner->served->server), 0);
    ck_assert_uint_eq(inner->helper.denied, 1);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_code");
    TCase *t = tcase_create("login_code");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, a_code_of_the_named_member_lets_in, 0, 2);
    tcase_add_test(t, an_active_member_alone_lets_nobody_in);
    tcase_add_loop_test(t, any_other_redemption_lets_nobody_in, 0, SUPPORT_COUNT(redemptions));
    tcase_add_loop_test(t, whoever_is_no_active_member_is_not_let_in, 0, SUPPORT_COUNT(members));
    tcase_add_test(t, one_code_does_not_serve_two_logins);
    tcase_add_test(t, a_code_that_wecom_did_not_judge_may_be_tried_again);
    tcase_add_test(t, a_code_whose_redemption_was_cut_off_stays_claimed);
    tcase_add_loop_test(t, what_is_no_code_is_sent_nowhere, 0, SUPPORT_COUNT(no_codes));
    tcase_add_test(t, a_code_may_be_typed_with_blanks_around_it);
    tcase_add_test(t, what_was_not_asked_may_not_be_answered);
    tcase_add_test(t, a_person_who_does_not_answer_is_told_so);
    tcase_add_test(t, no_user_is_refused_where_the_service_has_accounts);
    tcase_add_loop_test(t, a_web_host_learns_who_it_is_and_what_it_may_see, 0, 2);
    tcase_add_loop_test(t, details_are_a_courtesy_unless_they_are_of_somebody_else, 0, 2);
    tcase_add_loop_test(t, a_host_that_hangs_up_leaves_nothing_behind, 0, 4);
    suite_add_tcase(s, t);
    return s;
}
