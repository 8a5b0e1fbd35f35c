/* One listening socket in the file system. */
#include "helper/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static char *directory, *path;
static char why[512];

static void setup(void) {
    directory = support_directory();
    path = support_path(directory, "a.sock");
    why[0] = '\0';
}

static void teardown(void) {
    free(path);
    support_remove(directory);
}

static int open_it(mode_t mode) {
    return listener_open(path, mode, (uid_t)-1, (gid_t)-1, why, sizeof why);
}

static struct sockaddr_un address(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    return at;
}

static int dial(void) {
    struct sockaddr_un at = address();
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (connect(fd, (const struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* A socket of that type in the file system, listening where that type can. */
static int bind_one(int type) {
    struct sockaddr_un at = address();
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    if (type != SOCK_DGRAM)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

START_TEST(a_socket_listens_with_its_mode_whatever_the_mask) {
    static const mode_t modes[] = {0600, 0660, 0666};
    struct stat st;

    for (size_t i = 0; i < 3; i++) {
        mode_t mask = umask(i == 0 ? 0 : 0777);
        int fd = open_it(modes[i]), peer;

        ck_assert_msg(fd >= 0, "%s", why);
        ck_assert_uint_eq(umask(mask), i == 0 ? 0 : 0777); /* it is left as it was */
        ck_assert_int_eq(lstat(path, &st), 0);
        ck_assert(S_ISSOCK(st.st_mode));
        ck_assert_uint_eq(st.st_mode & 07777, modes[i]);
        ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        peer = dial();
        ck_assert_int_ge(peer, 0);
        (void)close(peer);
        (void)close(fd);
    }
}
END_TEST

START_TEST(a_socket_is_given_to_its_owner_and_group) {
    struct stat st;
    int fd;

    if (geteuid() != 0)
        return;
    fd = listener_open(path, 0660, 12345, 23456, why, sizeof why);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_uid, 12345);
    ck_assert_uint_eq(st.st_gid, 23456);
    ck_assert_uint_eq(st.st_mode & 07777, 0660);
    (void)close(fd);
}
END_TEST

START_TEST(a_socket_that_cannot_be_given_away_does_not_stay) {
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chmod(directory, 0777), 0);
    ck_assert_int_eq(seteuid(12345), 0);
    ck_assert_int_eq(listener_open(path, 0660, (uid_t)-1, 23456, why, sizeof why), -1);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_ptr_nonnull(strstr(why, "cannot be given to its group"));
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

static const int types[] = {SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM};

START_TEST(what_an_earlier_helper_left_behind_is_replaced) {
    int fd;

    (void)close(bind_one(types[_i]));
    fd = open_it(0600);
    ck_assert_msg(fd >= 0, "%s", why);
    (void)close(fd);
    fd = open_it(0600);
    ck_assert_msg(fd >= 0, "%s", why);
    (void)close(fd);
}
END_TEST

START_TEST(a_socket_in_use_is_left_alone) {
    int other = bind_one(types[_i]);
    struct stat before, after;

    ck_assert_int_eq(lstat(path, &before), 0);
    ck_assert_int_eq(open_it(0600), -1);
    ck_assert_ptr_nonnull(strstr(why, "listens there"));
    ck_assert_int_eq(lstat(path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    (void)close(other);
}
END_TEST

START_TEST(a_socket_whose_backlog_is_full_is_in_use) {
    int other = bind_one(SOCK_SEQPACKET), peers[8], count = 0;

    for (; count < 8; count++) {
        struct sockaddr_un at = address();

        peers[count] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(peers[count], (const struct sockaddr *)&at, sizeof at) != 0)
            break;
    }
    ck_assert_int_lt(count, 8);
    ck_assert_int_eq(open_it(0600), -1);
    ck_assert_int_eq(access(path, F_OK), 0);
    for (int i = 0; i <= count; i++)
        (void)close(peers[i]);
    (void)close(other);
}
END_TEST

START_TEST(a_file_of_another_kind_is_left_alone) {
    static const char *const kinds[] = {"file", "directory", "fifo", "link"};
    struct stat before, after;

    switch (_i) {
    case 0:
        support_write(path, 0600, "precious", 8);
        break;
    case 1:
        ck_assert_int_eq(mkdir(path, 0700), 0);
        break;
    case 2:
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        break;
    default:
        ck_assert_int_eq(symlink("/nonexistent", path), 0);
    }
    ck_assert_int_eq(lstat(path, &before), 0);
    ck_assert_msg(open_it(0600) == -1, "%s", kinds[_i]);
    ck_assert_ptr_nonnull(strstr(why, "there is a file that is no socket"));
    ck_assert_int_eq(lstat(path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    ck_assert_uint_eq(before.st_mode, after.st_mode);
}
END_TEST

START_TEST(a_path_that_cannot_be_is_told) {
    char longer[200];

    memset(longer, 'x', sizeof longer - 1);
    longer[0] = '/';
    longer[108] = '\0';
    ck_assert_int_eq(listener_open(longer, 0600, (uid_t)-1, (gid_t)-1, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "at most 107 bytes"));
    ck_assert_int_eq(
        listener_open("/nonexistent/a.sock", 0600, (uid_t)-1, (gid_t)-1, why, sizeof why), -1);
    ck_assert_str_eq(why, "/nonexistent/a.sock: No such file or directory");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("listener");
    TCase *t = tcase_create("listener");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_socket_listens_with_its_mode_whatever_the_mask);
    tcase_add_test(t, a_socket_is_given_to_its_owner_and_group);
    tcase_add_test(t, a_socket_that_cannot_be_given_away_does_not_stay);
    tcase_add_loop_test(t, what_an_earlier_helper_left_behind_is_replaced, 0, SUPPORT_COUNT(types));
    tcase_add_loop_test(t, a_socket_in_use_is_left_alone, 0, SUPPORT_COUNT(types));
    tcase_add_test(t, a_socket_whose_backlog_is_full_is_in_use);
    tcase_add_loop_test(t, a_file_of_another_kind_is_left_alone, 0, 4);
    tcase_add_test(t, a_path_that_cannot_be_is_told);
    suite_add_tcase(s, t);
    return s;
}
