/* Records of the account table: each field with what it may and may not be, and damaged bytes. */
#include "common/table_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check_main.h"

enum { BYTES = 16 * 1024 };

static char record[BYTES];
static size_t record_len;

/* A record out of "field|field|...": NULs for the bars, and the sum behind. */
static void make(const char *text) {
    size_t len = strlen(text) + 1;

    ck_assert_uint_lt(len + 9, sizeof record);
    memcpy(record, text, len);
    for (size_t i = 0; i < len; i++) {
        if (record[i] == '|')
            record[i] = '\0';
    }
    (void)snprintf(record + len, 9, "%08x", (unsigned int)table_record_sum(record, len));
    record_len = len + 9;
}

/* In an exact block of the heap, so that reading too far is seen. */
static char *exact(void) {
    char *copy = malloc(record_len > 0 ? record_len : 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, record, record_len);
    return copy;
}

static enum wecom_error read_user(void) {
    char *copy = exact();
    struct table_user user;
    enum wecom_error err = table_record_user(copy, record_len, &user);

    free(copy);
    return err;
}

static enum wecom_error read_group(void) {
    char *copy = exact();
    struct table_group group;
    enum wecom_error err = table_record_group(copy, record_len, &group);

    free(copy);
    return err;
}

static enum wecom_error read_status(void) {
    char *copy = exact();
    struct table_status status;
    enum wecom_error err = table_record_status(copy, record_len, &status);

    free(copy);
    return err;
}

static enum wecom_error read_meta(void) {
    char *copy = exact();
    struct table_meta meta;
    enum wecom_error err = table_record_meta(copy, record_len, &meta);

    free(copy);
    return err;
}

#define USER "u1|zhangsan|1900000001|张三|/home/zhangsan|/bin/bash|65536,1900001000|"
#define STATUS "active|1700000000|file|101|ww1/ZhangSan"

START_TEST(a_user_is_what_was_written) {
    struct table_user user;

    make(USER STATUS);
    ck_assert_int_eq(table_record_user(record, record_len, &user), WECOM_OK);
    ck_assert_str_eq(user.name, "zhangsan");
    ck_assert_uint_eq(user.id, 1900000001);
    ck_assert_str_eq(user.gecos, "张三");
    ck_assert_str_eq(user.home, "/home/zhangsan");
    ck_assert_str_eq(user.shell, "/bin/bash");
    ck_assert_uint_eq(user.gids_count, 2);
    ck_assert_uint_eq(user.gids[0], 65536);
    ck_assert_uint_eq(user.gids[1], 1900001000);
    ck_assert(user.status.active && user.status.dated_by_file);
    ck_assert_int_eq(user.status.reason, WECOM_REASON_NONE);
    ck_assert_int_eq(user.status.confirmed_s, 1700000000);
    ck_assert_str_eq(user.status.services, "101");
    ck_assert_str_eq(user.status.link, "ww1/ZhangSan");
}
END_TEST

START_TEST(a_user_who_has_left_says_why) {
    struct table_user user;

    make("u1|lisi|65536||/|/x||disabled|0|record||");
    ck_assert_int_eq(table_record_user(record, record_len, &user), WECOM_OK);
    ck_assert(!user.status.active && !user.status.dated_by_file);
    ck_assert_int_eq(user.status.reason, WECOM_REASON_DISABLED);
    ck_assert_int_eq(user.status.confirmed_s, 0);
    ck_assert_uint_eq(user.gids_count, 0);
}
END_TEST

START_TEST(a_group_and_a_users_own_group_are_groups) {
    struct table_group group;

    make("g1|developers|1900001000|zhangsan,lisi");
    ck_assert_int_eq(table_record_group(record, record_len, &group), WECOM_OK);
    ck_assert_str_eq(group.name, "developers");
    ck_assert_uint_eq(group.id, 1900001000);
    ck_assert_str_eq(group.members, "zhangsan,lisi");
    ck_assert_uint_eq(group.members_count, 2);
    ck_assert_int_eq(read_user(), WECOM_E_ABSENT);
    make(USER STATUS);
    ck_assert_int_eq(table_record_group(record, record_len, &group), WECOM_OK);
    ck_assert_str_eq(group.name, "zhangsan");
    ck_assert_uint_eq(group.id, 1900000001);
    ck_assert_str_eq(group.members, "");
    ck_assert_uint_eq(group.members_count, 0);
}
END_TEST

START_TEST(status_and_meta_are_what_was_written) {
    struct table_status status;
    struct table_meta meta;

    make("s1|" STATUS);
    ck_assert_int_eq(table_record_status(record, record_len, &status), WECOM_OK);
    ck_assert(status.active);
    ck_assert_str_eq(status.link, "ww1/ZhangSan");
    make("m1|18446744073709551615|sshd,web-1,a.b_c");
    ck_assert_int_eq(table_record_meta(record, record_len, &meta), WECOM_OK);
    ck_assert_uint_eq(meta.generation, UINT64_MAX);
    ck_assert_uint_eq(meta.services_count, 3);
    make("m1|0|");
    ck_assert_int_eq(table_record_meta(record, record_len, &meta), WECOM_OK);
    ck_assert_uint_eq(meta.services_count, 0);
}
END_TEST

#define L32 "abcdefghijklmnopqrstuvwxyz012345"
#define T64 "0123456789012345678901234567890123456789012345678901234567890123"
#define T256 T64 T64 T64 T64
#define P255 "/" T64 T64 T64 "01234567890123456789012345678901234567890123456789012345678901"
#define S128                                                                           \
    "11111111111111111111111111111111111111111111111111111111111111110000000000000000" \
    "000000000000000000000000000000000000000000000000"

static const struct {
    const char *text;
    bool good;
} users[] = {
    {USER STATUS, true},
    /* name */
    {"u1|" L32 "|65536||/|/||" STATUS, true},
    {"u1|" L32 "6|65536||/|/||" STATUS, false},
    {"u1||65536||/|/||" STATUS, false},
    {"u1|Zhang|65536||/|/||" STATUS, false},
    {"u1|1a|65536||/|/||" STATUS, false},
    {"u1|a b|65536||/|/||" STATUS, false},
    {"u1|a:b|65536||/|/||" STATUS, false},
    {"u1|a\nb|65536||/|/||" STATUS, false},
    {"u1|张三|65536||/|/||" STATUS, false},
    {"u1|-a|65536||/|/||" STATUS, false},
    /* number */
    {"u1|a|65535||/|/||" STATUS, false},
    {"u1|a|0||/|/||" STATUS, false},
    {"u1|a|2147483647||/|/||" STATUS, true},
    {"u1|a|2147483648||/|/||" STATUS, false},
    {"u1|a|4294967296||/|/||" STATUS, false},
    {"u1|a|4295032832||/|/||" STATUS, false}, /* 65536 + 2^32 */
    {"u1|a|18446744073709617152||/|/||" STATUS, false},
    {"u1|a|065536||/|/||" STATUS, false},
    {"u1|a|+65536||/|/||" STATUS, false},
    {"u1|a| 65536||/|/||" STATUS, false},
    {"u1|a|65536 ||/|/||" STATUS, false},
    {"u1|a|-65536||/|/||" STATUS, false},
    {"u1|a|0x20000||/|/||" STATUS, false},
    {"u1|a|||/|/||" STATUS, false},
    /* gecos */
    {"u1|a|65536|" T256 "|/|/||" STATUS, true},
    {"u1|a|65536|" T256 "x|/|/||" STATUS, false},
    {"u1|a|65536|a:b|/|/||" STATUS, false},
    {"u1|a|65536|a\nb|/|/||" STATUS, false},
    {"u1|a|65536|a\tb|/|/||" STATUS, false},
    {"u1|a|65536|\x1B[31m|/|/||" STATUS, false},
    {"u1|a|65536|\x7F|/|/||" STATUS, false},
    {"u1|a|65536|\xE5\xBC|/|/||" STATUS, false},     /* half a character */
    {"u1|a|65536|\xC2\x9B|/|/||" STATUS, false},     /* C1 */
    {"u1|a|65536|\xE2\x80\xAE|/|/||" STATUS, false}, /* right to left override */
    {"u1|a|65536|a, \"b\" 'c' & d|/|/||" STATUS, true},
    /* home and shell */
    {"u1|a|65536||" P255 "|" P255 "||" STATUS, true},
    {"u1|a|65536||" P255 "5|" P255 "5||" STATUS, true},
    {"u1|a|65536||" P255 "56|/||" STATUS, false},
    {"u1|a|65536||/|" P255 "56||" STATUS, false},
    {"u1|a|65536|||/||" STATUS, false},
    {"u1|a|65536||/|||" STATUS, false},
    {"u1|a|65536||home|/||" STATUS, false},
    {"u1|a|65536||/|bash||" STATUS, false},
    {"u1|a|65536||/a:b|/||" STATUS, false},
    {"u1|a|65536||/|/b:c||" STATUS, false},
    {"u1|a|65536||/|/b\n||" STATUS, false},
    {"u1|a|65536||/home/张 三|/b||" STATUS, true},
    /* groups */
    {"u1|a|65536||/|/|65537|" STATUS, true},
    {"u1|a|65536||/|/|65536|" STATUS, false}, /* its own */
    {"u1|a|65536||/|/|65535|" STATUS, false},
    {"u1|a|65536||/|/|65538,65537|" STATUS, false},
    {"u1|a|65536||/|/|65537,65537|" STATUS, false},
    {"u1|a|65536||/|/|65537,|" STATUS, false},
    {"u1|a|65536||/|/|,65537|" STATUS, false},
    {"u1|a|65536||/|/|65537,,65538|" STATUS, false},
    {"u1|a|65536||/|/|65537 65538|" STATUS, false},
    {"u1|a|65536||/|/|2147483648|" STATUS, false},
    {"u1|a|65536||/|/|65537|withdrawn|0|record|1|", false}, /* who has left is in none */
    {"u1|a|65536||/|/||withdrawn|0|record|1|", true},
    /* state */
    {"u1|a|65536||/|/|||0|file|1|", false},
    {"u1|a|65536||/|/||Active|0|file|1|", false},
    {"u1|a|65536||/|/||active |0|file|1|", false},
    {"u1|a|65536||/|/||yes|0|file|1|", false},
    {"u1|a|65536||/|/||none|0|file|1|", false},
    {"u1|a|65536||/|/||no_login_name|0|file|1|", true},
    /* confirmed */
    {"u1|a|65536||/|/||active|253402300799|file|1|", true},
    {"u1|a|65536||/|/||active|253402300800|file|1|", false},
    {"u1|a|65536||/|/||active|18446744073709551616|file|1|", false},
    {"u1|a|65536||/|/||active|-1|file|1|", false},
    {"u1|a|65536||/|/||active|01|file|1|", false},
    {"u1|a|65536||/|/||active||file|1|", false},
    {"u1|a|65536||/|/||active|1.5|file|1|", false},
    /* dated */
    {"u1|a|65536||/|/||active|0||1|", false},
    {"u1|a|65536||/|/||active|0|File|1|", false},
    {"u1|a|65536||/|/||active|0|yes|1|", false},
    /* services */
    {"u1|a|65536||/|/||active|0|file|" S128 "|", true},
    {"u1|a|65536||/|/||active|0|file|" S128 "1|", false},
    {"u1|a|65536||/|/||active|0|file|12|", false},
    {"u1|a|65536||/|/||active|0|file|1,0|", false},
    {"u1|a|65536||/|/||active|0|file||", true},
    /* link */
    {"u1|a|65536||/|/||active|0|file|1|ww1/a", true},
    {"u1|a|65536||/|/||active|0|file|1|ww1", false},
    {"u1|a|65536||/|/||active|0|file|1|/a", false},
    {"u1|a|65536||/|/||active|0|file|1|ww1/", false},
    {"u1|a|65536||/|/||active|0|file|1|ww1/a/b", false},
    {"u1|a|65536||/|/||active|0|file|1|ww1/a b", false},
    {"u1|a|65536||/|/||active|0|file|1|w.1/a", false},
    {"u1|a|65536||/|/||active|0|file|1|" T64 "/" T64, true},
    {"u1|a|65536||/|/||active|0|file|1|" T64 "x/" T64, false},
    {"u1|a|65536||/|/||active|0|file|1|" T64 "/" T64 "x", false},
    /* fields and kind */
    {"u1|a|65536||/|/||active|0|file|1", false},
    {"u1|a|65536||/|/||active|0|file|1||", false},
    {"u2|a|65536||/|/||" STATUS, false},
    {"u|a|65536||/|/||" STATUS, false},
    {"u10|a|65536||/|/||" STATUS, false},
    {"|a|65536||/|/||" STATUS, false},
    {"s1|" STATUS, false},
    {"m1|0|", false},
    {"", false},
};

START_TEST(a_users_fields_are_exactly_of_their_form) {
    make(users[_i].text);
    ck_assert_int_eq(read_user(), users[_i].good ? WECOM_OK : WECOM_E_FORMAT);
    /* and the same as a group of its own */
    ck_assert_int_eq(read_group(), users[_i].good ? WECOM_OK : WECOM_E_FORMAT);
}
END_TEST

static const struct {
    const char *text;
    enum wecom_error (*read)(void);
    bool good;
} others[] = {
    {"g1|a|65536|", read_group, true},
    {"g1|a|65536|" L32, read_group, true},
    {"g1|a|65536|" L32 "6", read_group, false},
    {"g1|a|65536|a,", read_group, false},
    {"g1|a|65536|,a", read_group, false},
    {"g1|a|65536|a,,b", read_group, false},
    {"g1|a|65536|a b", read_group, false},
    {"g1|a|65536|A", read_group, false},
    {"g1|a|65536|a:b", read_group, false},
    {"g1|a|65536|a\n", read_group, false},
    {"g1|A|65536|", read_group, false},
    {"g1||65536|", read_group, false},
    {"g1|a|65535|", read_group, false},
    {"g1|a|2147483648|", read_group, false},
    {"g1|a|65536", read_group, false},
    {"g1|a|65536||", read_group, false},
    {"g2|a|65536|", read_group, false},
    {"s1|" STATUS, read_group, false},
    {"s1|active|0|file|1|ww1/a", read_status, true},
    {"s1|active|0|file||ww1/a", read_status, true},
    {"s1|active|0|file|1|", read_status, false}, /* of whom? */
    {"s1|active|0|file|1|ww1", read_status, false},
    {"s1|nothing|0|file|1|ww1/a", read_status, false},
    {"s1|active|0|file|1|ww1/a|", read_status, false},
    {"s1|active|0|file|1", read_status, false},
    {"s2|active|0|file|1|ww1/a", read_status, false},
    {USER STATUS, read_status, false},
    {"m1|0|sshd", read_meta, true},
    {"m1|0|" T64, read_meta, true},
    {"m1|0|" T64 "x", read_meta, false},
    {"m1|0|-a", read_meta, false},
    {"m1|0|.a", read_meta, false},
    {"m1|0|a b", read_meta, false},
    {"m1|0|a,", read_meta, false},
    {"m1|0|,", read_meta, false},
    {"m1||sshd", read_meta, false},
    {"m1|18446744073709551616|sshd", read_meta, false},
    {"m1|x|sshd", read_meta, false},
    {"m1|0", read_meta, false},
    {"m1|0||", read_meta, false},
    {"m2|0|sshd", read_meta, false},
};

START_TEST(the_other_kinds_fields_are_exactly_of_their_form) {
    make(others[_i].text);
    ck_assert_int_eq(others[_i].read(), others[_i].good ? WECOM_OK : WECOM_E_FORMAT);
}
END_TEST

/* "PREFIX" and `count` times "ITEM%u" with commas between. */
static void make_list(const char *prefix, const char *item, unsigned int count,
                      const char *suffix) {
    char text[BYTES - 16];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", prefix);

    for (unsigned int i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, i > 0 ? "," : "");
        len += (size_t)snprintf(text + len, sizeof text - len, item, 100000 + i);
    }
    (void)snprintf(text + len, sizeof text - len, "%s", suffix);
    make(text);
}

START_TEST(lists_have_a_greatest_length) {
    make_list("u1|a|65536||/|/|", "%u", WECOM_USER_GROUPS_MAX, "|" STATUS);
    ck_assert_int_eq(read_user(), WECOM_OK);
    make_list("u1|a|65536||/|/|", "%u", WECOM_USER_GROUPS_MAX + 1, "|" STATUS);
    ck_assert_int_eq(read_user(), WECOM_E_FORMAT);
    make_list("g1|a|65536|", "abcdefghijklmnopqrstuvwxyz%u", WECOM_GROUP_MEMBERS_MAX, "");
    ck_assert_int_eq(read_group(), WECOM_OK);
    make_list("g1|a|65536|", "a%u", WECOM_GROUP_MEMBERS_MAX + 1, "");
    ck_assert_int_eq(read_group(), WECOM_E_FORMAT);
    make_list("m1|0|", "a%u", WECOM_TABLE_SERVICES_MAX, "");
    ck_assert_int_eq(read_meta(), WECOM_OK);
    make_list("m1|0|", "a%u", WECOM_TABLE_SERVICES_MAX + 1, "");
    ck_assert_int_eq(read_meta(), WECOM_E_FORMAT);
}
END_TEST

START_TEST(the_largest_of_all_fields_fit_into_the_largest_record) {
    /* every limit at once: else somebody's record could not be published */
    make_list("u1|" L32 "|2147483647|" T256 "|" P255 "5|" P255 "5|", "1900%u",
              WECOM_USER_GROUPS_MAX, "|active|253402300799|record|" S128 "|" T64 "/" T64);
    ck_assert_uint_le(record_len, WECOM_TABLE_USER_MAX_BYTES);
    ck_assert_int_eq(read_user(), WECOM_OK);
    make_list("g1|" L32 "|2147483647|", "abcdefghijklmnopqrstuvwxyz%u", WECOM_GROUP_MEMBERS_MAX,
              "");
    ck_assert_uint_le(record_len, WECOM_TABLE_GROUP_MAX_BYTES);
    make_list("m1|18446744073709551615|",
              "0123456789012345678901234567890123456789012345678901234567%u",
              WECOM_TABLE_SERVICES_MAX, "");
    ck_assert_uint_le(record_len, WECOM_TABLE_META_MAX_BYTES);
    ck_assert_int_eq(read_meta(), WECOM_OK);
}
END_TEST

static const struct {
    const char *text;
    enum wecom_error (*read)(void);
} samples[] = {
    {USER STATUS, read_user},
    {USER STATUS, read_group},
    {"g1|developers|1900001000|zhangsan,lisi", read_group},
    {"s1|" STATUS, read_status},
    {"m1|7|sshd,sudo", read_meta},
};

START_TEST(every_truncation_is_refused) {
    make(samples[_i].text);
    ck_assert_int_eq(samples[_i].read(), WECOM_OK);
    for (size_t whole = record_len; record_len-- > 0;)
        ck_assert_msg(samples[_i].read() == WECOM_E_FORMAT, "%zu of %zu", record_len, whole);
}
END_TEST

START_TEST(every_byte_more_is_refused) {
    make(samples[_i].text);
    record[record_len++] = '\0';
    ck_assert_int_eq(samples[_i].read(), WECOM_E_FORMAT);
    record[record_len - 1] = 'x';
    ck_assert_int_eq(samples[_i].read(), WECOM_E_FORMAT);
}
END_TEST

START_TEST(every_changed_byte_is_refused) {
    make(samples[_i].text);
    for (size_t at = 0; at < record_len; at++) {
        for (int change = 1; change < 256; change++) {
            record[at] = (char)(record[at] ^ change);
            ck_assert_msg(samples[_i].read() != WECOM_OK, "byte %zu ^ %02x", at, change);
            record[at] = (char)(record[at] ^ change);
        }
    }
    ck_assert_int_eq(samples[_i].read(), WECOM_OK);
}
END_TEST

START_TEST(only_the_active_are_admitted_and_only_by_their_bit) {
    static const struct {
        const char *services, *bits, *service;
        bool active;
        enum table_admission admission;
    } rows[] = {
        {"sshd,sudo,web-1", "101", "sshd", true, TABLE_ADMITS},
        {"sshd,sudo,web-1", "101", "sudo", true, TABLE_ADMITS_NOT},
        {"sshd,sudo,web-1", "101", "web-1", true, TABLE_ADMITS},
        {"sshd,sudo,web-1", "111", "web", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "web-12", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "SSHD", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "sshd,sudo", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "cron", true, TABLE_ADMITS_UNNAMED},
        {"sshd,sudo,web-1", "111", "sshd", false, TABLE_ADMITS_NOT},
        {"sshd,sudo,web-1", "111", "cron", false, TABLE_ADMITS_NOT},
        {"sshd,sudo,web-1", "11", "sshd", true, TABLE_ADMITS_NOT}, /* another table's bits */
        {"sshd,sudo,web-1", "1111", "sshd", true, TABLE_ADMITS_NOT},
        {"sshd,sudo,web-1", "", "sshd", true, TABLE_ADMITS_NOT},
        {"sshd,sudo,sshd", "101", "sshd", true, TABLE_ADMITS_NOT}, /* which of them? */
        {"", "", "sshd", true, TABLE_ADMITS_UNNAMED},
    };
    struct table_meta meta = {0};
    struct table_status status = {0};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        meta.services = rows[i].services;
        meta.services_count = 0;
        for (const char *c = rows[i].services; *c != '\0'; c++)
            meta.services_count += *c == ',';
        meta.services_count += rows[i].services[0] != '\0';
        status.services = rows[i].bits;
        status.active = rows[i].active;
        ck_assert_msg(table_admits(&meta, &status, rows[i].service) == rows[i].admission, "row %zu",
                      i);
    }
    ck_assert_int_eq(TABLE_ADMITS_NOT, 0);
}
END_TEST

START_TEST(zeroed_memory_is_nobody_active) {
    struct table_status status = {0};

    ck_assert(!status.active);
    ck_assert(!table_id_is_ours(0));
    ck_assert(!table_id_is_ours(65535) && table_id_is_ours(65536));
    ck_assert(table_id_is_ours(0x7FFFFFFF) && !table_id_is_ours(0x80000000u));
    ck_assert(!table_id_is_ours(UINT32_MAX));
}
END_TEST

/* So that another program can write the format: worked out apart from this source. */
START_TEST(the_sum_is_fnv_1a_over_words) {
    ck_assert_uint_eq(table_record_sum("", 0), 2166136261u);
    ck_assert_uint_eq(table_record_sum("a", 1), 0xe40c292cu); /* FNV-1a's own test vector */
    ck_assert_uint_eq(table_record_sum("abcd", 4),
                      (uint32_t)((2166136261u ^ 0x64636261u) * 16777619ull));
    ck_assert_uint_eq(table_record_sum("abcde", 5),
                      (uint32_t)((((2166136261u ^ 0x64636261u) * 16777619ull & 0xFFFFFFFFu) ^ 'e') *
                                 16777619ull));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

Suite *suite(void) {
    Suite *s = suite_create("table_record");
    TCase *tc = tcase_create("table_record");

    tcase_add_test(tc, a_user_is_what_was_written);
    tcase_add_test(tc, a_user_who_has_left_says_why);
    tcase_add_test(tc, a_group_and_a_users_own_group_are_groups);
    tcase_add_test(tc, status_and_meta_are_what_was_written);
    tcase_add_loop_test(tc, a_users_fields_are_exactly_of_their_form, 0, COUNT(users));
    tcase_add_loop_test(tc, the_other_kinds_fields_are_exactly_of_their_form, 0, COUNT(others));
    tcase_add_test(tc, lists_have_a_greatest_length);
    tcase_add_test(tc, the_largest_of_all_fields_fit_into_the_largest_record);
    tcase_add_loop_test(tc, every_truncation_is_refused, 0, COUNT(samples));
    tcase_add_loop_test(tc, every_byte_more_is_refused, 0, COUNT(samples));
    tcase_add_loop_test(tc, every_changed_byte_is_refused, 0, COUNT(samples));
    tcase_add_test(tc, only_the_active_are_admitted_and_only_by_their_bit);
    tcase_add_test(tc, zeroed_memory_is_nobody_active);
    tcase_add_test(tc, the_sum_is_fnv_1a_over_words);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(s, tc);
    return s;
}
