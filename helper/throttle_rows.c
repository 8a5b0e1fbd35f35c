/* The tables of counters. */
#include "helper/throttle_rows.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_BYTES = 160 };

/* What a search looks at stands close together: all of a table is looked through, which takes some
 * microseconds.
 */
struct throttle_rows {
    struct throttle_clock clock;
    struct throttle_file file;
    bool failing, told;
    char trouble[WHY_BYTES];
    int64_t ends_ms[THROTTLE_SLOTS]; /* 0: never used, or dropped */
    uint64_t heads[THROTTLE_SLOTS];  /* the first bytes of the digests */
    struct throttle_record records[THROTTLE_SLOTS];
};

int64_t throttle_rows_now_ms(const struct throttle_rows *rows) {
    return rows->clock.now_ms(rows->clock.self);
}

static int64_t wall_ms(const struct throttle_rows *rows) {
    return rows->clock.wall_ms(rows->clock.self);
}

static uint64_t head_of(const unsigned char *digest) {
    uint64_t head;

    memcpy(&head, digest, sizeof head);
    return head;
}

/* Keeps a failure until it is told; one that goes on is told once. */
static void save(struct throttle_rows *rows, uint32_t slot, const struct throttle_record *record) {
    if (throttle_file_save(&rows->file, slot, record)) {
        rows->failing = false;
        return;
    }
    if (!rows->failing) {
        (void)snprintf(rows->trouble, sizeof rows->trouble,
                       THROTTLE_FILE ": %s; what changes now is forgotten at the next start",
                       strerror(errno));
        rows->told = false;
    }
    rows->failing = true;
}

void throttle_rows_keep(struct throttle_rows *rows, struct throttle_record *record) {
    uint32_t slot = (uint32_t)(record - rows->records);
    struct throttle_record kept = *record;

    rows->heads[slot] = head_of(record->digest);
    rows->ends_ms[slot] = throttle_record_ends_ms(record);
    throttle_record_to_wall(&kept, throttle_rows_now_ms(rows), wall_ms(rows));
    save(rows, slot, &kept);
}

static bool take_old(void *arg, uint32_t slot, const struct throttle_record *record) {
    struct throttle_rows *rows = arg;
    int64_t now_ms = throttle_rows_now_ms(rows);
    struct throttle_record *ours = &rows->records[slot];
    bool was_ahead;

    if (!throttle_record_is_sound(record, slot / THROTTLE_ROWS))
        return false;
    *ours = *record;
    was_ahead = throttle_record_from_wall(ours, now_ms, wall_ms(rows));
    if (throttle_record_ends_ms(ours) <= now_ms) {
        /* gone from the file, too: a clock that is set back does not bring it back */
        *ours = (struct throttle_record){0};
        save(rows, slot, NULL);
        return true;
    }
    rows->heads[slot] = head_of(ours->digest);
    rows->ends_ms[slot] = throttle_record_ends_ms(ours);
    if (was_ahead)
        throttle_rows_keep(rows, ours);
    return true;
}

struct throttle_rows *throttle_rows_open(const char *state_dir, struct throttle_clock clock,
                                         char *why, size_t why_bytes) {
    struct throttle_rows *rows = calloc(1, sizeof *rows);
    size_t damaged;

    why[0] = '\0';
    if (rows == NULL)
        return NULL;
    rows->clock = clock;
    if (!throttle_file_open(&rows->file, state_dir, why, why_bytes)) {
        free(rows);
        return NULL;
    }
    damaged = throttle_file_load(&rows->file, take_old, rows);
    if (damaged > 0)
        (void)snprintf(why, why_bytes,
                       "%s/" THROTTLE_FILE
                       ": damaged records dropped: %zu; what they counted is forgotten",
                       state_dir, damaged);
    return rows;
}

void throttle_rows_close(struct throttle_rows *rows) {
    if (rows != NULL)
        throttle_file_close(&rows->file);
    free(rows);
}

bool throttle_rows_digest(const struct throttle_rows *rows, const void *bytes, size_t len,
                          unsigned char digest[THROTTLE_DIGEST_BYTES]) {
    return throttle_file_digest(&rows->file, bytes, len, digest);
}

/* Also one that is forgotten; THROTTLE_SLOTS: none. */
static uint32_t slot_of(const struct throttle_rows *rows, enum throttle_table table,
                        const unsigned char *digest) {
    uint32_t slot = table * THROTTLE_ROWS, end = slot + THROTTLE_ROWS;
    uint64_t head = head_of(digest);

    for (; slot < end; slot++) {
        if (rows->heads[slot] == head && rows->ends_ms[slot] != 0 &&
            CRYPTO_memcmp(rows->records[slot].digest, digest, THROTTLE_DIGEST_BYTES) == 0)
            return slot;
    }
    return THROTTLE_SLOTS;
}

/* Those never used come first, then those forgotten long ago. */
static uint32_t first_to_end(const struct throttle_rows *rows, enum throttle_table table) {
    uint32_t first = table * THROTTLE_ROWS, end = first + THROTTLE_ROWS;

    for (uint32_t slot = first + 1; slot < end; slot++) {
        if (rows->ends_ms[slot] < rows->ends_ms[first])
            first = slot;
    }
    return first;
}

const struct throttle_record *throttle_rows_find(const struct throttle_rows *rows,
                                                 enum throttle_table table,
                                                 const unsigned char *digest) {
    uint32_t slot = slot_of(rows, table, digest);

    return slot < THROTTLE_SLOTS && rows->ends_ms[slot] > throttle_rows_now_ms(rows)
               ? &rows->records[slot]
               : NULL;
}

struct throttle_record *throttle_rows_take(struct throttle_rows *rows, enum throttle_table table,
                                           const unsigned char *digest) {
    uint32_t slot = slot_of(rows, table, digest);

    if (slot == THROTTLE_SLOTS)
        slot = first_to_end(rows, table);
    else if (rows->ends_ms[slot] > throttle_rows_now_ms(rows))
        return &rows->records[slot];
    rows->records[slot] = (struct throttle_record){0};
    memcpy(rows->records[slot].digest, digest, THROTTLE_DIGEST_BYTES);
    return &rows->records[slot];
}

static void drop_slot(struct throttle_rows *rows, uint32_t slot) {
    rows->records[slot] = (struct throttle_record){0};
    rows->heads[slot] = 0;
    rows->ends_ms[slot] = 0;
    save(rows, slot, NULL);
}

bool throttle_rows_drop(struct throttle_rows *rows, enum throttle_table table,
                        const unsigned char *digest) {
    uint32_t slot = slot_of(rows, table, digest);
    bool live = slot < THROTTLE_SLOTS && rows->ends_ms[slot] > throttle_rows_now_ms(rows);

    if (slot < THROTTLE_SLOTS)
        drop_slot(rows, slot);
    return live;
}

size_t throttle_rows_drop_user(struct throttle_rows *rows, const unsigned char *user_digest) {
    int64_t now_ms = throttle_rows_now_ms(rows);
    size_t count = 0;

    for (uint32_t slot = 0; slot < THROTTLE_SLOTS; slot++) {
        if (rows->ends_ms[slot] == 0 ||
            CRYPTO_memcmp(rows->records[slot].user_digest, user_digest, THROTTLE_DIGEST_BYTES) != 0)
            continue;
        count += rows->ends_ms[slot] > now_ms;
        drop_slot(rows, slot);
    }
    return count;
}

const struct throttle_record *throttle_rows_next(const struct throttle_rows *rows, size_t *at) {
    int64_t now_ms = throttle_rows_now_ms(rows);

    while (*at < THROTTLE_SLOTS) {
        size_t slot = (*at)++;

        if (rows->ends_ms[slot] > now_ms)
            return &rows->records[slot];
    }
    return NULL;
}

const char *throttle_rows_trouble(struct throttle_rows *rows) {
    if (rows->told || rows->trouble[0] == '\0')
        return NULL;
    rows->told = true;
    return rows->trouble;
}
