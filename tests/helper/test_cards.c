/* Cards: their numbers, what they say, how many are remembered, what is done with their codes. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "helper/courier.h"
#include "helper/message_urls.h"
#include "tests/check_main.h"
#include "tests/helper/support_card.h"

static struct request r;
static enum cards_answer heard;

static void setup(void) {
    host_start(APPROVE);
    host_has_account("lisi");
    heard = CARDS_NONE;
    r = (struct request){.helper = &host_inner->helper,
                         .setup = setup_ref(host_inner->helper.setup),
                         .app = client_app_ref(host_inner->helper.setup->apps[0]),
                         .service = &host_inner->helper.setup->config->services[0],
                         .id = "abcdefgh",
                         .service_name = "sshd",
                         .user = "lisi",
                         .link = "",
                         .rhost = "10.0.0.5",
                         .begun_ms = host_inner->now.ms,
                         .deadline_ms = host_inner->now.ms + 20000};
}

static void teardown(void) {
    request_close(&r);
    host_end();
}

static void on_answered(void *arg, enum cards_answer answer) {
    (void)arg;
    heard = answer;
}

static struct card *open_card(const char *userid) {
    struct card_numbers numbers;

    ck_assert(card_numbers_draw(&numbers));
    return cards_open(&r, userid, &numbers, on_answered, NULL);
}

/* ---- numbers ---- */

START_TEST(six_numbers_are_different_and_have_two_digits) {
    for (int round = 0; round < 5000; round++) {
        struct card_numbers n;

        ck_assert(card_numbers_draw(&n));
        ck_assert_uint_lt(n.right, CARD_NUMBERS);
        for (size_t i = 0; i < CARD_NUMBERS; i++) {
            ck_assert(n.all[i][0] >= '1' && n.all[i][0] <= '9' && n.all[i][1] >= '0' &&
                      n.all[i][1] <= '9' && n.all[i][2] == '\0');
            for (size_t j = 0; j < i; j++)
                ck_assert_str_ne(n.all[i], n.all[j]);
        }
    }
}
END_TEST

/* Far beyond chance: 5000 for each place, 333 for each number; six standard deviations. */
START_TEST(every_number_and_every_place_is_as_likely) {
    unsigned int places[CARD_NUMBERS] = {0}, numbers[100] = {0};

    for (int round = 0; round < 30000; round++) {
        struct card_numbers n;
        const char *right;

        ck_assert(card_numbers_draw(&n));
        places[n.right]++;
        right = n.all[n.right];
        numbers[(right[0] - '0') * 10 + right[1] - '0']++;
    }
    for (size_t i = 0; i < CARD_NUMBERS; i++)
        ck_assert_msg(places[i] > 4600 && places[i] < 5400, "%zu: %u", i, places[i]);
    for (size_t i = 10; i < 100; i++)
        ck_assert_msg(numbers[i] > 223 && numbers[i] < 443, "%zu: %u", i, numbers[i]);
}
END_TEST

/* ---- what it says ---- */

static const char *at(const json_t *json, const char *name) {
    const char *text = json_string_value(json_object_get(json, name));

    ck_assert_msg(text != NULL && text[0] != '\0', "%s", name);
    return text;
}

static json_t *written(enum config_lang lang) {
    char numbers[CARD_NUMBERS][CARD_NUMBER_BYTES] = {"10", "21", "32", "43", "54", "99"};
    struct config_service service = *r.service;
    json_t *card;
    char *text;

    service.lang = lang;
    r.service = &service;
    text = card_text_write(&r, "TASK", numbers);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_null(strstr(text, "\\u"));
    card = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(card);
    free(text);
    return card;
}

static const struct {
    enum config_lang lang;
    const char *title, *menu, *service;
} langs[] = {
    {CONFIG_LANG_EN, "Sign-in to a computer", "It wasn't me", "Service"},
    {CONFIG_LANG_ZH, "登录确认", "不是我", "服务"},
    {CONFIG_LANG_BOTH, "登录确认 / Sign-in to a computer", "不是我 / It wasn't me",
     "服务 / Service"},
};

/* Who, where, from where, when: so that whoever is asked knows whether it is about him. */
START_TEST(it_says_which_login_it_is) {
    json_t *card = written(langs[_i].lang), *list;
    char host[256] = "";

    ck_assert_str_eq(at(json_object_get(card, "main_title"), "title"), langs[_i].title);
    ck_assert_str_eq(at(card, "task_id"), "TASK");
    list = json_object_get(json_object_get(card, "action_menu"), "action_list");
    ck_assert_str_eq(at(json_array_get(list, 0), "text"), langs[_i].menu);
    list = json_object_get(card, "horizontal_content_list");
    ck_assert_uint_eq(json_array_size(list), 6); /* page 90236: no more */
    ck_assert_str_eq(at(json_array_get(list, 0), "keyname"), langs[_i].service);
    ck_assert_str_eq(at(json_array_get(list, 0), "value"), "sshd");
    (void)gethostname(host, 64);
    ck_assert_str_eq(at(json_array_get(list, 1), "value"), host);
    ck_assert_str_eq(at(json_array_get(list, 2), "value"), "10.0.0.5");
    ck_assert_str_eq(at(json_array_get(list, 3), "value"), "lisi");
    ck_assert_ptr_nonnull(strstr(at(json_array_get(list, 4), "value"), "2023-11-1"));
    ck_assert_str_eq(at(json_array_get(list, 5), "value"), "abcdefgh");
    json_decref(card);
}
END_TEST

START_TEST(a_terminal_of_the_machine_has_an_origin_too) {
    json_t *card, *list;

    r.rhost = "";
    card = written(CONFIG_LANG_EN);
    list = json_object_get(card, "horizontal_content_list");
    ck_assert_str_eq(at(json_array_get(list, 2), "value"), "that machine itself");
    json_decref(card);
}
END_TEST

/* An origin is what somebody's name server says. */
START_TEST(what_comes_from_elsewhere_cannot_change_how_it_looks) {
    static const char *const origins[] = {
        "a\nb",
        "\xE2\x80\xAE"
        "evil",
        "\x1B[2Jx", "\xFF\xFE",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "\xE5\xBC\xA0"};
    char clean[LINE_MAX];
    const char *value;
    json_t *card;

    r.rhost = origins[_i];
    card = written(CONFIG_LANG_BOTH);
    value = at(json_array_get(json_object_get(card, "horizontal_content_list"), 2), "value");
    (void)snprintf(clean, sizeof clean, "%s", value);
    text_clean(clean, TEXT_ONE_LINE);
    ck_assert_str_eq(clean, value);
    ck_assert_uint_le(strlen(value), 64);
    json_decref(card);
}
END_TEST

/* ---- how many ---- */

enum { BATCH = 200 };

/* So many cards that never left, and are closed. */
static void fill(int batch) {
    struct card *cards[BATCH];
    char userid[32];

    for (int i = 0; i < BATCH; i++) {
        (void)snprintf(userid, sizeof userid, "user%d", batch * BATCH + i);
        cards[i] = open_card(userid);
        ck_assert_ptr_nonnull(cards[i]);
    }
    for (int i = 0; i < BATCH; i++) {
        inner_helper_token(host_inner, USER_GET);
        fake_answer(host_inner->sender, USER_GET, 200, "{\"errcode\":60111,\"errmsg\":\"x\"}");
    }
    for (int i = 0; i < BATCH; i++)
        cards_close(cards[i], CARDS_OVER);
}

START_TEST(no_more_than_so_many_are_remembered) {
    for (int batch = 0; batch < CARDS_MOST / BATCH + 2; batch++) {
        fill(batch);
        ck_assert_uint_le(cards_count(host_inner->helper.cards), CARDS_MOST);
    }
    ck_assert_uint_eq(cards_count(host_inner->helper.cards), CARDS_MOST);
    host_inner->now.ms += CARDS_KEPT_MS;
    (void)open_card("zhangsan");
    ck_assert_uint_eq(cards_count(host_inner->helper.cards), 1);
}
END_TEST

START_TEST(a_person_is_one_in_any_spelling) {
    struct card *card = open_card("lisi");

    ck_assert_ptr_nonnull(card);
    ck_assert_ptr_null(open_card("LiSi"));
    ck_assert_ptr_nonnull(open_card("lisi2"));
    cards_close(card, CARDS_OVER);
    ck_assert_ptr_nonnull(open_card("LISI"));
}
END_TEST

START_TEST(more_than_the_courier_takes_are_not_sent) {
    struct card *cards[COURIER_MOST];
    char userid[32];

    for (unsigned int i = 0; i < COURIER_MOST; i++) {
        (void)snprintf(userid, sizeof userid, "user%u", i);
        cards[i] = open_card(userid);
        ck_assert_ptr_nonnull(cards[i]);
    }
    ck_assert_ptr_null(open_card("zhangsan"));
    for (unsigned int i = 0; i < COURIER_MOST; i++)
        cards_close(cards[i], CARDS_OVER); /* not one has left */
    ck_assert_uint_eq(cards_count(host_inner->helper.cards), 0);
    ck_assert_uint_eq(courier_count(host_inner->helper.courier), 0);
}
END_TEST

/* ---- codes ---- */

START_TEST(each_code_changes_the_card_once) {
    struct card *card = open_card("lisi");
    struct shown_card shown = card_arrives("lisi");

    for (int i = 0; i < 3; i++) /* pressed in a hurry: one change after the other */
        card_tap("lisi", &shown, shown.numbers[0]);
    card_tap("lisi", &shown, card_text_not_me);
    ck_assert_int_eq(heard, CARDS_REFUSED);
    cards_close(card, CARDS_OVER);
    support_run(host_inner->served->base);
    ck_assert_uint_le(fake_waiting(host_inner->sender, UPDATE), 1);
    while (fake_waiting(host_inner->sender, UPDATE) > 0) {
        ck_assert_uint_eq(fake_waiting(host_inner->sender, UPDATE), 1);
        fake_answer(host_inner->sender, UPDATE, 200, "{\"errcode\":0}");
        support_run(host_inner->served->base);
    }
    ck_assert_uint_le(fake_begun(host_inner->sender, UPDATE), 2);
}
END_TEST

/* WeCom answers our sending later than the person has tapped. */
START_TEST(a_tap_may_come_before_the_answer) {
    struct card *card = open_card("lisi");
    struct shown_card shown = {.numbers = {"00"}};
    json_t *body;

    inner_helper_token(host_inner, SEND);
    body = json_loads(fake_await(host_inner->sender, SEND)->body, 0, NULL);
    (void)snprintf(shown.task_id, sizeof shown.task_id, "%s",
                   at(json_object_get(body, "template_card"), "task_id"));
    json_decref(body);
    card_tap("lisi", &shown, card_text_not_me);
    ck_assert_int_eq(heard, CARDS_REFUSED);
    card_changes_to("Refused", "TAP0");
    cards_close(card, CARDS_OVER);
    fake_answer(host_inner->sender, SEND, 200, "{\"errcode\":0,\"response_code\":\"SENT\"}");
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 1); /* it says so already */
}
END_TEST

static const struct {
    const char *app, *company;
    int64_t agent_id;
} elsewhere[] = {
    {"other", "ww1", 1000002}, {"main", "ww2", 1000002}, {"main", "ww1", 1000003},
    {"main", "ww1", 0},        {"main", "", 1000002},
};

/* Whatever web_event.c lets through. */
START_TEST(a_tap_in_another_application_or_company_is_none) {
    struct card *card = open_card("lisi");
    struct shown_card shown = card_arrives("lisi");
    struct event_message event = {.event_key = "not_me", .from_user = "lisi"};
    struct config_app app = *client_app_settings(r.app);

    (void)snprintf(event.task_id, sizeof event.task_id, "%s", shown.task_id);
    (void)snprintf(event.to_user, sizeof event.to_user, "%s", elsewhere[_i].company);
    (void)snprintf(app.name, sizeof app.name, "%s", elsewhere[_i].app);
    event.agent_id = elsewhere[_i].agent_id;
    cards_event(host_inner->helper.cards, &app, &event);
    ck_assert_int_eq(heard, CARDS_NONE);
    (void)snprintf(event.to_user, sizeof event.to_user, "ww1");
    (void)snprintf(app.name, sizeof app.name, "main");
    event.agent_id = 1000002;
    cards_event(host_inner->helper.cards, &app, &event);
    ck_assert_int_eq(heard, CARDS_REFUSED);
    cards_close(card, CARDS_OVER);
}
END_TEST

/* An odd code, or none: the card stays as it is, and nothing else. */
START_TEST(a_card_without_a_code_is_left_alone) {
    static const char *const answers[] = {
        "{\"errcode\":0,\"errmsg\":\"ok\"}", "{\"errcode\":0,\"response_code\":\"\"}",
        "{\"errcode\":0,\"response_code\":7}", "{\"errcode\":0,\"response_code\":\"a b\"}"};
    struct card *card = open_card("lisi");

    inner_helper_token(host_inner, SEND);
    fake_answer(host_inner->sender, SEND, 200, answers[_i]);
    cards_close(card, CARDS_GRANTED);
    support_run(host_inner->served->base);
    ck_assert_uint_eq(fake_begun(host_inner->sender, UPDATE), 0);
}
END_TEST

START_TEST(a_missing_message_url_is_remembered_until_wecom_calls) {
    struct card *card = open_card("lisi");
    struct message_urls *urls = host_inner->helper.message_urls;

    inner_helper_token(host_inner, SEND);
    fake_answer(host_inner->sender, SEND, 200, "{\"errcode\":43012,\"errmsg\":\"x\"}");
    ck_assert_int_gt(message_urls_of(urls, "main").missing_ms, 0);
    ck_assert_int_eq(message_urls_of(urls, "other").missing_ms, 0);
    cards_close(card, CARDS_OVER);
    message_urls_called(urls, "other", 7);
    ck_assert_int_gt(message_urls_of(urls, "main").missing_ms, 0);
    message_urls_called(urls, "main", 7);
    ck_assert_int_eq(message_urls_of(urls, "main").missing_ms, 0);
    ck_assert_int_eq(message_urls_of(urls, "main").called_ms, 7);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("cards");
    TCase *t = tcase_create("cards");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, six_numbers_are_different_and_have_two_digits);
    tcase_add_test(t, every_number_and_every_place_is_as_likely);
    tcase_add_loop_test(t, it_says_which_login_it_is, 0, SUPPORT_COUNT(langs));
    tcase_add_test(t, a_terminal_of_the_machine_has_an_origin_too);
    tcase_add_loop_test(t, what_comes_from_elsewhere_cannot_change_how_it_looks, 0, 5);
    tcase_add_test(t, no_more_than_so_many_are_remembered);
    tcase_add_test(t, a_person_is_one_in_any_spelling);
    tcase_add_test(t, more_than_the_courier_takes_are_not_sent);
    tcase_add_test(t, each_code_changes_the_card_once);
    tcase_add_test(t, a_tap_may_come_before_the_answer);
    tcase_add_loop_test(t, a_tap_in_another_application_or_company_is_none, 0,
                        SUPPORT_COUNT(elsewhere));
    tcase_add_loop_test(t, a_card_without_a_code_is_left_alone, 0, 4);
    tcase_add_test(t, a_missing_message_url_is_remembered_until_wecom_calls);
    suite_add_tcase(s, t);
    return s;
}
