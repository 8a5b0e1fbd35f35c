/* Something between the helper and WeCom: a plain relay that can be cut, and a CONNECT proxy. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/support.h"

static int listen_on(int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)*port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ck_assert_msg(bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 256) == 0,
                  "port %d: %s", *port, strerror(errno));
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void pass(int a, int b) {
    struct pollfd both[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
    char bytes[16384];

    while (poll(both, 2, -1) > 0) {
        for (int i = 0; i < 2; i++) {
            ssize_t n = both[i].revents != 0 ? read(both[i].fd, bytes, sizeof bytes) : -1;

            if (both[i].revents != 0 &&
                (n <= 0 || send(both[1 - i].fd, bytes, (size_t)n, MSG_NOSIGNAL) != n))
                return;
        }
    }
}

/* Reads "CONNECT 127.0.0.1:PORT ..." and answers it. The port, 0 when there is none. */
static int take_connect(int fd, int status) {
    char head[4096] = "", answer[128];
    size_t len = 0;
    ssize_t n;
    char *colon;

    while (strstr(head, "\r\n\r\n") == NULL && len < sizeof head - 1 &&
           (n = read(fd, head + len, sizeof head - 1 - len)) > 0)
        len += (size_t)n;
    colon = strncmp(head, "CONNECT 127.0.0.1:", 18) == 0 ? head + 17 : NULL;
    if (colon == NULL)
        status = 400;
    n = snprintf(answer, sizeof answer, "HTTP/1.1 %d Proxy\r\n%s\r\n", status,
                 status == 200 ? "" : "Content-Length: 0\r\n");
    (void)!write(fd, answer, (size_t)n);
    return status == 200 ? (int)strtol(colon + 1, NULL, 10) : 0;
}

static void serve_one(int fd, int to_port, int status) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (to_port == 0)
        to_port = take_connect(fd, status);
    to.sin_port = htons((uint16_t)to_port);
    if (to_port != 0 && connect(far, (struct sockaddr *)&to, sizeof to) == 0)
        pass(fd, far);
}

static struct relay start(int port, int to_port, int status) {
    struct relay r = {.port = port};
    int fd = listen_on(&r.port);

    r.accepted =
        mmap(NULL, sizeof *r.accepted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(r.accepted != MAP_FAILED);
    r.pid = fork();
    ck_assert_int_ge(r.pid, 0);
    if (r.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)setpgid(0, 0);
        (void)sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
        for (int near; (near = accept(fd, NULL, NULL)) >= 0; (void)close(near)) {
            __atomic_fetch_add(r.accepted, 1, __ATOMIC_SEQ_CST);
            if (fork() == 0) {
                (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void)close(fd);
                serve_one(near, to_port, status);
                _exit(0);
            }
        }
        _exit(1);
    }
    (void)setpgid(r.pid, r.pid);
    place_own(r.pid);
    (void)close(fd);
    return r;
}

struct relay relay_start(int port, int to_port) {
    return start(port, to_port, 200);
}

struct relay relay_proxy(int status) {
    return start(0, 0, status);
}

void relay_stop(struct relay *r) {
    (void)kill(-r->pid, SIGKILL);
    ck_assert_int_eq(waitpid(r->pid, NULL, 0), r->pid);
    r->pid = 0;
}
