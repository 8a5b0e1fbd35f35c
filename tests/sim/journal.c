/* What arrived at the HTTPS port: counts by path and the last requests, without their secrets. */
#include "journal.h"

#include "table.h"
#include "text.h"

#include <event2/keyvalq_struct.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define JOURNAL_KEPT 1000  /* requests */
#define JOURNAL_PATHS 1000 /* different paths that are counted; strangers beyond that are not */
#define VALUE_SHOWN 200    /* bytes of a parameter */

struct journal {
    unsigned char key[32];
    struct table *counts; /* path -> uint64_t */
    json_t *kept[JOURNAL_KEPT];
    unsigned long long n_requests;
    uint64_t connections, handshakes;
};

static const char *const journal_secrets[] = {"access_token", "corpsecret", "code", "user_ticket",
                                              "key"};

struct journal *journal_new(void) {
    struct journal *journal = text_alloc(sizeof(*journal));

    if (RAND_bytes(journal->key, sizeof(journal->key)) != 1)
        exit(1);
    journal->counts = table_new(free);
    return journal;
}

void journal_free(struct journal *journal) {
    for (size_t i = 0; i < JOURNAL_KEPT; i++)
        json_decref(journal->kept[i]);
    table_free(journal->counts);
    free(journal);
}

/* The same secret gives the same short word, so that tests can tell "the same again". */
static json_t *journal_digest(const struct journal *journal, const char *value) {
    unsigned char mac[32];
    unsigned int bytes = 0;

    HMAC(EVP_sha256(), journal->key, (int)sizeof(journal->key), (const unsigned char *)value,
         strlen(value), mac, &bytes);
    return json_sprintf("#%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3]);
}

static json_t *journal_value(const struct journal *journal, const char *name, const char *value) {
    char shown[VALUE_SHOWN + 1];

    for (size_t i = 0; i < sizeof(journal_secrets) / sizeof(journal_secrets[0]); i++)
        if (strcmp(journal_secrets[i], name) == 0)
            return journal_digest(journal, value);
    snprintf(shown, sizeof(shown), "%s", value);
    json_t *text = json_string(shown);
    return text != NULL ? text : json_string("(not UTF-8)");
}

unsigned long long journal_request(struct journal *journal, const char *method, const char *path,
                                   const struct evkeyvalq *query, const char *peer,
                                   const char *user_agent) {
    json_t *params = json_object();
    json_t *entry = NULL;
    const struct evkeyval *pair = NULL;
    uint64_t *count = table_get(journal->counts, path);
    unsigned long long number = journal->n_requests++;

    if (count == NULL && table_count(journal->counts) < JOURNAL_PATHS) {
        count = text_alloc(sizeof(*count));
        table_put(journal->counts, path, count);
    }
    if (count != NULL)
        ++*count;
    TAILQ_FOREACH(pair, query, next)
    json_object_set_new(params, pair->key, journal_value(journal, pair->key, pair->value));
    entry = json_object();
    json_object_set_new(entry, "number", json_integer((json_int_t)number));
    json_object_set_new(entry, "method", json_string(method));
    json_object_set_new(entry, "path", journal_value(journal, "path", path));
    json_object_set_new(entry, "query", params);
    json_object_set_new(entry, "peer", json_string(peer));
    if (user_agent != NULL)
        json_object_set_new(entry, "user_agent", journal_value(journal, "", user_agent));
    json_decref(journal->kept[number % JOURNAL_KEPT]);
    journal->kept[number % JOURNAL_KEPT] = entry;
    return number;
}

void journal_done(struct journal *journal, unsigned long long number, int status, int errcode) {
    json_t *entry = journal->kept[number % JOURNAL_KEPT];

    if (entry == NULL || json_integer_value(json_object_get(entry, "number")) != (json_int_t)number)
        return;
    json_object_set_new(entry, "status", json_integer(status));
    json_object_set_new(entry, "errcode", json_integer(errcode));
}

void journal_connection(struct journal *journal) {
    journal->connections++;
}

void journal_handshake(struct journal *journal) {
    journal->handshakes++;
}

json_t *journal_counts(const struct journal *journal) {
    json_t *counts = json_object();
    const char *path = NULL;
    const uint64_t *count = NULL;

    for (size_t at = 0; (count = table_next(journal->counts, &at, &path)) != NULL;)
        json_object_set_new(counts, path, json_integer((json_int_t)*count));
    json_object_set_new(counts, "connections", json_integer((json_int_t)journal->connections));
    json_object_set_new(counts, "handshakes", json_integer((json_int_t)journal->handshakes));
    return counts;
}

json_t *journal_last(const struct journal *journal, size_t n) {
    json_t *list = json_array();
    size_t kept = journal->n_requests < JOURNAL_KEPT ? (size_t)journal->n_requests : JOURNAL_KEPT;

    n = n < kept ? n : kept;
    for (size_t i = 0; i < n; i++) {
        json_t *entry = journal->kept[(journal->n_requests - n + i) % JOURNAL_KEPT];
        if (entry != NULL)
            json_array_append(list, entry);
    }
    return list;
}

void journal_reset(struct journal *journal) {
    table_clear(journal->counts);
    for (size_t i = 0; i < JOURNAL_KEPT; i++) {
        json_decref(journal->kept[i]);
        journal->kept[i] = NULL;
    }
    journal->connections = 0;
    journal->handshakes = 0;
}
