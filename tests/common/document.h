/* docs/PROTOCOL.md for the tests that compare it with the tables of the headers: its tables and its
 * examples. Tests run from the root of the repository.
 */
#ifndef WECOM_TESTS_COMMON_DOCUMENT_H
#define WECOM_TESTS_COMMON_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#define DOCUMENT_FILE "docs/PROTOCOL.md"

/* The whole page as a string; the caller frees it. */
static inline char *document_read(void) {
    FILE *file = fopen(DOCUMENT_FILE, "re");
    size_t size = 0;
    ssize_t len;
    char *page = NULL;

    ck_assert_msg(file != NULL, "%s: run this from the root of the repository", DOCUMENT_FILE);
    len = getdelim(&page, &size, '\0', file);
    (void)fclose(file);
    ck_assert_int_gt(len, 0);
    return page;
}

/* Cuts the next line off `*rest`; NULL at the end. */
static inline char *document_line(char **rest) {
    return *rest != NULL && **rest != '\0' ? strsep(rest, "\n") : NULL;
}

/* Moves `*page` to the first row of the first table below a heading (hashes included). */
static inline void document_table(char **page, const char *heading) {
    char *line;

    do {
        line = document_line(page);
        ck_assert_msg(line != NULL, "%s has no heading \"%s\"", DOCUMENT_FILE, heading);
    } while (strcmp(line, heading) != 0);
    do {
        line = document_line(page);
        ck_assert_msg(line != NULL, "no table below \"%s\"", heading);
    } while (strncmp(line, "| ---", 5) != 0);
}

/* The content of one cell: blanks and back quotes around it go. */
static inline char *document_trim(char *cell) {
    size_t len;

    cell += strspn(cell, " `");
    for (len = strlen(cell); len > 0 && strchr(" `", cell[len - 1]) != NULL; len--)
        cell[len - 1] = '\0';
    return cell;
}

/* The next row of the table at `*page`; false at its end. Too few or too many cells fail. */
static inline bool document_row(char **page, char *cells[], size_t count) {
    char *line = document_line(page);

    if (line == NULL || *line++ != '|')
        return false;
    for (size_t i = 0; i < count; i++) {
        char *cell = strsep(&line, "|");

        ck_assert_msg(cell != NULL && line != NULL, "a row of %s has fewer than %zu cells",
                      DOCUMENT_FILE, count);
        cells[i] = document_trim(cell);
    }
    ck_assert_str_eq(line, "");
    return true;
}

/* The next example packet, its `*len` bytes; NULL when there is no more. */
static inline const char *document_example(const char **page, size_t *len) {
    const char fence[] = "\n```wire\n";
    const char *start = strstr(*page, fence), *end;

    if (start == NULL)
        return NULL;
    start += sizeof fence - 1;
    end = strstr(start, "\n```\n");
    ck_assert_ptr_nonnull(end);
    *len = (size_t)(end + 1 - start);
    *page = end;
    return start;
}

#endif
