/* Accounts as rows of JSON for the administrator: what a list, a closer look and an export tell. */
#ifndef WECOM_HELPER_ACCOUNT_ROW_H
#define WECOM_HELPER_ACCOUNT_ROW_H

#include <jansson.h>

#include "helper/accounts_admin.h"

/* {"kind":"account", ...}: one line of a list. `table_time_s` as in accounts_confirmed_s. NULL when
 * there is no memory.
 */
json_t *account_row(const struct store_account *account, int64_t table_time_s, int64_t now_s);

/* The same with everything else that the store and the configuration say of the person. Inside a
 * job.
 */
enum wecom_error account_row_full(const struct accounts_admin *admin, struct store_tx *tx,
                                  const struct store_account *account, int64_t table_time_s,
                                  json_t **row);

/* What another host must know to give the same name and number. */
json_t *account_row_export(const struct store_account *account);

/* When the published table was confirmed as a whole; 0: there is none. */
int64_t account_row_table_time_s(const struct config_accounts *settings);

#endif
