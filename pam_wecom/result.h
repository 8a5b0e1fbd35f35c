/* Everything that a call can come to, and what it means for PAM, for the person and for the log.
 * One table: a new ending is one new row.
 */
#ifndef PAM_WECOM_RESULT_H
#define PAM_WECOM_RESULT_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "wecom/verdict.h"

/* What the person is told. */
enum result_says {
    SAYS_NOTHING,    /* a next module may serve, or the host says enough */
    SAYS_HELPER,     /* the message of the helper's result */
    SAYS_NO_VERDICT, /* a sentence of ours with the id */
    SAYS_NO_HELPER,  /* a sentence of ours: nobody could be asked */
};

/* clang-format off */

/* X(constant, auth, account, session, reason, log level, name in the log, says, event)
 * The reason of a SAYS_HELPER row is the helper's where it gives one that we know.
 */
#define RESULT_OUTCOMES(X)                                                                         \
    /* the helper's word */                                                                        \
    X(GRANTED, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, NONE, LOG_NOTICE, true,                      \
      SAYS_HELPER, "granted")                                                                      \
    X(DENIED, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, INTERNAL, LOG_NOTICE, true,              \
      SAYS_HELPER, "denied")                                                                       \
    X(UNAVAILABLE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, INTERNAL, LOG_NOTICE,  \
      true, SAYS_HELPER, "no answer could be had")                                                 \
    X(UNKNOWN_USER, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_SUCCESS, INTERNAL, LOG_NOTICE, false,  \
      SAYS_HELPER, "user unknown")                                                                 \
    X(TOO_MANY, PAM_MAXTRIES, PAM_PERM_DENIED, PAM_SUCCESS, INTERNAL, LOG_NOTICE, true,            \
      SAYS_HELPER, "too many tries")                                                               \
    X(EXPIRED, PAM_AUTH_ERR, PAM_ACCT_EXPIRED, PAM_SUCCESS, INTERNAL, LOG_NOTICE, true,            \
      SAYS_HELPER, "account expired")                                                              \
    /* ours, before any socket */                                                                  \
    X(BAD_ARGUMENT, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR, INTERNAL, LOG_ERR, false,   \
      SAYS_NOTHING, "unknown or bad argument")                                                     \
    X(BAD_SERVICE, PAM_SERVICE_ERR, PAM_SERVICE_ERR, PAM_SERVICE_ERR, INTERNAL, LOG_ERR, false,    \
      SAYS_NOTHING, "service name cannot be used")                                                 \
    X(BAD_NAME, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_SUCCESS, NOT_ALLOWED, LOG_NOTICE, false,   \
      SAYS_NOTHING, "user name missing or malformed")                                              \
    X(LOCAL_USER, PAM_USER_UNKNOWN, PAM_IGNORE, PAM_IGNORE, NOT_ALLOWED, LOG_DEBUG, true,          \
      SAYS_NOTHING, "local user, not ours")                                                        \
    X(NO_PASSWD, PAM_AUTHINFO_UNAVAIL, PAM_SYSTEM_ERR, PAM_SESSION_ERR, INTERNAL, LOG_ERR, false,  \
      SAYS_NOTHING, "/etc/passwd cannot be read")                                                  \
    X(NOT_A_CODE, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, CODE_INVALID, LOG_NOTICE, true,      \
      SAYS_NOTHING, "no code was handed over")                                                     \
    X(FAULT, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SUCCESS, INTERNAL, LOG_ERR, false,                \
      SAYS_NOTHING, "no memory, or libpam failed")                                                 \
    /* the helper is not there */                                                                  \
    X(ABSENT, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, HELPER_DOWN, LOG_WARNING,   \
      false, SAYS_NOTHING, "helper is not ready")                                                  \
    X(STRANGER, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, HELPER_DOWN, LOG_ERR,     \
      false, SAYS_NOTHING, "socket belongs to somebody else")                                      \
    /* nor is it, and the account table says */                                                    \
    X(NOBODY, PAM_USER_UNKNOWN, PAM_PERM_DENIED, PAM_SUCCESS, HELPER_DOWN, LOG_NOTICE, false,      \
      SAYS_NOTHING, "helper is not ready, and the table knows nobody of that name")                \
    X(OFFLINE, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, PAM_SUCCESS, HELPER_DOWN, LOG_WARNING, true,     \
      SAYS_NOTHING, "account granted by the table, without the helper")                            \
    X(WITHDRAWN, PAM_AUTHINFO_UNAVAIL, PAM_ACCT_EXPIRED, PAM_SUCCESS, WITHDRAWN, LOG_NOTICE, true, \
      SAYS_NOTHING, "account expired, says the table")                                             \
    X(NOT_ADMITTED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED, PAM_SUCCESS, NOT_ALLOWED, LOG_NOTICE,   \
      true, SAYS_NOTHING, "service not allowed, says the table")                                   \
    X(STALE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, HELPER_DOWN, LOG_ERR, true,  \
      SAYS_NO_HELPER, "helper is not ready, and the table is too old")                             \
    /* the helper was ready, and then */                                                           \
    X(LATE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, TIMEOUT, LOG_NOTICE, false,   \
      SAYS_NO_VERDICT, "deadline passed")                                                          \
    X(HUNG_UP, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SUCCESS, HELPER_DOWN, LOG_WARNING,  \
      false, SAYS_NO_VERDICT, "helper hung up")                                                    \
    X(PROTOCOL, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, INTERNAL, LOG_ERR, false,              \
      SAYS_NO_VERDICT, "helper broke the protocol")                                                \
    X(FLOOD, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, INTERNAL, LOG_ERR, false,                 \
      SAYS_NO_VERDICT, "helper asked too often")                                                   \
    X(NOBODY_TO_ASK, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, CODE_INVALID, LOG_NOTICE, true,   \
      SAYS_NOTHING, "helper asks, use_first_pass forbids")                                         \
    X(NO_TALK, PAM_CONV_ERR, PAM_CONV_ERR, PAM_SUCCESS, CANCELLED, LOG_NOTICE, false,              \
      SAYS_NOTHING, "conversation ended by the host")                                              \
    X(FORBIDDEN, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, INTERNAL, LOG_ERR, true,              \
      SAYS_NOTHING, "helper granted what it may not")                                              \
    X(OTHER_PERSON, PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SUCCESS, IDENTITY_MISMATCH, LOG_ERR, true,  \
      SAYS_NOTHING, "helper granted what it may not: somebody else")

/* clang-format on */

/* Zero is no outcome, and a denial like every other value without a row. */
enum outcome {
    OUTCOME_NONE = 0,
#define X(constant, ...) OUTCOME_##constant,
    RESULT_OUTCOMES(X)
#undef X
        OUTCOME_COUNT
};

struct result_row {
    int auth, account, session; /* PAM codes of the three module types */
    enum wecom_reason reason;
    int log_level; /* of syslog(3) */
    bool names;    /* may the user name be logged? A name nobody knows may be a mistyped password */
    enum result_says says;
    const char *event;
};

const struct result_row *result_row(enum outcome outcome);

/* The verdict of an authentication. */
enum outcome result_of_verdict(enum wecom_verdict verdict);

/* The account verdict that came with `verdict`: valid counts only beside granted. */
enum outcome result_of_account(enum wecom_verdict verdict, enum wecom_account account);

#endif
