/* Recovery codes inside a job: given, looked for, crossed out. */
#include "helper/store_internal.h"

static enum wecom_error clear(struct store_tx *tx, const char *id) {
    enum wecom_error error =
        store_sql_write(tx, STORE_SQL(tx, STORE_SQL_RECOVERY_CLEAR, store_text(id)));

    return error == WECOM_E_ABSENT ? WECOM_OK : error;
}

enum wecom_error store_put_recovery(struct store_tx *tx, const char *id,
                                    const struct store_recovery *kept, size_t count) {
    enum wecom_error error = clear(tx, id);

    for (size_t i = 0; i < count && error == WECOM_OK; i++)
        error = store_sql_write(
            tx, STORE_SQL(tx, STORE_SQL_RECOVERY_PUT, store_text(id), store_number((int64_t)i + 1),
                          store_text(kept[i].salt), store_text(kept[i].digest)));
    return error;
}

enum wecom_error store_find_recovery(struct store_tx *tx, const char *id, unsigned int row,
                                     struct store_recovery *kept) {
    sqlite3_stmt *statement =
        STORE_SQL(tx, STORE_SQL_RECOVERY, store_text(id), store_number((int64_t)row));
    enum wecom_error error = store_sql_row(tx, statement);
    struct store_recovery found = {.salt = ""};

    if (error == WECOM_OK) {
        if (store_sql_text(statement, 0, found.salt, sizeof found.salt) &&
            store_sql_text(statement, 1, found.digest, sizeof found.digest))
            *kept = found;
        else
            error = WECOM_E_FORMAT;
    }
    store_sql_end(statement);
    return error;
}

enum wecom_error store_use_recovery(struct store_tx *tx, const char *id, unsigned int row,
                                    const char *digest) {
    return store_sql_write(tx, STORE_SQL(tx, STORE_SQL_RECOVERY_USE, store_text(id),
                                         store_number((int64_t)row), store_text(digest)));
}

enum wecom_error store_count_recovery(struct store_tx *tx, const char *id, int64_t *count) {
    sqlite3_stmt *statement = STORE_SQL(tx, STORE_SQL_RECOVERY_COUNT, store_text(id));
    enum wecom_error error = store_sql_row(tx, statement);

    if (error == WECOM_OK && !store_sql_number(statement, 0, 0, WECOM_RECOVERY_CODES, count))
        error = WECOM_E_FORMAT;
    store_sql_end(statement);
    return error;
}
