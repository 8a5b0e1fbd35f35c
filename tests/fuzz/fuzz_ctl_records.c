/* libFuzzer target: arbitrary bytes as a file that is to be imported. Rows are objects with a line
 * that grows; what is read as CSV is written and read again the same.
 */
#include "tools/ctl_records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void check_records(const char *bytes, size_t len) {
    struct ctl_records records;
    json_int_t before = 0;
    json_t *row;

    ctl_records_start(&records, bytes, len);
    while ((row = ctl_records_next(&records)) != NULL) {
        json_int_t line = json_integer_value(json_object_get(row, "line"));

        must(json_is_object(row) && line >= before && line >= 1);
        must((size_t)line <= len + 1);
        before = line;
        json_decref(row);
    }
    must(ctl_records_next(&records) == NULL);
    ctl_records_free(&records);
}

static void check_csv(const char *bytes, size_t len) {
    struct ctl_csv csv, again;
    char *text = NULL;
    size_t written = 0;

    ctl_csv_start(&csv, bytes, len);
    while (ctl_csv_next(&csv) == CTL_CSV_RECORD) {
        FILE *to = open_memstream(&text, &written);

        must(to != NULL && csv.count > 0 && ctl_csv_write(to, csv.cells, csv.count));
        must(fclose(to) == 0);
        ctl_csv_start(&again, text, written);
        /* one empty cell is an empty line, which is none; a mark of UTF-8 is none of the first cell
         */
        if ((csv.count > 1 || csv.cells[0][0] != '\0') &&
            strncmp(csv.cells[0], "\xEF\xBB\xBF", 3) != 0) {
            must(ctl_csv_next(&again) == CTL_CSV_RECORD && again.count == csv.count);
            for (size_t i = 0; i < csv.count; i++)
                must(strcmp(again.cells[i], csv.cells[i]) == 0);
            must(ctl_csv_next(&again) == CTL_CSV_END);
        }
        ctl_csv_free(&again);
        free(text);
    }
    ctl_csv_free(&csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = malloc(size > 0 ? size : 1);

    must(bytes != NULL);
    memcpy(bytes, data, size);
    check_records(bytes, size);
    check_csv(bytes, size);
    free(bytes);
    return 0;
}
