/* The sockets and who is at them: real sockets, a real event loop. */
#include "helper/server.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helper/log.h"
#include "tests/check_main.h"
#include "tests/helper/support_server.h"

static struct served *served;
static int messages, dropped;
static struct server_peer *last_peer;
static enum wire_verb last_verb;
static char last_service[65];

/* What is done with the next message. */
static enum {
    IGNORE,     /* only look at it */
    ATTACH,     /* an exchange begins */
    ANSWER,     /* one answer and the end */
    FLOOD,      /* as many answers as the test says */
    FLOOD_END,  /* the same, and the end */
    REFUSE,     /* an exchange begins, and the peer is refused */
    END_AT_ONCE /* the end, without an answer */
} reaction;

static unsigned int flood;

static void on_drop(void *exchange) {
    ck_assert_ptr_eq(exchange, &dropped);
    dropped++;
}

static void answer(struct server_peer *peer, const char *id) {
    struct wire_message *m = wire_new(WIRE_READY);

    ck_assert_int_eq(wire_set(m, WIRE_F_ID, id), WECOM_OK);
    server_send(peer, m);
    wire_free(m);
}

static void on_message(void *arg, struct server_peer *peer, const struct wire_message *message) {
    ck_assert_ptr_eq(arg, &messages);
    messages++;
    last_peer = peer;
    last_verb = message->verb;
    (void)snprintf(last_service, sizeof last_service, "%s",
                   wire_get(message, WIRE_F_SERVICE) != NULL ? wire_get(message, WIRE_F_SERVICE)
                                                             : "");
    switch (reaction) {
    case IGNORE:
        break;
    case ATTACH:
        server_attach(peer, &dropped, on_drop);
        ck_assert_ptr_eq(server_exchange(peer), &dropped);
        break;
    case ANSWER:
        server_attach(peer, &dropped, on_drop);
        answer(peer, "one");
        answer(peer, "two");
        server_finish(peer);
        break;
    case FLOOD:
    case FLOOD_END:
        server_attach(peer, &dropped, on_drop);
        for (unsigned int i = 0; i < flood; i++)
            answer(peer, "flood");
        if (reaction == FLOOD_END)
            server_finish(peer);
        break;
    case REFUSE:
        server_attach(peer, &dropped, on_drop);
        server_refuse(peer, "did what must not be done");
        break;
    case END_AT_ONCE:
        server_attach(peer, &dropped, on_drop);
        server_finish(peer);
        break;
    }
}

static void setup(void) {
    log_open("test", true, LOG_EMERG); /* refusals are expected here */
    messages = dropped = 0;
    last_peer = NULL;
    reaction = IGNORE;
    served = served_new("[service web]\nmethods = code\nsocket = $/service.sock\n", on_message,
                        &messages);
}

static void teardown(void) {
    served_free(served);
}

static void run_until(const int *count, int wanted) {
    for (int i = 0; i < 1000 && *count < wanted; i++)
        ck_assert_int_eq(event_base_loop(served->base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(*count, wanted);
}

static void say_begin(int fd) {
    served_say(fd, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_IDENTITY, "no", WIRE_F_DEADLINE_MS,
               "10000", WIRE_FIELD_COUNT);
}

/* The other side hangs up without another word. */
static void expect_end(int fd) {
    char packet[WECOM_PACKET_MAX_BYTES];

    ck_assert_int_eq(served_read(served, fd, packet, sizeof packet), -1);
    (void)close(fd);
    ck_assert_uint_eq(server_peers(served->server), 0);
}

START_TEST(a_message_arrives_with_its_door_and_its_sender) {
    static const struct {
        const char *name, *service;
        enum server_door door;
    } doors[] = {{"login.sock", NULL, SERVER_LOGIN},
                 {"service.sock", "web", SERVER_SERVICE},
                 {"admin.sock", NULL, SERVER_ADMIN},
                 {"web.sock", NULL, SERVER_WEB}};
    int fd = served_dial(served, doors[_i].name);

    say_begin(fd);
    run_until(&messages, 1);
    ck_assert_int_eq(last_verb, WIRE_BEGIN);
    ck_assert_str_eq(last_service, "sshd");
    ck_assert_int_eq(server_peer_door(last_peer), doors[_i].door);
    if (doors[_i].service != NULL)
        ck_assert_str_eq(server_peer_service(last_peer), doors[_i].service);
    else
        ck_assert_ptr_null(server_peer_service(last_peer));
    ck_assert_uint_eq(server_peer_uid(last_peer), geteuid());
    ck_assert_int_eq(server_peer_pid(last_peer), getpid());
    ck_assert(server_peer_in_group(last_peer, getegid()));
    ck_assert(!server_peer_in_group(last_peer, 54321));
    ck_assert_ptr_null(server_exchange(last_peer));
    ck_assert_uint_eq(server_peers(served->server), 1);
    (void)close(fd);
}
END_TEST

START_TEST(supplementary_groups_count_as_they_were_at_the_connect) {
    static const gid_t groups[] = {33333, 44444};
    int fd;

    if (geteuid() != 0)
        return;
    ck_assert_int_eq(setgroups(2, groups), 0);
    fd = served_dial(served, "login.sock");
    ck_assert_int_eq(setgroups(0, NULL), 0);
    say_begin(fd);
    run_until(&messages, 1);
    ck_assert(server_peer_in_group(last_peer, 33333));
    ck_assert(server_peer_in_group(last_peer, 44444));
    ck_assert(!server_peer_in_group(last_peer, 33334));
    (void)close(fd);
}
END_TEST

START_TEST(sockets_have_their_modes_and_go_with_the_server) {
    struct stat st;
    char why[512], *path = support_path(served->directory, "login.sock");

    server_free(served->server);
    ck_assert_int_ne(lstat(path, &st), 0);
    served->server = server_open(served->config, (uid_t)-1, (gid_t)-1, why, sizeof why);
    ck_assert_ptr_nonnull(served->server);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0660);
    free(path);
    path = support_path(served->directory, "service.sock");
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0660);
    free(path);
    path = support_path(served->directory, "admin.sock");
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    free(path);
    path = support_path(served->directory, "web.sock");
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    /* a second helper does not come in between */
    ck_assert_ptr_null(server_open(served->config, (uid_t)-1, (gid_t)-1, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "another helper listens there"));
    ck_assert_int_eq(lstat(path, &st), 0);
    free(path);
}
END_TEST

static const struct {
    const char *bytes;
    size_t len;
} garbage[] = {
    {"hello", 5},
    {"begin\n", 6},
    {"begin\nservice=sshd\nidentity=no\n", 31}, /* a field is missing */
    {"nonsense\n", 9},
    {"\0", 1},
    {"begin\nservice=sshd\nidentity=no\ndeadline_ms=1\nx=1\n", 49},
    {"begin\nservice=sshd\nidentity=no\ndeadline_ms=1", 44},
    {"GET / HTTP/1.1\r\n\r\n", 18},
};

START_TEST(who_sends_garbage_is_closed_and_his_exchange_dropped) {
    int fd = served_dial(served, "login.sock");

    reaction = ATTACH;
    if (_i % 2 == 1) {
        say_begin(fd);
        run_until(&messages, 1);
    }
    ck_assert_int_eq(send(fd, garbage[_i].bytes, garbage[_i].len, MSG_NOSIGNAL),
                     (ssize_t)garbage[_i].len);
    expect_end(fd);
    ck_assert_int_eq(dropped, _i % 2);
    ck_assert_int_eq(messages, _i % 2);
}
END_TEST

START_TEST(a_packet_over_the_limit_is_refused_even_if_its_beginning_is_good) {
    static char packet[WECOM_PACKET_MAX_BYTES + 1] =
        "begin\nservice=sshd\nidentity=no\ndeadline_ms=1\n";
    int fd = served_dial(served, "login.sock");
    size_t len = _i == 0 ? sizeof packet : sizeof packet - 1;

    memset(packet + strlen(packet), '\n', sizeof packet - strlen(packet));
    ck_assert_int_eq(send(fd, packet, len, MSG_NOSIGNAL), (ssize_t)len);
    expect_end(fd);
    ck_assert_int_eq(messages, 0);
}
END_TEST

START_TEST(a_packet_without_bytes_is_an_end) {
    int fd = served_dial(served, "login.sock");

    reaction = ATTACH;
    say_begin(fd);
    run_until(&messages, 1);
    ck_assert_int_eq(send(fd, "", 0, MSG_NOSIGNAL), 0);
    expect_end(fd);
    ck_assert_int_eq(dropped, 1);
}
END_TEST

START_TEST(a_host_that_hangs_up_drops_its_exchange_once) {
    int fd = served_dial(served, "login.sock");

    reaction = ATTACH;
    say_begin(fd);
    run_until(&messages, 1);
    ck_assert_int_eq(dropped, 0);
    (void)close(fd);
    run_until(&dropped, 1);
    support_run(served->base);
    ck_assert_int_eq(dropped, 1);
    ck_assert_uint_eq(server_peers(served->server), 0);
}
END_TEST

START_TEST(the_end_comes_behind_all_answers_and_drops_nothing) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");

    reaction = ANSWER;
    say_begin(fd);
    ck_assert(served_receive(served, fd, m));
    ck_assert_str_eq(wire_get(m, WIRE_F_ID), "one");
    ck_assert(served_receive(served, fd, m));
    ck_assert_str_eq(wire_get(m, WIRE_F_ID), "two");
    expect_end(fd);
    ck_assert_int_eq(dropped, 0);
    wire_free(m);
}
END_TEST

START_TEST(an_end_without_an_answer_is_an_end) {
    int fd = served_dial(served, "login.sock");

    reaction = END_AT_ONCE;
    say_begin(fd);
    expect_end(fd);
    ck_assert_int_eq(dropped, 0);
}
END_TEST

START_TEST(who_is_refused_is_closed_at_once_and_his_exchange_dropped) {
    int fd = served_dial(served, "login.sock");

    reaction = REFUSE;
    say_begin(fd);
    say_begin(fd); /* never looked at */
    expect_end(fd);
    ck_assert_int_eq(dropped, 1);
    ck_assert_int_eq(messages, 1);
}
END_TEST

START_TEST(nothing_is_looked_at_behind_the_end) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");

    reaction = FLOOD_END;
    flood = SERVER_QUEUE; /* more than the kernel keeps: the end has to wait */
    say_begin(fd);
    run_until(&messages, 1);
    support_run(served->base);
    ck_assert_uint_eq(server_peers(served->server), 1);
    say_begin(fd);
    support_run(served->base);
    ck_assert_int_eq(messages, 1);
    while (served_receive(served, fd, m))
        flood--;
    ck_assert_uint_eq(flood, 0);
    ck_assert_int_eq(dropped, 0);
    (void)close(fd);
    wire_free(m);
}
END_TEST

START_TEST(who_hangs_up_before_the_answer_harms_nobody) {
    int fd = served_dial(served, "login.sock");

    reaction = ANSWER;
    say_begin(fd);
    (void)close(fd);
    run_until(&messages, 1);
    support_run(served->base);
    ck_assert_uint_eq(server_peers(served->server), 0);
    ck_assert_int_eq(dropped, 0);
}
END_TEST

START_TEST(a_slow_reader_gets_all_that_fits_into_the_queue) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");
    unsigned int got = 0;

    reaction = FLOOD;
    flood = SERVER_QUEUE;
    say_begin(fd);
    run_until(&messages, 1);
    support_run(served->base);
    ck_assert_uint_eq(server_peers(served->server), 1);
    for (; got < flood; got++)
        ck_assert(served_receive(served, fd, m));
    ck_assert_int_eq(dropped, 0);
    (void)close(fd);
    run_until(&dropped, 1);
    wire_free(m);
}
END_TEST

static int sent_count;

/* Ten more each time, until there were fifty times the queue. */
static void on_sent(void *exchange) {
    ck_assert_ptr_eq(exchange, &dropped);
    if (++sent_count < (int)SERVER_QUEUE * 5) {
        for (int i = 0; i < 10; i++)
            answer(last_peer, "x");
        server_when_sent(last_peer, on_sent);
    } else {
        server_finish(last_peer);
    }
}

START_TEST(who_waits_until_all_is_sent_can_say_any_number_of_things) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");
    unsigned int got = 0;

    reaction = FLOOD;
    flood = 5;
    say_begin(fd);
    run_until(&messages, 1);
    server_when_sent(last_peer, on_sent);
    while (served_receive(served, fd, m))
        got++;
    ck_assert_uint_eq(got, 5 + (SERVER_QUEUE * 5 - 1) * 10);
    ck_assert_int_eq(dropped, 0);
    (void)close(fd);
    wire_free(m);
}
END_TEST

static void on_sent_once(void *exchange) {
    ck_assert_ptr_eq(exchange, &dropped);
    sent_count++;
}

START_TEST(it_is_told_once_that_all_is_sent) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");

    reaction = ATTACH;
    say_begin(fd);
    run_until(&messages, 1);
    server_when_sent(last_peer, on_sent_once);
    answer(last_peer, "x");
    ck_assert(served_receive(served, fd, m));
    support_run(served->base);
    ck_assert_int_eq(sent_count, 1);
    answer(last_peer, "x");
    ck_assert(served_receive(served, fd, m));
    support_run(served->base);
    ck_assert_int_eq(sent_count, 1);
    (void)close(fd);
    wire_free(m);
}
END_TEST

START_TEST(nobody_is_told_of_what_is_sent_when_the_exchange_is_over) {
    int fd = served_dial(served, "login.sock");

    reaction = ATTACH;
    say_begin(fd);
    run_until(&messages, 1);
    server_when_sent(last_peer, on_sent);
    server_finish(last_peer);
    support_run(served->base);
    ck_assert_int_eq(sent_count, 0);
    (void)close(fd);
    /* nor when the peer went */
    fd = served_dial(served, "login.sock");
    say_begin(fd);
    run_until(&messages, 2);
    (void)close(fd);
    server_when_sent(last_peer, on_sent);
    answer(last_peer, "x");
    support_run(served->base);
    ck_assert_int_eq(sent_count, 0);
}
END_TEST

START_TEST(more_than_the_queue_takes_ends_the_exchange) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    int fd = served_dial(served, "login.sock");
    unsigned int got = 0;

    reaction = FLOOD;
    flood = SERVER_QUEUE + 10;
    say_begin(fd);
    while (served_receive(served, fd, m))
        got++;
    ck_assert_uint_eq(got, SERVER_QUEUE);
    ck_assert_int_eq(dropped, 1);
    (void)close(fd);
    wire_free(m);
}
END_TEST

START_TEST(who_connects_and_says_nothing_is_let_go_after_five_seconds) {
    int fd = served_dial(served, "login.sock");
    struct timespec before, after;
    int64_t ms;

    (void)clock_gettime(CLOCK_MONOTONIC, &before);
    expect_end(fd);
    (void)clock_gettime(CLOCK_MONOTONIC, &after);
    ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    ck_assert_int_ge(ms, SERVER_FIRST_MS - 50);
    ck_assert_int_lt(ms, SERVER_FIRST_MS + 5000);
}
END_TEST

/* Somebody who thinks about his code, beside somebody who never reads. */
START_TEST(who_never_reads_is_let_go_and_who_thinks_long_is_not) {
    char packet[WECOM_PACKET_MAX_BYTES];
    int deaf = served_dial(served, "login.sock"), slow = served_dial(served, "login.sock");

    reaction = ATTACH;
    say_begin(slow);
    run_until(&messages, 1);
    reaction = FLOOD;
    flood = SERVER_QUEUE;
    say_begin(deaf);
    run_until(&dropped, 1);
    ck_assert_uint_eq(server_peers(served->server), 1);
    ck_assert_int_eq(recv(slow, packet, sizeof packet, MSG_DONTWAIT), -1); /* still open */
    (void)close(deaf);
    (void)close(slow);
    run_until(&dropped, 2);
}
END_TEST

/* It keeps descriptors and their limit to itself. */
static bool is_valgrind(void) {
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

START_TEST(one_user_gets_no_more_than_his_share) {
    struct rlimit files = {4096, 4096};
    int fds[SERVER_PEERS_OF_USER + 8];
    char byte;
    int open_ones = 0, root;

    if (geteuid() != 0 || is_valgrind())
        return;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        ck_assert_int_eq(seteuid(12345), 0);
        fds[i] = served_dial(served, "login.sock");
        ck_assert_int_eq(seteuid(0), 0);
        support_run(served->base);
    }
    ck_assert_uint_eq(server_peers(served->server), SERVER_PEERS_OF_USER);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        open_ones += recv(fds[i], &byte, 1, MSG_DONTWAIT) < 0;
    ck_assert_int_eq(open_ones, SERVER_PEERS_OF_USER);
    root = served_dial(served, "login.sock"); /* root is not anybody's victim */
    support_run(served->base);
    ck_assert_uint_eq(server_peers(served->server), SERVER_PEERS_OF_USER + 1);
    (void)close(fds[0]);
    support_run(served->base);
    ck_assert_int_eq(seteuid(12345), 0);
    fds[0] = served_dial(served, "login.sock");
    ck_assert_int_eq(seteuid(0), 0);
    support_run(served->base);
    ck_assert_uint_eq(server_peers(served->server), SERVER_PEERS_OF_USER + 1);
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        (void)close(fds[i]);
    (void)close(root);
}
END_TEST

START_TEST(when_descriptors_run_out_the_server_waits_and_goes_on) {
    struct rlimit files, few;
    int fd, fillers[1024], count = 0;

    if (is_valgrind()) /* which accepts the connection itself and throws it away */
        return;
    fd = served_dial(served, "login.sock");
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    few = files;
    few.rlim_cur = (rlim_t)fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (count < 1024 && (fillers[count] = dup(fd)) >= 0)
        count++;
    ck_assert_int_lt(count, 1024);
    say_begin(fd);
    support_run(served->base);
    ck_assert_int_eq(messages, 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    run_until(&messages, 1);
    while (count > 0)
        (void)close(fillers[--count]);
    (void)close(fd);
}
END_TEST

START_TEST(the_servers_end_drops_every_exchange) {
    int fds[5];
    struct wire_message *m = wire_new(WIRE_NO_VERB);

    reaction = ATTACH;
    for (size_t i = 0; i < 5; i++) {
        fds[i] = served_dial(served, "login.sock");
        say_begin(fds[i]);
    }
    run_until(&messages, 5);
    server_free(served->server);
    served->server = NULL;
    ck_assert_int_eq(dropped, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert(!served_receive(served, fds[i], m));
        (void)close(fds[i]);
    }
    wire_free(m);
    server_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("server");
    TCase *t = tcase_create("server");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_message_arrives_with_its_door_and_its_sender, 0, 4);
    tcase_add_test(t, supplementary_groups_count_as_they_were_at_the_connect);
    tcase_add_test(t, sockets_have_their_modes_and_go_with_the_server);
    tcase_add_loop_test(t, who_sends_garbage_is_closed_and_his_exchange_dropped, 0,
                        SUPPORT_COUNT(garbage));
    tcase_add_loop_test(t, a_packet_over_the_limit_is_refused_even_if_its_beginning_is_good, 0, 2);
    tcase_add_test(t, a_packet_without_bytes_is_an_end);
    tcase_add_test(t, a_host_that_hangs_up_drops_its_exchange_once);
    tcase_add_test(t, the_end_comes_behind_all_answers_and_drops_nothing);
    tcase_add_test(t, an_end_without_an_answer_is_an_end);
    tcase_add_test(t, who_is_refused_is_closed_at_once_and_his_exchange_dropped);
    tcase_add_test(t, nothing_is_looked_at_behind_the_end);
    tcase_add_test(t, who_hangs_up_before_the_answer_harms_nobody);
    tcase_add_test(t, a_slow_reader_gets_all_that_fits_into_the_queue);
    tcase_add_test(t, who_waits_until_all_is_sent_can_say_any_number_of_things);
    tcase_add_test(t, it_is_told_once_that_all_is_sent);
    tcase_add_test(t, nobody_is_told_of_what_is_sent_when_the_exchange_is_over);
    tcase_add_test(t, more_than_the_queue_takes_ends_the_exchange);
    tcase_add_test(t, who_connects_and_says_nothing_is_let_go_after_five_seconds);
    tcase_add_test(t, who_never_reads_is_let_go_and_who_thinks_long_is_not);
    tcase_add_test(t, one_user_gets_no_more_than_his_share);
    tcase_add_test(t, when_descriptors_run_out_the_server_waits_and_goes_on);
    tcase_add_test(t, the_servers_end_drops_every_exchange);
    suite_add_tcase(s, t);
    return s;
}
