/* The process that brings a file of accounts into the store, since that takes longer than the event
 * loop may wait: this program once more, begun with one word, told everything on standard input.
 *
 *     in   {"parent":PID,"state_dir":...,"corp":...,"uid_range":[...],"groups":[...],"now_s":N,
 *          "dry_run":BOOL}
 *          then one account a line (accounts_import.h)
 *     out  a row for each bad line, then {"end":WORD,...}: "done", "refused" or "failed"
 */
#ifndef WECOM_HELPER_IMPORT_CHILD_H
#define WECOM_HELPER_IMPORT_CHILD_H

#include <jansson.h>
#include <sys/types.h>

#include "helper/config.h"

#define IMPORT_CHILD_WORD "--import-accounts"

/* What main does with that word; the exit status. Ends with the process that began it. */
int import_child_main(void);

/* The first line of its input. NULL when there is no memory. */
json_t *import_child_header(const struct config *config, int64_t now_s, bool dry_run);

/* Begins it: `in` becomes its standard input, `*out` is where it answers, and does not block. 0, or
 * an errno.
 */
int import_child_start(int in, pid_t *pid, int *out);

#endif
