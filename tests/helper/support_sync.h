/* Synchronizations inside the test: a real simulator, a real store, one round at a time. */
#ifndef WECOM_TESTS_HELPER_SUPPORT_SYNC_H
#define WECOM_TESTS_HELPER_SUPPORT_SYNC_H

#include "helper/accounts.h"
#include "helper/setup.h"
#include "helper/sync.h"
#include "tests/helper/support.h"
#include "tests/sim/simctl.h"

#define SYNCED_CORP "ww1234567890abcdef"

struct synced {
    char *directory;
    struct event_base *base;
    struct sim *sim; /* tests/sim/members.json */
    struct http *http;
    struct client *client;
    struct setup *setup;
    struct store *store;
    struct asker *asker;
    struct sync_memory *memory;
    struct locals *locals;
    struct sync *sync; /* while a round runs */

    /* The test may set these between rounds. */
    int64_t skew_s; /* how far our clock is ahead */
    int64_t table_time_s;
    size_t accepted;

    /* Of the last round. */
    volatile int done;
    struct sync_result result;
    int changed;
    int64_t confirmed_s; /* 0: not told */
    char *log;           /* lines since the round began */
};

/* `more`: lines of [accounts] and whole sections behind it. `sim_arguments` may be NULL. */
struct synced *synced_new(const char *more, const char *const *sim_arguments);
void synced_free(struct synced *s);
/* Another configuration. */
void synced_configure(struct synced *s, const char *more);
/* Other limits for asking than the quick ones. */
void synced_limits(struct synced *s, const struct asker_limits *limits);

/* One round to its end. Its confirmation becomes the table's time. */
void synced_round(struct synced *s);
/* The same, which must be whole. */
void synced_whole(struct synced *s);
void synced_start(struct synced *s);

/* The account of that userid; false: none. */
bool synced_find(struct synced *s, const char *userid, struct store_account *account);
/* Its state; STORE_NO_STATE: there is none. */
enum store_state synced_state(struct synced *s, const char *userid);
/* Accounts in that state that are host accounts. */
int synced_count(struct synced *s, enum store_state state);
int64_t synced_number(struct synced *s, const char *key);
int64_t synced_changes(struct synced *s);
/* How often the text stands in the log of the last round. */
int synced_says(const struct synced *s, const char *text);
/* Something that changes when anybody writes to the store: time and size of its log. */
char *synced_print(const struct synced *s);

#endif
