/* A recovery code lets in while WeCom cannot be reached, and never otherwise: what the person sees,
 * what attackers get.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/recovery.h"
#include "helper/store_internal.h"
#include "helper/throttle.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

#define AGENT_GET "/cgi-bin/agent/get?"
#define CODES "[service sshd]\nmethods = code\nlang = en\n"

static char codes[WECOM_RECOVERY_CODES][RECOVERY_TEXT_BYTES];

/* One command of the administrator, to its end. */
static void admin(const char *command, const char *args) {
    int fd = served_dial(host_inner->served, "admin.sock");

    served_say(fd, WIRE_ADMIN, WIRE_F_COMMAND, command, WIRE_F_JSON, args, WIRE_FIELD_COUNT);
    while (served_receive(host_inner->served, fd, host_m) && host_m->verb != WIRE_RESULT) {
        json_t *row =
            host_m->verb == WIRE_ROW ? json_loads(wire_get(host_m, WIRE_F_JSON), 0, NULL) : NULL;
        const char *words = json_string_value(json_object_get(row, "codes"));

        for (int i = 0; words != NULL && words[0] != '\0'; i++) {
            ck_assert_int_lt(i, WECOM_RECOVERY_CODES);
            memcpy(codes[i], words, RECOVERY_TEXT_BYTES - 1);
            words += RECOVERY_TEXT_BYTES - (words[RECOVERY_TEXT_BYTES - 1] == '\0');
        }
        json_decref(row);
    }
    ck_assert_str_eq(wire_get(host_m, WIRE_F_VERDICT), "granted");
    (void)close(fd);
}

/* A helper whose member lisi has codes. */
static void begin_with(const char *services) {
    host_start(services);
    host_has_account("lisi");
    admin("recovery.issue", "{\"user\":\"lisi\"}");
    host_inner->now.ms += MEMBERS_FRESH_MS;
}

static int64_t left_now;

static enum wecom_error run_left(void *arg, struct store_tx *tx) {
    struct store_account account;
    enum wecom_error err = store_find_login(tx, arg, &account);

    return err == WECOM_OK ? store_count_recovery(tx, account.id, &left_now) : err;
}

static void left(int64_t count) {
    ck_assert_int_eq(store_run(host_inner->helper.store, STORE_READ, run_left, "lisi"), WECOM_OK);
    ck_assert_int_eq(left_now, count);
}

/* Whatever is asked of WeCom fails so, or is answered with that; how often. */
static int fail_all(enum http_outcome how, const char *answer) {
    int failed = 0;

    for (int i = 0; i < 3; i++) {
        support_run(host_inner->served->base);
        while (fake_waiting(host_inner->sender, "/cgi-bin/") > 0) {
            if (how == HTTP_ANSWERED)
                fake_answer(host_inner->sender, "/cgi-bin/", answer[0] == '{' ? 200 : 503, answer);
            else
                fake_fail(host_inner->sender, "/cgi-bin/", how, "x");
            failed++;
            support_run(host_inner->served->base);
        }
    }
    return failed;
}

/* At the prompt: the code is typed, and WeCom, asked now, does not answer. */
static int type_first(const char *user, const char *code) {
    int host = host_begin_from(user, NULL, "10.0.0.5", NULL);

    host_asked(host, "WeCom sign-in code");
    host_answer(host, code);
    (void)fake_await(host_inner->sender, "/cgi-bin/");
    (void)fail_all(HTTP_NO_NAME, "");
    return host;
}

/* The minute goes by: whoever types meanwhile is put off, and WeCom is asked again. */
static void wait_a_minute(int host, const char *code) {
    char seconds[32];

    for (int i = 0; i < 6; i++) {
        host_asked(host, "Recovery code");
        /* he types, and then WeCom is asked: the sentence is behind by one question */
        (void)snprintf(seconds, sizeof seconds, "again in %d seconds", i == 0 ? 70 : 80 - 10 * i);
        ck_assert_msg(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), seconds) != NULL, "%s",
                      wire_get(host_m, WIRE_F_INFO_TEXT));
        host_inner->now.ms += 10000;
        host_answer(host, code);
        ck_assert_int_ge(fail_all(HTTP_NO_NAME, ""), 1);
    }
    host_asked(host, "Recovery code");
}

/* WeCom has not answered for a minute, and somebody has seen that. */
static void begin_outage(void) {
    int host = type_first("nobody-here", "01-0000-0000-0000-0000");

    wait_a_minute(host, "01-0000-0000-0000-0000");
    (void)close(host);
    support_run(host_inner->served->base);
}

static int type(const char *user, const char *code) {
    int host = host_begin_from(user, NULL, "10.0.0.5", NULL);

    host_asked(host, "WeCom sign-in code");
    host_answer(host, code);
    return host;
}

static void sentence(const char *part) {
    ck_assert_msg(strstr(wire_get(host_m, WIRE_F_MESSAGE), part) != NULL, "%s",
                  wire_get(host_m, WIRE_F_MESSAGE));
}

/* ---- What the person sees -------------------------------------------------------------------- */

START_TEST(a_code_lets_in_after_a_minute_without_wecom) {
    int host;

    begin_with(CODES);
    host = type_first("lisi", codes[3]);
    wait_a_minute(host, codes[3]);
    left(10);
    host_answer(host, codes[3]);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "recovery");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_ENV_METHOD), "recovery");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USERID), "lisi");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USER), "lisi");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_ENV_NAME), "N");
    left(9);
    /* once */
    host_result(type("lisi", codes[3]), "denied", "code_invalid");
    sentence("not one of your recovery codes");
    host_result(type("lisi", codes[4]), "granted", NULL);
    left(8);
}
END_TEST

START_TEST(it_may_be_typed_as_people_type) {
    static const char *const forms[] = {"%.2s%.4s%.4s%.4s%.4s", " %.2s %.4s %.4s %.4s %.4s\r\n"};
    char text[64];
    int host;

    begin_with(CODES);
    begin_outage();
    (void)snprintf(text, sizeof text, forms[_i], codes[0], codes[0] + 3, codes[0] + 8,
                   codes[0] + 13, codes[0] + 18);
    for (char *c = text; *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' && _i == 0 ? *c - 'A' + 'a' : *c == '1' ? 'l' : *c);
    text[_i == 0 ? 0 : 1] = '0';
    text[_i == 0 ? 1 : 2] = '1';
    host = type("lisi", text);
    host_result(host, "granted", NULL);
}
END_TEST

/* sshd's password method and PostgreSQL have the answer before they ask. */
START_TEST(a_host_that_answers_at_once_is_told_to_come_back) {
    int host;

    begin_with(SSHD);
    host = host_begin_from("lisi", NULL, "10.0.0.5", codes[0]);
    (void)fake_await(host_inner->sender, AGENT_GET);
    (void)fail_all(HTTP_NO_NAME, "");
    host_result(host, "unavailable", "wecom_unreachable");
    sentence("try again in 70 seconds");
    for (int i = 0; i < 6; i++) {
        host_inner->now.ms += 10000;
        host = host_begin_from("lisi", NULL, "10.0.0.5", codes[0]);
        host_result(host, "unavailable", "wecom_unreachable");
        (void)fail_all(HTTP_NO_NAME, "");
    }
    left(10);
    host = host_begin_from("lisi", NULL, "10.0.0.5", codes[0]);
    host_result(host, "granted", NULL);
    left(9);
}
END_TEST

/* The same without the argument that has the module pass it on: every prompt is answered by it. */
START_TEST(a_host_with_one_answer_for_every_prompt_is_told_to_come_back) {
    int host;

    begin_with(CODES);
    for (int i = 0; i < 2; i++) {
        host = type("lisi", codes[0]);
        if (i == 0)
            (void)fake_await(host_inner->sender, AGENT_GET);
        (void)fail_all(HTTP_NO_NAME, "");
        host_asked(host, "Recovery code");
        host_inner->now.ms += 1999;
        host_answer(host, codes[0]);
        host_result(host, "unavailable", "wecom_unreachable");
        sentence("try again in 70 seconds");
    }
    ck_assert_int_eq(throttle_wait_ms(host_inner->helper.throttle, "lisi", true, "10.0.0.5"), 0);
    left(10);
}
END_TEST

START_TEST(whoever_is_put_off_may_go_another_way) {
    int host;

    begin_with(CODES);
    host = type_first("lisi", codes[0]);
    host_asked(host, "Recovery code");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "type: code"));
    host_answer(host, "zh");
    host_asked(host, "恢复码");
    host_answer(host, _i == 0 ? "code" : "x");
    if (_i == 0) {
        host_asked(host, "企业微信登录码");
        host_answer(host, "x");
    }
    host_result(host, "denied", "code_invalid");
    left(10);
}
END_TEST

/* ---- While WeCom answers --------------------------------------------------------------------- */

static const char *const answers[] = {
    "{\"errcode\":0,\"name\":\"x\"}",
    "{\"errcode\":60020,\"errmsg\":\"not allow to access from your ip\"}",
    "{\"errcode\":45009,\"errmsg\":\"x\"}",
    "{\"errcode\":40001,\"errmsg\":\"x\"}",
    "{\"errcode\":48002,\"errmsg\":\"x\"}",
};

/* The right code, a wrong one, and one of nobody's: refused in the same way and not judged. */
START_TEST(while_wecom_answers_no_code_counts_and_none_is_used_up) {
    const char *users[] = {"lisi", "lisi", "nobody-here"};
    char reads[3][512];

    begin_with(CODES);
    for (int i = 0; i < 3; i++) {
        int host = type(users[i], i == 1 ? "01-0000-0000-0000-0000" : codes[0]);

        (void)fail_all(HTTP_ANSWERED, answers[_i]);
        host_result(host, "denied", "not_allowed");
        sentence("WeCom can be reached");
        (void)snprintf(reads[i], strcspn(wire_get(host_m, WIRE_F_MESSAGE), "(") + 1, "%s",
                       wire_get(host_m, WIRE_F_MESSAGE));
        host_inner->now.ms += REACH_FRESH_MS;
    }
    ck_assert_str_eq(reads[0], reads[1]);
    ck_assert_str_eq(reads[0], reads[2]);
    left(10);
    ck_assert_int_eq(throttle_wait_ms(host_inner->helper.throttle, "lisi", true, "10.0.0.5"), 0);
    host_inner->now.ms += 600000; /* a refused Secret is not tried again at once */
    begin_outage();               /* nor did all that cost anybody a try */
    host_result(type("lisi", codes[0]), "granted", NULL);
}
END_TEST

START_TEST(one_answer_ends_the_outage) {
    int host;

    begin_with(CODES);
    begin_outage();
    host_inner->now.ms += 10000;
    host = type("nobody-here", "01-0000-0000-0000-0000"); /* has WeCom asked */
    ck_assert_int_ge(fail_all(HTTP_ANSWERED, answers[1]), 1);
    host_result(host, "denied", "code_invalid"); /* was judged by what was known before */
    host = type("lisi", codes[0]);
    host_result(host, "denied", "not_allowed");
    left(10);
    /* and the next failure begins a new one */
    host_inner->now.ms += REACH_FRESH_MS;
    host = type_first("lisi", codes[0]);
    host_asked(host, "Recovery code");
    left(10);
    (void)close(host);
}
END_TEST

/* An hour's silence is no outage of an hour. */
START_TEST(failures_of_long_ago_do_not_count) {
    int host;

    begin_with(CODES);
    host = type_first("lisi", codes[0]);
    host_asked(host, "Recovery code");
    (void)close(host);
    support_run(host_inner->served->base);
    host_inner->now.ms += 3600000;
    host = type_first("lisi", codes[0]);
    host_asked(host, "Recovery code");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "70 seconds"));
    left(10);
    (void)close(host);
}
END_TEST

/* Sent, and no answer: nobody can tell. */
START_TEST(when_nobody_can_tell_no_code_counts) {
    int host;

    begin_with(CODES);
    host = type("lisi", codes[0]);
    (void)fake_await(host_inner->sender, AGENT_GET);
    (void)fail_all(HTTP_LOST, "");
    host_asked(host, "Recovery code");
    left(10);
    (void)close(host);
}
END_TEST

static const struct {
    enum http_outcome how;
    const char *answer;
} outages[] = {{HTTP_NO_NAME, ""}, {HTTP_NO_TLS, ""}};

START_TEST(names_and_certificates_that_fail_are_outages) {
    int host;

    begin_with(CODES);
    for (int i = 0; i <= 6; i++) {
        host = host_begin_from("lisi", NULL, "10.0.0.5", codes[0]);
        if (i == 0)
            (void)fake_await(host_inner->sender, AGENT_GET);
        (void)fail_all(outages[_i].how, outages[_i].answer);
        host_result(host, "unavailable", "wecom_unreachable");
        host_inner->now.ms += 10000;
    }
    host = host_begin_from("lisi", NULL, "10.0.0.5", codes[0]);
    host_result(host, "granted", NULL);
}
END_TEST

/* ---- Who may not ----------------------------------------------------------------------------- */

START_TEST(codes_of_others_and_earlier_ones_let_nobody_in) {
    char old[RECOVERY_TEXT_BYTES];

    begin_with(CODES);
    memcpy(old, codes[0], sizeof old);
    admin("recovery.issue", "{\"user\":\"lisi\"}");
    host_has_account("wangwu");
    host_inner->now.ms += REACH_FRESH_MS;
    begin_outage();
    host_result(type("lisi", old), "denied", "code_invalid");
    host_result(type("wangwu", codes[0]), "denied", "code_invalid");
    host_result(type("nobody-here", codes[0]), "denied", "code_invalid");
    left(10);
    host_result(type("lisi", codes[0]), "granted", NULL);
    admin("recovery.revoke", "{\"user\":\"lisi\"}");
    host_result(type("lisi", codes[1]), "denied", "code_invalid");
}
END_TEST

START_TEST(guessing_is_counted_for_everybody) {
    static const char *const users[] = {"lisi", "nobody-here"};
    int host;

    begin_with(CODES);
    begin_outage();
    for (int i = 0; i <= THROTTLE_PAIR_FREE; i++)
        host_result(type(users[_i], "02-0000-0000-0000-0000"), "denied", "code_invalid");
    host = host_begin_from(users[_i], NULL, "10.0.0.5", NULL);
    host_asked(host, "Enter");
    (void)close(host);
    host = host_begin_from(users[_i], NULL, "10.0.0.5", codes[0]); /* also for the right one */
    host_result(host, "too_many", "too_many_tries");
    left(10);
}
END_TEST

static const struct {
    const char *services, *command, *reason;
} out[] = {
    {CODES, "accounts.disable", "disabled"},
    {CODES "deny = user:lisi\n", NULL, "not_allowed"},
};

/* Who has a right code learns why he is out, and keeps it. */
START_TEST(whoever_is_out_stays_out) {
    begin_with(CODES);
    if (out[_i].command != NULL)
        admin(out[_i].command, "{\"user\":\"lisi\"}");
    else
        ck_assert_ptr_null(policy_parse(
            (struct policy *)&config_find_service(host_inner->helper.setup->config, "sshd")->deny,
            "user:lisi"));
    begin_outage();
    host_result(type("lisi", codes[0]), "denied", out[_i].reason);
    left(10);
    /* who has none does not */
    host_result(type("lisi", "01-0000-0000-0000-0000"), "denied", "code_invalid");
}
END_TEST

START_TEST(wecom_s_word_must_be_young) {
    begin_with(CODES);
    begin_outage();
    inner_helper_wall_s += 86400;
    host_result(type("lisi", codes[0]), "granted", NULL);
    inner_helper_wall_s += 1;
    host_result(type("lisi", codes[1]), "unavailable", "wecom_unreachable");
    sentence("too long ago");
    left(9);
}
END_TEST

START_TEST(a_recovery_is_no_word_of_wecom_s) {
    begin_with(CODES);
    begin_outage();
    inner_helper_wall_s += 86000;
    host_result(type("lisi", codes[0]), "granted", NULL);
    inner_helper_wall_s += 401;
    host_result(type("lisi", codes[1]), "unavailable", "wecom_unreachable");
}
END_TEST

/* Identities of web hosts have no codes: it is refused as any text. */
START_TEST(a_service_of_identities_takes_none) {
    int host;

    host_start("[service web]\nmethods = code\naccount = no\nlang = en\n" CODES);
    host = served_dial(host_inner->served, "login.sock");
    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "web", WIRE_F_IDENTITY, "yes", WIRE_F_AUTHTOK,
               "01-0000-0000-0000-0000", WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    host_result(host, "denied", "code_invalid");
    ck_assert_uint_eq(fake_begun(host_inner->sender, ""), 0);
}
END_TEST

START_TEST(no_word_of_the_prompt_leads_there) {
    begin_with(CODES);
    begin_outage();
    host_result(type("lisi", "recovery"), "denied", "code_invalid");
    host_result(type("lisi", "remember"), "denied", "code_invalid");
}
END_TEST

START_TEST(a_host_that_hangs_up_leaves_nothing) {
    int host;

    begin_with(CODES);
    host = type("lisi", codes[0]);
    (void)fake_await(host_inner->sender, AGENT_GET);
    (void)close(host);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(host_inner->helper.waiting, 0);
    (void)fail_all(HTTP_NO_NAME, "");
    left(10);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_recovery");
    TCase *t = tcase_create("login_recovery");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, host_end);
    tcase_add_test(t, a_code_lets_in_after_a_minute_without_wecom);
    tcase_add_loop_test(t, it_may_be_typed_as_people_type, 0, 2);
    tcase_add_test(t, a_host_that_answers_at_once_is_told_to_come_back);
    tcase_add_test(t, a_host_with_one_answer_for_every_prompt_is_told_to_come_back);
    tcase_add_loop_test(t, whoever_is_put_off_may_go_another_way, 0, 2);
    tcase_add_loop_test(t, while_wecom_answers_no_code_counts_and_none_is_used_up, 0,
                        SUPPORT_COUNT(answers));
    tcase_add_test(t, one_answer_ends_the_outage);
    tcase_add_test(t, failures_of_long_ago_do_not_count);
    tcase_add_test(t, when_nobody_can_tell_no_code_counts);
    tcase_add_loop_test(t, names_and_certificates_that_fail_are_outages, 0, SUPPORT_COUNT(outages));
    tcase_add_test(t, codes_of_others_and_earlier_ones_let_nobody_in);
    tcase_add_loop_test(t, guessing_is_counted_for_everybody, 0, 2);
    tcase_add_loop_test(t, whoever_is_out_stays_out, 0, SUPPORT_COUNT(out));
    tcase_add_test(t, wecom_s_word_must_be_young);
    tcase_add_test(t, a_recovery_is_no_word_of_wecom_s);
    tcase_add_test(t, a_service_of_identities_takes_none);
    tcase_add_test(t, no_word_of_the_prompt_leads_there);
    tcase_add_test(t, a_host_that_hangs_up_leaves_nothing);
    suite_add_tcase(s, t);
    return s;
}
