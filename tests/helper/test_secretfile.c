/* Files that hold one secret: what is accepted, and why the rest is not. */
#include "helper/secretfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static char *directory, *path;
static struct secret secret;
static char why[256];

static void setup(void) {
    directory = support_directory();
    path = support_path(directory, "secret");
    ck_assert_int_eq(secret_set(&secret, "old", 3), WECOM_OK);
    why[0] = '\0';
}

static void teardown(void) {
    secret_clear(&secret);
    free(path);
    support_remove(directory);
}

static bool read_it(void) {
    bool good = secretfile_read(path, &secret, why, sizeof why);

    ck_assert(good == (secret.len > 0)); /* also what it held before is gone */
    ck_assert(good == (why[0] == '\0'));
    return good;
}

static void write_it(mode_t mode, const char *text) {
    support_write(path, mode, text, strlen(text));
}

static const struct {
    const char *bytes;
    size_t len;
    const char *secret; /* NULL: refused */
} contents[] = {
    {"abc-DEF_123", 11, "abc-DEF_123"},
    {"abc\n", 4, "abc"},
    {"abc\r\n", 5, "abc"},
    {"abc \t \r\n\n\n", 10, "abc"},
    {"!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", 31, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"},
    {"x", 1, "x"},
    {"", 0, NULL},
    {"\n", 1, NULL},
    {" \t\r\n", 4, NULL},
    {" abc", 4, NULL},
    {"\nabc", 4, NULL},
    {"two words", 9, NULL},
    {"two\nlines\n", 10, NULL},
    {"tab\there", 8, NULL},
    {"nul\0inside", 10, NULL},
    {"nul at the end\0", 15, NULL},
    {"abc\0", 4, NULL},
    {"abc\0\n", 5, NULL},
    {"\0", 1, NULL},
    {"\xEF\xBB\xBF"
     "abc",
     6, NULL},
    {"caf\xC3\xA9", 5, NULL},
    {"abc\x7F", 4, NULL},
    {"abc\x1B", 4, NULL},
    {"abc\x80", 4, NULL},
};

START_TEST(a_secret_is_one_printable_word) {
    support_write(path, 0600, contents[_i].bytes, contents[_i].len);
    ck_assert(read_it() == (contents[_i].secret != NULL));
    if (contents[_i].secret != NULL)
        ck_assert_str_eq(secret.bytes, contents[_i].secret);
}
END_TEST

START_TEST(only_its_owner_may_read_it) {
    write_it((mode_t)_i, "abc");
    if (geteuid() != 0 && (_i & 0400) == 0)
        return;
    ck_assert_msg(read_it() == ((_i & 07177) == 0), "mode %o: %s", (unsigned int)_i, why);
    if ((_i & 0077) != 0)
        ck_assert_ptr_nonnull(strstr(why, "chmod 0600"));
}
END_TEST

START_TEST(a_file_of_another_user_is_refused) {
    write_it(0600, "abc");
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(path, 12345, 0), 0);
    ck_assert(!read_it());
    ck_assert_ptr_nonnull(strstr(why, "belongs to another user"));
    ck_assert_int_eq(chown(path, 0, 12345), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    why[0] = '\0';
    ck_assert(read_it());
}
END_TEST

START_TEST(its_own_file_and_that_of_root_are_read_by_another_user_too) {
    write_it(0600, "abc");
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(path, 12345, 0), 0);
    ck_assert_int_eq(seteuid(12345), 0);
    ck_assert(read_it());
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(chown(path, 0, 0), 0);
    ck_assert_int_eq(seteuid(12345), 0);
    ck_assert(!read_it()); /* root's, and closed */
    ck_assert_str_eq(why, "Permission denied");
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(what_counts_is_the_file_behind_a_link) {
    char *link = support_path(directory, "link");

    write_it(0644, "abc");
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert(!secretfile_read(link, &secret, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "can be read by others"));
    ck_assert_int_eq(chmod(path, 0400), 0);
    ck_assert(secretfile_read(link, &secret, why, sizeof why));
    ck_assert_str_eq(secret.bytes, "abc");
    free(link);
}
END_TEST

START_TEST(a_credential_is_one_only_below_its_directory) {
    write_it(0440, "abc"); /* systemd's mode, at another place */
    ck_assert(!read_it());
}
END_TEST

START_TEST(a_secret_of_4096_bytes_is_read_and_of_4097_refused) {
    char bytes[4097];

    memset(bytes, 'a', sizeof bytes);
    support_write(path, 0600, bytes, 4096);
    ck_assert(read_it());
    ck_assert_uint_eq(secret.len, 4096);
    bytes[4096] = '\n';
    support_write(path, 0600, bytes, 4097);
    ck_assert(!read_it());
    ck_assert_str_eq(why, "is longer than 4096 bytes");
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once) {
    switch (_i) {
    case 0:
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        break;
    case 1:
        ck_assert_int_eq(mkdir(path, 0700), 0);
        break;
    case 2:
        ck_assert_int_eq(symlink("/dev/zero", path), 0);
        break;
    default:
        support_socket(path);
    }
    ck_assert(!read_it());
}
END_TEST

START_TEST(a_missing_file_is_told_as_such) {
    ck_assert(!read_it());
    ck_assert_str_eq(why, "No such file or directory");
}
END_TEST

#define PEM "-----BEGIN X-----\nAAAA\n-----END X-----\n"

static bool read_pem(size_t most, enum secretfile_who who) {
    bool good;

    why[0] = '\0';
    good = secretfile_read_pem(path, most, who, &secret, why, sizeof why);
    ck_assert(good == (secret.len > 0));
    ck_assert(good == (why[0] == '\0'));
    return good;
}

START_TEST(a_pem_file_is_read_to_the_byte) {
    write_it(0600, PEM);
    ck_assert(read_pem(4096, SECRETFILE_OURS));
    ck_assert_str_eq(secret.bytes, PEM);
    ck_assert(read_pem(strlen(PEM), SECRETFILE_OURS));
    ck_assert(!read_pem(strlen(PEM) - 1, SECRETFILE_OURS));
    ck_assert_str_eq(why, "is too long");
    write_it(0600, "");
    ck_assert(!read_pem(4096, SECRETFILE_OURS));
    ck_assert_str_eq(why, "is no PEM file");
    support_write(path, 0600, "a\0b", 3);
    ck_assert(!read_pem(4096, SECRETFILE_OURS));
    ck_assert_str_eq(why, "is no PEM file");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(!read_pem(4096, SECRETFILE_OURS));
    ck_assert_str_eq(why, "No such file or directory");
}
END_TEST

/* A key is for its owner alone; a certificate must not be another's to write. */
START_TEST(whose_a_pem_file_may_be) {
    write_it((mode_t)_i, PEM);
    if (geteuid() != 0 && (_i & 0400) == 0)
        return;
    ck_assert_int_eq(read_pem(4096, SECRETFILE_OURS), (_i & 07177) == 0);
    ck_assert_int_eq(read_pem(4096, SECRETFILE_PUBLIC), (_i & 022) == 0);
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(path, 12345, 0), 0);
    ck_assert(!read_pem(4096, SECRETFILE_PUBLIC));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("secretfile");
    TCase *t = tcase_create("secretfile");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 20);
    tcase_add_loop_test(t, a_secret_is_one_printable_word, 0, SUPPORT_COUNT(contents));
    tcase_add_loop_test(t, only_its_owner_may_read_it, 0400, 01000);
    tcase_add_loop_test(t, only_its_owner_may_read_it, 02600, 02601);
    tcase_add_loop_test(t, only_its_owner_may_read_it, 04600, 04601);
    tcase_add_test(t, a_file_of_another_user_is_refused);
    tcase_add_test(t, its_own_file_and_that_of_root_are_read_by_another_user_too);
    tcase_add_test(t, what_counts_is_the_file_behind_a_link);
    tcase_add_test(t, a_credential_is_one_only_below_its_directory);
    tcase_add_test(t, a_secret_of_4096_bytes_is_read_and_of_4097_refused);
    tcase_add_loop_test(t, what_is_no_regular_file_is_refused_at_once, 0, 4);
    tcase_add_test(t, a_missing_file_is_told_as_such);
    tcase_add_test(t, a_pem_file_is_read_to_the_byte);
    tcase_add_loop_test(t, whose_a_pem_file_may_be, 0, 0777 + 1);
    suite_add_tcase(s, t);
    return s;
}
