/* One code never serves two logins. */
#include "helper/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

static struct codes *codes;

static void setup(void) {
    codes = codes_new();
    ck_assert_ptr_nonnull(codes);
}

static void teardown(void) {
    codes_free(codes);
}

static bool claim(const char *code, int64_t now_ms) {
    return codes_claim(codes, code, strlen(code), now_ms);
}

static void release(const char *code) {
    codes_release(codes, code, strlen(code));
}

START_TEST(a_code_is_claimed_once) {
    ck_assert(claim("CODE", 1000));
    ck_assert(!claim("CODE", 1000));
    ck_assert(!claim("CODE", 2000));
    ck_assert(claim("CODF", 1000));
    ck_assert(claim("code", 1000)); /* case counts */
    ck_assert(claim("COD", 1000));
    ck_assert(claim("CODE ", 1000));
}
END_TEST

START_TEST(a_released_code_may_be_claimed_again) {
    ck_assert(claim("A", 0));
    ck_assert(claim("B", 0));
    release("A");
    ck_assert(claim("A", 0));
    ck_assert(!claim("A", 0));
    ck_assert(!claim("B", 0));
    release("never claimed");
    release("A");
    release("A");
    ck_assert(claim("A", 0));
    ck_assert(!claim("A", 0));
}
END_TEST

START_TEST(a_claim_lasts_ten_minutes) {
    ck_assert(claim("A", 5000));
    ck_assert(!claim("A", 5000 + CODES_KEPT_MS - 1));
    ck_assert(claim("A", 5000 + CODES_KEPT_MS));
    ck_assert(!claim("A", 5000 + CODES_KEPT_MS + 1)); /* it began anew */
    ck_assert(!claim("A", 5000 + 2 * CODES_KEPT_MS - 1));
    ck_assert(claim("A", 5000 + 2 * CODES_KEPT_MS));
}
END_TEST

START_TEST(a_refused_claim_does_not_last_longer) {
    ck_assert(claim("A", 0));
    ck_assert(!claim("A", CODES_KEPT_MS - 1));
    ck_assert(claim("A", CODES_KEPT_MS));
}
END_TEST

START_TEST(bytes_count_up_to_the_length_that_was_given) {
    ck_assert(codes_claim(codes, "ABC", 2, 0));
    ck_assert(!codes_claim(codes, "ABD", 2, 0));
    ck_assert(codes_claim(codes, "ABD", 3, 0));
    ck_assert(codes_claim(codes, "A\0B", 3, 0));
    ck_assert(codes_claim(codes, "A\0C", 3, 0));
    ck_assert(codes_claim(codes, "", 0, 0));
    ck_assert(!codes_claim(codes, "", 0, 0));
}
END_TEST

static const char *name(unsigned int i) {
    static char text[32];

    (void)snprintf(text, sizeof text, "code-%u", i);
    return text;
}

/* 16384 codes in as many buckets: a third shares its bucket with others. */
START_TEST(as_many_as_there_is_room_for_are_kept_and_then_the_oldest_goes) {
    for (unsigned int i = 0; i < CODES_MOST; i++)
        ck_assert(claim(name(i), i));
    for (unsigned int i = 0; i < CODES_MOST; i++)
        ck_assert(!claim(name(i), CODES_MOST));
    ck_assert(claim("one more", CODES_MOST));
    for (unsigned int i = 1; i < CODES_MOST; i++)
        ck_assert(!claim(name(i), CODES_MOST));
    ck_assert(!claim("one more", CODES_MOST));
    ck_assert(claim(name(0), CODES_MOST)); /* the oldest had gone; now the second goes */
    ck_assert(!claim(name(2), CODES_MOST));
    ck_assert(claim(name(1), CODES_MOST));
}
END_TEST

/* The same in the most naive way: a list of all claims in their order. */
struct model {
    unsigned int code;
    int64_t at_ms;
    bool live;
};

enum { STEPS = 60000, NAMES = 20000 };

START_TEST(a_random_history_agrees_with_a_naive_model) {
    struct model *model = calloc(STEPS, sizeof *model);
    /* the last claim of each name, plus one */
    unsigned int *last = calloc(NAMES, sizeof *last), claims = 0;
    uint64_t random = 88172645463325252u + (uint64_t)_i * 7919;
    int64_t now_ms = 0;

    ck_assert(model != NULL && last != NULL);
    for (unsigned int step = 0; step < STEPS; step++) {
        unsigned int code;
        struct model *m;
        bool live;

        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        /* few names, so that they come again; or many, so that old claims are pushed out */
        code = (unsigned int)(random >> 20) % (_i == 0 ? 50 : NAMES);
        m = last[code] > 0 ? &model[last[code] - 1] : NULL;
        live = m != NULL && m->live && now_ms - m->at_ms < CODES_KEPT_MS &&
               claims - last[code] < CODES_MOST;
        if (random % 8 == 0) {
            release(name(code));
            if (m != NULL)
                m->live = false;
        } else {
            ck_assert_msg(claim(name(code), now_ms) == !live, "step %u, code %u", step, code);
            if (!live) {
                model[claims] = (struct model){.code = code, .at_ms = now_ms, .live = true};
                last[code] = ++claims;
            }
        }
        now_ms += (int64_t)(random >> 40) % (_i == 2 ? 60 : _i == 0 ? 60000 : 2);
    }
    free(model);
    free(last);
}
END_TEST

START_TEST(two_tables_do_not_share_claims_and_none_is_freed_gladly) {
    struct codes *other = codes_new();

    ck_assert(claim("A", 0));
    ck_assert(codes_claim(other, "A", 1, 0));
    codes_free(other);
    codes_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("codes");
    TCase *t = tcase_create("codes");

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_code_is_claimed_once);
    tcase_add_test(t, a_released_code_may_be_claimed_again);
    tcase_add_test(t, a_claim_lasts_ten_minutes);
    tcase_add_test(t, a_refused_claim_does_not_last_longer);
    tcase_add_test(t, bytes_count_up_to_the_length_that_was_given);
    tcase_add_test(t, as_many_as_there_is_room_for_are_kept_and_then_the_oldest_goes);
    tcase_add_loop_test(t, a_random_history_agrees_with_a_naive_model, 0, 3);
    tcase_add_test(t, two_tables_do_not_share_claims_and_none_is_freed_gladly);
    suite_add_tcase(s, t);
    return s;
}
