/* Sentences for people, Chinese and English. */
#include "helper/texts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/words.h"
#include "tests/check_main.h"
#include "tests/helper/support.h"

START_TEST(every_reason_has_a_sentence_in_both_languages) {
    for (int reason = 1; reason < WECOM_REASON_COUNT; reason++) {
        const char *id = words_reason((enum wecom_reason)reason);

        ck_assert_str_ne(id, "");
        ck_assert_msg(texts_en(id) != NULL && texts_en(id)[0] != '\0', "%s", id);
        ck_assert_msg(texts_zh(id) != NULL && texts_zh(id)[0] != '\0', "%s", id);
        /* the id of the login, for the administrator's log */
        ck_assert_msg(strstr(texts_en(id), "{id}") != NULL, "%s", id);
        ck_assert_msg(strstr(texts_zh(id), "{id}") != NULL, "%s", id);
    }
}
END_TEST

START_TEST(sentences_of_reasons_fit_into_a_message) {
    for (int reason = 1; reason < WECOM_REASON_COUNT; reason++) {
        char message[1024];

        texts_fill(message, sizeof message, CONFIG_LANG_BOTH,
                   words_reason((enum wecom_reason)reason), "abcdefgh", NULL);
        ck_assert_uint_lt(strlen(message), sizeof message - 1);
        ck_assert(text_is_utf8(message, strlen(message)));
        ck_assert_ptr_nonnull(strchr(message, '\n'));
        ck_assert_ptr_nonnull(strstr(message, "abcdefgh"));
        ck_assert_ptr_null(strchr(message, '{'));
    }
}
END_TEST

/* "cure_...", "refused_...", "note_..." and prompts as they stand between quotes in a source. */
static int check_source(const char *path) {
    FILE *file = fopen(path, "re");
    char line[512];
    int found = 0;

    ck_assert_msg(file != NULL, "%s: run this from the root of the repository", path);
    while (fgets(line, sizeof line, file) != NULL) {
        for (char *at = line; (at = strpbrk(at, "\"")) != NULL;) {
            char *word = ++at, *end = strchr(word, '"');
            char text[1024];

            if (end == NULL)
                break;
            *end = '\0';
            at = end + 1;
            if ((strncmp(word, "cure_", 5) != 0 && strncmp(word, "prompt_", 7) != 0 &&
                 strncmp(word, "refused_", 8) != 0 && strncmp(word, "note_", 5) != 0 &&
                 strncmp(word, "set_app_", 8) != 0 && strncmp(word, "handed_cure_", 12) != 0 &&
                 strcmp(word, "no_keys") != 0 && strcmp(word, "code_lost") != 0) ||
                strcmp(word, "cure_zh") == 0 || strcmp(word, "refused_") == 0)
                continue;
            ck_assert_msg(texts_en(word) != NULL && texts_zh(word) != NULL, "%s: %s", path, word);
            texts_fill(text, sizeof text, CONFIG_LANG_BOTH, word, "abcdefgh", "203.0.113.7");
            ck_assert_uint_lt(strlen(text), sizeof text - 1);
            found++;
        }
    }
    (void)fclose(file);
    return found;
}

static int is_source(const struct dirent *entry) {
    size_t len = strlen(entry->d_name);

    return len > 2 && strcmp(entry->d_name + len - 2, ".c") == 0;
}

START_TEST(every_text_that_the_program_names_is_there) {
    static const char *const folders[] = {"helper", "helper/wecom"};
    int found = 0;

    for (size_t i = 0; i < 2; i++) {
        struct dirent **list = NULL;
        int count = scandir(folders[i], &list, is_source, alphasort);

        ck_assert_int_gt(count, 5);
        for (int j = 0; j < count; j++) {
            char path[512];

            (void)snprintf(path, sizeof path, "%s/%s", folders[i], list[j]->d_name);
            found += check_source(path);
            free(list[j]);
        }
        free(list);
    }
    ck_assert_int_gt(found, 40);
}
END_TEST

START_TEST(a_text_comes_in_the_language_that_is_asked_for) {
    char en[512], zh[512], both[1024], want[1100];

    ck_assert_ptr_eq(texts_fill(en, sizeof en, CONFIG_LANG_EN, "cancelled", "k7", NULL), en);
    texts_fill(zh, sizeof zh, CONFIG_LANG_ZH, "cancelled", "k7", NULL);
    texts_fill(both, sizeof both, CONFIG_LANG_BOTH, "cancelled", "k7", NULL);
    ck_assert_str_eq(en, "The sign-in was cancelled. (ID k7)");
    ck_assert_str_ne(zh, en);
    (void)snprintf(want, sizeof want, "%s\n%s", zh, en);
    ck_assert_str_eq(both, want);
}
END_TEST

START_TEST(a_prompt_is_one_line) {
    char prompt[256], want[512];

    ck_assert_ptr_eq(texts_line(prompt, sizeof prompt, CONFIG_LANG_EN, "prompt_code"), prompt);
    (void)snprintf(want, sizeof want, "%s: ", texts_en("prompt_code"));
    ck_assert_str_eq(prompt, want);
    texts_line(prompt, sizeof prompt, CONFIG_LANG_ZH, "prompt_code");
    (void)snprintf(want, sizeof want, "%s: ", texts_zh("prompt_code"));
    ck_assert_str_eq(prompt, want);
    texts_line(prompt, sizeof prompt, CONFIG_LANG_BOTH, "prompt_code");
    (void)snprintf(want, sizeof want, "%s / %s: ", texts_zh("prompt_code"),
                   texts_en("prompt_code"));
    ck_assert_str_eq(prompt, want);
}
END_TEST

START_TEST(placeholders_are_replaced_and_nothing_else) {
    char text[1024];

    texts_fill(text, sizeof text, CONFIG_LANG_EN, "cure_ip", "ID", "203.0.113.7");
    ck_assert_ptr_nonnull(strstr(text, "Add the address 203.0.113.7 to"));
    texts_fill(text, sizeof text, CONFIG_LANG_EN, "cure_ip", "ID", NULL);
    ck_assert_ptr_nonnull(strstr(text, "Add the address  to"));
    texts_fill(text, sizeof text, CONFIG_LANG_EN, "cancelled", NULL, NULL);
    ck_assert_str_eq(text, "The sign-in was cancelled. (ID )");
    /* what is put in is not looked into */
    texts_fill(text, sizeof text, CONFIG_LANG_EN, "cancelled", "{id}{ip}%s", "x");
    ck_assert_str_eq(text, "The sign-in was cancelled. (ID {id}{ip}%s)");
}
END_TEST

START_TEST(words_go_into_their_places) {
    static const char *const words[] = {"one", "{2}", "%s", NULL};
    char text[256];

    texts_words(text, sizeof text, CONFIG_LANG_EN, "refused_not_held", words);
    ck_assert_str_eq(text, "one is not held (its state: {2}), so there is nobody to readmit.");
    texts_words(text, sizeof text, CONFIG_LANG_EN, "refused_not_held",
                (const char *const[]){"one", NULL});
    ck_assert_str_eq(text, "one is not held (its state: {2}), so there is nobody to readmit.");
    texts_words(text, sizeof text, CONFIG_LANG_EN, "refused_not_held", NULL);
    ck_assert_str_eq(text, "{1} is not held (its state: {2}), so there is nobody to readmit.");
    texts_words(text, sizeof text, CONFIG_LANG_BOTH, "refused_userid_form",
                (const char *const[]){"x/y", NULL});
    ck_assert_ptr_nonnull(strstr(text, "x/y 不能是"));
    ck_assert_ptr_nonnull(strstr(text, "\nx/y cannot"));
}
END_TEST

/* What the words stand for is the same in both languages. */
START_TEST(both_languages_have_the_same_places) {
    FILE *file = fopen("po/en.po", "re");
    char line[2048], id[64];

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "msgid \"", 7) != 0)
            continue;
        (void)snprintf(id, sizeof id, "%.*s", (int)strcspn(line + 7, "\""), line + 7);
        if (strncmp(id, "web_", 4) == 0) { /* wecom-web's own, which has no places */
            ck_assert_ptr_null(texts_en(id));
            ck_assert_ptr_null(strchr(line, '{'));
            continue;
        }
        for (char place[] = "{1}"; place[1] <= '9' && id[0] != '\0'; place[1]++)
            ck_assert_msg((strstr(texts_en(id), place) != NULL) ==
                              (strstr(texts_zh(id), place) != NULL),
                          "%s: %s", id, place);
    }
    (void)fclose(file);
}
END_TEST

START_TEST(an_unknown_text_is_empty) {
    char text[16] = "before";

    ck_assert_ptr_null(texts_en("no_such_text"));
    ck_assert_ptr_null(texts_zh(NULL));
    ck_assert_ptr_null(texts_en(""));
    ck_assert_str_eq(texts_fill(text, sizeof text, CONFIG_LANG_BOTH, NULL, "a", "b"), "");
    ck_assert_str_eq(texts_fill(text, sizeof text, CONFIG_LANG_BOTH, "nothing", "a", "b"), "");
    ck_assert_str_eq(texts_line(text, sizeof text, CONFIG_LANG_BOTH, "nothing"), "");
}
END_TEST

START_TEST(what_does_not_fit_is_cut_at_a_character) {
    static const enum config_lang langs[] = {CONFIG_LANG_BOTH, CONFIG_LANG_ZH, CONFIG_LANG_EN};
    char whole[1024];
    size_t len;

    texts_fill(whole, sizeof whole, langs[_i], "code_invalid", "abcdefgh", NULL);
    len = strlen(whole);
    for (size_t bytes = 1; bytes <= len + 1; bytes++) {
        char *out = malloc(bytes); /* of exactly this size, so that a write beyond it is seen */

        ck_assert_ptr_nonnull(out);
        texts_fill(out, bytes, langs[_i], "code_invalid", "abcdefgh", NULL);
        ck_assert_uint_lt(strlen(out), bytes);
        ck_assert_uint_gt(strlen(out) + 4, bytes - 1);
        ck_assert(strncmp(out, whole, strlen(out)) == 0);
        ck_assert(text_is_utf8(out, strlen(out)));
        ck_assert((strcmp(out, whole) == 0) == (bytes == len + 1));
        texts_line(out, bytes, langs[_i], "prompt_code");
        ck_assert(text_is_utf8(out, strlen(out)));
        free(out);
    }
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("texts");
    TCase *t = tcase_create("texts");

    tcase_add_test(t, every_reason_has_a_sentence_in_both_languages);
    tcase_add_test(t, sentences_of_reasons_fit_into_a_message);
    tcase_add_test(t, every_text_that_the_program_names_is_there);
    tcase_add_test(t, a_text_comes_in_the_language_that_is_asked_for);
    tcase_add_test(t, a_prompt_is_one_line);
    tcase_add_test(t, placeholders_are_replaced_and_nothing_else);
    tcase_add_test(t, words_go_into_their_places);
    tcase_add_test(t, both_languages_have_the_same_places);
    tcase_add_test(t, an_unknown_text_is_empty);
    tcase_add_loop_test(t, what_does_not_fit_is_cut_at_a_character, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
