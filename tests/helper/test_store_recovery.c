/* Recovery codes in the store: given, found, crossed out for good, whatever happens to the process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static char a[STORE_ID_BYTES], b[STORE_ID_BYTES];
static struct store_recovery kept[WECOM_RECOVERY_CODES];

/* Rows that tell whose and which they are. */
static void fill(unsigned int whose) {
    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
        (void)snprintf(kept[i].salt, sizeof kept[i].salt, "%032u%032u", whose, i + 1);
        (void)snprintf(kept[i].digest, sizeof kept[i].digest, "%032x%032x", i + 1, whose);
    }
}

static void add_two(struct store_tx *t) {
    struct store_account account;

    account_of(1, &account);
    memcpy(a, account.id, sizeof a);
    ck_assert_int_eq(account_add(t, &account), WECOM_OK);
    account_of(2, &account);
    memcpy(b, account.id, sizeof b);
    ck_assert_int_eq(account_add(t, &account), WECOM_OK);
}

static void open_two(void) {
    tx_open();
    add_two(&tx);
    fill(1);
    ck_assert_int_eq(store_put_recovery(&tx, a, kept, WECOM_RECOVERY_CODES), WECOM_OK);
    tx_next();
}

static int64_t left(const char *id) {
    int64_t count = -1;

    ck_assert_int_eq(store_count_recovery(&tx, id, &count), WECOM_OK);
    return count;
}

START_TEST(what_was_given_is_found_by_its_row) {
    struct store_recovery found;

    ck_assert_int_eq(left(a), WECOM_RECOVERY_CODES);
    ck_assert_int_eq(left(b), 0);
    for (unsigned int row = 1; row <= WECOM_RECOVERY_CODES; row++) {
        ck_assert_int_eq(store_find_recovery(&tx, a, row, &found), WECOM_OK);
        ck_assert_str_eq(found.salt, kept[row - 1].salt);
        ck_assert_str_eq(found.digest, kept[row - 1].digest);
        ck_assert_int_eq(store_find_recovery(&tx, b, row, &found), WECOM_E_ABSENT);
    }
    ck_assert_int_eq(store_find_recovery(&tx, a, 0, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_recovery(&tx, a, 11, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_recovery(&tx, "", 1, &found), WECOM_E_ABSENT);
}
END_TEST

START_TEST(what_is_crossed_out_is_gone) {
    struct store_recovery found;

    ck_assert_int_eq(store_use_recovery(&tx, b, 3, kept[2].digest), WECOM_E_ABSENT);
    ck_assert_int_eq(store_use_recovery(&tx, a, 3, kept[3].digest), WECOM_E_ABSENT);
    ck_assert_int_eq(store_use_recovery(&tx, a, 3, ""), WECOM_E_ABSENT);
    ck_assert_int_eq(left(a), 10);
    ck_assert_int_eq(store_use_recovery(&tx, a, 3, kept[2].digest), WECOM_OK);
    ck_assert_int_eq(store_use_recovery(&tx, a, 3, kept[2].digest), WECOM_E_ABSENT);
    tx_next();
    ck_assert_int_eq(store_find_recovery(&tx, a, 3, &found), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_recovery(&tx, a, 4, &found), WECOM_OK);
    ck_assert_int_eq(left(a), 9);
}
END_TEST

START_TEST(new_ones_take_the_place_of_all_earlier_ones) {
    struct store_recovery old = kept[4], found;

    ck_assert_int_eq(store_use_recovery(&tx, a, 1, kept[0].digest), WECOM_OK);
    fill(7);
    ck_assert_int_eq(store_put_recovery(&tx, a, kept, WECOM_RECOVERY_CODES), WECOM_OK);
    ck_assert_int_eq(left(a), 10);
    ck_assert_int_eq(store_find_recovery(&tx, a, 5, &found), WECOM_OK);
    ck_assert_str_ne(found.digest, old.digest);
    ck_assert_int_eq(store_use_recovery(&tx, a, 5, old.digest), WECOM_E_ABSENT);
    ck_assert_int_eq(store_put_recovery(&tx, a, NULL, 0), WECOM_OK);
    ck_assert_int_eq(store_put_recovery(&tx, a, NULL, 0), WECOM_OK);
    ck_assert_int_eq(left(a), 0);
}
END_TEST

START_TEST(rows_of_another_form_or_of_nobody_are_refused) {
    struct store_recovery bad = kept[0];

    ck_assert_int_eq(store_put_recovery(&tx, "aaaaaaaaaaaaaaaaaaaaaaaaaz", kept, 1),
                     WECOM_E_FORMAT);
    tx_again();
    bad.digest[63] = '\0';
    ck_assert_int_eq(store_put_recovery(&tx, a, &bad, 1), WECOM_E_FORMAT);
    tx_again();
    ck_assert_int_eq(left(a), 10);
}
END_TEST

static const char *const forbidden[] = {
    "UPDATE recovery SET digest = salt",
    "UPDATE recovery SET account = 'aaaaaaaaaaaaaaaaaaaaaaaaac'",
    "UPDATE recovery SET number = 11 - number",
    "INSERT INTO recovery SELECT id, 11, hex(zeroblob(32)), hex(zeroblob(32)) FROM accounts",
    "INSERT INTO recovery SELECT id, 0, hex(zeroblob(32)), hex(zeroblob(32)) FROM accounts",
    "INSERT INTO recovery SELECT id, 1, 'x', hex(zeroblob(32)) FROM accounts",
};

START_TEST(the_schema_itself_keeps_the_rules) {
    ck_assert_int_eq(sqlite3_exec(db.sqlite, forbidden[_i], NULL, NULL, NULL) & 0xff,
                     SQLITE_CONSTRAINT);
}
END_TEST

/* ---- A store of the version before ----------------------------------------------------------- */

START_TEST(a_store_of_the_version_before_learns_of_them_and_keeps_all_else) {
    sqlite3 *old = NULL;
    char why[256] = "";

    store_close(open_store(NULL));
    ck_assert_int_eq(unlink(state_path(STORE_FILE)), 0);
    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &old,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
                     SQLITE_OK);
    ck_assert_msg(store_schema_make(old, store_steps, 1, why, sizeof why), "%s", why);
    ck_assert_int_eq(sqlite3_exec(old,
                                  "INSERT INTO facts VALUES ('sync hosts', 5);"
                                  "UPDATE changes SET count = 77",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(old), SQLITE_OK);
    ck_assert_int_eq(chmod(state_path(STORE_FILE), 0600), 0);
    store_close(open_store(NULL));
    ck_assert_int_eq(raw("PRAGMA user_version"), 2);
    ck_assert_int_eq(raw("SELECT value FROM facts"), 5);
    ck_assert_int_eq(raw("SELECT count FROM changes"), 77);
    ck_assert_int_eq(raw("SELECT count(*) FROM recovery"), 0);
    ck_assert_str_eq(raw_integrity(), "ok");
}
END_TEST

/* ---- Ended while it crosses out -------------------------------------------------------------- */

static enum wecom_error give(void *arg, struct store_tx *t) {
    (void)arg;
    add_two(t);
    fill(1);
    return store_put_recovery(t, a, kept, WECOM_RECOVERY_CODES);
}

static enum wecom_error use(void *arg, struct store_tx *t) {
    return store_use_recovery(t, a, *(const unsigned int *)arg,
                              kept[*(const unsigned int *)arg - 1].digest);
}

static int reports[2]; /* a pipe: rows that were reported as crossed out, which is the grant */

/* Uses the ten codes one after the other and ends before write or fsync number `die_at`. */
static int use_all(void *arg) {
    struct store *store;

    disk_start();
    disk.die_at = *(const unsigned int *)arg;
    store = open_store(NULL);
    for (unsigned int row = 1; row <= WECOM_RECOVERY_CODES; row++) {
        if (store_run(store, STORE_WRITE, use, &row) != WECOM_OK ||
            write(reports[1], &row, sizeof row) != (ssize_t)sizeof row)
            return 1;
    }
    store_close(store);
    return 0;
}

/* Every row that was reported must not be usable again. */
static unsigned int check_reported(void) {
    struct store *store = open_store(NULL);
    unsigned int row, count = 0;

    (void)close(reports[1]);
    while (read(reports[0], &row, sizeof row) == (ssize_t)sizeof row) {
        ck_assert_msg(store_run(store, STORE_WRITE, use, &row) == WECOM_E_ABSENT,
                      "row %u was used and counts again", row);
        count++;
    }
    (void)close(reports[0]);
    store_close(store);
    return count;
}

START_TEST(a_used_code_never_counts_again_wherever_the_process_ends) {
    unsigned int died = 0, reported = 0;
    int status = -1;

    for (unsigned int at = 1; status != 0; at += is_valgrind() ? 20 : 1) {
        struct store *store;

        state_close();
        state_open();
        store = open_store(NULL);
        ck_assert_int_eq(store_run(store, STORE_WRITE, give, NULL), WECOM_OK);
        store_close(store);
        ck_assert_int_eq(pipe(reports), 0);
        status = in_child(use_all, &at);
        ck_assert(status == DISK_DIED || status == 0);
        died += status == DISK_DIED;
        reported += check_reported();
        ck_assert_uint_lt(at, 1000);
    }
    ck_assert_uint_gt(died, is_valgrind() ? 0 : 20);
    ck_assert_uint_gt(reported, WECOM_RECOVERY_CODES);
    printf("# ended before each of %u writes and fsyncs, %u codes used, none twice\n", died,
           reported);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_recovery");
    TCase *t = tcase_create("rows"), *files = tcase_create("files");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, open_two, tx_close);
    tcase_add_test(t, what_was_given_is_found_by_its_row);
    tcase_add_test(t, what_is_crossed_out_is_gone);
    tcase_add_test(t, new_ones_take_the_place_of_all_earlier_ones);
    tcase_add_test(t, rows_of_another_form_or_of_nobody_are_refused);
    tcase_add_loop_test(t, the_schema_itself_keeps_the_rules, 0, SUPPORT_COUNT(forbidden));
    suite_add_tcase(s, t);
    tcase_set_timeout(files, 120);
    tcase_add_checked_fixture(files, state_open, state_close);
    tcase_add_test(files, a_store_of_the_version_before_learns_of_them_and_keeps_all_else);
    tcase_add_test(files, a_used_code_never_counts_again_wherever_the_process_ends);
    suite_add_tcase(s, files);
    return s;
}
