/* Questions to the machine's own account files, read directly: no NSS, no stdio, no state. */
#include "common/localfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/names.h"
#include "wecom/limits.h"

/* Lines longer than this are cut: names and links stand at their beginning. */
enum { LINE_BYTES = 1024 };

struct line {
    char text[LINE_BYTES];
    bool whole; /* nothing was cut off, and no NUL hides the rest */
};

struct lines {
    int fd;
    size_t have, at;
    char chunk[4096];
};

/* Reads the next line without its LF. 1: there is one, 0: end of file, -1: error in errno. */
static int next_line(struct lines *in, struct line *line) {
    size_t len = 0;
    bool any = false;

    line->whole = true;
    for (;;) {
        if (in->at == in->have) {
            ssize_t n = read(in->fd, in->chunk, sizeof in->chunk);

            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return -1;
            if (n == 0)
                break;
            in->have = (size_t)n;
            in->at = 0;
        }
        any = true;
        char c = in->chunk[in->at++];
        if (c == '\n')
            break;
        if (c == '\0' || len == LINE_BYTES - 1)
            line->whole = false;
        if (len < LINE_BYTES - 1)
            line->text[len++] = c;
    }
    line->text[len] = '\0';
    return any ? 1 : 0;
}

/* A number of which the end was cut off is another number, and none to us. */
static uint32_t parse_id(const char *digits, bool whole) {
    uint64_t value = 0;

    if (*digits < '0' || *digits > '9')
        return UINT32_MAX;
    for (; *digits >= '0' && *digits <= '9'; digits++) {
        value = value * 10 + (uint64_t)(*digits - '0');
        if (value > UINT32_MAX)
            return UINT32_MAX;
    }
    return *digits == ':' || (*digits == '\0' && whole) ? (uint32_t)value : UINT32_MAX;
}

/* The third field of "name:field:id:...", when the line is that of `name`. glibc skips blanks at
 * the beginning of a line (isspace in the C locale), so a name behind blanks is there for getpwnam
 * too.
 */
static bool line_is_of(const struct line *line, const char *name, uint32_t *id) {
    const char *at = line->text + strspn(line->text, " \t\v\f\r");
    size_t len = strlen(name);
    const char *second;

    if (len == 0 || strchr(name, ':') != NULL) /* more than the first field */
        return false;
    if (strncmp(at, name, len) != 0 || at[len] != ':')
        return false;
    second = strchr(at + len + 1, ':');
    *id = second != NULL ? parse_id(second + 1, line->whole) : UINT32_MAX;
    return true;
}

enum wecom_error localfiles_find(const char *file, const char *name, uint32_t *id) {
    struct lines in = {.fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    enum wecom_error err = WECOM_E_ABSENT;
    struct line line;
    uint32_t found;
    int more;

    if (in.fd < 0)
        return WECOM_E_SYSTEM;
    while ((more = next_line(&in, &line)) == 1) {
        if (line_is_of(&line, name, &found)) {
            *id = found;
            err = WECOM_OK;
            break;
        }
    }
    if (more < 0)
        err = WECOM_E_SYSTEM;
    (void)close(in.fd);
    return err;
}

/* Only root may have written it: checked on the open descriptor, so the name cannot be swapped. */
static enum wecom_error open_of_root(const char *file, int *fd) {
    struct stat st;
    int opened = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

    if (opened < 0)
        return errno == ENOENT ? WECOM_E_ABSENT : errno == ELOOP ? WECOM_E_PEER : WECOM_E_SYSTEM;
    if (fstat(opened, &st) != 0) {
        (void)close(opened);
        return WECOM_E_SYSTEM;
    }
    if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_gid != 0 || (st.st_mode & 022) != 0) {
        (void)close(opened);
        return WECOM_E_PEER;
    }
    *fd = opened;
    return WECOM_OK;
}

static const char *skip_blanks(const char *s) {
    return s + strspn(s, " \t");
}

/* "name corp_id/userid", blanks between and around, CRLF as good as LF; the pair into `link`. */
static enum wecom_error parse_link(const struct line *line, const char *name,
                                   char link[WECOM_LINK_MAX_BYTES + 1]) {
    const char *at = skip_blanks(line->text), *end;
    size_t len = strlen(name);
    char corp_id[WECOM_CORP_ID_MAX_BYTES + 1];

    if (len == 0 || strcspn(name, " \t\r") != len) /* no such first word */
        return WECOM_E_ABSENT;
    if (strncmp(at, name, len) != 0 || strcspn(at + len, " \t\r") != 0)
        return WECOM_E_ABSENT;
    if (!line->whole)
        return WECOM_E_FORMAT;
    at = skip_blanks(at + len);
    len = strcspn(at, " \t\r");
    end = skip_blanks(at + len);
    if (strcmp(end, "") != 0 && strcmp(end, "\r") != 0)
        return WECOM_E_FORMAT;
    if (len > WECOM_LINK_MAX_BYTES)
        return WECOM_E_TOO_LONG;
    memcpy(link, at, len);
    link[len] = '\0';

    const char *slash = strchr(link, '/');
    if (slash == NULL || (size_t)(slash - link) >= sizeof corp_id)
        return WECOM_E_FORMAT;
    memcpy(corp_id, link, (size_t)(slash - link));
    corp_id[slash - link] = '\0';
    return name_is_corp_id(corp_id) && name_is_userid(slash + 1) ? WECOM_OK : WECOM_E_FORMAT;
}

enum wecom_error localfiles_link(const char *file, const char *name, char *link, size_t bytes) {
    struct lines in = {0};
    struct line line;
    char one[WECOM_LINK_MAX_BYTES + 1], first[WECOM_LINK_MAX_BYTES + 1] = "";
    enum wecom_error err = open_of_root(file, &in.fd);
    bool found = false;
    int more;

    if (err != WECOM_OK)
        return err;
    while ((more = next_line(&in, &line)) == 1) {
        err = parse_link(&line, name, one);
        if (err == WECOM_E_ABSENT)
            continue;
        if (err == WECOM_OK && found)
            err = WECOM_E_FORMAT;
        if (err != WECOM_OK)
            goto out;
        found = true;
        memcpy(first, one, sizeof first);
    }
    err = more < 0 ? WECOM_E_SYSTEM : found ? WECOM_OK : WECOM_E_ABSENT;
    if (err == WECOM_OK && strlen(first) + 1 > bytes)
        err = WECOM_E_TOO_LONG;
    if (err == WECOM_OK)
        memcpy(link, first, strlen(first) + 1);
out:
    (void)close(in.fd);
    return err;
}

bool localfiles_link_is(const char *link, const char *corp_id, const char *userid) {
    size_t len = strlen(corp_id);

    return len > 0 && strncmp(link, corp_id, len) == 0 && link[len] == '/' &&
           name_same_userid(link + len + 1, userid);
}
