/* Sending answers, well or badly: at once, late, never, broken off, byte by byte. */
#include "deliver.h"

#include "server.h"
#include "text.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One answer that is not sent at once. */
struct delivery {
    struct delivery *next, **link;
    struct server *server;
    struct evhttp_request *request; /* libevent drops its connection when the client goes */
    struct answer answer;
    struct fault fault;
    struct event *timer;
    size_t sent;
};

struct deliveries {
    struct delivery *first;
};

#define GIVE_UP_S 5 /* for half an answer to leave */

void answer_free(struct answer *answer) {
    free(answer->location);
    free(answer->body);
    free(answer->errmsg);
    memset(answer, 0, sizeof(*answer));
}

struct deliveries *deliveries_new(void) {
    return text_alloc(sizeof(struct deliveries));
}

static void delivery_free(struct delivery *delivery) {
    *delivery->link = delivery->next;
    if (delivery->next != NULL)
        delivery->next->link = delivery->link;
    if (delivery->timer != NULL)
        event_free(delivery->timer);
    answer_free(&delivery->answer);
    faults_clear_one(&delivery->fault);
    free(delivery);
}

void deliveries_free(struct deliveries *deliveries) {
    while (deliveries->first != NULL) {
        struct delivery *one = deliveries->first;
        /* A request whose connection is gone is ours alone. */
        if (evhttp_request_get_connection(one->request) == NULL)
            evhttp_request_free(one->request);
        delivery_free(one);
    }
    free(deliveries);
}

size_t deliveries_count(const struct deliveries *deliveries) {
    size_t waiting = 0;

    for (const struct delivery *one = deliveries->first; one != NULL; one = one->next)
        waiting += evhttp_request_get_connection(one->request) != NULL;
    return waiting;
}

static struct delivery *delivery_new(struct server *server, struct evhttp_request *request,
                                     struct answer *answer, struct fault *fault) {
    struct delivery *delivery = text_alloc(sizeof(*delivery));

    delivery->server = server;
    delivery->request = request;
    delivery->answer = *answer;
    delivery->fault = *fault;
    memset(answer, 0, sizeof(*answer));
    memset(fault, 0, sizeof(*fault));
    delivery->next = server->deliveries->first;
    delivery->link = &server->deliveries->first;
    if (delivery->next != NULL)
        delivery->next->link = &delivery->next;
    server->deliveries->first = delivery;
    return delivery;
}

static void deliver_headers(struct evhttp_request *request, const struct answer *answer) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    char number[24];

    evhttp_add_header(headers, "Server", "nginx");
    if (answer->content_type != NULL)
        evhttp_add_header(headers, "Content-Type", answer->content_type);
    if (answer->location != NULL)
        evhttp_add_header(headers, "Location", answer->location);
    if (answer->json && answer->errmsg != NULL) {
        char *text = text_header(answer->errmsg);
        snprintf(number, sizeof(number), "%d", answer->errcode);
        evhttp_add_header(headers, "Error-Code", number);
        evhttp_add_header(headers, "Error-Msg", text);
        free(text);
    }
}

static const char *deliver_reason(int status) {
    static const struct {
        int status;
        const char *reason;
    } rows[] = {{200, "OK"},
                {301, "Moved Permanently"},
                {302, "Found"},
                {400, "Bad Request"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {502, "Bad Gateway"},
                {503, "Service Unavailable"},
                {504, "Gateway Timeout"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Status";
}

static void deliver_plainly(struct evhttp_request *request, const struct answer *answer) {
    struct evbuffer *body = evbuffer_new();

    if (evhttp_request_get_connection(request) != NULL)
        deliver_headers(request, answer);
    if (answer->body_bytes > 0)
        evbuffer_add(body, answer->body, answer->body_bytes);
    evhttp_send_reply(request, answer->status, deliver_reason(answer->status), body);
    evbuffer_free(body);
}

/* Closes the connection below the request; both are gone afterwards. */
static void deliver_close(struct evhttp_request *request) {
    struct evhttp_connection *connection = evhttp_request_get_connection(request);

    if (connection != NULL)
        evhttp_connection_free(connection);
    else
        evhttp_request_free(request);
}

/* Starts an answer whose whole length is announced; the body follows in pieces. */
static void deliver_start(struct evhttp_request *request, const struct answer *answer) {
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    char length[24];

    snprintf(length, sizeof(length), "%zu", answer->body_bytes);
    deliver_headers(request, answer);
    evhttp_add_header(headers, "Content-Length", length);
    evhttp_send_reply_start(request, answer->status, deliver_reason(answer->status));
}

static void deliver_piece(struct delivery *one, size_t bytes,
                          void (*done)(struct evhttp_connection *, void *)) {
    struct evbuffer *piece = evbuffer_new();

    evbuffer_add(piece, one->answer.body + one->sent, bytes);
    one->sent += bytes;
    evhttp_send_reply_chunk_with_cb(one->request, piece, done, one);
    evbuffer_free(piece);
}

static void deliver_half_written(struct evhttp_connection *connection, void *arg) {
    (void)connection;
    struct delivery *one = arg;
    struct evhttp_request *request = one->request;

    delivery_free(one);
    deliver_close(request);
}

static void deliver_drip(evutil_socket_t fd, short what, void *arg) {
    struct delivery *one = arg;
    struct evhttp_request *request = one->request;
    struct timeval pause = {one->fault.drip_ms / 1000, (one->fault.drip_ms % 1000) * 1000};

    (void)fd, (void)what;
    if (evhttp_request_get_connection(request) == NULL || one->sent == one->answer.body_bytes) {
        delivery_free(one);
        evhttp_send_reply_end(request); /* frees it when the client went away */
        return;
    }
    deliver_piece(one, 1, NULL);
    evtimer_add(one->timer, &pause);
}

/* The client went away before it had its half, so nothing calls deliver_half_written. */
static void deliver_give_up(evutil_socket_t fd, short what, void *arg) {
    (void)fd, (void)what;
    deliver_half_written(NULL, arg);
}

static void deliver_half(struct delivery *one) {
    struct timeval patience = {GIVE_UP_S, 0};

    event_assign(one->timer, one->server->base, -1, 0, deliver_give_up, one);
    evtimer_add(one->timer, &patience);
    deliver_start(one->request, &one->answer);
    deliver_piece(one, one->answer.body_bytes / 2, deliver_half_written);
}

/* The delay, if any, is over. */
static void deliver_now(evutil_socket_t fd, short what, void *arg) {
    struct delivery *one = arg;
    struct evhttp_request *request = one->request;
    bool gone = evhttp_request_get_connection(request) == NULL;

    (void)fd, (void)what;
    if (one->fault.kind == FAULT_HANG && !gone)
        return;
    if (one->fault.kind == FAULT_CLOSE_MID && one->answer.body_bytes > 1 && !gone) {
        deliver_half(one);
    } else if (one->fault.kind == FAULT_CLOSE_BEFORE || one->fault.kind == FAULT_CLOSE_MID ||
               gone) {
        delivery_free(one);
        deliver_close(request);
    } else if (one->fault.kind == FAULT_DRIP) {
        deliver_start(request, &one->answer);
        event_assign(one->timer, one->server->base, -1, 0, deliver_drip, one);
        event_active(one->timer, EV_TIMEOUT, 0);
    } else {
        deliver_plainly(request, &one->answer);
        delivery_free(one);
    }
}

static bool deliver_at_once(enum fault_kind kind) {
    return kind != FAULT_HANG && kind != FAULT_CLOSE_BEFORE && kind != FAULT_CLOSE_MID &&
           kind != FAULT_DRIP;
}

void deliver(struct server *server, struct evhttp_request *request, struct answer *answer,
             struct fault *fault) {
    struct delivery *one = NULL;
    struct timeval wait = {0, 0};

    if (fault == NULL || (deliver_at_once(fault->kind) && fault->delay_ms == 0)) {
        deliver_plainly(request, answer);
        answer_free(answer);
        if (fault != NULL)
            faults_clear_one(fault);
        return;
    }
    one = delivery_new(server, request, answer, fault);
    wait.tv_sec = one->fault.delay_ms / 1000;
    wait.tv_usec = (one->fault.delay_ms % 1000) * 1000;
    one->timer = evtimer_new(server->base, deliver_now, one);
    evtimer_add(one->timer, &wait);
}

void deliveries_unhang(struct server *server) {
    struct delivery *next = NULL;

    for (struct delivery *one = server->deliveries->first; one != NULL; one = next) {
        struct evhttp_request *request = one->request;
        next = one->next;
        if (one->fault.kind != FAULT_HANG)
            continue;
        delivery_free(one);
        deliver_close(request);
    }
}
