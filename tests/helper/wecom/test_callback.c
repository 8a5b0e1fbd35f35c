/* Requests that WeCom sends to us: keys, signature, encryption. */
#include "helper/wecom/callback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_callback.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define TOKEN "QDG6eK"
#define KEY "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
#define COMPANY "wx5823bf96d3bd56c7"
#define TIME "1409659589"
#define NONCE "263014780"
#define RANDOM "0123456789abcdef"
#define TEN "1234567890"
#define SIXTY TEN TEN TEN TEN TEN TEN

static struct callback_keys keys;
static unsigned char aes_key[32];

static bool set(struct callback_keys *to, const char *token, const char *key, const char *id) {
    char why[256] = "";
    bool good = callback_keys_set(to, token, key, id, why, sizeof why);

    ck_assert_int_eq(good, why[0] == '\0');
    return good;
}

static void setup(void) {
    ck_assert(set(&keys, TOKEN, KEY, COMPANY));
    seal_key(KEY, aes_key);
}

static void teardown(void) {
    callback_keys_clear(&keys);
}

/* Exactly as many bytes as the string has. */
static char *exact(const char *text) {
    char *copy = malloc(strlen(text) + 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

static enum wecom_error parse(const char *text, struct callback_query *query) {
    char *copy = exact(text);
    enum wecom_error err = callback_query_parse(copy, query);

    free(copy);
    return err;
}

/* A query that is signed with `token`. */
static struct callback_query signed_query(const char *token, const char *encrypted) {
    struct callback_query query = {.timestamp = TIME, .nonce = NONCE, .timestamp_s = 1409659589};

    seal_sign(token, TIME, NONCE, encrypted, query.signature);
    return query;
}

/* Opens a text that is signed as it should be; NULL where it is refused, else the caller's. */
static char *open_text(const char *encrypted, size_t *bytes) {
    struct callback_query query = signed_query(TOKEN, encrypted);
    char *copy = exact(encrypted), *text = NULL;
    struct secret plain = {0};
    enum wecom_error err;

    ck_assert_int_eq(secret_set(&plain, "before", 6), WECOM_OK);
    err = callback_open(&keys, &query, copy, &plain);
    ck_assert_msg(err == WECOM_OK || err == WECOM_E_PEER, "error %d", err);
    ck_assert_int_eq(err == WECOM_OK, plain.len > 0);
    *bytes = plain.len;
    if (err == WECOM_OK) {
        ck_assert_int_eq(plain.bytes[plain.len], '\0');
        text = malloc(plain.len + 1);
        ck_assert_ptr_nonnull(text);
        memcpy(text, plain.bytes, plain.len + 1);
    }
    secret_clear(&plain);
    free(copy);
    return text;
}

/* Encrypts these blocks; do they open, and as that message? */
static bool opens_as(const unsigned char *blocks, size_t bytes, const char *message,
                     size_t message_bytes) {
    char *encrypted = seal_blocks(aes_key, blocks, bytes), *text;
    size_t n;

    text = open_text(encrypted, &n);
    free(encrypted);
    if (text == NULL)
        return false;
    ck_assert_uint_eq(n, message_bytes);
    ck_assert_int_eq(memcmp(text, message, n), 0);
    free(text);
    return true;
}

static bool is_refused(const char *encrypted) {
    size_t bytes;
    char *text = open_text(encrypted, &bytes);

    free(text);
    return text == NULL;
}

/* --- published examples ---------------------------------------------------------------------- */

/* The one without a signature gets one. */
static struct callback_query vector_query(const struct callback_vector *v, bool as_echostr) {
    char text[CALLBACK_QUERY_MAX_BYTES], echostr[1024] = "", signature[41];
    struct callback_query query;

    ck_assert_uint_lt(strlen(v->encrypted), sizeof echostr / 2);
    seal_sign(v->token != NULL ? v->token : TOKEN, v->token != NULL ? v->timestamp : TIME,
              v->token != NULL ? v->nonce : NONCE, v->encrypted, signature);
    if (v->signature != NULL)
        ck_assert_str_eq(v->signature, signature);
    if (as_echostr)
        seal_escape(v->encrypted, echostr);
    (void)snprintf(text, sizeof text, "msg_signature=%s&timestamp=%s&nonce=%s%s%s", signature,
                   v->token != NULL ? v->timestamp : TIME, v->token != NULL ? v->nonce : NONCE,
                   as_echostr ? "&echostr=" : "", echostr);
    ck_assert_int_eq(parse(text, &query), WECOM_OK);
    return query;
}

START_TEST(every_published_example_opens) {
    const struct callback_vector *v = &callback_vectors[_i];
    bool as_echostr = strlen(v->encrypted) < 500;
    struct callback_query query = vector_query(v, as_echostr);
    struct callback_keys own = {0};
    struct secret plain = {0};

    ck_assert(set(&own, v->token != NULL ? v->token : TOKEN, v->key, v->receive_id));
    if (as_echostr)
        ck_assert_str_eq(query.echostr, v->encrypted);
    ck_assert_msg(callback_open(&own, &query, v->encrypted, &plain) == WECOM_OK, "%s", v->name);
    ck_assert_str_eq(plain.bytes, v->plain);
    ck_assert_uint_eq(plain.len, strlen(v->plain));
    secret_clear(&plain);
    /* for another company it is not */
    ck_assert(set(&own, v->token != NULL ? v->token : TOKEN, v->key, "ww0000000000000000"));
    ck_assert_int_eq(callback_open(&own, &query, v->encrypted, &plain), WECOM_E_PEER);
    ck_assert_ptr_null(plain.bytes);
    callback_keys_clear(&own);
}
END_TEST

START_TEST(the_other_side_of_these_tests_makes_the_same_bytes) {
    const struct callback_vector *v = &callback_vectors[_i];
    unsigned char key[32], *blocks;
    char *encrypted;
    size_t bytes;

    seal_key(v->key, key);
    encrypted = seal(key, v->random, v->plain, strlen(v->plain), v->receive_id);
    ck_assert_str_eq(encrypted, v->encrypted);
    free(encrypted);
    blocks = seal_layout(v->random, v->plain, strlen(v->plain), v->receive_id, &bytes);
    ck_assert_uint_eq(bytes, v->bytes);
    ck_assert_uint_eq(blocks[bytes - 1], v->pad);
    free(blocks);
}
END_TEST

static const struct {
    int vector; /* number in callback_vectors */
    const char *signature, *nonce, *encrypted;
} wrong_requests[] = {
    {4, "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb010", NULL, NULL}, /* the last digit */
    {6, NULL, "437374424", NULL},                                /* another nonce */
    /* each + decoded as a blank */
    {0, NULL, NULL,
     "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp 4RPcs8TgAE7OaBO "
     "FZXvnaqQ=="},
};

START_TEST(published_requests_that_are_wrong_are_refused) {
    const struct callback_vector *v = &callback_vectors[wrong_requests[_i].vector];
    struct callback_query query = vector_query(v, false);
    struct callback_keys own = {0};
    struct secret plain = {0};

    ck_assert(set(&own, v->token, v->key, v->receive_id));
    ck_assert_int_eq(callback_open(&own, &query, v->encrypted, &plain), WECOM_OK);
    if (wrong_requests[_i].signature != NULL)
        (void)snprintf(query.signature, sizeof query.signature, "%s", wrong_requests[_i].signature);
    if (wrong_requests[_i].nonce != NULL)
        (void)snprintf(query.nonce, sizeof query.nonce, "%s", wrong_requests[_i].nonce);
    ck_assert_int_eq(callback_open(&own, &query,
                                   wrong_requests[_i].encrypted != NULL
                                       ? wrong_requests[_i].encrypted
                                       : v->encrypted,
                                   &plain),
                     WECOM_E_PEER);
    ck_assert_ptr_null(plain.bytes);
    callback_keys_clear(&own);
}
END_TEST

/* --- keys ------------------------------------------------------------------------------------ */

static const struct {
    const char *token, *key, *id;
    bool good;
} key_rows[] = {
    {TOKEN, KEY, COMPANY, true}, /* its last character has bits of no meaning */
    {"1", KEY, COMPANY, true},
    {"kjr2TKI8umCBfVF3wAHk8JiPwma5VBme", KEY, COMPANY, true}, /* 32 */
    {"kjr2TKI8umCBfVF3wAHk8JiPwma5VBme1", KEY, COMPANY, false},
    {"", KEY, COMPANY, false},
    {"a b", KEY, COMPANY, false},
    {"abc\n", KEY, COMPANY, false},
    {"abc-", KEY, COMPANY, false},
    {"\xC3\xA4", KEY, COMPANY, false},
    {TOKEN, "", COMPANY, false},
    {TOKEN, "123456789012345678901234567890123456789012", COMPANY, false},   /* 42 */
    {TOKEN, "1234567890123456789012345678901234567890123", COMPANY, true},   /* 43 */
    {TOKEN, "12345678901234567890123456789012345678901234", COMPANY, false}, /* 44 */
    {TOKEN, "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw=", COMPANY, false},
    {TOKEN, "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw$", COMPANY, false},
    {TOKEN, "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw+", COMPANY, false},
    {TOKEN, "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIw/", COMPANY, false},
    {TOKEN, " Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", COMPANY, false},
    {TOKEN, KEY "=", COMPANY, false},
    {TOKEN, KEY "\n", COMPANY, false},
    {TOKEN, KEY, "", false},
    {TOKEN, KEY, "ww 1", false},
    {TOKEN, KEY, SIXTY "1234", true},
    {TOKEN, KEY, SIXTY "12345", false},
};

START_TEST(keys_are_taken_or_refused_with_a_sentence) {
    static const unsigned char zero[CALLBACK_KEY_BYTES];
    struct callback_keys own = {0};
    char why[256] = "";
    bool good = callback_keys_set(&own, key_rows[_i].token, key_rows[_i].key, key_rows[_i].id, why,
                                  sizeof why);

    ck_assert_int_eq(good, key_rows[_i].good);
    ck_assert_int_eq(why[0] == '\0', good);
    if (good) {
        ck_assert_str_eq(own.token.bytes, key_rows[_i].token);
        ck_assert_str_eq(own.receive_id, key_rows[_i].id);
    } else {
        ck_assert_ptr_null(own.token.bytes);
        ck_assert_str_eq(own.receive_id, "");
        ck_assert_int_eq(memcmp(own.aes_key, zero, sizeof zero), 0);
        ck_assert(strlen(key_rows[_i].key) < 42 || strstr(why, key_rows[_i].key) == NULL);
    }
    callback_keys_clear(&own);
}
END_TEST

static const struct {
    const char *token, *key, *id, *word;
} sentences[] = {
    {"", KEY, COMPANY, "Token"},
    {TOKEN, "", COMPANY, "EncodingAESKey"},
    {TOKEN, KEY, "", "Company ID"},
};

START_TEST(the_sentence_names_what_is_wrong) {
    char why[256] = "";

    ck_assert(!callback_keys_set(&keys, sentences[_i].token, sentences[_i].key, sentences[_i].id,
                                 why, sizeof why));
    ck_assert_ptr_nonnull(strstr(why, sentences[_i].word));
    /* and the keys that worked before are gone */
    ck_assert_ptr_null(keys.token.bytes);
}
END_TEST

START_TEST(a_key_is_the_32_bytes_that_its_characters_stand_for) {
    struct callback_keys own = {0};
    unsigned char key[32];
    char text[CALLBACK_KEY_CHARACTERS + 1];

    for (size_t i = 0; i < CALLBACK_VECTORS; i++) {
        seal_key(callback_vectors[i].key, key);
        ck_assert(set(&own, TOKEN, callback_vectors[i].key, COMPANY));
        ck_assert_int_eq(memcmp(own.aes_key, key, 32), 0);
    }
    /* every letter and digit in every place */
    for (int i = 0; i < CALLBACK_KEY_CHARACTERS; i++) {
        for (char c = '0'; c <= 'z'; c++) {
            memcpy(text, KEY, sizeof text);
            text[i] = c;
            if (!set(&own, TOKEN, text, COMPANY)) {
                ck_assert((c > '9' && c < 'A') || (c > 'Z' && c < 'a'));
                continue;
            }
            seal_key(text, key);
            ck_assert_int_eq(memcmp(own.aes_key, key, 32), 0);
        }
    }
    callback_keys_clear(&own);
}
END_TEST

START_TEST(cleared_keys_hold_nothing_and_open_nothing) {
    static const struct callback_keys zero;
    char *encrypted = seal(aes_key, RANDOM, "text", 4, COMPANY);
    struct callback_query query = signed_query("", encrypted);
    struct secret plain = {0};

    callback_keys_clear(&keys);
    ck_assert_int_eq(memcmp(&keys, &zero, sizeof zero), 0);
    ck_assert_int_eq(callback_open(&keys, &query, encrypted, &plain), WECOM_E_PEER);
    /* not even with all but the Token */
    memcpy(keys.aes_key, aes_key, sizeof aes_key);
    memcpy(keys.receive_id, COMPANY, sizeof COMPANY);
    ck_assert_int_eq(callback_open(&keys, &query, encrypted, &plain), WECOM_E_PEER);
    callback_keys_clear(&keys);
    free(encrypted);
}
END_TEST

/* --- what is inside -------------------------------------------------------------------------- */

#define MESSAGE "<xml><ToUserName>a</ToUserName></xml>"

START_TEST(each_bit_of_the_plain_text_that_means_anything_is_checked) {
    size_t len = strlen(MESSAGE), bytes, end = 20 + len;
    unsigned char *blocks = seal_layout(RANDOM, MESSAGE, len, COMPANY, &bytes);

    ck_assert(opens_as(blocks, bytes, MESSAGE, len));
    for (size_t i = 0; i < bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bool is_free = i < 16 || (i >= 20 && i < end);
            char changed[] = MESSAGE;

            blocks[i] ^= (unsigned char)(1u << bit);
            if (i >= 20 && i < end)
                changed[i - 20] = (char)blocks[i];
            ck_assert_msg(opens_as(blocks, bytes, changed, len) == is_free, "bit %d of %zu", bit,
                          i);
            blocks[i] ^= (unsigned char)(1u << bit);
        }
    }
    free(blocks);
}
END_TEST

START_TEST(each_padding_from_1_to_32_is_taken_off) {
    size_t pad = (size_t)_i, len = 32 * 3 - 20 - strlen(COMPANY) - pad, bytes;
    char message[96];
    unsigned char *blocks;

    memset(message, 'm', sizeof message);
    blocks = seal_layout(RANDOM, message, len, COMPANY, &bytes);
    ck_assert_uint_eq(blocks[bytes - 1], pad);
    ck_assert_uint_eq(bytes, 96);
    ck_assert(opens_as(blocks, bytes, message, len));
    /* every other value of its last byte, and each byte by one bit */
    for (unsigned int value = 0; value < 256; value++) {
        blocks[bytes - 1] = (unsigned char)value;
        ck_assert_msg((value == pad) == opens_as(blocks, bytes, message, len), "%u", value);
    }
    blocks[bytes - 1] = (unsigned char)pad;
    for (size_t i = bytes - pad; i < bytes; i++) {
        for (int bit = 0; bit < 8; bit++) {
            blocks[i] ^= (unsigned char)(1u << bit);
            ck_assert_msg(!opens_as(blocks, bytes, message, len), "bit %d at %zu", bit, i);
            blocks[i] ^= (unsigned char)(1u << bit);
        }
    }
    free(blocks);
}
END_TEST

START_TEST(padding_to_another_block_size_is_refused) {
    size_t id = strlen(COMPANY), len = 96 - 20 - id, bytes;
    char message[96];
    unsigned char *blocks, more[128];

    memset(message, 'm', sizeof message);
    blocks = seal_layout(RANDOM, message, len, COMPANY, &bytes);
    ck_assert_uint_eq(bytes, 128); /* a whole block of padding */
    memcpy(more, blocks, 96);
    memset(more + 96, 16, 16);
    ck_assert(!opens_as(more, 112, message, len)); /* as AES itself would pad */
    ck_assert(!opens_as(more, 96, message, len));  /* not at all */
    memset(more + 96, 0, 32);
    ck_assert(!opens_as(more, 128, message, len));
    memset(more + 96, 32, 32);
    ck_assert(opens_as(more, 128, message, len));
    memset(more, 32, sizeof more); /* nothing but padding */
    ck_assert(!opens_as(more, 32, message, 0));
    /* more than a block of it, behind a message that is one shorter */
    free(blocks);
    blocks = seal_layout(RANDOM, message, len - 1, COMPANY, &bytes);
    ck_assert_uint_eq(bytes, 96);
    memcpy(more, blocks, 95);
    memset(more + 95, 33, 33);
    ck_assert(!opens_as(more, 128, message, len - 1));
    free(blocks);
}
END_TEST

static const uint32_t lengths[] = {
    0,  1,          3,          5,          22,          23,          24,          25,
    26, 0x00000400, 0x04000000, 0x7FFFFFFF, 0x80000000u, 0xFFFFFFECu, 0xFFFFFFF0u, 0xFFFFFFFFu};

START_TEST(a_length_that_does_not_end_before_the_company_is_refused) {
    size_t bytes;
    unsigned char *blocks = seal_layout(RANDOM, "text", 4, COMPANY, &bytes);

    ck_assert(opens_as(blocks, bytes, "text", 4));
    for (int i = 0; i < 4; i++)
        blocks[16 + i] = (unsigned char)(lengths[_i] >> (24 - 8 * i));
    ck_assert(!opens_as(blocks, bytes, "text", 4));
    free(blocks);
}
END_TEST

static const char *const companies[] = {
    "",
    "wx5823bf96d3bd56c",
    "wx5823bf96d3bd56c8",
    "wx5823bf96d3bd56c77",
    "Wx5823bf96d3bd56c7",
    "x5823bf96d3bd56c7",
    " wx5823bf96d3bd56c7",
};

START_TEST(the_company_is_compared_exactly) {
    char *encrypted = seal(aes_key, RANDOM, "text", 4, companies[_i]);

    ck_assert(is_refused(encrypted));
    free(encrypted);
}
END_TEST

START_TEST(a_message_may_hold_anything_but_not_nothing) {
    static const char nul[] = "a\0b\xFF";
    char *encrypted = seal(aes_key, RANDOM, nul, sizeof nul, COMPANY), *text;
    size_t bytes;

    text = open_text(encrypted, &bytes);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(bytes, sizeof nul);
    ck_assert_int_eq(memcmp(text, nul, sizeof nul), 0);
    free(text);
    free(encrypted);
    encrypted = seal(aes_key, RANDOM, "", 0, COMPANY);
    ck_assert(is_refused(encrypted));
    free(encrypted);
}
END_TEST

START_TEST(an_encrypted_text_has_at_most_12288_characters) {
    size_t most = CALLBACK_BODY_MAX_BYTES / 4 * 3, bytes;
    char *message = calloc(1, most + 32), *encrypted, *text;

    ck_assert_ptr_nonnull(message);
    memset(message, 'm', most);
    encrypted = seal(aes_key, RANDOM, message, most - 20 - strlen(COMPANY) - 1, COMPANY);
    ck_assert_uint_eq(strlen(encrypted), CALLBACK_BODY_MAX_BYTES);
    text = open_text(encrypted, &bytes);
    ck_assert_ptr_nonnull(text);
    free(text);
    free(encrypted);
    encrypted = seal(aes_key, RANDOM, message, most - 20 - strlen(COMPANY), COMPANY);
    ck_assert_uint_gt(strlen(encrypted), CALLBACK_BODY_MAX_BYTES);
    ck_assert(is_refused(encrypted));
    free(encrypted);
    free(message);
}
END_TEST

START_TEST(every_truncation_is_refused_though_it_is_signed) {
    char *encrypted = seal(aes_key, RANDOM, MESSAGE MESSAGE, 2 * strlen(MESSAGE), COMPANY);

    ck_assert(!is_refused(encrypted));
    for (size_t len = strlen(encrypted); len-- > 0;) {
        encrypted[len] = '\0';
        ck_assert_msg(is_refused(encrypted), "cut at %zu", len);
    }
    free(encrypted);
}
END_TEST

/* Signed, but not base64 as it should be. %s is a good text without its one "=". */
static const char *const spellings[] = {
    "%s",    "%s==",   "%s===",   "%s=\n", "%s= ",  " %s=",   "=%s",     "%s=A", "%sA",
    "%sA==", "%s=AAA", "%s=AAAA", "A%s",   "%s\n=", "%s====", "AAAA%s=", "%s-",  "%s_",
};

START_TEST(base64_in_another_spelling_is_refused) {
    char *encrypted = seal(aes_key, RANDOM, MESSAGE MESSAGE, 2 * strlen(MESSAGE), COMPANY);
    size_t len = strlen(encrypted);
    char text[512];

    ck_assert(!is_refused(encrypted));
    ck_assert(encrypted[len - 1] == '=' && encrypted[len - 2] != '=');
    encrypted[len - 1] = '\0';
    (void)snprintf(text, sizeof text, spellings[_i], encrypted);
    ck_assert_msg(is_refused(text), "%s", text);
    free(encrypted);
}
END_TEST

START_TEST(a_character_that_is_not_of_base64_is_refused_in_every_place) {
    static const char strange[] = "=-_ \n\t.%*\x01\x7F\x80\xFF";
    char *encrypted = seal(aes_key, RANDOM, "text", 4, COMPANY);

    for (size_t i = 0; i + 1 < strlen(encrypted); i++) {
        char kept = encrypted[i];

        for (const char *c = strange; *c != '\0'; c++) {
            encrypted[i] = *c;
            ck_assert_msg(*c == kept || is_refused(encrypted), "%02x at %zu", *c & 0xFF, i);
        }
        encrypted[i] = kept;
    }
    ck_assert(!is_refused(encrypted));
    free(encrypted);
}
END_TEST

/* The last character counts for four bits: find a text where they are all set, as they are in what
 * a decoder makes of -1.
 */
START_TEST(a_strange_character_does_not_pass_for_a_good_one) {
    char random[17], *encrypted = NULL, *last = NULL;

    for (int i = 0; last == NULL || strchr("89+/", *last) == NULL; i++) {
        free(encrypted);
        (void)snprintf(random, sizeof random, "%016d", i);
        encrypted = seal(aes_key, random, MESSAGE MESSAGE, 2 * strlen(MESSAGE), COMPANY);
        last = strchr(encrypted, '=') - 1;
    }
    ck_assert(!is_refused(encrypted));
    *last = '/';
    ck_assert(!is_refused(encrypted)); /* bits of no meaning */
    *last = '-';
    ck_assert(is_refused(encrypted));
    free(encrypted);
}
END_TEST

START_TEST(what_another_token_or_key_made_is_refused) {
    unsigned char other_key[32];
    char *encrypted = seal(aes_key, RANDOM, "text", 4, COMPANY);
    struct callback_query query = signed_query("QDG6eL", encrypted);
    struct secret plain = {0};

    ck_assert_int_eq(callback_open(&keys, &query, encrypted, &plain), WECOM_E_PEER);
    query = signed_query("", encrypted);
    ck_assert_int_eq(callback_open(&keys, &query, encrypted, &plain), WECOM_E_PEER);
    query = signed_query(TOKEN, encrypted);
    query.signature[0] = '\0';
    ck_assert_int_eq(callback_open(&keys, &query, encrypted, &plain), WECOM_E_PEER);
    free(encrypted);
    seal_key("4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws", other_key);
    encrypted = seal(other_key, RANDOM, "text", 4, COMPANY);
    ck_assert(is_refused(encrypted));
    free(encrypted);
    for (int bit = 0; bit < 256; bit++) {
        memcpy(other_key, aes_key, sizeof other_key);
        other_key[bit / 8] ^= (unsigned char)(1u << bit % 8);
        encrypted = seal(other_key, RANDOM, "text", 4, COMPANY);
        ck_assert(is_refused(encrypted));
        free(encrypted);
    }
}
END_TEST

/* The four values are sorted, so each may come first: tokens, times and nonces of every order. */
static const struct {
    const char *token, *timestamp, *nonce;
} orders[] = {
    {"1", "2", "3"},  {"3", "2", "1"}, {"2", "3", "1"}, {"zz", "5", "z"}, {"Z", "1", "a"},
    {"1", "11", "1"}, {"9", "9", "9"}, {"a", "1", "~"}, {"A", "12", "!"},
};

START_TEST(the_order_of_the_four_values_is_that_of_their_bytes) {
    struct callback_query query = {0};
    struct callback_keys own = {0};
    struct secret plain = {0};

    ck_assert(set(&own, orders[_i].token, KEY, COMPANY));
    (void)snprintf(query.timestamp, sizeof query.timestamp, "%s", orders[_i].timestamp);
    (void)snprintf(query.nonce, sizeof query.nonce, "%s", orders[_i].nonce);
    for (int i = 0; i < 64; i++) { /* texts that begin in many ways */
        char random[17], *encrypted;

        (void)snprintf(random, sizeof random, "%016d", i);
        encrypted = seal(aes_key, random, "text", 4, COMPANY);
        seal_sign(orders[_i].token, query.timestamp, query.nonce, encrypted, query.signature);
        ck_assert_int_eq(callback_open(&own, &query, encrypted, &plain), WECOM_OK);
        free(encrypted);
    }
    secret_clear(&plain);
    callback_keys_clear(&own);
}
END_TEST

/* --- time ------------------------------------------------------------------------------------ */

static const struct {
    int64_t timestamp_s, now_s;
    bool recent;
} times[] = {
    {1409659589, 1409659589, true},
    {1409659589, 1409659589 + 600, true},
    {1409659589, 1409659589 + 601, false},
    {1409659589, 1409659589 - 600, true},
    {1409659589, 1409659589 - 601, false},
    {1409659589, 0, false},
    {999999999999, 1409659589, false},
    {0, 0, false}, /* a query that was not read */
    {0, 100, false},
};

START_TEST(a_request_is_recent_for_ten_minutes) {
    struct callback_query query = {.timestamp_s = times[_i].timestamp_s};

    ck_assert_int_eq(callback_is_recent(&query, times[_i].now_s), times[_i].recent);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("callback");
    TCase *t = tcase_create("callback");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, every_published_example_opens, 0, CALLBACK_VECTORS);
    tcase_add_loop_test(t, the_other_side_of_these_tests_makes_the_same_bytes, 0, CALLBACK_VECTORS);
    tcase_add_loop_test(t, published_requests_that_are_wrong_are_refused, 0, COUNT(wrong_requests));
    tcase_add_loop_test(t, keys_are_taken_or_refused_with_a_sentence, 0, COUNT(key_rows));
    tcase_add_loop_test(t, the_sentence_names_what_is_wrong, 0, COUNT(sentences));
    tcase_add_test(t, a_key_is_the_32_bytes_that_its_characters_stand_for);
    tcase_add_test(t, cleared_keys_hold_nothing_and_open_nothing);
    tcase_add_test(t, each_bit_of_the_plain_text_that_means_anything_is_checked);
    tcase_add_loop_test(t, each_padding_from_1_to_32_is_taken_off, 1, 33);
    tcase_add_test(t, padding_to_another_block_size_is_refused);
    tcase_add_loop_test(t, a_length_that_does_not_end_before_the_company_is_refused, 0,
                        COUNT(lengths));
    tcase_add_loop_test(t, the_company_is_compared_exactly, 0, COUNT(companies));
    tcase_add_test(t, a_message_may_hold_anything_but_not_nothing);
    tcase_add_test(t, an_encrypted_text_has_at_most_12288_characters);
    tcase_add_test(t, every_truncation_is_refused_though_it_is_signed);
    tcase_add_loop_test(t, base64_in_another_spelling_is_refused, 0, COUNT(spellings));
    tcase_add_test(t, a_character_that_is_not_of_base64_is_refused_in_every_place);
    tcase_add_test(t, a_strange_character_does_not_pass_for_a_good_one);
    tcase_add_test(t, what_another_token_or_key_made_is_refused);
    tcase_add_loop_test(t, the_order_of_the_four_values_is_that_of_their_bytes, 0, COUNT(orders));
    tcase_add_loop_test(t, a_request_is_recent_for_ten_minutes, 0, COUNT(times));
    suite_add_tcase(s, t);
    return s;
}
