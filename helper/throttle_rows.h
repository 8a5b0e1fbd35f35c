/* The tables of counters: found by digest, bounded, kept in the file with each change. Knows no
 * rule but who goes when a table is full: the one that would be forgotten first.
 */
#ifndef WECOM_HELPER_THROTTLE_ROWS_H
#define WECOM_HELPER_THROTTLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/throttle_file.h"
#include "helper/throttle_record.h"

/* Passed in, so that a test can turn both. */
struct throttle_clock {
    int64_t (*now_ms)(void *self);  /* only grows; not below 0 */
    int64_t (*wall_ms)(void *self); /* since 1970; may jump */
    void *self;
};

struct throttle_rows;

/* With what the file holds. `state_dir` and `why` as in throttle_file_open; records that were
 * damaged are told of there, too. NULL: no memory or no randomness.
 */
struct throttle_rows *throttle_rows_open(const char *state_dir, struct throttle_clock clock,
                                         char *why, size_t why_bytes);
/* NULL allowed. Nothing is left to be written. */
void throttle_rows_close(struct throttle_rows *rows);

int64_t throttle_rows_now_ms(const struct throttle_rows *rows);

/* throttle_file_digest with the key of these tables. */
bool throttle_rows_digest(const struct throttle_rows *rows, const void *bytes, size_t len,
                          unsigned char digest[THROTTLE_DIGEST_BYTES]);

/* The record of that digest, unless it is forgotten; NULL. */
const struct throttle_record *throttle_rows_find(const struct throttle_rows *rows,
                                                 enum throttle_table table,
                                                 const unsigned char *digest);

/* The same to be changed; where there is none, an empty one with that digest, for which another may
 * have gone. throttle_rows_keep must follow.
 */
struct throttle_record *throttle_rows_take(struct throttle_rows *rows, enum throttle_table table,
                                           const unsigned char *digest);
void throttle_rows_keep(struct throttle_rows *rows, struct throttle_record *record);

/* Was there one? */
bool throttle_rows_drop(struct throttle_rows *rows, enum throttle_table table,
                        const unsigned char *digest);

/* All that carry that digest of a user; how many there were. */
size_t throttle_rows_drop_user(struct throttle_rows *rows, const unsigned char *user_digest);

/* The next one of all tables that is not forgotten; `*at` is 0 before the first. NULL: no more. */
const struct throttle_record *throttle_rows_next(const struct throttle_rows *rows, size_t *at);

/* Told once when the file can no longer be written, and again only after it could be in between;
 * else NULL.
 */
const char *throttle_rows_trouble(struct throttle_rows *rows);

#endif
