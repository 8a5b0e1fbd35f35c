/* Windows in which a login needs no prompt: somebody signed in here a while ago, with the same key,
 * to the same service, from the same origin.
 *
 * 1. A window MUST NOT count without the first factor that it was opened with.
 * 2. It MUST count for nobody but the account that it was opened by, and for nothing that the host
 *    did not say again: user, service, origin and key together name it.
 * 3. Nothing of that is kept but keyed digests, in memory only: a restart forgets all windows.
 *
 * That the member is still one is not known here; it is asked at each login.
 */
#ifndef WECOM_HELPER_REMEMBER_H
#define WECOM_HELPER_REMEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/auth_info.h"

enum { REMEMBER_MOST = 4096 }; /* windows; the oldest goes when one more comes */

/* Which login. An empty or missing origin is none: there is no window for it. */
struct remember_login {
    const char *user, *service, *origin;
    const unsigned char *key; /* AUTH_INFO_BYTES */
};

struct remember;

/* NULL when there is no memory or no randomness. */
struct remember *remember_new(void);
/* NULL allowed. */
void remember_free(struct remember *remember);

/* `account` (its id) signed in in full: the window begins, anew where there was one. */
void remember_begin(struct remember *remember, const struct remember_login *login,
                    const char *account, int64_t now_ms);

/* Is there a window of this account's, younger than `length_s`? */
bool remember_counts(const struct remember *remember, const struct remember_login *login,
                     const char *account, int64_t length_s, int64_t now_ms);

/* Ends the window of this login; all of a user (small and capital letters are the same); all of an
 * account. How many there were.
 */
size_t remember_end(struct remember *remember, const struct remember_login *login);
size_t remember_end_user(struct remember *remember, const char *user);
size_t remember_end_account(struct remember *remember, const char *account);

#endif
