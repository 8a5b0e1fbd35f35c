/* Records of the account table: their exact bytes, so that the format cannot change unseen. */
#include "helper/table_encode.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/common/tables.h"

/* The record as text, "|" for NUL, without the sum (which is checked here). */
static const char *text_of(const struct table_encoded *r) {
    static char text[WECOM_TABLE_RECORD_MAX_BYTES + 1];
    char sum[9];

    ck_assert(!r->full);
    ck_assert_uint_gt(r->len, 9);
    (void)snprintf(sum, sizeof sum, "%08x", (unsigned int)table_record_sum(r->bytes, r->len - 9));
    ck_assert_mem_eq(r->bytes + r->len - 9, sum, 9);
    memcpy(text, r->bytes, r->len - 9);
    text[r->len - 9] = '\0';
    for (size_t i = 0; i < r->len - 9; i++) {
        if (text[i] == '\0')
            text[i] = '|';
    }
    return text;
}

START_TEST(the_bytes_are_those_of_the_contract) {
    static struct table_encoded r;

    table_encode_user(&tables_users[0], &r);
    ck_assert_str_eq(text_of(&r),
                     "u1|zhangsan|1900000001|张三, Sales|/home/zhangsan|/bin/bash|65536,1900001000|"
                     "active|1699999000|file|101|" TABLES_CORP "/ZhangSan|");
    table_encode_user(&tables_users[1], &r);
    ck_assert_str_eq(text_of(&r), "u1|lisi|1900000002||/home/lisi|/usr/sbin/nologin||"
                                  "withdrawn|1699999995|record|000|" TABLES_CORP "/li.si@x|");
    table_encode_group(&tables_groups[0], &r);
    ck_assert_str_eq(text_of(&r), "g1|developers|1900001000|zhangsan,lisi,_w.u-5|");
    table_encode_status(&tables_stranger, &r);
    ck_assert_str_eq(text_of(&r), "s1|active|0|file|001|" TABLES_CORP "/1001|");
    table_encode_meta(&tables_meta, &r);
    ck_assert_str_eq(text_of(&r), "m1|7|sshd,sudo,web-1|");
}
END_TEST

START_TEST(groups_are_put_in_order) {
    static struct table_encoded r;
    struct table_user user = tables_users[2];

    memcpy(user.gids, (uint32_t[]){70005, 70001, WECOM_ID_MIN, 70003}, 4 * sizeof(uint32_t));
    user.gids_count = 4;
    table_encode_user(&user, &r);
    ck_assert_ptr_nonnull(strstr(text_of(&r), "|65536,70001,70003,70005|"));
    ck_assert_uint_eq(user.gids[0], 70005); /* the caller's list stays */
}
END_TEST

START_TEST(a_record_that_gets_too_long_is_full) {
    static char large[WECOM_TABLE_RECORD_MAX_BYTES + 1];
    static struct table_encoded r;
    struct table_user user = tables_users[0];
    struct table_meta meta = {.services = large};

    memset(large, 'x', sizeof large - 1);
    for (size_t len = sizeof large - 1; len > sizeof large - 40; len--) {
        large[len] = '\0';
        table_encode_meta(&meta, &r);
        ck_assert(r.full == (len + sizeof "m1" + sizeof "0" + 1 + 9 > sizeof r.bytes));
        ck_assert_uint_le(r.len, sizeof r.bytes);
    }
    user.gids_count = WECOM_USER_GROUPS_MAX + 1;
    table_encode_user(&user, &r);
    ck_assert(r.full);
}
END_TEST

START_TEST(a_text_that_is_null_makes_no_record) {
    static struct table_encoded r;
    struct table_user user = tables_users[0];

    user.shell = NULL;
    table_encode_user(&user, &r);
    ck_assert(r.full);
    table_encode_group(&(struct table_group){.name = "a", .id = 70000}, &r);
    ck_assert(r.full);
    table_encode_status(&(struct table_status){.active = true}, &r);
    ck_assert(r.full);
    table_encode_meta(&(struct table_meta){0}, &r);
    ck_assert(r.full);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("table_encode");
    TCase *tc = tcase_create("table_encode");

    tcase_add_test(tc, the_bytes_are_those_of_the_contract);
    tcase_add_test(tc, groups_are_put_in_order);
    tcase_add_test(tc, a_record_that_gets_too_long_is_full);
    tcase_add_test(tc, a_text_that_is_null_makes_no_record);
    suite_add_tcase(s, tc);
    return s;
}
