/* Programs: started, fed, heard to their end, within a limit of time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "tests/e2e/support.h"

void (*run_prepare)(void);
const char *const *run_environment;

/* The name of the sanitizer's library that a file needs, "" when it needs none. */
static const char *asan_of(const char *file) {
    static char name[64];
    struct stat st;
    FILE *in = fopen(file, "re");
    char *bytes, *at;

    ck_assert_msg(in != NULL && fstat(fileno(in), &st) == 0, "%s: %s", file, strerror(errno));
    bytes = calloc(1, (size_t)st.st_size + 1);
    ck_assert(bytes != NULL && fread(bytes, 1, (size_t)st.st_size, in) == (size_t)st.st_size);
    at = memmem(bytes, (size_t)st.st_size, "libasan.so", 10);
    (void)snprintf(name, sizeof name, "%s", at != NULL ? at : "");
    free(bytes);
    (void)fclose(in);
    return name;
}

const char *const *run_host_environment(void) {
    static char preload[96];
    static const char *const environment[] = {preload, "ASAN_OPTIONS=detect_leaks=0", NULL};
    const char *library = asan_of(place_program("pam_wecom.so"));

    (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
    return library[0] != '\0' ? environment : NULL;
}

/* A file that is gone already and holds the input: no pipe that could block. */
static int input_file(const char *input) {
    int fd = input != NULL ? open(place.dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)
                           : open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    if (input != NULL) {
        ck_assert_int_eq(write(fd, input, strlen(input)), (ssize_t)strlen(input));
        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    }
    return fd;
}

struct running run_start(const char *input, const char *const argv[]) {
    struct running r = {.begun_ms = now_ms()};
    int in = input_file(input), out[2], err[2];

    ck_assert(pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0);
    r.pid = fork();
    ck_assert_int_ge(r.pid, 0);
    if (r.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)dup2(in, STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        (void)dup2(err[1], STDERR_FILENO);
        for (size_t i = 0; run_environment != NULL && run_environment[i] != NULL; i++)
            (void)putenv((char *)run_environment[i]);
        if (run_prepare != NULL)
            run_prepare();
        execv(argv[0], (char *const *)argv);
        (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    place_own(r.pid);
    (void)close(in);
    (void)close(out[1]);
    (void)close(err[1]);
    r.out = out[0];
    r.err = err[0];
    return r;
}

struct run run_wait(struct running *r, int limit_s) {
    struct deadline d = deadline_in_ms((int64_t)limit_s * 1000 * place_slowness());
    struct run done = {0};
    size_t bytes[2] = {0};
    char *said[2] = {NULL, NULL};
    FILE *to[2] = {open_memstream(&said[0], &bytes[0]), open_memstream(&said[1], &bytes[1])};
    struct pollfd from[2] = {{.fd = r->out, .events = POLLIN}, {.fd = r->err, .events = POLLIN}};
    int status;

    while ((from[0].fd >= 0 || from[1].fd >= 0) && poll(from, 2, deadline_left_ms(d)) > 0) {
        for (int i = 0; i < 2; i++) {
            char chunk[4096];
            ssize_t n = from[i].revents != 0 ? read(from[i].fd, chunk, sizeof chunk) : -1;

            if (n > 0)
                (void)fwrite(chunk, 1, (size_t)n, to[i]);
            else if (from[i].revents != 0)
                from[i].fd = -1;
        }
    }
    (void)fclose(to[0]);
    (void)fclose(to[1]);
    done.out = place_keep(said[0]);
    done.err = place_keep(said[1]);
    (void)close(r->out);
    (void)close(r->err);
    if (deadline_left_ms(d) == 0)
        (void)kill(r->pid, SIGKILL);
    ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
    done.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    done.ms = now_ms() - r->begun_ms;
    ck_assert_msg(deadline_left_ms(d) > 0, "did not end in time; it said: %s%s", done.out,
                  done.err);
    return done;
}

struct run run(const char *input, int limit_s, const char *const argv[]) {
    struct running r = run_start(input, argv);

    return run_wait(&r, limit_s);
}
