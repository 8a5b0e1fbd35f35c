/* Questions to the helper: asked without waiting, answered by the loop. */
#include "web/exchange.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "common/channel.h"
#include "web/counts.h"
#include "web/web.h"

struct exchange {
    LIST_ENTRY(exchange) others;
    struct exchanges *all;
    struct address client;
    int fd;
    struct event *event;
    enum wire_verb wanted;
    bool is_ready;
    struct deadline ready_by, ends;
    exchange_done *done;
    void *arg;
};

struct exchanges {
    struct event_base *base;
    const char *path;
    struct counts *counts;
    unsigned int running;
    LIST_HEAD(exchange_list, exchange) list;
};

struct exchanges *exchanges_new(struct event_base *base, const char *path) {
    struct exchanges *all = calloc(1, sizeof *all);

    if (all == NULL)
        return NULL;
    all->base = base;
    all->path = path;
    all->counts = counts_new();
    LIST_INIT(&all->list);
    if (all->counts == NULL) {
        free(all);
        return NULL;
    }
    return all;
}

void exchanges_free(struct exchanges *all) {
    if (all == NULL)
        return;
    while (!LIST_EMPTY(&all->list))
        exchange_cancel(LIST_FIRST(&all->list));
    counts_free(all->counts);
    free(all);
}

void exchange_cancel(struct exchange *x) {
    LIST_REMOVE(x, others);
    x->all->running--;
    counts_give(x->all->counts, &x->client);
    if (x->event != NULL)
        event_free(x->event);
    if (x->fd >= 0)
        (void)close(x->fd);
    free(x);
}

static void finish(struct exchange *x, const struct wire_message *answer, const char *why) {
    exchange_done *done = x->done;
    void *arg = x->arg;

    exchange_cancel(x);
    done(arg, answer, why);
}

void exchanges_end(struct exchanges *all) {
    while (!LIST_EMPTY(&all->list))
        finish(LIST_FIRST(&all->list), NULL, "wecom-web ends");
}

/* Waits for the next message. */
static bool wait_on(struct exchange *x) {
    struct deadline until = x->is_ready ? x->ends : deadline_earlier(x->ends, x->ready_by);
    int left_ms = deadline_left_ms(until);
    const struct timeval tv = {.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};

    return event_add(x->event, &tv) == 0;
}

/* What is wrong with a message, NULL when nothing is. */
static const char *judge(struct exchange *x, enum wecom_error err, const struct wire_message *m) {
    if (err == WECOM_E_CLOSED)
        return "the helper hung up";
    if (err != WECOM_OK)
        return "the helper sent something that is not of the protocol";
    if (m->verb != (x->is_ready ? x->wanted : WIRE_READY))
        return "the helper answered out of turn";
    return NULL;
}

static void on_event(evutil_socket_t fd, short what, void *arg) {
    struct exchange *x = arg;
    struct wire_message *m;
    const char *wrong;

    if ((what & EV_READ) == 0) {
        finish(x, NULL,
               x->is_ready ? "the helper did not answer in time" : "the helper is not ready");
        return;
    }
    m = wire_new(WIRE_NO_VERB);
    wrong = m == NULL ? "out of memory" : judge(x, channel_receive(fd, m, deadline_in_ms(0)), m);
    if (wrong != NULL) {
        finish(x, NULL, wrong);
    } else if (x->is_ready || x->wanted == WIRE_READY) {
        finish(x, m, NULL);
    } else {
        x->is_ready = true;
        if (!wait_on(x))
            finish(x, NULL, "out of memory");
    }
    wire_free(m);
}

/* A place for one more; the caller fills in its descriptor. */
static enum wecom_error reserve(struct exchanges *all, const struct address *client,
                                struct exchange **out) {
    struct exchange *x;

    if (all->running >= WEB_EXCHANGES ||
        !counts_take(all->counts, client, WEB_EXCHANGES_PER_CLIENT))
        return WECOM_E_TIMEOUT;
    x = calloc(1, sizeof *x);
    if (x == NULL) {
        counts_give(all->counts, client);
        return WECOM_E_MEMORY;
    }
    x->all = all;
    x->client = *client;
    x->fd = -1;
    all->running++;
    LIST_INSERT_HEAD(&all->list, x, others);
    *out = x;
    return WECOM_OK;
}

enum wecom_error exchange_start(struct exchanges *all, const struct address *client,
                                const struct wire_message *request, enum wire_verb wanted,
                                int64_t limit_ms, exchange_done *done, void *arg,
                                struct exchange **started) {
    struct exchange *x = NULL;
    enum wecom_error err = reserve(all, client, &x);

    if (err != WECOM_OK)
        return err;
    x->wanted = wanted;
    x->done = done;
    x->arg = arg;
    x->ends = deadline_in_ms(limit_ms);
    x->ready_by = deadline_in_ms(WECOM_READY_MS);
    /* Neither waits: a full backlog, or a socket that takes no packet, counts as no helper. */
    err = channel_open(all->path, deadline_in_ms(0), &x->fd);
    if (err == WECOM_OK)
        err = channel_send(x->fd, request, deadline_in_ms(0));
    if (err == WECOM_E_TIMEOUT)
        err = WECOM_E_CLOSED;
    if (err == WECOM_OK) {
        x->event = event_new(all->base, x->fd, EV_READ, on_event, x);
        if (x->event == NULL || !wait_on(x))
            err = WECOM_E_MEMORY;
    }
    if (err != WECOM_OK)
        exchange_cancel(x);
    else
        *started = x;
    return err;
}
