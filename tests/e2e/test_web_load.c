/* wecom-web among clients that are slow, many, or both. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/deadline.h"
#include "tests/check_main.h"
#include "tests/e2e/support_web.h"
#include "web/web.h"

enum { CROWD = 1000 };

static int crowd[WEB_CONNECTIONS + 200];
static int crowd_count;

static void setup(void) {
    struct rlimit files;

    crowd_count = 0;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max = 16384;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
}

static void teardown(void) {
    for (int i = 0; i < crowd_count; i++)
        (void)close(crowd[i]);
}

static void join(const char *from, const char *says) {
    crowd[crowd_count] = web_connect(from);
    if (says != NULL)
        web_send(crowd[crowd_count], says);
    crowd_count++;
}

/* How many of the crowd were ended by the other side. */
static int gone(void) {
    struct pollfd *all = calloc((size_t)crowd_count, sizeof *all);
    int count_gone = 0;

    for (int i = 0; i < crowd_count; i++)
        all[i] = (struct pollfd){.fd = crowd[i], .events = POLLIN | POLLRDHUP};
    (void)poll(all, (nfds_t)crowd_count, 0);
    for (int i = 0; i < crowd_count; i++)
        count_gone += all[i].revents != 0;
    free(all);
    return count_gone;
}

/* One whole visit of somebody who is quick; how long it took. */
static int64_t visit_ms(void) {
    int64_t begun_ms = now_ms();
    int browser = web_ask("GET", "/s/Q7m3xZ0pVbT2fKc9LwYh4A", NULL);

    web_helper_answers(web_helper_takes(told), "page\npage=expired\n");
    ck_assert_int_eq(web_read(browser).status, 200);
    return now_ms() - begun_ms;
}

static int compare(const void *a, const void *b) {
    return (*(const int64_t *)a > *(const int64_t *)b) -
           (*(const int64_t *)a < *(const int64_t *)b);
}

static int64_t median_visit_ms(void) {
    int64_t ms[21];

    for (int i = 0; i < 21; i++)
        ms[i] = visit_ms();
    qsort(ms, 21, sizeof ms[0], compare);
    return ms[10];
}

/* What the crowd has said when it falls silent. */
static const char *const halves[] = {
    NULL,
    "G",
    "GET /s/Q7m3xZ0pVbT2fKc9LwYh4A HTTP/1.1\r\nHost: x\r\nX: y",
    "POST /events/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<xml>",
    "POST /events/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
};

/* From a trusted proxy, which may have more connections than others. */
START_TEST(a_thousand_half_open_clients_delay_nobody) {
    int64_t ms, begun_ms = now_ms();

    web_begin(NULL);
    for (int i = 0; i < CROWD; i++)
        join(NULL, halves[(size_t)i % (sizeof halves / sizeof halves[0])]);
    ms = median_visit_ms();
    ck_assert_msg(ms <= 20 * place_slowness(), "%d ms", (int)ms);
    ck_assert_int_eq(gone(), 0);
    /* and they do not stay: nothing came for ten seconds */
    while (gone() < CROWD) {
        ck_assert_int_lt(now_ms() - begun_ms, 13000 * place_slowness());
        (void)poll(NULL, 0, 50);
    }
    ck_assert_int_ge(now_ms() - begun_ms, 9000);
    ck_assert_int_le(visit_ms(), 100 * place_slowness());
}
END_TEST

/* Never silent for ten seconds, and never done. */
START_TEST(whoever_sends_byte_by_byte_is_not_waited_for) {
    int64_t begun_ms = now_ms(), ms;

    web_begin(NULL);
    for (int i = 0; i < CROWD; i++)
        join(NULL, "GET / HTTP/1.1\r\nX: ");
    do {
        for (int i = 0; i < crowd_count; i++)
            (void)!send(crowd[i], "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        ms = visit_ms();
        ck_assert_msg(ms <= 250 * place_slowness(), "%d ms", (int)ms);
        (void)poll(NULL, 0, 500);
        ck_assert_int_lt(now_ms() - begun_ms, 20000 * place_slowness());
    } while (gone() < CROWD);
    ck_assert_int_ge(now_ms() - begun_ms, 14000);
    text_has(web_log(), "connection ended client='127.0.0.1' why='its request or its answer took");
}
END_TEST

/* Each for itself within its time, together longer than either. */
START_TEST(a_slow_request_and_a_slow_helper_are_both_borne) {
    int fd, helper;

    web_begin(NULL);
    fd = web_connect(NULL);
    web_send(fd, "GET /s/Q7m3xZ0pVbT2fKc9LwYh4A HTTP/1.1\r\nHost: x\r\n");
    (void)poll(NULL, 0, 8000);
    web_send(fd, "\r\n");
    helper = web_helper_takes(told);
    web_helper_says(helper, "ready\nid=k3v9q2\n");
    (void)poll(NULL, 0, 8000);
    web_helper_says(helper, "page\npage=expired\n");
    ck_assert_int_eq(web_read(fd).status, 200);
    (void)close(helper);
}
END_TEST

START_TEST(one_address_has_so_many_connections) {
    web_begin("trusted_proxies = none\n");
    for (int i = 0; i < WEB_PER_CLIENT + 10; i++)
        join("127.0.0.2", NULL);
    while (gone() < 10)
        (void)poll(NULL, 0, 10);
    ck_assert(web_says("connection refused client='127.0.0.2'"));
    ck_assert_int_eq(gone(), 10);
    /* nobody else has less for it */
    ck_assert_int_le(visit_ms(), 250 * place_slowness());
    /* and a place is free again when one goes */
    (void)close(crowd[0]);
    for (int answered = 0; answered == 0;) {
        int fd = web_connect("127.0.0.2");

        web_send(fd, "GET /nix HTTP/1.1\r\nHost: x\r\n\r\n");
        answered = web_read(fd).status;
    }
}
END_TEST

/* All places are taken: who waits longest without having asked for anything goes. */
START_TEST(a_full_house_still_serves) {
    web_begin(NULL);
    for (int i = 0; i < WEB_CONNECTIONS + 100; i++)
        join(NULL, "G");
    ck_assert_int_le(visit_ms(), 1000 * place_slowness());
    ck_assert_int_ge(gone(), 100);
    ck_assert_int_lt(gone(), 400);
}
END_TEST

START_TEST(so_many_exchanges_and_no_more) {
    int asked[WEB_EXCHANGES], helpers[WEB_EXCHANGES];
    struct web_answer a;

    web_begin(NULL);
    for (int i = 0; i < WEB_EXCHANGES; i++) { /* of four clients behind the proxy */
        asked[i] = web_ask("GET", "/", text("X-Forwarded-For: 198.51.100.%d\r\n", i % 4));
        helpers[i] = web_helper_takes(told);
        web_helper_says(helpers[i], "ready\nid=k3v9q2\n");
    }
    a = WEB_GET("/", "X-Forwarded-For: 198.51.100.200\r\n");
    ck_assert_int_eq(a.status, 503);
    ck_assert_str_eq(web_header(&a, "Retry-After"), "5");
    text_has(web_log(), "why='too many requests at once'");
    for (int i = 0; i < WEB_EXCHANGES; i++) {
        (void)send(helpers[i], "page\npage=expired\n", 18, MSG_NOSIGNAL);
        (void)close(helpers[i]);
        ck_assert_int_eq(web_read(asked[i]).status, 200);
    }
    ck_assert_int_le(visit_ms(), 250 * place_slowness());
}
END_TEST

START_TEST(one_client_has_so_many_exchanges) {
    int asked[WEB_EXCHANGES_PER_CLIENT], helpers[WEB_EXCHANGES_PER_CLIENT], other;

    web_begin(NULL);
    for (int i = 0; i < WEB_EXCHANGES_PER_CLIENT; i++) {
        asked[i] = web_ask("GET", "/", "X-Forwarded-For: 198.51.100.7\r\n");
        helpers[i] = web_helper_takes(told);
        web_helper_says(helpers[i], "ready\nid=k3v9q2\n");
    }
    ck_assert_int_eq(WEB_GET("/", "X-Forwarded-For: 198.51.100.7\r\n").status, 503);
    other = web_ask("GET", "/", "X-Forwarded-For: 198.51.100.8\r\n");
    web_helper_answers(web_helper_takes(told), "page\npage=expired\n");
    ck_assert_int_eq(web_read(other).status, 200);
    for (int i = 0; i < WEB_EXCHANGES_PER_CLIENT; i++) {
        (void)close(helpers[i]);
        ck_assert_int_eq(web_read(asked[i]).status, 503);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web_load");
    TCase *t = web_case("web_load", 120);

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_thousand_half_open_clients_delay_nobody);
    tcase_add_test(t, whoever_sends_byte_by_byte_is_not_waited_for);
    tcase_add_test(t, a_slow_request_and_a_slow_helper_are_both_borne);
    tcase_add_test(t, one_address_has_so_many_connections);
    tcase_add_test(t, a_full_house_still_serves);
    tcase_add_test(t, so_many_exchanges_and_no_more);
    tcase_add_test(t, one_client_has_so_many_exchanges);
    suite_add_tcase(s, t);
    return s;
}
