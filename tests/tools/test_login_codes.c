/* PAM's return codes. */
#include "tools/login_codes.h"

#include <security/pam_appl.h>

#include "tests/tools/support.h"

START_TEST(every_code_of_libpam_has_its_row) {
    const struct login_code *row = login_code(_i);

    ck_assert_int_eq(row->code, _i);
    ck_assert_int_eq(strncmp(row->name, "PAM_", 4), 0);
    ck_assert_int_ne(row->reason, WECOM_REASON_NONE);
    for (int other = 0; other < _i; other++)
        ck_assert_str_ne(login_code(other)->name, row->name);
}
END_TEST

START_TEST(a_number_that_libpam_does_not_have_is_a_broken_stack) {
    static const int numbers[] = {-1, 32, 1000, INT_MAX};

    for (size_t i = 0; i < COUNT(numbers); i++) {
        ck_assert_str_eq(login_code(numbers[i])->name, "PAM_UNKNOWN");
        ck_assert_int_eq(login_code(numbers[i])->reason, WECOM_REASON_INTERNAL);
        ck_assert(login_code(numbers[i])->broken);
    }
}
END_TEST

static const struct {
    int code;
    const char *name;
    enum wecom_reason reason;
} known[] = {
    {PAM_AUTHINFO_UNAVAIL, "PAM_AUTHINFO_UNAVAIL", WECOM_REASON_HELPER_DOWN},
    {PAM_USER_UNKNOWN, "PAM_USER_UNKNOWN", WECOM_REASON_NOT_VISIBLE},
    {PAM_CONV_ERR, "PAM_CONV_ERR", WECOM_REASON_CANCELLED},
    {PAM_MAXTRIES, "PAM_MAXTRIES", WECOM_REASON_TOO_MANY_TRIES},
    {PAM_PERM_DENIED, "PAM_PERM_DENIED", WECOM_REASON_NOT_ALLOWED},
    {PAM_ACCT_EXPIRED, "PAM_ACCT_EXPIRED", WECOM_REASON_WITHDRAWN},
    {PAM_AUTH_ERR, "PAM_AUTH_ERR", WECOM_REASON_INTERNAL},
};

START_TEST(some_codes_tell_a_reason) {
    ck_assert_str_eq(login_code(known[_i].code)->name, known[_i].name);
    ck_assert_int_eq(login_code(known[_i].code)->reason, known[_i].reason);
    ck_assert(!login_code(known[_i].code)->broken);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_codes");
    TCase *tc = new_case(s, "codes", 10);

    /* 0 to PAM_INCOMPLETE, without a gap: <security/_pam_types.h> */
    tcase_add_loop_test(tc, every_code_of_libpam_has_its_row, 0, PAM_INCOMPLETE + 1);
    tcase_add_test(tc, a_number_that_libpam_does_not_have_is_a_broken_stack);
    tcase_add_loop_test(tc, some_codes_tell_a_reason, 0, COUNT(known));
    return s;
}
