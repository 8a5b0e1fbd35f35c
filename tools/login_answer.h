/* What a PAM exchange came to, as JSON. */
#ifndef WECOM_TOOLS_LOGIN_ANSWER_H
#define WECOM_TOOLS_LOGIN_ANSWER_H

#include <jansson.h>
#include <security/pam_appl.h>

#include "tools/login.h"
#include "tools/login_conv.h"
#include "tools/texts.h"
#include "wecom/error.h"

/* The variable in which pam_wecom.so leaves its reason where it finds it in the PAM environment. */
#define LOGIN_ANSWER_REASON "WECOM_REASON"

/* {"ok":true,"user":...} and, `with_env`, the "env" of WIRE_ENV_FIELDS that `pamh` holds. When the
 * stack named nobody: a failure, LOGIN_EXIT_TROUBLE.
 */
int login_answer_granted(pam_handle_t *pamh, const struct login_request *request, bool with_env,
                         json_t **answer);

/* {"ok":false,"pam":...,"reason":...,"message":...} for a code other than PAM_SUCCESS. */
int login_answer_refused(pam_handle_t *pamh, const struct login_request *request, int code,
                         struct login_conv *conv, json_t **answer);

/* {"ok":false,"reason":"internal","message":...}: no exchange came about. */
int login_answer_trouble(enum texts_id text, const char *const *words, json_t **answer);

/* The same for standard input that could not be taken; `form` says what should be there. */
int login_answer_input(enum wecom_error err, enum texts_id form, json_t **answer);

#endif
