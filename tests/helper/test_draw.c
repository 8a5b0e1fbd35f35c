/* What is drawn by chance. */
#include "helper/draw.h"

#include <string.h>

#include "tests/check_main.h"

START_TEST(every_number_below_comes_and_none_above) {
    unsigned int seen[7] = {0};

    for (int i = 0; i < 70000; i++) {
        uint32_t number = 99;

        ck_assert(draw_below(7, &number));
        ck_assert_uint_lt(number, 7);
        seen[number]++;
    }
    for (int i = 0; i < 7; i++) /* 10000, and six standard deviations */
        ck_assert_msg(seen[i] > 9440 && seen[i] < 10560, "%d: %u", i, seen[i]);
}
END_TEST

/* With three quarters of the range, the plain remainder would give the first third twice as often.
 */
START_TEST(the_lower_ones_are_not_favoured) {
    const uint32_t below = 3u << 30;
    unsigned int low = 0;

    for (int i = 0; i < 30000; i++) {
        uint32_t number;

        ck_assert(draw_below(below, &number));
        ck_assert_uint_lt(number, below);
        low += number < below / 3;
    }
    ck_assert_msg(low > 9500 && low < 10500, "%u", low);
}
END_TEST

START_TEST(of_one_there_is_only_zero) {
    uint32_t number = 7;

    ck_assert(draw_below(1, &number));
    ck_assert_uint_eq(number, 0);
}
END_TEST

START_TEST(bytes_are_drawn_all) {
    unsigned char all[64] = {0}, bytes[64];

    for (int i = 0; i < 64; i++) {
        ck_assert(draw_bytes(bytes, sizeof bytes));
        for (size_t j = 0; j < sizeof bytes; j++)
            all[j] |= bytes[j];
    }
    for (size_t j = 0; j < sizeof all; j++)
        ck_assert_uint_eq(all[j], 0xFF);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("draw");
    TCase *t = tcase_create("draw");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_number_below_comes_and_none_above);
    tcase_add_test(t, the_lower_ones_are_not_favoured);
    tcase_add_test(t, of_one_there_is_only_zero);
    tcase_add_test(t, bytes_are_drawn_all);
    suite_add_tcase(s, t);
    return s;
}
