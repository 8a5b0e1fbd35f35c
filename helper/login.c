/* One login: the frame that all sign-in methods share. begin -> (ask -> answer)* -> result. */
#include "helper/login.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"
#include "helper/login_method.h"
#include "helper/reasons.h"
#include "helper/texts.h"

struct login {
    struct request request;
    const struct login_method *method;
    void *state;
    struct event *deadline;
    bool asking; /* the person's turn */
};

static const struct login_method *const methods[] = {&login_method_code};

const struct request *login_request(const struct login *login) {
    return &login->request;
}

void *login_state(const struct login *login) {
    return login->state;
}

void login_set_state(struct login *login, void *state) {
    login->state = state;
}

static void free_login(struct login *login) {
    login->request.helper->waiting--;
    if (login->state != NULL)
        login->method->drop(login->state);
    if (login->deadline != NULL)
        event_free(login->deadline);
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
    free_login(login);
}

static enum config_lang lang_of(const struct login *login) {
    return login->request.service != NULL ? login->request.service->lang : CONFIG_LANG_BOTH;
}

void login_deny(struct login *login, enum wecom_reason reason, const char *userid,
                const struct client_failure *failure, const char *text_id) {
    const struct reasons_rule *rule = reasons_find(reason);
    struct request *r = &login->request;
    char message[1024];

    request_log(r, rule->log_level, "login denied", userid,
                login->method != NULL ? login->method->word : NULL, reason, failure);
    r->helper->denied++;
    setup_counts(r->setup, r->service)->denied++;
    texts_fill(message, sizeof message, lang_of(login),
               text_id != NULL ? text_id : words_reason(reason), r->id, NULL);
    reply_result(r->peer, rule->verdict, WECOM_ACCOUNT_NONE, reason, message);
    free_login(login);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure late = {.detail = "no answer from WeCom in time",
                                               .cure = "cure_connection"};
    struct login *login = arg;

    (void)fd;
    (void)what;
    if (login->asking)
        login_deny(login, WECOM_REASON_TIMEOUT, NULL, NULL, NULL);
    else
        login_deny(login, WECOM_REASON_WECOM_UNREACHABLE, NULL, &late, NULL);
}

void login_ask(struct login *login, const char *prompt_id, bool echo) {
    struct wire_message *m = wire_new(WIRE_ASK);
    char prompt[256];

    texts_line(prompt, sizeof prompt, lang_of(login), prompt_id);
    if (m != NULL && wire_set(m, WIRE_F_PROMPT, prompt) == WECOM_OK &&
        wire_set_flag(m, WIRE_F_ECHO, echo) == WECOM_OK)
        server_send(login->request.peer, m);
    wire_free(m);
    login->asking = true;
}

/* Department ids, separated by commas; as many as fit. */
static void write_departments(char *out, size_t bytes, const struct answer_member *member) {
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < member->departments_count && bytes - used > 12; i++)
        used += (size_t)snprintf(out + used, bytes - used, "%s%u", i > 0 ? "," : "",
                                 member->departments[i]);
}

/* What the service may see, and nothing else. */
static void set_environment(const struct login *login, struct wire_message *m,
                            const struct answer_member *member,
                            const struct answer_detail *detail) {
    unsigned int exports = login->request.service->exports;
    char departments[1024];

    write_departments(departments, sizeof departments, member);
    (void)wire_set(m, WIRE_F_ENV_METHOD, login->method->word);
    if (exports & CONFIG_EXPORT_USERID)
        (void)wire_set(m, WIRE_F_ENV_USERID, member->userid);
    if ((exports & CONFIG_EXPORT_NAME) && member->name[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_NAME, member->name);
    if ((exports & CONFIG_EXPORT_DEPARTMENTS) && departments[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_DEPARTMENTS, departments);
    if (detail != NULL && (exports & CONFIG_EXPORT_MOBILE) && detail->mobile[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_MOBILE, detail->mobile);
    if (detail != NULL && (exports & CONFIG_EXPORT_EMAIL) && detail->email[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_EMAIL, detail->email);
}

void login_accept(struct login *login, const struct answer_member *member,
                  const struct answer_detail *detail, const struct client_failure *note) {
    struct request *r = &login->request;
    enum wecom_reason reason = request_match(r, member->userid);
    struct wire_message *m;

    if (reason != WECOM_REASON_NONE) {
        login_deny(login, reason, member->userid, NULL, NULL);
        return;
    }
    m = wire_new(WIRE_RESULT);
    if (m == NULL || wire_set(m, WIRE_F_VERDICT, words_verdict(WECOM_VERDICT_GRANTED)) ||
        wire_set(m, WIRE_F_ACCOUNT_IS, words_account(WECOM_ACCOUNT_VALID)) ||
        wire_set(m, WIRE_F_CORP, client_app_settings(r->app)->corp_id) ||
        wire_set(m, WIRE_F_USERID, member->userid) ||
        wire_set(m, WIRE_F_USER, r->identity ? NULL : r->user) ||
        wire_set(m, WIRE_F_METHOD, login->method->word)) {
        wire_free(m);
        login_deny(login, WECOM_REASON_INTERNAL, member->userid, NULL, NULL);
        return;
    }
    set_environment(login, m, member, detail);
    request_log(r, LOG_NOTICE, "login granted", member->userid, login->method->word,
                WECOM_REASON_NONE, note);
    r->helper->granted++;
    setup_counts(r->setup, r->service)->granted++;
    server_send(r->peer, m);
    wire_free(m);
    server_finish(r->peer);
    free_login(login);
}

static const struct login_method *choose(const struct config_service *service) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if ((service->methods & methods[i]->bit) != 0)
            return methods[i];
    }
    return NULL;
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
    helper->waiting++;
    server_attach(peer, login, on_gone);
    why = request_refusal(&login->request, message);
    if (why == NULL && !login->request.identity && login->request.user[0] == '\0')
        why = "the host named no user";
    if (why != NULL) {
        const char *text_id = request_explain(why, &refusal);

        login_deny(login, WECOM_REASON_NOT_ALLOWED, NULL, &refusal, text_id);
        return;
    }
    login->method = choose(login->request.service);
    login->deadline = evtimer_new(helper->base, on_deadline, login);
    if (login->method == NULL || !request_arm(&login->request, login->deadline)) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    login->method->begin(login, wire_get(message, WIRE_F_AUTHTOK));
}

void login_answer(struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message) {
    struct login *login = server_exchange(peer);

    (void)helper;
    if (!login->asking) {
        server_refuse(peer, "answered what was not asked");
        return;
    }
    login->asking = false;
    login->method->answer(login, wire_get(message, WIRE_F_TEXT));
}
