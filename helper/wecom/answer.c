/* What WeCom answers: JSON from outside, read strictly. */
#include "helper/wecom/answer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"

/* A string of at most `bytes` with its NUL, without NUL inside. Absent or another type: "". */
static bool copy_string(const json_t *json, const char *key, char *out, size_t bytes) {
    const json_t *value = json_object_get(json, key);
    size_t len = json_string_length(value);

    out[0] = '\0';
    if (!json_is_string(value) || len >= bytes || strlen(json_string_value(value)) != len)
        return false;
    memcpy(out, json_string_value(value), len + 1);
    return true;
}

/* The same for text that people will see: cleaned, and cut at a character where it is too long. */
static void copy_text(const json_t *json, const char *key, char *out, size_t bytes) {
    const char *value = json_string_value(json_object_get(json, key));
    size_t len = value != NULL ? strlen(value) : 0;

    if (len >= bytes) {
        len = bytes - 1;
        while (len > 0 && ((unsigned char)value[len] & 0xC0u) == 0x80u)
            len--;
    }
    if (len > 0)
        memcpy(out, value, len);
    out[len] = '\0';
    text_clean(out, TEXT_ONE_LINE);
}

/* A token or ticket: 1 to 512 printable ASCII bytes. */
static enum wecom_error copy_secret(const json_t *json, const char *key, struct secret *out) {
    const json_t *value = json_object_get(json, key);
    const char *bytes = json_string_value(value);
    size_t len = json_string_length(value);

    if (bytes == NULL || len == 0 || len > 512)
        return WECOM_E_FORMAT;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] <= ' ' || bytes[i] > '~')
            return WECOM_E_FORMAT;
    }
    return secret_set(out, bytes, len);
}

/* The integer itself, or one in quotes that is not zero: seen in the field, and a quoted zero would
 * be a success that nobody promised.
 */
static bool read_errcode(const json_t *json, int *errcode) {
    const json_t *value = json_object_get(json, "errcode");
    const char *quoted = json_string_value(value);
    json_int_t number = 0;
    char *end;

    if (value == NULL) {
        *errcode = 0;
        return true;
    }
    if (quoted != NULL) {
        number = strtoll(quoted, &end, 10);
        if (*end != '\0' || number == 0)
            return false;
    } else if (json_is_integer(value)) {
        number = json_integer_value(value);
    } else {
        return false;
    }
    if (number < INT_MIN || number > INT_MAX)
        return false;
    *errcode = (int)number;
    return true;
}

/* What every answer says of itself; takes the object over. */
static enum wecom_error take_frame(struct answer *answer, json_t *json) {
    answer->json = json;
    if (!json_is_object(json) || !read_errcode(json, &answer->errcode))
        goto refuse;
    copy_text(json, "errmsg", answer->errmsg, sizeof answer->errmsg);
    if (answer->errcode == 0 && strcasestr(answer->errmsg, "warning") != NULL)
        goto refuse;
    return WECOM_OK;
refuse:
    answer_clear(answer);
    return WECOM_E_FORMAT;
}

/* No JSON has a NUL byte. jansson loses one that stands behind a number or a word, and counts its
 * bytes wrong from there.
 */
static bool has_nul(const char *body, size_t bytes) {
    return bytes > 0 && memchr(body, '\0', bytes) != NULL;
}

enum wecom_error answer_parse(struct answer *answer, const char *body, size_t bytes) {
    *answer = (struct answer){0};
    if (has_nul(body, bytes))
        return WECOM_E_FORMAT;
    return take_frame(answer, json_loadb(body, bytes, JSON_REJECT_DUPLICATES, NULL));
}

static void skip_blanks(struct answer_list *text) {
    while (text->at < text->end && strchr(" \t\r\n", *text->at) != NULL)
        text->at++;
}

/* Is this the next byte that counts? Goes behind it then. */
static bool take(struct answer_list *text, char c) {
    skip_blanks(text);
    if (text->at == text->end || *text->at != c)
        return false;
    text->at++;
    return true;
}

/* One JSON value of any kind. */
static json_t *take_value(struct answer_list *text) {
    json_error_t error;
    json_t *value =
        json_loadb(text->at, (size_t)(text->end - text->at),
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);

    if (value != NULL)
        text->at += error.position; /* how many bytes it took */
    return value;
}

/* A whole array, of which only the place is kept. */
static bool take_list(struct answer_list *text, struct answer_list *list) {
    bool more;

    if (!take(text, '['))
        return false;
    list->at = text->at;
    more = !take(text, ']');
    while (more) {
        json_t *value = take_value(text);

        if (value == NULL)
            return false;
        json_decref(value);
        more = take(text, ',');
        if (!more && !take(text, ']'))
            return false;
    }
    list->end = text->at - 1;
    return true;
}

/* "key": value. The list is kept apart, all else goes into the object. */
static bool take_member(struct answer_list *text, const char *key, struct answer_list *list,
                        json_t *object) {
    json_t *name = take_value(text), *value = NULL;
    bool good = json_is_string(name) && take(text, ':');

    if (good && strcmp(json_string_value(name), key) == 0) {
        good = list->at == NULL && take_list(text, list);
    } else if (good) {
        value = take_value(text);
        good = value != NULL && json_object_get(object, json_string_value(name)) == NULL &&
               json_object_set(object, json_string_value(name), value) == 0;
    }
    json_decref(value);
    json_decref(name);
    return good;
}

enum wecom_error answer_parse_listed(struct answer *answer, const char *body, size_t bytes,
                                     const char *key) {
    struct answer_list text = {body, body + bytes}, list = {NULL, NULL};
    json_t *object = json_object();
    bool good = object != NULL && !has_nul(body, bytes) && take(&text, '{'), more;
    enum wecom_error err;

    *answer = (struct answer){0};
    more = good && !take(&text, '}');
    while (more) {
        good = take_member(&text, key, &list, object);
        more = good && take(&text, ',');
        if (good && !more)
            good = take(&text, '}');
    }
    skip_blanks(&text);
    if (!good || text.at != text.end) {
        json_decref(object);
        return WECOM_E_FORMAT;
    }
    err = take_frame(answer, object);
    if (err != WECOM_OK)
        return err;
    if (answer->errcode == 0 && list.at == NULL) {
        answer_clear(answer); /* success without what was asked for is no empty list */
        return WECOM_E_FORMAT;
    }
    answer->list = list;
    return WECOM_OK;
}

json_t *answer_next(struct answer_list *list, bool *failed) {
    json_t *value;

    skip_blanks(list);
    if (list->at == list->end)
        return NULL;
    value = take_value(list);
    *failed = value == NULL;
    (void)take(list, ',');
    return value;
}

void answer_clear(struct answer *answer) {
    json_decref(answer->json);
    *answer = (struct answer){0};
}

bool answer_caller_ip(const char *errmsg, char *ip, size_t ip_bytes) {
    static const char mark[] = "from ip: ";
    const char *at = strstr(errmsg, mark);
    size_t len;

    if (at == NULL)
        return false;
    at += sizeof mark - 1;
    len = strspn(at, "0123456789abcdefABCDEF.:");
    if (len < 3 || len >= ip_bytes || len > 45)
        return false;
    memcpy(ip, at, len);
    ip[len] = '\0';
    return true;
}

enum wecom_error answer_token(const json_t *json, struct secret *token, int64_t *expires_in_s) {
    const json_t *expires = json_object_get(json, "expires_in");

    /* Normally 7200; anything up to a day is taken at its word. */
    if (!json_is_integer(expires) || json_integer_value(expires) < 1 ||
        json_integer_value(expires) > 86400)
        return WECOM_E_FORMAT;
    *expires_in_s = json_integer_value(expires);
    return copy_secret(json, "access_token", token);
}

/* The string under either spelling, NULL where neither stands there. False when what stands there
 * is no string, or the two differ.
 */
static bool either(const json_t *json, const char *key, const char *old_key, const char **value) {
    const json_t *a = json_object_get(json, key), *b = json_object_get(json, old_key);

    *value = json_string_value(a != NULL ? a : b);
    if ((a != NULL && !json_is_string(a)) || (b != NULL && !json_is_string(b)))
        return false;
    return a == NULL || b == NULL || json_equal(a, b);
}

enum wecom_error answer_identity(const json_t *json, struct answer_identity *identity) {
    const char *userid, *openid;

    *identity = (struct answer_identity){0};
    if (!either(json, "userid", "UserId", &userid) || !either(json, "openid", "OpenId", &openid))
        return WECOM_E_FORMAT;
    if (userid != NULL && openid == NULL && name_is_userid(userid)) {
        identity->kind = ANSWER_MEMBER;
        memcpy(identity->userid, userid, strlen(userid) + 1);
        if (json_object_get(json, "user_ticket") != NULL)
            return copy_secret(json, "user_ticket", &identity->ticket) == WECOM_E_MEMORY
                       ? WECOM_E_MEMORY
                       : WECOM_OK;
        return WECOM_OK;
    }
    /* A linked company's people come as CorpId/userid (page 96442). */
    if (userid != NULL && openid == NULL && strchr(userid, '/') != NULL) {
        identity->kind = ANSWER_OTHER_COMPANY;
        return WECOM_OK;
    }
    if (userid == NULL && openid != NULL) {
        identity->kind = ANSWER_NO_MEMBER;
        return WECOM_OK;
    }
    return WECOM_E_FORMAT;
}

/* One address and nothing else: what would have to be cleaned could end up as somebody else's. */
static bool is_email(const char *email) {
    char clean[sizeof((struct answer_detail *)0)->email];

    memcpy(clean, email, strlen(email) + 1);
    text_clean(clean, TEXT_ONE_LINE);
    return strcmp(clean, email) == 0 && strchr(email, '@') != NULL &&
           strpbrk(email, " \"<>") == NULL;
}

static void copy_email(const json_t *json, char *email, size_t bytes) {
    if (!copy_string(json, "email", email, bytes) || email[0] == '\0')
        (void)copy_string(json, "biz_mail", email, bytes);
    if (!is_email(email))
        email[0] = '\0';
}

enum wecom_error answer_member(const json_t *json, struct answer_member *member) {
    const json_t *status = json_object_get(json, "status");
    const json_t *enable = json_object_get(json, "enable");
    const json_t *departments = json_object_get(json, "department");

    *member = (struct answer_member){0};
    if (!copy_string(json, "userid", member->userid, sizeof member->userid) ||
        !name_is_userid(member->userid) || !json_is_integer(status) ||
        json_integer_value(status) < 1 || json_integer_value(status) > 99) {
        *member = (struct answer_member){0};
        return WECOM_E_FORMAT;
    }
    copy_text(json, "name", member->name, sizeof member->name);
    copy_text(json, "alias", member->alias, sizeof member->alias);
    copy_email(json, member->email, sizeof member->email);
    member->status = (int)json_integer_value(status);
    member->enabled =
        enable == NULL || (json_is_integer(enable) && json_integer_value(enable) == 1);
    for (size_t i = 0; i < json_array_size(departments); i++) {
        const json_t *id = json_array_get(departments, i);

        if (json_is_integer(id) && json_integer_value(id) > 0 &&
            json_integer_value(id) <= UINT32_MAX && member->departments_count < ANSWER_DEPARTMENTS)
            member->departments[member->departments_count++] = (uint32_t)json_integer_value(id);
    }
    return WECOM_OK;
}

/* "+86 138-0000 0000" -> "+8613800000000"; anything that is no telephone number -> "". */
static void normalize_mobile(char *mobile) {
    char *to = mobile;

    for (const char *from = mobile; *from != '\0'; from++) {
        if ((*from >= '0' && *from <= '9') || (*from == '+' && to == mobile))
            *to++ = *from;
        else if (*from != ' ' && *from != '-') {
            to = mobile;
            break;
        }
    }
    *to = '\0';
    if (to - mobile < 5)
        mobile[0] = '\0';
}

void answer_member_mobile(const json_t *json, char mobile[32]) {
    (void)copy_string(json, "mobile", mobile, 32);
    normalize_mobile(mobile);
}

enum wecom_error answer_detail(const json_t *json, struct answer_detail *detail) {
    *detail = (struct answer_detail){0};
    if (!copy_string(json, "userid", detail->userid, sizeof detail->userid) ||
        !name_is_userid(detail->userid)) {
        *detail = (struct answer_detail){0};
        return WECOM_E_FORMAT;
    }
    (void)copy_string(json, "mobile", detail->mobile, sizeof detail->mobile);
    normalize_mobile(detail->mobile);
    copy_email(json, detail->email, sizeof detail->email);
    return WECOM_OK;
}

static size_t count_in(const json_t *json, const char *key, const char *list) {
    return json_array_size(json_object_get(json_object_get(json, key), list));
}

enum wecom_error answer_agent(const json_t *json, struct answer_agent *agent) {
    const json_t *closed = json_object_get(json, "close");

    *agent = (struct answer_agent){0};
    if (!json_is_integer(json_object_get(json, "agentid")))
        return WECOM_E_FORMAT;
    copy_text(json, "name", agent->name, sizeof agent->name);
    copy_text(json, "redirect_domain", agent->redirect_domain, sizeof agent->redirect_domain);
    copy_text(json, "home_url", agent->home_url, sizeof agent->home_url);
    agent->closed = json_is_integer(closed) && json_integer_value(closed) != 0;
    agent->users = count_in(json, "allow_userinfos", "user");
    agent->departments = count_in(json, "allow_partys", "partyid");
    agent->tags = count_in(json, "allow_tags", "tagid");
    return WECOM_OK;
}

/* "a|b", or an array of them (page 94888); absent or empty: nobody. */
static bool names_nobody(const json_t *list) {
    return list == NULL || (json_is_string(list) && json_string_length(list) == 0) ||
           (json_is_array(list) && json_array_size(list) == 0);
}

bool answer_has_reached(const json_t *json) {
    return json_is_object(json) && names_nobody(json_object_get(json, "invaliduser")) &&
           names_nobody(json_object_get(json, "unlicenseduser"));
}

bool answer_response_code(const json_t *json, char *code, size_t bytes) {
    bool good = copy_string(json, "response_code", code, bytes) && code[0] != '\0';

    for (const char *c = code; *c != '\0' && good; c++)
        good = *c > ' ' && *c <= '~';
    if (!good)
        code[0] = '\0';
    return good;
}
