/* Messages that were sent, their cards and response codes. */
#ifndef SIM_OUTBOX_H
#define SIM_OUTBOX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct app;
struct outbox;
struct server;

struct message {
    char *msgid;
    struct app *app;
    int64_t sent_ms;
    char *task_id; /* NULL: none */
    json_t *shown; /* what GET /outbox tells */
};

struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox);
void outbox_clear(struct outbox *outbox);

/* A new message; takes over `shown` and completes it by msgid and time. */
struct message *outbox_add(struct server *server, struct app *app, const char *task_id,
                           json_t *shown);
struct message *outbox_find(const struct outbox *outbox, const char *msgid); /* or NULL */

/* The application's message with this task id; NULL when there is none. */
struct message *outbox_task(const struct outbox *outbox, const struct app *app,
                            const char *task_id);

/* A fresh response code for the card: good for one update within 72 hours. Belongs to outbox. */
const char *outbox_response_code(struct server *server, struct message *message);

/* Uses the code up. The message, or NULL: unknown, used or over; *other_app: not this one's. */
struct message *outbox_redeem(struct server *server, const struct app *app, const char *code,
                              bool *other_app);

/* The same request within its interval: the server swallows it. */
bool outbox_duplicate(struct server *server, const char *request, int64_t interval_s);

json_t *outbox_show(const struct outbox *outbox);

#endif
