/* Look-ups in the published account table: a cdb file, read with pread, each byte checked. */
#include "common/table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/names.h"

enum {
    SLOT_BYTES = 8,
    LENGTHS_BYTES = 8, /* before each key: its length and the record's */

    /* A hash table is read in pieces of so many slots: nearly always the first piece decides. */
    PIECE_SLOTS = 16,

    /* What is read of a record at first: all of a usual user. More would be so many cold lines of
     * the processor's cache in a large table.
     */
    FIRST_BYTES = 384,
};

struct key {
    char bytes[WECOM_TABLE_KEY_MAX_BYTES + 1];
    size_t len;
};

/* Where a record lies in the caller's buffer. */
struct found {
    const char *record;
    size_t len, used_bytes;
};

static uint32_t unpack(const unsigned char *bytes) {
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* All of it or an error: a file that ends early has been damaged since it was opened. */
static enum wecom_error read_at(const struct table *table, void *buffer, size_t len,
                                uint32_t position) {
    ssize_t n;

    do {
        n = pread(table->fd, buffer, len, (off_t)position);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return WECOM_E_SYSTEM;
    return (size_t)n == len ? WECOM_OK : WECOM_E_FORMAT;
}

static enum wecom_error check_file(const struct stat *st, uid_t owner) {
    if (!S_ISREG(st->st_mode) || (st->st_mode & 022) != 0)
        return WECOM_E_PEER;
    if (owner != TABLE_ANY_OWNER && st->st_uid != owner && st->st_uid != 0)
        return WECOM_E_PEER;
    if (st->st_size < WECOM_TABLE_HEADER_BYTES || st->st_size > WECOM_TABLE_FILE_MAX_BYTES)
        return WECOM_E_FORMAT;
    return WECOM_OK;
}

/* Where the hash table of this entry of the header ends: position and slots. */
static uint64_t table_end(const unsigned char *entry) {
    return unpack(entry) + (uint64_t)unpack(entry + 4) * SLOT_BYTES;
}

/* The 256 hash tables must fill the file from the end of the records to its own end. One answer for
 * all of them instead of 256 decisions: this is done in every look-up.
 */
static enum wecom_error read_header(struct table *table) {
    const unsigned char *at = table->header, *last = at + sizeof table->header - SLOT_BYTES;
    enum wecom_error err = read_at(table, table->header, sizeof table->header, 0);
    uint64_t wrong = 0;

    if (err != WECOM_OK)
        return err;
    table->data_end = unpack(at);
    for (; at < last; at += SLOT_BYTES)
        wrong |= table_end(at) ^ unpack(at + SLOT_BYTES);
    wrong |= table_end(last) ^ table->size;
    return wrong == 0 && table->data_end >= WECOM_TABLE_HEADER_BYTES ? WECOM_OK : WECOM_E_FORMAT;
}

static enum wecom_error open_error(int code) {
    if (code == ENOENT || code == ENOTDIR)
        return WECOM_E_ABSENT;
    /* a symbolic link; a socket, or a device without a driver */
    return code == ELOOP || code == ENXIO || code == ENODEV ? WECOM_E_PEER : WECOM_E_SYSTEM;
}

enum wecom_error table_open(const char *path, uid_t owner, struct table *table) {
    enum wecom_error err;
    struct stat st;

    /* Not blocking: a FIFO would wait for a writer. */
    do {
        table->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    } while (table->fd < 0 && errno == EINTR);
    if (table->fd < 0)
        return open_error(errno);
    if (fstat(table->fd, &st) != 0) {
        err = WECOM_E_SYSTEM;
        goto out;
    }
    err = check_file(&st, owner);
    if (err != WECOM_OK)
        goto out;
    table->size = (uint32_t)st.st_size;
    table->mtime_s = (int64_t)st.st_mtim.tv_sec;
    err = read_header(table);
out:
    if (err != WECOM_OK)
        table_close(table);
    return err;
}

void table_close(struct table *table) {
    int before = errno;

    if (table->fd >= 0)
        (void)close(table->fd);
    table->fd = -1;
    errno = before;
}

static uint32_t hash_of(const struct key *key) {
    uint32_t hash = 5381;

    for (size_t i = 0; i < key->len; i++)
        hash = (hash * 33u) ^ (unsigned char)key->bytes[i];
    return hash;
}

/* The record at `position`, if it is that of the key: WECOM_E_ABSENT if it is another's. */
static enum wecom_error take_record(const struct table *table, const struct key *key,
                                    uint32_t position, char *buffer, size_t bytes,
                                    struct found *found) {
    char head[LENGTHS_BYTES + WECOM_TABLE_KEY_MAX_BYTES];
    size_t key_end = LENGTHS_BYTES + key->len, len = FIRST_BYTES, end;
    bool too_small = bytes < key_end; /* for any answer: but is there one? */
    char *into = too_small ? head : buffer;
    uint32_t room, data_len;
    enum wecom_error err;

    if (position < WECOM_TABLE_HEADER_BYTES || position > table->data_end)
        return WECOM_E_FORMAT;
    room = table->data_end - position;
    if (room < LENGTHS_BYTES)
        return WECOM_E_FORMAT;
    len = smaller(smaller(len, room), too_small ? key_end : bytes);
    err = read_at(table, into, len, position);
    if (err != WECOM_OK)
        return err;
    if (unpack((unsigned char *)into) != key->len)
        return WECOM_E_ABSENT;
    data_len = unpack((unsigned char *)into + 4);
    if (room < key_end || data_len > room - key_end)
        return WECOM_E_FORMAT;
    if (memcmp(into + LENGTHS_BYTES, key->bytes, key->len) != 0)
        return WECOM_E_ABSENT;
    end = key_end + data_len;
    if (data_len > WECOM_TABLE_RECORD_MAX_BYTES)
        return WECOM_E_FORMAT;
    if (bytes < end)
        return WECOM_E_TOO_LONG;
    if (end > len)
        err = read_at(table, buffer + len, end - len, position + (uint32_t)len);
    *found = (struct found){buffer + key_end, data_len, end};
    return err;
}

/* One piece of a hash table, from slot `at` on: WECOM_E_CLOSED when the search has to go on. */
static enum wecom_error search_piece(const struct table *table, const struct key *key,
                                     uint32_t hash, uint32_t position, uint32_t slots, char *buffer,
                                     size_t bytes, struct found *found) {
    unsigned char piece[PIECE_SLOTS * SLOT_BYTES];
    enum wecom_error err = read_at(table, piece, (size_t)slots * SLOT_BYTES, position);

    if (err != WECOM_OK)
        return err;
    for (uint32_t i = 0; i < slots; i++) {
        uint32_t record = unpack(piece + (size_t)i * SLOT_BYTES + 4);

        if (record == 0) /* a free slot ends the search */
            return WECOM_E_ABSENT;
        if (unpack(piece + (size_t)i * SLOT_BYTES) != hash)
            continue;
        err = take_record(table, key, record, buffer, bytes, found);
        if (err != WECOM_E_ABSENT)
            return err;
    }
    return WECOM_E_CLOSED;
}

static enum wecom_error find(const struct table *table, const struct key *key, char *buffer,
                             size_t bytes, struct found *found) {
    uint32_t hash = hash_of(key);
    const unsigned char *entry = table->header + (size_t)(hash & 0xFFu) * SLOT_BYTES;
    uint32_t position = unpack(entry), slots = unpack(entry + 4);
    uint32_t at = slots > 0 ? (hash >> 8) % slots : 0;

    for (uint32_t seen = 0; seen < slots;) {
        uint32_t piece = (uint32_t)smaller(smaller(slots - at, slots - seen), PIECE_SLOTS);
        enum wecom_error err;

        if (seen + piece > WECOM_TABLE_PROBES_MAX)
            return WECOM_E_FORMAT;
        err =
            search_piece(table, key, hash, position + at * SLOT_BYTES, piece, buffer, bytes, found);
        if (err != WECOM_E_CLOSED)
            return err;
        seen += piece;
        at = (at + piece) % slots;
    }
    return WECOM_E_ABSENT;
}

static bool name_key(const char *name, struct key *key) {
    if (!name_is_login(name))
        return false;
    key->bytes[0] = 'n';
    key->len = 1 + strlen(name);
    memcpy(key->bytes + 1, name, key->len);
    return true;
}

static bool id_key(uint32_t id, struct key *key) {
    char digits[10];
    size_t at = sizeof digits;

    if (!table_id_is_ours(id))
        return false;
    for (; id > 0; id /= 10)
        digits[--at] = (char)('0' + id % 10);
    key->bytes[0] = '#';
    key->len = 1 + sizeof digits - at;
    memcpy(key->bytes + 1, digits + at, key->len - 1);
    return true;
}

static bool link_key(const char *link, struct key *key) {
    const char *slash = strchr(link, '/');
    size_t corp_len;

    if (slash == NULL || strlen(link) > WECOM_LINK_MAX_BYTES)
        return false;
    corp_len = (size_t)(slash + 1 - link);
    key->bytes[0] = '@';
    memcpy(key->bytes + 1, link, corp_len);
    key->len = 1 + strlen(link);
    return name_lower(key->bytes + 1 + corp_len, sizeof key->bytes - 1 - corp_len, slash + 1);
}

static enum wecom_error find_user(const struct table *table, const struct key *key, char *buffer,
                                  size_t bytes, struct table_user *user) {
    struct found found;
    enum wecom_error err = find(table, key, buffer, bytes, &found);

    if (err != WECOM_OK)
        return err;
    user->used_bytes = found.used_bytes;
    return table_record_user(found.record, found.len, user);
}

enum wecom_error table_user_by_name(const struct table *table, const char *name, char *buffer,
                                    size_t bytes, struct table_user *user) {
    struct key key;
    enum wecom_error err;

    if (!name_key(name, &key))
        return WECOM_E_ABSENT;
    err = find_user(table, &key, buffer, bytes, user);
    return err == WECOM_OK && strcmp(user->name, name) != 0 ? WECOM_E_FORMAT : err;
}

enum wecom_error table_user_by_id(const struct table *table, uint32_t id, char *buffer,
                                  size_t bytes, struct table_user *user) {
    struct key key;
    enum wecom_error err;

    if (!id_key(id, &key))
        return WECOM_E_ABSENT;
    err = find_user(table, &key, buffer, bytes, user);
    return err == WECOM_OK && user->id != id ? WECOM_E_FORMAT : err;
}

static enum wecom_error find_group(const struct table *table, const struct key *key, char *buffer,
                                   size_t bytes, struct table_group *group) {
    struct found found;
    enum wecom_error err = find(table, key, buffer, bytes, &found);

    if (err != WECOM_OK)
        return err;
    group->used_bytes = found.used_bytes;
    return table_record_group(found.record, found.len, group);
}

enum wecom_error table_group_by_name(const struct table *table, const char *name, char *buffer,
                                     size_t bytes, struct table_group *group) {
    struct key key;
    enum wecom_error err;

    if (!name_key(name, &key))
        return WECOM_E_ABSENT;
    err = find_group(table, &key, buffer, bytes, group);
    return err == WECOM_OK && strcmp(group->name, name) != 0 ? WECOM_E_FORMAT : err;
}

enum wecom_error table_group_by_id(const struct table *table, uint32_t id, char *buffer,
                                   size_t bytes, struct table_group *group) {
    struct key key;
    enum wecom_error err;

    if (!id_key(id, &key))
        return WECOM_E_ABSENT;
    err = find_group(table, &key, buffer, bytes, group);
    return err == WECOM_OK && group->id != id ? WECOM_E_FORMAT : err;
}

/* The same company (exactly) and the same userid (in any case). */
static bool same_link(const char *a, const char *b) {
    const char *slash = strchr(a, '/');
    size_t corp_len = slash != NULL ? (size_t)(slash + 1 - a) : 0;

    return slash != NULL && strncmp(a, b, corp_len) == 0 &&
           name_same_userid(a + corp_len, b + corp_len);
}

enum wecom_error table_status_by_link(const struct table *table, const char *link, char *buffer,
                                      size_t bytes, struct table_status *status) {
    struct key key;
    struct found found;
    enum wecom_error err;

    if (!link_key(link, &key))
        return WECOM_E_ABSENT;
    err = find(table, &key, buffer, bytes, &found);
    if (err == WECOM_OK)
        err = table_record_status(found.record, found.len, status);
    return err == WECOM_OK && !same_link(status->link, link) ? WECOM_E_FORMAT : err;
}

enum wecom_error table_meta(const struct table *table, char *buffer, size_t bytes,
                            struct table_meta *meta) {
    struct key key = {.bytes = "!", .len = 1};
    struct found found;
    enum wecom_error err = find(table, &key, buffer, bytes, &found);

    if (err == WECOM_OK)
        err = table_record_meta(found.record, found.len, meta);
    return err == WECOM_E_ABSENT ? WECOM_E_FORMAT : err;
}

int64_t table_confirmed_s(const struct table *table, const struct table_status *status) {
    int64_t confirmed_s = status->confirmed_s;

    if (status->dated_by_file && table->mtime_s > confirmed_s)
        confirmed_s = table->mtime_s;
    return confirmed_s;
}
