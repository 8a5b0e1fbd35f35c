/* Tests of the simulator: messages, cards, updates, recalls. */
#include "check_sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_TO(who)                                                    \
    "{\"touser\":\"" who "\",\"msgtype\":\"text\",\"agentid\":1000002," \
    "\"text\":{\"content\":\"123456\"}}"

#define CARD(task_id, buttons)                                                    \
    "{\"touser\":\"zhangsan\",\"msgtype\":\"template_card\",\"agentid\":1000002," \
    "\"template_card\":{\"card_type\":\"button_interaction\","                    \
    "\"main_title\":{\"title\":\"Login\"}," task_id "\"button_list\":[" buttons "]}}"
#define TASK "\"task_id\":\"login-1\","
#define BUTTON "{\"text\":\"12\",\"key\":\"k12\"}"

/* The last message of the outbox; json_decref it. */
static json_t *last_message(void) {
    json_t *answer = sim_get(sim, "/outbox");
    json_t *list = json_object_get(answer, "messages");
    json_t *last = json_incref(json_array_get(list, json_array_size(list) - 1));

    json_decref(answer);
    return last;
}

START_TEST(a_message_arrives_in_the_outbox) {
    json_t *answer = post(LINUX_APP, "message/send", TEXT_TO("ZhangSan"));
    json_t *message = last_message();

    ck_assert_ptr_nonnull(text_of(answer, "msgid"));
    ck_assert_ptr_null(json_object_get(answer, "invaliduser"));
    ck_assert_ptr_null(json_object_get(answer, "response_code"));
    ck_assert_str_eq(text_of(message, "msgid"), text_of(answer, "msgid"));
    ck_assert_str_eq(text_of(json_object_get(message, "text"), "content"), "123456");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(message, "recipients"), 0)),
                     "zhangsan");
    json_decref(answer);
    json_decref(message);
    json_decref(sim_post(sim, "/outbox/clear", ""));
    message = last_message();
    ck_assert_ptr_null(message);
}
END_TEST

START_TEST(unknown_and_invisible_people_are_told_in_lower_case) {
    json_t *answer = post(LINUX_APP, "message/send", TEXT_TO("lisi|NoBody | outsider|Leaver"));

    ck_assert_str_eq(text_of(answer, "invaliduser"), "nobody|outsider|leaver");
    ck_assert_int_eq(errcode_of(answer), 0);
    answer = post(LINUX_APP, "message/send", TEXT_TO("NoBody"));
    ck_assert_str_eq(text_of(answer, "invaliduser"), "nobody");
    ck_assert_int_eq(errcode_of(answer), 81013);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", TEXT_TO("")), 82001);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", TEXT_TO("@all")), 0);
}
END_TEST

START_TEST(departments_and_tags_are_recipients_too) {
    json_t *message = NULL;
    json_t *answer = post(LINUX_APP, "message/send",
                          "{\"toparty\":\"4|5\",\"totag\":\"7|8\",\"msgtype\":\"markdown\","
                          "\"agentid\":1000002,\"markdown\":{\"content\":\"**x**\"}}");

    ck_assert_str_eq(text_of(answer, "invalidparty"), "5");
    ck_assert_str_eq(text_of(answer, "invalidtag"), "8");
    ck_assert_int_eq(errcode_of(answer), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 2);
    json_decref(message);
}
END_TEST

START_TEST(a_message_must_be_whole) {
    static const struct {
        int errcode;
        const char *body;
    } rows[] = {
        {41011, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}"},
        {40056, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":\"1000002\","
                "\"text\":{\"content\":\"x\"}}"},
        {40056, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":77,"
                "\"text\":{\"content\":\"x\"}}"},
        {301002, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000003,"
                 "\"text\":{\"content\":\"x\"}}"},
        {40008, "{\"touser\":\"lisi\",\"msgtype\":\"telegram\",\"agentid\":1000002}"},
        {40058, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000002}"},
        {44004, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000002,"
                "\"text\":{\"content\":\"\"}}"},
        {40058, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000002,\"safe\":2,"
                "\"text\":{\"content\":\"x\"}}"},
        {41033, "{\"touser\":\"lisi\",\"msgtype\":\"textcard\",\"agentid\":1000002,"
                "\"textcard\":{\"title\":\"x\",\"url\":\"https://x\"}}"},
        {45034, "{\"touser\":\"lisi\",\"msgtype\":\"textcard\",\"agentid\":1000002,"
                "\"textcard\":{\"title\":\"x\",\"description\":\"x\",\"url\":\"x.example\"}}"},
        {0, "{\"touser\":\"lisi\",\"msgtype\":\"textcard\",\"agentid\":1000002,"
            "\"textcard\":{\"title\":\"x\",\"description\":\"x\",\"url\":\"https://x.example\"}}"},
        {40058, "{\"touser\":"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int errcode = post_errcode(LINUX_APP, "message/send", rows[i].body);
        ck_assert_msg(errcode == rows[i].errcode, "%d, not %d: %s", errcode, rows[i].errcode,
                      rows[i].body);
    }
    ck_assert_int_eq(post_errcode(CONTACTS, "message/send", TEXT_TO("lisi")), 48002);
    ck_assert_int_eq(call_errcode(LINUX_APP, "message/send"), 40058);
}
END_TEST

static char *long_text(size_t bytes) {
    char *body = calloc(1, bytes + 200);
    char *at = body;

    at = stpcpy(at, "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000002,"
                    "\"text\":{\"content\":\"");
    memset(at, 'x', bytes);
    stpcpy(at + bytes, "\"}}");
    return body;
}

START_TEST(long_texts_are_cut_and_very_long_ones_refused) {
    char *cut = long_text(2049);
    char *refused = long_text(5121);
    json_t *message = NULL;

    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", cut), 0);
    message = last_message();
    ck_assert_uint_eq(strlen(text_of(json_object_get(message, "text"), "content")), 2048);
    json_decref(message);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", refused), 40058);
    free(cut);
    free(refused);
}
END_TEST

START_TEST(too_many_messages_to_one_member_vanish_in_silence) {
    json_t *message = NULL;

    ck_assert(sim_option(sim, "{\"messages_per_min\":2}"));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", TEXT_TO("lisi")), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 0);
    ck_assert_uint_eq(json_array_size(json_object_get(message, "dropped")), 1);
    json_decref(message);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", TEXT_TO("wangwu")), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 1);
    json_decref(message);
    ck_assert(sim_advance(sim, 61));
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", TEXT_TO("lisi")), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 1);
    json_decref(message);
}
END_TEST

START_TEST(a_checked_duplicate_is_swallowed) {
    static const char body[] = "{\"touser\":\"lisi\",\"msgtype\":\"text\",\"agentid\":1000002,"
                               "\"text\":{\"content\":\"x\"},\"enable_duplicate_check\":1}";
    json_t *message = NULL;

    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", body), 0);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", body), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 0);
    json_decref(message);
    ck_assert(sim_advance(sim, 1801));
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", body), 0);
    message = last_message();
    ck_assert_uint_eq(json_array_size(json_object_get(message, "recipients")), 1);
    json_decref(message);
}
END_TEST

START_TEST(cards_keep_their_rules) {
    static const struct {
        int errcode;
        const char *body;
    } rows[] = {
        {42014, CARD("", BUTTON)},
        {42014, CARD("\"task_id\":\"no spaces\",", BUTTON)},
        {40058, CARD(TASK, "")},
        {42038, CARD(TASK, "{\"key\":\"k\"}")},
        {42039, CARD(TASK, "{\"text\":\"12\"}")},
        {42039, CARD(TASK, BUTTON "," BUTTON)},
        {42027, CARD(TASK "\"horizontal_content_list\":[{\"value\":\"x\"}],", BUTTON)},
        {42051, CARD(TASK "\"action_menu\":{\"action_list\":[{\"text\":\"a\",\"key\":\"a\"},"
                          "{\"text\":\"b\",\"key\":\"a\"}]},",
                     BUTTON)},
        {42031, "{\"touser\":\"lisi\",\"msgtype\":\"template_card\",\"agentid\":1000002,"
                "\"template_card\":{\"card_type\":\"poster\"}}"},
        {42045, "{\"touser\":\"lisi\",\"msgtype\":\"template_card\",\"agentid\":1000002,"
                "\"template_card\":{\"card_type\":\"text_notice\",\"sub_title_text\":\"x\"}}"},
        {0, CARD(TASK, BUTTON)},
        {42014, CARD(TASK, BUTTON)}, /* the same task again */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int errcode = post_errcode(LINUX_APP, "message/send", rows[i].body);
        ck_assert_msg(errcode == rows[i].errcode, "row %zu: %d, not %d", i, errcode,
                      rows[i].errcode);
    }
}
END_TEST

START_TEST(interactive_cards_need_a_message_url) {
    ck_assert(sim_app(sim, "{\"agent_id\":%d,\"message_url\":\"\"}", LINUX_APP));
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/send", CARD(TASK, BUTTON)), 43012);
}
END_TEST

static int update(const char *code, const char *more) {
    char body[500];

    snprintf(
        body, sizeof(body),
        "{\"userids\":[\"zhangsan\",\"LiSi\"],\"agentid\":1000002,\"response_code\":\"%s\",%s}",
        code, more);
    return post_errcode(LINUX_APP, "message/update_template_card", body);
}

#define REPLACED "\"button\":{\"replace_name\":\"done\"}"

START_TEST(a_response_code_allows_one_update_within_72_hours) {
    json_t *first = post(LINUX_APP, "message/send", CARD(TASK, BUTTON));
    json_t *second = post(LINUX_APP, "message/send", CARD("\"task_id\":\"login-2\",", BUTTON));
    const char *code = text_of(first, "response_code");

    ck_assert_int_eq(update(code, "\"atall\":0"), 40058);
    ck_assert_int_eq(update(code, "\"button\":{}"), 42020);
    ck_assert_int_eq(update(code, "\"template_card\":{\"card_type\":\"text_notice\","
                                  "\"task_id\":\"nothing\"}"),
                     42016);
    ck_assert_int_eq(update(code, "\"userids\":\"zhangsan\"," REPLACED), 40058);
    ck_assert_int_eq(update("nonsense", REPLACED), 40058);
    ck_assert_int_eq(update(code, REPLACED), 0);
    ck_assert_int_eq(update(code, REPLACED), 40058);
    ck_assert(sim_advance(sim, 72 * 3600));
    token(LINUX_APP);
    ck_assert_int_eq(update(text_of(second, "response_code"), REPLACED), 40058);
    json_decref(first);
    json_decref(second);
}
END_TEST

START_TEST(who_never_got_the_card_is_told_in_an_array) {
    json_t *sent = post(LINUX_APP, "message/send", CARD(TASK, BUTTON));
    char body[300];
    json_t *answer = NULL;

    snprintf(body, sizeof(body),
             "{\"userids\":[\"ZHANGSAN\",\"LiSi\"],\"agentid\":1000002,"
             "\"response_code\":\"%s\"," REPLACED "}",
             text_of(sent, "response_code"));
    answer = post(LINUX_APP, "message/update_template_card", body);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "invaliduser")), 1);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(answer, "invaliduser"), 0)),
                     "lisi");
    json_decref(answer);
    json_decref(sent);
}
END_TEST

START_TEST(a_click_gives_the_event_and_a_response_code) {
    json_t *sent = post(LINUX_APP, "message/send", CARD(TASK, BUTTON));
    json_t *click = sim_post(sim, "/click",
                             "{\"agent_id\":1000002,\"task_id\":\"login-1\","
                             "\"userid\":\"zhangsan\",\"key\":\"k12\"}");

    ck_assert_ptr_nonnull(strstr(text_of(click, "xml"), "<EventKey>k12</EventKey>"));
    ck_assert_ptr_nonnull(strstr(text_of(click, "xml"), "<TaskId>login-1</TaskId>"));
    ck_assert_str_ne(text_of(click, "response_code"), text_of(sent, "response_code"));
    ck_assert_int_eq(update(text_of(click, "response_code"), REPLACED), 0);
    ck_assert_int_eq(update(text_of(sent, "response_code"), REPLACED), 0);
    ck_assert_ptr_null(sim_post(sim, "/click",
                                "{\"agent_id\":1000002,\"task_id\":\"login-1\","
                                "\"userid\":\"lisi\",\"key\":\"k12\"}"));
    json_decref(click);
    json_decref(sent);
}
END_TEST

START_TEST(a_message_can_be_recalled_for_a_day_by_its_application) {
    json_t *sent = post(LINUX_APP, "message/send", TEXT_TO("lisi"));
    json_t *message = NULL;
    char body[200];

    snprintf(body, sizeof(body), "{\"msgid\":\"%s\"}", text_of(sent, "msgid"));
    ck_assert_int_eq(post_errcode(DATA_APP, "message/recall", body), 40058);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/recall", "{}"), 40058);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/recall", body), 0);
    message = last_message();
    ck_assert(json_is_true(json_object_get(message, "recalled")));
    json_decref(message);
    ck_assert(sim_advance(sim, 24 * 3600));
    token(LINUX_APP);
    ck_assert_int_eq(post_errcode(LINUX_APP, "message/recall", body), 42052);
    json_decref(sent);
}
END_TEST

Suite *suite_message(void) {
    Suite *suite = suite_create("message");
    TCase *tcase = tcase_create("message");

    tcase_set_timeout(tcase, TEST_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, sim_setup, sim_teardown);
    tcase_add_test(tcase, a_message_arrives_in_the_outbox);
    tcase_add_test(tcase, unknown_and_invisible_people_are_told_in_lower_case);
    tcase_add_test(tcase, departments_and_tags_are_recipients_too);
    tcase_add_test(tcase, a_message_must_be_whole);
    tcase_add_test(tcase, long_texts_are_cut_and_very_long_ones_refused);
    tcase_add_test(tcase, too_many_messages_to_one_member_vanish_in_silence);
    tcase_add_test(tcase, a_checked_duplicate_is_swallowed);
    tcase_add_test(tcase, cards_keep_their_rules);
    tcase_add_test(tcase, interactive_cards_need_a_message_url);
    tcase_add_test(tcase, a_response_code_allows_one_update_within_72_hours);
    tcase_add_test(tcase, who_never_got_the_card_is_told_in_an_array);
    tcase_add_test(tcase, a_click_gives_the_event_and_a_response_code);
    tcase_add_test(tcase, a_message_can_be_recalled_for_a_day_by_its_application);
    suite_add_tcase(suite, tcase);
    return suite;
}
