/* The administrator's import of accounts: takes the rows into memory, has a process of its own
 * check them and bring them into the store, and passes on what that says, as fast as the reader
 * takes it.
 */
#include "helper/admin_accounts.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/import_child.h"
#include "helper/log.h"
#include "helper/reply.h"

enum {
    ROWS_MOST = 250000,
    BYTES_MOST = 64 * 1024 * 1024,
    IDLE_S = 30, /* whoever sends a file goes on sending */
    LINE_BYTES = 16 * 1024,
};

struct import {
    struct admin_exchange exchange;
    struct admin_common common;
    bool dry_run;
    int file; /* in memory: what the process reads */
    size_t rows, bytes;
    struct event *idle;
    pid_t pid; /* 0: none runs */
    int out;
    struct event *readable;
    char line[LINE_BYTES]; /* of the process, as far as it has come */
    size_t len;
    json_t *end; /* its last one */
};

/* One import at a time: each needs memory, and the store's turn to write. */
static struct import *running;

static void end_process(struct import *import) {
    if (import->readable != NULL)
        event_free(import->readable);
    import->readable = NULL;
    if (import->out >= 0)
        (void)close(import->out);
    import->out = -1;
    if (import->pid > 0) {
        /* after its last line it ends by itself, at once; before that nobody wants it any more */
        if (import->end == NULL)
            (void)kill(import->pid, SIGKILL);
        while (waitpid(import->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    import->pid = 0;
}

static void free_import(struct import *import) {
    end_process(import);
    if (import->idle != NULL)
        event_free(import->idle);
    if (import->file >= 0)
        (void)close(import->file);
    json_decref(import->end);
    admin_common_close(&import->common);
    if (running == import)
        running = NULL;
    free(import);
}

static void on_gone(void *exchange) {
    free_import(exchange);
}

static void fail(struct import *import, const char *why) {
    log_event(LOG_ERR, "import failed", why);
    reply_result(import->common.peer, WECOM_VERDICT_UNAVAILABLE, WECOM_ACCOUNT_NONE,
                 WECOM_REASON_INTERNAL, why);
    free_import(import);
}

static void refuse(struct import *import, const char *text, const char *word) {
    struct refusal refusal;

    REFUSE(&refusal, text, word);
    admin_common_refuse(&import->common, &refusal);
    free_import(import);
}

/* ---- The process ------------------------------------------------------------------------------
 */

static json_int_t number(const struct import *import, const char *key) {
    return json_integer_value(json_object_get(import->end, key));
}

static const char *word(const struct import *import, const char *key) {
    const char *text = json_string_value(json_object_get(import->end, key));

    return text != NULL ? text : "";
}

static void log_import(const struct import *import) {
    struct log_line l;

    log_begin(&l, LOG_NOTICE, "accounts imported by administrator");
    log_number(&l, "rows", number(import, "rows"));
    log_number(&l, "new", number(import, "new"));
    log_number(&l, "changed", number(import, "changed"));
    log_number(&l, "by_uid", (int64_t)server_peer_uid(import->common.peer));
    log_end(&l);
}

static void tell_summary(const struct import *import) {
    reply_row(import->common.peer,
              json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "kind", "import", "rows",
                        number(import, "rows"), "new", number(import, "new"), "changed",
                        number(import, "changed"), "same", number(import, "same"), "bad",
                        number(import, "bad"), "dry_run", (int)import->dry_run));
}

static void on_shown(void *arg) {
    struct import *import = arg;

    tell_summary(import);
    admin_grant(import->common.peer, NULL);
    free_import(import);
}

/* All that the process had to say has been passed on. */
static void finish(struct import *import) {
    char bad[24];

    end_process(import);
    if (strcmp(word(import, "end"), "done") == 0) {
        if (import->dry_run || number(import, "same") == number(import, "rows")) {
            on_shown(import);
            return;
        }
        log_import(import);
        if (!admin_common_publish(&import->common, on_shown, import))
            on_shown(import);
    } else if (strcmp(word(import, "end"), "refused") == 0) {
        (void)snprintf(bad, sizeof bad, "%lld", (long long)number(import, "bad"));
        tell_summary(import);
        refuse(import, "refused_import", bad);
    } else {
        fail(import, import->end != NULL ? word(import, "why")
                                         : "the process that imports ended before its work did");
    }
}

/* A line of the process: a row to pass on, or its end. */
static void take_line(struct import *import, const char *text) {
    json_t *row = json_loads(text, 0, NULL);

    if (json_object_get(row, "end") != NULL && import->end == NULL)
        import->end = row;
    else
        reply_row(import->common.peer, row);
}

static void take_lines(struct import *import) {
    char *begin = import->line, *lf;

    import->line[import->len] = '\0';
    while ((lf = strchr(begin, '\n')) != NULL) {
        *lf = '\0';
        take_line(import, begin);
        begin = lf + 1;
    }
    import->len -= (size_t)(begin - import->line);
    memmove(import->line, begin, import->len);
}

static void on_sent(void *exchange) {
    struct import *import = exchange;

    if (event_add(import->readable, NULL) != 0)
        fail(import, "out of memory");
}

static void on_readable(evutil_socket_t fd, short what, void *arg) {
    struct import *import = arg;
    ssize_t n = read(fd, import->line + import->len, sizeof import->line - 1 - import->len);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        on_sent(import);
        return;
    }
    if (n <= 0) {
        finish(import);
        return;
    }
    import->len += (size_t)n;
    take_lines(import);
    server_when_sent(import->common.peer, on_sent);
}

static void start_process(struct import *import) {
    int err = lseek(import->file, 0, SEEK_SET) == 0
                  ? import_child_start(import->file, &import->pid, &import->out)
                  : errno;

    if (err == 0)
        import->readable =
            event_new(import->common.helper->base, import->out, EV_READ, on_readable, import);
    if (err != 0 || import->readable == NULL || event_add(import->readable, NULL) != 0)
        fail(import, err != 0 ? strerror(err) : "out of memory");
}

/* ---- The rows ---------------------------------------------------------------------------------
 */

static bool put(struct import *import, json_t *row) {
    char *text = json_dumps(row, JSON_COMPACT);
    size_t len = text != NULL ? strlen(text) : 0;
    json_free_t release = free;
    bool good = false;

    if (text != NULL) {
        text[len] = '\n'; /* in place of the NUL */
        good = write(import->file, text, len + 1) == (ssize_t)(len + 1);
        import->bytes += len + 1;
    }
    json_get_alloc_funcs(NULL, &release);
    if (text != NULL)
        release(text);
    return good;
}

static void on_idle(evutil_socket_t fd, short what, void *arg) {
    struct import *import = arg;

    (void)fd;
    (void)what;
    server_refuse(import->common.peer, "does not go on with what it began to send");
}

static bool wait_for_more(struct import *import) {
    static const struct timeval most = {.tv_sec = IDLE_S};

    return event_add(import->idle, &most) == 0;
}

/* {"end":true,"rows":N} is the last one: N rows came before it. */
static void on_row(struct admin_exchange *exchange, json_t *row) {
    struct import *import = (struct import *)exchange;
    char most[24];

    if (import->pid != 0) {
        server_refuse(import->common.peer, "sent a row behind the last one");
    } else if (json_is_true(json_object_get(row, "end"))) {
        (void)event_del(import->idle);
        if (json_integer_value(json_object_get(row, "rows")) != (json_int_t)import->rows)
            server_refuse(import->common.peer, "counts other rows than it sent");
        else
            start_process(import);
    } else if (import->rows == ROWS_MOST || import->bytes > BYTES_MOST) {
        (void)snprintf(most, sizeof most, "%d", ROWS_MOST);
        refuse(import, "refused_import_long", most);
    } else if (!put(import, row) || !wait_for_more(import)) {
        fail(import, "out of memory");
    } else {
        import->rows++;
    }
}

static bool prepare(struct import *import) {
    json_t *header = import_child_header(import->common.setup->config,
                                         import->common.admin.accounts.now_s, import->dry_run);
    bool good;

    import->file = memfd_create("accounts", MFD_CLOEXEC);
    import->idle = evtimer_new(import->common.helper->base, on_idle, import);
    good = header != NULL && import->file >= 0 && import->idle != NULL && put(import, header) &&
           wait_for_more(import);
    json_decref(header);
    return good;
}

void admin_import_run(struct helper *helper, struct server_peer *peer, json_t *args) {
    struct import *import;
    int dry_run = 0;

    if (json_unpack(args, "{s?b !}", "dry_run", &dry_run) != 0) {
        server_refuse(peer, "sent arguments that the command does not take");
        return;
    }
    import = calloc(1, sizeof *import);
    if (import == NULL) {
        admin_fail(helper, peer, WECOM_E_MEMORY);
        return;
    }
    import->exchange.row = on_row;
    import->dry_run = dry_run != 0;
    import->file = -1;
    import->out = -1;
    if (!admin_common_open(&import->common, helper, peer)) {
        free(import);
        return;
    }
    server_attach(peer, import, on_gone);
    if (running != NULL) {
        refuse(import, "refused_import_busy", "");
        return;
    }
    running = import;
    if (!prepare(import))
        fail(import, "out of memory");
}
