/* Rates and blocks: calls of the company, wrong secrets of an address, messages to a member. */
#ifndef SIM_RATES_H
#define SIM_RATES_H

#include <stdbool.h>

struct server;
struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *rates);
void rates_reset(struct rates *rates);

/* Counts one call; false when the company's limit for this API is reached. It then stays closed
 * for 60 s (minute) or 60 min (hour), as WeCom document 90454 says. */
bool rates_call(struct server *server, const char *path, bool debug);

/* The address may ask for tokens; after too many wrong secrets it may not for an hour. */
bool rates_address_open(struct server *server, const char *peer);
void rates_wrong_secret(struct server *server, const char *peer);

/* Counts one message; false: over the rate, the server drops it without a word. */
bool rates_message(struct server *server, long long agent_id, const char *userid);

#endif
