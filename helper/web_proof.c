/* What WeCom's server asks for at the root of the host. */
#include "helper/web_proof.h"

#include "helper/log.h"
#include "helper/proofs.h"
#include "helper/web_page.h"

void web_proof(struct helper *helper, struct server_peer *peer,
               const struct wire_message *message) {
    const char *name = wire_get(message, WIRE_F_FILE);
    char content[PROOFS_MOST_BYTES + 1], why[1024], id[REPLY_ID_BYTES];

    reply_new_id(id);
    reply_ready(peer, id); /* all that wecom-web wants to know for /healthz */
    if (proofs_get(helper->state_dir, name, content, why, sizeof why)) {
        web_page_reply(peer, 200, content);
        return;
    }
    if (why[0] != '\0')
        log_event(LOG_WARNING, "verification file not served", why);
    web_page_reply(peer, 404, "");
}
