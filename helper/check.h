/* The administrator's question "does it work, and if not, what must I do?", answered by trying. */
#ifndef WECOM_HELPER_CHECK_H
#define WECOM_HELPER_CHECK_H

#include <jansson.h>

#include "helper/helper.h"

enum {
    CHECK_MS = 20000,          /* for one application */
    CHECK_CLOCK_WARNING_S = 60 /* our clock beside WeCom's Date header */
};

struct check;

/* Tries the applications of the setup one after the other: only the one of `app_name`, or all
 * (NULL). `row` gets each finding as it comes and owns it; `done` comes once, after which the check
 * is gone. NULL when there is no memory.
 */
struct check *check_start(struct helper *helper, struct setup *setup, const char *app_name,
                          void (*row)(void *arg, json_t *row), void (*done)(void *arg), void *arg);
void check_cancel(struct check *check);

#endif
