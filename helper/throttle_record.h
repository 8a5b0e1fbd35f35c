/* One counter of those that slow down guessing: its form, in memory and in the file, how long it
 * counts, and what delay comes of it.
 */
#ifndef WECOM_HELPER_THROTTLE_RECORD_H
#define WECOM_HELPER_THROTTLE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

enum {
    THROTTLE_DIGEST_BYTES = 16, /* of HMAC-SHA-256: two that are equal by chance never happen */
    THROTTLE_MOST_MS = 60 * 1000,
    THROTTLE_PAIR_FREE = 3, /* failures that cost nothing: so often anybody mistypes */
    THROTTLE_PAIR_KEPT_MS = 15 * 60 * 1000,
    THROTTLE_PAIR_MOST = 9999, /* counted no further */
    THROTTLE_ORIGIN_FREE = 20, /* a whole office behind one address mistypes more often */
    THROTTLE_ORIGIN_MOST = 40, /* halved once, it costs nothing again */
    THROTTLE_HALVED_MS = 15 * 60 * 1000,
    THROTTLE_BLOCK_MS = 15 * 60 * 1000,
    THROTTLE_MESSAGES = 5,                 /* to one person ... */
    THROTTLE_MESSAGES_MS = 10 * 60 * 1000, /* ... in any such span */
    THROTTLE_WHAT_BYTES = 16,
    THROTTLE_TEXT_BYTES = 72,
};

/* Each has a table of its own, so that none can push out what stands in another. */
enum throttle_table {
    THROTTLE_KNOWN,   /* pairs of an account and an origin: failures, blocks */
    THROTTLE_UNKNOWN, /* failures of pairs with a name that no account has */
    THROTTLE_ORIGINS, /* failures of all users of an origin together */
    THROTTLE_SENT,    /* messages to a person */
    THROTTLE_TABLES,
};

enum throttle_kind {
    THROTTLE_EMPTY = 0,
    THROTTLE_PAIR,
    THROTTLE_BLOCK,
    THROTTLE_ORIGIN,
    THROTTLE_MESSAGE,
};

/* 256 bytes without a gap, as they stand in the file: there no record lies on two pages. Times are
 * milliseconds: of the clock that only grows in memory, of the wall clock in the file.
 */
struct throttle_record {
    unsigned char check[THROTTLE_DIGEST_BYTES]; /* the file's business */
    unsigned char digest[THROTTLE_DIGEST_BYTES];
    unsigned char user_digest[THROTTLE_DIGEST_BYTES]; /* of the name alone; zero where none is */
    uint32_t kind;
    uint32_t count; /* failures; messages; 0 of a block */
    /* the last failure; when it was blocked; of an origin, then, from when on the count was not
     * halved; when messages were sent, the oldest first
     */
    int64_t at_ms[THROTTLE_MESSAGES];
    char what[THROTTLE_WHAT_BYTES]; /* a block's */
    /* For a person to read: cleaned, cut off where too long. Only of accounts and origins. */
    char user[THROTTLE_TEXT_BYTES];
    char origin[THROTTLE_TEXT_BYTES];
};

/* Is it one that this program writes into that table? For what came out of a file. */
bool throttle_record_is_sound(const struct throttle_record *record, enum throttle_table table);

/* When it is forgotten: a pair and a block 15 minutes after the last failure, or the answer; an
 * origin when its count has been halved to nothing; messages when the last one is 10 minutes old.
 */
int64_t throttle_record_ends_ms(const struct throttle_record *record);

/* Failures that still count. Those of an origin are halved every 15 minutes, whether or not there
 * are more: behind one address there may be an office that is never without a failure for so long,
 * and it must not come to 60 s for each of its mistakes. 10 in 15 minutes never cost anything; who
 * guesses gets 20 in 15 minutes in the long run.
 */
uint32_t throttle_record_failures(const struct throttle_record *record, int64_t now_ms);

/* How long until the next try, 0 to THROTTLE_MOST_MS whatever the clocks did: 1 s after the first
 * failure that is not free, twice as much after each further one.
 */
int64_t throttle_record_wait_ms(const struct throttle_record *record, int64_t now_ms);

/* One failure more, of a pair or an origin. */
void throttle_record_fail(struct throttle_record *record, int64_t now_ms);

/* Messages in the last 10 minutes, and one more; never more than the last five are known. */
uint32_t throttle_record_messages(const struct throttle_record *record, int64_t now_ms);
void throttle_record_send(struct throttle_record *record, int64_t now_ms);

/* From the clock that only grows to the wall clock. */
void throttle_record_to_wall(struct throttle_record *record, int64_t now_ms, int64_t wall_ms);

/* And back. What lies ahead of a wall clock that was set back has happened just now; true: there
 * was such a time, and the record must be kept anew, or it would begin anew at each start. A wall
 * clock that was set forward lets records be forgotten early.
 */
bool throttle_record_from_wall(struct throttle_record *record, int64_t now_ms, int64_t wall_ms);

#endif
