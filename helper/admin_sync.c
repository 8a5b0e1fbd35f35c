/* The administrator's command for a synchronization, and what `wecomctl status` tells of accounts.
 */
#include "helper/admin_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/account_row.h"
#include "helper/log.h"
#include "helper/reply.h"
#include "helper/worker_settings.h"

struct syncing {
    struct admin_exchange exchange;
    struct helper *helper;
    struct server_peer *peer;
    struct worker_watch *watch;
    int64_t number; /* of the round that answers */
};

/* ---- Rows -------------------------------------------------------------------------------------
 */

static json_int_t age_s(int64_t when_s, int64_t now_s) {
    return when_s > 0 && when_s <= now_s ? (json_int_t)(now_s - when_s) : -1;
}

/* Names of those who wait, separated by blanks; as many as the status has. */
static void write_names(const struct worker_status *status, char *out, size_t bytes) {
    size_t used = 0;

    out[0] = '\0';
    for (int64_t i = 0; i < status->pending && i < SYNC_NAMES; i++)
        used += (size_t)snprintf(out + used, bytes - used, "%s%s", i > 0 ? " " : "",
                                 status->pending_names[i]);
}

/* Everything but what the round that runs is at. */
static json_t *sync_row(const struct helper *helper, const char *kind) {
    const struct worker_status *s = worker_status(helper->worker);
    int64_t now_s = helper_wall_s(helper);
    char names[SYNC_NAMES * (WECOM_USERID_MAX_BYTES + 1)];
    json_t *row, *counts;

    write_names(s, names, sizeof names);
    row = json_pack("{s:s, s:b, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:s}", "kind",
                    kind, "running", (int)s->running, "phase", worker_phase_word(s->phase), "end",
                    worker_end_word(s->end), "error", s->error, "last_age_s",
                    age_s(s->started_s, now_s), "last_good_age_s", age_s(s->last_good_s, now_s),
                    "next_in_s", (json_int_t)(s->next_s > now_s ? s->next_s - now_s : -1),
                    "interval_s", (json_int_t)s->interval_s, "refresh_s", (json_int_t)s->refresh_s,
                    "stretched", s->stretched, "pending", (json_int_t)s->pending, "pending_names",
                    names);
    counts =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
                  "s:s, s:s}",
                  "accounts", (json_int_t)s->accounts, "active", (json_int_t)s->active, "disabled",
                  (json_int_t)s->disabled, "gone", (json_int_t)s->gone, "held", (json_int_t)s->held,
                  "no_login", (json_int_t)s->no_login, "left_out", (json_int_t)s->left_out,
                  "members", (json_int_t)s->round_members, "calls", (json_int_t)s->round_calls,
                  "took_ms", (json_int_t)s->took_ms, "made", (json_int_t)s->made, "withdrawn",
                  (json_int_t)s->withdrawn, "returned", (json_int_t)s->returned, "table_age_s",
                  age_s(account_row_table_time_s(&helper->setup->config->accounts), now_s),
                  "publish_error", s->publish_error, "resting", s->resting);
    if (row != NULL && (counts == NULL || json_object_update(row, counts) != 0)) {
        json_decref(row);
        row = NULL;
    }
    json_decref(counts);
    return row;
}

static bool is_wanted(const struct helper *helper) {
    return helper->worker != NULL && worker_settings_need(helper->setup->config);
}

void admin_sync_status(struct helper *helper, struct server_peer *peer) {
    if (is_wanted(helper))
        reply_row(peer, sync_row(helper, "accounts"));
}

static json_t *progress_row(const struct worker_status *s) {
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:s}", "kind", "progress", "phase",
                     worker_phase_word(s->phase), "members", (json_int_t)s->members, "calls",
                     (json_int_t)s->calls, "calls_left", (json_int_t)s->calls_left, "resting",
                     s->resting);
}

/* ---- The command ------------------------------------------------------------------------------
 */

static void free_syncing(struct syncing *syncing) {
    if (syncing->watch != NULL)
        worker_unwatch(syncing->watch);
    free(syncing);
}

static void on_gone(void *exchange) {
    free_syncing(exchange);
}

static void on_told(void *arg, const struct worker_status *status) {
    struct syncing *syncing = arg;

    if (status->asked < syncing->number) {
        reply_row(syncing->peer, progress_row(status));
        return;
    }
    reply_row(syncing->peer, sync_row(syncing->helper, "sync"));
    admin_grant(syncing->peer, NULL);
    free_syncing(syncing);
}

static void log_sync(struct helper *helper, const struct server_peer *peer, bool accept) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, "synchronization asked for by administrator");
    log_text(&l, "accept", accept ? "yes" : NULL);
    if (accept)
        log_number(&l, "pending", worker_status(helper->worker)->pending);
    log_number(&l, "by_uid", (int64_t)server_peer_uid(peer));
    log_end(&l);
}

static void refuse(struct server_peer *peer, const char *text) {
    struct refusal refusal;
    char message[REFUSAL_TEXT_BYTES];

    refusal_say(&refusal, text, NULL);
    reply_row(peer, refusal_row(&refusal));
    reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_NONE,
                 refusal_english(&refusal, message, sizeof message));
}

/* {"accept":BOOL,"wait":BOOL} */
void admin_sync_run(struct helper *helper, struct server_peer *peer, json_t *args) {
    struct syncing *syncing;
    int accept = 0, wait = 0;

    if (json_unpack(args, "{s?b, s?b !}", "accept", &accept, "wait", &wait) != 0) {
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    if (!is_wanted(helper)) {
        refuse(peer, "refused_no_sync");
        return;
    }
    if (accept != 0 && worker_status(helper->worker)->pending == 0) {
        refuse(peer, "refused_nothing_pending");
        return;
    }
    syncing = calloc(1, sizeof *syncing);
    if (syncing == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    syncing->helper = helper;
    syncing->peer = peer;
    log_sync(helper, peer, accept != 0);
    syncing->number = worker_sync(helper->worker, accept != 0);
    if (wait != 0)
        syncing->watch = worker_watch(helper->worker, on_told, syncing);
    if (syncing->watch != NULL) {
        server_attach(peer, syncing, on_gone);
        return;
    }
    free(syncing);
    admin_grant(peer, NULL);
}
