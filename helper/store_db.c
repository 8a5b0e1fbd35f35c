/* One connection to the database of the store: opening it, transactions, and whose turn it is to
 * write.
 *
 * SQLite's lock for writers has no queue: a process that writes one transaction after the other
 * could keep another one waiting for ever. Who wants to write takes the turn first (the lock of a
 * file of its own), keeps it while the other's transaction lasts, and gives it back when its own
 * has begun; so it waits for one transaction of the other, not more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/store_internal.h"

/* Limits of SQLite that nothing of ours comes near: a damaged file must not make it work long. */
static const struct {
    int id, most;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 4 * 1024 * 1024},
    {SQLITE_LIMIT_SQL_LENGTH, 64 * 1024},
    {SQLITE_LIMIT_COLUMN, 64},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},
    {SQLITE_LIMIT_COMPOUND_SELECT, 4},
    {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},
    {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 64},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 4},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int id, on;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
    {SQLITE_DBCONFIG_DQS_DML, 0},
};

/* Written out where it is SQLite's default, too: distributions build it with others. The log may
 * grow while a synchronization writes, and is cut afterwards. Temporary tables stay in memory.
 */
static const char pragmas[] = "PRAGMA cell_size_check = ON;"
                              "PRAGMA mmap_size = 0;"
                              "PRAGMA temp_store = MEMORY;"
                              "PRAGMA locking_mode = NORMAL;"
                              "PRAGMA recursive_triggers = ON;" /* REPLACE is a DELETE */
                              "PRAGMA foreign_keys = OFF;"
                              "PRAGMA secure_delete = ON;"
                              "PRAGMA cache_size = -8192;" /* KiB */
                              "PRAGMA journal_size_limit = 16777216;"
                              "PRAGMA wal_autocheckpoint = 0;"
                              "PRAGMA synchronous = FULL;"; /* an fsync for each commit */

void store_db_trouble(struct store_db *db, int code) {
    store_schema_why(db->sqlite, code, db->trouble, sizeof db->trouble);
}

static bool take_turn(struct store_db *db) {
    if (!db->has_turn)
        db->has_turn = flock(db->turn, LOCK_EX | LOCK_NB) == 0;
    return db->has_turn;
}

void store_db_leave_turn(struct store_db *db) {
    if (db->has_turn)
        (void)flock(db->turn, LOCK_UN);
    db->has_turn = false;
}

static bool wait_for_turn(struct store_db *db, char *why, size_t why_bytes) {
    struct deadline until = deadline_in_ms(STORE_BUSY_MS);

    while (!take_turn(db)) {
        if (deadline_left_ms(until) == 0) {
            store_schema_why(NULL, SQLITE_BUSY, why, why_bytes);
            return false;
        }
        deadline_rest(until, STORE_REST_MOST_MS);
    }
    return true;
}

/* A connection with everything set that is not kept in the file. */
static bool connect_to(const char *path, sqlite3 **sqlite, char *why, size_t why_bytes) {
    int code = sqlite3_open_v2(
        path, sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_extended_result_codes(*sqlite, 1);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0] && code == SQLITE_OK; i++)
        (void)sqlite3_limit(*sqlite, limits[i].id, limits[i].most);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0] && code == SQLITE_OK; i++)
        code = sqlite3_db_config(*sqlite, switches[i].id, switches[i].on, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(*sqlite, STORE_BUSY_MS);
    if (code == SQLITE_OK)
        code = sqlite3_exec(*sqlite, pragmas, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        store_schema_why(*sqlite, code, why, why_bytes);
    return code == SQLITE_OK;
}

/* What the file remembers, and what no reader may see otherwise. */
static bool to_wal(sqlite3 *sqlite, char *why, size_t why_bytes) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(sqlite, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
    const char *mode = NULL;
    bool good;

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        mode = (const char *)sqlite3_column_text(statement, 0);
    good = mode != NULL && strcmp(mode, "wal") == 0;
    if (!good)
        store_schema_why(sqlite, code == SQLITE_ROW ? SQLITE_BUSY : code, why, why_bytes);
    (void)sqlite3_finalize(statement);
    return good;
}

/* DIRECTORY/FILE without a symbolic link, which SQLite refuses anywhere in a path. */
static char *path_of(const char *state_dir, const char *file, char *why, size_t why_bytes) {
    char *real = realpath(state_dir, NULL), *path = NULL;

    if (real == NULL || asprintf(&path, "%s/%s", real, file) < 0) {
        path = NULL;
        (void)snprintf(why, why_bytes, "%s: %s", state_dir, strerror(errno));
    }
    free(real);
    return path;
}

/* The first database: whole and on the disk before it has its name. */
static bool make_first(int directory, const char *state_dir, char *why, size_t why_bytes) {
    char *path = path_of(state_dir, STORE_FILE_NEW, why, why_bytes);
    sqlite3 *sqlite = NULL;
    bool good = path != NULL && store_file_new(directory, why, why_bytes) &&
                connect_to(path, &sqlite, why, why_bytes) &&
                store_schema_make(sqlite, store_steps, store_steps_count, why, why_bytes);

    if (sqlite3_close(sqlite) != SQLITE_OK)
        good = false;
    free(path);
    return good && store_file_finish(directory, why, why_bytes);
}

static bool open_files(struct store_db *db, int directory, const char *state_dir, char *why,
                       size_t why_bytes) {
    char *path = NULL;
    bool good;

    db->turn = store_file_turn(directory, why, why_bytes);
    if (db->turn < 0 || !wait_for_turn(db, why, why_bytes) ||
        !store_file_check(directory, why, why_bytes))
        return false;
    if (!store_file_exists(directory, why, why_bytes) &&
        (why[0] != '\0' || !make_first(directory, state_dir, why, why_bytes)))
        return false;
    path = path_of(state_dir, STORE_FILE, why, why_bytes);
    good = path != NULL && connect_to(path, &db->sqlite, why, why_bytes) &&
           store_schema_known(db->sqlite, store_steps_count, why, why_bytes) &&
           to_wal(db->sqlite, why, why_bytes);
    store_db_leave_turn(db); /* what follows takes long, and others may write */
    good = good && store_schema_sound(db->sqlite, why, why_bytes) &&
           store_schema_bring(db->sqlite, store_steps, store_steps_count, why, why_bytes);
    free(path);
    return good;
}

bool store_db_open(struct store_db *db, const char *state_dir, char *why, size_t why_bytes) {
    int directory = store_file_directory(state_dir, why, why_bytes);
    bool good;

    *db = (struct store_db){.turn = -1};
    if (directory < 0)
        return false;
    why[0] = '\0';
    good = open_files(db, directory, state_dir, why, why_bytes);
    (void)close(directory);
    store_db_leave_turn(db);
    if (!good)
        store_db_close(db);
    else
        (void)sqlite3_busy_timeout(db->sqlite, 0); /* from now on the jobs wait, not SQLite */
    return good;
}

void store_db_close(struct store_db *db) {
    for (size_t i = 0; i < STORE_QUERIES; i++)
        (void)sqlite3_finalize(db->statements[i]);
    (void)sqlite3_close(db->sqlite);
    if (db->turn >= 0)
        (void)close(db->turn);
    *db = (struct store_db){.turn = -1};
}

bool store_db_is_open(const struct store_db *db) {
    return sqlite3_get_autocommit(db->sqlite) == 0;
}

void store_db_rollback(struct store_db *db) {
    if (store_db_is_open(db))
        (void)store_sql_do(db, STORE_SQL_ROLLBACK, NULL);
}

/* Is the file that we have open still the one with the name? What we wrote would be lost. */
static bool is_moved(struct store_db *db) {
    int moved = 0;

    return sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           moved != 0;
}

/* Is the schema still the one that we know? Reading it also opens the transaction for good: SQLite
 * would wait for the first statement otherwise.
 */
static int check_version(struct store_db *db) {
    int64_t version = 0;
    int code = store_sql_do(db, STORE_SQL_VERSION, &version);

    return code == SQLITE_OK && version != (int64_t)store_steps_count ? SQLITE_SCHEMA : code;
}

int store_db_begin(struct store_db *db, bool writes) {
    int code;

    if (is_moved(db)) {
        (void)snprintf(db->trouble, sizeof db->trouble,
                       STORE_FILE " was moved or deleted while it was in use: restart");
        return SQLITE_IOERR;
    }
    if (writes && !take_turn(db))
        return SQLITE_BUSY;
    code = store_sql_do(db, writes ? STORE_SQL_BEGIN_WRITE : STORE_SQL_BEGIN_READ, NULL);
    if (code == SQLITE_OK)
        code = check_version(db);
    if (code == SQLITE_SCHEMA)
        (void)snprintf(db->trouble, sizeof db->trouble,
                       STORE_FILE " was changed by another version of wecom-helper: restart");
    else if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        store_db_trouble(db, code);
    if (code != SQLITE_OK)
        store_db_rollback(db);
    if ((code & 0xff) == SQLITE_BUSY)
        return SQLITE_BUSY;
    store_db_leave_turn(db);
    return code;
}

int store_db_commit(struct store_db *db) {
    int code = store_sql_do(db, STORE_SQL_COMMIT, NULL);

    if (code != SQLITE_OK)
        store_db_trouble(db, code);
    store_db_rollback(db);
    return code;
}
