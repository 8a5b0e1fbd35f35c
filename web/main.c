/* wecom-web: the public HTTP process. It parses HTTP and renders pages; everything else it asks of
 * wecom-helper. This file wires the parts together and says why it does not start.
 *
 * It MUST NOT read a secret of WeCom, know a token or the accounts, or connect to anything but the
 * helper's socket.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/log.h"
#include "helper/notify.h"
#include "helper/privileges.h"
#include "web/connections.h"
#include "web/exchange.h"
#include "web/report.h"
#include "web/server.h"
#include "wecom/paths.h"

enum { EXIT_CONFIG = 78 /* EX_CONFIG of sysexits.h: systemd need not try again */ };

struct arguments {
    const char *config_file;
    bool check, foreground;
};

static int usage(FILE *to, int status) {
    (void)fprintf(to, "usage: wecom-web [-c FILE] [--check] [--foreground]\n"
                      "  -c, --config FILE  read FILE instead of " WECOM_CONFIG_FILE "\n"
                      "      --check        say whether the file can be used, and end\n"
                      "      --foreground   stay, and log to standard error\n"
                      "      --version\n");
    return status;
}

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *a) {
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"check", no_argument, NULL, 'k'},
        {"foreground", no_argument, NULL, 'f'},   {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {0}};
    int c;

    *a = (struct arguments){.config_file = WECOM_CONFIG_FILE};
    while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            a->config_file = optarg;
            break;
        case 'k':
            a->check = true;
            break;
        case 'f':
            a->foreground = true;
            break;
        case 'v':
            (void)puts("wecom-web " WECOM_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            return usage(stdout, EXIT_SUCCESS);
        default:
            return usage(stderr, EXIT_FAILURE);
        }
    }
    return optind == argc ? -1 : usage(stderr, EXIT_FAILURE);
}

static void on_terminate(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    (void)event_base_loopbreak(arg);
}

/* Whoever can reach us without a proxy in front reads codes on the way. */
static void warn_of_plain_http(const struct config_web *web) {
    static const struct address_net local[] = {
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127}}, 104},
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 128}};

    for (size_t i = 0; i < web->listens_count && web->tls_cert[0] == '\0'; i++) {
        char text[ADDRESS_TEXT_BYTES];

        if (!address_in(&web->listens[i].address, &local[0]) &&
            !address_in(&web->listens[i].address, &local[1]))
            log_event(LOG_WARNING,
                      "listens beyond this machine without TLS: nobody but the proxy may get there",
                      address_text(&web->listens[i].address, text));
    }
}

/* The loop runs until a signal ends it; then everything goes in the opposite order. */
static bool serve(const struct config *config, struct server *server, const struct tls *tls) {
    struct web web = {.config = config};
    struct event *signals[2] = {NULL};
    bool good = false;

    web.base = event_base_new();
    web.report = report_new(deadline_now_ms());
    if (web.base != NULL) {
        web.connections = connections_new(&web);
        web.exchanges = exchanges_new(web.base, config->helper.web_socket);
        signals[0] = evsignal_new(web.base, SIGTERM, on_terminate, web.base);
        signals[1] = evsignal_new(web.base, SIGINT, on_terminate, web.base);
    }
    if (web.report == NULL || web.connections == NULL || web.exchanges == NULL ||
        signals[0] == NULL || signals[1] == NULL || event_add(signals[0], NULL) != 0 ||
        event_add(signals[1], NULL) != 0)
        goto out;
    if (!server_start(server, &web, tls))
        goto out;
    warn_of_plain_http(&config->web);
    log_event(LOG_NOTICE, "started", config->file);
    notify_ready();
    good = event_base_dispatch(web.base) == 0;
    log_event(LOG_NOTICE, "stopped", NULL);
out:
    if (!good)
        log_event(LOG_ERR, "cannot run",
                  tls != NULL ? "out of memory or descriptors, or tls_cert and tls_key do not fit "
                                "each other"
                              : "out of memory or descriptors");
    server_free(server);
    exchanges_free(web.exchanges);
    connections_free(web.connections);
    report_free(web.report);
    for (size_t i = 0; i < 2; i++) {
        if (signals[i] != NULL)
            event_free(signals[i]);
    }
    if (web.base != NULL)
        event_base_free(web.base);
    return good;
}

/* Everything that can be wrong has been found before: whoever started us may go. */
static bool go_to_background(void) {
    pid_t child = fork();
    int null;

    if (child > 0)
        _exit(EXIT_SUCCESS);
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (child < 0 || setsid() < 0 || null < 0 || chdir("/") != 0)
        return false;
    return dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
           dup2(null, STDERR_FILENO) >= 0;
}

static int refuse(const char *why, int status) {
    log_event(LOG_ERR, "cannot start", why);
    return status;
}

/* Started as its own user, it may have been given one to bind a port below 1024 with. */
static bool drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3] = {{0}};
    static const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

    (void)syscall(SYS_capset, &header, none);
    return syscall(SYS_capget, &header, held) == 0 && held[0].effective == 0 &&
           held[0].permitted == 0 && held[1].effective == 0 && held[1].permitted == 0;
}

/* Opens the sockets, which may need root, becomes the user for good, and only then reads anything
 * that is secret or comes from outside. -1: go on; else the exit status.
 */
static int prepare(const struct config *config, bool only_check, struct server **server,
                   struct tls *tls) {
    struct privileges_user user;
    struct config_error error;
    char why[2048];

    if (config->web.line == 0)
        return refuse("the configuration has no [web] section: add one with public_url",
                      EXIT_CONFIG);
    if (!privileges_find(config->web.user, &user, why, sizeof why)) {
        config_refuse_web(config, config->web.user_line, "user", why, &error);
        return refuse(error.text, EXIT_CONFIG);
    }
    if (!only_check) {
        *server = server_open(config, why, sizeof why);
        if (*server == NULL)
            return refuse(why, EXIT_FAILURE);
    }
    if (!privileges_drop(config->web.user, &user, why, sizeof why))
        return refuse(why, EXIT_FAILURE);
    if (!drop_capabilities())
        return refuse("capabilities did not go away", EXIT_FAILURE);
    if (config->web.tls_cert[0] != '\0' && !tls_read(tls, config, &error))
        return refuse(error.text, EXIT_CONFIG);
    return -1;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    struct config_error error;
    struct server *server = NULL;
    struct tls tls = {.key = {0}};
    struct config *config;
    int status;

    notify_keep();
    privileges_harden();
    log_program("wecom-web");
    status = read_arguments(argc, argv, &arguments);
    if (status >= 0)
        return status;
    (void)sigaction(SIGHUP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)umask(077);
    config = config_read(arguments.config_file, &error);
    if (config == NULL)
        return refuse(error.text, EXIT_CONFIG);
    status = prepare(config, arguments.check, &server, &tls);
    if (status < 0 && arguments.check) {
        (void)printf("%s: good\n", arguments.config_file);
        status = EXIT_SUCCESS;
    } else if (status < 0 && !arguments.foreground && !go_to_background()) {
        status = refuse("cannot go to the background", EXIT_FAILURE);
    } else if (status < 0) {
        log_open("wecom-web", arguments.foreground, config->helper.log_level);
        status = serve(config, server, config->web.tls_cert[0] != '\0' ? &tls : NULL)
                     ? EXIT_SUCCESS
                     : EXIT_FAILURE;
        server = NULL; /* gone */
    }
    server_free(server);
    tls_clear(&tls);
    config_free(config);
    return status;
}
