/* HTTPS requests on the helper's event loop: libcurl multi under libevent, one long-lived handle
 * for all, so that connections and the parsed CA bundle are kept.
 *
 * Certificates are always checked and no option turns that off. Redirects are never followed.
 * Nothing is read from the process environment. A URL holds secrets: it is never logged and never
 * part of a detail.
 */
#ifndef WECOM_HELPER_WECOM_HTTP_H
#define WECOM_HELPER_WECOM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct http;
struct http_exchange;

/* How a request ended. Zero is no outcome. */
enum http_outcome {
    HTTP_NONE = 0,
    HTTP_ANSWERED,      /* a whole answer, whatever its status */
    HTTP_NO_NAME,       /* name resolution failed: not sent */
    HTTP_NO_CONNECTION, /* refused, unreachable, connect time-out, proxy: not sent */
    HTTP_NO_TLS,        /* handshake or certificate: not sent */
    HTTP_LOST,          /* sent, and no whole answer came: it may have been carried out */
    HTTP_TOO_LARGE,     /* the answer is over its limit */
    HTTP_FAILED,        /* out of memory and the like */
};

struct http_request {
    const char *url;  /* copied; https only */
    const char *body; /* JSON for a POST, NULL for a GET; copied */
    const char *ca_file, *proxy;
    size_t answer_max_bytes;
    int64_t timeout_ms;
    bool fresh; /* on a new connection */
};

/* Valid during the callback only. */
struct http_answer {
    enum http_outcome outcome;
    long status;      /* HTTP status; 0 unless answered */
    const char *body; /* NUL-terminated; "" unless answered */
    size_t body_bytes;
    int64_t date_s;      /* the Date header as Unix time; 0 when absent */
    const char *detail;  /* what libcurl says, fit for a log; "" when answered */
    const char *address; /* the peer's IP address, "" when unknown */
};

/* Starting a request, so that those who send can be tested without a network. */
struct http_sender {
    /* NULL when it could not even start; `done` is called once otherwise, later, never from here.
     */
    struct http_exchange *(*start)(void *self, const struct http_request *request,
                                   void (*done)(void *arg, const struct http_answer *answer),
                                   void *arg);
    /* `done` is not called any more. */
    void (*cancel)(struct http_exchange *exchange);
    /* What is kept of ca_file is read anew: it may hold something else now. NULL: nothing is kept.
     */
    void (*forget_authorities)(void *self);
    void *self;
};

/* NULL when libcurl cannot be had. `base` must outlive it. */
struct http *http_new(struct event_base *base);
void http_free(struct http *http);

/* The sender that really sends. */
struct http_sender http_sender(struct http *http);

#endif
