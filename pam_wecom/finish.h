/* The end of every call: the log, the person, the reason for the host, the PAM code. */
#ifndef PAM_WECOM_FINISH_H
#define PAM_WECOM_FINISH_H

#include "pam_wecom/call.h"
#include "pam_wecom/exchange.h"
#include "pam_wecom/result.h"

/* The module type that was called; it picks the column of the table in result.h. */
enum finish_phase { FINISH_AUTH, FINISH_ACCOUNT, FINISH_SESSION };

/* Returns the PAM code. The one place that logs: once, at most one line more about a links file
 * that cannot be trusted.
 */
int finish(const struct call *c, const struct exchange *x, enum finish_phase phase,
           enum outcome outcome);

#endif
