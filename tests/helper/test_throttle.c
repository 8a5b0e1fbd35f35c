/* What slows down guessing: the rules, in memory. That they survive a restart is in
 * test_throttle_rows.c.
 */
#include "helper/throttle.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_throttle.h"

#define THERE "198.51.100.7"

static struct throttle *t;

static void setup(void) {
    now = (struct two_clocks){.ms = 5000, .wall_ms = INT64_C(1790000000000)};
    t = open_throttle(NULL, &now);
}

static void teardown(void) {
    ck_assert_ptr_null(throttle_trouble(t));
    throttle_close(t);
}

/* A name that was not used before. */
static const char *anybody(void) {
    static char name[32];
    static unsigned int n;

    (void)snprintf(name, sizeof name, "w%u", n++);
    return name;
}

/* What an origin alone has to wait. */
static int64_t wait_of_origin(const char *origin) {
    return throttle_wait_ms(t, "", false, origin);
}

static const int64_t growth_s[] = {1, 2, 4, 8, 16, 32, 60, 60, 60, 60};

START_TEST(three_failures_of_a_pair_cost_nothing_then_the_delay_doubles_to_60_s) {
    bool known = _i != 0;

    for (int i = 0; i < 3; i++) {
        throttle_failed(t, "zhangsan", known, "");
        ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", known, ""), 0);
    }
    for (int i = 0; i < SUPPORT_COUNT(growth_s); i++) {
        throttle_failed(t, "zhangsan", known, "");
        ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", known, ""), growth_s[i] * 1000);
    }
    fail_times(t, "zhangsan", known, "", 12000);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", known, ""), THROTTLE_MOST_MS);
    /* which of the two the name is makes two counters */
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", !known, ""), 0);
}
END_TEST

START_TEST(twenty_failures_of_an_origin_cost_nothing_then_the_delay_doubles_to_60_s) {
    for (int i = 0; i < 20; i++) {
        throttle_failed(t, anybody(), i % 2 == 0, HERE);
        ck_assert_int_eq(wait_of_origin(HERE), 0);
    }
    for (int i = 0; i < SUPPORT_COUNT(growth_s); i++) {
        throttle_failed(t, anybody(), i % 2 == 0, HERE);
        ck_assert_int_eq(wait_of_origin(HERE), growth_s[i] * 1000);
        ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), growth_s[i] * 1000);
        ck_assert_int_eq(wait_of_origin(THERE), 0);
    }
    for (int i = 0; i < 1000; i++)
        throttle_failed(t, anybody(), false, HERE);
    ck_assert_int_eq(wait_of_origin(HERE), THROTTLE_MOST_MS);
}
END_TEST

START_TEST(the_longer_delay_counts) {
    for (int i = 0; i < 22; i++)
        throttle_failed(t, anybody(), false, HERE);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 2000);
    fail_times(t, "zhangsan", true, HERE, 3); /* 25 of the origin: 16 s */
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 16000);
    now.ms += 15 * MINUTE_MS;
    fail_times(t, "zhangsan", true, HERE, 7); /* 12 + 7 of the origin: nothing */
    ck_assert_int_eq(wait_of_origin(HERE), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 8000);
}
END_TEST

START_TEST(a_delay_runs_out_with_the_clock) {
    fail_times(t, "zhangsan", true, "", 5);
    now.ms += 1;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 1999);
    now.ms += 1998;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 1);
    now.ms += 1;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 0);
    now.ms += 10000;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 0);
}
END_TEST

START_TEST(a_pair_is_forgotten_after_15_minutes_without_a_failure) {
    fail_times(t, "zhangsan", true, "", 5);
    now.ms += 15 * MINUTE_MS - 1;
    throttle_failed(t, "zhangsan", true, "");
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 4000);
    now.ms += 15 * MINUTE_MS;
    ck_assert_uint_eq(failures_of(t, "zhangsan", ""), 0);
    throttle_failed(t, "zhangsan", true, "");
    ck_assert_uint_eq(failures_of(t, "zhangsan", ""), 1);
}
END_TEST

START_TEST(the_count_of_an_origin_is_halved_every_15_minutes_and_goes_no_further_than_40) {
    static const uint32_t left[] = {40, 20, 10, 5, 2, 1, 0};

    for (int i = 0; i < 500; i++)
        throttle_failed(t, anybody(), false, HERE);
    for (int i = 0; i < SUPPORT_COUNT(left); i++) {
        ck_assert_uint_eq(failures_of(t, "", HERE), left[i]);
        now.ms += 15 * MINUTE_MS - 1;
        ck_assert_uint_eq(failures_of(t, "", HERE), left[i]);
        now.ms++;
    }
}
END_TEST

START_TEST(failures_in_between_do_not_put_off_the_halving) {
    for (int i = 0; i < 24; i++)
        throttle_failed(t, anybody(), false, HERE);
    now.ms += 10 * MINUTE_MS;
    for (int i = 0; i < 2; i++)
        throttle_failed(t, anybody(), false, HERE);
    ck_assert_int_eq(wait_of_origin(HERE), 32000);
    now.ms += 5 * MINUTE_MS;
    ck_assert_uint_eq(failures_of(t, "", HERE), 13);
    now.ms += 5 * MINUTE_MS;
    throttle_failed(t, anybody(), false, HERE);
    ck_assert_uint_eq(failures_of(t, "", HERE), 14);
    now.ms += 10 * MINUTE_MS;
    ck_assert_uint_eq(failures_of(t, "", HERE), 7);
}
END_TEST

START_TEST(an_office_with_ten_mistakes_in_15_minutes_never_waits) {
    for (int i = 0; i < 24 * 60; i++) {
        now.ms += MINUTE_MS + MINUTE_MS / 2;
        throttle_failed(t, anybody(), true, HERE);
        ck_assert_int_eq(wait_of_origin(HERE), 0);
    }
}
END_TEST

/* Tries of somebody who waits no longer than he must; each for another user, or all for one. */
static int tries_within(int64_t ms, const char *user, const char *origin) {
    int64_t end = now.ms + ms;
    int tries = 0;

    while (now.ms < end) {
        const char *name = user != NULL ? user : anybody();
        int64_t wait = throttle_wait_ms(t, name, user != NULL, origin);

        ck_assert(wait >= 0 && wait <= THROTTLE_MOST_MS);
        now.ms += wait;
        if (wait > 0)
            continue;
        throttle_failed(t, name, user != NULL, origin);
        now.ms += 10; /* what a try takes */
        tries++;
    }
    return tries;
}

START_TEST(who_guesses_for_a_day_gets_few_tries) {
    const int quarters = 24 * 4;
    int origin_alone = tries_within(24 * 60 * MINUTE_MS, NULL, HERE);
    int pair = tries_within(24 * 60 * MINUTE_MS, "zhangsan", "");

    ck_assert_msg(origin_alone > 15 * quarters && origin_alone <= 40 + 21 * quarters, "%d",
                  origin_alone);
    ck_assert_msg(pair > 14 * quarters && pair <= 10 + 15 * quarters, "%d", pair);
}
END_TEST

START_TEST(nobody_can_lock_a_colleague_out) {
    char origin[64];

    for (int i = 0; i < 6000; i++) {
        (void)snprintf(origin, sizeof origin, "10.%d.%d.7", i / 200 % 200, i % 200);
        throttle_failed(t, "zhangsan", true, origin);
    }
    fail_times(t, "zhangsan", true, "", 100);
    fail_times(t, "zhangsan", true, "2001:db8::1", 100);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 0);
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert(throttle_may_send(t, "zhangsan"));
    /* nor by failures of his own at the same origin, as long as it is not worn out */
    fail_times(t, "lisi", true, HERE, 20);
    ck_assert_int_eq(throttle_wait_ms(t, "lisi", true, HERE), THROTTLE_MOST_MS);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 0);
}
END_TEST

START_TEST(a_success_clears_the_pair_and_not_the_origin) {
    fail_times(t, "zhangsan", true, HERE, 22);
    fail_times(t, "zhangsan", false, HERE, 4);
    fail_times(t, "zhangsan", true, THERE, 5);
    fail_times(t, "lisi", true, HERE, 1);
    ck_assert(throttle_block(t, "zhangsan", HERE, "approve"));
    throttle_passed(t, "zhangsan", HERE);
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 0);
    ck_assert_uint_eq(failures_of(t, "lisi", HERE), 1);
    ck_assert_uint_eq(failures_of(t, "zhangsan", THERE), 5);
    ck_assert_uint_eq(failures_of(t, "", HERE), 27);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), THROTTLE_MOST_MS);
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    now.ms += 15 * MINUTE_MS - 1; /* what counted before there was an account is gone, too */
    throttle_failed(t, "zhangsan", false, "");
    throttle_passed(t, "zhangsan", "");
    fail_times(t, "zhangsan", false, "", 3);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", false, ""), 0);
    throttle_passed(t, "", HERE);
    throttle_passed(t, NULL, NULL);
}
END_TEST

START_TEST(at_a_terminal_of_the_machine_only_pairs_count) {
    for (int i = 0; i < 1000; i++)
        throttle_failed(t, anybody(), true, i % 2 == 0 ? "" : NULL);
    ck_assert_int_eq(wait_of_origin(""), 0);
    ck_assert_int_eq(wait_of_origin(NULL), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 0);
    ck_assert_uint_eq(failures_of(t, "", ""), 0);
    fail_times(t, "zhangsan", true, NULL, 4);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 1000);
}
END_TEST

START_TEST(who_has_no_name_yet_counts_for_the_origin_only) {
    fail_times(t, "", false, HERE, 10);
    fail_times(t, NULL, true, HERE, 10);
    ck_assert_int_eq(throttle_wait_ms(t, "", false, HERE), 0);
    throttle_failed(t, "", false, HERE);
    ck_assert_int_eq(throttle_wait_ms(t, NULL, true, HERE), 1000);
    fail_times(t, NULL, false, NULL, 100);
    ck_assert_int_eq(throttle_wait_ms(t, NULL, false, NULL), 0);
}
END_TEST

START_TEST(capital_letters_and_other_forms_of_an_address_are_no_way_around) {
    throttle_failed(t, "ZhangSan", true, HERE);
    throttle_failed(t, "zhangsan", true, "::ffff:192.0.2.1");
    throttle_failed(t, "ZHANGSAN", true, HERE);
    throttle_failed(t, "zhangSan", true, "::FFFF:c000:201");
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 1000);
    /* one address of an IPv6 network after the other; a pair is of one address */
    for (int i = 0; i < 21; i++) {
        char origin[64];

        (void)snprintf(origin, sizeof origin, "2001:db8:0:1::%x", i);
        ck_assert_int_eq(throttle_wait_ms(t, "lisi", true, origin), 0);
        throttle_failed(t, "lisi", true, origin);
    }
    ck_assert_int_eq(throttle_wait_ms(t, "lisi", true, "2001:db8:0:1:ffff::"), 1000);
    ck_assert_int_eq(throttle_wait_ms(t, "lisi", true, "2001:db8:0:2::"), 0);
}
END_TEST

START_TEST(user_and_origin_are_not_run_together) {
    fail_times(t, "ab", true, "c", 4);
    ck_assert_int_eq(throttle_wait_ms(t, "a", true, "bc"), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "abc", true, ""), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "ab", true, "c"), 1000);
}
END_TEST

START_TEST(a_flood_of_unknown_names_pushes_out_no_known_one) {
    char name[32], origin[32];

    fail_times(t, "zhangsan", true, HERE, 5);
    throttle_sent(t, "zhangsan");
    ck_assert(throttle_block(t, "zhangsan", HERE, "approve"));
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof name, "password%d", i);
        (void)snprintf(origin, sizeof origin, "10.0.0.%d", i % 250);
        throttle_failed(t, name, false, i % 2 == 0 ? origin : "");
    }
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 5);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 2000);
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    fail_times(t, "password99999", false, "", 3); /* the last ones are known still */
    ck_assert_int_eq(throttle_wait_ms(t, "password99999", false, ""), 1000);
}
END_TEST

START_TEST(when_a_table_is_full_what_is_forgotten_first_goes) {
    char name[32];

    throttle_failed(t, "first", true, "");
    throttle_failed(t, "second", true, "");
    for (int i = 2; i < THROTTLE_ROWS; i++) {
        (void)snprintf(name, sizeof name, "u%d", i);
        now.ms++;
        throttle_failed(t, name, true, "");
    }
    throttle_failed(t, "first", true, ""); /* later than all others now */
    ck_assert_uint_eq(failures_of(t, "first", ""), 2);
    ck_assert_uint_eq(failures_of(t, "second", ""), 1);
    throttle_failed(t, "one more", true, "");
    ck_assert_uint_eq(failures_of(t, "first", ""), 2);
    ck_assert_uint_eq(failures_of(t, "second", ""), 0);
    ck_assert_uint_eq(failures_of(t, "u2", ""), 1);
    ck_assert_uint_eq(failures_of(t, "one more", ""), 1);
}
END_TEST

START_TEST(none_of_the_tables_pushes_out_what_stands_in_another) {
    char name[32];

    fail_times(t, "nobody", false, HERE, 21);
    for (int i = 0; i < THROTTLE_MESSAGES; i++)
        throttle_sent(t, "lisi");
    for (int i = 0; i < 2 * THROTTLE_ROWS; i++) {
        (void)snprintf(name, sizeof name, "u%d", i);
        throttle_failed(t, name, true, "");
    }
    ck_assert_int_eq(throttle_wait_ms(t, "nobody", false, HERE), THROTTLE_MOST_MS);
    ck_assert_int_eq(wait_of_origin(HERE), 1000);
    ck_assert(!throttle_may_send(t, "lisi"));
    for (int i = 0; i < 2 * THROTTLE_ROWS; i++) {
        (void)snprintf(name, sizeof name, "u%d", i);
        throttle_sent(t, name);
    }
    ck_assert(throttle_may_send(t, "lisi"));
    ck_assert_int_eq(throttle_wait_ms(t, "nobody", false, HERE), THROTTLE_MOST_MS);
    ck_assert_int_eq(wait_of_origin(HERE), 1000);
}
END_TEST

START_TEST(one_person_is_sent_five_messages_in_any_ten_minutes) {
    int64_t sent_ms[400];
    int count = 0, refused = 0;

    for (int i = 0; i < 400; i++) {
        now.ms += i * 7919 % (5 * MINUTE_MS);
        if (!throttle_may_send(t, i % 2 == 0 ? "Corp/ZhangSan" : "corp/zhangsan")) {
            refused++;
            ck_assert_int_ge(count, 5);
            ck_assert_int_lt(now.ms - sent_ms[count - 5], 10 * MINUTE_MS);
            continue;
        }
        throttle_sent(t, "corp/zhangsan");
        sent_ms[count++] = now.ms;
        if (count > 5)
            ck_assert_int_ge(now.ms - sent_ms[count - 6], 10 * MINUTE_MS);
        ck_assert(throttle_may_send(t, "corp/lisi"));
    }
    ck_assert_int_gt(refused, 10);
    ck_assert_int_gt(count, 10);
}
END_TEST

START_TEST(messages_are_counted_to_the_millisecond_and_also_where_nobody_asked) {
    for (int i = 0; i < 5; i++) {
        ck_assert(throttle_may_send(t, "zhangsan"));
        throttle_sent(t, "zhangsan");
        now.ms += 1000;
    }
    ck_assert(!throttle_may_send(t, "zhangsan"));
    now.ms += 10 * MINUTE_MS - 5001;
    ck_assert(!throttle_may_send(t, "zhangsan"));
    now.ms++;
    ck_assert(throttle_may_send(t, "zhangsan"));
    for (int i = 0; i < 20; i++)
        throttle_sent(t, "zhangsan");
    now.ms += 10 * MINUTE_MS - 1;
    ck_assert(!throttle_may_send(t, "zhangsan"));
    now.ms++;
    ck_assert(throttle_may_send(t, "zhangsan"));
}
END_TEST

START_TEST(a_block_is_for_one_thing_one_user_and_one_origin_for_15_minutes) {
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert(throttle_block(t, "ZhangSan", HERE, "approve"));
    ck_assert(throttle_is_blocked(t, "zhangsan", "::ffff:192.0.2.1", "approve"));
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "message"));
    ck_assert(!throttle_is_blocked(t, "zhangsan", THERE, "approve"));
    ck_assert(!throttle_is_blocked(t, "zhangsan", "", "approve"));
    ck_assert(!throttle_is_blocked(t, "lisi", HERE, "approve"));
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 0);
    ck_assert(throttle_block(t, "zhangsan", HERE, "message"));
    now.ms += 15 * MINUTE_MS - 1;
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "message"));
    ck_assert(throttle_block(t, "zhangsan", HERE, "message"));
    now.ms++;
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert(throttle_is_blocked(t, "zhangsan", HERE, "message"));
}
END_TEST

START_TEST(what_cannot_be_blocked_is_said_and_counts_as_blocked) {
    static const struct {
        const char *user, *what;
    } odd[] = {{"", "approve"},   {NULL, "approve"},    {"zhangsan", ""},
               {"zhangsan", " "}, {"zhangsan", "a\nb"}, {"zhangsan", "sixteen.letters."}};

    for (int i = 0; i < SUPPORT_COUNT(odd); i++) {
        ck_assert(!throttle_block(t, odd[i].user, HERE, odd[i].what));
        ck_assert(throttle_is_blocked(t, odd[i].user, HERE, odd[i].what));
    }
    ck_assert(throttle_block(t, "zhangsan", HERE, "fifteen.letters"));
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
}
END_TEST

START_TEST(an_administrator_ends_all_that_a_user_has_to_bear) {
    fail_times(t, "zhangsan", true, HERE, 10);
    fail_times(t, "zhangsan", true, THERE, 10);
    fail_times(t, "zhangsan", true, "", 1);
    fail_times(t, "zhangsan", false, "", 4);
    fail_times(t, "lisi", true, HERE, 12);
    ck_assert(throttle_block(t, "zhangsan", HERE, "approve"));
    ck_assert(throttle_block(t, "lisi", HERE, "approve"));
    ck_assert_uint_eq(throttle_unlock(t, "wangwu"), 0);
    ck_assert_uint_eq(throttle_unlock(t, "ZHANGSAN"), 5);
    ck_assert_uint_eq(throttle_unlock(t, "zhangsan"), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, THERE), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 0);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", false, ""), 0);
    ck_assert(!throttle_is_blocked(t, "zhangsan", HERE, "approve"));
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 0);
    ck_assert_uint_eq(failures_of(t, "lisi", HERE), 12);
    ck_assert(throttle_is_blocked(t, "lisi", HERE, "approve"));
    ck_assert_uint_eq(failures_of(t, "", HERE), 22);
    /* what is forgotten is not counted */
    fail_times(t, "zhangsan", true, "", 1);
    now.ms += 15 * MINUTE_MS;
    fail_times(t, "zhangsan", true, HERE, 1);
    ck_assert_uint_eq(throttle_unlock(t, "zhangsan"), 1);
}
END_TEST

START_TEST(an_administrator_sees_pairs_blocks_and_origins) {
    struct throttle_entry entry;
    size_t at = 0;

    fail_times(t, "ZhangSan", true, "2001:db8:0:1::5", 5);
    fail_times(t, "geheim", false, THERE, 2);
    fail_times(t, "geheim", false, "", 2);
    throttle_sent(t, "lisi");
    ck_assert(throttle_block(t, "lisi", "", "approve"));
    now.ms += 500;
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.user, "ZhangSan");
    ck_assert_str_eq(entry.origin, "2001:db8:0:1::5");
    ck_assert_str_eq(entry.blocked, "");
    ck_assert_uint_eq(entry.failures, 5);
    ck_assert_int_eq(entry.wait_s, 2);
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.user, "lisi");
    ck_assert_str_eq(entry.origin, "");
    ck_assert_str_eq(entry.blocked, "approve");
    ck_assert_uint_eq(entry.failures, 0);
    ck_assert_int_eq(entry.wait_s, 15 * 60);
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.user, "");
    ck_assert_str_eq(entry.origin, "2001:db8:0:1::/64");
    ck_assert_uint_eq(entry.failures, 5);
    ck_assert_int_eq(entry.wait_s, 0);
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.origin, THERE);
    ck_assert_uint_eq(entry.failures, 2);
    ck_assert(!throttle_next(t, &at, &entry));
    ck_assert(!throttle_next(t, &at, &entry));
    now.ms += 2 * 15 * MINUTE_MS; /* only the five failures of the network are not forgotten yet */
    at = 0;
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.origin, "2001:db8:0:1::/64");
    ck_assert_uint_eq(entry.failures, 1);
    ck_assert(!throttle_next(t, &at, &entry));
}
END_TEST

static const struct {
    const char *name, *shown;
} shows[] = {
    {"\xE5\xBC\xA0\xE4\xB8\x89", "\xE5\xBC\xA0\xE4\xB8\x89"},
    {"a\x1B[31mb\n", "a[31mb "},
    {"\x01\x02", "?"},
    {"\xFF", "?"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901\xE5\xBC\xA0",
     "12345678901234567890123456789012345678901234567890123456789012345678901"},
    {"1234567890123456789012345678901234567890123456789012345678901234567890\xE5\xBC\xA0",
     "1234567890123456789012345678901234567890123456789012345678901234567890"},
};

START_TEST(what_is_shown_is_clean_and_fits) {
    struct throttle_entry entry;
    size_t at = 0;

    fail_times(t, shows[_i].name, true, shows[_i].name, 4);
    ck_assert_int_eq(throttle_wait_ms(t, shows[_i].name, true, shows[_i].name), 1000);
    ck_assert(throttle_next(t, &at, &entry));
    ck_assert_str_eq(entry.user, shows[_i].shown);
    ck_assert_str_eq(entry.origin, shows[_i].shown);
}
END_TEST

START_TEST(names_of_any_length_are_counted) {
    char name[1000];

    memset(name, 'a', sizeof name);
    for (size_t len = 1; len < sizeof name; len += 111) {
        name[len] = '\0';
        fail_times(t, name, len % 2 == 0, name, 4);
        ck_assert_int_ge(throttle_wait_ms(t, name, len % 2 == 0, name), 1000);
        throttle_sent(t, name);
        ck_assert(throttle_block(t, name, name, "approve"));
        ck_assert(throttle_is_blocked(t, name, name, "approve"));
        name[len] = 'a';
    }
}
END_TEST

START_TEST(no_clock_makes_a_delay_longer_than_60_s) {
    static const int64_t clocks[] = {0, 1, 4999, 5001, 60000, INT64_C(1) << 40, 0};

    for (int i = 0; i < SUPPORT_COUNT(clocks); i++) {
        int64_t wait;

        now.ms = clocks[i];
        now.wall_ms = clocks[SUPPORT_COUNT(clocks) - 1 - i] - 3;
        fail_times(t, "zhangsan", true, HERE, 30);
        throttle_sent(t, "zhangsan");
        wait = throttle_wait_ms(t, "zhangsan", true, HERE);
        ck_assert_int_ge(wait, 0);
        ck_assert_int_le(wait, THROTTLE_MOST_MS);
        now.ms /= 2;
        wait = throttle_wait_ms(t, "zhangsan", true, HERE);
        ck_assert_int_ge(wait, 0);
        ck_assert_int_le(wait, THROTTLE_MOST_MS);
    }
}
END_TEST

START_TEST(the_wall_clock_does_not_matter_while_the_helper_runs) {
    fail_times(t, "zhangsan", true, "", 5);
    now.wall_ms -= INT64_C(86400000) * 365;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 2000);
    throttle_failed(t, "zhangsan", true, "");
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 4000);
    now.wall_ms += INT64_C(86400000) * 3650;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 4000);
    now.ms += 4000;
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, ""), 0);
}
END_TEST

START_TEST(none_is_closed_too) {
    throttle_close(NULL);
}
END_TEST

static void add_limits(TCase *c) {
    tcase_add_test(c, a_flood_of_unknown_names_pushes_out_no_known_one);
    tcase_add_test(c, when_a_table_is_full_what_is_forgotten_first_goes);
    tcase_add_test(c, none_of_the_tables_pushes_out_what_stands_in_another);
    tcase_add_loop_test(c, what_is_shown_is_clean_and_fits, 0, SUPPORT_COUNT(shows));
    tcase_add_test(c, names_of_any_length_are_counted);
    tcase_add_test(c, no_clock_makes_a_delay_longer_than_60_s);
    tcase_add_test(c, the_wall_clock_does_not_matter_while_the_helper_runs);
    tcase_add_test(c, none_is_closed_too);
}

Suite *suite(void) {
    Suite *s = suite_create("throttle");
    TCase *c = tcase_create("throttle");

    tcase_set_timeout(c, 240);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, three_failures_of_a_pair_cost_nothing_then_the_delay_doubles_to_60_s, 0,
                        2);
    tcase_add_test(c, twenty_failures_of_an_origin_cost_nothing_then_the_delay_doubles_to_60_s);
    tcase_add_test(c, the_longer_delay_counts);
    tcase_add_test(c, a_delay_runs_out_with_the_clock);
    tcase_add_test(c, a_pair_is_forgotten_after_15_minutes_without_a_failure);
    tcase_add_test(c,
                   the_count_of_an_origin_is_halved_every_15_minutes_and_goes_no_further_than_40);
    tcase_add_test(c, failures_in_between_do_not_put_off_the_halving);
    tcase_add_test(c, an_office_with_ten_mistakes_in_15_minutes_never_waits);
    tcase_add_test(c, who_guesses_for_a_day_gets_few_tries);
    tcase_add_test(c, nobody_can_lock_a_colleague_out);
    tcase_add_test(c, a_success_clears_the_pair_and_not_the_origin);
    tcase_add_test(c, at_a_terminal_of_the_machine_only_pairs_count);
    tcase_add_test(c, who_has_no_name_yet_counts_for_the_origin_only);
    tcase_add_test(c, capital_letters_and_other_forms_of_an_address_are_no_way_around);
    tcase_add_test(c, user_and_origin_are_not_run_together);
    tcase_add_test(c, one_person_is_sent_five_messages_in_any_ten_minutes);
    tcase_add_test(c, messages_are_counted_to_the_millisecond_and_also_where_nobody_asked);
    tcase_add_test(c, a_block_is_for_one_thing_one_user_and_one_origin_for_15_minutes);
    tcase_add_test(c, what_cannot_be_blocked_is_said_and_counts_as_blocked);
    tcase_add_test(c, an_administrator_ends_all_that_a_user_has_to_bear);
    tcase_add_test(c, an_administrator_sees_pairs_blocks_and_origins);
    add_limits(c);
    suite_add_tcase(s, c);
    return s;
}
