/* The accounts in a file that is to be imported, one after the other. */
#include "tools/ctl_records.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

const char *const ctl_records_columns[CTL_RECORDS_COLUMNS] = {"account", "corp", "userid", "login",
                                                              "uid",     "name", "state"};

/* USAGE: none (it is the table's, and no mistake). */
#define NO_TROUBLE TEXT_USAGE

static json_t *trouble(struct ctl_records *records, enum texts_id text, const char *word,
                       size_t line) {
    records->trouble = text;
    records->trouble_line = line;
    (void)snprintf(records->word, sizeof records->word, "%.60s", word);
    text_clean(records->word, TEXT_ONE_LINE);
    return NULL;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct ctl_records *records) {
    for (; records->at < records->end && is_blank(*records->at); records->at++)
        records->line += *records->at == '\n';
}

/* No JSON has a NUL byte. jansson loses one that stands behind a number or a word, and counts its
 * bytes wrong from there.
 */
static void refuse_nul(struct ctl_records *records) {
    size_t left = (size_t)(records->end - records->at), line = records->line;
    const char *nul = left > 0 ? memchr(records->at, '\0', left) : NULL;

    if (nul == NULL)
        return;
    for (const char *at = records->at; at < nul; at++)
        line += *at == '\n';
    (void)trouble(records, TEXT_FILE_JSON, "NUL", line);
}

void ctl_records_start(struct ctl_records *records, const char *bytes, size_t len) {
    size_t mark = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    *records = (struct ctl_records){
        .at = bytes + mark, .end = bytes + len, .line = 1, .trouble = NO_TROUBLE};
    skip_blanks(records);
    records->is_array = records->at < records->end && *records->at == '[';
    records->is_csv = records->at < records->end && *records->at != '[' && *records->at != '{';
    ctl_csv_start(&records->csv, bytes, len);
    if (!records->is_csv)
        refuse_nul(records);
}

void ctl_records_free(struct ctl_records *records) {
    ctl_csv_free(&records->csv);
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

static json_t *csv_trouble(struct ctl_records *records, enum ctl_csv_result result) {
    static const enum texts_id texts[] = {
        [CTL_CSV_END] = NO_TROUBLE,        [CTL_CSV_RECORD] = NO_TROUBLE,
        [CTL_CSV_QUOTE] = TEXT_FILE_QUOTE, [CTL_CSV_MANY] = TEXT_FILE_CELLS,
        [CTL_CSV_BYTES] = TEXT_FILE_UTF8,  [CTL_CSV_MEMORY] = TEXT_NO_MEMORY};

    return trouble(records, texts[result], "", records->csv.line);
}

static int find_column(const char *name) {
    for (int i = 0; i < CTL_RECORDS_COLUMNS; i++) {
        if (strcmp(ctl_records_columns[i], name) == 0)
            return i;
    }
    return -1;
}

/* The first record names the columns, each once, and one of them is the userid. */
static bool read_header(struct ctl_records *records) {
    enum ctl_csv_result result = ctl_csv_next(&records->csv);
    unsigned int seen = 0;

    if (result != CTL_CSV_RECORD) {
        (void)csv_trouble(records, result);
        return false;
    }
    records->cells = records->csv.count;
    for (size_t i = 0; i < records->cells; i++) {
        int column = find_column(records->csv.cells[i]);

        if (column < 0 || (seen & 1u << column) != 0) {
            (void)trouble(records, TEXT_FILE_COLUMN, records->csv.cells[i], records->csv.begun);
            return false;
        }
        seen |= 1u << column;
        records->column_of[i] = column;
    }
    if ((seen & 1u << find_column("userid")) == 0)
        (void)trouble(records, TEXT_FILE_COLUMN, "userid", records->csv.begun);
    return records->trouble == NO_TROUBLE;
}

static json_t *next_csv(struct ctl_records *records) {
    enum ctl_csv_result result;
    json_t *row;
    bool good;

    if (!records->has_begun && !read_header(records))
        return NULL;
    records->has_begun = true;
    result = ctl_csv_next(&records->csv);
    if (result != CTL_CSV_RECORD)
        return csv_trouble(records, result);
    if (records->csv.count != records->cells)
        return trouble(records, TEXT_FILE_CELLS, "", records->csv.begun);
    row = json_pack("{s:I}", "line", (json_int_t)records->csv.begun);
    good = row != NULL;
    for (size_t i = 0; i < records->cells && good; i++)
        good = json_object_set_new(row, ctl_records_columns[records->column_of[i]],
                                   json_string(records->csv.cells[i])) == 0;
    if (good)
        return row;
    json_decref(row);
    return trouble(records, TEXT_NO_MEMORY, "", records->csv.begun);
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* The object at `at`. */
static json_t *read_object(struct ctl_records *records) {
    json_error_t error = {.position = 0};
    size_t line = records->line, left = (size_t)(records->end - records->at);
    json_t *row =
        json_loadb(records->at, left, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);

    if (!json_is_object(row)) {
        json_decref(row);
        return trouble(records, TEXT_FILE_JSON, error.text,
                       line + (error.line > 0 ? (size_t)error.line - 1 : 0));
    }
    for (const char *to = records->at + error.position; records->at < to; records->at++)
        records->line += *records->at == '\n';
    if (json_object_get(row, "line") != NULL) {
        json_decref(row);
        return trouble(records, TEXT_FILE_COLUMN, "line", line);
    }
    if (json_object_set_new(row, "line", json_integer((json_int_t)line)) == 0)
        return row;
    json_decref(row);
    return trouble(records, TEXT_NO_MEMORY, "", line);
}

/* Before an object of an array: "[" or ",". False: there is none, or not what must be there. */
static bool go_on(struct ctl_records *records) {
    char wanted = records->has_begun ? ',' : '[';
    bool at_end;

    skip_blanks(records);
    at_end = records->at == records->end;
    if (!at_end && *records->at == ']' && records->has_begun) {
        records->at++;
        records->has_ended = true;
        return false;
    }
    if (at_end || *records->at != wanted) {
        (void)trouble(records, TEXT_FILE_JSON, wanted == ',' ? "',' or ']' expected" : "",
                      records->line);
        return false;
    }
    records->at++;
    skip_blanks(records);
    if (!records->has_begun && records->at < records->end && *records->at == ']') {
        records->at++;
        records->has_ended = true;
    }
    records->has_begun = true;
    return !records->has_ended;
}

static json_t *next_json(struct ctl_records *records) {
    bool more = !records->has_ended && (!records->is_array || go_on(records));

    if (records->trouble != NO_TROUBLE)
        return NULL;
    skip_blanks(records);
    if (!more && records->at < records->end)
        return trouble(records, TEXT_FILE_JSON, "end of file expected", records->line);
    if (!more || (!records->is_array && records->at == records->end))
        return NULL;
    return read_object(records);
}

json_t *ctl_records_next(struct ctl_records *records) {
    if (records->trouble != NO_TROUBLE)
        return NULL;
    return records->is_csv ? next_csv(records) : next_json(records);
}
