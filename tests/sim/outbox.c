/* Messages that were sent, their cards and response codes. */
#include "outbox.h"

#include "server.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define RESPONSE_LIFE_MS (72 * 3600 * 1000LL) /* WeCom document 90236 */

struct response {
    struct message *message;
    int64_t made_ms;
    bool used;
};

struct outbox {
    struct table *messages;  /* by msgid */
    struct table *tasks;     /* "agent id/task id" -> message, owned by messages */
    struct table *responses; /* by response code */
    struct table *requests;  /* digests of requests with a duplicate check -> int64_t ms */
};

static void message_free(void *thing) {
    struct message *message = thing;

    free(message->msgid);
    free(message->task_id);
    json_decref(message->shown);
    free(message);
}

struct outbox *outbox_new(void) {
    struct outbox *outbox = text_alloc(sizeof(*outbox));

    outbox->messages = table_new(message_free);
    outbox->tasks = table_new(NULL);
    outbox->responses = table_new(free);
    outbox->requests = table_new(free);
    return outbox;
}

void outbox_clear(struct outbox *outbox) {
    table_clear(outbox->responses);
    table_clear(outbox->tasks);
    table_clear(outbox->messages);
    table_clear(outbox->requests);
}

void outbox_free(struct outbox *outbox) {
    outbox_clear(outbox);
    table_free(outbox->responses);
    table_free(outbox->tasks);
    table_free(outbox->messages);
    table_free(outbox->requests);
    free(outbox);
}

static char *outbox_task_key(const struct app *app, const char *task_id) {
    return text_format("%lld/%s", (long long)app->agent_id, task_id);
}

struct message *outbox_add(struct server *server, struct app *app, const char *task_id,
                           json_t *shown) {
    struct message *message = text_alloc(sizeof(*message));

    message->msgid = text_random(45);
    message->app = app;
    message->sent_ms = clock_ms(&server->clock);
    message->task_id = text_copy(task_id);
    message->shown = shown;
    json_object_set_new(shown, "msgid", json_string(message->msgid));
    json_object_set_new(shown, "at", json_integer(message->sent_ms / 1000));
    table_put(server->outbox->messages, message->msgid, message);
    if (task_id != NULL) {
        char *key = outbox_task_key(app, task_id);
        table_put(server->outbox->tasks, key, message);
        free(key);
    }
    return message;
}

struct message *outbox_find(const struct outbox *outbox, const char *msgid) {
    return table_get(outbox->messages, msgid);
}

struct message *outbox_task(const struct outbox *outbox, const struct app *app,
                            const char *task_id) {
    char *key = outbox_task_key(app, task_id);
    struct message *message = table_get(outbox->tasks, key);

    free(key);
    return message;
}

const char *outbox_response_code(struct server *server, struct message *message) {
    struct table *all = server->outbox->responses;
    struct response *response = text_alloc(sizeof(*response));
    char *code = text_random(32);
    const char *kept = NULL;

    response->message = message;
    response->made_ms = clock_ms(&server->clock);
    table_put(all, code, response);
    json_object_set_new(message->shown, "response_code", json_string(code));
    kept = json_string_value(json_object_get(message->shown, "response_code"));
    free(code);
    return kept;
}

struct message *outbox_redeem(struct server *server, const struct app *app, const char *code,
                              bool *other_app) {
    struct response *response = table_get(server->outbox->responses, code);

    *other_app = response != NULL && response->message->app != app;
    if (response == NULL || *other_app || response->used ||
        clock_ms(&server->clock) - response->made_ms >= RESPONSE_LIFE_MS)
        return NULL;
    response->used = true;
    return response->message;
}

bool outbox_duplicate(struct server *server, const char *request, int64_t interval_s) {
    int64_t now = clock_ms(&server->clock);
    int64_t *last = table_get(server->outbox->requests, request);

    if (last != NULL && now - *last < interval_s * 1000)
        return true;
    last = text_alloc(sizeof(*last));
    *last = now;
    table_put(server->outbox->requests, request, last);
    return false;
}

json_t *outbox_show(const struct outbox *outbox) {
    json_t *list = json_array();
    const struct message *message = NULL;

    for (size_t at = 0; (message = table_next(outbox->messages, &at, NULL)) != NULL;)
        json_array_append(list, message->shown);
    return list;
}
