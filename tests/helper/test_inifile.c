/* A configuration file as a list of settings: nothing cut or skipped in silence. */
#include "helper/inifile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static struct inifile ini;
static struct config_error error;

static bool read_bytes(const char *bytes, size_t len) {
    int fd = memfd_create("ini", MFD_CLOEXEC);
    char path[64];
    bool good;

    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    error.text[0] = '\0';
    good = inifile_read(&ini, path, &error);
    ck_assert(good == (error.text[0] == '\0'));
    (void)close(fd);
    return good;
}

static bool read_text(const char *text) {
    return read_bytes(text, strlen(text));
}

static void expect(size_t at, int line, const char *section, const char *key, const char *value) {
    ck_assert_uint_lt(at, ini.count);
    ck_assert_int_eq(ini.settings[at].line, line);
    ck_assert_str_eq(ini.settings[at].section, section);
    if (key == NULL)
        ck_assert_ptr_null(ini.settings[at].key);
    else
        ck_assert_str_eq(ini.settings[at].key, key);
    ck_assert_str_eq(ini.settings[at].value, value);
}

START_TEST(headings_and_settings_come_in_the_order_of_the_file) {
    ck_assert(read_text("a = 1\n\n# comment\n[one]\nb = 2 ; comment\n  c d = 3\n[two]\n[three]\n"
                        "e=\n"));
    ck_assert_uint_eq(ini.count, 6);
    expect(0, 1, "", "a", "1");
    expect(1, 4, "one", NULL, "");
    expect(2, 5, "one", "b", "2 c d = 3"); /* a blank at its beginning: it goes on */
    expect(3, 7, "two", NULL, "");
    expect(4, 8, "three", NULL, "");
    expect(5, 9, "three", "e", "");
    inifile_clear(&ini);
}
END_TEST

START_TEST(lines_that_go_on_are_joined_by_a_blank) {
    ck_assert(read_text("[s]\nk = a\n b\n\tc  \n\n  d\nnext = e\n"));
    expect(1, 2, "s", "k", "a b c d");
    expect(2, 7, "s", "next", "e");
    inifile_clear(&ini);
}
END_TEST

START_TEST(a_key_that_is_there_twice_is_there_twice) {
    ck_assert(read_text("[s]\nk = a\nk = b\n"));
    ck_assert_uint_eq(ini.count, 3);
    expect(1, 2, "s", "k", "a");
    expect(2, 3, "s", "k", "b");
    inifile_clear(&ini);
}
END_TEST

START_TEST(names_are_whole_up_to_their_limit) {
    char text[256];

    (void)snprintf(text, sizeof text, "[%049d]\n%048d = x\n", 7, 8);
    ck_assert(read_text(text));
    ck_assert_uint_eq(strlen(ini.settings[0].section), 49);
    ck_assert_uint_eq(strlen(ini.settings[1].section), 49);
    ck_assert_uint_eq(strlen(ini.settings[1].key), 48);
    inifile_clear(&ini);
    (void)snprintf(text, sizeof text, "[%050d]\nk = x\n", 7);
    ck_assert(!read_text(text));
    inifile_clear(&ini);
    (void)snprintf(text, sizeof text, "[s]\n%049d = x\n", 7);
    ck_assert(!read_text(text));
    inifile_clear(&ini);
}
END_TEST

START_TEST(a_line_is_whole_or_refused) {
    for (int len = 1; len < 400; len++) {
        char text[600], line[512];

        (void)snprintf(line, sizeof line, "k = %0*d", len, 1);
        (void)snprintf(text, sizeof text, "[s]\n%s", line);
        if (read_text(text)) {
            ck_assert_uint_eq(ini.count, 2);
            ck_assert_uint_eq(strlen(ini.settings[1].value), (size_t)len);
        } else {
            ck_assert_int_gt(len, 150);
            ck_assert_ptr_nonnull(strstr(error.text, ":2: the line is too long"));
        }
        inifile_clear(&ini);
    }
}
END_TEST

START_TEST(an_error_names_the_first_bad_line) {
    ck_assert(!read_text("[s]\nk = v\nbad\nworse\n"));
    ck_assert_ptr_nonnull(strstr(error.text, ":3: is neither [section] nor key = value"));
    inifile_clear(&ini);
    ck_assert(!read_bytes("[s]\nk\0 = v\nbad\n", 15));
    ck_assert_ptr_nonnull(strstr(error.text, ":2: the line has a NUL byte"));
    inifile_clear(&ini);
    inifile_clear(&ini);
}
END_TEST

START_TEST(a_message_is_cleaned_and_fits) {
    char longer[5000];

    memset(longer, 'y', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    inifile_fail(&error, "/f", 7, "s\n", "%s", "a\x1B[31m\nb");
    ck_assert_str_eq(error.text, "/f:7: [s ] a[31m b");
    inifile_fail(&error, "/f", 0, NULL, "x");
    ck_assert_str_eq(error.text, "/f: x");
    inifile_fail(&error, longer, 2147483647, longer, "%s", longer);
    ck_assert_uint_lt(strlen(error.text), sizeof error.text);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("inifile");
    TCase *t = tcase_create("inifile");

    tcase_add_test(t, headings_and_settings_come_in_the_order_of_the_file);
    tcase_add_test(t, lines_that_go_on_are_joined_by_a_blank);
    tcase_add_test(t, a_key_that_is_there_twice_is_there_twice);
    tcase_add_test(t, names_are_whole_up_to_their_limit);
    tcase_add_test(t, a_line_is_whole_or_refused);
    tcase_add_test(t, an_error_names_the_first_bad_line);
    tcase_add_test(t, a_message_is_cleaned_and_fits);
    suite_add_tcase(s, t);
    return s;
}
