/* IP addresses and nets as bytes. */
#include "common/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

enum { V4_BITS = 96 };

bool address_parse(const char *text, size_t len, struct address *out) {
    char copy[ADDRESS_TEXT_BYTES];
    struct address found;
    struct in_addr v4;

    if (len == 0 || len >= sizeof copy || memchr(text, '\0', len) != NULL)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        memcpy(found.bytes, v4_prefix, sizeof v4_prefix);
        memcpy(found.bytes + sizeof v4_prefix, &v4, 4);
    } else if (inet_pton(AF_INET6, copy, found.bytes) != 1) {
        return false;
    }
    *out = found;
    return true;
}

/* 1-3 digits without a needless zero; -1: it is none. */
static int parse_bits(const char *text, size_t len) {
    int bits = 0;

    if (len == 0 || len > 3 || (len > 1 && text[0] == '0'))
        return -1;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        bits = bits * 10 + (text[i] - '0');
    }
    return bits;
}

bool address_parse_net(const char *text, size_t len, struct address_net *out) {
    const char *slash = memchr(text, '/', len);
    size_t first = slash != NULL ? (size_t)(slash - text) : len;
    struct address address, masked;
    int bits = 128;

    if (!address_parse(text, first, &address))
        return false;
    if (slash != NULL) {
        bool dotted = memchr(text, ':', first) == NULL;

        bits = parse_bits(slash + 1, len - first - 1);
        if (bits < 0 || bits > (dotted ? 32 : 128))
            return false;
        if (dotted)
            bits += V4_BITS;
    }
    masked = address;
    address_mask(&masked, (unsigned int)bits);
    if (memcmp(&masked, &address, sizeof masked) != 0)
        return false;
    *out = (struct address_net){.address = address, .bits = (unsigned int)bits};
    return true;
}

bool address_of_socket(const struct sockaddr *from, struct address *out) {
    if (from->sa_family == AF_INET) {
        memcpy(out->bytes, v4_prefix, sizeof v4_prefix);
        memcpy(out->bytes + sizeof v4_prefix, &((const struct sockaddr_in *)from)->sin_addr, 4);
        return true;
    }
    if (from->sa_family != AF_INET6)
        return false;
    memcpy(out->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, sizeof out->bytes);
    return true;
}

char *address_text(const struct address *address, char out[ADDRESS_TEXT_BYTES]) {
    if (address_is_v4(address))
        (void)inet_ntop(AF_INET, address->bytes + sizeof v4_prefix, out, ADDRESS_TEXT_BYTES);
    else
        (void)inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT_BYTES);
    return out;
}

bool address_is_v4(const struct address *address) {
    return memcmp(address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

bool address_in(const struct address *address, const struct address_net *net) {
    struct address masked = *address;

    address_mask(&masked, net->bits);
    return memcmp(&masked, &net->address, sizeof masked) == 0;
}

void address_mask(struct address *address, unsigned int bits) {
    for (unsigned int i = 0; i < sizeof address->bytes; i++) {
        unsigned int left = bits > 8 * i ? bits - 8 * i : 0;

        if (left < 8)
            address->bytes[i] &= (uint8_t)(0xFF00u >> left);
    }
}
