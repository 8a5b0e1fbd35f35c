/* Asking WeCom for many things, one after the other, at a pace. */
#include "helper/asker.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/pace.h"
#include "helper/wecom/errors.h"

/* Minute limits of WeCom last 60 s, hour limits 60 minutes (page 90454). */
const struct asker_limits asker_usual_limits = {.calls_per_min = 200,
                                                .at_once = 8,
                                                .limited_ms = 60000,
                                                .busy_ms = 5000,
                                                .tries = 5,
                                                .lost_in_row = 3};

enum { REST_DOUBLINGS = 3, ASK_TRIES_MS = 60000, NO_MEMORY_MS = 1000 };

struct ask {
    struct asker *asker;
    struct ask *next, **link;
    struct client_app *app;
    enum calls_id id;
    char *value;
    unsigned int tries;
    struct client_request *request; /* while it runs */
    void (*done)(void *arg, const struct asker_answer *answer);
    void *arg;
};

struct asker {
    struct event_base *base;
    struct client_clock clock;
    struct asker_limits limits;
    struct pace pace;
    struct event *timer;
    struct ask *queue, **queue_end; /* wait for their turn */
    struct ask *running;
    unsigned int running_count, rests, lost;
    size_t waiting;
    int64_t rest_until_ms, calls;
    char rest_why[320];
    bool held;
};

static void wake(struct asker *asker, int64_t ms);

static int64_t now_ms(const struct asker *asker) {
    return asker->clock.now_ms(asker->clock.self);
}

static void enqueue(struct asker *asker, struct ask *ask, bool first) {
    ask->link = first ? &asker->queue : asker->queue_end;
    ask->next = *ask->link;
    if (ask->next != NULL)
        ask->next->link = &ask->next;
    else
        asker->queue_end = &ask->next;
    *ask->link = ask;
}

static void leave(struct ask *ask) {
    *ask->link = ask->next;
    if (ask->next != NULL)
        ask->next->link = ask->link;
    else if (ask->asker->queue_end == &ask->next)
        ask->asker->queue_end = ask->link;
}

static void free_ask(struct ask *ask) {
    leave(ask);
    ask->asker->waiting--;
    client_cancel(ask->request);
    client_app_unref(ask->app);
    free(ask->value);
    free(ask);
}

/* What every answer that is none of a person's own means for those who ask on. */
enum trouble { NO_TROUBLE, LIMITED, BUSY };

static enum trouble trouble_of(const struct client_failure *failure) {
    switch (failure->reason) {
    case WECOM_REASON_WECOM_RATE_LIMITED:
        return LIMITED;
    case WECOM_REASON_WECOM_BUSY:
        return BUSY;
    case WECOM_REASON_WECOM_UNREACHABLE:
        /* an answer that came, but cannot be used, concerns what was asked for */
        return failure->http == HTTP_TOO_LARGE || failure->http == HTTP_ANSWERED ? NO_TROUBLE
                                                                                 : BUSY;
    default:
        return NO_TROUBLE;
    }
}

/* A token that cannot be had concerns every question. */
static bool is_about_token(int errcode) {
    return errcode == 40014 || errcode == 42001 || errcode == 41001;
}

static enum asker_outcome outcome_of(const struct ask *ask, const struct client_failure *failure) {
    if (failure->reason == WECOM_REASON_NONE)
        return ASKER_ANSWERED;
    if (ask->id == CALLS_USER_GET && failure->reason == WECOM_REASON_NOT_VISIBLE)
        return errors_is_nobody(failure->errcode) ? ASKER_GONE : ASKER_HIDDEN;
    switch (failure->reason) {
    case WECOM_REASON_CONFIG_SECRET:
    case WECOM_REASON_CONFIG_CORP:
    case WECOM_REASON_CONFIG_AGENT:
    case WECOM_REASON_CONFIG_IP:
        return ASKER_STOP;
    case WECOM_REASON_CONFIG_PERMISSION: /* tags may be closed to an application that sees people */
        return ask->id == CALLS_TAG_GET ? ASKER_FAILED : ASKER_STOP;
    default:
        return is_about_token(failure->errcode) ? ASKER_STOP : ASKER_FAILED;
    }
}

/* Everybody rests, longer each time until something is answered again. */
static void rest(struct asker *asker, enum trouble trouble, const struct client_failure *failure) {
    int64_t ms = trouble == LIMITED ? asker->limits.limited_ms : asker->limits.busy_ms;
    int64_t now = now_ms(asker);

    if (now < asker->rest_until_ms) /* others of the same rush have said so already */
        return;
    for (unsigned int i = 0; i < asker->rests && i < REST_DOUBLINGS; i++)
        ms *= 2;
    asker->rests++;
    asker->rest_until_ms = now + ms;
    (void)snprintf(asker->rest_why, sizeof asker->rest_why, "%s", failure->detail);
    wake(asker, ms);
}

static void finish(struct ask *ask, const struct client_result *result,
                   enum asker_outcome outcome) {
    struct asker_answer answer = {.outcome = outcome,
                                  .json = result->json,
                                  .list = result->list,
                                  .failure = &result->failure};
    void (*done)(void *arg, const struct asker_answer *answer) = ask->done;
    void *arg = ask->arg;

    free_ask(ask);
    done(arg, &answer);
}

static void on_result(void *arg, const struct client_result *result) {
    struct ask *ask = arg;
    struct asker *asker = ask->asker;
    enum trouble trouble = trouble_of(&result->failure);
    enum asker_outcome outcome = outcome_of(ask, &result->failure);

    ask->request = NULL;
    asker->running_count--;
    ask->tries++;
    if (result->tries > 1) { /* the client tried more than once on its own */
        pace_charge(&asker->pace, result->tries - 1, now_ms(asker));
        asker->calls += result->tries - 1;
    }
    wake(asker, 0);
    if (trouble == NO_TROUBLE) {
        asker->rests = asker->lost = 0;
        finish(ask, result, outcome);
        return;
    }
    rest(asker, trouble, &result->failure);
    if (ask->tries < asker->limits.tries) {
        leave(ask);
        enqueue(asker, ask, true);
        return;
    }
    finish(ask, result, ++asker->lost >= asker->limits.lost_in_row ? ASKER_STOP : ASKER_FAILED);
}

/* False when there is no memory: it stays the first in the queue then. */
static bool begin(struct asker *asker, struct ask *ask) {
    const char *values[CALLS_PARAMETERS] = {ask->value};

    ask->request =
        client_ask(ask->app, ask->id, values,
                   now_ms(asker) + ASK_TRIES_MS + 2 * calls_rule(ask->id)->try_ms, on_result, ask);
    if (ask->request == NULL)
        return false;
    leave(ask);
    ask->next = asker->running;
    ask->link = &asker->running;
    if (ask->next != NULL)
        ask->next->link = &ask->next;
    asker->running = ask;
    asker->running_count++;
    asker->calls++;
    return true;
}

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    struct asker *asker = arg;

    (void)fd;
    (void)what;
    while (asker->queue != NULL && !asker->held && asker->running_count < asker->limits.at_once) {
        int64_t now = now_ms(asker), wait = pace_wait_ms(&asker->pace, now);

        if (asker->rest_until_ms > now)
            wait = asker->rest_until_ms - now;
        if (wait > 0) {
            wake(asker, wait);
            return;
        }
        if (!begin(asker, asker->queue)) {
            wake(asker, NO_MEMORY_MS);
            return;
        }
        pace_charge(&asker->pace, 1, now);
    }
}

static void wake(struct asker *asker, int64_t ms) {
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)evtimer_add(asker->timer, &tv);
}

struct asker *asker_new(struct event_base *base, struct client_clock clock,
                        const struct asker_limits *limits) {
    struct asker *asker = calloc(1, sizeof *asker);

    if (asker == NULL)
        return NULL;
    *asker = (struct asker){.base = base, .clock = clock, .limits = *limits};
    asker->queue_end = &asker->queue;
    asker->timer = evtimer_new(base, on_timer, asker);
    if (asker->timer == NULL) {
        free(asker);
        return NULL;
    }
    pace_start(&asker->pace, limits->calls_per_min, now_ms(asker));
    return asker;
}

void asker_free(struct asker *asker) {
    if (asker == NULL)
        return;
    asker_drop(asker);
    event_free(asker->timer);
    free(asker);
}

void asker_set_rate(struct asker *asker, int64_t calls_per_min) {
    pace_set(&asker->pace, calls_per_min, now_ms(asker));
    asker->limits.calls_per_min = calls_per_min;
    wake(asker, 0);
}

bool asker_ask(struct asker *asker, struct client_app *app, enum calls_id id, const char *value,
               void (*done)(void *arg, const struct asker_answer *answer), void *arg) {
    struct ask *ask = calloc(1, sizeof *ask);

    if (ask == NULL)
        return false;
    *ask = (struct ask){.asker = asker, .id = id, .done = done, .arg = arg};
    ask->value = strdup(value);
    if (ask->value == NULL) {
        free(ask);
        return false;
    }
    ask->app = client_app_ref(app);
    enqueue(asker, ask, false);
    asker->waiting++;
    wake(asker, 0);
    return true;
}

void asker_drop(struct asker *asker) {
    while (asker->queue != NULL)
        free_ask(asker->queue);
    while (asker->running != NULL)
        free_ask(asker->running);
    asker->running_count = 0;
    asker->lost = 0;
}

void asker_hold(struct asker *asker, bool held) {
    asker->held = held;
    if (!held)
        wake(asker, 0);
}

int64_t asker_calls(const struct asker *asker) {
    return asker->calls;
}

size_t asker_waiting(const struct asker *asker) {
    return asker->waiting;
}

const char *asker_resting(const struct asker *asker) {
    return asker->rest_until_ms > now_ms(asker) ? asker->rest_why : NULL;
}
