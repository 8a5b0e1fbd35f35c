/* What the tests of the helper share: a directory of their own, configurations, and a clock and a
 * sender of requests that do what the test says.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_H
#define WECOM_TESTS_HELPER_SUPPORT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper/config.h"
#include "helper/wecom/client.h"
#include "helper/wecom/http.h"

/* How many elements an array has, as Check's loops count. */
#define SUPPORT_COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* A new empty directory, mode 0755; the string is the caller's. support_remove takes it away with
 * all that is in it and frees the string.
 */
char *support_directory(void);
void support_remove(char *directory);

/* DIRECTORY/NAME; the string is the caller's. */
char *support_path(const char *directory, const char *name);

/* Writes `len` bytes into a file of that mode. */
void support_write(const char *path, mode_t mode, const char *bytes, size_t len);

/* Makes a socket there, on which nobody listens. */
void support_socket(const char *path);

/* config_read of that text, which must be good. */
struct config *support_config(const char *text);

/* A program that was built beside the running test, such as "wecom-sim"; the caller's string. */
char *support_program(const char *name);

/* A clock that stands still until the test moves it. */
struct fake_clock {
    int64_t ms;
};
struct client_clock fake_clock(struct fake_clock *clock);

/* An event loop that waits for nothing longer than the test can bear. */
struct event_base *support_loop(void);

/* Lets the loop do what can be done at once. */
void support_run(struct event_base *base);

/* Runs the loop until `*flag` is not zero; fails after 10 s. */
void support_wait(struct event_base *base, const volatile int *flag);

/* Runs the loop for that long: for what must not happen. */
void support_rest(struct event_base *base, int ms);

/* A sender that sends nothing: requests wait until the test answers them. */
struct fake_sender;
struct fake_sender *fake_sender_new(struct event_base *base);
void fake_sender_free(struct fake_sender *sender);
struct http_sender fake_sender_of(struct fake_sender *sender);

/* Requests begun since the start; those whose URL holds `part`; those that wait; those cancelled.
 */
unsigned int fake_begun(const struct fake_sender *sender, const char *part);
unsigned int fake_waiting(const struct fake_sender *sender, const char *part);
unsigned int fake_cancelled(const struct fake_sender *sender);

/* Begins to count anew; what waits goes on waiting. */
void fake_forget(struct fake_sender *sender);

/* The next requests cannot even start. */
void fake_refuse(struct fake_sender *sender, bool refuse);

/* Runs the loop until a request whose URL holds `part` waits (at most 10 s); the oldest. Belongs to
 * the sender until it is answered.
 */
const struct http_request *fake_await(struct fake_sender *sender, const char *part);

/* Answers the oldest request whose URL holds `part`, waiting for one. */
void fake_answer(struct fake_sender *sender, const char *part, long status, const char *body);
void fake_fail(struct fake_sender *sender, const char *part, enum http_outcome outcome,
               const char *detail);

#endif
