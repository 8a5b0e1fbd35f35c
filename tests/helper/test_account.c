/* Is somebody who is signed in already still a member? */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

#define GETTOKEN "/cgi-bin/gettoken?"
#define USER_GET "/cgi-bin/user/get?"

static struct inner_helper *inner;
static struct wire_message *m;
static int host = -1;

static void setup(void) {
    inner = inner_helper_new("[service sshd]\nmethods = code\n"
                             "[service web]\nmethods = code\naccount = no\n"
                             "[service closed]\nmethods = code\ncallers = bin\n");
    m = wire_new(WIRE_NO_VERB);
    host = -1;
}

static void teardown(void) {
    if (host >= 0)
        (void)close(host);
    inner_helper_free(inner);
    wire_free(m);
}

static void ask(const char *service, const char *user, const char *link) {
    host = served_dial(inner->served, "login.sock");
    served_say(host, WIRE_ACCOUNT, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_IDENTITY, strcmp(service, "web") == 0 ? "yes" : "no", WIRE_F_DEADLINE_MS,
               "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
}

static void answer(const char *body) {
    fake_answer(inner->sender, GETTOKEN, 200, "{\"access_token\":\"t\",\"expires_in\":7200}");
    fake_answer(inner->sender, USER_GET, 200, body);
}

static void expect(const char *verdict, const char *account, const char *reason) {
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_RESULT);
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), verdict);
    ck_assert_str_eq(wire_get(m, WIRE_F_ACCOUNT_IS), account);
    if (reason == NULL)
        ck_assert_ptr_null(wire_get(m, WIRE_F_REASON));
    else
        ck_assert_str_eq(wire_get(m, WIRE_F_REASON), reason);
    ck_assert(!served_receive(inner->served, host, m));
}

static const struct {
    const char *service, *user, *link, *body, *account, *reason; /* reason NULL: good */
} rows[] = {
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":1}", "valid", NULL},
    {"sshd", "lisi", NULL, "{\"userid\":\"LiSi\",\"status\":1}", "valid", NULL},
    {"sshd", "dev", "ww1/lisi", "{\"userid\":\"lisi\",\"status\":1}", "valid", NULL},
    {"web", "1001", NULL, "{\"userid\":\"1001\",\"status\":1}", "valid", NULL},
    {"cron", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":1}", "valid", NULL}, /* no section */
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":2}", "expired", "disabled"},
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":4}", "expired", "disabled"},
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":5}", "expired", "withdrawn"},
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":1,\"enable\":0}", "expired",
     "disabled"},
    {"cron", "lisi", NULL, "{\"userid\":\"lisi\",\"status\":5}", "expired", "withdrawn"},
    {"sshd", "lisi", NULL, "{\"errcode\":60111}", "denied", "not_visible"},
    {"sshd", "lisi", NULL, "{\"errcode\":60020}", "unavailable", "config_ip"},
    {"sshd", "lisi", NULL, "{\"userid\":\"lisi\"}", "unavailable", "internal"},
    {"sshd", "lisi", NULL, "{\"userid\":\"wangwu\",\"status\":1}", "unavailable", "internal"},
    {"sshd", "u1001", NULL, "{\"userid\":\"1001\",\"status\":1}", "valid", NULL},
    {"sshd", "sudo", NULL, "{\"userid\":\"sudo\",\"status\":1}", "unknown", "no_login_name"},
    {"sshd", "dev", "ww2/lisi", "{\"userid\":\"lisi\",\"status\":1}", "denied",
     "identity_mismatch"},
};

START_TEST(only_an_active_member_of_that_name_is_valid) {
    if (geteuid() != 0 && strcmp(rows[_i].service, "cron") == 0)
        return;
    ask(rows[_i].service, rows[_i].user, rows[_i].link);
    answer(rows[_i].body);
    expect(rows[_i].reason == NULL ? "granted" : "denied", rows[_i].account, rows[_i].reason);
}
END_TEST

START_TEST(who_may_not_ask_is_not_answered_by_wecom) {
    ask("closed", "lisi", NULL);
    expect("denied", "denied", "not_allowed");
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 0);
}
END_TEST

static const char *const no_names[] = {"no name", "LISI", "1001", "-x", "li:si", "a@b"};

START_TEST(a_name_that_no_account_can_have_is_not_asked_for) {
    ask("sshd", no_names[_i], NULL);
    expect("denied", "unknown", "no_login_name");
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 0);
}
END_TEST

START_TEST(what_was_just_confirmed_is_answered_at_once_and_then_asked_anew) {
    ask("sshd", "lisi", NULL);
    answer("{\"userid\":\"lisi\",\"status\":1}");
    expect("granted", "valid", NULL);
    (void)close(host);
    ask("sshd", "lisi", NULL);
    expect("granted", "valid", NULL);
    (void)close(host);
    ck_assert_uint_eq(fake_begun(inner->sender, USER_GET), 1);
    inner->now.ms += MEMBERS_FRESH_MS;
    inner_helper_wall_s += 300; /* refresh= is enough */
    ask("sshd", "lisi", NULL);
    expect("granted", "valid", NULL);
    (void)close(host);
    ck_assert_uint_eq(fake_begun(inner->sender, USER_GET), 1);
    inner_helper_wall_s += 1;
    ask("sshd", "lisi", NULL);
    fake_answer(inner->sender, USER_GET, 200, "{\"userid\":\"lisi\",\"status\":5}");
    expect("denied", "expired", "withdrawn");
}
END_TEST

START_TEST(a_silent_wecom_is_unavailable_at_the_deadline) {
    host = served_dial(inner->served, "login.sock");
    served_say(host, WIRE_ACCOUNT, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "lisi", WIRE_F_IDENTITY,
               "no", WIRE_F_DEADLINE_MS, "100", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    expect("denied", "unavailable", "wecom_unreachable");
    answer("{\"userid\":\"lisi\",\"status\":1}"); /* too late, but remembered */
}
END_TEST

START_TEST(a_host_that_hangs_up_leaves_nothing_behind) {
    ask("sshd", "lisi", NULL);
    (void)close(host);
    host = -1;
    while (server_peers(inner->served->server) > 0)
        ck_assert_int_eq(event_base_loop(inner->served->base, EVLOOP_ONCE), 0);
    answer("{\"userid\":\"lisi\",\"status\":1}");
}
END_TEST

START_TEST(a_session_is_noted_and_closed) {
    static const char *const ops[] = {"open", "close"};

    for (size_t i = 0; i < 2; i++) {
        host = served_dial(inner->served, "login.sock");
        served_say(host, WIRE_SESSION, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "lisi", WIRE_F_OP,
                   ops[i], WIRE_FIELD_COUNT);
        ck_assert(served_receive(inner->served, host, m));
        ck_assert_int_eq(m->verb, WIRE_READY);
        ck_assert(!served_receive(inner->served, host, m));
        (void)close(host);
    }
    host = served_dial(inner->served, "login.sock");
    served_say(host, WIRE_SESSION, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "lisi", WIRE_F_OP, "steal",
               WIRE_FIELD_COUNT);
    ck_assert(!served_receive(inner->served, host, m));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("account");
    TCase *t = tcase_create("account");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, only_an_active_member_of_that_name_is_valid, 0, SUPPORT_COUNT(rows));
    tcase_add_test(t, who_may_not_ask_is_not_answered_by_wecom);
    tcase_add_loop_test(t, a_name_that_no_account_can_have_is_not_asked_for, 0,
                        SUPPORT_COUNT(no_names));
    tcase_add_test(t, what_was_just_confirmed_is_answered_at_once_and_then_asked_anew);
    tcase_add_test(t, a_silent_wecom_is_unavailable_at_the_deadline);
    tcase_add_test(t, a_host_that_hangs_up_leaves_nothing_behind);
    tcase_add_test(t, a_session_is_noted_and_closed);
    suite_add_tcase(s, t);
    return s;
}
