/* The PAM conversation of a program without a person in front of it: it answers one prompt with the
 * code, keeps what the modules say, and refuses everything else.
 */
#ifndef WECOM_TOOLS_LOGIN_CONV_H
#define WECOM_TOOLS_LOGIN_CONV_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"

/* Set as PAM_USER_PROMPT. A prompt of this text asks for a user name and must not get the code. */
#define LOGIN_CONV_USER_PROMPT "wecom-login has no user name: "

struct login_conv {
    struct secret code; /* wiped with its first use */
    bool asked_name;    /* a module asked for a user name */
    bool asked_more;    /* a module asked when there was no code to answer with (any more) */
    size_t said_len;
    char said[4096]; /* texts of the modules, one a line; what goes beyond is left out. Not
                      * those that come with a prompt: they tell what to type, not how it ended */
};

/* The conversation function; `data` is a struct login_conv. PAM_CONV_ERR for a prompt that is not
 * answered and for styles other than prompts and texts; PAM_BUF_ERR without memory.
 */
int login_conv(int count, const struct pam_message **messages, struct pam_response **responses,
               void *data);

/* Wipes the code. */
void login_conv_clear(struct login_conv *conv);

#endif
