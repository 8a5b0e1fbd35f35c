/* Running the WeCom simulator from a test and steering it. */
#include "simctl.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_MS 10000
#define STOP_MS 10000
#define MORE_MAX 20

struct sim {
    pid_t pid;
    int alive; /* write end of its standard input: closing it ends the simulator */
    char *api, *control, *ca_file;
    CURL *curl;
};

struct sim_text {
    char *bytes;
    size_t n;
};

static int64_t sim_now_ms(void) {
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In the child: standard input and output become the pipes, then the program. Never returns. */
static void sim_exec(const char *binary, const char *data_file, const char *ca_file,
                     const char *const *more, int in, int out) {
    const char *argv[MORE_MAX + 12] = {binary,    "--port",   "0",     "--data",
                                       data_file, "--ca-out", ca_file, "--exit-on-stdin-eof"};
    size_t n = 8;

    for (size_t i = 0; more != NULL && more[i] != NULL && i < MORE_MAX; i++)
        argv[n++] = more[i];
    argv[n] = NULL;
    if (dup2(in, STDIN_FILENO) == STDIN_FILENO && dup2(out, STDOUT_FILENO) == STDOUT_FILENO)
        execv(binary, (char *const *)argv);
    fprintf(stderr, "simctl: %s: %s\n", binary, strerror(errno));
    _exit(127);
}

/* Reads one line; false at the deadline or when the simulator ended before it. */
static bool sim_ready_line(int fd, char *line, size_t bytes) {
    int64_t deadline = sim_now_ms() + START_MS;
    size_t n = 0;

    while (n + 1 < bytes) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - sim_now_ms();
        ssize_t got = 0;
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
            return false;
        got = read(fd, line + n, bytes - 1 - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        line[n] = '\0';
        if (strchr(line, '\n') != NULL)
            return true;
    }
    return false;
}

static bool sim_take_ready(struct sim *sim, int fd) {
    char line[512] = "";
    json_t *ready = NULL;
    const char *api = NULL;
    const char *control = NULL;

    if (sim_ready_line(fd, line, sizeof(line)))
        ready = json_loads(line, 0, NULL);
    api = json_string_value(json_object_get(ready, "api"));
    control = json_string_value(json_object_get(ready, "control"));
    if (api != NULL && control != NULL) {
        sim->api = strdup(api);
        sim->control = strdup(control);
    } else {
        fprintf(stderr, "simctl: the simulator did not get ready\n");
    }
    json_decref(ready);
    return sim->api != NULL && sim->control != NULL;
}

static bool sim_spawn(struct sim *sim, const char *binary, const char *data_file,
                      const char *const *more) {
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    bool ok = pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0;

    sim->pid = ok ? fork() : -1;
    if (sim->pid == 0)
        sim_exec(binary, data_file, sim->ca_file, more, in[0], out[1]);
    if (in[0] >= 0)
        close(in[0]);
    if (out[1] >= 0)
        close(out[1]);
    sim->alive = in[1];
    ok = sim->pid > 0 && sim_take_ready(sim, out[0]);
    if (out[0] >= 0)
        close(out[0]);
    return ok;
}

struct sim *sim_start(const char *binary, const char *data_file, const char *dir_for_ca) {
    return sim_start_with(binary, data_file, dir_for_ca, NULL);
}

struct sim *sim_start_with(const char *binary, const char *data_file, const char *dir_for_ca,
                           const char *const *more) {
    struct sim *sim = calloc(1, sizeof(*sim));

    if (sim == NULL)
        return NULL;
    sim->alive = -1;
    sim->pid = -1;
    sim->curl = curl_easy_init();
    if (asprintf(&sim->ca_file, "%s/sim-ca.pem", dir_for_ca) < 0)
        sim->ca_file = NULL;
    if (sim->curl != NULL && sim->ca_file != NULL && sim_spawn(sim, binary, data_file, more))
        return sim;
    sim_stop(sim);
    return NULL;
}

/* Waits for the child's end; kills it when it does not come. */
static int sim_reap(pid_t pid) {
    struct pollfd wait = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    int status = 0;

    kill(pid, SIGTERM);
    if (wait.fd < 0 || poll(&wait, 1, STOP_MS) <= 0)
        kill(pid, SIGKILL);
    if (wait.fd >= 0)
        close(wait.fd);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int sim_stop(struct sim *sim) {
    int status = 0;

    if (sim == NULL)
        return 0;
    if (sim->pid > 0)
        status = sim_reap(sim->pid);
    if (sim->alive >= 0)
        close(sim->alive);
    curl_easy_cleanup(sim->curl);
    free(sim->api);
    free(sim->control);
    free(sim->ca_file);
    free(sim);
    return status;
}

const char *sim_api_url(const struct sim *sim) {
    return sim->api;
}

const char *sim_control_url(const struct sim *sim) {
    return sim->control;
}

const char *sim_ca_file(const struct sim *sim) {
    return sim->ca_file;
}

int sim_pid(const struct sim *sim) {
    return (int)sim->pid;
}

static size_t sim_collect(char *bytes, size_t size, size_t n, void *arg) {
    struct sim_text *text = arg;
    char *more = realloc(text->bytes, text->n + size * n + 1);

    if (more == NULL)
        return 0;
    memcpy(more + text->n, bytes, size * n);
    text->bytes = more;
    text->n += size * n;
    text->bytes[text->n] = '\0';
    return size * n;
}

static json_t *sim_request(struct sim *sim, const char *method, const char *path,
                           const char *body) {
    struct sim_text text = {NULL, 0};
    char *url = NULL;
    json_t *json = NULL;
    long status = 0;
    CURLcode result = CURLE_OUT_OF_MEMORY;

    if (asprintf(&url, "%s%s", sim->control, path) < 0)
        return NULL;
    curl_easy_reset(sim->curl);
    curl_easy_setopt(sim->curl, CURLOPT_URL, url);
    curl_easy_setopt(sim->curl, CURLOPT_PROXY, "");
    /* Test processes that fork must not share one connection. */
    curl_easy_setopt(sim->curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(sim->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(sim->curl, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(sim->curl, CURLOPT_WRITEFUNCTION, sim_collect);
    curl_easy_setopt(sim->curl, CURLOPT_WRITEDATA, &text);
    if (body != NULL) {
        curl_easy_setopt(sim->curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(sim->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    }
    curl_easy_setopt(sim->curl, CURLOPT_CUSTOMREQUEST, method);
    result = curl_easy_perform(sim->curl);
    curl_easy_getinfo(sim->curl, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK && status == 200)
        json = json_loadb(text.bytes == NULL ? "" : text.bytes, text.n, 0, NULL);
    if (json == NULL)
        fprintf(stderr, "simctl: %s %s: %s, status %ld: %s\n", method, path,
                curl_easy_strerror(result), status, text.bytes == NULL ? "" : text.bytes);
    free(text.bytes);
    free(url);
    return json;
}

json_t *sim_get(struct sim *sim, const char *path) {
    return sim_request(sim, "GET", path, NULL);
}

json_t *sim_delete(struct sim *sim, const char *path) {
    return sim_request(sim, "DELETE", path, NULL);
}

json_t *sim_post(struct sim *sim, const char *path, const char *json_text) {
    return sim_request(sim, "POST", path, json_text);
}

json_t *sim_post_json(struct sim *sim, const char *path, json_t *body) {
    char *text = json_dumps(body, JSON_COMPACT);
    json_t *answer = text == NULL ? NULL : sim_post(sim, path, text);

    free(text);
    json_decref(body);
    return answer;
}

/* POSTs a body made by printf; the answer belongs to the caller. */
static json_t *sim_post_format(struct sim *sim, const char *path, const char *format,
                               va_list args) {
    char *text = NULL;
    json_t *answer = NULL;

    if (vasprintf(&text, format, args) < 0)
        return NULL;
    answer = sim_post(sim, path, text);
    free(text);
    return answer;
}

static bool sim_done(json_t *answer) {
    bool ok = answer != NULL;

    json_decref(answer);
    return ok;
}

static char *sim_code_of(json_t *answer) {
    const char *code = json_string_value(json_object_get(answer, "code"));
    char *copy = code == NULL ? NULL : strdup(code);

    json_decref(answer);
    return copy;
}

char *sim_mint(struct sim *sim, int64_t agent_id, const char *userid) {
    json_t *body = json_pack("{s:I, s:s}", "agent_id", (json_int_t)agent_id, "userid", userid);

    return sim_code_of(sim_post_json(sim, "/mint", body));
}

char *sim_mint_with(struct sim *sim, const char *json_format, ...) {
    json_t *answer = NULL;
    va_list args;

    va_start(args, json_format);
    answer = sim_post_format(sim, "/mint", json_format, args);
    va_end(args);
    return sim_code_of(answer);
}

int sim_count(struct sim *sim, const char *path) {
    json_t *counts = sim_get(sim, "/counts");
    int count = counts == NULL ? -1 : (int)json_integer_value(json_object_get(counts, path));

    json_decref(counts);
    return count;
}

bool sim_counts_reset(struct sim *sim) {
    return sim_done(sim_post(sim, "/counts/reset", ""));
}

bool sim_fault(struct sim *sim, const char *json_format, ...) {
    json_t *answer = NULL;
    va_list args;

    va_start(args, json_format);
    answer = sim_post_format(sim, "/fault", json_format, args);
    va_end(args);
    return sim_done(answer);
}

bool sim_option(struct sim *sim, const char *json_format, ...) {
    json_t *answer = NULL;
    va_list args;

    va_start(args, json_format);
    answer = sim_post_format(sim, "/option", json_format, args);
    va_end(args);
    return sim_done(answer);
}

bool sim_member(struct sim *sim, const char *json_format, ...) {
    json_t *answer = NULL;
    va_list args;

    va_start(args, json_format);
    answer = sim_post_format(sim, "/member", json_format, args);
    va_end(args);
    return sim_done(answer);
}

bool sim_app(struct sim *sim, const char *json_format, ...) {
    json_t *answer = NULL;
    va_list args;

    va_start(args, json_format);
    answer = sim_post_format(sim, "/app", json_format, args);
    va_end(args);
    return sim_done(answer);
}

bool sim_faults_clear(struct sim *sim) {
    return sim_done(sim_delete(sim, "/fault"));
}

bool sim_advance(struct sim *sim, int64_t seconds) {
    json_t *body = json_pack("{s:I}", "advance_s", (json_int_t)seconds);

    return sim_done(sim_post_json(sim, "/clock", body));
}
