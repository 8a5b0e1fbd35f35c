/* WeCom's word on whoever has proved who he is with something that came to him before: he may be
 * none of the company's any more.
 */
#include "helper/login_internal.h"

static void hear(struct login *login, const struct members_answer *said) {
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    if (reason == WECOM_REASON_NONE) {
        login_accept(login, said, NULL, NULL);
        return;
    }
    people_note(&login->request, login_may_reach(login), said);
    login_deny(login, reason, login_may_reach(login), failure.detail[0] != '\0' ? &failure : NULL,
               NULL);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct login *login = arg;

    login->watch = NULL;
    hear(login, said);
}

void login_confirm(struct login *login) {
    const struct request *r = &login->request;
    const char *userid = login_may_reach(login);
    const struct members_answer *known = members_known(r->helper->members, r->app, userid);

    if (userid[0] == '\0') {
        login_deny(login, WECOM_REASON_CODE_INVALID, NULL, NULL, NULL);
    } else if (known != NULL) {
        struct members_answer said = *known;

        hear(login, &said);
    } else {
        login->watch = members_ask(r->helper->members, r->app, userid, on_member, login);
        if (login->watch == NULL)
            login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
    }
}
