/* The second process: synchronizes and publishes. */
#include "helper/worker_run.h"

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "helper/ipc.h"
#include "helper/publisher.h"
#include "helper/schedule.h"
#include "helper/sync.h"
#include "helper/worker_log.h"
#include "helper/worker_settings.h"
#include "helper/worker_status.h"
#include "helper/worker_token.h"
#include "wecom/paths.h"

enum {
    REPORT_MS = 250,        /* between two reports while a round runs */
    CHECKPOINT_S = 600,     /* besides those after each round */
    CHECKPOINT_WRITES = 16, /* and after so many transactions of one */
    NICENESS = 5,           /* logins first */
    NO_MEMORY_RETRY_S = 60, /* when a round cannot even begin */
};

struct run {
    struct event_base *base;
    struct ipc *ipc;
    struct http *http;
    struct client *client;
    struct store *store;
    struct setup *setup; /* NULL before the first settings */
    struct asker *asker;
    struct publisher *publisher;
    struct sync *sync;
    struct sync_memory *memory;
    struct locals *locals; /* of the round that runs */
    struct event *next, *report, *checkpoint;
    struct worker_status status;
    int64_t round_ms; /* when the round that runs began */
    int64_t wanted;   /* the last round that was asked for */
    int64_t in_hand;  /* ... and is answered by the one that runs */
    int64_t done;     /* ... or has been, and the table may not say so yet */
    size_t accepted;  /* so many people may go, the administrator says */
    unsigned int writes;
    bool good;
};

static int64_t monotonic_ms(void *self) {
    (void)self;
    return deadline_now_ms();
}

static int64_t now_s(void *arg) {
    (void)arg;
    return (int64_t)time(NULL);
}

static uint64_t any_number(void) {
    uint64_t number;

    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number = (uint64_t)deadline_now_ms() * UINT64_C(0x9e3779b97f4a7c15);
    return number;
}

static void in_s(struct event *timer, int64_t s) {
    struct timeval tv = {.tv_sec = s};

    (void)evtimer_add(timer, &tv);
}

/* ---- Reports --------------------------------------------------------------------------------- */

static void fill_status(struct run *run) {
    struct worker_status *s = &run->status;
    const struct publisher_state *p = publisher_state(run->publisher);
    const char *resting = asker_resting(run->asker);
    struct sync_progress progress = {0};

    if (run->sync != NULL)
        sync_progress(run->sync, &progress);
    s->phase = progress.phase;
    s->members = (int64_t)progress.members;
    s->calls = progress.calls;
    s->calls_left = progress.calls_left;
    (void)snprintf(s->resting, sizeof s->resting, "%s", resting != NULL ? resting : "");
    s->published_s = p->published_s;
    s->table_time_s = p->table_time_s;
    s->changes = p->counts.changes;
    s->accounts = (int64_t)p->counts.accounts;
    s->active = (int64_t)p->counts.active;
    s->disabled = (int64_t)p->counts.disabled;
    s->gone = (int64_t)p->counts.withdrawn;
    s->held = (int64_t)p->counts.held;
    s->no_login = (int64_t)p->counts.no_login;
    s->left_out = (int64_t)p->counts.left_out;
    (void)snprintf(s->publish_error, sizeof s->publish_error, "%s", p->error);
}

static void report_now(struct run *run) {
    (void)evtimer_del(run->report);
    fill_status(run);
    (void)ipc_send(run->ipc, json_pack("{s:o}", "status", worker_status_pack(&run->status)));
}

static void on_report(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    report_now(arg);
}

static void report_soon(struct run *run) {
    static const struct timeval soon = {.tv_usec = REPORT_MS * 1000};

    if (evtimer_pending(run->report, NULL) == 0)
        (void)evtimer_add(run->report, &soon);
}

static void on_published(void *arg, bool good) {
    struct run *run = arg;
    const struct publisher_state *state = publisher_state(run->publisher);

    run->status.asked = run->done;
    (void)ipc_send(run->ipc, json_pack("{s:{s:b, s:I}}", "published", "good", good, "changes",
                                       (json_int_t)state->counts.changes));
    report_now(run);
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

static void start_round(struct run *run);

static void on_next(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    start_round(arg);
}

static void plan_round(struct run *run, int64_t wait_s) {
    run->status.next_s = now_s(NULL) + wait_s;
    in_s(run->next, wait_s);
}

/* How often there are rounds, and one line when that changes. */
static void set_interval(struct run *run) {
    const struct config_accounts *a = &run->setup->config->accounts;
    struct worker_status *s = &run->status;
    int64_t interval_s = schedule_interval_s(a->refresh_s, s->round_calls, a->sync_calls_per_min);
    struct log_line l;

    if (interval_s == s->interval_s && a->refresh_s == s->refresh_s)
        return;
    s->stretched[0] = '\0';
    if (interval_s > a->refresh_s)
        (void)snprintf(s->stretched, sizeof s->stretched,
                       "one round takes %lld calls, sync_calls_per_min is %lld",
                       (long long)s->round_calls, (long long)a->sync_calls_per_min);
    if (interval_s > a->refresh_s || s->interval_s > s->refresh_s) {
        log_begin(&l,
                  interval_s >= a->stale_s    ? LOG_ERR
                  : interval_s > a->refresh_s ? LOG_WARNING
                                              : LOG_NOTICE,
                  interval_s > a->refresh_s ? "synchronization is less frequent than refresh= asks"
                                            : "synchronization is as frequent as refresh= asks");
        log_number(&l, "every_s", interval_s);
        log_number(&l, "refresh_s", a->refresh_s);
        log_text(&l, "reason", s->stretched);
        log_end(&l);
    }
    s->interval_s = interval_s;
    s->refresh_s = a->refresh_s;
}

/* A first synchronization writes much: what it leaves in the log of the database is brought home
 * now and then.
 */
static void on_changed(void *arg) {
    struct run *run = arg;

    publisher_want_sometime(run->publisher);
    if (++run->writes % CHECKPOINT_WRITES == 0)
        store_checkpoint(run->store);
}

static void on_confirmed(void *arg, int64_t started_s) {
    publisher_confirm(((struct run *)arg)->publisher, started_s);
}

static void on_progress(void *arg) {
    report_soon(arg);
}

static void log_round(const struct run *run, const struct sync_result *result) {
    bool eventful = result->made + result->withdrawn + result->returned > 0;
    struct log_line l;

    log_begin(&l,
              result->end == SYNC_STOPPED ? LOG_WARNING
              : eventful                  ? LOG_NOTICE
                                          : LOG_DEBUG,
              result->end == SYNC_STOPPED ? "synchronization stopped: nobody is withdrawn for it"
                                          : "synchronized");
    log_text(&l, "how", worker_end_word(result->end));
    log_number(&l, "members", (int64_t)result->members);
    log_number(&l, "made", (int64_t)result->made);
    log_number(&l, "withdrawn", (int64_t)result->withdrawn);
    log_number(&l, "returned", (int64_t)result->returned);
    log_number(&l, "pending", (int64_t)result->pending);
    log_number(&l, "calls", result->calls);
    log_number(&l, "ms", run->status.took_ms);
    log_text(&l, "reason", result->error);
    log_end(&l);
}

static void on_round_done(void *arg, const struct sync_result *result) {
    struct run *run = arg;
    struct worker_status *s = &run->status;
    bool stopped = result->end == SYNC_STOPPED;

    run->sync = NULL;
    s->rounds++;
    s->end = result->end;
    s->took_ms = deadline_now_ms() - run->round_ms;
    memcpy(s->error, result->error, sizeof s->error);
    s->round_members = (int64_t)result->members;
    s->made = (int64_t)result->made;
    s->withdrawn = (int64_t)result->withdrawn;
    s->returned = (int64_t)result->returned;
    run->done = run->in_hand;
    if (!stopped) {
        s->round_calls = result->calls;
        s->last_good_s = s->started_s;
        s->pending = (int64_t)result->pending;
        memcpy(s->pending_names, result->pending_names, sizeof s->pending_names);
        run->accepted = 0;
    }
    log_round(run, result);
    set_interval(run);
    if (s->made + s->withdrawn + s->returned > 0)
        publisher_want(run->publisher);
    /* who asked for the round looks at names and groups right after it */
    if (!publisher_is_due(run->publisher))
        s->asked = run->done;
    else if (run->done > s->asked)
        publisher_want(run->publisher);
    store_checkpoint(run->store);
    plan_round(run, run->wanted > run->in_hand
                        ? 0
                        : schedule_next_s(s->interval_s, s->started_s, now_s(NULL), stopped,
                                          any_number()));
    report_now(run);
}

static void start_round(struct run *run) {
    struct sync_how how = {.base = run->base,
                           .asker = run->asker,
                           .store = run->store,
                           .setup = run->setup,
                           .memory = run->memory,
                           .now_s = now_s,
                           .table_time_s = publisher_state(run->publisher)->table_time_s,
                           .accepted = run->accepted,
                           .changed = on_changed,
                           .confirmed = on_confirmed,
                           .progress = on_progress,
                           .done = on_round_done,
                           .arg = run};

    if (run->sync != NULL || run->setup == NULL)
        return;
    locals_free(run->locals);
    run->locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    how.locals = run->locals;
    if (run->locals != NULL)
        run->sync = sync_start(&how);
    if (run->sync == NULL) {
        log_event(LOG_ERR, "cannot synchronize",
                  run->locals == NULL ? "/etc/passwd or /etc/group cannot be read"
                                      : "out of memory");
        plan_round(run, NO_MEMORY_RETRY_S);
        return;
    }
    (void)evtimer_del(run->next);
    run->in_hand = run->wanted;
    run->round_ms = deadline_now_ms();
    run->status.started_s = now_s(NULL);
    run->status.next_s = 0;
    report_now(run);
}

/* ---- Messages of the first process ----------------------------------------------------------- */

/* Must what the last round read be read anew? */
static bool reads_differ(const struct config *a, const struct config *b) {
    const struct config_accounts *x = &a->accounts, *y = &b->accounts;
    bool differs = a->apps_count != b->apps_count || a->services_count != b->services_count ||
                   x->groups_count != y->groups_count || x->wanted != y->wanted ||
                   strcmp(x->app_name, y->app_name) != 0 || x->provision != y->provision ||
                   x->username != y->username || strcmp(x->name_prefix, y->name_prefix) != 0 ||
                   x->refresh_s != y->refresh_s || x->sync_calls_per_min != y->sync_calls_per_min;

    for (size_t i = 0; !differs && i < a->apps_count; i++)
        differs = strcmp(a->apps[i].name, b->apps[i].name) != 0 ||
                  strcmp(a->apps[i].corp_id, b->apps[i].corp_id) != 0 ||
                  a->apps[i].agent_id != b->apps[i].agent_id ||
                  strcmp(a->apps[i].api_url, b->apps[i].api_url) != 0 ||
                  strcmp(a->apps[i].ca_file, b->apps[i].ca_file) != 0 ||
                  strcmp(a->apps[i].proxy, b->apps[i].proxy) != 0;
    for (size_t i = 0; !differs && i < x->groups_count; i++)
        differs = !policy_same(&x->groups[i].members, &y->groups[i].members);
    for (size_t i = 0; !differs && i < a->services_count; i++)
        differs = a->services[i].account != b->services[i].account ||
                  strcmp(a->services[i].app_name, b->services[i].app_name) != 0 ||
                  !policy_same(&a->services[i].allow, &b->services[i].allow) ||
                  !policy_same(&a->services[i].deny, &b->services[i].deny);
    return differs;
}

static bool open_store(struct run *run, const struct config *config) {
    char why[512];

    if (run->store == NULL) {
        run->store = store_open(config->helper.state_dir, NULL, why, sizeof why);
        if (run->store == NULL)
            log_event(LOG_ERR, "the account store cannot be opened", why);
    }
    if (run->store != NULL && run->publisher == NULL)
        run->publisher = publisher_new(run->base, run->store, now_s, on_published, run);
    return run->publisher != NULL;
}

/* At once where something that is needed has never been read. */
static int64_t first_wait_s(const struct run *run) {
    const struct config *config = run->setup->config;
    int64_t table_time_s = publisher_state(run->publisher)->table_time_s;

    if (!sync_is_known(run->store, config))
        return 0;
    if (!config->accounts.wanted) /* no table tells when that was */
        table_time_s = 1;
    return schedule_first_s(config->accounts.refresh_s, table_time_s, now_s(NULL), any_number());
}

static bool take_settings(struct run *run, const json_t *message) {
    struct config *config = worker_settings_unpack(message);
    struct setup *old = run->setup;
    bool again = config == NULL || old == NULL || reads_differ(old->config, config);

    if (config == NULL || !open_store(run, config) ||
        sync_rules_changed(run->store, config) != WECOM_OK) {
        log_event(LOG_ERR, "the second process cannot work",
                  config == NULL       ? "its settings are odd"
                  : run->store == NULL ? "there is no account store"
                                       : store_trouble(run->store));
        config_free(config);
        return false;
    }
    log_set_level(config->helper.log_level);
    run->setup = setup_new(run->client, config, old);
    if (run->setup == NULL)
        return false;
    publisher_configure(run->publisher, run->setup->config);
    asker_set_rate(run->asker, run->setup->config->accounts.sync_calls_per_min);
    if (again) {
        sync_cancel(run->sync);
        run->sync = NULL;
        plan_round(run, old != NULL || run->wanted > run->in_hand ? 0 : first_wait_s(run));
    }
    setup_unref(old);
    if (run->status.last_good_s == 0)
        run->status.last_good_s = publisher_state(run->publisher)->table_time_s;
    set_interval(run);
    report_now(run);
    return true;
}

static bool take_publish(struct run *run, const json_t *message) {
    (void)message;
    if (run->publisher != NULL)
        publisher_want(run->publisher);
    return true;
}

static bool take_sync(struct run *run, const json_t *message) {
    run->wanted = json_integer_value(json_object_get(message, "number"));
    if (json_object_get(message, "accepted") != NULL)
        run->accepted = (size_t)json_integer_value(json_object_get(message, "accepted"));
    start_round(run); /* one that runs already is followed by another */
    return true;
}

static struct client_app *find_app(const struct run *run, const char *name) {
    for (size_t i = 0; run->setup != NULL && name != NULL && i < run->setup->config->apps_count;
         i++) {
        if (strcmp(run->setup->config->apps[i].name, name) == 0)
            return run->setup->apps[i];
    }
    return NULL;
}

static bool take_token(struct run *run, const json_t *message) {
    struct client_app *app = find_app(run, json_string_value(json_object_get(message, "app")));

    return app == NULL || worker_token_take(app, message);
}

static void on_message(void *arg, json_t *message) {
    static const struct {
        const char *key;
        bool (*take)(struct run *run, const json_t *message);
    } kinds[] = {{"settings", take_settings},
                 {"publish", take_publish},
                 {"sync", take_sync},
                 {"token", take_token}};
    struct run *run = arg;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const json_t *value = json_object_get(message, kinds[i].key);

        if (value == NULL || kinds[i].take(run, value))
            continue;
        run->good = false;
        (void)event_base_loopbreak(run->base);
        return;
    }
}

static void on_closed(void *arg, const char *why) {
    struct run *run = arg;

    (void)why;
    (void)event_base_loopbreak(run->base);
}

static void want_token(void *arg, struct client_app *app, unsigned int refused) {
    struct run *run = arg;

    (void)ipc_send(run->ipc,
                   json_pack("{s:{s:s, s:I}}", "want_token", "app", client_app_settings(app)->name,
                             "refused", (json_int_t)refused));
}

static void pass_log(void *arg, const struct log_line *line) {
    struct run *run = arg;

    (void)ipc_send(run->ipc, json_pack("{s:o}", "log", worker_log_pack(line)));
}

static void on_checkpoint(evutil_socket_t fd, short what, void *arg) {
    struct run *run = arg;

    (void)fd;
    (void)what;
    if (run->store != NULL)
        store_checkpoint(run->store);
    in_s(run->checkpoint, CHECKPOINT_S);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static bool set_up(struct run *run) {
    struct client_clock clock = {.now_ms = monotonic_ms};

    run->base = event_base_new();
    if (run->base == NULL)
        return false;
    run->ipc = ipc_new(run->base, WORKER_FD, on_message, on_closed, run);
    run->http = http_new(run->base);
    if (run->http != NULL)
        run->client = client_new(run->base, http_sender(run->http), clock);
    run->asker = asker_new(run->base, clock, &asker_usual_limits);
    run->memory = sync_memory_new();
    run->next = evtimer_new(run->base, on_next, run);
    run->report = evtimer_new(run->base, on_report, run);
    run->checkpoint = evtimer_new(run->base, on_checkpoint, run);
    if (run->ipc == NULL || run->client == NULL || run->asker == NULL || run->memory == NULL ||
        run->next == NULL || run->report == NULL || run->checkpoint == NULL)
        return false;
    client_ask_for_tokens(run->client, want_token, run);
    log_pass_on(pass_log, run);
    in_s(run->checkpoint, CHECKPOINT_S);
    return true;
}

static void tear_down(struct run *run) {
    struct event *timers[] = {run->next, run->report, run->checkpoint};

    sync_cancel(run->sync);
    locals_free(run->locals);
    publisher_free(run->publisher);
    asker_free(run->asker);
    setup_unref(run->setup);
    sync_memory_free(run->memory);
    store_close(run->store);
    client_free(run->client);
    http_free(run->http);
    if (run->ipc != NULL)
        ipc_flush(run->ipc, 1000);
    log_pass_on(NULL, NULL);
    ipc_free(run->ipc);
    for (size_t i = 0; i < 3; i++) {
        if (timers[i] != NULL)
            event_free(timers[i]);
    }
    if (run->base != NULL)
        event_base_free(run->base);
}

/* Is this our end of what the first process made? */
static bool has_socket(void) {
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(WORKER_FD, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET &&
           fcntl(WORKER_FD, F_SETFD, FD_CLOEXEC) == 0;
}

int worker_run(void) {
    static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE};
    struct run run = {.good = true};

    if (!has_socket() || geteuid() == 0) {
        log_event(LOG_ERR, "cannot start", "this is for wecom-helper itself only");
        return EXIT_FAILURE;
    }
    /* Signals for the whole service are the first process's to understand: we end when it does, and
     * if it is killed.
     */
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        (void)sigaction(ignored[i], &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_NAME, "wecom-worker", 0, 0, 0);
    (void)setpriority(PRIO_PROCESS, 0, NICENESS);
    (void)umask(027);
    log_set_level(LOG_DEBUG); /* until the settings say */
    if (set_up(&run))
        run.good = event_base_dispatch(run.base) == 0 && run.good;
    else
        run.good = false;
    tear_down(&run);
    return run.good ? EXIT_SUCCESS : EXIT_FAILURE;
}
