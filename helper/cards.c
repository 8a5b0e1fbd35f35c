/* The cards that people approve logins with. */
#include "helper/cards.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "helper/courier.h"
#include "helper/draw.h"
#include "helper/message_urls.h"
#include "helper/throttle.h"

enum { CODE_BYTES = EVENT_RESPONSE_CODE_MAX_BYTES + 1 };

struct card {
    struct cards *cards;
    struct card *next, **link;
    struct request request; /* of the login: without its host */
    char userid[WECOM_USERID_MAX_BYTES + 1];
    char task_id[CARD_TASK_BYTES];
    struct card_numbers numbers;
    int64_t made_ms;
    enum cards_answer answer;
    void (*answered)(void *arg, enum cards_answer answer); /* NULL: the login has ended */
    void *arg;
    struct courier_job *job;                            /* while it is being sent */
    struct client_request *call;                        /* while it is being changed */
    const char *shows;                                  /* what it is to show; NULL: what it does */
    char sent_code[CODE_BYTES], click_code[CODE_BYTES]; /* each changes it once; "": none */
};

struct cards {
    struct helper *helper;
    struct event *sweep; /* a card holds the configuration that it began with */
    struct card *first;  /* the newest */
    unsigned int count;
};

static void free_card(struct card *card) {
    *card->link = card->next;
    if (card->next != NULL)
        card->next->link = card->link;
    card->cards->count--;
    client_cancel(card->call);
    request_close(&card->request);
    secret_wipe_bytes(card, sizeof *card);
    free(card);
}

/* Forgets those whose time is over. The oldest of the others that are not in use; NULL: none. */
static struct card *sweep(struct cards *cards) {
    int64_t now_ms = helper_now_ms(cards->helper);
    struct card *oldest = NULL, *next;

    for (struct card *c = cards->first; c != NULL; c = next) {
        next = c->next;
        if (c->answered != NULL || c->job != NULL || c->call != NULL)
            continue;
        if (now_ms - c->made_ms >= CARDS_KEPT_MS)
            free_card(c);
        else
            oldest = c;
    }
    return oldest;
}

static void arm_sweep(struct cards *cards) {
    static const struct timeval later = {.tv_sec = CARDS_KEPT_MS / 1000};

    if (cards->first != NULL && !evtimer_pending(cards->sweep, NULL))
        (void)evtimer_add(cards->sweep, &later);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg) {
    struct cards *cards = arg;

    (void)fd;
    (void)what;
    (void)sweep(cards);
    arm_sweep(cards);
}

struct cards *cards_new(struct helper *helper) {
    struct cards *cards = calloc(1, sizeof *cards);

    if (cards == NULL)
        return NULL;
    cards->helper = helper;
    cards->sweep = evtimer_new(helper->base, on_sweep, cards);
    if (cards->sweep == NULL) {
        free(cards);
        return NULL;
    }
    return cards;
}

void cards_free(struct cards *cards) {
    if (cards == NULL)
        return;
    while (cards->first != NULL)
        free_card(cards->first);
    if (cards->sweep != NULL)
        event_free(cards->sweep);
    free(cards);
}

/* ---- What the card shows ----------------------------------------------------------------------
 */

static void change(struct card *card);

static void on_changed(void *arg, const struct client_result *result) {
    struct card *card = arg;

    card->call = NULL;
    if (result->failure.reason != WECOM_REASON_NONE)
        request_log(&card->request, LOG_NOTICE, "card not changed", card->userid, CARDS_WORD,
                    result->failure.reason, &result->failure);
    change(card);
}

/* Once with each code that there is; one change after the other. */
static void change(struct card *card) {
    const struct request *r = &card->request;
    char *code = card->click_code[0] != '\0' ? card->click_code : card->sent_code;
    char agent_id[24], text[128];
    const char *values[CALLS_PARAMETERS] = {card->userid, agent_id, code, text};

    if (card->shows == NULL || card->call != NULL || code[0] == '\0')
        return;
    (void)snprintf(agent_id, sizeof agent_id, "%ld", client_app_settings(r->app)->agent_id);
    (void)card_text_say(text, sizeof text, r->service->lang, card->shows);
    card->call = client_ask(r->app, CALLS_CARD_UPDATE, values,
                            helper_now_ms(r->helper) + COURIER_ASK_MS, on_changed, card);
    card->shows = NULL;
    code[0] = '\0';
}

static void show(struct card *card, const char *text_id) {
    card->shows = text_id;
    change(card);
}

/* ---- Sending ----------------------------------------------------------------------------------
 */

static char *write_card(void *arg, const struct request *r) {
    struct card *card = arg;

    return card_text_write(r, card->task_id, card->numbers.all);
}

static void on_sent(void *arg, const struct request *r, const char *userid,
                    enum wecom_reason reason, const json_t *answer) {
    struct card *card = arg;
    struct cards *cards = card->cards;

    (void)userid;
    card->job = NULL;
    if (reason == WECOM_REASON_CONFIG_CALLBACK)
        message_urls_missing(cards->helper->message_urls, client_app_settings(r->app)->name,
                             helper_now_ms(r->helper));
    if (reason == WECOM_REASON_NONE)
        (void)answer_response_code(answer, card->sent_code, sizeof card->sent_code);
    change(card);
}

static const struct courier_letter letter = {.method = CARDS_WORD,
                                             .sent = "card sent",
                                             .unsent = "card not sent",
                                             .call = CALLS_CARD_SEND,
                                             .type = "template_card",
                                             .write = write_card,
                                             .done = on_sent};

/* The same person, whatever application the card came from. */
static bool is_of(const struct card *card, const struct request *r, const char *userid) {
    return name_same_userid(card->userid, userid) &&
           strcmp(client_app_settings(card->request.app)->corp_id,
                  client_app_settings(r->app)->corp_id) == 0;
}

static bool has_open_card(const struct cards *cards, const struct request *r, const char *userid) {
    for (const struct card *c = cards->first; c != NULL; c = c->next) {
        if (c->answered != NULL && is_of(c, r, userid))
            return true;
    }
    return false;
}

static struct card *new_card(struct cards *cards, const struct request *r, const char *userid) {
    unsigned char bits[CARD_TASK_BYTES / 2];
    struct card *card = sweep(cards);

    if (cards->count >= CARDS_MOST && card != NULL)
        free_card(card);
    card =
        cards->count < CARDS_MOST && draw_bytes(bits, sizeof bits) ? calloc(1, sizeof *card) : NULL;
    if (card == NULL || !request_copy(&card->request, r)) {
        free(card);
        return NULL;
    }
    card->cards = cards;
    (void)snprintf(card->userid, sizeof card->userid, "%s", userid);
    for (size_t i = 0; i < sizeof bits; i++)
        (void)snprintf(card->task_id + 2 * i, 3, "%02x", bits[i]);
    card->made_ms = helper_now_ms(cards->helper);
    card->next = cards->first;
    card->link = &cards->first;
    if (card->next != NULL)
        card->next->link = &card->next;
    cards->first = card;
    cards->count++;
    arm_sweep(cards);
    return card;
}

struct card *cards_open(const struct request *r, const char *userid,
                        const struct card_numbers *numbers,
                        void (*answered)(void *arg, enum cards_answer answer), void *arg) {
    struct cards *cards = r->helper->cards;
    struct card *card;

    if (throttle_is_blocked(r->helper->throttle, r->user, r->rhost, CARDS_WORD) ||
        has_open_card(cards, r, userid))
        return NULL;
    card = new_card(cards, r, userid);
    if (card == NULL)
        return NULL;
    card->numbers = *numbers;
    card->answered = answered;
    card->arg = arg;
    card->job = courier_send(r, userid, &letter, card);
    if (card->job == NULL) {
        free_card(card);
        return NULL;
    }
    return card;
}

void cards_close(struct card *card, enum cards_end end) {
    static const char *const says[] = {[CARDS_OVER] = "card_over",
                                       [CARDS_EXPIRED] = "card_expired",
                                       [CARDS_GRANTED] = "card_granted"};

    if (card == NULL)
        return;
    card->answered = NULL;
    if (card->job != NULL && courier_recall(card->job)) {
        card->job = NULL;
        free_card(card); /* nobody has seen it */
    } else if (card->answer != CARDS_REFUSED) {
        show(card, says[end]);
    }
}

/* ---- What people tap --------------------------------------------------------------------------
 */

static void log_tap(const struct card *card, int level, const char *event, const char *userid,
                    const char *why) {
    struct client_failure detail = {.reason = WECOM_REASON_NONE};

    (void)snprintf(detail.detail, sizeof detail.detail, "%s", why);
    request_log(&card->request, level, event, userid, CARDS_WORD, WECOM_REASON_NONE, &detail);
}

static void refuse(struct card *card, const char *why) {
    const struct request *r = &card->request;
    const char *trouble;

    log_tap(card, LOG_WARNING, "card refused", card->userid, why);
    (void)throttle_block(r->helper->throttle, r->user, r->rhost, CARDS_WORD);
    trouble = throttle_trouble(r->helper->throttle);
    if (trouble != NULL)
        log_event(LOG_ERR, "failures are counted in memory only", trouble);
    card->answer = CARDS_REFUSED;
    show(card, "card_refused");
    if (card->answered != NULL)
        card->answered(card->arg, CARDS_REFUSED);
}

static void choose(struct card *card) {
    card->answer = CARDS_CHOSEN;
    log_tap(card, LOG_NOTICE, "card chosen", card->userid, "the right number");
    show(card, "card_press_enter");
    card->answered(card->arg, CARDS_CHOSEN);
}

/* The card's own member has tapped on it. */
static void take(struct card *card, const struct event_message *event) {
    bool is_right = strcmp(event->event_key, card->numbers.all[card->numbers.right]) == 0;
    bool is_live = card->answered != NULL &&
                   helper_now_ms(card->cards->helper) - card->made_ms < CARDS_KEPT_MS;

    (void)snprintf(card->click_code, sizeof card->click_code, "%s", event->response_code);
    if (card->answer == CARDS_REFUSED)
        return;
    if (strcmp(event->event_key, card_text_not_me) == 0)
        refuse(card, card->answered != NULL ? "the member denies it"
                                            : "the member denies it, after the login has ended");
    else if (!is_live)
        log_tap(card, LOG_NOTICE, "card tapped in vain", card->userid,
                card->answered == NULL ? "its login has ended" : "it is more than 5 minutes old");
    else if (!is_right)
        refuse(card, "a wrong number");
    else if (card->answer == CARDS_NONE)
        choose(card);
}

static bool is_about(const struct card *card, const struct config_app *app,
                     const struct event_message *event) {
    const struct config_app *own = client_app_settings(card->request.app);

    return strcmp(card->task_id, event->task_id) == 0 && event->agent_id == own->agent_id &&
           strcmp(app->name, own->name) == 0 && strcmp(event->to_user, own->corp_id) == 0;
}

void cards_event(struct cards *cards, const struct config_app *app,
                 const struct event_message *event) {
    struct card *card = cards->first;

    while (card != NULL && !is_about(card, app, event))
        card = card->next;
    if (card == NULL)
        return;
    if (name_same_userid(card->userid, event->from_user))
        take(card, event);
    else
        log_tap(card, LOG_WARNING, "card tapped by somebody else", event->from_user,
                "it went to another member");
}

unsigned int cards_count(const struct cards *cards) {
    return cards->count;
}
