/* The data file: a whole company in JSON. */
#include "data.h"

#include "fields.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct data_input {
    char *corp_id, *company;
    json_t *departments, *tags, *members, *apps, *limits;
};

#define AT(member) offsetof(struct data_input, member)

// clang-format off
static const struct field data_fields[] = {
    {"corp_id", FIELD_STRING, AT(corp_id), true, 0, 0},
    {"company", FIELD_STRING, AT(company), false, 0, 0},
    {"departments", FIELD_LIST, AT(departments), true, 0, 0},
    {"tags", FIELD_LIST, AT(tags), false, 0, 0},
    {"members", FIELD_LIST, AT(members), true, 0, 0},
    {"apps", FIELD_LIST, AT(apps), true, 0, 0},
    {"limits", FIELD_OBJECT, AT(limits), false, 0, 0},
    {NULL, FIELD_BOOL, 0, false, 0, 0},
};
// clang-format on

/* Every element of a list; a second one with the same id would silently change the first, so the
 * number of things must grow with each. */
static bool data_list(struct corp *corp, json_t *list, const char *name,
                      bool (*put)(struct corp *, json_t *, const char *, char *),
                      const struct table *things, char *why) {
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item) {
        char where[64];
        snprintf(where, sizeof(where), "%s[%zu]", name, i);
        if (!put(corp, item, where, why))
            return false;
        if (table_count(things) != i + 1) {
            snprintf(why, FIELDS_WHY, "%s: its id stands in the file twice", where);
            return false;
        }
    }
    return true;
}

bool data_load(const char *file, struct corp *corp, struct options *options, char **why) {
    struct data_input input = {.corp_id = NULL};
    json_error_t error;
    json_t *root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
    char reason[FIELDS_WHY] = "";
    bool ok = false;

    if (root == NULL) {
        *why = text_format("%s:%d:%d: %s", file, error.line, error.column, error.text);
        return false;
    }
    ok = fields_read(root, data_fields, "corp", true, &input, reason) &&
         data_list(corp, input.departments, "departments", corp_put_department, corp->departments,
                   reason) &&
         corp_link(corp, reason) &&
         data_list(corp, input.tags, "tags", corp_put_tag, corp->tags, reason) &&
         data_list(corp, input.members, "members", corp_put_member, corp->members, reason) &&
         data_list(corp, input.apps, "apps", corp_put_app, corp->apps, reason) &&
         (input.limits == NULL || options_set(options, input.limits, "limits", reason));
    if (ok) {
        text_set(&corp->corp_id, input.corp_id);
        text_set(&corp->company, input.company != NULL ? input.company : "");
    } else {
        *why = text_format("%s: %s", file, reason);
    }
    fields_free(data_fields, &input);
    json_decref(root);
    return ok;
}
