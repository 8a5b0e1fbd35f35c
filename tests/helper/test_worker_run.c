/* The real second process: this test is its first one. */
#include "helper/worker_run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/table.h"
#include "helper/log.h"
#include "helper/worker.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/sim/simctl.h"

enum { NOBODY = 65534 };

#define CORP "ww1234567890abcdef"
#define SECRET "sample-secret-of-1000002-0123456789abcdefg"
#define GETTOKEN "/cgi-bin/gettoken"

static char *directory, *program, *table_path;
static struct event_base *base;
static struct sim *sim;
static struct http *http;
static struct client *client;
static struct setup *current;
static struct store *store; /* the first process's own */
static struct worker *worker;
static char *lines;

static void pass(void *arg, const struct log_line *l) {
    char *more = NULL;

    (void)arg;
    ck_assert_int_gt(asprintf(&more, "%s%d %s\n", lines, l->level, l->text), 0);
    free(lines);
    lines = more;
}

static void forget_lines(void) {
    free(lines);
    lines = strdup("");
}

static int64_t real_ms(void *self) {
    (void)self;
    return deadline_now_ms();
}

static struct setup *give_setup(void *arg) {
    (void)arg;
    return current;
}

static void configure(const char *more) {
    struct setup *old = current;
    struct config *config;
    char *text = NULL;

    ck_assert_int_gt(asprintf(&text,
                              "[helper]\nstate_dir = %s/state\nlog_level = info\n[app main]\n"
                              "corp_id = " CORP "\nagent_id = 1000002\nsecret_file = /n\n"
                              "api_url = %s\nca_file = %s\n[accounts]\n"
                              "table = %s\nrefresh = 1h\nsync_calls_per_min = 10000\n%s",
                              directory, sim_api_url(sim), sim_ca_file(sim), table_path, more),
                     0);
    config = support_config(text);
    free(text);
    ck_assert_int_eq(secret_set(&config->apps[0].secret, SECRET, strlen(SECRET)), WECOM_OK);
    current = setup_new(client, config, old);
    ck_assert_ptr_nonnull(current);
    setup_unref(old);
}

/* The user that everything runs as need not reach the place of the build. */
static char *copy(char *from, const char *name) {
    char *to = support_path(directory, name);
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    ssize_t n;

    ck_assert(in >= 0 && out >= 0);
    while ((n = read(in, bytes, sizeof bytes)) > 0)
        ck_assert_int_eq(write(out, bytes, (size_t)n), n);
    ck_assert_int_eq(fchmod(out, 0755), 0);
    (void)close(in);
    (void)close(out);
    free(from);
    return to;
}

static void setup(void) {
    char *sim_program, *data;

    log_open("test", true, LOG_DEBUG);
    log_pass_on(pass, NULL);
    lines = strdup("");
    directory = support_directory();
    program = copy(support_program("wecom-helper"), "wecom-helper");
    sim_program = copy(support_program("wecom-sim"), "wecom-sim");
    data = copy(realpath("tests/sim/members.json", NULL), "members.json");
    table_path = support_path(directory, "state/public/accounts.cdb");
    if (geteuid() == 0) { /* the second process never runs as root */
        ck_assert_int_eq(chown(directory, NOBODY, NOBODY), 0);
        ck_assert_int_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
        ck_assert_int_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
    }
    base = support_loop();
    sim = sim_start(sim_program, data, directory);
    ck_assert_ptr_nonnull(sim);
    http = http_new(base);
    client = client_new(base, http_sender(http), (struct client_clock){.now_ms = real_ms});
    free(sim_program);
    free(data);
}

static void open_store(void) {
    char *state = support_path(directory, "state"), why[256];

    store = store_open(state, NULL, why, sizeof why);
    ck_assert_msg(store != NULL, "%s", why);
    free(state);
}

static void begin(const char *more) {
    configure(more);
    worker = worker_start(&(struct worker_how){
        .base = base, .clock = {.now_ms = real_ms}, .program = program, .setup = give_setup});
    ck_assert_ptr_nonnull(worker);
}

static void teardown(void) {
    static const char *const files[] = {"state/accounts.db",
                                        "state/accounts.db-wal",
                                        "state/accounts.db-shm",
                                        "state/accounts.turn",
                                        "state/public/accounts.cdb",
                                        "state/public",
                                        "state"};

    worker_stop(worker);
    store_close(store);
    client_app_retire(current->apps[0]);
    setup_unref(current);
    client_free(client);
    http_free(http);
    event_base_free(base);
    (void)sim_stop(sim); /* whether it ends well is a matter of its own tests */
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = support_path(directory, files[i]);

        (void)remove(path);
        free(path);
    }
    log_pass_on(NULL, NULL);
    /* /tmp lets only the owner of the directory remove it: that is us now */
    support_remove(directory);
    free(program);
    free(table_path);
    free(lines);
}

static bool is_late(int64_t begun_ms) {
    return deadline_now_ms() - begun_ms > 60000;
}

/* Runs the loop until that round is over. */
static void finish_round(int64_t number) {
    int64_t begun = deadline_now_ms();

    while (worker_status(worker)->asked < number) {
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
        ck_assert_msg(!is_late(begun), "%s", lines);
    }
}

static void hear(const char *text) {
    int64_t begun = deadline_now_ms();

    while (strstr(lines, text) == NULL) {
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
        ck_assert_msg(!is_late(begun), "%s in:\n%s", text, lines);
    }
}

static void on_wait(void *arg, bool published) {
    *(volatile int *)arg = published ? 1 : 2;
}

static enum wecom_error read_changes(void *arg, struct store_tx *tx) {
    return store_changes(tx, arg);
}

static int64_t changes(void) {
    int64_t count = 0;

    ck_assert_int_eq(store_run(store, STORE_READ, read_changes, &count), WECOM_OK);
    return count;
}

/* Until the table shows the store as it is. */
static void finish_publication(void) {
    volatile int told = 0;

    ck_assert_ptr_nonnull(worker_wait(worker, changes(), on_wait, (void *)&told));
    support_wait(base, &told);
    ck_assert_int_eq(told, 1);
}

static char buffer[TABLE_USER_BYTES];

/* The table is whole whenever it is looked at. */
static enum wecom_error find_user(const char *name, struct table_user *user) {
    char meta_buffer[TABLE_META_BYTES];
    struct table_meta meta;
    struct table table;
    enum wecom_error err = table_open(table_path, geteuid(), &table);

    if (err != WECOM_OK)
        return err;
    ck_assert_int_eq(table_meta(&table, meta_buffer, sizeof meta_buffer, &meta), WECOM_OK);
    err = table_user_by_name(&table, name, buffer, sizeof buffer, user);
    table_close(&table);
    return err;
}

/* The child, by the kernel's list of ours: the simulator is one, too. */
static pid_t child(void) {
    char path[64], text[256] = "", *at = text;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    in = fopen(path, "re");
    ck_assert_ptr_nonnull(in);
    (void)!fgets(text, sizeof text, in);
    (void)fclose(in);
    while (*at != '\0') {
        pid_t pid = (pid_t)strtol(at, &at, 10);

        if (pid > 0 && pid != sim_pid(sim))
            return pid;
        at += strspn(at, " \n");
    }
    return 0;
}

START_TEST(it_synchronizes_and_publishes_with_one_token_for_both_processes) {
    struct table_user user;
    const struct worker_status *status;

    begin("[service sshd]\nmethods = code\n");
    finish_round(worker_sync(worker, false));
    open_store();
    finish_publication();
    ck_assert_int_eq(find_user("zhangsan", &user), WECOM_OK);
    ck_assert(user.status.active && user.status.dated_by_file);
    ck_assert_str_eq(user.status.services, "1");
    ck_assert_int_eq(sim_count(sim, GETTOKEN), 1);
    status = worker_status(worker);
    while (status->changes < changes()) /* the report comes behind it */
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert(status->running);
    ck_assert_int_eq(status->end, SYNC_WHOLE);
    ck_assert_int_eq(status->round_members, 14);
    ck_assert_int_eq(status->accounts, 10);
    ck_assert_int_eq(status->active, 10);
    ck_assert_int_eq(status->no_login, 2);
    ck_assert_int_eq(status->interval_s, 3600);
    ck_assert_int_gt(status->published_s, 0);
    ck_assert_int_gt(status->table_time_s, 0);
    ck_assert_int_gt(status->next_s, status->started_s + 3000);
    ck_assert_str_eq(status->error, "");
    ck_assert_ptr_nonnull(strstr(lines, "account made"));
}
END_TEST

/* Also within the pause behind the publication before. */
START_TEST(a_round_that_was_asked_for_is_over_when_the_table_is_out) {
    struct table_user user;

    begin("");
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(find_user("zhangsan", &user), WECOM_OK);
    json_decref(sim_post(
        sim, "/member", "{\"userid\":\"newhire\",\"name\":\"N\",\"department\":[2],\"status\":1}"));
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(find_user("newhire", &user), WECOM_OK);
    finish_round(worker_sync(worker, false)); /* nothing to wait for */
}
END_TEST

START_TEST(a_refused_token_is_fetched_anew_once) {
    json_t *answer;

    begin("");
    finish_round(worker_sync(worker, false));
    answer = sim_post(sim, "/token", "{\"agent_id\":1000002,\"action\":\"kill\"}");
    ck_assert_ptr_nonnull(answer);
    json_decref(answer);
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(worker_status(worker)->end, SYNC_WHOLE);
    ck_assert_int_eq(sim_count(sim, GETTOKEN), 2);
}
END_TEST

START_TEST(a_round_that_is_asked_for_while_one_runs_comes_behind_it) {
    int64_t first, second;

    begin("");
    finish_round(worker_sync(worker, false));
    ck_assert(sim_counts_reset(sim));
    ck_assert(sim_fault(sim, "{\"path\":\"/cgi-bin/agent/get\",\"kind\":\"delay_ms\","
                             "\"delay_ms\":500}"));
    first = worker_sync(worker, false);
    while (worker_status(worker)->phase == SYNC_RESTS)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    second = worker_sync(worker, false);
    finish_round(first);
    ck_assert_int_lt(worker_status(worker)->asked, second);
    finish_round(second);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/agent/get"), 2);
}
END_TEST

START_TEST(there_is_no_round_by_itself_soon_after_a_restart_and_the_time_stays) {
    struct stat before, after;

    begin("");
    finish_round(worker_sync(worker, false));
    open_store();
    finish_publication();
    ck_assert_int_eq(stat(table_path, &before), 0);
    worker_stop(worker);
    begin("");
    while (!worker_status(worker)->running || worker_status(worker)->published_s == 0)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(stat(table_path, &after), 0);
    ck_assert_int_eq(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
    ck_assert_int_ge(worker_status(worker)->next_s, worker_status(worker)->started_s);
    ck_assert_int_eq(worker_status(worker)->last_good_s, before.st_mtim.tv_sec);
}
END_TEST

START_TEST(another_configuration_is_published_and_read_anew_where_that_matters) {
    struct table_user user;

    begin("");
    finish_round(worker_sync(worker, false));
    open_store();
    finish_publication();
    ck_assert(sim_counts_reset(sim));
    configure("home = /srv/%u\n");
    worker_settings(worker);
    do
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    while (find_user("zhangsan", &user) != WECOM_OK || strcmp(user.home, "/srv/zhangsan") != 0);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/agent/get"), 0);
    configure("home = /srv/%u\ngroup.ops-x = tag:7\n");
    worker_settings(worker);
    do
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    while (find_user("wangwu", &user) != WECOM_OK || user.gids_count != 1);
    ck_assert_int_eq(sim_count(sim, "/cgi-bin/agent/get"), 1);
}
END_TEST

START_TEST(a_round_that_takes_longer_than_refresh_is_stretched_and_that_is_told) {
    begin("");
    finish_round(worker_sync(worker, false));
    forget_lines();
    configure("");
    current->config->accounts.sync_calls_per_min = 1;
    current->config->accounts.refresh_s = 10;
    worker_settings(worker);
    hear("4 synchronization is less frequent than refresh= asks");
    while (worker_status(worker)->interval_s != 600) /* nine calls, and a tenth */
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_str_eq(worker_status(worker)->stretched,
                     "one round takes 9 calls, sync_calls_per_min is 1");
    configure("");
    worker_settings(worker);
    hear("5 synchronization is as frequent as refresh= asks");
}
END_TEST

START_TEST(pending_people_go_when_the_administrator_accepts) {
    begin("");
    finish_round(worker_sync(worker, false));
    ck_assert(sim_app(sim, "{\"agent_id\":1000002,\"visible\":{\"departments\":[],\"tags\":[],"
                           "\"users\":[]}}"));
    ck_assert(sim_fault(sim, "{\"path\":\"/cgi-bin/user/get\",\"kind\":\"errcode\","
                             "\"errcode\":99999,\"times\":0}"));
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(worker_status(worker)->pending, 10);
    ck_assert_str_ne(worker_status(worker)->pending_names[9], "");
    finish_round(worker_sync(worker, true));
    ck_assert_int_eq(worker_status(worker)->pending, 0);
    ck_assert_int_eq(worker_status(worker)->withdrawn, 10);
    while (worker_status(worker)->active != 0)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
}
END_TEST

START_TEST(publications_go_on_while_a_synchronization_waits) {
    struct table_user user;

    begin("");
    ck_assert(sim_fault(sim, "{\"path\":\"/cgi-bin/user/list\",\"kind\":\"errcode\","
                             "\"errcode\":45009,\"times\":0}"));
    (void)worker_sync(worker, false);
    while (worker_status(worker)->resting[0] == '\0')
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(worker_status(worker)->phase, SYNC_READS_MEMBERS);
    open_store();
    finish_publication();
    ck_assert_int_eq(find_user("zhangsan", &user), WECOM_E_ABSENT);
}
END_TEST

/* At any moment of rounds and publications, many times. */
START_TEST(one_that_is_killed_leaves_table_and_store_whole) {
    unsigned int seed = 12345;
    struct table_user user;

    begin("");
    finish_round(worker_sync(worker, false));
    open_store();
    finish_publication();
    for (int i = 0; i < 40; i++) {
        int64_t until;

        ck_assert(sim_member(sim, "{\"userid\":\"lisi\",\"status\":%d}", 1 + i % 2));
        (void)worker_sync(worker, false); /* starts it again, without the pause */
        seed = seed * 1103515245 + 12345;
        until = deadline_now_ms() + (seed >> 16) % 90;
        while (deadline_now_ms() < until) {
            ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
            (void)poll(NULL, 0, 1);
        }
        ck_assert_int_eq(find_user("zhangsan", &user), WECOM_OK);
        ck_assert_int_eq(kill(child(), SIGKILL), 0);
        while (worker_status(worker)->running || child() != 0)
            ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
        ck_assert_int_eq(find_user("zhangsan", &user), WECOM_OK);
        ck_assert_int_ge(changes(), 0);
    }
    ck_assert(sim_member(sim, "{\"userid\":\"lisi\",\"status\":2}"));
    finish_round(worker_sync(worker, false));
    finish_publication();
    ck_assert_int_eq(find_user("lisi", &user), WECOM_OK);
    ck_assert(!user.status.active);
    ck_assert_int_eq(worker_status(worker)->end, SYNC_WHOLE);
    ck_assert_int_eq(worker_status(worker)->accounts, 10);
}
END_TEST

START_TEST(it_ends_when_the_first_process_is_killed) {
    int ends[2];
    pid_t first, second = 0;
    int64_t begun = deadline_now_ms();

    configure("");
    ck_assert_int_eq(pipe(ends), 0);
    first = fork();
    if (first == 0) {
        begin("");
        second = child();
        if (write(ends[1], &second, sizeof second) == (ssize_t)sizeof second)
            (void)pause();
        _exit(0);
    }
    ck_assert_int_eq(read(ends[0], &second, sizeof second), sizeof second);
    ck_assert_int_eq(kill(second, 0), 0);
    ck_assert_int_eq(kill(first, SIGKILL), 0);
    ck_assert_int_eq(waitpid(first, NULL, 0), first);
    while (kill(second, 0) == 0) {
        (void)poll(NULL, 0, 5);
        ck_assert(!is_late(begun));
    }
}
END_TEST

START_TEST(signals_for_the_whole_service_do_not_end_it) {
    pid_t pid;

    begin("");
    finish_round(worker_sync(worker, false));
    pid = child();
    ck_assert_int_eq(kill(pid, SIGTERM) | kill(pid, SIGINT) | kill(pid, SIGHUP), 0);
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(child(), pid);
    ck_assert_ptr_null(strstr(lines, "has ended"));
}
END_TEST

START_TEST(without_its_socket_it_does_not_start) {
    int status, fds[2];
    pid_t pid;

    configure("");
    for (int i = 0; i < 2; i++) {
        pid = fork();
        if (pid == 0) {
            (void)dup2(open("/dev/null", O_RDWR), STDERR_FILENO);
            (void)close(WORKER_FD);
            if (i == 1 && socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0)
                (void)dup2(fds[0], WORKER_FD);
            (void)execl(program, "wecom-helper", WORKER_ARGUMENT, NULL);
            _exit(99);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status));
        ck_assert_int_eq(WEXITSTATUS(status), EXIT_FAILURE);
    }
}
END_TEST

START_TEST(a_store_that_cannot_be_opened_is_told_and_tried_again) {
    char *state = support_path(directory, "state");

    support_write(state, 0600, "", 0); /* a file where the directory belongs */
    begin("");
    hear("3 the account store cannot be opened");
    hear("has ended reason='exit status 1'");
    ck_assert_int_eq(unlink(state), 0);
    finish_round(worker_sync(worker, false));
    ck_assert_int_eq(worker_status(worker)->end, SYNC_WHOLE);
    free(state);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker_run");
    TCase *t = tcase_create("worker_run");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, it_synchronizes_and_publishes_with_one_token_for_both_processes);
    tcase_add_test(t, a_round_that_was_asked_for_is_over_when_the_table_is_out);
    tcase_add_test(t, a_refused_token_is_fetched_anew_once);
    tcase_add_test(t, a_round_that_is_asked_for_while_one_runs_comes_behind_it);
    tcase_add_test(t, there_is_no_round_by_itself_soon_after_a_restart_and_the_time_stays);
    tcase_add_test(t, another_configuration_is_published_and_read_anew_where_that_matters);
    tcase_add_test(t, a_round_that_takes_longer_than_refresh_is_stretched_and_that_is_told);
    tcase_add_test(t, pending_people_go_when_the_administrator_accepts);
    tcase_add_test(t, publications_go_on_while_a_synchronization_waits);
    tcase_add_test(t, one_that_is_killed_leaves_table_and_store_whole);
    tcase_add_test(t, it_ends_when_the_first_process_is_killed);
    tcase_add_test(t, signals_for_the_whole_service_do_not_end_it);
    tcase_add_test(t, without_its_socket_it_does_not_start);
    tcase_add_test(t, a_store_that_cannot_be_opened_is_told_and_tried_again);
    suite_add_tcase(s, t);
    return s;
}
