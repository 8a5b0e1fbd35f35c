/* wecom-web: configured, started, asked, and its helper played. */
#include "tests/e2e/support_web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"

enum { LOG_MOST = 4 * 1024 * 1024, ANSWER_MOST = 256 * 1024, PATIENCE_MS = 15000 };

int web_port;
struct wire_message *told;

static struct {
    pid_t pid;
    int err, helper;
    char *log;
    size_t bytes;
} web = {.err = -1, .helper = -1};

static int patience_ms(void) {
    return PATIENCE_MS * place_slowness();
}

void web_configure(const char *lines) {
    if (web_port == 0)
        web_port = place_free_port();
    place_write("web.conf",
                text("[helper]\nweb_socket = {dir}/web.sock\nuser = nobody\n"
                     "[app main]\ncorp_id = " CORP
                     "\nagent_id = 1000002\nsecret_file = {dir}/secret\n"
                     "[web]\nuser = daemon\n%s%s%s",
                     lines != NULL && strstr(lines, "public_url") != NULL
                         ? ""
                         : "public_url = https://login.example.com\n",
                     lines != NULL && strstr(lines, "listen") != NULL
                         ? ""
                         : text("listen = 127.0.0.1:%d\n", web_port),
                     lines != NULL ? lines : ""),
                0644, 0);
}

void web_helper_comes(uid_t uid) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", place_path("web.sock"));
    (void)unlink(at.sun_path);
    web.helper = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(web.helper, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(chmod(at.sun_path, 0666), 0);
    /* who called listen() is who the other end sees */
    ck_assert_int_eq(seteuid(uid), 0);
    ck_assert_int_eq(listen(web.helper, 1000), 0);
    ck_assert_int_eq(seteuid(0), 0);
}

static void spawn(void) {
    const char *argv[] = {place_program("wecom-web"), "-c", place_path("web.conf"), "--foreground",
                          NULL};
    int pair[2];

    ck_assert_int_eq(pipe2(pair, O_CLOEXEC), 0);
    web.pid = fork();
    ck_assert_int_ge(web.pid, 0);
    if (web.pid == 0) {
        /* opened now: another user may not get through to where the build is */
        int program = open(argv[0], O_PATH | O_CLOEXEC);

        (void)dup2(pair[1], STDERR_FILENO);
        if (run_prepare != NULL)
            run_prepare();
        (void)fexecve(program, (char *const *)argv, environ);
        _exit(127);
    }
    place_own(web.pid);
    (void)close(pair[1]);
    web.err = pair[0];
    web.log = place_keep(calloc(1, LOG_MOST));
    web.bytes = 0;
}

void web_start(void) {
    spawn();
    ck_assert_msg(web_says("started"), "wecom-web did not start: %s", web.log);
}

void web_begin(const char *lines) {
    web_configure(lines);
    web_helper_comes(0);
    web_start();
}

pid_t web_pid(void) {
    return web.pid;
}

static bool take(int wait_ms) {
    struct pollfd from = {.fd = web.err, .events = POLLIN};
    ssize_t n;

    if (web.err < 0 || poll(&from, 1, wait_ms) <= 0)
        return false;
    n = read(web.err, web.log + web.bytes, LOG_MOST - 1 - web.bytes);
    if (n > 0)
        web.bytes += (size_t)n;
    return n > 0;
}

const char *web_log(void) {
    while (take(0))
        continue;
    return web.log;
}

bool web_says(const char *what) {
    struct deadline d = deadline_in_ms(patience_ms());

    while (strstr(web.log, what) == NULL) {
        if (!take(deadline_left_ms(d)))
            return false;
    }
    return true;
}

void web_stop(void) {
    struct pollfd gone = {.fd = pidfd_open(web.pid, 0), .events = POLLIN};
    int status = -1;

    ck_assert_int_eq(kill(web.pid, SIGTERM), 0);
    ck_assert_msg(poll(&gone, 1, patience_ms()) == 1, "wecom-web does not end: %s", web_log());
    (void)close(gone.fd);
    ck_assert_int_eq(waitpid(web.pid, &status, 0), web.pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                      strstr(web_log(), "Sanitizer") == NULL &&
                      strstr(web_log(), "runtime error") == NULL,
                  "wecom-web ended with %d: %s", status, web_log());
    (void)close(web.err);
    (void)close(web.helper);
    web.err = web.helper = -1;
    web.pid = 0;
}

int web_connect(const char *from) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)web_port)};
    struct sockaddr_in ours = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    if (from != NULL) {
        ck_assert_int_eq(inet_pton(AF_INET, from, &ours.sin_addr), 1);
        ck_assert_int_eq(bind(fd, (struct sockaddr *)&ours, sizeof ours), 0);
    }
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

void web_send(int fd, const char *bytes) {
    (void)!send(fd, bytes, strlen(bytes), MSG_NOSIGNAL);
}

int web_ask(const char *method, const char *target, const char *headers) {
    int fd = web_connect(NULL);

    web_send(fd, text("%s %s HTTP/1.1\r\nHost: login.example.com\r\n%s\r\n", method, target,
                      headers != NULL ? headers : ""));
    return fd;
}

struct web_answer web_read(int fd) {
    struct deadline d = deadline_in_ms(patience_ms());
    char *all = place_keep(calloc(1, ANSWER_MOST)), *body;
    int64_t begun_ms = now_ms();
    struct web_answer a = {.all = all};
    size_t used = 0;
    ssize_t n = 1;

    while (n > 0) {
        struct pollfd from = {.fd = fd, .events = POLLIN};

        ck_assert_msg(poll(&from, 1, deadline_left_ms(d)) == 1, "no end after: %s; log: %s", all,
                      web_log());
        n = recv(fd, all + used, ANSWER_MOST - 1 - used, 0);
        if (n > 0)
            used += (size_t)n;
    }
    (void)close(fd);
    a.ms = now_ms() - begun_ms;
    if (strncmp(all, "HTTP/1.1 ", 9) == 0)
        a.status = (int)strtol(all + 9, NULL, 10);
    body = strstr(all, "\r\n\r\n");
    a.body = body != NULL ? body + 4 : "";
    return a;
}

const char *web_header(const struct web_answer *a, const char *name) {
    const char *at = a->all, *found = "";
    size_t len = strlen(name);

    while ((at = strstr(at, "\r\n")) != NULL && at + 4 <= a->body) {
        at += 2;
        if (strncasecmp(at, name, len) != 0 || at[len] != ':')
            continue;
        if (found[0] != '\0')
            return "twice";
        found = text("%.*s", (int)(strstr(at, "\r\n") - at - (int)len - 2), at + len + 2);
    }
    return found;
}

int web_helper_takes(struct wire_message *m) {
    struct pollfd from = {.fd = web.helper, .events = POLLIN};
    char *packet = place_keep(malloc(WECOM_PACKET_MAX_BYTES));
    ssize_t n;
    int fd;

    ck_assert_msg(poll(&from, 1, patience_ms()) == 1, "nobody asks the helper: %s", web_log());
    fd = accept4(web.helper, NULL, NULL, SOCK_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    from.fd = fd;
    ck_assert_int_eq(poll(&from, 1, patience_ms()), 1);
    n = recv(fd, packet, WECOM_PACKET_MAX_BYTES, 0);
    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(wire_unpack(m, packet, (size_t)n), WECOM_OK);
    return fd;
}

void web_helper_says(int fd, const char *packet) {
    ck_assert_int_eq(send(fd, packet, strlen(packet), MSG_NOSIGNAL), (ssize_t)strlen(packet));
}

void web_helper_answers(int fd, const char *packet) {
    web_helper_says(fd, "ready\nid=k3v9q2\n");
    (void)!send(fd, packet, strlen(packet), MSG_NOSIGNAL); /* "ready" may have been enough */
    (void)close(fd);
}

bool web_helper_is_idle(void) {
    struct pollfd from = {.fd = web.helper, .events = POLLIN};

    return poll(&from, 1, 0) == 0;
}

void web_helper_goes(void) {
    (void)unlink(place_path("web.sock"));
    (void)close(web.helper);
    web.helper = -1;
}

static void setup(void) {
    told = wire_new(WIRE_NO_VERB);
}

static void teardown(void) {
    if (web.pid > 0)
        web_stop();
    wire_free(told);
}

TCase *web_case(const char *name, int limit_s) {
    TCase *t = place_case(name, limit_s);

    tcase_add_checked_fixture(t, setup, teardown);
    return t;
}
