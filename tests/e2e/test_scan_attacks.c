/* Nobody who does not hold the terminal gains from a link, and nobody who does not hold the phone
 * gains from the terminal: attackers, against all that is real.
 */
#include <string.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support_scan.h"

/* Of helper/links.h. */
enum { OPENERS = 8 };

static void teardown(void) {
    scan_end();
}

/* Some six digits that are not these. */
static const char *other_than(const char *pin) {
    return strcmp(pin, "482913") == 0 ? "482914" : "482913";
}

static void is_ended(struct answer a, const char *text_id) {
    answer_is(&a, "too_many", "too_many_tries", text_id);
}

static void is_asked_again(struct answer a) {
    ck_assert_msg(a.prompt[0] != '\0' && a.verdict[0] == '\0', "%s %s\n%s", a.verdict, a.reason,
                  helper_tail());
}

/* The attacker asks for the victim's name and sends him the link. What he would need is on the
 * victim's screen.
 */
START_TEST(a_forwarded_link_gives_its_sender_nothing) {
    struct browser *attacker, *victim;
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    attacker = browser_new(agent_desktop, "zh", NULL);
    victim = browser_new(agent_ios, "zh", "lisi");
    t = TERMINAL("lisi");
    (void)browser_open(attacker, t.link);
    page = browser_open(victim, t.link);
    seen_is(&page, "code", "zh");
    text_has(page.body, place_sentence("zh_CN", "web_code_warning", NULL));
    is_asked_again(terminal_type(&t, ""));
    is_asked_again(terminal_type(&t, other_than(page.pin)));
    page = browser_open(attacker, t.link);
    seen_is(&page, "used", "zh");
    ck_assert_ptr_null(strstr(page.body, "sshd"));
    is_ended(terminal_type(&t, "000000"), "scan_over");
    (void)close(t.fd);
}
END_TEST

/* Whoever sees a QR code over somebody's shoulder. */
START_TEST(somebody_else_s_phone_opens_nothing) {
    struct terminal t, nobody_s;
    struct browser *other;
    struct seen page, same;

    scan_begin(NULL);
    other = browser_new(agent_ios, "en", "wangwu");
    t = TERMINAL("lisi");
    nobody_s = TERMINAL("nobody-here");
    page = browser_open(other, t.link);
    seen_is(&page, "other_person", "en");
    ck_assert_ptr_null(strstr(page.body, t.id));
    for (int i = 0; i < 3; i++) {
        static const char *const private[] = {"lisi", "sshd", "198.51.100.23"};

        ck_assert_msg(strstr(page.body, private[i]) == NULL, "%s", page.body);
    }
    /* nor is it told whether anybody has the name */
    same = browser_open(other, nobody_s.link);
    ck_assert_str_eq(same.body, page.body);
    is_asked_again(terminal_type(&t, "000000"));
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
    (void)close(nobody_s.fd);
}
END_TEST

/* WeCom is not asked about him either. */
START_TEST(somebody_else_is_asked_no_more_than_his_name) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = terminal_open("web", "lisi");
    page = browser_open(browser_new(agent_ios, "en", "wangwu"), t.link);
    seen_is(&page, "other_person", "en");
    ck_assert_int_eq(count(GETUSERINFO), 1);
    ck_assert_int_eq(count(USER_GET), 0);
    (void)close(t.fd);
}
END_TEST

/* Previews and scanners of mail and chat: with no cookie, some with HEAD. */
START_TEST(crawlers_that_come_first_bind_nothing) {
    struct terminal t;
    struct seen page;
    int asked;

    scan_begin(NULL);
    t = terminal_open("web", NULL);
    asked = count_all();
    for (int i = 0; i < OPENERS - 1; i++) {
        page = browser_get(browser_new(agent_desktop, "zh", NULL), t.link);
        ck_assert_int_eq(page.status, 302);
    }
    for (int i = 0; i < 2 * OPENERS; i++) {
        struct run r =
            RUN(NULL, "/usr/bin/curl", "-sI", "--cacert", place_path("web.pem"), "--connect-to",
                text("login.example.com:443:127.0.0.1:%d", web_port), t.link);

        text_has(r.out, "HTTP/1.1 405");
    }
    ck_assert_int_eq(count_all(), asked);
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* More than that, and the login begins anew; no state of anybody is lost, and no code is shown. */
START_TEST(a_link_has_eight_openers) {
    struct browser *first, *late;
    struct terminal t, again;
    struct seen begun, page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    first = browser_new(agent_ios, "zh", "lisi");
    late = browser_new(agent_ios, "zh", "lisi");
    begun = browser_get(first, t.link);
    for (int i = 0; i < OPENERS - 1; i++)
        (void)browser_get(browser_new(agent_desktop, "zh", NULL), t.link);
    page = browser_open(late, t.link);
    seen_is(&page, "try_again", "zh");
    ck_assert_str_eq(browser_cookie(late), "");
    again = TERMINAL("lisi");
    page = browser_open(late, again.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&again, page.pin, "lisi");
    page = browser_open(first, begun.location);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* The attacker makes the victim's browser come back with the state of his own, and hopes for the
 * code in it; or he takes an address out of somebody's log.
 */
START_TEST(a_state_is_worth_nothing_without_its_cookie) {
    struct browser *attacker, *victim, *stranger;
    struct terminal t;
    struct seen begun, back, page;
    int redeemed;

    scan_begin(NULL);
    attacker = browser_new(agent_ios, "zh", NULL);
    victim = browser_new(agent_ios, "zh", "lisi");
    stranger = browser_new(agent_ios, "zh", NULL);
    t = TERMINAL("lisi");
    begun = browser_get(attacker, t.link);
    back = browser_get(victim, begun.location); /* the attacker's link, the victim's WeCom */
    redeemed = count(GETUSERINFO);
    page = browser_get(victim, back.location);
    seen_is(&page, "try_again", "zh");
    page = browser_get(stranger, back.location);
    seen_is(&page, "try_again", "zh");
    (void)browser_get(stranger, t.link); /* with a cookie of the same link */
    page = browser_get(stranger, back.location);
    seen_is(&page, "try_again", "zh");
    ck_assert_int_eq(count(GETUSERINFO), redeemed);
    page = browser_open(victim, t.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&t, page.pin, "lisi");
}
END_TEST

/* An address of a callback is found in somebody's history, before and after it was used. */
START_TEST(a_callback_works_for_one_browser) {
    struct browser *phone, *thief;
    struct terminal t;
    struct seen back, page;

    scan_begin(NULL);
    phone = browser_new(agent_ios, "zh", "lisi");
    thief = browser_new(agent_ios, "zh", "wangwu");
    t = TERMINAL("lisi");
    (void)browser_get(thief, t.link);
    back = browser_get(phone, t.link);
    back = browser_get(phone, back.location);
    page = browser_get(thief, back.location);
    seen_is(&page, "try_again", "zh");
    page = browser_get(phone, back.location); /* it took nothing away */
    seen_is(&page, "code", "zh");
    for (int i = 0; i < 2; i++) {
        struct seen stolen = browser_get(thief, back.location);

        seen_is(&stolen, "try_again", "zh");
        if (i == 0)
            terminal_lets_in(&t, page.pin, "lisi");
    }
    page = browser_get(phone, back.location); /* over */
    seen_is(&page, "try_again", "zh");
}
END_TEST

/* His own code in the callback of somebody else's phone, or a code of another login. */
START_TEST(a_code_of_wecom_serves_one_login_of_its_owner) {
    struct browser *lisi, *wangwu;
    const char *state, *code;
    struct terminal a, b;
    struct seen begun, page;

    scan_begin(NULL);
    lisi = browser_new(agent_ios, "zh", "lisi");
    wangwu = browser_new(agent_ios, "zh", "wangwu");
    a = TERMINAL("lisi");
    b = TERMINAL("wangwu");
    begun = browser_get(lisi, a.link);
    state = text("%.32s", strstr(begun.location, "state=") + 6);
    code = talk_code("wangwu");
    page =
        browser_get(lisi, text("https://login.example.com/callback?code=%s&state=%s", code, state));
    seen_is(&page, "other_person", "zh");
    begun = browser_get(wangwu, b.link); /* the code is used up, for its owner too */
    state = text("%.32s", strstr(begun.location, "state=") + 6);
    page = browser_get(wangwu,
                       text("https://login.example.com/callback?code=%s&state=%s", code, state));
    seen_is(&page, "try_again", "zh");
    page = browser_open(wangwu, b.link);
    seen_is(&page, "code", "zh");
    is_asked_again(terminal_type(&a, page.pin)); /* nor do the digits of another login */
    terminal_lets_in(&b, page.pin, "wangwu");
    page = browser_open(lisi, a.link);
    seen_is(&page, "code", "zh");
    terminal_lets_in(&a, page.pin, "lisi");
}
END_TEST

/* Two terminals of one person: the digits belong to the link that was scanned. */
START_TEST(digits_belong_to_one_terminal) {
    struct terminal a, b;
    struct seen page;

    scan_begin(NULL);
    a = TERMINAL("lisi");
    b = TERMINAL("lisi");
    ck_assert_str_ne(a.link, b.link);
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), a.link);
    seen_is(&page, "code", "zh");
    is_asked_again(terminal_type(&b, page.pin));
    terminal_lets_in(&a, page.pin, "lisi");
    (void)close(b.fd);
    b = TERMINAL("lisi");
    is_asked_again(terminal_type(&b, page.pin)); /* and only once */
    (void)close(b.fd);
}
END_TEST

/* With a scan, and without one: Enter, digits, and what looks like a code of WeCom. */
START_TEST(three_wrong_tries_end_a_login) {
    static const char *const nobody_s = "https://login.example.com/s/AAAAAAAAAAAAAAAAAAAAAA";
    struct browser *phone;
    struct terminal t;
    struct seen page;
    struct answer a;

    scan_begin(NULL);
    phone = browser_new(agent_ios, "zh", "lisi");
    t = TERMINAL("lisi");
    page = browser_open(phone, _i ? t.link : nobody_s);
    seen_is(&page, _i ? "code" : "expired", "zh");
    is_asked_again(terminal_type(&t, ""));
    a = terminal_type(&t, _i ? other_than(page.pin) : "000000");
    is_asked_again(a);
    text_has(a.info, place_sentence("en", "scan_missed", NULL));
    a = terminal_type(&t, "0000000000000000000000000000000000000000000");
    is_ended(a, "scan_over");
    answer_reads(&a, "scan_over");
    ck_assert(talk_is_closed(t.fd));
    (void)close(t.fd);
    page = browser_open(phone, t.link);
    seen_is(&page, "expired", "zh");
}
END_TEST

/* Words do not count, and do not give tries back. */
START_TEST(words_give_no_tries_back) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = TERMINAL("lisi");
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    is_asked_again(terminal_type(&t, other_than(page.pin)));
    is_asked_again(terminal_type(&t, "en"));
    is_asked_again(terminal_type(&t, "ascii"));
    is_asked_again(terminal_type(&t, "scan"));
    is_asked_again(terminal_type(&t, other_than(page.pin)));
    is_asked_again(terminal_type(&t, "zh"));
    is_ended(terminal_type(&t, other_than(page.pin)), "scan_over");
    (void)close(t.fd);
}
END_TEST

/* A program that goes to and fro between the methods for a new link, guesses, and begins anew. */
START_TEST(a_new_link_for_each_guess_does_not_help) {
    const struct question q = {
        .service = "both", .user = "lisi", .host = true, .rhost = "198.51.100.23"};
    struct answer a;
    int guesses = 0;

    scan_begin(NULL);
    for (;;) {
        struct terminal t = {.fd = talk_open(&q)};

        a = talk_hear(t.fd, 5000);
        if (strstr(a.info, "https://") == NULL) {
            (void)close(t.fd);
            break;
        }
        is_asked_again(terminal_type(&t, "message"));
        is_asked_again(terminal_type(&t, "scan"));
        a = terminal_type(&t, "000000");
        ck_assert_msg(a.verdict[0] != '\0' && strcmp(a.verdict, "granted") != 0, "%s", a.verdict);
        ck_assert_int_le(++guesses, 6); /* at first as a name that is not known yet */
        (void)close(t.fd);
    }
    text_has(a.info, "press Enter"); /* after a while that grows */
}
END_TEST

static const char *const ids[] = {
    "AAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAB",
    "aaaaaaaaaaaaaaaaaaaaaa",
};

/* Ids, states and cookies that nobody made. */
START_TEST(what_was_never_given_out_opens_nothing) {
    struct browser *b;
    struct terminal t;
    struct seen page;
    char link[128];

    scan_begin(NULL);
    b = browser_new(agent_ios, "en", "lisi");
    t = TERMINAL("lisi");
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        page = browser_open(b, text("https://login.example.com/s/%s", ids[i]));
        seen_is(&page, "expired", "en");
    }
    for (size_t at = strlen(t.link) - 22; at < strlen(t.link); at++) {
        (void)strcpy(link, t.link); /* NOLINT: of equal size */
        link[at] = link[at] == 'x' ? 'y' : 'x';
        page = browser_open(b, link);
        seen_is(&page, "expired", "en");
    }
    page = browser_open(b, text("https://login.example.com/callback?code=%s&state=%s",
                                talk_code("lisi"), "0123456789abcdef0123456789abcdef"));
    seen_is(&page, "try_again", "en");
    page = browser_open(b, "https://login.example.com/callback");
    ck_assert_str_eq(page.pin, "");
    (void)close(t.fd);
}
END_TEST

/* A scan lets nobody in by itself, and neither does what the phone's owner does later. */
START_TEST(a_scan_without_the_digits_is_nothing) {
    struct terminal t;
    struct seen page;

    scan_begin(NULL);
    t = terminal_ask(&(const struct question){
        .service = "sshd", .user = "lisi", .host = true, .deadline_ms = 1500 * place_slowness()});
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "code", "zh");
    DENIED(talk_hear(t.fd, 5000), "timeout");
    (void)close(t.fd);
    page = browser_open(browser_new(agent_ios, "zh", "lisi"), t.link);
    seen_is(&page, "expired", "zh");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e scan_attacks");
    TCase *t = web_case("scan_attacks", 60);

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, a_forwarded_link_gives_its_sender_nothing);
    tcase_add_test(t, somebody_else_s_phone_opens_nothing);
    tcase_add_test(t, somebody_else_is_asked_no_more_than_his_name);
    tcase_add_test(t, crawlers_that_come_first_bind_nothing);
    tcase_add_test(t, a_link_has_eight_openers);
    tcase_add_test(t, a_state_is_worth_nothing_without_its_cookie);
    tcase_add_test(t, a_callback_works_for_one_browser);
    tcase_add_test(t, a_code_of_wecom_serves_one_login_of_its_owner);
    tcase_add_test(t, digits_belong_to_one_terminal);
    tcase_add_loop_test(t, three_wrong_tries_end_a_login, 0, 2);
    tcase_add_test(t, words_give_no_tries_back);
    tcase_add_test(t, a_new_link_for_each_guess_does_not_help);
    tcase_add_test(t, what_was_never_given_out_opens_nothing);
    tcase_add_test(t, a_scan_without_the_digits_is_nothing);
    suite_add_tcase(s, t);
    return s;
}
