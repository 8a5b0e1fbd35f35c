/* wecom-web with a helper that is absent, slow, odd, or somebody else. */
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_web.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define ID "Q7m3xZ0pVbT2fKc9LwYh4A"

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
    web_helper_answers(web_helper_takes(told), odd[_i]);
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
    web_helper_answers(web_helper_takes(told), odd_replies[_i]);
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
    helper = web_helper_takes(told);
    a = web_read(browser); /* no ready */
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_ge(a.ms, 900);
    ck_assert_int_lt(a.ms, 1500 * place_slowness());
    (void)close(helper);
    browser = web_ask("GET", "/events/a", NULL);
    helper = web_helper_takes(told);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    a = web_read(browser);
    ck_assert_int_eq(a.status, 503);
    ck_assert_int_ge(a.ms, 3500); /* WeCom gives up after 5 s */
    ck_assert_int_lt(a.ms, 4500 * place_slowness());
    (void)close(helper);
    browser = web_ask("GET", "/s/" ID, NULL);
    (void)close(web_helper_takes(told));
    ck_assert_int_eq(web_read(browser).status, 503);
    browser = web_ask("GET", "/s/" ID, NULL);
    helper = web_helper_takes(told);
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
    helper = web_helper_takes(told);
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
    helper = web_helper_takes(told);
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

        web_helper_answers(web_helper_takes(told), "reply\nstatus=404\nbody=\n");
        ck_assert_int_eq(web_read(browser).status, 200);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web_helper");
    TCase *t = web_case("web_helper", 60);

    tcase_add_loop_test(t, an_odd_answer_is_no_answer, 0, COUNT(odd));
    tcase_add_loop_test(t, an_odd_reply_is_no_reply, 0, COUNT(odd_replies));
    tcase_add_test(t, a_helper_that_is_not_there_is_a_page);
    tcase_add_test(t, a_helper_that_hangs_is_not_waited_for_long);
    tcase_add_test(t, a_browser_waits_for_a_helper_that_works);
    tcase_add_test(t, healthz_needs_no_more_than_ready);
    tcase_add_test(t, somebody_else_at_the_socket_is_told_nothing);
    suite_add_tcase(s, t);
    return s;
}
