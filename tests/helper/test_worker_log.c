/* Lines of the log from the second process. */
#include "helper/worker_log.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static struct log_line passed;
static int lines;

static void pass(void *arg, const struct log_line *line) {
    (void)arg;
    passed = *line;
    lines++;
}

static void setup(void) {
    log_open("test", true, LOG_INFO);
    log_pass_on(pass, NULL);
}

static void teardown(void) {
    log_pass_on(NULL, NULL);
}

static json_t *a_line(int level) {
    struct log_line l;

    log_begin(&l, level, "account made");
    log_text(&l, "userid", "a'b\n");
    log_number(&l, "uid", 42);
    return worker_log_pack(&l);
}

START_TEST(a_line_comes_out_as_it_was_made_with_its_fields) {
    json_t *message = a_line(LOG_INFO);

    ck_assert(worker_log_write(message));
    ck_assert_int_eq(lines, 1);
    ck_assert_int_eq(passed.level, LOG_INFO);
    ck_assert_str_eq(passed.text, "account made userid='a\\x27b\\x0a' uid='42'");
    ck_assert_int_eq(passed.fields, 2);
    ck_assert_str_eq(passed.field[1].key, "uid");
    ck_assert_int_eq(strncmp(passed.text + passed.field[1].value_at, "42", 2), 0);
    ck_assert_int_eq(passed.field[1].value_len, 2);
    json_decref(message);
}
END_TEST

START_TEST(our_own_level_decides_what_is_written) {
    json_t *message = a_line(LOG_DEBUG);

    ck_assert(worker_log_write(message));
    ck_assert_int_eq(lines, 0);
    json_decref(message);
}
END_TEST

static const char *const odd[] = {
    "{}",
    "{\"level\":6,\"text\":\"x\"}",
    "{\"level\":6,\"fields\":[]}",
    "{\"level\":8,\"text\":\"x\",\"fields\":[]}",
    "{\"level\":-1,\"text\":\"x\",\"fields\":[]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[1]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",0]]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",0,2]]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",2,0]]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",-1,1]]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",1,-1]]}",
    "{\"level\":6,\"text\":\"x\",\"fields\":[[\"k\",2147483647,2147483647]]}",
};

START_TEST(what_is_no_line_is_not_written) {
    json_t *message = json_loads(odd[_i], 0, NULL);

    ck_assert(!worker_log_write(message));
    ck_assert_int_eq(lines, 0);
    json_decref(message);
}
END_TEST

START_TEST(more_fields_than_a_line_can_have_are_refused) {
    json_t *message = json_pack("{s:i, s:s, s:[]}", "level", 6, "text", "x", "fields");

    for (int i = 0; i <= LOG_FIELDS; i++) {
        lines = 0;
        ck_assert(worker_log_write(message));
        ck_assert_int_eq(json_array_append_new(json_object_get(message, "fields"),
                                               json_pack("[s, i, i]", "k", 0, 1)),
                         0);
    }
    ck_assert(!worker_log_write(message));
    json_decref(message);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker_log");
    TCase *t = tcase_create("worker_log");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_line_comes_out_as_it_was_made_with_its_fields);
    tcase_add_test(t, our_own_level_decides_what_is_written);
    tcase_add_loop_test(t, what_is_no_line_is_not_written, 0, SUPPORT_COUNT(odd));
    tcase_add_test(t, more_fields_than_a_line_can_have_are_refused);
    suite_add_tcase(s, t);
    return s;
}
