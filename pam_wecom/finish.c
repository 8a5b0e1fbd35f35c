/* The end of every call: the log, the person, the reason for the host, the PAM code. */
#include "pam_wecom/finish.h"

#include <string.h>
#include <syslog.h>

#include "common/words.h"
#include "pam_wecom/environment.h"
#include "pam_wecom/log.h"
#include "pam_wecom/talk.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *error_word(enum wecom_error err, int error_number) {
    static const char *const words[] = {
        [WECOM_E_MEMORY] = "no memory",      [WECOM_E_TIMEOUT] = "timeout",
        [WECOM_E_CLOSED] = "closed",         [WECOM_E_TOO_LONG] = "too long",
        [WECOM_E_FORMAT] = "not understood", [WECOM_E_PEER] = "wrong owner or mode",
    };

    if (err == WECOM_E_SYSTEM)
        return error_number != 0 ? strerrordesc_np(error_number) : "system error";
    return (size_t)err < COUNT(words) ? words[err] : NULL;
}

static enum wecom_reason reason_of(const struct exchange *x, enum outcome outcome,
                                   const struct result_row *row) {
    enum wecom_reason reason = x->reason; /* of a remembered grant */

    if (outcome == OUTCOME_WITHDRAWN && x->reason != WECOM_REASON_NONE)
        return x->reason; /* of the table */
    if (row->says != SAYS_HELPER)
        return row->reason;
    if (x->reply != NULL)
        reason = words_to_reason(wire_get(x->reply, WIRE_F_REASON));
    return reason != WECOM_REASON_NONE ? reason : row->reason;
}

/* Logins are notices, good ones too, with the id that stands in the helper's log; account and
 * session calls that go well are nobody's news. The helper's absence at a session's end changes
 * nothing for anybody.
 */
static int level_of(const struct result_row *row, enum finish_phase phase, enum outcome outcome) {
    if (outcome == OUTCOME_GRANTED && phase != FINISH_AUTH)
        return LOG_DEBUG;
    if (phase == FINISH_SESSION && row->session == PAM_SUCCESS && row->log_level < LOG_NOTICE)
        return LOG_NOTICE;
    return row->log_level;
}

static void log_outcome(const struct call *c, const struct exchange *x,
                        const struct result_row *row, int level, enum wecom_reason reason) {
    char argument[32] = "";
    const char *bad = c->bad_argument != NULL ? c->bad_argument : "";
    size_t len = strcspn(bad, "="); /* its name; the value may be anything */
    const struct log_pair pairs[] = {
        {"argument", argument},
        {"user", row->names ? c->user : NULL},
        {"id", x->id},
        {"reason", words_reason(reason)},
        {"socket", x->error != WECOM_OK ? c->args.socket : NULL},
        {"error", error_word(x->error, x->error_number)},
    };

    if (level == LOG_DEBUG && !c->args.debug)
        return;
    memcpy(argument, bad, len < sizeof argument ? len : sizeof argument - 1);
    log_event(c->pamh, level, row->event, pairs, COUNT(pairs));
}

static void log_links(const struct call *c) {
    const struct log_pair pairs[] = {
        {"file", c->args.links},
        {"error", error_word(c->guard.links, 0)},
        {"user", c->user},
    };

    if (c->guard.links != WECOM_OK)
        log_event(c->pamh, LOG_ERR, "links file cannot be used", pairs, COUNT(pairs));
}

static void tell(const struct call *c, const struct exchange *x, const struct result_row *row,
                 bool good) {
    if (row->says == SAYS_HELPER && x->reply != NULL)
        talk_tell(c, good ? PAM_TEXT_INFO : PAM_ERROR_MSG, wire_get(x->reply, WIRE_F_MESSAGE));
    if (row->says == SAYS_NO_VERDICT)
        talk_no_verdict(c, x->id);
    if (row->says == SAYS_NO_HELPER)
        talk_no_helper(c);
}

int finish(const struct call *c, const struct exchange *x, enum finish_phase phase,
           enum outcome outcome) {
    const struct result_row *row = result_row(outcome);
    const int codes[] = {
        [FINISH_AUTH] = row->auth,
        [FINISH_ACCOUNT] = row->account,
        [FINISH_SESSION] = row->session,
    };
    int code = codes[phase];
    enum wecom_reason reason = reason_of(x, outcome, row);

    log_links(c);
    log_outcome(c, x, row, level_of(row, phase, outcome), reason);
    if (phase == FINISH_AUTH || (phase == FINISH_ACCOUNT && code != PAM_SUCCESS))
        tell(c, x, row, code == PAM_SUCCESS);
    if (phase != FINISH_SESSION && code != PAM_SUCCESS && code != PAM_IGNORE)
        environment_reason(c->pamh, reason);
    return code;
}
