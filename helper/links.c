/* The links that terminals show as QR codes, and the browsers that opened them. */
#include "helper/links.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKETS = 16384 };

enum step {
    GOING = 0, /* at WeCom, or about to be */
    LOOKED_AT, /* its callback is being looked at */
    SPENT,     /* its state is worth nothing any more */
};

struct links_opener {
    struct link *link;
    struct links_opener *next; /* in its bucket of states */
    unsigned char state[LINKS_BITS_BYTES], cookie[LINKS_BITS_BYTES];
    enum step step;
    bool used;
};

struct link {
    struct links *links;
    struct link *next; /* in its bucket of ids */
    void *owner;
    unsigned char bits[LINKS_BITS_BYTES];
    char id[LINKS_ID_BYTES];
    struct links_opener *openers; /* LINKS_OPENERS of them, from the first visit on */
    const struct links_opener *decided;
};

struct links {
    struct link *ids[BUCKETS];
    struct links_opener *states[BUCKETS];
};

struct links *links_new(void) {
    return calloc(1, sizeof(struct links));
}

void links_free(struct links *links) {
    free(links);
}

/* Random as they are, the first bits are as good as a hash. */
static size_t bucket_of(const unsigned char bits[LINKS_BITS_BYTES]) {
    return ((size_t)bits[0] << 8 | bits[1]) % BUCKETS;
}

static bool draw(unsigned char bits[LINKS_BITS_BYTES]) {
    return getrandom(bits, LINKS_BITS_BYTES, 0) == LINKS_BITS_BYTES;
}

static bool same(const unsigned char *a, const unsigned char *b) {
    return CRYPTO_memcmp(a, b, LINKS_BITS_BYTES) == 0;
}

/* RFC 4648, section 5, without padding. */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void write_id(const unsigned char bits[LINKS_BITS_BYTES], char id[LINKS_ID_BYTES]) {
    for (size_t i = 0; i < LINKS_ID_BYTES - 1; i++) {
        size_t at = i * 6 / 8, shift = i * 6 % 8;
        unsigned int two =
            (unsigned int)bits[at] << 8 | (at + 1 < LINKS_BITS_BYTES ? bits[at + 1] : 0u);

        id[i] = letters[two >> (10 - shift) & 63u];
    }
    id[LINKS_ID_BYTES - 1] = '\0';
}

static void write_word(const unsigned char bits[LINKS_BITS_BYTES], char word[LINKS_WORD_BYTES]) {
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < LINKS_BITS_BYTES; i++) {
        word[2 * i] = hex[bits[i] >> 4];
        word[2 * i + 1] = hex[bits[i] & 15];
    }
    word[LINKS_WORD_BYTES - 1] = '\0';
}

/* -1 where it is no lower-case hexadecimal digit. */
static int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_word(const char *word, unsigned char bits[LINKS_BITS_BYTES]) {
    if (word == NULL || strlen(word) != LINKS_WORD_BYTES - 1)
        return false;
    for (size_t i = 0; i < LINKS_BITS_BYTES; i++) {
        int high = hex_value(word[2 * i]), low = hex_value(word[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        bits[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

struct link *links_open(struct links *links, void *owner) {
    struct link *link = calloc(1, sizeof *link), **bucket;

    if (link == NULL || !draw(link->bits)) {
        free(link);
        return NULL;
    }
    link->links = links;
    link->owner = owner;
    write_id(link->bits, link->id);
    bucket = &links->ids[bucket_of(link->bits)];
    link->next = *bucket;
    *bucket = link;
    return link;
}

static void forget_state(struct links_opener *opener) {
    struct links_opener **at = &opener->link->links->states[bucket_of(opener->state)];

    while (*at != NULL && *at != opener)
        at = &(*at)->next;
    if (*at == opener)
        *at = opener->next;
    opener->next = NULL;
}

void links_close(struct link *link) {
    struct link **at;

    if (link == NULL)
        return;
    at = &link->links->ids[bucket_of(link->bits)];
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    for (size_t i = 0; link->openers != NULL && i < LINKS_OPENERS; i++) {
        if (link->openers[i].used)
            forget_state(&link->openers[i]);
    }
    if (link->openers != NULL)
        OPENSSL_cleanse(link->openers, LINKS_OPENERS * sizeof *link->openers);
    free(link->openers);
    OPENSSL_cleanse(link, sizeof *link);
    free(link);
}

const char *links_id(const struct link *link) {
    return link->id;
}

void *links_owner(const struct link *link) {
    return link->owner;
}

/* Only what write_id writes: the last letter has four bits of no meaning, which are zero. */
static bool read_id(const char *id, unsigned char bits[LINKS_BITS_BYTES]) {
    char again[LINKS_ID_BYTES];

    if (strlen(id) != LINKS_ID_BYTES - 1)
        return false;
    memset(bits, 0, LINKS_BITS_BYTES);
    for (size_t i = 0; i < LINKS_ID_BYTES - 1; i++) {
        const char *letter = strchr(letters, id[i]);
        size_t at = i * 6 / 8, shift = i * 6 % 8;
        unsigned int two;

        if (letter == NULL)
            return false;
        two = (unsigned int)(letter - letters) << (10 - shift);
        bits[at] |= (unsigned char)(two >> 8);
        if (at + 1 < LINKS_BITS_BYTES)
            bits[at + 1] |= (unsigned char)two;
    }
    write_id(bits, again);
    return strcmp(again, id) == 0;
}

struct link *links_find(struct links *links, const char *id) {
    unsigned char bits[LINKS_BITS_BYTES];
    struct link *link;

    if (!read_id(id, bits))
        return NULL;
    for (link = links->ids[bucket_of(bits)]; link != NULL && !same(link->bits, bits);)
        link = link->next;
    return link;
}

/* The browser with this cookie; else a place for one, NULL when there is none. */
static struct links_opener *find_opener(struct link *link, const unsigned char *cookie) {
    struct links_opener *place = NULL;

    for (size_t i = 0; i < LINKS_OPENERS; i++) {
        struct links_opener *o = &link->openers[i];

        if (o->used && same(o->cookie, cookie))
            return o;
        if (place == NULL && !o->used)
            place = o;
    }
    return place;
}

/* A new state, which is found from now on. */
static bool give_state(struct links_opener *opener) {
    struct links_opener **bucket;

    if (!draw(opener->state))
        return false;
    bucket = &opener->link->links->states[bucket_of(opener->state)];
    opener->next = *bucket;
    *bucket = opener;
    opener->step = GOING;
    return true;
}

enum links_visit links_visit(struct link *link, const char *cookie, char state[LINKS_WORD_BYTES],
                             char new_cookie[LINKS_WORD_BYTES]) {
    unsigned char bits[LINKS_BITS_BYTES];
    struct links_opener *opener;

    if (!read_word(cookie, bits) && !draw(bits))
        return LINKS_REFUSED;
    if (link->openers == NULL)
        link->openers = calloc(LINKS_OPENERS, sizeof *link->openers);
    opener = link->openers != NULL ? find_opener(link, bits) : NULL;
    if (link->decided != NULL)
        return opener == link->decided ? LINKS_YOURS : LINKS_OVER;
    if (opener == NULL || opener->step == LOOKED_AT)
        return LINKS_REFUSED;
    if (opener->used)
        forget_state(opener);
    opener->used = true;
    opener->link = link;
    opener->step = SPENT;
    memcpy(opener->cookie, bits, sizeof bits);
    if (!give_state(opener))
        return LINKS_REFUSED;
    write_word(opener->state, state);
    write_word(opener->cookie, new_cookie);
    return LINKS_GO;
}

enum links_claim links_claim(struct links *links, const char *state, const char *cookie,
                             struct link **link, struct links_opener **opener) {
    unsigned char state_bits[LINKS_BITS_BYTES], cookie_bits[LINKS_BITS_BYTES];
    struct links_opener *o;

    if (!read_word(state, state_bits) || !read_word(cookie, cookie_bits))
        return LINKS_UNKNOWN;
    for (o = links->states[bucket_of(state_bits)]; o != NULL && !same(o->state, state_bits);)
        o = o->next;
    if (o == NULL || !same(o->cookie, cookie_bits))
        return LINKS_UNKNOWN;
    *link = o->link;
    *opener = o;
    if (o->link->decided == o)
        return LINKS_DECIDED;
    if (o->link->decided != NULL)
        return LINKS_USED;
    if (o->step != GOING)
        return o->step == LOOKED_AT ? LINKS_BUSY : LINKS_UNKNOWN;
    o->step = LOOKED_AT;
    return LINKS_MINE;
}

bool links_decide(struct link *link, struct links_opener *opener) {
    if (link->decided != NULL)
        return false;
    link->decided = opener;
    opener->step = SPENT;
    return true;
}

void links_release(struct links_opener *opener) {
    forget_state(opener);
    opener->step = SPENT;
}
