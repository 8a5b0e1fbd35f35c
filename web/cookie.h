/* Our one cookie. */
#ifndef WECOM_WEB_COOKIE_H
#define WECOM_WEB_COOKIE_H

#include <stdbool.h>

#include "wecom/limits.h"

/* The prefix makes browsers take it over TLS only, for this host only, from "/" only: no other
 * host of the company can plant one (RFC 6265bis, section 4.1.3.2).
 */
#define COOKIE_NAME "__Host-wecom"

enum { COOKIE_MAX_AGE_S = 600 };

/* {0} before the first header. Holds a secret: the caller wipes it. */
struct cookie {
    char value[WECOM_WEB_KEY_MAX_BYTES + 1]; /* "" where there is none that counts */
    bool spoilt;
};

/* Reads one Cookie header of the request. A value that is not one of ours, and two that differ,
 * count as none. */
void cookie_read(struct cookie *cookie, const char *header);

/* 16-64 of A-Z a-z 0-9 _ - */
bool cookie_is_value(const char *value);

#endif
