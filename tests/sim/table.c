/* A hash table that keeps the order of insertion: an array of entries and an index of slots. */
#include "table.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    char *key; /* NULL: removed */
    size_t key_bytes;
    uint64_t hash;
    void *value;
};

struct table {
    void (*free_value)(void *);
    struct entry *entries;
    size_t used;     /* entries in use, removed ones included */
    size_t live;     /* entries not removed */
    size_t first;    /* all entries before this one are removed */
    uint32_t *slots; /* number of the entry + 1; 0 is empty */
    size_t n_slots;  /* a power of two, at least twice the room for entries */
};

struct table *table_new(void (*free_value)(void *)) {
    struct table *table = text_alloc(sizeof(*table));

    table->free_value = free_value;
    return table;
}

void table_clear(struct table *table) {
    for (size_t i = 0; i < table->used; i++) {
        if (table->entries[i].key != NULL && table->free_value != NULL)
            table->free_value(table->entries[i].value);
        free(table->entries[i].key);
    }
    free(table->entries);
    free(table->slots);
    table->entries = NULL;
    table->slots = NULL;
    table->used = table->live = table->first = table->n_slots = 0;
}

void table_free(struct table *table) {
    if (table == NULL)
        return;
    table_clear(table);
    free(table);
}

/* FNV-1a, 64 bit. The keys come from tests, not from enemies. */
static uint64_t table_hash(const void *key, size_t bytes) {
    const unsigned char *c = key;
    uint64_t hash = 14695981039346656037ULL;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ c[i]) * 1099511628211ULL;
    return hash ^ (hash >> 29);
}

static struct entry *table_find(const struct table *table, const void *key, size_t bytes) {
    uint64_t hash = table_hash(key, bytes);
    size_t mask = table->n_slots - 1;

    if (table->n_slots == 0)
        return NULL;
    for (size_t i = hash & mask; table->slots[i] != 0; i = (i + 1) & mask) {
        struct entry *entry = &table->entries[table->slots[i] - 1];
        if (entry->key != NULL && entry->hash == hash && entry->key_bytes == bytes &&
            memcmp(entry->key, key, bytes) == 0)
            return entry;
    }
    return NULL;
}

/* Makes room for one more entry; removed ones are dropped on the way. */
static void table_grow(struct table *table) {
    size_t live = 0;
    size_t room = 16;

    if (table->n_slots != 0 && table->used < table->n_slots / 2)
        return;
    while (room < table->live * 2 + 2)
        room *= 2;
    for (size_t i = 0; i < table->used; i++)
        if (table->entries[i].key != NULL)
            table->entries[live++] = table->entries[i];
    table->used = live;
    table->first = 0;
    table->entries = text_resize(table->entries, room, sizeof(struct entry));
    free(table->slots);
    table->n_slots = room * 2;
    table->slots = text_alloc(table->n_slots * sizeof(uint32_t));
    for (size_t i = 0; i < live; i++) {
        size_t at = table->entries[i].hash & (table->n_slots - 1);
        while (table->slots[at] != 0)
            at = (at + 1) & (table->n_slots - 1);
        table->slots[at] = (uint32_t)(i + 1);
    }
}

static void table_store(struct table *table, const void *key, size_t bytes, void *value) {
    struct entry *entry = table_find(table, key, bytes);
    size_t at = 0;

    if (entry != NULL) {
        if (table->free_value != NULL && entry->value != value)
            table->free_value(entry->value);
        entry->value = value;
        return;
    }
    table_grow(table);
    entry = &table->entries[table->used++];
    entry->key = text_alloc(bytes + 1);
    memcpy(entry->key, key, bytes);
    entry->key_bytes = bytes;
    entry->hash = table_hash(key, bytes);
    entry->value = value;
    table->live++;
    at = entry->hash & (table->n_slots - 1);
    while (table->slots[at] != 0)
        at = (at + 1) & (table->n_slots - 1);
    table->slots[at] = (uint32_t)table->used;
}

void *table_get(const struct table *table, const char *key) {
    struct entry *entry = table == NULL ? NULL : table_find(table, key, strlen(key));

    return entry == NULL ? NULL : entry->value;
}

void *table_get_id(const struct table *table, int64_t id) {
    struct entry *entry = table == NULL ? NULL : table_find(table, &id, sizeof(id));

    return entry == NULL ? NULL : entry->value;
}

void table_put(struct table *table, const char *key, void *value) {
    table_store(table, key, strlen(key), value);
}

void table_put_id(struct table *table, int64_t id, void *value) {
    table_store(table, &id, sizeof(id), value);
}

void table_remove(struct table *table, const char *key) {
    struct entry *entry = table_find(table, key, strlen(key));

    if (entry == NULL)
        return;
    if (table->free_value != NULL)
        table->free_value(entry->value);
    free(entry->key);
    entry->key = NULL;
    entry->value = NULL;
    table->live--;
    while (table->first < table->used && table->entries[table->first].key == NULL)
        table->first++;
}

size_t table_count(const struct table *table) {
    return table == NULL ? 0 : table->live;
}

void *table_next(const struct table *table, size_t *at, const char **key) {
    if (table == NULL)
        return NULL;
    if (*at < table->first)
        *at = table->first;
    while (*at < table->used) {
        struct entry *entry = &table->entries[(*at)++];
        if (entry->key == NULL)
            continue;
        if (key != NULL)
            *key = entry->key;
        return entry->value;
    }
    return NULL;
}
