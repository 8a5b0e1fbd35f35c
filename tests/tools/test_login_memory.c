/* What may have held the code is wiped. */
#include "tools/login_memory.h"

#include "common/wiping.h"
#include "tests/tools/support.h"

START_TEST(jansson_works_on_it) {
    json_malloc_t take;
    json_free_t release;
    json_t *object;

    login_memory_start();
    json_get_alloc_funcs(&take, &release);
    ck_assert(take == wiping_new && release == wiping_free);
    object = json_loads("{\"code\":\"abc\"}", 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(object, "code")), "abc");
    json_decref(object);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("login_memory");
    TCase *tc = new_case(s, "memory", 10);

    tcase_add_test(tc, jansson_works_on_it);
    return s;
}
