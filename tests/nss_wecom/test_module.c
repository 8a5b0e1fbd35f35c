/* The module as a guest of every process: what it says when the table cannot be had, no
 * enumeration, threads, small stacks, forks, descriptors.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/nss_wecom/support.h"

START_TEST(an_authoritative_no_touches_no_errno) {
    tables_write("./" TABLE);
    expect_failure(NSS_STATUS_NOTFOUND, UNTOUCHED);
}
END_TEST

static void no_table(void) {
}
static void a_directory(void) {
    ck_assert_int_eq(mkdir(TABLE, 0755), 0);
}
static void a_fifo(void) {
    ck_assert_int_eq(mkfifo(TABLE, 0644), 0);
}
static void a_link(void) {
    tables_write("./other.cdb");
    ck_assert_int_eq(symlink("other.cdb", TABLE), 0);
}
static void writable_by_others(void) {
    tables_write("./" TABLE);
    ck_assert_int_eq(chmod(TABLE, 0666), 0);
}
static void empty(void) {
    tables_overwrite(TABLE, "", 0);
}
static void cut(void) {
    tables_write("./" TABLE);
    ck_assert_int_eq(truncate(TABLE, 2500), 0);
}
static void sparse(void) {
    tables_overwrite(TABLE, "", 0);
    ck_assert_int_eq(truncate(TABLE, (off_t)1 << 40), 0);
}
static void unreadable(void) {
    tables_write("./" TABLE);
    ck_assert_int_eq(chmod(TABLE, 0600), 0);
    ck_assert_int_eq(seteuid(65534), 0);
}
static void no_descriptors(void) {
    struct rlimit limit;

    tables_write("./" TABLE);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static const struct {
    void (*make)(void);
    enum nss_status status;
    int code;
    bool needs_root;
} troubles[] = {
    {no_table, NSS_STATUS_UNAVAIL, ENOENT, false},
    {a_directory, NSS_STATUS_UNAVAIL, EIO, false},
    {a_fifo, NSS_STATUS_UNAVAIL, EIO, false},
    {a_link, NSS_STATUS_UNAVAIL, EIO, false},
    {writable_by_others, NSS_STATUS_UNAVAIL, EIO, false},
    {empty, NSS_STATUS_UNAVAIL, EIO, false},
    {cut, NSS_STATUS_UNAVAIL, EIO, false},
    {sparse, NSS_STATUS_UNAVAIL, EIO, false},
    {unreadable, NSS_STATUS_UNAVAIL, EACCES, true},
    {no_descriptors, NSS_STATUS_TRYAGAIN, EMFILE, false},
};

START_TEST(a_table_that_cannot_be_had_is_told_and_never_repeated_for_ever) {
    if (troubles[_i].needs_root && geteuid() != 0)
        return;
    troubles[_i].make();
    expect_failure(troubles[_i].status, troubles[_i].code);
    ck_assert_int_ne(troubles[_i].code, EAGAIN);
    ck_assert_int_ne(troubles[_i].code, ERANGE);
    if (troubles[_i].make == no_descriptors) {
        struct rlimit limit;

        ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
        limit.rlim_cur = limit.rlim_max;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

START_TEST(errnop_may_be_errno_itself) {
    struct passwd pwd;
    char buffer[1024];

    ck_assert_int_eq(module.getpwnam_r("zhangsan", &pwd, buffer, sizeof buffer, &errno),
                     NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(errno, ENOENT);
    tables_write("./" TABLE);
    errno = UNTOUCHED;
    ck_assert_int_eq(module.getpwnam_r("zhangsan", &pwd, buffer, 10, &errno), NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(errno, ERANGE);
    errno = UNTOUCHED;
    ck_assert_int_eq(module.getpwnam_r("zhangsan", &pwd, buffer, sizeof buffer, &errno),
                     NSS_STATUS_SUCCESS);
    ck_assert_int_eq(errno, UNTOUCHED);
}
END_TEST

START_TEST(a_loop_over_all_accounts_ends_at_once_without_an_error) {
    struct passwd pwd;
    struct group group;
    char buffer[1024];
    int code = UNTOUCHED;

    tables_write("./" TABLE);
    errno = UNTOUCHED;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(module.setpwent(i), NSS_STATUS_SUCCESS);
        ck_assert_int_eq(module.getpwent_r(&pwd, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(module.endpwent(), NSS_STATUS_SUCCESS);
        ck_assert_int_eq(module.setgrent(i), NSS_STATUS_SUCCESS);
        ck_assert_int_eq(module.getgrent_r(&group, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
        ck_assert_int_eq(module.endgrent(), NSS_STATUS_SUCCESS);
    }
    ck_assert_int_eq(code, UNTOUCHED);
    ck_assert_int_eq(errno, UNTOUCHED);
}
END_TEST

/* Every kind of look-up, found and not found; 0 when all are right. */
static int look_at_all(void) {
    const struct table_user *user = &tables_users[0];
    gid_t list[64] = {user->id}, *groups = list; /* large enough: it will not be realloc'ed */
    long start = 1, size = 64;
    struct passwd pwd;
    struct group group;
    char buffer[512];
    int code, wrong = 0;

    wrong +=
        module.getpwnam_r(user->name, &pwd, buffer, sizeof buffer, &code) != NSS_STATUS_SUCCESS ||
        pwd.pw_uid != user->id || strcmp(pwd.pw_gecos, user->gecos) != 0;
    wrong +=
        module.getpwuid_r(user->id, &pwd, buffer, sizeof buffer, &code) != NSS_STATUS_SUCCESS ||
        strcmp(pwd.pw_name, user->name) != 0;
    wrong += module.getgrnam_r("developers", &group, buffer, sizeof buffer, &code) !=
                 NSS_STATUS_SUCCESS ||
             strcmp(group.gr_mem[1], "lisi") != 0;
    wrong +=
        module.getgrgid_r(user->id, &group, buffer, sizeof buffer, &code) != NSS_STATUS_SUCCESS ||
        group.gr_mem[0] != NULL;
    wrong += module.initgroups_dyn(user->name, user->id, &start, &size, &groups, -1, &code) !=
                 NSS_STATUS_SUCCESS ||
             start != 3;
    wrong += module.getpwnam_r("wangwu", &pwd, buffer, sizeof buffer, &code) != NSS_STATUS_NOTFOUND;
    wrong +=
        module.getpwuid_r(1900000099, &pwd, buffer, sizeof buffer, &code) != NSS_STATUS_NOTFOUND;
    return wrong;
}

static void *look_often(void *rounds) {
    size_t wrong = 0;

    for (int i = 0; i < *(int *)rounds; i++)
        wrong += (size_t)look_at_all();
    return (void *)wrong;
}

START_TEST(eight_threads_do_not_disturb_one_another) {
    int rounds = 500, before;
    pthread_t threads[8];
    void *wrong;

    tables_write("./" TABLE);
    before = tables_descriptors();
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, look_often, &rounds), 0);
    for (int i = 0; i < 100; i++)
        tables_write("./" TABLE); /* published meanwhile */
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
    ck_assert_int_eq(tables_descriptors(), before);
}
END_TEST

START_TEST(the_smallest_stack_suffices) {
    pthread_attr_t attributes;
    pthread_t thread;
    int rounds = 3;
    void *wrong;

#ifdef __SANITIZE_ADDRESS__
    return; /* its frames are larger */
#endif
    tables_write("./" TABLE);
    ck_assert_int_eq(look_at_all(), 0); /* symbols are bound by now */
    ck_assert_int_eq(pthread_attr_init(&attributes), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, look_often, &rounds), 0);
    ck_assert_int_eq(pthread_join(thread, &wrong), 0);
    ck_assert_ptr_null(wrong);
    (void)pthread_attr_destroy(&attributes);
}
END_TEST

START_TEST(a_child_of_a_threaded_process_can_ask) {
    int rounds = 300;
    pthread_t threads[4];
    void *wrong;

    tables_write("./" TABLE);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, look_often, &rounds), 0);
    for (int i = 0; i < 50; i++) { /* a lock held by a thread would hang one of them */
        int status;
        pid_t child = fork();

        ck_assert_int_ge(child, 0);
        if (child == 0)
            _exit(look_at_all());
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(status, 0);
    }
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
}
END_TEST

START_TEST(a_withdrawn_table_comes_back) {
    tables_write("./" TABLE);
    ck_assert_int_eq(look_at_all(), 0);
    ck_assert_int_eq(unlink(TABLE), 0);
    expect_failure(NSS_STATUS_UNAVAIL, ENOENT);
    tables_write("./" TABLE);
    ck_assert_int_eq(look_at_all(), 0);
}
END_TEST

START_TEST(no_descriptor_stays_open_whatever_happens) {
    int before = tables_descriptors();

    expect_failure(NSS_STATUS_UNAVAIL, ENOENT);
    tables_overwrite(TABLE, "damaged", 7);
    expect_failure(NSS_STATUS_UNAVAIL, EIO);
    tables_write("./" TABLE);
    ck_assert_int_eq(look_at_all(), 0);
    expect_failure(NSS_STATUS_NOTFOUND, UNTOUCHED);
    ck_assert_int_eq(tables_descriptors(), before);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("module");
    TCase *tc = place_case("module");

    tcase_add_test(tc, an_authoritative_no_touches_no_errno);
    tcase_add_loop_test(tc, a_table_that_cannot_be_had_is_told_and_never_repeated_for_ever, 0,
                        (int)(sizeof troubles / sizeof troubles[0]));
    tcase_add_test(tc, errnop_may_be_errno_itself);
    tcase_add_test(tc, a_loop_over_all_accounts_ends_at_once_without_an_error);
    tcase_add_test(tc, eight_threads_do_not_disturb_one_another);
    tcase_add_test(tc, the_smallest_stack_suffices);
    tcase_add_test(tc, a_child_of_a_threaded_process_can_ask);
    tcase_add_test(tc, a_withdrawn_table_comes_back);
    tcase_add_test(tc, no_descriptor_stays_open_whatever_happens);
    suite_add_tcase(s, tc);
    return s;
}
