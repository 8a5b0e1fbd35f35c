/* Between the frame of a login and its sign-in methods. */
#ifndef WECOM_HELPER_LOGIN_METHOD_H
#define WECOM_HELPER_LOGIN_METHOD_H

#include "helper/request.h"

struct login;

/* A sign-in method: a state machine driven by the frame. Its state is the frame's to keep and the
 * method's to free.
 */
struct login_method {
    const char *word; /* of methods= */
    enum config_method bit;
    bool blind; /* may serve a host that answers before it asks */
    /* May this be an answer, by its form? `text` has no blanks around it. */
    bool (*fits)(const char *text);
    /* `authtok`: what the host already has, NULL. Neither it nor an answer has blanks around it,
     * and it need not fit. Ends in login_ask, login_accept or login_deny,
     * now or later.
     */
    void (*begin)(struct login *login, const char *authtok);
    /* What stands above the prompt, in this language; NULL: the text that login_ask names. */
    void (*info)(struct login *login, enum config_lang lang, char *out, size_t bytes);
    /* Is this a word for the method itself? The person is asked again then. NULL: it has none. */
    bool (*heeds)(struct login *login, const char *word);
    void (*answer)(struct login *login, const char *text);
    void (*drop)(void *state);
};

extern const struct login_method login_method_approve, login_method_code, login_method_message,
    login_method_scan;

const struct request *login_request(const struct login *login);

/* The method's state; NULL before it is set. */
void *login_state(const struct login *login);
void login_set_state(struct login *login, void *state);

/* Puts a prompt before the person, with a text above it (NULL: none) and the words that lead to the
 * other methods of the service. Both are texts of po/, and stay.
 */
void login_ask(struct login *login, const char *prompt_id, const char *info_id, bool echo);

/* The userid of whom a message may go to: a member who has an account and is let in by all that the
 * store knows. "": nobody, which the person must not notice.
 */
const char *login_may_reach(const struct login *login);

/* The person has proved to be this member by what came to him before: WeCom's word on the member is
 * heard, now or a moment ago; login_accept or login_deny follows. "": refused.
 */
void login_confirm(struct login *login, const char *userid);

/* Has it let the person in? To be asked by `drop`. */
bool login_is_granted(const struct login *login);

/* WeCom says who it is and that the member is active: the account, the name and the rules are
 * looked at, then the login is granted or refused, now or later. `detail` NULL: no details. `note`
 * NULL: nothing to remark in the log. The method's state may be dropped from here.
 */
void login_accept(struct login *login, const struct members_answer *said,
                  const struct answer_detail *detail, const struct client_failure *note);

/* The answer was wrong, and the person may try again: it counts as a failure of his. */
void login_missed(struct login *login);

/* Refuses. `userid` NULL: nobody known. `failure` NULL: nothing for the administrator. `text_id`
 * NULL: the sentence of the reason. The login is gone.
 */
void login_deny(struct login *login, enum wecom_reason reason, const char *userid,
                const struct client_failure *failure, const char *text_id);

#endif
