/* A set of userids: open addressing, names one behind the other in large pieces of memory. */
#include "helper/userset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/names.h"
#include "wecom/limits.h"

enum { PIECE_BYTES = 8 * 1024, SLOTS_FIRST = 64 };

struct piece {
    struct piece *next;
    size_t used;
    char bytes[PIECE_BYTES];
};

struct userset {
    const char **slots;
    size_t room, count; /* room: a power of two, never more than half full */
    struct piece *pieces;
    uint64_t key; /* so that nobody can choose userids that meet in one slot */
};

/* FNV-1a from a secret start, mixed at the end. */
static size_t slot_of(const struct userset *set, const char *lower) {
    uint64_t hash = set->key;

    for (; *lower != '\0'; lower++)
        hash = (hash ^ (unsigned char)*lower) * UINT64_C(0x100000001b3);
    hash ^= hash >> 29;
    hash *= set->key | 1;
    return (size_t)(hash >> 17) & (set->room - 1);
}

/* The slot that holds it, or the empty one where it belongs. */
static const char **find(const struct userset *set, const char *lower) {
    size_t at = slot_of(set, lower);

    while (set->slots[at] != NULL && strcmp(set->slots[at], lower) != 0)
        at = (at + 1) & (set->room - 1);
    return &set->slots[at];
}

struct userset *userset_new(void) {
    struct userset *set = calloc(1, sizeof *set);

    if (set == NULL)
        return NULL;
    set->room = SLOTS_FIRST;
    set->slots = calloc(set->room, sizeof *set->slots);
    if (set->slots == NULL) {
        free(set);
        return NULL;
    }
    if (getrandom(&set->key, sizeof set->key, GRND_NONBLOCK) != (ssize_t)sizeof set->key)
        set->key = UINT64_C(0xcbf29ce484222325);
    return set;
}

void userset_free(struct userset *set) {
    if (set == NULL)
        return;
    while (set->pieces != NULL) {
        struct piece *piece = set->pieces;

        set->pieces = piece->next;
        free(piece);
    }
    free(set->slots);
    free(set);
}

static bool grow(struct userset *set) {
    const char **old = set->slots;
    size_t room = set->room;

    if (2 * (set->count + 1) <= room)
        return true;
    set->slots = calloc(room * 2, sizeof *set->slots);
    if (set->slots == NULL) {
        set->slots = old;
        return false;
    }
    set->room = room * 2;
    for (size_t i = 0; i < room; i++) {
        if (old[i] != NULL)
            *find(set, old[i]) = old[i];
    }
    free(old);
    return true;
}

static const char *keep(struct userset *set, const char *lower) {
    size_t bytes = strlen(lower) + 1;
    char *at;

    if (set->pieces == NULL || PIECE_BYTES - set->pieces->used < bytes) {
        struct piece *piece = malloc(sizeof *piece);

        if (piece == NULL)
            return NULL;
        piece->next = set->pieces;
        piece->used = 0;
        set->pieces = piece;
    }
    at = set->pieces->bytes + set->pieces->used;
    memcpy(at, lower, bytes);
    set->pieces->used += bytes;
    return at;
}

bool userset_add(struct userset *set, const char *userid, bool *added) {
    char lower[WECOM_USERID_MAX_BYTES + 1];
    const char **slot;

    if (!name_lower(lower, sizeof lower, userid) || !grow(set))
        return false;
    slot = find(set, lower);
    if (added != NULL)
        *added = *slot == NULL;
    if (*slot != NULL)
        return true;
    *slot = keep(set, lower);
    set->count += *slot != NULL;
    return *slot != NULL;
}

bool userset_has(const struct userset *set, const char *userid) {
    char lower[WECOM_USERID_MAX_BYTES + 1];

    return name_lower(lower, sizeof lower, userid) && *find(set, lower) != NULL;
}

size_t userset_count(const struct userset *set) {
    return set->count;
}

const char *userset_next(const struct userset *set, size_t *at) {
    while (*at < set->room) {
        const char *userid = set->slots[(*at)++];

        if (userid != NULL)
            return userid;
    }
    return NULL;
}
