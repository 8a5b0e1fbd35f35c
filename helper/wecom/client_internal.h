/* Shared by client.c and token.c only. */
#ifndef WECOM_HELPER_WECOM_CLIENT_INTERNAL_H
#define WECOM_HELPER_WECOM_CLIENT_INTERNAL_H

#include <event2/event.h>

#include "helper/wecom/client.h"

enum {
    CLIENT_TRIES = 3,            /* of one request, for transient failures */
    CLIENT_PAUSE_MS = 200,       /* before the second try; trebles, and gets some jitter */
    CLIENT_TOKEN_MS = 24000,     /* a fetch of a token, with all its tries */
    CLIENT_RENEW_BEFORE_S = 300, /* a token with less left is renewed in the background */
    CLIENT_RENEW_PAUSE_MS = 10000,
    CLIENT_HOLD_MS = 10000, /* after a refused Secret; doubles up to */
    CLIENT_HOLD_MOST_MS = 600000,
};

struct client {
    struct event_base *base;
    struct http_sender sender;
    struct client_clock clock;
    struct client_app *apps; /* all that live, for client_free */
    /* NULL: tokens are fetched with gettoken */
    void (*want_token)(void *arg, struct client_app *app, unsigned int refused);
    void *want_arg;
};

struct client_app {
    struct client *client;
    struct client_app *next, **link;
    unsigned int references;
    struct config_app settings;

    struct secret token;
    int64_t token_expires_ms, token_renew_ms;
    unsigned int token_generation; /* counts tokens, so that one refusal drops one token */
    unsigned int token_refused;    /* the last one that WeCom refused */
    bool token_wanted;             /* asked of the other process, no answer yet */
    struct client_request *token_fetch;
    struct client_request *waiting; /* for a token */
    struct client_failure token_failure;
    int64_t hold_until_ms, hold_ms;

    struct reach reach;

    uint64_t requests;
    struct client_failure last;
    int64_t last_ms;
};

struct client_request {
    struct client_app *app;
    enum calls_id id;
    char *values[CALLS_PARAMETERS];
    int64_t deadline_ms;
    void (*done)(void *arg, const struct client_result *result);
    void *arg;

    struct http_exchange *http;
    struct event *timer; /* a pause, the wait for a token, or an end that must come later */
    struct client_request *next, **link; /* among those that wait for a token */
    int tries;
    int64_t date_s; /* of the last answer */
    bool refreshed, asked_again, fresh, ends_with_failure;
    bool token_only; /* wants nothing of WeCom but a token */
    bool doubtful;   /* a try that failed may have been carried out all the same */
    unsigned int token_generation;
    struct client_failure failure;
};

int64_t client_now_ms(const struct client *client);

/* Sends with the token that the application has now. */
void client_send(struct client_request *request);

/* Wakes the request in `ms`, but not behind its deadline. */
void client_wake_in(struct client_request *request, int64_t ms);

/* Ends the request with a failure, at once: not from client_ask. */
void client_fail(struct client_request *request, const struct client_failure *failure);

/* Sends the request when a token is there, now or later; or fails it. */
void token_want(struct client_request *request);

/* WeCom refused the token of that generation. */
void token_refused(struct client_app *app, unsigned int generation);

/* A request leaves the line. */
void token_leave(struct client_request *request);

/* What a gettoken answered, also when the administrator's check asked. */
void token_take(struct client_app *app, const struct client_result *result);

#endif
