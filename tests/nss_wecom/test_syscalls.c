/* System calls of a look-up, counted and named by ptrace between two calls of getppid that stand
 * for its beginning and its end.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/nss_wecom/support.h"

enum { MOST = 10, ACCOUNTS = 20000 };

static struct passwd pwd;
static struct group group;
static char buffer[1024];
static int code;

static enum nss_status hit_by_name(void) {
    return module.getpwnam_r("u001234", &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status hit_by_id(void) {
    return module.getpwuid_r(1900001234, &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status miss_by_name(void) {
    return module.getpwnam_r("wangwu", &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status miss_by_id(void) {
    return module.getpwuid_r(1999999999, &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status group_by_name(void) {
    return module.getgrnam_r("u001234", &group, buffer, sizeof buffer, &code);
}
static enum nss_status group_by_id(void) {
    return module.getgrgid_r(1900001234, &group, buffer, sizeof buffer, &code);
}
static enum nss_status groups_of(void) {
    long start = 1, size = 1;
    gid_t one, *groups = &one;

    return module.initgroups_dyn("u001234", 1900001234, &start, &size, &groups, -1, &code);
}
static enum nss_status buffer_too_small(void) {
    return module.getpwnam_r("u001234", &pwd, buffer, 20, &code);
}
static enum nss_status local_name(void) {
    return module.getpwnam_r("Administrator", &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status local_id(void) {
    return module.getpwuid_r(0, &pwd, buffer, sizeof buffer, &code);
}
static enum nss_status local_groups(void) {
    long start = 1, size = 1;
    gid_t one, *groups = &one;

    return module.initgroups_dyn("root", 0, &start, &size, &groups, -1, &code);
}
static enum nss_status enumeration(void) {
    (void)module.setpwent(0);
    (void)module.endpwent();
    return module.getpwent_r(&pwd, buffer, sizeof buffer, &code);
}

static const struct {
    enum nss_status (*look)(void);
    enum nss_status status;
    int most;
} looks[] = {
    {hit_by_name, NSS_STATUS_SUCCESS, MOST},   {hit_by_id, NSS_STATUS_SUCCESS, MOST},
    {miss_by_name, NSS_STATUS_NOTFOUND, MOST}, {miss_by_id, NSS_STATUS_NOTFOUND, MOST},
    {group_by_name, NSS_STATUS_SUCCESS, MOST}, {group_by_id, NSS_STATUS_SUCCESS, MOST},
    {groups_of, NSS_STATUS_NOTFOUND, MOST},    {buffer_too_small, NSS_STATUS_TRYAGAIN, MOST},
    {local_name, NSS_STATUS_NOTFOUND, 0},      {local_id, NSS_STATUS_NOTFOUND, 0},
    {local_groups, NSS_STATUS_NOTFOUND, 0},    {enumeration, NSS_STATUS_NOTFOUND, 0},
};

/* The traced child: two marks with the look-up between them. */
static void be_traced(int which) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(2);
    (void)raise(SIGSTOP);
    (void)syscall(SYS_getppid);
    enum nss_status status = looks[which].look();
    (void)syscall(SYS_getppid);
    _exit(status == looks[which].status ? 0 : 1);
}

static bool is_allowed(uint64_t number) {
    static const long allowed[] = {
        SYS_openat, SYS_fstat, SYS_newfstatat, SYS_pread64, SYS_close,
#ifdef SYS_open
        SYS_open,
#endif
    };

    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if ((uint64_t)allowed[i] == number)
            return true;
    }
    return false;
}

/* Runs the child to its end; how many calls there were between the marks. */
static int count_calls(pid_t child) {
    struct __ptrace_syscall_info info;
    int status, marks = 0, calls = 0;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSTOPPED(status));
    ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)PTRACE_O_TRACESYSGOOD), 0);
    for (;;) {
        ck_assert_int_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            ck_assert_int_eq(WEXITSTATUS(status), 0);
            ck_assert_int_eq(marks, 2);
            return calls;
        }
        ck_assert(WIFSTOPPED(status));
        ck_assert_int_gt(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info), 0);
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
            continue;
        if (info.entry.nr == SYS_getppid) {
            marks++;
        } else if (marks == 1) {
            ck_assert_msg(is_allowed(info.entry.nr), "system call %llu",
                          (unsigned long long)info.entry.nr);
            calls++;
        }
    }
}

START_TEST(a_look_up_takes_few_system_calls_of_the_harmless_kind) {
    pid_t child;
    int calls;

    tables_write_series("./" TABLE, ACCOUNTS);
    ck_assert_int_eq(looks[_i].look(), looks[_i].status); /* symbols are bound by now */
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        be_traced(_i);
    calls = count_calls(child);
    ck_assert_msg(calls <= looks[_i].most, "%d system calls", calls);
    ck_assert(looks[_i].most == 0 || calls >= 5);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("syscalls");
    TCase *tc = place_case("syscalls");

    tcase_add_loop_test(tc, a_look_up_takes_few_system_calls_of_the_harmless_kind, 0,
                        (int)(sizeof looks / sizeof looks[0]));
    suite_add_tcase(s, tc);
    return s;
}
