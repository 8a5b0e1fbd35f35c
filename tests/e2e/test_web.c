/* wecom-web as browsers, proxies and WeCom meet it: what it asks the helper, what it makes of the
 * answer, and what it refuses by itself.
 */
#include <dirent.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"
#include "wecom/page.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID "Q7m3xZ0pVbT2fKc9LwYh4A"
#define COOKIE "9sK2fPq7RtXv0bNc4LmZ1A"
#define WECOM_AGENT "User-Agent: Mozilla/5.0 (iPhone) Mobile wxwork/4.1 MicroMessenger/7.0\r\n"

static struct wire_message *m;

static void setup(void) {
    m = wire_new(WIRE_NO_VERB);
}

static void teardown(void) {
    if (web_pid() > 0)
        web_stop();
    wire_free(m);
}

/* ---- What is asked ---- */

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

    ck_assert_int_eq(wire_pack(m, have, sizeof have - 1, &len), WECOM_OK);
    have[len] = '\0';
    ck_assert_str_eq(have, packet);
}

START_TEST(each_route_asks_the_helper_its_own_question) {
    bool head = strcmp(questions[_i].method, "HEAD") == 0;
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask(questions[_i].method, questions[_i].target, questions[_i].headers);
    helper = web_helper_takes(m);
    packs_to(questions[_i].packet);
    web_helper_answers(helper, m->verb == WIRE_VISIT || m->verb == WIRE_CALLBACK
                                   ? "page\npage=expired\n"
                                   : "reply\nstatus=200\nbody=ok%0A\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(web_header(&a, "Connection"), "close");
    if (head)
        ck_assert_str_eq(a.body, "");
    else if (m->verb == WIRE_EVENT || m->verb == WIRE_PROOF)
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
        helper = web_helper_takes(m);
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
            int helper = web_helper_takes(m);

            ck_assert_str_eq(wire_get(m, WIRE_F_BODY), body);
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
        const char *chunk = text("%01024d", 7), *end = more ? "1\r\nx\r\n0\r\n\r\n" : "0\r\n\r\n";
        int browser;

        if (more == 0)
            web_begin(NULL);
        browser = web_connect(NULL);
        web_send(browser,
                 "POST /events/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < WECOM_EVENT_MAX_BYTES / 1024; i++)
            web_send(browser, text("400\r\n%s\r\n", chunk));
        web_send(browser, end);
        if (more == 0) {
            int helper = web_helper_takes(m);

            ck_assert_uint_eq(strlen(wire_get(m, WIRE_F_BODY)), WECOM_EVENT_MAX_BYTES);
            web_helper_answers(helper, "reply\nstatus=200\nbody=\n");
        }
        ck_assert_int_eq(web_read(browser).status, more == 0 ? 200 : 413);
    }
    ck_assert(web_helper_is_idle());
}
END_TEST

/* ---- What is shown ---- */

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
    web_helper_answers(web_helper_takes(m),
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
            web_helper_answers(web_helper_takes(m),
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
    web_helper_answers(web_helper_takes(m),
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

        web_helper_answers(web_helper_takes(m), replies[i].reply);
        a = web_read(browser);
        ck_assert_int_eq(a.status, replies[i].status);
        ck_assert_str_eq(a.body, replies[i].body);
        ck_assert_str_eq(web_header(&a, "Content-Type"), "text/plain; charset=utf-8");
    }
}
END_TEST

/* ---- What is refused without asking ---- */

#define R11(line, headers) line " HTTP/1.1\r\nHost: x\r\n" headers "\r\n"

static const struct {
    const char *request;
    int status;
} refused[] = {
    {R11("GET /nix", ""), 404},
    {R11("GET /s/short", ""), 404},
    {R11("GET /s/%51" ID, ""), 404},
    {R11("GET /%73/" ID, ""), 404},
    {R11("GET //callback", ""), 404},
    {R11("GET /callback/", ""), 404},
    {R11("GET /x/../callback", ""), 404},
    {R11("GET http://x/callback", ""), 404},
    {R11("GET /WW_verify_a%2Etxt", ""), 404},
    {R11("OPTIONS *", ""), 404},
    {R11("POST /", "Content-Length: 0\r\n"), 405},
    {R11("POST /callback", "Content-Length: 1\r\n") "x", 405},
    {R11("HEAD /", ""), 405},
    {R11("HEAD /s/" ID, ""), 405},
    {R11("HEAD /callback", ""), 405},
    {R11("HEAD /events/a", ""), 405},
    {R11("PUT /events/a", "Content-Length: 0\r\n"), 405},
    {R11("DELETE /healthz", ""), 405},
    {R11("get /healthz", ""), 405},
    {R11("GET /callback?code=a&code=b", ""), 400},
    {R11("GET /callback?state=a&state=a", ""), 400},
    {R11("GET /callback?code=%", ""), 400},
    {R11("GET /callback?code=%00", ""), 400},
    {R11("GET /callback?x=%zz", ""), 400},
    {R11("GET /callback?state=" ID ID ID ID ID ID, ""), 400},
    {R11("GET /callback?code=\x80", ""), 400},
    {R11("GET /events/a?x=\xE4\xBC\x81", ""), 400},
    {R11("GET /callback", "Content-Length: 3\r\n") "abc", 400},
    {R11("GET /s/" ID, "Transfer-Encoding: chunked\r\n") "0\r\n\r\n", 400},
    /* shapes that two programs read in two ways */
    {R11("POST /events/a", "Content-Length: 3\r\nContent-Length: 3\r\n") "abc", 400},
    {R11("POST /events/a", "Content-Length: 3\r\nContent-Length: 4\r\n") "abcd", 400},
    {R11("POST /events/a", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n", 400},
    {R11("POST /events/a", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") "0\r\n\r\n", 400},
    {R11("POST /events/a",
         "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n",
     400},
    {R11("POST /events/a", "Transfer-Encoding: gzip, chunked\r\n") "0\r\n\r\n", 400},
    {R11("POST /events/a", "Transfer-Encoding: identity\r\n") "abc", 400},
    {R11("POST /events/a", "Transfer-Encoding: xchunked\r\n") "0\r\n\r\n", 400},
    {R11("POST /events/a", "Content-Length: +3\r\n") "abc", 400},
    {R11("POST /events/a", "Content-Length: 3, 3\r\n") "abc", 400},
    {R11("POST /events/a", "Content-Length: 0x3\r\n") "abc", 400},
    {R11("POST /events/a", "Content-Length: -1\r\n") "abc", 400},
    {R11("POST /events/a", "Content-Length: 3 3\r\n") "abc", 400},
    {R11("GET /healthz", "Host: y\r\n"), 400},
    {"GET /healthz HTTP/1.1\r\n\r\n", 400},
    /* bodies that do not go into a packet */
    {R11("POST /events/a", "Content-Length: 12289\r\n"), 413},
    {R11("POST /events/a", "Content-Length: 999999999999999\r\n"), 413},
    {R11("POST /events/a", "Content-Length: 1\r\n") "\x80", 400},
    {R11("POST /events/a", "Content-Length: 3\r\n") "a\xE4\xBC", 400},
};

START_TEST(what_is_not_of_our_form_never_reaches_the_helper) {
    struct web_answer a;
    int browser;

    web_begin(NULL);
    browser = web_connect(NULL);
    web_send(browser, refused[_i].request);
    a = web_read(browser);
    ck_assert_msg(a.status == refused[_i].status, "%d instead of %d: %s", a.status,
                  refused[_i].status, refused[_i].request);
    ck_assert(web_helper_is_idle());
    if (a.status == 405)
        ck_assert_str_ne(web_header(&a, "Allow"), "");
    /* and it goes on */
    browser = web_ask("GET", "/healthz", NULL);
    web_helper_answers(web_helper_takes(m), "reply\nstatus=404\nbody=\n");
    ck_assert_int_eq(web_read(browser).status, 200);
}
END_TEST

START_TEST(a_body_with_a_nul_is_refused) {
    static const char request[] = R11("POST /events/a", "Content-Length: 3\r\n") "a\0b";
    int browser;

    web_begin(NULL);
    browser = web_connect(NULL);
    ck_assert_int_eq(send(browser, request, sizeof request - 1, 0), sizeof request - 1);
    ck_assert_int_eq(web_read(browser).status, 400);
    ck_assert(web_helper_is_idle());
}
END_TEST

START_TEST(a_query_has_a_limit) {
    web_begin(NULL);
    ck_assert_int_eq(WEB_GET(text("/events/a?%02049d", 0), NULL).status, 413);
    ck_assert_int_eq(WEB_GET(text("/callback?x=%08192d", 0), NULL).status, 414);
    ck_assert(web_helper_is_idle());
    /* escaped, such a query and body are longer than a packet */
    {
        int browser = web_connect(NULL);
        char *query = place_keep(calloc(1, 2049));

        memset(query, '%', 2048);
        web_send(
            browser,
            text("POST /events/a?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 12288\r\n\r\n%012288d",
                 query, 0));
        ck_assert_int_eq(web_read(browser).status, 413);
    }
}
END_TEST

START_TEST(headers_have_a_limit) {
    struct web_answer a;

    web_begin(NULL);
    a = WEB_GET("/healthz", text("X: %020000d\r\n", 0));
    ck_assert_msg(a.status == 431 || a.status == 413, "%d", a.status);
    a = WEB_GET(text("/%020000d", 0), NULL);
    ck_assert_msg(a.status == 414, "%d", a.status);
    ck_assert(web_helper_is_idle());
}
END_TEST

START_TEST(behind_a_request_nothing_more_is_read) {
    int browser;
    struct web_answer a;

    web_begin(NULL);
    browser = web_connect(NULL);
    web_send(browser, R11("GET /nix", "") R11("GET /s/" ID, "") R11("GET /callback", ""));
    a = web_read(browser);
    ck_assert_int_eq(a.status, 404);
    ck_assert_ptr_null(strstr(a.body, "HTTP/1.1"));
    ck_assert(web_helper_is_idle());
}
END_TEST

/* ---- The helper is not as it should be ---- */

static const char *const odd[] = {
    "page\npage=nix\n",
    "page\npage=unavailable\n",
    "page\npage=go\n",
    "page\npage=go\nlocation=http://a.example/\n",
    "page\npage=go\nlocation=https://a.example/%0D%0AX: y\n",
    "page\npage=code\n",
    "page\npage=code\npin=12345\n",
    "page\npage=expired\ncookie=x\n",
    "page\n",
    "reply\nstatus=200\nbody=x\n",
    "result\nverdict=granted\n",
    "ready\nid=abc\n",
    "garbage",
    "page\npage=expired\npage=expired\n",
};

START_TEST(an_odd_answer_is_no_answer) {
    struct web_answer a;
    int browser;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, "Accept-Language: en\r\n");
    web_helper_answers(web_helper_takes(m), odd[_i]);
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_str_eq(web_header(&a, "Retry-After"), "5");
    ck_assert_str_eq(web_header(&a, "Set-Cookie"), "");
    text_has(a.body, place_sentence("en", "web_unavailable_head", NULL));
    text_has(web_log(), "request failed client='127.0.0.1' route='link' status='503'");
}
END_TEST

static const char *const odd_replies[] = {
    "reply\nstatus=302\nbody=x\n",
    "reply\nstatus=100\nbody=x\n",
    "reply\nstatus=0\nbody=x\n",
    "reply\nstatus=999\nbody=x\n",
    "reply\nstatus=204\nbody=\n",
    "page\npage=expired\n",
    "reply\nbody=x\n",
};

START_TEST(an_odd_reply_is_no_reply) {
    struct web_answer a;
    int browser;

    web_begin(NULL);
    browser = web_ask("GET", "/events/a", NULL);
    web_helper_answers(web_helper_takes(m), odd_replies[_i]);
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_str_eq(web_header(&a, "Content-Type"), "text/plain; charset=utf-8");
}
END_TEST

START_TEST(a_helper_that_is_not_there_is_a_page) {
    static const char *const targets[] = {"/s/" ID,    "/",        "/callback",
                                          "/events/a", "/healthz", "/WW_verify_a.txt"};

    web_begin(NULL);
    web_helper_goes();
    for (int i = 0; i < COUNT(targets); i++) {
        struct web_answer a = WEB_GET(targets[i], NULL);

        ck_assert_int_eq(a.status, 503);
        ck_assert_str_eq(web_header(&a, "Retry-After"), "5");
        text_has(a.body, i < 3 ? place_sentence("zh_CN", "web_unavailable_head", NULL) : "503");
    }
    text_has(web_log(), "why='no helper at web_socket'");
}
END_TEST

/* Hangs before "ready", after it, or hangs up. */
START_TEST(a_helper_that_hangs_is_not_waited_for_long) {
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask("GET", "/events/a", NULL);
    helper = web_helper_takes(m);
    a = web_read(browser); /* no ready */
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_ge(a.ms, 900);
    ck_assert_int_lt(a.ms, 1500 * place_slowness());
    (void)close(helper);
    browser = web_ask("GET", "/events/a", NULL);
    helper = web_helper_takes(m);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_ge(a.ms, 3500); /* WeCom gives up after 5 s */
    ck_assert_int_lt(a.ms, 4500 * place_slowness());
    (void)close(helper);
    browser = web_ask("GET", "/s/" ID, NULL);
    (void)close(web_helper_takes(m));
    ck_assert_int_eq(web_read(browser).status, 503);
    browser = web_ask("GET", "/s/" ID, NULL);
    helper = web_helper_takes(m);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    (void)close(helper);
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_lt(a.ms, 1000 * place_slowness());
    text_has(web_log(), "why='the helper is not ready'");
    text_has(web_log(), "why='the helper did not answer in time'");
    text_has(web_log(), "why='the helper hung up'");
}
END_TEST

START_TEST(a_browser_waits_for_a_helper_that_works) {
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, NULL);
    helper = web_helper_takes(m);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_ge(a.ms, 9000);
    (void)close(helper);
}
END_TEST

START_TEST(healthz_needs_no_more_than_ready) {
    int browser, helper;
    struct web_answer a;

    web_begin(NULL);
    browser = web_ask("GET", "/healthz", NULL);
    helper = web_helper_takes(m);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body, "ok\n");
    (void)close(helper);
}
END_TEST

START_TEST(somebody_else_at_the_socket_is_told_nothing) {
    web_begin(NULL);
    web_helper_goes();
    web_helper_comes(4711);
    ck_assert_int_eq(WEB_GET("/s/" ID, NULL).status, 503);
    text_has(web_log(), "why='somebody else than the helper listens at web_socket'");
    web_helper_goes();
    web_helper_comes(1); /* its own user */
    {
        int browser = web_ask("GET", "/healthz", NULL);

        web_helper_answers(web_helper_takes(m), "reply\nstatus=404\nbody=\n");
        ck_assert_int_eq(web_read(browser).status, 200);
    }
}
END_TEST

/* ---- The program ---- */

START_TEST(a_prefix_stands_before_everything_but_the_proof) {
    static const struct {
        const char *target;
        bool asked;
    } targets[] = {{"/sign/in/", true},         {"/sign/in", true},
                   {"/sign/in/s/" ID, true},    {"/sign/in/callback", true},
                   {"/sign/in/events/a", true}, {"/sign/in/healthz", true},
                   {"/WW_verify_a.txt", true},  {"/", false},
                   {"/s/" ID, false},           {"/callback", false},
                   {"/healthz", false},         {"/sign/in/WW_verify_a.txt", false},
                   {"/sign/inx", false},        {"/sign/in//", false}};

    web_begin("public_url = https://login.example.com/sign/in\n");
    for (int i = 0; i < COUNT(targets); i++) {
        int browser = web_ask("GET", targets[i].target, NULL);

        if (targets[i].asked) {
            int helper = web_helper_takes(m);

            web_helper_answers(helper, m->verb == WIRE_VISIT || m->verb == WIRE_CALLBACK
                                           ? "page\npage=expired\n"
                                           : "reply\nstatus=200\nbody=\n");
        }
        ck_assert_msg(web_read(browser).status == (targets[i].asked ? 200 : 404), "%s",
                      targets[i].target);
    }
    ck_assert(web_helper_is_idle());
}
END_TEST

START_TEST(without_trusted_proxies_no_header_is_believed) {
    int browser;

    web_begin("trusted_proxies = none\n");
    browser = web_ask("GET", "/", "X-Forwarded-For: 198.51.100.7\r\n");
    web_helper_answers(web_helper_takes(m), "page\npage=expired\n");
    ck_assert_str_eq(wire_get(m, WIRE_F_CLIENT), "127.0.0.1");
    ck_assert_int_eq(web_read(browser).status, 200);
}
END_TEST

static const char *proc(const char *file) {
    char *bytes = place_keep(calloc(1, 65536));
    FILE *in = fopen(text("/proc/%d/%s", (int)web_pid(), file), "re");

    ck_assert_ptr_nonnull(in);
    (void)!fread(bytes, 1, 65535, in);
    (void)fclose(in);
    return bytes;
}

START_TEST(it_keeps_no_privilege_and_no_environment) {
    static const char *const lines[] = {"Uid:\t1\t1\t1\t1\n",
                                        "Gid:\t1\t1\t1\t1\n",
                                        "CapInh:\t0000000000000000\n",
                                        "CapPrm:\t0000000000000000\n",
                                        "CapEff:\t0000000000000000\n",
                                        "CapAmb:\t0000000000000000\n",
                                        "NoNewPrivs:\t1\n",
                                        "Threads:\t1\n"};
    struct stat st;

    ck_assert_int_eq(setenv("WECOM_TEST_SECRET", "in-the-environment", 1), 0);
    web_begin(NULL);
    for (int i = 0; i < COUNT(lines); i++)
        text_has(proc("status"), lines[i]);
    ck_assert_ptr_null(strstr(proc("environ"), "in-the-environment"));
    /* not dumpable: its files in /proc are root's */
    ck_assert_int_eq(stat(text("/proc/%d/environ", (int)web_pid()), &st), 0);
    ck_assert_uint_eq(st.st_uid, 0);
    text_has(proc("limits"), "Max core file size        0                    0");
    ck_assert_int_eq(unsetenv("WECOM_TEST_SECRET"), 0);
}
END_TEST

/* As a unit with AmbientCapabilities= does it. */
static void with_the_right_to_bind(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct bind[2] = {{.effective = 1u << CAP_NET_BIND_SERVICE,
                                              .permitted = 1u << CAP_NET_BIND_SERVICE,
                                              .inheritable = 1u << CAP_NET_BIND_SERVICE}};

    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setresgid(1, 1, 1) != 0 ||
        setresuid(1, 1, 1) != 0 || syscall(SYS_capset, &header, bind) != 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) != 0)
        _exit(126);
}

START_TEST(the_right_to_bind_a_port_is_given_up) {
    run_prepare = with_the_right_to_bind;
    web_begin("listen = 127.0.0.1:443\n");
    run_prepare = NULL;
    text_has(proc("status"), "CapPrm:\t0000000000000000\n");
    text_has(proc("status"), "CapEff:\t0000000000000000\n");
    text_has(proc("status"), "CapAmb:\t0000000000000000\n");
    web_port = 443;
    ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
}
END_TEST

START_TEST(it_listens_on_several_addresses) {
    struct run r;

    web_begin("listen = 127.0.0.1:8473 [::1]:8473\n");
    for (int i = 0; i < 2; i++) {
        r = RUN(NULL, "/usr/bin/curl", "-si", "--max-time", "10",
                i == 0 ? "http://127.0.0.1:8473/nix" : "http://[::1]:8473/nix");
        text_has(r.out, "HTTP/1.1 404");
    }
    ck_assert(web_says("request refused client='::1'"));
}
END_TEST

static int is_socket_to_elsewhere(const char *link) {
    return strncmp(link, "socket:", 7) == 0;
}

/* After all routes were asked: the listening socket and what the loop needs, nothing else. */
START_TEST(it_leaves_no_descriptor_behind) {
    int before = 0, after = 0;

    web_begin(NULL);
    for (int round = 0; round < 2; round++) {
        DIR *dir;
        int sockets = 0;

        for (int i = 0; i < 20; i++) {
            int browser = web_ask("GET", "/s/" ID, NULL);

            web_helper_answers(web_helper_takes(m), "page\npage=expired\n");
            ck_assert_int_eq(web_read(browser).status, 200);
            ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
        }
        dir = opendir(text("/proc/%d/fd", (int)web_pid()));
        ck_assert_ptr_nonnull(dir);
        for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
            char link[256] = "";

            (void)!readlinkat(dirfd(dir), e->d_name, link, sizeof link - 1);
            sockets += is_socket_to_elsewhere(link);
        }
        (void)closedir(dir);
        *(round == 0 ? &before : &after) = sockets;
    }
    ck_assert_int_eq(after, before);
    ck_assert_int_le(after, 4);
}
END_TEST

static const struct {
    const char *lines, *words;
} unusable[] = {
    {"user = nobody-at-all\n", "[web] user: there is no user nobody-at-all"},
    {"tls_cert = /nonexistent\ntls_key = /nonexistent\n", "tls_cert: /nonexistent: No such file"},
    {"public_url = http://a.example\n", "[web] public_url: must begin with https://"},
    {"trusted_proxies = 1.2.3\n", "[web] trusted_proxies: must be none, or addresses"},
};

START_TEST(it_says_why_it_does_not_start) {
    struct run r;

    web_configure(unusable[_i].lines);
    if (strstr(unusable[_i].lines, "user") != NULL)
        place_write("web.conf",
                    text("[app main]\ncorp_id = " CORP "\nagent_id = 1\nsecret_file = /s\n"
                         "[web]\npublic_url = https://a.example\n%s",
                         unusable[_i].lines),
                    0644, 0);
    for (int check = 0; check < 2; check++) {
        r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"),
                check ? "--check" : "--foreground");
        ck_assert_int_eq(r.status, 78);
        text_has(r.err, unusable[_i].words);
        text_has(r.err, "wecom-web: cannot start");
    }
}
END_TEST

START_TEST(a_file_without_web_is_not_for_us) {
    struct run r;

    place_write("web.conf", "[app main]\ncorp_id = " CORP "\nagent_id = 1\nsecret_file = /s\n",
                0644, 0);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 78);
    text_has(r.err, "has no [web] section");
    web_configure(NULL);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--check");
    ck_assert_int_eq(r.status, 0);
    text_has(r.out, "web.conf: good");
    r = RUN(NULL, place_program("wecom-web"), "--nonsense");
    ck_assert_int_eq(r.status, 1);
    r = RUN(NULL, place_program("wecom-web"), "--version");
    text_has(r.out, "wecom-web ");
}
END_TEST

START_TEST(a_port_that_is_taken_is_said) {
    struct run r;

    web_begin(NULL);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, text("cannot listen on 127.0.0.1 port %d: Address already in use", web_port));
}
END_TEST

START_TEST(it_ends_while_somebody_waits) {
    struct web_answer a;
    int browser, helper;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, NULL);
    helper = web_helper_takes(m);
    web_stop(); /* with 0, and nothing that a sanitizer found */
    a = web_read(browser);
    ck_assert(a.status == 503 || a.status == 0);
    (void)close(helper);
}
END_TEST

START_TEST(the_log_has_no_secret) {
    static const char *const secrets[] = {
        ID,       COOKIE,      "CODE-of-the-query", "STATE-of-the-query",
        "482913", "SIGNATURE", "198.51.100.77%0"};
    int browser;

    web_begin(NULL);
    browser = web_ask("GET", "/s/" ID, "Cookie: __Host-wecom=" COOKIE "\r\n");
    web_helper_answers(web_helper_takes(m), "page\npage=code\npin=48291\n");
    ck_assert_int_eq(web_read(browser).status, 503);
    browser = web_ask("GET", "/callback?code=CODE-of-the-query&state=STATE-of-the-query",
                      "Cookie: __Host-wecom=" COOKIE "\r\n");
    web_helper_answers(web_helper_takes(m), "page\npage=code\npin=482913x\n");
    ck_assert_int_eq(web_read(browser).status, 503);
    ck_assert_int_eq(WEB_GET("/callback?code=CODE-of-the-query&code=1", NULL).status, 400);
    ck_assert_int_eq(WEB_GET("/s/" ID "x/", NULL).status, 404);
    ck_assert_int_eq(WEB_GET("/events/a/b?msg_signature=SIGNATURE", NULL).status, 404);
    for (int i = 0; i < COUNT(secrets); i++)
        ck_assert_msg(strstr(web_log(), secrets[i]) == NULL, "%s is in: %s", secrets[i], web_log());
    text_has(web_log(), "request refused client='127.0.0.1' route='callback' status='400'");
}
END_TEST

START_TEST(the_log_is_no_weapon) {
    int lines = 0;

    web_begin(NULL);
    for (int i = 0; i < 300; i++)
        ck_assert_int_eq(WEB_GET("/nix", NULL).status, 404);
    for (const char *at = web_log(); (at = strstr(at, "request refused")) != NULL; at++)
        lines++;
    ck_assert_int_ge(lines, 1);
    ck_assert_int_lt(lines, 60);
}
END_TEST

/* ---- TLS of its own ---- */

static struct run curl(const char *target, const char *more) {
    return RUN(NULL, "/usr/bin/curl", "-si", "--max-time", "10", "--cacert", place_path("web.pem"),
               more, text("https://127.0.0.1:%d%s", web_port, target));
}

static void with_tls(void) {
    place_certificate("web");
    ck_assert_int_eq(chown(place_path("web.key"), 1, 1), 0);
    ck_assert_int_eq(chmod(place_path("web.key"), 0400), 0);
    web_begin("tls_cert = {dir}/web.pem\ntls_key = {dir}/web.key\n");
}

START_TEST(its_own_tls_serves_the_same) {
    struct running r;
    struct run done;

    with_tls();
    done = curl("/nix", "--http1.1");
    ck_assert_int_eq(done.status, 0);
    text_has(done.out, "HTTP/1.1 404");
    text_has(done.out, "Content-Security-Policy: default-src 'none'");
    r = run_start(NULL,
                  (const char *const[]){"/usr/bin/curl", "-si", "--cacert", place_path("web.pem"),
                                        text("https://127.0.0.1:%d/s/" ID, web_port), NULL});
    web_helper_answers(web_helper_takes(m), "page\npage=code\npin=482913\n");
    done = run_wait(&r, 20);
    ck_assert_int_eq(done.status, 0);
    text_has(done.out, "482913");
    ck_assert_int_ne(curl("/nix", "--tls-max=1.1").status, 0);
    /* plain HTTP is not taken */
    ck_assert_int_eq(WEB_GET("/nix", NULL).status, 0);
}
END_TEST

START_TEST(a_key_that_others_can_read_is_refused) {
    struct run r;

    place_certificate("web");
    web_configure("tls_cert = {dir}/web.pem\ntls_key = {dir}/web.key\n");
    ck_assert_int_eq(chown(place_path("web.key"), 1, 1), 0);
    ck_assert_int_eq(chmod(place_path("web.key"), 0440), 0);
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 78);
    text_has(r.err, "[web] tls_key: ");
    text_has(r.err, "can be read by others");
}
END_TEST

START_TEST(a_key_of_another_certificate_is_refused) {
    struct run r;

    place_certificate("web");
    place_certificate("other");
    ck_assert_int_eq(chmod(place_path("other.key"), 0400), 0);
    ck_assert_int_eq(chown(place_path("other.key"), 1, 1), 0);
    web_configure("tls_cert = {dir}/web.pem\ntls_key = {dir}/other.key\n");
    r = RUN(NULL, place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground");
    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "tls_cert and tls_key do not fit each other");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web");
    TCase *t = place_case("web", 60);

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, each_route_asks_the_helper_its_own_question, 0, COUNT(questions));
    tcase_add_loop_test(t, the_body_of_an_event_goes_on_unread, 0, COUNT(bodies));
    tcase_add_test(t, an_event_of_12_kib_passes_and_no_longer_one);
    tcase_add_test(t, an_event_in_chunks_has_the_same_limit);
    tcase_add_loop_test(t, each_page_comes_in_the_language_of_the_browser, 0, 2 * COUNT(words));
    tcase_add_test(t, every_answer_has_the_headers_that_guard_it);
    tcase_add_test(t, a_browser_is_sent_on_with_its_cookie);
    tcase_add_test(t, the_status_and_the_bytes_for_wecom_are_the_helpers);
    tcase_add_loop_test(t, what_is_not_of_our_form_never_reaches_the_helper, 0, COUNT(refused));
    tcase_add_test(t, a_body_with_a_nul_is_refused);
    tcase_add_test(t, a_query_has_a_limit);
    tcase_add_test(t, headers_have_a_limit);
    tcase_add_test(t, behind_a_request_nothing_more_is_read);
    tcase_add_loop_test(t, an_odd_answer_is_no_answer, 0, COUNT(odd));
    tcase_add_loop_test(t, an_odd_reply_is_no_reply, 0, COUNT(odd_replies));
    tcase_add_test(t, a_helper_that_is_not_there_is_a_page);
    tcase_add_test(t, a_helper_that_hangs_is_not_waited_for_long);
    tcase_add_test(t, a_browser_waits_for_a_helper_that_works);
    tcase_add_test(t, healthz_needs_no_more_than_ready);
    tcase_add_test(t, somebody_else_at_the_socket_is_told_nothing);
    tcase_add_test(t, a_prefix_stands_before_everything_but_the_proof);
    tcase_add_test(t, without_trusted_proxies_no_header_is_believed);
    tcase_add_test(t, it_keeps_no_privilege_and_no_environment);
    tcase_add_test(t, the_right_to_bind_a_port_is_given_up);
    tcase_add_test(t, it_listens_on_several_addresses);
    tcase_add_test(t, it_leaves_no_descriptor_behind);
    tcase_add_loop_test(t, it_says_why_it_does_not_start, 0, COUNT(unusable));
    tcase_add_test(t, a_file_without_web_is_not_for_us);
    tcase_add_test(t, a_port_that_is_taken_is_said);
    tcase_add_test(t, it_ends_while_somebody_waits);
    tcase_add_test(t, the_log_has_no_secret);
    tcase_add_test(t, the_log_is_no_weapon);
    tcase_add_test(t, its_own_tls_serves_the_same);
    tcase_add_test(t, a_key_that_others_can_read_is_refused);
    tcase_add_test(t, a_key_of_another_certificate_is_refused);
    suite_add_tcase(s, t);
    return s;
}
