/* A whole file of accounts into the store: every row or none. Blocks: for a process of its own. */
#ifndef WECOM_HELPER_IMPORT_FILE_H
#define WECOM_HELPER_IMPORT_FILE_H

#include <stdio.h>

#include "helper/accounts_import.h"

struct import_report {
    size_t rows, bad;
    size_t of[IMPORT_OUTCOMES]; /* how many rows would come, or came, out like this */
};

/* Reads JSON objects, one a line, to the end of `in`; checks all; and, unless `dry_run` or some are
 * bad, takes all over in one transaction. `bad` is told of each bad row, in order of the file.
 * WECOM_OK also when rows are bad. WECOM_E_FORMAT: a line is no JSON object; WECOM_E_TOO_LONG:
 * there is no free number in uid_range=; others are the store's. Nothing is changed unless all is
 * well.
 */
enum wecom_error import_file(struct store *store, const struct accounts_admin *admin, FILE *in,
                             bool dry_run,
                             void (*bad)(void *arg, size_t line, const struct refusal *refusal),
                             void *arg, struct import_report *report);

#endif
