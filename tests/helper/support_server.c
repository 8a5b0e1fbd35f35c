/* A real server in a directory of its own, and hosts that talk to it. */
#include "tests/helper/support_server.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char *fill_in(const char *directory, const char *more) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    ck_assert_ptr_nonnull(out);
    (void)fprintf(out,
                  "[helper]\nsocket = %s/login.sock\nadmin_socket = %s/admin.sock\n"
                  "web_socket = %s/web.sock\n[app main]\ncorp_id = ww1\nagent_id = 1000002\n"
                  "secret_file = /nonexistent\n",
                  directory, directory, directory);
    for (const char *c = more; *c != '\0'; c++) {
        if (*c == '$')
            (void)fputs(directory, out);
        else
            (void)fputc(*c, out);
    }
    (void)fclose(out);
    return text;
}

static void open_to_all(const char *directory, const char *name) {
    char *path = support_path(directory, name);

    ck_assert_int_eq(chmod(path, 0666), 0);
    free(path);
}

struct served *served_new(const char *more,
                          void (*on_message)(void *arg, struct server_peer *peer,
                                             const struct wire_message *message),
                          void *arg) {
    struct served *served = calloc(1, sizeof *served);
    char why[512], *text;

    ck_assert_ptr_nonnull(served);
    served->directory = support_directory();
    served->base = support_loop();
    text = fill_in(served->directory, more);
    served->config = support_config(text);
    free(text);
    served->server = server_open(served->config, (uid_t)-1, (gid_t)-1, why, sizeof why);
    ck_assert_msg(served->server != NULL, "%s", why);
    ck_assert(server_start(served->server, served->base, on_message, arg));
    open_to_all(served->directory, "login.sock");
    open_to_all(served->directory, "admin.sock");
    open_to_all(served->directory, "web.sock");
    return served;
}

void served_free(struct served *served) {
    server_free(served->server);
    config_free(served->config);
    event_base_free(served->base);
    support_remove(served->directory);
    free(served);
}

int served_dial(const struct served *served, const char *name) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    ck_assert_int_ge(fd, 0);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s/%s", served->directory, name);
    ck_assert_msg(connect(fd, (const struct sockaddr *)&at, sizeof at) == 0, "%s: %s", at.sun_path,
                  strerror(errno));
    return fd;
}

static void on_readable(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    *(short *)arg = what;
}

ssize_t served_read(const struct served *served, int fd, char *packet, size_t bytes) {
    static const struct timeval most = {.tv_sec = 20};
    struct event *event;
    short what = 0;
    ssize_t n;

    event = event_new(served->base, fd, EV_READ, on_readable, &what);
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event_add(event, &most), 0);
    while (what == 0)
        ck_assert_int_eq(event_base_loop(served->base, EVLOOP_ONCE), 0);
    event_free(event);
    ck_assert_msg((what & EV_READ) != 0, "nothing came in 20 s");
    n = recv(fd, packet, bytes, MSG_DONTWAIT);
    return n > 0 ? n : -1;
}

bool served_receive(const struct served *served, int fd, struct wire_message *message) {
    char packet[WECOM_PACKET_MAX_BYTES];
    ssize_t n = served_read(served, fd, packet, sizeof packet);

    if (n < 0)
        return false;
    ck_assert_int_eq(wire_unpack(message, packet, (size_t)n), WECOM_OK);
    return true;
}

void served_say(int fd, enum wire_verb verb, ...) {
    struct wire_message *message = wire_new(verb);
    char packet[WECOM_PACKET_MAX_BYTES];
    size_t len = 0;
    va_list args;
    int field;

    ck_assert_ptr_nonnull(message);
    va_start(args, verb);
    while ((field = va_arg(args, int)) != WIRE_FIELD_COUNT)
        ck_assert_int_eq(wire_set(message, (enum wire_field)field, va_arg(args, const char *)),
                         WECOM_OK);
    va_end(args);
    ck_assert_int_eq(wire_pack(message, packet, sizeof packet, &len), WECOM_OK);
    wire_free(message);
    ck_assert_int_eq(send(fd, packet, len, MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t)len);
}
