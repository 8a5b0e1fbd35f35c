/* Reports of the second process. */
#include "helper/worker_status.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

START_TEST(a_report_arrives_as_it_was) {
    struct worker_status a, b;
    json_t *message;

    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    a.phase = SYNC_READS_PEOPLE;
    a.end = SYNC_PARTLY;
    a.pending = SYNC_NAMES + 5;
    a.running = true;
    (void)stpcpy(a.error, "department 7: 45029");
    (void)stpcpy(a.stretched, "why");
    for (int i = 0; i < SYNC_NAMES; i++)
        (void)snprintf(a.pending_names[i], sizeof a.pending_names[i], "user%d", i);
    a.members = 1;
    a.calls = 2;
    a.accounts = INT64_C(1) << 40;
    a.left_out = 9;
    message = worker_status_pack(&a);
    ck_assert_ptr_nonnull(message);
    ck_assert(worker_status_unpack(message, &b));
    ck_assert_int_eq(b.phase, a.phase);
    ck_assert_int_eq(b.end, a.end);
    ck_assert_int_eq(b.pending, a.pending);
    ck_assert_str_eq(b.error, a.error);
    ck_assert_str_eq(b.stretched, "why");
    ck_assert_str_eq(b.pending_names[SYNC_NAMES - 1], a.pending_names[SYNC_NAMES - 1]);
    ck_assert_int_eq(b.accounts, a.accounts);
    ck_assert_int_eq(b.left_out, 9);
    ck_assert(b.running);
    json_decref(message);
}
END_TEST

START_TEST(a_report_with_a_part_missing_or_odd_is_none) {
    struct worker_status status = {.phase = SYNC_READS_MEMBERS}, out;
    json_t *message = worker_status_pack(&status);
    const char *key;
    json_t *value;

    json_object_foreach(message, key, value) {
        json_t *copy = json_deep_copy(message);

        ck_assert_int_eq(json_object_set_new(copy, key, json_real(1.5)), 0);
        ck_assert_msg(!worker_status_unpack(copy, &out), "%s", key);
        ck_assert_int_eq(json_object_del(copy, key), 0);
        ck_assert_msg(!worker_status_unpack(copy, &out), "%s", key);
        json_decref(copy);
    }
    ck_assert_int_eq(json_object_set_new(message, "phase", json_integer(99)), 0);
    ck_assert(worker_status_unpack(message, &out));
    ck_assert_int_eq(out.phase, SYNC_RESTS);
    ck_assert(!worker_status_unpack(NULL, &out));
    json_decref(message);
}
END_TEST

START_TEST(every_phase_and_every_end_has_a_word) {
    for (int i = 0; i < SYNC_PHASES; i++)
        ck_assert_str_ne(worker_phase_word((enum sync_phase)i), "");
    ck_assert_str_eq(worker_phase_word(SYNC_PHASES), "");
    ck_assert_str_eq(worker_end_word(SYNC_NO_END), "");
    ck_assert_str_eq(worker_end_word(SYNC_WHOLE), "whole");
    ck_assert_str_eq(worker_end_word(SYNC_PARTLY), "partly");
    ck_assert_str_eq(worker_end_word(SYNC_STOPPED), "stopped");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker_status");
    TCase *t = tcase_create("worker_status");

    tcase_add_test(t, a_report_arrives_as_it_was);
    tcase_add_test(t, a_report_with_a_part_missing_or_odd_is_none);
    tcase_add_test(t, every_phase_and_every_end_has_a_word);
    suite_add_tcase(s, t);
    return s;
}
