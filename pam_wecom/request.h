/* What the helper is told about a call. */
#ifndef PAM_WECOM_REQUEST_H
#define PAM_WECOM_REQUEST_H

#include "common/deadline.h"
#include "common/wire.h"
#include "pam_wecom/call.h"
#include "wecom/error.h"

/* Adds to `m` (a begin, account or session) everything about the call that its verb takes. What a
 * host says and the field table does not take is cut, cleaned or left out. Errors as wire_set's,
 * only for the fields that are ours.
 */
enum wecom_error request_fill(const struct call *c, struct deadline d, struct wire_message *m);

/* Adds the authentication token of the host, if it has one of the form of a code. Anything else may
 * be somebody's password and is not touched. False when nothing was added.
 */
bool request_add_code(const struct call *c, struct wire_message *m);

#endif
