/* What wecom-web refuses by itself: the helper never hears of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID "Q7m3xZ0pVbT2fKc9LwYh4A"

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
    if (strstr(refused[_i].request, "GET /callback?") != NULL) /* a person reads it */
        text_has(a.body, place_sentence("zh_CN", "web_try_again_head", NULL));
    if (strstr(refused[_i].request, "GET /s/") != NULL && a.status == 404)
        text_has(a.body, place_sentence("zh_CN", "web_not_found_head", NULL));
    if (a.status == 405)
        ck_assert_str_ne(web_header(&a, "Allow"), "");
    /* and it goes on */
    browser = web_ask("GET", "/healthz", NULL);
    web_helper_answers(web_helper_takes(told), "reply\nstatus=404\nbody=\n");
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

Suite *suite(void) {
    Suite *s = suite_create("web_refused");
    TCase *t = web_case("web_refused", 60);

    tcase_add_loop_test(t, what_is_not_of_our_form_never_reaches_the_helper, 0, COUNT(refused));
    tcase_add_test(t, a_body_with_a_nul_is_refused);
    tcase_add_test(t, a_query_has_a_limit);
    tcase_add_test(t, headers_have_a_limit);
    tcase_add_test(t, behind_a_request_nothing_more_is_read);
    suite_add_tcase(s, t);
    return s;
}
