/* One end of a conversation with the helper: a socket, its peer, whole messages under a deadline.
 * For the hosts' side. Blocks only in poll; raises no signal; leaves no descriptor behind.
 */
#ifndef WECOM_COMMON_CHANNEL_H
#define WECOM_COMMON_CHANNEL_H

#include <sys/types.h>

#include "common/deadline.h"
#include "common/wire.h"
#include "wecom/error.h"

/* Connects to the helper at `path` and makes sure who is there: root, the user `wecom` of
 * /etc/passwd, or the caller's own (effective) user; anybody else is WECOM_E_PEER.
 * WECOM_E_CLOSED: no socket, no path, nobody behind it, or its backlog full until the deadline.
 * WECOM_E_TOO_LONG: the path does not fit sockaddr_un. WECOM_E_SYSTEM with errno.
 */
enum wecom_error channel_open(const char *path, struct deadline d, int *fd);

/* Sends one message. WECOM_E_CLOSED, WECOM_E_TIMEOUT, or what wire_pack answers. */
enum wecom_error channel_send(int fd, const struct wire_message *m, struct deadline d);

/* Receives one message into `m`, which is empty after any error. WECOM_E_CLOSED (also for a packet
 * of no bytes), WECOM_E_TIMEOUT, or what wire_unpack answers.
 */
enum wecom_error channel_receive(int fd, struct wire_message *m, struct deadline d);

/* Opens, sends `request`, waits for "ready" (at most WECOM_READY_MS, at most until `d`). On
 * WECOM_OK the descriptor is the caller's and `reply` holds the ready; on any error nothing is left
 * open and `reply` is empty. WECOM_E_FORMAT also when something else comes than "ready".
 */
enum wecom_error channel_request(const char *path, const struct wire_message *request,
                                 struct wire_message *reply, struct deadline d, int *fd);

#endif
