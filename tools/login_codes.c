/* PAM's return codes as names, and as reasons where no module left a better one. */
#include "tools/login_codes.h"

#include <security/pam_appl.h>
#include <stddef.h>

/* clang-format off */
/* Source of the codes: <security/_pam_types.h> of Linux-PAM 1.5. */
static const struct login_code codes[] = {
#define ROW(code, reason, broken) {code, #code, WECOM_REASON_##reason, broken}
    ROW(PAM_SUCCESS,               INTERNAL,       false),
    ROW(PAM_OPEN_ERR,              INTERNAL,       true),
    ROW(PAM_SYMBOL_ERR,            INTERNAL,       true),
    ROW(PAM_SERVICE_ERR,           INTERNAL,       true),
    ROW(PAM_SYSTEM_ERR,            INTERNAL,       true),
    ROW(PAM_BUF_ERR,               INTERNAL,       true),
    ROW(PAM_PERM_DENIED,           NOT_ALLOWED,    false),
    ROW(PAM_AUTH_ERR,              INTERNAL,       false),
    ROW(PAM_CRED_INSUFFICIENT,     INTERNAL,       false),
    ROW(PAM_AUTHINFO_UNAVAIL,      HELPER_DOWN,    false),
    ROW(PAM_USER_UNKNOWN,          NOT_VISIBLE,    false),
    ROW(PAM_MAXTRIES,              TOO_MANY_TRIES, false),
    ROW(PAM_NEW_AUTHTOK_REQD,      INTERNAL,       false),
    ROW(PAM_ACCT_EXPIRED,          WITHDRAWN,      false),
    ROW(PAM_SESSION_ERR,           INTERNAL,       false),
    ROW(PAM_CRED_UNAVAIL,          INTERNAL,       false),
    ROW(PAM_CRED_EXPIRED,          INTERNAL,       false),
    ROW(PAM_CRED_ERR,              INTERNAL,       false),
    ROW(PAM_NO_MODULE_DATA,        INTERNAL,       true),
    ROW(PAM_CONV_ERR,              CANCELLED,      false),
    ROW(PAM_AUTHTOK_ERR,           INTERNAL,       false),
    ROW(PAM_AUTHTOK_RECOVERY_ERR,  INTERNAL,       false),
    ROW(PAM_AUTHTOK_LOCK_BUSY,     INTERNAL,       false),
    ROW(PAM_AUTHTOK_DISABLE_AGING, INTERNAL,       false),
    ROW(PAM_TRY_AGAIN,             INTERNAL,       false),
    ROW(PAM_IGNORE,                INTERNAL,       true),
    ROW(PAM_ABORT,                 INTERNAL,       true),
    ROW(PAM_AUTHTOK_EXPIRED,       INTERNAL,       false),
    ROW(PAM_MODULE_UNKNOWN,        INTERNAL,       true),
    ROW(PAM_BAD_ITEM,              INTERNAL,       true),
    ROW(PAM_CONV_AGAIN,            CANCELLED,      false),
    ROW(PAM_INCOMPLETE,            CANCELLED,      false),
#undef ROW
};
/* clang-format on */

const struct login_code *login_code(int code) {
    static const struct login_code unknown = {-1, "PAM_UNKNOWN", WECOM_REASON_INTERNAL, true};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code)
            return &codes[i];
    }
    return &unknown;
}
