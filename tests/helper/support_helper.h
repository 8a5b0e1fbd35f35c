/* A whole helper inside the test: real sockets and state machines, a sender that sends nothing and
 * a clock that stands still.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_HELPER_H
#define WECOM_TESTS_HELPER_SUPPORT_HELPER_H

#include "helper/helper.h"
#include "tests/helper/support_server.h"

struct inner_helper {
    struct served *served;
    struct fake_clock now;
    struct fake_sender *sender;
    struct helper helper;
    int reloads;
    char *state_dir;
};

/* The time of day, in seconds, that the helper sees. */
extern int64_t inner_helper_wall_s;

/* Of an application that has files for them. */
#define INNER_HELPER_TOKEN "Tok3nOfTheTests"
#define INNER_HELPER_KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

/* `services`: the rest of the configuration, behind [helper] and an application `main` of company
 * ww1; '$' stands for the directory of the sockets.
 */
struct inner_helper *inner_helper_new(const char *services);
void inner_helper_free(struct inner_helper *inner);

/* Until WeCom is asked `part` (of a URL): answers a fetch of a token where one comes first. */
void inner_helper_token(struct inner_helper *inner, const char *part);

/* The host gets this result into `m`, and hangs up. `reason` NULL: none stands there. */
void inner_helper_result(struct inner_helper *inner, int host, struct wire_message *m,
                         const char *verdict, const char *reason);

#endif
