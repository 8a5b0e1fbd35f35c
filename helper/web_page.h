/* Answers to wecom-web: pages, addresses of WeCom, replies. What comes from outside goes into
 * fields of the wire as it is; wecom-web escapes it.
 */
#ifndef WECOM_HELPER_WEB_PAGE_H
#define WECOM_HELPER_WEB_PAGE_H

#include "helper/request.h"
#include "wecom/page.h"

enum { WEB_PAGE_LOCATION_BYTES = 2048 /* of the wire */ };

/* NULL when there is no memory. */
struct wire_message *web_page_new(enum wecom_page page);
/* Takes the message; NULL only ends the exchange, which wecom-web shows as "unavailable". */
void web_page_send(struct server_peer *peer, struct wire_message *m);
/* A page without details. */
void web_page_show(struct server_peer *peer, enum wecom_page page);
/* What became of this request, which is the browser's own: "not allowed" names its id, for the
 * administrator, who finds it in the log. Other pages tell nothing of it.
 */
void web_page_refuse(struct server_peer *peer, enum wecom_page page, const struct request *r);
/* To `location`, with this cookie. */
void web_page_go(struct server_peer *peer, const char *location, const char *cookie);
/* What WeCom's server is answered: 200 or 400-599, at most WECOM_EVENT_MAX_BYTES of body. */
void web_page_reply(struct server_peer *peer, int status, const char *body);

/* Is `agent` of the message this word (wecom, wechat, phone, desktop)? */
bool web_page_is_agent(const struct wire_message *message, const char *word);

/* Where WeCom asks the person who opened something in this browser, to come back with `state`.
 * False: it does not fit.
 */
bool web_page_location(const struct request *r, const struct wire_message *message,
                       const char *state, char out[WEB_PAGE_LOCATION_BYTES]);

#endif
