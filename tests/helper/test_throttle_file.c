/* The file of the counters: whose it may be, and that no damage to it stops the helper, harms
 * another record, or passes in silence.
 */
#include "helper/throttle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check_main.h"
#include "tests/helper/support.h"
#include "tests/helper/support_throttle.h"

/* ---- What stands in it ----------------------------------------------------------------------- */

START_TEST(the_file_is_ours_alone_and_holds_no_name_that_nobody_has) {
    mode_t before = umask((mode_t)_i);
    struct stat st;

    write_good();
    (void)umask(before);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
    ck_assert_int_eq(st.st_size, THROTTLE_FILE_BYTES);
    ck_assert_ptr_nonnull(memmem(slurp(), THROTTLE_FILE_BYTES, "zhangsan", 8));
    ck_assert_ptr_null(memmem(slurp(), THROTTLE_FILE_BYTES, "geheimnis", 9));
    ck_assert_ptr_null(memmem(slurp(), THROTTLE_FILE_BYTES, "nobody", 6));
}
END_TEST

START_TEST(no_two_files_have_the_same_key_and_no_digest_tells_without_it) {
    char first[SLOT];

    write_good();
    memcpy(first, slurp() + places[4] + THROTTLE_DIGEST_BYTES, 2 * THROTTLE_DIGEST_BYTES);
    ck_assert_int_eq(unlink(path), 0);
    write_good();
    ck_assert_int_ne(
        memcmp(first, slurp() + places[4] + THROTTLE_DIGEST_BYTES, THROTTLE_DIGEST_BYTES), 0);
    ck_assert_int_ne(memcmp(first + THROTTLE_DIGEST_BYTES,
                            slurp() + places[4] + 2 * THROTTLE_DIGEST_BYTES, THROTTLE_DIGEST_BYTES),
                     0);
}
END_TEST

START_TEST(without_a_file_there_is_a_key_of_its_own_too) {
    static const unsigned char none[KEYED_BYTES];
    struct throttle_file first, second;

    ck_assert(throttle_file_open(&first, NULL, why, sizeof why) && why[0] == '\0');
    ck_assert(throttle_file_open(&second, NULL, why, sizeof why) && why[0] == '\0');
    ck_assert_int_eq(first.fd, -1);
    ck_assert(memcmp(first.key, second.key, sizeof none) != 0);
    ck_assert(memcmp(first.key, none, sizeof none) != 0);
    throttle_file_close(&first);
    throttle_file_close(&second);
    ck_assert(memcmp(first.key, none, sizeof none) == 0);
}
END_TEST

/* ---- Another file ---------------------------------------------------------------------------- */

/* The start said `part`, the helper works, and the next start finds a good file. */
static void check_replaced(const char *part) {
    struct throttle *t = restart();
    struct stat st;

    ck_assert_msg(strstr(why, part) != NULL && strstr(why, path) == why, "%s", why);
    ck_assert_uint_eq(look(t) & ~(unsigned int)MESSAGES_BIT, 0);
    ck_assert_ptr_null(throttle_trouble(t));
    fail_times(t, "zhangsan", true, HERE, 5);
    throttle_close(t);
    t = open_throttle(state, &now);
    ck_assert_int_eq(throttle_wait_ms(t, "zhangsan", true, HERE), 2000);
    throttle_close(t);
    ck_assert_int_eq(lstat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
    ck_assert_uint_eq(st.st_uid, geteuid());
}

START_TEST(a_file_with_another_mode_is_replaced) {
    if (_i == 0600)
        return;
    write_good();
    ck_assert_int_eq(chmod(path, (mode_t)_i), 0);
    if (geteuid() != 0 && (_i & 0600) != 0600)
        check_replaced("Permission denied");
    else
        check_replaced("has not the mode 0600");
}
END_TEST

START_TEST(a_file_of_another_user_is_replaced) {
    if (geteuid() != 0)
        return;
    write_good();
    ck_assert_int_eq(chown(path, 12345, 0), 0);
    check_replaced("belongs to another user");
}
END_TEST

START_TEST(what_is_no_regular_file_is_replaced_and_no_link_followed) {
    char *target = support_path(state, "target");
    struct stat before, after;

    write_good();
    ck_assert_int_eq(rename(path, target), 0);
    ck_assert_int_eq(lstat(target, &before), 0);
    switch (_i) {
    case 0:
        ck_assert_int_eq(symlink(target, path), 0);
        check_replaced("is a symbolic link");
        ck_assert_int_eq(lstat(target, &after), 0);
        ck_assert_int_eq(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
        ck_assert_uint_eq(after.st_ino, before.st_ino);
        break;
    case 1:
        ck_assert_int_eq(symlink("/nonexistent/file", path), 0);
        check_replaced("is a symbolic link");
        break;
    case 2:
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        check_replaced("is not a regular file");
        break;
    default:
        support_socket(path);
        check_replaced("No such device or address");
    }
    free(target);
}
END_TEST

START_TEST(a_file_of_any_other_length_is_replaced) {
    static const off_t ends[] = {THROTTLE_FILE_BYTES - 1,    THROTTLE_FILE_BYTES + 1,
                                 THROTTLE_FILE_BYTES - SLOT, THROTTLE_FILE_BYTES + SLOT,
                                 2 * THROTTLE_FILE_BYTES,    (off_t)1 << 40};
    static char good[5 * SLOT + 2];

    write_good();
    memcpy(good, slurp(), sizeof good);
    /* every length from nothing to behind the last of the first records, and some more */
    for (size_t len = 0; len < THROTTLE_FILE_BYTES; len += len < sizeof good ? 1 : 61 * SLOT + 1) {
        struct throttle *t;

        ck_assert_int_eq(unlink(path), 0);
        support_write(path, 0600, good, len < sizeof good ? len : sizeof good);
        ck_assert_int_eq(truncate(path, (off_t)len), 0);
        t = restart();
        ck_assert_msg(strstr(why, "has not the right size") != NULL, "%zu: %s", len, why);
        ck_assert_uint_eq(look(t) & ~(unsigned int)MESSAGES_BIT, 0);
        throttle_close(t);
    }
    ck_assert_int_eq(unlink(path), 0);
    for (int i = 0; i < SUPPORT_COUNT(ends); i++) {
        write_good();
        ck_assert_int_eq(truncate(path, ends[i]), 0);
        check_replaced("has not the right size");
        ck_assert_int_eq(unlink(path), 0);
    }
}
END_TEST

START_TEST(a_file_with_something_else_in_it_is_replaced) {
    char *bytes = malloc(THROTTLE_FILE_BYTES);

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, _i, THROTTLE_FILE_BYTES);
    support_write(path, 0600, bytes, THROTTLE_FILE_BYTES);
    free(bytes);
    check_replaced("is something else");
}
END_TEST

/* ---- No file to be had ----------------------------------------------------------------------- */

/* The start said `part`; all is as it should be until the end of the process. */
static void check_memory_only(const char *part) {
    struct throttle *t = restart();

    ck_assert_msg(strstr(why, part) != NULL && strstr(why, "in memory only") != NULL &&
                      strstr(why, state) == why,
                  "%s", why);
    fill(t);
    ck_assert_uint_eq(look(t), ALL);
    throttle_close(t);
}

START_TEST(without_a_directory_it_works_in_memory) {
    char *other = support_path(state, "other"), *before = state;

    ck_assert_int_eq(mkdir(path, 0700), 0);
    check_memory_only("Is a directory");
    state = other;
    check_memory_only("No such file or directory");
    support_write(other, 0600, "", 0);
    check_memory_only("Not a directory");
    state = before;
    free(other);
}
END_TEST

START_TEST(where_no_file_may_be_made_it_works_in_memory) {
    if (geteuid() == 0)
        ck_assert_int_eq(seteuid(12345), 0);
    else
        ck_assert_int_eq(chmod(state, 0500), 0);
    check_memory_only("Permission denied");
    if (getuid() == 0)
        ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* From now on files cannot grow or be written beyond that. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit;

    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(where_there_is_no_room_it_works_in_memory_and_leaves_nothing) {
    char *beside = support_path(state, ".throttle.new");

    limit_files((rlim_t)_i);
    check_memory_only("File too large");
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(access(beside, F_OK), -1);
    free(beside);
}
END_TEST

START_TEST(what_a_crash_left_behind_is_taken_away) {
    char *beside = support_path(state, ".throttle.new");

    support_write(beside, 0644, "half", 4);
    write_good();
    ck_assert_int_eq(access(beside, F_OK), -1);
    free(beside);
}
END_TEST

START_TEST(a_file_that_can_no_longer_be_written_is_told_of_once) {
    struct throttle *t = open_throttle(state, &now);

    for (int round = 0; round < 3; round++) {
        limit_files(SLOT);
        fail_times(t, "zhangsan", true, "", 2);
        ck_assert_ptr_nonnull(strstr(throttle_trouble(t), "File too large"));
        ck_assert_ptr_null(throttle_trouble(t));
        fail_times(t, "zhangsan", true, "", 2);
        ck_assert_ptr_null(throttle_trouble(t));
        limit_files(RLIM_INFINITY);
        fail_times(t, "zhangsan", true, "", 1);
        ck_assert_ptr_null(throttle_trouble(t));
    }
    ck_assert_uint_eq(failures_of(t, "zhangsan", ""), 15);
    throttle_close(t);
    t = open_throttle(state, &now);
    ck_assert_uint_eq(failures_of(t, "zhangsan", ""), 15);
    throttle_close(t);
}
END_TEST

/* ---- Damage ---------------------------------------------------------------------------------- */

/* The header and the records of write_good, as they were, and back again. */
static struct { char header[SLOT], records[RECORDS][SLOT]; } kept;

static void keep(void) {
    const char *bytes = slurp();

    memcpy(kept.header, bytes, SLOT);
    for (int i = 0; i < RECORDS; i++)
        memcpy(kept.records[i], bytes + places[i], SLOT);
}

static void bring_back(void) {
    put(kept.header, SLOT, 0);
    for (int i = 0; i < RECORDS; i++)
        put(kept.records[i], SLOT, places[i]);
}

START_TEST(a_changed_byte_of_the_header_costs_the_file_but_no_sign_in) {
    write_good();
    keep();
    for (off_t at = 0; at < SLOT; at++) {
        char byte = (char)(kept.header[at] ^ (at % 2 == 0 ? 0x01 : 0x80));
        struct throttle *t;

        put(&byte, 1, at);
        t = restart();
        ck_assert_ptr_nonnull(strstr(why, at < 8    ? "is something else"
                                          : at < 16 ? "is of another version"
                                                    : "is damaged at its beginning"));
        ck_assert_ptr_nonnull(strstr(why, "failures count from zero"));
        ck_assert_uint_eq(look(t) & ~(unsigned int)MESSAGES_BIT, 0);
        throttle_close(t);
        bring_back();
        t = open_throttle(state, &now);
        ck_assert_uint_eq(look(t), ALL);
        throttle_close(t);
        bring_back();
    }
}
END_TEST

START_TEST(a_changed_byte_of_a_record_costs_that_record_alone) {
    unsigned int lost = 0, found;

    write_good();
    keep();
    for (off_t at = 0; at < SLOT; at++) {
        char byte = (char)(kept.records[_i][at] ^ (at % 2 == 0 ? 0x01 : 0x80));
        struct throttle *t;

        put(&byte, 1, places[_i] + at);
        t = restart();
        ck_assert_msg(strstr(why, " dropped: 1;") != NULL, "byte %ld: %s", (long)at, why);
        found = look(t);
        ck_assert_int_eq(__builtin_popcount(found), RECORDS - 1);
        ck_assert(lost == 0 || lost == (ALL & ~found));
        lost = ALL & ~found;
        throttle_close(t);
        throttle_close(open_throttle(state, &now)); /* it is told of once */
        bring_back();
    }
}
END_TEST

static bool is_a_place(off_t at) {
    for (int i = 0; i < RECORDS; i++) {
        if (at == places[i])
            return true;
    }
    return false;
}

START_TEST(a_changed_byte_where_no_record_is_harms_none) {
    char damage[SLOT] = {0}, said[64];
    struct throttle *t;
    int count = 0;

    write_good();
    damage[_i] = 1;
    for (off_t at = (1 + _i % 101) * SLOT; at < THROTTLE_FILE_BYTES; at += 101 * SLOT) {
        if (is_a_place(at))
            continue;
        put(damage, SLOT, at);
        count++;
    }
    (void)snprintf(said, sizeof said, " dropped: %d;", count);
    t = restart();
    ck_assert_msg(strstr(why, said) != NULL, "%s", why);
    ck_assert_uint_eq(look(t), ALL);
    throttle_close(t);
    throttle_close(open_throttle(state, &now));
}
END_TEST

START_TEST(a_record_that_was_half_written_is_dropped_alone) {
    char old[SLOT], new[SLOT];
    struct throttle *t = open_throttle(state, &now);

    fill(t);
    memcpy(old, slurp() + places[0], SLOT);
    two_clocks_go(&now, 1);
    throttle_failed(t, "zhangsan", true, HERE);
    memcpy(new, slurp() + places[0], SLOT);
    throttle_close(t);
    for (size_t len = 1; len < SLOT; len++) {
        uint32_t count;

        put(old, SLOT, places[0]);
        put(new, len, places[0]);
        t = restart();
        count = failures_of(t, "zhangsan", HERE);
        if (memcmp(new + len, old + len, SLOT - len) == 0)
            ck_assert_uint_eq(count, 6);
        else if (memcmp(new, old, len) == 0)
            ck_assert_uint_eq(count, 5);
        else
            ck_assert_msg(count == 0 && strstr(why, " dropped: 1;") != NULL, "%zu: %s", len, why);
        ck_assert_uint_eq(failures_of(t, "lisi", ""), 3);
        ck_assert_uint_eq(failures_of(t, "", HERE), 10);
        throttle_close(t);
    }
}
END_TEST

START_TEST(a_record_counts_in_its_own_place_only) {
    static const int others[] = {2, 4000, 4096, 8192, 16383};
    char record[SLOT];
    struct throttle *t;

    write_good();
    memcpy(record, slurp() + places[0], SLOT);
    put(record, SLOT, (1 + others[_i]) * SLOT);
    t = restart();
    ck_assert_ptr_nonnull(strstr(why, " dropped: 1;"));
    throttle_close(t);
    /* nor in another file */
    ck_assert_int_eq(unlink(path), 0);
    throttle_close(open_throttle(state, &now));
    put(record, SLOT, places[0]);
    t = restart();
    ck_assert_ptr_nonnull(strstr(why, " dropped: 1;"));
    ck_assert_uint_eq(failures_of(t, "zhangsan", HERE), 0);
    throttle_close(t);
}
END_TEST

START_TEST(a_record_that_makes_no_sense_is_dropped) {
    struct throttle_record record = {.kind = THROTTLE_ORIGIN, .count = 41, .origin = HERE};
    struct throttle_file file;

    write_good();
    ck_assert(throttle_file_open(&file, state, why, sizeof why));
    ck_assert(throttle_file_save(&file, THROTTLE_ORIGINS * THROTTLE_ROWS + 17, &record));
    throttle_file_close(&file);
    throttle_close(restart());
    ck_assert_ptr_nonnull(strstr(why, " dropped: 1;"));
    throttle_close(open_throttle(state, &now));
}
END_TEST

static TCase *case_of(const char *name) {
    TCase *c = tcase_create(name);

    tcase_set_timeout(c, 120);
    tcase_add_checked_fixture(c, throttle_setup, throttle_teardown);
    return c;
}

static TCase *files(void) {
    TCase *c = case_of("files");

    tcase_add_loop_test(c, the_file_is_ours_alone_and_holds_no_name_that_nobody_has, 0, 1);
    tcase_add_loop_test(c, the_file_is_ours_alone_and_holds_no_name_that_nobody_has, 0777, 01000);
    tcase_add_test(c, no_two_files_have_the_same_key_and_no_digest_tells_without_it);
    tcase_add_test(c, without_a_file_there_is_a_key_of_its_own_too);
    tcase_add_loop_test(c, a_file_with_another_mode_is_replaced, 0570, 0660);
    tcase_add_loop_test(c, a_file_with_another_mode_is_replaced, 04600, 04601);
    tcase_add_test(c, a_file_of_another_user_is_replaced);
    tcase_add_loop_test(c, what_is_no_regular_file_is_replaced_and_no_link_followed, 0, 4);
    tcase_add_test(c, a_file_of_any_other_length_is_replaced);
    tcase_add_loop_test(c, a_file_with_something_else_in_it_is_replaced, 0, 2);
    tcase_add_test(c, without_a_directory_it_works_in_memory);
    tcase_add_test(c, where_no_file_may_be_made_it_works_in_memory);
    tcase_add_loop_test(c, where_there_is_no_room_it_works_in_memory_and_leaves_nothing, 0, 1);
    tcase_add_loop_test(c, where_there_is_no_room_it_works_in_memory_and_leaves_nothing, 4096,
                        4097);
    tcase_add_test(c, what_a_crash_left_behind_is_taken_away);
    tcase_add_test(c, a_file_that_can_no_longer_be_written_is_told_of_once);
    return c;
}

static TCase *damage(void) {
    TCase *c = case_of("damage");

    tcase_add_test(c, a_changed_byte_of_the_header_costs_the_file_but_no_sign_in);
    tcase_add_loop_test(c, a_changed_byte_of_a_record_costs_that_record_alone, 0, RECORDS);
    tcase_add_loop_test(c, a_changed_byte_where_no_record_is_harms_none, 0, SLOT);
    tcase_add_test(c, a_record_that_was_half_written_is_dropped_alone);
    tcase_add_loop_test(c, a_record_counts_in_its_own_place_only, 0, 5);
    tcase_add_test(c, a_record_that_makes_no_sense_is_dropped);
    return c;
}

Suite *suite(void) {
    Suite *s = suite_create("throttle_file");

    suite_add_tcase(s, files());
    suite_add_tcase(s, damage());
    return s;
}
