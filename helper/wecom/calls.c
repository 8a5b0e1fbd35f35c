/* The calls of the WeCom API that we make: one row each, and how a row becomes a URL and a body. */
#include "helper/wecom/calls.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"

/* TREE: 100,000 departments of 80 bytes each, or a tag of 30,000 members. PEOPLE: 100,000 members
 * of one department, each with more than a thousand bytes of attributes.
 */
enum {
    SMALL = 16 * 1024,
    MEMBER = 256 * 1024,
    AGENT = 4 * 1024 * 1024,
    TREE = 8 * 1024 * 1024,
    PEOPLE = 128 * 1024 * 1024,
};

/* WeCom answers in under one second; what may be large needs time on a slow line. */
enum { QUICK = 8000, SLOW = 30000, SLOWEST = 180000 };

/* clang-format off */
static const struct calls_rule rules[CALLS_COUNT] = {
    /* path                                 token  post   answer  try    list  parameters */
    [CALLS_GETTOKEN]      = {"gettoken",           false, false, SMALL,  QUICK, NULL, {"corpid", "corpsecret"}},
    [CALLS_GETUSERINFO]   = {"auth/getuserinfo",   true,  false, SMALL,  QUICK, NULL, {"code"}},
    [CALLS_GETUSERDETAIL] = {"auth/getuserdetail", true,  true,  SMALL,  QUICK, NULL, {"user_ticket"}},
    [CALLS_USER_GET]      = {"user/get",           true,  false, MEMBER, QUICK, NULL, {"userid"}},
    /* names every single member of the visible range: a hundred bytes for each of thousands */
    [CALLS_AGENT_GET]     = {"agent/get",          true,  false, AGENT,  QUICK, NULL, {"agentid"}},
    /* a department and all below it, ids only (page 95350) */
    [CALLS_DEPARTMENTS]   = {"department/simplelist", true, false, TREE, SLOW, NULL, {"id"}},
    /* the members of one department itself, with status; no paging (page 90201) */
    [CALLS_USER_LIST]     = {"user/list",          true,  false, PEOPLE, SLOWEST, "userlist", {"department_id"}},
    [CALLS_TAG_GET]       = {"tag/get",            true,  false, TREE,   SLOW, NULL, {"tagid"}},
    /* one text to one member (page 90236) */
    [CALLS_MESSAGE_SEND]  = {"message/send",       true,  true,  SMALL,  QUICK, NULL,
                             {"touser", "msgtype", "agentid#", "text.content"}},
    /* one template card to one member (page 90236) */
    [CALLS_CARD_SEND]     = {"message/send",       true,  true,  SMALL,  QUICK, NULL,
                             {"touser", "msgtype", "agentid#", "template_card{}"}},
    /* other words on the buttons of a card, which nobody can press any more (page 94888) */
    [CALLS_CARD_UPDATE]   = {"message/update_template_card", true, true, SMALL, QUICK, NULL,
                             {"userids[]", "agentid#", "response_code", "button.replace_name"}},
};
/* clang-format on */

const struct calls_rule *calls_rule(enum calls_id id) {
    return &rules[id];
}

static char *put_encoded(char *to, const char *value) {
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; *value != '\0'; value++) {
        if (strchr(plain, *value) != NULL) {
            *to++ = *value;
        } else {
            *to++ = '%';
            *to++ = hex[(unsigned char)*value >> 4];
            *to++ = hex[(unsigned char)*value & 15];
        }
    }
    *to = '\0';
    return to;
}

static char *put_parameter(char *to, char mark, const char *name, const char *value) {
    *to++ = mark;
    to = stpcpy(to, name);
    *to++ = '=';
    return put_encoded(to, value);
}

/* The value in the form that stands behind the name of the parameter; NULL: no memory. */
static json_t *make_value(const char *form, const char *value) {
    switch (form[0]) {
    case '#':
        return json_integer(strtoll(value, NULL, 10));
    case '[':
        return json_pack("[s]", value);
    case '{':
        return json_loads(value, JSON_REJECT_DUPLICATES, NULL);
    case '.':
        return json_pack("{s:s}", form + 1, value);
    default:
        return json_string(value);
    }
}

/* Puts the value where the name of the parameter says. */
static bool put_value(json_t *object, const char *name, const char *value) {
    size_t len = strcspn(name, ".#[{");
    char key[32];

    if (len >= sizeof key)
        return false;
    memcpy(key, name, len);
    key[len] = '\0';
    return json_object_set_new(object, key, make_value(name + len, value)) == 0;
}

/* jansson escapes only what JSON demands: WeCom refuses \uXXXX (40033). */
static char *make_body(const struct calls_rule *rule, const char *const values[CALLS_PARAMETERS]) {
    json_t *object = json_object();
    char *body = NULL;
    size_t len;

    for (size_t i = 0; i < CALLS_PARAMETERS && rule->parameters[i] != NULL; i++) {
        if (!put_value(object, rule->parameters[i], values[i]))
            goto out;
    }
    len = json_dumpb(object, NULL, 0, JSON_COMPACT);
    body = len > 0 ? malloc(len + 1) : NULL;
    if (body != NULL) {
        (void)json_dumpb(object, body, len, JSON_COMPACT);
        body[len] = '\0';
    }
out:
    json_decref(object);
    return body;
}

enum wecom_error calls_build(struct calls_request *request, enum calls_id id, const char *api_url,
                             const char *token, const char *const values[CALLS_PARAMETERS]) {
    const struct calls_rule *rule = &rules[id];
    size_t bytes = strlen(api_url) + strlen("/cgi-bin/?access_token=") + strlen(rule->path) + 1;
    char mark = '?';
    char *at;

    *request = (struct calls_request){0};
    bytes += rule->with_token ? 3 * strlen(token) : 0;
    for (size_t i = 0; i < CALLS_PARAMETERS && rule->parameters[i] != NULL; i++)
        bytes += strlen(rule->parameters[i]) + 2 + 3 * strlen(values[i]);
    request->url = malloc(bytes);
    if (request->url == NULL)
        return WECOM_E_MEMORY;
    at = stpcpy(stpcpy(stpcpy(request->url, api_url), "/cgi-bin/"), rule->path);
    if (rule->with_token) {
        at = put_parameter(at, mark, "access_token", token);
        mark = '&';
    }
    if (rule->post) {
        request->body = make_body(rule, values);
        if (request->body == NULL) {
            calls_clear(request);
            return WECOM_E_MEMORY;
        }
        return WECOM_OK;
    }
    for (size_t i = 0; i < CALLS_PARAMETERS && rule->parameters[i] != NULL; i++) {
        at = put_parameter(at, mark, rule->parameters[i], values[i]);
        mark = '&';
    }
    return WECOM_OK;
}

void calls_clear(struct calls_request *request) {
    secret_free_string(request->url);
    secret_free_string(request->body);
    *request = (struct calls_request){0};
}
