/* Is this userid an active member? WeCom's user/get, asked once however many logins want to know,
 * its answer remembered for a short time.
 */
#ifndef WECOM_HELPER_MEMBERS_H
#define WECOM_HELPER_MEMBERS_H

#include <stdint.h>

#include "helper/wecom/answer.h"
#include "helper/wecom/client.h"

enum {
    MEMBERS_FRESH_MS = 60000,  /* an active member is taken at WeCom's word for this long */
    MEMBERS_ABSENT_MS = 10000, /* anybody else for this long: a hire gets in on the next try */
    MEMBERS_MOST = 8192,       /* remembered at once, about 10 MB */
    MEMBERS_ASK_MS = 20000,    /* one question, whoever still waits for it */
};

/* Zero: not known. */
enum members_state {
    MEMBERS_UNKNOWN = 0,
    MEMBERS_ACTIVE,
    MEMBERS_DISABLED,      /* status 2, or enable 0 */
    MEMBERS_NOT_ACTIVATED, /* status 4: never signed in to WeCom */
    MEMBERS_LEFT,          /* status 5, or a status that no page names */
    MEMBERS_NOT_VISIBLE,   /* unknown, deleted, or outside the application's visible range */
};

struct members_answer {
    enum members_state state;
    struct answer_member member;   /* what WeCom said, where it knows the person */
    struct client_failure failure; /* why not, where the state is unknown or not visible */
    int64_t answered_ms;           /* by the clock of members_new; 0: not by WeCom */
    bool remembered;               /* not said for this question */
};

struct members;
struct members_watch;

/* What WeCom's description makes of the member. Only status 1 is in, whatever comes to be. */
enum members_state members_state_of(const struct answer_member *member);

/* NULL when there is no memory. */
struct members *members_new(struct client_clock clock);
void members_free(struct members *members);

/* The remembered answer while it is fresh, else NULL. Valid until the event loop goes on. */
const struct members_answer *members_known(struct members *members, const struct client_app *app,
                                           const char *userid);

/* Asks WeCom, or joins those who wait for the same answer. `done` is called once unless the watch
 * is dropped first, and never from here; the watch is gone then. NULL when there is no memory.
 */
struct members_watch *members_ask(struct members *members, struct client_app *app,
                                  const char *userid,
                                  void (*done)(void *arg, const struct members_answer *answer),
                                  void *arg);
void members_drop(struct members_watch *watch);

/* What is remembered of the member counts no more: something has changed. A question that runs
 * goes on, and its answer is remembered.
 */
void members_forget(struct members *members, const struct client_app *app, const char *userid);

/* The remembered answer while it is fresh, at once; else WeCom's, later, `*watch` being who waits.
 * `done` gets a copy of its own, and may end whoever called. False when there is no memory; nothing
 * was called then.
 */
bool members_hear(struct members *members, struct client_app *app, const char *userid,
                  struct members_watch **watch,
                  void (*done)(void *arg, const struct members_answer *answer), void *arg);

/* The reason word for whoever is not active; none for who is. */
enum wecom_reason members_reason(const struct members_answer *answer);

#endif
