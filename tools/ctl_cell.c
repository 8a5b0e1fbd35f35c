/* Values of rows as cells of a table for people. */
#include "tools/ctl_cell.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/text.h"
#include "tools/width.h"

/* Blanks between two columns. */
enum { GAP = 2 };

int64_t ctl_number(const json_t *row, const char *key) {
    const json_t *value = json_object_get(row, key);

    return json_is_integer(value) ? (int64_t)json_integer_value(value) : -1;
}

void ctl_print_text(enum texts_id text, enum texts_lang lang, const char *const *words) {
    char line[TEXTS_MAX_BYTES];

    (void)printf("%s\n", texts_say(line, sizeof line, text, lang, words));
}

char *ctl_cell(const json_t *row, const char *key, char *out, size_t bytes) {
    const json_t *value = json_object_get(row, key);

    out[0] = '\0';
    if (json_is_string(value))
        (void)snprintf(out, bytes, "%s", json_string_value(value));
    else if (json_is_integer(value))
        (void)snprintf(out, bytes, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void)snprintf(out, bytes, "%g", json_real_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(out, bytes, "%s", json_is_true(value) ? "yes" : "no");
    text_clean(out, TEXT_ONE_LINE); /* also half a character at the end */
    if (out[0] == '\0')
        (void)snprintf(out, bytes, "-");
    return out;
}

char *ctl_cell_duration(int64_t seconds, char *out, size_t bytes) {
    static const struct {
        int64_t seconds;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    enum { LAST = sizeof units / sizeof units[0] - 1 };
    size_t at = 0;

    if (seconds < 0) {
        (void)snprintf(out, bytes, "-");
        return out;
    }
    while (at < LAST && seconds < units[at].seconds)
        at++;
    if (at == LAST)
        (void)snprintf(out, bytes, "%" PRId64 "s", seconds);
    else
        (void)snprintf(out, bytes, "%" PRId64 "%c %" PRId64 "%c", seconds / units[at].seconds,
                       units[at].unit, seconds % units[at].seconds / units[at + 1].seconds,
                       units[at + 1].unit);
    return out;
}

bool ctl_is_kind(const json_t *row, const char *kind) {
    const char *is = json_string_value(json_object_get(row, "kind"));

    return is != NULL && strcmp(is, kind) == 0;
}

static char *write_cell(const struct ctl_column *column, const json_t *row, enum texts_lang lang,
                        char *out, size_t bytes) {
    return column->write != NULL ? column->write(row, lang, out, bytes)
                                 : ctl_cell(row, column->key, out, bytes);
}

/* Columns that the widest cell of `column` takes, its headings included. */
static size_t widest(const json_t *rows, const char *kind, const struct ctl_column *column,
                     enum texts_lang lang) {
    char cell[CTL_CELL_BYTES];
    size_t most = 0;
    size_t i;
    json_t *row;

    for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
        size_t width = width_of(texts_get(column->heading, one));

        if ((lang == TEXTS_BOTH || lang == one) && width > most)
            most = width;
    }
    json_array_foreach(rows, i, row) {
        size_t width;

        if (!ctl_is_kind(row, kind))
            continue;
        width = width_of(write_cell(column, row, lang, cell, sizeof cell));
        most = width > most ? width : most;
    }
    return most;
}

/* Prints one cell; the last of its line ends the line instead of being padded. */
static void print_cell(FILE *to, const char *cell, size_t width, bool is_last) {
    width_print(to, cell, is_last ? 0 : width + GAP);
    if (is_last)
        (void)fputc('\n', to);
}

void ctl_table(FILE *to, const json_t *rows, const char *kind, const struct ctl_column *columns,
               size_t count, enum texts_lang lang) {
    enum { COLUMNS_MAX = 16 };
    size_t widths[COLUMNS_MAX];
    char cell[CTL_CELL_BYTES];
    bool any = false;
    size_t i;
    json_t *row;

    count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
    json_array_foreach(rows, i, row) {
        any = any || ctl_is_kind(row, kind);
    }
    if (!any)
        return;
    (void)fputc('\n', to);
    for (size_t c = 0; c < count; c++)
        widths[c] = widest(rows, kind, &columns[c], lang);
    for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
        for (size_t c = 0; (lang == TEXTS_BOTH || lang == one) && c < count; c++)
            print_cell(to, texts_get(columns[c].heading, one), widths[c], c + 1 == count);
    }
    json_array_foreach(rows, i, row) {
        for (size_t c = 0; ctl_is_kind(row, kind) && c < count; c++)
            print_cell(to, write_cell(&columns[c], row, lang, cell, sizeof cell), widths[c],
                       c + 1 == count);
    }
}

void ctl_list(FILE *to, const json_t *row, const struct ctl_column *columns, size_t count,
              enum texts_lang lang) {
    char cell[CTL_CELL_BYTES];
    size_t width = 0;

    for (size_t c = 0; c < count; c++) {
        size_t label = width_of(texts_label(cell, sizeof cell, columns[c].heading, lang));

        width = label > width ? label : width;
    }
    for (size_t c = 0; c < count; c++) {
        width_print(to, texts_label(cell, sizeof cell, columns[c].heading, lang), width + GAP);
        print_cell(to, write_cell(&columns[c], row, lang, cell, sizeof cell), 0, true);
    }
}
