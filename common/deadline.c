/* Points in monotonic time, and waiting until one of them. */
#include "common/deadline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t deadline_now_ms(void) {
    struct timespec now;

    /* Cannot fail on Linux: the clock exists and the pointer is ours. */
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in_ms(int64_t ms) {
    int64_t now = deadline_now_ms();

    if (ms > INT64_MAX - now)
        return (struct deadline){.at_ms = INT64_MAX};
    return (struct deadline){.at_ms = now + (ms > 0 ? ms : 0)};
}

struct deadline deadline_earlier(struct deadline a, struct deadline b) {
    return a.at_ms <= b.at_ms ? a : b;
}

int deadline_left_ms(struct deadline d) {
    int64_t now = deadline_now_ms();

    if (d.at_ms <= now) /* before the subtraction: `at_ms` may be anything */
        return 0;
    return d.at_ms - now > INT_MAX ? INT_MAX : (int)(d.at_ms - now);
}

enum wecom_error deadline_poll(struct deadline d, int fd, short events) {
    struct pollfd p = {.fd = fd, .events = events};

    for (;;) {
        int n = poll(&p, 1, deadline_left_ms(d));

        if (n > 0)
            return WECOM_OK;
        if (n == 0)
            return WECOM_E_TIMEOUT;
        if (errno != EINTR)
            return WECOM_E_SYSTEM;
    }
}

void deadline_rest(struct deadline d, int ms) {
    struct deadline until = deadline_earlier(d, deadline_in_ms(ms));
    int left;

    while ((left = deadline_left_ms(until)) > 0) {
        if (poll(NULL, 0, left) == 0)
            return;
    }
}
