/* The sockets and who is at them: listeners, peers, whole messages in and out. Knows nothing of
 * what the messages mean.
 */
#ifndef WECOM_HELPER_SERVER_H
#define WECOM_HELPER_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/wire.h"
#include "helper/config.h"

struct event_base;
struct server;
struct server_peer;

/* Which socket somebody came through: bits, for the permission table. */
enum server_door {
    SERVER_LOGIN = 1 << 0,   /* login.sock: any service */
    SERVER_SERVICE = 1 << 1, /* a service's own socket: that service only */
    SERVER_ADMIN = 1 << 2,
    SERVER_WEB = 1 << 3,
};

enum {
    SERVER_PEERS = 16384,       /* at once */
    SERVER_PEERS_OF_USER = 512, /* of one uid that is not root */
    SERVER_FIRST_MS = 5000,     /* whoever connects says what for within this time */
    SERVER_UNREAD_MS = 10000,   /* whoever asks reads the answer within this time */
    SERVER_QUEUE = 2048,        /* messages that wait for a peer that does not read */
};

/* Creates the sockets of a configuration, each bound and listening, before privileges go:
 * login.sock 0660 for the group wecom-pam where there is one, services' own sockets 0660 for their
 * callers' sake likewise, admin.sock 0600, web.sock 0660 for the group of [web]'s user, 0600 where
 * there is none. An old socket file that nobody listens on
 * is replaced; one that is in use, or a file of another kind, is an error. Files go to `owner`.
 * NULL with a sentence in `why`.
 */
struct server *server_open(const struct config *config, uid_t owner, gid_t owner_group, char *why,
                           size_t why_bytes);

/* Begins to accept. `on_message` is called for every whole message of a peer, until the peer is
 * closed. False when there is no memory.
 */
bool server_start(struct server *server, struct event_base *base,
                  void (*on_message)(void *arg, struct server_peer *peer,
                                     const struct wire_message *message),
                  void *arg);

/* Closes everything, peers and their exchanges too. The socket files go where we may remove them.
 */
void server_free(struct server *server);

enum server_door server_peer_door(const struct server_peer *peer);
/* The service of a service's own socket, else NULL. */
const char *server_peer_service(const struct server_peer *peer);
uid_t server_peer_uid(const struct server_peer *peer);
pid_t server_peer_pid(const struct server_peer *peer);
/* Is it the user of [web], as of the start? */
bool server_peer_is_pages(const struct server_peer *peer);
/* Is `group` the peer's group, or among its supplementary ones when it connected? */
bool server_peer_in_group(const struct server_peer *peer, gid_t group);

/* What the peer is in the middle of. `drop` is called when the peer goes before server_finish. */
void server_attach(struct server_peer *peer, void *exchange, void (*drop)(void *exchange));
void *server_exchange(const struct server_peer *peer);

/* Queues a message; the peer is closed where that fails. */
void server_send(struct server_peer *peer, const struct wire_message *message);

/* Calls `sent` once, from the event loop, when all that is queued has been sent; never when the
 * exchange ends before. For whoever has more to say than may be queued.
 */
void server_when_sent(struct server_peer *peer, void (*sent)(void *exchange));

/* The exchange is over and its owner has let go: closes when all is sent. */
void server_finish(struct server_peer *peer);

/* Closes at once, dropping the exchange: the peer broke the protocol. `why` goes to the log. */
void server_refuse(struct server_peer *peer, const char *why);

size_t server_peers(const struct server *server);

#endif
