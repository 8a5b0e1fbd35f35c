/* `wecomctl recovery`: fresh recovery codes for an account, which make earlier ones void; or none
 * any more. The codes go to the administrator's program and nowhere else.
 */
#include "helper/admin_accounts.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/recovery.h"
#include "helper/reply.h"

struct issue {
    struct admin_exchange exchange;
    struct admin_common common;
    bool revokes;
    char user[WECOM_USER_MAX_BYTES + 1];
    struct store_ticket *job;
    /* what the job found and did; it may run more than once */
    struct store_account account;
    struct refusal refusal;
    int64_t voided; /* codes that counted before */
    char codes[WECOM_RECOVERY_CODES][RECOVERY_TEXT_BYTES];
};

static void free_issue(struct issue *issue) {
    store_drop(issue->job);
    admin_common_close(&issue->common);
    OPENSSL_cleanse(issue, sizeof *issue);
    free(issue);
}

static void on_gone(void *exchange) {
    free_issue(exchange);
}

static void fail(struct issue *issue, enum wecom_error error) {
    admin_fail(issue->common.helper, issue->common.peer, error);
    free_issue(issue);
}

static enum wecom_error run(void *arg, struct store_tx *tx) {
    struct issue *issue = arg;
    struct store_recovery kept[WECOM_RECOVERY_CODES];
    enum wecom_error err;

    issue->refusal = (struct refusal){0};
    err = accounts_admin_find(&issue->common.admin, tx, issue->user, &issue->account,
                              &issue->refusal);
    if (err != WECOM_OK || issue->refusal.text != NULL)
        return err;
    err = store_count_recovery(tx, issue->account.id, &issue->voided);
    if (err != WECOM_OK)
        return err;
    if (issue->revokes)
        return store_put_recovery(tx, issue->account.id, NULL, 0);
    if (!recovery_draw(issue->account.id, issue->codes, kept))
        return WECOM_E_MEMORY;
    err = store_put_recovery(tx, issue->account.id, kept, WECOM_RECOVERY_CODES);
    OPENSSL_cleanse(kept, sizeof kept);
    return err;
}

/* All of them in one row, separated by blanks. */
static json_t *row_of(const struct issue *issue) {
    char codes[WECOM_RECOVERY_CODES * RECOVERY_TEXT_BYTES + 1] = "";
    size_t used = 0;
    json_t *row;

    for (size_t i = 0; i < WECOM_RECOVERY_CODES && !issue->revokes; i++)
        used += (size_t)snprintf(codes + used, sizeof codes - used, "%s%s", i > 0 ? " " : "",
                                 issue->codes[i]);
    row = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s}", "kind", "recovery", "account",
                    issue->account.id, "userid", issue->account.userid, "login",
                    issue->account.login, "voided", (json_int_t)issue->voided, "codes", codes);
    OPENSSL_cleanse(codes, sizeof codes);
    return row;
}

static void on_run(void *arg, enum wecom_error error) {
    struct issue *issue = arg;

    issue->job = NULL;
    if (error != WECOM_OK) {
        fail(issue, error);
        return;
    }
    if (issue->refusal.text != NULL) {
        admin_common_refuse(&issue->common, &issue->refusal);
        free_issue(issue);
        return;
    }
    admin_common_log(&issue->common,
                     issue->revokes ? "recovery codes revoked by administrator"
                                    : "recovery codes issued by administrator",
                     &issue->account);
    reply_row(issue->common.peer, row_of(issue));
    if (!issue->revokes)
        admin_common_note_state(&issue->common, &issue->account);
    admin_grant(issue->common.peer, NULL);
    free_issue(issue);
}

static void start(struct helper *helper, struct server_peer *peer, json_t *args, bool revokes) {
    struct issue *issue = calloc(1, sizeof *issue);
    const char *user = "";

    if (issue == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    if (json_unpack(args, "{s:s !}", "user", &user) != 0 || strlen(user) > WECOM_USER_MAX_BYTES) {
        free(issue);
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    (void)snprintf(issue->user, sizeof issue->user, "%s", user);
    issue->revokes = revokes;
    if (!admin_common_open(&issue->common, helper, peer)) {
        free(issue);
        return;
    }
    server_attach(peer, issue, on_gone);
    issue->job = store_submit(helper->store, STORE_WRITE, run, on_run, issue);
    if (issue->job == NULL)
        fail(issue, WECOM_E_MEMORY);
}

void admin_recovery_issue(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, false);
}

void admin_recovery_revoke(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, true);
}
