/* Carries messages of the WeCom application to members. A message belongs to nobody's login: it
 * begins a little later, when nobody can tell whether the prompt took longer for it, and goes on
 * when the host has hung up. Nothing goes to whom WeCom does not call an active member now, more
 * than throttle.h allows goes to nobody, and one person gets one after the other.
 */
#ifndef WECOM_HELPER_COURIER_H
#define WECOM_HELPER_COURIER_H

#include <jansson.h>

#include "helper/request.h"

enum {
    COURIER_ASK_MS = 20000, /* one message with everything that it takes */
    /* It begins after the one and at most the other more, by chance. */
    COURIER_LATER_LEAST_MS = 50,
    COURIER_LATER_MORE_MS = 200,
    COURIER_MOST = 256, /* at once; one more is not sent, and that is logged */
};

struct courier;
struct courier_job;

/* A kind of message. */
struct courier_letter {
    const char *method;        /* that it is for; for the log */
    const char *sent, *unsent; /* events of the log */
    enum calls_id call;        /* takes userid, type, AgentId and what `write` writes */
    const char *type;          /* msgtype (page 90236) */
    /* What the message says, as a string that is wiped and freed after use; NULL: no memory. */
    char *(*write)(void *arg, const struct request *r);
    /* The end, told once. Reason 0: it was sent, and `answer` is WeCom's; else `answer` is NULL. */
    void (*done)(void *arg, const struct request *r, const char *userid, enum wecom_reason reason,
                 const json_t *answer);
};

/* NULL when there is no memory. */
struct courier *courier_new(struct helper *helper);
/* What is not sent yet ends unsent. Before what it works with goes. NULL allowed. */
void courier_free(struct courier *courier);

/* Messages that go on or are about to begin. */
unsigned int courier_count(const struct courier *courier);

/* Sends one to the member, for the login of `r`, which is copied. `letter` stays. NULL: there are
 * too many (which is logged), or there is no memory; `done` is not called then, and never from
 * here.
 */
struct courier_job *courier_send(const struct request *r, const char *userid,
                                 const struct courier_letter *letter, void *arg);

/* Takes it back. True: nothing was sent, the job is gone and `done` will not be called. False: it
 * is with WeCom already.
 */
bool courier_recall(struct courier_job *job);

#endif
