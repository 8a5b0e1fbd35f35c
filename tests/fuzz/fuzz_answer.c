/* libFuzzer target: arbitrary bytes as an answer of WeCom, through every reader. Whoever is taken
 * for a member has a userid, whatever may reach a person or a log is clean UTF-8, and what is
 * refused leaves nothing behind.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_answer.c helper/wecom/answer.c helper/wecom/answer_directory.c
 *         common/names.c common/secret.c common/text.c -ljansson
 */
#include "helper/wecom/answer_directory.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

/* Ends in its array, is UTF-8, and cleaning finds nothing more to do. */
static void must_be_clean(const char *string, size_t bytes) {
    size_t len = strnlen(string, bytes);
    char *again;

    must(len < bytes && text_is_utf8(string, len));
    again = strdup(string);
    must(again != NULL);
    text_clean(again, TEXT_ONE_LINE);
    must(strcmp(again, string) == 0);
    free(again);
}

static void check_token(const json_t *json) {
    struct secret token = {0};
    int64_t expires_in_s = 0;

    if (answer_token(json, &token, &expires_in_s) == WECOM_OK) {
        must(token.len > 0 && token.len <= 512 && strlen(token.bytes) == token.len);
        must(expires_in_s >= 1 && expires_in_s <= 86400);
    } else {
        must(token.len == 0);
    }
    secret_clear(&token);
}

static void check_identity(const json_t *json) {
    struct answer_identity identity;
    enum wecom_error err = answer_identity(json, &identity);

    if (err == WECOM_OK && identity.kind == ANSWER_MEMBER) {
        must(name_is_userid(identity.userid));
        must(json_object_get(json, "openid") == NULL && json_object_get(json, "OpenId") == NULL);
    } else {
        must(identity.userid[0] == '\0' && identity.ticket.len == 0);
        must((err == WECOM_OK) == (identity.kind != ANSWER_NOBODY));
    }
    secret_clear(&identity.ticket);
}

static void check_member(const json_t *json) {
    struct answer_member member;

    if (answer_member(json, &member) == WECOM_OK) {
        must(name_is_userid(member.userid) && member.status >= 1 && member.status <= 99);
        must(member.status == json_integer_value(json_object_get(json, "status")));
        must(!member.enabled || json_object_get(json, "enable") == NULL ||
             json_integer_value(json_object_get(json, "enable")) == 1);
        must_be_clean(member.name, sizeof member.name);
        must(member.departments_count <= ANSWER_DEPARTMENTS);
        for (size_t i = 0; i < member.departments_count; i++)
            must(member.departments[i] > 0);
    } else {
        must(member.userid[0] == '\0' && member.status == 0 && !member.enabled);
    }
}

static void check_detail(const json_t *json) {
    struct answer_detail detail;

    if (answer_detail(json, &detail) == WECOM_OK) {
        const char *digits = detail.mobile + (detail.mobile[0] == '+');

        must(name_is_userid(detail.userid));
        must(digits[strspn(digits, "0123456789")] == '\0');
        must_be_clean(detail.email, sizeof detail.email);
        must(detail.email[0] == '\0' || strchr(detail.email, '@') != NULL);
    } else {
        must(detail.userid[0] == '\0' && detail.mobile[0] == '\0' && detail.email[0] == '\0');
    }
}

static void check_agent(const json_t *json) {
    struct answer_agent agent;

    if (answer_agent(json, &agent) != WECOM_OK)
        return;
    must_be_clean(agent.name, sizeof agent.name);
    must_be_clean(agent.redirect_domain, sizeof agent.redirect_domain);
    must_be_clean(agent.home_url, sizeof agent.home_url);
}

static void check_response_code(const json_t *json) {
    char code[513];

    if (answer_response_code(json, code, sizeof code)) {
        must(code[0] != '\0' && strlen(code) < sizeof code);
        must(strcmp(code, json_string_value(json_object_get(json, "response_code"))) == 0);
        must_be_clean(code, sizeof code);
    } else {
        must(code[0] == '\0');
    }
}

static void check_ids(const struct answer_ids *ids) {
    for (size_t i = 0; i < ids->count; i++)
        must(ids->ids[i] > (i > 0 ? ids->ids[i - 1] : 0));
}

static void check_users(const struct answer_users *users) {
    for (size_t i = 0; i < users->count; i++)
        must(name_is_userid(users->userids[i]));
}

static void check_range(const json_t *json) {
    struct answer_range range;

    if (answer_range(json, &range) == WECOM_OK) {
        check_ids(&range.departments);
        check_ids(&range.tags);
        check_users(&range.users);
    } else {
        must(range.departments.ids == NULL && range.tags.ids == NULL);
        must(range.users.userids == NULL);
    }
    answer_range_clear(&range);
}

static void check_tree(const json_t *json) {
    struct answer_tree tree;

    if (answer_tree(json, &tree) == WECOM_OK) {
        for (size_t i = 0; i < tree.count; i++)
            must(tree.departments[i].id > (i > 0 ? tree.departments[i - 1].id : 0));
    } else {
        must(tree.departments == NULL && tree.count == 0);
    }
    answer_tree_clear(&tree);
}

static void check_tag(const json_t *json) {
    struct answer_tag tag;

    if (answer_tag(json, &tag) == WECOM_OK) {
        check_users(&tag.users);
        check_ids(&tag.departments);
    } else {
        must(tag.users.userids == NULL && tag.departments.ids == NULL);
    }
    answer_tag_clear(&tag);
}

/* jansson bounds how deep one document goes, and an element of a list is a document of its own. */
static bool may_be_too_deep(const char *bytes, size_t size) {
    size_t openers = 0;

    for (size_t i = 0; i < size; i++)
        openers += bytes[i] == '[' || bytes[i] == '{';
    return openers >= 2048;
}

/* Read element by element or as a whole: the same is there. */
static void check_listed(const char *bytes, size_t size) {
    struct answer answer, whole;
    bool failed = false;
    json_t *one, *list;
    size_t n = 0;

    if (answer_parse_listed(&answer, bytes, size, "userlist") != WECOM_OK) {
        must(answer.json == NULL && answer.list.at == NULL);
        return;
    }
    if (answer_parse(&whole, bytes, size) != WECOM_OK) {
        must(may_be_too_deep(bytes, size));
        answer_clear(&answer);
        return;
    }
    must(whole.errcode == answer.errcode);
    list = json_object_get(whole.json, "userlist");
    must((answer.list.at != NULL) == json_is_array(list));
    while (answer.list.at != NULL && (one = answer_next(&answer.list, &failed)) != NULL) {
        must(json_equal(one, json_array_get(list, n++)));
        check_member(one);
        json_decref(one);
    }
    must(!failed && n == json_array_size(list));
    answer_clear(&whole);
    answer_clear(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct answer answer;
    char ip[48] = "";

    check_listed((const char *)data, size);
    if (answer_parse(&answer, (const char *)data, size) != WECOM_OK) {
        must(answer.json == NULL && answer.errcode == 0 && answer.errmsg[0] == '\0');
        return 0;
    }
    must(json_is_object(answer.json));
    must_be_clean(answer.errmsg, sizeof answer.errmsg);
    if (answer_caller_ip(answer.errmsg, ip, sizeof ip))
        must(strlen(ip) >= 3 && ip[strspn(ip, "0123456789abcdefABCDEF.:")] == '\0');
    check_token(answer.json);
    check_identity(answer.json);
    check_member(answer.json);
    check_detail(answer.json);
    check_agent(answer.json);
    check_response_code(answer.json);
    check_range(answer.json);
    check_tree(answer.json);
    check_tag(answer.json);
    answer_clear(&answer);
    return 0;
}
