/* Can WeCom be reached? What counts as an answer, what as an outage, and for how long. */
#include "helper/wecom/reach.h"

#include <stddef.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static const struct {
    enum http_outcome outcome;
    long status;
    int errcode;
    enum reach_state says;
} ends[] = {
    {HTTP_NO_NAME, 0, 0, REACH_DOWN},      {HTTP_NO_CONNECTION, 0, 0, REACH_DOWN},
    {HTTP_NO_TLS, 0, 0, REACH_DOWN},       {HTTP_ANSWERED, 500, 0, REACH_DOWN},
    {HTTP_ANSWERED, 502, 0, REACH_DOWN},   {HTTP_ANSWERED, 599, 0, REACH_DOWN},
    {HTTP_ANSWERED, 200, -1, REACH_DOWN},  {HTTP_ANSWERED, 200, 0, REACH_UP},
    {HTTP_ANSWERED, 200, 60020, REACH_UP}, /* our address is not trusted */
    {HTTP_ANSWERED, 200, 45009, REACH_UP}, /* too many calls */
    {HTTP_ANSWERED, 200, 40001, REACH_UP}, /* a wrong Secret */
    {HTTP_ANSWERED, 200, 60111, REACH_UP}, /* nobody of that userid */
    {HTTP_ANSWERED, 200, 6000, REACH_UP},  {HTTP_ANSWERED, 200, 45033, REACH_UP},
    {HTTP_ANSWERED, 404, 0, REACH_UP},     {HTTP_ANSWERED, 429, 0, REACH_UP},
    {HTTP_ANSWERED, 302, 0, REACH_UP},     {HTTP_ANSWERED, 499, 0, REACH_UP},
    {HTTP_TOO_LARGE, 0, 0, REACH_UP},      {HTTP_LOST, 0, 0, REACH_UNKNOWN},
    {HTTP_FAILED, 0, 0, REACH_UNKNOWN},    {HTTP_NONE, 0, 0, REACH_UNKNOWN},
};

START_TEST(the_end_of_a_try_says_whether_wecom_answered) {
    ck_assert_int_eq(reach_judge(ends[_i].outcome, ends[_i].status, ends[_i].errcode),
                     ends[_i].says);
}
END_TEST

static struct reach reach;

static void hear(enum reach_state said, int64_t at_ms) {
    reach_hear(&reach, said, at_ms);
}

static void is(enum reach_state state, int64_t down_ms, int64_t at_ms) {
    int64_t found = -1;

    ck_assert_int_eq(reach_now(&reach, at_ms, NULL), state);
    ck_assert_int_eq(reach_now(&reach, at_ms, &found), state);
    ck_assert_int_eq(found, down_ms);
}

static void begin(void) {
    reach = (struct reach){0};
}

START_TEST(who_has_seen_nothing_knows_nothing) {
    is(REACH_UNKNOWN, 0, 0);
    is(REACH_UNKNOWN, 0, 1000000);
    hear(REACH_UNKNOWN, 5);
    is(REACH_UNKNOWN, 0, 5);
}
END_TEST

START_TEST(an_outage_lasts_from_its_first_failure_to_the_last) {
    hear(REACH_DOWN, 1000);
    is(REACH_DOWN, 0, 1000);
    is(REACH_DOWN, 0, 1000 + REACH_FRESH_MS - 1); /* what was not seen does not count */
    for (int64_t at = 11000; at <= 61000; at += 10000)
        hear(REACH_DOWN, at);
    is(REACH_DOWN, REACH_SURE_MS, 61000);
    is(REACH_DOWN, REACH_SURE_MS, 61000 + REACH_FRESH_MS - 1);
}
END_TEST

START_TEST(an_answer_ends_it_and_the_next_failure_begins_anew) {
    hear(REACH_DOWN, 0);
    hear(REACH_DOWN, 20000);
    hear(REACH_UP, 20001);
    is(REACH_UP, 0, 20001);
    hear(REACH_DOWN, 20002);
    is(REACH_DOWN, 0, 20002);
    hear(REACH_DOWN, 30000);
    is(REACH_DOWN, 9998, 30000);
}
END_TEST

START_TEST(what_says_nothing_changes_nothing) {
    hear(REACH_DOWN, 0);
    hear(REACH_UNKNOWN, 9000);
    hear(REACH_DOWN, 10000);
    hear(REACH_UNKNOWN, 20000);
    is(REACH_DOWN, 10000, 20000);
    is(REACH_UNKNOWN, 0, 10000 + REACH_FRESH_MS); /* nor does it keep anything fresh */
}
END_TEST

START_TEST(what_was_seen_long_ago_says_nothing) {
    hear(_i == 0 ? REACH_DOWN : REACH_UP, 0);
    is(_i == 0 ? REACH_DOWN : REACH_UP, 0, REACH_FRESH_MS - 1);
    is(REACH_UNKNOWN, 0, REACH_FRESH_MS);
}
END_TEST

START_TEST(a_silence_between_two_failures_is_no_outage) {
    hear(REACH_DOWN, 0);
    hear(REACH_DOWN, REACH_GAP_MS);
    is(REACH_DOWN, REACH_GAP_MS, REACH_GAP_MS);
    hear(REACH_DOWN, 2 * REACH_GAP_MS + 1);
    is(REACH_DOWN, 0, 2 * REACH_GAP_MS + 1);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("reach");
    TCase *t = tcase_create("reach");

    tcase_add_checked_fixture(t, begin, NULL);
    tcase_add_loop_test(t, the_end_of_a_try_says_whether_wecom_answered, 0, SUPPORT_COUNT(ends));
    tcase_add_test(t, who_has_seen_nothing_knows_nothing);
    tcase_add_test(t, an_outage_lasts_from_its_first_failure_to_the_last);
    tcase_add_test(t, an_answer_ends_it_and_the_next_failure_begins_anew);
    tcase_add_test(t, what_says_nothing_changes_nothing);
    tcase_add_loop_test(t, what_was_seen_long_ago_says_nothing, 0, 2);
    tcase_add_test(t, a_silence_between_two_failures_is_no_outage);
    suite_add_tcase(s, t);
    return s;
}
