/* Is this userid an active member? Asked once however many want to know; over a real client with a
 * sender that sends nothing.
 */
#include "helper/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define GETTOKEN "/cgi-bin/gettoken?"
#define USER_GET "/cgi-bin/user/get?"
#define ACTIVE "{\"errcode\":0,\"userid\":\"lisi\",\"name\":\"L\",\"status\":1}"

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct client_app *app, *other_app;
static struct members *members;

/* Somebody who wants to know. */
struct asker {
    struct members_watch *watch;
    int told;
    struct members_answer answer;
    struct asker *drops, *asks; /* from inside the callback */
};

static void ask(struct asker *asker, const char *userid);

static void on_answer(void *arg, const struct members_answer *answer) {
    struct asker *asker = arg;

    asker->watch = NULL;
    asker->told++;
    asker->answer = *answer;
    if (asker->drops != NULL) {
        members_drop(asker->drops->watch);
        asker->drops->watch = NULL;
    }
    if (asker->asks != NULL)
        ask(asker->asks, "lisi");
}

static void ask(struct asker *asker, const char *userid) {
    asker->watch = members_ask(members, app, userid, on_answer, asker);
    ck_assert_ptr_nonnull(asker->watch);
    ck_assert_int_eq(asker->told, 0);
}

/* user/get for `part` of the URL is answered; a token is fetched where one is needed. */
static void answer(const char *part, const char *body) {
    support_run(base);
    while (fake_waiting(sender, GETTOKEN) > 0)
        fake_answer(sender, GETTOKEN, 200, "{\"access_token\":\"t\",\"expires_in\":7200}");
    fake_answer(sender, part, 200, body);
}

static void setup(void) {
    struct config_app settings = {
        .name = "main", .corp_id = "ww1", .agent_id = 1, .api_url = "https://wecom.test"};

    base = support_loop();
    now.ms = 5000000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
    ck_assert_int_eq(secret_set(&settings.secret, "S", 1), WECOM_OK);
    app = client_app_new(client, &settings);
    (void)snprintf(settings.api_url, sizeof settings.api_url, "https://other.test");
    other_app = client_app_new(client, &settings);
    secret_clear(&settings.secret);
    members = members_new(fake_clock(&now));
    ck_assert(client != NULL && app != NULL && other_app != NULL && members != NULL);
}

static void teardown(void) {
    members_free(members);
    client_app_retire(app);
    client_app_unref(app);
    client_app_retire(other_app);
    client_app_unref(other_app);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
    fake_sender_free(sender);
    client_free(client);
    event_base_free(base);
}

static const struct {
    const char *body;
    enum members_state state;
    enum wecom_reason reason;
} answers[] = {
    {"{\"userid\":\"lisi\",\"status\":1}", MEMBERS_ACTIVE, WECOM_REASON_NONE},
    {"{\"userid\":\"LiSi\",\"status\":1}", MEMBERS_ACTIVE, WECOM_REASON_NONE},
    {"{\"userid\":\"lisi\",\"status\":1,\"enable\":1}", MEMBERS_ACTIVE, WECOM_REASON_NONE},
    {"{\"userid\":\"lisi\",\"status\":1,\"enable\":0}", MEMBERS_DISABLED, WECOM_REASON_DISABLED},
    {"{\"userid\":\"lisi\",\"status\":2}", MEMBERS_DISABLED, WECOM_REASON_DISABLED},
    {"{\"userid\":\"lisi\",\"status\":2,\"enable\":1}", MEMBERS_DISABLED, WECOM_REASON_DISABLED},
    {"{\"userid\":\"lisi\",\"status\":4}", MEMBERS_NOT_ACTIVATED, WECOM_REASON_DISABLED},
    {"{\"userid\":\"lisi\",\"status\":5}", MEMBERS_LEFT, WECOM_REASON_WITHDRAWN},
    {"{\"userid\":\"lisi\",\"status\":3}", MEMBERS_LEFT, WECOM_REASON_WITHDRAWN},
    {"{\"userid\":\"lisi\",\"status\":9}", MEMBERS_LEFT, WECOM_REASON_WITHDRAWN},
    {"{\"userid\":\"lisi\",\"status\":11}", MEMBERS_LEFT, WECOM_REASON_WITHDRAWN},
    {"{\"userid\":\"lisi\"}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"userid\":\"lisi\",\"status\":\"1\"}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"userid\":\"lisi\",\"status\":0}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"userid\":\"wangwu\",\"status\":1}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"userid\":\"lisi2\",\"status\":1}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"userid\":\"lis\",\"status\":1}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"status\":1}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{}", MEMBERS_UNKNOWN, WECOM_REASON_INTERNAL},
    {"{\"errcode\":60111,\"errmsg\":\"userid not found\"}", MEMBERS_NOT_VISIBLE,
     WECOM_REASON_NOT_VISIBLE},
    {"{\"errcode\":60011,\"errmsg\":\"no privilege \"}", MEMBERS_NOT_VISIBLE,
     WECOM_REASON_NOT_VISIBLE},
    {"{\"errcode\":60111,\"userid\":\"lisi\",\"status\":1}", MEMBERS_NOT_VISIBLE,
     WECOM_REASON_NOT_VISIBLE},
    {"{\"errcode\":60020,\"errmsg\":\"ip\"}", MEMBERS_UNKNOWN, WECOM_REASON_CONFIG_IP},
    {"{\"errcode\":48009,\"errmsg\":\"x\"}", MEMBERS_UNKNOWN, WECOM_REASON_CONFIG_PERMISSION},
    {"{\"errcode\":99999,\"userid\":\"lisi\",\"status\":1}", MEMBERS_UNKNOWN,
     WECOM_REASON_INTERNAL},
    {"{\"errcode\":40029,\"errmsg\":\"x\"}", MEMBERS_UNKNOWN, WECOM_REASON_CODE_INVALID},
};

START_TEST(only_status_1_of_the_same_person_is_an_active_member) {
    struct asker asker = {0};

    ask(&asker, "lisi");
    answer(USER_GET, answers[_i].body);
    ck_assert_int_eq(asker.told, 1);
    ck_assert_msg(asker.answer.state == answers[_i].state, "%s", answers[_i].body);
    ck_assert_int_eq(members_reason(&asker.answer), answers[_i].reason);
    if (asker.answer.state == MEMBERS_UNKNOWN || asker.answer.state == MEMBERS_NOT_VISIBLE)
        ck_assert_str_eq(asker.answer.member.userid, "");
    else
        ck_assert_str_eq(asker.answer.failure.detail, "");
}
END_TEST

START_TEST(memory_that_was_only_zeroed_is_no_member) {
    struct members_answer nothing = {0};

    ck_assert_int_eq(members_reason(&nothing), WECOM_REASON_INTERNAL);
    nothing.state = (enum members_state)99;
    ck_assert_int_ne(members_reason(&nothing), WECOM_REASON_NONE);
}
END_TEST

START_TEST(what_wecom_does_not_answer_is_unknown) {
    struct asker asker = {0};

    ask(&asker, "lisi");
    fake_fail(sender, GETTOKEN, HTTP_NO_NAME, "no name");
    ck_assert_int_eq(asker.told, 1);
    ck_assert_int_eq(asker.answer.state, MEMBERS_UNKNOWN);
    ck_assert_int_eq(members_reason(&asker.answer), WECOM_REASON_WECOM_UNREACHABLE);
    ck_assert_ptr_null(members_known(members, app, "lisi"));
}
END_TEST

START_TEST(one_question_answers_all_who_wait) {
    static struct asker askers[100];

    for (size_t i = 0; i < 50; i++)
        ask(&askers[i], i % 2 == 0 ? "lisi" : "LISI");
    support_run(base);
    for (size_t i = 50; i < 100; i++)
        ask(&askers[i], "LiSi");
    answer(USER_GET "access_token=t&userid=lisi", ACTIVE);
    for (size_t i = 0; i < 100; i++) {
        ck_assert_int_eq(askers[i].told, 1);
        ck_assert_int_eq(askers[i].answer.state, MEMBERS_ACTIVE);
        ck_assert_str_eq(askers[i].answer.member.userid, "lisi");
    }
    ck_assert_uint_eq(fake_begun(sender, USER_GET), 1);
}
END_TEST

START_TEST(an_active_member_is_remembered_for_a_minute) {
    struct asker asker = {0};
    const struct members_answer *known;

    ck_assert_ptr_null(members_known(members, app, "lisi"));
    ask(&asker, "lisi");
    ck_assert_ptr_null(members_known(members, app, "lisi"));
    answer(USER_GET, ACTIVE);
    known = members_known(members, app, "LISI");
    ck_assert_ptr_nonnull(known);
    ck_assert_int_eq(known->state, MEMBERS_ACTIVE);
    ck_assert_str_eq(known->member.name, "L");
    ck_assert_ptr_null(members_known(members, app, "lisi2"));
    ck_assert_ptr_null(members_known(members, app, ""));
    now.ms += 59999;
    ck_assert_ptr_nonnull(members_known(members, app, "lisi"));
    now.ms += 1;
    ck_assert_ptr_null(members_known(members, app, "lisi"));
}
END_TEST

static const char *const others[] = {
    "{\"userid\":\"lisi\",\"status\":2}", "{\"userid\":\"lisi\",\"status\":4}",
    "{\"userid\":\"lisi\",\"status\":5}", "{\"userid\":\"lisi\",\"status\":1,\"enable\":0}",
    "{\"errcode\":60111}"};

START_TEST(anybody_else_is_remembered_for_ten_seconds) {
    struct asker asker = {0}, again = {0};

    ask(&asker, "lisi");
    answer(USER_GET, others[_i]);
    now.ms += 9999;
    ck_assert_ptr_nonnull(members_known(members, app, "lisi"));
    now.ms += 1;
    ck_assert_ptr_null(members_known(members, app, "lisi"));
    ask(&again, "lisi");
    answer(USER_GET, ACTIVE);
    ck_assert_int_eq(again.answer.state, MEMBERS_ACTIVE);
    now.ms += 59999;
    ck_assert_ptr_nonnull(members_known(members, app, "lisi"));
}
END_TEST

START_TEST(a_later_answer_replaces_an_earlier_one) {
    struct asker first = {0}, second = {0}, third = {0};

    ask(&first, "lisi");
    answer(USER_GET, ACTIVE);
    ask(&second, "lisi"); /* asked although fresh: the caller decides */
    ck_assert_ptr_nonnull(members_known(members, app, "lisi"));
    answer(USER_GET, "{\"userid\":\"lisi\",\"status\":2}");
    ck_assert_int_eq(members_known(members, app, "lisi")->state, MEMBERS_DISABLED);
    ask(&third, "lisi");
    answer(USER_GET, "{\"errcode\":60020}");
    ck_assert_ptr_null(members_known(members, app, "lisi"));
}
END_TEST

START_TEST(two_applications_do_not_share_what_they_know) {
    struct asker asker = {0}, other = {0};

    ask(&asker, "lisi");
    other.watch = members_ask(members, other_app, "lisi", on_answer, &other);
    ck_assert_ptr_nonnull(other.watch);
    answer("https://wecom.test" USER_GET, ACTIVE);
    ck_assert_int_eq(other.told, 0);
    ck_assert_ptr_null(members_known(members, other_app, "lisi"));
    answer("https://other.test" USER_GET, "{\"errcode\":60111}");
    ck_assert_int_eq(members_known(members, app, "lisi")->state, MEMBERS_ACTIVE);
    ck_assert_int_eq(members_known(members, other_app, "lisi")->state, MEMBERS_NOT_VISIBLE);
}
END_TEST

START_TEST(who_dropped_the_question_is_not_told) {
    struct asker askers[3] = {{0}};

    for (size_t i = 0; i < 3; i++)
        ask(&askers[i], "lisi");
    members_drop(askers[_i].watch);
    answer(USER_GET, ACTIVE);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(askers[i].told, i != _i);
    members_drop(NULL);
}
END_TEST

START_TEST(an_answer_nobody_waits_for_is_remembered) {
    struct asker asker = {0};

    ask(&asker, "lisi");
    members_drop(asker.watch);
    answer(USER_GET, ACTIVE);
    ck_assert_int_eq(asker.told, 0);
    ck_assert_int_eq(members_known(members, app, "lisi")->state, MEMBERS_ACTIVE);
}
END_TEST

START_TEST(whoever_is_told_may_drop_another) {
    struct asker askers[3] = {{0}};
    int told = 0;

    for (size_t i = 0; i < 3; i++)
        ask(&askers[i], "lisi");
    askers[_i].drops = &askers[(_i + 1) % 3];
    answer(USER_GET, ACTIVE);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_ptr_null(askers[i].watch);
        told += askers[i].told;
    }
    ck_assert(told == 2 || (told == 3 && askers[(_i + 1) % 3].told == 1));
}
END_TEST

START_TEST(whoever_is_told_may_ask_again) {
    struct asker first = {0}, again = {0}, other = {0};

    first.asks = &again;
    ask(&other, "lisi");
    ask(&first, "lisi");
    answer(USER_GET, "{\"errcode\":60111}");
    ck_assert_int_eq(first.told, 1);
    ck_assert_int_eq(other.told, 1);
    ck_assert_int_eq(again.told, 0);
    answer(USER_GET, ACTIVE);
    ck_assert_int_eq(again.told, 1);
    ck_assert_int_eq(again.answer.state, MEMBERS_ACTIVE);
    ck_assert_uint_eq(fake_begun(sender, USER_GET), 2);
}
END_TEST

START_TEST(whoever_is_told_may_drop_and_ask_again) {
    struct asker first = {0}, again = {0}, other = {0};

    first.asks = &again;
    first.drops = &other;
    ask(&other, "lisi");
    ask(&first, "lisi");
    answer(USER_GET, ACTIVE);
    ck_assert_int_eq(other.told, 0);
    answer(USER_GET, ACTIVE);
    ck_assert_int_eq(again.told, 1);
}
END_TEST

START_TEST(questions_end_with_the_memory) {
    struct asker asker = {0};

    ask(&asker, "lisi");
    support_run(base);
    members_drop(asker.watch);
    members_free(members);
    members = NULL;
    client_app_retire(app);
    ck_assert_uint_eq(fake_waiting(sender, ""), 0);
}
END_TEST

/* So many members, numbered from `first`, each answered. */
static void fill(unsigned int first, unsigned int count) {
    struct asker asker;
    char userid[32], body[96];

    for (unsigned int i = first; i < first + count; i++) {
        (void)snprintf(userid, sizeof userid, "m%u", i);
        (void)snprintf(body, sizeof body, "{\"userid\":\"m%u\",\"status\":1}", i);
        asker = (struct asker){0};
        ask(&asker, userid);
        fake_answer(sender, USER_GET, 200, body);
        ck_assert_int_eq(asker.told, 1);
    }
}

static void warm_up(void) {
    struct asker asker = {0};

    ask(&asker, "lisi");
    answer(USER_GET, ACTIVE);
}

enum { BATCH = MEMBERS_MOST / 4 };

/* The sender keeps the URLs that it saw, and not without end. */
static void fill_in_batches(unsigned int first, unsigned int count) {
    while (count > 0) {
        unsigned int n = count < BATCH ? count : BATCH;

        fill(first, n);
        fake_forget(sender);
        first += n;
        count -= n;
    }
}

START_TEST(what_is_stale_makes_room_for_more) {
    struct asker waiting = {0}, more = {0};

    warm_up();
    fill_in_batches(0, MEMBERS_MOST - 3);
    now.ms += 30000;
    fill_in_batches(MEMBERS_MOST, 1);
    ask(&waiting, "waiting");
    (void)fake_await(sender, "userid=waiting");
    now.ms += 30000; /* all but the last are stale */
    ask(&more, "more");
    (void)fake_await(sender, "userid=more");
    ck_assert_ptr_nonnull(members_known(members, app, "m8192"));
    ck_assert_ptr_null(members_known(members, app, "m1"));
    fake_answer(sender, "userid=waiting", 200, "{\"userid\":\"waiting\",\"status\":1}");
    fake_answer(sender, "userid=more", 200, "{\"userid\":\"more\",\"status\":1}");
    ck_assert_int_eq(waiting.answer.state, MEMBERS_ACTIVE);
    ck_assert_int_eq(more.answer.state, MEMBERS_ACTIVE);
}
END_TEST

START_TEST(where_all_are_fresh_all_that_is_not_asked_for_goes) {
    struct asker waiting = {0}, more = {0};

    warm_up();
    ask(&waiting, "waiting");
    (void)fake_await(sender, "userid=waiting");
    members_drop(waiting.watch); /* nobody waits, but WeCom is being asked */
    for (unsigned int i = 0; i < MEMBERS_MOST - 2; i++) {
        char userid[32], part[64];
        struct asker asker = {0};

        (void)snprintf(userid, sizeof userid, "m%u", i);
        (void)snprintf(part, sizeof part, "userid=m%u", i);
        ask(&asker, userid);
        fake_answer(sender, part, 200, "{\"errcode\":60111}");
        if (i % BATCH == 0)
            fake_forget(sender);
    }
    ck_assert_ptr_nonnull(members_known(members, app, "m5"));
    ask(&more, "more");
    ck_assert_ptr_null(members_known(members, app, "m5"));
    fake_answer(sender, "userid=more", 200, "{\"userid\":\"more\",\"status\":1}");
    ck_assert_int_eq(more.answer.state, MEMBERS_ACTIVE);
    fake_answer(sender, "userid=waiting", 200, "{\"userid\":\"waiting\",\"status\":1}");
    ck_assert_int_eq(members_known(members, app, "waiting")->state, MEMBERS_ACTIVE);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("members");
    TCase *t = tcase_create("members");

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, only_status_1_of_the_same_person_is_an_active_member, 0,
                        SUPPORT_COUNT(answers));
    tcase_add_test(t, memory_that_was_only_zeroed_is_no_member);
    tcase_add_test(t, what_wecom_does_not_answer_is_unknown);
    tcase_add_test(t, one_question_answers_all_who_wait);
    tcase_add_test(t, an_active_member_is_remembered_for_a_minute);
    tcase_add_loop_test(t, anybody_else_is_remembered_for_ten_seconds, 0, SUPPORT_COUNT(others));
    tcase_add_test(t, a_later_answer_replaces_an_earlier_one);
    tcase_add_test(t, two_applications_do_not_share_what_they_know);
    tcase_add_loop_test(t, who_dropped_the_question_is_not_told, 0, 3);
    tcase_add_test(t, an_answer_nobody_waits_for_is_remembered);
    tcase_add_loop_test(t, whoever_is_told_may_drop_another, 0, 3);
    tcase_add_test(t, whoever_is_told_may_ask_again);
    tcase_add_test(t, whoever_is_told_may_drop_and_ask_again);
    tcase_add_test(t, questions_end_with_the_memory);
    tcase_add_test(t, what_is_stale_makes_room_for_more);
    tcase_add_test(t, where_all_are_fresh_all_that_is_not_asked_for_goes);
    suite_add_tcase(s, t);
    return s;
}
