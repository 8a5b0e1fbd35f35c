/* WeCom's error codes: what each means for a login and what an administrator should do about it. */
#ifndef WECOM_HELPER_WECOM_ERRORS_H
#define WECOM_HELPER_WECOM_ERRORS_H

#include <stdbool.h>

#include "wecom/verdict.h"

enum errors_class {
    ERRORS_FINAL,     /* asking again will not help */
    ERRORS_TOKEN,     /* the access token is no good: fetch another and ask once more */
    ERRORS_TRANSIENT, /* ask again a little later */
};

struct errors_rule {
    int errcode;
    enum errors_class class;
    enum wecom_reason reason;
    const char *cure; /* id of a text of po/, NULL where nothing is to be done */
};

/* Never NULL: unknown codes are final and `internal`. */
const struct errors_rule *errors_find(int errcode);

/* Of user/get: does WeCom know nobody of that userid (any more)? Who is only not shown to the
 * application is another matter.
 */
bool errors_is_nobody(int errcode);

#endif
