/* One login: the frame that all sign-in methods share. begin -> (ask -> answer)* -> result. */
#ifndef WECOM_HELPER_LOGIN_H
#define WECOM_HELPER_LOGIN_H

#include "helper/helper.h"

/* For the permission table. */
void login_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message);
void login_answer(struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message);

#endif
