/* What the configuration file says, checked. Made whole or not at all; never changed afterwards. */
#ifndef WECOM_HELPER_CONFIG_H
#define WECOM_HELPER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "common/secret.h"
#include "helper/policy.h"
#include "wecom/error.h"
#include "wecom/limits.h"
#include "wecom/table.h"

enum config_lang { CONFIG_LANG_BOTH, CONFIG_LANG_ZH, CONFIG_LANG_EN };

/* What a service may learn of the person: bits of `exports`. */
enum config_export {
    CONFIG_EXPORT_ACCOUNT = 1 << 0,
    CONFIG_EXPORT_USERID = 1 << 1,
    CONFIG_EXPORT_NAME = 1 << 2,
    CONFIG_EXPORT_MOBILE = 1 << 3,
    CONFIG_EXPORT_EMAIL = 1 << 4,
    CONFIG_EXPORT_DEPARTMENTS = 1 << 5,
};

/* Sign-in methods: bits of `methods`, and the words of methods=. */
enum config_method {
    CONFIG_METHOD_CODE = 1 << 0,
    CONFIG_METHOD_MESSAGE = 1 << 1,
    CONFIG_METHOD_SCAN = 1 << 2,
    CONFIG_METHOD_APPROVE = 1 << 3,
};

/* How a terminal is shown a link. */
enum config_qr { CONFIG_QR_UTF8, CONFIG_QR_ASCII, CONFIG_QR_OFF };

enum { CONFIG_METHODS = 4 };

/* What a login name is made of. */
enum config_username { CONFIG_USERNAME_USERID, CONFIG_USERNAME_ALIAS, CONFIG_USERNAME_EMAIL };

enum { CONFIG_CALLERS = 32, CONFIG_PATH_BYTES = 1024, CONFIG_URL_BYTES = 512, CONFIG_GROUPS = 64 };
enum { CONFIG_LISTENS = 8, CONFIG_PROXIES = 32 };

/* One entry of callers=: a local user, or a local group written @name. */
struct config_caller {
    bool is_group;
    uint32_t id;
};

struct config_helper {
    char socket[CONFIG_PATH_BYTES], admin_socket[CONFIG_PATH_BYTES], web_socket[CONFIG_PATH_BYTES];
    char state_dir[CONFIG_PATH_BYTES];
    char store[16];
    char user[WECOM_SERVICE_MAX_BYTES + 1];
    int user_line; /* where the file says so; 0: nowhere */
    int log_level; /* of syslog(3) */
};

/* Without corp_id, agent_id and secret_file it has no keys: services hand over those of
 * applications of their own, which take everything else from here.
 */
struct config_app {
    char name[WECOM_SERVICE_MAX_BYTES + 1];
    int line; /* of its heading */
    char corp_id[WECOM_CORP_ID_MAX_BYTES + 1];
    long agent_id;
    char secret_file[CONFIG_PATH_BYTES];
    struct secret secret; /* what secret_file holds, without the white space at its end */
    char company[WECOM_COMPANY_MAX_BYTES + 1];
    char api_url[CONFIG_URL_BYTES], authorize_url[CONFIG_URL_BYTES], sso_url[CONFIG_URL_BYTES];
    char ca_file[CONFIG_PATH_BYTES];
    char proxy[CONFIG_URL_BYTES];
    /* For what WeCom sends to its message URL; "": nothing is taken from there. */
    char callback_token_file[CONFIG_PATH_BYTES], callback_aes_key_file[CONFIG_PATH_BYTES];
    struct secret callback_token, callback_aes_key; /* what they hold */
};

/* One line group.NAME=... */
struct config_group {
    char name[WECOM_LOGIN_NAME_MAX_BYTES + 1];
    struct policy members;
};

struct config_accounts {
    bool wanted; /* there is a service or a section that needs host accounts */
    int line;    /* of its heading; 0: there is none */
    char app_name[WECOM_SERVICE_MAX_BYTES + 1];
    const struct config_app *app;
    bool provision;
    enum config_username username;
    char name_prefix[WECOM_LOGIN_NAME_MAX_BYTES + 1];
    uint32_t uid_range[2]; /* first and last */
    char home[WECOM_HOME_MAX_BYTES + 1], shell[WECOM_HOME_MAX_BYTES + 1];
    char table[CONFIG_PATH_BYTES];
    int64_t refresh_s, stale_s;
    int64_t sync_calls_per_min;
    bool group_members;
    struct config_group groups[CONFIG_GROUPS];
    size_t groups_count;
};

struct config_listen {
    struct address address;
    uint16_t port;
};

/* For wecom-web. */
struct config_web {
    int line; /* of its heading; 0: there is none */
    char user[WECOM_SERVICE_MAX_BYTES + 1];
    int user_line; /* where the file says so; 0: nowhere */
    struct config_listen listens[CONFIG_LISTENS];
    size_t listens_count;
    char public_url[CONFIG_URL_BYTES]; /* without "/" at its end; "": there is no [web] */
    size_t prefix;                     /* where its path begins, "" or "/..." */
    struct address_net proxies[CONFIG_PROXIES];
    size_t proxies_count;
    char tls_cert[CONFIG_PATH_BYTES], tls_key[CONFIG_PATH_BYTES]; /* "": no TLS of its own */
};

struct config_service {
    char name[WECOM_SERVICE_MAX_BYTES + 1];
    int line; /* of its heading */
    char app_name[WECOM_SERVICE_MAX_BYTES + 1];
    const struct config_app *app;
    unsigned int methods, exports;
    enum config_method order[CONFIG_METHODS]; /* the same methods, the preferred one first */
    size_t order_count;
    bool account;
    bool set_app; /* may hand over applications of its own; never with account */
    struct config_caller callers[CONFIG_CALLERS];
    size_t callers_count;
    char callers_text[512];
    char socket[CONFIG_PATH_BYTES]; /* "" when it has none of its own */
    enum config_lang lang;
    enum config_qr qr;
    struct policy allow, deny;
    int64_t
        remember_s; /* how long a login stands for the next one with the same key; 0: not at all */
};

struct config {
    char file[CONFIG_PATH_BYTES];
    struct config_helper helper;
    struct config_accounts accounts;
    struct config_web web;
    /* In the order of the file; the first is the default. Never none: where the file has none, one
     * without keys and name.
     */
    struct config_app *apps;
    size_t apps_count;
    struct config_service *services;
    size_t services_count;
};

/* Why a file cannot be used: "FILE:LINE: [section] key: reason". */
struct config_error {
    char text[2 * CONFIG_PATH_BYTES];
};

/* Reads and checks `file`, without the files it names. NULL with `*error` filled in. */
struct config *config_read(const char *file, struct config_error *error);

/* Reads the secrets that the configuration names: as the user that the helper runs as, so that a
 * reload finds the same as the start did. False with `*error` filled in.
 */
bool config_read_secrets(struct config *config, struct config_error *error);

/* Says of user= of [helper], or of [web], what only the machine can tell. */
void config_refuse_user(const struct config *config, const char *why, struct config_error *error);
void config_refuse_web(const struct config *config, int line, const char *key, const char *why,
                       struct config_error *error);

/* Wipes and frees; NULL allowed. */
void config_free(struct config *config);

/* NULL when there is none of that name. */
struct config_service *config_find_service(const struct config *config, const char *name);
struct config_app *config_find_app(const struct config *config, const char *name);

bool config_has_keys(const struct config_app *app);

/* Is there what opens the requests that WeCom sends to its message URL? */
bool config_has_callback(const struct config_app *app);

/* Is everything that tells one application from another the same, so that a token stays good? */
bool config_same_app(const struct config_app *a, const struct config_app *b);

/* The words of methods=, in its order, separated by blanks. */
char *config_method_words(char *out, size_t bytes, const struct config_service *service);

/* What is allowed and will hardly be meant: told to `tell` one by one, as a sentence. */
void config_warnings(const struct config *config, void (*tell)(void *arg, const char *sentence),
                     void *arg);

#endif
