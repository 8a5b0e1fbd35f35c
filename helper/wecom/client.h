/* Asking WeCom: one request with everything that belongs to it, namely the access token, another
 * try where that is right, and an end before the deadline.
 *
 *   token      kept for each application in memory only; fetched once however many requests wait;
 *              renewed before it expires, and once when WeCom refuses it
 *   transient  -1, 45033, 6000, 45035, HTTP 429 and 5xx: at most 3 tries with growing pauses
 *   lost       sent, and no whole or no readable answer: asked once more
 *
 * A Secret that WeCom refuses is not tried again at once: WeCom blocks an address for an hour after
 * many wrong ones (page 90313, 45009).
 */
#ifndef WECOM_HELPER_WECOM_CLIENT_H
#define WECOM_HELPER_WECOM_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/config.h"
#include "helper/wecom/answer.h"
#include "helper/wecom/calls.h"
#include "helper/wecom/http.h"
#include "helper/wecom/reach.h"
#include "wecom/verdict.h"

struct event_base;
struct client;
struct client_app;
struct client_request;

/* Milliseconds that only grow; passed in so that hours pass at once in a test. */
struct client_clock {
    int64_t (*now_ms)(void *self);
    void *self;
};

/* Why WeCom's answer is of no use, fit for a log. Reason 0: nothing failed. */
struct client_failure {
    enum wecom_reason reason;
    int errcode;            /* WeCom's; 0 when it never answered */
    enum http_outcome http; /* how the last try ended */
    const char *cure;       /* id of a text, NULL */
    char detail[256];       /* cleaned; holds no secret */
    char ip[48];            /* our address as WeCom sees it, "" */
};

/* Valid during the callback only. */
struct client_result {
    struct client_failure failure; /* reason 0 on success */
    const json_t *json;            /* the answer; NULL on failure, and for client_want_token */
    struct answer_list list;       /* of a call that has one: its long list, read so far as to be
                                    * well-formed JSON */
    bool asked_again; /* an answer got lost, or a failed try may have been carried out */
    int64_t date_s;   /* WeCom's clock, 0 when unknown */
    int tries;        /* calls that it took */
};

/* What `status` tells. */
struct client_app_status {
    int64_t token_valid_s; /* -1: none */
    uint64_t requests;     /* sent to WeCom since the start */
    struct client_failure last;
    int64_t last_age_s; /* -1: nothing failed yet */
};

struct client *client_new(struct event_base *base, struct http_sender sender,
                          struct client_clock clock);
/* After everything that holds an application but its own fetch of a token, which ends here. */
void client_free(struct client *client);

/* One application; its settings are copied. It goes with the last reference, and a request that
 * runs holds one. NULL when there is no memory.
 */
struct client_app *client_app_new(struct client *client, const struct config_app *settings);
struct client_app *client_app_ref(struct client_app *app);
void client_app_unref(struct client_app *app);
const struct config_app *client_app_settings(const struct client_app *app);
void client_app_status(const struct client_app *app, struct client_app_status *status);

/* Does WeCom answer this application? Each try of each request says something about it, and nothing
 * is asked from here. As reach_now; while a refused Secret keeps it from asking, WeCom has
 * answered.
 */
enum reach_state client_app_reach(const struct client_app *app, int64_t *down_ms);

/* Ends a fetch of a token that runs in the background: before the event loop goes. */
void client_app_retire(struct client_app *app);

/* Forgets that the Secret was refused, and what ca_file held: the administrator has changed
 * something.
 */
void client_app_forget_failure(struct client_app *app);

/* Asks. `done` is called exactly once unless the request is cancelled first, and never from here.
 * `values` are copied. The request ends at `deadline_ms` of the clock at the latest. NULL when
 * there is no memory.
 */
struct client_request *client_ask(struct client_app *app, enum calls_id id,
                                  const char *const values[CALLS_PARAMETERS], int64_t deadline_ms,
                                  void (*done)(void *arg, const struct client_result *result),
                                  void *arg);

/* Fetches a new token over a new connection whatever there is, for the administrator's check. */
struct client_request *
client_check_token(struct client_app *app, int64_t deadline_ms,
                   void (*done)(void *arg, const struct client_result *result), void *arg);
void client_cancel(struct client_request *request);

/* ---- Tokens for another process, and from one --------------------------------------------------
 * Only one process of a helper knows the Secret and fetches tokens; the other asks it. A token goes
 * by its number, counted by the process that fetched it, so that the refusal of an old one does not
 * drop a new one.
 */
struct client_token {
    const struct secret *secret; /* NULL: there is none */
    int64_t valid_ms;
    unsigned int number; /* never 0 */
};

/* Makes sure that the application has a token other than number `refused` (0: whatever there is),
 * fetching one where needed; client_app_token tells it in `done`.
 */
struct client_request *
client_want_token(struct client_app *app, unsigned int refused, int64_t deadline_ms,
                  void (*done)(void *arg, const struct client_result *result), void *arg);
struct client_token client_app_token(const struct client_app *app);

/* From now on `want` is called where gettoken would be: at most once until client_give_token
 * answers, which must not happen from inside. `refused`: the number of a token that WeCom does not
 * take any more, 0 none.
 */
void client_ask_for_tokens(struct client *client,
                           void (*want)(void *arg, struct client_app *app, unsigned int refused),
                           void *arg);
/* A token, or (secret NULL) why there is none. What is answered unasked is taken too. */
void client_give_token(struct client_app *app, const struct client_token *token,
                       const struct client_failure *failure);

#endif
