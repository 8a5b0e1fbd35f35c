/* What tests may switch: one table of names, kinds and defaults. */
#include "options.h"

#include "fields.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum option_kind { OPTION_BOOL, OPTION_NUMBER, OPTION_WORD };

struct option_row {
    const char *name;
    enum option_kind kind;
    size_t offset;
    int64_t initial;
    int64_t max;
    const char *words;  /* OPTION_WORD: "first second ", the value is the position */
    int64_t choices[4]; /* OPTION_NUMBER with a fixed choice, ended by -1 */
};

#define AT(member) offsetof(struct options, member)
#define SWITCH(member, on)                               \
    {                                                    \
#member, OPTION_BOOL, AT(member), on, 1, NULL, { \
            -1                                           \
        }                                                \
    }
#define NUMBER(member, value, max)                              \
    {                                                           \
#member, OPTION_NUMBER, AT(member), value, max, NULL, { \
            -1                                                  \
        }                                                       \
    }
#define ONE_OF(member, ...)                               \
    {                                                     \
#member, OPTION_NUMBER, AT(member), 0, 0, NULL, { \
            __VA_ARGS__, -1                               \
        }                                                 \
    }
#define WORD(member, words)                              \
    {                                                    \
#member, OPTION_WORD, AT(member), 0, 0, words, { \
            -1                                           \
        }                                                \
    }

// clang-format off
static const struct option_row options_rows[] = {
    WORD(gettoken_answer, "full no_errcode empty_errmsg "),
    WORD(hint, "full no_ip short "),
    WORD(key_order, "vary errcode_first errcode_last "),
    ONE_OF(wrong_secret, 40001, 40091),
    ONE_OF(unknown_user, 60111, 40003, 46004),
    ONE_OF(outside_range, 60011, 60111),
    ONE_OF(malformed_json, 0, 40058),
    SWITCH(same_token, true),
    SWITCH(echo_userid, true),
    SWITCH(distinct_codes, false),
    SWITCH(burn_code_on_error, false),
    SWITCH(contacts_new_ip, true),
    SWITCH(user_list_children, false),
    SWITCH(qr_deny_calls_back, true),
    SWITCH(wechat_calls_back, true),
    SWITCH(keep_redirect_query, false),
    SWITCH(base_without_agent, false),
    NUMBER(token_life_s, 7200, 86400),
    NUMBER(expires_in_s, 7200, 86400),
    NUMBER(calls_per_min, 10000, 1000000000),
    NUMBER(calls_per_hour, 150000, 1000000000),
    NUMBER(debug_calls_per_min, 5, 1000000000),
    NUMBER(concurrent, 0, 1000000),
    NUMBER(wrong_secrets_per_hour, 2000, 1000000000),
    NUMBER(messages_per_min, 30, 1000000000),
    NUMBER(messages_per_hour, 1000, 1000000000),
    NUMBER(list_members, 0, 1000000000),
};
// clang-format on

#define N_OPTIONS (sizeof(options_rows) / sizeof(options_rows[0]))

static void options_store(struct options *options, const struct option_row *row, int64_t value) {
    void *slot = (char *)options + row->offset;

    if (row->kind == OPTION_BOOL)
        *(bool *)slot = value != 0;
    else
        *(int64_t *)slot = value;
}

static int64_t options_load(const struct options *options, const struct option_row *row) {
    const void *slot = (const char *)options + row->offset;

    return row->kind == OPTION_BOOL ? *(const bool *)slot : *(const int64_t *)slot;
}

void options_init(struct options *options) {
    memset(options, 0, sizeof(*options));
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *row = &options_rows[i];
        bool fixed = row->kind == OPTION_NUMBER && row->choices[0] >= 0;
        options_store(options, row, fixed ? row->choices[0] : row->initial);
    }
}

/* The number of a word in a row's list, -1 when it is not there. */
static int64_t options_word(const char *words, const char *wanted) {
    size_t bytes = strlen(wanted);
    int64_t number = 0;

    for (const char *at = words; *at != '\0'; number++) {
        size_t length = strcspn(at, " ");
        if (length == bytes && memcmp(at, wanted, bytes) == 0)
            return number;
        at += length + 1;
    }
    return -1;
}

static const char *options_parse(const struct option_row *row, json_t *json, int64_t *value) {
    if (row->kind == OPTION_BOOL) {
        *value = json_is_true(json);
        return json_is_boolean(json) ? NULL : "must be true or false";
    }
    if (row->kind == OPTION_WORD) {
        *value = json_is_string(json) ? options_word(row->words, json_string_value(json)) : -1;
        return *value >= 0 ? NULL : "is not one of its words (see GET /option and the README)";
    }
    *value = json_integer_value(json);
    if (!json_is_integer(json))
        return "must be a whole number";
    if (row->choices[0] < 0)
        return *value >= 0 && *value <= row->max ? NULL : "is out of range";
    for (size_t i = 0; row->choices[i] >= 0; i++)
        if (row->choices[i] == *value)
            return NULL;
    return "is not one of its numbers (see the README)";
}

bool options_set(struct options *options, json_t *object, const char *where, char *why) {
    struct options next = *options;
    const char *key = NULL;
    json_t *json = NULL;

    if (!json_is_object(object)) {
        snprintf(why, FIELDS_WHY, "%s: must be an object", where);
        return false;
    }
    json_object_foreach(object, key, json) {
        const char *wrong = "is not a known option";
        for (size_t i = 0; i < N_OPTIONS; i++) {
            int64_t value = 0;
            if (strcmp(options_rows[i].name, key) != 0)
                continue;
            wrong = options_parse(&options_rows[i], json, &value);
            if (wrong == NULL)
                options_store(&next, &options_rows[i], value);
        }
        if (wrong != NULL) {
            snprintf(why, FIELDS_WHY, "%s.%.80s: %s", where, key, wrong);
            return false;
        }
    }
    *options = next;
    return true;
}

json_t *options_show(const struct options *options) {
    json_t *all = json_object();

    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *row = &options_rows[i];
        int64_t value = options_load(options, row);
        const char *word = row->words;
        json_t *shown = NULL;
        for (int64_t n = 0; row->kind == OPTION_WORD && n < value; n++)
            word += strcspn(word, " ") + 1;
        if (row->kind == OPTION_BOOL)
            shown = json_boolean(value != 0);
        else if (row->kind == OPTION_WORD)
            shown = json_stringn(word, strcspn(word, " "));
        else
            shown = json_integer(value);
        json_object_set_new(all, row->name, shown);
    }
    return all;
}
