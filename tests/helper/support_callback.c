/* Requests as WeCom makes them. */
#include "tests/helper/support_callback.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory) {
    if (memory == NULL)
        abort();
    return memory;
}

void seal_key(const char *encoding_aes_key, unsigned char key[32]) {
    unsigned char bytes[64];
    char text[45];

    if (snprintf(text, sizeof text, "%s=", encoding_aes_key) != 44 ||
        EVP_DecodeBlock(bytes, (const unsigned char *)text, 44) != 33)
        abort();
    memcpy(key, bytes, 32);
}

char *seal_blocks(const unsigned char key[32], const unsigned char *blocks, size_t bytes) {
    unsigned char *cipher = must(malloc(bytes + 64));
    char *text = must(malloc(bytes * 2 + 64));
    EVP_CIPHER_CTX *context = must(EVP_CIPHER_CTX_new());
    int n = 0, rest = 0;

    if (EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, key) != 1 ||
        EVP_CIPHER_CTX_set_padding(context, 0) != 1 ||
        EVP_EncryptUpdate(context, cipher, &n, blocks, (int)bytes) != 1 ||
        EVP_EncryptFinal_ex(context, cipher + n, &rest) != 1 || (size_t)(n + rest) != bytes)
        abort();
    EVP_CIPHER_CTX_free(context);
    EVP_EncodeBlock((unsigned char *)text, cipher, (int)bytes);
    free(cipher);
    return text;
}

unsigned char *seal_layout(const char random[16], const char *message, size_t message_bytes,
                           const char *receive_id, size_t *bytes) {
    size_t id = strlen(receive_id), used = 16 + 4 + message_bytes + id, pad = 32 - used % 32;
    unsigned char *blocks = must(malloc(used + pad));

    memcpy(blocks, random, 16);
    for (int i = 0; i < 4; i++)
        blocks[16 + i] = (unsigned char)(message_bytes >> (24 - 8 * i));
    memcpy(blocks + 20, message, message_bytes);
    memcpy(blocks + 20 + message_bytes, receive_id, id);
    memset(blocks + used, (int)pad, pad);
    *bytes = used + pad;
    return blocks;
}

char *seal(const unsigned char key[32], const char random[16], const char *message,
           size_t message_bytes, const char *receive_id) {
    size_t bytes;
    unsigned char *blocks = seal_layout(random, message, message_bytes, receive_id, &bytes);
    char *text = seal_blocks(key, blocks, bytes);

    free(blocks);
    return text;
}

void seal_sign(const char *token, const char *timestamp, const char *nonce, const char *encrypted,
               char signature[41]) {
    const char *values[4] = {token, timestamp, nonce, encrypted}, *kept;
    char *joined = must(
             malloc(strlen(token) + strlen(timestamp) + strlen(nonce) + strlen(encrypted) + 1)),
         *to = joined;
    unsigned char digest[SHA_DIGEST_LENGTH];

    for (int i = 0; i < 4; i++) {
        for (int k = i + 1; k < 4; k++) {
            if (strcmp(values[k], values[i]) < 0) {
                kept = values[i];
                values[i] = values[k];
                values[k] = kept;
            }
        }
        to = stpcpy(to, values[i]);
    }
    SHA1((const unsigned char *)joined, (size_t)(to - joined), digest);
    for (int i = 0; i < 20; i++)
        (void)snprintf(signature + 2 * i, 3, "%02x", digest[i]);
    free(joined);
}

void seal_escape(const char *text, char *out) {
    for (; *text != '\0'; text++)
        out += sprintf(out, strchr("%+/=&", *text) != NULL ? "%%%02X" : "%c", *text);
    *out = '\0';
}
