/* Sign-in method `code`: the host passes or the person types WeCom's OAuth2 code.
 *
 * 1. A token MUST have the form of a code before anything is done with it; anything else is sent
 *    nowhere and logged nowhere: it may be somebody's password.
 * 2. A code MUST be claimed before it is redeemed, so that it never serves two logins.
 * 3. The userid of the redemption MUST be the one that the host named, where it named one.
 * 4. A redemption alone MUST NOT count: it succeeds for people outside the visible range too. Only
 *    user/get with status 1 does.
 * 5. The code and the ticket MUST be wiped when the login ends.
 */
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "helper/login_method.h"
#include "helper/people.h"

struct code {
    struct login *login;
    struct secret code;
    struct client_request *redemption, *details;
    struct members_watch *early, *watch; /* early: asked beside the redemption */
    struct answer_identity identity;
    struct members_answer member; /* once known */
    struct answer_detail detail;
    bool has_detail, judged; /* judged: WeCom said whose code it is, or that it is no good */
    struct client_failure note;
};

static void drop(void *state) {
    struct code *c = state;
    const struct request *r = login_request(c->login);

    client_cancel(c->redemption);
    client_cancel(c->details);
    members_drop(c->early);
    members_drop(c->watch);
    /* A redemption that was cut off may have been carried out: the code stays claimed then. */
    if (c->code.len > 0 && !c->judged && c->redemption == NULL)
        codes_release(r->helper->codes, c->code.bytes, c->code.len);
    secret_clear(&c->code);
    secret_clear(&c->identity.ticket);
    free(c);
}

static void deny(struct code *c, enum wecom_reason reason, const struct client_failure *failure,
                 const char *text_id) {
    char userid[WECOM_USERID_MAX_BYTES + 1];

    memcpy(userid, c->identity.userid, sizeof userid);
    login_deny(c->login, reason, userid, failure, text_id);
}

/* Everything that was asked is answered: decide. */
static void conclude(struct code *c) {
    enum wecom_reason reason;

    if (c->member.state == MEMBERS_UNKNOWN || c->details != NULL)
        return;
    reason = members_reason(&c->member);
    if (reason != WECOM_REASON_NONE) {
        struct client_failure failure = c->member.failure;

        people_note(login_request(c->login), c->identity.userid, &c->member);
        deny(c, reason, &failure, NULL);
        return;
    }
    login_accept(c->login, &c->member, c->has_detail ? &c->detail : NULL, &c->note);
}

static void on_early(void *arg, const struct members_answer *answer) {
    struct code *c = arg;

    (void)answer; /* it is remembered where the redemption will look */
    c->early = NULL;
}

static void on_member(void *arg, const struct members_answer *answer) {
    struct code *c = arg;

    c->watch = NULL;
    c->member = *answer;
    if (answer->state == MEMBERS_UNKNOWN) {
        struct client_failure failure = answer->failure;

        deny(c, members_reason(answer), &failure, NULL);
        return;
    }
    conclude(c);
}

/* Details are a courtesy: without them the person is still who he is. About somebody else they are
 * a reason to stop.
 */
static void on_details(void *arg, const struct client_result *result) {
    struct code *c = arg;

    c->details = NULL;
    c->note = result->failure;
    if (result->json != NULL) {
        if (answer_detail(result->json, &c->detail) != WECOM_OK ||
            !name_same_userid(c->detail.userid, c->identity.userid)) {
            static const struct client_failure odd = {
                .detail = "auth/getuserdetail: the answer is about somebody else",
                .cure = "cure_odd_answer"};

            deny(c, WECOM_REASON_INTERNAL, &odd, NULL);
            return;
        }
        c->has_detail = true;
    }
    conclude(c);
}

static void ask_details(struct code *c) {
    const struct request *r = login_request(c->login);
    const char *values[CALLS_PARAMETERS] = {c->identity.ticket.bytes};
    int64_t now = helper_now_ms(r->helper), until;

    if (c->identity.ticket.len == 0 ||
        (r->service->exports & (CONFIG_EXPORT_MOBILE | CONFIG_EXPORT_EMAIL)) == 0)
        return;
    /* half of the time that is left: the login does not fail for want of them */
    until = now + (r->ask_until_ms - now) / 2;
    c->details = client_ask(r->app, CALLS_GETUSERDETAIL, values, until, on_details, c);
}

static void ask_member(struct code *c) {
    const struct request *r = login_request(c->login);

    if (!members_hear(r->helper->members, r->app, c->identity.userid, &c->watch, on_member, c))
        deny(c, WECOM_REASON_INTERNAL, NULL, NULL);
}

static void on_identity(void *arg, const struct client_result *result) {
    static const struct client_failure odd = {.detail = "auth/getuserinfo: the answer names nobody",
                                              .cure = "cure_odd_answer"};
    struct code *c = arg;

    c->redemption = NULL;
    if (result->failure.reason != WECOM_REASON_NONE) {
        c->judged = result->failure.reason == WECOM_REASON_CODE_INVALID;
        deny(c, result->failure.reason, c->judged ? NULL : &result->failure,
             c->judged && result->asked_again ? "code_lost" : NULL);
        return;
    }
    c->judged = true;
    if (answer_identity(result->json, &c->identity) != WECOM_OK) {
        deny(c, WECOM_REASON_INTERNAL, &odd, NULL);
        return;
    }
    switch (c->identity.kind) {
    case ANSWER_MEMBER:
        break;
    case ANSWER_OTHER_COMPANY:
        deny(c, WECOM_REASON_WRONG_COMPANY, NULL, NULL);
        return;
    default:
        deny(c, WECOM_REASON_NOT_MEMBER, NULL, NULL);
        return;
    }
    if (request_is_other(login_request(c->login), c->identity.userid)) {
        deny(c, WECOM_REASON_IDENTITY_MISMATCH, NULL, NULL);
        return;
    }
    ask_details(c);
    ask_member(c);
}

/* The member is asked for beside the redemption where the host named the user. */
static void redeem(struct code *c) {
    const struct request *r = login_request(c->login);
    const char *values[CALLS_PARAMETERS] = {c->code.bytes};
    const char *expected = request_expected_userid(r);

    c->redemption = client_ask(r->app, CALLS_GETUSERINFO, values, r->ask_until_ms, on_identity, c);
    if (c->redemption == NULL) {
        deny(c, WECOM_REASON_INTERNAL, NULL, NULL);
        return;
    }
    if (expected != NULL && members_known(r->helper->members, r->app, expected) == NULL)
        c->early = members_ask(r->helper->members, r->app, expected, on_early, c);
}

static bool fits(const char *text) {
    return name_is_code(text, strlen(text));
}

static void take(struct code *c, const char *text) {
    const struct request *r = login_request(c->login);
    size_t len = strlen(text);

    if (!name_is_code(text, len) ||
        !codes_claim(r->helper->codes, text, len, helper_now_ms(r->helper))) {
        deny(c, WECOM_REASON_CODE_INVALID, NULL, NULL);
        return;
    }
    if (secret_set(&c->code, text, len) != WECOM_OK) {
        codes_release(r->helper->codes, text, len);
        deny(c, WECOM_REASON_INTERNAL, NULL, NULL);
        return;
    }
    redeem(c);
}

static void begin(struct login *login, const char *authtok) {
    struct code *c = calloc(1, sizeof *c);

    if (c == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    c->login = login;
    login_set_state(login, c);
    if (authtok != NULL)
        take(c, authtok);
    else
        login_ask(login, "prompt_code", NULL, false);
}

static void answer(struct login *login, const char *text) {
    take(login_state(login), text);
}

const struct login_method login_method_code = {.word = "code",
                                               .bit = CONFIG_METHOD_CODE,
                                               .blind = true,
                                               .fits = fits,
                                               .begin = begin,
                                               .answer = answer,
                                               .drop = drop};
