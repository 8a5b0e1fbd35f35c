/* What the second process must know of the configuration, as a message. */
#include "helper/worker_settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/crowd.h"

/* One member of a struct and its key. */
enum kind { TEXT, YES_NO, WIDE /* int64_t */, LONG, INT, UINT32 };

struct field {
    const char *key;
    enum kind kind;
    size_t at, bytes;
};

#define FIELD(kind, type, key, member) \
    { key, kind, offsetof(struct type, member), sizeof(((struct type *)0)->member) }

static const struct field helper_fields[] = {
    FIELD(TEXT, config_helper, "state_dir", state_dir),
    FIELD(INT, config_helper, "log_level", log_level),
};

static const struct field accounts_fields[] = {
    FIELD(YES_NO, config_accounts, "wanted", wanted),
    FIELD(INT, config_accounts, "line", line),
    FIELD(TEXT, config_accounts, "app", app_name),
    FIELD(YES_NO, config_accounts, "provision", provision),
    FIELD(INT, config_accounts, "username", username),
    FIELD(TEXT, config_accounts, "name_prefix", name_prefix),
    FIELD(UINT32, config_accounts, "uid_first", uid_range[0]),
    FIELD(UINT32, config_accounts, "uid_last", uid_range[1]),
    FIELD(TEXT, config_accounts, "home", home),
    FIELD(TEXT, config_accounts, "shell", shell),
    FIELD(TEXT, config_accounts, "table", table),
    FIELD(WIDE, config_accounts, "refresh_s", refresh_s),
    FIELD(WIDE, config_accounts, "stale_s", stale_s),
    FIELD(WIDE, config_accounts, "sync_calls_per_min", sync_calls_per_min),
    FIELD(YES_NO, config_accounts, "group_members", group_members),
};

static const struct field app_fields[] = {
    FIELD(TEXT, config_app, "name", name),         FIELD(TEXT, config_app, "corp_id", corp_id),
    FIELD(LONG, config_app, "agent_id", agent_id), FIELD(TEXT, config_app, "api_url", api_url),
    FIELD(TEXT, config_app, "ca_file", ca_file),   FIELD(TEXT, config_app, "proxy", proxy),
};

static const struct field service_fields[] = {
    FIELD(TEXT, config_service, "name", name),
    FIELD(TEXT, config_service, "app", app_name),
    FIELD(YES_NO, config_service, "account", account),
};

static const struct field group_fields[] = {FIELD(TEXT, config_group, "name", name)};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static json_t *pack_value(const struct field *field, const void *at) {
    switch (field->kind) {
    case TEXT:
        return json_string(at);
    case YES_NO:
        return json_boolean(*(const bool *)at);
    case WIDE:
        return json_integer(*(const int64_t *)at);
    case LONG:
        return json_integer(*(const long *)at);
    case INT:
        return json_integer(*(const int *)at);
    case UINT32:
        return json_integer(*(const uint32_t *)at);
    }
    return NULL;
}

/* NULL when there is no memory: json_object_set_new refuses a NULL value. */
static json_t *pack(const struct field *fields, size_t count, const void *from) {
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        if (json_object_set_new(object, fields[i].key,
                                pack_value(&fields[i], (const char *)from + fields[i].at)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static bool unpack_value(const struct field *field, const json_t *value, void *at) {
    json_int_t number = json_integer_value(value);

    switch (field->kind) {
    case TEXT:
        if (!json_is_string(value) || json_string_length(value) >= field->bytes)
            return false;
        memcpy(at, json_string_value(value), json_string_length(value) + 1);
        return true;
    case YES_NO:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case WIDE:
        *(int64_t *)at = number;
        break;
    case LONG:
        *(long *)at = (long)number;
        break;
    case INT:
        *(int *)at = (int)number;
        break;
    case UINT32:
        *(uint32_t *)at = (uint32_t)number;
        break;
    }
    return json_is_integer(value);
}

static bool unpack(const struct field *fields, size_t count, const json_t *object, void *to) {
    for (size_t i = 0; i < count; i++) {
        if (!unpack_value(&fields[i], json_object_get(object, fields[i].key),
                          (char *)to + fields[i].at))
            return false;
    }
    return true;
}

/* As in the file: "APP/department:2 user:lisi". */
static json_t *pack_policy(const struct policy *policy) {
    static const char *const words[] = {[POLICY_DEPARTMENT] = "department", [POLICY_TAG] = "tag"};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    json_t *value = NULL;

    if (out == NULL)
        return NULL;
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_rule *rule = &policy->rules[i];

        (void)fprintf(out, "%s%s%s", i > 0 ? " " : "", rule->app, rule->app[0] != '\0' ? "/" : "");
        if (rule->kind == POLICY_USER)
            (void)fprintf(out, "user:%s", rule->userid);
        else
            (void)fprintf(out, "%s:%u", words[rule->kind], rule->id);
    }
    if (fclose(out) == 0)
        value = json_string(text);
    free(text);
    return value;
}

static bool unpack_policy(const json_t *object, const char *key, struct policy *policy) {
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL && policy_parse(policy, text) == NULL;
}

static json_t *pack_groups(const struct config_accounts *accounts) {
    json_t *list = json_array();

    for (size_t i = 0; i < accounts->groups_count && list != NULL; i++) {
        const struct config_group *group = &accounts->groups[i];
        json_t *one = pack(group_fields, COUNT(group_fields), group);

        if (json_object_set_new(one, "members", pack_policy(&group->members)) != 0) {
            json_decref(one);
            one = NULL;
        }
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_services(const struct config *config) {
    json_t *list = json_array();

    for (size_t i = 0; i < config->services_count && list != NULL; i++) {
        const struct config_service *service = &config->services[i];
        json_t *one = pack(service_fields, COUNT(service_fields), service);

        /* what was not written is said by name */
        if (json_object_set_new(one, "app", json_string(service->app->name)) != 0 ||
            json_object_set_new(one, "allow", pack_policy(&service->allow)) != 0 ||
            json_object_set_new(one, "deny", pack_policy(&service->deny)) != 0) {
            json_decref(one);
            one = NULL;
        }
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *pack_apps(const struct config *config) {
    json_t *list = json_array();

    for (size_t i = 0; i < config->apps_count && list != NULL; i++) {
        if (json_array_append_new(list, pack(app_fields, COUNT(app_fields), &config->apps[i])) !=
            0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *worker_settings_pack(const struct config *config) {
    json_t *accounts = pack(accounts_fields, COUNT(accounts_fields), &config->accounts);

    if (json_object_set_new(accounts, "app", json_string(config->accounts.app->name)) != 0) {
        json_decref(accounts);
        accounts = NULL;
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "helper",
                     pack(helper_fields, COUNT(helper_fields), &config->helper), "accounts",
                     accounts, "groups", pack_groups(&config->accounts), "apps", pack_apps(config),
                     "services", pack_services(config));
}

static bool unpack_groups(const json_t *list, struct config_accounts *accounts) {
    if (!json_is_array(list) || json_array_size(list) > CONFIG_GROUPS)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct config_group *group = &accounts->groups[accounts->groups_count++];

        if (!unpack(group_fields, COUNT(group_fields), one, group) ||
            !unpack_policy(one, "members", &group->members))
            return false;
    }
    return true;
}

static bool unpack_apps(const json_t *list, struct config *config) {
    if (!json_is_array(list) || json_array_size(list) == 0)
        return false;
    config->apps = calloc(json_array_size(list), sizeof *config->apps);
    for (size_t i = 0; config->apps != NULL && i < json_array_size(list); i++) {
        if (!unpack(app_fields, COUNT(app_fields), json_array_get(list, i), &config->apps[i]))
            return false;
        config->apps_count++;
    }
    config->accounts.app =
        config->apps != NULL ? config_find_app(config, config->accounts.app_name) : NULL;
    return config->accounts.app != NULL;
}

static bool unpack_services(const json_t *list, struct config *config) {
    if (!json_is_array(list))
        return false;
    config->services = calloc(json_array_size(list) + 1, sizeof *config->services);
    for (size_t i = 0; config->services != NULL && i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct config_service *service = &config->services[config->services_count++];

        if (!unpack(service_fields, COUNT(service_fields), one, service) ||
            !unpack_policy(one, "allow", &service->allow) ||
            !unpack_policy(one, "deny", &service->deny))
            return false;
        service->app = config_find_app(config, service->app_name);
        if (service->app == NULL)
            return false;
    }
    return config->services != NULL;
}

struct config *worker_settings_unpack(const json_t *message) {
    struct config *config = calloc(1, sizeof *config);

    if (config != NULL &&
        unpack(helper_fields, COUNT(helper_fields), json_object_get(message, "helper"),
               &config->helper) &&
        unpack(accounts_fields, COUNT(accounts_fields), json_object_get(message, "accounts"),
               &config->accounts) &&
        config->accounts.sync_calls_per_min > 0 && config->accounts.refresh_s > 0 &&
        unpack_groups(json_object_get(message, "groups"), &config->accounts) &&
        unpack_apps(json_object_get(message, "apps"), config) &&
        unpack_services(json_object_get(message, "services"), config))
        return config;
    config_free(config);
    return NULL;
}

static bool needs_directory(const struct policy *policy, const char *app) {
    return policy_needs(policy, app, POLICY_DEPARTMENT) || policy_needs(policy, app, POLICY_TAG);
}

bool worker_settings_need_app(const struct config *config, const struct config_app *app) {
    if (!config_has_keys(app))
        return false;
    for (size_t i = 0; app == config->accounts.app && i < config->accounts.groups_count; i++) {
        if (needs_directory(&config->accounts.groups[i].members, app->name))
            return true;
    }
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *service = &config->services[i];

        if (crowd_app(config, service) == app && (needs_directory(&service->allow, app->name) ||
                                                  needs_directory(&service->deny, app->name)))
            return true;
    }
    return false;
}

bool worker_settings_need(const struct config *config) {
    for (size_t i = 0; i < config->apps_count; i++) {
        if (worker_settings_need_app(config, &config->apps[i]))
            return true;
    }
    return config->accounts.wanted;
}
