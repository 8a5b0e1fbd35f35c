/* Between an exchange and the account store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/log.h"
#include "helper/people_internal.h"

struct people *people_new(struct helper *helper) {
    struct people *people = calloc(1, sizeof *people);

    if (people != NULL)
        people->helper = helper;
    return people;
}

bool people_is_host(const struct request *r) {
    return r->service == NULL || r->service->account;
}

struct client_app *people_app(const struct setup *setup) {
    return setup->apps[setup->config->accounts.app - setup->config->apps];
}

struct client_app *people_directory(const struct request *r) {
    return people_is_host(r) ? people_app(r->setup) : r->app;
}

const char *people_guess(const struct request *r) {
    const struct config_accounts *accounts = &r->setup->config->accounts;
    const char *name = r->user;
    size_t len = strlen(accounts->name_prefix);

    if (!accounts->wanted || !accounts->provision || r->link[0] != '\0' || !people_is_host(r) ||
        accounts->username != CONFIG_USERNAME_USERID || !name_is_login(name))
        return NULL;
    if (strncmp(name, accounts->name_prefix, len) == 0 && name[len] >= '0' && name[len] <= '9')
        name += len;
    return name_is_userid(name) ? name : NULL;
}

static void free_ticket(struct people_ticket *t) {
    if (t->link != NULL) {
        *t->link = t->next;
        if (t->next != NULL)
            t->next->link = t->link;
    }
    setup_unref(t->setup);
    client_app_unref(t->app);
    free(t);
}

static void on_done(void *arg, enum wecom_error error) {
    struct people_ticket *t = arg;
    struct helper *helper = t->people->helper;

    t->job = NULL;
    if (error == WECOM_OK && t->change.due && !t->writes) {
        t->writes = true;
        t->job = store_submit(helper->store, STORE_WRITE, people_run, on_done, t);
        if (t->job != NULL)
            return;
        error = WECOM_E_MEMORY;
    }
    if (error != WECOM_OK) {
        log_event(LOG_ERR, "account store failed", store_trouble(helper->store));
    } else if (t->change.changed) {
        accounts_log(&t->answer.account, &t->change);
        if (helper->changed != NULL)
            helper->changed(helper);
    }
    t->answer.error = error;
    if (t->what == PEOPLE_NOTE) {
        free_ticket(t);
    } else {
        void (*done)(void *, const struct people_answer *) = t->done;
        void *whom = t->arg;
        struct people_answer answer = t->answer;

        free_ticket(t);
        done(whom, &answer);
    }
}

static struct people_ticket *new_ticket(struct people *people, struct setup *setup,
                                        struct client_app *app, enum people_what what,
                                        const char *userid, const struct members_answer *said) {
    struct people_ticket *t = calloc(1, sizeof *t);

    if (t == NULL)
        return NULL;
    t->people = people;
    t->setup = setup_ref(setup);
    t->app = client_app_ref(app);
    t->what = what;
    t->is_said = said != NULL && said->state != MEMBERS_UNKNOWN;
    if (said != NULL)
        t->said = *said;
    (void)snprintf(t->userid, sizeof t->userid, "%s", userid != NULL ? userid : "");
    return t;
}

static struct people_ticket *start(struct people_ticket *t) {
    if (t == NULL)
        return NULL;
    t->job = store_submit(t->people->helper->store, STORE_READ, people_run, on_done, t);
    if (t->job == NULL) {
        free_ticket(t);
        return NULL;
    }
    return t;
}

static struct people_ticket *start_for(const struct request *r, struct people_ticket *t,
                                       void (*done)(void *arg, const struct people_answer *answer),
                                       void *arg) {
    if (t != NULL) {
        t->request = r;
        t->done = done;
        t->arg = arg;
    }
    return start(t);
}

struct people_ticket *people_find(const struct request *r, const char *userid,
                                  const struct members_answer *said,
                                  void (*done)(void *arg, const struct people_answer *answer),
                                  void *arg) {
    struct people_ticket *t =
        new_ticket(r->helper->people, r->setup, people_directory(r), PEOPLE_FIND, userid, said);

    return start_for(r, t, done, arg);
}

struct people_ticket *people_enter(const struct request *r, const struct members_answer *said,
                                   const struct answer_detail *detail,
                                   void (*done)(void *arg, const struct people_answer *answer),
                                   void *arg) {
    struct people_ticket *t = new_ticket(r->helper->people, r->setup, people_directory(r),
                                         PEOPLE_ENTER, said->member.userid, said);

    if (t != NULL && detail != NULL) {
        t->has_detail = true;
        t->detail = *detail;
    }
    return start_for(r, t, done, arg);
}

void people_drop(struct people_ticket *ticket) {
    if (ticket == NULL)
        return;
    store_drop(ticket->job);
    free_ticket(ticket);
}

void people_note_for(struct people *people, struct setup *setup, struct client_app *app,
                     const char *userid, const struct members_answer *said) {
    struct people_ticket *t = start(new_ticket(people, setup, app, PEOPLE_NOTE, userid, said));

    if (t == NULL)
        return;
    t->next = people->notes;
    t->link = &people->notes;
    if (t->next != NULL)
        t->next->link = &t->next;
    people->notes = t;
}

void people_note(const struct request *r, const char *userid, const struct members_answer *said) {
    people_note_for(r->helper->people, r->setup, r->app, userid, said);
}

void people_free(struct people *people) {
    if (people == NULL)
        return;
    people_end_lookups(people);
    while (people->notes != NULL)
        people_drop(people->notes);
    locals_free(people->locals);
    free(people);
}

bool people_stays(const struct request *r, const struct people_answer *answer) {
    int64_t age_s = helper_wall_s(r->helper) - answer->confirmed_s;

    return people_is_host(r) && answer->error == WECOM_OK && answer->known &&
           answer->confirmed_s > 0 && age_s <= r->setup->config->accounts.stale_s;
}

static enum wecom_reason match(const struct request *r, const struct people_answer *answer) {
    const struct store_account *a = &answer->account;

    if (!people_is_host(r) || r->link[0] != '\0') {
        const char *userid = answer->known ? a->userid : request_expected_userid(r);

        return request_match(r, userid != NULL ? userid : "");
    }
    if (!answer->known || !a->host)
        return WECOM_REASON_NOT_PROVISIONED;
    if (a->login[0] == '\0')
        return WECOM_REASON_NO_LOGIN_NAME;
    return strcmp(a->login, r->user) == 0 ? WECOM_REASON_NONE : WECOM_REASON_IDENTITY_MISMATCH;
}

enum wecom_reason people_reason(const struct request *r, const struct people_answer *answer) {
    const struct store_account *a = &answer->account;
    struct accounts accounts = {.settings = &r->setup->config->accounts};
    enum wecom_reason reason = match(r, answer);

    if (answer->error != WECOM_OK)
        return WECOM_REASON_INTERNAL;
    if (reason == WECOM_REASON_NONE && answer->known) {
        reason = accounts_reason(&accounts, a);
        /* What host accounts are subject to says nothing of an identity but these two. */
        if (!people_is_host(r) && !a->switched_off && !a->held)
            reason = WECOM_REASON_NONE;
        if (r->link[0] != '\0' && reason == WECOM_REASON_NOT_PROVISIONED)
            reason = WECOM_REASON_NONE;
    }
    if (reason != WECOM_REASON_NONE)
        return reason;
    return answer->admitted == POLICY_YES ? WECOM_REASON_NONE : WECOM_REASON_NOT_ALLOWED;
}
