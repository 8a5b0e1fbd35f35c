/* How fast we ask. */
#include "helper/pace.h"

#include "tests/check_main.h"
#include "tests/helper/support.h"

/* How many calls are made from now on in so many milliseconds, asking whenever one may. */
static int64_t calls_in(struct pace *pace, int64_t from_ms, int64_t ms) {
    int64_t now = from_ms, calls = 0;

    for (;;) {
        int64_t wait = pace_wait_ms(pace, now);

        now += wait;
        if (now >= from_ms + ms)
            return calls;
        pace_charge(pace, 1, now);
        calls++;
    }
}

static const int64_t rates[] = {1, 7, 60, 200, 1000, 10000};

START_TEST(in_any_minute_there_are_no_more_calls_than_the_rate_and_the_rush) {
    struct pace pace;

    pace_start(&pace, rates[_i], 5000);
    for (int64_t from = 5000; from < 5000 + INT64_C(10) * 60000; from += 60000) {
        int64_t calls = calls_in(&pace, from, 60000);

        ck_assert_int_le(calls, rates[_i] + pace_rush(rates[_i]));
        ck_assert_int_ge(calls, rates[_i] - 1);
    }
}
END_TEST

START_TEST(a_rest_saves_no_more_than_the_rush) {
    struct pace pace;
    int64_t calls = 0;

    pace_start(&pace, rates[_i], 0);
    (void)calls_in(&pace, 0, 60000);
    while (pace_wait_ms(&pace, INT64_C(1000) * 3600 * 1000) == 0) {
        pace_charge(&pace, 1, INT64_C(1000) * 3600 * 1000);
        calls++;
    }
    ck_assert_int_eq(calls, pace_rush(rates[_i]));
}
END_TEST

START_TEST(what_was_asked_without_waiting_is_owed) {
    struct pace pace;

    pace_start(&pace, 60, 0);
    pace_charge(&pace, pace_rush(60) + 9, 0);
    ck_assert_int_eq(pace_wait_ms(&pace, 0), 10000); /* nine owed and one for the next */
    ck_assert_int_eq(pace_wait_ms(&pace, 9999), 1);
    ck_assert_int_eq(pace_wait_ms(&pace, 10000), 0);
}
END_TEST

START_TEST(a_clock_that_goes_back_brings_nothing_and_loses_nothing) {
    struct pace pace;

    pace_start(&pace, 60, 100000);
    pace_charge(&pace, pace_rush(60), 100000);
    ck_assert_int_gt(pace_wait_ms(&pace, 1000), 0);
    ck_assert_int_eq(pace_wait_ms(&pace, 2000), 0);
}
END_TEST

START_TEST(another_rate_holds_from_now_on) {
    struct pace pace;

    pace_start(&pace, 60, 0);
    pace_charge(&pace, pace_rush(60), 0);
    pace_set(&pace, 600, 0);
    ck_assert_int_eq(pace_wait_ms(&pace, 0), 100);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pace");
    TCase *t = tcase_create("pace");

    tcase_add_loop_test(t, in_any_minute_there_are_no_more_calls_than_the_rate_and_the_rush, 0,
                        SUPPORT_COUNT(rates));
    tcase_add_loop_test(t, a_rest_saves_no_more_than_the_rush, 0, SUPPORT_COUNT(rates));
    tcase_add_test(t, what_was_asked_without_waiting_is_owed);
    tcase_add_test(t, a_clock_that_goes_back_brings_nothing_and_loses_nothing);
    tcase_add_test(t, another_rate_holds_from_now_on);
    suite_add_tcase(s, t);
    return s;
}
