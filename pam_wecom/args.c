/* The arguments of a line in /etc/pam.d: one row each. Anything that has no row, and any value that
 * its row does not take, is refused: a misspelt argument must not weaken a stack in silence.
 */
#include "pam_wecom/args.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "common/text.h"
#include "common/wire.h"
#include "wecom/limits.h"
#include "wecom/paths.h"

enum kind { FLAG, PATH, SECONDS, PROMPT };

struct row {
    const char *name;
    enum kind kind;
    size_t at; /* of its member in struct args */
    long most; /* seconds, or bytes of a path with its NUL */
};

/* The longest path that open(2) takes, and a year, are only sanity. */
enum { PATH_MOST_BYTES = 4096, YEAR_S = 365 * 86400 };

/* clang-format off */
static const struct row rows[] = {
    {"socket",         PATH,    offsetof(struct args, socket),  sizeof ((struct sockaddr_un *)0)->sun_path},
    {"links",          PATH,    offsetof(struct args, links),   PATH_MOST_BYTES},
    {"table",          PATH,    offsetof(struct args, table),   PATH_MOST_BYTES},
    {"timeout",        SECONDS, offsetof(struct args, timeout_s), WECOM_TIMEOUT_MAX_S},
    {"stale",          SECONDS, offsetof(struct args, stale_s), YEAR_S},
    {"prompt",         PROMPT,  offsetof(struct args, prompt),  0},
    {"identity",       FLAG,    offsetof(struct args, identity), 0},
    {"use_first_pass", FLAG,    offsetof(struct args, use_first_pass), 0},
    {"try_first_pass", FLAG,    offsetof(struct args, try_first_pass), 0},
    {"debug",          FLAG,    offsetof(struct args, debug),   0},
    {"quiet",          FLAG,    offsetof(struct args, quiet),   0},
};
/* clang-format on */

static bool take_path(const char *value, long most, const char **path) {
    if (value[0] != '/' || strlen(value) >= (size_t)most)
        return false;
    *path = value;
    return true;
}

static bool take_seconds(const char *value, long most, long *seconds) {
    long number = 0;

    if (value[0] == '\0')
        return false;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9')
            return false;
        number = number * 10 + (*value - '0');
        if (number > most)
            return false;
    }
    if (number < 1)
        return false;
    *seconds = number;
    return true;
}

/* Text that a terminal shows as it stands, no longer than the prompts of the helper. */
static bool take_prompt(const char *value, const char **prompt) {
    char clean[512];
    size_t len = strlen(value);

    if (len < 1 || len > wire_field_rule(WIRE_F_PROMPT)->max_bytes || len >= sizeof clean)
        return false;
    memcpy(clean, value, len + 1);
    text_clean(clean, TEXT_ONE_LINE);
    if (strcmp(clean, value) != 0)
        return false;
    *prompt = value;
    return true;
}

/* `value` is NULL for an argument without "=". */
static bool take(const struct row *row, const char *value, struct args *args) {
    void *member = (char *)args + row->at;

    if ((row->kind == FLAG) != (value == NULL))
        return false;
    switch (row->kind) {
    case FLAG:
        *(bool *)member = true;
        return true;
    case PATH:
        return take_path(value, row->most, (const char **)member);
    case SECONDS:
        return take_seconds(value, row->most, (long *)member);
    case PROMPT:
        return take_prompt(value, (const char **)member);
    }
    return false;
}

static const struct row *find_row(const char *argument, size_t name_len) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strlen(rows[i].name) == name_len && memcmp(rows[i].name, argument, name_len) == 0)
            return &rows[i];
    }
    return NULL;
}

const char *args_read(int argc, const char **argv, struct args *args) {
    *args = (struct args){
        .socket = WECOM_LOGIN_SOCKET,
        .links = WECOM_LINKS_FILE,
        .table = WECOM_TABLE_FILE,
        .timeout_s = WECOM_TIMEOUT_DEFAULT_S,
        .stale_s = WECOM_STALE_DEFAULT_S,
    };
    for (int i = 0; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        size_t name_len = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        const struct row *row = find_row(argv[i], name_len);

        if (row == NULL || !take(row, equals != NULL ? equals + 1 : NULL, args))
            return argv[i];
    }
    return NULL;
}
