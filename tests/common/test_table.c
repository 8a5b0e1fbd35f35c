/* Look-ups in the account table: what was written is found, what is damaged is never an answer. */
#include "common/table.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "tests/check_main.h"
#include "tests/common/tables.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

static char folder[64], path[96], other[96];

static void make_folder(void) {
    (void)snprintf(folder, sizeof folder, "/tmp/test_table.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/accounts.cdb", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
}

static void remove_folder(void) {
    static const char *const names[] = {"accounts.cdb", "other"};

    for (size_t i = 0; i < 2; i++) {
        char name[96];

        (void)snprintf(name, sizeof name, "%s/%s", folder, names[i]);
        (void)unlink(name);
        (void)rmdir(name);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

/* --- All the ways to ask for something, as rows. --- */

enum kind { USER_NAME, USER_ID, GROUP_NAME, GROUP_ID, STATUS, META };

struct question {
    enum kind kind;
    const char *text;
    uint32_t id;
    int answer; /* which of the tables_* of that kind; -1: certainly none */
    bool own;   /* a group that is a user's own: `answer` counts users */
    bool group; /* a user is looked for, a group is there */
};

static const struct question questions[] = {
    {USER_NAME, "zhangsan", 0, 0, false, false},
    {USER_NAME, "lisi", 0, 1, false, false},
    {USER_NAME, "_w.u-5", 0, 2, false, false},
    {USER_ID, NULL, 1900000001, 0, false, false},
    {USER_ID, NULL, 1900000002, 1, false, false},
    {USER_ID, NULL, WECOM_ID_MAX, 2, false, false},
    {GROUP_NAME, "developers", 0, 0, false, false},
    {GROUP_NAME, "ops", 0, 1, false, false},
    {GROUP_ID, NULL, TABLES_DEVELOPERS, 0, false, false},
    {GROUP_ID, NULL, WECOM_ID_MIN, 1, false, false},
    {GROUP_NAME, "zhangsan", 0, 0, true, false},
    {GROUP_ID, NULL, 1900000002, 1, true, false},
    {STATUS, TABLES_CORP "/zhangsan", 0, 0, true, false},
    {STATUS, TABLES_CORP "/ZHANGSAN", 0, 0, true, false},
    {STATUS, TABLES_CORP "/Li.Si@X", 0, 1, true, false},
    {STATUS, TABLES_CORP "/1001", 0, 0, false, false},
    {META, NULL, 0, 0, false, false},
    /* nobody */
    {USER_NAME, "wangwu", 0, -1, false, false},
    {USER_NAME, "zhangsa", 0, -1, false, false},
    {USER_NAME, "zhangsan1", 0, -1, false, false},
    {USER_NAME, "developers", 0, -1, false, true},
    {USER_NAME, "Zhangsan", 0, -1, false, false},
    {USER_NAME, "", 0, -1, false, false},
    {USER_NAME, "张三", 0, -1, false, false},
    {USER_NAME, "zhangsan\n", 0, -1, false, false},
    {USER_NAME, "0123456789012345678901234567890123456789", 0, -1, false, false},
    {USER_ID, NULL, 0, -1, false, false},
    {USER_ID, NULL, 65535, -1, false, false},
    {USER_ID, NULL, WECOM_ID_MIN, -1, false, true},
    {USER_ID, NULL, 1900000000, -1, false, false},
    {USER_ID, NULL, 0x80000000u, -1, false, false},
    {USER_ID, NULL, UINT32_MAX, -1, false, false},
    {GROUP_NAME, "wheel", 0, -1, false, false},
    {GROUP_ID, NULL, 0, -1, false, false},
    {GROUP_ID, NULL, 65537, -1, false, false},
    {GROUP_ID, NULL, UINT32_MAX, -1, false, false},
    {STATUS, TABLES_CORP "/1002", 0, -1, false, false},
    {STATUS, "ww1234567890abcdeF/zhangsan", 0, -1, false, false}, /* case counts in the company */
    {STATUS, "zhangsan", 0, -1, false, false},
    {STATUS, "", 0, -1, false, false},
    {STATUS, TABLES_CORP "/", 0, -1, false, false},
    {STATUS, "/zhangsan", 0, -1, false, false},
};

enum { QUESTIONS = sizeof questions / sizeof questions[0] };

struct answer {
    struct table_user user;
    struct table_group group;
    struct table_status status;
    struct table_meta meta;
};

static enum wecom_error ask(const struct table *table, const struct question *q, char *buffer,
                            size_t bytes, struct answer *a) {
    switch (q->kind) {
    case USER_NAME:
        return table_user_by_name(table, q->text, buffer, bytes, &a->user);
    case USER_ID:
        return table_user_by_id(table, q->id, buffer, bytes, &a->user);
    case GROUP_NAME:
        return table_group_by_name(table, q->text, buffer, bytes, &a->group);
    case GROUP_ID:
        return table_group_by_id(table, q->id, buffer, bytes, &a->group);
    case STATUS:
        return table_status_by_link(table, q->text, buffer, bytes, &a->status);
    default:
        return table_meta(table, buffer, bytes, &a->meta);
    }
}

static bool same_status(const struct table_status *a, const struct table_status *b) {
    return a->active == b->active && a->reason == b->reason && a->confirmed_s == b->confirmed_s &&
           a->dated_by_file == b->dated_by_file && strcmp(a->services, b->services) == 0 &&
           strcmp(a->link, b->link) == 0;
}

static bool same_user(const struct table_user *a, const struct table_user *b) {
    return strcmp(a->name, b->name) == 0 && a->id == b->id && strcmp(a->gecos, b->gecos) == 0 &&
           strcmp(a->home, b->home) == 0 && strcmp(a->shell, b->shell) == 0 &&
           a->gids_count == b->gids_count &&
           memcmp(a->gids, b->gids, a->gids_count * sizeof a->gids[0]) == 0 &&
           same_status(&a->status, &b->status);
}

static bool same_group(const struct table_group *a, const struct table_group *b) {
    return strcmp(a->name, b->name) == 0 && a->id == b->id && strcmp(a->members, b->members) == 0 &&
           a->members_count == b->members_count;
}

/* Is it exactly the answer of the good table? */
static bool is_right(const struct question *q, const struct answer *a) {
    const struct table_user *user = &tables_users[q->answer];

    switch (q->kind) {
    case USER_NAME:
    case USER_ID:
        return same_user(&a->user, user);
    case GROUP_NAME:
    case GROUP_ID:
        if (q->own)
            return same_group(&a->group, &(struct table_group){
                                             .name = user->name, .id = user->id, .members = ""});
        return same_group(&a->group, &tables_groups[q->answer]);
    case STATUS:
        return same_status(&a->status, q->own ? &user->status : &tables_stranger);
    default:
        return a->meta.generation == tables_meta.generation &&
               strcmp(a->meta.services, tables_meta.services) == 0;
    }
}

/* Opens, asks one question, closes. */
static enum wecom_error look(const struct question *q, struct answer *a) {
    static char buffer[TABLE_META_BYTES];
    struct table table;
    enum wecom_error err = table_open(path, TABLE_ANY_OWNER, &table);

    if (err == WECOM_E_ABSENT)
        return WECOM_E_CLOSED;
    if (err != WECOM_OK)
        return err;
    err = ask(&table, q, buffer, sizeof buffer, a);
    table_close(&table);
    ck_assert_int_lt(table.fd, 0);
    return err;
}

/* --- A good table. --- */

START_TEST(what_was_written_is_found_and_nothing_else) {
    const struct question *q = &questions[_i];
    struct answer a;

    tables_write(path);
    if (q->answer < 0) {
        ck_assert_int_eq(look(q, &a), WECOM_E_ABSENT);
        return;
    }
    ck_assert_int_eq(look(q, &a), WECOM_OK);
    ck_assert(is_right(q, &a));
}
END_TEST

START_TEST(one_open_table_answers_everything) {
    static char buffer[TABLE_META_BYTES];
    struct table table;
    struct answer a;

    tables_write(path);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    ck_assert_int_eq(table.mtime_s, TABLES_TIME_S);
    ck_assert_int_eq(unlink(path), 0); /* a new publication does not change what is open */
    for (int i = 0; i < QUESTIONS; i++) {
        const struct question *q = &questions[i];
        enum wecom_error err = ask(&table, q, buffer, sizeof buffer, &a);

        ck_assert_int_eq(err, q->answer < 0 ? WECOM_E_ABSENT : WECOM_OK);
        ck_assert(err != WECOM_OK || is_right(q, &a));
    }
    ck_assert(fcntl(table.fd, F_GETFD) & FD_CLOEXEC);
    table_close(&table);
    table_close(&table); /* twice is once */
}
END_TEST

START_TEST(a_buffer_too_small_is_told_and_never_overrun) {
    const struct question *q = &questions[_i];
    struct table table;
    struct answer a;
    size_t least = SIZE_MAX;

    tables_write(path);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    for (size_t bytes = 0; bytes <= 400; bytes++) {
        char *buffer = malloc(bytes > 0 ? bytes : 1); /* exact: ASan sees one byte too many */
        enum wecom_error err = ask(&table, q, buffer, bytes, &a);

        if (q->answer < 0) {
            /* what kind of record it is shows only when it is read */
            ck_assert(err == WECOM_E_ABSENT ||
                      (err == WECOM_E_TOO_LONG && q->group && bytes < 100));
        } else if (err == WECOM_OK) {
            ck_assert(is_right(q, &a));
            least = bytes < least ? bytes : least;
        } else {
            ck_assert_int_eq(err, WECOM_E_TOO_LONG);
            ck_assert_uint_eq(least, SIZE_MAX); /* more room never makes it worse */
        }
        free(buffer);
    }
    ck_assert(q->answer < 0 || least <= 400);
    if (q->kind == USER_NAME && q->answer >= 0)
        ck_assert_uint_eq(a.user.used_bytes, least);
    table_close(&table);
}
END_TEST

START_TEST(the_later_time_counts_where_the_files_time_counts) {
    static const struct {
        int64_t file_s, record_s, result_s;
        bool by_file;
    } rows[] = {
        {100, 50, 100, true}, {100, 200, 200, true},  {100, 0, 100, true},  {100, 50, 50, false},
        {100, 0, 0, false},   {100, 200, 200, false}, {-100, 50, 50, true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct table table = {.fd = -1, .mtime_s = rows[i].file_s};
        struct table_status status = {.confirmed_s = rows[i].record_s,
                                      .dated_by_file = rows[i].by_file};

        ck_assert_int_eq(table_confirmed_s(&table, &status), rows[i].result_s);
    }
}
END_TEST

START_TEST(of_a_hundred_thousand_each_is_found) {
    enum { ACCOUNTS = 100000, STEP = 7 };
    char buffer[TABLE_USER_BYTES], name[16];
    struct table_user user, wanted;
    struct table_group group;
    struct table table;

    tables_write_series(path, ACCOUNTS);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    for (unsigned int n = 0; n < ACCOUNTS + 1000; n += STEP) {
        enum wecom_error want = n < ACCOUNTS ? WECOM_OK : WECOM_E_ABSENT;

        tables_series_user(n, name, &wanted);
        ck_assert_int_eq(table_user_by_name(&table, name, buffer, sizeof buffer, &user), want);
        ck_assert(want != WECOM_OK || same_user(&user, &wanted));
        ck_assert_int_eq(table_user_by_id(&table, wanted.id, buffer, sizeof buffer, &user), want);
        ck_assert(want != WECOM_OK || same_user(&user, &wanted));
        ck_assert_int_eq(table_group_by_id(&table, wanted.id, buffer, sizeof buffer, &group), want);
    }
    table_close(&table);
}
END_TEST

/* --- What is no table. --- */

static void none(void) {
}
static void in_no_directory(void) {
    (void)snprintf(path, sizeof path, "%s/nowhere/accounts.cdb", folder);
}
static void below_a_file(void) {
    tables_write(other);
    (void)snprintf(path, sizeof path, "%s/other/accounts.cdb", folder);
}
static void directory(void) {
    ck_assert_int_eq(mkdir(path, 0755), 0);
}
static void fifo(void) {
    ck_assert_int_eq(mkfifo(path, 0644), 0);
}
static void a_link(void) {
    tables_write(other);
    ck_assert_int_eq(symlink(other, path), 0);
}
static void a_link_to_nothing(void) {
    ck_assert_int_eq(symlink(other, path), 0);
}
static void a_socket(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    (void)close(fd);
}
static void dev_zero(void) {
    (void)snprintf(path, sizeof path, "/dev/zero");
}
static void dev_null(void) {
    (void)snprintf(path, sizeof path, "/dev/null");
}
static void group_writable(void) {
    tables_write(path);
    ck_assert_int_eq(chmod(path, 0664), 0);
}
static void world_writable(void) {
    tables_write(path);
    ck_assert_int_eq(chmod(path, 0646), 0);
}
static void empty(void) {
    tables_overwrite(path, "", 0);
}
static void sparse(off_t size) {
    tables_overwrite(path, "", 0);
    ck_assert_int_eq(truncate(path, size), 0);
}
static void one_byte_short(void) {
    sparse(WECOM_TABLE_HEADER_BYTES - 1);
}
static void zeroes(void) {
    sparse(WECOM_TABLE_HEADER_BYTES);
}
static void four_gibibytes_less_one(void) {
    sparse(0xFFFFFFFF);
}
static void four_gibibytes(void) {
    sparse((off_t)1 << 32);
}
static void a_tebibyte(void) {
    sparse((off_t)1 << 40);
}
static void good_but_for_four_gibibytes_more(void) {
    struct stat st;

    tables_write(path);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(truncate(path, st.st_size + ((off_t)1 << 32)), 0);
}
static void text(void) {
    char page[4096];

    memset(page, 'x', sizeof page);
    tables_overwrite(path, page, sizeof page);
}
static void sqlite(void) {
    char page[4096] = "SQLite format 3";

    tables_overwrite(path, page, sizeof page);
}

static const struct {
    void (*make)(void);
    enum wecom_error err;
} no_tables[] = {
    {none, WECOM_E_ABSENT},
    {in_no_directory, WECOM_E_ABSENT},
    {below_a_file, WECOM_E_ABSENT},
    {directory, WECOM_E_PEER},
    {fifo, WECOM_E_PEER}, /* and does not wait for a writer */
    {a_link, WECOM_E_PEER},
    {a_link_to_nothing, WECOM_E_PEER},
    {a_socket, WECOM_E_PEER},
    {dev_zero, WECOM_E_PEER},
    {dev_null, WECOM_E_PEER},
    {group_writable, WECOM_E_PEER},
    {world_writable, WECOM_E_PEER},
    {empty, WECOM_E_FORMAT},
    {one_byte_short, WECOM_E_FORMAT},
    {zeroes, WECOM_E_FORMAT},
    {four_gibibytes_less_one, WECOM_E_FORMAT},
    {four_gibibytes, WECOM_E_FORMAT},
    {a_tebibyte, WECOM_E_FORMAT},
    {good_but_for_four_gibibytes_more, WECOM_E_FORMAT},
    {text, WECOM_E_FORMAT},
    {sqlite, WECOM_E_FORMAT},
};

START_TEST(what_is_no_table_is_not_read_as_one) {
    struct table table;
    int before = tables_descriptors();

    no_tables[_i].make();
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), no_tables[_i].err);
    ck_assert_int_lt(table.fd, 0);
    table_close(&table);
    ck_assert_int_eq(tables_descriptors(), before);
}
END_TEST

START_TEST(an_owner_that_was_named_must_be_the_owner_or_root) {
    struct table table;

    tables_write(path);
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(table_open(path, 1234, &table), WECOM_OK); /* root's own */
    table_close(&table);
    ck_assert_int_eq(chown(path, 1234, 1234), 0);
    ck_assert_int_eq(table_open(path, 1234, &table), WECOM_OK);
    table_close(&table);
    ck_assert_int_eq(table_open(path, 1235, &table), WECOM_E_PEER);
    ck_assert_int_eq(table_open(path, 0, &table), WECOM_E_PEER);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    table_close(&table);
}
END_TEST

START_TEST(a_failed_call_leaves_its_errno) {
    struct rlimit limit;
    struct table table;

    tables_write(path);
    if (geteuid() == 0) {
        ck_assert_int_eq(chmod(path, 0600), 0);
        ck_assert_int_eq(seteuid(65534), 0);
        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_E_SYSTEM);
        ck_assert_int_eq(errno, EACCES);
        ck_assert_int_eq(seteuid(0), 0);
    }
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EMFILE);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}
END_TEST

START_TEST(a_failed_read_is_a_system_error) {
    char buffer[TABLE_USER_BYTES];
    struct table table;
    struct table_user user;

    tables_write(path);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    (void)close(table.fd);
    errno = 0;
    ck_assert_int_eq(table_user_by_name(&table, "zhangsan", buffer, sizeof buffer, &user),
                     WECOM_E_SYSTEM);
    ck_assert_int_eq(errno, EBADF);
}
END_TEST

/* --- Damage. --- */

START_TEST(every_truncation_is_refused) {
    size_t len;
    char *bytes;
    struct table table;

    tables_write(path);
    bytes = tables_read(path, &len);
    for (size_t cut = 0; cut < len; cut++) {
        ck_assert_int_eq(truncate(path, (off_t)cut), 0);
        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_E_FORMAT);
        if (cut % 64 == 0)
            tables_overwrite(path, bytes, len);
        else
            ck_assert_int_eq(truncate(path, (off_t)len), 0); /* zeroes instead */
        if (table_open(path, TABLE_ANY_OWNER, &table) == WECOM_OK)
            table_close(&table);
        tables_overwrite(path, bytes, len);
    }
    tables_overwrite(path, bytes, len);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    table_close(&table);
    free(bytes);
}
END_TEST

START_TEST(a_table_that_gets_shorter_while_it_is_open_is_damaged) {
    static char buffer[TABLE_META_BYTES];
    struct table table;
    struct answer a;

    tables_write(path);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    for (off_t len = 2100; len > 0; len -= 100) {
        ck_assert_int_eq(truncate(path, len), 0);
        for (int i = 0; i < QUESTIONS; i++) {
            memset(buffer, 0, sizeof buffer);
            if (questions[i].answer >= 0)
                ck_assert_int_eq(ask(&table, &questions[i], buffer, sizeof buffer, &a),
                                 WECOM_E_FORMAT);
        }
    }
    table_close(&table);
}
END_TEST

START_TEST(every_byte_more_is_refused) {
    struct table table;
    struct stat st;

    tables_write(path);
    ck_assert_int_eq(stat(path, &st), 0);
    for (off_t more = 1; more < 20; more++) {
        ck_assert_int_eq(truncate(path, st.st_size + more), 0);
        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_E_FORMAT);
    }
}
END_TEST

/* Damage may hide somebody, and says so nearly always; it never makes a wrong answer. */
static void check_all_after(size_t at, int change) {
    struct answer a;

    for (int i = 0; i < QUESTIONS; i++) {
        const struct question *q = &questions[i];
        enum wecom_error err = look(q, &a);

        if (err == WECOM_OK) {
            ck_assert_msg(q->answer >= 0 && is_right(q, &a), "byte %zu ^ %02x: question %d", at,
                          (unsigned int)change, i);
        } else {
            ck_assert_msg(err == WECOM_E_ABSENT || err == WECOM_E_FORMAT, "byte %zu ^ %02x: %d", at,
                          (unsigned int)change, (int)err);
        }
    }
}

START_TEST(every_changed_byte_makes_no_wrong_answer) {
    static const int changes[] = {0x01, 0x80, 0xFF};
    size_t len;
    char *bytes;
    int fd;

    tables_write(path);
    bytes = tables_read(path, &len);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    for (size_t at = (size_t)_i; at < len; at += 4) {
        for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++) {
            char changed = (char)(bytes[at] ^ changes[c]);

            ck_assert_int_eq(pwrite(fd, &changed, 1, (off_t)at), 1);
            check_all_after(at, changes[c]);
        }
        ck_assert_int_eq(pwrite(fd, &bytes[at], 1, (off_t)at), 1);
    }
    (void)close(fd);
    free(bytes);
}
END_TEST

START_TEST(a_record_under_anothers_key_is_refused) {
    struct table_encoded user, group, status, meta;
    struct cdb_make cdb;
    char buffer[TABLE_META_BYTES];
    struct answer a;
    struct table table;

    table_encode_user(&tables_users[0], &user);
    table_encode_group(&tables_groups[0], &group);
    table_encode_status(&tables_stranger, &status);
    table_encode_meta(&tables_meta, &meta);
    tables_raw_open(path, &cdb);
    tables_raw_put(&cdb, "nlisi", user.bytes, user.len);
    tables_raw_put(&cdb, "#1900000002", user.bytes, user.len);
    tables_raw_put(&cdb, "nops", group.bytes, group.len);
    tables_raw_put(&cdb, "#65536", group.bytes, group.len);
    tables_raw_put(&cdb, "@" TABLES_CORP "/1002", status.bytes, status.len);
    tables_raw_put(&cdb, "@" TABLES_CORP "/zhangsan", user.bytes, user.len);
    tables_raw_put(&cdb, "nwangwu", status.bytes, status.len);
    tables_raw_put(&cdb, "nmeta", meta.bytes, meta.len);
    tables_raw_put(&cdb, "nnothing", "", 0);
    tables_raw_put(&cdb, "!", user.bytes, user.len);
    tables_raw_close(&cdb);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    ck_assert_int_eq(table_user_by_name(&table, "lisi", buffer, sizeof buffer, &a.user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_group_by_name(&table, "lisi", buffer, sizeof buffer, &a.group),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_id(&table, 1900000002, buffer, sizeof buffer, &a.user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_group_by_id(&table, 1900000002, buffer, sizeof buffer, &a.group),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_group_by_name(&table, "ops", buffer, sizeof buffer, &a.group),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_group_by_id(&table, 65536, buffer, sizeof buffer, &a.group),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(
        table_status_by_link(&table, TABLES_CORP "/1002", buffer, sizeof buffer, &a.status),
        WECOM_E_FORMAT);
    ck_assert_int_eq(
        table_status_by_link(&table, TABLES_CORP "/zhangsan", buffer, sizeof buffer, &a.status),
        WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_name(&table, "wangwu", buffer, sizeof buffer, &a.user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_name(&table, "meta", buffer, sizeof buffer, &a.user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_name(&table, "nothing", buffer, sizeof buffer, &a.user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_meta(&table, buffer, sizeof buffer, &a.meta), WECOM_E_FORMAT);
    table_close(&table);
}
END_TEST

START_TEST(a_table_without_its_meta_record_is_damaged) {
    struct cdb_make cdb;
    struct answer a;

    tables_raw_open(path, &cdb);
    tables_raw_close(&cdb);
    ck_assert_int_eq(look(&(struct question){.kind = META}, &a), WECOM_E_FORMAT);
    /* an empty one is a table all the same: nobody is in it */
    ck_assert_int_eq(look(&questions[0], &a), WECOM_E_ABSENT);
}
END_TEST

START_TEST(records_over_the_limit_are_refused_at_any_size_of_the_buffer) {
    static char record[WECOM_TABLE_RECORD_MAX_BYTES + 1];
    static char buffer[2 * sizeof record];
    struct cdb_make cdb;
    struct table table;
    struct table_user user;

    memset(record, 'x', sizeof record);
    tables_raw_open(path, &cdb);
    tables_raw_put(&cdb, "nhuge", record, sizeof record);
    tables_raw_put(&cdb, "nlarge", record, sizeof record - 1);
    tables_raw_close(&cdb);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
    for (size_t bytes = 0; bytes < 1024; bytes += 64)
        ck_assert_int_eq(table_user_by_name(&table, "huge", buffer, bytes, &user), WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_name(&table, "huge", buffer, sizeof buffer, &user),
                     WECOM_E_FORMAT);
    ck_assert_int_eq(table_user_by_name(&table, "large", buffer, 1024, &user), WECOM_E_TOO_LONG);
    ck_assert_int_eq(table_user_by_name(&table, "large", buffer, sizeof buffer, &user),
                     WECOM_E_FORMAT);
    table_close(&table);
}
END_TEST

/* --- Hash tables. --- */

static void put32(char *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (char)(value >> (8 * i) & 0xFF);
}

/* A file whose only hash table, that of `key`, has `slots` slots that all say `hash`, `position`.
 * The records are `data`.
 */
static void write_slots(const char *key, uint32_t slots, uint32_t hash, uint32_t position,
                        const char *data, size_t data_len) {
    size_t len = WECOM_TABLE_HEADER_BYTES + data_len + (size_t)slots * 8;
    uint32_t end = (uint32_t)(WECOM_TABLE_HEADER_BYTES + data_len);
    char *bytes = calloc(1, len);
    uint32_t at = cdb_hash(key, (unsigned int)strlen(key)) & 0xFF;

    ck_assert_ptr_nonnull(bytes);
    for (uint32_t i = 0; i < 256; i++) {
        put32(bytes + i * 8, end + (i > at ? slots * 8 : 0));
        put32(bytes + i * 8 + 4, i == at ? slots : 0);
    }
    memcpy(bytes + WECOM_TABLE_HEADER_BYTES, data, data_len);
    for (uint32_t i = 0; i < slots; i++) {
        put32(bytes + end + (size_t)i * 8, hash);
        put32(bytes + end + (size_t)i * 8 + 4, position);
    }
    tables_overwrite(path, bytes, len);
    free(bytes);
}

static enum wecom_error look_zhangsan(void) {
    struct answer a;

    return look(&questions[0], &a);
}

START_TEST(a_search_visits_each_slot_once_and_not_too_many) {
    uint32_t hash = cdb_hash("nzhangsan", 9);

    /* full tables without the key: other hashes, and the same hash with another key */
    write_slots("nzhangsan", 1, hash + 1, 2048, "", 0);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_ABSENT);
    write_slots("nzhangsan", 17, hash + 1, 2048, "", 0);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_ABSENT);
    write_slots("nzhangsan", 33, hash, 2048, "\x01\0\0\0\0\0\0\0x", 9);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_ABSENT);
    write_slots("nzhangsan", WECOM_TABLE_PROBES_MAX, hash + 1, 2048, "", 0);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_ABSENT);
    write_slots("nzhangsan", 4 * WECOM_TABLE_PROBES_MAX, hash + 1, 2048, "", 0);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_FORMAT);
}
END_TEST

START_TEST(positions_and_lengths_outside_the_records_are_refused) {
    static const struct {
        uint32_t position, key_len, data_len;
    } rows[] = {
        {1, 9, 0},
        {8, 9, 0},
        {2047, 9, 0},
        {2048 + 17, 9, 0},
        {4000, 9, 0},
        {4096, 9, 0},
        {0xFFFFFFFF, 9, 0},
        {0x80000000u, 9, 0},
        {2049, 9, 0},
        {2048, 9, 1},
        {2048, 9, 0x7FFFFFFF},
        {2048, 9, 0xFFFFFFFF},
        {2048, 9, 0xFFFFFFEF},
    };
    uint32_t hash = cdb_hash("nzhangsan", 9);
    char data[17], small[17];
    struct table_user user;
    struct table table;

    memcpy(data + 8, "nzhangsan", 9);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum wecom_error err;

        put32(data, rows[i].key_len);
        put32(data + 4, rows[i].data_len);
        write_slots("nzhangsan", 2, hash, rows[i].position, data, sizeof data);
        /* damage is told before want of room is */
        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
        ck_assert_int_ne(table_user_by_name(&table, "zhangsan", small, sizeof small, &user),
                         WECOM_E_TOO_LONG);
        table_close(&table);
        err = look_zhangsan();
        /* 2049: a length that is another key's */
        ck_assert_msg(err == WECOM_E_FORMAT || (rows[i].position == 2049 && err == WECOM_E_ABSENT),
                      "row %zu: %d", i, (int)err);
    }
    for (uint32_t key_len = 0; key_len < 12; key_len++) {
        put32(data, key_len);
        put32(data + 4, 0);
        write_slots("nzhangsan", 2, hash, 2048, data, sizeof data);
        ck_assert_int_eq(look_zhangsan(), key_len == 9 ? WECOM_E_FORMAT : WECOM_E_ABSENT);
    }
}
END_TEST

START_TEST(a_record_among_the_hash_tables_is_refused) {
    enum { SLOTS = 256 };
    uint32_t hash = cdb_hash("nzhangsan", 9), at = (hash >> 8) % SLOTS;
    uint32_t position = WECOM_TABLE_HEADER_BYTES + 8 * (at < SLOTS / 2 ? SLOTS * 3 / 4 : 2);
    struct table_encoded user;
    char lengths[8];
    int fd;

    table_encode_user(&tables_users[0], &user);
    write_slots("nzhangsan", SLOTS, hash, position, "", 0);
    put32(lengths, 9);
    put32(lengths + 4, (uint32_t)user.len);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, lengths, 8, position), 8);
    ck_assert_int_eq(pwrite(fd, "nzhangsan", 9, position + 8), 9);
    ck_assert_int_eq(pwrite(fd, user.bytes, user.len, position + 17), (ssize_t)user.len);
    (void)close(fd);
    ck_assert_int_eq(look_zhangsan(), WECOM_E_FORMAT);
}
END_TEST

START_TEST(hash_tables_must_fill_the_file) {
    static const struct {
        size_t entry;
        uint32_t position_more, slots_more;
    } rows[] = {
        {0, 8, 0},          {0, (uint32_t)-8, 0},   {0, 0, 1},  {255, 0, 1},
        {255, 8, 0},        {255, (uint32_t)-8, 1}, {17, 8, 0}, {17, 0, 1},
        {0, 0, 0x20000000}, {255, 0, 0x20000000},   {9, 1, 0},  {0, (uint32_t)-2048, 0},
    };
    struct table table;
    size_t len;
    char *bytes;

    tables_write(other);
    bytes = tables_read(other, &len);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char entry[8];
        char *at = bytes + rows[i].entry * 8;

        memcpy(entry, at, 8);
        put32(at, cdb_unpack(entry) + rows[i].position_more);
        put32(at + 4, cdb_unpack(entry + 4) + rows[i].slots_more);
        tables_overwrite(path, bytes, len);
        ck_assert_msg(table_open(path, TABLE_ANY_OWNER, &table) == WECOM_E_FORMAT, "row %zu", i);
        memcpy(at, entry, 8);
    }
    /* hash tables that begin inside the header, and fill the file from there */
    len -= len % 8;
    for (uint32_t i = 0; i < 256; i++) {
        put32(bytes + i * 8, 2040);
        put32(bytes + i * 8 + 4, i == 255 ? (uint32_t)(len - 2040) / 8 : 0);
    }
    tables_overwrite(path, bytes, len);
    ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_E_FORMAT);
    free(bytes);
}
END_TEST

static int by_hash(const void *a, const void *b) {
    unsigned int x = cdb_hash(a, (unsigned int)strlen(a)), y = cdb_hash(b, (unsigned int)strlen(b));

    return x < y ? -1 : x > y;
}

START_TEST(keys_of_the_same_hash_are_told_apart) {
    static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    enum { NAMES = 26 * 36 * 36 };
    char(*keys)[8] = calloc(NAMES, sizeof *keys);
    char buffer[TABLE_USER_BYTES];
    struct table_user user = tables_users[2];
    struct table table;
    size_t at = 0;

    for (size_t i = 0; i < NAMES; i++)
        (void)snprintf(keys[i], sizeof keys[i], "n%c%c%c", set[i % 26], set[i / 26 % 36],
                       set[i / 26 / 36]);
    qsort(keys, NAMES, sizeof *keys, by_hash);
    while (at + 1 < NAMES && by_hash(keys[at], keys[at + 1]) != 0)
        at++;
    ck_assert_uint_lt(at + 1, NAMES);

    for (size_t count = 1; count <= 2; count++) {
        struct table_writer *w;

        ck_assert_int_eq(table_writer_open(path, &tables_meta, &w), WECOM_OK);
        for (size_t i = 0; i < count; i++) {
            user.name = keys[at + i] + 1;
            user.id = 70000 + (uint32_t)i;
            ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_OK);
        }
        user.id = 80000;
        ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_E_FORMAT); /* there already */
        ck_assert_int_eq(table_writer_commit(w, 0), WECOM_OK);
        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
        for (size_t i = 0; i < 2; i++) {
            const char *name = keys[at + i] + 1;

            ck_assert_int_eq(table_user_by_name(&table, name, buffer, sizeof buffer, &user),
                             i < count ? WECOM_OK : WECOM_E_ABSENT);
            ck_assert(i >= count || user.id == 70000 + i);
            ck_assert_int_eq(table_user_by_name(&table, name, buffer, 3, &user),
                             i < count ? WECOM_E_TOO_LONG : WECOM_E_ABSENT);
        }
        table_close(&table);
    }
    free(keys);
}
END_TEST

/* --- Others at work on the file. --- */

static atomic_bool stop;

/* A new table and an old one, in turn, the way the helper publishes. */
static void *replace(void *arg) {
    (void)arg;
    while (!stop) {
        tables_write(path);
        tables_write_series(path, 50);
    }
    return NULL;
}

START_TEST(a_table_that_is_replaced_is_the_old_or_the_new_one) {
    char buffer[TABLE_USER_BYTES];
    int before = tables_descriptors();
    pthread_t thread;

    tables_write(path);
    stop = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, replace, NULL), 0);
    for (int i = 0; i < 3000; i++) {
        struct table_user user;
        struct table table;
        enum wecom_error a, b;

        ck_assert_int_eq(table_open(path, TABLE_ANY_OWNER, &table), WECOM_OK);
        a = table_user_by_name(&table, "zhangsan", buffer, sizeof buffer, &user);
        ck_assert(a == WECOM_E_ABSENT || (a == WECOM_OK && same_user(&user, &tables_users[0])));
        b = table_user_by_id(&table, 1900000042, buffer, sizeof buffer, &user);
        ck_assert(b == WECOM_E_ABSENT || (b == WECOM_OK && strcmp(user.name, "u000042") == 0));
        ck_assert_int_ne(a, b);
        table_close(&table);
    }
    stop = true;
    (void)pthread_join(thread, NULL);
    ck_assert_int_eq(tables_descriptors(), before);
}
END_TEST

/* What nobody should do to it: shorten it, fill it with something else, in place. */
static void *scribble(void *arg) {
    size_t len;
    char *bytes = tables_read(other, &len), *noise = malloc(len);

    (void)arg;
    memset(noise, 0x5A, len);
    while (!stop) {
        int fd = open(path, O_WRONLY | O_CLOEXEC);

        (void)!ftruncate(fd, (off_t)(len / 2));
        (void)!pwrite(fd, bytes, len, 0);
        (void)!pwrite(fd, noise, len / 2, (off_t)(len / 3));
        (void)!ftruncate(fd, 0);
        (void)!pwrite(fd, bytes, len, 0);
        (void)close(fd);
    }
    free(noise);
    free(bytes);
    return NULL;
}

START_TEST(a_table_that_is_shortened_meanwhile_kills_nobody) {
    pthread_t thread;

    tables_write(other);
    tables_write(path);
    stop = false;
    ck_assert_int_eq(pthread_create(&thread, NULL, scribble, NULL), 0);
    for (int i = 0; i < 20000; i++) {
        const struct question *q = &questions[i % QUESTIONS];
        struct answer a;
        enum wecom_error err = look(q, &a);

        ck_assert(err == WECOM_OK || err == WECOM_E_ABSENT || err == WECOM_E_FORMAT);
        ck_assert(err != WECOM_OK || (q->answer >= 0 && is_right(q, &a)));
    }
    stop = true;
    (void)pthread_join(thread, NULL);
}
END_TEST

static void on_signal(int number) {
    (void)number;
}

START_TEST(signals_do_not_end_a_look_up) {
    struct sigaction action = {.sa_handler = on_signal}; /* without SA_RESTART */
    struct itimerval often = {.it_interval = {.tv_usec = 200}, .it_value = {.tv_usec = 200}};
    struct answer a;

    tables_write(path);
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (int i = 0; i < 5000; i++)
        ck_assert_int_eq(look(&questions[i % 3], &a), WECOM_OK);
    often = (struct itimerval){0};
    ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("table");
    TCase *good = tcase_create("good"), *bad = tcase_create("bad"), *busy = tcase_create("busy");

    tcase_add_checked_fixture(good, make_folder, remove_folder);
    tcase_add_loop_test(good, what_was_written_is_found_and_nothing_else, 0, QUESTIONS);
    tcase_add_test(good, one_open_table_answers_everything);
    tcase_add_loop_test(good, a_buffer_too_small_is_told_and_never_overrun, 0, QUESTIONS);
    tcase_add_test(good, the_later_time_counts_where_the_files_time_counts);
    tcase_add_test(good, of_a_hundred_thousand_each_is_found);
    tcase_set_timeout(good, 120);
    suite_add_tcase(s, good);

    tcase_add_checked_fixture(bad, make_folder, remove_folder);
    tcase_add_loop_test(bad, what_is_no_table_is_not_read_as_one, 0, COUNT(no_tables));
    tcase_add_test(bad, an_owner_that_was_named_must_be_the_owner_or_root);
    tcase_add_test(bad, a_failed_call_leaves_its_errno);
    tcase_add_test(bad, a_failed_read_is_a_system_error);
    tcase_add_test(bad, every_truncation_is_refused);
    tcase_add_test(bad, a_table_that_gets_shorter_while_it_is_open_is_damaged);
    tcase_add_test(bad, every_byte_more_is_refused);
    tcase_add_loop_test(bad, every_changed_byte_makes_no_wrong_answer, 0, 4);
    tcase_add_test(bad, a_record_under_anothers_key_is_refused);
    tcase_add_test(bad, a_table_without_its_meta_record_is_damaged);
    tcase_add_test(bad, records_over_the_limit_are_refused_at_any_size_of_the_buffer);
    tcase_add_test(bad, a_search_visits_each_slot_once_and_not_too_many);
    tcase_add_test(bad, positions_and_lengths_outside_the_records_are_refused);
    tcase_add_test(bad, a_record_among_the_hash_tables_is_refused);
    tcase_add_test(bad, hash_tables_must_fill_the_file);
    tcase_add_test(bad, keys_of_the_same_hash_are_told_apart);
    tcase_set_timeout(bad, 240);
    suite_add_tcase(s, bad);

    tcase_add_checked_fixture(busy, make_folder, remove_folder);
    tcase_add_test(busy, a_table_that_is_replaced_is_the_old_or_the_new_one);
    tcase_add_test(busy, a_table_that_is_shortened_meanwhile_kills_nobody);
    tcase_add_test(busy, signals_do_not_end_a_look_up);
    tcase_set_timeout(busy, 120);
    suite_add_tcase(s, busy);
    return s;
}
