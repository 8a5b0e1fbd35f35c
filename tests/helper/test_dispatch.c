/* Who may ask what, when. */
#include "helper/dispatch.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

static struct inner_helper *inner;
static struct wire_message *m;

static void setup(void) {
    inner = inner_helper_new("[service sshd]\nmethods = code\ncallers = root daemon\n"
                             "[web]\npublic_url = https://a.example\nuser = games\n"
                             "[service web]\nmethods = code\naccount = no\n"
                             "socket = $/service.sock\n");
    m = wire_new(WIRE_NO_VERB);
}

static void teardown(void) {
    inner_helper_free(inner);
    wire_free(m);
}

static void say(int fd, enum wire_verb verb) {
    switch (verb) {
    case WIRE_BEGIN:
        served_say(fd, verb, WIRE_F_SERVICE, "web", WIRE_F_IDENTITY, "yes", WIRE_F_DEADLINE_MS,
                   "9000", WIRE_FIELD_COUNT);
        break;
    case WIRE_ANSWER:
        served_say(fd, verb, WIRE_F_TEXT, "no code", WIRE_FIELD_COUNT);
        break;
    case WIRE_ACCOUNT:
        served_say(fd, verb, WIRE_F_SERVICE, "web", WIRE_F_USER, "a", WIRE_F_IDENTITY, "yes",
                   WIRE_F_DEADLINE_MS, "9000", WIRE_FIELD_COUNT);
        break;
    case WIRE_SESSION:
        served_say(fd, verb, WIRE_F_SERVICE, "web", WIRE_F_USER, "a", WIRE_F_OP, "open",
                   WIRE_FIELD_COUNT);
        break;
    case WIRE_APP_SET:
        served_say(fd, verb, WIRE_F_SERVICE, "web", WIRE_F_APP, "a", WIRE_F_CORP, "ww1",
                   WIRE_F_AGENT_ID, "1", WIRE_F_SECRET, "S", WIRE_FIELD_COUNT);
        break;
    case WIRE_ADMIN:
        served_say(fd, verb, WIRE_F_COMMAND, "status", WIRE_FIELD_COUNT);
        break;
    case WIRE_READY:
        served_say(fd, verb, WIRE_F_ID, "abcdefgh", WIRE_FIELD_COUNT);
        break;
    case WIRE_ASK:
        served_say(fd, verb, WIRE_F_PROMPT, "x", WIRE_F_ECHO, "no", WIRE_FIELD_COUNT);
        break;
    case WIRE_RESULT:
        served_say(fd, verb, WIRE_F_VERDICT, "granted", WIRE_FIELD_COUNT);
        break;
    case WIRE_ROW:
        served_say(fd, verb, WIRE_F_JSON, "{}", WIRE_FIELD_COUNT);
        break;
    case WIRE_VISIT:
        served_say(fd, verb, WIRE_F_PLACE, "home", WIRE_F_CLIENT, "::1", WIRE_F_AGENT, "phone",
                   WIRE_FIELD_COUNT);
        break;
    case WIRE_CALLBACK:
        served_say(fd, verb, WIRE_F_CLIENT, "::1", WIRE_F_AGENT, "phone", WIRE_FIELD_COUNT);
        break;
    case WIRE_EVENT:
        served_say(fd, verb, WIRE_F_APP, "main", WIRE_F_QUERY, "", WIRE_F_CLIENT, "::1",
                   WIRE_FIELD_COUNT);
        break;
    case WIRE_PROOF:
        served_say(fd, verb, WIRE_F_FILE, "x", WIRE_FIELD_COUNT);
        break;
    case WIRE_PAGE:
        served_say(fd, verb, WIRE_F_PAGE, "home", WIRE_FIELD_COUNT);
        break;
    case WIRE_REPLY:
        served_say(fd, verb, WIRE_F_STATUS, "200", WIRE_F_BODY, "", WIRE_FIELD_COUNT);
        break;
    default:
        served_say(fd, verb, WIRE_F_SERVICE, "web", WIRE_FIELD_COUNT);
    }
}

static const char *const doors[] = {"login.sock", "service.sock", "admin.sock", "web.sock"};

/* Which first message gets "ready" at which door: login, service, admin, web. */
static const struct {
    enum wire_verb verb;
    bool ready[4];
} firsts[] = {
    {WIRE_BEGIN, {true, true, false, false}},     {WIRE_ACCOUNT, {true, true, false, false}},
    {WIRE_SESSION, {true, true, false, false}},   {WIRE_INFO, {true, true, false, false}},
    {WIRE_APP_CHECK, {true, true, false, false}}, {WIRE_APP_SET, {true, true, false, false}},
    {WIRE_ADMIN, {false, false, true, false}},    {WIRE_ANSWER, {false, false, false, false}},
    {WIRE_READY, {false, false, false, false}},   {WIRE_ASK, {false, false, false, false}},
    {WIRE_RESULT, {false, false, false, false}},  {WIRE_ROW, {false, false, false, false}},
    {WIRE_VISIT, {false, false, false, true}},    {WIRE_CALLBACK, {false, false, false, true}},
    {WIRE_EVENT, {false, false, false, true}},    {WIRE_PROOF, {false, false, false, true}},
    {WIRE_PAGE, {false, false, false, false}},    {WIRE_REPLY, {false, false, false, false}},
};

START_TEST(every_verb_has_its_doors) {
    for (size_t door = 0; door < 4; door++) {
        int fd = served_dial(inner->served, doors[door]);

        say(fd, firsts[_i].verb);
        ck_assert_msg(served_receive(inner->served, fd, m) == firsts[_i].ready[door],
                      "verb %d at %s", firsts[_i].verb, doors[door]);
        if (firsts[_i].ready[door])
            ck_assert_int_eq(m->verb, WIRE_READY);
        (void)close(fd);
    }
}
END_TEST

START_TEST(one_connection_carries_one_exchange) {
    int fd = served_dial(inner->served, "login.sock");

    say(fd, WIRE_BEGIN);
    ck_assert(served_receive(inner->served, fd, m));
    ck_assert(served_receive(inner->served, fd, m));
    ck_assert_int_eq(m->verb, WIRE_ASK);
    say(fd, firsts[_i].verb);
    if (firsts[_i].verb == WIRE_ANSWER) {
        ck_assert(served_receive(inner->served, fd, m));
        ck_assert_int_eq(m->verb, WIRE_RESULT);
    }
    ck_assert(!served_receive(inner->served, fd, m));
    (void)close(fd);
    ck_assert_uint_eq(inner->helper.waiting, 0);
}
END_TEST

START_TEST(only_root_and_the_helpers_user_may_administrate) {
    int fd;

    if (geteuid() != 0)
        return;
    ck_assert_int_eq(seteuid(1), 0);
    fd = served_dial(inner->served, "admin.sock");
    ck_assert_int_eq(seteuid(0), 0);
    say(fd, WIRE_ADMIN);
    ck_assert(!served_receive(inner->served, fd, m));
    (void)close(fd);
    ck_assert_int_eq(inner->reloads, 0);
}
END_TEST

START_TEST(only_the_user_of_the_pages_may_ask_for_browsers) {
    static const struct {
        const char *user;
        bool answered;
    } users[] = {{"daemon", false}, {"nobody", false}, {"games", true}, {"root", true}};

    if (geteuid() != 0)
        return;
    for (size_t i = 0; i < SUPPORT_COUNT(users); i++) {
        int fd;

        ck_assert_int_eq(seteuid(getpwnam(users[i].user)->pw_uid), 0);
        fd = served_dial(inner->served, "web.sock");
        ck_assert_int_eq(seteuid(0), 0);
        say(fd, WIRE_VISIT);
        ck_assert_msg(served_receive(inner->served, fd, m) == users[i].answered, "%s",
                      users[i].user);
        (void)close(fd);
    }
}
END_TEST

START_TEST(a_verb_that_is_in_no_table_is_refused) {
    ck_assert_int_eq(SUPPORT_COUNT(firsts), WIRE_VERB_COUNT - 1);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("dispatch");
    TCase *t = tcase_create("dispatch");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, every_verb_has_its_doors, 0, SUPPORT_COUNT(firsts));
    tcase_add_loop_test(t, one_connection_carries_one_exchange, 0, SUPPORT_COUNT(firsts));
    tcase_add_test(t, only_root_and_the_helpers_user_may_administrate);
    tcase_add_test(t, only_the_user_of_the_pages_may_ask_for_browsers);
    tcase_add_test(t, a_verb_that_is_in_no_table_is_refused);
    suite_add_tcase(s, t);
    return s;
}
