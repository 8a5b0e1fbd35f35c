/* A whole file of accounts into the store: every row or none. */
#include "helper/import_file.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct import_row row;
    struct refusal *refusal; /* NULL: good so far */
};

struct file {
    const struct accounts_admin *admin;
    struct import_seen *seen;
    struct entry *entries;
    size_t count, room;
    struct import_report *report;
    bool refused; /* a row that was good is bad now: somebody was quicker */
};

static bool note(struct entry *entry, const struct refusal *refusal) {
    free(entry->refusal);
    entry->refusal = malloc(sizeof *entry->refusal);
    if (entry->refusal != NULL)
        *entry->refusal = *refusal;
    return entry->refusal != NULL;
}

static struct entry *new_entry(struct file *file) {
    if (file->count == file->room) {
        size_t room = file->room * 2 + 64;
        struct entry *more = reallocarray(file->entries, room, sizeof *more);

        if (more == NULL)
            return NULL;
        file->entries = more;
        file->room = room;
    }
    file->entries[file->count].refusal = NULL;
    return &file->entries[file->count++];
}

static enum wecom_error take_line(struct file *file, const char *text) {
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    struct entry *entry = json_is_object(object) ? new_entry(file) : NULL;
    struct refusal refusal = {0};
    enum wecom_error err = WECOM_OK;
    bool good;

    if (entry == NULL) {
        err = json_is_object(object) ? WECOM_E_MEMORY : WECOM_E_FORMAT;
        json_decref(object);
        return err;
    }
    good = accounts_import_read(object, &entry->row, &refusal) &&
           accounts_import_form(file->admin, &entry->row, &refusal);
    if (good)
        err = import_seen_add(file->seen, &entry->row, &refusal);
    if (err == WECOM_OK && refusal.text != NULL && !note(entry, &refusal))
        err = WECOM_E_MEMORY;
    json_decref(object);
    return err;
}

static enum wecom_error read_all(struct file *file, FILE *in) {
    enum wecom_error err = WECOM_OK;
    char *line = NULL;
    size_t room = 0;

    while (err == WECOM_OK && getline(&line, &room, in) >= 0)
        err = take_line(file, line);
    if (err == WECOM_OK && ferror(in))
        err = WECOM_E_SYSTEM;
    free(line);
    return err;
}

/* Asks the store about every row that is good so far. */
static enum wecom_error run_check(void *arg, struct store_tx *tx) {
    struct file *file = arg;
    struct import_report *report = file->report;
    enum wecom_error err = WECOM_OK;

    *report = (struct import_report){.rows = file->count};
    for (size_t i = 0; i < file->count && err == WECOM_OK; i++) {
        struct entry *entry = &file->entries[i];
        enum import_outcome outcome = IMPORT_SAME;
        struct refusal refusal = {0};

        if (entry->refusal == NULL)
            err = accounts_import_check(file->admin, tx, &entry->row, &outcome, &refusal);
        if (err == WECOM_OK && refusal.text != NULL && !note(entry, &refusal))
            err = WECOM_E_MEMORY;
        if (entry->refusal != NULL)
            report->bad++;
        else
            report->of[outcome]++;
    }
    return err;
}

/* Rows that bring their number go first: a number that is found for another must not be theirs. */
static enum wecom_error apply_some(struct file *file, struct store_tx *tx, bool have_uid) {
    enum wecom_error err = WECOM_OK;

    for (size_t i = 0; i < file->count && err == WECOM_OK; i++) {
        struct entry *entry = &file->entries[i];
        enum import_outcome outcome = IMPORT_SAME;
        struct refusal refusal = {0};

        if ((entry->row.uid != 0) != have_uid)
            continue;
        err = accounts_import_apply(file->admin, tx, &entry->row, &outcome, &refusal);
        if (err == WECOM_OK && refusal.text != NULL) {
            file->refused = true;
            return note(entry, &refusal) ? WECOM_E_PEER : WECOM_E_MEMORY;
        }
        file->report->of[outcome]++;
    }
    return err;
}

static enum wecom_error run_apply(void *arg, struct store_tx *tx) {
    struct file *file = arg;
    struct import_report *report = file->report;
    enum wecom_error err;

    *report = (struct import_report){.rows = file->count};
    file->refused = false;
    err = apply_some(file, tx, true);
    if (err == WECOM_OK)
        err = apply_some(file, tx, false);
    if (err == WECOM_OK && report->of[IMPORT_SAME] < report->rows)
        err = store_count_change(tx);
    return err;
}

static void tell_bad(const struct file *file,
                     void (*bad)(void *arg, size_t line, const struct refusal *refusal),
                     void *arg) {
    for (size_t i = 0; i < file->count; i++) {
        if (file->entries[i].refusal != NULL)
            bad(arg, file->entries[i].row.line, file->entries[i].refusal);
    }
}

enum wecom_error import_file(struct store *store, const struct accounts_admin *admin, FILE *in,
                             bool dry_run,
                             void (*bad)(void *arg, size_t line, const struct refusal *refusal),
                             void *arg, struct import_report *report) {
    struct file file = {.admin = admin, .seen = import_seen_new(), .report = report};
    enum wecom_error err = file.seen != NULL ? read_all(&file, in) : WECOM_E_MEMORY;

    *report = (struct import_report){.rows = file.count};
    import_seen_free(file.seen);
    if (err == WECOM_OK)
        err = store_run(store, STORE_READ, run_check, &file);
    /* where there is nothing to write, nobody else is kept from writing */
    if (err == WECOM_OK && report->bad == 0 && !dry_run && report->of[IMPORT_SAME] < report->rows)
        err = store_run(store, STORE_WRITE, run_apply, &file);
    if (file.refused) {
        report->bad = 1;
        err = WECOM_OK;
    }
    if (err == WECOM_OK)
        tell_bad(&file, bad, arg);
    for (size_t i = 0; i < file.count; i++)
        free(file.entries[i].refusal);
    free(file.entries);
    return err;
}
