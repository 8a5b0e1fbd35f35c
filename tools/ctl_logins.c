/* wecomctl logins: who is waiting to sign in and who is slowed down; wecomctl logins unlock USER.
 */
#include "tools/ctl.h"

#include <stdio.h>
#include <string.h>

#include "tools/ctl_accounts.h"
#include "tools/ctl_cell.h"
#include "tools/say.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static char *write_age(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    (void)lang;
    return ctl_cell_duration(ctl_number(row, "age_s"), out, bytes);
}

static char *write_wait(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    (void)lang;
    return ctl_cell_duration(ctl_number(row, "wait_s"), out, bytes);
}

static const struct ctl_column waiting_columns[] = {
    {TEXT_LABEL_WAITS, NULL, write_age},    {TEXT_LABEL_SERVICE, "service", NULL},
    {TEXT_LABEL_USER_COLUMN, "user", NULL}, {TEXT_LABEL_ORIGIN, "origin", NULL},
    {TEXT_LABEL_METHOD, "method", NULL},    {TEXT_LABEL_LOGIN_ID, "id", NULL},
};

static const struct ctl_column slowed_columns[] = {
    {TEXT_LABEL_NEXT_TRY, NULL, write_wait}, {TEXT_LABEL_USER_COLUMN, "user", NULL},
    {TEXT_LABEL_ORIGIN, "origin", NULL},     {TEXT_LABEL_FAILURES, "failures", NULL},
    {TEXT_LABEL_BLOCKED, "blocked", NULL},
};

static bool has(const json_t *rows, const char *kind) {
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        if (ctl_is_kind(row, kind))
            return true;
    }
    return false;
}

static void print(const json_t *rows, enum texts_lang lang) {
    char all[24], shown[24];
    const json_t *row;
    size_t i;

    if (!has(rows, "waiting"))
        ctl_print_text(TEXT_NOBODY_WAITS, lang, NULL);
    ctl_table(stdout, rows, "waiting", waiting_columns, COUNT(waiting_columns), lang);
    json_array_foreach(rows, i, row) {
        if (!ctl_is_kind(row, "logins") || ctl_number(row, "waiting") <= ctl_number(row, "shown"))
            continue;
        ctl_print_text(TEXT_MORE_WAIT, lang,
                       TEXTS_WORDS(ctl_cell(row, "waiting", all, sizeof all),
                                   ctl_cell(row, "shown", shown, sizeof shown)));
    }
    if (!has(rows, "slowed"))
        ctl_print_text(TEXT_NOBODY_SLOWED, lang, NULL);
    ctl_table(stdout, rows, "slowed", slowed_columns, COUNT(slowed_columns), lang);
}

static void print_unlocked(const json_t *rows, enum texts_lang lang) {
    char user[CTL_CELL_BYTES], ended[24];
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        if (!ctl_is_kind(row, "unlocked"))
            continue;
        ctl_print_text(ctl_number(row, "ended") > 0 ? TEXT_UNLOCKED : TEXT_NOT_LOCKED, lang,
                       TEXTS_WORDS(ctl_cell(row, "user", user, sizeof user),
                                   ctl_cell(row, "ended", ended, sizeof ended)));
    }
}

/* Takes the reference of `args`. */
static int ask(const struct ctl_request *request, const char *command, json_t *args,
               void (*show)(const json_t *rows, enum texts_lang lang)) {
    json_t *rows = NULL;
    int status = ctl_accounts_rows(request, command, args, &rows);

    if (status != CTL_DONE)
        return status;
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    show(rows, request->lang);
    json_decref(rows);
    return ctl_end(request, NULL, CTL_DONE);
}

int ctl_logins(const struct ctl_request *request) {
    if (request->words_count == 0)
        return ask(request, "logins", json_object(), print);
    if (strcmp(request->words[0], "unlock") == 0 && request->words_count == 2)
        return ask(request, "logins.unlock", json_pack("{s:s}", "user", request->words[1]),
                   print_unlocked);
    say_error(CTL_PROGRAM, TEXT_LOGINS_USAGE, request->lang, NULL);
    return CTL_USAGE;
}
