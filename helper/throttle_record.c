/* One counter of those that slow down guessing. */
#include "helper/throttle_record.h"

#include <string.h>

#include "common/names.h"
#include "common/text.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000, /* older than anything counts */
    DOUBLINGS = 6,                /* 2^6 s and more are cut down to 60 s */
};

_Static_assert(sizeof(struct throttle_record) == 256, "records have no gaps");

/* Ends within its array, and nothing in it can disturb a terminal. */
static bool is_clean(const char text[THROTTLE_TEXT_BYTES]) {
    char clean[THROTTLE_TEXT_BYTES];

    if (memchr(text, '\0', THROTTLE_TEXT_BYTES) == NULL)
        return false;
    memcpy(clean, text, sizeof clean);
    text_clean(clean, TEXT_ONE_LINE);
    return strcmp(clean, text) == 0;
}

static bool is_ascending(const int64_t *at_ms, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        if (at_ms[i] < at_ms[i - 1])
            return false;
    }
    return at_ms[0] >= 0;
}

bool throttle_record_is_sound(const struct throttle_record *record, enum throttle_table table) {
    bool named = record->user[0] != '\0', placed = record->origin[0] != '\0';
    uint32_t count = record->count;

    if (!is_clean(record->user) || !is_clean(record->origin) ||
        memchr(record->what, '\0', sizeof record->what) == NULL ||
        (record->kind == THROTTLE_BLOCK ? !name_is_word(record->what) : record->what[0] != '\0'))
        return false;
    switch (record->kind) {
    case THROTTLE_PAIR:
        return count >= 1 && count <= THROTTLE_PAIR_MOST && is_ascending(record->at_ms, 1) &&
               ((table == THROTTLE_KNOWN && named) ||
                (table == THROTTLE_UNKNOWN && !named && !placed));
    case THROTTLE_BLOCK:
        return table == THROTTLE_KNOWN && named && count == 0 && is_ascending(record->at_ms, 1);
    case THROTTLE_ORIGIN:
        return table == THROTTLE_ORIGINS && !named && placed && count >= 1 &&
               count <= THROTTLE_ORIGIN_MOST && record->at_ms[0] >= 0 && record->at_ms[1] >= 0;
    case THROTTLE_MESSAGE:
        return table == THROTTLE_SENT && !named && !placed && count >= 1 &&
               count <= THROTTLE_MESSAGES && is_ascending(record->at_ms, count);
    default:
        return false;
    }
}

int64_t throttle_record_ends_ms(const struct throttle_record *record) {
    int64_t halvings = 0;

    switch (record->kind) {
    case THROTTLE_PAIR:
        return record->at_ms[0] + THROTTLE_PAIR_KEPT_MS;
    case THROTTLE_BLOCK:
        return record->at_ms[0] + THROTTLE_BLOCK_MS;
    case THROTTLE_ORIGIN:
        for (uint32_t count = record->count; count > 0; count >>= 1)
            halvings++;
        return record->at_ms[1] + halvings * THROTTLE_HALVED_MS;
    case THROTTLE_MESSAGE:
        return record->at_ms[record->count - 1] + THROTTLE_MESSAGES_MS;
    default:
        return 0;
    }
}

/* How often the count of an origin is to be halved; 31 leaves nothing of any count. */
static int64_t halvings(const struct throttle_record *record, int64_t now_ms) {
    int64_t times = (now_ms - record->at_ms[1]) / THROTTLE_HALVED_MS;

    if (times < 0)
        return 0;
    return times < 31 ? times : 31;
}

uint32_t throttle_record_failures(const struct throttle_record *record, int64_t now_ms) {
    switch (record->kind) {
    case THROTTLE_PAIR:
        return record->count;
    case THROTTLE_ORIGIN:
        return record->count >> halvings(record, now_ms);
    default:
        return 0;
    }
}

static int64_t delay_ms(uint32_t failures, uint32_t free) {
    if (failures <= free)
        return 0;
    return failures - free > DOUBLINGS ? THROTTLE_MOST_MS : INT64_C(1000) << (failures - free - 1);
}

int64_t throttle_record_wait_ms(const struct throttle_record *record, int64_t now_ms) {
    int64_t delay =
        delay_ms(throttle_record_failures(record, now_ms),
                 record->kind == THROTTLE_ORIGIN ? THROTTLE_ORIGIN_FREE : THROTTLE_PAIR_FREE);
    int64_t passed = now_ms - record->at_ms[0];

    if (passed <= 0)
        return delay;
    return passed < delay ? delay - passed : 0;
}

void throttle_record_fail(struct throttle_record *record, int64_t now_ms) {
    uint32_t most = record->kind == THROTTLE_ORIGIN ? THROTTLE_ORIGIN_MOST : THROTTLE_PAIR_MOST;

    if (record->kind == THROTTLE_ORIGIN) {
        int64_t times = halvings(record, now_ms);

        record->count >>= times;
        record->at_ms[1] += times * THROTTLE_HALVED_MS;
        if (record->count == 0)
            record->at_ms[1] = now_ms;
    }
    if (record->count < most)
        record->count++;
    record->at_ms[0] = now_ms;
}

uint32_t throttle_record_messages(const struct throttle_record *record, int64_t now_ms) {
    uint32_t live = 0;

    for (uint32_t i = 0; i < record->count; i++)
        live += now_ms - record->at_ms[i] < THROTTLE_MESSAGES_MS;
    return live;
}

void throttle_record_send(struct throttle_record *record, int64_t now_ms) {
    if (record->count == THROTTLE_MESSAGES) {
        record->count--;
        memmove(record->at_ms, record->at_ms + 1, record->count * sizeof record->at_ms[0]);
    }
    record->at_ms[record->count++] = now_ms;
}

/* How many of its times are in use. */
static uint32_t times_of(const struct throttle_record *record) {
    if (record->kind == THROTTLE_MESSAGE)
        return record->count;
    return record->kind == THROTTLE_ORIGIN ? 2 : 1;
}

void throttle_record_to_wall(struct throttle_record *record, int64_t now_ms, int64_t wall_ms) {
    for (uint32_t i = 0; i < times_of(record); i++) {
        int64_t at_ms = wall_ms - (now_ms - record->at_ms[i]);

        record->at_ms[i] = at_ms > 0 ? at_ms : 0; /* a clock that was never set */
    }
}

bool throttle_record_from_wall(struct throttle_record *record, int64_t now_ms, int64_t wall_ms) {
    bool was_ahead = false;

    for (uint32_t i = 0; i < times_of(record); i++) {
        int64_t age_ms = 0;

        if (record->at_ms[i] > wall_ms)
            was_ahead = true;
        else
            age_ms = wall_ms - record->at_ms[i];
        record->at_ms[i] = now_ms - (age_ms < DAY_MS ? age_ms : DAY_MS);
    }
    return was_ahead;
}
