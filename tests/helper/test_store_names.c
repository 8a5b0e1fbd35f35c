/* Names, numbers and groups that are given once; numbers under a key; the count of changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static char a[STORE_ID_BYTES], b[STORE_ID_BYTES], owner[STORE_OWNER_BYTES];

static void open_names(void) {
    struct store_account one, two;

    tx_open();
    account_of(1, &one);
    account_of(2, &two);
    memcpy(a, one.id, sizeof a);
    memcpy(b, two.id, sizeof b);
    (void)snprintf(owner, sizeof owner, "nobody");
}

START_TEST(a_name_belongs_to_who_took_it_first) {
    ck_assert_int_eq(store_name_owner(&tx, "anna", owner, sizeof owner), WECOM_E_ABSENT);
    ck_assert_str_eq(owner, "nobody");
    ck_assert_int_eq(store_take_name(&tx, "anna", a), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, "anna", a), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, "anna", b), WECOM_E_PEER);
    ck_assert_int_eq(store_take_name(&tx, "anna", "group anna"), WECOM_E_PEER);
    tx_next();
    ck_assert_int_eq(store_take_name(&tx, "anna", b), WECOM_E_PEER);
    ck_assert_int_eq(store_name_owner(&tx, "anna", owner, sizeof owner), WECOM_OK);
    ck_assert_str_eq(owner, a);
    ck_assert_int_eq(store_take_name(&tx, "Anna", b), WECOM_OK); /* another name to Unix */
    ck_assert_int_eq(tx.failed, SQLITE_OK);
}
END_TEST

static const uint32_t numbers[] = {1, 65536, 1900000000, 2147483647, 2147483648, 4294967294};

START_TEST(a_number_belongs_to_who_took_it_first) {
    ck_assert_int_eq(store_number_owner(&tx, numbers[_i], owner, sizeof owner), WECOM_E_ABSENT);
    ck_assert_int_eq(store_take_number(&tx, numbers[_i], a), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, numbers[_i], a), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, numbers[_i], b), WECOM_E_PEER);
    ck_assert_int_eq(store_take_number(&tx, numbers[_i], "group x"), WECOM_E_PEER);
    tx_next();
    ck_assert_int_eq(store_take_number(&tx, numbers[_i], b), WECOM_E_PEER);
    ck_assert_int_eq(store_number_owner(&tx, numbers[_i], owner, sizeof owner), WECOM_OK);
    ck_assert_str_eq(owner, a);
    ck_assert_int_eq(tx.failed, SQLITE_OK);
}
END_TEST

START_TEST(zero_and_the_number_that_means_nobody_cannot_be_taken) {
    ck_assert_int_eq(store_take_number(&tx, 0, a), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_number(&tx, UINT32_MAX, a), WECOM_E_FORMAT);
    ck_assert_int_eq(store_insert_group(&tx, "web", 0), WECOM_E_FORMAT);
    ck_assert_int_eq(store_insert_group(&tx, "web", UINT32_MAX), WECOM_E_FORMAT);
    ck_assert_int_eq(store_number_owner(&tx, 0, owner, sizeof owner), WECOM_E_ABSENT);
}
END_TEST

static const struct {
    const char *text;
    bool name, owner;
} words[] = {
    {"anna", true, false},
    {"_a", true, false},
    {"web-admins.1", true, false},
    {"Web", true, false},
    {"n2345678901234567890123456789012", true, false},
    {"n23456789012345678901234567890123", false, false},
    {"", false, false},
    {"-a", false, false},
    {".a", false, false},
    {"a b", false, false},
    {"a:b", false, false},
    {"a\nb", false, false},
    {"\xE4\xBC\x81", false, false},
    {"group web", false, true},
    {"group n2345678901234567890123456789012", false, true},
    {"group n23456789012345678901234567890123", false, false},
    {"group ", false, false},
    {"group", true, false},
    {"Group web", false, false},
    {"group  web", false, false},
    {"abcdefghijklmnopqrstuvwxyz", true, true},
    {"abcdefghijklmnopqrstuvwxy2", true, true},
    {"abcdefghijklmnopqrstuvwxy1", true, false},
    {"abcdefghijklmnopqrstuvwxyZ", true, false},
    {"abcdefghijklmnopqrstuvwxyzz", true, false},
    {"abcdefghijklmnopqrstuvwxy", true, false},
};

START_TEST(names_are_names_and_owners_are_owners) {
    for (int i = 0; i < SUPPORT_COUNT(words); i++) {
        enum wecom_error as_name = words[i].name ? WECOM_OK : WECOM_E_FORMAT,
                         as_owner = words[i].owner ? WECOM_OK : WECOM_E_FORMAT;

        tx_again();
        ck_assert_msg(store_take_name(&tx, words[i].text, a) == as_name, "%s", words[i].text);
        ck_assert_msg(store_take_name(&tx, "free", words[i].text) == as_owner, "%s", words[i].text);
        ck_assert_int_eq(store_take_number(&tx, 70000, words[i].text), as_owner);
    }
}
END_TEST

START_TEST(an_owner_needs_room) {
    char small[STORE_ID_BYTES] = "as before";

    ck_assert_int_eq(store_take_name(&tx, "anna", a), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, 70000, a), WECOM_OK);
    ck_assert_int_eq(store_name_owner(&tx, "anna", small, sizeof small - 1), WECOM_E_TOO_LONG);
    ck_assert_int_eq(store_number_owner(&tx, 70000, small, sizeof small - 1), WECOM_E_TOO_LONG);
    ck_assert_str_eq(small, "as before");
    ck_assert_int_eq(store_name_owner(&tx, "anna", small, sizeof small), WECOM_OK);
    ck_assert_str_eq(small, a);
    (void)snprintf(small, sizeof small, "as before");
    ck_assert_int_eq(store_number_owner(&tx, 70000, small, sizeof small), WECOM_OK);
    ck_assert_str_eq(small, a);
}
END_TEST

START_TEST(an_owner_that_is_none_is_not_believed) {
    (void)store_db_commit(&db);
    (void)raw("INSERT INTO names VALUES ('anna', 'somebody'); INSERT INTO numbers VALUES (7, 'x')");
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    ck_assert_int_eq(store_name_owner(&tx, "anna", owner, sizeof owner), WECOM_E_FORMAT);
    ck_assert_int_eq(store_number_owner(&tx, 7, owner, sizeof owner), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_name(&tx, "anna", a), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_number(&tx, 7, a), WECOM_E_FORMAT);
    ck_assert_str_eq(owner, "nobody");
}
END_TEST

START_TEST(a_group_has_a_name_and_a_number_of_its_own) {
    uint32_t gid = 5;

    ck_assert_int_eq(store_find_group(&tx, "web", &gid), WECOM_E_ABSENT);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_E_FORMAT); /* not taken */
    ck_assert_int_eq(store_take_name(&tx, "web", "group web"), WECOM_OK);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_E_FORMAT);
    ck_assert_int_eq(store_take_number(&tx, 70000, "group web"), WECOM_OK);
    ck_assert_uint_eq(gid, 5);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_OK);
    tx_next();
    ck_assert_int_eq(store_find_group(&tx, "web", &gid), WECOM_OK);
    ck_assert_uint_eq(gid, 70000);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_E_PEER); /* it is there */
    ck_assert_int_eq(store_find_group(&tx, "Web", &gid), WECOM_E_ABSENT);
    ck_assert_int_eq(tx.failed, SQLITE_OK);
}
END_TEST

START_TEST(a_group_does_not_get_what_somebody_else_has) {
    ck_assert_int_eq(store_take_name(&tx, "anna", a), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, 70000, a), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, "web", "group web"), WECOM_OK);
    ck_assert_int_eq(store_insert_group(&tx, "anna", 70001), WECOM_E_PEER);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70000), WECOM_E_PEER);
    ck_assert_int_eq(store_take_number(&tx, 70001, "group other"), WECOM_OK);
    ck_assert_int_eq(store_insert_group(&tx, "web", 70001), WECOM_E_PEER);
    ck_assert_int_eq(store_insert_group(&tx, "-web", 70001), WECOM_E_FORMAT);
    ck_assert_int_eq(store_insert_group(&tx, "", 70001), WECOM_E_FORMAT);
}
END_TEST

START_TEST(numbers_are_kept_under_a_key) {
    static const int64_t values[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1700000000};
    int64_t value = 77;

    ck_assert_int_eq(store_get_number(&tx, "sync hosts", &value), WECOM_E_ABSENT);
    ck_assert_int_eq(value, 77);
    for (int i = 0; i < SUPPORT_COUNT(values); i++) {
        ck_assert_int_eq(store_set_number(&tx, "sync hosts", values[i]), WECOM_OK);
        ck_assert_int_eq(store_set_number(&tx, "sync hosts", values[i]), WECOM_OK);
        ck_assert_int_eq(store_set_number(&tx, "sync other", 5), WECOM_OK);
        tx_next();
        ck_assert_int_eq(store_get_number(&tx, "sync hosts", &value), WECOM_OK);
        ck_assert_int_eq(value, values[i]);
    }
    ck_assert_int_eq(store_get_number(&tx, "sync other", &value), WECOM_OK);
    ck_assert_int_eq(value, 5);
}
END_TEST

START_TEST(a_key_has_1_to_128_bytes) {
    char key[130];
    int64_t value = 0;

    memset(key, 'k', sizeof key);
    key[129] = '\0';
    ck_assert_int_eq(store_set_number(&tx, key, 1), WECOM_E_FORMAT);
    ck_assert_int_eq(store_get_number(&tx, key, &value), WECOM_E_ABSENT);
    ck_assert_int_eq(store_set_number(&tx, "", 1), WECOM_E_FORMAT);
    key[128] = '\0';
    ck_assert_int_eq(store_set_number(&tx, key, 1), WECOM_OK);
    ck_assert_int_eq(store_get_number(&tx, key, &value), WECOM_OK);
    ck_assert_int_eq(value, 1);
}
END_TEST

START_TEST(changes_are_counted_and_undone_with_their_transaction) {
    int64_t count = 77;

    ck_assert_int_eq(store_changes(&tx, &count), WECOM_OK);
    ck_assert_int_eq(count, 0);
    for (int i = 1; i <= 5; i++) {
        ck_assert_int_eq(store_count_change(&tx), WECOM_OK);
        ck_assert_int_eq(store_changes(&tx, &count), WECOM_OK);
        ck_assert_int_eq(count, i);
    }
    tx_next();
    ck_assert_int_eq(store_count_change(&tx), WECOM_OK);
    store_db_rollback(&db);
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    ck_assert_int_eq(store_changes(&tx, &count), WECOM_OK);
    ck_assert_int_eq(count, 5);
}
END_TEST

START_TEST(the_count_of_changes_has_64_bits_and_an_end) {
    int64_t count = 0;

    (void)store_db_commit(&db);
    (void)raw("UPDATE changes SET count = 9223372036854775806");
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    ck_assert_int_eq(store_count_change(&tx), WECOM_OK);
    ck_assert_int_eq(store_changes(&tx, &count), WECOM_OK);
    ck_assert_int_eq(count, INT64_MAX);
    ck_assert_int_eq(store_count_change(&tx), WECOM_E_FORMAT);
    ck_assert_int_eq(store_changes(&tx, &count), WECOM_OK);
    ck_assert_int_eq(count, INT64_MAX);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_names");
    TCase *t = tcase_create("names");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, open_names, tx_close);
    tcase_add_test(t, a_name_belongs_to_who_took_it_first);
    tcase_add_loop_test(t, a_number_belongs_to_who_took_it_first, 0, SUPPORT_COUNT(numbers));
    tcase_add_test(t, zero_and_the_number_that_means_nobody_cannot_be_taken);
    tcase_add_test(t, names_are_names_and_owners_are_owners);
    tcase_add_test(t, an_owner_needs_room);
    tcase_add_test(t, an_owner_that_is_none_is_not_believed);
    tcase_add_test(t, a_group_has_a_name_and_a_number_of_its_own);
    tcase_add_test(t, a_group_does_not_get_what_somebody_else_has);
    tcase_add_test(t, numbers_are_kept_under_a_key);
    tcase_add_test(t, a_key_has_1_to_128_bytes);
    tcase_add_test(t, changes_are_counted_and_undone_with_their_transaction);
    tcase_add_test(t, the_count_of_changes_has_64_bits_and_an_end);
    suite_add_tcase(s, t);
    return s;
}
