/* wecom-login's two questions to a PAM stack: sign somebody in, and is somebody still in? */
#include "tools/login.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/login_answer.h"
#include "tools/login_codes.h"
#include "tools/login_conv.h"
#include "tools/login_input.h"
#include "tools/login_memory.h"
#include "wecom/limits.h"

/* Starts PAM and hands over what the command line said. */
static int start(const struct login_request *request, const struct pam_conv *conversation,
                 pam_handle_t **pamh) {
    char app[sizeof "WECOM_APP=" + WECOM_SERVICE_MAX_BYTES];
    int status = pam_start(request->service, request->user, conversation, pamh);

    if (status == PAM_SUCCESS)
        status = pam_putenv(*pamh, LOGIN_ANSWER_REASON "=");
    if (status == PAM_SUCCESS)
        status = pam_set_item(*pamh, PAM_USER_PROMPT, LOGIN_CONV_USER_PROMPT);
    if (status == PAM_SUCCESS && request->app != NULL) {
        (void)snprintf(app, sizeof app, "WECOM_APP=%s", request->app);
        status = pam_putenv(*pamh, app);
    }
    if (status == PAM_SUCCESS && request->rhost != NULL)
        status = pam_set_item(*pamh, PAM_RHOST, request->rhost);
    return status;
}

/* The exchange. Whether it begins with pam_authenticate is what tells the two questions apart. */
static int ask(const struct login_request *request, bool authenticate, struct login_conv *conv,
               json_t **answer) {
    const struct pam_conv conversation = {login_conv, conv};
    pam_handle_t *pamh = NULL;
    int status = start(request, &conversation, &pamh);
    int exit_status;

    if (status != PAM_SUCCESS) {
        exit_status = login_answer_trouble(
            TEXT_PAM_START, TEXTS_WORDS(request->service, login_code(status)->name), answer);
        goto out;
    }
    if (authenticate) {
        status = pam_authenticate(pamh, PAM_DISALLOW_NULL_AUTHTOK);
        login_conv_clear(conv); /* also where nobody asked for it */
        login_memory_wipe_stack();
    }
    if (status == PAM_SUCCESS)
        status = pam_acct_mgmt(pamh, PAM_DISALLOW_NULL_AUTHTOK);
    exit_status = status == PAM_SUCCESS ? login_answer_granted(pamh, request, authenticate, answer)
                                        : login_answer_refused(pamh, request, status, conv, answer);
out:
    if (pamh != NULL)
        (void)pam_end(pamh, status);
    return exit_status;
}

/* What the person brought is no code of anybody: the same refusal as from the module, but the
 * stack, which may log or count, does not see it.
 */
static int refuse_code(json_t **answer) {
    char message[TEXTS_MAX_BYTES];

    *answer = json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "pam", login_code(PAM_AUTH_ERR)->name,
                        "reason", "code_invalid", "message",
                        texts_say(message, sizeof message, TEXT_CODE_IMPOSSIBLE, TEXTS_BOTH, NULL));
    return *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
}

int login_sign_in(const struct login_request *request, json_t **answer) {
    struct login_conv conv = {0};
    struct secret input = {0};
    int status;
    enum wecom_error err = login_input_read(STDIN_FILENO, deadline_in_ms(LOGIN_INPUT_MS), &input);

    if (err == WECOM_OK)
        err = login_input_code(&input, &conv.code);
    secret_clear(&input);
    login_memory_wipe_stack();
    if (err != WECOM_OK)
        status = login_answer_input(err, TEXT_INPUT_FORM, answer);
    else if (!login_input_is_possible(&conv.code))
        status = refuse_code(answer);
    else
        status = ask(request, true, &conv, answer);
    login_conv_clear(&conv);
    return status;
}

int login_account(const struct login_request *request, json_t **answer) {
    struct login_conv conv = {0};

    return ask(request, false, &conv, answer);
}
