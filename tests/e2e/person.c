/* A person at a terminal: starts a program on a terminal of its own, waits for what it shows,
 * types.
 *
 *   person SECONDS [see=TEXT | type=TEXT | copy=SHELL_COMMAND]... -- COMMAND...
 *
 * copy= types the first line that the shell command prints; the command finds what stood on the
 * terminal, up to the last 64 KiB, in $SEEN. Standard output gets all of it. Ends as the command
 * ends; with 124 when the time is over, 125 when the command ended without having shown what the
 * person waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"

enum { SEEN_MOST = 64 * 1024 }; /* one string of an environment has a limit */
enum { STATUS_LATE = 124, STATUS_NOT_SEEN = 125, STATUS_BROKEN = 126 };

struct person {
    struct deadline d;
    int terminal;
    char seen[256 * 1024]; /* all of it, with a NUL behind */
    size_t bytes;
    size_t at; /* behind what was waited for last */
};

__attribute__((noreturn)) static void broken(const char *what) {
    (void)fprintf(stderr, "person: %s: %s\n", what, strerror(errno));
    exit(STATUS_BROKEN);
}

static void become(const char *terminal, char *const command[]) {
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int fd;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* a terminal that a session leader opens is its controlling one */
    if (setsid() < 0 || (fd = open(terminal, O_RDWR)) < 0)
        broken(terminal);
    (void)ioctl(fd, TIOCSWINSZ, &size);
    for (int i = 0; i < 3; i++)
        (void)dup2(fd, i);
    if (fd > 2)
        (void)close(fd);
    execvp(command[0], command);
    broken(command[0]);
}

static pid_t begin(struct person *p, char *const command[]) {
    char name[64];
    pid_t pid;

    p->terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (p->terminal < 0 || grantpt(p->terminal) != 0 || unlockpt(p->terminal) != 0 ||
        ptsname_r(p->terminal, name, sizeof name) != 0)
        broken("terminal");
    pid = fork();
    if (pid < 0)
        broken("fork");
    if (pid == 0)
        become(name, command);
    return pid;
}

/* More of what the program shows; false at its end, and when the time is over. */
static bool look(struct person *p) {
    char chunk[4096];
    ssize_t n;

    if (deadline_poll(p->d, p->terminal, POLLIN) != WECOM_OK)
        return false;
    n = read(p->terminal, chunk, sizeof chunk);
    for (ssize_t i = 0; i < n; i++) {
        if (chunk[i] == '\r' || chunk[i] == '\0')
            continue;
        (void)putchar(chunk[i]);
        if (p->bytes < sizeof p->seen - 1)
            p->seen[p->bytes++] = chunk[i];
    }
    (void)fflush(stdout);
    return n > 0;
}

static bool await(struct person *p, const char *text) {
    const char *found;

    while ((found = strstr(p->seen + p->at, text)) == NULL) {
        if (!look(p))
            return false;
    }
    p->at = (size_t)(found - p->seen) + strlen(text);
    return true;
}

static void type(struct person *p, const char *text) {
    if (write(p->terminal, text, strlen(text)) < 0 || write(p->terminal, "\n", 1) < 0)
        broken("typing");
}

/* Looks elsewhere, such as at a telephone. */
static bool copy(struct person *p, const char *command) {
    size_t from_end = p->bytes < SEEN_MOST ? p->bytes : SEEN_MOST;
    char line[1024] = "";
    FILE *from;
    bool told;

    (void)setenv("SEEN", p->seen + p->bytes - from_end, 1);
    from = popen(command, "re");
    told = from != NULL && fgets(line, sizeof line, from) != NULL;
    if (from != NULL)
        (void)pclose(from);
    line[strcspn(line, "\n")] = '\0';
    if (told)
        type(p, line);
    return told;
}

/* The first text that did not come, NULL when all is done. */
static const char *play(struct person *p, char *const acts[]) {
    for (int i = 0; strcmp(acts[i], "--") != 0; i++) {
        bool done = true;

        if (strncmp(acts[i], "type=", 5) == 0)
            type(p, acts[i] + 5);
        else if (strncmp(acts[i], "copy=", 5) == 0)
            done = copy(p, acts[i] + 5);
        else
            done = await(p, acts[i] + 4);
        if (!done)
            return acts[i];
    }
    return NULL;
}

/* Where COMMAND stands, 0 for a command line that cannot be understood. */
static int find_command(int argc, char *const argv[]) {
    for (int i = 2; i < argc - 1; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (strncmp(argv[i], "see=", 4) != 0 && strncmp(argv[i], "type=", 5) != 0 &&
            strncmp(argv[i], "copy=", 5) != 0)
            return 0;
    }
    return 0;
}

int main(int argc, char *argv[]) {
    static struct person p;
    int command = find_command(argc, argv), status;
    const char *missing;
    pid_t pid;

    if (command == 0) {
        (void)fprintf(stderr,
                      "usage: person SECONDS [see=TEXT | type=TEXT | copy=SHELL_COMMAND]... "
                      "-- COMMAND...\n");
        return STATUS_BROKEN;
    }
    p.d = deadline_in_ms(strtol(argv[1], NULL, 10) * 1000);
    pid = begin(&p, argv + command);
    missing = play(&p, argv + 2);
    while (look(&p))
        ;
    if (deadline_left_ms(p.d) == 0) {
        (void)kill(pid, SIGKILL);
        (void)fprintf(stderr, "person: the time is over\n");
    }
    (void)close(p.terminal);
    if (waitpid(pid, &status, 0) != pid)
        broken("waitpid");
    if (missing != NULL)
        (void)fprintf(stderr, "person: never got past \"%s\"\n", missing);
    if (deadline_left_ms(p.d) == 0)
        return STATUS_LATE;
    if (missing != NULL)
        return STATUS_NOT_SEEN;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
