/* One-time codes of six digits that were sent to people. */
#include "helper/pins.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/draw.h"
#include "helper/keyed.h"

enum { NUMBERS = 1000000 };

struct pin {
    bool used;   /* the place is taken */
    bool unsent; /* the next one to begin gets another code */
    unsigned char owner[KEYED_BYTES], code[KEYED_BYTES];
    int64_t made_ms;
    unsigned int tries;
};

struct pins {
    unsigned char key[KEYED_BYTES];
    struct pin pins[2][PINS_MOST]; /* of nobody, of people */
};

struct pins *pins_new(void) {
    struct pins *pins = calloc(1, sizeof *pins);

    if (pins != NULL && !keyed_draw(pins->key)) {
        free(pins);
        pins = NULL;
    }
    return pins;
}

void pins_free(struct pins *pins) {
    if (pins != NULL)
        OPENSSL_cleanse(pins, sizeof *pins);
    free(pins);
}

bool pins_is_form(const char *text) {
    return name_is_pin(text, strlen(text));
}

/* Keyed digest of an owner, or of his code (`digits` not NULL): each word with its NUL. */
static bool digest_of(const struct pins *pins, const struct pins_owner *owner, const char *digits,
                      unsigned char digest[KEYED_BYTES]) {
    const char *const words[] = {digits != NULL ? digits : "", owner->user, owner->service,
                                 owner->origin, owner->userid != NULL ? owner->userid : ""};
    unsigned char text[WECOM_ANSWER_MAX_BYTES];
    size_t used = 0;
    bool good = true;

    for (size_t i = 0; good && i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]) + 1;

        good = len <= sizeof text - used;
        if (good)
            memcpy(text + used, words[i], len);
        used += good ? len : 0;
    }
    good = good && keyed_digest(pins->key, text, used, digest);
    OPENSSL_cleanse(text, sizeof text);
    return good;
}

/* The owner's pin, else the place for one. */
static struct pin *find(struct pins *pins, const struct pins_owner *owner,
                        const unsigned char digest[KEYED_BYTES], bool *found) {
    struct pin *all = pins->pins[owner->userid != NULL], *place = &all[0];

    for (size_t i = 0; i < PINS_MOST; i++) {
        struct pin *p = &all[i];

        *found = p->used && CRYPTO_memcmp(p->owner, digest, KEYED_BYTES) == 0;
        if (*found)
            return p;
        if (place->used && (!p->used || p->made_ms < place->made_ms))
            place = p;
    }
    return place;
}

static bool is_live(const struct pin *pin, int64_t now_ms) {
    return now_ms - pin->made_ms < PINS_LIVE_MS;
}

bool pins_draw(char digits[PINS_DIGITS + 1]) {
    uint32_t number;

    if (!draw_below(NUMBERS, &number))
        return false;
    for (size_t i = PINS_DIGITS; i-- > 0; number /= 10)
        digits[i] = (char)('0' + number % 10);
    digits[PINS_DIGITS] = '\0';
    return true;
}

bool pins_make(struct pins *pins, const struct pins_owner *owner, int64_t now_ms,
               char digits[PINS_DIGITS + 1]) {
    unsigned char digest[KEYED_BYTES];
    unsigned int tries = 0;
    struct pin *pin;
    bool found;

    if (!digest_of(pins, owner, NULL, digest))
        return false;
    pin = find(pins, owner, digest, &found);
    if (found && is_live(pin, now_ms)) {
        if (!pin->unsent)
            return false;
        tries = pin->tries;
    }
    *pin = (struct pin){.made_ms = now_ms, .tries = tries};
    memcpy(pin->owner, digest, KEYED_BYTES);
    pin->used = pins_draw(digits) && digest_of(pins, owner, digits, pin->code);
    return pin->used;
}

void pins_unsent(struct pins *pins, const struct pins_owner *owner) {
    unsigned char digest[KEYED_BYTES];
    struct pin *pin;
    bool found;

    if (!digest_of(pins, owner, NULL, digest))
        return;
    pin = find(pins, owner, digest, &found);
    if (found)
        pin->unsent = true;
}

enum pins_answer pins_try(struct pins *pins, const struct pins_owner *owner, int64_t now_ms,
                          const char *digits) {
    unsigned char digest[KEYED_BYTES], code[KEYED_BYTES];
    struct pin *pin;
    bool found, right;

    if (!digest_of(pins, owner, NULL, digest) || !digest_of(pins, owner, digits, code))
        return PINS_WRONG;
    pin = find(pins, owner, digest, &found);
    if (!found || !is_live(pin, now_ms))
        return PINS_WRONG;
    right = CRYPTO_memcmp(pin->code, code, KEYED_BYTES) == 0 && owner->userid != NULL &&
            pins_is_form(digits);
    if (!right && ++pin->tries < PINS_TRIES)
        return PINS_WRONG;
    *pin = (struct pin){0};
    return right ? PINS_RIGHT : PINS_OVER;
}
