/* Recovery codes: their form, what is kept of them, whose they are. */
#include "helper/recovery.h"

#include <stdio.h>
#include <string.h>

#include "common/names.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

#define ID1 "aaaaaaaaaaaaaaaaaaaaaaaaab"
#define ID2 "aaaaaaaaaaaaaaaaaaaaaaaaac"

static char codes[WECOM_RECOVERY_CODES][RECOVERY_TEXT_BYTES];
static struct store_recovery kept[WECOM_RECOVERY_CODES];
static char symbols[WECOM_RECOVERY_SYMBOLS + 1];

static void draw(void) {
    ck_assert(recovery_draw(ID1, codes, kept));
}

/* Its symbols, read as they would be typed. */
static const char *read_code(const char *code) {
    ck_assert_msg(name_recovery_symbols(code, strlen(code), symbols), "%s", code);
    return symbols;
}

START_TEST(codes_look_as_they_are_said_to) {
    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
        char row[3];

        (void)snprintf(row, sizeof row, "%02u", i + 1);
        ck_assert_uint_eq(strlen(codes[i]), 22);
        ck_assert_int_eq(strncmp(codes[i], row, 2), 0);
        for (size_t at = 2; at < 22; at += 5)
            ck_assert_int_eq(codes[i][at], '-');
        ck_assert_uint_eq(strcspn(codes[i], "ILOUabcdefghijklmnopqrstuvwxyz"), 22);
        ck_assert(!name_is_code(codes[i], 22) && !name_is_pin(codes[i], 22));
        ck_assert_uint_eq(recovery_row(read_code(codes[i])), i + 1);
    }
}
END_TEST

START_TEST(a_code_fits_its_account_and_row_only) {
    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
        ck_assert(recovery_fits(ID1, read_code(codes[i]), &kept[i]));
        ck_assert(!recovery_fits(ID2, symbols, &kept[i]));
        ck_assert(!recovery_fits("", symbols, &kept[i]));
        ck_assert(!recovery_fits(ID1, symbols, NULL));
        ck_assert(!recovery_fits(ID1, symbols, &kept[(i + 1) % WECOM_RECOVERY_CODES]));
    }
}
END_TEST

START_TEST(one_other_symbol_does_not_fit) {
    (void)read_code(codes[0]);
    for (size_t at = 2; at < WECOM_RECOVERY_SYMBOLS; at++) {
        char before = symbols[at];

        for (const char *c = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; *c != '\0'; c++) {
            symbols[at] = *c;
            ck_assert(recovery_fits(ID1, symbols, &kept[0]) == (*c == before));
        }
        symbols[at] = before;
    }
}
END_TEST

/* Nothing is kept from which the code could be read, and the same code would be kept otherwise. */
START_TEST(what_is_kept_is_salted_and_not_the_code) {
    struct store_recovery damaged = kept[0];

    for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
        ck_assert_uint_eq(strspn(kept[i].salt, "0123456789abcdef"), 64);
        ck_assert_uint_eq(strspn(kept[i].digest, "0123456789abcdef"), 64);
        for (unsigned int j = 0; j < i; j++) {
            ck_assert_str_ne(kept[i].salt, kept[j].salt);
            ck_assert_str_ne(kept[i].digest, kept[j].digest);
            ck_assert_str_ne(codes[i] + 3, codes[j] + 3);
        }
    }
    memset(damaged.salt, 'z', 64); /* no hex at all */
    ck_assert(!recovery_fits(ID1, read_code(codes[0]), &damaged));
    memset(damaged.salt, 0, sizeof damaged.salt);
    ck_assert(!recovery_fits(ID1, symbols, &damaged));
}
END_TEST

/* 80 random bits: each symbol occurs, none too often, in 2,000 codes of 16 symbols (1,000 each). */
START_TEST(every_symbol_has_the_same_chance) {
    unsigned int seen[128] = {0};

    for (int n = 0; n < 200; n++) {
        draw();
        for (unsigned int i = 0; i < WECOM_RECOVERY_CODES; i++) {
            for (const char *c = codes[i] + 3; *c != '\0'; c++)
                seen[(unsigned char)*c]++;
        }
    }
    for (const char *c = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; *c != '\0'; c++)
        ck_assert_msg(seen[(unsigned char)*c] > 800 && seen[(unsigned char)*c] < 1200, "%c: %u", *c,
                      seen[(unsigned char)*c]);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("recovery");
    TCase *t = tcase_create("recovery");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, draw, NULL);
    tcase_add_test(t, codes_look_as_they_are_said_to);
    tcase_add_test(t, a_code_fits_its_account_and_row_only);
    tcase_add_test(t, one_other_symbol_does_not_fit);
    tcase_add_test(t, what_is_kept_is_salted_and_not_the_code);
    tcase_add_test(t, every_symbol_has_the_same_chance);
    suite_add_tcase(s, t);
    return s;
}
