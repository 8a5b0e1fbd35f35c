/* How many of something each address has. */
#include "web/counts.h"

#include <string.h>

#include "tests/check_main.h"

static struct address of(const char *text) {
    struct address address;

    ck_assert(address_parse(text, strlen(text), &address));
    return address;
}

START_TEST(an_address_gets_so_many_and_no_more) {
    struct counts *counts = counts_new();
    struct address one = of("192.0.2.1"), other = of("192.0.2.2");

    for (unsigned int i = 0; i < 3; i++) {
        ck_assert_uint_eq(counts_of(counts, &one), i);
        ck_assert(counts_take(counts, &one, 3));
    }
    ck_assert(!counts_take(counts, &one, 3));
    ck_assert_uint_eq(counts_of(counts, &one), 3);
    ck_assert(counts_take(counts, &other, 3));
    counts_give(counts, &one);
    ck_assert(counts_take(counts, &one, 3));
    ck_assert(!counts_take(counts, &one, 3));
    ck_assert_uint_eq(counts_of(counts, &other), 1);
    counts_free(counts);
}
END_TEST

START_TEST(a_limit_of_nothing_leaves_nothing_behind) {
    struct counts *counts = counts_new();
    struct address one = of("192.0.2.1");

    ck_assert(!counts_take(counts, &one, 0));
    ck_assert_uint_eq(counts_of(counts, &one), 0);
    counts_give(counts, &one); /* what was never taken is no debt */
    ck_assert(counts_take(counts, &one, 1));
    ck_assert(!counts_take(counts, &one, 1));
    counts_free(counts);
}
END_TEST

START_TEST(of_ipv6_the_net_counts_of_ipv4_the_address) {
    struct counts *counts = counts_new();
    struct address a = of("2001:db8:1:2::1"), b = of("2001:db8:1:2:ffff::9");
    struct address c = of("2001:db8:1:3::1"), d = of("192.0.2.1"), e = of("192.0.2.2");

    ck_assert(counts_take(counts, &a, 1));
    ck_assert(!counts_take(counts, &b, 1));
    ck_assert(counts_take(counts, &c, 1));
    ck_assert(counts_take(counts, &d, 1));
    ck_assert(counts_take(counts, &e, 1));
    counts_give(counts, &b);
    ck_assert_uint_eq(counts_of(counts, &a), 0);
    counts_free(counts);
}
END_TEST

/* More addresses than there are buckets, taken and given in different orders. */
START_TEST(many_addresses_are_kept_apart) {
    enum { MANY = 10000 };
    struct counts *counts = counts_new();
    struct address address = of("10.0.0.0");

    for (unsigned int round = 0; round < 3; round++) {
        for (unsigned int i = 0; i < MANY; i++) {
            unsigned int n = round == 1 ? MANY - 1 - i : i;

            address.bytes[14] = (uint8_t)(n >> 8);
            address.bytes[15] = (uint8_t)n;
            if (round < 2)
                ck_assert(counts_take(counts, &address, 2));
            ck_assert_uint_eq(counts_of(counts, &address), round == 0 ? 1 : 2);
            if (round == 2) {
                ck_assert(!counts_take(counts, &address, 2));
                counts_give(counts, &address);
                counts_give(counts, &address);
                ck_assert_uint_eq(counts_of(counts, &address), 0);
            }
        }
    }
    counts_free(counts);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("counts");
    TCase *t = tcase_create("counts");

    tcase_add_test(t, an_address_gets_so_many_and_no_more);
    tcase_add_test(t, a_limit_of_nothing_leaves_nothing_behind);
    tcase_add_test(t, of_ipv6_the_net_counts_of_ipv4_the_address);
    tcase_add_test(t, many_addresses_are_kept_apart);
    suite_add_tcase(s, t);
    return s;
}
