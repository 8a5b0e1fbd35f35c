/* The log of requests that were refused or failed: one line each, so many a minute. */
#include "web/report.h"

#include <stdlib.h>

#include "common/deadline.h"
#include "helper/log.h"
#include "helper/pace.h"
#include "web/web.h"

struct report {
    struct pace pace;
    int64_t kept_back;
};

struct report *report_new(int64_t now_ms) {
    struct report *report = calloc(1, sizeof *report);

    if (report != NULL)
        pace_start(&report->pace, WEB_LOG_PER_MIN, now_ms);
    return report;
}

void report_free(struct report *report) {
    free(report);
}

void report_line(struct report *report, int level, const char *what, const struct address *client,
                 const char *route, unsigned int status, const char *why) {
    char address[ADDRESS_TEXT_BYTES];
    int64_t now_ms = deadline_now_ms();
    struct log_line l;

    if (pace_wait_ms(&report->pace, now_ms) > 0) {
        report->kept_back++;
        return;
    }
    pace_charge(&report->pace, 1, now_ms);
    log_begin(&l, level, what);
    if (client != NULL)
        log_text(&l, "client", address_text(client, address));
    log_text(&l, "route", route);
    if (status > 0)
        log_number(&l, "status", status);
    log_text(&l, "why", why);
    if (report->kept_back > 0)
        log_number(&l, "kept_back", report->kept_back);
    report->kept_back = 0;
    log_end(&l);
}
