/* JSON messages between the daemon and its second process, over a SOCK_SEQPACKET pair on the event
 * loop. A message may be larger than a packet; it comes whole or not at all.
 */
#ifndef WECOM_HELPER_IPC_H
#define WECOM_HELPER_IPC_H

#include <jansson.h>
#include <stdbool.h>

struct event_base;
struct ipc;

enum {
    IPC_PACKET_BYTES = 32 * 1024,
    IPC_MESSAGE_MAX_BYTES = 8 * 1024 * 1024, /* settings with every rule that a file may have */
    IPC_QUEUE_MAX_BYTES = 64 * 1024 * 1024,  /* not read by the other side yet */
};

/* Takes over `fd`, which must not block. `on_message` borrows the object. `on_closed` comes once,
 * when the other side has gone or sent what is no message; nothing comes behind it. Either may free
 * the ipc. NULL when there is no memory: `fd` is the caller's then.
 */
struct ipc *ipc_new(struct event_base *base, int fd, void (*on_message)(void *arg, json_t *message),
                    void (*on_closed)(void *arg, const char *why), void *arg);

/* Sends, or queues, and drops `message` in any case. False: it was NULL, there is no memory, the
 * other side has gone, or does not read.
 */
bool ipc_send(struct ipc *ipc, json_t *message);

/* Sends what is queued, waiting up to `ms`: before the process ends. */
void ipc_flush(struct ipc *ipc, int ms);

/* Closes; what is queued is lost. NULL allowed. */
void ipc_free(struct ipc *ipc);

#endif
