/* The administrator's commands about accounts, over the socket of a helper inside the test. */
#include "helper/admin_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

static struct inner_helper *inner;
static struct wire_message *m;
static int published;

/* What a command answered. */
static json_t *rows;
static char verdict[17], message[1025];

static void on_changed(struct helper *helper) {
    (void)helper;
    published++;
}

static void setup(void) {
    inner = inner_helper_new("[service sshd]\nmethods = code\nallow = department:2\n"
                             "[service web]\nmethods = code\naccount = no\n"
                             "[accounts]\nprovision = no\ntable = $/accounts.cdb\n"
                             "group.ops = user:zhangsan\ngroup.dba = tag:7\n");
    inner->helper.changed = on_changed;
    m = wire_new(WIRE_NO_VERB);
    rows = json_array();
    published = 0;
}

static void teardown(void) {
    json_decref(rows);
    inner_helper_free(inner);
    wire_free(m);
}

static int ask(const char *command, const char *args) {
    int fd = served_dial(inner->served, "admin.sock");

    if (args != NULL)
        served_say(fd, WIRE_ADMIN, WIRE_F_COMMAND, command, WIRE_F_JSON, args, WIRE_FIELD_COUNT);
    else
        served_say(fd, WIRE_ADMIN, WIRE_F_COMMAND, command, WIRE_FIELD_COUNT);
    return fd;
}

/* Everything up to the result, or up to the end of the connection (verdict ""). */
static void hear(int fd) {
    (void)json_array_clear(rows);
    verdict[0] = message[0] = '\0';
    while (served_receive(inner->served, fd, m) && m->verb != WIRE_RESULT) {
        if (m->verb == WIRE_ROW)
            ck_assert_int_eq(json_array_append_new(rows, json_loads(wire_get(m, WIRE_F_JSON),
                                                                    JSON_REJECT_DUPLICATES, NULL)),
                             0);
    }
    if (m->verb == WIRE_RESULT) {
        const char *text = wire_get(m, WIRE_F_MESSAGE);

        (void)snprintf(verdict, sizeof verdict, "%s", wire_get(m, WIRE_F_VERDICT));
        (void)snprintf(message, sizeof message, "%s", text != NULL ? text : "");
    }
    (void)close(fd);
}

static void command(const char *word, const char *args) {
    hear(ask(word, args));
}

static const char *text_of(size_t row, const char *key) {
    const char *text = json_string_value(json_object_get(json_array_get(rows, row), key));

    return text != NULL ? text : "";
}

static long long number_of(size_t row, const char *key) {
    return (long long)json_integer_value(json_object_get(json_array_get(rows, row), key));
}

static void granted(void) {
    ck_assert_msg(strcmp(verdict, "granted") == 0, "%s %s", verdict, message);
}

/* The last row says why, in both languages; so does the result. */
static void refused(const char *why) {
    size_t last = json_array_size(rows) - 1;

    ck_assert_msg(strcmp(verdict, "denied") == 0, "%s %s", verdict, message);
    ck_assert_str_eq(text_of(last, "kind"), "refusal");
    ck_assert_str_eq(text_of(last, "why"), why);
    ck_assert_str_ne(text_of(last, "text_zh"), "");
    ck_assert_str_eq(text_of(last, "text"), message);
}

static void say_token(void) {
    fake_answer(inner->sender, "gettoken", 200,
                "{\"errcode\":0,\"access_token\":\"T\",\"expires_in\":7200}");
}

static void say_member(const char *userid, const char *more) {
    char body[512];

    (void)snprintf(body, sizeof body,
                   "{\"errcode\":0,\"userid\":\"%s\",\"name\":\"N\",\"department\":[2],"
                   "\"status\":1%s}",
                   userid, more);
    fake_answer(inner->sender, "user/get", 200, body);
}

static void say_error(int errcode) {
    char body[64];

    (void)snprintf(body, sizeof body, "{\"errcode\":%d,\"errmsg\":\"x\"}", errcode);
    fake_answer(inner->sender, "user/get", 200, body);
}

static bool has_token;

/* The administrator adds this member. */
static void add(const char *userid) {
    char args[128];
    int fd;

    (void)snprintf(args, sizeof args, "{\"userids\":[\"%s\"]}", userid);
    fd = ask("accounts.add", args);
    if (!has_token)
        say_token();
    has_token = true;
    say_member(userid, "");
    hear(fd);
    granted();
}

/* ---- Arguments ------------------------------------------------------------------------------- */

static const struct {
    const char *command, *args;
} wrong[] = {
    {"accounts.list", "[]"},
    {"accounts.list", "x"},
    {"accounts.list", ""},
    {"accounts.list", "{\"state\":1}"},
    {"accounts.list", "{\"state\":\"asleep\"}"},
    {"accounts.list", "{\"state\":\"active\",\"state\":\"held\"}"},
    {"accounts.list", "{\"colour\":\"red\"}"},
    {"accounts.list", "{\"no_login\":\"yes\"}"},
    {"accounts.export", "{\"x\":1}"},
    {"accounts.show", "{}"},
    {"accounts.show", "{\"user\":5}"},
    {"accounts.show", "{\"user\":\"a\",\"name\":\"b\"}"},
    {"accounts.show", "{\"user\":\"a\",\"new\":true}"},
    {"accounts.alias", "{\"user\":\"a\"}"},
    {"accounts.alias", "{\"user\":\"a\",\"name\":\"\"}"},
    {"accounts.alias", "{\"user\":\"a\",\"name\":\"b\",\"force\":true}"},
    {"accounts.rename", "{\"user\":\"a\",\"name\":\"b\",\"new\":true}"},
    {"accounts.readmit", "{\"user\":\"a\",\"force\":true}"},
    {"accounts.disable", "{\"user\":\"a\",\"colour\":1}"},
    {"accounts.add", "{}"},
    {"accounts.add", "{\"userids\":[]}"},
    {"accounts.add", "{\"userids\":\"zhangsan\"}"},
    {"accounts.add", "{\"userids\":[1]}"},
    {"accounts.add",
     "{\"userids\":[\"a1234567890123456789012345678901234567890123456789012345678901234\"]}"},
    {"accounts.member", "{\"userids\":[\"a\"],\"x\":1}"},
    {"accounts.import", "{\"dry_run\":1}"},
    {"accounts.import", "{\"dry_run\":true,\"x\":1}"},
    {"sync", "{\"accept\":1}"},
    {"sync", "{\"x\":true}"},
};

START_TEST(arguments_that_are_none_end_the_connection) {
    command(wrong[_i].command, wrong[_i].args);
    ck_assert_str_eq(verdict, "");
    ck_assert_uint_eq(json_array_size(rows), 0);
    command("accounts.list", NULL);
    granted();
}
END_TEST

START_TEST(too_many_userids_at_once_are_refused) {
    json_t *many = json_array();
    char *text;

    for (int i = 0; i <= ADMIN_ADD_MOST; i++)
        (void)json_array_append_new(many, json_string("x"));
    many = json_pack("{s:o}", "userids", many);
    text = json_dumps(many, JSON_COMPACT);
    command("accounts.add", text);
    ck_assert_str_eq(verdict, "");
    json_decref(many);
    free(text);
}
END_TEST

START_TEST(a_long_word_for_a_user_ends_the_connection) {
    char args[512];

    (void)snprintf(args, sizeof args, "{\"user\":\"%0300d\"}", 7);
    command("accounts.show", args);
    ck_assert_str_eq(verdict, "");
    (void)snprintf(args, sizeof args, "{\"user\":\"%0256d\"}", 7);
    command("accounts.show", args);
    refused("unknown_account");
}
END_TEST

static const char *const takes_no_row[] = {"accounts.show", "accounts.add", "accounts.list",
                                           "check"};

START_TEST(a_row_to_a_command_that_takes_none_ends_the_connection) {
    static const char *const args[] = {"{\"user\":\"x\"}", "{\"userids\":[\"x\"]}", "{}", "{}"};
    int fd = ask(takes_no_row[_i], args[_i]);

    served_say(fd, WIRE_ROW, WIRE_F_JSON, "{}", WIRE_FIELD_COUNT);
    if (_i == 1 || _i == 3) { /* these are still at work: they wait for WeCom */
        hear(fd);
        ck_assert_str_eq(verdict, "");
    } else {
        hear(fd);
    }
    support_run(inner->helper.base);
    command("accounts.list", NULL);
    granted();
    while (fake_waiting(inner->sender, "") > 0)
        fake_fail(inner->sender, "", HTTP_NO_CONNECTION, "x");
}
END_TEST

/* ---- Making ---------------------------------------------------------------------------------- */

START_TEST(a_member_becomes_an_account) {
    int fd = ask("accounts.add", "{\"userids\":[\"zhangsan\"]}");

    has_token = true;
    say_token();
    say_member("ZhangSan", "");
    hear(fd);
    granted();
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(0, "kind"), "account");
    ck_assert_str_eq(text_of(0, "login"), "zhangsan");
    ck_assert_str_eq(text_of(0, "userid"), "ZhangSan");
    ck_assert_str_eq(text_of(0, "state"), "active");
    ck_assert_int_ge(number_of(0, "uid"), 1900000000);
    ck_assert_int_eq(number_of(0, "confirmed_age_s"), 0);
    ck_assert_int_eq(published, 1);
    add("zhangsan");
    ck_assert_int_eq(published, 2); /* the spelling changed */
    add("zhangsan");
    ck_assert_int_eq(published, 2);
    ck_assert_str_eq(text_of(1, "kind"), "note");
}
END_TEST

START_TEST(one_that_cannot_be_added_does_not_keep_the_others_out) {
    int fd = ask("accounts.add", "{\"userids\":[\"a/b\",\"lisi\",\"gone\",\"wangwu\",\"-x\"]}");

    say_token();
    say_member("lisi", "");
    say_error(60111);
    say_member("wangwu", ",\"enable\":0");
    hear(fd);
    ck_assert_str_eq(verdict, "denied");
    ck_assert_str_eq(message, "3 of 5 accounts could not be made");
    ck_assert_str_eq(text_of(0, "why"), "userid_form");
    ck_assert_str_eq(text_of(0, "userid"), "a/b");
    ck_assert_str_eq(text_of(1, "login"), "lisi");
    ck_assert_str_eq(text_of(2, "why"), "not_visible");
    ck_assert_str_eq(text_of(2, "userid"), "gone");
    ck_assert_str_eq(text_of(3, "state"), "disabled");
    ck_assert_str_eq(text_of(4, "kind"), "note");
    ck_assert_str_eq(text_of(5, "why"), "userid_form");
}
END_TEST

START_TEST(looking_makes_nothing) {
    int fd = ask("accounts.member", "{\"userids\":[\"lisi\",\"gone\"]}");

    say_token();
    say_member("LiSi", "");
    say_error(60111);
    hear(fd);
    granted();
    ck_assert_str_eq(text_of(0, "kind"), "member");
    ck_assert_str_eq(text_of(0, "userid"), "LiSi");
    ck_assert_str_eq(text_of(0, "corp"), "ww1");
    ck_assert_str_eq(text_of(1, "why"), "not_visible");
    command("accounts.list", NULL);
    ck_assert_uint_eq(json_array_size(rows), 0);
    ck_assert_int_eq(published, 0);
}
END_TEST

START_TEST(whoever_hangs_up_while_wecom_is_asked_changes_nothing) {
    int fd = ask("accounts.add", "{\"userids\":[\"zhangsan\"]}");

    say_token();
    (void)fake_await(inner->sender, "user/get");
    (void)close(fd);
    support_run(inner->helper.base);
    say_member("zhangsan", "");
    support_run(inner->helper.base);
    command("accounts.list", NULL);
    granted();
    ck_assert_uint_eq(json_array_size(rows), 0);
}
END_TEST

/* ---- One account ----------------------------------------------------------------------------- */

START_TEST(everything_about_one_account_is_one_row) {
    has_token = false;
    add("zhangsan");
    command("accounts.show", "{\"user\":\"zhangsan\"}");
    granted();
    ck_assert_uint_eq(json_array_size(rows), 1);
    ck_assert_str_eq(text_of(0, "departments"), "2");
    ck_assert_str_eq(text_of(0, "groups"), "ops dba?"); /* no tag has been read yet */
    ck_assert_str_eq(text_of(0, "services"), "sshd");
    ck_assert_str_eq(text_of(0, "wecom_state"), "active");
    ck_assert_int_eq(number_of(0, "created_s"), inner_helper_wall_s);
    ck_assert_int_eq(number_of(0, "first_login_s"), 0);
    inner_helper_wall_s += 100;
    command("accounts.show", "{\"user\":\"zhangsan\"}");
    ck_assert_int_eq(number_of(0, "confirmed_age_s"), 100);
    inner_helper_wall_s -= 100;
    ck_assert_int_eq(published, 1);
}
END_TEST

START_TEST(a_change_is_told_and_published) {
    has_token = false;
    add("zhangsan");
    command("accounts.disable", "{\"user\":\"zhangsan\"}");
    granted();
    ck_assert_str_eq(text_of(0, "state"), "switched_off");
    command("accounts.enable", "{\"user\":\"zhangsan\"}");
    granted();
    ck_assert_str_eq(text_of(0, "state"), "active");
    command("accounts.alias", "{\"user\":\"zhangsan\",\"name\":\"zs\"}");
    granted();
    ck_assert_str_eq(text_of(0, "login"), "zs");
    ck_assert_ptr_nonnull(strstr(text_of(1, "text"), "zhangsan stays reserved"));
    ck_assert_int_eq(published, 4);
    command("accounts.alias", "{\"user\":\"zs\",\"name\":\"root\"}");
    refused("name_local");
    ck_assert_int_eq(published, 4);
}
END_TEST

START_TEST(a_new_userid_is_asked_for_and_so_is_the_former_one) {
    int fd;

    has_token = false;
    add("wangwu");
    fd = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"wangwu2\"}");
    say_member("wangwu2", "");
    say_member("wangwu", ""); /* still there */
    hear(fd);
    refused("still_member");
    fd = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"wangwu2\"}");
    say_error(60111);
    say_error(60111);
    hear(fd);
    refused("not_visible");
    fd = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"wangwu2\"}");
    say_member("wangwu2", "");
    fake_answer(inner->sender, "user/get", 200, "{\"errcode\":60020,\"errmsg\":\"x\"}");
    hear(fd);
    refused("wecom");
    fd = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"wangwu2\"}");
    say_member("wangwu2", "");
    say_error(60111);
    hear(fd);
    granted();
    ck_assert_str_eq(text_of(0, "userid"), "wangwu2");
    ck_assert_str_eq(text_of(0, "login"), "wangwu");
    fd = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"wangwu3\",\"force\":true}");
    say_member("wangwu3", "");
    hear(fd);
    granted();
    command("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"a/b\"}");
    refused("userid_form");
}
END_TEST

START_TEST(readmission_asks_wecom_first) {
    int fd;

    has_token = false;
    add("wangwu");
    fd = ask("accounts.readmit", "{\"user\":\"wangwu\"}");
    say_error(60111);
    hear(fd);
    refused("still_gone");
    ck_assert_int_eq(published, 2); /* that he is gone */
    fd = ask("accounts.readmit", "{\"user\":\"wangwu\"}");
    say_member("wangwu", "");
    hear(fd);
    granted();
    fd = ask("accounts.readmit", "{\"user\":\"wangwu\"}");
    say_error(60111);
    hear(fd);
    fd = ask("accounts.readmit", "{\"user\":\"wangwu\",\"new\":true}");
    say_member("wangwu", "");
    hear(fd);
    granted();
    ck_assert_str_eq(text_of(0, "login"), "");
    ck_assert_ptr_nonnull(strstr(text_of(1, "text"), "retired as former."));
    ck_assert_ptr_nonnull(strstr(text_of(2, "text"), "wecomctl accounts alias wangwu"));
}
END_TEST

/* The account that WeCom was asked about is another one by the time of the answer. */
START_TEST(an_answer_about_somebody_else_is_not_used) {
    int fd, other;

    has_token = false;
    add("wangwu");
    fd = ask("accounts.readmit", "{\"user\":\"login:wangwu\"}");
    (void)fake_await(inner->sender, "userid=wangwu");
    other = ask("accounts.rename", "{\"user\":\"wangwu\",\"name\":\"w2\",\"force\":true}");
    (void)fake_await(inner->sender, "userid=w2");
    fake_answer(inner->sender, "userid=w2", 200,
                "{\"errcode\":0,\"userid\":\"w2\",\"name\":\"N\",\"department\":[2],\"status\":1}");
    hear(other);
    granted();
    fake_answer(inner->sender, "userid=wangwu", 200, "{\"errcode\":60111,\"errmsg\":\"x\"}");
    hear(fd);
    refused("changed");
}
END_TEST

/* ---- Lists ----------------------------------------------------------------------------------- */

enum { MANY = 3000 };

static enum wecom_error run_fill(void *arg, struct store_tx *tx) {
    enum wecom_error err = WECOM_OK;

    (void)arg;
    for (int i = 0; i < MANY && err == WECOM_OK; i++) {
        struct store_account a = {.state = i % 3 == 0 ? STORE_LEFT : STORE_ACTIVE,
                                  .host = true,
                                  .uid = 1900000000 + (uint32_t)i};

        store_new_id(a.id);
        (void)snprintf(a.corp, sizeof a.corp, "ww1");
        (void)snprintf(a.userid, sizeof a.userid, "User%04d", i);
        (void)snprintf(a.name, sizeof a.name, "成员 %d", i);
        if (i % 10 != 0)
            (void)snprintf(a.login, sizeof a.login, "user%04d", i);
        else
            a.no_login = STORE_LOGIN_TAKEN;
        err = store_take_number(tx, a.uid, a.id);
        if (err == WECOM_OK && a.login[0] != '\0')
            err = store_take_name(tx, a.login, a.id);
        if (err == WECOM_OK)
            err = store_insert(tx, &a);
    }
    return err;
}

static const struct {
    const char *args;
    size_t count;
} lists[] = {
    {NULL, MANY},
    {"{}", MANY},
    {"{\"state\":\"active\"}", MANY / 3 * 2},
    {"{\"state\":\"left\"}", MANY / 3},
    {"{\"state\":\"held\"}", 0},
    {"{\"no_login\":true}", MANY / 10},
    {"{\"text\":\"USER00\"}", 100},
    {"{\"text\":\"成员 299\"}", 11},
    {"{\"text\":\"%\"}", 0},
    {"{\"text\":\"user00\",\"state\":\"left\",\"no_login\":true}", 4},
};

START_TEST(a_list_has_what_is_asked_for_in_slices) {
    char before[65] = "";

    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_fill, NULL), WECOM_OK);
    command("accounts.list", lists[_i].args);
    granted();
    ck_assert_uint_eq(json_array_size(rows), lists[_i].count);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        ck_assert_int_lt(strcmp(before, text_of(i, "userid")), 0);
        (void)snprintf(before, sizeof before, "%s", text_of(i, "userid"));
    }
}
END_TEST

START_TEST(an_export_has_every_account_and_what_others_need) {
    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_fill, NULL), WECOM_OK);
    command("accounts.export", NULL);
    granted();
    ck_assert_uint_eq(json_array_size(rows), MANY);
    ck_assert_uint_eq(json_object_size(json_array_get(rows, 1)), 7);
    ck_assert_str_eq(text_of(1, "login"), "user0001");
    ck_assert_str_eq(text_of(1, "corp"), "ww1");
    ck_assert_str_eq(text_of(1, "state"), "active");
    ck_assert_int_eq(number_of(1, "uid"), 1900000001);
}
END_TEST

/* Nobody reads: no more is queued than a slice, and the others are served. */
START_TEST(a_slow_reader_holds_up_nobody) {
    int slow, size = 4096;

    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_fill, NULL), WECOM_OK);
    slow = ask("accounts.list", NULL);
    ck_assert_int_eq(setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &size, sizeof size), 0);
    support_rest(inner->helper.base, 200);
    command("accounts.list", "{\"text\":\"user00\"}");
    granted();
    ck_assert_uint_eq(json_array_size(rows), 100);
    hear(slow);
    granted();
    ck_assert_uint_eq(json_array_size(rows), MANY);
}
END_TEST

START_TEST(a_reader_that_goes_away_ends_the_walk) {
    int fd;

    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_fill, NULL), WECOM_OK);
    for (int i = 0; i < 20; i++) {
        fd = ask("accounts.list", NULL);
        for (int k = 0; k < i * 7; k++)
            ck_assert(served_receive(inner->served, fd, m));
        (void)close(fd);
        support_run(inner->helper.base);
    }
    ck_assert_uint_eq(server_peers(inner->helper.server), 0);
}
END_TEST

/* ---- Import, as far as the helper itself goes ------------------------------------------------ */

static void say_row(int fd, const char *json) {
    served_say(fd, WIRE_ROW, WIRE_F_JSON, json, WIRE_FIELD_COUNT);
}

START_TEST(an_import_that_is_not_finished_changes_nothing) {
    int fd = ask("accounts.import", NULL);

    for (int i = 0; i < 100; i++) {
        say_row(fd, "{\"line\":1,\"userid\":\"lisi\"}");
        support_run(inner->helper.base);
    }
    (void)close(fd);
    support_run(inner->helper.base);
    command("accounts.list", NULL);
    granted();
    ck_assert_uint_eq(json_array_size(rows), 0);
}
END_TEST

START_TEST(rows_are_counted) {
    int fd = ask("accounts.import", NULL);

    say_row(fd, "{\"line\":1,\"userid\":\"lisi\"}");
    say_row(fd, "{\"end\":true,\"rows\":2}");
    hear(fd);
    ck_assert_str_eq(verdict, "");
}
END_TEST

START_TEST(a_row_that_is_no_object_ends_the_import) {
    int fd = ask("accounts.import", NULL);

    say_row(fd, "[1]");
    hear(fd);
    ck_assert_str_eq(verdict, "");
}
END_TEST

START_TEST(one_import_at_a_time) {
    int first = ask("accounts.import", NULL);

    ck_assert(served_receive(inner->served, first, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    command("accounts.import", NULL);
    refused("import_busy");
    (void)close(first);
    support_run(inner->helper.base);
    first = ask("accounts.import", NULL);
    ck_assert(served_receive(inner->served, first, m));
    support_run(inner->helper.base);
    (void)close(first);
    support_run(inner->helper.base);
}
END_TEST

START_TEST(without_a_second_process_nothing_is_synchronized) {
    command("sync", NULL);
    refused("no_sync");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("admin_accounts");
    TCase *tc = tcase_create("admin_accounts");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, arguments_that_are_none_end_the_connection, 0, SUPPORT_COUNT(wrong));
    tcase_add_test(tc, too_many_userids_at_once_are_refused);
    tcase_add_test(tc, a_long_word_for_a_user_ends_the_connection);
    tcase_add_loop_test(tc, a_row_to_a_command_that_takes_none_ends_the_connection, 0,
                        SUPPORT_COUNT(takes_no_row));
    tcase_add_test(tc, a_member_becomes_an_account);
    tcase_add_test(tc, one_that_cannot_be_added_does_not_keep_the_others_out);
    tcase_add_test(tc, looking_makes_nothing);
    tcase_add_test(tc, whoever_hangs_up_while_wecom_is_asked_changes_nothing);
    tcase_add_test(tc, everything_about_one_account_is_one_row);
    tcase_add_test(tc, a_change_is_told_and_published);
    tcase_add_test(tc, a_new_userid_is_asked_for_and_so_is_the_former_one);
    tcase_add_test(tc, readmission_asks_wecom_first);
    tcase_add_test(tc, an_answer_about_somebody_else_is_not_used);
    tcase_add_loop_test(tc, a_list_has_what_is_asked_for_in_slices, 0, SUPPORT_COUNT(lists));
    tcase_add_test(tc, an_export_has_every_account_and_what_others_need);
    tcase_add_test(tc, a_slow_reader_holds_up_nobody);
    tcase_add_test(tc, a_reader_that_goes_away_ends_the_walk);
    tcase_add_test(tc, an_import_that_is_not_finished_changes_nothing);
    tcase_add_test(tc, rows_are_counted);
    tcase_add_test(tc, a_row_that_is_no_object_ends_the_import);
    tcase_add_test(tc, one_import_at_a_time);
    tcase_add_test(tc, without_a_second_process_nothing_is_synchronized);
    suite_add_tcase(s, tc);
    return s;
}
