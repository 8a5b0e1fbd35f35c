/* The PAM environment: what a host may read there after a login. */
#ifndef PAM_WECOM_ENVIRONMENT_H
#define PAM_WECOM_ENVIRONMENT_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/wire.h"
#include "wecom/verdict.h"

/* Takes every name of the field table's env.* out, so that nothing of an older login stays. */
void environment_clear(pam_handle_t *pamh);

/* Puts the env.* fields of a result there, cleaned, one line each. False when one could not be put;
 * none is left then.
 */
bool environment_export(pam_handle_t *pamh, const struct wire_message *result);

/* Puts WECOM_REASON=word there if the host asked for it by having set that name before;
 * WECOM_REASON_NONE: an empty word.
 */
void environment_reason(pam_handle_t *pamh, enum wecom_reason reason);

#endif
