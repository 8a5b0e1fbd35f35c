/* When the next synchronization begins. */
#include "helper/schedule.h"

int64_t schedule_interval_s(int64_t refresh_s, int64_t round_calls, int64_t calls_per_min) {
    int64_t needed_s = (round_calls * 66 + calls_per_min - 1) / calls_per_min;

    /* whole minutes: a few calls more or less make no other interval */
    if (needed_s <= refresh_s)
        return refresh_s;
    return (needed_s + 59) / 60 * 60;
}

int64_t schedule_first_s(int64_t interval_s, int64_t table_time_s, int64_t now_s, uint64_t random) {
    int64_t left_s = table_time_s + interval_s - now_s;
    int64_t most_s = interval_s < SCHEDULE_JITTER_MOST_S ? interval_s : SCHEDULE_JITTER_MOST_S;

    if (table_time_s == 0)
        return 0;
    if (left_s <= 0 || left_s > interval_s) /* overdue, or the clock was set */
        return (int64_t)(random % (uint64_t)(most_s + 1));
    return left_s + (int64_t)(random % (uint64_t)(interval_s / 10 + 1));
}

int64_t schedule_next_s(int64_t interval_s, int64_t started_s, int64_t now_s, int stopped,
                        uint64_t random) {
    int64_t fifth = interval_s / 5, wait_s;

    if (stopped)
        return interval_s < SCHEDULE_RETRY_S ? interval_s : SCHEDULE_RETRY_S;
    wait_s = interval_s - fifth / 2 + (int64_t)(random % (uint64_t)(fifth + 1));
    wait_s -= now_s - started_s;
    /* a clock that was set makes it neither at once nor never */
    if (wait_s < 0)
        return 0;
    return wait_s < 2 * interval_s ? wait_s : interval_s;
}
