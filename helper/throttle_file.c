/* The file in which the counters survive the helper. */
#include "helper/throttle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NEW ".throttle.new"

enum { VERSION = 1, SLOT_BYTES = sizeof(struct throttle_record), CHUNK = 64 };

static const char magic[8] = {'w', 'e', 'c', 'o', 'm', 't', 'h', 'r'};

/* Takes the room of one slot. In this machine's order of bytes, as the records: a file of another
 * machine has another version then.
 */
struct header {
    char magic[8];
    uint32_t version;
    uint32_t slots;
    unsigned char key[KEYED_BYTES];
    unsigned char rest[SLOT_BYTES - 64]; /* zero */
    unsigned char check[THROTTLE_DIGEST_BYTES];
};

_Static_assert(sizeof(struct header) == SLOT_BYTES, "the header takes the room of one slot");

bool throttle_file_digest(const struct throttle_file *file, const void *bytes, size_t len,
                          unsigned char digest[THROTTLE_DIGEST_BYTES]) {
    unsigned char whole[KEYED_BYTES];

    if (!keyed_digest(file->key, bytes, len, whole))
        return false;
    memcpy(digest, whole, THROTTLE_DIGEST_BYTES);
    return true;
}

static bool check_of_header(const struct throttle_file *file, const struct header *header,
                            unsigned char check[THROTTLE_DIGEST_BYTES]) {
    return throttle_file_digest(file, header, offsetof(struct header, check), check);
}

/* The slot counts: a record is good in its own place only. */
static bool check_of_record(const struct throttle_file *file, uint32_t slot,
                            const struct throttle_record *record,
                            unsigned char check[THROTTLE_DIGEST_BYTES]) {
    unsigned char bytes[sizeof slot + sizeof *record - sizeof record->check];

    memcpy(bytes, &slot, sizeof slot);
    memcpy(bytes + sizeof slot, record->digest, sizeof bytes - sizeof slot);
    return throttle_file_digest(file, bytes, sizeof bytes, check);
}

/* What is wrong with the open file, NULL when nothing is. */
static const char *check_file(int fd) {
    struct stat st;

    if (fstat(fd, &st) != 0)
        return strerror(errno);
    if (!S_ISREG(st.st_mode))
        return "is not a regular file";
    if (st.st_uid != geteuid())
        return "belongs to another user";
    if ((st.st_mode & 07777) != 0600)
        return "has not the mode 0600";
    return st.st_size == THROTTLE_FILE_BYTES ? NULL : "has not the right size";
}

/* Takes the key out of the header; what is wrong with it, NULL when nothing is. */
static const char *read_header(struct throttle_file *file) {
    unsigned char check[THROTTLE_DIGEST_BYTES];
    const char *wrong = NULL;
    struct header header;

    if (pread(file->fd, &header, sizeof header, 0) != (ssize_t)sizeof header)
        return "cannot be read";
    memcpy(file->key, header.key, sizeof file->key);
    if (memcmp(header.magic, magic, sizeof magic) != 0)
        wrong = "is something else";
    else if (header.version != VERSION || header.slots != THROTTLE_SLOTS)
        wrong = "is of another version";
    else if (!check_of_header(file, &header, check) ||
             CRYPTO_memcmp(check, header.check, sizeof check) != 0)
        wrong = "is damaged at its beginning";
    OPENSSL_cleanse(&header, sizeof header);
    return wrong;
}

/* NULL: open, and ours. Else what is wrong; "" where there is none. */
static const char *open_old(struct throttle_file *file, int directory) {
    const char *wrong = NULL;

    file->fd =
        openat(directory, THROTTLE_FILE, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0)
        return errno == ENOENT ? "" : errno == ELOOP ? "is a symbolic link" : strerror(errno);
    wrong = check_file(file->fd);
    if (wrong == NULL)
        wrong = read_header(file);
    if (wrong != NULL) {
        (void)close(file->fd);
        file->fd = -1;
    }
    return wrong;
}

/* Its room is taken now, so that a full disk cannot lose a counter later; where the file system
 * knows no such thing, it is not.
 */
static bool fill(const struct throttle_file *file) {
    struct header header = {.version = VERSION, .slots = THROTTLE_SLOTS};
    bool good;

    memcpy(header.magic, magic, sizeof magic);
    memcpy(header.key, file->key, sizeof header.key);
    good = check_of_header(file, &header, header.check) && fchmod(file->fd, 0600) == 0 &&
           (fallocate(file->fd, 0, 0, THROTTLE_FILE_BYTES) == 0 ||
            ((errno == EOPNOTSUPP || errno == ENOSYS) &&
             ftruncate(file->fd, THROTTLE_FILE_BYTES) == 0)) &&
           pwrite(file->fd, &header, sizeof header, 0) == (ssize_t)sizeof header;
    OPENSSL_cleanse(&header, sizeof header);
    return good;
}

/* Beside the old one, whole, then in its place: a crash leaves one of them, and a link or a pipe of
 * that name goes without being touched. False with errno.
 */
static bool make_new(struct throttle_file *file, int directory) {
    int error;

    (void)unlinkat(directory, FILE_NEW, 0); /* left behind by a crash */
    file->fd =
        openat(directory, FILE_NEW, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file->fd < 0)
        return false;
    if (fill(file) && renameat(directory, FILE_NEW, directory, THROTTLE_FILE) == 0)
        return true;
    error = errno;
    (void)unlinkat(directory, FILE_NEW, 0);
    (void)close(file->fd);
    file->fd = -1;
    errno = error;
    return false;
}

/* There is no file that could be used: makes one, and tells what was wrong. */
static void begin_anew(struct throttle_file *file, const char *state_dir, int directory,
                       const char *wrong, char *why, size_t why_bytes) {
    if (directory < 0)
        (void)snprintf(why, why_bytes, "%s: %s; until the next start failures count in memory only",
                       state_dir, wrong);
    else if (!make_new(file, directory))
        (void)snprintf(why, why_bytes,
                       "%s/" THROTTLE_FILE ": %s%scannot be made: %s; until the next start "
                       "failures count in memory only",
                       state_dir, wrong, wrong[0] != '\0' ? ", and a new one " : "",
                       strerror(errno));
    else if (wrong[0] != '\0')
        (void)snprintf(why, why_bytes,
                       "%s/" THROTTLE_FILE ": %s; there is a new one, and failures count from zero",
                       state_dir, wrong);
}

bool throttle_file_open(struct throttle_file *file, const char *state_dir, char *why,
                        size_t why_bytes) {
    const char *wrong = NULL;
    int directory = -1;
    bool good = true;

    *file = (struct throttle_file){.fd = -1};
    why[0] = '\0';
    if (state_dir != NULL) {
        directory = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        wrong = directory >= 0 ? open_old(file, directory) : strerror(errno);
    }
    if (file->fd < 0) {
        /* a key of its own: what a wrong header said is not used */
        good = keyed_draw(file->key);
        if (good && wrong != NULL)
            begin_anew(file, state_dir, directory, wrong, why, why_bytes);
    }
    if (directory >= 0)
        (void)close(directory);
    return good;
}

void throttle_file_close(struct throttle_file *file) {
    if (file->fd >= 0)
        (void)close(file->fd);
    OPENSSL_cleanse(file->key, sizeof file->key);
    file->fd = -1;
}

static off_t place_of(uint32_t slot) {
    return (off_t)(slot + 1) * SLOT_BYTES;
}

static bool is_good(const struct throttle_file *file, uint32_t slot,
                    const struct throttle_record *record) {
    unsigned char check[THROTTLE_DIGEST_BYTES];

    return check_of_record(file, slot, record, check) &&
           CRYPTO_memcmp(check, record->check, sizeof check) == 0;
}

/* Nothing but zeros: an empty slot, or many. */
static bool is_empty(const void *bytes, size_t len) {
    const unsigned char *first = bytes;

    return first[0] == 0 && memcmp(first, first + 1, len - 1) == 0;
}

size_t throttle_file_load(const struct throttle_file *file,
                          bool (*take)(void *arg, uint32_t slot,
                                       const struct throttle_record *record),
                          void *arg) {
    struct throttle_record records[CHUNK];
    size_t damaged = 0;

    for (uint32_t first = 0; file->fd >= 0 && first < THROTTLE_SLOTS; first += CHUNK) {
        ssize_t n = pread(file->fd, records, sizeof records, place_of(first));
        uint32_t whole = n > 0 ? (uint32_t)n / SLOT_BYTES : 0;

        damaged += CHUNK - whole;
        if (whole == CHUNK && is_empty(records, sizeof records))
            continue;
        for (uint32_t i = 0; i < whole; i++) {
            if (is_empty(&records[i], sizeof records[i]) ||
                (is_good(file, first + i, &records[i]) && take(arg, first + i, &records[i])))
                continue;
            damaged++;
            (void)throttle_file_save(file, first + i, NULL);
        }
    }
    return damaged;
}

bool throttle_file_save(const struct throttle_file *file, uint32_t slot,
                        const struct throttle_record *record) {
    struct throttle_record bytes = {0};
    ssize_t n;

    if (file->fd < 0)
        return true;
    if (record != NULL) {
        bytes = *record;
        errno = ENOMEM;
        if (!check_of_record(file, slot, record, bytes.check))
            return false;
    }
    n = pwrite(file->fd, &bytes, sizeof bytes, place_of(slot));
    if (n >= 0 && n < (ssize_t)sizeof bytes)
        errno = ENOSPC;
    return n == (ssize_t)sizeof bytes;
}
