/* The administrator's commands on admin.sock: one row each. */
#include "helper/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/words.h"
#include "helper/admin_accounts.h"
#include "helper/admin_logins.h"
#include "helper/admin_proofs.h"
#include "helper/check.h"
#include "helper/log.h"
#include "helper/reply.h"
#include "helper/texts.h"

struct command {
    const char *word;
    /* Answers with rows and a result, now or later. `args` is an object, and is borrowed. */
    void (*run)(struct helper *helper, struct server_peer *peer, json_t *args);
};

static json_t *helper_row(const struct helper *helper) {
    json_t *row =
        json_pack("{s:s, s:s, s:i, s:I, s:s, s:s, s:i, s:I, s:I}", "kind", "helper", "version",
                  WECOM_VERSION, "pid", (int)getpid(), "uptime_s",
                  (json_int_t)((helper_now_ms(helper) - helper->started_ms) / 1000), "config",
                  helper->setup->config->file, "user", helper->setup->config->helper.user,
                  "waiting", (int)helper->waiting, "granted", (json_int_t)helper->granted, "denied",
                  (json_int_t)helper->denied);

    if (row != NULL && helper->reload_error[0] != '\0')
        (void)json_object_set_new(row, "reload_error", json_string(helper->reload_error));
    return row;
}

/* `service`: that handed it over; "" for an application of the file. */
static json_t *app_row(const struct client_app *app, const char *service) {
    const struct config_app *settings = client_app_settings(app);
    struct client_app_status status;
    json_t *agent_id =
        config_has_keys(settings) ? json_integer((json_int_t)settings->agent_id) : json_null();

    client_app_status(app, &status);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:s, s:s, s:I}", "kind", "app", "name",
                     settings->name, "service", service, "corp_id", settings->corp_id, "agent_id",
                     agent_id, "token_valid_s", (json_int_t)status.token_valid_s, "requests",
                     (json_int_t)status.requests, "last_error", words_reason(status.last.reason),
                     "last_error_detail", status.last.detail, "last_error_age_s",
                     (json_int_t)status.last_age_s);
}

static json_t *service_row(const struct setup *setup, const struct config_service *service) {
    const struct setup_counts *counts = setup_counts(setup, service);
    char methods[128];

    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:I, s:I}", "kind", "service", "name",
                     service->name, "app", service->app->name, "methods",
                     config_method_words(methods, sizeof methods, service), "account",
                     (int)service->account, "callers", service->callers_text, "granted",
                     (json_int_t)counts->granted, "denied", (json_int_t)counts->denied);
}

void admin_grant(struct server_peer *peer, const char *message) {
    reply_result(peer, WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_NONE, WECOM_REASON_NONE, message);
}

void admin_fail(struct helper *helper, struct server_peer *peer, enum wecom_error error) {
    const char *why = error == WECOM_E_MEMORY ? "out of memory" : store_trouble(helper->store);
    char message[512];

    log_event(LOG_ERR, "account store failed", why);
    (void)snprintf(message, sizeof message, "the account store failed: %s",
                   why[0] != '\0' ? why : "a row breaks its own rules");
    reply_result(peer, WECOM_VERDICT_UNAVAILABLE, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                 message);
}

static void run_status(struct helper *helper, struct server_peer *peer, json_t *args) {
    const struct config *config = helper->setup->config;
    size_t handed_count;
    const struct handed_app *handed = handed_all(helper->handed, &handed_count);

    (void)args;
    reply_row(peer, helper_row(helper));
    for (size_t i = 0; i < config->apps_count; i++) {
        if (config->apps[i].name[0] != '\0')
            reply_row(peer, app_row(helper->setup->apps[i], ""));
    }
    for (size_t i = 0; i < handed_count; i++) {
        if (handed[i].app != NULL)
            reply_row(peer, app_row(handed[i].app, handed[i].service));
    }
    for (size_t i = 0; i < config->services_count; i++)
        reply_row(peer, service_row(helper->setup, &config->services[i]));
    admin_sync_status(helper, peer);
    admin_grant(peer, NULL);
}

static void run_reload(struct helper *helper, struct server_peer *peer, json_t *args) {
    (void)args;
    if (helper->reload(helper))
        admin_grant(peer, NULL);
    else
        reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                     helper->reload_error);
}

/* `check` takes a while, so it is an exchange of its own. */
struct running_check {
    struct admin_exchange exchange;
    struct server_peer *peer;
    struct check *check;
};

static void on_gone(void *exchange) {
    struct running_check *running = exchange;

    check_cancel(running->check);
    free(running);
}

static void on_row(void *arg, json_t *row) {
    struct running_check *running = arg;

    reply_row(running->peer, row);
}

static void on_done(void *arg) {
    struct running_check *running = arg;

    admin_grant(running->peer, NULL);
    free(running);
}

/* Of the file as it is now, which is what the next reload or start will find. */
static json_t *configuration_row(const struct helper *helper) {
    struct config_error error = {""};
    struct config *config = config_read(helper->setup->config->file, &error);
    bool good = config != NULL && config_read_secrets(config, &error);
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "app", "", "item", "configuration", "state",
                            good ? "ok" : "failed", "detail",
                            good ? helper->setup->config->file : error.text);

    if (row != NULL && !good) {
        (void)json_object_set_new(row, "cure", json_string(texts_en("cure_configuration")));
        (void)json_object_set_new(row, "cure_zh", json_string(texts_zh("cure_configuration")));
    }
    config_free(config);
    return row;
}

static json_t *keys_row(const char *app, const char *service, bool good, const char *detail,
                        const char *cure) {
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "app", app, "item", "keys", "state",
                            good ? "ok" : "warning", "detail", detail);

    if (row != NULL && service[0] != '\0')
        (void)json_object_set_new(row, "service", json_string(service));
    if (row != NULL && !good) {
        (void)json_object_set_new(row, "cure", json_string(texts_en(cure)));
        (void)json_object_set_new(row, "cure_zh", json_string(texts_zh(cure)));
    }
    return row;
}

/* How many applications at work take everything but their keys from this one? */
static unsigned int handed_below(const struct helper *helper, const struct config_app *app) {
    size_t count;
    const struct handed_app *handed = handed_all(helper->handed, &count);
    unsigned int below = 0;

    for (size_t i = 0; i < count; i++) {
        const struct config_service *s =
            config_find_service(helper->setup->config, handed[i].service);

        below += handed[i].app != NULL && s != NULL && s->app == app;
    }
    return below;
}

/* Findings that need no question to WeCom: about applications that have no keys, or no use. */
static void tell_keys(const struct helper *helper, struct server_peer *peer) {
    const struct config *config = helper->setup->config;
    char detail[96];
    size_t count;
    const struct handed_app *handed = handed_all(helper->handed, &count);

    for (size_t i = 0; i < config->apps_count; i++) {
        const struct config_app *app = &config->apps[i];
        unsigned int below = config_has_keys(app) ? 0 : handed_below(helper, app);

        if (config_has_keys(app))
            continue;
        (void)snprintf(detail, sizeof detail, "handed over by services: %u", below);
        reply_row(peer, keys_row(app->name, "", below > 0, detail, "cure_no_keys"));
    }
    for (size_t i = 0; i < count; i++) {
        if (handed[i].app == NULL)
            reply_row(peer, keys_row(handed[i].name, handed[i].service, false, handed[i].why,
                                     "cure_handed_unused"));
    }
}

/* All applications that have keys: those of the file, then those that services handed over. The
 * array is the caller's; NULL when there is no memory.
 */
static struct check_app *all_apps(const struct helper *helper, size_t *count) {
    const struct config *config = helper->setup->config;
    size_t handed_count, used = 0;
    const struct handed_app *handed = handed_all(helper->handed, &handed_count);
    struct check_app *apps = calloc(config->apps_count + handed_count, sizeof *apps);

    for (size_t i = 0; apps != NULL && i < config->apps_count; i++) {
        if (config_has_keys(&config->apps[i]))
            apps[used++] = (struct check_app){helper->setup->apps[i], ""};
    }
    for (size_t i = 0; apps != NULL && i < handed_count; i++) {
        if (handed[i].app != NULL)
            apps[used++] = (struct check_app){handed[i].app, handed[i].service};
    }
    *count = used;
    return apps;
}

static void run_check(struct helper *helper, struct server_peer *peer, json_t *args) {
    struct running_check *running = calloc(1, sizeof *running);
    size_t count = 0;
    struct check_app *apps = all_apps(helper, &count);
    bool is_ready = running != NULL && apps != NULL;

    (void)args;
    if (running != NULL)
        running->peer = peer;
    if (is_ready && count > 0) {
        running->check = check_start(helper, apps, count, on_row, on_done, running);
        is_ready = running->check != NULL;
    }
    free(apps);
    if (!is_ready) {
        free(running);
        reply_result(peer, WECOM_VERDICT_UNAVAILABLE, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                     "out of memory");
        return;
    }
    server_attach(peer, running, on_gone);
    reply_row(peer, configuration_row(helper));
    tell_keys(helper, peer);
    if (count == 0)
        on_done(running);
}

static const struct command commands[] = {
    {"status", run_status},
    {"check", run_check},
    {"reload", run_reload},
    {"sync", admin_sync_run},
    {"logins", admin_logins_run},
    {"logins.unlock", admin_logins_unlock},
    {"proofs", admin_proofs_list},
    {"proofs.add", admin_proofs_add},
    {"proofs.remove", admin_proofs_remove},
    {"accounts.list", admin_list_run},
    {"accounts.export", admin_list_export},
    {"accounts.show", admin_accounts_show},
    {"accounts.alias", admin_accounts_alias},
    {"accounts.disable", admin_accounts_disable},
    {"accounts.enable", admin_accounts_enable},
    {"accounts.rename", admin_accounts_rename},
    {"accounts.readmit", admin_accounts_readmit},
    {"accounts.add", admin_add_run},
    {"accounts.member", admin_add_look},
    {"accounts.import", admin_import_run},
    {"recovery.issue", admin_recovery_issue},
    {"recovery.revoke", admin_recovery_revoke},
};

/* The arguments of the command: an object, empty where it has none; NULL: they are none. */
static json_t *read_args(const struct wire_message *message) {
    const char *text = wire_get(message, WIRE_F_JSON);
    json_t *args = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : json_object();

    if (json_is_object(args))
        return args;
    json_decref(args);
    return NULL;
}

void admin_begin(struct helper *helper, struct server_peer *peer,
                 const struct wire_message *message) {
    const char *word = wire_get(message, WIRE_F_COMMAND);
    json_t *args = read_args(message);
    const struct command *command = NULL;
    char id[REPLY_ID_BYTES];

    if (args == NULL) {
        server_refuse(peer, "sent arguments that are no JSON object");
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].word, word) == 0)
            command = &commands[i];
    }
    reply_new_id(id);
    reply_ready(peer, id);
    if (command != NULL)
        command->run(helper, peer, args);
    else
        reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL,
                     "this helper does not know that command: is it older than wecomctl?");
    json_decref(args);
}

void admin_row(struct helper *helper, struct server_peer *peer,
               const struct wire_message *message) {
    struct admin_exchange *exchange = server_exchange(peer);
    json_t *row = json_loads(wire_get(message, WIRE_F_JSON), JSON_REJECT_DUPLICATES, NULL);

    (void)helper;
    if (exchange->row != NULL && json_is_object(row))
        exchange->row(exchange, row);
    else
        server_refuse(peer, exchange->row != NULL ? "sent a row that is no JSON object"
                                                  : "sent a row to a command that takes none");
    json_decref(row);
}
