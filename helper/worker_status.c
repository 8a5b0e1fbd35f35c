/* How synchronization and publication stand, as a message between the two processes. */
#include "helper/worker_status.h"

#include <stddef.h>
#include <string.h>

enum kind { TEXT, NUMBER, PHASE, END };

#define FIELD(kind, member)                                    \
    {                                                          \
#member, kind, offsetof(struct worker_status, member), \
            sizeof(((struct worker_status *)0)->member)        \
    }

/* clang-format off */
static const struct {
    const char *key;
    enum kind kind;
    size_t at, bytes;
} fields[] = {
    FIELD(PHASE, phase), FIELD(NUMBER, members), FIELD(NUMBER, calls), FIELD(NUMBER, calls_left),
    FIELD(TEXT, resting),
    FIELD(NUMBER, rounds), FIELD(NUMBER, asked), FIELD(END, end), FIELD(TEXT, error),
    FIELD(NUMBER, started_s), FIELD(NUMBER, took_ms), FIELD(NUMBER, round_calls),
    FIELD(NUMBER, round_members), FIELD(NUMBER, made), FIELD(NUMBER, withdrawn),
    FIELD(NUMBER, returned), FIELD(NUMBER, last_good_s),
    FIELD(NUMBER, next_s), FIELD(NUMBER, interval_s), FIELD(NUMBER, refresh_s),
    FIELD(TEXT, stretched),
    FIELD(NUMBER, pending),
    FIELD(NUMBER, published_s), FIELD(NUMBER, table_time_s), FIELD(NUMBER, changes),
    FIELD(NUMBER, accounts), FIELD(NUMBER, active), FIELD(NUMBER, disabled), FIELD(NUMBER, gone),
    FIELD(NUMBER, held), FIELD(NUMBER, no_login), FIELD(NUMBER, left_out),
    FIELD(TEXT, publish_error),
};
/* clang-format on */

enum { FIELDS = sizeof fields / sizeof fields[0] };

static json_t *pack_value(enum kind kind, const void *at) {
    switch (kind) {
    case TEXT:
        return json_string(at);
    case NUMBER:
        return json_integer(*(const int64_t *)at);
    case PHASE:
        return json_integer(*(const enum sync_phase *)at);
    case END:
        return json_integer(*(const enum sync_end *)at);
    }
    return NULL;
}

json_t *worker_status_pack(const struct worker_status *status) {
    json_t *object = json_object(), *names = json_array();
    bool good = true;

    for (size_t i = 0; i < FIELDS && good; i++)
        good = json_object_set_new(
                   object, fields[i].key,
                   pack_value(fields[i].kind, (const char *)status + fields[i].at)) == 0;
    for (int64_t i = 0; i < status->pending && i < SYNC_NAMES && good; i++)
        good = json_array_append_new(names, json_string(status->pending_names[i])) == 0;
    if (json_object_set_new(object, "pending_names", names) == 0 && good)
        return object;
    json_decref(object);
    return NULL;
}

static bool unpack_value(enum kind kind, const json_t *value, void *at, size_t bytes) {
    json_int_t number = json_integer_value(value);

    if (kind == TEXT) {
        if (!json_is_string(value) || json_string_length(value) >= bytes)
            return false;
        memcpy(at, json_string_value(value), json_string_length(value) + 1);
        return true;
    }
    if (!json_is_integer(value))
        return false;
    if (kind == NUMBER)
        *(int64_t *)at = number;
    if (kind == PHASE)
        *(enum sync_phase *)at =
            number >= 0 && number < SYNC_PHASES ? (enum sync_phase)number : SYNC_RESTS;
    if (kind == END)
        *(enum sync_end *)at =
            number >= 0 && number <= SYNC_STOPPED ? (enum sync_end)number : SYNC_NO_END;
    return true;
}

bool worker_status_unpack(const json_t *message, struct worker_status *status) {
    const json_t *names = json_object_get(message, "pending_names");
    bool good = json_is_array(names);

    *status = (struct worker_status){.running = true};
    for (size_t i = 0; i < FIELDS && good; i++)
        good = unpack_value(fields[i].kind, json_object_get(message, fields[i].key),
                            (char *)status + fields[i].at, fields[i].bytes);
    for (size_t i = 0; i < json_array_size(names) && i < SYNC_NAMES && good; i++)
        good = unpack_value(TEXT, json_array_get(names, i), status->pending_names[i],
                            sizeof status->pending_names[i]);
    return good;
}

const char *worker_phase_word(enum sync_phase phase) {
    static const char *const words[SYNC_PHASES] = {
        [SYNC_RESTS] = "resting",
        [SYNC_READS_DIRECTORY] = "directory",
        [SYNC_READS_MEMBERS] = "members",
        [SYNC_READS_PEOPLE] = "people",
        [SYNC_LOOKS_FOR_MISSING] = "missing",
        [SYNC_ASKS_FOR_MISSING] = "asking",
    };

    return phase < SYNC_PHASES ? words[phase] : "";
}

const char *worker_end_word(enum sync_end end) {
    static const char *const words[] = {
        [SYNC_NO_END] = "",
        [SYNC_WHOLE] = "whole",
        [SYNC_PARTLY] = "partly",
        [SYNC_STOPPED] = "stopped",
    };

    return end <= SYNC_STOPPED ? words[end] : "";
}
