/* Rates and blocks, all in simulated time. */
#include "rates.h"

#include "server.h"
#include "table.h"
#include "text.h"

#include <stdlib.h>

#define MINUTE_MS (60 * 1000)
#define HOUR_MS (3600 * 1000)

/* Counts within a window that starts with the first call; closed until a moment when full. */
struct rate {
    int64_t from_ms;
    int64_t count;
    int64_t closed_until_ms;
};

struct rates {
    struct table *by_name; /* by "kind subject" */
};

struct rates *rates_new(void) {
    struct rates *rates = text_alloc(sizeof(*rates));

    rates->by_name = table_new(free);
    return rates;
}

void rates_free(struct rates *rates) {
    table_free(rates->by_name);
    free(rates);
}

void rates_reset(struct rates *rates) {
    table_clear(rates->by_name);
}

/* Takes ownership of key. */
static struct rate *rates_rate(struct server *server, char *key) {
    struct rate *rate = table_get(server->rates->by_name, key);

    if (rate == NULL) {
        rate = text_alloc(sizeof(*rate));
        table_put(server->rates->by_name, key, rate);
    }
    free(key);
    return rate;
}

static bool rate_take(struct rate *rate, int64_t now_ms, int64_t window_ms, int64_t max) {
    if (max == 0)
        return true;
    if (now_ms < rate->closed_until_ms)
        return false;
    if (now_ms - rate->from_ms >= window_ms) {
        rate->from_ms = now_ms;
        rate->count = 0;
    }
    if (++rate->count <= max)
        return true;
    rate->closed_until_ms = now_ms + window_ms;
    return false;
}

bool rates_call(struct server *server, const char *path, bool debug) {
    const struct options *options = &server->options;
    int64_t now = clock_ms(&server->clock);

    if (debug && !rate_take(rates_rate(server, text_format("debug %s", path)), now, MINUTE_MS,
                            options->debug_calls_per_min))
        return false;
    return rate_take(rates_rate(server, text_format("minute %s", path)), now, MINUTE_MS,
                     options->calls_per_min) &&
           rate_take(rates_rate(server, text_format("hour %s", path)), now, HOUR_MS,
                     options->calls_per_hour);
}

bool rates_address_open(struct server *server, const char *peer) {
    const struct rate *rate = rates_rate(server, text_format("secret %s", peer));

    return clock_ms(&server->clock) >= rate->closed_until_ms;
}

void rates_wrong_secret(struct server *server, const char *peer) {
    struct rate *rate = rates_rate(server, text_format("secret %s", peer));
    int64_t now = clock_ms(&server->clock);

    rate_take(rate, now, HOUR_MS, server->options.wrong_secrets_per_hour);
}

bool rates_message(struct server *server, long long agent_id, const char *userid) {
    int64_t now = clock_ms(&server->clock);

    return rate_take(rates_rate(server, text_format("message-minute %lld %s", agent_id, userid)),
                     now, MINUTE_MS, server->options.messages_per_min) &&
           rate_take(rates_rate(server, text_format("message-hour %lld %s", agent_id, userid)), now,
                     HOUR_MS, server->options.messages_per_hour);
}
