/* One line of the log: bounded, escaped, no half a pair. */
#include "pam_wecom/log.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

static void log_pairs(const struct log_pair *pairs, size_t count) {
    struct host h = {0};

    stack_write("web", "auth required pam_deny.so\n");
    host_start(&h, "web", "x");
    log_event(h.pamh, 5, "event", pairs, count);
    host_close(&h);
}

START_TEST(pairs_without_a_value_are_left_out) {
    log_pairs((struct log_pair[]){{"a", "1"}, {"b", NULL}, {"c", ""}, {"d", "x y"}}, 4);
    ck_assert(log_has(5, "event a='1' d='x y'"));
}
END_TEST

START_TEST(values_cannot_end_their_quotes_or_the_line) {
    log_pairs((struct log_pair[]){{"a", "x' b='y"}, {"c", "1\n2\x1B%s%n"}}, 2);
    ck_assert(log_has(5, "event a='x\\x27 b=\\x27y' c='1\\x0a2\\x1b%s%n'"));
}
END_TEST

START_TEST(a_line_has_an_end) {
    char wide[5000];

    memset(wide, 'w', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    log_pairs((struct log_pair[]){{"a", wide}, {"b", wide}, {"c", wide}, {"d", "end"}}, 4);
    ck_assert(log_has(5, "event a='www"));
    log_pairs(NULL, 0);
    ck_assert(log_has(5, "event"));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/log");
    TCase *tc = place_case("log");

    tcase_add_test(tc, pairs_without_a_value_are_left_out);
    tcase_add_test(tc, values_cannot_end_their_quotes_or_the_line);
    tcase_add_test(tc, a_line_has_an_end);
    suite_add_tcase(s, tc);
    return s;
}
