/* The configuration as the second process gets it. */
#include "helper/worker_settings.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define APPS                                                                               \
    "[app main]\ncorp_id = ww1\nagent_id = 7\nsecret_file = /secret/file\n"                \
    "api_url = https://proxy.test:8443/x\nca_file = /ca.pem\nproxy = http://p.test:3128\n" \
    "[app other]\ncorp_id = ww1\nagent_id = 8\nsecret_file = /s\n"
#define WHOLE                                                                            \
    "[helper]\nstate_dir = /state\nlog_level = debug\n" APPS                             \
    "[accounts]\nusername = alias\nname_prefix = x\nuid_range = 200000-300000\n"         \
    "home = /srv/home/%u\nshell = /bin/zsh\ntable = /state/public/t.cdb\nrefresh = 7m\n" \
    "stale = 2h\nsync_calls_per_min = 123\ngroup_members = yes\nprovision = no\n"        \
    "group.one-x = department:2 tag:7 user:li.si@x\ngroup.two-x = other/tag:9\n"         \
    "[service sshd]\nmethods = code\nallow = department:1 other/user:a\ndeny = tag:3\n"  \
    "[service web]\nmethods = code\naccount = no\napp = other\n"

static struct config *there_and_back(const struct config *config, char **text) {
    json_t *message = worker_settings_pack(config);
    struct config *back;

    ck_assert_ptr_nonnull(message);
    *text = json_dumps(message, 0);
    back = worker_settings_unpack(message);
    json_decref(message);
    return back;
}

START_TEST(everything_that_counts_arrives) {
    struct config *config = support_config(WHOLE), *back;
    char *text;

    back = there_and_back(config, &text);
    ck_assert_ptr_nonnull(back);
    ck_assert_str_eq(back->helper.state_dir, "/state");
    ck_assert_int_eq(back->helper.log_level, config->helper.log_level);
    ck_assert(back->accounts.wanted);
    ck_assert_str_eq(back->accounts.app->name, "main");
    ck_assert(!back->accounts.provision);
    ck_assert_int_eq(back->accounts.username, CONFIG_USERNAME_ALIAS);
    ck_assert_str_eq(back->accounts.name_prefix, "x");
    ck_assert_uint_eq(back->accounts.uid_range[0], 200000);
    ck_assert_uint_eq(back->accounts.uid_range[1], 300000);
    ck_assert_str_eq(back->accounts.home, "/srv/home/%u");
    ck_assert_str_eq(back->accounts.shell, "/bin/zsh");
    ck_assert_str_eq(back->accounts.table, "/state/public/t.cdb");
    ck_assert_int_eq(back->accounts.refresh_s, 420);
    ck_assert_int_eq(back->accounts.stale_s, 7200);
    ck_assert_int_eq(back->accounts.sync_calls_per_min, 123);
    ck_assert(back->accounts.group_members);
    ck_assert_uint_eq(back->accounts.groups_count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(back->accounts.groups[i].name, config->accounts.groups[i].name);
        ck_assert(
            policy_same(&back->accounts.groups[i].members, &config->accounts.groups[i].members));
    }
    ck_assert_uint_eq(back->apps_count, 2);
    ck_assert_int_eq(back->apps[0].agent_id, 7);
    ck_assert_str_eq(back->apps[0].corp_id, "ww1");
    ck_assert_str_eq(back->apps[0].api_url, "https://proxy.test:8443/x");
    ck_assert_str_eq(back->apps[0].ca_file, "/ca.pem");
    ck_assert_str_eq(back->apps[0].proxy, "http://p.test:3128");
    ck_assert_uint_eq(back->services_count, 2);
    ck_assert(back->services[0].account && !back->services[1].account);
    ck_assert_ptr_eq(back->services[0].app, &back->apps[0]);
    ck_assert_ptr_eq(back->services[1].app, &back->apps[1]);
    ck_assert(policy_same(&back->services[0].allow, &config->services[0].allow));
    ck_assert(policy_same(&back->services[0].deny, &config->services[0].deny));
    config_free(config);
    config_free(back);
    free(text);
}
END_TEST

START_TEST(no_secret_is_in_it) {
    struct config *config = support_config(WHOLE), *back;
    char *text;

    ck_assert_int_eq(secret_set(&config->apps[0].secret, "TOP-SECRET", 10), WECOM_OK);
    back = there_and_back(config, &text);
    ck_assert_ptr_null(strstr(text, "TOP-SECRET"));
    ck_assert_ptr_null(strstr(text, "/secret/file"));
    ck_assert_uint_eq(back->apps[0].secret.len, 0);
    config_free(config);
    config_free(back);
    free(text);
}
END_TEST

/* Whatever is missing or of another type: no settings, and nothing is left behind. */
START_TEST(settings_with_a_part_missing_are_none) {
    static const char *const parts[] = {"helper", "accounts", "groups", "apps", "services"};
    struct config *config = support_config(WHOLE);
    json_t *message = worker_settings_pack(config);
    const char *key;
    json_t *value;

    for (size_t i = 0; i < 5; i++) {
        json_t *copy = json_deep_copy(message), *part = json_object_get(copy, parts[i]);

        ck_assert_int_eq(json_object_set_new(copy, parts[i], json_integer(1)), 0);
        ck_assert_ptr_null(worker_settings_unpack(copy));
        ck_assert_int_eq(json_object_del(copy, parts[i]), 0);
        ck_assert_ptr_null(worker_settings_unpack(copy));
        json_decref(copy);
        (void)part;
    }
    json_object_foreach(json_object_get(message, "accounts"), key, value) {
        json_t *copy = json_deep_copy(message);

        ck_assert_int_eq(json_object_set_new(json_object_get(copy, "accounts"), key, json_null()),
                         0);
        ck_assert_msg(worker_settings_unpack(copy) == NULL, "%s", key);
        json_decref(copy);
    }
    json_object_foreach(json_array_get(json_object_get(message, "services"), 0), key, value) {
        json_t *copy = json_deep_copy(message);

        ck_assert_int_eq(json_object_set_new(json_array_get(json_object_get(copy, "services"), 0),
                                             key, json_string("no such: thing")),
                         0);
        if (strcmp(key, "name") != 0)
            ck_assert_msg(worker_settings_unpack(copy) == NULL, "%s", key);
        else
            config_free(worker_settings_unpack(copy));
        json_decref(copy);
    }
    ck_assert_ptr_null(worker_settings_unpack(NULL));
    json_decref(message);
    config_free(config);
}
END_TEST

static const struct {
    const char *more;
    bool needed, main, other;
} needs[] = {
    {"", false, false, false},
    {"[service w]\nmethods = code\naccount = no\n", false, false, false},
    {"[service w]\nmethods = code\naccount = no\nallow = user:lisi\n", false, false, false},
    {"[service w]\nmethods = code\naccount = no\nallow = department:1\n", true, true, false},
    {"[service w]\nmethods = code\naccount = no\ndeny = tag:1\n", true, true, false},
    {"[service w]\nmethods = code\naccount = no\napp = other\ndeny = tag:1\n", true, false, true},
    {"[service w]\nmethods = code\naccount = no\nallow = other/tag:1\n", false, false, false},
    {"[service w]\nmethods = code\n", true, false, false},
    {"[accounts]\n", true, false, false},
    {"[accounts]\ngroup.abc-x = tag:1\n", true, true, false},
    {"[accounts]\napp = other\ngroup.abc-x = tag:1\n", true, false, true},
};

START_TEST(who_needs_a_second_process_and_whose_directory) {
    char *text = NULL;
    struct config *config;

    ck_assert_int_gt(asprintf(&text, "%s%s", APPS, needs[_i].more), 0);
    config = support_config(text);
    ck_assert(worker_settings_need(config) == needs[_i].needed);
    ck_assert(worker_settings_need_app(config, &config->apps[0]) == needs[_i].main);
    ck_assert(worker_settings_need_app(config, &config->apps[1]) == needs[_i].other);
    config_free(config);
    free(text);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker_settings");
    TCase *t = tcase_create("worker_settings");

    tcase_add_test(t, everything_that_counts_arrives);
    tcase_add_test(t, no_secret_is_in_it);
    tcase_add_test(t, settings_with_a_part_missing_are_none);
    tcase_add_loop_test(t, who_needs_a_second_process_and_whose_directory, 0, SUPPORT_COUNT(needs));
    suite_add_tcase(s, t);
    return s;
}
