/* The codec of include/wecom/wire.h: one field table packs, unpacks and checks both directions. */
#include "common/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"

static const char *const verb_names[WIRE_VERB_COUNT] = {[WIRE_NO_VERB] = "",
#define X(constant, word) [WIRE_##constant] = (word),
                                                        WIRE_VERBS(X)
#undef X
};

static const struct wire_field_rule rules[WIRE_FIELD_COUNT] = {
#define X(constant, name, max, kind, needed, optional) \
    {(name), (max), (kind), (needed), (optional)},
    WIRE_FIELDS(X)
#undef X
};

_Static_assert(WIRE_VERB_COUNT <= 32, "verbs are bits of an unsigned int");
_Static_assert(WECOM_PACKET_MAX_BYTES < UINT16_MAX, "offsets are 16 bits");

const char *wire_verb_name(enum wire_verb verb) {
    return (unsigned int)verb < WIRE_VERB_COUNT ? verb_names[verb] : "";
}

const struct wire_field_rule *wire_field_rule(enum wire_field field) {
    return &rules[field];
}

struct wire_message *wire_new(enum wire_verb verb) {
    struct wire_message *m = calloc(1, sizeof *m);

    if (m != NULL)
        m->verb = verb;
    return m;
}

void wire_reset(struct wire_message *m, enum wire_verb verb) {
    secret_wipe_bytes(m->store, m->used);
    m->used = 0;
    memset(m->at, 0, sizeof m->at);
    m->verb = verb;
}

void wire_free(struct wire_message *m) {
    if (m != NULL)
        wire_reset(m, WIRE_NO_VERB);
    free(m);
}

static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || (unsigned char)c == 0x7F;
}

/* Every byte of `value` passes `is_fine`. */
static bool each_byte(const char *value, size_t len, bool (*is_fine)(char)) {
    for (size_t i = 0; i < len; i++) {
        if (!is_fine(value[i]))
            return false;
    }
    return true;
}

static bool is_text_byte(char c) {
    return !is_control(c) || c == '\n' || c == '\t';
}

static bool is_line_byte(char c) {
    return !is_control(c);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_of_kind(enum wire_kind kind, const char *value, size_t len) {
    switch (kind) {
    case WIRE_TEXT:
        return text_is_utf8(value, len) && each_byte(value, len, is_text_byte);
    case WIRE_LINE:
        return text_is_utf8(value, len) && each_byte(value, len, is_line_byte);
    case WIRE_WORD:
        return len > 0 && each_byte(value, len, is_word_byte);
    case WIRE_NUMBER:
        return len > 0 && (value[0] != '0' || len == 1) && each_byte(value, len, is_digit);
    case WIRE_FLAG:
        return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
    case WIRE_SECRET:
        return text_is_utf8(value, len);
    }
    return false;
}

enum wecom_error wire_set(struct wire_message *m, enum wire_field field, const char *value) {
    const struct wire_field_rule *rule = &rules[field];
    size_t len;

    if (value == NULL)
        return WECOM_OK;
    len = strlen(value);
    if (((rule->needed_in | rule->optional_in) & (1u << m->verb)) == 0 || m->at[field] != 0)
        return WECOM_E_FORMAT;
    if (len > rule->max_bytes || len + 1 > sizeof m->store - m->used)
        return WECOM_E_TOO_LONG;
    if (!is_of_kind(rule->kind, value, len))
        return WECOM_E_FORMAT;
    memcpy(m->store + m->used, value, len + 1);
    m->at[field] = (uint16_t)(m->used + 1);
    m->used += len + 1;
    return WECOM_OK;
}

enum wecom_error wire_set_number(struct wire_message *m, enum wire_field field, int64_t value) {
    char digits[24];

    if (value < 0)
        return WECOM_E_FORMAT;
    (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
    return wire_set(m, field, digits);
}

enum wecom_error wire_set_flag(struct wire_message *m, enum wire_field field, bool value) {
    return wire_set(m, field, value ? "yes" : "no");
}

const char *wire_get(const struct wire_message *m, enum wire_field field) {
    return m->at[field] != 0 ? m->store + m->at[field] - 1 : NULL;
}

int64_t wire_get_number(const struct wire_message *m, enum wire_field field) {
    const char *value = wire_get(m, field);
    int64_t number = 0;

    for (; value != NULL && *value != '\0'; value++)
        number = number * 10 + (*value - '0');
    return number;
}

bool wire_get_flag(const struct wire_message *m, enum wire_field field) {
    const char *value = wire_get(m, field);

    return value != NULL && strcmp(value, "yes") == 0;
}

static bool has_what_it_needs(const struct wire_message *m) {
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if ((rules[f].needed_in & (1u << m->verb)) != 0 && m->at[f] == 0)
            return false;
    }
    return true;
}

/* Where a packet is written to; once something did not fit, `full` stays. */
struct writer {
    char *bytes;
    size_t size, len;
    bool full;
};

static void put(struct writer *w, const char *bytes, size_t len) {
    if (w->full || len > w->size - w->len) {
        w->full = true;
        return;
    }
    memcpy(w->bytes + w->len, bytes, len);
    w->len += len;
}

static void put_value(struct writer *w, const char *value) {
    static const char hex[] = "0123456789ABCDEF";

    for (; *value != '\0'; value++) {
        unsigned char b = (unsigned char)*value;

        if (*value == '%' || is_control(*value))
            put(w, (char[]){'%', hex[b >> 4], hex[b & 15]}, 3);
        else
            put(w, value, 1);
    }
}

enum wecom_error wire_pack(const struct wire_message *m, char *packet, size_t bytes, size_t *len) {
    struct writer w = {.bytes = packet, .size = bytes};

    if (m->verb == WIRE_NO_VERB || !has_what_it_needs(m))
        return WECOM_E_FORMAT;
    put(&w, verb_names[m->verb], strlen(verb_names[m->verb]));
    put(&w, "\n", 1);
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if (m->at[f] == 0)
            continue;
        put(&w, rules[f].name, strlen(rules[f].name));
        put(&w, "=", 1);
        put_value(&w, m->store + m->at[f] - 1);
        put(&w, "\n", 1);
    }
    if (w.full)
        return WECOM_E_TOO_LONG;
    *len = w.len;
    return WECOM_OK;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes put_value. Only what must be escaped may be, so a value has one written form. The result
 * is a string of at most `len` bytes in `value`; false when it is not of that form.
 */
static bool unescape(const char *from, size_t len, char *value) {
    for (size_t i = 0; i < len; i++) {
        char c = from[i];

        if (is_control(c))
            return false;
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(from[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(from[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            if (c == '\0' || (c != '%' && !is_control(c)))
                return false;
            i += 2;
        }
        *value++ = c;
    }
    *value = '\0';
    return true;
}

static bool same(const char *bytes, size_t len, const char *name) {
    return strlen(name) == len && memcmp(bytes, name, len) == 0;
}

static enum wire_verb find_verb(const char *bytes, size_t len) {
    for (unsigned int v = WIRE_NO_VERB + 1; v < WIRE_VERB_COUNT; v++) {
        if (same(bytes, len, verb_names[v]))
            return (enum wire_verb)v;
    }
    return WIRE_NO_VERB;
}

static enum wecom_error unpack_line(struct wire_message *m, const char *line, size_t len,
                                    char *scratch) {
    const char *equals = memchr(line, '=', len);

    if (equals == NULL)
        return WECOM_E_FORMAT;
    for (unsigned int f = 0; f < WIRE_FIELD_COUNT; f++) {
        if (same(line, (size_t)(equals - line), rules[f].name)) {
            if (!unescape(equals + 1, len - (size_t)(equals + 1 - line), scratch))
                return WECOM_E_FORMAT;
            return wire_set(m, (enum wire_field)f, scratch);
        }
    }
    return WECOM_E_FORMAT;
}

enum wecom_error wire_unpack(struct wire_message *m, const char *packet, size_t len) {
    enum wecom_error err = WECOM_E_FORMAT;
    char *scratch = NULL; /* one value, unescaped: never longer than the packet */
    const char *lf;

    wire_reset(m, WIRE_NO_VERB);
    if (len > WECOM_PACKET_MAX_BYTES)
        return WECOM_E_TOO_LONG;
    lf = len > 0 ? memchr(packet, '\n', len) : NULL;
    if (lf == NULL)
        return WECOM_E_FORMAT;
    m->verb = find_verb(packet, (size_t)(lf - packet));
    if (m->verb == WIRE_NO_VERB)
        return WECOM_E_FORMAT;
    scratch = malloc(len + 1);
    if (scratch == NULL) {
        err = WECOM_E_MEMORY;
        goto out;
    }
    for (const char *line = lf + 1; line < packet + len; line = lf + 1) {
        err = WECOM_E_FORMAT;
        lf = memchr(line, '\n', (size_t)(packet + len - line));
        if (lf == NULL)
            goto out;
        err = unpack_line(m, line, (size_t)(lf - line), scratch);
        if (err != WECOM_OK)
            goto out;
    }
    err = has_what_it_needs(m) ? WECOM_OK : WECOM_E_FORMAT;
out:
    secret_wipe_bytes(scratch, scratch != NULL ? len + 1 : 0);
    free(scratch);
    if (err != WECOM_OK)
        wire_reset(m, WIRE_NO_VERB);
    return err;
}
