/* wecomctl recovery, against a played helper: what it asks, what it shows, how it ends. */
#include "tests/tools/support.h"

#define CODES "01-AAAA-BBBB-CCCC-DDDD 02-EEEE-FFFF-GGGG-HHHH"
#define RECOVERY(codes)                                                                          \
    ROW("{\"kind\":\"recovery\",\"account\":\"abcdefghijklmnopqrstuvwxyz\",\"userid\":\"LiSi\"," \
        "\"login\":\"lisi\",\"voided\":3,\"codes\":\"" codes "\"}")

static struct helper h;
static struct run r;

static void done(void) {
    run_free(&r);
    helper_stop(&h);
}

#define CTL(script, ...)                                                                \
    do {                                                                                \
        helper_start(&h, (script));                                                     \
        run_plain(&r, "wecomctl", "recovery", "--socket", h.socket, __VA_ARGS__, NULL); \
    } while (0)

static void heard(const char *text) {
    ck_assert_msg(helper_heard(&h, text), "the helper did not hear: %s", text);
}

static const struct step issued[] = {
    READ,
    READY,
    RECOVERY(CODES),
    ROW("{\"kind\":\"note\",\"text\":\"A note.\",\"text_zh\":\"提示。\"}"),
    GRANTED,
    END};

START_TEST(codes_stand_on_lines_of_their_own_with_what_to_do_with_them) {
    CTL(issued, "lisi", "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(r.err, "");
    heard("command=recovery.issue\n");
    heard("json={\"user\":\"lisi\"}\n");
    assert_has(r.out, "New recovery codes of lisi; all earlier ones (3 were left) are void:\n\n"
                      "    01-AAAA-BBBB-CCCC-DDDD\n"
                      "    02-EEEE-FFFF-GGGG-HHHH\n\n");
    assert_has(r.out, "They are shown this once.");
    assert_has(r.out, "A note.\n");
    done();
    CTL(issued, "lisi");
    assert_has(r.out, "全部作废");
    assert_has(r.out, "void");
    done();
}
END_TEST

START_TEST(programs_get_the_row) {
    json_t *json;

    CTL(issued, "lisi", "--json");
    ck_assert_int_eq(r.status, 0);
    json = json_loads(r.out, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(
                         json_array_get(json_object_get(json, "rows"), 0), "codes")),
                     CODES);
    json_decref(json);
    done();
}
END_TEST

START_TEST(codes_are_revoked) {
    static const struct step script[] = {READ, READY, RECOVERY(""), GRANTED, END};

    CTL(script, "--revoke", "lisi", "--lang", "en");
    ck_assert_int_eq(r.status, 0);
    heard("command=recovery.revoke\n");
    ck_assert_str_eq(r.out, "lisi has no recovery codes any more (3 were left).\n");
    done();
}
END_TEST

START_TEST(a_refusal_is_told) {
    static const struct step script[] = {
        READ, READY,
        ROW("{\"kind\":\"refusal\",\"why\":\"unknown_account\",\"text\":\"No such account.\","
            "\"text_zh\":\"没有此账户。\"}"),
        SEND("result\nverdict=denied\nmessage=No such account.\n"), END};

    CTL(script, "nobody-here");
    ck_assert_int_eq(r.status, 1);
    ck_assert_str_eq(r.out, "");
    assert_has(r.err, "No such account.");
    assert_has(r.err, "没有此账户。");
    done();
    CTL(script, "nobody-here", "--json");
    ck_assert_int_eq(r.status, 1);
    assert_has(r.out, "\"reason\":\"unknown_account\"");
    done();
}
END_TEST

static const char *const bad[][4] = {
    {NULL}, {"a", "b"}, {""}, {"a", "--new"}, {"--revoke"},
};

START_TEST(a_command_line_that_is_none_asks_nobody) {
    run_plain(&r, "wecomctl", "recovery", "--socket", "/nonexistent", bad[_i][0], bad[_i][1],
              bad[_i][2], NULL);
    ck_assert_int_eq(r.status, 2);
    ck_assert_str_eq(r.out, "");
    run_free(&r);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("ctl_recovery");
    TCase *t = tcase_create("ctl_recovery");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, codes_stand_on_lines_of_their_own_with_what_to_do_with_them);
    tcase_add_test(t, programs_get_the_row);
    tcase_add_test(t, codes_are_revoked);
    tcase_add_test(t, a_refusal_is_told);
    tcase_add_loop_test(t, a_command_line_that_is_none_asks_nobody, 0, COUNT(bad));
    suite_add_tcase(s, t);
    return s;
}
