/* The administrator's commands about accounts, for the table of commands: what they are given, whom
 * they ask, what they answer. What they do is in accounts_admin.h and accounts_import.h.
 */
#ifndef WECOM_HELPER_ADMIN_ACCOUNTS_H
#define WECOM_HELPER_ADMIN_ACCOUNTS_H

#include "helper/accounts_admin.h"
#include "helper/admin.h"

/* One account: {"user":WORD} and what else belongs to the command (admin_accounts.c). */
void admin_accounts_show(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_accounts_alias(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_accounts_disable(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_accounts_enable(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_accounts_rename(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_accounts_readmit(struct helper *helper, struct server_peer *peer, json_t *args);

/* Recovery codes of one account: {"user":WORD} (admin_recovery.c). */
void admin_recovery_issue(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_recovery_revoke(struct helper *helper, struct server_peer *peer, json_t *args);

/* Members by userid: {"userids":[...]} (admin_add.c): makes accounts; only asks WeCom. */
enum { ADMIN_ADD_MOST = 100 };
void admin_add_run(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_add_look(struct helper *helper, struct server_peer *peer, json_t *args);

/* All accounts (admin_list.c): {"state":WORD,"no_login":BOOL,"text":TEXT}, each may be left out. */
void admin_list_run(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_list_export(struct helper *helper, struct server_peer *peer, json_t *args);

/* A whole file of accounts (admin_import.c): {"dry_run":BOOL}, then rows. */
void admin_import_run(struct helper *helper, struct server_peer *peer, json_t *args);

/* A synchronization (admin_sync.c): {"accept":BOOL,"wait":BOOL}; and the row of `status`. */
void admin_sync_run(struct helper *helper, struct server_peer *peer, json_t *args);
void admin_sync_status(struct helper *helper, struct server_peer *peer);

/* ---- What they share (admin_common.c) ---------------------------------------------------------
 */

/* What an operation on accounts goes by, of one configuration. */
struct admin_common {
    struct helper *helper;
    struct server_peer *peer;
    struct setup *setup; /* a reference */
    struct locals *locals;
    struct accounts_admin admin;
    struct store_ticket *job; /* while it waits for the table */
    int64_t changes;
    struct worker_wait *wait;
    struct event *limit;
    void (*shown)(void *arg);
    void *arg;
};

enum { ADMIN_PUBLISHED_MS = 5000 };

/* False when the machine's own names cannot be read: then the peer has been told, and is finished.
 */
bool admin_common_open(struct admin_common *common, struct helper *helper,
                       struct server_peer *peer);
void admin_common_close(struct admin_common *common);
struct client_app *admin_common_app(const struct admin_common *common);

/* A row about an account. */
void admin_common_account(const struct admin_common *common, const struct store_account *account);
/* {"kind":"note","text":ENGLISH,"text_zh":CHINESE}. */
void admin_common_note(const struct admin_common *common, const char *text,
                       const char *const *words);
#define ADMIN_NOTE(common, text, ...) \
    admin_common_note((common), (text), (const char *const[]){__VA_ARGS__, NULL})
/* What keeps the person of this account out, where something does. */
void admin_common_note_state(const struct admin_common *common,
                             const struct store_account *account);

/* A refusal ends the command. */
void admin_common_refuse(const struct admin_common *common, const struct refusal *refusal);

/* The log line of a change that the administrator made. */
void admin_common_log(const struct admin_common *common, const char *event,
                      const struct store_account *account);

/* The store has changed: has the table published, and calls `shown` once when it shows what the
 * store holds now, or after ADMIN_PUBLISHED_MS, or when nobody publishes; never from here.
 */
bool admin_common_publish(struct admin_common *common, void (*shown)(void *arg), void *arg);

#endif
