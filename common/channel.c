/* One end of a conversation with the helper: a socket, its peer, whole messages under a deadline.
 */
#include "common/channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "common/secret.h"
#include "wecom/paths.h"

/* How long to rest before the next try while the helper's backlog is full, ms. A full backlog
 * gives no event to wait for: connect(2) on a non-blocking AF_UNIX socket just says EAGAIN.
 */
enum { BACKLOG_REST_MS = 20 };

/* A helper that is not root, not `wecom` and not ourselves could be anybody's. Asking NSS for the
 * user would load modules into the host; the file tells.
 */
static enum wecom_error check_peer(int fd) {
    struct ucred peer;
    socklen_t len = sizeof peer;
    uint32_t helper;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return WECOM_E_SYSTEM;
    if (peer.uid == 0 || peer.uid == geteuid())
        return WECOM_OK;
    if (localfiles_find(WECOM_PASSWD_FILE, WECOM_HELPER_USER, &helper) == WECOM_OK &&
        helper != UINT32_MAX && peer.uid == helper)
        return WECOM_OK;
    return WECOM_E_PEER;
}

static enum wecom_error connect_until(int fd, const struct sockaddr_un *to, struct deadline d) {
    for (;;) {
        if (connect(fd, (const struct sockaddr *)to, sizeof *to) == 0)
            return WECOM_OK;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return errno == ENOENT || errno == ECONNREFUSED ? WECOM_E_CLOSED : WECOM_E_SYSTEM;
        if (deadline_left_ms(d) == 0)
            return WECOM_E_CLOSED;
        deadline_rest(d, BACKLOG_REST_MS);
    }
}

enum wecom_error channel_open(const char *path, struct deadline d, int *fd) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    enum wecom_error err;
    int s;

    if (strlen(path) >= sizeof to.sun_path)
        return WECOM_E_TOO_LONG;
    if (path[0] == '\0') /* else an address of the abstract namespace, which anybody can take */
        return WECOM_E_CLOSED;
    memcpy(to.sun_path, path, strlen(path) + 1);
    s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return WECOM_E_SYSTEM;
    err = connect_until(s, &to, d);
    if (err == WECOM_OK)
        err = check_peer(s);
    if (err != WECOM_OK) {
        int saved = errno;

        (void)close(s);
        errno = saved;
        return err;
    }
    *fd = s;
    return WECOM_OK;
}

enum wecom_error channel_send(int fd, const struct wire_message *m, struct deadline d) {
    char *packet = malloc(WECOM_PACKET_MAX_BYTES);
    enum wecom_error err;
    size_t len = 0;

    if (packet == NULL)
        return WECOM_E_MEMORY;
    err = wire_pack(m, packet, WECOM_PACKET_MAX_BYTES, &len);
    while (err == WECOM_OK) {
        ssize_t n = send(fd, packet, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n == (ssize_t)len)
            break;
        if (n >= 0)
            err = WECOM_E_SYSTEM; /* SEQPACKET sends all or nothing */
        else if (errno == EAGAIN)
            err = deadline_poll(d, fd, POLLOUT);
        else if (errno == EPIPE || errno == ECONNRESET)
            err = WECOM_E_CLOSED;
        else if (errno != EINTR)
            err = WECOM_E_SYSTEM;
    }
    /* all of it: what did not fit has been written in part */
    secret_wipe_bytes(packet, WECOM_PACKET_MAX_BYTES);
    free(packet);
    return err;
}

enum wecom_error channel_receive(int fd, struct wire_message *m, struct deadline d) {
    char *packet = malloc(WECOM_PACKET_MAX_BYTES);
    enum wecom_error err;
    ssize_t n = -1;

    wire_reset(m, WIRE_NO_VERB);
    if (packet == NULL)
        return WECOM_E_MEMORY;
    do {
        err = deadline_poll(d, fd, POLLIN);
        if (err != WECOM_OK)
            break;
        /* MSG_TRUNC: the real length also of a packet that was too long for us */
        n = recv(fd, packet, WECOM_PACKET_MAX_BYTES, MSG_DONTWAIT | MSG_TRUNC);
        /* ECONNRESET says that the peer went without reading all of ours. Linux says it once,
         * before it hands out what the peer had sent, such as a result. */
    } while (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET));
    if (err == WECOM_OK) {
        if (n > WECOM_PACKET_MAX_BYTES)
            err = WECOM_E_TOO_LONG;
        else if (n > 0)
            err = wire_unpack(m, packet, (size_t)n);
        else
            err = n == 0 ? WECOM_E_CLOSED : WECOM_E_SYSTEM;
    }
    secret_wipe_bytes(packet, WECOM_PACKET_MAX_BYTES);
    free(packet);
    return err;
}

enum wecom_error channel_request(const char *path, const struct wire_message *request,
                                 struct wire_message *reply, struct deadline d, int *fd) {
    struct deadline ready = deadline_earlier(d, deadline_in_ms(WECOM_READY_MS));
    int opened = -1;
    enum wecom_error err = channel_open(path, ready, &opened);

    if (err == WECOM_OK)
        err = channel_send(opened, request, ready);
    if (err == WECOM_OK)
        err = channel_receive(opened, reply, ready);
    if (err == WECOM_OK && reply->verb != WIRE_READY)
        err = WECOM_E_FORMAT;
    if (err != WECOM_OK) {
        int saved = errno;

        wire_reset(reply, WIRE_NO_VERB); /* a result out of turn must not be read as one */
        if (opened >= 0)
            (void)close(opened);
        errno = saved;
        return err;
    }
    *fd = opened;
    return WECOM_OK;
}
