/* Access tokens: one for each application, fetched once however many wait for it. */
#include "helper/wecom/answer.h"
#include "helper/wecom/client_internal.h"

static bool is_valid(const struct client_app *app) {
    return app->token.len > 0 && client_now_ms(app->client) < app->token_expires_ms;
}

/* One by one from the head: whoever is told may make others leave the line. */
static void release(struct client_app *app) {
    while (app->waiting != NULL) {
        struct client_request *request = app->waiting;

        token_leave(request);
        if (is_valid(app))
            client_send(request);
        else
            client_fail(request, &app->token_failure);
    }
}

/* A Secret that was refused stays refused until somebody acts; so do the company's limits. */
static void hold(struct client_app *app) {
    int64_t ms = app->hold_ms > 0 ? app->hold_ms * 2 : CLIENT_HOLD_MS;

    switch (app->token_failure.reason) {
    case WECOM_REASON_CONFIG_SECRET:
    case WECOM_REASON_CONFIG_CORP:
    case WECOM_REASON_CONFIG_AGENT:
    case WECOM_REASON_CONFIG_PERMISSION:
    case WECOM_REASON_WECOM_RATE_LIMITED:
        app->hold_ms = ms < CLIENT_HOLD_MOST_MS ? ms : CLIENT_HOLD_MOST_MS;
        app->hold_until_ms = client_now_ms(app->client) + app->hold_ms;
        break;
    default:
        break;
    }
}

/* Takes the token over. It is renewed a little before its end. */
static void keep(struct client_app *app, struct secret *token, int64_t valid_ms) {
    int64_t early_ms = valid_ms / 10;

    if (early_ms > CLIENT_RENEW_BEFORE_S * INT64_C(1000))
        early_ms = CLIENT_RENEW_BEFORE_S * INT64_C(1000);
    secret_move(&app->token, token);
    app->token_expires_ms = client_now_ms(app->client) + valid_ms;
    app->token_renew_ms = app->token_expires_ms - early_ms;
    app->hold_ms = app->hold_until_ms = 0;
}

void token_take(struct client_app *app, const struct client_result *result) {
    int64_t now = client_now_ms(app->client);
    int64_t expires_in_s = 0;
    struct secret token = {0};

    app->token_failure = result->failure;
    if (result->failure.reason == WECOM_REASON_NONE &&
        answer_token(result->json, &token, &expires_in_s) != WECOM_OK) {
        app->token_failure = (struct client_failure){
            .reason = WECOM_REASON_INTERNAL, .detail = "gettoken answered without a usable token"};
    }
    if (app->token_failure.reason != WECOM_REASON_NONE) {
        secret_clear(&token);
        app->token_renew_ms = now + CLIENT_RENEW_PAUSE_MS;
        hold(app);
        return;
    }
    keep(app, &token, expires_in_s * 1000);
    if (++app->token_generation == 0) /* 0 means none */
        app->token_generation = 1;
}

static void on_token(void *arg, const struct client_result *result) {
    struct client_app *app = client_app_ref(arg);

    app->token_fetch = NULL;
    token_take(app, result);
    release(app);
    client_app_unref(app);
}

static bool fetch(struct client_app *app) {
    const char *values[CALLS_PARAMETERS] = {app->settings.corp_id, app->settings.secret.bytes};
    struct client *client = app->client;

    if (client->want_token != NULL) {
        if (!app->token_wanted) {
            app->token_wanted = true;
            client->want_token(client->want_arg, app, app->token_refused);
        }
        return true;
    }
    if (app->token_fetch == NULL)
        app->token_fetch = client_ask(app, CALLS_GETTOKEN, values,
                                      client_now_ms(app->client) + CLIENT_TOKEN_MS, on_token, app);
    return app->token_fetch != NULL;
}

void token_want(struct client_request *request) {
    static const struct client_failure no_memory = {.reason = WECOM_REASON_INTERNAL,
                                                    .detail = "out of memory"};
    struct client_app *app = request->app;
    int64_t now = client_now_ms(app->client);

    if (is_valid(app)) {
        if (now >= app->token_renew_ms && now >= app->hold_until_ms)
            (void)fetch(app);
        client_send(request);
        return;
    }
    if (now < app->hold_until_ms) {
        client_fail(request, &app->token_failure);
        return;
    }
    if (!fetch(app)) {
        client_fail(request, &no_memory);
        return;
    }
    request->next = app->waiting;
    request->link = &app->waiting;
    if (request->next != NULL)
        request->next->link = &request->next;
    app->waiting = request;
    client_wake_in(request, request->deadline_ms - now);
}

void token_leave(struct client_request *request) {
    if (request->link == NULL)
        return;
    *request->link = request->next;
    if (request->next != NULL)
        request->next->link = request->link;
    request->next = NULL;
    request->link = NULL;
}

void token_refused(struct client_app *app, unsigned int generation) {
    app->token_refused = generation;
    if (app->token_generation == generation)
        secret_clear(&app->token);
}

void client_ask_for_tokens(struct client *client,
                           void (*want)(void *arg, struct client_app *app, unsigned int refused),
                           void *arg) {
    client->want_token = want;
    client->want_arg = arg;
}

void client_give_token(struct client_app *app, const struct client_token *token,
                       const struct client_failure *failure) {
    static const struct client_failure no_memory = {.reason = WECOM_REASON_INTERNAL,
                                                    .detail = "out of memory"};
    struct secret copy = {0};
    bool same = token->secret != NULL && token->number == app->token_generation;

    (void)client_app_ref(app);
    app->token_wanted = false;
    app->token_failure = *failure;
    if (token->secret == NULL) {
        app->token_renew_ms = client_now_ms(app->client) + CLIENT_RENEW_PAUSE_MS;
    } else if (secret_set(&copy, token->secret->bytes, token->secret->len) != WECOM_OK) {
        app->token_failure = no_memory;
    } else {
        app->token_generation = token->number;
        keep(app, &copy, token->valid_ms);
        if (same) /* the other process has no newer one yet */
            app->token_renew_ms = client_now_ms(app->client) + CLIENT_RENEW_PAUSE_MS;
    }
    release(app);
    client_app_unref(app);
}
