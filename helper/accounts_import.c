/* One account out of a file that another host exported: read, checked, taken over. */
#include "helper/accounts_import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/names.h"
#include "common/text.h"
#include "helper/naming.h"

/* ---- Reading ----------------------------------------------------------------------------------
 */

#define PLACE(field) offsetof(struct import_row, field), sizeof((struct import_row *)0)->field

static const struct {
    const char *key;
    size_t offset, bytes;
} texts[] = {{"account", PLACE(id)},  {"corp", PLACE(corp)}, {"userid", PLACE(userid)},
             {"login", PLACE(login)}, {"name", PLACE(name)}, {"state", PLACE(state)}};

/* Decimal digits; 0 where there are none, or it is no uid. */
static uint32_t read_digits(const char *text) {
    uint64_t number = 0;
    size_t len = strlen(text);

    if (len == 0 || len > 10 || strspn(text, "0123456789") != len)
        return 0;
    for (; *text != '\0'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    return number < UINT32_MAX ? (uint32_t)number : 0;
}

static bool read_uid(const json_t *value, uint32_t *uid) {
    const char *text = json_string_value(value);

    *uid = 0;
    if (json_is_null(value) || (text != NULL && text[0] == '\0'))
        return true;
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        json_integer_value(value) < UINT32_MAX) {
        *uid = (uint32_t)json_integer_value(value);
        return true;
    }
    if (text != NULL)
        *uid = read_digits(text);
    return *uid != 0 || (text != NULL && strcmp(text, "0") == 0);
}

static bool read_text(const char *key, const json_t *value, struct import_row *row,
                      struct refusal *refusal) {
    const char *text = json_is_null(value) ? "" : json_string_value(value);

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].key, key) != 0)
            continue;
        if (text == NULL || strlen(text) >= texts[i].bytes) {
            REFUSE(refusal, "refused_import_value", key, text != NULL ? text : "");
            return false;
        }
        (void)snprintf((char *)row + texts[i].offset, texts[i].bytes, "%s", text);
        return true;
    }
    REFUSE(refusal, "refused_import_key", key);
    return false;
}

bool accounts_import_read(const json_t *object, struct import_row *row, struct refusal *refusal) {
    const char *key;
    json_t *value;

    *row = (struct import_row){0};
    *refusal = (struct refusal){0};
    if (json_is_integer(json_object_get(object, "line")))
        row->line = (size_t)json_integer_value(json_object_get(object, "line"));
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        if (strcmp(key, "line") == 0)
            continue;
        if (strcmp(key, "uid") == 0) {
            if (read_uid(value, &row->uid))
                continue;
            REFUSE(refusal, "refused_import_value", key,
                   json_is_string(value) ? json_string_value(value) : "");
            return false;
        }
        if (!read_text(key, value, row, refusal))
            return false;
    }
    text_clean(row->name, TEXT_ONE_LINE);
    return true;
}

/* ---- What is possible at all ------------------------------------------------------------------
 */

static bool is_id(const char *id) {
    return strlen(id) == STORE_ID_BYTES - 1 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz234567") == STORE_ID_BYTES - 1;
}

static bool refuse_value(struct refusal *refusal, const char *key, const char *value) {
    REFUSE(refusal, "refused_import_value", key, value);
    return false;
}

static bool is_host(const struct import_row *row) {
    return row->login[0] != '\0' || row->uid != 0;
}

static bool is_group(const struct config_accounts *settings, const char *name) {
    for (size_t i = 0; i < settings->groups_count; i++) {
        if (strcmp(settings->groups[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool number_is_fine(const struct accounts_admin *admin, uint32_t uid,
                           struct refusal *refusal) {
    const struct config_accounts *settings = admin->accounts.settings;
    char number[16], range[32];

    (void)snprintf(number, sizeof number, "%" PRIu32, uid);
    (void)snprintf(range, sizeof range, "%" PRIu32 "-%" PRIu32, settings->uid_range[0],
                   settings->uid_range[1]);
    if (uid < settings->uid_range[0] || uid > settings->uid_range[1] || uid < WECOM_ID_MIN ||
        uid > WECOM_ID_MAX) {
        REFUSE(refusal, "refused_import_range", number, range);
        return false;
    }
    if (locals_has_number(admin->accounts.locals, uid)) {
        REFUSE(refusal, "refused_import_local_uid", number);
        return false;
    }
    return true;
}

bool accounts_import_form(const struct accounts_admin *admin, struct import_row *row,
                          struct refusal *refusal) {
    struct store_account scratch;

    if (row->corp[0] == '\0')
        (void)snprintf(row->corp, sizeof row->corp, "%s", admin->accounts.corp);
    if (row->id[0] != '\0' && !is_id(row->id))
        return refuse_value(refusal, "account", row->id);
    if (!name_is_corp_id(row->corp))
        return refuse_value(refusal, "corp", row->corp);
    if (!name_is_userid(row->userid))
        return refuse_value(refusal, "userid", row->userid);
    if (row->state[0] != '\0' && !accounts_admin_set_word(&scratch, row->state))
        return refuse_value(refusal, "state", row->state);
    if (row->login[0] != '\0' && !name_is_login(row->login))
        return refuse_value(refusal, "login", row->login);
    if (is_host(row) && strcmp(row->corp, admin->accounts.corp) != 0) {
        REFUSE(refusal, "refused_import_corp", row->corp, admin->accounts.corp);
        return false;
    }
    if (row->login[0] != '\0' && (!naming_is_free(&admin->accounts, row->login) ||
                                  is_group(admin->accounts.settings, row->login))) {
        REFUSE(refusal, "refused_name_local", row->login);
        return false;
    }
    return row->uid == 0 || number_is_fine(admin, row->uid, refusal);
}

/* ---- Against the store ------------------------------------------------------------------------
 */

/* The account that the row is about: by its id, else by its userid. */
static enum wecom_error find_target(struct store_tx *tx, const struct import_row *row,
                                    struct store_account *target, bool *known,
                                    struct refusal *refusal) {
    struct store_account by_userid;
    enum wecom_error by_id = WECOM_E_ABSENT, err;

    if (row->id[0] != '\0')
        by_id = store_find_id(tx, row->id, target);
    if (by_id != WECOM_OK && by_id != WECOM_E_ABSENT)
        return by_id;
    err = store_find_userid(tx, row->corp, row->userid, &by_userid);
    if (err != WECOM_OK && err != WECOM_E_ABSENT)
        return err;
    if (by_id == WECOM_OK && strcmp(target->corp, row->corp) != 0)
        REFUSE(refusal, "refused_import_corp", row->corp, target->corp);
    else if (by_id == WECOM_OK && err == WECOM_OK && strcmp(target->id, by_userid.id) != 0)
        REFUSE(refusal, "refused_import_userid", row->userid, by_userid.id);
    *known = by_id == WECOM_OK || err == WECOM_OK;
    if (by_id != WECOM_OK && err == WECOM_OK)
        *target = by_userid;
    return WECOM_OK;
}

/* Who is in the way of a name or number: "" nobody. `mine`: the owner that is none in the way. */
static enum wecom_error find_owner(enum wecom_error err, char *owner, const char *mine) {
    if (err == WECOM_E_ABSENT || (err == WECOM_OK && strcmp(owner, mine) == 0)) {
        owner[0] = '\0';
        return WECOM_OK;
    }
    return err;
}

/* Names and numbers that somebody else has, or had. */
static enum wecom_error check_owners(struct store_tx *tx, const struct import_row *row,
                                     const char *mine, struct refusal *refusal) {
    char owner[STORE_ID_BYTES + WECOM_LOGIN_NAME_MAX_BYTES] = "", number[16];
    enum wecom_error err = WECOM_OK;

    (void)snprintf(number, sizeof number, "%" PRIu32, row->uid);
    if (row->login[0] != '\0')
        err = find_owner(store_name_owner(tx, row->login, owner, sizeof owner), owner, mine);
    if (err == WECOM_OK && owner[0] != '\0') {
        REFUSE(refusal, "refused_import_name", row->login, owner);
        return WECOM_OK;
    }
    if (err == WECOM_OK && row->uid != 0)
        err = find_owner(store_number_owner(tx, row->uid, owner, sizeof owner), owner, mine);
    if (err == WECOM_OK && owner[0] != '\0')
        REFUSE(refusal, "refused_import_uid", number, owner);
    return err;
}

/* What the account is afterwards; a number that is still to be found is 0. */
static void merge(const struct accounts_admin *admin, const struct import_row *row, bool known,
                  struct store_account *a) {
    if (!known) {
        *a = (struct store_account){.state = STORE_ACTIVE, .created_s = admin->accounts.now_s};
        if (row->state[0] != '\0')
            (void)accounts_admin_set_word(a, row->state);
        if (a->state != STORE_ACTIVE)
            a->withdrawn_s = admin->accounts.now_s;
        (void)snprintf(a->id, sizeof a->id, "%s", row->id);
        (void)snprintf(a->corp, sizeof a->corp, "%s", row->corp);
        (void)snprintf(a->name, sizeof a->name, "%s", row->name);
    }
    if (!name_same_userid(a->userid, row->userid))
        (void)snprintf(a->userid, sizeof a->userid, "%s", row->userid);
    if (row->login[0] != '\0') {
        (void)snprintf(a->login, sizeof a->login, "%s", row->login);
        a->no_login = STORE_LOGIN_FINE;
    } else if (a->login[0] == '\0' && !a->host && is_host(row)) {
        a->no_login = STORE_LOGIN_MISSING; /* until WeCom's next word */
    }
    if (row->uid != 0)
        a->uid = row->uid;
    a->host = a->host || is_host(row);
}

static bool is_same(const struct store_account *a, const struct store_account *b) {
    return a->host == b->host && a->uid == b->uid && a->no_login == b->no_login &&
           strcmp(a->login, b->login) == 0 && strcmp(a->userid, b->userid) == 0;
}

/* Checks, and says what the account would be. */
static enum wecom_error plan(const struct accounts_admin *admin, struct store_tx *tx,
                             const struct import_row *row, struct store_account *planned,
                             enum import_outcome *outcome, struct refusal *refusal) {
    struct store_account before = {0};
    bool known = false;
    char have[16], want[16];
    enum wecom_error err;

    *refusal = (struct refusal){0};
    err = find_target(tx, row, &before, &known, refusal);
    if (err != WECOM_OK || refusal->text != NULL)
        return err;
    if (known && row->uid != 0 && before.uid != 0 && before.uid != row->uid) {
        (void)snprintf(have, sizeof have, "%" PRIu32, before.uid);
        (void)snprintf(want, sizeof want, "%" PRIu32, row->uid);
        REFUSE(refusal, "refused_import_other_uid", accounts_admin_called(&before), have, want);
        return WECOM_OK;
    }
    err = check_owners(tx, row, known ? before.id : row->id, refusal);
    if (err != WECOM_OK || refusal->text != NULL)
        return err;
    *planned = before;
    merge(admin, row, known, planned);
    *outcome = !known ? IMPORT_NEW
               : is_same(&before, planned) && (planned->uid != 0 || !planned->host)
                   ? IMPORT_SAME
                   : IMPORT_CHANGED;
    return WECOM_OK;
}

enum wecom_error accounts_import_check(const struct accounts_admin *admin, struct store_tx *tx,
                                       const struct import_row *row, enum import_outcome *outcome,
                                       struct refusal *refusal) {
    struct store_account planned;

    return plan(admin, tx, row, &planned, outcome, refusal);
}

enum wecom_error accounts_import_apply(const struct accounts_admin *admin, struct store_tx *tx,
                                       const struct import_row *row, enum import_outcome *outcome,
                                       struct refusal *refusal) {
    struct store_account a;
    enum wecom_error err = plan(admin, tx, row, &a, outcome, refusal);

    if (err != WECOM_OK || refusal->text != NULL || *outcome == IMPORT_SAME)
        return err;
    if (a.id[0] == '\0')
        store_new_id(a.id);
    a.changed_s = admin->accounts.now_s;
    if (a.host && a.uid == 0)
        err = naming_number(&admin->accounts, tx, a.corp, a.userid, a.id, &a.uid);
    else if (a.uid != 0)
        err = store_take_number(tx, a.uid, a.id);
    if (err == WECOM_OK && a.login[0] != '\0')
        err = store_take_name(tx, a.login, a.id);
    if (err == WECOM_OK)
        err = *outcome == IMPORT_NEW ? store_insert(tx, &a) : store_update(tx, &a);
    return err;
}
