/* Users by name and by number, as glibc asks for them. */
#include <errno.h>

#include "tests/nss_wecom/support.h"

static void check_user(const struct passwd *pwd, const struct table_user *user, const char *buffer,
                       size_t bytes) {
    const char *const strings[] = {pwd->pw_name, pwd->pw_passwd, pwd->pw_gecos, pwd->pw_dir,
                                   pwd->pw_shell};

    ck_assert_str_eq(pwd->pw_name, user->name);
    ck_assert_str_eq(pwd->pw_passwd, "*");
    ck_assert_uint_eq(pwd->pw_uid, user->id);
    ck_assert_uint_eq(pwd->pw_gid, user->id);
    ck_assert_str_eq(pwd->pw_gecos, user->gecos);
    ck_assert_str_eq(pwd->pw_dir, user->home);
    ck_assert_str_eq(pwd->pw_shell, user->shell);
    for (size_t i = 0; i < 5; i++) /* all in the caller's buffer */
        ck_assert(strings[i] >= buffer && strings[i] + strlen(strings[i]) < buffer + bytes);
}

START_TEST(a_user_is_found_by_name_and_by_number) {
    const struct table_user *user = &tables_users[_i];
    struct passwd pwd;
    char buffer[1024];
    int code = UNTOUCHED;

    tables_write("./" TABLE);
    errno = UNTOUCHED;
    ck_assert_int_eq(module.getpwnam_r(user->name, &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_user(&pwd, user, buffer, sizeof buffer);
    memset(&pwd, 0, sizeof pwd);
    memset(buffer, 'x', sizeof buffer);
    ck_assert_int_eq(module.getpwuid_r(user->id, &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_user(&pwd, user, buffer, sizeof buffer);
    ck_assert_int_eq(errno, UNTOUCHED);
    ck_assert_int_eq(code, UNTOUCHED);
}
END_TEST

START_TEST(a_larger_buffer_helps_in_the_end) {
    const struct table_user *user = &tables_users[_i % TABLES_USERS];
    bool done = false;

    tables_write("./" TABLE);
    for (size_t bytes = 0; bytes < 512; bytes++) {
        char *buffer = malloc(bytes > 0 ? bytes : 1);
        struct passwd pwd;
        int code = UNTOUCHED;
        enum nss_status status = _i < TABLES_USERS
                                     ? module.getpwnam_r(user->name, &pwd, buffer, bytes, &code)
                                     : module.getpwuid_r(user->id, &pwd, buffer, bytes, &code);

        if (status == NSS_STATUS_SUCCESS) {
            check_user(&pwd, user, buffer, bytes);
            done = true;
        } else {
            ck_assert(!done);
            ck_assert_int_eq(status, NSS_STATUS_TRYAGAIN);
            ck_assert_int_eq(code, ERANGE);
        }
        free(buffer);
    }
    ck_assert(done);
}
END_TEST

START_TEST(a_name_that_cannot_be_there_does_not_touch_the_file) {
    static const char *const names[] = {"",
                                        "root\n",
                                        "Zhangsan",
                                        "张三",
                                        "zhang san",
                                        "zhang:san",
                                        "1zhang",
                                        "-zhang",
                                        "../../etc/passwd",
                                        "abcdefghijklmnopqrstuvwxyz0123456"};
    struct passwd pwd;
    char buffer[1024];
    int code = UNTOUCHED;

    /* no table: whoever looks gets UNAVAIL */
    errno = UNTOUCHED;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(module.getpwnam_r(names[i], &pwd, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(code, UNTOUCHED);
    ck_assert_int_eq(errno, UNTOUCHED);
    ck_assert_int_eq(module.getpwnam_r("zhangsan", &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_UNAVAIL);
}
END_TEST

START_TEST(a_number_that_is_not_ours_does_not_touch_the_file) {
    static const uid_t numbers[] = {0, 1, 1000, 65534, 65535, 0x80000000, 4294967294, 4294967295};
    struct passwd pwd;
    char buffer[1024];
    int code = UNTOUCHED;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ck_assert_int_eq(module.getpwuid_r(numbers[i], &pwd, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(code, UNTOUCHED);
    ck_assert_int_eq(module.getpwuid_r(65536, &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_UNAVAIL);
}
END_TEST

START_TEST(a_group_is_no_user) {
    struct passwd pwd;
    char buffer[1024];
    int code = UNTOUCHED;

    tables_write("./" TABLE);
    ck_assert_int_eq(module.getpwnam_r("developers", &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(module.getpwuid_r(TABLES_DEVELOPERS, &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(code, UNTOUCHED);
}
END_TEST

/* A writer that was taken over: system accounts under a name and a number of ours. */
START_TEST(no_table_can_hand_out_a_system_account) {
    static const struct {
        const char *name;
        uint32_t id;
        const char *gecos, *home, *shell;
    } rows[] = {
        {"zhangsan", 0, "", "/", "/"},
        {"zhangsan", 65535, "", "/", "/"},
        {"zhangsan", 0x80000000, "", "/", "/"},
        {"root", 1900000001, "", "/", "/"}, /* another name than the one asked for */
        {"zhangsan", 1900000001, "x:y", "/", "/"},
        {"zhangsan", 1900000001, "x\ny", "/", "/"},
        {"zhangsan", 1900000001, "", "home", "/"},
        {"zhangsan", 1900000001, "", "/", "sh"},
        {"zhangsan", 1900000001, "", "/\x1B", "/"},
    };
    struct table_user user = tables_users[0];
    struct table_encoded record;
    struct cdb_make cdb;
    struct passwd pwd;
    char buffer[1024];
    int code = 0;

    user.name = rows[_i].name;
    user.id = rows[_i].id;
    user.gecos = rows[_i].gecos;
    user.home = rows[_i].home;
    user.shell = rows[_i].shell;
    table_encode_user(&user, &record);
    tables_raw_open(TABLE, &cdb);
    tables_raw_put(&cdb, "nzhangsan", record.bytes, record.len);
    tables_raw_close(&cdb);
    ck_assert_int_eq(module.getpwnam_r("zhangsan", &pwd, buffer, sizeof buffer, &code),
                     NSS_STATUS_UNAVAIL);
    ck_assert_int_eq(code, EIO);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("passwd");
    TCase *tc = place_case("passwd");

    tcase_add_loop_test(tc, a_user_is_found_by_name_and_by_number, 0, TABLES_USERS);
    tcase_add_loop_test(tc, a_larger_buffer_helps_in_the_end, 0, 2 * TABLES_USERS);
    tcase_add_test(tc, a_name_that_cannot_be_there_does_not_touch_the_file);
    tcase_add_test(tc, a_number_that_is_not_ours_does_not_touch_the_file);
    tcase_add_test(tc, a_group_is_no_user);
    tcase_add_loop_test(tc, no_table_can_hand_out_a_system_account, 0, 9);
    suite_add_tcase(s, tc);
    return s;
}
