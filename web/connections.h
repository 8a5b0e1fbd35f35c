/* Connections of browsers: who may have one more, and which have taken too long.
 *
 * A connection carries one request. It has WEB_PHASE_MS to send it, and the same to take the
 * answer, however it spreads its bytes; the HTTP library itself only knows idle connections. One
 * that is too late is shut down from here, and the library then finds its end. Descriptors stay the
 * library's.
 */
#ifndef WECOM_WEB_CONNECTIONS_H
#define WECOM_WEB_CONNECTIONS_H

#include "common/address.h"
#include "web/web.h"

struct connection;

struct connections *connections_new(struct web *web);
void connections_free(struct connections *all);

/* Counts the accepted socket and begins its time. NULL: its address has enough of them (the caller
 * closes it). When all places are taken, whoever waits longest loses his.
 */
struct connection *connections_admit(struct connections *all, int fd, const struct address *peer);

/* NULL: it is none of ours. */
struct connection *connections_find(const struct connections *all, int fd);
void connections_gone(struct connections *all, struct connection *connection);

const struct address *connection_peer(const struct connection *connection);
/* The clock stands while the helper is asked, and begins anew with the answer. */
void connections_pause(struct connections *all, struct connection *connection);
void connections_restart(struct connections *all, struct connection *connection);

/* Shuts down the one that began first. False: there is none. */
bool connections_drop_oldest(struct connections *all);

#endif
