/* wecom-helper: the unprivileged daemon that checks with WeCom who somebody is. This file wires the
 * parts together and says why it does not start.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/wiping.h"
#include "helper/cards.h"
#include "helper/config.h"
#include "helper/courier.h"
#include "helper/dispatch.h"
#include "helper/helper.h"
#include "helper/import_child.h"
#include "helper/links.h"
#include "helper/log.h"
#include "helper/message_urls.h"
#include "helper/notify.h"
#include "helper/outage.h"
#include "helper/people.h"
#include "helper/pins.h"
#include "helper/privileges.h"
#include "helper/remember.h"
#include "helper/sync.h"
#include "helper/throttle.h"
#include "helper/web_event.h"
#include "helper/web_home.h"
#include "helper/worker_run.h"
#include "wecom/paths.h"

enum { EXIT_CONFIG = 78 /* EX_CONFIG of sysexits.h: systemd need not try again */ };

struct arguments {
    const char *config_file;
    bool check, foreground;
};

static int usage(FILE *to, int status) {
    (void)fprintf(to, "usage: wecom-helper [-c FILE] [--check] [--foreground]\n"
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
            (void)puts("wecom-helper " WECOM_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            return usage(stdout, EXIT_SUCCESS);
        default:
            return usage(stderr, EXIT_FAILURE);
        }
    }
    return optind == argc ? -1 : usage(stderr, EXIT_FAILURE);
}

static int64_t monotonic_ms(void *self) {
    (void)self;
    return deadline_now_ms();
}

static int64_t wall_s(void) {
    return (int64_t)time(NULL);
}

static void log_reload(const struct helper *helper, bool good) {
    if (good)
        log_event(LOG_NOTICE, "configuration reloaded", helper->setup->config->file);
    else
        log_event(LOG_ERR, "configuration not reloaded: the old one stays in force",
                  helper->reload_error);
}

/* Every socket of a service in `a` is that of the same service in `b`. */
static bool has_sockets_of(const struct config *a, const struct config *b) {
    for (size_t i = 0; i < a->services_count; i++) {
        const struct config_service *s = config_find_service(b, a->services[i].name);

        if (a->services[i].socket[0] != '\0' &&
            (s == NULL || strcmp(s->socket, a->services[i].socket) != 0))
            return false;
    }
    return true;
}

/* What cannot change while the sockets are open. */
static bool needs_restart(const struct config *old, const struct config *fresh) {
    const struct config_helper *a = &old->helper, *b = &fresh->helper;

    return strcmp(a->socket, b->socket) != 0 || strcmp(a->admin_socket, b->admin_socket) != 0 ||
           strcmp(a->web_socket, b->web_socket) != 0 || strcmp(a->user, b->user) != 0 ||
           strcmp(a->state_dir, b->state_dir) != 0 || !has_sockets_of(old, fresh) ||
           !has_sockets_of(fresh, old);
}

/* Before anybody is judged by them: a tag that is named for the first time has not been read, and
 * to be without members would let in whom it denies. Takes the configuration only when it fails.
 */
static bool use_rules(struct helper *helper, struct config *config, char *why, size_t bytes) {
    if (sync_rules_changed(helper->store, config) == WECOM_OK)
        return true;
    (void)snprintf(why, bytes, "the account store: %s", store_trouble(helper->store));
    config_free(config);
    return false;
}

static void warn(void *arg, const char *sentence) {
    (void)arg;
    log_event(LOG_WARNING, "configuration", sentence);
}

static bool reload(struct helper *helper) {
    struct config_error error = {""};
    struct setup *old = helper->setup, *fresh = NULL;
    struct config *config = config_read(old->config->file, &error);

    if (config != NULL && !config_read_secrets(config, &error)) {
        config_free(config);
        config = NULL;
    }
    if (config != NULL) {
        if (needs_restart(old->config, config))
            log_event(LOG_WARNING, "restart needed",
                      "sockets, user= and state_dir= change with a restart only");
        fresh = use_rules(helper, config, error.text, sizeof error.text)
                    ? setup_new(helper->client, config, old)
                    : NULL;
        if (fresh == NULL && error.text[0] == '\0')
            (void)snprintf(error.text, sizeof error.text, "out of memory");
    }
    (void)snprintf(helper->reload_error, sizeof helper->reload_error, "%s", error.text);
    if (fresh != NULL) {
        helper->setup = fresh;
        log_set_level(fresh->config->helper.log_level);
        worker_settings(helper->worker);
        setup_unref(old);
        handed_load(helper->handed, fresh->config);
    }
    log_reload(helper, fresh != NULL);
    if (fresh != NULL)
        config_warnings(fresh->config, warn, NULL);
    return fresh != NULL;
}

static void on_hangup(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    (void)reload(arg);
}

static void on_terminate(evutil_socket_t fd, short what, void *arg) {
    struct helper *helper = arg;

    (void)fd;
    (void)what;
    (void)event_base_loopbreak(helper->base);
}

static int64_t wall_ms(void *self) {
    struct timespec now;

    (void)self;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is wrong with the file stops nobody: failures are counted anew then. */
static struct throttle *open_throttle(const char *state_dir) {
    char why[1024];
    struct throttle *throttle = throttle_open(
        state_dir, (struct throttle_clock){.now_ms = monotonic_ms, .wall_ms = wall_ms}, why,
        sizeof why);

    if (throttle != NULL && why[0] != '\0')
        log_event(LOG_WARNING, "counted failures", why);
    return throttle;
}

static struct setup *current_setup(void *arg) {
    return ((const struct helper *)arg)->setup;
}

static void publish_change(struct helper *helper) {
    worker_publish(helper->worker);
}

/* The loop runs until a signal ends it; then everything goes in the opposite order. */
static bool serve(struct helper *helper, struct config *config, struct server *server) {
    struct http *http = NULL;
    struct event *signals[3] = {NULL};
    char why[1024] = "out of memory or descriptors";
    bool good = false;

    helper->wall_s = wall_s;
    (void)snprintf(helper->state_dir, sizeof helper->state_dir, "%s", config->helper.state_dir);
    helper->clock = (struct client_clock){.now_ms = monotonic_ms};
    helper->reload = reload;
    helper->changed = publish_change;
    helper->started_ms = helper_now_ms(helper);
    helper->server = server;
    helper->base = event_base_new();
    if (helper->base != NULL)
        http = http_new(helper->base);
    if (http != NULL)
        helper->client = client_new(helper->base, http_sender(http), helper->clock);
    helper->members = members_new(helper->clock);
    helper->codes = codes_new();
    helper->pins = pins_new();
    helper->links = links_new();
    helper->courier = courier_new(helper);
    helper->cards = cards_new(helper);
    helper->message_urls = message_urls_new();
    helper->web_events = web_events_new(helper);
    helper->homes = web_home_new(helper);
    helper->outages = outages_new(helper->base, helper->clock);
    helper->remember = remember_new();
    helper->throttle = open_throttle(config->helper.state_dir);
    helper->people = people_new(helper);
    helper->tries = tries_new(helper->clock);
    helper->handed = handed_new(helper->client, config->helper.state_dir);
    if (helper->client != NULL)
        helper->store = store_open(config->helper.state_dir, helper->base, why, sizeof why);
    if (helper->store == NULL || helper->members == NULL || helper->codes == NULL ||
        helper->people == NULL || helper->tries == NULL || helper->handed == NULL ||
        helper->pins == NULL || helper->links == NULL || helper->homes == NULL ||
        helper->courier == NULL || helper->cards == NULL || helper->message_urls == NULL ||
        helper->web_events == NULL || helper->throttle == NULL || helper->outages == NULL ||
        helper->remember == NULL) {
        config_free(config);
        goto out;
    }
    if (!use_rules(helper, config, why, sizeof why))
        goto out;
    helper->setup = setup_new(helper->client, config, NULL);
    signals[0] = evsignal_new(helper->base, SIGHUP, on_hangup, helper);
    signals[1] = evsignal_new(helper->base, SIGTERM, on_terminate, helper);
    signals[2] = evsignal_new(helper->base, SIGINT, on_terminate, helper);
    for (size_t i = 0; i < 3; i++) {
        if (signals[i] == NULL || event_add(signals[i], NULL) != 0)
            goto out;
    }
    if (helper->setup != NULL)
        helper->worker = worker_start(&(struct worker_how){
            .base = helper->base, .clock = helper->clock, .setup = current_setup, .arg = helper});
    if (helper->worker == NULL || !server_start(server, helper->base, dispatch_message, helper))
        goto out;
    handed_load(helper->handed, helper->setup->config);
    log_event(LOG_NOTICE, "started", helper->setup->config->file);
    config_warnings(helper->setup->config, warn, NULL);
    notify_ready();
    good = event_base_dispatch(helper->base) == 0;
    log_event(LOG_NOTICE, "stopped", NULL);
out:
    if (!good)
        log_event(LOG_ERR, "cannot run", why);
    server_free(server);
    outages_free(helper->outages);
    remember_free(helper->remember);
    courier_free(helper->courier);
    cards_free(helper->cards);
    web_events_free(helper->web_events);
    web_home_free(helper->homes);
    people_free(helper->people);
    worker_stop(helper->worker);
    members_free(helper->members);
    setup_unref(helper->setup);
    handed_free(helper->handed);
    tries_free(helper->tries);
    codes_free(helper->codes);
    pins_free(helper->pins);
    links_free(helper->links);
    message_urls_free(helper->message_urls);
    throttle_close(helper->throttle);
    client_free(helper->client);
    http_free(http);
    store_close(helper->store);
    for (size_t i = 0; i < 3; i++) {
        if (signals[i] != NULL)
            event_free(signals[i]);
    }
    if (helper->base != NULL)
        event_base_free(helper->base);
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

/* A reload may come from another directory. Links are not followed: they may lead elsewhere by
 * then. */
static const char *absolute(const char *file, char *path, size_t bytes) {
    char here[PATH_MAX];
    int n;

    if (file[0] == '/' || getcwd(here, sizeof here) == NULL)
        return file;
    n = snprintf(path, bytes, "%s/%s", here, file);
    return n > 0 && (size_t)n < bytes ? path : file;
}

/* Whoever starts us is told what is wrong with the store before anything goes to the background.
 * It is read whole; in the foreground once is enough.
 */
static bool try_store(const struct config *config, char *why, size_t bytes) {
    struct store *store = store_open(config->helper.state_dir, NULL, why, bytes);

    store_close(store);
    return store != NULL;
}

static void print_warning(void *arg, const char *sentence) {
    (void)arg;
    (void)printf("warning: %s\n", sentence);
}

static int refuse(const char *why, int status) {
    log_event(LOG_ERR, "cannot start", why);
    return status;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    struct config_error error;
    struct privileges_user user;
    struct server *server = NULL;
    struct config *config;
    struct helper helper = {0};
    char why[2048], path[PATH_MAX];
    int status;

    notify_keep();
    privileges_harden();
    json_set_alloc_funcs(wiping_new, wiping_free); /* answers hold tokens and tickets */
    if (argc == 2 && strcmp(argv[1], IMPORT_CHILD_WORD) == 0)
        return import_child_main();
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        return worker_run();
    status = read_arguments(argc, argv, &arguments);
    if (status >= 0)
        return status;
    /* a reload that comes before it can be heard is no reason to die */
    (void)sigaction(SIGHUP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    config = config_read(absolute(arguments.config_file, path, sizeof path), &error);
    if (config == NULL)
        return refuse(error.text, EXIT_CONFIG);
    if (!privileges_find(config->helper.user, &user, why, sizeof why)) {
        config_refuse_user(config, why, &error);
        config_free(config);
        return refuse(error.text, EXIT_CONFIG);
    }
    (void)umask(027);
    if (!arguments.check) {
        server = server_open(config, geteuid() == 0 ? user.uid : (uid_t)-1,
                             geteuid() == 0 ? user.gid : (gid_t)-1, why, sizeof why);
        if (server == NULL) {
            config_free(config);
            return refuse(why, EXIT_FAILURE);
        }
    }
    status = -1;
    if (!arguments.check &&
        !privileges_make_directory(config->helper.state_dir, 0711, &user, why, sizeof why))
        status = refuse(why, EXIT_FAILURE);
    else if (!privileges_drop(config->helper.user, &user, why, sizeof why))
        status = refuse(why, EXIT_FAILURE);
    else if (!config_read_secrets(config, &error))
        status = refuse(error.text, EXIT_CONFIG);
    else if (!arguments.check && !arguments.foreground && !try_store(config, why, sizeof why))
        status = refuse(why, EXIT_FAILURE);
    if (status >= 0) {
        config_free(config);
        server_free(server);
        return status;
    }
    if (arguments.check) {
        config_warnings(config, print_warning, NULL);
        (void)printf("%s: good\n", arguments.config_file);
        config_free(config);
        return EXIT_SUCCESS;
    }
    if (!arguments.foreground && !go_to_background()) {
        config_free(config);
        server_free(server);
        return refuse("cannot go to the background", EXIT_FAILURE);
    }
    log_open("wecom-helper", arguments.foreground, config->helper.log_level);
    return serve(&helper, config, server) ? EXIT_SUCCESS : EXIT_FAILURE;
}
