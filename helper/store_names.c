/* Names and numbers that were given once and are never given again; mapped groups, which have one
 * of each; numbers under names of ours.
 */
#include <stdio.h>
#include <string.h>

#include "common/names.h"
#include "helper/store_internal.h"

enum { KEY_MOST_BYTES = 128 };

bool store_is_name(const char *name) {
    return name_is_word(name) && strlen(name) <= WECOM_LOGIN_NAME_MAX_BYTES;
}

static bool is_number(uint32_t number) {
    return number >= 1 && number <= STORE_NUMBER_MOST;
}

/* The owner in the one row that a statement finds; ends the statement. */
static enum wecom_error read_owner(struct store_tx *tx, sqlite3_stmt *statement,
                                   char owner[STORE_OWNER_BYTES]) {
    enum wecom_error error = store_sql_row(tx, statement);

    if (error == WECOM_OK &&
        (!store_sql_text(statement, 0, owner, STORE_OWNER_BYTES) || !store_is_owner(owner)))
        error = WECOM_E_FORMAT;
    store_sql_end(statement);
    return error;
}

static enum wecom_error owner_of_name(struct store_tx *tx, const char *name,
                                      char owner[STORE_OWNER_BYTES]) {
    return read_owner(tx, STORE_SQL(tx, STORE_SQL_NAME_OWNER, store_text(name)), owner);
}

static enum wecom_error owner_of_number(struct store_tx *tx, uint32_t number,
                                        char owner[STORE_OWNER_BYTES]) {
    return read_owner(tx, STORE_SQL(tx, STORE_SQL_NUMBER_OWNER, store_number(number)), owner);
}

enum wecom_error store_check_name(struct store_tx *tx, const char *name, const char *owner) {
    char found[STORE_OWNER_BYTES];
    enum wecom_error error = owner_of_name(tx, name, found);

    return error == WECOM_OK && strcmp(found, owner) != 0 ? WECOM_E_PEER : error;
}

enum wecom_error store_check_number(struct store_tx *tx, uint32_t number, const char *owner) {
    char found[STORE_OWNER_BYTES];
    enum wecom_error error = owner_of_number(tx, number, found);

    return error == WECOM_OK && strcmp(found, owner) != 0 ? WECOM_E_PEER : error;
}

enum wecom_error store_take_name(struct store_tx *tx, const char *name, const char *owner) {
    enum wecom_error error;

    if (!store_is_name(name) || !store_is_owner(owner))
        return WECOM_E_FORMAT;
    error = store_check_name(tx, name, owner);
    if (error != WECOM_E_ABSENT)
        return error;
    return store_sql_write(
        tx, STORE_SQL(tx, STORE_SQL_NAME_INSERT, store_text(name), store_text(owner)));
}

enum wecom_error store_take_number(struct store_tx *tx, uint32_t number, const char *owner) {
    enum wecom_error error;

    if (!is_number(number) || !store_is_owner(owner))
        return WECOM_E_FORMAT;
    error = store_check_number(tx, number, owner);
    if (error != WECOM_E_ABSENT)
        return error;
    return store_sql_write(
        tx, STORE_SQL(tx, STORE_SQL_NUMBER_INSERT, store_number(number), store_text(owner)));
}

static enum wecom_error give_owner(enum wecom_error error, const char *found, char *owner,
                                   size_t bytes) {
    if (error == WECOM_OK && strlen(found) + 1 > bytes)
        error = WECOM_E_TOO_LONG;
    if (error == WECOM_OK)
        memcpy(owner, found, strlen(found) + 1);
    return error;
}

enum wecom_error store_name_owner(struct store_tx *tx, const char *name, char *owner,
                                  size_t bytes) {
    char found[STORE_OWNER_BYTES];

    return give_owner(owner_of_name(tx, name, found), found, owner, bytes);
}

enum wecom_error store_number_owner(struct store_tx *tx, uint32_t number, char *owner,
                                    size_t bytes) {
    char found[STORE_OWNER_BYTES];

    return give_owner(owner_of_number(tx, number, found), found, owner, bytes);
}

/* The number in the one row that a statement finds; ends the statement. */
static enum wecom_error read_number(struct store_tx *tx, sqlite3_stmt *statement, int64_t least,
                                    int64_t most, int64_t *number) {
    enum wecom_error error = store_sql_row(tx, statement);

    if (error == WECOM_OK && !store_sql_number(statement, 0, least, most, number))
        error = WECOM_E_FORMAT;
    store_sql_end(statement);
    return error;
}

enum wecom_error store_find_group(struct store_tx *tx, const char *name, uint32_t *gid) {
    int64_t number = 0;
    enum wecom_error error = read_number(tx, STORE_SQL(tx, STORE_SQL_GROUP, store_text(name)), 1,
                                         STORE_NUMBER_MOST, &number);

    if (error == WECOM_OK)
        *gid = (uint32_t)number;
    return error;
}

enum wecom_error store_insert_group(struct store_tx *tx, const char *name, uint32_t gid) {
    char owner[STORE_OWNER_BYTES];
    enum wecom_error error;

    if (!store_is_name(name) || !is_number(gid))
        return WECOM_E_FORMAT;
    (void)snprintf(owner, sizeof owner, "group %s", name);
    error = store_check_name(tx, name, owner);
    if (error == WECOM_OK)
        error = store_check_number(tx, gid, owner);
    if (error != WECOM_OK)
        return error == WECOM_E_ABSENT ? WECOM_E_FORMAT : error;
    return store_sql_write(
        tx, STORE_SQL(tx, STORE_SQL_GROUP_INSERT, store_text(name), store_number(gid)));
}

enum wecom_error store_get_number(struct store_tx *tx, const char *key, int64_t *value) {
    return read_number(tx, STORE_SQL(tx, STORE_SQL_FACT, store_text(key)), INT64_MIN, INT64_MAX,
                       value);
}

enum wecom_error store_set_number(struct store_tx *tx, const char *key, int64_t value) {
    enum wecom_error error;

    if (key[0] == '\0' || strlen(key) > KEY_MOST_BYTES)
        return WECOM_E_FORMAT;
    error = store_sql_write(
        tx, STORE_SQL(tx, STORE_SQL_FACT_SET, store_text(key), store_number(value)));
    return error == WECOM_E_ABSENT ? WECOM_OK : error; /* it is that number already */
}

enum wecom_error store_count_change(struct store_tx *tx) {
    enum wecom_error error =
        store_sql_write(tx, store_sql_bind(tx, STORE_SQL_CHANGES_ADD, NULL, 0));

    return error == WECOM_E_ABSENT ? WECOM_E_FORMAT : error;
}

enum wecom_error store_changes(struct store_tx *tx, int64_t *count) {
    enum wecom_error error =
        read_number(tx, store_sql_bind(tx, STORE_SQL_CHANGES, NULL, 0), 0, INT64_MAX, count);

    return error == WECOM_E_ABSENT ? WECOM_E_FORMAT : error;
}
