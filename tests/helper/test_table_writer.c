/* The writer of the account table: what it refuses, how the table gets its name, what a full disk,
 * a killed run and two runs at once leave behind.
 */
#include "helper/table_writer.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/table.h"
#include "tests/check_main.h"
#include "tests/common/tables.h"
#include "tests/helper/support.h"

static char *directory, *path;

static void setup(void) {
    directory = support_directory();
    path = support_path(directory, "accounts.cdb");
}

static void teardown(void) {
    free(path);
    support_remove(directory);
}

/* How many files are in the directory. */
static int files(void) {
    DIR *dir = opendir(directory);
    const struct dirent *entry;
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    (void)closedir(dir);
    return count;
}

static struct table_writer *open_writer(void) {
    struct table_writer *w = NULL;

    ck_assert_int_eq(table_writer_open(path, &tables_meta, &w), WECOM_OK);
    ck_assert_ptr_nonnull(w);
    return w;
}

/* What the table at `path` says of a user's name. */
static enum wecom_error look_up(const char *name) {
    char buffer[TABLE_USER_BYTES];
    struct table_user user;
    struct table table;
    enum wecom_error err = table_open(path, TABLE_ANY_OWNER, &table);

    ck_assert_int_eq(err, WECOM_OK);
    err = table_user_by_name(&table, name, buffer, sizeof buffer, &user);
    table_close(&table);
    return err;
}

static void commit(struct table_writer *w) {
    ck_assert_int_eq(table_writer_commit(w, TABLES_TIME_S), WECOM_OK);
}

START_TEST(a_table_is_a_file_for_all_to_read_with_the_time_that_was_told) {
    struct stat st;
    mode_t before = umask(0777);

    tables_write(path);
    (void)umask(before);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
    ck_assert_int_eq(st.st_mtim.tv_sec, TABLES_TIME_S);
    ck_assert_int_eq(files(), 1);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
}
END_TEST

START_TEST(until_the_end_the_old_table_is_there) {
    struct table_writer *w;
    struct stat before, after;

    tables_write(path);
    ck_assert_int_eq(stat(path, &before), 0);
    w = open_writer();
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    ck_assert_int_eq(files(), 2);
    commit(w);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_E_ABSENT);
    ck_assert_int_eq(files(), 1);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_uint_ne(before.st_ino, after.st_ino); /* another file, not another content */
}
END_TEST

START_TEST(a_table_that_is_given_up_leaves_nothing) {
    struct table_writer *w;
    int before;

    tables_write(path);
    before = tables_descriptors();
    w = open_writer();
    ck_assert_int_eq(table_writer_put_user(w, &tables_users[2]), WECOM_OK);
    errno = 4242;
    table_writer_abort(w);
    ck_assert_int_eq(errno, 4242);
    table_writer_abort(NULL);
    ck_assert_int_eq(files(), 1);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    ck_assert_int_eq(tables_descriptors(), before);
}
END_TEST

/* --- What is refused. --- */

static void no_name(struct table_user *u) {
    u->name = "";
}
static void capital(struct table_user *u) {
    u->name = "Wangwu";
}
static void long_name(struct table_user *u) {
    u->name = "abcdefghijklmnopqrstuvwxyz0123456";
}
static void root(struct table_user *u) {
    u->id = 0;
}
static void nobody(struct table_user *u) {
    u->id = 65535;
}
static void negative(struct table_user *u) {
    u->id = 0x80000000u;
}
static void colon(struct table_user *u) {
    u->gecos = "a:0:0";
}
static void line_feed(struct table_user *u) {
    u->gecos = "a\nroot:x:0:0::/:/bin/sh";
}
static void escape(struct table_user *u) {
    u->gecos = "\x1B]0;x\x07";
}
static void relative_home(struct table_user *u) {
    u->home = "home/w";
}
static void relative_shell(struct table_user *u) {
    u->shell = "sh";
}
static void no_text(struct table_user *u) {
    u->gecos = NULL;
}
static void low_group(struct table_user *u) {
    u->gids[0] = 27;
    u->gids_count = 1;
}
static void own_group(struct table_user *u) {
    u->gids[0] = u->id;
    u->gids_count = 1;
}
static void group_twice(struct table_user *u) {
    u->gids[0] = u->gids[1] = 70000;
    u->gids_count = 2;
}
static void too_many_groups(struct table_user *u) {
    u->gids_count = WECOM_USER_GROUPS_MAX + 1;
}
static void groups_of_one_who_left(struct table_user *u) {
    u->status.active = false;
    u->status.reason = WECOM_REASON_WITHDRAWN;
    u->gids[0] = 70000;
    u->gids_count = 1;
}
static void left_without_a_reason(struct table_user *u) {
    u->status.active = false;
}
static void active_with_a_reason(struct table_user *u) {
    u->status.reason = WECOM_REASON_DISABLED;
}
static void before_1970(struct table_user *u) {
    u->status.confirmed_s = -1;
}
static void too_late(struct table_user *u) {
    u->status.confirmed_s = WECOM_TABLE_TIME_MAX_S + 1;
}
static void too_few_services(struct table_user *u) {
    u->status.services = "10";
}
static void too_many_services(struct table_user *u) {
    u->status.services = "1011";
}
static void no_bits(struct table_user *u) {
    u->status.services = "yes";
}
static void no_link(struct table_user *u) {
    u->status.link = "wangwu";
}
static void name_taken(struct table_user *u) {
    u->name = "zhangsan";
}
static void name_of_a_group(struct table_user *u) {
    u->name = "ops";
}
static void number_taken(struct table_user *u) {
    u->id = 1900000001;
}
static void number_of_a_group(struct table_user *u) {
    u->id = WECOM_ID_MIN;
}
static void link_taken(struct table_user *u) {
    u->status.link = TABLES_CORP "/ZHANGSAN";
}
static void link_of_a_stranger(struct table_user *u) {
    u->status.link = TABLES_CORP "/1001";
}

static void (*const spoils[])(struct table_user *) = {
    no_name,
    capital,
    long_name,
    root,
    nobody,
    negative,
    colon,
    line_feed,
    escape,
    relative_home,
    relative_shell,
    no_text,
    low_group,
    own_group,
    group_twice,
    too_many_groups,
    groups_of_one_who_left,
    left_without_a_reason,
    active_with_a_reason,
    before_1970,
    too_late,
    too_few_services,
    too_many_services,
    no_bits,
    no_link,
    name_taken,
    name_of_a_group,
    number_taken,
    number_of_a_group,
    link_taken,
    link_of_a_stranger,
};

START_TEST(a_user_whom_the_reader_would_refuse_is_refused_and_the_rest_goes_on) {
    static const struct table_user good = {
        .name = "wangwu",
        .id = 1900000003,
        .gecos = "王五",
        .home = "/home/wangwu",
        .shell = "/bin/sh",
        .status = {.active = true, .services = "100", .link = TABLES_CORP "/wangwu"}};
    struct table_user user = good;
    struct table_writer *w = open_writer();

    ck_assert_int_eq(table_writer_put_user(w, &tables_users[0]), WECOM_OK);
    ck_assert_int_eq(table_writer_put_group(w, &tables_groups[1]), WECOM_OK);
    ck_assert_int_eq(table_writer_put_status(w, &tables_stranger), WECOM_OK);
    spoils[_i](&user);
    ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_E_FORMAT);
    /* nothing of it is in: name, number and link are free */
    ck_assert_int_eq(table_writer_put_user(w, &good), WECOM_OK);
    commit(w);
    ck_assert_int_eq(look_up("wangwu"), WECOM_OK);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
}
END_TEST

START_TEST(groups_and_members_without_a_name_are_checked_as_well) {
    static const struct table_group bad[] = {
        {.name = "", .id = 70000, .members = ""},
        {.name = "Admins", .id = 70000, .members = ""},
        {.name = "admins", .id = 27, .members = ""},
        {.name = "admins", .id = 0x80000000u, .members = ""},
        {.name = "admins", .id = 70000, .members = "a b"},
        {.name = "admins", .id = 70000, .members = "a,"},
        {.name = "admins", .id = 70000, .members = NULL},
        {.name = "zhangsan", .id = 70000, .members = ""},
        {.name = "admins", .id = 1900000001, .members = ""},
    };
    static const struct table_status strangers[] = {
        {.active = true, .services = "000", .link = ""},
        {.active = true, .services = "000", .link = "1001"},
        {.active = true, .services = "00", .link = TABLES_CORP "/1001"},
        {.active = false, .services = "000", .link = TABLES_CORP "/1001"},
        {.active = true, .services = "000", .link = TABLES_CORP "/zhangSAN"},
    };
    struct table_writer *w = open_writer();

    ck_assert_int_eq(table_writer_put_user(w, &tables_users[0]), WECOM_OK);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_int_eq(table_writer_put_group(w, &bad[i]), WECOM_E_FORMAT);
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        ck_assert_int_eq(table_writer_put_status(w, &strangers[i]), WECOM_E_FORMAT);
    ck_assert_int_eq(table_writer_put_group(
                         w, &(struct table_group){.name = "admins", .id = 70000, .members = ""}),
                     WECOM_OK);
    ck_assert_int_eq(table_writer_put_status(w, &tables_stranger), WECOM_OK);
    ck_assert_int_eq(table_writer_put_status(w, &tables_stranger), WECOM_E_FORMAT);
    commit(w);
}
END_TEST

START_TEST(the_services_are_names_that_differ) {
    static const char *const bad[] = {"sshd,sshd", "a,b,c,b", "-a", "a,,b", "a,", ",", "a b", NULL};
    static const char *const good[] = {"", "sshd", "sshd,sshd2,ssh", "a,b,c"};
    struct table_writer *w = NULL;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(table_writer_open(path, &(struct table_meta){.services = bad[i]}, &w),
                         WECOM_E_FORMAT);
        ck_assert_ptr_null(w);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_int_eq(table_writer_open(path, &(struct table_meta){.services = good[i]}, &w),
                         WECOM_OK);
        table_writer_abort(w);
        w = NULL;
    }
    ck_assert_int_eq(files(), 0);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_told) {
    static char longest[5000];
    struct table_writer *w = NULL;

    memset(longest, '/', sizeof longest - 1);
    longest[sizeof longest - 2] = 'x';
    ck_assert_int_eq(table_writer_open("accounts.cdb", &tables_meta, &w), WECOM_E_FORMAT);
    ck_assert_int_eq(table_writer_open("/", &tables_meta, &w), WECOM_E_FORMAT);
    ck_assert_int_eq(table_writer_open("", &tables_meta, &w), WECOM_E_FORMAT);
    ck_assert_int_eq(table_writer_open(longest, &tables_meta, &w), WECOM_E_TOO_LONG);
    ck_assert_int_eq(table_writer_open("/nowhere/at/all/x", &tables_meta, &w), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(w);
}
END_TEST

/* --- The end of a table. --- */

START_TEST(times_that_cannot_be_are_refused) {
    static const int64_t times[] = {-1, INT64_MIN, WECOM_TABLE_TIME_MAX_S + 1, INT64_MAX};

    tables_write(path);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        ck_assert_int_eq(table_writer_commit(open_writer(), times[i]), WECOM_E_FORMAT);
        ck_assert_int_eq(table_writer_touch(path, times[i]), WECOM_E_FORMAT);
    }
    ck_assert_int_eq(files(), 1);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
}
END_TEST

START_TEST(touching_changes_the_time_and_nothing_else) {
    struct stat before, after;
    int fds = tables_descriptors();

    tables_write(path);
    ck_assert_int_eq(stat(path, &before), 0);
    ck_assert_int_eq(table_writer_touch(path, TABLES_TIME_S + 300), WECOM_OK);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(after.st_mtim.tv_sec, TABLES_TIME_S + 300);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
    ck_assert_int_eq(after.st_atim.tv_sec, before.st_atim.tv_sec);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    ck_assert_int_eq(table_writer_touch("/nowhere/at/all", 1), WECOM_E_ABSENT);
    ck_assert_int_eq(table_writer_touch(directory, 1), WECOM_E_PEER);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    ck_assert_int_eq(table_writer_touch(path, 1), WECOM_E_PEER);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    ck_assert_int_eq(table_writer_touch(path, 1), WECOM_E_PEER);
    ck_assert_int_eq(tables_descriptors(), fds);
}
END_TEST

/* Puts users until it fails, at most `most`. */
static enum wecom_error fill(struct table_writer *w, unsigned int most) {
    enum wecom_error err = WECOM_OK;
    struct table_user user;
    char name[16];

    for (unsigned int n = 0; err == WECOM_OK && n < most; n++) {
        tables_series_user(n, name, &user);
        err = table_writer_put_user(w, &user);
    }
    return err;
}

START_TEST(a_full_disk_leaves_the_old_table_whole) {
    struct table_writer *w;
    enum wecom_error err;

    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0)
        return;
    ck_assert_int_eq(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
    ck_assert_int_eq(mount("none", directory, "tmpfs", 0, "size=200k,mode=755"), 0);
    tables_write(path);
    /* from many users, whose records do not fit, to few, whose hash tables do not */
    for (unsigned int most = 1200; most > 20; most -= 7) {
        w = open_writer();
        err = fill(w, most);
        if (err != WECOM_OK) {
            ck_assert_int_eq(err, WECOM_E_SYSTEM);
            ck_assert_int_eq(errno, ENOSPC);
            /* and it is told again, even when there is room now: something is missing */
            ck_assert_int_eq(mount("none", directory, "tmpfs", MS_REMOUNT, "size=2m"), 0);
            errno = 0;
            ck_assert_int_eq(table_writer_put_user(w, &tables_users[0]), WECOM_E_SYSTEM);
            ck_assert_int_eq(errno, ENOSPC);
            ck_assert_int_eq(table_writer_put_group(w, &tables_groups[0]), WECOM_E_SYSTEM);
            ck_assert_int_eq(table_writer_put_status(w, &tables_stranger), WECOM_E_SYSTEM);
        }
        err = table_writer_commit(w, TABLES_TIME_S);
        ck_assert_int_eq(files(), 1);
        if (err == WECOM_OK)
            break;
        ck_assert_int_eq(mount("none", directory, "tmpfs", MS_REMOUNT, "size=200k"), 0);
        ck_assert_int_eq(err, WECOM_E_SYSTEM);
        ck_assert_int_eq(errno, ENOSPC);
        ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    }
    ck_assert_int_eq(err, WECOM_OK);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_E_ABSENT);
    ck_assert_int_eq(look_up("u000010"), WECOM_OK);
    ck_assert_int_eq(umount2(directory, MNT_DETACH), 0);
}
END_TEST

START_TEST(a_limit_of_the_files_size_leaves_the_old_table_whole) {
    struct rlimit limit = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};

    tables_write(path);
    ck_assert_ptr_ne((void *)signal(SIGXFSZ, SIG_IGN), (void *)SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (unsigned int users = 40; users < 80; users++) {
        struct table_writer *w = open_writer();

        (void)fill(w, users);
        if (table_writer_commit(w, 0) == WECOM_OK)
            continue;
        ck_assert_int_eq(errno, EFBIG);
        ck_assert_int_eq(files(), 1);
        ck_assert_int_eq(look_up(users == 40 ? "zhangsan" : "u000030"), WECOM_OK);
    }
    ck_assert_int_eq(files(), 1);
}
END_TEST

START_TEST(a_directory_that_cannot_be_written_is_told) {
    struct table_writer *w = NULL;

    tables_write(path);
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_int_eq(table_writer_open(path, &tables_meta, &w), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EACCES);
    ck_assert_int_eq(table_writer_touch(path, 1), WECOM_E_SYSTEM);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(files(), 1);
    /* gone between beginning and end */
    w = open_writer();
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_eq(table_writer_commit(w, 0), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(files(), 1);
}
END_TEST

/* --- Other runs. --- */

START_TEST(what_a_killed_run_left_is_removed_by_the_next) {
    int status;
    pid_t child;

    tables_write(path);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct table_writer *w;

        if (table_writer_open(path, &tables_meta, &w) == WECOM_OK)
            (void)fill(w, 1000);
        (void)raise(SIGKILL);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(files(), 2);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    tables_write(path);
    ck_assert_int_eq(files(), 1);
}
END_TEST

START_TEST(of_two_runs_at_once_each_makes_a_whole_table) {
    struct table_writer *first = open_writer(), *second = open_writer();

    ck_assert_int_eq(files(), 2);
    ck_assert_int_eq(table_writer_put_user(first, &tables_users[0]), WECOM_OK);
    ck_assert_int_eq(table_writer_put_user(second, &tables_users[1]), WECOM_OK);
    commit(first);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_OK);
    ck_assert_int_eq(look_up("lisi"), WECOM_E_ABSENT);
    commit(second);
    ck_assert_int_eq(look_up("zhangsan"), WECOM_E_ABSENT);
    ck_assert_int_eq(look_up("lisi"), WECOM_OK);
    ck_assert_int_eq(files(), 1);
}
END_TEST

START_TEST(files_of_others_are_left_alone) {
    static const char *const names[] = {"accounts.cdb.old", "accounts.cdb.new", "other.cdb.new.1",
                                        "accounts.cdb2"};

    for (size_t i = 0; i < 4; i++) {
        char *name = support_path(directory, names[i]);

        support_write(name, 0600, "x", 1);
        free(name);
    }
    tables_write(path);
    ck_assert_int_eq(files(), 5);
}
END_TEST

START_TEST(a_hundred_thousand_accounts_are_written) {
    enum { ACCOUNTS = 100000 };
    struct table_writer *w = open_writer();
    struct table_user user;
    char name[16];

    ck_assert_int_eq(fill(w, ACCOUNTS), WECOM_OK);
    tables_series_user(ACCOUNTS / 2, name, &user); /* still noticed */
    ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_E_FORMAT);
    commit(w);
    ck_assert_int_eq(look_up("u000000"), WECOM_OK);
    ck_assert_int_eq(look_up("u099999"), WECOM_OK);
    ck_assert_int_eq(look_up("u100000"), WECOM_E_ABSENT);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("table_writer");
    TCase *tc = tcase_create("table_writer");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_table_is_a_file_for_all_to_read_with_the_time_that_was_told);
    tcase_add_test(tc, until_the_end_the_old_table_is_there);
    tcase_add_test(tc, a_table_that_is_given_up_leaves_nothing);
    tcase_add_loop_test(tc, a_user_whom_the_reader_would_refuse_is_refused_and_the_rest_goes_on, 0,
                        SUPPORT_COUNT(spoils));
    tcase_add_test(tc, groups_and_members_without_a_name_are_checked_as_well);
    tcase_add_test(tc, the_services_are_names_that_differ);
    tcase_add_test(tc, a_path_that_cannot_be_is_told);
    tcase_add_test(tc, times_that_cannot_be_are_refused);
    tcase_add_test(tc, touching_changes_the_time_and_nothing_else);
    tcase_add_test(tc, a_full_disk_leaves_the_old_table_whole);
    tcase_add_test(tc, a_limit_of_the_files_size_leaves_the_old_table_whole);
    tcase_add_test(tc, a_directory_that_cannot_be_written_is_told);
    tcase_add_test(tc, what_a_killed_run_left_is_removed_by_the_next);
    tcase_add_test(tc, of_two_runs_at_once_each_makes_a_whole_table);
    tcase_add_test(tc, files_of_others_are_left_alone);
    tcase_add_test(tc, a_hundred_thousand_accounts_are_written);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(s, tc);
    return s;
}
