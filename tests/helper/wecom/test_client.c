/* Asking WeCom: tokens, other tries, ends before the deadline; with a sender that sends nothing. */
#include "helper/wecom/client.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define TOKEN_BODY(token, seconds) \
    "{\"errcode\":0,\"errmsg\":\"ok\",\"access_token\":\"" token "\",\"expires_in\":" #seconds "}"
#define ERROR_BODY(code) "{\"errcode\":" #code ",\"errmsg\":\"said, from ip: 203.0.113.7, more\"}"
#define OK_BODY "{\"errcode\":0,\"userid\":\"zhangsan\"}"
#define GETTOKEN "/cgi-bin/gettoken?"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo?"
#define USER_GET "/cgi-bin/user/get?"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct client_app *app;
static struct config_app settings;

/* One request and what came of it. */
struct ask {
    struct client_request *request;
    volatile int done;
    struct client_failure failure;
    bool asked_again, has_json;
    int tries;
    int64_t date_s;
    char userid[65];
    struct ask *cancels; /* cancelled from inside the callback */
    struct ask *asks;    /* begun from inside the callback */
};

static void begin(struct ask *ask, const char *code, int64_t ms);

static void on_done(void *arg, const struct client_result *result) {
    struct ask *ask = arg;

    ask->request = NULL;
    ask->done++;
    ask->failure = result->failure;
    ask->asked_again = result->asked_again;
    ask->has_json = result->json != NULL;
    ask->date_s = result->date_s;
    ask->tries = result->tries;
    ck_assert(ask->has_json == (result->failure.reason == WECOM_REASON_NONE));
    if (result->json != NULL) {
        const char *userid = json_string_value(json_object_get(result->json, "userid"));

        if (userid != NULL)
            (void)stpncpy(ask->userid, userid, sizeof ask->userid - 1);
    }
    if (ask->cancels != NULL) {
        client_cancel(ask->cancels->request);
        ask->cancels->request = NULL;
    }
    if (ask->asks != NULL)
        begin(ask->asks, "again", 10000);
}

static void on_token_done(void *arg, const struct client_result *result) {
    struct ask *ask = arg;

    ask->request = NULL;
    ask->done++;
    ask->failure = result->failure;
    ck_assert_ptr_null(result->json);
}

static void begin(struct ask *ask, const char *code, int64_t ms) {
    const char *values[CALLS_PARAMETERS] = {code};

    ask->request = client_ask(app, CALLS_GETUSERINFO, values, now.ms + ms, on_done, ask);
    ck_assert_ptr_nonnull(ask->request);
    ck_assert_int_eq(ask->done, 0);
}

static void setup(void) {
    base = support_loop();
    now.ms = 1000000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
    ck_assert_ptr_nonnull(client);
    settings = (struct config_app){.name = "main",
                                   .corp_id = "ww1",
                                   .agent_id = 1000002,
                                   .api_url = "https://wecom.test",
                                   .ca_file = "/ca.pem",
                                   .proxy = "http://proxy.test:3128"};
    ck_assert_int_eq(secret_set(&settings.secret, "SECRET", 6), WECOM_OK);
    app = client_app_new(client, &settings);
    ck_assert_ptr_nonnull(app);
}

static void teardown(void) {
    if (app != NULL)
        client_app_retire(app);
    client_app_unref(app);
    secret_clear(&settings.secret);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    fake_sender_free(sender);
    client_free(client);
    event_base_free(base);
}

/* The application has a token. */
static void give_token(void) {
    struct ask ask = {0};

    begin(&ask, "first", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(ask.done, 1);
}

static void wait_for(struct ask *ask) {
    support_wait(base, &ask->done);
    ck_assert_int_eq(ask->done, 1);
}

START_TEST(a_request_fetches_a_token_first_and_carries_it_in_the_query) {
    struct ask ask = {0};
    const struct http_request *http;

    begin(&ask, "CODE", 10000);
    ck_assert_uint_eq(fake_begun(sender, ""), 0); /* never from inside client_ask */
    http = fake_await(sender, GETTOKEN);
    ck_assert_str_eq(http->url, "https://wecom.test" GETTOKEN "corpid=ww1&corpsecret=SECRET");
    ck_assert_ptr_null(http->body);
    ck_assert_str_eq(http->ca_file, "/ca.pem");
    ck_assert_str_eq(http->proxy, "http://proxy.test:3128");
    ck_assert(!http->fresh);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    http = fake_await(sender, GETUSERINFO);
    ck_assert_str_eq(http->url, "https://wecom.test" GETUSERINFO "access_token=t1&code=CODE");
    ck_assert_int_eq(ask.done, 0);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
    ck_assert_str_eq(ask.userid, "zhangsan");
    ck_assert(!ask.asked_again);
    ck_assert_int_eq(ask.date_s, 1700000000);
}
END_TEST

START_TEST(two_hundred_requests_fetch_one_token) {
    static struct ask asks[200];
    struct client_app_status status;

    for (size_t i = 0; i < 200; i++)
        begin(&asks[i], "CODE", 10000);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, ""), 1);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    ck_assert_uint_eq(fake_begun(sender, "access_token=t1"), 200);
    while (fake_waiting(sender, "") > 0)
        fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    for (size_t i = 0; i < 200; i++)
        ck_assert_int_eq(asks[i].done, 1);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
    client_app_status(app, &status);
    ck_assert_uint_eq(status.requests, 201);
    ck_assert_int_eq(status.token_valid_s, 7200);
    ck_assert_int_eq(status.last_age_s, -1);
}
END_TEST

START_TEST(a_token_is_used_until_it_expires_and_then_fetched_anew) {
    struct ask second = {0}, third = {0};
    struct client_app_status status;

    give_token();
    now.ms += 6000 * 1000;
    begin(&second, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
    now.ms += 1200 * 1000; /* exactly at its end */
    client_app_status(app, &status);
    ck_assert_int_eq(status.token_valid_s, -1);
    begin(&third, "CODE", 10000);
    support_run(base);
    ck_assert_uint_eq(fake_waiting(sender, "access_token=t1"), 0);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    fake_answer(sender, "access_token=t2", 200, OK_BODY);
    wait_for(&third);
}
END_TEST

START_TEST(a_token_is_renewed_in_the_background_before_it_expires) {
    struct ask early = {0}, late = {0}, after = {0};

    give_token();
    now.ms += 6899 * 1000;
    begin(&early, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
    now.ms += 1000;
    begin(&late, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY); /* it does not wait for the new one */
    wait_for(&late);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    begin(&after, "CODE", 10000);
    fake_answer(sender, "access_token=t2", 200, OK_BODY);
    wait_for(&after);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
}
END_TEST

START_TEST(a_failed_renewal_leaves_the_token_and_is_tried_again_after_a_pause) {
    struct ask asks[4] = {0};

    give_token();
    now.ms += 6950 * 1000;
    begin(&asks[0], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    fake_fail(sender, GETTOKEN, HTTP_NO_NAME, "no name");
    begin(&asks[1], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
    now.ms += 9999;
    begin(&asks[2], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
    now.ms += 1;
    begin(&asks[3], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 3);
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(asks[i].failure.reason, WECOM_REASON_NONE);
}
END_TEST

START_TEST(a_token_of_short_life_is_renewed_in_its_last_tenth) {
    struct ask asks[3] = {0};

    begin(&asks[0], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 100));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    now.ms += 89999;
    begin(&asks[1], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
    now.ms += 1;
    begin(&asks[2], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 100));
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
}
END_TEST

static const struct {
    const char *body;
    enum wecom_reason reason; /* when the new token is refused too */
} token_errors[] = {
    {ERROR_BODY(40014), WECOM_REASON_INTERNAL},
    {ERROR_BODY(42001), WECOM_REASON_INTERNAL},
    {ERROR_BODY(40001), WECOM_REASON_CONFIG_SECRET},
    {"{\"errcode\":\"40014\",\"errmsg\":\"invalid access_token\"}", WECOM_REASON_INTERNAL},
};

START_TEST(a_refused_token_is_replaced_once) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, token_errors[_i].body);
    ck_assert_int_eq(ask.done, 0);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    fake_answer(sender, "access_token=t2&code=CODE", 200, OK_BODY);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
    ck_assert(!ask.asked_again);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
}
END_TEST

START_TEST(a_token_that_is_refused_again_is_not_replaced_again) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, token_errors[_i].body);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    fake_answer(sender, "access_token=t2", 200, token_errors[_i].body);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, token_errors[_i].reason);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
}
END_TEST

START_TEST(many_refusals_of_one_token_replace_it_once) {
    static struct ask asks[50];

    give_token();
    for (size_t i = 0; i < 50; i++)
        begin(&asks[i], "CODE", 10000);
    support_run(base);
    for (size_t i = 0; i < 25; i++)
        fake_answer(sender, "access_token=t1", 200, ERROR_BODY(40014));
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    /* the rest is refused when the new token is there already */
    for (size_t i = 25; i < 50; i++)
        fake_answer(sender, "access_token=t1", 200, ERROR_BODY(40014));
    ck_assert_uint_eq(fake_waiting(sender, "access_token=t2"), 50);
    for (size_t i = 0; i < 50; i++)
        fake_answer(sender, "access_token=t2", 200, OK_BODY);
    for (size_t i = 0; i < 50; i++) {
        ck_assert_int_eq(asks[i].done, 1);
        ck_assert_int_eq(asks[i].failure.reason, WECOM_REASON_NONE);
    }
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
}
END_TEST

START_TEST(missing_tokens_are_not_fetched_anew) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(41001));
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_INTERNAL);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
}
END_TEST

static const struct {
    const char *body;
    enum wecom_reason reason;
    bool held;
} token_refusals[] = {
    {ERROR_BODY(40001), WECOM_REASON_CONFIG_SECRET, true},
    {ERROR_BODY(40091), WECOM_REASON_CONFIG_SECRET, true},
    {ERROR_BODY(41004), WECOM_REASON_CONFIG_SECRET, true},
    {ERROR_BODY(40013), WECOM_REASON_CONFIG_CORP, true},
    {ERROR_BODY(40056), WECOM_REASON_CONFIG_AGENT, true},
    {ERROR_BODY(48002), WECOM_REASON_CONFIG_PERMISSION, true},
    {ERROR_BODY(45009), WECOM_REASON_WECOM_RATE_LIMITED, true},
    {ERROR_BODY(60020), WECOM_REASON_CONFIG_IP, false},
    {ERROR_BODY(99999), WECOM_REASON_INTERNAL, false},
    {"{\"errcode\":0,\"errmsg\":\"ok\"}", WECOM_REASON_INTERNAL, false},
    {"{\"access_token\":\"t1\",\"expires_in\":0}", WECOM_REASON_INTERNAL, false},
    {"{\"access_token\":\"\",\"expires_in\":7200}", WECOM_REASON_INTERNAL, false},
};

START_TEST(a_refused_secret_is_not_tried_again_at_once) {
    struct ask first = {0}, second = {0};

    begin(&first, "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, token_refusals[_i].body);
    wait_for(&first);
    ck_assert_int_eq(first.failure.reason, token_refusals[_i].reason);
    begin(&second, "CODE", 10000);
    support_run(base);
    if (token_refusals[_i].held) {
        wait_for(&second);
        ck_assert_int_eq(second.failure.reason, token_refusals[_i].reason);
        ck_assert_int_eq(second.failure.errcode, first.failure.errcode);
        ck_assert_str_eq(second.failure.ip, "203.0.113.7");
        ck_assert_uint_eq(fake_begun(sender, ""), 1);
    } else {
        fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
        fake_answer(sender, GETUSERINFO, 200, OK_BODY);
        wait_for(&second);
        ck_assert_int_eq(second.failure.reason, WECOM_REASON_NONE);
    }
}
END_TEST

START_TEST(pauses_after_a_refused_secret_double_up_to_ten_minutes) {
    static const int pauses[] = {10, 20, 40, 80, 160, 320, 600, 600, 600};
    unsigned int fetches = 0;

    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        struct ask ask = {0}, held = {0};

        begin(&ask, "CODE", 10000);
        fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
        wait_for(&ask);
        ck_assert_uint_eq(fake_begun(sender, GETTOKEN), ++fetches);
        now.ms += pauses[i] * 1000 - 1;
        begin(&held, "CODE", 10000);
        wait_for(&held);
        ck_assert_int_eq(held.failure.reason, WECOM_REASON_CONFIG_SECRET);
        ck_assert_uint_eq(fake_begun(sender, GETTOKEN), fetches);
        now.ms += 1;
    }
}
END_TEST

START_TEST(what_the_administrator_did_ends_the_pause) {
    struct ask asks[3] = {0};

    for (size_t i = 0; i < 2; i++) {
        begin(&asks[i], "CODE", 10000);
        fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
        wait_for(&asks[i]);
        client_app_forget_failure(app);
    }
    begin(&asks[2], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    wait_for(&asks[2]);
    ck_assert_int_eq(asks[2].failure.reason, WECOM_REASON_NONE);
}
END_TEST

START_TEST(a_good_token_resets_the_pause) {
    struct ask asks[4] = {0};

    begin(&asks[0], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    now.ms += 10000;
    begin(&asks[1], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 60));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    now.ms += 60000;
    begin(&asks[2], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    now.ms += 10000;
    begin(&asks[3], "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 4);
}
END_TEST

START_TEST(while_a_secret_is_refused_a_valid_token_still_serves) {
    struct ask asks[3] = {0};

    give_token();
    now.ms += 6950 * 1000;
    begin(&asks[0], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    now.ms += 5000;
    begin(&asks[1], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    ck_assert_int_eq(asks[1].failure.reason, WECOM_REASON_NONE);
    /* and where it is refused in the meantime, the Secret is to blame */
    begin(&asks[2], "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, ERROR_BODY(40014));
    wait_for(&asks[2]);
    ck_assert_int_eq(asks[2].failure.reason, WECOM_REASON_CONFIG_SECRET);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 2);
}
END_TEST

static const char *const busy_bodies[] = {ERROR_BODY(-1), ERROR_BODY(6000), ERROR_BODY(45033),
                                          ERROR_BODY(45035)};

START_TEST(a_busy_wecom_is_asked_three_times) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(ask.done, 0);
        fake_answer(sender, GETUSERINFO, 200, busy_bodies[_i]);
        ck_assert_uint_eq(fake_waiting(sender, ""), 0); /* after a pause only */
    }
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_BUSY);
    ck_assert(!ask.asked_again);
    ck_assert_uint_eq(fake_begun(sender, GETUSERINFO), 1 + 3);
}
END_TEST

static const long busy_statuses[] = {429, 500, 503};

START_TEST(a_busy_server_is_asked_three_times) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    for (size_t i = 0; i < 3; i++)
        fake_answer(sender, GETUSERINFO, busy_statuses[_i], OK_BODY);
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_BUSY);
    ck_assert_uint_eq(fake_begun(sender, GETUSERINFO), 1 + 3);
}
END_TEST

START_TEST(a_busy_wecom_may_answer_the_second_time) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(-1));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
    ck_assert_int_eq(ask.failure.errcode, 0);
}
END_TEST

START_TEST(a_code_used_up_behind_a_failed_gateway_is_told_apart) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 502, "<html>");
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(40029));
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_CODE_INVALID);
    ck_assert(ask.asked_again); /* the first try may have used it up */
}
END_TEST

START_TEST(a_busy_wecom_is_not_asked_behind_the_deadline) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 200);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(-1));
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_BUSY);
}
END_TEST

START_TEST(a_company_over_its_limit_does_not_ask_more) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(45009));
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_RATE_LIMITED);
}
END_TEST

/* Sent, and nothing that can be read came back. */
static void lose(int how) {
    switch (how) {
    case 0:
        fake_fail(sender, GETUSERINFO, HTTP_LOST, "Empty reply from server");
        break;
    case 1:
        fake_fail(sender, GETUSERINFO, HTTP_TOO_LARGE, "the answer is too large");
        break;
    case 2:
        fake_answer(sender, GETUSERINFO, 200, "<html>sign in to the network</html>");
        break;
    case 3:
        fake_answer(sender, GETUSERINFO, 200, "{\"errcode\":0,\"userid\":\"zhang");
        break;
    case 4:
        fake_answer(sender, GETUSERINFO, 200, "");
        break;
    default:
        fake_answer(sender, GETUSERINFO, 200, "{\"errcode\":\"0\",\"userid\":\"zhangsan\"}");
    }
}

START_TEST(a_lost_answer_is_asked_for_once_more_and_that_is_told) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    (void)fake_await(sender, GETUSERINFO);
    ck_assert(!fake_await(sender, GETUSERINFO)->fresh);
    lose(_i);
    ck_assert_int_eq(ask.done, 0);
    ck_assert(fake_await(sender, GETUSERINFO)->fresh); /* not over the connection that lost it */
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
    ck_assert(ask.asked_again);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
}
END_TEST

START_TEST(an_answer_that_is_lost_twice_is_lost) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    lose(_i);
    lose(_i);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert(ask.asked_again);
    support_run(base);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
}
END_TEST

START_TEST(a_used_code_after_a_lost_answer_is_told_as_such) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    lose(_i);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(40029));
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_CODE_INVALID);
    ck_assert(ask.asked_again);
}
END_TEST

START_TEST(a_lost_answer_to_a_refused_token_fetches_anew_and_asks_on) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    lose(0);
    fake_answer(sender, "access_token=t1", 200, ERROR_BODY(42001));
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    fake_answer(sender, "access_token=t2", 200, OK_BODY);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
    ck_assert(ask.asked_again);
}
END_TEST

static const struct {
    enum http_outcome outcome;
    const char *cure;
} dead_ends[] = {
    {HTTP_NO_NAME, "cure_name"},
    {HTTP_NO_TLS, "cure_tls"},
    {HTTP_FAILED, "cure_connection"},
};

START_TEST(a_wrong_name_or_certificate_is_not_tried_again) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_fail(sender, GETUSERINFO, dead_ends[_i].outcome, "curl's words");
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_int_eq(ask.failure.http, dead_ends[_i].outcome);
    ck_assert_str_eq(ask.failure.cure, dead_ends[_i].cure);
    ck_assert_str_eq(ask.failure.detail, "auth/getuserinfo: curl's words");
    ck_assert(!ask.asked_again);
}
END_TEST

START_TEST(a_missing_connection_is_tried_three_times) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    for (size_t i = 0; i < 3; i++)
        fake_fail(sender, GETUSERINFO, HTTP_NO_CONNECTION, "refused");
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_str_eq(ask.failure.cure, "cure_connection");
    ck_assert(!ask.asked_again);
}
END_TEST

static const long odd_statuses[] = {201, 204, 301, 302, 307, 400, 401, 403, 404, 407};

START_TEST(another_status_than_200_is_no_answer_and_not_followed) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, odd_statuses[_i], OK_BODY);
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_str_eq(ask.failure.cure, "cure_odd_answer");
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
}
END_TEST

START_TEST(a_failure_tells_what_wecom_said_and_keeps_no_secret) {
    struct ask ask = {0};
    struct client_app_status status;

    give_token();
    begin(&ask, "CODE-OF-SOMEBODY", 10000);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(60020));
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_CONFIG_IP);
    ck_assert_int_eq(ask.failure.errcode, 60020);
    ck_assert_int_eq(ask.failure.http, HTTP_ANSWERED);
    ck_assert_str_eq(ask.failure.cure, "cure_ip");
    ck_assert_str_eq(ask.failure.ip, "203.0.113.7");
    ck_assert_str_eq(ask.failure.detail,
                     "auth/getuserinfo: 60020 said, from ip: 203.0.113.7, more");
    now.ms += 90000;
    client_app_status(app, &status);
    ck_assert_int_eq(status.last.reason, WECOM_REASON_CONFIG_IP);
    ck_assert_int_eq(status.last_age_s, 90);
}
END_TEST

START_TEST(the_deadline_ends_the_wait_for_a_token) {
    struct ask ask = {0}, after = {0};

    begin(&ask, "CODE", 30);
    (void)fake_await(sender, GETTOKEN);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_int_eq(ask.failure.errcode, 0);
    /* the fetch goes on for whoever comes next */
    begin(&after, "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    wait_for(&after);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
}
END_TEST

START_TEST(nothing_is_sent_behind_the_deadline) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    now.ms += 10000;
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_uint_eq(fake_begun(sender, "code=CODE"), 0);
}
END_TEST

START_TEST(one_try_leaves_time_for_another) {
    struct ask ask = {0}, patient = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    ck_assert_int_eq(fake_await(sender, GETUSERINFO)->timeout_ms, 5000);
    now.ms += 5000;
    lose(0);
    ck_assert_int_eq(fake_await(sender, GETUSERINFO)->timeout_ms, 5000);
    now.ms += 5000;
    lose(0);
    wait_for(&ask);
    begin(&patient, "CODE", 100000);
    ck_assert_int_eq(fake_await(sender, GETUSERINFO)->timeout_ms, 8000);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
}
END_TEST

START_TEST(what_was_lost_at_the_deadline_is_not_asked_again) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    (void)fake_await(sender, GETUSERINFO);
    now.ms += 10000;
    lose(0);
    ck_assert_int_eq(ask.done, 1);
    ck_assert(!ask.asked_again);
}
END_TEST

START_TEST(a_request_that_cannot_start_fails_later) {
    struct ask ask = {0}, other = {0};

    fake_refuse(sender, true);
    begin(&ask, "CODE", 10000);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_INTERNAL);
    fake_refuse(sender, false);
    give_token();
    fake_refuse(sender, true);
    begin(&other, "CODE", 10000);
    wait_for(&other);
    ck_assert_int_eq(other.failure.reason, WECOM_REASON_INTERNAL);
}
END_TEST

START_TEST(a_cancelled_request_is_never_heard_of) {
    struct ask ask = {0};

    if (_i > 1)
        give_token();
    begin(&ask, "CODE", 10000);
    switch (_i) {
    case 0: /* not begun */
        break;
    case 1: /* waiting for a token */
        (void)fake_await(sender, GETTOKEN);
        break;
    case 2: /* sent */
        (void)fake_await(sender, GETUSERINFO);
        break;
    case 3: /* in a pause */
        fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(-1));
        break;
    case 4: /* between a lost answer and the next try */
        lose(0);
        break;
    case 5: /* waiting for the second token */
        fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(40014));
        break;
    default: /* about to fail */
        fake_refuse(sender, true);
        support_run(base);
        fake_refuse(sender, false);
        break;
    }
    if (ask.done == 0)
        client_cancel(ask.request);
    else
        ck_assert_int_eq(_i, 6);
    if (_i == 1 || _i == 5)
        fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t9", 7200));
    support_rest(base, _i == 3 ? 320 : 5);
    ck_assert_int_eq(ask.done, _i == 6);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    client_cancel(NULL);
}
END_TEST

START_TEST(a_callback_may_cancel_its_siblings) {
    struct ask asks[3] = {{0}};

    asks[0].cancels = &asks[1];
    asks[1].cancels = &asks[0];
    begin(&asks[0], "A", 10000);
    begin(&asks[1], "B", 10000);
    begin(&asks[2], "C", 10000);
    (void)fake_await(sender, GETTOKEN);
    if (_i == 0) { /* all fail with the token */
        fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    } else { /* all are sent, the first is answered */
        fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
        fake_answer(sender, "code=A", 200, OK_BODY);
        ck_assert_uint_eq(fake_cancelled(sender), 1);
        fake_answer(sender, "code=C", 200, OK_BODY);
    }
    support_run(base);
    ck_assert_int_eq(asks[0].done + asks[1].done, 1);
    ck_assert_int_eq(asks[2].done, 1);
    ck_assert_ptr_null(asks[0].request);
    ck_assert_ptr_null(asks[1].request);
}
END_TEST

START_TEST(a_callback_may_ask_again) {
    struct ask first = {0}, again = {0};

    first.asks = &again;
    begin(&first, "A", 10000);
    fake_answer(sender, GETTOKEN, 200, _i == 0 ? ERROR_BODY(60020) : TOKEN_BODY("t1", 7200));
    if (_i == 0)
        fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    else
        fake_answer(sender, "code=A", 200, OK_BODY);
    fake_answer(sender, "code=again", 200, OK_BODY);
    wait_for(&again);
    ck_assert_int_eq(first.done, 1);
    ck_assert_int_eq(again.failure.reason, WECOM_REASON_NONE);
}
END_TEST

START_TEST(an_application_lives_as_long_as_somebody_needs_it) {
    struct ask ask = {0};

    begin(&ask, "CODE", 10000);
    (void)fake_await(sender, GETTOKEN);
    client_app_unref(app); /* a reload dropped it */
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    wait_for(&ask);
    app = NULL;
}
END_TEST

START_TEST(a_fetch_in_the_background_survives_its_application) {
    struct ask ask = {0};

    give_token();
    now.ms += 7000 * 1000;
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    (void)fake_await(sender, GETTOKEN);
    client_app_unref(app);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    app = NULL;
}
END_TEST

START_TEST(a_retired_application_fetches_no_more) {
    struct ask ask = {0};

    begin(&ask, "CODE", 30);
    (void)fake_await(sender, GETTOKEN);
    client_app_retire(app);
    ck_assert_uint_eq(fake_cancelled(sender), 1);
    client_app_retire(app);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
}
END_TEST

START_TEST(the_end_of_all_ends_the_fetches_of_dropped_applications) {
    struct ask ask = {0};

    give_token();
    now.ms += 7000 * 1000;
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    (void)fake_await(sender, GETTOKEN);
    client_app_unref(app);
    app = client_app_new(client, &settings);
    client_app_unref(app);
    app = NULL;
    client_free(client);
    client = NULL;
    ck_assert_uint_eq(fake_cancelled(sender), 1);
}
END_TEST

START_TEST(settings_are_copied) {
    memset(settings.api_url, 'x', 5);
    settings.secret.bytes[0] = 'X';
    ck_assert_str_eq(client_app_settings(app)->api_url, "https://wecom.test");
    ck_assert_str_eq(client_app_settings(app)->secret.bytes, "SECRET");
    client_app_unref(client_app_ref(app));
    ck_assert_str_eq(client_app_settings(app)->corp_id, "ww1");
}
END_TEST

START_TEST(two_applications_do_not_share_a_token) {
    struct ask ask = {0}, other = {0};
    struct client_app *mine = app;

    give_token();
    app = client_app_new(client, &settings);
    begin(&other, "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t7", 7200));
    fake_answer(sender, "access_token=t7", 200, OK_BODY);
    wait_for(&other);
    client_app_unref(app);
    app = mine;
    begin(&ask, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    wait_for(&ask);
}
END_TEST

static void check_token(struct ask *ask) {
    ask->request = client_check_token(app, now.ms + 10000, on_done, ask);
    ck_assert_ptr_nonnull(ask->request);
}

START_TEST(the_administrators_check_fetches_a_token_over_a_new_connection) {
    struct ask check = {0}, ask = {0};

    give_token();
    check_token(&check);
    ck_assert(fake_await(sender, GETTOKEN)->fresh);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    wait_for(&check);
    ck_assert_int_eq(check.failure.reason, WECOM_REASON_NONE);
    begin(&ask, "CODE", 10000);
    fake_answer(sender, "access_token=t2", 200, OK_BODY);
    wait_for(&ask);
}
END_TEST

START_TEST(the_administrators_check_tries_a_refused_secret_all_the_same) {
    struct ask ask = {0}, check = {0}, held = {0}, after = {0};

    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    check_token(&check);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    wait_for(&check);
    ck_assert_int_eq(check.failure.reason, WECOM_REASON_CONFIG_SECRET);
    begin(&held, "CODE", 10000);
    wait_for(&held);
    ck_assert_int_eq(held.failure.reason, WECOM_REASON_CONFIG_SECRET);
    check = (struct ask){0};
    check_token(&check);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    wait_for(&check);
    begin(&after, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    wait_for(&after);
}
END_TEST

START_TEST(a_failed_check_leaves_a_valid_token) {
    struct ask check = {0}, ask = {0};

    give_token();
    check_token(&check);
    fake_fail(sender, GETTOKEN, HTTP_NO_TLS, "certificate");
    wait_for(&check);
    ck_assert_int_eq(check.failure.http, HTTP_NO_TLS);
    begin(&ask, "CODE", 10000);
    fake_answer(sender, "access_token=t1", 200, OK_BODY);
    wait_for(&ask);
}
END_TEST

START_TEST(wecom_busy_with_tokens_fails_those_who_wait_after_three_tries) {
    struct ask asks[2] = {{0}};

    begin(&asks[0], "A", 20000);
    begin(&asks[1], "B", 20000);
    for (size_t i = 0; i < 3; i++)
        fake_answer(sender, GETTOKEN, 200, ERROR_BODY(-1));
    wait_for(&asks[0]);
    wait_for(&asks[1]);
    ck_assert_int_eq(asks[0].failure.reason, WECOM_REASON_WECOM_BUSY);
    ck_assert_int_eq(asks[1].failure.reason, WECOM_REASON_WECOM_BUSY);
    ck_assert_uint_eq(fake_begun(sender, ""), 3);
}
END_TEST

/* ---- Tokens for another process, and from one ------------------------------------------------ */

static void begin_token(struct ask *ask, unsigned int refused) {
    ask->request = client_want_token(app, refused, now.ms + 10000, on_token_done, ask);
    ck_assert_ptr_nonnull(ask->request);
    ck_assert_int_eq(ask->done, 0);
}

START_TEST(a_wanted_token_is_fetched_once_and_given_again_while_it_is_good) {
    struct ask asks[3] = {0};
    struct client_token token;

    ck_assert_ptr_null(client_app_token(app).secret);
    begin_token(&asks[0], 0);
    begin_token(&asks[1], 0);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    ck_assert(asks[0].done == 1 && asks[1].done == 1);
    ck_assert_int_eq(asks[0].failure.reason, WECOM_REASON_NONE);
    token = client_app_token(app);
    ck_assert_str_eq(token.secret->bytes, "t1");
    ck_assert_int_eq(token.valid_ms, 7200000);
    ck_assert_uint_ne(token.number, 0);
    begin_token(&asks[2], token.number + 1); /* another one was refused: this one is good */
    wait_for(&asks[2]);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 1);
    ck_assert_uint_eq(fake_begun(sender, ""), 1);
}
END_TEST

START_TEST(a_refused_token_is_replaced_by_a_new_one) {
    struct ask first = {0}, second = {0};
    unsigned int number;

    begin_token(&first, 0);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t1", 7200));
    number = client_app_token(app).number;
    begin_token(&second, number);
    fake_answer(sender, GETTOKEN, 200, TOKEN_BODY("t2", 7200));
    ck_assert_int_eq(second.done, 1);
    ck_assert_str_eq(client_app_token(app).secret->bytes, "t2");
    ck_assert_uint_ne(client_app_token(app).number, number);
}
END_TEST

START_TEST(a_token_that_cannot_be_had_says_why) {
    struct ask ask = {0};

    begin_token(&ask, 0);
    fake_answer(sender, GETTOKEN, 200, ERROR_BODY(40001));
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_CONFIG_SECRET);
    ck_assert_ptr_null(client_app_token(app).secret);
}
END_TEST

/* What the other process was asked for. */
static struct {
    int asked;
    unsigned int refused;
} elsewhere;

static void want(void *arg, struct client_app *of, unsigned int refused) {
    ck_assert_ptr_eq(arg, &elsewhere);
    ck_assert_ptr_eq(of, app);
    elsewhere.asked++;
    elsewhere.refused = refused;
}

static void give(const char *text, int64_t valid_ms, unsigned int number) {
    struct secret secret = {0};

    ck_assert_int_eq(secret_set(&secret, text, strlen(text)), WECOM_OK);
    client_give_token(
        app, &(struct client_token){.secret = &secret, .valid_ms = valid_ms, .number = number},
        &(struct client_failure){0});
    secret_clear(&secret);
}

static void take_from_elsewhere(void) {
    elsewhere.asked = 0;
    client_ask_for_tokens(client, want, &elsewhere);
}

START_TEST(a_token_from_elsewhere_is_asked_for_once_and_never_fetched) {
    struct ask asks[20] = {0};

    take_from_elsewhere();
    for (int i = 0; i < 20; i++)
        begin(&asks[i], "CODE", 10000);
    support_run(base);
    ck_assert_int_eq(elsewhere.asked, 1);
    ck_assert_uint_eq(elsewhere.refused, 0);
    give("t7", 7200000, 7);
    for (int i = 0; i < 20; i++) {
        ck_assert_ptr_nonnull(strstr(fake_await(sender, GETUSERINFO)->url, "access_token=t7&"));
        fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    }
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(asks[i].done, 1);
    ck_assert_uint_eq(fake_begun(sender, GETTOKEN), 0);
    ck_assert_int_eq(elsewhere.asked, 1);
}
END_TEST

START_TEST(a_refused_token_from_elsewhere_is_reported_by_its_number) {
    struct ask ask = {0};

    take_from_elsewhere();
    begin(&ask, "CODE", 10000);
    support_run(base);
    give("t7", 7200000, 7);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(42001));
    support_run(base);
    ck_assert_int_eq(elsewhere.asked, 2);
    ck_assert_uint_eq(elsewhere.refused, 7);
    give("t8", 7200000, 8);
    ck_assert_ptr_nonnull(strstr(fake_await(sender, GETUSERINFO)->url, "access_token=t8&"));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_NONE);
}
END_TEST

START_TEST(why_there_is_no_token_elsewhere_is_told_and_it_is_asked_again) {
    struct client_failure failure = {.reason = WECOM_REASON_CONFIG_IP, .errcode = 60020};
    struct ask first = {0}, second = {0};

    take_from_elsewhere();
    begin(&first, "CODE", 10000);
    support_run(base);
    client_give_token(app, &(struct client_token){0}, &failure);
    ck_assert_int_eq(first.done, 1);
    ck_assert_int_eq(first.failure.reason, WECOM_REASON_CONFIG_IP);
    ck_assert_int_eq(first.failure.errcode, 60020);
    begin(&second, "CODE", 10000);
    support_run(base);
    ck_assert_int_eq(elsewhere.asked, 2);
    give("t1", 7200000, 1);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(second.done, 1);
}
END_TEST

START_TEST(a_token_from_elsewhere_is_renewed_before_it_ends_without_asking_all_the_time) {
    struct ask asks[4] = {0};

    take_from_elsewhere();
    begin(&asks[0], "CODE", 10000);
    support_run(base);
    give("t7", 7200000, 7);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    now.ms += 7200000 - 200000; /* near its end */
    for (int i = 1; i < 4; i++) {
        begin(&asks[i], "CODE", 10000);
        fake_answer(sender, GETUSERINFO, 200, OK_BODY);
        if (i == 1) {
            ck_assert_int_eq(elsewhere.asked, 2);
            give("t7", 200000, 7); /* the other process has no newer one yet */
        }
    }
    ck_assert_int_eq(elsewhere.asked, 2);
    now.ms += 20000;
    asks[0] = (struct ask){0};
    begin(&asks[0], "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(elsewhere.asked, 3);
}
END_TEST

START_TEST(who_waits_for_a_token_from_elsewhere_has_a_deadline) {
    struct ask ask = {0};

    take_from_elsewhere();
    begin(&ask, "CODE", 50);
    wait_for(&ask);
    ck_assert_int_eq(ask.failure.reason, WECOM_REASON_WECOM_UNREACHABLE);
    give("t7", 7200000, 7); /* nobody waits any more */
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, ""), 0);
}
END_TEST

START_TEST(a_result_tells_how_many_calls_it_took) {
    struct ask ask = {0};

    give_token();
    begin(&ask, "CODE", 10000);
    fake_answer(sender, GETUSERINFO, 200, ERROR_BODY(-1));
    fake_answer(sender, GETUSERINFO, 200, OK_BODY);
    ck_assert_int_eq(ask.done, 1);
    ck_assert_int_eq(ask.tries, 2);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("client");
    TCase *t = tcase_create("client");
    int errors = SUPPORT_COUNT(token_errors);

    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_request_fetches_a_token_first_and_carries_it_in_the_query);
    tcase_add_test(t, two_hundred_requests_fetch_one_token);
    tcase_add_test(t, a_token_is_used_until_it_expires_and_then_fetched_anew);
    tcase_add_test(t, a_token_is_renewed_in_the_background_before_it_expires);
    tcase_add_test(t, a_failed_renewal_leaves_the_token_and_is_tried_again_after_a_pause);
    tcase_add_test(t, a_token_of_short_life_is_renewed_in_its_last_tenth);
    tcase_add_loop_test(t, a_refused_token_is_replaced_once, 0, errors);
    tcase_add_loop_test(t, a_token_that_is_refused_again_is_not_replaced_again, 0, errors);
    tcase_add_test(t, many_refusals_of_one_token_replace_it_once);
    tcase_add_test(t, missing_tokens_are_not_fetched_anew);
    tcase_add_loop_test(t, a_refused_secret_is_not_tried_again_at_once, 0,
                        SUPPORT_COUNT(token_refusals));
    tcase_add_test(t, pauses_after_a_refused_secret_double_up_to_ten_minutes);
    tcase_add_test(t, what_the_administrator_did_ends_the_pause);
    tcase_add_test(t, a_good_token_resets_the_pause);
    tcase_add_test(t, while_a_secret_is_refused_a_valid_token_still_serves);
    tcase_add_loop_test(t, a_busy_wecom_is_asked_three_times, 0, SUPPORT_COUNT(busy_bodies));
    tcase_add_loop_test(t, a_busy_server_is_asked_three_times, 0, SUPPORT_COUNT(busy_statuses));
    tcase_add_test(t, a_busy_wecom_may_answer_the_second_time);
    tcase_add_test(t, a_code_used_up_behind_a_failed_gateway_is_told_apart);
    tcase_add_test(t, a_busy_wecom_is_not_asked_behind_the_deadline);
    tcase_add_test(t, a_company_over_its_limit_does_not_ask_more);
    tcase_add_loop_test(t, a_lost_answer_is_asked_for_once_more_and_that_is_told, 0, 6);
    tcase_add_loop_test(t, an_answer_that_is_lost_twice_is_lost, 0, 6);
    tcase_add_loop_test(t, a_used_code_after_a_lost_answer_is_told_as_such, 0, 6);
    tcase_add_test(t, a_lost_answer_to_a_refused_token_fetches_anew_and_asks_on);
    tcase_add_loop_test(t, a_wrong_name_or_certificate_is_not_tried_again, 0,
                        SUPPORT_COUNT(dead_ends));
    tcase_add_test(t, a_missing_connection_is_tried_three_times);
    tcase_add_loop_test(t, another_status_than_200_is_no_answer_and_not_followed, 0,
                        SUPPORT_COUNT(odd_statuses));
    tcase_add_test(t, a_failure_tells_what_wecom_said_and_keeps_no_secret);
    tcase_add_test(t, the_deadline_ends_the_wait_for_a_token);
    tcase_add_test(t, nothing_is_sent_behind_the_deadline);
    tcase_add_test(t, one_try_leaves_time_for_another);
    tcase_add_test(t, what_was_lost_at_the_deadline_is_not_asked_again);
    tcase_add_test(t, a_request_that_cannot_start_fails_later);
    tcase_add_loop_test(t, a_cancelled_request_is_never_heard_of, 0, 7);
    tcase_add_loop_test(t, a_callback_may_cancel_its_siblings, 0, 2);
    tcase_add_loop_test(t, a_callback_may_ask_again, 0, 2);
    tcase_add_test(t, an_application_lives_as_long_as_somebody_needs_it);
    tcase_add_test(t, a_fetch_in_the_background_survives_its_application);
    tcase_add_test(t, a_retired_application_fetches_no_more);
    tcase_add_test(t, the_end_of_all_ends_the_fetches_of_dropped_applications);
    tcase_add_test(t, settings_are_copied);
    tcase_add_test(t, two_applications_do_not_share_a_token);
    tcase_add_test(t, the_administrators_check_fetches_a_token_over_a_new_connection);
    tcase_add_test(t, the_administrators_check_tries_a_refused_secret_all_the_same);
    tcase_add_test(t, a_failed_check_leaves_a_valid_token);
    tcase_add_test(t, wecom_busy_with_tokens_fails_those_who_wait_after_three_tries);
    suite_add_tcase(s, t);
    t = tcase_create("tokens between processes");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_wanted_token_is_fetched_once_and_given_again_while_it_is_good);
    tcase_add_test(t, a_refused_token_is_replaced_by_a_new_one);
    tcase_add_test(t, a_token_that_cannot_be_had_says_why);
    tcase_add_test(t, a_token_from_elsewhere_is_asked_for_once_and_never_fetched);
    tcase_add_test(t, a_refused_token_from_elsewhere_is_reported_by_its_number);
    tcase_add_test(t, why_there_is_no_token_elsewhere_is_told_and_it_is_asked_again);
    tcase_add_test(t, a_token_from_elsewhere_is_renewed_before_it_ends_without_asking_all_the_time);
    tcase_add_test(t, who_waits_for_a_token_from_elsewhere_has_a_deadline);
    tcase_add_test(t, a_result_tells_how_many_calls_it_took);
    suite_add_tcase(s, t);
    return s;
}
