/* A state directory, an open transaction, accounts by number, and a disk that fails, for the tests
 * of the store.
 */
#include "tests/helper/support_store.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char *state_dir;
struct store_db db;
struct store_tx tx;
struct disk disk;

void state_open(void) {
    state_dir = support_directory();
}

void state_close(void) {
    support_remove(state_dir);
    state_dir = NULL;
}

const char *state_path(const char *name) {
    static char paths[4][256];
    static unsigned int turn;
    char *path = paths[turn++ % 4];

    (void)snprintf(path, sizeof paths[0], "%s/%s", state_dir, name);
    return path;
}

static void begin(void) {
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    tx = (struct store_tx){.db = &db, .writes = true};
}

void tx_open(void) {
    char why[512] = "";

    state_open();
    ck_assert_msg(store_db_open(&db, state_dir, why, sizeof why), "%s", why);
    begin();
}

void tx_close(void) {
    store_db_rollback(&db);
    store_db_close(&db);
    state_close();
}

void tx_next(void) {
    ck_assert_int_eq(store_db_commit(&db), SQLITE_OK);
    begin();
}

void tx_again(void) {
    store_db_rollback(&db);
    begin();
}

struct store *open_store(struct event_base *base) {
    char why[512] = "";
    struct store *store = store_open(state_dir, base, why, sizeof why);

    ck_assert_msg(store != NULL, "%s", why);
    ck_assert_str_eq(store_trouble(store), "");
    return store;
}

const char *refusal(void) {
    static char why[512];
    struct store *store;

    why[0] = '\0';
    store = store_open(state_dir, NULL, why, sizeof why);
    ck_assert_ptr_null(store);
    ck_assert_str_ne(why, "");
    ck_assert_ptr_null(strchr(why, '\n'));
    return why;
}

void account_of(unsigned int n, struct store_account *a) {
    *a = (struct store_account){.host = n % 2 == 1,
                                .added = n % 3 == 1,
                                .switched_off = n % 5 == 1,
                                .held = n % 7 == 1,
                                .uid = 100000 + n,
                                .state = (enum store_state)(1 + n % STORE_DELETED),
                                .departments = {n, 4294967295, 0, 7},
                                .departments_count = n % 5,
                                .confirmed_s = 5000000000 + n,
                                .confirmed_by_sync = n % 4 < 2,
                                .mobile_s = 6000000000 + n,
                                .created_s = 7000000000 + n,
                                .first_login_s = 8000000000 + n,
                                .withdrawn_s = 9000000000 + n,
                                .changed_s = INT64_MAX - n};
    memset(a->id, 'a', sizeof a->id - 1);
    for (unsigned int at = STORE_ID_BYTES - 2, rest = n; rest > 0; rest /= 32)
        a->id[at--] = "abcdefghijklmnopqrstuvwxyz234567"[rest % 32];
    (void)snprintf(a->corp, sizeof a->corp, CORP);
    (void)snprintf(a->userid, sizeof a->userid, "Person%u", n);
    (void)snprintf(a->login, sizeof a->login, "person%u", n);
    (void)snprintf(a->name, sizeof a->name, "\xE4\xBC\x81\xE4\xB8\x9A %u", n);
    (void)snprintf(a->alias, sizeof a->alias, "alias %u", n);
    (void)snprintf(a->mobile, sizeof a->mobile, "+86%u", n);
    (void)snprintf(a->email, sizeof a->email, "p%u@example.com", n);
}

bool account_same(const struct store_account *a, const struct store_account *b) {
    return strcmp(a->id, b->id) == 0 && strcmp(a->corp, b->corp) == 0 &&
           strcmp(a->userid, b->userid) == 0 && a->host == b->host && a->added == b->added &&
           a->switched_off == b->switched_off && a->held == b->held &&
           strcmp(a->login, b->login) == 0 && a->no_login == b->no_login && a->uid == b->uid &&
           strcmp(a->name, b->name) == 0 && strcmp(a->alias, b->alias) == 0 &&
           a->state == b->state && a->departments_count == b->departments_count &&
           memcmp(a->departments, b->departments,
                  a->departments_count * sizeof a->departments[0]) == 0 &&
           strcmp(a->mobile, b->mobile) == 0 && strcmp(a->email, b->email) == 0 &&
           a->confirmed_s == b->confirmed_s && a->confirmed_by_sync == b->confirmed_by_sync &&
           a->mobile_s == b->mobile_s && a->created_s == b->created_s &&
           a->first_login_s == b->first_login_s && a->withdrawn_s == b->withdrawn_s &&
           a->changed_s == b->changed_s;
}

enum wecom_error account_add(struct store_tx *t, const struct store_account *account) {
    enum wecom_error error = WECOM_OK;

    if (account->login[0] != '\0')
        error = store_take_name(t, account->login, account->id);
    if (error == WECOM_OK && account->uid != 0)
        error = store_take_number(t, account->uid, account->id);
    return error == WECOM_OK ? store_insert(t, account) : error;
}

static sqlite3 *raw_open(void) {
    sqlite3 *sqlite = NULL;

    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &sqlite, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_busy_timeout(sqlite, 10000), SQLITE_OK);
    return sqlite;
}

static int first_number(void *arg, int columns, char **values, char **names) {
    (void)names;
    if (columns > 0 && values[0] != NULL && *(int64_t *)arg == -1)
        *(int64_t *)arg = strtoll(values[0], NULL, 10);
    return 0;
}

int64_t raw(const char *sql) {
    sqlite3 *sqlite = raw_open();
    char *message = NULL;
    int64_t number = -1;
    int code = sqlite3_exec(sqlite, sql, first_number, &number, &message);

    ck_assert_msg(code == SQLITE_OK, "%s: %s", sql, message);
    ck_assert_int_eq(sqlite3_close(sqlite), SQLITE_OK);
    return number;
}

static int first_text(void *arg, int columns, char **values, char **names) {
    (void)names;
    if (columns > 0 && *(char *)arg == '\0')
        (void)snprintf(arg, 256, "%s", values[0]);
    return 0;
}

const char *raw_integrity(void) {
    static char text[256];
    sqlite3 *sqlite = raw_open();

    text[0] = '\0';
    if (sqlite3_exec(sqlite, "PRAGMA integrity_check(1)", first_text, text, NULL) != SQLITE_OK)
        (void)snprintf(text, sizeof text, "%s", sqlite3_errmsg(sqlite));
    ck_assert_int_eq(sqlite3_close(sqlite), SQLITE_OK);
    return text;
}

int in_child(int (*body)(void *arg), void *arg) {
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(body(arg));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_valgrind(void) {
    const char *preload = getenv("LD_PRELOAD");

    return preload != NULL && strstr(preload, "vgpreload") != NULL;
}

uint64_t random_next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
