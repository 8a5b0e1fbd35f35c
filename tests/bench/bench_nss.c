/* make bench-nss: what a look-up of a user costs through libnss_wecom.so.2, measured in one run
 * beside the same look-up in an /etc/passwd of 30 lines.
 *
 *   files       real getpwnam/getpwuid, "passwd: files", of one of the five people in it
 *   wecom 100   the same, "passwd: wecom", a table of 100 accounts
 *   wecom 100k  the same, a table of 100,000 accounts
 *
 * Each is a process of its own with its own mount namespace; they take turns in small bursts, so
 * that whatever else the machine does hits all of them. A call is timed by itself, somebody else is
 * asked for each time. Aims: wecom at most 1.0 x files (p50), 100k at most 1.3 x 100.
 */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/table_writer.h"
#include "wecom/paths.h"

enum {
    ROUNDS = 400,
    BURST = 25,
    WARM_UP = 200,
    SAMPLES = ROUNDS * BURST,
    /* of the passwd(5): people stand behind the accounts of the system, and are asked for */
    LINES = 30,
    PEOPLE = 5,
};

enum ask { BY_NAME, BY_ID, NOBODY, ASKS };

static const char *const asks[ASKS] = {"getpwnam, found", "getpwuid, found", "getpwnam, not there"};

static struct worker {
    const char *name, *services;
    unsigned int accounts; /* in the table; 0: none is needed */
    pid_t pid;
    int to, from; /* one byte says what to ask, BURST times come back */
    uint32_t ns[ASKS][SAMPLES];
} workers[] = {
    {.name = "files", .services = "files"},
    {.name = "wecom 100", .services = "wecom", .accounts = 100},
    {.name = "wecom 100k", .services = "wecom", .accounts = 100000},
};

enum { WORKERS = sizeof workers / sizeof workers[0] };

static char dir[] = "/tmp/wecom-bench-nss.XXXXXX";

static void die(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

/* The user number `n` of a table and of the file: the same names, the file has other numbers. */
static void user_name(char *name, size_t bytes, unsigned int n) {
    (void)snprintf(name, bytes, "zhangsan%06u", n);
}

static void write_table(unsigned int accounts) {
    struct table_meta meta = {.generation = 1, .services = "sshd,sudo"};
    struct table_writer *w;
    char name[32], home[64], link[64];
    struct table_user user = {
        .name = name,
        .gecos = "张三",
        .home = home,
        .shell = "/bin/bash",
        .gids = {WECOM_ID_MIN, WECOM_ID_MIN + 1},
        .gids_count = 2,
        .status = {.active = true, .dated_by_file = true, .services = "11", .link = link},
    };
    enum wecom_error err = table_writer_open(WECOM_TABLE_FILE, &meta, &w);

    for (unsigned int n = 0; err == WECOM_OK && n < accounts; n++) {
        user_name(name, sizeof name, n);
        (void)snprintf(home, sizeof home, "/home/%s", name);
        (void)snprintf(link, sizeof link, "ww1234567890abcdef/%s", name);
        user.id = 1900000000 + n * 7;
        err = table_writer_put_user(w, &user);
    }
    if (err == WECOM_OK)
        err = table_writer_commit(w, 0);
    if (err != WECOM_OK)
        die("table");
}

static void write_passwd(const char *path) {
    FILE *out = fopen(path, "w");
    char name[32];

    if (out == NULL)
        die(path);
    (void)fputs("root:x:0:0:root:/root:/bin/bash\n", out);
    for (unsigned int n = 1; n < LINES; n++) {
        user_name(name, sizeof name, n);
        (void)fprintf(out, "%s:x:%u:%u:张三:/home/%s:/bin/bash\n", name, 1000 + n, 1000 + n, name);
    }
    if (fclose(out) != 0 || chmod(path, 0644) != 0)
        die(path);
}

/* Where the worker's look-ups lead: its own table or its own passwd(5). */
static void make_world(const struct worker *w) {
    char passwd[64];

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        die("unshare");
    (void)snprintf(passwd, sizeof passwd, "%s/passwd", dir);
    if (w->accounts == 0) {
        write_passwd(passwd);
        if (mount(passwd, WECOM_PASSWD_FILE, NULL, MS_BIND, NULL) != 0)
            die(passwd);
        return;
    }
    if (mount("none", "/var/lib", "tmpfs", 0, "mode=755") != 0 ||
        mkdir(WECOM_STATE_DIR, 0711) != 0 || mkdir(WECOM_STATE_DIR "/public", 0755) != 0)
        die("/var/lib");
    write_table(w->accounts);
}

static uint32_t one_call(const struct worker *w, enum ask ask, unsigned int *seed) {
    unsigned int n = (unsigned int)rand_r(seed);
    unsigned int who = w->accounts > 0 ? n % w->accounts : LINES - PEOPLE + n % PEOPLE;
    char name[32];
    struct timespec begun, ended;
    const struct passwd *found;

    user_name(name, sizeof name, ask == NOBODY ? 500000 + who : who);
    (void)clock_gettime(CLOCK_MONOTONIC, &begun);
    if (ask == BY_ID)
        found = getpwuid(w->accounts > 0 ? 1900000000 + who * 7 : 1000 + who);
    else
        found = getpwnam(name);
    (void)clock_gettime(CLOCK_MONOTONIC, &ended);
    if ((found != NULL) != (ask != NOBODY) || (ask == BY_ID && strcmp(found->pw_name, name) != 0)) {
        errno = ENOENT;
        die(w->name);
    }
    return (uint32_t)((ended.tv_sec - begun.tv_sec) * 1000000000 + ended.tv_nsec - begun.tv_nsec);
}

static void work(const struct worker *w, int in, int out) {
    uint32_t ns[BURST];
    unsigned int seed = 1;
    unsigned char ask;

    make_world(w);
    if (__nss_configure_lookup("passwd", w->services) != 0)
        die("nss");
    for (int i = 0; i < WARM_UP; i++)
        (void)one_call(w, (enum ask)(i % ASKS), &seed);
    while (read(in, &ask, 1) == 1) {
        for (int i = 0; i < BURST; i++)
            ns[i] = one_call(w, (enum ask)ask, &seed);
        if (write(out, ns, sizeof ns) != sizeof ns)
            die("pipe");
    }
    exit(EXIT_SUCCESS);
}

static void start(struct worker *w) {
    int in[2], out[2];

    if (pipe(in) != 0 || pipe(out) != 0)
        die("pipe");
    w->pid = fork();
    if (w->pid < 0)
        die("fork");
    if (w->pid == 0) {
        (void)close(in[1]);
        (void)close(out[0]);
        for (const struct worker *other = workers; other < w; other++)
            (void)close(other->to);
        work(w, in[0], out[1]);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    w->to = in[1];
    w->from = out[0];
}

static void ask_burst(struct worker *w, enum ask ask, int round) {
    unsigned char byte = (unsigned char)ask;
    uint32_t *ns = &w->ns[ask][round * BURST];

    if (write(w->to, &byte, 1) != 1 || read(w->from, ns, BURST * sizeof *ns) != BURST * sizeof *ns)
        die(w->name);
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static double percentile(const struct worker *w, enum ask ask, int percent) {
    return (double)w->ns[ask][(size_t)SAMPLES * (size_t)percent / 100] / 1e3;
}

static void report(void) {
    printf("%-22s %-12s %10s %10s %10s\n", "look-up", "source", "p50 us", "p99 us", "x files");
    for (enum ask ask = 0; ask < ASKS; ask++) {
        for (size_t i = 0; i < WORKERS; i++) {
            struct worker *w = &workers[i];

            qsort(w->ns[ask], SAMPLES, sizeof w->ns[ask][0], by_value);
            printf("%-22s %-12s %10.2f %10.2f %10.2f\n", i == 0 ? asks[ask] : "", w->name,
                   percentile(w, ask, 50), percentile(w, ask, 99),
                   percentile(w, ask, 50) / percentile(&workers[0], ask, 50));
        }
        printf("%-22s %-12s %10.2f %10.2f\n", "", "100k : 100",
               percentile(&workers[2], ask, 50) / percentile(&workers[1], ask, 50),
               percentile(&workers[2], ask, 99) / percentile(&workers[1], ask, 99));
    }
}

/* glibc looks for modules in LD_LIBRARY_PATH first, and reads that when the program starts. */
static void start_again(char *argv[]) {
    char build[4096];
    ssize_t n = readlink("/proc/self/exe", build, sizeof build - 1);

    if (n <= 0)
        die("/proc/self/exe");
    build[n] = '\0';
    *strrchr(build, '/') = '\0';
    if (setenv("LD_LIBRARY_PATH", build, 1) != 0 || setenv("WECOM_BENCH_INSIDE", "yes", 1) != 0)
        die("setenv");
    (void)execv("/proc/self/exe", argv);
    die("exec");
}

int main(int argc, char *argv[]) {
    char passwd[64];

    (void)argc;
    if (geteuid() != 0) {
        (void)fputs("make bench-nss needs root: it makes mount namespaces of its own.\n", stderr);
        return EXIT_FAILURE;
    }
    if (getenv("WECOM_BENCH_INSIDE") == NULL)
        start_again(argv);
    if (mkdtemp(dir) == NULL)
        die(dir);
    for (size_t i = 0; i < WORKERS; i++)
        start(&workers[i]);
    for (int round = 0; round < ROUNDS; round++) {
        for (enum ask ask = 0; ask < ASKS; ask++) {
            for (size_t i = 0; i < WORKERS; i++)
                ask_burst(&workers[i], ask, round);
        }
    }
    for (size_t i = 0; i < WORKERS; i++) {
        (void)close(workers[i].to);
        (void)waitpid(workers[i].pid, NULL, 0);
    }
    report();
    (void)snprintf(passwd, sizeof passwd, "%s/passwd", dir);
    (void)unlink(passwd);
    (void)rmdir(dir);
    return EXIT_SUCCESS;
}
