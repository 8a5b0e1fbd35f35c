/* How synchronization and publication stand: what the second process tells and `wecomctl status`
 * and `wecomctl sync` show.
 */
#ifndef WECOM_HELPER_WORKER_STATUS_H
#define WECOM_HELPER_WORKER_STATUS_H

#include <jansson.h>

#include "helper/publish.h"
#include "helper/sync.h"

struct worker_status {
    bool running; /* there is a second process, and it has its settings */

    /* Now. */
    enum sync_phase phase;
    int64_t members, calls, calls_left; /* of the round that runs */
    char resting[320];                  /* why nobody asks WeCom now, "" */

    /* The last round that ended. */
    int64_t rounds; /* ended since the second process started */
    int64_t asked;  /* rounds that were asked for (worker_sync): all up to this number are done */
    enum sync_end end;
    char error[320]; /* why it was not whole, "" */
    int64_t started_s, took_ms, round_calls, round_members, made, withdrawn, returned;
    int64_t last_good_s; /* when the last one began that was not stopped; 0: none since ever */

    /* The next one. */
    int64_t next_s;
    int64_t interval_s, refresh_s;
    char stretched[200]; /* why the interval is longer than refresh=, "" */

    /* People who would be withdrawn if the administrator said so. */
    int64_t pending;
    char pending_names[SYNC_NAMES][WECOM_USERID_MAX_BYTES + 1];

    /* The table. */
    int64_t published_s, table_time_s, changes;
    int64_t accounts, active, disabled, gone, held, no_login, left_out;
    char publish_error[320];
};

/* As a message; NULL when there is no memory. */
json_t *worker_status_pack(const struct worker_status *status);
/* False: it is none; `*status` is undefined then. */
bool worker_status_unpack(const json_t *message, struct worker_status *status);

/* Words for people and programs; "" for a value that has none. */
const char *worker_phase_word(enum sync_phase phase);
const char *worker_end_word(enum sync_end end);

#endif
