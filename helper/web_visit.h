/* What wecom-web asks about browsers: somebody opened a link, somebody came back from WeCom. The
 * answer is a page; what it shows is decided here.
 */
#ifndef WECOM_HELPER_WEB_VISIT_H
#define WECOM_HELPER_WEB_VISIT_H

#include "helper/helper.h"

/* For the permission table. */
void web_visit_open(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message);
void web_visit_callback(struct helper *helper, struct server_peer *peer,
                        const struct wire_message *message);

#endif
