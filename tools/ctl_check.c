/* wecomctl check: each finding of the helper as it comes, and what to do about it. */
#include "tools/ctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/ctl_cell.h"
#include "tools/width.h"

/* The helper asks WeCom: name resolution, TLS and several calls for each application. */
enum { TIMEOUT_MS = 60 * 1000 };

/* Columns of the names. Rows are printed before the next one is known, so these are fixed. */
enum { APP_COLUMNS = 12, ITEM_COLUMNS = 24, INDENT = 3 };

/* `states` in the order of the summary. The last one also takes words that nobody knows: what
 * cannot be understood has not passed.
 */
enum { STATE_OK, STATE_WARNING, STATE_SKIPPED, STATE_FAILED, STATE_COUNT };

static const struct {
    const char *word, *mark, *colour; /* ECMA-48 SGR */
} states[STATE_COUNT] = {
    [STATE_OK] = {"ok", "OK", "\033[32m"},
    [STATE_WARNING] = {"warning", "!!", "\033[33m"},
    [STATE_SKIPPED] = {"skipped", "--", "\033[2m"},
    [STATE_FAILED] = {"failed", "XX", "\033[31m"},
};

static const struct {
    const char *word;
    enum texts_id name;
} items[] = {
    {"configuration", TEXT_ITEM_CONFIGURATION},
    {"keys", TEXT_ITEM_KEYS},
    {"name_resolution", TEXT_ITEM_NAME_RESOLUTION},
    {"tls", TEXT_ITEM_TLS},
    {"token", TEXT_ITEM_TOKEN},
    {"agent", TEXT_ITEM_AGENT},
    {"visible_range", TEXT_ITEM_VISIBLE_RANGE},
    {"trusted_domain", TEXT_ITEM_TRUSTED_DOMAIN},
    {"clock", TEXT_ITEM_CLOCK},
    {"callback", TEXT_ITEM_CALLBACK},
};

struct report {
    const struct ctl_request *request;
    bool colour;
    json_t *rows; /* with --json only */
    int count, of_state[STATE_COUNT];
};

static int state_of(const json_t *row) {
    const char *word = json_string_value(json_object_get(row, "state"));
    int state = 0;

    while (state < STATE_FAILED && (word == NULL || strcmp(states[state].word, word) != 0))
        state++;
    return state;
}

/* The item's name for people; an item that this version does not know stands as its word. */
static const char *name_of_item(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const char *word = json_string_value(json_object_get(row, "item"));

    for (size_t i = 0; word != NULL && i < sizeof items / sizeof items[0]; i++) {
        if (strcmp(items[i].word, word) == 0)
            return texts_label(out, bytes, items[i].name, lang);
    }
    return ctl_cell(row, "item", out, bytes);
}

/* A cure can have several lines; each is indented. */
static void print_cure(const json_t *row, const char *key) {
    const char *text = json_string_value(json_object_get(row, key));

    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, "\n");

        (void)printf("%*s%.*s\n", INDENT, "", (int)len, text);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

static void print_row(const struct report *report, const json_t *row, int state) {
    enum texts_lang lang = report->request->lang;
    char cell[CTL_CELL_BYTES];

    if (report->colour)
        (void)fputs(states[state].colour, stdout);
    (void)fputs(states[state].mark, stdout);
    if (report->colour)
        (void)fputs("\033[0m", stdout);
    (void)putchar(' ');
    width_print(stdout, ctl_cell(row, "app", cell, sizeof cell), APP_COLUMNS);
    (void)putchar(' ');
    width_print(stdout, name_of_item(row, lang, cell, sizeof cell), ITEM_COLUMNS);
    (void)printf(" %s\n", ctl_cell(row, "detail", cell, sizeof cell));
    if (lang != TEXTS_EN || json_object_get(row, "cure") == NULL)
        print_cure(row, "cure_zh");
    if (lang != TEXTS_ZH || json_object_get(row, "cure_zh") == NULL)
        print_cure(row, "cure");
    (void)fflush(stdout); /* a failure to write is told at the end */
}

static bool take_row(void *context, json_t *row) {
    struct report *report = context;
    int state = state_of(row);

    if (!json_is_string(json_object_get(row, "state")))
        return false;
    report->count++;
    report->of_state[state]++;
    if (report->rows != NULL)
        return ctl_keep(report->rows, row);
    print_row(report, row, state);
    return true;
}

static char *summary(const struct report *report, char *out, size_t bytes) {
    char n[STATE_COUNT + 1][16];

    (void)snprintf(n[STATE_COUNT], sizeof n[STATE_COUNT], "%d", report->count);
    for (int s = 0; s < STATE_COUNT; s++)
        (void)snprintf(n[s], sizeof n[s], "%d", report->of_state[s]);
    if (report->count == 0)
        return texts_say(out, bytes, TEXT_CHECK_NOTHING, report->request->lang, NULL);
    return texts_say(out, bytes, TEXT_CHECK_SUMMARY, report->request->lang,
                     TEXTS_WORDS(n[STATE_COUNT], n[STATE_OK], n[STATE_WARNING], n[STATE_FAILED],
                                 n[STATE_SKIPPED]));
}

int ctl_check(const struct ctl_request *request) {
    struct report report = {.request = request,
                            .colour = !request->json && isatty(STDOUT_FILENO) == 1,
                            .rows = request->json ? json_array() : NULL};
    char text[TEXTS_MAX_BYTES];
    struct rows_end end;
    bool passed;
    int status;

    if (request->json && report.rows == NULL)
        return ctl_no_memory(request);
    status = ctl_ask(request, TIMEOUT_MS, take_row, &report, &end);
    if (status != CTL_DONE) {
        json_decref(report.rows);
        return status;
    }
    passed = report.count > 0 && report.of_state[STATE_FAILED] == 0;
    status = passed ? CTL_DONE : CTL_REFUSED;
    (void)summary(&report, text, sizeof text);
    if (request->json)
        return ctl_end(request, ctl_answer(passed, report.rows, text), status);
    (void)printf("\n%s\n", text);
    return ctl_end(request, NULL, status);
}
