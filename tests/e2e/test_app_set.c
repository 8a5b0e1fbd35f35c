/* A web host hands over the keys of its own WeCom application: tried with WeCom, kept, used, and
 * used by nobody else.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

#define KEYS(corp, agent_id, secret) \
    "{\"corp_id\":\"" corp "\",\"agent_id\":" agent_id ",\"secret\":\"" secret "\"}"
#define GOOD_KEYS KEYS(CORP, "1000002", SECRET)
#define OTHER_KEYS KEYS(CORP, "\"1000003\"", OTHER_SECRET)

#define HELPER                                                               \
    "[helper]\nsocket = {dir}/login.sock\nadmin_socket = {dir}/admin.sock\n" \
    "web_socket = {dir}/web.sock\nuser = nobody\nstate_dir = {dir}/state\nlog_level = debug\n"
#define FRAME "[app frame]\napi_url = {api}\nca_file = {ca}\ncompany = of the frame\n"
#define SERVICES                                                                              \
    "[service nocobase]\nmethods = code\naccount = no\nset_app = yes\nexport = userid name\n" \
    "[service crm]\nmethods = code\naccount = no\nset_app = yes\n"

static void configure(const char *rest) {
    place_write("wecom.conf", text(HELPER "%s", rest), 0644, 0);
}

static void make_state(void) {
    ck_assert_int_eq(mkdir(place_path("state"), 0711), 0);
    ck_assert_int_eq(chmod(place_path("state"), 0711), 0);
    ck_assert_int_eq(chown(place_path("state"), NOBODY, NOBODY), 0);
}

/* An application without keys, two services that may hand some over, and their PAM stacks. */
static void begin(void) {
    make_state();
    ck_assert_int_eq(mkdir(place_path("pam.d"), 0755), 0);
    stack_write("nocobase", "required", "identity timeout=10", NULL);
    stack_write("crm", "required", "identity timeout=10", NULL);
    place_write("pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n", 0644,
                0);
    place_mount("pam.d", "/etc/pam.d");
    configure(FRAME SERVICES);
    helper_start();
}

/* wecom-login --set-app: its answer. */
static const json_t *set_app(const char *service, const char *name, const char *keys) {
    struct run r = RUN(keys, place_program("wecom-login"), "--service", service, "--set-app", name,
                       "--socket", place_path("login.sock"));
    json_t *answer;

    ck_assert_msg(r.status == 0 && r.err[0] == '\0', "%d: %s%s\n%s", r.status, r.out, r.err,
                  helper_tail());
    answer = json_loads(r.out, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json_is_object(answer), "%s", r.out);
    return place_json(answer);
}

static void is_set(const json_t *answer, const char *name, const char *reason) {
    ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s\n%s",
                  (const char *)place_keep(json_dumps(answer, 0)), helper_tail());
    ck_assert_str_eq(word_of(answer, "app"), name);
    ck_assert_str_eq(word_of(answer, "reason"), reason);
}

static void is_refused(const json_t *answer, const char *reason, const char *words) {
    ck_assert_msg(json_is_false(json_object_get(answer, "ok")) &&
                      strcmp(word_of(answer, "reason"), reason) == 0,
                  "%s\n%s", (const char *)place_keep(json_dumps(answer, 0)), helper_tail());
    text_has(word_of(answer, "message"), words);
}

static const char *app_file(const char *name) {
    return place_path(text("state/apps/%s", name));
}

static bool exists(const char *name) {
    struct stat st;

    return lstat(app_file(name), &st) == 0;
}

static const char *code_of(int agent_id, const char *userid) {
    return talk_mint("{\"agent_id\":%d,\"userid\":\"%s\"}", agent_id, userid);
}

/* The helper's question that wecom-login asks. */
static const json_t *ask_helper(const char *service, const char *question, const char *app) {
    return SIGN_IN(NULL, "--service", service, question, "--socket", place_path("login.sock"),
                   app != NULL ? "--app" : NULL, app);
}

START_TEST(handed_over_keys_serve_logins_of_their_service) {
    const json_t *a;
    struct stat st;
    struct answer talked;

    begin();
    is_set(set_app("nocobase", "main-site", GOOD_KEYS), "main-site", "");
    ck_assert_int_eq(stat(app_file("main-site"), &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
    ck_assert_uint_eq(st.st_uid, NOBODY);
    ck_assert_int_eq(stat(place_path("state/apps"), &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
    text_has(helper_log(), "app_set granted id='");
    text_has(helper_log(),
             "' service='nocobase' app='main-site' corp='" CORP "' agent_id='1000002' ms='");
    a = SIGN_IN(talk_code("zhangsan"), "--service", "nocobase", "--app", "main-site");
    sign_in_ok(a, "zhangsan");
    ck_assert_str_eq(word_of(json_object_get(a, "env"), "WECOM_NAME"), "张三");
    sign_in_ok(SIGN_IN(NULL, "--service", "nocobase", "--account", "--user", "zhangsan", "--app",
                       "main-site"),
               "zhangsan");
    sign_in_refused(SIGN_IN(NULL, "--service", "nocobase", "--account", "--user", "leaver", "--app",
                            "main-site"),
                    "PAM_ACCT_EXPIRED", "withdrawn");
    talked = LOGIN("zhangsan", .service = "nocobase", .app = "main-site");
    GRANTED(talked, "zhangsan");
    ck_assert_str_eq(talked.corp, CORP);
    a = ask_helper("nocobase", "--info", "main-site");
    ck_assert_str_eq(word_of(a, "app"), "main-site");
    ck_assert_str_eq(word_of(a, "corp_id"), CORP);
    ck_assert_int_eq((int)json_integer_value(json_object_get(a, "agent_id")), AGENT);
    ck_assert_str_eq(word_of(a, "company"), "of the frame");
    a = ask_helper("nocobase", "--check", "main-site");
    ck_assert_msg(json_is_true(json_object_get(a, "ok")), "%s",
                  (const char *)place_keep(json_dumps(a, 0)));
    a = json_array_get(json_object_get(a, "checks"), 0);
    ck_assert_str_eq(word_of(a, "app"), "main-site");
    ck_assert_str_eq(word_of(a, "item"), "keys");
    ck_assert_str_eq(word_of(a, "service"), "nocobase");
    ck_assert_int_eq(count(GETTOKEN), 2); /* the tried token serves; a check fetches its own */
}
END_TEST

START_TEST(without_a_choice_an_application_without_keys_says_what_to_do) {
    struct answer a;
    size_t from;

    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    from = helper_log_bytes();
    sign_in_refused(SIGN_IN(talk_code("zhangsan"), "--service", "nocobase"), "PAM_AUTH_ERR",
                    "not_allowed");
    text_has(helper_log() + from, "do='Enter Company ID, AgentId and Secret in the web host");
    a = LOGIN("zhangsan", .service = "nocobase");
    DENIED(a, "not_allowed");
    answer_reads(&a, "no_keys");
    a = ASK(.verb = WIRE_ACCOUNT, .service = "nocobase", .user = "zhangsan");
    DENIED(a, "not_allowed");
    answer_reads(&a, "no_keys");
    a = ASK(.verb = WIRE_ACCOUNT, .service = "cron", .user = "zhangsan", .host = true);
    DENIED(a, "not_allowed");
    is_refused(ask_helper("nocobase", "--info", NULL), "not_allowed",
               "No WeCom application is set up for this service yet");
    is_refused(ask_helper("nocobase", "--check", NULL), "not_allowed",
               "No WeCom application is set up for this service yet");
    is_refused(ask_helper("nocobase", "--info", "frame"), "not_allowed",
               "No WeCom application is set up for this service yet");
}
END_TEST

static const struct {
    const char *keys, *reason, *words;
} wrong[] = {
    {KEYS(CORP, "1000002", "wrong-secret"), "config_secret", "Compare Company ID and Secret"},
    {KEYS("ww0000000000000000", "1000002", SECRET), "config_corp", "The Company ID is wrong"},
    {KEYS(CORP, "1000003", SECRET), "config_agent", "AgentId and Secret belong to different"},
    {KEYS(CORP, "7", SECRET), "config_agent", "AgentId and Secret belong to different"},
    {KEYS(CORP, "0", SECRET), "config_agent", "This is not an AgentId"},
    {KEYS("w w", "1", SECRET), "config_corp", "This is not a Company ID"},
    {KEYS(CORP, "1000002", ""), "config_secret", "This is not a Secret"},
    {KEYS(CORP, "1000002", "sample-secret-of-contacts-0123456789abcdef"), "config_permission",
     "use the Secret of a self-built application"},
};

START_TEST(wrong_keys_are_told_in_words_and_not_kept) {
    const json_t *a;

    begin();
    a = set_app("nocobase", "x", wrong[_i].keys);
    is_refused(a, wrong[_i].reason, wrong[_i].words);
    ck_assert(!exists("x"));
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "not_allowed");
    if (strstr(word_of(a, "message"), "Nothing was kept") != NULL) {
        text_has(helper_log(), text("reason='%s' ms='", wrong[_i].reason));
        text_has(word_of(a, "message"), "未保存：");
    }
}
END_TEST

START_TEST(an_application_that_is_off_is_not_kept) {
    begin();
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"closed\":true}"));
    is_refused(set_app("nocobase", "x", GOOD_KEYS), "config_secret",
               "or the application is disabled");
    ck_assert(!exists("x"));
}
END_TEST

START_TEST(an_address_that_is_not_trusted_yet_is_told_and_the_keys_are_kept) {
    const json_t *a;

    begin();
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[]}"));
    a = set_app("nocobase", "x", GOOD_KEYS);
    is_set(a, "x", "config_ip");
    text_has(word_of(a, "message"), "Add the address 127.0.0.1 to the trusted IPs");
    text_has(word_of(a, "message"), "密钥已保存");
    text_has(helper_log(), "app_set granted");
    ck_assert(exists("x"));
    a = ask_helper("nocobase", "--check", "x");
    ck_assert(json_is_false(json_object_get(a, "ok")));
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[\"127.0.0.1\"]}"));
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    /* a wrong Secret is not excused by the address */
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"trusted_ips\":[]}"));
    is_refused(set_app("nocobase", "y", wrong[0].keys), "config_secret", "Compare Company ID");
    ck_assert(!exists("y"));
}
END_TEST

START_TEST(a_wecom_that_hangs_ends_at_the_deadline) {
    static const char *const paths[] = {GETTOKEN, AGENT_GET};

    begin();
    for (int i = 0; i < 2; i++) {
        struct answer a;

        ck_assert(
            sim_fault(place.sim, "{\"path\":\"%s\",\"kind\":\"hang\",\"times\":0}", paths[i]));
        a = ASK(.verb = WIRE_APP_SET, .service = "nocobase", .app = "x", .corp = CORP,
                .agent_id = "1000002", .secret = SECRET, .deadline_ms = 2000);
        UNAVAILABLE(a, "wecom_unreachable");
        ck_assert_int_lt((int)a.ms, 2000 * place_slowness());
        ck_assert(!exists("x"));
        ck_assert(sim_faults_clear(place.sim));
    }
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
}
END_TEST

START_TEST(what_is_handed_over_is_its_service_s_alone) {
    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    is_refused(set_app("crm", "x", OTHER_KEYS), "not_allowed", "belongs to somebody else");
    is_refused(set_app("crm", "frame", OTHER_KEYS), "not_allowed", "belongs to somebody else");
    is_set(set_app("crm", "y", OTHER_KEYS), "y", "");
    DENIED(LOGIN("zhangsan", .service = "crm", .app = "x"), "not_allowed");
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "y"), "not_allowed");
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "unknown"), "not_allowed");
    DENIED(ASK(.verb = WIRE_INFO, .service = "crm", .app = "x"), "not_allowed");
    DENIED(ASK(.verb = WIRE_APP_CHECK, .service = "crm", .app = "x"), "not_allowed");
    DENIED(ASK(.verb = WIRE_ACCOUNT, .service = "crm", .app = "x", .user = "zhangsan"),
           "not_allowed");
    text_has(helper_log(),
             "WECOM_APP is not the app= of this service, nor one that it handed over");
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    GRANTED(ASK(.service = "crm", .app = "y", .code = code_of(OTHER_AGENT, "outsider")),
            "outsider");
}
END_TEST

START_TEST(who_may_not_hand_over_is_told_so_in_one_line) {
    static const struct caller nobody = {NOBODY, NOBODY, NULL, 0};
    struct answer a;
    size_t from;
    const char *line;

    make_state();
    place_write("secret", SECRET "\n", 0600, NOBODY);
    configure("[app main]\ncorp_id = " CORP "\nagent_id = 1000002\nsecret_file = {dir}/secret\n"
              "api_url = {api}\nca_file = {ca}\n"
              "[service web]\nmethods = code\naccount = no\n"
              "[service nocobase]\nmethods = code\naccount = no\nset_app = yes\n");
    helper_start();
    ck_assert_int_eq(chmod(place_path("login.sock"), 0666), 0);
    from = helper_log_bytes();
    is_refused(set_app("web", "x", OTHER_KEYS), "not_allowed", "may not hand over keys here");
    is_refused(set_app("sshd", "x", OTHER_KEYS), "not_allowed", "may not hand over keys here");
    a = ASK_AS(&nobody, .verb = WIRE_APP_SET, .service = "nocobase", .app = "x", .corp = CORP,
               .agent_id = "1000003", .secret = OTHER_SECRET);
    DENIED(a, "not_allowed");
    is_refused(set_app("nocobase", "main", OTHER_KEYS), "not_allowed", "belongs to somebody else");
    line = helper_log() + from;
    for (int lines = 0; lines < 4; lines++) {
        ck_assert_msg(strstr(line, "app_set denied") != NULL, "%s", helper_log() + from);
        line = strchr(line, '\n') + 1;
    }
    ck_assert_str_eq(line, "");
    ck_assert_int_eq(count_all(), 0);
    ck_assert_int_ne(access(place_path("state/apps"), F_OK), 0);
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    /* beside an application of the file */
    is_set(set_app("nocobase", "x", OTHER_KEYS), "x", "");
    GRANTED(LOGIN("zhangsan", .service = "nocobase"), "zhangsan");
    GRANTED(ASK(.service = "nocobase", .app = "x", .code = code_of(OTHER_AGENT, "outsider")),
            "outsider");
}
END_TEST

START_TEST(new_keys_replace_the_old_ones_only_when_they_are_right) {
    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    DENIED(ASK(.service = "nocobase", .app = "x", .code = code_of(AGENT, "outsider")),
           "not_visible");
    for (int i = 0; i < 3; i++)
        is_refused(set_app("nocobase", "x", wrong[i].keys), wrong[i].reason, wrong[i].words);
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    is_set(set_app("nocobase", "x", OTHER_KEYS), "x", "");
    /* what the old one said of him a moment ago does not count */
    GRANTED(ASK(.service = "nocobase", .app = "x", .code = code_of(OTHER_AGENT, "outsider")),
            "outsider");
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "code_invalid");
}
END_TEST

START_TEST(a_login_in_progress_keeps_what_it_began_with) {
    int typing;

    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    typing = talk_open(&(const struct question){.service = "nocobase", .app = "x"});
    ck_assert_str_ne(talk_hear(typing, 5000).prompt, "");
    is_set(set_app("nocobase", "x", OTHER_KEYS), "x", "");
    talk_answer(typing, talk_code("zhangsan"));
    GRANTED(talk_hear(typing, 5000), "zhangsan");
    (void)close(typing);
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "code_invalid");
}
END_TEST

START_TEST(it_survives_reload_and_restart) {
    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    for (int i = 0; i < 5; i++) {
        helper_reload("configuration reloaded");
        GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    }
    ck_assert_int_eq(count(GETTOKEN), 1);
    helper_stop();
    helper_start();
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    ck_assert_int_eq(count(GETTOKEN), 2);
    /* set_app=no closes the door behind what was handed over, too */
    configure("[app main]\ncorp_id = " CORP "\nagent_id = 1000002\nsecret_file = {dir}/secret\n"
              "[service nocobase]\nmethods = code\naccount = no\n");
    place_write("secret", SECRET, 0600, NOBODY);
    helper_reload("configuration reloaded");
    text_has(helper_log(), "handed-over application not used file='");
    text_has(helper_log(), "/state/apps/x' service='nocobase' detail='the service that handed it");
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "not_allowed");
    configure(FRAME SERVICES);
    helper_reload("configuration reloaded");
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
}
END_TEST

START_TEST(a_file_without_any_application_is_enough_for_the_real_wecom) {
    struct run r;

    make_state();
    configure(SERVICES);
    r = RUN(NULL, place_program("wecom-helper"), "-c", place_path("wecom.conf"), "--check");
    run_passes(&r);
    helper_start();
    DENIED(LOGIN("zhangsan", .service = "nocobase"), "not_allowed");
    is_refused(set_app("nocobase", "x", GOOD_KEYS), "wecom_unreachable", "cannot be reached");
    r = RUN(NULL, place_program("wecomctl"), "status", "--socket", place_path("admin.sock"));
    run_passes(&r);
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"));
    run_passes(&r);
    text_has(r.out, "handed over by services: 0");
    text_has(r.out, "wecom-login --service NAME --set-app APP");
}
END_TEST

START_TEST(status_and_check_show_what_was_handed_over) {
    const json_t *rows, *row, *found = NULL;
    struct run r;
    size_t i;

    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    place_write("state/apps/bad", "{}", 0600, NOBODY);
    helper_reload("configuration reloaded");
    text_has(helper_log(), "/state/apps/bad' detail='is not one JSON object");
    r = RUN(NULL, place_program("wecomctl"), "status", "--socket", place_path("admin.sock"),
            "--lang", "en");
    run_passes(&r);
    text_has(r.out, "APP    HANDED OVER BY  CORP ID             AGENT ID");
    text_has(r.out, "x      nocobase        " CORP "  1000002");
    text_has(r.out, "frame  -               -                   -");
    r = RUN(NULL, place_program("wecomctl"), "status", "--socket", place_path("admin.sock"),
            "--json");
    run_passes(&r);
    rows = json_object_get(place_json(json_loads(r.out, 0, NULL)), "rows");
    json_array_foreach(rows, i, row) {
        if (strcmp(word_of(row, "kind"), "app") == 0 && strcmp(word_of(row, "name"), "x") == 0)
            found = row;
    }
    ck_assert_str_eq(word_of(found, "service"), "nocobase");
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"),
            "--lang", "en");
    run_passes(&r);
    text_has(r.out, "OK frame        keys                     handed over by services: 1");
    text_has(r.out, "OK x            keys                     handed over by service nocobase");
    text_has(r.out, "OK x            visible range");
    text_has(r.out, "!! bad          keys                     is not one JSON object");
    text_has(r.out, "remove the file of that name from state_dir/apps");
    ck_assert(exists("bad"));
}
END_TEST

START_TEST(cures_of_handed_over_keys_name_no_file_of_the_administrator) {
    struct run r;

    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    ck_assert(sim_app(place.sim, "{\"agent_id\":1000002,\"secret\":\"%s\"}", "another-secret"));
    r = RUN(NULL, place_program("wecomctl"), "check", "--socket", place_path("admin.sock"));
    ck_assert_int_eq(r.status, 1);
    text_has(r.out, "Enter it anew in the form that it came from");
    ck_assert_ptr_null(strstr(r.out, "secret_file"));
}
END_TEST

START_TEST(no_secret_leaves_its_file) {
    static const char *const secrets[] = {SECRET, OTHER_SECRET, "wrong-secret", "corpsecret=",
                                          "Pasted-43-characters-into-the-wrong-field-x"};
    const char *keep[2];

    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    is_set(set_app("nocobase", "y", OTHER_KEYS), "y", "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        (void)set_app("nocobase", "z", wrong[i].keys);
    is_refused(set_app("nocobase", "z",
                       KEYS("Pasted-43-characters-into-the-wrong-field-x", "7", "wrong-secret")),
               "config_corp", "The Company ID is wrong");
    text_has(helper_log(), " corp='?' ");
    helper_reload("configuration reloaded");
    (void)ask_helper("nocobase", "--check", "x");
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
    keep[0] = app_file("x");
    keep[1] = app_file("y");
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        ck_assert_msg(strstr(helper_log(), secrets[i]) == NULL, "'%s' is in the log", secrets[i]);
        if (i > 1)
            ck_assert_msg(!place_holds(secrets[i], NULL), "'%s' is in a file", secrets[i]);
    }
    ck_assert(place_holds(SECRET, NULL));
    ck_assert(!place_holds(SECRET, keep[0]));
    ck_assert(place_holds(OTHER_SECRET, NULL));
    ck_assert(!place_holds(OTHER_SECRET, keep[1]));
}
END_TEST

START_TEST(ten_wrong_secrets_are_enough) {
    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    for (int i = 0; i < 10; i++)
        is_refused(set_app("nocobase", "x", wrong[0].keys), "config_secret", "Compare");
    is_refused(set_app("nocobase", "x", GOOD_KEYS), "too_many_tries", "in ten minutes");
    ck_assert_int_eq(count(GETTOKEN), 11);
    is_set(set_app("crm", "y", OTHER_KEYS), "y", "");
    GRANTED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "zhangsan");
}
END_TEST

/* Hands over by turns until it is killed, and the helper a moment later. */
START_TEST(a_helper_that_is_killed_has_the_old_or_the_new_keys) {
    begin();
    is_set(set_app("nocobase", "x", GOOD_KEYS), "x", "");
    for (int round = 0; round < 12; round++) {
        const struct question q = {.verb = WIRE_APP_SET,
                                   .service = "nocobase",
                                   .app = "x",
                                   .corp = CORP,
                                   .agent_id = round % 2 ? "1000002" : "1000003",
                                   .secret = round % 2 ? SECRET : OTHER_SECRET};
        int fd = talk_open(&q);
        const json_t *a;
        long agent_id;

        (void)talk_ready(fd);
        if (round % 3 == 0) /* else before WeCom has answered, or somewhere in between */
            (void)talk_hear(fd, 5000);
        (void)usleep((useconds_t)(round * 1700));
        ck_assert_int_eq(helper_end(SIGKILL), 128 + SIGKILL);
        (void)close(fd);
        helper_start();
        ck_assert_msg(strstr(helper_log(), "not used") == NULL, "%s", helper_log());
        a = ask_helper("nocobase", "--info", "x");
        agent_id = (long)json_integer_value(json_object_get(a, "agent_id"));
        ck_assert(agent_id == AGENT || agent_id == OTHER_AGENT);
        if (round % 3 == 0)
            ck_assert_int_eq(agent_id, round % 2 ? AGENT : OTHER_AGENT);
        GRANTED(ASK(.service = "nocobase", .app = "x", .code = code_of((int)agent_id, "lisi")),
                "lisi");
        ck_assert(!exists(".new"));
    }
}
END_TEST

START_TEST(a_state_directory_that_cannot_be_written_is_told) {
    begin();
    ck_assert_int_eq(chown(place_path("state"), 0, 0), 0);
    is_refused(set_app("nocobase", "x", GOOD_KEYS), "internal", "could not be written to the disk");
    text_has(helper_log(), "/state/apps: Permission denied");
    DENIED(LOGIN("zhangsan", .service = "nocobase", .app = "x"), "not_allowed");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e app_set");
    TCase *t = place_case("app_set", 120);

    tcase_add_test(t, handed_over_keys_serve_logins_of_their_service);
    tcase_add_test(t, without_a_choice_an_application_without_keys_says_what_to_do);
    tcase_add_loop_test(t, wrong_keys_are_told_in_words_and_not_kept, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(t, an_application_that_is_off_is_not_kept);
    tcase_add_test(t, an_address_that_is_not_trusted_yet_is_told_and_the_keys_are_kept);
    tcase_add_test(t, a_wecom_that_hangs_ends_at_the_deadline);
    tcase_add_test(t, what_is_handed_over_is_its_service_s_alone);
    tcase_add_test(t, who_may_not_hand_over_is_told_so_in_one_line);
    tcase_add_test(t, new_keys_replace_the_old_ones_only_when_they_are_right);
    tcase_add_test(t, a_login_in_progress_keeps_what_it_began_with);
    tcase_add_test(t, it_survives_reload_and_restart);
    tcase_add_test(t, a_file_without_any_application_is_enough_for_the_real_wecom);
    tcase_add_test(t, status_and_check_show_what_was_handed_over);
    tcase_add_test(t, cures_of_handed_over_keys_name_no_file_of_the_administrator);
    tcase_add_test(t, no_secret_leaves_its_file);
    tcase_add_test(t, ten_wrong_secrets_are_enough);
    tcase_add_test(t, a_helper_that_is_killed_has_the_old_or_the_new_keys);
    tcase_add_test(t, a_state_directory_that_cannot_be_written_is_told);
    suite_add_tcase(s, t);
    return s;
}
