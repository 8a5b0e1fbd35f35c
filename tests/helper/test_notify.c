/* Telling systemd that the service works: who is told, what, and how often. */
#include "helper/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static char *directory, *path;
static int manager; /* what systemd listens on */

/* `name`: a path, or a name in the abstract name space behind "@". */
static void listen_at(const char *name) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(name);

    ck_assert_uint_lt(len, sizeof at.sun_path);
    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(
        bind(manager, (const struct sockaddr *)&at,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'))),
        0);
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static void setup(void) {
    directory = support_directory();
    path = support_path(directory, "notify");
    manager = -1;
    ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
}

static void teardown(void) {
    if (manager >= 0)
        (void)close(manager);
    ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
    notify_keep();
    free(path);
    support_remove(directory);
}

/* The next message, "" when there is none. */
static const char *told(void) {
    static char bytes[256];
    ssize_t n = recv(manager, bytes, sizeof bytes - 1, 0);

    ck_assert(n >= 0 || errno == EAGAIN);
    bytes[n > 0 ? n : 0] = '\0';
    return bytes;
}

START_TEST(whoever_waits_at_a_path_is_told_once) {
    listen_at(path);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "READY=1");
    notify_ready();
    ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(a_name_in_the_abstract_name_space_is_as_good) {
    char name[64];

    (void)snprintf(name, sizeof name, "@wecom-test-%d", (int)getpid());
    listen_at(name);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "READY=1");
}
END_TEST

START_TEST(the_address_is_kept_when_the_environment_goes) {
    listen_at(path);
    notify_keep();
    ck_assert_int_eq(clearenv(), 0);
    notify_ready();
    ck_assert_str_eq(told(), "READY=1");
}
END_TEST

START_TEST(nobody_is_told_before_the_service_works) {
    listen_at(path);
    notify_keep();
    ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(without_the_variable_nobody_is_told) {
    listen_at(path);
    notify_keep();
    ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "");
}
END_TEST

/* As in systemd-socket's forms that sd_notify(3) may know and we do not. */
static const char *const useless[] = {"", "/", "@", "relative", "vsock:2:1234", "/nobody/is/there"};

START_TEST(an_address_of_another_form_is_no_address) {
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", useless[_i], 1), 0);
    notify_keep();
    notify_ready();
}
END_TEST

START_TEST(the_longest_path_is_told_and_a_longer_one_is_not) {
    size_t most = sizeof((struct sockaddr_un *)NULL)->sun_path - 1, len = strlen(directory);
    char name[128] = "";

    memcpy(name, directory, len);
    name[len] = '/';
    memset(name + len + 1, 'x', most - len - 1);
    listen_at(name);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "READY=1");
    name[most] = 'x'; /* cut, it would be the path before */
    ck_assert_int_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "");
}
END_TEST

START_TEST(a_variable_that_only_begins_alike_is_another) {
    listen_at(path);
    ck_assert_int_eq(setenv("NOTIFY_SOCKETS", path, 1), 0);
    ck_assert_int_eq(unsetenv("NOTIFY_SOCKET"), 0);
    notify_keep();
    notify_ready();
    ck_assert_str_eq(told(), "");
    ck_assert_int_eq(unsetenv("NOTIFY_SOCKETS"), 0);
}
END_TEST

START_TEST(a_manager_that_does_not_read_is_not_waited_for_long) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct timespec begun, ended;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    listen_at(path);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    while (sendto(fd, "x", 1, 0, (const struct sockaddr *)&at, sizeof at) == 1)
        continue;
    ck_assert_int_eq(errno, EAGAIN);
    notify_keep();
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    notify_ready();
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    ck_assert_int_ge((int)(ended.tv_sec - begun.tv_sec), NOTIFY_MS / 1000 - 1);
    ck_assert_int_lt((int)(ended.tv_sec - begun.tv_sec), NOTIFY_MS / 1000 + 20);
    (void)close(fd);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("notify");
    TCase *t = tcase_create("notify");

    tcase_set_timeout(t, 30);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, whoever_waits_at_a_path_is_told_once);
    tcase_add_test(t, a_name_in_the_abstract_name_space_is_as_good);
    tcase_add_test(t, the_address_is_kept_when_the_environment_goes);
    tcase_add_test(t, nobody_is_told_before_the_service_works);
    tcase_add_test(t, without_the_variable_nobody_is_told);
    tcase_add_loop_test(t, an_address_of_another_form_is_no_address, 0, SUPPORT_COUNT(useless));
    tcase_add_test(t, the_longest_path_is_told_and_a_longer_one_is_not);
    tcase_add_test(t, a_variable_that_only_begins_alike_is_another);
    tcase_add_test(t, a_manager_that_does_not_read_is_not_waited_for_long);
    suite_add_tcase(s, t);
    return s;
}
