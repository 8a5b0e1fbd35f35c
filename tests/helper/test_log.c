/* The log: one line for one event, whatever somebody else put into it. */
#include "helper/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/text.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

static int kept_stderr, capture;
static char out[65536];

static void setup(void) {
    capture = memfd_create("stderr", MFD_CLOEXEC);
    kept_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(capture, STDERR_FILENO), 0);
    log_open("wecom-helper", true, LOG_NOTICE);
}

static void teardown(void) {
    (void)dup2(kept_stderr, STDERR_FILENO);
    (void)close(kept_stderr);
    (void)close(capture);
}

/* All that came out so far. */
static const char *written(void) {
    ssize_t len;

    (void)fflush(stderr);
    len = pread(capture, out, sizeof out - 1, 0);
    ck_assert_int_ge(len, 0);
    out[len] = '\0';
    return out;
}

START_TEST(an_event_is_one_line_with_its_fields_in_order) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, "login granted");
    log_text(&l, "user", "zhangsan");
    log_text(&l, "rhost", NULL);
    log_text(&l, "method", "");
    log_number(&l, "ms", 1234);
    log_number(&l, "off", -9223372036854775807 - 1);
    log_text(&l, "name", "\xE5\xBC\xA0");
    log_end(&l);
    log_event(LOG_ERR, "cannot start", "why");
    log_event(LOG_ERR, "stopped", NULL);
    ck_assert_str_eq(written(), "wecom-helper: login granted user='zhangsan' ms='1234' "
                                "off='-9223372036854775808' name='\xE5\xBC\xA0'\n"
                                "wecom-helper: cannot start detail='why'\nwecom-helper: stopped\n");
}
END_TEST

static const struct {
    const char *value, *line;
} forged[] = {
    {"a\nwecom-helper: login granted user='root'",
     "a\\x0awecom-helper: login granted user=\\x27root\\x27"},
    {"x' reason='none", "x\\x27 reason=\\x27none"},
    {"\\x41", "\\x5cx41"},
    {"\x1B[2J\r\t", "\\x1b[2J\\x0d\\x09"},
    {"\xE2\x80\xAEtxt", "\\xe2\\x80\\xaetxt"},
    {"\xC2\x9B", "\\xc2\\x9b"},
    {"\xFF\xC3", "\\xff\\xc3"},
    {"%s%n%d", "%s%n%d"},
};

START_TEST(a_value_cannot_forge_a_line_or_a_field) {
    char want[256];

    log_event(LOG_NOTICE, "login denied", forged[_i].value);
    (void)snprintf(want, sizeof want, "wecom-helper: login denied detail='%s'\n", forged[_i].line);
    ck_assert_str_eq(written(), want);
}
END_TEST

START_TEST(lines_above_the_level_are_dropped) {
    static const int levels[] = {LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG};
    size_t lines = 0;

    log_set_level(levels[_i]);
    for (size_t i = 0; i < 5; i++)
        log_event(levels[i], "event", NULL);
    for (const char *c = written(); *c != '\0'; c++)
        lines += *c == '\n';
    ck_assert_uint_eq(lines, (size_t)_i + 1);
}
END_TEST

START_TEST(long_values_and_many_of_them_still_make_one_whole_line) {
    static const char *const fillers[] = {"a", "\xE5\xBC\xA0", "\n", "'", "\xF0\x9F\x98\x80"};
    const char *filler = fillers[_i];
    char value[4096] = "", *end = value;
    struct log_line l;
    const char *line;
    size_t quotes = 0;

    while ((size_t)(end - value) + 5 < sizeof value)
        end = stpcpy(end, filler);
    log_begin(&l, LOG_NOTICE, "event");
    for (int i = 0; i < 3 * LOG_FIELDS; i++)
        log_text(&l, "key", value);
    log_end(&l);
    line = written();
    ck_assert_uint_lt(strlen(line), LOG_LINE_BYTES + 64);
    ck_assert_uint_gt(strlen(line), LOG_LINE_BYTES / 2);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    ck_assert(text_is_utf8(line, strlen(line)));
    for (const char *c = line; *c != '\0'; c++)
        quotes += *c == '\'';
    ck_assert_uint_eq(quotes % 2, 0); /* no value is left open */
    ck_assert_int_eq(line[strlen(line) - 2], '\'');
}
END_TEST

START_TEST(at_most_twenty_fields_stand_in_a_line) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, "event");
    for (int i = 0; i < 25; i++)
        log_number(&l, "n", i);
    log_end(&l);
    ck_assert_ptr_nonnull(strstr(written(), " n='19'\n"));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("log");
    TCase *t = tcase_create("log");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_event_is_one_line_with_its_fields_in_order);
    tcase_add_loop_test(t, a_value_cannot_forge_a_line_or_a_field, 0, SUPPORT_COUNT(forged));
    tcase_add_loop_test(t, lines_above_the_level_are_dropped, 0, 5);
    tcase_add_loop_test(t, long_values_and_many_of_them_still_make_one_whole_line, 0, 5);
    tcase_add_test(t, at_most_twenty_fields_stand_in_a_line);
    suite_add_tcase(s, t);
    return s;
}
