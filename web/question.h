/* What a request becomes when it is asked of the helper. */
#ifndef WECOM_WEB_QUESTION_H
#define WECOM_WEB_QUESTION_H

#include "common/wire.h"
#include "web/headers.h"
#include "web/route.h"

/* A request that was found to be one of ours. */
struct question {
    enum route route;
    const char *word;  /* of the route; NULL where it has none */
    const char *query; /* as it came; NULL: none */
    bool is_post;
    struct headers headers;
    struct address client;
    char *body; /* with room for a NUL behind it; NULL: nothing came */
    size_t body_len;
};

/* Writes the message for its route into `m`, whatever that held. WECOM_E_FORMAT, WECOM_E_TOO_LONG:
 * a part of the request is not of the form that it must have. The body gets a NUL behind its end.
 */
enum wecom_error question_write(struct question *q, struct wire_message *m);

/* The verb of the answer; WIRE_READY where the helper being there is all. */
enum wire_verb question_answer(enum route route);
/* How long the helper has for it. */
int64_t question_limit_ms(enum route route);

#endif
