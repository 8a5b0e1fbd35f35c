/* Is this an outage of WeCom? Whoever must know has an application asked now, and again and again
 * for a few minutes, so that the client can observe whether it lasts (client_app_reach).
 *
 * At most one question at a time for an application, at most one in OUTAGE_EVERY_MS, and none once
 * WeCom has answered.
 */
#ifndef WECOM_HELPER_OUTAGE_H
#define WECOM_HELPER_OUTAGE_H

#include "helper/wecom/client.h"

enum {
    OUTAGE_EVERY_MS = 10000,  /* less than REACH_FRESH_MS, so that what was seen is never old */
    OUTAGE_ASK_MS = 8000,     /* one question; with the pause before it less than REACH_GAP_MS */
    OUTAGE_WATCH_MS = 180000, /* so long after somebody wanted to know: the minute that makes it
                               * certain, and the next try */
};

struct outages;
struct outage_watch;

/* NULL when there is no memory. */
struct outages *outages_new(struct event_base *base, struct client_clock clock);
/* Before the client and its applications go; whoever waits must have left. NULL allowed. */
void outages_free(struct outages *outages);

/* Goes on asking from now on. `done` (NULL: nobody waits) is called once when the question that
 * runs, or the next one, has ended, whatever came of it; not from here, and not after outage_leave.
 * NULL when there is no memory or nobody waits.
 */
struct outage_watch *outage_watch(struct outages *outages, struct client_app *app,
                                  void (*done)(void *arg), void *arg);
/* NULL allowed. */
void outage_leave(struct outage_watch *watch);

#endif
