/* What slows down guessing: failures are counted for each pair of user and origin, and for each
 * origin. Each failure beyond the first few doubles the delay, up to 60 s. No failure counts for a
 * user alone, so nobody can lock a colleague out who comes from elsewhere; for the person alone
 * only messages are counted.
 *
 * A name that no account has may be a password that was typed too early: of it nothing but a keyed
 * digest is kept, in a table of its own. All tables are bounded; when one is full, what would be
 * forgotten first goes. All is kept in state_dir/throttle and survives a restart of the helper.
 *
 * Whoever judges an answer asks throttle_wait_ms directly before, and tells the outcome in the same
 * turn of the loop: else many conversations at once could all try for nothing.
 */
#ifndef WECOM_HELPER_THROTTLE_H
#define WECOM_HELPER_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/throttle_rows.h"

struct throttle;

/* With what is remembered. `state_dir` NULL: in memory only. A file that cannot be used, or was
 * damaged, stops nothing: `why` is a sentence for the log then, else "". NULL when there is no
 * memory or no randomness.
 */
struct throttle *throttle_open(const char *state_dir, struct throttle_clock clock, char *why,
                               size_t why_bytes);
/* NULL allowed. Nothing depends on it being called: each change is in the file already. */
void throttle_close(struct throttle *throttle);

/* A sentence for the log when changes can no longer be written to the file; NULL when there is
 * nothing new to say. To be asked after a change.
 */
const char *throttle_trouble(struct throttle *throttle);

/* In all that follows: a user is the same in small and capital letters, and counts with his first
 * 256 bytes; "" or NULL is nobody yet (no pair). `known`: an account has this name. An origin is
 * the host's rhost, as throttle_origin_of reads it; "" or NULL is a terminal of the machine, for
 * which only pairs count. Without memory the answers are those of the careful: wait, no, blocked.
 */

/* How long until this user may try from this origin, milliseconds, at most THROTTLE_MOST_MS; 0: at
 * once. The longer one of the pair's and the origin's delays (an IPv6 origin: its /64's).
 */
int64_t throttle_wait_ms(const struct throttle *throttle, const char *user, bool known,
                         const char *origin);

void throttle_failed(struct throttle *throttle, const char *user, bool known, const char *origin);

/* Forgets the pair's failures. Not the origin's: else who has one good account could clear them as
 * often as he likes. Not a block.
 */
void throttle_passed(struct throttle *throttle, const char *user, const char *origin);

/* May this person be sent a message? At most 5 in any 10 minutes, whoever asks for them. `person`
 * is whatever names him to the caller, always in the same way; small and capital letters are the
 * same.
 */
bool throttle_may_send(const struct throttle *throttle, const char *person);
void throttle_sent(struct throttle *throttle, const char *person);

/* A person said "It wasn't me": what (a word of at most 15 letters, such as "approve") is off for
 * that account from that origin for 15 minutes. False: no account, or no such word. Nobody, and
 * what is no word, counts as blocked.
 */
bool throttle_block(struct throttle *throttle, const char *user, const char *origin,
                    const char *what);
bool throttle_is_blocked(const struct throttle *throttle, const char *user, const char *origin,
                         const char *what);

/* An administrator ends every delay and block of that user, from any origin; how many there were.
 * The delay of an origin stays.
 */
size_t throttle_unlock(struct throttle *throttle, const char *user);

/* One row for an administrator: a pair, a block, or an origin. Texts are clean, cut off where they
 * are longer than 71 bytes.
 */
struct throttle_entry {
    const char *user;    /* "" of an origin */
    const char *origin;  /* "" of a terminal of the machine; 2001:db8::/64 of an IPv6 network */
    uint32_t failures;   /* 0 of a block */
    int64_t wait_s;      /* until the next try, or until the block ends; rounded up */
    const char *blocked; /* what; "" when nothing is */
};

/* The next row; `*at` is 0 before the first. Names that no account has do not appear. False: no
 * more. The texts are valid until the next change.
 */
bool throttle_next(const struct throttle *throttle, size_t *at, struct throttle_entry *entry);

#endif
