/* Requests that WeCom sends to us: the keys, and what they open. */
#include "helper/wecom/callback.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/wiping.h"
#include "helper/wecom/callback_form.h"

enum {
    BLOCK_BYTES = 32, /* WeCom pads to this, not to AES's 16 (page 90968) */
    RANDOM_BYTES = 16,
    HEAD_BYTES = RANDOM_BYTES + 4, /* behind it a length */
    SHA1_BYTES = CALLBACK_SIGNATURE_CHARACTERS / 2,
};

/* -1 where it is no character of base64. */
static int value64(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Base64 of `len` characters without "=" into len * 6 / 8 bytes. What is left over of the last
 * character may have any value. OpenSSL's decoder passes over blanks and takes "=" for a zero.
 */
static bool decode64(const char *text, size_t len, unsigned char *out) {
    unsigned int bits = 0, count = 0;
    bool good = true;

    for (size_t i = 0; i < len && good; i++) {
        int value = value64(text[i]);

        good = value >= 0;
        bits = (bits << 6 | (unsigned int)(value & 63)) & 0xFFFFu;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = (unsigned char)(bits >> count);
        }
    }
    return good;
}

/* What is wrong with what the administrator gave, NULL when nothing is. */
static const char *check_keys(const char *token, const char *encoding_aes_key,
                              const char *receive_id) {
    const char *wrong = callback_wrong_token(token);

    if (wrong == NULL)
        wrong = callback_wrong_key(encoding_aes_key);
    if (wrong == NULL && !name_is_corp_id(receive_id))
        wrong = "the Company ID is none: copy it from My Company";
    return wrong;
}

bool callback_keys_set(struct callback_keys *keys, const char *token, const char *encoding_aes_key,
                       const char *receive_id, char *why, size_t why_bytes) {
    const char *wrong = check_keys(token, encoding_aes_key, receive_id);

    callback_keys_clear(keys);
    if (wrong == NULL && secret_set(&keys->token, token, strlen(token)) != WECOM_OK)
        wrong = "out of memory";
    if (wrong != NULL) {
        (void)snprintf(why, why_bytes, "%s", wrong);
        return false;
    }
    (void)decode64(encoding_aes_key, CALLBACK_KEY_CHARACTERS, keys->aes_key); /* checked above */
    memcpy(keys->receive_id, receive_id, strlen(receive_id) + 1);
    return true;
}

void callback_keys_clear(struct callback_keys *keys) {
    secret_clear(&keys->token);
    secret_wipe_bytes(keys, sizeof *keys);
}

bool callback_is_recent(const struct callback_query *query, int64_t now_s) {
    return query->timestamp_s > 0 && query->timestamp_s >= now_s - CALLBACK_WINDOW_S &&
           query->timestamp_s <= now_s + CALLBACK_WINDOW_S;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* SHA-1 over four values in the order of their bytes, in lower-case hexadecimal. */
static bool is_signed(const struct callback_keys *keys, const struct callback_query *query,
                      const char *encrypted) {
    const char *values[] = {keys->token.bytes, query->timestamp, query->nonce, encrypted};
    enum { VALUES = sizeof values / sizeof values[0] };
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    char expected[CALLBACK_SIGNATURE_CHARACTERS + 1];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1;

    qsort(values, VALUES, sizeof values[0], by_bytes);
    for (size_t i = 0; i < VALUES && good; i++)
        good = EVP_DigestUpdate(context, values[i], strlen(values[i])) == 1;
    good = good && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    for (size_t i = 0; i < SHA1_BYTES; i++)
        (void)snprintf(expected + 2 * i, 3, "%02x", digest[i]);
    good = good && secret_equal_bytes(expected, CALLBACK_SIGNATURE_CHARACTERS, query->signature,
                                      strlen(query->signature));
    secret_wipe(expected); /* it would sign the request of whoever guessed */
    secret_wipe(digest);
    return good;
}

/* Base64 with its "=" into memory of wiping_new: whole blocks, at least one. NULL when it is none,
 * or there is no memory (`*failed` is set then).
 */
static unsigned char *decode(const char *encrypted, size_t len, size_t *bytes, bool *failed) {
    size_t filled = len;
    unsigned char *text;

    while (filled > 0 && len - filled < 2 && encrypted[filled - 1] == '=')
        filled--;
    *bytes = filled * 6 / 8;
    if (len % 4 != 0 || *bytes == 0 || *bytes % BLOCK_BYTES != 0)
        return NULL;
    text = wiping_new(*bytes);
    *failed = text == NULL;
    if (text != NULL && !decode64(encrypted, filled, text)) {
        wiping_free(text);
        text = NULL;
    }
    return text;
}

/* In place; the padding stays. */
static bool decrypt(const unsigned char *key, unsigned char *text, size_t bytes) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int n = 0, rest = 0;
    /* the first half of the key is the initial vector, too (page 90968) */
    bool good = context != NULL &&
                EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, key) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_DecryptUpdate(context, text, &n, text, (int)bytes) == 1 &&
                EVP_DecryptFinal_ex(context, text + n, &rest) == 1 && (size_t)(n + rest) == bytes;

    EVP_CIPHER_CTX_free(context);
    return good;
}

/* PKCS#7 (RFC 5652, 6.3) for blocks of 32 bytes: 1 to 32 bytes of that value. OpenSSL's own removal
 * knows AES's 16 only.
 */
static bool unpad(const unsigned char *text, size_t *bytes) {
    size_t pad = text[*bytes - 1];
    unsigned int difference = 0;

    if (pad < 1 || pad > BLOCK_BYTES)
        return false;
    for (size_t i = *bytes - pad; i < *bytes; i++)
        difference |= text[i] ^ (unsigned int)pad;
    *bytes -= pad;
    return difference == 0;
}

/* 16 random bytes, the length of the message (4 bytes, the highest first), the message, and up to
 * the end for whom it is.
 */
static bool find_message(const unsigned char *text, size_t bytes, const char *receive_id,
                         size_t *message_bytes) {
    const unsigned char *length = text + RANDOM_BYTES;
    size_t len, id_len = strlen(receive_id);

    if (bytes < HEAD_BYTES)
        return false;
    len = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 | length[3];
    if (len < 1 || len > bytes - HEAD_BYTES)
        return false;
    *message_bytes = len;
    return secret_equal_bytes(text + HEAD_BYTES + len, bytes - HEAD_BYTES - len, receive_id,
                              id_len);
}

enum wecom_error callback_open(const struct callback_keys *keys, const struct callback_query *query,
                               const char *encrypted, struct secret *plain) {
    size_t len = strnlen(encrypted, CALLBACK_BODY_MAX_BYTES + 1), bytes = 0, message_bytes = 0;
    enum wecom_error err = WECOM_E_PEER;
    unsigned char *text = NULL;
    bool failed = false;

    secret_clear(plain);
    if (keys->token.len == 0 || len > CALLBACK_BODY_MAX_BYTES || !is_signed(keys, query, encrypted))
        return WECOM_E_PEER;
    /* From here on it is WeCom, or somebody who knows the Token. */
    text = decode(encrypted, len, &bytes, &failed);
    if (failed)
        return WECOM_E_MEMORY;
    if (text != NULL && decrypt(keys->aes_key, text, bytes) && unpad(text, &bytes) &&
        find_message(text, bytes, keys->receive_id, &message_bytes))
        err = secret_set(plain, (const char *)text + HEAD_BYTES, message_bytes);
    wiping_free(text);
    return err;
}
