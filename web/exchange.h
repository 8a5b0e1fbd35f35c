/* Questions to the helper: asked without waiting, answered by the loop.
 *
 * One connection to web.sock is one exchange: the request, "ready" within WECOM_READY_MS, then one
 * answer. The other end must be the helper (common/channel.h).
 */
#ifndef WECOM_WEB_EXCHANGE_H
#define WECOM_WEB_EXCHANGE_H

#include "common/address.h"
#include "common/wire.h"

struct event_base;
struct exchange;
struct exchanges;

/* Called once, from the loop and never from exchange_start. `answer` is the message of the wanted
 * verb, good until the call returns; NULL: there is none, and `why` says so for the log.
 */
typedef void exchange_done(void *arg, const struct wire_message *answer, const char *why);

/* `path` of the socket stays the caller's. NULL: no memory. */
struct exchanges *exchanges_new(struct event_base *base, const char *path);
/* Ends those that run: each is told that there is no answer. */
void exchanges_end(struct exchanges *all);
void exchanges_free(struct exchanges *all);

/* Asks. `wanted` is the verb of the answer; WIRE_READY: the helper being there is enough.
 * `limit_ms` is for all of it. WECOM_E_TOO_LONG: the request does not fit a packet.
 * WECOM_E_TIMEOUT: too many are running, in all or for this client. Anything else: no helper. After
 * an error nothing is called.
 */
enum wecom_error exchange_start(struct exchanges *all, const struct address *client,
                                const struct wire_message *request, enum wire_verb wanted,
                                int64_t limit_ms, exchange_done *done, void *arg,
                                struct exchange **started);

/* Hangs up; `done` is not called. */
void exchange_cancel(struct exchange *x);

#endif
