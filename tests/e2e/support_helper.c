/* The real helper: configured, started, listened to, ended. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "tests/e2e/support.h"

enum { LOG_MOST = 8 * 1024 * 1024, PIPE_BYTES = 1024 * 1024, PATIENCE_MS = 10000 };

/* Its standard error comes through a pipe, so that waiting for a line is waiting for an event. */
static struct {
    int fd;
    char *log;
    size_t bytes;
} heard = {.fd = -1};

#define IDENTITIES                                                                    \
    "[service web]\nmethods = code\naccount = no\nexport = userid name departments\n" \
    "[service detail]\nmethods = code\naccount = no\n"                                \
    "export = userid name mobile email departments\n"
const char helper_services[] = IDENTITIES "[service host]\nmethods = code\nexport = userid name\n";
bool helper_identities_only;

/* A table without anybody, as old as now: the helper synchronizes when the next round is due, not
 * at once, so that the calls of a test are its own. (An empty cdb file is its header.)
 */
static void make_table(void) {
    static const unsigned char start[] = {0, 8, 0, 0, 0, 0, 0, 0}; /* 2048, no slots */
    const char *path = place_path("state/public/accounts.cdb");
    FILE *out;

    (void)mkdir(place_path("state"), 0711);
    (void)mkdir(place_path("state/public"), 0755);
    if (access(path, F_OK) == 0)
        return;
    out = fopen(path, "we");
    ck_assert_ptr_nonnull(out);
    for (int i = 0; i < 256; i++)
        ck_assert_uint_eq(fwrite(start, 1, sizeof start, out), sizeof start);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chown(place_path("state"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(chown(place_path("state/public"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(chown(path, NOBODY, NOBODY), 0);
}

void helper_configure(const char *helper_lines, const char *app_lines, const char *services) {
    bool elsewhere = app_lines != NULL && strstr(app_lines, "api_url") != NULL;
    bool has_state = helper_lines != NULL && strstr(helper_lines, "state_dir") != NULL;
    bool has_accounts =
        helper_identities_only || (services != NULL && strstr(services, "[accounts]") != NULL);

    if (!has_accounts && !has_state)
        make_table();
    place_write("secret", SECRET "\n", 0600, NOBODY);
    place_write("wecom.conf",
                text("[helper]\n"
                     "socket = {dir}/login.sock\n"
                     "admin_socket = {dir}/admin.sock\n"
                     "web_socket = {dir}/web.sock\n"
                     "user = nobody\n"
                     "%s%s"
                     "[app main]\n"
                     "corp_id = " CORP "\n"
                     "agent_id = 1000002\n"
                     "secret_file = {dir}/secret\n"
                     "%s%s%s%s",
                     has_state ? "" : "state_dir = {dir}/state\n",
                     helper_lines != NULL ? helper_lines : "",
                     elsewhere ? "" : "api_url = {api}\nca_file = {ca}\n",
                     app_lines != NULL ? app_lines : "",
                     services != NULL         ? services
                     : helper_identities_only ? IDENTITIES
                                              : helper_services,
                     has_accounts ? "" : "[accounts]\ntable = {dir}/state/public/accounts.cdb\n"),
                0644, 0);
}

void helper_spawn(const char *const *more) {
    const char *argv[RUN_MOST] = {place_program("wecom-helper"), "-c", place_path("wecom.conf")};
    int pair[2];

    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        argv[3 + i] = more[i];
    ck_assert_int_eq(pipe2(pair, O_CLOEXEC), 0);
    (void)fcntl(pair[1], F_SETPIPE_SZ, PIPE_BYTES);
    if (heard.fd >= 0)
        (void)close(heard.fd);
    heard.fd = pair[0];
    free(heard.log);
    heard.log = calloc(1, LOG_MOST);
    heard.bytes = 0;
    ck_assert_ptr_nonnull(heard.log);
    place.helper = fork();
    ck_assert_int_ge(place.helper, 0);
    if (place.helper == 0) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        /* opened now: another user may not get through to where the build is */
        int program = open(argv[0], O_PATH | O_CLOEXEC);

        (void)dup2(null, STDIN_FILENO);
        (void)dup2(pair[1], STDERR_FILENO);
        for (size_t i = 0; run_environment != NULL && run_environment[i] != NULL; i++)
            (void)putenv((char *)run_environment[i]);
        if (run_prepare != NULL)
            run_prepare();
        (void)fexecve(program, (char *const *)argv, environ);
        _exit(127);
    }
    place_own(place.helper);
    (void)close(pair[1]);
}

/* Takes what is there; false at the end of it. */
static bool take(void) {
    ssize_t n =
        heard.fd >= 0 ? read(heard.fd, heard.log + heard.bytes, LOG_MOST - 1 - heard.bytes) : 0;

    if (n > 0)
        heard.bytes += (size_t)n;
    return n > 0;
}

static bool is_more(int wait_ms) {
    struct pollfd from = {.fd = heard.fd, .events = POLLIN};

    return heard.fd >= 0 && poll(&from, 1, wait_ms) > 0;
}

bool helper_says(size_t from, const char *what) {
    struct deadline d = deadline_in_ms((int64_t)PATIENCE_MS * place_slowness());

    while (strstr(heard.log + from, what) == NULL) {
        if (!is_more(deadline_left_ms(d)) || !take())
            return false;
    }
    return true;
}

const char *helper_log(void) {
    while (is_more(0) && take())
        continue;
    return heard.log != NULL ? heard.log : "";
}

const char *helper_tail(void) {
    const char *log = helper_log();
    size_t len = strlen(log);

    return log + (len > 2000 ? len - 2000 : 0);
}

size_t helper_log_bytes(void) {
    (void)helper_log();
    return heard.bytes;
}

const char *helper_line(size_t from, const char *what) {
    const char *at = strstr(helper_log() + from, what), *begin = at, *end;

    if (at == NULL)
        return NULL;
    while (begin > heard.log && begin[-1] != '\n')
        begin--;
    end = strchrnul(at, '\n');
    return place_keep(strndup(begin, (size_t)(end - begin)));
}

void helper_reload(const char *says) {
    size_t from = helper_log_bytes();

    ck_assert_int_eq(kill(place.helper, SIGHUP), 0);
    ck_assert_msg(helper_says(from, says), "not '%s' but: %s", says, helper_tail());
}

void helper_start(void) {
    helper_spawn((const char *const[]){"--foreground", NULL});
    ck_assert_msg(helper_says(0, "started"), "the helper did not start:\n%s", helper_tail());
}

void helper_begin(void) {
    helper_configure(NULL, NULL, NULL);
    helper_start();
}

int helper_end(int signal) {
    struct pollfd gone = {.fd = pidfd_open(place.helper, 0), .events = POLLIN};
    int status = -1;

    if (signal != 0)
        (void)kill(place.helper, signal);
    if (gone.fd >= 0 && poll(&gone, 1, PATIENCE_MS * 2 * place_slowness()) <= 0) {
        (void)kill(place.helper, SIGKILL);
        ck_abort_msg("the helper does not end:\n%s", helper_tail());
    }
    (void)close(gone.fd);
    ck_assert_int_eq(waitpid(place.helper, &status, 0), place.helper);
    place.helper = 0;
    while (take())
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void helper_stop(void) {
    int status = helper_end(SIGTERM);
    const char *report = strstr(heard.log, "Sanitizer");

    if (report == NULL)
        report = strstr(heard.log, "runtime error");
    ck_assert_msg(status == 0 && report == NULL, "the helper ended with %d:\n%.6000s", status,
                  report != NULL ? report : helper_tail());
}
