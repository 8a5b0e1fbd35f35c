/* What the helper decides, as words of the wire protocol.
 * Zero is no verdict: memory that was only zeroed lets nobody in.
 */
#ifndef WECOM_VERDICT_H
#define WECOM_VERDICT_H

/* The `verdict` of a result.   X(constant, word) */
#define WECOM_VERDICTS(X)                                                                   \
    X(GRANTED, "granted")           /* this person is who the login asks for */             \
    X(DENIED, "denied")             /* no */                                                \
    X(UNAVAILABLE, "unavailable")   /* no answer could be had: WeCom down, company limit */ \
    X(UNKNOWN_USER, "unknown_user") /* the helper has no such person */                     \
    X(TOO_MANY, "too_many")         /* too many tries in this login */

enum wecom_verdict {
    WECOM_VERDICT_NONE = 0,
#define X(constant, word) WECOM_VERDICT_##constant,
    WECOM_VERDICTS(X)
#undef X
};

/* The `account` of a result: may this person use the host at all?   X(constant, word) */
#define WECOM_ACCOUNT_VERDICTS(X)                                                                \
    X(VALID, "valid")                                                                            \
    X(EXPIRED, "expired")         /* was a member, is no more, or is switched off */             \
    X(DENIED, "denied")           /* is known and may not use this service */                    \
    X(UNKNOWN, "unknown")         /* nobody of that name */                                      \
    X(UNAVAILABLE, "unavailable") /* WeCom did not confirm, and the last confirmation is too old \
                                   */

enum wecom_account {
    WECOM_ACCOUNT_NONE = 0,
#define X(constant, word) WECOM_ACCOUNT_##constant,
    WECOM_ACCOUNT_VERDICTS(X)
#undef X
};

/* Why, as a stable word for programs (JSON of wecom-login, log).   X(constant, word) */
#define WECOM_REASONS(X)                            \
    X(CODE_INVALID, "code_invalid")                 \
    X(IDENTITY_MISMATCH, "identity_mismatch")       \
    X(NOT_MEMBER, "not_member")                     \
    X(WRONG_COMPANY, "wrong_company")               \
    X(NOT_VISIBLE, "not_visible")                   \
    X(NOT_ALLOWED, "not_allowed")                   \
    X(DISABLED, "disabled")                         \
    X(WITHDRAWN, "withdrawn")                       \
    X(NOT_PROVISIONED, "not_provisioned")           \
    X(NO_LOGIN_NAME, "no_login_name")               \
    X(CONSENT_MISSING, "consent_missing")           \
    X(FIRST_LOGIN_IN_WECOM, "first_login_in_wecom") \
    X(TOO_MANY_TRIES, "too_many_tries")             \
    X(CANCELLED, "cancelled")                       \
    X(TIMEOUT, "timeout")                           \
    X(HELPER_DOWN, "helper_down")                   \
    X(WECOM_UNREACHABLE, "wecom_unreachable")       \
    X(WECOM_BUSY, "wecom_busy")                     \
    X(WECOM_RATE_LIMITED, "wecom_rate_limited")     \
    X(CONFIG_SECRET, "config_secret")               \
    X(CONFIG_CORP, "config_corp")                   \
    X(CONFIG_AGENT, "config_agent")                 \
    X(CONFIG_IP, "config_ip")                       \
    X(CONFIG_DOMAIN, "config_domain")               \
    X(CONFIG_CALLBACK, "config_callback")           \
    X(CONFIG_PERMISSION, "config_permission")       \
    X(INTERNAL, "internal")

enum wecom_reason {
    WECOM_REASON_NONE = 0,
#define X(constant, word) WECOM_REASON_##constant,
    WECOM_REASONS(X)
#undef X
        WECOM_REASON_COUNT
};

#endif
