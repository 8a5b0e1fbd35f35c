/* A one-time code signs a person in: whose code, what is a code, which name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

#define LONG_ID "a123456789012345678901234567890123456789012345678901234567890123"

START_TEST(a_good_code_signs_its_person_in) {
    struct answer a;
    const char *line;

    helper_begin();
    a = LOGIN("zhangsan");
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(a.account, "valid");
    ck_assert_str_eq(a.corp, CORP);
    ck_assert_str_eq(a.method, "code");
    ck_assert_str_eq(a.message, "");
    ck_assert_str_eq(a.user, "");
    line = helper_line(0, "login granted");
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_nonnull(strstr(line, a.id));
    ck_assert_ptr_nonnull(strstr(line, " service='web' userid='zhangsan' method='code' ms='"));
}
END_TEST

START_TEST(the_same_code_never_serves_again) {
    const char *code;

    helper_begin();
    code = talk_code("zhangsan");
    GRANTED(ASK(.code = code), "zhangsan");
    for (int i = 0; i < 3; i++) {
        struct answer a = ASK(.code = code);

        DENIED(a, "code_invalid");
        answer_reads(&a, "code_invalid");
    }
    ck_assert_int_eq(count(GETUSERINFO), 1);
}
END_TEST

START_TEST(a_used_code_does_not_serve_after_a_restart_either) {
    const char *code;

    helper_begin();
    code = talk_code("zhangsan");
    GRANTED(ASK(.code = code), "zhangsan");
    helper_stop();
    helper_start();
    DENIED(ASK(.code = code), "code_invalid");
    ck_assert_int_eq(count(GETUSERINFO), 2);
}
END_TEST

START_TEST(a_code_for_a_never_lets_b_in) {
    struct answer a;
    const char *line;

    helper_begin();
    for (int host = 0; host < 2; host++) {
        const char *service = host ? "host" : "web", *code = talk_code("zhangsan");

        a = ASK(.service = service, .host = host, .user = "lisi", .code = code);
        DENIED(a, "identity_mismatch");
        answer_reads(&a, "identity_mismatch");
        ck_assert_str_eq(a.user, "");
        ck_assert_str_eq(a.userid, "");
        line = helper_line(0, a.id);
        ck_assert_ptr_nonnull(strstr(line, " user='lisi' userid='zhangsan' "));
        /* not even under the right name: it is used up */
        DENIED(ASK(.service = service, .host = host, .user = "zhangsan", .code = code),
               "code_invalid");
    }
}
END_TEST

/* Names around the right one: each is somebody else, or nobody. */
static const char *const near_misses[] = {"zhangsa",   "zhangsann", "zhangsan ", " zhangsan",
                                          "zhangsan.", "zhang san", "1001",      "@zhangsan",
                                          "root",      "nobody"};

START_TEST(a_name_that_is_only_nearly_right_is_refused) {
    helper_begin();
    DENIED(LOGIN("zhangsan", .user = near_misses[_i]), "identity_mismatch");
    DENIED(LOGIN("zhangsan", .user = near_misses[_i], .service = "host", .host = true),
           "identity_mismatch");
}
END_TEST

START_TEST(the_name_that_the_host_set_comes_back_as_it_was) {
    struct answer a;

    helper_begin();
    a = LOGIN("zhangsan", .service = "host", .host = true, .user = "zhangsan");
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(a.user, "zhangsan");
    a = LOGIN("zhangsan", .user = "ZhangSan");
    GRANTED(a, "zhangsan");
    ck_assert_str_eq(a.user, "");
}
END_TEST

START_TEST(a_code_of_another_application_is_refused) {
    helper_begin();
    DENIED(ASK(.code = talk_mint("{\"agent_id\":%d,\"userid\":\"zhangsan\"}", OTHER_AGENT)),
           "code_invalid");
}
END_TEST

START_TEST(an_expired_code_is_refused) {
    const char *code;
    struct answer a;

    helper_begin();
    code = talk_code("zhangsan");
    ck_assert(sim_advance(place.sim, 301));
    a = ASK(.code = code);
    DENIED(a, "code_invalid");
    answer_reads(&a, "code_invalid");
    ck_assert_int_eq(count(GETUSERINFO), 1);
}
END_TEST

START_TEST(a_code_serves_up_to_its_last_second) {
    const char *code;

    helper_begin();
    code = talk_code("zhangsan");
    ck_assert(sim_advance(place.sim, 290));
    GRANTED(ASK(.code = code), "zhangsan");
}
END_TEST

START_TEST(used_and_expired_codes_look_alike_when_wecom_tells_them_apart) {
    const char *code;
    struct answer a;

    helper_begin();
    ck_assert(sim_option(place.sim, "{\"distinct_codes\":true}"));
    code = talk_code("zhangsan");
    ck_assert(sim_advance(place.sim, 301));
    a = ASK(.code = code);
    DENIED(a, "code_invalid");
    code = talk_code("zhangsan");
    GRANTED(ASK(.code = code), "zhangsan");
    helper_stop();
    helper_start();
    DENIED(ASK(.code = code), "code_invalid");
}
END_TEST

START_TEST(a_code_typed_at_the_prompt_serves) {
    struct answer a;
    int fd;

    helper_begin();
    fd = talk_open(&(const struct question){0});
    a = talk_hear(fd, 5000);
    ck_assert_str_eq(a.prompt, "企业微信登录码 / WeCom sign-in code: ");
    talk_answer(fd, talk_code("zhangsan"));
    GRANTED(talk_hear(fd, 5000), "zhangsan");
    ck_assert(talk_is_closed(fd));
    (void)close(fd);
}
END_TEST

START_TEST(blanks_around_a_code_do_no_harm) {
    static const char *const around[][2] = {{" ", ""}, {"", " "}, {"\t ", " \r\n"}, {"  ", "\n"}};

    helper_begin();
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        const char *code = text("%s%s%s", around[i][0], talk_code("zhangsan"), around[i][1]);

        GRANTED(ASK(.code = code), "zhangsan");
    }
}
END_TEST

/* 31 and 513 bytes, and what people type. Each has a mark that is looked for in the log. */
static const char *const no_codes[] = {
    "hunter2-MARK",
    "MARK123456789012345678901234567",
    "MARK 6789012345678901234567890123456789",
    "MARK56789012345678901234567890123456789!",
    "MARK56789012345678901234567890123456789密码",
    "MARK56789012345678901234567890123456789%",
    "MARK56789012345678901234567890123456789&access_token=x",
    "MARK5678901234567890/1234567890123456789",
    "MARK56789012345678901234567890123456789\x01",
    "MARK567890123\n56789012345678901234567890",
    "",
    "123456",
};

START_TEST(what_is_no_code_is_sent_nowhere_and_logged_nowhere) {
    struct answer a;
    int fd;

    helper_configure("log_level = debug\n", NULL, NULL);
    helper_start();
    a = ASK(.code = no_codes[_i]);
    DENIED(a, "code_invalid");
    answer_reads(&a, "code_invalid");
    DENIED(ASK(.code = no_codes[_i], .user = "lisi"), "code_invalid");
    fd = talk_open(&(const struct question){.service = "host", .host = true, .user = "lisi"});
    (void)talk_hear(fd, 5000);
    talk_answer(fd, no_codes[_i]);
    DENIED(talk_hear(fd, 5000), "code_invalid");
    (void)close(fd);
    /* whether WeCom knows lisi is asked, no more */
    ck_assert_int_eq(count(GETUSERINFO), 0);
    ck_assert_ptr_null(strstr(helper_log(), "MARK"));
    ck_assert_ptr_null(strstr(helper_log(), "123456"));
}
END_TEST

START_TEST(codes_of_32_and_512_bytes_are_sent_others_not) {
    static const size_t lengths[] = {31, 32, 512, 513};
    char code[600];
    int fd;

    helper_begin();
    for (size_t i = 0; i < 4; i++) {
        int before = count(GETUSERINFO);

        memset(code, 'a' + (int)i, sizeof code);
        code[lengths[i]] = '\0';
        fd = talk_open(&(const struct question){0});
        (void)talk_hear(fd, 5000);
        talk_answer(fd, code);
        DENIED(talk_hear(fd, 5000), "code_invalid");
        (void)close(fd);
        ck_assert_int_eq(count(GETUSERINFO) - before, i == 1 || i == 2);
    }
}
END_TEST

START_TEST(a_password_typed_as_the_name_is_not_logged) {
    helper_configure("log_level = debug\n", NULL, NULL);
    helper_start();
    DENIED(LOGIN("zhangsan", .user = "my secret, secret!"), "identity_mismatch");
    ck_assert_ptr_null(strstr(helper_log(), "secret, secret"));
    ck_assert(helper_says(0, " user='?' "));
}
END_TEST

START_TEST(the_service_and_its_pam_line_must_agree_on_identity) {
    struct answer a;

    helper_begin();
    a = LOGIN("zhangsan", .service = "host", .user = "zhangsan");
    DENIED(a, "not_allowed");
    answer_reads(&a, "not_allowed");
    DENIED(LOGIN("zhangsan", .service = "web", .host = true, .user = "zhangsan"), "not_allowed");
    DENIED(ASK(.verb = WIRE_ACCOUNT, .service = "web", .host = true, .user = "zhangsan"),
           "not_allowed");
    DENIED(ASK(.verb = WIRE_ACCOUNT, .service = "host", .user = "zhangsan"), "not_allowed");
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(a_service_with_accounts_needs_a_name) {
    helper_begin();
    DENIED(LOGIN("zhangsan", .service = "host", .host = true), "not_allowed");
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

/* What becomes of each userid of the company: as an identity always good, as a login name only the
 * one that its account has.
 */
static const struct {
    const char *userid, *name; /* name: the login name asked for */
    const char *reason;        /* NULL: it is the name */
} spellings[] = {
    {"zhangsan", "zhangsan", NULL},
    {"zhangsan", "ZhangSan", "identity_mismatch"},
    {"WangFang", "wangfang", NULL},
    {"WangFang", "WangFang", "identity_mismatch"},
    {"chen.xiao-ming_2", "chen.xiao-ming_2", NULL},
    {"1001", "1001", "identity_mismatch"},
    {"1001", "u1001", NULL},
    {"a@b", "a@b", "no_login_name"},
    {"a@b", "a", "identity_mismatch"},
    {LONG_ID, LONG_ID, "no_login_name"},
};

START_TEST(a_userid_is_an_identity_and_its_account_has_one_login_name_or_none) {
    const char *userid = spellings[_i].userid, *name = spellings[_i].name;
    bool same = strcasecmp(userid, name) == 0;
    struct answer a;

    helper_begin();
    a = LOGIN(userid);
    GRANTED(a, userid);
    ck_assert_str_eq(answer_env(&a, WIRE_F_ENV_USERID), userid);
    if (same)
        GRANTED(LOGIN(userid, .user = name), userid);
    a = LOGIN(userid, .service = "host", .host = true, .user = name);
    if (spellings[_i].reason == NULL) {
        GRANTED(a, userid);
        ck_assert_str_eq(a.user, name);
    } else {
        DENIED(a, spellings[_i].reason);
    }
    a = ASK(.verb = WIRE_ACCOUNT, .service = "host", .host = true, .user = name);
    if (spellings[_i].reason == NULL)
        answer_is(&a, "granted", "", "account");
    else
        ck_assert_str_eq(a.verdict, "denied");
}
END_TEST

START_TEST(a_linked_local_name_gets_in_with_its_userid_only) {
    helper_begin();
    GRANTED(LOGIN("zhangsan", .service = "host", .host = true, .user = "deploy",
                  .link = CORP "/zhangsan"),
            "zhangsan");
    GRANTED(LOGIN("zhangsan", .service = "host", .host = true, .user = "deploy",
                  .link = CORP "/ZhangSan"),
            "zhangsan");
    DENIED(
        LOGIN("lisi", .service = "host", .host = true, .user = "deploy", .link = CORP "/zhangsan"),
        "identity_mismatch");
    DENIED(LOGIN("zhangsan", .service = "host", .host = true, .user = "zhangsan",
                 .link = CORP "/lisi"),
           "identity_mismatch");
    DENIED(LOGIN("zhangsan", .service = "host", .host = true, .user = "deploy",
                 .link = "wwanothercompany/zhangsan"),
           "identity_mismatch");
    DENIED(LOGIN("zhangsan", .service = "host", .host = true, .user = "deploy", .link = "zhangsan"),
           "identity_mismatch");
}
END_TEST

#define LOOP(tcase, test, table) \
    tcase_add_loop_test((tcase), (test), 0, (int)(sizeof(table) / sizeof(table)[0]))

Suite *suite(void) {
    Suite *s = suite_create("e2e login");
    TCase *t = place_case("whose code", 30);

    tcase_add_test(t, a_good_code_signs_its_person_in);
    tcase_add_test(t, the_same_code_never_serves_again);
    tcase_add_test(t, a_used_code_does_not_serve_after_a_restart_either);
    tcase_add_test(t, a_code_for_a_never_lets_b_in);
    LOOP(t, a_name_that_is_only_nearly_right_is_refused, near_misses);
    tcase_add_test(t, the_name_that_the_host_set_comes_back_as_it_was);
    tcase_add_test(t, a_code_of_another_application_is_refused);
    tcase_add_test(t, an_expired_code_is_refused);
    tcase_add_test(t, a_code_serves_up_to_its_last_second);
    tcase_add_test(t, used_and_expired_codes_look_alike_when_wecom_tells_them_apart);
    suite_add_tcase(s, t);

    t = place_case("what is a code", 30);

    tcase_add_test(t, a_code_typed_at_the_prompt_serves);
    tcase_add_test(t, blanks_around_a_code_do_no_harm);
    LOOP(t, what_is_no_code_is_sent_nowhere_and_logged_nowhere, no_codes);
    tcase_add_test(t, codes_of_32_and_512_bytes_are_sent_others_not);
    tcase_add_test(t, a_password_typed_as_the_name_is_not_logged);
    suite_add_tcase(s, t);

    t = place_case("which name", 30);

    tcase_add_test(t, the_service_and_its_pam_line_must_agree_on_identity);
    tcase_add_test(t, a_service_with_accounts_needs_a_name);
    LOOP(t, a_userid_is_an_identity_and_its_account_has_one_login_name_or_none, spellings);
    tcase_add_test(t, a_linked_local_name_gets_in_with_its_userid_only);
    suite_add_tcase(s, t);
    return s;
}
