/* The sockets and who is at them: listeners, peers, whole messages in and out. */
#include "helper/server.h"

#include <errno.h>
#include <event2/event.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "common/secret.h"
#include "helper/listener.h"
#include "helper/log.h"
#include "wecom/paths.h"

/* A peer with more supplementary groups than this counts as in none of them. */
enum { PEER_GROUPS = 1024 };

struct door {
    struct server *server;
    enum server_door kind;
    char service[WECOM_SERVICE_MAX_BYTES + 1];
    char path[108];
    int fd;
    struct event *event;
};

/* A message that waits until the peer reads. */
struct packet {
    struct packet *next;
    size_t len;
    char bytes[];
};

struct server_peer {
    struct server *server;
    const struct door *door;
    struct server_peer *next, **link;
    int fd;
    struct ucred who;
    struct event *readable, *writable;
    struct packet *queue, **queue_end;
    size_t queued;
    bool finishing, spoke;
    void *exchange;
    void (*drop)(void *exchange);
    void (*sent)(void *exchange); /* waits for the queue to be empty */
};

struct server {
    struct event_base *base;
    uid_t pages_uid; /* wecom-web's; -1: there is none */
    struct door *doors;
    size_t doors_count, peers_count;
    struct server_peer *peers;
    struct event *accept_again; /* after the descriptors ran out */
    struct wire_message *message;
    void (*on_message)(void *arg, struct server_peer *peer, const struct wire_message *message);
    void *arg;
    char *packet;
};

static bool open_door(struct server *server, enum server_door kind, const char *service,
                      const char *path, mode_t mode, uid_t owner, gid_t group, char *why,
                      size_t why_bytes) {
    struct door *more = reallocarray(server->doors, server->doors_count + 1, sizeof *more);

    if (more == NULL)
        return false;
    server->doors = more;
    more += server->doors_count;
    *more = (struct door){.server = server, .kind = kind};
    (void)snprintf(more->service, sizeof more->service, "%s", service);
    (void)snprintf(more->path, sizeof more->path, "%s", path);
    more->fd = listener_open(path, mode, owner, group, why, why_bytes);
    if (more->fd < 0)
        return false;
    server->doors_count++;
    return true;
}

/* wecom-web reaches its socket through its own group, where [web] is configured and its user is
 * there.
 */
static bool open_web(struct server *server, const struct config *config, uid_t owner,
                     gid_t owner_group, char *why, size_t why_bytes) {
    const struct passwd *pages = config->web.line > 0 ? getpwnam(config->web.user) : NULL;

    if (pages != NULL && pages->pw_uid == 0)
        pages = NULL;
    server->pages_uid = pages != NULL ? pages->pw_uid : (uid_t)-1;
    return open_door(server, SERVER_WEB, "", config->helper.web_socket, pages != NULL ? 0660 : 0600,
                     owner, pages != NULL ? pages->pw_gid : owner_group, why, why_bytes);
}

struct server *server_open(const struct config *config, uid_t owner, gid_t owner_group, char *why,
                           size_t why_bytes) {
    const struct config_helper *h = &config->helper;
    struct server *server = calloc(1, sizeof *server);
    uint32_t hosts = UINT32_MAX;
    bool good;

    (void)snprintf(why, why_bytes, "out of memory");
    if (server == NULL)
        return NULL;
    /* Hosts that are not root reach the login sockets through their group. */
    if (localfiles_find(WECOM_GROUP_FILE, WECOM_LOGIN_GROUP, &hosts) != WECOM_OK)
        hosts = owner_group;
    good = open_door(server, SERVER_LOGIN, "", h->socket, 0660, owner, hosts, why, why_bytes) &&
           open_door(server, SERVER_ADMIN, "", h->admin_socket, 0600, owner, owner_group, why,
                     why_bytes) &&
           open_web(server, config, owner, owner_group, why, why_bytes);
    for (size_t i = 0; good && i < config->services_count; i++) {
        const struct config_service *s = &config->services[i];

        if (s->socket[0] != '\0')
            good = open_door(server, SERVER_SERVICE, s->name, s->socket, 0660, owner, hosts, why,
                             why_bytes);
    }
    if (!good) {
        server_free(server);
        return NULL;
    }
    return server;
}

static void free_peer(struct server_peer *peer) {
    *peer->link = peer->next;
    if (peer->next != NULL)
        peer->next->link = peer->link;
    peer->server->peers_count--;
    while (peer->queue != NULL) {
        struct packet *p = peer->queue;

        peer->queue = p->next;
        secret_wipe_bytes(p->bytes, p->len);
        free(p);
    }
    if (peer->readable != NULL)
        event_free(peer->readable);
    if (peer->writable != NULL)
        event_free(peer->writable);
    (void)close(peer->fd);
    free(peer);
}

/* The exchange goes first: it may still look at its peer. */
static void close_peer(struct server_peer *peer) {
    void *exchange = peer->exchange;

    peer->exchange = NULL;
    if (exchange != NULL)
        peer->drop(exchange);
    free_peer(peer);
}

void server_refuse(struct server_peer *peer, const char *why) {
    struct log_line l;

    log_begin(&l, LOG_WARNING, "peer refused");
    log_text(&l, "socket", peer->door->path);
    log_number(&l, "peer_uid", peer->who.uid);
    log_number(&l, "peer_pid", peer->who.pid);
    log_text(&l, "detail", why);
    log_end(&l);
    close_peer(peer);
}

/* Sends when the loop gets there; a peer that does not read for long is let go. */
static void flush_later(struct server_peer *peer) {
    static const struct timeval most = {.tv_sec = SERVER_UNREAD_MS / 1000};

    (void)event_add(peer->writable, &most);
}

/* Sends what it can. The peer may be gone afterwards. */
static void flush(struct server_peer *peer) {
    void (*sent)(void *exchange);

    while (peer->queue != NULL) {
        struct packet *p = peer->queue;
        ssize_t n = send(peer->fd, p->bytes, p->len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            flush_later(peer);
            return;
        }
        if (n < 0) {
            close_peer(peer);
            return;
        }
        peer->queue = p->next;
        if (peer->queue == NULL)
            peer->queue_end = &peer->queue;
        peer->queued--;
        secret_wipe_bytes(p->bytes, p->len);
        free(p);
    }
    sent = peer->sent;
    peer->sent = NULL;
    if (peer->finishing)
        close_peer(peer);
    else if (sent != NULL)
        sent(peer->exchange); /* it may close the peer */
}

static void on_writable(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    if ((what & EV_TIMEOUT) != 0)
        server_refuse(arg, "does not read what it asked for");
    else
        flush(arg);
}

/* Sending happens from the event loop only, so that nobody's peer goes while he still uses it. */
void server_send(struct server_peer *peer, const struct wire_message *message) {
    struct server *server = peer->server;
    struct packet *p = NULL;
    size_t len = 0;

    if (peer->queued < SERVER_QUEUE &&
        wire_pack(message, server->packet, WECOM_PACKET_MAX_BYTES, &len) == WECOM_OK)
        p = malloc(sizeof *p + len);
    if (p == NULL) {
        log_event(LOG_ERR, "message dropped", "no memory, or the peer does not read");
        peer->finishing = true;
    } else {
        *p = (struct packet){.len = len};
        memcpy(p->bytes, server->packet, len);
        *peer->queue_end = p;
        peer->queue_end = &p->next;
        peer->queued++;
    }
    secret_wipe_bytes(server->packet, len);
    flush_later(peer);
}

void server_when_sent(struct server_peer *peer, void (*sent)(void *exchange)) {
    peer->sent = sent;
    flush_later(peer);
}

void server_finish(struct server_peer *peer) {
    peer->exchange = NULL;
    peer->finishing = true;
    flush_later(peer);
}

static void on_readable(evutil_socket_t fd, short what, void *arg) {
    struct server_peer *peer = arg;
    struct server *server = peer->server;
    enum wecom_error err;
    ssize_t n;

    if ((what & EV_TIMEOUT) != 0) {
        if (!peer->spoke)
            server_refuse(peer, "said nothing in time");
        return;
    }
    n = recv(fd, server->packet, WECOM_PACKET_MAX_BYTES, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close_peer(peer);
        return;
    }
    err = n > WECOM_PACKET_MAX_BYTES ? WECOM_E_TOO_LONG
                                     : wire_unpack(server->message, server->packet, (size_t)n);
    secret_wipe_bytes(server->packet, WECOM_PACKET_MAX_BYTES);
    if (err != WECOM_OK) {
        server_refuse(peer, "sent what is not a message of the protocol");
        return;
    }
    if (!peer->spoke) {
        peer->spoke = true;
        (void)event_del(peer->readable);
        (void)event_add(peer->readable, NULL);
    }
    if (!peer->finishing)
        server->on_message(server->arg, peer, server->message);
    wire_reset(server->message, WIRE_NO_VERB);
}

static bool is_over_limit(const struct server *server, uid_t uid) {
    size_t of_user = 0;

    if (server->peers_count >= SERVER_PEERS)
        return true;
    if (uid == 0)
        return false;
    for (const struct server_peer *p = server->peers; p != NULL; p = p->next)
        of_user += p->who.uid == uid;
    return of_user >= SERVER_PEERS_OF_USER;
}

static void welcome(struct door *door, int fd) {
    static const struct timeval first = {.tv_sec = SERVER_FIRST_MS / 1000};
    struct server *server = door->server;
    struct server_peer *peer = calloc(1, sizeof *peer);
    socklen_t len = sizeof(struct ucred);

    if (peer == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer->who, &len) != 0 ||
        is_over_limit(server, peer->who.uid)) {
        log_event(LOG_WARNING, "connection refused", "too many connections at once");
        free(peer);
        (void)close(fd);
        return;
    }
    peer->server = server;
    peer->door = door;
    peer->fd = fd;
    peer->queue_end = &peer->queue;
    peer->next = server->peers;
    peer->link = &server->peers;
    if (peer->next != NULL)
        peer->next->link = &peer->next;
    server->peers = peer;
    server->peers_count++;
    peer->readable = event_new(server->base, fd, EV_READ | EV_PERSIST, on_readable, peer);
    peer->writable = event_new(server->base, fd, EV_WRITE, on_writable, peer);
    if (peer->readable == NULL || peer->writable == NULL || event_add(peer->readable, &first) != 0)
        close_peer(peer);
}

static void on_connection(evutil_socket_t fd, short what, void *arg) {
    static const struct timeval pause = {.tv_usec = 100000};
    struct door *door = arg;
    int accepted;

    (void)what;
    while ((accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        welcome(door, accepted);
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
        /* The backlog stays readable: without a pause the loop would spin. */
        log_event(LOG_ERR, "cannot accept connections", strerror(errno));
        (void)event_del(door->event);
        (void)evtimer_add(door->server->accept_again, &pause);
    }
}

static void on_accept_again(evutil_socket_t fd, short what, void *arg) {
    struct server *server = arg;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < server->doors_count; i++)
        (void)event_add(server->doors[i].event, NULL);
}

bool server_start(struct server *server, struct event_base *base,
                  void (*on_message)(void *arg, struct server_peer *peer,
                                     const struct wire_message *message),
                  void *arg) {
    server->base = base;
    server->on_message = on_message;
    server->arg = arg;
    server->message = wire_new(WIRE_NO_VERB);
    server->packet = malloc(WECOM_PACKET_MAX_BYTES);
    server->accept_again = evtimer_new(base, on_accept_again, server);
    if (server->message == NULL || server->packet == NULL || server->accept_again == NULL)
        return false;
    for (size_t i = 0; i < server->doors_count; i++) {
        struct door *door = &server->doors[i];

        door->server = server;
        door->event = event_new(base, door->fd, EV_READ | EV_PERSIST, on_connection, door);
        if (door->event == NULL || event_add(door->event, NULL) != 0)
            return false;
    }
    return true;
}

void server_free(struct server *server) {
    if (server == NULL)
        return;
    while (server->peers != NULL)
        close_peer(server->peers);
    for (size_t i = 0; i < server->doors_count; i++) {
        if (server->doors[i].event != NULL)
            event_free(server->doors[i].event);
        (void)unlink(server->doors[i].path);
        (void)close(server->doors[i].fd);
    }
    if (server->accept_again != NULL)
        event_free(server->accept_again);
    wire_free(server->message);
    free(server->packet);
    free(server->doors);
    free(server);
}

bool server_peer_is_pages(const struct server_peer *peer) {
    uid_t uid = peer->server->pages_uid;

    return uid != (uid_t)-1 && peer->who.uid == uid;
}

enum server_door server_peer_door(const struct server_peer *peer) {
    return peer->door->kind;
}

const char *server_peer_service(const struct server_peer *peer) {
    return peer->door->kind == SERVER_SERVICE ? peer->door->service : NULL;
}

uid_t server_peer_uid(const struct server_peer *peer) {
    return peer->who.uid;
}

pid_t server_peer_pid(const struct server_peer *peer) {
    return peer->who.pid;
}

bool server_peer_in_group(const struct server_peer *peer, gid_t group) {
    gid_t groups[PEER_GROUPS];
    socklen_t len = sizeof groups;

    if (peer->who.gid == group)
        return true;
    if (getsockopt(peer->fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
        return false;
    for (size_t i = 0; i < len / sizeof groups[0]; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

void server_attach(struct server_peer *peer, void *exchange, void (*drop)(void *exchange)) {
    peer->exchange = exchange;
    peer->drop = drop;
}

void *server_exchange(const struct server_peer *peer) {
    return peer->exchange;
}

size_t server_peers(const struct server *server) {
    return server->peers_count;
}
