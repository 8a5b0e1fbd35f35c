/* What WeCom answers about the directory: the visible range, departments, tags. */
#include "helper/wecom/answer_directory.h"

#include <stdlib.h>
#include <string.h>

#include "common/names.h"

/* The array under the key; absent counts as empty. False: something else stands there. */
static bool find_array(const json_t *json, const char *key, const json_t **array) {
    *array = json_object_get(json, key);
    return *array == NULL || json_is_array(*array);
}

/* The same one level down: {"allow_partys": {"partyid": [...]}}. */
static bool find_inner(const json_t *json, const char *key, const char *inner,
                       const json_t **array) {
    const json_t *object = json_object_get(json, key);

    *array = NULL;
    return object == NULL || (json_is_object(object) && find_array(object, inner, array));
}

static bool read_id(const json_t *value, json_int_t least, uint32_t *id) {
    if (!json_is_integer(value) || json_integer_value(value) < least ||
        json_integer_value(value) > UINT32_MAX)
        return false;
    *id = (uint32_t)json_integer_value(value);
    return true;
}

static int compare_ids(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static enum wecom_error read_ids(const json_t *array, struct answer_ids *out) {
    size_t size = json_array_size(array), kept = 0;

    *out = (struct answer_ids){.ids = calloc(size + 1, sizeof *out->ids)};
    if (out->ids == NULL)
        return WECOM_E_MEMORY;
    for (size_t i = 0; i < size; i++) {
        if (!read_id(json_array_get(array, i), 1, &out->ids[i]))
            return WECOM_E_FORMAT;
    }
    qsort(out->ids, size, sizeof *out->ids, compare_ids);
    for (size_t i = 0; i < size; i++) {
        if (kept == 0 || out->ids[i] != out->ids[kept - 1])
            out->ids[kept++] = out->ids[i];
    }
    out->count = kept;
    return WECOM_OK;
}

enum wecom_error answer_userid_of(const json_t *json, answer_userid userid) {
    const json_t *value = json_object_get(json, "userid");
    const char *text = json_string_value(value);

    if (text == NULL)
        return WECOM_E_FORMAT;
    if (strlen(text) != json_string_length(value) || !name_is_userid(text))
        return WECOM_E_ABSENT;
    memcpy(userid, text, strlen(text) + 1);
    return WECOM_OK;
}

static enum wecom_error read_users(const json_t *array, struct answer_users *out) {
    size_t size = json_array_size(array);

    *out = (struct answer_users){.userids = calloc(size + 1, sizeof *out->userids)};
    if (out->userids == NULL)
        return WECOM_E_MEMORY;
    for (size_t i = 0; i < size; i++) {
        enum wecom_error err = answer_userid_of(json_array_get(array, i), out->userids[out->count]);

        if (err == WECOM_E_FORMAT)
            return err;
        out->count += err == WECOM_OK;
    }
    return WECOM_OK;
}

enum wecom_error answer_range(const json_t *json, struct answer_range *range) {
    const json_t *closed = json_object_get(json, "close");
    const json_t *users, *departments, *tags;
    enum wecom_error err = WECOM_E_FORMAT;

    *range = (struct answer_range){0};
    if (!json_is_integer(json_object_get(json, "agentid")) ||
        !find_inner(json, "allow_userinfos", "user", &users) ||
        !find_inner(json, "allow_partys", "partyid", &departments) ||
        !find_inner(json, "allow_tags", "tagid", &tags))
        return WECOM_E_FORMAT;
    range->closed = json_is_integer(closed) && json_integer_value(closed) != 0;
    err = read_users(users, &range->users);
    if (err == WECOM_OK)
        err = read_ids(departments, &range->departments);
    if (err == WECOM_OK)
        err = read_ids(tags, &range->tags);
    if (err != WECOM_OK)
        answer_range_clear(range);
    return err;
}

void answer_range_clear(struct answer_range *range) {
    free(range->departments.ids);
    free(range->tags.ids);
    free(range->users.userids);
    *range = (struct answer_range){0};
}

static int compare_departments(const void *a, const void *b) {
    return compare_ids(&((const struct answer_department *)a)->id,
                       &((const struct answer_department *)b)->id);
}

enum wecom_error answer_tree(const json_t *json, struct answer_tree *tree) {
    const json_t *array = json_object_get(json, "department_id");
    size_t size = json_array_size(array), kept = 0;
    struct answer_department *all;

    *tree = (struct answer_tree){0};
    if (!json_is_array(array)) /* whoever asks for a department gets it, or an error */
        return WECOM_E_FORMAT;
    all = tree->departments = calloc(size + 1, sizeof *all);
    if (all == NULL)
        return WECOM_E_MEMORY;
    for (size_t i = 0; i < size; i++) {
        const json_t *one = json_array_get(array, i);

        if (!read_id(json_object_get(one, "id"), 1, &all[i].id) ||
            !read_id(json_object_get(one, "parentid"), 0, &all[i].parent))
            goto refuse;
    }
    qsort(all, size, sizeof *all, compare_departments);
    for (size_t i = 0; i < size; i++) {
        if (kept == 0 || all[i].id != all[kept - 1].id)
            all[kept++] = all[i];
        else if (all[i].parent != all[kept - 1].parent)
            goto refuse;
    }
    tree->count = kept;
    return WECOM_OK;
refuse:
    answer_tree_clear(tree);
    return WECOM_E_FORMAT;
}

void answer_tree_clear(struct answer_tree *tree) {
    free(tree->departments);
    *tree = (struct answer_tree){0};
}

enum wecom_error answer_tag(const json_t *json, struct answer_tag *tag) {
    const json_t *users, *departments;
    enum wecom_error err;

    *tag = (struct answer_tag){0};
    if (!find_array(json, "userlist", &users) || !find_array(json, "partylist", &departments) ||
        users == NULL)
        return WECOM_E_FORMAT;
    err = read_users(users, &tag->users);
    if (err == WECOM_OK)
        err = read_ids(departments, &tag->departments);
    if (err != WECOM_OK)
        answer_tag_clear(tag);
    return err;
}

void answer_tag_clear(struct answer_tag *tag) {
    free(tag->users.userids);
    free(tag->departments.ids);
    *tag = (struct answer_tag){0};
}
