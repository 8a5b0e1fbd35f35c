/* Which member gets in, what a service is told of him, and which services there are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

static const struct {
    const char *userid, *reason, *account;
    bool granted;
} members[] = {
    {"zhangsan", "", "valid", true},
    {"zhaoliu", "", "valid", true},  /* in range by a tag only */
    {"sunqi", "", "valid", true},    /* in range by name only */
    {"wangwu", "", "valid", true},   /* enable 1 */
    {"WangFang", "", "valid", true}, /* by a department below the one in range */
    {"disabled", "disabled", "expired", false},
    {"notyet", "disabled", "expired", false},
    {"leaver", "withdrawn", "expired", false},
    {"switchedoff", "disabled", "expired", false},
    {"outsider", "not_visible", "denied", false},
};

START_TEST(only_an_active_visible_member_gets_in) {
    const char *userid = members[_i].userid;
    char *name = strdup(userid);
    struct answer a;

    for (char *c = name; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    helper_begin();
    for (int form = 0; form < 3; form++) { /* nobody named, the person named, a host account */
        a = LOGIN(userid, .service = form == 2 ? "host" : "web", .host = form == 2,
                  .user = form == 0 ? NULL : name);
        if (members[_i].granted) {
            GRANTED(a, userid);
        } else {
            DENIED(a, members[_i].reason);
            answer_reads(&a, members[_i].reason);
            ck_assert_str_eq(a.userid, "");
        }
    }
    a = ASK(.verb = WIRE_ACCOUNT, .user = userid);
    ck_assert_str_eq(a.verdict, members[_i].granted ? "granted" : "denied");
    ck_assert_str_eq(a.account, members[_i].account);
    ck_assert_str_eq(a.reason, members[_i].reason);
    free(name);
}
END_TEST

START_TEST(a_member_without_a_department_in_range_exports_none) {
    struct answer a;

    helper_begin();
    a = LOGIN("sunqi");
    GRANTED(a, "sunqi");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_DEPARTMENTS), "");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_NAME), "孙七");
}
END_TEST

START_TEST(the_log_says_how_to_let_an_invisible_person_in) {
    struct answer a;
    const char *line;

    helper_begin();
    a = LOGIN("outsider");
    DENIED(a, "not_visible");
    line = helper_line(0, a.id);
    ck_assert_ptr_nonnull(line);
    ck_assert_msg(strstr(line, "user/get: 60011 ") != NULL, "%s", line);
    ck_assert_ptr_nonnull(strstr(line, "visible range"));
    ck_assert_ptr_nonnull(strstr(line, "userid='outsider'"));
}
END_TEST

START_TEST(a_leaver_is_refused_when_wecom_is_asked_again) {
    struct answer a;

    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert(sim_member(place.sim, "{\"userid\":\"zhangsan\",\"status\":2}"));
    /* a fresh start stands for the minute that the answer is remembered */
    helper_stop();
    helper_start();
    DENIED(LOGIN("zhangsan"), "disabled");
    a = ASK(.verb = WIRE_ACCOUNT, .user = "zhangsan");
    ck_assert_str_eq(a.account, "expired");
}
END_TEST

START_TEST(another_company_active_is_no_member) {
    const char *code;
    struct answer a;

    helper_begin();
    for (int with = 0; with < 2; with++) {
        code = talk_mint("{\"agent_id\":%d,\"openid\":true%s}", AGENT,
                         with ? ",\"external_userid\":\"zhangsan\"" : "");
        a = ASK(.code = code, .user = with ? "zhangsan" : NULL);
        DENIED(a, "not_member");
        answer_reads(&a, "not_member");
    }
}
END_TEST

START_TEST(a_linked_company_is_another_company) {
    struct answer a;

    helper_begin();
    a = ASK(.code = talk_mint(
                "{\"agent_id\":%d,\"userid\":\"zhangsan\",\"linked_corp\":\"wwlinked\"}", AGENT));
    DENIED(a, "wrong_company");
    answer_reads(&a, "wrong_company");
    ck_assert_int_eq(count(USER_GET), 0);
}
END_TEST

static const char *consented(const char *userid, const char *fields) {
    return talk_mint("{\"agent_id\":%d,\"userid\":\"%s\",\"ticket\":true,"
                     "\"scope\":\"snsapi_privateinfo\"%s%s}",
                     AGENT, userid, fields != NULL ? ",\"consent\":" : "",
                     fields != NULL ? fields : "");
}

START_TEST(only_what_is_exported_is_told) {
    static const struct {
        const char *exported;
        unsigned int fields; /* bits from ENV_ACCOUNT on, ENV_METHOD apart */
    } rows[] = {
        {"userid", 1u << (WIRE_F_ENV_USERID - WIRE_F_FIRST_ENV)},
        {"name", 1u << (WIRE_F_ENV_NAME - WIRE_F_FIRST_ENV)},
        {"mobile", 1u << (WIRE_F_ENV_MOBILE - WIRE_F_FIRST_ENV)},
        {"email", 1u << (WIRE_F_ENV_EMAIL - WIRE_F_FIRST_ENV)},
        {"departments", 1u << (WIRE_F_ENV_DEPARTMENTS - WIRE_F_FIRST_ENV)},
    };
    struct answer a;

    helper_configure(
        NULL, NULL,
        text("[service web]\nmethods = code\naccount = no\nexport = %s\n", rows[_i].exported));
    helper_start();
    a = ASK(.code = consented("zhangsan", NULL));
    GRANTED(a, "zhangsan");
    for (int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++) {
        bool told = answer_env(&a, (enum wire_field)f)[0] != '\0';

        ck_assert_int_eq(told, f == WIRE_F_ENV_METHOD ||
                                   (rows[_i].fields >> (f - WIRE_F_FIRST_ENV) & 1u) != 0);
    }
}
END_TEST

START_TEST(everything_that_is_exported_is_told_as_wecom_has_it) {
    struct answer a;

    helper_begin();
    a = ASK(.service = "detail", .code = consented("wangwu", NULL));
    GRANTED(a, "wangwu");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_USERID), "wangwu");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_NAME), "王五");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "+8613800000003");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_EMAIL), "");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_DEPARTMENTS), "4");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_METHOD), "code");
    a = ASK(.service = "detail", .code = consented("zhangsan", NULL));
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "13800000001");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_EMAIL), "zhangsan@example.com");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_DEPARTMENTS), "2,3");
    ck_assert_int_eq(count(GETUSERDETAIL), 2);
}
END_TEST

START_TEST(consent_is_given_field_by_field) {
    struct answer a;

    helper_begin();
    a = ASK(.service = "detail", .code = consented("zhangsan", "[\"mobile\"]"));
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "13800000001");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_EMAIL), "");
    a = ASK(.service = "detail", .code = consented("zhangsan", "[\"biz_mail\"]"));
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_EMAIL), "zhangsan@corp.example.com");
    a = ASK(.service = "detail", .code = consented("zhangsan", "[]"));
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "");
}
END_TEST

START_TEST(details_are_asked_only_for_services_that_export_them) {
    struct answer a;

    helper_begin();
    a = ASK(.service = "web", .code = consented("zhangsan", NULL));
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_MOBILE), "");
    ck_assert_int_eq(count(GETUSERDETAIL), 0);
    GRANTED(LOGIN("zhangsan", .service = "detail"), "zhangsan"); /* no ticket, no question */
    ck_assert_int_eq(count(GETUSERDETAIL), 0);
}
END_TEST

START_TEST(details_of_a_refused_person_are_told_to_nobody) {
    struct answer a;

    helper_begin();
    a = ASK(.service = "detail", .user = "lisi", .code = consented("zhangsan", NULL));
    DENIED(a, "identity_mismatch");
    ck_assert_int_eq(count(GETUSERDETAIL), 0);
    for (int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++)
        ck_assert_str_eq(answer_env(&a, (enum wire_field)f), "");
}
END_TEST

START_TEST(texts_come_in_the_language_of_the_service) {
    static const char *const langs[] = {"zh", "en", "both"};
    const char *services = "", *zh, *en;
    struct answer a;
    int fd;

    for (int i = 0; i < 3; i++)
        services = text("%s[service %s]\nmethods = code\naccount = no\nlang = %s\n", services,
                        langs[i], langs[i]);
    helper_configure(NULL, NULL, services);
    helper_start();
    for (int i = 0; i < 3; i++) {
        a = ASK(.service = langs[i], .code = "nothing like a code");
        zh = place_sentence("zh_CN", "code_invalid", a.id);
        en = place_sentence("en", "code_invalid", a.id);
        ck_assert_str_eq(a.message, i == 0 ? zh : i == 1 ? en : text("%s\n%s", zh, en));
        fd = talk_open(&(const struct question){.service = langs[i]});
        a = talk_hear(fd, 5000);
        ck_assert_str_eq(a.prompt, i == 0   ? "企业微信登录码: "
                                   : i == 1 ? "WeCom sign-in code: "
                                            : "企业微信登录码 / WeCom sign-in code: ");
        (void)close(fd);
    }
}
END_TEST

START_TEST(a_login_for_a_service_without_a_section_is_not_allowed) {
    struct answer a;

    helper_begin();
    a = LOGIN("zhangsan", .service = "cron", .host = true, .user = "zhangsan");
    DENIED(a, "not_allowed");
    answer_reads(&a, "not_allowed");
    DENIED(LOGIN("zhangsan", .service = "cron"), "not_allowed");
    ck_assert_int_eq(count_all(), 0);
    GRANTED(LOGIN("zhangsan"), "zhangsan"); /* the helper is still there */
}
END_TEST

START_TEST(questions_of_a_service_without_a_section_are_not_allowed) {
    helper_begin();
    DENIED(ASK(.verb = WIRE_INFO, .service = "cron"), "not_allowed");
    DENIED(ASK(.verb = WIRE_APP_CHECK, .service = "cron"), "not_allowed");
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(an_account_without_a_section_is_checked_for_being_active_only) {
    struct answer a;

    helper_begin();
    a = ASK(.verb = WIRE_ACCOUNT, .service = "cron", .host = true, .user = "zhangsan");
    answer_is(&a, "granted", "", "cron");
    ck_assert_str_eq(a.account, "valid");
    a = ASK(.verb = WIRE_ACCOUNT, .service = "cron", .host = true, .user = "disabled");
    DENIED(a, "disabled");
    ck_assert_str_eq(a.account, "expired");
    a = ASK(.verb = WIRE_ACCOUNT, .service = "cron", .host = true, .user = "strangername");
    DENIED(a, "not_visible");
}
END_TEST

START_TEST(the_application_that_a_host_chose_must_be_that_of_the_service) {
    helper_begin();
    GRANTED(LOGIN("zhangsan", .app = "main"), "zhangsan");
    DENIED(LOGIN("zhangsan", .app = "other"), "not_allowed");
    DENIED(ASK(.verb = WIRE_INFO, .app = "other"), "not_allowed");
}
END_TEST

START_TEST(info_tells_what_a_web_host_needs_and_no_secret) {
    struct answer a;
    const json_t *row;
    const char *shown;

    helper_begin();
    a = ASK(.verb = WIRE_INFO);
    answer_is(&a, "granted", "", "info");
    ck_assert_int_eq((int)json_array_size(a.rows), 1);
    row = json_array_get(a.rows, 0);
    ck_assert_str_eq(json_string_value(json_object_get(row, "corp_id")), CORP);
    ck_assert_int_eq((int)json_integer_value(json_object_get(row, "agent_id")), AGENT);
    shown = place_keep(json_dumps(a.rows, 0));
    ck_assert_ptr_null(strstr(shown, "secret"));
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

#define LOOP(tcase, test, table) \
    tcase_add_loop_test((tcase), (test), 0, (int)(sizeof(table) / sizeof(table)[0]))

Suite *suite(void) {
    Suite *s = suite_create("e2e member");
    TCase *t = place_case("which member", 30);

    LOOP(t, only_an_active_visible_member_gets_in, members);
    tcase_add_test(t, a_member_without_a_department_in_range_exports_none);
    tcase_add_test(t, the_log_says_how_to_let_an_invisible_person_in);
    tcase_add_test(t, a_leaver_is_refused_when_wecom_is_asked_again);
    tcase_add_test(t, another_company_active_is_no_member);
    tcase_add_test(t, a_linked_company_is_another_company);
    suite_add_tcase(s, t);

    t = place_case("what is told", 30);

    tcase_add_loop_test(t, only_what_is_exported_is_told, 0, 5);
    tcase_add_test(t, everything_that_is_exported_is_told_as_wecom_has_it);
    tcase_add_test(t, consent_is_given_field_by_field);
    tcase_add_test(t, details_are_asked_only_for_services_that_export_them);
    tcase_add_test(t, details_of_a_refused_person_are_told_to_nobody);
    tcase_add_test(t, texts_come_in_the_language_of_the_service);
    suite_add_tcase(s, t);

    t = place_case("which service", 30);

    tcase_add_test(t, a_login_for_a_service_without_a_section_is_not_allowed);
    tcase_add_test(t, questions_of_a_service_without_a_section_are_not_allowed);
    tcase_add_test(t, an_account_without_a_section_is_checked_for_being_active_only);
    tcase_add_test(t, the_application_that_a_host_chose_must_be_that_of_the_service);
    tcase_add_test(t, info_tells_what_a_web_host_needs_and_no_secret);
    suite_add_tcase(s, t);
    return s;
}
