/* When the next synchronization begins. Pure arithmetic. */
#ifndef WECOM_HELPER_SCHEDULE_H
#define WECOM_HELPER_SCHEDULE_H

#include <stdint.h>

enum {
    SCHEDULE_JITTER_MOST_S = 300, /* of the first one after a start */
    SCHEDULE_RETRY_S = 300,       /* behind one that was stopped, if refresh= is longer */
};

/* From beginning to beginning: refresh=, or as long as one round takes at our pace and a tenth
 * more.
 */
int64_t schedule_interval_s(int64_t refresh_s, int64_t round_calls, int64_t calls_per_min);

/* How long the first round after a start waits: until the interval behind the last one is over, by
 * the time of the table, and a random while, so that hosts that start together do not ask together.
 * `random` is any number. 0 where there is no table yet.
 */
int64_t schedule_first_s(int64_t interval_s, int64_t table_time_s, int64_t now_s, uint64_t random);

/* How long the next round waits after one that began at `started_s`: the interval, up to a tenth
 * more or less by `random`; sooner after one that was `stopped`.
 */
int64_t schedule_next_s(int64_t interval_s, int64_t started_s, int64_t now_s, int stopped,
                        uint64_t random);

#endif
