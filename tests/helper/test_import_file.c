/* Files of accounts from another host: every row or none. */
#include "helper/import_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_accounts.h"

static struct test_store *t;
static struct accounts_admin admin;
static struct import_report report;

/* "LINE:WHY " of each bad row. */
static char told[65536];

static void setup(void) {
    t = test_store_new("group.ops = department:2\n");
    admin = (struct accounts_admin){.accounts = t->accounts, .config = t->config};
}

static void teardown(void) {
    test_store_free(t);
}

static void on_bad(void *arg, size_t line, const struct refusal *refusal) {
    size_t used = strlen(told);

    (void)arg;
    (void)snprintf(told + used, sizeof told - used, "%zu:%s ", line, refusal_why(refusal));
}

static enum wecom_error import_text(const char *text, bool dry_run) {
    FILE *in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
    enum wecom_error err;

    ck_assert_ptr_nonnull(in);
    told[0] = '\0';
    err = import_file(t->store, &admin, in, dry_run, on_bad, NULL, &report);
    (void)fclose(in);
    return err;
}

/* All rows are good, and how many come out how. */
static void imports(const char *text, size_t made, size_t changed, size_t same) {
    ck_assert_int_eq(import_text(text, false), WECOM_OK);
    ck_assert_msg(report.bad == 0, "%s", told);
    ck_assert_uint_eq(report.of[IMPORT_NEW], made);
    ck_assert_uint_eq(report.of[IMPORT_CHANGED], changed);
    ck_assert_uint_eq(report.of[IMPORT_SAME], same);
}

static void refuses(const char *text, const char *why) {
    ck_assert_int_eq(import_text(text, false), WECOM_OK);
    ck_assert_str_eq(told, why);
    ck_assert_uint_gt(report.bad, 0);
}

struct look {
    const char *userid;
    struct store_account account;
    int64_t changes;
    enum wecom_error found;
};

static enum wecom_error run_look(void *arg, struct store_tx *tx) {
    struct look *look = arg;

    look->found = store_find_userid(tx, "ww1", look->userid, &look->account);
    return store_changes(tx, &look->changes);
}

static struct look look_at(const char *userid) {
    struct look look = {.userid = userid};

    ck_assert_int_eq(store_run(t->store, STORE_READ, run_look, &look), WECOM_OK);
    return look;
}

static struct store_account get(const char *userid) {
    struct look look = look_at(userid);

    ck_assert_int_eq(look.found, WECOM_OK);
    return look.account;
}

static bool is_there(const char *userid) {
    return look_at(userid).found == WECOM_OK;
}

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbb"

#define ROW_A                                                                              \
    "{\"line\":1,\"account\":\"" ID_A "\",\"corp\":\"ww1\",\"userid\":\"Lisi\",\"login\":" \
    "\"lisi\",\"uid\":1900000100,\"name\":\"李四\",\"state\":\"active\"}\n"
#define ROW_B                                                                                \
    "{\"line\":2,\"account\":\"" ID_B "\",\"corp\":\"ww1\",\"userid\":\"wangwu\",\"login\":" \
    "\"\",\"uid\":\"1900000101\",\"name\":\"王五\",\"state\":\"left\"}\n"

START_TEST(rows_become_accounts_once) {
    struct store_account a;
    int64_t changes;

    imports(ROW_A ROW_B, 2, 0, 0);
    a = get("lisi");
    ck_assert_str_eq(a.id, ID_A);
    ck_assert_str_eq(a.userid, "Lisi");
    ck_assert_str_eq(a.login, "lisi");
    ck_assert_uint_eq(a.uid, 1900000100);
    ck_assert_str_eq(a.name, "李四");
    ck_assert(a.host && !a.added && !a.held && !a.switched_off);
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    /* WeCom did not say that here */
    ck_assert_int_eq(a.confirmed_s, 0);
    ck_assert(!a.confirmed_by_sync && a.first_login_s == 0 && a.created_s == 1000000);
    a = get("wangwu");
    ck_assert_int_eq(a.state, STORE_LEFT);
    ck_assert_int_eq(a.withdrawn_s, 1000000);
    ck_assert_uint_eq(a.uid, 1900000101);
    ck_assert_str_eq(accounts_admin_no_login(&a), "none");
    changes = look_at("lisi").changes;
    imports(ROW_A ROW_B, 0, 0, 2);
    ck_assert_int_eq(look_at("lisi").changes, changes);
}
END_TEST

START_TEST(a_dry_run_changes_nothing) {
    int64_t changes = look_at("lisi").changes;

    ck_assert_int_eq(import_text(ROW_A ROW_B, true), WECOM_OK);
    ck_assert_uint_eq(report.of[IMPORT_NEW], 2);
    ck_assert(!is_there("lisi"));
    ck_assert_int_eq(look_at("lisi").changes, changes);
    imports(ROW_A, 1, 0, 0); /* the name and the number are free still */
}
END_TEST

START_TEST(little_is_enough) {
    struct store_account a, b;

    imports("{\"userid\":\"lisi\",\"login\":\"lisi\"}\n"
            "{\"userid\":\"wangwu\",\"uid\":1900000100}\n"
            "{\"userid\":\"web\"}\n",
            3, 0, 0);
    a = get("lisi");
    ck_assert_uint_eq(strlen(a.id), STORE_ID_BYTES - 1);
    ck_assert_uint_ge(a.uid, 1900000000);
    b = get("wangwu");
    ck_assert_uint_eq(b.uid, 1900000100);
    ck_assert_str_eq(b.login, "");
    b = get("web");
    ck_assert(!b.host && b.uid == 0);
    imports("{\"userid\":\"lisi\",\"login\":\"lisi\"}\n", 0, 0, 1);
    ck_assert_str_eq(get("lisi").id, a.id);
}
END_TEST

/* The number that a row without one would be given belongs to a later row. */
START_TEST(a_number_that_is_found_is_none_of_the_file) {
    uint32_t found;
    char text[512];

    imports("{\"userid\":\"lisi\",\"login\":\"lisi\"}\n", 1, 0, 0);
    found = get("lisi").uid;
    teardown();
    setup();
    (void)snprintf(text, sizeof text,
                   "{\"userid\":\"lisi\",\"login\":\"lisi\"}\n"
                   "{\"userid\":\"wangwu\",\"login\":\"wangwu\",\"uid\":%u}\n",
                   found);
    imports(text, 2, 0, 0);
    ck_assert_uint_eq(get("wangwu").uid, found);
    ck_assert_uint_ne(get("lisi").uid, found);
}
END_TEST

START_TEST(an_account_that_is_here_keeps_its_id_and_its_state) {
    struct answer_member m = test_member("lisi");
    struct accounts_change change;
    struct store_account before, after;
    char text[512];

    m.status = 2;
    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_ADD, ACCOUNTS_ASKED, &before, &change), WECOM_OK);
    (void)snprintf(text, sizeof text,
                   "{\"account\":\"" ID_A "\",\"userid\":\"LISI\",\"login\":\"lisi\",\"uid\":%u,"
                   "\"name\":\"other\",\"state\":\"active\"}\n",
                   before.uid);
    imports(text, 0, 0, 1);
    after = get("lisi");
    ck_assert_str_eq(after.id, before.id);
    ck_assert_str_eq(after.userid, "lisi");
    ck_assert_int_eq(after.state, STORE_DISABLED);
    ck_assert_str_eq(after.name, before.name);
    ck_assert(after.added);
}
END_TEST

START_TEST(a_name_that_was_changed_elsewhere_is_changed_here) {
    imports(ROW_A, 1, 0, 0);
    imports("{\"account\":\"" ID_A "\",\"userid\":\"lisi\",\"login\":\"ls\",\"uid\":1900000100}\n",
            0, 1, 0);
    ck_assert_str_eq(get("lisi").login, "ls");
    refuses("{\"line\":9,\"userid\":\"new\",\"login\":\"lisi\"}\n", "9:import_name ");
    /* so is a userid */
    imports("{\"account\":\"" ID_A "\",\"userid\":\"lisi2\",\"login\":\"ls\"}\n", 0, 1, 0);
    ck_assert(!is_there("lisi"));
    ck_assert_str_eq(get("lisi2").id, ID_A);
}
END_TEST

START_TEST(an_identity_becomes_a_host_account) {
    struct answer_member m = test_member("lisi");
    struct accounts_change change;
    struct store_account before;

    ck_assert_int_eq(test_see(t, &m, ACCOUNTS_IDENTITY, ACCOUNTS_ASKED, &before, &change),
                     WECOM_OK);
    imports("{\"userid\":\"lisi\",\"login\":\"lisi\",\"uid\":1900000100}\n", 0, 1, 0);
    ck_assert(get("lisi").host && get("lisi").uid == 1900000100);
    ck_assert_str_eq(get("lisi").id, before.id);
}
END_TEST

START_TEST(states_of_ours_come_along) {
    struct store_account a;

    imports("{\"userid\":\"a1\",\"state\":\"held\"}\n{\"userid\":\"a2\",\"state\":\"switched_off\"}"
            "\n{\"userid\":\"a3\",\"state\":\"deleted\"}\n",
            3, 0, 0);
    a = get("a1");
    ck_assert(a.held && a.state == STORE_ACTIVE);
    a = get("a2");
    ck_assert(a.switched_off && !a.held);
    a = get("a3");
    ck_assert_int_eq(a.state, STORE_DELETED);
}
END_TEST

/* One bad row each, in line 7 behind a good one, with ROW_A in the store. */
static const struct {
    const char *row, *why;
} bad[] = {
    {"{\"line\":7}", "import_value"},
    {"{\"line\":7,\"userid\":\"\"}", "import_value"},
    {"{\"line\":7,\"userid\":5}", "import_value"},
    {"{\"line\":7,\"userid\":[]}", "import_value"},
    {"{\"line\":7,\"userid\":\"a b\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"what\":1}", "import_key"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"X\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"1x\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"a12345678901234567890123456789012\"}",
     "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"root\"}", "name_local"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"local\"}", "name_local"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"wheel\"}", "name_local"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"ops\"}", "name_local"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":-5}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1.5}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":4294967295}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":\"19x\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":\" 1900000001\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":\"99999999999\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1}", "import_range"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1899999999}", "import_range"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":2000000000}", "import_range"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1900000007}", "import_local_uid"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1900000009}", "import_local_uid"},
    {"{\"line\":7,\"userid\":\"x\",\"state\":\"unknown\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"state\":\"Active\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"account\":\"AAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"account\":\"aaaaaaaaaaaaaaaaaaaaaaaaa\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"corp\":\"w w\"}", "import_value"},
    {"{\"line\":7,\"userid\":\"x\",\"corp\":\"ww2\",\"login\":\"x\"}", "import_corp"},
    {"{\"line\":7,\"userid\":\"x\",\"corp\":\"ww2\",\"uid\":1900000001}", "import_corp"},
    {"{\"line\":7,\"userid\":\"x\",\"corp\":\"ww2\",\"account\":\"" ID_A "\"}", "import_corp"},
    {"{\"line\":7,\"userid\":\"x\",\"login\":\"lisi\"}", "import_name"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1900000100}", "import_uid"},
    {"{\"line\":7,\"userid\":\"lisi\",\"uid\":1900000200}", "import_other_uid"},
    {"{\"line\":7,\"userid\":\"lisi\",\"login\":\"good\"}", "import_twice"},
    {"{\"line\":7,\"userid\":\"GOOD\"}", "import_twice"},
    {"{\"line\":7,\"userid\":\"x\",\"uid\":1900000300}", "import_twice"},
    {"{\"line\":7,\"userid\":\"x\",\"account\":\"" ID_B "\"}", "import_twice"},
    {"{\"line\":7,\"account\":\"" ID_A "\",\"userid\":\"other\",\"login\":\"o\"}", "import_userid"},
};

START_TEST(one_bad_row_keeps_all_out) {
    static const char good[] = "{\"line\":1,\"account\":\"" ID_B "\",\"userid\":\"good\",\"login\":"
                               "\"good\",\"uid\":1900000300}\n";
    char text[1024], why[64];
    struct look before, after;

    imports(ROW_A "{\"userid\":\"other\"}\n", 2, 0, 0);
    before = look_at("lisi");
    (void)snprintf(text, sizeof text, "%s%s\n", good, bad[_i].row);
    (void)snprintf(why, sizeof why, "7:%s ", bad[_i].why);
    refuses(text, why);
    ck_assert_uint_eq(report.bad, 1);
    ck_assert_uint_eq(report.rows, 2);
    ck_assert(!is_there("good"));
    after = look_at("lisi");
    ck_assert_int_eq(memcmp(&before.account, &after.account, sizeof before.account), 0);
    ck_assert_int_eq(before.changes, after.changes);
    /* without it the rest is taken */
    imports(good, 1, 0, 0);
}
END_TEST

START_TEST(every_bad_row_is_told_in_order) {
    imports(ROW_A, 1, 0, 0);
    refuses("{\"line\":1,\"userid\":\"x\",\"uid\":1}\n"
            "{\"line\":2,\"userid\":\"a1\"}\n"
            "{\"line\":3,\"userid\":\"y\",\"login\":\"lisi\"}\n"
            "{\"line\":4,\"userid\":\"A1\"}\n"
            "{\"line\":5,\"userid\":\"z\",\"login\":\"\\u001b\"}\n",
            "1:import_range 3:import_name 4:import_twice 5:import_value ");
    ck_assert_uint_eq(report.bad, 4);
    ck_assert_uint_eq(report.of[IMPORT_NEW], 1);
}
END_TEST

START_TEST(what_is_no_object_ends_the_import) {
    static const char *const lines[] = {
        "[]\n", "1\n", "{\n", "{\"userid\":\"x\"}x\n", "{\"userid\":\"x\",\"userid\":\"y\"}\n",
        "\n"};

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512];

        (void)snprintf(text, sizeof text, "%s%s", ROW_A, lines[i]);
        ck_assert_int_eq(import_text(text, false), WECOM_E_FORMAT);
        ck_assert(!is_there("lisi"));
    }
}
END_TEST

START_TEST(a_range_that_is_full_changes_nothing) {
    t->config->accounts.uid_range[0] = 1900000100;
    t->config->accounts.uid_range[1] = 1900000100;
    ck_assert_int_eq(import_text("{\"userid\":\"lisi\",\"login\":\"lisi\"}\n"
                                 "{\"userid\":\"wangwu\",\"login\":\"wangwu\"}\n",
                                 false),
                     WECOM_E_TOO_LONG);
    ck_assert(!is_there("lisi") && !is_there("wangwu"));
    imports("{\"userid\":\"wangwu\",\"login\":\"lisi\"}\n", 1, 0, 0);
}
END_TEST

START_TEST(display_names_are_cleaned) {
    imports("{\"userid\":\"lisi\",\"name\":\"\\u001b[31mred\\u202e\\nx\"}\n", 1, 0, 0);
    ck_assert_str_eq(get("lisi").name, "[31mred x");
}
END_TEST

START_TEST(an_empty_file_is_no_change) {
    FILE *in = fopen("/dev/null", "re");

    ck_assert_int_eq(import_file(t->store, &admin, in, false, on_bad, NULL, &report), WECOM_OK);
    ck_assert_uint_eq(report.rows, 0);
    (void)fclose(in);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("import_file");
    TCase *tc = tcase_create("import_file");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, rows_become_accounts_once);
    tcase_add_test(tc, a_dry_run_changes_nothing);
    tcase_add_test(tc, little_is_enough);
    tcase_add_test(tc, a_number_that_is_found_is_none_of_the_file);
    tcase_add_test(tc, an_account_that_is_here_keeps_its_id_and_its_state);
    tcase_add_test(tc, a_name_that_was_changed_elsewhere_is_changed_here);
    tcase_add_test(tc, an_identity_becomes_a_host_account);
    tcase_add_test(tc, states_of_ours_come_along);
    tcase_add_loop_test(tc, one_bad_row_keeps_all_out, 0, SUPPORT_COUNT(bad));
    tcase_add_test(tc, every_bad_row_is_told_in_order);
    tcase_add_test(tc, what_is_no_object_ends_the_import);
    tcase_add_test(tc, a_range_that_is_full_changes_nothing);
    tcase_add_test(tc, display_names_are_cleaned);
    tcase_add_test(tc, an_empty_file_is_no_change);
    suite_add_tcase(s, tc);
    return s;
}
