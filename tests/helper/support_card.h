/* The telephone of somebody who approves logins, and WeCom between it and the helper: cards arrive,
 * taps become encrypted events at the web socket, cards change.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_CARD_H
#define WECOM_TESTS_HELPER_SUPPORT_CARD_H

#include "helper/cards.h"
#include "tests/helper/support_host.h"

#define UPDATE "/cgi-bin/message/update_template_card?"

/* Lines of [app main], and the rest: for host_start. */
#define APPROVE_APP                                                                           \
    "callback_token_file = /n\ncallback_aes_key_file = /n\n[accounts]\ntable = $/cards.cdb\n" \
    "[web]\npublic_url = https://login.example.com\n"
#define APPROVE APPROVE_APP "[service sshd]\nmethods = approve message code\nlang = en\n"

struct shown_card {
    char numbers[CARD_NUMBERS][CARD_NUMBER_BYTES];
    char task_id[CARD_TASK_BYTES];
};

/* A login of this user from that origin begins; the number that the terminal shows. */
int card_begin_from(const char *user, const char *origin, char number[CARD_NUMBER_BYTES]);
int card_begin(const char *user, char number[CARD_NUMBER_BYTES]);
/* The prompt once more; the number in it. */
void card_asked(int host, char number[CARD_NUMBER_BYTES]);

/* WeCom takes the card and delivers it to this member. */
struct shown_card card_arrives(const char *userid);
/* One of its numbers that is not this one. */
const char *card_wrong(const struct shown_card *card, const char *number);
/* It is sent to nobody: all that could go out has gone. */
void card_is_not_sent(void);
/* The card's buttons become this text, by the code of the sending or of the last tap. */
void card_changes_to(const char *words, const char *code);

/* What WeCom says of a tap; the result is static. "TAPn" is its code to change the card. */
const char *card_event(const char *event, const char *userid, long agent_id, const char *task_id,
                       const char *key);
/* Somebody taps: the event goes to /events/main, which must say 200. */
void card_tap(const char *userid, const struct shown_card *card, const char *key);

/* How a request differs from one that is right. */
struct posted {
    const char *app;   /* NULL: main */
    const char *token; /* that it is signed with */
    const char *key;   /* that it is encrypted with */
    const char *corp;  /* that stands inside */
    const char *nonce;
    int64_t off_s;          /* of the time */
    const char *echostr;    /* NULL: a POST; "": a GET with what is encrypted; else with this */
    const char *query_more; /* behind the query */
    bool flip;              /* one character of what is encrypted, after it was signed */
    char *body;             /* of the answer, WECOM_EVENT_MAX_BYTES + 1; NULL: it must be empty */
};
/* Sends `plain` as WeCom would, but for these differences. The status of the answer. */
int card_post(const char *plain, const struct posted *how);

#endif
