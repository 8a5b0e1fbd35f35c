/* Reading JSON objects by a table of fields. */
#include "fields.h"

#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool ids_have(const struct ids *ids, int64_t id) {
    for (size_t i = 0; i < ids->n; i++)
        if (ids->v[i] == id)
            return true;
    return false;
}

static const char *fields_string(json_t *value, const struct field *row, void *slot) {
    (void)row;
    if (!json_is_string(value))
        return "must be a string";
    if (strlen(json_string_value(value)) != json_string_length(value))
        return "must not contain NUL";
    text_set(slot, json_string_value(value));
    return NULL;
}

static const char *fields_int(json_t *value, const struct field *row, void *slot) {
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value))
        return "must be a whole number";
    if ((row->min != 0 || row->max != 0) && (number < row->min || number > row->max))
        return "is out of range";
    *(int64_t *)slot = number;
    return NULL;
}

static const char *fields_bool(json_t *value, const struct field *row, void *slot) {
    (void)row;
    if (!json_is_boolean(value))
        return "must be true or false";
    *(bool *)slot = json_is_true(value);
    return NULL;
}

static const char *fields_ids(json_t *value, const struct field *row, void *slot) {
    struct ids *ids = slot;
    struct ids next = {NULL, 0};
    size_t count = json_is_integer(value) ? 1 : json_array_size(value);

    (void)row;
    if (!json_is_integer(value) && !json_is_array(value))
        return "must be a number or a list of numbers";
    next.v = text_alloc(count * sizeof(*next.v));
    for (; next.n < count; next.n++) {
        json_t *item = json_is_integer(value) ? value : json_array_get(value, next.n);
        if (!json_is_integer(item)) {
            free(next.v);
            return "must contain whole numbers only";
        }
        next.v[next.n] = json_integer_value(item);
    }
    free(ids->v);
    *ids = next;
    return NULL;
}

static const char *fields_set(json_t *value, const struct field *row, void *slot) {
    struct table **set = slot;
    struct table *next = NULL;
    json_t *item = NULL;
    size_t i = 0;

    (void)row;
    if (!json_is_array(value))
        return "must be a list of strings";
    json_array_foreach(value, i, item) {
        if (!json_is_string(item))
            return "must contain strings only";
    }
    next = table_new(free);
    json_array_foreach(value, i, item) {
        char *key = text_lower(json_string_value(item));
        table_put(next, key, text_copy(json_string_value(item)));
        free(key);
    }
    table_free(*set);
    *set = next;
    return NULL;
}

static const char *fields_json(json_t *value, const struct field *row, void *slot) {
    json_t **kept = slot;

    if (row->type == FIELD_OBJECT && !json_is_object(value))
        return "must be an object";
    if (row->type == FIELD_LIST && !json_is_array(value))
        return "must be a list";
    json_decref(*kept);
    *kept = json_incref(value);
    return NULL;
}

static const char *(*const fields_readers[])(json_t *, const struct field *, void *) = {
    [FIELD_STRING] = fields_string, [FIELD_INT] = fields_int,   [FIELD_BOOL] = fields_bool,
    [FIELD_IDS] = fields_ids,       [FIELD_SET] = fields_set,   [FIELD_JSON] = fields_json,
    [FIELD_OBJECT] = fields_json,   [FIELD_LIST] = fields_json,
};

static const struct field *fields_row(const struct field *rows, const char *name) {
    for (; rows->name != NULL; rows++)
        if (strcmp(rows->name, name) == 0)
            return rows;
    return NULL;
}

bool fields_read(json_t *object, const struct field *rows, const char *where, bool creating,
                 void *into, char why[FIELDS_WHY]) {
    const char *key = NULL;
    json_t *value = NULL;

    if (!json_is_object(object)) {
        snprintf(why, FIELDS_WHY, "%s: must be an object", where);
        return false;
    }
    json_object_foreach(object, key, value) {
        const struct field *row = fields_row(rows, key);
        const char *wrong = "is not a known key";
        if (row != NULL)
            wrong = fields_readers[row->type](value, row, (char *)into + row->offset);
        if (wrong != NULL) {
            snprintf(why, FIELDS_WHY, "%s.%.80s: %s", where, key, wrong);
            return false;
        }
    }
    for (; creating && rows->name != NULL; rows++)
        if (rows->required && json_object_get(object, rows->name) == NULL) {
            snprintf(why, FIELDS_WHY, "%s.%s: is missing", where, rows->name);
            return false;
        }
    return true;
}

void fields_free(const struct field *rows, void *into) {
    for (; rows->name != NULL; rows++) {
        void *slot = (char *)into + rows->offset;
        if (rows->type == FIELD_STRING)
            free(*(char **)slot);
        else if (rows->type == FIELD_IDS)
            free(((struct ids *)slot)->v);
        else if (rows->type == FIELD_SET)
            table_free(*(struct table **)slot);
        else if (rows->type >= FIELD_JSON)
            json_decref(*(json_t **)slot);
    }
}
