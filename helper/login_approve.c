/* Sign-in method `approve`: the terminal shows a number, a card in WeCom offers six, the person
 * taps the right one there and presses Enter here.
 *
 * 1. Whoever may not sign in here, and whoever a card is not sent to for another reason, MUST see
 * the same as who may: a number, the same prompts, the same waits.
 * 2. The prompt MUST NOT wait for WeCom, and no wait without a prompt MUST be longer than
 * APPROVE_WAIT_MS: hosts and people take a silent terminal for a dead one.
 * 3. What was tapped alone MUST NOT let in, but Enter and WeCom's word on the member after it.
 * 4. A refusal MUST end the login at any time before that.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/cards.h"
#include "helper/login_method.h"
#include "helper/texts.h"

enum {
    APPROVE_WAIT_MS = 20000,
    APPROVE_OPEN_MS = 10,      /* the prompt has gone by then */
    APPROVE_RESERVE_MS = 1000, /* of the login's time: it must end with a prompt outstanding */
};

struct approval {
    struct login *login;
    struct card *card; /* NULL: nobody got one */
    struct card_numbers numbers;
    enum cards_answer answer;
    struct event *patience; /* until the card is opened; then, after Enter, for what is tapped */
    bool opened;            /* or there was nobody to open one for */
    bool waiting;           /* after Enter, for the card */
    bool again;             /* has waited in vain */
};

static const char *number_of(const struct approval *a) {
    return a->numbers.all[a->numbers.right];
}

static void drop(void *state) {
    struct approval *a = state;
    const struct request *r = login_request(a->login);
    bool is_late = helper_now_ms(r->helper) >= r->deadline_ms;

    if (a->patience != NULL)
        event_free(a->patience);
    cards_close(a->card, login_is_granted(a->login) ? CARDS_GRANTED
                         : is_late                  ? CARDS_EXPIRED
                                                    : CARDS_OVER);
    free(a);
}

static void ask(struct approval *a) {
    login_ask(a->login, "prompt_approve", NULL, false);
}

static void on_answered(void *arg, enum cards_answer answer) {
    struct approval *a = arg;

    a->answer = answer;
    if (answer == CARDS_REFUSED) {
        login_deny(a->login, WECOM_REASON_CANCELLED, login_may_reach(a->login), NULL,
                   "approve_refused");
    } else if (a->waiting) {
        a->waiting = false;
        (void)evtimer_del(a->patience);
        login_confirm(a->login, login_may_reach(a->login));
    }
}

/* When the prompt has gone: what a card takes must not show in the time of the prompt. */
static void open_card(struct approval *a) {
    const char *userid = login_may_reach(a->login);

    if (!a->opened && userid[0] != '\0')
        a->card = cards_open(login_request(a->login), userid, &a->numbers, on_answered, a);
    a->opened = true;
}

static void on_patience(evutil_socket_t fd, short what, void *arg) {
    struct approval *a = arg;

    (void)fd;
    (void)what;
    if (!a->waiting) {
        open_card(a);
        return;
    }
    a->waiting = false;
    a->again = true;
    ask(a);
}

static void begin(struct login *login, const char *authtok) {
    static const struct timeval soon = {.tv_usec = APPROVE_OPEN_MS * 1000};
    struct approval *a;

    if (authtok != NULL) { /* the host shows nothing */
        login_deny(login, WECOM_REASON_CODE_INVALID, NULL, NULL, "approve_typed");
        return;
    }
    a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->login = login;
        a->patience = evtimer_new(login_request(login)->helper->base, on_patience, a);
        login_set_state(login, a);
    }
    if (a == NULL || !card_numbers_draw(&a->numbers) || a->patience == NULL ||
        evtimer_add(a->patience, &soon) != 0) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    ask(a);
}

/* The number that is shown, by itself, is no secret from whoever types it. */
static bool fits(const char *text) {
    return text[0] == '\0';
}

static void info(struct login *login, enum config_lang lang, char *out, size_t bytes) {
    const struct approval *a = login_state(login);

    texts_words(out, bytes, lang, a->again ? "approve_again" : "approve_hint",
                (const char *const[]){number_of(a), NULL});
}

static void wait_for_card(struct approval *a) {
    const struct request *r = login_request(a->login);
    int64_t ms = r->deadline_ms - helper_now_ms(r->helper) - APPROVE_RESERVE_MS;
    struct timeval most;

    open_card(a);
    if (ms > APPROVE_WAIT_MS)
        ms = APPROVE_WAIT_MS;
    if (ms < 0)
        ms = 0;
    most = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    a->waiting = true;
    if (evtimer_add(a->patience, &most) != 0)
        login_deny(a->login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

/* Hosts that answer before they ask send a password here: whoever has no number to look at cannot
 * approve.
 */
static void answer(struct login *login, const char *text) {
    struct approval *a = login_state(login);

    if (text[0] != '\0' && strcmp(text, number_of(a)) != 0)
        login_deny(login, WECOM_REASON_CODE_INVALID, NULL, NULL, "approve_typed");
    else if (a->answer == CARDS_CHOSEN)
        login_confirm(login, login_may_reach(login));
    else
        wait_for_card(a);
}

const struct login_method login_method_approve = {.word = "approve",
                                                  .bit = CONFIG_METHOD_APPROVE,
                                                  .fits = fits,
                                                  .begin = begin,
                                                  .info = info,
                                                  .answer = answer,
                                                  .drop = drop};
