/* IP addresses and nets as bytes. IPv4 is kept as IPv6 writes it (::ffff:a.b.c.d), so that there is
 * one form of everything.
 */
#ifndef WECOM_COMMON_ADDRESS_H
#define WECOM_COMMON_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
    uint8_t bytes[16];
};

/* The first `bits` of the address count; the others are zero. */
struct address_net {
    struct address address;
    unsigned int bits; /* 0-128 */
};

/* Text of an address without its NUL, bytes. */
enum { ADDRESS_TEXT_BYTES = 46 };

/* "192.0.2.1" or "2001:db8::1", `len` bytes of it and nothing else: no port, zone or brackets.
 * False leaves `*out` as it was.
 */
bool address_parse(const char *text, size_t len, struct address *out);

/* An address, or "ADDRESS/BITS" whose other bits are zero. False leaves `*out` as it was. */
bool address_parse_net(const char *text, size_t len, struct address_net *out);

/* Of an AF_INET or AF_INET6 socket; false for any other. */
bool address_of_socket(const struct sockaddr *from, struct address *out);

/* As people write it. Returns `out`, of ADDRESS_TEXT_BYTES and more. */
char *address_text(const struct address *address, char out[ADDRESS_TEXT_BYTES]);

bool address_is_v4(const struct address *address);
bool address_in(const struct address *address, const struct address_net *net);

/* Clears all bits behind the first `bits`. */
void address_mask(struct address *address, unsigned int bits);

#endif
