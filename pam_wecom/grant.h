/* A grant, remembered on the PAM handle so that the account phase need not ask again. */
#ifndef PAM_WECOM_GRANT_H
#define PAM_WECOM_GRANT_H

#include <stdbool.h>

#include "pam_wecom/call.h"
#include "wecom/verdict.h"

/* Remembers that PAM_USER was granted just now, in place of any older grant. False when it could
 * not be kept: the account phase then asks the helper.
 */
bool grant_keep(const struct call *c, enum wecom_account account, enum wecom_reason reason);

/* Forgets any grant of this handle. */
void grant_forget(pam_handle_t *pamh);

/* Is there a grant for this service, this user and this kind of service, at most
 * WECOM_GRANT_FRESH_MS old?
 */
bool grant_fresh(const struct call *c, enum wecom_account *account, enum wecom_reason *reason);

#endif
