/* The application's own page: browsers, people, and what each of them is shown. */
#include "helper/web_home.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/links.h"
#include "tests/check_main.h"
#include "tests/helper/support_host.h"

#define WEB "[web]\npublic_url = https://login.example.com/prefix\n"
#define SERVICES WEB "[service sshd]\nmethods = scan message code\nlang = en\ndeny = user:wangwu\n"

struct browser {
    const char *agent;
    char cookie[LINKS_WORD_BYTES], state[LINKS_WORD_BYTES];
};

static struct browser wecom, other;

static void setup(void) {
    wecom = other = (struct browser){.agent = "wecom"};
    host_start(SERVICES);
}

static const char *told(enum wire_field field) {
    const char *value = wire_get(host_m, field);

    return value != NULL ? value : "";
}

/* What a browser's request gets; the socket stays open for the page. */
static int ask(enum wire_verb verb, struct browser *b, const char *code) {
    const char *cookie = b->cookie[0] != '\0' ? b->cookie : NULL;
    int web = served_dial(host_inner->served, "web.sock");

    if (verb == WIRE_VISIT)
        served_say(web, verb, WIRE_F_PLACE, "home", WIRE_F_COOKIE, cookie, WIRE_F_CLIENT,
                   "203.0.113.9", WIRE_F_AGENT, b->agent, WIRE_FIELD_COUNT);
    else
        served_say(web, verb, WIRE_F_STATE, b->state, WIRE_F_CODE, code, WIRE_F_COOKIE, cookie,
                   WIRE_F_CLIENT, "203.0.113.9", WIRE_F_AGENT, b->agent, WIRE_FIELD_COUNT);
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_READY);
    return web;
}

static void hear(int web, const char *page) {
    ck_assert(served_receive(host_inner->served, web, host_m));
    ck_assert_int_eq(host_m->verb, WIRE_PAGE);
    ck_assert_str_eq(told(WIRE_F_PAGE), page);
    if (strcmp(page, "home") != 0) {
        ck_assert_str_eq(told(WIRE_F_NAME), "");
        ck_assert_str_eq(told(WIRE_F_USER), "");
        ck_assert_str_eq(told(WIRE_F_WAITING), "");
    }
    (void)close(web);
}

/* Comes back, and is refused without a question to WeCom. */
static void turned_away(struct browser *b, const char *with_code, const char *page) {
    int web = ask(WIRE_CALLBACK, b, with_code);

    ck_assert_uint_eq(fake_waiting(host_inner->sender, ""), 0);
    hear(web, page);
}

static void visit(struct browser *b, const char *page) {
    const char *state;

    hear(ask(WIRE_VISIT, b, NULL), page);
    if (strcmp(page, "go") != 0)
        return;
    (void)snprintf(b->cookie, sizeof b->cookie, "%s", told(WIRE_F_COOKIE));
    state = strstr(told(WIRE_F_LOCATION), "&state=");
    ck_assert_ptr_nonnull(state);
    (void)snprintf(b->state, sizeof b->state, "%s", state + 7);
}

static const char *code(void) {
    static unsigned int count;
    static char text[64];

    (void)snprintf(text, sizeof text, HOST_CODE "h%u", count++);
    return text;
}

/* The browser comes back with a code of this person, of whom WeCom says this (NULL: it knows). */
static void comes_back(struct browser *b, const char *redemption, const char *member,
                       const char *page) {
    int web = ask(WIRE_CALLBACK, b, code());

    inner_helper_token(host_inner, GETUSERINFO);
    fake_answer(host_inner->sender, GETUSERINFO, 200, redemption);
    if (member != NULL) {
        inner_helper_token(host_inner, USER_GET);
        fake_answer(host_inner->sender, USER_GET, 200, member);
    }
    hear(web, page);
}

#define LISI "{\"userid\":\"lisi\"}"

START_TEST(the_page_says_who_somebody_is_here) {
    char host[256];

    visit(&wecom, "go");
    ck_assert_ptr_nonnull(strstr(told(WIRE_F_LOCATION), "&scope=snsapi_base&"));
    ck_assert_ptr_nonnull(strstr(told(WIRE_F_LOCATION), "prefix%2Fcallback&"));
    comes_back(&wecom, LISI, ACTIVE("lisi"), "home");
    ck_assert_str_eq(told(WIRE_F_NAME), "N");
    ck_assert_str_eq(told(WIRE_F_USER), "lisi");
    ck_assert_int_eq(gethostname(host, sizeof host), 0);
    ck_assert_str_eq(told(WIRE_F_HOST), host);
    ck_assert_str_eq(told(WIRE_F_WAITING), "");
}
END_TEST

/* Before the first login: that there will be a name is known from here on. */
START_TEST(a_reload_shows_the_page_to_the_same_browser_only) {
    visit(&wecom, "go");
    comes_back(&wecom, LISI, ACTIVE("lisi"), "home");
    turned_away(&wecom, NULL, "home");
    ck_assert_str_eq(told(WIRE_F_USER), "lisi");
    memcpy(other.state, wecom.state, sizeof other.state);
    turned_away(&other, code(), "try_again"); /* a stolen state */
    visit(&other, "go");
    memcpy(other.state, wecom.state, sizeof other.state);
    turned_away(&other, code(), "try_again"); /* with a cookie of his own */
}
END_TEST

/* Another member may use the same browser by now. */
START_TEST(whoever_opens_the_page_again_is_asked_again) {
    visit(&wecom, "go");
    comes_back(&wecom, LISI, ACTIVE("lisi"), "home");
    visit(&wecom, "go");
    comes_back(&wecom, "{\"userid\":\"zhaoliu\"}", ACTIVE("zhaoliu"), "home");
    ck_assert_str_eq(told(WIRE_F_USER), "zhaoliu");
}
END_TEST

START_TEST(logins_that_wait_are_shown_to_whom_they_are_for) {
    int mine, not_mine;
    char expected[512], host[256];

    host_has_account("lisi");
    host_has_account("zhaoliu");
    mine = host_begin_from("LISI", NULL, "10.0.0.7", NULL);
    (void)close(mine);
    mine = host_begin_from("lisi", NULL, "10.0.0.5", NULL);
    host_asked(mine, "Code on your phone");
    not_mine = host_begin_from("zhaoliu", NULL, "10.0.0.6", NULL);
    host_asked(not_mine, "Code on your phone");
    visit(&wecom, "go");
    comes_back(&wecom, LISI, NULL, "home");
    ck_assert_int_eq(gethostname(host, sizeof host), 0);
    (void)snprintf(expected, sizeof expected, "sshd\t%s\t10.0.0.5\t20", host);
    ck_assert_msg(strncmp(told(WIRE_F_WAITING), expected, strlen(expected)) == 0, "%s",
                  told(WIRE_F_WAITING));
    ck_assert_ptr_eq(strchr(told(WIRE_F_WAITING), '\n'), strrchr(told(WIRE_F_WAITING), '\n'));
    (void)close(mine);
    (void)close(not_mine);
}
END_TEST

START_TEST(more_logins_than_fit_are_left_out) {
    int hosts[80];

    host_has_account("lisi");
    for (int i = 0; i < 80; i++) {
        hosts[i] = host_begin_from("lisi", NULL, "2001:db8:1111:2222:3333:4444:5555:6666", NULL);
        host_asked(hosts[i], "Code on your phone");
    }
    visit(&wecom, "go");
    comes_back(&wecom, LISI, NULL, "home");
    ck_assert_uint_gt(strlen(told(WIRE_F_WAITING)), 3900);
    ck_assert_int_eq(told(WIRE_F_WAITING)[strlen(told(WIRE_F_WAITING)) - 1], '\n');
    for (int i = 0; i < 80; i++)
        (void)close(hosts[i]);
}
END_TEST

static const struct {
    const char *redemption, *member, *agent, *page;
} refused[] = {
    {"{\"errcode\":40029}", NULL, "wecom", "try_again"},
    {"{\"openid\":\"O\"}", NULL, "wecom", "other_company"},
    {"{\"openid\":\"O\"}", NULL, "wechat", "wechat"},
    {LISI, "{\"userid\":\"lisi\",\"name\":\"N\",\"status\":2,\"department\":[2]}", "wecom",
     "not_allowed"},
    {LISI, "{\"errcode\":60111}", "wecom", "not_allowed"},
    {LISI, "{\"errcode\":60011}", "wecom", "not_allowed"},
};

START_TEST(whoever_is_no_active_member_is_shown_nothing) {
    visit(&wecom, "go");
    wecom.agent = refused[_i].agent;
    comes_back(&wecom, refused[_i].redemption, refused[_i].member, refused[_i].page);
    turned_away(&wecom, code(), "try_again"); /* nothing is left of the visit */
}
END_TEST

/* WeCom knows nothing of that. */
START_TEST(whom_the_administrator_switched_off_is_shown_nothing) {
    int admin = served_dial(host_inner->served, "admin.sock");

    host_has_account("lisi");
    served_say(admin, WIRE_ADMIN, WIRE_F_COMMAND, "accounts.disable", WIRE_F_JSON,
               "{\"user\":\"lisi\"}", WIRE_FIELD_COUNT);
    do
        ck_assert(served_receive(host_inner->served, admin, host_m));
    while (host_m->verb != WIRE_RESULT);
    ck_assert_str_eq(told(WIRE_F_VERDICT), "granted");
    (void)close(admin);
    visit(&wecom, "go");
    comes_back(&wecom, LISI, NULL, "not_allowed");
}
END_TEST

START_TEST(browsers_that_cannot_say_who_it_is_are_told_what_to_do) {
    wecom.agent = "phone";
    visit(&wecom, "scan_with_wecom");
    wecom.agent = "desktop";
    visit(&wecom, "go");
    ck_assert_ptr_nonnull(strstr(told(WIRE_F_LOCATION), "/wwlogin/sso/login?login_type=CorpApp&"));
    turned_away(&wecom, NULL, "declined");
}
END_TEST

/* A page that many open at once does not grow, and the last ones still come in. */
START_TEST(the_browser_that_came_first_goes_when_there_are_too_many) {
    struct browser first = {.agent = "wecom"};

    visit(&first, "go");
    visit(&wecom, "go");
    for (int i = 0; i < WEB_HOME_MOST - 1; i++) {
        other.cookie[0] = '\0';
        visit(&other, "go");
    }
    turned_away(&first, code(), "try_again");
    comes_back(&wecom, LISI, ACTIVE("lisi"), "home");
}
END_TEST

START_TEST(whoever_hangs_up_leaves_nothing) {
    int web;

    visit(&wecom, "go");
    web = ask(WIRE_CALLBACK, &wecom, code());
    inner_helper_token(host_inner, GETUSERINFO);
    (void)close(web);
    visit(&other, "go"); /* the loop has run */
    ck_assert_uint_eq(fake_waiting(host_inner->sender, GETUSERINFO), 0);
    turned_away(&wecom, code(), "try_again");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("web_home");
    TCase *t = tcase_create("home");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, host_end);
    tcase_add_test(t, the_page_says_who_somebody_is_here);
    tcase_add_test(t, a_reload_shows_the_page_to_the_same_browser_only);
    tcase_add_test(t, whoever_opens_the_page_again_is_asked_again);
    tcase_add_test(t, logins_that_wait_are_shown_to_whom_they_are_for);
    tcase_add_test(t, more_logins_than_fit_are_left_out);
    tcase_add_loop_test(t, whoever_is_no_active_member_is_shown_nothing, 0, SUPPORT_COUNT(refused));
    tcase_add_test(t, whom_the_administrator_switched_off_is_shown_nothing);
    tcase_add_test(t, browsers_that_cannot_say_who_it_is_are_told_what_to_do);
    tcase_add_test(t, the_browser_that_came_first_goes_when_there_are_too_many);
    tcase_add_test(t, whoever_hangs_up_leaves_nothing);
    suite_add_tcase(s, t);
    return s;
}
