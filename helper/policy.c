/* Who may use a service, and who is in a group: rules by ids that never change. */
#include "helper/policy.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"

static const struct {
    const char *word;
    enum policy_kind kind;
} kinds[] = {{"department", POLICY_DEPARTMENT}, {"tag", POLICY_TAG}, {"user", POLICY_USER}};

/* A number of WeCom: 1 to 2^32-1, without leading zero. */
static bool read_id(const char *text, uint32_t *id) {
    uint64_t number = 0;

    if (text[0] < '1' || text[0] > '9' || strlen(text) > 10)
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    *id = (uint32_t)number;
    return *text == '\0' && number <= UINT32_MAX;
}

/* "[APP/]KIND:ID", which is changed on the way. */
static const char *read_rule(char *word, struct policy_rule *rule) {
    char *colon = strchr(word, ':'), *slash;

    *rule = (struct policy_rule){0};
    if (colon == NULL)
        return "must be a list of department:ID, tag:ID and user:USERID";
    *colon++ = '\0';
    slash = strchr(word, '/');
    if (slash != NULL) {
        *slash++ = '\0';
        if (!name_is_word(word) || strlen(word) >= sizeof rule->app)
            return "names no application in front of the slash";
        memcpy(rule->app, word, strlen(word) + 1);
        word = slash;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(word, kinds[i].word) == 0)
            rule->kind = kinds[i].kind;
    }
    switch (rule->kind) {
    case POLICY_USER:
        if (!name_is_userid(colon))
            return "has a user: that is no userid of WeCom";
        memcpy(rule->userid, colon, strlen(colon) + 1);
        return NULL;
    case POLICY_DEPARTMENT:
    case POLICY_TAG:
        return read_id(colon, &rule->id) ? NULL
                                         : "has a department: or tag: that is no number of WeCom";
    case POLICY_NO_KIND:
        break;
    }
    return "must be a list of department:ID, tag:ID and user:USERID";
}

const char *policy_parse(struct policy *policy, const char *text) {
    struct policy fresh = {.rules = calloc(POLICY_RULES, sizeof *fresh.rules)};
    const char *why = fresh.rules == NULL ? "out of memory" : NULL;
    char word[WECOM_SERVICE_MAX_BYTES + WECOM_USERID_MAX_BYTES + 16];

    for (text += strspn(text, " \t"); *text != '\0' && why == NULL; text += strspn(text, " \t")) {
        size_t len = strcspn(text, " \t");

        if (fresh.count == POLICY_RULES) {
            why = "has more than 256 rules";
        } else if (len >= sizeof word) {
            why = "must be a list of department:ID, tag:ID and user:USERID";
        } else {
            memcpy(word, text, len);
            word[len] = '\0';
            why = read_rule(word, &fresh.rules[fresh.count++]);
        }
        text += len;
    }
    if (why != NULL) {
        policy_clear(&fresh);
        return why;
    }
    policy_clear(policy);
    *policy = fresh;
    return NULL;
}

void policy_clear(struct policy *policy) {
    free(policy->rules);
    *policy = (struct policy){0};
}

bool policy_same(const struct policy *a, const struct policy *b) {
    for (size_t i = 0; a->count == b->count && i < a->count; i++) {
        const struct policy_rule *x = &a->rules[i], *y = &b->rules[i];

        if (x->kind != y->kind || x->id != y->id || strcmp(x->userid, y->userid) != 0 ||
            strcmp(x->app, y->app) != 0)
            return false;
    }
    return a->count == b->count;
}

static bool counts_for(const struct policy_rule *rule, const char *app) {
    return rule->app[0] == '\0' || strcmp(rule->app, app) == 0;
}

bool policy_needs(const struct policy *policy, const char *app, enum policy_kind kind) {
    for (size_t i = 0; i < policy->count; i++) {
        if (policy->rules[i].kind == kind && counts_for(&policy->rules[i], app))
            return true;
    }
    return false;
}

static int compare_ids(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static bool has_id(const uint32_t *ids, size_t count, uint32_t id) {
    return count > 0 && bsearch(&id, ids, count, sizeof *ids, compare_ids) != NULL;
}

/* A direct hit is a yes also where the rest of the directory is not known. */
static enum policy_answer ask_rule(const struct policy_rule *rule,
                                   const struct policy_person *person) {
    switch (rule->kind) {
    case POLICY_USER:
        return name_same_userid(rule->userid, person->userid) ? POLICY_YES : POLICY_NO;
    case POLICY_DEPARTMENT:
        if (has_id(person->departments, person->departments_count, rule->id))
            return POLICY_YES;
        return person->departments_known ? POLICY_NO : POLICY_UNSURE;
    case POLICY_TAG:
        if (has_id(person->tags, person->tags_count, rule->id))
            return POLICY_YES;
        return person->tags_known ? POLICY_NO : POLICY_UNSURE;
    case POLICY_NO_KIND:
        break;
    }
    return POLICY_UNSURE;
}

enum policy_answer policy_names(const struct policy *policy, const struct policy_person *person) {
    enum policy_answer answer = POLICY_NO;

    for (size_t i = 0; i < policy->count; i++) {
        enum policy_answer one = counts_for(&policy->rules[i], person->app)
                                     ? ask_rule(&policy->rules[i], person)
                                     : POLICY_NO;

        if (one == POLICY_YES)
            return POLICY_YES;
        if (one == POLICY_UNSURE)
            answer = POLICY_UNSURE;
    }
    return answer;
}

enum policy_answer policy_admits(const struct policy *allow, const struct policy *deny,
                                 const struct policy_person *person) {
    enum policy_answer denied = policy_names(deny, person);
    enum policy_answer allowed = allow->count == 0 ? POLICY_YES : policy_names(allow, person);

    if (denied == POLICY_YES || allowed == POLICY_NO)
        return POLICY_NO;
    return denied == POLICY_NO && allowed == POLICY_YES ? POLICY_YES : POLICY_UNSURE;
}
