/* Whom the helper listens to, and what it makes of those who break the protocol. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

enum { STRANGER = 12345 };

static const gid_t reaches[] = {NOBODY}; /* gets at login.sock, which is nobody's group's */
static const gid_t reaches_and[] = {NOBODY, 7, 60}; /* and is in games */
static const struct caller stranger = {STRANGER, STRANGER, reaches, 1};
static const struct caller gamer = {STRANGER, STRANGER, reaches_and, 3};
static const struct caller daemon_user = {1, 1, reaches, 1};
static const struct caller of_group = {STRANGER, 60, reaches, 1};

START_TEST(callers_are_the_named_users_and_groups_and_nobody_else) {
    helper_configure(NULL, NULL,
                     "[service web]\nmethods = code\naccount = no\n"
                     "[service daemons]\nmethods = code\naccount = no\ncallers = daemon\n"
                     "[service games]\nmethods = code\naccount = no\ncallers = daemon @games\n");
    helper_start();
    DENIED(ASK_AS(&stranger, .code = talk_code("zhangsan")), "not_allowed");
    DENIED(ASK_AS(&daemon_user, .code = talk_code("zhangsan")), "not_allowed");
    GRANTED(ASK_AS(&daemon_user, .service = "daemons", .code = talk_code("zhangsan")), "zhangsan");
    DENIED(ASK_AS(&stranger, .service = "daemons", .code = talk_code("zhangsan")), "not_allowed");
    DENIED(LOGIN("zhangsan", .service = "daemons"), "not_allowed"); /* root was not named */
    GRANTED(ASK_AS(&gamer, .service = "games", .code = talk_code("zhangsan")), "zhangsan");
    GRANTED(ASK_AS(&of_group, .service = "games", .code = talk_code("zhangsan")), "zhangsan");
    GRANTED(ASK_AS(&daemon_user, .service = "games", .code = talk_code("zhangsan")), "zhangsan");
    DENIED(ASK_AS(&stranger, .service = "games", .code = talk_code("zhangsan")), "not_allowed");
    text_has(helper_log(), "the caller is not among callers=");
    /* the same for every other question */
    DENIED(ASK_AS(&stranger, .verb = WIRE_ACCOUNT, .user = "zhangsan"), "not_allowed");
    DENIED(ASK_AS(&stranger, .verb = WIRE_INFO), "not_allowed");
    DENIED(ASK_AS(&stranger, .verb = WIRE_APP_CHECK), "not_allowed");
}
END_TEST

START_TEST(refused_callers_cost_no_request) {
    helper_begin();
    DENIED(ASK_AS(&stranger, .code = talk_code("zhangsan"), .user = "zhangsan"), "not_allowed");
    DENIED(ASK_AS(&stranger, .verb = WIRE_ACCOUNT, .user = "zhangsan"), "not_allowed");
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(without_a_section_only_root_may_ask_about_accounts) {
    struct answer a;

    helper_begin();
    a = ASK(.verb = WIRE_ACCOUNT, .service = "cron", .host = true, .user = "zhangsan");
    answer_is(&a, "granted", "", "root");
    DENIED(
        ASK_AS(&gamer, .verb = WIRE_ACCOUNT, .service = "cron", .host = true, .user = "zhangsan"),
        "not_allowed");
    DENIED(ASK_AS(&gamer, .service = "cron", .code = talk_code("zhangsan")), "not_allowed");
}
END_TEST

START_TEST(a_service_with_its_own_socket_is_all_that_is_served_there) {
    struct answer a;

    helper_configure(NULL, NULL,
                     "[service web]\nmethods = code\naccount = no\nsocket = {dir}/own.sock\n"
                     "[service other]\nmethods = code\naccount = no\n");
    helper_start();
    GRANTED(LOGIN("zhangsan", .socket = "own.sock"), "zhangsan");
    DENIED(LOGIN("zhangsan", .socket = "own.sock", .service = "other"), "not_allowed");
    DENIED(ASK(.verb = WIRE_ACCOUNT, .socket = "own.sock", .service = "cron", .user = "zhangsan"),
           "not_allowed");
    DENIED(ASK(.verb = WIRE_ACCOUNT, .socket = "own.sock", .service = "other", .user = "zhangsan"),
           "not_allowed");
    DENIED(ASK(.verb = WIRE_INFO, .socket = "own.sock", .service = "other"), "not_allowed");
    a = ASK(.verb = WIRE_INFO, .socket = "own.sock");
    answer_is(&a, "granted", "", "info");
    GRANTED(LOGIN("zhangsan", .service = "other"), "zhangsan");
    DENIED(ASK_AS(&stranger, .socket = "own.sock", .code = talk_code("zhangsan")), "not_allowed");
}
END_TEST

static void connect_and_ask(void *arg, int *closed) {
    static const char packet[] = "admin\ncommand=status\n";
    int fd = talk_connect(arg);

    talk_send(fd, packet, sizeof packet - 1);
    *closed = talk_is_closed(fd) ? 1 : 2;
    (void)close(fd);
}

START_TEST(the_admin_socket_serves_root_and_the_helpers_user_only) {
    static const struct caller helpers_user = {NOBODY, NOBODY, NULL, 0};
    int closed;

    helper_begin();
    ck_assert_int_eq(chmod(place_path("admin.sock"), 0666), 0); /* even if it were open */
    caller_run(&stranger, connect_and_ask, "admin.sock", &closed);
    ck_assert_int_eq(closed, 1);
    text_has(helper_log(), "is neither root nor the helper\\x27s user");
    caller_run(&helpers_user, connect_and_ask, "admin.sock", &closed);
    ck_assert_int_eq(closed, 2);
    struct answer a = ASK(.verb = WIRE_ADMIN, .command = "status");

    answer_is(&a, "granted", "", "status");
    DENIED(ASK(.verb = WIRE_ADMIN, .command = "explode"), "internal");
}
END_TEST

/* Each closes its own connection, and nothing else. `socket` NULL: login.sock. */
static const struct {
    const char *socket, *packet;
    size_t len; /* 0: strlen */
} packets[] = {
    {NULL, "x", 0},
    {NULL, "\n", 0},
    {NULL, "hello\n", 0},
    {NULL, "begin", 0},
    {NULL, "begin\n", 0},
    {NULL, "begin\nservice=web\n", 0},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\nservice=web\n", 0},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\nunknown=1\n", 0},
    {NULL, "begin\nservice=web\nidentity=maybe\ndeadline_ms=1000\n", 0},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=-1\n", 0},
    {NULL, "begin\nservice=../x\nidentity=yes\ndeadline_ms=1000\n", 0},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\nuser=a%00b\n", 0},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\nuser=a\0b\n", 57},
    {NULL, "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\nuser=\xff\n", 0},
    {NULL, "ready\nid=x\n", 0},
    {NULL, "result\nverdict=granted\n", 0},
    {NULL, "answer\ntext=123456\n", 0}, /* out of turn */
    {NULL, "admin\ncommand=status\n", 0},
    {"admin.sock", "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\n", 0},
    {"admin.sock", "info\nservice=web\n", 0},
    {"web.sock", "begin\nservice=web\nidentity=yes\ndeadline_ms=1000\n", 0},
    {"web.sock", "account\nservice=web\nuser=zhangsan\nidentity=yes\ndeadline_ms=1000\n", 0},
    {"web.sock", "session\nservice=web\nuser=zhangsan\nop=open\n", 0},
    {"web.sock", "info\nservice=web\n", 0},
    {"web.sock", "app_check\nservice=web\n", 0},
    {"web.sock", "admin\ncommand=status\n", 0},
    {NULL, "session\nservice=web\nuser=zhangsan\nop=explode\n", 0},
};

START_TEST(what_breaks_the_protocol_closes_its_own_connection_only) {
    static char huge[17000];
    struct answer a;
    int waiting, fd;

    helper_begin();
    waiting = talk_open(&(const struct question){0});
    ck_assert_str_ne(talk_hear(waiting, 5000).prompt, "");
    for (size_t i = 0; i < sizeof packets / sizeof packets[0]; i++) {
        fd = talk_connect(packets[i].socket != NULL ? packets[i].socket : "login.sock");
        talk_send(fd, packets[i].packet,
                  packets[i].len > 0 ? packets[i].len : strlen(packets[i].packet));
        ck_assert_msg(talk_is_closed(fd), "packet %zu: %s", i, packets[i].packet);
        (void)close(fd);
    }
    memset(huge, 'x', sizeof huge);
    fd = talk_connect("login.sock");
    talk_send(fd, huge, sizeof huge);
    ck_assert(talk_is_closed(fd));
    (void)close(fd);
    fd = talk_connect("login.sock"); /* a packet of no bytes */
    talk_send(fd, "", 0);
    ck_assert(talk_is_closed(fd));
    (void)close(fd);
    talk_answer(waiting, talk_code("zhangsan"));
    a = talk_hear(waiting, 5000);
    GRANTED(a, "zhangsan");
    (void)close(waiting);
}
END_TEST

START_TEST(what_comes_out_of_turn_closes_its_own_connection) {
    static const char begin[] = "begin\nservice=web\nidentity=yes\ndeadline_ms=9000\n";
    static const char *const second[] = {begin, "info\nservice=web\n",
                                         "account\nservice=web\nuser=lisi\nidentity=yes\n"
                                         "deadline_ms=1000\n"};
    int fd;

    helper_begin();
    for (size_t i = 0; i < 3; i++) {
        fd = talk_open(&(const struct question){0});
        (void)talk_hear(fd, 5000);
        talk_send(fd, second[i], strlen(second[i]));
        ck_assert(talk_is_closed(fd));
        (void)close(fd);
    }
    /* an answer that was not asked for: WeCom is being asked */
    ck_assert(sim_fault(place.sim, "{\"kind\":\"hang\",\"path\":\"*\",\"times\":0}"));
    fd = talk_open(&(const struct question){.code = talk_code("zhangsan")});
    (void)talk_ready(fd);
    talk_answer(fd, "123456");
    ck_assert(talk_is_closed(fd));
    (void)close(fd);
    text_has(helper_log(), "answered what was not asked");
    ck_assert(sim_faults_clear(place.sim));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(three_hundred_idle_connections_do_not_stop_a_login_and_end_by_themselves) {
    enum { IDLE = 300 };
    static int fds[IDLE];

    helper_begin();
    for (int i = 0; i < IDLE; i++)
        fds[i] = talk_connect("login.sock");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert(talk_is_closed(fds[0]));
    ck_assert(talk_is_closed(fds[IDLE - 1]));
    for (int i = 0; i < IDLE; i++)
        (void)close(fds[i]);
    text_has(helper_log(), "said nothing in time");
}
END_TEST

static void open_many(void *arg, int *refused) {
    static int fds[600];

    (void)arg;
    for (int i = 0; i < 600; i++)
        fds[i] = talk_connect("login.sock");
    *refused = talk_is_closed(fds[599]) ? 1 : 2;
}

START_TEST(one_user_cannot_take_all_connections) {
    int refused;

    helper_begin();
    caller_run(&stranger, open_many, NULL, &refused);
    ck_assert_int_eq(refused, 1);
    text_has(helper_log(), "too many connections at once");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

/* nghttpx speaks HTTP/2 over TLS to the helper, and HTTPS to the simulator. */

Suite *suite(void) {
    Suite *s = suite_create("e2e callers");
    TCase *t = place_case("callers", 30);

    tcase_add_test(t, callers_are_the_named_users_and_groups_and_nobody_else);
    tcase_add_test(t, refused_callers_cost_no_request);
    tcase_add_test(t, without_a_section_only_root_may_ask_about_accounts);
    tcase_add_test(t, a_service_with_its_own_socket_is_all_that_is_served_there);
    tcase_add_test(t, the_admin_socket_serves_root_and_the_helpers_user_only);
    suite_add_tcase(s, t);

    t = place_case("protocol", 60);

    tcase_add_test(t, what_breaks_the_protocol_closes_its_own_connection_only);
    tcase_add_test(t, what_comes_out_of_turn_closes_its_own_connection);
    tcase_add_test(t, three_hundred_idle_connections_do_not_stop_a_login_and_end_by_themselves);
    tcase_add_test(t, one_user_cannot_take_all_connections);
    suite_add_tcase(s, t);
    return s;
}
