/* What stands in cells about accounts: states and reasons as words for people. */
#include "tools/ctl_account_cell.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/ctl_cell.h"

struct word {
    const char *word;
    enum texts_id text;
};

static const struct word states[] = {
    {"active", TEXT_STATE_ACTIVE},
    {"disabled", TEXT_STATE_DISABLED},
    {"not_activated", TEXT_STATE_NOT_ACTIVATED},
    {"left", TEXT_STATE_LEFT},
    {"out_of_range", TEXT_STATE_OUT_OF_RANGE},
    {"deleted", TEXT_STATE_DELETED},
    {"held", TEXT_STATE_HELD},
    {"switched_off", TEXT_STATE_SWITCHED_OFF},
};

static const struct word reasons[] = {
    {"malformed", TEXT_NO_LOGIN_MALFORMED},
    {"taken", TEXT_NO_LOGIN_TAKEN},
    {"local", TEXT_NO_LOGIN_LOCAL},
    {"none", TEXT_NO_LOGIN_NONE},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static char *write_word(const json_t *row, const char *key, const struct word *words, size_t count,
                        enum texts_lang lang, char *out, size_t bytes) {
    const char *word = json_string_value(json_object_get(row, key));

    for (size_t i = 0; word != NULL && i < count; i++) {
        if (strcmp(words[i].word, word) == 0)
            return texts_label(out, bytes, words[i].text, lang);
    }
    return ctl_cell(row, key, out, bytes);
}

char *ctl_account_cell_state(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    return write_word(row, "state", states, COUNT(states), lang, out, bytes);
}

char *ctl_account_cell_no_login(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    return write_word(row, "no_login", reasons, COUNT(reasons), lang, out, bytes);
}

char *ctl_account_cell_uid(const json_t *row, enum texts_lang lang, char *out, size_t bytes) {
    const json_t *uid = json_object_get(row, "uid");

    (void)lang;
    if (json_is_integer(uid) && json_integer_value(uid) == 0) {
        (void)snprintf(out, bytes, "-");
        return out;
    }
    return ctl_cell(row, "uid", out, bytes);
}

bool ctl_account_cell_is_state(const char *word) {
    for (size_t i = 0; i < COUNT(states); i++) {
        if (strcmp(states[i].word, word) == 0)
            return true;
    }
    return false;
}

const char *ctl_account_cell_states(void) {
    return "active disabled not_activated left out_of_range deleted held switched_off";
}

char *ctl_account_cell_time(const json_t *row, const char *key, char *out, size_t bytes) {
    const json_t *value = json_object_get(row, key);
    time_t when = json_is_integer(value) ? (time_t)json_integer_value(value) : 0;
    struct tm local;

    if (when <= 0 || localtime_r(&when, &local) == NULL ||
        strftime(out, bytes, "%Y-%m-%d %H:%M:%S %z", &local) == 0)
        (void)snprintf(out, bytes, "-");
    return out;
}
