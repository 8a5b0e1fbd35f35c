/* The control port: plain HTTP on loopback, JSON in, JSON out, one table of routes. */
#include "control.h"

#include "text.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct control_row {
    const char *method;
    const char *path;
    bool (*handle)(struct order *order);
};

// clang-format off
static const struct control_row control_rows[] = {
    {"POST", "/mint", control_mint},
    {"POST", "/phone", control_phone},
    {"POST", "/scan", control_scan},
    {"POST", "/token", control_token},
    {"POST", "/fault", control_fault},
    {"GET", "/fault", control_show_faults},
    {"DELETE", "/fault", control_fault_clear},
    {"POST", "/certificate", control_certificate},
    {"POST", "/clock", control_clock},
    {"POST", "/option", control_option},
    {"GET", "/option", control_show_options},
    {"POST", "/member", control_member},
    {"DELETE", "/member", control_member_gone},
    {"POST", "/department", control_department},
    {"POST", "/tag", control_tag},
    {"POST", "/app", control_app},
    {"GET", "/counts", control_counts},
    {"POST", "/counts/reset", control_counts_reset},
    {"GET", "/requests", control_requests},
    {"GET", "/outbox", control_outbox},
    {"POST", "/outbox/clear", control_outbox_clear},
    {"POST", "/click", control_click},
    {"GET", "/health", control_health},
};
// clang-format on

bool order_refuse(struct order *order, const char *format, ...) {
    va_list args;

    va_start(args, format);
    vsnprintf(order->why, sizeof(order->why), format, args);
    va_end(args);
    return false;
}

struct app *order_app(struct order *order, int64_t agent_id) {
    struct app *app = corp_app(&order->server->corp, agent_id);

    if (app == NULL)
        order_refuse(order, "agent_id %lld: no such application; POST /app adds one",
                     (long long)agent_id);
    return app;
}

static const char *control_method(struct evhttp_request *request) {
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return "GET";
    case EVHTTP_REQ_POST:
        return "POST";
    case EVHTTP_REQ_DELETE:
        return "DELETE";
    default:
        return "?";
    }
}

static void control_answer(struct evhttp_request *request, int status, json_t *json) {
    struct evbuffer *body = evbuffer_new();
    char *text = json_dumps(json, JSON_COMPACT);

    evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
                      "application/json; charset=UTF-8");
    if (text != NULL)
        evbuffer_add(body, text, strlen(text));
    free(text);
    evhttp_send_reply(request, status, status == 200 ? "OK" : "Error", body);
    evbuffer_free(body);
}

/* {"error": why}; a why that is no UTF-8 (it may quote input) is replaced. */
static void control_refuse(struct evhttp_request *request, int status, const char *why) {
    json_t *json = json_object();

    if (json_object_set_new(json, "error", json_string(why)) != 0)
        json_object_set_new(json, "error", json_string("the request is not UTF-8"));
    control_answer(request, status, json);
    json_decref(json);
}

static json_t *control_body(struct evhttp_request *request, char *why) {
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t bytes = evbuffer_get_length(input);
    json_error_t error;
    json_t *json = NULL;

    if (bytes == 0)
        return json_object();
    json =
        json_loadb((const char *)evbuffer_pullup(input, -1), bytes, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(json))
        return json;
    snprintf(why, FIELDS_WHY, "the body must be one JSON object: line %d, column %d: %s",
             json == NULL ? error.line : 1, json == NULL ? error.column : 1,
             json == NULL ? error.text : "something else");
    json_decref(json);
    return NULL;
}

static void control_run(struct evhttp_request *request, const struct control_row *row,
                        struct server *server, const struct evkeyvalq *query) {
    struct order order = {.server = server, .query = query};

    order.body = control_body(request, order.why);
    order.answer = json_object();
    if (order.body == NULL || !row->handle(&order)) {
        control_refuse(request, 400, order.why);
    } else {
        if (json_object_size(order.answer) == 0)
            json_object_set_new(order.answer, "ok", json_true());
        control_answer(request, 200, order.answer);
    }
    json_decref(order.body);
    json_decref(order.answer);
}

void control_request(struct evhttp_request *request, void *arg) {
    struct server *server = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = evhttp_uri_get_path(uri);
    const char *raw = evhttp_uri_get_query(uri);
    const char *method = control_method(request);
    const struct control_row *row = NULL;
    struct evkeyvalq query = {NULL, NULL};
    bool known = false;

    for (size_t i = 0; path != NULL && i < sizeof(control_rows) / sizeof(control_rows[0]); i++) {
        if (strcmp(control_rows[i].path, path) != 0)
            continue;
        known = true;
        if (strcmp(control_rows[i].method, method) == 0)
            row = &control_rows[i];
    }
    if (row == NULL) {
        control_refuse(request, known ? 405 : 404,
                       known ? "this path knows other methods; see the README"
                             : "no such path; see the README for the list");
        return;
    }
    evhttp_parse_query_str(raw == NULL ? "" : raw, &query);
    control_run(request, row, server, &query);
    evhttp_clear_headers(&query);
}
