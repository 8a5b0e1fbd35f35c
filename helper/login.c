/* One login: the frame that all sign-in methods share. begin -> (ask -> answer)* -> result. */
#include "helper/login.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "common/words.h"
#include "helper/login_internal.h"
#include "helper/reasons.h"
#include "helper/texts.h"
#include "helper/throttle.h"

/* Counters that cannot be kept are the administrator's business. */
void login_log_throttle(const struct helper *helper) {
    const char *trouble = throttle_trouble(helper->throttle);

    if (trouble != NULL)
        log_event(LOG_ERR, "failures are counted in memory only", trouble);
}

const struct request *login_request(const struct login *login) {
    return &login->request;
}

void *login_state(const struct login *login) {
    return login->state;
}

void login_set_state(struct login *login, void *state) {
    login->state = state;
}

void login_end(struct login *login) {
    login->request.helper->waiting--;
    *login->link = login->next;
    if (login->next != NULL)
        login->next->link = login->link;
    if (login->state != NULL)
        login->method->drop(login->state);
    if (login->deadline != NULL)
        event_free(login->deadline);
    people_drop(login->people);
    members_drop(login->watch);
    if (login->published != NULL)
        worker_unwait(login->published);
    free(login->accepted);
    secret_free_string(login->authtok);
    request_close(&login->request);
    free(login);
}

/* The host hung up: nothing of the login stays. */
static void on_gone(void *exchange) {
    struct login *login = exchange;

    request_log(&login->request, LOG_NOTICE, "login denied", NULL,
                login->method != NULL ? login->method->word : NULL, WECOM_REASON_CANCELLED, NULL);
    login->request.helper->denied++;
    setup_counts(login->request.setup, login->request.service)->denied++;
    login_end(login);
}

/* Guesses are counted where somebody names a user and types: at hosts with accounts. */
bool login_is_counted(const struct login *login) {
    const struct request *r = &login->request;

    return r->service != NULL && people_is_host(r);
}

static void count_failure(const struct login *login, enum wecom_reason reason) {
    const struct request *r = &login->request;
    bool guessed = reason == WECOM_REASON_CODE_INVALID ||
                   reason == WECOM_REASON_IDENTITY_MISMATCH ||
                   reason == WECOM_REASON_TOO_MANY_TRIES;

    if (!guessed || !login->judged || !login_is_counted(login))
        return;
    throttle_failed(r->helper->throttle, r->user, login->known, r->rhost);
    login_log_throttle(r->helper);
}

void login_missed(struct login *login) {
    request_log(&login->request, LOG_NOTICE, "login answer wrong", NULL, login->method->word,
                WECOM_REASON_CODE_INVALID, NULL);
    count_failure(login, WECOM_REASON_CODE_INVALID);
    login_forget(login);
}

void login_deny_with(struct login *login, enum wecom_reason reason, const char *userid,
                     const struct client_failure *failure, const char *message) {
    const struct reasons_rule *rule = reasons_find(reason);
    struct request *r = &login->request;

    request_log(r, rule->log_level, "login denied", userid,
                login->method != NULL ? login->method->word : NULL, reason, failure);
    r->helper->denied++;
    setup_counts(r->setup, r->service)->denied++;
    count_failure(login, reason);
    if (rule->verdict != WECOM_VERDICT_UNAVAILABLE)
        login_forget(login);
    reply_result(r->peer, rule->verdict, WECOM_ACCOUNT_NONE, reason, message);
    login_end(login);
}

void login_deny(struct login *login, enum wecom_reason reason, const char *userid,
                const struct client_failure *failure, const char *text_id) {
    char message[1024];

    texts_fill(message, sizeof message, login->lang,
               text_id != NULL ? text_id : words_reason(reason), login->request.id, NULL);
    login_deny_with(login, reason, userid, failure, message);
}

bool login_can_ask(const struct login *login) {
    return !login->blind;
}

const char *login_may_reach(const struct login *login) {
    const char *userid = login->admitted ? request_expected_userid(&login->request) : NULL;

    return userid != NULL ? userid : "";
}

bool login_is_granted(const struct login *login) {
    return login->granted;
}

void login_list(const struct helper *helper, size_t most,
                void (*tell)(void *arg, const struct login_view *view), void *arg) {
    for (const struct login *l = helper->logins; l != NULL && most > 0; l = l->next, most--) {
        const struct request *r = &l->request;
        const char *userid = request_expected_userid(r);

        tell(arg, &(const struct login_view){
                      .id = r->id,
                      .service = r->service_name,
                      .method = l->method != NULL ? l->method->word : "",
                      .origin = r->rhost,
                      .userid = userid != NULL ? userid : "",
                      .user = r->user[0] == '\0' || name_is_userid(r->user) ? r->user : "?",
                      .age_s = (helper_now_ms(helper) - r->begun_ms) / 1000});
    }
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure late = {.detail = "no answer from WeCom in time",
                                               .cure = "cure_connection"};
    struct login *login = arg;

    (void)fd;
    (void)what;
    if (login->published != NULL)
        login_grant_now(login); /* decided already */
    else if (login->asking)
        login_deny(login, WECOM_REASON_TIMEOUT, NULL, NULL, NULL);
    else
        login_deny(login, WECOM_REASON_WECOM_UNREACHABLE, NULL, &late, NULL);
}

/* Without the blanks around it, which come with copy and paste. */
static char *trimmed(const char *text) {
    size_t len;

    text += strspn(text, " \t\r\n");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    return strndup(text, len);
}

/* Whose name it is has been looked up; the prompts are the same whatever came of it. */
static void on_found(void *arg, const struct people_answer *answer) {
    struct login *login = arg;
    struct request *r = &login->request;
    char *authtok = login->authtok;
    const char *userid;

    login->people = NULL;
    if (answer->error == WECOM_OK && !answer->known)
        people_look_up(r);
    login->known = answer->known || r->link[0] != '\0';
    /* a link is root's word that this member is the user, also before his first login */
    login->admitted =
        answer->error == WECOM_OK &&
        (answer->known ? people_reason(r, answer) == WECOM_REASON_NONE : r->link[0] != '\0');
    userid = answer->known ? answer->account.userid : people_guess(r);
    (void)snprintf(r->expected, sizeof r->expected, "%s", userid != NULL ? userid : "");
    login->authtok = NULL;
    if (authtok == NULL && login->admitted && login_is_remembered(login, answer))
        login_go_to(login, &login_method_remember, NULL);
    else
        login_begin_first(login, authtok);
    secret_free_string(authtok);
}

static void start(struct login *login, const char *authtok) {
    struct request *r = &login->request;
    bool looks = login->has_key ||
                 (r->service->methods & (CONFIG_METHOD_MESSAGE | CONFIG_METHOD_APPROVE)) != 0;

    login->authtok = authtok != NULL ? trimmed(authtok) : NULL;
    if ((authtok == NULL || login->authtok != NULL) &&
        (!people_is_host(r) || (r->link[0] != '\0' && !looks))) {
        char *own = login->authtok;

        login->authtok = NULL;
        login->known = r->link[0] != '\0';
        login_begin_first(login, own);
        secret_free_string(own);
        return;
    }
    if (authtok == NULL || login->authtok != NULL)
        login->people = people_find(r, NULL, NULL, on_found, login);
    if (login->people == NULL)
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

void login_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message) {
    struct login *login = calloc(1, sizeof *login);
    struct client_failure refusal;
    const char *why;

    if (login == NULL) {
        server_refuse(peer, "no memory for its login");
        return;
    }
    request_open(&login->request, helper, peer, message);
    if (login->request.service != NULL)
        login->lang = login->request.service->lang;
    helper->waiting++;
    login->next = helper->logins;
    login->link = &helper->logins;
    if (login->next != NULL)
        login->next->link = &login->next;
    helper->logins = login;
    server_attach(peer, login, on_gone);
    why = request_refusal(&login->request, message);
    if (why == NULL && !login->request.identity && login->request.user[0] == '\0')
        why = "the host named no user";
    if (why != NULL) {
        const char *text_id = request_explain(why, &refusal);

        login_deny(login, WECOM_REASON_NOT_ALLOWED, NULL, &refusal, text_id);
        return;
    }
    login->method = login_first_method(login->request.service);
    login->deadline = evtimer_new(helper->base, on_deadline, login);
    if (login->method == NULL || !request_arm(&login->request, login->deadline)) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    login->blind = wire_get(message, WIRE_F_AUTHTOK) != NULL;
    login_take_key(login, wire_get(message, WIRE_F_AUTH_INFO));
    start(login, wire_get(message, WIRE_F_AUTHTOK));
}

void login_answer(struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message) {
    struct login *login = server_exchange(peer);
    char *text;

    (void)helper;
    if (!login->asking) {
        server_refuse(peer, "answered what was not asked");
        return;
    }
    login->asking = false;
    text = trimmed(wire_get(message, WIRE_F_TEXT));
    if (text != NULL)
        login_take_answer(login, text);
    else
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
    secret_free_string(text);
}
