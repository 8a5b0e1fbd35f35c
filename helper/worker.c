/* The daemon's side of the second process. */
#include "helper/worker.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/ipc.h"
#include "helper/log.h"
#include "helper/worker_log.h"
#include "helper/worker_run.h"
#include "helper/worker_settings.h"
#include "helper/worker_token.h"

enum { REAP_MS = 10 };

struct worker_wait {
    struct worker_wait *next, **link;
    int64_t changes;
    void (*done)(void *arg, bool published);
    void *arg;
};

struct worker_watch {
    struct worker_watch *next, **link;
    struct worker *worker;
    void (*told)(void *arg, const struct worker_status *status);
    void *arg;
};

/* A token that the other process waits for. */
struct token_ask {
    struct token_ask *next, **link;
    struct worker *worker;
    struct client_app *app;
    struct client_request *request;
};

struct worker {
    struct worker_how how;
    struct ipc *ipc; /* NULL while there is no process to talk to */
    pid_t pid;       /* of one that runs, or has closed its socket and is about to end; 0: none */
    int64_t since_ms, pause_ms, closed_ms;
    bool hurry; /* somebody waits: no pause before the next one */
    struct event *restart, *settle, *reap;
    struct worker_status status;
    int64_t published; /* the count of changes that the table shows, as far as is known */
    int64_t asked;     /* rounds that were asked for */
    struct worker_wait *waits;
    struct worker_watch *watches;
    struct worker_watch *next_watch; /* while they are told */
    struct token_ask *tokens;
};

#define LINK(list, one)                       \
    do {                                      \
        (one)->next = (list);                 \
        (one)->link = &(list);                \
        if ((one)->next != NULL)              \
            (one)->next->link = &(one)->next; \
        (list) = (one);                       \
    } while (0)

#define UNLINK(one)                          \
    do {                                     \
        *(one)->link = (one)->next;          \
        if ((one)->next != NULL)             \
            (one)->next->link = (one)->link; \
    } while (0)

static int64_t now_ms(const struct worker *worker) {
    return worker->how.clock.now_ms(worker->how.clock.self);
}

static void in_ms(struct event *timer, int64_t ms) {
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)evtimer_add(timer, &tv);
}

static bool is_needed(const struct worker *worker) {
    return worker_settings_need(worker->how.setup(worker->how.arg)->config);
}

static void tell(struct worker *worker) {
    for (struct worker_watch *watch = worker->watches; watch != NULL; watch = worker->next_watch) {
        worker->next_watch = watch->next;
        watch->told(watch->arg, &worker->status);
    }
    worker->next_watch = NULL;
}

/* ---- Waiting for a publication --------------------------------------------------------------- */

static void free_wait(struct worker_wait *wait) {
    UNLINK(wait);
    free(wait);
}

/* One by one from the head: whoever is told may drop others. */
static void end_waits(struct worker *worker, bool failed) {
    struct worker_wait *wait = worker->waits;

    while (wait != NULL) {
        bool published = wait->changes <= worker->published;
        void (*done)(void *arg, bool published) = wait->done;
        void *arg = wait->arg;

        if (!published && !failed) {
            wait = wait->next;
            continue;
        }
        free_wait(wait);
        done(arg, published);
        wait = worker->waits;
    }
}

static void on_settle(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    end_waits(arg, false);
}

struct worker_wait *worker_wait(struct worker *worker, int64_t changes,
                                void (*done)(void *arg, bool published), void *arg) {
    struct worker_wait *wait = calloc(1, sizeof *wait);

    if (wait == NULL)
        return NULL;
    *wait = (struct worker_wait){.changes = changes, .done = done, .arg = arg};
    LINK(worker->waits, wait);
    if (changes <= worker->published)
        in_ms(worker->settle, 0);
    else
        worker_publish(worker);
    return wait;
}

void worker_unwait(struct worker_wait *wait) {
    if (wait != NULL)
        free_wait(wait);
}

void worker_publish(struct worker *worker) {
    if (worker->ipc != NULL)
        (void)ipc_send(worker->ipc, json_pack("{s:b}", "publish", 1));
}

/* ---- Tokens ---------------------------------------------------------------------------------- */

static void free_token_ask(struct token_ask *ask) {
    UNLINK(ask);
    client_cancel(ask->request);
    client_app_unref(ask->app);
    free(ask);
}

static void on_token(void *arg, const struct client_result *result) {
    struct token_ask *ask = arg;

    ask->request = NULL;
    if (ask->worker->ipc != NULL)
        (void)ipc_send(ask->worker->ipc,
                       json_pack("{s:o}", "token", worker_token_pack(ask->app, &result->failure)));
    free_token_ask(ask);
}

static void take_want_token(struct worker *worker, const json_t *message) {
    const struct setup *setup = worker->how.setup(worker->how.arg);
    const char *name = json_string_value(json_object_get(message, "app"));
    json_int_t refused = json_integer_value(json_object_get(message, "refused"));
    const struct config_app *settings = name != NULL ? config_find_app(setup->config, name) : NULL;
    struct token_ask *ask = settings != NULL ? calloc(1, sizeof *ask) : NULL;

    if (ask == NULL)
        return;
    ask->worker = worker;
    ask->app = client_app_ref(setup->apps[settings - setup->config->apps]);
    LINK(worker->tokens, ask);
    ask->request = client_want_token(ask->app, (unsigned int)refused,
                                     now_ms(worker) + WORKER_TOKEN_MS, on_token, ask);
    if (ask->request == NULL)
        free_token_ask(ask);
}

/* ---- What the second process says ------------------------------------------------------------ */

static void take_log(struct worker *worker, const json_t *message) {
    (void)worker;
    (void)worker_log_write(message);
}

static void take_status(struct worker *worker, const json_t *message) {
    struct worker_status status;

    if (!worker_status_unpack(message, &status))
        return;
    if (status.asked < worker->status.asked) /* that of a process before it */
        status.asked = worker->status.asked;
    worker->status = status;
    tell(worker);
}

static void take_published(struct worker *worker, const json_t *message) {
    bool good = json_is_true(json_object_get(message, "good"));

    if (good)
        worker->published = json_integer_value(json_object_get(message, "changes"));
    end_waits(worker, !good);
}

static void on_message(void *arg, json_t *message) {
    static const struct {
        const char *key;
        void (*take)(struct worker *worker, const json_t *message);
    } kinds[] = {{"log", take_log},
                 {"status", take_status},
                 {"published", take_published},
                 {"want_token", take_want_token}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const json_t *value = json_object_get(message, kinds[i].key);

        if (value != NULL)
            kinds[i].take(arg, value);
    }
}

/* ---- The process ----------------------------------------------------------------------------- */

/* Why it ended, for the log. */
static void describe_end(int status, char *text, size_t bytes) {
    if (WIFSIGNALED(status))
        (void)snprintf(text, bytes, "signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    else
        (void)snprintf(text, bytes, "exit status %d", WEXITSTATUS(status));
}

static void start_later(struct worker *worker, const char *why) {
    struct log_line l;

    if (worker->pause_ms == 0 || now_ms(worker) - worker->since_ms >= WORKER_STEADY_MS)
        worker->pause_ms = WORKER_PAUSE_MS;
    else if (worker->pause_ms < WORKER_PAUSE_MOST_MS)
        worker->pause_ms = worker->pause_ms * 2 < WORKER_PAUSE_MOST_MS ? worker->pause_ms * 2
                                                                       : WORKER_PAUSE_MOST_MS;
    log_begin(&l, LOG_ERR, "the process that synchronizes and publishes has ended");
    log_text(&l, "reason", why);
    log_number(&l, "again_in_ms", worker->hurry ? 0 : worker->pause_ms);
    log_end(&l);
    in_ms(worker->restart, worker->hurry ? 0 : worker->pause_ms);
    worker->hurry = false;
}

/* Has it ended? Asked again and again for a short while, since nothing here may wait. */
static void on_reap(evutil_socket_t fd, short what, void *arg) {
    struct worker *worker = arg;
    char why[96];
    int status = 0;
    pid_t ended = waitpid(worker->pid, &status, WNOHANG);

    (void)fd;
    (void)what;
    if (ended == 0) {
        if (deadline_now_ms() - worker->closed_ms >= WORKER_LAST_MS)
            (void)kill(worker->pid, SIGKILL);
        in_ms(worker->reap, REAP_MS);
        return;
    }
    worker->pid = 0;
    describe_end(status, why, sizeof why);
    start_later(worker, why);
}

/* Its end of the socket is closed: it has ended, or is about to. */
static void let_go(struct worker *worker) {
    ipc_free(worker->ipc);
    worker->ipc = NULL;
    worker->status.running = false;
    worker->status.phase = SYNC_RESTS;
    while (worker->tokens != NULL)
        free_token_ask(worker->tokens);
    worker->closed_ms = deadline_now_ms();
    in_ms(worker->reap, 0);
}

static void on_closed(void *arg, const char *what) {
    struct worker *worker = arg;

    (void)what;
    let_go(worker);
    tell(worker);
}

/* The other process runs the same program, found without any path: this one may lie where we cannot
 * look any more. Its only descriptors are the three usual ones and its end of the socket.
 */
static int spawn(const struct worker *worker, int fd, pid_t *pid) {
    const char *program = worker->how.program != NULL ? worker->how.program : "/proc/self/exe";
    char *argv[] = {"wecom-helper", WORKER_ARGUMENT, NULL}, *envp[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int err = posix_spawn_file_actions_init(&actions);

    if (err != 0)
        return err;
    (void)sigemptyset(&none);
    err = posix_spawnattr_init(&attributes);
    if (err == 0) {
        err = posix_spawn_file_actions_adddup2(&actions, fd, WORKER_FD);
#if __GLIBC_PREREQ(2, 34)
        /* whoever started us may have left some open that are to be closed by nobody */
        if (err == 0)
            err = posix_spawn_file_actions_addclosefrom_np(&actions, WORKER_FD + 1);
#endif
        if (err == 0)
            err = posix_spawnattr_setsigmask(&attributes, &none);
        if (err == 0)
            err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        if (err == 0)
            err = posix_spawn(pid, program, &actions, &attributes, argv, envp);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return err;
}

/* Both ends above the descriptor that the other process finds its own at, which dup2 would leave
 * closed on exec if it were that one already.
 */
static bool make_pair(int fds[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        int fd = fcntl(fds[i], F_DUPFD_CLOEXEC, WORKER_FD + 1);

        (void)close(fds[i]);
        fds[i] = fd;
    }
    if (fds[0] >= 0 && fds[1] >= 0)
        return true;
    for (int i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
    return false;
}

static void send_settings(struct worker *worker) {
    const struct config *config = worker->how.setup(worker->how.arg)->config;

    (void)ipc_send(worker->ipc, json_pack("{s:o}", "settings", worker_settings_pack(config)));
}

static void start(struct worker *worker) {
    int fds[2], err = 0;

    worker->since_ms = now_ms(worker);
    if (!make_pair(fds)) {
        start_later(worker, strerror(errno));
        return;
    }
    err = spawn(worker, fds[1], &worker->pid);
    (void)close(fds[1]);
    if (err == 0)
        worker->ipc = ipc_new(worker->how.base, fds[0], on_message, on_closed, worker);
    if (worker->ipc == NULL) {
        (void)close(fds[0]);
        if (err == 0)
            let_go(worker);
        else
            start_later(worker, strerror(err));
        return;
    }
    send_settings(worker);
    if (worker->waits != NULL)
        worker_publish(worker);
    if (worker->asked > worker->status.asked)
        (void)ipc_send(worker->ipc,
                       json_pack("{s:{s:I}}", "sync", "number", (json_int_t)worker->asked));
}

static void on_restart(evutil_socket_t fd, short what, void *arg) {
    struct worker *worker = arg;

    (void)fd;
    (void)what;
    if (worker->pid == 0 && is_needed(worker))
        start(worker);
}

/* At once, if there is none; else as soon as the one that ends has ended. */
static void start_now(struct worker *worker) {
    (void)evtimer_del(worker->restart);
    worker->hurry = worker->pid != 0;
    if (worker->pid == 0)
        start(worker);
}

/* Closing the socket ends it. */
static void end(struct worker *worker) {
    struct deadline until = deadline_in_ms(WORKER_END_MS);
    int status;

    if (worker->pid == 0)
        return;
    (void)evtimer_del(worker->reap);
    ipc_free(worker->ipc);
    worker->ipc = NULL;
    while (waitpid(worker->pid, &status, WNOHANG) == 0) {
        if (deadline_left_ms(until) == 0)
            (void)kill(worker->pid, SIGKILL);
        deadline_rest(deadline_in_ms(1000), 5);
    }
    worker->pid = 0;
    worker->status = (struct worker_status){.asked = worker->status.asked};
    while (worker->tokens != NULL)
        free_token_ask(worker->tokens);
}

void worker_settings(struct worker *worker) {
    if (!is_needed(worker)) {
        (void)evtimer_del(worker->restart);
        end(worker);
    } else if (worker->ipc != NULL) {
        send_settings(worker);
    } else {
        worker->pause_ms = 0;
        start_now(worker);
    }
}

int64_t worker_sync(struct worker *worker, bool accept) {
    json_t *message;

    worker->asked++;
    if (worker->ipc == NULL) {
        if (is_needed(worker)) /* the administrator does not wait for a pause to end */
            start_now(worker);
        return worker->asked;
    }
    message = json_pack("{s:I}", "number", (json_int_t)worker->asked);
    if (accept)
        (void)json_object_set_new(message, "accepted",
                                  json_integer((json_int_t)worker->status.pending));
    (void)ipc_send(worker->ipc, json_pack("{s:o}", "sync", message));
    return worker->asked;
}

const struct worker_status *worker_status(const struct worker *worker) {
    return &worker->status;
}

struct worker_watch *worker_watch(struct worker *worker,
                                  void (*told)(void *arg, const struct worker_status *status),
                                  void *arg) {
    struct worker_watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return NULL;
    *watch = (struct worker_watch){.worker = worker, .told = told, .arg = arg};
    LINK(worker->watches, watch);
    return watch;
}

void worker_unwatch(struct worker_watch *watch) {
    if (watch == NULL)
        return;
    if (watch->worker->next_watch == watch)
        watch->worker->next_watch = watch->next;
    UNLINK(watch);
    free(watch);
}

struct worker *worker_start(const struct worker_how *how) {
    struct worker *worker = calloc(1, sizeof *worker);

    if (worker == NULL)
        return NULL;
    worker->how = *how;
    worker->restart = evtimer_new(how->base, on_restart, worker);
    worker->settle = evtimer_new(how->base, on_settle, worker);
    worker->reap = evtimer_new(how->base, on_reap, worker);
    if (worker->restart == NULL || worker->settle == NULL || worker->reap == NULL) {
        worker_stop(worker);
        return NULL;
    }
    if (is_needed(worker))
        start(worker);
    return worker;
}

void worker_stop(struct worker *worker) {
    if (worker == NULL)
        return;
    end(worker);
    while (worker->waits != NULL)
        free_wait(worker->waits);
    while (worker->watches != NULL)
        worker_unwatch(worker->watches);
    if (worker->restart != NULL)
        event_free(worker->restart);
    if (worker->settle != NULL)
        event_free(worker->settle);
    if (worker->reap != NULL)
        event_free(worker->reap);
    free(worker);
}
