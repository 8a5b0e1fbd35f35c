/* The file in which the counters survive the helper: state_dir/throttle, of fixed size, one header
 * and numbered slots of one record each. A change is one pwrite of one record without fsync: a
 * helper that is killed loses nothing that it wrote, a power cut may lose the last seconds.
 *
 * MUST: work without the file when it cannot be had (no damage stops a sign-in), and say so.
 * MUST NOT: follow a link, use what another user wrote or could write, believe a record whose check
 * is not right for its slot and the file's key.
 */
#ifndef WECOM_HELPER_THROTTLE_FILE_H
#define WECOM_HELPER_THROTTLE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/keyed.h"
#include "helper/throttle_record.h"

#define THROTTLE_FILE "throttle"

enum {
    THROTTLE_ROWS = 4096, /* of each table */
    THROTTLE_SLOTS = THROTTLE_TABLES * THROTTLE_ROWS,
    THROTTLE_FILE_BYTES = (1 + THROTTLE_SLOTS) * (int)sizeof(struct throttle_record),
};

struct throttle_file {
    int fd; /* -1: in memory only */
    unsigned char key[KEYED_BYTES];
};

/* Opens the file, or makes one where there is none. One that is not of our own user, mode 0600, a
 * regular file and no link, of the right size and with a good header is replaced by a new one, with
 * a sentence in `why`. `state_dir` NULL, or no file to be had (`why` tells): in memory only. `why`
 * is "" when nothing is wrong. False: no randomness for a key.
 */
bool throttle_file_open(struct throttle_file *file, const char *state_dir, char *why,
                        size_t why_bytes);

/* Wipes the key. */
void throttle_file_close(struct throttle_file *file);

/* Hands over every record that is whole, its times those of the wall clock; `take` says whether it
 * makes sense. Returns how many slots could not be read, or held something else: they are empty
 * now.
 */
size_t throttle_file_load(const struct throttle_file *file,
                          bool (*take)(void *arg, uint32_t slot,
                                       const struct throttle_record *record),
                          void *arg);

/* Writes the record, whose `check` it sets; NULL: empties the slot. False with errno. */
bool throttle_file_save(const struct throttle_file *file, uint32_t slot,
                        const struct throttle_record *record);

/* HMAC-SHA-256 by the file's key, cut down. False: no memory. */
bool throttle_file_digest(const struct throttle_file *file, const void *bytes, size_t len,
                          unsigned char digest[THROTTLE_DIGEST_BYTES]);

#endif
