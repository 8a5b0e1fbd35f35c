/* Text from outside: what counts as UTF-8, and what of it may reach a terminal or a log. */
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

/* One sequence of bytes and the character that it is; `is` 0 where it is none. */
static const struct {
    const char *bytes;
    size_t len;
    uint32_t is;
} characters[] = {
    {"a", 1, 'a'},
    {"\x01", 1, 1},
    {"\x7F", 1, 0x7F},
    {"\xC2\x80", 2, 0x80},
    {"\xC3\xBF", 2, 0xFF},
    {"\xDF\xBF", 2, 0x7FF},
    {"\xE0\xA0\x80", 3, 0x800},
    {"\xE4\xBC\x81", 3, 0x4F01},
    {"\xED\x9F\xBF", 3, 0xD7FF},
    {"\xEE\x80\x80", 3, 0xE000},
    {"\xEF\xBF\xBF", 3, 0xFFFF},
    {"\xF0\x90\x80\x80", 4, 0x10000},
    {"\xF0\x9F\x98\x80", 4, 0x1F600},
    {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
    /* bytes that never begin a character */
    {"\x80", 1, 0},
    {"\xBF", 1, 0},
    {"\x80\x80", 2, 0},
    {"\xF8\x88\x80\x80\x80", 5, 0},
    {"\xFC\x84\x80\x80\x80\x80", 6, 0},
    {"\xFE", 1, 0},
    {"\xFF", 1, 0},
    /* over-long forms */
    {"\xC0\x80", 2, 0},
    {"\xC0\xAF", 2, 0},
    {"\xC1\xBF", 2, 0},
    {"\xE0\x80\xAF", 3, 0},
    {"\xE0\x9F\xBF", 3, 0},
    {"\xF0\x80\x80\xAF", 4, 0},
    {"\xF0\x8F\xBF\xBF", 4, 0},
    /* surrogates */
    {"\xED\xA0\x80", 3, 0},
    {"\xED\xAF\xBF", 3, 0},
    {"\xED\xB0\x80", 3, 0},
    {"\xED\xBF\xBF", 3, 0},
    /* beyond U+10FFFF */
    {"\xF4\x90\x80\x80", 4, 0},
    {"\xF5\x80\x80\x80", 4, 0},
    {"\xF7\xBF\xBF\xBF", 4, 0},
    /* cut off, or something else where the rest should be */
    {"\xC2", 1, 0},
    {"\xE4", 1, 0},
    {"\xE4\xBC", 2, 0},
    {"\xF0\x9F\x98", 3, 0},
    {"\xC2\x41", 2, 0},
    {"\xC2\xC2", 2, 0},
    {"\xE4\x41\x81", 3, 0},
    {"\xE4\xBC\x41", 3, 0},
    {"\xE4\xBC\xFF", 3, 0},
    {"\xF0\x9F\x98\x00", 4, 0},
    {"\xF0\x41\x98\x80", 4, 0},
};

START_TEST(a_character_is_read_only_from_its_one_form) {
    char *exact = malloc(characters[_i].len);
    uint32_t c = 0xABCDEF;
    size_t len = characters[_i].len;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, characters[_i].bytes, len);
    ck_assert_uint_eq(text_utf8_next(exact, len, &c), characters[_i].is != 0 ? len : 0);
    ck_assert_uint_eq(c, characters[_i].is != 0 ? characters[_i].is : 0xABCDEF);
    ck_assert(text_is_utf8(exact, len) == (characters[_i].is != 0));
    free(exact);
}
END_TEST

START_TEST(only_the_first_character_is_read) {
    uint32_t c = 0;

    ck_assert_uint_eq(text_utf8_next("\xE4\xBC\x81xyz", 6, &c), 3);
    ck_assert_uint_eq(c, 0x4F01);
    ck_assert_uint_eq(text_utf8_next("a\xFF", 2, &c), 1);
    ck_assert_uint_eq(text_utf8_next("\0a", 2, &c), 1);
    ck_assert_uint_eq(c, 0);
    ck_assert_uint_eq(text_utf8_next("", 0, &c), 0);
}
END_TEST

START_TEST(one_bad_byte_anywhere_makes_it_no_utf8) {
    const char good[] = "ab\xE4\xBC\x81\xF0\x9F\x98\x80z";
    char copy[sizeof good];

    ck_assert(text_is_utf8(good, sizeof good - 1));
    ck_assert(text_is_utf8("", 0));
    ck_assert(text_is_utf8("a\0b", 3));
    for (size_t i = 0; i < sizeof good - 1; i++) {
        memcpy(copy, good, sizeof good);
        copy[i] = '\xFF';
        ck_assert(!text_is_utf8(copy, sizeof good - 1));
    }
}
END_TEST

/* Every character, encoded here and not by the code under test. */
static size_t encode(char out[5], uint32_t c) {
    size_t n = 0;

    if (c < 0x80) {
        out[n++] = (char)c;
    } else if (c < 0x800) {
        out[n++] = (char)(0xC0 | c >> 6);
        out[n++] = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out[n++] = (char)(0xE0 | c >> 12);
        out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        out[n++] = (char)(0x80 | (c & 0x3F));
    } else {
        out[n++] = (char)(0xF0 | c >> 18);
        out[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        out[n++] = (char)(0x80 | (c & 0x3F));
    }
    out[n] = '\0';
    return n;
}

START_TEST(every_character_of_unicode_but_the_surrogates_is_read) {
    char bytes[5];

    for (uint32_t c = 0; c <= 0x110FFF; c++) {
        bool good = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        size_t n = encode(bytes, c);
        uint32_t read = 0;

        if (text_utf8_next(bytes, n, &read) != (good ? n : 0) || read != (good ? c : 0))
            ck_abort_msg("U+%04X", c); /* an assertion for each would take a minute */
    }
}
END_TEST

/* What must not reach a terminal: Unicode 15, categories Cc, Cf, Zl and Zp without exception, and
 * fillers and variation selectors, which show nothing.
 */
static const struct {
    uint32_t first, last;
} unsafe[] = {
    {0x0001, 0x0008},   {0x000B, 0x001F},   {0x007F, 0x009F},     {0x00AD, 0x00AD},
    {0x034F, 0x034F},   {0x0600, 0x0605},   {0x061C, 0x061C},     {0x06DD, 0x06DD},
    {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},     {0x115F, 0x1160},
    {0x180B, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},     {0x2060, 0x2064},
    {0x2066, 0x206F},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},     {0xFEFF, 0xFEFF},
    {0xFFA0, 0xFFA0},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},   {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},   {0xE0001, 0xE0001},
    {0xE0020, 0xE007F}, {0xE0100, 0xE01EF}, {0x10FFFE, 0x10FFFF},
};

START_TEST(characters_that_steer_or_hide_are_taken_out) {
    for (uint32_t c = unsafe[_i].first; c <= unsafe[_i].last; c++) {
        char bytes[5], text[16], line[16], log[64];

        encode(bytes, c);
        (void)snprintf(text, sizeof text, "a%sb", bytes);
        (void)snprintf(line, sizeof line, "a%sb", bytes);
        ck_assert_str_eq(text_escape(log, sizeof log, "plain"), "plain");
        text_escape(log, sizeof log, text);
        ck_assert_ptr_null(strstr(log, bytes));
        text_clean(text, TEXT_LINES);
        text_clean(line, TEXT_ONE_LINE);
        if (strcmp(text, "ab") != 0 || strcmp(line, "ab") != 0)
            ck_abort_msg("U+%04X stays", c);
    }
}
END_TEST

/* What people write in names and texts, unharmed. */
static const char *const plain[] = {
    "",
    "a",
    "zhangsan",
    " !\"#$%&()*+,-./0123456789:;<=>?@[]^_`{|}~",
    "\xE5\xBC\xA0\xE4\xB8\x89",                          /* Chinese */
    "\xE3\x81\x82\xEF\xBC\x8C\xE3\x80\x82",              /* kana, full-width comma and stop */
    "\xF0\x9F\x98\x80\xF0\xA0\x80\x80",                  /* an emoji, a rare ideograph */
    "\xC3\xA9\xC2\xA0\xC3\xBC",                          /* Latin with a no-break space */
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",                  /* Hebrew letters themselves */
    "\xE2\x96\x88\xE2\x96\x80\xE2\x96\x84 \xE2\x96\x88", /* the blocks of a QR code */
};

START_TEST(plain_text_stays_as_it_is) {
    char copy[128], log[128];

    (void)snprintf(copy, sizeof copy, "%s", plain[_i]);
    text_clean(copy, TEXT_ONE_LINE);
    ck_assert_str_eq(copy, plain[_i]);
    text_clean(copy, TEXT_LINES);
    ck_assert_str_eq(copy, plain[_i]);
    ck_assert_str_eq(text_escape(log, sizeof log, plain[_i]), plain[_i]);
}
END_TEST

static const struct {
    const char *dirty, *line, *lines;
} dirts[] = {
    {"a\nb\tc", "a b c", "a\nb\tc"},
    {"a\r\nb", "a b", "a\nb"},
    {"\n\n", "  ", "\n\n"},
    {"\x1B[31mred\x1B[0m", "[31mred[0m", "[31mred[0m"},
    {"\x1B]0;title\x07x", "]0;titlex", "]0;titlex"},
    {"\xC2\x9B"
     "31mred",
     "31mred", "31mred"}, /* C1 CSI, in UTF-8 */
    {"\x9B"
     "31mred",
     "31mred", "31mred"}, /* and as a byte */
    {"a\x08\x08"
     "b",
     "ab", "ab"},
    {"user\xE2\x80\xAEgpj.exe", "usergpj.exe", "usergpj.exe"},
    {"a\xE2\x80\xA8"
     "b\xE2\x80\xA9"
     "c",
     "abc", "abc"},
    {"zh\xE2\x80\x8B"
     "ang",
     "zhang", "zhang"},
    {"\xEF\xBB\xBFtext", "text", "text"},
    {"a\xFF\xFE"
     "b",
     "ab", "ab"},
    {"a\xE4\xBC", "a", "a"},
    {"a\xE4\xBC"
     "b",
     "ab", "ab"},
    {"\xE4\x1B\xBC\x81", "", ""}, /* no character comes together */
    {"\xC0\x8A", "", ""},         /* an over-long LF */
    {"\xED\xA0\x80\xED\xB0\x80", "", ""},
    {"\xF3\xA0\x81\x81x", "x", "x"}, /* a tag character */
    {"\x7F\x7F", "", ""},
};

START_TEST(dirt_is_taken_out_and_nothing_else) {
    char *copy = strdup(dirts[_i].dirty);

    text_clean(copy, TEXT_ONE_LINE);
    ck_assert_str_eq(copy, dirts[_i].line);
    free(copy);
    copy = strdup(dirts[_i].dirty);
    text_clean(copy, TEXT_LINES);
    ck_assert_str_eq(copy, dirts[_i].lines);
    free(copy);
}
END_TEST

/* xorshift: the same bytes on each run. */
static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

START_TEST(cleaned_text_is_shorter_well_formed_and_stays_as_it_is) {
    static const char alphabet[] = "a\n\t\x1B\x7F\x80\x9B\xA8\xAE\xBC\xC2\xE2\xE4\xED\xF0\xF4\xFF";
    uint32_t state = 20240607;

    for (int round = 0; round < 20000; round++) {
        size_t len = next_random(&state) % 24;
        char *text = malloc(len + 1), again[32];
        enum text_lines lines = round % 2 == 0 ? TEXT_ONE_LINE : TEXT_LINES;

        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[next_random(&state) % (sizeof alphabet - 1)];
        text[len] = '\0';
        text_clean(text, lines);
        ck_assert_uint_le(strlen(text), len);
        ck_assert(text_is_utf8(text, strlen(text)));
        ck_assert(lines == TEXT_LINES || strpbrk(text, "\n\t") == NULL);
        (void)snprintf(again, sizeof again, "%s", text);
        text_clean(again, lines);
        ck_assert_str_eq(again, text);
        free(text);
    }
}
END_TEST

static const struct {
    const char *string, *log;
} escapes[] = {
    {NULL, ""},
    {"", ""},
    {"plain", "plain"},
    {"it's", "it\\x27s"},
    {"a\\b", "a\\x5cb"},
    {"' user='root", "\\x27 user=\\x27root"},
    {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
    {"\x1B[2J", "\\x1b[2J"},
    {"\x7F", "\\x7f"},
    {"\xFF", "\\xff"},
    {"a\xE4\xBC", "a\\xe4\\xbc"},
    {"\xE5\xBC\xA0", "\xE5\xBC\xA0"},
    {"\xC2\x9B", "\\xc2\\x9b"},
    {"\xE2\x80\xAE", "\\xe2\\x80\\xae"},
    {"\xF3\xA0\x81\x81", "\\xf3\\xa0\\x81\\x81"},
    {"100% \"x\"", "100% \"x\""},
};

START_TEST(a_log_value_cannot_leave_its_quotes) {
    char log[128];

    ck_assert_ptr_eq(text_escape(log, sizeof log, escapes[_i].string), log);
    ck_assert_str_eq(log, escapes[_i].log);
}
END_TEST

/* For every size of the buffer: as many whole characters as fit, a NUL, nothing behind. */
START_TEST(a_log_value_is_cut_between_characters_at_every_size) {
    const char *string = escapes[_i].string, *whole = escapes[_i].log;
    size_t full = strlen(whole);

    for (size_t bytes = 0; bytes <= full + 2; bytes++) {
        char *exact = malloc(bytes);
        size_t len;

        ck_assert(bytes == 0 || exact != NULL);
        ck_assert_ptr_eq(text_escape(exact, bytes, string), exact);
        if (bytes > 0) {
            len = strlen(exact);
            ck_assert_uint_lt(len, bytes);
            ck_assert_mem_eq(exact, whole, len);
            ck_assert(text_is_utf8(exact, len));
            /* no half of an escaped character: the next one is a \x or did not fit */
            ck_assert_uint_ge(len + 16, bytes <= full ? bytes - 1 : full);
            ck_assert(bytes <= full || len == full);
        }
        free(exact);
    }
}
END_TEST

START_TEST(a_character_goes_into_the_log_whole_or_not_at_all) {
    char log[16];

    ck_assert_str_eq(text_escape(log, 4, "\xE5\xBC\xA0"), "\xE5\xBC\xA0");
    ck_assert_str_eq(text_escape(log, 3, "\xE5\xBC\xA0"), "");
    ck_assert_str_eq(text_escape(log, 13, "\xE2\x80\xAE"), "\\xe2\\x80\\xae");
    ck_assert_str_eq(text_escape(log, 12, "\xE2\x80\xAE"), "");
    ck_assert_str_eq(text_escape(log, 6, "ab'c"), "ab");
    ck_assert_str_eq(text_escape(log, 7, "ab'c"), "ab\\x27");
    ck_assert_str_eq(text_escape(log, 1, "ab"), "");
    log[0] = '!';
    text_escape(log, 0, "ab");
    ck_assert_int_eq(log[0], '!');
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("text");
    TCase *utf8 = tcase_create("utf8"), *clean = tcase_create("clean"),
          *escape = tcase_create("escape");

    tcase_add_loop_test(utf8, a_character_is_read_only_from_its_one_form, 0,
                        sizeof characters / sizeof characters[0]);
    tcase_add_test(utf8, only_the_first_character_is_read);
    tcase_add_test(utf8, one_bad_byte_anywhere_makes_it_no_utf8);
    tcase_add_test(utf8, every_character_of_unicode_but_the_surrogates_is_read);
    tcase_set_timeout(utf8, 120);
    suite_add_tcase(s, utf8);

    tcase_add_loop_test(clean, characters_that_steer_or_hide_are_taken_out, 0,
                        sizeof unsafe / sizeof unsafe[0]);
    tcase_add_loop_test(clean, plain_text_stays_as_it_is, 0, sizeof plain / sizeof plain[0]);
    tcase_add_loop_test(clean, dirt_is_taken_out_and_nothing_else, 0,
                        sizeof dirts / sizeof dirts[0]);
    tcase_add_test(clean, cleaned_text_is_shorter_well_formed_and_stays_as_it_is);
    tcase_set_timeout(clean, 60);
    suite_add_tcase(s, clean);

    tcase_add_loop_test(escape, a_log_value_cannot_leave_its_quotes, 0,
                        sizeof escapes / sizeof escapes[0]);
    tcase_add_loop_test(escape, a_log_value_is_cut_between_characters_at_every_size, 0,
                        sizeof escapes / sizeof escapes[0]);
    tcase_add_test(escape, a_character_goes_into_the_log_whole_or_not_at_all);
    tcase_set_timeout(escape, 60);
    suite_add_tcase(s, escape);
    return s;
}
