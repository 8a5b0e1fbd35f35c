/* When the table is published. */
#include "helper/publisher.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/table.h"
#include "helper/accounts.h"
#include "helper/log.h"
#include "helper/table_writer.h"
#include "wecom/paths.h"

struct publisher {
    struct store *store;
    const struct config *config; /* NULL before the first one */
    int64_t (*now_s)(void *arg);
    void (*published)(void *arg, bool good);
    void *arg;
    struct event *timer;
    int64_t due_ms; /* when the timer comes; 0: it does not */
    int64_t last_ms;
    bool ever;
    struct locals *locals;
    struct userset *told;
    struct publisher_state state;
};

static void on_due(evutil_socket_t fd, short what, void *arg);

struct publisher *publisher_new(struct event_base *base, struct store *store,
                                int64_t (*now_s)(void *arg),
                                void (*published)(void *arg, bool good), void *arg) {
    struct publisher *p = calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    *p = (struct publisher){.store = store, .now_s = now_s, .published = published, .arg = arg};
    p->told = userset_new();
    p->timer = evtimer_new(base, on_due, p);
    if (p->told == NULL || p->timer == NULL) {
        publisher_free(p);
        return NULL;
    }
    return p;
}

void publisher_free(struct publisher *p) {
    if (p == NULL)
        return;
    if (p->timer != NULL)
        event_free(p->timer);
    userset_free(p->told);
    locals_free(p->locals);
    free(p);
}

/* Not later than it was meant to come anyway. */
static void plan(struct publisher *p, int64_t ms) {
    int64_t now = deadline_now_ms(), due = now + ms;
    struct timeval tv;

    if (p->ever && due < p->last_ms + PUBLISHER_PAUSE_MS)
        due = p->last_ms + PUBLISHER_PAUSE_MS;
    if (p->due_ms != 0 && p->due_ms <= due)
        return;
    p->due_ms = due;
    ms = due > now ? due - now : 0;
    tv = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    (void)evtimer_add(p->timer, &tv);
}

void publisher_want(struct publisher *p) {
    if (p->config != NULL && p->config->accounts.wanted)
        plan(p, 0);
}

void publisher_want_sometime(struct publisher *p) {
    if (p->config != NULL && p->config->accounts.wanted)
        plan(p, PUBLISHER_LAZY_MS);
}

/* What the table says that there is. */
static int64_t time_of_table(const char *path) {
    struct table table;
    int64_t time_s;

    if (table_open(path, TABLE_ANY_OWNER, &table) != WECOM_OK)
        return 0;
    time_s = table.mtime_s > 0 ? table.mtime_s : 0;
    table_close(&table);
    return time_s;
}

void publisher_configure(struct publisher *p, const struct config *config) {
    bool same_table = p->config != NULL && p->state.table_time_s > 0 &&
                      strcmp(p->config->accounts.table, config->accounts.table) == 0;

    p->config = config;
    if (!same_table)
        p->state.table_time_s = time_of_table(config->accounts.table);
    publisher_want(p);
}

static bool have_locals(struct publisher *p) {
    if (p->locals != NULL && !locals_is_stale(p->locals))
        return true;
    locals_free(p->locals);
    p->locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    return p->locals != NULL;
}

static bool publish_now(struct publisher *p) {
    struct publish publish = {.store = p->store,
                              .config = p->config,
                              .confirmed_s = p->state.table_time_s,
                              .now_s = p->now_s(p->arg),
                              .told = p->told};
    struct publish_counts counts;
    char why[sizeof p->state.error] = "";

    if (!have_locals(p)) {
        (void)snprintf(why, sizeof why, "/etc/passwd or /etc/group cannot be read");
    } else {
        publish.locals = p->locals;
        if (publish_table(&publish, &counts, why, sizeof why) == WECOM_OK) {
            if (p->state.error[0] != '\0')
                log_event(LOG_NOTICE, "accounts are published again", NULL);
            p->state.error[0] = '\0';
            p->state.counts = counts;
            p->state.published_s = publish.now_s;
            return true;
        }
    }
    if (strcmp(p->state.error, why) != 0)
        log_event(LOG_ERR, "accounts cannot be published: the old table stays", why);
    memcpy(p->state.error, why, sizeof why);
    return false;
}

static void on_due(evutil_socket_t fd, short what, void *arg) {
    struct publisher *p = arg;
    bool good;

    (void)fd;
    (void)what;
    p->due_ms = 0;
    good = publish_now(p);
    p->ever = true;
    p->last_ms = deadline_now_ms();
    if (!good)
        plan(p, PUBLISHER_RETRY_MS);
    p->published(p->arg, good);
}

static enum wecom_error read_changes(void *arg, struct store_tx *tx) {
    return store_changes(tx, arg);
}

void publisher_confirm(struct publisher *p, int64_t started_s) {
    int64_t changes = 0;

    /* a time in the future confirms nobody: the clock was wrong then, or was set back */
    if (started_s > p->state.table_time_s || p->state.table_time_s > started_s + ACCOUNTS_SKEW_S)
        p->state.table_time_s = started_s;
    if (p->state.published_s == 0 ||
        store_run(p->store, STORE_READ, read_changes, &changes) != WECOM_OK ||
        changes != p->state.counts.changes ||
        table_writer_touch(p->config->accounts.table, p->state.table_time_s) != WECOM_OK)
        publisher_want(p);
}

bool publisher_is_due(const struct publisher *p) {
    return p->due_ms != 0;
}

const struct publisher_state *publisher_state(const struct publisher *p) {
    return &p->state;
}
