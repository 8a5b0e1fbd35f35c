/* `wecomctl verify-file`: files that WeCom fetches to see whose a host name is. */
#include "helper/admin_proofs.h"

#include <stdio.h>
#include <string.h>

#include "helper/log.h"
#include "helper/proofs.h"
#include "helper/reply.h"

/* Where WeCom will look: at the root of the host, whatever path public_url has. */
static void tell(const struct helper *helper, struct server_peer *peer, const char *name) {
    const struct config_web *web = &helper->setup->config->web;
    char url[CONFIG_URL_BYTES + PROOFS_NAME_BYTES] = "";

    if (web->line > 0)
        (void)snprintf(url, sizeof url, "%.*s/%s", (int)web->prefix, web->public_url, name);
    reply_row(peer, json_pack("{s:s, s:s, s:s}", "kind", "proof", "name", name, "url", url));
}

static void log_change(const char *event, const char *name) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, event);
    log_text(&l, "file", name);
    log_end(&l);
}

static void refuse(struct server_peer *peer, const char *why) {
    reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL, why);
}

void admin_proofs_list(struct helper *helper, struct server_peer *peer, json_t *args) {
    char names[PROOFS_MOST][PROOFS_NAME_BYTES];
    size_t count = proofs_list(helper->state_dir, names);

    (void)args;
    for (size_t i = 0; i < count; i++)
        tell(helper, peer, names[i]);
    admin_grant(peer, NULL);
}

void admin_proofs_add(struct helper *helper, struct server_peer *peer, json_t *args) {
    const char *name = json_string_value(json_object_get(args, "name"));
    const char *content = json_string_value(json_object_get(args, "content"));
    char why[1024];

    if (name == NULL || content == NULL) {
        refuse(peer, "no file was given");
        return;
    }
    if (!proofs_put(helper->state_dir, name, content, why, sizeof why)) {
        refuse(peer, why);
        return;
    }
    log_change("verification file added", name);
    tell(helper, peer, name);
    admin_grant(peer, NULL);
}

void admin_proofs_remove(struct helper *helper, struct server_peer *peer, json_t *args) {
    const char *name = json_string_value(json_object_get(args, "name"));

    if (name == NULL || !proofs_remove(helper->state_dir, name)) {
        refuse(peer, "there is no such file");
        return;
    }
    log_change("verification file removed", name);
    tell(helper, peer, name);
    admin_grant(peer, NULL);
}
