/* The sentences for people. */
#include "tools/texts.h"

#include "tests/tools/support.h"

static unsigned int places_of(const char *text) {
    unsigned int places = 0;

    for (; *text != '\0'; text++) {
        if (text[0] == '{' && text[1] >= '1' && text[1] <= '9' && text[2] == '}')
            places |= 1u << (text[1] - '0');
    }
    return places;
}

START_TEST(both_languages_are_there_and_have_the_same_places) {
    const char *en = texts_get((enum texts_id)_i, TEXTS_EN);
    const char *zh = texts_get((enum texts_id)_i, TEXTS_ZH);

    ck_assert_str_ne(en, "");
    ck_assert_str_ne(zh, "");
    ck_assert_msg(places_of(en) == places_of(zh), "%s / %s", en, zh);
    for (const char *c = en; *c != '\0'; c++)
        ck_assert_msg((unsigned char)*c < 0x80, "%s", en);
}
END_TEST

START_TEST(a_sentence_has_one_line_for_each_language) {
    char out[TEXTS_MAX_BYTES];
    const char *const *words = TEXTS_WORDS("--x");

    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_UNKNOWN_OPTION, TEXTS_EN, words),
                     "unknown option --x");
    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_UNKNOWN_OPTION, TEXTS_ZH, words),
                     "未知选项 --x");
    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_UNKNOWN_OPTION, TEXTS_BOTH, words),
                     "未知选项 --x\nunknown option --x");
    ck_assert_str_eq(texts_label(out, sizeof out, TEXT_NONE, TEXTS_BOTH), "无 none");
    ck_assert_str_eq(texts_label(out, sizeof out, TEXT_NONE, TEXTS_ZH), "无");
}
END_TEST

START_TEST(a_place_without_a_word_stays) {
    char out[TEXTS_MAX_BYTES];

    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_OPTION_NOT_HERE, TEXTS_EN, TEXTS_WORDS("a")),
                     "a does not go with {2}");
    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_OPTION_NOT_HERE, TEXTS_EN, NULL),
                     "{1} does not go with {2}");
}
END_TEST

START_TEST(words_are_not_read_for_places_and_are_cleaned) {
    char out[TEXTS_MAX_BYTES];

    ck_assert_str_eq(texts_say(out, sizeof out, TEXT_OPTION_NOT_HERE, TEXTS_EN,
                               TEXTS_WORDS("{2}", "\033[31m\xE2\x80\xAEx\xFF")),
                     "{2} does not go with [31mx");
}
END_TEST

START_TEST(what_does_not_fit_is_cut_as_a_whole_character) {
    for (size_t bytes = 1; bytes < 32; bytes++) {
        char *out = malloc(bytes);
        size_t len;

        ck_assert_ptr_nonnull(out);
        (void)texts_say(out, bytes, TEXT_NONE, TEXTS_BOTH, NULL);
        len = strlen(out);
        ck_assert_uint_lt(len, bytes);
        ck_assert_int_eq(strncmp("无\nnone", out, len), 0);
        ck_assert(len != 1 && len != 2); /* half of the last character */
        free(out);
    }
}
END_TEST

START_TEST(three_words_name_a_language) {
    enum texts_lang lang = TEXTS_BOTH;

    ck_assert(texts_lang_of("zh", &lang));
    ck_assert_int_eq(lang, TEXTS_ZH);
    ck_assert(texts_lang_of("en", &lang));
    ck_assert_int_eq(lang, TEXTS_EN);
    ck_assert(texts_lang_of("both", &lang));
    ck_assert_int_eq(lang, TEXTS_BOTH);
    lang = TEXTS_ZH;
    ck_assert(!texts_lang_of("", &lang));
    ck_assert(!texts_lang_of("ZH", &lang));
    ck_assert(!texts_lang_of("zh_CN", &lang));
    ck_assert_int_eq(lang, TEXTS_ZH);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("texts");
    TCase *tc = new_case(s, "texts", 10);

    tcase_add_loop_test(tc, both_languages_are_there_and_have_the_same_places, 0, TEXTS_COUNT);
    tcase_add_test(tc, a_sentence_has_one_line_for_each_language);
    tcase_add_test(tc, a_place_without_a_word_stays);
    tcase_add_test(tc, words_are_not_read_for_places_and_are_cleaned);
    tcase_add_test(tc, what_does_not_fit_is_cut_as_a_whole_character);
    tcase_add_test(tc, three_words_name_a_language);
    return s;
}
