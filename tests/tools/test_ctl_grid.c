/* A table that may be long, cut to the width of the terminal. */
#include "tools/ctl_grid.h"

#include "tests/tools/support.h"
#include "tools/width.h"

static const struct ctl_grid_column columns[] = {
    {TEXT_LABEL_LOGIN, 8}, {TEXT_LABEL_NAME, 6}, {TEXT_LABEL_UID, 0}};

static struct ctl_grid *fill(const char *const lines[][3], size_t count) {
    struct ctl_grid *grid = ctl_grid_new(columns, COUNT(columns));

    ck_assert_ptr_nonnull(grid);
    for (size_t i = 0; i < count; i++)
        ck_assert(ctl_grid_add(grid, lines[i]));
    return grid;
}

static char *print(const struct ctl_grid *grid, enum texts_lang lang, size_t width) {
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    ctl_grid_print(to, grid, lang, width);
    ck_assert_int_eq(fclose(to), 0);
    return text;
}

static const char *const lines[][3] = {
    {"zhangsan", "张三", "1900000001"},
    {"-", "李四", "-"},
    {"a-very-long-login-name-of-somebody", "欧阳诸葛上官司马东方", "1900000002"},
    {"lisi", "x", "7"},
};

START_TEST(columns_are_aligned_by_what_a_terminal_shows) {
    struct ctl_grid *grid = fill(lines, COUNT(lines));
    char *text = print(grid, TEXTS_BOTH, 0);

    ck_assert_str_eq(text, "登录名                              姓名                  uid\n"
                           "LOGIN                               NAME                  UID\n"
                           "zhangsan                            张三                  1900000001\n"
                           "-                                   李四                  -\n"
                           "a-very-long-login-name-of-somebody  欧阳诸葛上官司马东方  1900000002\n"
                           "lisi                                x                     7\n");
    free(text);
    ctl_grid_free(grid);
}
END_TEST

START_TEST(long_columns_are_cut_to_the_terminal) {
    struct ctl_grid *grid = fill(lines, COUNT(lines));

    for (size_t width = 1; width < 90; width++) {
        char *text = print(grid, TEXTS_EN, width), *rest = text, *line;

        ck_assert_msg(strstr(text, "1900000002") != NULL, "a number was cut: %s", text);
        ck_assert((strstr(text, "…") != NULL) == (width < 68));
        while ((line = strsep(&rest, "\n")) != NULL)
            ck_assert_msg(width_of(line) <= (width < 28 ? 28 : width), "%zu: %s", width, line);
        free(text);
    }
    ctl_grid_free(grid);
}
END_TEST

START_TEST(lines_are_sorted_and_those_without_a_name_go_last) {
    static const char *const mixed[][3] = {
        {"-", "b", "1"}, {"b", "2", "2"}, {"a", "x", "3"}, {"-", "a", "4"}, {"b", "1", "5"}};
    struct ctl_grid *grid = fill(mixed, COUNT(mixed));
    char order[8] = "";

    ctl_grid_sort(grid);
    for (size_t i = 0; i < ctl_grid_count(grid); i++)
        order[i] = ctl_grid_cell(grid, i, 2)[0];
    ck_assert_str_eq(order, "35241");
    ctl_grid_free(grid);
}
END_TEST

START_TEST(no_line_is_no_table) {
    struct ctl_grid *grid = fill(NULL, 0);
    char *text;

    ctl_grid_sort(grid);
    text = print(grid, TEXTS_BOTH, 80);
    ck_assert_str_eq(text, "");
    free(text);
    ctl_grid_free(grid);
    ctl_grid_free(NULL);
}
END_TEST

START_TEST(only_a_terminal_has_a_width) {
    struct winsize size = {.ws_col = 97, .ws_row = 20};
    int ends[2];
    FILE *to;

    open_terminal(ends);
    ck_assert_int_eq(ioctl(ends[0], TIOCSWINSZ, &size), 0);
    to = fdopen(ends[1], "w");
    ck_assert_uint_eq(ctl_grid_terminal(to), 97);
    (void)fclose(to);
    (void)close(ends[0]);
    to = fopen("/dev/null", "we");
    ck_assert_uint_eq(ctl_grid_terminal(to), 0);
    (void)fclose(to);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_grid");
    TCase *tc = new_case(s, "ctl_grid", 30);

    tcase_add_test(tc, columns_are_aligned_by_what_a_terminal_shows);
    tcase_add_test(tc, long_columns_are_cut_to_the_terminal);
    tcase_add_test(tc, lines_are_sorted_and_those_without_a_name_go_last);
    tcase_add_test(tc, no_line_is_no_table);
    tcase_add_test(tc, only_a_terminal_has_a_width);
    return s;
}
