/* What a host said of the person and of itself when it opened an exchange, and the log line that
 * closes it: the same for logins, account checks and sessions.
 */
#ifndef WECOM_HELPER_REQUEST_H
#define WECOM_HELPER_REQUEST_H

#include "helper/helper.h"
#include "helper/log.h"
#include "helper/reply.h"

struct event;

struct request {
    struct helper *helper;
    struct server_peer *peer;
    struct setup *setup;                  /* a reference: kept over a reload */
    const struct config_service *service; /* NULL: the service has no section */
    struct client_app *app; /* a reference: kept when a service hands over another one */
    char id[REPLY_ID_BYTES];
    char service_name[WECOM_SERVICE_MAX_BYTES + 1];
    char *words;       /* the next three: their limits are far from what they need, and many wait */
    const char *user;  /* "" when the host set none */
    const char *link;  /* "" when the name is no local one */
    const char *rhost; /* "" when it is not known */
    char expected[WECOM_USERID_MAX_BYTES + 1]; /* who has the name; "": not known */
    bool identity;
    int64_t begun_ms;
    int64_t deadline_ms;  /* of the clock; a little before the host gives up */
    int64_t ask_until_ms; /* WeCom's answer must be there a little before that */
};

/* Fills it in from the message and answers "ready". Without memory it is one that is refused. */
void request_open(struct request *r, struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message);
void request_close(struct request *r);
/* The same request for something that outlives the exchange: without its peer, with references of
 * its own. False when there is no memory; nothing is to be closed then.
 */
bool request_copy(struct request *to, const struct request *from);

/* Sets the timer off at the deadline. False when it cannot, also for a timer that is NULL. */
bool request_arm(const struct request *r, struct event *deadline);

/* Why this host may not ask this, for the log; NULL when it may. Checks that the request is whole,
 * callers=, the WECOM_APP that the host chose, and that identity and account= agree.
 */
const char *request_refusal(const struct request *r, const struct wire_message *message);

/* Puts such a refusal into `failure`, with what to do where that is known. Returns the id of the
 * person's sentence; NULL: that of not_allowed.
 */
const char *request_explain(const char *why, struct client_failure *failure);

/* The userid that the login is for: of the link, with `identity` the name itself, else of the
 * account that has the name, or the only userid that could come to have it. NULL when that is not
 * known (yet).
 */
const char *request_expected_userid(const struct request *r);

/* Is it certain already that this member is not whom the request is for? */
bool request_is_other(const struct request *r, const char *userid);

/* Does this member belong to the link of the request, or to its name where that is a userid?
 * Reason 0: yes. A name that is a login name is a question to the store.
 */
enum wecom_reason request_match(const struct request *r, const char *userid);

/* Which login it is, for the person whom it is for. */
struct request_told {
    char host[65], origin[65]; /* "": a terminal of the machine */
    char time[64];             /* of its begin */
};
void request_tell(const struct request *r, struct request_told *told);

/* So long ago, as "2026-11-23 08:30:00 +0800" of the machine; "" when that cannot be told. */
void request_time(const struct helper *helper, int64_t age_s, char *out, size_t bytes);
/* The machine's own name; "" when it has none. */
void request_host(char *out, size_t bytes);

/* "EVENT id= service= user= userid= method= rhost= reason= ms= detail= cure=". Only names that look
 * like names are logged: what was typed at a prompt for a name may be a password. `failure` NULL,
 * or without detail and cure: nothing for the administrator.
 */
void request_log(const struct request *r, int level, const char *event, const char *userid,
                 const char *method, enum wecom_reason reason,
                 const struct client_failure *failure);

#endif
