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
    char user[WECOM_USER_MAX_BYTES + 1];       /* "" when the host set none */
    char link[WECOM_LINK_MAX_BYTES + 1];       /* "" when the name is no local one */
    char expected[WECOM_USERID_MAX_BYTES + 1]; /* who has the name; "": not known */
    char rhost[257];
    bool identity;
    int64_t begun_ms;
    int64_t deadline_ms;  /* of the clock; a little before the host gives up */
    int64_t ask_until_ms; /* WeCom's answer must be there a little before that */
};

/* Fills it in from the message and answers "ready". */
void request_open(struct request *r, struct helper *helper, struct server_peer *peer,
                  const struct wire_message *message);
void request_close(struct request *r);

/* A copy for what goes on when the host has hung up: it has no peer, and is closed like the other.
 */
void request_keep(struct request *copy, const struct request *r);

/* Sets the timer off at the deadline. False when it cannot, also for a timer that is NULL. */
bool request_arm(const struct request *r, struct event *deadline);

/* Why this host may not ask this, for the log; NULL when it may. Checks callers=, the WECOM_APP
 * that the host chose, and that identity and account= agree.
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

/* Which login it is, for the person to whom a message goes. */
struct request_told {
    char host[65], origin[65]; /* "": a terminal of the machine */
    char time[64];
};
void request_tell(const struct request *r, struct request_told *told);

/* "EVENT id= service= user= userid= method= rhost= reason= ms= detail= cure=". Only names that look
 * like names are logged: what was typed at a prompt for a name may be a password.
 */
void request_log(const struct request *r, int level, const char *event, const char *userid,
                 const char *method, enum wecom_reason reason,
                 const struct client_failure *failure);

#endif
