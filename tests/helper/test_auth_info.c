/* What sshd says of earlier factors: only public keys count, and only in sshd's own form. */
#include "helper/auth_info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

/* Made with ssh-keygen; the certificate is of the first key. SK as a security token has them. */
#define ED         \
    "ssh-ed25519 " \
    "AAAAC3NzaC1lZDI1NTE5AAAAIGD3sPRHj27E3VJTd7FmYeX2uVUWFs6SM8SlBB/ku4pF"
#define EC                                                                         \
    "ecdsa-sha2-nistp256 "                                                         \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHiOh1RbsT6Fz65XUmJC7vfa" \
    "/qHVYac3yft5VOvZHUgJtH+kcqNBNoHiOQ2yyUtlf9I7JCV75dNprfYMJoaAzMc="
#define CERT                                                                       \
    "ssh-ed25519-cert-v01@openssh.com "                                            \
    "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIJgw09H5vRiHWrTT8gZLEavv" \
    "g/66LeZwUmwI8NLXzebbAAAAIGD3sPRHj27E3VJTd7FmYeX2uVUWFs6SM8SlBB/ku4pFAAAAAAAA" \
    "AAAAAAABAAAAAmlkAAAACAAAAARsaXNpAAAAAGlVuQAAAAAAaX6XgAAAAAAAAACCAAAAFXBlcm1p" \
    "dC1YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBl" \
    "cm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2Vy" \
    "LXJjAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIHFm72UfZ89/wXpTZm9upY9lrY2jng4V" \
    "q6MieXtrFM6lAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBfCJYMHbZu4k1xOPc8JgLcrK8+JyeZ7g+R" \
    "tJIQV7X6N8/xZgguh3RjZLCAAxlzkIV5IxHPXRaKHXemJYuHPxkK"
#define SK                                                                         \
    "sk-ssh-ed25519@openssh.com "                                                  \
    "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUW" \
    "FxgZGhscHR4fAAAABHNzaDo="

/* In a copy of exactly its size. */
static bool key_of(const char *text, unsigned char fingerprint[AUTH_INFO_BYTES]) {
    char *copy = strdup(text);
    bool good;

    ck_assert_ptr_nonnull(copy);
    good = auth_info_key(copy, fingerprint);
    free(copy);
    return good;
}

static bool same(const char *a, const char *b) {
    unsigned char one[AUTH_INFO_BYTES], two[AUTH_INFO_BYTES];

    ck_assert_msg(key_of(a, one), "%s", a);
    ck_assert_msg(key_of(b, two), "%s", b);
    return memcmp(one, two, sizeof one) == 0;
}

static const char *const keys[] = {
    "publickey " ED "\n",
    "publickey " EC "\n",
    "publickey " CERT "\n",
    "publickey " SK "\n",
    "publickey " ED "\npublickey " EC "\n",
    "publickey " EC "\npublickey " ED "\n",
};

START_TEST(each_key_is_another_factor) {
    for (int i = 0; i < SUPPORT_COUNT(keys); i++)
        ck_assert_int_eq(same(keys[_i], keys[i]), i == _i);
}
END_TEST

static const struct {
    const char *text, *as;
} likes[] = {
    /* other factors change nothing */
    {"password\npublickey " ED "\n", "publickey " ED "\n"},
    {"publickey " ED "\nkeyboard-interactive/pam\n", "publickey " ED "\n"},
    {"hostbased " EC " client user \"x\", client host \"y\"\npublickey " ED "\n",
     "publickey " ED "\n"},
    /* a token counts its signatures: that is no other token */
    {"publickey " SK " signature count = 17\n", "publickey " SK "\n"},
    {"publickey " SK " signature count = 4294967295\n", "publickey " SK "\n"},
};

START_TEST(what_is_no_key_makes_no_difference_to_a_key) {
    ck_assert(same(likes[_i].text, likes[_i].as));
}
END_TEST

static const char *const none[] = {
    "",
    "\n",
    "password\n",
    "keyboard-interactive/pam\n",
    "gssapi-with-mic lisi@EXAMPLE.COM\n",
    "hostbased " ED " client user \"lisi\", client host \"publickey " ED "\"\n",
    "none\n",
    "publickey\n",
    "publickey \n",
    "publickey " ED, /* no end of line */
    "publickey " ED "\r\n",
    " publickey " ED "\n",
    "publickey  " ED "\n",
    "publickey " ED " \n",
    "publickey " ED " comment\n",
    "publickey " ED " signature count = 1\n", /* no token */
    "publickey " SK " signature count = \n",
    "publickey " SK " signature count = x\n",
    "publickey " SK " signature count = 12345678901\n",
    "publickey " SK " signature count = 1 2\n",
    "publickey\t" ED "\n",
    "Publickey " ED "\n",
    "publickey/x " ED "\n",
    "publickeys " ED "\n",
    "public " ED "\n",
    "publickey ssh-ed25519\n",
    "publickey ssh-ed25519 \n",
    "publickey ssh-ed25519 AAAA\n",
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n", /* the type and nothing more */
    "publickey ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==\n",
    "publickey ssh-ed2551 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n",
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=A\n",
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB==\n", /* bits behind the last byte */
    "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=\n",
    "publickey ssh-ed25519 =AAAC3NzaC1lZDI1NTE5AAAAIA==\n",
    "publickey ssh-ed25519 ====\n",
    "publickey ssh-ed25519 AAAAC3Nz\xE5\xBC\xA0\n",
    "publickey " ED "\npublickey " ED "x\n", /* one of them is not understood */
    "publickey " ED "\n\n",
    "publickey " ED "\n password\n",
    "publickey " ED "\npassword",
};

START_TEST(anything_else_is_no_factor) {
    unsigned char fingerprint[AUTH_INFO_BYTES], before[AUTH_INFO_BYTES];

    memset(fingerprint, 0x5A, sizeof fingerprint);
    memcpy(before, fingerprint, sizeof before);
    ck_assert_msg(!key_of(none[_i], fingerprint), "%s", none[_i]);
    ck_assert_int_eq(memcmp(fingerprint, before, sizeof before), 0);
}
END_TEST

START_TEST(what_is_cut_is_no_factor) {
    unsigned char fingerprint[AUTH_INFO_BYTES];
    size_t len = strlen(keys[_i]);

    for (size_t cut = 0; cut < len; cut++) {
        char *copy = strndup(keys[_i], cut);
        bool whole_line = cut > 0 && copy[cut - 1] == '\n';

        ck_assert_ptr_nonnull(copy);
        ck_assert_msg(auth_info_key(copy, fingerprint) == whole_line, "%s", copy);
        free(copy);
    }
}
END_TEST

/* Never the same factor, if one at all. */
START_TEST(one_other_byte_is_never_the_same_factor) {
    unsigned char right[AUTH_INFO_BYTES], other[AUTH_INFO_BYTES];
    size_t len = strlen(keys[_i]);

    ck_assert(key_of(keys[_i], right));
    for (size_t at = 0; at < len; at++) {
        for (int byte = 1; byte < 256; byte += byte < 0x7F ? 1 : 16) {
            char *copy = strdup(keys[_i]);

            ck_assert_ptr_nonnull(copy);
            copy[at] = (char)byte;
            if (copy[at] != keys[_i][at] && auth_info_key(copy, other))
                ck_assert_msg(memcmp(right, other, sizeof right) != 0, "%s", copy);
            free(copy);
        }
    }
}
END_TEST

/* As long as the wire allows. */
START_TEST(a_long_key_is_one_and_a_longer_one_is_none) {
    static char text[8200];
    unsigned char fingerprint[AUTH_INFO_BYTES];

    for (int i = 0; i < 2; i++) {
        size_t base = i == 0 ? 4096 : 4100, used;

        used = (size_t)snprintf(text, sizeof text, "publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5");
        memset(text + used, 'A', base - 20);
        (void)snprintf(text + used + base - 20, 2, "\n");
        ck_assert_int_eq(auth_info_key(text, fingerprint), i == 0);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("auth_info");
    TCase *t = tcase_create("auth_info");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, each_key_is_another_factor, 0, SUPPORT_COUNT(keys));
    tcase_add_loop_test(t, what_is_no_key_makes_no_difference_to_a_key, 0, SUPPORT_COUNT(likes));
    tcase_add_loop_test(t, anything_else_is_no_factor, 0, SUPPORT_COUNT(none));
    tcase_add_loop_test(t, what_is_cut_is_no_factor, 0, SUPPORT_COUNT(keys));
    tcase_add_loop_test(t, one_other_byte_is_never_the_same_factor, 0, SUPPORT_COUNT(keys));
    tcase_add_test(t, a_long_key_is_one_and_a_longer_one_is_none);
    suite_add_tcase(s, t);
    return s;
}
