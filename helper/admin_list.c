/* The administrator's lists of all accounts, and their export: slice by slice, as fast as the
 * reader takes them and no faster.
 */
#include "helper/admin_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/account_row.h"
#include "helper/accounts_walk.h"
#include "helper/reply.h"

enum { TEXT_BYTES = 256 };

struct list {
    struct admin_exchange exchange;
    struct helper *helper;
    struct server_peer *peer;
    struct accounts_walk *walk;
    bool exports;
    const char *state; /* one of accounts_admin_words; NULL: any */
    bool no_login;     /* only those that should have a login name and have none */
    char text[TEXT_BYTES];
    int64_t table_time_s, now_s;
};

static void free_list(struct list *list) {
    accounts_walk_drop(list->walk);
    free(list);
}

static void on_gone(void *exchange) {
    free_list(exchange);
}

static void fail(struct list *list, enum wecom_error error) {
    admin_fail(list->helper, list->peer, error);
    free_list(list);
}

static bool has(const struct list *list, const char *text) {
    return strcasestr(text, list->text) != NULL;
}

static bool wants(void *arg, const struct store_account *account) {
    const struct list *list = arg;

    if (list->exports)
        return true;
    if (list->no_login && accounts_admin_no_login(account)[0] == '\0')
        return false;
    if (list->state != NULL && strcmp(accounts_admin_word(account), list->state) != 0)
        return false;
    return list->text[0] == '\0' || has(list, account->login) || has(list, account->userid) ||
           has(list, account->name) || has(list, account->alias);
}

static void on_sent(void *exchange) {
    struct list *list = exchange;

    if (!accounts_walk_on(list->walk))
        fail(list, WECOM_E_MEMORY);
}

static void take(void *arg, const struct store_account *accounts, size_t count, bool is_last,
                 enum wecom_error error) {
    struct list *list = arg;

    if (error != WECOM_OK) {
        fail(list, error);
        return;
    }
    for (size_t i = 0; i < count; i++)
        reply_row(list->peer, list->exports
                                  ? account_row_export(&accounts[i])
                                  : account_row(&accounts[i], list->table_time_s, list->now_s));
    if (!is_last) {
        server_when_sent(list->peer, on_sent);
        return;
    }
    admin_grant(list->peer, NULL);
    free_list(list);
}

static bool read_args(struct list *list, json_t *args) {
    const char *state = NULL, *text = "";
    int no_login = 0;

    if (json_unpack(args, "{s?s, s?b, s?s !}", "state", &state, "no_login", &no_login, "text",
                    &text) != 0 ||
        strlen(text) >= sizeof list->text)
        return false;
    for (size_t i = 0; state != NULL && i < ACCOUNTS_ADMIN_WORDS; i++) {
        if (strcmp(accounts_admin_words[i], state) == 0)
            list->state = accounts_admin_words[i];
    }
    (void)snprintf(list->text, sizeof list->text, "%s", text);
    list->no_login = no_login != 0;
    return state == NULL || list->state != NULL;
}

static void start(struct helper *helper, struct server_peer *peer, json_t *args, bool exports) {
    struct list *list = calloc(1, sizeof *list);

    if (list == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    if (exports ? json_object_size(args) > 0 : !read_args(list, args)) {
        free(list);
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    list->helper = helper;
    list->peer = peer;
    list->exports = exports;
    list->now_s = helper_wall_s(helper);
    list->table_time_s = account_row_table_time_s(&helper->setup->config->accounts);
    server_attach(peer, list, on_gone);
    list->walk = accounts_walk_start(helper->store, wants, take, list);
    if (list->walk == NULL)
        fail(list, WECOM_E_MEMORY);
}

void admin_list_run(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, false);
}

void admin_list_export(struct helper *helper, struct server_peer *peer, json_t *args) {
    start(helper, peer, args, true);
}
