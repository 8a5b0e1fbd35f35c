/* The control port: plain HTTP on loopback, JSON in, JSON out, one table of routes. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "fields.h"
#include "server.h"

struct evhttp_request;
struct evkeyvalq;

/* The callback for every request of the control port; arg is the server. */
void control_request(struct evhttp_request *request, void *arg);

/* One request, as the handlers see it. */
struct order {
    struct server *server;
    json_t *body; /* an object, empty when none was sent */
    const struct evkeyvalq *query;
    json_t *answer;       /* an object; {"ok":true} when the handler leaves it empty */
    char why[FIELDS_WHY]; /* set when a handler returns false: answered with 400 */
};

/* A handler's "no": sets why and returns false. */
bool order_refuse(struct order *order, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The application of body key "agent_id"; NULL with why set. */
struct app *order_app(struct order *order, int64_t agent_id);

/* Handlers, by topic. */
bool control_mint(struct order *order);
bool control_phone(struct order *order);
bool control_scan(struct order *order);
bool control_token(struct order *order);
bool control_option(struct order *order);
bool control_show_options(struct order *order);
bool control_clock(struct order *order);
bool control_certificate(struct order *order);
bool control_member(struct order *order);
bool control_member_gone(struct order *order);
bool control_department(struct order *order);
bool control_tag(struct order *order);
bool control_app(struct order *order);
bool control_fault(struct order *order);
bool control_fault_clear(struct order *order);
bool control_show_faults(struct order *order);
bool control_counts(struct order *order);
bool control_counts_reset(struct order *order);
bool control_requests(struct order *order);
bool control_outbox(struct order *order);
bool control_outbox_clear(struct order *order);
bool control_click(struct order *order);
bool control_health(struct order *order);

#endif
