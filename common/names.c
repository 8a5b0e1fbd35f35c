/* What names and codes look like. Every rule is a question about bytes, in ASCII, for any locale.
 */
#include "common/names.h"

#include <string.h>

#include "wecom/limits.h"

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* 1 to `most` bytes, each alphanumeric or one of `extra`. */
static bool is_made_of(const char *name, size_t len, size_t most, const char *extra) {
    if (len < 1 || len > most)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_alnum(name[i]) && (name[i] == '\0' || strchr(extra, name[i]) == NULL))
            return false;
    }
    return true;
}

bool name_is_login(const char *name) {
    if (!is_made_of(name, strlen(name), WECOM_LOGIN_NAME_MAX_BYTES, "_.-"))
        return false;
    if (!is_lower(name[0]) && name[0] != '_')
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        if (lower(*c) != *c)
            return false;
    }
    return true;
}

bool name_is_userid(const char *userid) {
    return is_made_of(userid, strlen(userid), WECOM_USERID_MAX_BYTES, "_-@.") &&
           is_alnum(userid[0]);
}

bool name_is_word(const char *name) {
    return is_made_of(name, strlen(name), WECOM_SERVICE_MAX_BYTES, "_-.") && name[0] != '-' &&
           name[0] != '.';
}

bool name_is_corp_id(const char *corp_id) {
    return is_made_of(corp_id, strlen(corp_id), WECOM_CORP_ID_MAX_BYTES, "_-");
}

bool name_is_code(const char *code, size_t len) {
    return len >= WECOM_CODE_MIN_BYTES && is_made_of(code, len, WECOM_CODE_MAX_BYTES, "_-");
}

bool name_is_pin(const char *code, size_t len) {
    if (len != WECOM_PIN_DIGITS)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(code[i]))
            return false;
    }
    return true;
}

/* A symbol of Crockford's base32 as it is written, '\0' for what is none. */
static char recovery_symbol(char c) {
    char low = lower(c);

    if (low == 'i' || low == 'l')
        return '1';
    if (low == 'o')
        return '0';
    if (is_digit(low) || (is_lower(low) && low != 'u'))
        return is_lower(low) ? (char)(low - 'a' + 'A') : low;
    return '\0';
}

static bool is_between(char c) {
    return c == '-' || c == ' ';
}

bool name_is_recovery(const char *code, size_t len) {
    char first = '\0', second = '\0';
    size_t count = 0;

    if (len > WECOM_RECOVERY_MAX_BYTES)
        return false;
    for (size_t i = 0; i < len; i++) {
        char symbol = recovery_symbol(code[i]);

        if (is_between(code[i]))
            continue;
        if (symbol == '\0')
            return false;
        first = count == 0 ? symbol : first;
        second = count == 1 ? symbol : second;
        count++;
    }
    return count == WECOM_RECOVERY_SYMBOLS &&
           ((first == '0' && second >= '1' && second <= '9') || (first == '1' && second == '0'));
}

bool name_recovery_symbols(const char *code, size_t len, char symbols[WECOM_RECOVERY_SYMBOLS + 1]) {
    size_t used = 0;

    if (!name_is_recovery(code, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_between(code[i]))
            symbols[used++] = recovery_symbol(code[i]);
    }
    symbols[used] = '\0';
    return true;
}

bool name_is_any_code(const char *code, size_t len) {
    return name_is_code(code, len) || name_is_pin(code, len) || name_is_recovery(code, len);
}

bool name_same_userid(const char *a, const char *b) {
    if (a[0] == '\0')
        return false;
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (lower(*a) != lower(*b))
            return false;
    }
    return *a == *b;
}

bool name_lower(char *name, size_t bytes, const char *userid) {
    if (strlen(userid) + 1 > bytes)
        return false;
    name_fold(name, bytes, userid);
    return true;
}

void name_fold(char *out, size_t bytes, const char *text) {
    size_t len = strnlen(text, bytes - 1);

    for (size_t i = 0; i < len; i++)
        out[i] = lower(text[i]);
    out[len] = '\0';
}
