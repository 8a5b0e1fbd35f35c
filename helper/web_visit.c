/* What wecom-web asks about browsers: to whom it goes. */
#include "helper/web_visit.h"

#include <string.h>

#include "helper/links.h"
#include "helper/web_home.h"
#include "helper/web_page.h"
#include "helper/web_scan.h"

static void say_ready(struct server_peer *peer) {
    char id[REPLY_ID_BYTES];

    reply_new_id(id);
    reply_ready(peer, id);
}

void web_visit_open(struct helper *helper, struct server_peer *peer,
                    const struct wire_message *message) {
    const char *place = wire_get(message, WIRE_F_PLACE), *key = wire_get(message, WIRE_F_KEY);
    struct link *link = NULL;

    say_ready(peer);
    if (strcmp(place, "home") == 0) {
        web_home_open(helper, peer, message);
        return;
    }
    if (strcmp(place, "link") != 0 || key == NULL) {
        web_page_show(peer, WECOM_PAGE_NOT_FOUND);
        return;
    }
    link = links_find(helper->links, key);
    if (link != NULL)
        web_scan_open(peer, message, link);
    else
        web_page_show(peer, WECOM_PAGE_EXPIRED);
}

void web_visit_callback(struct helper *helper, struct server_peer *peer,
                        const struct wire_message *message) {
    const char *state = wire_get(message, WIRE_F_STATE);
    const char *cookie = wire_get(message, WIRE_F_COOKIE);
    struct links_opener *opener = NULL;
    struct link *link = NULL;
    enum links_claim claim;

    say_ready(peer);
    claim = links_claim(helper->links, state, cookie, &link, &opener);
    if (claim != LINKS_UNKNOWN)
        web_scan_callback(peer, message, link, opener, claim);
    else if (!web_home_callback(helper, peer, message))
        web_page_show(peer, WECOM_PAGE_TRY_AGAIN);
}
