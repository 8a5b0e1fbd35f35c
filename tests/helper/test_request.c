/* Whose login it is: what a host says of the person, beside what WeCom says. */
#include "helper/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_server.h"

#define USERID_32 "abcdefghijklmnopqrstuvwxyz-12345"
#define USERID_64 "a234567890123456789012345678901234567890123456789012345678901234"

static struct served *served;
static struct fake_clock now;
static struct fake_sender *sender;
static struct helper helper;
static struct request request;
static const char *refusal;
static int opened, open_fds[16];
static bool keep_open, without_memory;

static void on_message(void *arg, struct server_peer *peer, const struct wire_message *message) {
    (void)arg;
    request_open(&request, &helper, peer, message);
    if (without_memory) {
        free(request.words);
        request.words = NULL;
    }
    refusal = request_refusal(&request, message);
    opened++;
    if (!keep_open)
        server_finish(peer);
}

static void setup(void) {
    struct config *config;
    char *text = NULL;

    log_open("test", true, LOG_EMERG);
    opened = 0;
    keep_open = without_memory = false;
    now.ms = 7000000;
    served = served_new("[service sshd]\nmethods = code\ncallers = root daemon\n"
                        "[service web]\nmethods = code\naccount = no\nsocket = $/web_only.sock\n"
                        "callers = @daemon\n"
                        "[service closed]\nmethods = code\ncallers = bin\n"
                        "[app frame]\n[service keyless]\nmethods = code\naccount = no\n"
                        "set_app = yes\napp = frame\n",
                        on_message, NULL);
    sender = fake_sender_new(served->base);
    helper = (struct helper){.base = served->base, .clock = fake_clock(&now)};
    helper.client = client_new(served->base, fake_sender_of(sender), helper.clock);
    /* the same services once more, for the setup to own */
    ck_assert_int_gt(
        asprintf(&text,
                 "[app main]\ncorp_id = ww1\nagent_id = 1\nsecret_file = /n\n"
                 "[service sshd]\nmethods = code\ncallers = root daemon\n"
                 "[service web]\nmethods = code\naccount = no\nsocket = %s/web_only.sock\n"
                 "callers = @daemon\n"
                 "[service closed]\nmethods = code\ncallers = bin\n"
                 "[app frame]\n[service keyless]\nmethods = code\naccount = no\n"
                 "set_app = yes\napp = frame\n",
                 served->directory),
        0);
    config = support_config(text);
    free(text);
    helper.setup = setup_new(helper.client, config, NULL);
    helper.handed = handed_new(helper.client, served->directory);
    ck_assert_ptr_nonnull(helper.setup);
    ck_assert_ptr_nonnull(helper.handed);
}

static void teardown(void) {
    request_close(&request);
    handed_free(helper.handed);
    for (int i = 0; i < opened; i++)
        (void)close(open_fds[i]);
    setup_unref(helper.setup);
    client_free(helper.client);
    fake_sender_free(sender);
    served_free(served);
}

/* A host asks; the request stands in `request`. */
static void ask_at(const char *socket, enum wire_verb verb, const char *service, const char *user,
                   const char *link, const char *identity, const char *app) {
    int fd = served_dial(served, socket), before = opened;

    open_fds[before] = fd;
    if (before > 0)
        request_close(&request);
    if (verb == WIRE_BEGIN)
        served_say(fd, verb, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_LINK, link,
                   WIRE_F_IDENTITY, identity, WIRE_F_APP, app, WIRE_F_DEADLINE_MS, "20000",
                   WIRE_F_RHOST, "198.51.100.7", WIRE_FIELD_COUNT);
    else if (verb == WIRE_SESSION)
        served_say(fd, verb, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_OP, "open",
                   WIRE_FIELD_COUNT);
    else if (verb == WIRE_ACCOUNT)
        served_say(fd, verb, WIRE_F_SERVICE, service, WIRE_F_USER, user, WIRE_F_IDENTITY, identity,
                   WIRE_F_DEADLINE_MS, "20000", WIRE_FIELD_COUNT);
    else
        served_say(fd, verb, WIRE_F_SERVICE, service, WIRE_FIELD_COUNT);
    while (opened == before)
        ck_assert_int_eq(event_base_loop(served->base, EVLOOP_ONCE), 0);
}

static void ask(const char *user, const char *link, const char *identity) {
    ask_at("login.sock", WIRE_BEGIN, strcmp(identity, "yes") == 0 ? "web" : "sshd", user, link,
           identity, NULL);
}

static const struct {
    const char *user, *link, *identity, *userid; /* what the host says, and what WeCom says */
    enum wecom_reason reason;
} matches[] = {
    /* whose a login name is, the store tells */
    {"zhangsan", NULL, "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {NULL, NULL, "no", "", WECOM_REASON_IDENTITY_MISMATCH},
    /* a local name belongs to the userid of its link, and to nobody else */
    {"dev", "ww1/zhangsan", "no", "zhangsan", WECOM_REASON_NONE},
    {"dev", "ww1/ZhangSan", "no", "zhangsan", WECOM_REASON_NONE},
    {"root", "ww1/a@b", "no", "a@b", WECOM_REASON_NONE},
    {"dev", "ww1/1001", "no", "1001", WECOM_REASON_NONE},
    {"dev", "ww1/zhangsan", "no", "dev", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1/lisi", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww2/zhangsan", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "WW1/zhangsan", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "zhangsan", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1/", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "/zhangsan", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1/ww1/zhangsan", "no", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1/lisi", "yes", "zhangsan", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1", "no", "", WECOM_REASON_IDENTITY_MISMATCH},
    {"zhangsan", "ww1/", "no", "", WECOM_REASON_IDENTITY_MISMATCH},
    /* a web host asks who it is, or whether it is still he */
    {NULL, NULL, "yes", "zhangsan", WECOM_REASON_NONE},
    {NULL, NULL, "yes", "1001", WECOM_REASON_NONE},
    {NULL, NULL, "yes", USERID_64, WECOM_REASON_NONE},
    {"1001", NULL, "yes", "1001", WECOM_REASON_NONE},
    {"A@B", NULL, "yes", "a@b", WECOM_REASON_NONE},
    {"ROOT", NULL, "yes", "root", WECOM_REASON_NONE},
    {"zhangsan", NULL, "yes", "lisi", WECOM_REASON_IDENTITY_MISMATCH},
};

START_TEST(a_name_belongs_to_one_userid) {
    ask(matches[_i].user, matches[_i].link, matches[_i].identity);
    ck_assert_int_eq(request_match(&request, matches[_i].userid), matches[_i].reason);
}
END_TEST

static const struct {
    const char *user, *link, *expected;
} expectations[] = {
    {"zhangsan", NULL, "zhangsan"},
    {"ZhangSan", NULL, "ZhangSan"},
    {"a@b", NULL, "a@b"},
    {"1001", NULL, "1001"},
    {USERID_64, NULL, USERID_64},
    {NULL, NULL, NULL},
    {USERID_64 "5", NULL, NULL},
    {"a:b", NULL, NULL},
    {"-a", NULL, NULL},
    {"a b", NULL, NULL},
    {"\xE5\xBC\xA0", NULL, NULL},
    {"hunter2!", NULL, NULL},
    {"dev", "ww1/zhangsan", "zhangsan"},
    {"dev", "ww2/zhangsan", "zhangsan"},
    {"zhangsan", "zhangsan", NULL},
    {"zhangsan", "ww1/", NULL},
    {"zhangsan", "ww1/a/b", NULL},
};

START_TEST(the_expected_userid_is_that_of_the_link_or_the_name) {
    ask(expectations[_i].user, expectations[_i].link, expectations[_i].link == NULL ? "yes" : "no");
    if (expectations[_i].expected == NULL)
        ck_assert_ptr_null(request_expected_userid(&request));
    else
        ck_assert_str_eq(request_expected_userid(&request), expectations[_i].expected);
}
END_TEST

START_TEST(a_login_name_has_the_userid_that_was_found_for_it) {
    ask("zhangsan", NULL, "no");
    ck_assert_ptr_null(request_expected_userid(&request));
    ck_assert(!request_is_other(&request, "lisi")); /* not known yet */
    (void)snprintf(request.expected, sizeof request.expected, "1001");
    ck_assert_str_eq(request_expected_userid(&request), "1001");
    ck_assert(!request_is_other(&request, "1001"));
    ck_assert(request_is_other(&request, "zhangsan"));
    ck_assert(request_is_other(&request, ""));
}
END_TEST

static const struct {
    const char *user, *link, *identity, *userid;
    bool other;
} others[] = {
    {"dev", "ww1/lisi", "no", "LISI", false},   {"dev", "ww1/lisi", "no", "dev", true},
    {"dev", "lisi", "no", "lisi", true},        {NULL, NULL, "yes", "lisi", false},
    {"lisi", NULL, "yes", "LiSi", false},       {"lisi", NULL, "yes", "lisi2", true},
    {"no userid", NULL, "yes", "userid", true},
};

START_TEST(somebody_else_is_known_before_wecom_is_asked) {
    ask(others[_i].user, others[_i].link, others[_i].identity);
    ck_assert_int_eq(request_is_other(&request, others[_i].userid), others[_i].other);
}
END_TEST

static const struct {
    const char *socket;
    enum wire_verb verb;
    const char *service, *identity, *app;
    uid_t uid;
    bool allowed;
} callers[] = {
    {"login.sock", WIRE_BEGIN, "sshd", "no", NULL, 0, true},
    {"login.sock", WIRE_BEGIN, "sshd", "no", NULL, 1, true},
    {"login.sock", WIRE_BEGIN, "sshd", "no", NULL, 2, false},
    {"login.sock", WIRE_BEGIN, "sshd", "no", NULL, 12345, false},
    {"login.sock", WIRE_BEGIN, "closed", "no", NULL, 0, false}, /* root is no exception */
    {"login.sock", WIRE_BEGIN, "closed", "no", NULL, 2, true},
    {"login.sock", WIRE_BEGIN, "unknown", "no", NULL, 12345, false},
    {"login.sock", WIRE_BEGIN, "SSHD", "no", NULL, 1, false},
    /* the application that the host chose */
    {"login.sock", WIRE_BEGIN, "sshd", "no", "main", 0, true},
    {"login.sock", WIRE_BEGIN, "sshd", "no", "other", 0, false},
    {"login.sock", WIRE_BEGIN, "sshd", "no", "MAIN", 0, false},
    /* account= and identity go together */
    {"login.sock", WIRE_BEGIN, "sshd", "yes", NULL, 0, false},
    {"login.sock", WIRE_ACCOUNT, "sshd", "yes", NULL, 0, false},
    {"login.sock", WIRE_ACCOUNT, "sshd", "no", NULL, 0, true},
    {"login.sock", WIRE_SESSION, "sshd", "no", NULL, 0, true},
    {"login.sock", WIRE_INFO, "sshd", "no", NULL, 0, true},
    {"login.sock", WIRE_APP_CHECK, "sshd", "no", NULL, 12345, false},
    /* a group, through either socket; its own socket is for one service only */
    {"login.sock", WIRE_BEGIN, "web", "yes", NULL, 1, true},
    {"web_only.sock", WIRE_BEGIN, "web", "yes", NULL, 1, true},
    {"web_only.sock", WIRE_BEGIN, "web", "no", NULL, 1, false},
    {"web_only.sock", WIRE_BEGIN, "web", "yes", NULL, 0, false},
    {"web_only.sock", WIRE_BEGIN, "sshd", "no", NULL, 0, false},
    {"web_only.sock", WIRE_BEGIN, "unknown", "no", NULL, 0, false},
};

START_TEST(only_a_caller_of_the_service_may_ask_for_it) {
    char *path = support_path(served->directory, callers[_i].socket);

    if (geteuid() != 0) {
        free(path);
        return;
    }
    ck_assert_int_eq(chmod(path, 0666), 0);
    free(path);
    /* daemon's group is that of its uid; root's is not */
    ck_assert_int_eq(setegid(callers[_i].uid), 0);
    ck_assert_int_eq(seteuid(callers[_i].uid), 0);
    ask_at(callers[_i].socket, callers[_i].verb, callers[_i].service, "zhangsan", NULL,
           callers[_i].identity, callers[_i].app);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(setegid(0), 0);
    ck_assert_msg((refusal == NULL) == callers[_i].allowed, "%s", refusal);
}
END_TEST

START_TEST(without_a_section_root_may_ask_about_an_account_and_no_more) {
    if (geteuid() != 0)
        return;
    ask_at("login.sock", WIRE_BEGIN, "cron", "zhangsan", NULL, "no", "main");
    ck_assert_ptr_nonnull(refusal);
    ck_assert_ptr_null(request.service);
    ck_assert_ptr_eq(request.app, helper.setup->apps[0]);
    ask_at("login.sock", WIRE_BEGIN, "cron", "zhangsan", NULL, "no", NULL);
    ck_assert_ptr_nonnull(refusal); /* nobody signs in to what has no section */
    ask_at("login.sock", WIRE_INFO, "cron", NULL, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(refusal);
    ask_at("login.sock", WIRE_ACCOUNT, "cron", "zhangsan", NULL, "no", NULL);
    ck_assert_ptr_null(refusal);
    ask_at("login.sock", WIRE_SESSION, "cron", "zhangsan", NULL, NULL, NULL);
    ck_assert_ptr_null(refusal);
}
END_TEST

/* Hands an application over, as app_set.c does when WeCom has taken the keys. */
static void hand_over(const char *service, const char *name, const char *secret) {
    struct handed_keys keys = {.corp_id = "ww2", .agent_id = 2};
    char why[256];

    (void)snprintf(keys.service, sizeof keys.service, "%s", service);
    ck_assert_int_eq(secret_set(&keys.secret, secret, strlen(secret)), WECOM_OK);
    ck_assert_int_eq(
        handed_put(helper.handed, helper.setup->config, name, &keys, NULL, why, sizeof why),
        HANDED_MAY);
    ck_assert_str_eq(why, "");
    handed_keys_clear(&keys);
}

START_TEST(an_application_without_keys_serves_nobody) {
    static const enum wire_verb verbs[] = {WIRE_BEGIN, WIRE_ACCOUNT, WIRE_INFO, WIRE_APP_CHECK};
    struct client_failure failure;

    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        ask_at("login.sock", verbs[i], "keyless", "zhangsan", NULL, "yes", NULL);
        ck_assert_ptr_nonnull(refusal);
        ck_assert_str_eq(request_explain(refusal, &failure), "no_keys");
        ck_assert_str_eq(failure.cure, "cure_no_keys");
        ck_assert_str_eq(failure.detail, refusal);
    }
    ask_at("login.sock", WIRE_BEGIN, "keyless", "zhangsan", NULL, "yes", "frame");
    ck_assert_str_eq(request_explain(refusal, &failure), "no_keys");
    ask_at("login.sock", WIRE_SESSION, "keyless", "zhangsan", NULL, NULL, NULL);
    ck_assert_ptr_null(refusal);
    /* any other refusal has no sentence of its own */
    ask_at("login.sock", WIRE_BEGIN, "keyless", "zhangsan", NULL, "yes", "other");
    ck_assert_ptr_null(request_explain(refusal, &failure));
    ck_assert_ptr_null(failure.cure);
}
END_TEST

START_TEST(an_application_that_the_service_handed_over_may_be_chosen) {
    struct client_app *chosen;

    hand_over("keyless", "own", "S");
    ask_at("login.sock", WIRE_BEGIN, "keyless", NULL, NULL, "yes", "own");
    ck_assert_msg(refusal == NULL, "%s", refusal);
    ck_assert_str_eq(client_app_settings(request.app)->corp_id, "ww2");
    /* its company is the one that a link must name */
    ask_at("login.sock", WIRE_BEGIN, "keyless", "dev", "ww2/zhangsan", "yes", "own");
    ck_assert_int_eq(request_match(&request, "zhangsan"), WECOM_REASON_NONE);
    ask_at("login.sock", WIRE_BEGIN, "keyless", "dev", "ww1/zhangsan", "yes", "own");
    ck_assert_int_eq(request_match(&request, "zhangsan"), WECOM_REASON_IDENTITY_MISMATCH);
    ask_at("login.sock", WIRE_BEGIN, "sshd", "zhangsan", NULL, "no", "own");
    ck_assert_ptr_nonnull(refusal);
    ck_assert_ptr_eq(request.app, helper.setup->apps[0]);
    ask_at("login.sock", WIRE_BEGIN, "keyless", NULL, NULL, "yes", "OWN");
    ck_assert_ptr_nonnull(refusal);
    /* who began keeps what he began with */
    ask_at("login.sock", WIRE_BEGIN, "keyless", NULL, NULL, "yes", "own");
    chosen = request.app;
    hand_over("keyless", "own", "T");
    ck_assert_ptr_eq(request.app, chosen);
    ck_assert_str_eq(client_app_settings(chosen)->secret.bytes, "S");
    ask_at("login.sock", WIRE_BEGIN, "keyless", NULL, NULL, "yes", "own");
    ck_assert_str_eq(client_app_settings(request.app)->secret.bytes, "T");
}
END_TEST

START_TEST(a_request_keeps_its_own_copy_and_answers_ready) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);

    keep_open = true;
    ask("zhangsan", NULL, "no");
    ck_assert(served_receive(served, open_fds[0], m));
    ck_assert_int_eq(m->verb, WIRE_READY);
    ck_assert_str_eq(wire_get(m, WIRE_F_ID), request.id);
    ck_assert_uint_eq(strlen(request.id), REPLY_ID_BYTES - 1);
    ck_assert_str_eq(request.service_name, "sshd");
    ck_assert_str_eq(request.user, "zhangsan");
    ck_assert_str_eq(request.link, "");
    ck_assert_str_eq(request.rhost, "198.51.100.7");
    ck_assert(!request.identity);
    ck_assert_int_eq(request.begun_ms, now.ms);
    ck_assert_int_eq(request.deadline_ms, now.ms + 19500);
    ck_assert_int_lt(request.ask_until_ms, request.deadline_ms);
    ck_assert_int_gt(request.ask_until_ms, now.ms + 19000);
    ck_assert_uint_eq(helper.setup->references, 2);
    request_close(&request);
    ck_assert_uint_eq(helper.setup->references, 1);
    request_close(&request);
    ck_assert_uint_eq(helper.setup->references, 1);
    wire_free(m);
}
END_TEST

START_TEST(a_copy_outlives_its_request) {
    struct request copy;

    ask("dev", "ww1/zhangsan", "no");
    ck_assert(request_copy(&copy, &request));
    ck_assert_uint_eq(helper.setup->references, 3);
    request_close(&request);
    ck_assert_ptr_null(copy.peer);
    ck_assert_str_eq(copy.service_name, "sshd");
    ck_assert_str_eq(copy.user, "dev");
    ck_assert_str_eq(copy.link, "ww1/zhangsan");
    ck_assert_str_eq(copy.rhost, "198.51.100.7");
    ck_assert_int_eq(request_match(&copy, "zhangsan"), WECOM_REASON_NONE);
    request_close(&copy);
    ck_assert_uint_eq(helper.setup->references, 1);
}
END_TEST

/* Without its words it would be one for anybody. */
START_TEST(a_request_without_memory_is_refused) {
    without_memory = true;
    ask(NULL, NULL, "yes");
    ck_assert_str_eq(refusal, "there is no memory for it");
    ask_at("login.sock", WIRE_ACCOUNT, "cron", "zhangsan", NULL, "no", NULL);
    ck_assert_str_eq(refusal, "there is no memory for it");
}
END_TEST

static const struct {
    const char *ms;
    int64_t deadline_ms;
} deadlines[] = {
    {"1", 1},           {"100", 90},        {"4999", 4500},        {"5000", 4500},
    {"600000", 599500}, {"600001", 599500}, {"999999999", 599500}, {"0", 599500},
};

START_TEST(the_deadline_comes_a_little_before_that_of_the_host) {
    int fd = served_dial(served, "login.sock");

    open_fds[0] = fd;
    served_say(fd, WIRE_BEGIN, WIRE_F_SERVICE, "sshd", WIRE_F_IDENTITY, "no", WIRE_F_DEADLINE_MS,
               deadlines[_i].ms, WIRE_FIELD_COUNT);
    while (opened == 0)
        ck_assert_int_eq(event_base_loop(served->base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(request.deadline_ms - now.ms, deadlines[_i].deadline_ms);
    ck_assert_int_le(request.ask_until_ms, request.deadline_ms);
    ck_assert_int_gt(request.ask_until_ms, now.ms);
}
END_TEST

/* The line of the log for what was just asked. */
static const char *logged(const char *userid, enum wecom_reason reason,
                          const struct client_failure *failure) {
    static char line[4096];
    int capture = memfd_create("stderr", MFD_CLOEXEC), kept = dup(STDERR_FILENO);
    ssize_t len;

    ck_assert_int_ge(dup2(capture, STDERR_FILENO), 0);
    log_set_level(LOG_DEBUG);
    request_log(&request, LOG_NOTICE, "login denied", userid, "code", reason, failure);
    log_set_level(LOG_EMERG);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    len = pread(capture, line, sizeof line - 1, 0);
    ck_assert_int_gt(len, 0);
    line[len] = '\0';
    (void)close(capture);
    return line;
}

START_TEST(the_log_tells_what_an_administrator_needs) {
    struct client_failure failure = {.reason = WECOM_REASON_CONFIG_IP,
                                     .cure = "cure_ip",
                                     .detail = "user/get: 60020 x",
                                     .ip = "203.0.113.7"};
    char start[256];
    const char *line;

    ask("zhangsan", NULL, "no");
    now.ms += 321;
    line = logged("ZhangSan", WECOM_REASON_CONFIG_IP, &failure);
    (void)snprintf(start, sizeof start,
                   "test: login denied id='%s' service='sshd' user='zhangsan' userid='ZhangSan' "
                   "method='code' rhost='198.51.100.7' reason='config_ip' ms='321' app='main' "
                   "detail='user/get: 60020 x' do='Add the address 203.0.113.7 ",
                   request.id);
    ck_assert_msg(strncmp(line, start, strlen(start)) == 0, "%s", line);
}
END_TEST

START_TEST(what_is_no_name_is_not_logged) {
    ask("correct horse battery", NULL, "no");
    ck_assert_ptr_null(strstr(logged(NULL, WECOM_REASON_CODE_INVALID, NULL), "horse"));
    ck_assert_ptr_nonnull(strstr(logged(NULL, WECOM_REASON_CODE_INVALID, NULL), " user='?'"));
    ask(NULL, NULL, "yes");
    ck_assert_ptr_null(strstr(logged(NULL, WECOM_REASON_CODE_INVALID, NULL), " user="));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("request");
    TCase *t = tcase_create("request");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_name_belongs_to_one_userid, 0, SUPPORT_COUNT(matches));
    tcase_add_loop_test(t, the_expected_userid_is_that_of_the_link_or_the_name, 0,
                        SUPPORT_COUNT(expectations));
    tcase_add_test(t, a_login_name_has_the_userid_that_was_found_for_it);
    tcase_add_loop_test(t, somebody_else_is_known_before_wecom_is_asked, 0, SUPPORT_COUNT(others));
    tcase_add_loop_test(t, only_a_caller_of_the_service_may_ask_for_it, 0, SUPPORT_COUNT(callers));
    tcase_add_test(t, without_a_section_root_may_ask_about_an_account_and_no_more);
    tcase_add_test(t, an_application_without_keys_serves_nobody);
    tcase_add_test(t, an_application_that_the_service_handed_over_may_be_chosen);
    tcase_add_test(t, a_request_keeps_its_own_copy_and_answers_ready);
    tcase_add_test(t, a_copy_outlives_its_request);
    tcase_add_test(t, a_request_without_memory_is_refused);
    tcase_add_loop_test(t, the_deadline_comes_a_little_before_that_of_the_host, 0,
                        SUPPORT_COUNT(deadlines));
    tcase_add_test(t, the_log_tells_what_an_administrator_needs);
    tcase_add_test(t, what_is_no_name_is_not_logged);
    suite_add_tcase(s, t);
    return s;
}
