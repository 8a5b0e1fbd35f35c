/* The published account table: what is in the file, and every bound on it.
 *
 * wecom-helper writes it (helper/table_writer.h); libnss_wecom.so.2, pam_wecom.so and the tools
 * read it (common/table.h), each process by itself. It is a cdb file (cr.yp.to/cdb/cdb.txt) as
 * tinycdb writes it: 256 pairs of position and length, the records, the hash tables one behind the
 * other up to the end of the file. It is never changed in place, only replaced by rename, and its
 * modification time says when the last full synchronization with WeCom confirmed it.
 *
 * Keys:
 *
 *     n NAME          the user or group of that name: they share one space of names
 *     # ID            the user or group of that number (decimal): they share one space of numbers,
 *                     and the record is the same as under its name
 *     @ CORP/USERID   the status of that member, userid in lower case: of every user who has a
 *                     link, and of members without an account name (such as a local user's)
 *     !               what holds for the whole table
 *
 * (no blank behind the first byte). A key occurs once.
 *
 * A record is a fixed number of fields, each ended by a NUL, so that a reader's strings are the
 * record's own bytes. The first field is kind and version, the last one the sum: eight lower-case
 * hexadecimal digits of FNV-1a (32 bits) over all bytes before it, taken as 32-bit words, least
 * byte first, and what is left behind the last whole word byte by byte. A reader refuses a record
 * that has another number of fields, another sum, or a field that is not exactly of its form.
 *
 *     user    u1 name id gecos home shell gids STATUS sum        every user is a group as well:
 *     group   g1 name id members sum                             same name, same number, no members
 *     status  s1 STATUS sum
 *     meta    m1 generation services sum
 *     STATUS  state confirmed dated services link
 *
 *     name        a login name (name_is_login)
 *     id          WECOM_ID_MIN to WECOM_ID_MAX
 *     gecos       clean UTF-8 without ":", may be empty
 *     home shell  absolute paths, clean UTF-8 without ":"
 *     gids        numbers of further groups, ascending, with "," between; empty for who is not
 *                 active
 *     members     login names with "," between, may be empty
 *     state       "active", or a word of WECOM_REASONS that says why not
 *     confirmed   when WeCom last confirmed this person, seconds since 1970; 0: not known
 *     dated       "file": the time of the file counts as well, whichever is later (whoever a full
 *                 synchronization confirms); "record": only `confirmed` does
 *     services    one "1" (admitted) or "0" for each service of the meta record, in its order
 *     link        corp_id "/" userid; empty where a later account has taken over the userid
 *     generation  counts publications
 *     services    of the meta record: names with "," between, may be empty
 *
 * Numbers are decimal, without sign and leading zeros. A change of the format gets a new version
 * byte AND a new file name: processes that run for years keep the reader they once loaded.
 */
#ifndef WECOM_TABLE_H
#define WECOM_TABLE_H

#include "wecom/limits.h"

enum {
    /* uids and gids that are ours: above every range of login.defs and systemd, 16-bit "nobody"
     * (65534) and "none" (65535); below 2^31, since some programs keep them in an int. Constants of
     * the build: no table can hand out a system account, whoever wrote it.
     */
    WECOM_ID_MIN = 65536,
    WECOM_ID_MAX = 0x7FFFFFFF,

    /* Bytes without the NUL. Longer ones break finger(1), tar(1) and utmp readers. */
    WECOM_GECOS_MAX_BYTES = 256,
    WECOM_HOME_MAX_BYTES = 256,
    WECOM_SHELL_MAX_BYTES = 256,

    /* Further groups of a user: what fits into the record beside all else. */
    WECOM_USER_GROUPS_MAX = 64,

    /* Members that a group record lists (group_members=yes). */
    WECOM_GROUP_MEMBERS_MAX = 200,

    /* Services in the meta record: so many "1" and "0" fit into a user's record. */
    WECOM_TABLE_SERVICES_MAX = 128,

    /* Records, bytes with everything. */
    WECOM_TABLE_USER_MAX_BYTES = 2048,
    WECOM_TABLE_GROUP_MAX_BYTES = 8 * 1024,
    WECOM_TABLE_META_MAX_BYTES = 9 * 1024,
    WECOM_TABLE_RECORD_MAX_BYTES = WECOM_TABLE_META_MAX_BYTES,

    /* The longest key: "@" and a link. */
    WECOM_TABLE_KEY_MAX_BYTES = 1 + WECOM_LINK_MAX_BYTES,

    /* The file's header. An empty cdb file is this long. */
    WECOM_TABLE_HEADER_BYTES = 2048,

    /* Slots that a look-up visits at most. Hash tables are half empty: in a table of ten million
     * users the longest run of taken slots has about a hundred.
     */
    WECOM_TABLE_PROBES_MAX = 4096,
};

/* Positions in a cdb file are 32 bits. */
#define WECOM_TABLE_FILE_MAX_BYTES 0xFFFFFFFFu

/* Seconds since 1970, the end of the year 9999. */
#define WECOM_TABLE_TIME_MAX_S 253402300799

#endif
