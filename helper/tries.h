/* How often a service may try wrong keys: WeCom blocks the address of whoever sends too many (page
 * 90313, 45009), and with it every login.
 */
#ifndef WECOM_HELPER_TRIES_H
#define WECOM_HELPER_TRIES_H

#include <stdbool.h>

#include "helper/wecom/client.h"

enum {
    TRIES_MOST = 10,          /* wrong ones of one service */
    TRIES_WITHIN_MS = 600000, /* in any such span */
    TRIES_SERVICES = 1024,    /* remembered at once; more are refused until one is forgotten */
};

struct tries;

/* NULL when there is no memory. */
struct tries *tries_new(struct client_clock clock);
void tries_free(struct tries *tries);

/* May this service try now? Those that run count as wrong until they end. True: tries_end must
 * follow.
 */
bool tries_begin(struct tries *tries, const char *service);
void tries_end(struct tries *tries, const char *service, bool wrong);

#endif
