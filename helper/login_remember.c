/* remember=: a login with the same key as one a while ago needs no prompt.
 *
 * 1. The window MUST be one of this user, service, origin and key, and of the account that has the
 *    name now; a login without a key has none.
 * 2. WeCom MUST say now, or a moment ago, that the member is active; without its word he is asked
 *    as anybody. What the store and the rules say counts as at any login.
 * 3. A login that was remembered MUST NOT make its window longer.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "helper/login_internal.h"

/* No prompt can be shown while WeCom is asked, so the person does not wait for long. */
enum { ASK_MS = 5000 };

static struct remember_login login_of(const struct login *login) {
    const struct request *r = &login->request;

    return (struct remember_login){.user = r->user,
                                   .service = r->service_name,
                                   .origin = r->rhost,
                                   .key = login->has_key ? login->key : NULL};
}

static void tell_no_key(const struct request *r) {
    struct setup_counts *counts = setup_counts(r->setup, r->service);
    struct log_line l;

    if (counts->told_no_key)
        return;
    counts->told_no_key = true;
    log_begin(&l, LOG_WARNING, "remember= has no effect: no login was made with a key before");
    log_text(&l, "service", r->service_name);
    log_text(&l, "do", "in sshd_config: AuthenticationMethods publickey,keyboard-interactive:pam");
    log_end(&l);
}

void login_take_key(struct login *login, const char *auth_info) {
    const struct request *r = &login->request;

    if (r->service->remember_s == 0 || r->rhost[0] == '\0')
        return;
    login->has_key = auth_info != NULL && auth_info_key(auth_info, login->key);
    if (!login->has_key)
        tell_no_key(r);
}

bool login_is_remembered(const struct login *login, const struct people_answer *answer) {
    const struct request *r = &login->request;
    struct remember_login which = login_of(login);

    return login->has_key && answer->known &&
           remember_counts(r->helper->remember, &which, answer->account.id, r->service->remember_s,
                           helper_now_ms(r->helper));
}

void login_remember(const struct login *login, const struct people_answer *answer) {
    const struct request *r = &login->request;
    struct remember_login which = login_of(login);

    if (login->has_key && answer->known)
        remember_begin(r->helper->remember, &which, answer->account.id, helper_now_ms(r->helper));
}

void login_forget(const struct login *login) {
    struct remember_login which = login_of(login);

    if (login->has_key)
        (void)remember_end(login->request.helper->remember, &which);
}

/* ---- The method ------------------------------------------------------------------------------ */

struct remembered {
    struct login *login;
    struct members_watch *watch;
    struct event *limit;
};

static void drop(void *state) {
    struct remembered *s = state;

    members_drop(s->watch);
    if (s->limit != NULL)
        event_free(s->limit);
    free(s);
}

static void on_member(void *arg, const struct members_answer *said) {
    struct remembered *s = arg;
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);
    const char *userid = login_may_reach(s->login);

    s->watch = NULL;
    if (said->state == MEMBERS_UNKNOWN) {
        login_begin_anew(s->login);
    } else if (reason == WECOM_REASON_NONE) {
        login_accept(s->login, said, NULL, NULL);
    } else {
        people_note(&s->login->request, userid, said);
        login_deny(s->login, reason, userid, &failure, NULL);
    }
}

static void on_limit(evutil_socket_t fd, short what, void *arg) {
    struct remembered *s = arg;

    (void)fd;
    (void)what;
    login_begin_anew(s->login);
}

static void begin(struct login *login, const char *authtok) {
    static const struct timeval most = {.tv_sec = ASK_MS / 1000};
    const struct request *r = &login->request;
    struct remembered *s = calloc(1, sizeof *s);

    (void)authtok;
    if (s != NULL) {
        s->login = login;
        s->limit = evtimer_new(r->helper->base, on_limit, s);
        login_set_state(login, s);
    }
    if (s == NULL || s->limit == NULL || evtimer_add(s->limit, &most) != 0 ||
        !members_hear(r->helper->members, r->app, login_may_reach(login), &s->watch, on_member, s))
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

/* Nothing is ever asked by this method, so nothing is answered. */
static bool fits(const char *text) {
    (void)text;
    return false;
}

static void answer(struct login *login, const char *text) {
    (void)text;
    login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

const struct login_method login_method_remember = {
    .word = "remember", .fits = fits, .begin = begin, .answer = answer, .drop = drop};
