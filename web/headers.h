/* What the headers of a request say: the few that we look at, and those that must not be twice. */
#ifndef WECOM_WEB_HEADERS_H
#define WECOM_WEB_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "web/cookie.h"
#include "web/forwarded.h"

struct MHD_Connection;

/* Holds the cookie: the caller wipes it. */
struct headers {
    struct cookie cookie;
    char forwarded[FORWARDED_MOST_BYTES +
                   2];                 /* all of X-Forwarded-For; one byte too many: too long */
    const char *language, *user_agent; /* the connection's; NULL: absent */
    unsigned int hosts, lengths, encodings;
    bool is_chunked, is_bad_length;
    int64_t length; /* of the body, as far as it is told; 0: none */
};

void headers_read(struct headers *headers, struct MHD_Connection *connection);

/* Why the request may be read by others in another way than by us, which is how requests are
 * smuggled past a proxy (RFC 9112, section 6.3); NULL: it may not.
 */
const char *headers_ambiguity(const struct headers *headers);

#endif
