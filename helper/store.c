/* Jobs of the store: their queue, their order, and which of them share a transaction.
 *
 * Many people arrive together, and each of them writes a row. A transaction of its own for each row
 * would cost an fsync each; so jobs that wait behind one that writes share its transaction, each in
 * a savepoint that is undone when the job fails. They are reported after the COMMIT. When the
 * transaction as a whole is lost (the disk is full), its jobs are run once more, one by one.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "common/deadline.h"
#include "helper/store_internal.h"

enum {
    BATCH_MOST = 64, /* jobs of one transaction */
    BATCH_MS = 10,   /* and no further one is begun after that time */
};

struct store_ticket {
    TAILQ_ENTRY(store_ticket) link;
    enum store_mode mode;
    store_work *run;
    void (*done)(void *arg, enum wecom_error error);
    void *arg;
    int64_t submitted_ms;
    enum wecom_error error;
    bool dropped;
};

TAILQ_HEAD(tickets, store_ticket);

struct store {
    struct store_db db;
    struct event *wake;      /* when there is something to do, or to try again */
    struct tickets waiting;  /* in order of submission */
    struct tickets finished; /* to be reported */
    size_t alone;            /* so many of the next jobs do not share a transaction */
    int64_t busy_since_ms;   /* others have kept us waiting since then; -1: they do not */
    int rest_ms;             /* the next pause between two tries */
    bool running;            /* a job is, right now */
};

/* The pause after this one: 1, 2, 4 ... ms. */
static int longer(int rest_ms) {
    return rest_ms == 0 ? 1 : rest_ms * 2 < STORE_REST_MOST_MS ? rest_ms * 2 : STORE_REST_MOST_MS;
}

/* ---- One job --------------------------------------------------------------------------------- */

static enum wecom_error error_of(int code) {
    switch (code & 0xff) {
    case SQLITE_OK:
        return WECOM_OK;
    case SQLITE_NOMEM:
        return WECOM_E_MEMORY;
    case SQLITE_BUSY:
        return WECOM_E_TIMEOUT;
    default:
        return WECOM_E_SYSTEM;
    }
}

/* Runs a job in the open transaction. A failure of the store counts even if the job made light of
 * it.
 */
static enum wecom_error run_work(struct store *store, enum store_mode mode, store_work *run,
                                 void *arg) {
    struct store_tx tx = {.db = &store->db, .writes = mode == STORE_WRITE};
    enum wecom_error error;

    store->running = true;
    error = run(arg, &tx);
    store->running = false;
    return tx.failed != SQLITE_OK ? error_of(tx.failed) : error;
}

/* The same within a savepoint: a job that fails leaves no trace in the transaction. */
static enum wecom_error run_saved(struct store *store, const struct store_ticket *ticket) {
    int code = store_sql_do(&store->db, STORE_SQL_SAVE, NULL);
    enum wecom_error error;

    if (code == SQLITE_OK) {
        error = run_work(store, ticket->mode, ticket->run, ticket->arg);
        if (!store_db_is_open(&store->db))
            return error;
        if (error != WECOM_OK)
            code = store_sql_do(&store->db, STORE_SQL_UNDO, NULL);
        if (code == SQLITE_OK)
            code = store_sql_do(&store->db, STORE_SQL_KEEP, NULL);
        if (code == SQLITE_OK)
            return error;
    }
    store_db_trouble(&store->db, code);
    store_db_rollback(&store->db);
    return error_of(code);
}

enum wecom_error store_run(struct store *store, enum store_mode mode, store_work *run, void *arg) {
    struct deadline until = deadline_in_ms(STORE_BUSY_MS);
    enum wecom_error error;
    int code, rest_ms = 1;

    if (store->running) /* inside another job */
        return WECOM_E_SYSTEM;
    while ((code = store_db_begin(&store->db, mode == STORE_WRITE)) == SQLITE_BUSY &&
           deadline_left_ms(until) > 0) {
        deadline_rest(until, rest_ms);
        rest_ms = longer(rest_ms);
    }
    if (code == SQLITE_BUSY)
        store_db_trouble(&store->db, code);
    if (code != SQLITE_OK) {
        store_db_leave_turn(&store->db);
        return error_of(code);
    }
    error = run_work(store, mode, run, arg);
    if (error == WECOM_OK)
        return error_of(store_db_commit(&store->db));
    store_db_rollback(&store->db);
    return error;
}

/* ---- The queue ------------------------------------------------------------------------------- */

/* Looks after the queue from the loop; in the course of it other events get their turn. */
static void wake_in(struct store *store, int ms) {
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    if (evtimer_pending(store->wake, NULL) == 0 && evtimer_add(store->wake, &time) != 0)
        event_active(store->wake, EV_TIMEOUT, 1); /* no memory: at once, then */
}

static void finish(struct store *store, struct store_ticket *ticket, enum wecom_error error) {
    ticket->error = error;
    TAILQ_REMOVE(&store->waiting, ticket, link);
    TAILQ_INSERT_TAIL(&store->finished, ticket, link);
}

/* Tells those who wait. They may submit and drop jobs while they are told. */
static void report(struct store *store) {
    struct store_ticket *ticket;

    while ((ticket = TAILQ_FIRST(&store->finished)) != NULL) {
        struct store_ticket told = *ticket;

        TAILQ_REMOVE(&store->finished, ticket, link);
        free(ticket);
        if (!told.dropped)
            told.done(told.arg, told.error);
    }
}

/* Somebody else writes: those who waited long enough are told, the others wait for a little more.
 */
static void put_off(struct store *store) {
    int64_t now_ms = deadline_now_ms();
    struct store_ticket *ticket, *next;

    if (store->busy_since_ms < 0) {
        store->busy_since_ms = now_ms;
        store->rest_ms = 0;
    }
    for (ticket = TAILQ_FIRST(&store->waiting); ticket != NULL; ticket = next) {
        int64_t since_ms = ticket->submitted_ms > store->busy_since_ms ? ticket->submitted_ms
                                                                       : store->busy_since_ms;

        next = TAILQ_NEXT(ticket, link);
        if (now_ms - since_ms >= STORE_BUSY_MS) {
            store_db_trouble(&store->db, SQLITE_BUSY);
            finish(store, ticket, WECOM_E_TIMEOUT);
        }
    }
    store->rest_ms = longer(store->rest_ms);
    if (TAILQ_EMPTY(&store->waiting))
        store_db_leave_turn(&store->db);
}

/* Runs the jobs at the head of the queue in the open transaction; how many. */
static size_t run_batch(struct store *store, bool writes) {
    size_t most = store->alone > 0 ? 1 : BATCH_MOST, count = 0;
    struct deadline until = deadline_in_ms(BATCH_MS);
    struct store_ticket *ticket;

    for (ticket = TAILQ_FIRST(&store->waiting); ticket != NULL; ticket = TAILQ_NEXT(ticket, link)) {
        if (count == most || (ticket->mode == STORE_WRITE && !writes) ||
            (count > 0 && deadline_left_ms(until) == 0))
            break;
        count++;
        if (ticket->dropped)
            continue;
        ticket->error = writes ? run_saved(store, ticket)
                               : run_work(store, ticket->mode, ticket->run, ticket->arg);
        if (!store_db_is_open(&store->db))
            break;
    }
    return count;
}

/* The batch is over: its jobs are in the database, or none of them is. */
static void end_batch(struct store *store, size_t count) {
    bool lost = !store_db_is_open(&store->db);
    int code = lost ? SQLITE_OK : store_db_commit(&store->db);

    if ((lost || code != SQLITE_OK) && count > 1) {
        store->alone = count;
        return;
    }
    if (store->alone > 0)
        store->alone--;
    for (; count > 0; count--) {
        struct store_ticket *ticket = TAILQ_FIRST(&store->waiting);
        enum wecom_error error = ticket->error;

        if (error == WECOM_OK && (lost || code != SQLITE_OK))
            error = lost ? WECOM_E_SYSTEM : error_of(code);
        finish(store, ticket, error);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *arg) {
    struct store *store = arg;
    struct store_ticket *first = TAILQ_FIRST(&store->waiting);
    int code;

    (void)fd;
    (void)what;
    if (first == NULL)
        return;
    code = store_db_begin(&store->db, first->mode == STORE_WRITE);
    if (code == SQLITE_BUSY) {
        put_off(store);
    } else {
        store->busy_since_ms = -1;
        if (code == SQLITE_OK)
            end_batch(store, run_batch(store, first->mode == STORE_WRITE));
        else
            finish(store, first, error_of(code));
    }
    report(store);
    if (!TAILQ_EMPTY(&store->waiting))
        wake_in(store, store->busy_since_ms < 0 ? 0 : store->rest_ms);
}

struct store_ticket *store_submit(struct store *store, enum store_mode mode, store_work *run,
                                  void (*done)(void *arg, enum wecom_error error), void *arg) {
    struct store_ticket *ticket = calloc(1, sizeof *ticket);

    if (ticket == NULL)
        return NULL;
    *ticket = (struct store_ticket){
        .mode = mode, .run = run, .done = done, .arg = arg, .submitted_ms = deadline_now_ms()};
    TAILQ_INSERT_TAIL(&store->waiting, ticket, link);
    wake_in(store, 0);
    return ticket;
}

/* The queue takes it away when it gets there. */
void store_drop(struct store_ticket *ticket) {
    if (ticket != NULL)
        ticket->dropped = true;
}

/* ---- The store ------------------------------------------------------------------------------- */

struct store *store_open(const char *state_dir, struct event_base *base, char *why,
                         size_t why_bytes) {
    struct store *store = calloc(1, sizeof *store);

    if (store == NULL) {
        (void)snprintf(why, why_bytes, "out of memory");
        return NULL;
    }
    TAILQ_INIT(&store->waiting);
    TAILQ_INIT(&store->finished);
    store->busy_since_ms = -1;
    if (!store_db_open(&store->db, state_dir, why, why_bytes)) {
        free(store);
        return NULL;
    }
    store->wake = base != NULL ? evtimer_new(base, on_wake, store) : NULL;
    if (base != NULL && store->wake == NULL) {
        (void)snprintf(why, why_bytes, "out of memory");
        store_close(store);
        return NULL;
    }
    return store;
}

static void free_all(struct tickets *tickets) {
    struct store_ticket *ticket;

    while ((ticket = TAILQ_FIRST(tickets)) != NULL) {
        TAILQ_REMOVE(tickets, ticket, link);
        free(ticket);
    }
}

void store_close(struct store *store) {
    if (store == NULL)
        return;
    if (store->wake != NULL)
        event_free(store->wake);
    free_all(&store->waiting);
    free_all(&store->finished);
    store_db_close(&store->db);
    free(store);
}

const char *store_trouble(const struct store *store) {
    return store->db.trouble;
}

void store_checkpoint(struct store *store) {
    int code =
        sqlite3_wal_checkpoint_v2(store->db.sqlite, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

    /* somebody else does it already, or reads: next time */
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
        store_db_trouble(&store->db, code);
}
