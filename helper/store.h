/* The account store: who has an account, under which name and number, and what WeCom said last.
 *
 * One interface; SQLite stands behind it (state_dir/accounts.db, 0600). Work is done in jobs: a job
 * is a function that reads and writes rows in ONE transaction, which is durable when the job is
 * reported as done, or has left no trace. The interface hides when and where a job runs, so that a
 * store that answers over a network fits behind it.
 *
 *  1. A name, a uid or a gid that was given once MUST never be given to anybody else, also when its
 *     account is gone: names and numbers have tables of their own, from which nothing is deleted.
 *  2. Two accounts MUST never have the same id, company and userid (without regard to case), login
 *     name or uid.
 *  3. A job that fails MUST leave the store as it was.
 */
#ifndef WECOM_HELPER_STORE_H
#define WECOM_HELPER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"
#include "wecom/limits.h"

struct event_base;
struct store;
struct store_tx;
struct store_ticket;

enum {
    STORE_ID_BYTES = 27, /* 128 random bits as 26 of [a-z2-7] (base32), NUL */
    STORE_OWNER_BYTES = 6 /* "group " */ + WECOM_LOGIN_NAME_MAX_BYTES + 1,
    STORE_DEPARTMENTS = 200,
    STORE_MOBILE_BYTES = 32,
    STORE_EMAIL_BYTES = 256,
    STORE_NAME_BYTES = 256,
    STORE_ALIAS_BYTES = 65,
};

/* What WeCom said of the person last. Zero: nothing, which lets nobody in. */
enum store_state {
    STORE_NO_STATE = 0,
    STORE_ACTIVE,
    STORE_DISABLED,      /* status 2, or enable 0 */
    STORE_NOT_ACTIVATED, /* status 4: never signed in to WeCom */
    STORE_LEFT,          /* status 5, or a status that no page names */
    STORE_OUT_OF_RANGE,  /* not in the application's visible range any more */
    STORE_DELETED,       /* WeCom does not know the userid */
};

/* Why an account has no login name. Zero: it has one, or needs none. */
enum store_no_login {
    STORE_LOGIN_FINE = 0,
    STORE_LOGIN_MALFORMED, /* does not make a name of [a-z_][a-z0-9_.-]{0,31} */
    STORE_LOGIN_TAKEN,     /* another account has, or had, that name */
    STORE_LOGIN_LOCAL,     /* a name of /etc/passwd or /etc/group */
    STORE_LOGIN_MISSING,   /* username=alias or email_local, and WeCom returns none */
};

struct store_account {
    char id[STORE_ID_BYTES]; /* never changes */
    char corp[WECOM_CORP_ID_MAX_BYTES + 1];
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* as WeCom spells it */
    bool host;         /* has, or could have, a Unix name; else known by identity only */
    bool added;        /* by the administrator (provision=no) */
    bool switched_off; /* by the administrator */
    bool held;         /* came back after a deletion: waits for `readmit` */
    char login[WECOM_LOGIN_NAME_MAX_BYTES + 1]; /* "": none */
    enum store_no_login no_login;
    uint32_t uid; /* 0: none */
    char name[STORE_NAME_BYTES];
    char alias[STORE_ALIAS_BYTES];
    enum store_state state;
    uint32_t departments[STORE_DEPARTMENTS];
    size_t departments_count;
    char mobile[STORE_MOBILE_BYTES]; /* "" until consented */
    char email[STORE_EMAIL_BYTES];
    /* Seconds of the Epoch; 0: never. */
    int64_t confirmed_s; /* when WeCom last confirmed the state by a question about this person */
    bool confirmed_by_sync; /* the last synchronization confirmed it: the table's time counts too */
    int64_t mobile_s, created_s, first_login_s, withdrawn_s, changed_s;
};

/* state_dir is made where it is missing (0711), the store's files inside are 0600. `base`: where
 * submitted jobs are reported; NULL for a process that only calls store_run. NULL with a sentence
 * in `why`: also for a store that a newer version wrote, and for one that is damaged (all of it is
 * read: half a second for 100,000 accounts); such a file is left as it is. May wait for other
 * processes up to 5 s. A store MUST NOT be used across a fork.
 */
struct store *store_open(const char *state_dir, struct event_base *base, char *why,
                         size_t why_bytes);
/* Jobs that were not reported yet are dropped, whether they ran or not. Not from a job or its
 * report. NULL allowed.
 */
void store_close(struct store *store);

enum store_mode { STORE_READ, STORE_WRITE };

/* A job. `run` answers WECOM_OK to commit, anything else to undo; it must not keep `tx`, and may be
 * run again from the start when another process was in the way, or when the transaction that it
 * shared with other jobs was lost. When the store itself failed within the job, it is undone
 * whatever `run` answers.
 */
typedef enum wecom_error store_work(void *arg, struct store_tx *tx);

/* Runs a job; `done` is called exactly once unless the ticket is dropped first, and never from
 * here; the ticket is gone then. It gets what `run` answered, or WECOM_E_SYSTEM when the store
 * failed (disk full, damaged), WECOM_E_TIMEOUT when others kept it busy for 5 s, WECOM_E_MEMORY.
 * NULL when there is no memory. Jobs run one after the other in the order of submission, also those
 * that only read; several that wait may share a transaction, and are reported when it is durable.
 * The event loop is not blocked for longer than a few small jobs take.
 */
struct store_ticket *store_submit(struct store *store, enum store_mode mode, store_work *run,
                                  void (*done)(void *arg, enum wecom_error error), void *arg);
/* Nobody waits any more: `run` and `done` are not called again. A job that ran already may be
 * carried out all the same. NULL allowed.
 */
void store_drop(struct store_ticket *ticket);

/* Runs a job here and now, waiting for other processes up to 5 s: for a process that may block. It
 * should keep its jobs short (some hundred rows): the daemon waits for one of them, not for more.
 * WECOM_E_SYSTEM inside another job.
 */
enum wecom_error store_run(struct store *store, enum store_mode mode, store_work *run, void *arg);

/* Why the store itself failed last, in a job or a checkpoint, for a log. "" when it never did. */
const char *store_trouble(const struct store *store);

/* Brings what the log of the database holds into the database: for the process that may block. */
void store_checkpoint(struct store *store);

/* ---- Inside a job ------------------------------------------------------------------------------
 * Every function answers WECOM_OK, WECOM_E_ABSENT (no such row), WECOM_E_PEER (a row of somebody
 * else is in the way: rule 1 or 2), WECOM_E_FORMAT (a row, or an argument, that breaks its own
 * rules), WECOM_E_SYSTEM or WECOM_E_MEMORY; outputs are set on WECOM_OK only. After
 * WECOM_E_ABSENT and WECOM_E_PEER nothing was changed, and the job may go on.
 */

/* 128 random bits; "" when the kernel gives none, which no row accepts. */
void store_new_id(char id[STORE_ID_BYTES]);

enum wecom_error store_find_id(struct store_tx *tx, const char *id, struct store_account *account);
/* Case of the userid is ignored. */
enum wecom_error store_find_userid(struct store_tx *tx, const char *corp, const char *userid,
                                   struct store_account *account);
enum wecom_error store_find_login(struct store_tx *tx, const char *login,
                                  struct store_account *account);
/* Another account than `but_id` ("" or NULL: any) that has this number and is STORE_ACTIVE. */
enum wecom_error store_find_mobile(struct store_tx *tx, const char *corp, const char *mobile,
                                   const char *but_id, struct store_account *account);
/* The first account behind (corp, userid), in that order, case of the userid ignored; begin with
 * "" and "".
 */
enum wecom_error store_next(struct store_tx *tx, const char *corp, const char *userid,
                            struct store_account *account);

/* The login name and the uid of the row must have been taken (below) by this account: WECOM_E_PEER
 * when they are somebody else's, WECOM_E_FORMAT when they are nobody's. Userid, company, login name
 * and id have the forms of common/names.h and above, texts are UTF-8, times are not negative.
 */
enum wecom_error store_insert(struct store_tx *tx, const struct store_account *account);
/* Every column of the row with this id; the same rules. */
enum wecom_error store_update(struct store_tx *tx, const struct store_account *account);

/* Gives a name or a number to `owner` for ever: an account's id, or "group NAME". WECOM_OK also
 * when it is the owner's already; WECOM_E_PEER when it is, or was, somebody else's. A name is
 * name_is_word() of at most 32 bytes; 0 and 4294967295 are no numbers.
 */
enum wecom_error store_take_name(struct store_tx *tx, const char *name, const char *owner);
enum wecom_error store_take_number(struct store_tx *tx, uint32_t number, const char *owner);
/* STORE_OWNER_BYTES are enough; WECOM_E_TOO_LONG when `bytes` are not. */
enum wecom_error store_name_owner(struct store_tx *tx, const char *name, char *owner, size_t bytes);
enum wecom_error store_number_owner(struct store_tx *tx, uint32_t number, char *owner,
                                    size_t bytes);

/* Mapped groups: their numbers are kept for ever too. Name and number of a new one must have been
 * taken by "group NAME"; WECOM_E_PEER also when the group is there already.
 */
enum wecom_error store_find_group(struct store_tx *tx, const char *name, uint32_t *gid);
enum wecom_error store_insert_group(struct store_tx *tx, const char *name, uint32_t gid);

/* The directory as an application sees it. Replacing writes only what differs, and nothing when
 * nothing does; `*changed` says which. `app` is name_is_word(), ids and tags are not 0.
 */
struct store_department {
    uint32_t id, parent; /* parent 0: none, or outside the visible range */
};
enum wecom_error store_put_departments(struct store_tx *tx, const char *app,
                                       const struct store_department *departments, size_t count,
                                       bool *changed);
enum wecom_error store_find_parent(struct store_tx *tx, const char *app, uint32_t department,
                                   uint32_t *parent);
/* All of them, in order of id; `*departments` is the caller's to free. */
enum wecom_error store_all_departments(struct store_tx *tx, const char *app,
                                       struct store_department **departments, size_t *count);
enum wecom_error store_put_tag(struct store_tx *tx, const char *app, uint32_t tag,
                               const char *const *userids, size_t count, bool *changed);
/* Tags that are not among `keep` go. */
enum wecom_error store_keep_tags(struct store_tx *tx, const char *app, const uint32_t *keep,
                                 size_t count, bool *changed);
/* The tags of one person, ascending. At most `most` are written; `*count` says how many there are,
 * which may be more.
 */
enum wecom_error store_tags_of(struct store_tx *tx, const char *app, const char *userid,
                               uint32_t *tags, size_t most, size_t *count);

/* What is kept of one recovery code (recovery.h): 64 hexadecimal digits each. */
enum { STORE_DIGEST_BYTES = 65 };
struct store_recovery {
    char salt[STORE_DIGEST_BYTES], digest[STORE_DIGEST_BYTES];
};
/* Row 1 and following of this account, in place of all that it had; count 0: none is left. */
enum wecom_error store_put_recovery(struct store_tx *tx, const char *id,
                                    const struct store_recovery *kept, size_t count);
enum wecom_error store_find_recovery(struct store_tx *tx, const char *id, unsigned int row,
                                     struct store_recovery *kept);
/* Crosses the row out: it is not found again, by anybody. WECOM_E_ABSENT: there is no such row, or
 * not of that digest (any more).
 */
enum wecom_error store_use_recovery(struct store_tx *tx, const char *id, unsigned int row,
                                    const char *digest);
/* How many are left. */
enum wecom_error store_count_recovery(struct store_tx *tx, const char *id, int64_t *count);

/* Numbers under a name of ours (1-128 bytes): times, versions. Absent: WECOM_E_ABSENT. */
enum wecom_error store_get_number(struct store_tx *tx, const char *key, int64_t *value);
enum wecom_error store_set_number(struct store_tx *tx, const char *key, int64_t value);

/* Counts every change that a reader of the published table could see. */
enum wecom_error store_count_change(struct store_tx *tx);
enum wecom_error store_changes(struct store_tx *tx, int64_t *count);

#endif
