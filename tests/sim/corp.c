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

/* Reads into scratch memory first, so that an order that is refused changes nothing. */
static bool corp_try(json_t *json, const struct field *rows, const char *where, bool creating,
                     size_t bytes, char *why) {
    void *scratch = text_alloc(bytes);
    bool ok = fields_read(json, rows, where, creating, scratch, why);

    fields_free(rows, scratch);
    free(scratch);
    return ok;
}

bool corp_put_department(struct corp *corp, json_t *json, const char *where, char *why) {
    struct department *one = corp_department(corp, json_integer_value(json_object_get(json, "id")));
    bool creating = one == NULL;

    if (!corp_try(json, department_fields, where, creating, sizeof(*one), why))
        return false;
    if (creating)
        one = text_alloc(sizeof(*one));
    fields_read(json, department_fields, where, creating, one, why);
    if (creating)
        table_put_id(corp->departments, one->id, one);
    return true;
}

bool corp_put_tag(struct corp *corp, json_t *json, const char *where, char *why) {
    struct tag *tag = corp_tag(corp, json_integer_value(json_object_get(json, "id")));
    bool creating = tag == NULL;

    if (!corp_try(json, tag_fields, where, creating, sizeof(*tag), why))
        return false;
    if (creating)
        tag = text_alloc(sizeof(*tag));
    fields_read(json, tag_fields, where, creating, tag, why);
    if (creating)
        table_put_id(corp->tags, tag->id, tag);
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

static bool member_check(const struct corp *corp, json_t *json, const char *where, char *why) {
    json_t *list = json_object_get(json, "department");
    size_t n = json_is_integer(list) ? 1 : json_array_size(list);

    if (!member_userid_fits(json_string_value(json_object_get(json, "userid")))) {
        snprintf(why, FIELDS_WHY, "%s.userid: 1 to 64 of 0-9 a-z A-Z _-@. and no sign first",
                 where);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *id = json_is_integer(list) ? list : json_array_get(list, i);
        if (corp_department(corp, json_integer_value(id)) != NULL)
            continue;
        snprintf(why, FIELDS_WHY, "%s.department[%zu]: no such department", where, i);
        return false;
    }
    return true;
}

bool corp_put_member(struct corp *corp, json_t *json, const char *where, char *why) {
    const char *userid = json_string_value(json_object_get(json, "userid"));
    struct member *member = userid == NULL ? NULL : corp_member(corp, userid);
    bool creating = member == NULL;

    if (!corp_try(json, member_fields, where, creating, sizeof(*member), why) ||
        !member_check(corp, json, where, why))
        return false;
    if (creating) {
        member = text_alloc(sizeof(*member));
        member->status = 1;
        member->enable = -1;
    }
    fields_read(json, member_fields, where, creating, member, why);
    if (creating)
        corp_add_member(corp, member);
    return true;
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

static bool app_check(json_t *json, const char *where, bool creating, char *why) {
    json_t *visible = json_object_get(json, "visible");
    const char *kind = json_string_value(json_object_get(json, "kind"));
    char within[120];

    if (!corp_try(json, app_fields, where, creating, sizeof(struct app_input), why))
        return false;
    snprintf(within, sizeof(within), "%.100s.visible", where);
    if (visible != NULL &&
        !corp_try(visible, visible_fields, within, false, sizeof(struct app), why))
        return false;
    if (kind == NULL || strcmp(kind, "app") == 0 || strcmp(kind, "contacts") == 0)
        return true;
    snprintf(why, FIELDS_WHY, "%s.kind: must be \"app\" or \"contacts\"", where);
    return false;
}

bool corp_put_app(struct corp *corp, json_t *json, const char *where, char *why) {
    json_t *number = json_object_get(json, "agent_id");
    struct app *app = json_is_integer(number) ? corp_app(corp, json_integer_value(number)) : NULL;
    struct app_input input = {.visible = NULL};
    bool creating = app == NULL;

    if (!app_check(json, where, creating, why))
        return false;
    if (!creating)
        input.app = *app;
    fields_read(json, app_fields, where, creating, &input, why);
    if (input.visible != NULL)
        fields_read(input.visible, visible_fields, where, false, &input.app, why);
    json_decref(input.visible);
    if (creating) {
        app = text_alloc(sizeof(*app));
        table_put_id(corp->apps, input.app.agent_id, app);
    }
    *app = input.app;
    app_defaults(app);
    return true;
}

bool corp_link(struct corp *corp, char *why) {
    struct department *one = NULL;

    for (size_t at = 0; (one = table_next(corp->departments, &at, NULL)) != NULL;) {
        one->parent = corp_department(corp, one->parentid);
        if (one->parentid != 0 && one->parent == NULL) {
            snprintf(why, FIELDS_WHY, "department %lld: its parentid %lld does not exist",
                     (long long)one->id, (long long)one->parentid);
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
            return false;
        }
    }
    return true;
}
