/* A configuration at work: the file's settings and the applications made from them. Replaced as a
 * whole by a reload; a login that runs keeps the one it began with.
 */
#ifndef WECOM_HELPER_SETUP_H
#define WECOM_HELPER_SETUP_H

#include "helper/config.h"
#include "helper/wecom/client.h"

/* Counted since this configuration was read. */
struct setup_counts {
    unsigned long granted, denied;
    bool told_no_key; /* the log knows that remember= has nothing to go by */
};

struct setup {
    unsigned int references;
    struct config *config;
    struct client_app **apps;    /* in the order of config->apps */
    struct setup_counts *counts; /* in the order of config->services */
};

/* Takes the configuration over, also when it fails. Applications that are the same as in `old` (may
 * be NULL) are shared with it, tokens and all. NULL when there is no memory.
 */
struct setup *setup_new(struct client *client, struct config *config, const struct setup *old);
struct setup *setup_ref(struct setup *setup);
void setup_unref(struct setup *setup);

/* The application of a service; of no service (NULL): that of [accounts]. */
struct client_app *setup_app(const struct setup *setup, const struct config_service *service);
struct setup_counts *setup_counts(const struct setup *setup, const struct config_service *service);

#endif
