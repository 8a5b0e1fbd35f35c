/* Reading JSON objects by a table of fields: the one place where unknown keys, wrong types and
 * numbers out of range are refused, for the data file and for the control port alike. */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* A list of numbers; a single number in JSON is read as a list of one. */
struct ids {
    int64_t *v;
    size_t n;
};

enum field_type {
    FIELD_STRING, /* char *, heap */
    FIELD_INT,    /* int64_t within min..max */
    FIELD_BOOL,   /* bool */
    FIELD_IDS,    /* struct ids */
    FIELD_SET,    /* struct table *: lower-cased strings -> the string as written */
    FIELD_JSON,   /* json_t *: anything, null included */
    FIELD_OBJECT, /* json_t *: an object */
    FIELD_LIST    /* json_t *: an array */
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset; /* in the structure given to fields_read */
    bool required;
    int64_t min, max; /* FIELD_INT; both 0: any */
};

#define FIELDS_WHY 400 /* bytes of an explanation */

/* Reads the members of `object` into the structure `into` by rows (ended by a NULL name). Fields
 * that are absent keep what they have, so the same rows read a new object and a change to it;
 * required ones must be there when `creating`. `where` names the object in messages, such as
 * "members[3]". On false `why` says key and reason; fields before the bad one were taken. */
bool fields_read(json_t *object, const struct field *rows, const char *where, bool creating,
                 void *into, char why[FIELDS_WHY]);

/* Frees what fields_read stored. */
void fields_free(const struct field *rows, void *into);

bool ids_have(const struct ids *ids, int64_t id);

#endif
