/* Files with handed-over keys: what is read, what is not, and that a write is whole or not at all.
 */
#include "helper/handed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"

#define GOOD                                                                                   \
    "{\"service\":\"nocobase\",\"corp_id\":\"ww1\",\"agent_id\":1000002,\"secret\":\"S-1_x\"," \
    "\"company\":\"\xE7\xA4\xBA\xE4\xBE\x8B\"}\n"

static char *state, *apps, *path;
static int directory;
static struct handed_keys keys;
static char why[2048];

static void setup(void) {
    state = support_directory();
    apps = support_path(state, "apps");
    path = support_path(apps, "nocobase");
    directory = handed_file_directory(state, true, why, sizeof why);
    ck_assert_msg(directory >= 0, "%s", why);
    keys = (struct handed_keys){.service = "nocobase",
                                .corp_id = "ww1",
                                .agent_id = 1000002,
                                .company = "\xE7\xA4\xBA\xE4\xBE\x8B"};
    ck_assert_int_eq(secret_set(&keys.secret, "S-1_x", 5), WECOM_OK);
    why[0] = '\0';
}

static void teardown(void) {
    handed_keys_clear(&keys);
    (void)close(directory);
    free(path);
    free(apps);
    support_remove(state);
}

/* Reads the file; `keys` is empty where it is refused. */
static bool read_it(void) {
    bool good;

    handed_keys_clear(&keys);
    why[0] = '\0';
    good = handed_file_read(directory, "nocobase", &keys, why, sizeof why);
    ck_assert(good == (why[0] == '\0'));
    ck_assert(good == (keys.secret.len > 0));
    ck_assert(good || (keys.service[0] == '\0' && keys.corp_id[0] == '\0' && keys.agent_id == 0));
    return good;
}

/* In a heap copy of its exact size. */
static const char *parse(const char *bytes, size_t len) {
    char *copy = malloc(len + (len == 0));
    const char *wrong;

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, len);
    handed_keys_clear(&keys);
    wrong = handed_file_parse(copy, len, &keys);
    free(copy);
    ck_assert((wrong == NULL) == (keys.secret.len > 0));
    return wrong;
}

START_TEST(what_was_written_is_read) {
    struct stat st;

    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert(read_it());
    ck_assert_str_eq(keys.service, "nocobase");
    ck_assert_str_eq(keys.corp_id, "ww1");
    ck_assert_int_eq(keys.agent_id, 1000002);
    ck_assert_str_eq(keys.secret.bytes, "S-1_x");
    ck_assert_str_eq(keys.company, "\xE7\xA4\xBA\xE4\xBE\x8B");
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
    ck_assert_int_eq(lstat(apps, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
    ck_assert_int_eq(faccessat(directory, HANDED_FILE_NEW, F_OK, 0), -1);
}
END_TEST

START_TEST(the_longest_keys_fit) {
    char secret[WECOM_SECRET_MAX_BYTES + 1];

    memset(secret, '"', sizeof secret);
    memset(keys.service, 's', sizeof keys.service - 1);
    memset(keys.corp_id, 'c', sizeof keys.corp_id - 1);
    memset(keys.company, '"', sizeof keys.company - 1);
    keys.agent_id = WECOM_AGENT_ID_MAX;
    ck_assert_int_eq(secret_set(&keys.secret, secret, WECOM_SECRET_MAX_BYTES), WECOM_OK);
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert(read_it());
    ck_assert_uint_eq(strlen(keys.service), WECOM_SERVICE_MAX_BYTES);
    ck_assert_uint_eq(strlen(keys.corp_id), WECOM_CORP_ID_MAX_BYTES);
    ck_assert_uint_eq(strlen(keys.company), WECOM_COMPANY_MAX_BYTES);
    ck_assert_uint_eq(keys.secret.len, WECOM_SECRET_MAX_BYTES);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} contents[] = {
    {GOOD, true},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", true},
    {" {\"secret\":\"!~\",\"agent_id\":999999999,\"corp_id\":\"c-_\",\"service\":\"a.b\"} \n",
     true},
    {"", false},
    {"null", false},
    {"[]", false},
    {"{}", false},
    {GOOD "x", false},
    {GOOD GOOD, false},
    /* one missing, one too many, one twice */
    {"{\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\",\"api_url\":\"x\"}",
     false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"company\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\",\"secret\":\"s\"}",
     false},
    /* of another type */
    {"{\"service\":1,\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":null,\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":\"1\",\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1.0,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":[\"s\"]}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\",\"company\":1}", false},
    /* of a form that is none */
    {"{\"service\":\"\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"../x\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c/d\",\"agent_id\":1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":0,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":-1,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1000000000,\"secret\":\"s\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":9223372036854775807,\"secret\":\"s\"}",
     false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"a b\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"a\\n\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"a\\u0000b\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"\xC3\xA9\"}", false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\",\"company\":\"a\\nb\"}",
     false},
    {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\","
     "\"company\":\"\\u202e\"}",
     false},
};

START_TEST(only_a_whole_object_is_read) {
    ck_assert_msg((parse(contents[_i].text, strlen(contents[_i].text)) == NULL) ==
                      contents[_i].good,
                  "%s", contents[_i].text);
}
END_TEST

START_TEST(a_text_over_its_limit_is_refused) {
    static const struct {
        const char *format;
        int most;
    } limits[] = {
        {"{\"service\":\"%s\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\"}", 64},
        {"{\"service\":\"a\",\"corp_id\":\"%s\",\"agent_id\":1,\"secret\":\"s\"}", 64},
        {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"%s\"}", 512},
        {"{\"service\":\"a\",\"corp_id\":\"c\",\"agent_id\":1,\"secret\":\"s\",\"company\":\"%s\"}",
         255},
    };
    char text[2048], value[600];

    for (int more = 0; more < 2; more++) {
        memset(value, 'a', sizeof value);
        value[limits[_i].most + more] = '\0';
        (void)snprintf(text, sizeof text, limits[_i].format, value);
        ck_assert((parse(text, strlen(text)) == NULL) == (more == 0));
    }
}
END_TEST

START_TEST(every_beginning_is_refused_and_no_changed_byte_does_harm) {
    char changed[sizeof GOOD];

    for (size_t len = 0; len < sizeof GOOD - 2; len++)
        ck_assert_ptr_nonnull(parse(GOOD, len));
    for (size_t at = 0; at < sizeof GOOD - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(changed, GOOD, sizeof GOOD);
            changed[at] = (char)byte;
            (void)parse(changed, sizeof GOOD - 1);
        }
    }
}
END_TEST

START_TEST(only_its_owner_may_have_access) {
    support_write(path, (mode_t)_i, GOOD, strlen(GOOD));
    if (geteuid() != 0 && (_i & 0400) == 0)
        return;
    ck_assert_msg(read_it() == ((_i & 07177) == 0), "mode %o: %s", (unsigned int)_i, why);
    if ((_i & 0077) != 0)
        ck_assert_ptr_nonnull(strstr(why, "chmod 0600"));
}
END_TEST

START_TEST(a_file_or_directory_of_another_user_is_refused) {
    support_write(path, 0600, GOOD, strlen(GOOD));
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(chown(path, 12345, 0), 0);
    ck_assert(!read_it());
    ck_assert_ptr_nonnull(strstr(why, "belongs to another user"));
    ck_assert_int_eq(chown(apps, 12345, 0), 0);
    ck_assert_int_eq(handed_file_directory(state, true, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "belongs to another user"));
    /* root's is not the helper's either */
    ck_assert_int_eq(chown(apps, 0, 0), 0);
    ck_assert_int_eq(chmod(apps, 0700), 0);
    ck_assert_int_eq(seteuid(12345), 0);
    ck_assert_int_eq(handed_file_directory(state, true, why, sizeof why), -1);
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_at_once) {
    char *target = support_path(state, "target");

    switch (_i) {
    case 0:
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        break;
    case 1:
        ck_assert_int_eq(mkdir(path, 0700), 0);
        break;
    case 2: /* also one that leads to a good file */
        support_write(target, 0600, GOOD, strlen(GOOD));
        ck_assert_int_eq(symlink(target, path), 0);
        break;
    case 3:
        ck_assert_int_eq(symlink("/nonexistent", path), 0);
        break;
    default:
        support_socket(path);
    }
    ck_assert(!read_it());
    free(target);
}
END_TEST

START_TEST(a_file_of_4096_bytes_is_read_and_of_4097_refused) {
    char bytes[HANDED_FILE_MOST_BYTES + 1];

    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, GOOD, strlen(GOOD));
    support_write(path, 0600, bytes, HANDED_FILE_MOST_BYTES);
    ck_assert(read_it());
    support_write(path, 0600, bytes, sizeof bytes);
    ck_assert(!read_it());
    ck_assert_str_eq(why, "is longer than 4096 bytes");
    ck_assert_int_eq(truncate(path, 1L << 40), 0);
    ck_assert(!read_it());
    ck_assert_str_eq(why, "is longer than 4096 bytes");
}
END_TEST

START_TEST(the_directory_is_closed_to_others_and_no_link) {
    char *other = support_path(state, "other");

    ck_assert_int_eq(chmod(apps, 0750), 0);
    ck_assert_int_eq(handed_file_directory(state, true, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "chmod 0700"));
    ck_assert_ptr_nonnull(strstr(why, apps));
    ck_assert_int_eq(chmod(apps, 0701), 0);
    ck_assert_int_eq(handed_file_directory(state, false, why, sizeof why), -1);
    ck_assert_int_eq(chmod(apps, 0700), 0);
    ck_assert_int_eq(rename(apps, other), 0);
    ck_assert_int_eq(symlink(other, apps), 0);
    ck_assert_int_eq(handed_file_directory(state, true, why, sizeof why), -1);
    ck_assert_str_ne(why, "");
    ck_assert_int_eq(unlink(apps), 0);
    support_write(apps, 0600, "x", 1);
    ck_assert_int_eq(handed_file_directory(state, true, why, sizeof why), -1);
    ck_assert_str_ne(why, "");
    free(other);
}
END_TEST

START_TEST(no_directory_is_no_error_and_is_made_when_asked_for) {
    char *missing = support_path(state, "missing");
    int fd;

    ck_assert_int_eq(rmdir(apps), 0);
    ck_assert_int_eq(handed_file_directory(state, false, why, sizeof why), -1);
    ck_assert_str_eq(why, "");
    ck_assert_int_eq(faccessat(AT_FDCWD, apps, F_OK, 0), -1);
    fd = handed_file_directory(state, true, why, sizeof why);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_int_eq(handed_file_directory(missing, false, why, sizeof why), -1);
    ck_assert_str_eq(why, "");
    ck_assert_int_eq(handed_file_directory(missing, true, why, sizeof why), -1);
    ck_assert_ptr_nonnull(strstr(why, "No such file"));
    free(missing);
}
END_TEST

static void set_secret(const char *secret) {
    ck_assert_int_eq(secret_set(&keys.secret, secret, strlen(secret)), WECOM_OK);
}

START_TEST(a_write_replaces_whatever_has_the_name) {
    ck_assert_int_eq(symlink("/nonexistent", path), 0);
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    set_secret("second");
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert(read_it());
    ck_assert_str_eq(keys.secret.bytes, "second");
}
END_TEST

START_TEST(what_a_crash_left_behind_is_in_nobody_s_way) {
    char *left = support_path(apps, HANDED_FILE_NEW);

    support_write(left, 0400, "{", 1);
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert(read_it());
    ck_assert_int_eq(symlink(path, left), 0);
    set_secret("second");
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert_int_eq(access(left, F_OK), -1);
    free(left);
}
END_TEST

/* The old file is there, whole, and nothing beside it. */
static void old_one_is_there(void) {
    ck_assert_str_ne(why, "");
    ck_assert_int_eq(faccessat(directory, HANDED_FILE_NEW, F_OK, AT_SYMLINK_NOFOLLOW), -1);
    ck_assert(read_it());
    ck_assert_str_eq(keys.secret.bytes, "S-1_x");
}

START_TEST(a_file_that_may_not_grow_leaves_the_old_one) {
    struct rlimit none = {0, 0}, was;

    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
    none.rlim_max = was.rlim_max;
    none.rlim_cur = (rlim_t)_i;
    (void)sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    set_secret("second");
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    ck_assert(!handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
    old_one_is_there();
}
END_TEST

START_TEST(a_full_disk_leaves_the_old_one) {
    char *filler, block[4096] = {0};
    int fd;

    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
        return;
    (void)close(directory);
    ck_assert_int_eq(mount("none", state, "tmpfs", 0, "size=64k,mode=755"), 0);
    directory = handed_file_directory(state, true, why, sizeof why);
    ck_assert_msg(directory >= 0, "%s", why);
    ck_assert(handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    filler = support_path(state, "filler");
    fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, block, sizeof block) > 0)
        continue;
    ck_assert_int_eq(errno, ENOSPC);
    (void)close(fd);
    set_secret("second");
    why[0] = '\0';
    ck_assert(!handed_file_write(directory, "nocobase", &keys, why, sizeof why));
    ck_assert_str_eq(why, "No space left on device");
    old_one_is_there();
    ck_assert_int_eq(unlink(filler), 0);
    (void)close(directory);
    ck_assert_int_eq(umount(state), 0);
    free(filler);
    directory = -1;
}
END_TEST

/* Writes two sets of keys by turns until it is killed. */
static void write_for_ever(int ready) {
    struct handed_keys other = keys;

    other.secret = (struct secret){0};
    (void)secret_set(&other.secret, "other", 5);
    (void)memcpy(other.corp_id, "ww2", 4);
    for (long turn = 0;; turn++) {
        if (!handed_file_write(directory, "nocobase", turn % 2 != 0 ? &keys : &other, why,
                               sizeof why))
            _exit(1);
        if (turn == 0 && write(ready, "", 1) != 1)
            _exit(1);
    }
}

START_TEST(whoever_is_killed_leaves_the_old_or_the_new_one) {
    for (int round = 0; round < 100; round++) {
        int ready[2], status;
        char byte;
        pid_t pid;

        set_secret("S-1_x");
        (void)memcpy(keys.corp_id, "ww1", 4);
        keys.agent_id = 1;
        (void)memcpy(keys.service, "nocobase", 9);
        ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
            write_for_ever(ready[1]);
        (void)close(ready[1]);
        ck_assert_int_eq(read(ready[0], &byte, 1), 1);
        (void)close(ready[0]);
        (void)usleep((useconds_t)(round * 37 % 1500)); /* somewhere in a later turn */
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        ck_assert_msg(read_it(), "round %d: %s", round, why);
        ck_assert_str_eq(keys.secret.bytes, strcmp(keys.corp_id, "ww1") == 0 ? "S-1_x" : "other");
    }
}
END_TEST

static const struct {
    const char *corp_id;
    long agent_id;
    const char *secret;
    enum wecom_reason wrong;
} forms[] = {
    {"ww1", 1, "s", WECOM_REASON_NONE},
    {"", 1, "s", WECOM_REASON_CONFIG_CORP},
    {"w.w", 1, "s", WECOM_REASON_CONFIG_CORP},
    {"ww1", 0, "s", WECOM_REASON_CONFIG_AGENT},
    {"ww1", -5, "s", WECOM_REASON_CONFIG_AGENT},
    {"ww1", WECOM_AGENT_ID_MAX, "s", WECOM_REASON_NONE},
    {"ww1", WECOM_AGENT_ID_MAX + 1L, "s", WECOM_REASON_CONFIG_AGENT},
    {"ww1", 1, "", WECOM_REASON_CONFIG_SECRET},
    {"ww1", 1, "a b", WECOM_REASON_CONFIG_SECRET},
    {"ww1", 1, "\x7F", WECOM_REASON_CONFIG_SECRET},
    {"ww1", 1, "\x80", WECOM_REASON_CONFIG_SECRET},
    {"ww1", 1, "!~", WECOM_REASON_NONE},
};

START_TEST(what_cannot_be_a_key_is_named) {
    (void)snprintf(keys.corp_id, sizeof keys.corp_id, "%s", forms[_i].corp_id);
    keys.agent_id = forms[_i].agent_id;
    set_secret(forms[_i].secret);
    ck_assert_int_eq(handed_keys_wrong(&keys), forms[_i].wrong);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("handed_file");
    TCase *t = tcase_create("handed_file");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, what_was_written_is_read);
    tcase_add_test(t, the_longest_keys_fit);
    tcase_add_loop_test(t, only_a_whole_object_is_read, 0, SUPPORT_COUNT(contents));
    tcase_add_loop_test(t, a_text_over_its_limit_is_refused, 0, 4);
    tcase_add_test(t, every_beginning_is_refused_and_no_changed_byte_does_harm);
    tcase_add_loop_test(t, only_its_owner_may_have_access, 0400, 01000);
    tcase_add_loop_test(t, only_its_owner_may_have_access, 02600, 02601);
    tcase_add_loop_test(t, only_its_owner_may_have_access, 04600, 04601);
    tcase_add_test(t, a_file_or_directory_of_another_user_is_refused);
    tcase_add_loop_test(t, what_is_no_regular_file_is_refused_at_once, 0, 5);
    tcase_add_test(t, a_file_of_4096_bytes_is_read_and_of_4097_refused);
    tcase_add_test(t, the_directory_is_closed_to_others_and_no_link);
    tcase_add_test(t, no_directory_is_no_error_and_is_made_when_asked_for);
    tcase_add_test(t, a_write_replaces_whatever_has_the_name);
    tcase_add_test(t, what_a_crash_left_behind_is_in_nobody_s_way);
    tcase_add_loop_test(t, a_file_that_may_not_grow_leaves_the_old_one, 0, 80);
    tcase_add_test(t, a_full_disk_leaves_the_old_one);
    tcase_add_test(t, whoever_is_killed_leaves_the_old_or_the_new_one);
    tcase_add_loop_test(t, what_cannot_be_a_key_is_named, 0, SUPPORT_COUNT(forms));
    suite_add_tcase(s, t);
    return s;
}
