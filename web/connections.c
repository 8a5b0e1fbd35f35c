/* Connections of browsers: who may have one more, and which have taken too long. */
#include "web/connections.h"

#include <event2/event.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <syslog.h>

#include "common/deadline.h"
#include "web/counts.h"
#include "web/forwarded.h"
#include "web/report.h"

struct connection {
    TAILQ_ENTRY(connection) line;
    int fd;
    struct address peer;
    int64_t ends_ms;
    bool is_timed; /* stands in the line */
};

/* All have the same time, so whoever began first is late first: a queue is enough. */
struct connections {
    struct web *web;
    struct counts *counts;
    struct event *late;
    struct connection **by_fd;
    size_t size;
    unsigned int count;
    TAILQ_HEAD(connection_line, connection) line;
};

static void arm(struct connections *all) {
    const struct connection *first = TAILQ_FIRST(&all->line);
    int64_t left_ms = first != NULL ? first->ends_ms - deadline_now_ms() : 0;
    struct timeval tv;

    if (first == NULL) {
        (void)event_del(all->late);
        return;
    }
    if (left_ms < 0)
        left_ms = 0;
    tv = (struct timeval){.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};
    (void)event_add(all->late, &tv);
}

void connections_pause(struct connections *all, struct connection *connection) {
    if (!connection->is_timed)
        return;
    TAILQ_REMOVE(&all->line, connection, line);
    connection->is_timed = false;
}

void connections_restart(struct connections *all, struct connection *connection) {
    connections_pause(all, connection);
    connection->ends_ms = deadline_now_ms() + WEB_PHASE_MS;
    connection->is_timed = true;
    TAILQ_INSERT_TAIL(&all->line, connection, line);
    if (TAILQ_FIRST(&all->line) == connection)
        arm(all);
}

bool connections_drop_oldest(struct connections *all) {
    struct connection *first = TAILQ_FIRST(&all->line);

    if (first == NULL)
        return false;
    connections_pause(all, first);
    (void)shutdown(first->fd, SHUT_RDWR);
    all->web->wake(all->web);
    return true;
}

static void on_late(evutil_socket_t fd, short what, void *arg) {
    struct connections *all = arg;
    int64_t now_ms = deadline_now_ms();
    struct connection *first;

    (void)fd;
    (void)what;
    while ((first = TAILQ_FIRST(&all->line)) != NULL && first->ends_ms <= now_ms) {
        report_line(all->web->report, LOG_NOTICE, "connection ended", &first->peer, NULL, 0,
                    "its request or its answer took more than 15 s");
        (void)connections_drop_oldest(all);
    }
    arm(all);
}

struct connections *connections_new(struct web *web) {
    struct connections *all = calloc(1, sizeof *all);

    if (all == NULL)
        return NULL;
    all->web = web;
    TAILQ_INIT(&all->line);
    all->counts = counts_new();
    all->late = evtimer_new(web->base, on_late, all);
    if (all->counts == NULL || all->late == NULL) {
        connections_free(all);
        return NULL;
    }
    return all;
}

void connections_free(struct connections *all) {
    if (all == NULL)
        return;
    for (size_t i = 0; i < all->size; i++)
        free(all->by_fd[i]);
    free(all->by_fd);
    counts_free(all->counts);
    if (all->late != NULL)
        event_free(all->late);
    free(all);
}

/* A place under the number of the descriptor. */
static bool make_room(struct connections *all, int fd) {
    size_t size = all->size > 0 ? all->size : 256;
    struct connection **more;

    if ((size_t)fd < all->size)
        return true;
    while (size <= (size_t)fd)
        size *= 2;
    more = reallocarray(all->by_fd, size, sizeof(struct connection *));
    if (more == NULL)
        return false;
    memset(more + all->size, 0, (size - all->size) * sizeof(struct connection *));
    all->by_fd = more;
    all->size = size;
    return true;
}

struct connection *connections_admit(struct connections *all, int fd, const struct address *peer) {
    bool is_proxy = forwarded_is_proxy(&all->web->config->web, peer);
    struct connection *connection;

    if (!make_room(all, fd) ||
        !counts_take(all->counts, peer, is_proxy ? UINT_MAX : WEB_PER_CLIENT))
        return NULL;
    connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        counts_give(all->counts, peer);
        return NULL;
    }
    if (all->count >= WEB_CONNECTIONS)
        (void)connections_drop_oldest(all);
    connection->fd = fd;
    connection->peer = *peer;
    all->by_fd[fd] = connection;
    all->count++;
    connections_restart(all, connection);
    return connection;
}

struct connection *connections_find(const struct connections *all, int fd) {
    return fd >= 0 && (size_t)fd < all->size ? all->by_fd[fd] : NULL;
}

void connections_gone(struct connections *all, struct connection *connection) {
    connections_pause(all, connection);
    counts_give(all->counts, &connection->peer);
    all->by_fd[connection->fd] = NULL;
    all->count--;
    free(connection);
}

const struct address *connection_peer(const struct connection *connection) {
    return &connection->peer;
}
