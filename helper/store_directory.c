/* Departments and tags as an application sees them. What is stored and what comes are both in
 * order; going along both at once finds what differs, and only that is written.
 */
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/store_internal.h"

struct member {
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* in lower case */
};

/* Room for one more element of a list that doubles; false when there is no memory. */
static bool grow(struct store_tx *tx, void **list, size_t count, size_t bytes) {
    void *more;

    if (count != 0 && (count < 64 || (count & (count - 1)) != 0))
        return true;
    more = reallocarray(*list, count == 0 ? 64 : count * 2, bytes);
    if (more == NULL) {
        (void)store_sql_failed(tx, SQLITE_NOMEM);
        return false;
    }
    *list = more;
    return true;
}

static int by_id(const void *a, const void *b) {
    const struct store_department *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_userid(const void *a, const void *b) {
    return strcmp(a, b); /* both begin with it */
}

/* ---- Departments ----------------------------------------------------------------------------- */

static bool read_department(sqlite3_stmt *statement, struct store_department *department) {
    int64_t id = 0, parent = 0;

    if (!store_sql_number(statement, 0, 1, UINT32_MAX, &id) ||
        !store_sql_number(statement, 1, 0, UINT32_MAX, &parent))
        return false;
    *department = (struct store_department){.id = (uint32_t)id, .parent = (uint32_t)parent};
    return true;
}

enum wecom_error store_all_departments(struct store_tx *tx, const char *app,
                                       struct store_department **departments, size_t *count) {
    sqlite3_stmt *statement = STORE_SQL(tx, STORE_SQL_DEPARTMENTS, store_text(app));
    void *list = NULL;
    size_t found = 0;
    enum wecom_error error;

    while ((error = store_sql_row(tx, statement)) == WECOM_OK) {
        if (!grow(tx, &list, found, sizeof **departments)) {
            error = WECOM_E_MEMORY;
            break;
        }
        if (!read_department(statement, (struct store_department *)list + found)) {
            error = WECOM_E_FORMAT;
            break;
        }
        found++;
    }
    store_sql_end(statement);
    if (error != WECOM_E_ABSENT) {
        free(list);
        return error;
    }
    *departments = list;
    *count = found;
    return WECOM_OK;
}

enum wecom_error store_find_parent(struct store_tx *tx, const char *app, uint32_t department,
                                   uint32_t *parent) {
    sqlite3_stmt *statement =
        STORE_SQL(tx, STORE_SQL_DEPARTMENT_PARENT, store_text(app), store_number(department));
    enum wecom_error error = store_sql_row(tx, statement);
    int64_t number = 0;

    if (error == WECOM_OK && !store_sql_number(statement, 0, 0, UINT32_MAX, &number))
        error = WECOM_E_FORMAT;
    store_sql_end(statement);
    if (error == WECOM_OK)
        *parent = (uint32_t)number;
    return error;
}

/* In order, each once. WECOM_E_FORMAT: an id 0, or an id with two parents. */
static enum wecom_error sort_departments(struct store_department *list, size_t *count) {
    size_t kept = 0;

    if (*count > 0)
        qsort(list, *count, sizeof *list, by_id);
    for (size_t i = 0; i < *count; i++) {
        if (list[i].id == 0)
            return WECOM_E_FORMAT;
        if (kept > 0 && list[kept - 1].id == list[i].id) {
            if (list[kept - 1].parent != list[i].parent)
                return WECOM_E_FORMAT;
            continue;
        }
        list[kept++] = list[i];
    }
    *count = kept;
    return WECOM_OK;
}

static enum wecom_error write_departments(struct store_tx *tx, const char *app,
                                          const struct store_department *old, size_t olds,
                                          const struct store_department *new, size_t news,
                                          bool *changed) {
    enum wecom_error error = WECOM_OK;

    while ((olds > 0 || news > 0) && error == WECOM_OK) {
        int order = olds == 0 ? 1 : news == 0 ? -1 : by_id(old, new);

        if (order < 0)
            error = store_sql_write(tx, STORE_SQL(tx, STORE_SQL_DEPARTMENT_DELETE, store_text(app),
                                                  store_number(old->id)));
        else if (order > 0 || old->parent != new->parent)
            error =
                store_sql_write(tx, STORE_SQL(tx, STORE_SQL_DEPARTMENT_PUT, store_text(app),
                                              store_number(new->id), store_number(new->parent)));
        *changed = *changed || order != 0 || old->parent != new->parent;
        if (order <= 0)
            old++, olds--;
        if (order >= 0)
            new ++, news--;
    }
    return error;
}

enum wecom_error store_put_departments(struct store_tx *tx, const char *app,
                                       const struct store_department *departments, size_t count,
                                       bool *changed) {
    struct store_department *old = NULL, *new = NULL;
    size_t olds = 0, news = count;
    bool differs = false;
    enum wecom_error error = WECOM_E_FORMAT;

    if (!name_is_word(app))
        return WECOM_E_FORMAT;
    new = reallocarray(NULL, count + 1, sizeof *new);
    if (new == NULL) {
        error = store_sql_failed(tx, SQLITE_NOMEM);
        goto out;
    }
    if (count > 0)
        memcpy(new, departments, count * sizeof *new);
    error = sort_departments(new, &news);
    if (error == WECOM_OK)
        error = store_all_departments(tx, app, &old, &olds);
    if (error == WECOM_OK)
        error = write_departments(tx, app, old, olds, new, news, &differs);
    if (error == WECOM_OK)
        *changed = differs;
out:
    free(old);
    free(new);
    return error;
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static enum wecom_error members_of(struct store_tx *tx, const char *app, uint32_t tag,
                                   struct member **members, size_t *count) {
    sqlite3_stmt *statement =
        STORE_SQL(tx, STORE_SQL_TAG_MEMBERS, store_text(app), store_number(tag));
    void *list = NULL;
    size_t found = 0;
    enum wecom_error error;

    while ((error = store_sql_row(tx, statement)) == WECOM_OK) {
        struct member *next;

        if (!grow(tx, &list, found, sizeof *next)) {
            error = WECOM_E_MEMORY;
            break;
        }
        next = (struct member *)list + found;
        if (!store_sql_text(statement, 0, next->userid, sizeof next->userid) ||
            !name_is_userid(next->userid)) {
            error = WECOM_E_FORMAT;
            break;
        }
        found++;
    }
    store_sql_end(statement);
    *members = list;
    *count = found;
    return error == WECOM_E_ABSENT ? WECOM_OK : error;
}

/* In lower case, in order, each once. */
static enum wecom_error sort_members(const char *const *userids, struct member *list,
                                     size_t *count) {
    size_t kept = 0;

    for (size_t i = 0; i < *count; i++) {
        if (!name_is_userid(userids[i]) ||
            !name_lower(list[i].userid, sizeof list[i].userid, userids[i]))
            return WECOM_E_FORMAT;
    }
    if (*count > 0)
        qsort(list, *count, sizeof *list, by_userid);
    for (size_t i = 0; i < *count; i++) {
        if (kept == 0 || strcmp(list[kept - 1].userid, list[i].userid) != 0)
            list[kept++] = list[i];
    }
    *count = kept;
    return WECOM_OK;
}

static enum wecom_error write_members(struct store_tx *tx, const char *app, uint32_t tag,
                                      const struct member *old, size_t olds,
                                      const struct member *new, size_t news, bool *changed) {
    enum wecom_error error = WECOM_OK;

    while ((olds > 0 || news > 0) && error == WECOM_OK) {
        int order = olds == 0 ? 1 : news == 0 ? -1 : by_userid(old, new);

        if (order != 0) {
            error = store_sql_write(
                tx,
                STORE_SQL(tx, order < 0 ? STORE_SQL_TAG_DELETE : STORE_SQL_TAG_PUT, store_text(app),
                          store_number(tag), store_text(order < 0 ? old->userid : new->userid)));
            *changed = true;
        }
        if (order <= 0)
            old++, olds--;
        if (order >= 0)
            new ++, news--;
    }
    return error;
}

enum wecom_error store_put_tag(struct store_tx *tx, const char *app, uint32_t tag,
                               const char *const *userids, size_t count, bool *changed) {
    struct member *old = NULL, *new = NULL;
    size_t olds = 0, news = count;
    bool differs = false;
    enum wecom_error error;

    if (!name_is_word(app) || tag == 0)
        return WECOM_E_FORMAT;
    new = reallocarray(NULL, count + 1, sizeof *new);
    if (new == NULL) {
        error = store_sql_failed(tx, SQLITE_NOMEM);
        goto out;
    }
    error = sort_members(userids, new, &news);
    if (error == WECOM_OK)
        error = members_of(tx, app, tag, &old, &olds);
    if (error == WECOM_OK)
        error = write_members(tx, app, tag, old, olds, new, news, &differs);
    if (error == WECOM_OK)
        *changed = differs;
out:
    free(old);
    free(new);
    return error;
}

static bool is_kept(uint32_t tag, const uint32_t *keep, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (keep[i] == tag)
            return true;
    }
    return false;
}

/* The first tag above `tag` that has members. */
static enum wecom_error next_tag(struct store_tx *tx, const char *app, int64_t *tag) {
    sqlite3_stmt *statement =
        STORE_SQL(tx, STORE_SQL_TAG_NEXT, store_text(app), store_number(*tag));
    enum wecom_error error = store_sql_row(tx, statement);

    if (error == WECOM_OK && !store_sql_number(statement, 0, *tag + 1, UINT32_MAX, tag))
        error = WECOM_E_FORMAT;
    store_sql_end(statement);
    return error;
}

enum wecom_error store_keep_tags(struct store_tx *tx, const char *app, const uint32_t *keep,
                                 size_t count, bool *changed) {
    bool differs = false;
    enum wecom_error error;
    int64_t tag = 0;

    while ((error = next_tag(tx, app, &tag)) == WECOM_OK) {
        if (is_kept((uint32_t)tag, keep, count))
            continue;
        error = store_sql_write(
            tx, STORE_SQL(tx, STORE_SQL_TAG_CLEAR, store_text(app), store_number(tag)));
        if (error != WECOM_OK)
            return error;
        differs = true;
    }
    if (error != WECOM_E_ABSENT)
        return error;
    *changed = differs;
    return WECOM_OK;
}

enum wecom_error store_tags_of(struct store_tx *tx, const char *app, const char *userid,
                               uint32_t *tags, size_t most, size_t *count) {
    char lower[WECOM_USERID_MAX_BYTES + 1];
    sqlite3_stmt *statement;
    enum wecom_error error;
    size_t found = 0;

    if (!name_lower(lower, sizeof lower, userid))
        return WECOM_E_FORMAT;
    statement = STORE_SQL(tx, STORE_SQL_TAGS_OF, store_text(app), store_text(lower));
    while ((error = store_sql_row(tx, statement)) == WECOM_OK) {
        int64_t tag = 0;

        if (!store_sql_number(statement, 0, 1, UINT32_MAX, &tag)) {
            error = WECOM_E_FORMAT;
            break;
        }
        if (found < most)
            tags[found] = (uint32_t)tag;
        found++;
    }
    store_sql_end(statement);
    if (error != WECOM_E_ABSENT)
        return error;
    *count = found;
    return WECOM_OK;
}
