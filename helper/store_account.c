/* Accounts inside a job: looked up, made, changed. */
#include "common/names.h"
#include "helper/store_internal.h"

enum wecom_error store_find_id(struct store_tx *tx, const char *id, struct store_account *account) {
    return store_row_read(tx, STORE_SQL(tx, STORE_SQL_ACCOUNT_BY_ID, store_text(id)), account);
}

enum wecom_error store_find_userid(struct store_tx *tx, const char *corp, const char *userid,
                                   struct store_account *account) {
    char lower[WECOM_USERID_MAX_BYTES + 1];

    if (!name_lower(lower, sizeof lower, userid))
        return WECOM_E_ABSENT;
    return store_row_read(
        tx, STORE_SQL(tx, STORE_SQL_ACCOUNT_BY_USERID, store_text(corp), store_text(lower)),
        account);
}

enum wecom_error store_find_login(struct store_tx *tx, const char *login,
                                  struct store_account *account) {
    return store_row_read(tx, STORE_SQL(tx, STORE_SQL_ACCOUNT_BY_LOGIN, store_text(login)),
                          account);
}

enum wecom_error store_find_mobile(struct store_tx *tx, const char *corp, const char *mobile,
                                   const char *but_id, struct store_account *account) {
    return store_row_read(tx,
                          STORE_SQL(tx, STORE_SQL_ACCOUNT_BY_MOBILE, store_text(corp),
                                    store_text(mobile), store_text(but_id != NULL ? but_id : "")),
                          account);
}

enum wecom_error store_next(struct store_tx *tx, const char *corp, const char *userid,
                            struct store_account *account) {
    char lower[WECOM_USERID_MAX_BYTES + 1];

    if (!name_lower(lower, sizeof lower, userid))
        return WECOM_E_FORMAT;
    return store_row_read(
        tx, STORE_SQL(tx, STORE_SQL_ACCOUNT_NEXT, store_text(corp), store_text(lower)), account);
}

/* Are the name and the number of the row its own? Nobody's: the row breaks its rules. */
static enum wecom_error owns(struct store_tx *tx, const struct store_account *account) {
    enum wecom_error error = WECOM_OK;

    if (account->login[0] != '\0')
        error = store_check_name(tx, account->login, account->id);
    if (error == WECOM_OK && account->uid != 0)
        error = store_check_number(tx, account->uid, account->id);
    return error == WECOM_E_ABSENT ? WECOM_E_FORMAT : error;
}

enum wecom_error store_insert(struct store_tx *tx, const struct store_account *account) {
    enum wecom_error error;
    struct store_row row;

    if (!store_row_fill(account, &row))
        return WECOM_E_FORMAT;
    error = owns(tx, account);
    if (error != WECOM_OK)
        return error;
    return store_sql_write(tx,
                           store_sql_bind(tx, STORE_SQL_ACCOUNT_INSERT, row.values, STORE_COLUMNS));
}

enum wecom_error store_update(struct store_tx *tx, const struct store_account *account) {
    enum wecom_error error;
    struct store_row row;

    if (!store_row_fill(account, &row))
        return WECOM_E_FORMAT;
    error = store_sql_write(
        tx, store_sql_bind(tx, STORE_SQL_ACCOUNT_UPDATE_REST, row.values, STORE_COLUMNS));
    if (error != WECOM_E_ABSENT)
        return error;
    error = owns(tx, account);
    if (error != WECOM_OK)
        return error;
    return store_sql_write(tx,
                           store_sql_bind(tx, STORE_SQL_ACCOUNT_UPDATE, row.values, STORE_COLUMNS));
}
