/* Which one-time codes are in use or used up. */
#include "helper/codes.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "helper/keyed.h"

enum { KEPT_BYTES = 16, BUCKETS = CODES_MOST };

struct claim {
    unsigned char digest[KEPT_BYTES];
    int64_t at_ms;
    uint32_t next; /* in its bucket: index + 1, 0 ends */
    bool used;
};

struct codes {
    unsigned char key[KEYED_BYTES];
    uint32_t turn; /* the claim that is overwritten next: the oldest */
    uint32_t buckets[BUCKETS];
    struct claim claims[CODES_MOST];
};

struct codes *codes_new(void) {
    struct codes *codes = calloc(1, sizeof *codes);

    if (codes != NULL && !keyed_draw(codes->key)) {
        free(codes);
        codes = NULL;
    }
    return codes;
}

void codes_free(struct codes *codes) {
    if (codes != NULL)
        OPENSSL_cleanse(codes, sizeof *codes);
    free(codes);
}

static uint32_t *bucket_of(struct codes *codes, const unsigned char *digest) {
    uint32_t hash;

    memcpy(&hash, digest, sizeof hash);
    return &codes->buckets[hash % BUCKETS];
}

/* The link that leads to the claim of this digest, or to the end of its bucket. */
static uint32_t *find(struct codes *codes, const unsigned char *digest) {
    uint32_t *link = bucket_of(codes, digest);

    while (*link != 0 && CRYPTO_memcmp(codes->claims[*link - 1].digest, digest, KEPT_BYTES) != 0)
        link = &codes->claims[*link - 1].next;
    return link;
}

static void forget(struct codes *codes, uint32_t *link) {
    struct claim *claim = &codes->claims[*link - 1];

    *link = claim->next;
    *claim = (struct claim){0};
}

bool codes_claim(struct codes *codes, const char *code, size_t len, int64_t now_ms) {
    unsigned char digest[KEYED_BYTES];
    struct claim *claim;
    uint32_t *link;

    if (!keyed_digest(codes->key, code, len, digest))
        return false;
    link = find(codes, digest);
    if (*link != 0) {
        if (now_ms - codes->claims[*link - 1].at_ms < CODES_KEPT_MS)
            return false;
        forget(codes, link);
    }
    claim = &codes->claims[codes->turn];
    if (claim->used)
        forget(codes, find(codes, claim->digest));
    memcpy(claim->digest, digest, KEPT_BYTES);
    claim->at_ms = now_ms;
    claim->used = true;
    link = bucket_of(codes, digest);
    claim->next = *link;
    *link = codes->turn + 1;
    codes->turn = (codes->turn + 1) % CODES_MOST;
    return true;
}

void codes_release(struct codes *codes, const char *code, size_t len) {
    unsigned char digest[KEYED_BYTES];
    uint32_t *link;

    if (!keyed_digest(codes->key, code, len, digest))
        return;
    link = find(codes, digest);
    if (*link != 0)
        forget(codes, link);
}
