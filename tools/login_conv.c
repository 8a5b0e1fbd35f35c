/* The PAM conversation of a program without a person in front of it. */
#include "tools/login_conv.h"

#include <stdlib.h>
#include <string.h>

static void keep(struct login_conv *conv, const char *text) {
    size_t room = sizeof conv->said - 1 - conv->said_len;
    size_t len = strlen(text);

    if (conv->said_len > 0 && room > 0) {
        conv->said[conv->said_len++] = '\n';
        room--;
    }
    len = len < room ? len : room;
    memcpy(conv->said + conv->said_len, text, len);
    conv->said_len += len;
    conv->said[conv->said_len] = '\0';
}

/* The code may be given away once. The response is wiped by whoever asked: libpam's contract. */
static int answer(struct login_conv *conv, const char *prompt, struct pam_response *response) {
    if (strcmp(prompt, LOGIN_CONV_USER_PROMPT) == 0) {
        conv->asked_name = true;
        return PAM_CONV_ERR;
    }
    if (conv->code.len == 0) {
        conv->asked_more = true;
        return PAM_CONV_ERR;
    }
    response->resp = strdup(conv->code.bytes);
    secret_clear(&conv->code);
    return response->resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static bool has_prompt(int count, const struct pam_message **messages) {
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
            messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
            return true;
    }
    return false;
}

int login_conv(int count, const struct pam_message **messages, struct pam_response **responses,
               void *data) {
    struct login_conv *conv = data;
    struct pam_response *filled;
    int status = PAM_SUCCESS;
    bool with_prompt;

    if (count < 1 || count > PAM_MAX_NUM_MSG)
        return PAM_CONV_ERR;
    filled = calloc((size_t)count, sizeof *filled);
    if (filled == NULL)
        return PAM_BUF_ERR;
    with_prompt = has_prompt(count, messages);
    for (int i = 0; status == PAM_SUCCESS && i < count; i++) {
        const char *text = messages[i]->msg != NULL ? messages[i]->msg : "";

        switch (messages[i]->msg_style) {
        case PAM_PROMPT_ECHO_OFF:
        case PAM_PROMPT_ECHO_ON:
            status = answer(conv, text, &filled[i]);
            break;
        case PAM_TEXT_INFO:
        case PAM_ERROR_MSG:
            if (!with_prompt)
                keep(conv, text);
            break;
        default:
            status = PAM_CONV_ERR;
        }
    }
    if (status != PAM_SUCCESS) {
        for (int i = 0; i < count; i++)
            secret_free_string(filled[i].resp);
        free(filled);
        return status;
    }
    *responses = filled;
    return PAM_SUCCESS;
}

void login_conv_clear(struct login_conv *conv) {
    secret_clear(&conv->code);
}
