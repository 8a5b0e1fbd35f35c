/* For the suites of tools/: runs the real programs, and plays the helper from a script.
 * The programs are found beside the suite: <B>/tests/tools/test_X -> <B>/wecomctl.
 */
#ifndef WECOM_TESTS_TOOLS_SUPPORT_H
#define WECOM_TESTS_TOOLS_SUPPORT_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/wire.h"
#include "tests/check_main.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { OUTPUT_BYTES = 8 * 1024 * 1024, RUN_LIMIT_MS = 150 * 1000, NOBODY = 65534 };

/* -- files ---------------------------------------------------------------------------------- */

/* The path of something in the build folder, which must be there. */
static inline char *built(const char *name, char path[PATH_MAX]) {
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    const char *slash = NULL;

    ck_assert_int_gt(len, 0);
    self[len] = '\0';
    for (int up = 0; up < 3; up++) {
        slash = strrchr(self, '/');
        ck_assert_ptr_nonnull(slash);
        self[slash - self] = '\0';
    }
    ck_assert_int_lt(snprintf(path, PATH_MAX, "%.3000s/%.200s", self, name), PATH_MAX);
    ck_assert_msg(access(path, F_OK) == 0, "%s is not built", path);
    return path;
}

/* A folder of this test's own. Everybody may look into it: some runs are those of another user. */
static inline void make_dir(char dir[64]) {
    (void)snprintf(dir, 64, "/tmp/test-tools-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void remove_dir(const char *dir) {
    (void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void write_file(const char *dir, const char *name, mode_t mode, const char *text) {
    char path[PATH_MAX];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

/* The whole of a file, cut at `bytes`. */
static inline char *read_file(const char *path, char *text, size_t bytes) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, bytes - 1) : 0;

    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        (void)close(fd);
    return text;
}

/* -- the helper ----------------------------------------------------------------------------- */

/* What the played helper does, in this order, for each connection. */
enum step_kind {
    STEP_END = 0, /* closes the connection and takes no other */
    STEP_READ,    /* takes a packet and writes it to the log */
    STEP_SEND,    /* sends `text` as a packet, as it stands */
    STEP_ROW,     /* sends a row; `text` is its JSON */
    STEP_REST,    /* waits for `number` milliseconds */
    STEP_HANG,    /* does nothing until it is ended */
    STEP_FLOOD,   /* sends `number` rows of `text`, as long as somebody takes them */
    STEP_NEXT,    /* closes the connection and takes the next one */
};

struct step {
    enum step_kind kind;
    const char *text;
    int number;
};

#define READ \
    { STEP_READ, NULL, 0 }
#define SEND(text) \
    { STEP_SEND, (text), 0 }
#define READY \
    { STEP_SEND, "ready\nid=t1\n", 0 }
#define ROW(json) \
    { STEP_ROW, (json), 0 }
#define GRANTED \
    { STEP_SEND, "result\nverdict=granted\n", 0 }
#define HANG \
    { STEP_HANG, NULL, 0 }
#define NEXT \
    { STEP_NEXT, NULL, 0 }
#define END \
    { STEP_END, NULL, 0 }

struct helper {
    char dir[64], socket[96], log[96];
    pid_t pid;
};

static inline bool send_row(int fd, const char *json) {
    static char packet[WECOM_PACKET_MAX_BYTES];
    struct wire_message *m = wire_new(WIRE_ROW);
    size_t len = 0;
    bool sent = m != NULL && wire_set(m, WIRE_F_JSON, json) == WECOM_OK &&
                wire_pack(m, packet, sizeof packet, &len) == WECOM_OK &&
                send(fd, packet, len, MSG_NOSIGNAL) == (ssize_t)len;

    wire_free(m);
    return sent;
}

/* One step; false ends the connection. */
static inline bool play_step(int fd, const struct step *step, int log) {
    static char packet[WECOM_PACKET_MAX_BYTES];
    ssize_t n;

    switch (step->kind) {
    case STEP_READ:
        n = recv(fd, packet, sizeof packet, 0);
        return n > 0 && write(log, packet, (size_t)n) == n;
    case STEP_SEND:
        return send(fd, step->text, strlen(step->text), MSG_NOSIGNAL) > 0;
    case STEP_ROW:
        return send_row(fd, step->text);
    case STEP_REST:
        return poll(NULL, 0, step->number) == 0;
    case STEP_HANG:
        return poll(NULL, 0, RUN_LIMIT_MS) == 0;
    case STEP_FLOOD:
        for (int i = 0; i < step->number; i++) {
            if (!send_row(fd, step->text))
                return false;
        }
        return true;
    case STEP_END:
    case STEP_NEXT:
        break;
    }
    return false;
}

static inline void play(int listener, const struct step *step, int log) {
    for (;; step++) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        bool going = fd >= 0;

        for (; step->kind != STEP_END && step->kind != STEP_NEXT; step++)
            going = going && play_step(fd, step, log);
        if (fd >= 0)
            (void)close(fd);
        if (step->kind == STEP_END)
            _exit(0);
    }
}

/* Listens in a folder of its own; the script is played by a child. `as_nobody`: it is another user
 * who listens, as far as the other end can see (SO_PEERCRED: whoever called listen).
 */
static inline void helper_start_as(struct helper *h, const struct step *script, bool as_nobody) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int log;

    make_dir(h->dir);
    (void)snprintf(h->socket, sizeof h->socket, "%s/helper.sock", h->dir);
    (void)snprintf(h->log, sizeof h->log, "%s/log", h->dir);
    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", h->socket);
    log = open(h->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(log, 0);
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(chmod(h->socket, 0666), 0);
    ck_assert_int_eq(as_nobody ? seteuid(NOBODY) : 0, 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    ck_assert_int_eq(as_nobody ? seteuid(0) : 0, 0);
    h->pid = fork();
    ck_assert_int_ge(h->pid, 0);
    if (h->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        play(listener, script, log);
    }
    (void)close(listener);
    (void)close(log);
}

static inline void helper_start(struct helper *h, const struct step *script) {
    helper_start_as(h, script, false);
}

/* Waits until its script has ended: then its log is complete. */
static inline void helper_wait(struct helper *h) {
    ck_assert_int_eq(waitpid(h->pid, NULL, 0), h->pid);
    h->pid = 0;
}

static inline void helper_stop(struct helper *h) {
    if (h->pid > 0) {
        (void)kill(h->pid, SIGKILL);
        (void)waitpid(h->pid, NULL, 0);
    }
    remove_dir(h->dir);
}

/* Did the helper get a packet with this text in it? */
static inline bool helper_heard(const struct helper *h, const char *text) {
    static char log[64 * 1024];

    return strstr(read_file(h->log, log, sizeof log), text) != NULL;
}

/* -- programs ------------------------------------------------------------------------------- */

struct run_how {
    const char *in; /* standard input; NULL: empty */
    size_t in_len;  /* 0: strlen */
    bool in_stays_open;
    bool as_nobody;
    bool out_is_closed;  /* nobody reads standard output */
    bool out_is_full;    /* standard output is /dev/full */
    bool out_is_missing; /* descriptor 1 is not open */
    bool out_is_terminal;
    unsigned short columns; /* of that terminal; 0: it does not say */
    const char *pam_dir;    /* stands at /etc/pam.d, in a mount namespace of the program's own */
};

struct run {
    int status; /* exit status; -1: ended by a signal or by the limit of time */
    char *out, *err;
    size_t out_len;
    int64_t took_ms;
    json_t *json; /* of standard output, once asked for */
};

/* A started program. */
struct started {
    pid_t pid;
    int in, out, err; /* in: -1 unless in_stays_open */
    int64_t at_ms;
    char copy[64]; /* of the program, where nobody can reach it; "": there is none */
};

static inline void write_map(const char *file, unsigned int id) {
    char line[32];
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    int len = snprintf(line, sizeof line, "0 %u 1\n", id);

    if (fd < 0 || write(fd, line, (size_t)len) != len)
        _exit(125);
    (void)close(fd);
}

/* Puts `dir` at /etc/pam.d for this process alone. Without root that takes a user namespace. */
static inline void mount_pam_dir(const char *dir) {
    unsigned int uid = geteuid(), gid = getegid();

    if (unshare(CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0)) != 0)
        _exit(125);
    if (uid != 0) {
        int fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);

        if (fd >= 0 && write(fd, "deny", 4) != 4)
            _exit(125);
        write_map("/proc/self/uid_map", uid);
        write_map("/proc/self/gid_map", gid);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount(dir, "/etc/pam.d", NULL, MS_BIND, NULL) != 0)
        _exit(125);
}

/* Standard input with its bytes in it. */
static inline int input_file(const struct run_how *how) {
    size_t len = how->in_len > 0 || how->in == NULL ? how->in_len : strlen(how->in);
    int fd = memfd_create("input", MFD_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    if (how->in != NULL)
        ck_assert_int_eq(write(fd, how->in, len), (ssize_t)len);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* The two ends of a terminal, in the places of a pipe's. */
static inline void open_terminal(int ends[2]) {
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(ends[0], 0);
    ck_assert_int_eq(grantpt(ends[0]), 0);
    ck_assert_int_eq(unlockpt(ends[0]), 0);
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(ends[1], 0);
}

/* The folder of the build may be closed to other users: a copy in /tmp is not. */
static inline void copy_program(struct started *s, const char *path) {
    int from = open(path, O_RDONLY | O_CLOEXEC), to;
    struct stat st;

    (void)snprintf(s->copy, sizeof s->copy, "/tmp/wecom-test.XXXXXX");
    to = mkostemp(s->copy, O_CLOEXEC);
    ck_assert_int_ge(from, 0);
    ck_assert_int_ge(to, 0);
    ck_assert_int_eq(fstat(from, &st), 0);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t n = sendfile(to, from, NULL, (size_t)left);

        ck_assert_int_gt(n, 0);
        left -= n;
    }
    ck_assert_int_eq(fchmod(to, 0755), 0);
    (void)close(from);
    (void)close(to);
}

/* Waits until the program has taken all that was written to its standard input. */
static inline void await_input_taken(const struct started *s) {
    int left = 1;

    for (int i = 0; i < 6000 && left > 0; i++) {
        ck_assert_int_eq(ioctl(s->in, FIONREAD, &left), 0);
        if (left > 0)
            (void)poll(NULL, 0, 10);
    }
    ck_assert_int_eq(left, 0);
}

static inline void start_argv(struct started *s, const struct run_how *how, char *const *argv) {
    char path[PATH_MAX];
    int in[2] = {-1, -1}, out[2], err[2];
    struct rlimit core;

    (void)built(argv[0], path);
    s->copy[0] = '\0';
    if (how->as_nobody)
        copy_program(s, path);
    if (how->in_stays_open)
        ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    else
        in[0] = input_file(how);
    if (how->out_is_terminal) {
        open_terminal(out);
        ck_assert_int_eq(ioctl(out[0], TIOCSWINSZ, &(const struct winsize){.ws_col = how->columns}),
                         0);
    } else {
        ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    }
    if (how->out_is_closed) { /* before the program can write */
        (void)close(out[0]);
        out[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    ck_assert_int_eq(pipe2(err, O_CLOEXEC), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &core), 0);
    s->at_ms = deadline_now_ms();
    s->pid = fork();
    ck_assert_int_ge(s->pid, 0);
    if (s->pid == 0) {
        if (how->out_is_full)
            out[1] = open("/dev/full", O_WRONLY | O_CLOEXEC);
        if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 || dup2(err[1], 2) < 0)
            _exit(125);
        if (how->out_is_missing)
            (void)close(1);
        /* as much as may be, so that what the program sets can be told from what it found */
        (void)setrlimit(RLIMIT_CORE, &(const struct rlimit){core.rlim_max, core.rlim_max});
        if (how->pam_dir != NULL)
            mount_pam_dir(how->pam_dir);
        if (how->as_nobody && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(125);
        (void)execve(s->copy[0] != '\0' ? s->copy : path, argv, environ);
        _exit(126);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    if (how->in != NULL && how->in_stays_open)
        ck_assert_int_eq(write(in[1], how->in, strlen(how->in)), (ssize_t)strlen(how->in));
    s->in = in[1];
    s->out = out[0];
    s->err = err[0];
}

/* Reads what is there; false at its end. */
static inline bool drain(int fd, char *bytes, size_t *len) {
    ssize_t n = *len < OUTPUT_BYTES ? read(fd, bytes + *len, OUTPUT_BYTES - *len) : 0;

    if (n <= 0)
        return false;
    *len += (size_t)n;
    bytes[*len] = '\0';
    return true;
}

static inline void finish_run(struct started *s, struct run *r) {
    struct pollfd fds[] = {{.fd = s->out, .events = POLLIN}, {.fd = s->err, .events = POLLIN}};
    struct deadline limit = deadline_in_ms(RUN_LIMIT_MS);
    size_t err_len = 0;
    int status = 0;

    *r = (struct run){
        .status = -1, .out = calloc(1, OUTPUT_BYTES + 1), .err = calloc(1, OUTPUT_BYTES + 1)};
    ck_assert_ptr_nonnull(r->out);
    ck_assert_ptr_nonnull(r->err);
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, deadline_left_ms(limit)) <= 0) {
            (void)kill(s->pid, SIGKILL);
            break;
        }
        if (fds[0].revents != 0 && !drain(s->out, r->out, &r->out_len))
            fds[0].fd = -1;
        if (fds[1].revents != 0 && !drain(s->err, r->err, &err_len))
            fds[1].fd = -1;
    }
    (void)close(s->out);
    (void)close(s->err);
    if (s->in >= 0)
        (void)close(s->in);
    ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
    if (s->copy[0] != '\0')
        (void)unlink(s->copy);
    r->took_ms = deadline_now_ms() - s->at_ms;
    if (WIFEXITED(status))
        r->status = WEXITSTATUS(status);
    ck_assert_msg(r->status != 125, "the run could not be prepared (namespaces, user)");
    ck_assert_msg(r->status != 126, "the program could not be executed");
}

/* The arguments end with NULL. */
static inline void collect(const char *name, va_list more, char **argv, size_t most) {
    size_t n = 0;
    const char *argument = name;

    do {
        ck_assert_uint_lt(n, most);
        argv[n++] = (char *)(uintptr_t)argument; /* execve does not write to them */
        argument = va_arg(more, const char *);
    } while (argument != NULL);
    argv[n] = NULL;
}

static inline void start_how(struct started *s, const struct run_how *how, const char *name, ...) {
    char *argv[32];
    va_list more;

    va_start(more, name);
    collect(name, more, argv, COUNT(argv) - 1);
    va_end(more);
    start_argv(s, how, argv);
}

static inline void run_how(struct run *r, const struct run_how *how, const char *name, ...) {
    struct started s;
    char *argv[32];
    va_list more;

    va_start(more, name);
    collect(name, more, argv, COUNT(argv) - 1);
    va_end(more);
    start_argv(&s, how, argv);
    finish_run(&s, r);
}

/* Without input. */
#define run_plain(r, ...) run_how((r), &(const struct run_how){0}, __VA_ARGS__)

/* Standard output as the one JSON object, one line, that it must be. */
static inline json_t *run_json(struct run *r) {
    if (r->json == NULL) {
        ck_assert_msg(r->out_len > 0 && strchr(r->out, '\n') == r->out + r->out_len - 1,
                      "no line of its own: %s", r->out);
        r->json = json_loads(r->out, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_msg(json_is_object(r->json), "no JSON object: %s", r->out);
    }
    return r->json;
}

static inline const char *run_string(struct run *r, const char *key) {
    const char *value = json_string_value(json_object_get(run_json(r), key));

    return value != NULL ? value : "";
}

static inline bool run_ok(struct run *r) {
    json_t *ok = json_object_get(run_json(r), "ok");

    ck_assert(json_is_boolean(ok));
    return json_is_true(ok);
}

static inline void run_free(struct run *r) {
    json_decref(r->json);
    free(r->out);
    free(r->err);
    *r = (struct run){0};
}

static inline bool has(const char *text, const char *part) {
    return strstr(text, part) != NULL;
}

#define assert_has(text, part) ck_assert_msg(has((text), (part)), "no \"%s\" in: %s", part, text)
#define assert_lacks(text, part) ck_assert_msg(!has((text), (part)), "\"%s\" in: %s", part, text)

/* No byte that a terminal obeys: no C0 but LF, no DEL, no C1. */
static inline void assert_is_harmless(const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        ck_assert_msg((*c >= 0x20 && *c != 0x7F) || *c == '\n', "byte %02X in: %s", *c, text);
        ck_assert_msg(*c != 0xC2 || c[1] >= 0xA0, "a C1 control in: %s", text);
        ck_assert_msg(*c != 0xE2 || c[1] != 0x80 || c[2] < 0xAA || c[2] > 0xAE,
                      "a bidirectional control in: %s", text);
    }
}

static inline TCase *new_case(Suite *s, const char *name, double limit_s) {
    TCase *tc = tcase_create(name);

    tcase_set_timeout(tc, limit_s);
    suite_add_tcase(s, tc);
    return tc;
}

#endif
