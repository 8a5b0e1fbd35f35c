/* HTTPS over the event loop: against the simulator, with real TLS, and against broken servers. */
#include "helper/wecom/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/sim/simctl.h"

#define SECRET "corpsecret=the-Secret-itself"
#define PATH "/cgi-bin/gettoken"

static char *directory;
static struct sim *sim;
static struct event_base *base;
static struct http *http;
static struct http_sender sender;

/* One request and what came of it. */
struct asked {
    volatile int done;
    struct http_exchange *exchange;
    enum http_outcome outcome;
    long status;
    char *body;
    size_t body_bytes;
    int64_t date_s;
    char detail[512], address[64];
    struct asked *cancels;
};

static void on_done(void *arg, const struct http_answer *answer) {
    struct asked *asked = arg;

    asked->done++;
    asked->outcome = answer->outcome;
    asked->status = answer->status;
    asked->body = strdup(answer->body);
    asked->body_bytes = answer->body_bytes;
    asked->date_s = answer->date_s;
    ck_assert_uint_eq(strlen(answer->body), answer->body_bytes);
    (void)snprintf(asked->detail, sizeof asked->detail, "%s", answer->detail);
    (void)snprintf(asked->address, sizeof asked->address, "%s", answer->address);
    if (asked->cancels != NULL)
        sender.cancel(asked->cancels->exchange);
    /* nothing of the URL behind its host, in any case */
    ck_assert_ptr_null(strstr(asked->detail, "the-Secret"));
    ck_assert_ptr_null(strstr(asked->detail, "corpsecret"));
    ck_assert_ptr_null(strchr(asked->detail, '?'));
    ck_assert((answer->outcome == HTTP_ANSWERED) == (answer->status != 0));
    ck_assert((answer->outcome == HTTP_ANSWERED) == (asked->detail[0] == '\0'));
}

static struct http_request request_of(const char *url) {
    return (struct http_request){.url = url,
                                 .ca_file = sim_ca_file(sim),
                                 .proxy = "",
                                 .answer_max_bytes = 16384,
                                 .timeout_ms = 8000};
}

static void start(struct asked *asked, const struct http_request *request) {
    *asked = (struct asked){0};
    asked->exchange = sender.start(sender.self, request, on_done, asked);
    ck_assert_ptr_nonnull(asked->exchange);
    ck_assert_int_eq(asked->done, 0);
}

static void finish(struct asked *asked) {
    support_wait(base, &asked->done);
    ck_assert_int_eq(asked->done, 1);
    free(asked->body);
    asked->body = NULL;
}

static void ask(struct asked *asked, const struct http_request *request) {
    start(asked, request);
    finish(asked);
}

/* gettoken of the simulator, with the secret of its sample application or a wrong one. */
static char *url_of(const char *api_url, const char *secret) {
    char *url = NULL;

    ck_assert_int_gt(asprintf(&url, "%s" PATH "?corpid=ww1234567890abcdef&%s", api_url, secret), 0);
    return url;
}

static char *token_url;

static void setup(void) {
    char *program = support_program("wecom-sim");

    directory = support_directory();
    sim = sim_start(program, "tests/sim/members.json", directory);
    ck_assert_ptr_nonnull(sim);
    free(program);
    base = support_loop();
    http = http_new(base);
    ck_assert_ptr_nonnull(http);
    sender = http_sender(http);
    token_url = url_of(sim_api_url(sim), SECRET);
}

static void teardown(void) {
    http_free(http);
    event_base_free(base);
    free(token_url);
    (void)sim_stop(sim); /* whether it ends well is a matter of its own tests */
    support_remove(directory);
}

START_TEST(an_answer_comes_with_its_status_date_and_address) {
    char *url = url_of(sim_api_url(sim), "corpsecret=sample-secret-of-1000002-0123456789abcdefg");
    struct http_request request = request_of(url);
    struct asked asked;

    start(&asked, &request);
    support_wait(base, &asked.done);
    ck_assert_msg(asked.outcome == HTTP_ANSWERED, "%s", asked.detail);
    ck_assert_int_eq(asked.status, 200);
    ck_assert_ptr_nonnull(strstr(asked.body, "\"access_token\""));
    ck_assert_str_eq(asked.address, "127.0.0.1");
    ck_assert_int_gt(asked.date_s, 1600000000);
    free(asked.body);
    free(url);
}
END_TEST

START_TEST(a_connection_is_kept_for_the_next_request) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    for (int i = 0; i < 10; i++) {
        ask(&asked, &request);
        ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    }
    ck_assert_int_eq(sim_count(sim, PATH), 10);
    ck_assert_int_eq(sim_count(sim, "handshakes"), 1);
    request.fresh = true;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    ck_assert_int_eq(sim_count(sim, "handshakes"), 2);
}
END_TEST

START_TEST(fifty_requests_at_once_are_all_answered) {
    static struct asked asked[50];
    struct http_request request = request_of(token_url);
    /* under valgrind (tests/valgrind) so many handshakes at once take longer than one may */
    size_t count = getenv("CK_TIMEOUT_MULTIPLIER") != NULL ? 8 : 50;

    for (size_t i = 0; i < count; i++)
        start(&asked[i], &request);
    for (size_t i = 0; i < count; i++) {
        finish(&asked[i]);
        ck_assert_int_eq(asked[i].outcome, HTTP_ANSWERED);
    }
    ck_assert_int_le(sim_count(sim, "handshakes"), 32);
}
END_TEST

START_TEST(a_post_carries_its_body_as_json) {
    char *url = NULL;
    struct http_request request;
    struct asked asked;

    ck_assert_int_gt(
        asprintf(&url, "%s/cgi-bin/auth/getuserdetail?access_token=x", sim_api_url(sim)), 0);
    request = request_of(url);
    request.body = "{\"user_ticket\":\"\xE5\xBC\xA0\"}";
    start(&asked, &request);
    support_wait(base, &asked.done);
    ck_assert_int_eq(asked.status, 200);
    ck_assert_ptr_nonnull(strstr(asked.body, "40014"));
    free(asked.body);
    free(url);
}
END_TEST

START_TEST(redirects_are_not_followed) {
    static const long statuses[] = {301, 302, 303, 307, 308};
    struct http_request request = request_of(token_url);
    struct asked asked;

    for (size_t i = 0; i < 5; i++) {
        ck_assert(sim_fault(sim, "{\"kind\":\"http_status\",\"http_status\":%ld}", statuses[i]));
        ask(&asked, &request);
        ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
        ck_assert_int_eq(asked.status, statuses[i]);
        ck_assert_int_eq(sim_count(sim, PATH), (int)i + 1);
    }
}
END_TEST

START_TEST(statuses_of_errors_are_answers) {
    static const long statuses[] = {404, 429, 500, 503};
    struct http_request request = request_of(token_url);
    struct asked asked;

    for (size_t i = 0; i < 4; i++) {
        ck_assert(sim_fault(sim, "{\"kind\":\"http_status\",\"http_status\":%ld}", statuses[i]));
        ask(&asked, &request);
        ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
        ck_assert_int_eq(asked.status, statuses[i]);
    }
}
END_TEST

static const char *const certificates[] = {"wrong_host", "expired", "self_signed"};

START_TEST(a_bad_certificate_is_refused_before_anything_is_sent) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    json_decref(sim_post(sim, "/certificate", "{\"kind\":\"good\"}"));
    for (size_t i = 0; i < 3; i++) {
        char order[64];

        (void)snprintf(order, sizeof order, "{\"kind\":\"%s\"}", certificates[i]);
        json_decref(sim_post(sim, "/certificate", order));
        ask(&asked, &request);
        ck_assert_msg(asked.outcome == HTTP_NO_TLS, "%s: %s", certificates[i], asked.detail);
    }
    ck_assert_int_eq(sim_count(sim, PATH), 0);
    json_decref(sim_post(sim, "/certificate", "{\"kind\":\"good\"}"));
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
}
END_TEST

START_TEST(an_authority_that_is_not_ours_is_refused) {
    struct http_request request = request_of(token_url);
    struct asked asked;
    char *empty = support_path(directory, "empty.pem");

    request.ca_file = _i == 0 ? NULL : _i == 1 ? "" : _i == 2 ? "/nonexistent.pem" : empty;
    support_write(empty, 0600, "", 0);
    ask(&asked, &request);
    ck_assert_msg(asked.outcome == HTTP_NO_TLS, "%d: %s", asked.outcome, asked.detail);
    ck_assert_int_eq(sim_count(sim, PATH), 0);
    free(empty);
}
END_TEST

START_TEST(another_name_than_that_of_the_certificate_is_refused) {
    char *url = NULL;
    struct http_request request;
    struct asked asked;

    /* the same address under a name that the certificate does not have */
    ck_assert_int_gt(
        asprintf(&url, "https://127.0.0.2:%s" PATH "?" SECRET, strrchr(sim_api_url(sim), ':') + 1),
        0);
    request = request_of(url);
    ask(&asked, &request);
    ck_assert(asked.outcome == HTTP_NO_TLS || asked.outcome == HTTP_NO_CONNECTION);
    ck_assert_int_eq(sim_count(sim, PATH), 0);
    free(url);
}
END_TEST

START_TEST(an_answer_over_its_limit_is_too_large) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    ck_assert(sim_fault(sim, "{\"kind\":\"huge_bytes\",\"huge_bytes\":10000000}"));
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_TOO_LARGE);
    ck_assert_uint_eq(asked.body_bytes, 0);
    ck_assert_str_eq(asked.detail, "the answer is too large");
    request.answer_max_bytes = 4;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_TOO_LARGE);
}
END_TEST

START_TEST(an_answer_of_exactly_its_limit_is_whole) {
    struct http_request request = request_of(token_url);
    struct asked asked;
    size_t bytes;

    ck_assert(sim_fault(sim, "{\"kind\":\"body\",\"body\":\"0123456789\",\"times\":2}"));
    request.answer_max_bytes = 10;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    bytes = asked.body_bytes;
    ck_assert_uint_eq(bytes, 10);
    request.answer_max_bytes = 9;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_TOO_LARGE);
}
END_TEST

START_TEST(a_slow_answer_is_lost_at_the_time_limit) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    /* over a connection that is there: a slow machine may need longer than that to shake hands */
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    request.timeout_ms = 400;
    ck_assert(
        sim_fault(sim, _i == 0 ? "{\"kind\":\"drip\",\"drip_ms\":100}" : "{\"kind\":\"hang\"}"));
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_LOST);
    ck_assert_int_eq(asked.status, 0);
    ck_assert(sim_faults_clear(sim));
}
END_TEST

static const char *const cuts[] = {"close_before", "close_mid"};

START_TEST(a_connection_that_breaks_loses_the_answer_and_nothing_is_sent_twice) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    /* on a new connection, and on one that was used before */
    for (int used = 0; used < 2; used++) {
        if (used == 1) {
            ask(&asked, &request);
            ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
        }
        ck_assert(sim_counts_reset(sim));
        ck_assert(sim_fault(sim, "{\"kind\":\"%s\"}", cuts[_i]));
        ask(&asked, &request);
        ck_assert_msg(asked.outcome == HTTP_LOST, "%d", asked.outcome);
        ck_assert_int_eq(sim_count(sim, PATH), 1);
    }
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
}
END_TEST

/* A port of our own that nobody listens on, or a server that behaves as the test wants. */
static int listen_at(uint16_t *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

START_TEST(a_refused_connection_was_not_sent) {
    uint16_t port;
    char url[128];
    struct http_request request = request_of(url);
    struct asked asked;

    (void)close(listen_at(&port));
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u" PATH "?" SECRET, port);
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_NO_CONNECTION);
}
END_TEST

START_TEST(a_name_that_is_none_was_not_sent) {
    struct http_request request = request_of("https://no-such-host.invalid" PATH "?" SECRET);
    struct asked asked;

    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_NO_NAME);
    ck_assert_ptr_nonnull(strstr(asked.detail, "no-such-host.invalid"));
}
END_TEST

START_TEST(a_server_that_does_not_shake_hands_is_not_waited_for_without_end) {
    uint16_t port;
    int fd = listen_at(&port);
    char url[128];
    struct http_request request = request_of(url);
    struct asked asked;

    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u" PATH "?" SECRET, port);
    request.timeout_ms = 300;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_NO_CONNECTION);
    (void)close(fd);
}
END_TEST

static const char *const plain[] = {
    "http://127.0.0.1:%u" PATH "?" SECRET, "ftp://127.0.0.1:%u" PATH "?" SECRET,
    "file:///etc/passwd?%u" SECRET, "gopher://127.0.0.1:%u/x?" SECRET, "telnet://127.0.0.1:%u/"};

START_TEST(nothing_but_https_is_spoken) {
    uint16_t port;
    int fd = listen_at(&port);
    struct pollfd arrival = {.fd = fd, .events = POLLIN};
    char url[128];
    struct http_request request = request_of(url);
    struct asked asked;

    (void)snprintf(url, sizeof url, plain[_i], port);
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_FAILED);
    ck_assert_int_eq(poll(&arrival, 1, 0), 0);
    (void)close(fd);
}
END_TEST

START_TEST(the_environment_names_no_proxy) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        "http_proxy"};
    struct http_request request = request_of(token_url);
    struct asked asked;

    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(setenv(names[i], "http://127.0.0.1:1", 1), 0);
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    request.proxy = NULL;
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_ANSWERED);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(unsetenv(names[i]), 0);
}
END_TEST

START_TEST(a_proxy_is_used_also_where_the_environment_excepts_the_host) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    ck_assert_int_eq(setenv("no_proxy", "*", 1), 0);
    request.proxy = "http://127.0.0.1:1";
    ask(&asked, &request);
    ck_assert_int_eq(asked.outcome, HTTP_NO_CONNECTION);
    ck_assert_int_eq(sim_count(sim, PATH), 0);
    ck_assert_int_eq(unsetenv("no_proxy"), 0);
}
END_TEST

START_TEST(what_curl_quotes_of_a_url_with_a_query_is_not_told) {
    struct http_request request = request_of(token_url);
    struct asked asked;

    request.proxy = "http://127.0.0.1:port?" SECRET;
    ask(&asked, &request); /* on_done looks at the detail */
    ck_assert_int_ne(asked.outcome, HTTP_ANSWERED);
    ck_assert_str_ne(asked.detail, "");
}
END_TEST

/* A proxy that takes one connection, reads what is asked and answers the same to all. */
struct proxy {
    int fd, peer;
    const char *answer;
    struct event *arrival, *request;
};

static void on_proxy_request(evutil_socket_t fd, short what, void *arg) {
    struct proxy *proxy = arg;
    char request[1024];
    ssize_t n = recv(fd, request, sizeof request - 1, 0);

    (void)what;
    ck_assert_int_gt(n, 0);
    request[n] = '\0';
    ck_assert_int_eq(strncmp(request, "CONNECT 127.0.0.1:", 18), 0);
    ck_assert_ptr_null(strstr(request, "corpsecret"));
    (void)!write(fd, proxy->answer, strlen(proxy->answer));
    (void)shutdown(fd, SHUT_RDWR);
}

static void on_proxy(evutil_socket_t fd, short what, void *arg) {
    struct proxy *proxy = arg;

    (void)what;
    proxy->peer = accept(fd, NULL, NULL);
    proxy->request = event_new(base, proxy->peer, EV_READ, on_proxy_request, proxy);
    ck_assert_int_eq(event_add(proxy->request, NULL), 0);
}

static const char *const proxy_answers[] = {
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    "garbage\r\n\r\n",
    "",
};

START_TEST(what_a_proxy_refuses_was_not_sent) {
    uint16_t port;
    struct proxy proxy = {.fd = listen_at(&port), .answer = proxy_answers[_i]};
    struct http_request request = request_of(token_url);
    char url[64];
    struct asked asked;

    proxy.arrival = event_new(base, proxy.fd, EV_READ, on_proxy, &proxy);
    ck_assert_int_eq(event_add(proxy.arrival, NULL), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    request.proxy = url;
    ask(&asked, &request);
    ck_assert_msg(asked.outcome == HTTP_NO_CONNECTION, "%d: %s", asked.outcome, asked.detail);
    ck_assert_int_eq(sim_count(sim, PATH), 0);
    event_free(proxy.arrival);
    event_free(proxy.request);
    (void)close(proxy.peer);
    (void)close(proxy.fd);
}
END_TEST

START_TEST(a_cancelled_request_is_never_heard_of) {
    struct http_request request = request_of(token_url);
    struct asked asked, other, third;

    start(&asked, &request);
    sender.cancel(asked.exchange);
    ck_assert(sim_fault(sim, "{\"kind\":\"delay_ms\",\"delay_ms\":500}"));
    start(&other, &request);
    support_rest(base, 50);
    sender.cancel(other.exchange);
    ask(&third, &request);
    ck_assert_int_eq(third.outcome, HTTP_ANSWERED);
    ck_assert_int_eq(asked.done + other.done, 0);
}
END_TEST

START_TEST(a_callback_may_cancel_another_request) {
    struct http_request request = request_of(token_url);
    struct asked first, second;

    ck_assert(sim_fault(sim, "{\"kind\":\"delay_ms\",\"delay_ms\":300,\"skip\":1}"));
    start(&first, &request);
    start(&second, &request);
    first.cancels = &second;
    second.cancels = &first;
    while (first.done + second.done == 0)
        ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(first.done + second.done, 1);
    free(first.done != 0 ? first.body : second.body);
}
END_TEST

START_TEST(requests_that_run_go_with_their_owner) {
    struct http_request request = request_of(token_url);
    struct asked asked[3];

    ck_assert(sim_fault(sim, "{\"kind\":\"hang\",\"times\":0}"));
    for (size_t i = 0; i < 3; i++)
        start(&asked[i], &request);
    support_rest(base, 50);
    http_free(http);
    http = NULL;
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(asked[i].done, 0);
    ck_assert(sim_faults_clear(sim));
    http_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("http");
    TCase *t = tcase_create("http");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, an_answer_comes_with_its_status_date_and_address);
    tcase_add_test(t, a_connection_is_kept_for_the_next_request);
    tcase_add_test(t, fifty_requests_at_once_are_all_answered);
    tcase_add_test(t, a_post_carries_its_body_as_json);
    tcase_add_test(t, redirects_are_not_followed);
    tcase_add_test(t, statuses_of_errors_are_answers);
    tcase_add_test(t, a_bad_certificate_is_refused_before_anything_is_sent);
    tcase_add_loop_test(t, an_authority_that_is_not_ours_is_refused, 0, 4);
    tcase_add_test(t, another_name_than_that_of_the_certificate_is_refused);
    tcase_add_test(t, an_answer_over_its_limit_is_too_large);
    tcase_add_test(t, an_answer_of_exactly_its_limit_is_whole);
    tcase_add_loop_test(t, a_slow_answer_is_lost_at_the_time_limit, 0, 2);
    tcase_add_loop_test(t, a_connection_that_breaks_loses_the_answer_and_nothing_is_sent_twice, 0,
                        SUPPORT_COUNT(cuts));
    tcase_add_test(t, a_refused_connection_was_not_sent);
    tcase_add_test(t, a_name_that_is_none_was_not_sent);
    tcase_add_test(t, a_server_that_does_not_shake_hands_is_not_waited_for_without_end);
    tcase_add_loop_test(t, nothing_but_https_is_spoken, 0, SUPPORT_COUNT(plain));
    tcase_add_test(t, the_environment_names_no_proxy);
    tcase_add_test(t, a_proxy_is_used_also_where_the_environment_excepts_the_host);
    tcase_add_test(t, what_curl_quotes_of_a_url_with_a_query_is_not_told);
    tcase_add_loop_test(t, what_a_proxy_refuses_was_not_sent, 0, SUPPORT_COUNT(proxy_answers));
    tcase_add_test(t, a_cancelled_request_is_never_heard_of);
    tcase_add_test(t, a_callback_may_cancel_another_request);
    tcase_add_test(t, requests_that_run_go_with_their_owner);
    suite_add_tcase(s, t);
    return s;
}
