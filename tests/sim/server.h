/* Everything one running simulator consists of; handed to every handler. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "clock.h"
#include "corp.h"
#include "options.h"

struct event_base;
struct evhttp;

struct server {
    struct event_base *base;
    struct evhttp *api;     /* HTTPS: what WeCom offers */
    struct evhttp *control; /* HTTP on loopback: what tests steer with */
    struct sim_clock clock;
    struct options options;
    struct corp corp;
    unsigned long answers;         /* of the API, so far */
    struct tls *tls;               /* certificates and connections */
    struct journal *journal;       /* counts and recent requests */
    struct rates *rates;           /* rates and blocks */
    struct tokens *tokens;         /* access tokens */
    struct codes *codes;           /* OAuth codes and user tickets */
    struct faults *faults;         /* what shall go wrong */
    struct deliveries *deliveries; /* answers not sent yet */
    struct outbox *outbox;         /* messages sent */
    struct phones *phones;         /* people, consent, QR keys */
};

#endif
