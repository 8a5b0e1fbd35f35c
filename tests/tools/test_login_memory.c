/* Memory that is wiped when it goes. */
#include "tools/login_memory.h"

#include <stdint.h>

#include "tests/tools/support.h"

START_TEST(memory_is_aligned_and_usable_to_its_last_byte) {
    static const size_t sizes[] = {0, 1, 7, 16, 100, 65536};

    for (size_t i = 0; i < COUNT(sizes); i++) {
        unsigned char *memory = login_memory_new(sizes[i]);

        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        memset(memory, 0xA5, sizes[i]);
        login_memory_free(memory);
    }
    login_memory_free(NULL);
}
END_TEST

START_TEST(a_size_beyond_all_memory_is_none) {
    volatile size_t most = SIZE_MAX; /* hides the size from the compiler's own check */

    ck_assert_ptr_null(login_memory_new(most));
    ck_assert_ptr_null(login_memory_new(most - 8));
}
END_TEST

START_TEST(jansson_works_on_it) {
    json_malloc_t take;
    json_free_t release;
    json_t *object;

    login_memory_start();
    json_get_alloc_funcs(&take, &release);
    ck_assert(take == login_memory_new && release == login_memory_free);
    object = json_loads("{\"code\":\"abc\"}", 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(object, "code")), "abc");
    json_decref(object);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_memory");
    TCase *tc = new_case(s, "memory", 10);

    tcase_add_test(tc, memory_is_aligned_and_usable_to_its_last_byte);
    tcase_add_test(tc, a_size_beyond_all_memory_is_none);
    tcase_add_test(tc, jansson_works_on_it);
    return s;
}
