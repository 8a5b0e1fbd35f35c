/* Sign-in method `message`, and the choice between methods: what the person sees and gets. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/messenger.h"
#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

#define CODE "0123456789abcdefghijklmnopqrstuvwxyzABCDE"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo?"
#define USER_GET "/cgi-bin/user/get?"
#define SEND "/cgi-bin/message/send?"
#define ACTIVE(userid) \
    "{\"userid\":\"" userid "\",\"name\":\"N\",\"status\":1,\"department\":[2,3]}"
#define SENT "{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":\"M\"}"
#define SSHD "[service sshd]\nmethods = message code\nlang = en\n"

static struct inner_helper *inner;
static struct wire_message *m;
static unsigned int codes;
static char digits[PINS_DIGITS + 1]; /* of the last message */

static void start(const char *services) {
    inner = inner_helper_new(services);
    m = wire_new(WIRE_NO_VERB);
    codes = 0;
    inner_helper_wall_s = 1700000000;
}

static void teardown(void) {
    inner_helper_free(inner);
    wire_free(m);
}

static int begin_from(const char *user, const char *link, const char *rhost, const char *authtok) {
    int host = served_dial(inner->served, "login.sock");

    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_RHOST, rhost, WIRE_F_IDENTITY, "no", WIRE_F_AUTHTOK, authtok,
               WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    return host;
}

/* The prompt is there. */
static void asked(int host, const char *prompt) {
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_ASK);
    ck_assert_msg(strncmp(wire_get(m, WIRE_F_PROMPT), prompt, strlen(prompt)) == 0, "%s",
                  wire_get(m, WIRE_F_PROMPT));
    ck_assert(!wire_get_flag(m, WIRE_F_ECHO));
}

static int begin(const char *user) {
    int host = begin_from(user, NULL, "10.0.0.5", NULL);

    asked(host, "Six-digit code");
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_INFO_TEXT), "If you may sign in here"));
    return host;
}

static void answer(int host, const char *text) {
    served_say(host, WIRE_ANSWER, WIRE_F_TEXT, text, WIRE_FIELD_COUNT);
}

static void result(int host, const char *verdict, const char *reason) {
    inner_helper_result(inner, host, m, verdict, reason);
}

static void denied(const char *user, const char *text, const char *reason) {
    int host = begin(user);

    answer(host, text);
    result(host, "denied", reason);
}

/* WeCom delivers what was sent to the member; the code is in `digits`. */
static void delivered(const char *userid) {
    const struct http_request *request;
    const char *content;
    json_t *body;

    inner_helper_token(inner, SEND);
    request = fake_await(inner->sender, SEND);
    body = json_loads(request->body, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(body, "touser")), userid);
    ck_assert_str_eq(json_string_value(json_object_get(body, "msgtype")), "text");
    ck_assert_int_eq(json_integer_value(json_object_get(body, "agentid")), 1000002);
    content = json_string_value(json_object_get(json_object_get(body, "text"), "content"));
    memcpy(digits, content, PINS_DIGITS);
    digits[PINS_DIGITS] = '\0';
    ck_assert_msg(pins_is_form(digits), "%s", content);
    ck_assert_ptr_nonnull(strstr(content, "10.0.0.5"));
    ck_assert_ptr_nonnull(strstr(content, "sshd"));
    json_decref(body);
    fake_answer(inner->sender, SEND, 200, SENT);
}

/* Has an account from now on, and user/get of him is fresh. */
static void has_account(const char *user) {
    char code[64], text[256];
    int host;

    (void)snprintf(code, sizeof code, CODE "%03u", codes++);
    host = begin_from(user, NULL, "10.0.0.9", code);
    (void)snprintf(text, sizeof text, "{\"userid\":\"%s\"}", user);
    inner_helper_token(inner, GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, text);
    inner_helper_token(inner, USER_GET);
    (void)snprintf(text, sizeof text, ACTIVE("%s"), user);
    fake_answer(inner->sender, USER_GET, 200, text);
    result(host, "granted", NULL);
}

static const char *wrong(void) {
    static char text[PINS_DIGITS + 1];

    memcpy(text, digits, sizeof text);
    text[0] = (char)('0' + (text[0] - '0' + 1) % 10);
    return text;
}

START_TEST(the_code_that_came_lets_in) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin("lisi");
    delivered("lisi");
    answer(host, _i == 0 ? digits : " \t");
    if (_i == 1) {
        result(host, "denied", "code_invalid");
        host = begin("lisi");
        answer(host, digits);
    }
    result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_METHOD), "message");
    ck_assert_str_eq(wire_get(m, WIRE_F_USERID), "lisi");
    ck_assert_str_eq(wire_get(m, WIRE_F_USER), "lisi");
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 1);
    /* once */
    host = begin("lisi");
    answer(host, digits);
    result(host, "denied", "code_invalid");
}
END_TEST

START_TEST(the_prompt_does_not_wait_for_wecom) {
    int host;

    start(SSHD);
    has_account("lisi");
    inner->now.ms += MEMBERS_FRESH_MS;
    host = begin("lisi");
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 0);
    (void)close(host); /* and the sending goes on without the host */
    inner_helper_token(inner, USER_GET);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE("lisi"));
    delivered("lisi");
    host = begin("lisi");
    answer(host, digits);
    result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 1);
}
END_TEST

/* sshd's password method and PostgreSQL answer before they ask. */
START_TEST(a_host_that_answers_at_once_is_let_in_with_the_second_attempt) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin_from("lisi", NULL, "10.0.0.5", "hunter2");
    result(host, "denied", "code_invalid");
    delivered("lisi");
    host = begin_from("lisi", NULL, "10.0.0.5", digits);
    result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 1);
}
END_TEST

START_TEST(a_code_is_good_for_its_origin_only) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin("lisi");
    delivered("lisi");
    (void)close(host);
    host = begin_from("lisi", NULL, "10.0.0.6", digits);
    result(host, "denied", "code_invalid");
    host = begin_from("lisi", NULL, "10.0.0.5", digits);
    result(host, "granted", NULL);
}
END_TEST

START_TEST(three_wrong_ones_end_the_code_whoever_typed_them) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin("lisi");
    delivered("lisi");
    answer(host, wrong());
    result(host, "denied", "code_invalid");
    denied("lisi", wrong(), "code_invalid");
    host = begin("lisi");
    answer(host, wrong());
    result(host, "too_many", "too_many_tries");
    host = begin("lisi"); /* another one is sent */
    answer(host, digits);
    delivered("lisi");
    result(host, "denied", "code_invalid");
}
END_TEST

/* The same prompts, rounds and reasons, and nothing is sent. */
START_TEST(whoever_may_not_sign_in_sees_no_difference) {
    static const char *const users[] = {"stranger", "zhaoliu", "root", "UPPER", "li si"};
    int host;

    start("[service sshd]\nmethods = message code\nlang = en\ndeny = user:zhaoliu\n");
    for (int i = 0; i < 2; i++)
        denied(users[_i], "123456", "code_invalid");
    host = begin(users[_i]);
    answer(host, "123456");
    result(host, "too_many", "too_many_tries");
    support_run(inner->served->base);
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 0);
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

    start(SSHD);
    has_account("lisi");
    inner->now.ms += MEMBERS_FRESH_MS;
    host = begin("lisi");
    inner_helper_token(inner, USER_GET);
    fake_answer(inner->sender, USER_GET, 200,
                failures[_i].member != NULL ? failures[_i].member : ACTIVE("lisi"));
    if (failures[_i].sending != NULL) {
        inner_helper_token(inner, SEND);
        fake_answer(inner->sender, SEND, 200, failures[_i].sending);
    }
    support_run(inner->served->base);
    answer(host, "123456");
    result(host, "denied", "code_invalid");
    if (failures[_i].sending == NULL)
        return;
    host = begin("lisi");
    delivered("lisi");
    answer(host, digits);
    result(host, "granted", NULL);
}
END_TEST

/* The code was sent to a member who is none any more when he types it. */
START_TEST(a_code_alone_lets_nobody_in) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin("lisi");
    delivered("lisi");
    inner->now.ms += MEMBERS_FRESH_MS;
    answer(host, digits);
    inner_helper_token(inner, USER_GET);
    fake_answer(inner->sender, USER_GET, 200, "{\"userid\":\"lisi\",\"status\":2}");
    result(host, "denied", "disabled");
}
END_TEST

START_TEST(a_linked_local_user_gets_his_code) {
    int host;

    start(SSHD);
    host = begin_from("dev", "ww1/lisi", "10.0.0.5", NULL);
    asked(host, "Six-digit code");
    inner_helper_token(inner, USER_GET);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE("lisi"));
    delivered("lisi");
    answer(host, digits);
    result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_USER), "dev");
}
END_TEST

START_TEST(a_name_that_only_the_directory_knows_gets_one_on_the_next_try) {
    int host;

    start(SSHD);
    host = begin("wangwu");
    inner_helper_token(inner, USER_GET); /* looked up in the background */
    fake_answer(inner->sender, USER_GET, 200, ACTIVE("wangwu"));
    support_run(inner->served->base);
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 0);
    answer(host, "123456");
    result(host, "denied", "code_invalid");
    host = begin("wangwu");
    delivered("wangwu");
    answer(host, digits);
    result(host, "granted", NULL);
}
END_TEST

/* ---- the choice ---- */

START_TEST(a_word_leads_to_another_method_and_back) {
    int host;

    start(SSHD);
    has_account("lisi");
    host = begin("lisi");
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_INFO_TEXT), "type: code"));
    delivered("lisi");
    answer(host, "code");
    asked(host, "WeCom sign-in code");
    ck_assert_ptr_nonnull(strstr(wire_get(m, WIRE_F_INFO_TEXT), "type: message"));
    answer(host, " Message ");
    asked(host, "Six-digit code");
    answer(host, digits);
    result(host, "granted", NULL);
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), 1);
}
END_TEST

/* Typed where another method asks, or there before anything is asked. */
START_TEST(an_answer_goes_to_the_method_that_it_fits) {
    int host;

    start(SSHD);
    has_account("lisi");
    if (_i == 0) {
        host = begin("lisi");
        answer(host, "  " CODE "xyz \r\n");
    } else {
        host = begin_from("lisi", NULL, "10.0.0.5", CODE "xyz");
    }
    inner_helper_token(inner, GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, "{\"userid\":\"lisi\"}");
    result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_METHOD), "code");
    ck_assert_uint_eq(fake_begun(inner->sender, SEND), _i == 0);
}
END_TEST

START_TEST(a_service_without_code_sends_no_token_to_wecom) {
    int host;

    start("[service sshd]\nmethods = message\nlang = en\n");
    host = begin_from("lisi", NULL, "10.0.0.5", CODE "xyz");
    result(host, "denied", "code_invalid");
    host = begin_from("lisi", NULL, "10.0.0.5", NULL);
    asked(host, "Six-digit code");
    ck_assert_ptr_null(strstr(wire_get(m, WIRE_F_INFO_TEXT), "another way"));
    answer(host, "code");
    result(host, "denied", "code_invalid");
    ck_assert_uint_eq(fake_begun(inner->sender, GETUSERINFO), 0);
}
END_TEST

START_TEST(a_word_changes_the_language) {
    int host;

    start(SSHD);
    host = begin("lisi");
    answer(host, "zh");
    asked(host, "六位登录码");
    answer(host, "EN");
    asked(host, "Six-digit code");
    answer(host, "x");
    result(host, "denied", "code_invalid");
}
END_TEST

START_TEST(a_person_who_only_changes_his_mind_is_sent_away) {
    int host;

    start(SSHD);
    host = begin("lisi");
    for (int i = 0; i < 5; i++) {
        answer(host, "code");
        asked(host, "WeCom sign-in code");
        answer(host, "message");
        asked(host, "Six-digit code");
    }
    answer(host, "code");
    asked(host, "WeCom sign-in code");
    answer(host, "message");
    result(host, "too_many", "too_many_tries");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_message");
    TCase *t = tcase_create("login_message");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, the_code_that_came_lets_in, 0, 2);
    tcase_add_test(t, the_prompt_does_not_wait_for_wecom);
    tcase_add_test(t, a_host_that_answers_at_once_is_let_in_with_the_second_attempt);
    tcase_add_test(t, a_code_is_good_for_its_origin_only);
    tcase_add_test(t, three_wrong_ones_end_the_code_whoever_typed_them);
    tcase_add_loop_test(t, whoever_may_not_sign_in_sees_no_difference, 0, 5);
    tcase_add_loop_test(t, what_could_not_be_sent_is_sent_the_next_time, 0,
                        SUPPORT_COUNT(failures));
    tcase_add_test(t, a_code_alone_lets_nobody_in);
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
