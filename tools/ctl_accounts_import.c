/* wecomctl accounts import: the file is read to its end before the helper hears of it; what it
 * means is the helper's to judge, which takes all of it or nothing.
 */
#include "tools/ctl_accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl_cell.h"
#include "tools/ctl_records.h"
#include "tools/say.h"

enum { FILE_BYTES = 256 * 1024 * 1024 };

struct import {
    const struct ctl_request *request;
    const char *file;
    char *bytes;
    size_t len;
    struct ctl_records records;
    size_t sent;
    bool ended;
    char *row;    /* the one that is being sent */
    json_t *rows; /* of the answer */
};

/* A mistake in the file is told like a compiler's: where, then what. */
static void say_at(const struct import *import, size_t line, const char *text) {
    char where[512];

    if (line > 0)
        (void)snprintf(where, sizeof where, CTL_PROGRAM ": %.400s:%zu", import->file, line);
    else
        (void)snprintf(where, sizeof where, CTL_PROGRAM ": %.400s", import->file);
    say_error_text(where, text);
}

/* ---- The file ---------------------------------------------------------------------------------
 */

static bool read_fd(struct import *import, int fd) {
    size_t room = 0;

    for (;;) {
        ssize_t n;

        if (import->len == room) {
            char *more = room < FILE_BYTES ? realloc(import->bytes, room * 2 + 65536) : NULL;

            if (more == NULL) {
                errno = room < FILE_BYTES ? ENOMEM : EFBIG;
                return false;
            }
            import->bytes = more;
            room = room * 2 + 65536;
        }
        n = read(fd, import->bytes + import->len, room - import->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        import->len += (size_t)n;
    }
}

static bool read_file(struct import *import) {
    bool is_input = strcmp(import->file, "-") == 0;
    int fd = is_input ? STDIN_FILENO : open(import->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool good = fd >= 0 && read_fd(import, fd);
    int error = errno;

    if (fd >= 0 && !is_input)
        (void)close(fd);
    if (!good)
        (void)ctl_fail_text(import->request, "file", CTL_REFUSED, TEXT_FILE_READ,
                            TEXTS_WORDS(import->file, strerror(error)));
    return good;
}

/* As --json has it, else at the line. */
static void complain(const struct import *import, size_t line, enum texts_id id, const char *word) {
    char text[TEXTS_MAX_BYTES], where[600];

    (void)texts_say(text, sizeof text, id, import->request->lang, TEXTS_WORDS(word));
    if (!import->request->json) {
        say_at(import, line, text);
        return;
    }
    (void)snprintf(where, sizeof where, "%.400s:%zu: ", import->file, line);
    memmove(text + strlen(where), text, strnlen(text, sizeof text - sizeof where) + 1);
    memcpy(text, where, strlen(where));
    (void)ctl_fail(import->request, "file", text, CTL_REFUSED);
}

/* Reads all of it once, only to see whether it can be read. */
static bool look_through(struct import *import) {
    size_t count = 0;
    json_t *row;

    ctl_records_start(&import->records, import->bytes, import->len);
    while ((row = ctl_records_next(&import->records)) != NULL) {
        size_t line = (size_t)json_integer_value(json_object_get(row, "line"));
        size_t bytes = json_dumpb(row, NULL, 0, JSON_COMPACT);

        json_decref(row);
        count++;
        if (bytes > WIRE_JSON_MAX_BYTES) {
            complain(import, line, TEXT_FILE_ROW_LONG, "");
            return false;
        }
    }
    if (import->records.trouble != TEXT_USAGE) {
        complain(import, import->records.trouble_line, import->records.trouble,
                 import->records.word);
        return false;
    }
    if (count == 0) {
        complain(import, 0, TEXT_FILE_EMPTY, "");
        return false;
    }
    ctl_records_free(&import->records);
    ctl_records_start(&import->records, import->bytes, import->len);
    return true;
}

/* ---- The question -----------------------------------------------------------------------------
 */

static const char *feed(void *context) {
    struct import *import = context;
    json_t *row;

    ctl_accounts_free(import->row);
    import->row = NULL;
    if (import->ended)
        return NULL;
    row = ctl_records_next(&import->records);
    if (row != NULL) {
        import->sent++;
    } else {
        import->ended = true;
        row = json_pack("{s:b, s:I}", "end", 1, "rows", (json_int_t)import->sent);
    }
    import->row = ctl_accounts_args(row);
    return import->row;
}

static bool take_row(void *context, json_t *row) {
    struct import *import = context;
    const json_t *line = json_object_get(row, "line");
    char text[TEXTS_MAX_BYTES];

    if (!import->request->json && ctl_is_kind(row, "refusal")) {
        say_at(import, json_is_integer(line) ? (size_t)json_integer_value(line) : 0,
               ctl_sentence(row, import->request->lang, text, sizeof text));
        return true;
    }
    return json_array_append(import->rows, row) == 0;
}

static int tell(const struct import *import) {
    char numbers[5][24], text[TEXTS_MAX_BYTES];
    static const char *const keys[] = {"rows", "new", "changed", "same", "dry_run"};
    const json_t *row = json_array_get(import->rows, 0);

    for (size_t i = 0; i < 4; i++)
        (void)ctl_cell(row, keys[i], numbers[i], sizeof numbers[i]);
    (void)printf("%s\n", texts_say(text, sizeof text,
                                   import->request->values[CTL_DRY_RUN] != NULL ? TEXT_WOULD_IMPORT
                                                                                : TEXT_IMPORTED,
                                   import->request->lang,
                                   TEXTS_WORDS(numbers[0], numbers[1], numbers[2], numbers[3])));
    return ctl_end(import->request, NULL, CTL_DONE);
}

/* All bad rows belong into the one object that JSON is. */
static int tell_json(struct import *import, const struct rows_question *q, struct rows_end *end) {
    bool granted = end->error == WECOM_OK && end->verdict == WECOM_VERDICT_GRANTED;
    bool refused = end->error == WECOM_OK && end->verdict == WECOM_VERDICT_DENIED &&
                   json_array_size(import->rows) > 0;
    json_t *rows = import->rows;
    char text[TEXTS_MAX_BYTES] = "";

    if (!granted && !refused)
        return ctl_told(import->request, q, end, NULL);
    if (refused) /* the last one says how it went as a whole */
        (void)ctl_sentence(json_array_get(rows, json_array_size(rows) - 1), import->request->lang,
                           text, sizeof text);
    import->rows = NULL;
    return ctl_end(import->request, ctl_answer(granted, rows, text),
                   granted ? CTL_DONE : CTL_REFUSED);
}

static int ask(struct import *import) {
    char *args = ctl_accounts_args(
        json_pack("{s:b}", "dry_run", import->request->values[CTL_DRY_RUN] != NULL));
    struct rows_question q = {.verb = WIRE_ADMIN,
                              .socket = import->request->socket,
                              .command = "accounts.import",
                              .args = args,
                              .is_long = true,
                              .timeout_ms = CTL_ACCOUNTS_LONG_MS,
                              .feed = feed,
                              .feed_context = import};
    struct rows_end end;
    int status;

    import->rows = json_array();
    if (args == NULL || import->rows == NULL) {
        status = ctl_no_memory(import->request);
    } else if (import->request->json) {
        rows_ask(&q, take_row, import, &end);
        status = tell_json(import, &q, &end);
    } else {
        status = ctl_ask_for(import->request, &q, take_row, import, &end);
        if (status == CTL_DONE)
            status = tell(import);
    }
    json_decref(import->rows);
    ctl_accounts_free(args);
    return status;
}

int ctl_accounts_import(const struct ctl_request *request) {
    struct import import = {.request = request, .file = request->words[0]};
    int status = CTL_REFUSED;

    if (read_file(&import) && look_through(&import))
        status = ask(&import);
    ctl_records_free(&import.records);
    ctl_accounts_free(import.row);
    free(import.bytes);
    return status;
}
