/* Which deliveries were here before. */
#include "helper/wecom/replay.h"

#include <stdlib.h>
#include <string.h>

struct row {
    char key[REPLAY_KEY_MAX_BYTES + 1]; /* "": free */
    int64_t at_ms;
};

struct replay {
    size_t turn; /* the row that is written next: the oldest */
    struct row rows[REPLAY_MOST];
};

struct replay *replay_new(void) {
    return calloc(1, sizeof(struct replay));
}

void replay_free(struct replay *set) {
    free(set);
}

bool replay_first(struct replay *set, const char *key, int64_t now_ms) {
    size_t len = strnlen(key, REPLAY_KEY_MAX_BYTES + 1);

    if (len == 0 || len > REPLAY_KEY_MAX_BYTES)
        return false;
    for (size_t i = 0; i < REPLAY_MOST; i++) {
        const struct row *row = &set->rows[i];

        if (strcmp(row->key, key) == 0 && now_ms - row->at_ms < REPLAY_KEPT_MS)
            return false;
    }
    memcpy(set->rows[set->turn].key, key, len + 1);
    set->rows[set->turn].at_ms = now_ms;
    set->turn = (set->turn + 1) % REPLAY_MOST;
    return true;
}
