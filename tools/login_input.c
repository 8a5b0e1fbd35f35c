/* Standard input of wecom-login: one JSON object, bounded in bytes and time. */
#include "tools/login_input.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/names.h"
#include "common/text.h"

enum wecom_error login_input_read(int fd, struct deadline d, struct secret *input) {
    enum { ROOM = LOGIN_INPUT_MAX_BYTES + 1 }; /* one more shows that it is too long */
    char *bytes = malloc(ROOM);
    enum wecom_error err = WECOM_OK;
    size_t len = 0;
    ssize_t n = -1;

    if (bytes == NULL)
        return WECOM_E_MEMORY;
    while (len < ROOM) {
        err = deadline_poll(d, fd, POLLIN);
        if (err != WECOM_OK)
            break;
        n = read(fd, bytes + len, ROOM - len);
        if (n == 0)
            break;
        if (n > 0)
            len += (size_t)n;
        else if (errno != EINTR && errno != EAGAIN) {
            err = WECOM_E_SYSTEM;
            break;
        }
    }
    if (err == WECOM_OK && len > LOGIN_INPUT_MAX_BYTES)
        err = WECOM_E_TOO_LONG;
    if (err == WECOM_OK)
        err = secret_set(input, bytes, len);
    secret_wipe_bytes(bytes, len);
    free(bytes);
    return err;
}

enum wecom_error login_input_code(const struct secret *input, struct secret *code) {
    enum wecom_error err = WECOM_E_FORMAT;
    json_t *object = NULL;
    const json_t *value;

    if (input->len == 0)
        return WECOM_E_FORMAT;
    object = json_loadb(input->bytes, input->len, JSON_REJECT_DUPLICATES, NULL);
    value = json_object_get(object, "code"); /* NULL also where `object` is none */
    if (json_is_string(value) && json_object_size(object) == 1)
        err = secret_set(code, json_string_value(value), json_string_length(value));
    json_decref(object);
    return err;
}

bool login_input_is_possible(const struct secret *code) {
    if (code->len == 0 || code->len > WECOM_CODE_MAX_BYTES)
        return false;
    for (size_t i = 0; i < code->len; i++) {
        if ((unsigned char)code->bytes[i] < 0x20 || code->bytes[i] == 0x7F)
            return false;
    }
    return true;
}

void login_keys_clear(struct login_keys *keys) {
    secret_clear(&keys->secret);
    *keys = (struct login_keys){0};
}

/* The text of a value without the blanks around it; false for what is none. */
static bool trimmed(const json_t *value, const char **text, size_t *len) {
    if (!json_is_string(value))
        return false;
    *text = json_string_value(value);
    *text += strspn(*text, " \t\r\n");
    for (*len = strlen(*text); *len > 0 && strchr(" \t\r\n", (*text)[*len - 1]) != NULL;)
        (*len)--;
    return true;
}

/* What does not fit is kept as nothing, which is no key. */
static bool take_text(const json_t *value, char *out, size_t bytes) {
    const char *text;
    size_t len;

    if (!trimmed(value, &text, &len))
        return false;
    if (len < bytes)
        (void)snprintf(out, bytes, "%.*s", (int)len, text);
    return true;
}

/* A number, or its digits; leading zeros of a text go. */
static bool take_agent_id(const json_t *value, struct login_keys *keys) {
    json_int_t number = json_integer_value(value);
    const char *text;
    size_t len;

    if (json_is_integer(value)) {
        if (number >= 1 && number <= WECOM_AGENT_ID_MAX)
            (void)snprintf(keys->agent_id, sizeof keys->agent_id, "%lld", (long long)number);
        return true;
    }
    if (!trimmed(value, &text, &len))
        return false;
    for (; len > 0 && *text == '0'; len--)
        text++;
    if (len < sizeof keys->agent_id && strspn(text, "0123456789") >= len)
        (void)snprintf(keys->agent_id, sizeof keys->agent_id, "%.*s", (int)len, text);
    return true;
}

static bool is_secret(const struct secret *secret) {
    for (size_t i = 0; i < secret->len; i++) {
        if (secret->bytes[i] <= ' ' || secret->bytes[i] > '~')
            return false;
    }
    return secret->len > 0 && secret->len <= WECOM_SECRET_MAX_BYTES;
}

static enum wecom_error take_keys(const json_t *object, struct login_keys *keys) {
    const json_t *company = json_object_get(object, "company");
    const char *secret;
    size_t len;

    if (json_object_size(object) != (company != NULL ? 4 : 3) ||
        !take_text(json_object_get(object, "corp_id"), keys->corp_id, sizeof keys->corp_id) ||
        !take_agent_id(json_object_get(object, "agent_id"), keys) ||
        !trimmed(json_object_get(object, "secret"), &secret, &len) ||
        (company != NULL && (!take_text(company, keys->company, sizeof keys->company) ||
                             json_string_length(company) > WECOM_COMPANY_MAX_BYTES)))
        return WECOM_E_FORMAT;
    text_clean(keys->company, TEXT_ONE_LINE);
    return secret_set(&keys->secret, secret, len);
}

enum wecom_error login_input_keys(const struct secret *input, struct login_keys *keys,
                                  enum wecom_reason *wrong) {
    json_t *object = NULL;
    enum wecom_error err = WECOM_E_FORMAT;

    *keys = (struct login_keys){0};
    *wrong = WECOM_REASON_NONE;
    if (input->len > 0)
        object = json_loadb(input->bytes, input->len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(object))
        err = take_keys(object, keys);
    json_decref(object);
    if (err == WECOM_OK)
        *wrong = !name_is_corp_id(keys->corp_id) ? WECOM_REASON_CONFIG_CORP
                 : keys->agent_id[0] == '\0'     ? WECOM_REASON_CONFIG_AGENT
                 : !is_secret(&keys->secret)     ? WECOM_REASON_CONFIG_SECRET
                                                 : WECOM_REASON_NONE;
    if (err != WECOM_OK || *wrong != WECOM_REASON_NONE)
        login_keys_clear(keys);
    return err;
}
