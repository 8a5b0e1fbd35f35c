/* Recovery codes: drawn, written down, known again. */
#include "helper/recovery.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "helper/keyed.h"

_Static_assert(STORE_DIGEST_BYTES == 2 * KEYED_BYTES + 1, "salt and digest are kept as hex");

enum { SECRET_SYMBOLS = WECOM_RECOVERY_SYMBOLS - 2, GROUP = 4 };

static void write_hex(const unsigned char bytes[KEYED_BYTES], char out[STORE_DIGEST_BYTES]) {
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < KEYED_BYTES; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[STORE_DIGEST_BYTES - 1] = '\0';
}

static unsigned int hex_value(char c) {
    return c >= 'a' ? (unsigned int)(c - 'a') + 10 : (unsigned int)(c - '0');
}

/* What is no hex makes a key that nothing fits. */
static void read_hex(const char *text, unsigned char bytes[KEYED_BYTES]) {
    for (size_t i = 0; i < KEYED_BYTES; i++)
        bytes[i] = (unsigned char)(hex_value(text[2 * i]) << 4 | (hex_value(text[2 * i + 1]) & 15));
}

/* HMAC-SHA-256 with the salt as its key; the account is part of it, so that a row that was moved to
 * somebody else is nobody's.
 */
static bool digest_of(const char *account, const char symbols[WECOM_RECOVERY_SYMBOLS + 1],
                      const char salt[STORE_DIGEST_BYTES], char digest[STORE_DIGEST_BYTES]) {
    unsigned char key[KEYED_BYTES], bytes[KEYED_BYTES];
    char text[STORE_ID_BYTES + WECOM_RECOVERY_SYMBOLS + 1];
    bool good;

    (void)snprintf(text, sizeof text, "%.*s %s", STORE_ID_BYTES - 1, account, symbols);
    read_hex(salt, key);
    good = keyed_digest(key, text, strlen(text), bytes);
    if (good)
        write_hex(bytes, digest);
    OPENSSL_cleanse(text, sizeof text);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return good;
}

/* One symbol of a byte: 256 is a multiple of 32, so each has the same chance. */
static bool draw_symbols(unsigned int row, char symbols[WECOM_RECOVERY_SYMBOLS + 1]) {
    static const char alphabet[32] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char bytes[SECRET_SYMBOLS];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    symbols[0] = (char)('0' + row / 10);
    symbols[1] = (char)('0' + row % 10);
    for (size_t i = 0; i < SECRET_SYMBOLS; i++)
        symbols[2 + i] = alphabet[bytes[i] & 31];
    symbols[WECOM_RECOVERY_SYMBOLS] = '\0';
    OPENSSL_cleanse(bytes, sizeof bytes);
    return true;
}

/* 01-ABCD-EFGH-JKMN-PQRS */
static void write_code(const char symbols[WECOM_RECOVERY_SYMBOLS + 1],
                       char code[RECOVERY_TEXT_BYTES]) {
    size_t used = 0;

    for (size_t i = 0; i < WECOM_RECOVERY_SYMBOLS; i++) {
        if (i % GROUP == 2)
            code[used++] = '-';
        code[used++] = symbols[i];
    }
    code[used] = '\0';
}

static bool draw_one(const char *account, unsigned int row, char code[RECOVERY_TEXT_BYTES],
                     struct store_recovery *kept) {
    char symbols[WECOM_RECOVERY_SYMBOLS + 1];
    unsigned char salt[KEYED_BYTES];
    bool good = keyed_draw(salt) && draw_symbols(row, symbols);

    if (good) {
        write_hex(salt, kept->salt);
        write_code(symbols, code);
        good = digest_of(account, symbols, kept->salt, kept->digest);
        OPENSSL_cleanse(symbols, sizeof symbols);
    }
    return good;
}

bool recovery_draw(const char *account, char codes[WECOM_RECOVERY_CODES][RECOVERY_TEXT_BYTES],
                   struct store_recovery kept[WECOM_RECOVERY_CODES]) {
    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
        if (!draw_one(account, i + 1, codes[i], &kept[i])) {
            OPENSSL_cleanse(codes, WECOM_RECOVERY_CODES * sizeof codes[0]);
            OPENSSL_cleanse(kept, WECOM_RECOVERY_CODES * sizeof kept[0]);
            return false;
        }
    }
    return true;
}

unsigned int recovery_row(const char symbols[WECOM_RECOVERY_SYMBOLS + 1]) {
    return (unsigned int)(symbols[0] - '0') * 10 + (unsigned int)(symbols[1] - '0');
}

bool recovery_fits(const char *account, const char symbols[WECOM_RECOVERY_SYMBOLS + 1],
                   const struct store_recovery *kept) {
    static const struct store_recovery nobody = {
        .salt = "0000000000000000000000000000000000000000000000000000000000000000",
        .digest = "0000000000000000000000000000000000000000000000000000000000000000"};
    char digest[STORE_DIGEST_BYTES];
    const struct store_recovery *k = kept != NULL ? kept : &nobody;
    bool same = digest_of(account, symbols, k->salt, digest) &&
                CRYPTO_memcmp(digest, k->digest, sizeof digest) == 0;

    OPENSSL_cleanse(digest, sizeof digest);
    return same && kept != NULL && account[0] != '\0';
}
