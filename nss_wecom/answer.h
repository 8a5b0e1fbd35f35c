/* How every look-up of the NSS module begins and ends. */
#ifndef WECOM_NSS_ANSWER_H
#define WECOM_NSS_ANSWER_H

#include <nss.h>

#include "common/table.h"

/* Opens the table. That there is none is WECOM_E_CLOSED here: a look-up's WECOM_E_ABSENT says that
 * somebody is not in the table.
 */
enum wecom_error answer_open(struct table *table);

/* Ends a call: closes the table, restores `errno_before` and says what came of it, see nss_wecom.h.
 */
enum nss_status answer_end(struct table *table, enum wecom_error err, int errno_before,
                           int *errnop);

/* Puts the password field "*" (none that could match; not in shadow(5) either) behind the
 * `*used_bytes` taken bytes of the buffer. NULL when it does not fit.
 */
char *answer_password(char *buffer, size_t bytes, size_t *used_bytes);

#endif
