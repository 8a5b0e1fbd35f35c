/* From the code that a browser brings back from WeCom to the member who authorized it.
 *
 * 1. A code is redeemed once, by whoever comes first with it.
 * 2. What is no member of this company, or not active, gets nowhere.
 */
#include "helper/web_person.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"

struct web_person {
    struct web_person_how how; /* without the code */
    struct event *deadline;
    struct client_request *redemption;
    struct members_watch *watch;
    struct answer_identity identity;
};

void web_person_drop(struct web_person *p) {
    if (p == NULL)
        return;
    if (p->deadline != NULL)
        event_free(p->deadline);
    client_cancel(p->redemption);
    members_drop(p->watch);
    secret_clear(&p->identity.ticket);
    free(p);
}

static void tell(struct web_person *p, enum wecom_page page, enum wecom_reason reason,
                 const struct members_answer *said, const struct client_failure *failure) {
    p->how.done(p->how.arg, &(const struct web_person_answer){.page = page,
                                                              .reason = reason,
                                                              .userid = p->identity.userid,
                                                              .said = said,
                                                              .failure = failure});
    web_person_drop(p);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    tell(arg, WECOM_PAGE_TRY_AGAIN, WECOM_REASON_WECOM_UNREACHABLE, NULL, NULL);
}

static void hear(struct web_person *p, const struct members_answer *said) {
    enum wecom_reason reason = members_reason(said);
    enum wecom_page page = reason == WECOM_REASON_NONE      ? WECOM_PAGE_NONE
                           : said->state == MEMBERS_UNKNOWN ? WECOM_PAGE_TRY_AGAIN
                                                            : WECOM_PAGE_NOT_ALLOWED;

    tell(p, page, reason, said, &said->failure);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct web_person *p = arg;

    p->watch = NULL;
    hear(p, said);
}

static void ask_member(struct web_person *p) {
    const struct request *r = p->how.request;
    struct members *members = r->helper->members;
    const struct members_answer *known = members_known(members, r->app, p->identity.userid);

    if (known != NULL) {
        struct members_answer said = *known;

        hear(p, &said);
        return;
    }
    p->watch = members_ask(members, r->app, p->identity.userid, on_member, p);
    if (p->watch == NULL)
        tell(p, WECOM_PAGE_TRY_AGAIN, WECOM_REASON_INTERNAL, NULL, NULL);
}

static void on_identity(void *arg, const struct client_result *result) {
    struct web_person *p = arg;
    enum wecom_reason reason = result->failure.reason;

    p->redemption = NULL;
    if (reason != WECOM_REASON_NONE)
        tell(p, WECOM_PAGE_TRY_AGAIN, reason, NULL, &result->failure);
    else if (answer_identity(result->json, &p->identity) != WECOM_OK)
        tell(p, WECOM_PAGE_TRY_AGAIN, WECOM_REASON_INTERNAL, NULL, NULL);
    else if (p->identity.kind != ANSWER_MEMBER)
        /* an openid: another company is active, or the page was opened in WeChat */
        tell(p, p->how.in_wechat ? WECOM_PAGE_WECHAT : WECOM_PAGE_OTHER_COMPANY,
             WECOM_REASON_NOT_MEMBER, NULL, NULL);
    else if (p->how.is_for != NULL && !p->how.is_for(p->how.arg, p->identity.userid))
        tell(p, WECOM_PAGE_OTHER_PERSON, WECOM_REASON_IDENTITY_MISMATCH, NULL, NULL);
    else
        ask_member(p);
}

enum wecom_page web_person_ask(const struct web_person_how *how, struct web_person **person) {
    static const struct timeval most = {.tv_sec = WEB_PERSON_MS / 1000};
    const struct request *r = how->request;
    const char *values[CALLS_PARAMETERS] = {how->code};
    int64_t now = helper_now_ms(r->helper);
    struct web_person *p;

    *person = NULL;
    if (how->code == NULL)
        return how->in_wechat ? WECOM_PAGE_WECHAT : WECOM_PAGE_DECLINED;
    if (!name_is_code(how->code, strlen(how->code)) ||
        !codes_claim(r->helper->codes, how->code, strlen(how->code), now))
        return WECOM_PAGE_TRY_AGAIN;
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return WECOM_PAGE_TRY_AGAIN;
    p->how = *how;
    p->how.code = NULL;
    p->deadline = evtimer_new(r->helper->base, on_deadline, p);
    if (p->deadline != NULL && evtimer_add(p->deadline, &most) == 0)
        p->redemption =
            client_ask(r->app, CALLS_GETUSERINFO, values, now + WEB_PERSON_MS, on_identity, p);
    if (p->redemption == NULL) {
        web_person_drop(p);
        return WECOM_PAGE_TRY_AGAIN;
    }
    *person = p;
    return WECOM_PAGE_NONE;
}
