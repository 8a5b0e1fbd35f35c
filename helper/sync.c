/* One synchronization: the order of its parts, what could not be read, and the end. */
#include "helper/sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/sync_internal.h"
#include "helper/worker_settings.h"

/* Answers that wait for the store: above the first number nothing more is asked until there are
 * fewer than the second.
 */
enum { WAITING_MOST_BYTES = 8 * 1024 * 1024, WAITING_FEW_BYTES = 2 * 1024 * 1024 };

/* A department or a person that is asked for. */
struct ask {
    struct sync *sync;
    uint32_t department;
    const char *userid;
};

/* ---- Memory between rounds ------------------------------------------------------------------- */

struct sync_memory *sync_memory_new(void) {
    struct sync_memory *memory = calloc(1, sizeof *memory);

    if (memory == NULL)
        return NULL;
    memory->told = userset_new();
    memory->told_now = userset_new();
    if (memory->told != NULL && memory->told_now != NULL)
        return memory;
    sync_memory_free(memory);
    return NULL;
}

void sync_memory_free(struct sync_memory *memory) {
    if (memory == NULL)
        return;
    userset_free(memory->told);
    userset_free(memory->told_now);
    free(memory);
}

/* What was told in this round is what was told last. */
static void turn_page(struct sync_memory *memory) {
    struct userset *fresh = userset_new();

    if (fresh == NULL)
        return;
    userset_free(memory->told);
    memory->told = memory->told_now;
    memory->told_now = fresh;
}

/* ---- Parts that fail ------------------------------------------------------------------------- */

const char *sync_why(const struct asker_answer *answer) {
    return answer->outcome == ASKER_ANSWERED
               ? "the answer does not have the form that WeCom describes"
               : answer->failure->detail;
}

/* The same text was told in the last round, too. */
static bool is_old(struct sync_memory *memory, const char *text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    char mark[24];

    /* the number at the end of an errmsg is another one each time */
    for (const char *c = text; *c != '\0' && strncmp(c, ", hint:", 7) != 0; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    (void)snprintf(mark, sizeof mark, "%016" PRIx64, hash);
    (void)userset_add(memory->told_now, mark, NULL);
    return userset_has(memory->told, mark);
}

void sync_part_failed(struct sync *sync, const char *what, const char *name, const char *why,
                      bool in_range) {
    char text[sizeof sync->result.error];
    struct log_line l;

    (void)snprintf(text, sizeof text, "%s %s: %s", what, name, why);
    sync->failed_any = sync->failed_any || in_range;
    sync->failed_rules = sync->failed_rules || !in_range;
    if (sync->result.error[0] == '\0')
        memcpy(sync->result.error, text, sizeof text);
    if (is_old(sync->how.memory, text) || ++sync->lines > SYNC_LINES)
        return;
    log_begin(&l, LOG_ERR, "cannot be read from WeCom: what is known of it stays as it was");
    log_text(&l, "part", what);
    log_text(&l, "name", name);
    log_text(&l, "reason", why);
    log_end(&l);
}

void sync_department_failed(struct sync *sync, uint32_t id) {
    struct answer_ids *failed = &sync->failed_departments;

    if (failed->count == sync->failed_room) {
        size_t room = 2 * sync->failed_room + 16;
        uint32_t *more = reallocarray(failed->ids, room, sizeof *more);

        if (more == NULL) {
            sync_no_memory(sync);
            return;
        }
        failed->ids = more;
        sync->failed_room = room;
    }
    failed->ids[failed->count++] = id;
}

void sync_department_unread(struct sync *sync, uint32_t id, const char *why) {
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu32, id);
    sync_part_failed(sync, "department", number, why, true);
    sync_department_failed(sync, id);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

int64_t sync_now_s(const struct sync *sync) {
    return sync->how.now_s(sync->how.arg);
}

static void on_step(evutil_socket_t fd, short what, void *arg) {
    struct sync *sync = arg;

    (void)fd;
    (void)what;
    if (sync->no_memory)
        sync_stop(sync, "synchronization", "out of memory");
    else
        sync->next(sync);
}

void sync_later(struct sync *sync, void (*next)(struct sync *sync)) {
    static const struct timeval now = {0};

    sync->next = next;
    (void)evtimer_add(sync->step, &now);
}

void sync_no_memory(struct sync *sync) {
    sync->no_memory = true;
    sync_later(sync, sync->next);
}

void sync_check(struct sync *sync) {
    if (sync->open == 0 && sync_apply_is_idle(sync->apply))
        sync_later(sync, sync->then);
}

static void on_idle(struct sync *sync) {
    sync_check(sync);
}

static void on_store_failed(struct sync *sync) {
    sync_stop(sync, "the store", store_trouble(sync->how.store));
}

void sync_pace_answers(struct sync *sync) {
    size_t waiting = sync_apply_waiting(sync->apply);

    if (!sync->held && waiting > WAITING_MOST_BYTES)
        asker_hold(sync->how.asker, sync->held = true);
    else if (sync->held && waiting < WAITING_FEW_BYTES)
        asker_hold(sync->how.asker, sync->held = false);
}

/* ---- People one by one ----------------------------------------------------------------------- */

static void after_people(struct sync *sync) {
    if (sync_directory_store_tags(sync->main) != WECOM_OK) {
        on_store_failed(sync);
        return;
    }
    sync_missing_start(sync);
}

static void on_person(void *arg, const struct asker_answer *answer) {
    struct ask *ask = arg;
    struct sync *sync = ask->sync;
    struct answer_member member;
    bool good = true;

    sync->open--;
    switch (answer->outcome) {
    case ASKER_ANSWERED:
        if (answer_member(answer->json, &member) == WECOM_OK &&
            name_same_userid(member.userid, ask->userid)) {
            good = sync_apply_one(sync->apply, answer->json, ACCOUNTS_SYNC);
            break;
        }
        /* fall through */
    case ASKER_FAILED:
        sync_part_failed(sync, "member", ask->userid, sync_why(answer), true);
        good = userset_add(sync->failed_people, ask->userid, NULL);
        break;
    case ASKER_GONE:
        good = userset_add(sync->gone, ask->userid, NULL);
        /* fall through */
    case ASKER_HIDDEN:
        good = good && userset_add(sync->answered, ask->userid, NULL);
        break;
    default:
        sync_stop(sync, "WeCom", sync_why(answer));
        return;
    }
    if (!good)
        sync_no_memory(sync);
    sync_check(sync);
}

/* Whom the range, or a tag of it, names and no department has shown. */
static bool collect(const struct sync *sync, struct userset *wanted) {
    const struct sync_directory *d = sync->main;
    bool good = true;

    for (size_t i = 0; i < d->range.users.count && good; i++)
        good = userset_has(sync->seen, d->range.users.userids[i]) ||
               userset_add(wanted, d->range.users.userids[i], NULL);
    for (size_t i = 0; i < d->tags_count && good; i++) {
        const struct answer_users *users = &d->tags[i].names.users;

        for (size_t j = 0; d->tags[i].in_range && j < users->count && good; j++)
            good = userset_has(sync->seen, users->userids[j]) ||
                   userset_add(wanted, users->userids[j], NULL);
    }
    return good;
}

static void read_people(struct sync *sync) {
    struct userset *wanted = sync->wanted = userset_new();
    const char *userid;
    struct ask *asks;
    size_t at = 0;

    sync->phase = SYNC_READS_PEOPLE;
    sync->then = after_people;
    if (wanted == NULL || !collect(sync, wanted)) {
        sync_no_memory(sync);
        return;
    }
    free(sync->asks);
    sync->asks = asks = calloc(userset_count(wanted) + 1, sizeof *asks);
    while (asks != NULL && (userid = userset_next(wanted, &at)) != NULL) {
        *asks = (struct ask){.sync = sync, .userid = userid};
        if (!asker_ask(sync->how.asker, sync->main->app, CALLS_USER_GET, userid, on_person, asks)) {
            sync_no_memory(sync);
            return;
        }
        sync->open++;
        asks++;
    }
    if (sync->asks == NULL)
        sync_no_memory(sync);
    else
        sync_check(sync);
}

/* ---- Members, department by department ------------------------------------------------------- */

static void on_list(void *arg, const struct asker_answer *answer) {
    struct ask *ask = arg;
    struct sync *sync = ask->sync;

    sync->open--;
    if (answer->outcome == ASKER_STOP) {
        sync_stop(sync, "WeCom", sync_why(answer));
        return;
    }
    if (answer->outcome != ASKER_ANSWERED)
        sync_department_unread(sync, ask->department, sync_why(answer));
    else if (!sync_apply_list(sync->apply, &answer->list, ask->department))
        sync_no_memory(sync);
    sync_pace_answers(sync);
    sync->how.progress(sync->how.arg);
    sync_check(sync);
}

static void read_members(struct sync *sync) {
    const struct sync_directory *d = sync->main;
    struct ask *asks = calloc(d->tree_count + 1, sizeof *asks);
    char number[24];

    sync->phase = SYNC_READS_MEMBERS;
    sync->then = read_people;
    sync->asks = asks;
    for (size_t i = 0; asks != NULL && i < d->tree_count; i++) {
        asks[i] = (struct ask){.sync = sync, .department = d->tree[i].id};
        (void)snprintf(number, sizeof number, "%" PRIu32, d->tree[i].id);
        if (!asker_ask(sync->how.asker, d->app, CALLS_USER_LIST, number, on_list, &asks[i])) {
            asks = NULL;
            break;
        }
        sync->open++;
    }
    if (asks == NULL)
        sync_no_memory(sync);
    else
        sync_check(sync);
}

/* ---- Directories ----------------------------------------------------------------------------- */

/* What rules ask of people, from what was just read. */
static bool fill_people(struct sync *sync, const struct sync_directory *d) {
    size_t count = 0;
    struct store_department *rows = sync_directory_rows(d, &count);
    bool good = rows != NULL && crowd_put_tree(sync->crowd, d->name, rows, count, !d->tree_failed),
         whole = true;

    for (size_t i = 0; i < d->tags_count && good; i++) {
        if (!d->tags[i].in_rules)
            continue;
        whole = whole && !d->tags[i].failed;
        if (d->tags[i].read)
            good = crowd_put_tag(sync->crowd, d->name, d->tags[i].id, &d->tags[i].names);
    }
    if (good && whole)
        good = crowd_tags_known(sync->crowd, d->name);
    free(rows);
    return good;
}

static void next_directory(struct sync *sync) {
    sync->reading = sync->reading == NULL ? sync->directories : sync->reading->next;
    if (sync->reading != NULL)
        sync_directory_read(sync->reading);
    else if (sync->main != NULL)
        read_members(sync);
    else
        sync_finish(sync, sync->failed_rules ? SYNC_PARTLY : SYNC_WHOLE);
}

static void on_directory(struct sync_directory *d) {
    struct sync *sync = d->sync;

    if (d->failed && d == sync->main) {
        sync_finish(sync, SYNC_STOPPED);
        return;
    }
    if (!d->failed) {
        if (sync_directory_store_tree(d) != WECOM_OK ||
            (d != sync->main && sync_directory_store_tags(d) != WECOM_OK)) {
            on_store_failed(sync);
            return;
        }
        if (!fill_people(sync, d))
            sync_no_memory(sync);
    }
    sync_later(sync, next_directory);
}

static bool add_directory(struct sync *sync, size_t at, struct sync_directory ***last) {
    const struct config_app *settings = &sync->config->apps[at];
    struct sync_directory *d = calloc(1, sizeof *d);

    if (d == NULL)
        return false;
    *d = (struct sync_directory){.sync = sync,
                                 .app = sync->how.setup->apps[at],
                                 .name = settings->name,
                                 .of_accounts = sync->config->accounts.wanted &&
                                                settings == sync->config->accounts.app,
                                 .done = on_directory};
    **last = d;
    *last = &d->next;
    if (d->of_accounts)
        sync->main = d;
    return true;
}

/* That of [accounts] is the first. */
static bool add_directories(struct sync *sync) {
    const struct config *config = sync->config;
    struct sync_directory **last = &sync->directories;
    size_t main_at = (size_t)(config->accounts.app - config->apps);
    bool good = !config->accounts.wanted || add_directory(sync, main_at, &last);

    for (size_t i = 0; i < config->apps_count && good; i++) {
        if (worker_settings_need_app(config, &config->apps[i]) &&
            !(config->accounts.wanted && i == main_at))
            good = add_directory(sync, i, &last);
    }
    return good;
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

static void free_sync(struct sync *sync) {
    asker_drop(sync->how.asker);
    if (sync->held)
        asker_hold(sync->how.asker, false);
    sync_missing_free(sync);
    sync_apply_free(sync->apply);
    while (sync->directories != NULL) {
        struct sync_directory *d = sync->directories;

        sync->directories = d->next;
        sync_directory_clear(d);
        free(d);
    }
    crowd_free(sync->crowd);
    userset_free(sync->seen);
    userset_free(sync->answered);
    userset_free(sync->gone);
    userset_free(sync->wanted);
    userset_free(sync->failed_people);
    free(sync->failed_departments.ids);
    free(sync->newcomers);
    free(sync->asks);
    if (sync->step != NULL)
        event_free(sync->step);
    setup_unref(sync->how.setup);
    free(sync);
}

struct sync *sync_start(const struct sync_how *how) {
    struct sync *sync = calloc(1, sizeof *sync);

    if (sync == NULL)
        return NULL;
    sync->how = *how;
    (void)setup_ref(how->setup);
    sync->config = how->setup->config;
    sync->accounts = (struct accounts){.settings = &sync->config->accounts,
                                       .corp = sync->config->accounts.app->corp_id,
                                       .locals = how->locals};
    sync->started_s = sync->accounts.now_s = sync_now_s(sync);
    sync->calls_before = asker_calls(how->asker);
    sync->phase = SYNC_READS_DIRECTORY;
    sync->crowd = crowd_new(sync->config);
    sync->seen = userset_new();
    sync->answered = userset_new();
    sync->gone = userset_new();
    sync->failed_people = userset_new();
    sync->apply = sync_apply_new(sync, on_idle, on_store_failed);
    sync->step = evtimer_new(how->base, on_step, sync);
    if (sync->crowd == NULL || sync->seen == NULL || sync->answered == NULL || sync->gone == NULL ||
        sync->failed_people == NULL || sync->apply == NULL || sync->step == NULL ||
        !add_directories(sync)) {
        free_sync(sync);
        return NULL;
    }
    sync_later(sync, next_directory);
    return sync;
}

void sync_cancel(struct sync *sync) {
    if (sync != NULL)
        free_sync(sync);
}

void sync_finish(struct sync *sync, enum sync_end end) {
    struct sync_how how = sync->how;
    struct sync_result result = sync->result;

    result.end = end;
    result.calls = asker_calls(how.asker) - sync->calls_before;
    result.members = userset_count(sync->seen);
    result.made = sync->log.counts[SYNC_MADE];
    result.withdrawn = sync->log.counts[SYNC_WITHDRAWN];
    result.returned = sync->log.counts[SYNC_RETURNED];
    sync_log_end(&sync->log);
    turn_page(how.memory);
    free_sync(sync);
    how.done(how.arg, &result);
}

void sync_stop(struct sync *sync, const char *what, const char *detail) {
    sync_part_failed(sync, what, "", detail, true);
    sync_finish(sync, SYNC_STOPPED);
}

void sync_progress(const struct sync *sync, struct sync_progress *progress) {
    *progress = (struct sync_progress){.phase = sync->phase,
                                       .members = userset_count(sync->seen),
                                       .calls = asker_calls(sync->how.asker) - sync->calls_before,
                                       .calls_left = (int64_t)asker_waiting(sync->how.asker)};
}
