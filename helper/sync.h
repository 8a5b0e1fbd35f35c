/* One synchronization: who is visible to the application of [accounts], how the departments lie,
 * and who has the tags that rules name; read from WeCom at a pace and brought into the store.
 *
 *  1. What WeCom did not say MUST NOT withdraw anybody: only a round that has read every part of
 * the visible range may conclude from absence. Any other asks about each person who is missing, and
 *     withdraws whom WeCom's answer about that person shows as gone.
 *  2. Nor may a round conclude from absence for more than a fifth of the active accounts and more
 *     than ten people, or from an empty visible range: it asks the administrator.
 *  3. Whoever was not seen is withdrawn, or counts by his own confirmations alone, in the store and
 *     on disk, before the table's time says that everybody was seen.
 *
 * Order: range, departments and tags of each application that a rule asks for; members, department
 * by department, brought into the store as they come; those whom only a tag or their name makes
 * visible, one by one; those who are missing.
 */
#ifndef WECOM_HELPER_SYNC_H
#define WECOM_HELPER_SYNC_H

#include "helper/asker.h"
#include "helper/locals.h"
#include "helper/setup.h"
#include "helper/store.h"

struct sync;
struct sync_memory;

enum {
    SYNC_BRAKE_PERCENT = 20, /* of the active accounts, and */
    SYNC_BRAKE_PEOPLE = 10,  /* more people than that */
    SYNC_NAMES = 20,         /* of pending people that a report carries */
};

enum sync_phase {
    SYNC_RESTS = 0,
    SYNC_READS_DIRECTORY,
    SYNC_READS_MEMBERS,
    SYNC_READS_PEOPLE, /* one by one */
    SYNC_LOOKS_FOR_MISSING,
    SYNC_ASKS_FOR_MISSING,
    SYNC_PHASES
};

struct sync_progress {
    enum sync_phase phase;
    size_t members;            /* seen so far */
    int64_t calls, calls_left; /* made, and known to come */
};

/* How a round ended. Zero is no end. */
enum sync_end {
    SYNC_NO_END = 0,
    SYNC_WHOLE,   /* everything was read */
    SYNC_PARTLY,  /* some parts could not be read */
    SYNC_STOPPED, /* nobody was withdrawn for being absent, and nobody counts as confirmed */
};

struct sync_result {
    enum sync_end end;
    char error[320]; /* why not whole, cleaned; "" */
    int64_t calls;
    size_t members; /* visible people */
    size_t pending; /* missing people who are not withdrawn: the administrator must say */
    char pending_names[SYNC_NAMES][WECOM_USERID_MAX_BYTES + 1];
    size_t made, withdrawn, returned;
};

struct sync_how {
    struct event_base *base;
    struct asker *asker;
    struct store *store;
    struct setup *setup; /* the round holds a reference */
    const struct locals *locals;
    struct sync_memory *memory;
    int64_t (*now_s)(void *arg); /* of the Epoch */
    int64_t table_time_s;        /* of the published table; 0: there is none */
    /* The administrator has seen that so many people would go, and wants it; 0: nothing of the kind
     */
    size_t accepted;
    void (*changed)(void *arg);                      /* the store has changed */
    void (*confirmed)(void *arg, int64_t started_s); /* everybody not told apart was seen: the
                                                      * table's time may be that */
    void (*progress)(void *arg);
    void (*done)(void *arg, const struct sync_result *result); /* the round is gone then */
    void *arg;
};

/* What one round leaves to the next. NULL when there is no memory. */
struct sync_memory *sync_memory_new(void);
void sync_memory_free(struct sync_memory *memory);

/* The rules may name other tags than before: until they are read, nobody is known to have a tag or
 * not. To be called before rules are used with another configuration.
 */
enum wecom_error sync_rules_changed(struct store *store, const struct config *config);

/* Has every directory that the rules ask for been read once? */
bool sync_is_known(struct store *store, const struct config *config);

/* Begins a round. Callbacks come later, never from here. NULL when there is no memory. */
struct sync *sync_start(const struct sync_how *how);
/* Ends it, whatever it is at; what is in the store stays. NULL allowed. */
void sync_cancel(struct sync *sync);
void sync_progress(const struct sync *sync, struct sync_progress *progress);

#endif
