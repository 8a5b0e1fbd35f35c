/* WeCom answers an error code: what the person, the administrator and the host are told, and how
 * often WeCom is asked.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

/* Stands in every injected errmsg: it may reach the log and nobody else. */
#define MARK "MARKED-ERRMSG"

enum class { FINAL, TOKEN, TRANSIENT };

/* Which calls can answer it. */
enum { ON_TOKEN = 1, ON_CODE = 2, ON_MEMBER = 4, ON_DETAIL = 8, ANY = 7 };

/* Source: WeCom's global table of error codes (page 90313) and the pages of the calls. `what_to_do`
 * is a piece of the sentence for the administrator; NULL: there is nothing to be done.
 */
static const struct row {
    int errcode;
    enum class class;
    unsigned int on;
    const char *verdict, *reason, *what_to_do;
} rows[] = {
    {-1, TRANSIENT, ANY, "unavailable", "wecom_busy", "WeCom was busy for all tries"},
    {6000, TRANSIENT, ANY, "unavailable", "wecom_busy", "WeCom was busy for all tries"},
    {45033, TRANSIENT, ANY, "unavailable", "wecom_busy", "WeCom was busy for all tries"},
    {45035, TRANSIENT, ANY, "unavailable", "wecom_busy", "WeCom was busy for all tries"},
    {45009, FINAL, ANY, "unavailable", "wecom_rate_limited", "company reached a limit"},
    {45011, FINAL, ANY, "unavailable", "wecom_rate_limited", "company reached a limit"},
    {45047, FINAL, ANY, "unavailable", "wecom_rate_limited", "company reached a limit"},
    {40001, TOKEN, ANY, "unavailable", "config_secret", "Compare corp_id and the Secret"},
    {40014, TOKEN, ON_CODE | ON_MEMBER, "unavailable", "internal", "refused a token"},
    {42001, TOKEN, ON_CODE | ON_MEMBER, "unavailable", "internal", "refused a token"},
    {41001, FINAL, ON_CODE | ON_MEMBER, "unavailable", "internal", "takes the query off"},
    {40091, FINAL, ANY, "unavailable", "config_secret", "Compare corp_id and the Secret"},
    {41004, FINAL, ON_TOKEN, "unavailable", "config_secret", "Compare corp_id and the Secret"},
    {45031, FINAL, ON_TOKEN, "unavailable", "config_secret", "demands a new Secret"},
    {40013, FINAL, ANY, "unavailable", "config_corp", "corp_id is wrong"},
    {41002, FINAL, ON_TOKEN, "unavailable", "config_corp", "corp_id is wrong"},
    {301007, FINAL, ANY, "unavailable", "config_corp", "dissolved or banned"},
    {40056, FINAL, ANY, "unavailable", "config_agent", "agent_id and the Secret belong"},
    {301002, FINAL, ANY, "unavailable", "config_agent", "agent_id and the Secret belong"},
    {50003, FINAL, ANY, "unavailable", "config_agent", "application is disabled"},
    {50006, FINAL, ANY, "unavailable", "config_agent", "application is disabled"},
    {60020, FINAL, ANY, "unavailable", "config_ip", "Add the address 127.0.0.1 to the trusted IPs"},
    {50001, FINAL, ON_CODE, "unavailable", "config_domain", "trusted domain"},
    {43012, FINAL, ANY, "unavailable", "config_callback", "message URL"},
    {48001, FINAL, ANY, "unavailable", "config_permission", "may not make this call"},
    {48002, FINAL, ANY, "unavailable", "config_permission", "may not make this call"},
    {48004, FINAL, ANY, "unavailable", "config_permission", "may not make this call"},
    {48005, FINAL, ANY, "unavailable", "config_permission", "may not make this call"},
    {48006, FINAL, ANY, "unavailable", "config_permission", "not used for long"},
    {48009, FINAL, ANY, "unavailable", "config_permission", "may not make this call"},
    {40029, FINAL, ON_CODE, "denied", "code_invalid", NULL},
    {40163, FINAL, ON_CODE, "denied", "code_invalid", NULL},
    {41008, FINAL, ON_CODE, "denied", "code_invalid", NULL},
    {42003, FINAL, ON_CODE, "denied", "code_invalid", NULL},
    {42022, FINAL, ON_CODE, "denied", "code_invalid", NULL},
    {40003, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {46004, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {50002, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {60011, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {60021, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {60111, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {301021, FINAL, ON_MEMBER, "denied", "not_visible", "visible range"},
    {84014, FINAL, ON_DETAIL, NULL, NULL, NULL},
    {84015, FINAL, ON_DETAIL, NULL, NULL, NULL},
    {84090, FINAL, ON_DETAIL, NULL, NULL, NULL},
    {99999, FINAL, ANY, "unavailable", "internal", "Look the number up"},
    {42009, FINAL, ANY, "unavailable", "internal", "Look the number up"},
    {-2147483647, FINAL, ANY, "unavailable", "internal", "Look the number up"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void inject(const char *path, int errcode, int times) {
    ck_assert(sim_fault(place.sim,
                        "{\"kind\":\"errcode\",\"path\":\"%s\",\"errcode\":%d,\"times\":%d,"
                        "\"errmsg\":\"" MARK "\"}",
                        path, errcode, times));
}

static void clear(void) {
    ck_assert(sim_faults_clear(place.sim));
}

static const char *consented(const char *userid) {
    return talk_mint("{\"agent_id\":%d,\"userid\":\"%s\",\"ticket\":true}", AGENT, userid);
}

/* The person reads a sentence with the id, the administrator the errcode and what to do. */
static void is_told(const struct answer *a, const struct row *row, const char *path) {
    const char *line = helper_line(0, a->id);

    answer_is(a, row->verdict, row->reason, path);
    answer_reads(a, row->reason);
    ck_assert_ptr_null(strstr(a->message, MARK));
    ck_assert_ptr_null(strstr(a->message, "127.0.0.1"));
    ck_assert_ptr_nonnull(line);
    ck_assert_msg(strstr(line, text(" reason='%s' ", row->reason)) != NULL, "%s", line);
    if (row->what_to_do == NULL)
        return;
    ck_assert_msg(strstr(line, text(": %d ", row->errcode)) != NULL, "%s", line);
    ck_assert_msg(strstr(line, MARK) != NULL && strstr(line, row->what_to_do) != NULL, "%s", line);
}

/* How often a call that goes on failing is made for one login. */
static int tries_of(const struct row *row) {
    return row->class == TRANSIENT ? 3 : row->class == TOKEN ? 2 : 1;
}

static void works_again(void) {
    clear();
    ck_assert_int_eq(kill(place.helper, SIGHUP), 0);
    ck_assert(helper_says(0, "configuration reloaded"));
    GRANTED(LOGIN("lisi"), "lisi");
}

START_TEST(an_error_of_gettoken_is_told_and_not_hammered) {
    const struct row *row = &rows[_i];
    struct answer a;

    helper_begin();
    inject(GETTOKEN, row->errcode, 0);
    a = LOGIN("zhangsan");
    is_told(&a, row, GETTOKEN);
    ck_assert_int_eq(count(GETTOKEN), row->class == TRANSIENT ? 3 : 1);
    ck_assert_int_eq(count_all(), count(GETTOKEN));
    works_again();
}
END_TEST

START_TEST(an_error_of_the_redemption_is_told_and_not_hammered) {
    const struct row *row = &rows[_i];
    const char *code;
    struct answer a;

    helper_begin();
    inject(GETUSERINFO, row->errcode, 0);
    code = talk_code("zhangsan");
    a = ASK(.code = code, .user = "zhangsan");
    is_told(&a, row, GETUSERINFO);
    ck_assert_int_eq(count(GETUSERINFO), tries_of(row));
    ck_assert_int_le(count(GETTOKEN), row->class == TOKEN ? 2 : 1);
    works_again();
    /* WeCom did not use the code up, and neither did we */
    if (strcmp(row->reason, "code_invalid") != 0)
        GRANTED(ASK(.code = code, .user = "zhangsan"), "zhangsan");
    else
        DENIED(ASK(.code = code, .user = "zhangsan"), "code_invalid");
}
END_TEST

START_TEST(an_error_of_user_get_is_told_and_not_hammered) {
    const struct row *row = &rows[_i];
    struct answer a;

    helper_begin();
    inject(USER_GET, row->errcode, 0);
    a = LOGIN("zhangsan");
    is_told(&a, row, USER_GET);
    ck_assert_int_eq(count(USER_GET), tries_of(row));
    a = ASK(.verb = WIRE_ACCOUNT, .user = "wangwu");
    ck_assert_str_eq(a.verdict, "denied");
    ck_assert_str_eq(a.reason, row->reason);
    ck_assert_str_eq(a.account,
                     strcmp(row->verdict, "unavailable") == 0 ? "unavailable" : "denied");
    answer_reads(&a, row->reason);
    ck_assert_int_le(count(USER_GET), 2 * tries_of(row));
    ck_assert_int_le(count(GETTOKEN), row->class == TOKEN ? 3 : 1);
    works_again();
}
END_TEST

START_TEST(an_error_of_getuserdetail_costs_the_details_only) {
    const struct row *row = &rows[_i];
    const char *line;
    struct answer a;

    helper_begin();
    inject(GETUSERDETAIL, row->errcode, 0);
    a = ASK(.service = "detail", .code = consented("zhangsan"));
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_EMAIL), "");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_NAME), "张三");
    line = helper_line(0, a.id);
    ck_assert_ptr_nonnull(strstr(line, "login granted"));
    ck_assert_msg(strstr(line, text("getuserdetail: %d ", row->errcode)) != NULL, "%s", line);
    ck_assert_int_eq(count(GETUSERDETAIL), tries_of(row));
    clear();
    a = ASK(.service = "detail", .code = consented("zhangsan"));
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "13800000001");
}
END_TEST

static const char *const paths[] = {GETTOKEN, GETUSERINFO, USER_GET};

enum { PATHS = 3 };

START_TEST(busy_once_or_twice_is_not_noticed) {
    static const int errcodes[] = {-1, 45033, 6000, 45035};

    helper_begin();
    for (int times = 1; times <= 2; times++) {
        for (int p = 0; p < PATHS; p++) {
            inject(paths[p], errcodes[_i], times);
            GRANTED(LOGIN("zhangsan"), "zhangsan");
        }
        helper_stop(); /* the token and the member are forgotten */
        helper_start();
    }
    clear();
}
END_TEST

START_TEST(a_token_that_is_refused_once_is_renewed_once) {
    static const int errcodes[] = {40014, 42001, 40001};

    helper_begin();
    inject(GETUSERINFO, errcodes[_i], 1);
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count(GETTOKEN), 2);
    ck_assert_int_eq(count(GETUSERINFO), 2);
    inject(USER_GET, errcodes[_i], 1);
    GRANTED(LOGIN("lisi"), "lisi");
    ck_assert_int_eq(count(GETTOKEN), 3);
}
END_TEST

START_TEST(a_token_that_dies_early_is_replaced_once_for_all) {
    enum { LOGINS = 20 };
    int fds[LOGINS];

    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    json_decref(sim_post(place.sim, "/token",
                         _i == 0 ? "{\"agent_id\":1000002,\"action\":\"expire\"}"
                                 : "{\"agent_id\":1000002,\"action\":\"kill\"}"));
    for (int i = 0; i < LOGINS; i++)
        fds[i] = talk_open(&(const struct question){.code = talk_code("zhangsan")});
    for (int i = 0; i < LOGINS; i++) {
        GRANTED(talk_hear(fds[i], 10000), "zhangsan");
        (void)close(fds[i]);
    }
    ck_assert_int_eq(count(GETTOKEN), 2);
    ck_assert_int_le(count(GETUSERINFO), 1 + 2 * LOGINS);
}
END_TEST

/* A tenth of its life before the end; who logs in meanwhile has the old one and does not wait. */
START_TEST(a_token_is_renewed_before_it_expires) {
    int64_t until = now_ms() + 20000;
    struct answer a;

    ck_assert(sim_option(place.sim, "{\"expires_in_s\":10}"));
    ck_assert(sim_fault(place.sim,
                        "{\"kind\":\"delay_ms\",\"delay_ms\":2000,\"path\":\"%s\",\"skip\":1}",
                        GETTOKEN));
    helper_begin();
    while (count(GETTOKEN) < 2) {
        a = LOGIN("zhangsan");
        GRANTED(a, "zhangsan");
        ck_assert_msg(a.ms < 400 * place_slowness(), "%d ms", (int)a.ms);
        ck_assert_int_lt(now_ms(), until);
        (void)helper_log(); /* takes it out of the pipe */
    }
    ck_assert_int_eq(count(GETTOKEN), 2);
}
END_TEST

START_TEST(a_wrong_secret_is_tried_a_few_times_only) {
    struct answer a;

    ck_assert(sim_option(place.sim, "{\"wrong_secret\":%d}", _i == 0 ? 40001 : 40091));
    helper_configure(NULL, NULL, NULL);
    place_write("secret", "not-the-secret\n", 0600, NOBODY);
    helper_start();
    for (int i = 0; i < 50; i++) {
        a = LOGIN("zhangsan");
        UNAVAILABLE(a, "config_secret");
        answer_reads(&a, "config_secret");
        ck_assert_ptr_nonnull(strstr(helper_line(0, a.id), "Compare corp_id and the Secret"));
    }
    ck_assert_int_le(count(GETTOKEN), 2);
    ck_assert_int_eq(count_all(), count(GETTOKEN));
    /* the administrator puts the right one there: nobody waits for the pause to end */
    place_write("secret", SECRET "\n", 0600, NOBODY);
    ck_assert_int_eq(kill(place.helper, SIGHUP), 0);
    ck_assert(helper_says(0, "configuration reloaded"));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(an_address_that_is_not_trusted_is_told_to_the_administrator) {
    struct answer a;
    const char *line;

    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[\"192.0.2.1\"]}"));
    helper_begin();
    a = LOGIN("zhangsan");
    UNAVAILABLE(a, "config_ip");
    answer_reads(&a, "config_ip");
    line = helper_line(0, a.id);
    ck_assert_msg(strstr(line, "60020") != NULL &&
                      strstr(line, "Add the address 127.0.0.1 ") != NULL,
                  "%s", line);
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[\"127.0.0.1\"]}"));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(a_company_over_its_limit_is_left_alone) {
    struct answer a;

    helper_begin();
    inject(GETTOKEN, 45009, 0);
    for (int i = 0; i < 20; i++) {
        a = LOGIN("zhangsan");
        UNAVAILABLE(a, "wecom_rate_limited");
    }
    ck_assert_int_le(count(GETTOKEN), 2);
}
END_TEST

/* One test for each row that the call can answer. */
static void add_rows(TCase *t, const TTest *test, unsigned int on) {
    for (int i = 0; i < (int)ROWS; i++) {
        if ((rows[i].on & on) != 0)
            tcase_add_loop_test(t, test, i, i + 1);
    }
}

Suite *suite(void) {
    Suite *s = suite_create("e2e errors");
    TCase *t = place_case("error codes", 60);

    helper_identities_only = true;
    add_rows(t, an_error_of_gettoken_is_told_and_not_hammered, ON_TOKEN);
    add_rows(t, an_error_of_the_redemption_is_told_and_not_hammered, ON_CODE);
    add_rows(t, an_error_of_user_get_is_told_and_not_hammered, ON_MEMBER);
    tcase_add_loop_test(t, an_error_of_getuserdetail_costs_the_details_only, 0, ROWS);
    tcase_add_loop_test(t, busy_once_or_twice_is_not_noticed, 0, 4);
    suite_add_tcase(s, t);

    t = place_case("tokens", 60);

    tcase_add_loop_test(t, a_token_that_is_refused_once_is_renewed_once, 0, 3);
    tcase_add_loop_test(t, a_token_that_dies_early_is_replaced_once_for_all, 0, 2);
    tcase_add_test(t, a_token_is_renewed_before_it_expires);
    tcase_add_loop_test(t, a_wrong_secret_is_tried_a_few_times_only, 0, 2);
    tcase_add_test(t, an_address_that_is_not_trusted_is_told_to_the_administrator);
    tcase_add_test(t, a_company_over_its_limit_is_left_alone);
    suite_add_tcase(s, t);
    return s;
}
