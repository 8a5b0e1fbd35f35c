/* When the next synchronization begins. */
#include "helper/schedule.h"

#include "tests/check_main.h"
#include "tests/helper/support.h"

static const struct {
    int64_t refresh_s, calls, per_min, want_s;
} intervals[] = {
    {300, 0, 200, 300},      {300, 9, 200, 300}, {300, 909, 200, 300},   {300, 910, 200, 360},
    {300, 1000, 200, 360},   {10, 9, 200, 10},   {300, 9400, 200, 3120}, {3600, 9400, 200, 3600},
    {300, 9400, 10000, 300}, {300, 1, 1, 300},   {10, 1, 1, 120},
};

START_TEST(an_interval_is_refresh_or_as_long_as_a_round_takes_and_some) {
    ck_assert_int_eq(
        schedule_interval_s(intervals[_i].refresh_s, intervals[_i].calls, intervals[_i].per_min),
        intervals[_i].want_s);
}
END_TEST

START_TEST(the_first_round_waits_at_random_unless_there_is_no_table) {
    int64_t least = INT64_MAX, most = 0;

    for (uint64_t i = 0; i < 100000; i += 7) {
        uint64_t random = i * UINT64_C(0x9e3779b97f4a7c15);
        int64_t wait = schedule_first_s(120, 1000, 5000, random);

        ck_assert(wait >= 0 && wait <= 120);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
        ck_assert_int_eq(schedule_first_s(120, 0, 5000, random), 0);
        ck_assert_int_le(schedule_first_s(86400, 1000, 90000, random), SCHEDULE_JITTER_MOST_S);
        ck_assert_int_le(schedule_first_s(120, 9000, 5000, random), 120); /* from the future */
    }
    ck_assert_int_eq(least, 0);
    ck_assert_int_eq(most, 120);
}
END_TEST

START_TEST(a_restart_makes_no_round_more) {
    for (uint64_t i = 0; i < 1000; i++) {
        int64_t wait = schedule_first_s(300, 1000, 1100, i);

        ck_assert(wait >= 200 && wait <= 230);
    }
}
END_TEST

START_TEST(the_next_round_comes_an_interval_after_the_last_began) {
    for (uint64_t i = 0; i < 10000; i++) {
        int64_t wait = schedule_next_s(300, 1000, 1040, 0, i);

        ck_assert(wait >= 300 - 30 - 40 && wait <= 300 + 30 - 40);
    }
    ck_assert_int_eq(schedule_next_s(300, 1000, 5000, 0, 1), 0);
    /* after one that was stopped, and with a clock that was set */
    ck_assert_int_eq(schedule_next_s(3600, 1000, 1001, 1, 1), SCHEDULE_RETRY_S);
    ck_assert_int_eq(schedule_next_s(60, 1000, 1001, 1, 1), 60);
    ck_assert_int_eq(schedule_next_s(300, 1000000, 1000, 0, 1), 300);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("schedule");
    TCase *t = tcase_create("schedule");

    tcase_add_loop_test(t, an_interval_is_refresh_or_as_long_as_a_round_takes_and_some, 0,
                        SUPPORT_COUNT(intervals));
    tcase_add_test(t, the_first_round_waits_at_random_unless_there_is_no_table);
    tcase_add_test(t, a_restart_makes_no_round_more);
    tcase_add_test(t, the_next_round_comes_an_interval_after_the_last_began);
    suite_add_tcase(s, t);
    return s;
}
