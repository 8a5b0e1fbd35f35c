/* wecom-login: PAM for programs that cannot load it. JSON in, JSON out, one question a process.
 * Needs no privilege. The code of the person must not outlive its use: neither in the memory of
 * this process, nor in its arguments, environment, log or core file.
 */
#include "tools/login.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/names.h"
#include "tools/login_answer.h"
#include "tools/login_memory.h"
#include "tools/options.h"
#include "tools/say.h"
#include "tools/start.h"
#include "wecom/paths.h"

enum {
    OPTION_SERVICE,
    OPTION_APP,
    OPTION_RHOST,
    OPTION_USER,
    OPTION_SOCKET,
    OPTION_ACCOUNT,
    OPTION_INFO,
    OPTION_CHECK,
    OPTION_SET_APP,
    OPTION_VERSION,
    OPTION_HELP,
    OPTION_COUNT
};

static const struct option_rule options[OPTION_COUNT] = {
    [OPTION_SERVICE] = {"--service", name_is_word, TEXT_RULE_WORD},
    [OPTION_APP] = {"--app", name_is_word, TEXT_RULE_WORD},
    [OPTION_RHOST] = {"--rhost", options_is_rhost, TEXT_RULE_RHOST},
    [OPTION_USER] = {"--user", options_is_user, TEXT_RULE_USER},
    [OPTION_SOCKET] = {"--socket", options_is_socket, TEXT_RULE_PATH},
    [OPTION_ACCOUNT] = {"--account", NULL, TEXT_USAGE},
    [OPTION_INFO] = {"--info", NULL, TEXT_USAGE},
    [OPTION_CHECK] = {"--check", NULL, TEXT_USAGE},
    [OPTION_SET_APP] = {"--set-app", name_is_word, TEXT_RULE_WORD},
    [OPTION_VERSION] = {"--version", NULL, TEXT_USAGE},
    [OPTION_HELP] = {"--help", NULL, TEXT_USAGE},
};

#define GIVEN(option) (1u << OPTION_##option)

/* What can be asked. The first row whose `option` is given counts, the last one if none is. */
static const struct mode {
    int option; /* OPTION_COUNT: needs none */
    unsigned int needs, takes;
    const char *arguments;
    enum texts_id help;
    int (*run)(const struct login_request *request, json_t **answer);
} modes[] = {
    {OPTION_ACCOUNT, GIVEN(SERVICE) | GIVEN(USER), GIVEN(APP) | GIVEN(RHOST) | GIVEN(SOCKET),
     "--account --user NAME [--app NAME] [--rhost IP]", TEXT_HELP_ACCOUNT, login_account},
    {OPTION_INFO, GIVEN(SERVICE), GIVEN(APP) | GIVEN(SOCKET), "--info [--app NAME] [--socket PATH]",
     TEXT_HELP_INFO, login_info},
    {OPTION_CHECK, GIVEN(SERVICE), GIVEN(APP) | GIVEN(SOCKET),
     "--check [--app NAME] [--socket PATH]", TEXT_HELP_APP_CHECK, login_check},
    {OPTION_SET_APP, GIVEN(SERVICE), GIVEN(SOCKET), "--set-app NAME [--socket PATH]",
     TEXT_HELP_SET_APP, login_set_app},
    {OPTION_COUNT, GIVEN(SERVICE), GIVEN(APP) | GIVEN(RHOST) | GIVEN(USER) | GIVEN(SOCKET),
     "[--app NAME] [--rhost IP] [--user NAME]", TEXT_HELP_LOGIN, login_sign_in},
};

enum { MODE_COUNT = sizeof modes / sizeof modes[0] };

static const struct mode *find_mode(const char *const *values) {
    const struct mode *mode = modes;

    while (mode->option != OPTION_COUNT && values[mode->option] == NULL)
        mode++;
    return mode;
}

/* Are all options there that the mode needs, and none that it does not take? */
static bool is_complete(const struct mode *mode, const char *const *values,
                        struct options_fault *fault) {
    for (int o = 0; o < OPTION_COUNT; o++) {
        bool given = values[o] != NULL;

        if (!given && (mode->needs & (1u << o)) != 0)
            fault->text = TEXT_OPTION_MISSING;
        else if (given && o != mode->option && ((mode->needs | mode->takes) & (1u << o)) == 0)
            fault->text = TEXT_OPTION_NOT_HERE;
        else
            continue;
        (void)snprintf(fault->name, sizeof fault->name, "%s", options[o].name);
        fault->second = mode->option != OPTION_COUNT ? options[mode->option].name : NULL;
        return false;
    }
    return true;
}

static void print_help(void) {
    for (int m = MODE_COUNT - 1; m >= 0; m--) {
        (void)printf("%s wecom-login --service NAME %s\n",
                     m == MODE_COUNT - 1 ? texts_get(TEXT_USAGE, TEXTS_EN) : "      ",
                     modes[m].arguments);
        for (enum texts_lang one = TEXTS_ZH; one <= TEXTS_EN; one++)
            (void)printf("           %s\n", texts_get(modes[m].help, one));
    }
    (void)printf("       wecom-login --version | --help\n");
}

/* The person's code passes through this process: nobody may look into it, and nothing of it may
 * come to rest on disk.
 */
static bool protect_process(void) {
    const struct rlimit none = {0, 0};

    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* Prints the answer. Without a reader there is nobody to tell but standard error. */
static int finish(json_t *answer, int status) {
    if (say_json(answer))
        return status;
    say_error(LOGIN_PROGRAM, TEXT_WRITE_FAILED, TEXTS_BOTH, TEXTS_WORDS(strerror(errno)));
    return LOGIN_EXIT_TROUBLE;
}

int main(int argc, char **argv) {
    struct login_request request = {0};
    const char *values[OPTION_COUNT];
    struct options_fault fault;
    const struct mode *mode;
    json_t *answer = NULL;
    bool is_safe = start_process() && protect_process();
    int status;

    (void)argc;
    login_memory_start();
    if (!is_safe) {
        status = login_answer_trouble(TEXT_LOGIN_START, TEXTS_WORDS(strerror(errno)), &answer);
        return finish(answer, status);
    }
    if (!options_read(options, OPTION_COUNT, argv, values, NULL, &fault))
        return options_complain(LOGIN_PROGRAM, &fault, TEXTS_BOTH);
    if (values[OPTION_HELP] != NULL || values[OPTION_VERSION] != NULL) {
        if (values[OPTION_HELP] != NULL)
            print_help();
        else
            (void)printf("wecom-login %s\n", WECOM_VERSION);
        return say_flush() ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
    }
    mode = find_mode(values);
    if (!is_complete(mode, values, &fault))
        return options_complain(LOGIN_PROGRAM, &fault, TEXTS_BOTH);
    request.service = values[OPTION_SERVICE];
    request.app = values[OPTION_APP];
    request.rhost = values[OPTION_RHOST];
    request.user = values[OPTION_USER];
    request.set_app = values[OPTION_SET_APP];
    request.socket = values[OPTION_SOCKET] != NULL ? values[OPTION_SOCKET] : WECOM_LOGIN_SOCKET;
    status = mode->run(&request, &answer);
    return finish(answer, status);
}
