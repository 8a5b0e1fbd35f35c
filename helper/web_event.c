/* What WeCom itself sends to the message URL of an application. */
#include "helper/web_event.h"

#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "helper/cards.h"
#include "helper/log.h"
#include "helper/message_urls.h"
#include "helper/pace.h"
#include "helper/people.h"
#include "helper/web_page.h"
#include "helper/wecom/callback.h"
#include "helper/wecom/replay.h"

enum { REFUSED = 403 }; /* HTTP: whatever is wrong */

struct web_events {
    struct helper *helper;
    struct replay *replay;
    struct pace lines, asks;
    int64_t kept_back; /* lines */
};

struct web_events *web_events_new(struct helper *helper) {
    struct web_events *events = calloc(1, sizeof *events);

    if (events == NULL)
        return NULL;
    events->helper = helper;
    events->replay = replay_new();
    if (events->replay == NULL) {
        free(events);
        return NULL;
    }
    pace_start(&events->lines, WEB_EVENT_LINES_PER_MIN, helper_now_ms(helper));
    pace_start(&events->asks, WEB_EVENT_ASKS_PER_MIN, helper_now_ms(helper));
    return events;
}

void web_events_free(struct web_events *events) {
    if (events != NULL)
        replay_free(events->replay);
    free(events);
}

/* Anybody can make such lines: so many a minute. */
static void log_doubt(struct web_events *events, const struct wire_message *message,
                      const char *event, const char *why) {
    int64_t now_ms = helper_now_ms(events->helper);
    struct log_line l;

    if (pace_wait_ms(&events->lines, now_ms) > 0) {
        events->kept_back++;
        return;
    }
    pace_charge(&events->lines, 1, now_ms);
    log_begin(&l, LOG_WARNING, event);
    log_text(&l, "app", wire_get(message, WIRE_F_APP));
    log_text(&l, "client", wire_get(message, WIRE_F_CLIENT));
    log_text(&l, "why", why);
    if (events->kept_back > 0)
        log_number(&l, "kept_back", events->kept_back);
    events->kept_back = 0;
    log_end(&l);
}

/* Opens `encrypted` with the keys of the application. NULL, or why not. */
static const char *open_it(const struct helper *helper, const struct config_app *app,
                           const struct callback_query *query, const char *encrypted,
                           struct secret *plain) {
    struct callback_keys keys = {0};
    const char *wrong = NULL;
    char why[256];

    if (!callback_keys_set(&keys, app->callback_token.bytes, app->callback_aes_key.bytes,
                           app->corp_id, why, sizeof why))
        wrong = "the keys of the application cannot be used";
    else if (callback_open(&keys, query, encrypted, plain) != WECOM_OK)
        wrong = "not signed, or not encrypted, with callback_token_file and callback_aes_key_file "
                "for this company";
    else if (!callback_is_recent(query, helper_wall_s(helper)))
        wrong = "not of this time: an old request, or a clock that is wrong";
    callback_keys_clear(&keys);
    return wrong;
}

static bool is_about_member(const struct event_message *event) {
    return strcmp(event->event, "subscribe") == 0 || strcmp(event->event, "unsubscribe") == 0;
}

static void ask_anew(struct web_events *events, const struct config_app *app, const char *userid) {
    struct helper *helper = events->helper;
    struct setup *setup = helper->setup;
    struct client_app *own = setup->apps[app - setup->config->apps];
    struct client_app *accounts = setup_app(setup, NULL);
    int64_t now_ms = helper_now_ms(helper);

    if (userid[0] == '\0' || pace_wait_ms(&events->asks, now_ms) > 0)
        return;
    pace_charge(&events->asks, 1, now_ms);
    people_ask_anew(helper->people, setup, own, userid);
    /* who has left the company has left the application that decides about accounts, too */
    if (accounts != own && config_has_keys(client_app_settings(accounts)))
        people_ask_anew(helper->people, setup, accounts, userid);
}

/* An event never decides about a member: it makes us ask. */
static void act(struct web_events *events, const struct config_app *app,
                const struct event_message *event) {
    if (strcmp(event->event, "template_card_event") == 0 ||
        strcmp(event->event, "template_card_menu_event") == 0) {
        cards_event(events->helper->cards, app, event);
    } else if (is_about_member(event)) {
        ask_anew(events, app, event->from_user);
    } else if (strcmp(event->event, "change_contact") == 0) {
        ask_anew(events, app, event->user_id);
        ask_anew(events, app, event->new_user_id);
    }
}

/* Events of the directory name no application. */
static bool is_for(const struct config_app *app, const struct event_message *event) {
    bool is_directory = strcmp(event->event, "change_contact") == 0 && event->agent_id == 0;

    return strcmp(event->to_user, app->corp_id) == 0 &&
           (event->agent_id == app->agent_id || is_directory);
}

/* WeCom signed it. It gets 200 whatever it is, or it would come three times more. */
static void take(struct web_events *events, const struct wire_message *message,
                 const struct config_app *app, const struct secret *plain) {
    struct event_message *event = calloc(1, sizeof *event);
    char key[EVENT_DIGEST_CHARACTERS + 1];

    if (event == NULL || event_parse(plain->bytes, plain->len, event) != WECOM_OK)
        log_doubt(events, message, "event not read", "not of a form that WeCom describes");
    else if (!is_for(app, event))
        log_doubt(events, message, "event not taken", "it is for another application");
    else if (event_key_of(event, key) &&
             replay_first(events->replay, key, helper_now_ms(events->helper)))
        act(events, app, event);
    if (event != NULL)
        secret_wipe_bytes(event, sizeof *event);
    free(event);
}

/* WeCom tries the URL, or sends something. NULL, or why it is refused. */
static const char *hear(struct web_events *events, struct server_peer *peer,
                        const struct wire_message *message, const struct config_app *app,
                        const struct callback_query *query) {
    const char *body = wire_get(message, WIRE_F_BODY), *wrong;
    const char *encrypted = query->echostr;
    struct event_envelope envelope = {0};
    struct secret plain = {0};

    if (body != NULL) {
        if (event_envelope(body, strlen(body), &envelope) != WECOM_OK)
            return "its body is not of the form that WeCom describes";
        encrypted = envelope.encrypted;
    }
    wrong = encrypted[0] != '\0' ? open_it(events->helper, app, query, encrypted, &plain)
                                 : "nothing is encrypted in it";
    if (wrong == NULL && body == NULL &&
        (strlen(plain.bytes) != plain.len || !text_is_utf8(plain.bytes, plain.len)))
        wrong = "what WeCom wants back is no text";
    if (wrong == NULL) {
        message_urls_called(events->helper->message_urls, app->name, helper_now_ms(events->helper));
        web_page_reply(peer, 200, body == NULL ? plain.bytes : "");
        if (body != NULL)
            take(events, message, app, &plain);
    }
    event_envelope_clear(&envelope);
    secret_clear(&plain);
    return wrong;
}

void web_event_open(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message) {
    const struct config_app *app =
        config_find_app(helper->setup->config, wire_get(message, WIRE_F_APP));
    struct callback_query query;
    const char *wrong;
    char id[REPLY_ID_BYTES];

    reply_new_id(id);
    reply_ready(peer, id);
    if (app == NULL || !config_has_callback(app))
        wrong = "there is no such application, or it has no callback_token_file";
    else if (callback_query_parse(wire_get(message, WIRE_F_QUERY), &query) != WECOM_OK)
        wrong = "its parameters are not of the form that WeCom describes";
    else
        wrong = hear(helper->web_events, peer, message, app, &query);
    if (wrong == NULL)
        return;
    log_doubt(helper->web_events, message, "event refused", wrong);
    web_page_reply(peer, REFUSED, "");
}
