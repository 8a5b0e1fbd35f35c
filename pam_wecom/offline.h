/* What the published account table says of a member while the helper is not there. */
#ifndef PAM_WECOM_OFFLINE_H
#define PAM_WECOM_OFFLINE_H

#include "pam_wecom/call.h"

/* Is anybody of that name? OUTCOME_NOBODY: certainly not. Anything else is `outcome`, unchanged. */
enum outcome offline_auth(const struct call *c, enum outcome outcome);

/* May the member still use the host? OUTCOME_OFFLINE: yes, WeCom's last word on him is young
 * enough. OUTCOME_NOBODY, _WITHDRAWN, _NOT_ADMITTED, _STALE: no; `*reason` is why he is withdrawn.
 * Where the table cannot tell, or it is not a matter of accounts: `outcome`, unchanged.
 */
enum outcome offline_account(const struct call *c, enum outcome outcome, enum wecom_reason *reason);

#endif
