/* Calls: gettoken, redeeming a code, reading what a user ticket opens. */
#include "call.h"
#include "codes.h"
#include "rates.h"
#include "table.h"
#include "text.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

#define TICKET_LIFE_S 7200 /* what the old call says, although tickets live 1800 s */
#define DEFAULT_AVATAR "https://wwcdn.weixin.qq.com/node/wework/images/avatar_default.png"

/* Checks in the server's order: the secret comes before the company. */
int calls_gettoken(struct call *call) {
    struct server *server = call->server;
    const char *secret = call_param(call, "corpsecret");
    const char *corp_id = call_param(call, "corpid");
    const struct token *token = NULL;
    struct app *app = NULL;
    int64_t left_s = 0;

    if (secret == NULL)
        return 41004;
    if (corp_id == NULL)
        return 41002;
    if (!rates_address_open(server, call->peer))
        return 45009;
    if (strcmp(corp_id, server->corp.corp_id) != 0)
        return 40013;
    app = corp_app_by_secret(&server->corp, secret);
    if (app == NULL) {
        rates_wrong_secret(server, call->peer);
        return (int)server->options.wrong_secret;
    }
    if (app->closed)
        return 40001;
    token = tokens_issue(server, app);
    left_s = (token->ends_ms - clock_ms(&server->clock) + 999) / 1000;
    call_string(call, "access_token", token->text);
    /* When told to lie about the life of tokens, lie; else say what is left of a repeated one. */
    call_int(call, "expires_in",
             server->options.expires_in_s == server->options.token_life_s
                 ? left_s
                 : server->options.expires_in_s);
    return 0;
}

static int auth_redeem(struct call *call, struct code_answer *answer) {
    const char *code = call_param(call, "code");

    if (code == NULL)
        return 41008;
    return codes_redeem(call->server, call->app, code, answer);
}

/* CORP/userid for people of a linked company. */
static char *auth_userid(const struct code_answer *answer) {
    if (answer->userid == NULL)
        return NULL;
    if (answer->linked_corp == NULL)
        return text_copy(answer->userid);
    return text_format("%s/%s", answer->linked_corp, answer->userid);
}

int calls_getuserinfo(struct call *call) {
    struct code_answer answer = {NULL, NULL, NULL, NULL, NULL};
    int errcode = auth_redeem(call, &answer);
    char *userid = NULL;

    if (errcode != 0)
        return errcode;
    userid = auth_userid(&answer);
    call_string(call, "userid", userid);
    call_string(call, "openid", answer.openid);
    call_string(call, "external_userid", answer.external_userid);
    call_string(call, "user_ticket", answer.ticket);
    free(userid);
    free(answer.ticket);
    return 0;
}

/* The same in the old spelling, PascalCase and snake_case mixed as WeCom had it. */
int calls_getuserinfo_old(struct call *call) {
    struct code_answer answer = {NULL, NULL, NULL, NULL, NULL};
    int errcode = auth_redeem(call, &answer);
    char *userid = NULL;
    char *device = NULL;

    if (errcode != 0)
        return errcode;
    userid = auth_userid(&answer);
    device = text_random(12);
    call_string(call, "UserId", userid);
    call_string(call, "OpenId", answer.openid);
    call_string(call, "DeviceId", device);
    call_string(call, "external_userid", answer.external_userid);
    call_string(call, "user_ticket", answer.ticket);
    if (answer.ticket != NULL)
        call_int(call, "expires_in", TICKET_LIFE_S);
    free(userid);
    free(device);
    free(answer.ticket);
    return 0;
}

/* A field is shown when the administrator ticked it and the member granted it. */
static bool auth_shown(const struct call *call, const struct table *consent, const char *field) {
    return app_has_field(call->app, field) &&
           (consent == NULL || table_get(consent, field) != NULL);
}

static const char *auth_or(const char *value, const char *otherwise) {
    return value != NULL && *value != '\0' ? value : otherwise;
}

static int auth_detail(struct call *call, const struct member **out) {
    struct server *server = call->server;
    const char *ticket = json_string_value(json_object_get(call->body, "user_ticket"));
    const struct table *consent = NULL;
    const struct member *member = NULL;
    const char *userid = NULL;
    int errcode = 0;

    if (ticket == NULL || *ticket == '\0')
        return 84090;
    errcode = codes_ticket(server, call->app, ticket, &userid, &consent);
    if (errcode != 0)
        return errcode;
    member = corp_member(&server->corp, userid);
    if (member == NULL)
        return 60111;
    if (!corp_sees_member(&server->corp, call->app, member))
        return 60011;
    const struct {
        const char *name, *value, *otherwise; /* otherwise: what stands there without consent */
    } rows[] = {
        {"gender", auth_or(member->gender, "0"), "0"},
        {"avatar", auth_or(member->avatar, DEFAULT_AVATAR), DEFAULT_AVATAR},
        {"qr_code", auth_or(member->qr_code, ""), NULL},
        {"mobile", auth_or(member->mobile, ""), NULL},
        {"email", auth_or(member->email, ""), NULL},
        {"biz_mail", auth_or(member->biz_mail, ""), NULL},
        {"address", auth_or(member->address, ""), NULL},
    };
    call_string(call, "userid", member->userid);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        call_string(call, rows[i].name,
                    auth_shown(call, consent, rows[i].name) ? rows[i].value : rows[i].otherwise);
    *out = member;
    return 0;
}

int calls_getuserdetail(struct call *call) {
    const struct member *member = NULL;

    return auth_detail(call, &member);
}

/* The old call tells name, departments and position as well. */
int calls_getuserdetail_old(struct call *call) {
    const struct member *member = NULL;
    int errcode = auth_detail(call, &member);
    json_t *departments = NULL;

    if (errcode != 0)
        return errcode;
    departments = json_array();
    for (size_t i = 0; i < member->department.n; i++)
        if (corp_sees_department(&call->server->corp, call->app, member->department.v[i]))
            json_array_append_new(departments, json_integer(member->department.v[i]));
    call_string(call, "name", member->name);
    call_json(call, "department", departments);
    call_string(call, "position", member->position != NULL ? member->position : "");
    return 0;
}
