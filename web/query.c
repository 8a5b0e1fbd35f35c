/* One value of a query string, decoded strictly. */
#include "web/query.h"

#include <stdbool.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The next byte of `len`; how many it took, 0 where an escape is cut off. */
static size_t decode_one(const char *from, size_t len, char *out) {
    int high, low;

    *out = *from;
    if (*from != '%')
        return 1;
    high = len > 2 ? hex_digit(from[1]) : -1;
    low = len > 2 ? hex_digit(from[2]) : -1;
    if (high < 0 || low < 0)
        return 0;
    *out = (char)(high << 4 | low);
    return 3;
}

/* Is every escape whole? */
static bool is_decodable(const char *from, size_t len) {
    char c;

    while (len > 0) {
        size_t took = decode_one(from, len, &c);

        if (took == 0)
            return false;
        from += took;
        len -= took;
    }
    return true;
}

/* Of what is decodable. */
static bool is_name(const char *from, size_t len, const char *name) {
    char c;

    while (len > 0) {
        size_t took = decode_one(from, len, &c);

        if (c == '\0' || c != *name++)
            return false;
        from += took;
        len -= took;
    }
    return *name == '\0';
}

/* False: too long, or not the text that it must be. */
static bool decode(const char *from, size_t len, char *out, size_t bytes) {
    size_t used = 0;
    char c;

    while (len > 0) {
        size_t took = decode_one(from, len, &c);

        if (used + 1 >= bytes || (unsigned char)c < 0x20 || c == 0x7F)
            return false;
        out[used++] = c;
        from += took;
        len -= took;
    }
    out[used] = '\0';
    return text_is_utf8(out, used);
}

enum query_result query_value(const char *query, const char *name, char *out, size_t bytes) {
    enum query_result result = QUERY_ABSENT;

    out[0] = '\0';
    if (query == NULL)
        return QUERY_ABSENT;
    if (!is_decodable(query, strlen(query)))
        return QUERY_BAD;
    for (;;) {
        size_t pair = strcspn(query, "&"), key = strcspn(query, "&=");

        if (is_name(query, key, name)) {
            size_t start = key < pair ? key + 1 : pair;

            if (result != QUERY_ABSENT || !decode(query + start, pair - start, out, bytes)) {
                secret_wipe_bytes(out, bytes);
                return QUERY_BAD;
            }
            result = QUERY_GOOD;
        }
        if (query[pair] == '\0')
            return result;
        query += pair + 1;
    }
}
