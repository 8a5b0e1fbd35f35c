/* wecomctl: the administrator's questions to wecom-helper, over its admin socket.
 * Reads the command line and hands over to one row of the table of commands.
 */
#include "tools/ctl.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/wiping.h"
#include "tools/options.h"
#include "tools/say.h"
#include "tools/start.h"
#include "wecom/paths.h"

static const struct ctl_command commands[] = {
    {.name = "status", .arguments = "", .help = TEXT_HELP_STATUS, .run = ctl_status},
    {.name = "check", .arguments = "", .help = TEXT_HELP_CHECK, .run = ctl_check},
    {.name = "accounts",
     .arguments = " [WORD ...]",
     .help = TEXT_HELP_ACCOUNTS,
     .run = ctl_accounts,
     .takes = CTL_TAKES(CTL_STATE) | CTL_TAKES(CTL_NO_LOGIN) | CTL_TAKES(CTL_SAME_NAMES) |
              CTL_TAKES(CTL_YES) | CTL_TAKES(CTL_FORCE) | CTL_TAKES(CTL_NEW) | CTL_TAKES(CTL_CSV) |
              CTL_TAKES(CTL_DRY_RUN),
     .words_most = SIZE_MAX},
    {.name = "sync",
     .arguments = " [--accept]",
     .help = TEXT_HELP_SYNC,
     .run = ctl_sync,
     .takes = CTL_TAKES(CTL_ACCEPT) | CTL_TAKES(CTL_WAIT) | CTL_TAKES(CTL_NO_WAIT)},
    {.name = "logins",
     .arguments = " [unlock USER]",
     .help = TEXT_HELP_LOGINS,
     .run = ctl_logins,
     .words_most = 2},
    {.name = "recovery",
     .arguments = " USER",
     .help = TEXT_HELP_RECOVERY,
     .run = ctl_recovery,
     .takes = CTL_TAKES(CTL_REVOKE),
     .words_least = 1,
     .words_most = 1},
    {.name = "verify-file",
     .arguments = " [FILE | remove NAME]",
     .help = TEXT_HELP_PROOFS,
     .run = ctl_proofs,
     .words_most = 2,
     .words_are_paths = true},
    {.name = "reload", .arguments = "", .help = TEXT_HELP_RELOAD, .run = ctl_reload},
    {.name = "version", .arguments = "", .help = TEXT_HELP_VERSION, .run = ctl_version},
};

/* Words on one command line: as many userids as anybody gives at once. */
enum { WORDS_MOST = 4096 };

static const struct ctl_command *find_command(const char *name) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static int help(const struct ctl_request *request) {
    (void)printf("%s wecomctl COMMAND [--json] [--socket PATH] [--lang zh|en|both]\n"
                 "       wecomctl --version | --help\n\n",
                 texts_get(TEXT_USAGE, request->lang));
    ctl_help(commands, sizeof commands / sizeof commands[0], 19, request->lang);
    return ctl_end(request, NULL, CTL_DONE);
}

static int run(struct ctl_request *request) {
    const struct ctl_command *command = NULL;
    bool has_command = request->words_count > 0;

    if (has_command) {
        request->command = request->words[0];
        request->words++;
        request->words_count--;
        command = find_command(request->command);
    }
    if (request->values[CTL_VERSION] != NULL) {
        (void)printf("wecomctl %s\n", WECOM_VERSION);
        return ctl_end(request, NULL, CTL_DONE);
    }
    if (request->values[CTL_HELP] != NULL && (command == NULL || command->words_most == 0))
        return help(request);
    if (command == NULL) {
        return ctl_complain(has_command ? TEXT_UNKNOWN_COMMAND : TEXT_COMMAND_MISSING,
                            has_command ? request->command : "", NULL, request->lang);
    }
    return ctl_fits(request, command, command->name) ? command->run(request) : CTL_USAGE;
}

int main(int argc, char **argv) {
    const char *values[CTL_OPTIONS];
    const char **room = calloc(WORDS_MOST, sizeof *room);
    struct options_words words = {.words = room, .most = WORDS_MOST};
    struct ctl_request request = {.socket = WECOM_ADMIN_SOCKET};
    struct options_fault fault;
    int status;

    (void)argc;
    json_set_alloc_funcs(wiping_new, wiping_free); /* answers may hold recovery codes */
    if (room == NULL || !start_process()) {
        say_error(CTL_PROGRAM, TEXT_LOGIN_START, request.lang, TEXTS_WORDS(strerror(errno)));
        free(room);
        return CTL_REFUSED;
    }
    if (!options_read_words(ctl_options, CTL_OPTIONS, argv, values, &words, &fault)) {
        free(room);
        return options_complain(CTL_PROGRAM, &fault, request.lang);
    }
    if (values[CTL_LANG] != NULL)
        (void)texts_lang_of(values[CTL_LANG], &request.lang);
    if (values[CTL_SOCKET] != NULL)
        request.socket = values[CTL_SOCKET];
    request.json = values[CTL_JSON] != NULL;
    request.values = values;
    request.words = room;
    request.words_count = words.count;
    status = run(&request);
    free(room);
    return status;
}
