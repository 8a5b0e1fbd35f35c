/* The administrator's commands about one account: found, WeCom asked where that matters, changed in
 * one job, told.
 */
#include "helper/admin_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/account_row.h"
#include "helper/remember.h"
#include "helper/reply.h"

struct one;

struct op {
    enum store_mode mode;
    bool takes_name, takes_new, takes_force; /* arguments beside the user */
    /* Whom to ask WeCom about before the work; NULL: nobody. False: there is nobody (any more). */
    bool (*asks)(const struct one *one, const char **userid);
    enum wecom_error (*work)(struct one *one, struct store_tx *tx);
    void (*tell)(const struct one *one); /* what happened: log, rows, notes */
};

struct one {
    struct admin_exchange exchange;
    struct admin_common common;
    const struct op *op;
    char user[WECOM_USER_MAX_BYTES + 1], name[WECOM_USER_MAX_BYTES + 1];
    bool anew, force;
    struct members_watch *watch;
    struct store_ticket *job;
    unsigned int asked;            /* questions that were answered */
    struct members_answer said[2]; /* in their order */
    char asked_id[STORE_ID_BYTES], asked_userid[WECOM_USERID_MAX_BYTES + 1]; /* about whom */
    /* what the last job found and did */
    struct store_account account, other;
    struct refusal refusal;
    bool changed;
    json_t *row;
};

static void free_one(struct one *one) {
    members_drop(one->watch);
    store_drop(one->job);
    json_decref(one->row);
    admin_common_close(&one->common);
    free(one);
}

static void on_gone(void *exchange) {
    free_one(exchange);
}

static void refuse(struct one *one) {
    admin_common_refuse(&one->common, &one->refusal);
    free_one(one);
}

static void fail(struct one *one, enum wecom_error error) {
    admin_fail(one->common.helper, one->common.peer, error);
    free_one(one);
}

/* ---- The work ---------------------------------------------------------------------------------
 */

static enum wecom_error work_show(struct one *one, struct store_tx *tx) {
    json_decref(one->row);
    one->row = NULL;
    return account_row_full(&one->common.admin, tx, &one->account,
                            account_row_table_time_s(one->common.admin.accounts.settings),
                            &one->row);
}

static void tell_show(const struct one *one) {
    reply_row(one->common.peer, json_incref(one->row));
}

static enum wecom_error work_alias(struct one *one, struct store_tx *tx) {
    one->other = one->account;
    return accounts_admin_alias(&one->common.admin, tx, &one->account, one->name, &one->changed,
                                &one->refusal);
}

static void tell_alias(const struct one *one) {
    const struct store_account *a = &one->account;

    if (one->changed)
        admin_common_log(&one->common, "login name given by administrator", a);
    admin_common_account(&one->common, a);
    if (!one->changed)
        ADMIN_NOTE(&one->common, "note_unchanged", a->login);
    else if (one->other.login[0] != '\0')
        ADMIN_NOTE(&one->common, "note_former_name", one->other.login, a->login);
    admin_common_note_state(&one->common, a);
}

static enum wecom_error work_disable(struct one *one, struct store_tx *tx) {
    return accounts_admin_switch(&one->common.admin, tx, &one->account, true, &one->changed);
}

static enum wecom_error work_enable(struct one *one, struct store_tx *tx) {
    return accounts_admin_switch(&one->common.admin, tx, &one->account, false, &one->changed);
}

static void tell_switch(const struct one *one) {
    const struct store_account *a = &one->account;

    if (one->changed)
        admin_common_log(&one->common,
                         a->switched_off ? "account switched off by administrator"
                                         : "account switched on by administrator",
                         a);
    admin_common_account(&one->common, a);
    if (!one->changed)
        ADMIN_NOTE(&one->common, "note_unchanged", accounts_admin_called(a));
    if (!a->switched_off)
        admin_common_note_state(&one->common, a);
}

/* The new userid first; then, unless that is forced, whether the former one is gone. */
static bool ask_rename(const struct one *one, const char **userid) {
    *userid = one->asked == 0 ? one->name : one->account.userid;
    return one->asked < (one->force ? 1 : 2);
}

/* The former userid is still a member's: whose account is it? */
static bool is_still_member(struct one *one) {
    const struct members_answer *former = &one->said[1];

    if (one->force || former->state == MEMBERS_NOT_VISIBLE ||
        (former->state != MEMBERS_UNKNOWN &&
         name_same_userid(former->member.userid, one->said[0].member.userid)))
        return false;
    if (former->state == MEMBERS_UNKNOWN)
        (void)accounts_admin_is_member(former, one->account.userid, &one->refusal);
    else
        REFUSE(&one->refusal, "refused_still_member", one->account.userid, one->name);
    return true;
}

static enum wecom_error work_rename(struct one *one, struct store_tx *tx) {
    if (strcmp(one->account.corp, one->common.admin.accounts.corp) == 0 &&
        !name_same_userid(one->account.userid, one->name) &&
        (!accounts_admin_is_member(&one->said[0], one->name, &one->refusal) ||
         is_still_member(one)))
        return WECOM_OK;
    return accounts_admin_rename(&one->common.admin, tx, &one->account, &one->said[0].member,
                                 &one->other, &one->refusal);
}

static void tell_rename(const struct one *one) {
    if (one->other.id[0] != '\0')
        admin_common_log(&one->common, "account retired by administrator", &one->other);
    admin_common_log(&one->common, "account renamed by administrator", &one->account);
    admin_common_account(&one->common, &one->account);
    if (one->other.id[0] != '\0')
        ADMIN_NOTE(&one->common, "note_retired", accounts_admin_called(&one->other),
                   one->other.userid);
    admin_common_note_state(&one->common, &one->account);
}

static bool ask_readmit(const struct one *one, const char **userid) {
    *userid = one->account.userid;
    return one->asked == 0;
}

static enum wecom_error work_readmit(struct one *one, struct store_tx *tx) {
    if (one->anew)
        return accounts_admin_replace(&one->common.admin, tx, &one->account, &one->said[0],
                                      &one->other, &one->refusal);
    return accounts_admin_readmit(&one->common.admin, tx, &one->account, &one->said[0],
                                  &one->refusal);
}

static void tell_readmit(const struct one *one) {
    const struct store_account *in = one->anew ? &one->other : &one->account;

    if (one->anew)
        admin_common_log(&one->common, "account retired by administrator", &one->account);
    admin_common_log(
        &one->common,
        one->anew ? "account made by administrator" : "account readmitted by administrator", in);
    admin_common_account(&one->common, in);
    if (one->anew)
        ADMIN_NOTE(&one->common, "note_retired", accounts_admin_called(&one->account),
                   one->account.userid);
    admin_common_note_state(&one->common, in);
}

/* ---- One after the other ----------------------------------------------------------------------
 */

static enum wecom_error run_work(void *arg, struct store_tx *tx) {
    struct one *one = arg;
    enum wecom_error err;

    one->refusal = (struct refusal){0};
    one->changed = false;
    err = accounts_admin_find(&one->common.admin, tx, one->user, &one->account, &one->refusal);
    if (err != WECOM_OK || one->refusal.text != NULL)
        return err;
    /* What WeCom said belongs to whom it was asked about. */
    if (one->asked > 0 && (strcmp(one->asked_id, one->account.id) != 0 ||
                           strcmp(one->asked_userid, one->account.userid) != 0)) {
        REFUSE(&one->refusal, "refused_changed", one->user);
        return WECOM_OK;
    }
    return one->op->work(one, tx);
}

static void on_shown(void *arg) {
    struct one *one = arg;

    one->op->tell(one);
    admin_grant(one->common.peer, NULL);
    free_one(one);
}

static void on_worked(void *arg, enum wecom_error error) {
    struct one *one = arg;
    struct helper *helper = one->common.helper;

    one->job = NULL;
    if (error == WECOM_E_TOO_LONG) {
        refusal_say(&one->refusal, "refused_no_uid", NULL);
        error = WECOM_OK;
    }
    if (error == WECOM_OK && one->refusal.text != NULL && one->asked > 0 && helper->changed != NULL)
        helper->changed(helper); /* what WeCom said stays */
    if (error == WECOM_OK && one->op->mode == STORE_WRITE) {
        /* whoever was changed begins anew */
        (void)remember_end_account(helper->remember, one->account.id);
        (void)remember_end_account(helper->remember, one->other.id);
    }
    if (error != WECOM_OK)
        fail(one, error);
    else if (one->refusal.text != NULL)
        refuse(one);
    else if (one->op->mode == STORE_READ)
        on_shown(one);
    else if (!admin_common_publish(&one->common, on_shown, one))
        fail(one, WECOM_E_MEMORY);
}

static void ask(struct one *one);

static void on_said(void *arg, const struct members_answer *said) {
    struct one *one = arg;

    one->watch = NULL;
    one->said[one->asked++] = *said;
    ask(one);
}

/* Asks the next question, or works. */
static void ask(struct one *one) {
    const char *userid;
    bool is_ours = strcmp(one->account.corp, one->common.admin.accounts.corp) == 0;

    if (is_ours && one->op->asks != NULL && one->op->asks(one, &userid)) {
        one->watch = members_ask(one->common.helper->members, admin_common_app(&one->common),
                                 userid, on_said, one);
        if (one->watch == NULL)
            fail(one, WECOM_E_MEMORY);
        return;
    }
    one->job = store_submit(one->common.helper->store, one->op->mode, run_work, on_worked, one);
    if (one->job == NULL)
        fail(one, WECOM_E_MEMORY);
}

static enum wecom_error run_find(void *arg, struct store_tx *tx) {
    struct one *one = arg;

    one->refusal = (struct refusal){0};
    return accounts_admin_find(&one->common.admin, tx, one->user, &one->account, &one->refusal);
}

static void on_found(void *arg, enum wecom_error error) {
    struct one *one = arg;

    one->job = NULL;
    if (error != WECOM_OK) {
        fail(one, error);
    } else if (one->refusal.text != NULL) {
        refuse(one);
    } else {
        memcpy(one->asked_id, one->account.id, sizeof one->asked_id);
        memcpy(one->asked_userid, one->account.userid, sizeof one->asked_userid);
        ask(one);
    }
}

/* "user", and what the command takes beside it; no other argument. */
static bool read_args(struct one *one, json_t *args) {
    const char *user = "", *name = "";
    int anew = 0, force = 0;

    if (json_unpack(args, "{s:s, s?s, s?b, s?b !}", "user", &user, "name", &name, "new", &anew,
                    "force", &force) != 0)
        return false;
    if (strlen(user) > WECOM_USER_MAX_BYTES || strlen(name) > WECOM_USER_MAX_BYTES ||
        (name[0] != '\0') != one->op->takes_name || (anew != 0 && !one->op->takes_new) ||
        (force != 0 && !one->op->takes_force))
        return false;
    (void)snprintf(one->user, sizeof one->user, "%s", user);
    (void)snprintf(one->name, sizeof one->name, "%s", name);
    one->anew = anew != 0;
    one->force = force != 0;
    return true;
}

static void start(struct helper *helper, struct server_peer *peer, json_t *args,
                  const struct op *op) {
    struct one *one = calloc(1, sizeof *one);

    if (one == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    one->op = op;
    if (!read_args(one, args)) {
        free(one);
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    if (!admin_common_open(&one->common, helper, peer)) {
        free(one);
        return;
    }
    server_attach(peer, one, on_gone);
    if (op->asks == ask_rename && !name_is_userid(one->name)) {
        REFUSE(&one->refusal, "refused_userid_form", one->name);
        refuse(one);
        return;
    }
    one->job = store_submit(helper->store, STORE_READ, run_find, on_found, one);
    if (one->job == NULL)
        fail(one, WECOM_E_MEMORY);
}

/* ---- For the table of commands ----------------------------------------------------------------
 */

void admin_accounts_show(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {.mode = STORE_READ, .work = work_show, .tell = tell_show};

    start(helper, peer, args, &op);
}

void admin_accounts_alias(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {
        .mode = STORE_WRITE, .takes_name = true, .work = work_alias, .tell = tell_alias};

    start(helper, peer, args, &op);
}

void admin_accounts_disable(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {.mode = STORE_WRITE, .work = work_disable, .tell = tell_switch};

    start(helper, peer, args, &op);
}

void admin_accounts_enable(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {.mode = STORE_WRITE, .work = work_enable, .tell = tell_switch};

    start(helper, peer, args, &op);
}

void admin_accounts_rename(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {.mode = STORE_WRITE,
                                 .takes_name = true,
                                 .takes_force = true,
                                 .asks = ask_rename,
                                 .work = work_rename,
                                 .tell = tell_rename};

    start(helper, peer, args, &op);
}

void admin_accounts_readmit(struct helper *helper, struct server_peer *peer, json_t *args) {
    static const struct op op = {.mode = STORE_WRITE,
                                 .takes_new = true,
                                 .asks = ask_readmit,
                                 .work = work_readmit,
                                 .tell = tell_readmit};

    start(helper, peer, args, &op);
}
