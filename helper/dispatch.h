/* Who may ask what, when: one table, consulted for every message before anything else happens. */
#ifndef WECOM_HELPER_DISPATCH_H
#define WECOM_HELPER_DISPATCH_H

#include "helper/helper.h"

/* For server_start: `arg` is the struct helper. */
void dispatch_message(void *arg, struct server_peer *peer, const struct wire_message *message);

/* May this peer ask for this service at all (callers=, and the service of its socket)? Without a
 * section (NULL) only root may.
 */
bool dispatch_is_caller(const struct server_peer *peer, const struct config_service *service,
                        const char *name);

#endif
