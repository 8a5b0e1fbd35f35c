/* What the administrator's commands about accounts share: what they go by, rows, the log, and
 * waiting for the published table.
 */
#include "helper/admin_accounts.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"
#include "helper/account_row.h"
#include "helper/log.h"
#include "helper/reply.h"
#include "wecom/paths.h"

bool admin_common_open(struct admin_common *common, struct helper *helper,
                       struct server_peer *peer) {
    const struct config *config = helper->setup->config;

    *common = (struct admin_common){
        .helper = helper, .peer = peer, .locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE)};
    if (common->locals == NULL) {
        reply_result(peer, WECOM_VERDICT_UNAVAILABLE, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                     "the helper cannot read " WECOM_PASSWD_FILE " and " WECOM_GROUP_FILE);
        return false;
    }
    common->setup = setup_ref(helper->setup);
    common->admin = (struct accounts_admin){.accounts = {.settings = &config->accounts,
                                                         .corp = config->accounts.app->corp_id,
                                                         .locals = common->locals,
                                                         .now_s = helper_wall_s(helper)},
                                            .config = config};
    return true;
}

static void stop_waiting(struct admin_common *common);

void admin_common_close(struct admin_common *common) {
    stop_waiting(common);
    locals_free(common->locals);
    setup_unref(common->setup);
}

struct client_app *admin_common_app(const struct admin_common *common) {
    return setup_app(common->setup, NULL);
}

void admin_common_account(const struct admin_common *common, const struct store_account *account) {
    reply_row(common->peer,
              account_row(account, account_row_table_time_s(common->admin.accounts.settings),
                          common->admin.accounts.now_s));
}

void admin_common_note(const struct admin_common *common, const char *text,
                       const char *const *words) {
    struct refusal note;
    json_t *row;

    refusal_say(&note, text, words);
    row = refusal_row(&note);
    if (row != NULL && (json_object_set_new(row, "kind", json_string("note")) != 0 ||
                        json_object_del(row, "why") != 0)) {
        json_decref(row);
        row = NULL;
    }
    reply_row(common->peer, row);
}

void admin_common_note_state(const struct admin_common *common,
                             const struct store_account *account) {
    static const struct {
        enum store_no_login no_login;
        const char *text;
    } names[] = {{STORE_LOGIN_MALFORMED, "note_no_login_malformed"},
                 {STORE_LOGIN_TAKEN, "note_no_login_taken"},
                 {STORE_LOGIN_LOCAL, "note_no_login_local"},
                 {STORE_LOGIN_MISSING, "note_no_login_none"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (account->host && account->login[0] == '\0' && account->no_login == names[i].no_login)
            ADMIN_NOTE(common, names[i].text, account->userid);
    }
    if (accounts_reason(&common->admin.accounts, account) == WECOM_REASON_NONE)
        return;
    if (account->held)
        ADMIN_NOTE(common, "note_held", accounts_admin_called(account));
    else if (account->switched_off)
        ADMIN_NOTE(common, "note_switched_off", accounts_admin_called(account));
    else
        ADMIN_NOTE(common, "note_out", accounts_admin_called(account),
                   accounts_admin_word(account));
}

void admin_common_refuse(const struct admin_common *common, const struct refusal *refusal) {
    char text[REFUSAL_TEXT_BYTES];

    reply_row(common->peer, refusal_row(refusal));
    reply_result(common->peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_NONE,
                 refusal_english(refusal, text, sizeof text));
}

void admin_common_log(const struct admin_common *common, const char *event,
                      const struct store_account *account) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, event);
    log_text(&l, "account", account->id);
    log_text(&l, "userid", account->userid);
    log_text(&l, "user", account->login);
    log_number(&l, "uid", (int64_t)account->uid);
    log_text(&l, "state", accounts_admin_word(account));
    log_number(&l, "by_uid", (int64_t)server_peer_uid(common->peer));
    log_end(&l);
}

/* ---- Until the table shows it -----------------------------------------------------------------
 */

static void stop_waiting(struct admin_common *common) {
    store_drop(common->job);
    if (common->wait != NULL)
        worker_unwait(common->wait);
    if (common->limit != NULL)
        event_free(common->limit);
    common->job = NULL;
    common->wait = NULL;
    common->limit = NULL;
}

static void go_on(struct admin_common *common) {
    stop_waiting(common);
    common->shown(common->arg);
}

static void on_limit(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    go_on(arg);
}

static void on_published(void *arg, bool published) {
    struct admin_common *common = arg;

    (void)published; /* `wecomctl status` tells why not */
    common->wait = NULL;
    go_on(common);
}

static enum wecom_error run_count(void *arg, struct store_tx *tx) {
    return store_changes(tx, &((struct admin_common *)arg)->changes);
}

static void on_counted(void *arg, enum wecom_error error) {
    struct admin_common *common = arg;
    struct worker *worker = common->helper->worker;

    common->job = NULL;
    /* also one that is only starting: it begins by looking whether the table is behind */
    if (error == WECOM_OK && worker != NULL)
        common->wait = worker_wait(worker, common->changes, on_published, common);
    if (common->wait == NULL)
        go_on(common);
}

bool admin_common_publish(struct admin_common *common, void (*shown)(void *arg), void *arg) {
    static const struct timeval most = {.tv_sec = ADMIN_PUBLISHED_MS / 1000};
    struct helper *helper = common->helper;

    if (helper->changed != NULL)
        helper->changed(helper);
    common->shown = shown;
    common->arg = arg;
    common->limit = evtimer_new(helper->base, on_limit, common);
    common->job = store_submit(helper->store, STORE_READ, run_count, on_counted, common);
    return common->job != NULL && common->limit != NULL && evtimer_add(common->limit, &most) == 0;
}
