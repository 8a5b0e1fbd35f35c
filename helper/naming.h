/* Names and numbers for accounts and groups: what they are made of, and who may not have them. */
#ifndef WECOM_HELPER_NAMING_H
#define WECOM_HELPER_NAMING_H

#include "helper/accounts.h"

/* The login name that the rules make of the member, whether free or not. */
enum store_no_login naming_candidate(const struct config_accounts *settings,
                                     const struct answer_member *member,
                                     char name[WECOM_LOGIN_NAME_MAX_BYTES + 1]);

/* May a name be given at all: is it none of the machine's own, and none that gives rights by
 * itself?
 */
bool naming_is_free(const struct accounts *accounts, const char *name);

/* Gives the account its login name, or notes why it has none. */
enum wecom_error naming_login(const struct accounts *accounts, struct store_tx *tx,
                              const struct answer_member *member, struct store_account *account);

/* The same without giving anything: whether it has a name then, or why not. */
enum wecom_error naming_look(const struct accounts *accounts, struct store_tx *tx,
                             const struct answer_member *member, struct store_account *account);

/* Gives `owner` a number of uid_range=: a hash of (space, key), or the next free one behind it, so
 * that it is the same on every host as long as nobody is in the way. WECOM_E_TOO_LONG: none is
 * free.
 */
enum wecom_error naming_number(const struct accounts *accounts, struct store_tx *tx,
                               const char *space, const char *key, const char *owner,
                               uint32_t *number);

#endif
