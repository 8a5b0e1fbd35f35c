/* Whoever guesses has to wait, nobody else does, and the administrator sees and ends it. */
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/courier.h"
#include "helper/throttle.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

enum { FREE = THROTTLE_PAIR_FREE };

/* A login of the user from 10.0.0.5, who is to wait and does not. */
static void slowed(const char *user, const char *seconds) {
    int host = host_begin_from(user, NULL, "10.0.0.5", NULL);

    host_asked(host, "Enter");
    ck_assert_msg(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), seconds) != NULL, "%s",
                  wire_get(host_m, WIRE_F_INFO_TEXT));
    host_answer(host, "");
    host_result(host, "too_many", "too_many_tries");
    ck_assert_msg(strstr(wire_get(host_m, WIRE_F_MESSAGE), seconds) != NULL, "%s",
                  wire_get(host_m, WIRE_F_MESSAGE));
}

/* What is no code at all, so that no code's tries are used up. */
static void guess(const char *user, int times) {
    for (int i = 0; i < times; i++) {
        int host = host_begin_from(user, NULL, "10.0.0.5", "hunter2");

        host_result(host, i % 3 == 2 ? "too_many" : "denied",
                    i % 3 == 2 ? "too_many_tries" : "code_invalid");
    }
}

static const char *const users[] = {"lisi", "nobody-here", "root"};

START_TEST(the_fourth_failure_makes_one_wait_and_each_further_one_longer) {
    host_start(SSHD);
    host_has_account("lisi");
    guess(users[_i], FREE);
    guess(users[_i], 1);
    slowed(users[_i], "Wait 1 seconds");
    slowed(users[_i], "Wait 1 seconds"); /* to ask does not count */
    host_inner->now.ms += 1000;
    host_denied(users[_i], "123456", "code_invalid");
    slowed(users[_i], "Wait 2 seconds");
    host_inner->now.ms += 1999;
    slowed(users[_i], "Wait 1 seconds");
    host_inner->now.ms += 1;
    host_begin(users[_i]);
}
END_TEST

START_TEST(whoever_waits_and_presses_enter_goes_on) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    guess("lisi", FREE);
    host_delivered("lisi"); /* the third guess ended this one */
    guess("lisi", 1);
    host_delivered("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    host_asked(host, "Enter");
    host_inner->now.ms += 1000;
    host_answer(host, "");
    host_asked(host, "Six-digit code");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
}
END_TEST

/* Without anybody to ask there is nothing to wait for. */
START_TEST(a_host_that_answers_at_once_is_refused_at_once) {
    int host;

    host_start(SSHD);
    guess("lisi", FREE + 1);
    host = host_begin_from("lisi", NULL, "10.0.0.5", "hunter2");
    host_result(host, "too_many", "too_many_tries");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_MESSAGE), "Wait 1 seconds"));
}
END_TEST

START_TEST(nobody_locks_a_colleague_out) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    guess("lisi", FREE + 1);
    slowed("lisi", "Wait 1 seconds");
    host = host_begin_from("lisi", NULL, "10.0.0.6", NULL);
    host_asked(host, "Six-digit code");
}
END_TEST

START_TEST(a_good_login_forgives_the_earlier_failures) {
    int host;

    host_start(SSHD);
    host_has_account("lisi");
    guess("lisi", 2);
    host = host_begin("lisi");
    host_delivered("lisi");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    guess("lisi", FREE);
    host = host_begin("lisi");
    (void)close(host);
}
END_TEST

/* All have begun before the first of them failed. */
START_TEST(many_conversations_at_once_win_no_tries) {
    int hosts[FREE + 4];

    host_start(SSHD);
    for (size_t i = 0; i < FREE + 4; i++)
        hosts[i] = host_begin("stranger");
    for (int i = 0; i < FREE + 4; i++) {
        host_answer(hosts[i], "12345x");
        if (i < FREE + 1)
            host_result(hosts[i], i == 2 ? "too_many" : "denied",
                        i == 2 ? "too_many_tries" : "code_invalid");
        else {
            host_result(hosts[i], "too_many", "too_many_tries");
            ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_MESSAGE), "Wait 1 seconds"));
        }
    }
}
END_TEST

START_TEST(words_of_the_conversation_are_no_failures) {
    int host;

    host_start(SSHD);
    for (int i = 0; i < FREE + 2; i++) {
        host = host_begin("lisi");
        host_answer(host, "code");
        host_asked(host, "WeCom sign-in code");
        host_answer(host, "zh");
        host_asked(host, "企业微信登录码");
        (void)close(host);
        support_run(host_inner->served->base);
    }
    (void)close(host_begin("lisi"));
}
END_TEST

START_TEST(what_wecom_could_not_answer_is_no_failure) {
    int host;

    host_start(SSHD);
    for (int i = 0; i < FREE + 2; i++) {
        char code[64];

        (void)snprintf(code, sizeof code, HOST_CODE "x%d", i);
        host = host_begin_from("lisi", NULL, "10.0.0.5", code);
        inner_helper_token(host_inner, GETUSERINFO);
        fake_answer(host_inner->sender, GETUSERINFO, 200, "{\"errcode\":60020,\"errmsg\":\"x\"}");
        host_result(host, "unavailable", "config_ip");
    }
    (void)close(host_begin("lisi"));
}
END_TEST

/* Of a web host's callback everybody is one user from nowhere. */
START_TEST(identities_are_not_slowed) {
    host_start(SSHD "[service web]\nmethods = code\naccount = no\n");
    for (int i = 0; i < 60; i++) {
        int host = served_dial(host_inner->served, "login.sock");

        served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "web", WIRE_F_RHOST, "10.0.0.5",
                   WIRE_F_IDENTITY, "yes", WIRE_F_AUTHTOK, "hunter2", WIRE_F_DEADLINE_MS, "20000",
                   WIRE_FIELD_COUNT);
        ck_assert(served_receive(host_inner->served, host, host_m));
        host_result(host, "denied", "code_invalid");
    }
}
END_TEST

START_TEST(an_origin_that_tries_many_names_waits_with_all_of_them) {
    char name[32];

    host_start(SSHD);
    for (int i = 0; i <= THROTTLE_ORIGIN_FREE; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        guess(name, 1);
    }
    slowed("somebody-else", "Wait 1 seconds");
}
END_TEST

START_TEST(a_person_gets_five_messages_in_ten_minutes) {
    static const char *const origins[] = {"10.0.0.5",  "10.0.0.51", "10.0.0.52", "10.0.0.53",
                                          "10.0.0.54", "10.0.0.55", "10.0.0.56"};

    host_start(SSHD);
    host_has_account("lisi");
    for (int i = 0; i < 7; i++) {
        int host = host_begin_from("lisi", NULL, origins[i], NULL);

        host_asked(host, "Six-digit code");
        if (i < 5)
            host_delivered("lisi");
        (void)close(host);
        support_run(host_inner->served->base);
    }
    while (courier_count(host_inner->helper.courier) > 0)
        ck_assert_int_eq(event_base_loop(host_inner->served->base, EVLOOP_ONCE), 0);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 5);
    host_inner->now.ms += THROTTLE_MESSAGES_MS;
    (void)close(host_begin_from("lisi", NULL, origins[6], NULL));
    inner_helper_token(host_inner, USER_GET); /* what is known of him has aged as well */
    fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
    host_delivered("lisi");
}
END_TEST

/* All wanted before the first is sent. */
START_TEST(many_messages_at_once_are_no_more) {
    static const struct timeval latest = {
        .tv_usec = (COURIER_LATER_LEAST_MS + COURIER_LATER_MORE_MS + 10) * 1000};
    char origin[32];

    host_start(SSHD);
    host_has_account("lisi");
    for (int i = 0; i < 12; i++) {
        int host;

        (void)snprintf(origin, sizeof origin, i == 0 ? "10.0.0.5" : "10.0.0.5%d", i);
        host = host_begin_from("lisi", NULL, origin, NULL);
        host_asked(host, "Six-digit code");
        (void)close(host);
    }
    /* until the last one may have begun */
    ck_assert_int_eq(event_base_loopexit(host_inner->served->base, &latest), 0);
    ck_assert_int_eq(event_base_dispatch(host_inner->served->base), 0);
    for (int i = 0; i < 5; i++) {
        inner_helper_token(host_inner, SEND);
        ck_assert_uint_eq(fake_waiting(host_inner->sender, SEND), 1);
        host_delivered("lisi");
    }
    while (courier_count(host_inner->helper.courier) > 0)
        ck_assert_int_eq(event_base_loop(host_inner->served->base, EVLOOP_ONCE), 0);
    ck_assert_uint_eq(fake_begun(host_inner->sender, SEND), 5);
}
END_TEST

/* ---- the administrator ---- */

/* Rows of the answer, one a line: the words of the keys, in the order in which they are named. */
static void rows_of(const char *command, const char *args, const char *kind,
                    const char *const keys[], char *out, size_t bytes) {
    int peer = served_dial(host_inner->served, "admin.sock");

    served_say(peer, WIRE_ADMIN, WIRE_F_COMMAND, command, WIRE_F_JSON, args, WIRE_FIELD_COUNT);
    out[0] = '\0';
    ck_assert(served_receive(host_inner->served, peer, host_m));
    while (served_receive(host_inner->served, peer, host_m) && host_m->verb == WIRE_ROW) {
        json_t *row = json_loads(wire_get(host_m, WIRE_F_JSON), JSON_REJECT_DUPLICATES, NULL);

        if (strcmp(json_string_value(json_object_get(row, "kind")), kind) == 0) {
            for (size_t i = 0; keys[i] != NULL; i++) {
                const json_t *value = json_object_get(row, keys[i]);
                size_t used = strlen(out);

                if (json_is_integer(value))
                    (void)snprintf(out + used, bytes - used, "%lld ",
                                   (long long)json_integer_value(value));
                else
                    (void)snprintf(out + used, bytes - used, "%s ", json_string_value(value));
            }
        }
        json_decref(row);
    }
    ck_assert_int_eq(host_m->verb, WIRE_RESULT);
    (void)close(peer);
}

START_TEST(the_administrator_sees_who_waits_and_who_is_slowed) {
    static const char *const waiting[] = {"service", "user", "origin", "method", "age_s", NULL};
    static const char *const slow[] = {"user", "origin", "failures", "wait_s", "blocked", NULL};
    char out[1024];
    int a, b;

    host_start(SSHD);
    host_has_account("lisi");
    rows_of("logins", NULL, "waiting", waiting, out, sizeof out);
    ck_assert_str_eq(out, "");
    guess("lisi", FREE + 1);
    guess("my secret", FREE + 1);
    a = host_begin("wangwu");
    host_inner->now.ms += 100;
    b = host_begin("an other secret");
    rows_of("logins", NULL, "waiting", waiting, out, sizeof out);
    ck_assert_str_eq(out, "sshd ? 10.0.0.5 message 0 sshd wangwu 10.0.0.5 message 0 ");
    rows_of("logins", NULL, "slowed", slow, out, sizeof out);
    ck_assert_msg(strstr(out, "lisi 10.0.0.5 4 1 ") != NULL && strstr(out, "secret") == NULL, "%s",
                  out);
    (void)close(a);
    (void)close(b);
    support_run(host_inner->served->base);
    rows_of("logins", NULL, "waiting", waiting, out, sizeof out);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(the_administrator_ends_a_delay) {
    static const char *const keys[] = {"user", "ended", NULL};
    char out[256];

    host_start(SSHD);
    host_has_account("lisi");
    guess("lisi", FREE + 1);
    slowed("lisi", "Wait 1 seconds");
    rows_of("logins.unlock", "{\"user\":\"wangwu\"}", "unlocked", keys, out, sizeof out);
    ck_assert_str_eq(out, "wangwu 0 ");
    slowed("lisi", "Wait 1 seconds");
    rows_of("logins.unlock", "{\"user\":\"lisi\"}", "unlocked", keys, out, sizeof out);
    ck_assert_str_eq(out, "lisi 1 ");
    (void)close(host_begin("lisi"));
    rows_of("logins.unlock", "{}", "unlocked", keys, out, sizeof out);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_VERDICT), "denied");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_slowed");
    TCase *t = tcase_create("login_slowed");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, host_end);
    tcase_add_loop_test(t, the_fourth_failure_makes_one_wait_and_each_further_one_longer, 0,
                        SUPPORT_COUNT(users));
    tcase_add_test(t, whoever_waits_and_presses_enter_goes_on);
    tcase_add_test(t, a_host_that_answers_at_once_is_refused_at_once);
    tcase_add_test(t, nobody_locks_a_colleague_out);
    tcase_add_test(t, a_good_login_forgives_the_earlier_failures);
    tcase_add_test(t, many_conversations_at_once_win_no_tries);
    tcase_add_test(t, words_of_the_conversation_are_no_failures);
    tcase_add_test(t, what_wecom_could_not_answer_is_no_failure);
    tcase_add_test(t, identities_are_not_slowed);
    tcase_add_test(t, an_origin_that_tries_many_names_waits_with_all_of_them);
    tcase_add_test(t, a_person_gets_five_messages_in_ten_minutes);
    tcase_add_test(t, many_messages_at_once_are_no_more);
    tcase_add_test(t, the_administrator_sees_who_waits_and_who_is_slowed);
    tcase_add_test(t, the_administrator_ends_a_delay);
    suite_add_tcase(s, t);
    return s;
}
