/* Answers that every exchange gives: ready, rows, a result without a person. */
#ifndef WECOM_HELPER_REPLY_H
#define WECOM_HELPER_REPLY_H

#include <jansson.h>

#include "helper/server.h"
#include "wecom/verdict.h"

enum { REPLY_ID_BYTES = 9 };

/* A new id for an exchange: 8 letters and digits that are hard to mistake for one another. It is no
 * secret; it stands in the log and in the text that the person sees.
 */
void reply_new_id(char id[REPLY_ID_BYTES]);

/* "ready", the first answer to every request. */
void reply_ready(struct server_peer *peer, const char *id);

/* One JSON object as a row; dropped with an ERR line where it is too large. Takes the reference. */
void reply_row(struct server_peer *peer, json_t *row);

/* The end: no person, a verdict, a reason (0: none), a sentence (NULL: none). Finishes the peer. */
void reply_result(struct server_peer *peer, enum wecom_verdict verdict, enum wecom_account account,
                  enum wecom_reason reason, const char *message);

#endif
