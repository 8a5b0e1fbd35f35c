/* Access tokens: made by gettoken, found by every other call. */
#include "tokens.h"

#include "server.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>

#define TOKEN_BYTES 160  /* 214 characters, the length of real ones */
#define TOKENS_MAX 20000 /* kept, over ones included; then the oldest are forgotten */

struct tokens {
    struct table *by_text;
};

static void token_free(void *thing) {
    struct token *token = thing;

    if (token->app->token == token)
        token->app->token = NULL;
    free(token->text);
    free(token);
}

struct tokens *tokens_new(void) {
    struct tokens *tokens = text_alloc(sizeof(*tokens));

    tokens->by_text = table_new(token_free);
    return tokens;
}

void tokens_free(struct tokens *tokens) {
    table_free(tokens->by_text);
    free(tokens);
}

const struct token *tokens_issue(struct server *server, struct app *app) {
    struct table *all = server->tokens->by_text;
    int64_t now = clock_ms(&server->clock);
    struct token *token = app->token;
    size_t at = 0;

    if (server->options.same_token && token != NULL && token->ends_ms > now)
        return token;
    if (table_count(all) >= TOKENS_MAX) {
        const struct token *oldest = table_next(all, &at, NULL);
        table_remove(all, oldest->text);
    }
    token = text_alloc(sizeof(*token));
    token->text = text_random(TOKEN_BYTES);
    token->app = app;
    token->ends_ms = now + server->options.token_life_s * 1000;
    table_put(all, token->text, token);
    app->token = token;
    return token;
}

int tokens_find(struct server *server, const char *text, struct app **app) {
    const struct token *token = table_get(server->tokens->by_text, text);

    if (token == NULL)
        return 40014;
    if (token->ends_ms <= clock_ms(&server->clock))
        return 42001;
    *app = token->app;
    return 0;
}

void tokens_expire(struct server *server, struct app *app) {
    struct token *token = NULL;

    for (size_t at = 0; (token = table_next(server->tokens->by_text, &at, NULL)) != NULL;)
        if (token->app == app)
            token->ends_ms = 0;
}

void tokens_kill(struct server *server, struct app *app) {
    struct token *token = NULL;

    for (size_t at = 0; (token = table_next(server->tokens->by_text, &at, NULL)) != NULL;)
        if (token->app == app)
            table_remove(server->tokens->by_text, token->text);
}
