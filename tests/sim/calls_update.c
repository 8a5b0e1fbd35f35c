/* Calls: changing a card that was sent, taking a message back. */
#include "call.h"
#include "outbox.h"
#include "recipients.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define RECALL_MS (24 * 3600 * 1000LL) /* WeCom document 94867 */

static int update_bad(struct call *call, const char *what) {
    return call_fail(call, 40058, "%s invalid. invalid Request Parameter", what);
}

/* userids, partyids and tagids are arrays here, other than in message/send. */
static int update_lists(struct call *call) {
    static const char *const names[] = {"userids", "partyids", "tagids"};
    bool any = json_integer_value(json_object_get(call->body, "atall")) == 1;

    for (size_t i = 0; i < 3; i++) {
        json_t *list = json_object_get(call->body, names[i]);
        if (list != NULL && !json_is_array(list))
            return update_bad(call, names[i]);
        any = any || json_array_size(list) > 0;
    }
    return any ? 0 : 82001;
}

/* Either the button gets other words or the whole card is replaced. */
static int update_content(struct call *call) {
    json_t *button = json_object_get(call->body, "button");
    json_t *card = json_object_get(call->body, "template_card");
    const char *words = json_string_value(json_object_get(button, "replace_name"));
    const char *task_id = json_string_value(json_object_get(card, "task_id"));

    if ((button != NULL) == (card != NULL))
        return update_bad(call, "button or template_card");
    if (button != NULL)
        return words == NULL || *words == '\0' ? 42020 : 0;
    if (json_string_value(json_object_get(card, "card_type")) == NULL)
        return 42031;
    if (task_id != NULL && outbox_task(call->server->outbox, call->app, task_id) == NULL)
        return 42016;
    return 0;
}

static bool update_was_recipient(const struct message *message, const char *userid) {
    json_t *all = json_object_get(message->shown, "recipients");

    for (size_t i = 0; i < json_array_size(all); i++)
        if (strcasecmp(json_string_value(json_array_get(all, i)), userid) == 0)
            return true;
    return false;
}

/* Those who never got the card, as an array (a string in message/send). */
static json_t *update_invalid(struct call *call, const struct message *message) {
    json_t *users = json_object_get(call->body, "userids");
    json_t *bad = json_array();

    for (size_t i = 0; i < json_array_size(users); i++) {
        const char *userid = json_string_value(json_array_get(users, i));
        char *lower = NULL;
        if (userid == NULL || update_was_recipient(message, userid))
            continue;
        lower = text_lower(userid);
        json_array_append_new(bad, json_string(lower));
        free(lower);
    }
    return bad;
}

static void update_note(struct call *call, struct message *message) {
    json_t *updates = json_object_get(message->shown, "updates");

    if (updates == NULL) {
        updates = json_array();
        json_object_set_new(message->shown, "updates", updates);
    }
    json_array_append(updates, call->body);
}

int calls_message_update(struct call *call) {
    const char *code = json_string_value(json_object_get(call->body, "response_code"));
    struct message *message = NULL;
    bool other_app = false;
    int errcode = 0;

    if (call->body_broken)
        return update_bad(call, "json");
    if ((errcode = call_agent(call, json_object_get(call->body, "agentid"))) != 0 ||
        (errcode = update_lists(call)) != 0 || (errcode = update_content(call)) != 0)
        return errcode;
    if (code == NULL)
        return update_bad(call, "response_code");
    message = outbox_redeem(call->server, call->app, code, &other_app);
    if (message == NULL)
        return other_app ? 42015 : update_bad(call, "response_code");
    update_note(call, message);
    call_json(call, "invaliduser", update_invalid(call, message));
    return 0;
}

int calls_message_recall(struct call *call) {
    const char *msgid = json_string_value(json_object_get(call->body, "msgid"));
    struct message *message = msgid == NULL ? NULL : outbox_find(call->server->outbox, msgid);

    if (message == NULL || message->app != call->app)
        return update_bad(call, "msgid");
    if (clock_ms(&call->server->clock) - message->sent_ms >= RECALL_MS)
        return 42052;
    json_object_set_new(message->shown, "recalled", json_true());
    return 0;
}
