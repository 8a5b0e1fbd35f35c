/* What WeCom tells an application through its message URL. */
#include "helper/wecom/event.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/wecom/fields.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_agent_id(int64_t id) {
    return id >= 0 && id <= WECOM_AGENT_ID_MAX;
}

enum wecom_error event_envelope(const char *body, size_t bytes, struct event_envelope *envelope) {
    struct event_envelope found = {0};
    char agent_id[FIELDS_NUMBER_BYTES];
    /* both spellings of the JSON variant are in WeCom's own samples */
    struct fields_slot slots[] = {
        {"ToUserName", "tousername", found.to, sizeof found.to, false, false},
        {"AgentID", "agentid", agent_id, sizeof agent_id, true, false},
        {"Encrypt", "encrypt", NULL, FIELDS_MAX_BYTES, false, false}, /* shorter than the whole */
    };
    enum wecom_error err;

    *envelope = (struct event_envelope){0};
    slots[2].to = found.encrypted = malloc(FIELDS_MAX_BYTES);
    if (found.encrypted == NULL)
        return WECOM_E_MEMORY;
    err = fields_read(body, bytes, slots, COUNT(slots));
    if (err == WECOM_OK)
        found.agent_id = fields_number(agent_id);
    if (err == WECOM_OK &&
        (found.encrypted[0] == '\0' || !name_is_corp_id(found.to) || !is_agent_id(found.agent_id)))
        err = WECOM_E_FORMAT;
    if (err == WECOM_OK)
        *envelope = found;
    else
        event_envelope_clear(&found);
    return err;
}

void event_envelope_clear(struct event_envelope *envelope) {
    free(envelope->encrypted);
    *envelope = (struct event_envelope){0};
}

static bool is_word_or_nothing(const char *text) {
    return text[0] == '\0' || name_is_word(text);
}

static bool is_userid_or_nothing(const char *text) {
    return text[0] == '\0' || name_is_userid(text);
}

static bool is_event(const struct event_message *m) {
    return strcmp(m->msg_type, "event") == 0;
}

/* Whatever is refused here could not be told from its repetition, or not be logged. */
static bool is_whole(const struct event_message *m) {
    return name_is_corp_id(m->to_user) && name_is_userid(m->from_user) && m->create_time_s > 0 &&
           is_agent_id(m->agent_id) && name_is_word(m->msg_type) &&
           (is_event(m) ? name_is_word(m->event) : m->msg_id[0] != '\0') &&
           is_word_or_nothing(m->event) && is_word_or_nothing(m->card_type) &&
           is_word_or_nothing(m->change_type) && is_userid_or_nothing(m->user_id) &&
           is_userid_or_nothing(m->new_user_id);
}

enum wecom_error event_parse(const char *plain, size_t bytes, struct event_message *message) {
    struct event_message m = {0};
    char time[FIELDS_NUMBER_BYTES], agent_id[FIELDS_NUMBER_BYTES];
    struct fields_slot slots[] = {
        {"ToUserName", NULL, m.to_user, sizeof m.to_user, false, false},
        {"FromUserName", NULL, m.from_user, sizeof m.from_user, false, false},
        {"CreateTime", NULL, time, sizeof time, true, false},
        {"AgentID", NULL, agent_id, sizeof agent_id, true, false},
        {"MsgType", NULL, m.msg_type, sizeof m.msg_type, false, false},
        {"Event", NULL, m.event, sizeof m.event, false, false},
        {"EventKey", NULL, m.event_key, sizeof m.event_key, false, false},
        {"TaskId", NULL, m.task_id, sizeof m.task_id, false, false},
        {"CardType", NULL, m.card_type, sizeof m.card_type, false, false},
        {"ResponseCode", NULL, m.response_code, sizeof m.response_code, false, false},
        {"ChangeType", NULL, m.change_type, sizeof m.change_type, false, false},
        {"UserID", NULL, m.user_id, sizeof m.user_id, false, false},
        {"NewUserID", NULL, m.new_user_id, sizeof m.new_user_id, false, false},
        {"MsgId", NULL, m.msg_id, sizeof m.msg_id, true, false},
        {"Content", NULL, m.content, sizeof m.content, false, false},
    };
    enum wecom_error err = fields_read(plain, bytes, slots, COUNT(slots));

    *message = (struct event_message){0};
    if (err != WECOM_OK)
        return err;
    m.create_time_s = fields_number(time);
    m.agent_id = fields_number(agent_id);
    if (!is_whole(&m))
        return WECOM_E_FORMAT;
    *message = m;
    return WECOM_OK;
}

/* With its NUL, which no value has inside: where one ends counts as well. */
static bool add(EVP_MD_CTX *context, const char *value) {
    return EVP_DigestUpdate(context, value, strlen(value) + 1) == 1;
}

static bool add_number(EVP_MD_CTX *context, int64_t value) {
    char text[FIELDS_NUMBER_BYTES + 1];

    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    return add(context, text);
}

static bool add_all(EVP_MD_CTX *context, const struct event_message *m) {
    bool good = add(context, is_event(m) ? "event" : "message") && add(context, m->to_user) &&
                add_number(context, m->agent_id);

    if (!is_event(m))
        return good && add(context, m->msg_id);
    return good && add(context, m->from_user) && add_number(context, m->create_time_s) &&
           add(context, m->event) && add(context, m->event_key) && add(context, m->task_id) &&
           add(context, m->change_type) && add(context, m->user_id) && add(context, m->new_user_id);
}

bool event_key_of(const struct event_message *message, char key[EVENT_DIGEST_CHARACTERS + 1]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = is_whole(message) ? EVP_MD_CTX_new() : NULL;
    bool good = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                add_all(context, message) && EVP_DigestFinal_ex(context, digest, NULL) == 1;

    EVP_MD_CTX_free(context);
    key[0] = '\0';
    for (size_t i = 0; i < EVENT_DIGEST_CHARACTERS / 2 && good; i++)
        (void)snprintf(key + 2 * i, 3, "%02x", digest[i]);
    return good;
}
