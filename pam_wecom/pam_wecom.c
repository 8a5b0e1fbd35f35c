/* The entry points that libpam calls: what is done, in which order. Everything below runs with the
 * privileges of the host (root in sshd, login, sudo).
 * Must not: fork, start threads, touch signals, keep state outside the PAM handle, end the process.
 */
#include <security/pam_modules.h>

#include "common/words.h"
#include "pam_wecom/call.h"
#include "pam_wecom/check.h"
#include "pam_wecom/environment.h"
#include "pam_wecom/exchange.h"
#include "pam_wecom/finish.h"
#include "pam_wecom/grant.h"
#include "pam_wecom/offline.h"
#include "pam_wecom/request.h"

/* One session message waits no longer, ms: it is for the audit log only. */
enum { SESSION_MS = 1000 };

/* Everything that a grant leaves behind. A part of it would be worse than none. */
static enum outcome take_grant(const struct call *c, const struct wire_message *result) {
    if (!environment_export(c->pamh, result))
        return OUTCOME_FAULT;
    if (c->args.identity && call_item(c, PAM_USER) == NULL &&
        pam_set_item(c->pamh, PAM_USER, wire_get(result, WIRE_F_USERID)) != PAM_SUCCESS) {
        environment_clear(c->pamh);
        return OUTCOME_FAULT;
    }
    (void)grant_keep(c, words_to_account(wire_get(result, WIRE_F_ACCOUNT_IS)),
                     words_to_reason(wire_get(result, WIRE_F_REASON)));
    return OUTCOME_GRANTED;
}

static enum outcome authenticate(const struct call *c, struct exchange *x) {
    enum outcome outcome;

    if (!exchange_start(x, WIRE_BEGIN, deadline_in_ms(c->args.timeout_s * 1000)) ||
        request_fill(c, x->until, x->request) != WECOM_OK)
        return OUTCOME_FAULT;
    if ((c->args.use_first_pass || c->args.try_first_pass) && !request_add_code(c, x->request) &&
        c->args.use_first_pass)
        return OUTCOME_NOT_A_CODE;
    x->may_ask = !c->args.use_first_pass;
    outcome = exchange_run(c, x);
    if (outcome == OUTCOME_GRANTED)
        outcome = result_of_verdict(words_to_verdict(wire_get(x->reply, WIRE_F_VERDICT)));
    if (outcome == OUTCOME_GRANTED)
        outcome = check_granted(c, x->reply);
    if (outcome == OUTCOME_GRANTED)
        outcome = take_grant(c, x->reply);
    return outcome;
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    struct exchange x = {0};
    struct call c;
    enum outcome outcome;
    int code;

    grant_forget(pamh);
    environment_clear(pamh);
    environment_reason(pamh, WECOM_REASON_NONE);
    outcome = call_begin(&c, pamh, flags, argc, argv, CALL_ASK_USER);
    if (outcome == OUTCOME_GRANTED)
        outcome = offline_auth(&c, authenticate(&c, &x));
    code = finish(&c, &x, FINISH_AUTH, outcome);
    exchange_end(&x);
    return code;
}

static enum outcome ask_account(const struct call *c, struct exchange *x) {
    struct deadline until = deadline_earlier(deadline_in_ms(c->args.timeout_s * 1000),
                                             deadline_in_ms(WECOM_ACCOUNT_MS));
    enum outcome outcome;

    if (!exchange_start(x, WIRE_ACCOUNT, until) ||
        request_fill(c, x->until, x->request) != WECOM_OK)
        return OUTCOME_FAULT;
    outcome = exchange_run(c, x);
    if (outcome != OUTCOME_GRANTED)
        return outcome;
    if (!check_account_is_ours(c, x->reply))
        return OUTCOME_FORBIDDEN;
    return result_of_account(words_to_verdict(wire_get(x->reply, WIRE_F_VERDICT)),
                             words_to_account(wire_get(x->reply, WIRE_F_ACCOUNT_IS)));
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    struct exchange x = {0};
    struct call c;
    enum outcome outcome;
    enum wecom_account account;
    int code;

    outcome = call_begin(&c, pamh, flags, argc, argv, CALL_KNOW_USER);
    if (outcome == OUTCOME_GRANTED)
        outcome = grant_fresh(&c, &account, &x.reason)
                      ? result_of_account(WECOM_VERDICT_GRANTED, account)
                      : offline_account(&c, ask_account(&c, &x), &x.reason);
    code = finish(&c, &x, FINISH_ACCOUNT, outcome);
    exchange_end(&x);
    return code;
}

static int tell_session(pam_handle_t *pamh, int flags, int argc, const char **argv,
                        const char *op) {
    struct exchange x = {0};
    struct call c;
    int code;
    enum outcome outcome = call_begin(&c, pamh, flags, argc, argv, CALL_KNOW_USER);

    if (outcome == OUTCOME_GRANTED) {
        if (!exchange_start(&x, WIRE_SESSION, deadline_in_ms(SESSION_MS)) ||
            request_fill(&c, x.until, x.request) != WECOM_OK ||
            wire_set(x.request, WIRE_F_OP, op) != WECOM_OK)
            outcome = OUTCOME_FAULT;
        else
            outcome = exchange_tell(&c, &x);
    }
    code = finish(&c, &x, FINISH_SESSION, outcome);
    exchange_end(&x);
    return code;
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    return tell_session(pamh, flags, argc, argv, "open");
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    return tell_session(pamh, flags, argc, argv, "close");
}

/* There are no credentials beside the account itself. */
int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv) {
    (void)pamh;
    (void)flags;
    (void)argc;
    (void)argv;
    return PAM_SUCCESS;
}
