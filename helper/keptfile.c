/* Small files that the helper keeps in a directory of its own. */
#include "helper/keptfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is wrong with the open directory, NULL when nothing is. */
static const char *check_directory(const struct stat *st) {
    if (st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if ((st->st_mode & 0077) != 0)
        return "is open to others: chmod 0700 it, and have the Secrets reset if others had access";
    return NULL;
}

int keptfile_directory(const char *state_dir, const char *name, bool make, char *why,
                       size_t why_bytes) {
    const int how = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int above = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), directory = -1;
    const char *wrong = NULL;
    struct stat st;

    why[0] = '\0';
    if (above >= 0)
        directory = openat(above, name, how);
    if (above >= 0 && directory < 0 && errno == ENOENT && make) {
        if (mkdirat(above, name, 0700) == 0)
            directory = openat(above, name, how);
        if (directory >= 0)
            (void)fsync(above);
    }
    if (directory < 0 || fstat(directory, &st) != 0)
        wrong = errno == ENOENT && !make ? "" : strerror(errno);
    else
        wrong = check_directory(&st);
    if (wrong != NULL) {
        if (wrong[0] != '\0')
            (void)snprintf(why, why_bytes, "%s/%s: %s", state_dir, name, wrong);
        if (directory >= 0)
            (void)close(directory);
        directory = -1;
    }
    if (above >= 0)
        (void)close(above);
    return directory;
}

/* What is wrong with the open file, NULL when nothing is. */
static const char *check_file(const struct stat *st) {
    if (!S_ISREG(st->st_mode))
        return "is not a regular file";
    if (st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if ((st->st_mode & 07177) != 0)
        return "can be read by others: chmod 0600 it, and have the Secret reset if others had "
               "access";
    return st->st_size > KEPTFILE_MOST_BYTES ? "is longer than 4096 bytes" : NULL;
}

const char *keptfile_read(int directory, const char *name, char bytes[KEPTFILE_MOST_BYTES],
                          size_t *len) {
    const char *wrong = NULL;
    struct stat st;
    ssize_t n = 0;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    *len = 0;
    if (fd < 0)
        return errno == ELOOP ? "is a symbolic link" : strerror(errno);
    wrong = fstat(fd, &st) != 0 ? strerror(errno) : check_file(&st);
    while (wrong == NULL && *len < KEPTFILE_MOST_BYTES &&
           (n = read(fd, bytes + *len, KEPTFILE_MOST_BYTES - *len)) > 0)
        *len += (size_t)n;
    if (n < 0)
        wrong = strerror(errno);
    (void)close(fd);
    return wrong;
}

static bool write_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

const char *keptfile_write(int directory, const char *name, const char *bytes, size_t len) {
    const char *wrong = NULL;
    int fd;

    (void)unlinkat(directory, KEPTFILE_NEW, 0); /* left behind by a crash */
    fd =
        openat(directory, KEPTFILE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, bytes, len) || fsync(fd) != 0 ||
        renameat(directory, KEPTFILE_NEW, directory, name) != 0) {
        wrong = strerror(errno);
        (void)unlinkat(directory, KEPTFILE_NEW, 0);
    } else {
        /* the new one is in force already; only a power cut could bring the old one back */
        (void)fsync(directory);
    }
    if (fd >= 0)
        (void)close(fd);
    return wrong;
}
