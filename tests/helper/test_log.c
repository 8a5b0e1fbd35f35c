/* The log: one line for one event, whatever somebody else put into it. */
#include "helper/log.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

/* A journal of the test's: its sockets in a mount name space where /run is empty. */
static int journal_socket(int type, const char *path) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Standard error leads to that journal; the other end is returned. */
static int journal_stream(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/stdout"};
    int listener = journal_socket(SOCK_STREAM, at.sun_path), fd;

    ck_assert_int_eq(listen(listener, 1), 0);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
    (void)close(fd);
    fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    ck_assert_int_ge(fd, 0);
    (void)close(listener);
    return fd;
}

static const char *received(int fd) {
    ssize_t n = recv(fd, out, sizeof out - 1, MSG_DONTWAIT);

    out[n > 0 ? n : 0] = '\0';
    return out;
}

START_TEST(a_unit_s_lines_reach_the_journal_with_level_and_fields) {
    int datagrams, stream;
    struct log_line l;

    ck_assert_msg(unshare(CLONE_NEWNS) == 0 &&
                      mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
                      mount("tmpfs", "/run", "tmpfs", 0, NULL) == 0,
                  "name spaces need root");
    ck_assert(mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0);
    datagrams = journal_socket(SOCK_DGRAM, "/run/systemd/journal/socket");
    stream = journal_stream();

    log_event(LOG_ERR, "cannot start", "why");
    ck_assert_str_eq(received(stream), "<3>cannot start detail='why'\n");
    log_open("wecom-helper", true, LOG_NOTICE);
    log_begin(&l, LOG_NOTICE, "login denied");
    log_text(&l, "id", "w7ksrhvh");
    log_text(&l, "detail", "a\nPRIORITY=0");
    log_end(&l);
    ck_assert_str_eq(received(datagrams),
                     "MESSAGE=login denied id='w7ksrhvh' detail='a\\x0aPRIORITY=0'\nPRIORITY=5\n"
                     "SYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=wecom-helper\nWECOM_ID=w7ksrhvh\n"
                     "WECOM_DETAIL=a\\x0aPRIORITY=0\n");
    ck_assert_str_eq(received(stream), "");
    (void)close(datagrams);
    (void)close(stream);
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
    tcase_add_test(t, a_unit_s_lines_reach_the_journal_with_level_and_fields);
    suite_add_tcase(s, t);
    return s;
}
