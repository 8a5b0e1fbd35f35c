/* A directory, configurations, a clock and an event loop for the tests of the helper. */
#include "tests/helper/support.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

char *support_directory(void) {
    char *directory = strdup("/tmp/wecom-test-XXXXXX");

    ck_assert_ptr_nonnull(directory);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chmod(directory, 0755), 0);
    return directory;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void support_remove(char *directory) {
    ck_assert_int_eq(nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT), 0);
    free(directory);
}

char *support_path(const char *directory, const char *name) {
    char *path = NULL;

    ck_assert_int_gt(asprintf(&path, "%s/%s", directory, name), 0);
    return path;
}

void support_write(const char *path, mode_t mode, const char *bytes, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    (void)close(fd);
}

void support_socket(const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    (void)close(fd);
}

struct config *support_config(const char *text) {
    int fd = memfd_create("config", MFD_CLOEXEC);
    struct config_error error = {""};
    struct config *config;
    char path[64];

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    config = config_read(path, &error);
    ck_assert_msg(config != NULL, "%s", error.text);
    (void)close(fd);
    return config;
}

char *support_program(const char *name) {
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    char *tests, *path = NULL;

    ck_assert_int_gt(len, 0);
    self[len] = '\0';
    tests = strstr(self, "/tests/helper/");
    ck_assert_ptr_nonnull(tests);
    *tests = '\0';
    ck_assert_int_gt(asprintf(&path, "%s/%s", self, name), 0);
    return path;
}

static int64_t fake_now_ms(void *self) {
    return ((struct fake_clock *)self)->ms;
}

struct client_clock fake_clock(struct fake_clock *clock) {
    return (struct client_clock){.now_ms = fake_now_ms, .self = clock};
}

struct event_base *support_loop(void) {
    struct event_base *base = event_base_new();

    ck_assert_ptr_nonnull(base);
    return base;
}

void support_run(struct event_base *base) {
    for (int i = 0; i < 10; i++)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
}

static void on_late(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    *(int *)arg = 1;
}

void support_wait(struct event_base *base, const volatile int *flag) {
    static const struct timeval most = {.tv_sec = 10};
    int late = 0;
    struct event *timer = evtimer_new(base, on_late, &late);

    ck_assert_ptr_nonnull(timer);
    ck_assert_int_eq(evtimer_add(timer, &most), 0);
    while (*flag == 0 && late == 0)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    event_free(timer);
    ck_assert_msg(*flag != 0, "waited for 10 s in vain");
}

void support_rest(struct event_base *base, int ms) {
    struct timeval most = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    int late = 0;
    struct event *timer = evtimer_new(base, on_late, &late);

    ck_assert_ptr_nonnull(timer);
    ck_assert_int_eq(evtimer_add(timer, &most), 0);
    while (late == 0)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    event_free(timer);
}
