/* What makes people visible: departments, tags, names; and how the directory gets into the store.
 */
#include <stdlib.h>
#include <string.h>

#include "helper/directory.h"
#include "helper/people.h"
#include "tests/check_main.h"
#include "tests/helper/support_sync.h"

static struct synced *s;

static void begin(const char *more) {
    s = synced_new(more, NULL);
}

static void teardown(void) {
    if (s != NULL)
        synced_free(s);
    s = NULL;
}

static const struct {
    const char *visible, *seen[12];
    int lists, gets;
} ranges[] = {
    /* a department, with those below it */
    {"\"departments\":[2],\"tags\":[],\"users\":[]",
     {"zhangsan", "lisi", "WangFang", "1001", "chen.xiao-ming_2"},
     2,
     0},
    /* nested and overlapping: nobody twice, nothing read twice */
    {"\"departments\":[3,2,4],\"tags\":[],\"users\":[\"lisi\"]",
     {"zhangsan", "lisi", "WangFang", "wangwu", "chen.xiao-ming_2"},
     3,
     0},
    {"\"departments\":[1],\"tags\":[7,8],\"users\":[\"lisi\",\"sunqi\"]",
     {"zhangsan", "lisi", "WangFang", "wangwu", "sunqi", "zhaoliu", "outsider"},
     6,
     0},
    /* people by name alone */
    {"\"departments\":[],\"tags\":[],\"users\":[\"sunqi\",\"ZhaoLiu\"]",
     {"sunqi", "zhaoliu"},
     0,
     2},
    /* a tag: its people; the department that it names is not visible by that */
    {"\"departments\":[],\"tags\":[8],\"users\":[]", {"lisi", "wangwu"}, 0, 2},
    {"\"departments\":[4],\"tags\":[7],\"users\":[\"sunqi\"]",
     {"wangwu", "zhaoliu", "sunqi"},
     1,
     2},
};

static void make_visible(const char *visible) {
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000002,\"visible\":{%s}}", visible));
}

START_TEST(whatever_the_range_is_made_of_its_people_get_accounts) {
    static const char *const everybody[] = {"zhangsan", "lisi",     "wangwu",
                                            "WangFang", "outsider", "zhaoliu",
                                            "sunqi",    "1001",     "chen.xiao-ming_2"};

    begin("");
    make_visible(ranges[_i].visible);
    synced_whole(s);
    for (size_t i = 0; i < sizeof everybody / sizeof everybody[0]; i++) {
        bool seen = false;

        for (int j = 0; j < 12 && ranges[_i].seen[j] != NULL; j++)
            seen = seen || strcmp(ranges[_i].seen[j], everybody[i]) == 0;
        if (ranges[_i].seen[4] != NULL && strcmp(everybody[i], "1001") == 0)
            continue; /* the longer rows do not list everybody */
        if (ranges[_i].seen[4] != NULL && strcmp(everybody[i], "chen.xiao-ming_2") == 0)
            continue;
        ck_assert_msg((synced_state(s, everybody[i]) == STORE_ACTIVE) == seen, "%s: %d",
                      everybody[i], seen);
    }
    ck_assert_int_eq(sim_count(s->sim, "/cgi-bin/user/list"), ranges[_i].lists);
    ck_assert_int_eq(sim_count(s->sim, "/cgi-bin/user/get"), ranges[_i].gets);
    ck_assert_int_eq(sim_count(s->sim, "/cgi-bin/agent/get"), 1);
}
END_TEST

START_TEST(who_is_visible_and_not_active_gets_no_account) {
    begin("");
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "disabled"), STORE_NO_STATE);
    ck_assert_int_eq(synced_state(s, "notyet"), STORE_NO_STATE);
    ck_assert_int_eq(synced_state(s, "leaver"), STORE_NO_STATE);
    ck_assert_int_eq(synced_state(s, "switchedoff"), STORE_NO_STATE);
    ck_assert_int_eq(synced_state(s, "outsider"), STORE_NO_STATE);
}
END_TEST

START_TEST(nobody_is_admitted_whom_no_service_admits) {
    begin("[service a]\nmethods = code\nallow = department:3\n"
          "[service b]\nmethods = code\nallow = tag:8\ndeny = user:wangwu\n"
          "[service web]\nmethods = code\naccount = no\n");
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "WangFang"), STORE_ACTIVE); /* 3 */
    ck_assert_int_eq(synced_state(s, "zhangsan"), STORE_ACTIVE); /* 2 and 3 */
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_ACTIVE);     /* 2, tag 8 */
    ck_assert_int_eq(synced_state(s, "wangwu"), STORE_NO_STATE);
    ck_assert_int_eq(synced_state(s, "1001"), STORE_NO_STATE);
    ck_assert_uint_eq(s->result.members, 14);
}
END_TEST

START_TEST(with_provision_off_nobody_gets_an_account) {
    begin("provision = no\n");
    synced_whole(s);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 0);
}
END_TEST

/* ---- Into the store -------------------------------------------------------------------------- */

struct person {
    const char *app, *userid;
    uint32_t department;
    struct directory_person out;
};

static enum wecom_error look(void *arg, struct store_tx *tx) {
    struct person *p = arg;

    return directory_person(tx, p->app, p->userid, &p->department, p->department != 0, &p->out);
}

static struct person person(const char *app, const char *userid, uint32_t department) {
    struct person p = {.app = app, .userid = userid, .department = department};

    ck_assert_int_eq(store_run(s->store, STORE_READ, look, &p), WECOM_OK);
    /* the pointers are into the copy that the caller gets */
    return p;
}

static bool has(const uint32_t *ids, size_t count, uint32_t id) {
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

START_TEST(the_tree_is_stored_up_to_what_lies_right_above_the_range) {
    struct person p;

    begin("");
    synced_whole(s);
    ck_assert_int_gt(synced_number(s, "departments main"), 0);
    p = person("main", "WangFang", 3);
    ck_assert(p.out.person.departments_known);
    ck_assert_uint_eq(p.out.person.departments_count, 3);
    ck_assert(has(p.out.departments, 3, 1) && has(p.out.departments, 3, 2));
    p = person("main", "x", 6); /* not in the range */
    ck_assert(!p.out.person.departments_known);
    ck_assert_int_eq(synced_number(s, "departments other"), 0);
}
END_TEST

START_TEST(tags_that_rules_name_are_stored_with_the_members_of_their_departments) {
    struct person p;

    begin("group.on-call-x = tag:8\ngroup.dba-x = tag:7\n");
    synced_whole(s);
    ck_assert_int_gt(synced_number(s, "tags main"), 0);
    p = person("main", "ZHAOLIU", 0); /* by name */
    ck_assert(p.out.person.tags_known);
    ck_assert(p.out.person.tags_count == 1 && p.out.tags[0] == 7);
    p = person("main", "wangwu", 0); /* by name in 8, by department 4 in 7 */
    ck_assert(p.out.person.tags_count == 2 && p.out.tags[0] == 7 && p.out.tags[1] == 8);
    p = person("main", "zhangsan", 0);
    ck_assert_uint_eq(p.out.person.tags_count, 0);
}
END_TEST

START_TEST(tags_that_no_rule_names_any_more_go_and_new_ones_are_not_known_before_they_are_read) {
    struct person p;

    begin("group.on-call-x = tag:8\n");
    ck_assert(!sync_is_known(s->store, s->setup->config));
    synced_whole(s);
    ck_assert(sync_is_known(s->store, s->setup->config));
    synced_configure(s, "group.dba-x = tag:7\n");
    ck_assert(!sync_is_known(s->store, s->setup->config));
    ck_assert_int_eq(synced_number(s, "tags main"), 0);
    p = person("main", "wangwu", 0);
    ck_assert(!p.out.person.tags_known);
    synced_whole(s);
    ck_assert_int_gt(synced_number(s, "tags main"), 0);
    p = person("main", "wangwu", 0);
    ck_assert(p.out.person.tags_count == 1 && p.out.tags[0] == 7);
    synced_configure(s, "group.dba-x = tag:7\n"); /* the same: known still */
    ck_assert_int_gt(synced_number(s, "tags main"), 0);
}
END_TEST

START_TEST(another_applications_directory_is_read_where_its_rules_ask_for_it) {
    struct person p;

    begin("[service web]\nmethods = code\naccount = no\napp = other\nallow = tag:7\n");
    synced_whole(s);
    ck_assert_int_gt(synced_number(s, "departments other"), 0);
    ck_assert_int_gt(synced_number(s, "tags other"), 0);
    p = person("other", "wangwu", 4); /* by his department, which is asked for because of that */
    ck_assert(p.out.person.tags_count == 1 && p.out.tags[0] == 7);
    p = person("other", "zhaoliu", 6);
    ck_assert_uint_eq(p.out.person.tags_count, 1);
    ck_assert_int_eq(synced_state(s, "outsider"), STORE_NO_STATE); /* it makes no accounts */
    ck_assert_int_eq(sim_count(s->sim, "/cgi-bin/agent/get"), 2);
    ck_assert_int_eq(sim_count(s->sim, "/cgi-bin/user/list"), 4);
}
END_TEST

START_TEST(a_tree_that_changes_is_followed_and_counts_as_a_change) {
    int64_t changes;
    json_t *body;
    struct person p;

    begin("");
    synced_whole(s);
    changes = synced_changes(s);
    body = sim_post(s->sim, "/department", "{\"id\":3,\"name\":\"x\",\"parentid\":4}");
    ck_assert_ptr_nonnull(body);
    json_decref(body);
    synced_whole(s);
    ck_assert_int_gt(synced_changes(s), changes);
    ck_assert_int_gt(s->changed, 0);
    p = person("main", "WangFang", 3);
    ck_assert(has(p.out.departments, p.out.person.departments_count, 4));
    ck_assert(!has(p.out.departments, p.out.person.departments_count, 2));
}
END_TEST

static const char *const tree_faults[] = {
    "\"kind\":\"errcode\",\"errcode\":45029",
    "\"kind\":\"errcode\",\"errcode\":60011",
    "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0}\"",
    "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"department_id\\\":[]}\"",
    "\"kind\":\"garbage\"",
    "\"kind\":\"http_status\",\"http_status\":404",
    "\"kind\":\"huge_bytes\",\"huge_bytes\":9000000"};

START_TEST(a_part_of_the_tree_that_cannot_be_read_stays_as_it_was) {
    int64_t known;
    struct person p;

    begin("");
    synced_whole(s);
    known = synced_number(s, "departments main");
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/department/simplelist\",%s,\"times\":0}",
                        tree_faults[_i]));
    ck_assert(sim_member(s->sim, "{\"userid\":\"wangwu\",\"department\":[6]}")); /* out of range */
    ck_assert(sim_member(s->sim, "{\"userid\":\"zhaoliu\",\"department\":[6]}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_says(s, "part='departments below' name='2'"), 1);
    ck_assert_int_eq(synced_says(s, "part='departments below' name='4'"), 1);
    ck_assert_int_eq(synced_number(s, "departments main"), known);
    p = person("main", "WangFang", 3);
    ck_assert_uint_eq(p.out.person.departments_count, 3);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
    /* the same again is not told again; and what is good is told again when it fails again */
    synced_round(s);
    ck_assert_int_eq(synced_says(s, "departments below"), 0);
    ck_assert(sim_faults_clear(s->sim));
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "wangwu"), STORE_OUT_OF_RANGE);
}
END_TEST

START_TEST(a_tree_that_was_never_read_whole_is_not_known) {
    s = synced_new("", NULL);
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/department/simplelist\",\"kind\":\"errcode\","
                                "\"errcode\":45029}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_number(s, "departments main"), 0);
    ck_assert_int_eq(synced_state(s, "zhangsan"), STORE_ACTIVE); /* whom any service admits */
    synced_whole(s);
    ck_assert_int_gt(synced_number(s, "departments main"), 0);
}
END_TEST

static const char *const tag_faults[] = {
    "\"kind\":\"errcode\",\"errcode\":40068", "\"kind\":\"errcode\",\"errcode\":48002",
    "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0}\"", "\"kind\":\"garbage\"",
    "\"kind\":\"http_status\",\"http_status\":404"};

START_TEST(a_tag_that_cannot_be_read_stays_as_it_was_and_nobody_goes) {
    struct person p;

    begin("group.dba-x = tag:7\n");
    make_visible("\"departments\":[],\"tags\":[7],\"users\":[\"wangwu\",\"lisi\"]");
    synced_whole(s);
    ck_assert_int_eq(synced_state(s, "zhaoliu"), STORE_ACTIVE);
    ck_assert(sim_fault(s->sim, "{\"path\":\"/cgi-bin/tag/get\",%s,\"times\":0}", tag_faults[_i]));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_says(s, "part='tag' name='7'"), 1);
    ck_assert_int_eq(synced_state(s, "zhaoliu"), STORE_ACTIVE);
    p = person("main", "zhaoliu", 0);
    ck_assert_uint_eq(p.out.person.tags_count, 1);
}
END_TEST

START_TEST(a_tag_that_only_rules_name_does_not_keep_leavers_in) {
    begin("[service web]\nmethods = code\naccount = no\nallow = tag:99\n");
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY); /* there is no such tag */
    ck_assert_int_eq(synced_number(s, "tags main"), 0);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
    ck_assert(sim_member(s->sim, "{\"userid\":\"lisi\",\"department\":[6]}"));
    synced_round(s);
    ck_assert_int_eq(synced_state(s, "lisi"), STORE_OUT_OF_RANGE);
}
END_TEST

START_TEST(another_application_that_cannot_be_read_keeps_nobody_from_anything_else) {
    begin("[service web]\nmethods = code\naccount = no\napp = other\nallow = department:2\n");
    ck_assert(sim_app(s->sim, "{\"agent_id\":1000003,\"closed\":true}"));
    synced_round(s);
    ck_assert_int_eq(s->result.end, SYNC_PARTLY);
    ck_assert_int_eq(synced_number(s, "departments other"), 0);
    ck_assert_int_eq(synced_count(s, STORE_ACTIVE), 10);
    ck_assert_int_ne(s->confirmed_s, 0);
}
END_TEST

Suite *suite(void) {
    Suite *suite_ = suite_create("sync_directory");
    TCase *t = tcase_create("sync_directory");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, whatever_the_range_is_made_of_its_people_get_accounts, 0,
                        SUPPORT_COUNT(ranges));
    tcase_add_test(t, who_is_visible_and_not_active_gets_no_account);
    tcase_add_test(t, nobody_is_admitted_whom_no_service_admits);
    tcase_add_test(t, with_provision_off_nobody_gets_an_account);
    tcase_add_test(t, the_tree_is_stored_up_to_what_lies_right_above_the_range);
    tcase_add_test(t, tags_that_rules_name_are_stored_with_the_members_of_their_departments);
    tcase_add_test(
        t, tags_that_no_rule_names_any_more_go_and_new_ones_are_not_known_before_they_are_read);
    tcase_add_test(t, another_applications_directory_is_read_where_its_rules_ask_for_it);
    tcase_add_test(t, a_tree_that_changes_is_followed_and_counts_as_a_change);
    tcase_add_loop_test(t, a_part_of_the_tree_that_cannot_be_read_stays_as_it_was, 0,
                        SUPPORT_COUNT(tree_faults));
    tcase_add_test(t, a_tree_that_was_never_read_whole_is_not_known);
    tcase_add_loop_test(t, a_tag_that_cannot_be_read_stays_as_it_was_and_nobody_goes, 0,
                        SUPPORT_COUNT(tag_faults));
    tcase_add_test(t, a_tag_that_only_rules_name_does_not_keep_leavers_in);
    tcase_add_test(t, another_application_that_cannot_be_read_keeps_nobody_from_anything_else);
    suite_add_tcase(suite_, t);
    return suite_;
}
