/* PAM's return codes as names, and as reasons where no module left a better one. */
#ifndef WECOM_TOOLS_LOGIN_CODES_H
#define WECOM_TOOLS_LOGIN_CODES_H

#include <stdbool.h>

#include "wecom/verdict.h"

struct login_code {
    int code;
    const char *name;
    enum wecom_reason reason;
    bool broken; /* the stack itself does not work: no answer about the person */
};

/* The row of a code; one named "PAM_UNKNOWN", internal and broken, for numbers that libpam does not
 * have.
 */
const struct login_code *login_code(int code);

#endif
