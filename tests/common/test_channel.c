/* One end of a conversation, against real sockets that behave in every wrong way. */
#include "common/channel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/common/freed.h"

/* How late a busy machine may be, ms; a uid that is neither root nor the helper's. */
enum { LATE_MS = 3000, OTHER_UID = 65534 };

static char folder[64], path[96];
static size_t files_before;
static pid_t server;

static size_t open_files(void) {
    DIR *dir = opendir("/proc/self/fd");
    size_t count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        count++;
    (void)closedir(dir);
    return count;
}

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/test_channel.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/socket", folder);
    server = 0;
    files_before = open_files();
}

static void stop_server(void) {
    if (server > 0) {
        (void)kill(server, SIGKILL);
        (void)waitpid(server, NULL, 0);
    }
    server = 0;
}

static void remove_folder(void) {
    stop_server();
    (void)unlink(path);
    (void)rmdir(folder);
}

static struct sockaddr_un address_of(const char *name) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    ck_assert_uint_lt(strlen(name), sizeof to.sun_path);
    memcpy(to.sun_path, name, strlen(name) + 1);
    return to;
}

static int listen_at(const char *name, int type, int backlog) {
    struct sockaddr_un to = address_of(name);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&to, sizeof to), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    return fd;
}

/* A helper in a process of its own, that takes one connection and does `act` with it. The socket
 * is there when this returns.
 */
static void serve(void (*act)(int fd)) {
    int listener = listen_at(path, SOCK_SEQPACKET, 8);

    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        int fd = accept(listener, NULL, NULL);

        act(fd);
        _exit(0);
    }
    ck_assert_int_eq(close(listener), 0);
}

static void rest_ms(int ms) {
    deadline_rest(deadline_in_ms(60000), ms);
}

static void read_one(int fd) {
    char packet[WECOM_PACKET_MAX_BYTES];

    (void)recv(fd, packet, sizeof packet, 0);
}

static void say(int fd, const char *packet) {
    (void)send(fd, packet, strlen(packet), MSG_NOSIGNAL);
}

static void hang_up_at_once(int fd) {
    (void)close(fd);
}

static void hang_up_after_reading(int fd) {
    read_one(fd);
    (void)close(fd);
}

static void stay_silent(int fd) {
    read_one(fd);
    rest_ms(60000);
}

static void say_ready(int fd) {
    read_one(fd);
    say(fd, "ready\nid=k3v9q2\n");
    rest_ms(60000);
}

static void say_ready_and_more(int fd) {
    read_one(fd);
    say(fd, "ready\nid=k3v9q2\n");
    say(fd, "result\nverdict=denied\nreason=not_member\n");
    (void)close(fd);
}

static void say_ready_too_late(int fd) {
    read_one(fd);
    rest_ms(WECOM_READY_MS + 600);
    say(fd, "ready\nid=k3v9q2\n");
    rest_ms(60000);
}

static void say_granted_first(int fd) {
    read_one(fd);
    say(fd, "result\nverdict=granted\naccount=valid\n");
    rest_ms(60000);
}

static void say_nonsense(int fd) {
    read_one(fd);
    say(fd, "HTTP/1.1 200 OK\r\n\r\n");
    rest_ms(60000);
}

static void say_ready_with_more_behind(int fd) {
    read_one(fd);
    say(fd, "ready\nid=k3v9q2\nx");
    rest_ms(60000);
}

static void say_too_much(int fd) {
    static char packet[WECOM_PACKET_MAX_BYTES + 1];

    read_one(fd);
    memset(packet, '\n', sizeof packet);
    memcpy(packet, "ready\nid=k3v9q2", 15);
    (void)send(fd, packet, sizeof packet, MSG_NOSIGNAL);
    rest_ms(60000);
}

static void say_nothing_in_a_packet(int fd) {
    read_one(fd);
    say(fd, "");
    rest_ms(60000);
}

static struct wire_message *new_request(void) {
    struct wire_message *m = wire_new(WIRE_INFO);

    ck_assert_int_eq(wire_set(m, WIRE_F_SERVICE, "sshd"), WECOM_OK);
    return m;
}

static bool is_empty(const struct wire_message *m) {
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if (wire_get(m, (enum wire_field)f) != NULL)
            return false;
    }
    return m->verb == WIRE_NO_VERB;
}

/* What an old reply looks like, for the question whether it survives an error. */
static struct wire_message *old_reply(void) {
    struct wire_message *m = wire_new(WIRE_RESULT);

    ck_assert_int_eq(wire_set(m, WIRE_F_VERDICT, "granted"), WECOM_OK);
    return m;
}

static const struct {
    void (*act)(int fd);
    int64_t deadline_ms;
    enum wecom_error err;
    int64_t least_ms, most_ms;
} replies[] = {
    {say_ready, 60000, WECOM_OK, 0, 0},
    {say_ready_and_more, 60000, WECOM_OK, 0, 0},
    {hang_up_at_once, 60000, WECOM_E_CLOSED, 0, 0},
    {hang_up_after_reading, 60000, WECOM_E_CLOSED, 0, 0},
    {stay_silent, 60000, WECOM_E_TIMEOUT, WECOM_READY_MS, WECOM_READY_MS},
    {stay_silent, 150, WECOM_E_TIMEOUT, 150, 150},
    {stay_silent, 0, WECOM_E_TIMEOUT, 0, 0},
    {say_ready_too_late, 60000, WECOM_E_TIMEOUT, WECOM_READY_MS, WECOM_READY_MS},
    {say_granted_first, 60000, WECOM_E_FORMAT, 0, 0},
    {say_nonsense, 60000, WECOM_E_FORMAT, 0, 0},
    {say_ready_with_more_behind, 60000, WECOM_E_FORMAT, 0, 0},
    {say_too_much, 60000, WECOM_E_TOO_LONG, 0, 0},
    {say_nothing_in_a_packet, 60000, WECOM_E_CLOSED, 0, 0},
};

START_TEST(only_ready_in_time_is_an_answer_to_a_request) {
    struct wire_message *request, *reply;
    int64_t start, took;
    int fd = -77;

    serve(replies[_i].act); /* before there is memory that its process would leak */
    request = new_request();
    reply = old_reply();
    start = deadline_now_ms();
    ck_assert_int_eq(
        channel_request(path, request, reply, deadline_in_ms(replies[_i].deadline_ms), &fd),
        replies[_i].err);
    took = deadline_now_ms() - start;
    ck_assert_int_ge(took, replies[_i].least_ms);
    ck_assert_int_le(took, replies[_i].most_ms + LATE_MS);
    if (replies[_i].deadline_ms < WECOM_READY_MS) /* the caller's own deadline comes first */
        ck_assert_int_lt(took, WECOM_READY_MS);
    if (replies[_i].err == WECOM_OK) {
        ck_assert_int_eq(reply->verb, WIRE_READY);
        ck_assert_str_eq(wire_get(reply, WIRE_F_ID), "k3v9q2");
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(close(fd), 0);
    } else {
        ck_assert(is_empty(reply)); /* neither the old grant nor the one that came out of turn */
        ck_assert_int_eq(fd, -77);
    }
    ck_assert_uint_eq(open_files(), files_before);
    wire_free(request);
    wire_free(reply);
}
END_TEST

START_TEST(messages_come_one_by_one_until_the_hang_up) {
    struct wire_message *request, *reply;
    struct deadline d = deadline_in_ms(10000);
    int fd;

    serve(say_ready_and_more);
    request = new_request();
    reply = wire_new(WIRE_NO_VERB);
    ck_assert_int_eq(channel_request(path, request, reply, d, &fd), WECOM_OK);
    ck_assert_int_eq(channel_receive(fd, reply, d), WECOM_OK);
    ck_assert_int_eq(reply->verb, WIRE_RESULT);
    ck_assert_str_eq(wire_get(reply, WIRE_F_REASON), "not_member");
    ck_assert_int_eq(channel_receive(fd, reply, d), WECOM_E_CLOSED);
    ck_assert(is_empty(reply));
    ck_assert_int_eq(channel_send(fd, request, d), WECOM_E_CLOSED); /* and no SIGPIPE */
    ck_assert_int_eq(channel_send(fd, request, d), WECOM_E_CLOSED);
    ck_assert_int_eq(close(fd), 0);
    wire_free(request);
    wire_free(reply);
}
END_TEST

START_TEST(a_request_that_cannot_be_packed_leaves_nothing_open) {
    struct wire_message *request = wire_new(WIRE_BEGIN), *reply = old_reply();
    int fd = -77;

    serve(say_ready);
    ck_assert_int_eq(channel_request(path, request, reply, deadline_in_ms(10000), &fd),
                     WECOM_E_FORMAT);
    ck_assert(is_empty(reply));
    ck_assert_int_eq(fd, -77);
    ck_assert_uint_eq(open_files(), files_before);
    wire_free(request);
    wire_free(reply);
}
END_TEST

START_TEST(a_socket_is_cloexec_and_does_not_block) {
    int listener = listen_at(path, SOCK_SEQPACKET, 8), fd = -1;

    ck_assert_int_eq(channel_open(path, deadline_in_ms(10000), &fd), WECOM_OK);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(close(listener), 0);
}
END_TEST

/* Opens what cannot be opened: at once, with nothing left behind. */
static void ck_refused(const char *name, enum wecom_error err) {
    struct wire_message *request = new_request(), *reply = old_reply();
    size_t before = open_files();
    int64_t start = deadline_now_ms();
    int fd = -77;

    ck_assert_int_eq(channel_open(name, deadline_in_ms(60000), &fd), err);
    ck_assert_int_eq(channel_request(name, request, reply, deadline_in_ms(60000), &fd), err);
    ck_assert_int_le(deadline_now_ms() - start, LATE_MS);
    ck_assert_int_eq(fd, -77);
    ck_assert(is_empty(reply));
    ck_assert_uint_eq(open_files(), before);
    wire_free(request);
    wire_free(reply);
}

START_TEST(nobody_behind_the_path_is_closed) {
    int fd;

    ck_refused(path, WECOM_E_CLOSED); /* nothing there */
    ck_refused("/nonexistent/login.sock", WECOM_E_CLOSED);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(close(fd), 0);
    ck_refused(path, WECOM_E_CLOSED); /* a regular file */
    ck_refused("/dev/null", WECOM_E_CLOSED);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(close(listen_at(path, SOCK_SEQPACKET, 8)), 0);
    ck_refused(path, WECOM_E_CLOSED); /* a socket that nobody listens on any more */
}
END_TEST

START_TEST(a_socket_of_another_type_is_a_system_error) {
    int listener = listen_at(path, SOCK_STREAM, 8);

    ck_refused(path, WECOM_E_SYSTEM);
    errno = 0;
    ck_assert_int_eq(channel_open(path, deadline_in_ms(1000), &(int){-1}), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EPROTOTYPE);
    ck_assert_int_eq(close(listener), 0);
}
END_TEST

/* The empty path would be an address of the abstract namespace, which anybody can take. */
START_TEST(an_empty_path_is_no_abstract_address) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&to, sizeof to), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    ck_refused("", WECOM_E_CLOSED);
    ck_assert_int_eq(close(listener), 0);
}
END_TEST

START_TEST(a_path_fits_sockaddr_un_or_is_too_long) {
    const size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;
    char name[200];
    int listener, fd;

    memset(name, 'x', sizeof name);
    memcpy(name, folder, strlen(folder));
    name[strlen(folder)] = '/';
    name[most + 1] = '\0';
    ck_refused(name, WECOM_E_TOO_LONG);
    name[most] = '\0';
    ck_refused(name, WECOM_E_CLOSED);
    listener = listen_at(name, SOCK_SEQPACKET, 8);
    ck_assert_int_eq(channel_open(name, deadline_in_ms(10000), &fd), WECOM_OK);
    ck_assert_int_eq(close(fd), 0);
    ck_assert_int_eq(close(listener), 0);
    ck_assert_int_eq(unlink(name), 0);
}
END_TEST

/* Connects to `path` until its backlog is full. */
static size_t fill_backlog(int fds[64]) {
    struct sockaddr_un to = address_of(path);
    size_t count = 0;

    for (;;) {
        ck_assert_uint_lt(count, 64);
        fds[count] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ck_assert_int_ge(fds[count], 0);
        if (connect(fds[count++], (const struct sockaddr *)&to, sizeof to) != 0)
            break;
    }
    ck_assert_int_eq(errno, EAGAIN);
    return count;
}

START_TEST(a_full_backlog_is_closed_by_the_deadline) {
    struct wire_message *request = new_request(), *reply = old_reply();
    int listener = listen_at(path, SOCK_SEQPACKET, 1), fds[64], fd = -77;
    size_t count = fill_backlog(fds), before = open_files();
    int64_t start = deadline_now_ms(), took;

    ck_assert_int_eq(channel_open(path, deadline_in_ms(0), &fd), WECOM_E_CLOSED);
    ck_assert_int_lt(deadline_now_ms() - start, LATE_MS);
    start = deadline_now_ms();
    ck_assert_int_eq(channel_open(path, deadline_in_ms(250), &fd), WECOM_E_CLOSED);
    took = deadline_now_ms() - start;
    ck_assert_int_ge(took, 250);
    ck_assert_int_lt(took, 250 + LATE_MS);
    start = deadline_now_ms();
    ck_assert_int_eq(channel_request(path, request, reply, deadline_in_ms(60000), &fd),
                     WECOM_E_CLOSED);
    took = deadline_now_ms() - start;
    ck_assert_int_ge(took, WECOM_READY_MS);
    ck_assert_int_lt(took, WECOM_READY_MS + LATE_MS);
    ck_assert_int_eq(fd, -77);
    ck_assert_uint_eq(open_files(), before);
    while (count > 0)
        (void)close(fds[--count]);
    (void)close(listener);
    wire_free(request);
    wire_free(reply);
}
END_TEST

START_TEST(a_backlog_that_empties_in_time_lets_us_in) {
    int listener = listen_at(path, SOCK_SEQPACKET, 1), fds[64], fd = -1;
    size_t count = fill_backlog(fds);

    server = fork();
    if (server == 0) {
        rest_ms(150);
        (void)accept(listener, NULL, NULL);
        rest_ms(60000);
        _exit(0);
    }
    ck_assert_int_eq(channel_open(path, deadline_in_ms(30000), &fd), WECOM_OK);
    ck_assert_int_eq(close(fd), 0);
    while (count > 0)
        (void)close(fds[--count]);
    (void)close(listener);
}
END_TEST

START_TEST(a_listener_that_never_accepts_is_a_timeout) {
    struct wire_message *request = new_request(), *reply = old_reply();
    int listener = listen_at(path, SOCK_SEQPACKET, 8), fd = -77;
    int64_t start = deadline_now_ms(), took;

    ck_assert_int_eq(channel_request(path, request, reply, deadline_in_ms(60000), &fd),
                     WECOM_E_TIMEOUT);
    took = deadline_now_ms() - start;
    ck_assert_int_ge(took, WECOM_READY_MS);
    ck_assert_int_lt(took, WECOM_READY_MS + LATE_MS);
    ck_assert_int_eq(fd, -77);
    ck_assert(is_empty(reply));
    ck_assert_int_eq(close(listener), 0);
    ck_assert_uint_eq(open_files(), files_before);
    wire_free(request);
    wire_free(reply);
}
END_TEST

/* A process of `uid` listens at `path`, in a folder that is open to it. */
static void serve_as(uid_t uid) {
    int ends[2];
    char byte;

    ck_assert_int_eq(chmod(folder, 0777), 0);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        int listener;

        if (setgroups(0, NULL) != 0 || setgid(OTHER_UID) != 0 || setuid(uid) != 0)
            _exit(1);
        listener = listen_at(path, SOCK_SEQPACKET, 8);
        if (write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            say_ready(accept(listener, NULL, NULL));
    }
    (void)close(ends[1]);
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
}

START_TEST(somebody_elses_socket_is_refused) {
    if (geteuid() != 0) /* only root can become somebody else */
        return;
    serve_as(OTHER_UID);
    ck_refused(path, WECOM_E_PEER);
}
END_TEST

START_TEST(our_own_socket_and_that_of_root_are_good) {
    int listener, status, fd;
    char own[128];
    pid_t child;

    if (geteuid() != 0)
        return;
    listener = listen_at(path, SOCK_SEQPACKET, 8);
    ck_assert_int_eq(chmod(path, 0777), 0);
    ck_assert_int_eq(chmod(folder, 0777), 0);
    (void)snprintf(own, sizeof own, "%s/own", folder);
    child = fork();
    if (child == 0) {
        if (setgroups(0, NULL) != 0 || setgid(OTHER_UID) != 0 || setuid(OTHER_UID) != 0)
            _exit(1);
        if (channel_open(path, deadline_in_ms(10000), &fd) != WECOM_OK)
            _exit(2);
        (void)listen_at(own, SOCK_SEQPACKET, 8);
        if (channel_open(own, deadline_in_ms(10000), &fd) != WECOM_OK)
            _exit(3);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(close(listener), 0);
    (void)unlink(own);
}
END_TEST

/* Another /etc/passwd, for one child: what the file says of `wecom`, and the answer. */
static const struct {
    const char *line;
    enum wecom_error err;
} helpers[] = {
    {"wecom:x:65534:65534::/:/usr/sbin/nologin\n", WECOM_OK},
    {"wecom:x:65533:65534::/:/usr/sbin/nologin\n", WECOM_E_PEER},
    {"wecom-web:x:65534:65534::/:/usr/sbin/nologin\n", WECOM_E_PEER},
    {"wecom:x:65534x:65534::/:/usr/sbin/nologin\n", WECOM_E_PEER},
    {"nobody:x:65534:65534::/:/usr/sbin/nologin\n", WECOM_E_PEER},
    {"", WECOM_E_PEER},
};

START_TEST(the_helpers_user_is_the_one_of_the_passwd_file) {
    enum { NO_NAMESPACE = 100 };
    char passwd[128];
    int status, fd;
    pid_t child;

    if (geteuid() != 0)
        return;
    serve_as(OTHER_UID);
    (void)snprintf(passwd, sizeof passwd, "%s/passwd", folder);
    fd = open(passwd, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_eq(dprintf(fd, "root:x:0:0::/:/bin/sh\n%s", helpers[_i].line),
                     (int)strlen(helpers[_i].line) + 22);
    ck_assert_int_eq(close(fd), 0);
    child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNS) != 0 ||
            mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount(passwd, "/etc/passwd", "none", MS_BIND, NULL) != 0)
            _exit(NO_NAMESPACE);
        _exit((int)channel_open(path, deadline_in_ms(10000), &fd));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    (void)unlink(passwd);
    ck_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) != NO_NAMESPACE) /* else this machine does not let us try */
        ck_assert_int_eq(WEXITSTATUS(status), helpers[_i].err);
}
END_TEST

static void make_pair(int ends[2]) {
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
                     0);
}

START_TEST(a_peer_that_does_not_read_is_a_timeout) {
    struct wire_message *m = new_request();
    struct deadline d = deadline_in_ms(150);
    enum wecom_error err;
    int ends[2];
    int64_t start = deadline_now_ms();

    make_pair(ends);
    do {
        err = channel_send(ends[0], m, d);
    } while (err == WECOM_OK);
    ck_assert_int_eq(err, WECOM_E_TIMEOUT);
    ck_assert_int_ge(deadline_now_ms() - start, 150);
    ck_assert_int_le(deadline_now_ms() - start, 150 + LATE_MS);

    server = fork(); /* and when it reads, the message goes */
    if (server == 0) {
        rest_ms(100);
        for (;;)
            read_one(ends[1]);
    }
    ck_assert_int_eq(channel_send(ends[0], m, deadline_in_ms(30000)), WECOM_OK);
    (void)close(ends[0]);
    (void)close(ends[1]);
    wire_free(m);
}
END_TEST

START_TEST(a_result_sent_before_the_hang_up_is_received) {
    struct wire_message *m = new_request();
    struct deadline d = deadline_in_ms(10000);
    int ends[2];

    make_pair(ends);
    ck_assert_int_eq(channel_send(ends[0], m, d), WECOM_OK); /* never read */
    say(ends[1], "result\nverdict=denied\nreason=timeout\n");
    ck_assert_int_eq(close(ends[1]), 0);
    ck_assert_int_eq(channel_send(ends[0], m, d), WECOM_E_CLOSED);
    ck_assert_int_eq(channel_receive(ends[0], m, d), WECOM_OK);
    ck_assert_str_eq(wire_get(m, WIRE_F_REASON), "timeout");
    ck_assert_int_eq(channel_receive(ends[0], m, d), WECOM_E_CLOSED);
    (void)close(ends[0]);

    make_pair(ends); /* unread bytes, and nothing said */
    wire_reset(m, WIRE_ANSWER);
    ck_assert_int_eq(wire_set(m, WIRE_F_TEXT, "1"), WECOM_OK);
    ck_assert_int_eq(channel_send(ends[0], m, d), WECOM_OK);
    ck_assert_int_eq(close(ends[1]), 0);
    ck_assert_int_eq(channel_receive(ends[0], m, d), WECOM_E_CLOSED);
    (void)close(ends[0]);
    wire_free(m);
}
END_TEST

START_TEST(an_error_leaves_no_old_message_behind) {
    static char big[WECOM_PACKET_MAX_BYTES + 1];
    struct wire_message *m = old_reply();
    int ends[2];

    make_pair(ends);
    ck_assert_int_eq(channel_receive(ends[0], m, deadline_in_ms(0)), WECOM_E_TIMEOUT);
    ck_assert(is_empty(m));
    wire_free(m);
    m = old_reply();
    memset(big, 'a', sizeof big);
    ck_assert_int_eq(send(ends[1], big, sizeof big, 0), (int)sizeof big);
    ck_assert_int_eq(channel_receive(ends[0], m, deadline_in_ms(1000)), WECOM_E_TOO_LONG);
    ck_assert(is_empty(m));
    wire_free(m);
    m = old_reply();
    (void)close(ends[1]);
    ck_assert_int_eq(channel_receive(ends[0], m, deadline_in_ms(1000)), WECOM_E_CLOSED);
    ck_assert(is_empty(m));
    wire_free(m);
    (void)close(ends[0]);
    m = old_reply();
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0); /* no socket at all */
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    errno = 0;
    ck_assert_int_eq(channel_receive(ends[0], m, deadline_in_ms(1000)), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, ENOTSOCK);
    ck_assert(is_empty(m));
    ck_assert_int_eq(channel_send(ends[1], m, deadline_in_ms(1000)), WECOM_E_FORMAT);
    wire_free(m);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

/* A login whose values fill the packet just before the code is written out. */
static struct wire_message *overfull_login(const char *code) {
    struct wire_message *m = wire_new(WIRE_BEGIN);
    char text[4097], tok[WECOM_CODE_MAX_BYTES + 1];

    memset(text, '\n', sizeof text);
    text[4096] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_AUTH_INFO, text), WECOM_OK);
    memset(text, '%', sizeof text);
    text[WECOM_USER_MAX_BYTES] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_USER, text), WECOM_OK);
    ck_assert_int_eq(wire_set(m, WIRE_F_RUSER, text), WECOM_OK);
    ck_assert_int_eq(wire_set(m, WIRE_F_RHOST, text), WECOM_OK);
    ck_assert_int_eq(wire_set(m, WIRE_F_SERVICE, "sshd"), WECOM_OK);
    ck_assert_int_eq(wire_set_flag(m, WIRE_F_IDENTITY, false), WECOM_OK);
    ck_assert_int_eq(wire_set_number(m, WIRE_F_DEADLINE_MS, 1), WECOM_OK);
    text[WECOM_LINK_MAX_BYTES] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_LINK, text), WECOM_OK);
    text[64] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_TTY, text), WECOM_OK);
    memset(tok, 1, sizeof tok);
    memcpy(tok, code, strlen(code));
    tok[WECOM_CODE_MAX_BYTES] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_AUTHTOK, tok), WECOM_OK);
    return m;
}

START_TEST(no_freed_memory_holds_a_secret) {
    struct wire_message *m = wire_new(WIRE_ANSWER);
    struct deadline d = deadline_in_ms(10000);
    int ends[2];

    make_pair(ends);
    if (freed_can_see()) {
        ck_assert_int_eq(wire_set(m, WIRE_F_TEXT, "correct horse"), WECOM_OK);
        freed_watch("correct horse");
        ck_assert_int_eq(channel_send(ends[0], m, d), WECOM_OK);
        ck_assert_int_eq(channel_receive(ends[1], m, d), WECOM_OK);
        ck_assert_str_eq(wire_get(m, WIRE_F_TEXT), "correct horse");
        say(ends[0], "answer\ntext=correct horse\nx");
        ck_assert_int_eq(channel_receive(ends[1], m, d), WECOM_E_FORMAT);
        wire_free(m);
        m = overfull_login("correct horse");
        ck_assert_int_eq(channel_send(ends[0], m, d), WECOM_E_TOO_LONG);
        ck_assert_uint_eq(freed_end(), 0);
        ck_assert_uint_ge(freed_blocks, 5);
    }
    wire_free(m);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("channel");
    TCase *opening = tcase_create("open"), *request = tcase_create("request"),
          *message = tcase_create("message");

    tcase_add_checked_fixture(opening, make_folder, remove_folder);
    tcase_add_test(opening, a_socket_is_cloexec_and_does_not_block);
    tcase_add_test(opening, nobody_behind_the_path_is_closed);
    tcase_add_test(opening, a_socket_of_another_type_is_a_system_error);
    tcase_add_test(opening, an_empty_path_is_no_abstract_address);
    tcase_add_test(opening, a_path_fits_sockaddr_un_or_is_too_long);
    tcase_add_test(opening, a_full_backlog_is_closed_by_the_deadline);
    tcase_add_test(opening, a_backlog_that_empties_in_time_lets_us_in);
    tcase_add_test(opening, somebody_elses_socket_is_refused);
    tcase_add_test(opening, our_own_socket_and_that_of_root_are_good);
    tcase_add_loop_test(opening, the_helpers_user_is_the_one_of_the_passwd_file, 0,
                        sizeof helpers / sizeof helpers[0]);
    tcase_set_timeout(opening, 60);
    suite_add_tcase(s, opening);

    tcase_add_checked_fixture(request, make_folder, remove_folder);
    tcase_add_loop_test(request, only_ready_in_time_is_an_answer_to_a_request, 0,
                        sizeof replies / sizeof replies[0]);
    tcase_add_test(request, messages_come_one_by_one_until_the_hang_up);
    tcase_add_test(request, a_request_that_cannot_be_packed_leaves_nothing_open);
    tcase_add_test(request, a_listener_that_never_accepts_is_a_timeout);
    tcase_set_timeout(request, 60);
    suite_add_tcase(s, request);

    tcase_add_checked_fixture(message, make_folder, remove_folder);
    tcase_add_test(message, a_peer_that_does_not_read_is_a_timeout);
    tcase_add_test(message, a_result_sent_before_the_hang_up_is_received);
    tcase_add_test(message, an_error_leaves_no_old_message_behind);
    tcase_add_test(message, no_freed_memory_holds_a_secret);
    tcase_set_timeout(message, 60);
    suite_add_tcase(s, message);
    return s;
}
