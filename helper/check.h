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

struct check_app {
    struct client_app *app;
    const char *service; /* that handed it over; "" for one of the configuration file */
};

/* Tries these applications, at least one, one after the other. `row` gets each finding as it comes
 * and owns it; `done` comes once, after which the check is gone. What is passed is copied. NULL
 * when there is no memory.
 */
struct check *check_start(struct helper *helper, const struct check_app *apps, size_t count,
                          void (*row)(void *arg, json_t *row), void (*done)(void *arg), void *arg);
void check_cancel(struct check *check);

#endif
