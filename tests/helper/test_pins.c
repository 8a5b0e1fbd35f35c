/* One-time codes of six digits. */
#include "helper/pins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define LISI ((struct pins_owner){"lisi", "sshd", "10.0.0.5", "lisi"})
#define NOBODY ((struct pins_owner){"lisi", "sshd", "10.0.0.5", NULL})

static struct pins *pins;
static char digits[PINS_DIGITS + 1];

static void setup(void) {
    pins = pins_new();
    ck_assert_ptr_nonnull(pins);
}

static void teardown(void) {
    pins_free(pins);
}

static bool make(struct pins_owner owner, int64_t now_ms) {
    return pins_make(pins, &owner, now_ms, digits);
}

static enum pins_answer attempt(struct pins_owner owner, int64_t now_ms, const char *text) {
    return pins_try(pins, &owner, now_ms, text);
}

/* Another code than the one that was made last. */
static const char *other(void) {
    static char wrong[PINS_DIGITS + 1];

    memcpy(wrong, digits, sizeof wrong);
    wrong[PINS_DIGITS - 1] = (char)('0' + (wrong[PINS_DIGITS - 1] - '0' + 1) % 10);
    return wrong;
}

START_TEST(a_code_is_good_once) {
    ck_assert(make(LISI, 1000));
    ck_assert_uint_eq(strlen(digits), PINS_DIGITS);
    ck_assert(pins_is_form(digits));
    ck_assert_int_eq(attempt(LISI, 1001, digits), PINS_RIGHT);
    ck_assert_int_eq(attempt(LISI, 1002, digits), PINS_WRONG);
}
END_TEST

START_TEST(a_code_lives_five_minutes_and_is_not_replaced_meanwhile) {
    char first[PINS_DIGITS + 1];

    ck_assert(make(LISI, 1000));
    memcpy(first, digits, sizeof first);
    ck_assert(!make(LISI, 1000 + PINS_LIVE_MS - 1));
    if (_i == 0) {
        ck_assert_int_eq(attempt(LISI, 1000 + PINS_LIVE_MS - 1, first), PINS_RIGHT);
        ck_assert(make(LISI, 1000 + PINS_LIVE_MS - 1));
    } else {
        ck_assert_int_eq(attempt(LISI, 1000 + PINS_LIVE_MS, first), PINS_WRONG);
        ck_assert(make(LISI, 1000 + PINS_LIVE_MS));
        ck_assert_int_eq(attempt(LISI, 1000 + PINS_LIVE_MS, digits), PINS_RIGHT);
    }
}
END_TEST

START_TEST(the_third_wrong_try_ends_it) {
    ck_assert(make(LISI, 0));
    ck_assert_int_eq(attempt(LISI, 1, other()), PINS_WRONG);
    ck_assert_int_eq(attempt(LISI, 2, "hunter2"), PINS_WRONG);
    if (_i == 0) {
        ck_assert_int_eq(attempt(LISI, 3, digits), PINS_RIGHT);
        return;
    }
    ck_assert_int_eq(attempt(LISI, 3, ""), PINS_OVER);
    ck_assert_int_eq(attempt(LISI, 4, digits), PINS_WRONG);
    ck_assert(make(LISI, 5));
}
END_TEST

static const struct pins_owner others[] = {
    {"lis", "sshd", "10.0.0.5", "lisi"},  {"lisi", "sudo", "10.0.0.5", "lisi"},
    {"lisi", "sshd", "10.0.0.6", "lisi"}, {"lisi", "sshd", "", "lisi"},
    {"lisi", "sshd", "10.0.0.5", "Lisi"}, {"lisi", "sshd", "10.0.0.5", NULL},
    {"lisis", "shd", "10.0.0.5", "lisi"}, {"lisi", "sshd1", "0.0.0.5", "lisi"},
};

START_TEST(a_code_belongs_to_one_user_service_origin_and_member) {
    char mine[PINS_DIGITS + 1];

    ck_assert(make(LISI, 0));
    memcpy(mine, digits, sizeof mine);
    ck_assert_int_eq(attempt(others[_i], 1, mine), PINS_WRONG);
    ck_assert(make(others[_i], 1));
    ck_assert_int_eq(attempt(LISI, 2, mine), PINS_RIGHT);
}
END_TEST

START_TEST(nobody_s_code_is_never_right_and_ends_alike) {
    ck_assert(make(NOBODY, 0));
    ck_assert(!make(NOBODY, 1));
    ck_assert_int_eq(attempt(NOBODY, 1, digits), PINS_WRONG);
    ck_assert_int_eq(attempt(NOBODY, 1, digits), PINS_WRONG);
    ck_assert_int_eq(attempt(NOBODY, 1, digits), PINS_OVER);
    ck_assert(make(NOBODY, 2));
}
END_TEST

START_TEST(a_code_that_did_not_go_out_is_followed_by_another) {
    struct pins_owner lisi = LISI;
    char first[PINS_DIGITS + 1];

    ck_assert(make(LISI, 0));
    memcpy(first, digits, sizeof first);
    ck_assert_int_eq(attempt(LISI, 0, other()), PINS_WRONG);
    pins_unsent(pins, &lisi);
    ck_assert(make(LISI, 1));
    ck_assert(!make(LISI, 2));
    if (strcmp(first, digits) != 0)
        ck_assert_int_eq(attempt(LISI, 2, first), PINS_WRONG);
    else
        ck_assert_int_eq(attempt(LISI, 2, other()), PINS_WRONG);
    ck_assert_int_eq(attempt(LISI, 2, other()), PINS_OVER); /* the first one counted */
}
END_TEST

/* As many as there is room for, of nobody: whoever has a code keeps it. */
START_TEST(unknown_names_push_nobody_out) {
    char mine[PINS_DIGITS + 1], name[32];

    ck_assert(make(LISI, 0));
    memcpy(mine, digits, sizeof mine);
    for (int i = 0; i < PINS_MOST + 10; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        ck_assert(make((struct pins_owner){name, "sshd", "o", NULL}, i));
    }
    ck_assert_int_eq(attempt(LISI, PINS_MOST, mine), PINS_RIGHT);
}
END_TEST

START_TEST(the_oldest_goes_when_there_are_too_many) {
    char name[32], last[PINS_DIGITS + 1];
    int64_t now = PINS_MOST + 2;

    for (int i = 0; i < now; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        ck_assert(make((struct pins_owner){name, "sshd", "o", name}, i));
    }
    memcpy(last, digits, sizeof last);
    ck_assert_int_eq(attempt((struct pins_owner){name, "sshd", "o", name}, now, last), PINS_RIGHT);
    ck_assert(!make((struct pins_owner){"n2", "sshd", "o", "n2"}, now));
    ck_assert(make((struct pins_owner){"n0", "sshd", "o", "n0"}, now)); /* into the free place */
    ck_assert(make((struct pins_owner){"n1", "sshd", "o", "n1"}, now));
}
END_TEST

/* 60,000 digits: each place and value within five standard deviations. */
START_TEST(all_digits_are_as_likely) {
    unsigned int counts[PINS_DIGITS][10] = {{0}};
    char name[32];

    for (int i = 0; i < 10000; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        ck_assert(make((struct pins_owner){name, "s", "o", NULL}, i));
        for (size_t d = 0; d < PINS_DIGITS; d++)
            counts[d][digits[d] - '0']++;
    }
    for (size_t d = 0; d < PINS_DIGITS; d++) {
        for (size_t v = 0; v < 10; v++)
            ck_assert_msg(counts[d][v] > 850 && counts[d][v] < 1150, "%zu: %u", d, counts[d][v]);
    }
}
END_TEST

START_TEST(words_that_are_too_long_are_no_owner) {
    char name[2000];

    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert(!make((struct pins_owner){name, "sshd", "", "lisi"}, 0));
    ck_assert_int_eq(attempt((struct pins_owner){name, "sshd", "", "lisi"}, 0, "123456"),
                     PINS_WRONG);
    ck_assert(make(LISI, 0));
    ck_assert_int_eq(attempt(LISI, 0, name), PINS_WRONG);
}
END_TEST

static const struct {
    const char *text;
    bool is;
} forms[] = {{"123456", true},  {"000000", true},  {"12345", false},   {"1234567", false},
             {"", false},       {"12345a", false}, {" 123456", false}, {"123456 ", false},
             {"-12345", false}, {"１23456", false}};

START_TEST(a_code_has_six_digits_and_nothing_else) {
    ck_assert(pins_is_form(forms[_i].text) == forms[_i].is);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pins");
    TCase *t = tcase_create("pins");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_code_is_good_once);
    tcase_add_loop_test(t, a_code_lives_five_minutes_and_is_not_replaced_meanwhile, 0, 2);
    tcase_add_loop_test(t, the_third_wrong_try_ends_it, 0, 2);
    tcase_add_loop_test(t, a_code_belongs_to_one_user_service_origin_and_member, 0,
                        SUPPORT_COUNT(others));
    tcase_add_test(t, nobody_s_code_is_never_right_and_ends_alike);
    tcase_add_test(t, a_code_that_did_not_go_out_is_followed_by_another);
    tcase_add_test(t, unknown_names_push_nobody_out);
    tcase_add_test(t, the_oldest_goes_when_there_are_too_many);
    tcase_add_test(t, all_digits_are_as_likely);
    tcase_add_test(t, words_that_are_too_long_are_no_owner);
    tcase_add_loop_test(t, a_code_has_six_digits_and_nothing_else, 0, SUPPORT_COUNT(forms));
    suite_add_tcase(s, t);
    return s;
}
