/* What follows from a reason: the verdict for the host, and how much the administrator's log
 * minds.
 */
#ifndef WECOM_HELPER_REASONS_H
#define WECOM_HELPER_REASONS_H

#include "wecom/verdict.h"

struct reasons_rule {
    enum wecom_verdict verdict; /* of a login */
    enum wecom_account account; /* of an account check */
    int log_level;              /* of syslog(3) */
};

/* Never NULL; whatever is not in the table is a denial. */
const struct reasons_rule *reasons_find(enum wecom_reason reason);

#endif
