/* Listening sockets and the HTTP library on our loop. */
#include "web/server.h"

#include <errno.h>
#include <event2/event.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "web/connections.h"
#include "web/exchange.h"
#include "web/report.h"
#include "web/request.h"

/* Places that the library has beyond ours, for those that are shut down but not yet gone. */
enum { SPARE_CONNECTIONS = 64, ACCEPT_AT_ONCE = 64, REST_MS = 100 };

struct door {
    struct server *server;
    int fd;
    struct event *event;
};

struct server {
    struct web *web;
    struct MHD_Daemon *daemon;
    struct event *ready, *due; /* the library's epoll descriptor; what it wants to do by time */
    struct event *rested;      /* descriptors ran out a moment ago */
    struct door doors[CONFIG_LISTENS];
    size_t doors_count;
};

static socklen_t fill_address(const struct config_listen *listen, struct sockaddr_storage *out) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (address_is_v4(&listen->address)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(listen->port);
        memcpy(&v4->sin_addr, listen->address.bytes + 12, 4);
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(listen->port);
    memcpy(&v6->sin6_addr, listen->address.bytes, 16);
    return sizeof *v6;
}

static int open_door(const struct config_listen *listen_at) {
    struct sockaddr_storage at;
    socklen_t len = fill_address(listen_at, &at);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at.ss_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&at, len) != 0 || listen(fd, SOMAXCONN) != 0) {
        int saved = errno;

        (void)close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

struct server *server_open(const struct config *config, char *why, size_t why_bytes) {
    struct server *server = calloc(1, sizeof *server);

    if (server == NULL) {
        (void)snprintf(why, why_bytes, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < config->web.listens_count; i++) {
        const struct config_listen *listen_at = &config->web.listens[i];
        int fd = open_door(listen_at);

        if (fd < 0) {
            char text[ADDRESS_TEXT_BYTES];

            (void)snprintf(why, why_bytes, "cannot listen on %s port %u: %s%s",
                           address_text(&listen_at->address, text), (unsigned int)listen_at->port,
                           strerror(errno),
                           errno == EACCES ? " (a port below 1024 needs a start as root)" : "");
            server_free(server);
            return NULL;
        }
        server->doors[server->doors_count++] = (struct door){.server = server, .fd = fd};
    }
    return server;
}

/* Lets the library do what it can, and asks when it wants to be called again. */
static void run(struct server *server) {
    MHD_UNSIGNED_LONG_LONG left_ms = 0;
    struct timeval tv;

    (void)MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &left_ms) != MHD_YES) {
        (void)event_del(server->due);
        return;
    }
    if (left_ms > 60000)
        left_ms = 60000;
    tv = (struct timeval){.tv_sec = (time_t)left_ms / 1000,
                          .tv_usec = (suseconds_t)(left_ms % 1000) * 1000};
    (void)event_add(server->due, &tv);
}

static void on_ready(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    run(arg);
}

/* By the next turn of the loop: whoever calls may stand inside the library. */
static void wake(struct web *web) {
    event_active(web->server->due, EV_TIMEOUT, 0);
}

static void on_rested(evutil_socket_t fd, short what, void *arg) {
    struct server *server = arg;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < server->doors_count; i++)
        (void)event_add(server->doors[i].event, NULL);
}

/* Without a descriptor to accept with, the socket would call again and again. */
static void rest(struct server *server, int error) {
    const struct timeval tv = {.tv_usec = REST_MS * 1000};

    report_line(server->web->report, LOG_WARNING, "no connection accepted", NULL, NULL, 0,
                strerror(error));
    (void)connections_drop_oldest(server->web->connections);
    for (size_t i = 0; i < server->doors_count; i++)
        (void)event_del(server->doors[i].event);
    (void)event_add(server->rested, &tv);
}

/* Hands an accepted socket to the library, which owns it from then on. */
static void take_in(struct server *server, int fd, const struct sockaddr *from, socklen_t len) {
    struct connections *all = server->web->connections;
    struct connection *connection = NULL;
    struct address peer;

    if (!address_of_socket(from, &peer)) {
        (void)close(fd);
        return;
    }
    connection = connections_admit(all, fd, &peer);
    if (connection == NULL) {
        report_line(server->web->report, LOG_WARNING, "connection refused", &peer, NULL, 0,
                    "too many of this address");
        (void)close(fd);
        return;
    }
    if (MHD_add_connection(server->daemon, fd, from, len) == MHD_YES)
        return;
    connection = connections_find(all, fd); /* the library may have said that it is gone */
    if (connection != NULL)
        connections_gone(all, connection);
}

static void on_accept(evutil_socket_t listener, short what, void *arg) {
    struct server *server = ((const struct door *)arg)->server;

    (void)what;
    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0)
            take_in(server, fd, (const struct sockaddr *)&from, len);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            rest(server, errno);
        if (fd < 0)
            break;
    }
    wake(server->web);
}

static void on_connection(void *cls, struct MHD_Connection *http, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    const struct web *web = cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(http, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct connection *connection =
        info != NULL ? connections_find(web->connections, info->connect_fd) : NULL;

    (void)context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED && connection != NULL)
        connections_gone(web->connections, connection);
}

static struct MHD_Daemon *start_library(struct web *web, const struct tls *tls) {
    const unsigned int flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
                               (tls != NULL ? MHD_USE_TLS : 0);
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, WEB_CONNECTIONS + SPARE_CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, WEB_IDLE_S, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, WEB_HEADER_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)request_leave_escapes, web},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)request_on_uri, web},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)request_on_completed, web},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, web},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL}};
    size_t used = sizeof options / sizeof options[0] - 4;

    if (tls != NULL) {
        options[used++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, tls->key.bytes};
        options[used++] =
            (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, tls->certificate.bytes};
        options[used] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, TLS_PRIORITIES};
    }
    return MHD_start_daemon(flags, 0, NULL, NULL, request_on_access, web, MHD_OPTION_ARRAY, options,
                            MHD_OPTION_END);
}

static bool watch_library(struct server *server, struct event_base *base) {
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    if (info == NULL)
        return false;
    server->ready = event_new(base, info->epoll_fd, EV_READ | EV_PERSIST, on_ready, server);
    return server->ready != NULL && event_add(server->ready, NULL) == 0;
}

bool server_start(struct server *server, struct web *web, const struct tls *tls) {
    server->web = web;
    web->server = server;
    web->wake = wake;
    server->due = evtimer_new(web->base, on_ready, server);
    server->rested = evtimer_new(web->base, on_rested, server);
    if (server->due == NULL || server->rested == NULL)
        return false;
    server->daemon = start_library(web, tls);
    if (server->daemon == NULL || !watch_library(server, web->base))
        return false;
    for (size_t i = 0; i < server->doors_count; i++) {
        struct door *door = &server->doors[i];

        door->event = event_new(web->base, door->fd, EV_READ | EV_PERSIST, on_accept, door);
        if (door->event == NULL || event_add(door->event, NULL) != 0)
            return false;
    }
    return true;
}

void server_free(struct server *server) {
    if (server == NULL)
        return;
    for (size_t i = 0; i < server->doors_count; i++) {
        if (server->doors[i].event != NULL)
            event_free(server->doors[i].event);
        (void)close(server->doors[i].fd);
    }
    if (server->daemon != NULL) {
        /* the library may not end while requests are suspended */
        exchanges_end(server->web->exchanges);
        (void)MHD_run(server->daemon);
        MHD_stop_daemon(server->daemon);
    }
    if (server->ready != NULL)
        event_free(server->ready);
    if (server->due != NULL)
        event_free(server->due);
    if (server->rested != NULL)
        event_free(server->rested);
    free(server);
}
