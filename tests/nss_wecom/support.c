/* The module under test and a directory of its own for each test. */
#include "tests/nss_wecom/support.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>

struct module module;

static char folder[64], build[PATH_MAX];
static void *handle;

const char *place_build(void) {
    ssize_t n = readlink("/proc/self/exe", build, sizeof build - 1);

    ck_assert_int_gt(n, 0);
    build[n] = '\0';
    for (int i = 0; i < 3; i++) /* tests/nss_wecom/test_X */
        *strrchr(build, '/') = '\0';
    return build;
}

static void load(void) {
    static const struct {
        const char *name;
        void *to;
    } symbols[] = {
        {"_nss_wecom_getpwnam_r", &module.getpwnam_r},
        {"_nss_wecom_getpwuid_r", &module.getpwuid_r},
        {"_nss_wecom_getgrnam_r", &module.getgrnam_r},
        {"_nss_wecom_getgrgid_r", &module.getgrgid_r},
        {"_nss_wecom_initgroups_dyn", &module.initgroups_dyn},
        {"_nss_wecom_setpwent", &module.setpwent},
        {"_nss_wecom_getpwent_r", &module.getpwent_r},
        {"_nss_wecom_endpwent", &module.endpwent},
        {"_nss_wecom_setgrent", &module.setgrent},
        {"_nss_wecom_getgrent_r", &module.getgrent_r},
        {"_nss_wecom_endgrent", &module.endgrent},
    };
    char path[PATH_MAX + 64];

    (void)snprintf(path, sizeof path, "%s/nss-test/libnss_wecom.so.2", place_build());
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    ck_assert_msg(handle != NULL, "%s", dlerror());
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *symbol = dlsym(handle, symbols[i].name);

        ck_assert_msg(symbol != NULL, "no %s", symbols[i].name);
        memcpy(symbols[i].to, &symbol, sizeof symbol);
    }
}

void place_open(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/test_nss.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ck_assert_int_eq(chdir(folder), 0);
    load();
}

void place_close(void) {
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    (void)dlclose(handle);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            (void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
    }
    (void)closedir(dir);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

TCase *place_case(const char *name) {
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, place_open, place_close);
    tcase_set_timeout(tc, 120);
    return tc;
}

static void check(enum nss_status have, const int *code, enum nss_status status, int wanted) {
    ck_assert_int_eq(have, status);
    ck_assert_int_eq(*code, wanted);
    ck_assert_int_eq(errno, UNTOUCHED);
}

void expect_failure(enum nss_status status, int wanted) {
    long start = 1, size = 1;
    gid_t *groups = calloc(1, sizeof *groups);
    struct passwd pwd;
    struct group group;
    char buffer[1024];
    int code;

    errno = code = UNTOUCHED;
    check(module.getpwnam_r("wangwu", &pwd, buffer, sizeof buffer, &code), &code, status, wanted);
    code = UNTOUCHED;
    check(module.getpwuid_r(1900000099, &pwd, buffer, sizeof buffer, &code), &code, status, wanted);
    code = UNTOUCHED;
    check(module.getgrnam_r("wangwu", &group, buffer, sizeof buffer, &code), &code, status, wanted);
    code = UNTOUCHED;
    check(module.getgrgid_r(1900000099, &group, buffer, sizeof buffer, &code), &code, status,
          wanted);
    code = UNTOUCHED;
    check(module.initgroups_dyn("wangwu", 1900000099, &start, &size, &groups, -1, &code), &code,
          status, wanted);
    ck_assert_int_eq(start, 1);
    free(groups);
}
