/* The person, through the conversation of the host. */
#ifndef PAM_WECOM_TALK_H
#define PAM_WECOM_TALK_H

#include <stdbool.h>

#include "common/secret.h"
#include "common/wire.h"
#include "pam_wecom/call.h"

/* Puts an ask of the helper to the person: its info text and its prompt in ONE call of the
 * conversation, since sshd shows nothing before a prompt and ends logins that get too many
 * messages. Both are cleaned. True when the person answered, be it with nothing; the old `answer`
 * is wiped. False: the host did not answer, or there is no memory.
 */
bool talk_ask(const struct call *c, const struct wire_message *ask, struct secret *answer);

/* Shows a text, cleaned, unless the call is silent. `style`: PAM_TEXT_INFO or PAM_ERROR_MSG. NULL
 * or empty text: nothing. A host that cannot show it is no error.
 */
void talk_tell(const struct call *c, int style, const char *text);

/* Tells that no verdict could be had, in Chinese and in English, with the id to ask about. */
void talk_no_verdict(const struct call *c, const char *id);

/* Nobody could be asked, and what is known is too old. */
void talk_no_helper(const struct call *c);

#endif
