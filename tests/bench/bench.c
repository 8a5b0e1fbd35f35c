/* make bench: what a warm login costs, measured in one run beside what cannot be avoided.
 *
 *   pam_permit     a forked child, pam_start, pam_authenticate with pam_permit, pam_end
 *   HTTPS request  the same auth/getuserinfo call over one kept-alive connection, without PAM
 *   pam_wecom      a forked child, pam_start, pam_authenticate with a fresh code, pam_end
 *
 * The three take turns, so that whatever else the machine does hits all of them. CPU is that of the
 * child (user and system) and, for pam_wecom, that of the helper beside it.
 * Aim: pam_wecom <= pam_permit + 1.3 x request + 0.3 ms.
 */
#include <curl/curl.h>
#include <errno.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/simctl.h"

enum { ROUNDS = 500, WARM_UP = 20, NOBODY = 65534, AGENT = 1000002 };

static char dir[] = "/tmp/wecom-bench.XXXXXX";
static char build[512];
static pid_t helper_pid;

struct series {
    const char *name;
    double ms[ROUNDS], cpu_ms;
};

static void die(const char *what) {
    perror(what);
    if (helper_pid > 0)
        (void)kill(helper_pid, SIGTERM);
    exit(EXIT_FAILURE);
}

static double now_ms(void) {
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void write_file(const char *name, mode_t mode, const char *text) {
    char path[600];
    FILE *out;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    out = fopen(path, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0 || chmod(path, mode) != 0)
        die(path);
}

static int answer(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *code) {
    *responses = calloc((size_t)count, sizeof **responses);
    if (*responses == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
            messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
            (*responses)[i].resp = strdup(code);
    }
    return PAM_SUCCESS;
}

struct sample {
    double ms, cpu_ms;
    int code;
};

static double cpu_ms(int who) {
    struct rusage u;

    (void)getrusage(who, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* One login in a child, the way sshd does it. */
static struct sample log_in(const char *service, char *code) {
    struct sample s = {0};
    int ends[2], status;
    double begun = now_ms();
    pid_t child;

    if (pipe(ends) != 0)
        die("pipe");
    child = fork();
    if (child == 0) {
        struct pam_conv conv = {answer, code};
        pam_handle_t *pam = NULL;

        s.code = pam_start_confdir(service, NULL, &conv, dir, &pam);
        if (s.code == PAM_SUCCESS)
            s.code = pam_set_item(pam, PAM_USER, "zhangsan");
        if (s.code == PAM_SUCCESS)
            s.code = pam_authenticate(pam, 0);
        (void)pam_end(pam, s.code);
        s.cpu_ms = cpu_ms(RUSAGE_SELF);
        _exit(write(ends[1], &s, sizeof s) == sizeof s ? 0 : 1);
    }
    (void)close(ends[1]);
    if (child < 0 || read(ends[0], &s, sizeof s) != sizeof s || waitpid(child, &status, 0) != child)
        die("child");
    (void)close(ends[0]);
    s.ms = now_ms() - begun;
    if (s.code != PAM_SUCCESS) {
        (void)fprintf(stderr, "%s: %s\n", service, pam_strerror(NULL, s.code));
        errno = EPERM;
        die("login");
    }
    return s;
}

static size_t swallow(char *bytes, size_t one, size_t count, void *arg) {
    (void)bytes;
    (void)arg;
    return one * count;
}

static size_t keep(char *bytes, size_t one, size_t count, void *arg) {
    (void)strncat(arg, bytes, one * count);
    return one * count;
}

static void get(CURL *curl, const char *url) {
    if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK || curl_easy_perform(curl) != CURLE_OK)
        die("HTTPS request");
}

/* The helper's CPU time so far: user and system, in clock ticks in /proc/PID/stat. */
static double helper_cpu_ms(void) {
    unsigned long user = 0, system = 0;
    char path[64], line[1024] = "";
    const char *behind;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)helper_pid);
    in = fopen(path, "r");
    if (in == NULL || fgets(line, sizeof line, in) == NULL)
        die(path);
    (void)fclose(in);
    behind = strrchr(line, ')');
    if (behind == NULL || sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                                 &user, &system) != 2)
        die(path);
    return (double)(user + system) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

static void start_helper(struct sim *sim) {
    json_t *data = json_load_file("tests/sim/members.json", 0, NULL);
    json_t *app = json_array_get(json_object_get(data, "apps"), 0);
    char text[4096], path[600];
    FILE *log;

    if (app == NULL)
        die("tests/sim/members.json");
    write_file("secret", 0600, json_string_value(json_object_get(app, "secret")));
    (void)snprintf(path, sizeof path, "%s/secret", dir);
    if (geteuid() == 0 && chown(path, NOBODY, (gid_t)-1) != 0)
        die("chown");
    (void)snprintf(text, sizeof text,
                   "[helper]\nsocket = %s/login.sock\nadmin_socket = %s/admin.sock\n"
                   "web_socket = %s/web.sock\nuser = nobody\nstate_dir = %s/state\n"
                   "[app bench]\ncorp_id = %s\n"
                   "agent_id = %d\nsecret_file = %s/secret\napi_url = %s\nca_file = %s\n"
                   "[service bench]\nmethods = code\naccount = no\n",
                   dir, dir, dir, dir, json_string_value(json_object_get(data, "corp_id")), AGENT,
                   dir, sim_api_url(sim), sim_ca_file(sim));
    write_file("wecom.conf", 0644, text);
    (void)snprintf(text, sizeof text,
                   "auth required %s/pam_wecom.so socket=%s/login.sock identity\n", build, dir);
    write_file("bench", 0644, text);
    write_file("permit", 0644, "auth required pam_permit.so\n");
    json_decref(data);

    int ends[2];
    if (pipe(ends) != 0)
        die("pipe");
    helper_pid = fork();
    if (helper_pid == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)snprintf(path, sizeof path, "%s/wecom-helper", build);
        (void)snprintf(text, sizeof text, "%s/wecom.conf", dir);
        (void)execl(path, path, "-c", text, "--foreground", (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    log = fdopen(ends[0], "r");
    while (fgets(text, sizeof text, log) != NULL && strstr(text, "started") == NULL)
        (void)fputs(text, stderr);
    if (feof(log))
        die("wecom-helper");
    /* the pipe stays open for the helper; its lines fit into it for this many rounds */
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double at(const struct series *s, double share) {
    return s->ms[(size_t)((double)(ROUNDS - 1) * share)];
}

static void print(struct series *s) {
    qsort(s->ms, ROUNDS, sizeof s->ms[0], by_size);
    (void)printf("%-16s %9.3f %9.3f %12.3f\n", s->name, at(s, 0.5), at(s, 0.99),
                 s->cpu_ms / ROUNDS);
}

/* The token of the simulator's first application, for the bare request. */
static void fetch_token(CURL *curl, struct sim *sim, char *token, size_t bytes) {
    json_t *data = json_load_file("tests/sim/members.json", 0, NULL), *answered;
    json_t *app = json_array_get(json_object_get(data, "apps"), 0);
    char url[1024];

    (void)snprintf(url, sizeof url, "%s/cgi-bin/gettoken?corpid=%s&corpsecret=%s", sim_api_url(sim),
                   json_string_value(json_object_get(data, "corp_id")),
                   json_string_value(json_object_get(app, "secret")));
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, token);
    get(curl, url);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    answered = json_loads(token, 0, NULL);
    (void)snprintf(token, bytes, "%s",
                   json_string_value(json_object_get(answered, "access_token")));
    json_decref(answered);
    json_decref(data);
}

static struct sample request_once(CURL *curl, struct sim *sim, const char *token,
                                  const char *code) {
    struct sample s = {.ms = now_ms(), .cpu_ms = cpu_ms(RUSAGE_SELF)};
    char url[2048];

    (void)snprintf(url, sizeof url, "%s/cgi-bin/auth/getuserinfo?access_token=%s&code=%s",
                   sim_api_url(sim), token, code);
    get(curl, url);
    return (struct sample){.ms = now_ms() - s.ms, .cpu_ms = cpu_ms(RUSAGE_SELF) - s.cpu_ms};
}

static void note(struct series *s, int round, struct sample sample) {
    if (round < 0)
        return;
    s->ms[round] = sample.ms;
    s->cpu_ms += sample.cpu_ms;
}

static void take_turns(CURL *curl, struct sim *sim, json_t *codes) {
    static struct series permit = {.name = "pam_permit"}, request = {.name = "HTTPS request"},
                         login = {.name = "pam_wecom"};
    char token[4096] = "";
    double helper_cpu = 0, aim;

    fetch_token(curl, sim, token, sizeof token);
    for (int i = -WARM_UP; i < ROUNDS; i++) {
        size_t n = (size_t)(i + WARM_UP) * 2;
        char *code = strdup(json_string_value(json_array_get(codes, n)));

        if (i == 0)
            helper_cpu = helper_cpu_ms();
        note(&permit, i, log_in("permit", code));
        note(&request, i,
             request_once(curl, sim, token, json_string_value(json_array_get(codes, n + 1))));
        note(&login, i, log_in("bench", code));
        free(code);
    }
    helper_cpu = helper_cpu_ms() - helper_cpu;
    (void)printf("%d rounds, taking turns, one run\n\n%-16s %9s %9s %12s\n", ROUNDS, "", "p50 ms",
                 "p99 ms", "CPU ms/login");
    print(&permit);
    print(&request);
    print(&login);
    (void)printf("%-16s %9s %9s %12.3f\n\n", "  + its helper", "", "", helper_cpu / ROUNDS);
    aim = at(&permit, 0.5) + 1.3 * at(&request, 0.5) + 0.3;
    (void)printf(
        "p50 of pam_wecom is %.2f x its aim (pam_permit + 1.3 x request + 0.3 ms = %.3f)\n",
        at(&login, 0.5) / aim, aim);
}

static void remove_files(void) {
    static const char *const files[] = {"bench",      "permit",     "secret",     "wecom.conf",
                                        "sim-ca.pem", "login.sock", "admin.sock", "web.sock"};
    char path[600];

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(dir);
}

int main(void) {
    ssize_t len = readlink("/proc/self/exe", build, sizeof build - 1);
    char path[600], *slash = len > 0 ? strrchr(build, '/') : NULL;
    json_t *minted, *codes;
    struct sim *sim;
    CURL *curl = curl_easy_init();

    if (slash == NULL || curl == NULL || mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
        die("set-up");
    *slash = '\0';
    (void)snprintf(path, sizeof path, "%s/wecom-sim", build);
    sim = sim_start(path, "tests/sim/members.json", dir);
    if (sim == NULL)
        die("wecom-sim");
    start_helper(sim);
    minted = sim_post_json(sim, "/mint",
                           json_pack("{s:i, s:s, s:i}", "agent_id", AGENT, "userid", "zhangsan",
                                     "count", 2 * (ROUNDS + WARM_UP)));
    codes = json_object_get(minted, "codes");
    if (json_array_size(codes) != 2 * (ROUNDS + WARM_UP) ||
        curl_easy_setopt(curl, CURLOPT_CAINFO, sim_ca_file(sim)) != CURLE_OK)
        die("mint");
    take_turns(curl, sim, codes);
    json_decref(minted);
    curl_easy_cleanup(curl);
    (void)kill(helper_pid, SIGTERM);
    (void)waitpid(helper_pid, NULL, 0);
    (void)sim_stop(sim);
    remove_files();
    return EXIT_SUCCESS;
}
