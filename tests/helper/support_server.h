/* A real server in a directory of its own, and hosts that talk to it from inside the same test. */
#ifndef WECOM_TESTS_HELPER_SUPPORT_SERVER_H
#define WECOM_TESTS_HELPER_SUPPORT_SERVER_H

#include "common/wire.h"
#include "helper/server.h"
#include "tests/helper/support.h"

struct served {
    char *directory;
    struct event_base *base;
    struct config *config; /* an application `main`, what `more` says, sockets in the directory */
    struct server *server;
};

/* Opens and starts. In `more` each '$' stands for the directory. Everybody may connect. */
struct served *served_new(const char *more,
                          void (*on_message)(void *arg, struct server_peer *peer,
                                             const struct wire_message *message),
                          void *arg);
/* Frees the server first, so that exchanges are dropped while the rest is still there. */
void served_free(struct served *served);

/* A connection to DIRECTORY/NAME that does not block. */
int served_dial(const struct served *served, const char *name);

/* Waits until the host can read; then one packet, or -1 when the other side has hung up. */
ssize_t served_read(const struct served *served, int fd, char *packet, size_t bytes);

/* The same as a message, which must be one; false when the other side has hung up. */
bool served_receive(const struct served *served, int fd, struct wire_message *message);

/* Fields and their values, ended by WIRE_FIELD_COUNT. */
void served_say(int fd, enum wire_verb verb, ...);

#endif
