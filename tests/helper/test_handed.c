/* The set of handed-over applications: whose, how many, which are used. */
#include "helper/handed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/log.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

#define MAIN "[app main]\ncorp_id = ww1\nagent_id = 1\nsecret_file = /s\ncompany = of main\n"
#define FRAME "[app frame]\nproxy = http://p:1\nca_file = /ca\n"
#define NB "[service nb]\nmethods = code\naccount = no\nset_app = yes\napp = frame\n"
#define CRM "[service crm]\nmethods = code\naccount = no\nset_app = yes\n"
#define SHUT "[service shut]\nmethods = code\naccount = no\n"
#define ALL MAIN FRAME NB CRM SHUT
#define GETTOKEN "/cgi-bin/gettoken?"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct config *config;
static struct handed *handed;
static char *state, *apps;
static struct handed_keys keys;
static char why[1024];

static void setup(void) {
    log_open("test", true, LOG_EMERG);
    base = support_loop();
    now.ms = 1000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
    state = support_directory();
    apps = support_path(state, "apps");
    config = support_config(ALL);
    handed = handed_new(client, state);
    keys = (struct handed_keys){.corp_id = "ww2", .agent_id = 1000002};
    ck_assert_int_eq(secret_set(&keys.secret, "S", 1), WECOM_OK);
}

static void teardown(void) {
    handed_keys_clear(&keys);
    handed_free(handed);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    fake_sender_free(sender);
    client_free(client);
    event_base_free(base);
    config_free(config);
    free(apps);
    support_remove(state);
}

/* handed_put of the keys, as app_set.c does it. */
static enum handed_refusal put_as(const char *service, const char *name) {
    struct client_app *tried;
    enum handed_refusal refusal;

    (void)snprintf(keys.service, sizeof keys.service, "%s", service);
    tried = handed_try(handed, config_find_service(config, service), name, &keys);
    ck_assert_ptr_nonnull(tried);
    refusal = handed_put(handed, config, name, &keys, tried, why, sizeof why);
    client_app_unref(tried);
    return refusal;
}

static void put(const char *service, const char *name) {
    ck_assert_int_eq(put_as(service, name), HANDED_MAY);
    ck_assert_msg(why[0] == '\0', "%s", why);
}

static void restart(void) {
    handed_free(handed);
    handed = handed_new(client, state);
    handed_load(handed, config);
}

static void reload(const char *text) {
    config_free(config);
    config = support_config(text);
    handed_load(handed, config);
}

static const char *why_not(const char *name) {
    size_t count;
    const struct handed_app *all = handed_all(handed, &count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].name, name) == 0)
            return all[i].app == NULL ? all[i].why : "";
    }
    return NULL;
}

START_TEST(it_has_keys_of_its_own_and_all_else_from_the_app_of_its_service) {
    const struct config_app *settings;

    put("nb", "x");
    for (int again = 0; again < 2; again++) {
        ck_assert_ptr_nonnull(handed_find(handed, "nb", "x"));
        settings = client_app_settings(handed_find(handed, "nb", "x"));
        ck_assert_str_eq(settings->name, "x");
        ck_assert_str_eq(settings->corp_id, "ww2");
        ck_assert_int_eq(settings->agent_id, 1000002);
        ck_assert_str_eq(settings->secret.bytes, "S");
        ck_assert_str_eq(settings->secret_file, "");
        ck_assert_str_eq(settings->proxy, "http://p:1");
        ck_assert_str_eq(settings->ca_file, "/ca");
        ck_assert_str_eq(settings->company, "");
        restart();
    }
    put("crm", "y");
    ck_assert_str_eq(client_app_settings(handed_find(handed, "crm", "y"))->company, "of main");
    (void)snprintf(keys.company, sizeof keys.company, "own");
    put("crm", "y");
    ck_assert_str_eq(client_app_settings(handed_find(handed, "crm", "y"))->company, "own");
}
END_TEST

START_TEST(nobody_but_its_service_finds_it) {
    put("nb", "x");
    ck_assert_ptr_null(handed_find(handed, "crm", "x"));
    ck_assert_ptr_null(handed_find(handed, "", "x"));
    ck_assert_ptr_null(handed_find(handed, "nb", "X"));
    ck_assert_ptr_null(handed_find(handed, "nb", ""));
    ck_assert_ptr_null(handed_find(NULL, "nb", "x"));
}
END_TEST

static const struct {
    const char *service, *name;
    enum handed_refusal refusal;
} names[] = {
    {"nb", "x", HANDED_MAY},
    {"nb", "a.b-c_D9", HANDED_MAY},
    {"shut", "x", HANDED_NOT_PERMITTED},
    {"unknown", "x", HANDED_NOT_PERMITTED},
    {"nb", "", HANDED_ODD_NAME},
    {"nb", ".new", HANDED_ODD_NAME},
    {"nb", "..", HANDED_ODD_NAME},
    {"nb", "-x", HANDED_ODD_NAME},
    {"nb", "a/b", HANDED_ODD_NAME},
    {"nb", "main", HANDED_NAME_OF_FILE},
    {"nb", "frame", HANDED_NAME_OF_FILE},
    {"nb", "theirs", HANDED_NAME_OF_OTHER},
    {"crm", "theirs", HANDED_MAY},
    {"nb", "bad", HANDED_NAME_OF_OTHER},
};

START_TEST(not_every_name_may_be_taken) {
    char *bad = support_path(apps, "bad");

    put("crm", "theirs");
    support_write(bad, 0600, "{}", 2);
    handed_load(handed, config);
    ck_assert_int_eq(handed_refuses(handed, config, names[_i].service, names[_i].name),
                     names[_i].refusal);
    if (names[_i].refusal != HANDED_NOT_PERMITTED)
        ck_assert_int_eq(put_as(names[_i].service, names[_i].name), names[_i].refusal);
    free(bad);
}
END_TEST

START_TEST(a_file_that_nobody_loaded_is_not_replaced) {
    char *file = support_path(apps, "x");
    struct stat st;

    put("nb", "y");
    support_write(file, 0600, "mine", 4);
    ck_assert_int_eq(put_as("nb", "x"), HANDED_NAME_OF_OTHER);
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq(st.st_size, 4);
    ck_assert_ptr_null(handed_find(handed, "nb", "x"));
    free(file);
}
END_TEST

START_TEST(a_service_has_64_and_all_have_256) {
    char name[16], text[4096];
    size_t used = (size_t)snprintf(text, sizeof text, MAIN);

    for (int s = 0; s < 5; s++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "[service s%d]\nmethods=code\naccount=no\nset_app=yes\n", s);
    reload(text);
    for (int i = 0; i < HANDED_MOST_OF_SERVICE; i++) {
        (void)snprintf(name, sizeof name, "a%d", i);
        put("s0", name);
    }
    ck_assert_int_eq(handed_refuses(handed, config, "s0", "one-more"), HANDED_FULL);
    ck_assert_int_eq(handed_refuses(handed, config, "s0", "a7"), HANDED_MAY);
    ck_assert_int_eq(handed_refuses(handed, config, "s1", "one-more"), HANDED_MAY);
    for (int i = HANDED_MOST_OF_SERVICE; i < HANDED_MOST; i++) {
        char service[4] = {'s', (char)('0' + i / HANDED_MOST_OF_SERVICE), '\0'};

        (void)snprintf(name, sizeof name, "a%d", i);
        put(service, name);
    }
    ck_assert_int_eq(handed_refuses(handed, config, "s4", "one-more"), HANDED_FULL);
    ck_assert_int_eq(handed_refuses(handed, config, "s3", "a255"), HANDED_MAY);
    restart();
    ck_assert_ptr_nonnull(handed_find(handed, "s3", "a255"));
    ck_assert_ptr_nonnull(handed_find(handed, "s0", "a0"));
}
END_TEST

START_TEST(more_files_than_that_are_left_alone) {
    size_t count;

    for (int i = 0; i < HANDED_MOST + 3; i++) {
        char name[16], *file;

        (void)snprintf(name, sizeof name, "f%d", i);
        if (i == 0)
            put("nb", "first");
        file = support_path(apps, name);
        support_write(file, 0600, "{}", 2);
        free(file);
    }
    handed_load(handed, config);
    (void)handed_all(handed, &count);
    ck_assert_uint_eq(count, HANDED_MOST);
}
END_TEST

static void on_done(void *arg, const struct client_result *result) {
    ck_assert_int_eq(result->failure.reason, WECOM_REASON_NONE);
    ++*(int *)arg;
}

START_TEST(it_survives_a_reload_with_its_token_unless_something_changed) {
    static const char *const values[CALLS_PARAMETERS] = {"CODE"};
    struct client_app *app;
    int done = 0;

    put("nb", "x");
    app = handed_find(handed, "nb", "x");
    ck_assert_ptr_nonnull(
        client_ask(app, CALLS_GETUSERINFO, values, now.ms + 10000, on_done, &done));
    fake_answer(sender, GETTOKEN, 200, "{\"access_token\":\"t1\",\"expires_in\":7200}");
    fake_answer(sender, "access_token=t1", 200, "{\"errcode\":0}");
    reload(MAIN FRAME NB "lang = zh\n" CRM);
    ck_assert_ptr_eq(handed_find(handed, "nb", "x"), app);
    ck_assert_ptr_nonnull(
        client_ask(app, CALLS_GETUSERINFO, values, now.ms + 10000, on_done, &done));
    fake_answer(sender, "access_token=t1", 200, "{\"errcode\":0}");
    ck_assert_int_eq(done, 2);
    client_app_ref(app); /* a login in progress */
    reload(MAIN FRAME "company = c\n" NB);
    ck_assert_ptr_ne(handed_find(handed, "nb", "x"), app);
    ck_assert_str_eq(client_app_settings(handed_find(handed, "nb", "x"))->company, "c");
    ck_assert_str_eq(client_app_settings(app)->company, "");
    client_app_unref(app);
    app = client_app_ref(handed_find(handed, "nb", "x"));
    reload(MAIN "[app frame]\nproxy = http://q:1\ncompany = c\n" NB);
    ck_assert_ptr_ne(handed_find(handed, "nb", "x"), app);
    ck_assert_str_eq(client_app_settings(handed_find(handed, "nb", "x"))->proxy, "http://q:1");
    ck_assert_str_eq(client_app_settings(handed_find(handed, "nb", "x"))->ca_file, "");
    client_app_unref(app);
}
END_TEST

static const struct {
    const char *text, *why; /* "": used */
} reloads[] = {
    {ALL, ""},
    {MAIN FRAME CRM, "the service that handed it over has not set_app=yes"},
    {MAIN "[service nb]\nmethods = code\naccount = no\n",
     "the service that handed it over has not set_app=yes"},
    {MAIN "[service nb]\nmethods = code\n", "the service that handed it over has not set_app=yes"},
    {ALL "[app x]\ncorp_id = ww3\nagent_id = 3\nsecret_file = /s\n",
     "the configuration file has an [app] of that name"},
};

START_TEST(the_configuration_decides_whether_it_is_used) {
    put("nb", "x");
    reload(reloads[_i].text);
    ck_assert_str_eq(why_not("x"), reloads[_i].why);
    ck_assert((handed_find(handed, "nb", "x") != NULL) == (reloads[_i].why[0] == '\0'));
    /* it still has its name, and comes back */
    reload(ALL);
    ck_assert_ptr_nonnull(handed_find(handed, "nb", "x"));
    ck_assert_int_eq(handed_refuses(handed, config, "crm", "x"), HANDED_NAME_OF_OTHER);
}
END_TEST

START_TEST(a_bad_file_is_left_alone_and_the_others_are_used) {
    static const char *const odd[] = {"bad", "no name", ".hidden", "-dash"};
    struct stat st;

    put("nb", "x");
    put("nb", "y");
    for (size_t i = 0; i < 4; i++) {
        char *file = support_path(apps, odd[i]);

        support_write(file, 0600, "{\"service\":\"nb\"", 15);
        free(file);
    }
    restart();
    ck_assert_ptr_nonnull(handed_find(handed, "nb", "x"));
    ck_assert_ptr_nonnull(handed_find(handed, "nb", "y"));
    ck_assert_ptr_null(handed_find(handed, "nb", "bad"));
    ck_assert_ptr_nonnull(why_not("bad"));
    ck_assert_ptr_nonnull(strstr(why_not("bad"), "is not one JSON object"));
    ck_assert_ptr_null(why_not(".hidden"));
    for (size_t i = 0; i < 4; i++) {
        char *file = support_path(apps, odd[i]);

        ck_assert_int_eq(stat(file, &st), 0);
        ck_assert_int_eq(st.st_size, 15);
        free(file);
    }
}
END_TEST

START_TEST(what_a_crash_left_behind_goes_at_the_start) {
    char *left = support_path(apps, HANDED_FILE_NEW);

    put("nb", "x");
    support_write(left, 0600, "{", 1);
    restart();
    ck_assert_int_eq(access(left, F_OK), -1);
    ck_assert_ptr_nonnull(handed_find(handed, "nb", "x"));
    free(left);
}
END_TEST

START_TEST(keys_that_cannot_be_kept_change_nothing) {
    struct client_app *old;

    put("nb", "x");
    old = handed_find(handed, "nb", "x");
    ck_assert_int_eq(chmod(apps, 0755), 0);
    keys.agent_id = 7;
    ck_assert_int_eq(put_as("nb", "x"), HANDED_MAY);
    ck_assert_ptr_nonnull(strstr(why, "is open to others"));
    ck_assert_ptr_eq(handed_find(handed, "nb", "x"), old);
    ck_assert_int_eq(put_as("nb", "y"), HANDED_MAY);
    ck_assert_str_ne(why, "");
    ck_assert_ptr_null(handed_find(handed, "nb", "y"));
    /* nor is a directory used that others may have written to */
    restart();
    ck_assert_ptr_null(handed_find(handed, "nb", "x"));
}
END_TEST

START_TEST(a_file_that_is_gone_is_gone_after_a_reload) {
    char *file = support_path(apps, "x");

    put("nb", "x");
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_ptr_nonnull(handed_find(handed, "nb", "x"));
    handed_load(handed, config);
    ck_assert_ptr_null(handed_find(handed, "nb", "x"));
    ck_assert_ptr_null(why_not("x"));
    put("crm", "x");
    free(file);
}
END_TEST

START_TEST(all_are_told_by_name) {
    static const char *const order[] = {"b", "a", "d", "c"}; /* crm, nb, crm, nb */
    size_t count;
    const struct handed_app *all;

    for (size_t i = 0; i < 4; i++)
        put(i % 2 != 0 ? "nb" : "crm", order[i]);
    for (int again = 0; again < 2; again++) {
        all = handed_all(handed, &count);
        ck_assert_uint_eq(count, 4);
        for (size_t i = 0; i < count; i++) {
            ck_assert_int_eq(all[i].name[0], (char)('a' + i));
            ck_assert_str_eq(all[i].service, i % 2 == 0 ? "nb" : "crm");
        }
        restart();
    }
}
END_TEST

START_TEST(a_cure_does_not_name_a_file_that_is_not_there) {
    static const struct {
        const char *cure, *handed;
    } cures[] = {{"cure_secret", "handed_cure_secret"},
                 {"cure_secret_reset", "handed_cure_secret_reset"},
                 {"cure_corp", "handed_cure_corp"},
                 {"cure_agent", "handed_cure_agent"},
                 {"cure_ip", "cure_ip"}};
    const struct config_app *settings;

    put("nb", "x");
    settings = client_app_settings(handed_find(handed, "nb", "x"));
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++) {
        ck_assert_str_eq(handed_cure(settings, cures[i].cure), cures[i].handed);
        ck_assert_str_eq(handed_cure(&config->apps[0], cures[i].cure), cures[i].cure);
    }
    ck_assert_ptr_null(handed_cure(settings, NULL));
    handed_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("handed");
    TCase *t = tcase_create("handed");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, it_has_keys_of_its_own_and_all_else_from_the_app_of_its_service);
    tcase_add_test(t, nobody_but_its_service_finds_it);
    tcase_add_loop_test(t, not_every_name_may_be_taken, 0, SUPPORT_COUNT(names));
    tcase_add_test(t, a_file_that_nobody_loaded_is_not_replaced);
    tcase_add_test(t, a_service_has_64_and_all_have_256);
    tcase_add_test(t, more_files_than_that_are_left_alone);
    tcase_add_test(t, it_survives_a_reload_with_its_token_unless_something_changed);
    tcase_add_loop_test(t, the_configuration_decides_whether_it_is_used, 0, SUPPORT_COUNT(reloads));
    tcase_add_test(t, a_bad_file_is_left_alone_and_the_others_are_used);
    tcase_add_test(t, what_a_crash_left_behind_goes_at_the_start);
    tcase_add_test(t, keys_that_cannot_be_kept_change_nothing);
    tcase_add_test(t, a_file_that_is_gone_is_gone_after_a_reload);
    tcase_add_test(t, all_are_told_by_name);
    tcase_add_test(t, a_cure_does_not_name_a_file_that_is_not_there);
    suite_add_tcase(s, t);
    return s;
}
