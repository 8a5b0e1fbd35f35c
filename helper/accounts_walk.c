/* All accounts, one slice after the other. */
#include "helper/accounts_walk.h"

#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"

struct accounts_walk {
    struct store *store;
    bool (*wants)(void *arg, const struct store_account *account);
    void (*take)(void *arg, const struct store_account *accounts, size_t count, bool is_last,
                 enum wecom_error error);
    void *arg;
    struct store_ticket *job;
    /* behind which row the slice begins, and where the next one does */
    char corp[WECOM_CORP_ID_MAX_BYTES + 1], userid[WECOM_USERID_MAX_BYTES + 1];
    char next_corp[WECOM_CORP_ID_MAX_BYTES + 1], next_userid[WECOM_USERID_MAX_BYTES + 1];
    bool is_last;
    size_t count;
    struct store_account one, slice[ACCOUNTS_WALK_SLICE];
};

static enum wecom_error run(void *arg, struct store_tx *tx) {
    struct accounts_walk *walk = arg;
    struct deadline until = deadline_in_ms(ACCOUNTS_WALK_MS);
    enum wecom_error err = WECOM_OK;

    walk->count = 0;
    memcpy(walk->next_corp, walk->corp, sizeof walk->corp);
    memcpy(walk->next_userid, walk->userid, sizeof walk->userid);
    do {
        err = store_next(tx, walk->next_corp, walk->next_userid, &walk->one);
        if (err != WECOM_OK)
            break;
        memcpy(walk->next_corp, walk->one.corp, sizeof walk->corp);
        memcpy(walk->next_userid, walk->one.userid, sizeof walk->userid);
        if (walk->wants(walk->arg, &walk->one))
            walk->slice[walk->count++] = walk->one;
    } while (walk->count < ACCOUNTS_WALK_SLICE && deadline_left_ms(until) > 0);
    walk->is_last = err == WECOM_E_ABSENT;
    return walk->is_last ? WECOM_OK : err;
}

static void on_done(void *arg, enum wecom_error error) {
    struct accounts_walk *walk = arg;

    walk->job = NULL;
    memcpy(walk->corp, walk->next_corp, sizeof walk->corp);
    memcpy(walk->userid, walk->next_userid, sizeof walk->userid);
    walk->take(walk->arg, walk->slice, error == WECOM_OK ? walk->count : 0, walk->is_last, error);
}

bool accounts_walk_on(struct accounts_walk *walk) {
    walk->job = store_submit(walk->store, STORE_READ, run, on_done, walk);
    return walk->job != NULL;
}

struct accounts_walk *
accounts_walk_start(struct store *store,
                    bool (*wants)(void *arg, const struct store_account *account),
                    void (*take)(void *arg, const struct store_account *accounts, size_t count,
                                 bool is_last, enum wecom_error error),
                    void *arg) {
    struct accounts_walk *walk = calloc(1, sizeof *walk);

    if (walk == NULL)
        return NULL;
    walk->store = store;
    walk->wants = wants;
    walk->take = take;
    walk->arg = arg;
    if (!accounts_walk_on(walk)) {
        free(walk);
        return NULL;
    }
    return walk;
}

void accounts_walk_drop(struct accounts_walk *walk) {
    if (walk == NULL)
        return;
    store_drop(walk->job);
    free(walk);
}
