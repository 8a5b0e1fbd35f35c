/* What the parts of wecom-login share: the request, and the exit statuses. */
#ifndef WECOM_TOOLS_LOGIN_H
#define WECOM_TOOLS_LOGIN_H

#include <jansson.h>

#include "wecom/verdict.h"

#define LOGIN_PROGRAM "wecom-login"

enum {
    LOGIN_EXIT_DONE = 0,    /* the exchange worked; the answer may be a refusal */
    LOGIN_EXIT_TROUBLE = 1, /* it did not */
    LOGIN_EXIT_USAGE = 2,   /* the command line cannot be understood */
};

/* What the command line asks for; NULL where it does not say. */
struct login_request {
    const char *service, *app, *rhost, *user;
    const char *set_app; /* the name under which keys are handed over */
    const char *socket;  /* of the helper; for the questions that do not go through PAM */
};

/* Each makes the answer to be printed (NULL: there was no memory for it) and returns the exit
 * status.
 */
int login_sign_in(const struct login_request *request, json_t **answer);
int login_account(const struct login_request *request, json_t **answer);
int login_info(const struct login_request *request, json_t **answer);
int login_check(const struct login_request *request, json_t **answer);
int login_set_app(const struct login_request *request, json_t **answer);

#endif
