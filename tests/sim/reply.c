/* The JSON around an answer: errcode, errmsg, empty arrays, and what a fault does to it. */
#include "reply.h"

#include "call.h"
#include "deliver.h"
#include "errors.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUERY_URL "https://open.work.weixin.qq.com/devtool/query?e="
#define JSON_TYPE "application/json; charset=UTF-8"

/* The error text with the hint, address and link that the server adds. */
static char *reply_text(const struct call *call, int errcode, const char *text) {
    int64_t style = call->server->options.hint;
    char hint[24];

    if (errors_bare(errcode) || style == HINT_SHORT)
        return text_copy(text);
    text_hint(hint);
    if (style == HINT_NO_IP)
        return text_format("%s, hint: [%s], more info at " QUERY_URL "%d", text, hint, errcode);
    return text_format("%s, hint: [%s], from ip: %s, more info at " QUERY_URL "%d", text, hint,
                       call->peer, errcode);
}

static char *reply_errmsg(const struct call *call, int errcode) {
    const char *text = call->text[0] != '\0' ? call->text : errors_text(errcode);
    const char *warning = call->body_broken ? ". Warning: wrong json format. " : "";
    char *plain = text_format("%s%s", text, warning);
    char *full = reply_text(call, errcode, plain);

    free(plain);
    return full;
}

/* The arrays that stand empty in an error answer of this call: "a b " -> "a":[],"b":[]. */
static void reply_empty(json_t *into, const char *names) {
    char name[40];

    while (names != NULL && *names != '\0') {
        size_t bytes = strcspn(names, " ");
        snprintf(name, sizeof(name), "%.*s", (int)bytes, names);
        json_object_set_new(into, name, json_array());
        names += bytes + (names[bytes] == ' ');
    }
}

/* Errcode before or after the rest, differently from answer to answer: nobody may rely on it. */
static bool reply_errcode_first(struct server *server) {
    if (server->options.key_order != KEYS_VARY)
        return server->options.key_order == KEYS_ERRCODE_FIRST;
    return ++server->answers % 2 == 1;
}

static void reply_verdict(json_t *into, const struct call *call, int errcode, const char *errmsg) {
    const struct options *options = &call->server->options;
    bool gettoken_ok = errcode == 0 && call->row->rights == CALL_OPEN;

    if (gettoken_ok && options->gettoken_answer == GETTOKEN_NO_ERRCODE)
        return;
    if (gettoken_ok && options->gettoken_answer == GETTOKEN_EMPTY_ERRMSG)
        errmsg = "";
    json_object_set_new(into, "errcode", json_integer(errcode));
    /* What was echoed may be no UTF-8; then the bare text has to do. */
    if (json_object_set_new(into, "errmsg", json_string(errmsg)) != 0)
        json_object_set_new(into, "errmsg", json_string(errors_text(errcode)));
}

static void reply_dump(struct answer *answer, json_t *json) {
    free(answer->body);
    answer->body = json_dumps(json, JSON_COMPACT);
    answer->body_bytes = answer->body == NULL ? 0 : strlen(answer->body);
}

void reply_build(struct call *call, int errcode, struct answer *answer) {
    json_t *whole = json_object();
    json_t *rest = errcode == 0 ? json_incref(call->answer) : json_object();
    bool first = reply_errcode_first(call->server);

    /* A few errors name people: the handler leaves those fields in the answer. */
    if (errcode != 0) {
        reply_empty(rest, call->row->empty);
        json_object_update(rest, call->answer);
    }
    answer->status = 200;
    answer->content_type = JSON_TYPE;
    answer->json = true;
    answer->errcode = errcode;
    answer->errmsg = reply_errmsg(call, errcode);
    if (first)
        reply_verdict(whole, call, errcode, answer->errmsg);
    json_object_update(whole, rest);
    if (!first)
        reply_verdict(whole, call, errcode, answer->errmsg);
    reply_dump(answer, whole);
    json_decref(rest);
    json_decref(whole);
}

static void reply_errcode_fault(const struct call *call, const struct fault *fault,
                                struct answer *answer) {
    struct call fake = *call;

    fake.answer = json_object();
    fake.body_broken = false;
    snprintf(fake.text, sizeof(fake.text), "%s", fault->errmsg == NULL ? "" : fault->errmsg);
    answer_free(answer);
    reply_build(&fake, (int)fault->errcode, answer);
    json_decref(fake.answer);
}

static void reply_set_body(struct answer *answer, const char *body) {
    text_set(&answer->body, body == NULL ? "" : body);
    answer->body_bytes = strlen(answer->body);
}

static void reply_status_fault(const struct call *call, const struct fault *fault,
                               struct answer *answer) {
    (void)call;
    answer_free(answer);
    answer->status = (int)fault->http_status;
    answer->content_type = "text/html";
    reply_set_body(answer, fault->body);
}

static void reply_garbage_fault(const struct call *call, const struct fault *fault,
                                struct answer *answer) {
    (void)call, (void)fault;
    reply_set_body(answer, "<html><body>\x01\xff{\"errcode\":0,</body></html>");
}

static void reply_body_fault(const struct call *call, const struct fault *fault,
                             struct answer *answer) {
    (void)call;
    answer->status = 200;
    reply_set_body(answer, fault->body);
}

static void reply_huge_fault(const struct call *call, const struct fault *fault,
                             struct answer *answer) {
    json_t *json = json_loadb(answer->body, answer->body_bytes, 0, NULL);
    char *filler = text_alloc((size_t)fault->huge_bytes + 1);

    (void)call;
    if (!json_is_object(json)) {
        json_decref(json);
        json = json_object();
    }
    memset(filler, 'x', (size_t)fault->huge_bytes);
    json_object_set_new(json, "filler", json_string(filler));
    reply_dump(answer, json);
    json_decref(json);
    free(filler);
}

static void reply_truncate_fault(const struct call *call, const struct fault *fault,
                                 struct answer *answer) {
    (void)call, (void)fault;
    answer->body_bytes /= 2;
}

static void reply_no_errcode_fault(const struct call *call, const struct fault *fault,
                                   struct answer *answer) {
    json_t *json = json_loadb(answer->body, answer->body_bytes, 0, NULL);

    (void)call, (void)fault;
    json_object_del(json, "errcode");
    json_object_del(json, "errmsg");
    if (json != NULL)
        reply_dump(answer, json);
    json_decref(json);
}

static void reply_string_fault(const struct call *call, const struct fault *fault,
                               struct answer *answer) {
    json_t *json = json_loadb(answer->body, answer->body_bytes, 0, NULL);

    (void)call, (void)fault;
    if (json_is_object(json)) {
        json_object_set_new(json, "errcode", json_sprintf("%d", answer->errcode));
        reply_dump(answer, json);
    }
    json_decref(json);
}

void reply_spoil(const struct call *call, const struct fault *fault, struct answer *answer) {
    static void (*const spoilers[FAULT_KINDS])(const struct call *, const struct fault *,
                                               struct answer *) = {
        [FAULT_ERRCODE] = reply_errcode_fault,       [FAULT_HTTP_STATUS] = reply_status_fault,
        [FAULT_GARBAGE] = reply_garbage_fault,       [FAULT_BODY] = reply_body_fault,
        [FAULT_HUGE_BYTES] = reply_huge_fault,       [FAULT_TRUNCATED_JSON] = reply_truncate_fault,
        [FAULT_NO_ERRCODE] = reply_no_errcode_fault, [FAULT_ERRCODE_STRING] = reply_string_fault,
    };

    if (spoilers[fault->kind] != NULL)
        spoilers[fault->kind](call, fault, answer);
}
