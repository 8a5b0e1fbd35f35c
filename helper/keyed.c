/* Digests with a key of our own. */
#include "helper/keyed.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

bool keyed_draw(unsigned char key[KEYED_BYTES]) {
    return getrandom(key, KEYED_BYTES, 0) == KEYED_BYTES;
}

bool keyed_digest(const unsigned char key[KEYED_BYTES], const void *bytes, size_t len,
                  unsigned char digest[KEYED_BYTES]) {
    unsigned int n = 0;

    return HMAC(EVP_sha256(), key, KEYED_BYTES, bytes, len, digest, &n) != NULL && n == KEYED_BYTES;
}
