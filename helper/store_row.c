/* A row of an account: from the structure and back by one table of columns, checked both ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/names.h"
#include "common/text.h"
#include "helper/store_internal.h"

enum kind {
    TEXT,        /* an array of `size` bytes */
    ABSENT_TEXT, /* the same; "" is NULL */
    LOWER,       /* the userid in lower case: for looking up, not in the structure */
    YES_NO,
    WORD,      /* an enum up to `size` */
    ABSENT_ID, /* uint32_t; 0 is NULL */
    TIME,
    DEPARTMENTS,
};

#define AT(field) offsetof(struct store_account, field)
#define ARRAY(field) AT(field), sizeof((struct store_account *)0)->field

/* clang-format off */
static const struct column {
    enum kind kind;
    size_t offset, size;
} columns[] = {
    {TEXT, ARRAY(id)},
    {TEXT, ARRAY(corp)},
    {TEXT, ARRAY(userid)},
    {LOWER, ARRAY(userid)},
    {YES_NO, AT(host), 0},
    {YES_NO, AT(added), 0},
    {YES_NO, AT(switched_off), 0},
    {YES_NO, AT(held), 0},
    {ABSENT_TEXT, ARRAY(login)},
    {WORD, AT(no_login), STORE_LOGIN_MISSING},
    {ABSENT_ID, AT(uid), 0},
    {TEXT, ARRAY(name)},
    {TEXT, ARRAY(alias)},
    {WORD, AT(state), STORE_DELETED},
    {DEPARTMENTS, AT(departments), 0},
    {TEXT, ARRAY(mobile)},
    {TEXT, ARRAY(email)},
    {TIME, AT(confirmed_s), 0},
    {YES_NO, AT(confirmed_by_sync), 0},
    {TIME, AT(mobile_s), 0},
    {TIME, AT(created_s), 0},
    {TIME, AT(first_login_s), 0},
    {TIME, AT(withdrawn_s), 0},
    {TIME, AT(changed_s), 0},
};
/* clang-format on */

enum { COLUMNS = sizeof columns / sizeof columns[0] };

_Static_assert((int)COLUMNS == STORE_COLUMNS, "a value for each column");

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, in lower case */

void store_new_id(char id[STORE_ID_BYTES]) {
    unsigned char random[16];
    unsigned int bits = 0, count = 0;
    size_t at = 0;

    id[0] = '\0'; /* an id that no row can have */
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return;
    for (size_t i = 0; at < STORE_ID_BYTES - 1;) {
        if (count < 5) {
            bits = bits << 8 | (i < sizeof random ? random[i++] : 0);
            count += 8;
        }
        count -= 5;
        id[at++] = letters[bits >> count & 31];
    }
    id[at] = '\0';
}

static bool is_id(const char *id) {
    return strlen(id) == STORE_ID_BYTES - 1 && strspn(id, letters) == STORE_ID_BYTES - 1;
}

bool store_is_owner(const char *owner) {
    static const char group[] = "group ";
    size_t len = sizeof group - 1;

    return is_id(owner) || (strncmp(owner, group, len) == 0 && store_is_name(owner + len));
}

/* Do all texts end within their arrays? */
static bool has_ends(const struct store_account *account) {
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *text = (const char *)account + columns[i].offset;

        if ((columns[i].kind == TEXT || columns[i].kind == ABSENT_TEXT) &&
            memchr(text, '\0', columns[i].size) == NULL)
            return false;
    }
    return true;
}

/* The rules of a row that stand in no single column's type. */
static bool is_good(const struct store_account *account) {
    return is_id(account->id) && name_is_corp_id(account->corp) &&
           name_is_userid(account->userid) &&
           (account->login[0] == '\0' || name_is_login(account->login)) &&
           text_is_utf8(account->name, strlen(account->name)) &&
           text_is_utf8(account->alias, strlen(account->alias)) &&
           text_is_utf8(account->mobile, strlen(account->mobile)) &&
           text_is_utf8(account->email, strlen(account->email)) &&
           account->departments_count <= STORE_DEPARTMENTS;
}

/* ---- From the structure ---------------------------------------------------------------------- */

static void write_departments(const struct store_account *account, char *text, size_t bytes) {
    int used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < account->departments_count; i++)
        used += snprintf(text + used, bytes - (size_t)used, "%s%u", i > 0 ? " " : "",
                         account->departments[i]);
}

/* An int64_t out of a field of another type; -1 where it is out of range. */
static int64_t number_of(const struct column *column, const void *field) {
    unsigned int word;
    uint32_t id;
    int64_t time_s;
    bool yes;

    switch (column->kind) {
    case YES_NO:
        memcpy(&yes, field, sizeof yes);
        return yes;
    case WORD:
        memcpy(&word, field, sizeof word);
        return word <= column->size ? (int64_t)word : -1;
    case ABSENT_ID:
        memcpy(&id, field, sizeof id);
        return id <= STORE_NUMBER_MOST ? (int64_t)id : -1;
    case TIME:
        memcpy(&time_s, field, sizeof time_s);
        return time_s;
    default:
        return -1;
    }
}

bool store_row_fill(const struct store_account *account, struct store_row *row) {
    if (!has_ends(account) || !is_good(account) ||
        !name_lower(row->lower, sizeof row->lower, account->userid))
        return false;
    write_departments(account, row->departments, sizeof row->departments);
    for (size_t i = 0; i < COLUMNS; i++) {
        const char *field = (const char *)account + columns[i].offset;
        struct store_value *value = &row->values[i];

        switch (columns[i].kind) {
        case TEXT:
        case ABSENT_TEXT:
            *value = store_text(field);
            break;
        case LOWER:
            *value = store_text(row->lower);
            break;
        case DEPARTMENTS:
            *value = store_text(row->departments);
            break;
        default:
            *value = store_number(number_of(&columns[i], field));
            if (value->number < 0)
                return false;
        }
        if ((columns[i].kind == ABSENT_TEXT && field[0] == '\0') ||
            (columns[i].kind == ABSENT_ID && value->number == 0))
            value->kind = STORE_NULL;
    }
    return true;
}

/* ---- Into the structure ---------------------------------------------------------------------- */

/* "7 12 3": nothing else, and no number written in two ways. */
static bool read_departments(const char *text, struct store_account *account) {
    while (*text != '\0') {
        uint64_t id = 0;
        const char *from = text;

        for (; *text >= '0' && *text <= '9' && id <= UINT32_MAX; text++)
            id = id * 10 + (uint64_t)(*text - '0');
        if (text == from || id > UINT32_MAX || (*from == '0' && text > from + 1) ||
            account->departments_count == STORE_DEPARTMENTS)
            return false;
        account->departments[account->departments_count++] = (uint32_t)id;
        if (*text == ' ' && text[1] != '\0')
            text++;
        else if (*text != '\0')
            return false;
    }
    return true;
}

static void set_number(const struct column *column, int64_t number, void *field) {
    unsigned int word = (unsigned int)number;
    uint32_t id = (uint32_t)number;
    bool yes = number != 0;

    switch (column->kind) {
    case YES_NO:
        memcpy(field, &yes, sizeof yes);
        break;
    case WORD:
        memcpy(field, &word, sizeof word);
        break;
    case ABSENT_ID:
        memcpy(field, &id, sizeof id);
        break;
    default:
        memcpy(field, &number, sizeof number);
    }
}

static bool read_column(sqlite3_stmt *statement, int at, struct store_account *account) {
    const struct column *column = &columns[at];
    char *field = (char *)account + column->offset;
    char departments[STORE_DEPARTMENTS_BYTES], lower[2][WECOM_USERID_MAX_BYTES + 1];
    int64_t number = 0, least = 0, most = INT64_MAX;

    switch (column->kind) {
    case ABSENT_TEXT:
        if (sqlite3_column_type(statement, at) == SQLITE_NULL)
            return true;
        return store_sql_text(statement, at, field, column->size) && field[0] != '\0';
    case TEXT:
        return store_sql_text(statement, at, field, column->size);
    case LOWER:
        return store_sql_text(statement, at, lower[0], sizeof lower[0]) &&
               name_lower(lower[1], sizeof lower[1], field) && strcmp(lower[0], lower[1]) == 0;
    case DEPARTMENTS:
        return store_sql_text(statement, at, departments, sizeof departments) &&
               read_departments(departments, account);
    case ABSENT_ID:
        if (sqlite3_column_type(statement, at) == SQLITE_NULL)
            return true;
        least = 1;
        most = STORE_NUMBER_MOST;
        break;
    case YES_NO:
        most = 1;
        break;
    case WORD:
        most = (int64_t)column->size;
        break;
    case TIME:
        break;
    }
    if (!store_sql_number(statement, at, least, most, &number))
        return false;
    set_number(column, number, field);
    return true;
}

enum wecom_error store_row_read(struct store_tx *tx, sqlite3_stmt *statement,
                                struct store_account *account) {
    enum wecom_error error = store_sql_row(tx, statement);
    struct store_account found = {0};

    for (int i = 0; i < COLUMNS && error == WECOM_OK; i++) {
        if (!read_column(statement, i, &found))
            error = WECOM_E_FORMAT;
    }
    store_sql_end(statement);
    if (error == WECOM_OK && !is_good(&found))
        error = WECOM_E_FORMAT;
    if (error == WECOM_OK)
        *account = found;
    return error;
}
