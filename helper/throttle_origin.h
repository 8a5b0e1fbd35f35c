/* What counts as one origin, whatever way the host writes it. */
#ifndef WECOM_HELPER_THROTTLE_ORIGIN_H
#define WECOM_HELPER_THROTTLE_ORIGIN_H

#include "wecom/limits.h"

enum {
    THROTTLE_ORIGIN_BYTES = 256, /* a rhost of the wire has as many; host names end at 253 */
};

struct throttle_origin {
    char self[THROTTLE_ORIGIN_BYTES + 1]; /* "" for a terminal of the machine */
    char net[THROTTLE_ORIGIN_BYTES + 1];  /* whom it is counted with, where users do not matter */
};

/* Letters become small; an address gets its shortest form, an IPv4 address written as IPv6
 * (::ffff:192.0.2.1) that of IPv4. `net` is the same, but for IPv6 its first 64 bits: whoever has
 * one address of a network has all 2^64 of it (RFC 4291 section 2.5.1; RFC 6177). A text that is no
 * address is taken for a host name. NULL is a terminal of the machine; what is longer is cut off.
 */
void throttle_origin_of(const char *rhost, struct throttle_origin *origin);

#endif
