/* The daemon's side of the second process, with a second process that does what the test says: this
 * program itself, started with the hidden word.
 */
#include "helper/worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/log.h"
#include "helper/worker_run.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

/* ---- The other process ----------------------------------------------------------------------- */

/* What it does stands in the agent_id of the application. */
enum {
    ECHO_ALL = 1,     /* says every message that it gets, as a line of the log */
    DIE_AT_ONCE = 2,  /* with status 3 */
    PUBLISH = 3,      /* answers "publish" with the next count, "sync" with a report */
    FAIL_PUBLISH = 4, /* ... with a failure */
    WANT_TOKEN = 5,   /* asks for one and says what it got */
    IGNORE_END = 6,   /* does not end when the socket closes */
    NONSENSE = 7,     /* sends what is no message */
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
    char text[30000];
    va_list args;
    int n;

    text[0] = '.';
    va_start(args, format);
    n = vsnprintf(text + 1, sizeof text - 1, format, args);
    va_end(args);
    (void)send(WORKER_FD, text, (size_t)n + 1, MSG_NOSIGNAL);
}

static void say_line(const char *text) {
    json_t *line =
        json_pack("{s:{s:i, s:s, s:[]}}", "log", "level", LOG_NOTICE, "text", text, "fields");
    char *all = json_dumps(line, JSON_COMPACT);

    say("%s", all);
    free(all);
    json_decref(line);
}

static void say_status(int64_t asked, int64_t pending) {
    struct worker_status status = {.asked = asked, .pending = pending};
    json_t *message = json_pack("{s:o}", "status", worker_status_pack(&status));
    char *all = json_dumps(message, JSON_COMPACT);

    say("%s", all);
    free(all);
    json_decref(message);
}

static void answer(int what, const char *text) {
    static int64_t published;
    json_t *message = json_loads(text, 0, NULL);
    const json_t *sync = json_object_get(message, "sync");

    if (what == ECHO_ALL || (what == WANT_TOKEN && json_object_get(message, "token") != NULL))
        say_line(strlen(text) < 1900 ? text : "long");
    if (what == PUBLISH && json_object_get(message, "publish") != NULL)
        say("{\"published\":{\"good\":true,\"changes\":%lld}}", (long long)++published);
    if (what == FAIL_PUBLISH && json_object_get(message, "publish") != NULL)
        say("{\"published\":{\"good\":false,\"changes\":0}}");
    if (what == PUBLISH && sync != NULL)
        say_status(json_integer_value(json_object_get(sync, "number")), 7);
    if (what == WANT_TOKEN && json_object_get(message, "settings") != NULL)
        say("{\"want_token\":{\"app\":\"main\",\"refused\":0}}");
    json_decref(message);
}

static void be_the_other_process(void) {
    static char packet[65536];
    int what = 0;

    (void)fcntl(WORKER_FD, F_SETFL, 0);
    for (;;) {
        ssize_t n = recv(WORKER_FD, packet, sizeof packet - 1, 0);
        const char *agent;

        if (n <= 0)
            break;
        packet[n] = '\0';
        agent = strstr(packet, "\"agent_id\":");
        if (agent != NULL)
            what = (int)strtol(agent + strlen("\"agent_id\":"), NULL, 10);
        if (what == DIE_AT_ONCE)
            _exit(3);
        if (what == NONSENSE)
            (void)send(WORKER_FD, ".nonsense", 9, MSG_NOSIGNAL);
        answer(what, packet + 1);
    }
    while (what == IGNORE_END)
        (void)pause();
    _exit(0);
}

/* glibc hands the arguments to constructors: in front of main(), which is Check's. */
__attribute__((constructor)) static void maybe_the_other_process(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        be_the_other_process();
}

/* ---- This one -------------------------------------------------------------------------------- */

static struct event_base *base;
static struct fake_clock now;
static struct fake_sender *sender;
static struct client *client;
static struct setup *current;
static struct worker *worker;
static char *lines;
static volatile int line_count;

static void pass(void *arg, const struct log_line *l) {
    char *more = NULL;

    (void)arg;
    ck_assert_int_gt(asprintf(&more, "%s%d %s\n", lines, l->level, l->text), 0);
    free(lines);
    lines = more;
    line_count++;
}

static struct setup *give_setup(void *arg) {
    (void)arg;
    return current;
}

static void configure(int what, const char *more) {
    struct setup *old = current;
    struct config *config;
    char *text = NULL;

    ck_assert_int_gt(asprintf(&text,
                              "[app main]\ncorp_id = ww1\nagent_id = %d\nsecret_file = /s\n"
                              "api_url = https://wecom.test\n%s",
                              what, more),
                     0);
    config = support_config(text);
    free(text);
    ck_assert_int_eq(secret_set(&config->apps[0].secret, "TOP-SECRET", 10), WECOM_OK);
    current = setup_new(client, config, old);
    ck_assert_ptr_nonnull(current);
    setup_unref(old);
}

static void setup(void) {
    log_open("test", true, LOG_DEBUG);
    log_pass_on(pass, NULL);
    lines = strdup("");
    base = support_loop();
    now.ms = 1000000;
    sender = fake_sender_new(base);
    client = client_new(base, fake_sender_of(sender), fake_clock(&now));
}

static void teardown(void) {
    worker_stop(worker);
    client_app_retire(current->apps[0]);
    setup_unref(current);
    client_free(client);
    fake_sender_free(sender);
    event_base_free(base);
    log_pass_on(NULL, NULL);
    free(lines);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static void begin(int what, const char *more) {
    static char self[4096]; /* by its name: under valgrind /proc/self/exe is valgrind */

    ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof self - 1), 0);
    configure(what, more);
    worker = worker_start(&(struct worker_how){
        .base = base, .clock = fake_clock(&now), .program = self, .setup = give_setup});
    ck_assert_ptr_nonnull(worker);
}

static void hear(const char *text) {
    int64_t end = deadline_now_ms() + 20000;

    while (strstr(lines, text) == NULL) {
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK), 0);
        (void)poll(NULL, 0, 1);
        ck_assert_msg(deadline_now_ms() < end, "%s in:\n%s", text, lines);
    }
}

/* The child, by the kernel's list of ours. */
static pid_t child(void) {
    char path[64], text[64] = "";
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    in = fopen(path, "re");
    ck_assert_ptr_nonnull(in);
    (void)!fgets(text, sizeof text, in);
    (void)fclose(in);
    return (pid_t)strtol(text, NULL, 10);
}

START_TEST(the_settings_come_first_and_hold_no_secret) {
    begin(ECHO_ALL, "[accounts]\n");
    hear("settings");
    hear("https://wecom.test");
    ck_assert_ptr_null(strstr(lines, "TOP-SECRET"));
}
END_TEST

START_TEST(no_process_is_started_where_none_is_needed) {
    begin(ECHO_ALL, "[service web]\nmethods = code\naccount = no\n");
    ck_assert_int_eq(child(), 0);
    ck_assert(!worker_status(worker)->running);
    configure(ECHO_ALL, "[service web]\nmethods = code\naccount = no\nallow = department:1\n");
    worker_settings(worker);
    hear("settings");
    ck_assert_int_gt(child(), 0);
    configure(ECHO_ALL, "[service web]\nmethods = code\naccount = no\nallow = user:lisi\n");
    worker_settings(worker);
    ck_assert_int_eq(child(), 0);
}
END_TEST

START_TEST(a_reload_sends_the_new_settings) {
    begin(ECHO_ALL, "[accounts]\n");
    hear("/home/%u");
    configure(ECHO_ALL, "[accounts]\nhome = /srv/%u\n");
    worker_settings(worker);
    hear("/srv/%u");
}
END_TEST

START_TEST(it_has_no_descriptor_but_the_usual_ones_and_its_socket_and_an_empty_environment) {
    char path[64], bytes[64];
    struct dirent *entry;
    int extra = 0, fd;
    DIR *dir;
    int leak = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(leak, 0);
    begin(ECHO_ALL, "[accounts]\n");
    hear("settings");
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)child());
    dir = opendir(path);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL)
        extra += entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) > WORKER_FD;
    (void)closedir(dir);
    ck_assert_int_eq(extra, 0);
    (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)child());
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), 0);
    (void)close(fd);
    (void)close(leak);
}
END_TEST

START_TEST(one_that_dies_is_started_again_after_a_pause_that_grows) {
    begin(DIE_AT_ONCE, "[accounts]\n");
    hear("has ended reason='exit status 3' again_in_ms='1000'");
    hear("again_in_ms='2000'");
    hear("again_in_ms='4000'");
}
END_TEST

START_TEST(one_that_lived_for_long_is_started_again_after_the_first_pause) {
    begin(ECHO_ALL, "[accounts]\n");
    for (int i = 0; i < 3; i++) {
        hear("settings");
        if (i == 2)
            now.ms += WORKER_STEADY_MS;
        ck_assert_int_eq(kill(child(), SIGKILL), 0);
        free(lines);
        lines = strdup("");
        hear(i == 1 ? "again_in_ms='2000'" : "again_in_ms='1000'");
    }
}
END_TEST

START_TEST(one_that_is_killed_is_started_again_and_gets_its_settings) {
    pid_t first;

    begin(ECHO_ALL, "[accounts]\nhome = /srv/%u\n");
    hear("settings");
    first = child();
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    hear("reason='signal 9 (Killed)'");
    ck_assert(!worker_status(worker)->running);
    free(lines);
    lines = strdup("");
    hear("/srv/%u");
    ck_assert_int_ne(child(), first);
}
END_TEST

START_TEST(one_that_talks_nonsense_is_ended) {
    begin(NONSENSE, "[accounts]\n");
    hear("has ended");
}
END_TEST

START_TEST(one_that_does_not_end_is_killed) {
    int64_t begun;

    begin(IGNORE_END, "[accounts]\n");
    for (int i = 0; i < 50; i++) {
        (void)poll(NULL, 0, 10); /* lets it read its settings */
        support_run(base);
    }
    begun = deadline_now_ms();
    worker_stop(worker);
    worker = NULL;
    ck_assert_int_ge(deadline_now_ms() - begun, WORKER_END_MS - 100);
    ck_assert_int_eq(child(), 0);
}
END_TEST

/* ---- Publications ---------------------------------------------------------------------------- */

struct wait {
    volatile int done;
    bool published;
    struct worker_wait *wait, *drops;
};

static void on_wait(void *arg, bool published) {
    struct wait *wait = arg;

    wait->done++;
    wait->published = published;
    wait->wait = NULL;
    if (wait->drops != NULL)
        worker_unwait(wait->drops);
}

static void wait_for(struct wait *wait, int64_t changes) {
    wait->wait = worker_wait(worker, changes, on_wait, wait);
    ck_assert_ptr_nonnull(wait->wait);
    ck_assert_int_eq(wait->done, 0);
}

START_TEST(whoever_waits_is_told_when_his_count_is_published_and_not_before) {
    struct wait first = {0}, third = {0}, again = {0};

    begin(PUBLISH, "[accounts]\n");
    wait_for(&first, 1);
    support_wait(base, &first.done);
    ck_assert(first.published);
    wait_for(&third, 4);
    support_rest(base, 100);
    ck_assert_int_eq(third.done, 0);
    worker_publish(worker);
    worker_publish(worker);
    support_wait(base, &third.done);
    ck_assert(third.published);
    wait_for(&again, 4); /* it is there already */
    support_wait(base, &again.done);
    ck_assert(again.published);
}
END_TEST

START_TEST(whoever_waits_is_told_of_a_failure) {
    struct wait one = {0};

    begin(FAIL_PUBLISH, "[accounts]\n");
    wait_for(&one, 1);
    support_wait(base, &one.done);
    ck_assert(!one.published);
}
END_TEST

START_TEST(whoever_does_not_wait_any_more_is_not_told_not_even_from_inside) {
    struct wait dropped = {0}, drops = {0}, victim = {0};

    begin(PUBLISH, "[accounts]\n");
    wait_for(&dropped, 1);
    worker_unwait(dropped.wait);
    wait_for(&victim, 1);
    wait_for(&drops, 1); /* is told first */
    drops.drops = victim.wait;
    support_wait(base, &drops.done);
    support_rest(base, 50);
    ck_assert_int_eq(dropped.done, 0);
    ck_assert_int_eq(victim.done, 0);
    worker_unwait(NULL);
}
END_TEST

/* ---- Synchronizations ------------------------------------------------------------------------ */

struct watched {
    volatile int told;
    struct worker_status status;
    struct worker_watch *watch;
    bool leaves;
};

static void on_told(void *arg, const struct worker_status *status) {
    struct watched *w = arg;

    w->told++;
    w->status = *status;
    if (w->leaves) {
        worker_unwatch(w->watch);
        w->watch = NULL;
    }
}

START_TEST(a_synchronization_is_asked_for_by_number_and_its_report_is_seen) {
    struct watched a = {.leaves = true}, b = {0};
    int64_t number;

    begin(PUBLISH, "[accounts]\n");
    a.watch = worker_watch(worker, on_told, &a);
    b.watch = worker_watch(worker, on_told, &b);
    number = worker_sync(worker, false);
    support_wait(base, &b.told);
    ck_assert_int_eq(b.status.asked, number);
    ck_assert(b.status.running);
    ck_assert_int_eq(worker_status(worker)->pending, 7);
    ck_assert_int_eq(worker_sync(worker, false), number + 1);
    while (worker_status(worker)->asked < number + 1)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(a.told, 1);
    ck_assert_int_ge(b.told, 2);
    worker_unwatch(b.watch);
    worker_unwatch(NULL);
}
END_TEST

START_TEST(what_is_accepted_is_what_was_pending) {
    begin(PUBLISH, "[accounts]\n");
    (void)worker_sync(worker, false);
    while (worker_status(worker)->pending != 7)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    configure(ECHO_ALL, "[accounts]\n");
    worker_settings(worker);
    (void)worker_sync(worker, true);
    hear("\"accepted\":7");
}
END_TEST

START_TEST(a_synchronization_outlives_the_process) {
    begin(ECHO_ALL, "[accounts]\n");
    hear("settings");
    ck_assert_int_eq(kill(child(), SIGKILL), 0);
    (void)worker_sync(worker, false);
    hear("signal 9");
    free(lines);
    lines = strdup("");
    hear("{\"sync\":{\"number\":1}}");
}
END_TEST

/* ---- Tokens ---------------------------------------------------------------------------------- */

START_TEST(a_token_is_fetched_here_and_given) {
    begin(WANT_TOKEN, "[accounts]\n");
    fake_answer(sender, "/cgi-bin/gettoken?", 200,
                "{\"errcode\":0,\"access_token\":\"tok-1\",\"expires_in\":7200}");
    hear("\"secret\":\"tok-1\"");
    hear("\"valid_ms\":7200000");
}
END_TEST

START_TEST(why_there_is_no_token_is_told) {
    begin(WANT_TOKEN, "[accounts]\n");
    fake_answer(sender, "/cgi-bin/gettoken?", 200, "{\"errcode\":40013,\"errmsg\":\"x\"}");
    hear("\"reason\":\"config_corp\"");
    ck_assert_ptr_null(strstr(lines, "TOP-SECRET"));
}
END_TEST

START_TEST(a_process_that_ends_does_not_wait_for_its_token_any_more) {
    begin(WANT_TOKEN, "[accounts]\n");
    (void)fake_await(sender, "/cgi-bin/gettoken?");
    worker_stop(worker);
    worker = NULL;
    fake_answer(sender, "/cgi-bin/gettoken?", 200,
                "{\"errcode\":0,\"access_token\":\"tok-1\",\"expires_in\":7200}");
    support_run(base);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker");
    TCase *t = tcase_create("worker");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_settings_come_first_and_hold_no_secret);
    tcase_add_test(t, no_process_is_started_where_none_is_needed);
    tcase_add_test(t, a_reload_sends_the_new_settings);
    tcase_add_test(t,
                   it_has_no_descriptor_but_the_usual_ones_and_its_socket_and_an_empty_environment);
    tcase_add_test(t, one_that_dies_is_started_again_after_a_pause_that_grows);
    tcase_add_test(t, one_that_lived_for_long_is_started_again_after_the_first_pause);
    tcase_add_test(t, one_that_is_killed_is_started_again_and_gets_its_settings);
    tcase_add_test(t, one_that_talks_nonsense_is_ended);
    tcase_add_test(t, one_that_does_not_end_is_killed);
    tcase_add_test(t, whoever_waits_is_told_when_his_count_is_published_and_not_before);
    tcase_add_test(t, whoever_waits_is_told_of_a_failure);
    tcase_add_test(t, whoever_does_not_wait_any_more_is_not_told_not_even_from_inside);
    tcase_add_test(t, a_synchronization_is_asked_for_by_number_and_its_report_is_seen);
    tcase_add_test(t, what_is_accepted_is_what_was_pending);
    tcase_add_test(t, a_synchronization_outlives_the_process);
    tcase_add_test(t, a_token_is_fetched_here_and_given);
    tcase_add_test(t, why_there_is_no_token_is_told);
    tcase_add_test(t, a_process_that_ends_does_not_wait_for_its_token_any_more);
    suite_add_tcase(s, t);
    return s;
}
