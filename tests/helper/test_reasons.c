/* What follows from a reason. */
#include "helper/reasons.h"

#include <string.h>
#include <syslog.h>

#include "common/words.h"
#include "tests/check_main.h"

START_TEST(every_reason_has_a_row_and_none_lets_anybody_in) {
    for (int reason = 1; reason < WECOM_REASON_COUNT; reason++) {
        const struct reasons_rule *rule = reasons_find((enum wecom_reason)reason);
        const char *word = words_reason((enum wecom_reason)reason);

        /* the row of what is not in the table is shared: a row of its own is another */
        ck_assert_msg(rule != reasons_find(WECOM_REASON_NONE), "%s", word);
        ck_assert_int_ne(rule->verdict, WECOM_VERDICT_GRANTED);
        ck_assert_int_ne(rule->verdict, WECOM_VERDICT_NONE);
        ck_assert_int_ne(rule->account, WECOM_ACCOUNT_VALID);
        ck_assert_int_ne(rule->account, WECOM_ACCOUNT_NONE);
        ck_assert(rule->log_level == LOG_ERR || rule->log_level == LOG_WARNING ||
                  rule->log_level == LOG_NOTICE);
        /* what the administrator must mend is an error, and says nothing about the person */
        if (strncmp(word, "config_", 7) == 0) {
            ck_assert_int_eq(rule->verdict, WECOM_VERDICT_UNAVAILABLE);
            ck_assert_int_eq(rule->account, WECOM_ACCOUNT_UNAVAILABLE);
            ck_assert_int_eq(rule->log_level, LOG_ERR);
        }
    }
}
END_TEST

START_TEST(whatever_is_no_reason_is_a_denial) {
    static const int none[] = {0, -1, WECOM_REASON_COUNT, WECOM_REASON_COUNT + 1, 1000000};

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        const struct reasons_rule *rule = reasons_find((enum wecom_reason)none[i]);

        ck_assert_int_eq(rule->verdict, WECOM_VERDICT_DENIED);
        ck_assert_int_eq(rule->account, WECOM_ACCOUNT_DENIED);
    }
}
END_TEST

START_TEST(who_has_left_is_expired_and_who_is_not_known_well_is_not) {
    ck_assert_int_eq(reasons_find(WECOM_REASON_WITHDRAWN)->account, WECOM_ACCOUNT_EXPIRED);
    ck_assert_int_eq(reasons_find(WECOM_REASON_DISABLED)->account, WECOM_ACCOUNT_EXPIRED);
    ck_assert_int_eq(reasons_find(WECOM_REASON_NO_LOGIN_NAME)->account, WECOM_ACCOUNT_UNKNOWN);
    ck_assert_int_eq(reasons_find(WECOM_REASON_NOT_VISIBLE)->account, WECOM_ACCOUNT_DENIED);
    ck_assert_int_eq(reasons_find(WECOM_REASON_CODE_INVALID)->verdict, WECOM_VERDICT_DENIED);
    ck_assert_int_eq(reasons_find(WECOM_REASON_IDENTITY_MISMATCH)->verdict, WECOM_VERDICT_DENIED);
    ck_assert_int_eq(reasons_find(WECOM_REASON_TOO_MANY_TRIES)->verdict, WECOM_VERDICT_TOO_MANY);
    ck_assert_int_eq(reasons_find(WECOM_REASON_WECOM_UNREACHABLE)->verdict,
                     WECOM_VERDICT_UNAVAILABLE);
    ck_assert_int_eq(reasons_find(WECOM_REASON_INTERNAL)->verdict, WECOM_VERDICT_UNAVAILABLE);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("reasons");
    TCase *t = tcase_create("reasons");

    tcase_add_test(t, every_reason_has_a_row_and_none_lets_anybody_in);
    tcase_add_test(t, whatever_is_no_reason_is_a_denial);
    tcase_add_test(t, who_has_left_is_expired_and_who_is_not_known_well_is_not);
    suite_add_tcase(s, t);
    return s;
}
