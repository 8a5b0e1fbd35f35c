/* What WeCom tells an application: the document outside and the one inside. Shapes after WeCom's
 * pages 90968, 90376, 90240, 90970 and what was seen in the field.
 */
#include "helper/wecom/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/wecom/callback.h"
#include "tests/check_main.h"
#include "tests/helper/support_callback.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define TEN "1234567890"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define HUNDRED SIXTY TEN TEN TEN TEN

/* From copies of exactly these bytes, over what was there before. */
static enum wecom_error parse_bytes(struct event_message *message, const char *text, size_t len) {
    char *copy = malloc(len > 0 ? len : 1);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    memset(message, 'x', sizeof *message);
    err = event_parse(copy, len, message);
    free(copy);
    return err;
}

static enum wecom_error open_envelope(struct event_envelope *envelope, const char *text,
                                      size_t len) {
    char *copy = malloc(len > 0 ? len : 1);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, len);
    memset(envelope, 'x', sizeof *envelope);
    err = event_envelope(copy, len, envelope);
    free(copy);
    return err;
}

static struct event_message parse(const char *text) {
    struct event_message message;

    ck_assert_msg(parse_bytes(&message, text, strlen(text)) == WECOM_OK, "refused: %s", text);
    return message;
}

static void must_be_zero(const void *bytes, size_t len) {
    size_t i = 0;

    while (i < len && ((const unsigned char *)bytes)[i] == 0)
        i++;
    ck_assert_msg(i == len, "not zero at %zu", i);
}

/* --- outside --------------------------------------------------------------------------------- */

static const struct {
    const char *body, *to, *encrypted;
    int64_t agent_id;
} good_envelopes[] = {
    {"<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID><![CDATA[1000002]]></AgentID>"
     "<Encrypt><![CDATA[ab+/c=]]></Encrypt></xml>",
     "ww1", "ab+/c=", 1000002},
    {"<xml>\n<Encrypt>abc</Encrypt>\n<AgentID>7</AgentID>\n<ToUserName>ww1</ToUserName>\n</xml>\n",
     "ww1", "abc", 7},
    {"<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt></xml>", "ww1", "abc", 0},
    {"<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID></AgentID></xml>", "ww1",
     "abc", 0},
    {"<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID>0</AgentID></xml>", "ww1",
     "abc", 0},
    {"<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID>999999999</AgentID></xml>",
     "ww1", "abc", 999999999},
    {"<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><More><Encrypt>d</Encrypt></More>"
     "</xml>",
     "ww1", "abc", 0},
    {"{\"tousername\":\"ww1\",\"encrypt\":\"abc\",\"agentid\":\"218\"}", "ww1", "abc", 218},
    {"{\"tousername\":\"ww1\",\"encrypt\":\"abc\",\"agentid\":218}", "ww1", "abc", 218},
    {" {\"AgentID\":218,\"Encrypt\":\"abc\",\"ToUserName\":\"ww1\"} ", "ww1", "abc", 218},
    {"{\"AgentID\":\"218\",\"Encrypt\":\"a\\/c\",\"ToUserName\":\"ww1\",\"x\":[]}", "ww1", "a/c",
     218},
};

START_TEST(an_envelope_says_to_whom_and_holds_the_encrypted_text) {
    struct event_envelope envelope;

    ck_assert_int_eq(
        open_envelope(&envelope, good_envelopes[_i].body, strlen(good_envelopes[_i].body)),
        WECOM_OK);
    ck_assert_str_eq(envelope.to, good_envelopes[_i].to);
    ck_assert_str_eq(envelope.encrypted, good_envelopes[_i].encrypted);
    ck_assert_int_eq(envelope.agent_id, good_envelopes[_i].agent_id);
    event_envelope_clear(&envelope);
    must_be_zero(&envelope, sizeof envelope);
    event_envelope_clear(&envelope);
}
END_TEST

static const char *const bad_envelopes[] = {
    "",
    "<xml/>",
    "{}",
    "P9nAzCzyDtyTWESHep1vC5",
    "<xml><ToUserName>ww1</ToUserName></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt></Encrypt></xml>",
    "<xml><ToUserName>ww1</ToUserName><encrypt>abc</encrypt></xml>",
    "<xml><Encrypt>abc</Encrypt></xml>",
    "<xml><ToUserName></ToUserName><Encrypt>abc</Encrypt></xml>",
    "<xml><ToUserName>ww 1</ToUserName><Encrypt>abc</Encrypt></xml>",
    "<xml><ToUserName>" SIXTY "12345</ToUserName><Encrypt>abc</Encrypt></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><Encrypt>abd</Encrypt></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><ToUserName>ww2</ToUserName></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID>x</AgentID></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID>-1</AgentID></xml>",
    "<xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt><AgentID>1000000000</AgentID></xml>",
    "<!DOCTYPE xml><xml><ToUserName>ww1</ToUserName><Encrypt>abc</Encrypt></xml>",
    "{\"tousername\":\"ww1\",\"encrypt\":\"abc\",\"Encrypt\":\"abc\"}",
    "{\"tousername\":\"ww1\",\"encrypt\":7}",
    "{\"tousername\":7,\"encrypt\":\"abc\"}",
    "{\"tousername\":\"ww1\",\"encrypt\":\"abc\",\"agentid\":1.5}",
    "{\"tousername\":\"ww1\",\"encrypt\":\"abc\",\"agentid\":-1}",
    "{\"TOUSERNAME\":\"ww1\",\"encrypt\":\"abc\"}",
};

START_TEST(another_body_is_refused) {
    struct event_envelope envelope;

    ck_assert_msg(open_envelope(&envelope, bad_envelopes[_i], strlen(bad_envelopes[_i])) ==
                      WECOM_E_FORMAT,
                  "accepted: %s", bad_envelopes[_i]);
    must_be_zero(&envelope, sizeof envelope);
}
END_TEST

START_TEST(every_truncation_and_every_nul_in_a_body_is_refused) {
    size_t len = strlen(good_envelopes[_i].body);
    char *body = strdup(good_envelopes[_i].body);
    struct event_envelope envelope;

    ck_assert_ptr_nonnull(body);
    while (strchr(" \n", body[len - 1]) != NULL)
        len--;
    for (size_t i = 0; i < len; i++) {
        ck_assert_msg(open_envelope(&envelope, body, i) == WECOM_E_FORMAT, "cut at %zu", i);
        body[i] = '\0';
        ck_assert_msg(open_envelope(&envelope, body, len) == WECOM_E_FORMAT, "NUL at %zu", i);
        must_be_zero(&envelope, sizeof envelope);
        body[i] = good_envelopes[_i].body[i];
    }
    free(body);
}
END_TEST

START_TEST(a_body_has_at_most_12288_bytes) {
    static const char head[] = "{\"tousername\":\"ww1\",\"encrypt\":\"", tail[] = "\"}";
    size_t n = CALLBACK_BODY_MAX_BYTES - strlen(head) - strlen(tail);
    char *body = malloc(CALLBACK_BODY_MAX_BYTES + 2);
    struct event_envelope envelope;

    ck_assert_ptr_nonnull(body);
    memcpy(body, head, strlen(head));
    memset(body + strlen(head), 'A', n + 1);
    memcpy(body + strlen(head) + n, tail, sizeof tail);
    ck_assert_int_eq(open_envelope(&envelope, body, CALLBACK_BODY_MAX_BYTES), WECOM_OK);
    ck_assert_uint_eq(strlen(envelope.encrypted), n);
    event_envelope_clear(&envelope);
    memset(body + strlen(head), 'A', n + 1);
    memcpy(body + strlen(head) + n + 1, tail, sizeof tail);
    ck_assert_int_eq(open_envelope(&envelope, body, CALLBACK_BODY_MAX_BYTES + 1), WECOM_E_TOO_LONG);
    must_be_zero(&envelope, sizeof envelope);
    free(body);
}
END_TEST

/* --- published examples, from the body to the text ------------------------------------------- */

START_TEST(published_requests_are_read_from_the_body_to_the_text) {
    const struct callback_vector *v = &callback_vectors[_i];
    struct event_envelope envelope;
    struct event_message message;

    if (v->body != NULL) {
        ck_assert_int_eq(open_envelope(&envelope, v->body, strlen(v->body)), WECOM_OK);
        ck_assert_str_eq(envelope.to, v->receive_id);
        ck_assert_str_eq(envelope.encrypted, v->encrypted);
        ck_assert_int_gt(envelope.agent_id, 0);
    }
    if (v->plain[0] != '<' && v->plain[0] != '{')
        return; /* a number to be echoed */
    if (strncmp(v->name, "04", 2) == 0 || strncmp(v->name, "09", 2) == 0) {
        /* no JSON; an answer, which has no MsgId */
        ck_assert_int_eq(parse_bytes(&message, v->plain, strlen(v->plain)), WECOM_E_FORMAT);
    } else {
        message = parse(v->plain);
        ck_assert_str_eq(message.to_user, v->receive_id);
        ck_assert_str_eq(message.msg_type, "text");
        ck_assert(message.content[0] != '\0' && message.msg_id[0] != '\0');
        ck_assert_int_eq(message.create_time_s, strtoll(v->timestamp, NULL, 10));
        if (v->body != NULL)
            ck_assert_int_eq(message.agent_id, envelope.agent_id);
    }
    if (v->body != NULL)
        event_envelope_clear(&envelope);
}
END_TEST

/* --- inside ---------------------------------------------------------------------------------- */

#define HEAD                                                       \
    "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName>" \
    "<FromUserName><![CDATA[zhangsan]]></FromUserName><CreateTime>1700000000</CreateTime>"
#define EVENT(name) HEAD "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[" name "]]></Event>"
#define CLICK                                                                           \
    EVENT("template_card_event")                                                        \
    "<EventKey><![CDATA[number-42]]></EventKey><TaskId><![CDATA[login-0123]]></TaskId>" \
    "<CardType><![CDATA[button_interaction]]></CardType>"                               \
    "<ResponseCode><![CDATA[Rc_-1]]></ResponseCode><AgentID>1000002</AgentID></xml>"
#define CONTACT(from, type, rest)                                                              \
    "<xml><ToUserName>ww6a112864f8022910</ToUserName><FromUserName>" from "</FromUserName>"    \
    "<CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>change_contact</Event>" \
    "<ChangeType>" type "</ChangeType>" rest "</xml>"
#define TEXT                                                                                \
    HEAD "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[\xE4\xBD\xA0\xE5\xA5\xBD]]>" \
         "</Content><MsgId>4561255354251345929</MsgId><AgentID>1000002</AgentID></xml>"

START_TEST(a_click_on_a_card_tells_who_which_card_and_which_button) {
    struct event_message m = parse(CLICK);

    ck_assert_str_eq(m.to_user, "ww6a112864f8022910");
    ck_assert_str_eq(m.from_user, "zhangsan");
    ck_assert_int_eq(m.create_time_s, 1700000000);
    ck_assert_int_eq(m.agent_id, 1000002);
    ck_assert_str_eq(m.msg_type, "event");
    ck_assert_str_eq(m.event, "template_card_event");
    ck_assert_str_eq(m.event_key, "number-42");
    ck_assert_str_eq(m.task_id, "login-0123");
    ck_assert_str_eq(m.card_type, "button_interaction");
    ck_assert_str_eq(m.response_code, "Rc_-1");
    ck_assert_str_eq(m.change_type, "");
    ck_assert_str_eq(m.user_id, "");
    ck_assert_str_eq(m.new_user_id, "");
    ck_assert_str_eq(m.msg_id, "");
    ck_assert_str_eq(m.content, "");
}
END_TEST

START_TEST(what_was_selected_on_a_card_is_passed_over) {
    struct event_message m = parse(EVENT(
        "template_card_event") "\n<EventKey>submit</EventKey><TaskId>t1</TaskId>\n"
                               "<SelectedItems>\n<SelectedItem><QuestionKey>TaskId</QuestionKey>\n"
                               "<OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds>"
                               "</SelectedItem><SelectedItem><TaskId>t2</TaskId></SelectedItem>"
                               "</SelectedItems></xml>");

    ck_assert_str_eq(m.event_key, "submit");
    ck_assert_str_eq(m.task_id, "t1");
}
END_TEST

START_TEST(an_old_card_has_neither_type_nor_response_code) {
    struct event_message m = parse(EVENT(
        "taskcard_click") "<EventKey><![CDATA[yes]]></EventKey><TaskId><![CDATA[t1]]></TaskId >"
                          "<AgentID>1</AgentID></xml>");

    ck_assert_str_eq(m.event, "taskcard_click");
    ck_assert_str_eq(m.event_key, "yes");
    ck_assert_str_eq(m.task_id, "t1");
    ck_assert_str_eq(m.card_type, "");
    ck_assert_str_eq(m.response_code, "");
}
END_TEST

START_TEST(a_member_who_comes_goes_or_looks_is_the_sender) {
    struct event_message m = parse(EVENT("unsubscribe") "<AgentID>1</AgentID></xml>");

    ck_assert_str_eq(m.event, "unsubscribe");
    ck_assert_str_eq(m.from_user, "zhangsan");
    ck_assert_int_eq(m.agent_id, 1);
    m = parse(EVENT("subscribe") "\n<AgentID>1</AgentID>\n</xml>");
    ck_assert_str_eq(m.event, "subscribe");
    m = parse(EVENT("enter_agent") "<EventKey><![CDATA[]]></EventKey><AgentID>1</AgentID></xml>");
    ck_assert_str_eq(m.event_key, "");
}
END_TEST

START_TEST(a_change_of_the_directory_names_the_member) {
    struct event_message m = parse(CONTACT("sys", "delete_user", "<UserID>lisi</UserID>"));

    ck_assert_str_eq(m.from_user, "sys");
    ck_assert_str_eq(m.event, "change_contact");
    ck_assert_str_eq(m.change_type, "delete_user");
    ck_assert_str_eq(m.user_id, "lisi");
    ck_assert_str_eq(m.new_user_id, "");
    ck_assert_int_eq(m.agent_id, 0);
    m = parse(
        CONTACT("sys", "update_user",
                "<UserID><![CDATA[lisi]]></UserID><NewUserID><![CDATA[lisi01]]></NewUserID>"
                "<Name>\xE6\x9D\x8E\xE5\x9B\x9B</Name><Department>1,2</Department>"
                "<Status>1</Status><ExtAttr> <Item><Name>x</Name><Text><Value>1</Value></Text>"
                "</Item> <Item><Name>y</Name><UserID>no</UserID></Item></ExtAttr>"));
    ck_assert_str_eq(m.user_id, "lisi");
    ck_assert_str_eq(m.new_user_id, "lisi01");
    m = parse(CONTACT("sys", "create_party", "<Id>2</Id><ParentId>1</ParentId>"));
    ck_assert_str_eq(m.change_type, "create_party");
    ck_assert_str_eq(m.user_id, "");
}
END_TEST

START_TEST(a_text_has_an_id_and_a_content) {
    struct event_message m = parse(TEXT);

    ck_assert_str_eq(m.msg_type, "text");
    ck_assert_str_eq(m.event, "");
    ck_assert_str_eq(m.content, "\xE4\xBD\xA0\xE5\xA5\xBD");
    ck_assert_str_eq(m.msg_id, "4561255354251345929");
    m = parse(HEAD "<MsgType>image</MsgType><PicUrl>x</PicUrl><MsgId>9</MsgId></xml>");
    ck_assert_str_eq(m.msg_type, "image");
    ck_assert_str_eq(m.content, "");
}
END_TEST

START_TEST(json_says_the_same) {
    struct event_message a = parse(CLICK);
    struct event_message b =
        parse("{\"ToUserName\":\"ww6a112864f8022910\",\"FromUserName\":\"zhangsan\","
              "\"CreateTime\":1700000000,\"MsgType\":\"event\",\"Event\":\"template_card_event\","
              "\"EventKey\":\"number-42\",\"TaskId\":\"login-0123\","
              "\"CardType\":\"button_interaction\",\"ResponseCode\":\"Rc_-1\",\"AgentID\":1000002,"
              "\"SelectedItems\":{\"TaskId\":\"x\"}}");

    ck_assert_int_eq(memcmp(&a, &b, sizeof a), 0);
}
END_TEST

/* A document with one value changed. */
#define WITH(to, from, time, type, rest)                                                         \
    "<xml><ToUserName>" to "</ToUserName><FromUserName>" from "</FromUserName><CreateTime>" time \
    "</CreateTime><MsgType>" type "</MsgType>" rest "</xml>"
#define SUBSCRIBE "<Event>subscribe</Event>"

static const struct {
    const char *text;
    bool good;
} inner[] = {
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE), true},
    {WITH("ww1", "lisi", "1", "text", "<MsgId>1</MsgId>"), true},
    /* missing */
    {"<xml/>", false},
    {"{}", false},
    {"<xml><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"
     "<Event>subscribe</Event></xml>",
     false},
    {"<xml><ToUserName>ww1</ToUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"
     "<Event>subscribe</Event></xml>",
     false},
    {"<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><MsgType>event</MsgType>"
     "<Event>subscribe</Event></xml>",
     false},
    {"<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1</CreateTime>"
     "<Event>subscribe</Event><MsgId>1</MsgId></xml>",
     false},
    {WITH("ww1", "lisi", "1", "event", ""), false},
    {WITH("ww1", "lisi", "1", "event", "<Event></Event>"), false},
    {WITH("ww1", "lisi", "1", "event", "<MsgId>1</MsgId>"), false},
    {WITH("ww1", "lisi", "1", "text", "<Content>a</Content>"), false},
    {WITH("ww1", "lisi", "1", "text", "<MsgId></MsgId>"), false},
    {WITH("ww1", "lisi", "1", "text", SUBSCRIBE), false},
    {WITH("", "lisi", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "0", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "-1", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "1", "", SUBSCRIBE), false},
    /* of another form */
    {WITH("ww/1", "lisi", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "li si", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "ww2/lisi", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "\xE6\x9D\x8E\xE5\x9B\x9B", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi\n", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "1", "event ", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "1", "event", "<Event>sub scribe</Event>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<CardType>a b</CardType>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<ChangeType>a=b</ChangeType>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<UserID>a/b</UserID>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<UserID></UserID><NewUserID/>"), true},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<NewUserID>a b</NewUserID>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<AgentID>1000000000</AgentID>"), false},
    {WITH("ww1", "lisi", "1", "text", "<MsgId>abc</MsgId>"), false},
    {WITH("ww1", "lisi", "1", "text", "<Event>a b</Event><MsgId>1</MsgId>"), false},
    /* as long as may be, and longer */
    {WITH(SIXTY "1234", SIXTY "1234", "1", "event", SUBSCRIBE), true},
    {WITH(SIXTY "12345", "lisi", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", SIXTY "12345", "1", "event", SUBSCRIBE), false},
    {WITH("ww1", "lisi", "1", "event", "<Event>" SIXTY "1234</Event>"), true},
    {WITH("ww1", "lisi", "1", "event", "<Event>" SIXTY "12345</Event>"), false},
    {WITH("ww1", "lisi", "1", SIXTY "12345", "<MsgId>1</MsgId>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<UserID>" SIXTY "1234</UserID>"), true},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<UserID>" SIXTY "12345</UserID>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<NewUserID>" SIXTY "12345</NewUserID>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<TaskId>" HUNDRED TEN TEN "12345678</TaskId>"),
     true},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<TaskId>" HUNDRED TEN TEN "123456789</TaskId>"),
     false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<CardType>" SIXTY "12345</CardType>"), false},
    {WITH("ww1", "lisi", "1", "event", SUBSCRIBE "<ChangeType>" SIXTY "12345</ChangeType>"), false},
    {WITH("ww1", "lisi", "1", "text", "<MsgId>9223372036854775808</MsgId>"), false},
};

START_TEST(what_is_needed_is_there_and_of_its_form) {
    struct event_message message;
    enum wecom_error err = parse_bytes(&message, inner[_i].text, strlen(inner[_i].text));

    ck_assert_msg(err == (inner[_i].good ? WECOM_OK : WECOM_E_FORMAT), "%s", inner[_i].text);
    if (!inner[_i].good)
        must_be_zero(&message, sizeof message);
}
END_TEST

static const struct {
    const char *name;
    size_t most;
} long_values[] = {
    {"EventKey", EVENT_KEY_MAX_BYTES},
    {"TaskId", EVENT_TASK_ID_MAX_BYTES},
    {"ResponseCode", EVENT_RESPONSE_CODE_MAX_BYTES},
    {"Content", EVENT_CONTENT_MAX_BYTES},
};

START_TEST(a_value_that_does_not_fit_refuses_the_whole) {
    const char *name = long_values[_i].name;
    struct event_message message;
    char text[8192];

    for (size_t more = 0; more < 2; more++) {
        int n = snprintf(text, sizeof text,
                         "<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName>"
                         "<CreateTime>1</CreateTime><MsgType>event</MsgType>" SUBSCRIBE
                         "<%s>%0*d</%s></xml>",
                         name, (int)(long_values[_i].most + more), 0, name);

        ck_assert_int_eq(parse_bytes(&message, text, (size_t)n),
                         more == 0 ? WECOM_OK : WECOM_E_FORMAT);
    }
    must_be_zero(&message, sizeof message);
}
END_TEST

static const char *const samples[] = {CLICK, TEXT,
                                      CONTACT("sys", "delete_user", "<UserID>a</UserID>")};

START_TEST(every_truncation_and_every_nul_in_an_event_is_refused) {
    size_t len = strlen(samples[_i]);
    char *text = strdup(samples[_i]);
    struct event_message message;

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++) {
        ck_assert_int_eq(parse_bytes(&message, text, i), WECOM_E_FORMAT);
        must_be_zero(&message, sizeof message);
        text[i] = '\0';
        ck_assert_int_eq(parse_bytes(&message, text, len), WECOM_E_FORMAT);
        text[i] = samples[_i][i];
    }
    free(text);
}
END_TEST

/* --- the key --------------------------------------------------------------------------------- */

static void key_of(const char *text, char key[EVENT_DIGEST_CHARACTERS + 1]) {
    struct event_message message = parse(text);

    memset(key, 'x', EVENT_DIGEST_CHARACTERS + 1);
    ck_assert(event_key_of(&message, key));
    ck_assert_uint_eq(strspn(key, "0123456789abcdef"), EVENT_DIGEST_CHARACTERS);
    ck_assert_int_eq(key[EVENT_DIGEST_CHARACTERS], '\0');
}

/* The same delivery in other spellings. */
static const char *const same[][2] = {
    {CLICK,
     "<xml><AgentID>1000002</AgentID><TaskId>login-0123</TaskId><EventKey>number-42</EventKey>"
     "<Event>template_card_event</Event><MsgType>event</MsgType><CreateTime>1700000000</CreateTime>"
     "<CardType>other</CardType><ResponseCode>other</ResponseCode><New>1</New>"
     "<FromUserName>zhangsan</FromUserName><ToUserName>ww6a112864f8022910</ToUserName></xml>"},
    {TEXT, "{\"MsgId\":4561255354251345929,\"MsgType\":\"text\",\"AgentID\":\"1000002\","
           "\"FromUserName\":\"zhangsan\",\"CreateTime\":\"1700000001\","
           "\"ToUserName\":\"ww6a112864f8022910\"}"},
};

START_TEST(the_same_in_another_order_has_the_same_key) {
    char a[EVENT_DIGEST_CHARACTERS + 1], b[EVENT_DIGEST_CHARACTERS + 1];

    key_of(same[_i][0], a);
    key_of(same[_i][1], b);
    ck_assert_str_eq(a, b);
}
END_TEST

#define EVENT_OF(to, from, time, rest) WITH(to, from, time, "event", "<Event>e</Event>" rest)

/* No two of them are the same. */
static const char *const different[] = {
    EVENT_OF("ww1", "lisi", "1", ""),
    EVENT_OF("ww2", "lisi", "1", ""),
    EVENT_OF("ww1", "Lisi", "1", ""),
    EVENT_OF("ww1", "lisi", "2", ""),
    WITH("ww1", "lisi", "1", "event", "<Event>f</Event>"),
    EVENT_OF("ww1", "lisi", "1", "<AgentID>1</AgentID>"),
    EVENT_OF("ww1", "lisi", "1", "<AgentID>2</AgentID>"),
    EVENT_OF("ww1", "lisi", "1", "<EventKey>a</EventKey>"),
    EVENT_OF("ww1", "lisi", "1", "<TaskId>a</TaskId>"),
    EVENT_OF("ww1", "lisi", "1", "<EventKey>ab</EventKey><TaskId>c</TaskId>"),
    EVENT_OF("ww1", "lisi", "1", "<EventKey>a</EventKey><TaskId>bc</TaskId>"),
    EVENT_OF("ww1", "lisi", "1", "<ChangeType>a</ChangeType>"),
    EVENT_OF("ww1", "lisi", "1", "<UserID>a</UserID>"),
    EVENT_OF("ww1", "lisi", "1", "<UserID>b</UserID>"),
    EVENT_OF("ww1", "lisi", "1", "<NewUserID>a</NewUserID>"),
    EVENT_OF("ww1", "lisi", "1", "<UserID>a</UserID><NewUserID>a</NewUserID>"),
    WITH("ww1", "lisi", "1", "text", "<MsgId>1</MsgId>"),
    WITH("ww1", "lisi", "1", "text", "<MsgId>2</MsgId>"),
    WITH("ww2", "lisi", "1", "text", "<MsgId>1</MsgId>"),
    WITH("ww1", "lisi", "1", "text", "<MsgId>1</MsgId><AgentID>1</AgentID>"),
    WITH("ww1", "lisi", "1", "text", "<MsgId>1</MsgId><AgentID>11</AgentID>"),
};

START_TEST(what_differs_has_another_key) {
    char keys[COUNT(different)][EVENT_DIGEST_CHARACTERS + 1];

    for (int i = 0; i < COUNT(different); i++) {
        key_of(different[i], keys[i]);
        for (int k = 0; k < i; k++)
            ck_assert_msg(strcmp(keys[i], keys[k]) != 0, "%s\n%s", different[i], different[k]);
    }
}
END_TEST

START_TEST(nothing_has_no_key) {
    struct event_message message = {0};
    char key[EVENT_DIGEST_CHARACTERS + 1] = "before";

    ck_assert(!event_key_of(&message, key));
    ck_assert_str_eq(key, "");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("event");
    TCase *t = tcase_create("event");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, an_envelope_says_to_whom_and_holds_the_encrypted_text, 0,
                        COUNT(good_envelopes));
    tcase_add_loop_test(t, another_body_is_refused, 0, COUNT(bad_envelopes));
    tcase_add_loop_test(t, every_truncation_and_every_nul_in_a_body_is_refused, 0,
                        COUNT(good_envelopes));
    tcase_add_test(t, a_body_has_at_most_12288_bytes);
    tcase_add_loop_test(t, published_requests_are_read_from_the_body_to_the_text, 0,
                        CALLBACK_VECTORS);
    tcase_add_test(t, a_click_on_a_card_tells_who_which_card_and_which_button);
    tcase_add_test(t, what_was_selected_on_a_card_is_passed_over);
    tcase_add_test(t, an_old_card_has_neither_type_nor_response_code);
    tcase_add_test(t, a_member_who_comes_goes_or_looks_is_the_sender);
    tcase_add_test(t, a_change_of_the_directory_names_the_member);
    tcase_add_test(t, a_text_has_an_id_and_a_content);
    tcase_add_test(t, json_says_the_same);
    tcase_add_loop_test(t, what_is_needed_is_there_and_of_its_form, 0, COUNT(inner));
    tcase_add_loop_test(t, a_value_that_does_not_fit_refuses_the_whole, 0, COUNT(long_values));
    tcase_add_loop_test(t, every_truncation_and_every_nul_in_an_event_is_refused, 0,
                        COUNT(samples));
    tcase_add_loop_test(t, the_same_in_another_order_has_the_same_key, 0, COUNT(same));
    tcase_add_test(t, what_differs_has_another_key);
    tcase_add_test(t, nothing_has_no_key);
    suite_add_tcase(s, t);
    return s;
}
