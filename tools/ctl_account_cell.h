/* What stands in cells about accounts: states and reasons as words for people. */
#ifndef WECOM_TOOLS_CTL_ACCOUNT_CELL_H
#define WECOM_TOOLS_CTL_ACCOUNT_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "tools/texts.h"

/* For struct ctl_column. A word that this version does not know stands as it is. */
char *ctl_account_cell_state(const json_t *row, enum texts_lang lang, char *out, size_t bytes);
char *ctl_account_cell_no_login(const json_t *row, enum texts_lang lang, char *out, size_t bytes);
/* "-" where the account has none. */
char *ctl_account_cell_uid(const json_t *row, enum texts_lang lang, char *out, size_t bytes);

/* Is it one of the states, as --state has them? All of them, separated by blanks. */
bool ctl_account_cell_is_state(const char *word);
const char *ctl_account_cell_states(void);

/* A time in seconds of the Epoch as local time; "-" for none. Returns `out`. */
char *ctl_account_cell_time(const json_t *row, const char *key, char *out, size_t bytes);

#endif
