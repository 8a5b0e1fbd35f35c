/* Requests as WeCom makes them: worked examples that were published, and the other side of the
 * encryption, written for the tests and without any code of the helper. No Check in it: fuzz
 * targets link it as well.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_CALLBACK_H
#define WECOM_TESTS_HELPER_SUPPORT_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>

/* A published example: WeCom's pages and its official samples (01-04), go-workwx (05, 06, 11),
 * wechatpy (07-09), the crate wechat_crypto (10).
 */
struct callback_vector {
    const char *name;
    const char *token, *timestamp, *nonce, *signature; /* NULL where the example has no signature */
    const char *key, *receive_id;
    const char *encrypted, *plain;
    const char *body;   /* of the whole request, NULL where the example has none */
    const char *random; /* the 16 bytes in front */
    size_t pad, bytes;  /* how much is padding, and how long the encrypted text is */
};

enum { CALLBACK_VECTORS = 11 };
extern const struct callback_vector callback_vectors[CALLBACK_VECTORS];

/* EncodingAESKey as 32 bytes. */
void seal_key(const char *encoding_aes_key, unsigned char key[32]);

/* Encrypts whole blocks of 16 bytes as they are; base64, the caller's to free. */
char *seal_blocks(const unsigned char key[32], const unsigned char *blocks, size_t bytes);

/* What stands in the blocks: random | length | message | receive id | padding. The caller's. */
unsigned char *seal_layout(const char random[16], const char *message, size_t message_bytes,
                           const char *receive_id, size_t *bytes);

/* Both: a message as WeCom sends it. */
char *seal(const unsigned char key[32], const char random[16], const char *message,
           size_t message_bytes, const char *receive_id);

/* msg_signature of these four. */
void seal_sign(const char *token, const char *timestamp, const char *nonce, const char *encrypted,
               char signature[41]);

/* As it stands in a URL: "%" and what base64 has beyond letters and digits is escaped. `out` has
 * three times the room.
 */
void seal_escape(const char *text, char *out);

#endif
