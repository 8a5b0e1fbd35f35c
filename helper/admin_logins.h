/* `wecomctl logins`: who is waiting to sign in, who is slowed down; and the end of a delay. */
#ifndef WECOM_HELPER_ADMIN_LOGINS_H
#define WECOM_HELPER_ADMIN_LOGINS_H

#include "helper/admin.h"

/* Rows in one answer of each kind: what a person reads, and what one turn of the loop may send. */
enum { ADMIN_LOGINS_MOST = 200 };

/* For the table of commands. */
void admin_logins_run(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_logins_unlock(struct helper *helper, struct server_peer *peer, json_t *args);

#endif
