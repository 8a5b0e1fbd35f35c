/* libFuzzer target: arbitrary bytes as the file of the counters, then a series of calls. The first
 * byte says how: 0, they are the file; 1, they stand behind a good header; else they are numbered
 * records, each written with a right check, as if this program had made them. It always opens, no
 * wait is longer than 60 s, what is shown is clean, and the next start finds nothing wrong.
 */
#include "helper/throttle.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[] = "/tmp/fuzz_throttle.XXXXXX";
static int directory_fd = -1;
static int64_t ms = 5000;

static void must(bool holds) {
    if (!holds)
        abort();
}

static int64_t now_ms(void *self) {
    (void)self;
    return ms;
}

static int64_t wall_ms(void *self) {
    (void)self;
    return ms + 1000000;
}

static const struct throttle_clock clocks = {.now_ms = now_ms, .wall_ms = wall_ms};

static void clean_up(void) {
    (void)unlinkat(directory_fd, THROTTLE_FILE, 0);
    (void)rmdir(directory);
}

static void set_up(void) {
    must(mkdtemp(directory) != NULL);
    directory_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(directory_fd >= 0 && atexit(clean_up) == 0);
}

/* Bytes at the beginning of a file of the right size. */
static void write_bytes(const uint8_t *data, size_t size, off_t at, int flags) {
    int fd = openat(directory_fd, THROTTLE_FILE, O_WRONLY | O_CLOEXEC | flags, 0600);

    must(fd >= 0 && pwrite(fd, data, size, at) == (ssize_t)size);
    must(ftruncate(fd, THROTTLE_FILE_BYTES) == 0 && close(fd) == 0);
}

static void write_records(struct throttle_file *file, const uint8_t *data, size_t size) {
    struct throttle_record record;
    uint16_t slot;

    for (; size > sizeof slot; data += sizeof slot, size -= sizeof slot) {
        size_t len;

        memcpy(&slot, data, sizeof slot);
        len = size - sizeof slot < sizeof record ? size - sizeof slot : sizeof record;
        record = (struct throttle_record){0};
        memcpy(&record, data + sizeof slot, len);
        must(throttle_file_save(file, slot % THROTTLE_SLOTS, &record));
        data += len;
        size -= len;
    }
}

static void write_file(const uint8_t *data, size_t size) {
    struct throttle_file file;
    char why[512];

    (void)unlinkat(directory_fd, THROTTLE_FILE, 0);
    if (size == 0 || data[0] == 0) {
        write_bytes(data + (size > 0), size - (size > 0), 0, O_CREAT);
        return;
    }
    must(throttle_file_open(&file, directory, why, sizeof why) && why[0] == '\0');
    if (data[0] == 1)
        write_bytes(data + 1, size - 1, sizeof(struct throttle_record), 0);
    else
        write_records(&file, data + 1, size - 1);
    throttle_file_close(&file);
}

static void must_be_clean(const char *text) {
    char clean[THROTTLE_TEXT_BYTES];

    must(strlen(text) < sizeof clean);
    memcpy(clean, text, strlen(text) + 1);
    text_clean(clean, TEXT_ONE_LINE);
    must(strcmp(clean, text) == 0);
}

static void check_entries(const struct throttle *throttle) {
    struct throttle_entry entry;
    size_t at = 0;

    while (throttle_next(throttle, &at, &entry)) {
        must_be_clean(entry.user);
        must_be_clean(entry.origin);
        must_be_clean(entry.blocked);
        must(entry.wait_s >= 0 && entry.wait_s <= (entry.blocked[0] != '\0' ? 15 * 60 : 60));
        must(entry.user[0] != '\0' || entry.origin[0] != '\0');
        (void)throttle_is_blocked(throttle, entry.user, entry.origin, "approve");
    }
}

static void check_wait(const struct throttle *throttle, const char *user, bool known,
                       const char *origin) {
    int64_t wait = throttle_wait_ms(throttle, user, known, origin);

    must(wait >= 0 && wait <= THROTTLE_MOST_MS);
}

static void use(struct throttle *throttle) {
    check_entries(throttle);
    for (int i = 0; i < 5; i++) {
        throttle_failed(throttle, "zhangsan", i % 2 == 0, "192.0.2.1");
        check_wait(throttle, "zhangsan", i % 2 == 0, "192.0.2.1");
        throttle_sent(throttle, "zhangsan");
        ms += 700;
    }
    must(!throttle_may_send(throttle, "zhangsan"));
    must(throttle_block(throttle, "zhangsan", "", "approve"));
    must(throttle_is_blocked(throttle, "zhangsan", "", "approve"));
    throttle_passed(throttle, "zhangsan", "192.0.2.1");
    check_wait(throttle, "zhangsan", true, "192.0.2.1");
    check_entries(throttle);
    must(throttle_unlock(throttle, "zhangsan") >= 1);
    must(!throttle_is_blocked(throttle, "zhangsan", "", "approve"));
    must(throttle_trouble(throttle) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct throttle *throttle;
    char why[512];

    if (directory_fd < 0)
        set_up();
    write_file(data, size);
    ms = 5000;
    for (int start = 0; start < 2; start++) {
        throttle = throttle_open(directory, clocks, why, sizeof why);
        must(throttle != NULL && (start == 0 || why[0] == '\0'));
        use(throttle);
        throttle_close(throttle);
    }
    return 0;
}
