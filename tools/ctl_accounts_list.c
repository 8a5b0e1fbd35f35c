/* wecomctl accounts list, and the table of accounts that other words print too. */
#include "tools/ctl_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ctl_account_cell.h"
#include "tools/ctl_cell.h"
#include "tools/ctl_grid.h"
#include "tools/say.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- For people -------------------------------------------------------------------------------
 */

static char *write_confirmed(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const json_t *age = json_object_get(row, "confirmed_age_s");

    (void)lang;
    return ctl_cell_duration(json_is_integer(age) ? (int64_t)json_integer_value(age) : -1, out,
                             bytes);
}

static const struct ctl_column cells[] = {
    {TEXT_LABEL_LOGIN, "login", NULL},
    {TEXT_LABEL_USERID, "userid", NULL},
    {TEXT_LABEL_NAME, "name", NULL},
    {TEXT_LABEL_UID, NULL, ctl_account_cell_uid},
    {TEXT_LABEL_STATE, NULL, ctl_account_cell_state},
    {TEXT_LABEL_NO_LOGIN, NULL, ctl_account_cell_no_login},
    {TEXT_LABEL_CONFIRMED, NULL, write_confirmed},
};

static const struct ctl_grid_column columns[COUNT(cells)] = {
    {TEXT_LABEL_LOGIN, 6}, {TEXT_LABEL_USERID, 6},   {TEXT_LABEL_NAME, 4},      {TEXT_LABEL_UID, 0},
    {TEXT_LABEL_STATE, 6}, {TEXT_LABEL_NO_LOGIN, 4}, {TEXT_LABEL_CONFIRMED, 0},
};

static bool add_row(struct ctl_grid *grid, const json_t *row, enum texts_lang lang) {
    static char texts[COUNT(cells)][CTL_CELL_BYTES];
    const char *line[COUNT(cells)] = {NULL};

    for (size_t c = 0; c < COUNT(cells); c++)
        line[c] = cells[c].write != NULL ? cells[c].write(row, lang, texts[c], sizeof texts[c])
                                         : ctl_cell(row, cells[c].key, texts[c], sizeof texts[c]);
    return ctl_grid_add(grid, line);
}

bool ctl_accounts_print(const json_t *rows, enum texts_lang lang) {
    struct ctl_grid *grid = ctl_grid_new(columns, COUNT(columns));
    char text[TEXTS_MAX_BYTES];
    bool good = grid != NULL;
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row) {
        if (good && ctl_is_kind(row, "account"))
            good = add_row(grid, row, lang);
    }
    if (good)
        ctl_grid_print(stdout, grid, lang, ctl_grid_terminal(stdout));
    json_array_foreach(rows, i, row) {
        if (ctl_is_kind(row, "note"))
            (void)printf("%s\n", ctl_sentence(row, lang, text, sizeof text));
    }
    ctl_grid_free(grid);
    return good;
}

/* ---- The list ---------------------------------------------------------------------------------
 */

/* With --json a line is what it is sorted by, and the row as JSON. */
static const struct ctl_grid_column json_columns[] = {
    {TEXT_LABEL_LOGIN, 0}, {TEXT_LABEL_USERID, 0}, {TEXT_LABEL_NAME, 0}};

struct list {
    const struct ctl_request *request;
    struct ctl_grid *grid;
    bool no_memory;
};

static bool add_json(struct ctl_grid *grid, json_t *row) {
    char login[CTL_CELL_BYTES], userid[CTL_CELL_BYTES];
    char *text = ctl_accounts_args(json_incref(row));
    const char *line[] = {ctl_cell(row, "login", login, sizeof login),
                          ctl_cell(row, "userid", userid, sizeof userid), text};
    bool good = text != NULL && ctl_grid_add(grid, line);

    ctl_accounts_free(text);
    return good;
}

static bool take_row(void *context, json_t *row) {
    struct list *list = context;

    if (!ctl_is_kind(row, "account"))
        return true;
    list->no_memory = !(list->request->json ? add_json(list->grid, row)
                                            : add_row(list->grid, row, list->request->lang));
    return !list->no_memory;
}

static int print_json(const struct ctl_request *request, const struct ctl_grid *grid) {
    (void)fputs("{\"ok\":true,\"rows\":[", stdout);
    for (size_t i = 0; i < ctl_grid_count(grid); i++)
        (void)printf("%s%s", i > 0 ? "," : "", ctl_grid_cell(grid, i, 2));
    (void)fputs("]}\n", stdout);
    return ctl_end(request, NULL, CTL_DONE);
}

static int print_table(const struct ctl_request *request, const struct ctl_grid *grid) {
    char count[24], text[TEXTS_MAX_BYTES];

    (void)snprintf(count, sizeof count, "%zu", ctl_grid_count(grid));
    ctl_grid_print(stdout, grid, request->lang, ctl_grid_terminal(stdout));
    if (ctl_grid_count(grid) == 0)
        (void)printf("%s\n", texts_say(text, sizeof text, TEXT_NO_ACCOUNTS, request->lang, NULL));
    else
        (void)printf("\n%s\n", texts_say(text, sizeof text, TEXT_ACCOUNTS_COUNT, request->lang,
                                         TEXTS_WORDS(count)));
    return ctl_end(request, NULL, CTL_DONE);
}

/* Only what is asked for, so that an unknown state can be told from an old helper. */
static json_t *arguments(const struct ctl_request *request) {
    const char *text = request->words_count > 0 ? request->words[0] : NULL;

    return json_pack("{s:s*, s:b, s:s*}", "state", request->values[CTL_STATE], "no_login",
                     request->values[CTL_NO_LOGIN] != NULL, "text", text);
}

int ctl_accounts_list(const struct ctl_request *request) {
    struct list list = {.request = request};
    struct rows_question q = {
        .command = "accounts.list", .is_long = true, .timeout_ms = CTL_ACCOUNTS_LONG_MS};
    char *args = NULL;
    struct rows_end end;
    int status;

    if (request->values[CTL_STATE] != NULL &&
        !ctl_account_cell_is_state(request->values[CTL_STATE])) {
        say_error(CTL_PROGRAM, TEXT_STATE_UNKNOWN, request->lang,
                  TEXTS_WORDS(request->values[CTL_STATE], ctl_account_cell_states()));
        return CTL_USAGE;
    }
    args = ctl_accounts_args(arguments(request));
    list.grid = request->json ? ctl_grid_new(json_columns, COUNT(json_columns))
                              : ctl_grid_new(columns, COUNT(columns));
    if (args == NULL || list.grid == NULL) {
        status = ctl_no_memory(request);
        goto out;
    }
    q.args = args;
    status = ctl_ask_for(request, &q, take_row, &list, &end);
    if (status != CTL_DONE)
        goto out;
    ctl_grid_sort(list.grid);
    status = request->json ? print_json(request, list.grid) : print_table(request, list.grid);
out:
    ctl_accounts_free(args);
    ctl_grid_free(list.grid);
    return status;
}
