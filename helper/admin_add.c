/* The administrator's commands about members by userid: WeCom is asked about one after the other,
 * and an account is made where that is the command.
 */
#include "helper/admin_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/account_row.h"
#include "helper/reply.h"

struct add {
    struct admin_exchange exchange;
    struct admin_common common;
    bool only_looks;
    char (*userids)[WECOM_USERID_MAX_BYTES + 1];
    size_t count, at, failed;
    bool changed;
    struct members_watch *watch;
    struct store_ticket *job;
    /* of the one that is at work */
    struct members_answer said;
    struct store_account account;
    struct accounts_change change;
    struct refusal refusal;
};

static void free_add(struct add *add) {
    members_drop(add->watch);
    store_drop(add->job);
    admin_common_close(&add->common);
    free(add->userids);
    free(add);
}

static void on_gone(void *exchange) {
    free_add(exchange);
}

static void fail(struct add *add, enum wecom_error error) {
    admin_fail(add->common.helper, add->common.peer, error);
    free_add(add);
}

static void on_shown(void *arg) {
    struct add *add = arg;
    char message[96];

    if (add->failed == 0 || add->only_looks) {
        admin_grant(add->common.peer, NULL);
    } else {
        (void)snprintf(message, sizeof message, "%zu of %zu accounts could not be made",
                       add->failed, add->count);
        reply_result(add->common.peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_NONE,
                     message);
    }
    free_add(add);
}

static void next(struct add *add);

/* This one is not done, the others go on. */
static void refuse(struct add *add) {
    json_t *row = refusal_row(&add->refusal);

    if (row != NULL)
        (void)json_object_set_new(row, "userid", json_string(add->userids[add->at]));
    reply_row(add->common.peer, row);
    add->failed++;
    add->at++;
    next(add);
}

static void tell_member(const struct add *add) {
    static const char *const states[] = {[MEMBERS_ACTIVE] = "active",
                                         [MEMBERS_DISABLED] = "disabled",
                                         [MEMBERS_NOT_ACTIVATED] = "not_activated"};

    reply_row(add->common.peer,
              json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "member", "corp",
                        add->common.admin.accounts.corp, "userid", add->said.member.userid, "name",
                        add->said.member.name, "state", states[add->said.state]));
}

static void tell_account(struct add *add) {
    const struct store_account *a = &add->account;

    if (add->change.changed) {
        admin_common_log(&add->common,
                         add->change.made ? "account made by administrator"
                                          : "account added by administrator",
                         a);
        add->changed = true;
    }
    admin_common_account(&add->common, a);
    if (!add->change.changed)
        ADMIN_NOTE(&add->common, "note_unchanged", accounts_admin_called(a));
    admin_common_note_state(&add->common, a);
}

static enum wecom_error run(void *arg, struct store_tx *tx) {
    struct add *add = arg;

    add->refusal = (struct refusal){0};
    return accounts_admin_add(&add->common.admin, tx, &add->said.member, &add->account,
                              &add->change, &add->refusal);
}

static void on_done(void *arg, enum wecom_error error) {
    struct add *add = arg;

    add->job = NULL;
    if (error == WECOM_E_TOO_LONG) {
        refusal_say(&add->refusal, "refused_no_uid", NULL);
        error = WECOM_OK;
    }
    if (error != WECOM_OK) {
        fail(add, error);
        return;
    }
    if (add->refusal.text != NULL) {
        refuse(add);
        return;
    }
    tell_account(add);
    add->at++;
    next(add);
}

static void on_said(void *arg, const struct members_answer *said) {
    struct add *add = arg;

    add->watch = NULL;
    add->said = *said;
    add->refusal = (struct refusal){0};
    if (!accounts_admin_is_member(said, add->userids[add->at], &add->refusal)) {
        refuse(add);
        return;
    }
    if (add->only_looks) {
        tell_member(add);
        add->at++;
        next(add);
        return;
    }
    add->job = store_submit(add->common.helper->store, STORE_WRITE, run, on_done, add);
    if (add->job == NULL)
        fail(add, WECOM_E_MEMORY);
}

/* Begins with the one that is next, or ends. Names that can be no userid are passed over in a loop:
 * there may be many.
 */
static void next(struct add *add) {
    while (add->at < add->count && !name_is_userid(add->userids[add->at])) {
        json_t *row;

        REFUSE(&add->refusal, "refused_userid_form", add->userids[add->at]);
        row = refusal_row(&add->refusal);
        if (row != NULL)
            (void)json_object_set_new(row, "userid", json_string(add->userids[add->at]));
        reply_row(add->common.peer, row);
        add->failed++;
        add->at++;
    }
    if (add->at == add->count) {
        if (!add->changed)
            on_shown(add);
        else if (!admin_common_publish(&add->common, on_shown, add))
            fail(add, WECOM_E_MEMORY);
        return;
    }
    add->watch = members_ask(add->common.helper->members, admin_common_app(&add->common),
                             add->userids[add->at], on_said, add);
    if (add->watch == NULL)
        fail(add, WECOM_E_MEMORY);
}

/* {"userids":[...]}, at least one and at most ADMIN_ADD_MOST. */
static bool read_args(struct add *add, json_t *args) {
    json_t *list = NULL;
    size_t i;
    json_t *one;

    if (json_unpack(args, "{s:o !}", "userids", &list) != 0 || json_array_size(list) == 0 ||
        json_array_size(list) > ADMIN_ADD_MOST)
        return false;
    add->userids = calloc(json_array_size(list), sizeof *add->userids);
    if (add->userids == NULL)
        return false;
    json_array_foreach(list, i, one) {
        const char *userid = json_string_value(one);

        if (userid == NULL || strlen(userid) > WECOM_USERID_MAX_BYTES)
            return false;
        (void)snprintf(add->userids[add->count++], sizeof add->userids[0], "%s", userid);
    }
    return true;
}

static void start(struct helper *helper, struct server_peer *peer, json_t *args, bool only_looks) {
    struct add *add = calloc(1, sizeof *add);

    if (add == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    add->only_looks = only_looks;
    if (!read_args(add, args)) {
        free(add->userids);
        free(add);
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    if (!admin_common_open(&add->common, helper, peer)) {
        free(add->userids);
        free(add);
        return;
    }
    server_attach(peer, add, on_gone);
    next(add);
}

void admin_add_run(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, false);
}

void admin_add_look(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, true);
}
