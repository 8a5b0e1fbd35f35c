/* Synchronizations inside the test. */
#include "tests/helper/support_sync.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/deadline.h"
#include "helper/log.h"
#include "wecom/paths.h"

#define SECRET "sample-secret-of-1000002-0123456789abcdefg"
#define OTHER_SECRET "sample-secret-of-1000003-0123456789abcdefg"

/* Quick rests, few tries. */
static const struct asker_limits quick = {.calls_per_min = 60000,
                                          .at_once = 8,
                                          .limited_ms = 10,
                                          .busy_ms = 10,
                                          .tries = 2,
                                          .lost_in_row = 3};

static int64_t real_ms(void *self) {
    (void)self;
    return deadline_now_ms();
}

static int64_t now_s(void *arg) {
    return (int64_t)time(NULL) + ((struct synced *)arg)->skew_s;
}

static void pass(void *arg, const struct log_line *l) {
    struct synced *s = arg;
    char *more = NULL;

    ck_assert_int_gt(asprintf(&more, "%s%d %s\n", s->log != NULL ? s->log : "", l->level, l->text),
                     0);
    free(s->log);
    s->log = more;
}

static struct config *make_config(const struct synced *s, const char *more) {
    struct config *config;
    char *text = NULL;

    ck_assert_int_gt(asprintf(&text,
                              "[helper]\nstate_dir = %s/state\n[app main]\ncorp_id = " SYNCED_CORP
                              "\nagent_id = 1000002\nsecret_file = /n\napi_url = %s\nca_file = %s\n"
                              "[app other]\ncorp_id = " SYNCED_CORP
                              "\nagent_id = 1000003\nsecret_file = /n\napi_url = %s\nca_file = %s\n"
                              "[accounts]\ntable = %s/state/public/accounts.cdb\n%s",
                              s->directory, sim_api_url(s->sim), sim_ca_file(s->sim),
                              sim_api_url(s->sim), sim_ca_file(s->sim), s->directory, more),
                     0);
    config = support_config(text);
    free(text);
    ck_assert_int_eq(secret_set(&config->apps[0].secret, SECRET, strlen(SECRET)), WECOM_OK);
    ck_assert_int_eq(secret_set(&config->apps[1].secret, OTHER_SECRET, strlen(OTHER_SECRET)),
                     WECOM_OK);
    return config;
}

void synced_configure(struct synced *s, const char *more) {
    struct setup *old = s->setup;

    s->setup = setup_new(s->client, make_config(s, more), old);
    ck_assert_ptr_nonnull(s->setup);
    setup_unref(old);
    ck_assert_int_eq(sync_rules_changed(s->store, s->setup->config), WECOM_OK);
}

void synced_limits(struct synced *s, const struct asker_limits *limits) {
    asker_free(s->asker);
    s->asker = asker_new(s->base, (struct client_clock){.now_ms = real_ms}, limits);
    ck_assert_ptr_nonnull(s->asker);
}

struct synced *synced_new(const char *more, const char *const *sim_arguments) {
    struct synced *s = calloc(1, sizeof *s);
    char why[256], *path, *sim = support_program("wecom-sim");

    ck_assert_ptr_nonnull(s);
    log_open("test", true, LOG_INFO);
    log_pass_on(pass, s);
    s->directory = support_directory();
    s->base = support_loop();
    s->sim = sim_start_with(sim, "tests/sim/members.json", s->directory, sim_arguments);
    ck_assert_ptr_nonnull(s->sim);
    s->http = http_new(s->base);
    s->client = client_new(s->base, http_sender(s->http), (struct client_clock){.now_ms = real_ms});
    path = support_path(s->directory, "state");
    s->store = store_open(path, NULL, why, sizeof why);
    ck_assert_msg(s->store != NULL, "%s", why);
    free(path);
    free(sim);
    s->memory = sync_memory_new();
    s->locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    ck_assert(s->memory != NULL && s->locals != NULL && s->client != NULL);
    synced_limits(s, &quick);
    synced_configure(s, more);
    return s;
}

void synced_free(struct synced *s) {
    static const char *const files[] = {"state/accounts.db",
                                        "state/accounts.db-wal",
                                        "state/accounts.db-shm",
                                        "state/accounts.turn",
                                        "state/public/accounts.cdb",
                                        "state/public",
                                        "state"};

    sync_cancel(s->sync);
    asker_free(s->asker);
    setup_unref(s->setup);
    client_free(s->client);
    http_free(s->http);
    sync_memory_free(s->memory);
    locals_free(s->locals);
    store_close(s->store);
    event_base_free(s->base);
    (void)sim_stop(s->sim); /* whether it ends well is a matter of its own tests */
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = support_path(s->directory, files[i]);

        (void)remove(path);
        free(path);
    }
    support_remove(s->directory);
    log_pass_on(NULL, NULL);
    free(s->log);
    free(s);
}

static void on_changed(void *arg) {
    ((struct synced *)arg)->changed++;
}

static void on_confirmed(void *arg, int64_t started_s) {
    struct synced *s = arg;

    ck_assert_int_eq(s->confirmed_s, 0);
    s->confirmed_s = started_s;
}

static void on_progress(void *arg) {
    (void)arg;
}

static void on_done(void *arg, const struct sync_result *result) {
    struct synced *s = arg;

    s->sync = NULL;
    s->result = *result;
    s->done = 1;
}

void synced_start(struct synced *s) {
    struct sync_how how = {.base = s->base,
                           .asker = s->asker,
                           .store = s->store,
                           .setup = s->setup,
                           .locals = s->locals,
                           .memory = s->memory,
                           .now_s = now_s,
                           .table_time_s = s->table_time_s,
                           .accepted = s->accepted,
                           .changed = on_changed,
                           .confirmed = on_confirmed,
                           .progress = on_progress,
                           .done = on_done,
                           .arg = s};

    free(s->log);
    s->log = strdup("");
    s->done = s->changed = 0;
    s->confirmed_s = 0;
    s->sync = sync_start(&how);
    ck_assert_ptr_nonnull(s->sync);
    ck_assert_int_eq(s->done, 0);
}

void synced_round(struct synced *s) {
    int64_t end = deadline_now_ms() + 120000;

    synced_start(s);
    while (!s->done) {
        ck_assert_int_ge(event_base_loop(s->base, EVLOOP_ONCE), 0);
        ck_assert_int_lt(deadline_now_ms(), end);
    }
    ck_assert_uint_eq(asker_waiting(s->asker), 0);
    if (s->confirmed_s != 0)
        s->table_time_s = s->confirmed_s;
}

void synced_whole(struct synced *s) {
    synced_round(s);
    ck_assert_msg(s->result.end == SYNC_WHOLE, "%s\n%s", s->result.error, s->log);
    ck_assert_int_ne(s->confirmed_s, 0);
}

/* ---- Looking into the store ------------------------------------------------------------------ */

struct look {
    const char *userid, *key;
    struct store_account *account;
    enum store_state state;
    int count;
    int64_t number;
};

static enum wecom_error find(void *arg, struct store_tx *tx) {
    struct look *look = arg;

    return store_find_userid(tx, SYNCED_CORP, look->userid, look->account);
}

bool synced_find(struct synced *s, const char *userid, struct store_account *account) {
    struct look look = {.userid = userid, .account = account};
    enum wecom_error err = store_run(s->store, STORE_READ, find, &look);

    ck_assert(err == WECOM_OK || err == WECOM_E_ABSENT);
    return err == WECOM_OK;
}

enum store_state synced_state(struct synced *s, const char *userid) {
    struct store_account account;

    return synced_find(s, userid, &account) ? account.state : STORE_NO_STATE;
}

static enum wecom_error count_all(void *arg, struct store_tx *tx) {
    struct look *look = arg;
    struct store_account a = {0};
    enum wecom_error err;

    look->count = 0;
    for (;;) {
        char corp[sizeof a.corp], userid[sizeof a.userid];

        memcpy(corp, a.corp, sizeof corp);
        memcpy(userid, a.userid, sizeof userid);
        err = store_next(tx, corp, userid, &a);
        if (err != WECOM_OK)
            return err == WECOM_E_ABSENT ? WECOM_OK : err;
        look->count += a.host && a.state == look->state;
    }
}

int synced_count(struct synced *s, enum store_state state) {
    struct look look = {.state = state};

    ck_assert_int_eq(store_run(s->store, STORE_READ, count_all, &look), WECOM_OK);
    return look.count;
}

static enum wecom_error get_number(void *arg, struct store_tx *tx) {
    struct look *look = arg;
    enum wecom_error err = look->key != NULL ? store_get_number(tx, look->key, &look->number)
                                             : store_changes(tx, &look->number);

    return err == WECOM_E_ABSENT ? WECOM_OK : err;
}

int64_t synced_number(struct synced *s, const char *key) {
    struct look look = {.key = key};

    ck_assert_int_eq(store_run(s->store, STORE_READ, get_number, &look), WECOM_OK);
    return look.number;
}

int64_t synced_changes(struct synced *s) {
    return synced_number(s, NULL);
}

int synced_says(const struct synced *s, const char *text) {
    int n = 0;

    for (const char *at = strstr(s->log, text); at != NULL; at = strstr(at + 1, text))
        n++;
    return n;
}

char *synced_print(const struct synced *s) {
    char *path = support_path(s->directory, "state/accounts.db-wal"), *print = NULL;
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_gt(asprintf(&print, "%lld %lld.%09ld", (long long)st.st_size,
                              (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec),
                     0);
    free(path);
    return print;
}
