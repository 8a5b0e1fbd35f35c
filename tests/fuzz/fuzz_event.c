/* libFuzzer target: arbitrary bytes as the body of a request, and as what is encrypted in one. What
 * is taken has its sender, time and type, identities of their form, and a key; what is refused
 * leaves nothing behind.
 *
 *     clang -fsanitize=fuzzer,address,undefined -I. -Iinclude -D_GNU_SOURCE
 *         tests/fuzz/fuzz_event.c helper/wecom/event.c helper/wecom/fields.c common/names.c
 *         common/secret.c common/text.c common/wiping.c -lcrypto -lexpat -ljansson
 */
#include "helper/wecom/event.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "helper/wecom/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds)
        abort();
}

/* Ends in its array and is UTF-8. */
static void must_be_text(const char *string, size_t bytes) {
    size_t len = strnlen(string, bytes);

    must(len < bytes && text_is_utf8(string, len));
}

static void check_envelope(const char *bytes, size_t size) {
    struct event_envelope envelope;
    enum wecom_error err = event_envelope(bytes, size, &envelope);

    if (err == WECOM_OK) {
        must(name_is_corp_id(envelope.to));
        must(envelope.encrypted[0] != '\0' && strlen(envelope.encrypted) < size);
        must(envelope.agent_id >= 0 && envelope.agent_id <= WECOM_AGENT_ID_MAX);
    } else {
        must((err == WECOM_E_TOO_LONG) == (size > FIELDS_MAX_BYTES));
        must(envelope.encrypted == NULL && envelope.to[0] == '\0' && envelope.agent_id == 0);
    }
    event_envelope_clear(&envelope);
}

static void check_values(const struct event_message *m) {
    must(name_is_corp_id(m->to_user) && name_is_userid(m->from_user) && name_is_word(m->msg_type));
    must(m->create_time_s > 0 && m->agent_id >= 0 && m->agent_id <= WECOM_AGENT_ID_MAX);
    must(strcmp(m->msg_type, "event") == 0 ? m->event[0] != '\0' : m->msg_id[0] != '\0');
    must(m->user_id[0] == '\0' || name_is_userid(m->user_id));
    must(m->new_user_id[0] == '\0' || name_is_userid(m->new_user_id));
    must(m->msg_id[strspn(m->msg_id, "0123456789")] == '\0');
    must_be_text(m->event_key, sizeof m->event_key);
    must_be_text(m->task_id, sizeof m->task_id);
    must_be_text(m->response_code, sizeof m->response_code);
    must_be_text(m->content, sizeof m->content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char key[EVENT_DIGEST_CHARACTERS + 1];
    struct event_message message;

    check_envelope((const char *)data, size);
    if (event_parse((const char *)data, size, &message) == WECOM_OK) {
        must(memchr(data, '\0', size) == NULL);
        check_values(&message);
        must(event_key_of(&message, key) && strlen(key) == EVENT_DIGEST_CHARACTERS);
    } else {
        must(message.from_user[0] == '\0' && message.event[0] == '\0' &&
             message.task_id[0] == '\0');
        must(!event_key_of(&message, key) && key[0] == '\0');
    }
    return 0;
}
