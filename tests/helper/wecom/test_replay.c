/* The same delivery counts once. */
#include "helper/wecom/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define KEY_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct replay *set;

static void setup(void) {
    set = replay_new();
    ck_assert_ptr_nonnull(set);
}

static void teardown(void) {
    replay_free(set);
}

/* From a copy of its exact size. */
static bool first(const char *key, int64_t now_ms) {
    char *copy = strdup(key);
    bool is_first;

    ck_assert_ptr_nonnull(copy);
    is_first = replay_first(set, copy, now_ms);
    free(copy);
    return is_first;
}

static const char *name(unsigned int i) {
    static char text[32];

    (void)snprintf(text, sizeof text, "key-%u", i);
    return text;
}

START_TEST(a_key_comes_first_once) {
    ck_assert(first("a", 0));
    ck_assert(!first("a", 0));
    ck_assert(!first("a", 1000));
    ck_assert(first("b", 1000));
    ck_assert(first("A", 1000)); /* case counts */
    ck_assert(first("aa", 1000));
    ck_assert(first(KEY_64, 1000));
    ck_assert(!first(KEY_64, 1000));
    ck_assert(!first("b", 1000));
}
END_TEST

START_TEST(it_is_kept_as_long_as_a_request_can_be_recent) {
    ck_assert_int_eq(REPLAY_KEPT_MS, 20 * 60 * 1000);
    ck_assert(first("a", 5000));
    ck_assert(!first("a", 5000 + REPLAY_KEPT_MS - 1));
    ck_assert(first("a", 5000 + REPLAY_KEPT_MS)); /* and the repetition before did not matter */
    ck_assert(!first("a", 5000 + REPLAY_KEPT_MS + 1));
    ck_assert(!first("a", 5000 + 2 * REPLAY_KEPT_MS - 1));
    ck_assert(first("a", 5000 + 2 * REPLAY_KEPT_MS));
}
END_TEST

START_TEST(no_key_and_a_key_that_is_too_long_never_come_first) {
    ck_assert(!first("", 0));
    ck_assert(!first("", 10LL * REPLAY_KEPT_MS));
    ck_assert(!first(KEY_64 "0", 0));
    ck_assert(!first(KEY_64 KEY_64, 0));
    ck_assert(first(KEY_64, 0)); /* nothing of them was kept */
}
END_TEST

START_TEST(as_many_as_there_is_room_for_are_kept_and_then_the_oldest_goes) {
    for (unsigned int i = 0; i < REPLAY_MOST; i++)
        ck_assert(first(name(i), i));
    for (unsigned int i = 0; i < REPLAY_MOST; i++)
        ck_assert(!first(name(i), REPLAY_MOST));
    ck_assert(first("one more", REPLAY_MOST));
    ck_assert(!first("one more", REPLAY_MOST));
    for (unsigned int i = 1; i < REPLAY_MOST; i++)
        ck_assert(!first(name(i), REPLAY_MOST));
    ck_assert(first(name(0), REPLAY_MOST)); /* the oldest had gone; now the second goes */
    ck_assert(!first(name(2), REPLAY_MOST));
    ck_assert(first(name(1), REPLAY_MOST));
    ck_assert(!first("one more", REPLAY_MOST));
}
END_TEST

START_TEST(two_sets_share_nothing_and_none_is_freed_gladly) {
    struct replay *other = replay_new();

    ck_assert(first("a", 0));
    ck_assert(replay_first(other, "a", 0));
    replay_free(other);
    replay_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("replay");
    TCase *t = tcase_create("replay");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_key_comes_first_once);
    tcase_add_test(t, it_is_kept_as_long_as_a_request_can_be_recent);
    tcase_add_test(t, no_key_and_a_key_that_is_too_long_never_come_first);
    tcase_add_test(t, as_many_as_there_is_room_for_are_kept_and_then_the_oldest_goes);
    tcase_add_test(t, two_sets_share_nothing_and_none_is_freed_gladly);
    suite_add_tcase(s, t);
    return s;
}
