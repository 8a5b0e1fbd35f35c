/* Call: sending a message. */
#include "call.h"
#include "cards.h"
#include "outbox.h"
#include "rates.h"
#include "recipients.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_SHOWN 2048 /* bytes; the rest is cut, WeCom document 90236 */
#define TEXT_MAX 5120   /* bytes; more is refused, as seen in real answers */
#define TITLE_MAX 128
#define DESCRIPTION_MAX 512
#define URL_MAX 2048
#define INTERVAL_S 1800 /* duplicate check, unless the request says otherwise */
#define INTERVAL_MAX_S (4 * 3600)

static const char *message_string(json_t *content, const char *name) {
    const char *text = json_string_value(json_object_get(content, name));

    return text == NULL ? "" : text;
}

static int message_too_long(struct call *call, const char *field, size_t max) {
    return call_fail(call, 40058, "%s exceed max length %zu. invalid Request Parameter", field,
                     max);
}

/* Cuts at a whole character at or before max bytes. */
static void message_cut(json_t *content, size_t max) {
    const char *text = message_string(content, "content");
    size_t bytes = strlen(text);

    if (bytes <= max)
        return;
    for (bytes = max; bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80;)
        bytes--;
    json_object_set_new(content, "content", json_stringn(text, bytes));
}

static int message_text(struct call *call, json_t *content) {
    size_t bytes = strlen(message_string(content, "content"));

    if (bytes == 0)
        return 44004;
    if (bytes > TEXT_MAX)
        return message_too_long(call, "text.content", TEXT_MAX);
    message_cut(content, TEXT_SHOWN);
    return 0;
}

static int message_markdown(struct call *call, json_t *content) {
    size_t bytes = strlen(message_string(content, "content"));

    if (bytes == 0)
        return 44004;
    return bytes > TEXT_SHOWN ? message_too_long(call, "markdown.content", TEXT_SHOWN) : 0;
}

static int message_textcard(struct call *call, json_t *content) {
    const char *url = message_string(content, "url");

    if (message_string(content, "title")[0] == '\0')
        return 41016;
    if (message_string(content, "description")[0] == '\0')
        return 41033;
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return 45034;
    if (strlen(message_string(content, "title")) > TITLE_MAX)
        return message_too_long(call, "textcard.title", TITLE_MAX);
    if (strlen(message_string(content, "description")) > DESCRIPTION_MAX)
        return message_too_long(call, "textcard.description", DESCRIPTION_MAX);
    return strlen(url) > URL_MAX ? message_too_long(call, "textcard.url", URL_MAX) : 0;
}

/* A kind of message: a new one is a row and its check. */
static const struct message_type {
    const char *name;
    int (*check)(struct call *call, json_t *content);
} message_types[] = {{"text", message_text},
                     {"textcard", message_textcard},
                     {"markdown", message_markdown},
                     {"template_card", cards_check}};

static int message_content(struct call *call, const char **msgtype, json_t **content) {
    const char *name = message_string(call->body, "msgtype");
    json_t *safe = json_object_get(call->body, "safe");

    for (size_t i = 0; i < sizeof(message_types) / sizeof(message_types[0]); i++) {
        if (strcmp(message_types[i].name, name) != 0)
            continue;
        *msgtype = message_types[i].name;
        *content = json_object_get(call->body, name);
        if (!json_is_object(*content))
            return call_fail(call, 40058, "%s missing. invalid Request Parameter", name);
        if (safe != NULL && json_integer_value(safe) != 0 && json_integer_value(safe) != 1)
            return call_fail(call, 40058, "safe invalid. invalid Request Parameter");
        return message_types[i].check(call, *content);
    }
    return 40008;
}

/* "a|b|c"; nothing when the list is empty. */
static void message_bad(struct call *call, const char *name, json_t *list) {
    char *joined = text_copy("");

    for (size_t i = 0; i < json_array_size(list); i++) {
        char *more = text_format("%s%s%s", joined, i == 0 ? "" : "|",
                                 json_string_value(json_array_get(list, i)));
        free(joined);
        joined = more;
    }
    if (joined[0] != '\0')
        call_string(call, name, joined);
    free(joined);
}

static int message_recipients(struct call *call, struct recipients *to) {
    int errcode = recipients_users(call, to, message_string(call->body, "touser"));

    if (errcode == 0)
        errcode = recipients_parties(call, to, message_string(call->body, "toparty"));
    if (errcode == 0)
        errcode = recipients_tags(call, to, message_string(call->body, "totag"));
    if (errcode == 0 && to->named == 0)
        errcode = 82001;
    if (errcode != 0)
        return errcode;
    message_bad(call, "invaliduser", to->bad_users);
    message_bad(call, "invalidparty", to->bad_parties);
    message_bad(call, "invalidtag", to->bad_tags);
    return to->good == 0 ? 81013 : 0;
}

/* The same JSON again, and the request asked for the check: answered, but not delivered. */
static bool message_repeated(struct call *call) {
    json_t *interval = json_object_get(call->body, "duplicate_check_interval");
    json_int_t seconds = interval == NULL ? INTERVAL_S : json_integer_value(interval);
    char *request = NULL;
    bool repeated = false;

    if (json_integer_value(json_object_get(call->body, "enable_duplicate_check")) != 1)
        return false;
    request = json_dumps(call->body, JSON_COMPACT | JSON_SORT_KEYS);
    repeated = outbox_duplicate(call->server, request,
                                seconds > INTERVAL_MAX_S ? INTERVAL_MAX_S : seconds);
    free(request);
    return repeated;
}

/* Who gets it, and who is over the rate: those the server leaves out without a word. */
static json_t *message_shown(struct call *call, const struct recipients *to, const char *msgtype,
                             json_t *content, bool repeated) {
    json_t *shown = json_pack("{s:I, s:s, s:O}", "agentid", (json_int_t)call->app->agent_id,
                              "msgtype", msgtype, msgtype, content);
    json_t *delivered = json_array();
    json_t *dropped = json_array();
    const char *userid = NULL;

    for (size_t at = 0; (userid = table_next(to->members, &at, NULL)) != NULL;) {
        bool open = !repeated && rates_message(call->server, call->app->agent_id, userid);
        json_array_append_new(open ? delivered : dropped, json_string(userid));
    }
    json_object_set_new(shown, "touser", json_string(message_string(call->body, "touser")));
    json_object_set_new(shown, "toparty", json_string(message_string(call->body, "toparty")));
    json_object_set_new(shown, "totag", json_string(message_string(call->body, "totag")));
    json_object_set_new(shown, "recipients", delivered);
    json_object_set_new(shown, "dropped", dropped);
    return shown;
}

static void message_send(struct call *call, const struct recipients *to, const char *msgtype,
                         json_t *content) {
    bool card = strcmp(msgtype, "template_card") == 0;
    json_t *shown = message_shown(call, to, msgtype, content, message_repeated(call));
    struct message *message =
        outbox_add(call->server, call->app,
                   card ? json_string_value(json_object_get(content, "task_id")) : NULL, shown);

    call_string(call, "msgid", message->msgid);
    if (card && cards_interactive(content))
        call_string(call, "response_code", outbox_response_code(call->server, message));
}

int calls_message_send(struct call *call) {
    struct recipients to;
    const char *msgtype = NULL;
    json_t *content = NULL;
    int errcode = 0;

    if (call->body_broken)
        return call_fail(call, 40058, "invalid json. invalid Request Parameter");
    if ((errcode = call_agent(call, json_object_get(call->body, "agentid"))) != 0 ||
        (errcode = message_content(call, &msgtype, &content)) != 0)
        return errcode;
    recipients_init(&to);
    errcode = message_recipients(call, &to);
    if (errcode == 0)
        message_send(call, &to, msgtype, content);
    recipients_free(&to);
    return errcode;
}
