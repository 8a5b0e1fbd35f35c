/* What the parts of wecom-web share, and its bounds. */
#ifndef WECOM_WEB_WEB_H
#define WECOM_WEB_WEB_H

#include <stdint.h>

#include "helper/config.h"

enum {
    /* Connections in all. A descriptor each, one more for each exchange, some for us: the unit
     * allows 8192. With the memory below they take 64 MB at most.
     */
    WEB_CONNECTIONS = 4000,
    /* Of one client address, which may be that of a whole office. Trusted proxies have no limit of
     * their own: they carry everybody.
     */
    WEB_PER_CLIENT = 64,
    /* Request line and headers of one request, bytes. Cookies of another application on the same
     * host name come along. */
    WEB_HEADER_BYTES = 16 * 1024,
    /* Exchanges with the helper at once, and those of one client address. */
    WEB_EXCHANGES = 256,
    WEB_EXCHANGES_PER_CLIENT = 64,
    /* Nothing came for so long: the connection ends, seconds. */
    WEB_IDLE_S = 10,
    /* A request must be whole, and an answer taken, within this time however many pieces it comes
     * in, milliseconds. */
    WEB_PHASE_MS = 15000,
    /* Lines of the log a minute about requests that failed. */
    WEB_LOG_PER_MIN = 60,
};

struct event_base;
struct exchanges;
struct connections;
struct report;
struct server;

struct web {
    struct event_base *base;
    const struct config *config;
    struct exchanges *exchanges;
    struct connections *connections;
    struct report *report;
    struct server *server;
    /* Something changed for the HTTP library beside its own sockets: it is to look again. */
    void (*wake)(struct web *web);
};

#endif
