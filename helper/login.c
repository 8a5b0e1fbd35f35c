/* One login: the frame that all sign-in methods share. begin -> (ask -> answer)* -> result. */
#include "helper/login.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/words.h"
#include "helper/login_method.h"
#include "helper/people.h"
#include "helper/reasons.h"
#include "helper/texts.h"

enum {
    PUBLISH_MS = 5000,
    ROUNDS = 12, /* prompts of one login; older sshd dies of too many */
};

/* What a method found out, while the store is asked. */
struct accepted {
    struct members_answer said;
    struct answer_detail detail;
    struct client_failure note;
    bool has_detail, has_note;
    struct people_answer answer; /* while the table is waited for */
};

struct login {
    struct request request;
    const struct login_method *method;
    void *state;
    struct event *deadline;
    bool asking; /* the person's turn */
    unsigned int rounds;
    const char *prompt_id, *info_id; /* what he was asked last */
    bool echo;
    enum config_lang lang; /* of the service, or as the person wished */
    bool admitted;         /* by all that the store knows */
    struct people_ticket *people;
    struct members_watch *watch;
    struct worker_wait *published;
    struct accepted *accepted;
    char *authtok; /* what the host already has, until the method begins */
};

static const struct login_method *const methods[] = {&login_method_code, &login_method_message};

static const struct login_method *find_method(enum config_method bit) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (methods[i]->bit == bit)
            return methods[i];
    }
    return NULL;
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

static void free_login(struct login *login) {
    login->request.helper->waiting--;
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
    free_login(login);
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
    texts_fill(message, sizeof message, login->lang,
               text_id != NULL ? text_id : words_reason(reason), r->id, NULL);
    reply_result(r->peer, rule->verdict, WECOM_ACCOUNT_NONE, reason, message);
    free_login(login);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg);

/* The words of the other methods of the service, separated by blanks. */
static void write_others(const struct login *login, char *out, size_t bytes) {
    const struct config_service *service = login->request.service;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < service->order_count && used < bytes; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (method != login->method)
            used += (size_t)snprintf(out + used, bytes - used, "%s%s", used > 0 ? " " : "",
                                     method->word);
    }
}

/* What stands above the prompt; "": nothing. */
static void write_info(const struct login *login, char *out, size_t bytes) {
    char others[64];
    size_t used;

    texts_fill(out, bytes, login->lang, login->info_id, login->request.id, NULL);
    write_others(login, others, sizeof others);
    used = strlen(out);
    if (others[0] == '\0' || used + 2 > bytes)
        return;
    if (used > 0)
        out[used++] = '\n';
    texts_words(out + used, bytes - used, login->lang, "choice",
                (const char *const[]){others, NULL});
}

static void ask_again(struct login *login) {
    struct wire_message *m = wire_new(WIRE_ASK);
    char prompt[256], info[1024];

    if (login->rounds++ >= ROUNDS) {
        wire_free(m);
        login_deny(login, WECOM_REASON_TOO_MANY_TRIES, NULL, NULL, NULL);
        return;
    }
    texts_line(prompt, sizeof prompt, login->lang, login->prompt_id);
    write_info(login, info, sizeof info);
    if (m != NULL && wire_set(m, WIRE_F_PROMPT, prompt) == WECOM_OK &&
        wire_set(m, WIRE_F_INFO_TEXT, info[0] != '\0' ? info : NULL) == WECOM_OK &&
        wire_set_flag(m, WIRE_F_ECHO, login->echo) == WECOM_OK)
        server_send(login->request.peer, m);
    wire_free(m);
    login->asking = true;
}

void login_ask(struct login *login, const char *prompt_id, const char *info_id, bool echo) {
    login->prompt_id = prompt_id;
    login->info_id = info_id;
    login->echo = echo;
    ask_again(login);
}

const char *login_may_reach(const struct login *login) {
    const char *userid = login->admitted ? request_expected_userid(&login->request) : NULL;

    return userid != NULL ? userid : "";
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
                            const struct people_answer *answer) {
    unsigned int exports = login->request.service->exports;
    const struct accepted *a = login->accepted;
    const struct answer_member *member = &a->said.member;
    char departments[1024];

    write_departments(departments, sizeof departments, member);
    (void)wire_set(m, WIRE_F_ENV_METHOD, login->method->word);
    if (answer->known && (exports & CONFIG_EXPORT_ACCOUNT)) {
        (void)wire_set(m, WIRE_F_ENV_ACCOUNT, answer->account.id);
        (void)wire_set_flag(m, WIRE_F_ENV_FIRST_LOGIN, answer->first_login);
    }
    if (exports & CONFIG_EXPORT_USERID)
        (void)wire_set(m, WIRE_F_ENV_USERID, member->userid);
    if ((exports & CONFIG_EXPORT_NAME) && member->name[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_NAME, member->name);
    if ((exports & CONFIG_EXPORT_DEPARTMENTS) && departments[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_DEPARTMENTS, departments);
    if (a->has_detail && (exports & CONFIG_EXPORT_MOBILE) && a->detail.mobile[0] != '\0' &&
        !answer->mobile_refused)
        (void)wire_set(m, WIRE_F_ENV_MOBILE, a->detail.mobile);
    if (a->has_detail && (exports & CONFIG_EXPORT_EMAIL) && a->detail.email[0] != '\0')
        (void)wire_set(m, WIRE_F_ENV_EMAIL, a->detail.email);
}

static struct wire_message *new_grant(const struct login *login,
                                      const struct people_answer *answer) {
    const struct request *r = &login->request;
    struct wire_message *m = wire_new(WIRE_RESULT);

    if (m == NULL || wire_set(m, WIRE_F_VERDICT, words_verdict(WECOM_VERDICT_GRANTED)) ||
        wire_set(m, WIRE_F_ACCOUNT_IS, words_account(WECOM_ACCOUNT_VALID)) ||
        wire_set(m, WIRE_F_CORP, client_app_settings(r->app)->corp_id) ||
        wire_set(m, WIRE_F_USERID, login->accepted->said.member.userid) ||
        wire_set(m, WIRE_F_USER, r->identity ? NULL : r->user) ||
        wire_set(m, WIRE_F_METHOD, login->method->word)) {
        wire_free(m);
        return NULL;
    }
    set_environment(login, m, answer);
    return m;
}

static void grant(struct login *login, const struct people_answer *answer) {
    struct request *r = &login->request;
    const struct accepted *a = login->accepted;
    struct wire_message *m = new_grant(login, answer);

    if (m == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, a->said.member.userid, NULL, NULL);
        return;
    }
    request_log(r, LOG_NOTICE, "login granted", a->said.member.userid, login->method->word,
                WECOM_REASON_NONE, a->has_note ? &a->note : NULL);
    r->helper->granted++;
    setup_counts(r->setup, r->service)->granted++;
    server_send(r->peer, m);
    wire_free(m);
    server_finish(r->peer);
    free_login(login);
}

/* A telephone number is worth an audit line: whoever looks people up by it must not find two. */
static void log_refused_mobile(const struct login *login) {
    static const struct client_failure twice = {
        .detail = "the telephone number belongs to another active account too: it is neither kept "
                  "nor passed on"};

    request_log(&login->request, LOG_WARNING, "telephone number refused",
                login->accepted->said.member.userid, login->method->word, WECOM_REASON_NONE,
                &twice);
}

/* Also where the table could not be written: the person is who he is, and the host will notice. */
static void on_published(void *arg, bool published) {
    struct login *login = arg;

    (void)published;
    login->published = NULL;
    grant(login, &login->accepted->answer);
}

/* A host looks the user up right after the grant: an account of the last minutes should be in the
 * table by then. That is worth a moment, and no refusal.
 */
static void grant_when_published(struct login *login, const struct people_answer *answer) {
    static const struct timeval most = {.tv_sec = PUBLISH_MS / 1000};
    struct helper *helper = login->request.helper;

    if (answer->changes == 0 || helper->worker == NULL) {
        grant(login, answer);
        return;
    }
    login->accepted->answer = *answer;
    login->published = worker_wait(helper->worker, answer->changes, on_published, login);
    if (login->published == NULL || evtimer_add(login->deadline, &most) != 0)
        grant(login, answer);
}

static void ask_directory(struct login *login);

static void on_entered(void *arg, const struct people_answer *answer) {
    struct login *login = arg;
    enum wecom_reason reason = people_reason(&login->request, answer);
    char userid[WECOM_USERID_MAX_BYTES + 1];

    login->people = NULL;
    if (answer->outdated) {
        ask_directory(login);
        return;
    }
    if (reason != WECOM_REASON_NONE) {
        memcpy(userid, login->accepted->said.member.userid, sizeof userid);
        login_deny(login, reason, userid, NULL, NULL);
        return;
    }
    if (answer->mobile_refused)
        log_refused_mobile(login);
    grant_when_published(login, answer);
}

static void enter(struct login *login) {
    const struct accepted *a = login->accepted;

    login->people = people_enter(&login->request, &a->said, a->has_detail ? &a->detail : NULL,
                                 on_entered, login);
    if (login->people == NULL)
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

static void hear_directory(struct login *login, const struct members_answer *said) {
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    if (reason != WECOM_REASON_NONE) {
        login_deny(login, reason, login->accepted->said.member.userid,
                   failure.detail[0] != '\0' ? &failure : NULL, NULL);
        return;
    }
    login->accepted->said = *said;
    enter(login);
}

static void on_directory(void *arg, const struct members_answer *said) {
    struct login *login = arg;

    login->watch = NULL;
    hear_directory(login, said);
}

/* Of whom another application, or WeCom's word of some time ago, has said that he is a member. */
static void ask_directory(struct login *login) {
    const struct request *r = &login->request;

    login->watch = members_ask(r->helper->members, people_directory(r),
                               login->accepted->said.member.userid, on_directory, login);
    if (login->watch == NULL)
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

void login_accept(struct login *login, const struct members_answer *said,
                  const struct answer_detail *detail, const struct client_failure *note) {
    struct request *r = &login->request;
    const struct client_app *directory = people_directory(r);
    struct accepted *a = calloc(1, sizeof *a);
    const struct members_answer *known;

    if (a == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    login->accepted = a;
    a->said = *said;
    a->has_detail = detail != NULL;
    if (detail != NULL)
        a->detail = *detail;
    a->has_note = note != NULL;
    if (note != NULL)
        a->note = *note;
    if (directory == r->app) {
        enter(login);
        return;
    }
    /* Another application signs in; that of [accounts] has the say over the account. */
    known = members_known(r->helper->members, directory, said->member.userid);
    if (known != NULL)
        hear_directory(login, known);
    else
        ask_directory(login);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg) {
    static const struct client_failure late = {.detail = "no answer from WeCom in time",
                                               .cure = "cure_connection"};
    struct login *login = arg;

    (void)fd;
    (void)what;
    if (login->published != NULL)
        grant(login, &login->accepted->answer); /* decided already: see grant_when_published */
    else if (login->asking)
        login_deny(login, WECOM_REASON_TIMEOUT, NULL, NULL, NULL);
    else
        login_deny(login, WECOM_REASON_WECOM_UNREACHABLE, NULL, &late, NULL);
}

/* The first method of the service that the text may be an answer to; NULL: none. */
static const struct login_method *fitting(const struct login *login, const char *text) {
    const struct config_service *service = login->request.service;

    for (size_t i = 0; i < service->order_count; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (method->fits(text))
            return method;
    }
    return NULL;
}

/* The method of the service that the word means; NULL: none. */
static const struct login_method *meant(const struct login *login, const char *word) {
    const struct config_service *service = login->request.service;

    for (size_t i = 0; i < service->order_count; i++) {
        const struct login_method *method = find_method(service->order[i]);

        if (strcasecmp(method->word, word) == 0)
            return method;
    }
    return NULL;
}

static bool is_lang(const char *word, enum config_lang *lang) {
    bool zh = strcasecmp(word, "zh") == 0;

    if (!zh && strcasecmp(word, "en") != 0)
        return false;
    *lang = zh ? CONFIG_LANG_ZH : CONFIG_LANG_EN;
    return true;
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

static void begin_method(struct login *login, const struct login_method *method,
                         const char *authtok) {
    if (login->state != NULL)
        login->method->drop(login->state);
    login->state = NULL;
    login->method = method;
    method->begin(login, authtok);
}

/* What the host has already goes to the method that it fits, else to the preferred one: that has to
 * refuse it as it refuses anything.
 */
static void begin_first(struct login *login, const char *authtok) {
    const struct login_method *method = authtok != NULL ? fitting(login, authtok) : NULL;

    begin_method(login, method != NULL ? method : login->method, authtok);
}

/* A word for the conversation itself, an answer to another method, or an answer. */
static void take_answer(struct login *login, const char *text) {
    const struct login_method *method = meant(login, text);

    if (method != NULL && method != login->method) {
        begin_method(login, method, NULL);
    } else if (method != NULL || is_lang(text, &login->lang)) {
        ask_again(login);
    } else {
        method = login->method->fits(text) ? login->method : fitting(login, text);
        if (method == NULL || method == login->method)
            login->method->answer(login, text);
        else
            begin_method(login, method, text);
    }
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
    /* a link is root's word that this member is the user, also before his first login */
    login->admitted =
        answer->error == WECOM_OK &&
        (answer->known ? people_reason(r, answer) == WECOM_REASON_NONE : r->link[0] != '\0');
    userid = answer->known ? answer->account.userid : people_guess(r);
    (void)snprintf(r->expected, sizeof r->expected, "%s", userid != NULL ? userid : "");
    login->authtok = NULL;
    begin_first(login, authtok);
    secret_free_string(authtok);
}

static void start(struct login *login, const char *authtok) {
    struct request *r = &login->request;
    bool sends = (r->service->methods & CONFIG_METHOD_MESSAGE) != 0;

    login->authtok = authtok != NULL ? trimmed(authtok) : NULL;
    if ((authtok == NULL || login->authtok != NULL) &&
        (!people_is_host(r) || (r->link[0] != '\0' && !sends))) {
        char *own = login->authtok;

        login->authtok = NULL;
        begin_first(login, own);
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
    server_attach(peer, login, on_gone);
    why = request_refusal(&login->request, message);
    if (why == NULL && !login->request.identity && login->request.user[0] == '\0')
        why = "the host named no user";
    if (why != NULL) {
        const char *text_id = request_explain(why, &refusal);

        login_deny(login, WECOM_REASON_NOT_ALLOWED, NULL, &refusal, text_id);
        return;
    }
    login->method = find_method(login->request.service->order[0]);
    login->deadline = evtimer_new(helper->base, on_deadline, login);
    if (login->method == NULL || !request_arm(&login->request, login->deadline)) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
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
        take_answer(login, text);
    else
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
    secret_free_string(text);
}
