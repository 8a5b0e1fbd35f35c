/* The query of a request that WeCom sends to us: four parameters out of a URL. */
#include "helper/wecom/callback.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_signature(const char *value) {
    size_t len = strlen(value);

    return len == CALLBACK_SIGNATURE_CHARACTERS && strspn(value, "0123456789abcdef") == len;
}

/* One number has one spelling: digits of the nonce cannot pass for leading zeros of the time. */
static bool is_timestamp(const char *value) {
    return value[0] != '0' && is_digit(value[0]) && value[strspn(value, "0123456789")] == '\0';
}

/* Printable ASCII without blanks. */
static bool is_plain(const char *value) {
    for (const char *c = value; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~')
            return false;
    }
    return value[0] != '\0';
}

/* Where each parameter goes, and what it looks like. */
struct parameter {
    const char *name;
    char *to;
    size_t bytes; /* of the array, with its NUL */
    bool (*is_good)(const char *value);
    bool needed, seen;
};

static int hex_value(char c) {
    if (is_digit(c))
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX; false for one that is none or NUL. The result, never longer, ends in NUL. */
static bool decode(const char *text, size_t len, char *out) {
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = len - i > 2 ? hex_value(text[i + 1]) : -1;
            int low = len - i > 2 ? hex_value(text[i + 2]) : -1;

            if (high < 0 || low < 0 || (high | low) == 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        *out++ = c;
    }
    *out = '\0';
    return true;
}

static struct parameter *find(struct parameter *parameters, const char *name) {
    while (parameters->name != NULL && strcmp(parameters->name, name) != 0)
        parameters++;
    return parameters->name != NULL ? parameters : NULL;
}

/* name=value; without "=" the value is empty. */
static bool take(const char *piece, size_t len, struct parameter *parameters) {
    char name[CALLBACK_QUERY_MAX_BYTES + 1], value[CALLBACK_QUERY_MAX_BYTES + 1];
    const char *equals = memchr(piece, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - piece) : len;
    struct parameter *parameter;

    if (!decode(piece, name_len, name) ||
        !decode(equals != NULL ? equals + 1 : "", equals != NULL ? len - name_len - 1 : 0, value))
        return false;
    parameter = find(parameters, name);
    if (parameter == NULL)
        return true;
    if (parameter->seen || strlen(value) >= parameter->bytes || !parameter->is_good(value))
        return false;
    memcpy(parameter->to, value, strlen(value) + 1);
    parameter->seen = true;
    return true;
}

enum wecom_error callback_query_parse(const char *text, struct callback_query *query) {
    struct callback_query found = {0};
    struct parameter parameters[] = {
        {"msg_signature", found.signature, sizeof found.signature, is_signature, true, false},
        {"timestamp", found.timestamp, sizeof found.timestamp, is_timestamp, true, false},
        {"nonce", found.nonce, sizeof found.nonce, is_plain, true, false},
        {"echostr", found.echostr, sizeof found.echostr, is_plain, false, false},
        {NULL, NULL, 0, NULL, false, false},
    };
    bool good = true;

    *query = (struct callback_query){0};
    if (strnlen(text, CALLBACK_QUERY_MAX_BYTES + 1) > CALLBACK_QUERY_MAX_BYTES)
        return WECOM_E_TOO_LONG;
    while (good && *text != '\0') {
        size_t len = strcspn(text, "&");

        good = take(text, len, parameters);
        text += len + (text[len] == '&');
    }
    for (const struct parameter *p = parameters; p->name != NULL; p++)
        good = good && (p->seen || !p->needed);
    if (!good)
        return WECOM_E_FORMAT;
    found.timestamp_s = strtoll(found.timestamp, NULL, 10); /* 12 digits at most */
    *query = found;
    return WECOM_OK;
}
