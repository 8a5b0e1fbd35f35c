/* Questions to the helper and their rows, against a played helper. */
#include "tools/rows.h"

#include "common/words.h"
#include "tests/tools/support.h"

static const char *const good_rows[] = {
    "{}",
    "{\"a\":\"b\"}",
    "{\"a_1\":1,\"b\":true,\"c\":false,\"d\":null,\"e\":1.5,\"f\":-1}",
    " {\"a\":\"\\u4e2d\"} \n",
    "{\"a\":\"\"}",
};

START_TEST(a_flat_object_is_a_row) {
    json_t *row = rows_read(good_rows[_i]);

    ck_assert_ptr_nonnull(row);
    json_decref(row);
}
END_TEST

static const char *const bad_rows[] = {
    "",
    " ",
    "x",
    "null",
    "1",
    "\"a\"",
    "[]",
    "[{}]",
    "{",
    "{}}",
    "{} {}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\":1,\"a\":1}",
    "{\"a\":[]}",
    "{\"a\":{}}",
    "{\"A\":1}",
    "{\"\":1}",
    "{\"a b\":1}",
    "{\"a\\u001b\":1}",
    "{\"a12345678901234567890123456789012\":1}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\xFF\"}",
    "{\"a\":99999999999999999999}",
    "{\"a\":NaN}",
    "{'a':1}",
    "\xEF\xBB\xBF{}",
};

START_TEST(anything_else_is_none) {
    ck_assert_ptr_null(rows_read(bad_rows[_i]));
}
END_TEST

START_TEST(every_beginning_of_a_row_is_none) {
    static const char row[] = "{\"state\":\"failed\",\"n\":12,\"b\":true,\"d\":\"\\u4e2d\"}";

    for (size_t len = 0; len < sizeof row - 1; len++) {
        char *part = strndup(row, len);

        ck_assert_ptr_nonnull(part);
        ck_assert_ptr_null(rows_read(part));
        free(part);
    }
}
END_TEST

START_TEST(texts_of_a_row_are_cleaned) {
    json_t *row = rows_read("{\"a\":\"x\\u001b[31my\\u009b\\u202ez\\n\\u0007\",\"b\":\"\\u007f\"}");

    ck_assert_ptr_nonnull(row);
    ck_assert_str_eq(json_string_value(json_object_get(row, "a")), "x[31myz\n");
    ck_assert_str_eq(json_string_value(json_object_get(row, "b")), "");
    json_decref(row);
}
END_TEST

/* Counts rows; refuses the one with the name "stop". */
static bool count_row(void *context, json_t *row) {
    ++*(int *)context;
    return json_object_get(row, "stop") == NULL;
}

static int ask(const struct step *script, int timeout_ms, struct rows_end *end) {
    struct rows_question q = {
        .verb = WIRE_INFO, .service = "nocobase", .app = "main", .timeout_ms = timeout_ms};
    struct helper h;
    int count = 0;

    helper_start(&h, script);
    q.socket = h.socket;
    rows_ask(&q, count_row, &count, end);
    if (script[0].kind == STEP_READ) {
        ck_assert(helper_heard(&h, "info\n"));
        ck_assert(helper_heard(&h, "service=nocobase\n"));
        ck_assert(helper_heard(&h, "app=main\n"));
        ck_assert(helper_heard(&h, "deadline_ms="));
    }
    helper_stop(&h);
    return count;
}

START_TEST(rows_come_one_by_one_until_the_result) {
    static const struct step script[] = {
        READ,
        READY,
        ROW("{\"a\":1}"),
        ROW("{}"),
        SEND("result\nverdict=granted\nreason=internal\nmessage=a\xC2\x9B[1m\xE2\x80\xAE"
             "b%0Ac\n"),
        END};
    struct rows_end end;

    ck_assert_int_eq(ask(script, 5000, &end), 2);
    ck_assert_int_eq(end.error, WECOM_OK);
    ck_assert(end.reached);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_GRANTED);
    ck_assert_int_eq(end.reason, WECOM_REASON_INTERNAL);
    ck_assert_str_eq(end.message, "a[1mb\nc");
}
END_TEST

/* Each ends without a verdict. */
static const struct {
    struct step script[8];
    enum wecom_error error;
    bool reached;
} failing[] = {
    {{READ, END}, WECOM_E_CLOSED, false},
    {{READ, HANG, END}, WECOM_E_TIMEOUT, false},
    {{READ, SEND("garbage"), END}, WECOM_E_FORMAT, false},
    {{READ, GRANTED, END}, WECOM_E_FORMAT, false},
    {{READ, ROW("{}"), END}, WECOM_E_FORMAT, false},
    {{READ, READY, END}, WECOM_E_CLOSED, true},
    {{READ, READY, HANG, END}, WECOM_E_TIMEOUT, true},
    {{READ, READY, READY, GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, SEND("ask\nprompt=x\necho=no\n"), GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, SEND("result\n"), END}, WECOM_E_FORMAT, true},
    {{READ, READY, SEND("row\njson={}"), GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, ROW("{"), GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, ROW("[]"), GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, ROW("{\"stop\":1}"), GRANTED, END}, WECOM_E_FORMAT, true},
    {{READ, READY, {STEP_FLOOD, "{\"a\":1}", ROWS_MAX + 1}, GRANTED, END}, WECOM_E_TOO_LONG, true},
};

START_TEST(an_exchange_that_breaks_off_has_no_verdict) {
    struct rows_end end;

    (void)ask(failing[_i].script, 1500, &end);
    ck_assert_int_eq(end.error, failing[_i].error);
    ck_assert(end.reached == failing[_i].reached);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_NONE);
}
END_TEST

START_TEST(as_many_rows_as_allowed_are_taken) {
    static const struct step script[] = {
        READ, READY, {STEP_FLOOD, "{\"a\":1}", ROWS_MAX}, GRANTED, END};
    struct rows_end end;

    ck_assert_int_eq(ask(script, 60000, &end), ROWS_MAX);
    ck_assert_int_eq(end.error, WECOM_OK);
}
END_TEST

START_TEST(rows_are_bounded_in_bytes_too) {
    static char row[12000];
    struct step script[] = {READ, READY, {STEP_FLOOD, row, ROWS_MAX - 1}, GRANTED, END};
    struct rows_end end;
    int count;

    memset(row, 'x', sizeof row - 1);
    memcpy(row, "{\"a\":\"", 6);
    memcpy(row + sizeof row - 3, "\"}", 2);
    count = ask(script, 60000, &end);
    ck_assert_int_eq(end.error, WECOM_E_TOO_LONG);
    ck_assert_int_eq(count, ROWS_MAX_BYTES / (int)(sizeof row - 1));
}
END_TEST

START_TEST(a_long_answer_may_have_more_rows) {
    static const struct step script[] = {
        READ, READY, {STEP_FLOOD, "{\"a\":1}", ROWS_MAX + 100}, GRANTED, END};
    struct rows_question q = {
        .verb = WIRE_ADMIN, .command = "x", .is_long = true, .timeout_ms = 60000};
    struct rows_end end;
    struct helper h;
    int count = 0;

    helper_start(&h, script);
    q.socket = h.socket;
    rows_ask(&q, count_row, &count, &end);
    ck_assert_int_eq(end.error, WECOM_OK);
    ck_assert_int_eq(count, ROWS_MAX + 100);
    helper_stop(&h);
}
END_TEST

/* Three rows, then no more. */
static const char *feed_three(void *context) {
    static const char *const texts[] = {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}", NULL};
    int *at = context;

    return texts[(*at)++];
}

START_TEST(rows_of_ours_follow_the_question) {
    static const struct step script[] = {READ, READY, READ, READ, READ, ROW("{}"), GRANTED, END};
    int at = 0, count = 0;
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .command = "x",
                              .args = "{\"a\":1}",
                              .feed = feed_three,
                              .feed_context = &at,
                              .timeout_ms = 60000};
    struct rows_end end;
    struct helper h;

    helper_start(&h, script);
    q.socket = h.socket;
    rows_ask(&q, count_row, &count, &end);
    ck_assert_int_eq(end.error, WECOM_OK);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_GRANTED);
    ck_assert_int_eq(count, 1);
    helper_wait(&h);
    ck_assert(helper_heard(&h, "json={\"a\":1}\n"));
    ck_assert(helper_heard(&h, "row\njson={\"n\":3}\n"));
    helper_stop(&h);
}
END_TEST

static const char *feed_for_ever(void *context) {
    return ++*(int *)context < 100000 ? "{\"n\":1}" : NULL;
}

START_TEST(a_helper_that_stops_listening_is_heard_all_the_same) {
    static const struct step script[] = {READ, READY, READ,
                                         SEND("result\nverdict=denied\nmessage=enough\n"), END};
    int at = 0, count = 0;
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .command = "x",
                              .feed = feed_for_ever,
                              .feed_context = &at,
                              .timeout_ms = 60000};
    struct rows_end end;
    struct helper h;

    helper_start(&h, script);
    q.socket = h.socket;
    rows_ask(&q, count_row, &count, &end);
    ck_assert_int_eq(end.error, WECOM_OK);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_DENIED);
    ck_assert_str_eq(end.message, "enough");
    helper_stop(&h);
}
END_TEST

START_TEST(a_long_time_is_sent_as_the_longest_there_is) {
    static const struct step script[] = {READ, READY, GRANTED, END};
    struct rows_question q = {.verb = WIRE_ADMIN, .command = "x", .timeout_ms = 7200000};
    struct rows_end end;
    struct helper h;
    int count = 0;

    helper_start(&h, script);
    q.socket = h.socket;
    rows_ask(&q, count_row, &count, &end);
    helper_wait(&h);
    ck_assert(helper_heard(&h, "deadline_ms=600000\n"));
    helper_stop(&h);
}
END_TEST

START_TEST(a_word_that_is_no_verdict_is_none) {
    static const struct step script[] = {READ, READY,
                                         SEND("result\nverdict=grantedx\nreason=nonesuch\n"), END};
    struct rows_end end;

    (void)ask(script, 5000, &end);
    ck_assert_int_eq(end.error, WECOM_OK);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_NONE);
    ck_assert_int_eq(end.reason, WECOM_REASON_NONE);
    ck_assert_str_eq(end.message, "");
}
END_TEST

START_TEST(what_does_not_fit_the_protocol_is_not_sent) {
    struct rows_question q = {.verb = WIRE_INFO, .socket = "/nonexistent", .timeout_ms = 1000};
    struct rows_end end;
    int count = 0;

    q.service = "a b";
    rows_ask(&q, count_row, &count, &end);
    ck_assert_int_eq(end.error, WECOM_E_FORMAT);
    q.service = NULL; /* a field that is needed */
    q.socket = "/";
    rows_ask(&q, count_row, &count, &end);
    ck_assert_int_ne(end.error, WECOM_OK);
    ck_assert_int_eq(end.verdict, WECOM_VERDICT_NONE);
}
END_TEST

static const struct {
    struct rows_end end;
    enum wecom_reason reason;
    const char *en, *zh;
} troubles[] = {
    {{.error = WECOM_E_CLOSED}, WECOM_REASON_HELPER_DOWN, "systemctl status", "没有 helper 应答"},
    {{.error = WECOM_E_TIMEOUT}, WECOM_REASON_HELPER_DOWN, "systemctl status", "没有 helper 应答"},
    {{.error = WECOM_E_CLOSED, .reached = true}, WECOM_REASON_HELPER_DOWN, "hung up", "断开"},
    {{.error = WECOM_E_TIMEOUT, .reached = true}, WECOM_REASON_TIMEOUT, "within 10 s", "10 秒"},
    {{.error = WECOM_E_PEER}, WECOM_REASON_HELPER_DOWN, "not trusted", "不可信任"},
    {{.error = WECOM_E_FORMAT}, WECOM_REASON_INTERNAL, "same version", "版本一致"},
    {{.error = WECOM_E_TOO_LONG, .reached = true}, WECOM_REASON_INTERNAL, "more than", "上限"},
    {{.error = WECOM_E_MEMORY}, WECOM_REASON_INTERNAL, "memory", "内存"},
    {{.error = WECOM_E_SYSTEM, .system_error = EACCES},
     WECOM_REASON_HELPER_DOWN,
     "as root",
     "root 身份"},
    {{.error = WECOM_E_SYSTEM, .system_error = EPERM},
     WECOM_REASON_HELPER_DOWN,
     "as root",
     "root 身份"},
    {{.error = WECOM_E_SYSTEM, .system_error = EMFILE},
     WECOM_REASON_HELPER_DOWN,
     "Too many open",
     "无法询问"},
};

START_TEST(every_trouble_has_a_sentence_in_both_languages) {
    struct rows_question q = {.socket = "/run/x.sock", .timeout_ms = 10000};
    char text[TEXTS_MAX_BYTES];

    ck_assert_int_eq(rows_trouble(&q, &troubles[_i].end, TEXT_HELPER_FORBIDDEN_ADMIN, TEXTS_BOTH,
                                  text, sizeof text),
                     troubles[_i].reason);
    assert_has(text, troubles[_i].en);
    assert_has(text, troubles[_i].zh);
    assert_lacks(text, "{");
    if (troubles[_i].end.error != WECOM_E_MEMORY)
        assert_has(text, "/run/x.sock");
}
END_TEST

static const struct {
    const char *row;
    bool failed;
} states[] = {
    {"{\"state\":\"ok\"}", false},
    {"{\"state\":\"warning\"}", false},
    {"{\"state\":\"skipped\"}", false},
    {"{\"state\":\"failed\"}", true},
    {"{\"state\":\"fine\"}", true},
    {"{\"state\":\"\"}", true},
    {"{\"state\":null}", true},
    {"{\"state\":true}", true},
    {"{}", true},
};

START_TEST(a_state_that_nobody_knows_has_failed) {
    json_t *row = rows_read(states[_i].row);

    ck_assert_ptr_nonnull(row);
    ck_assert(rows_failed(row) == states[_i].failed);
    json_decref(row);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("rows");
    TCase *tc = new_case(s, "reading", 10);

    tcase_add_loop_test(tc, a_flat_object_is_a_row, 0, COUNT(good_rows));
    tcase_add_loop_test(tc, anything_else_is_none, 0, COUNT(bad_rows));
    tcase_add_test(tc, every_beginning_of_a_row_is_none);
    tcase_add_test(tc, texts_of_a_row_are_cleaned);
    tcase_add_loop_test(tc, a_state_that_nobody_knows_has_failed, 0, COUNT(states));
    tcase_add_loop_test(tc, every_trouble_has_a_sentence_in_both_languages, 0, COUNT(troubles));
    tc = new_case(s, "asking", 100);
    tcase_add_test(tc, rows_come_one_by_one_until_the_result);
    tcase_add_loop_test(tc, an_exchange_that_breaks_off_has_no_verdict, 0, COUNT(failing));
    tcase_add_test(tc, as_many_rows_as_allowed_are_taken);
    tcase_add_test(tc, rows_are_bounded_in_bytes_too);
    tcase_add_test(tc, a_word_that_is_no_verdict_is_none);
    tcase_add_test(tc, what_does_not_fit_the_protocol_is_not_sent);
    tcase_add_test(tc, a_long_answer_may_have_more_rows);
    tcase_add_test(tc, rows_of_ours_follow_the_question);
    tcase_add_test(tc, a_helper_that_stops_listening_is_heard_all_the_same);
    tcase_add_test(tc, a_long_time_is_sent_as_the_longest_there_is);
    return s;
}
