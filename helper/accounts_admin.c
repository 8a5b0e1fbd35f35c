/* What the administrator may do to accounts: functions over one transaction of the store. */
#include "helper/accounts_admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/names.h"
#include "helper/naming.h"

/* ---- Words ------------------------------------------------------------------------------------
 */

enum { WORD_HELD = STORE_DELETED + 1, WORD_SWITCHED_OFF };

/* In the order of enum store_state; what we say of it stands behind. */
const char *const accounts_admin_words[ACCOUNTS_ADMIN_WORDS] = {
    [STORE_NO_STATE] = "unknown",
    [STORE_ACTIVE] = "active",
    [STORE_DISABLED] = "disabled",
    [STORE_NOT_ACTIVATED] = "not_activated",
    [STORE_LEFT] = "left",
    [STORE_OUT_OF_RANGE] = "out_of_range",
    [STORE_DELETED] = "deleted",
    [WORD_HELD] = "held",
    [WORD_SWITCHED_OFF] = "switched_off"};

const char *accounts_admin_word(const struct store_account *account) {
    if (account->switched_off)
        return accounts_admin_words[WORD_SWITCHED_OFF];
    if (account->held)
        return accounts_admin_words[WORD_HELD];
    return account->state <= STORE_DELETED ? accounts_admin_words[account->state]
                                           : accounts_admin_words[STORE_NO_STATE];
}

bool accounts_admin_set_word(struct store_account *account, const char *word) {
    for (unsigned int i = STORE_ACTIVE; i < ACCOUNTS_ADMIN_WORDS; i++) {
        if (strcmp(accounts_admin_words[i], word) != 0)
            continue;
        account->held = i == WORD_HELD;
        account->switched_off = i == WORD_SWITCHED_OFF;
        account->state = i <= STORE_DELETED ? (enum store_state)i : STORE_ACTIVE;
        return true;
    }
    return false;
}

const char *accounts_admin_no_login(const struct store_account *account) {
    static const char *const words[] = {
        [STORE_LOGIN_FINE] = "",        [STORE_LOGIN_MALFORMED] = "malformed",
        [STORE_LOGIN_TAKEN] = "taken",  [STORE_LOGIN_LOCAL] = "local",
        [STORE_LOGIN_MISSING] = "none",
    };
    size_t at = (size_t)account->no_login;

    if (account->login[0] != '\0' || !account->host || at >= sizeof words / sizeof words[0])
        return "";
    return words[at];
}

const char *accounts_admin_called(const struct store_account *account) {
    return account->login[0] != '\0' ? account->login : account->userid;
}

/* ---- Which account ----------------------------------------------------------------------------
 */

enum { BY_LOGIN = 1 << 0, BY_USERID = 1 << 1, BY_ID = 1 << 2, BY_UID = 1 << 3 };

static const struct {
    const char *prefix;
    unsigned int by;
} forms[] = {{"login:", BY_LOGIN},
             {"userid:", BY_USERID},
             {"id:", BY_ID},
             {"uid:", BY_UID},
             {"", BY_LOGIN | BY_USERID | BY_ID | BY_UID}};

struct search {
    struct store_account *account; /* the first that was found */
    unsigned int found;            /* different ones */
};

/* Takes the answer of one way of looking. What is not there, and what can be no such name, is no
 * error.
 */
static enum wecom_error consider(struct search *search, enum wecom_error err,
                                 const struct store_account *one) {
    if (err != WECOM_OK)
        return err == WECOM_E_ABSENT ? WECOM_OK : err;
    if (search->found > 0 && strcmp(search->account->id, one->id) == 0)
        return WECOM_OK;
    if (search->found++ == 0)
        *search->account = *one;
    return WECOM_OK;
}

static enum wecom_error by_corp(struct search *search, struct store_tx *tx, const char *corp,
                                const char *userid) {
    struct store_account one;
    enum wecom_error err = store_find_userid(tx, corp, userid, &one);

    return consider(search, err, &one);
}

static enum wecom_error by_userid(const struct accounts_admin *admin, struct search *search,
                                  struct store_tx *tx, const char *word) {
    const char *slash = strchr(word, '/');
    char corp[WECOM_CORP_ID_MAX_BYTES + 1];
    enum wecom_error err;

    if (slash != NULL) {
        (void)snprintf(corp, sizeof corp, "%.*s", (int)(slash - word), word);
        return by_corp(search, tx, corp, slash + 1);
    }
    err = by_corp(search, tx, admin->accounts.corp, word);
    for (size_t i = 0; i < admin->config->apps_count && err == WECOM_OK; i++)
        err = by_corp(search, tx, admin->config->apps[i].corp_id, word);
    return err;
}

/* A decimal number that can be a uid; 0: it is none. */
static uint32_t read_uid(const char *word) {
    uint64_t uid = 0;
    size_t len = strspn(word, "0123456789");

    if (len == 0 || len > 10 || word[len] != '\0')
        return 0;
    for (size_t i = 0; i < len; i++)
        uid = uid * 10 + (uint64_t)(word[i] - '0');
    return uid < UINT32_MAX ? (uint32_t)uid : 0;
}

static enum wecom_error by_uid(struct search *search, struct store_tx *tx, const char *word) {
    char owner[STORE_ID_BYTES + WECOM_LOGIN_NAME_MAX_BYTES];
    struct store_account one;
    uint32_t uid = read_uid(word);
    enum wecom_error err = WECOM_E_ABSENT;

    if (uid != 0)
        err = store_number_owner(tx, uid, owner, sizeof owner);
    if (err == WECOM_OK) /* a mapped group's owner is no id, and finds nothing */
        err = store_find_id(tx, owner, &one);
    return consider(search, err, &one);
}

enum wecom_error accounts_admin_find(const struct accounts_admin *admin, struct store_tx *tx,
                                     const char *word, struct store_account *account,
                                     struct refusal *refusal) {
    struct search search = {.account = account};
    struct store_account one;
    enum wecom_error err = WECOM_OK;
    const char *name = word;
    size_t form = 0;

    while (strncmp(word, forms[form].prefix, strlen(forms[form].prefix)) != 0)
        form++;
    name += strlen(forms[form].prefix);
    if ((forms[form].by & BY_LOGIN) != 0)
        err = consider(&search, store_find_login(tx, name, &one), &one);
    if (err == WECOM_OK && (forms[form].by & BY_USERID) != 0)
        err = by_userid(admin, &search, tx, name);
    if (err == WECOM_OK && (forms[form].by & BY_ID) != 0)
        err = consider(&search, store_find_id(tx, name, &one), &one);
    if (err == WECOM_OK && (forms[form].by & BY_UID) != 0)
        err = by_uid(&search, tx, name);
    if (err == WECOM_OK && search.found == 0)
        REFUSE(refusal, "refused_unknown_account", word);
    if (err == WECOM_OK && search.found > 1)
        REFUSE(refusal, "refused_ambiguous", word);
    return err;
}

/* ---- One account ------------------------------------------------------------------------------
 */

static enum wecom_error save(const struct accounts_admin *admin, struct store_tx *tx,
                             struct store_account *account) {
    enum wecom_error err;

    account->changed_s = admin->accounts.now_s;
    err = store_update(tx, account);
    return err == WECOM_OK ? store_count_change(tx) : err;
}

/* A group of the configuration may not have a number yet. */
static bool is_group(const struct accounts_admin *admin, const char *name) {
    const struct config_accounts *settings = admin->accounts.settings;

    for (size_t i = 0; i < settings->groups_count; i++) {
        if (strcmp(settings->groups[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Who has the name, for the sentence: an account as a person would call it, or a group. */
static enum wecom_error refuse_taken(struct store_tx *tx, const char *name,
                                     struct refusal *refusal) {
    char owner[STORE_ID_BYTES + WECOM_LOGIN_NAME_MAX_BYTES];
    struct store_account other;
    enum wecom_error err = store_name_owner(tx, name, owner, sizeof owner);

    bool is_account = err == WECOM_OK && store_find_id(tx, owner, &other) == WECOM_OK;

    if (err == WECOM_OK)
        REFUSE(refusal, "refused_name_taken", name, is_account ? other.userid : owner);
    return err;
}

enum wecom_error accounts_admin_alias(const struct accounts_admin *admin, struct store_tx *tx,
                                      struct store_account *account, const char *name,
                                      bool *changed, struct refusal *refusal) {
    enum wecom_error err;

    *changed = false;
    if (!account->host)
        REFUSE(refusal, "refused_no_host", accounts_admin_called(account), account->userid);
    else if (!name_is_login(name))
        REFUSE(refusal, "refused_name_form", name);
    else if (strcmp(account->login, name) == 0)
        return WECOM_OK;
    else if (is_group(admin, name))
        REFUSE(refusal, "refused_name_group", name);
    else if (!naming_is_free(&admin->accounts, name))
        REFUSE(refusal, "refused_name_local", name);
    if (refusal->text != NULL)
        return WECOM_OK;
    err = store_take_name(tx, name, account->id);
    if (err == WECOM_E_PEER)
        return refuse_taken(tx, name, refusal);
    if (err != WECOM_OK)
        return err;
    memcpy(account->login, name, strlen(name) + 1);
    account->no_login = STORE_LOGIN_FINE;
    *changed = true;
    return save(admin, tx, account);
}

enum wecom_error accounts_admin_switch(const struct accounts_admin *admin, struct store_tx *tx,
                                       struct store_account *account, bool off, bool *changed) {
    *changed = account->switched_off != off;
    account->switched_off = off;
    return *changed ? save(admin, tx, account) : WECOM_OK;
}

/* ---- What WeCom says --------------------------------------------------------------------------
 */

bool accounts_admin_is_member(const struct members_answer *said, const char *userid,
                              struct refusal *refusal) {
    switch (said->state) {
    case MEMBERS_ACTIVE:
    case MEMBERS_DISABLED:
    case MEMBERS_NOT_ACTIVATED:
        return true;
    case MEMBERS_LEFT:
        REFUSE(refusal, "refused_member_left", userid);
        return false;
    case MEMBERS_NOT_VISIBLE:
        REFUSE(refusal, "refused_not_visible", userid);
        return false;
    case MEMBERS_UNKNOWN:
        break;
    }
    REFUSE(refusal, "refused_wecom", userid, said->failure.detail);
    refusal->cure = said->failure.cure;
    refusal->cure_ip = said->failure.ip;
    return false;
}

/* A member's row as the directory of [accounts] knows it; identities of other companies are none.
 */
static bool is_of_accounts(const struct accounts_admin *admin, const struct store_account *account,
                           struct refusal *refusal) {
    if (strcmp(account->corp, admin->accounts.corp) == 0)
        return true;
    REFUSE(refusal, "refused_other_company", accounts_admin_called(account), account->corp);
    return false;
}

enum wecom_error accounts_admin_add(const struct accounts_admin *admin, struct store_tx *tx,
                                    const struct answer_member *member,
                                    struct store_account *account, struct accounts_change *change,
                                    struct refusal *refusal) {
    enum wecom_error err =
        accounts_see(&admin->accounts, tx, member, ACCOUNTS_ADD, ACCOUNTS_ASKED, account, change);

    if (err == WECOM_OK && account->held)
        REFUSE(refusal, "refused_held", accounts_admin_called(account));
    return err;
}

/* Nobody's any more: out of the way of the userid, with its name and its number for ever. */
static enum wecom_error retire(const struct accounts_admin *admin, struct store_tx *tx,
                               struct store_account *account) {
    (void)snprintf(account->userid, sizeof account->userid, "former.%s", account->id);
    account->state = STORE_DELETED;
    account->held = false;
    account->confirmed_by_sync = false;
    account->mobile[0] = '\0';
    account->mobile_s = 0;
    if (account->withdrawn_s == 0)
        account->withdrawn_s = admin->accounts.now_s;
    return save(admin, tx, account);
}

/* Is the new userid free, or can it be made free? */
static enum wecom_error make_way(const struct accounts_admin *admin, struct store_tx *tx,
                                 const char *userid, struct store_account *other,
                                 struct refusal *refusal) {
    enum wecom_error err = store_find_userid(tx, admin->accounts.corp, userid, other);

    if (err == WECOM_E_ABSENT) {
        *other = (struct store_account){0};
        return WECOM_OK;
    }
    if (err != WECOM_OK)
        return err;
    if (other->first_login_s != 0) {
        REFUSE(refusal, "refused_rename_used", userid, accounts_admin_called(other));
        return WECOM_OK;
    }
    return retire(admin, tx, other);
}

enum wecom_error accounts_admin_rename(const struct accounts_admin *admin, struct store_tx *tx,
                                       struct store_account *account,
                                       const struct answer_member *member,
                                       struct store_account *retired, struct refusal *refusal) {
    struct accounts_change change;
    enum wecom_error err;

    *retired = (struct store_account){0};
    if (!is_of_accounts(admin, account, refusal))
        return WECOM_OK;
    if (name_same_userid(account->userid, member->userid)) {
        REFUSE(refusal, "refused_same_userid", accounts_admin_called(account), member->userid);
        return WECOM_OK;
    }
    err = make_way(admin, tx, member->userid, retired, refusal);
    if (err != WECOM_OK || refusal->text != NULL)
        return err;
    /* WeCom deleted the former userid only, not the person. */
    memcpy(account->userid, member->userid, sizeof account->userid);
    account->held = false;
    if (account->state == STORE_DELETED)
        account->state = STORE_OUT_OF_RANGE;
    err = save(admin, tx, account);
    if (err == WECOM_OK)
        err = accounts_see(&admin->accounts, tx, member, ACCOUNTS_CONFIRM, ACCOUNTS_ASKED, account,
                           &change);
    return err;
}

/* Held, by what WeCom says now; else refused. */
static enum wecom_error must_be_held(const struct accounts_admin *admin, struct store_tx *tx,
                                     const struct members_answer *said,
                                     struct store_account *account, struct refusal *refusal) {
    struct accounts_change change;
    enum wecom_error err;

    if (!is_of_accounts(admin, account, refusal))
        return WECOM_OK;
    err = accounts_hear(&admin->accounts, tx, account->userid, said, ACCOUNTS_CONFIRM, account,
                        &change);
    if (err != WECOM_OK || account->held)
        return err;
    if (account->state != STORE_DELETED) {
        REFUSE(refusal, "refused_not_held", accounts_admin_called(account),
               accounts_admin_word(account));
        return WECOM_OK;
    }
    if (said->state == MEMBERS_NOT_VISIBLE)
        REFUSE(refusal, "refused_still_gone", account->userid);
    else
        (void)accounts_admin_is_member(said, account->userid, refusal);
    return WECOM_OK;
}

enum wecom_error accounts_admin_readmit(const struct accounts_admin *admin, struct store_tx *tx,
                                        struct store_account *account,
                                        const struct members_answer *said,
                                        struct refusal *refusal) {
    enum wecom_error err = must_be_held(admin, tx, said, account, refusal);

    if (err != WECOM_OK || refusal->text != NULL)
        return err;
    account->held = false;
    return save(admin, tx, account);
}

enum wecom_error accounts_admin_replace(const struct accounts_admin *admin, struct store_tx *tx,
                                        struct store_account *account,
                                        const struct members_answer *said,
                                        struct store_account *fresh, struct refusal *refusal) {
    struct accounts_change change;
    enum accounts_how how = account->host ? ACCOUNTS_ADD : ACCOUNTS_IDENTITY;
    enum wecom_error err = must_be_held(admin, tx, said, account, refusal);

    if (err != WECOM_OK || refusal->text != NULL ||
        !accounts_admin_is_member(said, account->userid, refusal))
        return err;
    if (how == ACCOUNTS_IDENTITY && said->state != MEMBERS_ACTIVE) {
        REFUSE(refusal, "refused_not_active", account->userid);
        return WECOM_OK;
    }
    err = retire(admin, tx, account);
    if (err == WECOM_OK)
        err =
            accounts_see(&admin->accounts, tx, &said->member, how, ACCOUNTS_ASKED, fresh, &change);
    return err;
}
