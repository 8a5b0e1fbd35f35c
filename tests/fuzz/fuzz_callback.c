/* libFuzzer target: arbitrary bytes as a request of WeCom. The first byte says how far they are
 * helped, since no fuzzer finds a signature: not at all; a signature is put to an encrypted text;
 * blocks are encrypted and signed; a message is wrapped, encrypted and signed. What opens is what
 * the blocks say, read once more in the most naive way.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_callback.c tests/helper/support_callback.c helper/wecom/callback.c
 *         helper/wecom/callback_query.c helper/wecom/event.c helper/wecom/fields.c
 *         common/names.c common/secret.c common/wiping.c -lcrypto -lexpat -ljansson
 */
#include "helper/wecom/callback.h"

#include <stdlib.h>
#include <string.h>

#include "helper/wecom/event.h"
#include "tests/helper/support_callback.h"

#define TOKEN "QDG6eK"
#define KEY "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
#define COMPANY "wx5823bf96d3bd56c7"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct callback_keys keys;
static unsigned char aes_key[32];

static void must(bool holds) {
    if (!holds)
        abort();
}

/* A string of its own size from bytes that may hold NUL. */
static char *string_of(const uint8_t *data, size_t size) {
    char *copy = malloc(size + 1);

    must(copy != NULL);
    if (size > 0)
        memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

static void check_query(const struct callback_query *query, enum wecom_error err) {
    if (err != WECOM_OK) {
        must(query->signature[0] == '\0' && query->timestamp_s == 0 && query->nonce[0] == '\0');
        return;
    }
    must(strlen(query->signature) == 40);
    must(query->timestamp_s > 0 && query->timestamp[0] != '0');
    must(strtoll(query->timestamp, NULL, 10) == query->timestamp_s);
    must(query->nonce[0] != '\0' && strlen(query->nonce) <= CALLBACK_NONCE_MAX_BYTES);
    must(strlen(query->echostr) <= CALLBACK_QUERY_MAX_BYTES);
}

static enum wecom_error open_checked(const struct callback_query *query, const char *encrypted,
                                     struct secret *plain) {
    enum wecom_error err = callback_open(&keys, query, encrypted, plain);

    must(err == WECOM_OK || err == WECOM_E_PEER);
    must((err == WECOM_OK) == (plain->len > 0));
    must(plain->len <= CALLBACK_BODY_MAX_BYTES);
    must(err != WECOM_OK || plain->bytes[plain->len] == '\0');
    return err;
}

static struct callback_query signed_query(const char *encrypted) {
    struct callback_query query = {.timestamp = "1409659589", .nonce = "263014780"};

    seal_sign(TOKEN, query.timestamp, query.nonce, encrypted, query.signature);
    return query;
}

/* Query, LF, body. */
static void try_request(const uint8_t *data, size_t size) {
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = end != NULL ? (size_t)(end - data) : size;
    char *text = string_of(data, len);
    struct event_envelope envelope;
    struct callback_query query;
    struct secret plain = {0};
    enum wecom_error err = callback_query_parse(text, &query);

    check_query(&query, err);
    if (err == WECOM_OK && query.echostr[0] != '\0')
        (void)open_checked(&query, query.echostr, &plain);
    if (end != NULL &&
        event_envelope((const char *)end + 1, size - len - 1, &envelope) == WECOM_OK) {
        (void)open_checked(&query, envelope.encrypted, &plain);
        event_envelope_clear(&envelope);
    }
    secret_clear(&plain);
    free(text);
}

static void try_encrypted(const uint8_t *data, size_t size) {
    char *encrypted = string_of(data, size);
    struct callback_query query = signed_query(encrypted);
    struct secret plain = {0};

    (void)open_checked(&query, encrypted, &plain);
    secret_clear(&plain);
    free(encrypted);
}

/* Where does the message in the blocks end? 0: there is none. */
static size_t end_of_message(const uint8_t *blocks, size_t size) {
    size_t pad = blocks[size - 1], len, id = strlen(COMPANY);

    if (pad < 1 || pad > 32)
        return 0;
    for (size_t i = 1; i <= pad; i++) {
        if (blocks[size - i] != pad)
            return 0;
    }
    if (size - pad < 20 + id + 1)
        return 0;
    len = size - pad - 20 - id;
    for (size_t i = 0; i < 4; i++) {
        if (blocks[16 + i] != (uint8_t)(len >> (24 - 8 * i)))
            return 0;
    }
    return memcmp(blocks + 20 + len, COMPANY, id) == 0 ? 20 + len : 0;
}

static void try_blocks(const uint8_t *data, size_t size) {
    size_t whole = size / 32 * 32, end;
    struct callback_query query;
    struct secret plain = {0};
    char *encrypted;

    if (whole == 0 || whole > 9216)
        return;
    encrypted = seal_blocks(aes_key, data, whole);
    query = signed_query(encrypted);
    end = end_of_message(data, whole);
    must((open_checked(&query, encrypted, &plain) == WECOM_OK) == (end > 0));
    must(end == 0 || (plain.len == end - 20 && memcmp(plain.bytes, data + 20, end - 20) == 0));
    secret_clear(&plain);
    free(encrypted);
}

static void try_message(const uint8_t *data, size_t size) {
    struct event_message message;
    struct callback_query query;
    struct secret plain = {0};
    char *encrypted;

    if (size == 0 || size > 9000)
        return;
    encrypted = seal(aes_key, "0123456789abcdef", (const char *)data, size, COMPANY);
    query = signed_query(encrypted);
    must(open_checked(&query, encrypted, &plain) == WECOM_OK);
    must(plain.len == size && memcmp(plain.bytes, data, size) == 0);
    (void)event_parse(plain.bytes, plain.len, &message);
    secret_clear(&plain);
    free(encrypted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char why[256];

    if (size == 0)
        return 0;
    if (keys.token.len == 0) {
        must(callback_keys_set(&keys, TOKEN, KEY, COMPANY, why, sizeof why));
        seal_key(KEY, aes_key);
    }
    switch (data[0]) {
    case 'e':
        try_encrypted(data + 1, size - 1);
        break;
    case 'b':
        try_blocks(data + 1, size - 1);
        break;
    case 'm':
        try_message(data + 1, size - 1);
        break;
    default:
        try_request(data, size);
    }
    return 0;
}
