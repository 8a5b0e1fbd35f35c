/* Sends people their sign-in codes, as messages of the WeCom application. */
#ifndef WECOM_HELPER_MESSENGER_H
#define WECOM_HELPER_MESSENGER_H

#include "helper/pins.h"
#include "helper/request.h"

/* Whose code a login of this member is; `userid` NULL: nobody's. Valid as long as both. */
struct pins_owner messenger_owner(const struct request *r, const char *userid);

/* Sends `digits` to the member, if WeCom says now that he is active. Where that fails, it is one
 * line in the log, and the next login has another one sent.
 */
void messenger_send(const struct request *r, const char *userid,
                    const char digits[PINS_DIGITS + 1]);

#endif
