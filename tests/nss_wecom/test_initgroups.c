/* The further groups of a user: whose they are, and how the caller's list grows. */
#include <errno.h>
#include <limits.h>

#include "tests/nss_wecom/support.h"

enum { GUARD = 0x5AFE };

/* A list as glibc hands it over: `start` groups in it, room for `size`. */
struct list {
    gid_t *groups;
    long start, size;
};

static struct list new_list(gid_t first, long start, long size) {
    struct list l = {calloc((size_t)size, sizeof(gid_t)), start, size};

    ck_assert_ptr_nonnull(l.groups);
    for (long i = 0; i < start; i++)
        l.groups[i] = i == 0 ? first : (gid_t)(1000 + i);
    return l;
}

static enum nss_status ask(struct list *l, const char *user, gid_t primary, long limit) {
    int code = UNTOUCHED;
    enum nss_status status;

    errno = UNTOUCHED;
    status = module.initgroups_dyn(user, primary, &l->start, &l->size, &l->groups, limit, &code);
    ck_assert_int_eq(errno, UNTOUCHED);
    ck_assert_int_eq(code, UNTOUCHED);
    ck_assert_int_le(l->start, l->size);
    return status;
}

START_TEST(the_groups_on_record_are_appended) {
    struct list l = new_list(1900000001, 1, 64);

    tables_write("./" TABLE);
    ck_assert_int_eq(ask(&l, "zhangsan", 1900000001, -1), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(l.start, 3);
    ck_assert_int_eq(l.size, 64);
    ck_assert_uint_eq(l.groups[0], 1900000001);
    ck_assert_uint_eq(l.groups[1], WECOM_ID_MIN);
    ck_assert_uint_eq(l.groups[2], TABLES_DEVELOPERS);
    free(l.groups);
}
END_TEST

START_TEST(only_the_number_on_record_gets_them) {
    static const struct {
        const char *user;
        gid_t primary;
    } rows[] = {
        {"zhangsan", 1000}, /* a local user of that name */
        {"zhangsan", 0},
        {"zhangsan", 1900000002}, /* another user's number */
        {"zhangsan", TABLES_DEVELOPERS},
        {"zhangsan", UINT_MAX},
        {"lisi", 1900000002},              /* has left: is in none */
        {"_w.u-5", WECOM_ID_MAX},          /* is in none */
        {"developers", TABLES_DEVELOPERS}, /* a group */
        {"wangwu", 1900000003},
        {"root", 0},
        {"", 1900000001},
        {"Zhangsan", 1900000001},
    };
    struct list l = new_list(rows[_i].primary, 1, 1);

    tables_write("./" TABLE);
    ck_assert_int_eq(ask(&l, rows[_i].user, rows[_i].primary, -1), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(l.start, 1);
    ck_assert_int_eq(l.size, 1);
    ck_assert_uint_eq(l.groups[0], rows[_i].primary);
    free(l.groups);
}
END_TEST

START_TEST(a_local_user_does_not_touch_the_file) {
    struct list l = new_list(1000, 1, 1);
    int code;

    /* no table: whoever looks gets UNAVAIL */
    ck_assert_int_eq(ask(&l, "zhangsan", 1000, -1), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(ask(&l, "Zhang San", 1900000001, -1), NSS_STATUS_NOTFOUND);
    ck_assert_int_eq(
        module.initgroups_dyn("zhangsan", 1900000001, &l.start, &l.size, &l.groups, -1, &code),
        NSS_STATUS_UNAVAIL);
    free(l.groups);
}
END_TEST

/* A user with as many groups as there can be. */
static void write_many(void) {
    struct table_user user = tables_users[0];
    struct table_writer *w;

    for (unsigned int i = 0; i < WECOM_USER_GROUPS_MAX; i++)
        user.gids[i] = 70000 + i;
    user.gids_count = WECOM_USER_GROUPS_MAX;
    ck_assert_int_eq(table_writer_open("./" TABLE, &tables_meta, &w), WECOM_OK);
    ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_OK);
    ck_assert_int_eq(table_writer_commit(w, 0), WECOM_OK);
}

START_TEST(the_list_grows_up_to_the_limit) {
    static const struct {
        long start, size, limit, groups;
    } rows[] = {
        {1, 1, -1, 65},   {1, 1, 0, 65},    {1, 64, -1, 65},   {1, 65, -1, 65},  {1, 66, -1, 65},
        {30, 30, -1, 94}, {30, 40, -1, 94}, {1, 1, 65536, 65}, {1, 1, 65, 65},   {1, 1, 64, 64},
        {1, 1, 10, 10},   {1, 10, 10, 10},  {1, 1, 1, 1},      {10, 10, 10, 10}, {10, 11, 12, 12},
    };

    write_many();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct list l = new_list(1900000001, rows[i].start, rows[i].size);

        ck_assert_int_eq(ask(&l, "zhangsan", 1900000001, rows[i].limit), NSS_STATUS_SUCCESS);
        ck_assert_msg(l.start == rows[i].groups, "row %zu: %ld groups", i, l.start);
        for (long at = rows[i].start; at < l.start; at++)
            ck_assert_uint_eq(l.groups[at], 70000 + (gid_t)(at - rows[i].start));
        ck_assert(rows[i].limit <= 0 || l.size <= rows[i].limit || l.size == rows[i].size);
        l.groups = realloc(l.groups, (size_t)l.size * sizeof(gid_t)); /* is the caller's to use */
        l.groups[l.size - 1] = GUARD;
        free(l.groups);
    }
}
END_TEST

START_TEST(a_group_that_is_listed_is_not_listed_twice) {
    struct list l = new_list(1900000001, 2, 64);

    tables_write("./" TABLE);
    l.groups[1] = TABLES_DEVELOPERS; /* another source had it */
    ck_assert_int_eq(ask(&l, "zhangsan", 1900000001, -1), NSS_STATUS_SUCCESS);
    ck_assert_int_eq(l.start, 3);
    ck_assert_uint_eq(l.groups[1], TABLES_DEVELOPERS);
    ck_assert_uint_eq(l.groups[2], WECOM_ID_MIN);
    free(l.groups);
}
END_TEST

START_TEST(a_list_beyond_all_memory_is_a_passing_failure) {
    long start = LONG_MAX - 10, size = LONG_MAX - 10;
    gid_t *groups = NULL;
    int code = 0;

    tables_write("./" TABLE);
    ck_assert_int_eq(
        module.initgroups_dyn("zhangsan", 1900000001, &start, &size, &groups, -1, &code),
        NSS_STATUS_TRYAGAIN);
    ck_assert_int_eq(code, ENOMEM);
    ck_assert_int_eq(start, LONG_MAX - 10);
    ck_assert_ptr_null(groups);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("initgroups");
    TCase *tc = place_case("initgroups");

    tcase_add_test(tc, the_groups_on_record_are_appended);
    tcase_add_loop_test(tc, only_the_number_on_record_gets_them, 0, 12);
    tcase_add_test(tc, a_local_user_does_not_touch_the_file);
    tcase_add_test(tc, the_list_grows_up_to_the_limit);
    tcase_add_test(tc, a_group_that_is_listed_is_not_listed_twice);
    tcase_add_test(tc, a_list_beyond_all_memory_is_a_passing_failure);
    suite_add_tcase(s, tc);
    return s;
}
