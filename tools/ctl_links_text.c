/* The text of /etc/wecom/links and what is changed in it. */
#include "tools/ctl_links_text.h"

#include <stdlib.h>
#include <string.h>

#include "wecom/limits.h"

/* What the reader looks at of a line (common/localfiles.c). */
enum { LINE_BYTES = 1023 };

static const char heading[] =
    "# Local users who sign in with WeCom: local name, corp_id/userid. See wecomctl(8).\n";

bool ctl_links_text_is_name(const char *name) {
    size_t len = strlen(name);

    if (len == 0 || len > WECOM_USER_MAX_BYTES || name[0] == '#')
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0'; c++) {
        if (*c <= ' ' || *c == 0x7F || *c == ':')
            return false;
    }
    return true;
}

/* The end of the line at `at`, behind its LF. */
static const char *end_of(const char *at, const char *end) {
    const char *lf = memchr(at, '\n', (size_t)(end - at));

    return lf != NULL ? lf + 1 : end;
}

/* Does the reader take this line for one of the name? Its first word, as far as the reader looks.
 */
static bool is_of(const char *at, const char *end, const char *name) {
    size_t left = (size_t)(end - at), len = strlen(name);
    const char *limit = at + (left < LINE_BYTES ? left : LINE_BYTES);

    while (at < limit && (*at == ' ' || *at == '\t'))
        at++;
    if ((size_t)(limit - at) < len || memcmp(at, name, len) != 0)
        return false;
    at += len;
    return at == limit || strchr(" \t\r\n", *at) != NULL; /* a NUL ends a word too */
}

size_t ctl_links_text_count(const struct ctl_links_text *text, const char *name) {
    const char *at = text->bytes, *end = text->len > 0 ? at + text->len : at;
    size_t count = 0;

    for (const char *next; at != end; at = next) {
        next = end_of(at, end);
        count += is_of(at, next, name);
    }
    return count;
}

/* A text in the making, with room for all that can come. */
struct maker {
    char *bytes;
    size_t len;
};

static void put(struct maker *m, const char *bytes, size_t len) {
    if (len > 0)
        memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

static void put_line(struct maker *m, const char *name, const char *link) {
    if (m->len > 0 && m->bytes[m->len - 1] != '\n')
        put(m, "\n", 1);
    put(m, name, strlen(name));
    put(m, " ", 1);
    put(m, link, strlen(link));
    put(m, "\n", 1);
}

/* Copies all lines but those of the name; `link`, where there is one, stands for the first of them
 * or at the end.
 */
static bool rewrite(struct ctl_links_text *text, const char *name, const char *link,
                    size_t *removed) {
    size_t more = link != NULL ? strlen(name) + strlen(link) + 3 : 0;
    struct maker m = {.bytes = malloc(text->len + more + sizeof heading)};
    const char *at = text->bytes, *end = text->len > 0 ? at + text->len : at;
    size_t count = 0;

    if (m.bytes == NULL)
        return false;
    if (text->len == 0 && link != NULL)
        put(&m, heading, sizeof heading - 1);
    for (const char *next; at != end; at = next) {
        next = end_of(at, end);
        if (!is_of(at, next, name))
            put(&m, at, (size_t)(next - at));
        else if (count++ == 0 && link != NULL)
            put_line(&m, name, link);
    }
    if (count == 0 && link != NULL)
        put_line(&m, name, link);
    free(text->bytes);
    *text = (struct ctl_links_text){.bytes = m.bytes, .len = m.len};
    *removed = count;
    return true;
}

bool ctl_links_text_set(struct ctl_links_text *text, const char *name, const char *link) {
    size_t removed, len = strlen(link);

    if (!ctl_links_text_is_name(name) || len == 0 || len > WECOM_LINK_MAX_BYTES)
        return false;
    for (const unsigned char *c = (const unsigned char *)link; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 0x7F)
            return false;
    }
    return rewrite(text, name, link, &removed);
}

bool ctl_links_text_remove(struct ctl_links_text *text, const char *name, size_t *count) {
    return rewrite(text, name, NULL, count);
}

void ctl_links_text_clear(struct ctl_links_text *text) {
    free(text->bytes);
    *text = (struct ctl_links_text){0};
}
