/* wecomctl status: what the helper is doing, its applications, its services. */
#include "tools/ctl.h"

#include <stdio.h>
#include <string.h>

#include "tools/ctl_cell.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { TIMEOUT_MS = 10 * 1000 };

static char *write_uptime(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    (void)lang;
    return ctl_cell_duration(ctl_number(row, "uptime_s"), out, bytes);
}

static char *write_token(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    int64_t seconds = ctl_number(row, "token_valid_s");

    if (seconds < 0)
        return texts_label(out, bytes, TEXT_NONE, lang);
    return ctl_cell_duration(seconds, out, bytes);
}

/* "config_ip, 12s: detail"; "-" when there was none. */
static char *write_last_error(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const char *word = json_string_value(json_object_get(row, "last_error"));
    char reason[CTL_CELL_BYTES], age[32], detail[CTL_CELL_BYTES];

    (void)lang;
    if (word == NULL || word[0] == '\0')
        return ctl_cell(row, "last_error", out, bytes);
    (void)snprintf(out, bytes, "%s, %s: %s", ctl_cell(row, "last_error", reason, sizeof reason),
                   ctl_cell_duration(ctl_number(row, "last_error_age_s"), age, sizeof age),
                   ctl_cell(row, "last_error_detail", detail, sizeof detail));
    return out;
}

static const struct ctl_column helper_columns[] = {
    {TEXT_LABEL_VERSION, "version", NULL}, {TEXT_LABEL_PID, "pid", NULL},
    {TEXT_LABEL_USER, "user", NULL},       {TEXT_LABEL_UPTIME, NULL, write_uptime},
    {TEXT_LABEL_CONFIG, "config", NULL},   {TEXT_LABEL_WAITING, "waiting", NULL},
    {TEXT_LABEL_GRANTED, "granted", NULL}, {TEXT_LABEL_DENIED, "denied", NULL},
};

static const struct ctl_column app_columns[] = {
    {TEXT_LABEL_APP, "name", NULL},
    {TEXT_LABEL_HANDED_BY, "service", NULL},
    {TEXT_LABEL_CORP_ID, "corp_id", NULL},
    {TEXT_LABEL_AGENT_ID, "agent_id", NULL},
    {TEXT_LABEL_TOKEN, NULL, write_token},
    {TEXT_LABEL_REQUESTS, "requests", NULL},
    {TEXT_LABEL_LAST_ERROR, NULL, write_last_error},
};

static const struct ctl_column service_columns[] = {
    {TEXT_LABEL_SERVICE, "name", NULL},          {TEXT_LABEL_APP, "app", NULL},
    {TEXT_LABEL_METHODS, "methods", NULL},       {TEXT_LABEL_ACCOUNT, "account", NULL},
    {TEXT_LABEL_CALLERS, "callers", NULL},       {TEXT_LABEL_SERVICE_GRANTED, "granted", NULL},
    {TEXT_LABEL_SERVICE_DENIED, "denied", NULL},
};

/* Who handed an application over is told where that is true of any. */
static void print_apps(const json_t *rows, enum texts_lang lang) {
    struct ctl_column shown[COUNT(app_columns)];
    bool handed = false;
    size_t count = 0, i;
    json_t *row;

    json_array_foreach(rows, i, row) {
        const char *service = json_string_value(json_object_get(row, "service"));

        handed = handed || (ctl_is_kind(row, "app") && service != NULL && service[0] != '\0');
    }
    for (size_t c = 0; c < COUNT(app_columns); c++) {
        if (handed || app_columns[c].heading != TEXT_LABEL_HANDED_BY)
            shown[count++] = app_columns[c];
    }
    ctl_table(stdout, rows, "app", shown, count, lang);
}

/* ---- Accounts ---------------------------------------------------------------------------------
 */

static char *write_counts(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    static const char *const keys[] = {"active", "disabled", "gone",
                                       "held",   "no_login", "left_out"};
    char n[COUNT(keys)][24];

    for (size_t i = 0; i < COUNT(keys); i++)
        (void)ctl_cell(row, keys[i], n[i], sizeof n[i]);
    return texts_label_with(out, bytes, TEXT_COUNTS, lang,
                            TEXTS_WORDS(n[0], n[1], n[2], n[3], n[4], n[5]));
}

/* "whole, 3m 7s"; the state of the round, and how long ago it began. */
static char *write_last_sync(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    char end[64], age[32];

    (void)lang;
    if (ctl_number(row, "last_age_s") < 0)
        return ctl_cell(row, "", out, bytes);
    (void)snprintf(out, bytes, "%s, %s", ctl_cell(row, "end", end, sizeof end),
                   ctl_cell_duration(ctl_number(row, "last_age_s"), age, sizeof age));
    return out;
}

static char *write_next_sync(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    if (json_is_false(json_object_get(row, "running")))
        return texts_label(out, bytes, TEXT_NOT_RUNNING, lang);
    return ctl_cell_duration(ctl_number(row, "next_in_s"), out, bytes);
}

/* "15m 0s (why it is longer than refresh=)" */
static char *write_interval(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    char why[CTL_CELL_BYTES], interval[32];

    (void)lang;
    (void)ctl_cell_duration(ctl_number(row, "interval_s"), interval, sizeof interval);
    (void)ctl_cell(row, "stretched", why, sizeof why);
    if (strcmp(why, "-") == 0)
        (void)snprintf(out, bytes, "%s", interval);
    else
        (void)snprintf(out, bytes, "%s (%s)", interval, why);
    return out;
}

static char *write_pending(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    char names[CTL_CELL_BYTES];

    (void)lang;
    if (ctl_number(row, "pending") <= 0)
        return ctl_cell(row, "pending", out, bytes);
    (void)snprintf(out, bytes, "%lld: %s (wecomctl sync --accept)",
                   (long long)ctl_number(row, "pending"),
                   ctl_cell(row, "pending_names", names, sizeof names));
    return out;
}

static char *write_table(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    (void)lang;
    return ctl_cell_duration(ctl_number(row, "table_age_s"), out, bytes);
}

static const struct ctl_column account_columns[] = {
    {TEXT_LABEL_ACCOUNTS, "accounts", NULL},         {TEXT_LABEL_ACC_COUNTS, NULL, write_counts},
    {TEXT_LABEL_LAST_SYNC, NULL, write_last_sync},   {TEXT_LABEL_NEXT_SYNC, NULL, write_next_sync},
    {TEXT_LABEL_INTERVAL, NULL, write_interval},     {TEXT_LABEL_SYNC_ERROR, "error", NULL},
    {TEXT_LABEL_PENDING, NULL, write_pending},       {TEXT_LABEL_TABLE, NULL, write_table},
    {TEXT_LABEL_TABLE_ERROR, "publish_error", NULL},
};

static void print_reload_error(const json_t *row, enum texts_lang lang) {
    const char *error = json_string_value(json_object_get(row, "reload_error"));
    char text[TEXTS_MAX_BYTES], cell[CTL_CELL_BYTES];

    if (error == NULL || error[0] == '\0')
        return;
    (void)texts_say(text, sizeof text, TEXT_RELOAD_FAILED, lang,
                    TEXTS_WORDS(ctl_cell(row, "reload_error", cell, sizeof cell)));
    (void)printf("\n!! ");
    for (const char *c = text; *c != '\0'; c++)
        (void)(*c == '\n' ? fputs("\n   ", stdout) : fputc(*c, stdout));
    (void)putchar('\n');
}

int ctl_status(const struct ctl_request *request) {
    json_t *rows = json_array();
    struct rows_end end;
    int status;
    size_t i;
    json_t *row;

    if (rows == NULL)
        return ctl_no_memory(request);
    status = ctl_ask(request, TIMEOUT_MS, ctl_keep, rows, &end);
    if (status != CTL_DONE) {
        json_decref(rows);
        return status;
    }
    if (request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    json_array_foreach(rows, i, row) {
        if (!ctl_is_kind(row, "helper"))
            continue;
        ctl_list(stdout, row, helper_columns, COUNT(helper_columns), request->lang);
        print_reload_error(row, request->lang);
    }
    print_apps(rows, request->lang);
    ctl_table(stdout, rows, "service", service_columns, COUNT(service_columns), request->lang);
    json_array_foreach(rows, i, row) {
        if (!ctl_is_kind(row, "accounts"))
            continue;
        (void)putchar('\n');
        ctl_list(stdout, row, account_columns, COUNT(account_columns), request->lang);
    }
    json_decref(rows);
    return ctl_end(request, NULL, CTL_DONE);
}
