/* libFuzzer target: arbitrary bytes as a file with handed-over keys. What is accepted is whole and
 * of the right form, fits into a file, and is the same when it is read from there.
 */
#include "helper/handed_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

static void must_come_back(const struct handed_keys *keys) {
    char bytes[HANDED_FILE_MOST_BYTES];
    size_t len = handed_file_print(keys, bytes, sizeof bytes);
    struct handed_keys again;

    must(len > 0 && len <= sizeof bytes && handed_file_parse(bytes, len, &again) == NULL);
    must(strcmp(keys->service, again.service) == 0 && strcmp(keys->corp_id, again.corp_id) == 0);
    must(keys->agent_id == again.agent_id && strcmp(keys->company, again.company) == 0);
    must(secret_equal(&keys->secret, &again.secret));
    handed_keys_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct handed_keys keys;

    if (handed_file_parse((const char *)data, size, &keys) != NULL) {
        must(keys.secret.bytes == NULL && keys.service[0] == '\0' && keys.agent_id == 0);
        return 0;
    }
    must(name_is_word(keys.service) && name_is_corp_id(keys.corp_id));
    must(keys.agent_id >= 1 && keys.agent_id <= WECOM_AGENT_ID_MAX);
    must(keys.secret.len >= 1 && keys.secret.len <= WECOM_SECRET_MAX_BYTES);
    must(strlen(keys.secret.bytes) == keys.secret.len);
    must(text_is_utf8(keys.company, strlen(keys.company)));
    must(strpbrk(keys.company, "\n\r\t\x1B") == NULL);
    must_come_back(&keys);
    handed_keys_clear(&keys);
    return 0;
}
