/* How many columns a text takes. */
#include "tools/width.h"

#include "tests/tools/support.h"

static const struct {
    uint32_t c;
    int columns;
} chars[] = {
    {'a', 1},     {0xE9, 1},    {0x0301, 0},  {0x10FF, 1},   {0x1100, 2},  {0x115F, 2},
    {0x1160, 1},  {0x2014, 1},  {0x2E7F, 1},  {0x2E80, 2},   {0x3000, 2},  {0x3001, 2},
    {0x303E, 2},  {0x303F, 1},  {0x302A, 0},  {0x3041, 2},   {0x30FF, 2},  {0x33FF, 2},
    {0x3400, 2},  {0x4DBF, 2},  {0x4DC0, 1},  {0x4E00, 2},   {0x4E2D, 2},  {0x9FFF, 2},
    {0xA4CF, 2},  {0xA4D0, 1},  {0xAC00, 2},  {0xD7A3, 2},   {0xD7A4, 1},  {0xF900, 2},
    {0xFAFF, 2},  {0xFB00, 1},  {0xFE0F, 0},  {0xFF00, 1},   {0xFF01, 2},  {0xFF0C, 2},
    {0xFF60, 2},  {0xFF61, 1},  {0xFFE0, 2},  {0xFFE6, 2},   {0xFFE7, 1},  {0x1F600, 2},
    {0x1F64F, 2}, {0x1F650, 1}, {0x20000, 2}, {0x2FFFD, 2},  {0x2FFFE, 1}, {0x30000, 2},
    {0x3FFFD, 2}, {0x3FFFE, 1}, {0xE0100, 0}, {0x10FFFF, 1},
};

START_TEST(a_character_takes_the_columns_of_the_unicode_tables) {
    ck_assert_msg(width_of_char(chars[_i].c) == chars[_i].columns, "U+%04X", chars[_i].c);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
} texts[] = {
    {"", 0},      {"sshd", 4}, {"中文", 4},     {"张三a", 5},     {"e\xCC\x81", 1},
    {"（a）", 5}, {"→", 1},    {"\xFF\xFE", 2}, {"a\xE4\xB8", 3}, {"企业 ID", 7},
};

START_TEST(a_text_takes_what_its_characters_take) {
    ck_assert_uint_eq(width_of(texts[_i].text), texts[_i].columns);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
    const char *printed;
} padded[] = {
    {"", 3, "   "},      {"ab", 4, "ab  "},   {"中", 4, "中  "},
    {"中文", 4, "中文"}, {"中文", 3, "中文"}, {"中文", 0, "中文"},
};

START_TEST(a_shorter_text_is_filled_up_and_a_longer_one_is_whole) {
    char out[64] = "";
    FILE *to = fmemopen(out, sizeof out, "w");

    ck_assert_ptr_nonnull(to);
    width_print(to, padded[_i].text, padded[_i].columns);
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_str_eq(out, padded[_i].printed);
}
END_TEST

static const struct {
    const char *text;
    size_t columns;
    const char *cut;
} cuts[] = {
    {"", 1, ""},
    {"abc", 3, "abc"},
    {"abc", 2, "a…"},
    {"abc", 1, "…"},
    {"中文", 4, "中文"},
    {"中文", 3, "中…"},
    {"中文", 2, "…"},
    {"a中文b", 5, "a中…"},
    {"a中文b", 4, "a中…"},
    {"a中文b", 3, "a…"},
    {"e\xCC\x81xyz", 3, "e\xCC\x81x…"},
};

START_TEST(a_text_is_cut_to_its_columns_with_an_ellipsis) {
    char *out = malloc(64);

    width_cut(out, 64, cuts[_i].text, cuts[_i].columns);
    ck_assert_str_eq(out, cuts[_i].cut);
    ck_assert_uint_le(width_of(out), cuts[_i].columns);
    free(out);
}
END_TEST

START_TEST(a_cut_text_fits_its_memory) {
    static const char text[] = "中文字符abc中文字符abc中文字符";

    for (size_t bytes = 5; bytes < sizeof text + 4; bytes++) {
        for (size_t columns = 1; columns < 40; columns++) {
            char *out = malloc(bytes); /* of exactly this size */

            width_cut(out, bytes, text, columns);
            ck_assert_uint_lt(strlen(out), bytes);
            ck_assert_uint_le(width_of(out), columns);
            free(out);
        }
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("width");
    TCase *tc = new_case(s, "width", 10);

    tcase_add_loop_test(tc, a_character_takes_the_columns_of_the_unicode_tables, 0, COUNT(chars));
    tcase_add_loop_test(tc, a_text_takes_what_its_characters_take, 0, COUNT(texts));
    tcase_add_loop_test(tc, a_shorter_text_is_filled_up_and_a_longer_one_is_whole, 0,
                        COUNT(padded));
    tcase_add_loop_test(tc, a_text_is_cut_to_its_columns_with_an_ellipsis, 0, COUNT(cuts));
    tcase_add_test(tc, a_cut_text_fits_its_memory);
    return s;
}
