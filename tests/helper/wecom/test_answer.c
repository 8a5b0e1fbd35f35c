/* What WeCom answers, read strictly. Shapes after WeCom's pages 91039, 96442, 96443, 96255, 96448
 * and what was seen in the field.
 */
#include "helper/wecom/answer.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define USERID_64 "a234567890123456789012345678901234567890123456789012345678901234"

/* Parses a copy of exactly `len` bytes, so that a read beyond them is seen. */
static enum wecom_error parse_bytes(struct answer *answer, const char *bytes, size_t len) {
    char *copy = malloc(len > 0 ? len : 1);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    err = answer_parse(answer, copy, len);
    free(copy);
    return err;
}

static struct answer parse(const char *body) {
    struct answer answer;

    ck_assert_msg(parse_bytes(&answer, body, strlen(body)) == WECOM_OK, "refused: %s", body);
    return answer;
}

static const struct {
    const char *body;
    int errcode;
} good_frames[] = {
    {"{\"errcode\":0,\"errmsg\":\"ok\"}", 0},
    {"{\"errcode\":0,\"errmsg\":\"\",\"access_token\":\"t\",\"expires_in\":7200}", 0},
    {"{\"access_token\":\"t\",\"expires_in\":7200}", 0}, /* success without errcode */
    {"{}", 0},
    {" \n{\"errcode\":0}\r\n ", 0},
    {"{\"errcode\":-1,\"errmsg\":\"system error\"}", -1},
    {"{\"errcode\":40029,\"errmsg\":\"invalid code\"}", 40029},
    {"{\"errmsg\":\"x\",\"department\":[],\"errcode\":60111}", 60111},
    {"{\"ip_list\":[],\"errcode\":42001,\"errmsg\":\"access_token expired\"}", 42001},
    {"{\"errcode\":\"40014\",\"errmsg\":\"invalid access_token\"}", 40014},
    {"{\"errcode\":\"-1\"}", -1},
    {"{\"errcode\":2147483647}", 2147483647},
    {"{\"errcode\":-2147483648}", -2147483647 - 1},
    {"{\"errcode\":40058,\"errmsg\":\"Warning: wrong json format.\"}", 40058},
    {"{\"errcode\":0,\"errmsg\":7}", 0}, /* informational: of another type is as good as none */
    {"{\"errcode\":0,\"x\":\"\\u5f20\"}", 0},
};

START_TEST(an_answer_is_one_json_object_with_an_errcode) {
    struct answer answer = parse(good_frames[_i].body);

    ck_assert_int_eq(answer.errcode, good_frames[_i].errcode);
    ck_assert_ptr_nonnull(answer.json);
    answer_clear(&answer);
    ck_assert_ptr_null(answer.json);
    answer_clear(&answer);
}
END_TEST

static const char *const bad_frames[] = {
    "",
    " ",
    "null",
    "0",
    "\"ok\"",
    "[]",
    "[{\"errcode\":0}]",
    "<html><body>Sign in to the network</body></html>",
    "{\"errcode\":0",
    "{\"errcode\":0}x",
    "{\"errcode\":0}{\"errcode\":0}",
    "{\"errcode\":0,}",
    "{errcode:0}",
    "{'errcode':0}",
    "\xEF\xBB\xBF{\"errcode\":0}",
    "{\"errcode\":0,\"errcode\":0}",
    "{\"errcode\":40001,\"errcode\":0}",
    "{\"errcode\":0,\"userid\":\"a\",\"userid\":\"b\"}",
    "{\"errcode\":0,\"x\":{\"a\":1,\"a\":2}}",
    "{\"errcode\":\"0\"}",
    "{\"errcode\":\"00\"}",
    "{\"errcode\":\"-0\"}",
    "{\"errcode\":\"+0\"}",
    "{\"errcode\":\" 0\"}",
    "{\"errcode\":\"0 \"}",
    "{\"errcode\":\"\"}",
    "{\"errcode\":\"ok\"}",
    "{\"errcode\":\"40014x\"}",
    "{\"errcode\":\"0x10\"}",
    "{\"errcode\":\"99999999999999999999\"}",
    "{\"errcode\":\"4294967296\"}",
    "{\"errcode\":4294967296}",
    "{\"errcode\":-4294967296}",
    "{\"errcode\":2147483648}",
    "{\"errcode\":9223372036854775808}",
    "{\"errcode\":1e999}",
    "{\"errcode\":0.0}",
    "{\"errcode\":null}",
    "{\"errcode\":false}",
    "{\"errcode\":[]}",
    "{\"errcode\":{}}",
    "{\"errcode\":0,\"errmsg\":\"ok. Warning: wrong json format. \"}",
    "{\"errcode\":0,\"errmsg\":\"ok, WARNING: WRONG JSON FORMAT\"}",
    "{\"errmsg\":\"warning\"}",
    "{\"errcode\":0,\"x\":\"a\\u0000b\"}",
    "{\"errcode\":0,\"x\":\"\xC3\"}",
    "{\"errcode\":0,\"x\":\"\xED\xA0\x80\"}",
    "{\"errcode\":0,\"x\":\"\\ud800\"}",
    "{\"errcode\":0,\"x\":\"\x01\"}",
    /* the sample of an older page: a full-width comma */
    "{\"errcode\":0,\"UserId\":\"USERID\",\"user_ticket\":\"T\"\xEF\xBC\x8C\"expires_in\":7200}",
};

START_TEST(whatever_else_comes_is_refused) {
    struct answer answer;

    ck_assert_msg(parse_bytes(&answer, bad_frames[_i], strlen(bad_frames[_i])) == WECOM_E_FORMAT,
                  "accepted: %s", bad_frames[_i]);
    ck_assert_ptr_null(answer.json);
    ck_assert_int_eq(answer.errcode, 0);
}
END_TEST

START_TEST(a_nul_byte_in_the_document_is_refused) {
    static const char body[] = "{\"errcode\":0,\"userid\":\"a\0b\"}";
    struct answer answer;

    ck_assert_int_eq(parse_bytes(&answer, body, sizeof body - 1), WECOM_E_FORMAT);
    ck_assert_int_eq(parse_bytes(&answer, "{}\0", 3), WECOM_E_FORMAT);
    /* behind a number or a word jansson itself loses it */
    ck_assert_int_eq(parse_bytes(&answer, "{\"a\":1\0}", 8), WECOM_E_FORMAT);
    ck_assert_int_eq(parse_bytes(&answer, "{\"a\":true\0}", 11), WECOM_E_FORMAT);
}
END_TEST

START_TEST(nesting_without_end_is_refused) {
    static const char opener[] = "[{";
    struct answer answer;

    for (size_t kind = 0; kind < 2; kind++) {
        size_t len = 200000;
        char *body = malloc(len + 1);

        ck_assert_ptr_nonnull(body);
        for (size_t i = 0; i < len; i++)
            body[i] = opener[kind];
        memcpy(body, "{\"x\":", 5);
        ck_assert_int_eq(parse_bytes(&answer, body, len), WECOM_E_FORMAT);
        free(body);
    }
}
END_TEST

START_TEST(errmsg_is_cleaned_and_cut_at_a_character) {
    char body[4096] = "{\"errcode\":60111,\"errmsg\":\"", *end;
    struct answer answer = parse(
        "{\"errcode\":60111,\"errmsg\":\"a\\u001b[31mb\\nc\\u202ed `\xE5\xBC\xA0` \\u0007\"}");

    ck_assert_str_eq(answer.errmsg, "a[31mb cd `\xE5\xBC\xA0` ");
    answer_clear(&answer);
    end = body + strlen(body);
    for (int i = 0; i < 1000; i++)
        end = stpcpy(end, i == 0 ? "x" : "\xE5\xBC\xA0");
    (void)stpcpy(end, "\"}");
    answer = parse(body);
    ck_assert(text_is_utf8(answer.errmsg, strlen(answer.errmsg)));
    ck_assert_uint_eq(strlen(answer.errmsg), 511 - (511 - 1) % 3);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *errmsg, *ip;
} addresses[] = {
    {"not allow to access from your ip, hint: [1688229570612130651539009], from ip: 203.0.113.7, "
     "more info at https://open.work.weixin.qq.com/devtool/query?e=60020",
     "203.0.113.7"},
    {"x, from ip: 2408:8207::1, more info", "2408:8207::1"},
    {"from ip: ::1", "::1"},
    {"from ip: 203.0.113.7", "203.0.113.7"},
    {"invalid code, hint: [1634119310_147_ef110dd6], more info at https://open.work", NULL},
    {"from ip: , more", NULL},
    {"from ip: 1", NULL},
    {"from ip: $(reboot)", NULL},
    {"from ip: 1111111111111111111111111111111111111111111111111", NULL},
    {"", NULL},
};

START_TEST(our_address_is_read_out_of_errmsg) {
    char ip[48] = "unchanged";
    bool found = answer_caller_ip(addresses[_i].errmsg, ip, sizeof ip);

    ck_assert(found == (addresses[_i].ip != NULL));
    ck_assert_str_eq(ip, found ? addresses[_i].ip : "unchanged");
    if (found)
        ck_assert(!answer_caller_ip(addresses[_i].errmsg, ip, strlen(addresses[_i].ip)));
}
END_TEST

static const struct {
    const char *body;
    int64_t expires_in_s; /* 0: refused */
} tokens[] = {
    {"{\"access_token\":\"accesstoken000001\",\"expires_in\":7200}", 7200},
    {"{\"access_token\":\"a-b_c~!\",\"expires_in\":1}", 1},
    {"{\"access_token\":\"a\",\"expires_in\":86400}", 86400},
    {"{\"access_token\":\"a\",\"expires_in\":86401}", 0},
    {"{\"access_token\":\"a\",\"expires_in\":0}", 0},
    {"{\"access_token\":\"a\",\"expires_in\":-7200}", 0},
    {"{\"access_token\":\"a\",\"expires_in\":9223372036854775807}", 0},
    {"{\"access_token\":\"a\",\"expires_in\":\"7200\"}", 0},
    {"{\"access_token\":\"a\",\"expires_in\":7200.5}", 0},
    {"{\"access_token\":\"a\"}", 0},
    {"{\"expires_in\":7200}", 0},
    {"{\"access_token\":\"\",\"expires_in\":7200}", 0},
    {"{\"access_token\":null,\"expires_in\":7200}", 0},
    {"{\"access_token\":17,\"expires_in\":7200}", 0},
    {"{\"access_token\":\"a b\",\"expires_in\":7200}", 0},
    {"{\"access_token\":\"a\\r\\nHost: x\",\"expires_in\":7200}", 0},
    {"{\"access_token\":\"a\xC3\xA4\",\"expires_in\":7200}", 0},
    {"{\"access_token\":\"a\x7F\",\"expires_in\":7200}", 0},
    {"{\"Access_Token\":\"a\",\"expires_in\":7200}", 0},
};

START_TEST(a_token_is_printable_and_lives_at_most_a_day) {
    struct answer answer = parse(tokens[_i].body);
    struct secret token = {0};
    int64_t expires_in_s = 0;
    enum wecom_error err = answer_token(answer.json, &token, &expires_in_s);

    ck_assert_int_eq(err, tokens[_i].expires_in_s > 0 ? WECOM_OK : WECOM_E_FORMAT);
    if (err == WECOM_OK) {
        ck_assert_int_eq(expires_in_s, tokens[_i].expires_in_s);
        ck_assert_str_eq(token.bytes,
                         json_string_value(json_object_get(answer.json, "access_token")));
    } else {
        ck_assert_uint_eq(token.len, 0);
    }
    secret_clear(&token);
    answer_clear(&answer);
}
END_TEST

START_TEST(a_token_of_512_bytes_is_taken_and_of_513_refused) {
    for (size_t len = 512; len <= 513; len++) {
        char text[514] = "";
        json_t *json;
        struct secret token = {0};
        int64_t expires_in_s;

        memset(text, 'a', len);
        json = json_pack("{s:s,s:i}", "access_token", text, "expires_in", 7200);
        ck_assert_int_eq(answer_token(json, &token, &expires_in_s),
                         len == 512 ? WECOM_OK : WECOM_E_FORMAT);
        secret_clear(&token);
        json_decref(json);
    }
}
END_TEST

static const struct {
    const char *body;
    enum wecom_error err;
    enum answer_kind kind;
    const char *userid, *ticket;
} identities[] = {
    {"{\"userid\":\"zhangsan\"}", WECOM_OK, ANSWER_MEMBER, "zhangsan", NULL},
    {"{\"userid\":\"zhangsan\",\"user_ticket\":\"T-1\"}", WECOM_OK, ANSWER_MEMBER, "zhangsan",
     "T-1"},
    {"{\"UserId\":\"WangFang\",\"DeviceId\":\"D\"}", WECOM_OK, ANSWER_MEMBER, "WangFang", NULL},
    {"{\"UserId\":\"a\",\"DeviceId\":\"D\",\"user_ticket\":\"T\",\"expires_in\":7200}", WECOM_OK,
     ANSWER_MEMBER, "a", "T"},
    {"{\"userid\":\"a\",\"UserId\":\"a\"}", WECOM_OK, ANSWER_MEMBER, "a", NULL},
    {"{\"userid\":\"1001\"}", WECOM_OK, ANSWER_MEMBER, "1001", NULL},
    {"{\"userid\":\"13800138000\"}", WECOM_OK, ANSWER_MEMBER, "13800138000", NULL},
    {"{\"userid\":\"a@b.c-d_e\"}", WECOM_OK, ANSWER_MEMBER, "a@b.c-d_e", NULL},
    {"{\"userid\":\"" USERID_64 "\"}", WECOM_OK, ANSWER_MEMBER, USERID_64, NULL},
    /* a ticket that cannot be one is as good as none: details are a courtesy */
    {"{\"userid\":\"a\",\"user_ticket\":\"\"}", WECOM_OK, ANSWER_MEMBER, "a", NULL},
    {"{\"userid\":\"a\",\"user_ticket\":5}", WECOM_OK, ANSWER_MEMBER, "a", NULL},
    {"{\"userid\":\"a\",\"user_ticket\":\"x y\"}", WECOM_OK, ANSWER_MEMBER, "a", NULL},
    /* a linked company's */
    {"{\"userid\":\"ww0123/zhangsan\"}", WECOM_OK, ANSWER_OTHER_COMPANY, "", NULL},
    {"{\"userid\":\"ww1234567890abcdef/zhangsan\"}", WECOM_OK, ANSWER_OTHER_COMPANY, "", NULL},
    {"{\"UserId\":\"ww0123/zhangsan\",\"user_ticket\":\"T\"}", WECOM_OK, ANSWER_OTHER_COMPANY, "",
     NULL},
    /* no member of any company */
    {"{\"openid\":\"OPENID\"}", WECOM_OK, ANSWER_NO_MEMBER, "", NULL},
    {"{\"openid\":\"OPENID\",\"external_userid\":\"wm1\"}", WECOM_OK, ANSWER_NO_MEMBER, "", NULL},
    {"{\"OpenId\":\"OPENID\",\"DeviceId\":\"D\"}", WECOM_OK, ANSWER_NO_MEMBER, "", NULL},
    {"{\"OpenId\":\"OPENID\",\"user_ticket\":\"T\"}", WECOM_OK, ANSWER_NO_MEMBER, "", NULL},
    /* nobody */
    {"{}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"external_userid\":\"wm1\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"DeviceId\":\"D\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"\",\"openid\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":null}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":1001}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":[\"a\"]}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"USERID\":\"a\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userId\":\"a\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"Userid\":\"a\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"" USERID_64 "5\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"-a\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a:b\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a b\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\\nb\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"..\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"\xE5\xBC\xA0\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    /* what contradicts itself */
    {"{\"userid\":\"a\",\"UserId\":\"b\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\",\"UserId\":\"A\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":5,\"UserId\":\"a\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\",\"UserId\":null}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\",\"openid\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"UserId\":\"a\",\"openid\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\",\"OpenId\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"a\",\"openid\":\"O\",\"OpenId\":\"P\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "",
     NULL},
    {"{\"userid\":\"a\",\"openid\":7}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":\"w/a\",\"openid\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"userid\":7,\"openid\":\"O\"}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
    {"{\"openid\":7}", WECOM_E_FORMAT, ANSWER_NOBODY, "", NULL},
};

START_TEST(a_redemption_names_one_of_three_kinds_of_people) {
    struct answer answer = parse(identities[_i].body);
    struct answer_identity identity;

    memset(&identity, 0x55, sizeof identity);
    ck_assert_msg(answer_identity(answer.json, &identity) == identities[_i].err, "%s",
                  identities[_i].body);
    ck_assert_int_eq(identity.kind, identities[_i].kind);
    ck_assert_str_eq(identity.userid, identities[_i].userid);
    if (identities[_i].ticket != NULL)
        ck_assert_str_eq(identity.ticket.bytes, identities[_i].ticket);
    else
        ck_assert_uint_eq(identity.ticket.len, 0);
    secret_clear(&identity.ticket);
    answer_clear(&answer);
}
END_TEST

static const struct {
    const char *body;
    enum wecom_error err;
    int status;
    bool enabled;
} members[] = {
    {"{\"userid\":\"a\",\"status\":1}", WECOM_OK, 1, true},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":1}", WECOM_OK, 1, true},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":0}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":2}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":\"1\"}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":true}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":null}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":1,\"enable\":1.0}", WECOM_OK, 1, false},
    {"{\"userid\":\"a\",\"status\":2}", WECOM_OK, 2, true},
    {"{\"userid\":\"a\",\"status\":4}", WECOM_OK, 4, true},
    {"{\"userid\":\"a\",\"status\":5}", WECOM_OK, 5, true},
    {"{\"userid\":\"a\",\"status\":9}", WECOM_OK, 9, true},
    {"{\"userid\":\"a\",\"status\":99}", WECOM_OK, 99, true},
    {"{\"userid\":\"a\"}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"enable\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":0}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":-1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":100}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":4294967297}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":\"1\"}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":1.0}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":true}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"status\":null}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"a\",\"Status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"UserId\":\"a\",\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"\",\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":7,\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"w/a\",\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"" USERID_64 "5\",\"status\":1}", WECOM_E_FORMAT, 0, false},
    {"{\"userid\":\"" USERID_64 "\",\"status\":1}", WECOM_OK, 1, true},
};

START_TEST(a_member_has_a_userid_and_a_status) {
    struct answer answer = parse(members[_i].body);
    struct answer_member member;
    enum wecom_error err;

    memset(&member, 0x55, sizeof member);
    err = answer_member(answer.json, &member);
    ck_assert_msg(err == members[_i].err, "%s", members[_i].body);
    ck_assert_int_eq(member.status, members[_i].status);
    ck_assert(member.enabled == members[_i].enabled);
    ck_assert_uint_eq(member.departments_count, 0);
    ck_assert_str_eq(member.userid, err == WECOM_OK
                                        ? json_string_value(json_object_get(answer.json, "userid"))
                                        : "");
    answer_clear(&answer);
}
END_TEST

START_TEST(a_member_as_the_page_describes_it_is_read) {
    struct answer answer = parse(
        "{\"errcode\":0,\"errmsg\":\"ok\",\"userid\":\"WangFang\",\"name\":\"\xE7\x8E\x8B\xE8\x8A"
        "\xB3\",\"department\":[3,1,4294967295],\"order\":[1,2,3],\"position\":\"x\",\"gender\":"
        "\"0\",\"is_leader_in_dept\":[1,0,0],\"direct_leader\":[\"lisi\"],\"main_department\":3,"
        "\"extattr\":{\"attrs\":[{\"type\":0,\"name\":\"n\",\"text\":{\"value\":\"v\"}}]},"
        "\"status\":1,\"external_profile\":{\"external_corp_name\":\"c\",\"wechat_channels\":"
        "{\"nickname\":\"n\",\"status\":1},\"external_attr\":[]}}");
    struct answer_member member;

    ck_assert_int_eq(answer_member(answer.json, &member), WECOM_OK);
    ck_assert_str_eq(member.userid, "WangFang");
    ck_assert_str_eq(member.name, "\xE7\x8E\x8B\xE8\x8A\xB3");
    ck_assert_int_eq(member.status, 1);
    ck_assert(member.enabled);
    ck_assert_uint_eq(member.departments_count, 3);
    ck_assert_uint_eq(member.departments[0], 3);
    ck_assert_uint_eq(member.departments[1], 1);
    ck_assert_uint_eq(member.departments[2], 4294967295u);
    answer_clear(&answer);
}
END_TEST

START_TEST(a_status_inside_another_object_is_not_the_members) {
    struct answer answer =
        parse("{\"userid\":\"a\",\"external_profile\":{\"wechat_channels\":{\"status\":1}}}");
    struct answer_member member;

    ck_assert_int_eq(answer_member(answer.json, &member), WECOM_E_FORMAT);
    answer_clear(&answer);
}
END_TEST

START_TEST(departments_that_are_none_are_left_out_and_too_many_are_cut) {
    struct answer answer = parse("{\"userid\":\"a\",\"status\":1,\"department\":[0,-1,7,\"8\",1.5,"
                                 "null,4294967296,9223372036854775807,[9],10]}");
    struct answer_member member;
    json_t *many = json_array(), *json;

    ck_assert_int_eq(answer_member(answer.json, &member), WECOM_OK);
    ck_assert_uint_eq(member.departments_count, 2);
    ck_assert_uint_eq(member.departments[0], 7);
    ck_assert_uint_eq(member.departments[1], 10);
    answer_clear(&answer);
    answer = parse("{\"userid\":\"a\",\"status\":1,\"department\":{\"id\":1}}");
    ck_assert_int_eq(answer_member(answer.json, &member), WECOM_OK);
    ck_assert_uint_eq(member.departments_count, 0);
    answer_clear(&answer);
    for (int i = 1; i <= 2 * ANSWER_DEPARTMENTS; i++)
        json_array_append_new(many, json_integer(i));
    json = json_pack("{s:s,s:i,s:o}", "userid", "a", "status", 1, "department", many);
    ck_assert_int_eq(answer_member(json, &member), WECOM_OK);
    ck_assert_uint_eq(member.departments_count, ANSWER_DEPARTMENTS);
    ck_assert_uint_eq(member.departments[ANSWER_DEPARTMENTS - 1], ANSWER_DEPARTMENTS);
    json_decref(json);
}
END_TEST

START_TEST(a_name_is_cleaned_and_cut_at_a_character) {
    struct answer answer =
        parse("{\"userid\":\"a\",\"status\":1,\"name\":\"x\\u202e\\u001b[0m\\ny\"}");
    struct answer_member member;
    char name[1024] = "", *end = name;
    json_t *json;

    ck_assert_int_eq(answer_member(answer.json, &member), WECOM_OK);
    ck_assert_str_eq(member.name, "x[0m y");
    answer_clear(&answer);
    for (int i = 0; i < 200; i++)
        end = stpcpy(end, "\xE5\xBC\xA0");
    json = json_pack("{s:s,s:i,s:s}", "userid", "a", "status", 1, "name", name);
    ck_assert_int_eq(answer_member(json, &member), WECOM_OK);
    ck_assert_uint_eq(strlen(member.name), 255);
    ck_assert(text_is_utf8(member.name, 255));
    json_decref(json);
    json = json_pack("{s:s,s:i,s:s+}", "userid", "a", "status", 1, "name", "x", name);
    ck_assert_int_eq(answer_member(json, &member), WECOM_OK);
    ck_assert_uint_eq(strlen(member.name), 253);
    ck_assert(text_is_utf8(member.name, 253));
    json_decref(json);
}
END_TEST

static const struct {
    const char *mobile, *read;
} mobiles[] = {
    {"13800000000", "13800000000"},
    {"+86 13800000000", "+8613800000000"},
    {"+86-138-0000-0000", "+8613800000000"},
    {"138 0000 0000", "13800000000"},
    {" 13800000000", "13800000000"},
    {"", ""},
    {"1234", ""},
    {"+", ""},
    {"138****0000", ""},
    {"13800000000x", ""},
    {"1380000+0000", ""},
    {"++8613800000", ""},
    {"\xEF\xBC\x91\xEF\xBC\x93\xEF\xBC\x98\xEF\xBC\x90\xEF\xBC\x90", ""}, /* full-width digits */
    {"13800000000\n13900000000", ""},
    {"1380000000013800000000138000000", "1380000000013800000000138000000"},
    {"13800000000138000000001380000000", ""}, /* 32 digits are over the limit */
};

START_TEST(a_mobile_number_is_digits_or_nothing) {
    json_t *json = json_pack("{s:s,s:s}", "userid", "lisi", "mobile", mobiles[_i].mobile);
    struct answer_detail detail;

    ck_assert_int_eq(answer_detail(json, &detail), WECOM_OK);
    ck_assert_str_eq(detail.mobile, mobiles[_i].read);
    ck_assert_str_eq(detail.userid, "lisi");
    json_decref(json);
}
END_TEST

static const struct {
    const char *body, *email;
} emails[] = {
    {"{\"userid\":\"a\",\"email\":\"a@example.com\"}", "a@example.com"},
    {"{\"userid\":\"a\",\"email\":\"a@example.com\",\"biz_mail\":\"b@example.com\"}",
     "a@example.com"},
    {"{\"userid\":\"a\",\"biz_mail\":\"b@example.com\"}", "b@example.com"},
    {"{\"userid\":\"a\",\"email\":\"\",\"biz_mail\":\"b@example.com\"}", "b@example.com"},
    {"{\"userid\":\"a\",\"email\":5,\"biz_mail\":\"b@example.com\"}", "b@example.com"},
    {"{\"userid\":\"a\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"nobody\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"a@b c\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"<a@b>\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"a@b\\nBcc: c@d\"}", ""},
    /* what would have to be cleaned is not somebody's address any more */
    {"{\"userid\":\"a\",\"email\":\"ad\\u200bmin@example.com\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"admin\\u0001@example.com\"}", ""},
    {"{\"userid\":\"a\",\"email\":\"\\u202eadmin@example.com\"}", ""},
};

START_TEST(an_email_address_is_taken_as_it_is_or_not_at_all) {
    struct answer answer = parse(emails[_i].body);
    struct answer_detail detail;

    ck_assert_int_eq(answer_detail(answer.json, &detail), WECOM_OK);
    ck_assert_msg(strcmp(detail.email, emails[_i].email) == 0, "%s: %s", emails[_i].body,
                  detail.email);
    ck_assert_str_eq(detail.mobile, "");
    answer_clear(&answer);
}
END_TEST

static const char *const bad_details[] = {
    "{}",
    "{\"mobile\":\"13800000000\"}",
    "{\"userid\":\"\",\"mobile\":\"13800000000\"}",
    "{\"userid\":5}",
    "{\"userid\":\"w/a\"}",
    "{\"UserId\":\"a\"}",
};

START_TEST(details_of_nobody_are_refused) {
    struct answer answer = parse(bad_details[_i]);
    struct answer_detail detail;

    ck_assert_int_eq(answer_detail(answer.json, &detail), WECOM_E_FORMAT);
    ck_assert_str_eq(detail.userid, "");
    ck_assert_str_eq(detail.mobile, "");
    answer_clear(&answer);
}
END_TEST

START_TEST(an_application_tells_its_range_and_whether_it_is_closed) {
    struct answer answer =
        parse("{\"errcode\":0,\"agentid\":1000002,\"name\":\"Linux\",\"close\":0,"
              "\"redirect_domain\":\"login.example.com\","
              "\"home_url\":\"https://login.example.com/a?b=1#c\",\"allow_userinfos\":{\"user\":"
              "[{\"userid\":\"a\"},{\"userid\":\"b\"}]},\"allow_partys\":{\"partyid\":[1]},"
              "\"allow_tags\":{\"tagid\":[1,2,3]}}");
    struct answer_agent agent;

    ck_assert_int_eq(answer_agent(answer.json, &agent), WECOM_OK);
    ck_assert_str_eq(agent.name, "Linux");
    ck_assert_str_eq(agent.redirect_domain, "login.example.com");
    ck_assert_str_eq(agent.home_url, "https://login.example.com/a?b=1#c");
    ck_assert(!agent.closed);
    ck_assert_uint_eq(agent.users, 2);
    ck_assert_uint_eq(agent.departments, 1);
    ck_assert_uint_eq(agent.tags, 3);
    answer_clear(&answer);
    answer = parse("{\"agentid\":1,\"close\":1,\"allow_partys\":[],\"allow_tags\":7}");
    ck_assert_int_eq(answer_agent(answer.json, &agent), WECOM_OK);
    ck_assert(agent.closed);
    ck_assert_str_eq(agent.home_url, "");
    ck_assert_uint_eq(agent.users + agent.departments + agent.tags, 0);
    answer_clear(&answer);
    answer = parse("{\"agentid\":\"1\",\"name\":\"x\"}");
    ck_assert_int_eq(answer_agent(answer.json, &agent), WECOM_E_FORMAT);
    answer_clear(&answer);
}
END_TEST

/* What an answer makes of somebody, all readers tried. */
struct outcome {
    bool parsed, is_member, is_active;
};

static struct outcome try_all(const char *bytes, size_t len) {
    struct outcome outcome = {false, false, false};
    struct answer answer;
    struct answer_identity identity;
    struct answer_member member;
    struct answer_detail detail;
    struct answer_agent agent;
    struct secret token = {0};
    int64_t expires_in_s;
    char ip[48];

    if (parse_bytes(&answer, bytes, len) != WECOM_OK)
        return outcome;
    outcome.parsed = true;
    (void)answer_caller_ip(answer.errmsg, ip, sizeof ip);
    (void)answer_token(answer.json, &token, &expires_in_s);
    secret_clear(&token);
    (void)answer_detail(answer.json, &detail);
    (void)answer_agent(answer.json, &agent);
    outcome.is_member = answer.errcode == 0 &&
                        answer_identity(answer.json, &identity) == WECOM_OK &&
                        identity.kind == ANSWER_MEMBER;
    if (answer.errcode == 0)
        secret_clear(&identity.ticket);
    outcome.is_active = answer.errcode == 0 && answer_member(answer.json, &member) == WECOM_OK &&
                        member.status == 1 && member.enabled;
    answer_clear(&answer);
    return outcome;
}

static const char *const whole[] = {
    "{\"errcode\":0,\"errmsg\":\"ok\",\"userid\":\"zhangsan\",\"user_ticket\":\"T\"}",
    "{\"errcode\":0,\"openid\":\"OPENID\"}",
    "{\"errcode\":40029,\"errmsg\":\"x, from ip: 1.2.3.4, y\"}",
    "{\"errcode\":0,\"userid\":\"a\",\"name\":\"\xE5\xBC\xA0\",\"department\":[1,2],\"status\":1}",
    "{\"access_token\":\"abc\",\"expires_in\":7200}",
    "{\"userid\":\"a\",\"mobile\":\"+86 1380\",\"email\":\"a@b.c\"}",
    "{\"agentid\":1,\"allow_partys\":{\"partyid\":[1]},\"close\":0}",
};

START_TEST(no_part_of_an_answer_is_an_answer) {
    size_t len = strlen(whole[_i]);

    ck_assert(try_all(whole[_i], len).parsed);
    for (size_t cut = 0; cut < len; cut++)
        ck_assert(!try_all(whole[_i], cut).parsed);
}
END_TEST

START_TEST(any_changed_byte_is_survived) {
    size_t len = strlen(whole[_i]);
    char *copy = strdup(whole[_i]);

    for (size_t at = 0; at < len; at++) {
        char old = copy[at];

        for (int byte = 0; byte < 256; byte++) {
            copy[at] = (char)byte;
            (void)try_all(copy, len);
        }
        copy[at] = old;
    }
    free(copy);
}
END_TEST

/* None of these is one changed byte away from a member. */
static const char *const strangers[] = {
    "{\"errcode\":0,\"errmsg\":\"ok\",\"openid\":\"OPENID\"}",
    "{\"errcode\":0,\"OpenId\":\"OPENID\",\"DeviceId\":\"D\"}",
    "{\"errcode\":40029,\"errmsg\":\"invalid code\"}",
    "{\"errcode\":0,\"userid\":\"a\",\"openid\":\"O\"}",
    "{\"errcode\":0,\"userid\":\"\",\"errmsg\":\"ok\"}",
};

START_TEST(no_changed_byte_makes_a_member_of_a_stranger) {
    size_t len = strlen(strangers[_i]);
    char *copy = strdup(strangers[_i]);
    /* where both names stand, a changed key takes one of them away: that is another answer */
    const char *key = strstr(strangers[_i], ",\"openid\"");
    size_t from = key != NULL && strstr(strangers[_i], "userid") != NULL
                      ? (size_t)(key - strangers[_i])
                      : len;

    for (size_t at = 0; at < len; at++) {
        char old = copy[at];

        for (int byte = 0; byte < 256 && (at < from || at > from + 8); byte++) {
            copy[at] = (char)byte;
            ck_assert_msg(!try_all(copy, len).is_member, "%s", copy);
        }
        copy[at] = old;
    }
    free(copy);
}
END_TEST

START_TEST(only_the_status_itself_makes_a_member_active) {
    static const char body[] = "{\"userid\":\"a\",\"status\":2}";
    char copy[sizeof body];
    size_t digit = (size_t)(strchr(body, '2') - body);

    for (size_t at = 0; at < sizeof body - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(copy, body, sizeof body);
            copy[at] = (char)byte;
            ck_assert(try_all(copy, sizeof body - 1).is_active == (at == digit && byte == '1'));
        }
    }
}
END_TEST

static const struct {
    const char *json;
    bool reached;
} sendings[] = {
    {"{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":\"M\"}", true},
    {"{\"errcode\":0,\"invaliduser\":\"\",\"unlicenseduser\":\"\"}", true},
    {"{\"errcode\":0,\"invaliduser\":[]}", true},
    {"{\"errcode\":0,\"invaliduser\":\"zhangsan\"}", false},
    {"{\"errcode\":0,\"invaliduser\":[\"zhangsan\"]}", false},
    {"{\"errcode\":0,\"invaliduser\":null}", false},
    {"{\"errcode\":0,\"invaliduser\":\"\",\"unlicenseduser\":\"zhangsan\"}", false},
};

START_TEST(a_message_that_reached_nobody_is_told) {
    struct answer answer;

    ck_assert_int_eq(parse_bytes(&answer, sendings[_i].json, strlen(sendings[_i].json)), WECOM_OK);
    ck_assert(answer_has_reached(answer.json) == sendings[_i].reached);
    answer_clear(&answer);
    ck_assert(!answer_has_reached(NULL));
}
END_TEST

static const struct {
    const char *json, *code; /* NULL: none */
} response_codes[] = {
    {"{\"response_code\":\"oJ0a-Z_9+/=\"}", "oJ0a-Z_9+/="},
    {"{\"response_code\":\"1234567\"}", "1234567"},
    {"{\"response_code\":\"123456789012\"}", NULL}, /* does not fit */
    {"{\"response_code\":\"\"}", NULL},
    {"{\"response_code\":7}", NULL},
    {"{\"response_code\":null}", NULL},
    {"{\"response_code\":\"a b\"}", NULL},
    {"{\"response_code\":\"a\\nb\"}", NULL},
    {"{\"response_code\":\"\xE5\xBC\xA0\"}", NULL},
    {"{}", NULL},
};

START_TEST(a_code_that_changes_a_card_is_printable_and_fits) {
    json_t *json = json_loads(response_codes[_i].json, 0, NULL);
    char code[12] = "xxxxxxxxxxx";

    ck_assert_ptr_nonnull(json);
    ck_assert(answer_response_code(json, code, sizeof code) == (response_codes[_i].code != NULL));
    ck_assert_str_eq(code, response_codes[_i].code != NULL ? response_codes[_i].code : "");
    json_decref(json);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("answer");
    TCase *t = tcase_create("answer");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, an_answer_is_one_json_object_with_an_errcode, 0, COUNT(good_frames));
    tcase_add_loop_test(t, whatever_else_comes_is_refused, 0, COUNT(bad_frames));
    tcase_add_test(t, a_nul_byte_in_the_document_is_refused);
    tcase_add_test(t, nesting_without_end_is_refused);
    tcase_add_test(t, errmsg_is_cleaned_and_cut_at_a_character);
    tcase_add_loop_test(t, our_address_is_read_out_of_errmsg, 0, COUNT(addresses));
    tcase_add_loop_test(t, a_token_is_printable_and_lives_at_most_a_day, 0, COUNT(tokens));
    tcase_add_test(t, a_token_of_512_bytes_is_taken_and_of_513_refused);
    tcase_add_loop_test(t, a_redemption_names_one_of_three_kinds_of_people, 0, COUNT(identities));
    tcase_add_loop_test(t, a_member_has_a_userid_and_a_status, 0, COUNT(members));
    tcase_add_test(t, a_member_as_the_page_describes_it_is_read);
    tcase_add_test(t, a_status_inside_another_object_is_not_the_members);
    tcase_add_test(t, departments_that_are_none_are_left_out_and_too_many_are_cut);
    tcase_add_test(t, a_name_is_cleaned_and_cut_at_a_character);
    tcase_add_loop_test(t, a_mobile_number_is_digits_or_nothing, 0, COUNT(mobiles));
    tcase_add_loop_test(t, an_email_address_is_taken_as_it_is_or_not_at_all, 0, COUNT(emails));
    tcase_add_loop_test(t, details_of_nobody_are_refused, 0, COUNT(bad_details));
    tcase_add_test(t, an_application_tells_its_range_and_whether_it_is_closed);
    tcase_add_loop_test(t, no_part_of_an_answer_is_an_answer, 0, COUNT(whole));
    tcase_add_loop_test(t, any_changed_byte_is_survived, 0, COUNT(whole));
    tcase_add_loop_test(t, no_changed_byte_makes_a_member_of_a_stranger, 0, COUNT(strangers));
    tcase_add_test(t, only_the_status_itself_makes_a_member_active);
    tcase_add_loop_test(t, a_message_that_reached_nobody_is_told, 0, COUNT(sendings));
    tcase_add_loop_test(t, a_code_that_changes_a_card_is_printable_and_fits, 0,
                        (int)(sizeof response_codes / sizeof response_codes[0]));
    suite_add_tcase(s, t);
    return s;
}
