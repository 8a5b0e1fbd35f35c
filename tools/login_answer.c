/* What a PAM exchange came to, as JSON. */
#include "tools/login_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "common/wire.h"
#include "common/words.h"
#include "tools/login_codes.h"
#include "tools/login_input.h"
#include "tools/say.h"

/* "env." of the names in WIRE_ENV_FIELDS. */
enum { ENV_PREFIX_BYTES = 4 };

int login_answer_trouble(enum texts_id text, const char *const *words, json_t **answer) {
    char message[TEXTS_MAX_BYTES];

    *answer = say_failure(WECOM_REASON_INTERNAL,
                          texts_say(message, sizeof message, text, TEXTS_BOTH, words));
    return LOGIN_EXIT_TROUBLE;
}

int login_answer_input(enum wecom_error err, enum texts_id form, json_t **answer) {
    char number[16];

    switch (err) {
    case WECOM_E_TIMEOUT:
        (void)snprintf(number, sizeof number, "%d", LOGIN_INPUT_MS / 1000);
        return login_answer_trouble(TEXT_INPUT_SLOW, TEXTS_WORDS(number), answer);
    case WECOM_E_TOO_LONG:
        (void)snprintf(number, sizeof number, "%d", LOGIN_INPUT_MAX_BYTES);
        return login_answer_trouble(TEXT_INPUT_LONG, TEXTS_WORDS(number), answer);
    case WECOM_E_SYSTEM:
        return login_answer_trouble(TEXT_INPUT_READ, TEXTS_WORDS(strerror(errno)), answer);
    case WECOM_E_MEMORY:
        return login_answer_trouble(TEXT_NO_MEMORY, NULL, answer);
    default:
        return login_answer_trouble(form, NULL, answer);
    }
}

/* Is `variable` ("NAME=value") one that a host may learn? */
static bool is_for_hosts(const char *variable, size_t name_len) {
    for (unsigned int f = WIRE_F_FIRST_ENV; f < WIRE_FIELD_COUNT; f++) {
        const char *name = wire_field_rule((enum wire_field)f)->name + ENV_PREFIX_BYTES;

        if (strlen(name) == name_len && memcmp(variable, name, name_len) == 0)
            return true;
    }
    return false;
}

/* A value that is no UTF-8 cannot stand in JSON: what can be read of it does. */
static bool add_variable(json_t *env, char *variable) {
    char *equals = strchr(variable, '=');

    if (equals == NULL || !is_for_hosts(variable, (size_t)(equals - variable)))
        return true;
    *equals = '\0';
    if (!text_is_utf8(equals + 1, strlen(equals + 1)))
        text_clean(equals + 1, TEXT_ONE_LINE);
    return json_object_set_new(env, variable, json_string(equals + 1)) == 0;
}

/* NULL: there was no memory. */
static json_t *environment(pam_handle_t *pamh) {
    char **list = pam_getenvlist(pamh);
    json_t *env = list != NULL ? json_object() : NULL;
    bool fits = env != NULL;

    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        fits = fits && add_variable(env, list[i]);
        secret_free_string(list[i]); /* a phone number may be among them */
    }
    free(list);
    if (!fits) {
        json_decref(env);
        return NULL;
    }
    return env;
}

int login_answer_granted(pam_handle_t *pamh, const struct login_request *request, bool with_env,
                         json_t **answer) {
    const void *item = NULL;
    const char *user;

    if (pam_get_item(pamh, PAM_USER, &item) != PAM_SUCCESS)
        item = NULL;
    user = item;
    /* "somebody" is nobody: an empty name must not reach a program that looks people up by it */
    if (user == NULL || user[0] == '\0' || !text_is_utf8(user, strlen(user)))
        return login_answer_trouble(TEXT_PAM_NO_USER, TEXTS_WORDS(request->service), answer);
    if (with_env)
        *answer = json_pack("{s:b, s:s, s:o}", "ok", 1, "user", user, "env", environment(pamh));
    else
        *answer = json_pack("{s:b, s:s}", "ok", 1, "user", user);
    return *answer != NULL ? LOGIN_EXIT_DONE : LOGIN_EXIT_TROUBLE;
}

/* What to tell where no module said anything. */
static enum texts_id own_words(const struct login_code *row, enum wecom_reason reason,
                               const struct login_conv *conv) {
    if (conv->asked_more)
        return TEXT_PAM_ASKS_MORE;
    if (reason == WECOM_REASON_HELPER_DOWN)
        return TEXT_PAM_HELPER_DOWN;
    return row->broken ? TEXT_PAM_BROKEN : TEXT_PAM_REFUSED;
}

int login_answer_refused(pam_handle_t *pamh, const struct login_request *request, int code,
                         struct login_conv *conv, json_t **answer) {
    const struct login_code *row = login_code(code);
    enum wecom_reason left = words_to_reason(pam_getenv(pamh, LOGIN_ANSWER_REASON));
    enum wecom_reason reason = left != WECOM_REASON_NONE ? left : row->reason;
    char own[TEXTS_MAX_BYTES];
    const char *message = own;

    if (conv->asked_name)
        return login_answer_trouble(TEXT_PAM_ASKS_NAME, TEXTS_WORDS(request->service), answer);
    text_clean(conv->said, TEXT_LINES);
    if (conv->said[0] != '\0') {
        message = conv->said;
    } else {
        enum texts_id text = own_words(row, reason, conv);

        /* what PAM_REFUSED says of itself is the code; the others name the service first */
        (void)texts_say(own, sizeof own, text, TEXTS_BOTH,
                        text == TEXT_PAM_REFUSED ? TEXTS_WORDS(row->name)
                                                 : TEXTS_WORDS(request->service, row->name));
    }
    *answer = json_pack("{s:b, s:s, s:s, s:s}", "ok", 0, "pam", row->name, "reason",
                        words_reason(reason), "message", message);
    if (*answer == NULL || (row->broken && left == WECOM_REASON_NONE))
        return LOGIN_EXIT_TROUBLE;
    return LOGIN_EXIT_DONE;
}
