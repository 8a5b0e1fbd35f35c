/* wecomctl: the administrator's questions to wecom-helper, over its admin socket.
 * Reads the command line and hands over to one row of the table of commands.
 */
#include "tools/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/options.h"
#include "tools/say.h"
#include "tools/start.h"
#include "wecom/paths.h"

static const struct ctl_command commands[] = {
    {"status", "", TEXT_HELP_STATUS, ctl_status},
    {"check", "", TEXT_HELP_CHECK, ctl_check},
    {"reload", "", TEXT_HELP_RELOAD, ctl_reload},
    {"version", "", TEXT_HELP_VERSION, ctl_version},
};

enum { OPTION_JSON, OPTION_SOCKET, OPTION_LANG, OPTION_VERSION, OPTION_HELP, OPTION_COUNT };

static const struct option_rule options[OPTION_COUNT] = {
    [OPTION_JSON] = {"--json", NULL, TEXT_USAGE},
    [OPTION_SOCKET] = {"--socket", options_is_socket, TEXT_RULE_PATH},
    [OPTION_LANG] = {"--lang", options_is_lang, TEXT_RULE_LANG},
    [OPTION_VERSION] = {"--version", NULL, TEXT_USAGE},
    [OPTION_HELP] = {"--help", NULL, TEXT_USAGE},
};

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
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *name = commands[i].name;

        for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
            if (request->lang != TEXTS_BOTH && request->lang != one)
                continue;
            (void)printf("  %-8s%s  %s\n", name, commands[i].arguments,
                         texts_get(commands[i].help, one));
            name = "";
        }
    }
    return ctl_end(request, NULL, CTL_DONE);
}

static int complain(enum texts_id text, const char *name, enum texts_lang lang) {
    struct options_fault fault = {.text = text};

    /* the name goes to a terminal: texts_say cleans it */
    (void)snprintf(fault.name, sizeof fault.name, "%.40s", name);
    return options_complain(CTL_PROGRAM, &fault, lang);
}

int main(int argc, char **argv) {
    struct ctl_request request = {.socket = WECOM_ADMIN_SOCKET};
    const char *values[OPTION_COUNT];
    const struct ctl_command *command;
    struct options_fault fault;

    (void)argc;
    if (!start_process()) {
        say_error(CTL_PROGRAM, TEXT_LOGIN_START, request.lang, TEXTS_WORDS(strerror(errno)));
        return CTL_REFUSED;
    }
    if (!options_read(options, OPTION_COUNT, argv, values, &request.command, &fault))
        return options_complain(CTL_PROGRAM, &fault, request.lang);
    if (values[OPTION_LANG] != NULL)
        (void)texts_lang_of(values[OPTION_LANG], &request.lang);
    if (values[OPTION_SOCKET] != NULL)
        request.socket = values[OPTION_SOCKET];
    request.json = values[OPTION_JSON] != NULL;
    if (values[OPTION_HELP] != NULL)
        return help(&request);
    if (values[OPTION_VERSION] != NULL) {
        (void)printf("wecomctl %s\n", WECOM_VERSION);
        return ctl_end(&request, NULL, CTL_DONE);
    }
    if (request.command == NULL)
        return complain(TEXT_COMMAND_MISSING, "", request.lang);
    command = find_command(request.command);
    if (command == NULL)
        return complain(TEXT_UNKNOWN_COMMAND, request.command, request.lang);
    return command->run(&request);
}
