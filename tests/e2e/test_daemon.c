/* The helper as a daemon: how it starts, what it gives up, how it ends. */
#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/channel.h"
#include "tests/check_main.h"
#include "tests/e2e/support.h"

enum { EXIT_CONFIG = 78, GROUP = 54321 };

static struct stat stat_of(const char *name) {
    struct stat st;

    ck_assert_msg(stat(place_path(name), &st) == 0, "%s is not there", name);
    return st;
}

static bool exists(const char *name) {
    struct stat st;

    return lstat(place_path(name), &st) == 0;
}

static bool is_served(const char *name) {
    int fd = -1;
    bool served = channel_open(place_path(name), deadline_in_ms(0), &fd) == WECOM_OK;

    if (served)
        (void)close(fd);
    return served;
}

static const char *proc(pid_t pid, const char *file) {
    char *bytes = calloc(1, 65536);
    FILE *in = fopen(text("/proc/%d/%s", (int)pid, file), "re");

    ck_assert(in != NULL && bytes != NULL);
    (void)!fread(bytes, 1, 65535, in);
    (void)fclose(in);
    return place_keep(bytes);
}

#define BAD "tests/data/e2e/bad"

static int is_conf(const struct dirent *entry) {
    return strstr(entry->d_name, ".conf") != NULL;
}

/* The first line of each file says what the complaint must hold: "# LINE| words". */
static void is_refused(const char *name) {
    char content[8192] = "";
    FILE *in = fopen(text(BAD "/%s", name), "re");
    const char *line, *words, *where;

    ck_assert_ptr_nonnull(in);
    ck_assert_int_gt((int)fread(content, 1, sizeof content - 1, in), 0);
    (void)fclose(in);
    place_write("wecom.conf", content, 0644, 0);
    line = place_fill(text("%.*s", (int)(strchr(content, '|') - content - 2), content + 2));
    words = strchr(content, '|') + 2;
    words = place_fill(text("%.*s", (int)strcspn(words, "\n"), words));
    where = line[0] != '\0' ? text("%s:%s: %s", place_path("wecom.conf"), line, words) : words;
    for (int check = 0; check < 2; check++) {
        static const char *const sockets[] = {"login.sock", "admin.sock", "web.sock"};

        helper_spawn((const char *const[]){check ? "--check" : "--foreground", NULL});
        ck_assert_msg(helper_end(0) == EXIT_CONFIG && strstr(helper_log(), where) != NULL,
                      "%s: not '%s' but: %s", name, where, helper_log());
        /* a socket that was bound before the secret was looked at stays, with nobody behind it */
        ck_assert(check ? !exists("login.sock") : !is_served("login.sock"));
        for (size_t i = 0; i < 3; i++)
            (void)unlink(place_path(sockets[i]));
    }
}

START_TEST(a_bad_configuration_is_refused_with_file_line_and_reason) {
    struct dirent **names;
    int n = scandir(BAD, &names, is_conf, alphasort);

    ck_assert_int_ge(n, 20);
    place_write("secret", SECRET, 0600, NOBODY);
    place_write("secret.0644", SECRET, 0644, NOBODY);
    place_write("secret.1", SECRET, 0600, 1);
    place_write("secret.empty", "\n \n", 0600, NOBODY);
    place_write("secret.words", "two words\n", 0600, NOBODY);
    for (int i = 0; i < n; i++) {
        is_refused(names[i]->d_name);
        ck_assert_ptr_null(strstr(helper_log(), SECRET));
        free(names[i]);
    }
    free(names);
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(a_configuration_that_is_not_there_is_refused) {
    helper_spawn((const char *const[]){"--foreground", NULL});
    ck_assert_int_eq(helper_end(0), EXIT_CONFIG);
    text_has(helper_log(), "wecom.conf: cannot be read: No such file or directory");
}
END_TEST

START_TEST(check_says_good_and_leaves_nothing) {
    struct run r;

    helper_configure(NULL, NULL, NULL);
    r = RUN(NULL, place_program("wecom-helper"), "-c", place_path("wecom.conf"), "--check");
    ck_assert_int_eq(r.status, 0);
    ck_assert_str_eq(
        r.out, text("warning: [service host] methods = code alone: nobody at a terminal comes by "
                    "a code of WeCom's OAuth2, only a program does; add message\n%s: good\n",
                    place_path("wecom.conf")));
    ck_assert(!exists("login.sock"));
    ck_assert_int_eq(count_all(), 0);
}
END_TEST

START_TEST(an_unknown_argument_is_refused) {
    struct run r = RUN(NULL, place_program("wecom-helper"), "--debug");

    ck_assert_int_eq(r.status, 1);
    text_has(r.err, "usage: wecom-helper");
    r = RUN(NULL, place_program("wecom-helper"), "-c", "/x", "more");
    ck_assert_int_eq(r.status, 1);
}
END_TEST

/* The kernel gives what it shows of such a process to root. */
static bool cannot_be_dumped(void) {
    struct stat st;

    ck_assert_int_eq(stat(text("/proc/%d/mem", (int)place.helper), &st), 0);
    return st.st_uid == 0;
}

START_TEST(after_a_start_as_root_nothing_of_root_is_left) {
    const char *status;

    run_environment = (const char *const[]){"WECOM_MARK=in-the-environment",
                                            "https_proxy=http://127.0.0.1:1", NULL};
    helper_begin();
    run_environment = NULL;
    GRANTED(LOGIN("zhangsan"), "zhangsan"); /* and the proxy of the environment is not asked */
    status = proc(place.helper, "status");
    text_has(status, "\nUid:\t65534\t65534\t65534\t65534\n");
    text_has(status, "\nGid:\t65534\t65534\t65534\t65534\n");
    text_has(status, "\nGroups:\t65534 \n");
    text_has(status, "\nCapInh:\t0000000000000000\n");
    text_has(status, "\nCapPrm:\t0000000000000000\n");
    text_has(status, "\nCapEff:\t0000000000000000\n");
    text_has(status, "\nCapAmb:\t0000000000000000\n");
    text_has(status, "\nNoNewPrivs:\t1\n");
    text_has(proc(place.helper, "limits"),
             "Max core file size        0                    0                    bytes");
    ck_assert(cannot_be_dumped());
    ck_assert_int_eq((int)strlen(proc(place.helper, "environ")), 0);
    text_has(proc(place.helper, "cmdline"), "wecom-helper");
}
END_TEST

static void become_nobody(void) {
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0)
        _exit(99);
}

/* Hosts trust a helper of root, of their own user and of the user `wecom`. */
static void call_nobody_wecom(void) {
    place_write("passwd",
                "root:x:0:0:root:/root:/bin/sh\n"
                "nobody:x:65534:65534::/:/bin/false\n"
                "wecom:x:65534:65534::/:/bin/false\n",
                0644, 0);
    place_mount("passwd", "/etc/passwd");
}

START_TEST(started_as_its_own_user_it_just_runs) {
    call_nobody_wecom();
    ck_assert_int_eq(mkdir(place_path("run"), 0755), 0);
    ck_assert_int_eq(chown(place_path("run"), NOBODY, NOBODY), 0);
    helper_configure(NULL, NULL, NULL);
    place_write("wecom.conf",
                "[helper]\nsocket = {dir}/run/login.sock\nadmin_socket = {dir}/run/admin.sock\n"
                "web_socket = {dir}/run/web.sock\nuser = nobody\nstate_dir = {dir}/run/state\n"
                "[app main]\ncorp_id = " CORP "\nagent_id = 1000002\n"
                "secret_file = {dir}/secret\napi_url = {api}\nca_file = {ca}\n"
                "[service web]\nmethods = code\naccount = no\n",
                0644, 0);
    run_prepare = become_nobody;
    helper_start();
    run_prepare = NULL;
    GRANTED(LOGIN("zhangsan", .socket = "run/login.sock"), "zhangsan");
    text_has(proc(place.helper, "status"), "\nNoNewPrivs:\t1\n");
    ck_assert(cannot_be_dumped());
    ck_assert_int_eq((int)strlen(proc(place.helper, "environ")), 0);
    helper_stop();
    ck_assert(!exists("run/login.sock") && !exists("run/admin.sock")); /* its own to remove */
}
END_TEST

START_TEST(started_as_somebody_else_it_refuses) {
    helper_configure(NULL, NULL, NULL);
    place_write("wecom.conf",
                "[helper]\nuser = daemon\n[app main]\ncorp_id = " CORP
                "\nagent_id = 1000002\nsecret_file = {dir}/secret\n",
                0644, 0);
    run_prepare = become_nobody;
    helper_spawn((const char *const[]){"--foreground", NULL});
    run_prepare = NULL;
    ck_assert_int_eq(helper_end(0), EXIT_CONFIG);
    text_has(helper_log(), "started as uid 65534: start it as root or as daemon");
}
END_TEST

START_TEST(without_foreground_it_goes_to_the_background) {
    struct answer a;
    struct run r;
    pid_t pid;
    int fd;

    helper_configure(NULL, NULL, NULL);
    r = RUN(NULL, place_program("wecom-helper"), "-c", place_path("wecom.conf"));
    ck_assert_int_eq(r.status, 0);
    a = ASK(.verb = WIRE_ADMIN, .command = "status");
    answer_is(&a, "granted", "", "status");
    pid = (pid_t)json_integer_value(json_object_get(json_array_get(a.rows, 0), "pid"));
    ck_assert_int_gt(pid, 1);
    place_own(pid);
    GRANTED(LOGIN("zhangsan"), "zhangsan");
    text_has(proc(pid, "status"), "\nUid:\t65534\t65534\t65534\t65534\n");
    fd = talk_open(&(const struct question){0}); /* its end is seen here */
    (void)talk_hear(fd, 5000);
    ck_assert_int_eq(kill(pid, SIGTERM), 0);
    ck_assert(talk_is_closed(fd));
    (void)close(fd);
}
END_TEST

START_TEST(sockets_belong_to_the_helper_and_are_closed_to_others) {
    static const struct {
        const char *name;
        mode_t mode;
    } rows[] = {{"login.sock", 0660}, {"admin.sock", 0600}, {"web.sock", 0600}, {"own.sock", 0660}};

    place_write("group", "root:x:0:\nnogroup:x:65534:\nwecom-pam:x:54321:\n", 0644, 0);
    place_mount("group", "/etc/group");
    helper_configure(NULL, NULL,
                     "[service web]\nmethods = code\naccount = no\nsocket = {dir}/own.sock\n");
    helper_start();
    for (size_t i = 0; i < 4; i++) {
        struct stat st = stat_of(rows[i].name);

        ck_assert(S_ISSOCK(st.st_mode));
        ck_assert_int_eq((int)(st.st_mode & 07777), (int)rows[i].mode);
        ck_assert_int_eq((int)st.st_uid, NOBODY);
        ck_assert_int_eq((int)st.st_gid, rows[i].mode == 0660 ? GROUP : NOBODY);
    }
}
END_TEST

START_TEST(a_second_helper_on_the_same_socket_is_refused) {
    pid_t first;

    helper_begin();
    first = place.helper;
    for (int same = 0; same < 3; same++) { /* the login, the admin, the web socket */
        place_write("second.conf",
                    text("[helper]\nsocket = {dir}/%s.sock\nadmin_socket = {dir}/%s.sock\n"
                         "web_socket = {dir}/%s.sock\nuser = nobody\nstate_dir = {dir}/state\n"
                         "[app main]\ncorp_id = " CORP "\nagent_id = 1000002\n"
                         "secret_file = {dir}/secret\n",
                         same == 0 ? "login" : "2login", same == 1 ? "admin" : "2admin",
                         same == 2 ? "web" : "2web"),
                    0644, 0);
        struct run r = RUN(NULL, place_program("wecom-helper"), "-c", place_path("second.conf"),
                           "--foreground");

        ck_assert_int_eq(r.status, 1);
        text_has(r.err, "another helper listens there");
        ck_assert(!exists("2login.sock") && !exists("2admin.sock") && !exists("2web.sock"));
    }
    ck_assert_int_eq(place.helper, first);
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(sockets_that_a_killed_helper_left_are_replaced) {
    helper_begin();
    ck_assert_int_eq(helper_end(SIGKILL), 128 + SIGKILL);
    ck_assert(exists("login.sock"));
    helper_start();
    GRANTED(LOGIN("zhangsan"), "zhangsan");
}
END_TEST

START_TEST(a_file_in_the_place_of_a_socket_stays) {
    helper_configure(NULL, NULL, NULL);
    place_write("login.sock", "precious\n", 0644, 0);
    helper_spawn((const char *const[]){"--foreground", NULL});
    ck_assert_int_eq(helper_end(0), 1);
    text_has(helper_log(), "there is a file that is no socket");
    ck_assert_int_eq((int)stat_of("login.sock").st_size, 9);
}
END_TEST

START_TEST(sigterm_ends_it_whatever_goes_on) {
    int fds[6];

    helper_begin();
    if (_i == 1) /* else all of them wait for the token */
        GRANTED(LOGIN("zhangsan"), "zhangsan");
    ck_assert(sim_fault(place.sim, "{\"kind\":\"hang\",\"path\":\"*\",\"times\":0}"));
    fds[0] = talk_open(&(const struct question){0});
    fds[1] = talk_open(&(const struct question){.code = talk_code("zhangsan")});
    fds[2] = talk_open(&(const struct question){.code = talk_code("lisi"), .user = "lisi"});
    fds[3] = talk_open(&(const struct question){.verb = WIRE_ACCOUNT, .user = "wangwu"});
    fds[4] = talk_open(&(const struct question){.verb = WIRE_ADMIN, .command = "check"});
    fds[5] = talk_connect("login.sock");
    for (int i = 0; i < 5; i++)
        (void)talk_ready(fds[i]);
    if (_i > 1) { /* an application that is none any more has questions open, too */
        place_write("secret", OTHER_SECRET, 0600, NOBODY);
        helper_reload("configuration reloaded");
        (void)close(talk_open(&(const struct question){.code = talk_code("zhangsan")}));
    }
    helper_stop();
    for (int i = 0; i < 6; i++)
        (void)close(fds[i]);
}
END_TEST

START_TEST(sigint_ends_it_too) {
    helper_begin();
    ck_assert_int_eq(helper_end(SIGINT), 0);
    text_has(helper_log(), "stopped");
}
END_TEST

/* nghttpx speaks HTTP/2 over TLS to the helper, and HTTPS to the simulator. */

Suite *suite(void) {
    Suite *s = suite_create("e2e daemon");
    TCase *t = place_case("start", 60);

    tcase_add_test(t, a_bad_configuration_is_refused_with_file_line_and_reason);
    tcase_add_test(t, a_configuration_that_is_not_there_is_refused);
    tcase_add_test(t, check_says_good_and_leaves_nothing);
    tcase_add_test(t, an_unknown_argument_is_refused);
    tcase_add_test(t, after_a_start_as_root_nothing_of_root_is_left);
    tcase_add_test(t, started_as_its_own_user_it_just_runs);
    tcase_add_test(t, started_as_somebody_else_it_refuses);
    tcase_add_test(t, without_foreground_it_goes_to_the_background);
    suite_add_tcase(s, t);

    t = place_case("sockets", 30);

    tcase_add_test(t, sockets_belong_to_the_helper_and_are_closed_to_others);
    tcase_add_test(t, a_second_helper_on_the_same_socket_is_refused);
    tcase_add_test(t, sockets_that_a_killed_helper_left_are_replaced);
    tcase_add_test(t, a_file_in_the_place_of_a_socket_stays);
    suite_add_tcase(s, t);

    t = place_case("end", 60);

    tcase_add_loop_test(t, sigterm_ends_it_whatever_goes_on, 0, 3);
    tcase_add_test(t, sigint_ends_it_too);
    suite_add_tcase(s, t);
    return s;
}
