/* A card on the telephone approves a login: the real helper, the real wecom-web, the simulator, and
 * WeCom's requests to the message URL, encrypted here. With everybody who would like to decide for
 * somebody else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"
#include "tests/helper/support_callback.h"

#define TOKEN "Tok3nOfTheTests"
#define KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define SEND "/cgi-bin/message/send"

static const char services[] =
    "[accounts]\ntable = {dir}/state/public/accounts.cdb\nrefresh = 1h\n"
    "[web]\npublic_url = https://login.example.com\nuser = daemon\n"
    "[service ssh]\nmethods = approve message\nlang = en\ndeny = user:wangwu\n";

static void configure(const char *more) {
    const char *state = place_path("state");

    ck_assert_int_eq(mkdir(state, 0711), 0);
    ck_assert_int_eq(chown(state, NOBODY, NOBODY), 0);
    place_write("token", TOKEN "\n", 0600, NOBODY);
    place_write("aes", KEY "\n", 0400, NOBODY);
    helper_configure("state_dir = {dir}/state\nlog_level = info\n",
                     "callback_token_file = {dir}/token\ncallback_aes_key_file = {dir}/aes\n",
                     text("%s%s", services, more));
}

static void open_the_web_socket(void) {
    ck_assert_int_eq(chmod(place_path("web.sock"), 0666), 0); /* there is no group wecom-web */
}

static void begin(void) {
    configure("");
    helper_start();
    ck_assert_msg(helper_says(0, "synchronized how='whole'"), "%s", helper_tail());
    web_configure(NULL);
    open_the_web_socket();
    web_start();
}

/* ---- the terminal ---- */

struct terminal {
    int fd;
    struct answer asked;
    const char *number;
};

static const char *number_in(const struct answer *a) {
    const char *at = strstr(a->info, "hoose ");

    ck_assert_msg(at != NULL, "no number: %s\n%s", a->info, helper_tail());
    return text("%.2s", at + 6);
}

static struct terminal begin_login(const char *user, const char *rhost) {
    const struct question q = {
        .service = "ssh", .user = user, .rhost = rhost, .host = true, .deadline_ms = 60000};
    struct terminal t = {.fd = talk_open(&q)};

    t.asked = talk_hear(t.fd, 20000);
    t.number = number_in(&t.asked);
    return t;
}

static struct answer press_enter(const struct terminal *t) {
    struct answer a;

    talk_answer(t->fd, "");
    a = talk_hear(t->fd, 30000);
    memcpy(a.id, t->asked.id, sizeof a.id);
    return a;
}

/* ---- the telephone ---- */

/* The message with the card of this login, which has the login's id on it; NULL: none yet. */
static const json_t *find_card(const struct terminal *t) {
    const json_t *box, *message;
    size_t i;

    box = json_object_get(place_json(sim_get(place.sim, "/outbox")), "messages");
    json_array_foreach(box, i, message) {
        const json_t *rows =
            json_object_get(json_object_get(message, "template_card"), "horizontal_content_list");

        if (strcmp(word_of(json_array_get(rows, 5), "value"), t->asked.id) == 0)
            return message;
    }
    return NULL;
}

/* Once it is there. Each look is a request: within 10 s. */
static const json_t *card_of(const struct terminal *t) {
    int64_t begun_ms = now_ms();
    const json_t *card;

    do {
        card = find_card(t);
    } while (card == NULL && now_ms() - begun_ms < (int64_t)10000 * place_slowness());
    ck_assert_msg(card != NULL, "no card:\n%s", helper_tail());
    return card;
}

static const char *task_of(const json_t *message) {
    return word_of(json_object_get(message, "template_card"), "task_id");
}

/* A number of the card that is not this one. */
static const char *another(const json_t *message, const char *number) {
    const json_t *list = json_object_get(json_object_get(message, "template_card"), "button_list");
    const char *first = word_of(json_array_get(list, 0), "key");

    return strcmp(first, number) != 0 ? first : word_of(json_array_get(list, 1), "key");
}

/* What WeCom would send of that tap, before it is encrypted. */
static const char *tapped(const char *userid, const json_t *message, const char *key) {
    json_t *click = sim_post(place.sim, "/click",
                             text("{\"agent_id\":1000002,\"task_id\":\"%s\",\"userid\":\"%s\","
                                  "\"key\":\"%s\"}",
                                  task_of(message), userid, key));

    ck_assert_ptr_nonnull(click);
    return word_of(place_json(click), "xml");
}

/* The buttons of the card come to have these words. */
static void shows(const struct terminal *t, const char *words) {
    int64_t begun_ms = now_ms();

    while (now_ms() - begun_ms < (int64_t)10000 * place_slowness()) {
        const json_t *updates = json_object_get(card_of(t), "updates");
        const json_t *last = json_array_get(updates, json_array_size(updates) - 1);

        if (last != NULL &&
            strcmp(word_of(json_object_get(last, "button"), "replace_name"), words) == 0)
            return;
    }
    ck_abort_msg("the card never shows %s:\n%s", words, helper_tail());
}

/* ---- WeCom ---- */

static const char *sealed(const char *plain) {
    unsigned char key[32];

    seal_key(KEY, key);
    return place_keep(seal(key, "0123456789abcdef", plain, strlen(plain), CORP));
}

static const char *query_for(const char *encrypted, int64_t at_s, const char *token) {
    static unsigned int count;
    char signature[41];
    const char *stamp = text("%lld", (long long)at_s), *nonce = text("%u", 1000000000 + count++);

    seal_sign(token, stamp, nonce, encrypted, signature);
    return text("msg_signature=%s&timestamp=%s&nonce=%s", signature, stamp, nonce);
}

static struct web_answer post(const char *app, const char *query, const char *encrypted) {
    const char *body = text("<xml><ToUserName><![CDATA[" CORP "]]></ToUserName><Encrypt><![CDATA[%s"
                            "]]></Encrypt><AgentID><![CDATA[1000002]]></AgentID></xml>",
                            encrypted);
    int fd = web_ask("POST", text("/events/%s?%s", app, query),
                     text("Content-Length: %zu\r\nContent-Type: text/xml\r\nConnection: close\r\n",
                          strlen(body)));

    web_send(fd, body);
    return web_read(fd);
}

/* WeCom tells of it; the answer must be quick, 200 and empty. */
static void deliver(const char *xml) {
    const char *encrypted = sealed(xml);
    struct web_answer a = post("main", query_for(encrypted, time(NULL), TOKEN), encrypted);

    ck_assert_msg(a.status == 200, "%s\n%s", a.all, helper_tail());
    ck_assert_str_eq(a.body, "");
    ck_assert_int_lt(a.ms, 1000 * place_slowness()); /* WeCom waits 5 s */
}

static bool is_granted_to(const struct answer *a, const char *userid) {
    return strcmp(a->verdict, "granted") == 0 && strcmp(a->userid, userid) == 0;
}

START_TEST(a_tap_and_enter_let_in) {
    struct terminal t;
    struct answer a;

    begin();
    t = begin_login("lisi", "198.51.100.7");
    if (_i == 0) {
        deliver(tapped("lisi", card_of(&t), t.number));
        shows(&t, "Now press Enter");
        a = press_enter(&t);
    } else { /* Enter comes first, and waits */
        talk_answer(t.fd, "");
        deliver(tapped("lisi", card_of(&t), t.number));
        a = talk_hear(t.fd, 20000);
    }
    ck_assert_msg(is_granted_to(&a, "lisi"), "%s %s\n%s", a.verdict, a.reason, helper_tail());
    ck_assert_str_eq(a.method, "approve");
    shows(&t, "Signed in");
    text_has(helper_log(), "card chosen");
    text_has(helper_log(), "login granted");
    (void)close(t.fd);
}
END_TEST

/* Whoever is waiting is asked again before the host or the person takes the terminal for dead. */
START_TEST(enter_waits_for_20_seconds_at_most) {
    struct terminal t;
    struct answer a;

    begin();
    t = begin_login(_i == 0 ? "lisi" : "nobody-here", "198.51.100.7");
    a = press_enter(&t);
    ck_assert_str_eq(a.verdict, "");
    ck_assert_str_eq(a.prompt, t.asked.prompt);
    ck_assert_str_eq(number_in(&a), t.number);
    ck_assert_int_ge(a.ms, 19000);
    ck_assert_int_le(a.ms, 21000 * place_slowness());
    text_has(a.info, "Nothing has been chosen");
    (void)close(t.fd);
    if (_i == 0)
        shows(&t, "Over");
    else
        ck_assert_int_eq(count(SEND), 0);
}
END_TEST

/* Everything that a colleague, or somebody in the net, can send. */
START_TEST(nobody_decides_for_somebody_else) {
    const char *xml, *encrypted, *query, *right, *theirs;
    const json_t *card;
    struct terminal t;
    struct answer a;
    char *at;

    begin();
    t = begin_login("lisi", "198.51.100.7");
    card = card_of(&t);
    right = tapped("lisi", card, t.number);
    talk_answer(t.fd, "");
    /* another member of the company */
    xml = text("%s", right);
    at = strstr(xml, "<FromUserName>lisi<");
    ck_assert_ptr_nonnull(at);
    theirs =
        text("%.*s<FromUserName>sunqi%s", (int)(at - xml), xml, at + strlen("<FromUserName>lisi"));
    deliver(theirs);
    ck_assert(helper_says(0, "card tapped by somebody else"));
    /* another application of the company */
    at = strstr(xml, "<AgentID>1000002<");
    ck_assert_ptr_nonnull(at);
    deliver(text("%.*s<AgentID>1000003%s", (int)(at - xml), xml, at + strlen("<AgentID>1000002")));
    ck_assert(helper_says(0, "event not taken"));
    /* another card */
    at = strstr(xml, task_of(card));
    ck_assert_ptr_nonnull(at);
    deliver(text("%.*s%s%s", (int)(at - xml), xml, "00000000000000000000000000000000",
                 at + strlen(task_of(card))));
    /* not signed by WeCom; signed, but changed; old; for an application that has no keys */
    encrypted = sealed(right);
    query = query_for(encrypted, time(NULL), "AnotherToken");
    ck_assert_int_eq(post("main", query, encrypted).status, 403);
    query = query_for(encrypted, time(NULL), TOKEN);
    ck_assert_int_eq(post("main", query, sealed(theirs)).status, 403);
    ck_assert_int_eq(post("main", query_for(encrypted, time(NULL) - 3600, TOKEN), encrypted).status,
                     403);
    ck_assert_int_eq(post("nobody", query, encrypted).status, 403);
    ck_assert_int_eq(post("main", "", encrypted).status, 403);
    ck_assert_ptr_null(strstr(helper_log(), "card chosen"));
    deliver(right); /* the login waited for this one */
    a = talk_hear(t.fd, 20000);
    ck_assert_msg(is_granted_to(&a, "lisi"), "%s %s\n%s", a.verdict, a.reason, helper_tail());
    (void)close(t.fd);
}
END_TEST

START_TEST(a_replay_is_answered_and_lets_nobody_in) {
    const char *encrypted, *query;
    struct terminal t;
    struct answer a;

    begin();
    t = begin_login("lisi", "198.51.100.7");
    encrypted = sealed(tapped("lisi", card_of(&t), t.number));
    query = query_for(encrypted, time(NULL), TOKEN);
    ck_assert_int_eq(post("main", query, encrypted).status, 200);
    a = press_enter(&t);
    ck_assert(is_granted_to(&a, "lisi"));
    (void)close(t.fd);
    shows(&t, "Signed in");
    t = begin_login("lisi", "198.51.100.7");
    ck_assert_int_eq(post("main", query, encrypted).status, 200);
    ck_assert_int_eq(post("main", query, encrypted).status, 200);
    talk_answer(t.fd, "");
    ck_assert_int_eq(post("main", query, encrypted).status, 200);
    a = talk_hear(t.fd, 300);
    ck_assert_str_eq(a.verdict, "");
    (void)close(t.fd);
    ck_assert(helper_says(0, "reason='cancelled'"));
    text_has(helper_line(0, "reason='cancelled'"), "login denied");
}
END_TEST

static const char *unlocked(void) {
    struct run r = RUN(NULL, place_program("wecomctl"), "logins", "unlock", "lisi", "--socket",
                       place_path("admin.sock"));

    run_passes(&r);
    return r.out;
}

static struct run logins(void) {
    return RUN(NULL, place_program("wecomctl"), "logins", "--json", "--socket",
               place_path("admin.sock"));
}

/* A wrong number, or "It wasn't me". */
START_TEST(a_refusal_ends_the_login_and_the_cards_of_that_origin) {
    struct terminal t;
    struct answer a;
    struct run r;
    int sent;

    begin();
    t = begin_login("lisi", "203.0.113.66");
    if (_i == 0)
        deliver(tapped("lisi", card_of(&t), another(card_of(&t), t.number)));
    else
        deliver(tapped("lisi", card_of(&t), "not_me"));
    a = talk_hear(t.fd, 20000); /* at once, with the prompt outstanding */
    answer_is(&a, "denied", "cancelled", "refused");
    (void)close(t.fd);
    shows(&t, "Refused");
    text_has(helper_log(), "card refused");
    text_has(helper_line(0, "card refused"), _i == 0 ? "a wrong number" : "the member denies it");
    r = logins();
    text_has(r.out, "\"blocked\":\"approve\"");
    text_has(r.out, "203.0.113.66");
    /* it survives the helper, and does not show at the prompt */
    helper_stop();
    helper_start();
    open_the_web_socket();
    sent = count(SEND);
    t = begin_login("lisi", "203.0.113.66");
    talk_answer(t.fd, "");
    a = talk_hear(t.fd, 500);
    ck_assert_str_eq(a.verdict, "");
    ck_assert_int_eq(count(SEND), sent);
    (void)close(t.fd);
    /* the person himself sits elsewhere; the administrator ends it */
    t = begin_login("lisi", "198.51.100.7");
    (void)card_of(&t);
    ck_assert_int_eq(count(SEND), sent + 1);
    (void)close(t.fd);
    ck_assert(helper_says(0, "rhost='198.51.100.7' reason='cancelled'"));
    text_has(unlocked(), "1");
    r = logins();
    ck_assert_ptr_null(strstr(r.out, "\"blocked\":\"approve\""));
    t = begin_login("lisi", "203.0.113.66");
    deliver(tapped("lisi", card_of(&t), t.number));
    a = press_enter(&t);
    ck_assert_msg(is_granted_to(&a, "lisi"), "%s", helper_tail());
    (void)close(t.fd);
}
END_TEST

START_TEST(a_person_who_has_left_meanwhile_is_not_let_in) {
    struct terminal t;
    struct answer a;

    begin();
    t = begin_login("lisi", "198.51.100.7");
    deliver(tapped("lisi", card_of(&t), t.number));
    ck_assert(sim_member(place.sim, "{\"userid\":\"lisi\",\"status\":5}"));
    deliver("<xml><ToUserName>" CORP "</ToUserName><FromUserName>lisi</FromUserName><CreateTime>7"
            "</CreateTime><MsgType>event</MsgType><Event>unsubscribe</Event><AgentID>1000002"
            "</AgentID></xml>");
    a = press_enter(&t);
    answer_is(&a, "denied", "withdrawn", "left");
    (void)close(t.fd);
    shows(&t, "Over");
}
END_TEST

START_TEST(wecom_s_trial_of_the_url_gets_its_text_and_nothing_else) {
    static const char plain[] = "1616140317555161061 +\"%41";
    const char *encrypted;
    struct web_answer a;
    char escaped[4096];

    begin();
    encrypted = sealed(plain);
    seal_escape(encrypted, escaped);
    a = WEB_GET(
        text("/events/main?%s&echostr=%s", query_for(encrypted, time(NULL), TOKEN), escaped),
        "Connection: close\r\n");
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body, plain);
    a = WEB_GET(
        text("/events/main?%s&echostr=%s", query_for(encrypted, time(NULL), "Other"), escaped),
        "Connection: close\r\n");
    ck_assert_int_eq(a.status, 403);
    ck_assert_str_eq(a.body, "");
}
END_TEST

/* 43012: the application has no message URL. */
START_TEST(an_application_without_a_message_url_is_a_matter_of_configuration) {
    struct terminal t;
    struct run r;

    begin();
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"));
    run_passes(&r);
    text_has(r.out, "WeCom has not called it since the start");
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"message_url\":\"\"}"));
    t = begin_login("lisi", "198.51.100.7");
    ck_assert_msg(helper_says(0, "card not sent"), "%s", helper_tail());
    text_has(helper_line(0, "card not sent"), "reason='config_callback'");
    text_has(helper_line(0, "card not sent"), "This kind of message needs a message URL");
    (void)close(t.fd);
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"));
    ck_assert_int_ne(r.status, 0);
    text_has(r.out, "WeCom refused a card: no message URL");
    text_has(r.out, "This kind of message needs a message URL");
    /* it is set, and WeCom tries it */
    {
        const char *encrypted = sealed("1616140317555161061");
        char escaped[4096];

        seal_escape(encrypted, escaped);
        ck_assert_int_eq(WEB_GET(text("/events/main?%s&echostr=%s",
                                      query_for(encrypted, time(NULL), TOKEN), escaped),
                                 "Connection: close\r\n")
                             .status,
                         200);
    }
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"));
    run_passes(&r);
    text_has(r.out, "WeCom called it 0 s ago");
}
END_TEST

static const struct {
    const char *token, *key;
    mode_t mode;
    const char *says;
} mistakes[] = {
    {"", KEY, 0600, "callback_token_file"},
    {"has blanks in it", KEY, 0600, "callback_token_file"},
    {"123456789012345678901234567890123", KEY, 0600, "callback_token_file"},
    {TOKEN, "", 0600, "callback_aes_key_file"},
    {TOKEN, KEY "x", 0600, "callback_aes_key_file"},
    {TOKEN, "tooshort", 0600, "callback_aes_key_file"},
    {TOKEN, KEY, 0644, "callback_aes_key_file"},
};

START_TEST(values_that_cannot_be_right_stop_the_start) {
    configure("");
    place_write("token", mistakes[_i].token, 0600, NOBODY);
    place_write("aes", mistakes[_i].key, mistakes[_i].mode, NOBODY);
    helper_spawn((const char *const[]){"--check", NULL});
    ck_assert_int_eq(helper_end(0), 78);
    text_has(helper_log(), text("[app main] %s: ", mistakes[_i].says));
    ck_assert_ptr_null(strstr(helper_log(), KEY));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("approve");
    TCase *t = web_case("approve", 120);

    tcase_add_loop_test(t, a_tap_and_enter_let_in, 0, 2);
    tcase_add_loop_test(t, enter_waits_for_20_seconds_at_most, 0, 2);
    tcase_add_test(t, nobody_decides_for_somebody_else);
    tcase_add_test(t, a_replay_is_answered_and_lets_nobody_in);
    tcase_add_loop_test(t, a_refusal_ends_the_login_and_the_cards_of_that_origin, 0, 2);
    tcase_add_test(t, a_person_who_has_left_meanwhile_is_not_let_in);
    tcase_add_test(t, wecom_s_trial_of_the_url_gets_its_text_and_nothing_else);
    tcase_add_test(t, an_application_without_a_message_url_is_a_matter_of_configuration);
    tcase_add_loop_test(t, values_that_cannot_be_right_stop_the_start, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    suite_add_tcase(s, t);
    return s;
}
