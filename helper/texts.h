/* Sentences for people, Chinese and English: tables made from po/ when the helper is built. */
#ifndef WECOM_HELPER_TEXTS_H
#define WECOM_HELPER_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/config.h"

/* One language's text; NULL when there is none of that id. */
const char *texts_zh(const char *id);
const char *texts_en(const char *id);

/* Writes the text in the asked language, or Chinese, LF, English. "{id}" and "{ip}" are replaced by
 * the arguments (NULL: by nothing). Cut at a character where it does not fit. Returns `out`; an
 * unknown id gives "".
 */
char *texts_fill(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                 const char *id, const char *ip);

/* The same with other words: "{1}" to "{9}" are replaced by them. `words` ends with NULL; a place
 * without a word stays as it stands.
 */
char *texts_words(char *out, size_t bytes, enum config_lang lang, const char *text_id,
                  const char *const *words);

/* texts_fill with " / " instead of the LF, for prompts. */
char *texts_line(char *out, size_t bytes, enum config_lang lang, const char *text_id);

#endif
