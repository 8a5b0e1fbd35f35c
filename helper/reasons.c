/* What follows from a reason: the verdict for the host, and how much the log minds. */
#include "helper/reasons.h"

#include <stddef.h>
#include <syslog.h>

/* The sentence for the person is the text of po/ with the reason's word as its id. */
/* clang-format off */
static const struct reasons_rule rules[WECOM_REASON_COUNT] = {
#define RULE(reason, verdict, account, level) \
    [WECOM_REASON_##reason] = {WECOM_VERDICT_##verdict, WECOM_ACCOUNT_##account, LOG_##level}
    RULE(CODE_INVALID,         DENIED,      DENIED,      NOTICE),
    RULE(IDENTITY_MISMATCH,    DENIED,      DENIED,      NOTICE),
    RULE(NOT_MEMBER,           DENIED,      DENIED,      NOTICE),
    RULE(WRONG_COMPANY,        DENIED,      DENIED,      NOTICE),
    RULE(NOT_VISIBLE,          DENIED,      DENIED,      NOTICE),
    RULE(NOT_ALLOWED,          DENIED,      DENIED,      NOTICE),
    RULE(DISABLED,             DENIED,      EXPIRED,     NOTICE),
    RULE(WITHDRAWN,            DENIED,      EXPIRED,     NOTICE),
    RULE(NOT_PROVISIONED,      DENIED,      DENIED,      NOTICE),
    RULE(NO_LOGIN_NAME,        DENIED,      UNKNOWN,     NOTICE),
    RULE(CONSENT_MISSING,      DENIED,      DENIED,      NOTICE),
    RULE(FIRST_LOGIN_IN_WECOM, DENIED,      DENIED,      NOTICE),
    RULE(TOO_MANY_TRIES,       TOO_MANY,    DENIED,      NOTICE),
    RULE(CANCELLED,            DENIED,      DENIED,      NOTICE),
    RULE(TIMEOUT,              DENIED,      UNAVAILABLE, NOTICE),
    RULE(HELPER_DOWN,          UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(WECOM_UNREACHABLE,    UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(WECOM_BUSY,           UNAVAILABLE, UNAVAILABLE, WARNING),
    RULE(WECOM_RATE_LIMITED,   UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_SECRET,        UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_CORP,          UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_AGENT,         UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_IP,            UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_DOMAIN,        UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_CALLBACK,      UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(CONFIG_PERMISSION,    UNAVAILABLE, UNAVAILABLE, ERR),
    RULE(INTERNAL,             UNAVAILABLE, UNAVAILABLE, ERR),
#undef RULE
};
/* clang-format on */

const struct reasons_rule *reasons_find(enum wecom_reason reason) {
    static const struct reasons_rule none = {WECOM_VERDICT_DENIED, WECOM_ACCOUNT_DENIED, LOG_ERR};

    if ((size_t)reason >= WECOM_REASON_COUNT || rules[reason].verdict == WECOM_VERDICT_NONE)
        return &none;
    return &rules[reason];
}
