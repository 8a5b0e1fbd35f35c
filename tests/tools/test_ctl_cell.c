/* Values of rows as cells, and rows as tables. */
#include "tools/ctl_cell.h"

#include "tests/tools/support.h"

static const struct {
    const char *json, *cell;
} cells[] = {
    {"{\"k\":\"a\"}", "a"},
    {"{\"k\":\"\"}", "-"},
    {"{\"k\":\"a\\nb\\tc\"}", "a b c"},
    {"{\"k\":\"\\u001b[1m\"}", "[1m"},
    {"{\"k\":\"中\"}", "中"},
    {"{\"k\":-5}", "-5"},
    {"{\"k\":1000002}", "1000002"},
    {"{\"k\":1.5}", "1.5"},
    {"{\"k\":true}", "yes"},
    {"{\"k\":false}", "no"},
    {"{\"k\":null}", "-"},
    {"{}", "-"},
};

START_TEST(a_value_is_one_clean_line) {
    json_t *row = json_loads(cells[_i].json, 0, NULL);
    char out[64];

    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(ctl_cell(row, "k", out, sizeof out), cells[_i].cell);
    json_decref(row);
}
END_TEST

START_TEST(a_long_value_is_cut_before_half_a_character) {
    json_t *row = json_pack("{s:s}", "k", "ab中文");
    char out[8];

    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(ctl_cell(row, "k", out, sizeof out), "ab中");
    json_decref(row);
}
END_TEST

static const struct {
    int64_t seconds;
    const char *text;
} durations[] = {
    {-1, "-"},          {0, "0s"},         {59, "59s"},       {60, "1m 0s"},
    {187, "3m 7s"},     {3599, "59m 59s"}, {3600, "1h 0m"},   {7500, "2h 5m"},
    {86399, "23h 59m"}, {86400, "1d 0h"},  {349200, "4d 1h"}, {INT64_MAX, "106751991167300d 15h"},
};

START_TEST(a_duration_has_its_two_largest_units) {
    char out[64];

    ck_assert_str_eq(ctl_cell_duration(durations[_i].seconds, out, sizeof out), durations[_i].text);
}
END_TEST

static char *write_lang(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    (void)row;
    return texts_label(out, bytes, TEXT_NONE, lang);
}

static const struct ctl_column columns[] = {{TEXT_LABEL_APP, "name", NULL},
                                            {TEXT_LABEL_TOKEN, NULL, write_lang},
                                            {TEXT_LABEL_METHODS, "methods", NULL}};

static const struct {
    enum texts_lang lang;
    const char *table, *list;
} tables[] = {
    {TEXTS_BOTH,
     "\n"
     "应用  令牌     方式\n"
     "APP   TOKEN    METHODS\n"
     "a     无 none  code\n"
     "中文  无 none  -\n",
     "应用 APP      a\n"
     "令牌 TOKEN    无 none\n"
     "方式 METHODS  code\n"},
    {TEXTS_EN,
     "\n"
     "APP   TOKEN  METHODS\n"
     "a     none   code\n"
     "中文  none   -\n",
     "APP      a\n"
     "TOKEN    none\n"
     "METHODS  code\n"},
    {TEXTS_ZH,
     "\n"
     "应用  令牌  方式\n"
     "a     无    code\n"
     "中文  无    -\n",
     "应用  a\n"
     "令牌  无\n"
     "方式  code\n"},
};

START_TEST(columns_stand_in_line_with_wide_characters) {
    json_t *rows = json_loads("[{\"kind\":\"x\",\"name\":\"a\",\"methods\":\"code\"},"
                              "{\"kind\":\"other\",\"name\":\"a very long name indeed\"},"
                              "{\"kind\":\"x\",\"name\":\"中文\"},{\"name\":\"no kind at all\"}]",
                              0, NULL);
    char out[1024] = "";
    FILE *to = fmemopen(out, sizeof out, "w");

    ck_assert_ptr_nonnull(rows);
    ck_assert_ptr_nonnull(to);
    ctl_table(to, rows, "x", columns, COUNT(columns), tables[_i].lang);
    rewind(to);
    ck_assert_str_eq(out, tables[_i].table);
    memset(out, 0, sizeof out);
    ctl_list(to, json_array_get(rows, 0), columns, COUNT(columns), tables[_i].lang);
    ck_assert_int_eq(fflush(to), 0);
    ck_assert_str_eq(out, tables[_i].list);
    rewind(to);
    memset(out, 0, sizeof out);
    ctl_table(to, rows, "nothing", columns, COUNT(columns), tables[_i].lang);
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_str_eq(out, "");
    json_decref(rows);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_cell");
    TCase *tc = new_case(s, "cells", 10);

    tcase_add_loop_test(tc, a_value_is_one_clean_line, 0, COUNT(cells));
    tcase_add_test(tc, a_long_value_is_cut_before_half_a_character);
    tcase_add_loop_test(tc, a_duration_has_its_two_largest_units, 0, COUNT(durations));
    tcase_add_loop_test(tc, columns_stand_in_line_with_wide_characters, 0, COUNT(tables));
    return s;
}
