/* Points in monotonic time, and waiting until one of them. */
#include "common/deadline.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"

/* How late a busy machine may be, ms. */
enum { LATE_MS = 2000 };

static volatile sig_atomic_t alarms;

static void on_alarm(int number) {
    (void)number;
    alarms++;
}

/* SIGALRM every 5 ms, without SA_RESTART; 0 ends it. */
static void alarm_each_ms(int ms) {
    struct itimerval timer = {.it_interval.tv_usec = ms * 1000, .it_value.tv_usec = ms * 1000};
    struct sigaction action = {.sa_handler = on_alarm};

    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void ck_between(int64_t ms, int64_t least) {
    ck_assert_int_ge(ms, least);
    ck_assert_int_le(ms, least + LATE_MS);
}

START_TEST(now_is_the_monotonic_clock) {
    struct timespec clock;
    int64_t before = deadline_now_ms(), after;

    ck_assert_int_eq(clock_gettime(CLOCK_MONOTONIC, &clock), 0);
    after = deadline_now_ms();
    ck_assert_int_le(before, (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000);
    ck_assert_int_ge(after, (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000);
}
END_TEST

static const struct {
    int64_t in_ms;
    int left_ms;
} spans[] = {
    {0, 0},
    {-1, 0},
    {-1000000, 0},
    {INT64_MIN, 0},
    {100000, 100000},
    {600000, 600000},
    {(int64_t)INT_MAX + 10 * LATE_MS, INT_MAX},
    {INT64_MAX / 2, INT_MAX},
    {INT64_MAX - 1, INT_MAX},
    {INT64_MAX, INT_MAX},
};

START_TEST(what_is_left_is_what_was_given) {
    int64_t now = deadline_now_ms();
    struct deadline d = deadline_in_ms(spans[_i].in_ms);
    int left = deadline_left_ms(d);

    ck_assert_int_ge(d.at_ms, now); /* a negative span is none, not one into the past */
    ck_assert_int_le(left, spans[_i].left_ms);
    ck_assert_int_ge(left, spans[_i].left_ms - (spans[_i].left_ms == INT_MAX ? 0 : LATE_MS));
}
END_TEST

START_TEST(a_point_in_the_past_leaves_nothing) {
    ck_assert_int_eq(deadline_left_ms((struct deadline){0}), 0);
    ck_assert_int_eq(deadline_left_ms((struct deadline){.at_ms = -1}), 0);
    ck_assert_int_eq(deadline_left_ms((struct deadline){.at_ms = INT64_MIN}), 0);
    ck_assert_int_eq(deadline_left_ms((struct deadline){.at_ms = INT64_MAX}), INT_MAX);
    ck_assert_int_eq(deadline_left_ms((struct deadline){.at_ms = deadline_now_ms()}), 0);
}
END_TEST

START_TEST(the_earlier_of_two_deadlines_counts) {
    struct deadline a = {.at_ms = 1}, b = {.at_ms = 2};

    ck_assert_int_eq(deadline_earlier(a, b).at_ms, 1);
    ck_assert_int_eq(deadline_earlier(b, a).at_ms, 1);
    ck_assert_int_eq(deadline_earlier(b, b).at_ms, 2);
    a.at_ms = INT64_MIN;
    b.at_ms = INT64_MAX;
    ck_assert_int_eq(deadline_earlier(b, a).at_ms, INT64_MIN);
}
END_TEST

START_TEST(a_wait_ends_at_its_deadline) {
    int ends[2];
    int64_t start = deadline_now_ms();

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(120), ends[0], POLLIN), WECOM_E_TIMEOUT);
    ck_between(deadline_now_ms() - start, 120);
    start = deadline_now_ms();
    ck_assert_int_eq(deadline_poll(deadline_in_ms(0), ends[0], POLLIN), WECOM_E_TIMEOUT);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(-5), ends[0], POLLIN), WECOM_E_TIMEOUT);
    ck_assert_int_eq(deadline_poll((struct deadline){0}, ends[0], POLLIN), WECOM_E_TIMEOUT);
    ck_between(deadline_now_ms() - start, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(signals_do_not_end_a_wait) {
    int ends[2];
    int64_t start = deadline_now_ms();

    ck_assert_int_eq(pipe(ends), 0);
    alarm_each_ms(5);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(200), ends[0], POLLIN), WECOM_E_TIMEOUT);
    alarm_each_ms(0);
    ck_between(deadline_now_ms() - start, 200);
    ck_assert_int_gt(alarms, 2);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(signals_do_not_end_a_rest) {
    int64_t start = deadline_now_ms();

    alarm_each_ms(5);
    deadline_rest(deadline_in_ms(60000), 200);
    alarm_each_ms(0);
    ck_between(deadline_now_ms() - start, 200);
    ck_assert_int_gt(alarms, 2);
}
END_TEST

START_TEST(a_rest_ends_at_the_deadline_if_that_comes_first) {
    int64_t start = deadline_now_ms();

    deadline_rest(deadline_in_ms(50), 60000);
    ck_between(deadline_now_ms() - start, 50);
    start = deadline_now_ms();
    deadline_rest(deadline_in_ms(60000), 0);
    deadline_rest(deadline_in_ms(60000), -1);
    deadline_rest(deadline_in_ms(60000), INT_MIN);
    deadline_rest(deadline_in_ms(0), 60000);
    deadline_rest((struct deadline){0}, INT_MAX);
    ck_between(deadline_now_ms() - start, 0);
}
END_TEST

START_TEST(what_is_ready_is_said_at_once_even_past_the_deadline) {
    int ends[2];
    int64_t start = deadline_now_ms();

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    ck_assert_int_eq(send(ends[1], "x", 1, 0), 1);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(60000), ends[0], POLLIN), WECOM_OK);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(INT64_MAX), ends[0], POLLOUT), WECOM_OK);
    ck_assert_int_eq(deadline_poll((struct deadline){0}, ends[0], POLLIN), WECOM_OK);
    ck_between(deadline_now_ms() - start, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
END_TEST

START_TEST(a_hang_up_ends_the_wait) {
    int ends[2];
    int64_t start = deadline_now_ms();

    ck_assert_int_eq(pipe(ends), 0);
    (void)close(ends[1]);
    ck_assert_int_eq(deadline_poll(deadline_in_ms(60000), ends[0], POLLIN), WECOM_OK);
    ck_between(deadline_now_ms() - start, 0);
    (void)close(ends[0]);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("deadline");
    TCase *time_case = tcase_create("time"), *wait = tcase_create("wait");

    tcase_add_test(time_case, now_is_the_monotonic_clock);
    tcase_add_loop_test(time_case, what_is_left_is_what_was_given, 0,
                        sizeof spans / sizeof spans[0]);
    tcase_add_test(time_case, a_point_in_the_past_leaves_nothing);
    tcase_add_test(time_case, the_earlier_of_two_deadlines_counts);
    tcase_set_timeout(time_case, 60);
    suite_add_tcase(s, time_case);

    tcase_add_test(wait, a_wait_ends_at_its_deadline);
    tcase_add_test(wait, signals_do_not_end_a_wait);
    tcase_add_test(wait, signals_do_not_end_a_rest);
    tcase_add_test(wait, a_rest_ends_at_the_deadline_if_that_comes_first);
    tcase_add_test(wait, what_is_ready_is_said_at_once_even_past_the_deadline);
    tcase_add_test(wait, a_hang_up_ends_the_wait);
    tcase_set_timeout(wait, 60);
    suite_add_tcase(s, wait);
    return s;
}
