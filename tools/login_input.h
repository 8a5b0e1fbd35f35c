/* Standard input of wecom-login: one JSON object, {"code":"..."} of a login or the keys of an
 * application, bounded in bytes and time.
 */
#ifndef WECOM_TOOLS_LOGIN_INPUT_H
#define WECOM_TOOLS_LOGIN_INPUT_H

#include <stdbool.h>

#include "common/deadline.h"
#include "common/secret.h"
#include "wecom/error.h"
#include "wecom/limits.h"
#include "wecom/verdict.h"

enum {
    /* Most bytes of the input. */
    LOGIN_INPUT_MAX_BYTES = 64 * 1024,
    /* It must have ended after this time, milliseconds. */
    LOGIN_INPUT_MS = 10 * 1000,
};

/* Reads `fd` to its end. WECOM_E_TOO_LONG: more than LOGIN_INPUT_MAX_BYTES, WECOM_E_TIMEOUT,
 * WECOM_E_SYSTEM with errno, WECOM_E_MEMORY; `input` is empty then.
 */
enum wecom_error login_input_read(int fd, struct deadline d, struct secret *input);

/* Takes the code out of the input. WECOM_E_FORMAT: not one object with the key "code" once, no
 * other key, its value a text, and nothing behind it.
 */
enum wecom_error login_input_code(const struct secret *input, struct secret *code);

/* Could it be answered to a prompt at all: 1 to WECOM_CODE_MAX_BYTES bytes, no control byte? What
 * form codes have is the business of the module that asks for one.
 */
bool login_input_is_possible(const struct secret *code);

/* The keys of an application, as texts of the wire. */
struct login_keys {
    char corp_id[WECOM_CORP_ID_MAX_BYTES + 1];
    char agent_id[10]; /* at most WECOM_AGENT_ID_MAX */
    struct secret secret;
    char company[WECOM_COMPANY_MAX_BYTES + 1]; /* "" for none */
};

/* Takes the keys out of the input; blanks around a value, which come with copy and paste, go.
 * WECOM_E_FORMAT: not one object with corp_id, agent_id (a number, or a text), secret and at most
 * company, each once and of its type. `wrong` gets which of them cannot be one by its form
 * (config_corp, config_agent, config_secret), none for good ones. The keys are empty unless both
 * are good.
 */
enum wecom_error login_input_keys(const struct secret *input, struct login_keys *keys,
                                  enum wecom_reason *wrong);

/* Wipes and empties. */
void login_keys_clear(struct login_keys *keys);

#endif
