/* The administrator's commands on admin.sock: one row each. */
#ifndef WECOM_HELPER_ADMIN_H
#define WECOM_HELPER_ADMIN_H

#include <jansson.h>

#include "helper/helper.h"

/* For the permission table. */
void admin_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message);
/* A row that the administrator's program sends. */
void admin_row(struct helper *helper, struct server_peer *peer, const struct wire_message *message);

/* What every exchange on admin.sock begins with. */
struct admin_exchange {
    /* Takes a row, which is borrowed. NULL: the command takes none. */
    void (*row)(struct admin_exchange *exchange, json_t *row);
};

/* The ends of a command: done, with a sentence or without (NULL); the helper itself failed, which
 * the log tells.
 */
void admin_grant(struct server_peer *peer, const char *message);
void admin_fail(struct helper *helper, struct server_peer *peer, enum wecom_error error);

#endif
