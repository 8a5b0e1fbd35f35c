/* What was reported as done is there, whatever happens to the process, the machine, the disk or the
 * file.
 *
 * How the kill tests are done: a child opens the store, adds accounts by jobs (some alone, some
 * together, with checkpoints in between) and writes the number of each into a pipe from the job's
 * report. It is killed with SIGKILL at a random instant, also while it makes the first database.
 * The parent reads the pipe to its end, opens the store as the next start would, and looks for
 * every account that was reported, whole and with its name and number; nothing may be there twice
 * or by halves, and integrity_check must find nothing. Besides, the child is ended before each
 * single write and fsync of such a run, one after the other; and the same with the power cut at
 * that point: of what was not synchronized, each sector of 512 bytes is there or not, by chance.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support_store.h"

enum { CANNOT = 77 }; /* a child could not do here what it was to do */

static int reports[2]; /* a pipe: the numbers of the accounts that were reported as done */

static void rest_us(unsigned int us) {
    (void)nanosleep(&(struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000},
                    NULL);
}

static enum wecom_error add(void *arg, struct store_tx *t) {
    struct store_account account;
    enum wecom_error error;

    account_of(*(const unsigned int *)arg, &account);
    error = account_add(t, &account);
    return error == WECOM_OK ? store_count_change(t) : error;
}

/* ---- A child that works until it is ended ---------------------------------------------------- */

static int unreported;

static void report(void *arg, enum wecom_error error) {
    if (error != WECOM_OK || write(reports[1], arg, sizeof(unsigned int)) != sizeof(unsigned int))
        _exit(1);
    unreported--;
}

/* Adds accounts from number `next` on, `count` of them. */
static void work(struct store *store, struct event_base *base, unsigned int next,
                 unsigned int count) {
    unsigned int numbers[8];

    for (unsigned int done = 0, together; done < count; done += together) {
        together = 1 + next % 7 % (count - done);
        for (unsigned int i = 0; i < together; i++) {
            numbers[i] = next++;
            unreported++;
            (void)store_submit(store, STORE_WRITE, add, report, &numbers[i]);
        }
        while (unreported > 0)
            (void)event_base_loop(base, EVLOOP_ONCE);
        if (next % 5 == 0)
            store_checkpoint(store);
        if (next % 3 == 0) {
            if (store_run(store, STORE_WRITE, add, &next) != WECOM_OK)
                _exit(1);
            unreported++;
            report(&next, WECOM_OK);
            next++;
        }
    }
}

struct plan {
    unsigned int next, count;
    unsigned int die_at;
    const char *durable;
};

static int child(void *arg) {
    const struct plan *plan = arg;
    struct event_base *base = support_loop();
    struct store *store;

    if (plan->die_at != 0) {
        disk_start();
        disk.durable = plan->durable;
        disk.die_at = plan->die_at;
    }
    store = open_store(base);
    work(store, base, plan->next, plan->count);
    store_close(store);
    event_base_free(base);
    return 0;
}

/* ---- What must be there afterwards ----------------------------------------------------------- */

static enum wecom_error check_account(void *arg, struct store_tx *t) {
    unsigned int n = *(const unsigned int *)arg;
    struct store_account expected, found;
    char owner[STORE_OWNER_BYTES];

    account_of(n, &expected);
    ck_assert_msg(store_find_userid(t, CORP, expected.userid, &found) == WECOM_OK,
                  "account %u was reported and is not there", n);
    ck_assert(account_same(&expected, &found));
    ck_assert_int_eq(store_name_owner(t, expected.login, owner, sizeof owner), WECOM_OK);
    ck_assert_str_eq(owner, expected.id);
    ck_assert_int_eq(store_number_owner(t, expected.uid, owner, sizeof owner), WECOM_OK);
    ck_assert_str_eq(owner, expected.id);
    return WECOM_OK;
}

/* Jobs leave no halves: each added a row, a name, a number and a change. */
static unsigned int check_whole(void) {
    int64_t accounts = raw("SELECT count(*) FROM accounts");

    ck_assert_int_eq(raw("SELECT count(*) FROM names"), accounts);
    ck_assert_int_eq(raw("SELECT count(*) FROM numbers"), accounts);
    ck_assert_int_eq(raw("SELECT count FROM changes"), accounts);
    ck_assert_int_eq(raw("SELECT count(DISTINCT uid) FROM accounts"), accounts);
    ck_assert_int_eq(raw("SELECT count(DISTINCT login) FROM accounts"), accounts);
    ck_assert_str_eq(raw_integrity(), "ok");
    return (unsigned int)accounts;
}

/* All that was reported, out of the pipe; how many. */
static unsigned int check_reports(void) {
    struct store *store = open_store(NULL);
    unsigned int n, count = 0;

    while (read(reports[0], &n, sizeof n) == (ssize_t)sizeof n) {
        ck_assert_int_eq(store_run(store, STORE_READ, check_account, &n), WECOM_OK);
        count++;
    }
    (void)close(reports[0]);
    store_close(store);
    return count;
}

/* Starts the child with a pipe of its own. */
static pid_t start(struct plan *plan) {
    pid_t pid;

    ck_assert_int_eq(pipe2(reports, O_CLOEXEC), 0);
    ck_assert_int_ge(fcntl(reports[1], F_SETPIPE_SZ, 1 << 18), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(child(plan));
    (void)close(reports[1]);
    return pid;
}

static int end_of(pid_t pid) {
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

/* ---- Killed ---------------------------------------------------------------------------------- */

START_TEST(what_a_killed_process_reported_is_there) {
    uint64_t random = 88172645463325252u + (uint64_t)_i * 104729;
    unsigned int rounds = is_valgrind() ? 2 : 30, total = 0, killed = 0;

    for (unsigned int round = 0; round < rounds; round++) {
        struct plan plan = {.next = 1, .count = 2000};
        pid_t pid;
        int status;

        if (round % 6 == 0) { /* a first start */
            state_close();
            state_open();
        } else if (access(state_path(STORE_FILE), F_OK) == 0) {
            plan.next =
                (unsigned int)raw("SELECT coalesce(max(uid), 100000) FROM accounts") - 100000 + 1;
        }
        pid = start(&plan);
        rest_us((unsigned int)(random_next(&random) >> 20) % (round % 6 == 0 ? 150000 : 60000));
        (void)kill(pid, SIGKILL);
        status = end_of(pid);
        ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        killed += WIFSIGNALED(status);
        total += check_reports();
        (void)check_whole();
    }
    ck_assert_int_gt((int)killed, (int)rounds / 2);
    printf("# %u processes killed, %u accounts reported, all there\n", killed, total);
}
END_TEST

/* The script of the two sweeps that follow: 12 accounts or so, two checkpoints, one close. */
enum { FIRST = 100, ACCOUNTS = 12 };

static void sweep(bool power_cut, uint64_t random) {
    unsigned int step = is_valgrind() ? 20 : 1, died = 0, reported = 0;
    char *durable = support_directory();
    int status = 0;

    for (unsigned int at = 1;; at += step) {
        struct plan plan = {.next = FIRST, .count = ACCOUNTS, .die_at = at, .durable = durable};

        state_close();
        state_open();
        if (power_cut) { /* from a database that is on the disk */
            store_close(open_store(NULL));
            disk_flush(durable);
        }
        status = end_of(start(&plan));
        ck_assert(WIFEXITED(status));
        ck_assert(WEXITSTATUS(status) == DISK_DIED || WEXITSTATUS(status) == 0);
        died += WEXITSTATUS(status) == DISK_DIED;
        if (power_cut)
            disk_power_cut(durable, random == 0 ? 0 : random + at);
        reported += check_reports();
        (void)check_whole();
        if (WEXITSTATUS(status) == 0)
            break;
    }
    support_remove(durable);
    printf("# ended before each of %u writes and fsyncs, %u accounts reported, all there\n", died,
           reported);
}

START_TEST(what_was_reported_is_there_wherever_the_process_ends) {
    sweep(false, 0);
}
END_TEST

START_TEST(what_was_reported_is_there_wherever_the_power_fails) {
    sweep(true, (uint64_t)_i * 88172645463325252u);
}
END_TEST

/* ---- Two processes --------------------------------------------------------------------------- */

enum { SHARED = 120 };

struct seeker {
    unsigned int who, n;
    uint32_t number;
    int done;
};

/* Takes the next number that is free from a range that both want, as accounts do. */
static enum wecom_error seek(void *arg, struct store_tx *t) {
    struct seeker *seeker = arg;
    struct store_account account;
    enum wecom_error error = WECOM_E_PEER;
    uint32_t number = 70000;

    account_of(seeker->who * 10000 + seeker->n, &account);
    while (error == WECOM_E_PEER)
        error = store_take_number(t, number++, account.id);
    account.uid = number - 1;
    (void)snprintf(account.login, sizeof account.login, "login%u", account.uid - 70000);
    if (error == WECOM_OK)
        error = store_take_name(t, account.login, account.id);
    if (error == WECOM_OK)
        error = store_insert(t, &account);
    return error == WECOM_OK ? store_count_change(t) : error;
}

static void on_sought(void *arg, enum wecom_error error) {
    if (error != WECOM_OK)
        _exit(2);
    ((struct seeker *)arg)->done = 1;
}

/* One with a loop, as the daemon; the other waits, as the synchronization. */
static int seek_all(void *arg) {
    struct seeker seeker = {.who = *(unsigned int *)arg};
    struct event_base *base = seeker.who == 1 ? support_loop() : NULL;
    struct store *store = open_store(base);

    for (seeker.n = 1; seeker.n <= SHARED; seeker.n++) {
        seeker.done = 0;
        if (base == NULL) {
            if (store_run(store, STORE_WRITE, seek, &seeker) != WECOM_OK)
                return 3;
            if (seeker.n % 10 == 0)
                store_checkpoint(store);
            continue;
        }
        if (store_submit(store, STORE_WRITE, seek, on_sought, &seeker) == NULL)
            return 4;
        while (seeker.done == 0)
            (void)event_base_loop(base, EVLOOP_ONCE);
    }
    store_close(store);
    if (base != NULL)
        event_base_free(base);
    return 0;
}

START_TEST(two_processes_lose_no_number_and_give_none_twice) {
    pid_t children[2];

    for (unsigned int i = 0; i < 2; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0)
            _exit(seek_all(&(unsigned int){i + 1}));
    }
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(end_of(children[i]), 0);
    ck_assert_uint_eq(check_whole(), 2 * SHARED);
    ck_assert_int_eq(raw("SELECT min(number) FROM numbers"), 70000);
    ck_assert_int_eq(raw("SELECT max(number) FROM numbers"), 70000 + 2 * SHARED - 1);
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts JOIN numbers ON number = uid"
                         " AND numbers.owner = id JOIN names n ON n.name = login AND n.owner = id"),
                     2 * SHARED);
}
END_TEST

/* ---- A full disk ----------------------------------------------------------------------------- */

static bool mount_of(unsigned int bytes, unsigned long flags) {
    char options[64];

    (void)snprintf(options, sizeof options, "size=%u,mode=0711", bytes);
    return mount("store", state_dir, "tmpfs", flags, options) == 0;
}

/* On a file system of so many bytes: what works, works; what does not is told; with more room all
 * goes on, and nothing that was reported is lost.
 */
static int on_small_disk(void *arg) {
    unsigned int bytes = *(unsigned int *)arg, n = 1;
    struct event_base *base;
    struct store *store;
    char why[512] = "";

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        !mount_of(bytes, 0))
        return CANNOT;
    base = support_loop();
    store = store_open(state_dir, base, why, sizeof why);
    if (store == NULL) {
        if (strstr(why, "full") == NULL && strstr(why, "No space left") == NULL &&
            strstr(why, "disk I/O error") == NULL)
            return 10;
    } else {
        while (n < 2000 && store_run(store, STORE_WRITE, add, &n) == WECOM_OK) {
            n++;
            if (n % 16 == 0)
                store_checkpoint(store);
        }
        if (n == 2000 || store_trouble(store)[0] == '\0')
            return 11;
        if (store_run(store, STORE_WRITE, add, &n) != WECOM_E_SYSTEM)
            return 12;
    }
    if (!mount_of(bytes + 4 * 1024 * 1024, MS_REMOUNT))
        return 13;
    if (store == NULL)
        store = open_store(base);
    for (unsigned int more = 0; more < 20; more++, n++) {
        if (store_run(store, STORE_WRITE, add, &n) != WECOM_OK)
            return 14;
    }
    store_checkpoint(store);
    for (unsigned int i = 1; i < n; i++)
        (void)store_run(store, STORE_READ, check_account, &i);
    if (check_whole() != n - 1)
        return 15;
    store_close(store);
    event_base_free(base);
    return umount(state_dir) == 0 ? 0 : 16;
}

START_TEST(a_full_disk_loses_nothing_and_more_room_helps) {
    unsigned int bytes = (unsigned int)_i * 4096;
    int code;

    if (geteuid() != 0 || (is_valgrind() && _i % 8 != 0))
        return;
    code = in_child(on_small_disk, &bytes);
    ck_assert_msg(code == 0 || code == CANNOT, "%u bytes: %d", bytes, code);
}
END_TEST

/* ---- A damaged file -------------------------------------------------------------------------- */

static void make_store(void) {
    struct store_department departments[200];
    const char *userids[100];
    static char names[100][16];
    bool changed;

    ck_assert(store_db_open(&db, state_dir, (char[256]){""}, 256));
    ck_assert_int_eq(store_db_begin(&db, true), SQLITE_OK);
    tx = (struct store_tx){.db = &db, .writes = true};
    for (unsigned int i = 1; i <= 60; i++)
        ck_assert_int_eq(add(&i, &tx), WECOM_OK);
    for (unsigned int i = 0; i < 200; i++)
        departments[i] = (struct store_department){.id = i + 1, .parent = i / 2};
    ck_assert_int_eq(store_put_departments(&tx, "hosts", departments, 200, &changed), WECOM_OK);
    for (unsigned int i = 0; i < 100; i++) {
        (void)snprintf(names[i], sizeof names[i], "person%u", i);
        userids[i] = names[i];
    }
    ck_assert_int_eq(store_put_tag(&tx, "hosts", 7, userids, 100, &changed), WECOM_OK);
    ck_assert_int_eq(store_put_tag(&tx, "hosts", 8, userids + 50, 50, &changed), WECOM_OK);
    ck_assert_int_eq(store_set_number(&tx, "sync hosts", 5), WECOM_OK);
    ck_assert_int_eq(store_db_commit(&db), SQLITE_OK);
    store_db_close(&db);
}

/* Everything that a job can ask; whatever the answers are. */
static enum wecom_error use(void *arg, struct store_tx *t) {
    static char corp[80], userid[80], owner[STORE_OWNER_BYTES];
    struct store_account account;
    struct store_department *departments = NULL;
    uint32_t tags[16], parent;
    size_t count = 0;
    int64_t number;
    bool changed;
    int steps = 0;

    account_of(1, &account);
    corp[0] = userid[0] = '\0';
    while (store_next(t, corp, userid, &account) == WECOM_OK && steps++ < 500) {
        (void)snprintf(corp, sizeof corp, "%s", account.corp);
        (void)snprintf(userid, sizeof userid, "%s", account.userid);
        (void)store_find_id(t, account.id, &account);
        (void)store_find_login(t, account.login, &account);
        (void)store_find_mobile(t, CORP, account.mobile, "", &account);
        (void)store_name_owner(t, account.login, owner, sizeof owner);
        (void)store_number_owner(t, account.uid, owner, sizeof owner);
        (void)store_tags_of(t, "hosts", account.userid, tags, 16, &count);
        (void)store_find_parent(t, "hosts", (uint32_t)steps, &parent);
    }
    if (store_all_departments(t, "hosts", &departments, &count) == WECOM_OK)
        free(departments);
    (void)store_get_number(t, "sync hosts", &number);
    (void)store_changes(t, &number);
    if (*(const bool *)arg) {
        (void)store_update(t, &account);
        (void)add(&(unsigned int){61 + (unsigned int)steps}, t);
        (void)store_put_departments(t, "hosts", NULL, 0, &changed);
        (void)store_keep_tags(t, "hosts", NULL, 0, &changed);
    }
    return WECOM_OK;
}

/* Opens it and uses it; true when it opened. */
static bool try_to_use(void) {
    char why[512] = "";
    struct store *store = store_open(state_dir, NULL, why, sizeof why);
    struct stat st;

    ck_assert_int_eq(stat(state_path(STORE_FILE), &st), 0); /* never taken away */
    if (store == NULL) {
        ck_assert_msg(strstr(why, "damaged") != NULL || strstr(why, "newer version") != NULL ||
                          strstr(why, "accounts.db: ") != NULL,
                      "%s", why);
        return false;
    }
    for (int write = 0; write < 2; write++) {
        bool writes = write == 1;
        enum wecom_error error = store_run(store, writes ? STORE_WRITE : STORE_READ, use, &writes);

        ck_assert(error == WECOM_OK || error == WECOM_E_SYSTEM || error == WECOM_E_MEMORY);
        ck_assert(error == WECOM_OK || store_trouble(store)[0] != '\0');
    }
    store_close(store);
    return true;
}

static char *good; /* the whole file */
static size_t good_bytes;

static void read_good(void) {
    FILE *file = fopen(state_path(STORE_FILE), "rb");

    good = malloc(1 << 20);
    ck_assert(file != NULL && good != NULL);
    good_bytes = fread(good, 1, 1 << 20, file);
    ck_assert_uint_gt(good_bytes, 20 * 4096);
    ck_assert_int_eq(fclose(file), 0);
}

static void put_bad(const char *bytes, size_t len) {
    (void)unlink(state_path(STORE_FILE "-wal"));
    (void)unlink(state_path(STORE_FILE "-shm"));
    support_write(state_path(STORE_FILE), 0600, bytes, len);
}

static void open_damage(void) {
    state_open();
    make_store();
    read_good();
}

static void close_damage(void) {
    free(good);
    state_close();
}

START_TEST(a_page_that_is_overwritten_is_noticed_at_the_start) {
    char *bad = malloc(good_bytes);
    uint64_t random = 88172645463325252u;

    ck_assert_ptr_nonnull(bad);
    for (size_t at = 0; at < good_bytes; at += 4096) {
        bool same;

        memcpy(bad, good, good_bytes);
        for (size_t i = 0; i < 4096; i++)
            bad[at + i] = (char)(_i == 0 ? 0 : _i == 1 ? 0xFF : (int)(random_next(&random) >> 30));
        same = memcmp(bad, good, good_bytes) == 0;
        put_bad(bad, good_bytes);
        ck_assert_msg(try_to_use() == same, "page %zu", at / 4096);
        if (!same) { /* it is left as it was */
            FILE *file = fopen(state_path(STORE_FILE), "rb");
            char *now = malloc(good_bytes);

            ck_assert(file != NULL && now != NULL);
            ck_assert_uint_eq(fread(now, 1, good_bytes, file), good_bytes);
            ck_assert_int_eq(memcmp(now, bad, good_bytes), 0);
            ck_assert_int_eq(fclose(file), 0);
            free(now);
        }
    }
    free(bad);
}
END_TEST

START_TEST(pages_that_change_places_are_noticed) {
    char *bad = malloc(good_bytes);
    size_t pages = good_bytes / 4096;

    ck_assert_ptr_nonnull(bad);
    for (size_t page = 0; page + 1 < pages; page++) {
        memcpy(bad, good, good_bytes);
        memcpy(bad + page * 4096, good + (page + 1) * 4096, 4096);
        memcpy(bad + (page + 1) * 4096, good + page * 4096, 4096);
        put_bad(bad, good_bytes);
        /* two empty pages of a kind are the same file */
        ck_assert_msg(try_to_use() == (memcmp(bad, good, good_bytes) == 0), "page %zu", page);
    }
    free(bad);
}
END_TEST

START_TEST(a_byte_that_is_another_crashes_nothing) {
    size_t step = is_valgrind() ? 4999 : 113, refused = 0, tries = 0;

    for (size_t at = (size_t)_i * 31; at < good_bytes; at += step, tries++) {
        char before = good[at];

        good[at] = (char)(before ^ (1 << at % 8));
        put_bad(good, good_bytes);
        refused += !try_to_use();
        good[at] = before;
    }
    printf("# %zu of %zu files with a wrong bit refused\n", refused, tries);
}
END_TEST

START_TEST(a_file_that_is_cut_is_refused) {
    for (size_t len = 0; len < good_bytes; len += len % 4096 == 0 ? 1777 : 2319) {
        put_bad(good, len);
        ck_assert_msg(!try_to_use(), "%zu of %zu bytes", len, good_bytes);
    }
    put_bad(good, good_bytes);
    ck_assert(try_to_use());
}
END_TEST

static enum wecom_error touch(void *arg, struct store_tx *t) {
    (void)arg;
    return store_set_number(t, "sync hosts", 6);
}

START_TEST(damage_under_an_open_store_fails_its_jobs) {
    char *bad = malloc(4096);
    int failed = 0;

    ck_assert_ptr_nonnull(bad);
    memset(bad, 0x5A, 4096);
    for (size_t at = 0; at < good_bytes; at += 4096) {
        struct store *store, *other;
        bool writes = true;
        enum wecom_error error;
        int fd;

        put_bad(good, good_bytes);
        store = open_store(NULL);
        other = open_store(NULL);
        fd = open(state_path(STORE_FILE), O_WRONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(pwrite(fd, bad, 4096, (off_t)at), 4096);
        /* now the first one cannot rely on what it remembers */
        (void)store_run(other, STORE_WRITE, touch, NULL);
        error = store_run(store, STORE_WRITE, use, &writes);
        ck_assert(error == WECOM_OK || error == WECOM_E_SYSTEM);
        failed += error != WECOM_OK;
        ck_assert(error == WECOM_OK || strstr(store_trouble(store), "damaged") != NULL);
        store_close(other);
        store_close(store);
        (void)close(fd); /* not before: SQLite's locks would go with it */
    }
    ck_assert_int_gt(failed, 10);
    free(bad);
}
END_TEST

START_TEST(a_damaged_log_crashes_nothing) {
    struct store *writer = open_store(NULL);
    uint64_t random = 42;
    static char log[1 << 20], bad[1 << 20];
    char wal[256];
    size_t len;
    FILE *file;

    for (unsigned int n = 61; n < 70; n++)
        ck_assert_int_eq(store_run(writer, STORE_WRITE, add, &n), WECOM_OK);
    (void)snprintf(wal, sizeof wal, "%s", state_path(STORE_FILE "-wal"));
    file = fopen(wal, "rb");
    ck_assert_ptr_nonnull(file);
    len = fread(log, 1, sizeof log, file);
    ck_assert_int_eq(fclose(file), 0);
    store_close(writer);
    ck_assert(len > 4096 && len < sizeof log);
    for (int round = 0; round < (is_valgrind() ? 5 : 150); round++) {
        size_t cut = round % 3 == 0 ? (size_t)(random_next(&random) >> 20) % len : len;

        memcpy(bad, log, len);
        for (int i = 0; i < round % 5; i++)
            bad[(size_t)(random_next(&random) >> 20) % len] ^= (char)(1 << i);
        put_bad(good, good_bytes);
        support_write(wal, 0600, bad, cut);
        (void)try_to_use();
    }
    /* the whole log is believed */
    put_bad(good, good_bytes);
    support_write(wal, 0600, log, len);
    ck_assert_uint_eq(check_whole(), 69);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store_crash");
    TCase *t = tcase_create("ends"), *damage = tcase_create("damage");

    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, state_open, state_close);
    tcase_add_loop_test(t, what_a_killed_process_reported_is_there, 0, 8);
    tcase_add_test(t, what_was_reported_is_there_wherever_the_process_ends);
    tcase_add_loop_test(t, what_was_reported_is_there_wherever_the_power_fails, 0, 3);
    tcase_add_test(t, two_processes_lose_no_number_and_give_none_twice);
    tcase_add_loop_test(t, a_full_disk_loses_nothing_and_more_room_helps, 1, 64);
    suite_add_tcase(s, t);
    tcase_set_timeout(damage, 120);
    tcase_add_checked_fixture(damage, open_damage, close_damage);
    tcase_add_loop_test(damage, a_page_that_is_overwritten_is_noticed_at_the_start, 0, 3);
    tcase_add_test(damage, pages_that_change_places_are_noticed);
    tcase_add_loop_test(damage, a_byte_that_is_another_crashes_nothing, 0, 3);
    tcase_add_test(damage, a_file_that_is_cut_is_refused);
    tcase_add_test(damage, damage_under_an_open_store_fails_its_jobs);
    tcase_add_test(damage, a_damaged_log_crashes_nothing);
    suite_add_tcase(s, damage);
    return s;
}
