/* The people at the browser side: phones, remembered consent, pages that wait. */
#ifndef SIM_PHONES_H
#define SIM_PHONES_H

#include <stdbool.h>
#include <stdint.h>

struct app;
struct event;
struct evhttp_request;
struct phones;
struct server;
struct table;

/* A person with a client, chosen by the cookie sim_phone. */
struct phone {
    char *id;
    char *userid; /* lower or mixed case, as ordered */
    bool here;    /* the simulated company is the active one */
    char *external_userid;
    struct table *consent; /* fields granted beforehand; NULL: ask */
    int64_t consent_ms;    /* when */
};

enum visit_state { VISIT_WAITING, VISIT_ALLOWED, VISIT_DENIED, VISIT_NO_PERMISSION };

/* A page that waits for a person: a consent form or a QR code. */
struct visit {
    struct server *server;
    char *key;
    struct app *app;
    struct phone *phone; /* consent: who was asked */
    char *redirect_uri, *state;
    bool qr;
    int64_t made_ms;
    enum visit_state status;
    char *redirect;                /* QR: where the waiting page goes; NULL: nowhere */
    struct evhttp_request *waiter; /* QR: a poll that is not answered yet */
    struct event *timer;
};

struct phones *phones_new(void);
void phones_free(struct phones *phones);

struct phone *phones_add(struct phones *phones); /* with an id, else empty */
struct phone *phones_find(const struct phones *phones, const char *id);

struct visit *phones_visit(struct server *server, struct app *app, struct phone *phone,
                           const char *redirect_uri, const char *state);
/* NULL when there is none, or it is older than 5 minutes. */
struct visit *phones_visit_find(struct server *server, const char *key);

/* What the member granted to the application within the last 30 days; NULL: has to be asked. */
const struct table *phones_consent(struct server *server, const struct app *app,
                                   const struct phone *phone);
/* Remembers it; takes fields over. */
void phones_remember(struct server *server, const struct app *app, const struct phone *phone,
                     struct table *fields);

#endif
