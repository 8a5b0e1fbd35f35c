/* Digests with a key of our own, for what must be known again and not be kept: codes, names that
 * may be passwords.
 */
#ifndef WECOM_HELPER_KEYED_H
#define WECOM_HELPER_KEYED_H

#include <stdbool.h>
#include <stddef.h>

/* Of a key and of a digest: HMAC-SHA-256 (RFC 2104). */
enum { KEYED_BYTES = 32 };

/* A random key; false: no randomness. */
bool keyed_draw(unsigned char key[KEYED_BYTES]);

/* False: no memory. */
bool keyed_digest(const unsigned char key[KEYED_BYTES], const void *bytes, size_t len,
                  unsigned char digest[KEYED_BYTES]);

#endif
