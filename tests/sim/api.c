/* The HTTPS side: finds the call, checks who calls, runs it, sends the answer. */
#include "api.h"

#include "browser.h"
#include "call.h"
#include "codes.h"
#include "deliver.h"
#include "faults.h"
#include "journal.h"
#include "rates.h"
#include "reply.h"
#include "table.h"
#include "text.h"
#include "tokens.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "/cgi-bin/"
#define USER_ARRAYS "department order is_leader_in_dept direct_leader "

// clang-format off
static const struct call_row api_rows[] = {
    /* path, method, who, errcode of the wrong method, spares the rate, empty arrays, handler */
    {"gettoken", "GET", CALL_OPEN, 40058, false, NULL, calls_gettoken},
    {"auth/getuserinfo", "GET", CALL_APP, 40058, true, NULL, calls_getuserinfo},
    {"user/getuserinfo", "GET", CALL_APP, 40058, true, NULL, calls_getuserinfo_old},
    {"auth/getuserdetail", "POST", CALL_APP, 40058, false, NULL, calls_getuserdetail},
    {"user/getuserdetail", "POST", CALL_APP, 40058, false, NULL, calls_getuserdetail_old},
    {"user/get", "GET", CALL_READ, 40058, false, USER_ARRAYS, calls_user_get},
    {"user/list", "GET", CALL_READ, 40058, false, "userlist ", calls_user_list},
    {"user/simplelist", "GET", CALL_READ, 40058, false, "userlist ", calls_user_simplelist},
    {"user/list_id", "POST", CALL_CONTACTS, 40003, false, "dept_user ", calls_user_list_id},
    {"department/list", "GET", CALL_READ, 40058, false, "department ", calls_department_list},
    {"department/simplelist", "GET", CALL_BOTH, 40058, false, "department_id ",
     calls_department_simplelist},
    {"department/get", "GET", CALL_READ, 40058, false, NULL, calls_department_get},
    {"tag/list", "GET", CALL_BOTH, 40058, false, "taglist ", calls_tag_list},
    {"tag/get", "GET", CALL_BOTH, 40058, false, "userlist partylist ", calls_tag_get},
    {"agent/get", "GET", CALL_APP, 40058, false, NULL, calls_agent_get},
    {"message/send", "POST", CALL_APP, 40058, false, NULL, calls_message_send},
    {"message/update_template_card", "POST", CALL_APP, 40058, false, NULL, calls_message_update},
    {"message/recall", "POST", CALL_APP, 40058, false, NULL, calls_message_recall},
    {"get_api_domain_ip", "GET", CALL_BOTH, 40058, false, "ip_list ", calls_api_domain_ip},
    {"getcallbackip", "GET", CALL_BOTH, 40058, false, "ip_list ", calls_callback_ip},
};
// clang-format on

static const struct call_row *api_row(const char *path) {
    size_t prefix = strlen(PREFIX);

    if (strncmp(path, PREFIX, prefix) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(api_rows) / sizeof(api_rows[0]); i++)
        if (strcmp(api_rows[i].path, path + prefix) == 0)
            return &api_rows[i];
    return NULL;
}

const char *api_peer(struct evhttp_request *request) {
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    char *address = NULL;
    ev_uint16_t port = 0;

    if (connection != NULL)
        evhttp_connection_get_peer(connection, &address, &port);
    if (address == NULL)
        return "0.0.0.0";
    return strncmp(address, "::ffff:", 7) == 0 ? address + 7 : address;
}

/* \uXXXX anywhere in the JSON text (error 40033); a doubled backslash is not one. */
static bool api_escaped(const char *body, size_t bytes) {
    for (size_t i = 0; i + 1 < bytes; i++) {
        if (body[i] != '\\')
            continue;
        if (body[i + 1] == 'u')
            return true;
        i++;
    }
    return false;
}

/* Reads the JSON body; errcode 0 also when it is no JSON, unless that option says otherwise. */
static int api_body(struct call *call, struct evhttp_request *request) {
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t bytes = evbuffer_get_length(input);
    const char *text = bytes == 0 ? "" : (const char *)evbuffer_pullup(input, -1);
    json_t *body = NULL;

    if (api_escaped(text, bytes))
        return 40033;
    body = json_loadb(text, bytes, 0, NULL);
    call->body_broken = !json_is_object(body);
    if (!call->body_broken) {
        json_decref(call->body);
        call->body = body;
        return 0;
    }
    json_decref(body);
    return (int)call->server->options.malformed_json;
}

static int api_rights(const struct call *call) {
    bool contacts = app_is_contacts(call->app);

    if (call->row->rights == CALL_READ && contacts)
        return call->server->options.contacts_new_ip ? 48009 : 0;
    return (call->row->rights & (contacts ? CALL_CONTACTS : CALL_APP)) != 0 ? 0 : 48002;
}

/* A redemption of a valid code is exempt from the rates. */
static bool api_spared(struct call *call) {
    const char *code = call_param(call, "code");

    return call->row->spares_rate && call->app != NULL && code != NULL &&
           codes_live(call->server, call->app, code);
}

/* Everything that is checked before a handler, in the server's order. */
static int api_admit(struct call *call, struct evhttp_request *request) {
    struct server *server = call->server;
    bool post = evhttp_request_get_command(request) == EVHTTP_REQ_POST;
    const char *token = call_param(call, "access_token");
    bool debug = call_param(call, "debug") != NULL;
    int errcode = 0;

    if (call->row->rights != CALL_OPEN) {
        if (token == NULL)
            return 41001;
        if ((errcode = tokens_find(server, token, &call->app)) != 0)
            return errcode;
        if (call->app->closed)
            return 50003;
        if (call->app->trusted_ips != NULL && table_get(call->app->trusted_ips, call->peer) == NULL)
            return 60020;
        if ((errcode = api_rights(call)) != 0)
            return errcode;
    }
    if (server->options.concurrent > 0 &&
        (int64_t)deliveries_count(server->deliveries) >= server->options.concurrent)
        return 45033;
    if (!api_spared(call) && !rates_call(server, call->row->path, debug))
        return 45009;
    if (post != (strcmp(call->row->method, "POST") == 0))
        return call->row->wrong_method;
    return post ? api_body(call, request) : 0;
}

static int api_run(struct call *call, struct evhttp_request *request) {
    int errcode = api_admit(call, request);
    const char *code = call_param(call, "code");

    if (errcode == 0)
        return call->row->handle(call);
    if (call->row->spares_rate && code != NULL)
        codes_failed(call->server, code);
    return errcode;
}

static void api_call(struct call *call, struct evhttp_request *request, const struct fault *fault,
                     struct answer *answer) {
    int errcode = 0;

    call->body = json_object();
    call->answer = json_object();
    if (fault == NULL || fault->executed)
        errcode = api_run(call, request);
    reply_build(call, errcode, answer);
}

/* A path that is not there: 404, nothing in it. */
static void api_nothing(struct answer *answer) {
    *answer = (struct answer){.status = 404, .content_type = "text/html"};
}

void api_request(struct evhttp_request *request, void *arg) {
    static const struct call_row stranger = {"", "GET", CALL_OPEN, 0, false, NULL, NULL};
    struct server *server = arg;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = evhttp_uri_get_path(uri);
    const char *raw = evhttp_uri_get_query(uri);
    const char *agent = evhttp_find_header(evhttp_request_get_input_headers(request), "User-Agent");
    struct evkeyvalq query = {NULL, NULL};
    struct call call = {.server = server, .query = &query, .peer = api_peer(request)};
    struct answer answer = {.status = 0};
    struct fault fault = {.path = NULL};
    bool post = evhttp_request_get_command(request) == EVHTTP_REQ_POST;
    unsigned long long number = 0;
    bool spoilt = false;

    path = path == NULL ? "/" : path;
    evhttp_parse_query_str(raw == NULL ? "" : raw, &query); /* empty when it is not well-formed */
    number =
        journal_request(server->journal, post ? "POST" : "GET", path, &query, call.peer, agent);
    spoilt = faults_take(server->faults, path, &fault);
    call.row = api_row(path);
    if (call.row != NULL) {
        api_call(&call, request, spoilt ? &fault : NULL, &answer);
    } else {
        call.row = &stranger;
        if (!browser_request(server, request, path, &query, &answer))
            api_nothing(&answer);
    }
    if (answer.status == 0) { /* a page waits for somebody; who keeps it, answers it */
        faults_clear_one(&fault);
    } else {
        if (spoilt)
            reply_spoil(&call, &fault, &answer);
        journal_done(server->journal, number, answer.status, answer.errcode);
        deliver(server, request, &answer, spoilt ? &fault : NULL);
    }
    evhttp_clear_headers(&query);
    json_decref(call.body);
    json_decref(call.answer);
}
