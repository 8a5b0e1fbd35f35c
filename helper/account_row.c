/* Accounts as rows of JSON for the administrator. */
#include "helper/account_row.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/directory.h"

int64_t account_row_table_time_s(const struct config_accounts *settings) {
    struct stat st;

    return stat(settings->table, &st) == 0 ? (int64_t)st.st_mtim.tv_sec : 0;
}

static json_int_t age_s(int64_t when_s, int64_t now_s) {
    return when_s > 0 && when_s <= now_s ? (json_int_t)(now_s - when_s) : -1;
}

json_t *account_row(const struct store_account *account, int64_t table_time_s, int64_t now_s) {
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:b, s:b, s:I}", "kind",
                     "account", "account", account->id, "corp", account->corp, "userid",
                     account->userid, "login", account->login, "name", account->name, "uid",
                     (json_int_t)account->uid, "state", accounts_admin_word(account), "no_login",
                     accounts_admin_no_login(account), "host", (int)account->host, "added",
                     (int)account->added, "confirmed_age_s",
                     age_s(accounts_confirmed_s(account, table_time_s, now_s), now_s));
}

json_t *account_row_export(const struct store_account *account) {
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s}", "account", account->id, "corp",
                     account->corp, "userid", account->userid, "login", account->login, "uid",
                     (json_int_t)account->uid, "name", account->name, "state",
                     accounts_admin_word(account));
}

/* ---- A closer look ----------------------------------------------------------------------------
 */

/* Words of a list, separated by blanks; what does not fit is left out, and "..." says so. */
struct words {
    char text[2048]; /* four of them fit into one row */
    size_t used;
    bool full;
};

static void add_word(struct words *words, const char *word) {
    static const char more[] = " ...";
    size_t len = strlen(word), room = sizeof words->text - words->used - sizeof more;

    if (words->full)
        return;
    if (len + 1 > room) {
        words->full = true;
        (void)snprintf(words->text + words->used, sizeof more, "%s", more);
        return;
    }
    words->used += (size_t)snprintf(words->text + words->used, len + 2, "%s%s",
                                    words->used > 0 ? " " : "", word);
}

static void add_number(struct words *words, uint32_t number) {
    char text[16];

    (void)snprintf(text, sizeof text, "%" PRIu32, number);
    add_word(words, text);
}

static bool set_words(json_t *row, const char *key, const struct words *words) {
    return json_object_set_new(row, key, json_string(words->text)) == 0;
}

/* A rule that cannot be decided yet is a word with a question mark. */
static void add_answer(struct words *words, const char *name, enum policy_answer answer) {
    char text[WECOM_SERVICE_MAX_BYTES + 2];

    if (answer == POLICY_NO)
        return;
    (void)snprintf(text, sizeof text, "%s%s", name, answer == POLICY_YES ? "" : "?");
    add_word(words, text);
}

/* What the rules make of the person, whether or not he may in at the moment. */
static bool set_rules(const struct accounts_admin *admin, const struct policy_person *person,
                      json_t *row) {
    const struct config *config = admin->config;
    struct words *words = calloc(2, sizeof *words), *groups, *services;
    bool good;

    if (words == NULL)
        return false;
    groups = words;
    services = words + 1;
    for (size_t i = 0; i < config->accounts.groups_count; i++)
        add_answer(groups, config->accounts.groups[i].name,
                   policy_names(&config->accounts.groups[i].members, person));
    for (size_t i = 0; i < config->services_count; i++) {
        const struct config_service *service = &config->services[i];

        /* A service of identities asks another application's directory. */
        if (service->account)
            add_answer(services, service->name,
                       policy_admits(&service->allow, &service->deny, person));
    }
    good = set_words(row, "groups", groups) && set_words(row, "services", services);
    free(words);
    return good;
}

static bool set_directory(const struct accounts_admin *admin, const struct store_account *account,
                          const struct directory_person *person, json_t *row) {
    struct words *words = calloc(2, sizeof *words), *departments, *tags;
    bool good;

    if (words == NULL)
        return false;
    departments = words;
    tags = words + 1;
    for (size_t i = 0; i < account->departments_count; i++)
        add_number(departments, account->departments[i]);
    for (size_t i = 0; i < person->person.tags_count; i++)
        add_number(tags, person->person.tags[i]);
    good = set_words(row, "departments", departments) && set_words(row, "tags", tags) &&
           set_rules(admin, &person->person, row);
    free(words);
    return good;
}

static bool set_facts(const struct store_account *account, int64_t recovery_left, json_t *row) {
    json_t *facts = json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I}", "alias", account->alias,
        "mobile", account->mobile, "email", account->email, "wecom_state",
        accounts_admin_words[account->state <= STORE_DELETED ? account->state : 0], "held",
        (int)account->held, "switched_off", (int)account->switched_off, "created_s",
        (json_int_t)account->created_s, "first_login_s", (json_int_t)account->first_login_s,
        "withdrawn_s", (json_int_t)account->withdrawn_s, "changed_s",
        (json_int_t)account->changed_s, "confirmed_s", (json_int_t)account->confirmed_s,
        "recovery_left", (json_int_t)recovery_left);
    bool good = facts != NULL && json_object_update(row, facts) == 0;

    json_decref(facts);
    return good;
}

enum wecom_error account_row_full(const struct accounts_admin *admin, struct store_tx *tx,
                                  const struct store_account *account, int64_t table_time_s,
                                  json_t **row) {
    struct directory_person *person = malloc(sizeof *person);
    json_t *made = account_row(account, table_time_s, admin->accounts.now_s);
    int64_t recovery_left = 0;
    enum wecom_error err = store_count_recovery(tx, account->id, &recovery_left);

    if (err == WECOM_OK &&
        (person == NULL || made == NULL || !set_facts(account, recovery_left, made)))
        err = WECOM_E_MEMORY;
    if (err == WECOM_OK)
        err = directory_person(tx, admin->accounts.settings->app->name, account->userid,
                               account->departments, account->departments_count, person);
    if (err == WECOM_OK && !set_directory(admin, account, person, made))
        err = WECOM_E_MEMORY;
    free(person);
    if (err == WECOM_OK)
        *row = made;
    else
        json_decref(made);
    return err;
}
