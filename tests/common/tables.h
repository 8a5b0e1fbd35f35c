/* Account tables for tests: a good one with known people, and files of any key and record. */
#ifndef WECOM_TESTS_COMMON_TABLES_H
#define WECOM_TESTS_COMMON_TABLES_H

#include <cdb.h>
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/table_encode.h"
#include "helper/table_writer.h"

#define TABLES_CORP "ww1234567890abcdef"
enum { TABLES_TIME_S = 1700000000, TABLES_DEVELOPERS = 1900001000 };

static const struct table_meta tables_meta = {.generation = 7, .services = "sshd,sudo,web-1"};

/* zhangsan: active, two groups; lisi: withdrawn; _w.u-5: the least that a user can be. */
static const struct table_user tables_users[] = {
    {.name = "zhangsan",
     .id = 1900000001,
     .gecos = "张三, Sales",
     .home = "/home/zhangsan",
     .shell = "/bin/bash",
     .gids = {WECOM_ID_MIN, TABLES_DEVELOPERS},
     .gids_count = 2,
     .status = {.active = true,
                .confirmed_s = TABLES_TIME_S - 1000,
                .dated_by_file = true,
                .services = "101",
                .link = TABLES_CORP "/ZhangSan"}},
    {.name = "lisi",
     .id = 1900000002,
     .gecos = "",
     .home = "/home/lisi",
     .shell = "/usr/sbin/nologin",
     .status = {.reason = WECOM_REASON_WITHDRAWN,
                .confirmed_s = TABLES_TIME_S - 5,
                .services = "000",
                .link = TABLES_CORP "/li.si@x"}},
    {.name = "_w.u-5",
     .id = WECOM_ID_MAX,
     .gecos = "",
     .home = "/",
     .shell = "/",
     .status = {.active = true, .services = "010", .link = ""}},
};

static const struct table_group tables_groups[] = {
    {.name = "developers",
     .id = TABLES_DEVELOPERS,
     .members = "zhangsan,lisi,_w.u-5",
     .members_count = 3},
    {.name = "ops", .id = WECOM_ID_MIN, .members = ""},
};

/* A member without an account name. */
static const struct table_status tables_stranger = {
    .active = true, .dated_by_file = true, .services = "001", .link = TABLES_CORP "/1001"};

enum {
    TABLES_USERS = sizeof tables_users / sizeof tables_users[0],
    TABLES_GROUPS = sizeof tables_groups / sizeof tables_groups[0]
};

/* Writes the good table; its time is TABLES_TIME_S. */
static inline void tables_write(const char *path) {
    struct table_writer *w;

    ck_assert_int_eq(table_writer_open(path, &tables_meta, &w), WECOM_OK);
    for (size_t i = 0; i < TABLES_USERS; i++)
        ck_assert_int_eq(table_writer_put_user(w, &tables_users[i]), WECOM_OK);
    for (size_t i = 0; i < TABLES_GROUPS; i++)
        ck_assert_int_eq(table_writer_put_group(w, &tables_groups[i]), WECOM_OK);
    ck_assert_int_eq(table_writer_put_status(w, &tables_stranger), WECOM_OK);
    ck_assert_int_eq(table_writer_commit(w, TABLES_TIME_S), WECOM_OK);
}

/* A user of a series, for large tables: "u000042" has the number 1900000042. */
static inline void tables_series_user(unsigned int n, char name[16], struct table_user *user) {
    (void)snprintf(name, 16, "u%06u", n);
    *user = (struct table_user){
        .name = name,
        .id = 1900000000 + n,
        .gecos = name,
        .home = "/home/of/nobody/in/particular",
        .shell = "/bin/sh",
        .status = {.active = true, .dated_by_file = true, .services = "111", .link = ""}};
}

static inline void tables_write_series(const char *path, unsigned int count) {
    struct table_writer *w;
    struct table_user user;
    char name[16];

    ck_assert_int_eq(table_writer_open(path, &tables_meta, &w), WECOM_OK);
    for (unsigned int n = 0; n < count; n++) {
        tables_series_user(n, name, &user);
        ck_assert_int_eq(table_writer_put_user(w, &user), WECOM_OK);
    }
    ck_assert_int_eq(table_writer_commit(w, TABLES_TIME_S), WECOM_OK);
}

/* A cdb file of any content: tables_raw_open, tables_raw_put, tables_raw_close. */
static inline void tables_raw_open(const char *path, struct cdb_make *cdb) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    ck_assert_int_eq(cdb_make_start(cdb, fd), 0);
}

static inline void tables_raw_put(struct cdb_make *cdb, const char *key, const void *record,
                                  size_t len) {
    ck_assert_int_eq(cdb_make_add(cdb, key, (unsigned int)strlen(key), record, (unsigned int)len),
                     0);
}

static inline void tables_raw_close(struct cdb_make *cdb) {
    int fd = cdb->cdb_fd;

    ck_assert_int_eq(cdb_make_finish(cdb), 0);
    ck_assert_int_eq(close(fd), 0);
}

/* The whole file in an exact block of the heap. */
static inline char *tables_read(const char *path, size_t *len) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *bytes;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    *len = (size_t)st.st_size;
    bytes = malloc(*len);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(read(fd, bytes, *len), (ssize_t)*len);
    (void)close(fd);
    return bytes;
}

/* In place: the same file, another content. */
static inline void tables_overwrite(const char *path, const char *bytes, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    (void)close(fd);
}

/* How many descriptors this process has open. */
static inline int tables_descriptors(void) {
    int count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

#endif
