/* What the files of the store share: one connection to the database, its transactions, its prepared
 * statements. Nothing outside helper/store*.c includes this, but the tests of the schema.
 *
 *     store.c         jobs: their queue, their order, which of them share a transaction
 *     store_db.c      the connection: opening, transactions, whose turn it is to write
 *     store_file.c    the files: who may own them, how the first one comes to be
 *     store_schema.c  tables, versions, migrations
 *     store_sql.c     every statement that a job can run
 *     store_row.c     a row of an account, checked both ways
 *     store_account.c, store_names.c, store_directory.c, store_recovery.c
 *                     the functions of store.h inside a job
 */
#ifndef WECOM_HELPER_STORE_INTERNAL_H
#define WECOM_HELPER_STORE_INTERNAL_H

#include <sqlite3.h>

#include "helper/store.h"

enum {
    STORE_BUSY_MS = 5000,   /* so long others may keep us waiting */
    STORE_REST_MOST_MS = 20 /* the longest pause between two tries, while they do */
};

/* ---- Files (store_file.c) -------------------------------------------------------------------- */

#define STORE_FILE "accounts.db"
#define STORE_FILE_NEW "accounts.new" /* while it is made */
#define STORE_FILE_TURN "accounts.turn"

/* Opens the state directory, which is made if it is missing: -1 with a sentence in `why`. */
int store_file_directory(const char *state_dir, char *why, size_t why_bytes);
/* Are a database and what belongs to it ours, where they are there? */
bool store_file_check(int directory, char *why, size_t why_bytes);
/* Is there a database? False with an empty `why` when nothing of one is there; what is there
 * without its database is an error.
 */
bool store_file_exists(int directory, char *why, size_t why_bytes);
/* The file whose lock says whose turn it is to write; -1 with a sentence in `why`. */
int store_file_turn(int directory, char *why, size_t why_bytes);
/* An empty file for the first database, in place of what an interrupted start left. */
bool store_file_new(int directory, char *why, size_t why_bytes);
/* The new file takes its name, durably. */
bool store_file_finish(int directory, char *why, size_t why_bytes);

/* ---- Schema (store_schema.c) ----------------------------------------------------------------- */

/* What brings a database from one version to the next. */
struct store_step {
    const char *sql;
};

extern const struct store_step store_steps[];
extern const size_t store_steps_count;

/* Makes the tables of the last version in an empty database, in one transaction. */
bool store_schema_make(sqlite3 *db, const struct store_step *steps, size_t count, char *why,
                       size_t why_bytes);
/* Is this a store that we can use? A newer version, or something else, is not touched. */
bool store_schema_known(sqlite3 *db, size_t count, char *why, size_t why_bytes);
/* Takes the steps that are missing, in one transaction. */
bool store_schema_bring(sqlite3 *db, const struct store_step *steps, size_t count, char *why,
                        size_t why_bytes);
/* Reads all of it: is anything damaged? */
bool store_schema_sound(sqlite3 *db, char *why, size_t why_bytes);
/* Says why the database cannot be used: a sentence for an administrator. */
void store_schema_why(sqlite3 *db, int code, char *why, size_t why_bytes);

/* ---- Statements (store_sql.c) ---------------------------------------------------------------- */

enum store_query {
    STORE_SQL_BEGIN_READ,
    STORE_SQL_BEGIN_WRITE,
    STORE_SQL_COMMIT,
    STORE_SQL_ROLLBACK,
    STORE_SQL_SAVE,
    STORE_SQL_KEEP,
    STORE_SQL_UNDO,
    STORE_SQL_VERSION,

    STORE_SQL_ACCOUNT_BY_ID,
    STORE_SQL_ACCOUNT_BY_USERID,
    STORE_SQL_ACCOUNT_BY_LOGIN,
    STORE_SQL_ACCOUNT_BY_MOBILE,
    STORE_SQL_ACCOUNT_NEXT,
    STORE_SQL_ACCOUNT_INSERT,
    STORE_SQL_ACCOUNT_UPDATE_REST,
    STORE_SQL_ACCOUNT_UPDATE,

    STORE_SQL_NAME_OWNER,
    STORE_SQL_NAME_INSERT,
    STORE_SQL_NUMBER_OWNER,
    STORE_SQL_NUMBER_INSERT,
    STORE_SQL_GROUP,
    STORE_SQL_GROUP_INSERT,
    STORE_SQL_FACT,
    STORE_SQL_FACT_SET,
    STORE_SQL_CHANGES,
    STORE_SQL_CHANGES_ADD,

    STORE_SQL_DEPARTMENTS,
    STORE_SQL_DEPARTMENT_PARENT,
    STORE_SQL_DEPARTMENT_PUT,
    STORE_SQL_DEPARTMENT_DELETE,
    STORE_SQL_TAG_MEMBERS,
    STORE_SQL_TAG_NEXT,
    STORE_SQL_TAG_PUT,
    STORE_SQL_TAG_DELETE,
    STORE_SQL_TAG_CLEAR,
    STORE_SQL_TAGS_OF,

    STORE_SQL_RECOVERY,
    STORE_SQL_RECOVERY_PUT,
    STORE_SQL_RECOVERY_USE,
    STORE_SQL_RECOVERY_CLEAR,
    STORE_SQL_RECOVERY_COUNT,

    STORE_QUERIES
};

enum { STORE_TROUBLE_BYTES = 256 };

/* One connection. */
struct store_db {
    sqlite3 *sqlite;
    sqlite3_stmt *statements[STORE_QUERIES];
    int turn;      /* the file of the turn */
    bool has_turn; /* ours now */
    char trouble[STORE_TROUBLE_BYTES];
};

struct store_tx {
    struct store_db *db;
    bool writes;
    int failed; /* SQLite's code when the store itself failed within the job, else 0 */
};

struct store_value {
    enum { STORE_NULL, STORE_TEXT, STORE_NUMBER } kind;
    const char *text; /* must stay until the statement is ended */
    int64_t number;
};

struct store_value store_text(const char *text);
struct store_value store_number(int64_t number);

/* The statement, ready to run with these values as ?1, ?2, ...; NULL when the store failed. */
sqlite3_stmt *store_sql_bind(struct store_tx *tx, enum store_query query,
                             const struct store_value *values, size_t count);
#define STORE_SQL(tx, query, ...)                                        \
    store_sql_bind(tx, query, (const struct store_value[]){__VA_ARGS__}, \
                   sizeof((const struct store_value[]){__VA_ARGS__}) / sizeof(struct store_value))

/* The next row: WECOM_OK, WECOM_E_ABSENT when there is none (any more). `statement` may be NULL. */
enum wecom_error store_sql_row(struct store_tx *tx, sqlite3_stmt *statement);
/* After the last row that is wanted; NULL allowed. */
void store_sql_end(sqlite3_stmt *statement);
/* Runs a statement that writes, and ends it. WECOM_E_PEER: a row is in the way; WECOM_E_FORMAT: the
 * schema refuses it; WECOM_E_ABSENT: no row was written.
 */
enum wecom_error store_sql_write(struct store_tx *tx, sqlite3_stmt *statement);

/* A column of the row, of exactly that type; false: it breaks its rules. */
bool store_sql_text(sqlite3_stmt *statement, int column, char *text, size_t bytes);
bool store_sql_number(sqlite3_stmt *statement, int column, int64_t least, int64_t most,
                      int64_t *number);

/* Runs a statement without values outside of jobs: SQLite's code, and the number that it answers
 * (`number` may be NULL).
 */
int store_sql_do(struct store_db *db, enum store_query query, int64_t *number);

/* The store itself failed within a job: the answer for whoever asked. */
enum wecom_error store_sql_failed(struct store_tx *tx, int code);

/* ---- Rows of accounts (store_row.c) ---------------------------------------------------------- */

#define STORE_NUMBER_MOST (UINT32_MAX - 1) /* of a uid or gid; the one above is (uid_t)-1 */

enum { STORE_COLUMNS = 24, STORE_DEPARTMENTS_BYTES = STORE_DEPARTMENTS * 11 /* "4294967295 " */ };

/* The values of a row, in the order of the statements; they borrow texts of the account. */
struct store_row {
    struct store_value values[STORE_COLUMNS];
    char lower[WECOM_USERID_MAX_BYTES + 1];
    char departments[STORE_DEPARTMENTS_BYTES];
};

/* False when the account breaks the rules of a row. */
bool store_row_fill(const struct store_account *account, struct store_row *row);
/* The one row that a statement finds; ends the statement. */
enum wecom_error store_row_read(struct store_tx *tx, sqlite3_stmt *statement,
                                struct store_account *account);

/* ---- Names and owners (store_names.c, store_row.c) ------------------------------------------- */

/* What can be taken: the name of a user or of a group. */
bool store_is_name(const char *name);
/* Who can take it: an account's id, or "group NAME". */
bool store_is_owner(const char *owner);
/* WECOM_E_ABSENT: nobody's. WECOM_E_PEER: somebody else's. */
enum wecom_error store_check_name(struct store_tx *tx, const char *name, const char *owner);
enum wecom_error store_check_number(struct store_tx *tx, uint32_t number, const char *owner);

/* ---- Connection (store_db.c) ----------------------------------------------------------------- */

/* May wait for others up to STORE_BUSY_MS. False with a sentence in `why`. */
bool store_db_open(struct store_db *db, const char *state_dir, char *why, size_t why_bytes);
void store_db_close(struct store_db *db);

/* These answer SQLite's code. SQLITE_BUSY: somebody else writes, try again later. With other codes
 * store_trouble knows why; no transaction is left open then.
 */
int store_db_begin(struct store_db *db, bool writes);
int store_db_commit(struct store_db *db);
void store_db_rollback(struct store_db *db);
/* Is a transaction open? SQLite ends it by itself when the disk is full, for example. */
bool store_db_is_open(const struct store_db *db);
/* We do not want to write any more. */
void store_db_leave_turn(struct store_db *db);

/* Notes why the store failed, for store_trouble. */
void store_db_trouble(struct store_db *db, int code);

#endif
