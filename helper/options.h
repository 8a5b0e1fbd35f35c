/* The option table: every key of the configuration file is one row. Used by config.c only. */
#ifndef WECOM_HELPER_OPTIONS_H
#define WECOM_HELPER_OPTIONS_H

#include <stdbool.h>

#include "helper/config.h"

enum options_section {
    OPTIONS_HELPER,
    OPTIONS_APP,
    OPTIONS_WEB,
    OPTIONS_ACCOUNTS,
    OPTIONS_SERVICE
};

/* Required where another key of the same number stands in the same section: all of them, or none.
 */
enum { OPTIONS_TOGETHER = 2, OPTIONS_TOGETHER_TOO };

/* One key. `set` checks `value` and stores it at the row's place in `target` (the section's
 * structure); it answers NULL, or why not, as a sentence that says what to do.
 */
struct option {
    enum options_section section;
    const char *key;
    const char *fallback; /* as if it stood in the file; NULL: none */
    int required;         /* no (false), yes (true), or OPTIONS_TOGETHER... */
    const char *(*set)(const struct option *self, void *target, const char *value);
    size_t at, bytes; /* the place in the section's structure */
    /* Of a key that ends in a dot, such as "group.": takes what the file has behind the dot, before
     * `set` is called. Answers like `set`.
     */
    const char *(*name)(void *target, const char *name);
};

/* NULL when the section has no such key. A row whose key ends in a dot is found by its beginning.
 */
const struct option *options_find(enum options_section section, const char *key);

/* All rows, ended by one without a key. */
const struct option *options_all(void);

#endif
