/* The file of links: locked, checked, replaced as a whole. Root only, as the file is. */
#include "tools/ctl_links_file.h"

#include <sys/file.h>

#include "common/localfiles.h"
#include "tests/tools/support.h"

static char dir[64], path[96], fresh[112];

static void setup(void) {
    make_dir(dir);
    (void)snprintf(path, sizeof path, "%s/links", dir);
    (void)snprintf(fresh, sizeof fresh, "%s/links.new", dir);
}

static void teardown(void) {
    remove_dir(dir);
}

/* Sets one line; what keeps it from being done, TEXT_USAGE: nothing. */
static enum texts_id set(const char *name, const char *link) {
    const struct ctl_links_check check = {name, link};
    struct ctl_links_file file;
    enum texts_id trouble = TEXT_USAGE;

    if (!ctl_links_file_open(&file, path))
        return file.trouble;
    ck_assert(ctl_links_text_set(&file.text, name, link));
    if (!ctl_links_file_write(&file, &check, 1))
        trouble = file.trouble;
    ctl_links_file_close(&file);
    return trouble;
}

static const char *link_of(const char *name) {
    static char link[WECOM_LINK_MAX_BYTES + 1];

    return localfiles_link(path, name, link, sizeof link) == WECOM_OK ? link : "";
}

START_TEST(the_new_file_is_whole_and_roots) {
    struct stat st;

    (void)umask(077);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_USAGE);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0644);
    ck_assert(st.st_uid == 0 && st.st_gid == 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_USAGE);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
    ck_assert_int_ne(access(fresh, F_OK), 0);
}
END_TEST

START_TEST(what_is_given_up_leaves_nothing) {
    struct ctl_links_file file;

    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_USAGE);
    ck_assert(ctl_links_file_open(&file, path));
    ck_assert_int_eq(access(fresh, F_OK), 0);
    ck_assert(ctl_links_text_set(&file.text, "zs", "ww1/other"));
    ctl_links_file_close(&file);
    ck_assert_int_ne(access(fresh, F_OK), 0);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
}
END_TEST

/* A text that would not be read as meant is no file. */
START_TEST(what_the_reader_would_not_read_is_not_written) {
    const struct ctl_links_check other = {"zs", "ww1/other"}, none = {"zs", NULL};
    struct ctl_links_file file;

    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_USAGE);
    ck_assert(ctl_links_file_open(&file, path));
    ck_assert(!ctl_links_file_write(&file, &other, 1));
    ck_assert_int_eq(file.trouble, TEXT_LINKS_UNREADABLE);
    ctl_links_file_close(&file);
    ck_assert(ctl_links_file_open(&file, path));
    ck_assert(!ctl_links_file_write(&file, &none, 1));
    ctl_links_file_close(&file);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
    ck_assert_int_ne(access(fresh, F_OK), 0);
}
END_TEST

START_TEST(what_a_killed_process_left_is_taken_over) {
    char left[4096] = "half of a li";

    for (int i = 0; i < 100; i++)
        (void)strcat(left, "root ww1/evil\n");
    write_file(dir, "links.new", 0644, left);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_USAGE);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
    ck_assert_str_eq(link_of("half"), "");
    assert_lacks(read_file(path, left, sizeof left), "evil");
    ck_assert_int_ne(access(fresh, F_OK), 0);
}
END_TEST

START_TEST(one_waits_for_the_other) {
    struct ctl_links_file file;
    int64_t begun = deadline_now_ms();
    int status;
    pid_t other;

    ck_assert(ctl_links_file_open(&file, path));
    other = fork();
    ck_assert_int_ge(other, 0);
    if (other == 0)
        _exit(set("ls", "ww1/ls") == TEXT_USAGE ? 0 : 1);
    ck_assert_int_eq(poll(NULL, 0, 300), 0);
    ck_assert_int_eq(waitpid(other, &status, WNOHANG), 0);
    ck_assert(ctl_links_text_set(&file.text, "zs", "ww1/zs"));
    ck_assert(ctl_links_file_write(&file, NULL, 0));
    ctl_links_file_close(&file);
    ck_assert_int_eq(waitpid(other, &status, 0), other);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(link_of("zs"), "ww1/zs");
    ck_assert_str_eq(link_of("ls"), "ww1/ls");
    ck_assert_int_ge(deadline_now_ms() - begun, 300);
}
END_TEST

START_TEST(many_at_once_lose_no_line) {
    enum { AT_ONCE = 6, EACH = 40 };
    pid_t all[AT_ONCE];
    char name[32], link[32];
    int status;

    for (int i = 0; i < AT_ONCE; i++) {
        all[i] = fork();
        ck_assert_int_ge(all[i], 0);
        if (all[i] > 0)
            continue;
        for (int k = 0; k < EACH; k++) {
            (void)snprintf(name, sizeof name, "u%d-%d", i, k);
            (void)snprintf(link, sizeof link, "ww1/p%d-%d", i, k);
            if (set(name, link) != TEXT_USAGE)
                _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        ck_assert_int_eq(waitpid(all[i], &status, 0), all[i]);
        ck_assert_int_eq(status, 0);
    }
    for (int i = 0; i < AT_ONCE * EACH; i++) {
        (void)snprintf(name, sizeof name, "u%d-%d", i / EACH, i % EACH);
        (void)snprintf(link, sizeof link, "ww1/p%d-%d", i / EACH, i % EACH);
        ck_assert_str_eq(link_of(name), link);
    }
}
END_TEST

START_TEST(nobody_waits_for_ever) {
    struct ctl_links_file file;
    int status;
    pid_t other;

    ck_assert(ctl_links_file_open(&file, path));
    other = fork();
    ck_assert_int_ge(other, 0);
    if (other == 0)
        _exit(set("ls", "ww1/ls") == TEXT_LINKS_BUSY ? 0 : 1);
    ck_assert_int_eq(waitpid(other, &status, 0), other);
    ck_assert_int_eq(status, 0);
    ctl_links_file_close(&file);
}
END_TEST

START_TEST(what_others_can_write_is_not_built_upon) {
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_USAGE);
    ck_assert_int_eq(chmod(path, 0664), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(chown(path, 0, NOBODY), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(chown(path, NOBODY, 0), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(chmod(dir, 0775), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_eq(chmod(dir, 0755), 0);
    ck_assert_int_eq(chown(dir, NOBODY, 0), 0);
    ck_assert_int_eq(set("ls", "ww1/ls"), TEXT_LINKS_OWNER);
    ck_assert_int_ne(access(fresh, F_OK), 0);
}
END_TEST

START_TEST(a_trap_in_the_place_of_the_new_file_is_not_stepped_into) {
    char victim[112], line[64];

    (void)snprintf(victim, sizeof victim, "%s/victim", dir);
    write_file(dir, "victim", 0600, "precious");
    ck_assert_int_eq(symlink(victim, fresh), 0);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_LINKS_SYSTEM);
    ck_assert_int_eq(unlink(fresh), 0);
    ck_assert_int_eq(link(victim, fresh), 0);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_LINKS_SYSTEM);
    ck_assert_int_eq(access(fresh, F_OK), 0); /* not ours to remove */
    ck_assert_int_eq(unlink(fresh), 0);
    ck_assert_int_eq(mkfifo(fresh, 0600), 0);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_LINKS_SYSTEM);
    ck_assert_int_eq(unlink(fresh), 0);
    ck_assert_str_eq(read_file(victim, line, sizeof line), "precious");
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(without_a_folder_it_says_so) {
    struct ctl_links_file file;

    ck_assert(!ctl_links_file_open(&file, "/nonexistent/links"));
    ck_assert_int_eq(file.trouble, TEXT_LINKS_SYSTEM);
    ck_assert_str_eq(file.why, strerror(ENOENT));
}
END_TEST

START_TEST(a_file_that_is_too_large_is_no_file_of_ours) {
    char *big = malloc(1200 * 1024);

    memset(big, 'x', 1200 * 1024 - 1);
    big[1200 * 1024 - 1] = '\0';
    write_file(dir, "links", 0644, big);
    ck_assert_int_eq(set("zs", "ww1/zs"), TEXT_LINKS_SYSTEM);
    free(big);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_links_file");
    TCase *tc = new_case(s, "ctl_links_file", 60);

    if (geteuid() != 0) {
        tcase_add_test(tc, without_a_folder_it_says_so);
        return s;
    }
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_new_file_is_whole_and_roots);
    tcase_add_test(tc, what_is_given_up_leaves_nothing);
    tcase_add_test(tc, what_the_reader_would_not_read_is_not_written);
    tcase_add_test(tc, what_a_killed_process_left_is_taken_over);
    tcase_add_test(tc, one_waits_for_the_other);
    tcase_add_test(tc, many_at_once_lose_no_line);
    tcase_add_test(tc, nobody_waits_for_ever);
    tcase_add_test(tc, what_others_can_write_is_not_built_upon);
    tcase_add_test(tc, a_trap_in_the_place_of_the_new_file_is_not_stepped_into);
    tcase_add_test(tc, without_a_folder_it_says_so);
    tcase_add_test(tc, a_file_that_is_too_large_is_no_file_of_ours);
    return s;
}
