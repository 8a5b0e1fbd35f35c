/* remember=: the same key from the same place needs no prompt for a while; nobody else gains. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/remember.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

#define KEY_A \
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGD3sPRHj27E3VJTd7FmYeX2uVUWFs6SM8SlBB/ku4pF\n"
#define KEY_B \
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGD3sPRHj27E3VJTd7FmYeX2uVUWFs6SM8SlBB/ku4pG\n"
#define HERE "10.0.0.5"
#define REMEMBERS "[service sshd]\nmethods = code\nlang = en\nremember = 8h\n"
#define TWO REMEMBERS "[service sudo]\nmethods = code\nlang = en\nremember = 8h\n"

enum { WINDOW_MS = 8 * 3600 * 1000 };

struct from {
    const char *service, *user, *rhost, *auth_info, *link, *authtok;
};

static const struct from lisi = {"sshd", "lisi", HERE, KEY_A, NULL, NULL};

static int begin(const struct from *from) {
    int host = served_dial(host_inner->served, "login.sock");

    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, from->service, WIRE_F_USER, from->user,
               WIRE_F_LINK, from->link, WIRE_F_RHOST, from->rhost, WIRE_F_IDENTITY, "no",
               WIRE_F_AUTHTOK, from->authtok, WIRE_F_AUTH_INFO, from->auth_info, WIRE_F_DEADLINE_MS,
               "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, host, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    return host;
}

/* Signs in with a code of WeCom's, at the prompt. */
static void sign_in(const struct from *from, const char *userid) {
    static unsigned int codes;
    char text[128];
    int host = begin(from);

    host_asked(host, "WeCom sign-in code");
    (void)snprintf(text, sizeof text, HOST_CODE "in%05u", codes++);
    host_answer(host, text);
    inner_helper_token(host_inner, GETUSERINFO);
    (void)snprintf(text, sizeof text, "{\"userid\":\"%s\"}", userid);
    fake_answer(host_inner->sender, GETUSERINFO, 200, text);
    support_run(host_inner->served->base);
    while (fake_waiting(host_inner->sender, USER_GET) > 0) {
        (void)snprintf(text, sizeof text, ACTIVE("%s"), userid);
        fake_answer(host_inner->sender, USER_GET, 200, text);
    }
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "code");
}

static void begin_with(const char *services) {
    host_start(services);
    host_has_account("lisi");
    sign_in(&lisi, "lisi");
}

static void is_remembered(const struct from *from) {
    host_result(begin(from), "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "remember");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_ENV_METHOD), "remember");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USER), from->user);
}

static void is_asked(const struct from *from) {
    int host = begin(from);

    host_asked(host, "WeCom sign-in code");
    (void)close(host);
    support_run(host_inner->served->base);
}

static void admin(const char *command, const char *args) {
    int fd = served_dial(host_inner->served, "admin.sock");

    served_say(fd, WIRE_ADMIN, WIRE_F_COMMAND, command, WIRE_F_JSON, args, WIRE_FIELD_COUNT);
    while (served_receive(host_inner->served, fd, host_m) && host_m->verb != WIRE_RESULT)
        ;
    ck_assert_str_eq(wire_get(host_m, WIRE_F_VERDICT), "granted");
    (void)close(fd);
}

START_TEST(the_same_key_from_the_same_place_needs_no_prompt) {
    begin_with(REMEMBERS);
    is_remembered(&lisi);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USERID), "lisi");
    is_remembered(&lisi);
}
END_TEST

static const struct from strangers[] = {
    {"sshd", "lisi", HERE, NULL, NULL, NULL},               /* no first factor */
    {"sshd", "lisi", HERE, "password\n", NULL, NULL},       /* not one that counts */
    {"sshd", "lisi", HERE, "hostbased " KEY_A, NULL, NULL}, /* a host's key */
    {"sshd", "lisi", HERE, KEY_B, NULL, NULL},              /* another key */
    {"sshd", "lisi", HERE, KEY_A KEY_B, NULL, NULL},        /* one more key */
    {"sshd", "lisi", "10.0.0.6", KEY_A, NULL, NULL},        /* another origin */
    {"sshd", "lisi", NULL, KEY_A, NULL, NULL},              /* this machine */
    {"sudo", "lisi", HERE, KEY_A, NULL, NULL},              /* another service */
    {"sshd", "wangwu", HERE, KEY_A, NULL, NULL},            /* another user */
    {"sshd", "nobody-here", HERE, KEY_A, NULL, NULL},       /* nobody */
    {"sshd", "lisi", HERE, KEY_A, "ww1/wangwu", NULL},      /* another member by a link */
};

START_TEST(whoever_comes_otherwise_is_asked) {
    host_start(TWO);
    host_has_account("lisi");
    host_has_account("wangwu");
    sign_in(&lisi, "lisi");
    is_asked(&strangers[_i]);
    is_remembered(&lisi); /* and a stranger who goes away ends nothing */
}
END_TEST

/* A login that had no key, or came from nowhere, opens no window for one that has. */
START_TEST(a_login_without_a_first_factor_opens_no_window) {
    static const struct from without[] = {{"sshd", "lisi", HERE, NULL, NULL, NULL},
                                          {"sshd", "lisi", NULL, KEY_A, NULL, NULL},
                                          {"sshd", "lisi", HERE, "password\n", NULL, NULL}};
    struct from with = without[_i];

    host_start(REMEMBERS);
    host_has_account("lisi");
    sign_in(&without[_i], "lisi");
    is_asked(&without[_i]);
    with.auth_info = KEY_A;
    is_asked(&with);
    is_asked(&lisi);
}
END_TEST

START_TEST(without_the_setting_nothing_is_remembered) {
    begin_with("[service sshd]\nmethods = code\nlang = en\n");
    is_asked(&lisi);
    ck_assert_uint_eq(remember_end_user(host_inner->helper.remember, "lisi"), 0);
}
END_TEST

START_TEST(a_window_ends_and_a_remembered_login_does_not_make_it_longer) {
    begin_with(REMEMBERS);
    host_inner->now.ms += WINDOW_MS - 1000;
    for (int i = 0; i < 2; i++) {
        int host = begin(&lisi);

        if (i == 0) {
            inner_helper_token(host_inner, USER_GET);
            fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
        }
        host_result(host, "granted", NULL);
    }
    host_inner->now.ms += 1000;
    is_asked(&lisi);
}
END_TEST

/* What WeCom says now, when the minute of its last word is over. */
static const struct {
    const char *member, *reason;
} news[] = {
    {"{\"userid\":\"lisi\",\"status\":2}", "disabled"},
    {"{\"userid\":\"lisi\",\"status\":1,\"enable\":0}", "disabled"},
    {"{\"userid\":\"lisi\",\"status\":5}", "withdrawn"},
    {"{\"errcode\":60111,\"errmsg\":\"x\"}", "not_visible"},
};

START_TEST(whoever_is_no_member_any_more_is_refused) {
    int host;

    begin_with(REMEMBERS);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = begin(&lisi);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200, news[_i].member);
    host_result(host, "denied", news[_i].reason);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    is_asked(&lisi); /* the window is over */
}
END_TEST

/* Asked as anybody, since nobody can say that he still is one. */
START_TEST(without_wecom_s_word_the_person_is_asked) {
    int host;

    begin_with(REMEMBERS);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = begin(&lisi);
    inner_helper_token(host_inner, USER_GET);
    if (_i == 0)
        fake_fail(host_inner->sender, USER_GET, HTTP_NO_NAME, "x");
    else
        fake_answer(host_inner->sender, USER_GET, 200, "{\"errcode\":60020,\"errmsg\":\"x\"}");
    host_asked(host, "WeCom sign-in code");
    (void)close(host);
}
END_TEST

/* Five seconds at most: no prompt can be shown meanwhile. */
START_TEST(a_silent_wecom_does_not_keep_the_person_waiting) {
    int host;

    begin_with(REMEMBERS);
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = begin(&lisi);
    inner_helper_token(host_inner, USER_GET);
    host_asked(host, "WeCom sign-in code");
    ck_assert_uint_eq(fake_waiting(host_inner->sender, USER_GET), 1);
    (void)close(host);
}
END_TEST

START_TEST(a_refused_login_of_the_same_key_ends_the_window) {
    int host;

    begin_with(REMEMBERS);
    if (_i == 0) {
        struct from typed = lisi;

        typed.authtok = "hunter2"; /* what the host had is judged, window or not */
        host = begin(&typed);
        host_result(host, "denied", "code_invalid");
        is_asked(&lisi);
        return;
    }
    /* of another key: not this window */
    host = begin(&strangers[3]);
    host_asked(host, "WeCom sign-in code");
    host_answer(host, "hunter2");
    host_result(host, "denied", "code_invalid");
    is_remembered(&lisi);
}
END_TEST

/* Where a wrong answer is not the end of the login, it is that of the window. */
START_TEST(a_wrong_answer_ends_the_window) {
    int host;

    host_start("[web]\npublic_url = https://login.example.com\n"
               "[service sshd]\nmethods = code scan\nlang = en\nremember = 8h\n");
    host_has_account("lisi");
    sign_in(&lisi, "lisi");
    host_inner->now.ms += MEMBERS_FRESH_MS;
    host = begin(&lisi);
    inner_helper_token(host_inner, USER_GET);
    fake_fail(host_inner->sender, USER_GET, HTTP_NO_NAME, "x");
    host_asked(host, "WeCom sign-in code");
    if (_i == 1) {
        host_answer(host, "scan");
        host_asked(host, "Code on your phone");
        host_inner->now.ms += 1000; /* a person, not a host that answers by itself */
        host_answer(host, "123456");
        host_asked(host, "Code on your phone");
    }
    (void)close(host);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(remember_end_user(host_inner->helper.remember, "lisi"), _i == 0);
}
END_TEST

static const struct {
    const char *command, *args, *again, *again_args;
} ends[] = {
    {"logins.unlock", "{\"user\":\"lisi\"}", NULL, NULL},
    /* whoever is switched on again, or gets his name back, begins anew */
    {"accounts.disable", "{\"user\":\"lisi\"}", "accounts.enable", "{\"user\":\"lisi\"}"},
    {"accounts.alias", "{\"user\":\"lisi\",\"name\":\"li\"}", "accounts.alias",
     "{\"user\":\"li\",\"name\":\"lisi\"}"},
};

START_TEST(the_administrator_ends_it) {
    begin_with(REMEMBERS);
    admin(ends[_i].command, ends[_i].args);
    if (ends[_i].again != NULL)
        admin(ends[_i].again, ends[_i].again_args);
    is_asked(&lisi);
}
END_TEST

START_TEST(another_s_windows_stay) {
    begin_with(REMEMBERS);
    host_has_account("wangwu");
    admin("logins.unlock", "{\"user\":\"wangwu\"}");
    admin("accounts.disable", "{\"user\":\"wangwu\"}");
    is_remembered(&lisi);
}
END_TEST

/* What the rules say now counts, too. */
START_TEST(whoever_is_not_admitted_any_more_is_asked_as_anybody) {
    unsigned int questions;

    begin_with(REMEMBERS);
    questions = fake_begun(host_inner->sender, "");
    ck_assert_ptr_null(policy_parse(
        (struct policy *)&config_find_service(host_inner->helper.setup->config, "sshd")->deny,
        "user:lisi"));
    is_asked(&lisi);
    ck_assert_uint_eq(fake_begun(host_inner->sender, ""), questions); /* and at once */
}
END_TEST

START_TEST(a_linked_local_user_is_remembered_for_the_same_member_only) {
    struct from dev = {"sshd", "dev", HERE, KEY_A, "ww1/lisi", NULL};
    struct from other = {"sshd", "dev", HERE, KEY_A, "ww1/wangwu", NULL};

    host_start(REMEMBERS);
    host_has_account("lisi");
    host_has_account("wangwu");
    sign_in(&dev, "lisi");
    is_remembered(&dev);
    is_asked(&other);
    is_remembered(&dev);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_remember");
    TCase *t = tcase_create("login_remember");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, NULL, host_end);
    tcase_add_test(t, the_same_key_from_the_same_place_needs_no_prompt);
    tcase_add_loop_test(t, whoever_comes_otherwise_is_asked, 0, SUPPORT_COUNT(strangers));
    tcase_add_loop_test(t, a_login_without_a_first_factor_opens_no_window, 0, 3);
    tcase_add_test(t, without_the_setting_nothing_is_remembered);
    tcase_add_test(t, a_window_ends_and_a_remembered_login_does_not_make_it_longer);
    tcase_add_loop_test(t, whoever_is_no_member_any_more_is_refused, 0, SUPPORT_COUNT(news));
    tcase_add_loop_test(t, without_wecom_s_word_the_person_is_asked, 0, 2);
    tcase_add_test(t, a_silent_wecom_does_not_keep_the_person_waiting);
    tcase_add_loop_test(t, a_refused_login_of_the_same_key_ends_the_window, 0, 2);
    tcase_add_loop_test(t, a_wrong_answer_ends_the_window, 0, 2);
    tcase_add_loop_test(t, the_administrator_ends_it, 0, SUPPORT_COUNT(ends));
    tcase_add_test(t, another_s_windows_stay);
    tcase_add_test(t, whoever_is_not_admitted_any_more_is_asked_as_anybody);
    tcase_add_test(t, a_linked_local_user_is_remembered_for_the_same_member_only);
    suite_add_tcase(s, t);
    return s;
}
