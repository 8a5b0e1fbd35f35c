/* Everything that a call can come to: the table of result.h, and the way from the helper's words
 * into it. Whatever has no row is a denial.
 */
#include "pam_wecom/result.h"

#include <syslog.h>

/* clang-format off */
static const struct result_row rows[OUTCOME_COUNT] = {
    [OUTCOME_NONE] = {PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, WECOM_REASON_INTERNAL,
                      LOG_ERR, false, SAYS_NOTHING, "no outcome"},
#define X(constant, auth, account, session, reason, level, names, says, event)                     \
    [OUTCOME_##constant] = {(auth), (account), (session), WECOM_REASON_##reason, (level), (names), \
                            (says), (event)},
    RESULT_OUTCOMES(X)
#undef X
};
/* clang-format on */

const struct result_row *result_row(enum outcome outcome) {
    return &rows[(unsigned int)outcome < OUTCOME_COUNT ? outcome : OUTCOME_NONE];
}

enum outcome result_of_verdict(enum wecom_verdict verdict) {
    switch (verdict) {
    case WECOM_VERDICT_GRANTED:
        return OUTCOME_GRANTED;
    case WECOM_VERDICT_UNAVAILABLE:
        return OUTCOME_UNAVAILABLE;
    case WECOM_VERDICT_UNKNOWN_USER:
        return OUTCOME_UNKNOWN_USER;
    case WECOM_VERDICT_TOO_MANY:
        return OUTCOME_TOO_MANY;
    case WECOM_VERDICT_DENIED:
    case WECOM_VERDICT_NONE:
        break;
    }
    return OUTCOME_DENIED;
}

enum outcome result_of_account(enum wecom_verdict verdict, enum wecom_account account) {
    switch (account) {
    case WECOM_ACCOUNT_VALID:
        return verdict == WECOM_VERDICT_GRANTED ? OUTCOME_GRANTED : OUTCOME_DENIED;
    case WECOM_ACCOUNT_EXPIRED:
        return OUTCOME_EXPIRED;
    case WECOM_ACCOUNT_UNKNOWN:
        return OUTCOME_UNKNOWN_USER;
    case WECOM_ACCOUNT_UNAVAILABLE:
        return OUTCOME_UNAVAILABLE;
    case WECOM_ACCOUNT_DENIED:
    case WECOM_ACCOUNT_NONE:
        break;
    }
    return OUTCOME_DENIED;
}
