/* What the pages share: the table of paths, cookies, redirects, codes. */
#include "browser.h"

#include "codes.h"
#include "deliver.h"
#include "phones.h"
#include "text.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct browser_row {
    const char *path;
    enum evhttp_cmd_type method;
    void (*handle)(struct browse *browse);
};

static const struct browser_row browser_rows[] = {
    {"/connect/oauth2/authorize", EVHTTP_REQ_GET, browser_authorize},
    {"/connect/oauth2/consent", EVHTTP_REQ_POST, browser_consent},
    {"/wwlogin/sso/login", EVHTTP_REQ_GET, browser_login},
    {"/wwlogin/sso/poll", EVHTTP_REQ_GET, browser_poll},
    {"/wwlogin/sso/quick", EVHTTP_REQ_POST, browser_quick},
};

const char *browser_param(const struct browse *browse, const char *name) {
    const char *value = evhttp_find_header(browse->query, name);

    return value == NULL ? "" : value;
}

const char *browser_field(const struct browse *browse, const char *name) {
    const char *value = evhttp_find_header(&browse->form, name);

    return value == NULL ? "" : value;
}

/* The phone of the cookie "sim_phone=ID". */
static struct phone *browser_phone(struct server *server, struct evhttp_request *request) {
    const char *header = evhttp_find_header(evhttp_request_get_input_headers(request), "Cookie");
    char *copy = text_copy(header == NULL ? "" : header);
    char *rest = copy;
    char *pair = NULL;
    struct phone *phone = NULL;

    while (phone == NULL && (pair = strsep(&rest, ";")) != NULL) {
        pair += strspn(pair, " ");
        if (strncmp(pair, "sim_phone=", 10) == 0)
            phone = phones_find(server->phones, pair + 10);
    }
    free(copy);
    return phone;
}

static void browser_run(const struct browser_row *row, struct browse *browse) {
    struct evbuffer *input = evhttp_request_get_input_buffer(browse->request);
    struct evkeyvalq *headers = evhttp_request_get_input_headers(browse->request);
    const char *user_agent = evhttp_find_header(headers, "User-Agent");
    char *form = NULL;

    evbuffer_add(input, "", 1); /* ends the text */
    form = text_copy((const char *)evbuffer_pullup(input, -1));
    evhttp_parse_query_str(row->method == EVHTTP_REQ_POST ? form : "", &browse->form);
    browse->user_agent = user_agent == NULL ? "" : user_agent;
    browse->phone = browser_phone(browse->server, browse->request);
    row->handle(browse);
    evhttp_clear_headers(&browse->form);
    free(form);
}

bool browser_request(struct server *server, struct evhttp_request *request, const char *path,
                     const struct evkeyvalq *query, struct answer *answer) {
    struct browse browse = {.server = server, .request = request, .query = query, .answer = answer};

    for (size_t i = 0; i < sizeof(browser_rows) / sizeof(browser_rows[0]); i++) {
        const struct browser_row *row = &browser_rows[i];
        if (strcmp(row->path, path) != 0 || row->method != evhttp_request_get_command(request))
            continue;
        browser_run(row, &browse);
        return true;
    }
    return false;
}

void browser_page(struct browse *browse, const char *title, char *html) {
    struct answer *answer = browse->answer;

    answer->status = 200;
    answer->content_type = "text/html; charset=UTF-8";
    answer->body =
        text_format("<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width\">"
                    "<title>%s</title></head>\n<body>\n%s\n</body></html>\n",
                    title, html);
    answer->body_bytes = strlen(answer->body);
    free(html);
}

void browser_error(struct browse *browse, const char *text) {
    char *safe = text_html(text);

    browser_page(browse, "企业微信",
                 text_format("<h1>出错了</h1>\n<p class=\"error\">%s</p>", safe));
    free(safe);
}

void browser_redirect(struct browse *browse, char *location) {
    browse->answer->status = 302;
    browse->answer->content_type = "text/html; charset=UTF-8";
    browse->answer->location = location;
}

void browser_json(struct answer *answer, char *body) {
    answer->status = 200;
    answer->content_type = "application/json; charset=UTF-8";
    answer->body = body;
    answer->body_bytes = strlen(body);
}

char *browser_host(const char *url) {
    struct evhttp_uri *uri = evhttp_uri_parse(url);
    const char *scheme = uri == NULL ? NULL : evhttp_uri_get_scheme(uri);
    const char *host = uri == NULL ? NULL : evhttp_uri_get_host(uri);
    char *both = NULL;
    char *lower = NULL;

    if (scheme != NULL && host != NULL && *host != '\0' && evhttp_uri_get_userinfo(uri) == NULL &&
        (strcasecmp(scheme, "https") == 0 || strcasecmp(scheme, "http") == 0)) {
        int port = evhttp_uri_get_port(uri);
        both = port < 0 ? text_copy(host) : text_format("%s:%d", host, port);
        lower = text_lower(both);
    }
    if (uri != NULL)
        evhttp_uri_free(uri);
    free(both);
    return lower;
}

bool browser_same_host(const char *host, const char *domain) {
    return host != NULL && domain != NULL && *domain != '\0' && strcasecmp(host, domain) == 0;
}

char *browser_callback(const struct server *server, const char *redirect_uri, const char *code,
                       const char *state) {
    size_t base = strcspn(redirect_uri, "?#");
    const char *fragment = strchr(redirect_uri, '#');
    bool query = redirect_uri[base] == '?';
    bool keep = server->options.keep_redirect_query;
    size_t upto = fragment != NULL ? (size_t)(fragment - redirect_uri) : strlen(redirect_uri);
    char *safe_code = text_url(code == NULL ? "" : code);
    char *safe_state = text_url(state);
    char *url = NULL;

    if (query && keep)
        base = upto;
    if (code == NULL || (query && !keep))
        url = text_format("%.*s%sstate=%s", (int)base, redirect_uri, query && keep ? "&" : "?",
                          safe_state);
    else if (fragment != NULL)
        url = text_format("%.*s%s?code=%s&state=%s", (int)base, redirect_uri, fragment, safe_code,
                          safe_state);
    else
        url = text_format("%.*s%scode=%s&state=%s", (int)base, redirect_uri, query ? "&" : "?",
                          safe_code, safe_state);
    free(safe_code);
    free(safe_state);
    return url;
}

const struct member *browser_member(struct server *server, const struct phone *phone) {
    return phone->here ? corp_member(&server->corp, phone->userid) : NULL;
}

char *browser_code(struct server *server, struct app *app, const struct phone *phone,
                   const char *redirect_uri, bool qr, bool privateinfo,
                   const struct table *consent) {
    const struct member *member = browser_member(server, phone);
    char *host = browser_host(redirect_uri);
    char *openid = member == NULL ? text_random(21) : NULL;
    struct code_grant grant = {.app = app,
                               .userid = member == NULL ? NULL : member->userid,
                               .openid = openid,
                               .external_userid = member == NULL ? phone->external_userid : NULL,
                               .domain = host,
                               .privateinfo = privateinfo,
                               .qr = qr,
                               .consent = consent};
    char *code = codes_mint(server, &grant);

    free(openid);
    free(host);
    return code;
}
