/* The administrator's commands on admin.sock: one row each. */
#ifndef WECOM_HELPER_ADMIN_H
#define WECOM_HELPER_ADMIN_H

#include "helper/helper.h"

/* For the permission table. */
void admin_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message);

#endif
