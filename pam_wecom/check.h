/* May the helper grant that? */
#ifndef PAM_WECOM_CHECK_H
#define PAM_WECOM_CHECK_H

#include "common/wire.h"
#include "pam_wecom/call.h"
#include "pam_wecom/result.h"

/* Looks at a result whose verdict is "granted", without trust in who sent it. OUTCOME_GRANTED when
 * it fits the call; FORBIDDEN, OTHER_PERSON or NO_PASSWD when not.
 */
enum outcome check_granted(const struct call *c, const struct wire_message *result);

/* The same for the result of an account request: it must not be about somebody else. */
bool check_account_is_ours(const struct call *c, const struct wire_message *result);

#endif
