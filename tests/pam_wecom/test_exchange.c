/* Helpers that are absent, slow, mad or dead: each login ends in time, and as a denial. */
#include "pam_wecom/exchange.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

/* What a test may take over what it must, on a busy machine under valgrind. */
enum { SLACK_MS = 1500 };

static int64_t started;

static int timed_login(const char *args) {
    started = now_ms();
    return login("zhangsan", args);
}

static void ck_took(int64_t least_ms, int64_t most_ms) {
    int64_t took = now_ms() - started;

    ck_assert_msg(took >= least_ms && took <= most_ms + SLACK_MS, "took %lld ms", (long long)took);
}

/* --- Before "ready": somebody else may serve, within about a second. --- */

START_TEST(without_a_socket_the_helper_is_absent_at_once) {
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_took(0, 100);
    ck_assert_int_eq(log_count(4), 1);
    ck_assert(log_has(4, "helper is not ready"));
    ck_assert_int_eq(log_count(3), 0);
}
END_TEST

START_TEST(a_socket_nobody_is_behind_is_an_absent_helper) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", place.socket);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL); /* bound, not listening */
    (void)close(fd);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL); /* left behind */
    ck_took(0, 100);
}
END_TEST

START_TEST(a_file_a_directory_or_a_stream_socket_is_no_helper) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    place_write(place.socket, "", 0666);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(timed_login("socket=/"), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(timed_login("socket=/dev/null/x"), PAM_AUTHINFO_UNAVAIL);
    (void)unlink(place.socket);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", place.socket);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 5), 0);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_took(0, 100);
    (void)close(fd);
}
END_TEST

START_TEST(a_helper_that_never_accepts_is_absent_after_a_second) {
    helper_deaf(64);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1000);
    ck_assert(log_has(4, "error='timeout'"));
}
END_TEST

START_TEST(a_full_backlog_is_an_absent_helper_after_a_second) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fds[8], n = 0;

    helper_deaf(1);
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", place.socket);
    while (n < 8) {
        fds[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
        if (connect(fds[n++], (const struct sockaddr *)&to, sizeof to) != 0)
            break;
    }
    ck_assert_int_lt(n, 8);
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1000);
    while (n > 0)
        (void)close(fds[--n]);
}
END_TEST

static const struct step *before_ready(int n) {
    static const struct step scripts[][4] = {
        {{STEP_END, NULL, 0}},                                             /* accepts, hangs up */
        {{HEAR, "begin", 0}, {STEP_END, NULL, 0}},                         /* listens, hangs up */
        {{HEAR, "begin", 0}, {STAY, NULL, 0}},                             /* never says ready */
        {{HEAR, "begin", 0}, {REST, NULL, 1400}, READY},                   /* too late */
        {{HEAR, "begin", 0}, {SAY, "ready\n", 0}, {STAY, NULL, 0}},        /* without its id */
        {{HEAR, "begin", 0}, {SAY, GRANTED_IDENTITY, 0}, {STAY, NULL, 0}}, /* skips it */
        {{HEAR, "begin", 0}, ASK, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, {SAY, "granted\n", 0}, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, {BYTES, "\0\0\0", 3}, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, {SAY, "ready\nid=waytoolongforanid1\n", 0}, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, {BYTES, "", 0}, {STAY, NULL, 0}}, /* an empty packet */
    };

    return scripts[n];
}

START_TEST(whatever_comes_in_place_of_ready_is_an_absent_helper) {
    struct host h = {0};

    helper_play(before_ready(_i));
    host_open(&h, "web", "zhangsan", "");
    pam_putenv(h.pamh, "WECOM_REASON=");
    started = now_ms();
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(0, 1000);
    ck_assert_int_eq(h.calls, 0); /* a next module serves: not a word */
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "helper_down");
    ck_assert_int_eq(log_count(4) + log_count(3), 1);
    host_close(&h);
}
END_TEST

START_TEST(a_short_timeout_shortens_the_wait_for_ready_too) {
    struct host h = {0};

    helper_deaf(64);
    host_open(&h, "web", "zhangsan", "timeout=1");
    started = now_ms();
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1000);
    host_close(&h);
}
END_TEST

START_TEST(when_the_helper_is_absent_the_next_module_serves) {
    struct host h = {0};

    stack_write("web", "auth [success=done new_authtok_reqd=done maxtries=die default=ignore] @\n"
                       "auth required pam_permit.so\n");
    host_start(&h, "web", "zhangsan");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    host_close(&h);
    helper_play(RESULT("result\nverdict=too_many\n"));
    host_start(&h, "web", "zhangsan");
    ck_assert_int_ne(host_auth(&h), PAM_SUCCESS); /* but not after too many tries */
    host_close(&h);
}
END_TEST

START_TEST(a_strangers_socket_is_refused_and_told_to_nothing) {
    if (!am_root())
        return;
    helper_play_as(65534, RESULT(GRANTED));
    ck_assert_int_eq(timed_login(""), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(log_count(3), 1);
    ck_assert(log_has(3, "socket belongs to somebody else"));
    ck_assert_int_eq(helper_heard_count(), 0);
}
END_TEST

START_TEST(an_absent_helper_denies_in_the_account_phase) {
    struct host h = {0};

    host_open(&h, "web", "zhangsan", "");
    started = now_ms();
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    helper_deaf(64);
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1100);
    host_close(&h);
}
END_TEST

/* --- After "ready". --- */

START_TEST(a_helper_that_hangs_after_ready_ends_with_the_deadline) {
    struct host h = {0};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", _i == 0 ? "timeout=1" : "timeout=2");
    pam_putenv(h.pamh, "WECOM_REASON=");
    started = now_ms();
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took((_i + 1) * 1000 - 50, (_i + 1) * 1000);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "timeout");
    ck_assert(helper_was_left());
    host_close(&h);
}
END_TEST

START_TEST(the_time_a_person_thinks_counts) {
    struct host h = {.answers = {"123456"}, .think_ms = 1200};

    /* the grant lies in the socket already: only the clock can refuse it */
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {SAY, GRANTED, 0}, {HEAR, "answer", 0},
                       {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", "timeout=1");
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(helper_heard_count(), 1); /* a late answer is not sent */
    host_close(&h);
}
END_TEST

START_TEST(many_asks_do_not_prolong_the_deadline) {
    struct host h = {.answers = {"123456"}, .think_ms = 300};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {AGAIN, NULL, 2}));
    host_open(&h, "web", "zhangsan", "timeout=1");
    started = now_ms();
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1300);
    ck_assert_int_le(h.prompts, 4);
    host_close(&h);
}
END_TEST

START_TEST(a_helper_that_asks_for_ever_is_a_denial) {
    struct host h = {.answers = {"123456"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {AGAIN, NULL, 2}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.prompts, EXCHANGE_ASKS_MOST);
    ck_assert(log_has(3, "helper asked too often"));
    host_close(&h);
}
END_TEST

START_TEST(asks_that_do_not_wait_for_answers_are_bounded_too) {
    struct host h = {.answers = {"123456"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {AGAIN, NULL, 1}));
    host_open(&h, "web", "zhangsan", "timeout=20");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.prompts, EXCHANGE_ASKS_MOST);
    host_close(&h);
}
END_TEST

START_TEST(sixty_four_asks_are_still_a_login) {
    struct host h = {.answers = {"123456"}};
    struct step script[2 + 2 * EXCHANGE_ASKS_MOST + 2] = {{HEAR, "begin", 0}, READY};
    int n = 2;

    for (int i = 0; i < EXCHANGE_ASKS_MOST; i++) {
        script[n++] = (struct step)ASK;
        script[n++] = (struct step){HEAR, "answer", 0};
    }
    script[n] = (struct step){SAY, GRANTED, 0};
    helper_play(script);
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    host_close(&h);
}
END_TEST

#define BAD(bytes) \
    { BYTES, bytes, sizeof bytes - 1 }

static char oversize[WECOM_PACKET_MAX_BYTES + 2];

/* Each of them after ready. */
static const struct step broken[] = {
    BAD("\0"),
    BAD("nonsense"),
    BAD("nonsense\n"),
    BAD("result"),
    BAD("result\n"),
    BAD("result\nverdict=granted"),
    BAD("result\nverdict=granted\n\n"),
    BAD("result\nverdict=granted\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nunknown=1\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nenv.LD_PRELOAD=/tmp/x\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nprompt=x\n"),
    BAD("result\nverdict=granted\nuser=zhang\0san\nuserid=a\ncorp=w\n"),
    BAD("result\nverdict=granted\nuser=zhang%00san\nuserid=a\ncorp=w\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nmessage=\x1b[2J\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nmessage=%1B[2J\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=\xFF\ncorp=w\n"),
    BAD("result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nmessage=%4\n"),
    BAD("RESULT\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\n"),
    BAD("ready\nid=again\n"),
    BAD("row\njson={}\n"),
    BAD("begin\nservice=x\nidentity=no\ndeadline_ms=1\n"),
    BAD("answer\ntext=x\n"),
    BAD("ask\nprompt=x\n"),
    BAD("ask\nprompt=x\necho=maybe\n"),
    BAD("ask\necho=yes\n"),
    BAD("ask\nprompt=a%0Ab\necho=yes\n"),
    {BYTES, oversize, sizeof oversize},
    {BYTES, oversize, WECOM_PACKET_MAX_BYTES + 1},
    {BYTES, oversize, WECOM_PACKET_MAX_BYTES},
};

START_TEST(a_packet_that_is_not_of_the_protocol_is_a_denial) {
    static const char start[] =
        "result\nverdict=granted\nuser=zhangsan\nuserid=a\ncorp=w\nmessage=";
    struct host h = {.answers = {"123456"}};

    memset(oversize, 'x', sizeof oversize);
    memcpy(oversize, start, strlen(start));
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, broken[_i], {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", "timeout=5");
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.prompts, 0);
    ck_assert_int_eq(log_count(3), 1);
    ck_assert(log_has(3, "helper broke the protocol"));
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "internal");
    ck_assert(helper_was_left());
    host_close(&h);
}
END_TEST

/* A good result, cut at every byte and changed at every byte, lets in only who was meant. */
START_TEST(no_truncation_and_no_changed_byte_of_a_result_grants_more) {
    static const char good[] = "result\nuser=zhangsan\nverdict=granted\ncorp=w\nuserid=a\n";
    char bad[sizeof good];
    size_t len = sizeof good - 1, at = (size_t)_i % len;
    bool cut = (size_t)_i < len;
    int code;

    memcpy(bad, good, sizeof good);
    if (!cut)
        bad[at] ^= 0x15;
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, {BYTES, bad, cut ? (at > 0 ? at : 1) : len}));
    code = login("zhangsan", "timeout=5");
    /* the values of corp and userid are the helper's to say */
    if (cut || (at != strlen("result\nuser=zhangsan\nverdict=granted\ncorp=") && at != len - 2))
        ck_assert_msg(code == PAM_AUTH_ERR, "%d: %d", _i, code);
}
END_TEST

START_TEST(a_helper_that_dies_gives_no_answer) {
    static const struct step scripts[][5] = {
        {{HEAR, "begin", 0}, READY},
        {{HEAR, "begin", 0}, READY, {REST, NULL, 100}},
        {{HEAR, "begin", 0}, READY, ASK},
        {{HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}},
    };
    struct host h = {.answers = {"123456"}, .think_ms = 50};

    helper_play(scripts[_i]);
    host_open(&h, "web", "zhangsan", "");
    started = now_ms();
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(0, 500);
    ck_assert(log_has(4, "helper hung up"));
    host_close(&h);
}
END_TEST

START_TEST(a_dead_helpers_second_question_is_not_asked) {
    struct host h = {.answers = {"123456"}, .think_ms = 100};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, ASK, ASK));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(h.prompts, 1);
    host_close(&h);
}
END_TEST

/* "It wasn't me" on the phone ends the login while the prompt still stands. */
START_TEST(a_result_that_came_while_the_person_typed_is_read) {
    struct host h = {.answers = {"123456"}, .think_ms = 100};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK,
                       {SAY, "result\nverdict=denied\nmessage=Stopped on your phone.\n", 0},
                       {REST, NULL, (size_t)_i * 200}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_str_eq(host_shown(&h, PAM_ERROR_MSG), "Stopped on your phone.");
    host_close(&h);
}
END_TEST

/* Linux reports the hang-up of a peer that left something unread before what the peer had sent. */
START_TEST(what_a_helper_said_before_it_hung_up_unreading_is_read) {
    struct host h = {0};

    helper_play(SCRIPT({REST, NULL, 100}, READY, {SAY, "result\nverdict=denied\n", 0}));
    host_open(&h, "web", "zhangsan", "");
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    host_close(&h);
}
END_TEST

START_TEST(an_account_exchange_ends_with_the_deadline_and_asks_nobody) {
    struct host h = {.answers = {"123456"}};

    helper_play(SCRIPT({HEAR, "account", 0}, READY, {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", "timeout=1");
    started = now_ms();
    ck_assert_int_eq(host_account(&h), PAM_AUTHINFO_UNAVAIL);
    ck_took(900, 1000);
    host_close(&h);
    helper_stop();
    helper_play(SCRIPT({HEAR, "account", 0}, READY, ASK, {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_account(&h), PAM_PERM_DENIED);
    ck_assert_int_eq(h.prompts, 0);
    host_close(&h);
}
END_TEST

START_TEST(a_session_is_told_and_never_refused) {
    static const struct step scripts[][4] = {
        {{HEAR, "session", 0}, READY},
        {{HEAR, "session", 0}},
        {{HEAR, "session", 0}, {STAY, NULL, 0}},
        {{HEAR, "session", 0}, {SAY, "nonsense\n", 0}},
    };
    struct host h = {0};

    helper_play(scripts[_i]);
    host_open(&h, "web", "zhangsan", _i == 0 ? "debug" : "");
    started = now_ms();
    ck_assert_int_eq(pam_open_session(h.pamh, 0), PAM_SUCCESS);
    ck_took(0, 1000);
    ck_assert_int_eq(pam_close_session(h.pamh, 0), PAM_SUCCESS);
    ck_assert(has_field(helper_heard(0), "op=open"));
    ck_assert(has_field(helper_heard(0), "user=zhangsan"));
    ck_assert(has_field(helper_heard(1), "op=close"));
    ck_assert_int_eq(h.calls, 0);
    ck_assert_int_eq(log_count(3) + log_count(4), 0); /* notice at most */
    host_close(&h);
}
END_TEST

START_TEST(setcred_always_succeeds) {
    struct host h = {0};

    stack_write("web", "auth required @ nonsense\n");
    host_start(&h, "web", "zhangsan");
    ck_assert_int_eq(pam_setcred(h.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    ck_assert_int_eq(pam_setcred(h.pamh, PAM_DELETE_CRED), PAM_SUCCESS);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/exchange");
    TCase *tc = place_case("absent");

    tcase_add_test(tc, without_a_socket_the_helper_is_absent_at_once);
    tcase_add_test(tc, a_socket_nobody_is_behind_is_an_absent_helper);
    tcase_add_test(tc, a_file_a_directory_or_a_stream_socket_is_no_helper);
    tcase_add_test(tc, a_helper_that_never_accepts_is_absent_after_a_second);
    tcase_add_test(tc, a_full_backlog_is_an_absent_helper_after_a_second);
    tcase_add_loop_test(tc, whatever_comes_in_place_of_ready_is_an_absent_helper, 0, 11);
    tcase_add_test(tc, a_short_timeout_shortens_the_wait_for_ready_too);
    tcase_add_test(tc, when_the_helper_is_absent_the_next_module_serves);
    if (am_root())
        tcase_add_test(tc, a_strangers_socket_is_refused_and_told_to_nothing);
    tcase_add_test(tc, an_absent_helper_denies_in_the_account_phase);
    suite_add_tcase(s, tc);

    tc = place_case("mad");
    tcase_add_loop_test(tc, a_helper_that_hangs_after_ready_ends_with_the_deadline, 0, 2);
    tcase_add_test(tc, the_time_a_person_thinks_counts);
    tcase_add_test(tc, many_asks_do_not_prolong_the_deadline);
    tcase_add_test(tc, a_helper_that_asks_for_ever_is_a_denial);
    tcase_add_test(tc, asks_that_do_not_wait_for_answers_are_bounded_too);
    tcase_add_test(tc, sixty_four_asks_are_still_a_login);
    tcase_add_loop_test(tc, a_packet_that_is_not_of_the_protocol_is_a_denial, 0,
                        (int)(sizeof broken / sizeof broken[0]));
    tcase_add_loop_test(tc, no_truncation_and_no_changed_byte_of_a_result_grants_more, 0, 2 * 53);
    tcase_add_loop_test(tc, a_helper_that_dies_gives_no_answer, 0, 4);
    tcase_add_test(tc, a_dead_helpers_second_question_is_not_asked);
    tcase_add_loop_test(tc, a_result_that_came_while_the_person_typed_is_read, 0, 2);
    tcase_add_test(tc, what_a_helper_said_before_it_hung_up_unreading_is_read);
    tcase_add_test(tc, an_account_exchange_ends_with_the_deadline_and_asks_nobody);
    tcase_add_loop_test(tc, a_session_is_told_and_never_refused, 0, 4);
    tcase_add_test(tc, setcred_always_succeeds);
    suite_add_tcase(s, tc);
    return s;
}
