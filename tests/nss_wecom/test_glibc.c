/* The installed module as people meet it: glibc's own getent, id and ls, in a mount namespace where
 * /etc/nsswitch.conf, /etc/passwd and /var/lib are the test's. Needs root.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "tests/nss_wecom/support.h"
#include "wecom/paths.h"

static char output[64 * 1024];

static void write_over(const char *file, const char *text) {
    static int number;
    char mine[32];

    (void)snprintf(mine, sizeof mine, "over%d", number++);
    tables_overwrite(mine, text, strlen(text));
    (void)umount(file); /* the one before, of this namespace */
    ck_assert_int_eq(mount(mine, file, "none", MS_BIND, NULL), 0);
}

/* A world of our own for this process and its children; false where we may not make one. */
static bool make_world(void) {
#ifdef __SANITIZE_ADDRESS__
    return false; /* getent cannot load a module that needs ASan's runtime */
#endif
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0)
        return false;
    ck_assert_int_eq(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
    ck_assert_int_eq(mount("none", "/var/lib", "tmpfs", 0, "mode=755"), 0);
    ck_assert_int_eq(mkdir(WECOM_STATE_DIR, 0711), 0);
    ck_assert_int_eq(mkdir(WECOM_STATE_DIR "/public", 0755), 0);
    write_over("/etc/nsswitch.conf", "passwd: files wecom\ngroup: files wecom\n");
    write_over("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
                              "wangwu:x:1500:1500::/home/wangwu:/bin/sh\n");
    write_over("/etc/group", "root:x:0:\nwangwu:x:1500:\naudio:x:29:zhangsan\n");
    ck_assert_int_eq(setenv("LD_LIBRARY_PATH", place_build(), 1), 0);
    ck_assert_int_eq(setenv("LC_ALL", "C", 1), 0);
    tables_write(WECOM_TABLE_FILE);
    return true;
}

/* Runs a command; its exit status, what it wrote is in `output`. */
static int run(const char *command) {
    int ends[2], status;
    size_t len = 0;
    ssize_t n;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)dup2(ends[1], 1);
        (void)dup2(ends[1], 2);
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    while ((n = read(ends[0], output + len, sizeof output - 1 - len)) > 0)
        len += (size_t)n;
    output[len] = '\0';
    (void)close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define ZHANGSAN "zhangsan:*:1900000001:1900000001:张三, Sales:/home/zhangsan:/bin/bash\n"

static const struct {
    const char *command;
    int status;
    const char *output; /* exactly; NULL: whatever */
} rows[] = {
    {"getent passwd zhangsan", 0, ZHANGSAN},
    {"getent passwd 1900000001", 0, ZHANGSAN},
    {"getent passwd lisi", 0, "lisi:*:1900000002:1900000002::/home/lisi:/usr/sbin/nologin\n"},
    {"getent passwd root", 0, "root:x:0:0:root:/root:/bin/bash\n"},
    {"getent passwd nobody-here", 2, ""},
    {"getent passwd 1900000099", 2, ""},
    {"getent passwd Zhangsan", 2, ""},
    {"getent group developers", 0, "developers:*:1900001000:zhangsan,lisi,_w.u-5\n"},
    {"getent group 1900001000", 0, "developers:*:1900001000:zhangsan,lisi,_w.u-5\n"},
    {"getent group ops", 0, "ops:*:65536:\n"},
    {"getent group zhangsan", 0, "zhangsan:*:1900000001:\n"},
    {"getent group 1900000002", 0, "lisi:*:1900000002:\n"},
    {"getent group nobody-here", 2, ""},
    /* groups of /etc/group count as well */
    {"id zhangsan", 0,
     "uid=1900000001(zhangsan) gid=1900000001(zhangsan) "
     "groups=1900000001(zhangsan),29(audio),65536(ops),1900001000(developers)\n"},
    {"id -Gn lisi", 0, "lisi\n"},
    {"id -G wangwu", 0, "1500\n"}, /* a local user */
    {"id nobody-here", 1, NULL},
    {"touch f && chown zhangsan:developers f && ls -l f | cut -d' ' -f3,4", 0,
     "zhangsan developers\n"},
    {"chown 1900000099 f 2>/dev/null || touch f && chown 1900000099 f && ls -l f | cut -d' ' -f3",
     0, "1900000099\n"},
    /* a list of all accounts has those of the files alone, and no error */
    {"getent passwd", 0,
     "root:x:0:0:root:/root:/bin/bash\nwangwu:x:1500:1500::/home/wangwu:/bin/sh\n"},
    {"getent group", 0, "root:x:0:\nwangwu:x:1500:\naudio:x:29:zhangsan\n"},
};

START_TEST(glibc_answers_from_the_table) {
    int status;

    if (!make_world())
        return;
    status = run(rows[_i].command);
    ck_assert_msg(status == rows[_i].status, "%s: status %d, %s", rows[_i].command, status, output);
    if (rows[_i].output != NULL)
        ck_assert_str_eq(output, rows[_i].output);
}
END_TEST

START_TEST(a_local_user_of_the_same_name_gets_none_of_the_groups) {
    if (!make_world())
        return;
    write_over("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
                              "zhangsan:x:1501:1501::/home/z:/bin/sh\n");
    ck_assert_int_eq(run("id -G zhangsan"), 0);
    ck_assert_str_eq(output, "1501 29\n");
    ck_assert_int_eq(run("getent passwd zhangsan"), 0);
    ck_assert_str_eq(output, "zhangsan:x:1501:1501::/home/z:/bin/sh\n");
}
END_TEST

START_TEST(a_long_list_of_members_arrives_whole) {
    static char members[8192];
    struct table_group large = {.name = "all", .id = 70000, .members = members};
    struct table_writer *w;
    size_t len = 0;

    if (!make_world())
        return;
    for (unsigned int i = 0; i < WECOM_GROUP_MEMBERS_MAX; i++)
        len += (size_t)snprintf(members + len, sizeof members - len, "%sabcdefghijklmnopqrst%06u",
                                i > 0 ? "," : "", i);
    ck_assert_int_eq(table_writer_open(WECOM_TABLE_FILE, &tables_meta, &w), WECOM_OK);
    ck_assert_int_eq(table_writer_put_group(w, &large), WECOM_OK);
    ck_assert_int_eq(table_writer_commit(w, 0), WECOM_OK);
    ck_assert_int_eq(run("getent group all"), 0);
    ck_assert_ptr_nonnull(strstr(output, members));
}
END_TEST

static void missing(void) {
    ck_assert_int_eq(unlink(WECOM_TABLE_FILE), 0);
}
static void damaged(void) {
    ck_assert_int_eq(truncate(WECOM_TABLE_FILE, 2100), 0);
}
static void writable(void) {
    ck_assert_int_eq(chmod(WECOM_TABLE_FILE, 0666), 0);
}

static void (*const troubles[])(void) = {missing, damaged, writable};

START_TEST(without_a_good_table_local_accounts_go_on) {
    if (!make_world())
        return;
    troubles[_i]();
    ck_assert_int_eq(run("getent passwd root && getent group root && id -G wangwu"), 0);
    ck_assert_int_eq(run("timeout 20 getent passwd zhangsan"), 2); /* and nobody waits for ever */
    ck_assert_int_eq(run("timeout 20 getent passwd 1900000001"), 2);
    ck_assert_int_eq(run("timeout 20 getent group developers"), 2);
    ck_assert_int_eq(run("timeout 20 id zhangsan"), 1);
    ck_assert_int_eq(run("getent passwd | wc -l"), 0);
    ck_assert_str_eq(output, "2\n");
    tables_write(WECOM_TABLE_FILE); /* the next publication cures it */
    ck_assert_int_eq(run("getent passwd zhangsan"), 0);
}
END_TEST

START_TEST(the_initgroups_line_of_nsswitch_conf_works_as_well) {
    if (!make_world())
        return;
    write_over("/etc/nsswitch.conf",
               "passwd: files wecom\ngroup: files wecom\ninitgroups: wecom files\n");
    ck_assert_int_eq(run("id -G zhangsan"), 0);
    ck_assert_str_eq(output, "1900000001 65536 1900001000\n"); /* the first source that knows */
    ck_assert_int_eq(run("id -G lisi wangwu"), 0);
    ck_assert_str_eq(output, "1900000002\n1500\n");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("glibc");
    TCase *tc = place_case("glibc");

    tcase_add_loop_test(tc, glibc_answers_from_the_table, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tc, a_local_user_of_the_same_name_gets_none_of_the_groups);
    tcase_add_test(tc, a_long_list_of_members_arrives_whole);
    tcase_add_loop_test(tc, without_a_good_table_local_accounts_go_on, 0, 3);
    tcase_add_test(tc, the_initgroups_line_of_nsswitch_conf_works_as_well);
    suite_add_tcase(s, tc);
    return s;
}
