/* What becomes of an account when WeCom says something of its person: mapping, naming, numbers,
 * withdrawal, coming back. Functions over one transaction of the store, used by logins and by the
 * synchronization alike.
 *
 *  1. Only WeCom's answer about a member through the application of [accounts], or the
 *     administrator, MUST make or change a host account.
 *  2. An account that WeCom did not know any more MUST stay out when its userid comes back,
 *     until the administrator says who it is: WeCom may give a userid to another person.
 *  3. A name or number of /etc/passwd or /etc/group MUST NOT be given.
 */
#ifndef WECOM_HELPER_ACCOUNTS_H
#define WECOM_HELPER_ACCOUNTS_H

#include "helper/config.h"
#include "helper/locals.h"
#include "helper/members.h"
#include "helper/store.h"
#include "helper/wecom/answer.h"
#include "wecom/verdict.h"

/* Two clocks that both tell the time may differ by this much, seconds. */
enum { ACCOUNTS_SKEW_S = 300 };

/* What the functions go by; everything is the caller's and outlives the calls. */
struct accounts {
    const struct config_accounts *settings;
    const char *corp;            /* of the application of [accounts] */
    const struct locals *locals; /* names and numbers of the machine's own files */
    int64_t now_s;
    bool looks_only; /* nothing is written: `due` of the change tells whether something would be */
};

enum accounts_how {
    ACCOUNTS_CONFIRM,  /* changes an account that there is, makes none */
    ACCOUNTS_ADMIT,    /* makes a host account too, where provision=yes and the member is active */
    ACCOUNTS_ADD,      /* the administrator adds it, whatever provision= says */
    ACCOUNTS_IDENTITY, /* makes an account without a Unix name where there is none */
};

/* Who said it. */
enum accounts_source { ACCOUNTS_ASKED /* user/get just now */, ACCOUNTS_SYNC };

struct accounts_change {
    bool made;            /* there was none before */
    bool changed;         /* something that the table shows, or the state, is different */
    bool due;             /* the row had to be written */
    enum store_state was; /* the state before */
};

/* WeCom described the member. WECOM_E_ABSENT: there is no account and none was made. A row is
 * written when something changed, or when a confirmation by a question is older than half of
 * refresh=; not otherwise.
 */
enum wecom_error accounts_see(const struct accounts *accounts, struct store_tx *tx,
                              const struct answer_member *member, enum accounts_how how,
                              enum accounts_source source, struct store_account *account,
                              struct accounts_change *change);

/* WeCom does not show the member: `state` is STORE_OUT_OF_RANGE or STORE_DELETED. */
enum wecom_error accounts_gone(const struct accounts *accounts, struct store_tx *tx,
                               const char *userid, enum store_state state,
                               struct store_account *account, struct accounts_change *change);

/* WeCom was asked about the person: one of the two above, by what it said. Nothing where it gave no
 * answer (MEMBERS_UNKNOWN): WECOM_OK, and `account` is as it was.
 */
enum wecom_error accounts_hear(const struct accounts *accounts, struct store_tx *tx,
                               const char *userid, const struct members_answer *said,
                               enum accounts_how how, struct store_account *account,
                               struct accounts_change *change);

/* A synchronization could not see whether the member is still there: from now on only questions
 * about him count as confirmation.
 */
enum wecom_error accounts_unconfirmed(struct store_tx *tx, struct store_account *account,
                                      int64_t table_time_s, struct accounts_change *change);

/* The gid of a mapped group; given now if it has none yet. WECOM_E_PEER: a local group, or an
 * account, has the name.
 */
enum wecom_error accounts_group(const struct accounts *accounts, struct store_tx *tx,
                                const char *name, uint32_t *gid);

/* Why an account lets nobody in, by its row alone; WECOM_REASON_NONE when it does. Says nothing of
 * the age of the confirmation.
 */
enum wecom_reason accounts_reason(const struct accounts *accounts,
                                  const struct store_account *account);

/* The log line of a change: made, withdrawn, back, held, without a login name. Nothing for what is
 * not worth one.
 */
void accounts_log(const struct store_account *account, const struct accounts_change *change);

/* When WeCom last confirmed the state: the row's own time, or that of the published table where the
 * last synchronization confirmed it (0: there is none). A time in the future counts as never.
 */
int64_t accounts_confirmed_s(const struct store_account *account, int64_t table_time_s,
                             int64_t now_s);

#endif
