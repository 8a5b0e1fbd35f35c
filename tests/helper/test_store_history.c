/* Random histories of a company, and a company of 100,000: at no time do two accounts share a login
 * name or a number, not even one after the other.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/names.h"
#include "tests/check_main.h"
#include "tests/helper/support_store.h"

/* ---- A model: the same in the most naive way ------------------------------------------------- */

enum { PEOPLE = 60, USERIDS = 25, LOGINS = 25, NUMBERS = 25, OPERATIONS = 8 };

struct person {
    bool exists;
    struct store_account account;
};

struct model {
    struct person people[PEOPLE];
    int login_of[LOGINS], number_of[NUMBERS]; /* who took it first, -1: nobody */
    int64_t changes;
};

static struct model now, tried;

static void userid_of(unsigned int n, unsigned int spelling, char *userid, size_t bytes) {
    (void)snprintf(userid, bytes, "%s%u",
                   spelling % 3 == 0   ? "User"
                   : spelling % 3 == 1 ? "user"
                                       : "uSeR",
                   n);
}

/* Is the userid another one's in this model? */
static bool userid_is_taken(const struct model *model, int but, const char *userid) {
    for (int i = 0; i < PEOPLE; i++) {
        if (i != but && model->people[i].exists &&
            name_same_userid(model->people[i].account.userid, userid))
            return true;
    }
    return false;
}

static enum wecom_error take(int *owner, int who) {
    if (*owner >= 0 && *owner != who)
        return WECOM_E_PEER;
    *owner = who;
    return WECOM_OK;
}

/* ---- What happens in a company --------------------------------------------------------------- */

struct history {
    uint64_t random;
    bool fails; /* this job ends with an error after all */
};

static unsigned int pick(struct history *history, unsigned int most) {
    return (unsigned int)(random_next(&history->random) >> 20) % most;
}

/* Takes a login name for a person, in the store and in the model, which must agree. */
static void change_login(struct history *history, struct store_tx *t, int who) {
    unsigned int n = pick(history, LOGINS);
    struct person *person = &tried.people[who];
    enum wecom_error expected = take(&tried.login_of[n], who);
    char login[WECOM_LOGIN_NAME_MAX_BYTES + 1];

    (void)snprintf(login, sizeof login, "login%u", n);
    ck_assert_int_eq(store_take_name(t, login, person->account.id), expected);
    if (expected == WECOM_OK)
        memcpy(person->account.login, login, sizeof login);
    else
        person->account.no_login = STORE_LOGIN_TAKEN;
}

static void change_number(struct history *history, struct store_tx *t, int who) {
    unsigned int n = pick(history, NUMBERS);
    struct person *person = &tried.people[who];
    enum wecom_error expected = take(&tried.number_of[n], who);

    ck_assert_int_eq(store_take_number(t, 80000 + n, person->account.id), expected);
    if (expected == WECOM_OK)
        person->account.uid = 80000 + n;
}

/* Somebody new, often with a userid that was somebody's before. */
static void join(struct history *history, struct store_tx *t, int who) {
    struct person *person = &tried.people[who];
    struct store_account *a = &person->account;
    enum wecom_error expected;

    account_of((unsigned int)who + 1, a);
    a->login[0] = '\0';
    a->uid = 0;
    a->state = STORE_ACTIVE;
    userid_of(pick(history, USERIDS), pick(history, 3), a->userid, sizeof a->userid);
    if (pick(history, 4) != 0)
        change_login(history, t, who);
    if (pick(history, 4) != 0)
        change_number(history, t, who);
    expected = userid_is_taken(&tried, who, a->userid) ? WECOM_E_PEER : WECOM_OK;
    ck_assert_int_eq(store_insert(t, a), expected);
    person->exists = expected == WECOM_OK;
}

/* A row as it would be is tried; when the store refuses it, it stays as it was. */
static void save(struct store_tx *t, int who, const struct store_account *before) {
    struct store_account *a = &tried.people[who].account;
    enum wecom_error expected = userid_is_taken(&tried, who, a->userid) ? WECOM_E_PEER : WECOM_OK;

    ck_assert_int_eq(store_update(t, a), expected);
    if (expected != WECOM_OK)
        *a = *before;
}

static void happen(struct history *history, struct store_tx *t) {
    int who = (int)pick(history, PEOPLE), other = (int)pick(history, PEOPLE);
    struct store_account *a = &tried.people[who].account, before = *a;

    if (!tried.people[who].exists) {
        join(history, t, who);
        return;
    }
    switch (pick(history, 8)) {
    case 0: /* a new userid, or another spelling */
        userid_of(pick(history, USERIDS), pick(history, 3), a->userid, sizeof a->userid);
        break;
    case 1: /* a userid that WeCom gave back, so that somebody else can have it */
        (void)snprintf(a->userid, sizeof a->userid, "gone%d", who);
        a->state = STORE_DELETED;
        break;
    case 2:
        change_login(history, t, who);
        break;
    case 3:
        a->login[0] = '\0';
        break;
    case 4:
        change_number(history, t, who);
        break;
    case 5: /* somebody else's row, as a mistake of the caller */
        if (tried.people[other].exists && other != who) {
            memcpy(a->login, tried.people[other].account.login, sizeof a->login);
            a->uid = tried.people[other].account.uid;
            if (a->login[0] != '\0' || a->uid != 0)
                ck_assert_int_eq(store_update(t, a), WECOM_E_PEER);
            *a = before;
        }
        return;
    case 6:
        a->state = a->state == STORE_ACTIVE ? STORE_OUT_OF_RANGE : STORE_ACTIVE;
        break;
    default:
        a->uid = 0;
    }
    save(t, who, &before);
    ck_assert_int_eq(store_count_change(t), WECOM_OK);
    tried.changes++;
}

static enum wecom_error live(void *arg, struct store_tx *t) {
    tried = now;
    for (int i = 0; i < OPERATIONS; i++)
        happen(arg, t);
    return ((struct history *)arg)->fails ? WECOM_E_CLOSED : WECOM_OK;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static enum wecom_error compare(void *arg, struct store_tx *t) {
    char owner[STORE_OWNER_BYTES], text[80], corp[80] = "", userid[80] = "";
    struct store_account found;
    int count = 0;
    int64_t changes = -1;

    (void)arg;
    for (int i = 0; i < PEOPLE; i++) {
        if (!now.people[i].exists)
            continue;
        count++;
        ck_assert_int_eq(store_find_id(t, now.people[i].account.id, &found), WECOM_OK);
        ck_assert(account_same(&now.people[i].account, &found));
    }
    while (store_next(t, corp, userid, &found) == WECOM_OK) {
        (void)snprintf(corp, sizeof corp, "%s", found.corp);
        (void)snprintf(userid, sizeof userid, "%s", found.userid);
        count--;
    }
    ck_assert_int_eq(count, 0);
    for (int n = 0; n < LOGINS; n++) {
        (void)snprintf(text, sizeof text, "login%d", n);
        ck_assert_int_eq(store_name_owner(t, text, owner, sizeof owner),
                         now.login_of[n] < 0 ? WECOM_E_ABSENT : WECOM_OK);
        account_of((unsigned int)now.login_of[n] + 1, &found);
        ck_assert(now.login_of[n] < 0 || strcmp(owner, found.id) == 0);
    }
    for (int n = 0; n < NUMBERS; n++) {
        ck_assert_int_eq(store_number_owner(t, 80000 + (uint32_t)n, owner, sizeof owner),
                         now.number_of[n] < 0 ? WECOM_E_ABSENT : WECOM_OK);
        account_of((unsigned int)now.number_of[n] + 1, &found);
        ck_assert(now.number_of[n] < 0 || strcmp(owner, found.id) == 0);
    }
    ck_assert_int_eq(store_changes(t, &changes), WECOM_OK);
    ck_assert_int_eq(changes, now.changes);
    return WECOM_OK;
}

/* Whoever had a name or number at any time still is its only owner: written down aside from the
 * model, from the rows alone.
 */
static char login_ever[LOGINS][STORE_ID_BYTES], number_ever[NUMBERS][STORE_ID_BYTES];

static void only_owner(char *ever, const char *id) {
    ck_assert(ever[0] == '\0' || strcmp(ever, id) == 0);
    (void)snprintf(ever, STORE_ID_BYTES, "%s", id);
}

static enum wecom_error look(void *arg, struct store_tx *t) {
    char corp[80] = "", userid[80] = "";
    struct store_account found;

    (void)arg;
    while (store_next(t, corp, userid, &found) == WECOM_OK) {
        (void)snprintf(corp, sizeof corp, "%s", found.corp);
        (void)snprintf(userid, sizeof userid, "%s", found.userid);
        if (found.login[0] != '\0')
            only_owner(login_ever[strtoul(found.login + 5, NULL, 10)], found.id);
        if (found.uid != 0)
            only_owner(number_ever[found.uid - 80000], found.id);
    }
    return WECOM_OK;
}

START_TEST(no_two_accounts_ever_share_a_name_or_a_number) {
    struct history history = {.random = 88172645463325252u + (uint64_t)_i * 7919};
    struct store *store;
    int jobs = is_valgrind() ? 20 : 250;

    state_open();
    store = open_store(NULL);
    memset(&now, 0, sizeof now);
    memset(now.login_of, -1, sizeof now.login_of);
    memset(now.number_of, -1, sizeof now.number_of);
    for (int n = 0; n < jobs; n++) {
        history.fails = pick(&history, 5) == 0;
        ck_assert_int_eq(store_run(store, STORE_WRITE, live, &history),
                         history.fails ? WECOM_E_CLOSED : WECOM_OK);
        if (!history.fails)
            now = tried;
        ck_assert_int_eq(store_run(store, STORE_READ, look, NULL), WECOM_OK);
        if (n % 10 == 9)
            ck_assert_int_eq(store_run(store, STORE_READ, compare, NULL), WECOM_OK);
        if (n % 50 == 49) {
            store_close(store);
            store = open_store(NULL);
        }
    }
    ck_assert_int_eq(store_run(store, STORE_READ, compare, NULL), WECOM_OK);
    store_close(store);
    ck_assert_str_eq(raw_integrity(), "ok");
    state_close();
}
END_TEST

/* ---- 100,000 --------------------------------------------------------------------------------- */

static unsigned int many;

static int64_t now_us(void) {
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

struct range {
    unsigned int from, to;
};

static enum wecom_error add_range(void *arg, struct store_tx *t) {
    const struct range *range = arg;
    struct store_account account;

    for (unsigned int n = range->from; n < range->to; n++) {
        account_of(n, &account);
        ck_assert_int_eq(account_add(t, &account), WECOM_OK);
    }
    return WECOM_OK;
}

static enum wecom_error confirm_range(void *arg, struct store_tx *t) {
    const struct range *range = arg;
    struct store_account account;

    for (unsigned int n = range->from; n < range->to; n++) {
        account_of(n, &account);
        account.confirmed_s++;
        ck_assert_int_eq(store_update(t, &account), WECOM_OK);
    }
    return WECOM_OK;
}

static enum wecom_error walk(void *arg, struct store_tx *t) {
    char corp[80] = "", userid[80] = "";
    struct store_account found;

    while (store_next(t, corp, userid, &found) == WECOM_OK) {
        memcpy(corp, found.corp, sizeof found.corp);
        memcpy(userid, found.userid, sizeof found.userid);
        (*(unsigned int *)arg)++;
    }
    return WECOM_OK;
}

enum { LOOKS = 5000 };

static enum wecom_error look_up(void *arg, struct store_tx *t) {
    static const char *const ways[] = {"id", "userid", "login", "mobile", "name", "number"};
    uint64_t random = 42;
    struct store_account account, found;
    char owner[STORE_OWNER_BYTES];

    (void)arg;
    for (int way = 0; way < 6; way++) {
        int64_t start = now_us();

        for (int i = 0; i < LOOKS; i++) {
            enum wecom_error error = WECOM_OK;

            account_of(1 + (unsigned int)(random_next(&random) >> 20) % many, &account);
            switch (way) {
            case 0:
                error = store_find_id(t, account.id, &found);
                break;
            case 1:
                error = store_find_userid(t, CORP, account.userid, &found);
                break;
            case 2:
                error = store_find_login(t, account.login, &found);
                break;
            case 3:
                (void)store_find_mobile(t, CORP, account.mobile, "", &found);
                break;
            case 4:
                error = store_name_owner(t, account.login, owner, sizeof owner);
                break;
            default:
                error = store_number_owner(t, account.uid, owner, sizeof owner);
            }
            ck_assert_int_eq(error, WECOM_OK);
        }
        printf("# find by %-6s %5.1f us\n", ways[way], (double)(now_us() - start) / LOOKS);
    }
    return WECOM_OK;
}

static void in_steps(struct store *store, store_work *run, unsigned int step, const char *what) {
    int64_t start = now_us(), longest = 0;

    for (struct range range = {1, 1}; range.from <= many; range.from = range.to) {
        int64_t begun = now_us();

        range.to = range.from + step <= many ? range.from + step : many + 1;
        ck_assert_int_eq(store_run(store, STORE_WRITE, run, &range), WECOM_OK);
        longest = now_us() - begun > longest ? now_us() - begun : longest;
    }
    printf("# %s %u accounts, %u a transaction: %.2f s, the longest transaction %.1f ms\n", what,
           many, step, (double)(now_us() - start) / 1e6, (double)longest / 1e3);
}

/* The figures are for people: machines differ. */
START_TEST(a_hundred_thousand_accounts_are_no_trouble) {
    struct store *store;
    unsigned int seen = 0;
    int64_t start;

    many = is_valgrind() ? 1000 : 100000;
    state_open();
    store = open_store(NULL);
    in_steps(store, add_range, 500, "adding");
    start = now_us();
    store_checkpoint(store);
    printf("# checkpoint: %.2f s\n", (double)(now_us() - start) / 1e6);
    in_steps(store, confirm_range, 500, "confirming");
    store_checkpoint(store);
    start = now_us();
    ck_assert_int_eq(store_run(store, STORE_READ, walk, &seen), WECOM_OK);
    ck_assert_uint_eq(seen, many);
    printf("# walking along all: %.2f s\n", (double)(now_us() - start) / 1e6);
    ck_assert_int_eq(store_run(store, STORE_READ, look_up, NULL), WECOM_OK);
    store_close(store);
    start = now_us();
    store = open_store(NULL);
    printf("# opening, with the check of the whole file: %.2f s\n",
           (double)(now_us() - start) / 1e6);
    ck_assert_str_eq(store_trouble(store), "");
    store_close(store);
    state_close();
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_history");
    TCase *t = tcase_create("history");

    tcase_set_timeout(t, 240);
    tcase_add_loop_test(t, no_two_accounts_ever_share_a_name_or_a_number, 0, 5);
    tcase_add_test(t, a_hundred_thousand_accounts_are_no_trouble);
    suite_add_tcase(s, t);
    return s;
}
