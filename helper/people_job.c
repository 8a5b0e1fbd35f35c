/* What is known of a person, and what WeCom says of him, inside one transaction of the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/directory.h"
#include "helper/people_internal.h"
#include "wecom/paths.h"

enum { NEW_S = 600 }; /* an account of the last minutes may not be in the table yet */

/* The modification time of the published table: that of the last whole synchronization. */
static int64_t table_time_s(const struct setup *setup) {
    struct stat st;

    return stat(setup->config->accounts.table, &st) == 0 ? (int64_t)st.st_mtim.tv_sec : 0;
}

/* May the service serve a person of these departments? */
static enum wecom_error judge(const struct config_service *service, struct store_tx *tx,
                              const char *app, const char *userid, const uint32_t *departments,
                              size_t count, enum policy_answer *admitted) {
    struct directory_person *person;
    enum wecom_error err;

    *admitted = POLICY_YES;
    if (service == NULL || (service->allow.count == 0 && service->deny.count == 0))
        return WECOM_OK;
    *admitted = POLICY_UNSURE;
    person = malloc(sizeof *person);
    if (person == NULL)
        return WECOM_E_MEMORY;
    err = directory_person(tx, app, userid, departments, count, person);
    if (err == WECOM_OK)
        *admitted = policy_admits(&service->allow, &service->deny, &person->person);
    free(person);
    return err;
}

/* Is there a service of host accounts that would let the member in? Without any, every member
 * counts.
 */
static enum wecom_error is_wanted(const struct people_ticket *t, struct store_tx *tx,
                                  bool *wanted) {
    const struct config *c = t->setup->config;
    const struct answer_member *m = &t->said.member;
    bool has_service = false;

    *wanted = false;
    for (size_t i = 0; i < c->services_count && !*wanted; i++) {
        enum policy_answer admitted;
        enum wecom_error err;

        if (!c->services[i].account)
            continue;
        has_service = true;
        err = judge(&c->services[i], tx, c->accounts.app->name, m->userid, m->departments,
                    m->departments_count, &admitted);
        if (err != WECOM_OK)
            return err;
        *wanted = admitted == POLICY_YES;
    }
    *wanted = *wanted || !has_service;
    return WECOM_OK;
}

static bool read_locals(struct people *people) {
    struct locals *fresh;

    if (people->locals != NULL && !locals_is_stale(people->locals))
        return true;
    fresh = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    if (fresh == NULL)
        return false;
    locals_free(people->locals);
    people->locals = fresh;
    return true;
}

/* Said, and remembered since, before the store learned the contrary: a synchronization has
 * withdrawn the person meanwhile, or brought him back. The store knows whole seconds: in doubt it
 * is outdated.
 */
static enum wecom_error is_outdated(const struct people_ticket *t, struct store_tx *tx,
                                    const char *corp, bool *outdated) {
    const struct helper *helper = t->people->helper;
    int64_t age_s = (helper_now_ms(helper) - t->said.answered_ms + 999) / 1000;
    struct store_account account;
    enum wecom_error err = store_find_userid(tx, corp, t->userid, &account);

    *outdated = err == WECOM_OK && t->said.remembered &&
                (account.state == STORE_ACTIVE) != (t->said.state == MEMBERS_ACTIVE) &&
                helper_wall_s(helper) - age_s <= account.changed_s;
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

/* What WeCom said goes into the store, where it was said to the application of [accounts]. */
static enum wecom_error take_word(struct people_ticket *t, struct store_tx *tx) {
    const struct config_accounts *settings = &t->setup->config->accounts;
    struct accounts accounts = {.settings = settings,
                                .corp = settings->app->corp_id,
                                .now_s = helper_wall_s(t->people->helper),
                                .looks_only = !t->writes};
    bool wanted = false;
    enum wecom_error err;

    if (!t->is_said || !settings->wanted || t->app != people_app(t->setup))
        return WECOM_OK;
    if (!read_locals(t->people))
        return WECOM_E_SYSTEM;
    accounts.locals = t->people->locals;
    err = is_outdated(t, tx, accounts.corp, &t->answer.outdated);
    if (err != WECOM_OK || t->answer.outdated)
        return err;
    if (t->said.state != MEMBERS_NOT_VISIBLE)
        err = is_wanted(t, tx, &wanted);
    if (err == WECOM_OK)
        err = accounts_hear(&accounts, tx, t->userid, &t->said,
                            wanted ? ACCOUNTS_ADMIT : ACCOUNTS_CONFIRM, &t->answer.account,
                            &t->change);
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

static enum wecom_error find_row(const struct people_ticket *t, struct store_tx *tx,
                                 struct store_account *account) {
    const struct request *r = t->request;
    const char *slash = strchr(r->link, '/');
    char corp[WECOM_CORP_ID_MAX_BYTES + 1];

    if (t->what == PEOPLE_ENTER)
        return store_find_userid(tx, client_app_settings(r->app)->corp_id, t->said.member.userid,
                                 account);
    if (slash != NULL) {
        (void)snprintf(corp, sizeof corp, "%.*s", (int)(slash - r->link), r->link);
        return store_find_userid(tx, corp, slash + 1, account);
    }
    return people_is_host(r)
               ? store_find_login(tx, r->user, account)
               : store_find_userid(tx, client_app_settings(r->app)->corp_id, r->user, account);
}

/* The directory of host accounts has the person's departments in his row; another application has
 * them in its answer.
 */
static enum wecom_error judge_person(struct people_ticket *t, struct store_tx *tx) {
    const struct request *r = t->request;
    const struct store_account *a = &t->answer.account;
    const struct answer_member *m = &t->said.member;
    const char *app = client_app_settings(people_directory(r))->name;

    if (people_is_host(r) && t->answer.known)
        return judge(r->service, tx, app, a->userid, a->departments, a->departments_count,
                     &t->answer.admitted);
    return judge(r->service, tx, app, m->userid, m->departments, m->departments_count,
                 &t->answer.admitted);
}

/* An account without a Unix name: to be known by, for web hosts and for local users who are linked.
 */
static enum wecom_error make_identity(struct people_ticket *t, struct store_tx *tx) {
    struct store_account *a = &t->answer.account;
    int64_t now_s = helper_wall_s(t->people->helper);

    if (!t->writes) {
        t->change.due = true;
        return WECOM_OK;
    }
    *a = (struct store_account){
        .state = STORE_ACTIVE, .created_s = now_s, .changed_s = now_s, .confirmed_s = now_s};
    store_new_id(a->id);
    (void)snprintf(a->corp, sizeof a->corp, "%s", client_app_settings(t->app)->corp_id);
    memcpy(a->userid, t->said.member.userid, sizeof a->userid);
    memcpy(a->name, t->said.member.name, sizeof a->name);
    t->answer.known = true;
    return store_insert(tx, a);
}

/* What the person consented to belongs to the account; the newest word counts. A number that
 * another active member has is nobody's until that is cleared up.
 */
static enum wecom_error take_detail(struct people_ticket *t, struct store_tx *tx, bool *changed) {
    struct store_account *a = &t->answer.account, other;
    enum wecom_error err;

    if (!t->has_detail)
        return WECOM_OK;
    if (t->detail.email[0] != '\0' && strcmp(t->detail.email, a->email) != 0) {
        memcpy(a->email, t->detail.email, sizeof a->email);
        *changed = true;
    }
    if (t->detail.mobile[0] == '\0')
        return WECOM_OK;
    err = store_find_mobile(tx, a->corp, t->detail.mobile, a->id, &other);
    t->answer.mobile_refused = err == WECOM_OK;
    if (err == WECOM_E_ABSENT && strcmp(t->detail.mobile, a->mobile) != 0) {
        memcpy(a->mobile, t->detail.mobile, sizeof a->mobile);
        a->mobile_s = helper_wall_s(t->people->helper);
        *changed = true;
    }
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

static enum wecom_error enter(struct people_ticket *t, struct store_tx *tx) {
    struct people_answer *answer = &t->answer;
    struct store_account *a = &answer->account;
    int64_t now_s = helper_wall_s(t->people->helper);
    bool changed = false;
    enum wecom_error err = WECOM_OK;

    if (people_reason(t->request, answer) != WECOM_REASON_NONE)
        return WECOM_OK;
    if (!answer->known)
        err = make_identity(t, tx);
    if (err != WECOM_OK || !answer->known)
        return err;
    answer->first_login = a->first_login_s == 0;
    if (answer->first_login) {
        a->first_login_s = now_s;
        changed = true;
    }
    err = take_detail(t, tx, &changed);
    if (err == WECOM_OK && changed) {
        t->change.due = true;
        err = t->writes ? store_update(tx, a) : WECOM_OK;
    }
    if (err == WECOM_OK && people_is_host(t->request) && now_s - a->changed_s < NEW_S)
        err = store_changes(tx, &answer->changes);
    return err;
}

enum wecom_error people_run(void *arg, struct store_tx *tx) {
    struct people_ticket *t = arg;
    enum wecom_error err;

    t->answer = (struct people_answer){0};
    t->change = (struct accounts_change){0};
    err = take_word(t, tx);
    if (err != WECOM_OK || t->what == PEOPLE_NOTE || (t->change.due && !t->writes))
        return err;
    err = find_row(t, tx, &t->answer.account);
    t->answer.known = err == WECOM_OK;
    if (err == WECOM_OK || err == WECOM_E_ABSENT)
        err = judge_person(t, tx);
    if (err == WECOM_OK && t->what == PEOPLE_ENTER && !t->answer.outdated)
        err = enter(t, tx);
    if (t->answer.known)
        t->answer.confirmed_s = accounts_confirmed_s(&t->answer.account, table_time_s(t->setup),
                                                     helper_wall_s(t->people->helper));
    return err;
}
