/* The files of the store: who may own them, and how the first database comes to be. It is made
 * under another name and renamed when it is whole, so that a database that is there but empty is
 * always damage, never a beginning.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/store_internal.h"

/* What SQLite keeps beside a database while it is open, or after a crash. */
static const char *const beside[] = {"-journal", "-wal", "-shm"};

enum { BESIDE = sizeof beside / sizeof beside[0], NAME_BYTES = 32 };

static bool say(char *why, size_t why_bytes, const char *file, const char *wrong) {
    (void)snprintf(why, why_bytes, "%s %s", file, wrong);
    return false;
}

/* What is wrong with a directory that holds the store; NULL when nothing is. */
static const char *check_directory(const struct stat *st) {
    if (st->st_uid != geteuid())
        return "belongs to another user: chown it to the user of [helper] user=";
    if ((st->st_mode & 0022) != 0)
        return "can be written by others: chmod 0711 it";
    return NULL;
}

/* Made just now: its mode whatever the umask, its name durable. A parent that we may not read
 * cannot be told to write; the kernel does in its own time.
 */
static bool settle_directory(int directory) {
    int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fchmod(directory, 0711) == 0 && (parent < 0 || fsync(parent) == 0);

    if (parent >= 0)
        (void)close(parent);
    return good;
}

int store_file_directory(const char *state_dir, char *why, size_t why_bytes) {
    bool made = mkdir(state_dir, 0700) == 0;
    int directory = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *wrong = NULL;
    struct stat st;

    if (directory < 0 || (made && !settle_directory(directory)) || fstat(directory, &st) != 0)
        wrong = strerror(errno);
    else
        wrong = check_directory(&st);
    if (wrong == NULL)
        return directory;
    if (directory >= 0)
        (void)close(directory);
    (void)snprintf(why, why_bytes, "%s: %s", state_dir, wrong);
    return -1;
}

/* False when it is not there, or with what is wrong in `why`. */
static bool is_ours(int directory, const char *file, struct stat *st, char *why, size_t why_bytes) {
    if (fstatat(directory, file, st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? false : say(why, why_bytes, file, strerror(errno));
    if (S_ISLNK(st->st_mode))
        return say(why, why_bytes, file, "is a symbolic link");
    if (!S_ISREG(st->st_mode))
        return say(why, why_bytes, file, "is not a regular file");
    if (st->st_uid != geteuid())
        return say(why, why_bytes, file,
                   "belongs to another user: chown it to the user of [helper] user=");
    if ((st->st_mode & 0077) != 0)
        return say(why, why_bytes, file, "can be read or written by others: chmod 0600 it");
    return true;
}

bool store_file_check(int directory, char *why, size_t why_bytes) {
    char file[NAME_BYTES];
    struct stat st;

    why[0] = '\0';
    (void)is_ours(directory, STORE_FILE, &st, why, why_bytes);
    for (size_t i = 0; i < BESIDE && why[0] == '\0'; i++) {
        (void)snprintf(file, sizeof file, "%s%s", STORE_FILE, beside[i]);
        (void)is_ours(directory, file, &st, why, why_bytes);
    }
    return why[0] == '\0';
}

bool store_file_exists(int directory, char *why, size_t why_bytes) {
    char file[NAME_BYTES];
    struct stat st;

    why[0] = '\0';
    if (fstatat(directory, STORE_FILE, &st, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    if (errno != ENOENT)
        return say(why, why_bytes, STORE_FILE, strerror(errno));
    /* SQLite would take an empty database and throw the log away, with what was in it */
    for (size_t i = 0; i < BESIDE && why[0] == '\0'; i++) {
        (void)snprintf(file, sizeof file, "%s%s", STORE_FILE, beside[i]);
        if (fstatat(directory, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return say(why, why_bytes, file,
                       "is there, but not its " STORE_FILE
                       ": bring that back from a backup, or move all of them away");
    }
    return false;
}

/* Opens a file of ours; O_EXCL in `flags`: it must not be there. */
static int open_file(int directory, const char *file, int flags, char *why, size_t why_bytes) {
    int fd = openat(directory, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags,
                    0600);
    struct stat st;

    if (fd < 0) {
        (void)say(why, why_bytes, file, strerror(errno));
        return -1;
    }
    /* the umask may have taken rights that we need */
    if ((fstat(fd, &st) != 0 || (st.st_mode & 0600) != 0600) && fchmod(fd, 0600) != 0)
        (void)say(why, why_bytes, file, strerror(errno));
    else if (is_ours(directory, file, &st, why, why_bytes))
        return fd;
    (void)close(fd);
    return -1;
}

int store_file_turn(int directory, char *why, size_t why_bytes) {
    return open_file(directory, STORE_FILE_TURN, 0, why, why_bytes);
}

bool store_file_new(int directory, char *why, size_t why_bytes) {
    char file[NAME_BYTES];
    int fd;

    (void)unlinkat(directory, STORE_FILE_NEW, 0);
    for (size_t i = 0; i < BESIDE; i++) {
        (void)snprintf(file, sizeof file, "%s%s", STORE_FILE_NEW, beside[i]);
        (void)unlinkat(directory, file, 0);
    }
    fd = open_file(directory, STORE_FILE_NEW, O_EXCL, why, why_bytes);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

bool store_file_finish(int directory, char *why, size_t why_bytes) {
    if (renameat(directory, STORE_FILE_NEW, directory, STORE_FILE) != 0 || fsync(directory) != 0)
        return say(why, why_bytes, STORE_FILE, strerror(errno));
    return true;
}
