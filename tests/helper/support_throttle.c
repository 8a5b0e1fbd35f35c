/* What the tests of the throttle share. */
#include "tests/helper/support_throttle.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/helper/support.h"

struct two_clocks now;
char *state, *path;
char why[512];

/* Two pairs and two blocks, two unknown pairs, two origins, messages. */
const off_t places[RECORDS] = {
    (1 + 0) * SLOT,
    (1 + 1) * SLOT,
    (1 + 2) * SLOT,
    (1 + 3) * SLOT,
    (1 + THROTTLE_UNKNOWN * THROTTLE_ROWS) * SLOT,
    (2 + THROTTLE_UNKNOWN * THROTTLE_ROWS) * SLOT,
    (1 + THROTTLE_ORIGINS * THROTTLE_ROWS) * SLOT,
    (2 + THROTTLE_ORIGINS * THROTTLE_ROWS) * SLOT,
    (1 + THROTTLE_SENT * THROTTLE_ROWS) * SLOT,
};

static int64_t now_ms(void *self) {
    return ((const struct two_clocks *)self)->ms;
}

static int64_t wall_ms(void *self) {
    return ((const struct two_clocks *)self)->wall_ms;
}

struct throttle_clock two_clocks(struct two_clocks *clocks) {
    return (struct throttle_clock){.now_ms = now_ms, .wall_ms = wall_ms, .self = clocks};
}

void two_clocks_go(struct two_clocks *clocks, int64_t ms) {
    clocks->ms += ms;
    clocks->wall_ms += ms;
}

struct throttle *open_throttle(const char *state_dir, struct two_clocks *clocks) {
    char said[512] = "?";
    struct throttle *t = throttle_open(state_dir, two_clocks(clocks), said, sizeof said);

    ck_assert_ptr_nonnull(t);
    ck_assert_str_eq(said, "");
    return t;
}

void fail_times(struct throttle *t, const char *user, bool known, const char *origin, int times) {
    for (int i = 0; i < times; i++)
        throttle_failed(t, user, known, origin);
}

uint32_t failures_of(const struct throttle *t, const char *user, const char *origin) {
    struct throttle_entry entry;
    size_t at = 0;

    while (throttle_next(t, &at, &entry)) {
        if (strcmp(entry.user, user) == 0 && strcmp(entry.origin, origin) == 0 &&
            entry.blocked[0] == '\0')
            return entry.failures;
    }
    return 0;
}

void throttle_setup(void) {
    now = (struct two_clocks){.ms = 5000, .wall_ms = INT64_C(1790000000000)};
    state = support_directory();
    path = support_path(state, THROTTLE_FILE);
}

void throttle_teardown(void) {
    free(path);
    support_remove(state);
}

struct throttle *restart(void) {
    struct throttle *t = throttle_open(state, two_clocks(&now), why, sizeof why);

    ck_assert_ptr_nonnull(t);
    return t;
}

void fill(struct throttle *t) {
    fail_times(t, "zhangsan", true, HERE, 5);
    fail_times(t, "geheimnis", false, HERE, 4);
    fail_times(t, "lisi", true, "", 3);
    fail_times(t, "nobody", false, "2001:db8::1", 20);
    for (int i = 0; i < 4; i++)
        throttle_sent(t, "wangwu");
    ck_assert(throttle_block(t, "lisi", HERE, "approve"));
    ck_assert(throttle_block(t, "wangwu", HERE, "approve"));
    fail_times(t, "gone", true, "", 9);
    throttle_passed(t, "gone", "");
    ck_assert_ptr_null(throttle_trouble(t));
}

unsigned int look(struct throttle *t) {
    int64_t wait[] = {throttle_wait_ms(t, "zhangsan", true, HERE),
                      throttle_wait_ms(t, "geheimnis", false, HERE),
                      throttle_wait_ms(t, "nobody", false, "2001:db8::1")};
    uint32_t failures[] = {failures_of(t, "zhangsan", HERE), failures_of(t, "lisi", ""),
                           failures_of(t, "", HERE), failures_of(t, "", "2001:db8::/64")};
    unsigned int found = 0;

    ck_assert(wait[0] == 0 || wait[0] == 2000);
    ck_assert(wait[1] == 0 || wait[1] == 1000);
    ck_assert(wait[2] == 0 || wait[2] == THROTTLE_MOST_MS);
    ck_assert(failures[0] == 0 || failures[0] == 5);
    ck_assert((failures[0] == 0) == (wait[0] == 0));
    ck_assert(failures[1] == 0 || failures[1] == 3);
    ck_assert(failures[2] == 0 || failures[2] == 9);
    ck_assert(failures[3] == 0 || failures[3] == 20);
    ck_assert_uint_eq(failures_of(t, "gone", ""), 0);
    for (int i = 0; i < 3; i++)
        found |= (unsigned int)(wait[i] != 0) << i;
    for (int i = 1; i < 4; i++)
        found |= (unsigned int)(failures[i] != 0) << (i + 2);
    found |= (unsigned int)throttle_is_blocked(t, "lisi", HERE, "approve") << 6;
    found |= (unsigned int)throttle_is_blocked(t, "wangwu", HERE, "approve") << 7;
    ck_assert(throttle_may_send(t, "wangwu"));
    throttle_sent(t, "wangwu");
    return throttle_may_send(t, "wangwu") ? found : found | MESSAGES_BIT;
}

void write_good(void) {
    struct throttle *t = open_throttle(state, &now);

    fill(t);
    throttle_close(t);
}

const char *slurp(void) {
    static char bytes[THROTTLE_FILE_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(read(fd, bytes, sizeof bytes), THROTTLE_FILE_BYTES);
    (void)close(fd);
    return bytes;
}

void put(const void *bytes, size_t len, off_t at) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
    (void)close(fd);
}
