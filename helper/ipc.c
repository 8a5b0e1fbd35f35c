/* JSON messages between the daemon and its second process. */
#include "helper/ipc.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/wiping.h"

/* The first byte of a packet says whether the message goes on in the next one. */
enum { MORE = '+', LAST = '.' };

/* A packet that waits. Messages hold tokens: the memory is wiped. */
struct packet {
    struct packet *next;
    size_t len;
    char bytes[];
};

struct ipc {
    int fd;
    struct event *readable, *writable;
    void (*on_message)(void *arg, json_t *message);
    void (*on_closed)(void *arg, const char *why);
    void *arg;
    struct packet *first, **last;
    size_t queued_bytes;
    char *message; /* what has come of one so far */
    size_t message_bytes, message_room;
    bool closed;
    bool delivering, dead; /* freed from inside a callback: goes when that returns */
};

static void close_down(struct ipc *ipc, const char *why) {
    if (ipc->closed)
        return;
    ipc->closed = true;
    (void)event_del(ipc->readable);
    (void)event_del(ipc->writable);
    ipc->on_closed(ipc->arg, why);
}

static bool append(struct ipc *ipc, const char *bytes, size_t len) {
    if (len > IPC_MESSAGE_MAX_BYTES - ipc->message_bytes)
        return false;
    if (ipc->message_bytes + len > ipc->message_room) {
        size_t room = 2 * (ipc->message_bytes + len);
        char *more = wiping_resize(ipc->message, room);

        if (more == NULL)
            return false;
        ipc->message = more;
        ipc->message_room = room;
    }
    if (len > 0)
        memcpy(ipc->message + ipc->message_bytes, bytes, len);
    ipc->message_bytes += len;
    return true;
}

/* False: what came is no message. */
static bool deliver(struct ipc *ipc) {
    json_t *message = json_loadb(ipc->message, ipc->message_bytes, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(message);

    wiping_free(ipc->message);
    ipc->message = NULL;
    ipc->message_bytes = ipc->message_room = 0;
    if (good)
        ipc->on_message(ipc->arg, message);
    json_decref(message);
    return good;
}

/* One packet. 1: go on, 0: no more now, -1: freed or closed. */
static int take_packet(struct ipc *ipc) {
    char packet[IPC_PACKET_BYTES];
    ssize_t n = recv(ipc->fd, packet, sizeof packet, MSG_DONTWAIT | MSG_TRUNC);
    bool good;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        close_down(ipc, n == 0 ? "closed" : strerror(errno));
        return -1;
    }
    good = (size_t)n <= sizeof packet && (packet[0] == MORE || packet[0] == LAST) &&
           append(ipc, packet + 1, (size_t)n - 1);
    if (good && packet[0] == LAST) {
        ipc->delivering = true;
        good = deliver(ipc);
        ipc->delivering = false;
        if (ipc->dead) {
            ipc_free(ipc);
            return -1;
        }
    }
    explicit_bzero(packet, (size_t)n <= sizeof packet ? (size_t)n : sizeof packet);
    if (!good)
        close_down(ipc, "sent what is no message");
    return good && !ipc->closed ? 1 : -1;
}

static void on_readable(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    /* others want their turn, too */
    for (int i = 0; i < 16 && take_packet(arg) > 0; i++)
        ;
}

/* 1: all is sent, 0: the socket is full, -1: the other side has gone. */
static int send_queue(struct ipc *ipc) {
    while (ipc->first != NULL) {
        struct packet *packet = ipc->first;

        if (send(ipc->fd, packet->bytes, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : -1;
        ipc->queued_bytes -= packet->len;
        ipc->first = packet->next;
        if (ipc->first == NULL)
            ipc->last = &ipc->first;
        wiping_free(packet);
    }
    return 1;
}

static void on_writable(evutil_socket_t fd, short what, void *arg) {
    struct ipc *ipc = arg;

    (void)fd;
    (void)what;
    if (send_queue(ipc) != 0) /* whether it has gone is told by the next read */
        (void)event_del(ipc->writable);
}

static bool queue(struct ipc *ipc, const char *bytes, size_t len, char mark) {
    struct packet *packet = wiping_new(sizeof *packet + len + 1);

    if (packet == NULL)
        return false;
    packet->next = NULL;
    packet->len = len + 1;
    packet->bytes[0] = mark;
    memcpy(packet->bytes + 1, bytes, len);
    *ipc->last = packet;
    ipc->last = &packet->next;
    ipc->queued_bytes += packet->len;
    return true;
}

bool ipc_send(struct ipc *ipc, json_t *message) {
    size_t len = json_dumpb(message, NULL, 0, JSON_COMPACT), at = 0;
    char *bytes = NULL;
    bool good = !ipc->closed && len > 0 && len <= IPC_MESSAGE_MAX_BYTES &&
                ipc->queued_bytes <= IPC_QUEUE_MAX_BYTES - IPC_MESSAGE_MAX_BYTES;

    if (good)
        bytes = wiping_new(len);
    good = bytes != NULL && json_dumpb(message, bytes, len, JSON_COMPACT) == len;
    while (good && at < len) {
        size_t part = len - at < IPC_PACKET_BYTES - 1 ? len - at : IPC_PACKET_BYTES - 1;

        good = queue(ipc, bytes + at, part, at + part < len ? MORE : LAST);
        at += part;
    }
    wiping_free(bytes);
    json_decref(message);
    if (good && send_queue(ipc) == 0)
        (void)event_add(ipc->writable, NULL);
    return good;
}

void ipc_flush(struct ipc *ipc, int ms) {
    int64_t end = deadline_now_ms() + ms;

    while (!ipc->closed && send_queue(ipc) == 0) {
        struct pollfd wait = {.fd = ipc->fd, .events = POLLOUT};
        int64_t left = end - deadline_now_ms();

        if (left <= 0 || poll(&wait, 1, (int)left) == 0)
            return;
    }
}

struct ipc *ipc_new(struct event_base *base, int fd, void (*on_message)(void *arg, json_t *message),
                    void (*on_closed)(void *arg, const char *why), void *arg) {
    struct ipc *ipc = calloc(1, sizeof *ipc);

    if (ipc == NULL)
        return NULL;
    *ipc = (struct ipc){.fd = -1, .on_message = on_message, .on_closed = on_closed, .arg = arg};
    ipc->last = &ipc->first;
    ipc->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, ipc);
    ipc->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, ipc);
    if (ipc->readable == NULL || ipc->writable == NULL || event_add(ipc->readable, NULL) != 0) {
        ipc_free(ipc);
        return NULL;
    }
    ipc->fd = fd;
    return ipc;
}

void ipc_free(struct ipc *ipc) {
    if (ipc == NULL)
        return;
    if (ipc->delivering) {
        ipc->dead = ipc->closed = true;
        return;
    }
    if (ipc->readable != NULL)
        event_free(ipc->readable);
    if (ipc->writable != NULL)
        event_free(ipc->writable);
    if (ipc->fd >= 0)
        (void)close(ipc->fd);
    while (ipc->first != NULL) {
        struct packet *packet = ipc->first;

        ipc->first = packet->next;
        wiping_free(packet);
    }
    wiping_free(ipc->message);
    free(ipc);
}
