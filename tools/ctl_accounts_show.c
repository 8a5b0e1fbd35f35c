/* wecomctl accounts show: everything that is known of one account. */
#include "tools/ctl_accounts.h"

#include <stdio.h>

#include "tools/ctl_account_cell.h"
#include "tools/ctl_cell.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

#define TIME_CELL(key)                                                                           \
    static char *write_##key(const json_t *row, enum texts_lang lang, char *out, size_t bytes) { \
        (void)lang;                                                                              \
        return ctl_account_cell_time(row, #key, out, bytes);                                     \
    }

TIME_CELL(confirmed_s)
TIME_CELL(created_s)
TIME_CELL(first_login_s)
TIME_CELL(withdrawn_s)
TIME_CELL(changed_s)

static char *write_age(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const json_t *age = json_object_get(row, "confirmed_age_s");

    (void)lang;
    return ctl_cell_duration(json_is_integer(age) ? (int64_t)json_integer_value(age) : -1, out,
                             bytes);
}

static const struct ctl_column columns[] = {
    {TEXT_LABEL_LOGIN_OF, "login", NULL},
    {TEXT_LABEL_NO_LOGIN_OF, NULL, ctl_account_cell_no_login},
    {TEXT_LABEL_UID_OF, NULL, ctl_account_cell_uid},
    {TEXT_LABEL_STATE_OF, NULL, ctl_account_cell_state},
    {TEXT_LABEL_USERID_OF, "userid", NULL},
    {TEXT_LABEL_CORP_OF, "corp", NULL},
    {TEXT_LABEL_NAME_OF, "name", NULL},
    {TEXT_LABEL_ALIAS_OF, "alias", NULL},
    {TEXT_LABEL_MOBILE_OF, "mobile", NULL},
    {TEXT_LABEL_EMAIL_OF, "email", NULL},
    {TEXT_LABEL_DEPARTMENTS_OF, "departments", NULL},
    {TEXT_LABEL_TAGS_OF, "tags", NULL},
    {TEXT_LABEL_GROUPS_OF, "groups", NULL},
    {TEXT_LABEL_SERVICES_OF, "services", NULL},
    {TEXT_LABEL_RECOVERY_OF, "recovery_left", NULL},
    {TEXT_LABEL_HOST_OF, "host", NULL},
    {TEXT_LABEL_ADDED_OF, "added", NULL},
    {TEXT_LABEL_AGE_OF, NULL, write_age},
    {TEXT_LABEL_CONFIRMED_OF, NULL, write_confirmed_s},
    {TEXT_LABEL_CREATED_OF, NULL, write_created_s},
    {TEXT_LABEL_FIRST_LOGIN_OF, NULL, write_first_login_s},
    {TEXT_LABEL_WITHDRAWN_OF, NULL, write_withdrawn_s},
    {TEXT_LABEL_CHANGED_OF, NULL, write_changed_s},
    {TEXT_LABEL_ID_OF, "account", NULL},
};

int ctl_accounts_show(const struct ctl_request *request) {
    char *args = ctl_accounts_args(json_pack("{s:s}", "user", request->words[0]));
    struct rows_question q = {
        .command = "accounts.show", .args = args, .timeout_ms = CTL_ACCOUNTS_MS};
    json_t *rows = json_array();
    struct rows_end end;
    int status;
    size_t i;
    json_t *row;

    if (rows == NULL || args == NULL) {
        json_decref(rows);
        ctl_accounts_free(args);
        return ctl_no_memory(request);
    }
    status = ctl_ask_for(request, &q, ctl_keep, rows, &end);
    ctl_accounts_free(args);
    if (status == CTL_DONE && request->json)
        return ctl_end(request, ctl_answer(true, rows, ""), CTL_DONE);
    json_array_foreach(rows, i, row) {
        if (status == CTL_DONE && ctl_is_kind(row, "account"))
            ctl_list(stdout, row, columns, COUNT(columns), request->lang);
    }
    json_decref(rows);
    return status == CTL_DONE ? ctl_end(request, NULL, CTL_DONE) : status;
}
