/* The simulator's own clock: real time plus what the control port added. The machine's clock is
 * never touched, so tests can let two hours pass at once. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdint.h>

struct sim_clock {
    int64_t wall_ms;    /* Unix time at start */
    int64_t started_ms; /* monotonic time at start */
    int64_t added_ms;   /* by the control port */
};

void clock_start(struct sim_clock *clock);
int64_t clock_ms(const struct sim_clock *clock); /* simulated Unix time, milliseconds */
int64_t clock_s(const struct sim_clock *clock);
void clock_advance(struct sim_clock *clock, int64_t seconds);

#endif
