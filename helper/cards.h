/* The cards that people approve logins with, from sending to the last change of what they show.
 *
 * 1. A decision MUST be that of the member whom the card went to, in the application that sent it,
 * about a card whose login goes on. Anybody else's, and any other, changes nothing.
 * 2. A refusal ("It wasn't me", or a wrong number) MUST win until the login has been let in, and is
 * the person's word that somebody else is at that terminal: approve is off for that user and
 * origin, by throttle_block. "It wasn't me" counts as well when it comes after the login.
 * 3. A person has one open card at most. Whoever comes second gets none, without being told: it
 * would tell a stranger that the person is signing in, and of two cards the wrong one may be
 * answered. The terminal shows a number like any other; it is on no card.
 * 4. Numbers come from the kernel, and each of the six is as likely the right one.
 */
#ifndef WECOM_HELPER_CARDS_H
#define WECOM_HELPER_CARDS_H

#include "helper/card_text.h"
#include "helper/wecom/event.h"

enum {
    CARDS_MOST = 2048,
    CARDS_KEPT_MS = 5 * 60 * 1000, /* a choice counts for so long; so long "It wasn't me" is heard,
                                    * whether or not the login goes on */
};

/* What throttle_block calls it. */
#define CARDS_WORD "approve"

struct cards;
struct card;

/* NULL when there is no memory. */
struct cards *cards_new(struct helper *helper);
/* After the courier and all logins. NULL allowed. */
void cards_free(struct cards *cards);

enum cards_answer {
    CARDS_NONE = 0,
    CARDS_CHOSEN, /* the right number */
    CARDS_REFUSED,
};

/* Sends a card to the member. `answered` may be called until cards_close, with a refusal also after
 * CARDS_CHOSEN; never from here. NULL: none is sent, for whatever reason; who is at the terminal
 * must not notice.
 */
struct card *cards_open(const struct request *r, const char *userid,
                        const struct card_numbers *numbers,
                        void (*answered)(void *arg, enum cards_answer answer), void *arg);

/* How the login ended, as the card will say; one that was refused says so already. */
enum cards_end { CARDS_OVER, CARDS_EXPIRED, CARDS_GRANTED };
/* A card that has not left yet never will. NULL allowed. */
void cards_close(struct card *card, enum cards_end end);

/* Somebody tapped on a card: what WeCom says of it, for this application of the configuration. */
void cards_event(struct cards *cards, const struct config_app *app,
                 const struct event_message *event);

/* How many are remembered. */
unsigned int cards_count(const struct cards *cards);

#endif
