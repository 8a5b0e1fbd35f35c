/* What arrived at the HTTPS port: counts by path and the last requests, without their secrets. */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include <jansson.h>

struct evkeyvalq;
struct journal;

struct journal *journal_new(void);
void journal_free(struct journal *journal);

/* A request came in. Returns its number, for journal_done. */
unsigned long long journal_request(struct journal *journal, const char *method, const char *path,
                                   const struct evkeyvalq *query, const char *peer,
                                   const char *user_agent);
/* How it was answered. */
void journal_done(struct journal *journal, unsigned long long number, int status, int errcode);

void journal_connection(struct journal *journal);
void journal_handshake(struct journal *journal);

json_t *journal_counts(const struct journal *journal);
json_t *journal_last(const struct journal *journal, size_t n);
void journal_reset(struct journal *journal);

#endif
