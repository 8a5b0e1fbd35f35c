/* The simulated company: what departments, tags, members and applications are made of. */
#include "corp.h"

#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64  /* levels of departments; more is taken for a ring */
#define USERID_MAX 64 /* bytes, WeCom document 90195 */

#define AT(type, member) offsetof(struct type, member)
#define TEXT(name) \
    { #name, FIELD_STRING, AT(member, name), false, 0, 0 }

// clang-format off
static const struct field department_fields[] = {
    {"id", FIELD_INT, AT(department, id), true, 1, UINT32_MAX},
    {"name", FIELD_STRING, AT(department, name), true, 0, 0},
    {"name_en", FIELD_STRING, AT(department, name_en), false, 0, 0},
    {"parentid", FIELD_INT, AT(department, parentid), false, 0, UINT32_MAX},
    {"order", FIELD_INT, AT(department, order), false, 0, UINT32_MAX},
    {"department_leader", FIELD_SET, AT(department, leaders), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};

static const struct field tag_fields[] = {
    {"id", FIELD_INT, AT(tag, id), true, 1, UINT32_MAX},
    {"name", FIELD_STRING, AT(tag, name), true, 0, 0},
    {"users", FIELD_SET, AT(tag, users), false, 0, 0},
    {"departments", FIELD_IDS, AT(tag, departments), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};

static const struct field member_fields[] = {
    {"userid", FIELD_STRING, AT(member, userid), true, 0, 0},
    {"name", FIELD_STRING, AT(member, name), true, 0, 0},
    {"department", FIELD_IDS, AT(member, department), false, 0, 0},
    {"order", FIELD_IDS, AT(member, order), false, 0, 0},
    {"is_leader_in_dept", FIELD_IDS, AT(member, is_leader_in_dept), false, 0, 0},
    {"main_department", FIELD_INT, AT(member, main_department), false, 0, UINT32_MAX},
    {"status", FIELD_INT, AT(member, status), false, 1, 5},
    {"enable", FIELD_INT, AT(member, enable), false, -1, 1},
    TEXT(mobile), TEXT(email), TEXT(biz_mail), TEXT(alias), TEXT(position), TEXT(gender),
    TEXT(avatar), TEXT(thumb_avatar), TEXT(qr_code), TEXT(telephone), TEXT(address),
    TEXT(english_name), TEXT(external_position),
    {"direct_leader", FIELD_LIST, AT(member, direct_leader), false, 0, 0},
    {"extattr", FIELD_OBJECT, AT(member, extattr), false, 0, 0},
    {"external_profile", FIELD_OBJECT, AT(member, external_profile), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};

/* "visible" is an object of its own: read by visible_fields. */
struct app_input {
    struct app app;
    json_t *visible;
};

#define APP(member) offsetof(struct app_input, app.member)
static const struct field app_fields[] = {
    {"agent_id", FIELD_INT, APP(agent_id), true, 0, INT32_MAX},
    {"secret", FIELD_STRING, APP(secret), true, 0, 0},
    {"name", FIELD_STRING, APP(name), false, 0, 0},
    {"kind", FIELD_STRING, APP(kind), false, 0, 0},
    {"closed", FIELD_BOOL, APP(closed), false, 0, 0},
    {"created_before_2022", FIELD_BOOL, APP(created_before_2022), false, 0, 0},
    {"visible", FIELD_OBJECT, offsetof(struct app_input, visible), false, 0, 0},
    {"oauth_domain", FIELD_STRING, APP(oauth_domain), false, 0, 0},
    {"login_domain", FIELD_STRING, APP(login_domain), false, 0, 0},
    {"message_url", FIELD_STRING, APP(message_url), false, 0, 0},
    {"home_url", FIELD_STRING, APP(home_url), false, 0, 0},
    {"trusted_ips", FIELD_SET, APP(trusted_ips), false, 0, 0},
    {"sensitive_fields", FIELD_SET, APP(sensitive_fields), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};

static const struct field visible_fields[] = {
    {"departments", FIELD_IDS, AT(app, visible_departments), false, 0, 0},
    {"tags", FIELD_IDS, AT(app, visible_tags), false, 0, 0},
    {"users", FIELD_SET, AT(app, visible_users), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

static void department_free(void *thing) {
    fields_free(department_fields, thing);
    free(thing);
}

static void tag_free(void *thing) {
    fields_free(tag_fields, thing);
    free(thing);
}

static void member_free(void *thing) {
    fields_free(member_fields, thing);
    free(thing);
}

static void app_free(void *thing) {
    struct app_input input = {*(struct app *)thing, NULL};

    fields_free(app_fields, &input);
    fields_free(visible_fields, thing);
    free(thing);
}

void corp_init(struct corp *corp) {
    memset(corp, 0, sizeof(*corp));
    corp->departments = table_new(department_free);
    corp->tags = table_new(tag_free);
    corp->members = table_new(member_free);
    corp->apps = table_new(app_free);
}

void corp_free(struct corp *corp) {
    table_free(corp->departments);
    table_free(corp->tags);
    table_free(corp->members);
    table_free(corp->apps);
    free(corp->corp_id);
    free(corp->company);
}

bool corp_put_department(struct corp *corp, json_t *json, const char *where, char *why) {
    struct department *old = corp_department(corp, json_integer_value(json_object_get(json, "id")));
    struct department *fresh = old != NULL ? old : text_alloc(sizeof(*fresh));

    if (!fields_read(json, department_fields, where, old == NULL, fresh, why)) {
        if (old == NULL)
            department_free(fresh);
        return false;
    }
    if (old == NULL)
        table_put_id(corp->departments, fresh->id, fresh);
    return true;
}

bool corp_put_tag(struct corp *corp, json_t *json, const char *where, char *why) {
    struct tag *old = corp_tag(corp, json_integer_value(json_object_get(json, "id")));
    struct tag *fresh = old != NULL ? old : text_alloc(sizeof(*fresh));

    if (!fields_read(json, tag_fields, where, old == NULL, fresh, why)) {
        if (old == NULL)
            tag_free(fresh);
        return false;
    }
    if (old == NULL)
        table_put_id(corp->tags, fresh->id, fresh);
    return true;
}

/* First character a letter or digit, then digits, letters and _-@. (WeCom document 90195). */
static bool member_userid_fits(const char *userid) {
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-@.";
    size_t bytes = strlen(userid);

    return bytes >= 1 && bytes <= USERID_MAX && strspn(userid, allowed) == bytes &&
           strchr("_-@.", userid[0]) == NULL;
}

void corp_add_member(struct corp *corp, struct member *member) {
    char *key = text_lower(member->userid);

    table_put(corp->members, key, member);
    free(key);
}

bool corp_put_member(struct corp *corp, json_t *json, const char *where, char *why) {
    const char *userid = json_string_value(json_object_get(json, "userid"));
    struct member *old = userid == NULL ? NULL : corp_member(corp, userid);
    struct member *fresh = old != NULL ? old : text_alloc(sizeof(*fresh));
    bool ok = false;

    if (old == NULL) {
        fresh->status = 1;
        fresh->enable = -1;
    }
    ok = fields_read(json, member_fields, where, old == NULL, fresh, why);
    if (ok && !member_userid_fits(fresh->userid)) {
        snprintf(why, FIELDS_WHY, "%s.userid: 1 to 64 of 0-9 a-z A-Z _-@. and no sign first",
                 where);
        ok = false;
    }
    for (size_t i = 0; ok && i < fresh->department.n; i++)
        if (corp_department(corp, fresh->department.v[i]) == NULL) {
            snprintf(why, FIELDS_WHY, "%s.department[%zu]: no such department", where, i);
            ok = false;
        }
    if (old == NULL && ok)
        corp_add_member(corp, fresh);
    else if (old == NULL)
        member_free(fresh);
    return ok;
}

void corp_remove_member(struct corp *corp, const char *userid) {
    char *key = text_lower(userid);

    table_remove(corp->members, key);
    free(key);
}

static void app_defaults(struct app *app) {
    if (app->name == NULL)
        app->name = text_copy("app");
    if (app->kind == NULL)
        app->kind = text_copy("app");
    if (app->message_url == NULL)
        app->message_url = text_copy("");
    if (app->home_url == NULL)
        app->home_url = text_copy("");
}

bool corp_put_app(struct corp *corp, json_t *json, const char *where, char *why) {
    json_t *number = json_object_get(json, "agent_id");
    struct app *old = json_is_integer(number) ? corp_app(corp, json_integer_value(number)) : NULL;
    struct app_input input = {.visible = NULL};
    struct app *app = NULL;
    char within[120];
    bool ok = false;

    if (old != NULL)
        input.app = *old;
    ok = fields_read(json, app_fields, where, old == NULL, &input, why);
    snprintf(within, sizeof(within), "%.100s.visible", where);
    if (ok && input.visible != NULL)
        ok = fields_read(input.visible, visible_fields, within, false, &input.app, why);
    json_decref(input.visible);
    if (ok && input.app.kind != NULL && strcmp(input.app.kind, "app") != 0 &&
        strcmp(input.app.kind, "contacts") != 0) {
        snprintf(why, FIELDS_WHY, "%s.kind: must be \"app\" or \"contacts\"", where);
        ok = false;
    }
    /* Strings and lists were replaced one by one, so what was read is kept also on failure. */
    app = old != NULL ? old : text_alloc(sizeof(*app));
    *app = input.app;
    app_defaults(app);
    if (old == NULL && ok)
        table_put_id(corp->apps, app->agent_id, app);
    else if (old == NULL)
        app_free(app);
    return ok;
}

bool corp_link(struct corp *corp, char *why) {
    struct department *one = NULL;

    for (size_t at = 0; (one = table_next(corp->departments, &at, NULL)) != NULL;) {
        one->parent = corp_department(corp, one->parentid);
        if (one->parentid != 0 && one->parent == NULL) {
            snprintf(why, FIELDS_WHY, "department %lld: its parentid %lld does not exist",
                     (long long)one->id, (long long)one->parentid);
            one->parentid = 0;
            return false;
        }
    }
    for (size_t at = 0; (one = table_next(corp->departments, &at, NULL)) != NULL;) {
        const struct department *up = one;
        int depth = 0;
        while (up != NULL && depth++ < DEPTH_MAX)
            up = up->parent;
        if (up != NULL) {
            snprintf(why, FIELDS_WHY, "department %lld: its parents form a ring or are too many",
                     (long long)one->id);
            one->parent = NULL;
            one->parentid = 0;
            return false;
        }
    }
    return true;
}
