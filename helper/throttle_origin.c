/* What counts as one origin. */
#include "helper/throttle_origin.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/names.h"

enum { NET_BYTES = 8 }; /* the part of an IPv6 address that names the network */

void throttle_origin_of(const char *rhost, struct throttle_origin *origin) {
    char address[INET6_ADDRSTRLEN];
    struct in6_addr six;
    size_t len;

    name_fold(origin->self, sizeof origin->self, rhost != NULL ? rhost : "");
    memcpy(origin->net, origin->self, sizeof origin->net);
    len = strcspn(origin->self, "%"); /* fe80::1%eth0: the interface is no part of the address */
    if (len >= sizeof address)
        return;
    memcpy(address, origin->self, len);
    address[len] = '\0';
    if (inet_pton(AF_INET6, address, &six) != 1)
        return;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        (void)inet_ntop(AF_INET, &six.s6_addr[12], origin->self, sizeof origin->self);
        memcpy(origin->net, origin->self, sizeof origin->net);
        return;
    }
    if (origin->self[len] == '\0')
        (void)inet_ntop(AF_INET6, &six, origin->self, sizeof origin->self);
    memset(&six.s6_addr[NET_BYTES], 0, sizeof six - NET_BYTES);
    (void)inet_ntop(AF_INET6, &six, address, sizeof address);
    (void)snprintf(origin->net, sizeof origin->net, "%s/64", address);
}
