/* HTTPS requests on the helper's event loop: libcurl multi under libevent. */
#include "helper/wecom/http.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/text.h"
#include "common/wiping.h"

/* WeCom publishes no number for parallel calls and answers 45033 above it; a user measured only
 * sporadic 45033 at 400 to 4000. We stay far below.
 */
enum {
    MOST_CONNECTIONS = 32,
    CONNECT_TIMEOUT_MS = 5000,
    MOST_HEADER_BYTES = 16 * 1024,
    SILENCE_S = 20, /* a large answer may take long, but it has to come */
};

/* curl's own default. Reading Debian's whole bundle takes 46 ms (measured). */
enum { AUTHORITIES_KEPT_S = 86400 };

struct http {
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    struct http_exchange *exchanges; /* all that run, for http_free */
    int64_t authorities_since_ms;    /* what was read of ca_file before is not used any more */
};

struct http_exchange {
    struct http *http;
    struct http_exchange *next, **link;
    CURL *easy;
    struct curl_slist *headers;
    void (*done)(void *arg, const struct http_answer *answer);
    void *arg;
    char *body;
    size_t body_bytes, body_room, body_max_bytes, header_bytes;
    int64_t date_s;
    bool too_large, requested;
    char error[CURL_ERROR_SIZE];
};

static void free_exchange(struct http_exchange *x) {
    if (x->link != NULL) {
        *x->link = x->next;
        if (x->next != NULL)
            x->next->link = x->link;
    }
    if (x->easy != NULL) {
        (void)curl_multi_remove_handle(x->http->multi, x->easy);
        curl_easy_cleanup(x->easy);
    }
    curl_slist_free_all(x->headers);
    wiping_free(x->body);
    free(x);
}

/* The bytes of an answer hold tokens and tickets: no copy of them stays behind where they grow. */
static size_t on_body(char *bytes, size_t one, size_t count, void *arg) {
    struct http_exchange *x = arg;
    size_t n = one * count;

    if (n > x->body_max_bytes - x->body_bytes) {
        x->too_large = true;
        return 0;
    }
    if (x->body_bytes + n + 1 > x->body_room) {
        size_t room = 2 * (x->body_bytes + n + 1);
        char *more = wiping_resize(x->body, room);

        if (more == NULL)
            return 0;
        x->body = more;
        x->body_room = room;
    }
    memcpy(x->body + x->body_bytes, bytes, n);
    x->body_bytes += n;
    x->body[x->body_bytes] = '\0';
    return n;
}

static size_t on_header(char *bytes, size_t one, size_t count, void *arg) {
    struct http_exchange *x = arg;
    size_t n = one * count;
    char date[64];

    x->header_bytes += n;
    if (x->header_bytes > MOST_HEADER_BYTES) {
        x->too_large = true;
        return 0;
    }
    if (n > 5 && n < sizeof date && strncasecmp(bytes, "Date:", 5) == 0) {
        memcpy(date, bytes + 5, n - 5);
        date[n - 5] = '\0';
        x->date_s = curl_getdate(date, NULL);
    }
    return n;
}

/* Comes before each time that the request is sent, behind the proxy's CONNECT and TLS. curl would
 * send it again on its own where a kept connection closes without an answer; but whether a call is
 * repeated is not curl's to decide: WeCom may have used the code up, and the client must know that
 * it asked twice.
 */
static int on_request(void *arg, char *far_ip, char *near_ip, int far_port, int near_port) {
    struct http_exchange *x = arg;
    bool again = x->requested;

    (void)far_ip;
    (void)near_ip;
    (void)far_port;
    (void)near_port;
    x->requested = true;
    return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static enum http_outcome outcome_of(const struct http_exchange *x, CURLcode code) {
    if (x->too_large)
        return HTTP_TOO_LARGE;
    if (code == CURLE_OK)
        return HTTP_ANSWERED;
    if (x->requested) /* it possibly reached the other side */
        return HTTP_LOST;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_NO_NAME;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return HTTP_NO_TLS;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return HTTP_FAILED;
    default:
        return HTTP_NO_CONNECTION;
    }
}

/* curl's own words, unless they could hold a part of the URL behind its host. */
static const char *detail_of(struct http_exchange *x, CURLcode code) {
    if (x->too_large)
        return "the answer is too large";
    if (code == CURLE_OK)
        return "";
    text_clean(x->error, TEXT_ONE_LINE);
    return x->error[0] != '\0' && strpbrk(x->error, "?&=") == NULL ? x->error
                                                                   : curl_easy_strerror(code);
}

static void finish(struct http_exchange *x, CURLcode code) {
    struct http_answer answer = {.outcome = outcome_of(x, code), .body = "", .address = ""};
    char address[64] = "";
    char *ip = NULL;

    if (curl_easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip != NULL)
        (void)snprintf(address, sizeof address, "%s", ip);
    answer.address = address;
    answer.detail = detail_of(x, code);
    answer.date_s = x->date_s > 0 ? x->date_s : 0;
    if (answer.outcome == HTTP_ANSWERED) {
        (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &answer.status);
        answer.body = x->body != NULL ? x->body : "";
        answer.body_bytes = x->body_bytes;
    }
    (void)curl_multi_remove_handle(x->http->multi, x->easy);
    x->done(x->arg, &answer);
    free_exchange(x);
}

static void collect(struct http *http) {
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct http_exchange *x = NULL;
        CURLcode code = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&x);
        if (x != NULL)
            finish(x, code);
    }
}

static void on_socket_event(evutil_socket_t fd, short what, void *arg) {
    struct http *http = arg;
    int flags = (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0);
    int running;

    (void)curl_multi_socket_action(http->multi, fd, flags, &running);
    collect(http);
}

static void on_timer(evutil_socket_t fd, short what, void *arg) {
    struct http *http = arg;
    int running;

    (void)fd;
    (void)what;
    (void)curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(http);
}

static int on_curl_timer(CURLM *multi, long ms, void *arg) {
    struct http *http = arg;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)multi;
    if (ms < 0)
        return evtimer_del(http->timer);
    return evtimer_add(http->timer, &tv);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_data) {
    struct http *http = arg;
    struct event *event = socket_data;
    short events = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
                           (what & CURL_POLL_OUT ? EV_WRITE : 0));

    (void)easy;
    if (event != NULL)
        event_free(event);
    if (what == CURL_POLL_REMOVE)
        return curl_multi_assign(http->multi, fd, NULL) == CURLM_OK ? 0 : -1;
    event = event_new(http->base, fd, events, on_socket_event, http);
    if (event == NULL || event_add(event, NULL) != 0)
        return -1;
    return curl_multi_assign(http->multi, fd, event) == CURLM_OK ? 0 : -1;
}

struct http *http_new(struct event_base *base) {
    struct http *http = calloc(1, sizeof *http);

    /* URLs and answers pass through libcurl's memory: it goes back wiped */
    if (http == NULL ||
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, wiping_new, wiping_free, wiping_resize,
                             wiping_copy, wiping_new_zeroed) != CURLE_OK) {
        free(http);
        return NULL;
    }
    http->base = base;
    http->authorities_since_ms = deadline_now_ms() - AUTHORITIES_KEPT_S * INT64_C(1000);
    http->multi = curl_multi_init();
    http->timer = evtimer_new(base, on_timer, http);
    if (http->multi == NULL || http->timer == NULL ||
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket) != CURLM_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http) != CURLM_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) != CURLM_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http) != CURLM_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)MOST_CONNECTIONS) !=
            CURLM_OK ||
        /* curl's own default shrinks with the requests that run: a rush would close what it needs
         */
        curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)MOST_CONNECTIONS) != CURLM_OK) {
        http_free(http);
        return NULL;
    }
    return http;
}

void http_free(struct http *http) {
    if (http == NULL)
        return;
    while (http->exchanges != NULL)
        free_exchange(http->exchanges);
    if (http->multi != NULL)
        (void)curl_multi_cleanup(http->multi);
    if (http->timer != NULL)
        event_free(http->timer);
    free(http);
    curl_global_cleanup();
}

/* How old what curl keeps of ca_file may be, seconds. At least one, since none would switch the
 * cache off for a rush of logins behind a start or reload.
 */
static long authorities_age_s(const struct http *http) {
    int64_t age_s = (deadline_now_ms() - http->authorities_since_ms) / 1000;

    if (age_s < 1)
        return 1;
    return age_s < AUTHORITIES_KEPT_S ? (long)age_s : AUTHORITIES_KEPT_S;
}

static void forget_authorities(void *self) {
    struct http *http = self;

    http->authorities_since_ms = deadline_now_ms();
}

/* Every option that keeps a request honest, in one place. False when one cannot be set: then
 * nothing is sent.
 */
static bool set_options(struct http_exchange *x, const struct http_request *request) {
    CURL *e = x->easy;
    const char *ca_file = request->ca_file;
    bool good = true;

    if (ca_file == NULL || ca_file[0] == '\0')
        ca_file = curl_version_info(CURLVERSION_NOW)->cainfo;
#define SET(option, value) good = good && curl_easy_setopt(e, (option), (value)) == CURLE_OK
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "https");
#else
    SET(CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTPS);
#endif
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file != NULL) {
        /* A CA directory beside the file would switch the cache of the parsed bundle off. */
        SET(CURLOPT_CAINFO, ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    SET(CURLOPT_CA_CACHE_TIMEOUT, authorities_age_s(x->http));
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PROXY, request->proxy != NULL ? request->proxy : ""); /* "": none, also no env */
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_FRESH_CONNECT, request->fresh ? 1L : 0L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    SET(CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, (long)SILENCE_S);
    SET(CURLOPT_USERAGENT, "pam_wecom/" WECOM_VERSION);
    SET(CURLOPT_HTTPHEADER, x->headers);
    SET(CURLOPT_ERRORBUFFER, x->error);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, x);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, x);
    SET(CURLOPT_PREREQFUNCTION, on_request);
    SET(CURLOPT_PREREQDATA, x);
    SET(CURLOPT_PRIVATE, x);
    if (request->body != NULL)
        SET(CURLOPT_COPYPOSTFIELDS, request->body);
#undef SET
    return good;
}

static struct http_exchange *start(void *self, const struct http_request *request,
                                   void (*done)(void *arg, const struct http_answer *answer),
                                   void *arg) {
    struct http *http = self;
    struct http_exchange *x = calloc(1, sizeof *x);

    if (x == NULL)
        return NULL;
    x->http = http;
    x->done = done;
    x->arg = arg;
    x->body_max_bytes = request->answer_max_bytes;
    x->easy = curl_easy_init();
    /* "Expect: 100-continue" costs a round trip and is of no use for bodies of a few hundred bytes
     */
    x->headers = curl_slist_append(NULL, "Expect:");
    if (x->headers != NULL && request->body != NULL) {
        struct curl_slist *more =
            curl_slist_append(x->headers, "Content-Type: application/json; charset=UTF-8");
        if (more == NULL) {
            curl_slist_free_all(x->headers);
        }
        x->headers = more;
    }
    if (x->easy == NULL || x->headers == NULL || !set_options(x, request) ||
        curl_multi_add_handle(http->multi, x->easy) != CURLM_OK) {
        free_exchange(x);
        return NULL;
    }
    x->next = http->exchanges;
    x->link = &http->exchanges;
    if (x->next != NULL)
        x->next->link = &x->next;
    http->exchanges = x;
    return x;
}

struct http_sender http_sender(struct http *http) {
    return (struct http_sender){.start = start,
                                .cancel = free_exchange,
                                .forget_authorities = forget_authorities,
                                .self = http};
}
