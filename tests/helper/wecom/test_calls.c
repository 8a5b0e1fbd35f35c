/* How a call becomes a URL and a body. */
#include "helper/wecom/calls.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define API "https://qyapi.weixin.qq.com"

static const struct {
    enum calls_id id;
    const char *api_url, *values[CALLS_PARAMETERS], *url, *body;
} calls[] = {
    {CALLS_GETTOKEN,
     API,
     {"ww1234567890abcdef", "S-e_c"},
     API "/cgi-bin/gettoken?corpid=ww1234567890abcdef&corpsecret=S-e_c",
     NULL},
    {CALLS_GETTOKEN,
     API,
     {"a&b", "c d=e?f#g/h%i+j"},
     API "/cgi-bin/gettoken?corpid=a%26b&corpsecret=c%20d%3De%3Ff%23g%2Fh%25i%2Bj",
     NULL},
    {CALLS_GETUSERINFO,
     API,
     {"CODE-1_2"},
     API "/cgi-bin/auth/getuserinfo?access_token=TOK&code=CODE-1_2",
     NULL},
    {CALLS_GETUSERINFO, API, {""}, API "/cgi-bin/auth/getuserinfo?access_token=TOK&code=", NULL},
    {CALLS_GETUSERDETAIL,
     API,
     {"TICKET"},
     API "/cgi-bin/auth/getuserdetail?access_token=TOK",
     "{\"user_ticket\":\"TICKET\"}"},
    {CALLS_GETUSERDETAIL,
     API,
     {"a\"b\\c/d"},
     API "/cgi-bin/auth/getuserdetail?access_token=TOK",
     "{\"user_ticket\":\"a\\\"b\\\\c/d\"}"},
    /* WeCom refuses \uXXXX */
    {CALLS_GETUSERDETAIL,
     API,
     {"\xE5\xBC\xA0\xF0\x9F\x98\x80"},
     API "/cgi-bin/auth/getuserdetail?access_token=TOK",
     "{\"user_ticket\":\"\xE5\xBC\xA0\xF0\x9F\x98\x80\"}"},
    {CALLS_USER_GET,
     API,
     {"zhangsan"},
     API "/cgi-bin/user/get?access_token=TOK&userid=zhangsan",
     NULL},
    {CALLS_USER_GET, API, {"a@b.c"}, API "/cgi-bin/user/get?access_token=TOK&userid=a%40b.c", NULL},
    {CALLS_AGENT_GET,
     API,
     {"1000002"},
     API "/cgi-bin/agent/get?access_token=TOK&agentid=1000002",
     NULL},
    {CALLS_DEPARTMENTS,
     API,
     {"2"},
     API "/cgi-bin/department/simplelist?access_token=TOK&id=2",
     NULL},
    {CALLS_USER_LIST,
     API,
     {"4294967295"},
     API "/cgi-bin/user/list?access_token=TOK&department_id=4294967295",
     NULL},
    {CALLS_TAG_GET, API, {"7"}, API "/cgi-bin/tag/get?access_token=TOK&tagid=7", NULL},
    {CALLS_MESSAGE_SEND,
     API,
     {"zhangsan", "text", "1000002", "123456 \"x\"\n\xE5\xBC\xA0"},
     API "/cgi-bin/message/send?access_token=TOK",
     "{\"touser\":\"zhangsan\",\"msgtype\":\"text\",\"agentid\":1000002,"
     "\"text\":{\"content\":\"123456 \\\"x\\\"\\n\xE5\xBC\xA0\"}}"},
    {CALLS_CARD_SEND,
     API,
     {"zhangsan", "template_card", "1000002", "{\"a\":[1,{\"b\":\"\xE5\xBC\xA0\"}]}"},
     API "/cgi-bin/message/send?access_token=TOK",
     "{\"touser\":\"zhangsan\",\"msgtype\":\"template_card\",\"agentid\":1000002,"
     "\"template_card\":{\"a\":[1,{\"b\":\"\xE5\xBC\xA0\"}]}}"},
    {CALLS_CARD_UPDATE,
     API,
     {"zhang\"san", "1000002", "CODE", "\xE5\xBC\xA0"},
     API "/cgi-bin/message/update_template_card?access_token=TOK",
     "{\"userids\":[\"zhang\\\"san\"],\"agentid\":1000002,\"response_code\":\"CODE\","
     "\"button\":{\"replace_name\":\"\xE5\xBC\xA0\"}}"},
    {CALLS_USER_GET,
     "https://proxy.example.com:8443/wecom/v1",
     {"a"},
     "https://proxy.example.com:8443/wecom/v1/cgi-bin/user/get?access_token=TOK&userid=a",
     NULL},
    {CALLS_GETTOKEN,
     "https://[::1]:8443",
     {"a", "b"},
     "https://[::1]:8443/cgi-bin/gettoken?corpid=a&corpsecret=b",
     NULL},
};

START_TEST(a_call_is_exactly_this_url_and_this_body) {
    struct calls_request request;

    ck_assert_int_eq(
        calls_build(&request, calls[_i].id, calls[_i].api_url, "TOK", calls[_i].values), WECOM_OK);
    ck_assert_str_eq(request.url, calls[_i].url);
    ck_assert(calls_rule(calls[_i].id)->post == (calls[_i].body != NULL));
    if (calls[_i].body != NULL)
        ck_assert_str_eq(request.body, calls[_i].body);
    else
        ck_assert_ptr_null(request.body);
    calls_clear(&request);
    ck_assert_ptr_null(request.url);
    ck_assert_ptr_null(request.body);
    calls_clear(&request);
}
END_TEST

START_TEST(every_byte_but_the_plain_ones_is_percent_encoded) {
    for (int c = 1; c < 256; c++) {
        const char value[2] = {(char)c, '\0'}, *values[CALLS_PARAMETERS] = {value};
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        char want[256];
        struct calls_request request;

        if (plain)
            (void)snprintf(want, sizeof want, API "/cgi-bin/user/get?access_token=%c&userid=%c", c,
                           c);
        else
            (void)snprintf(want, sizeof want,
                           API "/cgi-bin/user/get?access_token=%%%02X&userid=%%%02X", c, c);
        ck_assert_int_eq(calls_build(&request, CALLS_USER_GET, API, value, values), WECOM_OK);
        ck_assert_str_eq(request.url, want);
        calls_clear(&request);
    }
}
END_TEST

START_TEST(the_longest_values_fit) {
    char token[513] = "", code[513] = "";
    const char *values[CALLS_PARAMETERS] = {code};
    struct calls_request request;

    memset(token, '%', 512);
    memset(code, '&', 512);
    ck_assert_int_eq(calls_build(&request, CALLS_GETUSERINFO, API, token, values), WECOM_OK);
    ck_assert_uint_eq(strlen(request.url),
                      strlen(API "/cgi-bin/auth/getuserinfo?access_token=&code=") +
                          (size_t)2 * 3 * 512);
    calls_clear(&request);
}
END_TEST

START_TEST(a_body_that_cannot_be_json_is_not_made) {
    const char *values[CALLS_PARAMETERS] = {"\xFF"};
    struct calls_request request;

    ck_assert_int_ne(calls_build(&request, CALLS_GETUSERDETAIL, API, "TOK", values), WECOM_OK);
    ck_assert_ptr_null(request.url);
    ck_assert_ptr_null(request.body);
}
END_TEST

START_TEST(only_gettoken_goes_without_a_token_and_every_answer_has_a_limit) {
    for (int id = 0; id < CALLS_COUNT; id++) {
        const struct calls_rule *rule = calls_rule((enum calls_id)id);

        ck_assert_ptr_nonnull(rule->path);
        ck_assert(rule->with_token == (id != CALLS_GETTOKEN));
        ck_assert_uint_gt(rule->answer_max_bytes, 0);
        ck_assert_uint_le(rule->answer_max_bytes, 128u * 1024 * 1024);
        /* what is larger than a few members is read element by element, and takes its time */
        ck_assert(rule->answer_max_bytes <= 8u * 1024 * 1024 || rule->list != NULL);
        ck_assert_int_ge(rule->try_ms, 8000);
        ck_assert_int_le(rule->try_ms, 180000);
        ck_assert_ptr_nonnull(rule->parameters[0]);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("calls");
    TCase *t = tcase_create("calls");

    tcase_add_loop_test(t, a_call_is_exactly_this_url_and_this_body, 0, SUPPORT_COUNT(calls));
    tcase_add_test(t, every_byte_but_the_plain_ones_is_percent_encoded);
    tcase_add_test(t, the_longest_values_fit);
    tcase_add_test(t, a_body_that_cannot_be_json_is_not_made);
    tcase_add_test(t, only_gettoken_goes_without_a_token_and_every_answer_has_a_limit);
    suite_add_tcase(s, t);
    return s;
}
