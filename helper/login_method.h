/* Between the frame of a login and its sign-in methods. */
#ifndef WECOM_HELPER_LOGIN_METHOD_H
#define WECOM_HELPER_LOGIN_METHOD_H

#include "helper/request.h"

struct login;
struct people_answer;

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

/* Ways in that no service lists: bit 0, no word of the prompt leads to them. */
extern const struct login_method login_method_recovery, login_method_remember;

const struct request *login_request(const struct login *login);

/* The method's state; NULL before it is set. */
void *login_state(const struct login *login);
void login_set_state(struct login *login, void *state);

/* Puts a prompt before the person, with a text above it (NULL: none) and the words that lead to the
 * other methods of the service. Both are texts of po/, and stay.
 */
void login_ask(struct login *login, const char *prompt_id, const char *info_id, bool echo);

/* What was typed is all that the host has: it goes to the method that may serve such a host, as if
 * it had come with the beginning. False: the service has none, nothing has happened. Else the
 * method's state is gone, and the login may be.
 */
bool login_hand_over(struct login *login, const char *text);

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

/* WeCom cannot be reached, and what the store says of the person has to do: grants by it, and
 * writes nothing there. `note`: for the log, at LOG_WARNING.
 */
void login_accept_stored(struct login *login, const struct people_answer *answer,
                         const struct client_failure *note);

/* The method is of no use: the person is asked as if it had not been there. */
void login_begin_anew(struct login *login);

/* Can the host show a prompt, and bring another answer? */
bool login_can_ask(const struct login *login);

/* Refuses with this sentence instead of a text of po/. */
void login_deny_with(struct login *login, enum wecom_reason reason, const char *userid,
                     const struct client_failure *failure, const char *message);
/* The answer was wrong, and the person may try again: it counts as a failure of his. */
void login_missed(struct login *login);

/* Refuses. `userid` NULL: nobody known. `failure` NULL: nothing for the administrator. `text_id`
 * NULL: the sentence of the reason. The login is gone.
 */
void login_deny(struct login *login, enum wecom_reason reason, const char *userid,
                const struct client_failure *failure, const char *text_id);

#endif
