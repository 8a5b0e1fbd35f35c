/* Look-ups in the company, and the visible range: who may be seen by which application. */
#include "corp.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct member *corp_member(const struct corp *corp, const char *userid) {
    char *key = text_lower(userid);
    struct member *member = table_get(corp->members, key);

    free(key);
    return member;
}

struct department *corp_department(const struct corp *corp, int64_t id) {
    return table_get_id(corp->departments, id);
}

struct tag *corp_tag(const struct corp *corp, int64_t id) {
    return table_get_id(corp->tags, id);
}

struct app *corp_app(const struct corp *corp, int64_t agent_id) {
    return table_get_id(corp->apps, agent_id);
}

struct app *corp_app_by_secret(const struct corp *corp, const char *secret) {
    struct app *app = NULL;

    for (size_t at = 0; (app = table_next(corp->apps, &at, NULL)) != NULL;)
        if (strcmp(app->secret, secret) == 0)
            return app;
    return NULL;
}

bool app_is_contacts(const struct app *app) {
    return strcmp(app->kind, "contacts") == 0;
}

bool app_has_field(const struct app *app, const char *field) {
    return table_get(app->sensitive_fields, field) != NULL;
}

bool corp_below(const struct corp *corp, int64_t id, int64_t top) {
    const struct department *at = corp_department(corp, id);

    while (at != NULL && at->id != top)
        at = at->parent;
    return at != NULL;
}

bool corp_sees_department(const struct corp *corp, const struct app *app, int64_t id) {
    const struct department *at = corp_department(corp, id);

    if (app_is_contacts(app))
        return at != NULL;
    for (; at != NULL; at = at->parent)
        if (ids_have(&app->visible_departments, at->id))
            return true;
    return false;
}

bool corp_tagged(const struct corp *corp, const struct tag *tag, const struct member *member) {
    char *key = text_lower(member->userid);
    bool found = table_get(tag->users, key) != NULL;

    free(key);
    for (size_t i = 0; !found && i < member->department.n; i++)
        for (size_t j = 0; !found && j < tag->departments.n; j++)
            found = corp_below(corp, member->department.v[i], tag->departments.v[j]);
    return found;
}

bool corp_sees_member(const struct corp *corp, const struct app *app, const struct member *member) {
    char *key = NULL;
    bool named = false;

    if (app_is_contacts(app))
        return true;
    for (size_t i = 0; i < member->department.n; i++)
        if (corp_sees_department(corp, app, member->department.v[i]))
            return true;
    key = text_lower(member->userid);
    named = table_get(app->visible_users, key) != NULL;
    free(key);
    for (size_t i = 0; !named && i < app->visible_tags.n; i++) {
        const struct tag *tag = corp_tag(corp, app->visible_tags.v[i]);
        named = tag != NULL && corp_tagged(corp, tag, member);
    }
    return named;
}

bool corp_sees_tag(const struct app *app, int64_t id) {
    return app_is_contacts(app) || ids_have(&app->visible_tags, id);
}
