/* What the administrator may do to accounts: functions over one transaction of the store.
 *
 *  1. What is refused MUST change nothing, but for what WeCom said of the person just now.
 *  2. A login name and a uid MUST stay with the account that had them first, whatever becomes of
 * its userid: another person of the same userid is another account.
 *  3. What WeCom said of a person MUST be asked for just before, and by the application of
 *     [accounts].
 *
 * Each function answers WECOM_OK also when it refused: then `refusal` says why. WECOM_E_TOO_LONG:
 * uid_range= has no free number; the job must be undone. Other errors are the store's.
 */
#ifndef WECOM_HELPER_ACCOUNTS_ADMIN_H
#define WECOM_HELPER_ACCOUNTS_ADMIN_H

#include "helper/accounts.h"
#include "helper/members.h"
#include "helper/refusal.h"

/* What the functions go by; everything is the caller's and outlives the calls. */
struct accounts_admin {
    struct accounts accounts;    /* of the application of [accounts] */
    const struct config *config; /* its companies, its groups */
};

/* The account that `word` names: a login name, a userid of any company of the configuration (that
 * of [accounts] first), an account's id, or a uid. "login:", "userid:", "id:" or "uid:" before it
 * say which of these it is, and CORP_ID/USERID names the company too. Refused when there is none,
 * or more than one.
 */
enum wecom_error accounts_admin_find(const struct accounts_admin *admin, struct store_tx *tx,
                                     const char *word, struct store_account *account,
                                     struct refusal *refusal);

/* How a person would call the account: its login name, else its userid. */
const char *accounts_admin_called(const struct store_account *account);

/* Another login name, or the first one. The former name stays the account's: it can take it back,
 * and nobody else gets it.
 */
enum wecom_error accounts_admin_alias(const struct accounts_admin *admin, struct store_tx *tx,
                                      struct store_account *account, const char *name,
                                      bool *changed, struct refusal *refusal);

/* Switches the account off, or on again. */
enum wecom_error accounts_admin_switch(const struct accounts_admin *admin, struct store_tx *tx,
                                       struct store_account *account, bool off, bool *changed);

/* A host account for the member, whatever provision= says. */
enum wecom_error accounts_admin_add(const struct accounts_admin *admin, struct store_tx *tx,
                                    const struct answer_member *member,
                                    struct store_account *account, struct accounts_change *change,
                                    struct refusal *refusal);

/* The person of the account has another userid now: `member` is what WeCom says of that one. An
 * account that has the new userid already is retired where nobody ever signed in with it (it goes
 * to `retired`, whose id is "" otherwise), and in the way where somebody did.
 */
enum wecom_error accounts_admin_rename(const struct accounts_admin *admin, struct store_tx *tx,
                                       struct store_account *account,
                                       const struct answer_member *member,
                                       struct store_account *retired, struct refusal *refusal);

/* Who came back after a deletion is the same person: the account lets in again. `said` is what
 * WeCom says of the userid; it may know nothing.
 */
enum wecom_error accounts_admin_readmit(const struct accounts_admin *admin, struct store_tx *tx,
                                        struct store_account *account,
                                        const struct members_answer *said, struct refusal *refusal);

/* Who came back is another person: `account` is retired, and the person gets one of his own, which
 * goes to `fresh`.
 */
enum wecom_error accounts_admin_replace(const struct accounts_admin *admin, struct store_tx *tx,
                                        struct store_account *account,
                                        const struct members_answer *said,
                                        struct store_account *fresh, struct refusal *refusal);

/* Of what WeCom said of a userid: is there a member to go by? False: refused. */
bool accounts_admin_is_member(const struct members_answer *said, const char *userid,
                              struct refusal *refusal);

/* How the account stands, as one stable word: "active" and "disabled" as WeCom has it, "held" and
 * "switched_off" as we have it, and so on. ACCOUNTS_ADMIN_WORDS lists them.
 */
enum { ACCOUNTS_ADMIN_WORDS = 9 };
extern const char *const accounts_admin_words[ACCOUNTS_ADMIN_WORDS];
const char *accounts_admin_word(const struct store_account *account);
/* Sets what the word says; false: it is none of them. */
bool accounts_admin_set_word(struct store_account *account, const char *word);

/* Why it has no login name, as one stable word; "" when it has one, or needs none. */
const char *accounts_admin_no_login(const struct store_account *account);

#endif
