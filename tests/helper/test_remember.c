/* Windows without a prompt: whose they are, how long they last, what ends them. */
#include "helper/remember.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

enum { HOUR_S = 3600, HOUR_MS = 3600000 };

static struct remember *remember;
static const unsigned char key_a[AUTH_INFO_BYTES] = {1}, key_b[AUTH_INFO_BYTES] = {2};
static const struct remember_login lisi = {"lisi", "sshd", "10.0.0.5", key_a};

static void setup(void) {
    remember = remember_new();
    ck_assert_ptr_nonnull(remember);
}

static void teardown(void) {
    remember_free(remember);
}

static bool counts(const struct remember_login *login, const char *account) {
    return remember_counts(remember, login, account, HOUR_S, 1000);
}

static const struct {
    struct remember_login login;
    const char *account;
} strangers[] = {
    {{"lisi", "sshd", "10.0.0.5", key_b}, "ID1"}, {{"lisi", "sshd", "10.0.0.6", key_a}, "ID1"},
    {{"lisi", "sudo", "10.0.0.5", key_a}, "ID1"}, {{"wangwu", "sshd", "10.0.0.5", key_a}, "ID1"},
    {{"lisi", "sshd", "10.0.0.5", key_a}, "ID2"}, {{"lisi", "sshd", "10.0.0.5", NULL}, "ID1"},
    {{"lisi", "sshd", "", key_a}, "ID1"},         {{"lisi", "sshd", NULL, key_a}, "ID1"},
    {{"lisi", "sshd", "10.0.0.5", key_a}, ""},    {{"", "sshd", "10.0.0.5", key_a}, "ID1"},
    {{"lisisshd", "", "10.0.0.5", key_a}, "ID1"}, {{"lisi", "sshd10.0.0.5", "x", key_a}, "ID1"},
    {{"LISI", "sshd", "10.0.0.5", key_a}, "ID1"},
};

START_TEST(a_window_counts_for_the_same_login_only) {
    ck_assert(!counts(&lisi, "ID1"));
    remember_begin(remember, &lisi, "ID1", 1000);
    ck_assert(counts(&lisi, "ID1"));
    ck_assert(!counts(&strangers[_i].login, strangers[_i].account));
    ck_assert(counts(&lisi, "ID1"));
}
END_TEST

START_TEST(without_a_key_or_an_origin_there_is_no_window) {
    const struct remember_login none[] = {{"lisi", "sshd", "10.0.0.5", NULL},
                                          {"lisi", "sshd", "", key_a},
                                          {"lisi", "sshd", NULL, key_a}};

    remember_begin(remember, &none[_i], "ID1", 1000);
    ck_assert(!counts(&none[_i], "ID1"));
    ck_assert_uint_eq(remember_end_user(remember, "lisi"), 0);
}
END_TEST

START_TEST(a_window_ends_by_itself) {
    remember_begin(remember, &lisi, "ID1", 5000);
    ck_assert(remember_counts(remember, &lisi, "ID1", HOUR_S, 5000 + HOUR_MS - 1));
    ck_assert(!remember_counts(remember, &lisi, "ID1", HOUR_S, 5000 + HOUR_MS));
    ck_assert(!remember_counts(remember, &lisi, "ID1", 0, 5000));
    /* a shorter time counts at once, also for a window that is there */
    ck_assert(!remember_counts(remember, &lisi, "ID1", 60, 5000 + 60000));
}
END_TEST

START_TEST(the_next_login_begins_it_anew_and_is_its_only_owner) {
    remember_begin(remember, &lisi, "ID1", 0);
    remember_begin(remember, &lisi, "ID2", HOUR_MS / 2);
    ck_assert(!remember_counts(remember, &lisi, "ID1", HOUR_S, HOUR_MS / 2));
    ck_assert(remember_counts(remember, &lisi, "ID2", HOUR_S, HOUR_MS));
    ck_assert_uint_eq(remember_end(remember, &lisi), 1);
    ck_assert_uint_eq(remember_end(remember, &lisi), 0);
}
END_TEST

static void begin_some(void) {
    static const struct remember_login some[] = {{"lisi", "sshd", "10.0.0.5", key_a},
                                                 {"lisi", "sshd", "10.0.0.5", key_b},
                                                 {"lisi", "sudo", "10.0.0.6", key_a},
                                                 {"dev", "sshd", "10.0.0.5", key_a}};

    for (int i = 0; i < SUPPORT_COUNT(some); i++)
        remember_begin(remember, &some[i], i < 3 ? "ID1" : "ID2", 1000);
    remember_begin(remember, &(const struct remember_login){"pat", "sshd", "::1", key_a}, "ID1",
                   1000);
}

START_TEST(windows_end_by_login_user_and_account) {
    begin_some();
    switch (_i) {
    case 0:
        ck_assert_uint_eq(remember_end(remember, &lisi), 1);
        break;
    case 1:
        ck_assert_uint_eq(remember_end_user(remember, "LiSi"), 3);
        break;
    case 2:
        ck_assert_uint_eq(remember_end_account(remember, "ID1"), 4);
        break;
    default:
        ck_assert_uint_eq(remember_end_user(remember, "ID1"), 0);
        ck_assert_uint_eq(remember_end_account(remember, "lisi"), 0);
        ck_assert_uint_eq(remember_end_user(remember, ""), 0);
        ck_assert_uint_eq(remember_end_account(remember, ""), 0);
    }
    ck_assert(counts(&lisi, "ID1") == (_i == 3));
    ck_assert_uint_eq(remember_end_user(remember, "dev"), 1);
}
END_TEST

START_TEST(the_table_is_bounded_and_the_oldest_goes) {
    char user[16];
    struct remember_login login = {user, "sshd", "10.0.0.5", key_a};

    for (int i = 0; i <= REMEMBER_MOST; i++) {
        (void)snprintf(user, sizeof user, "u%d", i);
        remember_begin(remember, &login, "ID1", 10 + i);
    }
    ck_assert_uint_eq(remember_end_user(remember, "u0"), 0);
    ck_assert_uint_eq(remember_end_user(remember, "u1"), 1);
    ck_assert_uint_eq(remember_end_account(remember, "ID1"), REMEMBER_MOST - 1);
}
END_TEST

START_TEST(another_start_knows_nothing) {
    remember_begin(remember, &lisi, "ID1", 1000);
    remember_free(remember);
    setup();
    ck_assert(!counts(&lisi, "ID1"));
    remember_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("remember");
    TCase *t = tcase_create("remember");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_window_counts_for_the_same_login_only, 0, SUPPORT_COUNT(strangers));
    tcase_add_loop_test(t, without_a_key_or_an_origin_there_is_no_window, 0, 3);
    tcase_add_test(t, a_window_ends_by_itself);
    tcase_add_test(t, the_next_login_begins_it_anew_and_is_its_only_owner);
    tcase_add_loop_test(t, windows_end_by_login_user_and_account, 0, 4);
    tcase_add_test(t, the_table_is_bounded_and_the_oldest_goes);
    tcase_add_test(t, another_start_knows_nothing);
    suite_add_tcase(s, t);
    return s;
}
