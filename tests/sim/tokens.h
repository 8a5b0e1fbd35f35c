/* Access tokens: made by gettoken, found by every other call. */
#ifndef SIM_TOKENS_H
#define SIM_TOKENS_H

#include <stdint.h>

struct app;
struct server;
struct tokens;

struct token {
    char *text; /* 214 characters */
    struct app *app;
    int64_t ends_ms; /* simulated time */
};

struct tokens *tokens_new(void);
void tokens_free(struct tokens *tokens);

/* The application's live token, or a fresh one. */
const struct token *tokens_issue(struct server *server, struct app *app);

/* 0 and *app, or 40014 (never given out, or killed) or 42001 (over). */
int tokens_find(struct server *server, const char *text, struct app **app);

/* All tokens of the application end now: the next call gets 42001... */
void tokens_expire(struct server *server, struct app *app);
/* ...or are forgotten: 40014. */
void tokens_kill(struct server *server, struct app *app);

#endif
