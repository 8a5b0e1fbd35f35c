/* Telling systemd that the service works. The environment is all that is read, and only once. */
#include "helper/notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define VARIABLE "NOTIFY_SOCKET="

/* Without a length nobody waits. */
static struct sockaddr_un waiting = {.sun_family = AF_UNIX};
static socklen_t waiting_len;

/* sd_notify(3): an absolute path, or "@" and a name in the abstract name space. */
static void keep(const char *address) {
    size_t len = strlen(address);

    if ((address[0] != '/' && address[0] != '@') || len < 2 || len >= sizeof waiting.sun_path)
        return;
    memcpy(waiting.sun_path, address, len + 1);
    waiting_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (address[0] == '/'));
    if (address[0] == '@')
        waiting.sun_path[0] = '\0';
}

void notify_keep(void) {
    waiting_len = 0;
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        if (strncmp(*variable, VARIABLE, strlen(VARIABLE)) == 0) {
            keep(*variable + strlen(VARIABLE));
            return;
        }
    }
}

void notify_ready(void) {
    static const struct timeval most = {.tv_sec = NOTIFY_MS / 1000};
    int fd;

    if (waiting_len == 0)
        return;
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
        (void)sendto(fd, "READY=1", strlen("READY=1"), MSG_NOSIGNAL,
                     (const struct sockaddr *)&waiting, waiting_len);
        (void)close(fd);
    }
    waiting_len = 0;
}
