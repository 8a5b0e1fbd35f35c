/* Described members into the store: looked at first, since hardly anybody differs, and those who do
 * written in small transactions with pauses between, in which others have their turn.
 */
#include <stdlib.h>
#include <string.h>

#include "helper/sync_internal.h"

/* An answer that waits: the list of a department, or one person. */
struct item {
    struct item *next;
    json_t *one;
    enum accounts_source source;
    uint32_t department;
    struct answer_list list; /* within `bytes` */
    size_t size;
    char bytes[];
};

struct entry {
    struct answer_member member;
    char mobile[STORE_MOBILE_BYTES];
    enum accounts_source source;
    bool admitted, differs;
    enum wecom_error refused; /* why this one cannot be written */
    bool was_host;            /* had a Unix name, or could have, before */
    struct store_account after;
    struct accounts_change change;
};

struct sync_apply {
    struct sync *sync;
    void (*idle)(struct sync *sync);
    void (*failed)(struct sync *sync);
    struct event *step;
    struct item *items, **last;
    size_t waiting_bytes;
    struct entry *entries; /* SYNC_BATCH of them */
    size_t count;
    bool working;
};

static void wake(struct sync_apply *apply) {
    static const struct timeval now = {0};

    apply->working = true;
    (void)evtimer_add(apply->step, &now);
}

static bool append(struct sync_apply *apply, struct item *item) {
    *apply->last = item;
    apply->last = &item->next;
    apply->waiting_bytes += item->size;
    wake(apply);
    return true;
}

bool sync_apply_list(struct sync_apply *apply, const struct answer_list *list,
                     uint32_t department) {
    size_t len = (size_t)(list->end - list->at);
    struct item *item = malloc(sizeof *item + len);

    if (item == NULL)
        return false;
    *item = (struct item){.source = ACCOUNTS_SYNC, .department = department, .size = len};
    memcpy(item->bytes, list->at, len);
    item->list = (struct answer_list){item->bytes, item->bytes + len};
    return append(apply, item);
}

bool sync_apply_one(struct sync_apply *apply, const json_t *json, enum accounts_source source) {
    struct item *item = calloc(1, sizeof *item);

    if (item == NULL)
        return false;
    item->source = source;
    item->one = json_deep_copy(json);
    if (item->one == NULL) {
        free(item);
        return false;
    }
    return append(apply, item);
}

static void drop_first(struct sync_apply *apply) {
    struct item *item = apply->items;

    apply->items = item->next;
    if (apply->items == NULL)
        apply->last = &apply->items;
    apply->waiting_bytes -= item->size;
    json_decref(item->one);
    free(item);
}

/* ---- What is to be applied next -------------------------------------------------------------- */

/* Somebody whose entry cannot be read: he is there, more is not known. */
static void note_unread(struct sync *sync, const char *userid) {
    sync_part_failed(sync, "member", userid,
                     "the answer does not have the form that WeCom describes", true);
    if (!userset_add(sync->failed_people, userid, NULL))
        sync_no_memory(sync);
}

/* Takes one described member; a second description of the same person in one round says nothing
 * new.
 */
static void take(struct sync_apply *apply, const struct item *item, const json_t *one) {
    struct entry *entry = &apply->entries[apply->count];
    struct sync *sync = apply->sync;
    answer_userid userid;
    bool fresh = false;
    enum wecom_error err = answer_userid_of(one, userid);

    if (err == WECOM_E_ABSENT)
        return;
    if (err != WECOM_OK) {
        sync_department_unread(sync, item->department, "it lists somebody without a userid");
        return;
    }
    *entry = (struct entry){.source = item->source};
    if (answer_member(one, &entry->member) != WECOM_OK) {
        note_unread(sync, userid);
        return;
    }
    answer_member_mobile(one, entry->mobile);
    if (!userset_add(sync->seen, userid, &fresh) ||
        (sync->main != NULL && !sync_directory_tag(sync->main, &entry->member)))
        sync_no_memory(sync);
    else if (fresh)
        apply->count++;
}

static void gather(struct sync_apply *apply) {
    apply->count = 0;
    while (apply->items != NULL && apply->count < SYNC_BATCH) {
        struct item *item = apply->items;
        bool failed = false;
        json_t *one =
            item->one != NULL ? json_incref(item->one) : answer_next(&item->list, &failed);

        if (failed)
            sync_no_memory(apply->sync);
        if (one != NULL)
            take(apply, item, one);
        if (one == NULL || item->one != NULL)
            drop_first(apply);
        json_decref(one);
    }
}

/* ---- Does anything differ? ------------------------------------------------------------------- */

/* May he have an account where he has none? */
static bool may_be_made(struct sync *sync, const struct answer_member *m) {
    if (!sync->accounts.settings->provision || members_state_of(m) != MEMBERS_ACTIVE)
        return false;
    crowd_look_at(sync->crowd, NULL, m->userid, m->departments, m->departments_count);
    return crowd_admits_host(sync->crowd) == POLICY_YES;
}

static enum wecom_error see(struct sync *sync, struct store_tx *tx, struct entry *entry,
                            bool looks_only) {
    struct accounts accounts = sync->accounts;
    enum wecom_error err;

    accounts.looks_only = looks_only;
    entry->change = (struct accounts_change){0};
    err = accounts_see(&accounts, tx, &entry->member,
                       entry->admitted ? ACCOUNTS_ADMIT : ACCOUNTS_CONFIRM, entry->source,
                       &entry->after, &entry->change);
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

static enum wecom_error look(void *arg, struct store_tx *tx) {
    struct sync_apply *apply = arg;
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < apply->count && err == WECOM_OK; i++) {
        struct entry *entry = &apply->entries[i];

        entry->admitted = may_be_made(apply->sync, &entry->member);
        err = see(apply->sync, tx, entry, true);
        entry->differs = entry->change.due;
    }
    return err;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static enum wecom_error write_one(struct sync *sync, struct store_tx *tx, struct entry *entry) {
    struct store_account *before = &entry->after; /* until he is seen */
    enum wecom_error err = store_find_userid(tx, sync->accounts.corp, entry->member.userid, before);

    entry->was_host = err == WECOM_OK && before->host;
    return err == WECOM_OK || err == WECOM_E_ABSENT ? see(sync, tx, entry, false) : err;
}

/* Undone as a whole for one who cannot be written; then again without him. */
static enum wecom_error write_all(void *arg, struct store_tx *tx) {
    struct sync_apply *apply = arg;
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < apply->count && err == WECOM_OK; i++) {
        struct entry *entry = &apply->entries[i];

        if (!entry->differs || entry->refused != WECOM_OK)
            continue;
        err = write_one(apply->sync, tx, entry);
        if (err == WECOM_E_TOO_LONG || err == WECOM_E_FORMAT || err == WECOM_E_PEER)
            *entry = (struct entry){.member = entry->member, .differs = true, .refused = err};
    }
    return err;
}

static void note_newcomer(struct sync *sync, const struct entry *entry) {
    struct sync_newcomer *n;

    if (sync->newcomers_count == SYNC_RENAMES_MOST)
        return;
    if (sync->newcomers_count == sync->newcomers_room) {
        size_t room = 2 * sync->newcomers_room + 64;

        n = reallocarray(sync->newcomers, room, sizeof *n);
        if (n == NULL)
            return;
        sync->newcomers = n;
        sync->newcomers_room = room;
    }
    n = &sync->newcomers[sync->newcomers_count++];
    memcpy(n->userid, entry->after.userid, sizeof n->userid);
    memcpy(n->name, entry->after.name, sizeof n->name);
    memcpy(n->mobile, entry->mobile, sizeof n->mobile);
}

static void report(struct sync *sync, const struct entry *entry) {
    if (entry->refused != WECOM_OK) {
        sync_part_failed(sync, "account of", entry->member.userid,
                         entry->refused == WECOM_E_TOO_LONG ? "uid_range has no number left"
                                                            : "the store refuses it",
                         false);
        return;
    }
    if (!entry->differs || !(entry->change.made || entry->change.changed))
        return;
    sync_log_change(&sync->log, &entry->after, &entry->change, entry->was_host);
    if (entry->after.host && !entry->was_host)
        note_newcomer(sync, entry);
}

/* False when the store failed. */
static bool write_batch(struct sync_apply *apply) {
    enum wecom_error err = WECOM_OK;
    bool changed = false;
    size_t tries = 0;

    do
        err = store_run(apply->sync->how.store, STORE_WRITE, write_all, apply);
    while ((err == WECOM_E_TOO_LONG || err == WECOM_E_FORMAT || err == WECOM_E_PEER) &&
           ++tries <= apply->count);
    if (err != WECOM_OK)
        return false;
    for (size_t i = 0; i < apply->count; i++) {
        report(apply->sync, &apply->entries[i]);
        changed = changed || apply->entries[i].change.changed || apply->entries[i].change.made;
    }
    if (changed)
        apply->sync->how.changed(apply->sync->how.arg);
    return true;
}

static bool any_differs(const struct sync_apply *apply) {
    for (size_t i = 0; i < apply->count; i++) {
        if (apply->entries[i].differs)
            return true;
    }
    return false;
}

static void on_step(evutil_socket_t fd, short what, void *arg) {
    struct sync_apply *apply = arg;
    struct sync *sync = apply->sync;

    (void)fd;
    (void)what;
    gather(apply);
    sync->accounts.now_s = sync_now_s(sync);
    if (apply->count > 0 && (store_run(sync->how.store, STORE_READ, look, apply) != WECOM_OK ||
                             (any_differs(apply) && !write_batch(apply)))) {
        apply->failed(sync);
        return;
    }
    sync_pace_answers(sync);
    sync->how.progress(sync->how.arg);
    if (apply->items != NULL) {
        wake(apply);
        return;
    }
    apply->working = false;
    apply->idle(sync);
}

/* ---- Life ------------------------------------------------------------------------------------ */

struct sync_apply *sync_apply_new(struct sync *sync, void (*idle)(struct sync *sync),
                                  void (*failed)(struct sync *sync)) {
    struct sync_apply *apply = calloc(1, sizeof *apply);

    if (apply == NULL)
        return NULL;
    *apply = (struct sync_apply){.sync = sync, .idle = idle, .failed = failed};
    apply->last = &apply->items;
    apply->entries = calloc(SYNC_BATCH, sizeof *apply->entries);
    apply->step = evtimer_new(sync->how.base, on_step, apply);
    if (apply->entries == NULL || apply->step == NULL) {
        sync_apply_free(apply);
        return NULL;
    }
    return apply;
}

void sync_apply_free(struct sync_apply *apply) {
    if (apply == NULL)
        return;
    while (apply->items != NULL)
        drop_first(apply);
    if (apply->step != NULL)
        event_free(apply->step);
    free(apply->entries);
    free(apply);
}

bool sync_apply_is_idle(const struct sync_apply *apply) {
    return !apply->working;
}

size_t sync_apply_waiting(const struct sync_apply *apply) {
    return apply->waiting_bytes;
}
