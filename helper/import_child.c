/* The process that brings a file of accounts into the store. */
#include "helper/import_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "helper/import_file.h"
#include "wecom/paths.h"

json_t *import_child_header(const struct config *config, int64_t now_s, bool dry_run) {
    const struct config_accounts *settings = &config->accounts;
    json_t *groups = json_array();

    for (size_t i = 0; i < settings->groups_count; i++)
        (void)json_array_append_new(groups, json_string(settings->groups[i].name));
    return json_pack("{s:i, s:s, s:s, s:[I, I], s:o, s:I, s:b}", "parent", (int)getpid(),
                     "state_dir", config->helper.state_dir, "corp", settings->app->corp_id,
                     "uid_range", (json_int_t)settings->uid_range[0],
                     (json_int_t)settings->uid_range[1], "groups", groups, "now_s",
                     (json_int_t)now_s, "dry_run", (int)dry_run);
}

int import_child_start(int in, pid_t *pid, int *out) {
    char *argv[] = {(char[]){"wecom-helper"}, (char[]){IMPORT_CHILD_WORD}, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], err;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    err = posix_spawn_file_actions_init(&actions);
    if (err != 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return err;
    }
    err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (err == 0)
        err = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    /* the program as it runs, also when an update has replaced the file */
    if (err == 0)
        err = posix_spawn(pid, "/proc/self/exe", &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(ends[1]);
    if (err != 0) {
        (void)close(ends[0]);
        return err;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *out = ends[0];
    return 0;
}

/* ---- In the process ---------------------------------------------------------------------------
 */

static bool say(json_t *row) {
    int written = row != NULL ? json_dumpf(row, stdout, JSON_COMPACT) : -1;

    json_decref(row);
    return written == 0 && fputc('\n', stdout) != EOF;
}

static void on_bad(void *arg, size_t line, const struct refusal *refusal) {
    json_t *row = refusal_row(refusal);

    (void)arg;
    if (row != NULL)
        (void)json_object_set_new(row, "line", json_integer((json_int_t)line));
    (void)say(row);
}

static int end(const char *word, const char *why, const struct import_report *report) {
    json_t *last = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "end", word, "why", why, "rows",
                             (json_int_t)report->rows, "bad", (json_int_t)report->bad, "new",
                             (json_int_t)report->of[IMPORT_NEW], "changed",
                             (json_int_t)report->of[IMPORT_CHANGED], "same",
                             (json_int_t)report->of[IMPORT_SAME]);

    return say(last) && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int fail(const char *why) {
    return end("failed", why, &(const struct import_report){0});
}

/* What the helper told in the first line. Strings belong to `header`. */
struct told {
    json_t *header;
    const char *state_dir, *corp;
    json_int_t first_uid, last_uid, now_s;
    json_t *groups;
    int dry_run, parent;
};

static bool read_header(struct told *told) {
    char *line = NULL;
    size_t room = 0;
    bool good = getline(&line, &room, stdin) > 0;

    told->header = good ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
    free(line);
    return told->header != NULL &&
           json_unpack(told->header, "{s:i, s:s, s:s, s:[I, I], s:o, s:I, s:b}", "parent",
                       &told->parent, "state_dir", &told->state_dir, "corp", &told->corp,
                       "uid_range", &told->first_uid, &told->last_uid, "groups", &told->groups,
                       "now_s", &told->now_s, "dry_run", &told->dry_run) == 0;
}

static void set_config(const struct told *told, struct config *config) {
    size_t i;
    json_t *group;

    config->accounts.uid_range[0] = (uint32_t)told->first_uid;
    config->accounts.uid_range[1] = (uint32_t)told->last_uid;
    json_array_foreach(told->groups, i, group) {
        if (json_is_string(group) && config->accounts.groups_count < CONFIG_GROUPS)
            (void)snprintf(config->accounts.groups[config->accounts.groups_count++].name,
                           sizeof config->accounts.groups[0].name, "%s", json_string_value(group));
    }
}

static int import(const struct told *told, struct store *store, const struct config *config,
                  const struct locals *locals) {
    const struct accounts_admin admin = {.accounts = {.settings = &config->accounts,
                                                      .corp = told->corp,
                                                      .locals = locals,
                                                      .now_s = told->now_s},
                                         .config = config};
    struct import_report report;
    enum wecom_error err =
        import_file(store, &admin, stdin, told->dry_run != 0, on_bad, NULL, &report);

    if (err == WECOM_E_TOO_LONG)
        return fail("uid_range= has no free number");
    if (err == WECOM_E_MEMORY)
        return fail("out of memory");
    if (err != WECOM_OK)
        return fail(store_trouble(store)[0] != '\0' ? store_trouble(store)
                                                    : "a row breaks its own rules");
    return end(report.bad > 0 ? "refused" : "done", "", &report);
}

int import_child_main(void) {
    char why[1024] = "the first line cannot be read";
    struct config *config = calloc(1, sizeof *config);
    struct locals *locals = NULL;
    struct store *store = NULL;
    struct told told = {0};
    int status;

    /* The helper's transaction ends with the helper. */
    if (geteuid() == 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        free(config);
        return EXIT_FAILURE;
    }
    if (config != NULL && read_header(&told) && told.parent == getppid()) {
        set_config(&told, config);
        (void)snprintf(why, sizeof why, "cannot read " WECOM_PASSWD_FILE " and " WECOM_GROUP_FILE);
        locals = locals_read(WECOM_PASSWD_FILE, WECOM_GROUP_FILE);
    }
    if (locals != NULL)
        store = store_open(told.state_dir, NULL, why, sizeof why);
    status = store != NULL ? import(&told, store, config, locals) : fail(why);
    store_close(store);
    locals_free(locals);
    json_decref(told.header);
    free(config);
    return status;
}
