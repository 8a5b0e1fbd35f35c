/* Is this an outage? One question at a time, again and again while somebody must know. */
#include "helper/outage.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define AGENT_GET "/cgi-bin/agent/get?"
#define GETTOKEN "/cgi-bin/gettoken?"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct client_app *app;
static struct outages *outages;
static volatile int told;

static void setup(void) {
    struct config_app settings = {.name = "main",
                                  .corp_id = "ww1",
                                  .agent_id = 1000002,
                                  .api_url = "https://qyapi.weixin.qq.com"};

    base = support_loop();
    now.ms = 1000000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
    ck_assert_int_eq(secret_set(&settings.secret, "SECRET", 6), WECOM_OK);
    app = client_app_new(client, &settings);
    secret_clear(&settings.secret);
    outages = outages_new(base, fake_clock(&now));
    ck_assert(app != NULL && outages != NULL);
    told = 0;
}

static void teardown(void) {
    outages_free(outages);
    client_app_retire(app);
    client_app_unref(app);
    client_free(client);
    fake_sender_free(sender);
    event_base_free(base);
}

static void on_told(void *arg) {
    (void)arg;
    told++;
}

static void fail_now(void) {
    fake_fail(sender, "/cgi-bin/", HTTP_NO_NAME, "no such host");
    support_run(base);
}

START_TEST(whoever_must_know_is_told_once_and_the_client_knows) {
    int64_t down_ms;

    ck_assert_ptr_nonnull(outage_watch(outages, app, on_told, NULL));
    ck_assert_ptr_nonnull(outage_watch(outages, app, on_told, NULL));
    ck_assert_int_eq(told, 0);
    fake_fail(sender, GETTOKEN, HTTP_NO_NAME, "no such host");
    support_wait(base, &told);
    support_run(base);
    ck_assert_int_eq(told, 2);
    ck_assert_uint_eq(fake_begun(sender, ""), 1);
    ck_assert_int_eq(client_app_reach(app, &down_ms), REACH_DOWN);
}
END_TEST

START_TEST(what_is_asked_needs_no_name_of_a_member) {
    ck_assert_ptr_nonnull(outage_watch(outages, app, on_told, NULL));
    fake_answer(sender, GETTOKEN, 200, "{\"access_token\":\"t\",\"expires_in\":7200}");
    ck_assert_ptr_nonnull(strstr(fake_await(sender, AGENT_GET)->url, "agentid=1000002"));
    fake_answer(sender, AGENT_GET, 200, "{\"errcode\":60020,\"errmsg\":\"x\"}");
    support_wait(base, &told);
    ck_assert_int_eq(client_app_reach(app, NULL), REACH_UP);
}
END_TEST

START_TEST(questions_go_on_with_pauses_until_the_time_is_up) {
    int64_t begun = now.ms, down_ms = 0;
    unsigned int asked = 0;

    for (; now.ms < begun + OUTAGE_WATCH_MS; now.ms += OUTAGE_EVERY_MS) {
        ck_assert_ptr_null(outage_watch(outages, app, NULL, NULL));
        ck_assert_ptr_null(outage_watch(outages, app, NULL, NULL));
        fail_now();
        ck_assert_uint_eq(fake_begun(sender, ""), ++asked);
        now.ms += 1; /* too early for the next one */
        ck_assert_ptr_null(outage_watch(outages, app, NULL, NULL));
        support_run(base);
        ck_assert_uint_eq(fake_waiting(sender, ""), 0);
        now.ms -= 1;
        ck_assert_int_eq(client_app_reach(app, &down_ms), REACH_DOWN);
        ck_assert_int_eq(down_ms, now.ms - begun);
    }
}
END_TEST

START_TEST(questions_end_with_the_time_or_with_an_answer) {
    ck_assert_ptr_null(outage_watch(outages, app, NULL, NULL));
    (void)fake_await(sender, GETTOKEN);
    now.ms += _i == 0 ? OUTAGE_WATCH_MS : OUTAGE_EVERY_MS;
    if (_i == 1)
        fake_answer(sender, GETTOKEN, 200, "{\"errcode\":60020,\"errmsg\":\"x\"}");
    else
        fake_fail(sender, GETTOKEN, HTTP_NO_NAME, "no such host");
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, ""), _i == 2 ? 2 : 1);
}
END_TEST

START_TEST(whoever_leaves_is_not_told) {
    struct outage_watch *leaves = outage_watch(outages, app, on_told, NULL);

    ck_assert_ptr_nonnull(outage_watch(outages, app, on_told, NULL));
    outage_leave(leaves);
    outage_leave(NULL);
    fail_now();
    ck_assert_int_eq(told, 1);
}
END_TEST

static void come_back(void *arg) {
    (void)arg;
    if (told++ == 0)
        ck_assert_ptr_nonnull(outage_watch(outages, app, come_back, NULL));
}

START_TEST(whoever_is_told_may_ask_again) {
    ck_assert_ptr_nonnull(outage_watch(outages, app, come_back, NULL));
    fail_now();
    ck_assert_int_eq(told, 1);
    ck_assert_uint_eq(fake_begun(sender, ""), 1);
    now.ms += OUTAGE_EVERY_MS;
    ck_assert_ptr_null(outage_watch(outages, app, NULL, NULL));
    fail_now();
    ck_assert_int_eq(told, 2);
}
END_TEST

START_TEST(an_end_in_the_middle_leaves_nothing) {
    ck_assert_ptr_nonnull(outage_watch(outages, app, on_told, NULL));
    (void)fake_await(sender, GETTOKEN);
    outages_free(outages);
    outages = NULL;
    outages_free(NULL);
    support_run(base);
    ck_assert_int_eq(told, 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("outage");
    TCase *t = tcase_create("outage");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, whoever_must_know_is_told_once_and_the_client_knows);
    tcase_add_test(t, what_is_asked_needs_no_name_of_a_member);
    tcase_add_test(t, questions_go_on_with_pauses_until_the_time_is_up);
    tcase_add_loop_test(t, questions_end_with_the_time_or_with_an_answer, 0, 3);
    tcase_add_test(t, whoever_leaves_is_not_told);
    tcase_add_test(t, whoever_is_told_may_ask_again);
    tcase_add_test(t, an_end_in_the_middle_leaves_nothing);
    suite_add_tcase(s, t);
    return s;
}
