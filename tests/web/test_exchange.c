/* Questions to the helper: what counts as an answer, how long it is waited for, how many run. */
#include "web/exchange.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "web/web.h"

static struct event_base *base;
static struct exchanges *all;
static struct wire_message *request;
static struct address client;
static char directory[64], path[96];
static int helper;

/* What the last answer was. */
static struct {
    int calls;
    enum wire_verb verb; /* WIRE_NO_VERB: none */
    char why[128];
} heard;

static void setup(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)snprintf(directory, sizeof directory, "/tmp/wecom-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(path, sizeof path, "%s/web.sock", directory);
    memcpy(at.sun_path, path, strlen(path) + 1);
    helper = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(helper, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(helper, 1000), 0);
    base = event_base_new();
    all = exchanges_new(base, path);
    request = wire_new(WIRE_PROOF);
    ck_assert_int_eq(wire_set(request, WIRE_F_FILE, "x"), WECOM_OK);
    ck_assert(address_parse("192.0.2.1", 9, &client));
    memset(&heard, 0, sizeof heard);
}

static void teardown(void) {
    exchanges_free(all);
    event_base_free(base);
    wire_free(request);
    (void)close(helper);
    (void)unlink(path);
    (void)rmdir(directory);
}

static void on_done(void *arg, const struct wire_message *answer, const char *why) {
    ck_assert_ptr_eq(arg, &heard);
    ck_assert((answer == NULL) == (why != NULL));
    heard.calls++;
    heard.verb = answer != NULL ? answer->verb : WIRE_NO_VERB;
    (void)snprintf(heard.why, sizeof heard.why, "%s", why != NULL ? why : "");
}

static enum wecom_error start(enum wire_verb wanted, int64_t limit_ms) {
    struct exchange *x = NULL;
    enum wecom_error err =
        exchange_start(all, &client, request, wanted, limit_ms, on_done, &heard, &x);

    ck_assert((x != NULL) == (err == WECOM_OK));
    return err;
}

/* The helper's end of the next one. */
static int take(void) {
    char packet[WECOM_PACKET_MAX_BYTES];
    int fd = accept(helper, NULL, NULL);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_gt(recv(fd, packet, sizeof packet, 0), 0);
    return fd;
}

static void say(int fd, const char *packet) {
    ck_assert_int_eq(send(fd, packet, strlen(packet), MSG_NOSIGNAL), (ssize_t)strlen(packet));
}

static void run_until_done(void) {
    while (heard.calls == 0)
        ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* What comes before the end of the connection; what is wanted; what that makes. */
static const struct {
    const char *packets[3];
    enum wire_verb wanted, verb;
    const char *why;
} answers[] = {
    {{"ready\nid=a\n", "reply\nstatus=200\nbody=\n"}, WIRE_REPLY, WIRE_REPLY, ""},
    {{"ready\nid=a\n", "page\npage=used\n"}, WIRE_PAGE, WIRE_PAGE, ""},
    {{"ready\nid=a\n"}, WIRE_READY, WIRE_READY, ""},
    {{NULL}, WIRE_REPLY, WIRE_NO_VERB, "the helper hung up"},
    {{"ready\nid=a\n"}, WIRE_REPLY, WIRE_NO_VERB, "the helper hung up"},
    {{"reply\nstatus=200\nbody=\n"}, WIRE_REPLY, WIRE_NO_VERB, "the helper answered out of turn"},
    {{"reply\nstatus=200\nbody=\n"}, WIRE_READY, WIRE_NO_VERB, "the helper answered out of turn"},
    {{"ready\nid=a\n", "ready\nid=a\n"},
     WIRE_REPLY,
     WIRE_NO_VERB,
     "the helper answered out of turn"},
    {{"ready\nid=a\n", "page\npage=used\n"},
     WIRE_REPLY,
     WIRE_NO_VERB,
     "the helper answered out of turn"},
    {{"ready\nid=a\n", "result\nverdict=granted\n"},
     WIRE_PAGE,
     WIRE_NO_VERB,
     "the helper answered out of turn"},
    {{"ready\nid=a\n", "reply\nstatus=200\n"},
     WIRE_REPLY,
     WIRE_NO_VERB,
     "the helper sent something that is not of the protocol"},
    {{"nonsense"},
     WIRE_REPLY,
     WIRE_NO_VERB,
     "the helper sent something that is not of the protocol"},
};

START_TEST(an_answer_is_one_of_the_wanted_verb_after_ready) {
    int fd;

    ck_assert_int_eq(start(answers[_i].wanted, 5000), WECOM_OK);
    fd = take();
    for (int i = 0; i < 3 && answers[_i].packets[i] != NULL; i++)
        say(fd, answers[_i].packets[i]);
    (void)close(fd);
    run_until_done();
    ck_assert_int_eq(heard.verb, answers[_i].verb);
    ck_assert_str_eq(heard.why, answers[_i].why);
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(heard.calls, 1);
}
END_TEST

START_TEST(the_limit_is_for_all_of_it) {
    int fd;

    ck_assert_int_eq(start(WIRE_REPLY, 100), WECOM_OK);
    fd = take();
    say(fd, "ready\nid=a\n");
    run_until_done();
    ck_assert_str_eq(heard.why, "the helper did not answer in time");
    (void)close(fd);
    heard.calls = 0;
    ck_assert_int_eq(start(WIRE_REPLY, 50), WECOM_OK);
    fd = take();
    run_until_done();
    ck_assert_str_eq(heard.why, "the helper is not ready");
    (void)close(fd);
}
END_TEST

START_TEST(nobody_at_the_socket_is_an_error_at_once) {
    (void)close(helper);
    ck_assert_int_eq(start(WIRE_REPLY, 5000), WECOM_E_CLOSED);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(start(WIRE_REPLY, 5000), WECOM_E_CLOSED);
    ck_assert_int_eq(heard.calls, 0);
    helper = -1;
}
END_TEST

START_TEST(a_client_has_so_many_and_all_have_so_many) {
    int first = -1;

    for (int i = 0; i < WEB_EXCHANGES; i++) {
        client.bytes[15] = (uint8_t)(i / WEB_EXCHANGES_PER_CLIENT);
        ck_assert_int_eq(start(WIRE_REPLY, 60000), WECOM_OK);
        first = first < 0 ? take() : first;
        if (i % WEB_EXCHANGES_PER_CLIENT == WEB_EXCHANGES_PER_CLIENT - 1)
            ck_assert_int_eq(start(WIRE_REPLY, 60000), WECOM_E_TIMEOUT);
    }
    client.bytes[15] = 99;
    ck_assert_int_eq(start(WIRE_REPLY, 60000), WECOM_E_TIMEOUT);
    (void)close(first);
    run_until_done();
    ck_assert_int_eq(start(WIRE_REPLY, 60000), WECOM_OK);
    heard.calls = 0;
    exchanges_end(all);
    ck_assert_int_eq(heard.calls, WEB_EXCHANGES);
    ck_assert_str_eq(heard.why, "wecom-web ends");
    for (int i = 0; i < 2 * WEB_EXCHANGES_PER_CLIENT; i++) { /* nothing of them still counts */
        struct exchange *x = NULL;

        ck_assert_int_eq(
            exchange_start(all, &client, request, WIRE_REPLY, 60000, on_done, &heard, &x),
            WECOM_OK);
        exchange_cancel(x);
    }
}
END_TEST

START_TEST(what_is_longer_than_a_packet_is_told_as_such) {
    char *query = malloc(WECOM_QUERY_MAX_BYTES + 1), *body = malloc(WECOM_EVENT_MAX_BYTES + 1);

    memset(query, '%', WECOM_QUERY_MAX_BYTES);
    query[WECOM_QUERY_MAX_BYTES] = '\0';
    memset(body, 'x', WECOM_EVENT_MAX_BYTES);
    body[WECOM_EVENT_MAX_BYTES] = '\0';
    wire_reset(request, WIRE_EVENT);
    ck_assert_int_eq(wire_set(request, WIRE_F_APP, "a"), WECOM_OK);
    ck_assert_int_eq(wire_set(request, WIRE_F_CLIENT, "::1"), WECOM_OK);
    ck_assert_int_eq(wire_set(request, WIRE_F_QUERY, query), WECOM_OK);
    ck_assert_int_eq(wire_set(request, WIRE_F_BODY, body), WECOM_OK);
    ck_assert_int_eq(start(WIRE_REPLY, 5000), WECOM_E_TOO_LONG);
    free(query);
    free(body);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("exchange");
    TCase *t = tcase_create("exchange");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, an_answer_is_one_of_the_wanted_verb_after_ready, 0,
                        (int)(sizeof answers / sizeof answers[0]));
    tcase_add_test(t, the_limit_is_for_all_of_it);
    tcase_add_test(t, nobody_at_the_socket_is_an_error_at_once);
    tcase_add_test(t, a_client_has_so_many_and_all_have_so_many);
    tcase_add_test(t, what_is_longer_than_a_packet_is_told_as_such);
    suite_add_tcase(s, t);
    return s;
}
