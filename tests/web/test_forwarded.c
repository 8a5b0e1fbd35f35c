/* Whose request it is: what a proxy says counts, what a client says does not. */
#include "web/forwarded.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static struct config_web web;

/* 127.0.0.1, 10.0.0.0/8 and 2001:db8::/32 are trusted. */
static void setup(void) {
    static const char *const nets[] = {"127.0.0.1", "10.0.0.0/8", "2001:db8::/32"};

    web = (struct config_web){.proxies_count = 0};
    for (size_t i = 0; i < 3; i++)
        ck_assert(address_parse_net(nets[i], strlen(nets[i]), &web.proxies[web.proxies_count++]));
}

static const struct {
    const char *peer, *header, *client;
} cases[] = {
    /* from nowhere in particular: the header is whatever somebody wrote */
    {"203.0.113.9", NULL, "203.0.113.9"},
    {"203.0.113.9", "198.51.100.7", "203.0.113.9"},
    {"203.0.113.9", "127.0.0.1", "203.0.113.9"},
    {"2001:db9::1", "198.51.100.7", "2001:db9::1"},
    /* from a proxy */
    {"127.0.0.1", NULL, "127.0.0.1"},
    {"127.0.0.1", "", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", " 198.51.100.7\t", "198.51.100.7"},
    {"127.0.0.1", "2001:db9::7", "2001:db9::7"},
    {"2001:db8::1", "198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"},
    /* the rightmost that is no proxy; what is left of it anybody wrote */
    {"127.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", "1.1.1.1, 198.51.100.7, 10.1.2.3", "198.51.100.7"},
    {"127.0.0.1", "1.1.1.1,198.51.100.7,10.1.2.3,2001:db8::5", "198.51.100.7"},
    {"127.0.0.1", "127.0.0.1, 198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", "garbage, 198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", ",,198.51.100.7", "198.51.100.7"},
    {"127.0.0.1", "10.1.2.3, 10.1.2.4", "10.1.2.3"},
    {"127.0.0.1", "10.1.2.3", "10.1.2.3"},
    /* garbage where an address should be: the peer */
    {"127.0.0.1", "unknown", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7,", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7, garbage", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7, garbage, 10.1.2.3", "127.0.0.1"},
    {"127.0.0.1", "garbage, 10.1.2.3", "127.0.0.1"},
    {"127.0.0.1", ", 10.1.2.3", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7:4711", "127.0.0.1"},
    {"127.0.0.1", "[2001:db9::7]", "127.0.0.1"},
    {"127.0.0.1", "198.51.100.7 198.51.100.8", "127.0.0.1"},
    {"127.0.0.1", "for=198.51.100.7", "127.0.0.1"},
    {"127.0.0.1", ",", "127.0.0.1"},
};

START_TEST(the_client_is_who_the_last_proxy_saw) {
    struct address peer, client;
    char text[ADDRESS_TEXT_BYTES], *header = NULL;

    if (cases[_i].header != NULL)
        header = strdup(cases[_i].header);
    ck_assert(address_parse(cases[_i].peer, strlen(cases[_i].peer), &peer));
    client = forwarded_client(&web, &peer, header);
    ck_assert_str_eq(address_text(&client, text), cases[_i].client);
    free(header);
}
END_TEST

START_TEST(a_header_that_is_too_long_is_garbage) {
    char header[FORWARDED_MOST_BYTES + 2], text[ADDRESS_TEXT_BYTES];
    static const char end[] = ",198.51.100.7";
    struct address peer, client;

    ck_assert(address_parse("127.0.0.1", 9, &peer));
    for (size_t len = FORWARDED_MOST_BYTES; len <= FORWARDED_MOST_BYTES + 1; len++) {
        memset(header, 'x', sizeof header);
        memcpy(header + len - strlen(end), end, sizeof end);
        client = forwarded_client(&web, &peer, header);
        ck_assert_str_eq(address_text(&client, text),
                         len == FORWARDED_MOST_BYTES ? "198.51.100.7" : "127.0.0.1");
    }
}
END_TEST

START_TEST(without_trusted_proxies_nobody_is_believed) {
    struct address peer, client;
    char text[ADDRESS_TEXT_BYTES];

    web.proxies_count = 0;
    ck_assert(address_parse("127.0.0.1", 9, &peer));
    client = forwarded_client(&web, &peer, "198.51.100.7");
    ck_assert_str_eq(address_text(&client, text), "127.0.0.1");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("forwarded");
    TCase *t = tcase_create("forwarded");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, the_client_is_who_the_last_proxy_saw, 0, COUNT(cases));
    tcase_add_test(t, a_header_that_is_too_long_is_garbage);
    tcase_add_test(t, without_trusted_proxies_nobody_is_believed);
    suite_add_tcase(s, t);
    return s;
}
