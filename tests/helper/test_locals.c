/* Names and numbers of the machine's own files. */
#include "helper/locals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static char *directory, *passwd, *group;

static void write_files(const char *users, const char *groups) {
    support_write(passwd, 0644, users, strlen(users));
    support_write(group, 0644, groups, strlen(groups));
}

static void setup(void) {
    directory = support_directory();
    passwd = support_path(directory, "passwd");
    group = support_path(directory, "group");
}

static void teardown(void) {
    free(passwd);
    free(group);
    support_remove(directory);
}

START_TEST(users_and_groups_are_one_space_of_names_and_numbers) {
    struct locals *l;

    write_files(
        "root:x:0:0:root:/root:/bin/bash\nlisi:x:1900000001:1900000002::/home/lisi:/bin/sh\n",
        "root:x:0:\nops:x:1900000003:lisi,zhangsan\n");
    l = locals_read(passwd, group);
    ck_assert_ptr_nonnull(l);
    ck_assert(locals_has_name(l, "root") && locals_has_name(l, "lisi") &&
              locals_has_name(l, "ops"));
    ck_assert(!locals_has_name(l, "zhangsan") && !locals_has_name(l, "") &&
              !locals_has_name(l, "lis") && !locals_has_name(l, "lisii"));
    ck_assert(locals_has_number(l, 0) && locals_has_number(l, 1900000001) &&
              locals_has_number(l, 1900000002) && locals_has_number(l, 1900000003));
    ck_assert(!locals_has_number(l, 1900000004) && !locals_has_number(l, 1));
    locals_free(l);
}
END_TEST

START_TEST(odd_lines_hide_nothing) {
    struct locals *l;

    write_files("# comment:x:5:5\n\n:x:6:6::\nnocolon\n+nis::::::\na:x:notanumber:7::/:/\n"
                "b:x:4294967295:8::/:/\nc:x:4294967296:9::/:/\nlast:x:10:11::/:/",
                "g:x:12\nh:x:\n");
    l = locals_read(passwd, group);
    ck_assert_ptr_nonnull(l);
    ck_assert(locals_has_name(l, "a") && locals_has_name(l, "b") && locals_has_name(l, "c") &&
              locals_has_name(l, "last") && locals_has_name(l, "g") && locals_has_name(l, "h") &&
              locals_has_name(l, "+nis"));
    ck_assert(locals_has_number(l, 7) && locals_has_number(l, UINT32_MAX) &&
              locals_has_number(l, 8) && locals_has_number(l, 9) && locals_has_number(l, 10) &&
              locals_has_number(l, 11) && locals_has_number(l, 12));
    ck_assert(!locals_has_number(l, 0) && !locals_has_number(l, 5));
    locals_free(l);
}
END_TEST

START_TEST(empty_files_have_nobody) {
    struct locals *l;

    write_files("", "");
    l = locals_read(passwd, group);
    ck_assert_ptr_nonnull(l);
    ck_assert(!locals_has_name(l, "root") && !locals_has_number(l, 0));
    locals_free(l);
    locals_free(NULL);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error) {
    write_files("", "");
    ck_assert_int_eq(unlink(group), 0);
    errno = 0;
    ck_assert_ptr_null(locals_read(passwd, group));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(locals_read(group, passwd));
    ck_assert_ptr_null(locals_read(directory, passwd));
}
END_TEST

START_TEST(many_names_are_found) {
    char *text = malloc(20000 * 32);
    size_t used = 0;
    struct locals *l;

    for (int i = 0; i < 20000; i++)
        used += (size_t)snprintf(text + used, 20000 * 32 - used, "user%d:x:%d:%d::/:/\n", i,
                                 70000 + i, 170000 + i);
    write_files(text, "");
    free(text);
    l = locals_read(passwd, group);
    ck_assert_ptr_nonnull(l);
    ck_assert(locals_has_name(l, "user0") && locals_has_name(l, "user19999"));
    ck_assert(locals_has_number(l, 89999) && locals_has_number(l, 189999));
    ck_assert(!locals_has_name(l, "user20000") && !locals_has_number(l, 90000));
    locals_free(l);
}
END_TEST

START_TEST(a_change_is_noticed) {
    struct locals *l;

    write_files("a:x:1:1::/:/\n", "");
    l = locals_read(passwd, group);
    ck_assert_ptr_nonnull(l);
    ck_assert(!locals_is_stale(l));
    write_files("a:x:1:1::/:/\nb:x:2:2::/:/\n", "");
    ck_assert(locals_is_stale(l));
    locals_free(l);
    l = locals_read(passwd, group);
    ck_assert(!locals_is_stale(l));
    ck_assert_int_eq(unlink(group), 0);
    ck_assert(locals_is_stale(l));
    locals_free(l);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("locals");
    TCase *t = tcase_create("locals");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, users_and_groups_are_one_space_of_names_and_numbers);
    tcase_add_test(t, odd_lines_hide_nothing);
    tcase_add_test(t, empty_files_have_nobody);
    tcase_add_test(t, a_file_that_cannot_be_read_is_an_error);
    tcase_add_test(t, many_names_are_found);
    tcase_add_test(t, a_change_is_noticed);
    suite_add_tcase(s, t);
    return s;
}
