/* A hash table that keeps the order of insertion.
 *
 * Keys are strings (table_get) or numbers (table_get_id); a table uses one kind only. Names that
 * are compared without regard to case are lower-cased by the caller. Values are never NULL. */
#ifndef SIM_TABLE_H
#define SIM_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table;

/* free_value is called for every value that is replaced, removed or left; NULL: nobody frees. */
struct table *table_new(void (*free_value)(void *));
void table_free(struct table *table); /* NULL is allowed */

void *table_get(const struct table *table, const char *key);
void *table_get_id(const struct table *table, int64_t id);
void table_put(struct table *table, const char *key, void *value);
void table_put_id(struct table *table, int64_t id, void *value);
void table_remove(struct table *table, const char *key);
void table_clear(struct table *table);

size_t table_count(const struct table *table);

/* Walks in order of insertion: start with *at = 0; NULL at the end. The entry just returned may
 * be removed during the walk, nothing may be put. key may be NULL. */
void *table_next(const struct table *table, size_t *at, const char **key);

#endif
