/* What the person sees, and what becomes of the answer. */
#include "pam_wecom/talk.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

/* begin -> this ask -> its answer -> granted. */
#define ASKING(text) \
    SCRIPT({HEAR, "begin", 0}, READY, {SAY, text, 0}, {HEAR, "answer", 0}, {SAY, GRANTED, 0})

START_TEST(info_and_prompt_come_in_one_call_of_the_conversation) {
    struct host h = {.answers = {"123456"}};

    helper_play(ASKING("ask\ninfo=Line 1%0ALine 2\nprompt=Code: \necho=no\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(h.calls, 1);
    ck_assert_int_eq(h.shown_count, 2);
    ck_assert_int_eq(h.shown[0].style, PAM_TEXT_INFO);
    ck_assert_str_eq(h.shown[0].text, "Line 1\nLine 2");
    ck_assert_int_eq(h.shown[1].style, PAM_PROMPT_ECHO_OFF);
    ck_assert_str_eq(h.shown[1].text, "Code: ");
    ck_assert(has_field(helper_heard(1), "text=123456"));
    host_close(&h);
}
END_TEST

START_TEST(an_ask_without_info_is_a_prompt_alone) {
    static const char *const asks[] = {"ask\nprompt=Code: \necho=yes\n",
                                       "ask\ninfo=\nprompt=Code: \necho=yes\n"};
    struct host h = {.answers = {"x"}};

    helper_play(ASKING(asks[_i]));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(h.shown_count, 1);
    ck_assert_int_eq(h.shown[0].style, PAM_PROMPT_ECHO_ON);
    host_close(&h);
}
END_TEST

START_TEST(quiet_leaves_the_prompt_only) {
    struct host h = {.answers = {"x"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0},
                       {SAY, "result\nverdict=denied\nmessage=Sorry.\n", 0}));
    host_open(&h, "web", "zhangsan", "quiet");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.shown_count, 1);
    ck_assert_int_eq(h.shown[0].style, PAM_PROMPT_ECHO_OFF);
    host_close(&h);
}
END_TEST

START_TEST(a_silent_host_sees_questions_whole_and_no_messages) {
    struct host h = {.answers = {"x"}, .flags = PAM_SILENT};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0},
                       {SAY, "result\nverdict=denied\nmessage=Sorry.\n", 0}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_int_eq(h.shown_count, 2); /* the link to scan is part of the question */
    host_close(&h);
}
END_TEST

START_TEST(escape_and_bidi_characters_never_reach_the_terminal) {
    struct host h = {.answers = {"x"}};

    helper_play(
        SCRIPT({HEAR, "begin", 0}, READY,
               {SAY,
                "ask\ninfo=\xC2\x9B"
                "31mred\xE2\x80\xAE"
                "txt%0A%09\xE4\xBC\x81\xE4\xB8\x9A\nprompt="
                "\xE2\x80\x8B"
                "Co\xC2\x85"
                "de\xE2\x80\xA8: \necho=no\n",
                0},
               {HEAR, "answer", 0},
               {SAY, "result\nverdict=denied\nmessage=\xE2\x81\xA6no\xC2\x90%0Aline\n", 0}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    ck_assert_str_eq(h.shown[0].text, "31mredtxt\n\t\xE4\xBC\x81\xE4\xB8\x9A");
    ck_assert_str_eq(h.shown[1].text, "Code: ");
    ck_assert_str_eq(host_shown(&h, PAM_ERROR_MSG), "no\nline");
    host_close(&h);
}
END_TEST

START_TEST(the_prompt_argument_replaces_every_prompt) {
    struct host h = {.answers = {"1", "2"}};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, ASK,
                       {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    host_open(&h, "web", "zhangsan", "prompt=PIN:");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(h.shown_count, 4);
    ck_assert_str_eq(h.shown[1].text, "PIN:");
    ck_assert_str_eq(h.shown[3].text, "PIN:");
    ck_assert_int_eq(h.shown[0].style, PAM_TEXT_INFO);
    ck_assert(has_field(helper_heard(1), "text=1"));
    ck_assert(has_field(helper_heard(2), "text=2"));
    host_close(&h);
}
END_TEST

static char long_answer[2000];
static const struct {
    const char *answer, *sent;
} answers[] = {
    {"", "text="},           {"123456", "text=123456"},     {" 12 34 ", "text= 12 34 "},
    {"100%", "text=100%25"}, {"a\nb\x7F", "text=a%0Ab%7F"}, {"\xE4\xBC\x81", "text=\xE4\xBC\x81"},
    {"\xFF\xFE", "text="},   {"ok\xC3", "text="},           {"\xC0\x80", "text="},
    {long_answer, "text="},
};

START_TEST(answers_go_back_as_they_are_or_empty) {
    struct host h = {.answers = {answers[_i].answer}};

    memset(long_answer, 'a', WECOM_ANSWER_MAX_BYTES + 1);
    helper_play(ASKING("ask\nprompt=Code: \necho=no\n"));
    host_open(&h, "web", "zhangsan", "debug");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_msg(has_field(helper_heard(1), answers[_i].sent), "%s", helper_heard(1));
    ck_assert(!log_has(-1, "123456"));
    host_close(&h);
}
END_TEST

START_TEST(the_longest_answer_that_fits_is_sent_whole) {
    static char answer[WECOM_ANSWER_MAX_BYTES + 1], field[WECOM_ANSWER_MAX_BYTES + 6];
    struct host h = {.answers = {answer}};

    memset(answer, 'b', WECOM_ANSWER_MAX_BYTES);
    (void)strcat(strcpy(field, "text="), answer);
    helper_play(ASKING("ask\nprompt=Code: \necho=no\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert(has_field(helper_heard(1), field));
    host_close(&h);
}
END_TEST

/* What a conversation may return: each ends the login, and the helper is told by the hang-up. */
static const struct {
    int code;
    bool no_responses, no_answer;
} failures[] = {
    {PAM_CONV_ERR, false, false},  {PAM_CONV_ERR, true, false}, {PAM_BUF_ERR, false, false},
    {PAM_CONV_AGAIN, true, false}, {PAM_ABORT, true, false},    {PAM_AUTH_ERR, false, false},
    {PAM_SUCCESS, true, false},    {PAM_SUCCESS, false, true},  {PAM_IGNORE, true, false},
};

START_TEST(a_conversation_that_fails_ends_the_login) {
    struct host h = {.answers = {"123456"},
                     .conv_code = failures[_i].code,
                     .no_responses = failures[_i].no_responses,
                     .no_answer = failures[_i].no_answer};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {STAY, NULL, 0}));
    host_open(&h, "web", "zhangsan", "");
    pam_putenv(h.pamh, "WECOM_REASON=");
    ck_assert_int_eq(host_auth(&h), PAM_CONV_ERR);
    ck_assert_int_eq(h.calls, 1);
    ck_assert_str_eq(pam_getenv(h.pamh, "WECOM_REASON"), "cancelled");
    ck_assert(helper_was_left());
    ck_assert_int_eq(helper_heard_count(), 1);
    host_close(&h);
}
END_TEST

START_TEST(a_conversation_that_fails_at_the_name_ends_before_any_socket) {
    struct host h = {.answers = {"zhangsan"}, .conv_code = PAM_CONV_ERR};

    helper_play(RESULT(GRANTED));
    host_open(&h, "web", NULL, "");
    ck_assert_int_eq(host_auth(&h), PAM_CONV_ERR);
    ck_assert_int_eq(helper_connections(), 0);
    host_close(&h);
}
END_TEST

START_TEST(a_host_that_cannot_show_the_message_still_gets_the_verdict) {
    struct host h = {.conv_code = PAM_CONV_ERR, .no_responses = true};

    helper_play(RESULT("result\nverdict=denied\nmessage=Sorry.\n"));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_AUTH_ERR);
    host_close(&h);
}
END_TEST

/* The test program has the module's objects too: without a conversation, called directly. */
START_TEST(without_a_conversation_function_nobody_is_asked) {
    struct pam_conv none = {0};
    struct call c = {0};
    struct secret answer = {0};
    struct wire_message *ask = wire_new(WIRE_ASK);

    stack_write("web", "auth required pam_deny.so\n");
    ck_assert_int_eq(pam_start_confdir("web", "x", &none, place.dir, &c.pamh), PAM_SUCCESS);
    ck_assert_int_eq(wire_set(ask, WIRE_F_PROMPT, "Code"), WECOM_OK);
    ck_assert(!talk_ask(&c, ask, &answer));
    talk_tell(&c, PAM_ERROR_MSG, "text");
    talk_tell(&c, PAM_ERROR_MSG, NULL);
    (void)pam_end(c.pamh, 0);
    wire_free(ask);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/talk");
    TCase *tc = place_case("talk");

    tcase_add_test(tc, info_and_prompt_come_in_one_call_of_the_conversation);
    tcase_add_loop_test(tc, an_ask_without_info_is_a_prompt_alone, 0, 2);
    tcase_add_test(tc, quiet_leaves_the_prompt_only);
    tcase_add_test(tc, a_silent_host_sees_questions_whole_and_no_messages);
    tcase_add_test(tc, escape_and_bidi_characters_never_reach_the_terminal);
    tcase_add_test(tc, the_prompt_argument_replaces_every_prompt);
    tcase_add_loop_test(tc, answers_go_back_as_they_are_or_empty, 0,
                        (int)(sizeof answers / sizeof answers[0]));
    tcase_add_test(tc, the_longest_answer_that_fits_is_sent_whole);
    tcase_add_loop_test(tc, a_conversation_that_fails_ends_the_login, 0,
                        (int)(sizeof failures / sizeof failures[0]));
    tcase_add_test(tc, a_conversation_that_fails_at_the_name_ends_before_any_socket);
    tcase_add_test(tc, a_host_that_cannot_show_the_message_still_gets_the_verdict);
    tcase_add_test(tc, without_a_conversation_function_nobody_is_asked);
    suite_add_tcase(s, tc);
    return s;
}
