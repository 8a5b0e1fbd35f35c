/* Can WeCom be reached? What the ends of requests say about it, over time. */
#include "helper/wecom/reach.h"

#include <stddef.h>

enum { BUSY = -1 };

enum reach_state reach_judge(enum http_outcome outcome, long status, int errcode) {
    switch (outcome) {
    case HTTP_NO_NAME:
    case HTTP_NO_CONNECTION:
    case HTTP_NO_TLS:
        return REACH_DOWN;
    case HTTP_ANSWERED:
        return status >= 500 || (status == 200 && errcode == BUSY) ? REACH_DOWN : REACH_UP;
    case HTTP_TOO_LARGE:
        return REACH_UP;
    case HTTP_NONE:
    case HTTP_LOST:
    case HTTP_FAILED:
        break;
    }
    return REACH_UNKNOWN;
}

void reach_hear(struct reach *reach, enum reach_state said, int64_t now_ms) {
    if (said == REACH_UNKNOWN)
        return;
    if (said == REACH_DOWN &&
        (reach->state != REACH_DOWN || now_ms - reach->last_ms > REACH_GAP_MS))
        reach->since_ms = now_ms;
    reach->state = said;
    reach->last_ms = now_ms;
}

enum reach_state reach_now(const struct reach *reach, int64_t now_ms, int64_t *down_ms) {
    bool fresh = reach->state != REACH_UNKNOWN && now_ms - reach->last_ms < REACH_FRESH_MS;

    if (down_ms != NULL)
        *down_ms = fresh && reach->state == REACH_DOWN ? reach->last_ms - reach->since_ms : 0;
    return fresh ? reach->state : REACH_UNKNOWN;
}
