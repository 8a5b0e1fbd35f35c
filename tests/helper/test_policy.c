/* Rules by ids: what they say, whom they name, and that doubt is never a yes. */
#include "helper/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static const uint32_t departments[] = {1, 2, 7};
static const uint32_t tags[] = {3, 9};
static const struct policy_person lisi = {.app = "hosts",
                                          .userid = "LiSi",
                                          .departments = departments,
                                          .departments_count = 3,
                                          .tags = tags,
                                          .tags_count = 2,
                                          .departments_known = true,
                                          .tags_known = true};

static const struct {
    const char *rules;
    enum policy_answer known, unknown; /* with the directory, and without it */
} rows[] = {
    {"", POLICY_NO, POLICY_NO},
    {"department:2", POLICY_YES, POLICY_UNSURE},
    {"department:7", POLICY_YES, POLICY_UNSURE},
    {"department:3", POLICY_NO, POLICY_UNSURE},
    {"tag:3", POLICY_YES, POLICY_UNSURE},
    {"tag:2", POLICY_NO, POLICY_UNSURE},
    {"user:lisi", POLICY_YES, POLICY_YES},
    {"user:LISI", POLICY_YES, POLICY_YES},
    {"user:lis", POLICY_NO, POLICY_NO},
    {"user:lisi2 tag:4 department:9", POLICY_NO, POLICY_UNSURE},
    {"tag:4 department:1", POLICY_YES, POLICY_UNSURE},
    {"tag:4 user:lisi", POLICY_YES, POLICY_YES},
    {"hosts/department:2", POLICY_YES, POLICY_UNSURE},
    {"web/department:2", POLICY_NO, POLICY_NO},
    {"web/user:lisi", POLICY_NO, POLICY_NO},
    {"web/tag:3 hosts/tag:9", POLICY_YES, POLICY_UNSURE},
};

START_TEST(rules_name_people) {
    struct policy policy = {0};
    struct policy_person nowhere = {.app = "hosts", .userid = "LiSi"};

    ck_assert_ptr_null(policy_parse(&policy, rows[_i].rules));
    ck_assert_int_eq(policy_names(&policy, &lisi), rows[_i].known);
    ck_assert_int_eq(policy_names(&policy, &nowhere), rows[_i].unknown);
    policy_clear(&policy);
}
END_TEST

START_TEST(a_direct_hit_is_sure_also_without_the_rest_of_the_tree) {
    struct policy policy = {0};
    struct policy_person person = lisi;

    person.departments_known = person.tags_known = false;
    ck_assert_ptr_null(policy_parse(&policy, "department:7"));
    ck_assert_int_eq(policy_names(&policy, &person), POLICY_YES);
    ck_assert_ptr_null(policy_parse(&policy, "tag:9"));
    ck_assert_int_eq(policy_names(&policy, &person), POLICY_YES);
    ck_assert_ptr_null(policy_parse(&policy, "department:8"));
    ck_assert_int_eq(policy_names(&policy, &person), POLICY_UNSURE);
    policy_clear(&policy);
}
END_TEST

/* "department:99" is unsure for somebody whose tree is not known, "user:lisi" is yes, "user:x" no.
 */
static const struct {
    const char *allow, *deny;
    enum policy_answer admits;
} both[] = {
    {"", "", POLICY_YES},
    {"", "user:x", POLICY_YES},
    {"", "user:lisi", POLICY_NO},
    {"", "department:99", POLICY_UNSURE},
    {"user:lisi", "", POLICY_YES},
    {"user:lisi", "user:x", POLICY_YES},
    {"user:lisi", "user:lisi", POLICY_NO},
    {"user:lisi", "department:99", POLICY_UNSURE},
    {"user:x", "", POLICY_NO},
    {"user:x", "user:lisi", POLICY_NO},
    {"user:x", "department:99", POLICY_NO},
    {"department:99", "", POLICY_UNSURE},
    {"department:99", "user:x", POLICY_UNSURE},
    {"department:99", "user:lisi", POLICY_NO},
    {"department:99", "department:99", POLICY_UNSURE},
};

START_TEST(deny_wins_and_doubt_admits_nobody) {
    struct policy allow = {0}, deny = {0};
    struct policy_person person = {.app = "hosts", .userid = "lisi"};

    ck_assert_ptr_null(policy_parse(&allow, both[_i].allow));
    ck_assert_ptr_null(policy_parse(&deny, both[_i].deny));
    ck_assert_int_eq(policy_admits(&allow, &deny, &person), both[_i].admits);
    policy_clear(&allow);
    policy_clear(&deny);
}
END_TEST

START_TEST(memory_that_was_only_zeroed_admits_nobody) {
    struct policy_rule rule = {0};
    struct policy policy = {.rules = &rule, .count = 1}, none = {0};

    ck_assert_int_eq(policy_names(&policy, &lisi), POLICY_UNSURE);
    ck_assert_int_eq(policy_admits(&policy, &none, &lisi), POLICY_UNSURE);
    ck_assert_int_ne((enum policy_answer)0, POLICY_YES);
}
END_TEST

START_TEST(what_is_read_is_what_stands_there) {
    struct policy policy = {0};

    ck_assert_ptr_null(
        policy_parse(&policy, "  department:1\ttag:4294967295  user:a-b.c@d_1 hosts/tag:3 "));
    ck_assert_uint_eq(policy.count, 4);
    ck_assert_int_eq(policy.rules[0].kind, POLICY_DEPARTMENT);
    ck_assert_uint_eq(policy.rules[0].id, 1);
    ck_assert_str_eq(policy.rules[0].app, "");
    ck_assert_int_eq(policy.rules[1].kind, POLICY_TAG);
    ck_assert_uint_eq(policy.rules[1].id, UINT32_MAX);
    ck_assert_int_eq(policy.rules[2].kind, POLICY_USER);
    ck_assert_str_eq(policy.rules[2].userid, "a-b.c@d_1");
    ck_assert_str_eq(policy.rules[3].app, "hosts");
    policy_clear(&policy);
    ck_assert_uint_eq(policy.count, 0);
}
END_TEST

static const char *const bad[] = {
    "x",
    ":",
    "department",
    "department:",
    "department:x",
    "department:0",
    "department:01",
    "department:-1",
    "department:+1",
    "department: 1",
    "department:1x",
    "department:4294967296",
    "department:99999999999999999999",
    "tag:1,tag:2",
    "user:",
    "user:a b:c",
    "user:-a",
    "user:a/b",
    "group:1",
    "Department:1",
    "/tag:1",
    "a/b/tag:1",
    "-a/tag:1",
    "a /tag:1",
    "tag:1 x",
};

START_TEST(what_is_no_rule_is_refused_and_changes_nothing) {
    struct policy policy = {0};

    ck_assert_ptr_null(policy_parse(&policy, "tag:5"));
    ck_assert_msg(policy_parse(&policy, bad[_i]) != NULL, "\"%s\" is accepted", bad[_i]);
    ck_assert_uint_eq(policy.count, 1);
    ck_assert_uint_eq(policy.rules[0].id, 5);
    policy_clear(&policy);
}
END_TEST

START_TEST(names_may_be_as_long_as_the_limits_say) {
    char userid[66] = "", text[256];
    struct policy policy = {0};

    memset(userid, 'a', 64);
    (void)snprintf(text, sizeof text, "%.64s/user:%s", userid, userid);
    ck_assert_ptr_null(policy_parse(&policy, text));
    ck_assert_str_eq(policy.rules[0].userid, userid);
    ck_assert_str_eq(policy.rules[0].app, userid);
    memset(userid, 'a', 65);
    (void)snprintf(text, sizeof text, "user:%s", userid);
    ck_assert_ptr_nonnull(policy_parse(&policy, text));
    (void)snprintf(text, sizeof text, "%s/tag:1", userid);
    ck_assert_ptr_nonnull(policy_parse(&policy, text));
    policy_clear(&policy);
}
END_TEST

START_TEST(there_are_at_most_256_rules) {
    char text[4096] = "";
    struct policy policy = {0};

    for (int i = 0; i < POLICY_RULES; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), " tag:%d", i + 1);
    ck_assert_ptr_null(policy_parse(&policy, text));
    ck_assert_uint_eq(policy.count, POLICY_RULES);
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), " tag:9");
    ck_assert_ptr_nonnull(policy_parse(&policy, text));
    policy_clear(&policy);
}
END_TEST

START_TEST(what_a_rule_needs_is_known) {
    struct policy policy = {0};

    ck_assert_ptr_null(policy_parse(&policy, "web/tag:1 department:2"));
    ck_assert(policy_needs(&policy, "web", POLICY_TAG));
    ck_assert(!policy_needs(&policy, "hosts", POLICY_TAG));
    ck_assert(policy_needs(&policy, "hosts", POLICY_DEPARTMENT));
    ck_assert(!policy_needs(&policy, "hosts", POLICY_USER));
    policy_clear(&policy);
}
END_TEST

START_TEST(equal_rules_are_the_same) {
    static const char *const others[] = {"tag:1",
                                         "tag:1 user:b",
                                         "tag:2 user:a",
                                         "web/tag:1 user:a",
                                         "user:a tag:1",
                                         "department:1 user:a",
                                         ""};
    struct policy a = {0}, b = {0};

    ck_assert_ptr_null(policy_parse(&a, "tag:1 user:a"));
    ck_assert_ptr_null(policy_parse(&b, " tag:1  user:a"));
    ck_assert(policy_same(&a, &b));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_assert_ptr_null(policy_parse(&b, others[i]));
        ck_assert(!policy_same(&a, &b));
        ck_assert(!policy_same(&b, &a));
    }
    policy_clear(&a);
    policy_clear(&b);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("policy");
    TCase *t = tcase_create("policy");

    tcase_add_loop_test(t, rules_name_people, 0, SUPPORT_COUNT(rows));
    tcase_add_test(t, a_direct_hit_is_sure_also_without_the_rest_of_the_tree);
    tcase_add_loop_test(t, deny_wins_and_doubt_admits_nobody, 0, SUPPORT_COUNT(both));
    tcase_add_test(t, memory_that_was_only_zeroed_admits_nobody);
    tcase_add_test(t, what_is_read_is_what_stands_there);
    tcase_add_loop_test(t, what_is_no_rule_is_refused_and_changes_nothing, 0, SUPPORT_COUNT(bad));
    tcase_add_test(t, names_may_be_as_long_as_the_limits_say);
    tcase_add_test(t, there_are_at_most_256_rules);
    tcase_add_test(t, what_a_rule_needs_is_known);
    tcase_add_test(t, equal_rules_are_the_same);
    suite_add_tcase(s, t);
    return s;
}
