/* wecomctl accounts: the words behind it, and those that are one question to the helper. */
#include "tools/ctl_accounts.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/say.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* clang-format off */
static const struct ctl_command words[] = {
    {"list", " [--state WORD] [--no-login] [TEXT]", TEXT_HELP_ACC_LIST, ctl_accounts_list,
     CTL_TAKES(CTL_STATE) | CTL_TAKES(CTL_NO_LOGIN), 0, 1, false},
    {"show", " USER", TEXT_HELP_ACC_SHOW, ctl_accounts_show, 0, 1, 1, false},
    {"add", " USERID...", TEXT_HELP_ACC_ADD, ctl_accounts_add, 0, 1, SIZE_MAX - 1, false},
    {"alias", " USER NAME", TEXT_HELP_ACC_ALIAS, ctl_accounts_alias, 0, 2, 2, false},
    {"link", " LOCALNAME USERID [--force] | --same-names [--yes]", TEXT_HELP_ACC_LINK,
     ctl_accounts_link, CTL_TAKES(CTL_SAME_NAMES) | CTL_TAKES(CTL_YES) | CTL_TAKES(CTL_FORCE),
     0, 2, false},
    {"unlink", " LOCALNAME", TEXT_HELP_ACC_UNLINK, ctl_accounts_unlink, 0, 1, 1, false},
    {"disable", " USER", TEXT_HELP_ACC_DISABLE, ctl_accounts_disable, 0, 1, 1, false},
    {"enable", " USER", TEXT_HELP_ACC_ENABLE, ctl_accounts_enable, 0, 1, 1, false},
    {"rename", " USER NEW_USERID [--force]", TEXT_HELP_ACC_RENAME, ctl_accounts_rename,
     CTL_TAKES(CTL_FORCE), 2, 2, false},
    {"readmit", " USER [--new]", TEXT_HELP_ACC_READMIT, ctl_accounts_readmit, CTL_TAKES(CTL_NEW),
     1, 1, false},
    {"export", " [--csv | --json] [FILE]", TEXT_HELP_ACC_EXPORT, ctl_accounts_export,
     CTL_TAKES(CTL_CSV), 0, 1, true},
    {"import", " FILE [--dry-run]", TEXT_HELP_ACC_IMPORT, ctl_accounts_import,
     CTL_TAKES(CTL_DRY_RUN), 1, 1, true},
};
/* clang-format on */

static int help(const struct ctl_request *request) {
    (void)printf("%s wecomctl accounts [WORD ...] [--json] [--socket PATH] "
                 "[--lang zh|en|both]\n\n",
                 texts_get(TEXT_USAGE, request->lang));
    ctl_help(words, COUNT(words), 58, request->lang);
    return ctl_end(request, NULL, CTL_DONE);
}

int ctl_accounts(const struct ctl_request *request) {
    const struct ctl_command *word = &words[0];
    struct ctl_request inner = *request;
    char name[64];

    if (request->words_count > 0) {
        word = NULL;
        for (size_t i = 0; i < COUNT(words); i++) {
            if (strcmp(words[i].name, request->words[0]) == 0)
                word = &words[i];
        }
        inner.words++;
        inner.words_count--;
    }
    if (request->values[CTL_HELP] != NULL)
        return help(request);
    (void)snprintf(name, sizeof name, "accounts %.40s",
                   word != NULL ? word->name : request->words[0]);
    if (word == NULL) {
        say_error(CTL_PROGRAM, TEXT_UNKNOWN_COMMAND, request->lang, TEXTS_WORDS(name));
        say_error(CTL_PROGRAM, TEXT_SEE_HELP, request->lang, TEXTS_WORDS("wecomctl accounts"));
        return CTL_USAGE;
    }
    return ctl_fits(&inner, word, name) ? word->run(&inner) : CTL_USAGE;
}

char *ctl_accounts_args(json_t *args) {
    char *text = args != NULL ? json_dumps(args, JSON_COMPACT) : NULL;

    json_decref(args);
    return text;
}

void ctl_accounts_free(char *args) {
    json_free_t release = free;

    json_get_alloc_funcs(NULL, &release);
    if (args != NULL)
        release(args);
}

/* ---- One question each ------------------------------------------------------------------------
 */

/* Tells rows that came, and how it went. Takes the reference. */
static int tell(const struct ctl_request *request, json_t *rows) {
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    if (!ctl_accounts_print(rows, request->lang)) {
        json_decref(rows);
        return ctl_no_memory(request);
    }
    json_decref(rows);
    return ctl_end(request, NULL, CTL_DONE);
}

int ctl_accounts_rows(const struct ctl_request *request, const char *command, json_t *args,
                      json_t **rows) {
    char *text = ctl_accounts_args(args);
    struct rows_question q = {.command = command, .args = text, .timeout_ms = CTL_ACCOUNTS_MS};
    json_t *got = json_array();
    struct rows_end end;
    int status;

    if (got == NULL || text == NULL) {
        json_decref(got);
        ctl_accounts_free(text);
        return ctl_no_memory(request);
    }
    status = ctl_ask_for(request, &q, ctl_keep, got, &end);
    ctl_accounts_free(text);
    if (status == CTL_DONE)
        *rows = got;
    else
        json_decref(got);
    return status;
}

/* Takes the reference of `args`. */
static int ask_one(const struct ctl_request *request, const char *command, json_t *args) {
    json_t *rows = NULL;
    int status = ctl_accounts_rows(request, command, args, &rows);

    return status == CTL_DONE ? tell(request, rows) : status;
}

int ctl_accounts_alias(const struct ctl_request *request) {
    return ask_one(request, "accounts.alias",
                   json_pack("{s:s, s:s}", "user", request->words[0], "name", request->words[1]));
}

int ctl_accounts_disable(const struct ctl_request *request) {
    return ask_one(request, "accounts.disable", json_pack("{s:s}", "user", request->words[0]));
}

int ctl_accounts_enable(const struct ctl_request *request) {
    return ask_one(request, "accounts.enable", json_pack("{s:s}", "user", request->words[0]));
}

int ctl_accounts_rename(const struct ctl_request *request) {
    return ask_one(request, "accounts.rename",
                   json_pack("{s:s, s:s, s:b}", "user", request->words[0], "name",
                             request->words[1], "force", request->values[CTL_FORCE] != NULL));
}

int ctl_accounts_readmit(const struct ctl_request *request) {
    return ask_one(request, "accounts.readmit",
                   json_pack("{s:s, s:b}", "user", request->words[0], "new",
                             request->values[CTL_NEW] != NULL));
}
