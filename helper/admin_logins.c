/* `wecomctl logins`: who is waiting to sign in, who is slowed down; and the end of a delay. */
#include "helper/admin_logins.h"

#include <stdio.h>

#include "common/names.h"
#include "helper/log.h"
#include "helper/login.h"
#include "helper/remember.h"
#include "helper/reply.h"
#include "helper/throttle.h"

static void tell_waiting(void *arg, const struct login_view *view) {
    reply_row(arg,
              json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "kind", "waiting", "id", view->id,
                        "service", view->service, "user", view->user, "origin", view->origin,
                        "method", view->method, "age_s", (json_int_t)view->age_s));
}

void admin_logins_run(struct helper *helper, struct server_peer *peer, json_t *args) {
    struct throttle_entry entry;
    size_t at = 0, slowed = 0;

    (void)args;
    login_list(helper, ADMIN_LOGINS_MOST, tell_waiting, peer);
    while (slowed < ADMIN_LOGINS_MOST && throttle_next(helper->throttle, &at, &entry)) {
        reply_row(peer,
                  json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "kind", "slowed", "user", entry.user,
                            "origin", entry.origin, "failures", (json_int_t)entry.failures,
                            "wait_s", (json_int_t)entry.wait_s, "blocked", entry.blocked));
        slowed++;
    }
    reply_row(peer, json_pack("{s:s, s:I, s:I}", "kind", "logins", "waiting",
                              (json_int_t)helper->waiting, "shown", (json_int_t)ADMIN_LOGINS_MOST));
    admin_grant(peer, NULL);
}

void admin_logins_unlock(struct helper *helper, struct server_peer *peer, json_t *args) {
    const char *user = json_string_value(json_object_get(args, "user"));
    struct log_line l;
    size_t ended, windows;

    if (user == NULL || user[0] == '\0') {
        reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                     "no user was named");
        return;
    }
    ended = throttle_unlock(helper->throttle, user);
    windows = remember_end_user(helper->remember, user);
    log_begin(&l, LOG_NOTICE, "delays ended");
    log_text(&l, "user", name_is_userid(user) ? user : "?");
    log_number(&l, "ended", (int64_t)ended);
    log_number(&l, "remembered", (int64_t)windows);
    log_end(&l);
    reply_row(peer, json_pack("{s:s, s:s, s:I}", "kind", "unlocked", "user", user, "ended",
                              (json_int_t)ended));
    admin_grant(peer, NULL);
}
