/* A sender that sends nothing: what was asked waits for the test to answer. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/helper/support.h"

enum { MOST_URLS = 4096 };

/* Ours, not that of http.c: callers know the name only. */
struct http_exchange {
    struct http_exchange *next;
    struct fake_sender *sender;
    struct http_request request; /* with copies of its strings */
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
};

struct fake_sender {
    struct event_base *base;
    struct http_exchange *first; /* the oldest */
    char *urls[MOST_URLS];
    unsigned int begun, cancelled;
    bool refuse;
};

static char *copy(const char *string) {
    return string != NULL ? strdup(string) : NULL;
}

static void free_exchange(struct http_exchange *x) {
    free((char *)x->request.url);
    free((char *)x->request.body);
    free((char *)x->request.ca_file);
    free((char *)x->request.proxy);
    free(x);
}

static struct http_exchange *start(void *self, const struct http_request *request,
                                   void (*done)(void *arg, const struct http_answer *answer),
                                   void *arg) {
    struct fake_sender *sender = self;
    struct http_exchange **at = &sender->first;
    struct http_exchange *x;

    if (sender->refuse)
        return NULL;
    x = calloc(1, sizeof *x);
    ck_assert_ptr_nonnull(x);
    *x = (struct http_exchange){.sender = sender, .request = *request, .done = done, .arg = arg};
    x->request.url = copy(request->url);
    x->request.body = copy(request->body);
    x->request.ca_file = copy(request->ca_file);
    x->request.proxy = copy(request->proxy);
    ck_assert_int_gt(request->timeout_ms, 0);
    ck_assert_uint_lt(sender->begun, MOST_URLS);
    sender->urls[sender->begun++] = copy(request->url);
    while (*at != NULL)
        at = &(*at)->next;
    *at = x;
    return x;
}

static void unlink_exchange(struct http_exchange *x) {
    struct http_exchange **at = &x->sender->first;

    while (*at != NULL && *at != x)
        at = &(*at)->next;
    ck_assert_ptr_eq(*at, x);
    *at = x->next;
}

static void cancel(struct http_exchange *x) {
    unlink_exchange(x);
    x->sender->cancelled++;
    free_exchange(x);
}

struct fake_sender *fake_sender_new(struct event_base *base) {
    struct fake_sender *sender = calloc(1, sizeof *sender);

    ck_assert_ptr_nonnull(sender);
    sender->base = base;
    return sender;
}

void fake_sender_free(struct fake_sender *sender) {
    while (sender->first != NULL)
        cancel(sender->first);
    for (unsigned int i = 0; i < sender->begun; i++)
        free(sender->urls[i]);
    free(sender);
}

struct http_sender fake_sender_of(struct fake_sender *sender) {
    return (struct http_sender){.start = start, .cancel = cancel, .self = sender};
}

unsigned int fake_begun(const struct fake_sender *sender, const char *part) {
    unsigned int n = 0;

    for (unsigned int i = 0; i < sender->begun; i++)
        n += strstr(sender->urls[i], part) != NULL;
    return n;
}

unsigned int fake_waiting(const struct fake_sender *sender, const char *part) {
    unsigned int n = 0;

    for (const struct http_exchange *x = sender->first; x != NULL; x = x->next)
        n += strstr(x->request.url, part) != NULL;
    return n;
}

unsigned int fake_cancelled(const struct fake_sender *sender) {
    return sender->cancelled;
}

void fake_forget(struct fake_sender *sender) {
    for (unsigned int i = 0; i < sender->begun; i++)
        free(sender->urls[i]);
    sender->begun = sender->cancelled = 0;
}

void fake_refuse(struct fake_sender *sender, bool refuse) {
    sender->refuse = refuse;
}

static struct http_exchange *oldest(const struct fake_sender *sender, const char *part) {
    struct http_exchange *x = sender->first;

    while (x != NULL && strstr(x->request.url, part) == NULL)
        x = x->next;
    return x;
}

static void on_late(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    *(bool *)arg = true;
}

static struct http_exchange *await(struct fake_sender *sender, const char *part) {
    static const struct timeval most = {.tv_sec = 10};
    bool late = false;
    struct event *timer = evtimer_new(sender->base, on_late, &late);

    ck_assert_ptr_nonnull(timer);
    ck_assert_int_eq(evtimer_add(timer, &most), 0);
    while (oldest(sender, part) == NULL && !late)
        ck_assert_int_ge(event_base_loop(sender->base, EVLOOP_ONCE), 0);
    event_free(timer);
    ck_assert_msg(oldest(sender, part) != NULL, "nobody asked for %s", part);
    return oldest(sender, part);
}

const struct http_request *fake_await(struct fake_sender *sender, const char *part) {
    return &await(sender, part)->request;
}

static void end(struct http_exchange *x, const struct http_answer *answer) {
    unlink_exchange(x);
    x->done(x->arg, answer);
    free_exchange(x);
}

void fake_answer(struct fake_sender *sender, const char *part, long status, const char *body) {
    struct http_answer answer = {.outcome = HTTP_ANSWERED,
                                 .status = status,
                                 .body = body,
                                 .body_bytes = strlen(body),
                                 .date_s = 1700000000,
                                 .detail = "",
                                 .address = "127.0.0.1"};

    end(await(sender, part), &answer);
}

void fake_fail(struct fake_sender *sender, const char *part, enum http_outcome outcome,
               const char *detail) {
    struct http_answer answer = {.outcome = outcome, .body = "", .detail = detail, .address = ""};

    end(await(sender, part), &answer);
}
