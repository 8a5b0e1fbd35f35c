/* What WeCom sends to a message URL, and what others send there. */
#include "helper/web_event.h"

#include <string.h>
#include <unistd.h>

#include "helper/log.h"
#include "helper/message_urls.h"
#include "helper/wecom/callback.h"
#include "helper/wecom/replay.h"
#include "tests/check_main.h"
#include "tests/helper/support_callback.h"
#include "tests/helper/support_card.h"

#define OTHER_KEY "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefg"
#define NOW (&(const struct posted){0})

/* Two applications with the same values for their message URLs, and one without. */
#define SERVICES                                                                           \
    APPROVE "[app other]\ncorp_id = ww1\nagent_id = 1000003\nsecret_file = /n\n"           \
            "callback_token_file = /n\ncallback_aes_key_file = /n\n[app silent]\ncorp_id " \
            "= ww1\nagent_id = 1000004\nsecret_file = /n\n"

static char answered[WECOM_EVENT_MAX_BYTES + 1];
static unsigned int lines;
static char last[LOG_LINE_BYTES];

static void pass(void *arg, const struct log_line *l) {
    (void)arg;
    lines++;
    (void)snprintf(last, sizeof last, "%s", l->text);
}

static void setup(void) {
    host_start(SERVICES);
    host_has_account("lisi");
    lines = 0;
    log_set_level(LOG_INFO);
    log_pass_on(pass, NULL);
}

static void teardown(void) {
    host_end();
    log_set_level(LOG_EMERG);
    log_pass_on(NULL, NULL);
}

static struct message_urls_fact fact(const char *app) {
    return message_urls_of(host_inner->helper.message_urls, app);
}

/* ---- the trial of the URL ---- */

static const char *const echoes[] = {"1616140317555161061", "a", "\xE5\xBC\xA0 \"x\" <y>&\n%41+"};

START_TEST(a_trial_of_the_url_gets_its_text_back_exactly) {
    ck_assert_int_eq(card_post(echoes[_i], &(const struct posted){.echostr = "", .body = answered}),
                     200);
    ck_assert_str_eq(answered, echoes[_i]);
    ck_assert_int_gt(fact("main").called_ms, 0);
    ck_assert_int_eq(fact("other").called_ms, 0);
    /* again and again, as the administrator saves the page */
    ck_assert_int_eq(card_post(echoes[_i], &(const struct posted){.echostr = "", .body = answered}),
                     200);
}
END_TEST

START_TEST(what_is_no_text_is_not_given_back) {
    ck_assert_int_eq(card_post("\xFF\xFE", &(const struct posted){.echostr = ""}), 403);
    ck_assert_int_eq(fact("main").called_ms, 0);
}
END_TEST

/* ---- what is not WeCom's ---- */

static const struct posted forged[] = {
    {.token = "0therToken"},
    {.key = OTHER_KEY},
    {.corp = "ww2"},
    {.corp = ""},
    {.flip = true},
    {.app = "nobody"},
    {.app = "silent"},
    {.app = "Main"},
    {.off_s = -CALLBACK_WINDOW_S - 1},
    {.off_s = CALLBACK_WINDOW_S + 1},
    {.query_more = "&nonce=1"},
    {.query_more = "&msg_signature=0000000000000000000000000000000000000000"},
    {.query_more = "&x=%zz"},
    {.nonce = ""},
};

/* Each as a tap that would let in, and as a trial of the URL. */
START_TEST(what_wecom_did_not_sign_gets_one_answer_and_does_nothing) {
    char number[CARD_NUMBER_BYTES];
    int host = card_begin("lisi", number);
    struct shown_card card = card_arrives("lisi");
    struct posted how = forged[_i];

    host_answer(host, "");
    lines = 0;
    ck_assert_int_eq(
        card_post(card_event("template_card_event", "lisi", 1000002, card.task_id, number), &how),
        403);
    ck_assert_uint_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(last, "event refused"));
    ck_assert_ptr_nonnull(strstr(last, "client='203.0.113.9'"));
    ck_assert_ptr_null(strstr(last, INNER_HELPER_TOKEN));
    how.echostr = "";
    ck_assert_int_eq(card_post("1616140317555161061", &how), 403);
    ck_assert_int_eq(fact("main").called_ms, 0);
    card_tap("lisi", &card, number); /* the login waited for the true one */
    host_result(host, "granted", NULL);
}
END_TEST

static const char *const echostrs[] = {"x", "AAAA", "////////////////////////////////////////////"};

START_TEST(an_echostr_that_is_none_is_refused) {
    ck_assert_int_eq(card_post("1", &(const struct posted){.echostr = echostrs[_i]}), 403);
}
END_TEST

static const char *const bodies[] = {
    "",
    "x",
    "{}",
    "<xml/>",
    "<xml></xml>",
    "<xml><Encrypt>x</Encrypt></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>AAAA</Encrypt></xml>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]><xml><ToUserName>ww1</ToUserName><Encrypt>&b;</Encrypt></xml>",
    "{\"ToUserName\":\"ww1\",\"Encrypt\":\"AAAA\"}",
};

static const char *const queries[] = {
    "",
    "x",
    "msg_signature=0000000000000000000000000000000000000000&timestamp=1700000000&nonce=1",
    "msg_signature=&timestamp=&nonce=",
};

START_TEST(a_request_of_no_form_is_refused) {
    for (int i = 0; i < SUPPORT_COUNT(queries); i++) {
        int web = served_dial(host_inner->served, "web.sock");

        served_say(web, WIRE_EVENT, WIRE_F_APP, "main", WIRE_F_QUERY, queries[i], WIRE_F_CLIENT,
                   "203.0.113.9", WIRE_F_BODY, bodies[_i], WIRE_FIELD_COUNT);
        ck_assert(served_receive(host_inner->served, web, host_m));
        ck_assert(served_receive(host_inner->served, web, host_m));
        ck_assert_int_eq(wire_get_number(host_m, WIRE_F_STATUS), 403);
        ck_assert_str_eq(wire_get(host_m, WIRE_F_BODY), "");
        (void)close(web);
    }
}
END_TEST

START_TEST(whoever_sends_many_gets_few_lines) {
    for (int i = 0; i < 3 * WEB_EVENT_LINES_PER_MIN; i++)
        ck_assert_int_eq(card_post("x", &(const struct posted){.flip = true}), 403);
    ck_assert_uint_ge(lines, 1);
    ck_assert_uint_le(lines, WEB_EVENT_LINES_PER_MIN);
    lines = 0;
    host_inner->now.ms += 60000;
    ck_assert_int_eq(card_post("x", &(const struct posted){.flip = true}), 403);
    ck_assert_uint_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(last, "kept_back='"));
}
END_TEST

/* ---- what is WeCom's, and for nobody here ---- */

START_TEST(a_replay_is_answered_and_does_nothing) {
    char number[CARD_NUMBER_BYTES];
    int host = card_begin("lisi", number);
    struct shown_card card = card_arrives("lisi");
    char xml[4096];

    (void)snprintf(xml, sizeof xml, "%s",
                   card_event("template_card_event", "lisi", 1000002, card.task_id, number));
    ck_assert_int_eq(card_post(xml, NOW), 200);
    card_changes_to("Now press Enter", "TAP0");
    lines = 0;
    for (int i = 0; i < 3; i++) /* byte by byte the same, or encrypted anew */
        ck_assert_int_eq(card_post(xml, &(const struct posted){.nonce = i == 0 ? NULL : "1"}), 200);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 1);
    ck_assert_uint_eq(lines, 0);
    (void)close(host);
}
END_TEST

/* Encrypted for one application and sent to the URL of the other, which has the same values. */
START_TEST(an_event_counts_at_the_url_of_its_application_only) {
    char number[CARD_NUMBER_BYTES];
    int host = card_begin("lisi", number);
    struct shown_card card = card_arrives("lisi");

    host_answer(host, "");
    ck_assert_int_eq(
        card_post(card_event("template_card_event", "lisi", 1000002, card.task_id, number),
                  &(const struct posted){.app = "other"}),
        200);
    ck_assert_ptr_nonnull(strstr(last, "event not taken"));
    ck_assert_int_eq(
        card_post(card_event("template_card_event", "lisi", 1000003, card.task_id, number),
                  &(const struct posted){.app = "other"}),
        200);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 0);
    card_tap("lisi", &card, number);
    host_result(host, "granted", NULL);
}
END_TEST

static const char *const others[] = {
    "<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>hello</Content><MsgId>1</MsgId><AgentID>1000002</AgentID>"
    "</xml>",
    "<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>event</MsgType><Event>LOCATION</Event><AgentID>1000002</AgentID></xml>",
    "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>event</MsgType><Event>change_contact</Event><ChangeType>create_party</ChangeType>"
    "</xml>",
    "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType>"
    "<UserID>lisi</UserID><AgentID>1000003</AgentID></xml>",
    "not of any form",
    "<xml><ToUserName>ww2</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>event</MsgType><Event>unsubscribe</Event><AgentID>1000002</AgentID></xml>",
    "<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>event</MsgType><Event>unsubscribe</Event></xml>",
};

START_TEST(what_concerns_us_not_is_answered_and_asks_nothing) {
    unsigned int begun = fake_begun(host_inner->sender, "");

    ck_assert_int_eq(card_post(others[_i], NOW), 200);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, ""), begun);
}
END_TEST

/* ---- members ---- */

#define MEMBER_EVENT(from, event, more)                                                   \
    "<xml><ToUserName>ww1</ToUserName><FromUserName>" from "</FromUserName><CreateTime>7" \
    "</CreateTime><MsgType>event</MsgType><Event>" event "</Event>" more "</xml>"

static const char *const withdrawals[] = {
    MEMBER_EVENT("lisi", "unsubscribe", "<AgentID>1000002</AgentID>"),
    MEMBER_EVENT("LiSi", "unsubscribe", "<AgentID>1000002</AgentID>"),
    MEMBER_EVENT("sys", "change_contact",
                 "<ChangeType>delete_user</ChangeType><UserID>lisi</UserID>"),
    MEMBER_EVENT("sys", "change_contact",
                 "<ChangeType>update_user</ChangeType><UserID>lisi</UserID><AgentID>1000002"
                 "</AgentID>"),
};

/* Without the event WeCom's word of a moment ago would count for a minute. */
START_TEST(a_withdrawal_acts_as_soon_as_wecom_tells_of_it) {
    int host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    char number[CARD_NUMBER_BYTES];

    card_asked(host, number);
    (void)close(host);
    ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, "{\"errcode\":60111,\"errmsg\":\"x\"}");
    support_run(host_inner->served->base);
    host = served_dial(host_inner->served, "login.sock");
    served_say(host, WIRE_ACCOUNT, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "lisi", WIRE_F_IDENTITY,
               "no", WIRE_F_DEADLINE_MS, "9000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    ck_assert(served_receive(host_inner->served, host, host_m));
    ck_assert_str_ne(wire_get(host_m, WIRE_F_VERDICT), "granted");
    (void)close(host);
    host = card_begin("lisi", number);
    card_is_not_sent();
    (void)close(host);
}
END_TEST

/* What WeCom said a moment ago counts no more, whether or not it has answered anew. */
START_TEST(whoever_was_tapped_in_before_the_event_is_asked_for_again) {
    char number[CARD_NUMBER_BYTES];
    int host = card_begin("lisi", number);
    struct shown_card card = card_arrives("lisi");

    card_tap("lisi", &card, number);
    card_changes_to("Now press Enter", "TAP0");
    ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    host_answer(host, "");
    support_run(host_inner->served->base);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, "{\"errcode\":60111,\"errmsg\":\"x\"}");
    host_result(host, "denied", "not_visible");
}
END_TEST

START_TEST(a_repeated_event_asks_for_nobody_again) {
    ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    support_run(host_inner->served->base);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_waiting(host_inner->sender, USER_GET), 0);
    /* until nobody remembers it */
    host_inner->now.ms += REPLAY_KEPT_MS;
    ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
}
END_TEST

/* The event itself says nothing: WeCom does. */
START_TEST(an_event_alone_withdraws_nobody) {
    char number[CARD_NUMBER_BYTES];
    int host;

    ck_assert_int_eq(card_post(withdrawals[_i], NOW), 200);
    inner_helper_token(host_inner, USER_GET);
    if (_i % 2 == 0)
        fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    else
        fake_answer(host_inner->sender, USER_GET, 200, "{\"errcode\":45009,\"errmsg\":\"x\"}");
    support_run(host_inner->served->base);
    host = card_begin("lisi", number);
    if (_i % 2 == 1) {
        inner_helper_token(host_inner, USER_GET);
        fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    }
    (void)card_arrives("lisi");
    (void)close(host);
}
END_TEST

START_TEST(members_are_asked_for_at_a_pace) {
    unsigned int begun;
    char xml[512];

    begun = fake_begun(host_inner->sender, USER_GET);
    for (int i = 0; i < 2 * WEB_EVENT_ASKS_PER_MIN; i++) {
        (void)snprintf(xml, sizeof xml,
                       MEMBER_EVENT("u%d", "subscribe", "<AgentID>1000002</AgentID>"), i);
        ck_assert_int_eq(card_post(xml, NOW), 200);
    }
    support_run(host_inner->served->base);
    begun = fake_begun(host_inner->sender, USER_GET) - begun;
    ck_assert_uint_ge(begun, 1);
    ck_assert_uint_le(begun, WEB_EVENT_ASKS_PER_MIN);
}
END_TEST

/* WeCom is slow, or does not answer at all. */
START_TEST(the_answer_waits_for_nobody) {
    ck_assert_int_eq(card_post(withdrawals[0], NOW), 200);
    ck_assert_uint_eq(fake_waiting(host_inner->sender, ""), 1); /* it was answered before that */
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web_event");
    TCase *t = tcase_create("web_event");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_trial_of_the_url_gets_its_text_back_exactly, 0, SUPPORT_COUNT(echoes));
    tcase_add_test(t, what_is_no_text_is_not_given_back);
    tcase_add_loop_test(t, what_wecom_did_not_sign_gets_one_answer_and_does_nothing, 0,
                        SUPPORT_COUNT(forged));
    tcase_add_loop_test(t, an_echostr_that_is_none_is_refused, 0, SUPPORT_COUNT(echostrs));
    tcase_add_loop_test(t, a_request_of_no_form_is_refused, 0, SUPPORT_COUNT(bodies));
    tcase_add_test(t, whoever_sends_many_gets_few_lines);
    tcase_add_test(t, a_replay_is_answered_and_does_nothing);
    tcase_add_test(t, an_event_counts_at_the_url_of_its_application_only);
    tcase_add_loop_test(t, what_concerns_us_not_is_answered_and_asks_nothing, 0,
                        SUPPORT_COUNT(others));
    tcase_add_loop_test(t, a_withdrawal_acts_as_soon_as_wecom_tells_of_it, 0,
                        SUPPORT_COUNT(withdrawals));
    tcase_add_loop_test(t, whoever_was_tapped_in_before_the_event_is_asked_for_again, 0,
                        SUPPORT_COUNT(withdrawals));
    tcase_add_loop_test(t, a_repeated_event_asks_for_nobody_again, 0, SUPPORT_COUNT(withdrawals));
    tcase_add_loop_test(t, an_event_alone_withdraws_nobody, 0, SUPPORT_COUNT(withdrawals));
    tcase_add_test(t, members_are_asked_for_at_a_pace);
    tcase_add_test(t, the_answer_waits_for_nobody);
    suite_add_tcase(s, t);
    return s;
}
