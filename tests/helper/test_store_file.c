/* The files of the store: whose they are, who may read them, and how the first one comes to be. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static const char *const files[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm",
                                    STORE_FILE_TURN};

static mode_t mode_of(const char *path) {
    struct stat st;

    ck_assert_msg(lstat(path, &st) == 0, "%s: %s", path, strerror(errno));
    return st.st_mode & 07777;
}

static enum wecom_error set_seven(void *arg, struct store_tx *t) {
    (void)arg;
    return store_set_number(t, "seven", 7);
}

static enum wecom_error is_seven(void *arg, struct store_tx *t) {
    int64_t value = 0;
    enum wecom_error error = store_get_number(t, "seven", &value);

    (void)arg;
    return error == WECOM_OK && value != 7 ? WECOM_E_FORMAT : error;
}

static void fill(void) {
    struct store *store = open_store(NULL);

    ck_assert_int_eq(store_run(store, STORE_WRITE, set_seven, NULL), WECOM_OK);
    store_close(store);
}

static void expect_filled(void) {
    struct store *store = open_store(NULL);

    ck_assert_int_eq(store_run(store, STORE_READ, is_seven, NULL), WECOM_OK);
    store_close(store);
}

static const mode_t umasks[] = {0, 022, 027, 077, 0177, 0777, 0111};

START_TEST(nobody_else_can_read_the_files_whatever_the_umask) {
    mode_t before = umask(umasks[_i]);
    struct store *store;

    free(state_dir);
    ck_assert_int_gt(asprintf(&state_dir, "/tmp/wecom-state-%d-%d", getpid(), _i), 0);
    store = open_store(NULL);
    ck_assert_int_eq(store_run(store, STORE_WRITE, set_seven, NULL), WECOM_OK);
    (void)umask(before);
    ck_assert_uint_eq(mode_of(state_dir), 0711);
    for (size_t i = 0; i < 4; i++)
        ck_assert_uint_eq(mode_of(state_path(files[i])), 0600);
    store_close(store);
    expect_filled();
    state_close();
    state_open();
}
END_TEST

START_TEST(only_the_last_part_of_the_directory_is_made) {
    char *parent = state_dir;
    char why[256] = "";

    ck_assert_int_gt(asprintf(&state_dir, "%s/a/b", parent), 0);
    ck_assert_ptr_null(store_open(state_dir, NULL, why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, "/a/b: No such file or directory"));
    free(state_dir);
    state_dir = parent;
}
END_TEST

START_TEST(a_file_that_others_can_read_or_write_is_refused) {
    static const mode_t open_modes[] = {0640, 0660, 0604, 0602, 0610, 0601, 0644, 0777};
    const char *file = files[_i];

    fill();
    support_write(state_path("keep"), 0600, "", 0);
    if (access(state_path(file), F_OK) != 0)
        support_write(state_path(file), 0600, "", 0);
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        const char *why;

        ck_assert_int_eq(chmod(state_path(file), open_modes[i]), 0);
        why = refusal();
        ck_assert_msg(strncmp(why, file, strlen(file)) == 0 &&
                          strstr(why, "can be read or written by others: chmod 0600 it") != NULL,
                      "%s", why);
        ck_assert_uint_eq(mode_of(state_path(file)), open_modes[i]);
    }
    ck_assert_int_eq(chmod(state_path(file), 0600), 0);
    expect_filled();
}
END_TEST

START_TEST(a_symbolic_link_is_refused) {
    const char *file = files[_i];

    fill();
    if (access(state_path(file), F_OK) == 0)
        ck_assert_int_eq(rename(state_path(file), state_path("other")), 0);
    ck_assert_int_eq(symlink("other", state_path(file)), 0);
    ck_assert_ptr_nonnull(
        strstr(refusal(), _i == 3 ? "Too many levels of symbolic links" : "is a symbolic link"));
    ck_assert_int_eq(unlink(state_path(file)), 0);
    if (_i == 0)
        ck_assert_int_eq(rename(state_path("other"), state_path(file)), 0);
    expect_filled();
}
END_TEST

START_TEST(a_link_to_nowhere_does_not_become_a_database) {
    ck_assert_int_eq(symlink("elsewhere", state_path(STORE_FILE)), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "is a symbolic link"));
    ck_assert_int_eq(access(state_path("elsewhere"), F_OK), -1);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused) {
    const char *file = files[_i];
    const char *why;

    fill();
    (void)unlink(state_path(file));
    ck_assert_int_eq(mkdir(state_path(file), 0700), 0);
    why = refusal();
    ck_assert_msg(strstr(why, "is not a regular file") != NULL ||
                      (_i == 3 && strstr(why, "Is a directory") != NULL),
                  "%s", why);
    ck_assert_int_eq(rmdir(state_path(file)), 0);
    ck_assert_int_eq(mkfifo(state_path(file), 0600), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "is not a regular file"));
}
END_TEST

START_TEST(a_file_of_another_user_is_refused) {
    const char *file = files[_i];

    if (geteuid() != 0)
        return;
    fill();
    if (access(state_path(file), F_OK) != 0)
        support_write(state_path(file), 0600, "", 0);
    ck_assert_int_eq(chown(state_path(file), 12345, 0), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "belongs to another user"));
    ck_assert_int_eq(chown(state_path(file), 0, 12345), 0);
    expect_filled();
}
END_TEST

START_TEST(a_directory_that_others_can_write_to_is_refused) {
    static const mode_t modes[] = {0777, 0775, 0757, 01777, 0720};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        ck_assert_int_eq(chmod(state_dir, modes[i]), 0);
        ck_assert_ptr_nonnull(strstr(refusal(), "can be written by others: chmod 0711 it"));
    }
    ck_assert_int_eq(chmod(state_dir, 0755), 0);
    fill();
    ck_assert_uint_eq(mode_of(state_dir), 0755); /* that is the administrator's */
}
END_TEST

START_TEST(a_directory_of_another_user_is_refused) {
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(state_dir, 12345, 12345), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "belongs to another user"));
}
END_TEST

START_TEST(a_state_directory_behind_a_symbolic_link_is_used) {
    char *real = state_dir;

    state_dir = support_path(real, "link");
    ck_assert_int_eq(symlink(".", state_dir), 0);
    fill();
    expect_filled();
    free(state_dir);
    state_dir = real;
    expect_filled();
}
END_TEST

START_TEST(a_file_instead_of_the_directory_is_refused) {
    char *real = state_dir;

    state_dir = support_path(real, "file");
    support_write(state_dir, 0600, "", 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "Not a directory"));
    free(state_dir);
    state_dir = real;
}
END_TEST

/* ---- The first database ---------------------------------------------------------------------- */

static const char *const leftovers[] = {STORE_FILE_NEW, STORE_FILE_NEW "-journal",
                                        STORE_FILE_NEW "-wal", STORE_FILE_NEW "-shm"};

START_TEST(what_an_interrupted_start_left_is_taken_away) {
    for (size_t i = 0; i < 4; i++) {
        if (i == (size_t)_i || _i == 4)
            support_write(state_path(leftovers[i]), 0644, "half a database", 15);
    }
    fill();
    expect_filled();
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(access(state_path(leftovers[i]), F_OK), -1);
}
END_TEST

static const char *const orphans[] = {STORE_FILE "-wal", STORE_FILE "-journal", STORE_FILE "-shm"};

START_TEST(a_log_without_its_database_is_not_thrown_away) {
    support_write(state_path(orphans[_i]), 0600, "accounts", 8);
    ck_assert_ptr_nonnull(strstr(refusal(), "is there, but not its accounts.db"));
    ck_assert_int_eq(access(state_path(orphans[_i]), F_OK), 0);
    ck_assert_int_eq(access(state_path(STORE_FILE), F_OK), -1);
}
END_TEST

START_TEST(an_empty_database_is_damage_and_no_beginning) {
    fill();
    ck_assert_int_eq(truncate(state_path(STORE_FILE), 0), 0);
    ck_assert_ptr_nonnull(strstr(refusal(), "accounts.db is damaged, or no account store"));
    ck_assert_int_eq(unlink(state_path(STORE_FILE)), 0);
    fill();
}
END_TEST

/* Opens and closes at once, as often as it can. */
static int open_often(void *arg) {
    (void)arg;
    for (int i = 0; i < 5; i++)
        store_close(open_store(NULL));
    return 7;
}

START_TEST(many_processes_make_one_database) {
    pid_t children[8];
    struct stat st;

    for (int i = 0; i < 8; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0)
            _exit(in_child(open_often, NULL));
    }
    for (int i = 0; i < 8; i++) {
        int status;

        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
    ck_assert_int_eq(stat(state_path(STORE_FILE), &st), 0);
    ck_assert_str_eq(raw_integrity(), "ok");
    ck_assert_int_eq(access(state_path(STORE_FILE_NEW), F_OK), -1);
}
END_TEST

START_TEST(a_turn_that_is_never_given_back_ends_the_start_with_a_sentence) {
    int fd;

    fill();
    fd = open(state_path(STORE_FILE_TURN), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    ck_assert_str_eq(refusal(), "accounts.db was kept busy by another process for 5 s");
    (void)close(fd);
    expect_filled();
}
END_TEST

START_TEST(no_descriptor_is_left_behind_and_none_survives_an_exec) {
    for (int i = 0; i < 2; i++) {
        bool before[64];
        struct store *store;
        int ours = 0;

        for (int fd = 0; fd < 64; fd++)
            before[fd] = fcntl(fd, F_GETFD) >= 0;
        store = open_store(NULL);
        for (int fd = 0; fd < 64; fd++) {
            int flags = before[fd] ? -1 : fcntl(fd, F_GETFD);

            ck_assert(flags < 0 || (flags & FD_CLOEXEC) != 0);
            ours += flags >= 0;
        }
        ck_assert_int_ge(ours, 4); /* the three of SQLite, and the turn */
        store_close(store);
        for (int fd = 0; fd < 64; fd++)
            ck_assert((fcntl(fd, F_GETFD) >= 0) == before[fd]);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_file");
    TCase *t = tcase_create("files");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, state_open, state_close);
    tcase_add_loop_test(t, nobody_else_can_read_the_files_whatever_the_umask, 0,
                        SUPPORT_COUNT(umasks));
    tcase_add_test(t, only_the_last_part_of_the_directory_is_made);
    tcase_add_loop_test(t, a_file_that_others_can_read_or_write_is_refused, 0, 4);
    tcase_add_loop_test(t, a_symbolic_link_is_refused, 0, 4);
    tcase_add_test(t, a_link_to_nowhere_does_not_become_a_database);
    tcase_add_loop_test(t, what_is_no_regular_file_is_refused, 0, 4);
    tcase_add_loop_test(t, a_file_of_another_user_is_refused, 0, 4);
    tcase_add_test(t, a_directory_that_others_can_write_to_is_refused);
    tcase_add_test(t, a_directory_of_another_user_is_refused);
    tcase_add_test(t, a_state_directory_behind_a_symbolic_link_is_used);
    tcase_add_test(t, a_file_instead_of_the_directory_is_refused);
    tcase_add_loop_test(t, what_an_interrupted_start_left_is_taken_away, 0, 5);
    tcase_add_loop_test(t, a_log_without_its_database_is_not_thrown_away, 0,
                        SUPPORT_COUNT(orphans));
    tcase_add_test(t, an_empty_database_is_damage_and_no_beginning);
    tcase_add_test(t, many_processes_make_one_database);
    tcase_add_test(t, a_turn_that_is_never_given_back_ends_the_start_with_a_sentence);
    tcase_add_test(t, no_descriptor_is_left_behind_and_none_survives_an_exec);
    suite_add_tcase(s, t);
    return s;
}
