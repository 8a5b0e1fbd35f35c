/* The module as a guest in a host: many threads, other users, nothing left behind. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/pam_wecom/support.h"

enum { THREADS = 16, LOGINS = 200 };

struct guest {
    pthread_t thread;
    struct host host;
    char user[32];
    int auth, account;
};

static void *log_in(void *data) {
    struct guest *g = data;

    for (int i = 0; i < 5; i++) {
        host_start(&g->host, "web", g->user);
        g->auth = host_auth(&g->host);
        g->account = host_account(&g->host);
        if (g->auth != PAM_SUCCESS || g->account != PAM_SUCCESS ||
            strcmp(host_user(&g->host), g->user) != 0)
            break;
        host_close(&g->host);
        g->host.prompts = 0;
    }
    return NULL;
}

START_TEST(threads_log_in_side_by_side) {
    static struct guest guests[THREADS];

    stack_write("web", "auth required @\naccount required @\n");
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    for (int i = 0; i < THREADS; i++) {
        (void)snprintf(guests[i].user, sizeof guests[i].user, "member%d", i);
        guests[i].host.answers[0] = "123456";
        ck_assert_int_eq(pthread_create(&guests[i].thread, NULL, log_in, &guests[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(guests[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(guests[i].auth, PAM_SUCCESS);
        ck_assert_int_eq(guests[i].account, PAM_SUCCESS);
        host_close(&guests[i].host);
    }
}
END_TEST

static int entries(const char *path) {
    DIR *dir = opendir(path);
    int count = 0;

    ck_assert_ptr_nonnull(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void children(char *list, size_t bytes) {
    char path[64];
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    f = fopen(path, "r");
    list[f != NULL ? fread(list, 1, bytes - 1, f) : 0] = '\0';
    if (f != NULL)
        fclose(f);
}

/* Only what was asked for: descriptors, threads, children, dispositions, mask, directory, umask. */
START_TEST(two_hundred_logins_leave_nothing_behind) {
    struct sigaction before[65], after;
    char children_before[200] = "", children_after[200] = "";
    sigset_t mask_before, mask_after;
    mode_t umask_before = umask(022);
    int fds, tasks;

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0},
                       {SAY, GRANTED "env.WECOM_NAME=Z\nmessage=Hello.\n", 0}));
    ck_assert_int_eq(login("zhangsan", ""), PAM_SUCCESS); /* libraries are loaded once */
    fds = entries("/proc/self/fd");
    tasks = entries("/proc/self/task");
    children(children_before, sizeof children_before);
    for (int s = 1; s < 65; s++)
        (void)sigaction(s, NULL, &before[s]);
    sigprocmask(SIG_BLOCK, NULL, &mask_before);
    for (int i = 0; i < LOGINS; i++) {
        ck_assert_int_eq(login("zhangsan", ""), PAM_SUCCESS);
        (void)login("root", "");
        (void)login("zhangsan", "socket=/nowhere");
        (void)login("zhangsan", "use_first_pass");
    }
    ck_assert_int_eq(entries("/proc/self/fd"), fds);
    ck_assert_int_eq(entries("/proc/self/task"), tasks);
    children(children_after, sizeof children_after);
    ck_assert_str_eq(children_after, children_before);
    for (int s = 1; s < 65; s++) {
        if (sigaction(s, NULL, &after) == 0)
            ck_assert_ptr_eq(after.sa_handler, before[s].sa_handler);
    }
    sigprocmask(SIG_BLOCK, NULL, &mask_after);
    for (int s = 1; s < 65; s++)
        ck_assert_int_eq(sigismember(&mask_after, s), sigismember(&mask_before, s));
    ck_assert_int_eq(umask(umask_before), 022);
}
END_TEST

START_TEST(failing_exchanges_leave_no_descriptor_open) {
    static const struct step scripts[][5] = {
        {{HEAR, "begin", 0}, {STEP_END, NULL, 0}},
        {{HEAR, "begin", 0}, READY, {SAY, "nonsense\n", 0}, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, READY, {SAY, "result\nverdict=denied\n", 0}, {STAY, NULL, 0}},
        {{HEAR, "begin", 0}, READY, ASK, {STAY, NULL, 0}}, /* and the conversation fails */
        {{HEAR, "begin", 0}, {SAY, "nonsense\n", 0}, {STAY, NULL, 0}},
    };
    struct host h = {.conv_code = PAM_CONV_ERR};
    int fds;

    helper_play(scripts[_i]);
    host_open(&h, "web", "zhangsan", "");
    (void)host_auth(&h);
    fds = entries("/proc/self/fd");
    for (int i = 0; i < 20; i++) {
        ck_assert_int_ne(host_auth(&h), PAM_SUCCESS);
        (void)pam_open_session(h.pamh, 0);
    }
    ck_assert_int_eq(entries("/proc/self/fd"), fds);
    host_close(&h);
}
END_TEST

/* The socket of an exchange is not for programs that the host starts. */
static int inherited;

static void look_at_fds(struct host *h) {
    (void)h;
    inherited = 0;
    for (int fd = 3; fd < 64; fd++) {
        char link[100], path[40];
        ssize_t n;

        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        n = readlink(path, link, sizeof link - 1);
        if (n <= 0)
            continue;
        link[n] = '\0';
        if (strncmp(link, "socket:", 7) == 0) {
            FILE *f;
            char line[100];

            (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
            f = fopen(path, "r");
            while (f != NULL && fgets(line, sizeof line, f) != NULL) {
                if (strncmp(line, "flags:", 6) == 0)
                    inherited += (strtol(line + 6, NULL, 8) & 02000000) == 0 ? 100 : 1;
            }
            if (f != NULL)
                fclose(f);
        }
    }
}

START_TEST(the_socket_is_closed_on_exec) {
    struct host h = {.answers = {"1"}, .during = look_at_fds};

    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    host_open(&h, "web", "zhangsan", "");
    ck_assert_int_eq(host_auth(&h), PAM_SUCCESS);
    ck_assert_int_eq(inherited, 1); /* one socket, and it closes */
    host_close(&h);
}
END_TEST

/* --- Hosts of other users. --- */

enum { NOBODY = 65534 };

static int auth_account_session(void) {
    struct host h = {.answers = {"123456"}};
    int code;

    host_start(&h, "web", "zhangsan");
    code = host_auth(&h);
    if (code == PAM_SUCCESS)
        code = host_account(&h);
    host_close(&h);
    return code;
}

static int as_nobody(void) {
    if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0 ||
        access(place.module, R_OK) != 0)
        return 77;
    return auth_account_session();
}

static int as_setuid_root(void) {
    if (setresuid(NOBODY, 0, 0) != 0)
        return 77;
    return auth_account_session();
}

START_TEST(a_host_of_another_user_works) {
    static int (*const hosts[])(void) = {as_nobody, as_setuid_root};
    int code;

    stack_write("web", "auth required @\naccount required @\n");
    helper_play(SCRIPT({HEAR, "begin", 0}, READY, ASK, {HEAR, "answer", 0}, {SAY, GRANTED, 0}));
    code = in_child(hosts[_i]);
    ck_assert_msg(code == 0 || code == 77, "%d", code);
}
END_TEST

START_TEST(a_helper_of_the_hosts_own_user_is_fine) {
    int code;

    stack_write("web", "auth required @\naccount required @\n");
    helper_play_as(NOBODY, RESULT(GRANTED));
    code = in_child(as_nobody);
    ck_assert_msg(code == 0 || code == 77, "%d", code);
}
END_TEST

START_TEST(a_setuid_host_does_not_trust_a_helper_of_its_caller) {
    stack_write("web", "auth required @\naccount required @\n");
    helper_play_as(NOBODY, RESULT(GRANTED));
    ck_assert_int_eq(in_child(as_setuid_root), PAM_AUTHINFO_UNAVAIL);
    ck_assert_int_eq(helper_heard_count(), 0);
}
END_TEST

START_TEST(the_environment_of_the_process_changes_nothing) {
    static const char *const names[] = {"WECOM_APP", "SSH_AUTH_INFO_0", "WECOM_SOCKET",
                                        "WECOM_REASON"};

    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(setenv(names[i], "evil", 1), 0);
    helper_play(RESULT(GRANTED));
    ck_assert_int_eq(login("zhangsan", ""), PAM_SUCCESS);
    ck_assert_ptr_null(strstr(helper_heard(0), "evil"));
    for (size_t i = 0; i < 4; i++)
        (void)unsetenv(names[i]);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("pam_wecom/pam_wecom");
    TCase *tc = place_case("guest");

    tcase_add_test(tc, threads_log_in_side_by_side);
    tcase_add_test(tc, two_hundred_logins_leave_nothing_behind);
    tcase_add_loop_test(tc, failing_exchanges_leave_no_descriptor_open, 0, 5);
    tcase_add_test(tc, the_socket_is_closed_on_exec);
    tcase_add_test(tc, the_environment_of_the_process_changes_nothing);
    if (am_root()) {
        tcase_add_loop_test(tc, a_host_of_another_user_works, 0, 2);
        tcase_add_test(tc, a_helper_of_the_hosts_own_user_is_fine);
        tcase_add_test(tc, a_setuid_host_does_not_trust_a_helper_of_its_caller);
    }
    suite_add_tcase(s, tc);
    return s;
}
