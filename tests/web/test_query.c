/* A value of a query string: found, decoded, or the whole refused. */
#include "web/query.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* "code" is looked for; it has room for 8 bytes. */
static const struct {
    const char *query;
    enum query_result result;
    const char *value;
} queries[] = {
    {"code=abc", QUERY_GOOD, "abc"},
    {"state=x&code=abc", QUERY_GOOD, "abc"},
    {"code=abc&state=x", QUERY_GOOD, "abc"},
    {"&&code=abc&&", QUERY_GOOD, "abc"},
    {"code=", QUERY_GOOD, ""},
    {"code", QUERY_GOOD, ""},
    {"code=a=b", QUERY_GOOD, "a=b"},
    {"code=a+b", QUERY_GOOD, "a+b"},
    {"code=a%2Bb", QUERY_GOOD, "a+b"},
    {"code=%61%62%63", QUERY_GOOD, "abc"},
    {"code=%e4%BC%81", QUERY_GOOD, "\xE4\xBC\x81"},
    {"c%6Fde=abc", QUERY_GOOD, "abc"},
    {"code=12345678", QUERY_GOOD, "12345678"},
    {"code=%31%32%33%34%35%36%37%38", QUERY_GOOD, "12345678"},
    {"code=a%26b", QUERY_GOOD, "a&b"},
    {"code=a;code=b", QUERY_GOOD, "a;code=b"}, /* one parameter */
    {"", QUERY_ABSENT, ""},
    {"state=x", QUERY_ABSENT, ""},
    {"CODE=abc", QUERY_ABSENT, ""},
    {"codex=abc", QUERY_ABSENT, ""},
    {"cod=abc", QUERY_ABSENT, ""},
    {"xcode=abc", QUERY_ABSENT, ""},
    {"state=code=abc", QUERY_ABSENT, ""},
    {"state=code", QUERY_ABSENT, ""},
    {"code%00=abc", QUERY_ABSENT, ""},
    {"code[]=abc", QUERY_ABSENT, ""},
    {"=code", QUERY_ABSENT, ""},
    /* there twice, in whatever spelling */
    {"code=a&code=a", QUERY_BAD, ""},
    {"code=a&code", QUERY_BAD, ""},
    {"code&code", QUERY_BAD, ""},
    {"code=a&x=y&c%6fde=b", QUERY_BAD, ""},
    {"%63ode=a&code=b", QUERY_BAD, ""},
    /* not decodable, wherever */
    {"code=%", QUERY_BAD, ""},
    {"code=%4", QUERY_BAD, ""},
    {"code=%4g", QUERY_BAD, ""},
    {"code=%g4", QUERY_BAD, ""},
    {"code=% 4", QUERY_BAD, ""},
    {"code=a&state=%", QUERY_BAD, ""},
    {"state=%zz&code=a", QUERY_BAD, ""},
    {"%=a", QUERY_BAD, ""},
    {"code=%4&1=x", QUERY_BAD, ""},
    /* not the text that it must be */
    {"code=%00", QUERY_BAD, ""},
    {"code=a%00b", QUERY_BAD, ""},
    {"code=%0A", QUERY_BAD, ""},
    {"code=%7f", QUERY_BAD, ""},
    {"code=%1b[2J", QUERY_BAD, ""},
    {"code=%80", QUERY_BAD, ""},
    {"code=%e4%bc", QUERY_BAD, ""},
    {"code=%c0%80", QUERY_BAD, ""},
    {"code=123456789", QUERY_BAD, ""},
    {"code=%31%32%33%34%35%36%37%38%39", QUERY_BAD, ""},
};

static enum query_result find(const char *query, char out[9]) {
    char *copy = strdup(query), *room = malloc(9);
    enum query_result result;

    memset(room, 'x', 9);
    result = query_value(copy, "code", room, 9);
    memcpy(out, room, 9);
    free(room);
    free(copy);
    return result;
}

START_TEST(a_value_is_found_once_or_refused) {
    char value[9];

    ck_assert_msg(find(queries[_i].query, value) == queries[_i].result, "%s", queries[_i].query);
    ck_assert_str_eq(value, queries[_i].value);
}
END_TEST

START_TEST(no_query_has_no_value) {
    char value[9] = "old";

    ck_assert_int_eq(query_value(NULL, "code", value, sizeof value), QUERY_ABSENT);
    ck_assert_str_eq(value, "");
}
END_TEST

START_TEST(a_refused_query_leaves_nothing_of_the_value) {
    char value[9];

    ck_assert_int_eq(query_value("code=secret&code=x", "code", value, sizeof value), QUERY_BAD);
    for (size_t i = 0; i < sizeof value; i++)
        ck_assert_int_eq(value[i], 0);
}
END_TEST

START_TEST(every_truncation_and_changed_byte_is_survived) {
    static const char good[] = "state=a%2Bb&code=%61bc&x=%e4%bc%81";
    static const char bytes[] = "%&=+;4g\x01\x7F\xFF";
    char copy[sizeof good], value[9];

    for (size_t len = 0; len < sizeof good; len++) {
        memcpy(copy, good, len);
        copy[len] = '\0';
        (void)find(copy, value);
        ck_assert_ptr_nonnull(memchr(value, '\0', sizeof value));
        for (size_t i = 0; i < sizeof bytes - 1 && len < sizeof good - 1; i++) {
            memcpy(copy, good, sizeof good);
            copy[len] = bytes[i];
            (void)find(copy, value);
            ck_assert_ptr_nonnull(memchr(value, '\0', sizeof value));
        }
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("query");
    TCase *t = tcase_create("query");

    tcase_add_loop_test(t, a_value_is_found_once_or_refused, 0, COUNT(queries));
    tcase_add_test(t, no_query_has_no_value);
    tcase_add_test(t, a_refused_query_leaves_nothing_of_the_value);
    tcase_add_test(t, every_truncation_and_changed_byte_is_survived);
    suite_add_tcase(s, t);
    return s;
}
