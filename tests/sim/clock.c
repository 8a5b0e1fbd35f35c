/* The simulator's own clock: real time plus what the control port added. */
#include "clock.h"

#include <time.h>

static int64_t clock_read(clockid_t which) {
    struct timespec now = {0, 0};

    clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_start(struct sim_clock *clock) {
    clock->wall_ms = clock_read(CLOCK_REALTIME);
    clock->started_ms = clock_read(CLOCK_MONOTONIC);
    clock->added_ms = 0;
}

int64_t clock_ms(const struct sim_clock *clock) {
    return clock->wall_ms + clock_read(CLOCK_MONOTONIC) - clock->started_ms + clock->added_ms;
}

int64_t clock_s(const struct sim_clock *clock) {
    return clock_ms(clock) / 1000;
}

void clock_advance(struct sim_clock *clock, int64_t seconds) {
    clock->added_ms += seconds * 1000;
}
