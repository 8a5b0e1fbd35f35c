/* Answers that every exchange gives. */
#include "helper/reply.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/log.h"
#include "tests/check_main.h"
#include "tests/helper/support_server.h"

static struct served *served;
static struct server_peer *peer;
static struct wire_message *m;
static int host;

static void on_message(void *arg, struct server_peer *from, const struct wire_message *message) {
    (void)arg;
    (void)message;
    peer = from;
}

static void setup(void) {
    log_open("test", true, LOG_EMERG);
    peer = NULL;
    m = wire_new(WIRE_NO_VERB);
    served = served_new("", on_message, NULL);
    host = served_dial(served, "login.sock");
    served_say(host, WIRE_INFO, WIRE_F_SERVICE, "web", WIRE_FIELD_COUNT);
    while (peer == NULL)
        ck_assert_int_eq(event_base_loop(served->base, EVLOOP_ONCE), 0);
}

static void teardown(void) {
    (void)close(host);
    served_free(served);
    wire_free(m);
}

START_TEST(ids_are_eight_letters_that_cannot_be_mistaken_and_differ) {
    char ids[1000][REPLY_ID_BYTES];

    for (size_t i = 0; i < 1000; i++) {
        reply_new_id(ids[i]);
        ck_assert_uint_eq(strlen(ids[i]), 8);
        ck_assert_uint_eq(strspn(ids[i], "abcdefghijkmnpqrstuvwxyz23456789"), 8);
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(ids[i], ids[j]);
    }
}
END_TEST

START_TEST(ready_carries_the_id) {
    reply_ready(peer, "abcdefgh");
    ck_assert(served_receive(served, host, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    ck_assert_str_eq(wire_get(m, WIRE_F_ID), "abcdefgh");
}
END_TEST

START_TEST(a_row_is_one_json_object) {
    json_t *row = json_pack("{s:s,s:i}", "name", "\xE5\xBC\xA0\n", "n", 1), *read;

    reply_row(peer, json_incref(row));
    ck_assert(served_receive(served, host, m));
    ck_assert_int_eq(m->verb, WIRE_ROW);
    read = json_loads(wire_get(m, WIRE_F_JSON), 0, NULL);
    ck_assert(json_equal(row, read));
    json_decref(read);
    json_decref(row);
}
END_TEST

START_TEST(a_row_that_is_too_large_is_left_out_and_the_rest_goes_on) {
    char *text = malloc(20000);

    memset(text, 'x', 19999);
    text[19999] = '\0';
    reply_row(peer, json_pack("{s:s}", "x", text));
    reply_row(peer, NULL);
    reply_row(peer, json_object());
    ck_assert(served_receive(served, host, m));
    ck_assert_str_eq(wire_get(m, WIRE_F_JSON), "{}");
    free(text);
}
END_TEST

START_TEST(a_result_ends_the_exchange) {
    reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_EXPIRED, WECOM_REASON_WITHDRAWN,
                 "\xE5\xBC\xA0\nleft");
    ck_assert(served_receive(served, host, m));
    ck_assert_int_eq(m->verb, WIRE_RESULT);
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), "denied");
    ck_assert_str_eq(wire_get(m, WIRE_F_ACCOUNT_IS), "expired");
    ck_assert_str_eq(wire_get(m, WIRE_F_REASON), "withdrawn");
    ck_assert_str_eq(wire_get(m, WIRE_F_MESSAGE), "\xE5\xBC\xA0\nleft");
    ck_assert_ptr_null(wire_get(m, WIRE_F_USERID));
    ck_assert(!served_receive(served, host, m));
}
END_TEST

START_TEST(a_result_without_reason_and_message_has_none) {
    reply_result(peer, WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_NONE, WECOM_REASON_NONE, NULL);
    ck_assert(served_receive(served, host, m));
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), "granted");
    ck_assert_ptr_null(wire_get(m, WIRE_F_ACCOUNT_IS));
    ck_assert_ptr_null(wire_get(m, WIRE_F_REASON));
    ck_assert_ptr_null(wire_get(m, WIRE_F_MESSAGE));
    ck_assert(!served_receive(served, host, m));
}
END_TEST

START_TEST(no_verdict_is_no_result) {
    reply_result(peer, WECOM_VERDICT_NONE, WECOM_ACCOUNT_VALID, WECOM_REASON_NONE, "x");
    ck_assert(!served_receive(served, host, m));
}
END_TEST

START_TEST(a_message_that_does_not_fit_is_left_out_and_the_verdict_arrives) {
    char message[1100];

    memset(message, 'x', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    reply_result(peer, WECOM_VERDICT_DENIED, WECOM_ACCOUNT_NONE, WECOM_REASON_INTERNAL, message);
    ck_assert(served_receive(served, host, m));
    ck_assert_str_eq(wire_get(m, WIRE_F_VERDICT), "denied");
    ck_assert_ptr_null(wire_get(m, WIRE_F_MESSAGE));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("reply");
    TCase *t = tcase_create("reply");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ids_are_eight_letters_that_cannot_be_mistaken_and_differ);
    tcase_add_test(t, ready_carries_the_id);
    tcase_add_test(t, a_row_is_one_json_object);
    tcase_add_test(t, a_row_that_is_too_large_is_left_out_and_the_rest_goes_on);
    tcase_add_test(t, a_result_ends_the_exchange);
    tcase_add_test(t, a_result_without_reason_and_message_has_none);
    tcase_add_test(t, no_verdict_is_no_result);
    tcase_add_test(t, a_message_that_does_not_fit_is_left_out_and_the_verdict_arrives);
    suite_add_tcase(s, t);
    return s;
}
