/* Access tokens between the two processes. */
#ifndef WECOM_HELPER_WORKER_TOKEN_H
#define WECOM_HELPER_WORKER_TOKEN_H

#include <jansson.h>

#include "helper/wecom/client.h"

/* What there is of a token, or why there is none. NULL when there is no memory. */
json_t *worker_token_pack(const struct client_app *app, const struct client_failure *failure);

/* Gives the application what the message holds. False: it is none. */
bool worker_token_take(struct client_app *app, const json_t *message);

#endif
