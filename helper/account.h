/* Questions about somebody who is signed in already: still a member? opened, closed. */
#ifndef WECOM_HELPER_ACCOUNT_H
#define WECOM_HELPER_ACCOUNT_H

#include "helper/helper.h"

/* For the permission table. */
void account_begin(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message);
void account_session(struct helper *helper, struct server_peer *peer,
                     const struct wire_message *message);

#endif
