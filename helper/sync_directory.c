/* Range, departments and tags of one application. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/directory.h"
#include "helper/sync_internal.h"
#include "helper/worker_settings.h"

/* ---- The tree -------------------------------------------------------------------------------- */

static int compare_departments(const void *a, const void *b) {
    uint32_t x = ((const struct answer_department *)a)->id;
    uint32_t y = ((const struct answer_department *)b)->id;

    return x < y ? -1 : x > y;
}

static const struct answer_department *find_department(const struct sync_directory *d,
                                                       uint32_t id) {
    struct answer_department key = {.id = id};

    return d->tree_count == 0
               ? NULL
               : bsearch(&key, d->tree, d->tree_count, sizeof *d->tree, compare_departments);
}

/* Those that are known already stay as they are. */
static bool add_departments(struct sync_directory *d, const struct answer_department *more,
                            size_t count) {
    size_t old = d->tree_count;

    if (d->tree_count + count > d->tree_room) {
        size_t room = 2 * (d->tree_count + count);
        struct answer_department *larger = reallocarray(d->tree, room, sizeof *larger);

        if (larger == NULL)
            return false;
        d->tree = larger;
        d->tree_room = room;
    }
    for (size_t i = 0; i < count; i++) {
        struct answer_department key = more[i];

        if (old == 0 || bsearch(&key, d->tree, old, sizeof key, compare_departments) == NULL)
            d->tree[d->tree_count++] = more[i];
    }
    if (d->tree_count > 0)
        qsort(d->tree, d->tree_count, sizeof *d->tree, compare_departments);
    return true;
}

/* A tree with a loop ends: no way is longer than there are departments. */
bool sync_directory_below(const struct sync_directory *d, uint32_t id, uint32_t top) {
    for (size_t i = 0; i <= d->tree_count && id != 0; i++) {
        const struct answer_department *found = find_department(d, id);

        if (id == top)
            return true;
        id = found != NULL ? found->parent : 0;
    }
    return false;
}

struct store_department *sync_directory_rows(const struct sync_directory *d, size_t *count) {
    struct store_department *rows = calloc(2 * d->tree_count + 1, sizeof *rows);
    size_t n = 0, kept = 0;

    if (rows == NULL)
        return NULL;
    for (size_t i = 0; i < d->tree_count; i++) {
        rows[n++] = (struct store_department){.id = d->tree[i].id, .parent = d->tree[i].parent};
        /* A department right above the visible range is known by name, and nothing above it: rules
         * may name it.
         */
        if (d->tree[i].parent != 0 && find_department(d, d->tree[i].parent) == NULL)
            rows[n++] = (struct store_department){.id = d->tree[i].parent};
    }
    if (n > 0)
        qsort(rows, n, sizeof *rows, compare_departments); /* both begin with the id */
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || rows[i].id != rows[kept - 1].id)
            rows[kept++] = rows[i];
    }
    *count = kept;
    return rows;
}

struct stored {
    struct sync_directory *directory;
    uint32_t top;
    struct store_department *rows;
    size_t count;
};

static enum wecom_error load_stored(void *arg, struct store_tx *tx) {
    struct stored *stored = arg;

    return store_all_departments(tx, stored->directory->name, &stored->rows, &stored->count);
}

static const struct store_department *find_row(const struct stored *stored, uint32_t id) {
    struct store_department key = {.id = id};

    return stored->count == 0 ? NULL
                              : bsearch(&key, stored->rows, stored->count, sizeof *stored->rows,
                                        compare_departments);
}

static bool is_stored_below(const struct stored *stored, uint32_t id) {
    for (size_t i = 0; i <= stored->count && id != 0; i++) {
        const struct store_department *row = find_row(stored, id);

        if (id == stored->top)
            return true;
        id = row != NULL ? row->parent : 0;
    }
    return false;
}

/* What was known below a department that cannot be read now stays known. */
static bool keep_stored(struct sync_directory *d, uint32_t top) {
    struct stored stored = {.directory = d, .top = top};
    struct answer_department *kept = NULL;
    const struct store_department *row;
    size_t count = 0;
    bool good = false;

    d->tree_failed = true;
    if (store_run(d->sync->how.store, STORE_READ, load_stored, &stored) == WECOM_OK)
        kept = calloc(stored.count + 1, sizeof *kept);
    if (kept != NULL) {
        row = find_row(&stored, top);
        kept[count++] = (struct answer_department){top, row != NULL ? row->parent : 0};
        for (size_t i = 0; i < stored.count; i++) {
            row = &stored.rows[i];
            if (row->id != top && is_stored_below(&stored, row->id))
                kept[count++] = (struct answer_department){row->id, row->parent};
        }
        good = add_departments(d, kept, count);
    }
    free(kept);
    free(stored.rows);
    return good;
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static bool want_tag(struct sync_directory *d, uint32_t id, bool in_range) {
    struct sync_tag *tags;

    for (size_t i = 0; i < d->tags_count; i++) {
        if (d->tags[i].id == id) {
            d->tags[i].in_range = d->tags[i].in_range || in_range;
            d->tags[i].in_rules = d->tags[i].in_rules || !in_range;
            return true;
        }
    }
    tags = reallocarray(d->tags, d->tags_count + 1, sizeof *tags);
    if (tags == NULL)
        return false;
    d->tags = tags;
    tags[d->tags_count++] =
        (struct sync_tag){.id = id, .in_range = in_range, .in_rules = !in_range};
    return true;
}

static bool want_tags_of(struct sync_directory *d, const struct policy *policy) {
    bool good = true;

    for (size_t i = 0; i < policy->count && good; i++) {
        const struct policy_rule *rule = &policy->rules[i];

        if (rule->kind == POLICY_TAG && (rule->app[0] == '\0' || strcmp(rule->app, d->name) == 0))
            good = want_tag(d, rule->id, false);
    }
    return good;
}

static bool want_rule_tags(struct sync_directory *d, const struct config *config) {
    bool good = true;

    for (size_t i = 0; d->of_accounts && i < config->accounts.groups_count && good; i++)
        good = want_tags_of(d, &config->accounts.groups[i].members);
    for (size_t i = 0; i < config->services_count && good; i++) {
        const struct config_service *service = &config->services[i];

        if (strcmp(crowd_app(config, service)->name, d->name) == 0)
            good = want_tags_of(d, &service->allow) && want_tags_of(d, &service->deny);
    }
    return good;
}

/* Those that rules name; and of the application of [accounts] those that make people visible. */
static bool want_tags(struct sync_directory *d) {
    bool good = want_rule_tags(d, d->sync->config);

    for (size_t i = 0; d->of_accounts && i < d->range.tags.count && good; i++)
        good = want_tag(d, d->range.tags.ids[i], true);
    return good;
}

static bool is_tagged(const struct sync_directory *d, const struct sync_tag *tag,
                      const uint32_t *departments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < tag->names.departments.count; j++) {
            if (sync_directory_below(d, departments[i], tag->names.departments.ids[j]))
                return true;
        }
    }
    return false;
}

/* Everybody in the list, into each tag whose departments hold his. */
static bool take_tagged(struct sync_directory *d, const struct answer_list *from) {
    struct answer_list list = *from;
    struct answer_member member;
    bool failed = false, good = true;
    json_t *one;

    while (good && (one = answer_next(&list, &failed)) != NULL) {
        good = answer_member(one, &member) == WECOM_OK && sync_directory_tag(d, &member);
        json_decref(one);
    }
    return good && !failed;
}

bool sync_directory_tag(struct sync_directory *d, const struct answer_member *member) {
    bool good = true;

    for (size_t i = 0; i < d->tags_count && good; i++) {
        struct sync_tag *tag = &d->tags[i];

        if (tag->members != NULL &&
            is_tagged(d, tag, member->departments, member->departments_count))
            good = userset_add(tag->members, member->userid, NULL);
    }
    return good;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void go_on(struct sync_directory *d);

static void end(struct sync_directory *d, bool failed) {
    d->failed = failed;
    d->done(d);
}

/* Nothing of this application can be read. */
static void give_up(struct sync_directory *d, const char *what, const char *why) {
    char text[96];

    (void)snprintf(text, sizeof text, "%s of application", what);
    sync_part_failed(d->sync, text, d->name, why, d->of_accounts);
    end(d, true);
}

static void ask(struct sync_directory *d, enum calls_id id, int64_t number,
                void (*done)(void *arg, const struct asker_answer *answer)) {
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    if (asker_ask(d->sync->how.asker, d->app, id, text, done, d))
        d->open++;
    else
        sync_no_memory(d->sync);
}

static void on_tagged_list(void *arg, const struct asker_answer *answer) {
    struct sync_directory *d = arg;

    d->open--;
    if (answer->outcome != ASKER_ANSWERED || !take_tagged(d, &answer->list)) {
        /* which one it was does not matter: no tag with departments is whole now */
        for (size_t i = 0; i < d->tags_count; i++)
            d->tags[i].failed = d->tags[i].failed || d->tags[i].members != NULL;
        sync_part_failed(d->sync, "a tagged department of application", d->name, sync_why(answer),
                         false);
    }
    if (d->open == 0)
        end(d, false);
}

/* Is the department needed to know who has a tag? */
static bool is_for_tags(const struct sync_directory *d, uint32_t id) {
    for (size_t i = 0; i < d->tags_count; i++) {
        if (d->tags[i].members != NULL && is_tagged(d, &d->tags[i], &id, 1))
            return true;
    }
    return false;
}

/* Whoever is in a department that is not seen has the tag all the same. */
static void check_tag(struct sync_directory *d, struct sync_tag *tag) {
    char number[24];

    for (size_t i = 0; i < tag->names.departments.count && !tag->failed; i++)
        tag->failed = find_department(d, tag->names.departments.ids[i]) == NULL;
    if (!tag->failed)
        return;
    (void)snprintf(number, sizeof number, "%u", tag->id);
    sync_part_failed(d->sync, "members of tag", number,
                     "it names a department that the application does not see", false);
}

/* All tags are read. Of those that name departments everybody in these has the tag: the members of
 * the application of [accounts] are told so as they come, those of others are asked for here.
 */
static void ask_tagged(struct sync_directory *d) {
    for (size_t i = 0; i < d->tags_count; i++) {
        struct sync_tag *tag = &d->tags[i];

        if (!tag->in_rules || !tag->read || tag->names.departments.count == 0)
            continue;
        tag->members = userset_new();
        if (tag->members == NULL)
            sync_no_memory(d->sync);
        check_tag(d, tag);
    }
    for (size_t i = 0; i < d->tree_count && !d->of_accounts; i++) {
        if (is_for_tags(d, d->tree[i].id))
            ask(d, CALLS_USER_LIST, d->tree[i].id, on_tagged_list);
    }
    if (d->open == 0)
        end(d, false);
}

static void on_tag(void *arg, const struct asker_answer *answer) {
    struct sync_directory *d = arg;
    struct sync_tag *tag = &d->tags[d->at];
    char number[24];

    d->open--;
    if (answer->outcome == ASKER_STOP) {
        give_up(d, "tags", sync_why(answer));
        return;
    }
    tag->read =
        answer->outcome == ASKER_ANSWERED && answer_tag(answer->json, &tag->names) == WECOM_OK;
    if (!tag->read) {
        (void)snprintf(number, sizeof number, "%u", tag->id);
        tag->failed = true;
        d->sync->failed_tag = d->sync->failed_tag || tag->in_range;
        sync_part_failed(d->sync, "tag", number, sync_why(answer), tag->in_range);
    }
    d->at++;
    go_on(d);
}

/* The first department that the range, or a tag that was read, names and the tree lacks. */
static bool next_department(const struct sync_directory *d, uint32_t *id) {
    for (size_t i = 0; i < d->range.departments.count; i++) {
        *id = d->range.departments.ids[i];
        if (find_department(d, *id) == NULL)
            return true;
    }
    for (size_t i = 0; i < d->tags_count; i++) {
        const struct answer_ids *named = &d->tags[i].names.departments;

        /* what only a rule's tag names, the application of [accounts] does not see: its range is in
         * the tree already
         */
        for (size_t j = 0;
             (d->tags[i].in_range || !d->of_accounts) && d->tags[i].read && j < named->count; j++) {
            *id = named->ids[j];
            if (find_department(d, *id) == NULL)
                return true;
        }
    }
    return false;
}

/* Takes over what department/simplelist says; false: it says nothing of use. */
static bool take_tree(struct sync_directory *d, const struct asker_answer *answer, uint32_t id) {
    struct answer_tree tree;
    bool good;

    if (answer->outcome != ASKER_ANSWERED || answer_tree(answer->json, &tree) != WECOM_OK)
        return false;
    good = add_departments(d, tree.departments, tree.count) && find_department(d, id) != NULL;
    answer_tree_clear(&tree);
    return good;
}

static void department_failed(struct sync_directory *d, uint32_t id, const char *why) {
    char number[24];

    (void)snprintf(number, sizeof number, "%u", id);
    for (size_t i = 0; i < d->tags_count; i++) {
        struct sync_tag *tag = &d->tags[i];

        for (size_t j = 0; j < tag->names.departments.count; j++)
            tag->failed = tag->failed || tag->names.departments.ids[j] == id;
    }
    sync_part_failed(d->sync, "departments below", number, why, d->of_accounts);
    if (!keep_stored(d, id))
        sync_no_memory(d->sync);
    if (d->of_accounts)
        sync_department_failed(d->sync, id);
}

static void on_department(void *arg, const struct asker_answer *answer) {
    struct sync_directory *d = arg;
    uint32_t id = 0;

    d->open--;
    if (answer->outcome == ASKER_STOP) {
        give_up(d, "departments", sync_why(answer));
        return;
    }
    /* the one that was asked for is the first still */
    if (next_department(d, &id) && !take_tree(d, answer, id))
        department_failed(d, id, sync_why(answer));
    go_on(d);
}

/* Departments of the range; tags, one by one; departments that only tags name. */
static void go_on(struct sync_directory *d) {
    uint32_t id;

    if (next_department(d, &id))
        ask(d, CALLS_DEPARTMENTS, id, on_department);
    else if (d->at < d->tags_count)
        ask(d, CALLS_TAG_GET, d->tags[d->at].id, on_tag);
    else
        ask_tagged(d);
}

static void on_agent(void *arg, const struct asker_answer *answer) {
    struct sync_directory *d = arg;

    d->open--;
    if (answer->outcome != ASKER_ANSWERED || answer_range(answer->json, &d->range) != WECOM_OK) {
        give_up(d, "visible range", sync_why(answer));
        return;
    }
    if (d->range.closed) {
        give_up(d, "visible range", "the application is switched off in the admin console");
        return;
    }
    if (want_tags(d))
        go_on(d);
    else
        sync_no_memory(d->sync);
}

void sync_directory_read(struct sync_directory *d) {
    ask(d, CALLS_AGENT_GET, client_app_settings(d->app)->agent_id, on_agent);
}

void sync_directory_clear(struct sync_directory *d) {
    answer_range_clear(&d->range);
    for (size_t i = 0; i < d->tags_count; i++) {
        answer_tag_clear(&d->tags[i].names);
        userset_free(d->tags[i].members);
    }
    free(d->tags);
    free(d->tree);
    *d = (struct sync_directory){0};
}

/* ---- Into the store -------------------------------------------------------------------------- */

/* The part was read whole: written when it was not known before, or when it has changed. */
static enum wecom_error mark_known(struct store_tx *tx, const char *key, int64_t now_s,
                                   bool changed) {
    int64_t when = 0;
    enum wecom_error err = store_get_number(tx, key, &when);

    if (err == WECOM_OK && when > 0 && !changed)
        return WECOM_OK;
    if (err != WECOM_OK && err != WECOM_E_ABSENT)
        return err;
    err = store_set_number(tx, key, now_s > 0 ? now_s : 1);
    return err == WECOM_OK && !changed ? store_count_change(tx) : err;
}

struct rows {
    struct sync_directory *directory;
    struct store_department *rows;
    size_t count;
    bool changed;
};

static enum wecom_error write_tree(void *arg, struct store_tx *tx) {
    char key[WECOM_SERVICE_MAX_BYTES + 16];
    struct rows *r = arg;
    struct sync_directory *d = r->directory;
    enum wecom_error err = store_put_departments(tx, d->name, r->rows, r->count, &r->changed);

    if (err == WECOM_OK && r->changed)
        err = store_count_change(tx);
    directory_departments_key(key, sizeof key, d->name);
    if (err == WECOM_OK && !d->tree_failed)
        err = mark_known(tx, key, sync_now_s(d->sync), r->changed);
    return err;
}

enum wecom_error sync_directory_store_tree(struct sync_directory *d) {
    struct rows r = {.directory = d, .rows = sync_directory_rows(d, &r.count)};
    enum wecom_error err = WECOM_E_MEMORY;

    if (r.rows != NULL)
        err = store_run(d->sync->how.store, STORE_WRITE, write_tree, &r);
    if (err == WECOM_OK && r.changed)
        d->sync->how.changed(d->sync->how.arg);
    free(r.rows);
    return err;
}

static enum wecom_error write_tag(struct store_tx *tx, struct sync_directory *d,
                                  const struct sync_tag *tag, bool *changed) {
    size_t most = tag->names.users.count + (tag->members != NULL ? userset_count(tag->members) : 0),
           count = 0, at = 0;
    const char **userids = calloc(most + 1, sizeof *userids), *userid;
    enum wecom_error err;
    bool one = false;

    if (userids == NULL)
        return WECOM_E_MEMORY;
    for (size_t i = 0; i < tag->names.users.count; i++)
        userids[count++] = tag->names.users.userids[i];
    while (tag->members != NULL && (userid = userset_next(tag->members, &at)) != NULL)
        userids[count++] = userid;
    err = store_put_tag(tx, d->name, tag->id, userids, count, &one);
    *changed = *changed || one;
    free(userids);
    return err;
}

static enum wecom_error write_tags(void *arg, struct store_tx *tx) {
    char key[WECOM_SERVICE_MAX_BYTES + 16];
    struct rows *r = arg;
    struct sync_directory *d = r->directory;
    uint32_t *keep = calloc(d->tags_count + 1, sizeof *keep);
    enum wecom_error err = keep != NULL ? WECOM_OK : WECOM_E_MEMORY;
    bool gone = false, whole = true;
    size_t kept = 0;

    r->changed = false;
    for (size_t i = 0; i < d->tags_count && err == WECOM_OK; i++) {
        const struct sync_tag *tag = &d->tags[i];

        if (!tag->in_rules)
            continue;
        keep[kept++] = tag->id;
        whole = whole && !tag->failed;
        if (!tag->failed)
            err = write_tag(tx, d, tag, &r->changed);
    }
    if (err == WECOM_OK)
        err = store_keep_tags(tx, d->name, keep, kept, &gone);
    free(keep);
    r->changed = r->changed || gone;
    if (err == WECOM_OK && r->changed)
        err = store_count_change(tx);
    directory_tags_key(key, sizeof key, d->name);
    return err == WECOM_OK && whole ? mark_known(tx, key, sync_now_s(d->sync), r->changed) : err;
}

/* Is somebody missing among those who have the tag by their department? */
static bool misses_members(const struct sync_directory *d, const struct sync_tag *tag) {
    const struct answer_ids *failed = &d->sync->failed_departments;

    for (size_t i = 0; d->of_accounts && i < tag->names.departments.count; i++) {
        for (size_t j = 0; j < failed->count; j++) {
            uint32_t a = tag->names.departments.ids[i], b = failed->ids[j];

            if (sync_directory_below(d, a, b) || sync_directory_below(d, b, a))
                return true;
        }
    }
    return false;
}

enum wecom_error sync_directory_store_tags(struct sync_directory *d) {
    struct rows r = {.directory = d};
    enum wecom_error err;

    for (size_t i = 0; i < d->tags_count; i++)
        d->tags[i].failed = d->tags[i].failed || misses_members(d, &d->tags[i]);
    err = store_run(d->sync->how.store, STORE_WRITE, write_tags, &r);

    if (err == WECOM_OK && r.changed)
        d->sync->how.changed(d->sync->how.arg);
    return err;
}

/* ---- Another set of rules -------------------------------------------------------------------- */

/* Which tags rules name, as a number that another set is very unlikely to have. */
static int64_t digest_of(const struct sync_directory *d) {
    uint64_t sum = 1;

    /* the order does not count */
    for (size_t i = 0; i < d->tags_count; i++) {
        uint64_t one = d->tags[i].id * UINT64_C(0x9e3779b97f4a7c15);

        one ^= one >> 31;
        sum += one * UINT64_C(0xbf58476d1ce4e5b9);
    }
    return (int64_t)(sum & INT64_MAX);
}

static enum wecom_error compare_rules(void *arg, struct store_tx *tx) {
    char key[WECOM_SERVICE_MAX_BYTES + 16], named[WECOM_SERVICE_MAX_BYTES + 16];
    const struct sync_directory *d = arg;
    int64_t before = 0, now = digest_of(d), known = 0;
    enum wecom_error err;

    (void)snprintf(named, sizeof named, "tag rules %s", d->name);
    directory_tags_key(key, sizeof key, d->name);
    err = store_get_number(tx, named, &before);
    if (err == WECOM_OK && before == now)
        return WECOM_OK;
    if (err == WECOM_OK || err == WECOM_E_ABSENT)
        err = store_set_number(tx, named, now);
    if (err != WECOM_OK)
        return err;
    err = store_get_number(tx, key, &known);
    if (err != WECOM_OK || known == 0)
        return err == WECOM_E_ABSENT ? WECOM_OK : err;
    err = store_set_number(tx, key, 0);
    return err == WECOM_OK ? store_count_change(tx) : err;
}

enum wecom_error sync_rules_changed(struct store *store, const struct config *config) {
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < config->apps_count && err == WECOM_OK; i++) {
        struct sync_directory d = {.name = config->apps[i].name,
                                   .of_accounts = &config->apps[i] == config->accounts.app};

        err = want_rule_tags(&d, config) ? store_run(store, STORE_WRITE, compare_rules, &d)
                                         : WECOM_E_MEMORY;
        sync_directory_clear(&d);
    }
    return err;
}

struct known {
    const struct config *config;
    bool all;
};

static enum wecom_error look_for_keys(void *arg, struct store_tx *tx) {
    struct known *known = arg;

    known->all = true;
    for (size_t i = 0; i < known->config->apps_count; i++) {
        char keys[2][WECOM_SERVICE_MAX_BYTES + 16];

        if (!worker_settings_need_app(known->config, &known->config->apps[i]))
            continue;
        directory_departments_key(keys[0], sizeof keys[0], known->config->apps[i].name);
        directory_tags_key(keys[1], sizeof keys[1], known->config->apps[i].name);
        for (size_t j = 0; j < 2; j++) {
            int64_t when = 0;
            enum wecom_error err = store_get_number(tx, keys[j], &when);

            if (err != WECOM_OK && err != WECOM_E_ABSENT)
                return err;
            known->all = known->all && when > 0;
        }
    }
    return WECOM_OK;
}

bool sync_is_known(struct store *store, const struct config *config) {
    struct known known = {.config = config};

    return store_run(store, STORE_READ, look_for_keys, &known) == WECOM_OK && known.all;
}
