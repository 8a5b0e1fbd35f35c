/* What the subcommands of wecomctl share: the request, the exit statuses, asking and failing. */
#ifndef WECOM_TOOLS_CTL_H
#define WECOM_TOOLS_CTL_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/options.h"
#include "tools/rows.h"
#include "tools/texts.h"

#define CTL_PROGRAM "wecomctl"

enum {
    CTL_DONE = 0,
    CTL_REFUSED = 1,   /* the helper answered: no, or something failed */
    CTL_USAGE = 2,     /* the command line cannot be understood */
    CTL_NO_ANSWER = 3, /* no helper, or no complete answer of it */
};

/* All options of all commands; the first ones go with every command. */
enum ctl_option {
    CTL_JSON,
    CTL_SOCKET,
    CTL_LANG,
    CTL_VERSION,
    CTL_HELP,
    CTL_OPTIONS_OF_ALL,
    CTL_STATE = CTL_OPTIONS_OF_ALL,
    CTL_NO_LOGIN,
    CTL_SAME_NAMES,
    CTL_YES,
    CTL_FORCE,
    CTL_NEW,
    CTL_CSV,
    CTL_DRY_RUN,
    CTL_ACCEPT,
    CTL_WAIT,
    CTL_NO_WAIT,
    CTL_REVOKE,
    CTL_OPTIONS
};

/* A bit of the set of options that a command takes. */
#define CTL_TAKES(option) (1u << (option))

/* What the command line asks for. */
struct ctl_request {
    const char *command;
    const char *socket;
    bool json;
    enum texts_lang lang;
    const char *const *values; /* of enum ctl_option, as options_read_words has them */
    const char *const *words;  /* behind the command */
    size_t words_count;
};

/* One row of the table in ctl.c. */
struct ctl_command {
    const char *name;
    const char *arguments; /* beside the common options; "" for none */
    enum texts_id help;
    int (*run)(const struct ctl_request *request); /* returns the exit status */
    unsigned int takes;                            /* options: bits of CTL_TAKES */
    size_t words_least, words_most;
    bool words_are_paths; /* else they are names, of at most WECOM_USER_MAX_BYTES */
};

int ctl_status(const struct ctl_request *request);
int ctl_check(const struct ctl_request *request);
int ctl_reload(const struct ctl_request *request);
int ctl_version(const struct ctl_request *request);
int ctl_accounts(const struct ctl_request *request);
int ctl_sync(const struct ctl_request *request);
int ctl_logins(const struct ctl_request *request);
int ctl_recovery(const struct ctl_request *request);
int ctl_proofs(const struct ctl_request *request);

/* The options as they are written. */
extern const struct option_rule ctl_options[CTL_OPTIONS];

/* A complaint about the command line; returns the exit status. */
int ctl_complain(enum texts_id text, const char *name, const char *second, enum texts_lang lang);

/* Are words and options such as the command takes? False: told on standard error. `name` is how it
 * is called, for messages.
 */
bool ctl_fits(const struct ctl_request *request, const struct ctl_command *command,
              const char *name);

/* The lines of help for a table of commands. */
void ctl_help(const struct ctl_command *commands, size_t count, int columns, enum texts_lang lang);

/* Asks the helper for `request->command`. CTL_DONE when it granted that; else the failure has been
 * told and the exit status is returned. `end` holds the result.
 */
int ctl_ask(const struct ctl_request *request, int timeout_ms, rows_each *each, void *context,
            struct rows_end *end);

/* The same for any question; its socket is filled in. A refusal that the helper put into words is
 * told in the languages asked for, and is no row for `each`.
 */
int ctl_ask_for(const struct ctl_request *request, struct rows_question *question, rows_each *each,
                void *context, struct rows_end *end);

/* The two halves of it: asking, which gives the refusal (or NULL), and telling why an exchange that
 * was not granted failed, which takes its reference and returns the exit status.
 */
json_t *ctl_ask_only(const struct ctl_request *request, struct rows_question *question,
                     rows_each *each, void *context, struct rows_end *end);
int ctl_told(const struct ctl_request *request, const struct rows_question *question,
             struct rows_end *end, json_t *refusal);

/* A failure, in text on standard error or as JSON, with a word for programs. Returns `status`. */
int ctl_fail(const struct ctl_request *request, const char *reason, const char *message,
             int status);
/* The same with a sentence of the table. */
int ctl_fail_text(const struct ctl_request *request, const char *reason, int status,
                  enum texts_id text, const char *const *words);

/* Of a row that has its sentence in both languages ("text" and "text_zh", "cure" and "cure_zh"):
 * the lines in the languages asked for. Returns `out`.
 */
char *ctl_sentence(const json_t *row, enum texts_lang lang, char *out, size_t bytes);

/* A rows_each that appends to the json_t array `context`. */
bool ctl_keep(void *context, json_t *row);

/* {"ok":ok,"rows":[...]} and, unless it is "", "message". Lets go of `rows`. */
json_t *ctl_answer(bool ok, json_t *rows, const char *message);

/* Ends the output: prints `answer` where it is not NULL. Returns `status`, or CTL_REFUSED with a
 * line on standard error when the output could not be written.
 */
int ctl_end(const struct ctl_request *request, json_t *answer, int status);

/* There was no memory; says so. Returns the exit status. */
int ctl_no_memory(const struct ctl_request *request);

#endif
