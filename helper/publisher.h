/* When the table is published: soon after a change, at most once in two seconds, and its time set
 * where a synchronization found nothing changed.
 */
#ifndef WECOM_HELPER_PUBLISHER_H
#define WECOM_HELPER_PUBLISHER_H

#include "helper/publish.h"

struct event_base;
struct publisher;

enum {
    PUBLISHER_PAUSE_MS = 2000,  /* between two publications */
    PUBLISHER_LAZY_MS = 30000,  /* for changes that nobody waits for */
    PUBLISHER_RETRY_MS = 10000, /* after a failure */
};

struct publisher_state {
    int64_t published_s;  /* when it was published last by this process; 0: not yet */
    int64_t table_time_s; /* the table's time; 0: never synchronized, or no table */
    struct publish_counts counts;
    char error[320]; /* why the last publication failed, "" */
};

/* `published`: after each publication, or failure. The table that there is keeps its time. NULL
 * when there is no memory.
 */
struct publisher *publisher_new(struct event_base *base, struct store *store,
                                int64_t (*now_s)(void *arg),
                                void (*published)(void *arg, bool good), void *arg);
void publisher_free(struct publisher *publisher);

/* Another configuration, which must outlive the next call: publishes. */
void publisher_configure(struct publisher *publisher, const struct config *config);
/* Something has changed: publishes as soon as the pause allows. */
void publisher_want(struct publisher *publisher);
/* The same without hurry. */
void publisher_want_sometime(struct publisher *publisher);
/* A synchronization that began then saw everybody: the table says so, at once where nothing has
 * changed, else with the next publication.
 */
void publisher_confirm(struct publisher *publisher, int64_t started_s);

/* Is there something that the table does not say yet? */
bool publisher_is_due(const struct publisher *publisher);

const struct publisher_state *publisher_state(const struct publisher *publisher);

#endif
