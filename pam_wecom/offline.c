/* What the published account table says of a member while the helper is not there.
 *
 *  1. A table that is missing, damaged or somebody else's MUST NOT count as an answer.
 *  2. A person who is not in it, or not active, MUST be refused.
 *  3. What counts is when WeCom last confirmed the person: more than stale= ago, or in the future
 * by more than clocks differ, MUST be refused.
 *  4. A service that the table knows and that does not admit the person MUST be refused.
 */
#include "pam_wecom/offline.h"

#include <time.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "common/table.h"
#include "wecom/paths.h"

/* Two clocks that both tell the time may differ by this much, seconds. */
enum { SKEW_S = 300 };

/* Asking NSS for the helper's user could lead back here. */
static uid_t owner(void) {
    uint32_t helper;

    return localfiles_find(WECOM_PASSWD_FILE, WECOM_HELPER_USER, &helper) == WECOM_OK &&
                   helper != UINT32_MAX
               ? (uid_t)helper
               : geteuid();
}

static bool helper_is_away(enum outcome outcome) {
    return outcome == OUTCOME_ABSENT || outcome == OUTCOME_HUNG_UP || outcome == OUTCOME_LATE;
}

/* WECOM_E_ABSENT: nobody. */
static enum wecom_error find(const struct call *c, const struct table *table, char *buffer,
                             size_t bytes, struct table_status *status) {
    struct table_user user;
    enum wecom_error err;

    if (c->guard.place == GUARD_LINKED)
        return table_status_by_link(table, c->guard.link, buffer, bytes, status);
    err = table_user_by_name(table, c->user, buffer, bytes, &user);
    if (err == WECOM_OK)
        *status = user.status;
    return err;
}

static enum outcome judge(const struct call *c, const struct table *table,
                          const struct table_status *status, enum wecom_reason *reason) {
    int64_t now_s = (int64_t)time(NULL), confirmed_s = table_confirmed_s(table, status);
    char buffer[TABLE_META_BYTES];
    struct table_meta meta;

    if (!status->active) {
        *reason = status->reason;
        return OUTCOME_WITHDRAWN;
    }
    if (table_meta(table, buffer, sizeof buffer, &meta) != WECOM_OK ||
        table_admits(&meta, status, c->service) == TABLE_ADMITS_NOT)
        return OUTCOME_NOT_ADMITTED;
    if (confirmed_s <= 0 || confirmed_s > now_s + SKEW_S || now_s - confirmed_s > c->args.stale_s)
        return OUTCOME_STALE;
    return OUTCOME_OFFLINE;
}

enum outcome offline_account(const struct call *c, enum outcome outcome,
                             enum wecom_reason *reason) {
    char buffer[TABLE_USER_BYTES];
    struct table_status status;
    struct table table;
    enum wecom_error err;

    if (!helper_is_away(outcome) || c->args.identity ||
        table_open(c->args.table, owner(), &table) != WECOM_OK)
        return outcome;
    err = find(c, &table, buffer, sizeof buffer, &status);
    if (err == WECOM_OK)
        outcome = judge(c, &table, &status, reason);
    else if (err == WECOM_E_ABSENT)
        outcome = OUTCOME_NOBODY;
    table_close(&table);
    return outcome;
}

enum outcome offline_auth(const struct call *c, enum outcome outcome) {
    char buffer[TABLE_USER_BYTES];
    struct table_status status;
    struct table table;

    if (outcome != OUTCOME_ABSENT || c->args.identity || c->guard.place != GUARD_FREE ||
        table_open(c->args.table, owner(), &table) != WECOM_OK)
        return outcome;
    if (find(c, &table, buffer, sizeof buffer, &status) == WECOM_E_ABSENT)
        outcome = OUTCOME_NOBODY;
    table_close(&table);
    return outcome;
}
