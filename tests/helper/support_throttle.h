/* What the tests of the throttle share: two clocks that the test turns, and a state directory with
 * the file in it.
 */
#ifndef WECOM_TESTS_HELPER_SUPPORT_THROTTLE_H
#define WECOM_TESTS_HELPER_SUPPORT_THROTTLE_H

#include <sys/types.h>

#include "helper/throttle.h"

#define HERE "192.0.2.1"

enum { MINUTE_MS = 60 * 1000, SLOT = sizeof(struct throttle_record) };

struct two_clocks {
    int64_t ms, wall_ms;
};

struct throttle_clock two_clocks(struct two_clocks *clocks);

/* Both go on. */
void two_clocks_go(struct two_clocks *clocks, int64_t ms);

/* throttle_open that must succeed and find nothing wrong. */
struct throttle *open_throttle(const char *state_dir, struct two_clocks *clocks);

/* throttle_failed, so many times. */
void fail_times(struct throttle *t, const char *user, bool known, const char *origin, int times);

/* The failures that throttle_next tells of that pair (or, with user "", of that origin); 0: it does
 * not tell of it.
 */
uint32_t failures_of(const struct throttle *t, const char *user, const char *origin);

/* The clocks, a directory and the path of the file in it; what the last start had to say. */
extern struct two_clocks now;
extern char *state, *path;
extern char why[512];
void throttle_setup(void);
void throttle_teardown(void);

/* The next start. */
struct throttle *restart(void);

/* Counts something of each kind: RECORDS records. */
void fill(struct throttle *t);

/* One bit for each record of fill() that is there and right, ALL in all. One that is there but not
 * right fails. Sends one message, the last of those bits.
 */
unsigned int look(struct throttle *t);
enum { ALL = 0x1FF, MESSAGES_BIT = 0x100, RECORDS = 9 };

/* Where those records stand, from the beginning of the file. */
extern const off_t places[RECORDS];

/* Makes the file, with fill() in it. */
void write_good(void);

/* All bytes of the file, until the next call; and a change of some. */
const char *slurp(void);
void put(const void *bytes, size_t len, off_t at);

#endif
