/* Which deliveries were here before: WeCom sends again what was not answered in time, and whoever
 * saw a signed request can send it as well.
 */
#ifndef WECOM_HELPER_WECOM_REPLAY_H
#define WECOM_HELPER_WECOM_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/wecom/callback.h"

enum {
    /* A request may be as far ahead of our clock as behind: one that came early is recent for twice
     * the window.
     */
    REPLAY_KEPT_MS = 2 * CALLBACK_WINDOW_S * 1000,

    /* The oldest goes when one more comes. Only what WeCom signed gets in: that many within 20
     * minutes are more than 3 a second. Whoever acts upon an event must stand its repetition then,
     * and after a restart, when the set is empty.
     */
    REPLAY_MOST = 4096,
    REPLAY_KEY_MAX_BYTES = 64, /* event_key_of's length */
};

struct replay;

/* NULL when there is no memory (270 KiB). */
struct replay *replay_new(void);
void replay_free(struct replay *set);

/* True the first time within REPLAY_KEPT_MS that this key comes, and remembers it; a repetition
 * does not make it last longer. False, and nothing is remembered, for an empty key or one of more
 * than REPLAY_KEY_MAX_BYTES. `now_ms` is monotonic. Reads the whole set: some 20 microseconds.
 */
bool replay_first(struct replay *set, const char *key, int64_t now_ms);

#endif
