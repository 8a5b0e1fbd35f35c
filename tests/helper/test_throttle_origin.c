/* What counts as one origin. */
#include "helper/throttle_origin.h"

#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static const struct {
    const char *rhost, *self, *net;
} rows[] = {
    {NULL, "", ""},
    {"", "", ""},
    {"192.0.2.1", "192.0.2.1", "192.0.2.1"},
    {"::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"},
    {"::FFFF:c000:201", "192.0.2.1", "192.0.2.1"},
    {"2001:DB8:0:1::5", "2001:db8:0:1::5", "2001:db8:0:1::/64"},
    {"2001:0db8:0000:0001:0000:0000:0000:0005", "2001:db8:0:1::5", "2001:db8:0:1::/64"},
    {"2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"},
    {"2001:db8:0:2::5", "2001:db8:0:2::5", "2001:db8:0:2::/64"},
    {"::1", "::1", "::/64"},
    {"fe80::1%eth0", "fe80::1%eth0", "fe80::/64"},
    {"fe80::2%eth1", "fe80::2%eth1", "fe80::/64"},
    {"Laptop.Example.COM", "laptop.example.com", "laptop.example.com"},
    {"192.0.2.1%x", "192.0.2.1%x", "192.0.2.1%x"},
    {"2001:db8::1::2", "2001:db8::1::2", "2001:db8::1::2"},
    {"%", "%", "%"},
    {":", ":", ":"},
    {"\xC3\x84@[`{", "\xC3\x84@[`{", "\xC3\x84@[`{"},
};

START_TEST(an_origin_is_one_however_it_is_written) {
    struct throttle_origin origin;

    throttle_origin_of(rows[_i].rhost, &origin);
    ck_assert_str_eq(origin.self, rows[_i].self);
    ck_assert_str_eq(origin.net, rows[_i].net);
}
END_TEST

START_TEST(what_is_too_long_is_cut_off) {
    struct throttle_origin origin;
    char rhost[400];

    memset(rhost, 'a', sizeof rhost);
    for (size_t len = 0; len < sizeof rhost; len++) {
        size_t kept = len < THROTTLE_ORIGIN_BYTES ? len : THROTTLE_ORIGIN_BYTES;

        rhost[len] = '\0';
        throttle_origin_of(rhost, &origin);
        ck_assert_uint_eq(strlen(origin.self), kept);
        ck_assert_uint_eq(strlen(origin.net), kept);
        rhost[len] = 'a';
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("throttle_origin");
    TCase *t = tcase_create("throttle_origin");

    tcase_add_loop_test(t, an_origin_is_one_however_it_is_written, 0, SUPPORT_COUNT(rows));
    tcase_add_test(t, what_is_too_long_is_cut_off);
    suite_add_tcase(s, t);
    return s;
}
