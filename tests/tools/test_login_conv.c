/* The conversation without a person. */
#include "tools/login_conv.h"

#include "tests/tools/support.h"

static struct login_conv conv;

static void set_up(void) {
    conv = (struct login_conv){0};
    ck_assert_int_eq(secret_set(&conv.code, "CODE", 4), WECOM_OK);
}

static void tear_down(void) {
    login_conv_clear(&conv);
}

/* One call with up to three messages; a style of 0 ends them. */
static int call(const struct pam_message *messages, struct pam_response **responses) {
    const struct pam_message *pointers[3] = {&messages[0], &messages[1], &messages[2]};
    int count = 0;

    while (count < 3 && messages[count].msg_style != 0)
        count++;
    *responses = NULL;
    return login_conv(count, pointers, responses, &conv);
}

static void release(struct pam_response *responses, int count) {
    for (int i = 0; i < count; i++)
        free(responses[i].resp);
    free(responses);
}

START_TEST(the_first_prompt_gets_the_code_and_the_second_nothing) {
    const struct pam_message prompt[3] = {{.msg_style = _i, .msg = "Code: "}};
    struct pam_response *responses;

    ck_assert_int_eq(call(prompt, &responses), PAM_SUCCESS);
    ck_assert_str_eq(responses[0].resp, "CODE");
    ck_assert_int_eq(responses[0].resp_retcode, 0);
    release(responses, 1);
    ck_assert_ptr_null(conv.code.bytes);
    ck_assert(!conv.asked_more);
    ck_assert_int_eq(call(prompt, &responses), PAM_CONV_ERR);
    ck_assert_ptr_null(responses);
    ck_assert(conv.asked_more);
}
END_TEST

START_TEST(two_prompts_in_one_call_get_nothing) {
    const struct pam_message prompts[3] = {{.msg_style = PAM_PROMPT_ECHO_OFF, .msg = "a"},
                                           {.msg_style = PAM_PROMPT_ECHO_OFF, .msg = "b"}};
    struct pam_response *responses;

    ck_assert_int_eq(call(prompts, &responses), PAM_CONV_ERR);
    ck_assert_ptr_null(responses);
    ck_assert(conv.asked_more);
}
END_TEST

START_TEST(a_question_for_the_user_name_never_gets_the_code) {
    const struct pam_message prompt[3] = {
        {.msg_style = PAM_PROMPT_ECHO_ON, .msg = LOGIN_CONV_USER_PROMPT}};
    struct pam_response *responses;

    ck_assert_int_eq(call(prompt, &responses), PAM_CONV_ERR);
    ck_assert_ptr_null(responses);
    ck_assert(conv.asked_name);
    ck_assert_str_eq(conv.code.bytes, "CODE");
}
END_TEST

START_TEST(texts_are_kept_one_a_line) {
    const struct pam_message texts[3] = {{.msg_style = PAM_TEXT_INFO, .msg = "one"},
                                         {.msg_style = PAM_ERROR_MSG, .msg = "two"},
                                         {.msg_style = PAM_TEXT_INFO, .msg = NULL}};
    struct pam_response *responses;

    ck_assert_int_eq(call(texts, &responses), PAM_SUCCESS);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(responses[i].resp);
    release(responses, 3);
    ck_assert_str_eq(conv.said, "one\ntwo\n");
    ck_assert_str_eq(conv.code.bytes, "CODE");
}
END_TEST

START_TEST(the_text_of_a_prompt_is_not_kept) {
    const struct pam_message messages[3] = {
        {.msg_style = PAM_TEXT_INFO, .msg = "Type the code that the phone shows."},
        {.msg_style = PAM_PROMPT_ECHO_OFF, .msg = "Code: "}};
    struct pam_response *responses;

    ck_assert_int_eq(call(messages, &responses), PAM_SUCCESS);
    ck_assert_str_eq(responses[1].resp, "CODE");
    release(responses, 2);
    ck_assert_str_eq(conv.said, "");
}
END_TEST

START_TEST(texts_are_bounded) {
    char text[100];
    const struct pam_message messages[3] = {{.msg_style = PAM_TEXT_INFO, .msg = text}};

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 200; i++) {
        struct pam_response *responses;

        ck_assert_int_eq(call(messages, &responses), PAM_SUCCESS);
        release(responses, 1);
        ck_assert_uint_lt(conv.said_len, sizeof conv.said);
        ck_assert_uint_eq(strlen(conv.said), conv.said_len);
    }
    ck_assert_uint_eq(conv.said_len, sizeof conv.said - 1);
}
END_TEST

START_TEST(other_styles_and_counts_are_refused) {
    const struct pam_message odd[3] = {{.msg_style = PAM_BINARY_PROMPT, .msg = "x"}};
    const struct pam_message *many[PAM_MAX_NUM_MSG + 1];
    struct pam_response *responses = NULL;

    ck_assert_int_eq(call(odd, &responses), PAM_CONV_ERR);
    ck_assert_ptr_null(responses);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = &odd[0];
    ck_assert_int_eq(login_conv(0, many, &responses, &conv), PAM_CONV_ERR);
    ck_assert_int_eq(login_conv(-1, many, &responses, &conv), PAM_CONV_ERR);
    ck_assert_int_eq(login_conv((int)COUNT(many), many, &responses, &conv), PAM_CONV_ERR);
    ck_assert_ptr_null(responses);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_conv");
    TCase *tc = new_case(s, "conversation", 10);

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, the_first_prompt_gets_the_code_and_the_second_nothing,
                        PAM_PROMPT_ECHO_OFF, PAM_PROMPT_ECHO_ON + 1);
    tcase_add_test(tc, two_prompts_in_one_call_get_nothing);
    tcase_add_test(tc, a_question_for_the_user_name_never_gets_the_code);
    tcase_add_test(tc, texts_are_kept_one_a_line);
    tcase_add_test(tc, the_text_of_a_prompt_is_not_kept);
    tcase_add_test(tc, texts_are_bounded);
    tcase_add_test(tc, other_styles_and_counts_are_refused);
    return s;
}
