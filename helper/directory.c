/* One person as the rules see him, as the last synchronization found him. */
#include "helper/directory.h"

#include <stdio.h>
#include <string.h>

void directory_departments_key(char *key, size_t bytes, const char *app) {
    (void)snprintf(key, bytes, "departments %s", app);
}

void directory_tags_key(char *key, size_t bytes, const char *app) {
    (void)snprintf(key, bytes, "tags %s", app);
}

/* Inserts in ascending order. False when there is no room. */
static bool add_id(uint32_t *ids, size_t *count, size_t most, uint32_t id) {
    size_t at = 0;

    while (at < *count && ids[at] < id)
        at++;
    if (at < *count && ids[at] == id)
        return true;
    if (*count == most)
        return false;
    memmove(&ids[at + 1], &ids[at], (*count - at) * sizeof ids[0]);
    ids[at] = id;
    (*count)++;
    return true;
}

static bool has_id(const uint32_t *ids, size_t count, uint32_t id) {
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

static enum wecom_error is_known(struct store_tx *tx, const char *key, bool *known) {
    int64_t when = 0;
    enum wecom_error err = store_get_number(tx, key, &when);

    *known = err == WECOM_OK && when > 0;
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

/* A department and all above it. A tree with a loop ends where it meets itself. */
static enum wecom_error climb(struct store_tx *tx, const char *app, uint32_t id,
                              struct directory_person *out) {
    while (id != 0 && !has_id(out->departments, out->person.departments_count, id)) {
        uint32_t parent = 0;
        enum wecom_error err;

        if (!add_id(out->departments, &out->person.departments_count, POLICY_DEPARTMENTS, id)) {
            out->person.departments_known = false;
            return WECOM_OK;
        }
        err = store_find_parent(tx, app, id, &parent);
        /* A department that is new since: what is above it is not known. */
        if (err == WECOM_E_ABSENT) {
            out->person.departments_known = false;
            return WECOM_OK;
        }
        if (err != WECOM_OK)
            return err;
        id = parent;
    }
    return WECOM_OK;
}

enum wecom_error directory_person(struct store_tx *tx, const char *app, const char *userid,
                                  const uint32_t *departments, size_t count,
                                  struct directory_person *out) {
    char key[WECOM_SERVICE_MAX_BYTES + 16];
    struct policy_person *p = &out->person;
    enum wecom_error err;

    *p = (struct policy_person){
        .app = app, .userid = userid, .departments = out->departments, .tags = out->tags};
    directory_departments_key(key, sizeof key, app);
    err = is_known(tx, key, &p->departments_known);
    for (size_t i = 0; i < count && err == WECOM_OK; i++)
        err = climb(tx, app, departments[i], out);
    if (err != WECOM_OK)
        return err;
    directory_tags_key(key, sizeof key, app);
    err = is_known(tx, key, &p->tags_known);
    if (err == WECOM_OK)
        err = store_tags_of(tx, app, userid, out->tags, POLICY_TAGS, &p->tags_count);
    if (err == WECOM_OK && p->tags_count > POLICY_TAGS) {
        p->tags_count = POLICY_TAGS;
        p->tags_known = false;
    }
    return err;
}
