/* Writes the published account table: beside the old one, then renamed over it. */
#include "helper/table_writer.h"

#include <cdb.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/table.h"
#include "helper/table_encode.h"

/* What stands behind the table's name in those of unfinished ones. */
#define UNFINISHED ".new."

struct table_writer {
    char *path, *directory, *unfinished; /* unfinished: the file being written */
    int fd;                              /* of it; -1 before there is one */
    bool made;                           /* `cdb` is in use */
    struct cdb_make cdb;
    size_t services_count;
    enum wecom_error failed; /* what ended this table; WECOM_OK: nothing */
    int failed_errno;
};

struct key {
    char bytes[WECOM_TABLE_KEY_MAX_BYTES + 1];
    unsigned int len;
};

/* Is each name of the list there once? */
static bool all_differ(const char *list) {
    for (const char *at = list; *at != '\0'; at += strcspn(at, ",") + (strchr(at, ',') != NULL)) {
        size_t len = strcspn(at, ",");
        const char *other = at + len;

        while (*other == ',') {
            size_t other_len = strcspn(++other, ",");

            if (other_len == len && memcmp(at, other, len) == 0)
                return false;
            other += other_len;
        }
    }
    return true;
}

/* --- Keys and records. --- */

static enum wecom_error fail(struct table_writer *w, enum wecom_error err) {
    w->failed = err;
    w->failed_errno = errno;
    return err;
}

static enum wecom_error fail_again(const struct table_writer *w) {
    errno = w->failed_errno;
    return w->failed;
}

static void make_key(struct key *key, char kind, const char *text) {
    int len = snprintf(key->bytes, sizeof key->bytes, "%c%s", kind, text);

    /* what is cut here, the reader's code has refused before */
    key->len = len < (int)sizeof key->bytes ? (unsigned int)len : sizeof key->bytes - 1;
}

static void make_id_key(struct key *key, uint32_t id) {
    char digits[12];

    (void)snprintf(digits, sizeof digits, "%u", id);
    make_key(key, '#', digits);
}

static void make_link_key(struct key *key, const char *link) {
    make_key(key, '@', link);
    for (char *c = strchr(key->bytes, '/'); c != NULL && *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
}

/* Keys that are there already must stay the only ones of their kind. */
static enum wecom_error find_keys(struct table_writer *w, const struct key *keys, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int there = cdb_make_exists(&w->cdb, keys[i].bytes, keys[i].len);

        if (there < 0)
            return fail(w, WECOM_E_SYSTEM);
        if (there > 0)
            return WECOM_E_FORMAT;
    }
    return WECOM_OK;
}

static enum wecom_error add(struct table_writer *w, const struct key *keys, size_t count,
                            const struct table_encoded *r) {
    for (size_t i = 0; i < count; i++) {
        if (cdb_make_add(&w->cdb, keys[i].bytes, keys[i].len, r->bytes, (unsigned int)r->len) != 0)
            return fail(w, WECOM_E_SYSTEM);
    }
    return WECOM_OK;
}

enum wecom_error table_writer_put_user(struct table_writer *w, const struct table_user *user) {
    struct table_encoded r, status;
    struct table_user again;
    struct key keys[3];
    bool linked;
    enum wecom_error err;

    if (w->failed != WECOM_OK)
        return fail_again(w);
    table_encode_user(user, &r);
    if (r.full || table_record_user(r.bytes, r.len, &again) != WECOM_OK ||
        strlen(again.status.services) != w->services_count)
        return WECOM_E_FORMAT;
    linked = again.status.link[0] != '\0';
    make_key(&keys[0], 'n', again.name);
    make_id_key(&keys[1], again.id);
    if (linked)
        make_link_key(&keys[2], again.status.link);
    table_encode_status(&again.status, &status);
    err = find_keys(w, keys, linked ? 3 : 2);
    if (err == WECOM_OK)
        err = add(w, keys, 2, &r);
    if (err == WECOM_OK && linked)
        err = add(w, keys + 2, 1, &status);
    return err;
}

enum wecom_error table_writer_put_group(struct table_writer *w, const struct table_group *group) {
    struct table_encoded r;
    struct table_group again;
    struct key keys[2];
    enum wecom_error err;

    if (w->failed != WECOM_OK)
        return fail_again(w);
    table_encode_group(group, &r);
    if (r.full || table_record_group(r.bytes, r.len, &again) != WECOM_OK)
        return WECOM_E_FORMAT;
    make_key(&keys[0], 'n', again.name);
    make_id_key(&keys[1], again.id);
    err = find_keys(w, keys, 2);
    return err == WECOM_OK ? add(w, keys, 2, &r) : err;
}

enum wecom_error table_writer_put_status(struct table_writer *w,
                                         const struct table_status *status) {
    struct table_encoded r;
    struct table_status again;
    struct key key;
    enum wecom_error err;

    if (w->failed != WECOM_OK)
        return fail_again(w);
    table_encode_status(status, &r);
    if (r.full || table_record_status(r.bytes, r.len, &again) != WECOM_OK ||
        strlen(again.services) != w->services_count)
        return WECOM_E_FORMAT;
    make_link_key(&key, again.link);
    err = find_keys(w, &key, 1);
    return err == WECOM_OK ? add(w, &key, 1, &r) : err;
}

static enum wecom_error put_meta(struct table_writer *w, const struct table_meta *meta) {
    struct table_encoded r;
    struct table_meta again;
    struct key key;

    table_encode_meta(meta, &r);
    if (r.full || table_record_meta(r.bytes, r.len, &again) != WECOM_OK ||
        !all_differ(again.services))
        return WECOM_E_FORMAT;
    w->services_count = again.services_count;
    make_key(&key, '!', "");
    return add(w, &key, 1, &r);
}

/* --- Beginning. --- */

/* Removes an unfinished table that nobody writes any more: its writer held a lock while alive. */
static void remove_abandoned(int directory, const char *name) {
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(directory, name, 0);
    (void)close(fd);
}

static enum wecom_error remove_all_abandoned(const struct table_writer *w) {
    const char *base = strrchr(w->path, '/') + 1;
    size_t base_len = strlen(base);
    DIR *dir = opendir(w->directory);
    const struct dirent *entry;

    if (dir == NULL)
        return WECOM_E_SYSTEM;
    while ((entry = readdir(dir)) != NULL) {
        if (strncmp(entry->d_name, base, base_len) == 0 &&
            strncmp(entry->d_name + base_len, UNFINISHED, strlen(UNFINISHED)) == 0)
            remove_abandoned(dirfd(dir), entry->d_name);
    }
    (void)closedir(dir);
    return WECOM_OK;
}

static enum wecom_error make_names(struct table_writer *w, const char *path) {
    const char *slash = strrchr(path, '/');
    struct timespec now;

    if (slash == NULL || slash[1] == '\0')
        return WECOM_E_FORMAT;
    if (strlen(path) >= PATH_MAX - 64)
        return WECOM_E_TOO_LONG;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    w->path = strdup(path);
    w->directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (asprintf(&w->unfinished, "%s" UNFINISHED "%ld.%lld.%09ld", path, (long)getpid(),
                 (long long)now.tv_sec, now.tv_nsec) < 0)
        w->unfinished = NULL;
    return w->path != NULL && w->directory != NULL && w->unfinished != NULL ? WECOM_OK
                                                                            : WECOM_E_MEMORY;
}

static enum wecom_error make_file(struct table_writer *w) {
    /* read as well: libcdb looks into it when two keys have the same hash */
    w->fd = open(w->unfinished, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->fd < 0 || flock(w->fd, LOCK_EX | LOCK_NB) != 0)
        return WECOM_E_SYSTEM;
    if (cdb_make_start(&w->cdb, w->fd) != 0)
        return WECOM_E_SYSTEM;
    w->made = true;
    return WECOM_OK;
}

enum wecom_error table_writer_open(const char *path, const struct table_meta *meta,
                                   struct table_writer **writer) {
    struct table_writer *w = calloc(1, sizeof *w);
    enum wecom_error err;

    if (w == NULL)
        return WECOM_E_MEMORY;
    w->fd = -1;
    err = make_names(w, path);
    if (err == WECOM_OK)
        err = remove_all_abandoned(w);
    if (err == WECOM_OK)
        err = make_file(w);
    if (err == WECOM_OK)
        err = put_meta(w, meta);
    if (err == WECOM_OK)
        *writer = w;
    else
        table_writer_abort(w);
    return err;
}

/* --- End. --- */

/* libcdb frees its lists only in cdb_make_finish. */
static int finish(struct table_writer *w) {
    int result;

    if (!w->made)
        return 0;
    w->made = false;
    result = cdb_make_finish(&w->cdb);
    if (result != 0 && errno == ENOENT) /* its word for a failed malloc */
        errno = ENOMEM;
    return result;
}

static void free_writer(struct table_writer *w) {
    if (w->fd >= 0)
        (void)close(w->fd);
    free(w->path);
    free(w->directory);
    free(w->unfinished);
    free(w);
}

void table_writer_abort(struct table_writer *w) {
    int before = errno;

    if (w == NULL)
        return;
    (void)finish(w);
    if (w->fd >= 0)
        (void)unlink(w->unfinished);
    free_writer(w);
    errno = before;
}

static bool is_time(int64_t time_s) {
    return time_s >= 0 && time_s <= WECOM_TABLE_TIME_MAX_S;
}

static int set_time(int fd, int64_t confirmed_s) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)confirmed_s}};

    return futimens(fd, times);
}

/* The reader has the last word: it opens what was written. */
static enum wecom_error read_back(const struct table_writer *w) {
    char buffer[TABLE_META_BYTES];
    struct table_meta meta;
    struct table table;
    enum wecom_error err = table_open(w->unfinished, geteuid(), &table);

    if (err != WECOM_OK)
        return err;
    err = table_meta(&table, buffer, sizeof buffer, &meta);
    table_close(&table);
    return err;
}

static int sync_directory(const struct table_writer *w) {
    int fd = open(w->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), result, code;

    if (fd < 0)
        return -1;
    result = fsync(fd);
    code = errno;
    (void)close(fd);
    errno = code;
    return result;
}

enum wecom_error table_writer_commit(struct table_writer *w, int64_t confirmed_s) {
    enum wecom_error err = w->failed != WECOM_OK ? fail_again(w) : WECOM_OK;

    if (err == WECOM_OK && !is_time(confirmed_s))
        err = WECOM_E_FORMAT;
    if (err == WECOM_OK && (finish(w) != 0 || fchmod(w->fd, 0644) != 0))
        err = WECOM_E_SYSTEM;
    if (err == WECOM_OK)
        err = read_back(w);
    if (err == WECOM_OK && (set_time(w->fd, confirmed_s) != 0 || fsync(w->fd) != 0 ||
                            rename(w->unfinished, w->path) != 0))
        err = WECOM_E_SYSTEM;
    if (err != WECOM_OK) {
        table_writer_abort(w);
        return err;
    }
    if (sync_directory(w) != 0)
        err = WECOM_E_SYSTEM;
    free_writer(w);
    return err;
}

enum wecom_error table_writer_touch(const char *path, int64_t confirmed_s) {
    enum wecom_error err = WECOM_OK;
    struct stat st;
    int fd, code;

    if (!is_time(confirmed_s))
        return WECOM_E_FORMAT;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? WECOM_E_ABSENT : errno == ELOOP ? WECOM_E_PEER : WECOM_E_SYSTEM;
    if (fstat(fd, &st) != 0)
        err = WECOM_E_SYSTEM;
    else if (!S_ISREG(st.st_mode))
        err = WECOM_E_PEER;
    else if (set_time(fd, confirmed_s) != 0)
        err = WECOM_E_SYSTEM;
    code = errno;
    (void)close(fd);
    errno = code;
    return err;
}
