/* Keys of one application that a service handed over, and the file that they are kept in. */
#include "helper/handed_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "helper/keptfile.h"

#define DIRECTORY "apps"

static const char odd_form[] = "is not one JSON object with service, corp_id, agent_id, secret and "
                               "company";

void handed_keys_clear(struct handed_keys *keys) {
    secret_clear(&keys->secret);
    *keys = (struct handed_keys){0};
}

static bool is_secret(const struct secret *secret) {
    if (secret->len == 0 || secret->len > WECOM_SECRET_MAX_BYTES)
        return false;
    for (size_t i = 0; i < secret->len; i++) {
        if (secret->bytes[i] <= ' ' || secret->bytes[i] > '~')
            return false;
    }
    return true;
}

enum wecom_reason handed_keys_wrong(const struct handed_keys *keys) {
    if (!name_is_corp_id(keys->corp_id))
        return WECOM_REASON_CONFIG_CORP;
    if (keys->agent_id < 1 || keys->agent_id > WECOM_AGENT_ID_MAX)
        return WECOM_REASON_CONFIG_AGENT;
    return is_secret(&keys->secret) ? WECOM_REASON_NONE : WECOM_REASON_CONFIG_SECRET;
}

/* A text that fits; jansson has refused NUL and what is no UTF-8. */
static bool take_text(const json_t *value, char *out, size_t bytes) {
    if (!json_is_string(value) || json_string_length(value) >= bytes)
        return false;
    memcpy(out, json_string_value(value), json_string_length(value) + 1);
    return true;
}

static bool is_clean_line(const char *text) {
    char clean[WECOM_COMPANY_MAX_BYTES + 1];

    (void)snprintf(clean, sizeof clean, "%s", text);
    text_clean(clean, TEXT_ONE_LINE);
    return strcmp(clean, text) == 0;
}

static const char *take_object(const json_t *object, struct handed_keys *keys) {
    const json_t *agent_id = json_object_get(object, "agent_id");
    const json_t *secret = json_object_get(object, "secret");
    const json_t *company = json_object_get(object, "company");
    size_t known = company != NULL ? 5 : 4;

    if (json_object_size(object) != known || !json_is_integer(agent_id) ||
        !json_is_string(secret) ||
        !take_text(json_object_get(object, "service"), keys->service, sizeof keys->service) ||
        !take_text(json_object_get(object, "corp_id"), keys->corp_id, sizeof keys->corp_id) ||
        (company != NULL && !take_text(company, keys->company, sizeof keys->company)))
        return odd_form;
    if (secret_set(&keys->secret, json_string_value(secret), json_string_length(secret)) !=
        WECOM_OK)
        return "out of memory";
    if (json_integer_value(agent_id) > WECOM_AGENT_ID_MAX)
        return odd_form;
    keys->agent_id = (long)json_integer_value(agent_id);
    return name_is_word(keys->service) && is_clean_line(keys->company) &&
                   handed_keys_wrong(keys) == WECOM_REASON_NONE
               ? NULL
               : "holds a value that cannot be one";
}

const char *handed_file_parse(const char *bytes, size_t len, struct handed_keys *keys) {
    json_t *object = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    const char *wrong = odd_form;

    *keys = (struct handed_keys){0};
    if (json_is_object(object))
        wrong = take_object(object, keys);
    json_decref(object);
    if (wrong != NULL)
        handed_keys_clear(keys);
    return wrong;
}

int handed_file_directory(const char *state_dir, bool make, char *why, size_t why_bytes) {
    return keptfile_directory(state_dir, DIRECTORY, make, why, why_bytes);
}

bool handed_file_read(int directory, const char *name, struct handed_keys *keys, char *why,
                      size_t why_bytes) {
    char bytes[HANDED_FILE_MOST_BYTES];
    size_t len;
    const char *wrong = keptfile_read(directory, name, bytes, &len);

    *keys = (struct handed_keys){0};
    if (wrong == NULL)
        wrong = handed_file_parse(bytes, len, keys);
    secret_wipe(bytes);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}

size_t handed_file_print(const struct handed_keys *keys, char *bytes, size_t most) {
    json_t *object = json_pack("{s:s, s:s, s:I, s:s, s:s}", "service", keys->service, "corp_id",
                               keys->corp_id, "agent_id", (json_int_t)keys->agent_id, "secret",
                               keys->secret.bytes, "company", keys->company);
    size_t len = object != NULL ? json_dumpb(object, bytes, most, JSON_COMPACT) : 0;

    json_decref(object);
    if (len == 0 || len >= most)
        return 0;
    bytes[len] = '\n';
    return len + 1;
}

bool handed_file_write(int directory, const char *name, const struct handed_keys *keys, char *why,
                       size_t why_bytes) {
    char bytes[HANDED_FILE_MOST_BYTES];
    size_t len = handed_file_print(keys, bytes, sizeof bytes);
    const char *wrong = len > 0 ? keptfile_write(directory, name, bytes, len) : strerror(ENOMEM);

    secret_wipe(bytes);
    if (wrong != NULL)
        (void)snprintf(why, why_bytes, "%s", wrong);
    return wrong == NULL;
}
