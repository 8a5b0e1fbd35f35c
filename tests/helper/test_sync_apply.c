/* What WeCom says of people, into the store. */
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_sync.h"

static struct synced *s;

static void begin(const char *more, const char *const *sim_arguments) {
    s = synced_new(more, sim_arguments);
    synced_whole(s);
}

static void teardown(void) {
    if (s != NULL)
        synced_free(s);
    s = NULL;
}

START_TEST(a_refresh_without_changes_writes_nothing) {
    int64_t changes;
    char *before, *after;

    begin("group.abc-x = tag:7\n[service a]\nmethods = code\nallow = department:2 tag:8\n", NULL);
    changes = synced_changes(s);
    before = synced_print(s);
    for (int i = 0; i < 3; i++) {
        synced_whole(s);
        ck_assert_int_eq(s->changed, 0);
        ck_assert_uint_eq(s->result.made + s->result.withdrawn + s->result.returned, 0);
    }
    after = synced_print(s);
    ck_assert_str_eq(before, after);
    ck_assert_int_eq(synced_changes(s), changes);
    ck_assert_str_eq(s->log, "");
    free(before);
    free(after);
}
END_TEST

START_TEST(a_new_account_is_confirmed_by_the_synchronization_and_told_once) {
    struct store_account a;

    begin("", NULL);
    ck_assert(synced_find(s, "zhangsan", &a));
    ck_assert(a.host && a.confirmed_by_sync && a.uid != 0);
    ck_assert_str_eq(a.login, "zhangsan");
    ck_assert_str_eq(a.name, "\xE5\xBC\xA0\xE4\xB8\x89");
    ck_assert_uint_eq(a.departments_count, 2);
    ck_assert_int_eq(a.confirmed_s, 0);
    ck_assert_int_eq(synced_says(s, "account made"), 10);
    ck_assert_int_eq(synced_says(s, "account without login name"), 2);
    ck_assert_int_eq(synced_says(s, "userid='a@b' reason='malformed'"), 1);
    ck_assert_uint_eq(s->result.made, 10);
}
END_TEST

static const struct {
    const char *change, *back;
    enum store_state state;
} states[] = {
    {"\"status\":2", "\"status\":1", STORE_DISABLED},
    {"\"status\":4", "\"status\":1", STORE_NOT_ACTIVATED},
    {"\"status\":5", "\"status\":1", STORE_LEFT},
    {"\"enable\":0", "\"enable\":1", STORE_DISABLED},
};

START_TEST(a_status_goes_and_comes_with_the_next_round) {
    struct store_account before, after;

    begin("", NULL);
    ck_assert(synced_find(s, "lisi", &before));
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",%s}", states[_i].change));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), states[_i].state);
    ck_assert_int_eq(synced_says(s, "account withdrawn"), 1);
    ck_assert_int_eq(synced_says(s, "5 account withdrawn account="), 1); /* a notice */
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",%s}", states[_i].back));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &after));
    ck_assert_int_eq(after.state, STORE_ACTIVE);
    ck_assert_uint_eq(after.uid, before.uid);
    ck_assert_int_eq(synced_says(s, "account back"), 1);
    ck_assert_uint_eq(s->result.returned, 1);
}
END_TEST

START_TEST(name_departments_and_spelling_follow) {
    struct store_account a;
    json_t *answer;

    begin("", NULL);
    ck_assert(sim_member(
        s->sim, "{\"userid\":\"lisi\",\"name\":\"New\",\"department\":[3],\"alias\":\"l\"}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert_str_eq(a.name, "New");
    ck_assert_str_eq(a.alias, "l");
    ck_assert(a.departments_count == 1 && a.departments[0] == 3);
    answer = sim_delete(s->sim, "/member?userid=lisi");
    ck_assert_ptr_nonnull(answer);
    json_decref(answer);
    ck_assert(sim_member(s->sim, "{\"userid\":\"LiSi\",\"name\":\"New\",\"department\":[3]}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert_str_eq(a.userid, "LiSi"); /* the same person in another spelling */
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert_uint_eq(s->result.made, 0);
}
END_TEST

START_TEST(whoever_comes_to_be_admitted_gets_an_account) {
    begin("[service a]\nmethods = code\nallow = department:3\n", NULL);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_NO_STATE);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[2,3]}"));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);
    /* and keeps it: who may use a service is another question */
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[2]}"));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);
}
END_TEST

START_TEST(a_name_that_becomes_free_is_given) {
    struct store_account a;

    begin("username = alias\n", NULL);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert_str_eq(a.login, "");
    ck_assert_int_eq(a.no_login, STORE_LOGIN_MISSING);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"alias\":\"root\"}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert_int_eq(a.no_login, STORE_LOGIN_LOCAL);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"alias\":\"li4\"}"));
    synced_whole(s);
    ck_assert(synced_find(s, "lisi", &a));
    ck_assert_str_eq(a.login, "li4");
    ck_assert(sim_member(s->sim, "{\"userid\":\"wangwu\",\"alias\":\"LI4\"}"));
    synced_whole(s);
    ck_assert(synced_find(s, "wangwu", &a));
    ck_assert_int_eq(a.no_login, STORE_LOGIN_TAKEN);
    synced_whole(s);
    ck_assert_int_eq(s->changed, 0);
}
END_TEST

START_TEST(more_lines_of_a_kind_than_fifty_are_summed_up) {
    static const char *const many[] = {"--generate", "300", NULL};

    s = synced_new("", many);
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[1],\"tags\":[],"
                              "\"users\":[]}}"));
    synced_whole(s);
    ck_assert_int_gt(synced_count(s, STORE_ACTIVE), 280);
    ck_assert_int_eq(synced_says(s, "account made account="), 50);
    ck_assert_int_eq(synced_says(s, "and more of them event='account made'"), 1);
    ck_assert_uint_eq(s->result.members, 315);
}
END_TEST

/* A list in which one entry is odd: the others count. */
static const struct {
    const char *entry;
    const char *says; /* NULL: left out in silence */
    bool part;
} odd[] = {
    {"{\"userid\":\"lisi\",\"name\":\"x\"}", "part='member' name='lisi'", true},
    {"{\"userid\":\"lisi\",\"status\":\"1\"}", "part='member' name='lisi'", true},
    {"{\"name\":\"lisi\",\"status\":1}", "part='department' name='2'", true},
    {"17", "part='department' name='2'", true},
    {"{\"userid\":\"li si\",\"status\":1}", NULL, false},
};

START_TEST(an_odd_entry_of_a_list_hides_nobody_else_and_withdraws_nobody) {
    begin("", NULL);
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[2],\"tags\":[],"
                              "\"users\":[]}}"));
    synced_round(s); /* wangwu, zhaoliu and sunqi leave */
    ck_assert_int_eq(s->result.end, SYNC_WHOLE);
    ck_assert(sim_fault(s->sim,
                        "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"body\",\"times\":1,\"body\":"
                        "\"{\\\"errcode\\\":0,\\\"userlist\\\":[{\\\"userid\\\":\\\"1001\\\","
                        "\\\"name\\\":\\\"Neu\\\",\\\"department\\\":[2],\\\"status\\\":1}]}\"}"));
    synced_round(s); /* the list of department 2 without anybody else: all are asked for */
    ck_assert_int_eq(s->result.end, SYNC_WHOLE);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);
    {
        json_t *body =
            json_sprintf("{\"errcode\":0,\"userlist\":[%s,{\"userid\":\"1001\",\"name\":\"Neu2\","
                         "\"department\":[2],\"status\":1}]}",
                         odd[_i].entry);
        json_t *answer =
            sim_post_json(s->sim, "/fault",
                          json_pack("{s:s, s:s, s:i, s:o}", "path", "/cgi-bin/user/list", "kind",
                                    "body", "times", 1, "body", body));

        ck_assert_ptr_nonnull(answer);
        json_decref(answer);
    }
    synced_round(s);
    ck_assert_int_eq(s->result.end, odd[_i].part ? SYNC_PARTLY : SYNC_WHOLE);
    if (odd[_i].says != NULL)
        ck_assert_msg(synced_says(s, odd[_i].says) == 1, "%s", s->log);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);
    ck_assert_int_eq(synced_state(s, "zhangsan"), STORE_ACTIVE);
    ck_assert_int_eq(synced_state(s, "1001"), STORE_ACTIVE);
}
END_TEST

START_TEST(numbers_that_run_out_are_told_and_stop_nobody_else) {
    static const char *const many[] = {"--generate", "1200", NULL};

    s = synced_new("uid_range = 100000-100999\n", many);
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[1],\"tags\":[],"
                              "\"users\":[]}}"));
    synced_round(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 1000);
    ck_assert_int_gt(synced_says(s, "uid_range has no number left"), 0);
    ck_assert_int_le(synced_says(s, "uid_range has no number left"), 50);
}
END_TEST

Suite *suite(void) {
    Suite *suite_ = suite_create("sync_apply");
    TCase *t = tcase_create("sync_apply");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_refresh_without_changes_writes_nothing);
    tcase_add_test(t, a_new_account_is_confirmed_by_the_synchronization_and_told_once);
    tcase_add_loop_test(t, a_status_goes_and_comes_with_the_next_round, 0, SUPPORT_COUNT(states));
    tcase_add_test(t, name_departments_and_spelling_follow);
    tcase_add_test(t, whoever_comes_to_be_admitted_gets_an_account);
    tcase_add_test(t, a_name_that_becomes_free_is_given);
    tcase_add_test(t, more_lines_of_a_kind_than_fifty_are_summed_up);
    tcase_add_loop_test(t, an_odd_entry_of_a_list_hides_nobody_else_and_withdraws_nobody, 0,
                        SUPPORT_COUNT(odd));
    tcase_add_test(t, numbers_that_run_out_are_told_and_stop_nobody_else);
    suite_add_tcase(suite_, t);
    return suite_;
}
