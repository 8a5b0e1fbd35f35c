/* The pages that people see: authorization in the client, QR login, consent. */
#ifndef SIM_BROWSER_H
#define SIM_BROWSER_H

#include "server.h"

#include <event2/keyvalq_struct.h>
#include <stdbool.h>

struct answer;
struct evhttp_request;
struct phone;
struct table;
struct visit;

/* One request of a browser, as the page handlers see it. */
struct browse {
    struct server *server;
    struct evhttp_request *request;
    const struct evkeyvalq *query;
    struct evkeyvalq form; /* of a POST */
    const char *user_agent;
    struct phone *phone; /* of the cookie; NULL: none */
    struct answer *answer;
};

/* Answers a page of the browser side; false when there is none at this path. An answer with
 * status 0 is not ready yet and will be sent by whoever keeps the request. */
bool browser_request(struct server *server, struct evhttp_request *request, const char *path,
                     const struct evkeyvalq *query, struct answer *answer);

/* Page handlers. */
void browser_authorize(struct browse *browse);
void browser_consent(struct browse *browse);
void browser_login(struct browse *browse);
void browser_poll(struct browse *browse);
void browser_quick(struct browse *browse);

/* Values; "" when missing. */
const char *browser_param(const struct browse *browse, const char *name);
const char *browser_field(const struct browse *browse, const char *name);

/* A page of WeCom's own, status 200, about something that is wrong. Text is escaped. */
void browser_error(struct browse *browse, const char *text);
/* A page from ready HTML; takes html over. */
void browser_page(struct browse *browse, const char *title, char *html);
void browser_redirect(struct browse *browse, char *location); /* takes location over */
void browser_json(struct answer *answer, char *body);         /* takes body over */

/* host[:port] of an http or https URL, lower case; NULL when it is none. */
char *browser_host(const char *url);
bool browser_same_host(const char *host, const char *domain);

/* Where WeCom sends the browser: code NULL means refused. A query in redirect_uri is lost
 * together with the code (unless that option says otherwise), a fragment moves the code. */
char *browser_callback(const struct server *server, const char *redirect_uri, const char *code,
                       const char *state);

/* A code for the person; consent NULL with privateinfo means every field. */
char *browser_code(struct server *server, struct app *app, const struct phone *phone,
                   const char *redirect_uri, bool qr, bool privateinfo,
                   const struct table *consent);

/* The member of a phone whose active company is ours; NULL otherwise. */
const struct member *browser_member(struct server *server, const struct phone *phone);

/* A person takes or refuses a QR login. The waiting page learns it. */
void browser_scan(struct server *server, struct visit *visit, const struct phone *phone,
                  bool allow);

#endif
