/* The end of a login that a method has accepted: the account, the rules, the result. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"
#include "helper/login_internal.h"
#include "helper/throttle.h"

enum { PUBLISH_MS = 5000 };

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
    if (answer->mobile_refused && (exports & CONFIG_EXPORT_MOBILE))
        (void)wire_set_flag(m, WIRE_F_ENV_MOBILE_TAKEN, true);
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
    request_log(r, a->by_store ? LOG_WARNING : LOG_NOTICE, "login granted", a->said.member.userid,
                login->method->word, WECOM_REASON_NONE, &a->note);
    if (login->method->bit != 0)
        login_remember(login, answer);
    if (login_is_counted(login)) {
        throttle_passed(r->helper->throttle, r->user, r->rhost);
        login_log_throttle(r->helper);
    }
    r->helper->granted++;
    setup_counts(r->setup, r->service)->granted++;
    server_send(r->peer, m);
    wire_free(m);
    server_finish(r->peer);
    login->granted = true;
    login_end(login);
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

static void on_directory(void *arg, const struct members_answer *said) {
    struct login *login = arg;
    struct client_failure failure = said->failure;
    enum wecom_reason reason = members_reason(said);

    login->watch = NULL;
    if (reason != WECOM_REASON_NONE) {
        login_deny(login, reason, login->accepted->said.member.userid, &failure, NULL);
        return;
    }
    login->accepted->said = *said;
    enter(login);
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
    struct client_app *directory = people_directory(r);
    struct accepted *a = calloc(1, sizeof *a);

    if (a == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    login->accepted = a;
    a->said = *said;
    a->has_detail = detail != NULL;
    if (detail != NULL)
        a->detail = *detail;
    if (note != NULL)
        a->note = *note;
    if (directory == r->app) {
        enter(login);
        return;
    }
    /* Another application signs in; that of [accounts] has the say over the account. */
    if (!members_hear(r->helper->members, directory, a->said.member.userid, &login->watch,
                      on_directory, login))
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
}

/* What the store has of the member, as WeCom would say it. */
static void describe(const struct store_account *account, struct answer_member *member) {
    size_t count = account->departments_count;

    memcpy(member->userid, account->userid, sizeof member->userid);
    (void)snprintf(member->name, sizeof member->name, "%s", account->name);
    if (count > ANSWER_DEPARTMENTS)
        count = ANSWER_DEPARTMENTS;
    memcpy(member->departments, account->departments, count * sizeof member->departments[0]);
    member->departments_count = count;
}

void login_accept_stored(struct login *login, const struct people_answer *answer,
                         const struct client_failure *note) {
    struct accepted *a = calloc(1, sizeof *a);

    if (a == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    login->accepted = a;
    a->by_store = true;
    a->note = *note;
    describe(&answer->account, &a->said.member);
    grant(login, answer);
}

void login_grant_now(struct login *login) {
    grant(login, &login->accepted->answer);
}
