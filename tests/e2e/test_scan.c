/* People sign in by scan: telephones, desktops and what else opens the link; real helper, real
 * wecom-web, WeCom's pages as the simulator shows them.
 */
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_scan.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static void teardown(void) {
    scan_end();
}

static const char *const in_wecom[] = {agent_ios, agent_android, agent_windows};

START_TEST(whoever_scans_with_wecom_types_six_digits_and_is_in) {
    struct terminal t;
    struct browser *phone;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_new(in_wecom[_i], "zh", "lisi");
    page = browser_open(phone, t.link);
    seen_is(&page, "code", "zh");
    /* which login it is, and whose phone */
    text_has(page.body, "<dd>sshd</dd>");
    text_has(page.body, "<dd>198.51.100.23</dd>");
    text_has(page.body, "<dd>李四</dd>");
    text_has(page.body, text("<dd>%s</dd>", t.id));
    terminal_lets_in(&t, page.pin, "lisi");
    text_has(helper_line(0, "scanned"), text("id='%s'", t.id));
    text_has(helper_line(0, "login granted"), "method='scan'");
}
END_TEST

/* In the client WeCom is asked silently and for one application; the callback is a bare path. */
START_TEST(the_link_leads_to_wecom_and_contacts_nobody) {
    struct browser *phone, *desktop;
    struct terminal t;
    struct seen page;
    int before;

    scan_begin(NULL);
    t = terminal_open("web", NULL);
    phone = browser_new(agent_ios, "zh", NULL);
    desktop = browser_new(agent_desktop, "zh", NULL);
    before = count_all();
    page = browser_get(phone, t.link);
    ck_assert_int_eq(page.status, 302);
    text_has(page.location, text("%s/connect/oauth2/authorize?appid=" CORP
                                 "&redirect_uri=https%%3A%%2F%%2Flogin.example.com%%2Fcallback"
                                 "&response_type=code&scope=snsapi_base&state=",
                                 sim_api_url(place.sim)));
    text_has(page.location, "&agentid=1000002#wechat_redirect");
    ck_assert_ptr_null(strstr(page.location, strrchr(t.link, '/') + 1));
    text_has(page.headers, "Set-Cookie: __Host-wecom=");
    text_has(page.headers, "; Path=/; Max-Age=");
    text_has(page.headers, "; Secure; HttpOnly; SameSite=Lax");
    ck_assert_ptr_null(strstr(page.headers, "Domain="));
    page = browser_get(desktop, t.link);
    text_has(page.location,
             text("%s/wwlogin/sso/login?login_type=CorpApp&appid=" CORP, sim_api_url(place.sim)));
    ck_assert_int_eq(count_all(), before);
    (void)close(t.fd);
}
END_TEST

START_TEST(a_desktop_browser_shows_wecom_s_own_qr_code) {
    struct browser *desktop, *phone;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    desktop = browser_new(agent_desktop, "en", NULL);
    phone = browser_new(agent_ios, "zh", "lisi");
    page = browser_open(desktop, t.link);
    page = browser_scanned(desktop, &page, phone, "allow");
    seen_is(&page, "code", "en");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

START_TEST(a_desktop_client_takes_one_click) {
    struct browser *desktop;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("wangwu");
    desktop = browser_new(agent_desktop, "zh", "wangwu");
    page = browser_open(desktop, t.link);
    page = browser_clicks(desktop, &page);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "wangwu");
}
END_TEST

START_TEST(whoever_declines_may_think_again) {
    struct browser *desktop, *phone;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    desktop = browser_new(agent_desktop, "zh", NULL);
    phone = browser_new(agent_ios, "zh", "lisi");
    page = browser_open(desktop, t.link);
    page = browser_scanned(desktop, &page, phone, "deny");
    seen_is(&page, "declined", "zh");
    page = browser_open(desktop, t.link);
    page = browser_scanned(desktop, &page, phone, "allow");
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* Whether WeChat comes back without a code, or not at all. */
START_TEST(wechat_is_told_to_use_wecom) {
    struct browser *phone;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_new(agent_wechat, "zh", NULL);
    page = browser_open(phone, t.link);
    seen_is(&page, "wechat", "zh");
    page = browser_open(browser_new(agent_wechat, "en", NULL), t.link);
    seen_is(&page, "wechat", "en");
    /* the same person, with the right app now */
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* Each takes no place of the link, however often it comes. */
START_TEST(a_phone_s_own_browser_is_told_to_use_wecom) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    for (int i = 0; i < 12; i++) {
        struct browser *safari = browser_new(agent_safari, i % 2 ? "en" : "zh", NULL);

        page = browser_open(safari, t.link);
        seen_is(&page, "scan_with_wecom", i % 2 ? "en" : "zh");
        ck_assert_str_eq(browser_cookie(safari), "");
    }
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

START_TEST(another_company_in_wecom_is_told_to_switch) {
    struct browser *phone;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_elsewhere("lisi");
    page = browser_open(phone, t.link);
    seen_is(&page, "other_company", "zh");
    ck_assert_ptr_null(strstr(page.body, "sshd"));
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

START_TEST(a_reload_shows_the_same_code) {
    const char *callback, *pin;
    struct browser *phone;
    struct terminal t;
    struct seen page;
    int redeemed;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_new(agent_ios, "zh", "lisi");
    page = browser_get(phone, t.link);
    callback = browser_get(phone, page.location).location;
    page = browser_get(phone, callback);
    seen_is(&page, "code", "zh");
    pin = page.pin;
    redeemed = count(GETUSERINFO);
    page = browser_get(phone, callback);
    ck_assert_str_eq(page.pin, pin);
    page = browser_open(phone, t.link); /* scanned once more */
    ck_assert_str_eq(page.pin, pin);
    ck_assert_int_eq(count(GETUSERINFO), redeemed);
    terminal_lets_in(&t, pin, "lisi");
    page = browser_get(phone, callback);
    seen_is(&page, "try_again", "zh");
    page = browser_open(phone, t.link);
    seen_is(&page, "expired", "zh");
}
END_TEST

START_TEST(a_client_that_asks_twice_at_once_gets_one_code) {
    const char *callback;
    struct browser *phone;
    struct seen page, both[2];
    struct terminal t;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_new(agent_android, "zh", "lisi");
    page = browser_get(phone, t.link);
    callback = browser_get(phone, page.location).location;
    ck_assert(sim_fault(place.sim,
                        "{\"path\":\"" GETUSERINFO "\",\"kind\":\"delay_ms\",\"delay_ms\":300}"));
    browser_get_twice(phone, callback, both);
    seen_is(&both[0], "code", "zh");
    seen_is(&both[1], "code", "zh");
    ck_assert_str_eq(both[0].pin, both[1].pin);
    ck_assert_int_eq(count(GETUSERINFO), 1);
    terminal_lets_in(&t, both[1].pin, "lisi");
}
END_TEST

static const char *const refused[] = {"disabled", "notyet", "leaver", "switchedoff", "outsider"};

/* They hold their own terminal and their own phone. */
START_TEST(who_may_not_sign_in_gets_a_page_and_no_code) {
    const char *language = _i % 2 ? "en" : "zh";
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL(refused[_i]);
    page = browser_open(browser_new(agent_ios, language, refused[_i]), t.link);
    seen_is(&page, "not_allowed", language);
    text_has(page.body, text("<dd>%s</dd>", t.id)); /* what the administrator is to be told */
    text_has(helper_line(0, "scan not accepted"), text("userid='%s'", refused[_i]));
    (void)close(t.fd);
}
END_TEST

START_TEST(a_service_s_rules_are_told_on_the_phone) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = terminal_open("closed", "wangwu");
    page = browser_open(browser_new(agent_ios, "en", "wangwu"), t.link);
    seen_is(&page, "not_allowed", "en");
    text_has(helper_line(0, "scan not accepted"), "reason='not_allowed'");
    (void)close(t.fd);
    t = terminal_open("closed", "lisi");
    page = browser_open(browser_new(agent_ios, "en", "lisi"), t.link);
    seen_is(&page, "code", "en");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* A host that wants to know only who it is. */
START_TEST(a_service_without_accounts_takes_whoever_scans) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = terminal_open("web", NULL);
    page = browser_open(browser_new(agent_ios, "zh", "WangFang"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "WangFang");
}
END_TEST

/* WeCom does not answer, or with an error: the same link works once it does. */
START_TEST(trouble_at_wecom_is_told_and_the_link_stays_good) {
    static const char *const faults[] = {
        "{\"path\":\"" GETUSERINFO "\",\"kind\":\"http_status\",\"http_status\":502,\"times\":3}",
        "{\"path\":\"" GETUSERINFO "\",\"kind\":\"errcode\",\"errcode\":60020,\"times\":3}",
        "{\"path\":\"" GETUSERINFO "\",\"kind\":\"garbage\",\"times\":3}",
        "{\"path\":\"" USER_GET "\",\"kind\":\"http_status\",\"http_status\":502,\"times\":3}",
    };
    struct browser *phone;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    phone = browser_new(agent_ios, "en", "lisi");
    ck_assert(sim_fault(place.sim, "%s", faults[_i]));
    page = browser_open(phone, t.link);
    seen_is(&page, "try_again", "en");
    ck_assert(sim_faults_clear(place.sim));
    page = browser_open(phone, t.link);
    seen_is(&page, "code", "en");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

START_TEST(words_at_the_prompt_change_the_language_and_the_picture) {
    const char *zh = place_sentence("zh_CN", "scan_hint", NULL);
    const char *en = place_sentence("en", "scan_hint", NULL);
    struct terminal t;
    struct answer a;
    struct seen page;

    scan_begin(NULL);
    t = terminal_open("both", "lisi");
    text_has(t.info, zh);
    text_has(t.info, en);
    text_has(t.info, "\u2588");
    a = terminal_type(&t, "en");
    ck_assert_ptr_null(strstr(a.info, zh));
    text_has(a.info, en);
    a = terminal_type(&t, "ASCII");
    ck_assert_ptr_null(strstr(a.info, "\u2588"));
    text_has(a.info, "##");
    text_has(a.info, t.link); /* the same one */
    a = terminal_type(&t, "zh");
    ck_assert_ptr_null(strstr(a.info, en));
    text_has(a.info, zh);
    a = terminal_type(&t, "message");
    ck_assert_ptr_null(strstr(a.info, t.link));
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "expired", "zh");
    a = terminal_type(&t, "scan");
    ck_assert_ptr_null(strstr(a.info, t.link)); /* a new one */
    page = browser_open(
        browser_new(agent_ios, "zh", "lisi"),
        text("%.*s", (int)strcspn(strstr(a.info, "https://"), "\n"), strstr(a.info, "https://")));
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* What answers at once has no phone: sshd's password method, with the password that it has. */
START_TEST(a_host_that_answers_by_itself_is_served_by_message) {
    struct terminal t;
    struct answer a;
    json_t *outbox;
    const char *sent;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi"); /* has an account from here on */
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    terminal_lets_in(&t, page.pin, "lisi");
    t = terminal_open("both", "lisi");
    DENIED(terminal_type(&t, "hunter2"), "code_invalid");
    (void)close(t.fd);
    ck_assert(helper_says(0, "code sent"));
    outbox = place_json(sim_get(place.sim, "/outbox"));
    sent = json_string_value(json_object_get(
        json_object_get(json_array_get(json_object_get(outbox, "messages"), 0), "text"),
        "content"));
    t = terminal_open("both", "lisi");
    a = terminal_type(&t, text("%.6s", sent));
    GRANTED(a, "lisi");
    ck_assert_str_eq(a.method, "message");
    (void)close(t.fd);
}
END_TEST

START_TEST(nothing_is_left_of_a_login_whose_host_hung_up) {
    int64_t begun_ms;
    struct terminal t;
    struct seen page;
    struct answer a;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    a = ASK(.verb = WIRE_ADMIN, .command = "logins");
    text_has(place_keep(json_dumps(a.rows, JSON_COMPACT)), t.id);
    begun_ms = now_ms();
    (void)close(t.fd);
    do {
        a = ASK(.verb = WIRE_ADMIN, .command = "logins");
        page = browser_open(browser_new(agent_ios, "en", "lisi"), t.link);
        ck_assert_int_lt(now_ms() - begun_ms, 1000 * place_slowness());
    } while (strstr(place_keep(json_dumps(a.rows, JSON_COMPACT)), t.id) != NULL);
    seen_is(&page, "expired", "en");
}
END_TEST

/* Its time is over while its phone is being looked at. */
START_TEST(a_phone_is_told_when_the_terminal_goes_first) {
    struct browser *phone;
    struct seen page, both[2];
    struct terminal t;

    scan_begin(NULL);
    phone = browser_new(agent_ios, "zh", "lisi");
    t = terminal_ask(&(const struct question){
        .service = "sshd", .user = "lisi", .host = true, .deadline_ms = 1500 * place_slowness()});
    page = browser_get(phone, t.link);
    page = browser_get(phone, page.location);
    ck_assert(sim_fault(place.sim, "{\"path\":\"" GETUSERINFO "\",\"kind\":\"hang\",\"times\":0}"));
    browser_get_twice(phone, page.location, both);
    seen_is(&both[0], "expired", "zh");
    seen_is(&both[1], "expired", "zh");
    ck_assert(sim_faults_clear(place.sim));
    DENIED(talk_hear(t.fd, 1000), "timeout");
    (void)close(t.fd);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e scan");
    TCase *t = web_case("scan", 60);

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, whoever_scans_with_wecom_types_six_digits_and_is_in, 0, COUNT(in_wecom));
    tcase_add_test(t, the_link_leads_to_wecom_and_contacts_nobody);
    tcase_add_test(t, a_desktop_browser_shows_wecom_s_own_qr_code);
    tcase_add_test(t, a_desktop_client_takes_one_click);
    tcase_add_test(t, whoever_declines_may_think_again);
    tcase_add_test(t, wechat_is_told_to_use_wecom);
    tcase_add_test(t, a_phone_s_own_browser_is_told_to_use_wecom);
    tcase_add_test(t, another_company_in_wecom_is_told_to_switch);
    tcase_add_test(t, a_reload_shows_the_same_code);
    tcase_add_test(t, a_client_that_asks_twice_at_once_gets_one_code);
    tcase_add_loop_test(t, who_may_not_sign_in_gets_a_page_and_no_code, 0, COUNT(refused));
    tcase_add_test(t, a_service_s_rules_are_told_on_the_phone);
    tcase_add_test(t, a_service_without_accounts_takes_whoever_scans);
    tcase_add_loop_test(t, trouble_at_wecom_is_told_and_the_link_stays_good, 0, 4);
    tcase_add_test(t, words_at_the_prompt_change_the_language_and_the_picture);
    tcase_add_test(t, a_host_that_answers_by_itself_is_served_by_message);
    tcase_add_test(t, nothing_is_left_of_a_login_whose_host_hung_up);
    tcase_add_test(t, a_phone_is_told_when_the_terminal_goes_first);
    suite_add_tcase(s, t);
    return s;
}
