/* What slows down guessing. */
#include "helper/throttle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/names.h"
#include "common/secret.h"
#include "common/text.h"
#include "helper/throttle_origin.h"

struct throttle {
    struct throttle_rows *rows;
};

/* Under which digests something is counted. */
struct place {
    struct throttle_origin origin;
    bool has_pair, has_net;
    unsigned char user[THROTTLE_DIGEST_BYTES]; /* of the name alone */
    unsigned char pair[THROTTLE_DIGEST_BYTES];
    unsigned char net[THROTTLE_DIGEST_BYTES];
};

struct throttle *throttle_open(const char *state_dir, struct throttle_clock clock, char *why,
                               size_t why_bytes) {
    struct throttle *throttle = calloc(1, sizeof *throttle);

    why[0] = '\0';
    if (throttle == NULL)
        return NULL;
    throttle->rows = throttle_rows_open(state_dir, clock, why, why_bytes);
    if (throttle->rows == NULL) {
        free(throttle);
        return NULL;
    }
    return throttle;
}

void throttle_close(struct throttle *throttle) {
    if (throttle != NULL)
        throttle_rows_close(throttle->rows);
    free(throttle);
}

const char *throttle_trouble(struct throttle *throttle) {
    return throttle_rows_trouble(throttle->rows);
}

/* The digest of a letter, so that no two kinds of things are the same, and a text. */
static bool digest_text(const struct throttle_rows *rows, char kind, const char *text,
                        unsigned char digest[THROTTLE_DIGEST_BYTES]) {
    char bytes[1 + WECOM_USER_MAX_BYTES + 1];
    bool good;

    bytes[0] = kind;
    name_fold(bytes + 1, sizeof bytes - 1, text);
    good = throttle_rows_digest(rows, bytes, strlen(bytes), digest);
    secret_wipe(bytes); /* may have been a password */
    return good;
}

/* The digest of a letter, a digest and a text. */
static bool digest_both(const struct throttle_rows *rows, char kind,
                        const unsigned char first[THROTTLE_DIGEST_BYTES], const char *text,
                        unsigned char digest[THROTTLE_DIGEST_BYTES]) {
    char bytes[1 + THROTTLE_DIGEST_BYTES + THROTTLE_ORIGIN_BYTES];
    size_t len = strnlen(text, THROTTLE_ORIGIN_BYTES);

    bytes[0] = kind;
    memcpy(bytes + 1, first, THROTTLE_DIGEST_BYTES);
    memcpy(bytes + 1 + THROTTLE_DIGEST_BYTES, text, len);
    return throttle_rows_digest(rows, bytes, 1 + THROTTLE_DIGEST_BYTES + len, digest);
}

/* False: no memory. */
static bool place_of(const struct throttle *throttle, const char *user, const char *rhost,
                     struct place *place) {
    const struct throttle_rows *rows = throttle->rows;

    *place = (struct place){.has_pair = user != NULL && user[0] != '\0'};
    throttle_origin_of(rhost, &place->origin);
    place->has_net = place->origin.net[0] != '\0';
    return (!place->has_pair ||
            (digest_text(rows, 'u', user, place->user) &&
             digest_both(rows, 'p', place->user, place->origin.self, place->pair))) &&
           (!place->has_net || digest_text(rows, 'o', place->origin.net, place->net));
}

static int64_t wait_of(const struct throttle_rows *rows, enum throttle_table table,
                       const unsigned char *digest) {
    const struct throttle_record *record = throttle_rows_find(rows, table, digest);

    return record != NULL ? throttle_record_wait_ms(record, throttle_rows_now_ms(rows)) : 0;
}

int64_t throttle_wait_ms(const struct throttle *throttle, const char *user, bool known,
                         const char *origin) {
    int64_t pair_ms = 0, net_ms = 0;
    struct place place;

    if (!place_of(throttle, user, origin, &place))
        return THROTTLE_MOST_MS;
    if (place.has_pair)
        pair_ms = wait_of(throttle->rows, known ? THROTTLE_KNOWN : THROTTLE_UNKNOWN, place.pair);
    if (place.has_net)
        net_ms = wait_of(throttle->rows, THROTTLE_ORIGINS, place.net);
    return pair_ms > net_ms ? pair_ms : net_ms;
}

/* For a person to read; something, even where nothing of it can be shown. */
static void show(char out[THROTTLE_TEXT_BYTES], const char *text) {
    (void)snprintf(out, THROTTLE_TEXT_BYTES, "%.*s", THROTTLE_TEXT_BYTES - 1, text);
    text_clean(out, TEXT_ONE_LINE);
    if (out[0] == '\0' && text[0] != '\0')
        (void)snprintf(out, THROTTLE_TEXT_BYTES, "?");
}

static void fail(struct throttle_rows *rows, enum throttle_table table, const char *user,
                 const struct place *place) {
    bool is_net = table == THROTTLE_ORIGINS;
    struct throttle_record *record =
        throttle_rows_take(rows, table, is_net ? place->net : place->pair);

    record->kind = is_net ? THROTTLE_ORIGIN : THROTTLE_PAIR;
    if (!is_net)
        memcpy(record->user_digest, place->user, sizeof record->user_digest);
    if (table == THROTTLE_KNOWN)
        show(record->user, user);
    if (table != THROTTLE_UNKNOWN)
        show(record->origin, is_net ? place->origin.net : place->origin.self);
    throttle_record_fail(record, throttle_rows_now_ms(rows));
    throttle_rows_keep(rows, record);
}

void throttle_failed(struct throttle *throttle, const char *user, bool known, const char *origin) {
    struct place place;

    if (!place_of(throttle, user, origin, &place))
        return;
    if (place.has_pair)
        fail(throttle->rows, known ? THROTTLE_KNOWN : THROTTLE_UNKNOWN, user, &place);
    if (place.has_net)
        fail(throttle->rows, THROTTLE_ORIGINS, user, &place);
}

void throttle_passed(struct throttle *throttle, const char *user, const char *origin) {
    struct place place;

    if (!place_of(throttle, user, origin, &place) || !place.has_pair)
        return;
    /* also what was counted before there was an account */
    (void)throttle_rows_drop(throttle->rows, THROTTLE_KNOWN, place.pair);
    (void)throttle_rows_drop(throttle->rows, THROTTLE_UNKNOWN, place.pair);
}

bool throttle_may_send(const struct throttle *throttle, const char *person) {
    const struct throttle_rows *rows = throttle->rows;
    unsigned char digest[THROTTLE_DIGEST_BYTES];
    const struct throttle_record *record;

    if (!digest_text(rows, 'm', person, digest))
        return false;
    record = throttle_rows_find(rows, THROTTLE_SENT, digest);
    return record == NULL ||
           throttle_record_messages(record, throttle_rows_now_ms(rows)) < THROTTLE_MESSAGES;
}

void throttle_sent(struct throttle *throttle, const char *person) {
    struct throttle_rows *rows = throttle->rows;
    unsigned char digest[THROTTLE_DIGEST_BYTES];
    struct throttle_record *record;

    if (!digest_text(rows, 'm', person, digest))
        return;
    record = throttle_rows_take(rows, THROTTLE_SENT, digest);
    record->kind = THROTTLE_MESSAGE;
    throttle_record_send(record, throttle_rows_now_ms(rows));
    throttle_rows_keep(rows, record);
}

/* Where a block stands. False: no memory, nobody, or no word. */
static bool block_of(const struct throttle *throttle, const char *user, const char *origin,
                     const char *what, struct place *place,
                     unsigned char digest[THROTTLE_DIGEST_BYTES]) {
    return name_is_word(what) && strlen(what) < THROTTLE_WHAT_BYTES &&
           place_of(throttle, user, origin, place) && place->has_pair &&
           digest_both(throttle->rows, 'b', place->pair, what, digest);
}

bool throttle_block(struct throttle *throttle, const char *user, const char *origin,
                    const char *what) {
    unsigned char digest[THROTTLE_DIGEST_BYTES];
    struct throttle_record *record;
    struct place place;

    if (!block_of(throttle, user, origin, what, &place, digest))
        return false;
    record = throttle_rows_take(throttle->rows, THROTTLE_KNOWN, digest);
    record->kind = THROTTLE_BLOCK;
    record->at_ms[0] = throttle_rows_now_ms(throttle->rows);
    memcpy(record->user_digest, place.user, sizeof record->user_digest);
    (void)snprintf(record->what, sizeof record->what, "%s", what);
    show(record->user, user);
    show(record->origin, place.origin.self);
    throttle_rows_keep(throttle->rows, record);
    return true;
}

bool throttle_is_blocked(const struct throttle *throttle, const char *user, const char *origin,
                         const char *what) {
    unsigned char digest[THROTTLE_DIGEST_BYTES];
    struct place place;

    return !block_of(throttle, user, origin, what, &place, digest) ||
           throttle_rows_find(throttle->rows, THROTTLE_KNOWN, digest) != NULL;
}

size_t throttle_unlock(struct throttle *throttle, const char *user) {
    unsigned char digest[THROTTLE_DIGEST_BYTES];

    if (!digest_text(throttle->rows, 'u', user, digest))
        return 0;
    return throttle_rows_drop_user(throttle->rows, digest);
}

bool throttle_next(const struct throttle *throttle, size_t *at, struct throttle_entry *entry) {
    int64_t now_ms = throttle_rows_now_ms(throttle->rows), left_ms;
    const struct throttle_record *record;

    do {
        record = throttle_rows_next(throttle->rows, at);
    } while (record != NULL && record->origin[0] == '\0' && record->user[0] == '\0');
    if (record == NULL)
        return false;
    left_ms = record->kind == THROTTLE_BLOCK ? throttle_record_ends_ms(record) - now_ms
                                             : throttle_record_wait_ms(record, now_ms);
    *entry = (struct throttle_entry){.user = record->user,
                                     .origin = record->origin,
                                     .failures = throttle_record_failures(record, now_ms),
                                     .wait_s = (left_ms + 999) / 1000,
                                     .blocked = record->what};
    return true;
}
