/* How answers and complaints leave the programs. */
#include "tools/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/words.h"

void say_error_text(const char *program, const char *text) {
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        (void)fprintf(stderr, "%s: %.*s\n", program, (int)len, text);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

void say_error(const char *program, enum texts_id id, enum texts_lang lang,
               const char *const *words) {
    char text[TEXTS_MAX_BYTES];

    say_error_text(program, texts_say(text, sizeof text, id, lang, words));
}

json_t *say_failure_word(const char *reason, const char *message) {
    return json_pack("{s:b, s:s, s:s}", "ok", 0, "reason", reason, "message", message);
}

json_t *say_failure(enum wecom_reason reason, const char *message) {
    return say_failure_word(words_reason(reason), message);
}

/* jansson's memory goes back to jansson's allocator, which a program may have replaced. */
static void free_line(char *line) {
    json_free_t release = free;

    json_get_alloc_funcs(NULL, &release);
    if (line != NULL)
        release(line);
}

bool say_json(json_t *answer) {
    static const char no_memory[] = "{\"ok\":false,\"reason\":\"internal\",\"message\":"
                                    "\"There is not enough memory.\\n内存不足。\"}";
    char *line = answer != NULL ? json_dumps(answer, JSON_COMPACT) : NULL;
    bool written = fputs(line != NULL ? line : no_memory, stdout) != EOF &&
                   fputc('\n', stdout) != EOF && say_flush();

    free_line(line);
    json_decref(answer);
    return written;
}

bool say_flush(void) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    if (errno == 0)
        errno = EIO; /* an earlier write failed; its reason is gone */
    return false;
}
