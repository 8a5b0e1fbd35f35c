/* Can WeCom be reached? What the ends of requests say about it, over time. Pure: no clock, no
 * memory of its own.
 *
 * 1. An answer that WeCom gave, also one that refuses, MUST end an outage at once.
 * 2. What was not observed MUST NOT count as an outage: two failures with a long silence between
 *    them are two beginnings.
 */
#ifndef WECOM_HELPER_WECOM_REACH_H
#define WECOM_HELPER_WECOM_REACH_H

#include <stdint.h>

#include "helper/wecom/http.h"

enum {
    REACH_FRESH_MS = 15000, /* what was seen longer ago says nothing about now */
    REACH_GAP_MS = 30000,   /* between two failures of one outage at most */
    REACH_SURE_MS = 60000,  /* an outage of this length is one; a moment's trouble is not */
};

/* Zero: nothing was seen lately. */
enum reach_state { REACH_UNKNOWN = 0, REACH_UP, REACH_DOWN };

/* {0} has seen nothing. */
struct reach {
    enum reach_state state;
    int64_t since_ms, last_ms; /* the first failure of the outage; the last thing that was seen */
};

/* What one try of a request says. REACH_UNKNOWN: nothing, as an answer that got lost on the way or
 * memory that ran out. `status` is HTTP's; `errcode` WeCom's, 0 where there was none. REACH_DOWN:
 * name, connection, TLS, HTTP 5xx, and WeCom's -1 ("system busy", page 90313); any other answer is
 * one.
 */
enum reach_state reach_judge(enum http_outcome outcome, long status, int errcode);

void reach_hear(struct reach *reach, enum reach_state said, int64_t now_ms);

/* How it stands; `*down_ms`, unless NULL, is for how long the outage has been observed, else 0. */
enum reach_state reach_now(const struct reach *reach, int64_t now_ms, int64_t *down_ms);

#endif
