/* How fast we ask: a token bucket. */
#include "helper/pace.h"

enum { ONE = 60000 };

int64_t pace_rush(int64_t per_min) {
    int64_t rush = per_min / 20; /* three seconds' worth */

    if (rush < 1)
        return 1;
    return rush < 50 ? rush : 50;
}

/* Brings the credit up to now. A clock that went back brings nothing. */
static void count(struct pace *pace, int64_t now_ms) {
    int64_t most = pace_rush(pace->per_min) * ONE, passed = now_ms - pace->at_ms;

    if (passed > 0)
        pace->credit = passed < 60 * 60 * 1000 ? pace->credit + passed * pace->per_min : most;
    if (pace->credit > most)
        pace->credit = most;
    pace->at_ms = now_ms;
}

void pace_start(struct pace *pace, int64_t per_min, int64_t now_ms) {
    *pace = (struct pace){.per_min = per_min, .at_ms = now_ms, .credit = pace_rush(per_min) * ONE};
}

void pace_set(struct pace *pace, int64_t per_min, int64_t now_ms) {
    count(pace, now_ms);
    pace->per_min = per_min;
}

int64_t pace_wait_ms(struct pace *pace, int64_t now_ms) {
    count(pace, now_ms);
    if (pace->credit >= ONE)
        return 0;
    return (ONE - pace->credit + pace->per_min - 1) / pace->per_min;
}

void pace_charge(struct pace *pace, int64_t calls, int64_t now_ms) {
    count(pace, now_ms);
    pace->credit -= calls * ONE;
}
