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
#include "web/connections.h"
#include "web/exchange.h"
#include "web/forwarded.h"
#include "web/language.h"
#include "web/pages.h"
#include "web/question.h"
#include "web/report.h"
#include "web/response.h"
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
    const char *method;
    struct question question;
    enum language language;
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
    wiping_free(r->question.body);
    secret_wipe_bytes(&r->question.headers.cookie, sizeof r->question.headers.cookie);
    free(r);
    *request = NULL;
}

/* Refuses or gives up; the log is told why, the other end is not. */
static void fail(struct request *r, unsigned int status, const char *why) {
    const char *word = status == 404   ? "not_found"
                       : status == 503 ? PAGES_UNAVAILABLE
                                       : "try_again";

    r->status = status;
    r->response = route_is_for_people(r->question.route)
                      ? response_page(word, r->language, NULL)
                      : response_text(response_status_line(status));
    if (r->response != NULL && status == 405)
        (void)MHD_add_response_header(r->response, "Allow", route_methods(r->question.route));
    if (r->response != NULL && status == 503)
        (void)MHD_add_response_header(r->response, "Retry-After", "5");
    report_line(r->web->report, status == 503 ? LOG_WARNING : LOG_NOTICE,
                status == 503 ? "request failed" : "request refused", &r->question.client,
                route_name(r->question.route), status, why);
}

/* Printable ASCII; the query is cut off. */
static bool split_uri(struct request *r) {
    char *query;

    for (const char *at = r->uri; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return false;
    }
    query = strchr(r->uri, '?');
    if (query != NULL)
        *query++ = '\0';
    r->question.query = query;
    return true;
}

/* Everything that can be said before the body has come. Sets an answer when it is refused. */
static void check(struct request *r, const char *version) {
    const struct config_web *config = &r->web->config->web;
    const char *ambiguity;

    headers_read(&r->question.headers, r->http);
    r->language = language_choose(r->question.headers.language);
    r->question.client =
        forwarded_client(config, connection_peer(r->connection), r->question.headers.forwarded);
    ambiguity = headers_ambiguity(&r->question.headers);
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
    r->question.route = route_find(config->public_url + config->prefix, r->uri, &r->question.word);
    if (r->question.route == ROUTE_NONE)
        fail(r, 404, "there is no such path");
    else if (!route_takes(r->question.route, r->method))
        fail(r, 405, "not by this method");
    else if (!r->question.is_post &&
             (r->question.headers.length > 0 || r->question.headers.is_chunked))
        fail(r, 400, "a body that nobody asked for");
    else if (r->question.headers.length > WECOM_EVENT_MAX_BYTES)
        fail(r, 413, "the body is too long");
}

static void take_body(struct request *r, const char *bytes, size_t len) {
    if (r->question.body == NULL)
        r->question.body = wiping_new(WECOM_EVENT_MAX_BYTES + 1);
    if (r->question.body == NULL || len > WECOM_EVENT_MAX_BYTES - r->question.body_len) {
        r->is_body_too_long = true;
        return;
    }
    memcpy(r->question.body + r->question.body_len, bytes, len);
    r->question.body_len += len;
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

/* Asks the helper. Afterwards either an exchange runs or there is an answer already. */
static void ask(struct request *r) {
    struct wire_message *m = wire_new(WIRE_NO_VERB);
    enum wecom_error err = m != NULL ? question_write(&r->question, m) : WECOM_E_MEMORY;

    if (err == WECOM_E_FORMAT)
        fail(r, 400, "not of the form that it must have");
    else if (err == WECOM_E_TOO_LONG)
        fail(r, 413, "a part of it is too long");
    if (err == WECOM_OK) {
        err = exchange_start(r->web->exchanges, &r->question.client, m,
                             question_answer(r->question.route),
                             question_limit_ms(r->question.route), on_answer, r, &r->exchange);
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
        r->question.is_post = strcmp(method, "POST") == 0;
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
