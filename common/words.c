/* Verdicts and reasons between their constants and their words on the wire. */
#include "common/words.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char *const verdicts[] = {
    "",
#define X(constant, word) word,
    WECOM_VERDICTS(X)
#undef X
};

static const char *const accounts[] = {
    "",
#define X(constant, word) word,
    WECOM_ACCOUNT_VERDICTS(X)
#undef X
};

static const char *const reasons[] = {
    "",
#define X(constant, word) word,
    WECOM_REASONS(X)
#undef X
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *word_of(const char *const *table, size_t count, size_t at) {
    return at < count ? table[at] : "";
}

static size_t find(const char *const *table, size_t count, const char *word) {
    for (size_t i = 1; word != NULL && i < count; i++) {
        if (strcmp(table[i], word) == 0)
            return i;
    }
    return 0;
}

const char *words_verdict(enum wecom_verdict verdict) {
    return word_of(verdicts, COUNT(verdicts), (size_t)verdict);
}

const char *words_account(enum wecom_account account) {
    return word_of(accounts, COUNT(accounts), (size_t)account);
}

const char *words_reason(enum wecom_reason reason) {
    return word_of(reasons, COUNT(reasons), (size_t)reason);
}

enum wecom_verdict words_to_verdict(const char *word) {
    return (enum wecom_verdict)find(verdicts, COUNT(verdicts), word);
}

enum wecom_account words_to_account(const char *word) {
    return (enum wecom_account)find(accounts, COUNT(accounts), word);
}

enum wecom_reason words_to_reason(const char *word) {
    return (enum wecom_reason)find(reasons, COUNT(reasons), word);
}
