/* Questions to passwd, group and links files: every odd line that such a file may have. */
#include "common/localfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "wecom/limits.h"

enum { UNSET = 4242 };

static char folder[64], file[96];

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/test_localfiles.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(file, sizeof file, "%s/file", folder);
}

static void remove_folder(void) {
    (void)unlink(file);
    (void)rmdir(file);
    (void)rmdir(folder);
}

static void write_file(const char *bytes, size_t len) {
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        ck_assert_int_gt(n, 0);
        bytes += n;
        len -= (size_t)n;
    }
    ck_assert_int_eq(close(fd), 0);
}

static void write_string(const char *string) {
    write_file(string, strlen(string));
}

/* The file's owner must be root: only root can make such a file. */
static bool can_own_files(void) {
    return geteuid() == 0 && getegid() == 0;
}

/* A string with a NUL inside, and its length. */
#define BYTES(string) string, sizeof(string) - 1

#define NO WECOM_E_ABSENT
#define YES WECOM_OK

static const struct {
    const char *bytes;
    size_t len; /* 0: that of the string */
    const char *name;
    enum wecom_error err;
    uint32_t id;
} finds[] = {
    {"root:x:0:0:root:/root:/bin/bash\n", 0, "root", YES, 0},
    {"a:x:1:1::/:/x\nroot:x:0:0::/:/x\nz:x:2:2::/:/x\n", 0, "root", YES, 0},
    {"a:x:1:1::/:/x\nz:x:2:2::/:/x\n", 0, "z", YES, 2},
    {"a:x:1:1::/:/x\nz:x:2:2::/:/x", 0, "z", YES, 2}, /* no final LF */
    {"adm:x:4:syslog,root\n", 0, "adm", YES, 4},
    {"adm:x:4:syslog,root\n", 0, "root", NO, 0},
    {"adm:x:4\n", 0, "adm", YES, 4},
    {"adm:x:4", 0, "adm", YES, 4},
    {"", 0, "root", NO, 0},
    {"\n\n\n", 0, "root", NO, 0},
    {"\n\nroot:x:0:0::/:/x\n", 0, "root", YES, 0},
    /* the whole first field, exactly */
    {"rooty:x:5:5::/:/x\nroot:x:0:0::/:/x\n", 0, "root", YES, 0},
    {"rooty:x:5:5::/:/x\n", 0, "root", NO, 0},
    {"roo:x:5:5::/:/x\n", 0, "root", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "roo", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "ROOT", NO, 0},
    {"ROOT:x:0:0::/:/x\n", 0, "root", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "", NO, 0},
    {":x:0:0::/:/x\n", 0, "", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "x", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "root:x", NO, 0},
    {"root:x:0:0::/:/x\n", 0, "root:", NO, 0},
    {"root:x:0:0::/:/x\n", 0, ":", NO, 0},
    {"a:x:1:1:x\nroot:x:0:0\n", 0, "x\nroot", NO, 0},
    {"a:x:1:1:root:0:root\n", 0, "root", NO, 0},
    {"root\n", 0, "root", NO, 0},
    {"root x:0:0\n", 0, "root", NO, 0},
    /* the first line of a name counts, as for getpwnam(3) */
    {"me:x:7:7::/:/x\nme:x:0:0::/:/x\n", 0, "me", YES, 7},
    /* blanks before a name: glibc skips them */
    {" root:x:0:0::/:/x\n", 0, "root", YES, 0},
    {"\t \v\f\rroot:x:0:0::/:/x\n", 0, "root", YES, 0},
    /* lines of NIS, comments */
    {"+::::::\nroot:x:0:0::/:/x\n", 0, "root", YES, 0},
    {"+zhangsan::::::\n", 0, "zhangsan", NO, 0},
    {"-zhangsan::::::\n", 0, "zhangsan", NO, 0},
    {"+@admins::::::\n", 0, "admins", NO, 0},
    {"+:x:0:0:::\n", 0, "zhangsan", NO, 0},
    {"#root:x:0:0::/:/x\n", 0, "root", NO, 0},
    {"# root:x:0:0::/:/x\n", 0, "root", NO, 0},
    /* the number */
    {"a:x:1000:1::/:/x\n", 0, "a", YES, 1000},
    {"a::1000:1::/:/x\n", 0, "a", YES, 1000},
    {"a:x:0001000:1::/:/x\n", 0, "a", YES, 1000},
    {"a:x:1999999999:1::/:/x\n", 0, "a", YES, 1999999999},
    {"a:x:4294967294:1::/:/x\n", 0, "a", YES, 4294967294u},
    {"a:x:4294967295:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:4294967296:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:18446744073709551616:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:99999999999999999999999999999999999:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:-1:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:+1:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x: 1:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:1 :1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:0x10:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:1a:1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x::1::/:/x\n", 0, "a", YES, UINT32_MAX},
    {"a:x:\n", 0, "a", YES, UINT32_MAX},
    {"a:x\n", 0, "a", YES, UINT32_MAX},
    {"a:\n", 0, "a", YES, UINT32_MAX},
    /* lines of DOS */
    {"a:x:5:5::/:/x\r\nb:x:6:6::/:/x\r\n", 0, "b", YES, 6},
    {"a:x:5\r\n", 0, "a", YES, UINT32_MAX},
    {"a\r\n", 0, "a", NO, 0},
    /* a NUL hides the rest of its line, and never makes another name or number of it */
    {BYTES("ro\0ot:x:0:0\nroot:x:8:8::/:/x\n"), "root", YES, 8},
    {BYTES("ro\0:x:5:5\n"), "ro", NO, 0},
    {BYTES("a:x:1\0:1::/:/x\n"), "a", YES, UINT32_MAX},
    {BYTES("a:x:10:\0:/:/x\n"), "a", YES, 10},
};

START_TEST(a_line_is_found_by_its_whole_first_field) {
    uint32_t id = UNSET;

    write_file(finds[_i].bytes, finds[_i].len != 0 ? finds[_i].len : strlen(finds[_i].bytes));
    ck_assert_int_eq(localfiles_find(file, finds[_i].name, &id), finds[_i].err);
    ck_assert_uint_eq(id, finds[_i].err == WECOM_OK ? finds[_i].id : UNSET);
}
END_TEST

/* A long line before the one that is looked for, of every length round the sizes of the buffers. */
static const size_t edges[] = {1, 1022, 1023, 1024, 2048, 4095, 4096, 8192, 100000};

START_TEST(a_long_line_hides_no_other_line) {
    for (size_t len = edges[_i] > 8 ? edges[_i] - 8 : 1; len < edges[_i] + 8; len++) {
        char *bytes = malloc(len + 64);
        uint32_t id = UNSET;

        ck_assert_ptr_nonnull(bytes);
        memset(bytes, 'a', len);
        (void)snprintf(bytes + len, 64, "\nroot:x:0:0::/:/x\nz:x:9:9::/:/x\n");
        write_string(bytes);
        ck_assert_int_eq(localfiles_find(file, "root", &id), WECOM_OK);
        ck_assert_uint_eq(id, 0);
        ck_assert_int_eq(localfiles_find(file, "z", &id), WECOM_OK);
        ck_assert_uint_eq(id, 9);
        ck_assert_int_eq(localfiles_find(file, "a", &id), WECOM_E_ABSENT);
        free(bytes);
    }
}
END_TEST

START_TEST(what_follows_in_a_long_line_is_no_line) {
    for (size_t len = edges[_i] > 8 ? edges[_i] - 8 : 1; len < edges[_i] + 8; len++) {
        char *bytes = malloc(len + 64);
        uint32_t id = UNSET;

        ck_assert_ptr_nonnull(bytes);
        memset(bytes, 'a', len);
        (void)snprintf(bytes + len, 64, "root:x:0:0::/:/x\n");
        write_string(bytes);
        ck_assert_int_eq(localfiles_find(file, "root", &id), WECOM_E_ABSENT);
        ck_assert_uint_eq(id, UNSET);
        free(bytes);
    }
}
END_TEST

/* "long:xxxx...:1234567890:" at every place round the end of the line's buffer. */
START_TEST(a_number_is_read_whole_or_not_at_all) {
    for (size_t fill = 0; fill < 2000; fill++) {
        char bytes[2100];
        uint32_t id = UNSET;

        (void)snprintf(bytes, sizeof bytes, "long:%0*d:1234567890:1::/:/x\n", (int)fill + 1, 0);
        write_string(bytes);
        ck_assert_int_eq(localfiles_find(file, "long", &id), WECOM_OK);
        ck_assert_msg(id == 1234567890 || (id == UINT32_MAX && fill > 1000),
                      "%zu bytes before the number make it %u", fill, id);
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_no_answer) {
    uint32_t id = UNSET;

    errno = 0;
    ck_assert_int_eq(localfiles_find(file, "root", &id), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(mkdir(file, 0755), 0);
    errno = 0;
    ck_assert_int_eq(localfiles_find(file, "root", &id), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(localfiles_find("/dev/null/passwd", "root", &id), WECOM_E_SYSTEM);
    ck_assert_int_eq(localfiles_find("", "root", &id), WECOM_E_SYSTEM);
    ck_assert_uint_eq(id, UNSET);
}
END_TEST

START_TEST(the_machines_own_root_is_found) {
    uint32_t id = UNSET;

    ck_assert_int_eq(localfiles_find("/etc/passwd", "root", &id), WECOM_OK);
    ck_assert_uint_eq(id, 0);
    ck_assert_int_eq(localfiles_find("/etc/group", "root", &id), WECOM_OK);
    ck_assert_uint_eq(id, 0);
}
END_TEST

static size_t open_files(void) {
    size_t count = 0;

    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

#define CORP "ww0123456789abcdef"
#define RUN64 "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
#define LONG_LINK \
    RUN64 "/0"    \
          "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

static const struct {
    const char *bytes;
    size_t len;
    const char *name;
    enum wecom_error err;
    const char *link;
} links[] = {
    {"alice " CORP "/Alice\n", 0, "alice", YES, CORP "/Alice"},
    {"alice " CORP "/Alice", 0, "alice", YES, CORP "/Alice"},
    {"alice\t" CORP "/Alice\n", 0, "alice", YES, CORP "/Alice"},
    {"  alice \t  " CORP "/Alice \t \n", 0, "alice", YES, CORP "/Alice"},
    {"alice " CORP "/Alice\r\n", 0, "alice", YES, CORP "/Alice"},
    {"alice " CORP "/Alice \r\n", 0, "alice", YES, CORP "/Alice"},
    {"bob c/b\nalice c/a\ncarol c/c\n", 0, "alice", YES, "c/a"},
    {"bob c/b\nalice c/a\ncarol c/c", 0, "carol", YES, "c/c"},
    {"# comment\n\n  \n\t\n#\nalice c/a\n", 0, "alice", YES, "c/a"},
    {"alice c/1001\n", 0, "alice", YES, "c/1001"},
    {"alice c/a@b.com\n", 0, "alice", YES, "c/a@b.com"},
    {"alice " LONG_LINK "\n", 0, "alice", YES, LONG_LINK},
    /* not there */
    {"", 0, "alice", NO, NULL},
    {"\n", 0, "alice", NO, NULL},
    {"bob c/b\n", 0, "alice", NO, NULL},
    {"# alice c/a\n", 0, "alice", NO, NULL},
    {"#alice c/a\n", 0, "alice", NO, NULL},
    {"alicex c/a\n", 0, "alice", NO, NULL},
    {"alic c/a\n", 0, "alice", NO, NULL},
    {"ALICE c/a\n", 0, "alice", NO, NULL},
    {"bob c/alice\n", 0, "alice", NO, NULL},
    {"bob alice c/a\n", 0, "alice", NO, NULL},
    {"alice:c/a\n", 0, "alice", NO, NULL},
    {"alice c/a\n", 0, "", NO, NULL},
    {" c/a\n", 0, "", NO, NULL},
    {"\n\n", 0, "", NO, NULL},
    {"alice b c/a\n", 0, "alice b", NO, NULL},
    {"alice c/a\n", 0, "alice c/a", NO, NULL},
    {"alice\tb c/a\n", 0, "alice\tb", NO, NULL},
    /* the line of the name is wrong: never another meaning, never silence */
    {"alice\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice \n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice\r\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice /a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice /\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a/b\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c c/a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a b\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a # friend\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a\rb\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a\r\r\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c.d/a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/-a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a:b\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/\xE5\xBC\xA0\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice " RUN64 "x/a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/" RUN64 "x\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice " LONG_LINK "x\n", 0, "alice", WECOM_E_TOO_LONG, NULL},
    {BYTES("alice c/a\0b\n"), "alice", WECOM_E_FORMAT, NULL},
    {BYTES("alice\0 c/a\n"), "alice", WECOM_E_FORMAT, NULL},
    /* twice */
    {"alice c/a\nalice c/b\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a\nalice c/a\n", 0, "alice", WECOM_E_FORMAT, NULL},
    {"alice c/a\nbob c/b\nbob c/c\n", 0, "alice", YES, "c/a"},
    {"alice c/a\nalice\n", 0, "alice", WECOM_E_FORMAT, NULL},
};

START_TEST(a_link_is_one_whole_line_or_none) {
    char link[WECOM_LINK_MAX_BYTES + 1] = "unset";
    size_t before;

    if (!can_own_files())
        return;
    write_file(links[_i].bytes, links[_i].len != 0 ? links[_i].len : strlen(links[_i].bytes));
    before = open_files();
    ck_assert_int_eq(localfiles_link(file, links[_i].name, link, sizeof link), links[_i].err);
    ck_assert_str_eq(link, links[_i].err == WECOM_OK ? links[_i].link : "unset");
    ck_assert_uint_eq(open_files(), before);
}
END_TEST

START_TEST(a_link_fits_exactly_or_not_at_all) {
    const char *link = "c/alice";
    char out[16];

    if (!can_own_files())
        return;
    write_string("alice c/alice\n");
    for (size_t bytes = 0; bytes < sizeof out; bytes++) {
        memset(out, '?', sizeof out);
        ck_assert_int_eq(localfiles_link(file, "alice", out, bytes),
                         bytes > strlen(link) ? WECOM_OK : WECOM_E_TOO_LONG);
        if (bytes > strlen(link))
            ck_assert_str_eq(out, link);
        for (size_t i = bytes > strlen(link) ? strlen(link) + 1 : 0; i < sizeof out; i++)
            ck_assert_int_eq(out[i], '?');
    }
}
END_TEST

/* Blanks push the pair over the end of the line's buffer: it must not come out cut. */
START_TEST(a_link_is_never_cut_short) {
    char link[WECOM_LINK_MAX_BYTES + 1];

    if (!can_own_files())
        return;
    for (int blanks = 980; blanks < 1040; blanks++) {
        char bytes[1200];
        enum wecom_error err;

        (void)snprintf(bytes, sizeof bytes, "alice%*s%s\n", blanks, "", "c/alice_the_first");
        write_string(bytes);
        err = localfiles_link(file, "alice", link, sizeof link);
        ck_assert(err == WECOM_E_FORMAT || err == WECOM_OK);
        if (err == WECOM_OK)
            ck_assert_str_eq(link, "c/alice_the_first");
        ck_assert(err == WECOM_OK || blanks > 1000);

        (void)snprintf(bytes, sizeof bytes, "alice c/a%*s%s\n", blanks, "", "behind");
        write_string(bytes);
        ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_FORMAT);
    }
}
END_TEST

static const struct {
    mode_t mode;
    enum wecom_error err;
} modes[] = {
    {0644, WECOM_OK},     {0600, WECOM_OK},     {0400, WECOM_OK},     {0444, WECOM_OK},
    {0640, WECOM_OK},     {0755, WECOM_OK},     {0664, WECOM_E_PEER}, {0646, WECOM_E_PEER},
    {0666, WECOM_E_PEER}, {0620, WECOM_E_PEER}, {0602, WECOM_E_PEER}, {0777, WECOM_E_PEER},
};

START_TEST(a_links_file_that_others_can_write_counts_for_nothing) {
    char link[32] = "unset";

    if (!can_own_files())
        return;
    write_string("alice c/a\n");
    ck_assert_int_eq(chmod(file, modes[_i].mode), 0);
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), modes[_i].err);
    ck_assert_str_eq(link, modes[_i].err == WECOM_OK ? "c/a" : "unset");
}
END_TEST

static const struct {
    uid_t uid;
    gid_t gid;
} owners[] = {{1, 0}, {0, 1}, {65534, 65534}, {1000, 0}};

START_TEST(a_links_file_of_somebody_else_counts_for_nothing) {
    char link[32] = "unset";

    if (!can_own_files())
        return;
    write_string("alice c/a\n");
    ck_assert_int_eq(chown(file, owners[_i].uid, owners[_i].gid), 0);
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_str_eq(link, "unset");
}
END_TEST

START_TEST(a_links_file_is_a_regular_file) {
    char link[32] = "unset", other[96];
    size_t before = open_files();

    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_ABSENT);
    if (!can_own_files())
        return;
    ck_assert_int_eq(mkfifo(file, 0600), 0); /* and nobody waits for a writer */
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_int_eq(unlink(file), 0);

    ck_assert_int_eq(mkdir(file, 0755), 0);
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_int_eq(rmdir(file), 0);

    write_string("alice c/a\n");
    (void)snprintf(other, sizeof other, "%s/other", folder);
    ck_assert_int_eq(rename(file, other), 0);
    ck_assert_int_eq(symlink("other", file), 0);
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_int_eq(unlink(other), 0); /* a symbolic link to nothing is one all the same */
    ck_assert_int_eq(localfiles_link(file, "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_int_eq(unlink(file), 0);

    ck_assert_int_eq(localfiles_link("/dev/null", "alice", link, sizeof link), WECOM_E_PEER);
    ck_assert_int_eq(localfiles_link("/dev/null/links", "alice", link, sizeof link),
                     WECOM_E_SYSTEM);
    ck_assert_str_eq(link, "unset");
    ck_assert_uint_eq(open_files(), before);
}
END_TEST

static const struct {
    const char *link, *corp_id, *userid;
    bool is;
} pairs[] = {
    {"c/alice", "c", "alice", true},
    {"c/alice", "c", "ALICE", true},
    {"c/Alice", "c", "alice", true},
    {"c/alice", "C", "alice", false},
    {"C/alice", "c", "alice", false},
    {"c/alice", "c", "alic", false},
    {"c/alice", "c", "alicee", false},
    {"c/alice", "", "alice", false},
    {"/alice", "", "alice", false},
    {"c/alice", "c", "", false},
    {"c/", "c", "", false},
    {"c/alice", "c/alice", "", false},
    {"cc/alice", "c", "alice", false},
    {"c/alice", "cc", "alice", false},
    {"c/a/b", "c", "a/b", true},
    {"c", "c", "alice", false},
    {"", "c", "alice", false},
    {"", "", "", false},
};

START_TEST(a_link_is_of_one_company_and_one_userid) {
    ck_assert(localfiles_link_is(pairs[_i].link, pairs[_i].corp_id, pairs[_i].userid) ==
              pairs[_i].is);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("localfiles");
    TCase *find = tcase_create("find"), *link = tcase_create("link");

    tcase_add_checked_fixture(find, make_folder, remove_folder);
    tcase_add_loop_test(find, a_line_is_found_by_its_whole_first_field, 0,
                        sizeof finds / sizeof finds[0]);
    tcase_add_loop_test(find, a_long_line_hides_no_other_line, 0, sizeof edges / sizeof edges[0]);
    tcase_add_loop_test(find, what_follows_in_a_long_line_is_no_line, 0,
                        sizeof edges / sizeof edges[0]);
    tcase_add_test(find, a_number_is_read_whole_or_not_at_all);
    tcase_add_test(find, a_file_that_cannot_be_read_is_no_answer);
    tcase_add_test(find, the_machines_own_root_is_found);
    tcase_set_timeout(find, 120);
    suite_add_tcase(s, find);

    tcase_add_checked_fixture(link, make_folder, remove_folder);
    tcase_add_loop_test(link, a_link_is_one_whole_line_or_none, 0, sizeof links / sizeof links[0]);
    tcase_add_test(link, a_link_fits_exactly_or_not_at_all);
    tcase_add_test(link, a_link_is_never_cut_short);
    tcase_add_loop_test(link, a_links_file_that_others_can_write_counts_for_nothing, 0,
                        sizeof modes / sizeof modes[0]);
    tcase_add_loop_test(link, a_links_file_of_somebody_else_counts_for_nothing, 0,
                        sizeof owners / sizeof owners[0]);
    tcase_add_test(link, a_links_file_is_a_regular_file);
    tcase_add_loop_test(link, a_link_is_of_one_company_and_one_userid, 0,
                        sizeof pairs / sizeof pairs[0]);
    tcase_set_timeout(link, 60);
    suite_add_tcase(s, link);
    return s;
}
