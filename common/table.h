/* Look-ups in the published account table (include/wecom/table.h): libc only, no allocation, no
 * state, nothing that blocks or faults. Used inside every process of the machine.
 *
 * Open, look up as often as needed (all answers are of the same publication), close:
 *
 *     struct table table;
 *     char buffer[TABLE_USER_BYTES];
 *     struct table_user user;
 *     enum wecom_error err = table_open(WECOM_TABLE_FILE, TABLE_ANY_OWNER, &table);
 *
 *     if (err == WECOM_OK) {
 *         err = table_user_by_name(&table, name, buffer, sizeof buffer, &user);
 *         table_close(&table);
 *     }
 *
 * The file is read with pread, never mapped: a mapping would kill the process when somebody
 * shortens the file. Every look-up checks what it reads; a damaged table is an error and no answer.
 * errno is that of the failed call after WECOM_E_SYSTEM, and undefined after anything else.
 */
#ifndef WECOM_COMMON_TABLE_H
#define WECOM_COMMON_TABLE_H

#include <sys/types.h>

#include "common/table_record.h"

/* For table_open: whoever owns it. */
#define TABLE_ANY_OWNER ((uid_t)-1)

/* Buffers that hold any answer of the kind, bytes: the record behind its lengths and its key. */
enum {
    TABLE_USER_BYTES = 8 + WECOM_TABLE_KEY_MAX_BYTES + WECOM_TABLE_USER_MAX_BYTES,
    TABLE_GROUP_BYTES = 8 + WECOM_TABLE_KEY_MAX_BYTES + WECOM_TABLE_GROUP_MAX_BYTES,
    TABLE_META_BYTES = 8 + WECOM_TABLE_KEY_MAX_BYTES + WECOM_TABLE_META_MAX_BYTES,
};

/* An open table. The members are table.c's own but `mtime_s`. */
struct table {
    int fd;
    uint32_t size;     /* of the file, bytes */
    uint32_t data_end; /* where the records end and the hash tables begin */
    int64_t mtime_s;   /* of the file, seconds since 1970 */
    unsigned char header[WECOM_TABLE_HEADER_BYTES];
};

/* Opens and checks the table. It must be a regular file (no symbolic link) that group and others
 * cannot write, and belong to root or `owner`. Whoever cannot name the helper's user (the NSS
 * module: a user is what it is asked for) passes TABLE_ANY_OWNER and relies on the directories
 * above, which only root and the helper's user can write.
 *
 * WECOM_E_ABSENT: there is no such file. WECOM_E_PEER: not such a file. WECOM_E_FORMAT: no cdb
 * file, or damaged. WECOM_E_SYSTEM: errno says it. After an error there is nothing to close, and
 * table_close does nothing.
 */
enum wecom_error table_open(const char *path, uid_t owner, struct table *table);
void table_close(struct table *table);

/* Look-ups. The answer's strings are in `buffer`.
 * WECOM_E_ABSENT: certainly not in the table (also: a name or number that no table may have, and
 * the other kind of record). WECOM_E_TOO_LONG: `buffer` is too small; one of the sizes above is
 * not. WECOM_E_FORMAT: damaged, or the record is not that of the key. WECOM_E_SYSTEM: errno says
 * it. The answer is undefined then.
 */
enum wecom_error table_user_by_name(const struct table *table, const char *name, char *buffer,
                                    size_t bytes, struct table_user *user);
enum wecom_error table_user_by_id(const struct table *table, uint32_t id, char *buffer,
                                  size_t bytes, struct table_user *user);

/* Groups of their own, and every user's own group (without members). */
enum wecom_error table_group_by_name(const struct table *table, const char *name, char *buffer,
                                     size_t bytes, struct table_group *group);
enum wecom_error table_group_by_id(const struct table *table, uint32_t id, char *buffer,
                                   size_t bytes, struct table_group *group);

/* The status of the member corp_id "/" userid; case does not count in the userid. */
enum wecom_error table_status_by_link(const struct table *table, const char *link, char *buffer,
                                      size_t bytes, struct table_status *status);

/* What holds for the whole table. A table without it is damaged (WECOM_E_FORMAT). */
enum wecom_error table_meta(const struct table *table, char *buffer, size_t bytes,
                            struct table_meta *meta);

/* When WeCom last confirmed this person, seconds since 1970 (0: not known): what the record says,
 * or the file's time where that counts for the person and is later. Compare it with the clock, and
 * take a time in the future for no confirmation.
 */
int64_t table_confirmed_s(const struct table *table, const struct table_status *status);

#endif
