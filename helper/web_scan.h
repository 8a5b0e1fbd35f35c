/* The telephone's side of a terminal's link: browsers that open it, and that come back from WeCom.
 */
#ifndef WECOM_HELPER_WEB_SCAN_H
#define WECOM_HELPER_WEB_SCAN_H

#include "helper/helper.h"
#include "helper/links.h"

/* A browser opened the link; it has been told "ready". */
void web_scan_open(struct server_peer *peer, const struct wire_message *message, struct link *link);
/* A browser came back, with what links_claim says of it; never LINKS_UNKNOWN. */
void web_scan_callback(struct server_peer *peer, const struct wire_message *message,
                       struct link *link, struct links_opener *opener, enum links_claim claim);

#endif
