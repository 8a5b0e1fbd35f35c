/* A disk that fails at a chosen operation, and one that forgets at a power cut what was not
 * synchronized: SQLite's own VFS with some of its methods replaced.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/helper/support_store.h"

enum { FILES = 64, SECTOR = 512, MOST_BYTES = 1 << 20 };

static sqlite3_vfs ours, *theirs;

/* SQLite has a table for files with locks and one for others. */
static struct {
    sqlite3_io_methods ours;
    const sqlite3_io_methods *theirs;
} methods[4];

static const sqlite3_io_methods *theirs_of(const sqlite3_file *file) {
    for (size_t i = 0; i < 4; i++) {
        if (file->pMethods == &methods[i].ours)
            return methods[i].theirs;
    }
    ck_abort_msg("a file of somebody else");
}

static struct {
    sqlite3_file *file;
    char name[64]; /* the last part of the path */
} files[FILES];

/* Does this operation fail? */
static int count_operation(void) {
    disk.operations++;
    if (disk.operations == disk.die_at)
        _exit(DISK_DIED);
    return disk.fail_at != 0 && disk.operations >= disk.fail_at &&
                   disk.operations < disk.fail_at + disk.fail_count
               ? disk.fail_with
               : SQLITE_OK;
}

static int disk_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at) {
    int code = count_operation();

    disk.writes++;
    return code != SQLITE_OK ? code : theirs_of(file)->xWrite(file, bytes, count, at);
}

static int disk_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at) {
    return disk.fail_reads ? SQLITE_IOERR_READ : theirs_of(file)->xRead(file, bytes, count, at);
}

/* What a file holds now is what a power cut will leave of it. Read through SQLite's own descriptor:
 * to open the file once more and close it would give up its locks.
 */
static void keep(sqlite3_file *file) {
    sqlite3_int64 size = 0;
    char path[512], *bytes;
    int fd;

    for (size_t i = 0; i < FILES; i++) {
        if (files[i].file != file)
            continue;
        ck_assert_int_eq(theirs_of(file)->xFileSize(file, &size), SQLITE_OK);
        bytes = malloc((size_t)size + 1);
        ck_assert_ptr_nonnull(bytes);
        ck_assert(size == 0 || theirs_of(file)->xRead(file, bytes, (int)size, 0) == SQLITE_OK);
        (void)snprintf(path, sizeof path, "%s/%s", disk.durable, files[i].name);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, bytes, (size_t)size), size);
        (void)close(fd);
        free(bytes);
    }
}

static int disk_sync(sqlite3_file *file, int flags) {
    int code = count_operation();

    disk.syncs++;
    if (code != SQLITE_OK)
        return code;
    if (disk.durable != NULL)
        keep(file);
    return theirs_of(file)->xSync(file, flags);
}

static int disk_close(sqlite3_file *file) {
    for (size_t i = 0; i < FILES; i++) {
        if (files[i].file == file)
            files[i].file = NULL;
    }
    return theirs_of(file)->xClose(file);
}

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                     int *out_flags) {
    int code = theirs->xOpen(vfs, path, file, flags, out_flags);
    const char *name = path != NULL ? strrchr(path, '/') : NULL;
    size_t kind = 0;

    if (code != SQLITE_OK || file->pMethods == NULL || name == NULL)
        return code;
    while (kind < 3 && methods[kind].theirs != NULL && methods[kind].theirs != file->pMethods)
        kind++;
    methods[kind].theirs = file->pMethods;
    methods[kind].ours = *file->pMethods;
    methods[kind].ours.xRead = disk_read;
    methods[kind].ours.xWrite = disk_write;
    methods[kind].ours.xSync = disk_sync;
    methods[kind].ours.xClose = disk_close;
    file->pMethods = &methods[kind].ours;
    for (size_t i = 0; i < FILES; i++) {
        if (files[i].file == NULL) {
            files[i].file = file;
            (void)snprintf(files[i].name, sizeof files[i].name, "%s", name + 1);
            return code;
        }
    }
    ck_abort_msg("too many files");
}

static int disk_delete(sqlite3_vfs *vfs, const char *path, int sync_directory) {
    const char *name = strrchr(path, '/');
    char durable[512];

    if (disk.durable != NULL && name != NULL) {
        (void)snprintf(durable, sizeof durable, "%s%s", disk.durable, name);
        (void)unlink(durable);
    }
    return theirs->xDelete(vfs, path, sync_directory);
}

void disk_start(void) {
    disk = (struct disk){0};
    if (theirs != NULL)
        return;
    theirs = sqlite3_vfs_find(NULL);
    ours = *theirs;
    ours.pNext = NULL;
    ours.zName = "disk";
    ours.xOpen = disk_open;
    ours.xDelete = disk_delete;
    ck_assert_int_eq(sqlite3_vfs_register(&ours, 1), SQLITE_OK);
}

static size_t read_all(const char *path, char *bytes, size_t most) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;
    size_t len = 0;

    while (fd >= 0 && (n = read(fd, bytes + len, most - len)) > 0)
        len += (size_t)n;
    ck_assert(n == 0 && len < most);
    if (fd >= 0)
        (void)close(fd);
    return len;
}

static const char *const names[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-journal"};

void disk_flush(const char *durable) {
    static char now[MOST_BYTES];
    char to[512];

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(to, sizeof to, "%s/%s", durable, names[i]);
        (void)unlink(to);
        if (access(state_path(names[i]), F_OK) == 0)
            support_write(to, 0600, now, read_all(state_path(names[i]), now, sizeof now));
    }
}

void disk_power_cut(const char *durable, uint64_t random) {
    static char safe[MOST_BYTES], now[MOST_BYTES];
    char from[512];

    (void)unlink(state_path(STORE_FILE "-shm"));
    for (size_t i = 0; i < 3; i++) {
        size_t safe_len, len;
        bool exists;

        (void)snprintf(from, sizeof from, "%s/%s", durable, names[i]);
        exists =
            access(from, F_OK) == 0 || (random != 0 && access(state_path(names[i]), F_OK) == 0);
        memset(safe, 0, sizeof safe);
        safe_len = read_all(from, safe, sizeof safe);
        len = read_all(state_path(names[i]), now, sizeof now);
        for (size_t at = 0; random != 0 && at < len; at += SECTOR) {
            size_t bytes = len - at < SECTOR ? len - at : SECTOR;

            if (random_next(&random) % 2 == 0)
                continue;
            memcpy(safe + at, now + at, bytes);
            if (safe_len < at + bytes)
                safe_len = at + bytes;
        }
        (void)unlink(state_path(names[i]));
        if (exists)
            support_write(state_path(names[i]), 0600, safe, safe_len);
    }
}
