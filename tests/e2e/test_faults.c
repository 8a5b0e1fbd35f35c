/* WeCom answers something odd, late, or not at all. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

static void clear(void) {
    ck_assert(sim_faults_clear(place.sim));
}

static const char *consented(const char *userid) {
    return talk_mint("{\"agent_id\":%d,\"userid\":\"%s\",\"ticket\":true}", AGENT, userid);
}

static const char *const paths[] = {GETTOKEN, GETUSERINFO, USER_GET};

enum { PATHS = 3 };

/* `tries`: how often the call is made when it goes on like this. */
static const struct odd {
    const char *fault, *reason, *what_to_do;
    int tries;
} odd[] = {
    {"\"kind\":\"close_before\"", "wecom_unreachable", "connection broke", 2},
    {"\"kind\":\"close_mid\"", "wecom_unreachable", "connection broke", 2},
    {"\"kind\":\"garbage\"", "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"truncated_json\"", "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"huge_bytes\",\"huge_bytes\":1000000", "wecom_unreachable",
     "did not come from WeCom", 2},
    {"\"kind\":\"huge_bytes\",\"huge_bytes\":30000000", "wecom_unreachable",
     "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"\"", "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"[]\"", "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"null\"", "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"errcode\\\":0,\\\"userid\\\":"
     "\\\"lisi\\\"}\"",
     "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":\\\"0\\\",\\\"userid\\\":\\\"lisi\\\"}\"",
     "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":null,\\\"userid\\\":\\\"lisi\\\"}\"",
     "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0.0,\\\"userid\\\":\\\"lisi\\\"}\"",
     "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"errmsg\\\":\\\"ok. Warning: wrong json "
     "format. \\\",\\\"userid\\\":\\\"lisi\\\"}\"",
     "wecom_unreachable", "did not come from WeCom", 2},
    {"\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"errmsg\\\":\\\"ok\\\"}\"", "internal",
     NULL, 1},
    {"\"kind\":\"body\",\"body\":\"{}\"", "internal", NULL, 1},
    {"\"kind\":\"http_status\",\"http_status\":301", "wecom_unreachable", "HTTP status 301", 1},
    {"\"kind\":\"http_status\",\"http_status\":302", "wecom_unreachable", "HTTP status 302", 1},
    {"\"kind\":\"http_status\",\"http_status\":400", "wecom_unreachable", "HTTP status 400", 1},
    {"\"kind\":\"http_status\",\"http_status\":403", "wecom_unreachable", "HTTP status 403", 1},
    {"\"kind\":\"http_status\",\"http_status\":404", "wecom_unreachable", "HTTP status 404", 1},
    {"\"kind\":\"http_status\",\"http_status\":429", "wecom_busy", "HTTP status 429", 3},
    {"\"kind\":\"http_status\",\"http_status\":500", "wecom_busy", "HTTP status 500", 3},
    {"\"kind\":\"http_status\",\"http_status\":502", "wecom_busy", "HTTP status 502", 3},
    {"\"kind\":\"http_status\",\"http_status\":503", "wecom_busy", "HTTP status 503", 3},
};

enum { ODD = sizeof odd / sizeof odd[0] };

static void spoil(const char *path, const char *fault, const char *more) {
    ck_assert(sim_fault(place.sim, "{\"path\":\"%s\",%s%s}", path, fault, more));
}

START_TEST(an_answer_of_no_use_lets_nobody_in_and_is_not_hammered) {
    const struct odd *o = &odd[_i % ODD];
    const char *path = paths[_i / ODD], *line;
    struct answer a;
    int before;

    helper_begin();
    for (int warm = 0; warm < 2; warm++) { /* the second time over a connection that is there */
        const char *person = warm ? "wangwu" : "zhangsan";

        spoil(path, o->fault, ",\"executed\":false,\"times\":0");
        before = count(path);
        a = LOGIN(person);
        UNAVAILABLE(a, o->reason);
        answer_reads(&a, o->reason);
        line = helper_line(0, a.id);
        ck_assert_msg(o->what_to_do == NULL || strstr(line, o->what_to_do) != NULL, "%s", line);
        ck_assert_msg(strstr(line, strchr(path + 9, '/') != NULL ? path + 9 : "gettoken") != NULL,
                      "%s", line);
        ck_assert_int_eq(count(path) - before, o->tries);
        clear();
        GRANTED(LOGIN("lisi"), "lisi"); /* and then all is well, without a restart */
        if (strcmp(path, GETTOKEN) == 0 || o->tries != 2)
            break; /* there is a token now, or the connection makes no difference */
    }
}
END_TEST

START_TEST(an_answer_that_is_lost_once_is_asked_for_once_more) {
    static const char *const faults[] = {"\"kind\":\"close_before\"", "\"kind\":\"close_mid\"",
                                         "\"kind\":\"garbage\"", "\"kind\":\"truncated_json\"",
                                         "\"kind\":\"huge_bytes\",\"huge_bytes\":1000000"};
    static const char *const people[PATHS] = {"zhangsan", "lisi", "wangwu"};
    int before;

    helper_begin();
    for (int p = 0; p < PATHS; p++) {
        spoil(paths[p], faults[_i], ",\"executed\":false");
        before = count(paths[p]);
        GRANTED(LOGIN(people[p]), people[p]);
        ck_assert_int_eq(count(paths[p]) - before, 2);
    }
}
END_TEST

/* Also over a kept connection, where libraries like to repeat a request on their own. */
START_TEST(a_lost_answer_that_used_the_code_up_says_get_a_new_one) {
    static const char *const faults[] = {
        "\"kind\":\"close_before\"",   "\"kind\":\"close_mid\"",
        "\"kind\":\"garbage\"",        "\"kind\":\"truncated_json\"",
        "\"kind\":\"errcode_string\"", "\"kind\":\"huge_bytes\",\"huge_bytes\":1000000"};
    struct answer a;

    helper_begin();
    for (int warm = 0; warm < 2; warm++) {
        int before = count(GETUSERINFO);

        spoil(GETUSERINFO, faults[_i], ",\"executed\":true");
        a = LOGIN("zhangsan");
        DENIED(a, "code_invalid");
        ck_assert_int_eq(count(GETUSERINFO) - before, 2);
        answer_reads(&a, "code_lost");
        GRANTED(LOGIN("zhangsan"), "zhangsan");
    }
}
END_TEST

START_TEST(a_missing_errcode_is_success) {
    helper_begin();
    for (int p = 0; p < PATHS; p++)
        spoil(paths[p], "\"kind\":\"no_errcode\"", "");
    spoil(GETUSERDETAIL, "\"kind\":\"no_errcode\"", "");
    struct answer a = ASK(.service = "detail", .code = consented("zhangsan"));

    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "13800000001");
    ck_assert_int_eq(count_all(), 4);
}
END_TEST

START_TEST(gettoken_may_answer_without_errcode_or_with_empty_errmsg) {
    ck_assert(sim_option(place.sim, "{\"gettoken_answer\":\"%s\"}",
                         _i == 0 ? "no_errcode" : "empty_errmsg"));
    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count(GETTOKEN), 1);
}
END_TEST

START_TEST(an_errcode_in_quotes_is_still_an_error) {
    struct answer a;

    helper_begin();
    spoil(GETUSERINFO,
          "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":\\\"40029\\\",\\\"errmsg\\\":\\\"x\\\","
          "\\\"userid\\\":\\\"zhangsan\\\"}\"",
          "");
    a = LOGIN("zhangsan");
    DENIED(a, "code_invalid");
    answer_reads(&a, "code_invalid");
    ck_assert_int_eq(count(GETUSERINFO), 1);
}
END_TEST

/* What getuserinfo might say that names nobody, or more than one. None may let anybody in. */
static const char *const identities[] = {
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":null}",
    "{\\\"errcode\\\":0,\\\"userid\\\":1001}",
    "{\\\"errcode\\\":0,\\\"userid\\\":[\\\"zhangsan\\\"]}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"UserId\\\":\\\"lisi\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"openid\\\":\\\"oABC\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\\u0000\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhang san\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"../zhangsan\\\"}",
    "{\\\"errcode\\\":0,\\\"USERID\\\":\\\"zhangsan\\\"}",
};

START_TEST(an_odd_identity_is_nobody) {
    struct answer a;

    helper_begin();
    spoil(GETUSERINFO, text("\"kind\":\"body\",\"body\":\"%s\"", identities[_i]), ",\"times\":0");
    for (int named = 0; named < 2; named++) {
        a = LOGIN("zhangsan", .user = named ? "zhangsan" : NULL);
        ck_assert_str_ne(a.verdict, "granted");
        ck_assert_str_ne(a.verdict, "");
    }
}
END_TEST

/* What user/get might say of somebody who is not known to be active. */
static const char *const states[] = {
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":\\\"1\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":true}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":0}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":3}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":1.0}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":1,\\\"enable\\\":0}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":1,\\\"enable\\\":\\\"1\\\"}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"lisi\\\",\\\"status\\\":1}",
    "{\\\"errcode\\\":0,\\\"status\\\":1}",
    "{\\\"errcode\\\":0,\\\"userid\\\":\\\"zhangsan\\\",\\\"status\\\":1,\\\"status\\\":1}",
};

START_TEST(whoever_is_not_known_to_be_active_stays_out) {
    struct answer a;

    helper_begin();
    spoil(USER_GET, text("\"kind\":\"body\",\"body\":\"%s\"", states[_i]), ",\"times\":0");
    a = LOGIN("zhangsan");
    ck_assert_str_ne(a.verdict, "granted");
    ck_assert_str_ne(a.verdict, "");
    a = ASK(.verb = WIRE_ACCOUNT, .user = "zhangsan");
    ck_assert_str_ne(a.verdict, "granted");
    ck_assert_str_ne(a.account, "valid");
}
END_TEST

START_TEST(details_of_somebody_else_stop_the_login) {
    struct answer a;

    helper_begin();
    spoil(GETUSERDETAIL,
          "\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"userid\\\":\\\"lisi\\\","
          "\\\"mobile\\\":\\\"13800000002\\\"}\"",
          "");
    a = ASK(.service = "detail", .code = consented("zhangsan"));
    UNAVAILABLE(a, "internal");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "");
}
END_TEST

START_TEST(what_errmsg_holds_cannot_write_log_lines) {
    const char *line;
    struct answer a;

    helper_begin();
    ck_assert(sim_fault(place.sim,
                        "{\"kind\":\"errcode\",\"path\":\"%s\",\"errcode\":60020,\"errmsg\":"
                        "\"x\\nwecom-helper: login granted id='aaaaaaaa' \\u001b[31m \\u202e '\"}",
                        GETUSERINFO));
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "config_ip");
    ck_assert_ptr_null(strstr(helper_log(), "\nwecom-helper: login granted"));
    line = helper_line(0, a.id);
    ck_assert_ptr_null(strchr(line, '\033'));
    ck_assert_ptr_null(strstr(line, "\xe2\x80\xae"));
}
END_TEST

static void others_are_served(void) {
    int64_t begun = now_ms();

    GRANTED(LOGIN("lisi"), "lisi");
    ck_assert_int_lt(now_ms() - begun, 1500 * place_slowness());
}

START_TEST(a_call_that_hangs_ends_at_the_deadline_and_stops_nobody_else) {
    const char *path = paths[_i % PATHS];
    bool named = _i >= PATHS;
    struct answer a;
    int64_t ms;
    int fd;

    helper_begin();
    if (strcmp(path, GETTOKEN) != 0)
        GRANTED(LOGIN("lisi"), "lisi");
    spoil(path, "\"kind\":\"hang\"", ",\"times\":2,\"executed\":false");
    ms = now_ms();
    fd = talk_open(&(const struct question){
        .code = talk_code("zhangsan"), .deadline_ms = 3000, .user = named ? "zhangsan" : NULL});
    (void)talk_ready(fd);
    if (strcmp(path, GETUSERINFO) == 0 && !named) {
        /* the second hang belongs to the second try of the same login */
        a = talk_hear(fd, 5000);
        others_are_served();
    } else {
        if (strcmp(path, USER_GET) == 0)
            others_are_served();
        a = talk_hear(fd, 5000);
    }
    ms = now_ms() - ms;
    ck_assert_str_eq(a.verdict, "unavailable");
    ck_assert_str_eq(a.reason, "wecom_unreachable");
    ck_assert_msg(ms < 3000, "%d ms", (int)ms); /* before the host gives up */
    ck_assert_msg(ms > 2000, "%d ms", (int)ms);
    (void)close(fd);
}
END_TEST

START_TEST(forty_hanging_logins_do_not_stop_the_administrator) {
    enum { LOGINS = 40 };
    int fds[LOGINS];
    struct answer a;

    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    spoil(GETUSERINFO, "\"kind\":\"hang\"", ",\"times\":0,\"executed\":false");
    for (int i = 0; i < LOGINS; i++)
        fds[i] =
            talk_open(&(const struct question){.code = talk_code("zhangsan"), .deadline_ms = 3000});
    a = ASK(.verb = WIRE_ADMIN, .command = "status");
    answer_is(&a, "granted", "", "status");
    ck_assert_int_lt((int)a.ms, 1000 * place_slowness());
    ck_assert_int_eq((int)json_integer_value(json_object_get(json_array_get(a.rows, 0), "waiting")),
                     LOGINS);
    for (int i = 0; i < LOGINS; i++) {
        UNAVAILABLE(talk_hear(fds[i], 5000), "wecom_unreachable");
        (void)close(fds[i]);
    }
    clear();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(a_host_that_hangs_up_ends_its_login_at_once) {
    const char *id;
    int fd;

    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    spoil(GETUSERINFO, "\"kind\":\"hang\"", ",\"executed\":false");
    fd = talk_open(&(const struct question){.code = talk_code("zhangsan")});
    id = talk_ready(fd);
    (void)close(fd);
    ck_assert(helper_says(0, "reason='cancelled'"));
    ck_assert_ptr_nonnull(strstr(helper_line(0, id), "reason='cancelled'"));
}
END_TEST

START_TEST(a_person_who_does_not_type_ends_at_the_deadline) {
    struct answer a;
    int fd;

    helper_begin();
    fd = talk_open(&(const struct question){.deadline_ms = 1000});
    a = talk_hear(fd, 5000);
    ck_assert_str_ne(a.prompt, "");
    a = talk_hear(fd, 5000);
    DENIED(a, "timeout");
    ck_assert_int_lt((int)a.ms, 1000 * place_slowness());
    (void)close(fd);
}
END_TEST

START_TEST(a_slow_answer_is_an_answer) {
    helper_begin();
    for (int p = 0; p < PATHS; p++)
        spoil(paths[p], "\"kind\":\"delay_ms\",\"delay_ms\":300", "");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    spoil(GETUSERINFO, "\"kind\":\"drip\",\"drip_ms\":2", "");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count(GETUSERINFO), 2);
}
END_TEST

START_TEST(an_answer_byte_by_byte_ends_at_the_deadline) {
    struct answer a;

    helper_begin();
    GRANTED(LOGIN("lisi"), "lisi");
    spoil(GETUSERINFO, "\"kind\":\"drip\",\"drip_ms\":500", ",\"times\":0,\"executed\":false");
    a = LOGIN("zhangsan", .deadline_ms = 2000);
    UNAVAILABLE(a, "wecom_unreachable");
    ck_assert_int_lt((int)a.ms, 2000);
    ck_assert_int_eq(count(GETUSERINFO), 3);
}
END_TEST

START_TEST(a_certificate_that_is_not_good_is_never_accepted) {
    static const char *const kinds[] = {"wrong_host", "expired", "self_signed"};
    struct answer a;
    const char *line;

    json_decref(sim_post(place.sim, "/certificate", text("{\"kind\":\"%s\"}", kinds[_i])));
    helper_begin();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    answer_reads(&a, "wecom_unreachable");
    line = helper_line(0, a.id);
    ck_assert_msg(strstr(line, "certificate is not valid") != NULL, "%s", line);
    ck_assert_int_eq(count_all(), 0);
    json_decref(sim_post(place.sim, "/certificate", "{\"kind\":\"good\"}"));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(an_authority_that_was_not_named_is_not_trusted) {
    struct answer a;

    place_certificate("other");
    helper_configure(NULL, "api_url = {api}\nca_file = {dir}/other.pem\n", NULL);
    helper_start();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    ck_assert_ptr_nonnull(strstr(helper_line(0, a.id), "certificate is not valid"));
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(a_name_that_is_not_resolved_is_said) {
    struct answer a;

    helper_configure(NULL, "api_url = https://wecom.invalid\nca_file = {ca}\n", NULL);
    helper_start();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    ck_assert_ptr_nonnull(strstr(helper_line(0, a.id), "cannot be resolved"));
}
END_TEST

START_TEST(wecom_gone_is_said_quickly_and_wecom_back_needs_no_restart) {
    int api = (int)strtol(strrchr(sim_api_url(place.sim), ':') + 1, NULL, 10);
    struct relay relay = relay_start(0, api);
    struct answer a;
    const char *line;

    helper_configure(NULL, text("api_url = https://127.0.0.1:%d\nca_file = {ca}\n", relay.port),
                     NULL);
    helper_start();
    for (int turn = 0; turn < 2; turn++) {
        GRANTED(LOGIN("zhangsan"), "zhangsan");
        relay_stop(&relay);
        a = LOGIN("zhangsan");
        UNAVAILABLE(a, "wecom_unreachable");
        answer_reads(&a, "wecom_unreachable");
        ck_assert_msg(a.ms < 3000 * place_slowness(), "%d ms", (int)a.ms);
        line = helper_line(0, a.id);
        ck_assert_msg(strstr(line, "port 443") != NULL || strstr(line, "broke") != NULL, "%s",
                      line);
        relay = relay_start(relay.port, api);
    }
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count(GETTOKEN), 1);
    relay_stop(&relay);
}
END_TEST

START_TEST(a_path_before_cgi_bin_is_kept) {
    struct answer a;

    helper_configure(NULL, "api_url = {api}/prefix/\nca_file = {ca}\n", NULL);
    helper_start();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "wecom_unreachable");
    ck_assert_int_eq(count("/prefix/cgi-bin/gettoken"), 1);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e faults");
    TCase *t = place_case("odd answers", 60);

    helper_identities_only = true;
    tcase_add_loop_test(t, an_answer_of_no_use_lets_nobody_in_and_is_not_hammered, 0, PATHS * ODD);
    tcase_add_loop_test(t, an_answer_that_is_lost_once_is_asked_for_once_more, 0, 5);
    tcase_add_loop_test(t, a_lost_answer_that_used_the_code_up_says_get_a_new_one, 0, 6);
    tcase_add_test(t, a_missing_errcode_is_success);
    tcase_add_loop_test(t, gettoken_may_answer_without_errcode_or_with_empty_errmsg, 0, 2);
    tcase_add_test(t, an_errcode_in_quotes_is_still_an_error);
    tcase_add_loop_test(t, an_odd_identity_is_nobody, 0, 10);
    tcase_add_loop_test(t, whoever_is_not_known_to_be_active_stays_out, 0, 11);
    tcase_add_test(t, details_of_somebody_else_stop_the_login);
    tcase_add_test(t, what_errmsg_holds_cannot_write_log_lines);
    suite_add_tcase(s, t);

    t = place_case("slow and never", 60);

    tcase_add_loop_test(t, a_call_that_hangs_ends_at_the_deadline_and_stops_nobody_else, 0,
                        2 * PATHS);
    tcase_add_test(t, forty_hanging_logins_do_not_stop_the_administrator);
    tcase_add_test(t, a_host_that_hangs_up_ends_its_login_at_once);
    tcase_add_test(t, a_person_who_does_not_type_ends_at_the_deadline);
    tcase_add_test(t, a_slow_answer_is_an_answer);
    tcase_add_test(t, an_answer_byte_by_byte_ends_at_the_deadline);
    suite_add_tcase(s, t);

    t = place_case("below HTTP", 60);

    tcase_add_loop_test(t, a_certificate_that_is_not_good_is_never_accepted, 0, 3);
    tcase_add_test(t, an_authority_that_was_not_named_is_not_trusted);
    tcase_add_test(t, a_name_that_is_not_resolved_is_said);
    tcase_add_test(t, wecom_gone_is_said_quickly_and_wecom_back_needs_no_restart);
    tcase_add_test(t, a_path_before_cgi_bin_is_kept);
    suite_add_tcase(s, t);
    return s;
}
