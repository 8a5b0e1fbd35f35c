/* Sending answers, well or badly: at once, late, never, broken off, byte by byte. */
#ifndef SIM_DELIVER_H
#define SIM_DELIVER_H

#include "faults.h"

#include <stddef.h>

struct answer;
struct deliveries;
struct evhttp_request;
struct server;

/* What goes back to the client. */
struct answer {
    int status;
    const char *content_type; /* static; NULL: none */
    char *location;           /* heap; NULL: no redirect */
    char *body;               /* heap; may be NULL when there are no bytes */
    size_t body_bytes;
    bool json;   /* an API answer: gets Error-Code and Error-Msg */
    int errcode; /* of an API answer */
    char *errmsg;
};

void answer_free(struct answer *answer); /* what it holds */

struct deliveries *deliveries_new(void);
void deliveries_free(struct deliveries *deliveries); /* drops what is under way */

/* Sends the answer as the fault wants (NULL: plainly). Takes over what both hold. */
void deliver(struct server *server, struct evhttp_request *request, struct answer *answer,
             struct fault *fault);

/* Requests of the API that are not answered yet. */
size_t deliveries_count(const struct deliveries *deliveries);

/* Ends everything that hangs: those connections are closed. */
void deliveries_unhang(struct server *server);

#endif
