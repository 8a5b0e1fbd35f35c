/* IP addresses and nets: what is one, what it becomes, what lies in what. */
#include "common/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

static bool parse_exact(const char *text, struct address *out) {
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    bool good;

    memcpy(copy, text, len);
    good = address_parse(copy, len, out);
    free(copy);
    return good;
}

static bool parse_net_exact(const char *text, struct address_net *out) {
    size_t len = strlen(text);
    char *copy = malloc(len > 0 ? len : 1);
    bool good;

    memcpy(copy, text, len);
    good = address_parse_net(copy, len, out);
    free(copy);
    return good;
}

static const struct {
    const char *text, *written; /* NULL: it is no address */
} addresses[] = {
    {"192.0.2.1", "192.0.2.1"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"::1", "::1"},
    {"::", "::"},
    {"2001:DB8::A", "2001:db8::a"},
    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"},
    {"::ffff:192.0.2.1", "192.0.2.1"},
    {"::ffff:c000:201", "192.0.2.1"},
    {"", NULL},
    {" 192.0.2.1", NULL},
    {"192.0.2.1 ", NULL},
    {"192.0.2", NULL},
    {"192.0.2.256", NULL},
    {"192.0.2.1.1", NULL},
    {"192.0.2.01", NULL},
    {"192.0.2.1:80", NULL},
    {"0x7f.1", NULL},
    {"2130706433", NULL},
    {"[::1]", NULL},
    {"::1%lo", NULL},
    {"fe80::1%1", NULL},
    {":::", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"g::", NULL},
    {"localhost", NULL},
    {"unknown", NULL},
    {"192.0.2.1/32", NULL},
    {"0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255"},
    {"00000:0000:0000:0000:0000:ffff:255.255.255.255", NULL},
};

START_TEST(an_address_is_one_in_one_form) {
    struct address address;
    char text[ADDRESS_TEXT_BYTES];
    bool good;

    memset(&address, 0xAB, sizeof address);
    good = parse_exact(addresses[_i].text, &address);
    ck_assert_msg(good == (addresses[_i].written != NULL), "'%s'", addresses[_i].text);
    if (good)
        ck_assert_str_eq(address_text(&address, text), addresses[_i].written);
    else
        ck_assert_uint_eq(address.bytes[0], 0xAB);
}
END_TEST

START_TEST(a_nul_ends_no_address) {
    struct address address;

    ck_assert(!address_parse("::1\0", 4, &address));
    ck_assert(!address_parse("127.0.0.1\0x", 11, &address));
}
END_TEST

static const struct {
    const char *text;
    int bits; /* -1: it is no net */
} nets[] = {
    {"192.0.2.0/24", 96 + 24}, {"192.0.2.1", 128},     {"0.0.0.0/0", 96},
    {"192.0.2.1/32", 128},     {"192.0.2.1/31", -1},   {"192.0.2.0/31", 127},
    {"192.0.2.128/25", 121},   {"192.0.2.128/24", -1}, {"10.0.0.0/8", 104},
    {"10.0.0.1/8", -1},        {"10.0.0.0/33", -1},    {"10.0.0.0/128", -1},
    {"10.0.0.0/", -1},         {"10.0.0.0/08", -1},    {"10.0.0.0/+8", -1},
    {"10.0.0.0/8 ", -1},       {"10.0.0.0//8", -1},    {"/8", -1},
    {"2001:db8::/32", 32},     {"2001:db8::1/32", -1}, {"::/0", 0},
    {"::1/128", 128},          {"::1/129", -1},        {"::1", 128},
    {"2001:db8::/0000", -1},   {"::/1000", -1},        {"8000::/1", 1},
    {"4000::/1", -1},          {"::/00", -1},
};

START_TEST(a_net_has_no_bits_behind_its_prefix) {
    struct address_net net = {.bits = 999};
    bool good = parse_net_exact(nets[_i].text, &net);

    ck_assert_msg(good == (nets[_i].bits >= 0), "'%s'", nets[_i].text);
    ck_assert_uint_eq(net.bits, good ? (unsigned int)nets[_i].bits : 999);
}
END_TEST

static const struct {
    const char *net, *address;
    bool in;
} memberships[] = {
    {"192.0.2.0/24", "192.0.2.0", true},
    {"192.0.2.0/24", "192.0.2.255", true},
    {"192.0.2.0/24", "192.0.3.0", false},
    {"192.0.2.0/24", "192.0.1.255", false},
    {"192.0.2.0/25", "192.0.2.128", false},
    {"192.0.2.7", "192.0.2.7", true},
    {"192.0.2.7", "192.0.2.6", false},
    {"0.0.0.0/0", "255.1.2.3", true},
    {"0.0.0.0/0", "::1", false},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "192.0.2.1", true},
    {"2001:db8::/32", "2001:db8:ffff::1", true},
    {"2001:db8::/32", "2001:db9::", false},
    {"2001:db8::/33", "2001:db8:8000::", false},
    {"10.0.0.0/8", "::ffff:10.9.8.7", true},
    {"::1", "127.0.0.1", false},
    {"::1", "::1", true},
    {"8000::/1", "7fff::", false},
};

START_TEST(what_lies_in_a_net) {
    struct address_net net;
    struct address address;

    ck_assert(parse_net_exact(memberships[_i].net, &net));
    ck_assert(parse_exact(memberships[_i].address, &address));
    ck_assert_int_eq(address_in(&address, &net), memberships[_i].in);
}
END_TEST

START_TEST(sockets_have_the_same_addresses) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct address address;
    char text[ADDRESS_TEXT_BYTES];

    ck_assert(address_of_socket((const struct sockaddr *)&v4, &address));
    ck_assert_str_eq(address_text(&address, text), "192.0.2.1");
    ck_assert(address_is_v4(&address));
    ck_assert(address_of_socket((const struct sockaddr *)&v6, &address));
    ck_assert_str_eq(address_text(&address, text), "::1");
    ck_assert(!address_is_v4(&address));
    ck_assert(!address_of_socket(&other, &address));
}
END_TEST

START_TEST(a_mask_keeps_so_many_bits) {
    for (unsigned int bits = 0; bits <= 128; bits++) {
        struct address address;
        unsigned int kept = 0;

        memset(&address, 0xFF, sizeof address);
        address_mask(&address, bits);
        for (unsigned int i = 0; i < 128; i++) {
            bool set = (address.bytes[i / 8] >> (7 - i % 8) & 1) != 0;

            ck_assert_int_eq(set, i < bits);
            kept += set;
        }
        ck_assert_uint_eq(kept, bits);
    }
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

Suite *suite(void) {
    Suite *s = suite_create("address");
    TCase *t = tcase_create("address");

    tcase_add_loop_test(t, an_address_is_one_in_one_form, 0, COUNT(addresses));
    tcase_add_test(t, a_nul_ends_no_address);
    tcase_add_loop_test(t, a_net_has_no_bits_behind_its_prefix, 0, COUNT(nets));
    tcase_add_loop_test(t, what_lies_in_a_net, 0, COUNT(memberships));
    tcase_add_test(t, sockets_have_the_same_addresses);
    tcase_add_test(t, a_mask_keeps_so_many_bits);
    suite_add_tcase(s, t);
    return s;
}
