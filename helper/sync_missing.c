/* Those who have an account and were not seen. Nobody is withdrawn here without a reason that would
 * stand before the administrator: the whole range was read and he is not in it (and so are not too
 * many others), or WeCom said so when asked about him.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/names.h"
#include "helper/sync_internal.h"

enum { LOOK_ROWS = 500, BRAKE_TOLD_S = 3600 };

/* What becomes of somebody who is missing. */
enum fate {
    LEFT_ALONE = 0, /* a part that could not be read may hold him: his own confirmations count */
    ASKED_FIRST,    /* asked for; withdrawn if WeCom says so */
    ASKED_OR_GONE,  /* asked for; withdrawn unless WeCom says that he is there */
    GONE,           /* withdrawn, then asked for */
    RECHECKED,      /* out of range for long: does WeCom still know him? */
};

struct missing {
    char userid[WECOM_USERID_MAX_BYTES + 1], name[STORE_NAME_BYTES], mobile[STORE_MOBILE_BYTES];
    bool was_active, connected, pending;
    enum fate fate;
    struct sync *sync;
};

/* What a job did, for the log: told when it is durable. */
struct deed {
    struct store_account account;
    struct accounts_change change;
};

struct sync_missing {
    struct missing *people;
    size_t count, room, at;
    char behind[WECOM_USERID_MAX_BYTES + 1]; /* whom the search goes on behind */
    size_t active;                           /* accounts, seen or not */
    struct missing *rechecks;
    size_t rechecks_count;
    bool rechecks_from_start;
    struct store_account *account; /* to work with */
    size_t batch_from, batch_to;   /* what a job is about */
    struct deed *deeds;            /* SYNC_BATCH of them */
    size_t deeds_count;
    bool changed;
};

void sync_missing_free(struct sync *sync) {
    if (sync->missing == NULL)
        return;
    free(sync->missing->people);
    free(sync->missing->rechecks);
    free(sync->missing->account);
    free(sync->missing->deeds);
    free(sync->missing);
    sync->missing = NULL;
}

/* ---- Who is missing -------------------------------------------------------------------------- */

static bool has_failed_department(const struct sync *sync, const struct store_account *a) {
    for (size_t i = 0; i < a->departments_count; i++) {
        for (size_t j = 0; j < sync->failed_departments.count; j++) {
            if (a->departments[i] == sync->failed_departments.ids[j] ||
                sync_directory_below(sync->main, a->departments[i],
                                     sync->failed_departments.ids[j]))
                return true;
        }
    }
    return false;
}

/* May a part that could not be read hold him? Somebody without departments is visible by a tag or
 * by name.
 */
static bool is_connected(const struct sync *sync, const struct store_account *a) {
    return has_failed_department(sync, a) || userset_has(sync->failed_people, a->userid) ||
           (sync->failed_tag && a->departments_count == 0);
}

/* Room for one more; NULL when there is no memory. */
static struct missing *add_missing(struct sync_missing *m) {
    if (m->count == m->room) {
        size_t room = 2 * m->room + 64;
        struct missing *more = reallocarray(m->people, room, sizeof *more);

        if (more == NULL)
            return NULL;
        m->people = more;
        m->room = room;
    }
    return &m->people[m->count++];
}

static void describe(struct missing *one, struct sync *sync, const struct store_account *a) {
    *one = (struct missing){.sync = sync};
    memcpy(one->userid, a->userid, sizeof one->userid);
    memcpy(one->name, a->name, sizeof one->name);
    memcpy(one->mobile, a->mobile, sizeof one->mobile);
    one->was_active = a->state == STORE_ACTIVE;
    one->connected = is_connected(sync, a);
}

/* Some of those who are out of range, other ones each time. */
static void note_out_of_range(struct sync *sync, const struct store_account *a) {
    struct sync_missing *m = sync->missing;
    char lower[sizeof a->userid];

    if (m->rechecks_count == SYNC_RECHECKS || !name_lower(lower, sizeof lower, a->userid) ||
        (!m->rechecks_from_start && strcmp(lower, sync->how.memory->recheck) <= 0))
        return;
    describe(&m->rechecks[m->rechecks_count], sync, a);
    m->rechecks[m->rechecks_count++].fate = RECHECKED;
    memcpy(sync->how.memory->recheck, lower, sizeof lower);
}

static bool take(struct sync *sync, const struct store_account *a) {
    struct sync_missing *m = sync->missing;
    struct missing *one;

    m->active += a->host && a->state == STORE_ACTIVE;
    if (userset_has(sync->seen, a->userid))
        return true;
    if (a->host && a->state == STORE_OUT_OF_RANGE)
        note_out_of_range(sync, a);
    if (a->state == STORE_OUT_OF_RANGE || a->state == STORE_DELETED || a->state == STORE_NO_STATE)
        return true;
    /* who has no Unix name may be seen by another application alone */
    if (!a->host && !a->confirmed_by_sync)
        return true;
    one = add_missing(m);
    if (one == NULL)
        return false;
    describe(one, sync, a);
    one->connected = one->connected || !a->host;
    return true;
}

static enum wecom_error look(void *arg, struct store_tx *tx) {
    struct sync *sync = arg;
    struct sync_missing *m = sync->missing;
    enum wecom_error err = WECOM_OK;

    for (int i = 0; i < LOOK_ROWS && err == WECOM_OK; i++) {
        err = store_next(tx, sync->accounts.corp, m->behind, m->account);
        if (err == WECOM_OK && strcmp(m->account->corp, sync->accounts.corp) != 0)
            err = WECOM_E_ABSENT;
        if (err != WECOM_OK)
            break;
        memcpy(m->behind, m->account->userid, sizeof m->behind);
        if (!take(sync, m->account))
            err = WECOM_E_MEMORY;
    }
    return err;
}

static void decide(struct sync *sync);

static void look_on(struct sync *sync) {
    enum wecom_error err = store_run(sync->how.store, STORE_READ, look, sync);

    if (err == WECOM_OK)
        sync_later(sync, look_on);
    else if (err == WECOM_E_ABSENT)
        decide(sync);
    else
        sync_stop(sync, "the store", store_trouble(sync->how.store));
}

void sync_missing_start(struct sync *sync) {
    struct sync_missing *m = calloc(1, sizeof *m);

    sync->phase = SYNC_LOOKS_FOR_MISSING;
    sync->missing = m;
    if (m != NULL) {
        m->account = calloc(1, sizeof *m->account);
        m->rechecks = calloc(SYNC_RECHECKS, sizeof *m->rechecks);
        m->deeds = calloc(SYNC_BATCH, sizeof *m->deeds);
    }
    if (m == NULL || m->account == NULL || m->rechecks == NULL || m->deeds == NULL) {
        sync_no_memory(sync);
        return;
    }
    m->rechecks_from_start = sync->how.memory->recheck[0] == '\0';
    look_on(sync);
}

/* ---- What becomes of them -------------------------------------------------------------------- */

/* Would absence alone withdraw too many? */
static bool brakes(const struct sync *sync, size_t leaving) {
    const struct sync_missing *m = sync->missing;
    const struct answer_range *range = &sync->main->range;

    if (leaving == 0 ||
        (sync->how.accepted > 0 && leaving <= sync->how.accepted + SYNC_BRAKE_PEOPLE))
        return false;
    if (range->departments.count == 0 && range->tags.count == 0 && range->users.count == 0)
        return true;
    return leaving > SYNC_BRAKE_PEOPLE && leaving * 100 > m->active * SYNC_BRAKE_PERCENT;
}

static enum fate fate_of(const struct sync *sync, const struct missing *one, bool braked,
                         size_t count) {
    if (userset_has(sync->answered, one->userid)) /* WeCom has said so already */
        return GONE;
    if (one->connected)
        return LEFT_ALONE;
    if (braked || sync->failed_any)
        return ASKED_FIRST;
    return count <= SYNC_FEW ? ASKED_OR_GONE : GONE;
}

/* Once an hour, and whenever the number changes. */
static void log_brake(const struct sync *sync, size_t leaving) {
    struct sync_memory *memory = sync->how.memory;
    struct log_line l;

    if (memory->braked == leaving && sync->started_s < memory->braked_told_s + BRAKE_TOLD_S &&
        sync->started_s >= memory->braked_told_s)
        return;
    memory->braked = leaving;
    memory->braked_told_s = sync->started_s;
    log_begin(&l, LOG_ERR,
              "synchronization would withdraw too many: they stay unless WeCom, asked about each, "
              "says that they are gone; wecomctl sync --accept withdraws them");
    log_number(&l, "missing", (int64_t)leaving);
    log_number(&l, "active", (int64_t)sync->missing->active);
    log_end(&l);
}

static void set_fates(struct sync *sync) {
    struct sync_missing *m = sync->missing;
    size_t leaving = 0, count = 0;
    bool braked;

    for (size_t i = 0; i < m->count; i++) {
        bool counts = !m->people[i].connected && !userset_has(sync->answered, m->people[i].userid);

        count += counts;
        leaving += counts && m->people[i].was_active;
    }
    braked = brakes(sync, leaving);
    if (braked)
        log_brake(sync, leaving);
    else
        sync->how.memory->braked = 0;
    for (size_t i = 0; i < m->count; i++) {
        m->people[i].fate = fate_of(sync, &m->people[i], braked, count);
        m->people[i].pending =
            braked && m->people[i].fate == ASKED_FIRST && m->people[i].was_active;
    }
}

/* ---- Into the store -------------------------------------------------------------------------- */

static enum wecom_error withdraw(struct sync *sync, struct store_tx *tx, const char *userid,
                                 bool deleted) {
    struct sync_missing *m = sync->missing;
    struct deed *deed = &m->deeds[m->deeds_count];
    enum wecom_error err =
        accounts_gone(&sync->accounts, tx, userid, deleted ? STORE_DELETED : STORE_OUT_OF_RANGE,
                      &deed->account, &deed->change);

    if (err != WECOM_OK)
        return err == WECOM_E_ABSENT ? WECOM_OK : err;
    m->deeds_count += deed->change.changed;
    return WECOM_OK;
}

static enum wecom_error leave_alone(struct sync *sync, struct store_tx *tx, const char *userid) {
    struct store_account *a = sync->missing->account;
    struct accounts_change change;
    enum wecom_error err = store_find_userid(tx, sync->accounts.corp, userid, a);

    if (err == WECOM_OK)
        err = accounts_unconfirmed(tx, a, sync->how.table_time_s, &change);
    if (err != WECOM_OK)
        return err == WECOM_E_ABSENT ? WECOM_OK : err;
    sync->missing->changed = sync->missing->changed || change.changed;
    return WECOM_OK;
}

static enum wecom_error settle(void *arg, struct store_tx *tx) {
    struct sync *sync = arg;
    struct sync_missing *m = sync->missing;
    enum wecom_error err = WECOM_OK;

    m->deeds_count = 0;
    m->changed = false;
    for (size_t i = m->batch_from; i < m->batch_to && err == WECOM_OK; i++) {
        const struct missing *one = &m->people[i];

        if (one->fate == GONE)
            err = withdraw(sync, tx, one->userid, userset_has(sync->gone, one->userid));
        else
            err = leave_alone(sync, tx, one->userid);
    }
    return err;
}

/* False when the store failed: the round is over. */
static bool run_job(struct sync *sync, store_work *job, void *arg) {
    struct sync_missing *m = sync->missing;

    sync->accounts.now_s = sync_now_s(sync);
    if (store_run(sync->how.store, STORE_WRITE, job, arg) != WECOM_OK) {
        sync_stop(sync, "the store", store_trouble(sync->how.store));
        return false;
    }
    for (size_t i = 0; i < m->deeds_count; i++)
        sync_log_change(&sync->log, &m->deeds[i].account, &m->deeds[i].change, true);
    if (m->changed || m->deeds_count > 0)
        sync->how.changed(sync->how.arg);
    return true;
}

static void ask_rest(struct sync *sync);

/* Everybody who was not seen is withdrawn, or counts by his own confirmations from now on. Only
 * then the table's time may say that everybody was seen.
 */
static void settle_on(struct sync *sync) {
    struct sync_missing *m = sync->missing;

    if (m->batch_to < m->count) {
        m->batch_from = m->batch_to;
        m->batch_to = m->batch_from + SYNC_BATCH < m->count ? m->batch_from + SYNC_BATCH : m->count;
        if (run_job(sync, settle, sync))
            sync_later(sync, settle_on);
        return;
    }
    sync->how.confirmed(sync->how.arg, sync->started_s);
    ask_rest(sync);
}

/* ---- Asking about one ------------------------------------------------------------------------ */

struct verdict {
    struct sync *sync;
    const struct missing *one;
    bool deleted;
};

static enum wecom_error apply_verdict(void *arg, struct store_tx *tx) {
    struct verdict *v = arg;

    v->sync->missing->deeds_count = 0;
    v->sync->missing->changed = false;
    return withdraw(v->sync, tx, v->one->userid, v->deleted);
}

/* False when the store failed: the round is over. */
static bool withdraw_now(struct sync *sync, const struct missing *one, bool deleted) {
    struct verdict v = {.sync = sync, .one = one, .deleted = deleted};

    return run_job(sync, apply_verdict, &v);
}

static bool describes(const struct asker_answer *answer, const char *userid) {
    struct answer_member member;

    return answer->outcome == ASKER_ANSWERED && answer_member(answer->json, &member) == WECOM_OK &&
           name_same_userid(member.userid, userid);
}

/* WeCom's word about one person. Whether it came before or after the withdrawal does not matter. */
static void on_answer(void *arg, const struct asker_answer *answer) {
    struct missing *one = arg;
    struct sync *sync = one->sync;

    sync->open--;
    if (describes(answer, one->userid)) {
        one->fate = LEFT_ALONE; /* he is there, whatever the lists say */
        if (!sync_apply_one(sync->apply, answer->json, ACCOUNTS_ASKED))
            sync_no_memory(sync);
    } else if (answer->outcome == ASKER_GONE || answer->outcome == ASKER_HIDDEN) {
        bool deleted = answer->outcome == ASKER_GONE;

        one->pending = false;
        if ((deleted || one->fate != RECHECKED) && !withdraw_now(sync, one, deleted))
            return;
        one->fate = GONE;
    } else if (answer->outcome == ASKER_STOP) {
        asker_drop(sync->how.asker);
        sync->open = 0; /* what is not asked is not known; who is missing by now, is */
    }
    sync_check(sync);
}

static void ask(struct sync *sync, struct missing *one) {
    if (asker_ask(sync->how.asker, sync->main->app, CALLS_USER_GET, one->userid, on_answer, one))
        sync->open++;
    else
        sync_no_memory(sync);
}

/* ---- Renames --------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b) {
    const struct missing *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static int compare_mobiles(const void *a, const void *b) {
    const struct missing *const *x = a, *const *y = b;

    return strcmp((*x)->mobile, (*y)->mobile);
}

/* Everybody in the sorted list who equals the key. */
static void tell_equals(struct sync *sync, const struct missing **sorted, size_t count,
                        const struct missing *key, int (*compare)(const void *, const void *),
                        const char *fresh, const char *by) {
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(&sorted[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < count && compare(&sorted[low], &key) == 0; low++)
        sync_log_rename(&sync->log, sorted[low]->userid, fresh, by);
}

/* A leaver and a newcomer who could be one person: for the administrator to say, never merged. */
static void tell_renames(struct sync *sync) {
    struct sync_missing *m = sync->missing;
    const struct missing **sorted = calloc(m->count + 1, sizeof *sorted);
    size_t count = 0;

    if (sorted == NULL)
        return;
    for (size_t i = 0; i < m->count; i++) {
        if (m->people[i].fate == GONE || m->people[i].pending)
            sorted[count++] = &m->people[i];
    }
    for (int by_name = 0; by_name < 2 && count > 0; by_name++) {
        int (*compare)(const void *, const void *) = by_name ? compare_names : compare_mobiles;

        qsort(sorted, count, sizeof *sorted, compare);
        for (size_t i = 0; i < sync->newcomers_count; i++) {
            const struct sync_newcomer *n = &sync->newcomers[i];
            struct missing key;

            memcpy(key.name, n->name, sizeof key.name);
            memcpy(key.mobile, n->mobile, sizeof key.mobile);
            if ((by_name ? key.name : key.mobile)[0] != '\0')
                tell_equals(sync, sorted, count, &key, compare, n->userid,
                            by_name ? "name" : "phone");
        }
    }
    free(sorted);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void finish(struct sync *sync) {
    struct sync_missing *m = sync->missing;

    tell_renames(sync);

    for (size_t i = 0; i < m->count; i++) {
        if (!m->people[i].pending)
            continue;
        if (sync->result.pending < SYNC_NAMES)
            memcpy(sync->result.pending_names[sync->result.pending], m->people[i].userid,
                   sizeof m->people[i].userid);
        sync->result.pending++;
    }
    if (m->rechecks_count < SYNC_RECHECKS)
        sync->how.memory->recheck[0] = '\0'; /* from the start next time */
    sync_finish(sync, sync->failed_any || sync->failed_rules ? SYNC_PARTLY : SYNC_WHOLE);
}

/* Those of whom nothing depends on in a hurry: as many as fit into one refresh at our pace, other
 * ones the next time.
 */
static void ask_rest(struct sync *sync) {
    struct sync_missing *m = sync->missing;
    const struct config_accounts *settings = sync->accounts.settings;
    int64_t most = settings->sync_calls_per_min * settings->refresh_s / 120;
    size_t from = 0, asked = 0;

    sync->phase = SYNC_ASKS_FOR_MISSING;
    sync->then = finish;
    while (from < m->count && strcasecmp(m->people[from].userid, sync->how.memory->asked) <= 0)
        from++;
    for (size_t i = 0; i < m->count && (int64_t)asked < most + SYNC_FEW; i++) {
        struct missing *one = &m->people[(from + i) % m->count];

        if (one->fate == LEFT_ALONE || one->fate == ASKED_OR_GONE ||
            userset_has(sync->answered, one->userid))
            continue;
        ask(sync, one);
        asked++;
        memcpy(sync->how.memory->asked, one->userid, sizeof one->userid);
    }
    for (size_t i = 0; i < m->rechecks_count; i++)
        ask(sync, &m->rechecks[i]);
    sync_check(sync);
}

/* The few were asked for: who is not there by WeCom's own word, is gone. */
static void after_few(struct sync *sync) {
    struct sync_missing *m = sync->missing;

    for (size_t i = 0; i < m->count; i++) {
        if (m->people[i].fate == ASKED_OR_GONE)
            m->people[i].fate = GONE;
    }
    settle_on(sync);
}

static void decide(struct sync *sync) {
    struct sync_missing *m = sync->missing;

    set_fates(sync);
    sync->then = after_few;
    for (size_t i = 0; i < m->count; i++) {
        if (m->people[i].fate == ASKED_OR_GONE)
            ask(sync, &m->people[i]);
    }
    sync_check(sync);
}
