/* What a login costs: requests, tokens, handshakes, counted where they arrive. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

enum { MANY = 200, SOME = 20 };

static void count_from_here(void) {
    ck_assert(sim_counts_reset(place.sim));
}

START_TEST(one_warm_login_is_one_request) {
    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(count_all(), 3); /* the first one: token, code, member */
    for (int named = 0; named < 3; named++) {
        count_from_here();
        GRANTED(LOGIN("zhangsan", .user = named > 0 ? "zhangsan" : NULL,
                      .service = named == 2 ? "host" : "web", .host = named == 2),
                "zhangsan");
        ck_assert_int_eq(count(GETUSERINFO), 1);
        ck_assert_int_eq(count_all(), 1);
        ck_assert_int_eq(count("handshakes"), 0);
    }
}
END_TEST

START_TEST(a_named_person_is_asked_for_once_beside_the_redemption) {
    helper_begin();
    GRANTED(LOGIN("zhangsan", .user = "zhangsan"), "zhangsan");
    ck_assert_int_eq(count(USER_GET), 1);
    ck_assert_int_eq(count_all(), 3);
    GRANTED(LOGIN("lisi", .user = "LiSi"), "lisi");
    ck_assert_int_eq(count(USER_GET), 2);
}
END_TEST

START_TEST(the_account_check_after_a_login_costs_nothing) {
    struct answer a;

    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    count_from_here();
    for (int i = 0; i < SOME; i++) {
        a = ASK(.verb = WIRE_ACCOUNT, .service = i % 2 ? "host" : "web", .host = i % 2,
                .user = "zhangsan");
        answer_is(&a, "granted", "", "account");
    }
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(a_refusal_costs_no_more_than_a_login) {
    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    count_from_here();
    DENIED(LOGIN("zhangsan", .user = "lisi", .link = CORP "/zhangsan-2"), "identity_mismatch");
    ck_assert_int_le(count_all(), 2); /* who was named was asked for, too */
    count_from_here();
    DENIED(ASK(.code = "0123456789012345678901234567890123456789"), "code_invalid");
    ck_assert_int_eq(count(GETUSERINFO), 1);
    ck_assert_int_eq(count(GETTOKEN), 0);
}
END_TEST

START_TEST(an_invisible_person_is_not_asked_for_each_time) {
    helper_begin();
    for (int i = 0; i < SOME; i++)
        DENIED(LOGIN("outsider", .user = "outsider"), "not_visible");
    ck_assert_int_eq(count(USER_GET), 1);
}
END_TEST

/* Codes are minted first, so that the logins arrive together. */
static void log_in_together(int logins, const char *const people[], int of) {
    static int fds[MANY];
    static const char *codes[MANY];

    for (int i = 0; i < logins; i++)
        codes[i] = talk_code(people[i % of]);
    count_from_here();
    for (int i = 0; i < logins; i++)
        fds[i] = talk_open(&(const struct question){.code = codes[i]});
    for (int i = 0; i < logins; i++) {
        GRANTED(talk_hear(fds[i], 20000), people[i % of]);
        (void)close(fds[i]);
    }
}

START_TEST(two_hundred_logins_at_a_cold_helper_fetch_one_token) {
    static const char *const people[] = {"zhangsan", "lisi", "wangwu",
                                         "WangFang", "1001", "zhaoliu"};

    /* they all wait for the token */
    ck_assert(sim_fault(place.sim,
                        "{\"kind\":\"delay_ms\",\"delay_ms\":%d,\"path\":\"" GETTOKEN "\"}",
                        _i == 0 ? 0 : 500));
    helper_identities_only = true;
    helper_begin();
    log_in_together(MANY, people, 6);
    ck_assert_int_eq(count(GETTOKEN), 1);
    ck_assert_int_eq(count(GETUSERINFO), MANY);
    ck_assert_int_eq(count(USER_GET), 6);
    ck_assert_int_le(count("handshakes"), 33); /* 32 at once at most, and the first */
    ck_assert_int_le(count("connections"), 33);
}
END_TEST

START_TEST(two_hundred_logins_of_one_person_ask_for_him_once) {
    static const char *const people[] = {"zhangsan"};

    ck_assert(sim_fault(place.sim,
                        "{\"kind\":\"delay_ms\",\"delay_ms\":%d,\"path\":\"" USER_GET "\"}",
                        _i == 0 ? 0 : 500));
    helper_identities_only = true;
    helper_begin();
    log_in_together(MANY, people, 1);
    ck_assert_int_eq(count(GETTOKEN), 1);
    ck_assert_int_eq(count(USER_GET), 1);
    ck_assert_int_eq(count_all(), MANY + 2);
}
END_TEST

START_TEST(two_hundred_warm_logins_are_two_hundred_requests) {
    static const char *const people[] = {"zhangsan"};

    helper_identities_only = true;
    helper_begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    log_in_together(MANY, people, 1);
    ck_assert_int_eq(count_all(), MANY);
    ck_assert_int_le(count("handshakes"), 32);
}
END_TEST

START_TEST(one_code_offered_by_twenty_logins_serves_one_of_them) {
    int fds[SOME], granted = 0;
    const char *code;

    helper_begin();
    if (_i > 0) /* while the first one waits */
        ck_assert(sim_fault(place.sim, "{\"kind\":\"delay_ms\",\"delay_ms\":300,\"path\":\"%s\"}",
                            _i == 1 ? GETTOKEN : GETUSERINFO));
    code = talk_code("zhangsan");
    for (int i = 0; i < SOME; i++)
        fds[i] = talk_open(&(const struct question){.code = code,
                                                    .user = i % 3 == 1   ? "zhangsan"
                                                            : i % 3 == 2 ? "lisi"
                                                                         : NULL});
    for (int i = 0; i < SOME; i++) {
        struct answer a = talk_hear(fds[i], 10000);

        granted += strcmp(a.verdict, "granted") == 0;
        if (strcmp(a.verdict, "granted") != 0)
            DENIED(a, "code_invalid");
        (void)close(fds[i]);
    }
    ck_assert_int_eq(granted, 1);
    ck_assert_int_eq(count(GETUSERINFO), 1);
}
END_TEST

START_TEST(one_code_at_two_services_serves_one_of_them) {
    const char *code;

    helper_begin();
    code = talk_code("zhangsan");
    GRANTED(ASK(.code = code, .service = "host", .host = true, .user = "zhangsan"), "zhangsan");
    DENIED(ASK(.code = code), "code_invalid");
    DENIED(ASK(.code = text(" %s ", code)), "code_invalid");
    ck_assert_int_eq(count(GETUSERINFO), 1);
}
END_TEST

START_TEST(what_a_login_sends_is_what_wecom_describes) {
    const json_t *all, *request, *query;
    struct answer a;
    size_t i;

    helper_begin();
    a = ASK(.service = "detail",
            .code = talk_mint("{\"agent_id\":%d,\"userid\":\"zhangsan\",\"ticket\":true}", AGENT));
    GRANTED(a, "zhangsan");
    all = json_object_get(place_json(sim_get(place.sim, "/requests?last=10")), "requests");
    ck_assert_int_eq((int)json_array_size(all), 4);
    json_array_foreach(all, i, request) {
        const char *path = json_string_value(json_object_get(request, "path"));
        bool with_token = strcmp(path, GETTOKEN) != 0;

        query = json_object_get(request, "query");
        ck_assert_str_eq(json_string_value(json_object_get(request, "method")),
                         strcmp(path, GETUSERDETAIL) == 0 ? "POST" : "GET");
        ck_assert_int_eq(json_object_get(query, "access_token") != NULL, with_token);
        ck_assert_int_eq(json_object_get(query, "corpsecret") != NULL, !with_token);
        ck_assert_ptr_null(json_object_get(query, "debug"));
        ck_assert_ptr_null(json_object_get(query, "user_ticket"));
        ck_assert_int_eq(
            strncmp(json_string_value(json_object_get(request, "user_agent")), "pam_wecom/", 10),
            0);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e counts");
    TCase *t = place_case("one", 30);

    tcase_add_test(t, one_warm_login_is_one_request);
    tcase_add_test(t, a_named_person_is_asked_for_once_beside_the_redemption);
    tcase_add_test(t, the_account_check_after_a_login_costs_nothing);
    tcase_add_test(t, a_refusal_costs_no_more_than_a_login);
    tcase_add_test(t, an_invisible_person_is_not_asked_for_each_time);
    tcase_add_test(t, what_a_login_sends_is_what_wecom_describes);
    suite_add_tcase(s, t);

    t = place_case("many", 60);
    tcase_add_loop_test(t, two_hundred_logins_at_a_cold_helper_fetch_one_token, 0, 2);
    tcase_add_loop_test(t, two_hundred_logins_of_one_person_ask_for_him_once, 0, 2);
    tcase_add_test(t, two_hundred_warm_logins_are_two_hundred_requests);
    tcase_add_loop_test(t, one_code_offered_by_twenty_logins_serves_one_of_them, 0, 3);
    tcase_add_test(t, one_code_at_two_services_serves_one_of_them);
    suite_add_tcase(s, t);
    return s;
}
