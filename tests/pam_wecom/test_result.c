/* Every verdict and what PAM makes of it. Nothing but one row says yes. */
#include "pam_wecom/result.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

START_TEST(only_the_granted_row_succeeds) {
    for (int o = -1; o <= OUTCOME_COUNT + 1; o++) {
        const struct result_row *row = result_row((enum outcome)o);

        if (o == OUTCOME_GRANTED)
            continue;
        ck_assert_int_ne(row->auth, PAM_SUCCESS);
        ck_assert_int_ne(row->auth, PAM_IGNORE);
        /* the table's word counts in account, and never in auth */
        ck_assert_int_eq(row->account == PAM_SUCCESS, o == OUTCOME_OFFLINE);
        ck_assert(row->account != PAM_IGNORE || o == OUTCOME_LOCAL_USER);
        ck_assert(row->reason != WECOM_REASON_NONE);
        ck_assert_int_ge(row->log_level, 3);
        ck_assert_int_gt((int)strlen(row->event), 0);
    }
}
END_TEST

START_TEST(zero_and_what_has_no_row_is_a_denial) {
    ck_assert_int_eq(result_row(OUTCOME_NONE)->auth, PAM_AUTH_ERR);
    ck_assert_int_eq(result_row((enum outcome)1000)->auth, PAM_AUTH_ERR);
    ck_assert_int_eq(result_row((enum outcome)1000)->account, PAM_PERM_DENIED);
    ck_assert_int_ne(result_of_verdict(WECOM_VERDICT_NONE), OUTCOME_GRANTED);
    ck_assert_int_ne(result_of_verdict((enum wecom_verdict)77), OUTCOME_GRANTED);
    ck_assert_int_ne(result_of_account(WECOM_VERDICT_GRANTED, WECOM_ACCOUNT_NONE), OUTCOME_GRANTED);
    ck_assert_int_ne(result_of_account(WECOM_VERDICT_GRANTED, (enum wecom_account)77),
                     OUTCOME_GRANTED);
}
END_TEST

START_TEST(valid_counts_beside_granted_only) {
    for (int v = 0; v < 8; v++) {
        for (int a = 0; a < 8; a++) {
            bool good = v == WECOM_VERDICT_GRANTED && a == WECOM_ACCOUNT_VALID;

            ck_assert_int_eq(result_of_account((enum wecom_verdict)v, (enum wecom_account)a) ==
                                 OUTCOME_GRANTED,
                             good);
        }
    }
}
END_TEST

/* --- Through libpam. --- */

static const struct {
    const char *result;
    int code;
    const char *reason;
} verdicts[] = {
    {"result\nverdict=granted\nuser={user}\nuserid=ZhangSan\ncorp=wwcorp1\n", PAM_SUCCESS, ""},
    {"result\nverdict=denied\nreason=not_allowed\n", PAM_AUTH_ERR, "not_allowed"},
    {"result\nverdict=unavailable\nreason=wecom_unreachable\n", PAM_AUTHINFO_UNAVAIL,
     "wecom_unreachable"},
    {"result\nverdict=unknown_user\nreason=not_provisioned\n", PAM_USER_UNKNOWN, "not_provisioned"},
    {"result\nverdict=too_many\nreason=too_many_tries\n", PAM_MAXTRIES, "too_many_tries"},
    {"result\nverdict=yes\nreason=not_member\n", PAM_AUTH_ERR, "not_member"},
    {"result\nverdict=GRANTED\nuser={user}\nuserid=ZhangSan\ncorp=wwcorp1\n", PAM_AUTH_ERR,
     "internal"},
    {"result\nverdict=grante\nuser={user}\nuserid=ZhangSan\ncorp=wwcorp1\n", PAM_AUTH_ERR,
     "internal"},
    {"result\nverdict=grantedx\nuser={user}\nuserid=ZhangSan\ncorp=wwcorp1\n", PAM_AUTH_ERR,
     "internal"},
    {"result\nverdict=denied\nreason=no_such_reason\n", PAM_AUTH_ERR, "internal"},
    {"result\nverdict=denied\n", PAM_AUTH_ERR, "internal"},
};

START_TEST(every_verdict_has_its_pam_code_and_reason) {
    struct host h = {0};
    const char *reason;

    helper_play(RESULT(verdicts[_i].result));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(pam_putenv(h.pamh, "WECOM_REASON="), PAM_SUCCESS);
    ck_assert_int_eq(host_auth(&h), verdicts[_i].code);
    reason = pam_getenv(h.pamh, "WECOM_REASON");
    ck_assert_ptr_nonnull(reason);
    ck_assert_str_eq(reason, verdicts[_i].reason);
    host_close(&h);
}
END_TEST

static const struct {
    const char *result;
    int code;
} accounts[] = {
    {"result\nverdict=granted\naccount=valid\n", PAM_SUCCESS},
    {"result\nverdict=granted\naccount=expired\n", PAM_ACCT_EXPIRED},
    {"result\nverdict=granted\naccount=denied\n", PAM_PERM_DENIED},
    {"result\nverdict=granted\naccount=unknown\n", PAM_USER_UNKNOWN},
    {"result\nverdict=granted\naccount=unavailable\n", PAM_AUTHINFO_UNAVAIL},
    {"result\nverdict=granted\naccount=Valid\n", PAM_PERM_DENIED},
    {"result\nverdict=granted\naccount=ok\n", PAM_PERM_DENIED},
    {"result\nverdict=granted\n", PAM_PERM_DENIED},
    {"result\nverdict=denied\naccount=valid\n", PAM_PERM_DENIED},
    {"result\nverdict=unavailable\naccount=valid\n", PAM_PERM_DENIED},
    {"result\nverdict=unknown_user\naccount=valid\n", PAM_PERM_DENIED},
    {"result\nverdict=nonsense\naccount=valid\n", PAM_PERM_DENIED},
    {"result\nverdict=denied\naccount=expired\n", PAM_ACCT_EXPIRED},
    {"result\nverdict=denied\naccount=denied\n", PAM_PERM_DENIED},
    {"result\nverdict=denied\naccount=unknown\n", PAM_USER_UNKNOWN},
    {"result\nverdict=unavailable\naccount=unavailable\n", PAM_AUTHINFO_UNAVAIL},
    {"result\nverdict=granted\naccount=valid\nuser=lisi\n", PAM_PERM_DENIED},
    {"result\nverdict=granted\naccount=valid\nuser=zhangsan\nuserid=Zhang.San\n", PAM_SUCCESS},
};

START_TEST(every_account_verdict_has_its_pam_code) {
    struct host h = {0};

    helper_play(ACCOUNT(accounts[_i].result));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_account(&h), accounts[_i].code);
    host_close(&h);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/result");
    TCase *tc = tcase_create("table");

    tcase_add_test(tc, only_the_granted_row_succeeds);
    tcase_add_test(tc, zero_and_what_has_no_row_is_a_denial);
    tcase_add_test(tc, valid_counts_beside_granted_only);
    suite_add_tcase(s, tc);

    tc = place_case("libpam");
    tcase_add_loop_test(tc, every_verdict_has_its_pam_code_and_reason, 0,
                        (int)(sizeof verdicts / sizeof verdicts[0]));
    tcase_add_loop_test(tc, every_account_verdict_has_its_pam_code, 0,
                        (int)(sizeof accounts / sizeof accounts[0]));
    suite_add_tcase(s, tc);
    return s;
}
