/* Standard input of a login. */
#include "tools/login_input.h"

#include "tests/tools/support.h"
#include "wecom/limits.h"

/* The code of an input in a heap copy of its exact size. */
static enum wecom_error code_of(const char *text, size_t len, struct secret *code) {
    struct secret input = {0};
    enum wecom_error err;

    ck_assert_int_eq(secret_set(&input, text, len), WECOM_OK);
    err = login_input_code(&input, code);
    secret_clear(&input);
    return err;
}

static const struct {
    const char *text, *code;
} good[] = {
    {"{\"code\":\"abc\"}", "abc"},
    {"{\"code\":\"abc\"}\n", "abc"},
    {" \t\r\n{ \"code\" : \"abc\" } \r\n", "abc"},
    {"{\"code\":\"\\u0061\\u4e2d\"}", "a中"},
    {"{\"\\u0063ode\":\"a\"}", "a"},
    {"{\"code\":\"\"}", ""},
};

START_TEST(one_object_with_the_code_is_taken) {
    struct secret code = {0};

    ck_assert_int_eq(code_of(good[_i].text, strlen(good[_i].text), &code), WECOM_OK);
    ck_assert_str_eq(code.bytes != NULL ? code.bytes : "", good[_i].code);
    ck_assert_uint_eq(code.len, strlen(good[_i].code));
    secret_clear(&code);
}
END_TEST

#define TEXT(text) \
    { (text), sizeof(text) - 1 }

static const struct {
    const char *text;
    size_t len;
} bad[] = {
    TEXT(""),
    TEXT(" \n"),
    TEXT("abc"),
    TEXT("null"),
    TEXT("\"abc\""),
    TEXT("[]"),
    TEXT("[{\"code\":\"a\"}]"),
    TEXT("{}"),
    TEXT("{\"code\":\"a\""),
    TEXT("{\"code\":\"a\"}}"),
    TEXT("{\"code\":\"a\"}x"),
    TEXT("{\"code\":\"a\"}{\"code\":\"a\"}"),
    TEXT("{\"code\":\"a\"}\n{}"),
    TEXT("{\"code\":\"a\",}"),
    TEXT("{\"code\":\"a\",\"code\":\"a\"}"),
    TEXT("{\"code\":\"a\",\"code\":\"b\"}"),
    TEXT("{\"code\":\"a\",\"\\u0063ode\":\"b\"}"),
    TEXT("{\"code\":\"a\",\"user\":\"b\"}"),
    TEXT("{\"Code\":\"a\"}"),
    TEXT("{\"code \":\"a\"}"),
    TEXT("{\"code\":null}"),
    TEXT("{\"code\":true}"),
    TEXT("{\"code\":1}"),
    TEXT("{\"code\":[\"a\"]}"),
    TEXT("{\"code\":{\"code\":\"a\"}}"),
    TEXT("{\"code\":\"a\\u0000b\"}"),
    TEXT("{\"code\":\"a\0b\"}"),
    TEXT("{\"code\":\"a\"}\0"),
    TEXT("\0{\"code\":\"a\"}"),
    TEXT("{\"code\":\"a\nb\"}"),
    TEXT("{\"code\":\"\xFF\"}"),
    TEXT("{\"code\":\"\\ud800\"}"),
    TEXT("{'code':'a'}"),
    TEXT("{code:\"a\"}"),
    TEXT("\xEF\xBB\xBF{\"code\":\"a\"}"),
    TEXT("//\n{\"code\":\"a\"}"),
};

START_TEST(anything_else_is_refused) {
    struct secret code = {0};

    ck_assert_int_eq(code_of(bad[_i].text, bad[_i].len, &code), WECOM_E_FORMAT);
    ck_assert_ptr_null(code.bytes);
}
END_TEST

START_TEST(every_beginning_is_refused_and_no_changed_byte_does_harm) {
    static const char text[] = "{\"code\":\"a\\u4e2d\"}";
    struct secret code = {0};

    for (size_t len = 0; len < sizeof text - 1; len++)
        ck_assert_int_eq(code_of(text, len, &code), WECOM_E_FORMAT);
    for (size_t at = 0; at < sizeof text - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char changed[sizeof text];
            enum wecom_error err;

            memcpy(changed, text, sizeof text);
            changed[at] = (char)byte;
            err = code_of(changed, sizeof text - 1, &code);
            ck_assert(err == WECOM_OK || (err == WECOM_E_FORMAT && code.bytes == NULL));
            secret_clear(&code);
        }
    }
}
END_TEST

/* The keys of an input in a heap copy of its exact size. */
static enum wecom_error keys_of(const char *text, size_t len, struct login_keys *keys,
                                enum wecom_reason *wrong) {
    struct secret input = {0};
    enum wecom_error err;

    ck_assert_int_eq(secret_set(&input, text, len), WECOM_OK);
    err = login_input_keys(&input, keys, wrong);
    secret_clear(&input);
    if (err != WECOM_OK || *wrong != WECOM_REASON_NONE) {
        ck_assert_ptr_null(keys->secret.bytes);
        ck_assert_str_eq(keys->corp_id, "");
        ck_assert_str_eq(keys->agent_id, "");
        ck_assert_str_eq(keys->company, "");
    }
    return err;
}

static const struct {
    const char *text, *corp_id, *agent_id, *secret, *company;
} good_keys[] = {
    {"{\"corp_id\":\"ww1\",\"agent_id\":1000002,\"secret\":\"S\"}", "ww1", "1000002", "S", ""},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"1000002\",\"secret\":\"S\",\"company\":\"\xE7\xA4\xBA "
     "\"}\n",
     "ww1", "1000002", "S", "\xE7\xA4\xBA"},
    {"{\"corp_id\":\" ww1\\n\",\"agent_id\":\"\\t007 \",\"secret\":\"\\r\\n!~ \"}", "ww1", "7",
     "!~", ""},
    {"{\"secret\":\"S\",\"agent_id\":999999999,\"corp_id\":\"w-_\",\"company\":\"\"}", "w-_",
     "999999999", "S", ""},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"999999999\",\"secret\":\"S\",\"company\":"
     "\"a\\u202eb\\nc\"}",
     "ww1", "999999999", "S", "ab c"},
};

START_TEST(one_object_with_the_keys_is_taken) {
    enum wecom_reason wrong;
    struct login_keys keys;

    ck_assert_int_eq(keys_of(good_keys[_i].text, strlen(good_keys[_i].text), &keys, &wrong),
                     WECOM_OK);
    ck_assert_int_eq(wrong, WECOM_REASON_NONE);
    ck_assert_str_eq(keys.corp_id, good_keys[_i].corp_id);
    ck_assert_str_eq(keys.agent_id, good_keys[_i].agent_id);
    ck_assert_str_eq(keys.secret.bytes, good_keys[_i].secret);
    ck_assert_str_eq(keys.company, good_keys[_i].company);
    login_keys_clear(&keys);
    ck_assert_ptr_null(keys.secret.bytes);
    ck_assert_str_eq(keys.corp_id, "");
}
END_TEST

#define CORP_64 "a234567890123456789012345678901234567890123456789012345678901234"

static const struct {
    const char *text;
    enum wecom_error err;
    enum wecom_reason wrong;
} bad_keys[] = {
    {"", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"null", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"[\"corp_id\",\"agent_id\",\"secret\"]", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"code\":\"a\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"agent_id\":1,\"secret\":\"S\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"secret\":\"S\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"company\":\"x\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"S\",\"api_url\":\"https://x\"}",
     WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"S\",\"secret\":\"S\"}", WECOM_E_FORMAT,
     WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"S\"}x", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":1,\"agent_id\":1,\"secret\":\"S\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1.0,\"secret\":\"S\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":null,\"secret\":\"S\"}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":5}", WECOM_E_FORMAT, WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"S\",\"company\":5}", WECOM_E_FORMAT,
     WECOM_REASON_NONE},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"a\\u0000b\"}", WECOM_E_FORMAT,
     WECOM_REASON_NONE},
    {"{\"corp_id\":\"\",\"agent_id\":1,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_CORP},
    {"{\"corp_id\":\"  \",\"agent_id\":1,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_CORP},
    {"{\"corp_id\":\"w w\",\"agent_id\":1,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_CORP},
    {"{\"corp_id\":\"w.w\",\"agent_id\":1,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_CORP},
    {"{\"corp_id\":\"" CORP_64 "5\",\"agent_id\":1,\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_CORP},
    {"{\"corp_id\":\"" CORP_64 "\",\"agent_id\":1,\"secret\":\"\"}", WECOM_OK,
     WECOM_REASON_CONFIG_SECRET},
    {"{\"corp_id\":\"ww1\",\"agent_id\":0,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":-1,\"secret\":\"S\"}", WECOM_OK, WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1000000000,\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"1000000000\",\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"\",\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"0\",\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"1x\",\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":\"+1\",\"secret\":\"S\"}", WECOM_OK,
     WECOM_REASON_CONFIG_AGENT},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\" \"}", WECOM_OK, WECOM_REASON_CONFIG_SECRET},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"a b\"}", WECOM_OK,
     WECOM_REASON_CONFIG_SECRET},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"\xC3\xA9\"}", WECOM_OK,
     WECOM_REASON_CONFIG_SECRET},
    {"{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"a\\u007f\"}", WECOM_OK,
     WECOM_REASON_CONFIG_SECRET},
};

START_TEST(keys_of_another_form_are_refused) {
    enum wecom_reason wrong;
    struct login_keys keys;

    ck_assert_int_eq(keys_of(bad_keys[_i].text, strlen(bad_keys[_i].text), &keys, &wrong),
                     bad_keys[_i].err);
    ck_assert_int_eq(wrong, bad_keys[_i].wrong);
}
END_TEST

START_TEST(keys_over_their_limits_are_refused) {
    enum wecom_reason wrong;
    struct login_keys keys;
    char text[2048], value[600];

    for (int more = 0; more < 2; more++) {
        memset(value, 'a', sizeof value);
        value[WECOM_SECRET_MAX_BYTES + more] = '\0';
        (void)snprintf(text, sizeof text, "{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"%s\"}",
                       value);
        ck_assert_int_eq(keys_of(text, strlen(text), &keys, &wrong), WECOM_OK);
        ck_assert_int_eq(wrong, more ? WECOM_REASON_CONFIG_SECRET : WECOM_REASON_NONE);
        login_keys_clear(&keys);
        value[WECOM_COMPANY_MAX_BYTES + more] = '\0';
        (void)snprintf(text, sizeof text,
                       "{\"corp_id\":\"ww1\",\"agent_id\":1,\"secret\":\"S\",\"company\":\"%s\"}",
                       value);
        ck_assert_int_eq(keys_of(text, strlen(text), &keys, &wrong),
                         more ? WECOM_E_FORMAT : WECOM_OK);
        login_keys_clear(&keys);
    }
}
END_TEST

START_TEST(every_beginning_of_keys_is_refused_and_no_changed_byte_does_harm) {
    static const char text[] =
        "{\"corp_id\":\"ww1\",\"agent_id\":\"12\",\"secret\":\"S\",\"company\":\"\xE7\xA4\xBA\"}";
    enum wecom_reason wrong;
    struct login_keys keys;

    for (size_t len = 0; len < sizeof text - 1; len++)
        ck_assert_int_eq(keys_of(text, len, &keys, &wrong), WECOM_E_FORMAT);
    for (size_t at = 0; at < sizeof text - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char changed[sizeof text];

            memcpy(changed, text, sizeof text);
            changed[at] = (char)byte;
            (void)keys_of(changed, sizeof text - 1, &keys, &wrong);
            login_keys_clear(&keys);
        }
    }
}
END_TEST

START_TEST(deep_nesting_is_refused) {
    char *text = malloc(LOGIN_INPUT_MAX_BYTES);
    struct secret code = {0};

    ck_assert_ptr_nonnull(text);
    memset(text, '[', LOGIN_INPUT_MAX_BYTES);
    ck_assert_int_eq(code_of(text, LOGIN_INPUT_MAX_BYTES, &code), WECOM_E_FORMAT);
    free(text);
}
END_TEST

/* A pipe with a child that writes `len` bytes, in two pieces, and then waits `rest_ms`. */
static int writer(size_t len, int rest_ms) {
    int fds[2];
    pid_t pid;

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        (void)close(fds[0]);
        for (size_t i = 0; i < len; i++) {
            if (write(fds[1], "x", 1) != 1)
                _exit(1);
            if (i == len / 2)
                (void)poll(NULL, 0, 20);
        }
        (void)poll(NULL, 0, rest_ms);
        _exit(0);
    }
    (void)close(fds[1]);
    return fds[0];
}

START_TEST(input_is_read_to_its_end_in_pieces) {
    struct secret input = {0};
    int fd = writer(1000, 0);

    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(5000), &input), WECOM_OK);
    ck_assert_uint_eq(input.len, 1000);
    ck_assert_int_eq(input.bytes[999], 'x');
    secret_clear(&input);
    (void)close(fd);
}
END_TEST

START_TEST(input_without_an_end_ends_with_the_deadline) {
    struct secret input = {0};
    int fd = writer(10, 3000);
    int64_t start = deadline_now_ms();

    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(200), &input), WECOM_E_TIMEOUT);
    ck_assert_int_ge(deadline_now_ms() - start, 200);
    ck_assert_int_lt(deadline_now_ms() - start, 2500);
    ck_assert_ptr_null(input.bytes);
    (void)close(fd);
}
END_TEST

START_TEST(the_limit_fits_and_one_more_byte_does_not) {
    struct secret input = {0};
    int fd = writer(LOGIN_INPUT_MAX_BYTES, 0);

    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(20000), &input), WECOM_OK);
    ck_assert_uint_eq(input.len, LOGIN_INPUT_MAX_BYTES);
    secret_clear(&input);
    (void)close(fd);
    fd = writer(LOGIN_INPUT_MAX_BYTES + 1, 0);
    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(20000), &input), WECOM_E_TOO_LONG);
    ck_assert_ptr_null(input.bytes);
    (void)close(fd);
}
END_TEST

START_TEST(empty_input_is_no_error_of_reading) {
    struct secret input = {0};
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(1000), &input), WECOM_OK);
    ck_assert_uint_eq(input.len, 0);
    (void)close(fd);
    ck_assert_int_eq(login_input_read(fd, deadline_in_ms(1000), &input), WECOM_E_SYSTEM);
}
END_TEST

START_TEST(only_what_a_prompt_can_take_is_possible) {
    char longest[WECOM_CODE_MAX_BYTES + 1];
    struct secret code = {0};

    memset(longest, 'a', sizeof longest);
    ck_assert(!login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, longest, WECOM_CODE_MAX_BYTES), WECOM_OK);
    ck_assert(login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, longest, sizeof longest), WECOM_OK);
    ck_assert(!login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, "123456", 6), WECOM_OK);
    ck_assert(login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, "12345\n", 6), WECOM_OK);
    ck_assert(!login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, "\0", 1), WECOM_OK);
    ck_assert(!login_input_is_possible(&code));
    ck_assert_int_eq(secret_set(&code, "\x7F", 1), WECOM_OK);
    ck_assert(!login_input_is_possible(&code));
    secret_clear(&code);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_input");
    TCase *tc = new_case(s, "parsing", 30);

    tcase_add_loop_test(tc, one_object_with_the_code_is_taken, 0, COUNT(good));
    tcase_add_loop_test(tc, anything_else_is_refused, 0, COUNT(bad));
    tcase_add_test(tc, every_beginning_is_refused_and_no_changed_byte_does_harm);
    tcase_add_loop_test(tc, one_object_with_the_keys_is_taken, 0, COUNT(good_keys));
    tcase_add_loop_test(tc, keys_of_another_form_are_refused, 0, COUNT(bad_keys));
    tcase_add_test(tc, keys_over_their_limits_are_refused);
    tcase_add_test(tc, every_beginning_of_keys_is_refused_and_no_changed_byte_does_harm);
    tcase_add_test(tc, deep_nesting_is_refused);
    tcase_add_test(tc, only_what_a_prompt_can_take_is_possible);
    tc = new_case(s, "reading", 60);
    tcase_add_test(tc, input_is_read_to_its_end_in_pieces);
    tcase_add_test(tc, input_without_an_end_ends_with_the_deadline);
    tcase_add_test(tc, the_limit_fits_and_one_more_byte_does_not);
    tcase_add_test(tc, empty_input_is_no_error_of_reading);
    return s;
}
