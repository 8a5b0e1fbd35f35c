/* Sign-in method `message`: six digits come to the person in WeCom and are typed at the prompt.
 *
 * 1. Whoever may not sign in here MUST see the same as who may, and nothing MUST be sent for him.
 * 2. The prompt MUST NOT wait for WeCom.
 * 3. A code alone MUST NOT count: user/get with status 1 does, asked now or a moment ago.
 * 4. What was typed MUST have the form of a code before anything is done with it; it may be
 *    somebody's password.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/login_method.h"
#include "helper/messenger.h"

struct message {
    struct login *login;
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* "": nobody who may sign in */
};

static struct pins_owner owner_of(const struct message *m) {
    return messenger_owner(login_request(m->login), m->userid[0] != '\0' ? m->userid : NULL);
}

static void take(struct message *m, const char *text) {
    const struct request *r = login_request(m->login);
    struct pins_owner owner = owner_of(m);

    switch (pins_try(r->helper->pins, &owner, helper_now_ms(r->helper), text)) {
    case PINS_RIGHT:
        login_confirm(m->login, m->userid);
        break;
    case PINS_OVER:
        login_deny(m->login, WECOM_REASON_TOO_MANY_TRIES, NULL, NULL, "pin_over");
        break;
    default:
        login_deny(m->login, WECOM_REASON_CODE_INVALID, NULL, NULL, "pin_invalid");
    }
}

static void begin(struct login *login, const char *authtok) {
    const struct request *r = login_request(login);
    struct message *m = calloc(1, sizeof *m);
    char digits[PINS_DIGITS + 1];
    struct pins_owner owner;

    if (m == NULL) {
        login_deny(login, WECOM_REASON_INTERNAL, NULL, NULL, NULL);
        return;
    }
    m->login = login;
    login_set_state(login, m);
    (void)snprintf(m->userid, sizeof m->userid, "%s", login_may_reach(login));
    owner = owner_of(m);
    if (pins_make(r->helper->pins, &owner, helper_now_ms(r->helper), digits) &&
        m->userid[0] != '\0')
        messenger_send(r, m->userid, digits);
    OPENSSL_cleanse(digits, sizeof digits);
    if (authtok != NULL)
        take(m, authtok);
    else
        login_ask(login, "prompt_message", "message_hint", false);
}

static void answer(struct login *login, const char *text) {
    take(login_state(login), text);
}

const struct login_method login_method_message = {.word = "message",
                                                  .bit = CONFIG_METHOD_MESSAGE,
                                                  .blind = true,
                                                  .fits = pins_is_form,
                                                  .begin = begin,
                                                  .answer = answer,
                                                  .drop = free};
