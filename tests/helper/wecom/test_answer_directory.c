/* What WeCom answers about the directory, and long lists. */
#include "helper/wecom/answer_directory.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static json_t *json;

static const json_t *parse(const char *text) {
    json_decref(json);
    json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(json);
    return json;
}

static void teardown(void) {
    json_decref(json);
    json = NULL;
}

START_TEST(a_range_is_departments_tags_and_people) {
    struct answer_range range;

    ck_assert_int_eq(answer_range(parse("{\"agentid\":1,\"close\":0,"
                                        "\"allow_userinfos\":{\"user\":[{\"userid\":\"LiSi\"},"
                                        "{\"userid\":\"-odd\"},{\"userid\":\"b\"}]},"
                                        "\"allow_partys\":{\"partyid\":[4,2,4,4294967295]},"
                                        "\"allow_tags\":{\"tagid\":[7]}}"),
                                  &range),
                     WECOM_OK);
    ck_assert(!range.closed);
    ck_assert_uint_eq(range.users.count, 2);
    ck_assert_str_eq(range.users.userids[0], "LiSi");
    ck_assert_str_eq(range.users.userids[1], "b");
    ck_assert_uint_eq(range.departments.count, 3);
    ck_assert_uint_eq(range.departments.ids[0], 2);
    ck_assert_uint_eq(range.departments.ids[2], UINT32_MAX);
    ck_assert_uint_eq(range.tags.count, 1);
    answer_range_clear(&range);
    answer_range_clear(&range);
}
END_TEST

START_TEST(an_empty_range_and_a_closed_application_are_told) {
    struct answer_range range;

    ck_assert_int_eq(answer_range(parse("{\"agentid\":1,\"close\":1}"), &range), WECOM_OK);
    ck_assert(range.closed);
    ck_assert_uint_eq(range.users.count + range.departments.count + range.tags.count, 0);
    answer_range_clear(&range);
}
END_TEST

static const char *const no_ranges[] = {
    "{}",
    "{\"agentid\":\"1\"}",
    "{\"agentid\":1,\"allow_partys\":[]}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":{}}}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[0]}}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[-1]}}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[4294967296]}}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[\"2\"]}}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[2.0]}}",
    "{\"agentid\":1,\"allow_tags\":{\"tagid\":[true]}}",
    "{\"agentid\":1,\"allow_tags\":7}",
    "{\"agentid\":1,\"allow_userinfos\":{\"user\":[\"lisi\"]}}",
    "{\"agentid\":1,\"allow_userinfos\":{\"user\":[{}]}}",
    "{\"agentid\":1,\"allow_userinfos\":{\"user\":[{\"userid\":7}]}}",
};

START_TEST(a_range_of_another_shape_is_refused) {
    struct answer_range range;

    ck_assert_int_eq(answer_range(parse(no_ranges[_i]), &range), WECOM_E_FORMAT);
    ck_assert_ptr_null(range.departments.ids);
    ck_assert_ptr_null(range.users.userids);
}
END_TEST

START_TEST(a_tree_is_in_order_and_has_everybody_once) {
    struct answer_tree tree;

    ck_assert_int_eq(answer_tree(parse("{\"department_id\":[{\"id\":9,\"parentid\":2,\"order\":1},"
                                       "{\"id\":2,\"parentid\":1},{\"id\":9,\"parentid\":2},"
                                       "{\"id\":1,\"parentid\":0}]}"),
                                 &tree),
                     WECOM_OK);
    ck_assert_uint_eq(tree.count, 3);
    ck_assert_uint_eq(tree.departments[0].id, 1);
    ck_assert_uint_eq(tree.departments[2].id, 9);
    ck_assert_uint_eq(tree.departments[2].parent, 2);
    answer_tree_clear(&tree);
    ck_assert_int_eq(answer_tree(parse("{\"department_id\":[]}"), &tree), WECOM_OK);
    answer_tree_clear(&tree);
}
END_TEST

static const char *const no_trees[] = {
    "{}",
    "{\"department_id\":{}}",
    "{\"department_id\":[1]}",
    "{\"department_id\":[{\"id\":1}]}",
    "{\"department_id\":[{\"parentid\":1}]}",
    "{\"department_id\":[{\"id\":0,\"parentid\":1}]}",
    "{\"department_id\":[{\"id\":1,\"parentid\":-1}]}",
    "{\"department_id\":[{\"id\":4294967296,\"parentid\":1}]}",
    "{\"department_id\":[{\"id\":2,\"parentid\":1},{\"id\":2,\"parentid\":3}]}",
};

START_TEST(a_tree_of_another_shape_is_refused) {
    struct answer_tree tree;

    ck_assert_int_eq(answer_tree(parse(no_trees[_i]), &tree), WECOM_E_FORMAT);
    ck_assert_ptr_null(tree.departments);
}
END_TEST

START_TEST(a_tag_names_people_and_departments) {
    struct answer_tag tag;

    ck_assert_int_eq(answer_tag(parse("{\"tagname\":\"x\",\"userlist\":[{\"userid\":\"a\","
                                      "\"name\":\"A\"}],\"partylist\":[3]}"),
                                &tag),
                     WECOM_OK);
    ck_assert_uint_eq(tag.users.count, 1);
    ck_assert_uint_eq(tag.departments.count, 1);
    answer_tag_clear(&tag);
    ck_assert_int_eq(answer_tag(parse("{\"userlist\":[]}"), &tag), WECOM_OK);
    answer_tag_clear(&tag);
    ck_assert_int_eq(answer_tag(parse("{\"partylist\":[]}"), &tag), WECOM_E_FORMAT);
    ck_assert_int_eq(answer_tag(parse("{\"userlist\":[],\"partylist\":[\"3\"]}"), &tag),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(answer_tag(parse("{\"userlist\":[1]}"), &tag), WECOM_E_FORMAT);
    ck_assert_ptr_null(tag.users.userids);
}
END_TEST

START_TEST(a_phone_number_is_read_where_there_is_one) {
    char mobile[32];

    answer_member_mobile(parse("{\"mobile\":\"+86 138-0000 0001\"}"), mobile);
    ck_assert_str_eq(mobile, "+8613800000001");
    answer_member_mobile(parse("{\"mobile\":\"none\"}"), mobile);
    ck_assert_str_eq(mobile, "");
    answer_member_mobile(parse("{}"), mobile);
    ck_assert_str_eq(mobile, "");
}
END_TEST

/* ---- Long lists ------------------------------------------------------------------------------ */

#define GOOD                                                                                      \
    " {\"errcode\" : 0, \"userlist\":[ {\"userid\":\"a\",\"x\":[1,{}]} ,{\"userid\":\"b\"}, 7 ]," \
    "\"errmsg\":\"ok\", \"n\": 12} \n"

static enum wecom_error parse_exact(struct answer *answer, const char *text, size_t len) {
    char *copy = malloc(len + 1); /* its end is the end of the memory */
    enum wecom_error err;

    memcpy(copy, text, len);
    copy = realloc(copy, len > 0 ? len : 1);
    err = answer_parse_listed(answer, copy, len, "userlist");
    answer->list = (struct answer_list){NULL, NULL};
    free(copy);
    return err;
}

START_TEST(a_long_list_is_read_one_by_one_and_is_not_in_the_object) {
    struct answer answer;
    bool failed = false;
    json_t *one;
    int n = 0;

    ck_assert_int_eq(answer_parse_listed(&answer, GOOD, strlen(GOOD), "userlist"), WECOM_OK);
    ck_assert_int_eq(answer.errcode, 0);
    ck_assert_str_eq(answer.errmsg, "ok");
    ck_assert_ptr_null(json_object_get(answer.json, "userlist"));
    ck_assert_int_eq(json_integer_value(json_object_get(answer.json, "n")), 12);
    while ((one = answer_next(&answer.list, &failed)) != NULL) {
        answer_userid userid;
        enum wecom_error err = answer_userid_of(one, userid);

        ck_assert_int_eq(err, n == 2 ? WECOM_E_FORMAT : WECOM_OK);
        if (n < 2)
            ck_assert_str_eq(userid, n == 0 ? "a" : "b");
        json_decref(one);
        n++;
    }
    ck_assert(!failed);
    ck_assert_int_eq(n, 3);
    answer_clear(&answer);
}
END_TEST

START_TEST(no_beginning_of_a_good_answer_is_one) {
    struct answer answer;

    for (size_t len = 0; len < strlen(GOOD) - 2; len++) {
        ck_assert_msg(parse_exact(&answer, GOOD, len) == WECOM_E_FORMAT, "%zu", len);
        ck_assert_ptr_null(answer.json);
    }
    ck_assert_int_eq(parse_exact(&answer, GOOD, strlen(GOOD)), WECOM_OK);
    answer_clear(&answer);
}
END_TEST

/* Whatever the byte becomes: the answer is what jansson makes of the whole, or refused. */
START_TEST(an_answer_with_one_byte_changed_is_refused_or_read_as_jansson_reads_it) {
    static const char bytes[] = "\0 \n\"\\{}[]:,x0-.\xff";
    char text[] = GOOD;

    for (size_t i = 0; i < strlen(GOOD); i++) {
        for (size_t j = 0; j < sizeof bytes - 1; j++) {
            json_t *whole;
            struct answer answer;

            text[i] = bytes[j];
            whole = json_loadb(text, strlen(GOOD), JSON_REJECT_DUPLICATES, NULL);
            if (parse_exact(&answer, text, strlen(GOOD)) == WECOM_OK) {
                ck_assert_msg(json_is_object(whole), "%zu %d", i, bytes[j]);
                ck_assert_uint_eq(json_object_size(answer.json) +
                                      (json_object_get(whole, "userlist") != NULL),
                                  json_object_size(whole));
                answer_clear(&answer);
            }
            json_decref(whole);
        }
        text[i] = GOOD[i];
    }
}
END_TEST

static const struct {
    const char *text;
    enum wecom_error want;
} listed[] = {
    {"{\"userlist\":[]}", WECOM_OK},
    {"{\"errcode\":0,\"errmsg\":\"ok\"}", WECOM_E_FORMAT}, /* success without what was asked for */
    {"{}", WECOM_E_FORMAT},
    {"{\"errcode\":60011,\"errmsg\":\"no\"}", WECOM_OK},
    {"{\"userlist\":{},\"errcode\":0}", WECOM_E_FORMAT},
    {"{\"userlist\":null}", WECOM_E_FORMAT},
    {"{\"userlist\":[],\"userlist\":[]}", WECOM_E_FORMAT},
    {"{\"userlist\":[],\"n\":1,\"n\":2}", WECOM_E_FORMAT},
    {"{\"userlist\":[{\"a\":1,\"a\":2}]}", WECOM_E_FORMAT},
    {"{\"userlist\":[1,]}", WECOM_E_FORMAT},
    {"{\"userlist\":[,1]}", WECOM_E_FORMAT},
    {"{\"userlist\":[1 2]}", WECOM_E_FORMAT},
    {"{\"userlist\":[] \"n\":1}", WECOM_E_FORMAT},
    {"{\"userlist\":[],}", WECOM_E_FORMAT},
    {"{\"userlist\":[]}}", WECOM_E_FORMAT},
    {"{\"userlist\":[]} x", WECOM_E_FORMAT},
    {"[]", WECOM_E_FORMAT},
    {"{\"errcode\":0,\"errmsg\":\"Warning: wrong json format\",\"userlist\":[]}", WECOM_E_FORMAT},
    {"{\"errcode\":\"45029\"}", WECOM_OK},
};

START_TEST(a_listed_answer_is_as_strict_as_any_other) {
    struct answer answer;

    ck_assert_int_eq(parse_exact(&answer, listed[_i].text, strlen(listed[_i].text)),
                     listed[_i].want);
    answer_clear(&answer);
}
END_TEST

/* jansson loses the byte behind a number and counts one too few: the bracket would count twice. */
START_TEST(a_nul_byte_does_not_close_a_list) {
    static const char in_list[] = "{\"errcode\":0,\"userlist\":[[1\0]}";
    static const char before[] = "{\"errcode\":0\0,\"userlist\":[]}";
    struct answer answer;

    ck_assert_int_eq(parse_exact(&answer, in_list, sizeof in_list - 1), WECOM_E_FORMAT);
    ck_assert_int_eq(parse_exact(&answer, before, sizeof before - 1), WECOM_E_FORMAT);
    ck_assert_ptr_null(answer.json);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("answer_directory");
    TCase *t = tcase_create("answer_directory");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, a_range_is_departments_tags_and_people);
    tcase_add_test(t, an_empty_range_and_a_closed_application_are_told);
    tcase_add_loop_test(t, a_range_of_another_shape_is_refused, 0, SUPPORT_COUNT(no_ranges));
    tcase_add_test(t, a_tree_is_in_order_and_has_everybody_once);
    tcase_add_loop_test(t, a_tree_of_another_shape_is_refused, 0, SUPPORT_COUNT(no_trees));
    tcase_add_test(t, a_tag_names_people_and_departments);
    tcase_add_test(t, a_phone_number_is_read_where_there_is_one);
    tcase_add_test(t, a_long_list_is_read_one_by_one_and_is_not_in_the_object);
    tcase_add_test(t, no_beginning_of_a_good_answer_is_one);
    tcase_add_test(t, an_answer_with_one_byte_changed_is_refused_or_read_as_jansson_reads_it);
    tcase_add_test(t, a_nul_byte_does_not_close_a_list);
    tcase_add_loop_test(t, a_listed_answer_is_as_strict_as_any_other, 0, SUPPORT_COUNT(listed));
    suite_add_tcase(s, t);
    return s;
}
