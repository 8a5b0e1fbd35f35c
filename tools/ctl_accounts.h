/* The words behind `wecomctl accounts`, one function each, and what they share. Each returns the
 * exit status.
 */
#ifndef WECOM_TOOLS_CTL_ACCOUNTS_H
#define WECOM_TOOLS_CTL_ACCOUNTS_H

#include "tools/ctl.h"

int ctl_accounts_list(const struct ctl_request *request);
int ctl_accounts_show(const struct ctl_request *request);
int ctl_accounts_add(const struct ctl_request *request);
int ctl_accounts_alias(const struct ctl_request *request);
int ctl_accounts_disable(const struct ctl_request *request);
int ctl_accounts_enable(const struct ctl_request *request);
int ctl_accounts_rename(const struct ctl_request *request);
int ctl_accounts_readmit(const struct ctl_request *request);
int ctl_accounts_link(const struct ctl_request *request);
int ctl_accounts_unlink(const struct ctl_request *request);
int ctl_accounts_export(const struct ctl_request *request);
int ctl_accounts_import(const struct ctl_request *request);

enum {
    CTL_ACCOUNTS_MS = 60 * 1000,       /* WeCom is asked, and the table waited for */
    CTL_ACCOUNTS_LONG_MS = 600 * 1000, /* all accounts, or a whole file of them */
    CTL_ACCOUNTS_AT_ONCE = 50,         /* userids in one question */
};

/* Asks one question, takes the reference of `args`. CTL_DONE with what came in `*rows`, which is
 * the caller's; else the failure has been told and the exit status is returned.
 */
int ctl_accounts_rows(const struct ctl_request *request, const char *command, json_t *args,
                      json_t **rows);

/* Arguments as the text of a JSON object, whose reference is taken; the caller frees it with
 * ctl_accounts_free. NULL when there is no memory.
 */
char *ctl_accounts_args(json_t *args);
void ctl_accounts_free(char *args);

/* Prints rows of kind "account" as a table to standard output and the notes behind it. False when
 * there is no memory.
 */
bool ctl_accounts_print(const json_t *rows, enum texts_lang lang);

#endif
