/* The administrator's question "does it work, and if not, what must I do?", answered by trying. */
#include "helper/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/words.h"
#include "helper/message_urls.h"
#include "helper/texts.h"
#include "helper/wecom/answer.h"

struct target {
    struct client_app *app; /* a reference */
    char service[WECOM_SERVICE_MAX_BYTES + 1];
};

struct check {
    struct helper *helper;
    struct target *targets;
    size_t count, at; /* at: the application being tried */
    struct client_request *request;
    void (*row)(void *arg, json_t *row);
    void (*done)(void *arg);
    void *arg;
};

static struct client_app *app_of(const struct check *check) {
    return check->targets[check->at].app;
}

static void free_check(struct check *check) {
    client_cancel(check->request);
    for (size_t i = 0; check->targets != NULL && i < check->count; i++)
        client_app_unref(check->targets[i].app);
    free(check->targets);
    free(check);
}

void check_cancel(struct check *check) {
    if (check != NULL)
        free_check(check);
}

/* A finding; cure NULL where nothing is to be done. */
static json_t *make_row(const struct check *check, const char *item, const char *state,
                        const char *detail, const char *cure, const char *ip) {
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "app", client_app_settings(app_of(check))->name,
                            "item", item, "state", state, "detail", detail);
    const char *service = check->targets[check->at].service;
    char text[1024];

    if (row != NULL && service[0] != '\0')
        (void)json_object_set_new(row, "service", json_string(service));
    if (row != NULL && texts_en(cure) != NULL) {
        texts_fill(text, sizeof text, CONFIG_LANG_EN, cure, "", ip);
        (void)json_object_set_new(row, "cure", json_string(text));
        texts_fill(text, sizeof text, CONFIG_LANG_ZH, cure, "", ip);
        (void)json_object_set_new(row, "cure_zh", json_string(text));
    }
    return row;
}

static void tell(struct check *check, const char *item, const char *state, const char *detail,
                 const char *cure, const char *ip) {
    check->row(check->arg, make_row(check, item, state, detail, cure, ip));
}

static void tell_failure(struct check *check, const char *item,
                         const struct client_failure *failure) {
    tell(check, item, "failed", failure->detail,
         handed_cure(client_app_settings(app_of(check)), failure->cure), failure->ip);
}

static void skip(struct check *check, const char *const items[], const char *why) {
    for (; *items != NULL; items++)
        tell(check, *items, "skipped", why, NULL, NULL);
}

/* How far an exchange came tells about the layers below WeCom. False when it got no answer. */
static bool tell_layers(struct check *check, const struct client_failure *failure) {
    static const char *const rest[] = {"tls", "token", "agent", "visible_range", "clock", NULL};
    const char *api_url = client_app_settings(app_of(check))->api_url;

    switch (failure->http) {
    case HTTP_NO_NAME:
        tell_failure(check, "name_resolution", failure);
        skip(check, rest, "the name of api_url is not resolved");
        return false;
    case HTTP_NO_CONNECTION:
    case HTTP_FAILED:
        tell(check, "name_resolution", "ok", api_url, NULL, NULL);
        tell_failure(check, "tls", failure);
        skip(check, rest + 1, "there is no connection");
        return false;
    case HTTP_NO_TLS:
        tell(check, "name_resolution", "ok", api_url, NULL, NULL);
        tell_failure(check, "tls", failure);
        skip(check, rest + 1, "the connection is not secure");
        return false;
    default:
        tell(check, "name_resolution", "ok", api_url, NULL, NULL);
        tell(check, "tls", "ok", "the certificate is valid", NULL, NULL);
        return true;
    }
}

/* Where the keys come from, for those that stand in no file of the administrator. */
static void tell_keys(struct check *check) {
    const char *service = check->targets[check->at].service;
    char detail[96];

    if (service[0] == '\0')
        return;
    (void)snprintf(detail, sizeof detail, "handed over by service %s", service);
    tell(check, "keys", "ok", detail, NULL, NULL);
}

static void tell_clock(struct check *check, int64_t date_s) {
    int64_t off = date_s > 0 ? (int64_t)time(NULL) - date_s : 0;
    char detail[96];

    if (date_s <= 0) {
        tell(check, "clock", "skipped", "the answer has no Date", NULL, NULL);
        return;
    }
    (void)snprintf(detail, sizeof detail, "%lld s %s WeCom's", (long long)llabs(off),
                   off >= 0 ? "ahead of" : "behind");
    if (llabs(off) > CHECK_CLOCK_WARNING_S)
        tell(check, "clock", "warning", detail, "cure_clock", NULL);
    else
        tell(check, "clock", "ok", detail, NULL, NULL);
}

/* With what the admin console has, for a web host to compare with its own addresses. */
static void tell_agent(struct check *check, const struct answer_agent *agent) {
    char detail[640];
    size_t names = agent->users + agent->departments + agent->tags;
    json_t *row;

    (void)snprintf(detail, sizeof detail, "%s, trusted domain: %s", agent->name,
                   agent->redirect_domain[0] != '\0' ? agent->redirect_domain : "-");
    if (agent->closed)
        row = make_row(check, "agent", "failed", detail, "cure_agent_off", NULL);
    else
        row = make_row(check, "agent", "ok", detail, NULL, NULL);
    if (row != NULL) {
        (void)json_object_set_new(row, "redirect_domain", json_string(agent->redirect_domain));
        (void)json_object_set_new(row, "home_url", json_string(agent->home_url));
    }
    check->row(check->arg, row);
    (void)snprintf(detail, sizeof detail, "departments: %zu, tags: %zu, members by name: %zu",
                   agent->departments, agent->tags, agent->users);
    if (names == 0)
        tell(check, "visible_range", "failed", detail, "cure_visible_empty", NULL);
    else
        tell(check, "visible_range", "ok", detail, NULL, NULL);
}

/* Do telephones come back from WeCom to our pages with codes of this application? */
static bool has_pages(const struct check *check) {
    const struct config *config = check->helper->setup->config;
    const char *name = client_app_settings(app_of(check))->name;
    bool any = strcmp(config->accounts.app->name, name) == 0; /* its home page */

    if (config->web.line == 0 || check->targets[check->at].service[0] != '\0')
        return false;
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *s = &config->services[i];

        any = any || ((s->methods & CONFIG_METHOD_SCAN) != 0 && strcmp(s->app->name, name) == 0);
    }
    return any;
}

/* WeCom compares host and port, and nothing else (page 98173). */
static void tell_domain(struct check *check, const struct answer_agent *agent) {
    static const char scheme[] = "https://";
    const struct config_web *web = &check->helper->setup->config->web;
    char ours[CONFIG_URL_BYTES], detail[CONFIG_URL_BYTES + 300];

    if (!has_pages(check))
        return;
    (void)snprintf(ours, sizeof ours, "%.*s", (int)(web->prefix - strlen(scheme)),
                   web->public_url + strlen(scheme));
    if (strcmp(ours, agent->redirect_domain) == 0) {
        tell(check, "trusted_domain", "ok", ours, NULL, NULL);
        return;
    }
    (void)snprintf(detail, sizeof detail, "public_url has %s, the application %s", ours,
                   agent->redirect_domain[0] != '\0' ? agent->redirect_domain : "none");
    tell(check, "trusted_domain", "failed", detail, "cure_trusted_domain", NULL);
}

/* Whether WeCom would take a card with buttons cannot be asked, but what has come of one, and
 * whether WeCom calls the message URL, is known. Of an application that expects something there.
 */
static void tell_callback(struct check *check) {
    const char *name = client_app_settings(app_of(check))->name;
    const struct config_app *app = config_find_app(check->helper->setup->config, name);
    int64_t now_ms = helper_now_ms(check->helper);
    struct message_urls_fact fact;
    char detail[96];

    if (check->targets[check->at].service[0] != '\0' || app == NULL || !config_has_callback(app))
        return;
    fact = message_urls_of(check->helper->message_urls, name);
    if (fact.missing_ms > 0) {
        (void)snprintf(detail, sizeof detail, "%lld s ago WeCom refused a card: no message URL",
                       (long long)(now_ms - fact.missing_ms) / 1000);
        tell(check, "callback", "failed", detail, "cure_callback", NULL);
    } else if (fact.called_ms > 0) {
        (void)snprintf(detail, sizeof detail, "WeCom called it %lld s ago",
                       (long long)(now_ms - fact.called_ms) / 1000);
        tell(check, "callback", "ok", detail, NULL, NULL);
    } else {
        tell(check, "callback", "skipped", "WeCom has not called it since the start",
             "cure_callback_silent", NULL);
    }
}

static void next_app(struct check *check);

static void on_agent(void *arg, const struct client_result *result) {
    static const char *const rest[] = {"visible_range", NULL};
    struct check *check = arg;
    struct answer_agent agent;

    check->request = NULL;
    if (result->failure.reason != WECOM_REASON_NONE) {
        tell_failure(check, "agent", &result->failure);
        skip(check, rest, "the application cannot be read");
    } else if (answer_agent(result->json, &agent) != WECOM_OK) {
        tell(check, "agent", "failed",
             "agent/get: the answer does not have the form that WeCom describes", "cure_odd_answer",
             NULL);
        skip(check, rest, "the application cannot be read");
    } else {
        tell_agent(check, &agent);
        tell_domain(check, &agent);
    }
    next_app(check);
}

static void on_token(void *arg, const struct client_result *result) {
    static const char *const rest[] = {"agent", "visible_range", NULL};
    struct check *check = arg;
    struct client_app *app = app_of(check);
    const char *values[CALLS_PARAMETERS];
    char agent_id[24];

    check->request = NULL;
    tell_keys(check);
    if (!tell_layers(check, &result->failure)) {
        next_app(check);
        return;
    }
    if (result->failure.reason != WECOM_REASON_NONE) {
        tell_failure(check, "token", &result->failure);
        skip(check, rest, "there is no token");
        tell_clock(check, result->date_s);
        next_app(check);
        return;
    }
    tell(check, "token", "ok", "Company ID and Secret are accepted", NULL, NULL);
    tell_clock(check, result->date_s);
    (void)snprintf(agent_id, sizeof agent_id, "%ld", client_app_settings(app)->agent_id);
    values[0] = agent_id;
    values[1] = NULL;
    check->request = client_ask(app, CALLS_AGENT_GET, values,
                                helper_now_ms(check->helper) + CHECK_MS, on_agent, check);
    if (check->request == NULL)
        next_app(check);
}

/* Begins with the application at `at`. False: no more. */
static bool begin_app(struct check *check) {
    if (check->at < check->count)
        check->request = client_check_token(app_of(check), helper_now_ms(check->helper) + CHECK_MS,
                                            on_token, check);
    return check->request != NULL;
}

static void next_app(struct check *check) {
    tell_callback(check);
    check->at++;
    if (!begin_app(check)) {
        check->done(check->arg);
        free_check(check);
    }
}

static bool copy_targets(struct check *check, const struct check_app *apps, size_t count) {
    check->targets = calloc(count, sizeof *check->targets);
    if (check->targets == NULL)
        return false;
    check->count = count;
    for (size_t i = 0; i < count; i++) {
        check->targets[i].app = client_app_ref(apps[i].app);
        (void)snprintf(check->targets[i].service, sizeof check->targets[i].service, "%s",
                       apps[i].service);
    }
    return true;
}

struct check *check_start(struct helper *helper, const struct check_app *apps, size_t count,
                          void (*row)(void *arg, json_t *row), void (*done)(void *arg), void *arg) {
    struct check *check = calloc(1, sizeof *check);

    if (check == NULL)
        return NULL;
    *check = (struct check){.helper = helper, .row = row, .done = done, .arg = arg};
    if (!copy_targets(check, apps, count) || !begin_app(check)) {
        free_check(check);
        return NULL;
    }
    return check;
}
