/* Tests of the simulator: members, departments, tags, applications, addresses. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_user(json_t *list, const char *userid) {
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "userid"), userid) == 0)
            return true;
    return false;
}

START_TEST(a_member_is_found_in_any_case_and_answered_in_canonical_form) {
    json_t *answer = call(LINUX_APP, "user/get?userid=wANGfANG");

    ck_assert_str_eq(text_of(answer, "userid"), "WangFang");
    ck_assert_str_eq(text_of(answer, "name"), "王芳");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "status")), 1);
    json_decref(answer);
}
END_TEST

START_TEST(new_applications_get_no_private_fields_and_gender_zero) {
    static const char *const hidden[] = {"mobile", "email",   "biz_mail",
                                         "avatar", "qr_code", "address"};
    json_t *answer = call(LINUX_APP, "user/get?userid=zhangsan");

    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        ck_assert_ptr_null(json_object_get(answer, hidden[i]));
    ck_assert_str_eq(text_of(answer, "gender"), "0");
    ck_assert_str_eq(text_of(answer, "alias"), "zs");
    json_decref(answer);
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"created_before_2022\":true}", LINUX_APP));
    answer = call(LINUX_APP, "user/get?userid=zhangsan");
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        ck_assert_ptr_nonnull(text_of(answer, hidden[i]));
    ck_assert_str_eq(text_of(answer, "gender"), "1");
    json_decref(answer);
}
END_TEST

START_TEST(members_reached_by_tag_or_name_only_show_no_department) {
    static const char *const userids[] = {"zhaoliu", "sunqi"};

    for (size_t i = 0; i < 2; i++) {
        json_t *answer = call(LINUX_APP, "user/get?userid=%s", userids[i]);
        ck_assert_int_eq(json_integer_value(json_object_get(answer, "errcode")), 0);
        ck_assert(json_is_array(json_object_get(answer, "department")));
        ck_assert_uint_eq(json_array_size(json_object_get(answer, "department")), 0);
        ck_assert_int_eq(json_integer_value(json_object_get(answer, "status")), 1);
        json_decref(answer);
    }
}
END_TEST

START_TEST(outside_the_range_is_60011_and_unknown_60111_with_the_input_echoed) {
    json_t *answer = call(LINUX_APP, "user/get?userid=no%%3Cbody%%3E");

    ck_assert_ptr_nonnull(strstr(text_of(answer, "errmsg"), "`no<body>`"));
    ck_assert(json_is_array(json_object_get(answer, "direct_leader")));
    ck_assert_int_eq(errcode_of(answer), 60111);
    answer = call(LINUX_APP, "user/get?userid=outsider");
    ck_assert_ptr_null(json_object_get(answer, "name"));
    ck_assert_int_eq(errcode_of(answer), 60011);
    ck_assert_int_eq(call_errcode(DATA_APP, "user/get?userid=outsider"), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get"), 41009);
    ck_assert(sim_option(sim, "{\"outside_range\":60111,\"unknown_user\":46004}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=outsider"), 60111);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=nobody"), 46004);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/get?userid=a1234567890123456789012345678901"
                                             "2345678901234567890123456789012345"),
                     40058);
}
END_TEST

START_TEST(status_and_enable_are_told_as_they_are) {
    static const struct {
        const char *userid;
        int status, enable;
    } rows[] = {{"disabled", 2, -1},   {"notyet", 4, -1},          {"leaver", 5, -1},
                {"switchedoff", 1, 0}, {"wangwu", 1, 1},           {"1001", 1, -1},
                {"a@b", 1, -1},        {"chen.xiao-ming_2", 1, -1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *answer = call(LINUX_APP, "user/get?userid=%s", rows[i].userid);
        json_t *enable = json_object_get(answer, "enable");
        ck_assert_int_eq(json_integer_value(json_object_get(answer, "status")), rows[i].status);
        ck_assert_int_eq(enable == NULL ? -1 : (int)json_integer_value(enable), rows[i].enable);
        json_decref(answer);
    }
}
END_TEST

START_TEST(lists_need_rights_on_the_department) {
    json_t *answer = call(LINUX_APP, "user/list?department_id=2");

    ck_assert(has_user(json_object_get(answer, "userlist"), "zhangsan"));
    ck_assert(!has_user(json_object_get(answer, "userlist"), "WangFang")); /* below, in 3 */
    ck_assert_int_eq(errcode_of(answer), 0);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/list?department_id=6"), 60011);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/list?department_id=99"), 60003);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/list?department_id=x"), 60123);
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/simplelist"), 60123);
}
END_TEST

START_TEST(children_are_fetched_by_simplelist_and_by_list_only_when_switched_on) {
    json_t *answer = call(LINUX_APP, "user/simplelist?department_id=2&fetch_child=1");

    ck_assert(has_user(json_object_get(answer, "userlist"), "WangFang"));
    ck_assert_ptr_null(
        json_object_get(json_array_get(json_object_get(answer, "userlist"), 0), "status"));
    json_decref(answer);
    answer = call(LINUX_APP, "user/list?department_id=2&fetch_child=1");
    ck_assert(!has_user(json_object_get(answer, "userlist"), "WangFang"));
    json_decref(answer);
    ck_assert(sim_option(sim, "{\"user_list_children\":true}"));
    answer = call(LINUX_APP, "user/list?department_id=2&fetch_child=1");
    ck_assert(has_user(json_object_get(answer, "userlist"), "WangFang"));
    json_decref(answer);
    ck_assert(sim_option(sim, "{\"list_members\":2}"));
    ck_assert_int_eq(call_errcode(LINUX_APP, "user/list?department_id=2"), 45029);
}
END_TEST

START_TEST(list_id_is_for_the_contacts_secret_and_goes_by_pages) {
    size_t rows = 0;
    char cursor[100] = "";

    ck_assert_int_eq(post_errcode(LINUX_APP, "user/list_id", "{}"), 48002);
    for (int pages = 0; pages == 0 || cursor[0] != '\0'; pages++) {
        char body[200];
        json_t *answer = NULL;
        snprintf(body, sizeof(body), "{\"cursor\":\"%s\",\"limit\":4}", cursor);
        answer = post(CONTACTS, "user/list_id", body);
        ck_assert_int_le(pages, 10);
        rows += json_array_size(json_object_get(answer, "dept_user"));
        snprintf(cursor, sizeof(cursor), "%s", text_of(answer, "next_cursor"));
        json_decref(answer);
    }
    ck_assert_uint_eq(rows, 16); /* 15 members, one of them in two departments */
    ck_assert_int_eq(post_errcode(CONTACTS, "user/list_id", "{\"limit\":10001}"), 40058);
    ck_assert_int_eq(post_errcode(CONTACTS, "user/list_id", "{\"cursor\":\"x\"}"), 40058);
    ck_assert_int_eq(call_errcode(CONTACTS, "user/list_id"), 40003);
}
END_TEST

START_TEST(the_contacts_secret_reads_no_contacts_from_a_new_address) {
    ck_assert_int_eq(call_errcode(CONTACTS, "user/get?userid=lisi"), 48009);
    ck_assert_int_eq(call_errcode(CONTACTS, "department/list"), 48009);
    ck_assert_int_eq(call_errcode(CONTACTS, "department/simplelist"), 0);
    ck_assert_int_eq(call_errcode(CONTACTS, "agent/get?agentid=0"), 48002);
    ck_assert(sim_option(sim, "{\"contacts_new_ip\":false}"));
    ck_assert_int_eq(call_errcode(CONTACTS, "user/get?userid=outsider"), 0);
}
END_TEST

START_TEST(departments_are_those_in_range) {
    json_t *answer = call(LINUX_APP, "department/simplelist");

    ck_assert_uint_eq(json_array_size(json_object_get(answer, "department_id")), 3); /* 2 3 4 */
    json_decref(answer);
    answer = call(LINUX_APP, "department/list?id=2");
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "department")), 2);
    json_decref(answer);
    answer = call(LINUX_APP, "department/get?id=2");
    ck_assert_str_eq(text_of(json_object_get(answer, "department"), "name_en"), "R&D");
    json_decref(answer);
    ck_assert_int_eq(call_errcode(LINUX_APP, "department/get?id=5"), 60011);
    ck_assert_int_eq(call_errcode(LINUX_APP, "department/get"), 60123);
    ck_assert_int_eq(call_errcode(LINUX_APP, "department/list?id=77"), 60003);
}
END_TEST

START_TEST(tags_show_what_is_visible) {
    json_t *answer = call(LINUX_APP, "tag/list");

    ck_assert_uint_eq(json_array_size(json_object_get(answer, "taglist")), 2);
    json_decref(answer);
    answer = call(LINUX_APP, "tag/get?tagid=7");
    ck_assert_str_eq(text_of(answer, "tagname"), "dba");
    ck_assert(has_user(json_object_get(answer, "userlist"), "zhaoliu"));
    ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(answer, "partylist"), 0)),
                     4);
    json_decref(answer);
    ck_assert_int_eq(call_errcode(LINUX_APP, "tag/get?tagid=99"), 40068);
    ck_assert_int_eq(call_errcode(LINUX_APP, "tag/get"), 41017);
}
END_TEST

START_TEST(the_application_tells_about_itself_only) {
    json_t *answer = call(LINUX_APP, "agent/get?agentid=1000002");
    json_t *users = json_object_get(json_object_get(answer, "allow_userinfos"), "user");

    ck_assert(has_user(users, "sunqi"));
    ck_assert_str_eq(text_of(answer, "redirect_domain"), "login.example.com");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "close")), 0);
    json_decref(answer);
    ck_assert_int_eq(call_errcode(LINUX_APP, "agent/get?agentid=1000003"), 301002);
    ck_assert_int_eq(call_errcode(LINUX_APP, "agent/get?agentid=7"), 40056);
    ck_assert_int_eq(call_errcode(LINUX_APP, "agent/get?agentid=x"), 40056);
    ck_assert_int_eq(call_errcode(LINUX_APP, "agent/get"), 41011);
}
END_TEST

START_TEST(address_lists_need_a_token) {
    json_t *answer = call(LINUX_APP, "get_api_domain_ip");

    ck_assert_uint_gt(json_array_size(json_object_get(answer, "ip_list")), 0);
    json_decref(answer);
    ck_assert_int_eq(call_errcode(LINUX_APP, "getcallbackip"), 0);
    ck_assert(sim_advance(sim, 7200));
    answer = call(LINUX_APP, "getcallbackip");
    ck_assert(json_is_array(json_object_get(answer, "ip_list")));
    ck_assert_int_eq(errcode_of(answer), 42001);
}
END_TEST

START_TEST(only_trusted_addresses_may_call_but_any_may_ask_for_a_token) {
    char path[400];
    struct reply reply;

    snprintf(path, sizeof(path), "/cgi-bin/user/get?userid=lisi&access_token=%s", token(LINUX_APP));
    reply = ask(&(struct ask){.path = path, .from = "127.0.0.2"});
    ck_assert_ptr_nonnull(strstr(text_of(reply.json, "errmsg"), "from ip: 127.0.0.2"));
    ck_assert_str_eq(reply.error_code, "60020");
    ck_assert_int_eq(errcode_of(json_incref(reply.json)), 60020);
    reply_free(&reply);
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"trusted_ips\":[\"127.0.0.2\"]}", LINUX_APP));
    reply = ask(&(struct ask){.path = path, .from = "127.0.0.2"});
    ck_assert_int_eq(errcode_of(json_incref(reply.json)), 0);
    reply_free(&reply);
    token(LINUX_APP);
}
END_TEST

Suite *suite_contacts(void) {
    Suite *suite = suite_create("contacts");
    TCase *tcase = tcase_create("contacts");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, a_member_is_found_in_any_case_and_answered_in_canonical_form);
    tcase_add_test(tcase, new_applications_get_no_private_fields_and_gender_zero);
    tcase_add_test(tcase, members_reached_by_tag_or_name_only_show_no_department);
    tcase_add_test(tcase, outside_the_range_is_60011_and_unknown_60111_with_the_input_echoed);
    tcase_add_test(tcase, status_and_enable_are_told_as_they_are);
    tcase_add_test(tcase, lists_need_rights_on_the_department);
    tcase_add_test(tcase, children_are_fetched_by_simplelist_and_by_list_only_when_switched_on);
    tcase_add_test(tcase, list_id_is_for_the_contacts_secret_and_goes_by_pages);
    tcase_add_test(tcase, the_contacts_secret_reads_no_contacts_from_a_new_address);
    tcase_add_test(tcase, departments_are_those_in_range);
    tcase_add_test(tcase, tags_show_what_is_visible);
    tcase_add_test(tcase, the_application_tells_about_itself_only);
    tcase_add_test(tcase, address_lists_need_a_token);
    tcase_add_test(tcase, only_trusted_addresses_may_call_but_any_may_ask_for_a_token);
    suite_add_tcase(suite, tcase);
    return suite;
}
