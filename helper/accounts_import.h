/* One account out of a file that another host exported: read, checked, taken over. So that hosts
 * without a shared store give the same names and numbers.
 *
 *  1. An account that is here already MUST keep its id and its number.
 *  2. What the file says of a person's state counts only where the person had no account here.
 */
#ifndef WECOM_HELPER_ACCOUNTS_IMPORT_H
#define WECOM_HELPER_ACCOUNTS_IMPORT_H

#include <jansson.h>

#include "helper/accounts_admin.h"

struct import_row {
    size_t line;             /* of the file, for messages */
    char id[STORE_ID_BYTES]; /* "": none; the account is known by its userid */
    char corp[WECOM_CORP_ID_MAX_BYTES + 1];
    char userid[WECOM_USERID_MAX_BYTES + 1];
    char login[WECOM_LOGIN_NAME_MAX_BYTES + 1]; /* "": none, or it keeps the one it has here */
    uint32_t uid;                               /* 0: none, or the next free one */
    char name[STORE_NAME_BYTES];
    char state[16];
};

enum import_outcome { IMPORT_SAME, IMPORT_CHANGED, IMPORT_NEW, IMPORT_OUTCOMES };

/* {"line":N,"account":ID,"corp":CORP_ID,"userid":USERID,"login":NAME,"uid":N,"name":TEXT,
 * "state":WORD}; all but line and userid may be missing or empty, a uid may be a text. False:
 * refused.
 */
bool accounts_import_read(const json_t *object, struct import_row *row, struct refusal *refusal);

/* Is what the row asks for possible at all on this machine: form, uid_range=, local names? Fills in
 * the company. False: refused.
 */
bool accounts_import_form(const struct accounts_admin *admin, struct import_row *row,
                          struct refusal *refusal);

/* Is nobody in its way in the store, and what would it do? Changes nothing. */
enum wecom_error accounts_import_check(const struct accounts_admin *admin, struct store_tx *tx,
                                       const struct import_row *row, enum import_outcome *outcome,
                                       struct refusal *refusal);

/* The same, and does it. The caller counts the change (store_count_change) once for all rows.
 * WECOM_E_TOO_LONG: there is no free number in uid_range=.
 */
enum wecom_error accounts_import_apply(const struct accounts_admin *admin, struct store_tx *tx,
                                       const struct import_row *row, enum import_outcome *outcome,
                                       struct refusal *refusal);

/* Which ids, userids, names and numbers the file has had already. */
struct import_seen;
struct import_seen *import_seen_new(void); /* NULL: no memory */
void import_seen_free(struct import_seen *seen);
/* WECOM_OK (perhaps refused), WECOM_E_MEMORY. */
enum wecom_error import_seen_add(struct import_seen *seen, const struct import_row *row,
                                 struct refusal *refusal);

#endif
