/* Sends people their sign-in codes, as messages of the WeCom application. A sending belongs to
 * nobody's login: it goes on when the host has hung up.
 */
#ifndef WECOM_HELPER_MESSENGER_H
#define WECOM_HELPER_MESSENGER_H

#include "helper/pins.h"
#include "helper/request.h"

enum {
    MESSENGER_ASK_MS = 20000, /* one sending with everything that it takes */
    /* It begins after the one and at most the other more, by chance. */
    MESSENGER_LATER_LEAST_MS = 50,
    MESSENGER_LATER_MORE_MS = 200,
    MESSENGER_MOST = 256, /* at once; one more is not sent, and that is logged */
};

struct messenger;

/* NULL when there is no memory. */
struct messenger *messenger_new(struct helper *helper);
/* Before what it works with goes. NULL allowed. */
void messenger_free(struct messenger *messenger);

/* Sendings that go on or are about to begin. */
unsigned int messenger_count(const struct messenger *messenger);

/* Whose code a login of this member is; `userid` NULL: nobody's. Valid as long as both. */
struct pins_owner messenger_owner(const struct request *r, const char *userid);

/* Sends `digits` to the member, if WeCom says now that he is active. Where that fails, it is one
 * line in the log, and the next login has another one sent.
 */
void messenger_send(const struct request *r, const char *userid,
                    const char digits[PINS_DIGITS + 1]);

#endif
