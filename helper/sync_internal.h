/* What the files of a synchronization share.
 *
 *     sync.c             the order of the parts, failures, the end
 *     sync_directory.c   range, departments and tags of one application
 *     sync_apply.c       described members into the store, in small transactions
 *     sync_missing.c     those who were not seen
 *     sync_log.c         what became of people, as lines of the log
 */
#ifndef WECOM_HELPER_SYNC_INTERNAL_H
#define WECOM_HELPER_SYNC_INTERNAL_H

#include <event2/event.h>

#include "helper/accounts.h"
#include "helper/crowd.h"
#include "helper/log.h"
#include "helper/sync.h"
#include "helper/userset.h"

enum {
    SYNC_BATCH = 100,          /* rows of one transaction, a few milliseconds */
    SYNC_LINES = 50,           /* of a kind in one round; the rest is summed up */
    SYNC_FEW = 20,             /* missing people who are asked for before anything is done */
    SYNC_RECHECKS = 20,        /* people out of range who are asked for in one round */
    SYNC_RENAMES_MOST = 10000, /* newcomers that are compared with those who left */
};

/* ---- Log ------------------------------------------------------------------------------------- */

enum sync_event {
    SYNC_MADE,
    SYNC_NO_LOGIN,
    SYNC_WITHDRAWN,
    SYNC_RETURNED,
    SYNC_HELD,
    SYNC_RENAMED,
    SYNC_EVENTS
};

struct sync_log {
    size_t counts[SYNC_EVENTS];
};

/* Says what has become of an account; `was_host`: it had a Unix name, or could have, before. */
void sync_log_change(struct sync_log *log, const struct store_account *account,
                     const struct accounts_change *change, bool was_host);
void sync_log_rename(struct sync_log *log, const char *old, const char *fresh, const char *by);
/* How many lines were left out. */
void sync_log_end(const struct sync_log *log);

/* ---- Directory of one application ------------------------------------------------------------ */

struct sync_tag {
    uint32_t id;
    bool in_range, in_rules;
    bool failed; /* not read, or its departments could not be */
    bool read;
    struct answer_tag names;
    struct userset *members; /* in_rules with departments: everybody whom the tag names so far */
};

struct sync_directory {
    struct sync *sync;
    struct sync_directory *next;
    struct client_app *app;
    const char *name;
    bool of_accounts; /* its members become accounts */
    struct answer_range range;
    struct answer_department *tree; /* what can be listed, ascending; parents as WeCom tells them */
    size_t tree_count, tree_room;
    bool tree_failed; /* a part of it is what was stored before */
    struct sync_tag *tags;
    size_t tags_count;
    size_t at;   /* the tag that is asked for */
    size_t open; /* answers that are waited for */
    bool failed; /* could not be read at all */
    void (*done)(struct sync_directory *directory);
};

/* Reads it; `done` comes later, never from here. */
void sync_directory_read(struct sync_directory *directory);
void sync_directory_clear(struct sync_directory *directory);
/* Is the department that one, or below it, by the tree? */
bool sync_directory_below(const struct sync_directory *directory, uint32_t id, uint32_t top);
/* A member was described: he has the tags that name his departments. False: no memory. */
bool sync_directory_tag(struct sync_directory *directory, const struct answer_member *member);
/* The departments with their parents as the rules want them, the caller's to free. */
struct store_department *sync_directory_rows(const struct sync_directory *directory, size_t *count);
/* What was read goes into the store: departments, and tags once their members are known. */
enum wecom_error sync_directory_store_tree(struct sync_directory *directory);
enum wecom_error sync_directory_store_tags(struct sync_directory *directory);

/* ---- Members into the store ------------------------------------------------------------------ */

struct sync_apply;

/* `idle` comes when everything given has been brought into the store; `failed` when the store
 * fails. Both later, never from inside.
 */
struct sync_apply *sync_apply_new(struct sync *sync, void (*idle)(struct sync *sync),
                                  void (*failed)(struct sync *sync));
void sync_apply_free(struct sync_apply *apply);
/* The answer of user/list about a department. False: no memory. */
bool sync_apply_list(struct sync_apply *apply, const struct answer_list *list, uint32_t department);
/* The answer of user/get; `source`: WeCom was asked about this person, or a part of the range was
 * read that consists of him.
 */
bool sync_apply_one(struct sync_apply *apply, const json_t *json, enum accounts_source source);
bool sync_apply_is_idle(const struct sync_apply *apply);
/* Bytes that wait. */
size_t sync_apply_waiting(const struct sync_apply *apply);

/* ---- Missing people -------------------------------------------------------------------------- */

/* Looks for them, decides, asks; ends with sync_finish. */
void sync_missing_start(struct sync *sync);
void sync_missing_free(struct sync *sync);
struct sync_missing;

/* ---- The round ------------------------------------------------------------------------------- */

/* A newcomer of this round. */
struct sync_newcomer {
    char userid[WECOM_USERID_MAX_BYTES + 1], name[STORE_NAME_BYTES], mobile[STORE_MOBILE_BYTES];
};

struct sync {
    struct sync_how how;
    struct config *config; /* of how.setup */
    struct accounts accounts;
    struct sync_directory *directories; /* that of [accounts] first, if there is one */
    struct sync_directory *reading;
    struct sync_directory *main; /* that of [accounts]; NULL: no accounts are wanted */
    struct crowd *crowd;
    struct sync_apply *apply;
    struct sync_missing *missing;
    struct sync_log log;
    struct event *step; /* what is to be done next, from the loop */
    void (*next)(struct sync *sync);
    void (*then)(struct sync *sync); /* when all answers are there and in the store */

    enum sync_phase phase;
    int64_t started_s, calls_before;
    size_t open; /* answers that are waited for */
    struct userset *seen;
    struct userset *wanted;   /* who is asked for one by one */
    struct userset *answered; /* WeCom said in this round: gone, or not visible */
    struct userset *gone;     /* ... and of these: it knows no such userid */
    /* Parts of the range that could not be read. */
    struct answer_ids failed_departments;
    size_t failed_room;
    struct userset *failed_people;
    bool failed_tag, failed_any; /* of the range */
    bool failed_rules;           /* only what rules ask for */
    size_t lines;                /* of the log about such parts */
    void *asks;                  /* what is asked for, with sync */
    bool held, no_memory;
    struct sync_newcomer *newcomers;
    size_t newcomers_count, newcomers_room;
    struct sync_result result;
};

int64_t sync_now_s(const struct sync *sync);
/* Calls `next` from the loop. */
void sync_later(struct sync *sync, void (*next)(struct sync *sync));
/* The round is over. Frees it. */
void sync_finish(struct sync *sync, enum sync_end end);
/* The same for a reason that concerns everything. */
void sync_stop(struct sync *sync, const char *what, const char *detail);
/* Goes on with `then` if nothing is waited for any more. */
void sync_check(struct sync *sync);
/* Those who bring the answers into the store are not to drown in them. */
void sync_pace_answers(struct sync *sync);
/* There is no memory: the round stops, from the loop. */
void sync_no_memory(struct sync *sync);
/* Why something could not be read, in a few words. */
const char *sync_why(const struct asker_answer *answer);
/* A part could not be read: one ERR line, unless the last round said the same. `in_range`: people
 * are visible through it.
 */
void sync_part_failed(struct sync *sync, const char *what, const char *name, const char *why,
                      bool in_range);
/* ... and it is this department, or something below it. */
void sync_department_failed(struct sync *sync, uint32_t id);
/* The members of a department cannot be read: both of the above. */
void sync_department_unread(struct sync *sync, uint32_t id, const char *why);

/* Keeps what a round remembers for the next one. */
struct sync_memory {
    struct userset *told; /* parts that failed in the last round, with their reason */
    struct userset *told_now;
    char recheck[WECOM_USERID_MAX_BYTES + 1]; /* behind whom the next round goes on */
    char asked[WECOM_USERID_MAX_BYTES + 1];
    size_t braked; /* so many would have gone, as the log was told */
    int64_t braked_told_s;
};

#endif
