/* A configuration file as a list of settings, read with inih, nothing cut or skipped in silence. */
#include "helper/inifile.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* inih cuts sections and keys at 50 bytes in silence, so we refuse longer ones ourselves. */
enum { SECTION_BYTES = 50, MOST_SETTINGS = 4096, VALUE_BYTES = 4096 };

/* What some editors put before the first line. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

void inifile_fail(struct config_error *error, const char *file, int line, const char *section,
                  const char *format, ...) {
    va_list args;
    int n;

    n = snprintf(error->text, sizeof error->text, "%.1000s:", file);
    if (line > 0)
        n += snprintf(error->text + n, sizeof error->text - (size_t)n, "%d:", line);
    if (section != NULL)
        n += snprintf(error->text + n, sizeof error->text - (size_t)n, " [%.64s]", section);
    n += snprintf(error->text + n, sizeof error->text - (size_t)n, " ");
    va_start(args, format);
    (void)vsnprintf(error->text + n, sizeof error->text - (size_t)n, format, args);
    va_end(args);
    text_clean(error->text, TEXT_ONE_LINE);
}

struct reader {
    FILE *in;
    int line;
    bool continues; /* the line begins with a blank: it goes on with the setting before */
    struct inifile *ini;
    struct config_error *error;
    bool failed;
};

static void reader_fail(struct reader *r, const char *section, const char *reason) {
    if (!r->failed)
        inifile_fail(r->error, r->ini->file, r->line, section, "%s", reason);
    r->failed = true;
}

static bool add_setting(struct reader *r, const char *section, const char *key, const char *value) {
    struct inifile_setting *more;

    if (r->ini->count == MOST_SETTINGS) {
        reader_fail(r, section, "the file has too many settings");
        return false;
    }
    more = reallocarray(r->ini->settings, r->ini->count + 1, sizeof *more);
    if (more == NULL) {
        reader_fail(r, section, "out of memory");
        return false;
    }
    r->ini->settings = more;
    more[r->ini->count] = (struct inifile_setting){.line = r->line,
                                                   .section = strdup(section),
                                                   .key = key != NULL ? strdup(key) : NULL,
                                                   .value = strdup(value)};
    r->ini->count++;
    return true;
}

/* inih does not tell of a section without keys, so headings are noted here. */
static void note_heading(struct reader *r, const char *line) {
    const char *open = line + strspn(line, " \t"), *close = strchr(open, ']');
    char section[SECTION_BYTES];

    if (*open != '[')
        return;
    if (close == NULL || (size_t)(close - open - 1) >= sizeof section) {
        reader_fail(r, NULL, "a section's heading needs its ] and at most 49 bytes between");
        return;
    }
    memcpy(section, open + 1, (size_t)(close - open - 1));
    section[close - open - 1] = '\0';
    (void)add_setting(r, section, NULL, "");
}

/* Hands inih one line at a time, and refuses what inih would cut or skip without a word. */
static char *next_line(char *line, int bytes, void *arg) {
    struct reader *r = arg;
    size_t len = 0;
    int c = EOF;

    if (r->failed)
        return NULL;
    r->line++;
    while (len + 1 < (size_t)bytes && (c = getc(r->in)) != EOF && c != '\n') {
        if (c == '\0') {
            reader_fail(r, NULL, "the line has a NUL byte");
            return NULL;
        }
        line[len++] = (char)c;
    }
    if (c == EOF && len == 0)
        return NULL;
    if (c != '\n' && c != EOF) {
        reader_fail(r, NULL,
                    "the line is too long: go on with the value on the next line, which begins "
                    "with a blank");
        return NULL;
    }
    line[len] = '\0';
    if (r->line == 1 && strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
        memmove(line, line + strlen(BYTE_ORDER_MARK), len + 1 - strlen(BYTE_ORDER_MARK));
    r->continues = line[0] == ' ' || line[0] == '\t';
    note_heading(r, line);
    return r->failed ? NULL : line;
}

static int note_setting(void *arg, const char *section, const char *key, const char *value) {
    struct reader *r = arg;
    struct inifile_setting *last = r->ini->count > 0 ? &r->ini->settings[r->ini->count - 1] : NULL;
    char *joined;

    if (!r->continues || last == NULL || last->key == NULL || strcmp(last->key, key) != 0) {
        if (strlen(key) >= SECTION_BYTES - 1)
            reader_fail(r, section, "a key is too long");
        return !r->failed && add_setting(r, section, key, value);
    }
    if (strlen(last->value) + strlen(value) + 2 > VALUE_BYTES) {
        reader_fail(r, section, "a value is too long");
        return 0;
    }
    if (asprintf(&joined, "%s %s", last->value, value) < 0) {
        reader_fail(r, section, "out of memory");
        return 0;
    }
    free(last->value);
    last->value = joined;
    return 1;
}

void inifile_clear(struct inifile *ini) {
    for (size_t i = 0; i < ini->count; i++) {
        free(ini->settings[i].section);
        free(ini->settings[i].key);
        free(ini->settings[i].value);
    }
    free(ini->settings);
    *ini = (struct inifile){0};
}

bool inifile_read(struct inifile *ini, const char *file, struct config_error *error) {
    struct reader r = {.in = fopen(file, "re"), .ini = ini, .error = error};
    int line;

    *ini = (struct inifile){.file = file};
    if (r.in == NULL) {
        inifile_fail(error, file, 0, NULL, "cannot be read: %s", strerror(errno));
        return false;
    }
    line = ini_parse_stream(next_line, &r, note_setting, &r);
    if (ferror(r.in) && !r.failed)
        reader_fail(&r, NULL, strerror(errno));
    if (line != 0 && !r.failed)
        inifile_fail(error, file, line, NULL, "is neither [section] nor key = value");
    (void)fclose(r.in);
    return line == 0 && !r.failed;
}
