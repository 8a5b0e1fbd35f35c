/* Secret, tokens, codes and tickets stay where they belong: in no log, message, argument list,
 * environment, file or core.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/e2e/support.h"

/* What must not be found anywhere. WeCom's tokens and tickets are not known to us, so those that an
 * injected answer brought stand for all; so do the names of their parameters.
 */
static const char *secrets[400];
static size_t secrets_count;

#define TOKEN_MARK "TOKEN_MARK-abcdefghijklmnopqrstuvwxyz0123456789"
#define TICKET_MARK "TICKET_MARK-abcdefghijklmnopqrstuvwxyz012345678"

static void remember(const char *secret) {
    ck_assert_uint_lt(secrets_count, sizeof secrets / sizeof secrets[0]);
    secrets[secrets_count++] = secret;
}

static const char *code_of(const char *userid) {
    const char *code = talk_code(userid);

    remember(code);
    return code;
}

static void begin(void) {
    secrets_count = 0;
    remember(SECRET);
    remember(TOKEN_MARK);
    remember(TICKET_MARK);
    remember("access_token=");
    remember("corpsecret=");
    remember("\"user_ticket");
    remember("MARKED-PASSWORD");
    helper_configure("log_level = debug\n", NULL, NULL);
    helper_start();
}

static void is_clean(const char *what, const char *bytes, size_t len) {
    for (size_t i = 0; i < secrets_count; i++)
        ck_assert_msg(memmem(bytes, len, secrets[i], strlen(secrets[i])) == NULL,
                      "'%s' stands in %s", secrets[i], what);
}

static void file_is_clean(const char *path) {
    char *bytes = calloc(1, 65536);
    FILE *in = fopen(path, "re");

    ck_assert(in != NULL && bytes != NULL);
    is_clean(path, bytes, fread(bytes, 1, 65536, in));
    (void)fclose(in);
    free(bytes);
}

static void tell(const struct answer *a) {
    is_clean("a message", a->message, strlen(a->message));
    for (int f = 0; f < TALK_ENVS; f++)
        is_clean("an exported value", a->env[f], strlen(a->env[f]));
}

static void ask(struct answer a, const char *verdict) {
    ck_assert_msg(strcmp(a.verdict, verdict) == 0, "%s %s\n%s", a.verdict, a.reason, helper_tail());
    tell(&a);
}

/* Successes, and every kind of failure that might quote what it was given. */
static void live(void) {
    static const char *const faults[] = {
        "\"kind\":\"errcode\",\"errcode\":40029",
        "\"kind\":\"errcode\",\"errcode\":40014,\"times\":2",
        "\"kind\":\"errcode\",\"errcode\":60020",
        "\"kind\":\"http_status\",\"http_status\":404",
        "\"kind\":\"http_status\",\"http_status\":301",
        "\"kind\":\"close_before\",\"times\":2",
        "\"kind\":\"close_mid\",\"times\":2",
        "\"kind\":\"garbage\",\"times\":2",
        "\"kind\":\"huge_bytes\",\"huge_bytes\":1000000,\"times\":2",
        "\"kind\":\"truncated_json\",\"times\":2",
    };
    static const char *const paths[] = {GETUSERINFO, USER_GET, GETUSERDETAIL};
    const char *code = code_of("zhangsan");

    ask(ASK(.code = code), "granted");
    ask(ASK(.code = code), "denied");
    ask(ASK(.code = code_of("zhangsan"), .user = "lisi"), "denied");
    ask(ASK(.code = code_of("outsider")), "denied");
    ask(ASK(.code = "MARKED-PASSWORD with blanks"), "denied");
    ask(ASK(.code = "MARKED-PASSWORD%_and_more_that_is_no_code"), "denied");
    ask(ASK(.service = "cron", .code = code_of("zhangsan")), "denied");
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
        for (size_t p = 0; p < 3; p++) {
            code = talk_mint("{\"agent_id\":%d,\"userid\":\"wangwu\",\"ticket\":true}", AGENT);
            remember(code);
            ck_assert(sim_fault(place.sim, "{\"path\":\"%s\",%s}", paths[p], faults[f]));
            struct answer a = ASK(.service = "detail", .code = code);

            tell(&a);
        }
        ck_assert(sim_faults_clear(place.sim));
    }
    /* a ticket that we know, and an answer that is odd in other ways */
    ck_assert(sim_fault(place.sim,
                        "{\"path\":\"" GETUSERINFO
                        "\",\"kind\":\"body\",\"body\":\"{\\\"errcode\\\":0,\\\"userid\\\":"
                        "\\\"zhangsan\\\",\\\"user_ticket\\\":\\\"" TICKET_MARK "\\\"}\"}"));
    ask(ASK(.service = "detail", .code = code_of("zhangsan")), "granted");
    ck_assert_int_ge(count(GETUSERDETAIL), 10);
}

/* A token that we know, which WeCom then does not take. */
static void know_the_token(void) {
    ck_assert(sim_fault(place.sim,
                        "{\"path\":\"" GETTOKEN
                        "\",\"kind\":\"body\",\"body\":\"{\\\"access_token\\\":\\\"" TOKEN_MARK
                        "\\\",\\\"expires_in\\\":7200}\",\"times\":2}"));
    struct answer a = ASK(.code = code_of("zhangsan"));

    UNAVAILABLE(a, "internal");
    tell(&a);
    ck_assert(sim_faults_clear(place.sim));
}

START_TEST(no_secret_stands_in_a_log_or_message) {
    begin();
    know_the_token();
    live();
    ck_assert_uint_gt(helper_log_bytes(), 1000);
    is_clean("the log", helper_log(), helper_log_bytes());
}
END_TEST

START_TEST(urls_are_logged_without_their_query) {
    begin();
    know_the_token();
    live();
    for (const char *line = helper_log(); *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n'), *query = memchr(line, '?', (size_t)(end - line));

        /* WeCom's own link to the error's page is all that has one */
        ck_assert_msg(query == NULL || strncmp(query, "?e=", 3) == 0 || query[1] == '\'', "%.*s",
                      (int)(end - line), line);
    }
}
END_TEST

START_TEST(no_secret_stands_in_arguments_or_environment) {
    DIR *tasks;

    begin();
    live();
    file_is_clean(text("/proc/%d/cmdline", (int)place.helper));
    file_is_clean(text("/proc/%d/environ", (int)place.helper));
    file_is_clean(text("/proc/%d/status", (int)place.helper));
    tasks = opendir(text("/proc/%d/task", (int)place.helper));
    ck_assert_ptr_nonnull(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] != '.')
            file_is_clean(text("/proc/%d/task/%s/comm", (int)place.helper, task->d_name));
    }
    (void)closedir(tasks);
}
END_TEST

START_TEST(no_secret_stands_in_a_file_but_its_own) {
    begin();
    know_the_token();
    live();
    for (int stopped = 0; stopped < 2; stopped++) {
        for (size_t i = 0; i < secrets_count; i++)
            ck_assert_msg(!place_holds(secrets[i], place_path("secret")), "'%s' is in a file",
                          secrets[i]);
        if (!stopped)
            helper_stop();
    }
    ck_assert(place_holds(SECRET, NULL)); /* the search does find things */
}
END_TEST

START_TEST(status_and_check_tell_no_secret) {
    static const char *const commands[] = {"status", "check", "reload"};

    begin();
    know_the_token();
    live();
    for (int i = 0; i < 3; i++) {
        struct answer a = ASK(.verb = WIRE_ADMIN, .command = commands[i]);
        const char *rows = a.rows != NULL ? place_keep(json_dumps(a.rows, 0)) : "";

        answer_is(&a, "granted", "", commands[i]);
        is_clean(commands[i], rows, strlen(rows));
        tell(&a);
    }
    for (int verb = 0; verb < 2; verb++) {
        struct answer a = ASK(.verb = verb ? WIRE_APP_CHECK : WIRE_INFO);
        const char *rows = place_keep(json_dumps(a.rows, 0));

        answer_is(&a, "granted", "", "web host");
        is_clean("the answer to a web host", rows, strlen(rows));
    }
}
END_TEST

/* A core would go into the working directory, if it went anywhere. */
static void allow_cores(void) {
    const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

    if (setrlimit(RLIMIT_CORE, &all) != 0 || chdir(place.dir) != 0)
        _exit(99);
}

START_TEST(no_core_is_written) {
    struct stat before, after;
    int status;

    ck_assert_int_eq(chmod(place.dir, 01777), 0);
    helper_configure(NULL, NULL, NULL);
    run_prepare = allow_cores;
    helper_start();
    run_prepare = NULL;
    ck_assert_int_eq(stat(place.dir, &before), 0);
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(kill(place.helper, SIGABRT), 0);
    ck_assert_int_eq(waitpid(place.helper, &status, 0), place.helper);
    place.helper = 0;
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert(!WCOREDUMP(status));
    ck_assert_int_eq(stat(place.dir, &after), 0);
    ck_assert_int_eq((int)after.st_mtim.tv_sec, (int)before.st_mtim.tv_sec);
    ck_assert_int_eq((int)after.st_mtim.tv_nsec, (int)before.st_mtim.tv_nsec);
}
END_TEST

static void look_into(void *arg, int *result) {
    int fd = open(arg, O_RDONLY | O_CLOEXEC);

    *result = fd >= 0 ? 1 : 2;
}

START_TEST(its_own_user_cannot_look_into_it) {
    static const struct caller same_user = {NOBODY, NOBODY, NULL, 0};
    static const char *const files[] = {"mem", "environ", "maps", "auxv"};
    int opened;

    helper_begin();
    for (int i = 0; i < 4; i++) {
        caller_run(&same_user, look_into, (void *)text("/proc/%d/%s", (int)place.helper, files[i]),
                   &opened);
        ck_assert_msg(opened == 2, "%s can be read", files[i]);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("e2e secrets");
    TCase *t = place_case("secrets", 60);

    tcase_add_test(t, no_secret_stands_in_a_log_or_message);
    tcase_add_test(t, urls_are_logged_without_their_query);
    tcase_add_test(t, no_secret_stands_in_arguments_or_environment);
    tcase_add_test(t, no_secret_stands_in_a_file_but_its_own);
    tcase_add_test(t, status_and_check_tell_no_secret);
    tcase_add_test(t, no_core_is_written);
    tcase_add_test(t, its_own_user_cannot_look_into_it);
    suite_add_tcase(s, t);
    return s;
}
