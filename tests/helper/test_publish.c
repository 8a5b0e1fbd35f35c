/* From the store to the table. */
#include "helper/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/table.h"
#include "common/text.h"
#include "helper/accounts.h"
#include "helper/log.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

#define APPS "[app main]\ncorp_id = ww1\nagent_id = 7\nsecret_file = /s\n"

static char *directory, *state, *passwd, *group, *table_path;
static struct store *store;
static struct config *config;
static struct locals *locals;
static struct userset *told;
static struct publish_counts counts;
static int lines[8];

static void pass(void *arg, const struct log_line *l) {
    (void)arg;
    lines[l->level]++;
}

static void configure(const char *more) {
    char *text = NULL;

    config_free(config);
    ck_assert_int_gt(asprintf(&text, "[helper]\nstate_dir = %s\n" APPS "[accounts]\ntable = %s\n%s",
                              state, table_path, more),
                     0);
    config = support_config(text);
    free(text);
}

static void read_locals(const char *users, const char *groups) {
    support_write(passwd, 0644, users, strlen(users));
    support_write(group, 0644, groups, strlen(groups));
    locals_free(locals);
    locals = locals_read(passwd, group);
    ck_assert_ptr_nonnull(locals);
}

static void setup(void) {
    char why[256];

    log_open("test", true, LOG_INFO);
    log_pass_on(pass, NULL);
    directory = support_directory();
    state = support_path(directory, "state");
    passwd = support_path(directory, "passwd");
    group = support_path(directory, "group");
    table_path = support_path(directory, "state/public/accounts.cdb");
    store = store_open(state, NULL, why, sizeof why);
    ck_assert_msg(store != NULL, "%s", why);
    told = userset_new();
    read_locals("root:x:0:0:::\n", "root:x:0:\n");
    configure("");
}

static void teardown(void) {
    static const char *const files[] = {"state/accounts.db",
                                        "state/accounts.db-wal",
                                        "state/accounts.db-shm",
                                        "state/accounts.turn",
                                        "state/public/accounts.cdb",
                                        "state/public",
                                        "state"};

    log_pass_on(NULL, NULL);
    config_free(config);
    locals_free(locals);
    userset_free(told);
    store_close(store);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = support_path(directory, files[i]);

        (void)remove(path);
        free(path);
    }
    free(state);
    free(passwd);
    free(group);
    free(table_path);
    support_remove(directory);
}

/* ---- People ---------------------------------------------------------------------------------- */

struct put {
    struct answer_member member;
    enum accounts_how how;
    enum accounts_source source;
    struct store_account account;
};

static struct accounts rules(void) {
    return (struct accounts){
        .settings = &config->accounts, .corp = "ww1", .locals = locals, .now_s = 5000};
}

static enum wecom_error see(void *arg, struct store_tx *tx) {
    struct put *put = arg;
    struct accounts accounts = rules();
    struct accounts_change change;

    return accounts_see(&accounts, tx, &put->member, put->how, put->source, &put->account, &change);
}

/* A visible member as a synchronization sees him. */
static struct store_account have(const char *userid, const char *name, uint32_t department,
                                 int status) {
    struct put put = {.member = {.status = status, .enabled = true},
                      .how = ACCOUNTS_ADMIT,
                      .source = ACCOUNTS_SYNC};

    (void)snprintf(put.member.userid, sizeof put.member.userid, "%s", userid);
    (void)snprintf(put.member.name, sizeof put.member.name, "%s", name);
    put.member.departments[0] = department;
    put.member.departments_count = department != 0;
    ck_assert_int_eq(store_run(store, STORE_WRITE, see, &put), WECOM_OK);
    return put.account;
}

static enum wecom_error update(void *arg, struct store_tx *tx) {
    enum wecom_error err = store_update(tx, arg);

    return err == WECOM_OK ? store_count_change(tx) : err;
}

static void change(struct store_account *account) {
    ck_assert_int_eq(store_run(store, STORE_WRITE, update, account), WECOM_OK);
}

static enum wecom_error know(void *arg, struct store_tx *tx) {
    static const struct store_department tree[] = {{1, 0}, {2, 1}, {3, 2}};
    static const char *const tagged[] = {"lisi"};
    bool changed;
    enum wecom_error err = store_put_departments(tx, "main", tree, 3, &changed);

    (void)arg;
    if (err == WECOM_OK)
        err = store_put_tag(tx, "main", 7, tagged, 1, &changed);
    if (err == WECOM_OK)
        err = store_set_number(tx, "departments main", 1);
    return err == WECOM_OK ? store_set_number(tx, "tags main", 1) : err;
}

static void know_directory(void) {
    ck_assert_int_eq(store_run(store, STORE_WRITE, know, NULL), WECOM_OK);
}

static enum wecom_error try_publish(int64_t confirmed_s) {
    struct publish publish = {.store = store,
                              .config = config,
                              .locals = locals,
                              .confirmed_s = confirmed_s,
                              .now_s = 6000,
                              .told = told};
    char why[256] = "";
    enum wecom_error err = publish_table(&publish, &counts, why, sizeof why);

    ck_assert((err == WECOM_OK) == (why[0] == '\0'));
    return err;
}

static struct table table;
static char buffer[TABLE_META_BYTES + TABLE_USER_BYTES];
static struct table_user user;
static struct table_status status;
static struct table_group mapped;

static void publish(void) {
    ck_assert_int_eq(try_publish(4000), WECOM_OK);
}

static enum wecom_error find_user(const char *name) {
    enum wecom_error err;

    ck_assert_int_eq(table_open(table_path, geteuid(), &table), WECOM_OK);
    err = table_user_by_name(&table, name, buffer, sizeof buffer, &user);
    table_close(&table);
    return err;
}

static enum wecom_error find_status(const char *userid) {
    char link[WECOM_LINK_MAX_BYTES + 1];
    enum wecom_error err;

    (void)snprintf(link, sizeof link, "ww1/%s", userid);
    ck_assert_int_eq(table_open(table_path, geteuid(), &table), WECOM_OK);
    err = table_status_by_link(&table, link, buffer, sizeof buffer, &status);
    table_close(&table);
    return err;
}

static enum wecom_error find_group(const char *name) {
    enum wecom_error err;

    ck_assert_int_eq(table_open(table_path, geteuid(), &table), WECOM_OK);
    err = table_group_by_name(&table, name, buffer, sizeof buffer, &mapped);
    table_close(&table);
    return err;
}

static struct table_meta find_meta(int64_t *mtime_s) {
    struct table_meta meta;

    ck_assert_int_eq(table_open(table_path, geteuid(), &table), WECOM_OK);
    ck_assert_int_eq(table_meta(&table, buffer, sizeof buffer, &meta), WECOM_OK);
    *mtime_s = table.mtime_s;
    table_close(&table);
    return meta;
}

static enum wecom_error read_changes(void *arg, struct store_tx *tx) {
    return store_changes(tx, arg);
}

START_TEST(a_user_is_published_with_everything) {
    struct store_account a;
    int64_t mtime_s, changes;
    struct table_meta meta;
    struct stat st;
    char *public = support_path(directory, "state/public");

    configure("home = /srv/%u/home\nshell = /bin/zsh\ngroup.dev-x = department:2\n"
              "group.dba-x = tag:7\n[service sshd]\nmethods = code\nallow = department:2\n"
              "[service web]\nmethods = code\naccount = no\n"
              "[service su]\nmethods = code\ndeny = tag:7\n");
    know_directory();
    a = have("LiSi", "\xE6\x9D\x8E\xE5\x9B\x9B", 3, 1);
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_uint_eq(user.id, a.uid);
    ck_assert_str_eq(user.gecos, "\xE6\x9D\x8E\xE5\x9B\x9B");
    ck_assert_str_eq(user.home, "/srv/lisi/home");
    ck_assert_str_eq(user.shell, "/bin/zsh");
    ck_assert(user.status.active && user.status.dated_by_file);
    ck_assert_int_eq(user.status.reason, WECOM_REASON_NONE);
    ck_assert_str_eq(user.status.services, "10"); /* sshd, not su */
    ck_assert_str_eq(user.status.link, "ww1/LiSi");
    ck_assert_uint_eq(user.gids_count, 2);
    ck_assert_int_eq(find_group("dev-x"), WECOM_OK);
    ck_assert(mapped.id == user.gids[0] || mapped.id == user.gids[1]);
    ck_assert_str_eq(mapped.members, "");
    meta = find_meta(&mtime_s);
    ck_assert_str_eq(meta.services, "sshd,su");
    ck_assert_int_eq(mtime_s, 4000);
    ck_assert_int_eq(store_run(store, STORE_READ, read_changes, &changes), WECOM_OK);
    ck_assert_uint_eq(meta.generation, (uint64_t)changes);
    ck_assert_int_eq(counts.changes, changes);
    ck_assert_uint_eq(counts.accounts, 1);
    ck_assert_uint_eq(counts.active, 1);
    ck_assert_int_eq(stat(public, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0755);
    free(public);
}
END_TEST

static const struct {
    int status;
    bool switched_off, held;
    enum store_state state; /* 0: what the status makes */
    enum wecom_reason reason;
} outs[] = {
    {2, false, false, STORE_NO_STATE, WECOM_REASON_DISABLED},
    {4, false, false, STORE_NO_STATE, WECOM_REASON_DISABLED},
    {5, false, false, STORE_NO_STATE, WECOM_REASON_WITHDRAWN},
    {1, true, false, STORE_NO_STATE, WECOM_REASON_DISABLED},
    {1, false, true, STORE_NO_STATE, WECOM_REASON_WITHDRAWN},
    {1, false, false, STORE_OUT_OF_RANGE, WECOM_REASON_NOT_VISIBLE},
    {1, false, false, STORE_DELETED, WECOM_REASON_WITHDRAWN},
};

START_TEST(whoever_is_out_keeps_name_and_number_and_nothing_else) {
    struct store_account a;

    configure("group.all-x = department:1\n[service sshd]\nmethods = code\n");
    know_directory();
    (void)have("lisi", "L", 2, 1);
    a = have("lisi", "L", 2, outs[_i].status);
    a.switched_off = outs[_i].switched_off;
    a.held = outs[_i].held;
    if (outs[_i].state != STORE_NO_STATE)
        a.state = outs[_i].state;
    change(&a);
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_uint_eq(user.id, a.uid);
    ck_assert(!user.status.active);
    ck_assert_int_eq(user.status.reason, outs[_i].reason);
    ck_assert_str_eq(user.shell, PUBLISH_NOLOGIN);
    ck_assert_str_eq(user.status.services, "0");
    ck_assert_uint_eq(user.gids_count, 0);
    ck_assert_uint_eq(counts.active, 0);
}
END_TEST

START_TEST(with_provision_off_only_those_who_were_added_are_active) {
    struct store_account a = have("lisi", "L", 2, 1), b = have("wangwu", "W", 2, 1);

    b.added = true;
    change(&b);
    configure("provision = no\n");
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert(!user.status.active);
    ck_assert_int_eq(user.status.reason, WECOM_REASON_NOT_PROVISIONED);
    ck_assert_int_eq(find_user("wangwu"), WECOM_OK);
    ck_assert(user.status.active);
    (void)a;
}
END_TEST

START_TEST(a_rule_that_cannot_be_decided_is_no_yes) {
    configure("group.dev-x = department:3\n[service sshd]\nmethods = code\nallow = department:3\n"
              "[service su]\nmethods = code\ndeny = tag:7\n");
    (void)have("lisi", "L", 2, 1); /* the tree is not known */
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_str_eq(user.status.services, "00");
    ck_assert_uint_eq(user.gids_count, 0);
    know_directory();
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_str_eq(user.status.services, "00"); /* denied by tag 7 for sure now */
}
END_TEST

START_TEST(who_has_no_login_name_has_a_status_and_identities_have_none) {
    struct put guest = {.member = {.userid = "guest", .status = 1, .enabled = true},
                        .how = ACCOUNTS_IDENTITY};

    configure("[service sshd]\nmethods = code\n");
    (void)have("a@b", "A", 2, 1);
    ck_assert_int_eq(store_run(store, STORE_WRITE, see, &guest), WECOM_OK);
    publish();
    ck_assert_int_eq(find_status("a@b"), WECOM_OK);
    ck_assert(status.active);
    ck_assert_str_eq(status.services, "1");
    ck_assert_int_eq(find_status("guest"), WECOM_E_ABSENT);
    ck_assert_uint_eq(counts.accounts, 1);
    ck_assert_uint_eq(counts.no_login, 1);
}
END_TEST

START_TEST(the_row_s_own_time_is_published_where_the_table_s_does_not_count) {
    struct store_account a = have("lisi", "L", 2, 1);

    a.confirmed_by_sync = false;
    a.confirmed_s = 3333;
    change(&a);
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert(!user.status.dated_by_file);
    ck_assert_int_eq(user.status.confirmed_s, 3333);
}
END_TEST

START_TEST(a_name_or_number_that_became_local_is_not_published) {
    struct store_account a = have("lisi", "L", 2, 1), b = have("wangwu", "W", 2, 1);
    char users[128];

    (void)have("zhaoliu", "Z", 2, 1);
    (void)a;
    (void)snprintf(users, sizeof users, "root:x:0:0:::\nlisi:x:1001:1001:::\nx:x:%u:5:::\n", b.uid);
    read_locals(users, "root:x:0:\n");
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_E_ABSENT);
    ck_assert_int_eq(find_user("wangwu"), WECOM_E_ABSENT);
    ck_assert_int_eq(find_user("zhaoliu"), WECOM_OK);
    ck_assert_int_eq(find_status("lisi"), WECOM_OK); /* linked, he is known by it */
    ck_assert_uint_eq(counts.left_out, 2);
    ck_assert_int_eq(lines[LOG_WARNING], 2);
    publish();
    ck_assert_int_eq(lines[LOG_WARNING], 2); /* said once */
    read_locals("root:x:0:0:::\n", "root:x:0:\n");
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
}
END_TEST

START_TEST(people_of_another_company_stay_known_and_out) {
    struct store_account a = have("lisi", "L", 2, 1);
    char *text = NULL;

    config_free(config);
    ck_assert_int_gt(asprintf(&text,
                              "[helper]\nstate_dir = %s\n[app main]\ncorp_id = ww2\nagent_id = 7\n"
                              "secret_file = /s\n[accounts]\ntable = %s\n",
                              state, table_path),
                     0);
    config = support_config(text);
    free(text);
    publish();
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_uint_eq(user.id, a.uid);
    ck_assert(!user.status.active);
}
END_TEST

/* ---- Groups ---------------------------------------------------------------------------------- */

START_TEST(a_group_lists_members_only_where_it_is_asked_for_and_not_more_than_two_hundred) {
    know_directory();
    for (int i = 0; i < 230; i++) {
        char userid[16];

        (void)snprintf(userid, sizeof userid, "user%03d", i);
        (void)have(userid, "U", 2, 1);
    }
    (void)have("user005", "U", 2, 2);
    configure("group.dev-x = department:2\ngroup.few-x = user:user007 user:user005\n");
    publish();
    ck_assert_int_eq(find_group("dev-x"), WECOM_OK);
    ck_assert_uint_eq(mapped.members_count, 0);
    configure("group_members = yes\ngroup.dev-x = department:2\n"
              "group.few-x = user:user007 user:user005\n");
    publish();
    ck_assert_int_eq(find_group("dev-x"), WECOM_OK);
    ck_assert_uint_eq(mapped.members_count, 200);
    ck_assert_int_eq(find_group("few-x"), WECOM_OK);
    ck_assert_str_eq(mapped.members, "user007"); /* the other one is not active */
}
END_TEST

START_TEST(a_group_keeps_its_number) {
    uint32_t gid;

    configure("group.dev-x = department:2\n");
    publish();
    ck_assert_int_eq(find_group("dev-x"), WECOM_OK);
    gid = mapped.id;
    configure("group.other-x = department:2\n");
    publish();
    ck_assert_int_eq(find_group("dev-x"), WECOM_E_ABSENT);
    configure("group.dev-x = department:3\n");
    publish();
    ck_assert_int_eq(find_group("dev-x"), WECOM_OK);
    ck_assert_uint_eq(mapped.id, gid);
}
END_TEST

START_TEST(a_group_whose_name_is_taken_is_left_out_and_told_once) {
    struct store_account a = have("dev-x", "D", 2, 1);

    ck_assert_str_eq(a.login, "dev-x");
    configure("group.dev-x = department:2\ngroup.local-x = department:2\n");
    read_locals("root:x:0:0:::\n", "root:x:0:\nlocal-x:x:500:\n");
    publish();
    ck_assert_int_eq(find_group("local-x"), WECOM_E_ABSENT);
    ck_assert_int_eq(find_user("dev-x"), WECOM_OK);
    ck_assert_int_eq(lines[LOG_ERR], 2);
    publish();
    ck_assert_int_eq(lines[LOG_ERR], 2);
}
END_TEST

/* ---- The file -------------------------------------------------------------------------------- */

START_TEST(what_cannot_be_written_leaves_the_old_table) {
    (void)have("lisi", "L", 2, 1);
    publish();
    (void)have("wangwu", "W", 2, 1);
    ck_assert_int_eq(try_publish(-1), WECOM_E_FORMAT); /* no such time */
    ck_assert_int_eq(find_user("lisi"), WECOM_OK);
    ck_assert_int_eq(find_user("wangwu"), WECOM_E_ABSENT);
    free(table_path);
    table_path = strdup("/nonexistent/directory/accounts.cdb");
    configure("");
    ck_assert_int_eq(try_publish(1), WECOM_E_SYSTEM);
    free(table_path);
    table_path = support_path(directory, "state/public/accounts.cdb");
}
END_TEST

static const struct {
    const char *name, *gecos;
} names[] = {
    {"", ""},
    {"Zhang San", "Zhang San"},
    {"\xE5\xBC\xA0\xE4\xB8\x89", "\xE5\xBC\xA0\xE4\xB8\x89"},
    {"a:b,c", "a b c"},
    {"a\nb\tc\x01\x7f", "a b c"},
    {"a\xE2\x80\xAE"
     "b",
     "ab"},
    {"a\xFF\xE5\xBC", "a"},
};

START_TEST(a_display_name_becomes_a_field_of_passwd) {
    char gecos[64];

    publish_gecos(gecos, sizeof gecos, names[_i].name);
    ck_assert_str_eq(gecos, names[_i].gecos);
}
END_TEST

START_TEST(a_long_display_name_is_cut_at_a_character) {
    char name[301] = "", gecos[256];

    for (int i = 0; i < 100; i++)
        memcpy(name + 3 * i, "\xE5\xBC\xA0", 4);
    for (size_t bytes = 1; bytes <= sizeof gecos; bytes++) {
        publish_gecos(gecos, bytes, name);
        ck_assert_uint_eq(strlen(gecos), (bytes - 1) / 3 * 3);
        ck_assert(text_is_utf8(gecos, strlen(gecos)));
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("publish");
    TCase *t = tcase_create("publish");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_user_is_published_with_everything);
    tcase_add_loop_test(t, whoever_is_out_keeps_name_and_number_and_nothing_else, 0,
                        SUPPORT_COUNT(outs));
    tcase_add_test(t, with_provision_off_only_those_who_were_added_are_active);
    tcase_add_test(t, a_rule_that_cannot_be_decided_is_no_yes);
    tcase_add_test(t, who_has_no_login_name_has_a_status_and_identities_have_none);
    tcase_add_test(t, the_row_s_own_time_is_published_where_the_table_s_does_not_count);
    tcase_add_test(t, a_name_or_number_that_became_local_is_not_published);
    tcase_add_test(t, people_of_another_company_stay_known_and_out);
    tcase_add_test(t,
                   a_group_lists_members_only_where_it_is_asked_for_and_not_more_than_two_hundred);
    tcase_add_test(t, a_group_keeps_its_number);
    tcase_add_test(t, a_group_whose_name_is_taken_is_left_out_and_told_once);
    tcase_add_test(t, what_cannot_be_written_leaves_the_old_table);
    tcase_add_loop_test(t, a_display_name_becomes_a_field_of_passwd, 0, SUPPORT_COUNT(names));
    tcase_add_test(t, a_long_display_name_is_cut_at_a_character);
    suite_add_tcase(s, t);
    return s;
}
