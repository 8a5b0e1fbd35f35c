/* One HTTP request: read, checked for form, asked of the helper, answered.
 *
 * It MUST NOT decide anything about a login: what it knows of one are the bytes that it passes on.
 */
#include "web/request.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/secret.h"
#include "common/wiping.h"
#include "web/agent.h"
#include "web/connections.h"
#include "web/exchange.h"
#include "web/forwarded.h"
#include "web/headers.h"
#include "web/language.h"
#include "web/pages.h"
#include "web/query.h"
#include "web/report.h"
#include "web/response.h"
#include "web/route.h"
#include "web/web.h"

/* The longest URI that can be one of ours: a path of the prefix and an application's name, and a
 * query. */
enum { URI_MOST_BYTES = CONFIG_URL_BYTES + 128 + WECOM_QUERY_MAX_BYTES };

enum stage { AT_START, IN_BODY, ASKED, ANSWERED };

struct request {
    struct web *web;
    struct MHD_Connection *http;
    struct connection *connection;
    enum stage stage;
    char *uri; /* as it came; the "?" is a NUL. NULL: too long, or no memory */
    char *query;
    enum route route;
    const char *word, *method;
    struct headers headers;
    enum language language;
    struct address client;
    char *body;
    size_t body_len;
    bool is_body_too_long;
    struct exchange *exchange;
    struct MHD_Response *response; /* NULL with a status: no memory */
    unsigned int status;           /* 0: not answered yet */
};

size_t request_leave_escapes(void *cls, struct MHD_Connection *connection, char *text) {
    (void)cls;
    (void)connection;
    return strlen(text);
}

static struct connection *connection_of(const struct web *web, struct MHD_Connection *http) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(http, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? connections_find(web->connections, info->connect_fd) : NULL;
}

void *request_on_uri(void *cls, const char *uri, struct MHD_Connection *http) {
    struct request *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->web = cls;
    r->http = http;
    r->connection = connection_of(r->web, http);
    if (strnlen(uri, URI_MOST_BYTES + 1) <= URI_MOST_BYTES)
        r->uri = wiping_copy(uri);
    return r;
}

void request_on_completed(void *cls, struct MHD_Connection *http, void **request,
                          enum MHD_RequestTerminationCode how) {
    struct request *r = *request;

    (void)cls;
    (void)http;
    (void)how;
    if (r == NULL)
        return;
    if (r->exchange != NULL)
        exchange_cancel(r->exchange);
    if (r->response != NULL)
        MHD_destroy_response(r->response);
    wiping_free(r->uri);
    wiping_free(r->body);
    secret_wipe_bytes(&r->headers.cookie, sizeof r->headers.cookie);
    free(r);
    *request = NULL;
}

/* Is it a person who reads the answer? */
static bool is_for_people(enum route route) {
    return route == ROUTE_NONE || route == ROUTE_HOME || route == ROUTE_LINK ||
           route == ROUTE_CALLBACK;
}

/* Refuses or gives up; the log is told why, the other end is not. */
static void fail(struct request *r, unsigned int status, const char *why) {
    const char *word = status == 404   ? "not_found"
                       : status == 503 ? PAGES_UNAVAILABLE
                                       : "try_again";

    r->status = status;
    r->response = is_for_people(r->route) ? response_page(word, r->language, NULL)
                                          : response_text(response_status_line(status));
    if (r->response != NULL && status == 405)
        (void)MHD_add_response_header(r->response, "Allow", route_methods(r->route));
    if (r->response != NULL && status == 503)
        (void)MHD_add_response_header(r->response, "Retry-After", "5");
    report_line(r->web->report, status == 503 ? LOG_WARNING : LOG_NOTICE,
                status == 503 ? "request failed" : "request refused", &r->client,
                route_name(r->route), status, why);
}

/* Printable ASCII; the query is cut off. */
static bool split_uri(struct request *r) {
    for (const char *at = r->uri; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return false;
    }
    r->query = strchr(r->uri, '?');
    if (r->query != NULL)
        *r->query++ = '\0';
    return true;
}

/* Everything that can be said before the body has come. Sets an answer when it is refused. */
static void check(struct request *r, const char *version) {
    const struct config_web *config = &r->web->config->web;
    const char *ambiguity;

    headers_read(&r->headers, r->http);
    r->language = language_choose(r->headers.language);
    r->client = forwarded_client(config, connection_peer(r->connection), r->headers.forwarded);
    ambiguity = headers_ambiguity(&r->headers);
    if (ambiguity != NULL)
        fail(r, 400, ambiguity);
    else if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 &&
             strcmp(version, MHD_HTTP_VERSION_1_0) != 0)
        fail(r, 400, "not HTTP/1");
    else if (r->uri == NULL)
        fail(r, 414, "the URI is too long");
    else if (!split_uri(r))
        fail(r, 400, "the URI has bytes that are no printable ASCII");
    if (r->status != 0)
        return;
    r->route = route_find(config->public_url + config->prefix, r->uri, &r->word);
    if (r->route == ROUTE_NONE)
        fail(r, 404, "there is no such path");
    else if (!route_takes(r->route, r->method))
        fail(r, 405, "not by this method");
    else if (strcmp(r->method, "POST") != 0 && (r->headers.length > 0 || r->headers.is_chunked))
        fail(r, 400, "a body that nobody asked for");
    else if (r->headers.length > WECOM_EVENT_MAX_BYTES)
        fail(r, 413, "the body is too long");
}

static void take_body(struct request *r, const char *bytes, size_t len) {
    if (r->body == NULL)
        r->body = wiping_new(WECOM_EVENT_MAX_BYTES + 1);
    if (r->body == NULL || len > WECOM_EVENT_MAX_BYTES - r->body_len) {
        r->is_body_too_long = true;
        return;
    }
    memcpy(r->body + r->body_len, bytes, len);
    r->body_len += len;
}

/* One value of the query into its field. */
static bool put_query(const struct request *r, struct wire_message *m, enum wire_field field,
                      const char *name) {
    char value[WECOM_CODE_MAX_BYTES + 1];
    enum query_result found = query_value(r->query, name, value, sizeof value);
    bool good =
        found == QUERY_ABSENT || (found == QUERY_GOOD && wire_set(m, field, value) == WECOM_OK);

    secret_wipe(value);
    return good;
}

static enum wecom_error put_client(const struct request *r, struct wire_message *m) {
    char text[ADDRESS_TEXT_BYTES];
    const char *cookie = r->headers.cookie.value;
    enum wecom_error err = wire_set(m, WIRE_F_CLIENT, address_text(&r->client, text));

    if (err == WECOM_OK && m->verb != WIRE_EVENT)
        err = wire_set(m, WIRE_F_AGENT, agent_word(r->headers.user_agent));
    if (err == WECOM_OK && m->verb != WIRE_EVENT && cookie[0] != '\0')
        err = wire_set(m, WIRE_F_COOKIE, cookie);
    return err;
}

static enum wecom_error put_event(struct request *r, struct wire_message *m) {
    enum wecom_error err = wire_set(m, WIRE_F_APP, r->word);

    if (err == WECOM_OK)
        err = wire_set(m, WIRE_F_QUERY, r->query != NULL ? r->query : "");
    if (err != WECOM_OK || strcmp(r->method, "POST") != 0)
        return err;
    if (r->body == NULL)
        return wire_set(m, WIRE_F_BODY, "");
    if (memchr(r->body, '\0', r->body_len) != NULL)
        return WECOM_E_FORMAT;
    r->body[r->body_len] = '\0';
    return wire_set(m, WIRE_F_BODY, r->body);
}

/* The question for this route into `m`. WECOM_E_FORMAT, WECOM_E_TOO_LONG: the browser's fault. */
static enum wecom_error put_question(struct request *r, struct wire_message *m) {
    enum wecom_error err = WECOM_OK;

    switch (r->route) {
    case ROUTE_HOME:
    case ROUTE_LINK:
        wire_reset(m, WIRE_VISIT);
        err = wire_set(m, WIRE_F_PLACE, r->route == ROUTE_HOME ? "home" : "link");
        if (err == WECOM_OK)
            err = wire_set(m, WIRE_F_KEY, r->word);
        return err == WECOM_OK ? put_client(r, m) : err;
    case ROUTE_CALLBACK:
        wire_reset(m, WIRE_CALLBACK);
        if (!put_query(r, m, WIRE_F_STATE, "state") || !put_query(r, m, WIRE_F_CODE, "code"))
            return WECOM_E_FORMAT;
        return put_client(r, m);
    case ROUTE_EVENTS:
        wire_reset(m, WIRE_EVENT);
        err = put_event(r, m);
        return err == WECOM_OK ? put_client(r, m) : err;
    case ROUTE_PROOF:
    case ROUTE_HEALTH:
        wire_reset(m, WIRE_PROOF);
        return wire_set(m, WIRE_F_FILE, r->route == ROUTE_PROOF ? r->word : "healthz");
    default:
        return WECOM_E_FORMAT;
    }
}

/* The helper's page as an answer; false: it cannot be shown. */
static bool show_page(struct request *r, const struct wire_message *answer) {
    const char *word = wire_get(answer, WIRE_F_PAGE), *cookie = wire_get(answer, WIRE_F_COOKIE);

    if (!pages_is_good(answer))
        return false;
    if (strcmp(word, "go") == 0) {
        r->status = 302;
        r->response = response_redirect(wire_get(answer, WIRE_F_LOCATION));
    } else {
        r->status = pages_status(word);
        r->response = response_page(word, r->language, answer);
    }
    if (r->response != NULL && cookie != NULL && !response_set_cookie(r->response, cookie)) {
        MHD_destroy_response(r->response);
        r->response = NULL;
    }
    return true;
}

static bool show_reply(struct request *r, const struct wire_message *answer) {
    int64_t status = wire_get_number(answer, WIRE_F_STATUS);

    if (status != 200 && (status < 400 || status > 599))
        return false;
    r->status = (unsigned int)status;
    r->response = response_text(wire_get(answer, WIRE_F_BODY));
    return true;
}

static void take_answer(struct request *r, const struct wire_message *answer, const char *why) {
    bool good = answer != NULL;

    if (good && answer->verb == WIRE_PAGE)
        good = show_page(r, answer);
    else if (good && answer->verb == WIRE_REPLY)
        good = show_reply(r, answer);
    else if (good) {
        r->status = 200;
        r->response = response_text(response_status_line(200));
    }
    if (!good)
        fail(r, 503, why != NULL ? why : "the helper's answer cannot be shown");
}

static void on_answer(void *arg, const struct wire_message *answer, const char *why) {
    struct request *r = arg;

    r->exchange = NULL;
    take_answer(r, answer, why);
    MHD_resume_connection(r->http);
    r->web->wake(r->web);
}

static enum wire_verb wanted_of(enum route route) {
    if (route == ROUTE_HEALTH)
        return WIRE_READY;
    return is_for_people(route) ? WIRE_PAGE : WIRE_REPLY;
}

/* Asks the helper. Afterwards either an exchange runs or there is an answer already. */
static void ask(struct request *r) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    enum wecom_error err = m != NULL ? put_question(r, m) : WECOM_E_MEMORY;

    if (err == WECOM_E_FORMAT)
        fail(r, 400, "not of the form that it must have");
    else if (err == WECOM_E_TOO_LONG)
        fail(r, 413, "a part of it is too long");
    if (err == WECOM_OK) {
        err = exchange_start(r->web->exchanges, &r->client, m, wanted_of(r->route),
                             r->route == ROUTE_EVENTS ? WECOM_WEB_EVENT_MS : WECOM_WEB_ANSWER_MS,
                             on_answer, r, &r->exchange);
        if (err == WECOM_E_TOO_LONG)
            fail(r, 413, "it does not fit a packet");
        else if (err == WECOM_E_TIMEOUT)
            fail(r, 503, "too many requests at once");
        else if (err == WECOM_E_PEER)
            fail(r, 503, "somebody else than the helper listens at web_socket");
    }
    if (r->exchange == NULL && r->status == 0)
        fail(r, 503, err == WECOM_E_MEMORY ? "out of memory" : "no helper at web_socket");
    wire_free(m);
}

static enum MHD_Result deliver(struct request *r) {
    enum MHD_Result result = MHD_NO;

    r->stage = ANSWERED;
    connections_restart(r->web->connections, r->connection);
    if (r->response != NULL) {
        result = MHD_queue_response(r->http, r->status, r->response);
        MHD_destroy_response(r->response);
        r->response = NULL;
    }
    return result;
}

enum MHD_Result request_on_access(void *cls, struct MHD_Connection *http, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_data_size, void **request) {
    struct request *r = *request;

    (void)cls;
    (void)url;
    if (r == NULL || r->connection == NULL)
        return MHD_NO;
    switch (r->stage) {
    case AT_START:
        r->stage = IN_BODY;
        r->method = method;
        check(r, version);
        return r->status != 0 ? deliver(r) : MHD_YES;
    case IN_BODY:
        if (*upload_data_size > 0) {
            take_body(r, upload_data, *upload_data_size);
            *upload_data_size = 0;
            return MHD_YES;
        }
        r->stage = ASKED;
        if (r->is_body_too_long)
            fail(r, 413, "the body is too long");
        else
            ask(r);
        if (r->exchange == NULL)
            return deliver(r);
        connections_pause(r->web->connections, r->connection);
        MHD_suspend_connection(http);
        return MHD_YES;
    case ASKED:
        return r->exchange != NULL ? MHD_YES : deliver(r);
    default:
        return MHD_NO;
    }
}
