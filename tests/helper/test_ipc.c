/* Messages between the two processes. */
#include "helper/ipc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

struct end {
    struct ipc *ipc;
    volatile int messages, closed;
    json_t *last;
    char why[128];
    bool frees; /* from inside the callback */
};

static struct event_base *base;
static struct end a, b;
static int raw; /* b's descriptor, where the test speaks itself */

static void on_message(void *arg, json_t *message) {
    struct end *end = arg;

    end->messages++;
    json_decref(end->last);
    end->last = json_incref(message);
    if (end->frees) {
        ipc_free(end->ipc);
        end->ipc = NULL;
    }
}

static void on_closed(void *arg, const char *why) {
    struct end *end = arg;

    end->closed++;
    (void)stpncpy(end->why, why, sizeof end->why - 1);
    if (end->frees) {
        ipc_free(end->ipc);
        end->ipc = NULL;
    }
}

static void pair(int fds[2]) {
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

static void setup(void) {
    int fds[2];

    base = support_loop();
    pair(fds);
    a = b = (struct end){0};
    a.ipc = ipc_new(base, fds[0], on_message, on_closed, &a);
    raw = fds[1];
    ck_assert_ptr_nonnull(a.ipc);
}

static void listen_too(void) {
    b.ipc = ipc_new(base, raw, on_message, on_closed, &b);
    ck_assert_ptr_nonnull(b.ipc);
    raw = -1;
}

static void teardown(void) {
    ipc_free(a.ipc);
    ipc_free(b.ipc);
    json_decref(a.last);
    json_decref(b.last);
    if (raw >= 0)
        (void)close(raw);
    event_base_free(base);
}

static json_t *text_of(size_t bytes) {
    char *text = malloc(bytes + 1);
    json_t *message;

    memset(text, 'x', bytes);
    text[bytes] = '\0';
    message = json_pack("{s:s}", "text", text);
    free(text);
    return message;
}

static const size_t sizes[] = {0,      1,       IPC_PACKET_BYTES - 20,      IPC_PACKET_BYTES, 65536,
                               200000, 1000000, IPC_MESSAGE_MAX_BYTES - 100};

START_TEST(a_message_of_any_size_comes_whole) {
    json_t *sent = text_of(sizes[_i]);

    listen_too();
    ck_assert(ipc_send(a.ipc, json_incref(sent)));
    support_wait(base, &b.messages);
    ck_assert_int_eq(b.messages, 1);
    ck_assert(json_equal(b.last, sent));
    json_decref(sent);
}
END_TEST

START_TEST(many_messages_come_in_order_in_both_directions) {
    listen_too();
    for (int i = 0; i < 500; i++) {
        ck_assert(ipc_send(a.ipc, json_pack("{s:i, s:o}", "n", i, "more", text_of(3000))));
        ck_assert(ipc_send(b.ipc, json_pack("{s:i}", "n", -i)));
    }
    while (a.messages < 500 || b.messages < 500)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(b.last, "n")), 499);
    ck_assert_int_eq(json_integer_value(json_object_get(a.last, "n")), -499);
}
END_TEST

START_TEST(what_is_too_large_or_nothing_is_not_sent) {
    ck_assert(!ipc_send(a.ipc, text_of(IPC_MESSAGE_MAX_BYTES)));
    ck_assert(!ipc_send(a.ipc, NULL));
}
END_TEST

START_TEST(who_does_not_read_does_not_fill_our_memory) {
    int sent = 0;

    while (ipc_send(a.ipc, text_of(1000000)))
        ck_assert_int_lt(++sent, IPC_QUEUE_MAX_BYTES / 1000000 + 10);
    ck_assert_int_gt(sent, 10);
}
END_TEST

static const struct {
    const char *packet;
    size_t len;
} odd[] = {
    {".", 1},
    {".{", 2},
    {".[]", 3},
    {".1", 2},
    {"x{}", 3},
    {"{}", 2},
    {".{\"a\":1", 7},
    {".{}x", 4},
    {".{\"a\":1,\"a\":2}", 14},
    {".{\"\xff\":1}", 8},
};

START_TEST(what_is_no_message_closes_the_connection) {
    ck_assert_int_eq(send(raw, odd[_i].packet, odd[_i].len, 0), (ssize_t)odd[_i].len);
    support_wait(base, &a.closed);
    ck_assert_int_eq(a.messages, 0);
    ck_assert_str_eq(a.why, "sent what is no message");
    ck_assert(!ipc_send(a.ipc, json_object()));
}
END_TEST

START_TEST(a_packet_that_is_too_large_closes_the_connection) {
    char *packet = calloc(1, IPC_PACKET_BYTES + 1);

    packet[0] = '.';
    ck_assert_int_eq(send(raw, packet, IPC_PACKET_BYTES + 1, 0), IPC_PACKET_BYTES + 1);
    support_wait(base, &a.closed);
    free(packet);
}
END_TEST

START_TEST(a_message_without_end_closes_the_connection) {
    char packet[IPC_PACKET_BYTES];
    size_t sent = 0;

    memset(packet, ' ', sizeof packet);
    packet[0] = '+';
    while (a.closed == 0) {
        if (send(raw, packet, sizeof packet, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            sent += sizeof packet;
        else
            support_run(base);
        ck_assert_uint_lt(sent, 2 * (size_t)IPC_MESSAGE_MAX_BYTES);
    }
    ck_assert_int_eq(a.messages, 0);
}
END_TEST

START_TEST(an_end_is_told_once_with_what_was_sent_before_it) {
    ck_assert_int_eq(send(raw, ".{\"n\":1}", 8, 0), 8);
    (void)close(raw);
    raw = -1;
    support_wait(base, &a.closed);
    support_run(base);
    ck_assert_int_eq(a.messages, 1);
    ck_assert_int_eq(a.closed, 1);
}
END_TEST

START_TEST(a_callback_may_free_it) {
    a.frees = true;
    ck_assert_int_eq(send(raw, ".{}", 3, 0), 3);
    ck_assert_int_eq(send(raw, ".{}", 3, 0), 3);
    support_wait(base, &a.messages);
    support_run(base);
    ck_assert_int_eq(a.messages, 1);
    ck_assert_ptr_null(a.ipc);
}
END_TEST

START_TEST(the_end_may_free_it_too) {
    a.frees = true;
    (void)close(raw);
    raw = -1;
    support_wait(base, &a.closed);
    ck_assert_ptr_null(a.ipc);
}
END_TEST

START_TEST(flush_brings_the_queue_out_while_the_other_side_reads) {
    char packet[IPC_PACKET_BYTES];
    int packets = 0;
    pid_t child;

    for (int i = 0; i < 100; i++)
        ck_assert(ipc_send(a.ipc, text_of(20000)));
    child = fork();
    if (child == 0) {
        ipc_flush(a.ipc, 10000);
        _exit(0);
    }
    ck_assert_int_eq(fcntl(raw, F_SETFL, 0), 0);
    while (packets < 100 && recv(raw, packet, sizeof packet, 0) > 0)
        packets++;
    ck_assert_int_eq(packets, 100);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ipc");
    TCase *t = tcase_create("ipc");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_message_of_any_size_comes_whole, 0, SUPPORT_COUNT(sizes));
    tcase_add_test(t, many_messages_come_in_order_in_both_directions);
    tcase_add_test(t, what_is_too_large_or_nothing_is_not_sent);
    tcase_add_test(t, who_does_not_read_does_not_fill_our_memory);
    tcase_add_loop_test(t, what_is_no_message_closes_the_connection, 0, SUPPORT_COUNT(odd));
    tcase_add_test(t, a_packet_that_is_too_large_closes_the_connection);
    tcase_add_test(t, a_message_without_end_closes_the_connection);
    tcase_add_test(t, an_end_is_told_once_with_what_was_sent_before_it);
    tcase_add_test(t, a_callback_may_free_it);
    tcase_add_test(t, the_end_may_free_it_too);
    tcase_add_test(t, flush_brings_the_queue_out_while_the_other_side_reads);
    suite_add_tcase(s, t);
    return s;
}
