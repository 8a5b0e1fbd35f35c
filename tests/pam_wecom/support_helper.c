/* A helper that plays a script: a listener process, and one process for each connection. What it
 * hears is kept in memory shared with the test.
 */
#include "tests/pam_wecom/support.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEARD_MOST = 256, PACKET_MOST = 20000, SAID_MOST = 40000 };

struct shared {
    atomic_int connections, heard, left;
    char packets[HEARD_MOST][PACKET_MOST];
};

static struct shared *shared;
static pid_t listener;
static int probes;

/* What was heard last, for the {names} of a script. */
struct memory {
    char user[300], userid[300], service[100], text[1100];
};

static void keep_field(const char *packet, const char *name, char *value, size_t bytes) {
    const char *at = strstr(packet, name);

    if (at != NULL)
        (void)snprintf(value, bytes, "%.*s", (int)strcspn(at + strlen(name), "\n"),
                       at + strlen(name));
}

static void fill_in(const struct memory *memory, const char *text, char *out) {
    const struct {
        const char *name, *value;
    } names[] = {{"{user}", memory->user},
                 {"{userid}", memory->userid},
                 {"{service}", memory->service},
                 {"{text}", memory->text}};
    size_t used = 0;

    while (*text != '\0' && used < SAID_MOST - 1200) {
        size_t i = 0;

        while (i < 4 && strncmp(text, names[i].name, strlen(names[i].name)) != 0)
            i++;
        if (i < 4) {
            used += (size_t)sprintf(out + used, "%s", names[i].value);
            text += strlen(names[i].name);
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
}

/* False: the host hung up, or said something else. */
static bool hear(int fd, const char *verb, struct memory *memory) {
    char packet[PACKET_MOST];
    ssize_t n = recv(fd, packet, sizeof packet - 1, 0);
    int at;

    if (n <= 0)
        return false;
    packet[n] = '\0';
    at = atomic_fetch_add(&shared->heard, 1);
    if (at < HEARD_MOST)
        memcpy(shared->packets[at], packet, (size_t)n + 1);
    keep_field(packet, "\nuser=", memory->user, sizeof memory->user);
    keep_field(packet, "\nuser=", memory->userid, sizeof memory->userid);
    keep_field(packet, "\nservice=", memory->service, sizeof memory->service);
    keep_field(packet, "\ntext=", memory->text, sizeof memory->text);
    return strncmp(packet, verb, strlen(verb)) == 0 && packet[strlen(verb)] == '\n';
}

static void await_leaving(int fd) {
    char byte[PACKET_MOST];

    while (recv(fd, byte, sizeof byte, 0) > 0)
        ;
    atomic_fetch_add(&shared->left, 1);
}

static void play(int fd, const struct step *script) {
    struct memory memory = {0};
    static char said[SAID_MOST]; /* this process plays one script */

    for (size_t i = 0; script[i].kind != STEP_END; i++) {
        const struct step *s = &script[i];

        switch (s->kind) {
        case HEAR:
            if (!hear(fd, s->text, &memory))
                return;
            break;
        case SAY:
            fill_in(&memory, s->text, said);
            (void)send(fd, said, strlen(said), MSG_NOSIGNAL);
            break;
        case BYTES:
            (void)send(fd, s->text, s->n, MSG_NOSIGNAL);
            break;
        case REST:
            (void)poll(NULL, 0, (int)s->n);
            break;
        case STAY:
            await_leaving(fd);
            return;
        case AGAIN:
            i -= s->n + 1;
            break;
        case STEP_END:
            break;
        }
    }
}

static int bind_socket(int backlog) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    (void)snprintf(at.sun_path, sizeof at.sun_path, "%s", place.socket);
    (void)unlink(place.socket);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        chmod(place.socket, 0777) != 0 || listen(fd, backlog) != 0)
        _exit(99);
    return fd;
}

static void listen_for_ever(int fd, const struct step *script) {
    (void)signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int connection = accept(fd, NULL, NULL);

        if (connection < 0)
            continue;
        atomic_fetch_add(&shared->connections, 1);
        if (fork() == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            (void)close(fd);
            play(connection, script);
            _exit(0);
        }
        (void)close(connection);
    }
}

/* Starts a process that listens; returns when it does. */
static void start(uid_t uid, int backlog, const struct step *script) {
    int pipes[2];
    char byte;
    int fd;

    ck_assert_int_eq(listener, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    probes = 0;
    ck_assert_int_eq(pipe(pipes), 0);
    listener = fork();
    ck_assert_int_ge(listener, 0);
    if (listener == 0) {
        (void)setpgid(0, 0);
        if (uid != 0 && setresuid(uid, uid, uid) != 0)
            _exit(98);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        fd = bind_socket(backlog);
        if (write(pipes[1], "!", 1) != 1)
            _exit(97);
        (void)close(pipes[0]);
        (void)close(pipes[1]);
        if (script != NULL)
            listen_for_ever(fd, script);
        for (;;)
            pause();
    }
    (void)close(pipes[1]);
    ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
    (void)close(pipes[0]);
}

void helper_play(const struct step *script) {
    start(0, 64, script);
}

void helper_play_as(uid_t uid, const struct step *script) {
    start(uid, 64, script);
}

void helper_deaf(int backlog) {
    start(0, backlog, NULL);
}

void helper_stop(void) {
    if (listener != 0) {
        (void)kill(-listener, SIGKILL);
        (void)waitpid(listener, NULL, 0);
        listener = 0;
        (void)munmap(shared, sizeof *shared);
        shared = NULL;
    }
    (void)unlink(place.socket);
}

/* Connections are accepted in order, so once ours is counted all that came before are. */
int helper_connections(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int before = atomic_load(&shared->connections);
    int64_t until = now_ms() + 5000;

    (void)snprintf(to.sun_path, sizeof to.sun_path, "%s", place.socket);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    probes++;
    while (atomic_load(&shared->connections) == before && now_ms() < until)
        (void)poll(NULL, 0, 2);
    (void)close(fd);
    /* those that came in between are counted with or after ours: let it settle */
    do {
        before = atomic_load(&shared->connections);
        (void)poll(NULL, 0, 20);
    } while (atomic_load(&shared->connections) != before && now_ms() < until);
    return before - probes;
}

int helper_heard_count(void) {
    return atomic_load(&shared->heard);
}

const char *helper_heard(int n) {
    ck_assert_int_lt(n, helper_heard_count());
    return shared->packets[n];
}

bool helper_was_left(void) {
    int64_t until = now_ms() + 5000;

    while (atomic_load(&shared->left) == 0 && now_ms() < until)
        (void)poll(NULL, 0, 5);
    return atomic_load(&shared->left) > 0;
}

bool has_field(const char *packet, const char *field) {
    for (const char *at = packet; (at = strchr(at, '\n')) != NULL;) {
        at++;
        if (strncmp(at, field, strlen(field)) == 0 && at[strlen(field)] == '\n')
            return true;
    }
    return false;
}

bool has_name(const char *packet, const char *name) {
    char start_of_line[80];

    (void)snprintf(start_of_line, sizeof start_of_line, "\n%s=", name);
    return strstr(packet, start_of_line) != NULL;
}
