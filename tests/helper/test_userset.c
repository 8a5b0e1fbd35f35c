/* Sets of userids. */
#include "helper/userset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

START_TEST(case_does_not_count_and_nobody_is_there_twice) {
    struct userset *set = userset_new();
    bool added = false;

    ck_assert(userset_add(set, "ZhangSan", &added) && added);
    ck_assert(userset_add(set, "zhangsan", &added) && !added);
    ck_assert(userset_has(set, "ZHANGSAN"));
    ck_assert(!userset_has(set, "zhangsa"));
    ck_assert(!userset_has(set, "zhangsan1"));
    ck_assert(!userset_has(set, ""));
    ck_assert_uint_eq(userset_count(set), 1);
    userset_free(set);
}
END_TEST

START_TEST(a_hundred_thousand_are_found_again_and_come_out_once_each) {
    enum { MANY = 100000 };
    struct userset *set = userset_new();
    unsigned char *seen = calloc(MANY, 1);
    const char *userid;
    char name[65];
    size_t at = 0, found = 0;

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "User.%d@x", i);
        ck_assert(userset_add(set, name, NULL));
    }
    for (int i = 0; i < 2 * MANY; i++) {
        (void)snprintf(name, sizeof name, "uSER.%d@x", i);
        ck_assert(userset_has(set, name) == (i < MANY));
    }
    while ((userid = userset_next(set, &at)) != NULL) {
        long i = strtol(userid + strlen("user."), NULL, 10);

        ck_assert(i >= 0 && i < MANY && seen[i] == 0);
        seen[i] = 1;
        found++;
    }
    ck_assert_uint_eq(found, MANY);
    ck_assert_uint_eq(userset_count(set), MANY);
    free(seen);
    userset_free(set);
}
END_TEST

START_TEST(the_longest_userid_fits_and_a_longer_one_is_refused) {
    struct userset *set = userset_new();
    char name[66];

    memset(name, 'a', 65);
    name[65] = '\0';
    ck_assert(!userset_add(set, name, NULL));
    ck_assert(!userset_has(set, name));
    name[64] = '\0';
    for (int i = 0; i < 26; i++) {
        name[0] = (char)('a' + i);
        for (int j = 0; j < 26; j++) {
            name[1] = (char)('a' + j);
            ck_assert(userset_add(set, name, NULL));
            ck_assert(userset_has(set, name));
        }
    }
    ck_assert_uint_eq(userset_count(set), 26u * 26);
    userset_free(set);
    userset_free(NULL);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("userset");
    TCase *t = tcase_create("userset");

    tcase_add_test(t, case_does_not_count_and_nobody_is_there_twice);
    tcase_add_test(t, a_hundred_thousand_are_found_again_and_come_out_once_each);
    tcase_add_test(t, the_longest_userid_fits_and_a_longer_one_is_refused);
    suite_add_tcase(s, t);
    return s;
}
