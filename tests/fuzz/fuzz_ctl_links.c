/* libFuzzer target: arbitrary bytes as /etc/wecom/links. After a line is set the module's reader
 * finds it, after it is taken out the reader finds none, and nothing else has changed. Run as root:
 * the reader trusts root's files only (elsewhere only the editor is tried).
 */
#include "tools/ctl_links_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/localfiles.h"
#include "wecom/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "zs"
#define LINK "ww1/ZhangSan"

static void must(bool holds) {
    if (!holds)
        abort();
}

static enum wecom_error ask_reader(const struct ctl_links_text *text, char *link) {
    char path[64];
    enum wecom_error err;
    FILE *file;

    (void)snprintf(path, sizeof path, "/tmp/fuzz-links-%d", (int)getpid());
    file = fopen(path, "we");
    must(file != NULL && fwrite(text->bytes, 1, text->len, file) == text->len &&
         fchmod(fileno(file), 0644) == 0 && fclose(file) == 0);
    err = localfiles_link(path, NAME, link, WECOM_LINK_MAX_BYTES + 1);
    must(unlink(path) == 0);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctl_links_text text = {.bytes = malloc(size > 0 ? size : 1), .len = size};
    char link[WECOM_LINK_MAX_BYTES + 1];
    size_t count, had;
    bool is_root = geteuid() == 0;

    must(text.bytes != NULL);
    memcpy(text.bytes, data, size);
    had = ctl_links_text_count(&text, NAME);
    must(ctl_links_text_set(&text, NAME, LINK));
    must(ctl_links_text_count(&text, NAME) == 1);
    if (is_root) {
        must(ask_reader(&text, link) == WECOM_OK);
        must(strcmp(link, LINK) == 0);
    }
    must(ctl_links_text_remove(&text, NAME, &count) && count == 1);
    must(ctl_links_text_count(&text, NAME) == 0);
    if (is_root)
        must(ask_reader(&text, link) == WECOM_E_ABSENT);
    /* all that was there is there, but for a heading in an empty file and an LF at its end */
    if (had == 0 && size > 0)
        must(text.len >= size && text.len <= size + 1 && memcmp(text.bytes, data, size) == 0);
    ctl_links_text_clear(&text);
    return 0;
}
