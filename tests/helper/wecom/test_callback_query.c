/* The query of a request that WeCom sends to us. */
#include "helper/wecom/callback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support_callback.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define TIME "1409659589"
#define NONCE "263014780"
#define SIGNATURE "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
#define TEN "1234567890"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* From a copy of exactly its bytes. */
static enum wecom_error parse(const char *text, struct callback_query *query) {
    char *copy = strdup(text);
    enum wecom_error err;

    ck_assert_ptr_nonnull(copy);
    err = callback_query_parse(copy, query);
    free(copy);
    return err;
}

#define FIRST "msg_signature=" SIGNATURE
#define REST "&timestamp=" TIME "&nonce=" NONCE

static const struct {
    const char *text, *nonce, *echostr;
} good_queries[] = {
    {FIRST REST, NONCE, ""},
    {"nonce=" NONCE "&timestamp=" TIME "&" FIRST, NONCE, ""},
    {FIRST REST "&echostr=a%2Bb%2fc%3D", NONCE, "a+b/c="},
    {FIRST REST "&echostr=a+b/c=", NONCE, "a+b/c="}, /* + stays, and so does what is behind = */
    {FIRST REST "&echostr=%2525", NONCE, "%25"},     /* decoded once */
    {FIRST "&timestamp=" TIME "&nonce=VHh7ymSeb0jc4lSb", "VHh7ymSeb0jc4lSb", ""},
    {FIRST "&timestamp=" TIME "&nonce=" SIXTY "1234", SIXTY "1234", ""},
    {FIRST "&timestamp=14096%359589&nonce=%61", "a", ""},
    {"msg%5Fsignature=" SIGNATURE REST, NONCE, ""},
    {"app=1&" FIRST REST "&x&y=&=z&&openid=%E5%BC%A0", NONCE, ""}, /* others are passed over */
    {"&" FIRST REST "&", NONCE, ""},
    {FIRST REST "&Nonce=1&NONCE=2&nonce2=3", NONCE, ""},
};

START_TEST(a_query_is_decoded_and_read) {
    struct callback_query query;

    ck_assert_msg(parse(good_queries[_i].text, &query) == WECOM_OK, "%s", good_queries[_i].text);
    ck_assert_str_eq(query.signature, SIGNATURE);
    ck_assert_str_eq(query.timestamp, TIME);
    ck_assert_int_eq(query.timestamp_s, 1409659589);
    ck_assert_str_eq(query.nonce, good_queries[_i].nonce);
    ck_assert_str_eq(query.echostr, good_queries[_i].echostr);
}
END_TEST

static const char *const bad_queries[] = {
    "",
    "&",
    "x",
    FIRST,
    FIRST "&timestamp=" TIME,
    FIRST "&nonce=" NONCE,
    "timestamp=" TIME "&nonce=" NONCE,
    "MSG_SIGNATURE=" SIGNATURE REST,
    "?" FIRST REST,
    FIRST ";timestamp=" TIME ";nonce=" NONCE,
    /* twice, of equal or other value */
    FIRST "&" FIRST REST,
    FIRST REST "&nonce=" NONCE,
    FIRST REST "&nonce=1",
    FIRST REST "&n%6fnce=1",
    FIRST REST "&timestamp=" TIME,
    FIRST REST "&echostr=a&echostr=a",
    /* no signature */
    "msg_signature=" REST,
    "msg_signature" REST,
    "msg_signature=5C45FF5E21C57E6AD56BAC8758B79B1D9AC89FD3" REST,
    "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd" REST,
    "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd33" REST,
    "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fdg" REST,
    "msg_signature=+" SIGNATURE REST,
    /* no time */
    FIRST "&nonce=1&timestamp=",
    FIRST "&nonce=1&timestamp=0",
    FIRST "&nonce=1&timestamp=01409659589",
    FIRST "&nonce=1&timestamp=-1409659589",
    FIRST "&nonce=1&timestamp=+1409659589",
    FIRST "&nonce=1&timestamp=%201409659589",
    FIRST "&nonce=1&timestamp=1409659589%20",
    FIRST "&nonce=1&timestamp=1409659589.0",
    FIRST "&nonce=1&timestamp=0x54012345",
    FIRST "&nonce=1&timestamp=1234567890123",
    FIRST "&nonce=1&timestamp=14096595890000000000000000",
    /* no nonce */
    FIRST "&timestamp=" TIME "&nonce=",
    FIRST "&timestamp=" TIME "&nonce",
    FIRST "&timestamp=" TIME "&nonce=a%20b",
    FIRST "&timestamp=" TIME "&nonce=a b",
    FIRST "&timestamp=" TIME "&nonce=%0A",
    FIRST "&timestamp=" TIME "&nonce=%7F",
    FIRST "&timestamp=" TIME "&nonce=%E5%BC%A0",
    FIRST "&timestamp=" TIME "&nonce=" SIXTY "12345",
    /* no text to be echoed */
    FIRST REST "&echostr=",
    FIRST REST "&echostr",
    FIRST REST "&echostr=a%20b",
    FIRST REST "&echostr=a%0Ab",
    /* escapes that are none, anywhere */
    FIRST REST "&echostr=%",
    FIRST REST "&echostr=%4",
    FIRST REST "&echostr=%4&x=1",
    FIRST REST "&echostr=%4g",
    FIRST REST "&echostr=%g4",
    FIRST REST "&echostr=%%41",
    FIRST REST "&echostr=% 1",
    FIRST REST "&echostr=%u0041",
    FIRST REST "&echostr=a%00",
    FIRST REST "&nonce%00=1",
    FIRST REST "&x=%00",
    FIRST REST "&x=%",
    FIRST REST "&x=%g4",
    FIRST REST "&x=%4g",
    FIRST REST "&x=%4",
    FIRST REST "&%=x",
    "%=x&" FIRST REST,
    "x%4=1&" FIRST REST,
    "%" FIRST REST,
};

START_TEST(another_query_is_refused) {
    static const struct callback_query zero;
    struct callback_query query;

    memset(&query, 'x', sizeof query);
    ck_assert_msg(parse(bad_queries[_i], &query) == WECOM_E_FORMAT, "%s", bad_queries[_i]);
    ck_assert_int_eq(memcmp(&query, &zero, sizeof zero), 0);
}
END_TEST

START_TEST(a_query_has_at_most_2048_bytes) {
    char text[CALLBACK_QUERY_MAX_BYTES + 2];
    size_t used = (size_t)snprintf(text, sizeof text, "%s%s&echostr=", FIRST, REST);
    struct callback_query query;

    memset(text + used, 'a', sizeof text - used);
    text[CALLBACK_QUERY_MAX_BYTES] = '\0';
    ck_assert_int_eq(parse(text, &query), WECOM_OK);
    ck_assert_uint_eq(strlen(query.echostr), CALLBACK_QUERY_MAX_BYTES - used);
    text[CALLBACK_QUERY_MAX_BYTES] = 'a';
    text[CALLBACK_QUERY_MAX_BYTES + 1] = '\0';
    ck_assert_int_eq(parse(text, &query), WECOM_E_TOO_LONG);
    ck_assert_str_eq(query.signature, "");
}
END_TEST

static struct callback_keys keys;

/* Is this request, whatever was done to its query, still WeCom's? */
static bool is_answered(const char *text) {
    struct callback_query query;
    struct secret plain = {0};
    bool answered = parse(text, &query) == WECOM_OK &&
                    callback_open(&keys, &query, query.echostr, &plain) == WECOM_OK;

    if (answered)
        ck_assert_str_eq(plain.bytes, callback_vectors[0].plain);
    secret_clear(&plain);
    return answered;
}

START_TEST(every_truncation_and_every_flipped_bit_of_a_request_is_refused) {
    const struct callback_vector *v = &callback_vectors[0];
    char text[1024], echostr[512], why[256];
    size_t len, others = 0;

    ck_assert(callback_keys_set(&keys, v->token, v->key, v->receive_id, why, sizeof why));
    seal_escape(v->encrypted, echostr);
    len = (size_t)snprintf(text, sizeof text, "%s%s&echostr=%s", FIRST, REST, echostr);
    ck_assert(is_answered(text));
    for (size_t i = len; i-- > 0;) {
        char kept = text[i];

        text[i] = '\0';
        ck_assert_msg(!is_answered(text), "cut at %zu", i);
        text[i] = kept;
        for (int bit = 0; bit < 8; bit++) {
            text[i] = (char)((unsigned char)kept ^ (1u << bit));
            /* %2B and %2b are the same; nothing else is */
            if (is_answered(text)) {
                ck_assert_msg(i > 1 && strchr("BFD", kept) != NULL && text[i - 2] == '%' &&
                                  bit == 5,
                              "bit %d at %zu", bit, i);
                others++;
            }
        }
        text[i] = kept;
    }
    ck_assert_uint_gt(others, 0);
    callback_keys_clear(&keys);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("callback_query");
    TCase *t = tcase_create("callback_query");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_query_is_decoded_and_read, 0, COUNT(good_queries));
    tcase_add_loop_test(t, another_query_is_refused, 0, COUNT(bad_queries));
    tcase_add_test(t, a_query_has_at_most_2048_bytes);
    tcase_add_test(t, every_truncation_and_every_flipped_bit_of_a_request_is_refused);
    suite_add_tcase(s, t);
    return s;
}
