/* The log of requests that were refused or failed: one line each, so many a minute. Never a path, a
 * query, a cookie or a code: those may be secrets.
 */
#ifndef WECOM_WEB_REPORT_H
#define WECOM_WEB_REPORT_H

#include <stdint.h>

#include "common/address.h"

struct report;

/* NULL: no memory. */
struct report *report_new(int64_t now_ms);
void report_free(struct report *report);

/* `what` happened to something of this client: the route's name (NULL: there is none yet), the
 * status that was answered (0: none), why. What came too fast is counted and told with the next
 * line.
 */
void report_line(struct report *report, int level, const char *what, const struct address *client,
                 const char *route, unsigned int status, const char *why);

#endif
