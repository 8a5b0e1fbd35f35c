/* WeCom's error codes: what each means for a login. */
#include "helper/wecom/errors.h"

#include <string.h>

#include "helper/reasons.h"
#include "helper/texts.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

static const struct {
    int errcode;
    enum errors_class class;
    enum wecom_reason reason;
    const char *cure;
} rows[] = {
    {-1, ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY, "cure_busy"},
    {6000, ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY, "cure_busy"},
    {45033, ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY, "cure_busy"},
    {45035, ERRORS_TRANSIENT, WECOM_REASON_WECOM_BUSY, "cure_busy"},
    {45009, ERRORS_FINAL, WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},
    {45011, ERRORS_FINAL, WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},
    {45047, ERRORS_FINAL, WECOM_REASON_WECOM_RATE_LIMITED, "cure_rate"},
    {40001, ERRORS_TOKEN, WECOM_REASON_CONFIG_SECRET, "cure_secret"},
    {40014, ERRORS_TOKEN, WECOM_REASON_INTERNAL, "cure_token"},
    {42001, ERRORS_TOKEN, WECOM_REASON_INTERNAL, "cure_token"},
    {41001, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_proxy_query"},
    {40029, ERRORS_FINAL, WECOM_REASON_CODE_INVALID, NULL},
    {40163, ERRORS_FINAL, WECOM_REASON_CODE_INVALID, NULL},
    {41008, ERRORS_FINAL, WECOM_REASON_CODE_INVALID, NULL},
    {42003, ERRORS_FINAL, WECOM_REASON_CODE_INVALID, NULL},
    {42022, ERRORS_FINAL, WECOM_REASON_CODE_INVALID, NULL},
    {40003, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {46004, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {50002, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {60011, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {60021, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {60111, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {81013, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {301021, ERRORS_FINAL, WECOM_REASON_NOT_VISIBLE, "cure_visible"},
    {84014, ERRORS_FINAL, WECOM_REASON_CONSENT_MISSING, NULL},
    {84015, ERRORS_FINAL, WECOM_REASON_CONSENT_MISSING, NULL},
    {84090, ERRORS_FINAL, WECOM_REASON_CONSENT_MISSING, NULL},
    {40013, ERRORS_FINAL, WECOM_REASON_CONFIG_CORP, "cure_corp"},
    {41002, ERRORS_FINAL, WECOM_REASON_CONFIG_CORP, "cure_corp"},
    {301007, ERRORS_FINAL, WECOM_REASON_CONFIG_CORP, "cure_corp_banned"},
    {40091, ERRORS_FINAL, WECOM_REASON_CONFIG_SECRET, "cure_secret"},
    {41004, ERRORS_FINAL, WECOM_REASON_CONFIG_SECRET, "cure_secret"},
    {45031, ERRORS_FINAL, WECOM_REASON_CONFIG_SECRET, "cure_secret_reset"},
    {40056, ERRORS_FINAL, WECOM_REASON_CONFIG_AGENT, "cure_agent"},
    {301002, ERRORS_FINAL, WECOM_REASON_CONFIG_AGENT, "cure_agent"},
    {50003, ERRORS_FINAL, WECOM_REASON_CONFIG_AGENT, "cure_agent_off"},
    {50006, ERRORS_FINAL, WECOM_REASON_CONFIG_AGENT, "cure_agent_off"},
    {60020, ERRORS_FINAL, WECOM_REASON_CONFIG_IP, "cure_ip"},
    {301042, ERRORS_FINAL, WECOM_REASON_CONFIG_IP, "cure_ip"},
    {50001, ERRORS_FINAL, WECOM_REASON_CONFIG_DOMAIN, "cure_domain"},
    {43012, ERRORS_FINAL, WECOM_REASON_CONFIG_CALLBACK, "cure_callback"},
    {48001, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_permission"},
    {48002, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_permission"},
    {48004, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_permission"},
    {48005, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_permission"},
    {48006, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_unused"},
    {48009, ERRORS_FINAL, WECOM_REASON_CONFIG_PERMISSION, "cure_permission"},
    /* not in the table */
    {1, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_unknown"},
    {-2, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_unknown"},
    {40028, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_unknown"},
    {2147483647, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_unknown"},
    {-2147483647, ERRORS_FINAL, WECOM_REASON_INTERNAL, "cure_unknown"},
};

START_TEST(a_code_means_this_for_a_login) {
    const struct errors_rule *rule = errors_find(rows[_i].errcode);

    ck_assert_int_eq(rule->class, rows[_i].class);
    ck_assert_int_eq(rule->reason, rows[_i].reason);
    if (rows[_i].cure == NULL)
        ck_assert_ptr_null(rule->cure);
    else
        ck_assert_str_eq(rule->cure, rows[_i].cure);
}
END_TEST

static bool is_listed(int errcode) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].errcode == errcode)
            return true;
    }
    return false;
}

START_TEST(no_code_is_missing_here_and_none_is_success) {
    for (int errcode = -10; errcode < 400000; errcode++) {
        const struct errors_rule *rule = errors_find(errcode);

        ck_assert_int_ne(rule->reason, WECOM_REASON_NONE);
        if (rule->errcode == errcode && errcode != 0)
            ck_assert_msg(is_listed(errcode), "%d is not tested", errcode);
        if (rule->cure != NULL) {
            ck_assert_ptr_nonnull(texts_en(rule->cure));
            ck_assert_ptr_nonnull(texts_zh(rule->cure));
        }
        ck_assert_int_ne(reasons_find(rule->reason)->verdict, WECOM_VERDICT_GRANTED);
    }
}
END_TEST

/* Whoever WeCom knows nobody by is not visible either. */
START_TEST(three_codes_say_that_there_is_nobody) {
    int nobody = 0;

    for (int errcode = -10; errcode < 400000; errcode++) {
        if (errors_is_nobody(errcode)) {
            ck_assert_int_eq(errors_find(errcode)->reason, WECOM_REASON_NOT_VISIBLE);
            nobody++;
        }
    }
    ck_assert_int_eq(nobody, 3);
    ck_assert(errors_is_nobody(60111) && errors_is_nobody(46004) && errors_is_nobody(40003));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("errors");
    TCase *t = tcase_create("errors");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_code_means_this_for_a_login, 0, SUPPORT_COUNT(rows));
    tcase_add_test(t, no_code_is_missing_here_and_none_is_success);
    tcase_add_test(t, three_codes_say_that_there_is_nobody);
    suite_add_tcase(s, t);
    return s;
}
