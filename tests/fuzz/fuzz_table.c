/* libFuzzer target: arbitrary bytes as an account table, all kinds of look-ups in it. */
#include "common/table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];

static void must(bool holds) {
    if (!holds)
        abort();
}

static void remove_file(void) {
    (void)unlink(path);
}

/* A file in memory where there is one; it is always the same file. */
static void write_file(const uint8_t *data, size_t size) {
    static int fd = -1;

    if (fd < 0) {
        (void)snprintf(path, sizeof path, "%s/wecom-fuzz-table-%ld",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
        fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        must(fd >= 0 && fchmod(fd, 0644) == 0 && atexit(remove_file) == 0);
    }
    must(ftruncate(fd, (off_t)size) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
}

static void check_text(const char *text, const char *buffer, size_t bytes) {
    size_t len;

    must(text >= buffer && text < buffer + bytes);
    len = strnlen(text, (size_t)(buffer + bytes - text));
    must(text + len < buffer + bytes && strchr(text, ':') == NULL && strchr(text, '\n') == NULL);
}

static void check_status(const struct table_status *s, const char *buffer, size_t bytes) {
    must(s->active == (s->reason == WECOM_REASON_NONE));
    must(s->confirmed_s >= 0 && strspn(s->services, "01") == strlen(s->services));
    check_text(s->services, buffer, bytes);
    check_text(s->link, buffer, bytes);
}

static void check_user(const struct table_user *u, const char *buffer, size_t bytes) {
    must(name_is_login(u->name) && u->id >= WECOM_ID_MIN && u->id <= WECOM_ID_MAX);
    must(u->home[0] == '/' && u->shell[0] == '/' && u->used_bytes <= bytes);
    must(u->gids_count <= WECOM_USER_GROUPS_MAX && (u->status.active || u->gids_count == 0));
    for (size_t i = 0; i < u->gids_count; i++)
        must(u->gids[i] >= WECOM_ID_MIN && u->gids[i] <= WECOM_ID_MAX);
    check_text(u->name, buffer, bytes);
    check_text(u->gecos, buffer, bytes);
    check_text(u->home, buffer, bytes);
    check_text(u->shell, buffer, bytes);
    check_status(&u->status, buffer, bytes);
}

static void check_group(const struct table_group *g, size_t bytes) {
    size_t commas = 0;

    must(name_is_login(g->name) && g->id >= WECOM_ID_MIN && g->id <= WECOM_ID_MAX);
    must(g->used_bytes <= bytes && g->members_count <= WECOM_GROUP_MEMBERS_MAX);
    for (const char *c = g->members; *c != '\0'; c++)
        commas += *c == ',';
    must(g->members[0] == '\0' ? g->members_count == 0 : g->members_count == commas + 1);
}

static void look_up(const struct table *table, char *buffer, size_t bytes) {
    static const char *const names[] = {"zhangsan", "lisi", "_w.u-5", "developers", "ops", "a"};
    static const uint32_t ids[] = {1900000001, 1900000002, WECOM_ID_MAX, 1900001000, WECOM_ID_MIN};
    struct table_status status;
    struct table_group group;
    struct table_user user;
    struct table_meta meta;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (table_user_by_name(table, names[i], buffer, bytes, &user) == WECOM_OK) {
            must(strcmp(user.name, names[i]) == 0);
            check_user(&user, buffer, bytes);
        }
        if (table_group_by_name(table, names[i], buffer, bytes, &group) == WECOM_OK) {
            must(strcmp(group.name, names[i]) == 0);
            check_group(&group, bytes);
        }
    }
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (table_user_by_id(table, ids[i], buffer, bytes, &user) == WECOM_OK) {
            must(user.id == ids[i]);
            check_user(&user, buffer, bytes);
        }
        if (table_group_by_id(table, ids[i], buffer, bytes, &group) == WECOM_OK) {
            must(group.id == ids[i]);
            check_group(&group, bytes);
        }
    }
    if (table_status_by_link(table, "ww1234567890abcdef/1001", buffer, bytes, &status) == WECOM_OK)
        check_status(&status, buffer, bytes);
    if (table_meta(table, buffer, bytes, &meta) == WECOM_OK)
        must(table_admits(&meta, &(struct table_status){.services = "1"}, "sshd") ==
             TABLE_ADMITS_NOT);
}

/* As a record by itself, in an exact block. */
static void read_record(const char *bytes, size_t len) {
    char *record = malloc(len > 0 ? len : 1);
    struct table_user user;
    struct table_group group;
    struct table_status status;
    struct table_meta meta;

    must(record != NULL);
    memcpy(record, bytes, len);
    if (table_record_user(record, len, &user) == WECOM_OK) {
        user.used_bytes = len;
        check_user(&user, record, len);
    }
    group.used_bytes = len;
    if (table_record_group(record, len, &group) == WECOM_OK)
        check_group(&group, len);
    if (table_record_status(record, len, &status) == WECOM_OK)
        check_status(&status, record, len);
    (void)table_record_meta(record, len, &meta);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t sizes[] = {0, 5, 17, 100, 200, 1024, TABLE_META_BYTES};
    char record[WECOM_TABLE_RECORD_MAX_BYTES];
    struct table table;

    write_file(data, size);
    if (table_open(path, TABLE_ANY_OWNER, &table) == WECOM_OK) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            char *buffer = malloc(sizes[i] > 0 ? sizes[i] : 1);

            must(buffer != NULL);
            look_up(&table, buffer, sizes[i]);
            free(buffer);
        }
        table_close(&table);
    }
    if (size + 9 > sizeof record)
        return 0;
    /* as it is, and with the sum that it needs: no fuzzer finds that by itself */
    memcpy(record, data, size);
    read_record(record, size);
    (void)snprintf(record + size, 9, "%08x", (unsigned int)table_record_sum(record, size));
    read_record(record, size + 9);
    return 0;
}
