/* Asking WeCom for many things, one after the other, without going over our share of the company's
 * limits: a queue in front of client_ask with a pace, a few calls at once, and patience.
 *
 *   pace       so many calls a minute, other tries of the same call counted
 *   limits     45009: nobody asks for a while, longer each time, then the same is asked again
 *   trouble    -1, 45033, 5xx, no connection...: the same with shorter rests
 *   end        where nothing gets better, or the configuration is wrong, the outcome says so
 */
#ifndef WECOM_HELPER_ASKER_H
#define WECOM_HELPER_ASKER_H

#include "helper/wecom/client.h"

struct asker;

/* Zero is no outcome. */
enum asker_outcome {
    ASKER_NONE = 0,
    ASKER_ANSWERED,
    ASKER_GONE,   /* user/get: WeCom knows no such userid */
    ASKER_HIDDEN, /* user/get: outside the visible range of the application (60011, ...) */
    ASKER_FAILED, /* this cannot be read; something else may be */
    ASKER_STOP,   /* nothing can be read: there is no use in asking on */
};

/* Valid during the callback only. */
struct asker_answer {
    enum asker_outcome outcome;
    const json_t *json;                   /* ASKER_ANSWERED, else NULL */
    struct answer_list list;              /* of a call that has one */
    const struct client_failure *failure; /* why not; reason 0 when answered */
};

struct asker_limits {
    int64_t calls_per_min;
    unsigned int at_once;
    int64_t limited_ms, busy_ms; /* the first rest; doubles up to eight times that */
    unsigned int tries;          /* of one call, with rests between */
    unsigned int lost_in_row;    /* so many calls given up one after the other end it all */
};

/* What production uses, but for the rate. */
extern const struct asker_limits asker_usual_limits;

/* NULL when there is no memory. */
struct asker *asker_new(struct event_base *base, struct client_clock clock,
                        const struct asker_limits *limits);
void asker_free(struct asker *asker);
void asker_set_rate(struct asker *asker, int64_t calls_per_min);

/* Asks when its turn comes; `value` goes with the call's first parameter and is copied. `done` is
 * called exactly once unless asker_drop comes first, and never from here. False: no memory.
 */
bool asker_ask(struct asker *asker, struct client_app *app, enum calls_id id, const char *value,
               void (*done)(void *arg, const struct asker_answer *answer), void *arg);
/* All that waits and runs is forgotten. */
void asker_drop(struct asker *asker);

/* Nothing new is asked while it is held: those who work with the answers have enough. */
void asker_hold(struct asker *asker, bool held);

/* Calls made since asker_new, other tries counted. */
int64_t asker_calls(const struct asker *asker);
/* Asked and not answered yet. */
size_t asker_waiting(const struct asker *asker);
/* Why everybody rests now (a log text), NULL when nobody does. */
const char *asker_resting(const struct asker *asker);

#endif
