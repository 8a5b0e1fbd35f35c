/* The accounts in a file that is to be imported. */
#include "tools/ctl_records.h"

#include "tests/tools/support.h"

/* "LINE:USERID[/LOGIN] " of each, from memory of the exact size; then the trouble. */
static enum texts_id read_all(const char *bytes, size_t len, char *out, size_t room, size_t *line) {
    char *copy = malloc(len > 0 ? len : 1);
    struct ctl_records records;
    enum texts_id trouble;
    size_t used = 0;
    json_t *row;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    out[0] = '\0';
    ctl_records_start(&records, copy, len);
    while ((row = ctl_records_next(&records)) != NULL) {
        const char *userid = json_string_value(json_object_get(row, "userid"));
        const char *login = json_string_value(json_object_get(row, "login"));

        if (used < room - 200)
            used += (size_t)snprintf(out + used, room - used, "%d:%.40s%s%.40s ",
                                     (int)json_integer_value(json_object_get(row, "line")),
                                     userid ? userid : "?", login ? "/" : "", login ? login : "");
        json_decref(row);
    }
    trouble = records.trouble;
    *line = records.trouble_line;
    ck_assert_ptr_null(ctl_records_next(&records));
    ctl_records_free(&records);
    free(copy);
    return trouble;
}

static const struct {
    const char *file, *rows;
} good[] = {
    {"", ""},
    {" \r\n\t\n", ""},
    {"userid\r\n", ""},
    {"userid,login\r\nlisi,ls\r\nwangwu,\r\n", "2:lisi/ls 3:wangwu/ "},
    {"login,uid,userid\nls,5,lisi\n", "2:lisi/ls "},
    {"\xEF\xBB\xBF"
     "userid\r\nlisi\r\n",
     "2:lisi "},
    {"name,userid\r\n\"two\nlines\",lisi\r\nx,wangwu\r\n", "2:lisi 4:wangwu "},
    {"[]", ""},
    {" [ ] \n", ""},
    {"[{\"userid\":\"lisi\"}]", "1:lisi "},
    {"[\n {\"userid\":\"lisi\",\n  \"login\":\"ls\"},\n\n {\"userid\":\"wangwu\"}\n]\n",
     "2:lisi/ls 5:wangwu "},
    {"{\"userid\":\"lisi\"}\n{\"userid\":\"wangwu\"}\n", "1:lisi 2:wangwu "},
    {"\n\n{\"userid\":\"lisi\"}\n\n\n{\"userid\":\"wangwu\"}", "3:lisi 6:wangwu "},
    {"{\"userid\":\"a\"}{\"userid\":\"b\"}", "1:a 1:b "},
    {"\xEF\xBB\xBF{\"userid\":\"lisi\"}\n", "1:lisi "},
    {"{}\n", "1:? "},
};

START_TEST(each_form_is_recognized_by_its_beginning) {
    char out[1024];
    size_t line;

    ck_assert_int_eq(read_all(good[_i].file, strlen(good[_i].file), out, sizeof out, &line),
                     TEXT_USAGE);
    ck_assert_str_eq(out, good[_i].rows);
}
END_TEST

static const struct {
    const char *file;
    enum texts_id trouble;
    size_t line;
} bad[] = {
    {"login\r\nls\r\n", TEXT_FILE_COLUMN, 1},
    {"userid,colour\r\n", TEXT_FILE_COLUMN, 1},
    {"userid,userid\r\n", TEXT_FILE_COLUMN, 1},
    {"Userid\r\n", TEXT_FILE_COLUMN, 1},
    {"userid,line\r\n", TEXT_FILE_COLUMN, 1},
    {"userid,login\r\na,b\r\nc\r\n", TEXT_FILE_CELLS, 3},
    {"userid\r\na,b\r\n", TEXT_FILE_CELLS, 2},
    {"userid\r\n\"a\r\n", TEXT_FILE_QUOTE, 3},
    {"userid\r\na\r\n\xff\r\n", TEXT_FILE_UTF8, 3},
    {"[", TEXT_FILE_JSON, 1},
    {"[1]", TEXT_FILE_JSON, 1},
    {"[{}", TEXT_FILE_JSON, 1},
    {"[{},]", TEXT_FILE_JSON, 1},
    {"[{} {}]", TEXT_FILE_JSON, 1},
    {"[{}]\n[{}]", TEXT_FILE_JSON, 2},
    {"[[]]", TEXT_FILE_JSON, 1},
    {"{", TEXT_FILE_JSON, 1},
    {"{}\n{\"a\":\n\n\"b\",}\n", TEXT_FILE_JSON, 4},
    {"{}\n[]\n", TEXT_FILE_JSON, 2},
    {"{\"userid\":\"a\",\"userid\":\"b\"}", TEXT_FILE_JSON, 1},
    {"{}\n{\"line\":1}", TEXT_FILE_COLUMN, 2},
};

START_TEST(a_mistake_is_told_with_its_line) {
    char out[1024];
    size_t line;

    ck_assert_int_eq(read_all(bad[_i].file, strlen(bad[_i].file), out, sizeof out, &line),
                     bad[_i].trouble);
    ck_assert_uint_eq(line, bad[_i].line);
}
END_TEST

START_TEST(a_nul_byte_is_no_part_of_json) {
    static const char lines[] = "{\"uid\":1}\n{\"uid\":[1\0]}\n", array[] = "[{\"uid\":1\0}]";
    char out[1024];
    size_t line;

    ck_assert_int_eq(read_all(lines, sizeof lines - 1, out, sizeof out, &line), TEXT_FILE_JSON);
    ck_assert_uint_eq(line, 2);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(read_all(array, sizeof array - 1, out, sizeof out, &line), TEXT_FILE_JSON);
    ck_assert_uint_eq(line, 1);
}
END_TEST

START_TEST(every_beginning_and_every_change_of_a_file_is_survived) {
    static const char *const files[] = {"userid,login\r\n\"a\"\"b\",'=x\r\n",
                                        "[ {\"userid\":\"a\"},\n{\"uid\":1}]\n",
                                        "{\"userid\":\"a\"}\n{\"uid\":1}\n"};

    for (size_t f = 0; f < COUNT(files); f++) {
        size_t len = strlen(files[f]), line;
        char copy[64], out[4096];

        for (size_t cut = 0; cut <= len; cut++)
            (void)read_all(files[f], cut, out, sizeof out, &line);
        for (size_t at = 0; at < len; at++) {
            for (int byte = 0; byte < 256; byte++) {
                memcpy(copy, files[f], len);
                copy[at] = (char)byte;
                (void)read_all(copy, len, out, sizeof out, &line);
            }
        }
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_records");
    TCase *tc = new_case(s, "ctl_records", 60);

    tcase_add_loop_test(tc, each_form_is_recognized_by_its_beginning, 0, COUNT(good));
    tcase_add_loop_test(tc, a_mistake_is_told_with_its_line, 0, COUNT(bad));
    tcase_add_test(tc, a_nul_byte_is_no_part_of_json);
    tcase_add_test(tc, every_beginning_and_every_change_of_a_file_is_survived);
    return s;
}
