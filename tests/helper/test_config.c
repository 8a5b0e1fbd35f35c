/* The configuration file: every key, every default, and everything that is wrong with it, said with
 * file, line, section and key.
 */
#include "helper/config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "helper/options.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

#define BAD "tests/data/config/bad"
#define APP "[app main]\ncorp_id = ww1234567890abcdef\nagent_id = 1000002\nsecret_file = /s/main\n"
#define SERVICE "[service sshd]\nmethods = code\n"

static char error_text[sizeof((struct config_error *)0)->text];

/* config_read of these bytes; NULL with the reason in error_text. */
static struct config *read_bytes(const char *bytes, size_t len) {
    int fd = memfd_create("config", MFD_CLOEXEC);
    struct config_error error = {""};
    struct config *config;
    char path[64];

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    config = config_read(path, &error);
    (void)close(fd);
    ck_assert((config == NULL) == (error.text[0] != '\0'));
    (void)snprintf(error_text, sizeof error_text, "%s", error.text);
    return config;
}

static struct config *read_text(const char *text) {
    return read_bytes(text, strlen(text));
}

/* The same of an application or service `section` with one more line, and a good application. */
static struct config *read_with(const char *section, const char *line) {
    struct config *config;
    char *text = NULL;

    ck_assert_int_gt(asprintf(&text, "%s%s\n", section, line), 0);
    config = read_text(text);
    free(text);
    return config;
}

static void check_accounts_defaults(const struct config_accounts *a, const struct config_app *app) {
    ck_assert(a->wanted); /* by the service */
    ck_assert_int_eq(a->line, 0);
    ck_assert_ptr_eq(a->app, app);
    ck_assert(a->provision);
    ck_assert_int_eq(a->username, CONFIG_USERNAME_USERID);
    ck_assert_str_eq(a->name_prefix, "u");
    ck_assert_uint_eq(a->uid_range[0], 1900000000);
    ck_assert_uint_eq(a->uid_range[1], 1999999999);
    ck_assert_str_eq(a->home, "/home/%u");
    ck_assert_str_eq(a->shell, "/bin/bash");
    ck_assert_str_eq(a->table, "/var/lib/wecom/public/accounts.cdb");
    ck_assert_int_eq(a->refresh_s, 300);
    ck_assert_int_eq(a->stale_s, 86400);
    ck_assert_int_eq(a->sync_calls_per_min, 200);
    ck_assert(!a->group_members);
    ck_assert_uint_eq(a->groups_count, 0);
}

START_TEST(what_is_not_in_the_file_has_its_default) {
    struct config *c = read_text(APP SERVICE);
    const struct config_app *app;
    const struct config_service *service;

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_str_eq(c->helper.socket, "/run/wecom/login.sock");
    ck_assert_str_eq(c->helper.admin_socket, "/run/wecom/admin.sock");
    ck_assert_str_eq(c->helper.web_socket, "/run/wecom/web.sock");
    ck_assert_str_eq(c->helper.state_dir, "/var/lib/wecom");
    ck_assert_str_eq(c->helper.store, "sqlite");
    ck_assert_str_eq(c->helper.user, "wecom");
    ck_assert_int_eq(c->helper.log_level, LOG_NOTICE);
    ck_assert_uint_eq(c->apps_count, 1);
    app = &c->apps[0];
    ck_assert_str_eq(app->name, "main");
    ck_assert_int_eq(app->line, 1);
    ck_assert_str_eq(app->corp_id, "ww1234567890abcdef");
    ck_assert_int_eq(app->agent_id, 1000002);
    ck_assert_str_eq(app->secret_file, "/s/main");
    ck_assert_uint_eq(app->secret.len, 0);
    ck_assert_str_eq(app->company, "");
    ck_assert_str_eq(app->api_url, "https://qyapi.weixin.qq.com");
    ck_assert_str_eq(app->authorize_url, "https://open.weixin.qq.com/connect/oauth2/authorize");
    ck_assert_str_eq(app->sso_url, "https://login.work.weixin.qq.com/wwlogin/sso/login");
    ck_assert_str_eq(app->ca_file, "");
    ck_assert_str_eq(app->proxy, "");
    ck_assert_uint_eq(c->services_count, 1);
    service = &c->services[0];
    ck_assert_str_eq(service->name, "sshd");
    ck_assert_int_eq(service->line, 5);
    ck_assert_ptr_eq(service->app, app);
    ck_assert_uint_eq(service->methods, CONFIG_METHOD_CODE);
    ck_assert_uint_eq(service->exports, CONFIG_EXPORT_USERID | CONFIG_EXPORT_NAME);
    ck_assert(service->account);
    ck_assert(!service->set_app);
    ck_assert_uint_eq(service->callers_count, 1);
    ck_assert(!service->callers[0].is_group);
    ck_assert_uint_eq(service->callers[0].id, 0);
    ck_assert_str_eq(service->callers_text, "root");
    ck_assert_str_eq(service->socket, "");
    ck_assert_int_eq(service->lang, CONFIG_LANG_BOTH);
    ck_assert_int_eq(service->remember_s, 0);
    ck_assert_uint_eq(service->allow.count + service->deny.count, 0);
    check_accounts_defaults(&c->accounts, app);
    config_free(c);
}
END_TEST

static const struct {
    const char *value;
    int64_t seconds;
} remembers[] = {{"0s", 0}, {"0h", 0}, {"1s", 1}, {"30m", 1800}, {"12h", 43200}, {"43200s", 43200}};

START_TEST(a_key_is_remembered_for_as_long_as_the_file_says) {
    char line[64];
    struct config *c;

    (void)snprintf(line, sizeof line, "remember = %s", remembers[_i].value);
    c = read_with(APP SERVICE, line);
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_int_eq(c->services[0].remember_s, remembers[_i].seconds);
    config_free(c);
}
END_TEST

START_TEST(no_service_at_all_is_a_configuration) {
    struct config *c = read_text(APP);

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->services_count, 0);
    config_free(c);
}
END_TEST

static const struct {
    const char *key, *value;
    size_t at;
    const char *stored; /* NULL: as it stands in the file */
} helper_texts[] = {
    {"socket", "/x/login.sock", offsetof(struct config_helper, socket), NULL},
    {"admin_socket", "/x/admin.sock", offsetof(struct config_helper, admin_socket), NULL},
    {"web_socket", "/x/web.sock", offsetof(struct config_helper, web_socket), NULL},
    {"state_dir", "/x/state", offsetof(struct config_helper, state_dir), NULL},
    {"store", "sqlite", offsetof(struct config_helper, store), NULL},
    {"user", "daemon", offsetof(struct config_helper, user), NULL},
    {"user", "nobody-yet", offsetof(struct config_helper, user), NULL},
};

static const struct {
    const char *key, *value;
    size_t at;
    const char *stored;
} app_texts[] = {
    {"company", "\xE7\xA4\xBA\xE4\xBE\x8B Ltd.", offsetof(struct config_app, company), NULL},
    {"api_url", "https://a.example.com:8443/wecom", offsetof(struct config_app, api_url), NULL},
    {"api_url", "https://a.example.com///", offsetof(struct config_app, api_url),
     "https://a.example.com"},
    {"api_url", "https://[2001:db8::1]:8443", offsetof(struct config_app, api_url), NULL},
    {"authorize_url", "https://b.example.com/x", offsetof(struct config_app, authorize_url), NULL},
    {"sso_url", "https://c.example.com/y", offsetof(struct config_app, sso_url), NULL},
    {"ca_file", "/x/ca.pem", offsetof(struct config_app, ca_file), NULL},
    {"proxy", "http://proxy:3128", offsetof(struct config_app, proxy), NULL},
    {"proxy", "https://proxy:3128", offsetof(struct config_app, proxy), NULL},
    {"proxy", "socks5://proxy:1080", offsetof(struct config_app, proxy), NULL},
    {"proxy", "socks5h://proxy:1080", offsetof(struct config_app, proxy), NULL},
};

static void check_text(const void *target, size_t at, const char *value, const char *stored) {
    ck_assert_str_eq((const char *)target + at, stored != NULL ? stored : value);
}

START_TEST(a_text_of_the_helper_is_what_the_file_says) {
    struct config *c;
    char line[256];

    (void)snprintf(line, sizeof line, "%s = %s", helper_texts[_i].key, helper_texts[_i].value);
    c = read_with(APP "[helper]\n", line);
    ck_assert_msg(c != NULL, "%s", error_text);
    check_text(&c->helper, helper_texts[_i].at, helper_texts[_i].value, helper_texts[_i].stored);
    config_free(c);
}
END_TEST

START_TEST(a_text_of_an_application_is_what_the_file_says) {
    struct config *c;
    char line[256];

    (void)snprintf(line, sizeof line, "%s=%s", app_texts[_i].key, app_texts[_i].value);
    c = read_with(APP, line);
    ck_assert_msg(c != NULL, "%s", error_text);
    check_text(&c->apps[0], app_texts[_i].at, app_texts[_i].value, app_texts[_i].stored);
    config_free(c);
}
END_TEST

START_TEST(every_log_level_has_its_word) {
    static const struct {
        const char *line;
        int level;
    } levels[] = {{"log_level = err", LOG_ERR},
                  {"log_level = warning", LOG_WARNING},
                  {"log_level = notice", LOG_NOTICE},
                  {"log_level = info", LOG_INFO},
                  {"log_level = debug", LOG_DEBUG}};

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct config *c = read_with(APP "[helper]\n", levels[i].line);

        ck_assert_ptr_nonnull(c);
        ck_assert_int_eq(c->helper.log_level, levels[i].level);
        config_free(c);
    }
}
END_TEST

#define WEB "[web]\npublic_url = https://login.example.com\n"

START_TEST(without_a_section_web_there_is_no_web_process) {
    struct config *c = read_text(APP);

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_int_eq(c->web.line, 0);
    ck_assert_str_eq(c->web.public_url, "");
    config_free(c);
}
END_TEST

START_TEST(the_web_process_has_its_defaults) {
    struct config *c = read_text(APP WEB);
    char text[ADDRESS_TEXT_BYTES];

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_int_eq(c->web.line, 5);
    ck_assert_int_eq(c->web.user_line, 0);
    ck_assert_str_eq(c->web.user, "wecom-web");
    ck_assert_uint_eq(c->web.listens_count, 1);
    ck_assert_str_eq(address_text(&c->web.listens[0].address, text), "127.0.0.1");
    ck_assert_uint_eq(c->web.listens[0].port, 8473);
    ck_assert_str_eq(c->web.public_url, "https://login.example.com");
    ck_assert_str_eq(c->web.public_url + c->web.prefix, "");
    ck_assert_uint_eq(c->web.proxies_count, 2);
    ck_assert_str_eq(address_text(&c->web.proxies[0].address, text), "127.0.0.1");
    ck_assert_uint_eq(c->web.proxies[0].bits, 128);
    ck_assert_str_eq(address_text(&c->web.proxies[1].address, text), "::1");
    ck_assert_str_eq(c->web.tls_cert, "");
    ck_assert_str_eq(c->web.tls_key, "");
    config_free(c);
}
END_TEST

START_TEST(the_web_process_is_what_the_file_says) {
    struct config *c =
        read_text(APP "[web]\npublic_url = https://a-b.example.com:8443/x/y_z~1/\nuser = daemon\n"
                      "listen = 0.0.0.0:1  [::1]:65535\t[2001:db8::1]:443\n"
                      "trusted_proxies = 10.0.0.0/8 2001:db8::/32 192.0.2.7\n"
                      "tls_cert = /c/cert\ntls_key = /c/key\n");
    char text[ADDRESS_TEXT_BYTES];

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_str_eq(c->web.public_url, "https://a-b.example.com:8443/x/y_z~1");
    ck_assert_str_eq(c->web.public_url + c->web.prefix, "/x/y_z~1");
    ck_assert_str_eq(c->web.user, "daemon");
    ck_assert_int_eq(c->web.user_line, 7);
    ck_assert_uint_eq(c->web.listens_count, 3);
    ck_assert_str_eq(address_text(&c->web.listens[0].address, text), "0.0.0.0");
    ck_assert_uint_eq(c->web.listens[0].port, 1);
    ck_assert_str_eq(address_text(&c->web.listens[1].address, text), "::1");
    ck_assert_uint_eq(c->web.listens[1].port, 65535);
    ck_assert_str_eq(address_text(&c->web.listens[2].address, text), "2001:db8::1");
    ck_assert_uint_eq(c->web.proxies_count, 3);
    ck_assert_uint_eq(c->web.proxies[0].bits, 96 + 8);
    ck_assert_uint_eq(c->web.proxies[1].bits, 32);
    ck_assert_uint_eq(c->web.proxies[2].bits, 128);
    ck_assert_str_eq(c->web.tls_cert, "/c/cert");
    ck_assert_str_eq(c->web.tls_key, "/c/key");
    config_free(c);
    c = read_with(APP WEB, "trusted_proxies = none");
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->web.proxies_count, 0);
    config_free(c);
}
END_TEST

/* A link is the URL, "/s/" and 22 characters: at most 78 bytes. */
START_TEST(a_link_may_have_78_bytes_and_no_more) {
    char line[128];
    struct config *c;

    for (int more = 0; more < 2; more++) {
        (void)snprintf(line, sizeof line, "[web]\npublic_url = https://login.example.com/%s%s",
                       "aaaaaaaaaaaaaaaaaaaaaaaaaaa", more ? "b" : "");
        ck_assert_uint_eq(strlen(strstr(line, "https")), 53 + (size_t)more);
        c = read_with(APP, line);
        ck_assert_msg((c != NULL) == !more, "%s", error_text);
        config_free(c);
    }
    ck_assert_ptr_nonnull(strstr(error_text, "78 bytes"));
    /* the "/" at its end does not count */
    c = read_with(APP,
                  "[web]\npublic_url = https://login.example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaa/");
    ck_assert_msg(c != NULL, "%s", error_text);
    config_free(c);
}
END_TEST

START_TEST(a_service_is_what_the_file_says) {
    struct config *c =
        read_text(APP "[app other]\ncorp_id = ww2\nagent_id = 2147483647\nsecret_file = /s/o\n"
                      "[service sshd]\napp = other\nmethods =  code\taccount = no\n");

    ck_assert_ptr_null(c); /* methods took the rest of its line */
    c = read_text(APP "[app other]\ncorp_id = ww2\nagent_id = 2147483647\nsecret_file = /s/o\n"
                      "[service web]\napp = other\nmethods = code code\naccount = no\n"
                      "callers = daemon  @root\troot\nsocket = /x/web.sock\nlang = zh\n"
                      "export = departments account userid name mobile email\n");
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->apps_count, 2);
    ck_assert_ptr_eq(c->services[0].app, &c->apps[1]);
    ck_assert_int_eq(c->apps[1].agent_id, 2147483647);
    ck_assert_uint_eq(c->services[0].methods, CONFIG_METHOD_CODE);
    ck_assert(!c->services[0].account);
    ck_assert_uint_eq(c->services[0].callers_count, 3);
    ck_assert(!c->services[0].callers[0].is_group);
    ck_assert_uint_eq(c->services[0].callers[0].id, 1);
    ck_assert(c->services[0].callers[1].is_group);
    ck_assert_uint_eq(c->services[0].callers[1].id, 0);
    ck_assert_uint_eq(c->services[0].callers[2].id, 0);
    ck_assert_str_eq(c->services[0].callers_text, "daemon  @root\troot");
    ck_assert_str_eq(c->services[0].socket, "/x/web.sock");
    ck_assert_int_eq(c->services[0].lang, CONFIG_LANG_ZH);
    ck_assert_uint_eq(c->services[0].exports, 63);
    ck_assert_ptr_eq(config_find_service(c, "web"), &c->services[0]);
    ck_assert_ptr_null(config_find_service(c, "WEB"));
    ck_assert_ptr_null(config_find_service(c, ""));
    ck_assert_ptr_eq(config_find_app(c, "other"), &c->apps[1]);
    ck_assert_ptr_null(config_find_app(c, "othe"));
    config_free(c);
}
END_TEST

START_TEST(accounts_are_what_the_file_says) {
    struct config *c = read_text(
        APP
        "[app two]\ncorp_id = ww1234567890abcdef\nagent_id = 2\nsecret_file = /s/o\n"
        "[accounts]\napp = two\nprovision = no\nusername = email_local\nname_prefix = wx-\n"
        "uid_range = 65536-66535\nhome = /srv/%u/home\nshell = /bin/zsh\ntable = /x/t.cdb\n"
        "refresh = 10s\nstale = 7d\nsync_calls_per_min = 10000\ngroup_members = yes\n"
        "group.ops = department:2 tag:7\ngroup.dev_1 = user:LiSi\n  two/department:4294967295\n");
    const struct config_accounts *a;

    ck_assert_msg(c != NULL, "%s", error_text);
    a = &c->accounts;
    ck_assert(a->wanted);
    ck_assert_ptr_eq(a->app, &c->apps[1]);
    ck_assert(!a->provision);
    ck_assert_int_eq(a->username, CONFIG_USERNAME_EMAIL);
    ck_assert_str_eq(a->name_prefix, "wx-");
    ck_assert_uint_eq(a->uid_range[0], 65536);
    ck_assert_uint_eq(a->uid_range[1], 66535);
    ck_assert_str_eq(a->home, "/srv/%u/home");
    ck_assert_str_eq(a->shell, "/bin/zsh");
    ck_assert_str_eq(a->table, "/x/t.cdb");
    ck_assert_int_eq(a->refresh_s, 10);
    ck_assert_int_eq(a->stale_s, 7 * 86400);
    ck_assert_int_eq(a->sync_calls_per_min, 10000);
    ck_assert(a->group_members);
    ck_assert_uint_eq(a->groups_count, 2);
    ck_assert_str_eq(a->groups[0].name, "ops");
    ck_assert_uint_eq(a->groups[0].members.count, 2);
    ck_assert_str_eq(a->groups[1].name, "dev_1");
    ck_assert_uint_eq(a->groups[1].members.rules[1].id, 4294967295U);
    ck_assert_str_eq(a->groups[1].members.rules[1].app, "two");
    config_free(c);
}
END_TEST

START_TEST(a_duration_has_four_units) {
    static const struct {
        const char *line;
        int64_t seconds;
    } rows[] = {{"stale = 90000s", 90000},
                {"stale = 1440m", 86400},
                {"stale = 25h", 90000},
                {"stale = 2d", 172800}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config *c = read_with(APP "[accounts]\n", rows[i].line);

        ck_assert_msg(c != NULL, "%s", error_text);
        ck_assert_int_eq(c->accounts.stale_s, rows[i].seconds);
        config_free(c);
    }
}
END_TEST

START_TEST(there_are_at_most_64_groups) {
    char text[8192] = APP "[accounts]\n";
    struct config *c;

    for (int i = 0; i < 64; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "group.g%d = tag:1\n", i);
    c = read_text(text);
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->accounts.groups_count, 64);
    config_free(c);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), "group.g64 = tag:1\n");
    ck_assert_ptr_null(read_text(text));
    ck_assert_ptr_nonnull(strstr(error_text, "group.g64: is one group too many"));
}
END_TEST

START_TEST(identities_alone_need_no_host_accounts) {
    struct config *c = read_text(APP SERVICE "account = no\nallow = tag:1\ndeny = user:lisi\n");

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert(!c->accounts.wanted);
    ck_assert_uint_eq(c->services[0].allow.count, 1);
    ck_assert_uint_eq(c->services[0].deny.count, 1);
    ck_assert_int_eq(c->services[0].deny.rules[0].kind, POLICY_USER);
    config_free(c);
}
END_TEST

START_TEST(callers_replace_the_default_and_do_not_add_to_it) {
    struct config *c = read_text(APP SERVICE "callers = daemon\n");

    ck_assert_ptr_nonnull(c);
    ck_assert_uint_eq(c->services[0].callers_count, 1);
    ck_assert_uint_eq(c->services[0].callers[0].id, 1);
    config_free(c);
}
END_TEST

START_TEST(methods_keep_the_order_in_which_they_stand) {
    struct config *c = read_text(APP "[web]\npublic_url = https://a.example\n[service sshd]\n"
                                     "methods = message scan code scan\nqr = ascii\n");
    char words[64];

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_str_eq(config_method_words(words, sizeof words, &c->services[0]),
                     "message scan code");
    ck_assert_uint_eq(c->services[0].methods,
                      CONFIG_METHOD_MESSAGE | CONFIG_METHOD_SCAN | CONFIG_METHOD_CODE);
    ck_assert_int_eq(c->services[0].qr, CONFIG_QR_ASCII);
    config_free(c);
}
END_TEST

static const struct {
    const char *line;
    enum config_qr qr;
} qrs[] = {{"lang = zh", CONFIG_QR_UTF8},
           {"qr = utf8", CONFIG_QR_UTF8},
           {"qr = ascii", CONFIG_QR_ASCII},
           {"qr = off", CONFIG_QR_OFF}};

START_TEST(a_picture_is_of_the_kind_that_the_service_says) {
    struct config *c = read_with(APP SERVICE, qrs[_i].line);

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_int_eq(c->services[0].qr, qrs[_i].qr);
    config_free(c);
}
END_TEST

START_TEST(one_export_is_one_bit) {
    static const char *const words[] = {"account", "userid", "name",
                                        "mobile",  "email",  "departments"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char line[64];
        struct config *c;

        (void)snprintf(line, sizeof line, "export = %s", words[i]);
        c = read_with(APP SERVICE, line);
        ck_assert_ptr_nonnull(c);
        ck_assert_uint_eq(c->services[0].exports, 1u << i);
        config_free(c);
    }
}
END_TEST

START_TEST(a_service_may_stand_before_its_application) {
    struct config *c =
        read_text("[service sshd]\nmethods = code\napp = second\n" APP
                  "[app second]\ncorp_id=ww1234567890abcdef\nagent_id=1\nsecret_file=/s\n");

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_ptr_eq(c->services[0].app, &c->apps[1]);
    config_free(c);
}
END_TEST

START_TEST(an_application_may_be_without_keys_for_services_that_hand_them_over) {
    struct config *c =
        read_text("[app frame]\nproxy = http://p:1\ncompany = x\n" APP
                  "[service web]\nmethods = code\naccount = no\nset_app = yes\n"
                  "[service sshd]\nmethods = code\napp = main\n"
                  "[service own]\nmethods = code\naccount = no\nset_app = yes\napp = main\n");
    struct config_error error = {""};

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->apps_count, 2);
    ck_assert(!config_has_keys(&c->apps[0]));
    ck_assert(config_has_keys(&c->apps[1]));
    ck_assert_str_eq(c->apps[0].proxy, "http://p:1");
    ck_assert_str_eq(c->apps[0].api_url, "https://qyapi.weixin.qq.com");
    ck_assert_int_eq(c->apps[0].agent_id, 0);
    ck_assert_ptr_eq(c->services[0].app, &c->apps[0]);
    ck_assert(c->services[0].set_app);
    ck_assert(!c->services[1].set_app);
    ck_assert(c->services[2].set_app);
    /* only what is named is read */
    ck_assert(!config_read_secrets(c, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "[app main] secret_file: /s/main"));
    config_free(c);
    c = read_text("[app frame]\n");
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert(config_read_secrets(c, &error));
    config_free(c);
}
END_TEST

START_TEST(no_application_is_one_of_defaults_without_name_and_keys) {
    struct config *c = read_text("[service web]\nmethods = code\naccount = no\nset_app = yes\n"
                                 "[service crm]\nmethods = code\naccount = no\nset_app = yes\n");
    struct config_error error = {""};

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->apps_count, 1);
    ck_assert(!config_has_keys(&c->apps[0]));
    ck_assert_str_eq(c->apps[0].name, "");
    ck_assert_str_eq(c->apps[0].api_url, "https://qyapi.weixin.qq.com");
    ck_assert_str_eq(c->apps[0].authorize_url,
                     "https://open.weixin.qq.com/connect/oauth2/authorize");
    ck_assert_str_eq(c->apps[0].sso_url, "https://login.work.weixin.qq.com/wwlogin/sso/login");
    ck_assert_str_eq(c->apps[0].proxy, "");
    ck_assert_ptr_eq(c->services[0].app, &c->apps[0]);
    ck_assert_ptr_eq(c->services[1].app, &c->apps[0]);
    ck_assert(config_read_secrets(c, &error));
    config_free(c);
}
END_TEST

START_TEST(many_sections_keep_their_places) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct config *c;

    for (int i = 0; i < 100; i++)
        (void)fprintf(out,
                      "[app a%d]\ncorp_id = w%d\nagent_id = %d\nsecret_file = /s/%d\n"
                      "[service s%d]\nmethods = code\naccount = no\napp = a%d\nsocket = /x/%d\n",
                      i, i, i + 1, i, i, 99 - i, i);
    (void)fclose(out);
    c = read_text(text);
    ck_assert_msg(c != NULL, "%s", error_text);
    for (size_t i = 0; i < 100; i++) {
        ck_assert_int_eq(c->apps[i].agent_id, (long)i + 1);
        ck_assert_ptr_eq(c->services[i].app, &c->apps[99 - i]);
    }
    config_free(c);
    free(text);
}
END_TEST

static const char *const same[] = {
    APP SERVICE,
    "# a comment\n; another\n\n" APP "\n\n" SERVICE "# the end",
    "  \t\n" APP SERVICE "  ; indented comment\n",
    "[app main]\ncorp_id:ww1234567890abcdef\nagent_id=1000002\nsecret_file   =   /s/main   \n"
    "[service sshd]\nmethods=code",
    "[app main] ; the only one\ncorp_id = ww1234567890abcdef ; Company ID\nagent_id = 1000002\n"
    "secret_file = /s/main\n[service\tsshd]\nmethods = code\n",
    "[app   main]\n  corp_id = ww1234567890abcdef\nagent_id = 1000002\nsecret_file = /s/main\n"
    "[service sshd]\nmethods =\n  code\n",
    "\xEF\xBB\xBF" APP SERVICE,
    "\xEF\xBB\xBF\n" APP SERVICE,
    "[app main]\r\ncorp_id = ww1234567890abcdef\r\nagent_id = 1000002\r\n"
    "secret_file = /s/main\r\n\r\n[service sshd]\r\nmethods = code\r\n",
};

START_TEST(the_same_may_be_written_in_other_ways) {
    struct config *c = read_text(same[_i]);

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->apps_count, 1);
    ck_assert_str_eq(c->apps[0].name, "main");
    ck_assert_str_eq(c->apps[0].corp_id, "ww1234567890abcdef");
    ck_assert_int_eq(c->apps[0].agent_id, 1000002);
    ck_assert_str_eq(c->apps[0].secret_file, "/s/main");
    ck_assert_uint_eq(c->services_count, 1);
    ck_assert_str_eq(c->services[0].name, "sshd");
    ck_assert_uint_eq(c->services[0].methods, CONFIG_METHOD_CODE);
    config_free(c);
}
END_TEST

START_TEST(a_long_value_goes_on_in_the_next_lines) {
    struct config *c = read_text(APP SERVICE "callers = root\n  daemon\n\t@root\n"
                                             "export =\n userid\n mobile\n");

    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert_uint_eq(c->services[0].callers_count, 3);
    ck_assert_str_eq(c->services[0].callers_text, "root daemon @root");
    ck_assert_uint_eq(c->services[0].exports, CONFIG_EXPORT_USERID | CONFIG_EXPORT_MOBILE);
    config_free(c);
}
END_TEST

static char **bad_files;
static int bad_files_count;

static int is_conf(const struct dirent *entry) {
    size_t len = strlen(entry->d_name);

    return len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static void find_bad_files(void) {
    struct dirent **list = NULL;

    bad_files_count = scandir(BAD, &list, is_conf, alphasort);
    bad_files = calloc((size_t)bad_files_count + 1, sizeof *bad_files);
    for (int i = 0; i < bad_files_count; i++) {
        bad_files[i] = strdup(list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

START_TEST(a_bad_file_is_refused_with_its_place_and_reason) {
    struct config_error error = {""};
    char path[512], line[512] = "", *expected;
    FILE *file;
    struct config *c;

    (void)snprintf(path, sizeof path, BAD "/%s", bad_files[_i]);
    file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    (void)fclose(file);
    expected = strstr(line, "# expect: ");
    ck_assert_msg(expected != NULL, "%s: its first line is not \"# expect: ...\"", path);
    expected += strlen("# expect: ");
    expected[strcspn(expected, "\r\n")] = '\0';
    c = config_read(path, &error);
    ck_assert_msg(c == NULL, "%s is accepted", path);
    ck_assert_msg(strncmp(error.text, path, strlen(path)) == 0, "%s", error.text);
    ck_assert_msg(strstr(error.text + strlen(path), expected) == error.text + strlen(path),
                  "%s: \"%s\" does not begin with \"%s\"", path, error.text + strlen(path),
                  expected);
}
END_TEST

START_TEST(no_key_is_without_a_bad_file_and_none_without_a_place) {
    for (const struct option *o = options_all(); o->key != NULL; o++) {
        static const char *const kinds[] = {"helper", "app", "web", "accounts", "service"};
        char start[64];
        bool found = false;

        (void)snprintf(start, sizeof start, "%s_%s_", kinds[o->section], o->key);
        for (int i = 0; i < bad_files_count; i++)
            found = found || strncmp(bad_files[i], start, strlen(start)) == 0;
        ck_assert_msg(found, "no file " BAD "/%s*.conf", start);
        ck_assert_uint_gt(o->bytes, 0);
        ck_assert(o->fallback == NULL || !o->required);
        ck_assert_ptr_eq(options_find(o->section, o->key), o);
        ck_assert_int_eq(o->name != NULL, o->key[strlen(o->key) - 1] == '.');
    }
    ck_assert_ptr_null(options_find(OPTIONS_HELPER, "corp_id"));
    ck_assert_ptr_null(options_find(OPTIONS_APP, ""));
}
END_TEST

START_TEST(no_part_of_a_good_file_crashes_the_reader) {
    static const char text[] =
        "\xEF\xBB\xBF" APP "company = x\n y\n" SERVICE "callers = @root ;x\n";

    for (size_t len = 0; len < sizeof text - 1; len++)
        config_free(read_bytes(text, len));
}
END_TEST

START_TEST(any_changed_byte_of_a_good_file_is_survived) {
    static const char text[] = APP "\n" SERVICE " code\n";
    static const char bytes[] = "\0\n\r \t[]=:;#@/\x7F\xFFz0";
    char copy[sizeof text];

    for (size_t at = 0; at < sizeof text - 1; at++) {
        for (size_t i = 0; i < sizeof bytes - 1; i++) {
            memcpy(copy, text, sizeof text);
            copy[at] = bytes[i];
            config_free(read_bytes(copy, sizeof text - 1));
        }
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_refused) {
    struct config_error error = {""};
    char *directory = support_directory(), longer[2048];

    ck_assert_ptr_null(config_read("/nonexistent/wecom.conf", &error));
    ck_assert_str_eq(error.text,
                     "/nonexistent/wecom.conf: cannot be read: No such file or directory");
    ck_assert_ptr_null(config_read(directory, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "Is a directory"));
    memset(longer, 'x', sizeof longer - 1);
    longer[0] = '/';
    longer[sizeof longer - 1] = '\0';
    ck_assert_ptr_null(config_read(longer, &error));
    ck_assert_uint_lt(strlen(error.text), sizeof error.text);
    support_remove(directory);
}
END_TEST

START_TEST(a_forged_file_name_does_not_forge_the_message) {
    struct config_error error = {""};

    ck_assert_ptr_null(config_read("/x\n\x1B[31m/y", &error));
    ck_assert_ptr_null(strchr(error.text, '\n'));
    ck_assert_ptr_null(strchr(error.text, '\x1B'));
}
END_TEST

START_TEST(too_many_settings_are_refused) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)fputs(APP, out);
    for (int i = 0; i < 5000; i++)
        (void)fprintf(out, "[service s%d]\n", i);
    (void)fclose(out);
    ck_assert_ptr_null(read_text(text));
    ck_assert_ptr_nonnull(strstr(error_text, "too many settings"));
    free(text);
}
END_TEST

#define TOKEN "Tok3nOfTheTests"
#define AES_KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

static const struct {
    const char *token, *key, *key_of_option; /* of what is wrong; NULL: nothing is */
} callbacks[] = {
    {TOKEN, AES_KEY, NULL},
    {"a", AES_KEY "\n", NULL},
    {"12345678901234567890123456789012", AES_KEY, NULL},
    {"123456789012345678901234567890123", AES_KEY, "callback_token_file"},
    {"with-dash", AES_KEY, "callback_token_file"},
    {"", AES_KEY, "callback_token_file"},
    {TOKEN, "", "callback_aes_key_file"},
    {TOKEN, AES_KEY "H", "callback_aes_key_file"},
    {TOKEN, "bcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "callback_aes_key_file"},
    {TOKEN, "+bcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "callback_aes_key_file"},
};

START_TEST(values_of_a_message_url_are_read_from_their_files) {
    char *directory = support_directory(), *secret = support_path(directory, "s");
    char *token = support_path(directory, "t"), *key = support_path(directory, "k"), *text;
    struct config_error error = {""};
    struct config *c;
    bool good;

    support_write(secret, 0600, "S", 1);
    support_write(token, 0600, callbacks[_i].token, strlen(callbacks[_i].token));
    support_write(key, 0400, callbacks[_i].key, strlen(callbacks[_i].key));
    ck_assert_int_gt(asprintf(&text,
                              "[app main]\ncorp_id = ww1\nagent_id = 2\nsecret_file = %s\n"
                              "callback_token_file = %s\ncallback_aes_key_file = %s\n",
                              secret, token, key),
                     0);
    c = read_text(text);
    ck_assert_msg(c != NULL, "%s", error_text);
    ck_assert(config_has_callback(&c->apps[0]));
    good = config_read_secrets(c, &error);
    ck_assert_msg(good == (callbacks[_i].key_of_option == NULL), "%s", error.text);
    if (good) {
        ck_assert_str_eq(c->apps[0].callback_token.bytes, callbacks[_i].token);
        ck_assert_int_eq(strncmp(c->apps[0].callback_aes_key.bytes, AES_KEY, 43), 0);
        ck_assert_uint_eq(c->apps[0].callback_aes_key.len, 43);
    } else {
        ck_assert_ptr_nonnull(strstr(error.text, callbacks[_i].key_of_option));
        ck_assert_ptr_null(strstr(error.text, "bcdefghijkl"));
        ck_assert_ptr_null(strstr(error.text, TOKEN));
    }
    config_free(c);
    free(text);
    free(token);
    free(key);
    free(secret);
    support_remove(directory);
}
END_TEST

START_TEST(secrets_are_read_from_their_files) {
    char *directory = support_directory(), *path = support_path(directory, "secret"), *text = NULL;
    struct config_error error = {""};
    struct config *c;

    support_write(path, 0600, "the-Secret\n", 11);
    ck_assert_int_gt(
        asprintf(&text, "[app main]\ncorp_id = w\nagent_id = 1\nsecret_file = %s\n", path), 0);
    c = support_config(text);
    ck_assert(config_read_secrets(c, &error));
    ck_assert_str_eq(c->apps[0].secret.bytes, "the-Secret");
    ck_assert(config_read_secrets(c, &error)); /* once more, as a reload does */
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert(!config_read_secrets(c, &error));
    ck_assert_ptr_nonnull(strstr(error.text, ":1: [app main] secret_file: /"));
    ck_assert_ptr_nonnull(strstr(error.text, ": can be read by others"));
    ck_assert_ptr_null(strstr(error.text, "the-Secret"));
    config_free(c);
    free(text);
    free(path);
    support_remove(directory);
    config_free(NULL);
}
END_TEST

/* What makes an application another one: its token is of no use any more. */
static const char *const changes[] = {"corp_id = ww1\n", "agent_id = 7\n", "api_url = https://x\n",
                                      "ca_file = /x\n", "proxy = http://x:1\n"};

START_TEST(an_application_is_another_when_what_its_token_depends_on_changes) {
    struct config *a = support_config(APP), *b = support_config(APP "company = other\n"), *c;
    char *text = NULL;

    ck_assert_int_eq(secret_set(&a->apps[0].secret, "S", 1), WECOM_OK);
    ck_assert_int_eq(secret_set(&b->apps[0].secret, "S", 1), WECOM_OK);
    ck_assert(config_same_app(&a->apps[0], &b->apps[0]));
    ck_assert_int_eq(secret_set(&b->apps[0].secret, "T", 1), WECOM_OK);
    ck_assert(!config_same_app(&a->apps[0], &b->apps[0]));
    (void)snprintf(b->apps[0].name, sizeof b->apps[0].name, "x");
    ck_assert_int_eq(secret_set(&b->apps[0].secret, "S", 1), WECOM_OK);
    ck_assert(!config_same_app(&a->apps[0], &b->apps[0]));
    ck_assert_int_gt(asprintf(&text, "[app main]\n%s%s%s%s", changes[_i],
                              _i == 0 ? "" : "corp_id = ww1234567890abcdef\n",
                              _i == 1 ? "" : "agent_id = 1000002\n", "secret_file = /s/main\n"),
                     0);
    c = support_config(text);
    ck_assert_int_eq(secret_set(&c->apps[0].secret, "S", 1), WECOM_OK);
    ck_assert(!config_same_app(&a->apps[0], &c->apps[0]));
    free(text);
    config_free(a);
    config_free(b);
    config_free(c);
}
END_TEST

START_TEST(two_applications_without_a_secret_are_never_the_same) {
    struct config *a = support_config(APP);

    ck_assert(!config_same_app(&a->apps[0], &a->apps[0]));
    config_free(a);
}
END_TEST

static const struct {
    const char *value, *words;
    unsigned int methods;
} orders[] = {
    {"code", "code", CONFIG_METHOD_CODE},
    {"message", "message", CONFIG_METHOD_MESSAGE},
    {"message code", "message code", CONFIG_METHOD_MESSAGE | CONFIG_METHOD_CODE},
    {"code  message", "code message", CONFIG_METHOD_MESSAGE | CONFIG_METHOD_CODE},
    {"code message code", "code message", CONFIG_METHOD_MESSAGE | CONFIG_METHOD_CODE},
};

START_TEST(methods_keep_their_order) {
    static const struct config_service none;
    struct config *c;
    char words[32], line[64];

    (void)snprintf(line, sizeof line, "methods = %s", orders[_i].value);
    c = read_with(APP "[service sshd]\n", line);
    ck_assert_ptr_nonnull(c);
    ck_assert_uint_eq(c->services[0].methods, orders[_i].methods);
    ck_assert_str_eq(config_method_words(words, sizeof words, &c->services[0]), orders[_i].words);
    ck_assert_str_eq(config_method_words(words, 3, &c->services[0]),
                     _i == 0 || _i > 2 ? "co" : "me");
    ck_assert_str_eq(config_method_words(words, sizeof words, &none), "");
    config_free(c);
}
END_TEST

static void count_warning(void *arg, const char *sentence) {
    ck_assert_msg(strstr(sentence, "[service sshd]") != NULL, "%s", sentence);
    (*(int *)arg)++;
}

START_TEST(a_terminal_with_code_alone_is_warned_about) {
    struct config *c = read_text(APP "[service sshd]\nmethods = code\n"
                                     "[service sudo]\nmethods = code message\n"
                                     "[service web]\nmethods = code\naccount = no\n");
    int warnings = 0;

    ck_assert_ptr_nonnull(c);
    config_warnings(c, count_warning, &warnings);
    ck_assert_int_eq(warnings, 1);
    config_free(c);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("config");
    TCase *t = tcase_create("config");

    find_bad_files();
    tcase_set_timeout(t, 60);
    tcase_add_test(t, what_is_not_in_the_file_has_its_default);
    tcase_add_loop_test(t, a_key_is_remembered_for_as_long_as_the_file_says, 0,
                        SUPPORT_COUNT(remembers));
    tcase_add_test(t, no_service_at_all_is_a_configuration);
    tcase_add_loop_test(t, a_text_of_the_helper_is_what_the_file_says, 0,
                        SUPPORT_COUNT(helper_texts));
    tcase_add_loop_test(t, a_text_of_an_application_is_what_the_file_says, 0,
                        SUPPORT_COUNT(app_texts));
    tcase_add_test(t, every_log_level_has_its_word);
    tcase_add_test(t, without_a_section_web_there_is_no_web_process);
    tcase_add_test(t, the_web_process_has_its_defaults);
    tcase_add_test(t, the_web_process_is_what_the_file_says);
    tcase_add_test(t, a_link_may_have_78_bytes_and_no_more);
    tcase_add_test(t, a_service_is_what_the_file_says);
    tcase_add_test(t, accounts_are_what_the_file_says);
    tcase_add_test(t, a_duration_has_four_units);
    tcase_add_test(t, there_are_at_most_64_groups);
    tcase_add_test(t, identities_alone_need_no_host_accounts);
    tcase_add_test(t, callers_replace_the_default_and_do_not_add_to_it);
    tcase_add_test(t, methods_keep_the_order_in_which_they_stand);
    tcase_add_loop_test(t, a_picture_is_of_the_kind_that_the_service_says, 0, SUPPORT_COUNT(qrs));
    tcase_add_test(t, one_export_is_one_bit);
    tcase_add_test(t, a_service_may_stand_before_its_application);
    tcase_add_test(t, an_application_may_be_without_keys_for_services_that_hand_them_over);
    tcase_add_test(t, no_application_is_one_of_defaults_without_name_and_keys);
    tcase_add_test(t, many_sections_keep_their_places);
    tcase_add_loop_test(t, the_same_may_be_written_in_other_ways, 0, SUPPORT_COUNT(same));
    tcase_add_test(t, a_long_value_goes_on_in_the_next_lines);
    tcase_add_loop_test(t, a_bad_file_is_refused_with_its_place_and_reason, 0,
                        bad_files_count > 0 ? bad_files_count : 1);
    tcase_add_test(t, no_key_is_without_a_bad_file_and_none_without_a_place);
    tcase_add_test(t, no_part_of_a_good_file_crashes_the_reader);
    tcase_add_test(t, any_changed_byte_of_a_good_file_is_survived);
    tcase_add_test(t, a_file_that_cannot_be_read_is_refused);
    tcase_add_test(t, a_forged_file_name_does_not_forge_the_message);
    tcase_add_test(t, too_many_settings_are_refused);
    tcase_add_test(t, secrets_are_read_from_their_files);
    tcase_add_loop_test(t, values_of_a_message_url_are_read_from_their_files, 0,
                        SUPPORT_COUNT(callbacks));
    tcase_add_loop_test(t, an_application_is_another_when_what_its_token_depends_on_changes, 0,
                        SUPPORT_COUNT(changes));
    tcase_add_test(t, two_applications_without_a_secret_are_never_the_same);
    tcase_add_loop_test(t, methods_keep_their_order, 0, SUPPORT_COUNT(orders));
    tcase_add_test(t, a_terminal_with_code_alone_is_warned_about);
    suite_add_tcase(s, t);
    return s;
}
