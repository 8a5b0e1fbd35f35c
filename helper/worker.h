/* The daemon's side of the second process: starts it and starts it again, tells it the settings,
 * gives it access tokens, writes its log lines, and knows how far it is.
 *
 *     worker = worker_start(&how);
 *     after a change in the store:      worker_publish(worker);
 *     to wait until it is published:    wait = worker_wait(worker, changes, done, arg);
 *     another configuration:            worker_settings(worker);
 *     wecomctl sync [--accept]:         worker_sync(worker, ...), worker_watch(...)
 */
#ifndef WECOM_HELPER_WORKER_H
#define WECOM_HELPER_WORKER_H

#include "helper/setup.h"
#include "helper/worker_status.h"

struct event_base;
struct worker;
struct worker_wait;
struct worker_watch;

enum {
    WORKER_PAUSE_MS = 1000, /* before it is started again; doubles up to */
    WORKER_PAUSE_MOST_MS = 60000,
    WORKER_STEADY_MS = 60000, /* whoever lived so long begins with the first pause again */
    WORKER_END_MS = 5000,     /* so long it may take to end when it is told to */
    WORKER_LAST_MS = 2000,    /* ... and when it has closed its socket by itself */
    WORKER_TOKEN_MS = 24000,  /* one token for it */
};

struct worker_how {
    struct event_base *base;
    struct client_clock clock;
    const char *program; /* NULL: this program */
    /* The configuration that is in force, whenever it is needed. */
    struct setup *(*setup)(void *arg);
    void *arg;
};

/* Starts the second process if the configuration needs one. NULL when there is no memory; a process
 * that cannot be started is tried again like one that died.
 */
struct worker *worker_start(const struct worker_how *how);
/* Ends the process and waits for it. Those who wait and watch are not called any more, and must not
 * be dropped afterwards. NULL allowed.
 */
void worker_stop(struct worker *worker);

/* Another configuration is in force: starts or ends the process where that makes the difference. */
void worker_settings(struct worker *worker);

/* The store has changed in a way that the table shows. */
void worker_publish(struct worker *worker);

/* Calls `done` once, never from here, when the table shows the store as it was at that count of
 * changes (store_changes), or could not be written (published false). Publishes if need be. Without
 * an end of its own: whoever waits has one. NULL when there is no memory.
 */
struct worker_wait *worker_wait(struct worker *worker, int64_t changes,
                                void (*done)(void *arg, bool published), void *arg);
void worker_unwait(struct worker_wait *wait);

/* A synchronization now, without waiting for its time; one that runs is followed by another. The
 * number of the round that answers: it is over when the status says asked >= number. `accept`:
 * those who are pending by the status of now may be withdrawn.
 */
int64_t worker_sync(struct worker *worker, bool accept);

/* The latest that is known; never NULL. */
const struct worker_status *worker_status(const struct worker *worker);

/* Calls `told` with each report that comes, from the event loop. NULL when there is no memory. */
struct worker_watch *worker_watch(struct worker *worker,
                                  void (*told)(void *arg, const struct worker_status *status),
                                  void *arg);
void worker_unwatch(struct worker_watch *watch);

#endif
