/* The counters survive the helper, and what the clocks do meanwhile.
 *
 * How the kill test is done: a child makes one change after the other and writes the number of each
 * into a pipe when the call has returned. It is killed with SIGKILL at a random instant. The parent
 * reads the pipe to its end, opens the file as the next start would, and looks for every change
 * that was reported; no record may be torn.
 */
#include "helper/throttle_rows.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_throttle.h"

START_TEST(a_second_instance_knows_all_that_the_first_one_does) {
    struct throttle *first = open_throttle(state, &now), *second;

    fill(first);
    now.ms = 70; /* another machine start, the same instant */
    second = open_throttle(state, &now);
    ck_assert_uint_eq(look(second), ALL);
    throttle_close(second);
    throttle_close(first);
}
END_TEST

START_TEST(time_goes_on_while_there_is_no_helper) {
    struct throttle *t = open_throttle(state, &now);

    fail_times(t, "zhangsan", true, HERE, 10);
    fail_times(t, "lisi", true, HERE, 15);
    ck_assert(throttle_block(t, "zhangsan", HERE, "approve"));
    throttle_close(t);
    now = (struct two_clocks){.ms = 10, .wall_ms = now.wall_ms + 20001};
    t = open_throttle(state, &now);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 39999);
    throttle_close(t);
    now = (struct two_clocks){.ms = 10, .wall_ms = now.wall_ms + 15 * MINUTE_MS - 20002};
    t = open_throttle(state, &now);
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 10);
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert_uint_eq(failures_of(t, "", HERE), 25);
    throttle_close(t);
    now = (struct two_clocks){.ms = 10, .wall_ms = now.wall_ms + 1};
    t = open_throttle(state, &now);
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 0);
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert_uint_eq(failures_of(t, "", HERE), 12);
    throttle_close(t);
}
END_TEST

START_TEST(messages_are_counted_over_a_restart) {
    struct throttle *t;

    for (int i = 0; i < 5; i++) {
        t = open_throttle(state, &now);
        ck_assert(throttle_may_send(t, "zhangsan"));
        throttle_sent(t, "zhangsan");
        throttle_close(t);
        now = (struct two_clocks){.ms = i, .wall_ms = now.wall_ms + 1000};
    }
    now.wall_ms += 10 * MINUTE_MS - 5001;
    t = open_throttle(state, &now);
    ck_assert(!throttle_may_send(t, "zhangsan"));
    two_clocks_go(&now, 1);
    ck_assert(throttle_may_send(t, "zhangsan"));
    throttle_sent(t, "zhangsan");
    ck_assert(!throttle_may_send(t, "zhangsan"));
    throttle_close(t);
}
END_TEST

START_TEST(a_wall_clock_that_was_set_back_starts_each_delay_anew_once) {
    struct throttle *t = open_throttle(state, &now);

    fail_times(t, "zhangsan", true, HERE, 30);
    ck_assert(throttle_block(t, "zhangsan", HERE, "approve"));
    for (int i = 0; i < 5; i++)
        throttle_sent(t, "zhangsan");
    throttle_close(t);
    now.wall_ms -= _i == 0 ? 1 : INT64_C(86400000) * 400;
    for (int i = 0; i < 6; i++) { /* a start each 10 s, the clock still behind */
        t = open_throttle(state, &now);
        ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), (60 - 10 * i) * 1000);
        ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "approve"));
        ck_assert(!throttle_may_send(t, "zhangsan"));
        throttle_close(t);
        two_clocks_go(&now, 10000);
    }
    t = open_throttle(state, &now);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 0);
    two_clocks_go(&now, 14 * MINUTE_MS);
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 0);
    ck_assert(throttle_may_send(t, "zhangsan"));
    throttle_close(t);
}
END_TEST

START_TEST(a_wall_clock_that_was_set_forward_or_never_set_lets_records_be_forgotten) {
    static const int64_t walls[] = {INT64_C(1890000000000), INT64_C(1) << 62, INT64_MAX};
    struct throttle *t;

    now.wall_ms = _i % 2 == 0 ? 1790000000000 : -5;
    write_good();
    now.wall_ms = walls[_i / 2];
    t = open_throttle(state, &now);
    ck_assert_uint_eq(look(t), 0);
    fail_times(t, "zhangsan", true, HERE, 5);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 2000);
    throttle_close(t);
    now.wall_ms = 0; /* and what was forgotten does not come back */
    t = open_throttle(state, &now);
    ck_assert(!throttle_is_blocked(t, "lisi", HERE, "approve"));
    throttle_close(t);
}
END_TEST

START_TEST(what_has_gone_leaves_the_file) {
    static const char none[SLOT];
    struct throttle *t = open_throttle(state, &now);

    fail_times(t, "zhangsan", true, "", 1);
    ck_assert(memcmp(slurp() + SLOT, none, SLOT) != 0);
    throttle_passed(t, "zhangsan", "");
    ck_assert(memcmp(slurp() + SLOT, none, SLOT) == 0);
    fail_times(t, "zhangsan", true, "", 1);
    ck_assert_uint_eq(throttle_unlock(t, "zhangsan"), 1);
    ck_assert(memcmp(slurp() + SLOT, none, SLOT) == 0);
    fail_times(t, "zhangsan", true, "", 1);
    throttle_close(t);
    two_clocks_go(&now, 15 * MINUTE_MS);
    t = open_throttle(state, &now);
    ck_assert(memcmp(slurp() + SLOT, none, SLOT) == 0);
    throttle_close(t);
}
END_TEST

START_TEST(full_tables_come_back_whole) {
    struct throttle *t = open_throttle(state, &now);
    char name[32], origin[32];

    for (int i = 0; i < THROTTLE_ROWS; i++) {
        (void)snprintf(name, sizeof name, "u%d", i);
        (void)snprintf(origin, sizeof origin, "10.0.%d.%d", i / 200, i % 200);
        throttle_failed(t, name, true, origin);
        throttle_failed(t, name, false, origin);
    }
    throttle_close(t);
    t = open_throttle(state, &now);
    for (int i = 0; i < THROTTLE_ROWS; i += 97) {
        (void)snprintf(name, sizeof name, "u%d", i);
        (void)snprintf(origin, sizeof origin, "10.0.%d.%d", i / 200, i % 200);
        ck_assert_uint_eq(failures_of(t, name, origin), 1);
        ck_assert_uint_eq(failures_of(t, "", origin), 2);
        fail_times(t, name, false, origin, 3);
        ck_assert_int_eq(throttle_wait_ms(t, name, false, origin), 1000);
    }
    throttle_close(t);
}
END_TEST

/* ---- A child that works until it is killed --------------------------------------------------- */

enum { MOST_CHANGES = 2000 };

/* The nth change: something that can be looked for alone. */
static void change(struct throttle *t, unsigned int n) {
    char name[32];

    (void)snprintf(name, sizeof name, "u%u", n);
    switch (n % 4) {
    case 0:
        fail_times(t, name, true, "", 5);
        break;
    case 1:
        fail_times(t, name, false, "", 5);
        break;
    case 2:
        for (int i = 0; i < THROTTLE_MESSAGES; i++)
            throttle_sent(t, name);
        break;
    default:
        (void)throttle_block(t, name, HERE, "approve");
        (void)snprintf(name, sizeof name, "u%u", n - 3);
        if (n % 8 == 7)
            throttle_passed(t, name, "");
    }
}

static bool is_there(struct throttle *t, unsigned int n, unsigned int count) {
    char name[32];

    (void)snprintf(name, sizeof name, "u%u", n);
    switch (n % 4) {
    case 0:
        if (n % 8 == 4 &&
            n + 3 <= count) /* cleared by the third change after, or that is under way */
            return n + 3 == count || throttle_wait_ms(t, name, true, "") == 0;
        return throttle_wait_ms(t, name, true, "") == 2000;
    case 1:
        return throttle_wait_ms(t, name, false, "") == 2000;
    case 2:
        return !throttle_may_send(t, name);
    default:
        return throttle_is_blocked(t, name, HERE, "approve");
    }
}

static void work(int report) {
    struct throttle *t = throttle_open(state, two_clocks(&now), why, sizeof why);

    if (t == NULL || why[0] != '\0')
        _exit(1);
    for (unsigned int n = 0; n < MOST_CHANGES; n++) {
        change(t, n);
        if (write(report, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(1);
    }
    _exit(0);
}

/* How many changes were reported by a child that was killed after about so many. */
static unsigned int kill_after(unsigned int changes) {
    unsigned int n, count = 0;
    int reports[2], status;
    pid_t pid;

    ck_assert_int_eq(pipe2(reports, O_CLOEXEC), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        work(reports[1]);
    (void)close(reports[1]);
    while (read(reports[0], &n, sizeof n) == (ssize_t)sizeof n) {
        ck_assert_uint_eq(n, count);
        if (++count == changes)
            ck_assert_int_eq(kill(pid, SIGKILL), 0);
    }
    (void)close(reports[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return count;
}

START_TEST(what_was_counted_is_there_after_a_kill) {
    unsigned int i = (unsigned int)_i,
                 count = kill_after(1 + i * i * 5 + (unsigned int)getpid() % 17);
    struct throttle *t = open_throttle(state, &now);

    ck_assert_uint_gt(count, 0);
    for (unsigned int n = 0; n < count; n++)
        ck_assert_msg(is_there(t, n, count), "change %u of %u", n, count);
    throttle_close(t);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("throttle_rows");
    TCase *c = tcase_create("restarts");

    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, throttle_setup, throttle_teardown);
    tcase_add_test(c, a_second_instance_knows_all_that_the_first_one_does);
    tcase_add_test(c, time_goes_on_while_there_is_no_helper);
    tcase_add_test(c, messages_are_counted_over_a_restart);
    tcase_add_loop_test(c, a_wall_clock_that_was_set_back_starts_each_delay_anew_once, 0, 2);
    tcase_add_loop_test(c, a_wall_clock_that_was_set_forward_or_never_set_lets_records_be_forgotten,
                        0, 6);
    tcase_add_test(c, what_has_gone_leaves_the_file);
    tcase_add_test(c, full_tables_come_back_whole);
    tcase_add_loop_test(c, what_was_counted_is_there_after_a_kill, 0, 16);
    suite_add_tcase(s, c);
    return s;
}
