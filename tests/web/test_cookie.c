/* Our cookie among others, and what is taken for it. */
#include "web/cookie.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))
#define A "__Host-wecom="
#define ID "0123456789abcdef"
#define ID64 ID ID ID ID

static const struct {
    const char *header, *second; /* a further header, or NULL */
    const char *value;
} headers[] = {
    {A ID, NULL, ID},
    {"a=b; " A ID, NULL, ID},
    {A ID "; a=b", NULL, ID},
    {"a=b;" A ID ";c=d", NULL, ID},
    {"  " A ID "  ;  ", NULL, ID},
    {";;; " A ID, NULL, ID},
    {A "AZ-az_09AZ-az_09", NULL, "AZ-az_09AZ-az_09"},
    {A ID64, NULL, ID64},
    {"a=b", A ID, ID},
    {A ID, A ID, ID},
    {A ID "; " A ID, NULL, ID},
    /* none of ours */
    {"", NULL, ""},
    {"a=b", NULL, ""},
    {A, NULL, ""},
    {A "0123456789abcde", NULL, ""},
    {A ID64 "0", NULL, ""},
    {A ID "=", NULL, ""},
    {A "\"" ID "\"", NULL, ""},
    {A ID "%41", NULL, ""},
    {A " " ID, NULL, ""},
    {A ID " x", NULL, ""},
    {A ID ",", NULL, ""},
    {"__host-wecom=" ID, NULL, ""},
    {"x" A ID, NULL, ""},
    {"__Host-wecom ; " ID, NULL, ""},
    {"__Host-wecom", NULL, ""},
    {"__Host-wecom" ID, NULL, ""},
    {"__Host-wecomx=" ID, NULL, ""},
    {"a=" A ID, NULL, ""},
    {"wecom=" ID, NULL, ""},
    /* two that differ: somebody planted one of them */
    {A ID "; " A "fedcba9876543210", NULL, ""},
    {A ID, A "fedcba9876543210", ""},
    {A ID "; " A "x", NULL, ""},
    {A ID "; " A, NULL, ""},
    {A "; " A ID, NULL, ""},
    {A "x; " A ID, NULL, ""},
    {A ID "; " A ID "0", NULL, ""},
    {A ID "0; " A ID, NULL, ""},
    {A ID "; " A "fedcba9876543210; " A ID, NULL, ""},
};

START_TEST(the_cookie_counts_once_and_in_our_form) {
    struct cookie cookie = {.spoilt = false};
    char *copy = strdup(headers[_i].header);

    cookie_read(&cookie, copy);
    free(copy);
    if (headers[_i].second != NULL)
        cookie_read(&cookie, headers[_i].second);
    ck_assert_str_eq(cookie.value, headers[_i].value);
}
END_TEST

START_TEST(a_spoilt_cookie_leaves_nothing_behind) {
    struct cookie cookie = {.spoilt = false};

    cookie_read(&cookie, A ID "; " A "fedcba9876543210");
    for (size_t i = 0; i < sizeof cookie.value; i++)
        ck_assert_int_eq(cookie.value[i], 0);
}
END_TEST

START_TEST(a_value_is_what_it_must_be) {
    ck_assert(cookie_is_value(ID));
    ck_assert(cookie_is_value(ID64));
    ck_assert(!cookie_is_value(""));
    ck_assert(!cookie_is_value("0123456789abcde"));
    ck_assert(!cookie_is_value(ID64 "0"));
    ck_assert(!cookie_is_value(ID "\r\nX: y"));
    ck_assert(!cookie_is_value(ID ";"));
}
END_TEST

START_TEST(every_truncation_and_changed_byte_is_survived) {
    static const char good[] = "a=b; " A ID "; c=\"d\"";
    static const char bytes[] = ";= \t,%\x01\xFF";
    char copy[sizeof good];

    for (size_t len = 0; len < sizeof good; len++) {
        struct cookie cookie = {.spoilt = false};
        char *exact = strndup(good, len);

        cookie_read(&cookie, exact);
        ck_assert(cookie.value[0] == '\0' || cookie_is_value(cookie.value));
        free(exact);
        for (size_t i = 0; i < sizeof bytes - 1 && len < sizeof good - 1; i++) {
            cookie = (struct cookie){.spoilt = false};
            memcpy(copy, good, sizeof good);
            copy[len] = bytes[i];
            exact = strdup(copy);
            cookie_read(&cookie, exact);
            ck_assert(cookie.value[0] == '\0' || cookie_is_value(cookie.value));
            free(exact);
        }
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("cookie");
    TCase *t = tcase_create("cookie");

    tcase_add_loop_test(t, the_cookie_counts_once_and_in_our_form, 0, COUNT(headers));
    tcase_add_test(t, a_spoilt_cookie_leaves_nothing_behind);
    tcase_add_test(t, a_value_is_what_it_must_be);
    tcase_add_test(t, every_truncation_and_changed_byte_is_survived);
    suite_add_tcase(s, t);
    return s;
}
