/* A configuration at work, and a reload. */
#include "helper/setup.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define MAIN "[app main]\ncorp_id = ww1\nagent_id = 1\nsecret_file = /s\n"
#define OTHER "[app other]\ncorp_id = ww1\nagent_id = 2\nsecret_file = /s\n"
#define GETTOKEN "/cgi-bin/gettoken?"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;

static void setup(void) {
    base = support_loop();
    now.ms = 1000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
}

static void teardown(void) {
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    fake_sender_free(sender);
    client_free(client);
    event_base_free(base);
}

/* The configuration with the same secret for every application. */
static struct config *config_of(const char *text, const char *secret) {
    struct config *config = support_config(text);

    for (size_t i = 0; i < config->apps_count; i++)
        ck_assert_int_eq(secret_set(&config->apps[i].secret, secret, strlen(secret)), WECOM_OK);
    return config;
}

START_TEST(a_service_has_the_application_that_it_names) {
    struct setup *s = setup_new(
        client,
        config_of(MAIN OTHER "[service a]\nmethods = code\n[service b]\nmethods=code\napp=other\n",
                  "S"),
        NULL);

    ck_assert_ptr_nonnull(s);
    ck_assert_str_eq(client_app_settings(s->apps[0])->name, "main");
    ck_assert_str_eq(client_app_settings(s->apps[1])->secret.bytes, "S");
    ck_assert_ptr_eq(setup_app(s, &s->config->services[0]), s->apps[0]);
    ck_assert_ptr_eq(setup_app(s, &s->config->services[1]), s->apps[1]);
    ck_assert_ptr_eq(setup_app(s, NULL), s->apps[0]);
    setup_unref(s);
}
END_TEST

START_TEST(every_service_is_counted_for_itself) {
    struct setup *s = setup_new(
        client, config_of(MAIN "[service a]\nmethods=code\n[service b]\nmethods=code\n", "S"),
        NULL);

    setup_counts(s, &s->config->services[0])->granted++;
    setup_counts(s, &s->config->services[1])->denied += 2;
    setup_counts(s, NULL)->denied += 3;
    ck_assert_uint_eq(s->counts[0].granted, 1);
    ck_assert_uint_eq(s->counts[0].denied, 0);
    ck_assert_uint_eq(s->counts[1].denied, 2);
    ck_assert_uint_eq(s->counts[2].denied, 3);
    setup_unref(s);
}
END_TEST

START_TEST(a_reload_shares_what_stays_the_same) {
    struct setup *old = setup_new(client, config_of(MAIN OTHER, "S"), NULL);
    struct setup *fresh = setup_new(
        client, config_of("[helper]\nlog_level = debug\n" OTHER "company = x\n" MAIN, "S"), old);
    struct client_app *app = old->apps[0];

    ck_assert_ptr_eq(fresh->apps[1], app);
    ck_assert_ptr_eq(fresh->apps[0], old->apps[1]);
    setup_unref(old);
    ck_assert_str_eq(client_app_settings(app)->name, "main");
    setup_unref(fresh);
}
END_TEST

START_TEST(a_reload_makes_anew_what_changed) {
    struct setup *old = setup_new(client, config_of(MAIN OTHER, "S"), NULL);
    struct setup *secret = setup_new(client, config_of(MAIN OTHER, "T"), old);
    struct setup *proxy = setup_new(client, config_of(MAIN "proxy = http://p:1\n" OTHER, "S"), old);

    ck_assert_ptr_ne(secret->apps[0], old->apps[0]);
    ck_assert_ptr_ne(secret->apps[1], old->apps[1]);
    ck_assert_ptr_ne(proxy->apps[0], old->apps[0]);
    ck_assert_ptr_eq(proxy->apps[1], old->apps[1]);
    setup_unref(old);
    setup_unref(proxy);
    setup_unref(secret);
    setup_unref(NULL);
}
END_TEST

START_TEST(who_began_before_a_reload_keeps_what_he_began_with) {
    struct setup *old = setup_new(client, config_of(MAIN, "S"), NULL);
    struct setup *kept = setup_ref(old);

    setup_unref(old);
    ck_assert_str_eq(kept->config->apps[0].corp_id, "ww1");
    ck_assert_str_eq(client_app_settings(kept->apps[0])->corp_id, "ww1");
    setup_unref(kept);
}
END_TEST

struct asked {
    int done;
    struct client_failure failure;
};

static void on_done(void *arg, const struct client_result *result) {
    struct asked *asked = arg;

    asked->done++;
    asked->failure = result->failure;
}

START_TEST(a_token_outlives_a_reload_and_a_refused_secret_does_not) {
    static const char *const values[CALLS_PARAMETERS] = {"CODE"};
    struct setup *old = setup_new(client, config_of(MAIN, "S"), NULL), *fresh;
    struct asked asked = {0}, again = {0}, third = {0};

    ck_assert_ptr_nonnull(
        client_ask(old->apps[0], CALLS_GETUSERINFO, values, now.ms + 10000, on_done, &asked));
    fake_answer(sender, GETTOKEN, 200, "{\"errcode\":40001}");
    ck_assert_int_eq(asked.failure.reason, WECOM_REASON_CONFIG_SECRET);
    fresh = setup_new(client, config_of(MAIN, "S"), old); /* the same Secret, made valid again */
    setup_unref(old);
    ck_assert_ptr_nonnull(
        client_ask(fresh->apps[0], CALLS_GETUSERINFO, values, now.ms + 10000, on_done, &again));
    fake_answer(sender, GETTOKEN, 200, "{\"access_token\":\"t1\",\"expires_in\":7200}");
    fake_answer(sender, "access_token=t1", 200, "{\"errcode\":0}");
    ck_assert_int_eq(again.done, 1);
    old = fresh;
    fresh = setup_new(client, config_of(MAIN "company = x\n", "S"), old);
    setup_unref(old);
    ck_assert_ptr_nonnull(
        client_ask(fresh->apps[0], CALLS_GETUSERINFO, values, now.ms + 10000, on_done, &third));
    fake_answer(sender, "access_token=t1", 200, "{\"errcode\":0}");
    ck_assert_int_eq(third.done, 1);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
    setup_unref(fresh);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("setup");
    TCase *t = tcase_create("setup");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_service_has_the_application_that_it_names);
    tcase_add_test(t, every_service_is_counted_for_itself);
    tcase_add_test(t, a_reload_shares_what_stays_the_same);
    tcase_add_test(t, a_reload_makes_anew_what_changed);
    tcase_add_test(t, who_began_before_a_reload_keeps_what_he_began_with);
    tcase_add_test(t, a_token_outlives_a_reload_and_a_refused_secret_does_not);
    suite_add_tcase(s, t);
    return s;
}
