/* Everybody as the rules see him, from directories held in memory. */
#include "helper/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/userset.h"

struct tag {
    struct tag *next;
    uint32_t id;
    struct userset *users;
    const struct answer_ids *departments;
};

struct seen_by {
    struct seen_by *next;
    char app[WECOM_SERVICE_MAX_BYTES + 1];
    struct store_department *departments; /* ascending */
    size_t departments_count;
    bool departments_known, tags_known, tags_wanted;
    struct tag *tags;
    struct directory_person current;
    bool is_current; /* `current` is the person who is looked at */
};

struct crowd {
    const struct config *config;
    struct seen_by *apps;
    struct store_tx *tx;
    const char *userid;
    const uint32_t *departments;
    size_t departments_count;
    enum wecom_error error;
};

const struct config_app *crowd_app(const struct config *config,
                                   const struct config_service *service) {
    return service->account ? config->accounts.app : service->app;
}

struct crowd *crowd_new(const struct config *config) {
    struct crowd *crowd = calloc(1, sizeof *crowd);

    if (crowd != NULL)
        crowd->config = config;
    return crowd;
}

static void free_app(struct seen_by *app) {
    while (app->tags != NULL) {
        struct tag *tag = app->tags;

        app->tags = tag->next;
        userset_free(tag->users);
        free(tag);
    }
    free(app->departments);
    free(app);
}

void crowd_free(struct crowd *crowd) {
    while (crowd != NULL && crowd->apps != NULL) {
        struct seen_by *app = crowd->apps;

        crowd->apps = app->next;
        free_app(app);
    }
    free(crowd);
}

static struct seen_by *find_app(const struct crowd *crowd, const char *name) {
    struct seen_by *app = crowd->apps;

    while (app != NULL && strcmp(app->app, name) != 0)
        app = app->next;
    return app;
}

/* NULL when there is no memory. */
static struct seen_by *have_app(struct crowd *crowd, const char *name) {
    struct seen_by *app = find_app(crowd, name);

    if (app != NULL)
        return app;
    app = calloc(1, sizeof *app);
    if (app == NULL)
        return NULL;
    (void)snprintf(app->app, sizeof app->app, "%s", name);
    app->next = crowd->apps;
    crowd->apps = app;
    return app;
}

bool crowd_put_tree(struct crowd *crowd, const char *name,
                    const struct store_department *departments, size_t count, bool known) {
    struct seen_by *app = have_app(crowd, name);
    struct store_department *copy = calloc(count + 1, sizeof *copy);

    if (app == NULL || copy == NULL) {
        free(copy);
        return false;
    }
    if (count > 0)
        memcpy(copy, departments, count * sizeof *copy);
    free(app->departments);
    app->departments = copy;
    app->departments_count = count;
    app->departments_known = known;
    return true;
}

bool crowd_put_tag(struct crowd *crowd, const char *name, uint32_t id,
                   const struct answer_tag *from) {
    struct seen_by *app = have_app(crowd, name);
    struct tag *tag = calloc(1, sizeof *tag);

    if (app == NULL || tag == NULL)
        goto refuse;
    tag->id = id;
    tag->departments = &from->departments;
    tag->users = userset_new();
    if (tag->users == NULL)
        goto refuse;
    for (size_t i = 0; i < from->users.count; i++) {
        if (!userset_add(tag->users, from->users.userids[i], NULL))
            goto refuse;
    }
    tag->next = app->tags;
    app->tags = tag;
    return true;
refuse:
    if (tag != NULL)
        userset_free(tag->users);
    free(tag);
    return false;
}

bool crowd_tags_known(struct crowd *crowd, const char *name) {
    struct seen_by *app = have_app(crowd, name);

    if (app != NULL)
        app->tags_known = true;
    return app != NULL;
}

/* ---- From the store -------------------------------------------------------------------------- */

static enum wecom_error is_set(struct store_tx *tx, const char *key, bool *set) {
    int64_t when = 0;
    enum wecom_error err = store_get_number(tx, key, &when);

    *set = err == WECOM_OK && when > 0;
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

static enum wecom_error load_app(struct crowd *crowd, struct store_tx *tx, const char *name,
                                 bool tags_wanted) {
    char key[WECOM_SERVICE_MAX_BYTES + 16];
    struct seen_by *app = have_app(crowd, name);
    enum wecom_error err;

    if (app == NULL)
        return WECOM_E_MEMORY;
    free(app->departments);
    app->departments = NULL;
    app->departments_count = 0;
    app->tags_wanted = tags_wanted;
    err = store_all_departments(tx, name, &app->departments, &app->departments_count);
    directory_departments_key(key, sizeof key, name);
    if (err == WECOM_OK)
        err = is_set(tx, key, &app->departments_known);
    directory_tags_key(key, sizeof key, name);
    return err == WECOM_OK ? is_set(tx, key, &app->tags_known) : err;
}

static bool wants_tags(const struct config *config, const struct config_app *app) {
    for (size_t i = 0; app == config->accounts.app && i < config->accounts.groups_count; i++) {
        if (policy_needs(&config->accounts.groups[i].members, app->name, POLICY_TAG))
            return true;
    }
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *s = &config->services[i];

        if (crowd_app(config, s) == app && (policy_needs(&s->allow, app->name, POLICY_TAG) ||
                                            policy_needs(&s->deny, app->name, POLICY_TAG)))
            return true;
    }
    return false;
}

enum wecom_error crowd_load(struct crowd *crowd, struct store_tx *tx) {
    const struct config *config = crowd->config;
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < config->apps_count && err == WECOM_OK; i++)
        err = load_app(crowd, tx, config->apps[i].name, wants_tags(config, &config->apps[i]));
    return err;
}

/* ---- One person ------------------------------------------------------------------------------ */

void crowd_look_at(struct crowd *crowd, struct store_tx *tx, const char *userid,
                   const uint32_t *departments, size_t count) {
    crowd->tx = tx;
    crowd->userid = userid;
    crowd->departments = departments;
    crowd->departments_count = count;
    for (struct seen_by *app = crowd->apps; app != NULL; app = app->next)
        app->is_current = false;
}

static int compare_departments(const void *key, const void *element) {
    uint32_t a = *(const uint32_t *)key, b = ((const struct store_department *)element)->id;

    return a < b ? -1 : a > b;
}

/* Where it is, or would be inserted, in ascending numbers. */
static size_t place_of(const uint32_t *ids, size_t count, uint32_t id) {
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A department and all above it, as directory.c climbs in the store. */
static void climb(struct seen_by *app, uint32_t id) {
    struct policy_person *p = &app->current.person;

    while (id != 0) {
        uint32_t *ids = app->current.departments;
        size_t at = place_of(ids, p->departments_count, id);
        const struct store_department *found;

        if (at < p->departments_count && ids[at] == id)
            return;
        if (p->departments_count == POLICY_DEPARTMENTS) {
            p->departments_known = false;
            return;
        }
        memmove(&ids[at + 1], &ids[at], (p->departments_count - at) * sizeof ids[0]);
        ids[at] = id;
        p->departments_count++;
        found = app->departments_count == 0
                    ? NULL
                    : bsearch(&id, app->departments, app->departments_count,
                              sizeof *app->departments, compare_departments);
        if (found == NULL) {
            p->departments_known = false;
            return;
        }
        id = found->parent;
    }
}

static bool has_tag(const struct seen_by *app, const struct tag *tag, const char *userid) {
    const struct policy_person *p = &app->current.person;

    for (size_t i = 0; i < tag->departments->count; i++) {
        uint32_t id = tag->departments->ids[i];
        size_t at = place_of(p->departments, p->departments_count, id);

        if (at < p->departments_count && p->departments[at] == id)
            return true;
    }
    return userset_has(tag->users, userid);
}

static void add_tag(struct seen_by *app, uint32_t id) {
    struct policy_person *p = &app->current.person;
    uint32_t *ids = app->current.tags;
    size_t at = place_of(ids, p->tags_count, id);

    if (p->tags_count == POLICY_TAGS) {
        p->tags_known = false;
        return;
    }
    memmove(&ids[at + 1], &ids[at], (p->tags_count - at) * sizeof ids[0]);
    ids[at] = id;
    p->tags_count++;
}

static void read_tags(struct crowd *crowd, struct seen_by *app) {
    struct policy_person *p = &app->current.person;
    enum wecom_error err;

    for (const struct tag *tag = app->tags; tag != NULL; tag = tag->next) {
        if (has_tag(app, tag, crowd->userid))
            add_tag(app, tag->id);
    }
    if (crowd->tx == NULL || !app->tags_wanted)
        return;
    err = store_tags_of(crowd->tx, app->app, crowd->userid, app->current.tags, POLICY_TAGS,
                        &p->tags_count);
    if (err != WECOM_OK || p->tags_count > POLICY_TAGS) {
        p->tags_count = p->tags_count > POLICY_TAGS ? POLICY_TAGS : 0;
        p->tags_known = false;
    }
    if (err != WECOM_OK && crowd->error == WECOM_OK)
        crowd->error = err;
}

/* NULL: nothing is known of what the application sees. */
static const struct policy_person *person_of(struct crowd *crowd, const char *name) {
    struct seen_by *app = find_app(crowd, name);
    struct policy_person *p;

    if (app == NULL || app->is_current)
        return app != NULL ? &app->current.person : NULL;
    p = &app->current.person;
    *p = (struct policy_person){.app = app->app,
                                .userid = crowd->userid,
                                .departments = app->current.departments,
                                .tags = app->current.tags,
                                .departments_known = app->departments_known,
                                .tags_known = app->tags_known};
    for (size_t i = 0; i < crowd->departments_count; i++)
        climb(app, crowd->departments[i]);
    read_tags(crowd, app);
    app->is_current = true;
    return p;
}

/* Somebody of whom only the userid is known. */
static struct policy_person stranger(const struct crowd *crowd, const char *app) {
    return (struct policy_person){.app = app, .userid = crowd->userid};
}

enum policy_answer crowd_admits(struct crowd *crowd, const struct config_service *service) {
    const char *app = crowd_app(crowd->config, service)->name;
    const struct policy_person *person = person_of(crowd, app);
    struct policy_person unknown = stranger(crowd, app);

    return policy_admits(&service->allow, &service->deny, person != NULL ? person : &unknown);
}

enum policy_answer crowd_names(struct crowd *crowd, const char *app, const struct policy *policy) {
    const struct policy_person *person = person_of(crowd, app);
    struct policy_person unknown = stranger(crowd, app);

    return policy_names(policy, person != NULL ? person : &unknown);
}

enum policy_answer crowd_admits_host(struct crowd *crowd) {
    const struct config *config = crowd->config;
    enum policy_answer best = POLICY_NO;
    bool any = false;

    for (size_t i = 0; i < config->services_count; i++) {
        enum policy_answer one;

        if (!config->services[i].account)
            continue;
        any = true;
        one = crowd_admits(crowd, &config->services[i]);
        if (one == POLICY_YES)
            return POLICY_YES;
        if (one == POLICY_UNSURE)
            best = POLICY_UNSURE;
    }
    return any ? best : POLICY_YES;
}

enum wecom_error crowd_error(const struct crowd *crowd) {
    return crowd->error;
}
