/* wecom-sim: reads the company, opens both ports, says where, serves until it is told to end. */
#include "api.h"
#include "args.h"
#include "codes.h"
#include "control.h"
#include "data.h"
#include "deliver.h"
#include "faults.h"
#include "journal.h"
#include "outbox.h"
#include "phones.h"
#include "rates.h"
#include "server.h"
#include "tls.h"
#include "tokens.h"

#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 1024
#define IDLE_S 600             /* a kept-alive connection may rest so long */
#define HEADERS_MAX 16384      /* bytes of a request's headers */
#define BODY_MAX (1024 * 1024) /* bytes of a request's body */

static bool main_address(const char *text, int64_t port, struct sockaddr_storage *out, int *bytes) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *bytes = sizeof(*v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *bytes = sizeof(*v6);
        return true;
    }
    return false;
}

/* Binds an HTTP server; returns the port in use, 0 after a message. Accepted sockets inherit
 * TCP_NODELAY from the listening one (Linux). */
static int main_listen(struct server *server, struct evhttp *http, const char *address,
                       int64_t port) {
    struct sockaddr_storage where;
    socklen_t length = sizeof(where);
    int bytes = 0;
    int on = 1;
    struct evconnlistener *listener = NULL;

    if (!main_address(address, port, &where, &bytes)) {
        fprintf(stderr, "wecom-sim: --bind %s: must be a numeric address\n", address);
        return 0;
    }
    listener = evconnlistener_new_bind(
        server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
        BACKLOG, (struct sockaddr *)&where, bytes);
    if (listener == NULL) {
        fprintf(stderr, "wecom-sim: cannot listen on %s port %lld: %s\n", address, (long long)port,
                evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
        return 0;
    }
    setsockopt(evconnlistener_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&where, &length);
    if (evhttp_bind_listener(http, listener) == NULL) {
        evconnlistener_free(listener);
        return 0;
    }
    return ntohs(where.ss_family == AF_INET ? ((struct sockaddr_in *)&where)->sin_port
                                            : ((struct sockaddr_in6 *)&where)->sin6_port);
}

static struct evhttp *main_http(struct server *server,
                                void (*request)(struct evhttp_request *, void *)) {
    struct evhttp *http = evhttp_new(server->base);

    evhttp_set_gencb(http, request, server);
    evhttp_set_timeout(http, IDLE_S);
    evhttp_set_max_headers_size(http, HEADERS_MAX);
    evhttp_set_max_body_size(http, BODY_MAX);
    return http;
}

static void main_end(evutil_socket_t fd, short what, void *arg) {
    struct server *server = arg;

    (void)fd, (void)what;
    event_base_loopbreak(server->base);
}

/* Standard input says nothing; only its end counts. */
static void main_stdin(evutil_socket_t fd, short what, void *arg) {
    char waste[256];

    if (read(fd, waste, sizeof(waste)) <= 0)
        main_end(fd, what, arg);
}

static bool main_load(struct server *server, const struct args *args) {
    char *why = NULL;

    if (!data_load(args->data, &server->corp, &server->options, &why)) {
        fprintf(stderr, "wecom-sim: %s\n", why);
        free(why);
        return false;
    }
    if (args->generate > 0 && corp_department(&server->corp, 1) == NULL) {
        fprintf(stderr, "wecom-sim: --generate needs department 1 in %s\n", args->data);
        return false;
    }
    data_generate(&server->corp, args->generate);
    server->tls = tls_new(server->journal, args->cert, args->key, args->ca_out, &why);
    if (server->tls == NULL)
        fprintf(stderr, "wecom-sim: %s\n", why);
    free(why);
    return server->tls != NULL;
}

static bool main_serve(struct server *server, const struct args *args) {
    bool v6 = strchr(args->bind, ':') != NULL;
    struct event *events[3] = {NULL, NULL, NULL};
    int api_port = 0;
    int control_port = 0;

    server->api = main_http(server, api_request);
    server->control = main_http(server, control_request);
    evhttp_set_bevcb(server->api, tls_bufferevent, server->tls);
    evhttp_set_allowed_methods(server->api, EVHTTP_REQ_GET | EVHTTP_REQ_POST);
    api_port = main_listen(server, server->api, args->bind, args->port);
    control_port = main_listen(server, server->control, "127.0.0.1", args->control_port);
    if (api_port == 0 || control_port == 0)
        return false;
    events[0] = evsignal_new(server->base, SIGTERM, main_end, server);
    events[1] = evsignal_new(server->base, SIGINT, main_end, server);
    if (args->exit_on_stdin_eof)
        events[2] = event_new(server->base, STDIN_FILENO, EV_READ | EV_PERSIST, main_stdin, server);
    for (size_t i = 0; i < 3; i++)
        if (events[i] != NULL)
            event_add(events[i], NULL);
    printf("{\"api\":\"https://%s%s%s:%d\",\"control\":\"http://127.0.0.1:%d\",\"pid\":%d}\n",
           v6 ? "[" : "", args->bind, v6 ? "]" : "", api_port, control_port, (int)getpid());
    fflush(stdout);
    event_base_dispatch(server->base);
    for (size_t i = 0; i < 3; i++)
        if (events[i] != NULL)
            event_free(events[i]);
    return true;
}

static void main_new(struct server *server) {
    memset(server, 0, sizeof(*server));
    server->base = event_base_new();
    clock_start(&server->clock);
    options_init(&server->options);
    corp_init(&server->corp);
    server->journal = journal_new();
    server->rates = rates_new();
    server->tokens = tokens_new();
    server->codes = codes_new();
    server->faults = faults_new();
    server->deliveries = deliveries_new();
    server->outbox = outbox_new();
    server->phones = phones_new();
}

static void main_free(struct server *server) {
    deliveries_free(server->deliveries);
    phones_free(server->phones);
    if (server->api != NULL)
        evhttp_free(server->api);
    if (server->control != NULL)
        evhttp_free(server->control);
    outbox_free(server->outbox);
    faults_free(server->faults);
    codes_free(server->codes);
    tokens_free(server->tokens);
    rates_free(server->rates);
    corp_free(&server->corp);
    event_base_free(server->base); /* only now the last connections are freed, with their TLS */
    if (server->tls != NULL)
        tls_free(server->tls);
    journal_free(server->journal);
    libevent_global_shutdown();
}

int main(int argc, char **argv) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct server server;
    struct args args;
    bool ok = false;

    if (!args_read(argc, argv, &args))
        return 2;
    if (args.help) {
        args_help();
        return 0;
    }
    sigaction(SIGPIPE, &ignore, NULL);
    main_new(&server);
    ok = main_load(&server, &args) && main_serve(&server, &args);
    main_free(&server);
    return ok ? 0 : 1;
}
