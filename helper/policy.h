/* Who may use a service, and who is in a group: rules by ids that never change.
 *
 *     allow = department:1 tag:3 user:lisi hosts/department:7
 *
 *  1. A deny rule MUST win over every allow rule.
 *  2. What cannot be decided, because the directory is not known (yet), MUST NOT count as yes.
 *  3. department:ID means the department and all below it.
 */
#ifndef WECOM_HELPER_POLICY_H
#define WECOM_HELPER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wecom/limits.h"

enum policy_kind { POLICY_NO_KIND = 0, POLICY_DEPARTMENT, POLICY_TAG, POLICY_USER };

struct policy_rule {
    enum policy_kind kind;
    uint32_t id;                             /* of a department or tag */
    char userid[WECOM_USERID_MAX_BYTES + 1]; /* of a user */
    char app[WECOM_SERVICE_MAX_BYTES + 1];   /* counts only for people seen by it; "": every one */
};

enum { POLICY_RULES = 256, POLICY_DEPARTMENTS = 1024, POLICY_TAGS = 512 };

struct policy {
    struct policy_rule *rules;
    size_t count;
};

/* Reads a list, separated by blanks. NULL, or why not, as a sentence. On success the former rules
 * are freed.
 */
const char *policy_parse(struct policy *policy, const char *text);
void policy_clear(struct policy *policy);
bool policy_same(const struct policy *a, const struct policy *b);

/* Does a rule name this kind of thing, for people of this application? */
bool policy_needs(const struct policy *policy, const char *app, enum policy_kind kind);

/* One person as the rules see him. */
struct policy_person {
    const char *app;             /* the application that sees him */
    const char *userid;          /* case does not count */
    const uint32_t *departments; /* his own and all above them, ascending */
    size_t departments_count;
    const uint32_t *tags; /* ascending */
    size_t tags_count;
    bool departments_known, tags_known; /* is the tree, are the tags' members known? */
};

enum policy_answer { POLICY_UNSURE = 0, POLICY_YES, POLICY_NO };

/* Does any rule name the person? No rules: POLICY_NO. */
enum policy_answer policy_names(const struct policy *policy, const struct policy_person *person);

/* May the person in? No allow rules: everybody whom no deny rule names. */
enum policy_answer policy_admits(const struct policy *allow, const struct policy *deny,
                                 const struct policy_person *person);

#endif
