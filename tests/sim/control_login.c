/* Control: codes, tokens. */
#include "codes.h"
#include "control.h"
#include "table.h"
#include "text.h"
#include "tokens.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MINT_MAX 100000

struct mint {
    int64_t agent_id, count;
    char *userid, *scope, *via, *domain, *external_userid, *linked_corp;
    bool openid, ticket;
    struct table *consent;
};

#define AT(member) offsetof(struct mint, member)

// clang-format off
static const struct field mint_fields[] = {
    {"agent_id", FIELD_INT, AT(agent_id), true, 0, 0},
    {"userid", FIELD_STRING, AT(userid), false, 0, 0},
    {"scope", FIELD_STRING, AT(scope), false, 0, 0},
    {"via", FIELD_STRING, AT(via), false, 0, 0},
    {"domain", FIELD_STRING, AT(domain), false, 0, 0},
    {"openid", FIELD_BOOL, AT(openid), false, 0, 0},
    {"external_userid", FIELD_STRING, AT(external_userid), false, 0, 0},
    {"linked_corp", FIELD_STRING, AT(linked_corp), false, 0, 0},
    {"ticket", FIELD_BOOL, AT(ticket), false, 0, 0},
    {"consent", FIELD_SET, AT(consent), false, 0, 0},
    {"count", FIELD_INT, AT(count), false, 1, MINT_MAX},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

static bool mint_is(const char *value, const char *word) {
    return value != NULL && strcmp(value, word) == 0;
}

/* Refuses what WeCom would never make. */
static bool mint_check(struct order *order, const struct mint *mint) {
    if (mint->scope != NULL && !mint_is(mint->scope, "snsapi_base") &&
        !mint_is(mint->scope, "snsapi_privateinfo"))
        return order_refuse(order, "scope: snsapi_base or snsapi_privateinfo");
    if (mint->via != NULL && !mint_is(mint->via, "oauth") && !mint_is(mint->via, "qr"))
        return order_refuse(order, "via: oauth or qr");
    if (mint->openid == (mint->userid != NULL))
        return order_refuse(order, "give either userid or \"openid\":true");
    if (mint->external_userid != NULL && !mint->openid)
        return order_refuse(order, "external_userid: only with \"openid\":true");
    if (mint->ticket && mint_is(mint->via, "qr"))
        return order_refuse(order, "ticket: WeCom never gives a user ticket for a QR login");
    if (mint->ticket && mint_is(mint->scope, "snsapi_base"))
        return order_refuse(order, "ticket: needs scope snsapi_privateinfo");
    return true;
}

static bool mint_grant(struct order *order, const struct mint *mint, struct code_grant *grant) {
    const struct member *member = NULL;

    grant->app = order_app(order, mint->agent_id);
    if (grant->app == NULL)
        return false;
    if (app_is_contacts(grant->app))
        return order_refuse(order, "agent_id: the contacts secret has no codes");
    if (mint->userid != NULL && mint->linked_corp == NULL) {
        member = corp_member(&order->server->corp, mint->userid);
        if (member == NULL)
            return order_refuse(order, "userid: no such member; POST /member adds one");
    }
    grant->userid = member != NULL ? member->userid : mint->userid;
    grant->external_userid = mint->external_userid;
    grant->linked_corp = mint->linked_corp;
    grant->domain = mint->domain != NULL ? mint->domain : grant->app->oauth_domain;
    grant->privateinfo = mint_is(mint->scope, "snsapi_privateinfo") || mint->ticket;
    if (json_is_false(json_object_get(order->body, "ticket")))
        grant->privateinfo = false;
    grant->qr = mint_is(mint->via, "qr");
    grant->consent = mint->consent;
    if (grant->domain == NULL)
        return order_refuse(order, "domain: this application has no oauth_domain, give one");
    return true;
}

static void mint_codes(struct order *order, const struct mint *mint, struct code_grant *grant) {
    json_t *codes = json_array();

    for (int64_t i = 0; i < (mint->count == 0 ? 1 : mint->count); i++) {
        char *openid = mint->openid ? text_random(21) : NULL;
        char *code = NULL;
        grant->openid = openid;
        code = codes_mint(order->server, grant);
        json_array_append_new(codes, json_string(code));
        free(code);
        free(openid);
    }
    if (mint->count == 0)
        json_object_set(order->answer, "code", json_array_get(codes, 0));
    else
        json_object_set(order->answer, "codes", codes);
    json_decref(codes);
}

bool control_mint(struct order *order) {
    struct mint mint = {.count = 0};
    struct code_grant grant = {.app = NULL};
    bool ok = fields_read(order->body, mint_fields, "mint", true, &mint, order->why) &&
              mint_check(order, &mint) && mint_grant(order, &mint, &grant);

    if (ok)
        mint_codes(order, &mint, &grant);
    fields_free(mint_fields, &mint);
    return ok;
}

struct token_order {
    int64_t agent_id;
    char *action;
};

// clang-format off
static const struct field token_fields[] = {
    {"agent_id", FIELD_INT, offsetof(struct token_order, agent_id), true, 0, 0},
    {"action", FIELD_STRING, offsetof(struct token_order, action), true, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

bool control_token(struct order *order) {
    struct token_order token = {0, NULL};
    bool ok = fields_read(order->body, token_fields, "token", true, &token, order->why);
    struct app *app = ok ? order_app(order, token.agent_id) : NULL;

    ok = app != NULL;
    if (ok && mint_is(token.action, "expire"))
        tokens_expire(order->server, app);
    else if (ok && mint_is(token.action, "kill"))
        tokens_kill(order->server, app);
    else if (ok)
        ok = order_refuse(order, "token.action: expire (42001 next) or kill (40014 next)");
    fields_free(token_fields, &token);
    return ok;
}
