/* The person, through the conversation of the host. What a host hands back may be a code, so every
 * response is wiped before it is freed, whatever the conversation said.
 */
#include "pam_wecom/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

enum { TALK_MOST = 2 };

/* A cleaned copy; NULL for nothing to show, or no memory. */
static char *cleaned(const char *text, enum text_lines lines) {
    char *copy = text != NULL ? strdup(text) : NULL;

    if (copy != NULL)
        text_clean(copy, lines);
    return copy;
}

/* One call of the conversation. On true the response to the last message is moved to `*last` (NULL
 * when the host gave none).
 */
static bool converse(const struct call *c, const struct pam_message *messages, int count,
                     char **last) {
    const struct pam_message *pointers[TALK_MOST] = {&messages[0], &messages[count - 1]};
    struct pam_response *responses = NULL;
    const void *item = NULL;
    const struct pam_conv *conv;
    int code;

    if (pam_get_item(c->pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return false;
    conv = item;
    if (conv->conv == NULL)
        return false;
    code = conv->conv(count, pointers, &responses, conv->appdata_ptr);
    for (int i = 0; responses != NULL && i < count; i++) {
        if (code == PAM_SUCCESS && i == count - 1) {
            *last = responses[i].resp;
            responses[i].resp = NULL;
        }
        secret_free_string(responses[i].resp);
    }
    free(responses);
    return code == PAM_SUCCESS;
}

bool talk_ask(const struct call *c, const struct wire_message *ask, struct secret *answer) {
    const char *asked = c->args.prompt != NULL ? c->args.prompt : wire_get(ask, WIRE_F_PROMPT);
    char *info = c->args.quiet ? NULL : cleaned(wire_get(ask, WIRE_F_INFO_TEXT), TEXT_LINES);
    char *prompt = cleaned(asked, TEXT_ONE_LINE);
    struct pam_message messages[TALK_MOST];
    char *response = NULL;
    bool answered = false;
    int count = 0;

    if (prompt == NULL)
        goto out;
    if (info != NULL && info[0] != '\0')
        messages[count++] = (struct pam_message){.msg_style = PAM_TEXT_INFO, .msg = info};
    messages[count++] = (struct pam_message){
        .msg_style = wire_get_flag(ask, WIRE_F_ECHO) ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF,
        .msg = prompt,
    };
    answered = converse(c, messages, count, &response) && response != NULL &&
               secret_set(answer, response, strlen(response)) == WECOM_OK;
out:
    secret_free_string(response);
    secret_free_string(prompt);
    secret_free_string(info);
    return answered;
}

void talk_tell(const struct call *c, int style, const char *text) {
    char *shown = c->silent ? NULL : cleaned(text, TEXT_LINES);
    char *response = NULL;

    if (shown != NULL && shown[0] != '\0') {
        struct pam_message message = {.msg_style = style, .msg = shown};

        (void)converse(c, &message, 1, &response);
        secret_free_string(response);
    }
    secret_free_string(shown);
}

void talk_no_verdict(const struct call *c, const char *id) {
    char text[256];

    (void)snprintf(text, sizeof text,
                   "企业微信登录没有得到结果，请重试（编号 %s）。\n"
                   "Signing in with WeCom got no answer, please try again (ID %s).",
                   id, id);
    talk_tell(c, PAM_ERROR_MSG, text);
}

void talk_no_helper(const struct call *c) {
    talk_tell(
        c, PAM_ERROR_MSG,
        "登录服务没有应答，且您的帐号状态太久未经企业微信确认，请联系管理员。\n"
        "The sign-in service does not answer, and WeCom has not confirmed your account for too "
        "long. Tell your administrator.");
}
