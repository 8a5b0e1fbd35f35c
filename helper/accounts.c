/* What becomes of an account when WeCom says something of its person. */
#include "helper/accounts.h"

#include <stdio.h>
#include <string.h>

#include "helper/log.h"
#include "helper/naming.h"
#include "helper/wecom/errors.h"

static enum store_state state_of(const struct answer_member *member) {
    static const enum store_state states[] = {[MEMBERS_ACTIVE] = STORE_ACTIVE,
                                              [MEMBERS_DISABLED] = STORE_DISABLED,
                                              [MEMBERS_NOT_ACTIVATED] = STORE_NOT_ACTIVATED,
                                              [MEMBERS_LEFT] = STORE_LEFT};

    return states[members_state_of(member)];
}

/* Out: the number is free for somebody else, and the clock of the withdrawal runs. */
static void set_state(struct store_account *a, enum store_state state, int64_t now_s) {
    if (state == a->state)
        return;
    /* WeCom may have given the userid to another person. */
    if (a->state == STORE_DELETED && state != STORE_OUT_OF_RANGE)
        a->held = true;
    a->state = state;
    if (state == STORE_ACTIVE) {
        a->withdrawn_s = 0;
        return;
    }
    if (a->withdrawn_s == 0)
        a->withdrawn_s = now_s;
    a->mobile[0] = '\0';
    a->mobile_s = 0;
}

static void set_facts(struct store_account *a, const struct answer_member *member) {
    memcpy(a->userid, member->userid, sizeof a->userid);
    memcpy(a->name, member->name, sizeof a->name);
    memcpy(a->alias, member->alias, sizeof a->alias);
    a->departments_count = 0;
    for (size_t i = 0; i < member->departments_count && i < STORE_DEPARTMENTS; i++)
        a->departments[a->departments_count++] = member->departments[i];
}

/* What a reader of the published table could tell apart. */
static bool is_same(const struct store_account *a, const struct store_account *b) {
    return a->host == b->host && a->added == b->added && a->switched_off == b->switched_off &&
           a->held == b->held && a->no_login == b->no_login && a->uid == b->uid &&
           a->state == b->state && a->confirmed_by_sync == b->confirmed_by_sync &&
           strcmp(a->userid, b->userid) == 0 && strcmp(a->login, b->login) == 0 &&
           strcmp(a->name, b->name) == 0 && strcmp(a->alias, b->alias) == 0 &&
           strcmp(a->mobile, b->mobile) == 0 && strcmp(a->email, b->email) == 0 &&
           a->departments_count == b->departments_count &&
           memcmp(a->departments, b->departments,
                  a->departments_count * sizeof a->departments[0]) == 0;
}

/* Confirmations come with every login; a row is not rewritten for each of them. */
static bool is_due(const struct accounts *accounts, const struct store_account *before) {
    return before->confirmed_s > accounts->now_s ||
           accounts->now_s - before->confirmed_s > accounts->settings->refresh_s / 2;
}

static enum wecom_error save(const struct accounts *accounts, struct store_tx *tx,
                             const struct store_account *before, struct store_account *account,
                             enum accounts_source source, struct accounts_change *change) {
    enum wecom_error err;

    change->was = before->state;
    change->changed = change->made || !is_same(before, account);
    change->due = change->changed || (source == ACCOUNTS_ASKED && is_due(accounts, before));
    if (!change->due || accounts->looks_only)
        return WECOM_OK;
    if (change->changed)
        account->changed_s = accounts->now_s;
    if (source == ACCOUNTS_ASKED)
        account->confirmed_s = accounts->now_s;
    err = change->made ? store_insert(tx, account) : store_update(tx, account);
    /* Without a synchronization the table has nothing but the row's own time to go by. */
    if (err == WECOM_OK && (change->changed || !account->confirmed_by_sync))
        err = store_count_change(tx);
    return err;
}

/* A Unix account from now on: the name and the number are taken in the same transaction. */
static enum wecom_error make_host(const struct accounts *accounts, struct store_tx *tx,
                                  const struct answer_member *member,
                                  struct store_account *account) {
    enum wecom_error err = WECOM_OK;

    account->host = true;
    if (accounts->looks_only)
        return account->login[0] == '\0' ? naming_look(accounts, tx, member, account) : WECOM_OK;
    if (account->uid == 0)
        err =
            naming_number(accounts, tx, account->corp, account->userid, account->id, &account->uid);
    if (err == WECOM_OK && account->login[0] == '\0')
        err = naming_login(accounts, tx, member, account);
    return err;
}

static bool makes_host(const struct accounts *accounts, const struct store_account *account,
                       enum accounts_how how) {
    if (account->host) /* a name may have become free */
        return account->login[0] == '\0' && account->state == STORE_ACTIVE;
    return how == ACCOUNTS_ADD || (how == ACCOUNTS_ADMIT && accounts->settings->provision &&
                                   account->state == STORE_ACTIVE && !account->held);
}

enum wecom_error accounts_see(const struct accounts *accounts, struct store_tx *tx,
                              const struct answer_member *member, enum accounts_how how,
                              enum accounts_source source, struct store_account *account,
                              struct accounts_change *change) {
    struct store_account before = {0}, a;
    enum wecom_error err = store_find_userid(tx, accounts->corp, member->userid, &before);
    bool active = state_of(member) == STORE_ACTIVE;

    *change = (struct accounts_change){.made = err == WECOM_E_ABSENT};
    if (err != WECOM_OK && err != WECOM_E_ABSENT)
        return err;
    if (change->made && (how == ACCOUNTS_CONFIRM || (how != ACCOUNTS_ADD && !active) ||
                         (how == ACCOUNTS_ADMIT && !accounts->settings->provision)))
        return WECOM_E_ABSENT;
    a = before;
    if (change->made) {
        store_new_id(a.id);
        (void)snprintf(a.corp, sizeof a.corp, "%s", accounts->corp);
        a.created_s = accounts->now_s;
    }
    set_facts(&a, member);
    set_state(&a, state_of(member), accounts->now_s);
    a.added = a.added || how == ACCOUNTS_ADD;
    a.confirmed_by_sync = a.confirmed_by_sync || source == ACCOUNTS_SYNC;
    err = makes_host(accounts, &a, how) ? make_host(accounts, tx, member, &a) : WECOM_OK;
    if (err == WECOM_OK)
        err = save(accounts, tx, &before, &a, source, change);
    if (err == WECOM_OK)
        *account = a;
    return err;
}

enum wecom_error accounts_gone(const struct accounts *accounts, struct store_tx *tx,
                               const char *userid, enum store_state state,
                               struct store_account *account, struct accounts_change *change) {
    struct store_account before, a;
    enum wecom_error err = store_find_userid(tx, accounts->corp, userid, &before);

    *change = (struct accounts_change){0};
    if (err != WECOM_OK)
        return err;
    a = before;
    /* Not to be seen is the weaker word: what was deleted stays deleted. */
    if (a.state != STORE_DELETED || state != STORE_OUT_OF_RANGE)
        set_state(&a, state, accounts->now_s);
    err = save(accounts, tx, &before, &a, ACCOUNTS_ASKED, change);
    if (err == WECOM_OK)
        *account = a;
    return err;
}

enum wecom_error accounts_hear(const struct accounts *accounts, struct store_tx *tx,
                               const char *userid, const struct members_answer *said,
                               enum accounts_how how, struct store_account *account,
                               struct accounts_change *change) {
    switch (said->state) {
    case MEMBERS_UNKNOWN:
        *change = (struct accounts_change){0};
        return WECOM_OK;
    case MEMBERS_NOT_VISIBLE:
        return accounts_gone(accounts, tx, userid,
                             errors_is_nobody(said->failure.errcode) ? STORE_DELETED
                                                                     : STORE_OUT_OF_RANGE,
                             account, change);
    default:
        return accounts_see(accounts, tx, &said->member, how, ACCOUNTS_ASKED, account, change);
    }
}

enum wecom_error accounts_unconfirmed(struct store_tx *tx, struct store_account *account,
                                      int64_t table_time_s, struct accounts_change *change) {
    enum wecom_error err;

    *change = (struct accounts_change){.changed = account->confirmed_by_sync};
    if (!account->confirmed_by_sync)
        return WECOM_OK;
    if (account->confirmed_s < table_time_s)
        account->confirmed_s = table_time_s;
    account->confirmed_by_sync = false;
    err = store_update(tx, account);
    return err == WECOM_OK ? store_count_change(tx) : err;
}

enum wecom_reason accounts_reason(const struct accounts *accounts,
                                  const struct store_account *account) {
    if (account->switched_off)
        return WECOM_REASON_DISABLED;
    if (account->held)
        return WECOM_REASON_WITHDRAWN;
    switch (account->state) {
    case STORE_ACTIVE:
        break;
    case STORE_DISABLED:
    case STORE_NOT_ACTIVATED:
        return WECOM_REASON_DISABLED;
    case STORE_OUT_OF_RANGE:
        return WECOM_REASON_NOT_VISIBLE;
    case STORE_LEFT:
    case STORE_DELETED:
        return WECOM_REASON_WITHDRAWN;
    default:
        return WECOM_REASON_INTERNAL;
    }
    if (account->host && !account->added && !accounts->settings->provision)
        return WECOM_REASON_NOT_PROVISIONED;
    return WECOM_REASON_NONE;
}

int64_t accounts_confirmed_s(const struct store_account *account, int64_t table_time_s,
                             int64_t now_s) {
    int64_t asked = account->confirmed_s <= now_s ? account->confirmed_s : 0;
    int64_t synced =
        account->confirmed_by_sync && table_time_s <= now_s + ACCOUNTS_SKEW_S ? table_time_s : 0;

    return asked > synced ? asked : synced;
}

static const char *event_of(const struct store_account *a, const struct accounts_change *change) {
    bool was_in = change->was == STORE_ACTIVE, is_in = a->state == STORE_ACTIVE && !a->held;

    if (change->made)
        return a->host ? "account made" : "identity made";
    if (a->held && change->was == STORE_DELETED)
        return "account held";
    if (was_in != is_in)
        return is_in ? "account back" : "account withdrawn";
    return NULL;
}

void accounts_log(const struct store_account *account, const struct accounts_change *change) {
    static const char *const states[] = {
        [STORE_NO_STATE] = "none",     [STORE_ACTIVE] = "active",
        [STORE_DISABLED] = "disabled", [STORE_NOT_ACTIVATED] = "not activated",
        [STORE_LEFT] = "left",         [STORE_OUT_OF_RANGE] = "out of range",
        [STORE_DELETED] = "deleted"};
    const char *event = change->changed ? event_of(account, change) : NULL;
    struct log_line l;

    if (event == NULL)
        return;
    log_begin(&l, account->held ? LOG_WARNING : LOG_NOTICE, event);
    log_text(&l, "account", account->id);
    log_text(&l, "userid", account->userid);
    log_text(&l, "user", account->login);
    log_number(&l, "uid", (int64_t)account->uid);
    log_text(&l, "state", states[account->state]);
    if (account->held)
        log_text(&l, "do",
                 "the userid came back after a deletion: wecomctl accounts readmit USER lets the "
                 "same person in, readmit --new makes an account for another");
    log_end(&l);
}
