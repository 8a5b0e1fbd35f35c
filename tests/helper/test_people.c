/* Logins and account checks over the account store: who gets in, and what is left of it. */
#include "helper/people.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "helper/directory.h"
#include "tests/check_main.h"
#include "tests/helper/support_helper.h"

#define CODE "0123456789abcdefghijklmnopqrstuvwxyzABCDE"
#define GETTOKEN "/cgi-bin/gettoken?"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo?"
#define DETAIL "/cgi-bin/auth/getuserdetail?"
#define USER_GET "/cgi-bin/user/get?"

static struct inner_helper *inner;
static struct wire_message *m;
static unsigned int codes, tokens;

static void start(const char *services) {
    inner = inner_helper_new(services);
    m = wire_new(WIRE_NO_VERB);
    codes = tokens = 0;
    inner_helper_wall_s = 1700000000;
}

static void teardown(void) {
    inner_helper_free(inner);
    wire_free(m);
}

static void token(const char *part) {
    inner_helper_token(inner, part);
}

static int begin(const char *service, const char *user, const char *link) {
    int host = served_dial(inner->served, "login.sock");
    char code[64];

    (void)snprintf(code, sizeof code, CODE "%03u", codes++); /* a code serves once */
    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_IDENTITY, strncmp(service, "web", 3) == 0 ? "yes" : "no", WIRE_F_AUTHTOK,
               code, WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    return host;
}

static void result(int host, const char *verdict, const char *reason) {
    inner_helper_result(inner, host, m, verdict, reason);
}

/* One login; `member` NULL: user/get is remembered and not asked. */
static void login(const char *service, const char *user, const char *userid, const char *member,
                  const char *verdict, const char *reason) {
    int host = begin(service, user, NULL);
    char redemption[256];

    (void)snprintf(redemption, sizeof redemption, "{\"userid\":\"%s\"}", userid);
    token(GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, redemption);
    if (member != NULL) {
        token(USER_GET);
        fake_answer(inner->sender, USER_GET, 200, member);
    }
    result(host, verdict, reason);
}

static void check(const char *service, const char *user, const char *link, const char *verdict,
                  const char *account, const char *reason, const char *member) {
    int host = served_dial(inner->served, "login.sock");

    served_say(host, WIRE_ACCOUNT, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_LINK, link,
               WIRE_F_IDENTITY, strncmp(service, "web", 3) == 0 ? "yes" : "no", WIRE_F_DEADLINE_MS,
               "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    if (member != NULL) {
        token(USER_GET);
        if (member[0] == '{')
            fake_answer(inner->sender, USER_GET, 200, member);
        else
            fake_fail(inner->sender, USER_GET, HTTP_NO_NAME, member);
    }
    result(host, verdict, reason);
    ck_assert_str_eq(wire_get(m, WIRE_F_ACCOUNT_IS), account);
}

#define ACTIVE(userid) \
    "{\"userid\":\"" userid "\",\"name\":\"N\",\"status\":1,\"department\":[2,3]}"
#define SSHD "[service sshd]\nmethods = code\nexport = account userid\n"
#define WEB "[service web]\nmethods = code\naccount = no\nexport = account userid mobile email\n"

/* ---- what is in the store ---- */

struct look {
    const char *userid;
    struct store_account account;
};

static enum wecom_error run_look(void *arg, struct store_tx *tx) {
    struct look *l = arg;

    return store_find_userid(tx, "ww1", l->userid, &l->account);
}

static bool stored(const char *userid, struct store_account *account) {
    struct look look = {.userid = userid};
    enum wecom_error err = store_run(inner->helper.store, STORE_READ, run_look, &look);

    ck_assert(err == WECOM_OK || err == WECOM_E_ABSENT);
    if (err == WECOM_OK)
        *account = look.account;
    return err == WECOM_OK;
}

static enum wecom_error run_count(void *arg, struct store_tx *tx) {
    struct store_account a = {.uid = 0};
    enum wecom_error err;

    while ((err = store_next(tx, a.corp, a.userid, &a)) == WECOM_OK)
        ++*(int *)arg;
    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

static int stored_count(void) {
    int count = 0;

    ck_assert_int_eq(store_run(inner->helper.store, STORE_READ, run_count, &count), WECOM_OK);
    return count;
}

static enum wecom_error run_update(void *arg, struct store_tx *tx) {
    return store_update(tx, arg);
}

static void update(struct store_account *account) {
    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_update, account), WECOM_OK);
}

/* Department 2 is below 1, 3 below 2; tag 7 has lisi. */
static enum wecom_error run_directory(void *arg, struct store_tx *tx) {
    static const struct store_department tree[] = {{1, 0}, {2, 1}, {3, 2}, {9, 1}};
    static const char *const users[] = {"lisi"};
    char key[128];
    bool changed;
    enum wecom_error err = store_put_departments(tx, arg, tree, 4, &changed);

    if (err == WECOM_OK)
        err = store_put_tag(tx, arg, 7, users, 1, &changed);
    directory_departments_key(key, sizeof key, arg);
    if (err == WECOM_OK)
        err = store_set_number(tx, key, 1700000000);
    directory_tags_key(key, sizeof key, arg);
    return err == WECOM_OK ? store_set_number(tx, key, 1700000000) : err;
}

static void know_directory(const char *app) {
    ck_assert_int_eq(store_run(inner->helper.store, STORE_WRITE, run_directory, (void *)app),
                     WECOM_OK);
}

/* ---- logins ---- */

START_TEST(the_first_login_makes_the_account_and_the_second_finds_it) {
    struct store_account a, b;

    start(SSHD);
    login("sshd", "lisi", "LiSi", ACTIVE("LiSi"), "granted", NULL);
    ck_assert(stored("lisi", &a));
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_ACCOUNT), a.id);
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_FIRST_LOGIN), "yes");
    ck_assert_str_eq(a.login, "lisi");
    ck_assert_int_eq(a.first_login_s, 1700000000);
    login("sshd", "lisi", "LiSi", NULL, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_ACCOUNT), a.id);
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_FIRST_LOGIN), "no");
    ck_assert(stored("lisi", &b));
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert_int_eq(stored_count(), 1);
}
END_TEST

START_TEST(a_name_that_begins_with_a_digit_gets_its_prefix) {
    start(SSHD);
    login("sshd", "u1001", "1001", ACTIVE("1001"), "granted", NULL);
    login("sshd", "1001", "1001", NULL, "denied", "identity_mismatch");
}
END_TEST

START_TEST(without_provisioning_a_stranger_leaves_nothing_anywhere) {
    struct stat before, after;
    char path[512];

    start("[accounts]\nprovision = no\ntable = /nonexistent/t\n" SSHD);
    (void)snprintf(path, sizeof path, "%s/accounts.db-wal", inner->state_dir);
    ck_assert_int_eq(stat(path, &before), 0);
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "denied", "not_provisioned");
    login("sshd", "zhangsan", "lisi", NULL, "denied", "not_provisioned");
    check("sshd", "lisi", NULL, "denied", "unknown", "no_login_name", NULL);
    ck_assert_int_eq(stored_count(), 0);
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(before.st_size, after.st_size);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}
END_TEST

START_TEST(somebody_else_s_code_makes_no_login_of_mine) {
    start(SSHD);
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "granted", NULL);
    login("sshd", "lisi", "zhangsan", NULL, "denied", "identity_mismatch");
}
END_TEST

static const struct {
    const char *rules, *reason;
} policies[] = {
    {"allow = department:1\n", NULL},
    {"allow = department:2\n", NULL},
    {"allow = department:9\n", "not_allowed"},
    {"allow = tag:7\n", NULL},
    {"allow = tag:8\n", "not_allowed"},
    {"allow = user:LISI\n", NULL},
    {"allow = user:zhangsan\n", "not_allowed"},
    {"deny = department:1\n", "not_allowed"},
    {"deny = tag:7\n", "not_allowed"},
    {"deny = user:lisi\nallow = department:1\n", "not_allowed"},
    {"deny = department:9 tag:9 user:zhangsan\n", NULL},
    {"allow = main/tag:7\n", NULL},
};

START_TEST(the_rules_of_the_service_are_kept) {
    char services[512];
    const char *reason = policies[_i].reason;

    (void)snprintf(services, sizeof services, "%s%s%s", WEB, policies[_i].rules,
                   "[service sshd]\nmethods = code\n");
    start(services);
    know_directory("main");
    login("web", NULL, "lisi", ACTIVE("lisi"), reason == NULL ? "granted" : "denied", reason);
    /* what one service may not, another may */
    login("sshd", "lisi", "lisi", NULL, "granted", NULL);
}
END_TEST

START_TEST(the_rules_hold_for_host_accounts_and_their_checks) {
    char services[512];
    const char *reason = policies[_i].reason;

    (void)snprintf(services, sizeof services, "%s%s%s", SSHD, policies[_i].rules,
                   "[service su]\nmethods = code\n");
    start(services);
    know_directory("main");
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), reason == NULL ? "granted" : "denied", reason);
    check("sshd", "lisi", NULL, reason == NULL ? "granted" : "denied",
          reason == NULL ? "valid" : "denied", reason, NULL);
    check("su", "lisi", NULL, "granted", "valid", NULL, NULL);
    if (geteuid() == 0)
        check("cron", "lisi", NULL, "granted", "valid", NULL, NULL);
}
END_TEST

START_TEST(a_directory_that_is_not_known_admits_nobody) {
    start(WEB "allow = department:1\n[service sshd]\nmethods = code\ndeny = tag:8\n");
    login("web", NULL, "lisi", ACTIVE("lisi"), "denied", "not_allowed");
    login("sshd", "lisi", "lisi", NULL, "denied", "not_provisioned");
    ck_assert_int_eq(stored_count(), 0); /* nobody would let him in */
}
END_TEST

START_TEST(whom_no_service_admits_gets_no_account) {
    struct store_account a;

    start("[service sshd]\nmethods = code\nallow = department:9\n" WEB);
    know_directory("main");
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "denied", "not_provisioned");
    ck_assert(!stored("lisi", &a));
    login("web", NULL, "lisi", NULL, "granted", NULL); /* an identity is no host account */
    ck_assert(stored("lisi", &a) && !a.host && a.uid == 0);
}
END_TEST

START_TEST(identities_have_an_account_id_and_no_name) {
    struct store_account a;

    start(WEB SSHD);
    login("web", NULL, "a@b", ACTIVE("a@b"), "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_FIRST_LOGIN), "yes");
    ck_assert(stored("a@b", &a));
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_ACCOUNT), a.id);
    login("web", NULL, "A@B", NULL, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_ENV_ACCOUNT), a.id);
    login("web", NULL, "root", ACTIVE("root"), "granted", NULL);
    login("web", NULL, "1001", ACTIVE("1001"), "granted", NULL);
}
END_TEST

START_TEST(held_and_switched_off_hold_for_every_service) {
    struct store_account a;

    start(WEB SSHD);
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "granted", NULL);
    ck_assert(stored("lisi", &a));
    if (_i == 0)
        a.held = true;
    else
        a.switched_off = true;
    update(&a);
    login("sshd", "lisi", "lisi", NULL, "denied", _i == 0 ? "withdrawn" : "disabled");
    login("web", NULL, "lisi", NULL, "denied", _i == 0 ? "withdrawn" : "disabled");
    check("sshd", "lisi", NULL, "denied", "expired", _i == 0 ? "withdrawn" : "disabled", NULL);
    check("web", "lisi", NULL, "denied", "expired", _i == 0 ? "withdrawn" : "disabled", NULL);
    check("sshd", "dev", "ww1/lisi", "denied", "expired", _i == 0 ? "withdrawn" : "disabled", NULL);
}
END_TEST

static const struct {
    const char *answer;
    enum store_state state;
} refusals[] = {
    {"{\"errcode\":60111}", STORE_DELETED},      {"{\"errcode\":46004}", STORE_DELETED},
    {"{\"errcode\":40003}", STORE_DELETED},      {"{\"errcode\":60011}", STORE_OUT_OF_RANGE},
    {"{\"errcode\":50002}", STORE_OUT_OF_RANGE},
};

START_TEST(a_refusal_by_wecom_reaches_the_store) {
    bool deleted = refusals[_i].state == STORE_DELETED;
    struct store_account a;

    start(SSHD);
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "granted", NULL);
    inner->now.ms += MEMBERS_FRESH_MS;
    login("sshd", "lisi", "lisi", refusals[_i].answer, "denied", "not_visible");
    support_run(inner->served->base);
    ck_assert(stored("lisi", &a));
    ck_assert_int_eq(a.state, refusals[_i].state);
    inner->now.ms += MEMBERS_FRESH_MS;
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), deleted ? "denied" : "granted",
          deleted ? "withdrawn" : NULL);
    ck_assert(stored("lisi", &a) && a.held == deleted);
}
END_TEST

/* A question to WeCom, whose answer is this. */
static void user_get(const char *body) {
    token(USER_GET);
    fake_answer(inner->sender, USER_GET, 200, body);
}

static int begin_second(void) {
    int host = begin("sshd", "lisi", NULL);

    token(GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, "{\"userid\":\"lisi\"}");
    return host;
}

static const char two_apps[] = "[app two]\ncorp_id = ww1\nagent_id = 2\nsecret_file = /n\n"
                               "[service sshd]\nmethods = code\napp = two\n";

START_TEST(another_application_signs_in_and_that_of_accounts_has_the_say) {
    struct store_account a;
    int host;

    start(two_apps);
    host = begin_second();
    /* the one that signs in is asked; that of [accounts] is, since nobody knew the name */
    user_get(ACTIVE("lisi"));
    user_get(ACTIVE("lisi"));
    result(host, "granted", NULL);
    ck_assert(stored("lisi", &a) && a.host);
    /* what both have said a moment ago need not be asked again */
    result(begin_second(), "granted", NULL);
}
END_TEST

START_TEST(what_the_application_of_accounts_said_last_denies_too) {
    struct store_account a;
    int host;

    start(two_apps);
    host = begin_second();
    user_get(_i == 0 ? "{\"errcode\":60011}" : "{\"errcode\":60111}"); /* that of [accounts] */
    user_get(ACTIVE("lisi"));
    result(host, "denied", "not_visible");
    result(begin_second(), "denied", "not_visible");
    ck_assert(!stored("lisi", &a));
}
END_TEST

START_TEST(a_linked_local_user_is_known_without_a_name) {
    struct store_account a;
    int host;

    start("[accounts]\nprovision = no\ntable = /nonexistent/t\n" SSHD);
    host = begin("sshd", "dev", "ww1/lisi");
    token(GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, "{\"userid\":\"lisi\"}");
    token(USER_GET);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE("lisi"));
    result(host, "granted", NULL);
    ck_assert_str_eq(wire_get(m, WIRE_F_USER), "dev");
    ck_assert(stored("lisi", &a) && !a.host && a.login[0] == '\0');
    check("sshd", "dev", "ww1/lisi", "granted", "valid", NULL, NULL);
    check("sshd", "dev", "ww2/lisi", "denied", "denied", "identity_mismatch", NULL);
}
END_TEST

/* ---- telephone numbers ---- */

static void login_with_mobile(const char *userid, const char *mobile, const char *exported) {
    int host = begin("web", NULL, NULL);
    char text[512];

    (void)snprintf(text, sizeof text, "{\"userid\":\"%s\",\"user_ticket\":\"T\"}", userid);
    token(GETUSERINFO);
    fake_answer(inner->sender, GETUSERINFO, 200, text);
    token(DETAIL);
    (void)snprintf(text, sizeof text,
                   "{\"userid\":\"%s\",\"mobile\":\"%s\",\"email\":\"%s@x.example\"}", userid,
                   mobile, userid);
    fake_answer(inner->sender, DETAIL, 200, text);
    if (members_known(inner->helper.members, inner->helper.setup->apps[0], userid) == NULL) {
        (void)snprintf(text, sizeof text, "{\"userid\":\"%s\",\"status\":1}", userid);
        token(USER_GET);
        fake_answer(inner->sender, USER_GET, 200, text);
    }
    result(host, "granted", NULL);
    if (exported == NULL) {
        ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_MOBILE));
        ck_assert_str_eq(wire_get(m, WIRE_F_ENV_MOBILE_TAKEN), "yes");
    } else {
        ck_assert_str_eq(wire_get(m, WIRE_F_ENV_MOBILE), exported);
        ck_assert_ptr_null(wire_get(m, WIRE_F_ENV_MOBILE_TAKEN));
    }
}

START_TEST(a_number_is_bound_once_and_two_holders_are_none) {
    struct store_account a;

    start(WEB);
    login_with_mobile("lisi", "13800000001", "13800000001");
    ck_assert(stored("lisi", &a));
    ck_assert_str_eq(a.mobile, "13800000001");
    ck_assert_str_eq(a.email, "lisi@x.example");
    ck_assert_int_eq(a.mobile_s, 1700000000);
    /* another active account with the same number: neither kept nor passed on */
    login_with_mobile("zhangsan", "13800000001", NULL);
    ck_assert(stored("zhangsan", &a));
    ck_assert_str_eq(a.mobile, "");
    ck_assert(stored("lisi", &a));
    ck_assert_str_eq(a.mobile, "13800000001");
    /* a fresh consent replaces an older one, and the number is free then */
    inner_helper_wall_s += 5;
    login_with_mobile("lisi", "13800000002", "13800000002");
    ck_assert(stored("lisi", &a));
    ck_assert_str_eq(a.mobile, "13800000002");
    ck_assert_int_eq(a.mobile_s, 1700000005);
    login_with_mobile("zhangsan", "13800000001", "13800000001");
}
END_TEST

START_TEST(a_withdrawn_person_s_number_may_be_recycled) {
    struct store_account a;

    start(WEB SSHD);
    login_with_mobile("lisi", "13800000001", "13800000001");
    inner->now.ms += MEMBERS_FRESH_MS;
    check("web", "lisi", NULL, "denied", "expired", "withdrawn",
          "{\"userid\":\"lisi\",\"status\":5}");
    support_run(inner->served->base);
    ck_assert(stored("lisi", &a));
    ck_assert_str_eq(a.mobile, "");
    login_with_mobile("zhangsan", "13800000001", "13800000001");
}
END_TEST

/* ---- account checks and the age of the last confirmation ---- */

static void confirmed_by(const char *userid) {
    login("sshd", userid, userid, ACTIVE("lisi"), "granted", NULL);
}

START_TEST(a_fresh_confirmation_asks_nothing) {
    start(SSHD);
    confirmed_by("lisi");
    fake_forget(inner->sender);
    inner->now.ms += MEMBERS_FRESH_MS * 10;
    inner_helper_wall_s += 300;
    check("sshd", "lisi", NULL, "granted", "valid", NULL, NULL);
    ck_assert_uint_eq(fake_begun(inner->sender, ""), 0);
}
END_TEST

START_TEST(without_wecom_the_last_word_counts_until_it_is_stale) {
    start(SSHD);
    confirmed_by("lisi");
    inner->now.ms += MEMBERS_FRESH_MS * 10;
    inner_helper_wall_s += 86400;
    check("sshd", "lisi", NULL, "granted", "valid", NULL, "no route");
    inner->now.ms += MEMBERS_FRESH_MS * 10;
    inner_helper_wall_s += 1;
    check("sshd", "lisi", NULL, "denied", "unavailable", "wecom_unreachable", "no route");
}
END_TEST

START_TEST(a_clock_that_was_set_back_makes_old_words_none) {
    start(SSHD);
    confirmed_by("lisi");
    inner->now.ms += MEMBERS_FRESH_MS * 10;
    inner_helper_wall_s -= 1000;
    check("sshd", "lisi", NULL, "denied", "unavailable", "wecom_unreachable", "no route");
}
END_TEST

START_TEST(whoever_was_out_is_asked_about_and_comes_back) {
    struct store_account a;

    start(SSHD);
    confirmed_by("lisi");
    inner->now.ms += MEMBERS_FRESH_MS;
    inner_helper_wall_s += 301;
    check("sshd", "lisi", NULL, "denied", "expired", "disabled",
          "{\"userid\":\"lisi\",\"status\":2}");
    inner->now.ms += MEMBERS_FRESH_MS;
    check("sshd", "lisi", NULL, "granted", "valid", NULL, ACTIVE("lisi"));
    ck_assert(stored("lisi", &a));
    ck_assert_int_eq(a.state, STORE_ACTIVE);
    ck_assert_int_eq(a.withdrawn_s, 0);
    inner->now.ms += MEMBERS_FRESH_MS;
    inner_helper_wall_s += 301;
    check("sshd", "lisi", NULL, "denied", "expired", "disabled",
          "{\"userid\":\"lisi\",\"status\":2}");
    inner->now.ms += MEMBERS_FRESH_MS;
    check("sshd", "lisi", NULL, "denied", "expired", "disabled", "no route");
}
END_TEST

/* What the second process does, which the first one hears nothing of. */
static void synchronized(const char *userid, enum store_state state) {
    struct store_account a;

    inner->now.ms += 100; /* within one second */
    ck_assert(stored(userid, &a));
    a.state = state;
    a.changed_s = inner_helper_wall_s;
    update(&a);
    inner->now.ms += 100;
}

START_TEST(what_is_remembered_does_not_undo_a_synchronization) {
    start(SSHD);
    confirmed_by("lisi");
    synchronized("lisi", STORE_OUT_OF_RANGE);
    check("sshd", "lisi", NULL, "denied", "expired", "disabled",
          "{\"userid\":\"lisi\",\"status\":2}");
    synchronized("lisi", STORE_ACTIVE);
    check("sshd", "lisi", NULL, "granted", "valid", NULL, NULL);
    inner->now.ms += MEMBERS_ABSENT_MS;
    login("sshd", "lisi", "lisi", ACTIVE("lisi"), "granted", NULL);
    synchronized("lisi", STORE_DISABLED);
    login("sshd", "lisi", "lisi", "{\"userid\":\"lisi\",\"status\":2}", "denied", "disabled");
    inner->now.ms += MEMBERS_ABSENT_MS;
    check("sshd", "lisi", NULL, "granted", "valid", NULL, ACTIVE("lisi"));
}
END_TEST

START_TEST(what_is_remembered_serves_where_the_store_agrees) {
    start(SSHD);
    confirmed_by("lisi");
    synchronized("lisi", STORE_ACTIVE);
    login("sshd", "lisi", "lisi", NULL, "granted", NULL);
    synchronized("lisi", STORE_DISABLED);
    check("sshd", "lisi", NULL, "denied", "expired", "disabled", "no route");
}
END_TEST

/* ---- names that nobody has ---- */

START_TEST(an_unknown_name_is_looked_up_in_the_background) {
    struct store_account a;
    int host;

    start(SSHD);
    host = served_dial(inner->served, "login.sock");
    served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, "hire", WIRE_F_IDENTITY, "no",
               WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    ck_assert(served_receive(inner->served, host, m));
    ck_assert(served_receive(inner->served, host, m)); /* the prompt does not wait */
    ck_assert_int_eq(m->verb, WIRE_ASK);
    (void)close(host);
    token(USER_GET);
    fake_answer(inner->sender, USER_GET, 200, ACTIVE("hire"));
    support_run(inner->served->base);
    ck_assert(stored("hire", &a));
    ck_assert_str_eq(a.login, "hire");
    ck_assert_int_eq(a.first_login_s, 0);
}
END_TEST

START_TEST(lookups_are_rationed) {
    start(SSHD);
    for (int i = 0; i < PEOPLE_LOOKUPS_PER_MIN + 20; i++) {
        char user[32];
        int host = served_dial(inner->served, "login.sock");

        (void)snprintf(user, sizeof user, "guess%d", i);
        served_say(host, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_USER, user, WIRE_F_IDENTITY,
                   "no", WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
        ck_assert(served_receive(inner->served, host, m));
        ck_assert(served_receive(inner->served, host, m));
        ck_assert_int_eq(m->verb, WIRE_ASK);
        (void)close(host);
    }
    token(USER_GET);
    support_run(inner->served->base);
    ck_assert_uint_eq(fake_begun(inner->sender, USER_GET), PEOPLE_LOOKUPS_PER_MIN);
    /* those that wait end with the helper (teardown) */
}
END_TEST

START_TEST(a_store_that_fails_lets_nobody_in) {
    char path[512];
    sqlite3 *other = NULL;

    start(WEB SSHD);
    confirmed_by("lisi");
    (void)snprintf(path, sizeof path, "%s/accounts.db", inner->state_dir);
    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(other, "PRAGMA foreign_keys=OFF; DROP TABLE accounts", NULL, NULL, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    login("sshd", "lisi", "lisi", NULL, "unavailable", "internal");
    login("web", NULL, "lisi", NULL, "unavailable", "internal");
    check("sshd", "lisi", NULL, "denied", "unavailable", "internal", NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("people");
    TCase *t = tcase_create("people");

    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 30);
    tcase_add_test(t, the_first_login_makes_the_account_and_the_second_finds_it);
    tcase_add_test(t, a_name_that_begins_with_a_digit_gets_its_prefix);
    tcase_add_test(t, without_provisioning_a_stranger_leaves_nothing_anywhere);
    tcase_add_test(t, somebody_else_s_code_makes_no_login_of_mine);
    tcase_add_loop_test(t, the_rules_of_the_service_are_kept, 0, SUPPORT_COUNT(policies));
    tcase_add_loop_test(t, the_rules_hold_for_host_accounts_and_their_checks, 0,
                        SUPPORT_COUNT(policies));
    tcase_add_test(t, a_directory_that_is_not_known_admits_nobody);
    tcase_add_test(t, whom_no_service_admits_gets_no_account);
    tcase_add_test(t, identities_have_an_account_id_and_no_name);
    tcase_add_loop_test(t, held_and_switched_off_hold_for_every_service, 0, 2);
    tcase_add_loop_test(t, a_refusal_by_wecom_reaches_the_store, 0, SUPPORT_COUNT(refusals));
    tcase_add_test(t, another_application_signs_in_and_that_of_accounts_has_the_say);
    tcase_add_loop_test(t, what_the_application_of_accounts_said_last_denies_too, 0, 2);
    tcase_add_test(t, a_linked_local_user_is_known_without_a_name);
    tcase_add_test(t, a_number_is_bound_once_and_two_holders_are_none);
    tcase_add_test(t, a_withdrawn_person_s_number_may_be_recycled);
    tcase_add_test(t, a_fresh_confirmation_asks_nothing);
    tcase_add_test(t, without_wecom_the_last_word_counts_until_it_is_stale);
    tcase_add_test(t, a_clock_that_was_set_back_makes_old_words_none);
    tcase_add_test(t, whoever_was_out_is_asked_about_and_comes_back);
    tcase_add_test(t, what_is_remembered_does_not_undo_a_synchronization);
    tcase_add_test(t, what_is_remembered_serves_where_the_store_agrees);
    tcase_add_test(t, an_unknown_name_is_looked_up_in_the_background);
    tcase_add_test(t, lookups_are_rationed);
    tcase_add_test(t, a_store_that_fails_lets_nobody_in);
    suite_add_tcase(s, t);
    return s;
}
