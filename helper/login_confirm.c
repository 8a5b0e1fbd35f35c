/* WeCom's word on whoever has proved who he is with something that came to him before: he may be
 * none of the company's any more.
 */
#include <stdio.h>

#include "helper/login_internal.h"

static void on_member(void *arg, const struct members_answer *said) {
    struct login *login = arg;
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    login->watch = NULL;
    if (reason == WECOM_REASON_NONE) {
        login_accept(login, said, NULL, NULL);
        return;
    }
    people_note(&login->request, login->proved, said);
    login_deny(login, reason, login->proved, &failure, NULL);
}

void login_confirm(struct login *login, const char *userid) {
    const struct request *r = &login->request;

    (void)snprintf(login->proved, sizeof login->proved, "%s", userid);
    if (userid[0] == '\0')
        login_deny(login, WECOM_REASON_CODE_INVALID, NULL, NULL, NULL);
    else if (!members_hear(r->helper->members, r->app, login->proved, &login->watch, on_member,
                           login))
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}
