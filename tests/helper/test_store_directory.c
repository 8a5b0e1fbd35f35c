/* Departments and tags: replaced as a whole, written only where they differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

#define APP "hosts"

static bool changed;

/* What a list of "id:parent" pairs becomes; compared as text. */
static const char *shown(const char *app) {
    static char text[4096];
    struct store_department *list = NULL;
    size_t count = 99;
    int used = 0;

    text[0] = '\0';
    ck_assert_int_eq(store_all_departments(&tx, app, &list, &count), WECOM_OK);
    for (size_t i = 0; i < count; i++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%u:%u", i > 0 ? " " : "",
                         list[i].id, list[i].parent);
    }
    ck_assert((list == NULL) == (count == 0));
    free(list);
    return text;
}

static enum wecom_error put(const char *app, const char *text) {
    struct store_department list[64];
    size_t count = 0;
    char *end = NULL;

    changed = false;
    for (; *text != '\0'; text = end) {
        list[count].id = (uint32_t)strtoul(text, &end, 10);
        list[count++].parent = (uint32_t)strtoul(end + 1, &end, 10);
    }
    return store_put_departments(&tx, app, count > 0 ? list : NULL, count, &changed);
}

static const struct {
    const char *before, *put, *after;
    bool changed;
} replacements[] = {
    {"", "", "", false},
    {"", "1:0", "1:0", true},
    {"1:0", "1:0", "1:0", false},
    {"1:0", "", "", true},
    {"1:0 2:1", "2:1 1:0", "1:0 2:1", false},
    {"1:0 2:1", "1:0 2:1 2:1 1:0", "1:0 2:1", false},
    {"1:0 2:1 3:1", "1:0 3:2", "1:0 3:2", true},
    {"1:0 2:1 3:1", "1:0 2:1 3:2", "1:0 2:1 3:2", true},
    {"5:0 6:5", "1:0 2:1", "1:0 2:1", true},
    {"1:0 2:1", "5:0 6:5", "5:0 6:5", true},
    {"2:0 4:2 6:4", "1:0 2:0 3:1 4:2 5:1 6:4 7:1", "1:0 2:0 3:1 4:2 5:1 6:4 7:1", true},
    {"1:0 2:0 3:1 4:2 5:1 6:4 7:1", "2:0 4:2 6:4", "2:0 4:2 6:4", true},
    {"1:0", "4294967295:4294967294 1:0", "1:0 4294967295:4294967294", true},
    {"1:1", "1:0", "1:0", true},
};

START_TEST(departments_are_replaced) {
    ck_assert_int_eq(put("other", "1:7 9:1"), WECOM_OK);
    ck_assert_int_eq(put(APP, replacements[_i].before), WECOM_OK);
    tx_next();
    ck_assert_int_eq(put(APP, replacements[_i].put), WECOM_OK);
    ck_assert(changed == replacements[_i].changed);
    ck_assert_str_eq(shown(APP), replacements[_i].after);
    ck_assert_int_eq(put(APP, replacements[_i].put), WECOM_OK);
    ck_assert(!changed);
    ck_assert_str_eq(shown("other"), "1:7 9:1");
}
END_TEST

static const char *const bad_departments[] = {"0:1", "1:0 0:0", "1:0 1:2", "3:1 2:1 3:2"};

START_TEST(departments_that_cannot_be_are_refused_as_a_whole) {
    ck_assert_int_eq(put(APP, "1:0 7:1"), WECOM_OK);
    changed = true;
    ck_assert_int_eq(put(APP, bad_departments[_i]), WECOM_E_FORMAT);
    ck_assert_str_eq(shown(APP), "1:0 7:1");
    ck_assert_int_eq(put("", "1:0"), WECOM_E_FORMAT);
    ck_assert_int_eq(put("a b", "1:0"), WECOM_E_FORMAT);
}
END_TEST

START_TEST(a_parent_is_found) {
    uint32_t parent = 99;

    ck_assert_int_eq(put(APP, "1:0 2:1"), WECOM_OK);
    ck_assert_int_eq(put("other", "2:7"), WECOM_OK);
    ck_assert_int_eq(store_find_parent(&tx, APP, 3, &parent), WECOM_E_ABSENT);
    ck_assert_int_eq(store_find_parent(&tx, "none", 1, &parent), WECOM_E_ABSENT);
    ck_assert_uint_eq(parent, 99);
    ck_assert_int_eq(store_find_parent(&tx, APP, 2, &parent), WECOM_OK);
    ck_assert_uint_eq(parent, 1);
    ck_assert_int_eq(store_find_parent(&tx, APP, 1, &parent), WECOM_OK);
    ck_assert_uint_eq(parent, 0);
    ck_assert_int_eq(store_find_parent(&tx, "other", 2, &parent), WECOM_OK);
    ck_assert_uint_eq(parent, 7);
}
END_TEST

START_TEST(many_departments_are_read_whatever_their_number) {
    enum { MANY = 1030 };
    struct store_department *list = calloc(MANY, sizeof *list), *read = NULL;
    size_t count = 0;

    ck_assert_ptr_nonnull(list);
    for (uint32_t n = 1; n <= MANY; n++) {
        list[n - 1] = (struct store_department){.id = n, .parent = n - 1};
        if (n < 62 || (n > 66 && n < 126) || (n > 130 && n < 1020))
            continue;
        ck_assert_int_eq(store_put_departments(&tx, APP, list, n, &changed), WECOM_OK);
        ck_assert_int_eq(store_all_departments(&tx, APP, &read, &count), WECOM_OK);
        ck_assert_uint_eq(count, n);
        ck_assert_int_eq(memcmp(list, read, n * sizeof *list), 0);
        free(read);
    }
    free(list);
}
END_TEST

/* ---- Tags ------------------------------------------------------------------------------------ */

static enum wecom_error put_tag(const char *app, uint32_t tag, const char *text) {
    char words[512], *rest = words;
    const char *userids[64];
    size_t count = 0;

    (void)snprintf(words, sizeof words, "%s", text);
    while (rest != NULL && *rest != '\0')
        userids[count++] = strsep(&rest, " ");
    changed = false;
    return store_put_tag(&tx, app, tag, userids, count, &changed);
}

/* "1,3,7" */
static const char *tags_of(const char *app, const char *userid) {
    static char text[256];
    uint32_t tags[16];
    size_t count = 99;
    int used = 0;

    text[0] = '\0';
    ck_assert_int_eq(store_tags_of(&tx, app, userid, tags, 16, &count), WECOM_OK);
    for (size_t i = 0; i < count; i++)
        used +=
            snprintf(text + used, sizeof text - (size_t)used, "%s%u", i > 0 ? "," : "", tags[i]);
    return text;
}

START_TEST(a_person_has_the_tags_that_name_him) {
    ck_assert_int_eq(put_tag(APP, 7, "anna Bob"), WECOM_OK);
    ck_assert(changed);
    ck_assert_int_eq(put_tag(APP, 3, "bob zoe"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 4294967295, "BOB"), WECOM_OK);
    ck_assert_int_eq(put_tag("other", 1, "bob"), WECOM_OK);
    tx_next();
    ck_assert_str_eq(tags_of(APP, "bOb"), "3,7,4294967295");
    ck_assert_str_eq(tags_of(APP, "Anna"), "7");
    ck_assert_str_eq(tags_of(APP, "zoe"), "3");
    ck_assert_str_eq(tags_of(APP, "bo"), "");
    ck_assert_str_eq(tags_of(APP, ""), "");
    ck_assert_str_eq(tags_of("none", "bob"), "");
    ck_assert_str_eq(tags_of("other", "bob"), "1");
}
END_TEST

static const struct {
    const char *before, *put;
    bool changed;
} memberships[] = {
    {"", "", false},
    {"", "a", true},
    {"a b c", "a b c", false},
    {"a b c", "C B A", false},
    {"a b c", "c a b a B", false},
    {"a b c", "a c", true},
    {"a c", "a b c", true},
    {"a b c", "", true},
    {"a b", "x y", true},
    {"x y", "a b", true},
    {"b d f", "a b c d e f g", true},
};

START_TEST(the_members_of_a_tag_are_replaced) {
    ck_assert_int_eq(put_tag(APP, 6, "a b x"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 8, "b"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 7, memberships[_i].before), WECOM_OK);
    tx_next();
    ck_assert_int_eq(put_tag(APP, 7, memberships[_i].put), WECOM_OK);
    ck_assert(changed == memberships[_i].changed);
    for (char c = 'a'; c <= 'z'; c++) {
        char userid[2] = {c, '\0'}, upper[2] = {(char)(c - 32), '\0'};
        bool is = strpbrk(memberships[_i].put, userid) || strpbrk(memberships[_i].put, upper);

        ck_assert((strchr(tags_of(APP, userid), '7') != NULL) == is);
    }
    ck_assert_int_eq(put_tag(APP, 7, memberships[_i].put), WECOM_OK);
    ck_assert(!changed);
    ck_assert_int_eq(put_tag(APP, 6, "a b x"), WECOM_OK);
    ck_assert(!changed);
}
END_TEST

static const char *const bad_members[] = {
    "a -b", "a/b", "\xE4", "a_7890123456789012345678901234567890123456789012345678901234567890"};

START_TEST(a_tag_with_a_member_that_cannot_be_is_refused_as_a_whole) {
    ck_assert_int_eq(put_tag(APP, 7, "a b"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 7, bad_members[_i]), WECOM_E_FORMAT);
    ck_assert_str_eq(tags_of(APP, "b"), "7");
    ck_assert_int_eq(put_tag(APP, 0, "a"), WECOM_E_FORMAT);
    ck_assert_int_eq(put_tag("", 1, "a"), WECOM_E_FORMAT);
}
END_TEST

START_TEST(more_tags_than_there_is_room_for_are_counted) {
    uint32_t tags[4] = {9, 9, 9, 9};
    size_t count = 0;

    for (uint32_t tag = 1; tag <= 5; tag++)
        ck_assert_int_eq(put_tag(APP, tag, "bob"), WECOM_OK);
    ck_assert_int_eq(store_tags_of(&tx, APP, "bob", tags, 3, &count), WECOM_OK);
    ck_assert_uint_eq(count, 5);
    ck_assert(tags[0] == 1 && tags[1] == 2 && tags[2] == 3 && tags[3] == 9);
}
END_TEST

static const struct {
    uint32_t keep[6];
    size_t count;
    const char *left;
    bool changed;
} kept[] = {
    {{1, 2, 4294967295}, 3, "1,2,4294967295", false},
    {{4294967295, 2, 1, 9}, 4, "1,2,4294967295", false},
    {{2}, 1, "2", true},
    {{1}, 1, "1", true},
    {{4294967295}, 1, "4294967295", true},
    {{7}, 1, "", true},
    {{0}, 0, "", true},
};

START_TEST(tags_that_are_not_kept_go) {
    ck_assert_int_eq(put_tag(APP, 1, "bob anna"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 2, "bob"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 4294967295, "bob"), WECOM_OK);
    ck_assert_int_eq(put_tag("other", 3, "bob"), WECOM_OK);
    changed = !kept[_i].changed;
    ck_assert_int_eq(store_keep_tags(&tx, APP, kept[_i].keep, kept[_i].count, &changed), WECOM_OK);
    ck_assert(changed == kept[_i].changed);
    ck_assert_str_eq(tags_of(APP, "bob"), kept[_i].left);
    ck_assert_str_eq(tags_of("other", "bob"), "3");
    ck_assert_int_eq(store_keep_tags(&tx, APP, kept[_i].keep, kept[_i].count, &changed), WECOM_OK);
    ck_assert(!changed);
}
END_TEST

/* ---- Nothing is written for nothing -----------------------------------------------------------
 */

static off_t log_size(void) {
    struct stat st;

    ck_assert_int_eq(stat(state_path(STORE_FILE "-wal"), &st), 0);
    return st.st_size;
}

START_TEST(what_is_the_same_leaves_the_database_alone) {
    struct store_account account;
    off_t before;

    account_of(1, &account);
    ck_assert_int_eq(account_add(&tx, &account), WECOM_OK);
    ck_assert_int_eq(put(APP, "1:0 2:1 3:2"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 7, "a b"), WECOM_OK);
    ck_assert_int_eq(store_set_number(&tx, "key", 5), WECOM_OK);
    tx_next();
    before = log_size();
    ck_assert_int_gt(before, 0);
    ck_assert_int_eq(put(APP, "3:2 2:1 1:0"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 7, "B A"), WECOM_OK);
    ck_assert_int_eq(store_keep_tags(&tx, APP, (const uint32_t[]){7}, 1, &changed), WECOM_OK);
    ck_assert_int_eq(store_set_number(&tx, "key", 5), WECOM_OK);
    ck_assert_int_eq(store_take_name(&tx, account.login, account.id), WECOM_OK);
    ck_assert_int_eq(store_take_number(&tx, account.uid, account.id), WECOM_OK);
    tx_next();
    ck_assert_int_eq(log_size(), before);
    ck_assert_int_eq(put(APP, "3:2 2:1 1:0 4:1"), WECOM_OK);
    tx_next();
    ck_assert_int_gt(log_size(), before);
    /* an ordinary confirmation is one page, not one for each index */
    before = log_size();
    account.confirmed_s++;
    account.state = STORE_LEFT;
    ck_assert_int_eq(store_update(&tx, &account), WECOM_OK);
    tx_next();
    ck_assert_int_eq(log_size() - before, 24 + 4096);
}
END_TEST

START_TEST(rows_that_break_their_rules_are_not_believed) {
    struct store_department *list = NULL;
    uint32_t tags[4], parent = 0;
    size_t count = 0;

    ck_assert_int_eq(put(APP, "1:0"), WECOM_OK);
    ck_assert_int_eq(put_tag(APP, 7, "bob"), WECOM_OK);
    tx_next();
    store_db_rollback(&db);
    (void)raw("PRAGMA ignore_check_constraints = ON; UPDATE departments SET parent = -1;"
              "UPDATE tag_members SET tag = 4294967296");
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    ck_assert_int_eq(store_all_departments(&tx, APP, &list, &count), WECOM_E_FORMAT);
    ck_assert_int_eq(store_find_parent(&tx, APP, 1, &parent), WECOM_E_FORMAT);
    ck_assert_int_eq(put(APP, "1:0"), WECOM_E_FORMAT);
    ck_assert_int_eq(store_tags_of(&tx, APP, "bob", tags, 4, &count), WECOM_E_FORMAT);
    ck_assert_int_eq(store_keep_tags(&tx, APP, NULL, 0, &changed), WECOM_E_FORMAT);
    store_db_rollback(&db);
    (void)raw("PRAGMA ignore_check_constraints = ON; UPDATE tag_members SET tag = 7,"
              " userid_lower = 'a b'");
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    ck_assert_int_eq(put_tag(APP, 7, "bob"), WECOM_E_FORMAT);
    ck_assert_int_eq(tx.failed, SQLITE_OK);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_directory");
    TCase *t = tcase_create("directory");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, tx_open, tx_close);
    tcase_add_loop_test(t, departments_are_replaced, 0, SUPPORT_COUNT(replacements));
    tcase_add_loop_test(t, departments_that_cannot_be_are_refused_as_a_whole, 0,
                        SUPPORT_COUNT(bad_departments));
    tcase_add_test(t, a_parent_is_found);
    tcase_add_test(t, many_departments_are_read_whatever_their_number);
    tcase_add_test(t, a_person_has_the_tags_that_name_him);
    tcase_add_loop_test(t, the_members_of_a_tag_are_replaced, 0, SUPPORT_COUNT(memberships));
    tcase_add_loop_test(t, a_tag_with_a_member_that_cannot_be_is_refused_as_a_whole, 0,
                        SUPPORT_COUNT(bad_members));
    tcase_add_test(t, more_tags_than_there_is_room_for_are_counted);
    tcase_add_loop_test(t, tags_that_are_not_kept_go, 0, SUPPORT_COUNT(kept));
    tcase_add_test(t, what_is_the_same_leaves_the_database_alone);
    tcase_add_test(t, rows_that_break_their_rules_are_not_believed);
    suite_add_tcase(s, t);
    return s;
}
