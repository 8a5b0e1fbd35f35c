/* The command line of wecomctl: the options of all commands, and whether words and options are such
 * as a command takes.
 */
#include "tools/ctl.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool is_text(const char *value) {
    return value[0] != '\0' && options_is_user(value);
}

const struct option_rule ctl_options[CTL_OPTIONS] = {
    [CTL_JSON] = {"--json", NULL, TEXT_USAGE},
    [CTL_SOCKET] = {"--socket", options_is_socket, TEXT_RULE_PATH},
    [CTL_LANG] = {"--lang", options_is_lang, TEXT_RULE_LANG},
    [CTL_VERSION] = {"--version", NULL, TEXT_USAGE},
    [CTL_HELP] = {"--help", NULL, TEXT_USAGE},
    [CTL_STATE] = {"--state", is_text, TEXT_RULE_USER},
    [CTL_NO_LOGIN] = {"--no-login", NULL, TEXT_USAGE},
    [CTL_SAME_NAMES] = {"--same-names", NULL, TEXT_USAGE},
    [CTL_YES] = {"--yes", NULL, TEXT_USAGE},
    [CTL_FORCE] = {"--force", NULL, TEXT_USAGE},
    [CTL_NEW] = {"--new", NULL, TEXT_USAGE},
    [CTL_CSV] = {"--csv", NULL, TEXT_USAGE},
    [CTL_DRY_RUN] = {"--dry-run", NULL, TEXT_USAGE},
    [CTL_ACCEPT] = {"--accept", NULL, TEXT_USAGE},
    [CTL_WAIT] = {"--wait", NULL, TEXT_USAGE},
    [CTL_NO_WAIT] = {"--no-wait", NULL, TEXT_USAGE},
    [CTL_REVOKE] = {"--revoke", NULL, TEXT_USAGE},
};

int ctl_complain(enum texts_id text, const char *name, const char *second, enum texts_lang lang) {
    struct options_fault fault = {.text = text, .second = second};

    /* the name goes to a terminal: texts_say cleans it */
    (void)snprintf(fault.name, sizeof fault.name, "%.40s", name);
    return options_complain(CTL_PROGRAM, &fault, lang);
}

static bool refuse(enum texts_id text, const char *name, const char *second, enum texts_lang lang) {
    (void)ctl_complain(text, name, second, lang);
    return false;
}

bool ctl_fits(const struct ctl_request *request, const struct ctl_command *command,
              const char *name) {
    for (unsigned int i = CTL_OPTIONS_OF_ALL; i < CTL_OPTIONS; i++) {
        if (request->values[i] != NULL && (command->takes & CTL_TAKES(i)) == 0)
            return refuse(TEXT_OPTION_NOT_HERE, ctl_options[i].name, name, request->lang);
    }
    if (request->words_count < command->words_least)
        return refuse(TEXT_ARGUMENT_MISSING, name, command->arguments, request->lang);
    if (request->words_count > command->words_most)
        return refuse(TEXT_UNEXPECTED_ARGUMENT, "", NULL, request->lang);
    /* a command with words of its own looks at them itself */
    for (size_t i = 0; i < request->words_count && command->words_most != SIZE_MAX; i++) {
        if (request->words[i][0] == '\0' ||
            (!command->words_are_paths && !is_text(request->words[i])))
            return refuse(TEXT_ARGUMENT_BAD, name, NULL, request->lang);
    }
    return true;
}

void ctl_help(const struct ctl_command *rows, size_t count, int columns, enum texts_lang lang) {
    for (size_t i = 0; i < count; i++) {
        const char *name = rows[i].name, *arguments = rows[i].arguments;

        for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++) {
            if (lang != TEXTS_BOTH && lang != one)
                continue;
            (void)printf("  %s%-*s  %s\n", name, columns - (int)strlen(name), arguments,
                         texts_get(rows[i].help, one));
            name = arguments = "";
        }
    }
}
