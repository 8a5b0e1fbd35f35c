/* Verdicts and reasons between their constants and their words, and the document that lists them.
 */
#include "common/words.h"

#include <limits.h>

#include "tests/check_main.h"
#include "tests/common/document.h"

/* The three vocabularies, through one pair of functions each. */
struct entry {
    int constant;
    const char *word;
};

#define X(constant, word) {WECOM_VERDICT_##constant, word},
static const struct entry verdicts[] = {WECOM_VERDICTS(X)};
#undef X
#define X(constant, word) {WECOM_ACCOUNT_##constant, word},
static const struct entry accounts[] = {WECOM_ACCOUNT_VERDICTS(X)};
#undef X
#define X(constant, word) {WECOM_REASON_##constant, word},
static const struct entry reasons[] = {WECOM_REASONS(X)};
#undef X

static const char *verdict_word(int c) {
    return words_verdict((enum wecom_verdict)c);
}
static const char *account_word(int c) {
    return words_account((enum wecom_account)c);
}
static const char *reason_word(int c) {
    return words_reason((enum wecom_reason)c);
}
static int to_verdict(const char *word) {
    return (int)words_to_verdict(word);
}
static int to_account(const char *word) {
    return (int)words_to_account(word);
}
static int to_reason(const char *word) {
    return (int)words_to_reason(word);
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct {
    const char *heading;
    const struct entry *entries;
    size_t count;
    const char *(*word)(int);
    int (*constant)(const char *);
} vocabularies[] = {
    {"### Verdicts", verdicts, COUNT(verdicts), verdict_word, to_verdict},
    {"### Account verdicts", accounts, COUNT(accounts), account_word, to_account},
    {"### Reasons", reasons, COUNT(reasons), reason_word, to_reason},
};

START_TEST(every_word_comes_back_as_its_constant) {
    for (size_t i = 0; i < vocabularies[_i].count; i++) {
        const struct entry *e = &vocabularies[_i].entries[i];

        ck_assert_int_ne(e->constant, 0);
        ck_assert_str_eq(vocabularies[_i].word(e->constant), e->word);
        ck_assert_int_eq(vocabularies[_i].constant(e->word), e->constant);
    }
}
END_TEST

START_TEST(any_other_word_is_the_zero_constant) {
    static const char *const others[] = {"",       "x",        "none",     "yes",       "GRANTED",
                                         "grante", "granted ", " granted", "granted\n", "valid\n",
                                         "VALID",  "0",        "1",        "ok"};
    char near[64];

    ck_assert_int_eq(vocabularies[_i].constant(NULL), 0);
    for (size_t i = 0; i < COUNT(others); i++)
        ck_assert_int_eq(vocabularies[_i].constant(others[i]), 0);
    for (size_t i = 0; i < vocabularies[_i].count; i++) {
        const char *word = vocabularies[_i].entries[i].word;

        for (size_t len = 0; len < strlen(word); len++) { /* every prefix */
            (void)snprintf(near, sizeof near, "%.*s", (int)len, word);
            ck_assert_int_eq(vocabularies[_i].constant(near), 0);
        }
        (void)snprintf(near, sizeof near, "%sx", word);
        ck_assert_int_eq(vocabularies[_i].constant(near), 0);
    }
}
END_TEST

START_TEST(a_constant_that_has_no_word_is_the_empty_one) {
    ck_assert_str_eq(vocabularies[_i].word(0), "");
    ck_assert_str_eq(vocabularies[_i].word((int)vocabularies[_i].count + 1), "");
    ck_assert_str_eq(vocabularies[_i].word(INT_MAX), "");
    ck_assert_str_eq(vocabularies[_i].word(-1), "");
}
END_TEST

START_TEST(zeroed_memory_says_neither_granted_nor_valid) {
    ck_assert_int_eq(WECOM_VERDICT_NONE, 0);
    ck_assert_int_ne(WECOM_VERDICT_GRANTED, 0);
    ck_assert_int_ne(WECOM_ACCOUNT_VALID, 0);
    ck_assert_int_eq(WECOM_REASON_COUNT, COUNT(reasons) + 1);
}
END_TEST

START_TEST(the_words_are_those_of_the_document) {
    char *page = document_read(), *at = page, *cells[2];
    size_t i = 0;

    document_table(&at, vocabularies[_i].heading);
    for (; document_row(&at, cells, 2); i++) {
        ck_assert_msg(i < vocabularies[_i].count, "only the document has \"%s\"", cells[0]);
        ck_assert_str_eq(cells[0], vocabularies[_i].entries[i].word);
        ck_assert_str_ne(cells[1], "");
    }
    ck_assert_msg(i == vocabularies[_i].count, "the document lacks \"%s\"",
                  vocabularies[_i].entries[i].word);
    free(page);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("words");
    TCase *words = tcase_create("words");
    int count = COUNT(vocabularies);

    tcase_add_loop_test(words, every_word_comes_back_as_its_constant, 0, count);
    tcase_add_loop_test(words, any_other_word_is_the_zero_constant, 0, count);
    tcase_add_loop_test(words, a_constant_that_has_no_word_is_the_empty_one, 0, count);
    tcase_add_test(words, zeroed_memory_says_neither_granted_nor_valid);
    tcase_add_loop_test(words, the_words_are_those_of_the_document, 0, count);
    tcase_set_timeout(words, 60);
    suite_add_tcase(s, words);
    return s;
}
