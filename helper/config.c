/* The configuration: settings through the option table into one
 * checked structure. Whatever is wrong is said with file, line, section and key.
 */
#include "helper/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/inifile.h"
#include "helper/options.h"

/* "app NAME" and "service NAME" into the name; false for any other section. */
static bool named_section(const char *section, const char *kind, const char **name) {
    size_t len = strlen(kind);

    if (strncmp(section, kind, len) != 0 || (section[len] != ' ' && section[len] != '\t'))
        return false;
    *name = section + len + strspn(section + len, " \t");
    return true;
}

/* The structure that a section's settings go into, made when its heading comes. */
static void *find_target(struct config *c, const char *section, enum options_section *kind) {
    const char *name;

    if (strcmp(section, "helper") == 0) {
        *kind = OPTIONS_HELPER;
        return &c->helper;
    }
    if (strcmp(section, "web") == 0) {
        *kind = OPTIONS_WEB;
        return &c->web;
    }
    if (strcmp(section, "accounts") == 0) {
        *kind = OPTIONS_ACCOUNTS;
        return &c->accounts;
    }
    if (named_section(section, "app", &name)) {
        *kind = OPTIONS_APP;
        return config_find_app(c, name);
    }
    if (named_section(section, "service", &name)) {
        *kind = OPTIONS_SERVICE;
        return config_find_service(c, name);
    }
    return NULL;
}

static const char *set_defaults(enum options_section kind, void *target) {
    const char *why = NULL;

    for (const struct option *o = options_all(); o->key != NULL && why == NULL; o++) {
        if (o->section == kind && o->fallback != NULL)
            why = o->set(o, target, o->fallback);
    }
    return why;
}

/* NULL when there is no memory. */
static struct config_app *new_app(struct config *c, const char *name, int line) {
    struct config_app *more = reallocarray(c->apps, c->apps_count + 1, sizeof *more);

    if (more == NULL)
        return NULL;
    c->apps = more;
    more += c->apps_count++;
    memset(more, 0, sizeof *more);
    more->line = line;
    (void)snprintf(more->name, sizeof more->name, "%s", name);
    return more;
}

static const char *add_section(struct config *c, const char *section, int line) {
    const char *name;
    bool is_app = named_section(section, "app", &name);

    if (strcmp(section, "accounts") == 0)
        c->accounts.line = line;
    if (strcmp(section, "web") == 0)
        c->web.line = line;
    if (strcmp(section, "helper") == 0 || strcmp(section, "accounts") == 0 ||
        strcmp(section, "web") == 0)
        return NULL;
    if (!is_app && !named_section(section, "service", &name))
        return "unknown section: there are [helper], [app NAME], [web], [accounts] and "
               "[service NAME]";
    if (!name_is_word(name))
        return "the section needs a name of letters, digits and _ . -";
    if (is_app ? config_find_app(c, name) != NULL : config_find_service(c, name) != NULL)
        return "the section is there twice";
    if (is_app) {
        struct config_app *app = new_app(c, name, line);

        return app != NULL ? set_defaults(OPTIONS_APP, app) : "out of memory";
    }
    struct config_service *more = reallocarray(c->services, c->services_count + 1, sizeof *more);

    if (more == NULL)
        return "out of memory";
    c->services = more;
    more += c->services_count++;
    memset(more, 0, sizeof *more);
    more->line = line;
    (void)snprintf(more->name, sizeof more->name, "%s", name);
    return set_defaults(OPTIONS_SERVICE, more);
}

static bool is_repeated(const struct inifile *ini, size_t at) {
    for (size_t i = 0; i < at; i++) {
        if (ini->settings[i].key != NULL &&
            strcmp(ini->settings[i].key, ini->settings[at].key) == 0 &&
            strcmp(ini->settings[i].section, ini->settings[at].section) == 0)
            return true;
    }
    return false;
}

static const char *set_named(const struct option *option, void *target,
                             const struct inifile_setting *s) {
    const char *why = option->name(target, s->key + strlen(option->key));

    return why != NULL ? why : option->set(option, target, s->value);
}

static bool apply_setting(struct config *c, const struct inifile *ini, size_t at,
                          struct config_error *error) {
    const struct inifile_setting *s = &ini->settings[at];
    enum options_section kind;
    const struct option *option;
    const char *why;
    void *target;

    if (s->key == NULL) {
        why = add_section(c, s->section, s->line);
        if (why != NULL)
            inifile_fail(error, ini->file, s->line, s->section, "%s", why);
        return why == NULL;
    }
    target = find_target(c, s->section, &kind);
    if (target == NULL) {
        inifile_fail(error, ini->file, s->line, NULL, "%s: stands before the first section",
                     s->key);
        return false;
    }
    option = options_find(kind, s->key);
    why = option == NULL         ? "unknown key"
          : is_repeated(ini, at) ? "is there twice in its section"
          : s->value[0] == '\0'  ? "has no value; leave the line out for the default"
          : option->name != NULL ? set_named(option, target, s)
                                 : option->set(option, target, s->value);
    if (why != NULL)
        inifile_fail(error, ini->file, s->line, s->section, "%s: %s", s->key, why);
    else if (kind == OPTIONS_HELPER && strcmp(s->key, "user") == 0)
        c->helper.user_line = s->line;
    else if (kind == OPTIONS_WEB && strcmp(s->key, "user") == 0)
        c->web.user_line = s->line;
    return why == NULL;
}

void config_refuse_user(const struct config *config, const char *why, struct config_error *error) {
    inifile_fail(error, config->file, config->helper.user_line, "helper", "user: %s", why);
}

void config_refuse_web(const struct config *config, int line, const char *key, const char *why,
                       struct config_error *error) {
    inifile_fail(error, config->file, line, "web", "%s: %s", key, why);
}

static bool has_key(const struct inifile *ini, const char *section, const char *key) {
    for (size_t i = 0; i < ini->count; i++) {
        const struct inifile_setting *s = &ini->settings[i];

        if (s->key != NULL && strcmp(s->section, section) == 0 && strcmp(s->key, key) == 0)
            return true;
    }
    return false;
}

/* Does the section have one of the keys that go together, by that number? */
static bool has_together(const struct inifile *ini, const char *section, enum options_section kind,
                         int together) {
    for (const struct option *o = options_all(); o->key != NULL; o++) {
        if (o->section == kind && o->required == together && has_key(ini, section, o->key))
            return true;
    }
    return false;
}

static bool has_required(struct config *c, const struct inifile *ini, size_t heading,
                         struct config_error *error) {
    const char *section = ini->settings[heading].section;
    enum options_section kind;

    if (find_target(c, section, &kind) == NULL)
        return true;
    for (const struct option *o = options_all(); o->key != NULL; o++) {
        bool required = o->required >= OPTIONS_TOGETHER
                            ? has_together(ini, section, kind, o->required)
                            : o->required != 0;

        if (o->section == kind && required && !has_key(ini, section, o->key)) {
            inifile_fail(error, ini->file, ini->settings[heading].line, section,
                         "%s: is missing and has no default", o->key);
            return false;
        }
    }
    return true;
}

/* Every socket has a path of its own. */
static bool check_sockets(const struct config *c, const struct inifile *ini,
                          struct config_error *error) {
    const char *const keys[] = {"socket", "admin_socket", "web_socket"};
    const char *const ours[] = {c->helper.socket, c->helper.admin_socket, c->helper.web_socket};

    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(ours[i], ours[j]) == 0) {
                inifile_fail(error, ini->file, 0, "helper", "%s: is that of %s too", keys[i],
                             keys[j]);
                return false;
            }
        }
    }
    for (size_t i = 0; i < c->services_count; i++) {
        const struct config_service *s = &c->services[i];

        for (size_t j = 0; j < 3 + i; j++) {
            const char *other = j < 3 ? ours[j] : c->services[j - 3].socket;

            if (s->socket[0] != '\0' && strcmp(s->socket, other) == 0) {
                inifile_fail(error, ini->file, s->line, NULL,
                             "[service %s] socket: is that of [%s%s] %s", s->name,
                             j < 3 ? "helper" : "service ", j < 3 ? "" : c->services[j - 3].name,
                             j < 3 ? keys[j] : "too");
                return false;
            }
        }
    }
    return true;
}

/* A rule for an application that does not exist admits nobody, or denies nobody, without a word. */
static bool check_policy(const struct config *c, const struct inifile *ini, int line,
                         const char *section, const char *key, const struct policy *policy,
                         struct config_error *error) {
    for (size_t i = 0; i < policy->count; i++) {
        const char *app = policy->rules[i].app;

        if (app[0] != '\0' && config_find_app(c, app) == NULL) {
            inifile_fail(error, ini->file, line, section, "%s: there is no section [app %s]", key,
                         app);
            return false;
        }
    }
    return true;
}

/* The first one that could decide about accounts; the first one of all where none can. */
static struct config_app *first_with_keys(const struct config *c) {
    for (size_t i = 0; i < c->apps_count; i++) {
        if (config_has_keys(&c->apps[i]))
            return &c->apps[i];
    }
    return &c->apps[0];
}

static bool check_accounts(struct config *c, const struct inifile *ini,
                           struct config_error *error) {
    struct config_accounts *a = &c->accounts;
    char key[64];

    a->app = a->app_name[0] != '\0' ? config_find_app(c, a->app_name) : first_with_keys(c);
    if (a->app == NULL) {
        inifile_fail(error, ini->file, a->line, "accounts", "app: there is no section [app %s]",
                     a->app_name);
        return false;
    }
    if (a->line > 0 && !config_has_keys(a->app)) {
        inifile_fail(
            error, ini->file, a->line, "accounts",
            "app: [app %s] has no keys, and an application that a host hands over makes no "
            "accounts: give it corp_id, agent_id and secret_file",
            a->app->name);
        return false;
    }
    if (a->stale_s < a->refresh_s) {
        inifile_fail(error, ini->file, a->line, "accounts",
                     "stale: must not be shorter than refresh: everybody would be refused between "
                     "two synchronizations");
        return false;
    }
    for (size_t i = 0; i < a->groups_count; i++) {
        (void)snprintf(key, sizeof key, "group.%s", a->groups[i].name);
        if (!check_policy(c, ini, a->line, "accounts", key, &a->groups[i].members, error))
            return false;
    }
    a->wanted = a->line > 0;
    return true;
}

/* The company and the application that a request is for are compared with the keys. */
static bool check_callbacks(const struct config *c, const struct inifile *ini,
                            struct config_error *error) {
    for (size_t i = 0; i < c->apps_count; i++) {
        const struct config_app *app = &c->apps[i];

        if (config_has_callback(app) && !config_has_keys(app)) {
            inifile_fail(error, ini->file, app->line, NULL,
                         "[app %s] callback_token_file: the application has no keys: give it "
                         "corp_id, agent_id and secret_file",
                         app->name);
            return false;
        }
    }
    return true;
}

/* A file without [app] is as good as one with an [app] of defaults and no keys, if there is a
 * service that may hand over keys.
 */
static bool check_apps(struct config *c, const struct inifile *ini, struct config_error *error) {
    bool handed = false;

    if (c->apps_count > 0)
        return true;
    for (size_t i = 0; i < c->services_count; i++)
        handed = handed || c->services[i].set_app;
    if (!handed)
        inifile_fail(error, ini->file, 0, NULL,
                     "there is no [app NAME] section: add one with corp_id, agent_id and "
                     "secret_file, or give a [service NAME] set_app = yes and account = no");
    else if (new_app(c, "", 0) == NULL || set_defaults(OPTIONS_APP, &c->apps[0]) != NULL)
        inifile_fail(error, ini->file, 0, NULL, "out of memory");
    else
        return true;
    return false;
}

/* Does nobody but root's processes ask for the service? */
static bool is_for_root(const struct config_service *s) {
    for (size_t i = 0; i < s->callers_count; i++) {
        if (s->callers[i].is_group || s->callers[i].id != 0)
            return false;
    }
    return true;
}

/* A decision on the telephone comes as a request of WeCom's: why it cannot come, NULL where it can.
 */
static const char *approve_refusal(const struct config *c, const struct config_service *s) {
    if (!s->account)
        return "methods: approve goes with account = yes only: a web page would let anybody send "
               "cards to everybody";
    if (c->web.public_url[0] == '\0')
        return "methods: approve needs [web] public_url: what people tap comes from WeCom through "
               "wecom-web";
    if (!config_has_callback(s->app))
        return "methods: approve needs callback_token_file and callback_aes_key_file in the "
               "section of its app: copy both values from the application's page, receive "
               "messages, set API";
    return NULL;
}

static bool check_service(struct config *c, const struct inifile *ini, struct config_service *s,
                          struct config_error *error) {
    char section[WECOM_SERVICE_MAX_BYTES + 16];
    const char *why;

    (void)snprintf(section, sizeof section, "service %s", s->name);
    s->app = s->app_name[0] != '\0' ? config_find_app(c, s->app_name) : &c->apps[0];
    if (s->app == NULL) {
        inifile_fail(error, ini->file, s->line, section, "app: there is no section [app %s]",
                     s->app_name);
        return false;
    }
    if (s->set_app && s->account) {
        inifile_fail(error, ini->file, s->line, section,
                     "set_app: goes with account = no only: an application that a host handed over "
                     "never decides about accounts of this machine");
        return false;
    }
    if ((s->methods & CONFIG_METHOD_SCAN) != 0 && c->web.public_url[0] == '\0') {
        inifile_fail(
            error, ini->file, s->line, section,
            "methods: scan needs [web] public_url: the address of the pages that telephones "
            "open");
        return false;
    }
    if ((s->methods & CONFIG_METHOD_MESSAGE) != 0 && !s->account) {
        inifile_fail(error, ini->file, s->line, section,
                     "methods: message goes with account = yes only: a web page would let anybody "
                     "send messages to everybody");
        return false;
    }
    if (s->remember_s > 0 && (!s->account || !is_for_root(s))) {
        inifile_fail(error, ini->file, s->line, section,
                     "remember: goes with account = yes and callers = root only: what counts is a "
                     "key, and that it was used is the host's word alone");
        return false;
    }
    why = (s->methods & CONFIG_METHOD_APPROVE) != 0 ? approve_refusal(c, s) : NULL;
    if (why != NULL) {
        inifile_fail(error, ini->file, s->line, section, "%s", why);
        return false;
    }
    if (!config_has_keys(s->app) && !s->set_app) {
        inifile_fail(error, ini->file, s->line, section,
                     "app: [app%s%s] has no keys: give it corp_id, agent_id and secret_file, or "
                     "give this service set_app = yes and account = no",
                     s->app->name[0] != '\0' ? " " : "", s->app->name);
        return false;
    }
    if (s->account && strcmp(s->app->corp_id, c->accounts.app->corp_id) != 0) {
        inifile_fail(error, ini->file, s->line, section,
                     "app: is of another company than [accounts] app=%s; host accounts come from "
                     "one company (account=no signs in without one)",
                     c->accounts.app->name);
        return false;
    }
    c->accounts.wanted = c->accounts.wanted || s->account;
    /* Names of applications that are handed over are not known here. */
    return s->set_app || (check_policy(c, ini, s->line, section, "allow", &s->allow, error) &&
                          check_policy(c, ini, s->line, section, "deny", &s->deny, error));
}

/* wecom-web holds no secret, and is to have no way to one. */
static bool check_web(const struct config *c, struct config_error *error) {
    if (c->web.line > 0 && strcmp(c->web.user, c->helper.user) == 0) {
        config_refuse_web(c, c->web.user_line > 0 ? c->web.user_line : c->web.line, "user",
                          "must be another user than that of [helper]", error);
        return false;
    }
    return true;
}

/* What no single setting can tell. */
static bool check_whole(struct config *c, const struct inifile *ini, struct config_error *error) {
    for (size_t i = 0; i < ini->count; i++) {
        if (ini->settings[i].key == NULL && !has_required(c, ini, i, error))
            return false;
    }
    if (!check_apps(c, ini, error) || !check_callbacks(c, ini, error))
        return false;
    if (!check_accounts(c, ini, error))
        return false;
    for (size_t i = 0; i < c->services_count; i++) {
        if (!check_service(c, ini, &c->services[i], error))
            return false;
    }
    return check_web(c, error) && check_sockets(c, ini, error);
}

struct config *config_read(const char *file, struct config_error *error) {
    struct inifile ini = {0};
    struct config *c = calloc(1, sizeof *c);
    bool good = false;

    if (c == NULL || strlen(file) >= sizeof c->file) {
        inifile_fail(error, file, 0, NULL, "cannot be read: %s", strerror(ENAMETOOLONG));
        goto out;
    }
    (void)snprintf(c->file, sizeof c->file, "%s", file);
    if (set_defaults(OPTIONS_HELPER, &c->helper) != NULL ||
        set_defaults(OPTIONS_WEB, &c->web) != NULL ||
        set_defaults(OPTIONS_ACCOUNTS, &c->accounts) != NULL) {
        inifile_fail(error, file, 0, NULL,
                     "the defaults of this build do not pass their own checks");
        goto out;
    }
    if (!inifile_read(&ini, file, error))
        goto out;
    for (size_t i = 0; i < ini.count; i++) {
        if (!apply_setting(c, &ini, i, error))
            goto out;
    }
    good = check_whole(c, &ini, error);
out:
    inifile_clear(&ini);
    if (!good) {
        config_free(c);
        c = NULL;
    }
    return c;
}

void config_free(struct config *config) {
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->apps_count; i++) {
        secret_clear(&config->apps[i].secret);
        secret_clear(&config->apps[i].callback_token);
        secret_clear(&config->apps[i].callback_aes_key);
    }
    for (size_t i = 0; i < config->services_count; i++) {
        policy_clear(&config->services[i].allow);
        policy_clear(&config->services[i].deny);
    }
    for (size_t i = 0; i < config->accounts.groups_count; i++)
        policy_clear(&config->accounts.groups[i].members);
    free(config->apps);
    free(config->services);
    free(config);
}

struct config_service *config_find_service(const struct config *config, const char *name) {
    for (size_t i = 0; i < config->services_count; i++) {
        if (strcmp(config->services[i].name, name) == 0)
            return &config->services[i];
    }
    return NULL;
}

struct config_app *config_find_app(const struct config *config, const char *name) {
    for (size_t i = 0; i < config->apps_count; i++) {
        if (strcmp(config->apps[i].name, name) == 0)
            return &config->apps[i];
    }
    return NULL;
}

bool config_has_keys(const struct config_app *app) {
    return app->corp_id[0] != '\0';
}

bool config_has_callback(const struct config_app *app) {
    return app->callback_token_file[0] != '\0';
}

bool config_same_app(const struct config_app *a, const struct config_app *b) {
    return strcmp(a->name, b->name) == 0 && strcmp(a->corp_id, b->corp_id) == 0 &&
           a->agent_id == b->agent_id && secret_equal(&a->secret, &b->secret) &&
           strcmp(a->api_url, b->api_url) == 0 && strcmp(a->ca_file, b->ca_file) == 0 &&
           strcmp(a->proxy, b->proxy) == 0;
}

void config_warnings(const struct config *config, void (*tell)(void *arg, const char *sentence),
                     void *arg) {
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *s = &config->services[i];
        char sentence[CONFIG_PATH_BYTES];

        if (!s->account || s->methods != CONFIG_METHOD_CODE)
            continue;
        (void)snprintf(sentence, sizeof sentence,
                       "[service %s] methods = code alone: nobody at a terminal comes by a code of "
                       "WeCom's OAuth2, only a program does; add message",
                       s->name);
        tell(arg, sentence);
    }
}
