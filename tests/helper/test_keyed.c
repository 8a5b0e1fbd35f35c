/* Digests with a key of our own. */
#include "helper/keyed.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

/* RFC 4231, 4.2 and 4.3; a key is filled up with zeros there, too. */
static const struct {
    unsigned char key[KEYED_BYTES];
    const char *text, *digest;
} known[] = {
    {{0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
      0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b},
     "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {{'J', 'e', 'f', 'e'},
     "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
};

START_TEST(digests_are_hmac_sha_256) {
    unsigned char digest[KEYED_BYTES];
    char hex[2 * KEYED_BYTES + 1];

    ck_assert(keyed_digest(known[_i].key, known[_i].text, strlen(known[_i].text), digest));
    for (size_t i = 0; i < KEYED_BYTES; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    ck_assert_str_eq(hex, known[_i].digest);
}
END_TEST

START_TEST(every_key_is_another) {
    unsigned char a[KEYED_BYTES] = {0}, b[KEYED_BYTES] = {0};
    static const unsigned char zero[KEYED_BYTES];

    ck_assert(keyed_draw(a) && keyed_draw(b));
    ck_assert_mem_ne(a, b, KEYED_BYTES);
    ck_assert_mem_ne(a, zero, KEYED_BYTES);
    ck_assert_mem_ne(a + KEYED_BYTES / 2, zero, KEYED_BYTES / 2); /* to its end */
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("keyed");
    TCase *t = tcase_create("keyed");

    tcase_add_loop_test(t, digests_are_hmac_sha_256, 0, SUPPORT_COUNT(known));
    tcase_add_test(t, every_key_is_another);
    suite_add_tcase(s, t);
    return s;
}
