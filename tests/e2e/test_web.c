/* wecom-web as browsers and WeCom meet it: what it asks the helper, and what it makes of the
 * answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"
#include "wecom/page.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID "Q7m3xZ0pVbT2fKc9LwYh4A"
#define COOKIE "9sK2fPq7RtXv0bNc4LmZ1A"
#define WECOM_AGENT "User-Agent: Mozilla/5.0 (iPhone) Mobile wxwork/4.1 MicroMessenger/7.0\r\n"

/* The request, and the packet that it becomes. */
static const struct {
    const char *method, *target, *headers, *packet;
} questions[] = {
    {"GET", "/s/" ID, WECOM_AGENT,
     "visit\nplace=link\nkey=" ID "\nclient=127.0.0.1\nagent=wecom\n"},
    {"GET", "/s/" ID "?x=y", "User-Agent: Mozilla/5.0 (iPhone) MicroMessenger/8.0\r\n",
     "visit\nplace=link\nkey=" ID "\nclient=127.0.0.1\nagent=wechat\n"},
    {"GET", "/s/" ID, "User-Agent: Mozilla/5.0 (Linux; Android 14)\r\nCookie: a=b\r\n",
     "visit\nplace=link\nkey=" ID "\nclient=127.0.0.1\nagent=phone\n"},
    {"GET", "/s/" ID, NULL, "visit\nplace=link\nkey=" ID "\nclient=127.0.0.1\nagent=desktop\n"},
    {"GET", "/", "Cookie: a=b; __Host-wecom=" COOKIE "\r\n",
     "visit\nplace=home\ncookie=" COOKIE "\nclient=127.0.0.1\nagent=desktop\n"},
    {"GET", "/", "Cookie: __Host-wecom=tooshort\r\n",
     "visit\nplace=home\nclient=127.0.0.1\nagent=desktop\n"},
    {"GET", "/callback?code=a%2Bb%25c&state=x9", "Cookie: __Host-wecom=" COOKIE "\r\n",
     "callback\ncookie=" COOKIE "\nclient=127.0.0.1\nagent=desktop\nstate=x9\ncode=a+b%25c\n"},
    {"GET", "/callback?state=x9&appid=ww1", NULL,
     "callback\nclient=127.0.0.1\nagent=desktop\nstate=x9\n"},
    {"GET", "/callback", NULL, "callback\nclient=127.0.0.1\nagent=desktop\n"},
    {"GET", "/callback?code=&state=", NULL,
     "callback\nclient=127.0.0.1\nagent=desktop\nstate=\ncode=\n"},
    {"GET", "/events/hosts?msg_signature=5c&echostr=P9%2B%3D%3d+/", NULL,
     "event\napp=hosts\nclient=127.0.0.1\nquery=msg_signature=5c&echostr=P9%252B%253D%253d+/\n"},
    {"GET", "/events/hosts", NULL, "event\napp=hosts\nclient=127.0.0.1\nquery=\n"},
    {"GET", "/WW_verify_0aB3dE6fG9hJ2kL5.txt", NULL,
     "proof\nfile=WW_verify_0aB3dE6fG9hJ2kL5.txt\n"},
    {"HEAD", "/WW_verify_0aB3dE6fG9hJ2kL5.txt", NULL,
     "proof\nfile=WW_verify_0aB3dE6fG9hJ2kL5.txt\n"},
    {"GET", "/healthz", NULL, "proof\nfile=healthz\n"},
    {"HEAD", "/healthz", NULL, "proof\nfile=healthz\n"},
    {"GET", "/healthz?x", NULL, "proof\nfile=healthz\n"},
    /* who the client is */
    {"GET", "/", "X-Forwarded-For: 198.51.100.7\r\n",
     "visit\nplace=home\nclient=198.51.100.7\nagent=desktop\n"},
    {"GET", "/", "X-Forwarded-For: 1.1.1.1, 198.51.100.7\r\nX-Forwarded-For: 127.0.0.1\r\n",
     "visit\nplace=home\nclient=198.51.100.7\nagent=desktop\n"},
    {"GET", "/", "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-For: garbage\r\n",
     "visit\nplace=home\nclient=127.0.0.1\nagent=desktop\n"},
    {"GET", "/", "x-forwarded-for: 2001:db8::7\r\n",
     "visit\nplace=home\nclient=2001:db8::7\nagent=desktop\n"},
};

static void packs_to(const char *packet) {
    char have[WECOM_PACKET_MAX_BYTES + 1];
    size_t len = 0;

    ck_assert_int_eq(wire_pack(told, have, sizeof have - 1, &len), WECOM_OK);
    have[len] = '\0';
    ck_assert_str_eq(have, packet);
}

START_TEST(each_route_asks_the_helper_its_own_question) {
    bool head = strcmp(questions[_i].method, "HEAD") == 0;
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask(questions[_i].method, questions[_i].target, questions[_i].headers);
    helper = web_helper_takes(told);
    packs_to(questions[_i].packet);
    web_helper_answers(helper, told->verb == WIRE_VISIT || told->verb == WIRE_CALLBACK
                                   ? "page\npage=expired\n"
                                   : "reply\nstatus=200\nbody=ok%0A\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(web_header(&a, "Connection"), "close");
    if (head)
        ck_assert_str_eq(a.body, "");
    else if (told->verb == WIRE_EVENT || told->verb == WIRE_PROOF)
        ck_assert_str_eq(a.body, "ok\n");
    ck_assert_ptr_null(strstr(web_log(), "request"));
}
END_TEST

/* Bodies of events as they came, whole or in pieces. */
static const struct {
    const char *request, *packet;
} bodies[] = {
    {"POST /events/a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<a>%\n</a>",
     "event\napp=a\nclient=127.0.0.1\nquery=b=c\nbody=<a>%25%0A</a>\n"},
    {"POST /events/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
     "event\napp=a\nclient=127.0.0.1\nquery=\nbody=\n"},
    {"POST /events/a HTTP/1.1\r\nHost: x\r\n\r\n",
     "event\napp=a\nclient=127.0.0.1\nquery=\nbody=\n"},
    {"POST /events/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
     "event\napp=a\nclient=127.0.0.1\nquery=\nbody=abcdefg\n"},
    {"POST /events/a HTTP/1.0\r\nContent-Length: 6\r\n\r\n\xE4\xBC\x81\xE4\xB8\x9A",
     "event\napp=a\nclient=127.0.0.1\nquery=\nbody=\xE4\xBC\x81\xE4\xB8\x9A\n"},
};

START_TEST(the_body_of_an_event_goes_on_unread) {
    for (int pieces = 0; pieces < 2; pieces++) {
        const char *at = bodies[_i].request;
        int browser, helper;

        if (pieces == 0)
            web_begin(NULL);
        browser = web_connect(NULL);
        for (; pieces && at[0] != '\0' && at[1] != '\0'; at++)
            ck_assert_int_eq(send(browser, at, 1, MSG_NOSIGNAL), 1);
        web_send(browser, at);
        helper = web_helper_takes(told);
        packs_to(bodies[_i].packet);
        web_helper_answers(helper, "reply\nstatus=200\nbody=\n");
        ck_assert_int_eq(web_read(browser).status, 200);
    }
}
END_TEST

START_TEST(an_event_of_12_kib_passes_and_no_longer_one) {
    for (int more = 0; more < 2; more++) {
        const char *body = text("%0*d", WECOM_EVENT_MAX_BYTES + more, 7);
        int browser;

        if (more == 0)
            web_begin(NULL);
        browser = web_connect(NULL);
        web_send(browser,
                 text("POST /events/a HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                      strlen(body), body));
        if (more == 0) {
            int helper = web_helper_takes(told);

            ck_assert_str_eq(wire_get(told, WIRE_F_BODY), body);
            web_helper_answers(helper, "reply\nstatus=200\nbody=\n");
        }
        ck_assert_int_eq(web_read(browser).status, more == 0 ? 200 : 413);
    }
    ck_assert(web_helper_is_idle());
}
END_TEST

/* In chunks nobody says beforehand how long it becomes. */
START_TEST(an_event_in_chunks_has_the_same_limit) {
    for (int more = 0; more < 2; more++) {
        const char *chunk = text("400\r\n%01024d\r\n", 7);
        int chunks = WECOM_EVENT_MAX_BYTES / 1024 + (more ? 100 : 0);
        int browser;

        if (more == 0)
            web_begin(NULL);
        browser = web_connect(NULL);
        web_send(browser,
                 "POST /events/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < chunks; i++)
            web_send(browser, chunk);
        web_send(browser, "0\r\n\r\n");
        if (more == 0) {
            int helper = web_helper_takes(told);

            ck_assert_uint_eq(strlen(wire_get(told, WIRE_F_BODY)), WECOM_EVENT_MAX_BYTES);
            web_helper_answers(helper, "reply\nstatus=200\nbody=\n");
        }
        ck_assert_int_eq(web_read(browser).status, more == 0 ? 200 : 413);
    }
    ck_assert(web_helper_is_idle());
}
END_TEST

static const char *const words[] = {
#define X(constant, word) word,
    WECOM_PAGES(X)
#undef X
};

START_TEST(each_page_comes_in_the_language_of_the_browser) {
    const char *word = words[_i / 2];
    bool english = _i % 2 == 1;
    struct web_answer a;
    int browser;

    if (strcmp(word, "go") == 0)
        return;
    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, english ? "Accept-Language: en-GB,en;q=0.5\r\n" : NULL);
    web_helper_answers(web_helper_takes(told),
                       text("page\npage=%s\npin=482913\nhost=web1<x>\nuser=zhangsan\n", word));
    a = web_read(browser);
    ck_assert_int_eq(a.status, strcmp(word, "not_found") == 0 ? 404 : 200);
    ck_assert_str_eq(web_header(&a, "Content-Type"), "text/html; charset=utf-8");
    ck_assert_str_eq(web_header(&a, "Content-Language"), english ? "en" : "zh-CN");
    text_has(a.body, place_sentence(english ? "en" : "zh_CN", text("web_%s_head", word), NULL));
    ck_assert_ptr_null(strstr(a.body, "<x>"));
    ck_assert_str_eq(web_header(&a, "Set-Cookie"), "");
}
END_TEST

static const struct {
    const char *name, *value;
} guards[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Strict-Transport-Security", "max-age=31536000"},
    {"Connection", "close"},
};

static void is_guarded(const struct web_answer *a) {
    for (int i = 0; i < COUNT(guards); i++)
        ck_assert_str_eq(web_header(a, guards[i].name), guards[i].value);
    text_has(web_header(a, "Content-Security-Policy"), "default-src 'none'; style-src 'sha256-");
}

START_TEST(every_answer_has_the_headers_that_guard_it) {
    static const char *const targets[] = {"/s/" ID, "/nix", "/healthz", "/WW_verify_a.txt"};
    struct web_answer a;

    web_begin(NULL);
    for (int i = 0; i < COUNT(targets); i++) {
        int browser = web_ask("GET", targets[i], NULL);

        if (i != 1)
            web_helper_answers(web_helper_takes(told),
                               i == 0 ? "page\npage=used\n" : "reply\nstatus=404\nbody=\n");
        a = web_read(browser);
        is_guarded(&a);
    }
}
END_TEST

START_TEST(a_browser_is_sent_on_with_its_cookie) {
    struct web_answer a;
    int browser;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, NULL);
    web_helper_answers(web_helper_takes(told),
                       "page\npage=go\nlocation=https://open.example/authorize?a=b&c=%25d#e\n"
                       "cookie=" COOKIE "\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 302);
    ck_assert_str_eq(web_header(&a, "Location"), "https://open.example/authorize?a=b&c=%d#e");
    ck_assert_str_eq(web_header(&a, "Set-Cookie"),
                     "__Host-wecom=" COOKIE
                     "; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
    ck_assert_str_eq(a.body, "");
    is_guarded(&a);
}
END_TEST

START_TEST(the_status_and_the_bytes_for_wecom_are_the_helpers) {
    static const struct {
        const char *reply;
        int status;
        const char *body;
    } replies[] = {{"reply\nstatus=200\nbody=1616140317555161061\n", 200, "1616140317555161061"},
                   {"reply\nstatus=200\nbody=\n", 200, ""},
                   {"reply\nstatus=403\nbody=no\n", 403, "no"},
                   {"reply\nstatus=500\nbody=<b>%0A\n", 500, "<b>\n"}};

    web_begin(NULL);
    for (int i = 0; i < COUNT(replies); i++) {
        int browser = web_ask("GET", "/events/a?b=c", NULL);
        struct web_answer a;

        web_helper_answers(web_helper_takes(told), replies[i].reply);
        a = web_read(browser);
        ck_assert_int_eq(a.status, replies[i].status);
        ck_assert_str_eq(a.body, replies[i].body);
        ck_assert_str_eq(web_header(&a, "Content-Type"), "text/plain; charset=utf-8");
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web");
    TCase *t = web_case("web", 60);

    tcase_add_loop_test(t, each_route_asks_the_helper_its_own_question, 0, COUNT(questions));
    tcase_add_loop_test(t, the_body_of_an_event_goes_on_unread, 0, COUNT(bodies));
    tcase_add_test(t, an_event_of_12_kib_passes_and_no_longer_one);
    tcase_add_test(t, an_event_in_chunks_has_the_same_limit);
    tcase_add_loop_test(t, each_page_comes_in_the_language_of_the_browser, 0, 2 * COUNT(words));
    tcase_add_test(t, every_answer_has_the_headers_that_guard_it);
    tcase_add_test(t, a_browser_is_sent_on_with_its_cookie);
    tcase_add_test(t, the_status_and_the_bytes_for_wecom_are_the_helpers);
    suite_add_tcase(s, t);
    return s;
}
