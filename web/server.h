/* Listening sockets and the HTTP library on our loop.
 *
 * libmicrohttpd has one epoll descriptor of its own for all connections, which our loop watches
 * like any other; nothing here has a thread.
 */
#ifndef WECOM_WEB_SERVER_H
#define WECOM_WEB_SERVER_H

#include "web/tls.h"
#include "web/web.h"

struct server;

/* Opens the sockets of listen=: the only thing that may need privileges. NULL with a sentence in
 * `why`.
 */
struct server *server_open(const struct config *config, char *why, size_t why_bytes);

/* Begins to serve; fills in what of `web` is the server's to fill. `tls` NULL: plain HTTP. False:
 * out of memory or descriptors, or the library refuses the certificate.
 */
bool server_start(struct server *server, struct web *web, const struct tls *tls);

/* Ends all connections; NULL allowed. */
void server_free(struct server *server);

#endif
