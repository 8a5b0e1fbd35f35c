/* A web host hands over the keys of a WeCom application of its own: they are tried with WeCom, and
 * kept if WeCom takes them.
 */
#ifndef WECOM_HELPER_APP_SET_H
#define WECOM_HELPER_APP_SET_H

#include "helper/helper.h"

/* For the permission table. */
void app_set_begin(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message);

#endif
