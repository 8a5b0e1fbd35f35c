/* One-time codes of six digits that were sent to people. A code belongs to a user, a service and an
 * origin and outlives the login that had it sent: whoever has to answer before he is asked (sshd's
 * password method, PostgreSQL) gets it with one attempt and uses it with the next.
 *
 * 1. A code MUST be good once, for PINS_LIVE_MS at most, and for PINS_TRIES tries in all logins
 *    together.
 * 2. A code MUST be kept as a keyed digest only, and compared in constant time.
 * 3. Whoever nothing is sent to MUST get a code too, which nobody knows: what a person at the
 * prompt sees is the same. Those have places of their own, so that unknown names push nobody out.
 */
#ifndef WECOM_HELPER_PINS_H
#define WECOM_HELPER_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "wecom/limits.h"

enum {
    PINS_DIGITS = WECOM_PIN_DIGITS,
    PINS_LIVE_MS = 300000, /* NIST SP 800-63B 5.1.3.2 allows 10 minutes */
    PINS_TRIES = 3,
    PINS_MOST = 4096, /* of people, and as many of nobody; the oldest goes when one more comes */
};

/* Whose code. `userid` NULL: nobody's, nothing is sent. */
struct pins_owner {
    const char *user, *service, *origin, *userid;
};

enum pins_answer {
    PINS_WRONG = 0, /* also: there is none */
    PINS_OVER,      /* wrong for the last time: the code is gone */
    PINS_RIGHT,     /* and used up now */
};

struct pins;

/* NULL when there is no memory or no randomness. */
struct pins *pins_new(void);
/* NULL allowed. */
void pins_free(struct pins *pins);

/* True: a new code was made and stands in `digits` (wipe it), to be sent. False: one is still good,
 * or there is no randomness.
 */
bool pins_make(struct pins *pins, const struct pins_owner *owner, int64_t now_ms,
               char digits[PINS_DIGITS + 1]);

/* The code did not go out: the next pins_make makes another one. Tries still count. */
void pins_unsent(struct pins *pins, const struct pins_owner *owner);

/* Is this the owner's code? */
enum pins_answer pins_try(struct pins *pins, const struct pins_owner *owner, int64_t now_ms,
                          const char *digits);

/* Draws a code, each with the same chance; wipe it. False: no randomness. */
bool pins_draw(char digits[PINS_DIGITS + 1]);

/* PINS_DIGITS digits and nothing else. */
bool pins_is_form(const char *text);

#endif
