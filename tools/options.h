/* Command lines as a table of options. Long names only, never abbreviated, each at most once;
 * values are not repeated in messages: they could be anything.
 */
#ifndef WECOM_TOOLS_OPTIONS_H
#define WECOM_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/texts.h"

/* One option: "--name", or "--name VALUE" and "--name=VALUE" where `is_fine` is set. */
struct option_rule {
    const char *name; /* with its dashes */
    bool (*is_fine)(const char *value);
    enum texts_id rule; /* what is_fine asks for, in words */
};

/* What is wrong: a sentence and its first two words. */
struct options_fault {
    enum texts_id text;
    enum texts_id rule; /* second word of OPTION_BAD_VALUE */
    const char *second; /* second word of others; NULL for none */
    char name[64];
};

/* The arguments that are no options; behind "--" all are such. */
struct options_words {
    const char **words;
    size_t most, count;
};

/* Reads argv[1..] by `rules`. values[i] is the value of rules[i], "" for an option that takes none,
 * NULL when it was not given. `words` gets the other arguments, at most so many as it has room for.
 * False: `fault` says what is wrong.
 */
bool options_read_words(const struct option_rule *rules, size_t count, char *const *argv,
                        const char **values, struct options_words *words,
                        struct options_fault *fault);

/* The same for at most one such argument, which goes to `operand`; NULL: none is taken. */
bool options_read(const struct option_rule *rules, size_t count, char *const *argv,
                  const char **values, const char **operand, struct options_fault *fault);

/* Writes the fault on standard error, and where help is to be had. Returns 2, the exit status. */
int options_complain(const char *program, const struct options_fault *fault, enum texts_lang lang);

/* Questions for is_fine: name_is_word of common/names.h, and these. */
bool options_is_user(const char *value);
bool options_is_rhost(const char *value);
bool options_is_socket(const char *value);
bool options_is_lang(const char *value);

#endif
