/* The accounts in a file that is to be imported, one after the other: CSV, an array of JSON, or one
 * JSON object a line; which one is told by its first byte. What they mean is the helper's to judge.
 */
#ifndef WECOM_TOOLS_CTL_RECORDS_H
#define WECOM_TOOLS_CTL_RECORDS_H

#include <jansson.h>

#include "tools/ctl_csv.h"
#include "tools/texts.h"

/* The columns, in the order of an export. */
enum { CTL_RECORDS_COLUMNS = 7 };
extern const char *const ctl_records_columns[CTL_RECORDS_COLUMNS];

struct ctl_records {
    const char *at, *end;
    size_t line; /* of `at` */
    bool is_csv, is_array, has_begun, has_ended;
    struct ctl_csv csv;
    int column_of[CTL_CSV_CELLS]; /* of each cell */
    size_t cells;
    /* of a mistake */
    enum texts_id trouble;
    char word[64];
    size_t trouble_line;
};

/* The bytes must stay. */
void ctl_records_start(struct ctl_records *records, const char *bytes, size_t len);
void ctl_records_free(struct ctl_records *records);

/* The next account, with its "line"; the caller's. NULL at the end, or with `trouble` set. */
json_t *ctl_records_next(struct ctl_records *records);

#endif
