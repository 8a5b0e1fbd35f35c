/* What WeCom itself sends to the message URL of an application, passed on by wecom-web as it came:
 * the trial of the URL, and events.
 *
 * 1. Nothing MUST happen but for what WeCom has signed with the keys of that application, now, for
 * the first time, about that application.
 * 2. Whatever is refused MUST get one answer that tells nothing.
 * 3. The answer MUST NOT wait for anything: WeCom gives up after 5 s, and a card says so then.
 */
#ifndef WECOM_HELPER_WEB_EVENT_H
#define WECOM_HELPER_WEB_EVENT_H

#include "helper/helper.h"

enum {
    WEB_EVENT_LINES_PER_MIN = 20, /* of the log, about what was refused */
    /* Members are asked for at this pace at most; the synchronization sees what is left out. */
    WEB_EVENT_ASKS_PER_MIN = 300,
};

struct web_events;

/* NULL when there is no memory. */
struct web_events *web_events_new(struct helper *helper);
void web_events_free(struct web_events *events);

/* For the permission table. */
void web_event_open(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message);

#endif
