/* The place of an end-to-end test: a directory, name spaces, the simulator, and the janitor. */
#include "tests/e2e/support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"

struct place place;

static int janitor = -1; /* our end of its socket; the janitor acts when all are closed */
static pid_t janitor_pid;

enum { OWNED_MOST = 512, RING = 8 };

static struct {
    void **memory;
    size_t count;
    json_t *json; /* an array */
} kept;

int64_t now_ms(void) {
    return deadline_now_ms();
}

int place_slowness(void) {
#ifdef __SANITIZE_ADDRESS__
    return 4;
#else
    return 1;
#endif
}

void *place_keep(void *memory) {
    kept.memory = reallocarray(kept.memory, kept.count + 1, sizeof *kept.memory);
    ck_assert(kept.memory != NULL && memory != NULL);
    kept.memory[kept.count++] = memory;
    return memory;
}

json_t *place_json(json_t *json) {
    if (kept.json == NULL)
        kept.json = json_array();
    ck_assert_int_eq(json_array_append_new(kept.json, json), 0);
    return json;
}

const char *text(const char *format, ...) {
    char *made = NULL;
    va_list args;

    va_start(args, format);
    ck_assert_int_ge(vasprintf(&made, format, args), 0);
    va_end(args);
    return place_keep(made);
}

void text_has(const char *all, const char *piece) {
    ck_assert_msg(strstr(all, piece) != NULL, "there is no '%s' in: %.4000s", piece, all);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)st;
    (void)kind;
    (void)at;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

/* Kills what it was told of and removes the directory, when the test has gone, however it went. */
/* A process of somebody whom a test killed may have written for a moment longer. */
static void remove_all(const char *dir) {
    int64_t end = now_ms() + 10000;

    do
        (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    while (access(dir, F_OK) == 0 && now_ms() < end && poll(NULL, 0, 20) == 0);
}

static void janitor_main(int fd, const char *dir) {
    int owned[OWNED_MOST], count_owned = 0;
    pid_t pid;

    while (read(fd, &pid, sizeof pid) == (ssize_t)sizeof pid) {
        int pidfd = pidfd_open(pid, 0);

        if (pidfd >= 0 && count_owned < OWNED_MOST)
            owned[count_owned++] = pidfd;
        if (write(fd, &pid, sizeof pid) != (ssize_t)sizeof pid)
            break;
    }
    for (int i = 0; i < count_owned; i++)
        (void)pidfd_send_signal(owned[i], SIGKILL, NULL, 0);
    remove_all(dir);
}

static void janitor_start(void) {
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    janitor_pid = fork();
    ck_assert_int_ge(janitor_pid, 0);
    if (janitor_pid == 0) {
        (void)setsid(); /* Check kills the process group of a test */
        (void)close(pair[0]);
        janitor_main(pair[1], place.dir);
        _exit(0);
    }
    (void)close(pair[1]);
    janitor = pair[0];
}

void place_own(pid_t pid) {
    ck_assert_int_eq(send(janitor, &pid, sizeof pid, MSG_NOSIGNAL), (ssize_t)sizeof pid);
    ck_assert_int_eq(recv(janitor, &pid, sizeof pid, 0), (ssize_t)sizeof pid);
}

/* A network of our own: nobody else takes a port that a test gives back for a moment. */
static void loopback_up(void) {
    struct ifreq lo = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ioctl(fd, SIOCGIFFLAGS, &lo), 0);
    lo.ifr_flags = (short)(lo.ifr_flags | IFF_UP);
    ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
    (void)close(fd);
}

static void place_open(void) {
    place = (struct place){.dir = "/tmp/wecom-e2e-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(place.dir));
    ck_assert_int_eq(chmod(place.dir, 0755), 0);
    janitor_start();
    ck_assert_msg(unshare(CLONE_NEWNS | CLONE_NEWNET) == 0, "name spaces need root: %s",
                  strerror(errno));
    loopback_up();
    ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    place.sim = sim_start(place_program("wecom-sim"), "tests/sim/members.json", place.dir);
    ck_assert_msg(place.sim != NULL, "the simulator does not start: run from the root of the tree");
    place_own(sim_pid(place.sim));
}

static void place_close(void) {
    int status;

    if (place.helper > 0)
        helper_stop();
    ck_assert_int_eq(sim_stop(place.sim), 0);
    (void)close(janitor);
    ck_assert_int_eq(waitpid(janitor_pid, &status, 0), janitor_pid);
    ck_assert_int_ne(access(place.dir, F_OK), 0);
    for (size_t i = 0; i < kept.count; i++)
        free(kept.memory[i]);
    free(kept.memory);
    json_decref(kept.json);
    memset(&kept, 0, sizeof kept);
}

TCase *place_case(const char *name, int limit_s) {
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, place_open, place_close);
    tcase_set_timeout(tcase, limit_s * place_slowness());
    return tcase;
}

static char *ring(void) {
    static char paths[RING][512];
    static unsigned int at;

    return paths[at++ % RING];
}

const char *place_path(const char *name) {
    char *path = ring();

    if (name[0] == '/')
        (void)snprintf(path, 512, "%s", name);
    else
        (void)snprintf(path, 512, "%s/%s", place.dir, name);
    return path;
}

/* BUILD/tests/e2e/test_X -> BUILD */
static const char *build(void) {
    static char dir[400];
    ssize_t n = readlink("/proc/self/exe", dir, sizeof dir - 1);

    ck_assert_int_gt(n, 0);
    dir[n] = '\0';
    for (int i = 0; i < 3; i++) {
        char *slash = strrchr(dir, '/');

        ck_assert_ptr_nonnull(slash);
        *slash = '\0';
    }
    return dir;
}

const char *place_program(const char *name) {
    char *path = ring();

    (void)snprintf(path, 512, "%s/%s", build(), name);
    return path;
}

static const char *value_of(const char *name, size_t len) {
    if (strncmp(name, "dir", len) == 0)
        return place.dir;
    if (strncmp(name, "api", len) == 0)
        return sim_api_url(place.sim);
    if (strncmp(name, "ca", len) == 0)
        return sim_ca_file(place.sim);
    if (strncmp(name, "build", len) == 0)
        return build();
    return NULL;
}

const char *place_fill(const char *from) {
    char *filled = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&filled, &bytes);

    while (*from != '\0') {
        size_t len = strcspn(from, "{");
        size_t name = from[len] == '{' ? strcspn(from + len, "}") : 0;
        const char *value = name > 1 ? value_of(from + len + 1, name - 1) : NULL;

        (void)fwrite(from, 1, len, out);
        from += len;
        if (value != NULL) {
            (void)fputs(value, out);
            from += name + 1;
        } else if (*from != '\0') {
            (void)fputc(*from++, out);
        }
    }
    (void)fclose(out);
    return place_keep(filled);
}

void place_write(const char *name, const char *content, mode_t mode, uid_t owner) {
    const char *filled = place_fill(content);
    const char *path = place_path(name);
    FILE *out = fopen(path, "we");

    ck_assert_msg(out != NULL, "%s: %s", path, strerror(errno));
    (void)fputs(filled, out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
    ck_assert_int_eq(chown(path, owner, (gid_t)-1), 0);
}

void place_mount(const char *name, const char *over) {
    const char *path = place_path(name);

    ck_assert_msg(mount(path, over, NULL, MS_BIND, NULL) == 0, "%s over %s: %s", path, over,
                  strerror(errno));
}

static const char *wanted, *excepted;

static int holds_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    char *bytes;
    bool found;
    int fd;

    (void)at;
    if (kind != FTW_F || !S_ISREG(st->st_mode) || st->st_size == 0 ||
        (excepted != NULL && strcmp(path, excepted) == 0))
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    bytes = malloc((size_t)st->st_size);
    ck_assert(fd >= 0 && bytes != NULL);
    ck_assert_int_eq(read(fd, bytes, (size_t)st->st_size), st->st_size);
    found = memmem(bytes, (size_t)st->st_size, wanted, strlen(wanted)) != NULL;
    free(bytes);
    (void)close(fd);
    return found ? 1 : 0;
}

bool place_holds(const char *bytes, const char *except) {
    wanted = bytes;
    excepted = except;
    return nftw(place.dir, holds_one, 16, FTW_PHYS) == 1;
}

void place_certificate(const char *name) {
    char cert[512], key[512];
    struct run r;

    (void)snprintf(cert, sizeof cert, "%s/%s.pem", place.dir, name);
    (void)snprintf(key, sizeof key, "%s/%s.key", place.dir, name);
    r = RUN(NULL, "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:login.example.com", "-keyout", key, "-out",
            cert);
    ck_assert_msg(r.status == 0, "openssl: %s", r.err);
}

int place_free_port(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    (void)close(fd);
    return ntohs(at.sin_port);
}

const char *place_sentence(const char *lang, const char *text_id, const char *id) {
    char path[64], want[96], *line = NULL, *sentence = NULL, *at;
    size_t bytes = 0, used = 0;
    bool here = false;
    FILE *in, *out;

    (void)snprintf(path, sizeof path, "po/%s.po", lang);
    (void)snprintf(want, sizeof want, "msgid \"%s\"\n", text_id);
    in = fopen(path, "re");
    ck_assert_msg(in != NULL, "%s: %s", path, strerror(errno));
    out = open_memstream(&sentence, &used);
    while (getline(&line, &bytes, in) > 0) {
        if (here && strncmp(line, "msgstr \"", 8) == 0) {
            line[strlen(line) - 2] = '\0';
            at = strstr(line, "{id}");
            if (at != NULL)
                *at = '\0';
            (void)fprintf(out, "%s%s%s", line + 8, at != NULL ? id : "", at != NULL ? at + 4 : "");
            break;
        }
        here = here || strcmp(line, want) == 0;
    }
    (void)fclose(out);
    (void)fclose(in);
    free(line);
    ck_assert_msg(here, "%s has no %s", path, text_id);
    return place_keep(sentence);
}

int count(const char *path) {
    int n = sim_count(place.sim, path);

    ck_assert_int_ge(n, 0);
    return n;
}

int count_all(void) {
    json_t *counts = sim_get(place.sim, "/counts"), *value;
    const char *path;
    int n = 0;

    ck_assert_ptr_nonnull(counts);
    json_object_foreach(counts, path, value) {
        if (path[0] == '/')
            n += (int)json_integer_value(value);
    }
    json_decref(counts);
    return n;
}
