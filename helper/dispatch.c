/* Who may ask what, when: one table, consulted for every message before anything else happens. */
#include "helper/dispatch.h"

#include <string.h>
#include <unistd.h>

#include "helper/account.h"
#include "helper/admin.h"
#include "helper/app_set.h"
#include "helper/log.h"
#include "helper/login.h"
#include "helper/web_event.h"
#include "helper/web_host.h"
#include "helper/web_proof.h"
#include "helper/web_visit.h"

enum when {
    FIRST, /* opens an exchange */
    LATER, /* belongs to the exchange that runs */
};

enum who {
    HOST,     /* decided by callers= of the service, inside the exchange: the answer is a verdict */
    THE_SAME, /* whoever runs the exchange */
    OPERATOR, /* root, or the helper's own user */
    PAGES,    /* the user of [web], or an operator */
};

struct rule {
    enum wire_verb verb;
    unsigned int doors; /* bits of server_door */
    enum who who;
    enum when when;
    void (*handle)(struct helper *helper, struct server_peer *peer,
                   const struct wire_message *message);
};

/* clang-format off */
static const struct rule rules[] = {
    {WIRE_BEGIN,     SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, login_begin},
    {WIRE_ANSWER,    SERVER_LOGIN | SERVER_SERVICE, THE_SAME, LATER, login_answer},
    {WIRE_ACCOUNT,   SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, account_begin},
    {WIRE_SESSION,   SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, account_session},
    {WIRE_INFO,      SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, web_host_info},
    {WIRE_APP_CHECK, SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, web_host_check},
    {WIRE_APP_SET,   SERVER_LOGIN | SERVER_SERVICE, HOST,     FIRST, app_set_begin},
    {WIRE_ADMIN,     SERVER_ADMIN,                  OPERATOR, FIRST, admin_begin},
    {WIRE_ROW,       SERVER_ADMIN,                  OPERATOR, LATER, admin_row},
    {WIRE_VISIT,     SERVER_WEB,                    PAGES,    FIRST, web_visit_open},
    {WIRE_CALLBACK,  SERVER_WEB,                    PAGES,    FIRST, web_visit_callback},
    {WIRE_EVENT,     SERVER_WEB,                    PAGES,    FIRST, web_event_open},
    {WIRE_PROOF,     SERVER_WEB,                    PAGES,    FIRST, web_proof},
};
/* clang-format on */

static const struct rule *find(enum wire_verb verb) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].verb == verb)
            return &rules[i];
    }
    return NULL;
}

static bool is_operator(const struct server_peer *peer) {
    return server_peer_uid(peer) == 0 || server_peer_uid(peer) == geteuid();
}

void dispatch_message(void *arg, struct server_peer *peer, const struct wire_message *message) {
    const struct rule *rule = find(message->verb);
    bool is_running = server_exchange(peer) != NULL;

    if (rule == NULL || (rule->doors & server_peer_door(peer)) == 0)
        server_refuse(peer, "asked what may not be asked on this socket");
    else if ((rule->when == LATER) != is_running)
        server_refuse(peer, "asked out of turn");
    else if (rule->who == OPERATOR && !is_operator(peer))
        server_refuse(peer, "is neither root nor the helper's user");
    else if (rule->who == PAGES && !is_operator(peer) && !server_peer_is_pages(peer))
        server_refuse(peer, "is neither root, nor the helper's user, nor that of [web]");
    else
        rule->handle(arg, peer, message);
}

bool dispatch_is_caller(const struct server_peer *peer, const struct config_service *service,
                        const char *name) {
    const char *only = server_peer_service(peer);

    if (only != NULL && strcmp(only, name) != 0)
        return false;
    if (service == NULL)
        return only == NULL && server_peer_uid(peer) == 0;
    for (size_t i = 0; i < service->callers_count; i++) {
        const struct config_caller *caller = &service->callers[i];

        if (caller->is_group ? server_peer_in_group(peer, (gid_t)caller->id)
                             : server_peer_uid(peer) == (uid_t)caller->id)
            return true;
    }
    return false;
}
