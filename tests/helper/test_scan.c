/* Sign-in method `scan`: a terminal, browsers, and people who hold one of them or the other. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/links.h"
#include "helper/scan.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

#define WEB "[web]\npublic_url = https://login.example.com/prefix\n"
#define SCAN WEB "[service sshd]\nmethods = scan message code\nlang = en\n"

/* A browser, as wecom-web describes it. */
struct browser {
    const char *agent;
    char cookie[LINKS_WORD_BYTES], state[LINKS_WORD_BYTES], location[2048];
    char page[33], pin[PINS_DIGITS + 1];
};

static struct browser wecom, other;
static char key[LINKS_ID_BYTES];

static void setup(void) {
    wecom = other = (struct browser){.agent = "wecom"};
    host_start(SCAN);
    host_has_account("lisi");
}

static const char *word_or_nothing(enum wire_field field) {
    const char *value = wire_get(host_m, field);

    return value != NULL ? value : "";
}

/* A login of the user, with the link of its picture in `key`. */
static int show_picture(const char *user) {
    int host = host_begin_from(user, NULL, "10.0.0.5", NULL);
    const char *link;

    host_asked(host, "Code on your phone");
    link = strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "https://login.example.com/prefix/s/");
    ck_assert_ptr_nonnull(link);
    (void)snprintf(key, sizeof key, "%s", strrchr(link, '/') + 1);
    ck_assert_uint_eq(strlen(key), LINKS_ID_BYTES - 1);
    return host;
}

/* Asks, and leaves the socket open for the answer. */
static int ask(enum wire_verb verb, struct browser *b, const char *code) {
    int web = served_dial(host_inner->served, "web.sock");

    if (verb == WIRE_VISIT)
        served_say(web, verb, WIRE_F_PLACE, "link", WIRE_F_KEY, key, WIRE_F_COOKIE,
                   b->cookie[0] != '\0' ? b->cookie : NULL, WIRE_F_CLIENT, "203.0.113.9",
                   WIRE_F_AGENT, b->agent, WIRE_FIELD_COUNT);
    else
        served_say(web, verb, WIRE_F_STATE, b->state[0] != '\0' ? b->state : NULL, WIRE_F_CODE,
                   code, WIRE_F_COOKIE, b->cookie[0] != '\0' ? b->cookie : NULL, WIRE_F_CLIENT,
                   "203.0.113.9", WIRE_F_AGENT, b->agent, WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    return web;
}

static void hear(int web, struct browser *b, const char *page) {
    const char *state;

    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_PAGE);
    (void)snprintf(b->page, sizeof b->page, "%s", word_or_nothing(WIRE_F_PAGE));
    ck_assert_str_eq(b->page, page);
    (void)snprintf(b->pin, sizeof b->pin, "%s", word_or_nothing(WIRE_F_PIN));
    if (wire_get(host_m, WIRE_F_COOKIE) != NULL)
        (void)snprintf(b->cookie, sizeof b->cookie, "%s", wire_get(host_m, WIRE_F_COOKIE));
    (void)snprintf(b->location, sizeof b->location, "%s", word_or_nothing(WIRE_F_LOCATION));
    state = strstr(b->location, "&state=");
    if (state != NULL)
        (void)snprintf(b->state, sizeof b->state, "%.*s", LINKS_WORD_BYTES - 1, state + 7);
    /* nothing of the login for whom it is not */
    if (strcmp(page, "code") != 0) {
        ck_assert_ptr_null(wire_get(host_m, WIRE_F_SERVICE));
        ck_assert_ptr_null(wire_get(host_m, WIRE_F_ORIGIN));
        ck_assert_str_eq(b->pin, "");
    }
    (void)close(web);
}

/* Comes back, and is refused without a question to WeCom. */
static void turned_away(struct browser *b, const char *with_code, const char *page) {
    int web = ask(WIRE_CALLBACK, b, with_code);

    ck_assert_uint_eq(fake_waiting(host_inner->sender, ""), 0);
    hear(web, b, page);
}

static void visit(struct browser *b, const char *page) {
    hear(ask(WIRE_VISIT, b, NULL), b, page);
}

static const char *code(void) {
    static unsigned int count;
    static char text[64];

    (void)snprintf(text, sizeof text, HOST_CODE "s%u", count++);
    return text;
}

/* The browser comes back with a code of this person. */
static void comes_back(struct browser *b, const char *redemption, const char *page) {
    int web = ask(WIRE_CALLBACK, b, code());

    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, redemption);
    hear(web, b, page);
}

/* A wrong answer: the same link once more, with another sentence. */
static void misses(int host, const char *text) {
    host_inner->now.ms += 1000; /* somebody types */
    host_answer(host, text);
    host_asked(host, "Code on your phone");
    ck_assert_ptr_nonnull(
        strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "does not show this code for this login"));
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), key));
}

#define LISI "{\"userid\":\"lisi\"}"

START_TEST(whoever_scans_gets_the_code_that_the_terminal_wants) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    ck_assert_msg(strncmp(wecom.location,
                          "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&"
                          "redirect_uri=https%3A%2F%2Flogin.example.com%2Fprefix%2Fcallback&"
                          "response_type=code&scope=snsapi_base&state=",
                          strlen("https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&"
                                 "redirect_uri=https%3A%2F%2Flogin.example.com%2Fprefix%2Fcallback&"
                                 "response_type=code&scope=snsapi_base&state=")) == 0,
                  "%s", wecom.location);
    ck_assert_ptr_nonnull(strstr(wecom.location, "&agentid=1000002#wechat_redirect"));
    comes_back(&wecom, LISI, "code");
    ck_assert(pins_is_form(wecom.pin));
    ck_assert_str_eq(word_or_nothing(WIRE_F_SERVICE), "sshd");
    ck_assert_str_eq(word_or_nothing(WIRE_F_ORIGIN), "10.0.0.5");
    ck_assert_str_eq(word_or_nothing(WIRE_F_NAME), "N");
    host_answer(host, wecom.pin);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "scan");
    ck_assert_str_eq(wire_get(host_m, WIRE_F_USERID), "lisi");
    visit(&wecom, "expired"); /* nothing is left of it */
    turned_away(&wecom, code(), "try_again");
}
END_TEST

START_TEST(a_desktop_goes_to_the_page_with_the_picture) {
    int host = show_picture("lisi");

    other.agent = "desktop";
    visit(&other, "go");
    ck_assert_ptr_nonnull(strstr(other.location,
                                 "https://login.work.weixin.qq.com/wwlogin/sso/login"
                                 "?login_type=CorpApp&appid=ww1&redirect_uri="));
    comes_back(&other, LISI, "code");
    host_answer(host, other.pin);
    host_result(host, "granted", NULL);
}
END_TEST

START_TEST(a_telephone_s_own_browser_is_sent_to_wecom_and_takes_no_place) {
    int host = show_picture("lisi");

    other.agent = "phone";
    for (int i = 0; i < 20; i++)
        visit(&other, "scan_with_wecom");
    ck_assert_str_eq(other.cookie, "");
    visit(&wecom, "go");
    (void)close(host);
}
END_TEST

START_TEST(a_reload_shows_the_code_again_to_the_same_browser_only) {
    int host = show_picture("lisi");
    char pin[PINS_DIGITS + 1];

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    memcpy(pin, wecom.pin, sizeof pin);
    turned_away(&wecom, NULL, "code");
    ck_assert_str_eq(wecom.pin, pin);
    visit(&wecom, "code");
    ck_assert_str_eq(wecom.pin, pin);
    visit(&other, "used");
    (void)snprintf(other.state, sizeof other.state, "%s", wecom.state);
    turned_away(&other, code(), "try_again"); /* a stolen state */
    (void)close(host);
}
END_TEST

/* A link that was forwarded: whoever opens it is not whom the login is for. */
START_TEST(somebody_else_s_scan_is_worth_nothing) {
    int host = show_picture("lisi");

    visit(&other, "go");
    comes_back(&other, "{\"userid\":\"wangwu\"}", "other_person");
    turned_away(&other, code(), "try_again"); /* the state is spent */
    misses(host, "000000");
    (void)close(host);
}
END_TEST

/* The attacker's terminal asks for the victim's name, and the victim is made to open the link: the
 * code is on the victim's telephone, and the attacker does not have it.
 */
START_TEST(a_scan_without_the_code_lets_nobody_in) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    for (int i = 1; i < SCAN_TRIES; i++)
        misses(host, strcmp(wecom.pin, "123456") != 0 ? "123456" : "123457");
    host_answer(host, strcmp(wecom.pin, "123456") != 0 ? "123456" : "123457");
    host_result(host, "too_many", "too_many_tries");
    visit(&wecom, "expired");
}
END_TEST

START_TEST(whoever_mistypes_once_may_type_again) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    misses(host, "12345");
    misses(host, strcmp(wecom.pin, "123456") != 0 ? "123456" : "123457");
    host_answer(host, wecom.pin);
    host_result(host, "granted", NULL);
}
END_TEST

/* Each wrong answer is a failure of this user from there, as with any other method. */
START_TEST(wrong_answers_are_counted_one_by_one) {
    int host = show_picture("lisi");

    for (int i = 1; i < SCAN_TRIES; i++)
        misses(host, "123456");
    (void)close(host);
    host = show_picture("lisi");
    misses(host, "123456");
    misses(host, "123456");
    (void)close(host);
    host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    host_asked(host, "Enter");
    (void)close(host);
}
END_TEST

/* WeCom's word on the member is as fresh as the answer, not as the scan. */
START_TEST(whoever_is_disabled_between_scan_and_code_is_refused) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    host_inner->now.ms += MEMBERS_FRESH_MS + 1;
    host_answer(host, wecom.pin);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200,
                "{\"userid\":\"lisi\",\"name\":\"N\",\"status\":2,\"department\":[2]}");
    host_result(host, "denied", "disabled");
}
END_TEST

START_TEST(the_same_callback_twice_shows_the_same_page) {
    int host = show_picture("lisi"), web[3];
    const char *once = code();
    char pin[PINS_DIGITS + 1];

    visit(&wecom, "go");
    for (int i = 0; i < 3; i++)
        web[i] = ask(WIRE_CALLBACK, &wecom, once);
    (void)close(web[0]); /* the browser has given up the first one */
    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, LISI);
    hear(web[1], &wecom, "code");
    memcpy(pin, wecom.pin, sizeof pin);
    hear(web[2], &wecom, "code");
    ck_assert_str_eq(wecom.pin, pin);
    host_answer(host, pin);
    host_result(host, "granted", NULL);
}
END_TEST

/* More of them than anybody sends. */
START_TEST(a_callback_that_comes_many_times_is_bounded) {
    int host = show_picture("lisi"), web[6];
    const char *once = code();

    visit(&wecom, "go");
    for (int i = 0; i < 6; i++)
        web[i] = ask(WIRE_CALLBACK, &wecom, once);
    hear(web[5], &wecom, "try_again");
    for (int i = 0; i < 5; i++)
        (void)close(web[i]); /* nobody waits any more */
    visit(&wecom, "go");
    (void)close(host);
}
END_TEST

START_TEST(a_crawler_that_comes_first_changes_nothing) {
    int host = show_picture("lisi");

    for (int i = 0; i < LINKS_OPENERS - 1; i++) {
        other = (struct browser){.agent = "desktop"};
        visit(&other, "go");
    }
    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    host_answer(host, wecom.pin);
    host_result(host, "granted", NULL);
}
END_TEST

START_TEST(the_code_of_another_login_is_none) {
    int first = show_picture("lisi"), second;

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    second = show_picture("lisi");
    misses(second, wecom.pin);
    (void)close(second);
    host_answer(first, wecom.pin);
    host_result(first, "granted", NULL);
}
END_TEST

static const struct {
    const char *redemption, *agent, *page;
} refused[] = {
    {"{\"errcode\":40029}", "wecom", "try_again"},
    {"{\"errcode\":50001}", "wecom", "try_again"},
    {"{\"openid\":\"O\"}", "wecom", "other_company"},
    {"{\"openid\":\"O\"}", "wechat", "wechat"},
    {"{\"userid\":\"ww2/lisi\"}", "wecom", "other_company"},
    {"{}", "wecom", "try_again"},
};

START_TEST(what_wecom_does_not_confirm_is_told_and_may_be_tried_again) {
    int host = show_picture("lisi");

    wecom.agent = refused[_i].agent;
    visit(&wecom, "go");
    comes_back(&wecom, refused[_i].redemption, refused[_i].page);
    wecom.agent = "wecom";
    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    host_answer(host, wecom.pin);
    host_result(host, "granted", NULL);
}
END_TEST

static const char *const odd_codes[] = {"short", "0123456789abcdefghijklmnopqrstuv/../",
                                        "0123456789abcdefghijklmnopqrstuvw&userid=x"};

START_TEST(what_has_not_the_form_of_a_code_is_sent_nowhere) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    turned_away(&wecom, odd_codes[_i], "try_again");
    visit(&wecom, "go");
    (void)close(host);
}
END_TEST

START_TEST(whom_the_rules_of_the_service_shut_out_is_shown_no_code) {
    int host;

    host_end();
    host_start(SCAN "deny = user:lisi\n[service other]\nmethods = code\n");
    host = show_picture("lisi");
    visit(&wecom, "go");
    {
        int web = ask(WIRE_CALLBACK, &wecom, code());

        inner_helper_token(host_inner, GETUSERINFO);
        fake_answer(host_inner->sender, GETUSERINFO, 200, LISI);
        inner_helper_token(host_inner, USER_GET);
        fake_answer(host_inner->sender, USER_GET, 200, ACTIVE("lisi"));
        hear(web, &wecom, "not_allowed");
    }
    visit(&wecom, "go");
    (void)close(host);
}
END_TEST

START_TEST(whom_wecom_calls_disabled_is_shown_no_code) {
    int host = show_picture("lisi"), web;

    visit(&wecom, "go");
    host_inner->now.ms += MEMBERS_FRESH_MS + 1;
    web = ask(WIRE_CALLBACK, &wecom, code());
    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, LISI);
    inner_helper_token(host_inner, USER_GET);
    fake_answer(host_inner->sender, USER_GET, 200,
                "{\"userid\":\"lisi\",\"name\":\"N\",\"status\":2,\"department\":[2]}");
    hear(web, &wecom, "not_allowed");
    (void)close(host);
}
END_TEST

/* Two browsers, both on their way when the first one decides. */
START_TEST(who_comes_second_is_shown_that_it_was_used) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    visit(&other, "go");
    comes_back(&wecom, LISI, "code");
    turned_away(&other, code(), "used");
    (void)close(host);
}
END_TEST

START_TEST(whoever_declined_may_try_again) {
    int host = show_picture("lisi");

    visit(&wecom, "go");
    turned_away(&wecom, NULL, "declined");
    wecom.agent = "wechat";
    visit(&wecom, "go");
    turned_away(&wecom, NULL, "wechat");
    (void)close(host);
}
END_TEST

START_TEST(names_that_may_not_sign_in_see_the_same_terminal) {
    static const char *const users[] = {"nobody-here", "root", "li si"};
    int host = show_picture(users[_i]);

    visit(&wecom, "go");
    comes_back(&wecom, LISI, "other_person");
    misses(host, "123456");
    misses(host, "");
    host_inner->now.ms += 1000;
    host_answer(host, "x");
    host_result(host, "too_many", "too_many_tries");
}
END_TEST

START_TEST(when_the_terminal_is_gone_the_browser_is_told) {
    int host = show_picture("lisi"), web;

    visit(&wecom, "go");
    web = ask(WIRE_CALLBACK, &wecom, code());
    inner_helper_token(host_inner, GETUSERINFO);
    (void)close(host);
    hear(web, &wecom, "expired");
    ck_assert_uint_eq(fake_waiting(host_inner->sender, GETUSERINFO), 0);
    visit(&wecom, "expired");
}
END_TEST

START_TEST(one_code_of_wecom_serves_one_login) {
    int first = show_picture("lisi"), second;
    const char *once = code();
    char key_of_first[LINKS_ID_BYTES];
    int web;

    memcpy(key_of_first, key, sizeof key);
    visit(&wecom, "go");
    web = ask(WIRE_CALLBACK, &wecom, once);
    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, LISI);
    hear(web, &wecom, "code");
    second = show_picture("lisi");
    visit(&other, "go");
    turned_away(&other, once, "try_again");
    (void)close(first);
    (void)close(second);
}
END_TEST

/* sshd's password method: what it says goes to the method that can take it. */
START_TEST(a_host_that_answers_before_it_is_asked_is_served_by_message) {
    int host = host_begin_from("lisi", NULL, "10.0.0.5", "hunter2");

    host_result(host, "denied", "code_invalid");
    host_delivered("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", host_digits);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "message");
}
END_TEST

/* Where nothing else is offered there is nothing that it could have. */
/* sshd's password method: what it has is the answer to all that it is asked. */
START_TEST(a_host_that_answers_whatever_it_is_asked_is_served_by_message) {
    int host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);

    host_asked(host, "Code on your phone");
    host_answer(host, "hunter2");
    host_result(host, "denied", "code_invalid");
    host_delivered("lisi");
    host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    host_asked(host, "Code on your phone");
    host_answer(host, host_digits);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "message");
}
END_TEST

/* In the time of a person, or with a telephone: nothing is sent. */
START_TEST(whoever_types_is_not_taken_for_such_a_host) {
    int host = show_picture("lisi");

    host_inner->now.ms += 500;
    host_answer(host, "000000");
    host_asked(host, "Code on your phone");
    visit(&wecom, "go");
    comes_back(&wecom, LISI, "code");
    host_answer(host, "no digits");
    host_asked(host, "Code on your phone");
    host_answer(host, wecom.pin);
    host_result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(host_m, WIRE_F_METHOD), "scan");
}
END_TEST

/* Where nothing else may serve it. */
START_TEST(a_host_that_answers_by_itself_has_three_tries_where_only_scan_is) {
    int host;

    host_end();
    host_start(WEB "[service sshd]\nmethods = scan\nlang = en\n");
    host = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    for (int i = 0; i < SCAN_TRIES; i++) {
        host_asked(host, "Code on your phone");
        host_answer(host, "hunter2");
    }
    host_result(host, "too_many", "too_many_tries");
}
END_TEST

START_TEST(a_host_that_answers_before_it_is_asked_cannot_have_scanned) {
    int host;

    host_end();
    host_start(WEB "[service sshd]\nmethods = scan\nlang = en\n");
    host = host_begin_from("lisi", NULL, "10.0.0.5", "123456");
    host_result(host, "denied", "code_invalid");
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_MESSAGE), "a prompt"));
}
END_TEST

START_TEST(the_picture_can_be_of_plain_characters) {
    int host = show_picture("lisi");

    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "\xE2\x96\x88"));
    host_answer(host, "ascii");
    host_asked(host, "Code on your phone");
    ck_assert_ptr_null(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "\xE2\x96\x88"));
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), "##"));
    ck_assert_ptr_nonnull(strstr(wire_get(host_m, WIRE_F_INFO_TEXT), key));
    (void)close(host);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("scan");
    TCase *t = tcase_create("scan");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, host_end);
    tcase_add_test(t, whoever_scans_gets_the_code_that_the_terminal_wants);
    tcase_add_test(t, a_desktop_goes_to_the_page_with_the_picture);
    tcase_add_test(t, a_telephone_s_own_browser_is_sent_to_wecom_and_takes_no_place);
    tcase_add_test(t, a_reload_shows_the_code_again_to_the_same_browser_only);
    tcase_add_test(t, somebody_else_s_scan_is_worth_nothing);
    tcase_add_test(t, a_scan_without_the_code_lets_nobody_in);
    tcase_add_test(t, whoever_mistypes_once_may_type_again);
    tcase_add_test(t, wrong_answers_are_counted_one_by_one);
    tcase_add_test(t, whoever_is_disabled_between_scan_and_code_is_refused);
    tcase_add_test(t, the_same_callback_twice_shows_the_same_page);
    tcase_add_test(t, a_callback_that_comes_many_times_is_bounded);
    tcase_add_test(t, a_crawler_that_comes_first_changes_nothing);
    tcase_add_test(t, the_code_of_another_login_is_none);
    tcase_add_loop_test(t, what_wecom_does_not_confirm_is_told_and_may_be_tried_again, 0,
                        SUPPORT_COUNT(refused));
    tcase_add_loop_test(t, what_has_not_the_form_of_a_code_is_sent_nowhere, 0,
                        SUPPORT_COUNT(odd_codes));
    tcase_add_test(t, whom_the_rules_of_the_service_shut_out_is_shown_no_code);
    tcase_add_test(t, whom_wecom_calls_disabled_is_shown_no_code);
    tcase_add_test(t, who_comes_second_is_shown_that_it_was_used);
    tcase_add_test(t, whoever_declined_may_try_again);
    tcase_add_loop_test(t, names_that_may_not_sign_in_see_the_same_terminal, 0, 3);
    tcase_add_test(t, when_the_terminal_is_gone_the_browser_is_told);
    tcase_add_test(t, one_code_of_wecom_serves_one_login);
    tcase_add_test(t, a_host_that_answers_before_it_is_asked_is_served_by_message);
    tcase_add_test(t, a_host_that_answers_whatever_it_is_asked_is_served_by_message);
    tcase_add_test(t, whoever_types_is_not_taken_for_such_a_host);
    tcase_add_test(t, a_host_that_answers_by_itself_has_three_tries_where_only_scan_is);
    tcase_add_test(t, a_host_that_answers_before_it_is_asked_cannot_have_scanned);
    tcase_add_test(t, the_picture_can_be_of_plain_characters);
    suite_add_tcase(s, t);
    return s;
}
