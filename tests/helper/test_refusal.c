/* Why something is not done. */
#include "helper/refusal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

static const char *text_of(const json_t *row, const char *key) {
    const char *text = json_string_value(json_object_get(row, key));

    return text != NULL ? text : "";
}

START_TEST(a_refusal_is_a_row_in_both_languages_with_a_stable_word) {
    struct refusal r = {0};
    json_t *row;
    char text[REFUSAL_TEXT_BYTES];

    REFUSE(&r, "refused_not_held", "li\033[31msi", "active");
    ck_assert_str_eq(refusal_why(&r), "not_held");
    row = refusal_row(&r);
    ck_assert_str_eq(text_of(row, "kind"), "refusal");
    ck_assert_str_eq(text_of(row, "why"), "not_held");
    ck_assert_str_eq(text_of(row, "text"),
                     "li[31msi is not held (its state: active), so there is nobody to readmit.");
    ck_assert_ptr_nonnull(strstr(text_of(row, "text_zh"), "li[31msi 没有被保留"));
    ck_assert_ptr_null(json_object_get(row, "cure"));
    ck_assert_str_eq(refusal_english(&r, text, sizeof text), text_of(row, "text"));
    json_decref(row);
}
END_TEST

START_TEST(a_cure_stands_behind_it) {
    struct refusal r = {0};
    json_t *row;

    REFUSE(&r, "refused_wecom", "lisi", "60020");
    r.cure = "cure_ip";
    r.cure_ip = "203.0.113.7";
    row = refusal_row(&r);
    ck_assert_ptr_nonnull(strstr(text_of(row, "cure"), "203.0.113.7"));
    ck_assert_ptr_nonnull(strstr(text_of(row, "cure_zh"), "203.0.113.7"));
    json_decref(row);
}
END_TEST

START_TEST(long_words_are_cut_at_a_character) {
    char word[1000] = "";
    struct refusal r = {0};

    for (int i = 0; i < 300; i++)
        (void)strcat(word, "名");
    REFUSE(&r, "refused_not_held", word, "x");
    ck_assert_uint_lt(strlen(r.words[0]), REFUSAL_WORD_BYTES);
    ck_assert_uint_eq(strlen(r.words[0]) % 3, 0);
    REFUSE(&r, "refused_not_held", "1", "2", "3", "4", "5", "6");
    ck_assert_str_eq(r.words[3], "4");
    refusal_say(&r, "refused_no_uid", NULL);
    ck_assert_str_eq(r.words[0], "");
}
END_TEST

static char *read_all(const char *path) {
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    ck_assert_msg(file != NULL, "%s: run this from the root of the repository", path);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    (void)fclose(file);
    return text;
}

START_TEST(every_word_is_in_the_manual) {
    char *texts = read_all("po/en.po"), *manual = read_all("man/wecomctl.8");
    int found = 0;

    for (char *at = texts; (at = strstr(at, "msgid \"refused_")) != NULL; found++) {
        char word[64], entry[80];

        at += strlen("msgid \"refused_");
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "\""), at);
        (void)snprintf(entry, sizeof entry, "Ql %s ", word);
        if (strstr(manual, entry) == NULL)
            (void)snprintf(entry, sizeof entry, "Ql %s\n", word);
        ck_assert_msg(strstr(manual, entry) != NULL, "%s is not in the manual", word);
    }
    ck_assert_int_gt(found, 30);
    free(texts);
    free(manual);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("refusal");
    TCase *t = tcase_create("refusal");

    tcase_add_test(t, a_refusal_is_a_row_in_both_languages_with_a_stable_word);
    tcase_add_test(t, a_cure_stands_behind_it);
    tcase_add_test(t, long_words_are_cut_at_a_character);
    tcase_add_test(t, every_word_is_in_the_manual);
    suite_add_tcase(s, t);
    return s;
}
