/* CSV as of RFC 4180. */
#include "tools/ctl_csv.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* What a formula begins with, also in its full-width form, which spreadsheets in Chinese and
 * Japanese take as well; and the apostrophe itself, so that reading brings back what was written.
 * Source: OWASP, CSV Injection.
 */
static bool begins_formula(const char *text) {
    static const char *const wide[] = {"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
                                       "\xEF\xBC\xA0"}; /* U+FF1D FF0B FF0D FF20 */

    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return true;
    }
    return text[0] != '\0' && strchr("=+-@\t\r\n'", text[0]) != NULL;
}

static void write_cell(FILE *to, const char *cell) {
    bool quoted = strpbrk(cell, ",\"\r\n") != NULL;

    if (quoted)
        (void)fputc('"', to);
    if (begins_formula(cell))
        (void)fputc('\'', to);
    for (; *cell != '\0'; cell++) {
        if (*cell == '"')
            (void)fputc('"', to);
        (void)fputc(*cell, to);
    }
    if (quoted)
        (void)fputc('"', to);
}

bool ctl_csv_write(FILE *to, const char *const *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)fputc(',', to);
        write_cell(to, cells[i]);
    }
    (void)fputs("\r\n", to);
    return !ferror(to);
}

void ctl_csv_start(struct ctl_csv *csv, const char *bytes, size_t len) {
    static const char mark[] = "\xEF\xBB\xBF";
    size_t skip = len >= 3 && memcmp(bytes, mark, 3) == 0 ? 3 : 0;

    *csv = (struct ctl_csv){.at = bytes + skip, .end = bytes + len, .line = 1};
}

void ctl_csv_free(struct ctl_csv *csv) {
    free(csv->store);
}

/* Is there the end of a line, and how many bytes does it take? */
static size_t line_end(const struct ctl_csv *csv) {
    size_t left = (size_t)(csv->end - csv->at);

    if (left >= 1 && csv->at[0] == '\n')
        return 1;
    return left >= 2 && csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 0;
}

/* Copies a quoted cell without its quotes; `at` is behind the first one. */
static enum ctl_csv_result read_quoted(struct ctl_csv *csv, char **out) {
    for (; csv->at < csv->end; csv->at++) {
        if (*csv->at == '"' && (csv->at + 1 == csv->end || csv->at[1] != '"')) {
            csv->at++;
            return csv->at == csv->end || *csv->at == ',' || line_end(csv) > 0 ? CTL_CSV_RECORD
                                                                               : CTL_CSV_QUOTE;
        }
        if (*csv->at == '"')
            csv->at++;
        if (*csv->at == '\n')
            csv->line++;
        *(*out)++ = *csv->at;
    }
    return CTL_CSV_QUOTE;
}

static enum ctl_csv_result read_plain(struct ctl_csv *csv, char **out) {
    for (; csv->at < csv->end && *csv->at != ',' && line_end(csv) == 0; csv->at++) {
        if (*csv->at == '"')
            return CTL_CSV_QUOTE;
        *(*out)++ = *csv->at;
    }
    return CTL_CSV_RECORD;
}

/* One cell, at the beginning of it. */
static enum ctl_csv_result read_cell(struct ctl_csv *csv, char **out) {
    char *begin = *out;
    enum ctl_csv_result result;

    if (csv->count == CTL_CSV_CELLS)
        return CTL_CSV_MANY;
    if (csv->at < csv->end && *csv->at == '"') {
        csv->at++;
        result = read_quoted(csv, out);
    } else {
        result = read_plain(csv, out);
    }
    if (result != CTL_CSV_RECORD)
        return result;
    if (memchr(begin, '\0', (size_t)(*out - begin)) != NULL ||
        !text_is_utf8(begin, (size_t)(*out - begin)))
        return CTL_CSV_BYTES;
    *(*out)++ = '\0';
    csv->cells[csv->count++] = begin[0] == '\'' && begins_formula(begin + 1) ? begin + 1 : begin;
    return CTL_CSV_RECORD;
}

/* A record takes no more room than the rest of the file has bytes, a NUL for each cell included: a
 * cell ends with a comma, with a line, or with the file.
 */
static bool make_room(struct ctl_csv *csv) {
    size_t need = (size_t)(csv->end - csv->at) + 1;
    char *more;

    if (csv->room >= need)
        return true;
    more = realloc(csv->store, need);
    if (more == NULL)
        return false;
    csv->store = more;
    csv->room = need;
    return true;
}

enum ctl_csv_result ctl_csv_next(struct ctl_csv *csv) {
    enum ctl_csv_result result;
    size_t skip;
    char *out;

    while ((skip = line_end(csv)) > 0) {
        csv->at += skip;
        csv->line++;
    }
    if (csv->at == csv->end)
        return CTL_CSV_END;
    if (!make_room(csv))
        return CTL_CSV_MEMORY;
    out = csv->store;
    csv->count = 0;
    csv->begun = csv->line;
    while ((result = read_cell(csv, &out)) == CTL_CSV_RECORD && csv->at < csv->end &&
           *csv->at == ',')
        csv->at++;
    if (result != CTL_CSV_RECORD)
        return result;
    csv->at += line_end(csv);
    csv->line += csv->at < csv->end || csv->at[-1] == '\n';
    return CTL_CSV_RECORD;
}
