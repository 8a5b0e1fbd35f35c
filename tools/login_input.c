/* Standard input of a login: one JSON object {"code":"..."}, bounded in bytes and time. */
#include "tools/login_input.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "wecom/limits.h"

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
