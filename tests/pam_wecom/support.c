/* The place and the host of the module's tests. The helper is in support_helper.c. */
#include "tests/pam_wecom/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

struct place place;

int64_t now_ms(void) {
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool am_root(void) {
    return geteuid() == 0;
}

int in_child(int (*f)(void)) {
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(f());
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* --- The place. --- */

/* <build>/tests/pam_wecom/test_X -> <build>/pam_wecom.so */
static void find_module(void) {
    char self[400];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    ck_assert_int_gt(n, 0);
    self[n] = '\0';
    for (int i = 0; i < 3; i++)
        *strrchr(self, '/') = '\0';
    (void)snprintf(place.module, sizeof place.module, "%s/pam_wecom.so", self);
    ck_assert_int_eq(access(place.module, R_OK), 0);
}

void place_open(void) {
    (void)strcpy(place.dir, "/tmp/pam_wecom.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(place.dir));
    /* other users' helpers bind here, other users' hosts read here */
    ck_assert_int_eq(chmod(place.dir, 0777), 0);
    (void)snprintf(place.socket, sizeof place.socket, "%s/sock", place.dir);
    (void)snprintf(place.links, sizeof place.links, "%s/links", place.dir);
    find_module();
    stack_write("other", "auth required pam_deny.so\n"); /* libpam logs that it is missing */
    log_forget();
}

void place_close(void) {
    char path[400];
    struct dirent *entry;
    DIR *dir;

    helper_stop();
    dir = opendir(place.dir);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        (void)snprintf(path, sizeof path, "%s/%s", place.dir, entry->d_name);
        (void)unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
    (void)rmdir(place.dir);
}

TCase *place_case(const char *name) {
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, place_open, place_close);
    tcase_set_timeout(tc, 120);
    return tc;
}

void place_write(const char *path, const char *text, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    (void)close(fd);
}

void stack_write(const char *service, const char *text) {
    char path[200], *out = NULL;
    size_t bytes = 0;
    FILE *f = open_memstream(&out, &bytes);

    for (; *text != '\0'; text++) {
        if (*text == '@')
            fprintf(f, "%s socket=%s links=%s", place.module, place.socket, place.links);
        else
            fputc(*text, f);
    }
    fclose(f);
    (void)snprintf(path, sizeof path, "%s/%s", place.dir, service);
    place_write(path, out, 0644);
    free(out);
}

/* --- The host. --- */

static void record(struct host *h, const struct pam_message *m) {
    if (h->shown_count < SHOWN_MOST)
        h->shown[h->shown_count++] =
            (struct shown){.call = h->calls, .style = m->msg_style, .text = strdup(m->msg)};
}

static const char *next_answer(struct host *h) {
    int n = h->prompts++;

    while (n > 0 && (n >= ANSWERS_MOST || h->answers[n] == NULL))
        n--;
    return h->answers[n] != NULL ? h->answers[n] : "";
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data) {
    struct host *h = data;
    struct pam_response *r = calloc((size_t)count, sizeof *r);

    h->calls++;
    for (int i = 0; i < count; i++) {
        record(h, messages[i]);
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_ON &&
            messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        r[i].resp = strdup(next_answer(h));
        if (h->think_ms > 0)
            (void)usleep((useconds_t)h->think_ms * 1000);
        if (h->no_answer) {
            free(r[i].resp);
            r[i].resp = NULL;
        }
    }
    if (h->during != NULL)
        h->during(h);
    if (h->no_responses) {
        for (int i = 0; i < count; i++)
            free(r[i].resp);
        free(r);
        r = NULL;
    }
    *responses = r; /* also when it fails: libpam and the modules free what they get */
    return h->conv_code;
}

void host_start(struct host *h, const char *service, const char *user) {
    struct pam_conv conv = {.conv = converse, .appdata_ptr = h};

    ck_assert_int_eq(pam_start_confdir(service, user, &conv, place.dir, &h->pamh), PAM_SUCCESS);
}

void host_open(struct host *h, const char *service, const char *user, const char *args) {
    static const char *const types[] = {"auth", "account", "session"};
    char text[4096];
    size_t used = 0;

    for (size_t i = 0; i < 3; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s required @ %s\n", types[i], args);
    stack_write(service, text);
    host_start(h, service, user);
}

void host_close(struct host *h) {
    if (h->pamh != NULL)
        (void)pam_end(h->pamh, PAM_SUCCESS);
    h->pamh = NULL;
    for (int i = 0; i < h->shown_count; i++)
        free(h->shown[i].text);
    h->shown_count = 0;
}

int host_auth(struct host *h) {
    return pam_authenticate(h->pamh, h->flags);
}

int host_account(struct host *h) {
    return pam_acct_mgmt(h->pamh, h->flags);
}

int login(const char *user, const char *args) {
    struct host h = {0};
    int code;

    host_open(&h, "web", user, args);
    code = host_auth(&h);
    host_close(&h);
    return code;
}

const char *host_shown(const struct host *h, int style) {
    for (int i = 0; i < h->shown_count; i++) {
        if (h->shown[i].style == style)
            return h->shown[i].text;
    }
    return NULL;
}

const char *host_user(const struct host *h) {
    const void *user = NULL;

    return pam_get_item(h->pamh, PAM_USER, &user) == PAM_SUCCESS ? user : NULL;
}

/* --- The system log. libpam calls syslog(3) through one of these; the program's come first. --- */

enum { LOG_MOST = 600, LOG_BYTES = 400 };
static struct {
    int priority;
    char text[LOG_BYTES];
} lines[LOG_MOST];
static int line_count;
static pthread_mutex_t lines_lock = PTHREAD_MUTEX_INITIALIZER;

static void keep(int priority, const char *format, va_list args) {
    pthread_mutex_lock(&lines_lock);
    if (line_count < LOG_MOST) {
        lines[line_count].priority = LOG_PRI(priority);
        (void)vsnprintf(lines[line_count].text, LOG_BYTES, format, args);
        line_count++;
    }
    pthread_mutex_unlock(&lines_lock);
}

void __syslog_chk(int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...) {
    va_list args;

    (void)flag;
    va_start(args, format);
    keep(priority, format, args);
    va_end(args);
}

#undef syslog
void syslog(int priority, const char *format, ...) {
    va_list args;

    va_start(args, format);
    keep(priority, format, args);
    va_end(args);
}

int log_count(int priority) {
    int count = 0;

    for (int i = 0; i < line_count; i++)
        count += lines[i].priority == priority;
    return count;
}

bool log_has(int priority, const char *part) {
    for (int i = 0; i < line_count; i++) {
        if ((priority == -1 || lines[i].priority == priority) &&
            strstr(lines[i].text, part) != NULL)
            return true;
    }
    return false;
}

void log_forget(void) {
    line_count = 0;
}
