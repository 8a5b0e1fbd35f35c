/* When the table is published. */
#include "helper/publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/log.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

static char *directory, *state, *table_path;
static struct event_base *base;
static struct store *store;
static struct config *config;
static struct publisher *publisher;
static volatile int published;
static bool good;
static int64_t now = 1000000;
static int errors, notices;

static void pass(void *arg, const struct log_line *l) {
    (void)arg;
    errors += l->level == LOG_ERR;
    notices += l->level == LOG_NOTICE;
}

static int64_t now_s(void *arg) {
    (void)arg;
    return now;
}

static void on_published(void *arg, bool it_is_good) {
    (void)arg;
    published++;
    good = it_is_good;
}

static void make(void) {
    publisher = publisher_new(base, store, now_s, on_published, NULL);
    ck_assert_ptr_nonnull(publisher);
}

static void setup(void) {
    char why[256], *text = NULL;

    log_open("test", true, LOG_INFO);
    log_pass_on(pass, NULL);
    directory = support_directory();
    state = support_path(directory, "state");
    table_path = support_path(directory, "state/public/accounts.cdb");
    base = support_loop();
    store = store_open(state, NULL, why, sizeof why);
    ck_assert_msg(store != NULL, "%s", why);
    ck_assert_int_gt(asprintf(&text,
                              "[helper]\nstate_dir = %s\n[app main]\ncorp_id = ww1\nagent_id = 7\n"
                              "secret_file = /s\n[accounts]\ntable = %s\n",
                              state, table_path),
                     0);
    config = support_config(text);
    free(text);
    make();
}

static void teardown(void) {
    static const char *const files[] = {"state/accounts.db",
                                        "state/accounts.db-wal",
                                        "state/accounts.db-shm",
                                        "state/accounts.turn",
                                        "state/public/accounts.cdb",
                                        "state/public",
                                        "state"};

    log_pass_on(NULL, NULL);
    publisher_free(publisher);
    config_free(config);
    store_close(store);
    event_base_free(base);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = support_path(directory, files[i]);

        (void)remove(path);
        free(path);
    }
    free(state);
    free(table_path);
    support_remove(directory);
}

static struct stat look(void) {
    struct stat st;

    ck_assert_int_eq(stat(table_path, &st), 0);
    return st;
}

static void wait_for(int count) {
    while (published < count) {
        published = published < count ? published : count;
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    }
}

static void begin(void) {
    publisher_configure(publisher, config);
    wait_for(1);
    ck_assert(good);
}

static enum wecom_error change(void *arg, struct store_tx *tx) {
    (void)arg;
    return store_count_change(tx);
}

START_TEST(a_first_configuration_publishes_at_once_and_says_never_confirmed) {
    int64_t begun = deadline_now_ms();

    begin();
    ck_assert_int_lt(deadline_now_ms() - begun, PUBLISHER_PAUSE_MS);
    ck_assert_int_eq(look().st_mtim.tv_sec, 0);
    ck_assert_int_eq(publisher_state(publisher)->published_s, now);
}
END_TEST

START_TEST(a_rush_of_changes_is_published_twice_with_a_pause_between) {
    int64_t begun;

    begin();
    begun = deadline_now_ms();
    for (int i = 0; i < 100; i++)
        publisher_want(publisher);
    support_run(base);
    ck_assert_int_eq(published, 1);
    wait_for(2);
    ck_assert_int_ge(deadline_now_ms() - begun, PUBLISHER_PAUSE_MS - 300);
    support_rest(base, 100);
    ck_assert_int_eq(published, 2);
}
END_TEST

START_TEST(a_confirmation_without_changes_sets_the_time_and_writes_no_table) {
    struct stat before, after;

    begin();
    before = look();
    publisher_confirm(publisher, 5000);
    after = look();
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert_int_eq(after.st_mtim.tv_sec, 5000);
    ck_assert_int_eq(publisher_state(publisher)->table_time_s, 5000);
    support_rest(base, 100);
    ck_assert_int_eq(published, 1);
}
END_TEST

START_TEST(a_confirmation_behind_a_change_comes_with_the_next_table) {
    struct stat before;

    begin();
    before = look();
    ck_assert_int_eq(store_run(store, STORE_WRITE, change, NULL), WECOM_OK);
    publisher_confirm(publisher, 5000);
    ck_assert_int_eq(look().st_mtim.tv_sec, 0); /* the old table does not know the change */
    wait_for(2);
    ck_assert_int_eq(look().st_mtim.tv_sec, 5000);
    ck_assert_uint_ne(look().st_ino, before.st_ino);
}
END_TEST

START_TEST(a_table_that_was_removed_is_written_again) {
    begin();
    ck_assert_int_eq(unlink(table_path), 0);
    publisher_confirm(publisher, 5000);
    wait_for(2);
    ck_assert_int_eq(look().st_mtim.tv_sec, 5000);
}
END_TEST

START_TEST(the_time_of_the_table_outlives_the_process) {
    begin();
    publisher_confirm(publisher, 5000);
    publisher_free(publisher);
    make();
    published = 0;
    begin();
    ck_assert_int_eq(publisher_state(publisher)->table_time_s, 5000);
    ck_assert_int_eq(look().st_mtim.tv_sec, 5000);
}
END_TEST

START_TEST(an_older_confirmation_does_not_set_the_time_back_and_one_from_the_future_does_not_stay) {
    begin();
    publisher_confirm(publisher, 5000);
    publisher_confirm(publisher, 4990);
    ck_assert_int_eq(look().st_mtim.tv_sec, 5000);
    publisher_confirm(publisher, 90000);
    publisher_confirm(publisher, 6000); /* the clock was wrong before */
    ck_assert_int_eq(look().st_mtim.tv_sec, 6000);
}
END_TEST

START_TEST(a_failure_is_told_once_tried_again_and_its_end_is_told) {
    char *public = support_path(directory, "state/public"), *away = support_path(directory, "x");

    begin();
    ck_assert_int_eq(rename(public, away), 0);
    ck_assert_int_eq(symlink("/nonexistent", public), 0);
    publisher_want(publisher);
    wait_for(2);
    ck_assert(!good);
    ck_assert_str_ne(publisher_state(publisher)->error, "");
    ck_assert_int_eq(errors, 1);
    publisher_want(publisher);
    wait_for(3);
    ck_assert_int_eq(errors, 1);
    ck_assert_int_eq(unlink(public), 0);
    ck_assert_int_eq(rename(away, public), 0);
    publisher_want(publisher);
    wait_for(4);
    ck_assert(good);
    ck_assert_int_eq(notices, 1);
    ck_assert_str_eq(publisher_state(publisher)->error, "");
    free(public);
    free(away);
}
END_TEST

START_TEST(nothing_is_published_where_no_accounts_are_wanted) {
    config->accounts.wanted = false;
    publisher_configure(publisher, config);
    publisher_want(publisher);
    publisher_want_sometime(publisher);
    support_rest(base, 50);
    ck_assert_int_eq(published, 0);
    ck_assert_int_ne(access(table_path, F_OK), 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("publisher");
    TCase *t = tcase_create("publisher");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_first_configuration_publishes_at_once_and_says_never_confirmed);
    tcase_add_test(t, a_rush_of_changes_is_published_twice_with_a_pause_between);
    tcase_add_test(t, a_confirmation_without_changes_sets_the_time_and_writes_no_table);
    tcase_add_test(t, a_confirmation_behind_a_change_comes_with_the_next_table);
    tcase_add_test(t, a_table_that_was_removed_is_written_again);
    tcase_add_test(t, the_time_of_the_table_outlives_the_process);
    tcase_add_test(
        t, an_older_confirmation_does_not_set_the_time_back_and_one_from_the_future_does_not_stay);
    tcase_add_test(t, a_failure_is_told_once_tried_again_and_its_end_is_told);
    tcase_add_test(t, nothing_is_published_where_no_accounts_are_wanted);
    suite_add_tcase(s, t);
    return s;
}
