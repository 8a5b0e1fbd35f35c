/* The option table: every key of the configuration file is one row. */
#include "helper/options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <syslog.h>

#include "common/localfiles.h"
#include "common/names.h"
#include "common/text.h"
#include "helper/options_accounts.h"
#include "helper/options_web.h"
#include "wecom/paths.h"

struct word {
    const char *word;
    unsigned int value;
};

static const struct word log_levels[] = {{"err", LOG_ERR},       {"warning", LOG_WARNING},
                                         {"notice", LOG_NOTICE}, {"info", LOG_INFO},
                                         {"debug", LOG_DEBUG},   {NULL, 0}};

static const struct word langs[] = {
    {"both", CONFIG_LANG_BOTH}, {"zh", CONFIG_LANG_ZH}, {"en", CONFIG_LANG_EN}, {NULL, 0}};

static const struct word methods[] = {{"code", CONFIG_METHOD_CODE},
                                      {"message", CONFIG_METHOD_MESSAGE},
                                      {"scan", CONFIG_METHOD_SCAN},
                                      {"approve", CONFIG_METHOD_APPROVE},
                                      {NULL, 0}};

static const struct word qrs[] = {
    {"utf8", CONFIG_QR_UTF8}, {"ascii", CONFIG_QR_ASCII}, {"off", CONFIG_QR_OFF}, {NULL, 0}};

static const struct word exports[] = {{"account", CONFIG_EXPORT_ACCOUNT},
                                      {"userid", CONFIG_EXPORT_USERID},
                                      {"name", CONFIG_EXPORT_NAME},
                                      {"mobile", CONFIG_EXPORT_MOBILE},
                                      {"email", CONFIG_EXPORT_EMAIL},
                                      {"departments", CONFIG_EXPORT_DEPARTMENTS},
                                      {NULL, 0}};

static void *place(const struct option *self, void *target) {
    return (char *)target + self->at;
}

static bool find_word(const struct word *words, const char *word, size_t len, unsigned int *value) {
    for (; words->word != NULL; words++) {
        if (strlen(words->word) == len && memcmp(words->word, word, len) == 0) {
            *value = words->value;
            return true;
        }
    }
    return false;
}

static const char *set_text(const struct option *self, void *target, const char *value) {
    if (strlen(value) >= self->bytes)
        return "is too long";
    memcpy(place(self, target), value, strlen(value) + 1);
    return NULL;
}

static const char *set_line(const struct option *self, void *target, const char *value) {
    char clean[CONFIG_URL_BYTES];

    if (strlen(value) >= sizeof clean)
        return "is too long";
    (void)snprintf(clean, sizeof clean, "%s", value);
    text_clean(clean, TEXT_ONE_LINE);
    if (strcmp(clean, value) != 0)
        return "must be UTF-8 text without control characters";
    return set_text(self, target, value);
}

static const char *set_path(const struct option *self, void *target, const char *value) {
    if (value[0] != '/')
        return "must be an absolute path";
    return set_text(self, target, value);
}

static const char *set_socket(const struct option *self, void *target, const char *value) {
    if (strlen(value) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return "is too long: a socket's path has at most 107 bytes";
    return set_path(self, target, value);
}

static const char *set_name(const struct option *self, void *target, const char *value) {
    if (!name_is_word(value))
        return "must be a name of letters, digits and _ . -";
    return set_text(self, target, value);
}

static const char *set_user(const struct option *self, void *target, const char *value) {
    uint32_t uid;

    if (localfiles_find(WECOM_PASSWD_FILE, value, &uid) == WECOM_OK && uid == 0)
        return "must not be a user with uid 0: neither program runs as root";
    return set_name(self, target, value);
}

static const char *set_store(const struct option *self, void *target, const char *value) {
    if (strcmp(value, "sqlite") != 0)
        return "must be sqlite";
    return set_text(self, target, value);
}

static const char *set_corp_id(const struct option *self, void *target, const char *value) {
    if (!name_is_corp_id(value))
        return "must be the Company ID of the admin console (My Company), such as "
               "ww1234567890abcdef";
    return set_text(self, target, value);
}

static const char *set_agent_id(const struct option *self, void *target, const char *value) {
    char *end = NULL;
    long number = strtol(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end != '\0' || number < 1 || number > INT32_MAX)
        return "must be the AgentId of the application's page, a number such as 1000002";
    memcpy(place(self, target), &number, sizeof number);
    return NULL;
}

/* Letters, digits and the marks of RFC 3986 that a base URL needs; no user, query or fragment. */
static bool is_url_rest(const char *rest) {
    return rest[0] != '\0' && rest[0] != '/' &&
           rest[strspn(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "-._~/:[]%")] == '\0';
}

static const char *set_https_url(const struct option *self, void *target, const char *value) {
    size_t len = strlen(value);

    if (strncmp(value, "https://", 8) != 0 || !is_url_rest(value + 8))
        return "must be an https:// URL without user name, query and fragment";
    if (len >= self->bytes)
        return "is too long";
    memcpy(place(self, target), value, len + 1);
    while (len > 0 && value[len - 1] == '/')
        ((char *)place(self, target))[--len] = '\0';
    return NULL;
}

static const char *set_proxy(const struct option *self, void *target, const char *value) {
    static const char *const schemes[] = {"http://", "https://", "socks5h://", "socks5://"};

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i]);

        if (strncmp(value, schemes[i], len) == 0 && is_url_rest(value + len))
            return set_text(self, target, value);
    }
    return "must be http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT, without user name";
}

static const char *set_bool(const struct option *self, void *target, const char *value) {
    bool yes = strcmp(value, "yes") == 0;

    if (!yes && strcmp(value, "no") != 0)
        return "must be yes or no";
    memcpy(place(self, target), &yes, sizeof yes);
    return NULL;
}

static const char *set_log_level(const struct option *self, void *target, const char *value) {
    unsigned int level;

    if (!find_word(log_levels, value, strlen(value), &level))
        return "must be one of err, warning, notice, info, debug";
    *(int *)place(self, target) = (int)level;
    return NULL;
}

static const char *set_lang(const struct option *self, void *target, const char *value) {
    unsigned int lang;

    if (!find_word(langs, value, strlen(value), &lang))
        return "must be one of both, zh, en";
    *(enum config_lang *)place(self, target) = (enum config_lang)lang;
    return NULL;
}

static const char *set_qr(const struct option *self, void *target, const char *value) {
    unsigned int qr;

    if (!find_word(qrs, value, strlen(value), &qr))
        return "must be one of utf8, ascii, off";
    *(enum config_qr *)place(self, target) = (enum config_qr)qr;
    return NULL;
}

/* Blank-separated words of one table, as bits. */
static bool set_bits(const struct word *words, const char *value, unsigned int *bits) {
    *bits = 0;
    for (value += strspn(value, " \t"); *value != '\0'; value += strspn(value, " \t")) {
        size_t len = strcspn(value, " \t");
        unsigned int bit;

        if (!find_word(words, value, len, &bit))
            return false;
        *bits |= bit;
        value += len;
    }
    return true;
}

/* In order of preference. */
static const char *set_methods(const struct option *self, void *target, const char *value) {
    struct config_service *service = target;

    (void)self;
    service->methods = 0;
    service->order_count = 0;
    for (value += strspn(value, " \t"); *value != '\0'; value += strspn(value, " \t")) {
        size_t len = strcspn(value, " \t");
        unsigned int bit;

        if (!find_word(methods, value, len, &bit))
            return "must be a list of sign-in methods: scan, message, approve, code";
        if ((service->methods & bit) == 0)
            service->order[service->order_count++] = (enum config_method)bit;
        service->methods |= bit;
        value += len;
    }
    return service->methods != 0
               ? NULL
               : "must be a list of sign-in methods: scan, message, approve, code";
}

static const char *set_exports(const struct option *self, void *target, const char *value) {
    if (!set_bits(exports, value, place(self, target)))
        return "must be a list of account, userid, name, mobile, email, departments";
    return NULL;
}

static const char *set_callers(const struct option *self, void *target, const char *value) {
    struct config_service *service = target;

    service->callers_count = 0;
    if (strlen(value) >= self->bytes)
        return "is too long";
    memcpy(place(self, target), value, strlen(value) + 1);
    for (value += strspn(value, " \t"); *value != '\0'; value += strspn(value, " \t")) {
        char name[WECOM_SERVICE_MAX_BYTES + 1];
        size_t len = strcspn(value, " \t");
        struct config_caller caller = {.is_group = value[0] == '@'};

        if (len - caller.is_group >= sizeof name || service->callers_count == CONFIG_CALLERS)
            return "has a name that is too long, or more than 32 names";
        memcpy(name, value + caller.is_group, len - caller.is_group);
        name[len - caller.is_group] = '\0';
        if (localfiles_find(caller.is_group ? WECOM_GROUP_FILE : WECOM_PASSWD_FILE, name,
                            &caller.id) != WECOM_OK ||
            caller.id == UINT32_MAX)
            return caller.is_group ? "names a group that is not in /etc/group"
                                   : "names a user that is not in /etc/passwd";
        service->callers[service->callers_count++] = caller;
        value += len;
    }
    return service->callers_count > 0 ? NULL : "must name at least one local user or @group";
}

/* clang-format off */
#define AT(structure, member) \
    offsetof(struct structure, member), sizeof ((struct structure *)0)->member, NULL

static const struct option all[] = {
    {OPTIONS_HELPER, "socket", WECOM_LOGIN_SOCKET, false, set_socket, AT(config_helper, socket)},
    {OPTIONS_HELPER, "admin_socket", WECOM_ADMIN_SOCKET, false, set_socket,
     AT(config_helper, admin_socket)},
    {OPTIONS_HELPER, "web_socket", WECOM_WEB_SOCKET, false, set_socket,
     AT(config_helper, web_socket)},
    {OPTIONS_HELPER, "state_dir", WECOM_STATE_DIR, false, set_path, AT(config_helper, state_dir)},
    {OPTIONS_HELPER, "store", "sqlite", false, set_store, AT(config_helper, store)},
    {OPTIONS_HELPER, "user", WECOM_HELPER_USER, false, set_user, AT(config_helper, user)},
    {OPTIONS_HELPER, "log_level", "notice", false, set_log_level, AT(config_helper, log_level)},

    {OPTIONS_APP, "corp_id", NULL, OPTIONS_TOGETHER, set_corp_id, AT(config_app, corp_id)},
    {OPTIONS_APP, "agent_id", NULL, OPTIONS_TOGETHER, set_agent_id, AT(config_app, agent_id)},
    {OPTIONS_APP, "secret_file", NULL, OPTIONS_TOGETHER, set_path,
     AT(config_app, secret_file)},
    {OPTIONS_APP, "company", NULL, false, set_line, AT(config_app, company)},
    {OPTIONS_APP, "api_url", "https://qyapi.weixin.qq.com", false, set_https_url,
     AT(config_app, api_url)},
    {OPTIONS_APP, "authorize_url", "https://open.weixin.qq.com/connect/oauth2/authorize", false,
     set_https_url, AT(config_app, authorize_url)},
    {OPTIONS_APP, "sso_url", "https://login.work.weixin.qq.com/wwlogin/sso/login", false,
     set_https_url, AT(config_app, sso_url)},
    {OPTIONS_APP, "ca_file", NULL, false, set_path, AT(config_app, ca_file)},
    {OPTIONS_APP, "proxy", NULL, false, set_proxy, AT(config_app, proxy)},
    {OPTIONS_APP, "callback_token_file", NULL, OPTIONS_TOGETHER_TOO, set_path,
     AT(config_app, callback_token_file)},
    {OPTIONS_APP, "callback_aes_key_file", NULL, OPTIONS_TOGETHER_TOO, set_path,
     AT(config_app, callback_aes_key_file)},

    {OPTIONS_WEB, "listen", "127.0.0.1:8473", false, options_set_listen,
     AT(config_web, listens)},
    {OPTIONS_WEB, "public_url", NULL, true, options_set_public_url,
     AT(config_web, public_url)},
    {OPTIONS_WEB, "trusted_proxies", "127.0.0.1 ::1", false, options_set_proxies,
     AT(config_web, proxies)},
    {OPTIONS_WEB, "tls_cert", NULL, OPTIONS_TOGETHER, set_path, AT(config_web, tls_cert)},
    {OPTIONS_WEB, "tls_key", NULL, OPTIONS_TOGETHER, set_path, AT(config_web, tls_key)},
    {OPTIONS_WEB, "user", WECOM_WEB_USER, false, set_user, AT(config_web, user)},

    {OPTIONS_ACCOUNTS, "app", NULL, false, set_name, AT(config_accounts, app_name)},
    {OPTIONS_ACCOUNTS, "provision", "yes", false, set_bool, AT(config_accounts, provision)},
    {OPTIONS_ACCOUNTS, "username", "userid", false, options_set_username,
     AT(config_accounts, username)},
    {OPTIONS_ACCOUNTS, "name_prefix", "u", false, options_set_prefix,
     AT(config_accounts, name_prefix)},
    {OPTIONS_ACCOUNTS, "uid_range", "1900000000-1999999999", false, options_set_uid_range,
     AT(config_accounts, uid_range)},
    {OPTIONS_ACCOUNTS, "home", "/home/%u", false, options_set_home, AT(config_accounts, home)},
    {OPTIONS_ACCOUNTS, "shell", "/bin/bash", false, options_set_shell, AT(config_accounts, shell)},
    {OPTIONS_ACCOUNTS, "table", WECOM_TABLE_FILE, false, set_path, AT(config_accounts, table)},
    {OPTIONS_ACCOUNTS, "refresh", "5m", false, options_set_duration,
     AT(config_accounts, refresh_s)},
    {OPTIONS_ACCOUNTS, "stale", "24h", false, options_set_duration, AT(config_accounts, stale_s)},
    {OPTIONS_ACCOUNTS, "sync_calls_per_min", "200", false, options_set_rate,
     AT(config_accounts, sync_calls_per_min)},
    {OPTIONS_ACCOUNTS, "group_members", "no", false, set_bool,
     AT(config_accounts, group_members)},
    {OPTIONS_ACCOUNTS, "group.", NULL, false, options_set_group,
     offsetof(struct config_accounts, groups), sizeof(struct config_group), options_name_group},

    {OPTIONS_SERVICE, "app", NULL, false, set_name, AT(config_service, app_name)},
    {OPTIONS_SERVICE, "methods", NULL, true, set_methods, AT(config_service, methods)},
    {OPTIONS_SERVICE, "account", "yes", false, set_bool, AT(config_service, account)},
    {OPTIONS_SERVICE, "set_app", "no", false, set_bool, AT(config_service, set_app)},
    {OPTIONS_SERVICE, "callers", "root", false, set_callers, AT(config_service, callers_text)},
    {OPTIONS_SERVICE, "socket", NULL, false, set_socket, AT(config_service, socket)},
    {OPTIONS_SERVICE, "export", "userid name", false, set_exports, AT(config_service, exports)},
    {OPTIONS_SERVICE, "allow", NULL, false, options_set_policy, AT(config_service, allow)},
    {OPTIONS_SERVICE, "deny", NULL, false, options_set_policy, AT(config_service, deny)},
    {OPTIONS_SERVICE, "lang", "both", false, set_lang, AT(config_service, lang)},
    {OPTIONS_SERVICE, "qr", "utf8", false, set_qr, AT(config_service, qr)},
    {OPTIONS_SERVICE, "remember", "0s", false, options_set_remember,
     AT(config_service, remember_s)},
    {0},
};
/* clang-format on */

const struct option *options_all(void) {
    return all;
}

const struct option *options_find(enum options_section section, const char *key) {
    for (const struct option *o = all; o->key != NULL; o++) {
        size_t len = strlen(o->key);

        if (o->section == section &&
            (o->name != NULL ? strncmp(o->key, key, len) == 0 : strcmp(o->key, key) == 0))
            return o;
    }
    return NULL;
}

char *config_method_words(char *out, size_t bytes, const struct config_service *service) {
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < service->order_count; i++) {
        for (const struct word *w = methods; w->word != NULL; w++) {
            if (service->order[i] == w->value && used < bytes)
                used += (size_t)snprintf(out + used, bytes - used, "%s%s", used > 0 ? " " : "",
                                         w->word);
        }
    }
    return out;
}
