/* From the store to the table that NSS and the PAM module read: who has which name and number, who
 * may in, who is in which group.
 *
 *  1. A name or number of the machine's own files MUST NOT be published, whoever had it first.
 *  2. Only who is active and lets in by the row alone (accounts_reason) MUST be published as
 * active, and only then with a shell, groups and services; and a rule that cannot be decided MUST
 * NOT count as yes.
 */
#ifndef WECOM_HELPER_PUBLISH_H
#define WECOM_HELPER_PUBLISH_H

#include "helper/config.h"
#include "helper/locals.h"
#include "helper/store.h"
#include "helper/userset.h"

/* The shell of whoever may not in. */
#define PUBLISH_NOLOGIN "/usr/sbin/nologin"

struct publish {
    struct store *store;
    const struct config *config;
    const struct locals *locals;
    int64_t confirmed_s, now_s; /* when the last synchronization began, 0: never; now */
    struct userset *told;       /* names that were warned of before */
};

/* How many host accounts there are, and how they stand. */
struct publish_counts {
    int64_t changes; /* the store's count of changes that the table shows */
    size_t accounts, active, disabled, withdrawn, held, no_login;
    size_t left_out; /* with a login name, and not published */
};

/* Writes the table anew. Blocks. WECOM_OK, or what the store or the writer answered with a sentence
 * in `why`; the old table stays then.
 */
enum wecom_error publish_table(const struct publish *publish, struct publish_counts *counts,
                               char *why, size_t why_bytes);

/* A display name as it may stand in passwd(5): no control byte, no direction mark, no ":" and no
 * ",", at most `bytes` with the NUL, cut at a character.
 */
void publish_gecos(char *gecos, size_t bytes, const char *name);

#endif
