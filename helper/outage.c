/* Is this an outage of WeCom? Asks an application again and again while somebody must know. */
#include "helper/outage.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

struct outage_watch {
    struct outage_watch *next, **link;
    void (*done)(void *arg);
    void *arg;
};

/* One application that is asked. */
struct asked {
    struct asked *next, **link;
    struct outages *outages;
    struct client_app *app; /* a reference */
    struct client_request *request;
    struct event *timer;
    struct outage_watch *watches;
    int64_t asked_ms, until_ms; /* when it was asked last; how long it goes on */
};

struct outages {
    struct event_base *base;
    struct client_clock clock;
    struct asked *asked;
};

static int64_t now_ms(const struct outages *outages) {
    return outages->clock.now_ms(outages->clock.self);
}

struct outages *outages_new(struct event_base *base, struct client_clock clock) {
    struct outages *outages = calloc(1, sizeof *outages);

    if (outages != NULL)
        *outages = (struct outages){.base = base, .clock = clock};
    return outages;
}

static void free_asked(struct asked *asked) {
    while (asked->watches != NULL)
        outage_leave(asked->watches);
    *asked->link = asked->next;
    if (asked->next != NULL)
        asked->next->link = asked->link;
    client_cancel(asked->request);
    if (asked->timer != NULL)
        event_free(asked->timer);
    client_app_unref(asked->app);
    free(asked);
}

void outages_free(struct outages *outages) {
    while (outages != NULL && outages->asked != NULL)
        free_asked(outages->asked);
    free(outages);
}

/* At the next question's time, which may have come. */
static void wake(struct asked *asked) {
    int64_t ms = asked->asked_ms + OUTAGE_EVERY_MS - now_ms(asked->outages);
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)evtimer_add(asked->timer, ms > 0 ? &tv : &(struct timeval){0});
}

/* One by one from the head: whoever is told may make others leave, or come back. */
static void tell_all(struct asked *asked) {
    struct outage_watch *told = asked->watches;

    asked->watches = NULL;
    if (told != NULL)
        told->link = &told;
    while (told != NULL) {
        struct outage_watch watch = *told;

        outage_leave(told);
        watch.done(watch.arg);
    }
}

static void on_answer(void *arg, const struct client_result *result) {
    struct asked *asked = arg;

    (void)result; /* the client has noted what it says about WeCom */
    asked->request = NULL;
    wake(asked);
    tell_all(asked);
}

/* Something that needs no member's name: it is the same whoever wants to sign in. */
static void ask(struct asked *asked) {
    const struct config_app *settings = client_app_settings(asked->app);
    const char *values[CALLS_PARAMETERS];
    char agent[24];

    asked->asked_ms = now_ms(asked->outages);
    (void)snprintf(agent, sizeof agent, "%ld", settings->agent_id);
    values[0] = agent;
    asked->request = client_ask(asked->app, CALLS_AGENT_GET, values,
                                now_ms(asked->outages) + OUTAGE_ASK_MS, on_answer, asked);
    if (asked->request == NULL)
        wake(asked);
}

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    struct asked *asked = arg;
    bool is_wanted = asked->watches != NULL || (now_ms(asked->outages) < asked->until_ms &&
                                                client_app_reach(asked->app, NULL) != REACH_UP);

    (void)fd;
    (void)what;
    if (is_wanted)
        ask(asked);
    else
        free_asked(asked);
}

static struct asked *find(struct outages *outages, struct client_app *app) {
    struct asked *asked = outages->asked;

    while (asked != NULL && asked->app != app)
        asked = asked->next;
    if (asked != NULL)
        return asked;
    asked = calloc(1, sizeof *asked);
    if (asked == NULL)
        return NULL;
    asked->outages = outages;
    asked->app = client_app_ref(app);
    asked->next = outages->asked;
    asked->link = &outages->asked;
    if (asked->next != NULL)
        asked->next->link = &asked->next;
    outages->asked = asked;
    asked->timer = evtimer_new(outages->base, on_timer, asked);
    if (asked->timer == NULL) {
        free_asked(asked);
        return NULL;
    }
    asked->asked_ms = now_ms(outages) - OUTAGE_EVERY_MS;
    return asked;
}

struct outage_watch *outage_watch(struct outages *outages, struct client_app *app,
                                  void (*done)(void *arg), void *arg) {
    struct asked *asked = find(outages, app);
    struct outage_watch *watch;

    if (asked == NULL)
        return NULL;
    asked->until_ms = now_ms(outages) + OUTAGE_WATCH_MS;
    if (asked->request == NULL)
        wake(asked);
    watch = done != NULL ? calloc(1, sizeof *watch) : NULL;
    if (watch == NULL)
        return NULL;
    *watch = (struct outage_watch){
        .next = asked->watches, .link = &asked->watches, .done = done, .arg = arg};
    if (watch->next != NULL)
        watch->next->link = &watch->next;
    asked->watches = watch;
    return watch;
}

void outage_leave(struct outage_watch *watch) {
    if (watch == NULL)
        return;
    *watch->link = watch->next;
    if (watch->next != NULL)
        watch->next->link = watch->link;
    free(watch);
}
