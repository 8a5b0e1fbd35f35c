/* From the store to the table that NSS and the PAM module read. */
#include "helper/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "helper/accounts.h"
#include "helper/crowd.h"
#include "helper/log.h"
#include "helper/table_writer.h"
#include "wecom/table.h"

enum { MEMBERS_BYTES = WECOM_GROUP_MEMBERS_MAX * (WECOM_LOGIN_NAME_MAX_BYTES + 1) };

/* A mapped group in the making. */
struct group {
    const struct config_group *settings;
    uint32_t gid; /* 0: it cannot be given, or its name is local now */
    char members[MEMBERS_BYTES];
    size_t members_bytes, members_count;
};

struct work {
    const struct publish *publish;
    struct accounts accounts;
    struct publish_counts *counts;
    struct crowd *crowd;
    const struct config_service *services[WECOM_TABLE_SERVICES_MAX];
    size_t services_count;
    struct group *groups;
    size_t groups_count;
    struct table_writer *writer;
    const char *failed; /* which part did, for the sentence */
};

void publish_gecos(char *gecos, size_t bytes, const char *name) {
    size_t len = strlen(name), used = 0;
    const char *at = name;

    while (len > 0) {
        uint32_t c;
        size_t n = text_utf8_next(at, len, &c);

        if (n > 0 && used + n >= bytes)
            break;
        if (n > 0) {
            memcpy(gecos + used, at, n);
            used += n;
        }
        at += n > 0 ? n : 1;
        len -= n > 0 ? n : 1;
    }
    gecos[used] = '\0';
    for (char *c = gecos; *c != '\0'; c++) {
        if (*c == ':' || *c == ',')
            *c = ' ';
    }
    text_clean(gecos, TEXT_ONE_LINE);
}

/* A line that would come with every publication comes once. `kind` keeps the names apart. */
static void tell_once(const struct work *work, int level, const char *event, const char *kind,
                      const char *name) {
    char mark[WECOM_USERID_MAX_BYTES + 1];
    struct log_line l;
    bool added = true;

    (void)snprintf(mark, sizeof mark, "%s%s", kind, name);
    if (!userset_add(work->publish->told, mark, &added) || !added)
        return;
    log_begin(&l, level, event);
    log_text(&l, "name", name);
    log_end(&l);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static enum wecom_error find_gids(void *arg, struct store_tx *tx) {
    struct work *work = arg;
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < work->groups_count && err == WECOM_OK; i++)
        err = store_find_group(tx, work->groups[i].settings->name, &work->groups[i].gid);
    return err;
}

static enum wecom_error give_gids(void *arg, struct store_tx *tx) {
    struct work *work = arg;
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < work->groups_count && err == WECOM_OK; i++) {
        struct group *g = &work->groups[i];

        g->gid = 0;
        err = accounts_group(&work->accounts, tx, g->settings->name, &g->gid);
        if (err == WECOM_E_PEER || err == WECOM_E_TOO_LONG) { /* taken; no number left */
            g->gid = 0;
            err = WECOM_OK;
        }
    }
    return err;
}

static enum wecom_error have_groups(struct work *work) {
    enum wecom_error err;

    work->groups_count = work->publish->config->accounts.groups_count;
    work->groups = calloc(work->groups_count + 1, sizeof *work->groups);
    if (work->groups == NULL)
        return WECOM_E_MEMORY;
    for (size_t i = 0; i < work->groups_count; i++)
        work->groups[i].settings = &work->publish->config->accounts.groups[i];
    err = store_run(work->publish->store, STORE_READ, find_gids, work);
    if (err == WECOM_E_ABSENT)
        err = store_run(work->publish->store, STORE_WRITE, give_gids, work);
    for (size_t i = 0; i < work->groups_count && err == WECOM_OK; i++) {
        struct group *g = &work->groups[i];

        if (g->gid != 0 && (locals_has_name(work->publish->locals, g->settings->name) ||
                            locals_has_number(work->publish->locals, g->gid)))
            g->gid = 0;
        if (g->gid == 0)
            tell_once(work, LOG_ERR,
                      "group left out: the name is taken by an account, /etc/passwd or /etc/group",
                      "g ", g->settings->name);
    }
    return err;
}

static void add_member(struct group *group, const char *login) {
    if (group->members_count == WECOM_GROUP_MEMBERS_MAX)
        return;
    group->members_bytes += (size_t)snprintf(group->members + group->members_bytes,
                                             sizeof group->members - group->members_bytes, "%s%s",
                                             group->members_count > 0 ? "," : "", login);
    group->members_count++;
}

static enum wecom_error put_groups(struct work *work) {
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < work->groups_count && err == WECOM_OK; i++) {
        const struct group *g = &work->groups[i];
        struct table_group record = {
            .name = g->settings->name, .id = g->gid, .members = g->members};

        if (g->gid == 0)
            continue;
        err = table_writer_put_group(work->writer, &record);
        if (err == WECOM_E_FORMAT) {
            tell_once(work, LOG_ERR, "group left out: name or number cannot be published", "f ",
                      g->settings->name);
            err = WECOM_OK;
        }
    }
    return err;
}

/* ---- People ---------------------------------------------------------------------------------- */

static void put_home(char *home, size_t bytes, const char *pattern, const char *login) {
    size_t before = strcspn(pattern, "%"); /* %u stands there, once */

    (void)snprintf(home, bytes, "%.*s%s%s", (int)before, pattern, login,
                   pattern[before] != '\0' ? pattern + before + 2 : "");
}

/* By the row alone; people of a company that is not ours any more stay known by name only. */
static enum wecom_reason reason_of(const struct work *work, const struct store_account *account) {
    if (strcmp(account->corp, work->accounts.corp) != 0)
        return WECOM_REASON_NOT_VISIBLE;
    return accounts_reason(&work->accounts, account);
}

static void count_account(struct publish_counts *counts, const struct store_account *account,
                          enum wecom_reason reason) {
    counts->accounts++;
    counts->active += reason == WECOM_REASON_NONE;
    counts->held += account->held;
    counts->no_login += account->login[0] == '\0';
    counts->disabled += account->switched_off || account->state == STORE_DISABLED ||
                        account->state == STORE_NOT_ACTIVATED;
    counts->withdrawn += account->state == STORE_LEFT || account->state == STORE_OUT_OF_RANGE ||
                         account->state == STORE_DELETED;
}

/* Is the name or number the machine's own by now? */
static bool is_local(const struct work *work, const struct store_account *account) {
    const struct locals *locals = work->publish->locals;

    if (!locals_has_name(locals, account->login) && !locals_has_number(locals, account->uid))
        return false;
    tell_once(work, LOG_WARNING,
              "account not published: /etc/passwd or /etc/group has its name or number by now",
              "n ", account->login);
    return true;
}

struct person {
    char home[2 * WECOM_HOME_MAX_BYTES + WECOM_LOGIN_NAME_MAX_BYTES + 1];
    char gecos[WECOM_GECOS_MAX_BYTES + 1];
    char link[WECOM_LINK_MAX_BYTES + 1];
    char services[WECOM_TABLE_SERVICES_MAX + 1];
    struct table_user record;
};

/* What he may, as long as he is active. */
static void put_rights(struct work *work, struct store_tx *tx, const struct store_account *account,
                       bool named, struct person *p) {
    const char *app = work->publish->config->accounts.app->name;

    crowd_look_at(work->crowd, tx, account->userid, account->departments,
                  account->departments_count);
    for (size_t i = 0; i < work->services_count; i++) {
        if (crowd_admits(work->crowd, work->services[i]) == POLICY_YES)
            p->services[i] = '1';
    }
    for (size_t i = 0; named && i < work->groups_count; i++) {
        struct group *g = &work->groups[i];

        if (g->gid == 0 || crowd_names(work->crowd, app, &g->settings->members) != POLICY_YES)
            continue;
        p->record.gids[p->record.gids_count++] = g->gid;
        if (work->accounts.settings->group_members)
            add_member(g, account->login);
    }
}

static enum wecom_error put_account(struct work *work, struct store_tx *tx,
                                    const struct store_account *account, struct person *p) {
    const struct config_accounts *settings = work->accounts.settings;
    enum wecom_reason reason = reason_of(work, account);
    bool named = account->login[0] != '\0' && !is_local(work, account);
    enum wecom_error err;

    count_account(work->counts, account, reason);
    (void)snprintf(p->link, sizeof p->link, "%s/%s", account->corp, account->userid);
    memset(p->services, '0', work->services_count);
    p->services[work->services_count] = '\0';
    p->record = (struct table_user){.name = account->login,
                                    .id = account->uid,
                                    .gecos = p->gecos,
                                    .home = p->home,
                                    .shell = reason == WECOM_REASON_NONE ? settings->shell
                                                                         : PUBLISH_NOLOGIN,
                                    .status = {.active = reason == WECOM_REASON_NONE,
                                               .reason = reason,
                                               .confirmed_s = account->confirmed_s,
                                               .dated_by_file = account->confirmed_by_sync,
                                               .services = p->services,
                                               .link = p->link}};
    if (reason == WECOM_REASON_NONE)
        put_rights(work, tx, account, named, p);
    if (!named) {
        work->counts->left_out += account->login[0] != '\0';
        return table_writer_put_status(work->writer, &p->record.status);
    }
    publish_gecos(p->gecos, sizeof p->gecos, account->name);
    put_home(p->home, sizeof p->home, settings->home, account->login);
    err = table_writer_put_user(work->writer, &p->record);
    if (err != WECOM_E_FORMAT)
        return err;
    tell_once(work, LOG_ERR, "account not published: the table cannot hold it", "t ",
              account->login);
    work->counts->left_out++;
    return table_writer_put_status(work->writer, &p->record.status);
}

static enum wecom_error put_everybody(struct work *work, struct store_tx *tx) {
    struct store_account *account = calloc(1, sizeof *account);
    struct person *person = calloc(1, sizeof *person);
    enum wecom_error err = account != NULL && person != NULL ? WECOM_OK : WECOM_E_MEMORY;

    while (err == WECOM_OK) {
        char corp[sizeof account->corp], userid[sizeof account->userid];

        memcpy(corp, account->corp, sizeof corp);
        memcpy(userid, account->userid, sizeof userid);
        err = store_next(tx, corp, userid, account);
        if (err == WECOM_OK && account->host)
            err = put_account(work, tx, account, person);
    }
    free(account);
    free(person);
    return err == WECOM_E_ABSENT ? crowd_error(work->crowd) : err;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Services with account=yes: names with "," between. */
static void list_services(struct work *work, char *names, size_t bytes) {
    const struct config *config = work->publish->config;
    size_t used = 0;

    names[0] = '\0';
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *service = &config->services[i];

        if (!service->account)
            continue;
        if (work->services_count == WECOM_TABLE_SERVICES_MAX) {
            tell_once(work, LOG_ERR, "service not published: there are too many", "s ",
                      service->name);
            continue;
        }
        used += (size_t)snprintf(names + used, bytes - used, "%s%s",
                                 work->services_count > 0 ? "," : "", service->name);
        work->services[work->services_count++] = service;
    }
}

/* A job of the store may be run more than once. */
static void start_over(struct work *work) {
    table_writer_abort(work->writer);
    work->writer = NULL;
    *work->counts = (struct publish_counts){0};
    work->services_count = 0;
    for (size_t i = 0; i < work->groups_count; i++)
        work->groups[i].members_bytes = work->groups[i].members_count = 0;
}

static enum wecom_error write_all(void *arg, struct store_tx *tx) {
    char names[WECOM_TABLE_SERVICES_MAX * (WECOM_SERVICE_MAX_BYTES + 1)];
    struct work *work = arg;
    struct table_meta meta = {.services = names};
    enum wecom_error err;

    start_over(work);
    work->failed = "the store";
    err = store_changes(tx, &work->counts->changes);
    if (err == WECOM_OK)
        err = crowd_load(work->crowd, tx);
    if (err != WECOM_OK)
        return err;
    list_services(work, names, sizeof names);
    meta.generation = (uint64_t)work->counts->changes;
    meta.services_count = work->services_count;
    work->failed = "the table";
    err = table_writer_open(work->publish->config->accounts.table, &meta, &work->writer);
    if (err == WECOM_OK)
        err = put_everybody(work, tx);
    return err == WECOM_OK ? put_groups(work) : err;
}

/* The directory of the table, where it belongs to us. */
static void have_directory(const struct config *config) {
    const char *path = config->accounts.table, *slash = strrchr(path, '/');
    size_t len = strlen(config->helper.state_dir);
    char directory[CONFIG_PATH_BYTES];

    if (strncmp(path, config->helper.state_dir, len) != 0 || path[len] != '/' ||
        slash <= path + len)
        return;
    (void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
    if (mkdir(directory, 0700) == 0)
        (void)chmod(directory, 0755); /* whatever the umask is */
}

static enum wecom_error fail(const struct work *work, enum wecom_error err, char *why,
                             size_t why_bytes) {
    const char *path = work->publish->config->accounts.table;
    const char *trouble = store_trouble(work->publish->store);
    int code = errno;

    if (strcmp(work->failed, "the table") == 0)
        (void)snprintf(why, why_bytes, "%s: %s", path,
                       err == WECOM_E_SYSTEM ? strerror(code) : "cannot be written");
    else
        (void)snprintf(why, why_bytes, "the store: %s",
                       trouble[0] != '\0' ? trouble : "cannot be read");
    return err;
}

enum wecom_error publish_table(const struct publish *publish, struct publish_counts *counts,
                               char *why, size_t why_bytes) {
    const struct config_accounts *settings = &publish->config->accounts;
    struct work work = {.publish = publish,
                        .accounts = {.settings = settings,
                                     .corp = settings->app->corp_id,
                                     .locals = publish->locals,
                                     .now_s = publish->now_s},
                        .counts = counts,
                        .crowd = crowd_new(publish->config),
                        .failed = "the store"};
    enum wecom_error err = work.crowd != NULL ? have_groups(&work) : WECOM_E_MEMORY;

    have_directory(publish->config);
    if (err == WECOM_OK)
        err = store_run(publish->store, STORE_READ, write_all, &work);
    if (err == WECOM_OK)
        err = table_writer_commit(work.writer, publish->confirmed_s);
    else
        table_writer_abort(work.writer);
    if (err != WECOM_OK)
        (void)fail(&work, err, why, why_bytes);
    crowd_free(work.crowd);
    free(work.groups);
    return err;
}
