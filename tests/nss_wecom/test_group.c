/* Groups by name and by number: mapped ones and users' own. */
#include <errno.h>
#include <stdint.h>

#include "tests/nss_wecom/support.h"

/* Are name, password, list and members what they should be, and inside the buffer? */
static void check_group(const struct group *group, const char *name, uint32_t id,
                        const char *members, const char *buffer, size_t bytes) {
    char joined[8192] = "";
    const char *list = (const char *)group->gr_mem;

    ck_assert_str_eq(group->gr_name, name);
    ck_assert_str_eq(group->gr_passwd, "*");
    ck_assert_uint_eq(group->gr_gid, id);
    ck_assert_uint_eq((uintptr_t)group->gr_mem % sizeof(char *), 0);
    ck_assert(list >= buffer && list + sizeof(char *) <= buffer + bytes);
    for (size_t i = 0; group->gr_mem[i] != NULL; i++) {
        const char *member = group->gr_mem[i];
        size_t len = strlen(joined);

        ck_assert(member >= buffer && member + strlen(member) < buffer + bytes);
        (void)snprintf(joined + len, sizeof joined - len, "%s%s", i > 0 ? "," : "", member);
        ck_assert(list + (i + 2) * sizeof(char *) <= buffer + bytes);
    }
    ck_assert_str_eq(joined, members);
}

START_TEST(a_group_is_found_by_name_and_by_number) {
    const struct table_group *wanted = &tables_groups[_i];
    struct group group;
    char buffer[1024];
    int code = UNTOUCHED;

    tables_write("./" TABLE);
    errno = UNTOUCHED;
    ck_assert_int_eq(module.getgrnam_r(wanted->name, &group, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_group(&group, wanted->name, wanted->id, wanted->members, buffer, sizeof buffer);
    ck_assert_int_eq(module.getgrgid_r(wanted->id, &group, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_group(&group, wanted->name, wanted->id, wanted->members, buffer, sizeof buffer);
    ck_assert_int_eq(errno, UNTOUCHED);
    ck_assert_int_eq(code, UNTOUCHED);
}
END_TEST

START_TEST(every_user_has_a_group_of_the_same_name_and_number) {
    const struct table_user *user = &tables_users[_i];
    struct group group;
    char buffer[1024];
    int code;

    tables_write("./" TABLE);
    ck_assert_int_eq(module.getgrnam_r(user->name, &group, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_group(&group, user->name, user->id, "", buffer, sizeof buffer);
    ck_assert_int_eq(module.getgrgid_r(user->id, &group, buffer, sizeof buffer, &code),
                     NSS_STATUS_SUCCESS);
    check_group(&group, user->name, user->id, "", buffer, sizeof buffer);
}
END_TEST

/* 200 members of the greatest length, written and asked for. */
static void write_large(char *members, size_t bytes) {
    struct table_group large = {.name = "all", .id = 70000, .members = members};
    struct table_writer *w;
    size_t len = 0;

    for (unsigned int i = 0; i < WECOM_GROUP_MEMBERS_MAX; i++)
        len += (size_t)snprintf(members + len, bytes - len, "%sabcdefghijklmnopqrstuvwxyz%06u",
                                i > 0 ? "," : "", i);
    ck_assert_int_eq(table_writer_open("./" TABLE, &tables_meta, &w), WECOM_OK);
    ck_assert_int_eq(table_writer_put_group(w, &large), WECOM_OK);
    ck_assert_int_eq(table_writer_commit(w, 0), WECOM_OK);
}

START_TEST(a_larger_buffer_helps_in_the_end) {
    char members[8192];
    bool done = false;

    write_large(members, sizeof members);
    for (size_t bytes = 0; bytes < 16 * 1024; bytes += bytes < 6600 ? 37 : 1) {
        for (size_t skew = 0; skew < (bytes % 16 == 0 ? 8 : 1); skew++) {
            char *block = malloc(bytes + skew + 1), *buffer = block + skew;
            struct group group;
            int code = UNTOUCHED;
            enum nss_status status = module.getgrnam_r("all", &group, buffer, bytes, &code);

            if (status == NSS_STATUS_SUCCESS) {
                if (!done || bytes > 16 * 1024 - 64)
                    check_group(&group, "all", 70000, members, buffer, bytes);
                done = true;
            } else {
                ck_assert(!done || skew > 0);
                ck_assert_int_eq(status, NSS_STATUS_TRYAGAIN);
                ck_assert_int_eq(code, ERANGE);
            }
            free(block);
        }
    }
    ck_assert(done);
}
END_TEST

START_TEST(small_groups_in_exact_buffers) {
    tables_write("./" TABLE);
    for (size_t bytes = 0; bytes < 400; bytes++) {
        static const char *const names[] = {"developers", "ops", "zhangsan", "_w.u-5"};

        for (size_t i = 0; i < 4; i++) {
            char *buffer = malloc(bytes > 0 ? bytes : 1);
            struct group group;
            int code = UNTOUCHED;
            enum nss_status status = module.getgrnam_r(names[i], &group, buffer, bytes, &code);

            if (status == NSS_STATUS_SUCCESS)
                check_group(&group, names[i], group.gr_gid, i == 0 ? "zhangsan,lisi,_w.u-5" : "",
                            buffer, bytes);
            else
                ck_assert(status == NSS_STATUS_TRYAGAIN && code == ERANGE);
            free(buffer);
        }
    }
}
END_TEST

START_TEST(what_cannot_be_there_does_not_touch_the_file) {
    static const gid_t numbers[] = {0, 100, 65534, 65535, 0x80000000, 4294967295};
    static const char *const names[] = {"", "Wheel", "0", "a b",
                                        "abcdefghijklmnopqrstuvwxyz0123456"};
    struct group group;
    char buffer[1024];
    int code = UNTOUCHED;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        ck_assert_int_eq(module.getgrgid_r(numbers[i], &group, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(module.getgrnam_r(names[i], &group, buffer, sizeof buffer, &code),
                         NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(code, UNTOUCHED);
    ck_assert_int_eq(module.getgrnam_r("wheel", &group, buffer, sizeof buffer, &code),
                     NSS_STATUS_UNAVAIL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("group");
    TCase *tc = place_case("group");

    tcase_add_loop_test(tc, a_group_is_found_by_name_and_by_number, 0, TABLES_GROUPS);
    tcase_add_loop_test(tc, every_user_has_a_group_of_the_same_name_and_number, 0, TABLES_USERS);
    tcase_add_test(tc, a_larger_buffer_helps_in_the_end);
    tcase_add_test(tc, small_groups_in_exact_buffers);
    tcase_add_test(tc, what_cannot_be_there_does_not_touch_the_file);
    suite_add_tcase(s, tc);
    return s;
}
