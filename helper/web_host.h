/* What a web host asks before and beside signing people in: the public facts of its application,
 * and whether the application works.
 */
#ifndef WECOM_HELPER_WEB_HOST_H
#define WECOM_HELPER_WEB_HOST_H

#include "helper/helper.h"

/* For the permission table. */
void web_host_info(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message);
void web_host_check(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message);

#endif
