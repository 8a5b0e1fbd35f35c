/* The daemon and its second process, as they are installed. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/table.h"
#include "tests/check_main.h"
#include "tests/e2e/support.h"

#define STATE "state_dir = {dir}/state\nlog_level = info\n"
#define ACCOUNTS "[accounts]\ntable = {dir}/state/public/accounts.cdb\nrefresh = 1h\n"

static void make_state(void) {
    const char *state = place_path("state");

    ck_assert_int_eq(mkdir(state, 0711), 0);
    ck_assert_int_eq(chown(state, NOBODY, NOBODY), 0);
}

static void begin(void) {
    make_state();
    helper_configure(STATE, NULL, text("%s%s", ACCOUNTS, helper_services));
    helper_start();
    ck_assert_msg(helper_says(0, "synchronized how='whole'"), "%s", helper_tail());
}

/* The helper's one child. */
static pid_t second(void) {
    char line[64] = "";
    FILE *in = fopen(text("/proc/%d/task/%d/children", (int)place.helper, (int)place.helper), "re");

    ck_assert_ptr_nonnull(in);
    (void)!fgets(line, sizeof line, in);
    (void)fclose(in);
    return (pid_t)strtol(line, NULL, 10);
}

static const char *file_of(pid_t pid, const char *name) {
    static char bytes[4096];
    FILE *in = fopen(text("/proc/%d/%s", (int)pid, name), "re");
    size_t n;

    ck_assert_ptr_nonnull(in);
    n = fread(bytes, 1, sizeof bytes - 1, in);
    (void)fclose(in);
    bytes[n] = '\0';
    for (size_t i = 0; i + 1 < n; i++) {
        if (bytes[i] == '\0')
            bytes[i] = ' ';
    }
    return bytes;
}

static bool in_table(const char *name) {
    char buffer[TABLE_USER_BYTES];
    struct table_user user;
    struct table table;
    enum wecom_error err;

    if (table_open(place_path("state/public/accounts.cdb"), NOBODY, &table) != WECOM_OK)
        return false;
    err = table_user_by_name(&table, name, buffer, sizeof buffer, &user);
    table_close(&table);
    return err == WECOM_OK;
}

static void wait_for_table(const char *name) {
    int64_t end = now_ms() + 20000 * place_slowness();

    while (!in_table(name)) {
        (void)poll(NULL, 0, 5);
        ck_assert_msg(now_ms() < end, "%s", helper_tail());
    }
}

START_TEST(accounts_are_there_soon_after_the_first_start) {
    begin();
    wait_for_table("zhangsan");
    text_has(helper_log(), "account made");
    text_has(helper_log(), "userid='WangFang' user='wangfang'");
}
END_TEST

START_TEST(both_processes_use_one_token) {
    begin();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    GRANTED(LOGIN("lisi"), "lisi");
    ck_assert_int_eq(count(GETTOKEN), 1);
}
END_TEST

START_TEST(the_second_process_has_no_right_and_no_secret) {
    pid_t pid;

    begin();
    pid = second();
    ck_assert_int_gt(pid, 0);
    ck_assert_str_eq(file_of(pid, "cmdline"), "wecom-helper --worker");
    ck_assert_str_eq(file_of(pid, "environ"), "");
    text_has(file_of(pid, "status"), "\nUid:\t65534\t65534\t65534\t65534\n");
    text_has(file_of(pid, "status"), "\nCapEff:\t0000000000000000\n");
    text_has(file_of(pid, "status"), "\nCapPrm:\t0000000000000000\n");
    text_has(file_of(pid, "status"), "\nNoNewPrivs:\t1\n");
    text_has(file_of(pid, "limits"), "Max core file size        0                    0 ");
    ck_assert(!place_holds(SECRET, place_path("secret")));
}
END_TEST

START_TEST(it_ends_with_the_daemon) {
    pid_t pid;

    begin();
    pid = second();
    helper_stop();
    ck_assert_int_eq(kill(pid, 0), -1);
    ck_assert_int_eq(errno, ESRCH);
    ck_assert_ptr_null(strstr(helper_log(), "has ended"));
}
END_TEST

START_TEST(the_daemon_serves_while_it_is_dead_and_brings_it_back) {
    size_t from;
    pid_t pid;

    begin();
    pid = second();
    from = helper_log_bytes();
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert(helper_says(from, "has ended reason='signal 9 (Killed)'"));
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    while (second() == 0)
        (void)poll(NULL, 0, 5);
    ck_assert_int_ne(second(), pid);
}
END_TEST

START_TEST(a_reload_reaches_it) {
    begin();
    wait_for_table("zhangsan");
    ck_assert(sim_counts_reset(place.sim));
    ck_assert(sim_member(place.sim,
                         "{\"userid\":\"neu\",\"name\":\"N\",\"department\":[2],\"status\":1}"));
    helper_configure(STATE, NULL,
                     text("%srefresh = 2h\n%s",
                          "[accounts]\ntable = "
                          "{dir}/state/public/accounts.cdb\n",
                          helper_services));
    helper_reload("configuration reloaded");
    wait_for_table("neu");
}
END_TEST

START_TEST(without_host_accounts_there_is_no_second_process) {
    place_write("secret", SECRET "\n", 0600, NOBODY);
    place_write("wecom.conf",
                "[helper]\nsocket = {dir}/login.sock\nadmin_socket = {dir}/admin.sock\n"
                "web_socket = {dir}/web.sock\nuser = nobody\nstate_dir = {dir}/state\n[app main]\n"
                "corp_id = " CORP "\nagent_id = 1000002\nsecret_file = {dir}/secret\n"
                "api_url = {api}\nca_file = {ca}\n[service web]\nmethods = code\naccount = no\n",
                0644, 0);
    helper_start();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert_int_eq(second(), 0);
}
END_TEST

/* The daemon was started by root; its user cannot find the program by its path. */
START_TEST(a_program_below_a_closed_directory_runs_it_too) {
    struct running daemon;
    struct run r;

    make_state();
    ck_assert_int_eq(mkdir(place_path("closed"), 0700), 0);
    r = RUN(NULL, "/bin/cp", place_program("wecom-helper"), place_path("closed/wecom-helper"));
    ck_assert_int_eq(r.status, 0);
    helper_configure(STATE, NULL, text("%s%s", ACCOUNTS, helper_services));
    daemon = run_start(NULL, (const char *const[]){place_path("closed/wecom-helper"), "-c",
                                                   place_path("wecom.conf"), "--foreground", NULL});
    place_own(daemon.pid);
    wait_for_table("zhangsan");
    ck_assert_int_eq(kill(daemon.pid, SIGTERM), 0);
    r = run_wait(&daemon, 20);
    ck_assert_int_eq(r.status, 0);
    text_has(r.err, "synchronized");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("worker");
    TCase *t = place_case("worker", 60);

    tcase_add_test(t, accounts_are_there_soon_after_the_first_start);
    tcase_add_test(t, both_processes_use_one_token);
    tcase_add_test(t, the_second_process_has_no_right_and_no_secret);
    tcase_add_test(t, it_ends_with_the_daemon);
    tcase_add_test(t, the_daemon_serves_while_it_is_dead_and_brings_it_back);
    tcase_add_test(t, a_reload_reaches_it);
    tcase_add_test(t, without_host_accounts_there_is_no_second_process);
    tcase_add_test(t, a_program_below_a_closed_directory_runs_it_too);
    suite_add_tcase(s, t);
    return s;
}
