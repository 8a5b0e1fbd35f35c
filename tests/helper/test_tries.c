/* How often a service may try wrong keys. */
#include "helper/tries.h"

#include <stdio.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static struct fake_clock now;
static struct tries *tries;

static void setup(void) {
    now.ms = 5000;
    tries = tries_new(fake_clock(&now));
    ck_assert_ptr_nonnull(tries);
}

static void teardown(void) {
    tries_free(tries);
}

static void try_once(const char *service, bool wrong) {
    ck_assert(tries_begin(tries, service));
    tries_end(tries, service, wrong);
}

START_TEST(ten_wrong_ones_are_enough_for_ten_minutes) {
    for (int i = 0; i < TRIES_MOST; i++) {
        try_once("a", true);
        now.ms += 1000;
    }
    ck_assert(!tries_begin(tries, "a"));
    now.ms = 5000 + TRIES_WITHIN_MS - 1;
    ck_assert(!tries_begin(tries, "a"));
    now.ms++;
    try_once("a", true); /* the first one is forgotten, the others are not */
    ck_assert(!tries_begin(tries, "a"));
    now.ms += 1000;
    try_once("a", false);
    try_once("a", false);
}
END_TEST

START_TEST(right_ones_do_not_count) {
    for (int i = 0; i < 100; i++)
        try_once("a", false);
    ck_assert(tries_begin(tries, "a"));
}
END_TEST

START_TEST(each_service_is_counted_for_itself) {
    for (int i = 0; i < TRIES_MOST; i++)
        try_once("a", true);
    ck_assert(!tries_begin(tries, "a"));
    try_once("b", true);
    ck_assert(tries_begin(tries, "b"));
}
END_TEST

START_TEST(those_that_run_count_until_they_end) {
    for (int i = 0; i < TRIES_MOST; i++)
        ck_assert(tries_begin(tries, "a"));
    ck_assert(!tries_begin(tries, "a"));
    now.ms += 2 * TRIES_WITHIN_MS;
    ck_assert(!tries_begin(tries, "a"));
    tries_end(tries, "a", false);
    ck_assert(tries_begin(tries, "a"));
    tries_end(tries, "a", true);
    ck_assert(!tries_begin(tries, "a"));
    for (int i = 1; i < TRIES_MOST; i++)
        tries_end(tries, "a", true);
    ck_assert(!tries_begin(tries, "a"));
    tries_end(tries, "a", true); /* one end too many does no harm */
    tries_end(tries, "nobody", true);
    now.ms += TRIES_WITHIN_MS;
    ck_assert(tries_begin(tries, "a"));
}
END_TEST

START_TEST(services_are_forgotten_and_their_number_is_bounded) {
    char name[16];

    for (int i = 0; i < TRIES_SERVICES; i++) {
        (void)snprintf(name, sizeof name, "s%d", i);
        try_once(name, true);
    }
    ck_assert(!tries_begin(tries, "one more"));
    ck_assert(tries_begin(tries, "s0"));
    now.ms += TRIES_WITHIN_MS;
    for (int i = 0; i < 3 * TRIES_SERVICES; i++) {
        (void)snprintf(name, sizeof name, "t%d", i);
        try_once(name, false);
    }
    tries_end(tries, "s0", true);
}
END_TEST

START_TEST(none_is_freed_too) {
    tries_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("tries");
    TCase *t = tcase_create("tries");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ten_wrong_ones_are_enough_for_ten_minutes);
    tcase_add_test(t, right_ones_do_not_count);
    tcase_add_test(t, each_service_is_counted_for_itself);
    tcase_add_test(t, those_that_run_count_until_they_end);
    tcase_add_test(t, services_are_forgotten_and_their_number_is_bounded);
    tcase_add_test(t, none_is_freed_too);
    suite_add_tcase(s, t);
    return s;
}
