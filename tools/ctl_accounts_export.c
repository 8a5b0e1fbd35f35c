/* wecomctl accounts export: what other hosts need to give the same names and numbers, as one JSON
 * object a line, or as CSV. A file is there whole or as it was before.
 */
#include "tools/ctl_accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/ctl_csv.h"
#include "tools/ctl_records.h"
#include "tools/say.h"

struct export {
    FILE *to;
    bool is_csv;
    size_t count;
    int error; /* errno of a write that failed */
};

/* The cell as it is, not as it is shown. */
static const char *cell_of(const json_t *row, const char *key, char *number, size_t bytes) {
    const json_t *value = json_object_get(row, key);

    number[0] = '\0';
    if (json_is_integer(value) && json_integer_value(value) != 0)
        (void)snprintf(number, bytes, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_is_string(value) ? json_string_value(value) : number;
}

static bool write_csv(FILE *to, const json_t *row) {
    const char *cells[CTL_RECORDS_COLUMNS];
    char numbers[CTL_RECORDS_COLUMNS][24];

    for (size_t i = 0; i < CTL_RECORDS_COLUMNS; i++)
        cells[i] = cell_of(row, ctl_records_columns[i], numbers[i], sizeof numbers[i]);
    return ctl_csv_write(to, cells, CTL_RECORDS_COLUMNS);
}

/* The columns and nothing else, in their order. */
static bool write_json(FILE *to, const json_t *row) {
    json_t *object = json_object();
    char *text;
    bool good;

    for (size_t i = 0; i < CTL_RECORDS_COLUMNS; i++)
        (void)json_object_set(object, ctl_records_columns[i],
                              json_object_get(row, ctl_records_columns[i]));
    text = ctl_accounts_args(object);
    good = text != NULL && fputs(text, to) != EOF && fputc('\n', to) != EOF;
    ctl_accounts_free(text);
    return good;
}

static bool take_row(void *context, json_t *row) {
    struct export *export = context;

    if (!(export->is_csv ? write_csv(export->to, row) : write_json(export->to, row))) {
        export->error = errno != 0 ? errno : EIO;
        return false;
    }
    export->count++;
    return true;
}

static int fail_file(const struct ctl_request *request, const char *file, int error) {
    say_error(CTL_PROGRAM, TEXT_FILE_WRITE, request->lang, TEXTS_WORDS(file, strerror(error)));
    return CTL_REFUSED;
}

/* Failures are told as text: standard output is for the accounts. */
static int ask(const struct ctl_request *request, struct export *export) {
    struct ctl_request text = *request;
    struct rows_question q = {
        .command = "accounts.export", .is_long = true, .timeout_ms = CTL_ACCOUNTS_LONG_MS};
    struct rows_end end;

    text.json = false;
    if (export->is_csv && !ctl_csv_write(export->to, ctl_records_columns, CTL_RECORDS_COLUMNS))
        export->error = errno != 0 ? errno : EIO;
    if (export->error != 0)
        return CTL_REFUSED;
    q.verb = WIRE_ADMIN;
    q.socket = request->socket;
    rows_ask(&q, take_row, export, &end);
    if (export->error != 0)
        return CTL_REFUSED;
    return end.error == WECOM_OK && end.verdict == WECOM_VERDICT_GRANTED
               ? CTL_DONE
               : ctl_told(&text, &q, &end, NULL);
}

static int to_stdout(const struct ctl_request *request, struct export *export) {
    int status;

    export->to = stdout;
    status = ask(request, export);
    if (export->error != 0)
        return fail_file(request, "-", export->error);
    return status == CTL_DONE ? ctl_end(request, NULL, CTL_DONE) : status;
}

/* Beside the file and renamed over it; for root alone to read, since it says who works here. */
static int to_file(const struct ctl_request *request, struct export *export, const char *file) {
    char fresh[PATH_MAX], count[24], text[TEXTS_MAX_BYTES];
    int fd, status, error;

    if (snprintf(fresh, sizeof fresh, "%s.XXXXXX", file) >= (int)sizeof fresh)
        return fail_file(request, file, ENAMETOOLONG);
    fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return fail_file(request, file, errno);
    export->to = fdopen(fd, "w");
    if (export->to == NULL) {
        error = errno;
        (void)close(fd);
        (void)unlink(fresh);
        return fail_file(request, file, error);
    }
    status = ask(request, export);
    if (status == CTL_DONE && (fflush(export->to) != 0 || fsync(fd) != 0))
        export->error = errno;
    if (fclose(export->to) != 0 && export->error == 0 && status == CTL_DONE)
        export->error = errno;
    if (status == CTL_DONE && export->error == 0 && rename(fresh, file) != 0)
        export->error = errno;
    if (status != CTL_DONE || export->error != 0)
        (void)unlink(fresh);
    if (export->error != 0)
        return fail_file(request, file, export->error);
    if (status != CTL_DONE)
        return status;
    (void)snprintf(count, sizeof count, "%zu", export->count);
    (void)printf("%s\n", texts_say(text, sizeof text, TEXT_EXPORTED, request->lang,
                                   TEXTS_WORDS(count, file)));
    return ctl_end(request, NULL, CTL_DONE);
}

int ctl_accounts_export(const struct ctl_request *request) {
    struct export export = {.is_csv = request->values[CTL_CSV] != NULL};

    if (export.is_csv && request->json) {
        say_error(CTL_PROGRAM, TEXT_OPTION_NOT_HERE, request->lang, TEXTS_WORDS("--csv", "--json"));
        return CTL_USAGE;
    }
    if (request->words_count == 0 || strcmp(request->words[0], "-") == 0)
        return to_stdout(request, &export);
    return to_file(request, &export, request->words[0]);
}
