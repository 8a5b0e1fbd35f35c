/* One exchange with the helper: a relay between its socket and the person. It knows nothing about
 * methods of signing in.
 */
#ifndef PAM_WECOM_EXCHANGE_H
#define PAM_WECOM_EXCHANGE_H

#include "common/deadline.h"
#include "common/wire.h"
#include "pam_wecom/call.h"
#include "pam_wecom/result.h"
#include "wecom/error.h"

/* The helper asks at most so often in one exchange. */
enum { EXCHANGE_ASKS_MOST = 64 };

struct exchange {
    struct wire_message *request, *reply;
    struct deadline until;
    bool may_ask;             /* an ask is put to the person; else none may come */
    char id[17];              /* of the helper, for log and person; "" before its ready */
    enum wecom_error error;   /* why, beside the outcome */
    int error_number;         /* errno of WECOM_E_SYSTEM */
    enum wecom_reason reason; /* of a remembered grant, which needed no exchange */
};

/* Prepares for a request of this verb. False without memory. exchange_end in any case. */
bool exchange_start(struct exchange *x, enum wire_verb verb, struct deadline until);

/* Sends the request and waits for its "ready", no more. OUTCOME_GRANTED, ABSENT or STRANGER. */
enum outcome exchange_tell(const struct call *c, struct exchange *x);

/* The whole: request, ready, asks, until the result is in `reply`. OUTCOME_GRANTED says only that:
 * nothing of the result has been looked at. Neither function leaves a descriptor open.
 */
enum outcome exchange_run(const struct call *c, struct exchange *x);

/* Wipes and frees. */
void exchange_end(struct exchange *x);

#endif
