/* All accounts, one slice after the other: each slice is a short job of the store, and between two
 * of them everybody else gets a turn. Constant memory; rows that are made or renamed meanwhile may
 * or may not be among them.
 */
#ifndef WECOM_HELPER_ACCOUNTS_WALK_H
#define WECOM_HELPER_ACCOUNTS_WALK_H

#include "helper/store.h"

struct accounts_walk;

enum { ACCOUNTS_WALK_SLICE = 128, ACCOUNTS_WALK_MS = 4 };

/* `wants`: is this row one for the caller? Called inside the job, and perhaps twice for a row: it
 * only looks. `take` gets each slice of those rows (there may be none in it), in order of company
 * and userid; `is_last` ends the walk, as does an error. It may call accounts_walk_on, at once or
 * later, or accounts_walk_drop. NULL when there is no memory.
 */
struct accounts_walk *
accounts_walk_start(struct store *store,
                    bool (*wants)(void *arg, const struct store_account *account),
                    void (*take)(void *arg, const struct store_account *accounts, size_t count,
                                 bool is_last, enum wecom_error error),
                    void *arg);

/* The next slice. False when there is no memory. */
bool accounts_walk_on(struct accounts_walk *walk);

/* At any time; NULL allowed. */
void accounts_walk_drop(struct accounts_walk *walk);

#endif
