/* One listening AF_UNIX SOCK_SEQPACKET socket in the file system. */
#include "helper/listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Removes what an earlier helper left behind. False when there is something that must stay. */
static bool clear_path(const struct sockaddr_un *at, const char **wrong) {
    struct stat st;
    int probe;
    bool in_use, is_stale;

    if (lstat(at->sun_path, &st) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(st.st_mode)) {
        *wrong = "there is a file that is no socket";
        return false;
    }
    probe = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return false;
    in_use = connect(probe, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN;
    is_stale = !in_use && errno == ECONNREFUSED; /* EPROTOTYPE: in use, of another type */
    (void)close(probe);
    if (!is_stale) {
        *wrong = in_use ? "another helper listens there" : "another program listens there";
        return false;
    }
    return unlink(at->sun_path) == 0;
}

int listener_open(const char *path, mode_t mode, uid_t owner, gid_t group, char *why,
                  size_t why_bytes) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const char *wrong = NULL;
    mode_t old_mask;
    int fd = -1, bound;

    if (strlen(path) >= sizeof at.sun_path) {
        (void)snprintf(why, why_bytes, "%s: a socket's path has at most 107 bytes", path);
        return -1;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    if (!clear_path(&at, &wrong))
        goto refuse;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        goto refuse;
    /* Made closed, opened only when owner and group are right. */
    old_mask = umask(0777);
    bound = bind(fd, (const struct sockaddr *)&at, sizeof at);
    (void)umask(old_mask);
    if (bound != 0)
        goto refuse;
    if (((owner != (uid_t)-1 || group != (gid_t)-1) && chown(path, owner, group) != 0) ||
        chmod(path, mode) != 0 || listen(fd, SOMAXCONN) != 0) {
        wrong = errno == EPERM
                    ? "cannot be given to its group: make the helper's user a member of it"
                    : strerror(errno);
        (void)unlink(path);
        goto refuse;
    }
    return fd;
refuse:
    (void)snprintf(why, why_bytes, "%s: %s", path, wrong != NULL ? wrong : strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return -1;
}
