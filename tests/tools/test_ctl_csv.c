/* CSV as of RFC 4180, and what spreadsheets make of cells. */
#include "tools/ctl_csv.h"

#include "tests/tools/support.h"

/* The file as "cell|cell;cell|cell;" and how it ended, read from memory of its exact size. */
static enum ctl_csv_result read_all(const char *bytes, size_t len, char *out, size_t room) {
    char *copy = malloc(len > 0 ? len : 1);
    struct ctl_csv csv;
    enum ctl_csv_result result;
    size_t used = 0;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    out[0] = '\0';
    ctl_csv_start(&csv, copy, len);
    while ((result = ctl_csv_next(&csv)) == CTL_CSV_RECORD) {
        for (size_t i = 0; i < csv.count; i++)
            used +=
                (size_t)snprintf(out + used, room - used, "%s%s", i > 0 ? "|" : "", csv.cells[i]);
        used += (size_t)snprintf(out + used, room - used, "@%zu;", csv.begun);
    }
    ctl_csv_free(&csv);
    free(copy);
    return result;
}

static const struct {
    const char *file, *cells;
} good[] = {
    {"", ""},
    {"\r\n\n\r\n", ""},
    {"a", "a@1;"},
    {"a,b\r\nc,d\r\n", "a|b@1;c|d@2;"},
    {"a,b\nc,d", "a|b@1;c|d@2;"},
    {"a,,\r\n,\r\n", "a||@1;|@2;"},
    {"\xEF\xBB\xBF"
     "a\r\n",
     "a@1;"},
    {"\"a\",\"b,c\",\"d\"\"e\"\r\n", "a|b,c|d\"e@1;"},
    {"\"two\nlines\",x\r\nnext\r\n", "two\nlines|x@1;next@3;"},
    {"\"\"\r\n", "@1;"},
    {"\"\",\"\"", "|@1;"},
    {"a\rb\r\n", "a\rb@1;"},
    {" a , b \r\n", " a | b @1;"},
    {"'=1,'+x,'-x,'@x,''x,'x,'\r\n", "=1|+x|-x|@x|'x|'x|'@1;"},
    {"张,三\r\n", "张|三@1;"},
};

START_TEST(cells_come_out_as_they_were_meant) {
    char out[1024];

    ck_assert_int_eq(read_all(good[_i].file, strlen(good[_i].file), out, sizeof out), CTL_CSV_END);
    ck_assert_str_eq(out, good[_i].cells);
}
END_TEST

static const struct {
    const char *file;
    size_t len;
    enum ctl_csv_result result;
} bad[] = {
    {"\"a", 2, CTL_CSV_QUOTE},
    {"\"", 1, CTL_CSV_QUOTE},
    {"\"a\"b\r\n", 6, CTL_CSV_QUOTE},
    {"a\"b\r\n", 5, CTL_CSV_QUOTE},
    {"\"a\" ,b\r\n", 8, CTL_CSV_QUOTE},
    {"a\0b\r\n", 5, CTL_CSV_BYTES},
    {"\xff\r\n", 3, CTL_CSV_BYTES},
    {"\xc0\xaf\r\n", 4, CTL_CSV_BYTES},
    {",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n", 37, CTL_CSV_MANY},
};

START_TEST(what_is_no_csv_is_refused) {
    char out[1024];

    ck_assert_int_eq(read_all(bad[_i].file, bad[_i].len, out, sizeof out), bad[_i].result);
}
END_TEST

static const char *const cells[][3] = {
    {"a", "b", "c"},           {"", "", ""},
    {"a,b", "\"", "\"\""},     {"=1+1", "+1", "-1"},
    {"@SUM(A1)", "\tx", "'x"}, {"''", "'", "'=x"},
    {"＝1", "＋1", "－＠"},    {"two\nlines", "and\r\nmore", "\rx"},
    {"张三", "\"=\"", " =1"},
};

START_TEST(what_is_written_is_read_again) {
    char *text = NULL, want[256], out[256];
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(to);
    ck_assert(ctl_csv_write(to, cells[_i], 3));
    ck_assert(ctl_csv_write(to, cells[_i], 3));
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_int_eq(read_all(text, len, out, sizeof out), CTL_CSV_END);
    (void)snprintf(want, sizeof want, "%s|%s|%s@1;", cells[_i][0], cells[_i][1], cells[_i][2]);
    ck_assert_int_eq(strncmp(out, want, strlen(want)), 0);
    free(text);
}
END_TEST

/* What a spreadsheet would run begins with an apostrophe in the file. */
START_TEST(no_cell_of_the_file_begins_a_formula) {
    static const char *const formulas[] = {"=1",  "+1",  "-1", "@x", "\tx",
                                           "\rx", "＝1", "＋", "－", "＠"};

    for (size_t i = 0; i < COUNT(formulas); i++) {
        char *text = NULL;
        size_t len = 0;
        FILE *to = open_memstream(&text, &len);

        ck_assert(ctl_csv_write(to, &formulas[i], 1));
        ck_assert_int_eq(fclose(to), 0);
        ck_assert_msg(text[0] == '\'' || (text[0] == '"' && text[1] == '\''), "%s", text);
        free(text);
    }
}
END_TEST

START_TEST(every_beginning_and_every_change_of_a_file_is_survived) {
    static const char file[] = "userid,\"na\"\"me\"\r\n\"a\nb\",'=x\r\n张,\r\n";
    char copy[sizeof file], out[1024];

    for (size_t len = 0; len < sizeof file; len++)
        (void)read_all(file, len, out, sizeof out);
    for (size_t at = 0; at < sizeof file - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(copy, file, sizeof file);
            copy[at] = (char)byte;
            (void)read_all(copy, sizeof file - 1, out, sizeof out);
        }
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_told) {
    static const char *const cell = "a";
    FILE *full = fopen("/dev/full", "we");

    ck_assert_ptr_nonnull(full);
    setbuf(full, NULL);
    ck_assert(!ctl_csv_write(full, &cell, 1));
    (void)fclose(full);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_csv");
    TCase *tc = new_case(s, "ctl_csv", 60);

    tcase_add_loop_test(tc, cells_come_out_as_they_were_meant, 0, COUNT(good));
    tcase_add_loop_test(tc, what_is_no_csv_is_refused, 0, COUNT(bad));
    tcase_add_loop_test(tc, what_is_written_is_read_again, 0, COUNT(cells));
    tcase_add_test(tc, no_cell_of_the_file_begins_a_formula);
    tcase_add_test(tc, every_beginning_and_every_change_of_a_file_is_survived);
    tcase_add_test(tc, a_file_that_cannot_be_written_is_told);
    return s;
}
