/* How many of something each address has. */
#include "web/counts.h"

#include <stdlib.h>
#include <string.h>

/* There are never more addresses than connections (WEB_CONNECTIONS), so chains stay short, and the
 * worst that somebody can make of them is a walk of that many steps.
 */
enum { BUCKETS = 4096 };

struct count {
    struct count *next;
    struct address address;
    unsigned int many;
};

struct counts {
    struct count *buckets[BUCKETS];
};

struct counts *counts_new(void) {
    return calloc(1, sizeof(struct counts));
}

void counts_free(struct counts *counts) {
    for (size_t i = 0; counts != NULL && i < BUCKETS; i++) {
        struct count *next;

        for (struct count *c = counts->buckets[i]; c != NULL; c = next) {
            next = c->next;
            free(c);
        }
    }
    free(counts);
}

static struct address client_of(const struct address *address) {
    struct address client = *address;

    if (!address_is_v4(address))
        address_mask(&client, 64);
    return client;
}

/* FNV-1a. */
static size_t bucket_of(const struct address *address) {
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < sizeof address->bytes; i++)
        hash = (hash ^ address->bytes[i]) * 16777619u;
    return (hash ^ hash >> 16) % BUCKETS;
}

/* Where the address's count hangs, or would. */
static struct count **find(const struct counts *counts, const struct address *client) {
    struct count **at = (struct count **)&counts->buckets[bucket_of(client)];

    while (*at != NULL && memcmp(&(*at)->address, client, sizeof *client) != 0)
        at = &(*at)->next;
    return at;
}

bool counts_take(struct counts *counts, const struct address *address, unsigned int most) {
    struct address client = client_of(address);
    struct count **at = find(counts, &client);

    if (most == 0)
        return false;
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at == NULL)
            return false;
        (*at)->address = client;
    }
    if ((*at)->many >= most)
        return false;
    (*at)->many++;
    return true;
}

void counts_give(struct counts *counts, const struct address *address) {
    struct address client = client_of(address);
    struct count **at = find(counts, &client), *gone = *at;

    if (gone == NULL || --gone->many > 0)
        return;
    *at = gone->next;
    free(gone);
}

unsigned int counts_of(const struct counts *counts, const struct address *address) {
    struct address client = client_of(address);
    const struct count *found = *find(counts, &client);

    return found != NULL ? found->many : 0;
}
