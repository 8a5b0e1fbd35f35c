/* The codec of the wire protocol: what it lets through, and that nothing else gets through. */
#include "common/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/common/document.h"
#include "tests/common/freed.h"

enum { PACKET = WECOM_PACKET_MAX_BYTES };

/* The headers' table once more, straight from the macros and not through the code under test. */
static const struct {
    const char *name;
    size_t max;
    enum wire_kind kind;
    unsigned int needed, optional;
} table[] = {
#define X(constant, name, max, kind, needed, optional) {name, max, kind, needed, optional},
    WIRE_FIELDS(X)
#undef X
};

static const char *const verb_words[] = {"",
#define X(constant, word) word,
                                         WIRE_VERBS(X)
#undef X
};

static const char *const kind_words[] = {"text", "line", "word", "number", "flag", "secret"};

/* A value of exactly `len` bytes that fits the kind (a flag has but two). */
static void fill_value(char *value, enum wire_kind kind, size_t len) {
    memset(value, kind == WIRE_NUMBER ? '7' : 'a', len);
    value[len] = '\0';
    if (kind == WIRE_FLAG)
        memcpy(value, "yes", 4);
}

static const char *small_value(enum wire_kind kind) {
    switch (kind) {
    case WIRE_NUMBER:
        return "1234";
    case WIRE_FLAG:
        return "no";
    case WIRE_WORD:
        return "a_W.0-rd";
    case WIRE_TEXT:
        return "two\nlines\tand 100%";
    case WIRE_SECRET:
        return "\x01\x7F%\n=\xE4\xBC\x81";
    case WIRE_LINE:
        return "\xE4\xBC\x81 100% =";
    }
    return "";
}

/* Everything that `verb` cannot do without, but for `except`. */
static struct wire_message *new_message(enum wire_verb verb, size_t except) {
    struct wire_message *m = wire_new(verb);

    ck_assert_ptr_nonnull(m);
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if ((table[f].needed & (1u << verb)) != 0 && f != except)
            ck_assert_int_eq(wire_set(m, (enum wire_field)f, small_value(table[f].kind)), WECOM_OK);
    }
    return m;
}

/* Every field that `verb` may have. */
static struct wire_message *full_message(enum wire_verb verb) {
    struct wire_message *m = new_message(verb, WIRE_FIELD_COUNT);

    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if ((table[f].optional & (1u << verb)) != 0)
            ck_assert_int_eq(wire_set(m, (enum wire_field)f, small_value(table[f].kind)), WECOM_OK);
    }
    return m;
}

static bool equal_values(const struct wire_message *a, const struct wire_message *b) {
    if (a->verb != b->verb)
        return false;
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        const char *x = wire_get(a, (enum wire_field)f), *y = wire_get(b, (enum wire_field)f);

        if ((x == NULL) != (y == NULL) || (x != NULL && strcmp(x, y) != 0))
            return false;
    }
    return true;
}

static bool is_empty(const struct wire_message *m) {
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        if (wire_get(m, (enum wire_field)f) != NULL)
            return false;
    }
    return m->verb == WIRE_NO_VERB && m->used == 0;
}

/* Unpacks from a heap block of exactly `len` bytes, so that a read behind its end shows. */
static enum wecom_error unpack_exact(struct wire_message *m, const char *packet, size_t len) {
    char *copy = malloc(len);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, packet, len);
    err = wire_unpack(m, copy, len);
    free(copy);
    return err;
}

static enum wecom_error unpack_string(struct wire_message *m, const char *packet) {
    return unpack_exact(m, packet, strlen(packet));
}

static size_t pack_ok(const struct wire_message *m, char packet[PACKET]) {
    size_t len = 0;

    ck_assert_int_eq(wire_pack(m, packet, PACKET, &len), WECOM_OK);
    return len;
}

/* Writes behind the `*len` bytes that are there. */
__attribute__((format(printf, 3, 4))) static void add(char packet[PACKET], size_t *len,
                                                      const char *format, ...) {
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(packet + *len, PACKET - *len, format, args);
    va_end(args);
    ck_assert_int_ge(n, 0);
    *len += (size_t)n;
    ck_assert_uint_lt(*len, PACKET);
}

/* Loop over field and verb at once. */
enum { PAIRS = WIRE_FIELD_COUNT * WIRE_VERB_COUNT };

static bool pair_is_allowed(int i, size_t *field, enum wire_verb *verb) {
    *field = (size_t)i / WIRE_VERB_COUNT;
    *verb = (enum wire_verb)((size_t)i % WIRE_VERB_COUNT);
    return ((table[*field].needed | table[*field].optional) & (1u << *verb)) != 0;
}

START_TEST(every_field_survives_the_way_in_each_of_its_verbs) {
    char packet[PACKET];
    struct wire_message *back = wire_new(WIRE_NO_VERB);

    for (int i = 0; i < PAIRS; i++) {
        struct wire_message *m;
        enum wire_verb verb;
        size_t f;

        if (!pair_is_allowed(i, &f, &verb))
            continue;
        m = new_message(verb, f);
        ck_assert_int_eq(wire_set(m, (enum wire_field)f, small_value(table[f].kind)), WECOM_OK);
        ck_assert_int_eq(unpack_exact(back, packet, pack_ok(m, packet)), WECOM_OK);
        ck_assert_str_eq(wire_get(back, (enum wire_field)f), small_value(table[f].kind));
        ck_assert(equal_values(m, back));
        wire_free(m);
    }
    wire_free(back);
}
END_TEST

START_TEST(a_field_of_another_verb_is_refused_both_ways) {
    char packet[PACKET];
    struct wire_message *back = wire_new(WIRE_NO_VERB);

    for (int i = 0; i < PAIRS; i++) {
        struct wire_message *m;
        enum wire_verb verb;
        size_t f, len;

        if (pair_is_allowed(i, &f, &verb) || verb == WIRE_NO_VERB)
            continue;
        m = new_message(verb, WIRE_FIELD_COUNT);
        ck_assert_int_eq(wire_set(m, (enum wire_field)f, small_value(table[f].kind)),
                         WECOM_E_FORMAT);
        len = pack_ok(m, packet);
        add(packet, &len, "%s=%s\n", table[f].name, table[f].kind == WIRE_FLAG ? "no" : "1");
        ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_E_FORMAT);
        ck_assert(is_empty(back));
        wire_free(m);
    }
    wire_free(back);
}
END_TEST

START_TEST(a_message_without_verb_takes_no_field_and_is_not_packed) {
    char packet[PACKET];
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    size_t len = 77;

    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++)
        ck_assert_int_eq(wire_set(m, (enum wire_field)f, small_value(table[f].kind)),
                         WECOM_E_FORMAT);
    ck_assert_int_eq(wire_pack(m, packet, sizeof packet, &len), WECOM_E_FORMAT);
    ck_assert_uint_eq(len, 77);
    wire_free(m);
}
END_TEST

START_TEST(a_message_without_a_needed_field_is_refused_both_ways) {
    char packet[PACKET];
    struct wire_message *back = wire_new(WIRE_NO_VERB);

    for (int i = 0; i < PAIRS; i++) {
        struct wire_message *m;
        enum wire_verb verb;
        size_t f, len = 77;
        char *line, *next, start[64];

        if (!pair_is_allowed(i, &f, &verb) || (table[f].needed & (1u << verb)) == 0)
            continue;
        m = new_message(verb, f);
        ck_assert_int_eq(wire_pack(m, packet, sizeof packet, &len), WECOM_E_FORMAT);
        ck_assert_uint_eq(len, 77);
        wire_free(m);

        /* the same on the way in: pack it whole, cut the line out */
        m = new_message(verb, WIRE_FIELD_COUNT);
        len = pack_ok(m, packet);
        packet[len] = '\0';
        (void)snprintf(start, sizeof start, "\n%s=", table[f].name);
        line = strstr(packet, start);
        ck_assert_ptr_nonnull(line);
        next = strchr(line + 1, '\n');
        memmove(line, next, strlen(next) + 1);
        ck_assert_int_eq(unpack_string(back, packet), WECOM_E_FORMAT);
        ck_assert(is_empty(back));
        wire_free(m);
    }
    wire_free(back);
}
END_TEST

START_TEST(each_limit_holds_exactly) {
    size_t f = (size_t)_i, max = table[f].max;
    char *value = malloc(PACKET + 2), *packet = malloc(PACKET + 64);
    struct wire_message *m, *back = wire_new(WIRE_NO_VERB);
    unsigned int verbs = table[f].needed | table[f].optional, verb = 1;
    size_t len;

    while ((verbs & (1u << verb)) == 0)
        verb++;
    m = new_message((enum wire_verb)verb, f);
    len = 0;
    if (table[f].kind == WIRE_FLAG)
        memcpy(value, "yess", 5);
    else
        fill_value(value, table[f].kind, max + 1);
    ck_assert_uint_eq(strlen(value), max + 1);
    ck_assert_int_eq(wire_set(m, (enum wire_field)f, value), WECOM_E_TOO_LONG);
    ck_assert_ptr_null(wire_get(m, (enum wire_field)f));
    fill_value(value, table[f].kind, max);
    ck_assert_int_eq(wire_set(m, (enum wire_field)f, value), WECOM_OK);
    ck_assert_int_eq(wire_pack(m, packet, PACKET, &len), WECOM_OK);
    ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_OK);
    ck_assert_str_eq(wire_get(back, (enum wire_field)f), value);

    /* one over, on the way in */
    packet[len] = '\0';
    {
        char start[64], *line, *at;

        (void)snprintf(start, sizeof start, "\n%s=", table[f].name);
        line = strstr(packet, start);
        ck_assert_ptr_nonnull(line);
        at = line + strlen(start);
        memmove(at + 1, at, strlen(at) + 1); /* doubles the value's first byte */
        ck_assert_int_eq(unpack_exact(back, packet, len + 1), WECOM_E_TOO_LONG);
        ck_assert(is_empty(back));
    }
    wire_free(m);
    wire_free(back);
    free(value);
    free(packet);
}
END_TEST

START_TEST(limits_count_bytes_before_escaping) {
    char value[257], packet[PACKET];
    struct wire_message *m = wire_new(WIRE_ASK), *back = wire_new(WIRE_NO_VERB);
    size_t len;

    memset(value, '%', 256);
    value[256] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_PROMPT, value), WECOM_OK);
    ck_assert_int_eq(wire_set_flag(m, WIRE_F_ECHO, true), WECOM_OK);
    len = pack_ok(m, packet);
    ck_assert_uint_eq(len, strlen("ask\nprompt=\necho=yes\n") + 3 * 256);
    ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_OK);
    ck_assert_str_eq(wire_get(back, WIRE_F_PROMPT), value);
    wire_free(m);
    wire_free(back);
}
END_TEST

#define CJK "\xE4\xBC\x81\xE4\xB8\x9A"

/* One value and whether a field of each kind takes it. Fields: info, prompt, service, deadline_ms,
 * identity, text.
 */
static const struct {
    const char *value;
    bool text, line, word, number, flag, secret;
} kinds[] = {
    {"", true, true, false, false, false, true},
    {"a", true, true, true, false, false, true},
    {"yes", true, true, true, false, true, true},
    {"no", true, true, true, false, true, true},
    {"Yes", true, true, true, false, false, true},
    {"ye", true, true, true, false, false, true},
    {"0", true, true, true, true, false, true},
    {"9", true, true, true, true, false, true},
    {"00", true, true, true, false, false, true},
    {"012", true, true, true, false, false, true},
    {"10", true, true, true, true, false, true},
    {"999999999", true, true, true, true, false, true},
    {"-1", true, true, true, false, false, true},
    {"+1", true, true, false, false, false, true},
    {" 1", true, true, false, false, false, true},
    {"1 ", true, true, false, false, false, true},
    {"1/", true, true, false, false, false, true},
    {"1:", true, true, false, false, false, true},
    {"1.5", true, true, true, false, false, true},
    {"a.b-c_D9", true, true, true, false, false, true},
    {"@[`{", true, true, false, false, false, true},
    {"a b", true, true, false, false, false, true},
    {"a=b", true, true, false, false, false, true},
    {"100%", true, true, false, false, false, true},
    {"%41", true, true, false, false, false, true},
    {"a/b", true, true, false, false, false, true},
    {CJK, true, true, false, false, false, true},
    {"\xF0\x9F\x98\x80", true, true, false, false, false, true},
    {"\xC2\x80", true, true, false, false, false, true},
    {"a\n", true, false, false, false, false, true},
    {"\t", true, false, false, false, false, true},
    {"1\n", true, false, false, false, false, true},
    {"a\rb", false, false, false, false, false, true},
    {"\x01", false, false, false, false, false, true},
    {"\x1B[2J", false, false, false, false, false, true},
    {"\x1F", false, false, false, false, false, true},
    {"\x7F", false, false, false, false, false, true},
    {"\x80", false, false, false, false, false, false},
    {"\xFF", false, false, false, false, false, false},
    {"\xC0\x80", false, false, false, false, false, false},
    {"\xED\xA0\x80", false, false, false, false, false, false},
    {"\xF4\x90\x80\x80", false, false, false, false, false, false},
    {"\xE4\xBC", false, false, false, false, false, false},
};

START_TEST(each_kind_takes_its_values_and_no_other) {
    const struct {
        enum wire_verb verb;
        enum wire_field field;
        bool good;
    } of_kind[] = {
        {WIRE_ASK, WIRE_F_INFO_TEXT, kinds[_i].text},
        {WIRE_ASK, WIRE_F_PROMPT, kinds[_i].line},
        {WIRE_BEGIN, WIRE_F_SERVICE, kinds[_i].word},
        {WIRE_BEGIN, WIRE_F_DEADLINE_MS, kinds[_i].number},
        {WIRE_BEGIN, WIRE_F_IDENTITY, kinds[_i].flag},
        {WIRE_ANSWER, WIRE_F_TEXT, kinds[_i].secret},
    };
    char packet[PACKET], written[PACKET];
    struct wire_message *back = wire_new(WIRE_NO_VERB);

    for (size_t k = 0; k < sizeof of_kind / sizeof of_kind[0]; k++) {
        enum wire_field f = of_kind[k].field;
        struct wire_message *m = new_message(of_kind[k].verb, f);
        bool too_long = strlen(kinds[_i].value) > table[f].max;
        enum wecom_error err = wire_set(m, f, kinds[_i].value);
        size_t len = 0;

        ck_assert_msg(table[f].kind == (enum wire_kind)k, "%s is not of kind %s", table[f].name,
                      kind_words[k]);
        ck_assert_int_eq(err, of_kind[k].good ? WECOM_OK
                              : too_long      ? WECOM_E_TOO_LONG
                                              : WECOM_E_FORMAT);
        wire_free(m);

        /* the same on the way in, behind the other fields */
        len = 0;
        for (const char *v = kinds[_i].value; *v != '\0'; v++) {
            bool escape = *v == '%' || (unsigned char)*v < 0x20 || *v == 0x7F;

            add(written, &len, escape ? "%%%02X" : "%c", (unsigned char)*v);
        }
        written[len] = '\0';
        len = 0;
        add(packet, &len, "%s\n", verb_words[of_kind[k].verb]);
        for (size_t n = 0; n < WIRE_FIELD_COUNT; n++) {
            if ((table[n].needed & (1u << of_kind[k].verb)) != 0 && n != f)
                add(packet, &len, "%s=%s\n", table[n].name,
                    table[n].kind == WIRE_FLAG ? "no" : "1");
        }
        add(packet, &len, "%s=%s\n", table[f].name, written);
        err = unpack_exact(back, packet, len);
        ck_assert_int_eq(err, of_kind[k].good ? WECOM_OK
                              : too_long      ? WECOM_E_TOO_LONG
                                              : WECOM_E_FORMAT);
        ck_assert(err == WECOM_OK || is_empty(back));
        if (err == WECOM_OK)
            ck_assert_str_eq(wire_get(back, f), kinds[_i].value);
    }
    wire_free(back);
}
END_TEST

/* A string with a NUL inside, and its length. */
#define BYTES(string) string, sizeof(string) - 1

/* Whole packets. `len` 0: that of the string. */
static const struct {
    const char *packet;
    size_t len;
    enum wecom_error err;
} packets[] = {
    {"answer\ntext=hello\n", 0, WECOM_OK},
    {"answer\ntext=\n", 0, WECOM_OK},
    {"answer\ntext==\n", 0, WECOM_OK},
    {"answer\ntext=a=b\n", 0, WECOM_OK},
    {"info\nservice=x\n", 0, WECOM_OK},
    {"result\nverdict=denied\n", 0, WECOM_OK},
    {"result\nmessage=m\nverdict=denied\nuser=u\n", 0, WECOM_OK}, /* any order */
    {"answer\ntext=%25%0A%1F%7F%01\n", 0, WECOM_OK},
    /* the frame */
    {"", 0, WECOM_E_FORMAT},
    {"\n", 0, WECOM_E_FORMAT},
    {"\n\n", 0, WECOM_E_FORMAT},
    {"answer", 0, WECOM_E_FORMAT},
    {"answer\n", 0, WECOM_E_FORMAT}, /* nothing of what it needs */
    {"answer\n\n", 0, WECOM_E_FORMAT},
    {"answer\ntext", 0, WECOM_E_FORMAT},
    {"answer\ntext\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello\nx", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello\n\n", 0, WECOM_E_FORMAT},
    {"\nanswer\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answer\n\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answer\r\ntext=hello\r\n", 0, WECOM_E_FORMAT},
    {"answer\n=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello\n=\n", 0, WECOM_E_FORMAT},
    /* the verb */
    {"answe\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answers\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"Answer\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answer \ntext=hello\n", 0, WECOM_E_FORMAT},
    {" answer\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"login\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"app_set\nservice=x\n", 0, WECOM_E_FORMAT},
    {BYTES("answer\0\ntext=hello\n"), WECOM_E_FORMAT},
    /* the fields */
    {"answer\ntext=hello\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\ntext=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello\nnew=1\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=hello\nprompt=x\n", 0, WECOM_E_FORMAT},
    {"answer\nText=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntex=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntexts=hello\n", 0, WECOM_E_FORMAT},
    {"answer\ntext =hello\n", 0, WECOM_E_FORMAT},
    {"answer\n text=hello\n", 0, WECOM_E_FORMAT},
    {BYTES("answer\ntext\0=hello\n"), WECOM_E_FORMAT},
    {"result\nverdict=denied\nenv.PATH=/tmp\n", 0, WECOM_E_FORMAT},
    {"result\nverdict=denied\nenv.=x\n", 0, WECOM_E_FORMAT},
    /* NUL and bare control bytes */
    {BYTES("answer\ntext=he\0lo\n"), WECOM_E_FORMAT},
    {BYTES("answer\ntext=hello\n\0"), WECOM_E_FORMAT},
    {BYTES("\0answer\ntext=hello\n"), WECOM_E_FORMAT},
    {"answer\ntext=%00\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=a%00b\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\x01\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\t\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\r\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\x1F\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\x7F\n", 0, WECOM_E_FORMAT},
    /* escapes: upper case, whole, and only where one must be */
    {"answer\ntext=%0a\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%1f\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%7f\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%20\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%41\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%3D\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%7E\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%80\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%C2%80\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%2\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%2\n5\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=a%\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%G5\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%0G\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%0@\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%0:\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%0/\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=% 5\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%+5\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=%%\n", 0, WECOM_E_FORMAT},
    {"answer\nte%78t=x\n", 0, WECOM_E_FORMAT},
    {"answ%65r\ntext=x\n", 0, WECOM_E_FORMAT},
    /* UTF-8 */
    {"answer\ntext=\xE4\xBC\n", 0, WECOM_E_FORMAT},
    {"answer\ntext=\xC0\xAF\n", 0, WECOM_E_FORMAT},
};

START_TEST(a_packet_is_taken_or_refused_as_a_whole) {
    struct wire_message *m = new_message(WIRE_BEGIN, WIRE_FIELD_COUNT);
    size_t len = packets[_i].len != 0 ? packets[_i].len : strlen(packets[_i].packet);

    ck_assert_int_eq(unpack_exact(m, packets[_i].packet, len), packets[_i].err);
    ck_assert(packets[_i].err == WECOM_OK || is_empty(m));
    wire_free(m);
}
END_TEST

START_TEST(every_escape_but_those_of_control_bytes_and_percent_is_refused) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    char packet[32], written[4];

    for (unsigned int b = 0; b <= 0xFF; b++) {
        bool must = b == '%' || b == 0x7F || (b > 0 && b < 0x20);

        (void)snprintf(written, sizeof written, "%%%02X", b);
        (void)snprintf(packet, sizeof packet, "answer\ntext=%s\n", written);
        ck_assert_int_eq(unpack_string(m, packet), must ? WECOM_OK : WECOM_E_FORMAT);
        if (must) {
            ck_assert_int_eq((unsigned char)wire_get(m, WIRE_F_TEXT)[0], (int)b);
            ck_assert_int_eq(wire_get(m, WIRE_F_TEXT)[1], '\0');
        }
    }
    wire_free(m);
}
END_TEST

START_TEST(a_packet_over_the_limit_is_too_long) {
    char *packet = malloc(PACKET + 1);
    struct wire_message *m = wire_new(WIRE_NO_VERB);

    memset(packet, 'a', PACKET + 1);
    memcpy(packet, "answer\ntext=", 12);
    packet[PACKET] = '\n';
    ck_assert_int_eq(unpack_exact(m, packet, PACKET + 1), WECOM_E_TOO_LONG);
    ck_assert(is_empty(m));
    packet[PACKET - 1] = '\n'; /* fits the packet, not the field */
    ck_assert_int_eq(unpack_exact(m, packet, PACKET), WECOM_E_TOO_LONG);
    ck_assert(is_empty(m));
    memset(packet, '\n', PACKET);
    ck_assert_int_eq(unpack_exact(m, packet, PACKET), WECOM_E_FORMAT);
    wire_free(m);
    free(packet);
}
END_TEST

/* A packet of exactly the limit: a row whose JSON is escaped until it fits to the byte. */
START_TEST(a_packet_of_exactly_the_limit_passes) {
    char *value = malloc(12288 + 1), *packet = malloc(PACKET + 1);
    size_t escapes = (PACKET - strlen("row\njson=\n") - 12288) / 2;
    size_t plain = PACKET - strlen("row\njson=\n") - 3 * escapes, len = 0;
    struct wire_message *m = wire_new(WIRE_ROW), *back = wire_new(WIRE_NO_VERB);

    memset(value, 'x', plain + escapes);
    memset(value, '\n', escapes);
    value[plain + escapes] = '\0';
    ck_assert_int_eq(wire_set(m, WIRE_F_JSON, value), WECOM_OK);
    ck_assert_int_eq(wire_pack(m, packet, PACKET, &len), WECOM_OK);
    ck_assert_uint_eq(len, PACKET);
    ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_OK);
    ck_assert_str_eq(wire_get(back, WIRE_F_JSON), value);
    ck_assert_int_eq(wire_pack(m, packet, PACKET - 1, &len), WECOM_E_TOO_LONG);

    /* the same one byte longer, with a value that is within its own limit */
    len = 0;
    add(packet, &len, "row\njson=");
    for (size_t i = 0; i <= escapes; i++)
        add(packet, &len, "%%0A");
    memset(packet + len, 'x', PACKET - len);
    packet[PACKET] = '\n';
    ck_assert_int_eq(unpack_exact(back, packet, PACKET + 1), WECOM_E_TOO_LONG);
    packet[PACKET - 1] = '\n';
    ck_assert_int_eq(unpack_exact(back, packet, PACKET), WECOM_OK);

    wire_reset(m, WIRE_ROW);
    memset(value, '\n', escapes + 1);
    ck_assert_int_eq(wire_set(m, WIRE_F_JSON, value), WECOM_OK);
    ck_assert_int_eq(wire_pack(m, packet, PACKET, &len), WECOM_E_TOO_LONG);
    wire_free(m);
    wire_free(back);
    free(value);
    free(packet);
}
END_TEST

START_TEST(a_packet_is_written_into_exactly_the_bytes_it_needs) {
    char packet[PACKET];
    struct wire_message *m = full_message((enum wire_verb)_i);
    size_t len = pack_ok(m, packet);

    for (size_t bytes = 0; bytes <= len; bytes++) {
        char *exact = malloc(bytes > 0 ? bytes : 1);
        size_t written = 77777;
        enum wecom_error err;

        ck_assert_ptr_nonnull(exact);
        err = wire_pack(m, exact, bytes, &written);
        ck_assert_int_eq(err, bytes == len ? WECOM_OK : WECOM_E_TOO_LONG);
        ck_assert_uint_eq(written, bytes == len ? len : 77777);
        ck_assert(bytes < len || memcmp(exact, packet, len) == 0);
        free(exact);
    }
    wire_free(m);
}
END_TEST

START_TEST(a_packed_message_packs_again_to_the_same_bytes) {
    char packet[PACKET], again[PACKET];
    struct wire_message *m = full_message((enum wire_verb)_i), *back = wire_new(WIRE_NO_VERB);
    size_t len = pack_ok(m, packet);

    ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_OK);
    ck_assert_uint_eq(pack_ok(back, again), len);
    ck_assert_mem_eq(packet, again, len);
    wire_free(m);
    wire_free(back);
}
END_TEST

/* What is accepted can be written again, in as many bytes, and means the same then. */
static void check_accepted(const struct wire_message *m, size_t len) {
    struct wire_message *back = wire_new(WIRE_NO_VERB);
    char packet[PACKET];

    ck_assert_uint_eq(pack_ok(m, packet), len);
    ck_assert_int_eq(unpack_exact(back, packet, len), WECOM_OK);
    ck_assert(equal_values(m, back));
    wire_free(back);
}

START_TEST(every_truncation_is_refused_or_a_whole_message) {
    char packet[PACKET];
    struct wire_message *m = full_message((enum wire_verb)_i), *back = wire_new(WIRE_NO_VERB);
    size_t len = pack_ok(m, packet);

    for (size_t cut = 0; cut < len; cut++) {
        enum wecom_error err = unpack_exact(back, packet, cut);

        if (cut == 0 || packet[cut - 1] != '\n')
            ck_assert_int_eq(err, WECOM_E_FORMAT);
        if (err == WECOM_OK)
            check_accepted(back, cut);
        else
            ck_assert(is_empty(back));
    }
    wire_free(m);
    wire_free(back);
}
END_TEST

START_TEST(every_changed_byte_is_refused_or_another_good_message) {
    char packet[PACKET];
    struct wire_message *m = full_message((enum wire_verb)_i), *back = wire_new(WIRE_NO_VERB);
    size_t len = pack_ok(m, packet), refused = 0, accepted = 0;

    for (size_t at = 0; at < len; at++) {
        char good = packet[at];

        for (unsigned int change = 1; change <= 0xFF; change++) {
            packet[at] = (char)((unsigned char)good ^ change);
            if (unpack_exact(back, packet, len) == WECOM_OK) {
                check_accepted(back, len);
                ck_assert(!equal_values(m, back));
                accepted++;
            } else {
                ck_assert(is_empty(back));
                refused++;
            }
        }
        packet[at] = good;
    }
    ck_assert_uint_gt(refused, accepted);
    wire_free(m);
    wire_free(back);
}
END_TEST

START_TEST(a_reset_message_holds_no_byte_of_the_old_one) {
    struct wire_message *m = full_message(WIRE_BEGIN);

    ck_assert_uint_gt(m->used, 0);
    wire_reset(m, WIRE_ANSWER);
    for (size_t i = 0; i < sizeof m->store; i++)
        ck_assert_int_eq(m->store[i], 0);
    ck_assert_int_eq(m->verb, WIRE_ANSWER);
    ck_assert_uint_eq(m->used, 0);
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++)
        ck_assert_ptr_null(wire_get(m, (enum wire_field)f));
    ck_assert_int_eq(wire_set(m, WIRE_F_TEXT, "new"), WECOM_OK);
    wire_free(m);
}
END_TEST

START_TEST(unpacking_leaves_no_byte_of_what_was_there_or_was_refused) {
    struct wire_message *m = wire_new(WIRE_ANSWER);

    ck_assert_int_eq(wire_set(m, WIRE_F_TEXT, "correct horse battery"), WECOM_OK);
    ck_assert_int_eq(unpack_string(m, "ready\nid=1\n"), WECOM_OK);
    ck_assert_ptr_null(memmem(m->store, sizeof m->store, "horse", 5));
    ck_assert_int_eq(unpack_string(m, "answer\ntext=correct horse battery\nx"), WECOM_E_FORMAT);
    for (size_t i = 0; i < sizeof m->store; i++)
        ck_assert_int_eq(m->store[i], 0);
    wire_free(m);
}
END_TEST

START_TEST(no_freed_memory_holds_a_secret) {
    struct wire_message *m = wire_new(WIRE_ANSWER);
    const char *good = "answer\ntext=correct horse\n";

    if (!freed_can_see()) {
        wire_free(m);
        return;
    }
    /* not unpack_string: its own copy would be found */
    freed_watch("correct horse");
    ck_assert_int_eq(wire_unpack(m, good, strlen(good)), WECOM_OK);
    ck_assert_int_eq(wire_unpack(m, good, strlen(good) - 1), WECOM_E_FORMAT);
    ck_assert_int_eq(wire_unpack(m, good, strlen(good)), WECOM_OK);
    wire_free(m);
    ck_assert_uint_eq(freed_end(), 0);
    ck_assert_uint_gt(freed_blocks, 3);
}
END_TEST

START_TEST(a_refused_value_leaves_the_message_as_it_was) {
    struct wire_message *m = new_message(WIRE_BEGIN, WIRE_F_SERVICE), *copy = malloc(sizeof *copy);
    char too_long[WECOM_SERVICE_MAX_BYTES + 2];

    memset(too_long, 'a', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    memcpy(copy, m, sizeof *copy);
    ck_assert_int_eq(wire_set(m, WIRE_F_SERVICE, "a b"), WECOM_E_FORMAT);
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set(m, WIRE_F_SERVICE, too_long), WECOM_E_TOO_LONG);
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set(m, WIRE_F_IDENTITY, "yes"), WECOM_E_FORMAT); /* is there */
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set(m, WIRE_F_VERDICT, "granted"), WECOM_E_FORMAT); /* not of begin */
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set_number(m, WIRE_F_DEADLINE_MS, 1), WECOM_E_FORMAT);
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set(m, WIRE_F_TTY, NULL), WECOM_OK); /* nothing to add */
    ck_assert_mem_eq(m, copy, sizeof *m);
    wire_free(m);
    free(copy);
}
END_TEST

START_TEST(a_store_that_is_full_takes_no_more) {
    struct wire_message *m = wire_new(WIRE_ASK), *copy = malloc(sizeof *copy);

    m->used = sizeof m->store - 5; /* as if other fields had filled it */
    memcpy(copy, m, sizeof *copy);
    ck_assert_int_eq(wire_set(m, WIRE_F_PROMPT, "12345"), WECOM_E_TOO_LONG);
    ck_assert_mem_eq(m, copy, sizeof *m);
    ck_assert_int_eq(wire_set(m, WIRE_F_PROMPT, "1234"), WECOM_OK);
    ck_assert_uint_eq(m->used, sizeof m->store);
    ck_assert_int_eq(wire_set(m, WIRE_F_INFO_TEXT, ""), WECOM_E_TOO_LONG);
    ck_assert_str_eq(wire_get(m, WIRE_F_PROMPT), "1234");
    wire_free(m);
    free(copy);
}
END_TEST

static const struct {
    int64_t value;
    enum wecom_error err;
} numbers[] = {
    {0, WECOM_OK},
    {1, WECOM_OK},
    {600000, WECOM_OK},
    {999999999, WECOM_OK},
    {1000000000, WECOM_E_TOO_LONG},
    {INT64_MAX, WECOM_E_TOO_LONG},
    {-1, WECOM_E_FORMAT},
    {INT64_MIN, WECOM_E_FORMAT},
};

START_TEST(numbers_and_flags_come_back_as_they_were) {
    struct wire_message *m = wire_new(WIRE_BEGIN);

    ck_assert_int_eq(wire_get_number(m, WIRE_F_DEADLINE_MS), 0);
    ck_assert(!wire_get_flag(m, WIRE_F_IDENTITY));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        wire_reset(m, WIRE_BEGIN);
        ck_assert_int_eq(wire_set_number(m, WIRE_F_DEADLINE_MS, numbers[i].value), numbers[i].err);
        ck_assert_int_eq(wire_get_number(m, WIRE_F_DEADLINE_MS),
                         numbers[i].err == WECOM_OK ? numbers[i].value : 0);
    }
    ck_assert_int_eq(wire_set_flag(m, WIRE_F_IDENTITY, false), WECOM_OK);
    ck_assert_str_eq(wire_get(m, WIRE_F_IDENTITY), "no");
    ck_assert(!wire_get_flag(m, WIRE_F_IDENTITY));
    wire_reset(m, WIRE_BEGIN);
    ck_assert_int_eq(wire_set_flag(m, WIRE_F_IDENTITY, true), WECOM_OK);
    ck_assert_str_eq(wire_get(m, WIRE_F_IDENTITY), "yes");
    ck_assert(wire_get_flag(m, WIRE_F_IDENTITY));
    wire_free(m);
}
END_TEST

START_TEST(the_rules_are_those_of_the_header) {
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++) {
        const struct wire_field_rule *rule = wire_field_rule((enum wire_field)f);

        ck_assert_str_eq(rule->name, table[f].name);
        ck_assert_uint_eq(rule->max_bytes, table[f].max);
        ck_assert_int_eq(rule->kind, table[f].kind);
        ck_assert_uint_eq(rule->needed_in, table[f].needed);
        ck_assert_uint_eq(rule->optional_in, table[f].optional);
        ck_assert_uint_eq(rule->needed_in & rule->optional_in, 0);
        ck_assert_uint_ne(rule->needed_in | rule->optional_in, 0);
        for (size_t other = 0; other < f; other++)
            ck_assert_str_ne(rule->name, table[other].name);
    }
    ck_assert_str_eq(wire_verb_name(WIRE_BEGIN), "begin");
    ck_assert_str_eq(wire_verb_name(WIRE_ROW), "row");
    ck_assert_str_eq(wire_verb_name(WIRE_NO_VERB), "");
    ck_assert_str_eq(wire_verb_name(WIRE_VERB_COUNT), "");
    ck_assert_str_eq(wire_verb_name((enum wire_verb)12345), "");
}
END_TEST

START_TEST(freeing_nothing_is_allowed) {
    wire_free(NULL);
}
END_TEST

/* "begin account" as a bit set of verbs. */
static unsigned int verbs_of_cell(char *cell) {
    unsigned int verbs = 0;
    char *word;

    while ((word = strsep(&cell, " ")) != NULL) {
        unsigned int verb = 1;

        if (*word == '\0')
            continue;
        while (verb < WIRE_VERB_COUNT && strcmp(verb_words[verb], word) != 0)
            verb++;
        ck_assert_msg(verb < WIRE_VERB_COUNT, "the document names a verb \"%s\"", word);
        ck_assert_msg((verbs & (1u << verb)) == 0, "\"%s\" stands twice in a cell", word);
        verbs |= 1u << verb;
    }
    return verbs;
}

START_TEST(the_fields_are_those_of_the_document) {
    char *page = document_read(), *at = page, *cells[5];
    bool seen[WIRE_FIELD_COUNT] = {false};

    document_table(&at, "## Fields");
    while (document_row(&at, cells, 5)) {
        size_t f = 0;

        while (f < WIRE_FIELD_COUNT && strcmp(table[f].name, cells[0]) != 0)
            f++;
        ck_assert_msg(f < WIRE_FIELD_COUNT, "only the document has \"%s\"", cells[0]);
        ck_assert_msg(!seen[f], "the document has \"%s\" twice", cells[0]);
        seen[f] = true;
        ck_assert_msg(strtoul(cells[1], NULL, 10) == table[f].max, "limit of %s", cells[0]);
        ck_assert_msg(strcmp(cells[2], kind_words[table[f].kind]) == 0, "kind of %s", cells[0]);
        ck_assert_msg(verbs_of_cell(cells[3]) == table[f].needed, "%s needed in", cells[0]);
        ck_assert_msg(verbs_of_cell(cells[4]) == table[f].optional, "%s may be in", cells[0]);
    }
    for (size_t f = 0; f < WIRE_FIELD_COUNT; f++)
        ck_assert_msg(seen[f], "the document lacks the field \"%s\"", table[f].name);
    free(page);
}
END_TEST

START_TEST(the_verbs_are_those_of_the_document) {
    char *page = document_read(), *at = page, *cells[3];
    unsigned int verb = WIRE_NO_VERB + 1;

    document_table(&at, "## Verbs");
    for (; document_row(&at, cells, 3); verb++) {
        ck_assert_uint_lt(verb, WIRE_VERB_COUNT);
        ck_assert_str_eq(cells[0], verb_words[verb]);
        ck_assert(strcmp(cells[1], "host") == 0 || strcmp(cells[1], "helper") == 0 ||
                  strcmp(cells[1], "helper, host") == 0);
    }
    ck_assert_msg(verb == WIRE_VERB_COUNT, "the document lacks the verb \"%s\"", verb_words[verb]);
    free(page);
}
END_TEST

START_TEST(the_kinds_are_those_of_the_document) {
    char *page = document_read(), *at = page, *cells[2];
    size_t kind = 0;

    document_table(&at, "## Framing");
    for (; document_row(&at, cells, 2); kind++) {
        ck_assert_uint_lt(kind, sizeof kind_words / sizeof kind_words[0]);
        ck_assert_str_eq(cells[0], kind_words[kind]);
    }
    ck_assert_uint_eq(kind, sizeof kind_words / sizeof kind_words[0]);
    free(page);
}
END_TEST

START_TEST(every_example_of_the_document_is_a_good_message) {
    char *page = document_read();
    const char *at = page, *example;
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    unsigned int verbs = 0;
    size_t len;

    while ((example = document_example(&at, &len)) != NULL) {
        ck_assert_msg(unpack_exact(m, example, len) == WECOM_OK, "%.*s", (int)len, example);
        check_accepted(m, len);
        verbs |= 1u << m->verb;
    }
    for (unsigned int verb = 1; verb < WIRE_VERB_COUNT; verb++)
        ck_assert_msg((verbs & (1u << verb)) != 0, "no example of \"%s\"", verb_words[verb]);
    wire_free(m);
    free(page);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wire");
    TCase *values = tcase_create("values"), *bytes = tcase_create("bytes"),
          *memory = tcase_create("memory"), *document = tcase_create("document");

    tcase_add_test(values, every_field_survives_the_way_in_each_of_its_verbs);
    tcase_add_test(values, a_field_of_another_verb_is_refused_both_ways);
    tcase_add_test(values, a_message_without_verb_takes_no_field_and_is_not_packed);
    tcase_add_test(values, a_message_without_a_needed_field_is_refused_both_ways);
    tcase_add_loop_test(values, each_limit_holds_exactly, 0, WIRE_FIELD_COUNT);
    tcase_add_test(values, limits_count_bytes_before_escaping);
    tcase_add_loop_test(values, each_kind_takes_its_values_and_no_other, 0,
                        sizeof kinds / sizeof kinds[0]);
    tcase_add_test(values, numbers_and_flags_come_back_as_they_were);
    tcase_add_test(values, the_rules_are_those_of_the_header);
    tcase_set_timeout(values, 60);
    suite_add_tcase(s, values);

    tcase_add_loop_test(bytes, a_packet_is_taken_or_refused_as_a_whole, 0,
                        sizeof packets / sizeof packets[0]);
    tcase_add_test(bytes, every_escape_but_those_of_control_bytes_and_percent_is_refused);
    tcase_add_test(bytes, a_packet_over_the_limit_is_too_long);
    tcase_add_test(bytes, a_packet_of_exactly_the_limit_passes);
    tcase_add_loop_test(bytes, a_packet_is_written_into_exactly_the_bytes_it_needs, 1,
                        WIRE_VERB_COUNT);
    tcase_add_loop_test(bytes, a_packed_message_packs_again_to_the_same_bytes, 1, WIRE_VERB_COUNT);
    tcase_add_loop_test(bytes, every_truncation_is_refused_or_a_whole_message, 1, WIRE_VERB_COUNT);
    tcase_add_loop_test(bytes, every_changed_byte_is_refused_or_another_good_message, 1,
                        WIRE_VERB_COUNT);
    tcase_set_timeout(bytes, 240); /* under valgrind */
    suite_add_tcase(s, bytes);

    tcase_add_test(memory, a_reset_message_holds_no_byte_of_the_old_one);
    tcase_add_test(memory, unpacking_leaves_no_byte_of_what_was_there_or_was_refused);
    tcase_add_test(memory, no_freed_memory_holds_a_secret);
    tcase_add_test(memory, a_refused_value_leaves_the_message_as_it_was);
    tcase_add_test(memory, a_store_that_is_full_takes_no_more);
    tcase_add_test(memory, freeing_nothing_is_allowed);
    tcase_set_timeout(memory, 60);
    suite_add_tcase(s, memory);

    tcase_add_test(document, the_fields_are_those_of_the_document);
    tcase_add_test(document, the_verbs_are_those_of_the_document);
    tcase_add_test(document, the_kinds_are_those_of_the_document);
    tcase_add_test(document, every_example_of_the_document_is_a_good_message);
    tcase_set_timeout(document, 60);
    suite_add_tcase(s, document);
    return s;
}
