/* What WeCom tells an application through its message URL: a card was clicked, a member left, a
 * text was written. Reads the outer document that comes by HTTP and the inner one that
 * callback_open gives. Source: WeCom's pages 90968 (outer one), 90376 and 90240 (messages and
 * events of an application), 90970 (members). Decides nothing; no struct here is called `event`,
 * which is libevent's.
 */
#ifndef WECOM_HELPER_WECOM_EVENT_H
#define WECOM_HELPER_WECOM_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"
#include "wecom/limits.h"

enum {
    EVENT_WORD_MAX_BYTES = 64,           /* a type; the longest one here has 24 */
    EVENT_KEY_MAX_BYTES = 1024,          /* the key of a button (page 90236) */
    EVENT_TASK_ID_MAX_BYTES = 128,       /* (page 90236) */
    EVENT_RESPONSE_CODE_MAX_BYTES = 512, /* no limit is told: that of WeCom's other codes */
    EVENT_CONTENT_MAX_BYTES = 4096,      /* no limit is told: twice that of a text to a member */
    EVENT_DIGEST_CHARACTERS = 64,        /* event_key_of: SHA-256 in hexadecimal */
};

/* The document outside. */
struct event_envelope {
    char to[WECOM_CORP_ID_MAX_BYTES + 1]; /* anybody may have written it: see callback_open */
    int64_t agent_id;                     /* 0 where WeCom names none: events of the directory */
    char *encrypted;                      /* for callback_open; owned */
};

/* Reads the body of a request, XML or JSON. WECOM_E_TOO_LONG, WECOM_E_FORMAT (fields.h; a missing
 * or empty Encrypt or ToUserName, one that is no company id, an AgentID out of range),
 * WECOM_E_MEMORY; `envelope` is zero then.
 */
enum wecom_error event_envelope(const char *body, size_t bytes, struct event_envelope *envelope);
void event_envelope_clear(struct event_envelope *envelope);

/* The document inside. Texts are as WeCom sent them, "" where there is none: `event_key`,
 * `task_id`, `response_code` and `content` may hold any character, and must be cleaned before
 * anybody sees them. A userid's case may differ from the one on record: name_same_userid.
 */
struct event_message {
    char to_user[WECOM_CORP_ID_MAX_BYTES + 1];  /* the company */
    char from_user[WECOM_USERID_MAX_BYTES + 1]; /* who did it; "sys" where nobody did */
    int64_t create_time_s;                      /* since 1970 */
    int64_t agent_id;                           /* 0: none */
    char msg_type[EVENT_WORD_MAX_BYTES + 1];    /* "event", "text" ... */
    char event[EVENT_WORD_MAX_BYTES + 1];       /* of msg_type "event": which one */

    /* template_card_event; event_key also of menus */
    char event_key[EVENT_KEY_MAX_BYTES + 1]; /* of the button */
    char task_id[EVENT_TASK_ID_MAX_BYTES + 1];
    char card_type[EVENT_WORD_MAX_BYTES + 1];
    char response_code[EVENT_RESPONSE_CODE_MAX_BYTES + 1]; /* changes the card, once */

    /* change_contact */
    char change_type[EVENT_WORD_MAX_BYTES + 1];
    char user_id[WECOM_USERID_MAX_BYTES + 1];
    char new_user_id[WECOM_USERID_MAX_BYTES + 1]; /* of a renamed member */

    /* messages: every msg_type but "event" */
    char msg_id[20]; /* decimal */
    char content[EVENT_CONTENT_MAX_BYTES + 1];
};

/* Reads what callback_open gave, XML or JSON. WECOM_E_TOO_LONG, WECOM_E_FORMAT (fields.h; without
 * company, sender, time or type; an event without its name, a message without its id; a userid or a
 * type that is none), WECOM_E_MEMORY; `message` is zero then. Nothing is ever cut: a value that
 * does not fit refuses the whole.
 */
enum wecom_error event_parse(const char *plain, size_t bytes, struct event_message *message);

/* A key by which a second delivery of the same is known (replay.h), whatever the order of its
 * elements: WeCom sends again what was not answered within 5 s. A message has an id of its own. An
 * event has none; WeCom says to use sender and time, but all changes of the directory come from
 * "sys" and one person can use two cards within a second, so that all it is about goes in. A
 * digest, since its length is always the same and it does not tell who did what. What is not told
 * apart: two changes of departments or tags within one second.
 * False, with `key` empty, for a message that event_parse did not fill, or where OpenSSL fails.
 */
bool event_key_of(const struct event_message *message, char key[EVENT_DIGEST_CHARACTERS + 1]);

#endif
