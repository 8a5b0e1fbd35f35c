/* What became of people in a synchronization, as lines of the log: a bounded number of each kind.
 */
#include "helper/sync_internal.h"

static const char *const events[SYNC_EVENTS] = {
    [SYNC_MADE] = "account made",
    [SYNC_NO_LOGIN] = "account without login name",
    [SYNC_WITHDRAWN] = "account withdrawn",
    [SYNC_RETURNED] = "account back",
    [SYNC_HELD] = "account held",
    [SYNC_RENAMED] = "probable rename: wecomctl accounts rename OLD NEW keeps name and number",
};

static const char *const no_login_words[] = {
    [STORE_LOGIN_FINE] = "",           [STORE_LOGIN_MALFORMED] = "malformed",
    [STORE_LOGIN_TAKEN] = "taken",     [STORE_LOGIN_LOCAL] = "local",
    [STORE_LOGIN_MISSING] = "missing",
};

/* False when there were enough of that kind. */
static bool may_log(struct sync_log *log, enum sync_event event) {
    return ++log->counts[event] <= SYNC_LINES;
}

static void log_no_login(struct sync_log *log, const struct store_account *account) {
    struct log_line l;

    if (!may_log(log, SYNC_NO_LOGIN))
        return;
    log_begin(&l, LOG_NOTICE, events[SYNC_NO_LOGIN]);
    log_text(&l, "account", account->id);
    log_text(&l, "userid", account->userid);
    log_text(&l, "reason", no_login_words[account->no_login]);
    log_end(&l);
}

void sync_log_change(struct sync_log *log, const struct store_account *a,
                     const struct accounts_change *change, bool was_host) {
    bool was_in = change->was == STORE_ACTIVE, is_in = a->state == STORE_ACTIVE && !a->held;
    enum sync_event event = SYNC_EVENTS;
    struct accounts_change told = *change;

    if (!a->host)
        return;
    if (change->made || !was_host) {
        event = SYNC_MADE;
        told.made = told.changed = true;
    } else if (a->held && change->was == STORE_DELETED) {
        event = SYNC_HELD;
    } else if (was_in != is_in) {
        event = is_in ? SYNC_RETURNED : SYNC_WITHDRAWN;
    }
    if (event != SYNC_EVENTS && may_log(log, event))
        accounts_log(a, &told);
    if (event == SYNC_MADE && a->login[0] == '\0')
        log_no_login(log, a);
}

void sync_log_rename(struct sync_log *log, const char *old, const char *fresh, const char *by) {
    struct log_line l;

    if (!may_log(log, SYNC_RENAMED))
        return;
    log_begin(&l, LOG_WARNING, events[SYNC_RENAMED]);
    log_text(&l, "old", old);
    log_text(&l, "new", fresh);
    log_text(&l, "same", by);
    log_end(&l);
}

void sync_log_end(const struct sync_log *log) {
    for (int i = 0; i < SYNC_EVENTS; i++) {
        struct log_line l;

        if (log->counts[i] <= SYNC_LINES)
            continue;
        log_begin(&l, LOG_NOTICE, "and more of them");
        log_text(&l, "event", events[i]);
        log_number(&l, "count", (int64_t)(log->counts[i] - SYNC_LINES));
        log_end(&l);
    }
}
