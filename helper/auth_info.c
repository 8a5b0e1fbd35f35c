/* What sshd says of the factors that a login had before PAM was asked. */
#include "helper/auth_info.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

enum {
    BASE64_MOST = 4096, /* of the wire's field */
    TYPE_MOST = 64,     /* ecdsa-sha2-nistp521-cert-v01@openssh.com has 40 */
    LENGTH_BYTES = 4,   /* of a string in a blob (RFC 4251, 5) */
};

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS

static const char publickey[] = "publickey";

/* One piece of a line. */
struct piece {
    const char *at;
    size_t len;
};

/* Takes what stands before the next blank, or before the end. */
static struct piece take(struct piece *line) {
    const char *blank = memchr(line->at, ' ', line->len);
    struct piece piece = {line->at, blank != NULL ? (size_t)(blank - line->at) : line->len};
    size_t used = piece.len + (blank != NULL);

    line->at += used;
    line->len -= used;
    return piece;
}

static bool is_made_of(const struct piece *piece, const char *of) {
    for (size_t i = 0; i < piece->len; i++) {
        if (piece->at[i] == '\0' || strchr(of, piece->at[i]) == NULL)
            return false;
    }
    return piece->len > 0;
}

static bool begins(const struct piece *piece, const char *with) {
    size_t len = strlen(with);

    return piece->len >= len && memcmp(piece->at, with, len) == 0;
}

/* Decodes base64 of exactly the form that an encoder writes. */
static bool decode(const struct piece *text, unsigned char *blob, size_t *len) {
    unsigned char again[BASE64_MOST + 1];
    int bytes;

    if (text->len == 0 || text->len > BASE64_MOST || text->len % 4 != 0 ||
        !is_made_of(text, LETTERS "+/="))
        return false;
    bytes = EVP_DecodeBlock(blob, (const unsigned char *)text->at, (int)text->len);
    if (bytes <= 0)
        return false;
    *len = (size_t)bytes - (text->at[text->len - 1] == '=') - (text->at[text->len - 2] == '=');
    /* also refuses "=" in the middle, and bits behind the last byte */
    return EVP_EncodeBlock(again, blob, (int)*len) == (int)text->len &&
           memcmp(again, text->at, text->len) == 0;
}

/* A blob begins with its type, as a string with a length before it, and has more behind. */
static bool is_of_type(const unsigned char *blob, size_t len, const struct piece *type) {
    uint32_t n;

    if (len <= LENGTH_BYTES + type->len)
        return false;
    n = (uint32_t)blob[0] << 24 | (uint32_t)blob[1] << 16 | (uint32_t)blob[2] << 8 | blob[3];
    return n == type->len && memcmp(blob + LENGTH_BYTES, type->at, type->len) == 0;
}

/* What sshd adds for a key of a security token; the number changes each time. */
static bool is_count(struct piece rest, const struct piece *type) {
    static const char count[] = "signature count = ";

    if (!begins(type, "sk-") || !begins(&rest, count))
        return false;
    rest.at += sizeof count - 1;
    rest.len -= sizeof count - 1;
    return rest.len <= 10 && is_made_of(&rest, DIGITS);
}

/* Behind "publickey ": the type, the blob, and nothing that is not known. */
static bool add_key(struct piece line, EVP_MD_CTX *sum) {
    unsigned char blob[BASE64_MOST], digest[AUTH_INFO_BYTES];
    struct piece type = take(&line), text = take(&line);
    bool has_rest = text.at + text.len != line.at + line.len;
    size_t len = 0;

    return type.len <= TYPE_MOST && is_made_of(&type, LETTERS "-.@_") &&
           decode(&text, blob, &len) && is_of_type(blob, len, &type) &&
           (!has_rest || is_count(line, &type)) &&
           EVP_Digest(blob, len, digest, NULL, EVP_sha256(), NULL) == 1 &&
           EVP_DigestUpdate(sum, digest, sizeof digest) == 1;
}

/* The method, with what stands behind its "/". */
static bool is_method(const struct piece *method) {
    return is_made_of(method, LETTERS "-.@_/");
}

bool auth_info_key(const char *text, unsigned char fingerprint[AUTH_INFO_BYTES]) {
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    unsigned char digest[AUTH_INFO_BYTES];
    unsigned int keys = 0;
    bool good = sum != NULL && EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1;

    while (good && *text != '\0') {
        size_t len = strcspn(text, "\n");
        struct piece line = {text, len};
        struct piece method = take(&line);

        good = text[len] == '\n' && is_method(&method);
        if (good && method.len == sizeof publickey - 1 && begins(&method, publickey)) {
            good = add_key(line, sum);
            keys++;
        }
        text += len + (text[len] == '\n');
    }
    good = good && keys > 0 && EVP_DigestFinal_ex(sum, digest, NULL) == 1;
    if (good)
        memcpy(fingerprint, digest, sizeof digest);
    EVP_MD_CTX_free(sum);
    return good;
}
