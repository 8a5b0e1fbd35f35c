/* Whom a message reaches: users, departments and tags, split into good and bad. */
#ifndef SIM_RECIPIENTS_H
#define SIM_RECIPIENTS_H

#include <jansson.h>
#include <stddef.h>

struct call;
struct table;

struct recipients {
    struct table *members;                      /* lower-cased userid -> canonical one */
    json_t *bad_users, *bad_parties, *bad_tags; /* arrays of strings, lower-cased */
    size_t named; /* how many users, departments and tags were named */
    size_t good;  /* how many of them are valid */
};

void recipients_init(struct recipients *to);
void recipients_free(struct recipients *to);

/* Adds what "a|b" names; a NULL or empty list is nothing. 0, or 40032/40058 for a list that is
 * too long. users may be "@all". */
int recipients_users(struct call *call, struct recipients *to, const char *list);
int recipients_parties(struct call *call, struct recipients *to, const char *list);
int recipients_tags(struct call *call, struct recipients *to, const char *list);

#endif
