/* `wecomctl verify-file`: files that WeCom fetches to see whose a host name is. */
#ifndef WECOM_HELPER_ADMIN_PROOFS_H
#define WECOM_HELPER_ADMIN_PROOFS_H

#include "helper/admin.h"

/* For the table of commands. */
void admin_proofs_list(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_proofs_add(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_proofs_remove(struct helper *helper, struct server_peer *peer, json_t *args);

#endif
