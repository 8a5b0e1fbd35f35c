/* Asking WeCom: one request with everything that belongs to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "helper/wecom/answer.h"
#include "helper/wecom/client_internal.h"
#include "helper/wecom/errors.h"

struct client *client_new(struct event_base *base, struct http_sender sender,
                          struct client_clock clock) {
    struct client *client = calloc(1, sizeof *client);

    if (client != NULL)
        *client = (struct client){.base = base, .sender = sender, .clock = clock};
    return client;
}

void client_free(struct client *client) {
    for (struct client_app *app = client != NULL ? client->apps : NULL, *next; app != NULL;
         app = next) {
        next = app->next;
        client_app_retire(app);
    }
    free(client);
}

int64_t client_now_ms(const struct client *client) {
    return client->clock.now_ms(client->clock.self);
}

struct client_app *client_app_new(struct client *client, const struct config_app *settings) {
    struct client_app *app = calloc(1, sizeof *app);

    if (app == NULL)
        return NULL;
    app->client = client;
    app->references = 1;
    app->settings = *settings;
    app->settings.secret = (struct secret){0};
    /* of no use here, and they go with the configuration */
    app->settings.callback_token = app->settings.callback_aes_key = (struct secret){0};
    if (secret_set(&app->settings.secret, settings->secret.bytes, settings->secret.len) !=
        WECOM_OK) {
        free(app);
        return NULL;
    }
    app->next = client->apps;
    app->link = &client->apps;
    if (app->next != NULL)
        app->next->link = &app->next;
    client->apps = app;
    return app;
}

struct client_app *client_app_ref(struct client_app *app) {
    app->references++;
    return app;
}

void client_app_unref(struct client_app *app) {
    if (app == NULL || --app->references > 0)
        return;
    *app->link = app->next;
    if (app->next != NULL)
        app->next->link = app->link;
    secret_clear(&app->settings.secret);
    secret_clear(&app->token);
    free(app);
}

const struct config_app *client_app_settings(const struct client_app *app) {
    return &app->settings;
}

void client_app_status(const struct client_app *app, struct client_app_status *status) {
    int64_t now = client_now_ms(app->client);

    status->requests = app->requests;
    status->last = app->last;
    status->last_age_s = app->last.reason != WECOM_REASON_NONE ? (now - app->last_ms) / 1000 : -1;
    status->token_valid_s = app->token.len > 0 && app->token_expires_ms > now
                                ? (app->token_expires_ms - now) / 1000
                                : -1;
}

enum reach_state client_app_reach(const struct client_app *app, int64_t *down_ms) {
    if (down_ms != NULL)
        *down_ms = 0;
    /* it answered, and is not asked again until then */
    if (client_now_ms(app->client) < app->hold_until_ms)
        return REACH_UP;
    return reach_now(&app->reach, client_now_ms(app->client), down_ms);
}

void client_app_retire(struct client_app *app) {
    struct client_request *fetch = app->token_fetch;

    app->token_fetch = NULL;
    client_cancel(fetch); /* the application may go with it */
}

void client_app_forget_failure(struct client_app *app) {
    const struct http_sender *sender = &app->client->sender;

    app->hold_ms = app->hold_until_ms = 0;
    if (sender->forget_authorities != NULL)
        sender->forget_authorities(sender->self);
}

static void free_request(struct client_request *request) {
    token_leave(request);
    if (request->http != NULL)
        request->app->client->sender.cancel(request->http);
    if (request->timer != NULL)
        event_free(request->timer);
    for (size_t i = 0; i < CALLS_PARAMETERS; i++)
        secret_free_string(request->values[i]);
    client_app_unref(request->app);
    free(request);
}

void client_cancel(struct client_request *request) {
    if (request != NULL)
        free_request(request);
}

static void finish(struct client_request *request, const struct client_result *outcome) {
    struct client_app *app = request->app;
    struct client_result counted = *outcome;
    const struct client_result *result = &counted;

    counted.tries = request->tries;
    if (result->failure.reason != WECOM_REASON_NONE) {
        app->last = result->failure;
        app->last_ms = client_now_ms(app->client);
    }
    if (request->fresh)
        token_take(app, result);
    request->done(request->arg, result);
    free_request(request);
}

void client_fail(struct client_request *request, const struct client_failure *failure) {
    struct client_result result = {.failure = *failure,
                                   .asked_again = request->asked_again || request->doubtful,
                                   .date_s = request->date_s};

    finish(request, &result);
}

void client_wake_in(struct client_request *request, int64_t ms) {
    int64_t left = request->deadline_ms - client_now_ms(request->app->client);
    struct timeval tv;

    if (ms > left)
        ms = left;
    if (ms < 0)
        ms = 0;
    tv = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    (void)evtimer_add(request->timer, &tv);
}

/* An end that must not come from inside client_ask. */
static void fail_later(struct client_request *request, const struct client_failure *failure) {
    if (failure != &request->failure)
        request->failure = *failure;
    request->ends_with_failure = true;
    client_wake_in(request, 0);
}

/* What is said when the time is up: why the last try failed, if there was one. */
static const struct client_failure *out_of_time(const struct client_request *request) {
    static const struct client_failure late = {.reason = WECOM_REASON_WECOM_UNREACHABLE,
                                               .cure = "cure_connection",
                                               .detail = "no answer from WeCom in time"};

    return request->failure.reason != WECOM_REASON_NONE ? &request->failure : &late;
}

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    struct client_request *request = arg;

    (void)fd;
    (void)what;
    if (request->ends_with_failure)
        client_fail(request, &request->failure);
    else if (request->link != NULL) /* the deadline came before a token */
        client_fail(request, out_of_time(request));
    else if (request->token_only || calls_rule(request->id)->with_token)
        token_want(request);
    else
        client_send(request);
}

/* 200 ms, 600 ms, each up to a half longer, so that those who failed together do not come back
 * together. False when no time is left for it.
 */
static bool try_later(struct client_request *request) {
    int64_t pause = CLIENT_PAUSE_MS;
    unsigned int jitter = 0;

    for (int i = 1; i < request->tries; i++)
        pause *= 3;
    if (getrandom(&jitter, sizeof jitter, GRND_NONBLOCK) < 0)
        jitter = 0;
    pause += (int64_t)(jitter % (unsigned int)(pause / 2));
    if (request->tries >= CLIENT_TRIES ||
        client_now_ms(request->app->client) + pause >= request->deadline_ms)
        return false;
    client_wake_in(request, pause);
    return true;
}

/* How an exchange without an answer looks to the person and to the administrator. */
static void describe_http(const struct client_request *request, const struct http_answer *answer,
                          struct client_failure *failure) {
    static const char *const cures[] = {
        [HTTP_NO_NAME] = "cure_name",         [HTTP_NO_CONNECTION] = "cure_connection",
        [HTTP_NO_TLS] = "cure_tls",           [HTTP_LOST] = "cure_lost",
        [HTTP_TOO_LARGE] = "cure_odd_answer", [HTTP_FAILED] = "cure_connection",
        [HTTP_ANSWERED] = "cure_odd_answer",
    };

    *failure = (struct client_failure){.reason = WECOM_REASON_WECOM_UNREACHABLE,
                                       .http = answer->outcome,
                                       .cure = cures[answer->outcome]};
    if (answer->outcome != HTTP_ANSWERED)
        (void)snprintf(failure->detail, sizeof failure->detail, "%s: %.200s",
                       calls_rule(request->id)->path, answer->detail);
    else if (answer->status != 200)
        (void)snprintf(failure->detail, sizeof failure->detail, "%s: HTTP status %ld",
                       calls_rule(request->id)->path, answer->status);
    else
        (void)snprintf(failure->detail, sizeof failure->detail,
                       "%s: the answer does not have the form that WeCom describes",
                       calls_rule(request->id)->path);
    if (answer->status == 429 || answer->status >= 500)
        failure->reason = WECOM_REASON_WECOM_BUSY;
}

/* Sent and no whole or no readable answer: may have been carried out, so it is asked once more.
 * Not sent, or WeCom too busy: another try after a pause.
 */
static void on_no_answer(struct client_request *request, const struct http_answer *answer) {
    bool busy =
        answer->outcome == HTTP_ANSWERED && (answer->status == 429 || answer->status >= 500);
    bool lost = answer->outcome == HTTP_LOST || answer->outcome == HTTP_TOO_LARGE ||
                (answer->outcome == HTTP_ANSWERED && answer->status == 200);

    describe_http(request, answer, &request->failure);
    if (lost && !request->asked_again &&
        client_now_ms(request->app->client) < request->deadline_ms) {
        request->asked_again = true;
        client_wake_in(request, 0);
        return;
    }
    request->doubtful = request->doubtful || busy;
    if ((busy || answer->outcome == HTTP_NO_CONNECTION) && try_later(request))
        return;
    client_fail(request, &request->failure);
}

static void on_refusal(struct client_request *request, const struct answer *answer) {
    const struct errors_rule *rule = errors_find(answer->errcode);
    struct client_failure *failure = &request->failure;
    bool with_token = calls_rule(request->id)->with_token;

    *failure = (struct client_failure){.reason = rule->reason,
                                       .errcode = answer->errcode,
                                       .http = HTTP_ANSWERED,
                                       .cure = rule->cure};
    (void)snprintf(failure->detail, sizeof failure->detail, "%s: %d %.180s",
                   calls_rule(request->id)->path, answer->errcode, answer->errmsg);
    (void)answer_caller_ip(answer->errmsg, failure->ip, sizeof failure->ip);
    if (rule->class == ERRORS_TOKEN && with_token && !request->refreshed) {
        request->refreshed = true;
        token_refused(request->app, request->token_generation);
        token_want(request);
        return;
    }
    if (rule->class == ERRORS_TRANSIENT && try_later(request))
        return;
    client_fail(request, failure);
}

static enum wecom_error parse(const struct client_request *request, const struct http_answer *http,
                              struct answer *answer) {
    const char *list = calls_rule(request->id)->list;

    return list == NULL ? answer_parse(answer, http->body, http->body_bytes)
                        : answer_parse_listed(answer, http->body, http->body_bytes, list);
}

/* `errcode` 0: none that could be read. */
static void note_reach(const struct client_request *request, const struct http_answer *http,
                       int errcode) {
    struct client_app *app = request->app;

    reach_hear(&app->reach, reach_judge(http->outcome, http->status, errcode),
               client_now_ms(app->client));
}

static void on_http(void *arg, const struct http_answer *http) {
    struct client_request *request = arg;
    struct answer answer;

    request->http = NULL;
    request->tries++;
    request->date_s = http->date_s;
    if (http->outcome != HTTP_ANSWERED || http->status != 200 ||
        parse(request, http, &answer) != WECOM_OK) {
        note_reach(request, http, 0);
        on_no_answer(request, http);
        return;
    }
    note_reach(request, http, answer.errcode);
    if (answer.errcode != 0) {
        on_refusal(request, &answer);
    } else {
        struct client_result result = {.json = answer.json,
                                       .list = answer.list,
                                       .asked_again = request->asked_again || request->doubtful,
                                       .date_s = http->date_s};
        finish(request, &result);
    }
    answer_clear(&answer);
}

/* How long one try may take: an answer that does not come leaves time to ask once more. */
static int64_t try_ms(const struct client_request *request, int64_t left_ms) {
    int64_t ms = request->asked_again ? left_ms : left_ms / 2;
    int64_t most_ms = calls_rule(request->id)->try_ms;

    return ms < most_ms ? ms : most_ms;
}

void client_send(struct client_request *request) {
    static const struct client_failure no_memory = {.reason = WECOM_REASON_INTERNAL,
                                                    .detail = "out of memory"};
    struct client_app *app = request->app;
    struct client *client = app->client;
    int64_t left = request->deadline_ms - client_now_ms(client);
    struct calls_request call;
    struct http_request http = {
        .ca_file = app->settings.ca_file,
        .proxy = app->settings.proxy,
        .answer_max_bytes = calls_rule(request->id)->answer_max_bytes,
        .timeout_ms = try_ms(request, left),
        /* a kept connection that lost one answer may be followed by another that does */
        .fresh = request->fresh || request->asked_again,
    };

    (void)evtimer_del(request->timer);
    if (request->token_only) {
        finish(request, &(struct client_result){0});
        return;
    }
    if (left <= 1) {
        fail_later(request, out_of_time(request));
        return;
    }
    request->token_generation = app->token_generation;
    if (calls_build(&call, request->id, app->settings.api_url, app->token.bytes,
                    (const char *const *)request->values) == WECOM_OK) {
        http.url = call.url;
        http.body = call.body;
        request->http = client->sender.start(client->sender.self, &http, on_http, request);
        calls_clear(&call);
    }
    if (request->http == NULL)
        fail_later(request, &no_memory);
    else
        app->requests++;
}

struct client_token client_app_token(const struct client_app *app) {
    int64_t now = client_now_ms(app->client);

    if (app->token.len == 0 || now >= app->token_expires_ms)
        return (struct client_token){0};
    return (struct client_token){.secret = &app->token,
                                 .valid_ms = app->token_expires_ms - now,
                                 .number = app->token_generation};
}

static struct client_request *
new_request(struct client_app *app, enum calls_id id, const char *const values[CALLS_PARAMETERS],
            int64_t deadline_ms, void (*done)(void *arg, const struct client_result *result),
            void *arg) {
    struct client_request *request = calloc(1, sizeof *request);

    if (request == NULL)
        return NULL;
    request->app = client_app_ref(app);
    request->id = id;
    request->deadline_ms = deadline_ms;
    request->done = done;
    request->arg = arg;
    request->timer = evtimer_new(app->client->base, on_timer, request);
    if (request->timer == NULL)
        goto refuse;
    for (size_t i = 0; i < CALLS_PARAMETERS && calls_rule(id)->parameters[i] != NULL; i++) {
        request->values[i] = strdup(values[i]);
        if (request->values[i] == NULL)
            goto refuse;
    }
    client_wake_in(request, 0);
    return request;
refuse:
    free_request(request);
    return NULL;
}

struct client_request *client_ask(struct client_app *app, enum calls_id id,
                                  const char *const values[CALLS_PARAMETERS], int64_t deadline_ms,
                                  void (*done)(void *arg, const struct client_result *result),
                                  void *arg) {
    return new_request(app, id, values, deadline_ms, done, arg);
}

struct client_request *
client_check_token(struct client_app *app, int64_t deadline_ms,
                   void (*done)(void *arg, const struct client_result *result), void *arg) {
    const char *values[CALLS_PARAMETERS] = {app->settings.corp_id, app->settings.secret.bytes};
    struct client_request *request =
        new_request(app, CALLS_GETTOKEN, values, deadline_ms, done, arg);

    if (request != NULL)
        request->fresh = true;
    return request;
}

struct client_request *
client_want_token(struct client_app *app, unsigned int refused, int64_t deadline_ms,
                  void (*done)(void *arg, const struct client_result *result), void *arg) {
    static const char *const values[CALLS_PARAMETERS] = {"", ""};
    struct client_request *request =
        new_request(app, CALLS_GETTOKEN, values, deadline_ms, done, arg);

    if (request == NULL)
        return NULL;
    request->token_only = true;
    if (refused != 0)
        token_refused(app, refused);
    return request;
}
