/* Which one-time codes are in use or used up: one code never serves two logins, whatever WeCom
 * would answer to the second. Only keyed digests are kept, and no longer than a code can live.
 */
#ifndef WECOM_HELPER_CODES_H
#define WECOM_HELPER_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CODES_KEPT_MS = 10 * 60 * 1000, /* twice the life of a code (page 91022: 5 minutes) */
    CODES_MOST = 16384,             /* the oldest goes when one more comes */
};

struct codes;

/* NULL when there is no memory or no randomness. */
struct codes *codes_new(void);
void codes_free(struct codes *codes);

/* False when the code was claimed before and not released since. */
bool codes_claim(struct codes *codes, const char *code, size_t len, int64_t now_ms);

/* WeCom did not get to judge the code: it may be tried again. */
void codes_release(struct codes *codes, const char *code, size_t len);

#endif
