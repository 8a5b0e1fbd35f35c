/* How fast we ask: so many calls a minute, with a small rush allowed after a rest (a token bucket).
 */
#ifndef WECOM_HELPER_PACE_H
#define WECOM_HELPER_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    int64_t per_min;
    int64_t at_ms;  /* when `credit` was counted */
    int64_t credit; /* in 60,000ths of a call: each millisecond brings `per_min` of them */
};

/* Begins with the small rush. */
void pace_start(struct pace *pace, int64_t per_min, int64_t now_ms);
/* Another rate from now on; what was saved or owed stays. */
void pace_set(struct pace *pace, int64_t per_min, int64_t now_ms);

/* 0: a call may be made now; else how long to wait, milliseconds. */
int64_t pace_wait_ms(struct pace *pace, int64_t now_ms);
/* Calls were made. What was not waited for is owed. */
void pace_charge(struct pace *pace, int64_t calls, int64_t now_ms);

/* How many calls may come at once. */
int64_t pace_rush(int64_t per_min);

#endif
