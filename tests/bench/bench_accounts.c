/* What accounts cost: the first synchronization of a company, one without changes, a publication,
 * the memory of both processes, and what a login notices of it. Run by `make bench-accounts`, as
 * root.
 *
 *     bench-accounts [MEMBERS]       100000 where nothing is said
 *
 * The simulator runs on the same machine and takes its share of the processor. A login is measured
 * from the first byte to "ready", which the helper alone answers, and to the result, which needs
 * two answers of the simulator.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/channel.h"
#include "helper/log.h"
#include "helper/publish.h"
#include "tests/sim/simctl.h"
#include "wecom/paths.h"

enum { AGENT = 1000002, NOBODY = 65534, LOGINS_MOST = 20000 };

static char dir[] = "/tmp/wecom-bench.XXXXXX";
static char build[512];
static pid_t helper_pid;
static struct sim *sim;

struct series {
    size_t count;
    double ready_ms[LOGINS_MOST], result_ms[LOGINS_MOST];
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

static const char *path_of(const char *name) {
    static char paths[4][600];
    static int at;

    at = (at + 1) % 4;
    (void)snprintf(paths[at], sizeof paths[at], "%s/%s", dir, name);
    return paths[at];
}

static void write_file(const char *name, mode_t mode, const char *text) {
    FILE *out = fopen(path_of(name), "w");

    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0 ||
        chmod(path_of(name), mode) != 0 || chown(path_of(name), NOBODY, NOBODY) != 0)
        die(name);
}

static char config_text[4096];

static void configure(int refresh_s) {
    (void)snprintf(config_text, sizeof config_text,
                   "[helper]\nsocket = %s/login.sock\nadmin_socket = %s/admin.sock\n"
                   "web_socket = %s/web.sock\nuser = nobody\nstate_dir = %s/state\n"
                   "log_level = debug\n[app bench]\ncorp_id = ww1234567890abcdef\nagent_id = %d\n"
                   "secret_file = %s/secret\napi_url = %s\nca_file = %s\n"
                   "[accounts]\ntable = %s/state/public/accounts.cdb\nrefresh = %ds\n"
                   "sync_calls_per_min = 10000\ngroup.bench-x = department:2 tag:7\n"
                   "[service bench]\nmethods = code\naccount = no\n"
                   "[service host]\nmethods = code\nallow = department:1\n",
                   dir, dir, dir, dir, AGENT, dir, sim_api_url(sim), sim_ca_file(sim), dir,
                   refresh_s);
    write_file("wecom.conf", 0644, config_text);
}

static void start_helper(void) {
    char program[600];
    int log = open(path_of("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    (void)snprintf(program, sizeof program, "%s/wecom-helper", build);
    helper_pid = fork();
    if (helper_pid == 0) {
        (void)dup2(log, STDERR_FILENO);
        (void)execl(program, program, "-c", path_of("wecom.conf"), "--foreground", (char *)NULL);
        _exit(127);
    }
    (void)close(log);
}

/* The number behind `key` in the n-th line "synchronized" of the log; -1: there is none yet. */
static double synchronized(int n, const char *key) {
    FILE *in = fopen(path_of("log"), "r");
    char line[4096], pattern[64];
    double number = -1;

    (void)snprintf(pattern, sizeof pattern, " %s='", key);
    while (in != NULL && number < 0 && fgets(line, sizeof line, in) != NULL) {
        const char *at = strstr(line, ": synchronized ") != NULL ? strstr(line, pattern) : NULL;

        if (at != NULL && n-- == 0)
            number = strtod(at + strlen(pattern), NULL);
    }
    if (in != NULL)
        (void)fclose(in);
    return number;
}

static pid_t second_process(void) {
    char path[64], text[64] = "";
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)helper_pid,
                   (int)helper_pid);
    in = fopen(path, "r");
    if (in != NULL) {
        (void)!fgets(text, sizeof text, in);
        (void)fclose(in);
    }
    return (pid_t)strtol(text, NULL, 10);
}

static long memory_kb(pid_t pid, const char *key) {
    char path[64], line[256];
    long kb = 0;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    in = fopen(path, "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0)
            kb = strtol(line + strlen(key) + 1, NULL, 10);
    }
    if (in != NULL)
        (void)fclose(in);
    return kb;
}

static double cpu_s(pid_t pid) {
    char path[64], line[1024] = "", *at;
    double ticks = 0;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    in = fopen(path, "r");
    if (in == NULL || fgets(line, sizeof line, in) == NULL)
        return 0;
    (void)fclose(in);
    at = strrchr(line, ')');
    for (int field = 2; at != NULL && field < 15; field++) {
        at = strchr(at + 1, ' ');
        if (at != NULL && field >= 12)
            ticks += field < 14 ? strtod(at + 1, NULL) : 0;
    }
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

/* One login by a fresh code, at the pace of a busy morning. */
static void log_in(struct series *s) {
    struct deadline d = deadline_in_ms(20000);
    struct wire_message *begin = wire_new(WIRE_BEGIN), *reply = wire_new(WIRE_READY);
    char *code = sim_mint(sim, AGENT, "zhangsan");
    double from, ready;
    int fd = -1;

    if (code == NULL || s->count == LOGINS_MOST)
        die("mint");
    (void)wire_set(begin, WIRE_F_SERVICE, "bench");
    (void)wire_set(begin, WIRE_F_IDENTITY, "yes");
    (void)wire_set(begin, WIRE_F_DEADLINE_MS, "20000");
    (void)wire_set(begin, WIRE_F_AUTHTOK, code);
    from = now_ms();
    if (channel_request(path_of("login.sock"), begin, reply, d, &fd) != WECOM_OK)
        die("login");
    ready = now_ms();
    if (channel_receive(fd, reply, d) != WECOM_OK)
        die("result");
    s->ready_ms[s->count] = ready - from;
    s->result_ms[s->count++] = now_ms() - from;
    (void)close(fd);
    wire_free(begin);
    wire_free(reply);
    free(code);
}

/* Logs in again and again until that line "synchronized" comes. */
static void log_in_until(struct series *s, int n) {
    while (synchronized(n, "ms") < 0) {
        log_in(s);
        (void)poll(NULL, 0, 15);
    }
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void print_logins(const char *when, struct series *s) {
    size_t last = s->count - 1;

    qsort(s->ready_ms, s->count, sizeof s->ready_ms[0], by_size);
    qsort(s->result_ms, s->count, sizeof s->result_ms[0], by_size);
    (void)printf("logins %-22s %5zu   ready p50 %6.2f p99 %6.2f max %6.2f   result p50 %6.2f p99 "
                 "%6.2f max %6.2f ms\n",
                 when, s->count, s->ready_ms[last / 2], s->ready_ms[last * 99 / 100],
                 s->ready_ms[last], s->result_ms[last / 2], s->result_ms[last * 99 / 100],
                 s->result_ms[last]);
}

static void print_memory(const char *when) {
    pid_t second = second_process();

    (void)printf("memory %-22s first process %6ld kB (most %6ld)   second process %6ld kB (most "
                 "%6ld)\n",
                 when, memory_kb(helper_pid, "VmRSS"), memory_kb(helper_pid, "VmHWM"),
                 memory_kb(second, "VmRSS"), memory_kb(second, "VmHWM"));
}

/* The same function that the second process calls, in this one. */
static void publish_here(void) {
    struct config_error error;
    struct config *config = config_read(path_of("wecom.conf"), &error);
    struct publish_counts counts;
    struct publish publish = {.config = config, .confirmed_s = 1, .now_s = time(NULL)};
    char why[256];

    if (seteuid(NOBODY) != 0 || config == NULL)
        die("publish");
    publish.store = store_open(config->helper.state_dir, NULL, why, sizeof why);
    publish.locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    publish.told = userset_new();
    for (int i = 0; i < 3; i++) {
        double from = now_ms();

        if (publish.store == NULL ||
            publish_table(&publish, &counts, why, sizeof why) != WECOM_OK) {
            (void)fprintf(stderr, "%s\n", why);
            exit(EXIT_FAILURE);
        }
        (void)printf("publication of %zu accounts: %.0f ms\n", counts.accounts, now_ms() - from);
    }
    store_close(publish.store);
    locals_free((struct locals *)publish.locals);
    userset_free(publish.told);
    config_free(config);
    if (seteuid(0) != 0)
        die("seteuid");
}

static void print_file(const char *name) {
    struct stat st;

    if (stat(path_of(name), &st) == 0)
        (void)printf("%-32s %9.1f MB\n", name, (double)st.st_size / 1e6);
}

static void measure(void) {
    static struct series first, refresh, idle;
    double cpu;

    while (access(path_of("login.sock"), F_OK) != 0)
        (void)poll(NULL, 0, 10);
    (void)poll(NULL, 0, 300);
    log_in_until(&first, 0);
    (void)printf("first synchronization: %.1f s, %.0f calls, %.0f members, %.1f s of processor\n",
                 synchronized(0, "ms") / 1e3, synchronized(0, "calls"), synchronized(0, "members"),
                 cpu_s(second_process()));
    print_memory("behind it");
    print_logins("meanwhile", &first);
    (void)poll(NULL, 0, 5000); /* the publication behind it */
    cpu = cpu_s(second_process());
    configure(3601); /* another refresh= begins a round at once */
    (void)kill(helper_pid, SIGHUP);
    log_in_until(&refresh, 1);
    (void)printf("refresh without changes: %.1f s, %.0f calls, %.1f s of processor\n",
                 synchronized(1, "ms") / 1e3, synchronized(1, "calls"),
                 cpu_s(second_process()) - cpu);
    print_memory("behind it");
    print_logins("meanwhile", &refresh);
    (void)poll(NULL, 0, 4000);
    for (int i = 0; i < 500; i++)
        log_in(&idle);
    print_logins("while nothing else runs", &idle);
    publish_here();
    print_file("state/accounts.db");
    print_file("state/accounts.db-wal");
    print_file("state/public/accounts.cdb");
}

static void remove_files(void) {
    static const char *const files[] = {"state/accounts.db",
                                        "state/accounts.db-wal",
                                        "state/accounts.db-shm",
                                        "state/accounts.turn",
                                        "state/public/accounts.cdb",
                                        "state/public",
                                        "state",
                                        "secret",
                                        "wecom.conf",
                                        "sim-ca.pem",
                                        "login.sock",
                                        "admin.sock",
                                        "web.sock",
                                        "log"};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)remove(path_of(files[i]));
    (void)rmdir(dir);
}

int main(int argc, char **argv) {
    const char *more[] = {"--generate", argc > 1 ? argv[1] : "100000", NULL};
    ssize_t len = readlink("/proc/self/exe", build, sizeof build - 1);
    char path[600], *slash = len > 0 ? strrchr(build, '/') : NULL;

    if (slash == NULL || mkdtemp(dir) == NULL || chmod(dir, 0755) != 0)
        die("set-up");
    *slash = '\0';
    log_open("bench", true, LOG_ERR);
    (void)snprintf(path, sizeof path, "%s/wecom-sim", build);
    sim = sim_start_with(path, "tests/sim/members.json", dir, more);
    if (sim == NULL ||
        !sim_app(sim,
                 "{\"agent_id\":%d,\"visible\":{\"departments\":[1],\"tags\":[],\"users\":[]}}",
                 AGENT) ||
        !sim_option(sim, "{\"calls_per_min\":0,\"calls_per_hour\":0}"))
        die("wecom-sim");
    if (mkdir(path_of("state"), 0711) != 0 || chown(path_of("state"), NOBODY, NOBODY) != 0)
        die("state");
    write_file("secret", 0600, "sample-secret-of-1000002-0123456789abcdefg");
    configure(3600);
    start_helper();
    measure();
    (void)kill(helper_pid, SIGTERM);
    (void)waitpid(helper_pid, NULL, 0);
    (void)sim_stop(sim);
    remove_files();
    return EXIT_SUCCESS;
}
