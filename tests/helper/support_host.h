/* A host of the service "sshd" against a whole helper: begins logins, answers, gets results; and
 * the telephone of the people whom messages are sent.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_HOST_H
#define WECOM_TESTS_HELPER_SUPPORT_HOST_H

#include "helper/pins.h"
#include "tests/helper/support_helper.h"

#define HOST_CODE "0123456789abcdefghijklmnopqrstuvwxyzABCDE"
#define GETUSERINFO "/cgi-bin/auth/getuserinfo?"
#define USER_GET "/cgi-bin/user/get?"
#define SEND "/cgi-bin/message/send?"
#define ACTIVE(userid) \
    "{\"userid\":\"" userid "\",\"name\":\"N\",\"status\":1,\"department\":[2,3]}"
#define SSHD "[service sshd]\nmethods = message code\nlang = en\n"

extern struct inner_helper *host_inner;
extern struct wire_message *host_m;       /* what came last */
extern char host_digits[PINS_DIGITS + 1]; /* of the last message */

void host_start(const char *services);
void host_end(void);

/* A login begins, and the helper is ready; with host_begin from 10.0.0.5, up to the prompt. */
int host_begin_from(const char *user, const char *link, const char *rhost, const char *authtok);
int host_begin(const char *user);
/* The prompt is there, and begins so. */
void host_asked(int host, const char *prompt);
void host_answer(int host, const char *text);
void host_result(int host, const char *verdict, const char *reason);
/* host_begin, host_answer, and a denial. */
void host_denied(const char *user, const char *text, const char *reason);

/* WeCom delivers what was sent to the member; the code is in `host_digits`. */
void host_delivered(const char *userid);
/* Another code than that. */
const char *host_wrong(void);

/* Has an account from now on, and user/get of him is fresh. */
void host_has_account(const char *user);

#endif
