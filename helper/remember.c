/* Windows in which a login needs no prompt. */
#include "helper/remember.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/keyed.h"
#include "wecom/limits.h"

/* What a digest is of: the same text must not be good for two things. */
enum what { LOGIN = 1, USER, ACCOUNT, WHATS = ACCOUNT };

struct window {
    bool used; /* the place is taken */
    unsigned char digests[WHATS][KEYED_BYTES];
    int64_t begun_ms;
};

struct remember {
    unsigned char key[KEYED_BYTES];
    struct window windows[REMEMBER_MOST];
};

struct remember *remember_new(void) {
    struct remember *remember = calloc(1, sizeof *remember);

    if (remember != NULL && !keyed_draw(remember->key)) {
        free(remember);
        remember = NULL;
    }
    return remember;
}

void remember_free(struct remember *remember) {
    if (remember != NULL)
        OPENSSL_cleanse(remember, sizeof *remember);
    free(remember);
}

/* Keyed digest of words, each with its NUL, and of a key (NULL: none) behind them. */
static bool digest_of(const struct remember *remember, enum what what, const char *const *words,
                      const unsigned char *key, unsigned char digest[KEYED_BYTES]) {
    unsigned char text[1024];
    size_t used = 0;

    text[used++] = (unsigned char)what;
    for (; *words != NULL; words++) {
        size_t len = strlen(*words) + 1;

        if (len > sizeof text - AUTH_INFO_BYTES - used)
            return false;
        memcpy(text + used, *words, len);
        used += len;
    }
    if (key != NULL) {
        memcpy(text + used, key, AUTH_INFO_BYTES);
        used += AUTH_INFO_BYTES;
    }
    return keyed_digest(remember->key, text, used, digest);
}

static bool digest_login(const struct remember *remember, const struct remember_login *login,
                         unsigned char digest[KEYED_BYTES]) {
    const char *const words[] = {login->user, login->service, login->origin, NULL};

    return login->user[0] != '\0' && login->origin != NULL && login->origin[0] != '\0' &&
           login->key != NULL && digest_of(remember, LOGIN, words, login->key, digest);
}

static bool digest_word(const struct remember *remember, enum what what, const char *word,
                        unsigned char digest[KEYED_BYTES]) {
    char folded[WECOM_USER_MAX_BYTES + 1];

    name_fold(folded, sizeof folded, word);
    return folded[0] != '\0' &&
           digest_of(remember, what, (const char *const[]){folded, NULL}, NULL, digest);
}

/* Has the window this digest? */
static bool is_of(const struct window *window, enum what what,
                  const unsigned char digest[KEYED_BYTES]) {
    return window->used && CRYPTO_memcmp(window->digests[what - 1], digest, KEYED_BYTES) == 0;
}

/* The window of the login, else the place for one: a free one, else that of the oldest. */
static struct window *place_for(struct remember *remember,
                                const unsigned char digest[KEYED_BYTES]) {
    struct window *place = &remember->windows[0];

    for (size_t i = 0; i < REMEMBER_MOST; i++) {
        struct window *w = &remember->windows[i];

        if (is_of(w, LOGIN, digest))
            return w;
        if (place->used && (!w->used || w->begun_ms < place->begun_ms))
            place = w;
    }
    return place;
}

void remember_begin(struct remember *remember, const struct remember_login *login,
                    const char *account, int64_t now_ms) {
    struct window fresh = {.begun_ms = now_ms};

    if (!digest_login(remember, login, fresh.digests[LOGIN - 1]) ||
        !digest_word(remember, USER, login->user, fresh.digests[USER - 1]) ||
        !digest_word(remember, ACCOUNT, account, fresh.digests[ACCOUNT - 1]))
        return;
    fresh.used = true;
    *place_for(remember, fresh.digests[LOGIN - 1]) = fresh;
}

bool remember_counts(const struct remember *remember, const struct remember_login *login,
                     const char *account, int64_t length_s, int64_t now_ms) {
    unsigned char digest[KEYED_BYTES], whose[KEYED_BYTES];

    if (!digest_login(remember, login, digest) || !digest_word(remember, ACCOUNT, account, whose))
        return false;
    for (size_t i = 0; i < REMEMBER_MOST; i++) {
        const struct window *w = &remember->windows[i];

        if (is_of(w, LOGIN, digest))
            return is_of(w, ACCOUNT, whose) && now_ms - w->begun_ms < length_s * 1000;
    }
    return false;
}

static size_t end(struct remember *remember, enum what what,
                  const unsigned char digest[KEYED_BYTES]) {
    size_t ended = 0;

    for (size_t i = 0; i < REMEMBER_MOST; i++) {
        if (is_of(&remember->windows[i], what, digest)) {
            remember->windows[i] = (struct window){0};
            ended++;
        }
    }
    return ended;
}

size_t remember_end(struct remember *remember, const struct remember_login *login) {
    unsigned char digest[KEYED_BYTES];

    return digest_login(remember, login, digest) ? end(remember, LOGIN, digest) : 0;
}

size_t remember_end_user(struct remember *remember, const char *user) {
    unsigned char digest[KEYED_BYTES];

    return digest_word(remember, USER, user, digest) ? end(remember, USER, digest) : 0;
}

size_t remember_end_account(struct remember *remember, const char *account) {
    unsigned char digest[KEYED_BYTES];

    return digest_word(remember, ACCOUNT, account, digest) ? end(remember, ACCOUNT, digest) : 0;
}
