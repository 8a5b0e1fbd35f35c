/* One line of the system log: the event, then key='value'. libpam adds module and service. */
#include "pam_wecom/log.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

/* syslog(3) receivers take at least 1024 bytes (RFC 5424, 6.1: 2048 should be taken). */
enum { LINE_BYTES = 1024, VALUE_BYTES = 384 };

void log_event(pam_handle_t *pamh, int priority, const char *event, const struct log_pair *pairs,
               size_t count) {
    char line[LINE_BYTES] = "", value[VALUE_BYTES];
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        int n;

        if (pairs[i].value == NULL || pairs[i].value[0] == '\0')
            continue;
        (void)text_escape(value, sizeof value, pairs[i].value);
        n = snprintf(line + used, sizeof line - used, " %s='%s'", pairs[i].key, value);
        if (n < 0 || (size_t)n >= sizeof line - used) {
            line[used] = '\0'; /* no half a pair */
            break;
        }
        used += (size_t)n;
    }
    pam_syslog(pamh, priority, "%s%s", event, line);
}
