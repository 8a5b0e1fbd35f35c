/* Tables of the store, their versions, and the way from one version to the next.
 *
 * A version is the number of steps that were taken (user_version). A step that was released is
 * never edited; a change of the schema is one more step at the end. Rules that must hold are in the
 * schema as well as in the code: types and lengths as CHECK (STRICT tables need SQLite 3.37, and
 * older ones are in use), what must never go as triggers.
 */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "helper/store_internal.h"

enum { APPLICATION_ID = 0x57634163 /* "WcAc" */ };

#define TEXT_OF(column, least, most)                                           \
    "TEXT NOT NULL CHECK (typeof(" column ") = 'text' AND length(CAST(" column \
    " AS BLOB)) BETWEEN " least " AND " most ")"
#define NUMBER_OF(column, least, most)                                                     \
    "INTEGER NOT NULL CHECK (typeof(" column ") = 'integer' AND " column " BETWEEN " least \
    " AND " most ")"
#define YES_NO(column) NUMBER_OF(column, "0", "1")
#define TIME_OF(column) NUMBER_OF(column, "0", "9223372036854775807")

/* A table from which nothing goes. */
#define FOR_EVER(table, events)                             \
    "CREATE TRIGGER " table "_stay BEFORE DELETE ON " table \
    " BEGIN SELECT RAISE(ABORT, 'nothing is deleted from " table "'); END;" events
#define UNCHANGED(table)                                         \
    "CREATE TRIGGER " table "_unchanged BEFORE UPDATE ON " table \
    " BEGIN SELECT RAISE(ABORT, 'nothing is changed in " table "'); END;"
/* A row may only carry a name and a number that its owner has. */
#define TAKEN(table, trigger, event, name, number, owner)                      \
    "CREATE TRIGGER " trigger " BEFORE " event " ON " table " WHEN (NEW." name \
    " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM names"                         \
    "       WHERE name = NEW." name " AND owner = " owner "))"                 \
    "   OR (NEW." number " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM numbers"  \
    "       WHERE number = NEW." number " AND owner = " owner "))"             \
    " BEGIN SELECT RAISE(ABORT, 'name or number was not taken'); END;"

/* clang-format off */
const struct store_step store_steps[] = {
    {
        "CREATE TABLE accounts ("
        " key INTEGER PRIMARY KEY,"
        " id " TEXT_OF("id", "26", "26") " UNIQUE,"
        " corp " TEXT_OF("corp", "1", "64") ","
        " userid " TEXT_OF("userid", "1", "64") ","
        " userid_lower TEXT NOT NULL CHECK (userid_lower = lower(userid)),"
        " host " YES_NO("host") ","
        " added " YES_NO("added") ","
        " switched_off " YES_NO("switched_off") ","
        " held " YES_NO("held") ","
        " login TEXT UNIQUE CHECK (login IS NULL OR (typeof(login) = 'text'"
        "  AND length(CAST(login AS BLOB)) BETWEEN 1 AND 32)),"
        " no_login " NUMBER_OF("no_login", "0", "255") ","
        " uid INTEGER UNIQUE CHECK (uid IS NULL OR (typeof(uid) = 'integer'"
        "  AND uid BETWEEN 1 AND 4294967294)),"
        " name " TEXT_OF("name", "0", "255") ","
        " alias " TEXT_OF("alias", "0", "64") ","
        " state " NUMBER_OF("state", "0", "255") ","
        " departments " TEXT_OF("departments", "0", "2199") "," /* 200 numbers of 10 digits */
        " mobile " TEXT_OF("mobile", "0", "31") ","
        " email " TEXT_OF("email", "0", "255") ","
        " confirmed_s " TIME_OF("confirmed_s") ","
        " confirmed_by_sync " YES_NO("confirmed_by_sync") ","
        " mobile_s " TIME_OF("mobile_s") ","
        " created_s " TIME_OF("created_s") ","
        " first_login_s " TIME_OF("first_login_s") ","
        " withdrawn_s " TIME_OF("withdrawn_s") ","
        " changed_s " TIME_OF("changed_s") ","
        " UNIQUE (corp, userid_lower));"
        "CREATE INDEX accounts_mobile ON accounts (corp, mobile) WHERE mobile <> '';"

        "CREATE TABLE names ("
        " name " TEXT_OF("name", "1", "32") " PRIMARY KEY,"
        " owner " TEXT_OF("owner", "1", "64") ") WITHOUT ROWID;"
        "CREATE TABLE numbers ("
        " number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967294),"
        " owner " TEXT_OF("owner", "1", "64") ");"
        "CREATE TABLE mapped_groups ("
        " name " TEXT_OF("name", "1", "32") " PRIMARY KEY,"
        " gid " NUMBER_OF("gid", "1", "4294967294") " UNIQUE) WITHOUT ROWID;"

        "CREATE TABLE facts ("
        " key " TEXT_OF("key", "1", "128") " PRIMARY KEY,"
        " value INTEGER NOT NULL CHECK (typeof(value) = 'integer')) WITHOUT ROWID;"
        "CREATE TABLE changes ("
        " one INTEGER PRIMARY KEY CHECK (one = 1),"
        " count " TIME_OF("count") ");"
        "INSERT INTO changes VALUES (1, 0);"

        "CREATE TABLE departments ("
        " app " TEXT_OF("app", "1", "64") ","
        " id " NUMBER_OF("id", "1", "4294967295") ","
        " parent " NUMBER_OF("parent", "0", "4294967295") ","
        " PRIMARY KEY (app, id)) WITHOUT ROWID;"
        "CREATE TABLE tag_members ("
        " app " TEXT_OF("app", "1", "64") ","
        " tag " NUMBER_OF("tag", "1", "4294967295") ","
        " userid_lower " TEXT_OF("userid_lower", "1", "64")
        "  CHECK (userid_lower = lower(userid_lower)),"
        " PRIMARY KEY (app, tag, userid_lower)) WITHOUT ROWID;"
        "CREATE INDEX tag_members_userid ON tag_members (app, userid_lower);"

        FOR_EVER("names", UNCHANGED("names"))
        FOR_EVER("numbers", UNCHANGED("numbers"))
        FOR_EVER("mapped_groups", UNCHANGED("mapped_groups"))
        FOR_EVER("changes", "")
        FOR_EVER("accounts", "")
        "CREATE TRIGGER accounts_id BEFORE UPDATE OF key, id ON accounts"
        " WHEN NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key"
        " BEGIN SELECT RAISE(ABORT, 'an id never changes'); END;"
        TAKEN("accounts", "accounts_insert", "INSERT", "login", "uid", "NEW.id")
        TAKEN("accounts", "accounts_update", "UPDATE OF login, uid", "login", "uid", "NEW.id")
        TAKEN("mapped_groups", "mapped_groups_insert", "INSERT", "name", "gid",
              "'group ' || NEW.name")
    },
    {
        "CREATE TABLE recovery ("
        " account " TEXT_OF("account", "26", "26") ","
        " number " NUMBER_OF("number", "1", "10") ","
        " salt " TEXT_OF("salt", "64", "64") ","
        " digest " TEXT_OF("digest", "64", "64") ","
        " PRIMARY KEY (account, number)) WITHOUT ROWID;"
        /* what is crossed out goes, and what is there says nothing else afterwards */
        UNCHANGED("recovery")
        "CREATE TRIGGER recovery_owned BEFORE INSERT ON recovery"
        " WHEN NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.account)"
        " BEGIN SELECT RAISE(ABORT, 'there is no such account'); END;"
    },
};
/* clang-format on */

const size_t store_steps_count = sizeof store_steps / sizeof store_steps[0];

static void say_damaged(const char *text, char *why, size_t why_bytes) {
    (void)snprintf(why, why_bytes,
                   STORE_FILE " is damaged, or no account store (%s): it is left as it is; bring "
                              "it back from a backup",
                   text);
    text_clean(why, TEXT_ONE_LINE);
}

void store_schema_why(sqlite3 *db, int code, char *why, size_t why_bytes) {
    const char *text = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    int error = db != NULL ? sqlite3_system_errno(db) : 0;

    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        say_damaged(text, why, why_bytes);
        break;
    case SQLITE_BUSY:
        (void)snprintf(why, why_bytes, STORE_FILE " was kept busy by another process for %d s",
                       STORE_BUSY_MS / 1000);
        break;
    default:
        (void)snprintf(why, why_bytes, STORE_FILE ": %s (SQLite %d%s%s)", text, code,
                       error != 0 ? ", " : "", error != 0 ? strerror(error) : "");
    }
}

static bool run(sqlite3 *db, const char *sql, char *why, size_t why_bytes) {
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        store_schema_why(db, code, why, why_bytes);
    return code == SQLITE_OK;
}

/* One number of the first row, such as a PRAGMA's. */
static bool ask(sqlite3 *db, const char *sql, int64_t *number, char *why, size_t why_bytes) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else
        store_schema_why(db, code == SQLITE_DONE ? SQLITE_CORRUPT : code, why, why_bytes);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW;
}

static bool take_steps(sqlite3 *db, const struct store_step *steps, size_t from, size_t count,
                       char *why, size_t why_bytes) {
    char sql[64];

    for (size_t i = from; i < count; i++) {
        if (!run(db, steps[i].sql, why, why_bytes))
            return false;
    }
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %zu", count);
    return run(db, sql, why, why_bytes);
}

bool store_schema_make(sqlite3 *db, const struct store_step *steps, size_t count, char *why,
                       size_t why_bytes) {
    char begin[64];
    bool good;

    (void)snprintf(begin, sizeof begin, "BEGIN IMMEDIATE; PRAGMA application_id = %d",
                   APPLICATION_ID);
    good = run(db, begin, why, why_bytes) && take_steps(db, steps, 0, count, why, why_bytes) &&
           run(db, "COMMIT", why, why_bytes);
    if (!sqlite3_get_autocommit(db))
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return good;
}

bool store_schema_known(sqlite3 *db, size_t count, char *why, size_t why_bytes) {
    int64_t application, version;

    if (!ask(db, "PRAGMA application_id", &application, why, why_bytes) ||
        !ask(db, "PRAGMA user_version", &version, why, why_bytes))
        return false;
    if (application != APPLICATION_ID || version < 1) {
        say_damaged("it does not bear our mark", why, why_bytes);
        return false;
    }
    if (version > (int64_t)count) {
        (void)snprintf(why, why_bytes,
                       STORE_FILE " was written by a newer version of wecom-helper (format %lld, "
                                  "this one knows %zu): install that version again",
                       (long long)version, count);
        return false;
    }
    return true;
}

bool store_schema_bring(sqlite3 *db, const struct store_step *steps, size_t count, char *why,
                        size_t why_bytes) {
    int64_t version = 0;
    bool good = ask(db, "PRAGMA user_version", &version, why, why_bytes);

    if (!good || version >= (int64_t)count)
        return good;
    /* anew: another process may have been quicker */
    good = run(db, "BEGIN IMMEDIATE", why, why_bytes) &&
           ask(db, "PRAGMA user_version", &version, why, why_bytes) &&
           (version >= (int64_t)count ||
            take_steps(db, steps, (size_t)version, count, why, why_bytes)) &&
           run(db, "COMMIT", why, why_bytes);
    if (!sqlite3_get_autocommit(db))
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return good;
}

bool store_schema_sound(sqlite3 *db, char *why, size_t why_bytes) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    const char *text = NULL;

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(statement, 0);
    else
        store_schema_why(db, code, why, why_bytes);
    if (code == SQLITE_ROW && (text == NULL || strcmp(text, "ok") != 0)) {
        say_damaged(text != NULL ? text : "out of memory", why, why_bytes);
        code = SQLITE_CORRUPT;
    }
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW;
}
