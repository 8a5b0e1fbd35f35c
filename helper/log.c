/* The log: one line for one event, to standard error, the journal or syslog. */
#include "helper/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define JOURNAL_STREAM "/run/systemd/journal/stdout"

static struct {
    const char *program;
    int max_level;
    int journal; /* a datagram socket, -1 where there is no journal */
    bool foreground;
    void (*pass)(void *arg, const struct log_line *l);
    void *arg;
} sink = {.program = "wecom-helper", .max_level = LOG_NOTICE, .journal = -1, .foreground = true};

static int open_journal(void) {
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

/* A unit's standard error leads to the journal, which then takes lines with their fields instead.
 */
static bool is_journal(int fd) {
    struct sockaddr_un peer = {0};
    socklen_t len = sizeof peer;

    return getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && peer.sun_family == AF_UNIX &&
           strncmp(peer.sun_path, JOURNAL_STREAM, sizeof peer.sun_path) == 0;
}

void log_open(const char *program, bool foreground, int max_level) {
    sink.program = program;
    sink.foreground = foreground && !is_journal(STDERR_FILENO);
    sink.max_level = max_level;
    if (sink.foreground)
        return;
    sink.journal = open_journal();
    if (sink.journal < 0)
        openlog(program, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

void log_program(const char *program) {
    sink.program = program;
}

void log_set_level(int max_level) {
    sink.max_level = max_level;
}

void log_pass_on(void (*pass)(void *arg, const struct log_line *l), void *arg) {
    sink.pass = pass;
    sink.arg = arg;
}

static void append(struct log_line *l, const char *format, const char *a, const char *b) {
    size_t left = sizeof l->text - (size_t)l->used;
    int n = snprintf(l->text + l->used, left, format, a, b);

    if (n > 0)
        l->used += (size_t)n < left ? n : (int)left - 1;
}

void log_begin(struct log_line *l, int level, const char *event) {
    l->level = level;
    l->used = l->fields = 0;
    append(l, "%s%s", event, "");
}

void log_text(struct log_line *l, const char *key, const char *value) {
    size_t room = sizeof l->text - (size_t)l->used, frame = strlen(" ='") + strlen(key) + 1;
    char escaped[LOG_VALUE_BYTES];
    int before;

    /* What does not fit is cut inside its quotes, or left out. */
    if (value == NULL || value[0] == '\0' || l->fields == LOG_FIELDS || room <= frame + 1)
        return;
    room -= frame;
    text_escape(escaped, room < sizeof escaped ? room : sizeof escaped, value);
    if (escaped[0] == '\0')
        return;
    append(l, " %s=%s", key, "'");
    before = l->used;
    append(l, "%s%s", escaped, "");
    l->field[l->fields].key = key;
    l->field[l->fields].value_at = before;
    l->field[l->fields].value_len = l->used - before;
    l->fields++;
    append(l, "%s%s", "'", "");
}

void log_number(struct log_line *l, const char *key, int64_t value) {
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%lld", (long long)value);
    log_text(l, key, digits);
}

/* systemd's native protocol: KEY=value lines in one datagram. Escaped values hold no LF. */
static bool to_journal(const struct log_line *l) {
    char out[2 * LOG_LINE_BYTES + 512];
    size_t used = 0;
    int n = snprintf(out, sizeof out,
                     "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\n", l->text,
                     l->level, LOG_FAC(LOG_AUTHPRIV), sink.program);

    if (n < 0 || (size_t)n >= sizeof out)
        return false;
    used = (size_t)n;
    for (int i = 0; i < l->fields; i++) {
        char name[32];
        size_t len = 0;

        for (; len < sizeof name - 1 && l->field[i].key[len] != '\0'; len++) {
            char c = l->field[i].key[len];
            name[len] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        name[len] = '\0';
        n = snprintf(out + used, sizeof out - used, "WECOM_%s=%.*s\n", name, l->field[i].value_len,
                     l->text + l->field[i].value_at);
        if (n < 0 || (size_t)n >= sizeof out - used)
            break;
        used += (size_t)n;
    }
    return send(sink.journal, out, used, MSG_NOSIGNAL) == (ssize_t)used;
}

/* One write for one line: stdio may do it in pieces, which others would come between. The journal
 * knows the program, and takes the level from sd-daemon(3)'s prefix. Before log_open() lines take
 * this way there, too: of a process that ends at once only the stream says which unit it was.
 */
static void to_standard_error(const struct log_line *l) {
    char out[LOG_LINE_BYTES + 64];
    int n = is_journal(STDERR_FILENO)
                ? snprintf(out, sizeof out, "<%d>%s\n", l->level, l->text)
                : snprintf(out, sizeof out, "%s: %s\n", sink.program, l->text);

    if (n > 0)
        (void)!write(STDERR_FILENO, out, (size_t)n < sizeof out ? (size_t)n : sizeof out - 1);
}

void log_end(struct log_line *l) {
    if (l->level > sink.max_level)
        return;
    if (sink.pass != NULL)
        sink.pass(sink.arg, l);
    else if (sink.foreground)
        to_standard_error(l);
    else if (sink.journal < 0 || !to_journal(l))
        syslog(LOG_AUTHPRIV | l->level, "%s", l->text);
}

void log_event(int level, const char *event, const char *detail) {
    struct log_line l;

    log_begin(&l, level, event);
    log_text(&l, "detail", detail);
    log_end(&l);
}
