/* Writes the published account table (include/wecom/table.h): beside the old one, then renamed over
 * it, so that a reader sees the old table or the new one and nothing else. Blocks: for the helper's
 * second process.
 *
 *     err = table_writer_open(path, &meta, &writer);
 *     for each user: err = table_writer_put_user(writer, &user);
 *     err = table_writer_commit(writer, confirmed_s)   or   table_writer_abort(writer)
 *
 * What the reader (common/table.h) would refuse is refused here: each record is read back by the
 * reader's own code before it is taken.
 */
#ifndef WECOM_HELPER_TABLE_WRITER_H
#define WECOM_HELPER_TABLE_WRITER_H

#include <stdint.h>

#include "common/table_record.h"

struct table_writer;

/* Begins a new table for `path`; the directory must exist. Files that killed runs left beside it
 * are removed, those of runs that still go on are not. `meta` is copied: its services are the ones
 * whose bits all records carry, in this order, each once (`services_count` is not looked at).
 *
 * WECOM_E_FORMAT: `path` is no path of a file with its directory, or no such meta record can be
 * (bad or repeated service names, or more than WECOM_TABLE_SERVICES_MAX); WECOM_E_TOO_LONG: `path`
 * is; WECOM_E_MEMORY; WECOM_E_SYSTEM with errno.
 */
enum wecom_error table_writer_open(const char *path, const struct table_meta *meta,
                                   struct table_writer **writer);

/* Adds one record. No string may be NULL; gids may come in any order; `used_bytes` and
 * `members_count` are not looked at. A user with a link gets its status record, too.
 *
 * WECOM_E_FORMAT: the reader would refuse it, another number of services than the table has, a gid
 * twice, or its name, number or link is in the table already; nothing was added then, and the table
 * can be gone on with. WECOM_E_SYSTEM (errno: ENOSPC and others), WECOM_E_MEMORY: the table cannot
 * be finished; every further call says so again.
 */
enum wecom_error table_writer_put_user(struct table_writer *writer, const struct table_user *user);
enum wecom_error table_writer_put_group(struct table_writer *writer,
                                        const struct table_group *group);

/* The status of a member without an account name. The link must not be empty. */
enum wecom_error table_writer_put_status(struct table_writer *writer,
                                         const struct table_status *status);

/* Makes it the table: mode 0644, on disk before it gets its name. `confirmed_s` becomes the file's
 * time: that of the last full synchronization, which may be long before now. Frees the writer in
 * any case. After an error the old table is as it was; only where fsync of the directory failed
 * (WECOM_E_SYSTEM) is the new one in its place already, though not safely on disk.
 */
enum wecom_error table_writer_commit(struct table_writer *writer, int64_t confirmed_s);

/* Gives the new table up; the old one stays. NULL allowed. Keeps errno. */
void table_writer_abort(struct table_writer *writer);

/* A full synchronization found nothing changed: sets only the time of the table at `path`. Not
 * synced to disk: what a crash loses is a later confirmation. WECOM_E_ABSENT: there is none;
 * WECOM_E_PEER: no regular file; WECOM_E_FORMAT: no such time; WECOM_E_SYSTEM with errno.
 */
enum wecom_error table_writer_touch(const char *path, int64_t confirmed_s);

#endif
