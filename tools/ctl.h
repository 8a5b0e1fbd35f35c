/* What the subcommands of wecomctl share: the request, the exit statuses, asking and failing. */
#ifndef WECOM_TOOLS_CTL_H
#define WECOM_TOOLS_CTL_H

#include <jansson.h>
#include <stdbool.h>

#include "tools/rows.h"
#include "tools/texts.h"

#define CTL_PROGRAM "wecomctl"

enum {
    CTL_DONE = 0,
    CTL_REFUSED = 1,   /* the helper answered: no, or something failed */
    CTL_USAGE = 2,     /* the command line cannot be understood */
    CTL_NO_ANSWER = 3, /* no helper, or no complete answer of it */
};

/* What the command line asks for. */
struct ctl_request {
    const char *command;
    const char *socket;
    bool json;
    enum texts_lang lang;
};

/* One row of the table in ctl.c. */
struct ctl_command {
    const char *name;
    const char *arguments; /* beside the common options; "" for none */
    enum texts_id help;
    int (*run)(const struct ctl_request *request); /* returns the exit status */
};

int ctl_status(const struct ctl_request *request);
int ctl_check(const struct ctl_request *request);
int ctl_reload(const struct ctl_request *request);
int ctl_version(const struct ctl_request *request);

/* Asks the helper for `request->command`. CTL_DONE when it granted that; else the failure has been
 * told and the exit status is returned. `end` holds the result.
 */
int ctl_ask(const struct ctl_request *request, int timeout_ms, rows_each *each, void *context,
            struct rows_end *end);

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
