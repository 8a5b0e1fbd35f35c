/* Asking for many things at a pace, with a sender that sends nothing. */
#include "helper/asker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define GETTOKEN "/cgi-bin/gettoken?"
#define USER_GET "/cgi-bin/user/get?"
#define TAG_GET "/cgi-bin/tag/get?"
#define ERROR_BODY(code) "{\"errcode\":" #code ",\"errmsg\":\"said\"}"
#define OK_BODY "{\"errcode\":0,\"userid\":\"a\",\"status\":1}"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct client_app *app;
static struct asker *asker;

struct ask {
    volatile int done;
    enum asker_outcome outcome;
    struct client_failure failure;
    bool has_json, frees;
};

static void on_done(void *arg, const struct asker_answer *answer) {
    struct ask *ask = arg;

    ask->done++;
    ask->outcome = answer->outcome;
    ask->failure = *answer->failure;
    ask->has_json = answer->json != NULL;
    if (ask->frees) {
        asker_free(asker);
        asker = NULL;
    }
}

static void make_asker(const struct asker_limits *limits) {
    asker_free(asker);
    asker = asker_new(base, fake_clock(&now), limits);
    ck_assert_ptr_nonnull(asker);
}

/* Rests that a test can bear; the clock must be moved, since it stands still. */
static const struct asker_limits quick = {.calls_per_min = 60000,
                                          .at_once = 4,
                                          .limited_ms = 60,
                                          .busy_ms = 5,
                                          .tries = 3,
                                          .lost_in_row = 2};

static void setup(void) {
    struct config_app settings = {
        .name = "main", .corp_id = "ww1", .agent_id = 1, .api_url = "https://wecom.test"};

    base = support_loop();
    now.ms = 1000000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
    ck_assert_int_eq(secret_set(&settings.secret, "SECRET", 6), WECOM_OK);
    app = client_app_new(client, &settings);
    secret_clear(&settings.secret);
    asker = NULL;
    make_asker(&quick);
}

static void teardown(void) {
    asker_free(asker);
    client_app_retire(app);
    client_app_unref(app);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    fake_sender_free(sender);
    client_free(client);
    event_base_free(base);
}

static void ask(struct ask *one, enum calls_id id, const char *value) {
    ck_assert(asker_ask(asker, app, id, value, on_done, one));
    ck_assert_int_eq(one->done, 0);
}

static void give_token(void) {
    fake_answer(sender, GETTOKEN, 200,
                "{\"errcode\":0,\"access_token\":\"t\",\"expires_in\":7200}");
}

START_TEST(no_more_than_so_many_are_asked_for_at_once_in_their_order) {
    struct ask asks[10] = {0};
    char value[16], url[64];

    for (int i = 0; i < 10; i++) {
        (void)snprintf(value, sizeof value, "u%d", i);
        ask(&asks[i], CALLS_USER_GET, value);
    }
    ck_assert_uint_eq(asker_waiting(asker), 10);
    give_token();
    for (int i = 0; i < 10; i++) {
        (void)snprintf(url, sizeof url, "userid=u%d", i);
        (void)fake_await(sender, url);
        support_run(base);
        ck_assert_uint_le(fake_waiting(sender, USER_GET), 4);
        fake_answer(sender, url, 200, OK_BODY);
        ck_assert_int_eq(asks[i].done, 1);
        ck_assert_int_eq(asks[i].outcome, ASKER_ANSWERED);
        ck_assert(asks[i].has_json);
    }
    ck_assert_uint_eq(asker_waiting(asker), 0);
    ck_assert_int_eq(asker_calls(asker), 10);
}
END_TEST

START_TEST(the_pace_holds_over_everything_that_is_asked) {
    struct asker_limits slow = quick;
    struct ask asks[200] = {0};

    slow.calls_per_min = 120; /* a rush of six, then two a second */
    slow.at_once = 100;
    make_asker(&slow);
    for (int i = 0; i < 200; i++)
        ask(&asks[i], CALLS_USER_GET, "a");
    give_token();
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, USER_GET), 6);
    for (int s = 1; s <= 20; s++) {
        now.ms += 1000;
        asker_hold(asker, false); /* looks at the clock, which no timer follows */
        support_run(base);
        ck_assert_uint_eq(fake_begun(sender, USER_GET), 6u + 2u * (unsigned int)s);
    }
    asker_drop(asker);
    support_run(base);
}
END_TEST

START_TEST(other_tries_of_the_client_count) {
    struct asker_limits slow = quick;
    struct ask asks[3] = {0};

    slow.calls_per_min = 20; /* one, then one in three seconds */
    make_asker(&slow);
    ask(&asks[0], CALLS_USER_GET, "a");
    ask(&asks[1], CALLS_USER_GET, "b");
    give_token();
    fake_answer(sender, "userid=a", 200, ERROR_BODY(-1));
    fake_answer(sender, "userid=a", 200, OK_BODY); /* after the client's own pause */
    ck_assert_int_eq(asks[0].done, 1);
    ck_assert_int_eq(asker_calls(asker), 2);
    now.ms += 3000;
    asker_hold(asker, false);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, "userid=b"), 0); /* still owed */
    now.ms += 3000;
    asker_hold(asker, false);
    fake_answer(sender, "userid=b", 200, OK_BODY);
    ck_assert_int_eq(asks[1].done, 1);
}
END_TEST

static const struct {
    enum calls_id id;
    const char *path, *body;
    enum asker_outcome outcome;
} answers[] = {
    {CALLS_USER_GET, USER_GET, OK_BODY, ASKER_ANSWERED},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(60111), ASKER_GONE},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(46004), ASKER_GONE},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(40003), ASKER_GONE},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(60011), ASKER_HIDDEN},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(60021), ASKER_HIDDEN},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(50002), ASKER_HIDDEN},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(301021), ASKER_HIDDEN},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(99999), ASKER_FAILED},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(45029), ASKER_FAILED},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(40013), ASKER_STOP},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(50003), ASKER_STOP},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(60020), ASKER_STOP},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(48002), ASKER_STOP},
    {CALLS_USER_GET, USER_GET, ERROR_BODY(41001), ASKER_STOP},
    {CALLS_TAG_GET, TAG_GET, ERROR_BODY(48002), ASKER_FAILED},
    {CALLS_TAG_GET, TAG_GET, ERROR_BODY(60111), ASKER_FAILED},
    {CALLS_TAG_GET, TAG_GET, ERROR_BODY(60011), ASKER_FAILED},
    {CALLS_USER_LIST, "/cgi-bin/user/list?", ERROR_BODY(60011), ASKER_FAILED},
    {CALLS_USER_LIST, "/cgi-bin/user/list?", "{\"userlist\":[]}", ASKER_ANSWERED},
    {CALLS_DEPARTMENTS, "/cgi-bin/department/simplelist?", ERROR_BODY(60003), ASKER_FAILED},
};

START_TEST(what_an_answer_means_for_those_who_ask_on) {
    struct ask one = {0};

    ask(&one, answers[_i].id, "1");
    give_token();
    fake_answer(sender, answers[_i].path, 200, answers[_i].body);
    ck_assert_int_eq(one.done, 1);
    ck_assert_int_eq(one.outcome, answers[_i].outcome);
    ck_assert(one.has_json == (one.outcome == ASKER_ANSWERED));
    ck_assert_ptr_null(asker_resting(asker));
}
END_TEST

START_TEST(an_answer_that_nobody_can_read_fails_that_one_alone) {
    struct ask one = {0};

    ask(&one, CALLS_USER_GET, "a");
    give_token();
    fake_answer(sender, USER_GET, 200, "<html>");
    fake_answer(sender, USER_GET, 200, "<html>");
    ck_assert_int_eq(one.outcome, ASKER_FAILED);
    ck_assert_ptr_null(asker_resting(asker));
}
END_TEST

/* Moves the clock behind the rest and lets the loop go on. */
static void after_rest(int64_t ms) {
    ck_assert_ptr_nonnull(asker_resting(asker));
    now.ms += ms;
    asker_hold(asker, false);
    support_run(base);
}

START_TEST(a_limit_of_the_company_makes_everybody_rest_and_then_the_same_is_asked) {
    struct ask asks[2] = {0};
    struct asker_limits one_by_one = quick;

    one_by_one.at_once = 1;
    make_asker(&one_by_one);
    ask(&asks[0], CALLS_USER_GET, "a");
    ask(&asks[1], CALLS_USER_GET, "b");
    give_token();
    fake_answer(sender, "userid=a", 200, ERROR_BODY(45009));
    support_rest(base, 10);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    ck_assert_int_eq(asks[0].done + asks[1].done, 0);
    after_rest(59);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    after_rest(1);
    fake_answer(sender, "userid=a", 200, ERROR_BODY(45009)); /* again: twice as long */
    support_run(base);
    after_rest(119);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    after_rest(1);
    fake_answer(sender, "userid=a", 200, OK_BODY);
    ck_assert_int_eq(asks[0].outcome, ASKER_ANSWERED);
    ck_assert_ptr_null(asker_resting(asker));
    fake_answer(sender, "userid=b", 200, OK_BODY);
    ck_assert_int_eq(asks[1].outcome, ASKER_ANSWERED);
}
END_TEST

START_TEST(what_cannot_be_had_after_some_tries_is_given_up_and_then_everything) {
    struct asker_limits one_by_one = quick;
    struct ask asks[3] = {0};

    one_by_one.at_once = 1;
    make_asker(&one_by_one);
    for (int i = 0; i < 3; i++)
        ask(&asks[i], CALLS_USER_GET, "a");
    give_token();
    for (int i = 0; i < 2; i++) {
        for (unsigned int n = 0; n < quick.tries; n++) {
            fake_answer(sender, USER_GET, 200, ERROR_BODY(45009));
            support_run(base);
            now.ms += 10000;
            asker_hold(asker, false);
        }
        ck_assert_int_eq(asks[i].done, 1);
        ck_assert_int_eq(asks[i].outcome, i == 0 ? ASKER_FAILED : ASKER_STOP);
        ck_assert_int_eq(asks[i].failure.errcode, 45009);
    }
}
END_TEST

static const struct {
    const char *body; /* NULL: no answer */
    long status;
    enum http_outcome outcome;
} troubles[] = {
    {ERROR_BODY(-1), 200, HTTP_NONE},
    {ERROR_BODY(45033), 200, HTTP_NONE},
    {"", 502, HTTP_NONE},
    {"", 429, HTTP_NONE},
    {NULL, 0, HTTP_NO_CONNECTION},
    {NULL, 0, HTTP_NO_NAME},
    {NULL, 0, HTTP_LOST},
    {NULL, 0, HTTP_NO_TLS},
};

START_TEST(trouble_is_waited_for_and_the_same_is_asked_again) {
    struct ask one = {0};

    ask(&one, CALLS_USER_GET, "a");
    give_token();
    for (int i = 0; i < 6 && asker_resting(asker) == NULL; i++) {
        if (troubles[_i].body != NULL)
            fake_answer(sender, USER_GET, troubles[_i].status, troubles[_i].body);
        else
            fake_fail(sender, USER_GET, troubles[_i].outcome, "trouble");
        support_run(base);
    }
    ck_assert_int_eq(one.done, 0);
    after_rest(5);
    fake_answer(sender, USER_GET, 200, OK_BODY);
    ck_assert_int_eq(one.outcome, ASKER_ANSWERED);
}
END_TEST

START_TEST(a_dropped_ask_is_never_heard_of_running_or_not) {
    struct ask asks[6] = {0}, later = {0};

    for (int i = 0; i < 6; i++)
        ask(&asks[i], CALLS_USER_GET, "a");
    give_token();
    support_run(base);
    ck_assert_uint_eq(fake_waiting(sender, USER_GET), 4);
    asker_drop(asker);
    ck_assert_uint_eq(fake_waiting(sender, USER_GET), 0);
    ck_assert_uint_eq(asker_waiting(asker), 0);
    ask(&later, CALLS_USER_GET, "b");
    fake_answer(sender, "userid=b", 200, OK_BODY);
    ck_assert_int_eq(later.done, 1);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(asks[i].done, 0);
}
END_TEST

START_TEST(nothing_new_is_asked_while_it_is_held) {
    struct ask asks[6] = {0};

    for (int i = 0; i < 6; i++)
        ask(&asks[i], CALLS_USER_GET, "a");
    give_token();
    support_run(base);
    asker_hold(asker, true);
    for (int i = 0; i < 4; i++)
        fake_answer(sender, USER_GET, 200, OK_BODY);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, USER_GET), 4);
    asker_hold(asker, false);
    support_run(base);
    ck_assert_uint_eq(fake_begun(sender, USER_GET), 6);
}
END_TEST

START_TEST(a_callback_may_free_the_asker) {
    struct ask asks[6] = {0};

    for (int i = 0; i < 6; i++) {
        asks[i].frees = true;
        ask(&asks[i], CALLS_USER_GET, "a");
    }
    give_token();
    fake_answer(sender, USER_GET, 200, OK_BODY);
    ck_assert_ptr_null(asker);
    support_run(base);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("asker");
    TCase *t = tcase_create("asker");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, no_more_than_so_many_are_asked_for_at_once_in_their_order);
    tcase_add_test(t, the_pace_holds_over_everything_that_is_asked);
    tcase_add_test(t, other_tries_of_the_client_count);
    tcase_add_loop_test(t, what_an_answer_means_for_those_who_ask_on, 0, SUPPORT_COUNT(answers));
    tcase_add_test(t, an_answer_that_nobody_can_read_fails_that_one_alone);
    tcase_add_test(t, a_limit_of_the_company_makes_everybody_rest_and_then_the_same_is_asked);
    tcase_add_test(t, what_cannot_be_had_after_some_tries_is_given_up_and_then_everything);
    tcase_add_loop_test(t, trouble_is_waited_for_and_the_same_is_asked_again, 0,
                        SUPPORT_COUNT(troubles));
    tcase_add_test(t, a_dropped_ask_is_never_heard_of_running_or_not);
    tcase_add_test(t, nothing_new_is_asked_while_it_is_held);
    tcase_add_test(t, a_callback_may_free_the_asker);
    suite_add_tcase(s, t);
    return s;
}
