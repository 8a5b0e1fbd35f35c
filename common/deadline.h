/* Points in monotonic time, and waiting until one of them. */
#ifndef WECOM_COMMON_DEADLINE_H
#define WECOM_COMMON_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "wecom/error.h"

struct deadline {
    int64_t at_ms; /* CLOCK_MONOTONIC, milliseconds */
};

/* CLOCK_MONOTONIC in milliseconds. */
int64_t deadline_now_ms(void);

/* The point `ms` milliseconds from now (negative counts as 0; what is out of range, as never). */
struct deadline deadline_in_ms(int64_t ms);

/* Whichever comes first. */
struct deadline deadline_earlier(struct deadline a, struct deadline b);

/* Milliseconds left, at least 0, at most INT_MAX. */
int deadline_left_ms(struct deadline d);

/* Waits until `fd` is ready for `events` (POLLIN, POLLOUT) or has hung up.
 * WECOM_E_TIMEOUT when the deadline comes first, WECOM_E_SYSTEM with errno. Signals do not end it.
 */
enum wecom_error deadline_poll(struct deadline d, int fd, short events);

/* Rests for `ms` milliseconds, or until the deadline if that comes first. */
void deadline_rest(struct deadline d, int ms);

#endif
