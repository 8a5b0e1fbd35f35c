/* Which ids, userids, names and numbers a file has had already: each may stand in one row only. */
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "helper/accounts_import.h"

struct seen {
    size_t line;
    char key[];
};

struct import_seen {
    void *tree; /* tsearch(3), which keeps it balanced */
};

static int compare(const void *a, const void *b) {
    return strcmp(((const struct seen *)a)->key, ((const struct seen *)b)->key);
}

struct import_seen *import_seen_new(void) {
    return calloc(1, sizeof(struct import_seen));
}

void import_seen_free(struct import_seen *seen) {
    if (seen != NULL)
        tdestroy(seen->tree, free);
    free(seen);
}

/* `*first`: the line that had the key before; 0: none. */
static enum wecom_error add(struct import_seen *seen, const char *key, size_t line, size_t *first) {
    size_t len = strlen(key);
    struct seen *one = malloc(sizeof *one + len + 1);
    struct seen **at;

    if (one == NULL)
        return WECOM_E_MEMORY;
    one->line = line;
    memcpy(one->key, key, len + 1);
    at = tsearch(one, &seen->tree, compare);
    if (at == NULL || *at != one) {
        *first = at != NULL ? (*at)->line : 0;
        free(one);
        return at != NULL ? WECOM_OK : WECOM_E_MEMORY;
    }
    *first = 0;
    return WECOM_OK;
}

enum wecom_error import_seen_add(struct import_seen *seen, const struct import_row *row,
                                 struct refusal *refusal) {
    char lower[WECOM_USERID_MAX_BYTES + 1] = "", number[16];
    char keys[4][16 + WECOM_LINK_MAX_BYTES];
    const char *values[4] = {row->id, row->userid, row->login, number};
    enum wecom_error err = WECOM_OK;

    (void)name_lower(lower, sizeof lower, row->userid);
    (void)snprintf(number, sizeof number, "%" PRIu32, row->uid);
    (void)snprintf(keys[0], sizeof keys[0], "id %s", row->id);
    (void)snprintf(keys[1], sizeof keys[1], "userid %s/%s", row->corp, lower);
    (void)snprintf(keys[2], sizeof keys[2], "login %s", row->login);
    (void)snprintf(keys[3], sizeof keys[3], "uid %s", number);
    for (size_t i = 0; i < 4 && err == WECOM_OK && refusal->text == NULL; i++) {
        size_t first = 0;
        char line[24];

        if (values[i][0] == '\0' || (i == 3 && row->uid == 0))
            continue;
        err = add(seen, keys[i], row->line, &first);
        (void)snprintf(line, sizeof line, "%zu", first);
        if (err == WECOM_OK && first != 0)
            REFUSE(refusal, "refused_import_twice", values[i], line);
    }
    return err;
}
