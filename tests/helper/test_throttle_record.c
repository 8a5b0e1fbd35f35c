/* One counter: what is believed of a file, and times that come out of it. What comes of failures is
 * in test_throttle.c.
 */
#include "helper/throttle_record.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define HERE "192.0.2.1"

static const struct throttle_record pair = {
    .kind = THROTTLE_PAIR, .count = 5, .user = "zhangsan", .origin = HERE, .digest = {1}};
static const struct throttle_record unknown = {.kind = THROTTLE_PAIR, .count = 5, .digest = {1}};
static const struct throttle_record block = {
    .kind = THROTTLE_BLOCK, .user = "zhangsan", .what = "approve", .digest = {1}};
static const struct throttle_record origin = {
    .kind = THROTTLE_ORIGIN, .count = 5, .origin = HERE, .digest = {1}};
static const struct throttle_record sent = {.kind = THROTTLE_MESSAGE, .count = 3, .digest = {1}};

static const struct {
    const struct throttle_record *record;
    enum throttle_table table;
    struct {
        size_t at, len;
        const char *bytes;
    } change;
    bool good;
} sounds[] = {
#define AT(field) offsetof(struct throttle_record, field)
    {&pair, THROTTLE_KNOWN, {0}, true},
    {&unknown, THROTTLE_UNKNOWN, {0}, true},
    {&block, THROTTLE_KNOWN, {0}, true},
    {&origin, THROTTLE_ORIGINS, {0}, true},
    {&sent, THROTTLE_SENT, {0}, true},
    /* in another table */
    {&pair, THROTTLE_UNKNOWN, {0}, false},
    {&pair, THROTTLE_ORIGINS, {0}, false},
    {&pair, THROTTLE_SENT, {0}, false},
    {&unknown, THROTTLE_KNOWN, {0}, false},
    {&block, THROTTLE_UNKNOWN, {0}, false},
    {&block, THROTTLE_SENT, {0}, false},
    {&origin, THROTTLE_KNOWN, {0}, false},
    {&origin, THROTTLE_UNKNOWN, {0}, false},
    {&sent, THROTTLE_ORIGINS, {0}, false},
    {&sent, THROTTLE_UNKNOWN, {0}, false},
    /* of no kind */
    {&pair, THROTTLE_KNOWN, {AT(kind), 4, "\0\0\0\0"}, false},
    {&pair, THROTTLE_KNOWN, {AT(kind), 4, "\5\0\0\0"}, false},
    {&pair, THROTTLE_KNOWN, {AT(kind), 4, "\1\0\0\1"}, false},
    /* counts */
    {&pair, THROTTLE_KNOWN, {AT(count), 4, "\0\0\0\0"}, false},
    {&pair, THROTTLE_KNOWN, {AT(count), 4, "\x0F\x27\0\0"}, true},
    {&pair, THROTTLE_KNOWN, {AT(count), 4, "\x10\x27\0\0"}, false},
    {&unknown, THROTTLE_UNKNOWN, {AT(count), 4, "\xFF\xFF\xFF\xFF"}, false},
    {&block, THROTTLE_KNOWN, {AT(count), 4, "\1\0\0\0"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(count), 4, "\0\0\0\0"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(count), 4, "\x28\0\0\0"}, true},
    {&origin, THROTTLE_ORIGINS, {AT(count), 4, "\x29\0\0\0"}, false},
    {&sent, THROTTLE_SENT, {AT(count), 4, "\0\0\0\0"}, false},
    {&sent, THROTTLE_SENT, {AT(count), 4, "\5\0\0\0"}, true},
    {&sent, THROTTLE_SENT, {AT(count), 4, "\6\0\0\0"}, false},
    /* times: before 1970, or not in their order */
    {&pair, THROTTLE_KNOWN, {AT(at_ms[0]), 8, "\0\0\0\0\0\0\0\x80"}, false},
    {&block, THROTTLE_KNOWN, {AT(at_ms[0]), 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(at_ms[0]), 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(at_ms[1]), 8, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}, false},
    {&sent, THROTTLE_SENT, {AT(at_ms[0]), 8, "\1\0\0\0\0\0\0\0"}, false},
    {&sent, THROTTLE_SENT, {AT(at_ms[2]), 8, "\0\0\0\0\0\0\0\x80"}, false},
    {&sent, THROTTLE_SENT, {AT(at_ms[2]), 8, "\1\0\0\0\0\0\0\0"}, true},
    {&sent, THROTTLE_SENT, {AT(at_ms[3]), 8, "\0\0\0\0\0\0\0\x80"}, true},
    /* texts */
    {&pair, THROTTLE_KNOWN, {AT(user), 1, ""}, false},
    {&pair, THROTTLE_KNOWN, {AT(origin), 1, ""}, true},
    {&pair, THROTTLE_KNOWN, {AT(user), 2, "\x1B["}, false},
    {&pair, THROTTLE_KNOWN, {AT(origin), 2, "\xFFx"}, false},
    {&pair, THROTTLE_KNOWN, {AT(what), 2, "x"}, false},
    {&pair, THROTTLE_KNOWN, {AT(what), 2, "\n"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(what), 2, "\x01"}, false},
    {&unknown, THROTTLE_UNKNOWN, {AT(user), 2, "x"}, false},
    {&unknown, THROTTLE_UNKNOWN, {AT(origin), 2, "x"}, false},
    {&block, THROTTLE_KNOWN, {AT(user), 1, ""}, false},
    {&block, THROTTLE_KNOWN, {AT(what), 1, ""}, false},
    {&block, THROTTLE_KNOWN, {AT(what), 2, "\n"}, false},
    {&block, THROTTLE_KNOWN, {AT(what), 16, "sixteen.letters."}, false},
    {&origin, THROTTLE_ORIGINS, {AT(user), 2, "x"}, false},
    {&origin, THROTTLE_ORIGINS, {AT(origin), 1, ""}, false},
    {&sent, THROTTLE_SENT, {AT(user), 2, "x"}, false},
    {&sent, THROTTLE_SENT, {AT(origin), 2, "x"}, false},
#undef AT
};

START_TEST(only_what_this_program_writes_is_sound) {
    struct throttle_record record = *sounds[_i].record;

    if (sounds[_i].change.bytes != NULL)
        memcpy((char *)&record + sounds[_i].change.at, sounds[_i].change.bytes,
               sounds[_i].change.len);
    ck_assert(throttle_record_is_sound(&record, sounds[_i].table) == sounds[_i].good);
}
END_TEST

START_TEST(a_text_must_end_within_its_room) {
    struct throttle_record record = pair;

    memset(record.user, 'a', sizeof record.user);
    memset(record.origin, 'a', sizeof record.origin);
    record.user[sizeof record.user - 1] = record.origin[sizeof record.origin - 1] = '\0';
    ck_assert(throttle_record_is_sound(&record, THROTTLE_KNOWN));
    (_i == 0 ? record.user : record.origin)[THROTTLE_TEXT_BYTES - 1] = 'a';
    ck_assert(!throttle_record_is_sound(&record, THROTTLE_KNOWN));
}
END_TEST

START_TEST(any_times_come_out_of_a_file_as_times_of_the_past) {
    static const int64_t times[] = {0, 1, 1000, INT64_C(1790000000000), INT64_MAX};

    for (int now = 0; now < 5; now++) {
        for (int wall = 0; wall < 5; wall++) {
            struct throttle_record record = pair;

            record.at_ms[0] = times[_i];
            ck_assert(throttle_record_from_wall(&record, times[now], times[wall]) ==
                      (times[_i] > times[wall]));
            ck_assert_int_le(record.at_ms[0], times[now]);
            if (times[_i] > times[wall])
                ck_assert_int_eq(record.at_ms[0], times[now]);
            ck_assert_int_le(throttle_record_wait_ms(&record, times[now]), THROTTLE_MOST_MS);
            ck_assert_int_ge(throttle_record_wait_ms(&record, times[now]), 0);
        }
    }
}
END_TEST

START_TEST(one_time_of_long_ago_beside_a_new_one_makes_no_delay) {
    struct throttle_record record = origin;

    record.count = THROTTLE_ORIGIN_MOST;
    record.at_ms[1] = INT64_MAX;
    ck_assert(!throttle_record_from_wall(&record, 1000, INT64_MAX));
    ck_assert_int_eq(throttle_record_wait_ms(&record, 2000), 0);
}
END_TEST

START_TEST(what_happened_before_1970_by_a_clock_that_was_never_set_is_sound) {
    struct throttle_record record = origin;

    record.at_ms[0] = 90000;
    record.at_ms[1] = 50000;
    throttle_record_to_wall(&record, 100000, 20000);
    ck_assert_int_eq(record.at_ms[0], 10000);
    ck_assert_int_eq(record.at_ms[1], 0);
    ck_assert(throttle_record_is_sound(&record, THROTTLE_ORIGINS));
}
END_TEST

START_TEST(what_is_over_is_no_wait_below_zero) {
    struct throttle_record record = pair;

    for (int64_t now_ms = 0; now_ms < 10000; now_ms += 500)
        ck_assert_int_eq(throttle_record_wait_ms(&record, now_ms),
                         now_ms < 2000 ? 2000 - now_ms : 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("throttle_record");
    TCase *c = tcase_create("throttle_record");

    tcase_add_loop_test(c, only_what_this_program_writes_is_sound, 0, SUPPORT_COUNT(sounds));
    tcase_add_loop_test(c, a_text_must_end_within_its_room, 0, 2);
    tcase_add_loop_test(c, any_times_come_out_of_a_file_as_times_of_the_past, 0, 5);
    tcase_add_test(c, one_time_of_long_ago_beside_a_new_one_makes_no_delay);
    tcase_add_test(c, what_happened_before_1970_by_a_clock_that_was_never_set_is_sound);
    tcase_add_test(c, what_is_over_is_no_wait_below_zero);
    suite_add_tcase(s, c);
    return s;
}
