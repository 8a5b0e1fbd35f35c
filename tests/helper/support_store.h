/* What the tests of the store share: a state directory, an open transaction, accounts by number, a
 * look at the database behind the store's back, and a disk that fails or loses its power.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_STORE_H
#define WECOM_TESTS_HELPER_SUPPORT_STORE_H

#include <sys/types.h>

#include "helper/store_internal.h"
#include "tests/helper/support.h"

#define CORP "ww1234567890abcdef"

/* The state directory of a test. */
extern char *state_dir;
void state_open(void);
void state_close(void);
/* STATE_DIR/NAME; valid until the fourth call after this one. */
const char *state_path(const char *name);

/* A connection with a transaction that writes, for the functions of a job one by one. */
extern struct store_db db;
extern struct store_tx tx;
void tx_open(void);  /* with a state directory */
void tx_close(void); /* rolls back */
/* Commits, and begins the next transaction; or rolls back before. */
void tx_next(void);
void tx_again(void);

/* Opens a store that must open, or must not: then why, valid until the next call. */
struct store *open_store(struct event_base *base);
const char *refusal(void);

/* Account number `n` (1 ...): id, userid "Person<n>", login "person<n>", uid 100000+n, and a value
 * of its own in every column.
 */
void account_of(unsigned int n, struct store_account *account);
/* Are all columns the same? */
bool account_same(const struct store_account *a, const struct store_account *b);
/* Takes its name and number and inserts it. */
enum wecom_error account_add(struct store_tx *t, const struct store_account *account);

/* Runs SQL behind the store's back, without its protections; the first number of the answer. */
int64_t raw(const char *sql);
/* "ok", or what integrity_check says; valid until the next call. */
const char *raw_integrity(void);

/* Runs in a child: its exit status, or -1 when it was killed by a signal. */
int in_child(int (*body)(void *arg), void *arg);

/* Are we under valgrind, which takes 30 times as long? */
bool is_valgrind(void);

uint64_t random_next(uint64_t *state);

/* ---- The disk -------------------------------------------------------------------------------- */

/* From now on SQLite's files are on a disk of ours. */
void disk_start(void);

enum { DISK_DIED = 99 }; /* the exit status of a process that ended at `die_at` */

struct disk {
    unsigned int writes, syncs; /* so far, of the database and its log */
    unsigned int fail_at;    /* the operation (write or sync) that fails, counted from 1; 0 none */
    unsigned int fail_count; /* how many fail from there on */
    bool fail_reads;         /* every one, from now on */
    int fail_with;           /* SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC */
    unsigned int operations; /* so far */
    unsigned int die_at; /* before this operation the process ends as if it were killed; 0 none */
    const char *durable; /* a directory that gets what is synchronized, as a power cut leaves it */
};
extern struct disk disk;

/* All that STATE_DIR holds now is on the disk. */
void disk_flush(const char *durable);
/* The power fails: of what was written and not synchronized each sector is there or not, as it
 * happens; with `random` 0 nothing of it is.
 */
void disk_power_cut(const char *durable, uint64_t random);

#endif
