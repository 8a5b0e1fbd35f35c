/* The application's own page: who somebody is here, how to sign in, which logins wait for him.
 * Opened from WeCom's workbench; WeCom is asked who it is each time.
 */
#ifndef WECOM_HELPER_WEB_HOME_H
#define WECOM_HELPER_WEB_HOME_H

#include "helper/helper.h"

enum {
    WEB_HOME_MOST = 512, /* browsers at once; the one that came first goes when one more comes */
    WEB_HOME_LIVE_S = 5 * 60, /* as long as a code of WeCom; a reload shows the page meanwhile */
};

struct homes;

/* NULL when there is no memory. */
struct homes *web_home_new(struct helper *helper);
/* NULL allowed. */
void web_home_free(struct homes *homes);

/* A browser opened the page; it has been told "ready". */
void web_home_open(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message);
/* A browser came back from WeCom. False: from no visit of this page; nothing was done then. */
bool web_home_callback(struct helper *helper, struct server_peer *peer,
                       const struct wire_message *message);

#endif
