/* One record of the account table: from its bytes to what it says, or refused. The format is in
 * include/wecom/table.h.
 */
#ifndef WECOM_COMMON_TABLE_RECORD_H
#define WECOM_COMMON_TABLE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/error.h"
#include "wecom/table.h"
#include "wecom/verdict.h"

/* Strings of all of these point into the record. Memory that is only zeroed says "not active". */
struct table_status {
    bool active;
    enum wecom_reason reason; /* why not; WECOM_REASON_NONE while active */
    int64_t confirmed_s;      /* seconds since 1970, 0: not known */
    bool dated_by_file;       /* the file's time counts as well: see table_confirmed_s */
    const char *services;     /* "1" and "0": see table_admits */
    const char *link;         /* corp_id "/" userid; may be "" in a user's record */
};

struct table_user {
    const char *name;
    uint32_t id; /* uid and gid */
    const char *gecos, *home, *shell;
    uint32_t gids[WECOM_USER_GROUPS_MAX]; /* ascending, without `id` */
    size_t gids_count;
    struct table_status status;
    size_t used_bytes; /* how much of the caller's buffer is taken: see table.h */
};

struct table_group {
    const char *name;
    uint32_t id;
    const char *members; /* login names with "," between, "" for none */
    size_t members_count;
    size_t used_bytes; /* as above */
};

struct table_meta {
    uint64_t generation;
    const char *services; /* names with "," between, "" for none */
    size_t services_count;
};

/* WECOM_E_FORMAT: not exactly of its form. WECOM_E_ABSENT: a good beginning of another kind (a
 * group where a user was looked for); table_record_group takes a user's record as that user's own
 * group. The output is undefined then.
 */
enum wecom_error table_record_user(const char *record, size_t len, struct table_user *user);
enum wecom_error table_record_group(const char *record, size_t len, struct table_group *group);
enum wecom_error table_record_status(const char *record, size_t len, struct table_status *status);
enum wecom_error table_record_meta(const char *record, size_t len, struct table_meta *meta);

/* The sum that ends a record. Any change of one byte changes it: each step is one-to-one. */
uint32_t table_record_sum(const char *bytes, size_t len);

/* Is it a number that this table may give out? */
bool table_id_is_ours(uint32_t id);

enum table_admission {
    TABLE_ADMITS_NOT = 0,
    TABLE_ADMITS,
    TABLE_ADMITS_UNNAMED, /* the table has no such service: only `active` counts */
};

/* May this person use the service? Not unless active, and not if the two records do not belong
 * together (another number of services).
 */
enum table_admission table_admits(const struct table_meta *meta, const struct table_status *status,
                                  const char *service);

#endif
