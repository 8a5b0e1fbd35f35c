/* One API call under way, as the handlers see it. */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "server.h"

#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdbool.h>

#define CALL_TEXT 512 /* bytes of an error text */

struct call_row;

struct call {
    struct server *server;
    const struct call_row *row;
    struct evkeyvalq *query;
    json_t *body;         /* an object; empty when there was none or it was no JSON */
    bool body_broken;     /* it was no JSON object */
    const char *peer;     /* the caller's address */
    struct app *app;      /* whose token it is; NULL for gettoken */
    json_t *answer;       /* what the handler answers, without errcode and errmsg */
    char text[CALL_TEXT]; /* error text of the handler; empty: the usual one */
};

/* Who may call. */
enum call_rights {
    CALL_OPEN = 0,     /* needs no token */
    CALL_APP = 1,      /* a self-built application; the contacts secret gets 48002 */
    CALL_CONTACTS = 2, /* the contacts secret; an application gets 48002 */
    CALL_BOTH = 3,
    CALL_READ = 5 /* an application; the contacts secret gets 48009, from known addresses 0 */
};

/* A row of the table of calls: a new call is a new row and its handler. */
struct call_row {
    const char *path; /* below /cgi-bin/ */
    const char *method;
    enum call_rights rights;
    int wrong_method;                 /* errcode for the other method */
    bool spares_rate;                 /* a call that succeeds is not counted (document 90454) */
    const char *empty;                /* names of arrays that stand empty in error answers */
    int (*handle)(struct call *call); /* returns errcode */
};

/* A parameter of the query; NULL when it is missing or empty. */
const char *call_param(const struct call *call, const char *name);

/* A whole number in the query. False when it is missing or no number (*present tells which). */
bool call_number(const struct call *call, const char *name, int64_t *number, bool *present);

/* Sets the error text and returns errcode. */
int call_fail(struct call *call, int errcode, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a string, number... to the answer; a NULL string is left out. */
void call_string(struct call *call, const char *name, const char *value);
void call_int(struct call *call, const char *name, int64_t value);
void call_json(struct call *call, const char *name, json_t *value); /* takes the value over */

/* The agentid of body or query belongs to the token: 0, 41011, 40056 or 301002. */
int call_agent(struct call *call, json_t *agentid);

/* Handlers, by topic. */
int calls_gettoken(struct call *call);
int calls_getuserinfo(struct call *call);
int calls_getuserinfo_old(struct call *call);
int calls_getuserdetail(struct call *call);
int calls_getuserdetail_old(struct call *call);
int calls_user_get(struct call *call);
int calls_user_list(struct call *call);
int calls_user_simplelist(struct call *call);
int calls_user_list_id(struct call *call);
int calls_department_list(struct call *call);
int calls_department_simplelist(struct call *call);
int calls_department_get(struct call *call);
int calls_tag_list(struct call *call);
int calls_tag_get(struct call *call);
int calls_agent_get(struct call *call);
int calls_message_send(struct call *call);
int calls_message_update(struct call *call);
int calls_message_recall(struct call *call);
int calls_api_domain_ip(struct call *call);
int calls_callback_ip(struct call *call);

#endif
