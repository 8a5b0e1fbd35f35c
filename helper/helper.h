/* What all exchanges of the daemon share. Made by main, passed to whoever works. */
#ifndef WECOM_HELPER_HELPER_H
#define WECOM_HELPER_HELPER_H

#include <stdint.h>

#include "helper/codes.h"
#include "helper/handed.h"
#include "helper/members.h"
#include "helper/server.h"
#include "helper/setup.h"
#include "helper/store.h"
#include "helper/tries.h"
#include "helper/wecom/client.h"
#include "helper/worker.h"

struct cards;
struct courier;
struct event_base;
struct homes;
struct links;
struct message_urls;
struct people;
struct login;
struct outages;
struct pins;
struct remember;
struct throttle;
struct web_events;

struct helper {
    struct event_base *base;
    struct client_clock clock;
    struct client *client;
    struct members *members;
    struct codes *codes;
    struct links *links;     /* that terminals show */
    struct homes *homes;     /* browsers that opened the application's own page */
    struct pins *pins;       /* codes that were sent as messages */
    struct courier *courier; /* carries messages to members */
    struct cards *cards;     /* that people approve logins with */
    struct web_events *web_events;
    struct message_urls *message_urls;
    struct outages *outages;   /* of WeCom, watched for recovery codes */
    struct remember *remember; /* windows without a prompt */
    struct throttle *throttle; /* failures, messages, for each origin and person */
    struct login *logins;      /* that wait, the newest first */
    struct store *store;
    struct people *people;
    struct server *server;
    struct setup *setup;   /* the configuration of new exchanges */
    struct worker *worker; /* synchronizes and publishes */
    struct handed *handed;
    struct tries *tries; /* of keys that are handed over */

    char state_dir[CONFIG_PATH_BYTES]; /* of the start */

    int64_t (*wall_s)(void); /* time(2); passed in so that a test can move it */
    int64_t started_ms;
    unsigned long granted, denied;
    unsigned int waiting;    /* logins in progress */
    char reload_error[2048]; /* why the last reload kept the old configuration, "" */
    /* Reads the configuration file again; false with the reason in reload_error. */
    bool (*reload)(struct helper *helper);
    /* The store shows something new: the table is to be published. NULL: nobody publishes. */
    void (*changed)(struct helper *helper);
};

static inline int64_t helper_now_ms(const struct helper *helper) {
    return helper->clock.now_ms(helper->clock.self);
}

static inline int64_t helper_wall_s(const struct helper *helper) {
    return helper->wall_s();
}

#endif
