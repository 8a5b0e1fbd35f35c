/* Every statement that a job can run: prepared once for a connection, its values always bound. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "helper/store_internal.h"

/* In the order of the columns of store_account.c. */
#define ACCOUNT                                                                                    \
    "id, corp, userid, userid_lower, host, added, switched_off, held, login, no_login, uid, name," \
    " alias, state, departments, mobile, email, confirmed_s, confirmed_by_sync, mobile_s,"         \
    " created_s, first_login_s, withdrawn_s, changed_s"

/* clang-format off */
static const struct {
    bool writes;
    const char *sql;
} queries[STORE_QUERIES] = {
    [STORE_SQL_BEGIN_READ] = {false, "BEGIN"},
    [STORE_SQL_BEGIN_WRITE] = {false, "BEGIN IMMEDIATE"},
    [STORE_SQL_COMMIT] = {false, "COMMIT"},
    [STORE_SQL_ROLLBACK] = {false, "ROLLBACK"},
    [STORE_SQL_SAVE] = {false, "SAVEPOINT job"},
    [STORE_SQL_KEEP] = {false, "RELEASE job"},
    [STORE_SQL_UNDO] = {false, "ROLLBACK TO job"},
    [STORE_SQL_VERSION] = {false, "PRAGMA user_version"},

    [STORE_SQL_ACCOUNT_BY_ID] = {false, "SELECT " ACCOUNT " FROM accounts WHERE id = ?1"},
    [STORE_SQL_ACCOUNT_BY_USERID] = {false,
        "SELECT " ACCOUNT " FROM accounts WHERE corp = ?1 AND userid_lower = ?2"},
    [STORE_SQL_ACCOUNT_BY_LOGIN] = {false, "SELECT " ACCOUNT " FROM accounts WHERE login = ?1"},
    /* state 1: STORE_ACTIVE */
    [STORE_SQL_ACCOUNT_BY_MOBILE] = {false,
        "SELECT " ACCOUNT " FROM accounts WHERE corp = ?1 AND mobile = ?2 AND mobile <> ''"
        " AND id <> ?3 AND state = 1 ORDER BY key LIMIT 1"},
    [STORE_SQL_ACCOUNT_NEXT] = {false,
        "SELECT " ACCOUNT " FROM accounts WHERE (corp, userid_lower) > (?1, ?2)"
        " ORDER BY corp, userid_lower LIMIT 1"},
    [STORE_SQL_ACCOUNT_INSERT] = {true,
        "INSERT INTO accounts (" ACCOUNT ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)"},
    /* Where no index is concerned, which is nearly always: one page instead of six. */
    [STORE_SQL_ACCOUNT_UPDATE_REST] = {true,
        "UPDATE accounts SET host = ?5, added = ?6, switched_off = ?7, held = ?8, no_login = ?10,"
        " name = ?12, alias = ?13, state = ?14, departments = ?15, email = ?17, confirmed_s = ?18,"
        " confirmed_by_sync = ?19, mobile_s = ?20, created_s = ?21, first_login_s = ?22,"
        " withdrawn_s = ?23, changed_s = ?24 WHERE id = ?1 AND corp = ?2 AND userid = ?3"
        " AND userid_lower = ?4 AND login IS ?9 AND uid IS ?11 AND mobile = ?16"},
    [STORE_SQL_ACCOUNT_UPDATE] = {true,
        "UPDATE accounts SET (" ACCOUNT ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
        " ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24) WHERE id = ?1"},

    [STORE_SQL_NAME_OWNER] = {false, "SELECT owner FROM names WHERE name = ?1"},
    [STORE_SQL_NAME_INSERT] = {true, "INSERT INTO names (name, owner) VALUES (?1, ?2)"},
    [STORE_SQL_NUMBER_OWNER] = {false, "SELECT owner FROM numbers WHERE number = ?1"},
    [STORE_SQL_NUMBER_INSERT] = {true, "INSERT INTO numbers (number, owner) VALUES (?1, ?2)"},
    [STORE_SQL_GROUP] = {false, "SELECT gid FROM mapped_groups WHERE name = ?1"},
    [STORE_SQL_GROUP_INSERT] = {true, "INSERT INTO mapped_groups (name, gid) VALUES (?1, ?2)"},
    [STORE_SQL_FACT] = {false, "SELECT value FROM facts WHERE key = ?1"},
    [STORE_SQL_FACT_SET] = {true,
        "INSERT INTO facts (key, value) VALUES (?1, ?2) ON CONFLICT (key)"
        " DO UPDATE SET value = excluded.value WHERE value <> excluded.value"},
    [STORE_SQL_CHANGES] = {false, "SELECT count FROM changes WHERE one = 1"},
    [STORE_SQL_CHANGES_ADD] = {true, "UPDATE changes SET count = count + 1 WHERE one = 1"},

    [STORE_SQL_DEPARTMENTS] = {false,
        "SELECT id, parent FROM departments WHERE app = ?1 ORDER BY id"},
    [STORE_SQL_DEPARTMENT_PARENT] = {false,
        "SELECT parent FROM departments WHERE app = ?1 AND id = ?2"},
    [STORE_SQL_DEPARTMENT_PUT] = {true,
        "INSERT INTO departments (app, id, parent) VALUES (?1, ?2, ?3) ON CONFLICT (app, id)"
        " DO UPDATE SET parent = excluded.parent"},
    [STORE_SQL_DEPARTMENT_DELETE] = {true, "DELETE FROM departments WHERE app = ?1 AND id = ?2"},
    [STORE_SQL_TAG_MEMBERS] = {false,
        "SELECT userid_lower FROM tag_members WHERE app = ?1 AND tag = ?2 ORDER BY userid_lower"},
    [STORE_SQL_TAG_NEXT] = {false,
        "SELECT tag FROM tag_members WHERE app = ?1 AND tag > ?2 ORDER BY tag LIMIT 1"},
    [STORE_SQL_TAG_PUT] = {true,
        "INSERT INTO tag_members (app, tag, userid_lower) VALUES (?1, ?2, ?3)"},
    [STORE_SQL_TAG_DELETE] = {true,
        "DELETE FROM tag_members WHERE app = ?1 AND tag = ?2 AND userid_lower = ?3"},
    [STORE_SQL_TAG_CLEAR] = {true, "DELETE FROM tag_members WHERE app = ?1 AND tag = ?2"},
    [STORE_SQL_TAGS_OF] = {false,
        "SELECT tag FROM tag_members WHERE app = ?1 AND userid_lower = ?2 ORDER BY tag"},

    [STORE_SQL_RECOVERY] = {false,
        "SELECT salt, digest FROM recovery WHERE account = ?1 AND number = ?2"},
    [STORE_SQL_RECOVERY_PUT] = {true,
        "INSERT INTO recovery (account, number, salt, digest) VALUES (?1, ?2, ?3, ?4)"},
    [STORE_SQL_RECOVERY_USE] = {true,
        "DELETE FROM recovery WHERE account = ?1 AND number = ?2 AND digest = ?3"},
    [STORE_SQL_RECOVERY_CLEAR] = {true, "DELETE FROM recovery WHERE account = ?1"},
    [STORE_SQL_RECOVERY_COUNT] = {false, "SELECT count(*) FROM recovery WHERE account = ?1"},
};
/* clang-format on */

struct store_value store_text(const char *text) {
    return (struct store_value){.kind = STORE_TEXT, .text = text};
}

struct store_value store_number(int64_t number) {
    return (struct store_value){.kind = STORE_NUMBER, .number = number};
}

enum wecom_error store_sql_failed(struct store_tx *tx, int code) {
    if (tx->failed == SQLITE_OK)
        tx->failed = code;
    store_db_trouble(tx->db, code);
    return (code & 0xff) == SQLITE_NOMEM ? WECOM_E_MEMORY : WECOM_E_SYSTEM;
}

static int prepare(struct store_db *db, enum store_query query) {
    if (db->statements[query] != NULL)
        return SQLITE_OK;
    return sqlite3_prepare_v3(db->sqlite, queries[query].sql, -1, SQLITE_PREPARE_PERSISTENT,
                              &db->statements[query], NULL);
}

static int bind(sqlite3_stmt *statement, int at, const struct store_value *value) {
    switch (value->kind) {
    case STORE_TEXT:
        return sqlite3_bind_text(statement, at, value->text, -1, SQLITE_STATIC);
    case STORE_NUMBER:
        return sqlite3_bind_int64(statement, at, value->number);
    case STORE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

sqlite3_stmt *store_sql_bind(struct store_tx *tx, enum store_query query,
                             const struct store_value *values, size_t count) {
    int code = prepare(tx->db, query);
    sqlite3_stmt *statement = tx->db->statements[query];

    /* a job that said it would only read */
    if (code == SQLITE_OK && queries[query].writes && !tx->writes)
        code = SQLITE_READONLY;
    for (size_t i = 0; i < count && code == SQLITE_OK; i++)
        code = bind(statement, (int)i + 1, &values[i]);
    if (code == SQLITE_OK)
        return statement;
    store_sql_end(statement);
    (void)store_sql_failed(tx, code);
    return NULL;
}

enum wecom_error store_sql_row(struct store_tx *tx, sqlite3_stmt *statement) {
    int code;

    if (statement == NULL)
        return WECOM_E_SYSTEM; /* store_sql_bind told why */
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return WECOM_OK;
    return code == SQLITE_DONE ? WECOM_E_ABSENT : store_sql_failed(tx, code);
}

void store_sql_end(sqlite3_stmt *statement) {
    if (statement == NULL)
        return;
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

enum wecom_error store_sql_write(struct store_tx *tx, sqlite3_stmt *statement) {
    enum wecom_error error;
    int code;

    if (statement == NULL)
        return WECOM_E_SYSTEM;
    code = sqlite3_step(statement);
    switch (code) {
    case SQLITE_DONE:
        error = sqlite3_changes(tx->db->sqlite) > 0 ? WECOM_OK : WECOM_E_ABSENT;
        break;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        error = WECOM_E_PEER;
        break;
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_TRIGGER:
        error = WECOM_E_FORMAT;
        break;
    default:
        error = store_sql_failed(tx, code);
    }
    store_sql_end(statement);
    return error;
}

bool store_sql_text(sqlite3_stmt *statement, int column, char *text, size_t bytes) {
    const unsigned char *from;
    size_t len;

    if (sqlite3_column_type(statement, column) != SQLITE_TEXT)
        return false;
    from = sqlite3_column_text(statement, column);
    len = (size_t)sqlite3_column_bytes(statement, column);
    if (from == NULL || len >= bytes || memchr(from, '\0', len) != NULL ||
        !text_is_utf8((const char *)from, len))
        return false;
    memcpy(text, from, len);
    text[len] = '\0';
    return true;
}

bool store_sql_number(sqlite3_stmt *statement, int column, int64_t least, int64_t most,
                      int64_t *number) {
    int64_t found;

    if (sqlite3_column_type(statement, column) != SQLITE_INTEGER)
        return false;
    found = sqlite3_column_int64(statement, column);
    if (found < least || found > most)
        return false;
    *number = found;
    return true;
}

int store_sql_do(struct store_db *db, enum store_query query, int64_t *number) {
    int code = prepare(db, query);

    if (code != SQLITE_OK)
        return code;
    code = sqlite3_step(db->statements[query]);
    if (code == SQLITE_ROW && number != NULL)
        *number = sqlite3_column_int64(db->statements[query], 0);
    (void)sqlite3_reset(db->statements[query]);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}
