/* What WeCom answers about the directory: the visible range of an application, its departments and
 * tags. As strict as answer.h: a list of another shape is refused as a whole.
 */
#ifndef WECOM_HELPER_WECOM_ANSWER_DIRECTORY_H
#define WECOM_HELPER_WECOM_ANSWER_DIRECTORY_H

#include "helper/wecom/answer.h"

/* Numbers of departments or tags, each once, ascending. */
struct answer_ids {
    uint32_t *ids;
    size_t count;
};

typedef char answer_userid[WECOM_USERID_MAX_BYTES + 1];

/* Userids as WeCom spells them. What is no userid by WeCom's own rule (page 90195) is left out:
 * such a person can have no account.
 */
struct answer_users {
    answer_userid *userids;
    size_t count;
};

/* agent/get: of what the visible range of an application is made. */
struct answer_range {
    bool closed; /* the application is switched off */
    struct answer_ids departments, tags;
    struct answer_users users;
};

/* WECOM_E_FORMAT, WECOM_E_MEMORY: `*range` is empty then. */
enum wecom_error answer_range(const json_t *json, struct answer_range *range);
void answer_range_clear(struct answer_range *range);

struct answer_department {
    uint32_t id, parent; /* parent 0: none */
};

struct answer_tree {
    struct answer_department *departments; /* ascending, each once */
    size_t count;
};

/* department/simplelist. WECOM_E_FORMAT also where one department has two parents. */
enum wecom_error answer_tree(const json_t *json, struct answer_tree *tree);
void answer_tree_clear(struct answer_tree *tree);

/* tag/get: whom and which departments the tag names. */
struct answer_tag {
    struct answer_users users;
    struct answer_ids departments;
};

enum wecom_error answer_tag(const json_t *json, struct answer_tag *tag);
void answer_tag_clear(struct answer_tag *tag);

/* The userid of one element of a list of members, whatever else is wrong with it. WECOM_E_FORMAT:
 * it has none; WECOM_E_ABSENT: one that is no userid.
 */
enum wecom_error answer_userid_of(const json_t *json, answer_userid userid);

#endif
