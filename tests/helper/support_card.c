/* The telephone of somebody who approves logins, and WeCom between it and the helper. */
#include "tests/helper/support_card.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/courier.h"
#include "tests/helper/support.h"
#include "tests/helper/support_callback.h"

static unsigned int taps, posts;

void card_asked(int host, char number[CARD_NUMBER_BYTES]) {
    const char *at;

    host_asked(host, "Press Enter when you have chosen");
    at = strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "hoose ");
    ck_assert_ptr_nonnull(at);
    memcpy(number, at + 6, CARD_NUMBER_BYTES - 1);
    number[CARD_NUMBER_BYTES - 1] = '\0';
    ck_assert_msg(strspn(number, "0123456789") == 2 && at[8] == ' ' && number[0] != '0', "%s", at);
}

int card_begin_from(const char *user, const char *origin, char number[CARD_NUMBER_BYTES]) {
    int host = host_begin_from(user, NULL, origin, NULL);

    card_asked(host, number);
    ck_assert_ptr_nonnull(
        strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "If you may sign in here, WeCom shows you"));
    return host;
}

int card_begin(const char *user, char number[CARD_NUMBER_BYTES]) {
    return card_begin_from(user, "10.0.0.5", number);
}

static const char *word(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));

    ck_assert_msg(text != NULL, "%s", name);
    return text;
}

/* The tests of the simulator say what WeCom takes; here is what people see. */
struct shown_card card_arrives(const char *userid) {
    struct shown_card shown;
    json_t *body, *card, *list;

    inner_helper_token(host_inner, SEND);
    body = json_loads(fake_await(host_inner->sender, SEND)->body, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(word(body, "touser"), userid);
    ck_assert_str_eq(word(body, "msgtype"), "template_card");
    ck_assert_int_eq(json_integer_value(json_object_get(body, "agentid")), 1000002);
    card = json_object_get(body, "template_card");
    ck_assert_str_eq(word(card, "card_type"), "button_interaction");
    list = json_object_get(card, "button_list");
    ck_assert_uint_eq(json_array_size(list), CARD_NUMBERS);
    for (size_t i = 0; i < CARD_NUMBERS; i++) {
        const json_t *button = json_array_get(list, i);

        ck_assert_str_eq(word(button, "text"), word(button, "key"));
        (void)snprintf(shown.numbers[i], CARD_NUMBER_BYTES, "%s", word(button, "key"));
    }
    list = json_object_get(json_object_get(card, "action_menu"), "action_list");
    ck_assert_uint_eq(json_array_size(list), 1);
    ck_assert_str_eq(word(json_array_get(list, 0), "key"), card_text_not_me);
    (void)snprintf(shown.task_id, sizeof shown.task_id, "%s", word(card, "task_id"));
    json_decref(body);
    fake_answer(host_inner->sender, SEND, 200,
                "{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":\"M\",\"response_code\":\"SENT\"}");
    return shown;
}

const char *card_wrong(const struct shown_card *card, const char *number) {
    return card->numbers[strcmp(card->numbers[0], number) == 0];
}

void card_is_not_sent(void) {
    unsigned int begun = fake_begun(host_inner->sender, SEND);

    support_rest(host_inner->served->base, 30); /* a card is opened when the prompt has gone */
    while (courier_count(host_inner->helper.courier) > 0 &&
           fake_waiting(host_inner->sender, "") == 0)
        ck_assert_int_ge(event_base_loop(host_inner->served->base, EVLOOP_ONCE), 0);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), begun);
}

void card_changes_to(const char *words, const char *code) {
    json_t *body;

    inner_helper_token(host_inner, UPDATE);
    body = json_loads(fake_await(host_inner->sender, UPDATE)->body, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(word(json_object_get(body, "button"), "replace_name"), words);
    ck_assert_str_eq(word(body, "response_code"), code);
    ck_assert_int_eq(json_integer_value(json_object_get(body, "agentid")), 1000002);
    json_decref(body);
    fake_answer(host_inner->sender, UPDATE, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}");
}

const char *card_event(const char *event, const char *userid, long agent_id, const char *task_id,
                       const char *key) {
    static char xml[4096];

    (void)snprintf(
        xml, sizeof xml,
        "<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"
        "<CreateTime>%lld</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        "<Event><![CDATA[%s]]></Event><EventKey><![CDATA[%s]]></EventKey>"
        "<TaskId><![CDATA[%s]]></TaskId><CardType><![CDATA[button_interaction]]></CardType>"
        "<ResponseCode><![CDATA[TAP%u]]></ResponseCode><AgentID>%ld</AgentID></xml>",
        userid, (long long)(inner_helper_wall_s + taps), event, key, task_id, taps, agent_id);
    taps++;
    return xml;
}

void card_tap(const char *userid, const struct shown_card *card, const char *key) {
    bool is_menu = strcmp(key, card_text_not_me) == 0;

    ck_assert_int_eq(
        card_post(card_event(is_menu ? "template_card_menu_event" : "template_card_event", userid,
                             1000002, card->task_id, key),
                  &(const struct posted){0}),
        200);
}

static char *print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *format, ...) {
    char *text = NULL;
    va_list args;

    va_start(args, format);
    ck_assert_int_ge(vasprintf(&text, format, args), 0);
    va_end(args);
    return text;
}

static int hear(const char *app, const char *query, const char *body, const struct posted *how) {
    int web = served_dial(host_inner->served, "web.sock"), status;
    char more[4];

    served_say(web, WIRE_EVENT, WIRE_F_APP, app, WIRE_F_QUERY, query, WIRE_F_CLIENT, "203.0.113.9",
               WIRE_F_BODY, body, WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_REPLY);
    status = (int)wire_get_number(host_m, WIRE_F_STATUS);
    if (how->body != NULL)
        (void)snprintf(how->body, WECOM_EVENT_MAX_BYTES + 1, "%s", wire_get(host_m, WIRE_F_BODY));
    else
        ck_assert_str_eq(wire_get(host_m, WIRE_F_BODY), "");
    ck_assert_int_eq(served_read(host_inner->served, web, more, sizeof more), -1);
    (void)close(web);
    return status;
}

int card_post(const char *plain, const struct posted *how) {
    const char *app = how->app != NULL ? how->app : "main";
    const char *corp = how->corp != NULL ? how->corp : "ww1";
    char stamp[32], nonce[32], signature[41], escaped[3 * WECOM_QUERY_MAX_BYTES] = "";
    char *encrypted, *query, *body;
    unsigned char key[32];
    int status;

    (void)snprintf(stamp, sizeof stamp, "%lld", (long long)(inner_helper_wall_s + how->off_s));
    (void)snprintf(nonce, sizeof nonce, "%u", 1000000000 + posts++);
    if (how->nonce != NULL)
        (void)snprintf(nonce, sizeof nonce, "%s", how->nonce);
    seal_key(how->key != NULL ? how->key : INNER_HELPER_KEY, key);
    encrypted = seal(key, "0123456789abcdef", plain, strlen(plain), corp);
    seal_sign(how->token != NULL ? how->token : INNER_HELPER_TOKEN, stamp, nonce, encrypted,
              signature);
    if (how->flip)
        encrypted[20] = encrypted[20] == 'A' ? 'B' : 'A';
    if (how->echostr != NULL)
        seal_escape(how->echostr[0] != '\0' ? how->echostr : encrypted, escaped);
    query = print("msg_signature=%s&timestamp=%s&nonce=%s%s%s%s", signature, stamp, nonce,
                  how->echostr != NULL ? "&echostr=" : "", escaped,
                  how->query_more != NULL ? how->query_more : "");
    body = how->echostr == NULL ? print("<xml><ToUserName><![CDATA[%s]]></ToUserName><AgentID>"
                                        "1000002</AgentID><Encrypt><![CDATA[%s]]></Encrypt></xml>",
                                        corp, encrypted)
                                : NULL;
    status = hear(app, query, body, how);
    free(body);
    free(query);
    free(encrypted);
    return status;
}
