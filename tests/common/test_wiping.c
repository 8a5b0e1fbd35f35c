/* Memory that is wiped when it goes. */
#include "common/wiping.h"

#include <stdint.h>
#include <string.h>

#include "tests/check_main.h"
#include "tests/common/freed.h"

#define NEEDLE "needle-0123456789-needle"

START_TEST(memory_is_aligned_and_usable_to_its_last_byte) {
    static const size_t sizes[] = {0, 1, 7, 16, 100, 65536};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *memory = wiping_new(sizes[i]);

        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        memset(memory, 0xA5, sizes[i]);
        wiping_free(memory);
    }
    wiping_free(NULL);
}
END_TEST

START_TEST(a_size_beyond_all_memory_is_none) {
    volatile size_t most = SIZE_MAX; /* hides the size from the compiler's own check */
    char *kept = wiping_copy("kept");

    ck_assert_ptr_null(wiping_new(most));
    ck_assert_ptr_null(wiping_new(most - 8));
    ck_assert_ptr_null(wiping_new_zeroed(most, 2));
    ck_assert_ptr_null(wiping_new_zeroed(2, most));
    ck_assert_ptr_null(wiping_resize(kept, most));
    ck_assert_str_eq(kept, "kept");
    wiping_free(kept);
}
END_TEST

START_TEST(zeroed_memory_is_zero) {
    unsigned char *memory = wiping_new(64);

    memset(memory, 0xA5, 64);
    wiping_free(memory);
    memory = wiping_new_zeroed(16, 4);
    for (size_t i = 0; i < 64; i++)
        ck_assert_uint_eq(memory[i], 0);
    wiping_free(memory);
    memory = wiping_new_zeroed(0, 4);
    ck_assert_ptr_nonnull(memory);
    wiping_free(memory);
}
END_TEST

START_TEST(resizing_keeps_what_fits) {
    char *memory = wiping_resize(NULL, 4);

    memcpy(memory, "abc", 4);
    memory = wiping_resize(memory, 4096);
    ck_assert_str_eq(memory, "abc");
    memory = wiping_resize(memory, 2);
    ck_assert(memcmp(memory, "ab", 2) == 0);
    wiping_free(memory);
}
END_TEST

START_TEST(nothing_is_left_in_memory_that_goes) {
    char *memory;

    freed_watch(NEEDLE);
    memory = wiping_copy(NEEDLE);
    memory = wiping_resize(memory, 8192); /* the old piece goes here */
    ck_assert_str_eq(memory, NEEDLE);
    memory = wiping_resize(memory, sizeof NEEDLE);
    wiping_free(memory);
    ck_assert_uint_eq(freed_end(), 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("wiping");
    TCase *tc = tcase_create("wiping");

    tcase_add_test(tc, memory_is_aligned_and_usable_to_its_last_byte);
    tcase_add_test(tc, a_size_beyond_all_memory_is_none);
    tcase_add_test(tc, zeroed_memory_is_zero);
    tcase_add_test(tc, resizing_keeps_what_fits);
    tcase_add_test(tc, nothing_is_left_in_memory_that_goes);
    suite_add_tcase(s, tc);
    return s;
}
