/* CSV as of RFC 4180, to be exchanged with other hosts and looked at in spreadsheets. A cell that a
 * spreadsheet would take for a formula gets an apostrophe before it, which reading takes away
 * again.
 */
#ifndef WECOM_TOOLS_CTL_CSV_H
#define WECOM_TOOLS_CTL_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CTL_CSV_CELLS = 32 };

/* Writes one record with CRLF. False: it could not be written. */
bool ctl_csv_write(FILE *to, const char *const *cells, size_t count);

/* What is read: bytes of a file, which must stay. */
struct ctl_csv {
    const char *at, *end;
    size_t line; /* of `at`, from 1 */
    /* the last record */
    char *store;
    size_t room;
    const char *cells[CTL_CSV_CELLS];
    size_t count, begun; /* cells; the line where it begins */
};

/* A mark of UTF-8 at the beginning of the file is passed over. */
void ctl_csv_start(struct ctl_csv *csv, const char *bytes, size_t len);
void ctl_csv_free(struct ctl_csv *csv);

enum ctl_csv_result {
    CTL_CSV_END, /* no more */
    CTL_CSV_RECORD,
    CTL_CSV_QUOTE, /* a quote where none may be, or none where one must be; `line` says where */
    CTL_CSV_MANY,  /* more than CTL_CSV_CELLS cells */
    CTL_CSV_BYTES, /* not UTF-8, or a NUL */
    CTL_CSV_MEMORY,
};

/* The next record into `cells`; empty lines are passed over, LF is as good as CRLF. */
enum ctl_csv_result ctl_csv_next(struct ctl_csv *csv);

#endif
