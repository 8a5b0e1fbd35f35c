/* Control: messages that were sent, and clicks on their cards. */
#include "cards.h"
#include "control.h"
#include "outbox.h"
#include "text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

bool control_outbox(struct order *order) {
    json_object_set_new(order->answer, "messages", outbox_show(order->server->outbox));
    return true;
}

bool control_outbox_clear(struct order *order) {
    outbox_clear(order->server->outbox);
    return true;
}

struct click {
    int64_t agent_id;
    char *task_id, *userid, *key;
};

// clang-format off
static const struct field click_fields[] = {
    {"agent_id", FIELD_INT, offsetof(struct click, agent_id), true, 0, 0},
    {"task_id", FIELD_STRING, offsetof(struct click, task_id), true, 0, 0},
    {"userid", FIELD_STRING, offsetof(struct click, userid), true, 0, 0},
    {"key", FIELD_STRING, offsetof(struct click, key), true, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

/* The card of a message that this member received; NULL with why set. */
static struct message *click_message(struct order *order, const struct app *app,
                                     const struct click *click) {
    struct message *message = outbox_task(order->server->outbox, app, click->task_id);
    json_t *recipients = NULL;

    if (message == NULL) {
        order_refuse(order, "click.task_id: the application sent no card with it");
        return NULL;
    }
    if (!cards_have_key(json_object_get(message->shown, "template_card"), click->key)) {
        order_refuse(order, "click.key: no button of the card has it");
        return NULL;
    }
    recipients = json_object_get(message->shown, "recipients");
    for (size_t i = 0; i < json_array_size(recipients); i++)
        if (strcasecmp(json_string_value(json_array_get(recipients, i)), click->userid) == 0)
            return message;
    order_refuse(order, "click.userid: did not receive the card");
    return NULL;
}

/* The event's plain XML as the server would encrypt it for the message URL (document 90240). */
static void click_answer(struct order *order, struct message *message, const struct click *click) {
    const char *code = outbox_response_code(order->server, message);
    json_t *card = json_object_get(message->shown, "template_card");
    char *key = text_html(click->key);
    char *xml = text_format(
        "<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName>"
        "<CreateTime>%lld</CreateTime><MsgType>event</MsgType>"
        "<Event>template_card_event</Event><EventKey>%s</EventKey><TaskId>%s</TaskId>"
        "<CardType>%s</CardType><ResponseCode>%s</ResponseCode><AgentID>%lld</AgentID></xml>",
        order->server->corp.corp_id, click->userid, (long long)clock_s(&order->server->clock), key,
        message->task_id, json_string_value(json_object_get(card, "card_type")), code,
        (long long)message->app->agent_id);

    json_object_set_new(order->answer, "response_code", json_string(code));
    json_object_set_new(order->answer, "xml", json_string(xml));
    free(xml);
    free(key);
}

bool control_click(struct order *order) {
    struct click click = {.agent_id = 0};
    bool ok = fields_read(order->body, click_fields, "click", true, &click, order->why);
    const struct app *app = ok ? order_app(order, click.agent_id) : NULL;
    struct message *message = app == NULL ? NULL : click_message(order, app, &click);

    if (message != NULL)
        click_answer(order, message, &click);
    fields_free(click_fields, &click);
    return message != NULL;
}
