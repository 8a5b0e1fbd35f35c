/* Values of rows as cells of a table for people. */
#ifndef WECOM_TOOLS_CTL_CELL_H
#define WECOM_TOOLS_CTL_CELL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/texts.h"

/* Room for one cell; a longer value is cut, bytes. */
enum { CTL_CELL_BYTES = 1024 };

/* Writes the value `key` of a row on one clean line: a text, a number, yes or no; "-" when it is
 * absent, null or empty. Returns `out`.
 */
char *ctl_cell(const json_t *row, const char *key, char *out, size_t bytes);

/* The number `key` of a row; -1 when it is absent or no number. */
int64_t ctl_number(const json_t *row, const char *key);

/* Prints a sentence of the table of texts, with these words in it (NULL: none), as lines. */
void ctl_print_text(enum texts_id text, enum texts_lang lang, const char *const *words);

/* Writes seconds as "59s", "3m 7s", "2h 5m" or "4d 1h"; "-" for less than none. Returns `out`. */
char *ctl_cell_duration(int64_t seconds, char *out, size_t bytes);

/* One column: its heading, and how a row's cell is written. NULL `write`: ctl_cell with `key`. */
struct ctl_column {
    enum texts_id heading;
    const char *key;
    char *(*write)(const json_t *row, enum texts_lang lang, char *out, size_t bytes);
};

/* Prints the rows whose "kind" is `kind` as aligned columns below their headings, with an empty
 * line before; nothing when there is no such row. The last column is not padded.
 */
void ctl_table(FILE *to, const json_t *rows, const char *kind, const struct ctl_column *columns,
               size_t count, enum texts_lang lang);

/* Prints one row as lines "label  value". */
void ctl_list(FILE *to, const json_t *row, const struct ctl_column *columns, size_t count,
              enum texts_lang lang);

/* Is the row's "kind" this one? */
bool ctl_is_kind(const json_t *row, const char *kind);

#endif
