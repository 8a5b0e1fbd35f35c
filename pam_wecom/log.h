/* One line of the system log: the event, then key='value'. Never handed a code or an answer. */
#ifndef PAM_WECOM_LOG_H
#define PAM_WECOM_LOG_H

#include <security/pam_modules.h>
#include <stddef.h>

struct log_pair {
    const char *key, *value;
};

/* Pairs whose value is NULL or empty are left out; values are escaped. `priority` as of syslog(3).
 */
void log_event(pam_handle_t *pamh, int priority, const char *event, const struct log_pair *pairs,
               size_t count);

#endif
