/* What the headers of a request say: the few that we look at, and those that must not be twice. */
#include "web/headers.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Digits only; so many that they cannot overflow. */
static bool parse_length(const char *text, int64_t *length) {
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 15 || text[digits] != '\0')
        return false;
    *length = 0;
    for (; *text != '\0'; text++)
        *length = *length * 10 + (*text - '0');
    return true;
}

/* Several headers are one list (RFC 9110, section 5.3). */
static void join_forwarded(struct headers *h, const char *value) {
    size_t used = strlen(h->forwarded), left = sizeof h->forwarded - used;
    int n = snprintf(h->forwarded + used, left, "%s%s", used > 0 ? "," : "", value);

    if (n < 0 || (size_t)n >= left) { /* too long: longer than what is looked at */
        memset(h->forwarded, 'x', sizeof h->forwarded - 1);
        h->forwarded[sizeof h->forwarded - 1] = '\0';
    }
}

static enum MHD_Result take(void *arg, enum MHD_ValueKind kind, const char *name,
                            const char *value) {
    struct headers *h = arg;

    (void)kind;
    if (value == NULL)
        value = "";
    if (strcasecmp(name, "Cookie") == 0) {
        cookie_read(&h->cookie, value);
    } else if (strcasecmp(name, "X-Forwarded-For") == 0) {
        join_forwarded(h, value);
    } else if (strcasecmp(name, "Host") == 0) {
        h->hosts++;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        h->encodings++;
        h->is_chunked = strcasecmp(value, "chunked") == 0;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        h->lengths++;
        h->is_bad_length = h->is_bad_length || !parse_length(value, &h->length);
    } else if (strcasecmp(name, "Accept-Language") == 0) {
        h->language = value;
    } else if (strcasecmp(name, "User-Agent") == 0) {
        h->user_agent = value;
    }
    return MHD_YES;
}

void headers_read(struct headers *headers, struct MHD_Connection *connection) {
    *headers = (struct headers){.hosts = 0};
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, take, headers);
}

const char *headers_ambiguity(const struct headers *h) {
    if (h->hosts > 1)
        return "two Host headers";
    if (h->lengths > 1)
        return "two Content-Length headers";
    if (h->is_bad_length)
        return "a Content-Length that is no number";
    if (h->encodings > 0 && h->lengths > 0)
        return "Content-Length and Transfer-Encoding";
    if (h->encodings > 1 || (h->encodings == 1 && !h->is_chunked))
        return "a Transfer-Encoding other than chunked";
    return NULL;
}
