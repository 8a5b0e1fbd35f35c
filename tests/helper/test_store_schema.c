/* Versions of the schema, the way from one to the next, and the rules that it keeps whoever writes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static char why[512];
static sqlite3 *sqlite;

static void connect_now(void) {
    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &sqlite,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
                     SQLITE_OK);
    why[0] = '\0';
}

static void open_schema(void) {
    state_open();
    connect_now();
}

static void close_schema(void) {
    ck_assert_int_eq(sqlite3_close(sqlite), SQLITE_OK);
    state_close();
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static const struct store_step steps[] = {
    {"CREATE TABLE one (a INTEGER); INSERT INTO one VALUES (7);"},
    {"ALTER TABLE one ADD COLUMN b INTEGER NOT NULL DEFAULT 1; UPDATE one SET b = a * 2;"},
    {"CREATE TABLE three AS SELECT a + b AS c FROM one; DROP TABLE one;"},
};

static bool make(size_t count) {
    return store_schema_make(sqlite, steps, count, why, sizeof why);
}
static bool known(size_t count) {
    return store_schema_known(sqlite, count, why, sizeof why);
}
static bool bring(const struct store_step *list, size_t count) {
    return store_schema_bring(sqlite, list, count, why, sizeof why);
}

START_TEST(every_version_is_reached_from_every_older_one) {
    size_t from = (size_t)_i / 3 + 1, to = (size_t)_i % 3 + 1;

    ck_assert_msg(make(from), "%s", why);
    ck_assert_int_eq(raw("PRAGMA user_version"), (int64_t)from);
    ck_assert(known(to) == (from <= to));
    if (from > to)
        return;
    ck_assert_msg(bring(steps, to), "%s", why);
    ck_assert_int_eq(raw("PRAGMA user_version"), (int64_t)to);
    ck_assert_int_eq(raw(to == 3 ? "SELECT c FROM three" : "SELECT a FROM one"), to == 3 ? 21 : 7);
    if (to == 2)
        ck_assert_int_eq(raw("SELECT b FROM one"), 14);
    ck_assert_msg(bring(steps, to), "%s", why); /* nothing to do */
    ck_assert(known(to));
    ck_assert_str_eq(why, "");
}
END_TEST

START_TEST(a_step_that_fails_undoes_those_before_it) {
    static const struct store_step broken[] = {
        {"CREATE TABLE one (a INTEGER)"},
        {"DELETE FROM one; CREATE TABLE two (a INTEGER)"},
        {"CREATE TABLE three (a INTEGER); INSERT INTO nowhere VALUES (1)"},
    };

    ck_assert(make(1));
    ck_assert(!bring(broken, 3));
    ck_assert_str_eq(why, "accounts.db: no such table: nowhere (SQLite 1)");
    ck_assert_int_eq(raw("PRAGMA user_version"), 1);
    ck_assert_int_eq(raw("SELECT a FROM one"), 7);
    ck_assert_int_eq(raw("SELECT count(*) FROM sqlite_master"), 1);
    ck_assert_int_ne(sqlite3_get_autocommit(sqlite), 0);
    ck_assert(bring(steps, 3));
    ck_assert_int_eq(raw("SELECT c FROM three"), 21);
}
END_TEST

START_TEST(a_first_schema_that_fails_leaves_nothing) {
    static const struct store_step broken[] = {{"CREATE TABLE one (a INTEGER); CREATE TABLE one"}};

    ck_assert(!store_schema_make(sqlite, broken, 1, why, sizeof why));
    ck_assert_str_ne(why, "");
    ck_assert_int_eq(raw("SELECT count(*) FROM sqlite_master"), 0);
    ck_assert_int_eq(raw("PRAGMA user_version"), 0);
    ck_assert_int_eq(raw("PRAGMA application_id"), 0);
}
END_TEST

START_TEST(who_comes_second_does_not_take_the_steps_again) {
    sqlite3 *second = NULL;

    ck_assert(make(1));
    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &second, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    ck_assert(known(3));
    ck_assert(store_schema_bring(second, steps, 3, why, sizeof why));
    ck_assert(bring(steps, 3));
    ck_assert_int_eq(sqlite3_close(second), SQLITE_OK);
    ck_assert_int_eq(raw("SELECT c FROM three"), 21);
}
END_TEST

static int let_second_finish(void *second, int tries) {
    (void)tries;
    return sqlite3_exec(second, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

START_TEST(who_waits_for_another_that_takes_the_steps_does_not_take_them_again) {
    sqlite3 *second = NULL;

    ck_assert(make(1));
    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &second, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(second, "PRAGMA journal_mode = WAL; BEGIN IMMEDIATE;", NULL, NULL, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(second, steps[1].sql, NULL, NULL, NULL), SQLITE_OK);
    /* or further than we know */
    ck_assert_int_eq(sqlite3_exec(second,
                                  _i == 0 ? "PRAGMA user_version = 2" : "PRAGMA user_version = 3",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_busy_handler(sqlite, let_second_finish, second), SQLITE_OK);
    ck_assert_msg(bring(steps, 2), "%s", why);
    ck_assert_int_eq(sqlite3_close(second), SQLITE_OK);
    ck_assert_int_eq(raw("SELECT b FROM one"), 14);
    ck_assert_int_eq(raw("PRAGMA user_version"), 2 + _i);
}
END_TEST

/* ---- What is not ours, or is newer ----------------------------------------------------------- */

START_TEST(a_newer_version_is_refused_and_left_as_it_is) {
    store_close(open_store(NULL));
    (void)raw("PRAGMA user_version = 3");
    ck_assert_str_eq(refusal(), "accounts.db was written by a newer version of wecom-helper "
                                "(format 3, this one knows 2): install that version again");
    ck_assert_int_eq(raw("PRAGMA user_version"), 3);
    (void)raw("PRAGMA user_version = 2147483647");
    ck_assert_ptr_nonnull(strstr(refusal(), "newer version"));
    (void)raw("PRAGMA user_version = 2");
    store_close(open_store(NULL));
}
END_TEST

static const char *const strangers[] = {
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -1",
    "PRAGMA application_id = 0",
    "PRAGMA application_id = 1466122594",
};

START_TEST(a_database_without_our_mark_is_refused_and_left_as_it_is) {
    store_close(open_store(NULL));
    (void)raw(strangers[_i]);
    ck_assert_str_eq(refusal(), "accounts.db is damaged, or no account store (it does not bear our "
                                "mark): it is left as it is; bring it back from a backup");
    ck_assert_int_eq(raw("SELECT count(*) FROM changes"), 1);
}
END_TEST

START_TEST(a_foreign_database_keeps_its_journal_mode) {
    (void)sqlite3_exec(sqlite, "CREATE TABLE theirs (a)", NULL, NULL, NULL);
    ck_assert_int_eq(chmod(state_path(STORE_FILE), 0600), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "no account store"));
    ck_assert_int_eq(raw("SELECT count(*) FROM theirs"), 0);
    ck_assert_int_eq(access(state_path(STORE_FILE "-wal"), F_OK), -1);
}
END_TEST

/* ---- Rules ----------------------------------------------------------------------------------- */

#define ID1 "'aaaaaaaaaaaaaaaaaaaaaaaaab'"
#define ID2 "'aaaaaaaaaaaaaaaaaaaaaaaaac'"

/* Nobody gets past these, whatever program he writes with. */
static const char *const forbidden[] = {
    "DELETE FROM accounts",
    "DELETE FROM names",
    "DELETE FROM numbers",
    "DELETE FROM mapped_groups",
    "DELETE FROM changes",
    "UPDATE names SET owner = " ID2,
    "UPDATE names SET name = 'other'",
    "UPDATE numbers SET owner = " ID2,
    "UPDATE numbers SET number = 7",
    "UPDATE mapped_groups SET gid = 7",
    "UPDATE mapped_groups SET name = 'other'",
    "UPDATE accounts SET id = " ID2 " WHERE id = " ID1,
    "UPDATE accounts SET key = 99 WHERE id = " ID1,
    "UPDATE accounts SET login = 'person2' WHERE id = " ID1,
    "UPDATE accounts SET login = 'nobodys' WHERE id = " ID1,
    "UPDATE accounts SET uid = 100002 WHERE id = " ID1,
    "UPDATE accounts SET uid = 5 WHERE id = " ID1,
    "UPDATE accounts SET uid = 0 WHERE id = " ID1,
    "UPDATE accounts SET userid = 'PERSON2', userid_lower = 'person2' WHERE id = " ID1,
    "UPDATE accounts SET userid = 'Else' WHERE id = " ID1,
    "UPDATE accounts SET userid_lower = 'Person1' WHERE id = " ID1,
    "UPDATE accounts SET corp = ''",
    "UPDATE accounts SET host = 2",
    "UPDATE accounts SET held = NULL",
    "UPDATE accounts SET state = 'x'",
    "UPDATE accounts SET name = x'00'",
    "UPDATE accounts SET name = printf('%256d', 1)",
    "UPDATE accounts SET confirmed_s = -1",
    "UPDATE accounts SET changed_s = 1.5",
    "UPDATE accounts SET departments = printf('%2200d', 1)",
    "INSERT INTO names VALUES ('person1', " ID2 ")",
    "INSERT INTO names VALUES ('', " ID2 ")",
    "INSERT INTO numbers VALUES (100001, " ID2 ")",
    "INSERT INTO numbers VALUES (0, " ID2 ")",
    "INSERT INTO numbers VALUES (4294967295, " ID2 ")",
    "INSERT INTO mapped_groups VALUES ('other', 100001)",
    "INSERT INTO mapped_groups VALUES ('person1', 100001)",
    "INSERT INTO changes VALUES (2, 0)",
    "INSERT INTO facts VALUES ('x', 'y')",
    "INSERT INTO departments VALUES ('hosts', 0, 1)",
    "INSERT INTO tag_members VALUES ('hosts', 1, 'Upper')",
    "PRAGMA recursive_triggers = ON; REPLACE INTO names VALUES ('person1', " ID2 ")",
    "PRAGMA recursive_triggers = ON; REPLACE INTO numbers VALUES (100001, " ID2 ")",
};

START_TEST(the_schema_itself_keeps_the_rules) {
    struct store_account account;

    ck_assert_int_eq(sqlite3_close(sqlite), SQLITE_OK);
    sqlite = NULL;
    ck_assert_int_eq(unlink(state_path(STORE_FILE)), 0);
    ck_assert_msg(store_db_open(&db, state_dir, why, sizeof why), "%s", why);
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    tx = (struct store_tx){.db = &db, .writes = true};
    for (unsigned int i = 1; i <= 2; i++) {
        account_of(i, &account);
        ck_assert_int_eq(account_add(&tx, &account), WECOM_OK);
    }
    ck_assert_int_eq(store_take_name(&tx, "web", "group web"), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, 70000, "group web"), WECOM_OK);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_OK);
    ck_assert_int_eq(store_db_commit(&db), SQLITE_OK);
    connect_now();
    for (int i = 0; i < SUPPORT_COUNT(forbidden); i++)
        ck_assert_msg(sqlite3_exec(sqlite, forbidden[i], NULL, NULL, NULL) == SQLITE_CONSTRAINT,
                      "%s", forbidden[i]);
    ck_assert_int_eq(raw("SELECT count(*) FROM names JOIN accounts ON owner = id"), 2);
    store_db_close(&db);
}
END_TEST

START_TEST(a_new_store_is_of_the_last_version_and_sound) {
    store_close(open_store(NULL));
    ck_assert_int_eq(raw("PRAGMA user_version"), (int64_t)store_steps_count);
    ck_assert_int_eq(raw("PRAGMA application_id"), 0x57634163);
    ck_assert_str_eq(raw_integrity(), "ok");
}
END_TEST

static const struct {
    const char *pragma;
    int64_t value;
} settings[] = {
    {"PRAGMA synchronous", 2},    {"PRAGMA wal_autocheckpoint", 0},
    {"PRAGMA mmap_size", 0},      {"PRAGMA cell_size_check", 1},
    {"PRAGMA trusted_schema", 0}, {"PRAGMA temp_store", 2},
    {"PRAGMA secure_delete", 1},  {"PRAGMA recursive_triggers", 1},
    {"PRAGMA foreign_keys", 0},   {"PRAGMA journal_size_limit", 16777216},
    {"PRAGMA busy_timeout", 0},   {"PRAGMA writable_schema", 0},
};

START_TEST(a_connection_is_set_up_as_it_must_be) {
    static const char *const refused[] = {
        "ATTACH ':memory:' AS other",
        "SELECT load_extension('x')",
        "SELECT \"no such column\"",
        "PRAGMA writable_schema = ON; UPDATE sqlite_master SET name = 'x'",
        "CREATE VIEW v AS SELECT 1; SELECT * FROM v",
    };

    ck_assert_msg(store_db_open(&db, state_dir, why, sizeof why), "%s", why);
    for (int i = 0; i < SUPPORT_COUNT(settings); i++) {
        sqlite3_stmt *statement = NULL;

        ck_assert_int_eq(sqlite3_prepare_v2(db.sqlite, settings[i].pragma, -1, &statement, NULL),
                         SQLITE_OK);
        ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
        ck_assert_msg(sqlite3_column_int64(statement, 0) == settings[i].value, "%s",
                      settings[i].pragma);
        (void)sqlite3_finalize(statement);
    }
    for (int i = 0; i < SUPPORT_COUNT(refused); i++)
        ck_assert_msg(sqlite3_exec(db.sqlite, refused[i], NULL, NULL, NULL) != SQLITE_OK, "%s",
                      refused[i]);
    store_db_close(&db);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_schema");
    TCase *steps_case = tcase_create("steps"), *files = tcase_create("files");

    tcase_set_timeout(steps_case, 60);
    tcase_add_checked_fixture(steps_case, open_schema, close_schema);
    tcase_add_loop_test(steps_case, every_version_is_reached_from_every_older_one, 0, 9);
    tcase_add_test(steps_case, a_step_that_fails_undoes_those_before_it);
    tcase_add_test(steps_case, a_first_schema_that_fails_leaves_nothing);
    tcase_add_test(steps_case, who_comes_second_does_not_take_the_steps_again);
    tcase_add_loop_test(steps_case,
                        who_waits_for_another_that_takes_the_steps_does_not_take_them_again, 0, 2);
    tcase_add_test(steps_case, a_foreign_database_keeps_its_journal_mode);
    tcase_add_test(steps_case, the_schema_itself_keeps_the_rules);
    suite_add_tcase(s, steps_case);
    tcase_set_timeout(files, 60);
    tcase_add_checked_fixture(files, state_open, state_close);
    tcase_add_test(files, a_newer_version_is_refused_and_left_as_it_is);
    tcase_add_loop_test(files, a_database_without_our_mark_is_refused_and_left_as_it_is, 0,
                        SUPPORT_COUNT(strangers));
    tcase_add_test(files, a_new_store_is_of_the_last_version_and_sound);
    tcase_add_test(files, a_connection_is_set_up_as_it_must_be);
    suite_add_tcase(s, files);
    return s;
}
