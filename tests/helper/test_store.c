/* Jobs: run from the loop and in order, whole or not at all, durable when they are reported; and
 * patient with others who write.
 */
#include "helper/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "tests/check_main.h"
#include "tests/helper/support_store.h"

static struct event_base *base;
static struct store *store;

/* What happened, in order: "r1" job 1 ran, "d1:0" it was reported with WECOM_OK. */
static char events[4096];
static int reported;

static void open_all(void) {
    state_open();
    disk_start();
    base = support_loop();
    store = open_store(base);
    events[0] = '\0';
    reported = 0;
}

static void close_all(void) {
    disk = (struct disk){0};
    store_close(store);
    event_base_free(base);
    state_close();
}

static void note(const char *what, int number, int error) {
    size_t used = strlen(events);

    if (error < 0)
        (void)snprintf(events + used, sizeof events - used, "%s%d ", what, number);
    else
        (void)snprintf(events + used, sizeof events - used, "%s%d:%d ", what, number, error);
}

/* A job that counts up a number of the store, and then answers what it is told to. */
struct task {
    int number;
    enum wecom_error answer;
    enum store_mode mode;
    void (*inside)(struct task *task, struct store_tx *tx);
    void (*after)(struct task *task);
    int64_t seen;    /* the number as it found it, -1: none */
    int runs, dones; /* how often */
    enum wecom_error error;
    struct store_ticket *ticket;
};

static enum wecom_error count_up(void *arg, struct store_tx *t) {
    struct task *task = arg;
    enum wecom_error error = WECOM_OK;

    note("r", task->number, -1);
    task->runs++;
    task->seen = -1;
    (void)store_get_number(t, "count", &task->seen);
    if (task->mode == STORE_WRITE)
        error = store_set_number(t, "count", task->seen + 1);
    if (task->inside != NULL)
        task->inside(task, t);
    return error != WECOM_OK ? error : task->answer;
}

static void on_done(void *arg, enum wecom_error error) {
    struct task *task = arg;

    note("d", task->number, (int)error);
    task->dones++;
    task->error = error;
    reported++;
    if (task->after != NULL)
        task->after(task);
}

static void submit(struct task *task) {
    task->ticket = store_submit(store, task->mode, count_up, on_done, task);
    ck_assert_ptr_nonnull(task->ticket);
}

static struct task reads(int number) {
    return (struct task){.number = number, .mode = STORE_READ};
}

static struct task writes(int number) {
    return (struct task){.number = number, .mode = STORE_WRITE};
}

/* Runs the loop until so many jobs were reported. */
static void await(int count) {
    for (int64_t start = deadline_now_ms(); reported < count;) {
        ck_assert_msg(deadline_now_ms() - start < 30000, "%d of %d: %s", reported, count, events);
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    }
}

/* The number, as another process sees it. */
static int64_t counted(void) {
    return raw("SELECT value FROM facts WHERE key = 'count'");
}

START_TEST(a_job_is_not_run_before_the_loop) {
    struct task task = writes(1);

    submit(&task);
    ck_assert_str_eq(events, "");
    ck_assert_int_eq(counted(), -1);
    await(1);
    ck_assert_str_eq(events, "r1 d1:0 ");
    ck_assert_int_eq(counted(), 0);
    support_run(base);
    ck_assert_str_eq(events, "r1 d1:0 ");
}
END_TEST

START_TEST(jobs_run_in_the_order_of_submission) {
    struct task tasks[300];
    char expected[8] = "";

    for (int i = 0; i < 300; i++) {
        /* now and then one that reads, and runs of both */
        tasks[i] = i % 7 == 3 || (i > 100 && i < 120) ? reads(i) : writes(i);
        submit(&tasks[i]);
    }
    await(300);
    for (int i = 0, writing = -1; i < 300; i++) {
        const char *run, *done;

        ck_assert_int_eq(tasks[i].runs, 1);
        ck_assert_int_eq(tasks[i].dones, 1);
        ck_assert_int_eq(tasks[i].error, WECOM_OK);
        ck_assert_int_eq(tasks[i].seen, writing);
        writing += tasks[i].mode == STORE_WRITE;
        (void)snprintf(expected, sizeof expected, "r%d ", i);
        run = strstr(events, expected);
        (void)snprintf(expected, sizeof expected, "d%d:0 ", i);
        done = strstr(events, expected);
        ck_assert(run != NULL && done != NULL && run < done);
    }
}
END_TEST

START_TEST(a_job_that_fails_leaves_no_trace_and_the_others_stay) {
    struct task tasks[20];

    for (int i = 0; i < 20; i++) {
        tasks[i] = writes(i);
        tasks[i].answer = i % 3 == 1 ? WECOM_E_PEER : i % 5 == 4 ? WECOM_E_FORMAT : WECOM_OK;
        submit(&tasks[i]);
    }
    await(20);
    for (int i = 0, count = -1; i < 20; i++) {
        ck_assert_int_eq(tasks[i].error, tasks[i].answer);
        ck_assert_int_eq(tasks[i].seen, count);
        count += tasks[i].answer == WECOM_OK;
    }
    ck_assert_int_eq(counted(), 10);
    ck_assert_str_eq(store_trouble(store), "");
}
END_TEST

START_TEST(a_job_that_fails_behind_one_that_reads_leaves_no_trace) {
    struct task first = reads(0), second = writes(1);

    second.answer = WECOM_E_PEER;
    submit(&first);
    submit(&second);
    await(2);
    ck_assert_int_eq(second.error, WECOM_E_PEER);
    ck_assert_int_eq(counted(), -1);
}
END_TEST

/* Takes a name, then breaks a rule, and makes light of it. */
static void add_twice(struct task *task, struct store_tx *t) {
    struct store_account account;

    account_of(1, &account);
    task->error = account_add(t, &account);
    if (task->error == WECOM_OK) {
        account_of(2, &account);
        (void)snprintf(account.userid, sizeof account.userid, "PERSON1");
        ck_assert_int_eq(account_add(t, &account), WECOM_E_PEER);
    }
}

START_TEST(a_refused_row_does_not_end_the_job_unless_the_job_wants_it) {
    struct task task = writes(1);

    task.inside = add_twice;
    task.answer = WECOM_E_PEER;
    submit(&task);
    await(1);
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts"), 0);
    ck_assert_int_eq(raw("SELECT count(*) FROM names"), 0);
    ck_assert_int_eq(raw("SELECT count(*) FROM numbers"), 0);
    task.answer = WECOM_OK;
    submit(&task);
    await(2);
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts"), 1);
    ck_assert_int_eq(raw("SELECT count(*) FROM names"), 2);
}
END_TEST

START_TEST(jobs_that_wait_together_share_a_synchronization) {
    struct task tasks[40];
    unsigned int before = disk.syncs;

    for (int i = 0; i < 40; i++) {
        tasks[i] = i % 4 == 2 ? reads(i) : writes(i);
        submit(&tasks[i]);
    }
    await(40);
    ck_assert_int_eq(counted(), 29);
    /* the first of a new log synchronizes its header, too; a slow machine ends a batch early */
    ck_assert(is_valgrind() || (int)(disk.syncs - before) <= 20);
    before = disk.syncs;
    reported = 0;
    submit(&tasks[2]);
    await(1);
    ck_assert_int_eq(disk.syncs, before); /* nothing for reading */
    submit(&tasks[0]);
    await(2);
    ck_assert_int_eq(disk.syncs, before + 1);
}
END_TEST

static unsigned int syncs_when_run;
static void note_syncs(struct task *task, struct store_tx *t) {
    (void)task;
    (void)t;
    syncs_when_run = disk.syncs;
}
static void expect_sync(struct task *task) {
    ck_assert_int_eq(task->error, WECOM_OK);
    ck_assert_int_gt(disk.syncs, syncs_when_run);
    ck_assert_int_eq(counted(), task->number);
}

START_TEST(a_job_is_reported_after_it_is_on_the_disk) {
    struct task task = writes(0);

    task.inside = note_syncs;
    task.after = expect_sync;
    for (; task.number < 5; task.number++) {
        submit(&task);
        await(task.number + 1);
    }
}
END_TEST

START_TEST(a_dropped_job_is_neither_run_nor_reported) {
    struct task tasks[4] = {writes(0), writes(1), writes(2), writes(3)};

    for (int i = 0; i < 4; i++)
        submit(&tasks[i]);
    store_drop(tasks[0].ticket);
    store_drop(tasks[2].ticket);
    store_drop(NULL);
    await(2);
    support_run(base);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(tasks[i].runs, i % 2);
        ck_assert_int_eq(tasks[i].dones, i % 2);
    }
    ck_assert(strstr(events, "r1 ") < strstr(events, "r3 "));
}
END_TEST

static struct task *victim;
static void drop_victim(struct task *task) {
    (void)task;
    store_drop(victim->ticket);
}
static void drop_victim_inside(struct task *task, struct store_tx *t) {
    (void)t;
    drop_victim(task);
}

/* A slow machine ends a batch early; then they are not in one. */
START_TEST(a_job_that_ran_can_be_dropped_before_it_is_reported) {
    for (int tries = 0; tries < 50; tries++) {
        struct task tasks[3] = {writes(0), writes(1), writes(2)};
        int64_t before = counted();

        reported = 0;
        tasks[0].after = drop_victim;
        victim = &tasks[1];
        for (int i = 0; i < 3; i++)
            submit(&tasks[i]);
        await(2);
        ck_assert(tasks[0].dones == 1 && tasks[1].dones == 0 && tasks[2].dones == 1);
        ck_assert_int_eq(counted(), before + 2 + tasks[1].runs);
        if (tasks[1].runs == 1)
            return;
    }
    ck_assert(is_valgrind());
}
END_TEST

START_TEST(a_job_can_drop_itself_and_those_behind_it_while_it_runs) {
    struct task tasks[3] = {writes(0), writes(1), writes(2)};

    tasks[0].inside = drop_victim_inside;
    victim = &tasks[0];
    submit(&tasks[0]);
    submit(&tasks[1]);
    await(1);
    support_run(base);
    ck_assert(tasks[0].runs == 1 && tasks[0].dones == 0 && tasks[1].dones == 1);
    events[0] = '\0';
    tasks[1].inside = drop_victim_inside;
    victim = &tasks[2];
    submit(&tasks[1]);
    submit(&tasks[2]);
    await(2);
    support_run(base);
    ck_assert_str_eq(events, "r1 d1:0 ");
}
END_TEST

static struct task more;
static void submit_more(struct task *task) {
    (void)task;
    submit(&more);
    ck_assert_int_eq(more.runs, 0);
}
static void submit_more_inside(struct task *task, struct store_tx *t) {
    (void)t;
    submit_more(task);
}

START_TEST(jobs_can_be_submitted_by_jobs_and_by_their_reports) {
    struct task task = writes(1);

    more = writes(2);
    task.inside = _i == 0 ? submit_more_inside : NULL;
    task.after = _i == 1 ? submit_more : NULL;
    submit(&task);
    await(2);
    ck_assert_int_eq(more.error, WECOM_OK);
    ck_assert_int_eq(counted(), 1);
}
END_TEST

static void run_more(struct task *task, struct store_tx *t) {
    struct task inner = reads(9);

    (void)task;
    (void)t;
    ck_assert_int_eq(store_run(store, STORE_READ, count_up, &inner), WECOM_E_SYSTEM);
    ck_assert_int_eq(inner.runs, 0);
}
static void run_more_after(struct task *task) {
    struct task inner = writes(9);

    (void)task;
    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &inner), WECOM_OK);
}

START_TEST(a_job_runs_no_other_job_but_its_report_may) {
    struct task task = writes(1);

    task.inside = run_more;
    task.after = run_more_after;
    submit(&task);
    await(1);
    ck_assert_int_eq(task.error, WECOM_OK);
    ck_assert_int_eq(counted(), 1);
}
END_TEST

START_TEST(what_is_not_reported_when_the_store_closes_never_is) {
    struct task tasks[3] = {writes(0), reads(1), writes(2)};

    for (int i = 0; i < 3; i++)
        submit(&tasks[i]);
    store_close(store);
    support_run(base);
    ck_assert_str_eq(events, "");
    store = open_store(base);
    ck_assert_int_eq(counted(), -1);
    store_close(NULL);
}
END_TEST

static void write_in_a_reading_job(struct task *task, struct store_tx *t) {
    task->error = store_set_number(t, "count", 99);
}

START_TEST(a_job_that_reads_fails_when_it_writes) {
    struct task task = reads(1);

    for (int i = 0; i < 2; i++) { /* alone, and in the transaction of one that writes */
        struct task first = writes(0);

        reported = 0;
        if (i == 1)
            submit(&first);
        task.inside = write_in_a_reading_job;
        submit(&task);
        await(1 + i);
        ck_assert_int_eq(task.error, WECOM_E_SYSTEM);
        ck_assert_ptr_nonnull(strstr(store_trouble(store), "accounts.db"));
        ck_assert_int_eq(counted(), i == 1 ? 0 : -1);
    }
}
END_TEST

START_TEST(a_store_without_a_loop_runs_jobs_at_once) {
    struct store *blocking = open_store(NULL);
    struct task task = writes(1);

    ck_assert_int_eq(store_run(blocking, STORE_WRITE, count_up, &task), WECOM_OK);
    ck_assert_int_eq(counted(), 0);
    task.answer = WECOM_E_ABSENT;
    ck_assert_int_eq(store_run(blocking, STORE_WRITE, count_up, &task), WECOM_E_ABSENT);
    ck_assert_int_eq(counted(), 0);
    task = reads(2);
    ck_assert_int_eq(store_run(blocking, STORE_READ, count_up, &task), WECOM_OK);
    ck_assert_int_eq(task.seen, 0);
    store_checkpoint(blocking);
    ck_assert_str_eq(store_trouble(blocking), "");
    store_close(blocking);
}
END_TEST

/* ---- Others who write ------------------------------------------------------------------------ */

static sqlite3 *other;

/* Another process, as it were, writes and does not end. */
static void hold(void) {
    ck_assert_int_eq(sqlite3_open_v2(state_path(STORE_FILE), &other, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
}
static void let_go(evutil_socket_t fd, short what, void *arg) {
    (void)fd;
    (void)what;
    (void)arg;
    ck_assert_int_eq(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
    note("free", 0, -1);
}

static int ticks;
static int64_t longest_ms, last_ms;
static void tick(evutil_socket_t fd, short what, void *arg) {
    int64_t now_ms = deadline_now_ms();

    (void)fd;
    (void)what;
    (void)arg;
    if (last_ms != 0 && now_ms - last_ms > longest_ms)
        longest_ms = now_ms - last_ms;
    last_ms = now_ms;
    ticks++;
}

START_TEST(the_loop_goes_on_while_somebody_else_writes) {
    static const struct timeval soon = {.tv_usec = 300000}, often = {.tv_usec = 2000};
    struct task tasks[3] = {writes(0), reads(1), writes(2)};
    struct event *timer = evtimer_new(base, let_go, NULL),
                 *ticker = event_new(base, -1, EV_PERSIST, tick, NULL);

    ticks = 0;
    longest_ms = last_ms = 0;
    hold();
    (void)evtimer_add(timer, &soon);
    (void)event_add(ticker, &often);
    for (int i = 0; i < 3; i++)
        submit(&tasks[i]);
    await(3);
    ck_assert_int_eq(strncmp(events, "free0 r0 ", 9), 0);
    for (int i = 0; i < 3; i++)
        ck_assert(tasks[i].runs == 1 && tasks[i].error == WECOM_OK);
    ck_assert_int_gt(ticks, 10);
    ck_assert_int_lt(longest_ms, 1000);
    ck_assert_str_eq(store_trouble(store), "");
    event_free(timer);
    event_free(ticker);
}
END_TEST

START_TEST(waiting_for_somebody_else_is_no_work) {
    static const struct timeval later = {.tv_usec = 500000};
    struct event *timer = evtimer_new(base, let_go, NULL);
    struct task task = writes(0);
    int turns = 0;

    hold();
    (void)evtimer_add(timer, &later);
    submit(&task);
    for (; reported == 0; turns++)
        ck_assert_int_ge(event_base_loop(base, EVLOOP_ONCE), 0);
    ck_assert_int_eq(task.error, WECOM_OK);
    ck_assert_int_lt(turns, 60); /* a try each 20 ms, and the first ones */
    event_free(timer);
}
END_TEST

START_TEST(who_only_reads_does_not_wait_for_who_writes) {
    struct task task = reads(1);

    hold();
    submit(&task);
    await(1);
    ck_assert_int_eq(store_run(store, STORE_READ, count_up, &task), WECOM_OK);
    let_go(-1, 0, NULL);
    ck_assert_str_eq(events, "r1 d1:0 r1 free0 ");
}
END_TEST

/* Whoever wants to write next takes the turn; who gave up must not keep it. */
static bool turn_is_free(void) {
    int fd = open(state_path(STORE_FILE_TURN), O_RDWR | O_CLOEXEC);
    bool is_free = flock(fd, LOCK_EX | LOCK_NB) == 0;

    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    return is_free;
}

START_TEST(after_five_seconds_a_job_waits_no_more) {
    struct task tasks[3] = {writes(0), reads(1), writes(2)}, late = writes(3);
    int64_t start_ms = deadline_now_ms(), took_ms;

    hold();
    for (int i = 0; i < 3; i++)
        submit(&tasks[i]);
    support_rest(base, 1500);
    submit(&late);
    await(3);
    took_ms = deadline_now_ms() - start_ms;
    ck_assert_int_ge(took_ms, STORE_BUSY_MS);
    ck_assert_int_lt(took_ms, STORE_BUSY_MS + 1400);
    ck_assert_str_eq(events, "d0:3 d1:3 d2:3 "); /* WECOM_E_TIMEOUT, all together */
    ck_assert_str_eq(store_trouble(store), "accounts.db was kept busy by another process for 5 s");
    ck_assert_int_eq(late.dones, 0); /* its own five seconds are not over */
    ck_assert(!turn_is_free());
    await(4);
    ck_assert_int_eq(late.error, WECOM_E_TIMEOUT);
    ck_assert_int_ge(deadline_now_ms() - start_ms, STORE_BUSY_MS + 1400);
    ck_assert(turn_is_free());
    let_go(-1, 0, NULL);
    submit(&late);
    await(5);
    ck_assert_int_eq(late.error, WECOM_OK);
    ck_assert_int_eq(counted(), 0);
}
END_TEST

START_TEST(who_may_block_waits_for_five_seconds_too) {
    struct task task = writes(0);
    int64_t start_ms = deadline_now_ms();

    hold();
    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_E_TIMEOUT);
    ck_assert_int_ge(deadline_now_ms() - start_ms, STORE_BUSY_MS);
    ck_assert_int_eq(task.runs, 0);
    ck_assert_str_ne(store_trouble(store), "");
    ck_assert(turn_is_free());
    let_go(-1, 0, NULL);
    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_OK);
}
END_TEST

/* Writes without a pause until it is killed. Its transactions are long, the gaps between them are
 * not.
 */
static enum wecom_error hog(void *arg, struct store_tx *t) {
    struct timespec time = {.tv_nsec = 20000000};

    (void)nanosleep(&time, NULL);
    return store_set_number(t, "hog", ++*(int64_t *)arg);
}

static int64_t hogged(void) {
    return raw("SELECT value FROM facts WHERE key = 'hog'");
}

START_TEST(a_process_that_writes_all_the_time_leaves_room_for_others) {
    int64_t count = 0, most_ms = 0;
    pid_t child = fork();
    int status;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct store *busy = open_store(NULL);

        while (store_run(busy, STORE_WRITE, hog, &count) == WECOM_OK)
            ;
        _exit(1);
    }
    while (hogged() < 0)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    for (int i = 0; i < 40; i++) {
        struct task task = writes(i);
        int64_t start_ms = deadline_now_ms();

        submit(&task);
        await(i + 1);
        ck_assert_int_eq(task.error, WECOM_OK);
        if (deadline_now_ms() - start_ms > most_ms)
            most_ms = deadline_now_ms() - start_ms;
    }
    count = hogged(); /* it has its turns, too */
    while (hogged() == count)
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    (void)kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_lt(most_ms, 2500);
    printf("# the longest wait beside a process that writes 20 ms at a time: %d ms\n",
           (int)most_ms);
}
END_TEST

/* ---- Disks that fail ------------------------------------------------------------------------- */

static const int faults[] = {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR};

/* One job whose n-th operation on the disk fails, then three together; afterwards all is well. */
START_TEST(a_job_that_the_disk_fails_is_told_so_and_the_next_one_runs) {
    for (unsigned int at = 1; at < 12; at++) {
        struct task task = writes(0), tasks[3] = {writes(1), writes(2), writes(3)};
        int64_t before = counted();
        unsigned int operations;

        reported = 0;
        disk.operations = 0;
        disk.fail_at = at;
        disk.fail_count = 1;
        disk.fail_with = faults[_i];
        submit(&task);
        await(1);
        operations = disk.operations;
        ck_assert_int_eq(task.error, operations >= at ? WECOM_E_SYSTEM : WECOM_OK);
        ck_assert_int_eq(counted(), before + (operations < at ? 1 : 0));
        if (operations >= at)
            ck_assert_ptr_nonnull(strstr(store_trouble(store), "accounts.db: "));
        disk.fail_at = 0;
        for (int i = 0; i < 3; i++)
            submit(&tasks[i]);
        await(4);
        for (int i = 0; i < 3; i++)
            ck_assert_int_eq(tasks[i].error, WECOM_OK);
        ck_assert_int_eq(counted(), before + (operations < at ? 4 : 3));
    }
    ck_assert_str_eq(raw_integrity(), "ok");
}
END_TEST

static void submit_ten(struct task *tasks) {
    reported = 0;
    for (int i = 0; i < 10; i++) {
        tasks[i] = i == 4 ? reads(i) : writes(i);
        tasks[i].answer = i == 3 ? WECOM_E_PEER : WECOM_OK;
        submit(&tasks[i]);
    }
    disk.operations = 0;
    disk.fail_at = 1;
}

/* The transaction that they share is lost; alone, each has another chance. A slow machine ends a
 * batch early: then it is lost to fewer of them, or to one, which is told.
 */
START_TEST(jobs_whose_shared_transaction_is_lost_are_run_alone) {
    struct task tasks[10];
    int runs = 0;

    disk.fail_with = faults[_i];
    for (int tries = 0; tries < 50 && runs <= 10; tries++) {
        int64_t before = counted();

        runs = 0;
        submit_ten(tasks);
        disk.fail_count = 1;
        await(10);
        for (int i = 0; i < 10; i++) {
            ck_assert_int_ge(tasks[i].runs, 1);
            ck_assert_int_le(tasks[i].runs, 2);
            ck_assert_int_eq(tasks[i].dones, 1);
            if (i > 0 || tasks[1].runs == 2)
                ck_assert_int_eq(tasks[i].error, tasks[i].answer);
            runs += tasks[i].runs;
        }
        ck_assert_int_eq(counted() - before, tasks[0].error == WECOM_OK ? 8 : 7);
    }
    ck_assert(runs > 10 || is_valgrind());
    /* those after them share one again */
    for (int tries = 0; tries == 0 || (tries < 50 && disk.syncs >= 8); tries++) {
        submit_ten(tasks);
        disk.fail_at = 0;
        disk.syncs = 0;
        await(10);
    }
    ck_assert(disk.syncs < 8 || is_valgrind());
}
END_TEST

static enum wecom_error add_some(void *arg, struct store_tx *t) {
    struct store_account account;

    for (unsigned int n = 1; n <= 200; n++) {
        account_of(n, &account);
        ck_assert_int_eq(account_add(t, &account), WECOM_OK);
    }
    (void)arg;
    return WECOM_OK;
}

static void read_unreadable(struct task *task, struct store_tx *t) {
    struct store_account account = {.uid = 7};

    (void)task;
    (void)store_next(t, CORP, "person15", &account);
    ck_assert_uint_eq(account.uid, 7);
}

START_TEST(jobs_that_cannot_read_are_told_so_and_undone) {
    struct task tasks[3] = {writes(0), writes(1), writes(2)};
    struct store *second = open_store(NULL);

    ck_assert_int_eq(store_run(second, STORE_WRITE, add_some, NULL),
                     WECOM_OK); /* not in our cache */
    tasks[1].inside = read_unreadable;
    disk.fail_reads = true;
    for (int i = 0; i < 3; i++)
        submit(&tasks[i]);
    await(3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(tasks[i].error, WECOM_E_SYSTEM);
    ck_assert_ptr_nonnull(strstr(store_trouble(store), "accounts.db: disk I/O error"));
    disk.fail_reads = false;
    tasks[1].inside = NULL;
    ck_assert_int_eq(counted(), -1);
    for (int i = 0; i < 3; i++)
        submit(&tasks[i]);
    await(6);
    ck_assert_int_eq(counted(), 2);
    store_close(second);
}
END_TEST

/* More than SQLite keeps in memory: it writes before the COMMIT, and a failure then ends the
 * transaction within the job.
 */
static void add_much(struct task *task, struct store_tx *t) {
    enum wecom_error error = WECOM_OK;
    struct store_account account;

    (void)task;
    for (unsigned int n = 1; n <= 6000 && error == WECOM_OK; n++) {
        account_of(n, &account);
        account.departments_count = STORE_DEPARTMENTS;
        for (size_t i = 0; i < STORE_DEPARTMENTS; i++)
            account.departments[i] = 4000000000;
        error = account_add(t, &account);
    }
    ck_assert_int_eq(error, disk.fail_at != 0 ? WECOM_E_SYSTEM : WECOM_OK);
}

START_TEST(a_transaction_that_ends_within_a_job_is_told_to_that_job_only) {
    struct task tasks[3] = {writes(0), writes(1), writes(2)};

    tasks[1].inside = add_much;
    disk.operations = 0;
    disk.fail_at = 4; /* behind what a small job needs */
    disk.fail_count = 1000000;
    disk.fail_with = faults[_i];
    submit(&tasks[1]);
    await(1);
    ck_assert_int_eq(tasks[1].error, WECOM_E_SYSTEM);
    ck_assert_ptr_nonnull(strstr(store_trouble(store), "disk"));
    disk.fail_at = 0;
    ck_assert_int_eq(counted(), -1);
    ck_assert_int_eq(raw("SELECT count(*) FROM accounts"), 0);
    submit(&tasks[0]);
    submit(&tasks[1]);
    submit(&tasks[2]);
    await(4);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(tasks[i].error, WECOM_OK);
    ck_assert_int_eq(counted(), 2);
}
END_TEST

START_TEST(jobs_that_the_disk_fails_again_and_again_are_told_each) {
    struct task tasks[10], last = writes(10);

    submit_ten(tasks);
    disk.fail_with = faults[_i];
    disk.fail_count = 1000000;
    await(10);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(tasks[i].dones, 1);
        if (i != 4) /* that one reads, and what it reads alone it may have */
            ck_assert_int_eq(tasks[i].error, i == 3 ? WECOM_E_PEER : WECOM_E_SYSTEM);
    }
    ck_assert_int_eq(counted(), -1);
    disk.fail_at = 0;
    submit(&last);
    await(11);
    ck_assert_int_eq(last.error, WECOM_OK);
    ck_assert_int_eq(counted(), 0);
}
END_TEST

START_TEST(a_checkpoint_that_fails_is_noted_and_harmless) {
    struct task task = writes(1);

    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_OK);
    disk.operations = 0;
    disk.fail_at = 1;
    disk.fail_count = 1;
    disk.fail_with = faults[_i];
    store_checkpoint(store);
    ck_assert_ptr_nonnull(strstr(store_trouble(store), "accounts.db: "));
    disk.fail_at = 0;
    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_OK);
    store_checkpoint(store);
    ck_assert_int_eq(counted(), 1);
    ck_assert_str_eq(raw_integrity(), "ok");
}
END_TEST

/* ---- The log --------------------------------------------------------------------------------- */

static off_t size_of(const char *name) {
    struct stat st;

    return stat(state_path(name), &st) == 0 ? st.st_size : -1;
}

START_TEST(only_a_checkpoint_moves_the_log_into_the_database) {
    struct store *second = open_store(NULL);
    off_t before = size_of(STORE_FILE), log;
    struct store_account account;

    for (unsigned int i = 1; i <= 1500; i++) {
        struct task task = writes(1);

        account_of(i, &account);
        ck_assert_int_eq(store_run(second, STORE_WRITE, count_up, &task), WECOM_OK);
    }
    log = size_of(STORE_FILE "-wal");
    ck_assert_int_gt(log, 1200 * 4096); /* SQLite's own limit is 1000 pages */
    ck_assert_int_eq(size_of(STORE_FILE), before);
    store_checkpoint(second);
    ck_assert_str_eq(store_trouble(second), "");
    for (int i = 0; i < 100; i++) {
        struct task task = writes(1);

        submit(&task);
        await(i + 1);
        ck_assert_int_eq(task.error, WECOM_OK);
    }
    ck_assert_int_eq(size_of(STORE_FILE "-wal"), log); /* from the beginning again */
    store_close(second);
    ck_assert_int_eq(counted(), 1599);
}
END_TEST

START_TEST(the_last_to_close_leaves_one_file) {
    struct task task = writes(1);

    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_OK);
    ck_assert_int_gt(size_of(STORE_FILE "-wal"), 0);
    store_close(store);
    ck_assert_int_eq(size_of(STORE_FILE "-wal"), -1);
    ck_assert_int_eq(size_of(STORE_FILE "-shm"), -1);
    store = open_store(base);
    ck_assert_int_eq(counted(), 0);
}
END_TEST

/* ---- What happens to the file meanwhile ------------------------------------------------------ */

START_TEST(nothing_is_written_into_a_file_that_lost_its_name) {
    struct task task = writes(1);

    ck_assert_int_eq(store_run(store, STORE_WRITE, count_up, &task), WECOM_OK);
    ck_assert_int_eq(rename(state_path(STORE_FILE), state_path("away")), 0);
    submit(&task);
    await(1);
    ck_assert_int_eq(task.error, WECOM_E_SYSTEM);
    ck_assert_str_eq(store_trouble(store),
                     "accounts.db was moved or deleted while it was in use: restart");
    ck_assert_int_eq(rename(state_path("away"), state_path(STORE_FILE)), 0);
    submit(&task);
    await(2);
    ck_assert_int_eq(task.error, WECOM_OK);
}
END_TEST

START_TEST(a_database_that_another_version_changed_is_left_alone) {
    struct task task = writes(1);

    (void)raw("PRAGMA user_version = 99");
    submit(&task);
    await(1);
    ck_assert_int_eq(task.error, WECOM_E_SYSTEM);
    ck_assert_str_eq(store_trouble(store),
                     "accounts.db was changed by another version of wecom-helper: restart");
    ck_assert_int_eq(task.runs, 0);
    (void)raw("PRAGMA user_version = 2");
    submit(&task);
    await(2);
    ck_assert_int_eq(task.error, WECOM_OK);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("store");
    TCase *t = tcase_create("jobs");

    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, open_all, close_all);
    tcase_add_test(t, a_job_is_not_run_before_the_loop);
    tcase_add_test(t, jobs_run_in_the_order_of_submission);
    tcase_add_test(t, a_job_that_fails_leaves_no_trace_and_the_others_stay);
    tcase_add_test(t, a_job_that_fails_behind_one_that_reads_leaves_no_trace);
    tcase_add_test(t, a_refused_row_does_not_end_the_job_unless_the_job_wants_it);
    tcase_add_test(t, jobs_that_wait_together_share_a_synchronization);
    tcase_add_test(t, a_job_is_reported_after_it_is_on_the_disk);
    tcase_add_test(t, a_dropped_job_is_neither_run_nor_reported);
    tcase_add_test(t, a_job_that_ran_can_be_dropped_before_it_is_reported);
    tcase_add_test(t, a_job_can_drop_itself_and_those_behind_it_while_it_runs);
    tcase_add_loop_test(t, jobs_can_be_submitted_by_jobs_and_by_their_reports, 0, 2);
    tcase_add_test(t, a_job_runs_no_other_job_but_its_report_may);
    tcase_add_test(t, what_is_not_reported_when_the_store_closes_never_is);
    tcase_add_test(t, a_job_that_reads_fails_when_it_writes);
    tcase_add_test(t, a_store_without_a_loop_runs_jobs_at_once);
    tcase_add_test(t, the_loop_goes_on_while_somebody_else_writes);
    tcase_add_test(t, waiting_for_somebody_else_is_no_work);
    tcase_add_test(t, who_only_reads_does_not_wait_for_who_writes);
    tcase_add_test(t, after_five_seconds_a_job_waits_no_more);
    tcase_add_test(t, who_may_block_waits_for_five_seconds_too);
    tcase_add_test(t, a_process_that_writes_all_the_time_leaves_room_for_others);
    tcase_add_loop_test(t, a_job_that_the_disk_fails_is_told_so_and_the_next_one_runs, 0,
                        SUPPORT_COUNT(faults));
    tcase_add_loop_test(t, jobs_whose_shared_transaction_is_lost_are_run_alone, 0,
                        SUPPORT_COUNT(faults));
    tcase_add_loop_test(t, a_transaction_that_ends_within_a_job_is_told_to_that_job_only, 0,
                        SUPPORT_COUNT(faults));
    tcase_add_test(t, jobs_that_cannot_read_are_told_so_and_undone);
    tcase_add_loop_test(t, jobs_that_the_disk_fails_again_and_again_are_told_each, 0,
                        SUPPORT_COUNT(faults));
    tcase_add_loop_test(t, a_checkpoint_that_fails_is_noted_and_harmless, 0, SUPPORT_COUNT(faults));
    tcase_add_test(t, only_a_checkpoint_moves_the_log_into_the_database);
    tcase_add_test(t, the_last_to_close_leaves_one_file);
    tcase_add_test(t, nothing_is_written_into_a_file_that_lost_its_name);
    tcase_add_test(t, a_database_that_another_version_changed_is_left_alone);
    suite_add_tcase(s, t);
    return s;
}
