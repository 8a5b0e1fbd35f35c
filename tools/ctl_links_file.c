/* The file /etc/wecom/links: taken by one wecomctl at a time, replaced as a whole.
 *
 * The new file is also the lock: whoever holds the lock of the file that is called NAME.new at that
 * moment may write it and give it its name. It dies with its process, and a file that a killed
 * process left is taken over. It is 0600 until it is complete, so that nobody but root can lock it.
 */
#include "tools/ctl_links_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/localfiles.h"
#include "wecom/limits.h"

enum { FILE_BYTES = 1024 * 1024, REST_MS = 20 };

static bool fail(struct ctl_links_file *file, enum texts_id trouble, const char *why) {
    file->trouble = trouble;
    (void)snprintf(file->why, sizeof file->why, "%s", why);
    return false;
}

static bool fail_errno(struct ctl_links_file *file) {
    return fail(file, TEXT_LINKS_SYSTEM, strerror(errno));
}

static const char *name_of(const char *path) {
    return strrchr(path, '/') + 1;
}

static void fresh_name(const struct ctl_links_file *file, char *name, size_t bytes) {
    (void)snprintf(name, bytes, "%s.new", name_of(file->path));
}

/* Nobody but root can change what stands here. */
static bool is_of_root(const struct stat *st) {
    return st->st_uid == 0 && (st->st_mode & 022) == 0;
}

static bool open_folder(struct ctl_links_file *file) {
    char *folder = strndup(file->path, (size_t)(name_of(file->path) - file->path));
    struct stat st;

    if (folder == NULL)
        return fail(file, TEXT_NO_MEMORY, "");
    file->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (file->folder < 0 || fstat(file->folder, &st) != 0)
        return fail_errno(file);
    if (!is_of_root(&st))
        return fail(file, TEXT_LINKS_OWNER, "");
    return true;
}

/* 1: the lock is ours; 0: somebody else has it; -1: an error. */
static int try_lock(struct ctl_links_file *file) {
    struct stat opened, named;
    char name[256];

    fresh_name(file, name, sizeof name);
    file->fresh =
        openat(file->folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
    if (file->fresh < 0 || fstat(file->fresh, &opened) != 0)
        return -1;
    if (!S_ISREG(opened.st_mode) || opened.st_uid != 0 || opened.st_nlink > 1) {
        errno = EPERM;
        return -1;
    }
    if (flock(file->fresh, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? 0 : -1;
    /* It may have become the file, and another one its place. */
    if (fstatat(file->folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : -1;
    return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

static bool lock(struct ctl_links_file *file) {
    struct deadline until = deadline_in_ms(CTL_LINKS_LOCK_MS);
    int locked;

    while ((locked = try_lock(file)) == 0) {
        (void)close(file->fresh);
        file->fresh = -1;
        if (deadline_left_ms(until) == 0)
            return fail(file, TEXT_LINKS_BUSY, "");
        deadline_rest(until, REST_MS);
    }
    if (locked < 0) {
        (void)fail_errno(file);
        if (file->fresh >= 0)
            (void)close(file->fresh);
        file->fresh = -1; /* not ours to remove */
        return false;
    }
    /* what a killed process left */
    if (fchmod(file->fresh, 0600) != 0 || ftruncate(file->fresh, 0) != 0)
        return fail_errno(file);
    return true;
}

static bool read_all(struct ctl_links_file *file, int fd, size_t size) {
    file->text.bytes = malloc(size + 1);
    if (file->text.bytes == NULL)
        return fail(file, TEXT_NO_MEMORY, "");
    while (file->text.len < size) {
        ssize_t n = read(fd, file->text.bytes + file->text.len, size - file->text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(file);
        if (n == 0)
            break;
        file->text.len += (size_t)n;
    }
    return true;
}

static bool read_file(struct ctl_links_file *file) {
    int fd = openat(file->folder, name_of(file->path),
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    bool good;

    if (fd < 0)
        return errno == ENOENT ||
               (errno == ELOOP ? fail(file, TEXT_LINKS_OWNER, "") : fail_errno(file));
    if (fstat(fd, &st) != 0)
        good = fail_errno(file);
    else if (!S_ISREG(st.st_mode) || !is_of_root(&st) || st.st_gid != 0)
        good = fail(file, TEXT_LINKS_OWNER, "");
    else if (st.st_size > FILE_BYTES)
        good = fail(file, TEXT_LINKS_SYSTEM, strerror(EFBIG));
    else
        good = read_all(file, fd, (size_t)st.st_size);
    (void)close(fd);
    return good;
}

bool ctl_links_file_open(struct ctl_links_file *file, const char *path) {
    *file = (struct ctl_links_file){.path = path, .folder = -1, .fresh = -1};
    if (open_folder(file) && lock(file) && read_file(file))
        return true;
    ctl_links_file_close(file);
    return false;
}

static bool write_all(struct ctl_links_file *file) {
    const char *at = file->text.bytes;
    size_t left = file->text.len;

    while (left > 0) {
        ssize_t n = write(file->fresh, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        left -= (size_t)n;
    }
    return true;
}

/* The reader itself says whether the new file means what it should. */
static bool reads_back(struct ctl_links_file *file, const struct ctl_links_check *checks,
                       size_t count) {
    char path[512], link[WECOM_LINK_MAX_BYTES + 1];

    (void)snprintf(path, sizeof path, "%s.new", file->path);
    for (size_t i = 0; i < count; i++) {
        enum wecom_error err = localfiles_link(path, checks[i].name, link, sizeof link);

        if (checks[i].link != NULL ? err != WECOM_OK || strcmp(link, checks[i].link) != 0
                                   : err != WECOM_E_ABSENT)
            return fail(file, TEXT_LINKS_UNREADABLE, checks[i].name);
    }
    return true;
}

bool ctl_links_file_write(struct ctl_links_file *file, const struct ctl_links_check *checks,
                          size_t count) {
    char name[256];

    fresh_name(file, name, sizeof name);
    if (file->text.len > FILE_BYTES)
        return fail(file, TEXT_LINKS_SYSTEM, strerror(EFBIG));
    if (!write_all(file) || fchown(file->fresh, 0, 0) != 0 || fchmod(file->fresh, 0644) != 0 ||
        fsync(file->fresh) != 0)
        return fail_errno(file);
    if (!reads_back(file, checks, count))
        return false;
    if (renameat(file->folder, name, file->folder, name_of(file->path)) != 0)
        return fail_errno(file);
    (void)close(file->fresh);
    file->fresh = -1;
    return fsync(file->folder) == 0 || fail_errno(file);
}

void ctl_links_file_close(struct ctl_links_file *file) {
    char name[256];

    if (file->fresh >= 0) {
        struct stat opened, named;

        /* ours only while it has the name */
        fresh_name(file, name, sizeof name);
        if (fstat(file->fresh, &opened) == 0 &&
            fstatat(file->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
            opened.st_dev == named.st_dev && opened.st_ino == named.st_ino)
            (void)unlinkat(file->folder, name, 0);
        (void)close(file->fresh);
    }
    if (file->folder >= 0)
        (void)close(file->folder);
    file->fresh = file->folder = -1;
    ctl_links_text_clear(&file->text);
}
